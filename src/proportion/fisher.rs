//! Fisher's exact test: given how many have the event, is it a coincidence who they are?

use crate::proportion::hypergeometric::Tails;
use crate::proportion::pair::TwoProportions;
use crate::proportion::power::{Assumed, power};
use crate::proportion::test::{ProportionTest, ProportionTestMethod};

use crate::error::Result;

/// Fisher's exact test.
///
/// Given the number of events of both groups the group's share of them is hypergeometric. The two-sided p-value adds
/// up all tables that are no more probable than the observed one (those within a factor of 1 + 10⁻⁷ count as equal),
/// as R's `fisher.test`; a one-sided one adds up a tail.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`mid_p`](Self::mid_p) | off | half the probability of what was observed: no longer exact, less conservative |
///
/// # Cost
/// One pass over the tables with the same margins, of which there are at most as many as the smaller margin and one.
///
/// # Example
/// ```
/// use greenwood::proportion::{Fisher, Proportion, TwoProportions};
/// use greenwood::survival::result::Alternative;
///
/// // Fisher's (1935) lady tasting tea: three of her four guesses of "milk first" are right.
/// let pair = TwoProportions::new(Proportion::new(3, 4)?, Proportion::new(1, 4)?);
/// let test = Fisher::new().test(&pair);
/// assert!((test.p_value() - 34.0 / 70.0).abs() < 1e-12);
/// assert!((test.one_sided_p_value(Alternative::FirstHigher) - 17.0 / 70.0).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Fisher (1935), J R Stat Soc 98:39. For the mid-p: Lancaster (1961), J Am Stat Assoc 56:223; with two sides half of
/// all tables that are as probable as the observed one is left out, as in R's exact2x2 (Fay 2010, R Journal 2(1):53).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct Fisher {
    mid_p: bool,
}

impl Fisher {
    /// The exact test.
    pub fn new() -> Self {
        Self::default()
    }

    /// With half the probability of what was observed.
    pub fn mid_p(self) -> Self {
        Self { mid_p: true }
    }

    /// Do the two proportions differ?
    #[must_use]
    pub fn test(&self, pair: &TwoProportions) -> ProportionTest {
        let tails = Tails::of(pair);
        let (tails, method) = if self.mid_p {
            (tails.mid(), ProportionTestMethod::FisherMidP)
        } else {
            (tails, ProportionTestMethod::Fisher)
        };
        ProportionTest::new(method, pair, [tails.two_sided, tails.lower, tails.higher], None)
    }

    /// The probability that the two-sided p-value is at most `alpha` where the probabilities are as assumed: the sum
    /// over all tables, without approximation.
    ///
    /// ```
    /// use greenwood::proportion::{Assumed, Fisher};
    ///
    /// // If 1 of 9 and 2 of 9 were the truth, one of some 75 trials of 9 and 9 would find it.
    /// let power = Fisher::new().power(Assumed::new(9, 1.0 / 9.0)?, Assumed::new(9, 2.0 / 9.0)?, 0.05)?;
    /// assert_eq!(format!("{power:.3}"), "0.013");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where `alpha` is not inside (0, 1);
    /// [`Error::TooLarge`](crate::Error::TooLarge) for more than a million tables.
    pub fn power(&self, group: Assumed, reference: Assumed, alpha: f64) -> Result<f64> {
        power(group, reference, alpha, |pair| Ok(self.test(pair).p_value()))
    }
}
