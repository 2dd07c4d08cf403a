//! The rows as pairs of places on the baseline, the log likelihood, and the condition of its maximum.
//!
//! α has a value after each maximal intersection but the last of a chain, where the event has come for certain. A stratum is a
//! chain of its own: α increases within a chain alone. Equal neighbours are one **level**, which begins at a **start**.
//!
//! The likelihood of a row is the probability of an interval under a log-concave density, so the log likelihood is concave in α
//! and β together (Prékopa 1973), and where no move that keeps α increasing raises it to first order is its maximum.

use super::link::{AA, BB, Cell, IntervalLink};

/// No end within the baseline: the interval begins before, or ends after all places.
pub(super) const NONE: u32 = u32::MAX;

/// Ends of the interval as places of α.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub lower: u32,
    pub upper: u32,
    pub weight: f64,
}

#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub link: IntervalLink,
    pub rows: Vec<Row>,
    /// Row by row, each column about its mean in units of its standard deviation.
    pub x: Vec<f64>,
    pub p: usize,
    /// Of each place of α: does a chain begin here?
    pub chain: Vec<bool>,
    pub total: f64,
}

/// An increasing baseline and coefficients.
#[derive(Debug, Clone)]
pub(super) struct Point {
    /// The places where levels begin, increasing; each begin of a chain is one.
    pub starts: Vec<u32>,
    pub levels: Vec<f64>,
    pub beta: Vec<f64>,
}

/// What the rows say at a point.
#[derive(Debug, Clone)]
pub(super) struct Evaluation {
    pub cells: Vec<Cell>,
    pub log_likelihood: f64,
}

/// The derivatives of the log likelihood, and how far they are from those of its maximum, relative to Σw.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    /// By the level of each start.
    pub by_level: Vec<f64>,
    pub score: Vec<f64>,
    /// The largest derivative by raising α from some place to the end of its level, or by a level.
    pub gap: f64,
    /// Within each level the place from which a rise promises most, if any does.
    pub splits: Vec<Option<u32>>,
}

impl Point {
    /// The level of each place.
    pub fn level_of(&self, places: usize) -> Vec<u32> {
        let mut of = vec![0u32; places];
        for (l, window) in self.starts.iter().enumerate() {
            let end = self.starts.get(l + 1).map_or(places, |&s| s as usize);
            of[*window as usize..end].fill(l as u32);
        }
        of
    }

    /// Neighbours of a chain that are equal become one level.
    pub fn merge(&mut self, chain: &[bool]) {
        let (mut starts, mut levels): (Vec<u32>, Vec<f64>) = (Vec::new(), Vec::new());
        for (&start, &level) in self.starts.iter().zip(&self.levels) {
            if chain[start as usize] || levels.last().is_none_or(|&last| level > last) {
                starts.push(start);
                levels.push(level);
            }
        }
        (self.starts, self.levels) = (starts, levels);
    }
}

impl Problem {
    pub fn places(&self) -> usize {
        self.chain.len()
    }

    fn shift(&self, row: usize, beta: &[f64]) -> f64 {
        self.x[row * self.p..(row + 1) * self.p].iter().zip(beta).map(|(x, b)| x * b).sum()
    }

    /// α at both ends of each row, and what its covariates add.
    fn ends<'a>(&'a self, point: &'a Point) -> impl Iterator<Item = (f64, f64, f64)> + 'a {
        let of = self.level_of_rows(point);
        self.rows.iter().enumerate().map(move |(i, row)| {
            let level = |place: u32, none: f64| {
                if place == NONE { none } else { point.levels[of[place as usize] as usize] }
            };
            let (a, b) = (level(row.lower, f64::NEG_INFINITY), level(row.upper, f64::INFINITY));
            (a, b, self.shift(i, &point.beta))
        })
    }

    fn level_of_rows(&self, point: &Point) -> Vec<u32> {
        point.level_of(self.places())
    }

    pub fn log_likelihood(&self, point: &Point) -> f64 {
        let of_row = |((a, b, shift), row): ((f64, f64, f64), &Row)| {
            row.weight * self.link.log_probability(a, b, shift)
        };
        self.ends(point).zip(&self.rows).map(of_row).sum()
    }

    pub fn evaluate(&self, point: &Point) -> Evaluation {
        let cells: Vec<Cell> = self.ends(point).map(|(a, b, shift)| self.link.cell(a, b, shift)).collect();
        let log_likelihood = cells.iter().zip(&self.rows).map(|(c, r)| r.weight * c.value).sum();
        Evaluation { cells, log_likelihood }
    }

    /// The derivatives at a point; `free` are the coefficients that are not held.
    pub fn condition(&self, point: &Point, at: &Evaluation, free: &[usize]) -> Condition {
        let places = self.places();
        let (mut by_place, mut curvature) = (vec![0.0; places], vec![0.0; places]);
        let mut score = vec![0.0; self.p];
        for (i, (row, cell)) in self.rows.iter().zip(&at.cells).enumerate() {
            for (place, by, of) in [(row.lower, cell.by[0], AA), (row.upper, cell.by[1], BB)] {
                if place != NONE {
                    by_place[place as usize] += row.weight * by;
                    curvature[place as usize] += row.weight * cell.curvature[of];
                }
            }
            for &j in free {
                score[j] += row.weight * cell.by[2] * self.x[i * self.p + j];
            }
        }
        let mut gap = free.iter().map(|&j| score[j].abs()).fold(0.0, f64::max);
        let (mut by_level, mut splits) = (Vec::new(), Vec::new());
        for (l, &start) in point.starts.iter().enumerate() {
            let end = point.starts.get(l + 1).map_or(places, |&s| s as usize);
            let start = start as usize;
            let total: f64 = by_place[start..end].iter().sum();
            let weight: f64 = curvature[start..end].iter().sum();
            gap = gap.max(total.abs());
            let (mut rise, mut above) = (0.0, 0.0);
            let mut best: Option<(f64, u32)> = None;
            for place in (start + 1..end).rev() {
                rise += by_place[place];
                above += curvature[place];
                gap = gap.max(rise.min(rise - total));
                // By the diagonal of the curvature: apart, and in order.
                let below = weight - above;
                if above > 0.0 && below > 0.0 && rise / above > (total - rise) / below {
                    let gain = rise * rise / above + (total - rise).powi(2) / below - total * total / weight;
                    if best.is_none_or(|b| gain > b.0) {
                        best = Some((gain, place as u32));
                    }
                }
            }
            by_level.push(total);
            splits.push(best.map(|b| b.1));
        }
        Condition { by_level, score, gap: gap / self.total, splits }
    }
}
