//! The result of the test of mean functions.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::{Error, Result, check_len};
use crate::numeric::distribution::chi_square_sf;
#[cfg(feature = "serde")]
use crate::numeric::quadratic_form::quadratic_form;
use crate::print::{Number, PValue, one_line};
use crate::survival::result::test::TestSummary;

/// The result of a [`MeanTest`](super::MeanTest). `Display` prints the groups and the test.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct MeanTestResult {
    pub(super) labels: Vec<String>,
    pub(super) subjects: Vec<usize>,
    pub(super) events: Vec<f64>,
    pub(super) with_terminal: bool,
    pub(super) score: Vec<f64>,
    pub(super) variance: Vec<f64>,
    pub(super) statistic: f64,
    pub(super) df: usize,
}

impl MeanTestResult {
    /// The labels of the groups.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The number of subjects, by group.
    #[must_use]
    pub fn subjects(&self) -> &[usize] {
        &self.subjects
    }

    /// The weights of the events, by group.
    #[must_use]
    pub fn events(&self) -> &[f64] {
        &self.events
    }

    /// The scores of the groups, which add up to 0: above 0 where a group has more events than the others.
    #[must_use]
    pub fn score(&self) -> &[f64] {
        &self.score
    }

    /// Their covariance, row by row.
    #[must_use]
    pub fn variance(&self) -> &[f64] {
        &self.variance
    }

    /// The chi-square statistic; 0 where no time compares the groups.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// Its degrees of freedom.
    #[must_use]
    pub fn df(&self) -> usize {
        self.df
    }

    /// The p-value. Returns `None` if there is no variance to test by.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        (self.df > 0).then(|| chi_square_sf(self.statistic, self.df))
    }

    fn name(&self) -> &'static str {
        if self.with_terminal {
            "Test of mean functions with a terminal event (Ghosh & Lin)"
        } else {
            "Test of mean functions (Lawless & Nadeau)"
        }
    }
}

impl From<&MeanTestResult> for TestSummary {
    fn from(test: &MeanTestResult) -> Self {
        Self::new(test.name(), Some(test.statistic), test.p_value())
            .with_df(test.df)
            .with_counts(test.subjects.iter().sum(), test.events.iter().sum())
    }
}

impl fmt::Display for MeanTestResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.labels.iter().map(|l| l.chars().count()).max().unwrap_or(0).max(5);
        write!(f, "{}\n{:width$} {:>9} {:>10} {:>10}", self.name(), "group", "subjects", "events", "score")?;
        for (g, label) in self.labels.iter().enumerate() {
            let (n, d, u) = (self.subjects[g], Number(self.events[g]), self.score[g]);
            write!(f, "\n{:width$} {n:>9} {d:>10} {:>10.3}", one_line(label), Number(u))?;
        }
        match self.p_value() {
            Some(p) => write!(f, "\nchi-square {:.4} on {} df, {:#}", self.statistic, self.df, PValue(p)),
            None => write!(f, "\nno event time compares the groups: no p-value"),
        }
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    labels: Vec<String>,
    subjects: Vec<usize>,
    events: Vec<f64>,
    with_terminal: bool,
    score: Vec<f64>,
    variance: Vec<f64>,
    statistic: f64,
    df: usize,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for MeanTestResult {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { labels, subjects, events, with_terminal, score, variance, statistic, df } = raw;
        let k = labels.len();
        for (argument, len, expected) in [
            ("subjects", subjects.len(), k),
            ("events", events.len(), k),
            ("score", score.len(), k),
            ("variance", variance.len(), k * k),
        ] {
            check_len(argument, len, "labels", expected)?;
        }
        if let Some(&value) = score.iter().chain(&variance).chain(&events).find(|x| !x.is_finite()) {
            return Err(Error::OutOfRange {
                argument: "a score, variance or count",
                value,
                must_be: "finite",
            });
        }
        // They follow from the score and its covariance.
        if (statistic, df) != quadratic_form(&score, &variance) {
            let must_be = "that of the score and its covariance";
            return Err(Error::OutOfRange { argument: "the statistic", value: statistic, must_be });
        }
        Ok(Self { labels, subjects, events, with_terminal, score, variance, statistic, df })
    }
}
