//! What runs to infinity where the likelihood rises without end, and what stays finite beside it.
//!
//! Along some directions of the location no event changes and every censored row gains. In the limit nothing is known of the
//! coefficients along them, and at right angles to them the model is that of the rows that are left: its variance is the
//! generalised inverse of the information, whatever the coding of the covariates.

use crate::error::{NotEstimable, Result};
use crate::numeric::cholesky::Cholesky;
use crate::numeric::symmetric_eigen::symmetric_eigen;
use crate::survival::regression::parametric::Distribution;
use crate::survival::regression::parametric::diagnosis::LEVEL;
use crate::survival::regression::parametric::layout::Coefficient;
use crate::survival::regression::parametric::likelihood::Point;
use crate::survival::regression::parametric::model::ParametricModel;
use crate::survival::regression::parametric::prediction::Prediction;
use crate::survival::regression::parametric::search::quadratic;

/// What runs to infinity: nothing is known along these directions, and all is known at right angles to them.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    /// The way that the search has gone.
    pub way: Vec<f64>,
    /// Unit vectors at right angles to each other.
    pub basis: Vec<Vec<f64>>,
    /// The directions, along all of which the likelihood rises, where they are known.
    pub rays: Vec<Vec<f64>>,
}

impl Flat {
    /// First the way, then directions that span all.
    pub fn told(&self) -> Vec<Vec<f64>> {
        // A basis of what they span is no set of directions: no way lies between its vectors turned round.
        let back = |b: &Vec<f64>| -> Vec<f64> {
            let along: f64 = b.iter().zip(&self.way).map(|(b, w)| b * w).sum();
            b.iter().map(|b| b * -1.0_f64.copysign(along)).collect()
        };
        let all =
            if self.rays.is_empty() { self.basis.iter().map(back).collect() } else { self.rays.clone() };
        std::iter::once(self.way.clone()).chain(all).collect()
    }
}

/// Of the terms of a product, one that is rounding: the directions are eigenvectors where the search ended.
const RIGHT_ANGLE: f64 = 1e-4;

/// Does a direction leave a linear function of the coefficients where it is?
pub(super) fn is_at_right_angles(function: &[f64], direction: &[f64]) -> bool {
    let (mut sum, mut size) = (0.0, 0.0);
    for (f, d) in function.iter().zip(direction) {
        sum += f * d;
        size += (f * d).abs();
    }
    let largest = |v: &[f64]| v.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    sum.abs() <= RIGHT_ANGLE * size || size <= RIGHT_ANGLE * largest(function) * largest(direction)
}

/// Unit vectors of next to no curvature, at right angles to each other. Returns `None` if there is none.
pub(super) fn level_directions(matrix: &[f64], k: usize) -> Option<Vec<Vec<f64>>> {
    if matrix.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let (_, vectors) = symmetric_eigen(matrix.to_vec(), k);
    let all = (0..k).map(|j| (0..k).map(|i| vectors[i * k + j]).collect::<Vec<f64>>());
    let level: Vec<Vec<f64>> = all.filter(|v| quadratic(matrix, v) <= LEVEL.powi(-2)).collect();
    (!level.is_empty()).then_some(level)
}

impl Point {
    /// The inverse of the information over the coefficients that the data determine, zeros elsewhere; where some run to
    /// infinity together, the generalised inverse: what is finite between them has its variance.
    pub(super) fn variance(&self, determined: &[bool], flat: Option<&Flat>) -> Option<Vec<f64>> {
        let n = self.gradient.len();
        let used: Vec<usize> = (0..n).filter(|j| determined[*j]).collect();
        let Some(flat) = flat else {
            return Cholesky::new(&self.information, n, &used).map(|c| c.inverse());
        };
        // What is left of the information along the directions is rounding: a wall is put there, and taken away afterwards.
        let wall = (0..n).map(|j| self.information[j * n + j]).fold(0.0, f64::max);
        let mut matrix = self.information.clone();
        let add = |to: &mut Vec<f64>, by: f64| {
            for v in &flat.basis {
                for i in 0..n {
                    (0..n).for_each(|j| to[i * n + j] += by * v[i] * v[j]);
                }
            }
        };
        add(&mut matrix, wall);
        let mut inverse = Cholesky::new(&matrix, n, &used)?.inverse();
        add(&mut inverse, -wall.recip());
        Some(inverse)
    }
}

impl<D> ParametricModel<D> {
    /// Are the directions in which coefficients run to infinity those of the data, and not a basis of what they span? The way is
    /// then between them.
    fn goes_by_rays(&self) -> bool {
        let Some((way, all)) = self.flat.split_first() else { return false };
        let along = |d: &Vec<f64>| -> f64 { way.iter().zip(d).map(|(w, d)| w * d).sum() };
        all.iter().all(|d| along(d) > 0.0)
    }

    /// Does a number with this gradient in the coefficients stay where it is while the likelihood rises?
    pub(super) fn determines(&self, gradient: &[f64]) -> bool {
        self.flat.iter().all(|d| is_at_right_angles(gradient, d))
    }
}

impl<D: Distribution> Prediction<'_, D> {
    /// Does the location run to infinity for this subject, of whom the likelihood wants all or nothing? `Some(false)` where it
    /// may run either way.
    pub(super) fn runs(&self) -> Option<bool> {
        let layout = &self.model.layout;
        let of_location = |c: &Coefficient| {
            if c.parameter == layout.location { c.factor.of(&self.row, self.stratum) } else { 0.0 }
        };
        let row: Vec<f64> = layout.coefficients.iter().map(of_location).collect();
        let (way, all) = self.model.flat.split_first()?;
        let stays = all.iter().all(|d| is_at_right_angles(&row, d));
        // The way is between the directions: where they lead a subject apart, it has no end.
        let along = |d: &Vec<f64>| {
            let product: f64 = row.iter().zip(d).map(|(x, d)| x * d).sum();
            if is_at_right_angles(&row, d) { 0.0 } else { product }
        };
        let apart = all.iter().any(|d| along(d) > 0.0) && all.iter().any(|d| along(d) < 0.0);
        let one_way = !(apart && self.model.goes_by_rays());
        (!stays).then(|| one_way && !is_at_right_angles(&row, way))
    }

    /// The end to which the probability of survival runs, 0 or 1, if it does.
    pub(super) fn end_of_survival(&self, t: f64) -> Result<Option<f64>> {
        if self.before_start(t) {
            return Ok(None);
        }
        match self.runs() {
            None => Ok(None),
            Some(false) => Err(NotEstimable::NoMaximum.into()),
            Some(true) => {
                let here = &self.model.coefficients;
                let back: Vec<f64> = here.iter().zip(&self.model.flat[0]).map(|(b, d)| b - d).collect();
                let (back, here) = (self.log_survival_with(t, &back), self.log_survival_with(t, here));
                // What is 1 or 0 to the last digit is there already.
                let rises = if back == here { here > -1.0 } else { here > back };
                Ok(Some(if rises { 1.0 } else { 0.0 }))
            }
        }
    }

    /// The end to which a time of this subject runs, if it does.
    pub(super) fn end_of(&self, time: impl Fn(&[f64]) -> f64) -> Result<Option<f64>> {
        match self.runs() {
            None => Ok(None),
            Some(false) => Err(NotEstimable::NoMaximum.into()),
            Some(true) => {
                let here = &self.model.coefficients;
                let further: Vec<f64> = here.iter().zip(&self.model.flat[0]).map(|(b, d)| b + d).collect();
                let (here, further) = (time(here), time(&further));
                let least = if self.model.distribution.is_positive() { 0.0 } else { f64::NEG_INFINITY };
                Ok(Some(if further < here { least } else { f64::INFINITY }))
            }
        }
    }
}
