//! `curve`: survival curves, quantiles and restricted means.

use std::fmt::Write;

use greenwood::survival::curve::{CumulativeHazard, FlemingHarrington, SurvivalEstimate};
use greenwood::survival::result::ConfidenceInterval;
use greenwood::survival::result::print::{Number, group, or_missing};
use greenwood::survival::{
    Groups, Interval, KaplanMeier, NelsonAalen, RightCensored, RiskTable, SurvivalCurve,
};
use serde_json::{Value, json};

use crate::support::{
    Columns, Failure, Further, Program, Warnings, count, json_text, number, of_flag, reason, times_to_ask,
};

/// Survival curves, quantiles and restricted means from a file.
#[derive(clap::Parser)]
#[command(
    after_help = "Example: curve lung.csv --time time --event status --event-value 2 --by sex --at 180,365 --rmst 365"
)]
pub struct Options {
    #[command(flatten)]
    columns: Columns,
    /// Column with the groups: one curve each
    #[arg(long)]
    by: Option<String>,
    #[arg(long, value_enum, default_value = "kaplan-meier")]
    estimator: Estimator,
    /// Scale of the confidence intervals
    #[arg(long, value_enum, default_value = "log-log")]
    interval: Scale,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = crate::support::confidence_level, allow_negative_numbers = true)]
    level: f64,
    /// Times to report the curve at
    #[arg(long, value_delimiter = ',')]
    at: Vec<f64>,
    /// Quantiles to report, 0.5 being the median
    #[arg(long, value_delimiter = ',', default_value = "0.5")]
    quantiles: Vec<f64>,
    /// Time from which survival is conditional: the curve of those who survived so long
    #[arg(long)]
    given_survival_to: Option<f64>,
    /// Horizon of the restricted mean survival time
    #[arg(long)]
    rmst: Option<f64>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Estimator {
    KaplanMeier,
    NelsonAalen,
    FlemingHarrington,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Scale {
    Plain,
    Log,
    LogLog,
    Logit,
    Arcsine,
}

/// One group's curve with its cumulative hazard and follow-up.
struct Fit {
    label: String,
    curve: SurvivalCurve,
    hazard: CumulativeHazard,
    censoring: SurvivalCurve,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        run(&self)
    }
}

fn run(options: &Options) -> Result<String, Failure> {
    let mut warnings = Warnings::default();
    let further = Further { by: options.by.as_deref(), strata: None };
    times_to_ask("--at", &options.at)?;
    times_to_ask("--rmst", options.rmst.as_slice())?;
    times_to_ask("--given-survival-to", options.given_survival_to.as_slice())?;
    let interval = match options.interval {
        Scale::Plain => Interval::plain(),
        Scale::Log => Interval::log(),
        Scale::LogLog => Interval::log_log(),
        Scale::Logit => Interval::logit(),
        Scale::Arcsine => Interval::arcsine(),
    }
    .level(options.level);
    let mut fits: Vec<Fit> = if let Some(tables) = options.columns.streamed(further, &mut warnings)? {
        let labels = tables.labels().into_iter().map(String::from);
        labels.zip(tables.tables().concat()).map(|(l, table)| of_table(options.estimator, l, table)).collect()
    } else {
        let table = options.columns.table(&further.flags(), &mut warnings)?;
        let data = options.columns.data(&table, &mut warnings)?;
        let groups = match &options.by {
            Some(column) => table.groups("--by", column)?,
            None => Groups::new(&vec!["all"; data.len()]),
        };
        fit(options.estimator, &data, &groups)?
    };
    if let Some(s) = options.given_survival_to {
        for fit in &mut fits {
            fit.curve = fit.curve.given_survival_to(s).map_err(of_flag("--given-survival-to"))?;
        }
    }
    if options.columns.rows.json {
        let mut groups = Vec::new();
        for fit in &fits {
            groups.push(to_json(fit, options, interval, &mut warnings)?);
        }
        return Ok(json_text(json!({ "groups": groups }), &warnings));
    }
    let mut text = String::new();
    for fit in &fits {
        print(&mut text, fit, options, interval)?;
    }
    Ok(text)
}

fn fit(estimator: Estimator, data: &RightCensored, groups: &Groups) -> Result<Vec<Fit>, Failure> {
    // The product limit goes with the Nelson-Aalen hazard; the other curves are exp(−H) of their own.
    let hazards = match estimator {
        Estimator::FlemingHarrington => FlemingHarrington::by_group(data, groups)?,
        _ => NelsonAalen::by_group(data, groups)?,
    };
    let curves = match estimator {
        Estimator::KaplanMeier => KaplanMeier::by_group(data, groups)?,
        _ => hazards.iter().map(CumulativeHazard::survival).collect(),
    };
    let censoring = KaplanMeier::censoring_by_group(data, groups)?;
    let fits = groups.labels().iter().cloned().zip(curves).zip(hazards).zip(censoring);
    Ok(fits.map(|(((label, curve), hazard), censoring)| Fit { label, curve, hazard, censoring }).collect())
}

/// The same of a risk table: rows that were never all in memory.
fn of_table(estimator: Estimator, label: String, table: RiskTable) -> Fit {
    let censoring = KaplanMeier::censoring_from_table(&table);
    let hazard = match estimator {
        Estimator::FlemingHarrington => FlemingHarrington::from_table(table.clone()),
        _ => NelsonAalen::from_table(table.clone()),
    };
    let curve = match estimator {
        Estimator::KaplanMeier => KaplanMeier::from_table(table),
        _ => hazard.survival(),
    };
    Fit { label, curve, hazard, censoring }
}

fn print(text: &mut String, fit: &Fit, options: &Options, interval: Interval) -> Result<(), Failure> {
    let (curve, table) = (&fit.curve, fit.curve.table());
    writeln!(
        text,
        "{}: {} rows, {} events ({})",
        group(options.by.as_deref(), &fit.label),
        Number(table.size()),
        Number(table.events()),
        curve.estimator()
    )?;
    for q in curve.quantiles(&options.quantiles, interval).map_err(of_flag("--quantiles"))? {
        writeln!(text, "  {:>5}% have had the event by: {q}", Number(100.0 * q.p()))?;
    }
    let follow_up = fit.censoring.quantiles(&[0.5], interval)?[0];
    writeln!(text, "  median follow-up (reverse Kaplan-Meier) {follow_up}")?;
    if let Some(tau) = options.rmst {
        match curve.restricted_mean(tau) {
            Ok(mean) => {
                let limits = mean.interval(options.level)?;
                let limits = limits.in_brackets(|x| format!("{:.2}", Number(x)));
                writeln!(text, "  restricted mean survival time {mean} {limits}")?;
            }
            Err(refusal) => writeln!(text, "  no restricted mean: {refusal}")?,
        }
    }
    writeln!(text, "  ({interval})")?;
    writeln!(
        text,
        "  {:>10} {:>9} {:>8} {:>9} {:>9}  {:>16}",
        "time", "at risk", "events", "survival", "std error", "CI"
    )?;
    let mut line = |e: &SurvivalEstimate, events: f64| -> Result<(), Failure> {
        let (time, at_risk, events) = (Number(e.time()), Number(e.at_risk()), Number(events));
        write!(text, "  {time:>10} {at_risk:>9} {events:>8} ")?;
        match e.value() {
            Ok(s) => {
                let se = or_missing(e.std_error().ok(), |se| format!("{se:.4}"));
                writeln!(text, "{s:>9.4} {se:>9}  {:>16}", e.interval(interval)?)?;
            }
            Err(because) => writeln!(text, "{because}")?,
        }
        Ok(())
    };
    if options.at.is_empty() {
        for step in curve.steps() {
            line(&step.estimate, step.row.events)?;
        }
    } else {
        for estimate in curve.at_many(&options.at) {
            line(&estimate, estimate.events())?;
        }
    }
    for warning in curve.warnings() {
        writeln!(text, "  {warning}")?;
    }
    writeln!(text)?;
    Ok(())
}

fn to_json(
    fit: &Fit,
    options: &Options,
    interval: Interval,
    warnings: &mut Warnings,
) -> Result<Value, Failure> {
    let curve = &fit.curve;
    let row = |e: &SurvivalEstimate, events: f64, censored: Option<f64>| -> Result<Value, Failure> {
        let (limits, hazard) = (e.interval(interval)?, fit.hazard.at(e.time()));
        // The hazard is that from 0 on, which a conditional curve does not have.
        let hazard = options.given_survival_to.is_none().then_some(hazard);
        Ok(json!({
            "time": e.time(), "at_risk": e.at_risk(), "events": events, "censored": number(censored),
            "survival": number(e.value().ok()), "std_error": number(e.std_error().ok()),
            "lower": number(limits.lower), "upper": number(limits.upper),
            "cumulative_hazard": number(hazard.and_then(|h| h.value().ok())),
            "cumulative_hazard_std_error": number(hazard.and_then(|h| h.std_error().ok())),
            "not_estimable": reason(e.not_estimable()),
        }))
    };
    let rows: Vec<Value> = curve
        .steps()
        .map(|s| row(&s.estimate, s.row.events, Some(s.row.censored)))
        .collect::<Result<_, _>>()?;
    // At the times asked for: events are those up to the time.
    let at: Vec<Value> =
        curve.at_many(&options.at).iter().map(|e| row(e, e.events(), None)).collect::<Result<_, _>>()?;
    let limits = |estimate: Option<f64>, i: ConfidenceInterval| json!({ "estimate": number(estimate), "lower": number(i.lower), "upper": number(i.upper) });
    let quantiles: Vec<Value> = curve
        .quantiles(&options.quantiles, interval)
        .map_err(of_flag("--quantiles"))?
        .iter()
        .map(|q| {
            let mut value = limits(q.value().ok(), q.interval());
            value["p"] = q.p().into();
            value
        })
        .collect();
    let follow_up = fit.censoring.quantiles(&[0.5], interval)?[0];
    let rmst = options.rmst.map(|tau| match curve.restricted_mean(tau) {
        Ok(mean) => {
            json!({ "tau": tau, "estimate": mean.value(), "std_error": number(mean.std_error().ok()) })
        }
        Err(refusal) => {
            warnings.add(format!("{}: {refusal}", fit.label));
            json!({ "tau": tau, "estimate": null, "std_error": null })
        }
    });
    for warning in curve.warnings() {
        warnings.add(format!("{}: {warning}", fit.label));
    }
    Ok(json!({
        "label": fit.label, "n": count(curve.table().size()), "events": curve.table().events(),
        "rows": rows, "at": at, "quantiles": quantiles, "rmst": rmst,
        "follow_up": limits(follow_up.value().ok(), follow_up.interval()),
    }))
}
