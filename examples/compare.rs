//! Compares the survival of groups in a CSV file.
//!
//! `cargo run --release --example compare -- FILE --time COL --event COL --by COL [--strata COL] [--at T] …`

mod support;

use std::process::ExitCode;

use clap::Parser;
use greenwood::survival::{HazardRatioMethod, KaplanMeier, LogRank};
use serde_json::{Value, json};
use support::{Columns, Failure, json as number};

#[derive(Parser)]
#[command(about = "Log-rank test, hazard ratio and survival difference from a CSV file")]
struct Options {
    #[command(flatten)]
    columns: Columns,
    /// Column with the groups to compare
    #[arg(long)]
    by: String,
    /// Column with strata to compare within
    #[arg(long)]
    strata: Option<String>,
    /// Time at which the survival probabilities are compared (two groups)
    #[arg(long)]
    at: Option<f64>,
    /// Confidence level
    #[arg(long, default_value_t = 0.95)]
    level: f64,
}

fn main() -> ExitCode {
    support::main_with(|| run(&Options::parse()))
}

fn run(options: &Options) -> Result<(), Failure> {
    let table = options.columns.table(&[&Some(options.by.clone()), &options.strata])?;
    let mut data = options.columns.data(&table)?;
    if let Some(column) = &options.strata {
        data = data.with_strata(table.groups(column)?)?;
    }
    let groups = table.groups(&options.by)?;

    let test = LogRank::test(&data, &groups)?;
    // With two groups the first is compared with the second.
    let pair = if let [of, against] = groups.labels() { Some((of, against)) } else { None };
    let ratio = match pair {
        Some((of, against)) => test.hazard_ratio(of, against, HazardRatioMethod::Peto)?,
        None => None,
    };
    let difference = match (pair, options.at) {
        (Some(_), Some(t)) => {
            let curves = KaplanMeier::by_group(&data, &groups)?;
            Some(curves[0].difference(&curves[1], t))
        }
        _ => None,
    };

    if !options.columns.json {
        println!("{test}");
        if let Some(ratio) = &ratio {
            println!("hazard ratio {ratio}");
        }
        if let (Some(difference), Some((of, against))) = (&difference, pair) {
            println!("survival, {of} minus {against}: {difference}");
            if let Some(p) = difference.p_value() {
                println!("p = {p:.4}");
            }
        }
        return Ok(());
    }
    let counts: Vec<Value> = (0..groups.count())
        .map(|g| {
            json!({
                "label": test.labels()[g], "n": test.subjects()[g],
                "observed": test.observed()[g], "expected": test.expected()[g],
            })
        })
        .collect();
    let variance: Vec<Vec<f64>> = test.variance().rows().into_iter().map(|r| r.to_vec()).collect();
    let ratio = ratio
        .map(|r| -> Result<Value, Failure> {
            let limits = r.interval(options.level)?;
            Ok(json!({
                "of": r.of(), "against": r.against(), "method": r.method().to_string().to_lowercase(),
                "estimate": number(r.estimate()), "lower": number(limits.lower), "upper": number(limits.upper),
            }))
        })
        .transpose()?;
    let difference = difference
        .map(|d| -> Result<Value, Failure> {
            let limits = d.interval(options.level)?;
            Ok(json!({
                "time": d.time(), "estimate": d.estimate(), "std_error": number(d.std_error()),
                "lower": number(limits.lower), "upper": number(limits.upper), "p_value": number(d.p_value()),
            }))
        })
        .transpose()?;
    let result = json!({
        "test": "log-rank", "statistic": test.statistic(), "df": test.degrees_of_freedom(),
        "p_value": number(test.p_value()), "z": number(test.z()), "groups": counts, "variance": variance,
        "hazard_ratio": ratio, "difference": difference,
    });
    println!("{result}");
    Ok(())
}
