//! Boschloo's exact test: Fisher's p-value as a statistic.

use crate::error::Result;
use crate::proportion::hypergeometric::Tails;
use crate::proportion::pair::TwoProportions;
use crate::proportion::power::{Assumed, check_alpha};
use crate::proportion::test::{ProportionTest, ProportionTestMethod};
use crate::proportion::unconditional::Ordering;

/// The unconditional exact test whose tables are ordered by Fisher's p-value: never less powerful than Fisher's.
///
/// The p-value is the largest probability, over all common probabilities of the event, of a table whose p-value by
/// [`Fisher`](crate::proportion::Fisher) is no larger than the observed one. It is never above that p-value. The
/// two-sided test orders by the two-sided p-value and a one-sided test by that of its side (scipy doubles the smaller
/// one-sided p-value for two sides, which is another test). The maximum is proven to a relative 10⁻¹².
///
/// # Cost
/// That of [`Barnard`](crate::proportion::Barnard), and Fisher's p-value of each of the (n + 1)(m + 1) tables once for each of
/// the three p-values, O(nm log N) for N = n + m subjects.
///
/// # Example
/// ```
/// use greenwood::proportion::{Boschloo, Fisher, Proportion, TwoProportions};
/// use greenwood::survival::result::Alternative;
///
/// // Mehta & Senchaudhuri (2003): 7 of 15 against 12 of 15.
/// let pair = TwoProportions::new(Proportion::new(7, 15)?, Proportion::new(12, 15)?);
/// let (boschloo, fisher) = (Boschloo::new().test(&pair)?, Fisher::new().test(&pair));
/// assert!(boschloo.p_value() < fisher.p_value());
/// // Mehta & Senchaudhuri (2003) print 0.0341 for the one side by Barnard's ordering.
/// assert_eq!(format!("{:.4}", boschloo.one_sided_p_value(Alternative::FirstLower)), "0.0341");
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Boschloo (1970), Stat Neerl 24:1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct Boschloo {}

impl Boschloo {
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
        let p = |side: fn(&Tails) -> f64| {
            ordering(n, m, &cells, side).p_value(group.events(), reference.events(), &cells)
        };
        let (two_sided, common) = p(|t| t.two_sided);
        let p = [two_sided, p(|t| t.lower).0, p(|t| t.higher).0];
        Ok(ProportionTest::new(ProportionTestMethod::Boschloo, pair, p, Some(common)))
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
        let by_fisher = ordering(n, m, &Ordering::cells(n, m), |t| t.two_sided);
        Ok(by_fisher.power(group, reference, alpha))
    }
}

/// The tables by a p-value of Fisher's.
fn ordering(n: u64, m: u64, cells: &[(u64, Vec<f64>)], side: fn(&Tails) -> f64) -> Ordering {
    let mut statistic = vec![0.0; ((n + 1) * (m + 1)) as usize];
    for (s, (first, probabilities)) in (0..).zip(cells) {
        for (x, p) in (*first..).zip(Tails::all(probabilities).iter().map(side)) {
            statistic[(x * (m + 1) + s - x) as usize] = p;
        }
    }
    Ordering::from_statistics(n, m, statistic)
}
