//! Has the likelihood a maximum? The cone of directions along which it never falls, found from the data.
//!
//! Along a direction d the log partial likelihood never falls if every event has the largest `d'x` of its risk set:
//! `d'(x_i − x_j) ≥ 0` for all pairs of an event i and a row j at risk with it (Bryson & Johnson 1981, Technometrics
//! 23:381). Under exact ties j is not among the tied events, for those are chosen as a set. These d are a cone C, the dual
//! of the cone K that the differences generate. How far a search has gone says nothing of it; the pairs do.
//!
//! 1. v, the sum over the events of `x_i` less its mean over the risk set, is a positive combination of all pairs.
//! 2. The point of −K nearest to v leaves r = v − (that point), and r is in C. If r is 0 then no direction is strict for
//!    any pair (Stiemke's lemma): what is left has a maximum. Else r is strict for some pairs.
//! 3. In the limit along r the rows at risk with an event are those with the event's own `r'x`: the strata are split by it,
//!    and the search goes on from 1 with the pairs that are left. Each round takes a dimension away.
//!
//! Of nearly collinear columns the cone is asked for in others that are apart (`white`).
//!
//! Of many rows ordered by a covariate the cone is too thin for sums: columns of close values are asked first (`by_column`).

mod by_column;
mod nearest_point;
mod pairs;
mod vectors;
mod white;

use std::borrow::Cow;

use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::rows::Rows;

pub(in crate::survival::regression) use by_column::ByColumn;
pub(super) use pairs::Pairs;
pub(super) use vectors::{dot, norm};
pub(super) use white::White;

/// Of the size of the scores along a direction: levels that differ by less are one. Above the violations that are passed
/// over, which are in the scores too: were they levels, an ordinary fit of 5,000 rows would be torn to pieces.
const SAME_LEVEL: f64 = 1e-12;

/// A likelihood without a maximum.
pub(in crate::survival::regression) struct Monotone {
    /// The rows with close values at one time as one value, where that is what the limit is of.
    pub merged: Option<Rows>,
    /// The rows of the limit, in which each stratum is split so that only undecided pairs are left.
    pub left: Rows,
    /// A column that decides every pair of rows that differ, where some of its values lie close together.
    pub by: Option<ByColumn>,
}

/// The limit. Returns `None` if no coefficient of `free` can run to infinity, with the others held.
pub(in crate::survival::regression) fn limit(rows: &Rows, ties: Ties, free: &[usize]) -> Option<Monotone> {
    limit_of(rows, ties, free).or_else(|| {
        let merged = Pairs::new(rows, ties, free).with_close_values_merged()?;
        let found = limit_of(&merged, ties, free)?;
        Some(Monotone { merged: Some(merged), ..found })
    })
}

/// The limit of the rows as they are.
fn limit_of(rows: &Rows, ties: Ties, free: &[usize]) -> Option<Monotone> {
    if let Some((by, score)) = Pairs::new(rows, ties, free).ordered_by_a_column() {
        let left = rows.split_by(&levels(&score, 0.0));
        if Pairs::new(&left, ties, free).have_a_maximum() {
            return Some(Monotone { merged: None, left, by: Some(by) });
        }
    }
    let white = White::of(rows, ties, free);
    let apart = white.as_ref().map(|white| white.rows(rows));
    let mut seen = Cow::Borrowed(apart.as_ref().unwrap_or(rows));
    let mut left: Option<Rows> = None;
    // Each round decides at least one dimension.
    for _ in 0..free.len() {
        let cone = match &white {
            Some(white) => white.pairs(&seen, ties, free, 1.0),
            None => Pairs::new(&seen, ties, free),
        };
        let (total, size) = cone.total();
        let Some(direction) = cone.residual(&total, size) else { break };
        let levels = levels(&cone.scores(&direction), SAME_LEVEL * cone.size(&direction));
        let split = seen.split_by(&levels);
        // The same rows in the same order, in the columns that were given.
        left = white.is_some().then(|| left.as_ref().unwrap_or(rows).split_by(&levels));
        seen = Cow::Owned(split);
    }
    let left = match seen {
        Cow::Owned(split) => left.unwrap_or(split),
        Cow::Borrowed(_) => return None,
    };
    Some(Monotone { merged: None, left, by: None })
}

/// Scores that differ by no more than `same` have one level.
pub(super) fn levels(score: &[f64], same: f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..score.len()).collect();
    order.sort_by(|&a, &b| score[a].total_cmp(&score[b]));
    let mut levels = vec![0; score.len()];
    let mut level = 0;
    for pair in order.windows(2) {
        if score[pair[1]] - score[pair[0]] > same {
            level += 1;
        }
        levels[pair[1]] = level;
    }
    levels
}
