//! `incidence`: how probable is each of several causes, where one prevents the others?

use greenwood::Error;
use greenwood::survival::curve::{CumulativeIncidence, IncidenceEstimate, IncidenceVariance};
use greenwood::survival::log_rank::GrayTest;
use greenwood::survival::result::print::{Number, group};
use greenwood::survival::result::{Estimate, NotEstimable};
use greenwood::survival::risk_table::CompetingRiskTables;
use greenwood::survival::{AalenJohansen, CompetingRisks, Gray, Groups, Interval};
use serde_json::{Value, json};

use super::columns::CauseColumns;
use super::estimates::{estimates, percents};
use super::models::Models;
use crate::support::{
    Answer, Failure, Program, Table, Warnings, count, number, of_flag, reason, times_to_ask,
};

/// Cumulative incidence of competing causes from a file.
#[derive(clap::Parser)]
#[command(after_help = "Example: incidence pbc.csv --time time --event status --causes 1,2 --at 1000,2000")]
pub struct Options {
    #[command(flatten)]
    columns: CauseColumns,
    /// Column with groups: one set of curves for each
    #[arg(long)]
    by: Option<String>,
    /// Times at which the incidences are printed
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    at: Vec<f64>,
    /// Carry the last values on beyond follow-up, as R's extend = TRUE, instead of no estimate
    #[arg(long, requires = "at")]
    extend: bool,
    /// Incidences whose first times are printed
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    quantiles: Vec<f64>,
    /// Horizon of the mean time lost to each cause
    #[arg(long, allow_negative_numbers = true)]
    tau: Option<f64>,
    /// Time from which the incidences are conditional on no event before
    #[arg(long, allow_negative_numbers = true)]
    given_event_free: Option<f64>,
    /// How variances are estimated
    #[arg(long, value_enum, default_value = "jackknife")]
    variance: VarianceName,
    /// The scale of the intervals
    #[arg(long, value_enum, default_value = "log-log")]
    interval: IntervalName,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = crate::support::confidence_level, allow_negative_numbers = true)]
    level: f64,
    /// Gray's test of each cause over the groups, within --strata
    #[arg(long, requires = "by")]
    gray: bool,
    /// Power of the weights of Gray's test
    #[arg(long, requires = "gray", default_value_t = 0.0, allow_negative_numbers = true)]
    rho: f64,
    #[command(flatten)]
    models: Models,
    /// Difference of two groups: at the times of --at
    #[arg(long, requires = "by")]
    difference: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum VarianceName {
    Jackknife,
    Aalen,
    Delta,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum IntervalName {
    Plain,
    Log,
    LogLog,
    Logit,
    Arcsine,
}

impl VarianceName {
    fn kind(self) -> IncidenceVariance {
        match self {
            Self::Jackknife => IncidenceVariance::Jackknife,
            Self::Aalen => IncidenceVariance::Aalen,
            Self::Delta => IncidenceVariance::Delta,
        }
    }
}

impl IntervalName {
    fn interval(self, level: f64) -> Interval {
        match self {
            Self::Plain => Interval::plain(),
            Self::Log => Interval::log(),
            Self::LogLog => Interval::log_log(),
            Self::Logit => Interval::logit(),
            Self::Arcsine => Interval::arcsine(),
        }
        .level(level)
    }
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        run(&self)
    }
}

fn run(options: &Options) -> Result<String, Failure> {
    times_to_ask("--at", &options.at)?;
    if options.difference && options.at.is_empty() {
        return Err("--difference compares two groups at times: add --at, such as --at 12".into());
    }
    options.models.check()?;
    if options.columns.strata.is_some() && !options.gray && !options.models.are_asked() {
        return Err("--strata is for Gray's test and the models: add --gray, --fine-gray or --cause-specific, or name the \
                    column with --by"
            .into());
    }
    let mut warnings = Warnings::default();
    let source = Source::read(options, &mut warnings)?;
    let (labels, fits) = options.fits(&source)?;
    let causes = fits.first().map_or_else(Vec::new, |fit| fit.causes().to_vec());
    let mut answer = Answer::default();
    answer.add("causes", causes.clone());
    answer.add("variance", options.variance.kind().to_string().to_lowercase());
    let mut groups = Vec::new();
    for (fit, label) in fits.iter().zip(&labels) {
        groups.push(options.group(fit, label, &mut answer.text, &mut warnings)?);
    }
    answer.add("groups", groups);
    if options.gray {
        options.tests(&source, &causes, &mut answer)?;
    }
    if let Source::Rows(rows) = &source {
        for (field, value) in options.models.fit(&rows.0, &rows.1, options.level, &mut answer.text)? {
            answer.add(field, value);
        }
    }
    if options.difference {
        options.differences(&fits, &labels, &mut answer)?;
    }
    Ok(answer.print(options.columns.json(), &warnings))
}

/// Where the incidences come from.
enum Source {
    /// The rows of a file, which models need.
    Rows(Box<(Table, CompetingRisks<'static>, Groups)>),
    /// The tables of a stream of batches.
    Tables(CompetingRiskTables),
}

impl Source {
    fn read(options: &Options, warnings: &mut Warnings) -> Result<Self, Failure> {
        if !options.needs_rows()
            && let Some(tables) = options.columns.streamed(options.by.as_deref(), warnings)?
        {
            return Ok(Self::Tables(tables));
        }
        let mut further: Vec<(&'static str, &str)> =
            options.by.iter().map(|c| ("--by", c.as_str())).collect();
        further.extend(options.models.further());
        let table = options.columns.table(&further, warnings)?;
        let data = options.columns.data(&table)?;
        let groups = match &options.by {
            Some(column) => table.groups("--by", column)?,
            None => Groups::new(&vec!["all"; table.len()]),
        };
        Ok(Self::Rows(Box::new((table, data, groups))))
    }

    /// The labels of the groups, in increasing order, and their incidences.
    fn fits(&self, estimator: AalenJohansen) -> Result<(Vec<String>, Vec<CumulativeIncidence>), Failure> {
        match self {
            Self::Rows(rows) => {
                let (_, data, groups) = rows.as_ref();
                Ok((groups.labels().to_vec(), estimator.by_group(data, groups)?))
            }
            Self::Tables(tables) => {
                let labels: Vec<String> = tables.labels().into_iter().map(String::from).collect();
                let fits = labels.iter().map(|label| Ok(estimator.from_table(tables.of_group(label)?)));
                let fits = fits.collect::<greenwood::Result<_>>()?;
                Ok((labels, fits))
            }
        }
    }

    fn gray(&self, test: &Gray) -> greenwood::Result<GrayTest> {
        match self {
            Self::Rows(rows) => test.test(&rows.1, &rows.2),
            Self::Tables(tables) => test.from_tables(tables),
        }
    }
}

impl Options {
    /// Models, and the jackknife with late entries, need the subjects.
    fn needs_rows(&self) -> bool {
        let jackknife = self.variance.kind() == IncidenceVariance::Jackknife;
        self.models.are_asked() || (jackknife && self.columns.columns.entry.is_some())
    }

    /// The groups in increasing order, and their incidences.
    fn fits(&self, source: &Source) -> Result<(Vec<String>, Vec<CumulativeIncidence>), Failure> {
        let (labels, mut fits) = source.fits(AalenJohansen::new().variance(self.variance.kind()))?;
        if let Some(s) = self.given_event_free {
            let given = fits.iter().map(|fit| fit.given_event_free(s)).collect::<Result<_, _>>();
            fits = given.map_err(of_flag("--given-event-free"))?;
        }
        if self.extend {
            fits = fits.iter().map(CumulativeIncidence::extended).collect();
        }
        Ok((labels, fits))
    }

    /// Gray's test of each cause.
    fn tests(&self, source: &Source, causes: &[String], answer: &mut Answer) -> Result<(), Failure> {
        let mut tests = Vec::new();
        for cause in causes {
            let test = source.gray(&Gray::new(cause).rho(self.rho)).map_err(|error| match error {
                Error::OutOfRange { argument: "rho", .. } => of_flag("--rho")(error),
                other => of_flag("--gray")(other),
            })?;
            answer.text.push(test.to_string());
            tests.push(json!({
                "cause": cause, "statistic": test.statistic(), "df": test.df(),
                "p_value": number(test.p_value()),
            }));
        }
        answer.add("gray", tests);
        Ok(())
    }

    /// What is printed of a group, and its fields.
    fn group(
        &self,
        fit: &CumulativeIncidence,
        label: &str,
        text: &mut Vec<String>,
        warnings: &mut Warnings,
    ) -> Result<Value, Failure> {
        if self.by.is_some() {
            text.push(group(self.by.as_deref(), label));
        }
        text.push(fit.to_string());
        let rows = self.rows(fit)?;
        let (at, beyond) = self.at(fit, text)?;
        for t in beyond {
            warnings.add(format!("--at {t} is beyond the follow-up of group {label}: not estimable"));
        }
        warnings.of(label, &fit.warnings());
        let (quantiles, lost) = self.by_cause(fit, text)?;
        Ok(json!({
            "label": label, "n": count(fit.table().all().size()), "rows": rows, "at": at, "quantiles": quantiles,
            "time_lost": lost,
        }))
    }

    /// The curves: a row for each time.
    fn rows(&self, fit: &CumulativeIncidence) -> Result<Vec<Value>, Failure> {
        let interval = self.interval.interval(self.level);
        let rows = fit.rows().map(|r| {
            let mut row = estimates(
                r.row().time,
                (Some(r.event_free()), r.event_free_std_error()),
                r.incidence(),
                interval,
            )?;
            row["events"] = r.events().to_vec().into();
            row["censored"] = number(r.row().censored);
            row["at_risk"] = number(r.row().at_risk);
            Ok(row)
        });
        rows.collect()
    }

    /// The values at the times of --at, and those of these times that are beyond follow-up, where there are none.
    fn at(
        &self,
        fit: &CumulativeIncidence,
        text: &mut Vec<String>,
    ) -> Result<(Vec<Value>, Vec<f64>), Failure> {
        let interval = self.interval.interval(self.level);
        let (mut rows, mut all_beyond) = (Vec::new(), Vec::new());
        for &t in &self.at {
            let of_causes: Vec<IncidenceEstimate> = fit.curves().map(|c| c.at(t)).collect();
            let known = fit.event_free(t);
            let (free, error) = known.map_or((None, None), |(free, se)| (Some(free), se));
            let mut row = estimates(t, (free, error), &of_causes, interval)?;
            let beyond = matches!(known, Err(NotEstimable::BeyondFollowUp { .. }));
            all_beyond.extend(beyond.then_some(t));
            row["beyond_follow_up"] = beyond.into();
            row["not_estimable"] = reason(known.err());
            rows.push(row);
            if let Err(because) = known {
                // The reason is the same for all causes.
                text.push(format!("at {t}: {because}"));
                continue;
            }
            let causes = fit.causes().iter().zip(&of_causes);
            let causes = causes.map(|(cause, e)| Ok(format!("{cause} {e} {}", percents(e, interval)?)));
            let causes = causes.collect::<Result<Vec<_>, Failure>>()?;
            text.push(format!("at {t}: {}", causes.join(", ")));
        }
        Ok((rows, all_beyond))
    }

    /// Of each cause the quantiles of --quantiles, and the mean time lost by --tau.
    fn by_cause(
        &self,
        fit: &CumulativeIncidence,
        text: &mut Vec<String>,
    ) -> Result<(Vec<Value>, Vec<Value>), Failure> {
        let (mut quantiles, mut lost) = (Vec::new(), Vec::new());
        for curve in fit.curves() {
            let cause = curve.cause();
            let quantile = curve.quantiles(&self.quantiles, self.interval.interval(self.level));
            for q in quantile.map_err(of_flag("--quantiles"))? {
                let limits = q.interval();
                let found = q.value().map_or("not reached".to_string(), |t| Number(t).to_string());
                text.push(format!(
                    "{cause} reaches {}: {found} {}",
                    Number(q.p()),
                    limits.in_brackets(|t| Number(t).to_string())
                ));
                quantiles.push(json!({
                    "cause": cause, "p": q.p(), "estimate": number(q.value()),
                    "lower": number(limits.lower), "upper": number(limits.upper),
                }));
            }
            if let Some(tau) = self.tau {
                let mean = curve.time_lost(tau).map_err(|e| Failure::from(format!("--tau {tau}: {e}")))?;
                let limits = mean.interval(self.level)?;
                text.push(format!(
                    "mean time lost to {cause}: {mean} {}",
                    limits.in_brackets(|x| format!("{x:.2}"))
                ));
                lost.push(json!({
                    "cause": cause, "tau": tau, "estimate": mean.value(), "std_error": number(mean.std_error().ok()),
                    "lower": number(limits.lower), "upper": number(limits.upper),
                }));
            }
        }
        Ok((quantiles, lost))
    }

    /// The second group less the first.
    fn differences(
        &self,
        fits: &[CumulativeIncidence],
        labels: &[String],
        answer: &mut Answer,
    ) -> Result<(), Failure> {
        let ([first, second], [reference, group]) = (fits, labels) else {
            let found = labels.len();
            return Err(format!("--difference compares 2 groups, and --by has {found}: leave it out").into());
        };
        let mut rows = Vec::new();
        for cause in first.causes() {
            for &t in &self.at {
                let (of, against) = (second.of(cause)?.at(t), first.of(cause)?.at(t));
                let d: Estimate = of.difference(&against);
                let limits = d.interval(self.level)?;
                answer.text.push(format!(
                    "incidence of {cause} at {t}, {group} minus {reference}: {:.4}",
                    d.printed(self.level)?
                ));
                rows.push(json!({
                    "cause": cause, "time": t, "estimate": number(d.value().ok()),
                    "std_error": number(d.std_error().ok()), "lower": number(limits.lower),
                    "upper": number(limits.upper), "p_value": number(d.p_value()),
                    "not_estimable": reason(d.not_estimable()),
                }));
            }
        }
        answer.add("difference", rows);
        Ok(())
    }
}
