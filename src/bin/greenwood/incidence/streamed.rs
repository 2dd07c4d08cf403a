//! A Parquet file as tables of competing risks: batches come and go, and memory holds the distinct times.

use greenwood::survival::risk_table::CompetingRiskTables;

use super::columns::CauseColumns;
use crate::support::{Failure, Warnings};
#[cfg(feature = "parquet")]
use crate::support::{Further, order_of};

impl CauseColumns {
    /// The tables of the groups and strata. Returns `None` if that cannot be: in other files, where the variance or a
    /// check needs every row, and where cells are to be read as text.
    #[cfg(not(feature = "parquet"))]
    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "the other one can fail")]
    pub fn streamed(
        &self,
        _: Option<&str>,
        _: &mut Warnings,
    ) -> Result<Option<CompetingRiskTables>, Failure> {
        Ok(None)
    }

    /// The tables of the groups and strata. Returns `None` if that cannot be: in other files, where the variance or a
    /// check needs every row, and where cells are to be read as text.
    #[cfg(feature = "parquet")]
    pub fn streamed(
        &self,
        by: Option<&str>,
        warnings: &mut Warnings,
    ) -> Result<Option<CompetingRiskTables>, Failure> {
        if !self.columns.may_stream()? {
            return Ok(None);
        }
        self.check()?;
        let further = Further { by, strata: self.strata.as_deref() };
        let files = greenwood::columns::ParquetFiles::open(&self.columns.file)?;
        let description = self.columns.description(further).causes(&self.causes, &self.censor_value);
        let stream = files.competing_stream(&description);
        let tables = stream.and_then(|stream| Ok((stream.rows(), stream.skipped(), stream.finish()?)));
        match tables {
            Ok((rows, skipped, tables)) => {
                let odd = |labels: &[&str]| labels.iter().any(|label| self.columns.is_odd(label));
                let strata: Vec<&str> =
                    tables.strata().unwrap_or_default().iter().map(String::as_str).collect();
                if (by.is_some() && odd(&tables.labels())) || odd(&strata) {
                    return Ok(None);
                }
                self.columns.warn_of_skipped(rows, skipped, warnings);
                let mut labels = tables.labels();
                let order = order_of(&labels);
                labels.sort_by(|a, b| order(a, b));
                Ok(Some(tables.in_order(&labels)?))
            }
            // What is wrong with a cell is said, with its row, where cells are read as text.
            Err(error) if self.columns.is_of_a_cell(&error) => Ok(None),
            Err(error) => Err(self.columns.named(further, &error)),
        }
    }
}
