//! Miettinen and Nurminen's intervals: the effects that the score test does not reject.

use crate::numeric::distribution::{normal_quantile, normal_two_sided};
use crate::numeric::root;
use crate::proportion::effect::EffectMeasure;
use crate::proportion::pair::TwoProportions;
use crate::proportion::score::{Counts, z};

/// Miettinen and Nurminen's estimate of a risk difference, risk ratio or odds ratio.
///
/// The limits are the effects at which the score statistic, with the variance at the estimates restricted to that
/// effect and the factor N/(N − 1), is the normal quantile. They need no correction for zeros, are the other way round
/// for groups the other way round, and are the recommended ones for small groups short of exact limits.
///
/// # Cost
/// A root for each limit, each step of it a fixed number of operations: the number of subjects does not matter.
///
/// # Example
/// ```
/// use greenwood::proportion::{MiettinenNurminen, Proportion, TwoProportions};
///
/// let pair = TwoProportions::new(Proportion::new(0, 9)?, Proportion::new(2, 9)?);
/// let ratio = MiettinenNurminen::ratio().estimate(&pair);
/// assert_eq!(ratio.value()?, 0.0);
/// let (lower, upper) = ratio.interval(0.95)?.bounds().unwrap();
/// assert!(lower == 0.0 && upper > 1.0 && upper.is_finite());
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Miettinen & Nurminen (1985), Stat Med 4:213.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is estimated until `.estimate(…)` is called"]
pub struct MiettinenNurminen {
    measure: EffectMeasure,
}

impl MiettinenNurminen {
    /// Of the risk difference.
    pub fn difference() -> Self {
        Self { measure: EffectMeasure::Difference }
    }

    /// Of the risk ratio.
    pub fn ratio() -> Self {
        Self { measure: EffectMeasure::Ratio }
    }

    /// Of the odds ratio.
    pub fn odds_ratio() -> Self {
        Self { measure: EffectMeasure::OddsRatio }
    }

    pub(super) fn measure(self) -> EffectMeasure {
        self.measure
    }
}

/// The score statistic with the factor N/(N − 1).
fn corrected(measure: EffectMeasure, counts: Counts, effect: f64) -> f64 {
    let all = counts[0].1 + counts[1].1;
    z(measure, counts, effect) * ((all - 1.0) / all).sqrt()
}

/// The lower limit: where the statistic, which falls with the effect, is the quantile.
pub(super) fn lower(pair: &TwoProportions, measure: EffectMeasure, tail: f64) -> f64 {
    let counts = pair.counts();
    let [(x, n), (y, m)] = counts;
    let quantile = normal_quantile(1.0 - tail);
    let excess = |effect: f64| (corrected(measure, counts, effect) - quantile).clamp(-1e9, 1e9);
    if measure == EffectMeasure::Difference {
        let estimate = pair.difference();
        // Where even −1 is not rejected it is the limit.
        return if estimate <= -1.0 { -1.0 } else { root::find(-1.0, estimate, excess) };
    }
    // Nobody in the group, or everybody in the reference by odds: no ratio is too small.
    if x == 0.0 || measure == EffectMeasure::OddsRatio && y == m {
        return 0.0;
    }
    let estimate = match measure {
        EffectMeasure::Ratio => pair.ratio(),
        _ => pair.odds_ratio(),
    };
    // On the logarithmic scale: from below the estimate, or from where a finite ratio is likely.
    let top = estimate.unwrap_or(1.0);
    let mut high =
        if top.is_finite() { top.ln() } else { ((x + 0.5) * (m + 0.5) / (n + 0.5) / (y + 0.5)).ln() };
    while excess(high.exp()) > 0.0 && high < 700.0 {
        high += 1.0;
    }
    let mut low = high - 1.0;
    while excess(low.exp()) < 0.0 && low > -700.0 {
        low -= 2.0 * (high - low);
    }
    root::find(low.max(-700.0), high, |ln| excess(ln.exp())).exp()
}

/// The p-value of no effect, which is one whatever the measure.
pub(super) fn p_value(pair: &TwoProportions) -> f64 {
    normal_two_sided(corrected(EffectMeasure::Difference, pair.counts(), 0.0))
}
