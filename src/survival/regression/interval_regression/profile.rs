//! The likelihood of the coefficients alone, the baseline at its best.
//!
//! The baseline is estimated at the rate n^(1/3), so it has no information in the usual sense. The profile of the likelihood still
//! is as good as the likelihood of a model without it: twice its fall is a chi-square, and its curvature over a distance of the
//! order n^(−1/2) the information (Murphy & van der Vaart 2000). The curvature at the very maximum, with the places of mass held,
//! is not: the places move with the coefficients.

use super::fit::Prepared;
use super::problem::{Point, Problem};
use super::search::{Found, maximise};
use crate::numeric::cholesky::Cholesky;
use crate::numeric::symmetric_eigen::symmetric_eigen;

/// Of the largest, an eigenvalue of the information that is rounding.
const LEVEL: f64 = 1e-8;
/// A component of a unit vector that is none.
const NONE_OF_IT: f64 = 1e-4;

/// What is known of the coefficients.
pub(super) struct Errors {
    /// The coefficients that the likelihood determines.
    pub free: Vec<usize>,
    /// Their covariance.
    pub covariance: Option<Vec<f64>>,
    /// The first coefficient along which, with others or alone, the likelihood is level at its maximum.
    pub level: Option<usize>,
}

/// The covariance of the coefficients `free`; where the likelihood is level along a line, of those that are the same all along it.
pub(super) fn errors(problem: &Problem, found: &Found, free: &[usize], most: usize) -> Errors {
    let known = |free: &[usize], covariance| Errors { free: free.to_vec(), covariance, level: None };
    if problem.rows.is_empty() || free.is_empty() {
        return known(free, None);
    }
    let k = free.len();
    let information = match covariance(problem, found, free, most) {
        Ok(covariance) => return known(free, Some(covariance)),
        Err(information) => information,
    };
    let Some(information) = information.filter(|m| m.iter().all(|x| x.is_finite())) else {
        return known(free, None);
    };
    let (values, vectors) = symmetric_eigen(information, k);
    let largest = values.iter().copied().fold(0.0, f64::max);
    let level: Vec<usize> = (0..k).filter(|&l| values[l] <= LEVEL * largest).collect();
    let part = |i: usize, l: usize| vectors[i * k + l].abs();
    let moves = |i: usize| level.iter().any(|&l| part(i, l) > NONE_OF_IT);
    // One coefficient of each line is held: the others have a place on it.
    let mut held: Vec<usize> = Vec::new();
    for &l in &level {
        let others = (0..k).filter(|i| !held.contains(i));
        held.extend(others.max_by(|&a, &b| part(a, l).total_cmp(&part(b, l))));
    }
    let kept: Vec<usize> = (0..k).filter(|i| !held.contains(i)).collect();
    let of = |places: &[usize]| -> Vec<usize> { places.iter().map(|&i| free[i]).collect() };
    let all = covariance(problem, found, &of(&kept), most).ok();
    let determined: Vec<usize> = (0..kept.len()).filter(|&a| !moves(kept[a])).collect();
    let block = |all: Vec<f64>| {
        let pairs = determined.iter().flat_map(|&a| determined.iter().map(move |&b| (a, b)));
        pairs.map(|(a, b)| all[a * kept.len() + b]).collect()
    };
    Errors {
        free: determined.iter().map(|&a| free[kept[a]]).collect(),
        covariance: all.map(block),
        level: (0..k).find(|&i| moves(i)).map(|i| free[i]),
    }
}

/// The inverse of the information about the coefficients `free`: from the profile's score one standard error to each side. Where it
/// has none the information itself.
fn covariance(
    problem: &Problem,
    found: &Found,
    free: &[usize],
    most: usize,
) -> Result<Vec<f64>, Option<Vec<f64>>> {
    let k = free.len();
    let all: Vec<usize> = (0..k).collect();
    let held = Prepared::information(problem, found, free).ok_or(None)?;
    let Some(rough) = Cholesky::new(&held, k, &all).map(|c| c.inverse()) else { return Err(Some(held)) };
    let mut information = vec![0.0; k * k];
    for (l, &j) in free.iter().enumerate() {
        let width = rough[l * k + l].sqrt();
        let score = |sign: f64| -> Vec<f64> {
            let mut point = found.point.clone();
            point.beta[j] += sign * width;
            let there = maximise(problem, point, &[], most);
            problem.condition(&there.point, &there.at, free).score
        };
        let (above, below) = (score(1.0), score(-1.0));
        for (m, &h) in free.iter().enumerate() {
            information[l * k + m] = (below[h] - above[h]) / (2.0 * width);
        }
    }
    for l in 0..k {
        for m in 0..l {
            let mean = f64::midpoint(information[l * k + m], information[m * k + l]);
            (information[l * k + m], information[m * k + l]) = (mean, mean);
        }
    }
    match Cholesky::new(&information, k, &all) {
        Some(factor) => Ok(factor.inverse()),
        None => Err(Some(information)),
    }
}

/// One coefficient held, the others and the baseline at their best.
pub(super) struct Profile<'a> {
    pub problem: &'a Problem,
    pub point: Point,
    pub held: usize,
    pub others: Vec<usize>,
    pub most: usize,
}

impl Profile<'_> {
    /// The log likelihood with the coefficient at a value, and its derivative there.
    fn at(&mut self, value: f64) -> (f64, f64) {
        let mut point = self.point.clone();
        point.beta[self.held] = value;
        let found = maximise(self.problem, point, &self.others, self.most);
        let score = self.problem.condition(&found.point, &found.at, &[self.held]).score[self.held];
        self.point = found.point;
        (found.at.log_likelihood, score)
    }

    /// Where the log likelihood has fallen to `target` on one side of `from`. The profile is concave, so Newton's method ends
    /// from beyond the place whatever it starts with. `None` where it does not fall so far.
    pub fn falls_to(&mut self, target: f64, from: f64, width: f64, sign: f64) -> Option<f64> {
        let mut value = from + sign * width;
        let furthest = from.abs() + 200.0;
        for _ in 0..60 {
            let (height, slope) = self.at(value);
            let above = height - target;
            let uphill = sign * slope >= 0.0;
            let move_by = if uphill { sign * 2.0 * width } else { (-above / slope).clamp(-4.0, 4.0) };
            if !move_by.is_finite() || value.abs() > furthest {
                return None;
            }
            value += move_by;
            if !uphill && move_by.abs() <= 1e-10 * (1.0 + value.abs()) {
                return Some(value);
            }
        }
        None
    }
}
