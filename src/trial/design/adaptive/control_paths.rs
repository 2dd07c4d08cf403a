//! Arms that share a control: probabilities as means over the paths of the control arm, given which the arms are independent.
//!
//! The path is known at the looks by its increments, each normal: the mean over one is a sum over equally spaced points, which for a
//! normal density times an entire function converges faster than any power of the step. For `Φ(a x + b)` the error is of the order
//! of `exp(−2π² / (h² (1 + a²)))`, here with a = √ρ. Paths with a weight below [`LIGHT`] are left out. Given the path an arm is one
//! Brownian motion between bounds that move with it, and goes by [`Stage`].

use std::f64::consts::TAU;

use crate::numeric::quadrature::GaussLegendre;
use crate::trial::design::recursion::Stage;

/// Points of the control arm's increments, in standard deviations.
const FAR: f64 = 7.2;

/// Paths with less weight than this are left out: all of them together have some 1e-9 of a probability's size.
const LIGHT: f64 = 1e-13;

/// So many arms with this drift, the expected final statistic.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arms {
    pub(super) count: usize,
    pub(super) drift: f64,
}

/// The looks of a trial, and the bounds of every arm at each.
pub(super) struct ControlPaths<'a> {
    pub(super) fractions: &'a [f64],
    /// The size of each arm relative to the control.
    pub(super) ratio: f64,
    pub(super) upper: &'a [f64],
    pub(super) lower: &'a [f64],
}

/// The control arm at a look.
struct Look<'a> {
    k: usize,
    weight: f64,
    control: f64,
    /// For each kind of arm: those still in the trial, and the probability of having been shown before.
    kinds: &'a [(Stage, f64)],
}

/// Is told a look of a path before it, and its kinds of arms after it.
type Visitor<'v> = dyn FnMut(&Look<'_>, &[(Stage, f64)]) + 'v;

impl ControlPaths<'_> {
    /// The points of one increment with their weights.
    fn points(&self) -> Vec<(f64, f64)> {
        let wanted: f64 = if self.fractions.len() < 4 { 0.5 } else { 0.6 };
        let step = wanted * (2.0 / (1.0 + self.ratio)).sqrt().min(1.0);
        let reach = (FAR / step).ceil() as i32;
        let point = |i: i32| {
            let x = f64::from(i) * step;
            (x, step * (-0.5 * x * x).exp() / TAU.sqrt())
        };
        (-reach..=reach).map(point).collect()
    }

    /// An arm's bound at look `k` on the scale of its own motion.
    fn own(&self, k: usize, z: f64, control: f64) -> f64 {
        z * (1.0 + self.ratio).sqrt() + self.ratio.sqrt() * control / self.fractions[k].sqrt()
    }

    fn start(&self, drift: f64) -> (Stage, f64) {
        (Stage::start(drift * (1.0 + self.ratio).sqrt()), 0.0)
    }

    /// Goes along all paths; `at` is told the look, its place on the path, and the time.
    fn walk(&self, look: &Look<'_>, points: &[(f64, f64)], at: &mut Visitor<'_>) {
        let (k, t) = (look.k, self.fractions[look.k]);
        let before = if k == 0 { 0.0 } else { self.fractions[k - 1] };
        for &(x, w) in points {
            let weight = look.weight * w;
            if weight < LIGHT {
                continue;
            }
            let control = look.control + (t - before).sqrt() * x;
            let (upper, lower) = (self.own(k, self.upper[k], control), self.own(k, self.lower[k], control));
            let shown: Vec<(Stage, f64)> = look
                .kinds
                .iter()
                .map(|(stage, shown)| {
                    let shown = shown + stage.above(t, upper);
                    match self.fractions.get(k + 1) {
                        Some(&following) => (stage.next(t, lower, upper, following), shown),
                        None => (Stage::start(0.0), shown),
                    }
                })
                .collect();
            at(&Look { k, weight, control, kinds: look.kinds }, &shown);
            if k + 1 < self.fractions.len() {
                self.walk(&Look { k: k + 1, weight, control, kinds: &shown }, points, at);
            }
        }
    }

    /// The probability that some arm has been shown by each look.
    pub(super) fn any_by_look(&self, arms: &[Arms]) -> Vec<f64> {
        let kinds: Vec<(Stage, f64)> = arms.iter().map(|a| self.start(a.drift)).collect();
        let mut sums = vec![0.0; self.fractions.len()];
        let root = Look { k: 0, weight: 1.0, control: 0.0, kinds: &kinds };
        self.walk(&root, &self.points(), &mut |look, after| {
            // 1 − Π(1 − R) without cancellation; rounding may carry R past 1.
            let log: f64 = arms
                .iter()
                .zip(after)
                .map(|(a, (_, shown))| a.count as f64 * (-shown.min(1.0)).ln_1p())
                .sum();
            sums[look.k] -= look.weight * log.exp_m1();
        });
        sums
    }

    /// The probability that an arm with the drift `best` is the first to be shown, with the largest statistic at that look.
    pub(super) fn first_and_largest(&self, best: f64, others: Arms) -> f64 {
        let kinds = [self.start(best), self.start(others.drift)];
        let (rule, mut sum) = (GaussLegendre::of(12), 0.0);
        let root = Look { k: 0, weight: 1.0, control: 0.0, kinds: &kinds };
        self.walk(&root, &self.points(), &mut |look, _| {
            let (t, low) = (self.fractions[look.k], self.own(look.k, self.upper[look.k], look.control));
            if low.is_infinite() {
                return;
            }
            let [(own, _), (other, shown)] = look.kinds else { return };
            let drift = best * (1.0 + self.ratio).sqrt() * t.sqrt();
            let low = low.max(drift - 9.0);
            let high = drift.max(low) + 9.0;
            let inside = |z: f64| {
                let beaten = (shown + other.above(t, z)).min(1.0);
                own.density_at(t, z) * (1.0 - beaten).powi(others.count as i32)
            };
            let pieces = ((high - low) / 3.0).ceil().max(1.0);
            let width = (high - low) / pieces;
            let piece =
                |i: usize| rule.integrate(low + i as f64 * width, low + (i + 1) as f64 * width, inside);
            sum += look.weight * (0..pieces as usize).map(piece).sum::<f64>();
        });
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One arm has a plain group-sequential test, whatever the control does.
    #[test]
    fn one_arm_needs_no_paths() {
        let (fractions, upper, lower) = ([0.3, 0.6, 1.0], [3.0, 2.5, 2.0], [-0.5, 0.4, f64::NEG_INFINITY]);
        for (ratio, drift) in [(1.0, 0.0), (0.5, 1.5), (3.0, 3.0)] {
            let paths = ControlPaths { fractions: &fractions, ratio, upper: &upper, lower: &lower };
            let found = paths.any_by_look(&[Arms { count: 1, drift }]);
            let (above, _) = crate::trial::design::recursion::exits(&fractions, &lower, &upper, drift);
            let mut sum = 0.0;
            for k in 0..3 {
                sum += above[k];
                assert!((found[k] - sum).abs() < 1e-9, "{ratio}, look {k}: {} and {sum}", found[k]);
            }
            let alone = paths.first_and_largest(drift, Arms { count: 0, drift: 0.0 });
            assert!((alone - sum).abs() < 1e-9, "{alone} and {sum}");
        }
    }
}
