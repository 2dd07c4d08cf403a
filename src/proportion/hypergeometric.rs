//! The law of one cell of a 2 × 2 table whose margins are given: hypergeometric, and with an odds ratio Fisher's
//! noncentral one.

use crate::proportion::pair::TwoProportions;

/// A law of more values is not written out: nearly all of them have no weight.
const MANY: u64 = 1 << 20;
/// So far to either side values are written out: a gigabyte.
const MOST: f64 = 6e7;

/// Subjects of the group and of the reference, and the events of both.
fn margins(pair: &TwoProportions) -> (u64, u64, u64) {
    let (group, reference) = (pair.group(), pair.reference());
    (group.subjects(), reference.subjects(), group.events() + reference.events())
}

/// The least and the largest possible value.
fn range(n: u64, m: u64, s: u64) -> (u64, u64) {
    (s.saturating_sub(m), s.min(n))
}

/// The least and the largest possible number of events of the group.
pub(super) fn possible(pair: &TwoProportions) -> (u64, u64) {
    let (n, m, s) = margins(pair);
    range(n, m, s)
}

/// The margins as numbers.
#[derive(Clone, Copy)]
struct Law {
    n: f64,
    m: f64,
    s: f64,
}

impl Law {
    /// The weight of x + 1 over that of x.
    fn ratio(self, x: u64) -> f64 {
        let x = x as f64;
        (self.n - x) * (self.s - x) / ((x + 1.0) * (self.m - self.s + x + 1.0))
    }

    fn mode(self) -> u64 {
        ((self.n + 1.0) * (self.s + 1.0) / (self.n + self.m + 2.0)) as u64
    }

    /// The values above `from` (or below it) with their weights, relative to its own, up to the `last` or as long as `goes_on`.
    fn walk(self, from: u64, last: u64, mut goes_on: impl FnMut(u64, f64) -> bool) {
        let (mut x, mut weight) = (from, 1.0);
        while x != last {
            if last > from {
                weight *= self.ratio(x);
                x += 1;
            } else {
                x -= 1;
                weight /= self.ratio(x);
            }
            if !(weight > 0.0 && goes_on(x, weight)) {
                return;
            }
        }
    }
}

/// The cell's possible values from `first` on, with the logarithms of their weights at an odds ratio of 1, relative to
/// the most probable.
pub(super) struct Cell {
    pub first: u64,
    ln_weights: Vec<f64>,
}

impl Cell {
    /// Events in a group of n, where it and m others have s events together.
    pub fn new(n: u64, m: u64, s: u64) -> Self {
        let law = Law { n: n as f64, m: m as f64, s: s as f64 };
        let (first, last) = range(n, m, s);
        Self::between((first, last), law.mode().clamp(first, last), law)
    }

    /// The values that matter where the observed number is neither rare nor sure, whatever the odds ratio. Returns
    /// `None` if these are too many as well.
    pub fn near(pair: &TwoProportions) -> Option<Self> {
        let (n, m, s) = margins(pair);
        let (first, last) = range(n, m, s);
        if last - first < MANY {
            return Some(Self::of(pair));
        }
        let x = pair.group().events();
        let cells = [x, n - x, s - x, (m + x) - s].map(|c| c.max(1) as f64);
        let reach = 50.0 * (1.0 + cells.map(f64::recip).iter().sum::<f64>().recip().sqrt());
        if reach > MOST {
            return None;
        }
        let reach = reach as u64;
        let window = (first.max(x.saturating_sub(reach)), last.min(x + reach));
        Some(Self::between(window, x, Law { n: n as f64, m: m as f64, s: s as f64 }))
    }

    /// The values of a window, from one within it outwards.
    fn between((first, last): (u64, u64), from: u64, law: Law) -> Self {
        let step = |x: u64| law.ratio(x).ln();
        let mut ln_weights = vec![0.0; (last - first) as usize + 1];
        let at = (from - first) as usize;
        // From the mode outwards: what counts is added up over few terms.
        for i in at + 1..ln_weights.len() {
            ln_weights[i] = ln_weights[i - 1] + step(first + i as u64 - 1);
        }
        for i in (0..at).rev() {
            ln_weights[i] = ln_weights[i + 1] - step(first + i as u64);
        }
        Self { first, ln_weights }
    }

    /// That of a table.
    pub fn of(pair: &TwoProportions) -> Self {
        let (n, m, s) = margins(pair);
        Self::new(n, m, s)
    }

    /// The probabilities at an odds ratio of 1.
    pub fn probabilities(&self) -> Vec<f64> {
        self.probabilities_at(0.0)
    }

    /// The probabilities at an odds ratio with this logarithm.
    pub fn probabilities_at(&self, ln_odds_ratio: f64) -> Vec<f64> {
        let tilted: Vec<f64> =
            self.ln_weights.iter().enumerate().map(|(i, w)| w + i as f64 * ln_odds_ratio).collect();
        let top = tilted.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = tilted.iter().map(|w| (w - top).exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|w| w / sum).collect()
    }
}

/// Weights that are equal but for rounding are equal: R's `fisher.test` has the same margin.
const NEAR: f64 = 1.0 + 1e-7;

/// The p-values of one table of the cell: its own row `at` among the `probabilities`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tails {
    /// The probability of the table itself.
    pub point: f64,
    /// `P(X ≤ x)`.
    pub lower: f64,
    /// `P(X ≥ x)`.
    pub higher: f64,
    /// The tables that are no more probable.
    pub two_sided: f64,
    /// Those that are as probable.
    pub as_probable: f64,
}

impl Tails {
    /// Those of a table.
    pub fn of(pair: &TwoProportions) -> Self {
        let (first, last) = possible(pair);
        if last - first < MANY {
            let at = (pair.group().events() - first) as usize;
            return Self::one(&Cell::of(pair).probabilities(), at);
        }
        Self::of_many(pair)
    }

    /// Of a law of very many values: sums outwards from the mode, as far as weights count. O(standard deviations).
    fn of_many(pair: &TwoProportions) -> Self {
        let (n, m, s) = margins(pair);
        let (law, (first, last)) = (Law { n: n as f64, m: m as f64, s: s as f64 }, range(n, m, s));
        let (mode, x) = (law.mode().clamp(first, last), pair.group().events());
        let mut point = if x == mode { 1.0 } else { 0.0 };
        law.walk(mode, if x > mode { last } else { first }, |at, weight| {
            if at == x {
                point = weight;
            }
            at != x
        });
        let (mut total, mut sums) =
            (0.0, Self { point, lower: 0.0, higher: 0.0, two_sided: 0.0, as_probable: 0.0 });
        let mut add = |at: u64, weight: f64| {
            total += weight;
            if at <= x {
                sums.lower += weight;
            }
            if at >= x {
                sums.higher += weight;
            }
            if weight <= point * NEAR {
                sums.two_sided += weight;
                if weight * NEAR >= point {
                    sums.as_probable += weight;
                }
            }
            weight > 1e-18 * point
        };
        add(mode, 1.0);
        law.walk(mode, last, &mut add);
        law.walk(mode, first, &mut add);
        let share = |sum: f64| (sum / total).min(1.0);
        Self {
            point: share(point),
            lower: share(sums.lower),
            higher: share(sums.higher),
            two_sided: share(sums.two_sided),
            as_probable: share(sums.as_probable),
        }
    }

    /// Those of the table at a place.
    fn one(probabilities: &[f64], at: usize) -> Self {
        let point = probabilities[at];
        let mut sorted = probabilities.to_vec();
        sorted.sort_by(f64::total_cmp);
        // From the smallest up, the table itself among them.
        let as_extreme = || sorted.iter().take_while(|p| **p <= point * NEAR);
        Self {
            point,
            lower: probabilities[..=at].iter().sum::<f64>().min(1.0),
            higher: probabilities[at..].iter().rev().sum::<f64>().min(1.0),
            two_sided: as_extreme().sum::<f64>().min(1.0),
            as_probable: as_extreme().filter(|p| **p * NEAR >= point).sum(),
        }
    }

    /// Those of every table.
    pub fn all(probabilities: &[f64]) -> Vec<Self> {
        let running = |p: &f64, sum: &mut f64| {
            *sum += p;
            *sum
        };
        let below: Vec<f64> = probabilities.iter().scan(0.0, |sum, p| Some(running(p, sum))).collect();
        let mut above: Vec<f64> =
            probabilities.iter().rev().scan(0.0, |sum, p| Some(running(p, sum))).collect();
        above.reverse();
        let mut sorted = probabilities.to_vec();
        sorted.sort_by(f64::total_cmp);
        let sums: Vec<f64> = sorted.iter().scan(0.0, |sum, p| Some(running(p, sum))).collect();
        let tails = probabilities.iter().zip(below.iter().zip(&above)).map(|(&point, (lower, higher))| {
            // The table itself is among them.
            let from = sorted.partition_point(|p| p * NEAR < point);
            let to = sorted.partition_point(|p| *p <= point * NEAR).max(1);
            Self {
                point,
                lower: lower.min(1.0),
                higher: higher.min(1.0),
                two_sided: sums[to - 1].min(1.0),
                // Tables without probability may be many.
                as_probable: if point > 0.0 { sorted[from.min(to - 1)..to].iter().sum() } else { 0.0 },
            }
        });
        tails.collect()
    }

    /// With half the probability of the table (one side) and of those as probable (two sides).
    pub fn mid(self) -> Self {
        Self {
            lower: self.lower - 0.5 * self.point,
            higher: self.higher - 0.5 * self.point,
            two_sided: self.two_sided - 0.5 * self.as_probable,
            ..self
        }
    }
}
