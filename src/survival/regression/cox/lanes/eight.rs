//! Eight numbers side by side.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8};

/// So many rows stand side by side.
pub(super) const LANES: usize = 8;

/// So many steps has a chunk at most: 256 rows × 8 covariates and what is kept of them are half of a first-level cache.
pub(super) const STEPS: usize = 32;

/// Eight numbers.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn load<S: Simd>(simd: S, numbers: &[f64; LANES]) -> f64x8<S> {
    f64x8::from_slice(simd, numbers)
}

#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn store<S: Simd>(numbers: f64x8<S>) -> [f64; LANES] {
    let mut to = [0.0; LANES];
    numbers.store_slice(&mut to);
    to
}

#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn sum<S: Simd>(numbers: f64x8<S>) -> f64 {
    store(numbers).iter().sum()
}

/// Where a running sum stands at the begin of each lane, and at the end.
#[inline]
pub(super) fn run_on(from: f64, totals: &[f64; LANES]) -> ([f64; LANES], f64) {
    let mut sum = from;
    let starts = totals.map(|total| {
        let start = sum;
        sum += total;
        start
    });
    (starts, sum)
}
