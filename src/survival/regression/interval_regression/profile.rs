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

/// The inverse of the information about the coefficients `free`: from the profile's score one standard error to each side.
pub(super) fn covariance(problem: &Problem, found: &Found, free: &[usize], most: usize) -> Option<Vec<f64>> {
    let k = free.len();
    let all: Vec<usize> = (0..k).collect();
    let held = Prepared::information(problem, found, free)?;
    let rough = Cholesky::new(&held, k, &all)?.inverse();
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
    Some(Cholesky::new(&information, k, &all)?.inverse())
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
