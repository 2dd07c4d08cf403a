//! More columns: products by tiles of four by four, of which one is in registers.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8};

use crate::numeric::exp::exp_lanes;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::hazard_step::HazardStep;
use crate::survival::regression::cox::lanes::columns::{Columns, means};
use crate::survival::regression::cox::lanes::eight::{LANES, STEPS, load, run_on, store};
use crate::survival::regression::cox::lanes::plan::Chunk;
use crate::survival::regression::cox::lanes::risks::{Each, Risks};
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::stratum::Tie;

/// The columns of a tile.
const TILE: usize = 4;

/// `Σ r`, `Σ r x` and, lane by lane, `Σ r x xᵀ`: the upper triangle of p × p.
struct Sums {
    s0: f64,
    s1: Vec<f64>,
    s2: Vec<[f64; LANES]>,
}

impl Sums {
    fn zero(p: usize) -> Self {
        Self { s0: 0.0, s1: vec![0.0; p], s2: vec![[0.0; LANES]; p * p] }
    }

    fn clear(&mut self) {
        self.s0 = 0.0;
        self.s1.fill(0.0);
        self.s2.fill([0.0; LANES]);
    }
}

/// What a walk has collected.
pub(super) struct Many<'a, S: Simd> {
    simd: S,
    p: usize,
    beta: &'a [f64],
    ties: Ties,
    risks: Risks<S>,
    sums: Sums,
    /// The events of a tie that has chunks of its own.
    own: Sums,
    /// Of each lane `Σ r x`, then where `S1` begins.
    lanes: Vec<[f64; LANES]>,
    /// `Σ r C x`, in part lane by lane.
    expected: Vec<[f64; LANES]>,
    expected_at_once: Vec<f64>,
    information: Vec<[f64; LANES]>,
    information_at_once: Vec<f64>,
    /// Means: their outer products are taken off.
    mean: Vec<[f64; LANES]>,
}

// All of it is inlined into a function that may use the registers.
#[allow(clippy::inline_always)]
impl<'a, S: Simd> Many<'a, S> {
    #[inline(always)]
    pub fn new(simd: S, beta: &'a [f64], ties: Ties) -> Self {
        let p = beta.len();
        Self {
            simd,
            p,
            beta,
            ties,
            risks: Risks::new(simd, ties),
            sums: Sums::zero(p),
            own: Sums::zero(p),
            lanes: vec![[0.0; LANES]; p],
            expected: vec![[0.0; LANES]; p],
            expected_at_once: vec![0.0; p],
            information: vec![[0.0; LANES]; p * p],
            information_at_once: vec![0.0; p * p],
            mean: vec![[0.0; LANES]; STEPS * p],
        }
    }

    /// The risks of the rows, and of each lane `Σ r` and `Σ r x`.
    #[inline(always)]
    fn predict(&mut self, chunk: &Chunk, x: &[[f64; LANES]]) -> [f64; LANES] {
        let simd = self.simd;
        let null = self.beta.iter().all(|&b| b == 0.0);
        let mut t0 = f64x8::splat(simd, 0.0);
        for (k, x) in x.chunks_exact(self.p).enumerate() {
            let mut risk = f64x8::splat(simd, 1.0);
            if !null {
                risk = exp_lanes(simd, predictor(simd, self.beta, x));
            }
            t0 += self.risks.keep(chunk, k, risk);
        }
        self.lanes.fill([0.0; LANES]);
        add_sums(simd, &self.risks.risk, x, &mut self.lanes);
        store(t0)
    }

    /// The two means of a tie, in the place of two of its rows.
    fn place_means(&mut self, chunk: &Chunk, x: &[[f64; LANES]], tie: &Tie, step: &HazardStep) {
        let ((k, l), (other, lane)) = (chunk.place(tie.start), chunk.place(tie.start + 1));
        let of = means(step);
        for j in 0..self.p {
            let mut own = 0.0;
            for row in tie.start..tie.events_end {
                let (k, l) = chunk.place(row);
                own += self.risks.risk[k][l] * x[k * self.p + j][l];
            }
            let [first, second] = of(self.mean[k * self.p + j][l] / step.all, own);
            self.mean[k * self.p + j][l] = first;
            self.mean[other * self.p + j][lane] = second;
        }
    }

    /// A tie that has chunks of its own leaves.
    fn leave_together(&mut self, tie: &Tie) {
        let p = self.p;
        let others = self.sums.s0;
        self.sums.s0 += self.own.s0;
        let own_s1 = self.own.s1.iter();
        self.sums.s1.iter_mut().zip(own_s1).for_each(|(s1, own)| *s1 += own);
        let step = HazardStep::new(tie, self.ties, self.sums.s0, others, self.own.s0);
        self.risks.logs.sum += step.log;
        let (left, of) = (step.all - step.own, means(&step));
        let mean: Vec<[f64; 2]> = (0..p).map(|j| of(self.sums.s1[j], self.own.s1[j])).collect();
        for a in 0..p {
            self.expected_at_once[a] += step.all * self.sums.s1[a] - left * self.own.s1[a];
            for b in a..p {
                let (all, own) = (&mut self.sums.s2[a * p + b], &self.own.s2[a * p + b]);
                all.iter_mut().zip(own).for_each(|(all, own)| *all += own);
                let squares = mean[a][0] * mean[b][0] + mean[a][1] * mean[b][1];
                let all = step.all * all.iter().sum::<f64>() - left * own.iter().sum::<f64>();
                self.information_at_once[a * p + b] += all - squares;
            }
        }
        self.own.clear();
    }
}

#[allow(clippy::inline_always)]
impl<S: Simd> Columns for Many<'_, S> {
    #[inline(always)]
    fn leave_all(&mut self) {
        self.sums.clear();
    }

    #[inline(always)]
    fn join(&mut self, chunk: &Chunk, x: &[[f64; LANES]]) {
        let t0 = self.predict(chunk, x);
        self.sums.s0 += t0.iter().sum::<f64>();
        for (s1, lanes) in self.sums.s1.iter_mut().zip(&self.lanes) {
            *s1 += lanes.iter().sum::<f64>();
        }
        add_products(self.simd, self.p, x, &self.risks.risk, &mut self.sums.s2);
    }

    #[inline(always)]
    fn tied(&mut self, chunk: &Chunk, x: &[[f64; LANES]], tie: &Tie, last: bool) {
        std::mem::swap(&mut self.sums, &mut self.own);
        self.join(chunk, x);
        std::mem::swap(&mut self.sums, &mut self.own);
        if last {
            self.leave_together(tie);
        }
    }

    #[inline(always)]
    fn mixed(&mut self, chunk: &Chunk, x: &[[f64; LANES]], together: &[Tie]) {
        let (simd, p, at_risk) = (self.simd, self.p, self.sums.s0);
        let t0 = self.predict(chunk, x);
        let from;
        (from, self.sums.s0) = run_on(at_risk, &t0);
        self.risks.run(chunk, &from, self.sums.s0);
        let steps: Vec<HazardStep> =
            together.iter().map(|tie| self.risks.step_of(chunk, tie, at_risk)).collect();
        let still = self.risks.run_hazard(chunk);
        for j in 0..p {
            self.expected_at_once[j] += still[0] * self.sums.s1[j];
            (self.lanes[j], self.sums.s1[j]) = run_on(self.sums.s1[j], &self.lanes[j]);
        }
        run_means(simd, &self.risks, x, &self.lanes, &mut self.mean);
        for (tie, step) in together.iter().zip(&steps) {
            self.place_means(chunk, x, tie, step);
            self.risks.leave_together(chunk, tie, step);
        }
        let hazard = f64x8::splat(simd, still[0]);
        for (to, s2) in self.information.iter_mut().zip(&self.sums.s2) {
            *to = store(load(simd, to) + hazard * load(simd, s2));
        }
        let expected = self.risks.expected(chunk, &still);
        add_sums(simd, &expected, x, &mut self.expected);
        add_products(simd, p, x, &expected, &mut self.information);
        let less = [[-1.0; LANES]; STEPS];
        add_products(simd, p, &self.mean[..chunk.steps * p], &less, &mut self.information);
        add_products(simd, p, x, &self.risks.risk, &mut self.sums.s2);
    }

    #[inline(always)]
    fn collect(&self, own: f64, of_events: &[f64], point: &mut Point) {
        let p = self.p;
        point.log_likelihood = own - self.risks.logs.value();
        for a in 0..p {
            let expected = self.expected[a].iter().sum::<f64>() + self.expected_at_once[a];
            point.gradient[a] = of_events[a] - expected;
            for b in a..p {
                let lanes = self.information[a * p + b].iter().sum::<f64>();
                let all = lanes + self.information_at_once[a * p + b];
                point.information[a * p + b] = all;
                point.information[b * p + a] = all;
            }
        }
    }
}

/// Eight linear predictors.
#[allow(clippy::inline_always)]
#[inline(always)]
fn predictor<S: Simd>(simd: S, beta: &[f64], x: &[[f64; LANES]]) -> f64x8<S> {
    // Two sums side by side: one alone would wait for itself at every step.
    let mut sums = [f64x8::splat(simd, 0.0); 2];
    for (j, (&beta, x)) in beta.iter().zip(x).enumerate() {
        sums[j % 2] += f64x8::splat(simd, beta) * load(simd, x);
    }
    sums[0] + sums[1]
}

/// Calls a function for each tile's columns, with their number known.
macro_rules! by_tile {
    ($p:expr, |$first:ident, $width:ident| $work:expr) => {
        let mut $first = 0;
        while $first < $p {
            match $p - $first {
                1 => {
                    const $width: usize = 1;
                    $work
                }
                2 => {
                    const $width: usize = 2;
                    $work
                }
                3 => {
                    const $width: usize = 3;
                    $work
                }
                _ => {
                    const $width: usize = TILE;
                    $work
                }
            }
            $first += TILE;
        }
    };
}

#[allow(clippy::inline_always)]
#[inline(always)]
fn columns<S: Simd, const N: usize>(simd: S, x: &[[f64; LANES]]) -> [f64x8<S>; N] {
    let mut columns = [f64x8::splat(simd, 0.0); N];
    for (column, x) in columns.iter_mut().zip(x) {
        *column = load(simd, x);
    }
    columns
}

/// `Σ u x` lane by lane.
#[allow(clippy::inline_always)]
#[inline(always)]
fn add_sums<S: Simd>(simd: S, factor: &Each, x: &[[f64; LANES]], to: &mut [[f64; LANES]]) {
    let p = to.len();
    by_tile!(p, |first, N| {
        let mut sums = columns::<S, N>(simd, &to[first..]);
        for (x, factor) in x.chunks_exact(p).zip(factor) {
            let (factor, x) = (load(simd, factor), columns::<S, N>(simd, &x[first..]));
            for j in 0..N {
                sums[j] += factor * x[j];
            }
        }
        for j in 0..N {
            to[first + j] = store(sums[j]);
        }
    });
}

/// `S1` row by row from where each lane begins, and the means of events that leave alone.
#[allow(clippy::inline_always)]
#[inline(always)]
fn run_means<S: Simd>(
    simd: S,
    risks: &Risks<S>,
    x: &[[f64; LANES]],
    from: &[[f64; LANES]],
    mean: &mut [[f64; LANES]],
) {
    let p = from.len();
    by_tile!(p, |first, N| {
        let mut s1 = columns::<S, N>(simd, &from[first..]);
        let rows = x.chunks_exact(p).zip(mean.chunks_exact_mut(p)).zip(risks.risk.iter().zip(&risks.unit));
        for ((x, mean), (risk, unit)) in rows {
            let (risk, unit, x) = (load(simd, risk), load(simd, unit), columns::<S, N>(simd, &x[first..]));
            for j in 0..N {
                s1[j] += risk * x[j];
                mean[first + j] = store(s1[j] * unit);
            }
        }
    });
}

/// `Σ u x xᵀ`, the upper triangle.
#[allow(clippy::inline_always)]
#[inline(always)]
fn add_products<S: Simd>(simd: S, p: usize, x: &[[f64; LANES]], factor: &Each, to: &mut [[f64; LANES]]) {
    by_tile!(p, |a, A| {
        let mut sums = [[f64x8::splat(simd, 0.0); A]; A];
        for i in 0..A {
            for j in i..A {
                sums[i][j] = load(simd, &to[(a + i) * p + a + j]);
            }
        }
        for (x, factor) in x.chunks_exact(p).zip(factor) {
            let (factor, x) = (load(simd, factor), columns::<S, A>(simd, &x[a..]));
            for i in 0..A {
                let scaled = factor * x[i];
                for j in i..A {
                    sums[i][j] += scaled * x[j];
                }
            }
        }
        for i in 0..A {
            for j in i..A {
                to[(a + i) * p + a + j] = store(sums[i][j]);
            }
        }
    });
    let mut a = 0;
    // What is right of a tile on the diagonal: its columns are four.
    while a + TILE < p {
        let right = p - (a + TILE);
        by_tile!(right, |from, B| add_tile::<S, B>(simd, (p, a, a + TILE + from), x, factor, to));
        a += TILE;
    }
}

/// A tile of the products of four columns with others, right of them.
#[allow(clippy::inline_always)]
#[inline(always)]
fn add_tile<S: Simd, const B: usize>(
    simd: S,
    (p, a, b): (usize, usize, usize),
    x: &[[f64; LANES]],
    factor: &Each,
    to: &mut [[f64; LANES]],
) {
    let mut sums = [[f64x8::splat(simd, 0.0); B]; TILE];
    for i in 0..TILE {
        sums[i] = columns(simd, &to[(a + i) * p + b..]);
    }
    for (x, factor) in x.chunks_exact(p).zip(factor) {
        let factor = load(simd, factor);
        let (left, right) = (columns::<S, TILE>(simd, &x[a..]), columns::<S, B>(simd, &x[b..]));
        for i in 0..TILE {
            let scaled = factor * left[i];
            for j in 0..B {
                sums[i][j] += scaled * right[j];
            }
        }
    }
    for i in 0..TILE {
        for j in 0..B {
            to[(a + i) * p + b + j] = store(sums[i][j]);
        }
    }
}
