//! The flags of `npmle`, and its answer.

use std::path::PathBuf;

use serde_json::json;

use super::comparison::{TestName, VarianceName};
use super::curves::{Curves, IntervalName};
use super::inputs::Ends;
use super::regression::Regression;
use crate::support::{Dialect, Failure, Program, Warnings, WeightKind, json_text, times_to_ask};

/// The nonparametric estimate of survival where events are only known to lie in intervals.
#[derive(clap::Parser)]
#[command(
    after_help = "Examples: npmle visits.csv --lower L --upper R --by arm --at 6,12\n          npmle visits.csv --lower L --upper R --model proportional-hazards --covariates age --factor arm"
)]
pub struct Options {
    /// The CSV file
    pub(super) file: PathBuf,
    /// Column with the last time without the event; empty, NA or -Inf: left censored
    #[arg(long)]
    pub(super) lower: String,
    /// Column with the first time with the event; empty, NA or Inf: right censored, equal to the lower: exact
    #[arg(long)]
    pub(super) upper: String,
    /// Which ends belong to an interval, where not the upper one alone
    #[arg(long, value_enum)]
    pub(super) closed: Option<Ends>,
    /// Column with groups
    #[arg(long)]
    pub(super) by: Option<String>,
    /// Column with strata: the test compares within them, each has a baseline of its own in the model
    #[arg(long)]
    pub(super) strata: Option<String>,
    /// Column with the time from which on a row was under observation (left truncation)
    #[arg(long)]
    pub(super) entry: Option<String>,
    /// The test of the groups of --by
    #[arg(long, value_enum, requires = "by")]
    pub(super) test: Option<TestName>,
    /// What the scores of the test vary by
    #[arg(long, value_enum, requires = "test", default_value = "permutation")]
    pub(super) variance: VarianceName,
    /// The permutation p-value of the test too, from so many random allocations
    #[arg(long, requires = "test")]
    pub(super) permutations: Option<usize>,
    /// Limits of survival at the times of --at
    #[arg(long, value_enum, requires = "at")]
    pub(super) interval: Option<IntervalName>,
    /// Coverage of the limits [default: 0.95]
    #[arg(long, value_parser = crate::support::confidence_level, allow_negative_numbers = true)]
    level: Option<f64>,
    /// How many samples a bootstrap draws [default: 1000]
    #[arg(long)]
    samples: Option<usize>,
    /// The seed of a bootstrap, and of --permutations [default: 1]
    #[arg(long)]
    seed: Option<u64>,
    /// Column with clusters: a bootstrap draws them as a whole
    #[arg(long)]
    pub(super) cluster: Option<String>,
    /// Times at which survival is reported
    #[arg(long, value_delimiter = ',')]
    pub(super) at: Vec<f64>,
    /// Column with weights
    #[arg(long)]
    pub(super) weight: Option<String>,
    /// What a weight means; a test and a model take replication weights
    #[arg(long, value_enum, requires = "weight")]
    pub(super) weight_kind: Option<WeightKind>,
    /// Leave out rows with a missing group, stratum, entry or weight and say how many
    #[arg(long)]
    pub(super) skip_missing: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) model: Regression,
    #[command(flatten)]
    pub(super) dialect: Dialect,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        self.check()?;
        let mut warnings = Warnings::default();
        let table = self.table(&mut warnings)?;
        let data = self.data(&table)?;
        let curves = Curves::new(&self, &table, &data, &mut warnings)?;
        let tests = self.tested(&table, &data)?;
        let model = self.model.fit(&self, &table, &data, &mut warnings)?;
        if self.json {
            let mut answer = json!({ "groups": curves.to_json(&self) });
            if let Some(tests) = tests {
                answer["test"] = tests.to_json(&self)?;
            }
            if let Some((_, model)) = model {
                answer["model"] = model;
            }
            return Ok(json_text(answer, &warnings));
        }
        let mut text = curves.to_text(&self);
        if let Some(tests) = tests {
            text.extend(tests.to_text(self.level())?);
        }
        text.extend(model.map(|(text, _)| text));
        Ok(text.join("\n"))
    }
}

impl Options {
    pub(super) fn level(&self) -> f64 {
        self.level.unwrap_or(0.95)
    }

    pub(super) fn samples(&self) -> usize {
        self.samples.unwrap_or(1000)
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed.unwrap_or(1)
    }

    /// A flag that this call would leave without effect is a mistake.
    fn check(&self) -> Result<(), Failure> {
        times_to_ask("--at", &self.at)?;
        if self.strata.is_some() && self.test.is_none() && !self.model.is_asked() {
            return Err("--strata: the curves are those of --by; strata are those of a test or a model: add --test or --model, or \
                        name them with --by"
                .into());
        }
        if self.cluster.is_some() && self.interval != Some(IntervalName::Bootstrap) {
            return Err("--cluster: clusters leave the estimate as it is and have no test or model here: they are drawn by \
                        --interval bootstrap"
                .into());
        }
        let bootstrap = self.interval == Some(IntervalName::Bootstrap);
        let text = if self.samples.is_some() && !bootstrap {
            "--samples are those of a bootstrap: add --interval bootstrap, or leave them out"
        } else if self.seed.is_some() && !bootstrap && self.permutations.is_none() {
            "--seed is that of random draws: add --interval bootstrap or --permutations, or leave it out"
        } else if self.level.is_some()
            && self.interval.is_none()
            && self.permutations.is_none()
            && !self.model.is_asked()
        {
            "--level is that of limits: add --interval, --permutations or --model, or leave it out"
        } else {
            return self.model.check(self);
        };
        Err(text.into())
    }
}
