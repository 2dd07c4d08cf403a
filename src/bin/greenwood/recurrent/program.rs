//! `recurrent`: how many events has a subject had by t, and what do covariates do to that?

use greenwood::survival::recurrent::{
    EventRate, MeanCumulative, MeanFunction, MeanRow, MeanTest, MeanVariance, RecurrentEvents,
};
use greenwood::survival::result::print::group;
use greenwood::survival::{Groups, Interval};
use serde_json::{Value, json};

use super::columns::EventColumns;
use super::models::Models;
use crate::support::{Answer, Failure, Program, Table, Warnings, number, reason, times_to_ask};

/// Mean functions, rates and models of recurrent events from a file.
#[derive(clap::Parser)]
#[command(
    after_help = "Example: recurrent bladder2.csv --id id --start start --stop stop --event event --by rx --at 12,24"
)]
pub struct Options {
    #[command(flatten)]
    columns: EventColumns,
    /// Column with groups: one mean function for each, and the test that they are the same
    #[arg(long)]
    by: Option<String>,
    /// Times at which the mean is printed
    #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
    at: Vec<f64>,
    /// The rate of events in each group
    #[arg(long)]
    rate: bool,
    /// How variances of means are estimated
    #[arg(long, value_enum, default_value = "robust")]
    variance: VarianceName,
    /// The scale of the intervals of means
    #[arg(long, value_enum, default_value = "log")]
    interval: IntervalName,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = crate::support::confidence_level, allow_negative_numbers = true)]
    level: f64,
    #[command(flatten)]
    models: Models,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum IntervalName {
    Plain,
    Log,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum VarianceName {
    /// The jackknife over subjects or clusters
    Robust,
    /// Of events that are independent of each other
    Poisson,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        times_to_ask("--at", &self.at)?;
        self.models.check()?;
        let mut warnings = Warnings::default();
        let mut further: Vec<(&'static str, &str)> = self.by.iter().map(|c| ("--by", c.as_str())).collect();
        further.extend(self.models.further());
        let table = self.columns.table(&further, &mut warnings)?;
        let mut answer = Answer::default();
        if self.models.is_marginal(&self.columns, &table)? {
            self.marginal(&table, &mut answer, &mut warnings)?;
        } else {
            self.histories(&table, &mut answer, &mut warnings)?;
        }
        Ok(answer.print(self.columns.rows.json, &warnings))
    }
}

/// The test that all groups have one mean function.
fn add_test(answer: &mut Answer, data: &RecurrentEvents, groups: &Groups) -> Result<(), Failure> {
    let test = MeanTest::test(data, groups)?;
    answer.text.push(test.to_string());
    answer.add(
        "test",
        json!({
            "statistic": number(test.statistic()), "df": test.df(), "p_value": number(test.p_value()),
            "score": test.score().iter().map(|&u| number(u)).collect::<Vec<_>>(),
        }),
    );
    Ok(())
}

fn add_model(answer: &mut Answer, (text, model): (String, Value)) {
    answer.text.push(text);
    answer.add("model", model);
}

impl Options {
    fn variance(&self) -> MeanVariance {
        match self.variance {
            VarianceName::Robust => MeanVariance::Robust,
            VarianceName::Poisson => MeanVariance::Poisson,
        }
    }

    fn interval(&self) -> Interval {
        match self.interval {
            IntervalName::Plain => Interval::plain(),
            IntervalName::Log => Interval::log(),
        }
        .level(self.level)
    }

    /// Rows that a marginal model has already put side by side: there is the model alone.
    fn marginal(&self, table: &Table, answer: &mut Answer, warnings: &mut Warnings) -> Result<(), Failure> {
        if self.by.is_some() || !self.at.is_empty() || self.rate || self.columns.terminal.is_some() {
            return Err(format!(
                "--id \"{}\": rows of a subject overlap, as in a marginal model: --by, --at, --rate and --terminal need rows \
                 that follow each other in time",
                self.columns.id
            )
            .into());
        }
        let model = self.models.fit_marginal(&self.columns, table, self.level)?;
        warnings.add(
            "rows of a subject overlap: they are taken as those of a marginal model, without mean functions",
        );
        answer.add("groups", Vec::<Value>::new());
        add_model(answer, model);
        Ok(())
    }

    fn histories(&self, table: &Table, answer: &mut Answer, warnings: &mut Warnings) -> Result<(), Failure> {
        let data = self.columns.data(table)?;
        let groups = match &self.by {
            Some(column) => table.groups("--by", column)?,
            None => Groups::new(&vec!["all"; table.len()]),
        };
        let means = MeanCumulative::new().variance(self.variance()).by_group(&data, &groups)?;
        let rates = if self.rate { Some(EventRate::by_group(&data, &groups)?) } else { None };
        let mut described = Vec::new();
        for (g, mean) in means.iter().enumerate() {
            let rate = rates.as_ref().map(|r| &r[g]);
            warnings.of(&groups.labels()[g], &mean.warnings());
            described.push(self.group(mean, rate, &groups.labels()[g], &mut answer.text)?);
        }
        answer.add("groups", described);
        if groups.count() > 1 {
            let data = match self.columns.strata(table)? {
                Some(strata) => data.clone().with_strata(strata)?,
                None => data.clone(),
            };
            add_test(answer, &data, &groups)?;
        } else if self.by.is_some() {
            warnings.add("--by has one group: there is nothing to test");
        }
        if self.models.is_asked() {
            add_model(answer, self.models.fit(&self.columns, table, data, self.level, warnings)?);
        } else if self.columns.strata.is_some() && groups.count() < 2 {
            return Err("--strata is for the test and the model: add --by or --model".into());
        }
        Ok(())
    }

    fn group(
        &self,
        mean: &MeanFunction,
        rate: Option<&EventRate>,
        label: &str,
        text: &mut Vec<String>,
    ) -> Result<Value, Failure> {
        if self.by.is_some() {
            text.push(group(self.by.as_deref(), label));
        }
        text.push(mean.printed(self.interval())?.to_string());
        let rows = mean.rows().iter().map(|row| self.row(mean, row)).collect::<Result<Vec<_>, _>>()?;
        let mut at = Vec::new();
        for &t in &self.at {
            let estimate = mean.at(t);
            let limits = estimate.interval(self.interval())?;
            let shown = limits.in_brackets(|x| format!("{x:.3}"));
            let shown = if limits.bounds().is_some() { format!(" {shown}") } else { String::new() };
            text.push(format!("at {t}: {estimate}{shown}"));
            at.push(json!({
                "time": t, "at_risk": number(mean.at_risk(t)), "mean": number(estimate.value().ok()),
                "std_error": number(estimate.std_error().ok()), "lower": number(limits.lower),
                "upper": number(limits.upper), "not_estimable": reason(estimate.estimate().not_estimable()),
            }));
        }
        let mut group = json!({
            "label": label, "subjects": mean.subjects(), "events": number(mean.events()), "rows": rows, "at": at,
        });
        if let Some(rate) = rate {
            let limits = rate.poisson().interval(self.level)?;
            let robust = rate.robust().interval(self.level)?;
            text.push(format!("rate {rate:.5}, exact Poisson interval {limits:.5}, robust {robust:.5}"));
            group["rate"] = json!({
                "events": rate.poisson().events(), "person_time": number(rate.poisson().person_time()),
                "rate": number(rate.value()), "lower": number(limits.lower), "upper": number(limits.upper),
                "robust_se_log": number(rate.robust().std_error().ok()),
                "robust_lower": number(robust.lower), "robust_upper": number(robust.upper),
            });
        }
        Ok(group)
    }

    fn row(&self, mean: &MeanFunction, row: &MeanRow) -> Result<Value, Failure> {
        let limits = mean.row_estimate(row).interval(self.interval())?;
        let mut value = json!({
            "time": number(row.time()), "at_risk": number(row.at_risk()), "events": number(row.events()),
            "mean": number(row.value()), "std_error": number(row.std_error().ok()),
            "lower": number(limits.lower), "upper": number(limits.upper),
        });
        if mean.has_terminal() {
            value["terminal"] = number(row.terminal_events());
            value["survival"] = number(row.survival());
        }
        Ok(value)
    }
}
