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
    row_and_size(distribution, limits, parameters).0
}

/// The same, and the size of the terms whose difference it is: its rounding error is a part of that.
pub(super) fn row_and_size<D: Distribution, T: Real>(
    distribution: &D,
    limits: Limits,
    parameters: &[T],
) -> (T, f64) {
    if let Some(row) = after_entry(distribution, limits, parameters) {
        return (row, 0.0);
    }
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
    let (before, after) = (survival(lower), survival(upper).map(|after| after.shift(-background)));
    let narrow = if lower < upper && background == 0.0 {
        narrow(distribution, [lower, upper], [before, after], parameters)
    } else {
        None
    };
    let log = || narrow.unwrap_or_else(density);
    let terms = [before, after, survival(entry), survival(until)];
    // A spline that falls between entry and a later time is no distribution: its likelihood would have no bound.
    let falls = |(later, entered): (T, T)| later.value() > entered.value() + FALL * entered.value().abs();
    if entry < lower && before.zip(terms[2]).is_some_and(falls) {
        return (T::constant(f64::NEG_INFINITY), 0.0);
    }
    let size = terms.iter().flatten().map(|term| term.value().abs()).filter(|x| x.is_finite()).sum();
    (row_of(lower == upper || narrow.is_some(), log, terms), size)
}

/// What a row that entered late adds, where the family has the probability of being there still without a difference.
fn after_entry<D: Distribution, T: Real>(distribution: &D, limits: Limits, parameters: &[T]) -> Option<T> {
    let start = if distribution.is_positive() { 0.0 } else { f64::NEG_INFINITY };
    let Limits { lower, upper, entry, until, background } = limits;
    if !(entry > start && entry <= lower && lower < f64::INFINITY)
        || until < f64::INFINITY
        || background > 0.0
    {
        return None;
    }
    let waited = distribution.log_conditional(entry, lower, parameters)?;
    if lower == upper {
        return Some(waited + distribution.log_hazard(lower, parameters));
    }
    if upper == f64::INFINITY {
        return Some(waited);
    }
    let within = distribution.log_conditional(lower, upper, parameters)?;
    Some(waited + within.ln_one_minus_exp())
}

/// `ln P(L < T ≤ R)` of times with `ln S` at both.
pub(super) fn log_between<D: Distribution, T: Real>(
    distribution: &D,
    limits: [f64; 2],
    parameters: &[T],
) -> T {
    let start = if distribution.is_positive() { 0.0 } else { f64::NEG_INFINITY };
    let at =
        limits.map(|t| (t > start && t < f64::INFINITY).then(|| distribution.log_survival(t, parameters)));
    narrow(distribution, limits, at, parameters)
        .or_else(|| between(at[0], at[1]))
        .unwrap_or_else(|| T::constant(0.0))
}

/// The same in other words where the two survival functions differ by next to nothing.
fn narrow<D: Distribution, T: Real>(
    distribution: &D,
    [lower, upper]: [f64; 2],
    [before, after]: [Option<T>; 2],
    parameters: &[T],
) -> Option<T> {
    let before = before.map_or(0.0, Real::value);
    let apart = (after?.value() - before).abs();
    if apart > LOST {
        return None;
    }
    distribution.log_narrow([lower, upper], is_lost(before, apart), parameters)
}

/// Of a logarithm of a survival function, more than rounding.
const FALL: f64 = 1e-9;
/// Below this a difference of logarithms of survival functions that is rounding may be one of them.
const LOST: f64 = 1e-9;

/// Is a difference of two logarithms of survival functions, of which `before` is one, next to rounding?
pub(super) fn is_lost(before: f64, apart: f64) -> bool {
    before < 0.0 && apart <= LOST * f64::min(1.0, -before)
}

/// What a row adds from the log density, or from the log survival functions at both limits, at entry and at the time of right
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
