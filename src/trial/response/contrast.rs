//! Two arms' responses compared.

use std::fmt;

use crate::error::Result;
use crate::print;
use crate::proportion::{
    Barnard, Boschloo, ChanZhang, ConditionalOddsRatio, EffectEstimate, Fisher, MiettinenNurminen,
    ProportionTest, TwoProportions,
};

/// One arm's responders against another's. Made by
/// [`BinaryAnalysis::contrast`](crate::trial::BinaryAnalysis::contrast); everything it returns is about the first arm
/// relative to the second.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BinaryContrast {
    pair: TwoProportions,
    of: String,
    against: String,
}

impl BinaryContrast {
    pub(super) fn new(pair: TwoProportions, of: String, against: String) -> Self {
        Self { pair, of, against }
    }

    /// The arm that is compared.
    #[must_use]
    pub fn of(&self) -> &str {
        &self.of
    }

    /// The arm that it is compared with.
    #[must_use]
    pub fn against(&self) -> &str {
        &self.against
    }

    /// The two proportions, for whatever [`proportion`](crate::proportion) offers.
    #[must_use]
    pub fn pair(&self) -> &TwoProportions {
        &self.pair
    }

    /// Fisher's exact test.
    #[must_use]
    pub fn fisher(&self) -> ProportionTest {
        Fisher::new().test(&self.pair)
    }

    /// Boschloo's exact test.
    ///
    /// # Errors
    /// As [`Boschloo::test`].
    pub fn boschloo(&self) -> Result<ProportionTest> {
        Boschloo::new().test(&self.pair)
    }

    /// Barnard's exact test.
    ///
    /// # Errors
    /// As [`Barnard::test`].
    pub fn barnard(&self) -> Result<ProportionTest> {
        Barnard::new().test(&self.pair)
    }

    /// The risk difference with Miettinen and Nurminen's interval.
    #[must_use]
    pub fn difference(&self) -> EffectEstimate {
        MiettinenNurminen::difference().estimate(&self.pair)
    }

    /// The risk difference with Chan and Zhang's exact interval.
    ///
    /// # Errors
    /// As [`ChanZhang::estimate`].
    pub fn exact_difference(&self) -> Result<EffectEstimate> {
        ChanZhang::difference().estimate(&self.pair)
    }

    /// The risk ratio with Miettinen and Nurminen's interval.
    #[must_use]
    pub fn ratio(&self) -> EffectEstimate {
        MiettinenNurminen::ratio().estimate(&self.pair)
    }

    /// The risk ratio with Chan and Zhang's exact interval.
    ///
    /// # Errors
    /// As [`ChanZhang::estimate`].
    pub fn exact_ratio(&self) -> Result<EffectEstimate> {
        ChanZhang::ratio().estimate(&self.pair)
    }

    /// The odds ratio with Miettinen and Nurminen's interval.
    #[must_use]
    pub fn odds_ratio(&self) -> EffectEstimate {
        MiettinenNurminen::odds_ratio().estimate(&self.pair)
    }

    /// The conditional odds ratio with exact limits.
    #[must_use]
    pub fn exact_odds_ratio(&self) -> EffectEstimate {
        ConditionalOddsRatio::new().estimate(&self.pair)
    }
}

/// `Msc against Control: 1/9 (11.1%) against 2/9 (22.2%)`.
impl fmt::Display for BinaryContrast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", print::pair(&self.of, &self.against), self.pair)
    }
}
