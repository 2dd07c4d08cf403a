//! The standard distributions behind location-scale families and splines.

use crate::survival::regression::parametric::jet::Real;
use crate::survival::regression::parametric::tails::{LOG_ROOT_TAU, log_normal_survival};

/// What is linear in a spline of log time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum SplineScale {
    /// The log cumulative hazard: covariates act as proportional hazards.
    Hazard,
    /// The log cumulative odds: covariates act as proportional odds.
    Odds,
    /// The normal quantile of 1 − S.
    Normal,
}

/// The standard distributions of w.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Standard {
    /// Of a smallest value.
    Smallest,
    /// Normal.
    Normal,
    /// Logistic.
    Logistic,
}

impl Standard {
    pub(super) fn log_survival<T: Real>(self, w: T) -> T {
        match self {
            Self::Smallest => -w.exp(),
            Self::Logistic => -w.softplus(),
            Self::Normal => w.map(log_normal_survival(w.value())),
        }
    }

    pub(super) fn log_density<T: Real>(self, w: T) -> T {
        match self {
            Self::Smallest => w - w.exp(),
            Self::Logistic => w - w.softplus().scale(2.0),
            Self::Normal => {
                let x = w.value();
                w.map([-0.5 * x * x - LOG_ROOT_TAU, -x, -1.0])
            }
        }
    }
}

impl SplineScale {
    pub(super) fn log_survival<T: Real>(self, s: T) -> T {
        match self {
            Self::Hazard => Standard::Smallest.log_survival(s),
            Self::Odds => Standard::Logistic.log_survival(s),
            Self::Normal => Standard::Normal.log_survival(s),
        }
    }

    /// `ln(−dS/ds)`
    pub(super) fn log_minus_slope<T: Real>(self, s: T) -> T {
        match self {
            Self::Hazard => Standard::Smallest.log_density(s),
            Self::Odds => Standard::Logistic.log_density(s),
            Self::Normal => Standard::Normal.log_density(s),
        }
    }
}
