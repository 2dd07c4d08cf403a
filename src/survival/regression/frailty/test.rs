//! Tests of a model with frailties, whose degrees of freedom need not be whole numbers.

use std::fmt;

use crate::numeric::distribution::chi_square_sf_of;
use crate::print::PValue as P;
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};
use crate::survival::result::test::TestSummary;

/// A chi-square test whose degrees of freedom need not be a whole number.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FrailtyTest {
    pub(super) statistic: f64,
    pub(super) df: f64,
    pub(super) p_value: Option<f64>,
}

impl FrailtyTest {
    pub(super) fn chi_square(statistic: f64, df: f64) -> Self {
        Self { statistic, df, p_value: (df > 1e-6).then(|| chi_square_sf_of(statistic, df)) }
    }

    /// The statistic.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// Its degrees of freedom.
    #[must_use]
    pub fn df(&self) -> f64 {
        self.df
    }

    /// The p-value. Returns `None` if there is nothing to test.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.p_value
    }
}

impl From<&FrailtyTest> for TestSummary {
    fn from(test: &FrailtyTest) -> Self {
        Self::new("Chi-square test of a model with frailties", Some(test.statistic), test.p_value)
    }
}

impl fmt::Display for FrailtyTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} on {:.2} df", self.statistic, self.df)?;
        self.p_value.map_or(Ok(()), |p| write!(f, ", {:#}", P(p)))
    }
}

#[cfg(feature = "serde")]
checked_when_read!(FrailtyTest { statistic: f64, df: f64, p_value: Option<f64> });

#[cfg(feature = "serde")]
impl FrailtyTest {
    fn check(&self) -> crate::error::Result<()> {
        stored::number("a statistic", self.statistic)?;
        stored::number("degrees of freedom", self.df)?;
        self.p_value.map_or(Ok(()), |p| stored::probability("a p-value", p))
    }
}
