//! The risks of the rows of a chunk, and what its events add to the hazard.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, mask64x8};

use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::hazard_step::HazardStep;
use crate::survival::regression::cox::lanes::eight::{LANES, STEPS, load, store};
use crate::survival::regression::cox::lanes::plan::Chunk;
use crate::survival::regression::cox::log_sum::LogSum;
use crate::survival::regression::cox::rows::stratum::Tie;

/// So many risk sums are multiplied before it is asked whether their product is in range.
const MULTIPLIED: usize = 8;

/// A number of each row of a chunk, step by step.
pub(super) type Each = [[f64; LANES]; STEPS];

/// What is kept of the rows of a chunk.
pub(super) struct Risks<S: Simd> {
    simd: S,
    ties: Ties,
    pub risk: Each,
    /// `S0` when the row has joined.
    s0: Each,
    /// What an event at the row adds to the hazard.
    pub unit: Each,
    /// The hazard of the lane's events that were walked before the row.
    pub before: Each,
    pub logs: LogSum,
}

// All of it is inlined into a function that may use the registers.
#[allow(clippy::inline_always)]
impl<S: Simd> Risks<S> {
    #[inline(always)]
    pub fn new(simd: S, ties: Ties) -> Self {
        let each = [[0.0; LANES]; STEPS];
        Self { simd, ties, risk: each, s0: each, unit: each, before: each, logs: LogSum::ZERO }
    }

    /// Keeps the risks of a step: 0 where the chunk has no row.
    #[inline(always)]
    pub fn keep(&mut self, chunk: &Chunk, step: usize, mut risk: f64x8<S>) -> f64x8<S> {
        if chunk.rows.len() < chunk.steps * LANES {
            let zero = f64x8::splat(self.simd, 0.0);
            risk = mask64x8::from_bitmask(self.simd, chunk.present(step)).select(risk, zero);
        }
        self.risk[step] = store(risk);
        risk
    }

    /// `S0` row by row from where each lane begins, and what events that leave alone add. `largest` is that of the last row.
    #[inline(always)]
    pub fn run(&mut self, chunk: &Chunk, from: &[f64; LANES], largest: f64) {
        let simd = self.simd;
        let (zero, one) = (f64x8::splat(simd, 0.0), f64x8::splat(simd, 1.0));
        // A power of 2 near the largest: products of what is left of the risk sums stay in range.
        let exponent = ((largest.to_bits() >> 52) & 0x7ff) as i32 - 1023;
        let scale = f64x8::splat(simd, f64::from_bits(((1023 - exponent) as u64) << 52));
        let mut s0 = load(simd, from);
        let mut first = 0;
        while first < chunk.steps {
            let to = chunk.steps.min(first + MULTIPLIED);
            let mut product = one;
            for k in first..to {
                s0 += load(simd, &self.risk[k]);
                let alone = mask64x8::from_bitmask(simd, u64::from(chunk.alone[k]));
                self.s0[k] = store(s0);
                self.unit[k] = store(alone.select(one / s0, zero));
                product *= alone.select(s0 * scale, one);
            }
            for factor in store(product) {
                self.logs.multiply(factor);
            }
            first = to;
        }
        self.logs.sum += f64::from(chunk.events_alone) * (f64::from(exponent) * std::f64::consts::LN_2);
    }

    /// What a tie adds to the hazard: it stands where the last of it is walked. `at_risk` were there before the chunk.
    #[inline(always)]
    pub fn step_of(&mut self, chunk: &Chunk, tie: &Tie, at_risk: f64) -> HazardStep {
        let mut own = 0.0;
        for row in tie.start..tie.events_end {
            let (step, lane) = chunk.place(row);
            own += self.risk[step][lane];
        }
        // The others are not taken from the sum of all: at the end they are all that is left.
        let others = match chunk.place(tie.events_end - 1) {
            (0, 0) => at_risk,
            (0, lane) => self.s0[chunk.steps - 1][lane - 1],
            (step, lane) => self.s0[step - 1][lane],
        };
        let (k, l) = chunk.place(tie.start);
        let step = HazardStep::new(tie, self.ties, self.s0[k][l], others, own);
        self.unit[k][l] = step.all;
        self.logs.sum += step.log;
        step
    }

    /// The hazard of a lane's events before each row; returns of each lane the hazard of its events and of those of lanes
    /// that are walked after it.
    #[inline(always)]
    pub fn run_hazard(&mut self, chunk: &Chunk) -> [f64; LANES] {
        let mut hazard = f64x8::splat(self.simd, 0.0);
        for k in 0..chunk.steps {
            self.before[k] = store(hazard);
            hazard += load(self.simd, &self.unit[k]);
        }
        let (mut still, mut total) = (store(hazard), 0.0);
        for lane in still.iter_mut().rev() {
            total += *lane;
            *lane = total;
        }
        still
    }

    /// What is left at risk of those who leave together is less by so much of their hazard.
    #[inline(always)]
    pub fn leave_together(&mut self, chunk: &Chunk, tie: &Tie, step: &HazardStep) {
        for row in tie.start..tie.events_end {
            let (k, l) = chunk.place(row);
            self.before[k][l] += step.all - step.own;
        }
    }

    /// Of each row its risk times the hazard of the events that are walked after it.
    #[inline(always)]
    pub fn expected(&self, chunk: &Chunk, still: &[f64; LANES]) -> Each {
        let still = load(self.simd, still);
        let mut expected = [[0.0; LANES]; STEPS];
        for k in 0..chunk.steps {
            let after = still - load(self.simd, &self.before[k]);
            expected[k] = store(load(self.simd, &self.risk[k]) * after);
        }
        expected
    }
}
