//! Two survival probabilities at one time.

use std::fmt;

use crate::survival::contrast::effect::Effect;
use crate::survival::curve::survival_curve::SurvivalCurve;

/// What is compared of two survival probabilities S₁ (of the curve asked) and S₀ (of the other).
///
/// With standard errors `s₁`, `s₀` of log S, the variance of each is by the delta method (Klein, Logan,
/// Harhoff & Andersen 2007, Stat Med 26:4505).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// The measure of two probabilities, `None` for 0/0.
    pub(crate) fn of(self, s1: f64, s0: f64) -> Option<f64> {
        let odds = |s: f64| s / (1.0 - s);
        let value = match self {
            Self::Difference => s1 - s0,
            Self::Ratio => s1 / s0,
            Self::OddsRatio => odds(s1) / odds(s0),
            Self::CumulativeHazardRatio => s1.ln() / s0.ln(),
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

impl SurvivalCurve {
    /// S(t) of this curve against that of `other`, the two being independent.
    ///
    /// Delayed entry, weights and clusters come in through each curve's own variance. The result has no
    /// standard error where a curve is at 0, or, on a scale that has none there, at 1; for such cases and
    /// for few subjects see [`melded`](Self::melded).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, Measure, RightCensored};
    ///
    /// let a = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, false, false, true])?);
    /// let b = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?);
    /// assert_eq!(a.contrast(&b, 2.5, Measure::Ratio).estimate(), Some(1.5));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn contrast(&self, other: &Self, t: f64, measure: Measure) -> Effect {
        let (a, b) = (self.at(t), other.at(t));
        let (s1, s0) = (a.value(), b.value());
        let errors = a.log_std_error().zip(b.log_std_error());
        // The derivative of the transformed S with respect to log S.
        let slope = |s: f64| match measure {
            Measure::Difference => s,
            Measure::Ratio => 1.0,
            Measure::OddsRatio => (1.0 - s).recip(),
            Measure::CumulativeHazardRatio => s.ln().recip(),
            Measure::Arcsine => 0.5 * (s / (1.0 - s)).sqrt(),
        };
        let std_error =
            errors.map(|(e1, e0)| (slope(s1) * e1).hypot(slope(s0) * e0)).filter(|se| se.is_finite());
        match measure {
            Measure::Difference | Measure::Arcsine => {
                Effect::difference(measure.of(s1, s0).unwrap_or(f64::NAN), std_error)
            }
            _ => Effect::ratio(measure.of(s1, s0).map_or(f64::NAN, f64::ln), std_error),
        }
    }
}
