//! Two survival probabilities at one time.

use std::fmt;

use crate::error::NotEstimable;
use crate::print::Number;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::curve::survival_estimate::SurvivalEstimate;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
use crate::survival::result::printed::{PrintsLimits, prints_limits};
use crate::survival::result::time_asked::TimeAsked;

/// What is compared of two survival probabilities S₁ (of the curve asked) and S₀ (of the other).
///
/// With standard errors `s₁`, `s₀` of log S, the variance of each is by the delta method (Klein, Logan,
/// Harhoff & Andersen 2007, Stat Med 26:4505).
///
/// # Example
/// ```
/// use greenwood::survival::contrast::Measure;
/// use greenwood::survival::{KaplanMeier, RightCensored};
///
/// let new = KaplanMeier::fit(&RightCensored::new(&[1., 2., 3., 4.], &[true, false, false, false])?);
/// let old = KaplanMeier::fit(&RightCensored::new(&[1., 1., 3., 4.], &[true, true, false, false])?);
/// // S₁ = 3/4 and S₀ = 1/2
/// assert!((new.contrast(&old, 2.0, Measure::Difference).value()? - 0.25).abs() < 1e-15);
/// assert!((new.contrast(&old, 2.0, Measure::OddsRatio).value()? - 3.0).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Measure {
    /// `S₁ − S₀`, variance `S₁²s₁² + S₀²s₀²`.
    #[default]
    Difference,
    /// `S₁ / S₀`; of its logarithm the variance is `s₁² + s₀²`.
    Ratio,
    /// The odds of survival, `S₁(1 − S₀) / (S₀(1 − S₁))`; variance of its logarithm `Σ s²/(1 − S)²`.
    OddsRatio,
    /// The ratio of cumulative hazards, `log S₁ / log S₀`: the complementary log-log transformation, the
    /// test with the best size of all in small samples (Klein et al.), and the hazard ratio if hazards are
    /// proportional. Variance of its logarithm `Σ s²/(log S)²`.
    CumulativeHazardRatio,
    /// `arcsin √S₁ − arcsin √S₀`, variance `Σ s² S / (4(1 − S))`: for testing, not for reading.
    Arcsine,
}

impl Measure {
    /// The scale of its standard error.
    fn scale(self) -> Scale {
        match self {
            Self::Difference | Self::Arcsine => Scale::Identity,
            Self::Ratio | Self::OddsRatio | Self::CumulativeHazardRatio => Scale::Log,
        }
    }

    /// The measure of two probabilities, `None` for 0/0.
    pub(crate) fn of(self, s1: f64, s0: f64) -> Option<f64> {
        let odds = |s: f64| s / (1.0 - s);
        let value = match self {
            Self::Difference => s1 - s0,
            Self::Ratio => s1 / s0,
            Self::OddsRatio => odds(s1) / odds(s0),
            // Without signs: −log 1 is 0 and not −0, and ∞/0 is ∞.
            Self::CumulativeHazardRatio => s1.ln().abs() / s0.ln().abs(),
            Self::Arcsine => s1.sqrt().asin() - s0.sqrt().asin(),
        };
        (!value.is_nan()).then_some(value)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Difference => "difference",
            Self::Ratio => "ratio",
            Self::OddsRatio => "odds ratio",
            Self::CumulativeHazardRatio => "ratio of cumulative hazards",
            Self::Arcsine => "difference of arcsines",
        })
    }
}

/// Two survival probabilities at one time, S₁ (of the curve asked) against S₀ (of the other), by a [`Measure`].
///
/// The standard error is on the scale of the measure (of the difference itself, of the logarithm of a ratio), and so
/// are statistic, p-value and limits; a difference of probabilities stays within ±1. Where one of the two has no
/// estimate, or no standard error, the contrast has none and says why: an error that comes from one arm alone is none.
///
/// # Example
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
/// use greenwood::survival::contrast::Measure;
///
/// let a = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, false, false, true])?);
/// let b = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false])?);
/// let difference = a.difference(&b, 2.5);
/// assert_eq!(difference, a.contrast(&b, 2.5, Measure::Difference));
/// assert_eq!(difference.value()?, 0.25);
/// assert_eq!(difference.to_string(), "+25.0 percentage points (95% CI -39.8 to +89.8), p = 0.450");
/// // Follow-up ends at 4 with the second curve above 0.
/// assert_eq!(a.difference(&b, 9.0).to_string(), "not estimable: follow-up ends at 4 with the curve above 0");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct SurvivalContrast {
    time: TimeAsked,
    measure: Measure,
    estimate: Estimate,
}

/// A contrast as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    time: TimeAsked,
    measure: Measure,
    estimate: Estimate,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for SurvivalContrast {
    type Error = crate::error::Error;

    fn try_from(Raw { time, measure, estimate }: Raw) -> crate::error::Result<Self> {
        let value = estimate.value().unwrap_or(0.0);
        if estimate.scale() != measure.scale() || (measure == Measure::Difference && value.abs() > 1.0) {
            let must_be = "on the scale of its measure, a difference of probabilities within 1";
            return Err(Self::Error::OutOfRange { argument: "the contrast", value, must_be });
        }
        Ok(Self { time, measure, estimate })
    }
}

impl SurvivalContrast {
    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time.0
    }

    /// What is compared.
    #[must_use]
    pub fn measure(&self) -> Measure {
        self.measure
    }

    /// The estimate. A ratio may be 0 or infinite.
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.estimate.value()
    }

    /// The standard error, on the [`scale`](Self::scale).
    ///
    /// # Errors
    /// [`NotEstimable`], with the reason.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.estimate.std_error()
    }

    /// The scale of the standard error.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.estimate.scale()
    }

    /// Why there is no estimate or, where there is one, no standard error.
    #[must_use]
    pub fn not_estimable(&self) -> Option<NotEstimable> {
        self.estimate.not_estimable()
    }

    /// The distance from no effect in standard errors.
    #[must_use]
    pub fn statistic(&self) -> Option<f64> {
        self.estimate.statistic()
    }

    /// The two-sided p-value of the hypothesis that both probabilities are equal.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.estimate.p_value()
    }

    /// The one-sided p-value against the alternative that the measure lies above `margin`: superiority at no effect,
    /// non-inferiority at another margin.
    #[must_use]
    pub fn p_value_above(&self, margin: f64) -> Option<f64> {
        self.estimate.p_value_above(margin)
    }

    /// The interval, symmetric on the scale of the standard error unless another is asked for.
    ///
    /// # Errors
    /// As [`Estimate::interval`].
    pub fn interval(&self, interval: impl Into<Interval>) -> crate::error::Result<ConfidenceInterval> {
        self.estimate.interval(interval)
    }
}

impl From<SurvivalContrast> for Estimate {
    /// The number with its error, without the time.
    fn from(contrast: SurvivalContrast) -> Self {
        contrast.estimate
    }
}

// `-28.6 percentage points (95% CI -74.3 to +17.1), p = 0.220` for a difference, `0.62 (95% CI 0.34 to 1.14), p = 0.126`
// otherwise.
prints_limits!(SurvivalContrast);

impl PrintsLimits for SurvivalContrast {
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.measure != Measure::Difference {
            return self.estimate.print(interval, f);
        }
        let decimals = f.precision().unwrap_or(1);
        let points = |x: f64| {
            let text = format!("{:.decimals$}", Number(100.0 * x));
            if text.starts_with('-') { text } else { format!("+{text}") }
        };
        // The unit stands once, behind the estimate.
        let sentence = self.estimate.sentence(true, interval, points);
        match self.value() {
            Ok(value) => {
                let value = points(value);
                let rest = sentence.strip_prefix(value.as_str()).unwrap_or_default();
                write!(f, "{value} percentage points{rest}")
            }
            Err(_) => f.write_str(&sentence),
        }
    }
}

impl SurvivalCurve {
    /// S(t) of this curve against that of `other`, the two being independent.
    ///
    /// Delayed entry, weights and clusters come in through each curve's own variance. The result has no
    /// standard error where a curve is at 0 or at 1; for such cases and for few subjects see
    /// [`melded`](Self::melded).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    /// use greenwood::survival::contrast::Measure;
    ///
    /// let a = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, false, false, true])?);
    /// let b = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?);
    /// assert_eq!(a.contrast(&b, 2.5, Measure::Ratio).value()?, 1.5);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn contrast(&self, other: &Self, t: f64, measure: Measure) -> SurvivalContrast {
        let estimate = match estimate(&self.at(t), &other.at(t), measure) {
            Ok(estimate) => estimate,
            Err(because) => Estimate::none(measure.scale(), because),
        };
        SurvivalContrast { time: TimeAsked(t), measure, estimate }
    }

    /// How much higher this curve is than `other` at `t`: the [`contrast`](Self::contrast) by [`Measure::Difference`].
    #[must_use]
    pub fn difference(&self, other: &Self, t: f64) -> SurvivalContrast {
        self.contrast(other, t, Measure::Difference)
    }
}

fn estimate(a: &SurvivalEstimate, b: &SurvivalEstimate, measure: Measure) -> Result<Estimate, NotEstimable> {
    let (s1, s0) = NotEstimable::both(a.value(), b.value())?;
    let value = measure.of(s1, s0).ok_or(NotEstimable::Undefined)?;
    // The derivative of the transformed S with respect to log S.
    let slope = |s: f64| match measure {
        Measure::Difference => s,
        Measure::Ratio => 1.0,
        Measure::OddsRatio => (1.0 - s).recip(),
        Measure::CumulativeHazardRatio => s.ln().recip(),
        Measure::Arcsine => 0.5 * (s / (1.0 - s)).sqrt(),
    };
    let errors = a.log_std_error().and_then(|e1| b.log_std_error().map(|e0| (e1, e0)));
    let std_error = errors.map(|(e1, e0)| (slope(s1) * e1).hypot(slope(s0) * e0));
    Ok(match measure {
        Measure::Difference => Estimate::with_error(Scale::Identity, value, std_error).within(-1.0, 1.0),
        Measure::Arcsine => {
            let right_angle = std::f64::consts::FRAC_PI_2;
            Estimate::with_error(Scale::Identity, value, std_error).within(-right_angle, right_angle)
        }
        _ => Estimate::with_error(Scale::Log, value.ln(), std_error),
    })
}
