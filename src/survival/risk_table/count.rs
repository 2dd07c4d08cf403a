//! Few distinct times need no sort: they are counted.
//!
//! Whole numbers in a small range (days) are their own places. Other times of which there are few, such as tenths of
//! months, are numbered in the order of their appearance. One pass over the rows then adds up each place, and only the
//! distinct times are sorted.

use crate::numeric::few_distinct::Numbering;
use crate::numeric::near_ties;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::risk_table::builder::{Tally, coarsened};
use crate::survival::risk_table::table::RiskTable;
use crate::survival::risk_table::tally::{At, Heads, Kind, Sums, What};

/// Which table each row belongs to, and how many tables there are.
pub(super) type Cells<'a> = Option<(&'a [u32], usize)>;

/// A subject who enters at 0 is there from the start.
pub(super) fn is_late(entry: f64) -> bool {
    entry > 0.0
}

/// What the weights make of a table.
pub(super) fn kind(weights: &Weights) -> Kind {
    Kind { sampling: matches!(weights, Weights::Sampling(_)), reversed: false }
}

/// The tables of data with few distinct times, or `None` if there are many.
pub(super) fn tables(data: &RightCensored, cells: Cells) -> Option<Vec<RiskTable>> {
    match data.weights() {
        None => of_rows::<Heads>(data, cells, Kind { sampling: false, reversed: false }, |_| 1.0),
        Some(weights) if sums_are_exact(weights) => {
            let w = weights.values();
            of_rows::<Sums>(data, cells, kind(weights), |i| w[i])
        }
        Some(_) => None,
    }
}

/// Do sums of these weights give the same bits in any order? If not they must be added in order of size.
fn sums_are_exact(weights: &Weights) -> bool {
    let positive = weights.values().iter().filter(|&&w| w > 0.0);
    let (smallest, largest) =
        positive.fold((f64::INFINITY, 0.0_f64), |(low, high), &w| (low.min(w), high.max(w)));
    smallest >= f64::MIN_POSITIVE / f64::EPSILON
        && largest / smallest * (weights.values().len() as f64) < 2.0_f64.powi(51)
}

fn of_rows<C: Tally>(
    data: &RightCensored,
    cells: Cells,
    kind: Kind,
    weight: impl Fn(usize) -> f64,
) -> Option<Vec<RiskTable>> {
    let k = cells.map_or(1, |(_, k)| k);
    let fits = |times: f64| times * k as f64 <= 4.0 * data.len() as f64 + 64.0;
    let times = data.facts().max + 1.0;
    if data.facts().whole && fits(times) {
        let mut places = vec![C::Place::default(); times as usize * k];
        count::<C>(data, cells, &mut places, weight, |t, _| Some(t as u32 as usize))?;
        let order = (0..times as usize).map(|t| (t as f64, t));
        return Some(in_order::<C>(data, &places, k, order, kind));
    }
    let mut numbering = Numbering::for_values(data.time())?;
    let mut places = Vec::new();
    count::<C>(data, cells, &mut places, weight, |t, places| {
        let number = numbering.number(t)? as usize;
        if number * k == places.len() {
            if !fits((number + 1) as f64) {
                return None;
            }
            places.resize((number + 1) * k, C::Place::default());
        }
        Some(number)
    })?;
    Some(in_order::<C>(data, &places, k, numbering.sorted().into_iter(), kind))
}

/// Counts every row at the place of its time and cell: cells of one time stand together.
fn count<C: Tally>(
    data: &RightCensored,
    cells: Cells,
    places: &mut Vec<C::Place>,
    weight: impl Fn(usize) -> f64,
    mut number: impl FnMut(f64, &mut Vec<C::Place>) -> Option<usize>,
) -> Option<()> {
    let rows = data.time().iter().zip(data.event());
    match cells {
        None => {
            for (i, (&t, &event)) in rows.enumerate() {
                let at = number(t, places)?;
                C::count(&mut places[at], What::leaves(event), weight(i));
            }
        }
        Some((codes, k)) => {
            for (i, ((&t, &event), &c)) in rows.zip(codes).enumerate() {
                let at = number(t, places)? * k + c as usize;
                C::count(&mut places[at], What::leaves(event), weight(i));
            }
        }
    }
    if let Some(entries) = data.entry() {
        for (i, &e) in entries.iter().enumerate().filter(|&(_, &e)| is_late(e)) {
            let (k, cell) = cells.map_or((1, 0), |(codes, k)| (k, codes[i] as usize));
            let at = number(e, places)? * k + cell;
            C::count(&mut places[at], What::Enters, weight(i));
        }
    }
    Some(())
}

/// `order` has the distinct times, increasing, each with its number.
fn in_order<C: Tally>(
    data: &RightCensored,
    places: &[C::Place],
    k: usize,
    order: impl ExactSizeIterator<Item = (f64, usize)> + Clone,
    kind: Kind,
) -> Vec<RiskTable> {
    let chained = if data.judges_near_ties() {
        near_ties::chained(&order.clone().map(|(t, _)| t).collect::<Vec<_>>())
    } else {
        Vec::new()
    };
    (0..k)
        .map(|cell| {
            let rows =
                order.clone().map(|(time, number)| At { time, counts: C::read(&places[number * k + cell]) });
            if chained.is_empty() {
                C::table(rows, kind)
            } else {
                let held = rows.filter(|row| !row.counts.heads().is_nobody());
                coarsened(held.collect(), &chained, kind)
            }
        })
        .collect()
}
