//! What the analysis of one trial says: a statistic, an estimate with its interval, or both.

use crate::survival::contrast::SurvivalContrast;
use crate::survival::result::{Alternative, Estimate, Interval, Scale};

/// What the analysis of one simulated trial says.
///
/// The **statistic** is standard normal where there is no effect and grows with the benefit. The **estimate**, if there is one,
/// is judged against the [truth](crate::trial::design::simulation::Simulation::truth): bias, coverage. Either may be missing.
///
/// `None` and `Some(z)` are findings (`into()`), so an analysis that only tests returns an `Option<f64>`.
///
/// # Example
/// ```
/// use greenwood::survival::result::{Alternative, Estimate, Scale};
/// use greenwood::trial::design::simulation::Finding;
///
/// // A hazard ratio of 0.7 whose logarithm has the standard error 0.15: a lower ratio is the benefit.
/// let ratio = Estimate::new(Scale::Log, 0.7_f64.ln(), 0.15);
/// let finding = Finding::of(&ratio, Alternative::FirstLower);
/// assert!((finding.statistic().unwrap() + 0.7_f64.ln() / 0.15).abs() < 1e-12);
/// assert_eq!(Finding::from(Some(1.7)).statistic(), Some(1.7));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Finding {
    statistic: Option<f64>,
    pub(super) estimate: Option<Found>,
}

/// An estimate on its working scale: the logarithm of a ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) scale: Scale,
    pub(super) value: f64,
    pub(super) std_error: Option<f64>,
    pub(super) interval: Option<(f64, f64)>,
}

impl Finding {
    /// Nothing could be computed.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// An estimate with its Wald test and its interval at 95 %; `benefit` says whether a lower or a higher value is one. The
    /// first of the two that are compared is the experimental arm.
    #[must_use]
    pub fn of(estimate: &Estimate, benefit: Alternative) -> Self {
        let sign = if benefit == Alternative::FirstHigher { 1.0 } else { -1.0 };
        let statistic = estimate.statistic().map(|z| sign * z);
        Self { statistic, estimate: None }.with_estimate(estimate)
    }

    /// The same with another statistic; one that is not a number is none.
    #[must_use]
    pub fn with_statistic(self, statistic: f64) -> Self {
        Self { statistic: Some(statistic).filter(|z| !z.is_nan()), ..self }
    }

    /// The same with this estimate and its interval at 95 %. An estimate that is infinite or not estimable is none.
    #[must_use]
    pub fn with_estimate(self, estimate: &Estimate) -> Self {
        let working = |x: f64| if estimate.scale() == Scale::Log { x.ln() } else { x };
        let value = estimate.value().ok().map(working).filter(|x| x.is_finite());
        let interval = estimate.interval(Interval::default()).ok().and_then(|i| i.bounds());
        let estimate = value.map(|value| Found {
            scale: estimate.scale(),
            value,
            std_error: estimate.std_error().ok().filter(|s| s.is_finite()),
            interval: interval.map(|(lower, upper)| (working(lower), working(upper))),
        });
        Self { estimate, ..self }
    }

    /// The same with this interval, on the scale of the reported estimate, in place of the estimate's own: that of another
    /// method or level. Without effect where there is no estimate.
    #[must_use]
    pub fn with_interval(self, lower: f64, upper: f64) -> Self {
        let estimate = self.estimate.map(|found| {
            let working = |x: f64| if found.scale == Scale::Log { x.ln() } else { x };
            Found { interval: Some((working(lower), working(upper))), ..found }
        });
        Self { estimate, ..self }
    }

    /// The statistic: it grows with the benefit.
    #[must_use]
    pub fn statistic(&self) -> Option<f64> {
        self.statistic
    }

    /// The estimate as it is reported (a ratio, not its logarithm).
    #[must_use]
    pub fn estimate(&self) -> Option<f64> {
        self.estimate.map(|e| if e.scale == Scale::Log { e.value.exp() } else { e.value })
    }
}

impl From<Option<f64>> for Finding {
    fn from(statistic: Option<f64>) -> Self {
        Self { statistic: statistic.filter(|z| !z.is_nan()), estimate: None }
    }
}

/// A difference of survival probabilities: more of them is the benefit.
impl From<&SurvivalContrast> for Finding {
    fn from(contrast: &SurvivalContrast) -> Self {
        Self::of(&Estimate::from(*contrast), Alternative::FirstHigher)
    }
}

/// An analysis that fails finds nothing.
impl<T: Into<Self>> From<crate::error::Result<T>> for Finding {
    fn from(result: crate::error::Result<T>) -> Self {
        result.map_or_else(|_| Self::none(), Into::into)
    }
}
