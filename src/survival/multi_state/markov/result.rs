//! What a test of the Markov assumption found, landmark by landmark.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::check_len;
use crate::numeric::distribution::chi_square_sf;
use crate::print::{Number, PValue};
#[cfg(feature = "serde")]
use crate::survival::result::stored;

/// The comparison at one landmark.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MarkovLandmark {
    pub(super) time: f64,
    pub(super) groups: Vec<String>,
    pub(super) subjects: Vec<usize>,
    pub(super) observed: Vec<f64>,
    pub(super) expected: Vec<f64>,
    pub(super) statistic: f64,
    pub(super) df: usize,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(MarkovLandmark {
    time: f64,
    groups: Vec<String>,
    subjects: Vec<usize>,
    observed: Vec<f64>,
    expected: Vec<f64>,
    statistic: f64,
    df: usize,
});

#[cfg(feature = "serde")]
impl MarkovLandmark {
    fn check(&self) -> crate::error::Result<()> {
        let k = self.groups.len();
        check_len("subjects", self.subjects.len(), "groups", k)?;
        check_len("observed", self.observed.len(), "groups", k)?;
        check_len("expected", self.expected.len(), "groups", k)?;
        stored::number("a landmark", self.time)?;
        self.subjects.iter().try_for_each(|&n| stored::count("a count", n))?;
        let sizes = self.observed.iter().chain(&self.expected).chain([&self.statistic]);
        sizes.copied().try_for_each(|x| stored::size("a count or the statistic", x))?;
        if self.df >= k.max(1) {
            let (value, must_be) = (self.df as f64, "below the number of groups");
            return Err(crate::error::Error::OutOfRange { argument: "df", value, must_be });
        }
        Ok(())
    }
}

/// The result of [`MarkovTest`](super::MarkovTest).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::stored::RawResult"))]
pub struct MarkovTestResult {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) landmarks: Vec<MarkovLandmark>,
    pub(super) replicates: usize,
    /// Of the mean and of the largest statistic: how many samples have one as large.
    pub(super) as_large: [usize; 2],
}

impl MarkovLandmark {
    /// The landmark.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The states at the landmark of those who are at risk of the transition later.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// How many they are.
    #[must_use]
    pub fn subjects(&self) -> &[usize] {
        &self.subjects
    }

    /// The transitions of each group after the landmark.
    #[must_use]
    pub fn observed(&self) -> &[f64] {
        &self.observed
    }

    /// Those expected if the groups share one hazard.
    #[must_use]
    pub fn expected(&self) -> &[f64] {
        &self.expected
    }

    /// The chi-square statistic.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// Its degrees of freedom; 0 where there are no two groups to compare.
    #[must_use]
    pub fn df(&self) -> usize {
        self.df
    }

    /// The p-value of this landmark alone; `None` without a degree of freedom.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        (self.df > 0).then(|| chi_square_sf(self.statistic.max(0.0), self.df))
    }
}

impl MarkovTestResult {
    /// The landmarks, in the order in which they were given.
    #[must_use]
    pub fn landmarks(&self) -> &[MarkovLandmark] {
        &self.landmarks
    }

    /// The number of multiplier samples.
    #[must_use]
    pub fn replicates(&self) -> usize {
        self.replicates
    }

    fn share(&self, which: usize) -> Option<f64> {
        let any = self.landmarks.iter().any(|l| l.df > 0);
        any.then(|| (1 + self.as_large[which]) as f64 / (1 + self.replicates) as f64)
    }

    /// The p-value of the mean statistic over the landmarks. Returns `None` if no landmark compares groups.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.share(0)
    }

    /// The p-value of the largest statistic.
    #[must_use]
    pub fn p_value_of_largest(&self) -> Option<f64> {
        self.share(1)
    }
}

impl fmt::Display for MarkovTestResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Markov assumption for {} → {} (landmark log-rank tests)", self.from, self.to)?;
        for l in &self.landmarks {
            write!(f, "\n  at {}: ", Number(l.time))?;
            match l.p_value() {
                Some(p) => write!(f, "chi-square {:.4} on {} df, {:#}", l.statistic, l.df, PValue(p))?,
                None => write!(f, "no groups to compare")?,
            }
        }
        let Some((mean, largest)) = self.p_value().zip(self.p_value_of_largest()) else { return Ok(()) };
        write!(
            f,
            "\n  all: mean {:#}, largest {:#} ({} samples)",
            PValue(mean),
            PValue(largest),
            self.replicates
        )
    }
}
