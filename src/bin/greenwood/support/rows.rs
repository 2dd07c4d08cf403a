//! The flags that every program with a file of subjects has beside its own columns.

use std::path::Path;

use greenwood::survival::Weights;

use super::answer::Warnings;
use super::columns::distinct;
use super::table::{Dialect, Table};
use super::written::Failure;

/// What a row weighs, to whom it belongs, and how the file is written.
#[derive(clap::Args)]
pub struct RowFlags {
    /// Column with weights
    #[arg(long, requires = "weight_kind")]
    pub weight: Option<String>,
    /// What a weight means
    #[arg(long, value_enum, requires = "weight")]
    pub weight_kind: Option<WeightKind>,
    /// Column with ids of rows that belong together: robust variance
    #[arg(long)]
    pub cluster: Option<String>,
    /// Leave out rows with a missing value and say how many
    #[arg(long)]
    pub skip_missing: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub dialect: Dialect,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub enum WeightKind {
    /// A weight of k stands for k subjects
    Replication,
    /// A weight corrects for unequal sampling
    Sampling,
}

impl WeightKind {
    pub fn of(self, weights: Vec<f64>) -> Weights<'static> {
        match self {
            Self::Replication => Weights::replication(weights),
            Self::Sampling => Weights::sampling(weights),
        }
    }
}

impl RowFlags {
    /// The columns of these flags.
    pub fn used(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let own = [("--weight", self.weight.as_ref()), ("--cluster", self.cluster.as_ref())];
        own.into_iter().filter_map(|(flag, column)| Some((flag, column?.as_str())))
    }

    /// The file's rows that are complete in these columns, each a flag and its column; cells of the `further` columns may
    /// be missing.
    pub fn read(
        &self,
        file: &Path,
        complete: &[(&'static str, &str)],
        further: &[&str],
        warnings: &mut Warnings,
    ) -> Result<Table, Failure> {
        read_complete((file, &self.dialect, self.skip_missing), complete, further, warnings)
    }

    /// The weights of the rows, where a column has them.
    pub fn weights(&self, table: &Table) -> Result<Option<Weights<'static>>, Failure> {
        let (Some(column), Some(kind)) = (&self.weight, self.weight_kind) else { return Ok(None) };
        let weights = table.numbers("--weight", column)?;
        if !weights.is_empty() && weights.iter().all(|&w| w == 0.0) {
            return Err(format!("--weight \"{column}\": {}", greenwood::Error::ZeroWeights).into());
        }
        Ok(Some(kind.of(weights)))
    }
}

/// Flags whose columns hold what was observed: such a column is no group, covariate or weight too.
const OBSERVED: &[&str] =
    &["--time", "--event", "--entry", "--start", "--stop", "--to", "--lower", "--upper"];

/// Flags whose columns hold labels.
const LABELS: &[&str] = &["--by", "--factor", "--strata", "--panels", "--subgroups"];

/// Refuses a column that is observed and something else too.
fn apart(named: &[(&'static str, &str)]) -> Result<(), Failure> {
    let (observed, others): (Vec<_>, Vec<_>) = named.iter().partition(|(flag, _)| OBSERVED.contains(flag));
    for (flag, column) in others {
        if let Some((other, _)) = observed.iter().find(|(_, c)| *c == column) {
            return Err(format!(
                "{flag} names column \"{column}\", which is named by {other} too: name it once"
            )
            .into());
        }
    }
    distinct(&observed)
}

/// The rows of a file that are complete in these columns; without `skip` a missing cell is an error.
pub fn read_complete(
    (file, dialect, skip): (&Path, &Dialect, bool),
    complete: &[(&'static str, &str)],
    further: &[&str],
    warnings: &mut Warnings,
) -> Result<Table, Failure> {
    let used: Vec<&str> = complete.iter().map(|(_, column)| *column).chain(further.iter().copied()).collect();
    apart(complete)?;
    let (table, dropped) = Table::read_columns(file, dialect, Some(&used))?.complete(complete, skip)?;
    for (flag, column) in complete.iter().filter(|(flag, _)| LABELS.contains(flag)) {
        table.doubt_labels(flag, column, warnings)?;
    }
    if dropped > 0 {
        warnings.add(left_out(dropped, table.len()));
    }
    Ok(table)
}

/// What is said of rows with missing values.
pub(super) fn left_out(dropped: usize, remain: usize) -> String {
    let rows = |n: usize| if n == 1 { "1 row".to_string() } else { format!("{n} rows") };
    let verb = if remain == 1 { "remains" } else { "remain" };
    format!("{} with missing values left out, {} {verb}", rows(dropped), rows(remain))
}
