//! Royston and Parmar's splines of log time.

use crate::survival::regression::parametric::distribution::Summary;
use crate::survival::regression::parametric::jet::Real;
use crate::survival::regression::parametric::likelihood::MOST;
use crate::survival::regression::parametric::standard::SplineScale;

/// The knots of a spline of log time.
///
/// The basis beside `1, x` has one function for each inner knot k between the outer ones a < b:
/// `v(x) = (x − k)₊³ − λ (x − a)₊³ − (1 − λ)(x − b)₊³`, `λ = (b − k)/(b − a)`; beyond the outer knots the spline is linear
/// (Royston & Parmar 2002, Statist Med 21:2175).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Knots {
    /// So many inner knots at equally spaced quantiles of the logarithms of the event times (R's type 7), the outer ones
    /// at the first and last of them: the rule of flexsurv. A replication weight is an event time written out.
    Inner(usize),
    /// The knots on the scale of log time, outer ones included: increasing, at least two.
    At(Vec<f64>),
    /// These in the basis of the search; no model holds them.
    #[doc(hidden)]
    Turned(TurnedKnots),
}

/// Knots with a basis of the same splines whose functions are at right angles over points between the knots.
///
/// The functions `1, x, v₁, …` are nearly multiples of each other where knots are close, so that an information in their
/// coefficients is rounding. A search is one in `u = Tᵀ(1, x, v…)`, T upper triangular, by the method of Gram and Schmidt, run twice
/// (Björck 1996, Numerical Methods for Least Squares Problems, section 2.4); the coefficients of the model are `γ = T g`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[doc(hidden)]
pub struct TurnedKnots {
    at: Vec<f64>,
    /// T, row-major.
    turn: Vec<f64>,
}

impl TurnedKnots {
    /// The new basis from the values of the old one.
    fn turned(&self, plain: &[f64], k: usize) -> f64 {
        let n = self.at.len();
        (0..=k).map(|j| self.turn[j * n + k] * plain[j]).sum()
    }
}

/// Points between two knots at which functions are at right angles.
const POINTS: usize = 8;

impl Knots {
    /// The number of the spline's parameters.
    pub(super) fn parameters(&self) -> usize {
        match self {
            Self::Inner(k) => k + 2,
            Self::At(knots) => knots.len(),
            Self::Turned(knots) => knots.at.len(),
        }
    }

    fn at(&self) -> &[f64] {
        match self {
            Self::Inner(_) => &[],
            Self::At(knots) => knots,
            Self::Turned(knots) => &knots.at,
        }
    }

    /// The basis of the search, with T. `None` where there is no spline but a straight line, or knots are so close that nothing is
    /// left of a function.
    pub(super) fn conditioned(&self) -> Option<(Self, Vec<f64>)> {
        let at = self.at();
        let n = at.len();
        if n < 3 {
            return None;
        }
        let middles = (0..POINTS).map(|i| (i as f64 + 0.5) / POINTS as f64);
        let points: Vec<f64> =
            at.windows(2).flat_map(|w| middles.clone().map(|s| w[0] + s * (w[1] - w[0]))).collect();
        let plain: Vec<[f64; MOST]> = points.iter().map(|x| self.plain(*x, cube, [1.0, *x])).collect();
        let mut columns: Vec<Vec<f64>> = Vec::with_capacity(n);
        let mut turns: Vec<Vec<f64>> = Vec::with_capacity(n);
        for k in 0..n {
            let mut column: Vec<f64> = plain.iter().map(|row| row[k]).collect();
            let mut turn = vec![0.0; n];
            turn[k] = 1.0;
            for j in (0..k).chain(0..k) {
                let share = dot(&columns[j], &column) / points.len() as f64;
                column.iter_mut().zip(&columns[j]).for_each(|(c, other)| *c -= share * other);
                turn.iter_mut().zip(&turns[j]).for_each(|(t, other)| *t -= share * other);
            }
            let length = (dot(&column, &column) / points.len() as f64).sqrt();
            if !(length > 0.0 && turn.iter().all(|t| (t / length).is_finite())) {
                return None;
            }
            column.iter_mut().chain(&mut turn).for_each(|x| *x /= length);
            columns.push(column);
            turns.push(turn);
        }
        let turn: Vec<f64> = (0..n).flat_map(|j| turns.iter().map(move |t| t[j])).collect();
        Some((Self::Turned(TurnedKnots { at: at.to_vec(), turn: turn.clone() }), turn))
    }

    /// The knots by rule for these (sorted) log times, each as often as it counts. Returns `None` if too few are distinct.
    pub(super) fn placed(&self, log_times: &[(f64, f64)]) -> Option<Vec<f64>> {
        let knots: Vec<f64> = match self {
            Self::At(knots) => knots.clone(),
            Self::Turned(knots) => knots.at.clone(),
            Self::Inner(k) => {
                let last = log_times.len().checked_sub(1)?;
                // Written out: in ones, or in pieces of the smallest weight where weights are no whole numbers.
                let whole = log_times.iter().all(|(_, w)| w.fract() == 0.0);
                let least = log_times.iter().map(|(_, w)| *w).fold(f64::INFINITY, f64::min);
                let unit = if whole { 1.0 } else { least };
                let mut sum = 0.0;
                let until: Vec<f64> = log_times.iter().map(|(_, w)| (sum += w / unit, sum).1).collect();
                let at = |place: f64| log_times[until.partition_point(|&u| u <= place).min(last)].0;
                let quantile = |p: f64| {
                    let place = p * (sum - 1.0);
                    let (a, b) = (at(place.floor()), at(place.floor() + 1.0));
                    a + (place - place.floor()) * (b - a)
                };
                (0..k + 2).map(|j| quantile(j as f64 / (k + 1) as f64)).collect()
            }
        };
        (knots.len() >= 2 && knots.windows(2).all(|pair| pair[0] < pair[1])).then_some(knots)
    }

    /// The spline at t.
    pub(super) fn value<T: Real>(&self, t: f64, p: &[T]) -> T {
        let x = t.ln();
        self.sum(self.plain(x, cube, [1.0, x]), p)
    }

    /// Its slope in log time.
    pub(super) fn slope<T: Real>(&self, t: f64, p: &[T]) -> T {
        self.sum(self.plain(t.ln(), |z| 3.0 * z.max(0.0).powi(2), [0.0, 1.0]), p)
    }

    fn sum<T: Real>(&self, mut basis: [f64; MOST], p: &[T]) -> T {
        if let Self::Turned(knots) = self {
            let plain = basis;
            (0..p.len()).for_each(|k| basis[k] = knots.turned(&plain, k));
        }
        let mut sum = p[0].scale(basis[0]);
        for (p, u) in p.iter().zip(basis).skip(1) {
            sum = sum + p.scale(u);
        }
        sum
    }

    /// The functions `1, x, v₁, …` or their slopes: `line` is what the first two are.
    fn plain(&self, x: f64, power: impl Fn(f64) -> f64, line: [f64; 2]) -> [f64; MOST] {
        let mut basis = [0.0; MOST];
        basis[..2].copy_from_slice(&line);
        let [a, inner @ .., b] = self.at() else { return basis };
        for (v, k) in basis[2..].iter_mut().zip(inner) {
            let share = (b - k) / (b - a);
            *v = power(x - k) - share * power(x - a) - (1.0 - share) * power(x - b);
        }
        basis
    }
}

fn cube(z: f64) -> f64 {
    z.max(0.0).powi(3)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The straight line that the log times suggest.
pub(super) fn starts(scale: SplineScale, knots: &Knots, data: &Summary) -> Vec<Vec<f64>> {
    let widths = match scale {
        SplineScale::Hazard => [0.78, 1.0],
        SplineScale::Odds => [0.55, 1.0],
        SplineScale::Normal => [1.0, 2.0],
    };
    let line = |width: f64| {
        let slope = 1.0 / (width * data.deviation);
        let mut start = vec![0.0; knots.parameters()];
        start[0] = -slope * data.mean;
        start[1] = slope;
        if let Knots::Turned(TurnedKnots { turn, .. }) = knots {
            let n = start.len();
            start[1] /= turn[n + 1];
            start[0] -= turn[1] * start[1];
        }
        start
    };
    widths.map(line).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R 4.2.2: quantile(log(c(1, 2, 3, 5, 8, 13)), c(0, 1/3, 2/3, 1)).
    #[test]
    fn knots_stand_at_quantiles_of_log_event_times() {
        let times = [1.0_f64, 2.0, 3.0, 5.0, 8.0, 13.0].map(|t| (t.ln(), 1.0));
        let knots = Knots::Inner(2).placed(&times).unwrap();
        let expected = [0.0, 0.9634572526320548, 1.7661057888493454, 2.5649493574615367];
        for (got, expected) in knots.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-14, "{got} {expected}");
        }
        assert!(Knots::Inner(2).placed(&[(0.0, 1.0); 4]).is_none());
        assert!(Knots::Inner(0).placed(&[]).is_none());
    }

    /// R 4.2.2: quantile(log(rep(c(1, 2, 5, 8), c(2, 1, 2, 3))), c(0, 1/3, 2/3, 1)); the unit of fractions does not matter.
    #[test]
    fn a_weight_is_an_event_time_written_out() {
        let expected = [0.0, 0.99857742451799658, 1.92277366526459037, 2.07944154167983575];
        for unit in [1.0, 0.25] {
            let times = [(1.0_f64, 2.0), (2.0, 1.0), (5.0, 2.0), (8.0, 3.0)].map(|(t, w)| (t.ln(), w * unit));
            for (got, expected) in Knots::Inner(2).placed(&times).unwrap().iter().zip(expected) {
                assert!((got - expected).abs() < 1e-14, "{got} {expected}");
            }
        }
    }

    /// The same spline in both bases; in the new one its functions are at right angles to each other.
    #[test]
    fn a_turned_basis_holds_the_same_splines() {
        let knots = Knots::At(vec![-1.0, 0.2, 0.21, 1.5, 2.0]);
        let (turned, turn) = knots.conditioned().unwrap();
        let g = [0.3, 1.2, -0.4, 0.1, 0.7];
        let gamma: Vec<f64> = (0..5).map(|j| (0..5).map(|k| turn[j * 5 + k] * g[k]).sum()).collect();
        for x in [-2.0_f64, -0.5, 0.205, 1.0, 1.9, 3.0] {
            let t = x.exp();
            let pairs = [
                (knots.value(t, &gamma), turned.value(t, &g)),
                (knots.slope(t, &gamma), turned.slope(t, &g)),
            ];
            for (plain, turned) in pairs {
                assert!((plain - turned).abs() < 1e-10 * (1.0 + plain.abs()), "{x} {plain} {turned}");
            }
        }
        assert!(turn[0] == 1.0 && (1..5).all(|j| turn[j * 5] == 0.0));
        assert!(Knots::At(vec![0.0, 1.0]).conditioned().is_none());
    }
}
