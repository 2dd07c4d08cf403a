//! What an exact test of two proportions would find.

use crate::error::{Error, Result};
use crate::proportion::binomial;
use crate::proportion::pair::TwoProportions;
use crate::proportion::proportion::Proportion;

/// A group of a planned or repeated trial: how many subjects, and with which probability each has the event.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct Assumed {
    subjects: u64,
    probability: f64,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    subjects: u64,
    probability: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for Assumed {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        Self::new(raw.subjects, raw.probability)
    }
}

impl Assumed {
    /// So many subjects with this probability of the event.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] without subjects, or where the probability is not in [0, 1].
    pub fn new(subjects: u64, probability: f64) -> Result<Self> {
        Proportion::new(0, subjects)?;
        if !(0.0..=1.0).contains(&probability) {
            return Err(Error::OutOfRange {
                argument: "probability",
                value: probability,
                must_be: "in [0, 1]",
            });
        }
        Ok(Self { subjects, probability })
    }

    /// How many subjects.
    #[must_use]
    pub fn subjects(&self) -> u64 {
        self.subjects
    }

    /// The probability of the event.
    #[must_use]
    pub fn probability(&self) -> f64 {
        self.probability
    }
}

/// More tables than this are not walked one by one.
const MOST_TABLES: f64 = 1e6;

/// The probability of the tables whose p-value is at most `alpha`.
pub(super) fn power(
    group: Assumed,
    reference: Assumed,
    alpha: f64,
    p_value: impl Fn(&TwoProportions) -> Result<f64>,
) -> Result<f64> {
    check_alpha(alpha)?;
    let tables = (group.subjects as f64 + 1.0) * (reference.subjects as f64 + 1.0);
    if tables > MOST_TABLES {
        return Err(Error::TooLarge {
            what: "the power of an exact test",
            size: format!("{tables} tables"),
            instead: "with so many subjects take the power of the score test",
        });
    }
    let law = |of: Assumed| binomial::probabilities(of.subjects, of.probability);
    let (of_group, of_reference) = (law(group), law(reference));
    let mut power = 0.0;
    for (x, p) in (0..).zip(&of_group) {
        for (y, q) in (0..).zip(&of_reference) {
            let pair = TwoProportions::new(
                Proportion::new(x, group.subjects)?,
                Proportion::new(y, reference.subjects)?,
            );
            if p_value(&pair)? <= alpha {
                power += p * q;
            }
        }
    }
    Ok(f64::min(power, 1.0))
}

pub(super) fn check_alpha(alpha: f64) -> Result<()> {
    if alpha > 0.0 && alpha < 1.0 {
        return Ok(());
    }
    Err(Error::OutOfRange { argument: "alpha", value: alpha, must_be: "inside (0, 1)" })
}
