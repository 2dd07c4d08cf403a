//! The partial likelihood, eight rows side by side.
//!
//! The walk from the last row to the first is cut into chunks of up to 256 rows that lie in a cache. Lane l of a chunk holds the l-th
//! eighth of its rows: once the lanes' totals are known, each runs on from where the one before it ends, and all eight at once. An
//! event at which `S0`, `S1`, `S2` stand adds `S2/S0 − (S1/S0)(S1/S0)ᵀ` to the information. The first is not taken event by event:
//! a row is in the risk sets of the events walked after it, so that with `C` the sum of `1/S0` over these
//! ```text
//! Σ_events S2/S0 = Σ_rows r C x xᵀ,     gradient = Σ_events x − Σ_rows r C x
//! ```
//! and what is left are three symmetric products whose lanes never meet: with `r`, with `r C` and of the means. A few tied events stand in
//! a chunk as two means and one step of `C` ([`HazardStep`]); many have chunks of their own.
//!
//! Each number is the same whatever registers the processor has, for nothing is fused: 512 bits take a third of the time that a
//! row at a time takes, 256 bits two thirds.

mod columns;
mod eight;
mod few;
mod many;
pub(in crate::survival::regression::cox) mod plan;
mod risks;

use fearless_simd::{Level, dispatch};

use crate::numeric::numbers::Numbers;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::lanes::columns::Columns;
use crate::survival::regression::cox::lanes::eight::LANES;
use crate::survival::regression::cox::lanes::few::Few;
use crate::survival::regression::cox::lanes::many::Many;
use crate::survival::regression::cox::lanes::plan::{Kind, Plan};
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::Rows;

/// With more columns the products of whole matrices are sooner done.
pub(super) const WIDEST: usize = 32;

/// Linear predictors within ±30: the product of eight risk sums over the largest of a chunk stays above 1e-230.
const SAFE: f64 = 30.0;

/// The covariates of rows in lanes.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Lanes {
    plan: Plan,
    p: usize,
    /// Of each step p times eight numbers; 0 where a chunk has fewer rows than room.
    x: Numbers<f64>,
    /// `Σ x` over the events.
    of_events: Vec<f64>,
}

impl Lanes {
    /// The rows as they are planned. `ahead` asks for the memory of some rows of the data before `value` reads their columns.
    // Inlined where the number of columns is known.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub fn gather(
        plan: Plan,
        p: usize,
        rows: (&[usize], &[bool]),
        ahead: impl Fn(&[usize]),
        value: impl Fn(usize, usize) -> f64,
    ) -> Self {
        let (order, event) = rows;
        let mut x = Numbers::zeros(plan.steps() * p * LANES);
        let mut of_events = vec![0.0; p];
        let mut rest = &mut x[..];
        for chunk in plan.chunks() {
            let (here, after) = rest.split_at_mut(chunk.steps * p * LANES);
            rest = after;
            ahead(&order[chunk.rows.clone()]);
            for (lane, rows) in chunk.by_lane() {
                let (order, event) = (&order[rows.clone()], &event[rows]);
                let steps = here.chunks_exact_mut(p * LANES);
                for ((&i, &event), to) in order.iter().zip(event).rev().zip(steps) {
                    let counts = f64::from(u8::from(event));
                    for j in 0..p {
                        let x = value(i, j);
                        to[j * LANES + lane] = x;
                        of_events[j] += counts * x;
                    }
                }
            }
        }
        Self { plan, p, x, of_events }
    }

    /// The same numbers row by row.
    pub fn by_row(&self) -> Numbers<f64> {
        let p = self.p;
        let mut by_row = Numbers::zeros(self.plan.rows() * p);
        let mut first = 0;
        for chunk in self.plan.chunks() {
            for (lane, rows) in chunk.by_lane() {
                for (step, i) in rows.rev().enumerate() {
                    for j in 0..p {
                        by_row[i * p + j] = self.x[((first + step) * p + j) * LANES + lane];
                    }
                }
            }
            first += chunk.steps;
        }
        by_row
    }
}

/// The log likelihood, gradient and information at `beta`. Returns `None` if linear predictors may be too far apart for this way: then
/// nothing was computed.
pub(super) fn evaluate(
    rows: &Rows,
    lanes: &Lanes,
    beta: &[f64],
    ties: Ties,
    point: &mut Point,
) -> Option<()> {
    let reach: f64 = beta.iter().zip(&rows.reach).map(|(b, r)| b.abs() * r).sum();
    if !(reach <= SAFE) {
        return None;
    }
    let walk = Walk { rows, lanes, ties };
    match lanes.p {
        1 => walk.with_few::<1>(beta, point),
        2 => walk.with_few::<2>(beta, point),
        3 => walk.with_few::<3>(beta, point),
        4 => walk.with_few::<4>(beta, point),
        5 => walk.with_few::<5>(beta, point),
        6 => walk.with_few::<6>(beta, point),
        7 => walk.with_few::<7>(beta, point),
        8 => walk.with_few::<8>(beta, point),
        _ => dispatch!(Level::new(), simd => walk.over(Many::new(simd, beta, ties), beta, point)),
    }
    Some(())
}

/// The rows, and how ties are taken.
struct Walk<'a> {
    rows: &'a Rows,
    lanes: &'a Lanes,
    ties: Ties,
}

// Inlined, as what they call, into functions that may use the registers.
#[allow(clippy::inline_always)]
impl Walk<'_> {
    fn with_few<const P: usize>(&self, beta: &[f64], point: &mut Point) {
        if let Ok(few) = <&[f64; P]>::try_from(beta) {
            dispatch!(Level::new(), simd => self.over(Few::new(simd, few, self.ties), beta, point));
        }
    }

    #[inline(always)]
    fn over(&self, mut columns: impl Columns, beta: &[f64], point: &mut Point) {
        let Lanes { plan, p, x, of_events } = self.lanes;
        let (mut rest, _) = x.as_chunks::<LANES>();
        let mut stratum = None;
        for chunk in plan.chunks() {
            let (x, after) = rest.split_at(chunk.steps * p);
            rest = after;
            if stratum.replace(chunk.stratum) != Some(chunk.stratum) {
                columns.leave_all();
            }
            let together = &self.rows.strata[chunk.stratum].together[chunk.ties.clone()];
            match chunk.kind {
                Kind::Idle => (),
                Kind::Others => columns.join(chunk, x),
                Kind::Mixed => columns.mixed(chunk, x, together),
                Kind::Tie { last } => columns.tied(chunk, x, &together[0], last),
            }
        }
        let own: f64 = beta.iter().zip(of_events).map(|(b, x)| b * x).sum();
        columns.collect(own, of_events, point);
    }
}

#[cfg(test)]
mod tests;
