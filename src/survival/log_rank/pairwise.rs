//! Which of several groups differ: all pairs, with p-values adjusted for their number.

use std::fmt;

use crate::error::{Error, Result};
use crate::print::{self, PValue as P};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::log_rank::test::LogRankTest;
use crate::survival::log_rank::weight::Weight;
use crate::survival::log_rank::weighted::WeightedLogRank;
use crate::survival::result::test::TestSummary;
use crate::survival::risk_table::table::RiskTable;

/// How p-values are adjusted for the number of comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Adjustment {
    /// Holm (1979), step-down: the family-wise error is kept whatever the dependence.
    #[default]
    Holm,
    /// Hochberg (1988), step-up: family-wise error under independence or positive dependence.
    Hochberg,
    /// Benjamini & Hochberg (1995): the false discovery rate.
    BenjaminiHochberg,
    /// Bonferroni: p times the number of comparisons.
    Bonferroni,
    /// None.
    Unadjusted,
}

impl Adjustment {
    /// The adjusted p-values, in the order given. A p-value that does not exist (nothing to compare) is not
    /// counted among the comparisons.
    #[must_use]
    pub fn adjust(self, p_values: &[Option<f64>]) -> Vec<Option<f64>> {
        let mut order: Vec<(f64, usize)> =
            p_values.iter().enumerate().filter_map(|(i, p)| p.map(|p| (p, i))).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let m = order.len() as f64;
        let mut adjusted = vec![None; p_values.len()];
        let mut set = |i: usize, p: f64| adjusted[i] = Some(p.min(1.0));
        match self {
            Self::Unadjusted => order.iter().for_each(|&(p, i)| set(i, p)),
            Self::Bonferroni => order.iter().for_each(|&(p, i)| set(i, p * m)),
            Self::Holm => {
                let mut largest = 0.0_f64;
                for (rank, &(p, i)) in order.iter().enumerate() {
                    largest = largest.max(p * (m - rank as f64));
                    set(i, largest);
                }
            }
            Self::Hochberg | Self::BenjaminiHochberg => {
                let mut smallest = f64::INFINITY;
                for (rank, &(p, i)) in order.iter().enumerate().rev() {
                    let rank = rank as f64;
                    let factor = if self == Self::Hochberg { m - rank } else { m / (rank + 1.0) };
                    smallest = smallest.min(p * factor);
                    set(i, smallest);
                }
            }
        }
        adjusted
    }
}

#[cfg(feature = "serde")]
impl Adjustment {
    /// Are these the adjusted p-values of tests with these p-values, but for rounding?
    pub(super) fn check(self, p_values: &[Option<f64>], adjusted: &[Option<f64>]) -> Result<()> {
        for (found, right) in adjusted.iter().zip(self.adjust(p_values)) {
            let value = found.unwrap_or(f64::NAN);
            if found.is_some() != right.is_some() || right.is_some_and(|p| !((p - value).abs() <= 1e-9 * p)) {
                let must_be = "that of its test and its adjustment";
                return Err(Error::OutOfRange { argument: "an adjusted p-value", value, must_be });
            }
        }
        Ok(())
    }
}

impl fmt::Display for Adjustment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holm => "Holm",
            Self::Hochberg => "Hochberg",
            Self::BenjaminiHochberg => "Benjamini-Hochberg",
            Self::Bonferroni => "Bonferroni",
            Self::Unadjusted => "none",
        })
    }
}

/// The most groups of which every pair is tested: 99,681 pairs.
const MOST_GROUPS: usize = 447;

/// Are there as many pairs as can be compared?
pub(super) fn check_pairs(groups: usize) -> Result<()> {
    if groups > MOST_GROUPS {
        return Err(Error::TooManyGroups { found: groups, limit: MOST_GROUPS });
    }
    Ok(())
}

/// Log-rank tests of every pair of groups.
///
/// Each pair is tested with the subjects of its two groups alone, within the strata of the data.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`weight`](Self::weight) | [`Weight::LogRank`] | the member of the family |
/// | [`adjustment`](Self::adjustment) | [`Adjustment::Holm`] | for the number of comparisons |
///
/// # Cost
/// One risk table per group and stratum, then one pass over two of them for each pair; with a robust variance one pass
/// over all subjects for each pair. More than 447 groups, which make 10⁵ pairs, are refused.
///
/// # References
/// Holm (1979), Scand J Stat 6:65. Hochberg (1988), Biometrika 75:800. Benjamini & Hochberg (1995), J R Stat Soc B 57:289.
///
/// # Example
/// ```
/// use greenwood::survival::{Groups, RightCensored};
/// use greenwood::survival::log_rank::{Adjustment, PairwiseLogRank};
/// let data = RightCensored::new(&[9., 8., 7., 6., 5., 4., 3., 2., 1.], &[true; 9])?;
/// let dose = Groups::from_codes(&[0, 0, 0, 1, 1, 1, 2, 2, 2], &["none", "low", "high"])?;
/// let test = PairwiseLogRank::new().adjustment(Adjustment::Bonferroni).test(&data, &dose)?;
/// let pair = &test.comparisons()[1];
/// assert_eq!((pair.group(), pair.reference()), ("none", "high"));
/// assert_eq!(pair.adjusted_p_value(), pair.p_value().map(|p| (3.0 * p).min(1.0)));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct PairwiseLogRank {
    weight: Weight,
    adjustment: Adjustment,
}

impl PairwiseLogRank {
    /// Log-rank tests with Holm's adjustment.
    pub fn new() -> Self {
        Self::default()
    }

    /// The weight of the event times.
    pub fn weight(mut self, weight: Weight) -> Self {
        self.weight = weight;
        self
    }

    /// The adjustment for the number of comparisons.
    pub fn adjustment(mut self, adjustment: Adjustment) -> Self {
        self.adjustment = adjustment;
        self
    }

    /// Tests every pair of groups.
    ///
    /// # Errors
    /// Those of [`WeightedLogRank::test`]; [`Error::TooManyGroups`] beyond 447, which make 10⁵ pairs.
    pub fn test(&self, data: &RightCensored, groups: &Groups) -> Result<PairwiseTest> {
        let k = groups.count();
        if k < 2 {
            return Err(Error::TooFewGroups { found: k });
        }
        check_pairs(k)?;
        let family = WeightedLogRank::new(self.weight.clone());
        let tables = RiskTable::by_stratum_and_group(data, groups)?;
        let mut tests = Vec::with_capacity(k * (k - 1) / 2);
        for a in 0..k {
            for b in a + 1..k {
                let labels = [groups.labels()[a].as_str(), &groups.labels()[b]];
                tests.push(if data.is_robust() {
                    let member = |c: &u32| *c as usize == a || *c as usize == b;
                    let keep: Vec<bool> = groups.codes().iter().map(member).collect();
                    let codes: Vec<usize> = groups
                        .codes()
                        .iter()
                        .filter(|c| member(c))
                        .map(|&c| usize::from(c as usize == b))
                        .collect();
                    let pair = Groups::from_codes(&codes, &labels)?;
                    if codes.is_empty() {
                        family.from_tables(&[vec![tables[0][a].clone(), tables[0][b].clone()]], &labels)?
                    } else {
                        family.test(&data.filter(&keep)?, &pair)?
                    }
                } else {
                    let pair: Vec<Vec<RiskTable>> =
                        tables.iter().map(|t| vec![t[a].clone(), t[b].clone()]).collect();
                    family.from_tables(&pair, &labels)?
                });
            }
        }
        let p_values: Vec<Option<f64>> = tests.iter().map(LogRankTest::p_value).collect();
        let adjusted = self.adjustment.adjust(&p_values);
        let comparisons = tests
            .into_iter()
            .zip(adjusted)
            .map(|(test, adjusted_p_value)| PairwiseComparison { test, adjusted_p_value })
            .collect();
        Ok(PairwiseTest { adjustment: self.adjustment, comparisons })
    }
}

/// One pair of a [`PairwiseTest`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct PairwiseComparison {
    test: LogRankTest,
    adjusted_p_value: Option<f64>,
}

/// A pair as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    test: LogRankTest,
    adjusted_p_value: Option<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for PairwiseComparison {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { test, adjusted_p_value } = raw;
        if test.labels().len() != 2 {
            let (method, instead) = ("a pair", "keep the test of all groups as it is");
            return Err(Error::NotTwoGroups { method, found: test.labels().len(), instead });
        }
        if let Some(value) = adjusted_p_value.filter(|p| !(0.0..=1.0).contains(p)) {
            return Err(Error::OutOfRange { argument: "the adjusted p-value", value, must_be: "in [0, 1]" });
        }
        Ok(Self { test, adjusted_p_value })
    }
}

impl PairwiseComparison {
    /// The first group.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.test.labels()[0]
    }

    /// The group it is compared with.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.test.labels()[1]
    }

    /// The test of the two.
    #[must_use]
    pub fn test(&self) -> &LogRankTest {
        &self.test
    }

    /// The p-value of the pair alone.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.test.p_value()
    }

    /// The p-value adjusted for the number of pairs.
    #[must_use]
    pub fn adjusted_p_value(&self) -> Option<f64> {
        self.adjusted_p_value
    }
}

/// The pair's own p-value, not adjusted.
impl From<&PairwiseComparison> for TestSummary {
    fn from(pair: &PairwiseComparison) -> Self {
        Self::from(&pair.test)
    }
}

/// The result of [`PairwiseLogRank`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RawTest"))]
pub struct PairwiseTest {
    adjustment: Adjustment,
    comparisons: Vec<PairwiseComparison>,
}

/// A test as it was written: its adjusted p-values must be those of its tests.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct RawTest {
    adjustment: Adjustment,
    comparisons: Vec<PairwiseComparison>,
}

#[cfg(feature = "serde")]
impl TryFrom<RawTest> for PairwiseTest {
    type Error = Error;

    fn try_from(RawTest { adjustment, comparisons }: RawTest) -> Result<Self> {
        let p_values: Vec<Option<f64>> = comparisons.iter().map(PairwiseComparison::p_value).collect();
        let adjusted: Vec<Option<f64>> = comparisons.iter().map(|pair| pair.adjusted_p_value).collect();
        adjustment.check(&p_values, &adjusted)?;
        Ok(Self { adjustment, comparisons })
    }
}

impl PairwiseTest {
    /// The pairs: the first group with all later ones, then the second, and so on.
    #[must_use]
    pub fn comparisons(&self) -> &[PairwiseComparison] {
        &self.comparisons
    }

    /// How p-values were adjusted.
    #[must_use]
    pub fn adjustment(&self) -> Adjustment {
        self.adjustment
    }
}

impl fmt::Display for PairwiseTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pairwise log-rank tests, adjustment: {}", self.adjustment)?;
        let names: Vec<String> =
            self.comparisons.iter().map(|c| print::pair(c.group(), c.reference())).collect();
        let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0).max(4);
        write!(f, "\n{:width$} {:>10} {:>9} {:>9}", "pair", "chi-square", "p", "adjusted")?;
        for (c, name) in self.comparisons.iter().zip(names) {
            let p = |p| print::or_missing(p, |p| P(p).to_string());
            write!(
                f,
                "\n{name:width$} {:>10.4} {:>9} {:>9}",
                c.test.statistic(),
                p(c.p_value()),
                p(c.adjusted_p_value)
            )?;
        }
        Ok(())
    }
}
