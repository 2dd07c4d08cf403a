//! A curve as a table: what was observed, and what is extrapolated.

use std::fmt;

use crate::error::Result;
use crate::print::{MISSING, Number};
use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::prediction::Prediction;
#[cfg(feature = "serde")]
use crate::survival::result::stored;

/// Survival and hazard of a subject at several times, with the observed part marked.
///
/// # Example
/// ```
/// use greenwood::survival::regression::Family;
/// use greenwood::survival::{Design, Parametric, RightCensored};
///
/// let data = RightCensored::new(&[2.0, 3.0, 5.0, 7.0], &[true, false, true, true])?;
/// let fit = Parametric::new(Family::Exponential).fit(&data, &Design::without_covariates(4))?;
/// let table = fit.predict(&fit.row())?.extrapolation(&[5.0, 7.0, 20.0])?;
/// assert_eq!(table.rows().iter().map(|row| row.observed).collect::<Vec<_>>(), [true, true, false]);
/// assert_eq!(table.last_time(), 7.0);
/// assert!(table.to_string().contains("extrapolated beyond 7"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Extrapolation {
    last_time: f64,
    rows: Vec<ExtrapolatedRow>,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(Extrapolation {
    last_time: f64,
    rows: Vec<ExtrapolatedRow>,
});

#[cfg(feature = "serde")]
impl Extrapolation {
    fn check(&self) -> crate::error::Result<()> {
        stored::size("the last time", self.last_time)
    }
}

/// A row of an [`Extrapolation`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ExtrapolatedRow {
    /// The time.
    pub time: f64,
    /// Is it within the times of the data?
    pub observed: bool,
    /// The probability that the event comes later.
    pub survival: f64,
    /// Its limits, where there are any.
    pub limits: Option<(f64, f64)>,
    /// The hazard: none at the start of a distribution of positive times.
    pub hazard: Option<f64>,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(ExtrapolatedRow {
    time: f64,
    observed: bool,
    survival: f64,
    limits: Option<(f64, f64)>,
    hazard: Option<f64>,
});

#[cfg(feature = "serde")]
impl ExtrapolatedRow {
    fn check(&self) -> crate::error::Result<()> {
        stored::size("a time", self.time)?;
        stored::probability("survival", self.survival)?;
        if let Some((low, high)) = self.limits {
            stored::probability("a lower limit", low)?;
            stored::probability("an upper limit", high)?;
            stored::ordered("the upper limit", low, high)?;
        }
        self.hazard.map_or(Ok(()), |h| stored::size("a hazard", h))
    }
}

impl Extrapolation {
    /// The last finite time of the data.
    #[must_use]
    pub fn last_time(&self) -> f64 {
        self.last_time
    }

    /// The rows, in the order in which they were asked for.
    #[must_use]
    pub fn rows(&self) -> &[ExtrapolatedRow] {
        &self.rows
    }
}

impl<D: Distribution> Prediction<'_, D> {
    /// Survival with its limits and hazard at each of these times, with the observed part marked.
    ///
    /// # Errors
    /// Those of [`survival`](Self::survival).
    pub fn extrapolation(&self, times: &[f64]) -> Result<Extrapolation> {
        let last_time = self.model.last_time();
        let one = |&time: &f64| {
            let survival = self.survival(time)?;
            let hazard = self.hazard(time).ok().map(|h| h.value()).filter(|h| h.is_finite());
            let (observed, limits) = (time <= last_time, survival.bounds());
            Ok(ExtrapolatedRow { time, observed, survival: survival.value(), limits, hazard })
        };
        Ok(Extrapolation { last_time, rows: times.iter().map(one).collect::<Result<_>>()? })
    }
}

impl fmt::Display for Extrapolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>12} {:>10} {:>22} {:>12}", "time", "survival", "limits", "hazard")?;
        for row in &self.rows {
            let limits = row.limits.map_or(MISSING.into(), |(low, high)| format!("{low:.4} to {high:.4}"));
            let hazard = row.hazard.map_or(MISSING.into(), |h| Number(h).to_string());
            let mark = if row.observed { "" } else { "  *" };
            writeln!(
                f,
                "{:>12} {:>10.4} {limits:>22} {hazard:>12}{mark}",
                Number(row.time),
                Number(row.survival)
            )?;
        }
        write!(f, "* extrapolated beyond {}, the last time of the data", Number(self.last_time))
    }
}
