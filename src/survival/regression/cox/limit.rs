//! What is left of a monotone likelihood: the model on the risk sets that are undecided, and what becomes of each coefficient.

use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::cox::independent::{independent_of, plain_information};
use crate::survival::regression::cox::newton::{Maximum, Objective, Search};
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::separation::{ByColumn, Monotone, White};
use crate::survival::regression::cox::{Stop, Ties, cone, separation};

/// A share of another column below which a direction does not move a coefficient.
const UNMOVED: f64 = 1e-7;
/// The same share of what a direction may move a coefficient by at most, where columns are nearly collinear.
const STILL: f64 = 1e-9;

/// So many times what is rounding otherwise is so where flat directions have rounding of their own.
const ROUNDINGS: f64 = 1e3;

/// What is left of a monotone likelihood once the infinite coefficients are infinite.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Limit {
    /// The rows, in strata that hold the undecided pairs alone.
    pub rows: Rows,
    /// The columns by which the finite part is told; the others are held.
    pub free: Vec<usize>,
    /// Directions along which the limit is flat: a contrast is finite if it is at right angles to all of them.
    pub directions: Vec<Vec<f64>>,
    /// Are they the extreme rays of the cone (else a basis of the space that it spans)?
    pub extreme: bool,
    /// Per coefficient.
    pub fate: Vec<Fate>,
}

/// What becomes of a coefficient in the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::survival::regression) enum Fate {
    Finite,
    PlusInfinity,
    MinusInfinity,
    /// It may go either way, and the likelihood rises all the same.
    Undecided,
}

/// What the pairs of events and rows at risk with them say of the limit.
#[derive(Debug)]
pub(in crate::survival::regression) struct Directions {
    free: Vec<usize>,
    flat: Vec<Vec<f64>>,
    extreme: bool,
    fate: Vec<Fate>,
}

impl Directions {
    /// Of the pairs of `rows`, of which the monotone likelihood leaves some undecided.
    pub fn new(rows: &Rows, monotone: &Monotone, ties: Ties, free: &[usize]) -> Self {
        let (p, left) = (rows.p, &monotone.left);
        let rows = monotone.merged.as_ref().unwrap_or(rows);
        let pairs = separation::Pairs::new(rows, ties, free);
        let white = if monotone.by.is_some() { None } else { White::of(rows, ties, free) };
        // A flat direction has rounding of its own, by which a pair that it keeps may seem to contradict it.
        let by_white = |more| white.as_ref().map(|white| Self::by_white(white, (rows, left), &pairs, more));
        let told = [1.0, ROUNDINGS].into_iter().filter_map(by_white).find(|told| told.extreme);
        if let Some(told) = told {
            return told;
        }
        let information = plain_information(left, ties);
        // A column that is held tells nothing of the others.
        let determined = independent_of(left, &information, free);
        let flat = flat_directions(&information, p, free, &determined);
        // A column that decides every pair is in the middle of the cone, a thin sliver whose rays are not to be had.
        let rays = match monotone.by {
            // Of what the undecided pairs do not know it may be all.
            Some(by) if flat.len() == 1 && flat[0][free[by.place]] != 0.0 => {
                let sign = by.sign * flat[0][free[by.place]].signum();
                Some(vec![pick(&flat[0], free).into_iter().map(|d| sign * d).collect()])
            }
            Some(_) => None,
            None => {
                let basis: Vec<Vec<f64>> = flat.iter().map(|d| pick(d, free)).collect();
                cone::extreme_rays(&pairs, &basis)
                    .or_else(|| cone::extreme_rays(&pairs.with_more_rounding(ROUNDINGS), &basis))
            }
        };
        let extreme = rays.is_some();
        let mut flat = rays.map_or(flat, |rays| rays.iter().map(|r| place(r, free, p)).collect());
        for direction in &mut flat {
            let largest = direction.iter().fold(0.0_f64, |m, d| m.max(d.abs()));
            direction.iter_mut().filter(|d| d.abs() <= UNMOVED * largest).for_each(|d| *d = 0.0);
        }
        Self::told(&pairs, monotone.by, determined, (flat, extreme))
    }

    /// The same of nearly collinear columns, in columns that are apart.
    fn by_white(white: &White, (rows, left): (&Rows, &Rows), pairs: &separation::Pairs, more: f64) -> Self {
        let (p, ties, free) = (rows.p, pairs.ties, pairs.free);
        let apart = (white.rows(rows), white.rows(left));
        let information = plain_information(&apart.1, ties);
        let determined = independent_of(&apart.1, &information, free);
        let flat = flat_directions(&information, p, free, &determined);
        let given = |d: &Vec<f64>| white.back(d, STILL);
        let determined = white.determined(flat.iter().map(given).collect());
        let basis: Vec<Vec<f64>> = flat.iter().map(|d| pick(d, free)).collect();
        let rays = cone::extreme_rays(&white.pairs(&apart.0, ties, free, more), &basis);
        let extreme = rays.is_some();
        let flat = rays.map_or(flat, |rays| rays.iter().map(|r| place(r, free, p)).collect());
        let flat = flat.iter().map(given).collect();
        Self::told(pairs, None, determined, (flat, extreme))
    }

    /// What becomes of each coefficient.
    fn told(
        pairs: &separation::Pairs,
        by: Option<ByColumn>,
        determined: Vec<usize>,
        (flat, extreme): (Vec<Vec<f64>>, bool),
    ) -> Self {
        let p = pairs.rows.p;
        let fate: Vec<Fate> = if extreme {
            (0..p).map(|j| fate_of([1.0, -1.0].map(|sign| flat.iter().any(|d| d[j] * sign > 0.0)))).collect()
        } else if let Some(by) = by {
            fates_about_a_column(pairs, by, &flat)
        } else {
            fates_by_pairs(pairs, &flat)
        };
        Self { free: determined, flat, extreme, fate }
    }

    /// Marks a search over the undecided pairs of `rows` as that of a limit.
    pub fn mark(self, found: &mut Maximum, rows: Rows) {
        let Self { free, flat, extreme, fate } = self;
        if found.stop == Stop::Converged {
            let covariate = fate.iter().position(|&f| f != Fate::Finite).unwrap_or(0);
            found.stop = Stop::InfiniteCoefficient { covariate };
        }
        found.limit = Some(Limit { rows, free, directions: flat, extreme, fate });
    }

    /// The columns by which the finite part is told.
    pub fn free(&self) -> &[usize] {
        &self.free
    }

    /// The extreme directions, where they are known.
    pub fn rays(&self) -> Option<&[Vec<f64>]> {
        self.extreme.then_some(&self.flat)
    }

    /// What becomes of each coefficient.
    pub fn fate(&self) -> &[Fate] {
        &self.fate
    }
}

/// Goes on in the limit from where the search began.
pub(super) fn in_the_limit(outer: &Search, monotone: Monotone, origin: Vec<f64>, used: usize) -> Maximum {
    let (rows, ties) = (outer.objective.rows, outer.objective.ties);
    let directions = Directions::new(rows, &monotone, ties, outer.free);
    let left = monotone.left;
    let mut objective = Objective::new(&left, ties, vec![0.0; rows.p]);
    let mut point = Point::new(rows.p);
    objective.evaluate(&origin, &mut point);
    let mut search = Search {
        objective: &mut objective,
        free: directions.free(),
        tolerance: outer.tolerance,
        max_iterations: used.saturating_add(outer.max_iterations),
        ask: false,
    };
    let (mut found, _) = search.from(origin, point, used);
    drop(objective);
    directions.mark(&mut found, left);
    found
}

/// What becomes of a coefficient that rises, or falls, along some direction.
fn fate_of([rises, falls]: [bool; 2]) -> Fate {
    match (rises, falls) {
        (false, false) => Fate::Finite,
        (true, false) => Fate::PlusInfinity,
        (false, true) => Fate::MinusInfinity,
        (true, true) => Fate::Undecided,
    }
}

/// The same where a column is strict for every pair: next to it are directions of the cone along which each of the others rises,
/// and such along which it falls, unless the pairs that are left tell of it.
fn fates_about_a_column(pairs: &separation::Pairs, by: ByColumn, flat: &[Vec<f64>]) -> Vec<Fate> {
    let mut fate = vec![Fate::Finite; pairs.rows.p];
    for &j in pairs.free.iter().filter(|&&j| flat.iter().any(|d| d[j] != 0.0)) {
        fate[j] = Fate::Undecided;
    }
    let column = pairs.free[by.place];
    let mut contrast = vec![0.0; pairs.rows.p];
    contrast[column] = by.sign;
    if pairs.along_which_falls(&contrast).is_none() {
        fate[column] = fate_of([by.sign > 0.0, by.sign < 0.0]);
    }
    fate
}

/// The same without the rays: directions of the cone are asked for until each coefficient has one along which it rises, and one
/// along which it falls, or has none.
fn fates_by_pairs(pairs: &separation::Pairs, flat: &[Vec<f64>]) -> Vec<Fate> {
    let (free, p) = (pairs.free, pairs.rows.p);
    let mut moved = vec![[false; 2]; p];
    for j in free.iter().copied().filter(|&j| flat.iter().any(|d| d[j] != 0.0)) {
        for (side, sign) in [(0, -1.0), (1, 1.0)] {
            if moved[j][side] {
                continue;
            }
            let mut contrast = vec![0.0; p];
            contrast[j] = sign;
            // A direction tells of all coefficients that it moves.
            for (&k, d) in free.iter().zip(pairs.along_which_falls(&contrast).unwrap_or_default()) {
                moved[k][0] |= d > UNMOVED;
                moved[k][1] |= d < -UNMOVED;
            }
        }
    }
    moved.into_iter().map(fate_of).collect()
}

fn pick(vector: &[f64], columns: &[usize]) -> Vec<f64> {
    columns.iter().map(|&j| vector[j]).collect()
}

fn place(part: &[f64], columns: &[usize], p: usize) -> Vec<f64> {
    let mut whole = vec![0.0; p];
    columns.iter().zip(part).for_each(|(&j, x)| whole[j] = *x);
    whole
}

/// The directions that the likelihood does not know of: one for each redundant column, itself less what the others tell of it.
pub(super) fn unknown_directions(rows: &Rows, ties: Ties, free: &[usize]) -> Vec<Vec<f64>> {
    if free.len() == rows.p {
        return Vec::new();
    }
    let all: Vec<usize> = (0..rows.p).collect();
    let mut directions = flat_directions(&plain_information(rows, ties), rows.p, &all, free);
    for direction in &mut directions {
        let largest = direction.iter().fold(0.0_f64, |m, d| m.max(d.abs()));
        direction.iter_mut().filter(|d| d.abs() <= UNMOVED * largest).for_each(|d| *d = 0.0);
    }
    directions
}

/// For each column of `free` that is not determined: itself, less what the determined columns tell of it.
fn flat_directions(information: &[f64], p: usize, free: &[usize], determined: &[usize]) -> Vec<Vec<f64>> {
    let factor = Cholesky::new(information, p, determined);
    free.iter()
        .filter(|k| !determined.contains(k))
        .map(|&k| {
            let column: Vec<f64> = (0..p).map(|i| information[i * p + k]).collect();
            let mut direction: Vec<f64> = factor
                .as_ref()
                .map_or_else(|| vec![0.0; p], |f| f.solve(&column).iter().map(|a| -a).collect());
            direction[k] = 1.0;
            direction
        })
        .collect()
}
