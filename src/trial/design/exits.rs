//! The probabilities with which a sequence of statistics leaves its bounds, look by look: sums over one [recursion](super::recursion).

use crate::trial::design::recursion::{Stage, above};

/// The probabilities of leaving above and below at each look.
pub(crate) fn exits(fractions: &[f64], lower: &[f64], upper: &[f64], drift: f64) -> (Vec<f64>, Vec<f64>) {
    exits_of(Stage::start(drift), fractions, lower, upper)
}

/// The same from a start, fine or rough.
pub(crate) fn exits_of(
    mut stage: Stage,
    fractions: &[f64],
    lower: &[f64],
    upper: &[f64],
) -> (Vec<f64>, Vec<f64>) {
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for (k, &t) in fractions.iter().enumerate() {
        above.push(stage.above(t, upper[k]));
        below.push(stage.below(t, lower[k]));
        if let Some(&following) = fractions.get(k + 1) {
            stage = stage.next(t, lower[k], upper[k], following);
        }
    }
    (above, below)
}

/// The probability of leaving above at some look where there is no effect and nothing stops below.
///
/// Trials are let go so far below that fewer than 1e-16 of all would have come back to a bound ([`given_up`]); `start` is fine or rough.
pub(crate) fn above_at_some_look(start: Stage, fractions: &[f64], upper: &[f64]) -> f64 {
    let least = if start.is_fine() { 1e-16 } else { 1e-11 };
    let (mut stage, mut sum) = (start, 0.0);
    for (k, &t) in fractions.iter().enumerate() {
        sum += stage.above(t, upper[k]);
        if let Some(&following) = fractions.get(k + 1) {
            let later = fractions[k + 1..].iter().copied().zip(upper[k + 1..].iter().copied());
            stage = stage.next(t, given_up(t, later, &[0.0], least), upper[k], following);
        }
    }
    sum
}

/// A statistic at fraction `t` so low that, of all trials, fewer than `least` fall below it and still reach one of the bounds of `later`
/// looks (fraction and bound), under each of these drifts; −∞ where that would be beyond −8.
pub(crate) fn given_up(
    t: f64,
    later: impl Iterator<Item = (f64, f64)> + Clone,
    drifts: &[f64],
    least: f64,
) -> f64 {
    let back = |low: f64, drift: f64| {
        let rise =
            |(u, z): (f64, f64)| above((low * t.sqrt() + z * u.sqrt() - drift * (u - t)) / (u - t).sqrt());
        above(low + drift * t.sqrt()) * later.clone().map(rise).sum::<f64>()
    };
    let steps = (6..17).map(|half| 0.5 * f64::from(half));
    let found = steps.into_iter().find(|&low| drifts.iter().all(|&drift| back(low, drift) < least));
    found.map_or(f64::NEG_INFINITY, |low| -low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_bounds_the_last_look_is_normal() {
        let (none, fractions) = ([f64::NEG_INFINITY; 4], [0.1, 0.45, 0.5, 1.0]);
        let mut upper = [f64::INFINITY; 4];
        upper[3] = 1.959963984540054;
        let (above, _) = exits(&fractions, &none, &upper, 0.0);
        assert!((above[3] - 0.025).abs() < 1e-13, "{above:?}");
        let (above, _) = exits(&fractions, &none, &upper, 3.0);
        assert!((above[3] - super::above(1.959963984540054 - 3.0)).abs() < 1e-12);
        // However far out: nothing is cut off where nothing stops.
        upper[3] = 30.0;
        let (above, _) = exits(&fractions, &none, &upper, 0.0);
        assert!((above[3] / super::above(30.0) - 1.0).abs() < 1e-12);
    }

    /// Two looks are a bivariate normal probability: P(Z₁ > 0 or Z₂ > 0) = ¾ − asin(√½)/(2π) = 5/8.
    #[test]
    fn two_looks_at_zero_are_an_angle() {
        let (above, _) = exits(&[0.5, 1.0], &[f64::NEG_INFINITY; 2], &[0.0, 0.0], 0.0);
        assert!((above.iter().sum::<f64>() - 0.625).abs() < 1e-12, "{above:?}");
    }

    /// For looks at t and 1 the angle is ½ acos(√t) / π, however near they are.
    #[test]
    fn looks_near_to_each_other_are_an_angle() {
        for t in [0.01, 0.5, 0.9, 0.99, 0.9999, 0.999_999] {
            let (above, _) = exits(&[t, 1.0], &[f64::NEG_INFINITY; 2], &[0.0, 0.0], 0.0);
            let expected = 0.5 * t.sqrt().acos() / std::f64::consts::PI;
            assert!((above[1] - expected).abs() < 1e-12, "{t}: {} and {expected}", above[1]);
        }
    }

    #[test]
    fn what_is_let_go_would_not_come_back() {
        for (fractions, upper) in [
            (vec![0.2, 0.4, 0.6, 0.8, 1.0], vec![4.6, 3.2, 2.6, 2.3, 2.04]),
            (vec![0.01, 0.02, 0.5, 1.0], vec![2.2; 4]),
            (vec![0.3, 0.9, 0.99, 1.0], vec![-1.0, 0.5, -2.0, 0.1]),
        ] {
            let all: f64 =
                exits(&fractions, &vec![f64::NEG_INFINITY; upper.len()], &upper, 0.0).0.iter().sum();
            let found = above_at_some_look(Stage::start(0.0), &fractions, &upper);
            assert!((found - all).abs() < 1e-14, "{found} and {all}");
            let rough = above_at_some_look(Stage::start(0.0).rough(), &fractions, &upper);
            assert!((rough - all).abs() < 1e-9, "{rough} and {all}");
        }
    }

    /// A narrow step beside wide ones.
    #[test]
    fn one_recursion_serves_every_drift() {
        let (fractions, lower, upper) =
            ([0.2, 0.5, 0.5002, 1.0], [-1.0, 0.0, 0.1, f64::NEG_INFINITY], [3.0, 2.5, 2.5, 2.0]);
        let mut stages = vec![Stage::start(0.0).reaching(0.0, 4.0)];
        for k in 0..3 {
            stages.push(stages[k].next(fractions[k], lower[k], upper[k], fractions[k + 1]));
        }
        for theta in [0.0, 1.0, 2.5, 4.0] {
            let (above, below) = exits(&fractions, &lower, &upper, theta);
            for k in 0..4 {
                let found = stages[k].above_at(fractions[k], upper[k], theta);
                assert!((found - above[k]).abs() < 1e-12, "{theta}, look {k}: {found} and {}", above[k]);
                let (found, _) = stages[k].below_at(fractions[k], lower[k], theta);
                assert!((found - below[k]).abs() < 1e-12, "{theta}, look {k}: {found} and {}", below[k]);
            }
        }
    }

    /// `tests/data/recursion.py`, `numpy` 2: the same integrals with 1600 points at each look.
    #[test]
    fn as_many_times_more_points_say() {
        let (none, five) = ([f64::NEG_INFINITY; 5], [0.2, 0.4, 0.6, 0.8, 1.0]);
        let futility = [-0.5, 0.0, 0.4, 1.0, f64::NEG_INFINITY];
        for (fractions, lower, upper, drift, expected) in [
            (
                five,
                none,
                [2.0; 5],
                1.0,
                [
                    0.06023708588613197,
                    0.05473887966912697,
                    0.04885158923733583,
                    0.04449914110930887,
                    0.04113838585434952,
                ],
            ),
            (
                five,
                futility,
                [4.5, 3.3, 2.7, 2.3, 2.0],
                3.2,
                [
                    0.0010741831652170577,
                    0.09994949759617502,
                    0.31364246796952844,
                    0.297041394046337,
                    0.15577241000299474,
                ],
            ),
            (
                [0.3, 0.301, 0.31, 0.9, 1.0],
                none,
                [2.6, 2.5, 2.4, 2.2, 2.1],
                0.5,
                [
                    0.010005575726310641,
                    0.00304057405965068,
                    0.004961069490711888,
                    0.03563353736947372,
                    0.018701069415931384,
                ],
            ),
        ] {
            let (above, _) = exits(&fractions, &lower, &upper, drift);
            for (found, expected) in above.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{above:?}");
            }
        }
    }
}
