//! Survival curves from a CSV file.
//!
//! `cargo run --release --example curve -- FILE --time COL --event COL [--by COL] [--at 12,24] …`

mod support;

use std::process::ExitCode;

use clap::Parser;
use greenwood::survival::{
    ConfidenceInterval, CumulativeHazard, FlatStep, FlemingHarrington, Groups, Interval, KaplanMeier,
    NelsonAalen, RightCensored, SurvivalCurve, SurvivalEstimate,
};
use serde_json::{Value, json};
use support::{Columns, Failure, json as number};

#[derive(Parser)]
#[command(about = "Survival curves, quantiles and restricted means from a CSV file")]
struct Options {
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
    #[arg(long, default_value_t = 0.95)]
    level: f64,
    /// Times to report the curve at
    #[arg(long, value_delimiter = ',')]
    at: Vec<f64>,
    /// Quantiles to report, 0.5 being the median
    #[arg(long, value_delimiter = ',', default_value = "0.5")]
    quantiles: Vec<f64>,
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

fn main() -> ExitCode {
    support::main_with(|| run(&Options::parse()))
}

fn run(options: &Options) -> Result<(), Failure> {
    let table = options.columns.table(&[&options.by])?;
    let data = options.columns.data(&table)?;
    let groups = match &options.by {
        Some(column) => table.groups(column)?,
        None => Groups::new(&vec!["all"; data.len()]),
    };
    let interval = match options.interval {
        Scale::Plain => Interval::plain(),
        Scale::Log => Interval::log(),
        Scale::LogLog => Interval::log_log(),
        Scale::Logit => Interval::logit(),
        Scale::Arcsine => Interval::arcsine(),
    }
    .level(options.level);
    let fits = fit(options.estimator, &data, &groups)?;
    if options.columns.json {
        let groups = fits.iter().map(|fit| to_json(fit, options, interval)).collect::<Result<Vec<_>, _>>()?;
        println!("{}", json!({ "groups": groups }));
        return Ok(());
    }
    for fit in &fits {
        print(fit, options, interval)?;
    }
    Ok(())
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

fn print(fit: &Fit, options: &Options, interval: Interval) -> Result<(), Failure> {
    let (curve, table) = (&fit.curve, fit.curve.table());
    println!("{}: {} rows, {} events ({})", fit.label, table.subjects(), table.events(), curve.estimator());
    for q in curve.quantiles(&options.quantiles, interval, FlatStep::Midpoint)? {
        println!("  {:>5}% have had the event by {q}", 100.0 * q.p());
    }
    let follow_up = fit.censoring.quantiles(&[0.5], interval, FlatStep::Midpoint)?[0];
    println!("  median follow-up (reverse Kaplan-Meier) {follow_up}");
    if let Some(tau) = options.rmst {
        match curve.restricted_mean(tau) {
            Ok(mean) => println!("  restricted mean survival time {mean}"),
            Err(refusal) => println!("  no restricted mean: {refusal}"),
        }
    }
    println!("  ({interval})");
    println!(
        "  {:>10} {:>9} {:>8} {:>9} {:>9}  {:>16}",
        "time", "at risk", "events", "survival", "std error", "CI"
    );
    let line = |e: &SurvivalEstimate, events: f64| -> Result<(), Failure> {
        let se = e.std_error().map_or("–".into(), |se| format!("{se:.4}"));
        let limits = e.interval(interval)?.to_string();
        println!(
            "  {:>10} {:>9} {:>8} {:>9.4} {se:>9}  {limits:>16}",
            e.time(),
            round(e.at_risk()),
            round(events),
            e.value()
        );
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
    println!();
    Ok(())
}

/// Sums of weights without their last, meaningless digits.
fn round(x: f64) -> f64 {
    (x * 1e6).round() / 1e6
}

fn to_json(fit: &Fit, options: &Options, interval: Interval) -> Result<Value, Failure> {
    let curve = &fit.curve;
    let row = |e: &SurvivalEstimate, events: f64, censored: Option<f64>| -> Result<Value, Failure> {
        let (limits, hazard) = (e.interval(interval)?, fit.hazard.at(e.time()));
        Ok(json!({
            "time": e.time(), "at_risk": e.at_risk(), "events": events, "censored": number(censored),
            "survival": e.value(), "std_error": number(e.std_error()),
            "lower": number(limits.lower), "upper": number(limits.upper),
            "cumulative_hazard": hazard.value(), "cumulative_hazard_std_error": number(hazard.std_error()),
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
        .quantiles(&options.quantiles, interval, FlatStep::Midpoint)?
        .iter()
        .map(|q| {
            let mut value = limits(q.estimate(), q.interval());
            value["p"] = q.p().into();
            value
        })
        .collect();
    let follow_up = fit.censoring.quantiles(&[0.5], interval, FlatStep::Midpoint)?[0];
    let rmst = options.rmst.map(|tau| match curve.restricted_mean(tau) {
        Ok(mean) => json!({ "tau": tau, "estimate": mean.estimate(), "std_error": number(mean.std_error()) }),
        Err(refusal) => {
            eprintln!("{}: {refusal}", fit.label);
            json!({ "tau": tau, "estimate": null, "std_error": null })
        }
    });
    Ok(json!({
        "label": fit.label, "n": curve.table().subjects(), "events": curve.table().events(),
        "rows": rows, "at": at, "quantiles": quantiles, "rmst": rmst,
        "follow_up": limits(follow_up.estimate(), follow_up.interval()),
    }))
}
