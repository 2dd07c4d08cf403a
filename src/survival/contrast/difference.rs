//! The difference of two survival probabilities at one time.

use std::fmt;

use crate::error::Result;
use crate::numeric::distribution::normal_two_sided;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::{ConfidenceInterval, percent, z_of};

/// The difference `S(t) of one curve − S(t) of another`, independent of each other, at a fixed time.
///
/// Its variance is the sum of the two (Klein, Logan, Harhoff & Andersen 2007, Stat Med 26:4505, the untransformed
/// form); `z = difference / standard error`, two-sided p.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SurvivalDifference {
    time: f64,
    estimate: f64,
    std_error: Option<f64>,
}

impl SurvivalDifference {
    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The difference of the two probabilities.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        self.estimate
    }

    /// Its standard error; `None` where one of the curves is at 0 and has none.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.std_error
    }

    /// Estimate over standard error; `None` without one, or where it is 0.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        self.std_error.filter(|&se| se > 0.0).map(|se| self.estimate / se)
    }

    /// The two-sided p-value of the hypothesis that the difference is 0.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.z().map(normal_two_sided)
    }

    /// `difference ± z·se`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside (0, 1).
    pub fn interval(&self, level: f64) -> Result<ConfidenceInterval> {
        let z = z_of(level)?;
        let bounds = self.std_error.map(|se| (self.estimate - z * se, self.estimate + z * se));
        Ok(ConfidenceInterval::new(bounds, level))
    }
}

impl SurvivalCurve {
    /// How much higher this curve is than `other` at `t`, the two being independent.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    ///
    /// let a = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, false, false, true])?);
    /// let b = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?);
    /// assert_eq!(a.difference(&b, 2.5).estimate(), 0.25);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn difference(&self, other: &Self, t: f64) -> SurvivalDifference {
        let (a, b) = (self.at(t), other.at(t));
        SurvivalDifference {
            time: t,
            estimate: a.value() - b.value(),
            std_error: a.std_error().zip(b.std_error()).map(|(a, b)| a.hypot(b)),
        }
    }
}

/// `-28.6 percentage points (95% CI -74.3 to +17.1)`.
impl fmt::Display for SurvivalDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        write!(f, "{:+.decimals$} percentage points", 100.0 * self.estimate)?;
        let interval = self.interval(0.95).map_err(|_| fmt::Error)?;
        match interval.bounds() {
            Some((lower, upper)) => write!(
                f,
                " ({}% CI {:+.decimals$} to {:+.decimals$})",
                percent(interval.level),
                100.0 * lower,
                100.0 * upper
            ),
            None => write!(f, " (no interval)"),
        }
    }
}
