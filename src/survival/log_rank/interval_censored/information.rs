//! The likelihoods behind the scores, and their observed information.
//!
//! A group multiplies by e^β: the hazard of grouped times (Finkelstein; S becomes `S^exp β`), the odds of failure
//! (Wilcoxon; `S/(S + (1 − S) e^β)`), or the odds of each step's discrete hazard (Sun; `Π (1 + e^β λ/(1 − λ))⁻¹`). With S'
//! and S'' the derivatives by β at 0, a row in (L, R] that entered at E adds `log(S_L − S_R) − log S_E`. The curve's
//! steps are nuisance: the covariance of the scores is `I_ββ − I_βγ I_γγ⁻¹ I_γβ`, with γ the survival after each
//! step (at the maximum it does not matter how the steps are written).

use super::score::IntervalScore;
use crate::error::{Error, Result};
use crate::survival::curve::turnbull::TurnbullCurve;
use crate::survival::data::groups::Groups;
use crate::survival::data::interval_censored::IntervalCensored;

/// A smaller mass is no step: an iteration by EM leaves such ones behind.
const NO_MASS: f64 = 1e-10;
/// Multiplications that the factorisation may cost.
const WORK: f64 = 2e10;

/// `log(S_a − S_b)` of a row, times ±weight: a minus is the condition on the entry.
struct Term {
    a: usize,
    b: usize,
    weight: f64,
    group: usize,
}

/// Sums of scores per group and their covariance.
pub(super) fn sums(
    score: IntervalScore,
    curve: &TurnbullCurve,
    data: &IntervalCensored,
    groups: &Groups,
) -> Result<(Vec<f64>, Vec<f64>)> {
    if curve.exhausted().is_some() {
        return Err(Error::Unsupported {
            method: "the observed information",
            with: "survival that falls to 0 before the last rows have entered",
            why: "what happens afterwards has no likelihood: start at the time from which on somebody is at risk",
        });
    }
    let (steps, terms) = terms(curve, data, groups);
    let (k, m) = (groups.count(), steps.survival.len() - 1);
    let derivatives = Derivatives::new(score, &steps.survival);
    let (mut u, mut v) = (vec![0.0; k], vec![0.0; k * k]);
    // Of each group, Σ ± w/P and Σ ± w P'/P² at the survival before and after.
    let (mut plain, mut slope) = (vec![vec![0.0; m + 1]; k], vec![vec![0.0; m + 1]; k]);
    let s = &steps.survival;
    for t in &terms {
        let p = s[t.a] - s[t.b];
        let first = (derivatives.first[t.a] - derivatives.first[t.b]) / p;
        let second = (derivatives.second[t.a] - derivatives.second[t.b]) / p;
        u[t.group] += t.weight * first;
        v[t.group * k + t.group] -= t.weight * (second - first * first);
        for (at, sign) in [(t.a, 1.0), (t.b, -1.0)] {
            plain[t.group][at] += sign * t.weight / p;
            slope[t.group][at] += sign * t.weight * first / p;
        }
    }
    if m < 2 {
        return Ok((u, v)); // no step between 1 and 0: nothing is estimated
    }
    let factor = Skyline::new(m - 1, &terms, s)?;
    let mixed: Vec<Vec<f64>> = (0..k)
        .map(|g| {
            let by_curve = derivatives.mixed(s, &plain[g]);
            factor.half((1..m).map(|j| slope[g][j] - by_curve[j]).collect())
        })
        .collect();
    for g in 0..k {
        for h in 0..k {
            v[g * k + h] -= mixed[g].iter().zip(&mixed[h]).map(|(x, y)| x * y).sum::<f64>();
        }
    }
    Ok((u, v))
}

/// Survival at 0 and after each step, down to 0.
struct Steps {
    survival: Vec<f64>,
}

fn terms(curve: &TurnbullCurve, data: &IntervalCensored, groups: &Groups) -> (Steps, Vec<Term>) {
    let masses: Vec<f64> = curve.intersections().map(|i| i.mass).collect();
    let is_step = |mass: f64| mass > NO_MASS;
    let mut before = vec![0usize; masses.len() + 1];
    for (j, &mass) in masses.iter().enumerate() {
        before[j + 1] = before[j] + usize::from(is_step(mass));
    }
    let kept: Vec<f64> = masses.iter().copied().filter(|&mass| is_step(mass)).collect();
    let total: f64 = kept.iter().sum();
    let mut survival = vec![0.0; kept.len() + 1];
    for j in (0..kept.len()).rev() {
        survival[j] = survival[j + 1] + kept[j] / total;
    }
    survival[0] = 1.0;
    let last = kept.len();
    let mut terms = Vec::with_capacity(data.len());
    for (i, (entry, first, end)) in curve.ranges(data).into_iter().enumerate() {
        let (weight, group) = (data.weight(i), groups.codes()[i] as usize);
        terms.push(Term { a: before[first], b: before[end], weight, group });
        if before[entry] > 0 {
            terms.push(Term { a: before[entry], b: last, weight: -weight, group });
        }
    }
    terms.retain(|t| t.weight != 0.0 && survival[t.a] > survival[t.b]);
    (Steps { survival }, terms)
}

/// Derivatives of survival by the effect of a group, at no effect.
struct Derivatives {
    score: IntervalScore,
    first: Vec<f64>,
    second: Vec<f64>,
    /// Σ of the discrete hazards so far.
    hazard: Vec<f64>,
}

impl Derivatives {
    fn new(score: IntervalScore, s: &[f64]) -> Self {
        let (mut hazard, mut spread) = (vec![0.0; s.len()], vec![0.0; s.len()]);
        for j in 1..s.len() {
            let step = (s[j - 1] - s[j]) / s[j - 1];
            hazard[j] = hazard[j - 1] + step;
            spread[j] = spread[j - 1] + step * (1.0 - step);
        }
        let one = |j: usize| -> (f64, f64) {
            let s = s[j];
            if s == 0.0 {
                return (0.0, 0.0);
            }
            match score {
                IntervalScore::Sun => (-s * hazard[j], s * (hazard[j] * hazard[j] - spread[j])),
                IntervalScore::Finkelstein => (s * s.ln(), s * s.ln() * (1.0 + s.ln())),
                IntervalScore::Wilcoxon => (-s * (1.0 - s), s * (1.0 - s) * (1.0 - 2.0 * s)),
            }
        };
        let (first, second) = (0..s.len()).map(one).unzip();
        Self { score, first, second, hazard }
    }

    /// `Σ_j c_j ∂S'_j/∂S_k` for each step k.
    fn mixed(&self, s: &[f64], c: &[f64]) -> Vec<f64> {
        let m = s.len() - 1;
        let mut later = vec![0.0; m + 2];
        for j in (1..=m).rev() {
            later[j] = later[j + 1] + c[j] * s[j];
        }
        let one = |k: usize| match self.score {
            _ if k == 0 || k == m => 0.0,
            IntervalScore::Sun => {
                later[k] / s[k - 1] - later[k + 1] * s[k + 1] / s[k] / s[k] - c[k] * self.hazard[k]
            }
            IntervalScore::Finkelstein => c[k] * (1.0 + s[k].ln()),
            IntervalScore::Wilcoxon => -c[k] * (1.0 - 2.0 * s[k]),
        };
        (0..=m).map(one).collect()
    }
}

/// The Cholesky factor of the information about the steps, each row from its first element that is not 0.
struct Skyline {
    start: Vec<usize>,
    rows: Vec<Vec<f64>>,
}

impl Skyline {
    /// Of `Σ ± w/P² (e_a − e_b)(e_a − e_b)'` over the steps 1 to n.
    fn new(n: usize, terms: &[Term], s: &[f64]) -> Result<Self> {
        let inside = |j: usize| (1..=n).contains(&j).then(|| j - 1);
        let mut start: Vec<usize> = (0..n).collect();
        for t in terms {
            if let (Some(a), Some(b)) = (inside(t.a), inside(t.b)) {
                let (low, high) = (a.min(b), a.max(b));
                start[high] = start[high].min(low);
            }
        }
        let work: f64 = start.iter().enumerate().map(|(i, &from)| ((i - from) as f64).powi(2) / 2.0).sum();
        if work > WORK {
            return Err(Error::TooLarge {
                what: "the information about the curve",
                size: format!("{n} steps and {work:.1e} multiplications"),
                instead: "take the permutation variance",
            });
        }
        let mut rows: Vec<Vec<f64>> =
            start.iter().enumerate().map(|(i, &from)| vec![0.0; i - from + 1]).collect();
        for t in terms {
            let p = s[t.a] - s[t.b];
            let curvature = t.weight / p / p;
            let (a, b) = (inside(t.a), inside(t.b));
            for j in [a, b].into_iter().flatten() {
                rows[j][j - start[j]] += curvature;
            }
            if let (Some(a), Some(b)) = (a, b) {
                let (low, high) = (a.min(b), a.max(b));
                rows[high][low - start[high]] -= curvature;
            }
        }
        for i in 0..n {
            let (above, below) = rows.split_at_mut(i);
            let row = &mut below[0];
            let from = start[i];
            for j in from..=i {
                let shared = from.max(if j == i { from } else { start[j] });
                let dot: f64 = if j == i {
                    row[..i - from].iter().map(|x| x * x).sum()
                } else {
                    let other = &above[j];
                    (shared..j).map(|l| row[l - from] * other[l - start[j]]).sum()
                };
                let value = row[j - from] - dot;
                row[j - from] = if j == i {
                    // A step that the data do not determine takes nothing away.
                    if value > 1e-12 * row[j - from] { value.sqrt() } else { f64::INFINITY }
                } else {
                    value / above[j][j - start[j]]
                };
            }
        }
        Ok(Self { start, rows })
    }

    /// `L⁻¹ b`.
    fn half(&self, mut b: Vec<f64>) -> Vec<f64> {
        for i in 0..b.len() {
            let (from, row) = (self.start[i], &self.rows[i]);
            let dot: f64 = (from..i).map(|l| row[l - from] * b[l]).sum();
            b[i] = (b[i] - dot) / row[i - from];
        }
        b
    }
}
