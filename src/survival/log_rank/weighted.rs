//! The log-rank test and its weighted relatives.

use crate::error::{Error, Result, TestError, check_len};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::log_rank::robust;
use crate::survival::log_rank::sums::Sums;
use crate::survival::log_rank::test::{Kind, LogRankTest};
use crate::survival::log_rank::weight::{self, PooledEventTime, Running, Weighing, Weight};
use crate::survival::risk_table::table::RiskTable;

/// The log-rank test: do the groups share one hazard?
///
/// At each event time t of a stratum, with `n` at risk and `d` events, group g expects `d n_g/n` events; the
/// sum over times and strata of `observed − expected` has the covariance
/// `Σ d (n − d)/(n − 1) (n_g/n) (1{g = h} − n_h/n)`, and `(O − E)ᵀ V⁻ (O − E)` is chi-square with as many
/// degrees of freedom as V has rank: groups less one, fewer where a group was never at risk at an event.
///
/// Delayed entry is honoured in the risk sets; strata of the data are compared within. A replication weight
/// of k is the row k times; times at which weights of 1 or less in all are at risk in several groups have no variance
/// `(n − d)/(n − 1)` and are left out of all sums. With sampling weights or clusters V is robust (the sandwich of score
/// contributions, Lin & Wei 1989).
///
/// # Cost
/// One risk table per group and stratum, then one pass over their times. With k groups k² numbers per event time, and k³
/// once for the statistic; more than 4,096 groups are refused.
///
/// # Example
/// Freireich's leukaemia trial, 6-MP against placebo:
/// ```
/// use greenwood::survival::{Groups, LogRank, RightCensored};
///
/// let weeks = [
///     6., 6., 6., 6., 7., 9., 10., 10., 11., 13., 16., 17., 19., 20., 22., 23., 25., 32., 32., 34., 35., // 6-MP
///     1., 1., 2., 2., 3., 4., 4., 5., 5., 8., 8., 8., 8., 11., 11., 12., 12., 15., 17., 22., 23.,
/// ];
/// let mut relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(|d| d == 1).to_vec();
/// relapse.extend([true; 21]);
/// let arm = Groups::from_codes(&[[0; 21], [1; 21]].concat(), &["6-MP", "placebo"])?;
///
/// let test = LogRank::test(&RightCensored::new(&weeks, &relapse)?, &arm)?;
/// assert!((test.statistic() - 16.79294098921654).abs() < 1e-12); // R: survdiff
/// assert!(test.z().unwrap() < 0.0); // fewer relapses than expected with 6-MP
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # See also
/// [`WeightedLogRank`] for the other members of the family, [`ExactLogRank`](crate::survival::ExactLogRank)
/// for few events, [`LogRankTest::trend`] for ordered groups.
///
/// # References
/// Mantel (1966), Cancer Chemother Rep 50:163. Peto & Peto (1972), J R Stat Soc A 135:185.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogRank;

impl LogRank {
    /// Compares the groups, within the strata of the data if there are any.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::TooFewGroups`] where fewer than two labels exist; [`Error::TooManyGroups`]
    /// beyond 4,096.
    pub fn test(data: &RightCensored, groups: &Groups) -> Result<LogRankTest> {
        WeightedLogRank::new(Weight::LogRank).test(data, groups)
    }

    /// Compares groups whose risk tables are at hand: one inner vector per stratum, one table per label in it.
    /// Tables of parts of the subjects (sites, batches) may have been merged before.
    ///
    /// # Errors
    /// [`Error::TooFewGroups`]; [`Error::TooManyGroups`]; [`Error::LengthMismatch`] where a stratum has not one table
    /// per label; [`Error::Empty`] without strata; [`Error::Unsupported`] for tables of sampling weights, whose variance
    /// needs the subjects.
    pub fn from_tables(tables: &[Vec<RiskTable>], labels: &[&str]) -> Result<LogRankTest> {
        WeightedLogRank::new(Weight::LogRank).from_tables(tables, labels)
    }

    /// The member of the family with this weight.
    pub fn weighted(weight: Weight) -> WeightedLogRank<'static> {
        WeightedLogRank::new(weight)
    }
}

/// A weighted log-rank test: `U_g = Σ w(t) (d_g − d n_g/n)` over event times and strata, with the covariance
/// `Σ w² d (n − d)/(n − 1) (n_g/n)(1{g = h} − n_h/n)` and the chi-square `Uᵀ V⁻ U`.
///
/// Two groups or more, strata (each with weights from its own pooled curve), delayed entry and weights of
/// subjects are those of [`LogRank`], which is the member with [`Weight::LogRank`]. One-sided p-values and z
/// are in the [`LogRankTest`] that [`test`](Self::test) returns.
///
/// # Cost
/// That of [`LogRank`]: weights add 2 to 5 % to a test of 10⁶ rows.
///
/// # Example
/// Late differences in Freireich's leukaemia trial, and a weight of one's own:
/// ```
/// use greenwood::survival::{Groups, LogRank, RightCensored, Weight, WeightedLogRank};
///
/// let weeks = [
///     6., 6., 6., 6., 7., 9., 10., 10., 11., 13., 16., 17., 19., 20., 22., 23., 25., 32., 32., 34., 35., // 6-MP
///     1., 1., 2., 2., 3., 4., 4., 5., 5., 8., 8., 8., 8., 11., 11., 12., 12., 15., 17., 22., 23.,
/// ];
/// let mut relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(|d| d == 1).to_vec();
/// relapse.extend([true; 21]);
/// let arm = Groups::from_codes(&[[0; 21], [1; 21]].concat(), &["6-MP", "placebo"])?;
/// let data = RightCensored::new(&weeks, &relapse)?;
///
/// let late = LogRank::weighted(Weight::fleming_harrington(0.0, 1.0)).test(&data, &arm)?;
/// assert!((late.z().unwrap() + 3.612264).abs() < 1e-6); // R: nph
///
/// let own = WeightedLogRank::with_function("at risk", &|t| t.at_risk).test(&data, &arm)?;
/// let gehan = LogRank::weighted(Weight::GehanBreslow).test(&data, &arm)?;
/// assert_eq!(own.statistic(), gehan.statistic());
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Tarone & Ware (1977), Biometrika 64:156. Fleming & Harrington (1991), Counting Processes and Survival
/// Analysis, ch. 7. Magirr & Jiménez (2022), Stat Med 41:1688 (strata).
#[derive(Clone)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct WeightedLogRank<'f> {
    name: String,
    source: Source<'f>,
}

#[derive(Clone)]
enum Source<'f> {
    Named(Weight),
    Function(&'f (dyn Fn(PooledEventTime) -> f64 + Sync)),
}

impl std::fmt::Debug for WeightedLogRank<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WeightedLogRank({})", self.name)
    }
}

impl WeightedLogRank<'static> {
    /// The test with a weight of the list.
    pub fn new(weight: Weight) -> Self {
        Self { name: weight.to_string(), source: Source::Named(weight) }
    }
}

impl<'f> WeightedLogRank<'f> {
    /// The test with a weight of one's own, under a name for the result. For a valid test the function may
    /// depend on what happened before its time only, and not on the groups.
    pub fn with_function(name: &str, weight: &'f (dyn Fn(PooledEventTime) -> f64 + Sync)) -> Self {
        Self { name: name.to_string(), source: Source::Function(weight) }
    }

    fn weighing(&self) -> Result<Weighing<'_>> {
        Ok(match &self.source {
            Source::Named(weight) => {
                weight.check()?;
                Weighing::Named(weight)
            }
            Source::Function(f) => Weighing::Function(*f),
        })
    }

    /// Compares the groups, within the strata of the data if there are any.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::TooFewGroups`]; [`Error::TooManyGroups`]; [`Error::OutOfRange`] and
    /// [`TestError::PeriodCount`] where the weight's parameters are not what they must be; [`TestError::WeightFunction`] where a
    /// function gives no finite number, or one so large that sums of it are none.
    pub fn test(&self, data: &RightCensored, groups: &Groups) -> Result<LogRankTest> {
        if let Some(keep) = data.sampled() {
            check_len("groups", groups.len(), "time", data.len())?;
            return self.test(&data.filter(&keep)?, &groups.filter(&keep));
        }
        check_count(groups.count())?;
        let tables = RiskTable::by_stratum_and_group(data, groups)?;
        let robust = data.is_robust().then(|| data.merged());
        self.of_tables(&tables, groups.labels().to_vec(), robust.as_deref().map(|data| (data, groups)))
    }

    /// Compares groups whose risk tables are at hand: one inner vector per stratum, one table per label in it.
    ///
    /// # Errors
    /// Those of [`LogRank::from_tables`] and of the weight.
    pub fn from_tables(&self, tables: &[Vec<RiskTable>], labels: &[&str]) -> Result<LogRankTest> {
        if tables.iter().flatten().any(RiskTable::has_sampling_weights) {
            return Err(Error::Unsupported {
                method: "a log-rank test of risk tables",
                with: "sampling weights",
                why: "its variance needs the subjects: use `test` with the data",
            });
        }
        self.of_tables(tables, labels.iter().map(ToString::to_string).collect(), None)
    }

    /// With `robust`, the merged data and groups behind the tables, the covariance is that of the scores.
    fn of_tables(
        &self,
        tables: &[Vec<RiskTable>],
        labels: Vec<String>,
        robust: Option<(&RightCensored, &Groups)>,
    ) -> Result<LogRankTest> {
        let weighing = self.weighing()?;
        let k = labels.len();
        check_count(k)?;
        // Labels that are all different: the rule of groups.
        Groups::from_codes(&[], &labels)?;
        if tables.is_empty() {
            return Err(Error::Empty { argument: "tables" });
        }
        if let Some(stratum) = tables.iter().find(|t| t.len() != k) {
            let (len, other) = (stratum.len(), "labels");
            return Err(Error::LengthMismatch { argument: "tables", len, other, expected: k });
        }
        let (mut sums, largest) = self.sums(tables, weighing, k, 1.0)?;
        // Squares of weights far from 1 overflow or vanish: the same sums in a unit of the largest weight.
        let mut unit = weight::unit_of(largest);
        if unit != 1.0 {
            (sums, _) = self.sums(tables, weighing, k, unit)?;
        }
        if let Some((data, groups)) = robust {
            let scores_unit;
            (sums.variance, scores_unit) = robust::variance(data, groups, tables, weighing, unit);
            sums.divide_counts(scores_unit);
            unit *= scores_unit;
        }
        // Weights of times and of subjects that are both tiny have a product that is none.
        if unit < f64::MIN_POSITIVE {
            return Err(Error::OutOfRange {
                argument: "the largest weight of an event time",
                value: largest,
                must_be: "so large that it is a number beside the weights of the subjects: multiply those",
            });
        }
        let plain = matches!(self.source, Source::Named(Weight::LogRank));
        let kind = Kind { weight: self.name.clone(), plain, listed: self.listed(), robust: robust.is_some() };
        let test = LogRankTest::new(kind, labels, sums, unit, tables);
        test.ok_or(Error::OutOfRange {
            argument: "the largest weight of an event time",
            value: largest,
            must_be: "so small that the sum over the events is finite",
        })
    }

    /// Is the weight one of the list, which the permutation tests have too?
    fn listed(&self) -> bool {
        matches!(self.source, Source::Named(_))
    }

    /// The sums over all strata with weights divided by `unit`, and the largest size of a weight.
    fn sums(
        &self,
        tables: &[Vec<RiskTable>],
        weighing: Weighing,
        k: usize,
        unit: f64,
    ) -> Result<(Sums, f64)> {
        let mut sums = Sums::new(k);
        let mut largest = 0.0_f64;
        for stratum in tables {
            if matches!(weighing, Weighing::Named(Weight::LogRank)) {
                sums.add_stratum(stratum, |_| 1.0);
                largest = 1.0;
                continue;
            }
            let mut weights = Running::new(weighing).in_unit(unit);
            sums.add_stratum(stratum, |t| weights.weigh(t));
            if let Some((time, value)) = weights.refused {
                return Err(Error::Test(TestError::WeightFunction { name: self.name.clone(), time, value }));
            }
            largest = largest.max(weights.largest);
        }
        sums.complete();
        Ok((sums, largest))
    }
}

/// The most groups that are compared: their covariance has the square of it in numbers.
pub(super) const MOST_GROUPS: usize = 1 << 12;

/// Are there as many groups as can be compared?
pub(in crate::survival) fn check_count(groups: usize) -> Result<()> {
    match groups {
        0 | 1 => Err(Error::TooFewGroups { found: groups }),
        2..=MOST_GROUPS => Ok(()),
        found => Err(Error::TooManyGroups { found, limit: MOST_GROUPS }),
    }
}
