//! `report`: the report of one endpoint of an ADTTE data set, as text, Markdown, LaTeX, HTML or CSV.

use std::fs::File;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use greenwood::trial::adtte::{Adtte, Import, ReadOptions};
use greenwood::trial::report::ReportBuilder;
use greenwood::trial::{Analysis, DayCount, Stratification, Time, TimeUnit};
use greenwood::{Error, FileError};

use crate::support::{Failure, Program, tell};

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Text,
    Markdown,
    Latex,
    Html,
    Csv,
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
#[command(
    after_help = "Example: report adtte/trial.csv --param PFS --of \"New treatment\" --against Control --form html"
)]
pub struct Options {
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
    /// The column of the arm, where it is neither TRTP nor TRT01P
    #[arg(long)]
    treatment: Option<String>,
    /// Stratify tests and models by the stratification factors of the file
    #[arg(long, value_enum)]
    stratified: Option<Strata>,
    /// Numbers of CNSR that are competing events
    #[arg(long, value_delimiter = ',')]
    competing: Vec<NonZeroU32>,
    /// HTML holds the figure, too, where the program is built with the feature `plot`
    #[arg(long, value_enum, default_value = "text")]
    form: Form,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        run(&self)
    }
}

fn run(options: &Options) -> Result<String, Failure> {
    let import = read(options)?;
    for note in &import.dropped {
        tell(format_args!("left out: {note}"));
    }
    for note in &import.remarks {
        tell(format_args!("odd: {note}"));
    }
    for contradiction in &import.contradictions {
        tell(format_args!("contradiction: {contradiction}"));
    }
    let analysis = analysed(options, &import.adtte)?;
    let asked = asked(options, &analysis);
    let by_flag = |e: Error| match &e {
        Error::UnknownLabel { label, .. } if options.of.as_ref() == Some(label) => format!("--of: {e}"),
        Error::UnknownLabel { .. } => format!("--against: {e}"),
        _ => format!("--at, --tau, --of, --against: {e}"),
    };
    let report = asked.clone().build().map_err(by_flag)?;
    Ok(match options.form {
        Form::Text => report.to_string(),
        Form::Markdown => report.to_markdown(),
        Form::Latex => report.to_latex(),
        #[cfg(feature = "plot")]
        Form::Html => report.to_html_with(&asked.figure().and_then(|f| f.build()).map_err(by_flag)?),
        #[cfg(not(feature = "plot"))]
        Form::Html => report.to_html(),
        Form::Csv => report.to_csv(),
    })
}

fn read(options: &Options) -> Result<Import, Failure> {
    let days = match options.days {
        Days::Inclusive => DayCount::Inclusive,
        Days::Elapsed => DayCount::Elapsed,
    };
    let mut reading = ReadOptions::new(days);
    if let Some(unit) = options.aval_unit {
        reading = reading.unit(unit.into());
    }
    if let Some(column) = &options.treatment {
        reading = reading.treatment(column);
    }
    let file = File::open(&options.file).map_err(|e| format!("{}: {e}", options.file.display()))?;
    let import = if options.file.extension().is_some_and(|e| e == "json" || e == "ndjson") {
        Adtte::read_dataset_json(file, reading)
    } else {
        Adtte::read_csv(file, reading)
    };
    import.map_err(|e| explain(options, &e))
}

fn analysed<'a>(options: &Options, adtte: &'a Adtte) -> Result<Analysis<&'a str, &'a str>, Failure> {
    let analysis = adtte
        .analyse_with_competing(&options.param, &options.competing)
        .map_err(|e| format!("--param {}: {e}", options.param))?;
    let Some(strata) = options.stratified else { return Ok(analysis) };
    let by = match strata {
        Strata::Randomised => Stratification::AsRandomised,
        Strata::Actual => Stratification::AsActual,
    };
    analysis.stratified(by).map_err(|e| {
        format!(
            "--stratified: {e}; the factors are looked for in the columns STRAT1R and STRAT1V (STRAT2R, …), STRAT1, or \
             STRATAR and STRATAV"
        )
        .into()
    })
}

fn asked<'a>(
    options: &'a Options,
    analysis: &'a Analysis<&'a str, &'a str>,
) -> ReportBuilder<'a, &'a str, &'a str> {
    let unit: TimeUnit = options.unit.into();
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
    report
}

/// The library names its options; a caller of the program needs the flag.
fn explain(options: &Options, error: &Error) -> Failure {
    let hint = match error {
        Error::File(FileError::MissingColumn { column: "AVALU", .. }) => {
            "; say the unit with --aval-unit, such as --aval-unit days"
        }
        Error::File(FileError::MissingColumn { column: "TRTP", .. }) => {
            "; name the column with --treatment, such as --treatment ARM"
        }
        _ => "",
    };
    let text = error.to_string();
    let text = text
        .replace(", unless `ReadOptions::unit` says which", "")
        .replace(", or another one by `ReadOptions::treatment`", "");
    format!("{}: {text}{hint}", options.file.display()).into()
}
