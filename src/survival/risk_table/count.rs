//! Few distinct times need no sort: they are counted.
//!
//! Whole numbers in a small range (days) are their own places. Other times of which there are few, such as tenths of
//! months, are numbered in the order of their appearance. One pass over the rows then adds up each place, and only the
//! distinct times are sorted.

use crate::numeric::few_distinct::Numbering;
use crate::numeric::near_ties;
use crate::survival::data::right_censored::{RightCensored, Weights};
use crate::survival::risk_table::build::{Cells, is_late, judges_near_ties, kind, weighed};
use crate::survival::risk_table::builder::{At, Heads, Kind, Tally, coarsened};
use crate::survival::risk_table::table::RiskTable;

/// The tables of data with few distinct times, or `None` where there are many.
pub(super) fn tables(data: &RightCensored, cells: Cells) -> Option<Vec<RiskTable>> {
    match data.weights() {
        None => of_rows(data, cells, Kind { sampling: false, reversed: false }, |heads, _| heads),
        Some(weights) if sums_are_exact(weights) => {
            let w = weights.values();
            of_rows(data, cells, kind(weights), |heads, i| weighed(heads, w[i]))
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
    one: impl Fn(Heads, usize) -> C,
) -> Option<Vec<RiskTable>> {
    let k = cells.map_or(1, |(_, k)| k);
    let fits = |times: f64| times * k as f64 <= 4.0 * data.len() as f64 + 64.0;
    let times = data.facts().max + 1.0;
    if data.facts().whole && fits(times) {
        let mut places = Places { k, one, counts: vec![C::default(); times as usize * k] };
        let index = |t: f64, _: &mut Places<C, _>| Some(t as u32 as usize);
        places.add(data, cells, index)?;
        let order = (0..times as usize).map(|t| (t as f64, t)).collect();
        return Some(places.tables(data, order, kind));
    }
    let mut numbering = Numbering::for_values(data.time())?;
    let mut places = Places { k, one, counts: Vec::new() };
    places.add(data, cells, |t, places: &mut Places<C, _>| {
        let number = numbering.number(t)? as usize;
        if number * k == places.counts.len() {
            if !fits((number + 1) as f64) {
                return None;
            }
            places.counts.resize((number + 1) * k, C::default());
        }
        Some(number)
    })?;
    Some(places.tables(data, numbering.sorted(), kind))
}

/// What happened at each distinct time in each cell.
struct Places<C, F> {
    /// The number of cells.
    k: usize,
    /// What one subject counts.
    one: F,
    counts: Vec<C>,
}

impl<C: Tally, F: Fn(Heads, usize) -> C> Places<C, F> {
    fn add(
        &mut self,
        data: &RightCensored,
        cells: Cells,
        mut index: impl FnMut(f64, &mut Self) -> Option<usize>,
    ) -> Option<()> {
        let leaves =
            |event: bool| Heads { events: u32::from(event), censored: u32::from(!event), entered: 0 };
        match cells {
            None => {
                for (i, (&t, &event)) in data.time().iter().zip(data.event()).enumerate() {
                    let at = index(t, self)?;
                    self.counts[at] += (self.one)(leaves(event), i);
                }
            }
            Some((codes, k)) => {
                for (i, ((&t, &event), &c)) in data.time().iter().zip(data.event()).zip(codes).enumerate() {
                    let at = index(t, self)? * k + c as usize;
                    self.counts[at] += (self.one)(leaves(event), i);
                }
            }
        }
        if let Some(entries) = data.entry() {
            for (i, &e) in entries.iter().enumerate().filter(|&(_, &e)| is_late(e)) {
                let at = index(e, self)? * self.k + cells.map_or(0, |(codes, _)| codes[i] as usize);
                self.counts[at] += (self.one)(Heads { entered: 1, ..Heads::default() }, i);
            }
        }
        Some(())
    }

    /// `order` has the distinct times, increasing, each with its place.
    fn tables(self, data: &RightCensored, order: Vec<(f64, usize)>, kind: Kind) -> Vec<RiskTable> {
        let chained = if judges_near_ties(data) {
            near_ties::chained(&order.iter().map(|&(t, _)| t).collect::<Vec<_>>())
        } else {
            Vec::new()
        };
        (0..self.k)
            .map(|cell| {
                let rows: Vec<At<C>> = order
                    .iter()
                    .map(|&(time, place)| At { time, counts: self.counts[place * self.k + cell] })
                    .filter(|row| !row.counts.heads().is_nobody())
                    .collect();
                coarsened(&rows, &chained, kind)
            })
            .collect()
    }
}
