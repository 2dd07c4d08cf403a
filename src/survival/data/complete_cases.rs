//! Rows without missing values: judged over all columns together, and counted.

use std::fmt;

use crate::error::{Error, Result, check_len};
use crate::print::counted;

/// Which rows have a value in every column: missing values are dropped, or refused, over all columns together.
///
/// Times, events and covariates arrive as columns, each with its own gaps. To drop the gaps column by column would bring
/// the rows out of step; to drop them in silence would hide how many are left. Columns are added by name, then one of two
/// words decides: [`drop`](Self::drop) tells which rows are complete and how many are not, [`refuse`](Self::refuse)
/// is an error where there is a gap.
///
/// # Example
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::data::CompleteCases;
///
/// let months = [6.0, 7.0, f64::NAN, 15.0];
/// let died = [Some(true), None, Some(true), Some(false)];
/// let age = [61.0, 48.0, 55.0, 70.0];
///
/// let complete = CompleteCases::new().numbers("months", &months).options("died", &died).numbers("age", &age).drop()?;
/// assert_eq!(complete.to_string(), "2 of 4 rows left out for missing values: months 1, died 1");
/// let died: Vec<bool> = complete.select(&died)?.into_iter().flatten().collect();
/// let data = RightCensored::new(complete.select(&months)?, died)?;
/// assert_eq!((data.len(), complete.select(&age)?), (2, vec![61.0, 70.0]));
///
/// let error = CompleteCases::new().numbers("months", &months).refuse().unwrap_err();
/// assert_eq!(error.to_string(), "months has 1 missing value(s), the first in row 2: drop such rows (`CompleteCases::drop`) \
///     or impute them");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use = "nothing is dropped until `.drop()` or `.refuse()` is called"]
pub struct CompleteCases {
    columns: Vec<(String, Vec<bool>)>,
}

impl CompleteCases {
    /// No columns yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn column(mut self, name: &str, missing: impl Iterator<Item = bool>) -> Self {
        self.columns.push((name.into(), missing.collect()));
        self
    }

    /// A column of numbers, in which NaN is missing.
    pub fn numbers(self, name: &str, values: &[f64]) -> Self {
        self.column(name, values.iter().map(|x| x.is_nan()))
    }

    /// A column of values that may be absent, in which `None` is missing.
    pub fn options<T>(self, name: &str, values: &[Option<T>]) -> Self {
        self.column(name, values.iter().map(Option::is_none))
    }

    /// A column of text, in which what `missing` lists is missing (R's `na.strings`): `&["", "NA", "."]`.
    pub fn text<T: AsRef<str>>(self, name: &str, values: &[T], missing: &[&str]) -> Self {
        self.column(name, values.iter().map(|v| missing.contains(&v.as_ref().trim())))
    }

    fn rows(&self) -> Result<usize> {
        let Some((_, first)) = self.columns.first() else {
            return Err(Error::Empty { argument: "the list of columns" });
        };
        let expected = first.len();
        match self.columns.iter().find(|(_, c)| c.len() != expected) {
            Some((_, column)) => {
                let (argument, other) = ("a column", "the first column");
                Err(Error::LengthMismatch { argument, len: column.len(), other, expected })
            }
            None => Ok(expected),
        }
    }

    /// The rows that have a value in every column.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where columns differ in length; [`Error::Empty`] where there are no columns, or no row
    /// is complete.
    pub fn drop(&self) -> Result<Complete> {
        let rows = self.rows()?;
        let keep: Vec<bool> = (0..rows).map(|i| self.columns.iter().all(|(_, c)| !c[i])).collect();
        if !keep.contains(&true) {
            return Err(Error::Empty { argument: "the list of rows without missing values" });
        }
        let count =
            |(name, column): &(String, Vec<bool>)| (name.clone(), column.iter().filter(|m| **m).count());
        Ok(Complete { keep, missing: self.columns.iter().map(count).filter(|(_, n)| *n > 0).collect() })
    }

    /// Nothing, where every row has a value in every column.
    ///
    /// # Errors
    /// [`Error::MissingValues`] with the first column that has gaps, how many, and where the first is; as
    /// [`drop`](Self::drop).
    pub fn refuse(&self) -> Result<()> {
        self.rows()?;
        for (column, missing) in &self.columns {
            if let Some(first) = missing.iter().position(|m| *m) {
                let count = missing.iter().filter(|m| **m).count();
                return Err(Error::MissingValues { column: column.clone(), count, first });
            }
        }
        Ok(())
    }
}

/// Which rows are complete, and how many were left out for which column. Made by [`CompleteCases::drop`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Complete {
    keep: Vec<bool>,
    missing: Vec<(String, usize)>,
}

impl Complete {
    /// Is each row complete?
    #[must_use]
    pub fn keep(&self) -> &[bool] {
        &self.keep
    }

    /// How many rows were left out.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.keep.iter().filter(|k| !**k).count()
    }

    /// How many values each column lacks, of those that lack any. A row may lack several.
    #[must_use]
    pub fn missing(&self) -> &[(String, usize)] {
        &self.missing
    }

    /// The values of a column in the complete rows.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where the column has another number of rows.
    pub fn select<T: Clone>(&self, column: &[T]) -> Result<Vec<T>> {
        let (len, expected) = (column.len(), self.keep.len());
        check_len("a column", len, "the columns judged", expected)?;
        Ok(column.iter().zip(&self.keep).filter(|&(_, &k)| k).map(|(v, _)| v.clone()).collect())
    }
}

impl fmt::Display for Complete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.missing.is_empty() {
            return write!(f, "no missing values in {}", counted(self.keep.len(), "row"));
        }
        let columns: Vec<String> = self.missing.iter().map(|(name, n)| format!("{name} {n}")).collect();
        let (dropped, rows) = (self.dropped(), self.keep.len());
        write!(f, "{dropped} of {} left out for missing values: {}", counted(rows, "row"), columns.join(", "))
    }
}
