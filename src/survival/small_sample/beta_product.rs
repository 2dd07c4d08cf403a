//! The beta product confidence procedure.

use crate::error::{Error, Result, TestError};
use crate::numeric::beta::Beta;
use crate::numeric::root;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::small_sample::product_law::ExponentialSum;

/// How the law of a product of independent beta variables is found.
///
/// Without censoring both are the same beta distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum BetaProductLaw {
    /// The beta distribution with the product's mean and variance (Fan 1991): the reference implementation's
    /// default, and what published analyses use. Cost: one pass over the table.
    #[default]
    Moments,
    /// The law itself, to rounding error: what a Monte Carlo version of the procedure approximates, without
    /// its noise. −log of the product is a sum of exponential variables. Cost: events × 40 × number at risk
    /// (milliseconds at hundreds at risk).
    Exact,
}

/// A distribution on [0, 1]: of the survival probability just before the next event could happen (W⁺) or
/// just after the last one did (W⁻).
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Law {
    Zero,
    One,
    Beta(Beta),
    Product(ExponentialSum),
}

impl Law {
    /// P(W ≤ w).
    pub(super) fn cdf(&self, w: f64) -> f64 {
        match self {
            Self::Zero => f64::from(u8::from(w >= 0.0)),
            Self::One => f64::from(u8::from(w >= 1.0)),
            Self::Beta(beta) => beta.cdf(w),
            Self::Product(_) if w <= 0.0 => 0.0,
            Self::Product(sum) => sum.tails(-w.ln()).1,
        }
    }

    fn sf(&self, w: f64) -> f64 {
        match self {
            Self::Beta(beta) => beta.sf(w),
            Self::Product(sum) if w > 0.0 => sum.tails(-w.ln()).0,
            _ => 1.0 - self.cdf(w),
        }
    }

    fn quantile(&self, p: f64) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::One => 1.0,
            Self::Beta(beta) => beta.quantile(p),
            Self::Product(_) if p <= 0.5 => root::find(0.0, 1.0, |w| self.cdf(w) - p),
            Self::Product(_) => root::find(0.0, 1.0, |w| (1.0 - p) - self.sf(w)),
        }
    }
}

/// The moments of a product of independent beta variables.
///
/// What the fitted beta needs are differences from 1, tiny ones where weights are large: 1 − mean, and what the mean
/// square has beyond the square of the mean. They are carried along as they are and never taken from 1.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moments {
    mean: f64,
    complement: f64,
    /// E X²/(E X)² − 1.
    excess: f64,
    /// No variable yet.
    nothing: bool,
    only: Option<(f64, f64)>,
}

impl Moments {
    const ONE: Self = Self { mean: 1.0, complement: 0.0, excess: 0.0, nothing: true, only: None };

    fn times(self, a: f64, b: f64) -> Self {
        if b <= 0.0 {
            return self;
        }
        let (mean, complement) = (a / (a + b), b / (a + b));
        // E X²/(E X)² = (a + 1)(a + b)/(a (a + b + 1)), less 1.
        let excess = b / (a * (a + b + 1.0));
        // Betas that telescope are one beta: no moments to match, and no digits to lose.
        let only = match self.only {
            None if self.nothing => Some((a, b)),
            Some((a0, b0)) if a + b == a0 => Some((a, b + b0)),
            _ => None,
        };
        Self {
            mean: self.mean * mean,
            complement: self.complement + self.mean * complement,
            excess: self.excess + excess + self.excess * excess,
            nothing: false,
            only,
        }
    }

    fn law(self) -> Law {
        if self.nothing {
            return Law::One;
        }
        if let Some((a, b)) = self.only {
            return Law::Beta(Beta::new(a, b));
        }
        // With mean M and second moment Q: a = M (M − Q)/(Q − M²), b = (1 − M)(M − Q)/(Q − M²), where Q = M² (1 + excess).
        let common = (self.complement - self.mean * self.excess) / (self.mean * self.excess);
        Law::Beta(Beta::new(self.mean * common, self.complement * common))
    }
}

/// Steps of the chain that the exact law may cost: a second or two.
const EXACT_WORK: f64 = 1e9;

/// W⁻ and W⁺ just after the rows up to `t`.
pub(super) fn laws(curve: &SurvivalCurve, t: f64, law: BetaProductLaw) -> Result<(Law, Law)> {
    let table = curve.table();
    let rows = table.times().partition_point(|&x| x <= t);
    let left = left_after(curve, rows);
    match law {
        BetaProductLaw::Moments => {
            let mut moments = Moments::ONE;
            for row in table.rows().take(rows) {
                moments = moments.times(row.at_risk - row.events + 1.0, row.events);
            }
            Ok((moments.law(), plus(moments, left)))
        }
        BetaProductLaw::Exact => {
            // So many stages of a chain, at so many ticks each: what that comes to is known before.
            let events: f64 = table.rows().take(rows).map(|row| row.events).sum();
            let ticks = 40.0 * table.at_risk(0.0);
            if events * ticks > EXACT_WORK {
                return Err(Error::Test(TestError::TooManySubjects {
                    method: "the exact law of the beta product",
                    subjects: table.at_risk(0.0),
                    instead: "use the law by moments (`BetaProductLaw::Moments`), close to it at this size",
                }));
            }
            let mut rates = Vec::new();
            for row in table.rows().take(rows) {
                rates.extend((0..row.events as u32).map(|k| row.at_risk - f64::from(k)));
            }
            let minus = if rates.is_empty() { Law::One } else { Law::Product(ExponentialSum::new(&rates)) };
            if left <= 0.0 {
                return Ok((minus, Law::Zero));
            }
            rates.push(left);
            Ok((minus, Law::Product(ExponentialSum::new(&rates))))
        }
    }
}

fn plus(moments: Moments, left: f64) -> Law {
    if left > 0.0 { moments.times(left, 1.0).law() } else { Law::Zero }
}

/// At risk just after the first `rows` rows.
fn left_after(curve: &SurvivalCurve, rows: usize) -> f64 {
    let table = curve.table();
    if rows < table.len() { table.row(rows).at_risk } else { 0.0 }
}

/// The limits at a level, with the law found in this way.
pub(super) fn limits(
    curve: &SurvivalCurve,
    t: f64,
    (level, law): (f64, BetaProductLaw),
    mid_p: bool,
) -> Result<(f64, f64)> {
    curve.require_counts("the beta product interval")?;
    let tail = (1.0 - level) / 2.0;
    let (minus, plus_law) = laws(curve, t, law)?;
    let (mut lower, mut upper) = quantiles(&minus, &plus_law, tail, mid_p);
    if law == BetaProductLaw::Exact {
        return Ok((lower, upper));
    }
    // The laws fall with time; their approximations may rise by a hair. A limit never exceeds an earlier
    // one: whether an earlier one is lower takes a distribution function, not a quantile.
    let table = curve.table();
    let rows = table.times().partition_point(|&x| x <= t);
    let mut moments = Moments::ONE;
    for i in 0..rows {
        let (minus, plus_law) = (moments.law(), plus(moments, left_after(curve, i)));
        let (below_lower, below_upper) = if mid_p {
            let mixture = |w: f64| f64::midpoint(minus.cdf(w), plus_law.cdf(w));
            (mixture(lower), mixture(upper))
        } else {
            (plus_law.cdf(lower), minus.cdf(upper))
        };
        if below_lower > tail * (1.0 + 1e-9) || below_upper > (1.0 - tail) * (1.0 + 1e-9) {
            let earlier = quantiles(&minus, &plus_law, tail, mid_p);
            (lower, upper) = (lower.min(earlier.0), upper.min(earlier.1));
        }
        let row = table.row(i);
        moments = moments.times(row.at_risk - row.events + 1.0, row.events);
    }
    Ok((lower, upper))
}

fn quantiles(minus: &Law, plus: &Law, tail: f64, mid_p: bool) -> (f64, f64) {
    if !mid_p {
        return (plus.quantile(tail), minus.quantile(1.0 - tail));
    }
    // Fay & Brittain's equation q_{α/2 − x}(W⁺) = q_{α/2 + x}(W⁻) says that the two distribution functions
    // average α/2 there. A point mass makes the average jump over the level: the limit is where it sits.
    let lower = match (minus, plus) {
        (_, Law::Zero) => 0.0,
        (Law::One, plus) => plus.quantile(2.0 * tail),
        _ => root::find(0.0, 1.0, |w| f64::midpoint(minus.cdf(w), plus.cdf(w)) - tail),
    };
    let upper = match (minus, plus) {
        (Law::One, _) => 1.0,
        (minus, Law::Zero) => minus.quantile(1.0 - 2.0 * tail),
        _ => root::find(0.0, 1.0, |w| tail - f64::midpoint(minus.sf(w), plus.sf(w))),
    };
    (lower, upper)
}
