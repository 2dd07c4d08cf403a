//! `cox`: Cox's proportional-hazards model.

use greenwood::survival::{CoxPh, Design, RightCensored};

use crate::support::{
    Columns, CoxAnswer, Failure, Program, Table, TiesName, Warnings, design, distinct, json_text,
};

/// Cox's proportional-hazards model of a file.
#[derive(clap::Parser)]
#[command(
    after_help = "Example: cox veteran.csv --time time --event status --covariates karno,age --factor celltype"
)]
pub struct Options {
    #[command(flatten)]
    columns: Columns,
    /// Column with the start of each row: the same as --entry
    #[arg(long, conflicts_with = "entry")]
    start: Option<String>,
    /// Numeric covariates
    #[arg(long, value_delimiter = ',')]
    covariates: Vec<String>,
    /// Covariates that are factors: one indicator for each level but the first
    #[arg(long, value_delimiter = ',')]
    factor: Vec<String>,
    /// Column with strata
    #[arg(long)]
    strata: Option<String>,
    /// Column that is added to the linear predictor
    #[arg(long)]
    offset: Option<String>,
    #[arg(long, value_enum, default_value = "efron")]
    ties: TiesName,
    /// Firth's penalty, with intervals and p-values from the profile of the penalised likelihood
    #[arg(long)]
    firth: bool,
    /// Robust variance, every subject its own cluster unless --cluster says otherwise
    #[arg(long)]
    robust: bool,
    /// Confidence level
    #[arg(long, default_value_t = 0.95, value_parser = crate::support::confidence_level, allow_negative_numbers = true)]
    level: f64,
}

impl Program for Options {
    fn run(mut self) -> Result<String, Failure> {
        if let (Some(_), Some(start)) = (&self.columns.entry, &self.start) {
            return Err(format!("--start \"{start}\" is another word for --entry: give one of them").into());
        }
        let by_start = self.start.is_some();
        self.columns.entry = self.columns.entry.take().or(self.start.take());
        let answer = self.answer();
        // An error names the flag that was given.
        if by_start { answer.map_err(|e| e.to_string().replace("--entry", "--start").into()) } else { answer }
    }
}

impl Options {
    fn answer(&self) -> Result<String, Failure> {
        self.check()?;
        let mut warnings = Warnings::default();
        let table = self.columns.table(&self.further(), &mut warnings)?;
        let data = self.data(&table, &mut warnings)?;
        let (design, offset) = self.design(&table)?;
        let fit = self.model(offset.as_deref()).fit(&data, &design)?;
        let answer = CoxAnswer::new(&fit, &data, &design, (self.level, self.firth), offset.as_deref())?;
        Ok(if self.columns.rows.json { json_text(answer.to_json()?, &warnings) } else { answer.to_text()? })
    }

    /// A column is a covariate or a part of the data, and stands once.
    fn check(&self) -> Result<(), Failure> {
        if self.covariates.is_empty() && self.factor.is_empty() {
            return Err("a model needs covariates: name at least one with --covariates or --factor".into());
        }
        let mut named =
            vec![("--time", self.columns.time.as_str()), ("--event", self.columns.event.as_str())];
        named.extend(self.columns.entry.iter().map(|c| ("--entry", c.as_str())));
        named.extend(self.further());
        distinct(&named)
    }

    fn further(&self) -> Vec<(&'static str, &str)> {
        let mut further: Vec<(&'static str, &str)> =
            self.covariates.iter().map(|c| ("--covariates", c.as_str())).collect();
        further.extend(self.factor.iter().map(|c| ("--factor", c.as_str())));
        further.extend(self.strata.iter().map(|c| ("--strata", c.as_str())));
        further.extend(self.offset.iter().map(|c| ("--offset", c.as_str())));
        further
    }

    fn data(&self, table: &Table, warnings: &mut Warnings) -> Result<RightCensored<'static>, Failure> {
        let mut data = self.columns.data(table, warnings)?;
        if let Some(column) = &self.strata {
            data = data.with_strata(table.groups("--strata", column)?)?;
        }
        Ok(data)
    }

    fn design(&self, table: &Table) -> Result<(Design<'static>, Option<Vec<f64>>), Failure> {
        let design = design(table, &self.covariates, &self.factor)?;
        let offset = self.offset.as_ref().map(|column| table.numbers("--offset", column)).transpose()?;
        Ok((design, offset))
    }

    fn model(&self, offset: Option<&[f64]>) -> CoxPh {
        let model = CoxPh::new().ties(self.ties.ties());
        let model = if self.firth { model.firth() } else { model };
        let model = if self.robust { model.robust() } else { model };
        match offset {
            Some(offset) => model.offset(offset),
            None => model,
        }
    }
}
