//! Times from uniform and exponential draws: the hazards and the accrual of a design, prepared once for many draws.

use crate::trial::design::accrual::Accrual;
use crate::trial::design::hazard::Hazard;

/// A hazard, ready to be turned round: at which time is its cumulative hazard so much?
#[derive(Debug, Clone)]
pub(super) enum Clock {
    Never,
    /// The mean of an exponential time.
    Constant(f64),
    Pieces {
        starts: Vec<f64>,
        /// The cumulative hazard at each start.
        passed: Vec<f64>,
        rates: Vec<f64>,
    },
}

impl Clock {
    pub(super) fn new(hazard: &Hazard) -> Self {
        if hazard.is_none() {
            return Self::Never;
        }
        if let [rate] = hazard.rates() {
            return Self::Constant(rate.recip());
        }
        let starts: Vec<f64> = std::iter::once(0.0).chain(hazard.breaks().iter().copied()).collect();
        let passed = hazard.cumulative_along(&starts);
        Self::Pieces { starts, passed, rates: hazard.rates().to_vec() }
    }

    /// The time at which the cumulative hazard reaches `h`; infinite where it never does.
    pub(super) fn time(&self, h: f64) -> f64 {
        match self {
            Self::Never => f64::INFINITY,
            Self::Constant(mean) => h * mean,
            Self::Pieces { starts, passed, rates } => {
                let piece = passed.partition_point(|&p| p <= h).max(1) - 1;
                let rest = h - passed[piece];
                if rates[piece] > 0.0 { starts[piece] + rest / rates[piece] } else { f64::INFINITY }
            }
        }
    }

    /// The cumulative hazard at `t`.
    pub(super) fn passed(&self, t: f64) -> f64 {
        match self {
            Self::Never => 0.0,
            Self::Constant(mean) => t / mean,
            Self::Pieces { starts, passed, rates } => {
                let piece = starts.partition_point(|&s| s <= t).max(1) - 1;
                passed[piece] + rates[piece] * (t - starts[piece])
            }
        }
    }
}

/// An accrual, ready to be turned round: by when has this share entered?
#[derive(Debug, Clone)]
pub(super) enum Entry {
    Even(f64),
    Pieces(Accrual),
}

impl Entry {
    pub(super) fn new(accrual: &Accrual) -> Self {
        match accrual.rates() {
            [_] => Self::Even(accrual.duration()),
            _ => Self::Pieces(accrual.clone()),
        }
    }

    pub(super) fn time(&self, share: f64) -> f64 {
        match self {
            Self::Even(duration) => duration * share,
            Self::Pieces(accrual) => accrual.time_of_share(share),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_the_hazard_turned_round() {
        for hazard in [
            Hazard::constant(0.2).unwrap(),
            Hazard::piecewise(&[1.0, 3.0], &[0.0, 0.5, 0.1]).unwrap(),
            Hazard::piecewise(&[1.0, 3.0, 4.0], &[0.4, 0.0, 0.2, 0.0]).unwrap(),
            Hazard::constant(0.0).unwrap(),
        ] {
            let clock = Clock::new(&hazard);
            for h in [1e-9, 0.1, 0.39, 0.55, 0.7, 1.2, 30.0] {
                let (own, other) = (clock.time(h), hazard.inverse_cumulative(h));
                assert!(
                    own == other || (own - other).abs() < 1e-12 * other,
                    "{hazard} at {h}: {own}, {other}"
                );
            }
            for t in [0.0, 0.5, 1.0, 2.9, 3.5, 50.0] {
                assert!((clock.passed(t) - hazard.cumulative(t)).abs() < 1e-12);
            }
        }
    }
}
