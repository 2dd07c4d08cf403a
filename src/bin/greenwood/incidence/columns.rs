//! The columns that make up competing risks.

use greenwood::survival::CompetingRisks;

use crate::support::{Columns, Failure, Table, Warnings, distinct};

/// The common columns, with the codes of the causes.
#[derive(clap::Args)]
pub struct CauseColumns {
    #[command(flatten)]
    pub columns: Columns,
    /// The codes of the event column that are causes, in this order
    #[arg(long, value_delimiter = ',', required = true, allow_negative_numbers = true)]
    pub causes: Vec<String>,
    /// The code of the event column that is a censoring
    #[arg(long, default_value = "0", allow_negative_numbers = true)]
    pub censor_value: String,
    /// Column with strata: for Gray's test and the models
    #[arg(long)]
    pub strata: Option<String>,
}

impl CauseColumns {
    pub fn json(&self) -> bool {
        self.columns.rows.json
    }

    /// The file's rows that are complete in these columns and the `further` ones.
    pub fn table(&self, further: &[(&'static str, &str)], warnings: &mut Warnings) -> Result<Table, Failure> {
        self.check()?;
        // A covariate is no part of the data, and stands once; groups may be a covariate too.
        let mut named =
            vec![("--time", self.columns.time.as_str()), ("--event", self.columns.event.as_str())];
        named.extend(self.columns.entry.iter().map(|c| ("--entry", c.as_str())));
        named.extend(further.iter().filter(|(flag, _)| ["--covariates", "--factor"].contains(flag)));
        distinct(&named)?;
        let mut used = further.to_vec();
        used.extend(self.strata.iter().map(|c| ("--strata", c.as_str())));
        self.columns.table(&used, warnings)
    }

    /// Flags that contradict each other.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.columns.event_value.is_some() {
            return Err("--event-value names one event: with competing causes give --causes alone".into());
        }
        let mut named =
            vec![("--time", self.columns.time.as_str()), ("--event", self.columns.event.as_str())];
        named.extend(self.columns.entry.iter().map(|c| ("--entry", c.as_str())));
        distinct(&named)?;
        if let Some(i) = (0..self.causes.len()).find(|&i| {
            same(&self.causes[i], &self.censor_value)
                || self.causes[..i].iter().any(|c| same(c, &self.causes[i]))
        }) {
            let code = &self.causes[i];
            return Err(
                format!("--causes: {code} stands twice or is --censor-value: give each code once").into()
            );
        }
        Ok(())
    }

    /// Which cause each row has.
    fn outcome(&self, table: &Table) -> Result<Vec<Option<String>>, Failure> {
        let cells = table.text("--event", &self.columns.event)?;
        let one = |(row, cell): (usize, &str)| {
            if same(cell, &self.censor_value) {
                return Ok(None);
            }
            match self.causes.iter().find(|c| same(cell, c)) {
                Some(cause) => Ok(Some(cause.clone())),
                None => Err(format!(
                    "{}: --event \"{}\" is \"{cell}\": the causes are {}, and a censoring is {}; add the code to \
                     --causes, or name the censoring with --censor-value",
                    table.place(row),
                    self.columns.event,
                    self.causes.join(", "),
                    self.censor_value
                )
                .into()),
            }
        };
        cells.into_iter().enumerate().map(one).collect()
    }

    /// The data in these columns of the table.
    pub fn data(&self, table: &Table) -> Result<CompetingRisks<'static>, Failure> {
        let columns = &self.columns;
        let explain = |e: greenwood::Error| columns.explain(table, &e);
        let times = table.numbers("--time", &columns.time)?;
        let outcome = self.outcome(table)?;
        let mut data = CompetingRisks::with_causes(times, &outcome, &self.causes).map_err(explain)?;
        if let Some(column) = &columns.entry {
            data = data.with_entry(table.numbers("--entry", column)?).map_err(explain)?;
        }
        if let Some(weights) = columns.rows.weights(table)? {
            data = data.with_weights(weights).map_err(explain)?;
        }
        // Several rows of one subject are a cluster of their own.
        if let Some((flag, column)) = columns
            .rows
            .cluster
            .as_ref()
            .map(|c| ("--cluster", c))
            .or(columns.id.as_ref().map(|c| ("--id", c)))
        {
            let ids = table.text(flag, column)?;
            let distinct: std::collections::HashSet<&str> = ids.iter().copied().collect();
            // With one row each, an id says nothing.
            if flag == "--cluster" || distinct.len() < ids.len() {
                data = data.with_clusters(&ids)?;
            }
        }
        if let Some(column) = &self.strata {
            data = data.with_strata(table.groups("--strata", column)?)?;
        }
        Ok(data)
    }
}

/// Are two codes the same text, or the same number?
fn same(cell: &str, code: &str) -> bool {
    cell == code || matches!((cell.parse(), code.parse()), (Ok::<f64, _>(a), Ok::<f64, _>(b)) if a == b)
}
