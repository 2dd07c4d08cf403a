//! How events at one time share a risk set.

/// How events at one time share a risk set.
///
/// Two likelihoods are called exact, and they are different models. [`Marginal`](Self::Marginal): time is continuous, tied events had an
/// order, and rounding hid it. [`Exact`](Self::Exact): time is discrete, and tied events happened together.
///
/// | here | the event time adds | R `coxph` | SAS `PHREG` | Stata `stcox` |
/// |---|---|---|---|---|
/// | `Efron` | the orders of the tied events, on average | `efron` (default) | `EFRON` | `efron` |
/// | `Breslow` | each sees all of them at risk | `breslow` | `BRESLOW` (default) | `breslow` (default) |
/// | `Exact` | the probability of this set of d among all sets of d at risk (conditional logistic) | `exact` | `DISCRETE` | `exactp` |
/// | `Marginal` | the sum over all d! orders of the tied events | none | `EXACT` | `exactm` |
///
/// Without ties all four are the same.
///
/// # Example
/// Freireich's trial (SAS: 1.59819, standard error 0.42165; the log likelihood goes from −82.66928 to −74.41200):
/// ```
/// use greenwood::datasets::leukaemia;
/// use greenwood::survival::{CoxPh, Design, Ties};
///
/// let (data, arm) = leukaemia()?;
/// let design = Design::builder().factor("arm", &arm, "6-MP").build()?;
/// let fit = CoxPh::new().ties(Ties::Marginal).fit(&data, &design)?;
/// assert_eq!(format!("{:.5} ± {:.5}", fit.coefficients()[0], fit.terms()[0].std_error().unwrap_or(f64::NAN)), "1.59819 ± 0.42165");
/// let [null, found] = fit.log_likelihood();
/// assert_eq!(format!("{null:.5} {found:.5}"), "-82.66928 -74.41200");
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Kalbfleisch & Prentice (1973), Biometrika 60:267. `DeLong`, Guirguis & So (1994), Biometrika 81:607.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Ties {
    /// Efron (1977): they leave one after the other, on average.
    #[default]
    Efron,
    /// Breslow (1974): each sees all of them at risk.
    Breslow,
    /// Cox's discrete likelihood: which d of those at risk (SAS `TIES=DISCRETE`, R `exact`, Stata `exactp`). Costly with many
    /// ties; it has no weighted form.
    Exact,
    /// The exact marginal likelihood of continuous times: they have some order, which was not seen (SAS `TIES=EXACT`, Stata
    /// `exactm`; Kalbfleisch & Prentice 1973). Computed by an integral to twelve digits, O(n p²) and about fifty exponentials a tied event.
    ///
    /// A replication weight that is a whole number k is the row k times; a part of a row, and sampling weights, have no order, and are
    /// refused.
    Marginal,
}

impl Ties {
    /// Does a set of tied events have a score, and not each of its rows?
    pub(in crate::survival::regression) fn of_sets(self) -> bool {
        matches!(self, Self::Exact | Self::Marginal)
    }
}

impl std::fmt::Display for Ties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Efron => "Efron",
            Self::Breslow => "Breslow",
            Self::Exact => "exact",
            Self::Marginal => "marginal",
        })
    }
}
