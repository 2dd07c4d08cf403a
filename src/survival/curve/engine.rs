//! One pass over the risk table makes every nonparametric curve; a second one, over the subjects behind it, the robust
//! variance.

use crate::error::Result;
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::estimator::{Estimator, events_over_at_risk, product_limit};
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::risk_table::influence::Influence;
use crate::survival::risk_table::table::RiskTable;

/// What is made of a table and, where the variance is robust, the subjects behind it.
pub(super) type Make<T> = fn(RiskTable, Option<Influence>) -> T;

/// The curve of all subjects; `reversed` for the censoring distribution.
pub(super) fn one<T>(data: &RightCensored, reversed: bool, make: Make<T>) -> T {
    if let Some((subjects, _)) = subjects(data, &|| Groups::new(&vec!["all"; data.len()]), reversed) {
        return finish(RiskTable::new(&subjects), &subjects, |_| true, reversed, make);
    }
    finish(RiskTable::new(data), data, |_| true, reversed, make)
}

/// The subjects behind start-stop rows with ids: seen from the censoring, a row that another one continues is none.
fn subjects(
    data: &RightCensored,
    groups: &dyn Fn() -> Groups,
    reversed: bool,
) -> Option<(RightCensored<'static>, Groups)> {
    if reversed && data.ids().is_some() { data.joined(&groups()).ok() } else { None }
}

/// The same for each group.
pub(super) fn grouped<T>(
    data: &RightCensored,
    groups: &Groups,
    reversed: bool,
    make: Make<T>,
) -> Result<Vec<T>> {
    groups.check_len("groups", data.len())?;
    if let Some((subjects, groups)) = subjects(data, &|| groups.clone(), reversed) {
        return of_groups(&subjects, &groups, reversed, make);
    }
    of_groups(data, groups, reversed, make)
}

fn of_groups<T>(data: &RightCensored, groups: &Groups, reversed: bool, make: Make<T>) -> Result<Vec<T>> {
    let tables = RiskTable::by_group(data, groups)?.into_iter().enumerate();
    let member = |g: usize| move |i: usize| groups.codes()[i] as usize == g;
    Ok(tables.map(|(g, table)| finish(table, data, member(g), reversed, make)).collect())
}

fn finish<T>(
    table: RiskTable,
    data: &RightCensored,
    member: impl Fn(usize) -> bool,
    reversed: bool,
    make: Make<T>,
) -> T {
    let table = if reversed { table.reversed() } else { table };
    let influence = data.is_robust().then(|| Influence::new(&data.merged(), &table, member, reversed));
    make(table, influence)
}

/// The curve of an estimator: the product of its steps, or `exp(−H)`.
pub(super) fn curve_of(
    estimator: Estimator,
    table: RiskTable,
    influence: Option<Influence>,
) -> SurvivalCurve {
    if estimator != Estimator::KaplanMeier {
        return hazard_of(estimator, table, influence).survival();
    }
    let rows = table.len();
    let (mut survival, mut log_variance) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let (mut s, mut v) = (1.0, 0.0);
    table.for_each(|_, d, n| {
        if d > 0.0 {
            let step = product_limit(d, n);
            // Exactly 0 where all at risk have the event.
            s = if d < n { s * (1.0 - step.hazard) } else { 0.0 };
            v += step.variance;
        }
        survival.push(s);
        log_variance.push(v);
    });
    let log_variance = variance(estimator, &table, influence.as_ref(), log_variance);
    SurvivalCurve {
        estimator,
        table,
        survival,
        log_variance,
        influence,
        reversed: false,
        extended: false,
        start: 0.0,
    }
}

/// The cumulative hazard of an estimator.
pub(super) fn hazard_of(
    estimator: Estimator,
    table: RiskTable,
    influence: Option<Influence>,
) -> CumulativeHazard {
    let sampling = table.has_sampling_weights();
    let (mut hazard, mut variances) = (Vec::with_capacity(table.len()), Vec::with_capacity(table.len()));
    let (mut h, mut v) = (0.0, 0.0);
    let mut push = |step: crate::survival::curve::estimator::Increment| {
        h += step.hazard;
        v += step.variance;
        hazard.push(h);
        variances.push(v);
    };
    if estimator == Estimator::NelsonAalen {
        table.for_each(|_, d, n| push(events_over_at_risk(d, n)));
    } else {
        table.rows().for_each(|row| push(estimator.step(&row, sampling)));
    }
    let variance = variance(estimator, &table, influence.as_ref(), variances);
    CumulativeHazard { estimator, table, hazard, variance, influence, extended: false, start: 0.0 }
}

/// The model-based variance, or the robust one where the subjects are there; none where they would be needed.
fn variance(
    estimator: Estimator,
    table: &RiskTable,
    influence: Option<&Influence>,
    model_based: Vec<f64>,
) -> Vec<f64> {
    match influence {
        Some(influence) => {
            let sampling = table.has_sampling_weights();
            influence
                .variances(&table.rows().map(|row| estimator.influence(&row, sampling)).collect::<Vec<_>>())
        }
        None if table.has_sampling_weights() => Vec::new(),
        None => model_based,
    }
}
