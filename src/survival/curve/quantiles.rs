//! The quantiles of a survival curve.

use crate::error::Result;
use crate::survival::curve::quantile::{Crossings, Quantile, QuantileRule, TOLERANCE};
use crate::survival::curve::survival_curve::SurvivalCurve;

impl SurvivalCurve {
    /// The time by which a share `p` has had the event, with the default interval (95 %, log-log).
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where `p` is not in [0, 1].
    pub fn quantile(&self, p: f64) -> Result<Quantile> {
        Ok(self.quantiles(&[p], QuantileRule::default())?[0])
    }

    /// The median survival time, with the default interval.
    #[must_use]
    pub fn median(&self) -> Quantile {
        match self.quantile(0.5) {
            Ok(median) => median,
            Err(_) => unreachable!("0.5 is a probability and the default level is one"),
        }
    }

    /// Several quantiles, with the interval and the rule for flat steps that are asked for, in one pass over
    /// the curve for each.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where a `p` is not in [0, 1] or the level is not inside (0, 1).
    pub fn quantiles(&self, p: &[f64], rule: impl Into<QuantileRule>) -> Result<Vec<Quantile>> {
        let rule = rule.into();
        let interval = rule.interval();
        let z = interval.z()?;
        let mut crossings = Crossings::new(self.last_time().unwrap_or(f64::NAN), self.start());
        let mut last = (f64::NAN, f64::NAN, None);
        for step in self.steps() {
            let at_risk = step.estimate.at_risk;
            // A step beyond the last observation is one of weight 0.
            let Ok(s) = step.estimate.value else { break };
            let limits =
                if (s, at_risk) == (last.0, last.1) { last.2 } else { step.estimate.limits(&interval, z) };
            last = (s, at_risk, limits);
            crossings.push(step.row.time, s, limits);
        }
        p.iter().map(|&p| crossings.quantile(p, &rule)).collect()
    }

    /// The [`quantile`](Self::quantile) without its interval. Returns `None` if the curve does not come down to `1 − p`.
    /// No step is asked for its limits, which cost more than all the rest.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where `p` is not in [0, 1].
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    ///
    /// let data = RightCensored::new(&[4., 6., 8., 10., 12.], &[true, true, false, true, false])?;
    /// let curve = KaplanMeier::fit(&data);
    /// assert_eq!(curve.quantile_value(0.5)?, Some(10.0));
    /// assert_eq!(curve.quantile_value(0.9)?, None);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn quantile_value(&self, p: f64) -> Result<Option<f64>> {
        let mut crossings = Crossings::new(self.last_time().unwrap_or(f64::NAN), self.start());
        // What is above the level does not move the quantile either, and a curve never rises.
        let above = self.survival.partition_point(|&s| s > 1.0 - p + TOLERANCE);
        for i in above..self.table.len() {
            let row = self.table.row(i);
            if !row.is_exit() {
                continue;
            }
            if self.answers(row.time).is_err() {
                break;
            }
            let s = self.survival[i];
            crossings.push(row.time, s, None);
            // What comes after the first step below the level does not move the quantile.
            if s < 1.0 - p - TOLERANCE {
                break;
            }
        }
        Ok(crossings.quantile(p, &QuantileRule::default())?.value().ok())
    }
}

#[cfg(feature = "plot")]
impl SurvivalCurve {
    /// The median without its interval.
    pub(crate) fn median_value(&self) -> Option<f64> {
        self.quantile_value(0.5).ok().flatten()
    }
}
