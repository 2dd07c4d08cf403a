//! Two medians.

use std::fmt;

use crate::error::NotEstimable;
use crate::print::Number;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::{ConfidenceInterval, z_of};

/// What is compared of two medians m₁ (of the curve asked) and m₀.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
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
///
/// # Example
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
/// use greenwood::survival::contrast::MedianMeasure;
///
/// let late = KaplanMeier::fit(&RightCensored::new(&[4., 6., 8., 10., 12., 14., 16., 18.], &[true; 8])?);
/// let soon = KaplanMeier::fit(&RightCensored::new(&[1., 2., 3., 4., 5., 6., 7., 8.], &[true; 8])?);
/// let ratio = late.median_contrast(&soon, MedianMeasure::Ratio, 0.95)?;
/// assert_eq!(ratio.value()?, 11.0 / 4.5);
/// assert_eq!(ratio.to_string(), "ratio of medians 2.44 (95% CI 1.00 to 7.00)");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct MedianContrast {
    measure: MedianMeasure,
    value: Result<f64, NotEstimable>,
    interval: ConfidenceInterval,
}

/// A contrast as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    measure: MedianMeasure,
    value: Result<f64, NotEstimable>,
    interval: ConfidenceInterval,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for MedianContrast {
    type Error = crate::error::Error;

    fn try_from(Raw { measure, value, interval }: Raw) -> crate::error::Result<Self> {
        if let Ok(value) = value
            && !(value.is_finite() && (measure == MedianMeasure::Difference || value >= 0.0))
        {
            let must_be = "finite and, for a ratio, at least 0";
            return Err(Self::Error::OutOfRange { argument: "the contrast of medians", value, must_be });
        }
        Ok(Self { measure, value, interval })
    }
}

impl MedianContrast {
    /// What is compared.
    #[must_use]
    pub fn measure(&self) -> MedianMeasure {
        self.measure
    }

    /// The estimate.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason: a median is not reached, or the ratio is 0/0.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.value
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
        let number = |x: f64| format!("{:.decimals$}", Number(x));
        let value = match self.value {
            Ok(x) => number(x),
            Err(NotEstimable::NotReached { .. }) => "not reached".to_string(),
            Err(because) => because.to_string(),
        };
        write!(f, "{what} {value} {}", self.interval.in_brackets(number))
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
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    /// use greenwood::survival::contrast::MedianMeasure;
    ///
    /// let late = KaplanMeier::fit(&RightCensored::new(&[4., 6., 8., 10., 12., 14., 16., 18.], &[true; 8])?);
    /// let soon = KaplanMeier::fit(&RightCensored::new(&[1., 2., 3., 4., 5., 6., 7., 8.], &[true; 8])?);
    /// let gain = late.median_contrast(&soon, MedianMeasure::Difference, 0.95)?;
    /// assert_eq!(gain.value()?, 11.0 - 4.5);
    /// assert_eq!(gain.interval().bounds(), Some((0.0, 13.0)));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn median_contrast(
        &self,
        other: &Self,
        measure: MedianMeasure,
        level: f64,
    ) -> crate::error::Result<MedianContrast> {
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
        let found = lower <= upper;
        let medians = self.median().value().and_then(|m1| other.median().value().map(|m0| (m1, m0)));
        let value = medians.and_then(|(m1, m0)| {
            Some(measure.of(m1, m0)).filter(|x| x.is_finite()).ok_or(NotEstimable::Undefined)
        });
        // A curve that jumps over ½ has its median at the jump, however far from ½ it is on both sides.
        if let Ok(value) = value {
            (lower, upper) = (lower.min(value), upper.max(value));
        }
        let limit = |x: f64, none: f64| Some(x).filter(|x| found && x.is_finite() && *x != none);
        Ok(MedianContrast {
            measure,
            value,
            interval: ConfidenceInterval {
                // A ratio of 0 is no limit: it says only that the second median may be infinite.
                lower: limit(lower, if measure == MedianMeasure::Ratio { 0.0 } else { f64::NAN }),
                upper: limit(upper, f64::NAN),
                level,
            },
        })
    }
}

/// How close S must come to ½ to count as it, as for the median itself: R's tolerance, √ε.
const HALF: f64 = 1.4901161193847656e-8;

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
        // At ½ itself the median may lie whatever the error, even where a robust one is 0.
        let cost = if (s - 0.5).abs() < HALF { 0.0 } else { ((s - 0.5) / se).powi(2) };
        if s > 0.0 && cost <= threshold {
            stretches.push(Stretch { from, to: f64::INFINITY, cost });
        }
    }
    stretches
}
