//! What a test of two proportions found.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::{Error, Result};
use crate::print::{Number, PValue};
use crate::proportion::pair::TwoProportions;
use crate::survival::result::alternative::Alternative;
use crate::survival::result::test::TestSummary;

/// Which exact test of two proportions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ProportionTestMethod {
    /// Fisher's: given the number of events.
    Fisher,
    /// Fisher's with half the probability of what was observed.
    FisherMidP,
    /// Barnard's: unconditional, tables ordered by the pooled score statistic.
    Barnard,
    /// Boschloo's: unconditional, tables ordered by Fisher's p-value.
    Boschloo,
}

impl fmt::Display for ProportionTestMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fisher => "Fisher's exact test",
            Self::FisherMidP => "Fisher's exact test, mid-p",
            Self::Barnard => "Barnard's exact test",
            Self::Boschloo => "Boschloo's exact test",
        })
    }
}

/// Whether two proportions differ: p-values of both sides and of each.
///
/// Made by [`Fisher`](crate::proportion::Fisher), [`Barnard`](crate::proportion::Barnard) and
/// [`Boschloo`](crate::proportion::Boschloo).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct ProportionTest {
    method: ProportionTestMethod,
    pair: TwoProportions,
    p_value: f64,
    lower: f64,
    higher: f64,
    common: Option<f64>,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    method: ProportionTestMethod,
    pair: TwoProportions,
    p_value: f64,
    lower: f64,
    higher: f64,
    common: Option<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for ProportionTest {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { method, pair, p_value, lower, higher, common } = raw;
        let probabilities =
            [("the p-value", p_value), ("a one-sided p-value", lower), ("a one-sided p-value", higher)];
        for (argument, value) in
            probabilities.into_iter().chain(common.map(|c| ("the common probability", c)))
        {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::OutOfRange { argument, value, must_be: "in [0, 1]" });
            }
        }
        Ok(Self { method, pair, p_value, lower, higher, common })
    }
}

impl ProportionTest {
    /// From the p-values: of both sides, that the group is lower, that it is higher.
    pub(super) fn new(
        method: ProportionTestMethod,
        pair: &TwoProportions,
        p: [f64; 3],
        common: Option<f64>,
    ) -> Self {
        let [p_value, lower, higher] = p.map(|p| p.clamp(0.0, 1.0));
        Self { method, pair: *pair, p_value, lower, higher, common }
    }

    /// Which test it was.
    #[must_use]
    pub fn method(&self) -> ProportionTestMethod {
        self.method
    }

    /// The two proportions.
    #[must_use]
    pub fn pair(&self) -> TwoProportions {
        self.pair
    }

    /// The two-sided p-value.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        self.p_value
    }

    /// The p-value of one side: that the group's probability is lower, or higher, than the reference's.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> f64 {
        if alternative == Alternative::FirstLower { self.lower } else { self.higher }
    }

    /// Of an unconditional test: the common probability at which the two-sided p-value is largest.
    #[must_use]
    pub fn least_favourable(&self) -> Option<f64> {
        self.common
    }
}

/// `Boschloo's exact test: p = 0.153, 1/9 (11.1%) against 2/9 (22.2%)`.
impl fmt::Display for ProportionTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:#}, {}", self.method, PValue(self.p_value), self.pair)?;
        self.common.map_or(Ok(()), |p| write!(f, "; least favourable common probability {:.3}", Number(p)))
    }
}

impl From<&ProportionTest> for TestSummary {
    fn from(test: &ProportionTest) -> Self {
        let (group, reference) = (test.pair.group(), test.pair.reference());
        let subjects = (group.subjects() + reference.subjects()) as usize;
        let events = (group.events() + reference.events()) as f64;
        Self::new(test.method.to_string(), None, Some(test.p_value)).with_counts(subjects, events)
    }
}
