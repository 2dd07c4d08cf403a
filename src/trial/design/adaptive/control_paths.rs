//! Arms that share a control: probabilities as means over the paths of the control arm, given which the arms are independent.
//!
//! The path is known at the looks by its increments, each normal: the mean over one is a sum over equally spaced points, which for a
//! normal density times an entire function converges faster than any power of the step. For `Φ(a x + b)` the error is of the order
//! of `exp(−2π² / (h² (1 + a²)))`, here with a = √ρ of the largest arm. Paths with a weight below [`LIGHT`] are left out. Given the path an arm is one
//! Brownian motion between bounds that move with it, and goes by [`Stage`].

use std::f64::consts::TAU;

use crate::numeric::quadrature::GaussLegendre;
use crate::trial::design::recursion::Stage;

/// Points of the control arm's increments, in standard deviations.
const FAR: f64 = 7.2;

/// Paths with less weight than this are left out: all of them together have some 1e-9 of a probability's size.
const LIGHT: f64 = 1e-13;

/// So many arms of this size relative to the control, with this drift, the expected final statistic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Arms {
    pub(super) count: usize,
    pub(super) ratio: f64,
    pub(super) drift: f64,
}

impl Arms {
    /// Arms of these sizes and drifts, those that are alike counted together.
    pub(super) fn counted(arms: impl Iterator<Item = (f64, f64)>) -> Vec<Self> {
        let mut counted: Vec<Self> = Vec::new();
        for (ratio, drift) in arms {
            match counted.iter_mut().find(|a| a.ratio == ratio && a.drift == drift) {
                Some(own) => own.count += 1,
                None => counted.push(Self { count: 1, ratio, drift }),
            }
        }
        counted
    }

    fn start(&self) -> (Stage, f64) {
        (Stage::start(self.drift * (1.0 + self.ratio).sqrt()), 0.0)
    }

    /// A statistic `z` at fraction `t` on the scale of the arm's own motion, where the control stands at `control`.
    fn own(&self, z: f64, control: f64, t: f64) -> f64 {
        z * (1.0 + self.ratio).sqrt() + (self.ratio / t).sqrt() * control
    }

    /// The statistic of a value on that scale.
    fn statistic(&self, own: f64, control: f64, t: f64) -> f64 {
        (own - (self.ratio / t).sqrt() * control) / (1.0 + self.ratio).sqrt()
    }
}

/// The looks of a trial, and the bounds of every arm at each.
pub(super) struct ControlPaths<'a> {
    pub(super) fractions: &'a [f64],
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
    fn points(&self, arms: &[Arms]) -> Vec<(f64, f64)> {
        let largest = arms.iter().map(|a| a.ratio).fold(0.0, f64::max);
        let wanted: f64 = if self.fractions.len() < 4 { 0.5 } else { 0.6 };
        let step = wanted * (2.0 / (1.0 + largest)).sqrt().min(1.0);
        let reach = (FAR / step).ceil() as i32;
        let point = |i: i32| {
            let x = f64::from(i) * step;
            (x, step * (-0.5 * x * x).exp() / TAU.sqrt())
        };
        (-reach..=reach).map(point).collect()
    }

    /// Goes along all paths; `at` is told the look, its place on the path, and the time.
    fn walk(&self, look: &Look<'_>, arms: &[Arms], points: &[(f64, f64)], at: &mut Visitor<'_>) {
        let (k, t) = (look.k, self.fractions[look.k]);
        let before = if k == 0 { 0.0 } else { self.fractions[k - 1] };
        for &(x, w) in points {
            let weight = look.weight * w;
            if weight < LIGHT {
                continue;
            }
            let control = look.control + (t - before).sqrt() * x;
            let shown: Vec<(Stage, f64)> = look
                .kinds
                .iter()
                .zip(arms)
                .map(|((stage, shown), arm)| {
                    let (upper, lower) =
                        (arm.own(self.upper[k], control, t), arm.own(self.lower[k], control, t));
                    let shown = shown + stage.above(t, upper);
                    match self.fractions.get(k + 1) {
                        Some(&following) => (stage.next(t, lower, upper, following), shown),
                        None => (Stage::start(0.0), shown),
                    }
                })
                .collect();
            at(&Look { k, weight, control, kinds: look.kinds }, &shown);
            if k + 1 < self.fractions.len() {
                self.walk(&Look { k: k + 1, weight, control, kinds: &shown }, arms, points, at);
            }
        }
    }

    /// The probability that some arm has been shown by each look.
    pub(super) fn any_by_look(&self, arms: &[Arms]) -> Vec<f64> {
        let kinds: Vec<(Stage, f64)> = arms.iter().map(Arms::start).collect();
        let mut sums = vec![0.0; self.fractions.len()];
        let root = Look { k: 0, weight: 1.0, control: 0.0, kinds: &kinds };
        self.walk(&root, arms, &self.points(arms), &mut |look, after| {
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

    /// The probability that the first of these arms, which is one, is the first to be shown, with the largest statistic at that look.
    pub(super) fn first_and_largest(&self, arms: &[Arms]) -> f64 {
        let Some((best, others)) = arms.split_first() else { return 0.0 };
        let kinds: Vec<(Stage, f64)> = arms.iter().map(Arms::start).collect();
        let (rule, mut sum) = (GaussLegendre::of(12), 0.0);
        let root = Look { k: 0, weight: 1.0, control: 0.0, kinds: &kinds };
        self.walk(&root, arms, &self.points(arms), &mut |look, _| {
            let (t, control) = (self.fractions[look.k], look.control);
            let low = best.own(self.upper[look.k], control, t);
            if low.is_infinite() {
                return;
            }
            let drift = best.drift * (1.0 + best.ratio).sqrt() * t.sqrt();
            let low = low.max(drift - 9.0);
            let high = drift.max(low) + 9.0;
            let inside = |own: f64| {
                let z = best.statistic(own, control, t);
                let unbeaten = others.iter().zip(&look.kinds[1..]).map(|(arm, (stage, shown))| {
                    let beaten = (shown + stage.above(t, arm.own(z, control, t))).min(1.0);
                    (1.0 - beaten).powi(arm.count as i32)
                });
                look.kinds[0].0.density_at(t, own) * unbeaten.product::<f64>()
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
            let paths = ControlPaths { fractions: &fractions, upper: &upper, lower: &lower };
            let arm = [Arms { count: 1, ratio, drift }];
            let found = paths.any_by_look(&arm);
            let (above, _) = crate::trial::design::exits::exits(&fractions, &lower, &upper, drift);
            let mut sum = 0.0;
            for k in 0..3 {
                sum += above[k];
                assert!((found[k] - sum).abs() < 1e-9, "{ratio}, look {k}: {} and {sum}", found[k]);
            }
            let alone = paths.first_and_largest(&arm);
            assert!((alone - sum).abs() < 1e-9, "{alone} and {sum}");
        }
    }
}
