//! From the table of a group to the number that was asked for.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StructArray};
use datafusion_common::utils::SingleRowListArrayBuilder;
use datafusion_common::{Result, ScalarValue, exec_err};
use greenwood::survival::curve::{AalenJohansen, KaplanMeier, NelsonAalen, QuantileRule};
use greenwood::survival::data::NearTies;
use greenwood::survival::log_rank::LogRank;
use greenwood::survival::result::{ConfidenceInterval, Interval};
use greenwood::survival::risk_table::{CompetingRiskTable, RiskTable};

use crate::arguments::Task;
use crate::quantity::{Part, Quantity, curve_fields, estimate_fields};
use crate::state::{State, failed};

/// An estimate with its error and limits, as far as there are any.
#[derive(Debug, Clone, Copy, Default)]
struct Estimate {
    value: Option<f64>,
    std_error: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
}

impl Estimate {
    fn new(value: Option<f64>, std_error: Option<f64>, interval: ConfidenceInterval) -> Self {
        Self { value, std_error, lower: interval.lower, upper: interval.upper }
    }

    fn part(self, part: Part) -> ScalarValue {
        let Self { value, std_error, lower, upper } = self;
        ScalarValue::Float64(match part {
            Part::Value => value,
            Part::StdError => std_error,
            Part::Lower => lower,
            Part::Upper => upper,
            Part::All => {
                let columns = [value, std_error, lower, upper]
                    .map(|x| Arc::new(Float64Array::from(vec![x])) as ArrayRef);
                let fields = StructArray::new(estimate_fields(), columns.to_vec(), None);
                return ScalarValue::Struct(Arc::new(fields));
            }
        })
    }
}

/// What the function returns for a group.
pub(crate) fn outcome(task: &Task, state: &mut State) -> Result<ScalarValue> {
    let part = task.part;
    Ok(match task.quantity {
        Quantity::Skipped => ScalarValue::Int64(Some(state.skipped)),
        Quantity::ChiSquare | Quantity::DegreesOfFreedom | Quantity::PValue => test(task, state)?,
        Quantity::IncidenceAt => incidence(task, state)?.part(part),
        quantity => {
            let table = state.only().table(task, NearTies::Merge)?;
            if quantity == Quantity::Curve {
                curve(task, table)?
            } else {
                estimate(task, table).map_err(|e| failed(task, e))?.part(part)
            }
        }
    })
}

fn estimate(task: &Task, table: RiskTable) -> greenwood::Result<Estimate> {
    let interval = Interval::from(task.options.level);
    let x = task.number;
    Ok(match task.quantity {
        Quantity::Events => Estimate { value: Some(table.events()), ..Estimate::default() },
        Quantity::PersonTime => Estimate { value: Some(table.person_time()), ..Estimate::default() },
        _ if table.is_empty() => Estimate::default(),
        Quantity::HazardAt => {
            let at = NelsonAalen::from_table(table).at(x);
            Estimate::new(at.value().ok(), at.std_error().ok(), at.interval(interval)?)
        }
        Quantity::RestrictedMean => match KaplanMeier::from_table(table).restricted_mean(x) {
            Ok(mean) => Estimate::new(Some(mean.value()), mean.std_error().ok(), mean.interval(interval)?),
            Err(greenwood::Error::BeyondFollowUp { .. } | greenwood::Error::NotEstimable { .. }) => {
                Estimate::default()
            }
            Err(error) => return Err(error),
        },
        Quantity::Median | Quantity::Quantile => {
            let p = if task.quantity == Quantity::Median { 0.5 } else { x };
            if task.part == Part::Value {
                let value = KaplanMeier::from_table(table).quantile_value(p)?;
                return Ok(Estimate { value, ..Estimate::default() });
            }
            let rule = QuantileRule::default().with_interval(interval);
            let quantile = KaplanMeier::from_table(table).quantiles(&[p], rule)?[0];
            Estimate::new(quantile.value().ok(), None, quantile.interval())
        }
        _ => {
            let at = KaplanMeier::from_table(table).at(x);
            Estimate::new(at.value().ok(), at.std_error().ok(), at.interval(interval)?)
        }
    })
}

fn curve(task: &Task, table: RiskTable) -> Result<ScalarValue> {
    let interval = Interval::from(task.options.level);
    let curve = KaplanMeier::from_table(table);
    let mut columns: [Vec<Option<f64>>; 8] = Default::default();
    for step in curve.steps() {
        let limits = step.estimate.interval(interval).map_err(|e| failed(task, e))?;
        let row = [
            Some(step.row.time),
            Some(step.row.at_risk),
            Some(step.row.events),
            Some(step.row.censored),
            step.estimate.value().ok(),
            step.estimate.std_error().ok(),
            limits.lower,
            limits.upper,
        ];
        columns.iter_mut().zip(row).for_each(|(column, x)| column.push(x));
    }
    let columns = columns.map(|column| Arc::new(Float64Array::from(column)) as ArrayRef);
    let rows = StructArray::new(curve_fields(), columns.to_vec(), None);
    Ok(SingleRowListArrayBuilder::new(Arc::new(rows)).build_list_scalar())
}

fn test(task: &Task, state: &mut State) -> Result<ScalarValue> {
    let nothing = ScalarValue::try_from(task.quantity.return_type(task.part))?;
    let Some(tables) = state.tables(task)? else { return Ok(nothing) };
    if let [arm] = tables.labels()[..] {
        let subjects: usize = tables.tables().iter().flatten().map(RiskTable::subjects).sum();
        return exec_err!(
            "{}: {} is '{arm}' in all {subjects} rows of a group; a test compares two arms or more",
            task.function,
            task.arm_name()
        );
    }
    let tables = tables.merge_near_ties();
    let test = LogRank::from_tables(tables.tables(), &tables.labels()).map_err(|e| failed(task, e))?;
    Ok(match task.quantity {
        Quantity::ChiSquare => ScalarValue::Float64(Some(test.statistic())),
        Quantity::DegreesOfFreedom => ScalarValue::Int64(i64::try_from(test.df()).ok()),
        _ => ScalarValue::Float64(test.p_value()),
    })
}

fn incidence(task: &Task, state: &mut State) -> Result<Estimate> {
    let Some(tables) = state.tables(task)? else { return Ok(Estimate::default()) };
    let nobody = RiskTable::default();
    let of_group = tables.tables().first().map_or(&[][..], Vec::as_slice);
    // Those censored stand under no label: they go with the cause that is asked for.
    let labelled = || tables.labels().into_iter().zip(of_group);
    let find = |label: &str| labelled().find(|&(l, _)| l == label).map_or(&nobody, |(_, table)| table);
    let asked = RiskTable::merge_all([find(&task.cause_asked), find("")]).map_err(|e| failed(task, e))?;
    let mut causes = vec![(task.cause_asked.as_str(), &asked)];
    causes.extend(labelled().filter(|&(label, _)| !label.is_empty() && label != task.cause_asked));
    let estimate = || {
        let table = CompetingRiskTable::from_causes(&causes)?;
        let incidence = AalenJohansen::new().from_table(table);
        let at = incidence.of(&task.cause_asked)?.at(task.number);
        let interval = at.interval(Interval::from(task.options.level))?;
        Ok(Estimate::new(at.value().ok(), at.std_error().ok(), interval))
    };
    estimate().map_err(|e: greenwood::Error| failed(task, e))
}
