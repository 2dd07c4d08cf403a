//! Two restricted mean survival times.

use crate::error::{Error, Result};
use crate::survival::curve::restricted_mean::RestrictedMean;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::estimate::{Estimate, Scale};

/// What is compared of two restricted means μ₁ (of the curve asked) and μ₀ up to a common horizon τ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum MeanMeasure {
    /// `μ₁ − μ₀`, in the unit of the times.
    #[default]
    Difference,
    /// `μ₁ / μ₀`.
    Ratio,
    /// The ratio of the times lost, `(τ − μ₁) / (τ − μ₀)`.
    TimeLostRatio,
}

impl SurvivalCurve {
    /// The restricted mean up to `tau` of this curve against that of `other`, the two being independent.
    ///
    /// Variances add for the difference, and divided by the squared means (or times lost) for the logarithm
    /// of a ratio. Royston & Parmar (2013), BMC Med Res Methodol 13:152; Uno et al. (2014), J Clin Oncol
    /// 32:2380. Weights and delayed entry come in through each curve's own variance.
    ///
    /// # Errors
    /// As [`restricted_mean`](Self::restricted_mean): [`Error::BeyondFollowUp`] unless both curves are
    /// defined up to `tau` ([`common_horizon`](Self::common_horizon) is the largest such time);
    /// [`Error::OutOfRange`] where `tau` is not above both curves' start, or the starts differ.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    /// use greenwood::survival::contrast::MeanMeasure;
    ///
    /// let a = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, false, false, true])?);
    /// let b = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?);
    /// let gain = a.restricted_mean_contrast(&b, 3.0, MeanMeasure::Difference)?;
    /// assert_eq!(gain.value()?, 0.25);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn restricted_mean_contrast(&self, other: &Self, tau: f64, measure: MeanMeasure) -> Result<Estimate> {
        if self.start() != other.start() {
            let must_be = "the same for both curves: areas from different times on cannot be compared";
            return Err(Error::OutOfRange {
                argument: "the other curve's start",
                value: other.start(),
                must_be,
            });
        }
        Ok(contrast(&self.restricted_mean(tau)?, &other.restricted_mean(tau)?, measure))
    }

    /// The largest horizon up to which both curves are defined: the smaller of the last times of observation,
    /// of those curves that have not reached 0. Returns `None` if both have, for then any horizon will do, or
    /// where a curve has no subjects.
    #[must_use]
    pub fn common_horizon(&self, other: &Self) -> Option<f64> {
        let horizon = |curve: &Self| match curve.values().last() {
            Some(&s) if s <= 0.0 => Some(f64::INFINITY),
            _ => curve.last_time(),
        };
        Some(horizon(self)?.min(horizon(other)?)).filter(|tau| tau.is_finite())
    }
}

fn contrast(a: &RestrictedMean, b: &RestrictedMean, measure: MeanMeasure) -> Estimate {
    // An error that comes from one curve alone is none.
    let errors = a.std_error().and_then(|ea| b.std_error().map(|eb| (ea, eb)));
    let ratio = |x: f64, y: f64| {
        let std_error = errors.map(|(ea, eb)| (ea / x).hypot(eb / y));
        Estimate::with_error(Scale::Log, (x / y).ln(), std_error)
    };
    match measure {
        MeanMeasure::Difference => {
            let std_error = errors.map(|(ea, eb)| ea.hypot(eb));
            Estimate::with_error(Scale::Identity, a.value() - b.value(), std_error)
        }
        MeanMeasure::Ratio => ratio(a.value(), b.value()),
        MeanMeasure::TimeLostRatio => ratio(a.time_lost(), b.time_lost()),
    }
}
