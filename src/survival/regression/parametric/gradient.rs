//! A number of one subject with its gradient in the distribution's parameters.

use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::jet::Jet;
use crate::survival::regression::parametric::likelihood::MOST;
use crate::survival::regression::parametric::one_row::{Limits, row};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked {
    /// `ln S(t)`.
    LogSurvival(f64),
    /// `ln h(t)`.
    LogHazard(f64),
    /// The log likelihood of a row.
    Row(Limits),
}

/// The log likelihood of a row.
pub(super) fn row_gradient<D: Distribution>(
    distribution: &D,
    parameters: &[f64],
    limits: Limits,
) -> (f64, Vec<f64>) {
    gradient(distribution, parameters, Asked::Row(limits))
}

pub(super) fn gradient<D: Distribution>(
    distribution: &D,
    parameters: &[f64],
    asked: Asked,
) -> (f64, Vec<f64>) {
    match parameters.len() {
        0..=1 => with::<D, 1>(distribution, parameters, asked),
        2 => with::<D, 2>(distribution, parameters, asked),
        3 => with::<D, 3>(distribution, parameters, asked),
        4 => with::<D, 4>(distribution, parameters, asked),
        5..=10 => with::<D, 10>(distribution, parameters, asked),
        _ => with::<D, MOST>(distribution, parameters, asked),
    }
}

fn with<D: Distribution, const N: usize>(
    distribution: &D,
    parameters: &[f64],
    asked: Asked,
) -> (f64, Vec<f64>) {
    let jets: Vec<Jet<N>> = parameters.iter().enumerate().map(|(k, x)| Jet::variable(*x, k)).collect();
    let jet = match asked {
        Asked::LogSurvival(t) => distribution.log_survival(t, &jets),
        Asked::LogHazard(t) => distribution.log_hazard(t, &jets),
        Asked::Row(limits) => row(distribution, limits, &jets),
    };
    (jet.value, jet.gradient[..parameters.len()].to_vec())
}
