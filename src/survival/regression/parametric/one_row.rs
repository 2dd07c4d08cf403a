//! What one row adds to the log likelihood: an event at a time or between two, beside what is known of its being there.

use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::jet::Real;

/// What a row tells of its time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub lower: f64,
    pub upper: f64,
    pub entry: f64,
    /// ∞ without right truncation.
    pub until: f64,
    pub background: f64,
}

/// What a row adds to the log likelihood, as a function of the parameters.
pub(super) fn row<D: Distribution, T: Real>(distribution: &D, limits: Limits, parameters: &[T]) -> T {
    let start = if distribution.is_positive() { 0.0 } else { f64::NEG_INFINITY };
    let survival =
        |t: f64| (t > start && t < f64::INFINITY).then(|| distribution.log_survival(t, parameters));
    let Limits { lower, upper, entry, until, background } = limits;
    let density = || {
        if background > 0.0 {
            // ln S + ln(b + h)
            let (survival, hazard) =
                (distribution.log_survival(lower, parameters), distribution.log_hazard(lower, parameters));
            survival + hazard.shift(-background.ln()).softplus().shift(background.ln())
        } else {
            distribution.log_density(lower, parameters)
        }
    };
    let after = survival(upper).map(|after| after.shift(-background));
    row_of(lower == upper, density, [survival(lower), after, survival(entry), survival(until)])
}

/// The same from the log density, and from the log survival functions at both limits, at entry and at the time of right
/// truncation where they are not 1 or 0 anyway.
pub(super) fn row_of<T: Real>(
    exact: bool,
    density: impl Fn() -> T,
    [before, after, entered, until]: [Option<T>; 4],
) -> T {
    let log = if exact { density() } else { between(before, after).unwrap_or_else(|| T::constant(0.0)) };
    between(entered, until).map_or(log, |condition| log - condition)
}

/// The log probability between two times. Returns `None` if they are the two ends.
fn between<T: Real>(before: Option<T>, after: Option<T>) -> Option<T> {
    match (before, after) {
        (Some(before), Some(after)) => Some(before + (after - before).ln_one_minus_exp()),
        (None, Some(after)) => Some(after.ln_one_minus_exp()),
        (before, None) => before,
    }
}
