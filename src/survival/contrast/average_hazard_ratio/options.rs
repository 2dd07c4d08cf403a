//! The average hazard ratio: options, checks and the verb.

use crate::error::{Error, NotEstimable, Result};
use crate::survival::contrast::average_hazard_ratio::pairs::{self, Stratum};
use crate::survival::contrast::average_hazard_ratio::ratio::AverageRatio;
use crate::survival::contrast::average_hazard_ratio::{curves, influence, weighted_cox};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::result::estimate::{Estimate, Scale};

/// How a hazard ratio that changes with time is averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum AverageMethod {
    /// Cox's score with the weight `S(t)/G(t)` of each event time, S the survival of both groups together and G that of
    /// being uncensored (Schemper, Wakounig & Heinze 2009; AHR of R's coxphw).
    #[default]
    WeightedCox,
    /// The same with `1/G(t)`: the Cox ratio that would be found without censoring (Xu & O'Quigley 2000; ARE of coxphw).
    RegressionEffect,
    /// `∫ W dΛ₁ / ∫ W dΛ₀`, `W = (S₁S₀)^α` by the Kaplan-Meier curves (Kalbfleisch & Prentice 1981; avgHR of R's nph, which has
    /// α = 1 and `exp(−Λ)` for the curves).
    Curves,
}

/// The average hazard ratio of two groups: one ratio where that of the hazards changes with time.
///
/// The ratio of a Cox model is such an average too, but with weights that hang on how long subjects happened to be followed.
/// With these methods it does not:
///
/// | [`method`](Self::method) | solves | answers |
/// |---|---|---|
/// | [`WeightedCox`](AverageMethod::WeightedCox) | `Σ w (d₁ − d θn₁/(θn₁ + n₀)) = 0`, `w = S/G` | about the odds that the event comes first in the group |
/// | [`RegressionEffect`](AverageMethod::RegressionEffect) | the same, `w = 1/G` | the Cox ratio without censoring |
/// | [`Curves`](AverageMethod::Curves) | `θ = ∫ (S₁S₀)^α dΛ₁ / ∫ (S₁S₀)^α dΛ₀` | with α = 1 those odds themselves, up to τ |
///
/// S, G and the curves are Kaplan-Meier estimates just before each event time. Under proportional hazards all three estimate the hazard
/// ratio. The [`concordance`](AverageRatio::concordance) `θ/(1 + θ)` is the probability that of two subjects, one of each group,
/// that of the first group has the event first.
///
/// # Variance
/// That of the logarithm. `Curves`: the infinitesimal jackknife, with the estimated curves' part of it. `WeightedCox` and
/// `RegressionEffect`: Lin and Wei's robust variance, the weights of the times held fixed (as coxphw has it). Replication
/// weights repeat rows, sampling weights and clusters are summed within clusters, and rows of one subject within the subject.
///
/// # Conventions
/// Tied events share one risk set (Breslow). Near ties are one time. G follows from `n(t)/n = S(t) G(t)`, that is events before
/// censorings at one time, as everywhere here (coxphw keeps those who have the event at t at risk of being censored at t);
/// the same division makes good for delayed entry. With strata, risk sets, S and G are those of each stratum and the scores are
/// summed; `Curves` has no strata.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`method`](Self::method) | `WeightedCox` | | |
/// | [`until`](Self::until) | end of common follow-up | the time τ of the last event that counts | above 0 and finite |
/// | [`power`](Self::power) | 1 | α of `Curves` | above 0 and finite |
///
/// # Cost
/// One risk table of each group and one walk over the rows; a root with one pass over the event times a step.
///
/// # Example
/// Six patients of each arm of a trial in which radiation does harm early: days to death.
/// ```
/// use greenwood::survival::{Groups, RightCensored};
/// use greenwood::survival::contrast::{AverageHazardRatio, AverageMethod};
///
/// let days = [1., 63., 105., 125., 182., 216., 17., 42., 44., 48., 60., 72.];
/// let died = [true, true, true, false, true, false, true, true, true, false, true, false];
/// let arm = Groups::from_codes(&[[0; 6], [1; 6]].concat(), &["chemotherapy", "both"])?;
/// let data = RightCensored::new(&days, &died)?;
/// let average = AverageHazardRatio::new().estimate(&data, &arm, "both", "chemotherapy")?;
/// assert_eq!(average.sentence(), "on average the rate of events is higher in both than in chemotherapy");
/// // Until day 60, by the curves.
/// let early = AverageHazardRatio::new().method(AverageMethod::Curves).until(60.0);
/// let early = early.estimate(&data, &arm, "both", "chemotherapy")?;
/// assert!(early.to_string().ends_with("both against chemotherapy (average by the curves, up to time 60)"));
/// // Nobody is followed for 1000 days.
/// let late = AverageHazardRatio::new().until(1000.0).estimate(&data, &arm, "both", "chemotherapy")?;
/// assert!(late.value().is_err());
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Kalbfleisch & Prentice (1981), Biometrika 68:105. Schemper, Wakounig & Heinze (2009), Stat Med 28:2473. Xu & O'Quigley
/// (2000), Biostatistics 1:423. Lin & Wei (1989), J Am Stat Assoc 84:1074. Dunkler, Ploner, Schemper & Heinze (2018), J Stat
/// Softw 84(2).
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "nothing is estimated until `.estimate(…)` is called"]
pub struct AverageHazardRatio {
    method: AverageMethod,
    tau: Option<f64>,
    power: f64,
}

impl Default for AverageHazardRatio {
    fn default() -> Self {
        Self::new()
    }
}

impl AverageHazardRatio {
    /// By weighted Cox regression, up to the end of common follow-up.
    pub fn new() -> Self {
        Self { method: AverageMethod::WeightedCox, tau: None, power: 1.0 }
    }

    /// How it is averaged.
    pub fn method(self, method: AverageMethod) -> Self {
        Self { method, ..self }
    }

    /// Events up to and including `tau` count.
    pub fn until(self, tau: f64) -> Self {
        Self { tau: Some(tau), ..self }
    }

    /// The power α of the two curves in the weight of [`AverageMethod::Curves`]: below 1, late times count for more.
    pub fn power(self, power: f64) -> Self {
        Self { power, ..self }
    }

    /// The hazard of `group` relative to that of `reference`, on average. Other groups are ignored.
    ///
    /// Where τ lies beyond the follow-up of a group, and no curve is 0 by then, the ratio is
    /// [`NotEstimable::BeyondFollowUp`]; where no event compares the groups, [`NotEstimable::NothingCompared`].
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a τ or a power that is not above 0 and finite; [`Error::LengthMismatch`];
    /// [`Error::UnknownLabel`]; [`Error::Unsupported`] for a power or strata where the method has none.
    pub fn estimate(
        &self,
        data: &RightCensored,
        groups: &Groups,
        group: &str,
        reference: &str,
    ) -> Result<AverageRatio> {
        self.check(data)?;
        let pair = [groups.code(group)?, groups.code(reference)?];
        groups.check_len("groups", data.len())?;
        let data = data.merged();
        let strata = pairs::strata(&data, groups, pair, self.tau)?;
        let estimate = self.average(&strata).map(|(log_ratio, responses)| {
            let error = || influence::std_error(&data, groups, pair, &responses);
            let error = if log_ratio.is_finite() { error() } else { Err(NotEstimable::ZeroOrInfinite) };
            Estimate::with_error(Scale::Log, log_ratio, error)
        });
        let estimate = estimate.unwrap_or_else(|because| Estimate::none(Scale::Log, because));
        Ok(AverageRatio::new([group, reference], self.method, self.tau, estimate))
    }

    fn average(&self, strata: &[Stratum]) -> Result<(f64, Vec<influence::Responses>), NotEstimable> {
        let last = strata.iter().map(|s| s.last).fold(0.0, f64::max);
        if let Some(tau) = self.tau
            && tau > last
            && !strata.iter().any(|s| s.ends_at_zero)
        {
            return Err(NotEstimable::BeyondFollowUp { time: tau, last });
        }
        match (self.method, strata) {
            (AverageMethod::Curves, [one]) => {
                curves::average(one, self.power).map(|(log_ratio, responses)| (log_ratio, vec![responses]))
            }
            (AverageMethod::Curves, _) => Err(NotEstimable::NothingCompared),
            (method, strata) => weighted_cox::average(strata, method),
        }
    }

    fn check(&self, data: &RightCensored) -> Result<()> {
        for (argument, value) in [("until", self.tau.unwrap_or(1.0)), ("power", self.power)] {
            if !(value > 0.0 && value < f64::INFINITY) {
                return Err(Error::OutOfRange { argument, value, must_be: "above 0 and finite" });
            }
        }
        let refuse = |method, with, why| Err(Error::Unsupported { method, with, why });
        if self.method != AverageMethod::Curves && self.power != 1.0 {
            let why = "the power is that of the curves: ask for `AverageMethod::Curves`";
            return refuse("weighted Cox regression", "a power", why);
        }
        if self.method == AverageMethod::Curves && data.strata().is_some() {
            let why = "the curves of several strata have no common average: use `AverageMethod::WeightedCox`";
            return refuse("the average by the curves", "strata", why);
        }
        Ok(())
    }
}
