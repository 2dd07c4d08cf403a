//! Restricted mean survival time: the area under the curve up to a horizon.

use std::fmt;

use crate::error::{Error, NotEstimable, Result};
use crate::numeric::sums::Sum;
use crate::print::Number;
use crate::survival::curve::estimator::{Estimator, greenwood};
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::curve::survival_estimate::SurvivalEstimate;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};

/// The restricted mean survival time up to τ: `μ(τ) = ∫₀^τ S(t) dt`.
///
/// Its variance is `Σ_{tᵢ ≤ τ} (∫_{tᵢ}^τ S)² dᵢ/(nᵢ(nᵢ − dᵢ))`, robust where the curve's is. Unit: that of
/// the times. Irwin (1949); Royston & Parmar (2013), BMC Med Res Methodol 13:152.
///
/// # Example
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
///
/// let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false])?);
/// let mean = curve.restricted_mean(3.0)?;
/// assert_eq!((mean.value(), mean.time_lost()), (1.0 + 0.75 + 0.5, 0.75));
/// assert_eq!(mean.to_string(), "2.25 ± 0.41 (up to 3)");
/// assert_eq!(format!("{:.2}", mean.interval(0.95)?), "1.44 to 3.00"); // no mean lies beyond the horizon
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct RestrictedMean {
    tau: f64,
    start: f64,
    estimate: Estimate,
}

/// A restricted mean as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    tau: f64,
    start: f64,
    estimate: Estimate,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for RestrictedMean {
    type Error = Error;

    fn try_from(Raw { tau, start, estimate }: Raw) -> Result<Self> {
        let value = estimate.value()?;
        if !(start >= 0.0 && tau > start && tau < f64::INFINITY) {
            return Err(Error::OutOfRange {
                argument: "tau",
                value: tau,
                must_be: "finite and above the start",
            });
        }
        if !(value >= 0.0 && value <= tau - start) {
            let must_be = "in [0, tau − start]";
            return Err(Error::OutOfRange { argument: "the restricted mean", value, must_be });
        }
        Ok(Self { tau, start, estimate: estimate.within(0.0, tau - start) })
    }
}

impl RestrictedMean {
    /// The horizon τ.
    #[must_use]
    pub fn tau(&self) -> f64 {
        self.tau
    }

    /// The restricted mean, in the unit of the times.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.estimate.value().unwrap_or(f64::NAN)
    }

    /// Its standard error, above 0.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason: nobody has had the event up to τ, so that a width of 0 would be no certainty;
    /// a table of sampling weights without the subjects behind it.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.estimate.std_error()
    }

    /// The scale of the standard error: the mean itself.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.estimate.scale()
    }

    /// The restricted mean time lost, `τ − μ(τ)`. It has the same standard error.
    #[must_use]
    pub fn time_lost(&self) -> f64 {
        self.tau - self.start - self.value()
    }

    /// `μ ± z·se`, cut to [0, τ].
    ///
    /// # Errors
    /// As [`Estimate::interval`].
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        self.estimate.interval(interval)
    }
}

impl fmt::Display for RestrictedMean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        write!(f, "{:.decimals$}", Number(self.value()))?;
        match self.std_error() {
            Ok(se) => write!(f, " ± {:.decimals$}", Number(se))?,
            Err(because) => write!(f, " (no standard error: {because:#})")?,
        }
        write!(f, " (up to {})", Number(self.tau))
    }
}

impl SurvivalCurve {
    /// The restricted mean survival time up to `tau`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `tau` is not above the curve's start; [`Error::BeyondFollowUp`] where the
    /// curve has not reached 0 and nobody is observed up to `tau`: a curve is not extrapolated, unless it is
    /// [`extended`](Self::extended); [`Error::NotEstimable`] where nobody is in the group.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    ///
    /// let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false])?);
    /// assert_eq!(curve.restricted_mean(3.0)?.value(), 1.0 + 0.75 + 0.5);
    /// assert!(curve.restricted_mean(5.0).is_err());
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn restricted_mean(&self, tau: f64) -> Result<RestrictedMean> {
        if !(tau > self.start && tau < f64::INFINITY) {
            let must_be = "finite and above the time at which the curve starts";
            return Err(Error::OutOfRange { argument: "tau", value: tau, must_be });
        }
        let tau = self.meant(tau);
        match self.answers(tau) {
            Err(NotEstimable::BeyondFollowUp { last, .. }) => Err(Error::BeyondFollowUp { tau, last }),
            Err(because) => Err(because.into()),
            Ok(()) => Ok(self.area(tau)),
        }
    }

    /// A time as the rows have it: that of a row from which it differs by rounding alone.
    fn meant(&self, asked: f64) -> f64 {
        const ROUNDING: f64 = 1e-12;
        let times = self.table.times();
        let next = times.partition_point(|&t| t < asked);
        let of = |&t: &f64| (t - asked).abs() <= ROUNDING * t;
        times[next.saturating_sub(1)..].iter().take(2).copied().find(of).unwrap_or(asked)
    }

    /// The same without the refusal: beyond the last observation the curve is taken as flat.
    pub(crate) fn area(&self, tau: f64) -> RestrictedMean {
        let rows = self.table.times().partition_point(|&t| t <= tau);
        let times = &self.table.times()[..rows];
        let sampling = self.table.has_sampling_weights();
        let mut influences = self.influence.as_ref().map(|_| self.row_influences());
        if let Some(influences) = &mut influences {
            influences[rows..].fill_with(Default::default);
        }
        // Areas are divided by a power of two near τ before they are squared: no horizon is too far, no bit is lost.
        let unit = power_of_two(tau);
        let per_unit = unit.recip();
        // Of a product-limit curve over plain counts the loop needs two numbers of a row, not the row.
        let columns = self.table.subject_columns().filter(|_| self.estimator == Estimator::KaplanMeier);
        let term = |i: usize| match columns {
            Some((_, at_risk, events)) => greenwood(f64::from(events[i]), f64::from(at_risk[i])),
            None => self.estimator.step(&self.table.row(i), sampling).variance,
        };
        let (mut to_right, mut variance) = (Sum::default(), Sum::default());
        let mut next = tau;
        for i in (0..rows).rev() {
            to_right.add((next - times[i]) * self.survival[i]);
            next = times[i];
            let area = to_right.value() * per_unit;
            if let Some(influences) = &mut influences {
                influences[i].at_risk *= area;
                influences[i].event *= area;
            } else {
                // Where the curve falls to 0 the area to the right is 0 too.
                variance.add(area * area * term(i));
            }
        }
        to_right.add(next - self.start);
        let variance = match (&self.influence, &influences) {
            (Some(influence), Some(influences)) => Some(influence.variance_of_sum(influences)),
            _ => (!self.log_variance.is_empty()).then(|| variance.value()),
        };
        let value = to_right.value();
        // Where nobody lost any time the variance is 0, which is no certainty.
        let curve = if value >= tau - self.start { 1.0 } else { 0.5 };
        let std_error = SurvivalEstimate::error_of(curve, variance).map(|v| v.sqrt() * unit);
        let estimate = Estimate::with_error(Scale::Identity, value, std_error).within(0.0, tau - self.start);
        RestrictedMean { tau, start: self.start, estimate }
    }
}

/// The largest power of two that is not above a positive number.
fn power_of_two(x: f64) -> f64 {
    let exponent = x.to_bits() & 0x7ff0_0000_0000_0000;
    if exponent == 0 { f64::MIN_POSITIVE } else { f64::from_bits(exponent) }
}
