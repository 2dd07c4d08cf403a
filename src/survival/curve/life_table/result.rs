//! A life table as a result.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::Error;
use crate::error::Result;
use crate::print::{MISSING, Number, or_missing};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// One interval of a [`LifeTable`]. What the data do not give is `None`: rates of the open interval, errors where there is
/// no event.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LifeTableRow {
    /// Where it starts: its first time belongs to it.
    pub start: f64,
    /// Where it ends; `None` for the open one.
    pub end: Option<f64>,
    /// How many are there at its start.
    pub entering: f64,
    /// How many enter within it.
    pub late: f64,
    /// How many leave without the event.
    pub withdrawn: f64,
    /// How many have the event.
    pub events: f64,
    /// The effective number at risk.
    pub effective: f64,
    /// The probability of the event within it, given survival to its start.
    pub conditional: f64,
    /// Its standard error; `None` where nobody, or everybody, has the event: a width of 0 would be no certainty.
    pub conditional_std_error: Option<f64>,
    /// Survival to its start.
    pub survival: f64,
    /// Greenwood's standard error of it, or the robust one; `None` where survival is 1 or 0. (SAS's LIFETEST prints 0.)
    pub survival_std_error: Option<f64>,
    /// The density at its middle.
    pub density: Option<f64>,
    /// Its standard error.
    pub density_std_error: Option<f64>,
    /// The hazard at its middle.
    pub hazard: Option<f64>,
    /// Its standard error.
    pub hazard_std_error: Option<f64>,
    /// The time after its start by which half of those who are there have the event.
    pub median_residual: Option<f64>,
    /// Its standard error.
    pub median_residual_std_error: Option<f64>,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(LifeTableRow {
    start: f64,
    end: Option<f64>,
    entering: f64,
    late: f64,
    withdrawn: f64,
    events: f64,
    effective: f64,
    conditional: f64,
    conditional_std_error: Option<f64>,
    survival: f64,
    survival_std_error: Option<f64>,
    density: Option<f64>,
    density_std_error: Option<f64>,
    hazard: Option<f64>,
    hazard_std_error: Option<f64>,
    median_residual: Option<f64>,
    median_residual_std_error: Option<f64>,
});

#[cfg(feature = "serde")]
impl LifeTableRow {
    fn check(&self) -> crate::error::Result<()> {
        stored::size("the start of an interval", self.start)?;
        let counts = [self.entering, self.late, self.withdrawn, self.events, self.effective];
        counts.into_iter().try_for_each(|n| stored::size("a count", n))?;
        stored::probability("a conditional probability", self.conditional)?;
        stored::probability("survival", self.survival)?;
        [
            self.conditional_std_error,
            self.survival_std_error,
            self.density,
            self.density_std_error,
            self.hazard,
            self.hazard_std_error,
            self.median_residual,
            self.median_residual_std_error,
        ]
        .into_iter()
        .flatten()
        .try_for_each(|x| stored::size("an estimate or error", x))
    }
}

impl LifeTableRow {
    /// An interval of survival to the start; without limits where there is no standard error.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn survival_interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        interval.into().of_probability(self.survival, self.survival_std_error.unwrap_or(0.0))
    }
}

/// A life table: the result of [`Actuarial`](super::Actuarial). It ends with the last interval in which somebody is.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LifeTable {
    pub(super) rows: Vec<LifeTableRow>,
    pub(super) robust: bool,
}

#[cfg(feature = "serde")]
checked_when_read!(LifeTable { rows: Vec<LifeTableRow>, robust: bool });

#[cfg(feature = "serde")]
impl LifeTable {
    fn check(&self) -> Result<()> {
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        let mut survival = 1.0;
        for (k, row) in self.rows.iter().enumerate() {
            let before = k.checked_sub(1).map_or(Some(0.0), |k| self.rows[k].end);
            let width = row.end.is_none_or(|end| end > row.start && end < f64::INFINITY);
            if before != Some(row.start) || !width {
                return refuse(
                    "the start of an interval",
                    row.start,
                    "the end of the one before, below its own end",
                );
            }
            let counts = [row.entering, row.late, row.withdrawn, row.events, row.effective];
            counts.into_iter().try_for_each(|n| stored::size("a count", n))?;
            stored::probability("a conditional probability", row.conditional)?;
            stored::probability("survival", row.survival)?;
            if !((row.survival - survival).abs() <= 1e-9) {
                return refuse("survival", row.survival, "the product of the intervals before");
            }
            survival *= 1.0 - row.conditional;
            let errors = [row.conditional_std_error, row.survival_std_error];
            let others = [
                row.density,
                row.density_std_error,
                row.hazard,
                row.hazard_std_error,
                row.median_residual,
                row.median_residual_std_error,
            ];
            errors
                .into_iter()
                .chain(others)
                .flatten()
                .try_for_each(|x| stored::size("an estimate or error", x))?;
        }
        Ok(())
    }
}

impl LifeTable {
    /// The intervals.
    #[must_use]
    pub fn rows(&self) -> &[LifeTableRow] {
        &self.rows
    }

    /// Whether errors are robust: clusters or sampling weights.
    #[must_use]
    pub fn is_robust(&self) -> bool {
        self.robust
    }

    /// Survival to the end of the last interval of the table. Returns `None` if nobody is in it.
    #[must_use]
    pub fn survival_after(&self) -> Option<f64> {
        self.rows.last().map(|r| r.survival * (1.0 - r.conditional))
    }

    /// The median life time, the median residual life at 0. Returns `None` if survival stays above a half.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.rows.first().and_then(|r| r.median_residual)
    }
}

impl fmt::Display for LifeTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Actuarial life table\n{:>15} {:>9} {:>9} {:>7} {:>9} {:>9} {:>9} {:>10} {:>10}",
            "interval",
            "entering",
            "withdrawn",
            "events",
            "effective",
            "survival",
            if self.robust { "robust se" } else { "std error" },
            "hazard",
            "median"
        )?;
        for r in &self.rows {
            let end = r.end.map_or("∞".to_string(), |e| Number(e).to_string());
            let interval = format!("[{}, {end})", Number(r.start));
            let or_none = |x: Option<f64>| x.map_or(MISSING.to_string(), |x| format!("{x:.5}"));
            write!(
                f,
                "\n{interval:>15} {:>9} {:>9} {:>7} {:>9} {:>9.4} {:>9} {:>10} {:>10}",
                Number(r.entering).to_string(),
                Number(r.withdrawn).to_string(),
                Number(r.events).to_string(),
                Number(r.effective).to_string(),
                Number(r.survival),
                or_missing(r.survival_std_error, |se| format!("{:.4}", Number(se))),
                or_none(r.hazard),
                or_none(r.median_residual),
            )?;
        }
        Ok(())
    }
}
