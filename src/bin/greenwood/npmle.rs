//! `npmle`: survival from interval-censored data.

use std::path::PathBuf;

use greenwood::survival::curve::{RatioLaw, TurnbullCurve};
use greenwood::survival::data::Closed;
use greenwood::survival::log_rank::{
    IntervalLogRank, IntervalLogRankTest, IntervalScore, IntervalVariance, MonteCarloIntervalLogRank,
    MonteCarloIntervalTest,
};
use greenwood::survival::result::ConfidenceInterval;
use greenwood::survival::{IntervalCensored, Turnbull};
use serde_json::{Value, json};

use crate::support::{
    Dialect, Failure, Program, Table, Warnings, WeightKind, distinct, json_text, number, read_complete,
    times_to_ask,
};

/// The nonparametric estimate of survival where events are only known to lie in intervals.
#[derive(clap::Parser)]
#[command(after_help = "Example: npmle visits.csv --lower L --upper R --by arm --at 6,12")]
pub struct Options {
    /// The CSV file
    file: PathBuf,
    /// Column with the last time without the event; empty, NA or -Inf: left censored
    #[arg(long)]
    lower: String,
    /// Column with the first time with the event; empty, NA or Inf: right censored, equal to the lower: exact
    #[arg(long)]
    upper: String,
    /// Which ends belong to an interval, where not the upper one alone
    #[arg(long, value_enum)]
    closed: Option<Ends>,
    /// Column with groups
    #[arg(long)]
    by: Option<String>,
    /// Column with strata: the test compares within them
    #[arg(long)]
    strata: Option<String>,
    /// Column with the time from which on a row was under observation (left truncation)
    #[arg(long)]
    entry: Option<String>,
    /// The test of the groups of --by
    #[arg(long, value_enum, requires = "by")]
    test: Option<TestName>,
    /// What the scores of the test vary by
    #[arg(long, value_enum, requires = "test", default_value = "permutation")]
    variance: VarianceName,
    /// The permutation p-value of the test too, from so many random allocations
    #[arg(long, requires = "test")]
    permutations: Option<usize>,
    /// Limits of survival at the times of --at
    #[arg(long, value_enum, requires = "at")]
    interval: Option<IntervalName>,
    /// Coverage of the limits
    #[arg(long, default_value_t = 0.95, value_parser = crate::support::confidence_level, allow_negative_numbers = true)]
    level: f64,
    /// How many samples a bootstrap draws
    #[arg(long, default_value_t = 1000)]
    samples: usize,
    /// The seed of a bootstrap, and of --permutations
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Column with clusters: a bootstrap draws them as a whole
    #[arg(long)]
    cluster: Option<String>,
    /// Times at which survival is reported
    #[arg(long, value_delimiter = ',')]
    at: Vec<f64>,
    /// Column with weights
    #[arg(long)]
    weight: Option<String>,
    /// What a weight means; a test takes replication weights
    #[arg(long, value_enum, requires = "weight")]
    weight_kind: Option<WeightKind>,
    /// Leave out rows with a missing group, stratum, entry or weight and say how many
    #[arg(long)]
    skip_missing: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    dialect: Dialect,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum TestName {
    Sun,
    Finkelstein,
    Wilcoxon,
}

impl TestName {
    fn score(self) -> IntervalScore {
        match self {
            Self::Sun => IntervalScore::Sun,
            Self::Finkelstein => IntervalScore::Finkelstein,
            Self::Wilcoxon => IntervalScore::Wilcoxon,
        }
    }
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum VarianceName {
    /// Scores exchanged between rows
    Permutation,
    /// The observed information (the score test)
    Information,
}

impl VarianceName {
    fn name(self) -> (IntervalVariance, &'static str) {
        match self {
            Self::Permutation => (IntervalVariance::Permutation, "permutation"),
            Self::Information => (IntervalVariance::Information, "information"),
        }
    }
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum IntervalName {
    /// Likelihood ratio, chi-square: where exact times are known
    ChiSquare,
    /// Likelihood ratio, Banerjee and Wellner's law: where none is
    CubeRoot,
    /// Percentiles of samples drawn from the rows
    Bootstrap,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Ends {
    None,
    Both,
}

/// The test of the groups, and that by permutations.
type Tests = (Option<IntervalLogRankTest>, Option<MonteCarloIntervalTest>);

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        times_to_ask("--at", &self.at)?;
        if self.strata.is_some() && self.test.is_none() {
            return Err("--strata: the curves are those of --by; strata are those of a test: add --test, or name them with --by".into());
        }
        if self.cluster.is_some() && self.interval != Some(IntervalName::Bootstrap) {
            return Err("--cluster: clusters leave the estimate as it is and have no test here: they are drawn by --interval bootstrap".into());
        }
        let mut named = vec![("--lower", self.lower.as_str()), ("--upper", self.upper.as_str())];
        named.extend(self.weight.iter().map(|c| ("--weight", c.as_str())));
        named.extend(self.entry.iter().map(|c| ("--entry", c.as_str())));
        distinct(&named)?;
        let mut needed: Vec<(&'static str, &str)> = Vec::new();
        needed.extend(self.weight.iter().map(|c| ("--weight", c.as_str())));
        needed.extend(self.entry.iter().map(|c| ("--entry", c.as_str())));
        needed.extend(self.by.iter().map(|c| ("--by", c.as_str())));
        needed.extend(self.strata.iter().map(|c| ("--strata", c.as_str())));
        needed.extend(self.cluster.iter().map(|c| ("--cluster", c.as_str())));
        let mut warnings = Warnings::default();
        let limits = [self.lower.as_str(), self.upper.as_str()];
        let file = (self.file.as_path(), &self.dialect, self.skip_missing);
        let table = read_complete(file, &needed, &limits, &mut warnings)?;
        let data = self.data(&table)?;
        let (labels, parts) = match &self.by {
            None => (vec!["all".to_string()], vec![data.clone()]),
            Some(column) => {
                let groups = table.groups("--by", column)?;
                let parts = groups.labels().iter().map(|label| data.subset(&groups, label));
                (groups.labels().to_vec(), parts.collect::<Result<Vec<_>, _>>()?)
            }
        };
        let curves: Vec<TurnbullCurve> = parts.iter().map(Turnbull::fit).collect();
        let limits = parts.iter().map(|part| self.limits(part)).collect::<Result<Vec<_>, _>>()?;
        let (test, permuted) = self.tested(&table, &data)?;
        for (label, curve) in labels.iter().zip(&curves).filter(|(_, c)| !c.converged()) {
            warnings.add(format!("group {label}: not converged, the gap is {:e}", curve.kkt_gap()));
        }
        for (label, curve) in labels.iter().zip(&curves) {
            if let Some(at) = curve.exhausted() {
                warnings.add(format!(
                    "group {label}: the likelihood has no maximum: everyone seen by {} had the event and others enter \
                     later; survival is 0 from there on, and what comes later is known given that it is reached",
                    at.right
                ));
            } else if !curve.unique() {
                warnings.add(format!("group {label}: the masses are not proven to be unique"));
            }
        }
        if self.json {
            let groups: Vec<Value> = (labels.iter().zip(&curves).zip(&limits))
                .map(|((label, curve), limits)| self.group(label, curve, limits))
                .collect();
            let mut answer = json!({ "groups": groups });
            if let Some(test) = test {
                let k = test.labels().len();
                let covariance: Vec<&[f64]> = test.covariance().chunks(k).collect();
                answer["test"] = json!({ "statistic": number(test.statistic()), "df": test.df(),
                    "p_value": number(test.p_value()), "z": number(test.z()), "labels": test.labels(),
                    "scores": test.sums(), "covariance": covariance, "variance": self.variance.name().1 });
            }
            if let Some(permuted) = permuted {
                let limits = permuted.interval(self.level)?;
                answer["test"]["permutation"] = json!({ "p_value": number(permuted.p_value()),
                    "lower": number(limits.lower), "upper": number(limits.upper),
                    "replicates": permuted.replicates(), "seed": self.seed });
            }
            return Ok(json_text(answer, &warnings));
        }
        let mut parts = Vec::new();
        for ((label, curve), limits) in labels.iter().zip(&curves).zip(&limits) {
            parts.push(if self.by.is_some() { format!("{label}\n{curve}") } else { curve.to_string() });
            for (k, &t) in self.at.iter().enumerate() {
                let region = curve.at(t);
                let limits = limits
                    .get(k)
                    .and_then(ConfidenceInterval::bounds)
                    .map(|(lower, upper)| format!(" ({}% CI {lower:.4} to {upper:.4})", 100.0 * self.level));
                let limits = limits.unwrap_or_default();
                parts.push(format!("survival at {t}: {:.4} to {:.4}{limits}", region.lower, region.upper));
            }
        }
        // The permutation test repeats the other one, of the same variance, in its first lines.
        let test = test.filter(|t| permuted.is_none() || t.variance() != IntervalVariance::Permutation);
        parts.extend(test.map(|test| test.to_string()));
        parts.extend(permuted.map(|test| test.to_string()));
        Ok(parts.join("\n"))
    }
}

impl Options {
    fn tested(&self, table: &Table, data: &IntervalCensored) -> Result<Tests, Failure> {
        let (Some(test), Some(column)) = (self.test, &self.by) else { return Ok((None, None)) };
        let groups = table.groups("--by", column)?;
        let mut within = data.clone();
        if let Some(strata) = &self.strata {
            within = within.with_strata(table.groups("--strata", strata)?)?;
        }
        let explain = |flag: &str, error: greenwood::Error| Failure::from(format!("{flag}: {error}"));
        let asymptotic = IntervalLogRank::new(test.score()).variance(self.variance.name().0);
        let asymptotic = asymptotic.test(&within, &groups).map_err(|e| explain("--test", e))?;
        let permuted = self.permutations.map(|replicates| {
            let method = MonteCarloIntervalLogRank::new(test.score()).replicates(replicates).seed(self.seed);
            method.test(&within, &groups).map_err(|e| explain("--permutations", e))
        });
        Ok((Some(asymptotic), permuted.transpose()?))
    }

    fn data(&self, table: &Table) -> Result<IntervalCensored<'static>, Failure> {
        let lower = table.limits("--lower", &self.lower)?;
        let upper = table.limits("--upper", &self.upper)?;
        let explain = |error: greenwood::Error| -> Failure {
            match &error {
                greenwood::Error::InvalidInterval { index, .. } => format!(
                    "{}, --lower \"{}\", --upper \"{}\": {error}",
                    table.place(*index),
                    self.lower,
                    self.upper
                )
                .into(),
                greenwood::Error::InvalidTime { index, .. } => {
                    format!("{}, --entry: {error}", table.place(*index)).into()
                }
                greenwood::Error::InvalidWeight { index, .. } => {
                    format!("{}, --weight: {error}", table.place(*index)).into()
                }
                _ => error.to_string().into(),
            }
        };
        let mut data = IntervalCensored::interval2(lower, upper).map_err(explain)?;
        if let Some(ends) = self.closed {
            data = data.with_closed(match ends {
                Ends::None => Closed::Neither,
                Ends::Both => Closed::Both,
            });
        }
        if let Some(column) = &self.entry {
            data = data.with_entry(table.numbers("--entry", column)?).map_err(explain)?;
        }
        if let Some(column) = &self.weight {
            let weights = table.numbers("--weight", column)?;
            let weights = self.weight_kind.unwrap_or(WeightKind::Replication).of(weights);
            data = data.with_weights(weights).map_err(explain)?;
        }
        if let Some(column) = &self.cluster {
            data = data.with_clusters(table.groups("--cluster", column)?.codes()).map_err(explain)?;
        }
        Ok(data)
    }

    /// One for each time of --at, where limits were asked for.
    fn limits(&self, part: &IntervalCensored) -> Result<Vec<ConfidenceInterval>, Failure> {
        let law = match self.interval {
            None => return Ok(Vec::new()),
            Some(IntervalName::Bootstrap) => {
                let samples = Turnbull::bootstrap(part, &self.at, self.samples, self.seed)?;
                return Ok(self
                    .at
                    .iter()
                    .map(|&t| samples.interval(t, self.level))
                    .collect::<Result<_, _>>()?);
            }
            Some(IntervalName::ChiSquare) => RatioLaw::ChiSquare,
            Some(IntervalName::CubeRoot) => RatioLaw::CubeRoot,
        };
        let likelihood = Turnbull::likelihood(part)?;
        Ok(self.at.iter().map(|&t| likelihood.interval(t, self.level, law)).collect::<Result<_, _>>()?)
    }

    fn group(&self, label: &str, curve: &TurnbullCurve, limits: &[ConfidenceInterval]) -> Value {
        let intervals: Vec<Value> = curve
            .intervals()
            .map(|i| {
                json!({ "left": number(i.left), "right": number(i.right), "mass": number(i.mass),
                    "survival_after": number(i.survival_after) })
            })
            .collect();
        let at = |(k, &t): (usize, &f64)| {
            let region = curve.at(t);
            let mut row = json!({ "time": number(t), "survival_lower": number(region.lower),
                "survival_upper": number(region.upper) });
            if let Some(limits) = limits.get(k) {
                row["lower"] = number(limits.lower);
                row["upper"] = number(limits.upper);
            }
            row
        };
        json!({ "label": label, "n": number(curve.subjects()), "loglik": number(curve.log_likelihood()),
            "kkt_gap": number(curve.kkt_gap()), "unique": curve.unique(), "converged": curve.converged(),
            "exhausted_at": number(curve.exhausted().map(|i| i.right)), "intervals": intervals, "at": self.at.iter().enumerate().map(at).collect::<Vec<_>>() })
    }
}
