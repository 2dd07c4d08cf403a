//! Has the likelihood a maximum? The cone of directions along which it never falls, and what is left in the limit.
//!
//! Along a direction (v, d) of baseline and coefficients the probability of no row falls, if the upper end of each interval
//! rises, `v + d'x ≥ 0`, and its lower end falls, `v + d'x ≤ 0`. An increasing v with both exists if and only if
//! `d'(x_i − x_k) ≥ 0` for all pairs of which the event of i came for certain before that of k: where the interval of i ends
//! no later than that of k begins. These are the pairs of events and rows at risk of Cox's model in which each event is a
//! row of its own at the end of an interval, and the row at risk leaves at the begin of its. So the cone is found as there
//! ([`cox::separation`](crate::survival::regression::cox)), and here what remains of the baseline.

use ndarray::ArrayView2;

use super::problem::{NONE, Point, Problem, Row};
use crate::survival::data::groups::Groups;
use crate::survival::data::near_ties::NearTies;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::cox::limit::{Directions, Fate};
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::{Ties, separation};
use crate::survival::regression::design::Design;

/// What is left of a monotone likelihood once the infinite coefficients are infinite.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    /// The rows with the ends that are undecided, on chains of their own.
    pub problem: Problem,
    /// The columns by which the finite part is told.
    pub free: Vec<usize>,
    pub fate: Vec<Fate>,
    pub start: Point,
}

/// The limit, `None` where there is a maximum; `from` is a point without covariates.
pub(super) fn limit(problem: &Problem, free: &[usize], from: &Point) -> Option<Limit> {
    if free.is_empty() || problem.places() == 0 {
        return None;
    }
    let (rows, of) = pairs(problem)?;
    let ties = Ties::Breslow; // no two events are at one time
    let monotone = separation::limit(&rows, ties, free)?;
    // Groups of rows that are undecided among each other; of a stratum those with later events come first.
    let mut group = vec![0; problem.rows.len()];
    for (number, stratum) in monotone.left.strata.iter().enumerate() {
        stratum.rows.clone().for_each(|i| group[of[monotone.left.order[i]]] = number);
    }
    let directions = Directions::new(&rows, &monotone, ties, free);
    let (left, start) = undecided(problem, &group, from);
    Some(Limit { problem: left, free: directions.free().to_vec(), fate: directions.fate().to_vec(), start })
}

/// A row of Cox's model for each end of an interval, and which row of the problem each belongs to.
fn pairs(problem: &Problem) -> Option<(Rows, Vec<usize>)> {
    let n = problem.rows.len();
    let mut number = 0;
    let chain_of: Vec<usize> = problem
        .chain
        .iter()
        .map(|&begins| {
            number += usize::from(begins);
            number - 1
        })
        .collect();
    let (mut time, mut entry, mut event) = (Vec::new(), Vec::new(), Vec::new());
    let (mut of, mut chain) = (Vec::new(), Vec::new());
    let width = 2.0 * (n + 1) as f64;
    for (i, row) in problem.rows.iter().enumerate() {
        if row.upper != NONE {
            // A time of its own just before the place, at which none but itself and those that left later are at risk.
            let own = width * f64::from(row.upper + 1) - (i + 1) as f64;
            time.push(own);
            entry.push(own - 0.5);
            event.push(true);
            of.push(i);
            chain.push(chain_of[row.upper as usize]);
        }
        if row.lower != NONE {
            time.push(width * f64::from(row.lower + 1));
            entry.push(0.0);
            event.push(false);
            of.push(i);
            chain.push(chain_of[row.lower as usize]);
        }
    }
    let p = problem.p;
    let x: Vec<f64> = of.iter().flat_map(|&i| &problem.x[i * p..(i + 1) * p]).copied().collect();
    let names: Vec<String> = (0..p).map(|j| j.to_string()).collect();
    let matrix = ArrayView2::from_shape((of.len(), p), &x).ok()?;
    let design = Design::new(&names, matrix).ok()?;
    let labels: Vec<String> = (0..number).map(|c| c.to_string()).collect();
    let data = RightCensored::new(&time, &event).ok()?.with_near_ties(NearTies::Exact).ok()?;
    let data = data.with_entry(&entry).ok()?.with_strata(Groups::from_codes(&chain, &labels).ok()?).ok()?;
    Some((Rows::new(&data, &design, None).ok()?, of))
}

/// The places between which rows of one group are undecided, and the ends of the rows that lie there.
fn undecided(problem: &Problem, group: &[usize], from: &Point) -> (Problem, Point) {
    let places = problem.places();
    // Of each place the last group whose event has come, and the first whose event has not; groups are numbered backwards.
    let (mut come, mut not_yet) = (vec![usize::MAX; places], vec![0; places]);
    for (row, &g) in problem.rows.iter().zip(group) {
        if row.upper != NONE {
            let place = row.upper as usize;
            come[place] = come[place].min(g);
        }
        if row.lower != NONE {
            let place = row.lower as usize;
            not_yet[place] = not_yet[place].max(g + 1);
        }
    }
    for j in 1..places {
        if !problem.chain[j] {
            come[j] = come[j].min(come[j - 1]);
        }
    }
    for j in (0..places - 1).rev() {
        if !problem.chain[j + 1] {
            not_yet[j] = not_yet[j].max(not_yet[j + 1]);
        }
    }
    let held: Vec<Option<usize>> =
        come.iter().zip(&not_yet).map(|(&c, &n)| (c != usize::MAX && c + 1 == n).then_some(c)).collect();
    let (mut new_place, mut chain) = (vec![NONE; places], Vec::new());
    let (mut starts, mut levels) = (Vec::new(), Vec::new());
    let level_of = from.level_of(places);
    let mut last: Option<usize> = None;
    for j in 0..places {
        if problem.chain[j] {
            last = None;
        }
        let Some(g) = held[j] else { continue };
        let begins = last.is_none_or(|l| held[l] != Some(g));
        new_place[j] = chain.len() as u32;
        if begins || last.is_some_and(|l| level_of[l] != level_of[j]) {
            starts.push(chain.len() as u32);
            levels.push(from.levels[level_of[j] as usize]);
        }
        chain.push(begins);
        last = Some(j);
    }
    let (mut rows, mut x) = (Vec::new(), Vec::new());
    let p = problem.p;
    for (i, (row, &g)) in problem.rows.iter().zip(group).enumerate() {
        let end = |place: u32| {
            if place != NONE && held[place as usize] == Some(g) { new_place[place as usize] } else { NONE }
        };
        let (lower, upper) = (end(row.lower), end(row.upper));
        if lower != NONE || upper != NONE {
            rows.push(Row { lower, upper, weight: row.weight });
            x.extend_from_slice(&problem.x[i * p..(i + 1) * p]);
        }
    }
    let left = Problem { link: problem.link, rows, x, p, chain, total: problem.total };
    (left, Point { starts, levels, beta: vec![0.0; p] })
}
