//! The coordinates of the search.
//!
//! A shape Q without bounds is searched by its `asinh`: near 0 that is Q itself, far out its logarithm. Where a generalised
//! gamma or F distribution tends to a limit at Q → ±∞ (σ → 0 with σ Q held, P → ∞ with Q²/P held: a power of time up to a
//! last one, or the Laplace distribution of log time), the ridge that leads there is then a straight line, and Newton's steps
//! follow it at one e-fold or so each, where in Q itself they creep along a bend.

use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::layout::Factor;
use crate::survival::regression::parametric::likelihood::{Point, Problem};

/// Which coefficients are searched by their `asinh`.
#[derive(Debug)]
pub(super) struct Coordinates {
    bent: Vec<bool>,
}

impl<D: Distribution> Problem<'_, D> {
    /// The coordinates of the search: a shape that depends on covariates is taken as it is.
    pub(super) fn coordinates(&self) -> Coordinates {
        let own = &self.layout.coefficients;
        let alone = |p: usize| own.iter().filter(|c| c.parameter == p).all(|c| c.factor == Factor::One);
        let bent =
            own.iter().map(|c| self.distribution.is_unbounded_shape(c.parameter) && alone(c.parameter));
        Coordinates { bent: bent.collect() }
    }
}

impl Coordinates {
    pub fn is_bent(&self, coefficient: usize) -> bool {
        self.bent[coefficient]
    }

    /// Gradient and information in the coordinates of the search: with `θ = sinh φ`, `dθ/dφ = √(1 + θ²)` and `d²θ/dφ² = θ`.
    pub fn of(&self, theta: &[f64], point: &Point) -> Point {
        let mut point = point.clone();
        let k = theta.len();
        for j in (0..k).filter(|j| self.bent[*j]) {
            let slope = theta[j].hypot(1.0);
            let own = point.gradient[j] * theta[j];
            for i in 0..k {
                point.information[i * k + j] *= slope;
                point.information[j * k + i] *= slope;
            }
            point.information[j * k + j] -= own;
            point.gradient[j] *= slope;
        }
        point
    }

    /// The coefficients a step further.
    pub fn moved(&self, theta: &[f64], step: &[f64]) -> Vec<f64> {
        let one = |j: usize| {
            if self.bent[j] { (theta[j].asinh() + step[j]).sinh() } else { theta[j] + step[j] }
        };
        (0..theta.len()).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `f(a, b) = a² b` at a = 2, b = sinh φ = 3, by hand: `f_φ = a² c`, `f_aφ = 2 a c`, `f_φφ = a² b` with c = √10.
    #[test]
    fn derivatives_are_those_of_the_chain_rule() {
        let point = Point {
            value: 12.0,
            gradient: vec![12.0, 4.0],
            information: vec![-6.0, -4.0, -4.0, 0.0],
            size: 0.0,
        };
        let bent = Coordinates { bent: vec![false, true] };
        let found = bent.of(&[2.0, 3.0], &point);
        let slope = 10f64.sqrt();
        let expected = [-6.0, -4.0 * slope, -4.0 * slope, -12.0];
        assert!((found.gradient[1] - 4.0 * slope).abs() < 1e-14 && found.gradient[0] == 12.0);
        for (a, b) in found.information.iter().zip(expected) {
            assert!((a - b).abs() < 1e-14, "{a} {b}");
        }
        let moved = bent.moved(&[2.0, 3.0], &[1.0, -3f64.asinh()]);
        assert!(moved[0] == 3.0 && moved[1].abs() < 1e-15);
    }
}
