//! Curves and hazards as they are written down and read back: only what could have been computed.

#![cfg(feature = "serde")]

use serde::Deserialize;

use crate::error::{Error, Result, TableError};
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::estimator::Estimator;
use crate::survival::curve::step_function::{Kind, check_values, check_variance};
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::risk_table::influence::Influence;
use crate::survival::risk_table::table::RiskTable;

#[derive(Deserialize)]
pub(super) struct RawSurvival {
    estimator: Estimator,
    table: RiskTable,
    survival: Vec<f64>,
    log_variance: Vec<f64>,
    influence: Option<Influence>,
    reversed: bool,
    extended: bool,
    start: f64,
}

#[derive(Deserialize)]
pub(super) struct RawHazard {
    estimator: Estimator,
    table: RiskTable,
    hazard: Vec<f64>,
    variance: Vec<f64>,
    influence: Option<Influence>,
    extended: bool,
    start: f64,
}

/// Lengths, values, variances and the subjects behind them.
fn check(
    kind: Kind,
    table: &RiskTable,
    [values, variance]: [&[f64]; 2],
    influence: Option<&Influence>,
    start: f64,
) -> Result<()> {
    let rows = table.len();
    // A table of sampling weights may be without variance.
    let variances = if variance.is_empty() { rows } else { variance.len() };
    if let Some(values) = [values.len(), variances].into_iter().find(|&n| n != rows) {
        return Err(Error::Table(TableError::InconsistentCurve { values, rows }));
    }
    check_values(kind, values)?;
    check_variance(variance)?;
    if !(0.0..f64::INFINITY).contains(&start) {
        return Err(Error::OutOfRange { argument: "start", value: start, must_be: "at least 0 and finite" });
    }
    if variance.is_empty() && rows > 0 && !table.has_sampling_weights() {
        return Err(Error::Table(TableError::InconsistentCurve { values: 0, rows }));
    }
    influence.map_or(Ok(()), |influence| influence.check(table))
}

impl TryFrom<RawSurvival> for SurvivalCurve {
    type Error = Error;

    fn try_from(raw: RawSurvival) -> Result<Self> {
        let RawSurvival { estimator, table, survival, log_variance, influence, reversed, extended, start } =
            raw;
        check(Kind::Survival, &table, [&survival, &log_variance], influence.as_ref(), start)?;
        Ok(Self { estimator, table, survival, log_variance, influence, reversed, extended, start })
    }
}

impl TryFrom<RawHazard> for CumulativeHazard {
    type Error = Error;

    fn try_from(raw: RawHazard) -> Result<Self> {
        let RawHazard { estimator, table, hazard, variance, influence, extended, start } = raw;
        check(Kind::Hazard, &table, [&hazard, &variance], influence.as_ref(), start)?;
        Ok(Self { estimator, table, hazard, variance, influence, extended, start })
    }
}
