//! Royston and Parmar's splines of log time.

use crate::survival::regression::parametric::distribution::Summary;
use crate::survival::regression::parametric::jet::Real;
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
    /// at the first and last of them: the rule of flexsurv.
    Inner(usize),
    /// The knots on the scale of log time, outer ones included: increasing, at least two.
    At(Vec<f64>),
}

impl Knots {
    /// The number of the spline's parameters.
    pub(super) fn parameters(&self) -> usize {
        match self {
            Self::Inner(k) => k + 2,
            Self::At(knots) => knots.len(),
        }
    }

    fn at(&self) -> &[f64] {
        match self {
            Self::Inner(_) => &[],
            Self::At(knots) => knots,
        }
    }

    /// The knots by rule for these (sorted) log times. Returns `None` if too few are distinct.
    pub(super) fn placed(&self, log_times: &[f64]) -> Option<Vec<f64>> {
        let knots: Vec<f64> = match self {
            Self::At(knots) => knots.clone(),
            Self::Inner(k) => {
                let last = log_times.len().checked_sub(1)?;
                let quantile = |p: f64| {
                    let place = p * last as f64;
                    let low = place.floor() as usize;
                    let (a, b) = (log_times[low], log_times[(low + 1).min(last)]);
                    a + (place - low as f64) * (b - a)
                };
                (0..k + 2).map(|j| quantile(j as f64 / (k + 1) as f64)).collect()
            }
        };
        (knots.len() >= 2 && knots.windows(2).all(|pair| pair[0] < pair[1])).then_some(knots)
    }

    /// The spline at t.
    pub(super) fn value<T: Real>(&self, t: f64, p: &[T]) -> T {
        let x = t.ln();
        let mut sum = p[0] + p[1].scale(x);
        self.each(x, |z| z.max(0.0).powi(3), |k, v| sum = sum + p[k].scale(v));
        sum
    }

    /// Its slope in log time.
    pub(super) fn slope<T: Real>(&self, t: f64, p: &[T]) -> T {
        let mut sum = p[1];
        self.each(t.ln(), |z| 3.0 * z.max(0.0).powi(2), |k, v| sum = sum + p[k].scale(v));
        sum
    }

    fn each(&self, x: f64, power: impl Fn(f64) -> f64, mut add: impl FnMut(usize, f64)) {
        let knots = self.at();
        let [a, inner @ .., b] = knots else { return };
        for (j, k) in inner.iter().enumerate() {
            let share = (b - k) / (b - a);
            add(j + 2, power(x - k) - share * power(x - a) - (1.0 - share) * power(x - b));
        }
    }
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
        let times = [1.0_f64, 2.0, 3.0, 5.0, 8.0, 13.0].map(f64::ln);
        let knots = Knots::Inner(2).placed(&times).unwrap();
        let expected = [0.0, 0.9634572526320548, 1.7661057888493454, 2.5649493574615367];
        for (got, expected) in knots.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-14, "{got} {expected}");
        }
        assert!(Knots::Inner(2).placed(&[0.0, 0.0, 0.0, 0.0]).is_none());
        assert!(Knots::Inner(0).placed(&[]).is_none());
    }
}
