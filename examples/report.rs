//! The report of one endpoint from an ADTTE data set: text, Markdown, LaTeX or HTML.
//!
//! `cargo run --release --features adtte --example report -- tests/data/adtte/trial.csv --param PFS
//! --of "New treatment" --against Control`

use std::fs::File;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use greenwood::trial::adtte::{Adtte, ReadOptions};
use greenwood::trial::{DayCount, Stratification, Time, TimeUnit};

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Text,
    Markdown,
    Latex,
    Html,
}

#[derive(Clone, Copy, ValueEnum)]
enum Unit {
    Days,
    Weeks,
    Months,
    Years,
}

impl From<Unit> for TimeUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Days => Self::Days,
            Unit::Weeks => Self::Weeks,
            Unit::Months => Self::Months,
            Unit::Years => Self::Years,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Days {
    /// ADT - STARTDT + 1
    Inclusive,
    /// ADT - STARTDT
    Elapsed,
}

#[derive(Clone, Copy, ValueEnum)]
enum Strata {
    Randomised,
    Actual,
}

/// Reports one endpoint of an ADTTE data set (CSV, or Dataset-JSON by its ending).
#[derive(Parser)]
struct Options {
    file: PathBuf,
    /// PARAMCD of the endpoint
    #[arg(long)]
    param: String,
    /// The arm that is compared
    #[arg(long, requires = "against")]
    of: Option<String>,
    /// The arm that it is compared with
    #[arg(long, requires = "of")]
    against: Option<String>,
    /// Times of the probabilities and numbers at risk, in the unit
    #[arg(long, value_delimiter = ',')]
    at: Option<Vec<f64>>,
    /// Horizon of the restricted means, in the unit
    #[arg(long)]
    tau: Option<f64>,
    #[arg(long, value_enum, default_value = "months")]
    unit: Unit,
    /// How the file counts days
    #[arg(long, value_enum, default_value = "inclusive")]
    days: Days,
    /// The unit of AVAL, where the file has no AVALU
    #[arg(long, value_enum)]
    aval_unit: Option<Unit>,
    /// Stratify tests and models by the stratification factors of the file
    #[arg(long, value_enum)]
    stratified: Option<Strata>,
    /// Numbers of CNSR that are competing events
    #[arg(long, value_delimiter = ',')]
    competing: Vec<NonZeroU32>,
    #[arg(long, value_enum, default_value = "text")]
    form: Form,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let days = match options.days {
        Days::Inclusive => DayCount::Inclusive,
        Days::Elapsed => DayCount::Elapsed,
    };
    let unit: TimeUnit = options.unit.into();
    let mut reading = ReadOptions::new(days);
    if let Some(unit) = options.aval_unit {
        reading = reading.unit(unit.into());
    }
    let file = File::open(&options.file).map_err(|e| format!("{}: {e}", options.file.display()))?;
    let import = if options.file.extension().is_some_and(|e| e == "json") {
        Adtte::read_dataset_json(file, reading)?
    } else {
        Adtte::read_csv(file, reading)?
    };
    for note in &import.dropped {
        eprintln!("left out: {note}");
    }
    for note in &import.remarks {
        eprintln!("odd: {note}");
    }
    for contradiction in &import.contradictions {
        eprintln!("contradiction: {contradiction}");
    }
    let mut analysis = import.adtte.analyse_with_competing(&options.param, &options.competing)?;
    if let Some(strata) = options.stratified {
        analysis = analysis.stratified(match strata {
            Strata::Randomised => Stratification::AsRandomised,
            Strata::Actual => Stratification::AsActual,
        })?;
    }
    let mut report = analysis.report().unit(unit);
    if let (Some(of), Some(against)) = (&options.of, &options.against) {
        report = report.contrast(of, against);
    }
    if let Some(at) = &options.at {
        report = report.at(&at.iter().map(|&t| unit.time(t)).collect::<Vec<Time>>());
    }
    if let Some(tau) = options.tau {
        report = report.restricted_to(unit.time(tau));
    }
    let report = report.build()?;
    match options.form {
        Form::Text => println!("{report}"),
        Form::Markdown => println!("{}", report.to_markdown()),
        Form::Latex => println!("{}", report.to_latex()),
        Form::Html => println!("{}", report.to_html()),
    }
    Ok(())
}
