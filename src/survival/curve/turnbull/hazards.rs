//! The same likelihood by cumulative hazards, for rows that enter late and for curves that are held at a value.
//!
//! With h the increments of the cumulative hazard on the intersections, a row that was under observation over `aᵢ` of
//! them and had its event within the next `bᵢ` adds `−Σ_a h + log(1 − exp(−Σ_b h))`: concave in h, whatever the entries
//! are, though it is not so in the masses. Where nobody is known to have survived an intersection, its h is infinite: in
//! the last one as it must be, in an earlier one since the risk set is empty afterwards. What is left is maximised by the
//! constrained Newton method or, with many points, by EM steps, whose M step is Kaplan-Meier with entries.

use super::intersections::Intersections;
use super::newton::{LARGEST, covering, hessian, quadratic, widened};
use crate::numeric::cholesky::Cholesky;

/// `−Σ survivors h + Σ w log(1 − exp(−Σ h))` over the cells.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    survivors: Vec<f64>,
    /// Those that cover no infinite hazard.
    cells: Vec<(u32, u32, f64)>,
    infinite: Vec<bool>,
    total: f64,
}

/// Where a search ended.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    /// Infinite where survival falls to 0.
    pub hazard: Vec<f64>,
    pub log_likelihood: f64,
    pub gap: f64,
    pub iterations: usize,
}

impl Problem {
    /// The problem of the data where `tilt` is taken from the survivors of the first `held` intersections: its maximum is
    /// that of the likelihood among the curves with the same cumulative hazard over them.
    pub fn new(of: &Intersections, tilt: f64, held: usize) -> Self {
        let survivors: Vec<f64> = of
            .survivors
            .iter()
            .enumerate()
            .map(|(j, &s)| if j < held { s - tilt } else { s })
            .map(|s| s.max(0.0))
            .collect();
        let infinite = infinite(of, &survivors);
        let infinities = running_count(&infinite);
        let finite = |c: &&(u32, u32, f64)| infinities[c.0 as usize] == infinities[c.1 as usize + 1];
        let cells = of.cells.iter().filter(finite).copied().collect();
        Self { survivors, cells, infinite, total: of.total }
    }

    fn len(&self) -> usize {
        self.survivors.len()
    }

    /// The fewest survivors of the first intersections: the largest tilt.
    pub fn fewest(&self, of_first: usize) -> f64 {
        self.survivors[..of_first].iter().copied().fold(f64::INFINITY, f64::min)
    }

    fn sums(&self, hazard: &[f64]) -> Vec<f64> {
        let (mut before, mut sum) = (vec![0.0], 0.0);
        for (h, infinite) in hazard.iter().zip(&self.infinite) {
            sum += if *infinite { 0.0 } else { *h };
            before.push(sum);
        }
        let of = |&(a, b, _): &(u32, u32, f64)| {
            let (a, b) = (a as usize, b as usize);
            if b - a < 8 { hazard[a..=b].iter().sum() } else { before[b + 1] - before[a] }
        };
        self.cells.iter().map(of).collect()
    }

    fn value(&self, hazard: &[f64], sums: &[f64]) -> f64 {
        let lived: f64 =
            self.survivors.iter().zip(hazard).filter(|(s, _)| **s > 0.0).map(|(s, h)| s * h).sum();
        self.cells.iter().zip(sums).map(|(c, b)| c.2 * (-(-b).exp_m1()).ln()).sum::<f64>() - lived
    }

    /// The derivative by each h; −∞ for none.
    fn gradient(&self, sums: &[f64]) -> Vec<f64> {
        let mut change = vec![0.0; self.len() + 1];
        for (&(a, b, w), s) in self.cells.iter().zip(sums) {
            let rate = w / s.exp_m1();
            change[a as usize] += rate;
            change[b as usize + 1] -= rate;
        }
        let mut sum = 0.0;
        (0..self.len())
            .map(|j| {
                sum += change[j];
                match self.survivors[j] {
                    _ if self.infinite[j] => f64::NEG_INFINITY,
                    // Neither a cell that is left nor a survivor: any value will do.
                    0.0 => 0.0,
                    survivors => sum - survivors,
                }
            })
            .collect()
    }

    /// The largest derivative, and where h > 0 the largest of h times it, each relative to the weights.
    fn gap(&self, hazard: &[f64], gradient: &[f64]) -> f64 {
        let finite = || (0..self.len()).filter(|&j| !self.infinite[j]);
        let rise = finite().map(|j| gradient[j]).fold(0.0, f64::max);
        let slack = finite().map(|j| (hazard[j] * gradient[j]).abs()).fold(0.0, f64::max);
        rise.max(slack) / self.total
    }

    pub fn solve(&self) -> Solution {
        let (mut hazard, iterations) = self.newton(200).unwrap_or_else(|| self.em(2000));
        let sums = self.sums(&hazard);
        let gap = self.gap(&hazard, &self.gradient(&sums));
        let log_likelihood = self.value(&hazard, &sums);
        for (h, infinite) in hazard.iter_mut().zip(&self.infinite) {
            if *infinite {
                *h = f64::INFINITY;
            }
        }
        Solution { hazard, log_likelihood, gap, iterations }
    }

    /// Are the hazards determined? One after another they are, where a cell ends with each: the sum over a cell is unique,
    /// since its part of the likelihood is strictly concave. Otherwise the information must have full rank.
    pub fn is_unique(&self, of: &Intersections, solution: &Solution) -> bool {
        let infinities = running_count(&self.infinite);
        let mut alone = vec![false; self.len() + 1];
        for &(a, b, _) in &of.cells {
            let inside = infinities[b as usize + 1] - infinities[a as usize];
            if inside == 1 {
                alone[infinities[a as usize] as usize] = true;
            }
        }
        let free = (0..self.len()).any(|j| self.survivors[j] == 0.0 && !self.infinite[j]);
        if free || (0..infinities[self.len()] as usize).any(|i| !alone[i]) {
            return false;
        }
        let sums = self.sums(&solution.hazard);
        let gradient = self.gradient(&sums);
        let mut ends = vec![false; self.len()];
        for c in &self.cells {
            ends[c.1 as usize] = true;
        }
        let open = |j: &usize| !self.infinite[*j] && gradient[*j] > -1e-7 * self.total;
        let undecided: Vec<usize> = (0..self.len()).filter(open).collect();
        if undecided.iter().all(|&j| ends[j]) {
            return true;
        }
        if undecided.len() > 2 * LARGEST {
            return false;
        }
        let curvature: Vec<f64> =
            self.cells.iter().zip(&sums).map(|(c, b)| c.2 / b.exp_m1() / -(-b).exp_m1()).collect();
        let h = hessian(self.len(), &self.cells, &undecided, &curvature);
        Cholesky::independent(&h, undecided.len(), 1e-9, 0.0).len() == undecided.len()
    }

    fn newton(&self, most: usize) -> Option<(Vec<f64>, usize)> {
        let mut hazard = vec![0.0; self.len()];
        let mut support = covering(&self.cells)?;
        for &j in &support {
            hazard[j] = 1.0;
        }
        // Each of the first points as if its cells were alone.
        let gradient = self.gradient(&self.sums(&hazard));
        for &j in &support {
            let deaths = (gradient[j] + self.survivors[j]) * 1.0_f64.exp_m1();
            hazard[j] = (deaths / self.survivors[j]).ln_1p().clamp(1e-8, 50.0);
        }
        let mut sums = self.sums(&hazard);
        for iteration in 0..most {
            let gradient = self.gradient(&sums);
            if self.gap(&hazard, &gradient) <= 1e-13 {
                return Some((hazard, iteration));
            }
            let candidates = widened(&support, &gradient, 0.0);
            let curvature: Vec<f64> =
                self.cells.iter().zip(&sums).map(|(c, b)| c.2 / b.exp_m1() / -(-b).exp_m1()).collect();
            let h = hessian(self.len(), &self.cells, &candidates, &curvature);
            let k = candidates.len();
            let aim: Vec<f64> = (0..k)
                .map(|i| {
                    let moved: f64 = (0..k).map(|l| h[i * k + l] * hazard[candidates[l]]).sum();
                    gradient[candidates[i]] + moved
                })
                .collect();
            let start = candidates.iter().map(|&j| hazard[j]).collect();
            let target = quadratic(&h, &aim, start, 1e-11 * self.total);
            let Some(next) = self.line_search(&candidates, &target, &hazard, &sums, &gradient) else {
                return Some((hazard, iteration));
            };
            hazard = next;
            sums = self.sums(&hazard);
            support = candidates.into_iter().filter(|&j| hazard[j] > 0.0).collect();
            if support.len() > LARGEST {
                return None;
            }
        }
        Some((hazard, most))
    }

    fn line_search(
        &self,
        candidates: &[usize],
        target: &[f64],
        hazard: &[f64],
        sums: &[f64],
        gradient: &[f64],
    ) -> Option<Vec<f64>> {
        let slope: f64 = candidates.iter().zip(target).map(|(&j, t)| gradient[j] * (t - hazard[j])).sum();
        let old = self.value(hazard, sums);
        let mut step = 1.0;
        while step > 1e-12 {
            let mut next = hazard.to_vec();
            for (&j, t) in candidates.iter().zip(target) {
                next[j] = (hazard[j] + step * (t - hazard[j])).max(0.0);
            }
            let now = self.sums(&next);
            if now.iter().all(|&b| b > 0.0) {
                let rise = self.value(&next, &now) - old;
                // Near the maximum the rise is below the rounding error of the sums: there the gap must fall.
                let noise = 1e-12 * (old.abs() + self.total);
                let enough = if rise.abs() <= noise {
                    self.gap(&next, &self.gradient(&now)) < self.gap(hazard, gradient)
                } else {
                    rise >= 1e-4 * step * slope.clamp(0.0, 1e-3 * self.total)
                };
                if enough {
                    return Some(next);
                }
            }
            step *= 0.5;
        }
        None
    }

    fn em(&self, most: usize) -> (Vec<f64>, usize) {
        let mut hazard: Vec<f64> =
            self.infinite.iter().map(|i| if *i { 0.0 } else { 1.0 / self.len() as f64 }).collect();
        let mut steps = 0;
        while steps < most {
            let first = self.em_step(&hazard);
            let sums = self.sums(&first);
            steps += 1;
            if self.gap(&first, &self.gradient(&sums)) <= 1e-10 {
                return (first, steps);
            }
            let value = self.value(&first, &sums);
            let second = self.em_step(&first);
            steps += 1;
            // A pair of steps stretched (Varadhan & Roland 2008).
            let (mut r2, mut v2) = (0.0, 0.0);
            for j in 0..hazard.len() {
                let (r, s) = (first[j] - hazard[j], second[j] - first[j]);
                r2 += r * r;
                v2 += (s - r) * (s - r);
            }
            let stretch = if v2 > 0.0 { (r2 / v2).sqrt().max(1.0) } else { 1.0 };
            let ahead: Vec<f64> = (0..hazard.len())
                .map(|j| {
                    let (r, s) = (first[j] - hazard[j], second[j] - first[j]);
                    let x = hazard[j] + 2.0 * stretch * r + stretch * stretch * (s - r);
                    if x > 0.0 { x } else { 0.1 * second[j] }
                })
                .collect();
            let there = self.sums(&ahead);
            let better = there.iter().all(|&b| b > 0.0) && self.value(&ahead, &there) >= value;
            hazard = if better { ahead } else { second };
        }
        (hazard, steps)
    }

    /// Expected events and expected numbers at risk give the hazards, as Kaplan-Meier does.
    fn em_step(&self, hazard: &[f64]) -> Vec<f64> {
        let m = self.len();
        let mut before = vec![0.0; m + 1];
        for j in 0..m {
            before[j + 1] = before[j] + if self.infinite[j] { 0.0 } else { hazard[j] };
        }
        let (mut rate, mut gone) = (vec![0.0; m + 1], vec![0.0; m + 1]);
        for (&(a, b, w), sum) in self.cells.iter().zip(self.sums(hazard)) {
            let inside = -(-sum).exp_m1();
            // Relative to survival at 0, of which both factors are far from overflow.
            let share = w * before[a as usize].exp() / inside;
            rate[a as usize] += share;
            rate[b as usize + 1] -= share;
            gone[a as usize] += w * (-sum).exp() / inside;
            gone[b as usize + 1] -= w * (-sum).exp() / inside;
        }
        let (mut r, mut g) = (0.0, 0.0);
        (0..m)
            .map(|j| {
                r += rate[j];
                g += gone[j];
                if self.infinite[j] || !(r > 0.0) {
                    return 0.0;
                }
                let survival = (-before[j]).exp();
                let events = r * survival * -(-hazard[j]).exp_m1();
                let at_risk = self.survivors[j] + r * survival - g;
                let share = (events / at_risk).clamp(0.0, 1.0 - 1e-16);
                -(-share).ln_1p()
            })
            .collect()
    }
}

/// Where the hazard is infinite: nobody is known to have survived there, and somebody had the event there or in no other
/// such place. As few as are needed, and the latest.
fn infinite(of: &Intersections, survivors: &[f64]) -> Vec<bool> {
    let mut last: Vec<Option<usize>> = Vec::with_capacity(survivors.len());
    for (j, &s) in survivors.iter().enumerate() {
        let before = last.last().copied().flatten();
        last.push(if s == 0.0 { Some(j) } else { before });
    }
    let mut ranges: Vec<(u32, u32)> = of.cells.iter().map(|c| (c.1, c.0)).collect();
    ranges.sort_unstable();
    let mut chosen = vec![false; survivors.len()];
    let mut latest = None;
    for (end, start) in ranges {
        let there = last[end as usize].filter(|&j| j >= start as usize);
        if there.is_some() && latest.is_none_or(|j| j < start as usize) {
            latest = there;
            chosen[there.unwrap_or_default()] = true;
        }
    }
    chosen
}

/// Of each place, how many before it are so.
fn running_count(of: &[bool]) -> Vec<u32> {
    let mut count = vec![0];
    for (j, &yes) in of.iter().enumerate() {
        count.push(count[j] + u32::from(yes));
    }
    count
}

/// The mass of each intersection.
pub(super) fn masses(hazard: &[f64]) -> Vec<f64> {
    let mut before = 0.0;
    hazard
        .iter()
        .map(|&h| {
            let mass = f64::exp(-before) * -(-h).exp_m1();
            before += h;
            mass
        })
        .collect()
}
