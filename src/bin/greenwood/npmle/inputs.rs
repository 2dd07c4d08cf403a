//! What `npmle` takes from the file.

use greenwood::survival::IntervalCensored;
use greenwood::survival::data::Closed;

use super::program::Options;
use crate::support::{Failure, Table, Warnings, WeightKind, distinct, read_complete};

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Ends {
    None,
    Both,
}

impl Options {
    /// The rows that are complete in all columns but the limits.
    pub(super) fn table(&self, warnings: &mut Warnings) -> Result<Table, Failure> {
        let given = |flag: &'static str, column| Option::map(column, |c: &String| (flag, c.as_str()));
        let mut needed: Vec<(&'static str, &str)> =
            [given("--weight", self.weight.as_ref()), given("--entry", self.entry.as_ref())]
                .into_iter()
                .flatten()
                .chain(self.model.columns())
                .collect();
        let mut named = vec![("--lower", self.lower.as_str()), ("--upper", self.upper.as_str())];
        named.extend(&needed);
        distinct(&named)?;
        let labels = [("--by", &self.by), ("--strata", &self.strata), ("--cluster", &self.cluster)];
        needed.extend(labels.into_iter().filter_map(|(flag, column)| given(flag, column.as_ref())));
        let limits = [self.lower.as_str(), self.upper.as_str()];
        let file = (self.file.as_path(), &self.dialect, self.skip_missing);
        read_complete(file, &needed, &limits, warnings)
    }

    pub(super) fn data(&self, table: &Table) -> Result<IntervalCensored<'static>, Failure> {
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
}
