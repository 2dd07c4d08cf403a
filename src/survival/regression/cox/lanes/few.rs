//! Up to eight columns: what is summed stays in registers.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8};

use crate::numeric::exp::exp_lanes;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::hazard_step::HazardStep;
use crate::survival::regression::cox::lanes::columns::{Columns, means};
use crate::survival::regression::cox::lanes::eight::{LANES, STEPS, load, run_on, store, sum};
use crate::survival::regression::cox::lanes::plan::Chunk;
use crate::survival::regression::cox::lanes::risks::{Each, Risks};
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::stratum::Tie;

/// The upper triangle of a symmetric matrix, lane by lane.
type Products<S, const P: usize> = [[f64x8<S>; P]; P];

/// `Σ r`, `Σ r x` and `Σ r x xᵀ`.
#[derive(Clone, Copy)]
struct Sums<S: Simd, const P: usize> {
    s0: f64,
    s1: [f64; P],
    s2: Products<S, P>,
}

// All of it is inlined into a function that may use the registers.
#[allow(clippy::inline_always)]
impl<S: Simd, const P: usize> Sums<S, P> {
    #[inline(always)]
    fn zero(simd: S) -> Self {
        Self { s0: 0.0, s1: [0.0; P], s2: [[f64x8::splat(simd, 0.0); P]; P] }
    }
}

/// What a walk has collected.
pub(super) struct Few<'a, S: Simd, const P: usize> {
    simd: S,
    beta: &'a [f64; P],
    ties: Ties,
    risks: Risks<S>,
    sums: Sums<S, P>,
    /// The events of a tie that has chunks of its own.
    own: Sums<S, P>,
    /// `Σ r C x`, in part lane by lane.
    expected: [f64x8<S>; P],
    expected_at_once: [f64; P],
    information: Products<S, P>,
    information_at_once: [[f64; P]; P],
    /// Means: their outer products are taken off.
    mean: [[[f64; LANES]; P]; STEPS],
}

#[allow(clippy::inline_always)]
impl<'a, S: Simd, const P: usize> Few<'a, S, P> {
    #[inline(always)]
    pub fn new(simd: S, beta: &'a [f64; P], ties: Ties) -> Self {
        let zero = f64x8::splat(simd, 0.0);
        Self {
            simd,
            beta,
            ties,
            risks: Risks::new(simd, ties),
            sums: Sums::zero(simd),
            own: Sums::zero(simd),
            expected: [zero; P],
            expected_at_once: [0.0; P],
            information: [[zero; P]; P],
            information_at_once: [[0.0; P]; P],
            mean: [[[0.0; LANES]; P]; STEPS],
        }
    }

    /// The risks of the rows, and of each lane `Σ r` and `Σ r x`.
    #[inline(always)]
    fn predict(&mut self, chunk: &Chunk, x: &[[[f64; LANES]; P]]) -> ([f64; LANES], [f64x8<S>; P]) {
        let simd = self.simd;
        let zero = f64x8::splat(simd, 0.0);
        let null = self.beta.iter().all(|&b| b == 0.0);
        let mut beta = [zero; P];
        for j in 0..P {
            beta[j] = f64x8::splat(simd, self.beta[j]);
        }
        let (mut t0, mut t1) = (zero, [zero; P]);
        for (k, x) in x.iter().enumerate() {
            let x = columns(simd, x);
            let mut risk = f64x8::splat(simd, 1.0);
            if !null {
                let mut eta = beta[0] * x[0];
                for j in 1..P {
                    eta += beta[j] * x[j];
                }
                risk = exp_lanes(simd, eta);
            }
            let risk = self.risks.keep(chunk, k, risk);
            t0 += risk;
            for j in 0..P {
                t1[j] += risk * x[j];
            }
        }
        (store(t0), t1)
    }

    /// `S1` row by row from where each lane begins, and the means of events that leave alone.
    #[inline(always)]
    fn run_means(&mut self, x: &[[[f64; LANES]; P]], mut s1: [f64x8<S>; P]) {
        let simd = self.simd;
        for (k, x) in x.iter().enumerate() {
            let (risk, unit) = (load(simd, &self.risks.risk[k]), load(simd, &self.risks.unit[k]));
            for j in 0..P {
                s1[j] += risk * load(simd, &x[j]);
                self.mean[k][j] = store(s1[j] * unit);
            }
        }
    }

    /// The two means of a tie, in the place of two of its rows.
    #[inline(always)]
    fn place_means(&mut self, chunk: &Chunk, x: &[[[f64; LANES]; P]], tie: &Tie, step: &HazardStep) {
        let mut own = [0.0; P];
        for row in tie.start..tie.events_end {
            let (k, l) = chunk.place(row);
            for j in 0..P {
                own[j] += self.risks.risk[k][l] * x[k][j][l];
            }
        }
        let ((k, l), (other, lane)) = (chunk.place(tie.start), chunk.place(tie.start + 1));
        let of = means(step);
        for j in 0..P {
            let [first, second] = of(self.mean[k][j][l] / step.all, own[j]);
            self.mean[k][j][l] = first;
            self.mean[other][j][lane] = second;
        }
    }
}

#[allow(clippy::inline_always)]
impl<S: Simd, const P: usize> Columns for Few<'_, S, P> {
    #[inline(always)]
    fn leave_all(&mut self) {
        self.sums = Sums::zero(self.simd);
    }

    #[inline(always)]
    fn join(&mut self, chunk: &Chunk, x: &[[f64; LANES]]) {
        let (x, _) = x.as_chunks::<P>();
        let (t0, t1) = self.predict(chunk, x);
        self.sums.s0 += t0.iter().sum::<f64>();
        for j in 0..P {
            self.sums.s1[j] += sum(t1[j]);
        }
        add_products(self.simd, x, &self.risks.risk, &mut self.sums.s2);
    }

    #[inline(always)]
    fn tied(&mut self, chunk: &Chunk, x: &[[f64; LANES]], tie: &Tie, last: bool) {
        std::mem::swap(&mut self.sums, &mut self.own);
        self.join(chunk, x);
        std::mem::swap(&mut self.sums, &mut self.own);
        if !last {
            return;
        }
        let own = std::mem::replace(&mut self.own, Sums::zero(self.simd));
        let others = self.sums.s0;
        self.sums.s0 += own.s0;
        for a in 0..P {
            self.sums.s1[a] += own.s1[a];
            for b in a..P {
                self.sums.s2[a][b] += own.s2[a][b];
            }
        }
        let step = HazardStep::new(tie, self.ties, self.sums.s0, others, own.s0);
        self.risks.logs.sum += step.log;
        let left = step.all - step.own;
        let (of, mut mean) = (means(&step), [[0.0; 2]; P]);
        for j in 0..P {
            mean[j] = of(self.sums.s1[j], own.s1[j]);
        }
        for a in 0..P {
            self.expected_at_once[a] += step.all * self.sums.s1[a] - left * own.s1[a];
            for b in a..P {
                let squares = mean[a][0] * mean[b][0] + mean[a][1] * mean[b][1];
                let all = step.all * sum(self.sums.s2[a][b]) - left * sum(own.s2[a][b]);
                self.information_at_once[a][b] += all - squares;
            }
        }
    }

    #[inline(always)]
    fn mixed(&mut self, chunk: &Chunk, x: &[[f64; LANES]], together: &[Tie]) {
        let (x, _) = x.as_chunks::<P>();
        let (simd, at_risk, s1) = (self.simd, self.sums.s0, self.sums.s1);
        let (t0, t1) = self.predict(chunk, x);
        let from;
        (from, self.sums.s0) = run_on(at_risk, &t0);
        self.risks.run(chunk, &from, self.sums.s0);
        let steps: Vec<HazardStep> =
            together.iter().map(|tie| self.risks.step_of(chunk, tie, at_risk)).collect();
        let mut starts = [f64x8::splat(simd, 0.0); P];
        for j in 0..P {
            let from;
            (from, self.sums.s1[j]) = run_on(s1[j], &store(t1[j]));
            starts[j] = load(simd, &from);
        }
        self.run_means(x, starts);
        let still = self.risks.run_hazard(chunk);
        for (tie, step) in together.iter().zip(&steps) {
            self.place_means(chunk, x, tie, step);
            self.risks.leave_together(chunk, tie, step);
        }
        let hazard = f64x8::splat(simd, still[0]);
        for a in 0..P {
            self.expected_at_once[a] += still[0] * s1[a];
            for b in a..P {
                self.information[a][b] += hazard * self.sums.s2[a][b];
            }
        }
        let expected = self.risks.expected(chunk, &still);
        for (k, x) in x.iter().enumerate() {
            for j in 0..P {
                self.expected[j] += load(simd, &expected[k]) * load(simd, &x[j]);
            }
        }
        add_products(simd, x, &expected, &mut self.information);
        add_products(simd, &self.mean[..chunk.steps], &[[-1.0; LANES]; STEPS], &mut self.information);
        add_products(simd, x, &self.risks.risk, &mut self.sums.s2);
    }

    #[inline(always)]
    fn collect(&self, own: f64, of_events: &[f64], point: &mut Point) {
        point.log_likelihood = own - self.risks.logs.value();
        for a in 0..P {
            point.gradient[a] = of_events[a] - (sum(self.expected[a]) + self.expected_at_once[a]);
            for b in a..P {
                let all = sum(self.information[a][b]) + self.information_at_once[a][b];
                point.information[a * P + b] = all;
                point.information[b * P + a] = all;
            }
        }
    }
}

/// The columns of a step. (Closures are not always inlined.)
#[allow(clippy::inline_always)]
#[inline(always)]
fn columns<S: Simd, const P: usize>(simd: S, x: &[[f64; LANES]; P]) -> [f64x8<S>; P] {
    let mut columns = [f64x8::splat(simd, 0.0); P];
    for j in 0..P {
        columns[j] = load(simd, &x[j]);
    }
    columns
}

/// `Σ u x xᵀ`, the upper triangle.
#[allow(clippy::inline_always)]
#[inline(always)]
fn add_products<S: Simd, const P: usize>(
    simd: S,
    x: &[[[f64; LANES]; P]],
    factor: &Each,
    to: &mut Products<S, P>,
) {
    // In registers: all but the upper triangle is never looked at.
    let mut sums = [[f64x8::splat(simd, 0.0); P]; P];
    for a in 0..P {
        for b in a..P {
            sums[a][b] = to[a][b];
        }
    }
    for (x, factor) in x.iter().zip(factor) {
        let (factor, x) = (load(simd, factor), columns(simd, x));
        for a in 0..P {
            let scaled = factor * x[a];
            for b in a..P {
                sums[a][b] += scaled * x[b];
            }
        }
    }
    for a in 0..P {
        for b in a..P {
            to[a][b] = sums[a][b];
        }
    }
}
