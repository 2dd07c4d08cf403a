//! Restricted mean survival time: the area under the curve up to a horizon.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::sums::Sum;
use crate::survival::curve::kaplan_meier::hazard_step;
use crate::survival::curve::survival_curve::{Estimator, SurvivalCurve};
use crate::survival::result::interval::{ConfidenceInterval, z_of};

/// The restricted mean survival time up to τ: `μ(τ) = ∫₀^τ S(t) dt`.
///
/// Its variance is `Σ_{tᵢ ≤ τ} (∫_{tᵢ}^τ S)² dᵢ/(nᵢ(nᵢ − dᵢ))`, robust where the curve's is. Unit: that of
/// the times. Irwin (1949); Royston & Parmar (2013), BMC Med Res Methodol 13:152.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RestrictedMean {
    tau: f64,
    estimate: f64,
    std_error: Option<f64>,
    start: f64,
}

impl RestrictedMean {
    /// The horizon τ.
    #[must_use]
    pub fn tau(&self) -> f64 {
        self.tau
    }

    /// The restricted mean, in the unit of the times.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        self.estimate
    }

    /// Its standard error; `None` where a table of sampling weights gives none.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.std_error
    }

    /// The restricted mean time lost, `τ − μ(τ)`. It has the same standard error.
    #[must_use]
    pub fn time_lost(&self) -> f64 {
        self.tau - self.start - self.estimate
    }

    /// `μ ± z·se`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval(&self, level: f64) -> Result<ConfidenceInterval> {
        let z = z_of(level)?;
        let bounds = self.std_error.map(|se| (self.estimate - z * se, self.estimate + z * se));
        Ok(ConfidenceInterval::new(bounds, level))
    }
}

impl fmt::Display for RestrictedMean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        write!(f, "{:.decimals$}", self.estimate)?;
        self.std_error.map_or(Ok(()), |se| write!(f, " ± {se:.decimals$}"))?;
        write!(f, " (up to {})", self.tau)
    }
}

impl SurvivalCurve {
    /// The restricted mean survival time up to `tau`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `tau` is not above the curve's start; [`Error::BeyondFollowUp`] where the
    /// curve has not reached 0 and nobody is observed up to `tau`: a curve is not extrapolated.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    ///
    /// let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false])?);
    /// assert_eq!(curve.restricted_mean(3.0)?.estimate(), 1.0 + 0.75 + 0.5);
    /// assert!(curve.restricted_mean(5.0).is_err());
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn restricted_mean(&self, tau: f64) -> Result<RestrictedMean> {
        if !(tau > self.start && tau < f64::INFINITY) {
            let must_be = "finite and above the time at which the curve starts";
            return Err(Error::OutOfRange { argument: "tau", value: tau, must_be });
        }
        let last = self.last_time().unwrap_or(self.start);
        if tau > last && self.survival.last().is_none_or(|&s| s > 0.0) {
            return Err(Error::BeyondFollowUp { tau, last });
        }
        Ok(self.area(tau))
    }

    /// The same without the refusal: beyond the last observation the curve is taken as flat.
    pub(crate) fn area(&self, tau: f64) -> RestrictedMean {
        let rows = self.table.times().partition_point(|&t| t <= tau);
        let times = &self.table.times()[..rows];
        let sampling = self.table.has_sampling_weights();
        let mut pulls = self.influence.as_ref().map(|_| self.pulls());
        if let Some(pulls) = &mut pulls {
            pulls[rows..].fill_with(Default::default);
        }
        let (mut to_right, mut variance) = (Sum::default(), Sum::default());
        let mut next = tau;
        for i in (0..rows).rev() {
            to_right.add((next - times[i]) * self.survival[i]);
            next = times[i];
            let area = to_right.value();
            if let Some(pulls) = &mut pulls {
                pulls[i].at_risk *= area;
                pulls[i].event *= area;
            } else {
                variance.add(area * area * self.variance_step(i, sampling));
            }
        }
        to_right.add(next - self.start);
        let variance = match (&self.influence, &pulls) {
            (Some(influence), Some(pulls)) => Some(influence.variance_of_sum(pulls)),
            _ => (!self.log_variance.is_empty() || self.survival.is_empty()).then(|| variance.value()),
        };
        RestrictedMean {
            tau,
            estimate: to_right.value(),
            std_error: variance.map(f64::sqrt),
            start: self.start,
        }
    }

    /// What row `i` adds to the model-based variance of log S; 0 where the curve falls to 0, for there the
    /// area to the right is 0 too.
    fn variance_step(&self, i: usize, sampling: bool) -> f64 {
        let row = self.table.row(i);
        if self.estimator != Estimator::KaplanMeier {
            return hazard_step(self.estimator, &row, sampling).1;
        }
        let (d, n) = (row.events, row.at_risk);
        if d > 0.0 && d < n { d / (n * (n - d)) } else { 0.0 }
    }
}
