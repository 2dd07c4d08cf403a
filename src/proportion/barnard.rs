//! Barnard's exact test, with the ordering by the pooled score statistic.

use crate::error::Result;
use crate::proportion::pair::TwoProportions;
use crate::proportion::power::{Assumed, check_alpha};
use crate::proportion::test::{ProportionTest, ProportionTestMethod};
use crate::proportion::unconditional::{Ordering, pooled_score};

/// The unconditional exact test whose tables are ordered by the pooled score statistic.
///
/// The p-value is the largest probability, over all common probabilities of the event, of a table whose `z = (p₁ −
/// p₂)/√(p(1 − p)(1/n₁ + 1/n₂))` is at least as far from 0 (one side: at least as low, or high) as the observed one.
/// The maximum is proven to a relative 10⁻¹². Of the orderings that bear Barnard's name this is the one of Suissa and
/// Shuster, scipy's `barnard_exact` and `z-pooled` in R's Exact.
///
/// # Cost
/// For each of the three p-values a pass over the (n + 1)(m + 1) tables and some hundred subdivisions of a polynomial, each
/// O(N²) for N = n + m subjects. [`power`](Self::power) bisects over the distinct statistics: some 2 log₂ N such maxima.
///
/// # Example
/// ```
/// use greenwood::proportion::{Barnard, Proportion, TwoProportions};
///
/// // Mehta & Senchaudhuri (2003): 7 of 15 against 12 of 15.
/// let pair = TwoProportions::new(Proportion::new(7, 15)?, Proportion::new(12, 15)?);
/// assert_eq!(format!("{:.3}", Barnard::new().test(&pair)?.p_value()), "0.068");
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Barnard (1945), Nature 156:177. Suissa & Shuster (1985), J R Stat Soc A 148:317.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct Barnard {}

impl Barnard {
    /// The test; it has no options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Do the two proportions differ?
    ///
    /// # Errors
    /// [`Error::TooLarge`](crate::Error::TooLarge) for more than 4000 subjects.
    pub fn test(&self, pair: &TwoProportions) -> Result<ProportionTest> {
        let (group, reference) = (pair.group(), pair.reference());
        let (n, m) = (group.subjects(), reference.subjects());
        Ordering::check(n, m)?;
        let cells = Ordering::cells(n, m);
        let p = |statistic: fn(f64) -> f64| {
            let ordering = Ordering::new(n, m, |x, y| statistic(pooled_score(x, n, y, m)));
            ordering.p_value(group.events(), reference.events(), &cells)
        };
        let (two_sided, common) = p(|z| -z.abs());
        let p = [two_sided, p(|z| z).0, p(|z| -z).0];
        Ok(ProportionTest::new(ProportionTestMethod::Barnard, pair, p, Some(common)))
    }

    /// The probability that the two-sided p-value is at most `alpha` where the probabilities are as assumed.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where `alpha` is not inside (0, 1);
    /// [`Error::TooLarge`](crate::Error::TooLarge) for more than 4000 subjects.
    pub fn power(&self, group: Assumed, reference: Assumed, alpha: f64) -> Result<f64> {
        check_alpha(alpha)?;
        let (n, m) = (group.subjects(), reference.subjects());
        Ordering::check(n, m)?;
        Ok(Ordering::new(n, m, |x, y| -pooled_score(x, n, y, m).abs()).power(group, reference, alpha))
    }
}
