//! One stage, exact binomial.

use std::fmt;

use crate::error::{Error, Result};
use crate::print::Number;
use crate::proportion::binomial::probabilities;
use crate::trial::design::checks;

/// The most subjects that a search goes through.
pub(super) const MOST: u64 = 20_000;

/// A single-arm trial of a response rate: the exact one-sided binomial test.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`alpha`](Self::alpha) | 0.05 | the one-sided error rate | inside (0, 1) |
/// | [`power`](Self::power) | 0.8 | the power at the target rate | inside (0, 1) |
///
/// The treatment is taken to be better where more than `r` of n subjects respond, `r` the smallest count with
/// `P(X > r | p₀) ≤ α`. The size is the smallest n with the power; power saws up and down in n, so a larger n may have less
/// of it, and [`lasting`](ExactBinomialPlan::lasting) is the size from which on every n has it.
///
/// # Cost
/// The binomial terms of every size from the smallest to its double: a tenth of a millisecond for rates 0.2 apart, a second for
/// thousands of subjects.
///
/// # Example
/// ```
/// use greenwood::trial::design::single_arm::ExactBinomialDesign;
///
/// let plan = ExactBinomialDesign::new(0.1, 0.3).fit()?;
/// assert_eq!((plan.subjects(), plan.needed()), (25, 6));                  // A'Hern (2001): 6 of 25
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// A'Hern (2001), Stat Med 20:859. Chernick & Liu (2002), Am Stat 56:149 (the saw).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct ExactBinomialDesign {
    null: f64,
    target: f64,
    alpha: f64,
    power: f64,
}

/// A single-stage design. Made by [`ExactBinomialDesign::fit`] and [`ExactBinomialDesign::with_subjects`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ExactBinomialPlan {
    design: ExactBinomialDesign,
    subjects: u64,
    needed: u64,
    error: f64,
    power: f64,
    lasting: u64,
}

impl ExactBinomialDesign {
    /// From the rate that is of no interest and the rate that is hoped for.
    pub fn new(null: f64, target: f64) -> Self {
        Self { null, target, alpha: 0.05, power: 0.8 }
    }

    /// The one-sided error rate.
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// The power at the target rate.
    pub fn power(self, power: f64) -> Self {
        Self { power, ..self }
    }

    /// The smallest size.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for options; [`Error::Unsupported`] where more than 20,000 subjects would be needed.
    pub fn fit(&self) -> Result<ExactBinomialPlan> {
        self.check()?;
        let too_near = Error::Unsupported {
            method: "an exact single-stage design",
            with: "rates so near to each other",
            why: "more than 20,000 subjects would be needed; ask for less power or a larger difference",
        };
        // A test that may toss a coin has no less power with more subjects, and less than one that needs one response fewer: where
        // that one has not the power, no smaller size has it.
        let without = |n: u64| {
            let needed = self.at(n).0.saturating_sub(1) as usize;
            probabilities(n, self.target)[needed..].iter().rev().sum::<f64>() < self.power
        };
        if without(MOST) {
            return Err(too_near);
        }
        let (mut low, mut high) = (0, MOST);
        while high - low > 1 {
            let middle = u64::midpoint(low, high);
            if without(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        // Beyond a multiple of the normal size the saw's teeth are below the power.
        let mut smallest = None;
        let mut lasting = 1;
        let (mut n, mut end) = (low + 1, MOST);
        while n <= end {
            let (needed, error, power) = self.at(n);
            if power >= self.power && error <= self.alpha {
                if smallest.is_none() {
                    smallest = Some((n, needed, error, power));
                    end = (2 * n + 50).min(MOST);
                }
            } else {
                lasting = n + 1;
            }
            n += 1;
        }
        let (subjects, needed, error, power) = smallest.ok_or(too_near)?;
        Ok(ExactBinomialPlan {
            design: *self,
            subjects,
            needed,
            error,
            power,
            lasting: lasting.max(subjects),
        })
    }

    /// What so many subjects can show.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for options, and for no subjects or more than 20,000.
    pub fn with_subjects(&self, subjects: u64) -> Result<ExactBinomialPlan> {
        self.check()?;
        if !(1..=MOST).contains(&subjects) {
            return checks::refuse("subjects", subjects as f64, "between 1 and 20,000");
        }
        let (needed, error, power) = self.at(subjects);
        Ok(ExactBinomialPlan { design: *self, subjects, needed, error, power, lasting: subjects })
    }

    /// The responses needed among n, and the error and power of it.
    fn at(&self, n: u64) -> (u64, f64, f64) {
        let null = probabilities(n, self.null);
        let (mut needed, mut error) = (n + 1, 0.0);
        while needed > 0 && error + null[needed as usize - 1] <= self.alpha {
            needed -= 1;
            error += null[needed as usize];
        }
        let power = probabilities(n, self.target)[needed as usize..].iter().rev().sum();
        (needed, error, power)
    }

    fn check(&self) -> Result<()> {
        check_rates(self.null, self.target, self.alpha, self.power)
    }
}

pub(super) fn check_rates(null: f64, target: f64, alpha: f64, power: f64) -> Result<()> {
    let inside =
        [("the rate of no interest", null), ("the target rate", target), ("alpha", alpha), ("power", power)];
    for (argument, value) in inside {
        checks::inside(argument, value)?;
    }
    checks::error_rate(alpha, 1)?;
    if target <= null {
        return checks::refuse(
            "the target rate",
            target,
            "above the rate of no interest: no number of subjects shows a difference that is not there",
        );
    }
    if power <= alpha {
        return checks::refuse("power", power, "above alpha");
    }
    Ok(())
}

impl ExactBinomialPlan {
    /// The number of subjects.
    #[must_use]
    pub fn subjects(&self) -> u64 {
        self.subjects
    }

    /// The smallest number of responses that shows the treatment to be better; one more than there are subjects where none
    /// does.
    #[must_use]
    pub fn needed(&self) -> u64 {
        self.needed
    }

    /// The exact error rate.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.error
    }

    /// The exact power.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.power
    }

    /// The size from which on every size, as far as twice the smallest, has the power.
    #[must_use]
    pub fn lasting(&self) -> u64 {
        self.lasting
    }
}

/// A paragraph for a protocol.
impl fmt::Display for ExactBinomialPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} subjects are treated; {} or more responses show a rate above {}. The exact one-sided error is {:.4}, the power at a \
             rate of {} is {:.1}%.",
            self.subjects,
            self.needed,
            Number(self.design.null),
            self.error,
            Number(self.design.target),
            100.0 * self.power
        )
    }
}
