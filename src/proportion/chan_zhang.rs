//! Chan and Zhang's exact unconditional limits of a risk difference or ratio.

use crate::error::{Error, Result};
use crate::proportion::binomial;
use crate::proportion::effect::EffectMeasure;
use crate::proportion::pair::TwoProportions;
use crate::proportion::score::z;

/// The exact unconditional estimate of a risk difference or risk ratio.
///
/// A limit is the outermost effect that a one-sided exact test at α/2 does not reject. The test orders the tables by
/// the score statistic at that effect and takes the largest probability, over the reference's probability, of a table
/// at least as extreme: so the level holds whatever the truth.
///
/// # Accuracy
/// The p-value as a function of the effect jumps wherever the order of two tables changes, so a limit may be a jump.
/// The outermost crossing is looked for on a grid of 64 effects and then bisected to 10⁻¹⁰ (a ratio θ on the scale of
/// θ/(1 + θ)); the largest probability is taken from a grid so fine that every peak has some ten points (on the
/// arcsine scale) and refined to 10⁻¹² by golden section. A dip between two neighbours of the grid would be missed.
///
/// # Cost
/// The estimate itself is a division. A limit takes up to 64 one-sided tests on the grid and 28 of the bisection; a test takes the
/// statistic of all (n + 1)(m + 1) tables and up to 16 √N π/2 sums over them by rows, O(N) each, for N = n + m subjects.
///
/// # Example
/// ```
/// use greenwood::proportion::{ChanZhang, Proportion, TwoProportions};
///
/// let pair = TwoProportions::new(Proportion::new(1, 9)?, Proportion::new(2, 9)?);
/// let difference = ChanZhang::difference().estimate(&pair)?;
/// assert!(difference.interval(0.95)?.contains(0.0) && difference.p_value() > 0.5);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Chan & Zhang (1999), Biometrics 55:1202. Chan (1998), Stat Med 17:1403, for the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is estimated until `.estimate(…)` is called"]
pub struct ChanZhang {
    measure: EffectMeasure,
}

impl ChanZhang {
    /// Of the risk difference.
    pub fn difference() -> Self {
        Self { measure: EffectMeasure::Difference }
    }

    /// Of the risk ratio.
    pub fn ratio() -> Self {
        Self { measure: EffectMeasure::Ratio }
    }

    pub(super) fn measure(self) -> EffectMeasure {
        self.measure
    }
}

/// Every table's statistic is computed for each of some hundred effects.
const MOST_TABLES: f64 = 4.1e4;

pub(super) fn check(pair: &TwoProportions) -> Result<()> {
    let [(_, n), (_, m)] = pair.counts();
    let tables = (n + 1.0) * (m + 1.0);
    if tables <= MOST_TABLES {
        return Ok(());
    }
    Err(Error::TooLarge {
        what: "an exact unconditional interval",
        size: format!("{tables} tables"),
        instead: "with so many subjects take Miettinen and Nurminen's interval",
    })
}

/// Scores within this of each other are equal.
const NEAR: f64 = 1e-9;
/// The points of the grid on which the outermost crossing is looked for.
const GRID: u32 = 64;

/// `sup P(Z ≥ z observed)` at an effect: the one-sided p-value of this effect against larger ones.
fn p_value(pair: &TwoProportions, measure: EffectMeasure, effect: f64) -> f64 {
    let [(x, n), (y, m)] = pair.counts();
    let observed = z(measure, [(x, n), (y, m)], effect);
    let limit = if observed.is_finite() { observed - NEAR * observed.abs().max(1.0) } else { observed };
    let (n_whole, m_whole) = (pair.group().subjects(), pair.reference().subjects());
    // For each number of events in the group: which numbers in the reference are at least as extreme, as ranges.
    let ranges: Vec<Vec<(usize, usize)>> = (0..=n_whole)
        .map(|x| {
            let mut ranges: Vec<(usize, usize)> = Vec::new();
            for y in 0..=m_whole {
                if z(measure, [(x as f64, n), (y as f64, m)], effect) >= limit {
                    match ranges.last_mut() {
                        Some((_, end)) if *end == y as usize => *end += 1,
                        _ => ranges.push((y as usize, y as usize + 1)),
                    }
                }
            }
            ranges
        })
        .collect();
    // The reference's probability q, and the group's with the effect.
    let (low, high) = match measure {
        EffectMeasure::Difference => ((-effect).max(0.0), (1.0 - effect).min(1.0)),
        _ => (0.0, effect.recip().min(1.0)),
    };
    let probability = |q: f64| {
        let p = if measure == EffectMeasure::Difference { q + effect } else { q * effect }.clamp(0.0, 1.0);
        let of_group = binomial::probabilities(n_whole, p);
        let mut below = vec![0.0; m_whole as usize + 2];
        for (y, weight) in binomial::probabilities(m_whole, q).into_iter().enumerate() {
            below[y + 1] = below[y] + weight;
        }
        let rows = of_group.iter().zip(&ranges);
        rows.map(|(p, ranges)| p * ranges.iter().map(|r| below[r.1] - below[r.0]).sum::<f64>()).sum::<f64>()
    };
    largest(low, high, n + m, probability)
}

/// The largest value of a polynomial of degree `all` between two probabilities.
fn largest(low: f64, high: f64, all: f64, f: impl Fn(f64) -> f64) -> f64 {
    let at = |angle: f64| angle.sin().powi(2).clamp(low, high);
    let (from, to) = (low.sqrt().asin(), high.sqrt().asin());
    // A binomial law has a standard deviation of 1/(2√N) on this scale.
    let steps = (16.0 * all.sqrt() * (to - from)).ceil().max(8.0) as usize;
    let angle = |i: usize| from + (to - from) * i as f64 / steps as f64;
    let values: Vec<f64> = (0..=steps).map(|i| f(at(angle(i)))).collect();
    let mut best = values.iter().copied().fold(0.0, f64::max);
    for i in 0..=steps {
        let peak = (i == 0 || values[i] >= values[i - 1]) && (i == steps || values[i] >= values[i + 1]);
        if peak && values[i] > 0.95 * best {
            let (mut a, mut c) = (angle(i.saturating_sub(1)), angle((i + 1).min(steps)));
            // Golden section to 3·10⁻⁸ of the piece, where the value no longer changes.
            let golden = 0.5 * (5f64.sqrt() - 1.0);
            let (mut b, mut d) = (c - golden * (c - a), a + golden * (c - a));
            let (mut fb, mut fd) = (f(at(b)), f(at(d)));
            for _ in 0..36 {
                if fb >= fd {
                    (c, d, fd) = (d, b, fb);
                    b = c - golden * (c - a);
                    fb = f(at(b));
                } else {
                    (a, b, fb) = (b, d, fd);
                    d = a + golden * (c - a);
                    fd = f(at(d));
                }
                best = best.max(fb).max(fd);
            }
        }
    }
    best.min(1.0)
}

/// The lower limit: the smallest effect with a one-sided p-value above `tail`.
pub(super) fn lower(pair: &TwoProportions, measure: EffectMeasure, tail: f64) -> f64 {
    if pair.group().events() == 0 && measure == EffectMeasure::Ratio {
        return 0.0;
    }
    // Both measures on a finite scale: a ratio θ as θ/(1 + θ).
    let effect = |u: f64| if measure == EffectMeasure::Ratio { u / (1.0 - u) } else { u };
    let (bottom, top) = if measure == EffectMeasure::Ratio { (0.0, 1.0) } else { (-1.0, 1.0) };
    let rejected = |u: f64| {
        let edge = u <= bottom;
        if edge {
            // The smallest effect is possible only for a group without events and a reference with nothing else.
            return pair.group().events() > 0 || pair.reference().complement().events() > 0;
        }
        p_value(pair, measure, effect(u)) <= tail
    };
    if !rejected(bottom) {
        return bottom;
    }
    let estimate = match (measure, pair.ratio()) {
        (EffectMeasure::Difference, _) => pair.difference(),
        // Where the ratio has no upper end, something just below it stands for infinity.
        (_, Ok(ratio)) => 1.0 - (1.0 / (1.0 + ratio)).max(1e-9),
        (_, Err(_)) => 0.5,
    };
    let point = |i: u32| bottom + (top - bottom) * f64::from(i) / f64::from(GRID);
    let below = (1..GRID).map(point).take_while(|&u| u < estimate);
    let (mut out, mut inside) = (bottom, estimate);
    for u in below {
        if !rejected(u) {
            inside = u;
            break;
        }
        out = u;
    }
    while inside - out > 1e-10 {
        let middle = 0.5 * (out + inside);
        if rejected(middle) { out = middle } else { inside = middle }
    }
    effect(inside)
}

/// The one-sided p-values of no effect: that the group is lower, that it is higher.
pub(super) fn no_effect(pair: &TwoProportions, measure: EffectMeasure) -> [f64; 2] {
    [p_value(&pair.swapped(), measure, measure.no_effect()), p_value(pair, measure, measure.no_effect())]
}
