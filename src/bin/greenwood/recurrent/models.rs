//! The models of the program, through the Cox engine.

use std::collections::HashMap;

use greenwood::survival::recurrent::{EventModel, RecurrentEvents};
use greenwood::survival::{CoxPh, Design, Groups, RightCensored};
use serde_json::Value;

use super::columns::EventColumns;
use super::frailties::Frailties;
use crate::support::{CoxAnswer, Failure, Table, TiesName, Warnings, design};

/// The flags of the models.
#[derive(clap::Args)]
pub struct Models {
    /// A model with --covariates and --factor
    #[arg(long, value_enum)]
    model: Option<ModelName>,
    /// Numeric covariates of the model
    #[arg(long, value_delimiter = ',')]
    covariates: Vec<String>,
    /// Covariates that are factors: one indicator for each level but the first
    #[arg(long, value_delimiter = ',')]
    factor: Vec<String>,
    /// How tied events share a risk set in the model
    #[arg(long, value_enum, requires = "model")]
    ties: Option<TiesName>,
    /// The last event number with a baseline of its own: later events share it (in wlw they are left out)
    #[arg(long, requires = "model")]
    up_to: Option<usize>,
    #[command(flatten)]
    frailty: Frailties,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum ModelName {
    /// Andersen & Gill: one baseline
    AndersenGill,
    /// Prentice, Williams & Peterson in total time: one baseline an event number
    PwpTotal,
    /// The same in time since the event before
    PwpGap,
    /// Wei, Lin & Weissfeld: the times to the first, second, … event
    Wlw,
}

impl Models {
    /// A flag that this call would leave without effect is a mistake.
    pub fn check(&self) -> Result<(), Failure> {
        let given = !self.covariates.is_empty() || !self.factor.is_empty();
        match (self.model, given) {
            (Some(_), false) => Err("--model needs covariates: give it --covariates or --factor".into()),
            (None, true) => Err(
                "--covariates and --factor belong to a model: add --model andersen-gill, pwp-total, pwp-gap \
                                 or wlw"
                    .into(),
            ),
            (Some(ModelName::AndersenGill), _) if self.up_to.is_some() => {
                Err("--up-to numbers events, and an Andersen-Gill model does not: leave it out".into())
            }
            _ if self.up_to == Some(0) => Err("--up-to 0: an event number is at least 1".into()),
            (Some(ModelName::Wlw), _) if self.frailty.is_asked() => Err(
                "--frailty needs rows that follow each other in time, and a marginal model (wlw) has each subject at risk for \
                 every event number at once: use andersen-gill, pwp-total or pwp-gap"
                    .into(),
            ),
            _ => Ok(()),
        }
    }

    pub fn is_asked(&self) -> bool {
        self.model.is_some()
    }

    pub fn further(&self) -> Vec<(&'static str, &str)> {
        let mut further: Vec<(&'static str, &str)> =
            self.covariates.iter().map(|c| ("--covariates", c.as_str())).collect();
        further.extend(self.factor.iter().map(|c| ("--factor", c.as_str())));
        further
    }

    fn cox(&self) -> CoxPh {
        self.ties.map_or_else(CoxPh::new, |ties| CoxPh::new().ties(ties.ties()))
    }

    /// Do rows of a subject stand for its events side by side, as a marginal model has them?
    pub fn is_marginal(&self, columns: &EventColumns, table: &Table) -> Result<bool, Failure> {
        if self.model != Some(ModelName::Wlw) || columns.strata.is_none() {
            return Ok(false);
        }
        let (start, stop) = columns.times(table)?;
        let ids = table.text("--id", &columns.id)?;
        let mut rows: Vec<(&str, f64, f64)> = (0..ids.len()).map(|i| (ids[i], start[i], stop[i])).collect();
        rows.sort_by(|a, b| a.0.cmp(b.0).then(a.2.total_cmp(&b.2)).then(a.1.total_cmp(&b.1)));
        Ok(rows.windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[1].1 < pair[0].2))
    }

    /// The model of the data, as text and as JSON.
    pub fn fit(
        &self,
        columns: &EventColumns,
        table: &Table,
        data: RecurrentEvents,
        level: f64,
        warnings: &mut Warnings,
    ) -> Result<(String, Value), Failure> {
        let model = match self.model {
            Some(ModelName::PwpTotal) => EventModel::pwp_total(),
            Some(ModelName::PwpGap) => EventModel::pwp_gap(),
            Some(ModelName::Wlw) => EventModel::wlw(),
            _ => EventModel::andersen_gill(),
        };
        let mut model = self.up_to.map_or(model.clone(), |k| model.up_to(k)).cox(self.cox());
        let mut data = data;
        let numbered = matches!(self.model, Some(ModelName::PwpTotal | ModelName::PwpGap));
        match columns.strata(table)? {
            // Crossed with the event numbers such strata would have no effect: they say which numbers go together.
            Some(strata)
                if numbered && self.up_to.is_none() && is_function_of(&strata, &data.event_numbers()) =>
            {
                warnings.add(format!(
                    "--strata \"{}\" is a function of the event number: it stands in place of the event numbers",
                    columns.strata.as_deref().unwrap_or_default()
                ));
                model = model.event_strata(strata);
            }
            Some(strata) => data = data.with_strata(strata)?,
            None => {}
        }
        let design = design(table, &self.covariates, &self.factor)?;
        let rows = model.rows(&data, &design)?;
        self.answer(rows.data(), rows.design(), level)
    }

    /// The model of rows that are marginal already: one for each subject and event number, which the strata hold.
    pub fn fit_marginal(
        &self,
        columns: &EventColumns,
        table: &Table,
        level: f64,
    ) -> Result<(String, Value), Failure> {
        if self.up_to.is_some() {
            return Err("--up-to numbers events, and the rows of the file are those of a marginal model: leave out the rows \
                        of later events"
                .into());
        }
        let explain = |e: greenwood::Error| columns.explain(table, &e);
        let (start, stop) = columns.times(table)?;
        let mut data = RightCensored::new(stop, columns.events(table)?).map_err(explain)?;
        if start.iter().any(|&s| s > 0.0) {
            data = data.with_entry(start).map_err(explain)?;
        }
        if let Some(weights) = columns.rows.weights(table)? {
            data = data.with_weights(weights).map_err(explain)?;
        }
        let (flag, column) =
            columns.rows.cluster.as_ref().map_or(("--id", &columns.id), |c| ("--cluster", c));
        data = data.with_clusters(&table.text(flag, column)?)?;
        if let Some(strata) = columns.strata(table)? {
            data = data.with_strata(strata)?;
        }
        let ids = table.text("--id", &columns.id)?;
        let data = data.with_ids(&ids)?;
        self.answer(&data, &design(table, &self.covariates, &self.factor)?, level)
    }

    fn answer(
        &self,
        data: &RightCensored,
        design: &Design<'static>,
        level: f64,
    ) -> Result<(String, Value), Failure> {
        if let Some(answer) = self.frailty.answer(data, design, self.ties, level)? {
            return Ok(answer);
        }
        let fit = self.cox().fit(data, design)?;
        let answer = CoxAnswer::new(&fit, data, design, (level, false), None)?;
        Ok((answer.to_text()?, answer.to_json()?))
    }
}

/// Does each event number have one stratum alone?
fn is_function_of(strata: &Groups, numbers: &[usize]) -> bool {
    let mut of: HashMap<usize, u32> = HashMap::new();
    numbers.iter().zip(strata.codes()).all(|(&n, &code)| *of.entry(n).or_insert(code) == code)
}
