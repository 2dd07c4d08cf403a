//! What the tests of the family return: observed and expected events, their covariance, and what follows.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::{chi_square_sf, normal_sf};
use crate::numeric::quadratic_form::quadratic_form;
use crate::numeric::sums::whole_count;
use crate::print::{Number, PValue as P, one_line};
use crate::survival::log_rank::stratum_counts::StratumCounts;
use crate::survival::log_rank::sums::Sums;
use crate::survival::result::alternative::Alternative;
use crate::survival::result::hazard_ratio::{HazardRatio, HazardRatioMethod};
use crate::survival::result::test::TestSummary;
use crate::survival::risk_table::table::RiskTable;

/// The result of a [`LogRank`](crate::survival::log_rank::LogRank) test or of a weighted one.
///
/// In a weighted test observed and expected events are sums of the weights of the event times.
///
/// # Example
/// ```
/// use greenwood::survival::{Groups, LogRank, RightCensored};
/// use greenwood::survival::result::HazardRatioMethod;
///
/// let data = RightCensored::new(&[1., 2., 3., 4., 5., 6., 7., 8.], &[true; 8])?;
/// let arm = Groups::from_codes(&[0, 0, 1, 0, 0, 1, 1, 1], &["new", "old"])?;
/// let test = LogRank::test(&data, &arm)?;
/// assert_eq!((test.df(), test.observed()), (1, &[4.0, 4.0][..]));
/// assert!((test.statistic() - test.z().unwrap().powi(2)).abs() < 1e-12);
/// let ratio = test.hazard_ratio("new", "old", HazardRatioMethod::Peto)?.unwrap();
/// assert!(ratio.value()? > 1.0);
/// // A weight of one's own is no log-rank test, whatever it is called.
/// let own = greenwood::survival::WeightedLogRank::with_function("log-rank", &|t| t.at_risk).test(&data, &arm)?;
/// assert!(own.hazard_ratio("new", "old", HazardRatioMethod::Peto).is_err());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::stored::RawLogRank"))]
pub struct LogRankTest {
    pub(super) kind: Kind,
    pub(super) labels: Vec<String>,
    pub(super) subjects: Vec<usize>,
    /// Sums of weights at the start, and whether all counts are whole numbers: what a permutation test needs to know.
    pub(super) sizes: Vec<f64>,
    pub(super) whole: bool,
    pub(super) observed: Vec<f64>,
    pub(super) expected: Vec<f64>,
    /// Of (observed − expected)/unit.
    pub(super) variance: Vec<f64>,
    pub(super) unit: f64,
    pub(super) strata: Vec<StratumCounts>,
    pub(super) left_out: usize,
    pub(super) statistic: f64,
    pub(super) df: usize,
}

/// Which member of the family a test is.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Kind {
    /// The name of the weight.
    pub weight: String,
    /// Is it the log-rank test itself? A name cannot tell: a weight of one's own may have any.
    pub plain: bool,
    /// Is the weight one of [`Weight`](crate::survival::Weight)?
    pub listed: bool,
    /// Is the variance that of scores, rather than hypergeometric?
    pub robust: bool,
}

impl LogRankTest {
    /// From the sums in a unit of the weights. Returns `None` if they are no finite numbers without it.
    pub(super) fn new(
        kind: Kind,
        labels: Vec<String>,
        sums: Sums,
        unit: f64,
        tables: &[Vec<RiskTable>],
    ) -> Option<Self> {
        let k = labels.len();
        let (mut subjects, mut sizes, mut whole) = (vec![0; k], vec![0.0; k], true);
        for stratum in tables {
            for (g, table) in stratum.iter().enumerate() {
                subjects[g] += table.subjects();
                sizes[g] += table.size();
                whole &= table.subject_columns().is_some()
                    || table.rows().all(|r| r.events.fract() == 0.0 && r.censored.fract() == 0.0);
            }
        }
        let Sums { mut strata, variance, left_out, .. } = sums;
        for counts in &mut strata {
            counts.observed.iter_mut().chain(&mut counts.expected).for_each(|x| *x *= unit);
        }
        let total = |pick: fn(&StratumCounts) -> &[f64]| -> Vec<f64> {
            (0..k).map(|g| strata.iter().map(|s| pick(s)[g]).sum()).collect()
        };
        let (observed, expected) = (total(StratumCounts::observed), total(StratumCounts::expected));
        if observed.iter().chain(&expected).chain(&variance).any(|x| !x.is_finite()) {
            return None;
        }
        let (statistic, df) = (0.0, 0);
        let test = Self {
            kind,
            labels,
            subjects,
            sizes,
            whole,
            observed,
            expected,
            variance,
            unit,
            strata,
            left_out,
            statistic,
            df,
        };
        Some(test.with_statistic())
    }

    /// Solved for once: with k groups it costs k³.
    pub(super) fn with_statistic(self) -> Self {
        let u: Vec<f64> = (0..self.labels.len()).map(|g| self.score(g)).collect();
        let (statistic, df) = quadratic_form(&u, &self.variance);
        Self { statistic, df, ..self }
    }

    /// (Observed − expected)/unit of a group.
    pub(super) fn score(&self, g: usize) -> f64 {
        (self.observed[g] - self.expected[g]) / self.unit
    }

    /// The name of the weight, `log-rank` where every event counts the same.
    #[must_use]
    pub fn weight(&self) -> &str {
        &self.kind.weight
    }

    /// Does every event count the same: is it the log-rank test itself?
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.kind.plain
    }

    /// The groups' labels.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// How many subjects the rows of each group stand for: a row with a replication weight of 2 is two. With sampling weights
    /// these are the [`subjects`](Self::subjects).
    #[must_use]
    pub fn sizes(&self) -> &[f64] {
        &self.sizes
    }

    /// The number of subjects that were observed, per group: rows, whatever their weights.
    #[must_use]
    pub fn subjects(&self) -> &[usize] {
        &self.subjects
    }

    /// Observed events (sums of weights), per group.
    #[must_use]
    pub fn observed(&self) -> &[f64] {
        &self.observed
    }

    /// Expected events, per group.
    #[must_use]
    pub fn expected(&self) -> &[f64] {
        &self.expected
    }

    /// Observed and expected events of each stratum; one stratum where the data have none.
    #[must_use]
    pub fn strata(&self) -> &[StratumCounts] {
        &self.strata
    }

    /// The covariance of observed − expected between groups `g` and `h`, or `None` beyond the groups. Of weights above
    /// 1e150 it may be infinite: their squares are no numbers, the statistic is.
    #[must_use]
    pub fn covariance(&self, g: usize, h: usize) -> Option<f64> {
        let k = self.labels.len();
        (g < k && h < k).then(|| self.variance[g * k + h] * self.unit * self.unit)
    }

    /// The covariance matrix of observed − expected, row by row.
    #[must_use]
    pub fn variance(&self) -> ndarray::Array2<f64> {
        let k = self.labels.len();
        ndarray::Array2::from_shape_fn((k, k), |(g, h)| self.variance[g * k + h] * self.unit * self.unit)
    }

    /// Is the variance robust rather than hypergeometric?
    #[must_use]
    pub fn is_robust(&self) -> bool {
        self.kind.robust
    }

    /// How many event times were left out, since replication weights that add up to 1 or less were at risk: there
    /// `(n − d)/(n − 1)` has no value, so they count neither in observed and expected nor in the variance.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The chi-square statistic; 0 where no event time compares the groups.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// Its degrees of freedom: the rank of the covariance. 0 where nothing can be compared (no events, or all
    /// of them where one group alone was at risk).
    #[must_use]
    pub fn df(&self) -> usize {
        self.df
    }

    /// The p-value; `None` without a degree of freedom.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        (self.df > 0).then(|| chi_square_sf(self.statistic, self.df))
    }

    /// For two groups: (observed − expected) of the first over its standard deviation. Negative where the
    /// first group has fewer events than expected. `None` for more groups or without variance.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        (self.labels.len() == 2 && self.df > 0).then(|| self.score(0) / self.variance[0].sqrt())
    }

    /// For two groups: the p-value against the one-sided alternative.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> Option<f64> {
        self.z().map(|z| match alternative {
            Alternative::FirstLower => normal_sf(-z),
            Alternative::FirstHigher => normal_sf(z),
        })
    }

    /// The hazard of `group` relative to that of `reference`, from observed and expected events.
    ///
    /// [`Peto`](HazardRatioMethod::Peto): `exp((O − E)/V)` for two groups, standard error of its logarithm `1/√V`.
    /// [`Pike`](HazardRatioMethod::Pike): `(O_a/E_a)/(O_b/E_b)`, standard error `√(1/E_a + 1/E_b)`.
    ///
    /// Returns `None` if the data do not tell it: no event time compares the groups, or nothing is expected in one.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::Unsupported`] for a group and itself, for a weighted test, whose sums are not
    /// those of a hazard ratio, for a robust one, for Peto's ratio with more than two groups, where its error is not
    /// simple, and for [`Cox`](HazardRatioMethod::Cox), which is a model's.
    pub fn hazard_ratio(
        &self,
        group: &str,
        reference: &str,
        method: HazardRatioMethod,
    ) -> Result<Option<HazardRatio>> {
        let find = |label: &str| {
            self.labels
                .iter()
                .position(|l| l == label)
                .ok_or_else(|| Error::UnknownLabel { label: label.into(), known: self.labels.join(", ") })
        };
        let (a, b) = (find(group)?, find(reference)?);
        let refuse =
            |with, why| Err(Error::Unsupported { method: "the hazard ratio of a log-rank test", with, why });
        if a == b {
            return refuse("a group and itself", "name two groups");
        }
        if !self.kind.plain {
            return refuse("a weighted test", "its sums are not those of a hazard ratio: use `LogRank`");
        }
        if self.kind.robust {
            return refuse("sampling weights or clusters", "use a Cox model, whose variance is robust");
        }
        let ratio = match method {
            HazardRatioMethod::Peto if self.labels.len() > 2 => {
                return refuse("Peto's method and more than two groups", "use Pike's, or test the two alone");
            }
            HazardRatioMethod::Peto => {
                let v = self.variance[a * 2 + a];
                (v > 0.0).then(|| (self.score(a) / (v * self.unit), (v.sqrt() * self.unit).recip()))
            }
            HazardRatioMethod::Pike => (self.expected[a] > 0.0 && self.expected[b] > 0.0)
                .then(|| {
                    let relative = |g: usize| self.observed[g] / self.expected[g];
                    let se = (self.expected[a].recip() + self.expected[b].recip()).sqrt();
                    (relative(a).ln() - relative(b).ln(), se)
                })
                .filter(|_| self.observed[a] + self.observed[b] > 0.0),
            HazardRatioMethod::Cox => return refuse("Cox's method", "fit a `CoxPh`"),
        };
        Ok(ratio.map(|(log, se)| HazardRatio::new(method, log, Ok(se)).named(group, reference)))
    }

    /// What a permutation test of the same data would work on: subjects per group, where they are whole and
    /// independent and the weight is one of the list.
    pub(in crate::survival) fn permutable(&self) -> Option<&[f64]> {
        (self.whole && self.kind.listed && !self.kind.robust).then_some(&self.sizes)
    }
}

impl From<&LogRankTest> for TestSummary {
    fn from(test: &LogRankTest) -> Self {
        let method = if test.is_plain() {
            "Log-rank test".to_string()
        } else {
            format!("Weighted log-rank test, {}", test.weight())
        };
        // In a weighted test observed events are sums of weights of times, no counts.
        let subjects = whole_count(test.sizes.iter().sum());
        let summary = Self::new(method, Some(test.statistic), test.p_value()).with_df(test.df);
        summary.with_counts(subjects, if test.is_plain() { test.observed.iter().sum() } else { f64::NAN })
    }
}

impl fmt::Display for LogRankTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind.plain {
            write!(f, "Log-rank test")?;
        } else {
            write!(f, "Weighted log-rank test, {}", self.weight())?;
        }
        if self.strata.len() > 1 {
            write!(f, ", {} strata", self.strata.len())?;
        }
        if self.kind.robust {
            write!(f, ", robust variance")?;
        }
        let width = self.labels.iter().map(|l| l.chars().count()).max().unwrap_or(0).max(5);
        write!(f, "\n{:width$} {:>9} {:>10} {:>10}", "group", "subjects", "observed", "expected")?;
        for (g, label) in self.labels.iter().enumerate() {
            write!(
                f,
                "\n{:width$} {:>9} {:>10} {:>10.3}",
                one_line(label),
                Number(self.sizes[g]),
                Number(self.observed[g]),
                self.expected[g]
            )?;
        }
        if self.left_out > 0 {
            let times = if self.left_out == 1 { "time is" } else { "times are" };
            write!(f, "\n{} event {times} left out: weights of 1 or less were at risk", self.left_out)?;
        }
        let (statistic, df) = (self.statistic, self.df);
        match (self.p_value(), self.z()) {
            (Some(p), Some(z)) => {
                write!(f, "\nchi-square {statistic:.4} on {df} df, {:#}; z = {:.4}", P(p), Number(z))
            }
            (Some(p), None) => write!(f, "\nchi-square {statistic:.4} on {df} df, {:#}", P(p)),
            (None, _) => write!(f, "\nno event time compares the groups: no p-value"),
        }
    }
}
