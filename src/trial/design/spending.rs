//! How much of an error rate is spent by when.

use crate::error::{Error, Result, check_len};
use crate::numeric::distribution::{normal_quantile, normal_sf};
use crate::trial::design::checks;

/// A spending function: the share of the error that may have been spent when a share `t` of the information is there.
///
/// | function | α(t) |
/// |---|---|
/// | O'Brien-Fleming-like | `2 − 2Φ(z_{1−α/2} / √t)` |
/// | Pocock-like | `α ln(1 + (e − 1) t)` |
/// | Hwang-Shih-DeCani(γ) | `α (1 − e^{−γt}) / (1 − e^{−γ})`, `α t` where γ = 0 |
/// | Kim-DeMets(ρ) | `α t^ρ` |
/// | user | the amounts given, one for each look |
///
/// # Example
/// ```
/// use greenwood::trial::design::{BoundaryType, GroupSequential, Spending};
///
/// let even = BoundaryType::Spending(Spending::KimDeMets(1.0));
/// let bounds = GroupSequential::looks(2).boundary(even).fit()?;
/// assert!((bounds.alpha_spent()[0] - 0.0125).abs() < 1e-12); // half of 0.025 at half of the information
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Lan & DeMets (1983), Biometrika 70:659. Hwang, Shih & DeCani (1990), Stat Med 9:1439. Kim & DeMets (1987), Biometrika 74:149.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Spending {
    /// Little early, as O'Brien and Fleming's bounds.
    OBrienFleming,
    /// Evenly, as Pocock's bounds.
    Pocock,
    /// With a parameter: −4 is like O'Brien-Fleming, 1 like Pocock.
    HwangShihDeCani(f64),
    /// A power of the information, above 0.
    KimDeMets(f64),
    /// Cumulative amounts, one for each look, the last one the whole.
    User(Vec<f64>),
}

impl Spending {
    /// The amount spent at look `index`, where the information is `t`.
    pub(crate) fn at(&self, t: f64, alpha: f64, index: usize) -> f64 {
        if t >= 1.0 && !matches!(self, Self::User(_)) {
            return alpha;
        }
        match self {
            Self::OBrienFleming => 2.0 * normal_sf(normal_quantile(1.0 - alpha / 2.0) / t.sqrt()),
            Self::Pocock => alpha * (1.0 + (std::f64::consts::E - 1.0) * t).ln(),
            Self::HwangShihDeCani(gamma) if *gamma == 0.0 => alpha * t,
            Self::HwangShihDeCani(gamma) => alpha * (-gamma * t).exp_m1() / (-gamma).exp_m1(),
            Self::KimDeMets(rho) => alpha * t.powf(*rho),
            Self::User(amounts) => amounts.get(index).copied().unwrap_or(alpha),
        }
    }

    /// The cumulative amounts of `alpha` at these fractions of the information.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a parameter that is not allowed, fractions outside (0, 1] or an error outside (0, 1);
    /// [`Error::LengthMismatch`] where amounts of one's own do not match the fractions.
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::design::Spending;
    ///
    /// let spent = Spending::OBrienFleming.spent(&[0.5, 1.0], 0.025)?;
    /// assert!((spent[0] - 0.0015253227579890005).abs() < 1e-12 && spent[1] == 0.025);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn spent(&self, fractions: &[f64], alpha: f64) -> Result<Vec<f64>> {
        self.check(fractions.len(), alpha)?;
        for &value in fractions {
            checks::share("fractions", value)?;
        }
        Ok(fractions.iter().enumerate().map(|(i, &t)| self.at(t, alpha, i)).collect())
    }

    pub(crate) fn check(&self, looks: usize, alpha: f64) -> Result<()> {
        checks::inside("alpha", alpha)?;
        match self {
            Self::HwangShihDeCani(value) if !(value.abs() <= 40.0) => {
                checks::refuse("the parameter of Hwang, Shih and DeCani", *value, "between -40 and 40")
            }
            Self::KimDeMets(value) if !(*value > 0.0 && *value <= 100.0) => {
                checks::refuse("the power of Kim and DeMets", *value, "above 0 and at most 100")
            }
            Self::User(amounts) => {
                check_len("the amounts spent", amounts.len(), "looks", looks)?;
                let mut previous = 0.0;
                for (index, &value) in amounts.iter().enumerate() {
                    if !(value >= previous && value <= alpha * (1.0 + 1e-12)) {
                        let must = "cumulative amounts do not fall, and end at the whole error";
                        return Err(Error::NotMonotone {
                            argument: "the amounts spent",
                            index,
                            value,
                            previous,
                            must,
                        });
                    }
                    previous = value;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
