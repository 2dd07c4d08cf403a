//! Every test's result in one flat form, so that different tests stand in one table.

use std::fmt;

use crate::print::{Number, PValue, counted};

/// What is reported of a test, whichever it was: method, statistic, degrees of freedom, p-value, subjects and events.
///
/// Every test of the crate turns into it with `TestSummary::from(&test)`. A value that the test does not have is `None`: an
/// exact test has no degrees of freedom, and where nothing could be compared there is no p-value.
///
/// # Example
/// ```
/// use greenwood::survival::{ExactLogRank, Groups, LogRank, MaxCombo, RightCensored};
/// use greenwood::survival::result::TestSummary;
///
/// let data = RightCensored::new(&[1., 2., 3., 4., 5., 6., 7., 8.], &[true; 8])?;
/// let arm = Groups::from_codes(&[0, 0, 1, 0, 0, 1, 1, 1], &["new", "old"])?;
/// let table = [
///     TestSummary::from(&LogRank::test(&data, &arm)?),
///     TestSummary::from(&MaxCombo::new().test(&data, &arm)?),
///     TestSummary::from(&ExactLogRank::new().test(&data, &arm)?),
/// ];
/// assert_eq!(table[0].to_string(), "Log-rank test: statistic 3.809, 1 df, p = 0.051 (8 subjects, 8 events)");
/// assert_eq!((table[0].df(), table[2].df()), (Some(1), None));
/// assert!(table.iter().all(|test| test.subjects() == Some(8) && test.p_value().is_some()));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct TestSummary {
    method: String,
    statistic: Option<f64>,
    df: Option<usize>,
    p_value: Option<f64>,
    subjects: Option<usize>,
    events: Option<f64>,
}

/// A result as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    method: String,
    statistic: Option<f64>,
    df: Option<usize>,
    p_value: Option<f64>,
    subjects: Option<usize>,
    events: Option<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for TestSummary {
    type Error = crate::error::Error;

    fn try_from(raw: Raw) -> crate::error::Result<Self> {
        let Raw { method, statistic, df, p_value, subjects, events } = raw;
        let refuse = |argument, value, must_be| Err(Self::Error::OutOfRange { argument, value, must_be });
        if let Some(p) = p_value.filter(|p| !(0.0..=1.0).contains(p)) {
            return refuse("the p-value", p, "in [0, 1]");
        }
        if let Some(x) = statistic.filter(|x| !x.is_finite()) {
            return refuse("the statistic", x, "finite");
        }
        if let Some(d) = events.filter(|d| !(0.0..f64::INFINITY).contains(d)) {
            return refuse("the number of events", d, "at least 0 and finite");
        }
        Ok(Self { method, statistic, df, p_value, subjects, events })
    }
}

impl TestSummary {
    /// From the name of the test, its statistic and its p-value. A statistic that is no finite number is none.
    #[must_use]
    pub fn new(method: impl Into<String>, statistic: Option<f64>, p_value: Option<f64>) -> Self {
        Self {
            method: method.into(),
            statistic: statistic.filter(|x| x.is_finite()),
            df: None,
            p_value: p_value.map(|p| p.clamp(0.0, 1.0)).filter(|p| !p.is_nan()),
            subjects: None,
            events: None,
        }
    }

    /// With the degrees of freedom of a chi-square statistic.
    #[must_use]
    pub fn with_df(self, df: usize) -> Self {
        Self { df: Some(df), ..self }
    }

    /// With the number of subjects, and of events (sum of weights).
    #[must_use]
    pub fn with_counts(self, subjects: usize, events: f64) -> Self {
        Self { subjects: Some(subjects), events: Some(events).filter(|d| d.is_finite()), ..self }
    }

    /// Which test it was.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The statistic.
    #[must_use]
    pub fn statistic(&self) -> Option<f64> {
        self.statistic
    }

    /// The degrees of freedom, where the statistic is a chi-square.
    #[must_use]
    pub fn df(&self) -> Option<usize> {
        self.df
    }

    /// The two-sided p-value.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.p_value
    }

    /// The number of subjects.
    #[must_use]
    pub fn subjects(&self) -> Option<usize> {
        self.subjects
    }

    /// The number of events: sum of weights.
    #[must_use]
    pub fn events(&self) -> Option<f64> {
        self.events
    }
}

impl fmt::Display for TestSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.method)?;
        if let Some(x) = self.statistic {
            write!(f, " statistic {:.3},", Number(x))?;
        }
        if let Some(df) = self.df {
            write!(f, " {df} df,")?;
        }
        match self.p_value {
            Some(p) => write!(f, " {:#}", PValue(p))?,
            None => write!(f, " no p-value")?,
        }
        match (self.subjects, self.events) {
            (Some(n), Some(d)) => write!(f, " ({}, {})", counted(n, "subject"), counted(Number(d), "event")),
            (Some(n), None) => write!(f, " ({})", counted(n, "subject")),
            _ => Ok(()),
        }
    }
}
