//! The curve that a model predicts for one row: a full survival curve without its own data.

use std::fmt;

use crate::error::{NotEstimable, Result};
use crate::survival::curve::quantile::{Quantile, QuantileRule};
use crate::survival::curve::step_function::StepFunction;
use crate::survival::result::interval::{ConfidenceInterval, Interval};

/// The predicted survival of one row in one stratum, and its cumulative hazard. Made by
/// [`Baseline::curve`](crate::survival::regression::Baseline::curve).
///
/// It is asked as any curve is: for a probability with its interval, a quantile, an area. It ends where the follow-up of
/// its stratum ends: beyond it a curve above 0 has no value ([`NotEstimable::BeyondFollowUp`]). Its standard error takes sampling weights for
/// numbers of subjects where it counts events, as R's does: it depends on their unit.
///
/// # Example
/// ```
/// use greenwood::survival::{CoxPh, Design, RightCensored};
/// use greenwood::survival::result::NotEstimable;
///
/// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5., 6., 8.], &[true, true, true, false, true, true, true, false])?;
/// let age = [61., 48., 70., 52., 66., 59., 50., 63.];
/// let design = Design::builder().numeric("age", &age).build()?;
/// let fit = CoxPh::new().fit(&data, &design)?;
/// let curve = fit.with(&data, &design)?.baseline()?.curve(&fit.row().numeric("age", 60.0))?;
///
/// let (lower, upper) = curve.interval(4.0, 0.90)?.bounds().unwrap();
/// assert!(lower < curve.value(4.0)? && curve.value(4.0)? < upper);
/// assert_eq!(curve.median().value()?, 4.0);
/// assert!(curve.restricted_mean(8.0)? > 3.0);
/// assert_eq!(curve.value(9.0), Err(NotEstimable::BeyondFollowUp { time: 9.0, last: 8.0 }));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawCurve"))]
pub struct PredictedCurve {
    survival: StepFunction,
    hazard: StepFunction,
}

impl PredictedCurve {
    /// A curve from its columns; the standard error is that of the cumulative hazard, which is that of log S.
    pub(super) fn new(
        times: &[f64],
        survival: Vec<f64>,
        hazard: &[f64],
        std_error: &[f64],
        last: f64,
    ) -> Result<Self> {
        // The square of a large error may outgrow every number.
        let variance: Vec<f64> = std_error.iter().map(|se| (se * se).min(f64::MAX)).collect();
        let hazard = StepFunction::hazard(times, hazard, &variance, last)?;
        // Rounding may let an exponential rise by its last bit.
        let mut least = 1.0;
        let mut falling = survival;
        for s in &mut falling {
            least = f64::min(least, *s);
            *s = least;
        }
        Ok(Self { survival: StepFunction::survival(times, &falling, &variance, last)?, hazard })
    }

    /// The survival as a step function at the event times.
    #[must_use]
    pub fn survival(&self) -> &StepFunction {
        &self.survival
    }

    /// The cumulative hazard as a step function at the event times.
    #[must_use]
    pub fn cumulative_hazard(&self) -> &StepFunction {
        &self.hazard
    }

    /// The event times.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        self.survival.times()
    }

    /// The last time at which anybody of the stratum was under observation.
    #[must_use]
    pub fn last_time(&self) -> f64 {
        self.survival.last_time()
    }

    /// S(t): `exp(−H(t))`, or the product of Kalbfleisch and Prentice.
    ///
    /// # Errors
    /// [`NotEstimable`] beyond follow-up, or for a time that is NaN or negative.
    pub fn value(&self, t: f64) -> Result<f64, NotEstimable> {
        self.survival.value(t)
    }

    /// The standard error of log S(t), which is that of the cumulative hazard.
    ///
    /// # Errors
    /// [`NotEstimable`] as for [`value`](Self::value); where S is 0; before the first event.
    pub fn std_error(&self, t: f64) -> Result<f64, NotEstimable> {
        self.survival.std_error(t)
    }

    /// A pointwise interval for S(t). Without limits where there is no estimate or no standard error.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside (0, 1).
    pub fn interval(&self, t: f64, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        self.survival.interval(t, interval)
    }

    /// The time by which a share `p` is predicted to have had the event.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where `p` is not in [0, 1].
    pub fn quantile(&self, p: f64) -> Result<Quantile> {
        self.survival.quantile(p)
    }

    /// The same with another interval or another rule for flat steps.
    ///
    /// # Errors
    /// As [`StepFunction::quantile_by`].
    pub fn quantile_by(&self, p: f64, rule: impl Into<QuantileRule>) -> Result<Quantile> {
        self.survival.quantile_by(p, rule)
    }

    /// The predicted median.
    #[must_use]
    pub fn median(&self) -> Quantile {
        self.survival.median()
    }

    /// The predicted mean survival time up to `tau`, in the unit of the times.
    ///
    /// # Errors
    /// As [`StepFunction::restricted_mean`].
    pub fn restricted_mean(&self, tau: f64) -> Result<f64> {
        self.survival.restricted_mean(tau)
    }

    /// The steps as (time, S) in order of time.
    pub fn steps(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.survival.steps()
    }

    /// The same curve, carried on flat beyond follow-up.
    #[must_use]
    pub fn extended(&self) -> Self {
        Self { survival: self.survival.extended(), hazard: self.hazard.extended() }
    }
}

impl fmt::Display for PredictedCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Survival predicted by a Cox model: median {}\n{}", self.median(), self.survival)
    }
}

#[cfg(feature = "serde")]
mod stored {
    //! A predicted curve as it is read back: two step functions of the same times and variances.

    use super::{PredictedCurve, Result, StepFunction};
    use crate::error::{Error, FileError};
    use crate::survival::curve::step_function::Kind;

    #[derive(serde::Deserialize)]
    pub(super) struct RawCurve {
        survival: StepFunction,
        hazard: StepFunction,
    }

    impl TryFrom<RawCurve> for PredictedCurve {
        type Error = Error;

        fn try_from(raw: RawCurve) -> Result<Self> {
            let RawCurve { survival, hazard } = raw;
            let alike = survival.kind() == Kind::Survival
                && hazard.kind() == Kind::Hazard
                && survival.times() == hazard.times()
                && survival.variance() == hazard.variance()
                && survival.last_time() == hazard.last_time();
            if alike {
                return Ok(Self { survival, hazard });
            }
            Err(Error::File(FileError::DataSet {
                action: "read",
                why: "the predicted survival and the hazard differ in times or variances".into(),
            }))
        }
    }
}
