//! Two medians.

use std::fmt;

use crate::error::Result;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::{ConfidenceInterval, percent, z_of};

/// What is compared of two medians m₁ (of the curve asked) and m₀.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum MedianMeasure {
    /// `m₁ − m₀`, in the unit of the times.
    #[default]
    Difference,
    /// `m₁ / m₀`.
    Ratio,
}

impl MedianMeasure {
    fn of(self, m1: f64, m0: f64) -> f64 {
        match self {
            Self::Difference => m1 - m0,
            Self::Ratio => m1 / m0,
        }
    }
}

/// A difference or ratio of medians with its interval. A limit that the data do not give is `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MedianContrast {
    measure: MedianMeasure,
    estimate: Option<f64>,
    interval: ConfidenceInterval,
}

impl MedianContrast {
    /// What is compared.
    #[must_use]
    pub fn measure(&self) -> MedianMeasure {
        self.measure
    }

    /// The estimate, or `None` where a median is not reached.
    #[must_use]
    pub fn estimate(&self) -> Option<f64> {
        self.estimate
    }

    /// The interval.
    #[must_use]
    pub fn interval(&self) -> ConfidenceInterval {
        self.interval
    }
}

impl fmt::Display for MedianContrast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        let what = match self.measure {
            MedianMeasure::Difference => "difference of medians",
            MedianMeasure::Ratio => "ratio of medians",
        };
        let estimate = self.estimate.map_or("not reached".into(), |x| format!("{x:.decimals$}"));
        let level = percent(self.interval.level);
        write!(f, "{what} {estimate} ({level}% CI {:.decimals$})", self.interval)
    }
}

impl SurvivalCurve {
    /// The median of this curve against that of `other`, the two being independent.
    ///
    /// The interval holds every value for which some pair of times is compatible with being the medians:
    /// `min Σ ((S(m) − ½)/se(m))² ≤ χ²₁` over the pairs with that difference (or ratio). No density has to be
    /// estimated. With one curve alone this is the plain Brookmeyer-Crowley interval. Su & Wei (1993),
    /// Biometrics 49:603; the standard error is Greenwood's (or the robust one) at the time itself.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside (0, 1).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, MedianMeasure, RightCensored};
    ///
    /// let late = KaplanMeier::fit(&RightCensored::new(&[4., 6., 8., 10., 12., 14., 16., 18.], &[true; 8])?);
    /// let soon = KaplanMeier::fit(&RightCensored::new(&[1., 2., 3., 4., 5., 6., 7., 8.], &[true; 8])?);
    /// let gain = late.median_contrast(&soon, MedianMeasure::Difference, 0.95)?;
    /// assert_eq!(gain.estimate(), Some(11.0 - 4.5));
    /// assert_eq!(gain.interval().bounds(), Some((0.0, 13.0)));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn median_contrast(
        &self,
        other: &Self,
        measure: MedianMeasure,
        level: f64,
    ) -> Result<MedianContrast> {
        let threshold = z_of(level)?.powi(2);
        let (first, second) = (plausible(self, threshold), plausible(other, threshold));
        // A stretch of the first curve allows for those of the second whose cost fits into what it leaves.
        // The lowest value comes from an early first median with a late second one, and the other way round.
        let (mut lower, mut upper) = (f64::INFINITY, f64::NEG_INFINITY);
        for a in &first {
            for b in second.iter().filter(|b| a.cost + b.cost <= threshold) {
                lower = lower.min(measure.of(a.from, b.to));
                upper = upper.max(measure.of(a.to, b.from));
            }
        }
        let limit = |x: f64, none: f64| Some(x).filter(|x| x.is_finite() && *x != none);
        let found = lower <= upper;
        let estimate = self.median().estimate().zip(other.median().estimate());
        Ok(MedianContrast {
            measure,
            estimate: estimate.map(|(m1, m0)| measure.of(m1, m0)).filter(|x| x.is_finite()),
            interval: ConfidenceInterval {
                // A ratio of 0 is no limit: it says only that the second median may be infinite.
                lower: limit(lower, if measure == MedianMeasure::Ratio { 0.0 } else { f64::NAN })
                    .filter(|_| found),
                upper: limit(upper, f64::NAN).filter(|_| found),
                level,
            },
        })
    }
}

/// A stretch on which a curve is flat, and how far from ½ it is there.
struct Stretch {
    from: f64,
    to: f64,
    cost: f64,
}

/// The stretches on which the median may lie.
fn plausible(curve: &SurvivalCurve, threshold: f64) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut last = f64::NAN;
    for (i, (&from, &s)) in curve.table().times().iter().zip(curve.values()).enumerate() {
        if s == last {
            continue;
        }
        last = s;
        if let Some(before) = stretches.last_mut().filter(|b| b.to == f64::INFINITY) {
            before.to = from;
        }
        let se = curve.log_variance().get(i).map_or(f64::NAN, |v| s * v.sqrt());
        // Where S is 0 nothing is known of its error and the median lies before.
        let cost = ((s - 0.5) / se).powi(2);
        if s > 0.0 && cost <= threshold {
            stretches.push(Stretch { from, to: f64::INFINITY, cost });
        }
    }
    stretches
}
