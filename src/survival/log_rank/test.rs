//! What the tests of the family return: observed and expected events, their covariance, and what follows.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::{chi_square_sf, normal_sf};
use crate::numeric::quadratic_form::quadratic_form;
pub(crate) use crate::survival::result::alternative::Alternative;
use crate::survival::result::hazard_ratio::{HazardRatio, HazardRatioMethod};
pub(crate) use crate::survival::result::print::PValue as P;

/// Observed and expected events of one stratum, per group.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StratumCounts {
    pub(super) observed: Vec<f64>,
    pub(super) expected: Vec<f64>,
}

impl StratumCounts {
    /// Events, per group.
    #[must_use]
    pub fn observed(&self) -> &[f64] {
        &self.observed
    }

    /// Expected events, per group.
    #[must_use]
    pub fn expected(&self) -> &[f64] {
        &self.expected
    }
}

/// The result of a [`LogRank`](crate::survival::log_rank::LogRank) test or of a weighted one.
///
/// In a weighted test observed and expected events are sums of the weights of the event times.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LogRankTest {
    pub(super) weight: String,
    pub(super) labels: Vec<String>,
    pub(super) subjects: Vec<usize>,
    pub(super) observed: Vec<f64>,
    pub(super) expected: Vec<f64>,
    pub(super) variance: Vec<f64>,
    pub(super) strata: Vec<StratumCounts>,
    pub(super) robust: bool,
}

impl LogRankTest {
    /// The name of the weight, `log-rank` where every event counts the same.
    #[must_use]
    pub fn weight(&self) -> &str {
        &self.weight
    }

    /// Does every event count the same?
    fn is_plain(&self) -> bool {
        self.weight == PLAIN
    }

    /// The groups' labels.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The number of subjects, per group.
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

    /// The covariance of observed − expected between groups `g` and `h`, or `None` beyond the groups.
    #[must_use]
    pub fn covariance(&self, g: usize, h: usize) -> Option<f64> {
        let k = self.labels.len();
        (g < k && h < k).then(|| self.variance[g * k + h])
    }

    /// The covariance matrix of observed − expected, row by row.
    #[must_use]
    pub fn variance(&self) -> ndarray::Array2<f64> {
        let k = self.labels.len();
        ndarray::Array2::from_shape_fn((k, k), |(g, h)| self.variance[g * k + h])
    }

    /// Is the variance robust rather than hypergeometric?
    #[must_use]
    pub fn is_robust(&self) -> bool {
        self.robust
    }

    fn form(&self) -> (f64, usize) {
        let u: Vec<f64> = self.observed.iter().zip(&self.expected).map(|(o, e)| o - e).collect();
        quadratic_form(&u, &self.variance)
    }

    /// The chi-square statistic; 0 where no event time compares the groups.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.form().0
    }

    /// Its degrees of freedom: the rank of the covariance. 0 where nothing can be compared (no events, or all
    /// of them where one group alone was at risk).
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.form().1
    }

    /// The p-value; `None` without a degree of freedom.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        let (statistic, df) = self.form();
        (df > 0).then(|| chi_square_sf(statistic, df))
    }

    /// For two groups: (observed − expected) of the first over its standard deviation. Negative where the
    /// first group has fewer events than expected. `None` for more groups or without variance.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        (self.labels.len() == 2 && self.variance[0] > 0.0)
            .then(|| (self.observed[0] - self.expected[0]) / self.variance[0].sqrt())
    }

    /// For two groups: the p-value against the one-sided alternative.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> Option<f64> {
        self.z().map(|z| match alternative {
            Alternative::FirstLower => normal_sf(-z),
            Alternative::FirstHigher => normal_sf(z),
        })
    }

    /// The hazard of the group `of` against that of `against`, from observed and expected events.
    ///
    /// [`Peto`](HazardRatioMethod::Peto): `exp((O − E)/V)` for two groups; with more, the contrast
    /// `exp((O_a − E_a)/V_aa − (O_b − E_b)/V_bb)` of their own one-step estimates has no simple error, so it
    /// is offered for two groups only. [`Pike`](HazardRatioMethod::Pike): `(O_a/E_a)/(O_b/E_b)`, with the
    /// standard error `√(1/E_a + 1/E_b)` of its logarithm.
    ///
    /// `None` where the groups cannot be compared (no variance, nothing expected), the method is none of the
    /// two, or the test is weighted: its sums are not those of a hazard ratio.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`].
    pub fn hazard_ratio(
        &self,
        of: &str,
        against: &str,
        method: HazardRatioMethod,
    ) -> Result<Option<HazardRatio>> {
        let find = |label: &str| {
            self.labels
                .iter()
                .position(|l| l == label)
                .ok_or_else(|| Error::UnknownLabel { label: label.into(), known: self.labels.join(", ") })
        };
        let (a, b) = (find(of)?, find(against)?);
        if !self.is_plain() {
            return Ok(None);
        }
        let log = match method {
            HazardRatioMethod::Peto if self.labels.len() == 2 && a != b => {
                let v = self.variance[a * 2 + a];
                (v > 0.0).then(|| ((self.observed[a] - self.expected[a]) / v, v.sqrt().recip()))
            }
            HazardRatioMethod::Pike if self.expected[a] > 0.0 && self.expected[b] > 0.0 => {
                let relative = |g: usize| self.observed[g] / self.expected[g];
                let se = (self.expected[a].recip() + self.expected[b].recip()).sqrt();
                (self.observed[a] + self.observed[b] > 0.0).then(|| (relative(a).ln() - relative(b).ln(), se))
            }
            _ => None,
        };
        Ok(log.map(|(log, se)| HazardRatio::new(of, against, method, log, Ok(se))))
    }
}

/// The name of the weight 1.
pub(super) const PLAIN: &str = "log-rank";

impl fmt::Display for LogRankTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_plain() {
            write!(f, "Log-rank test")?;
        } else {
            write!(f, "Weighted log-rank test, {}", self.weight)?;
        }
        if self.strata.len() > 1 {
            write!(f, ", {} strata", self.strata.len())?;
        }
        if self.robust {
            write!(f, ", robust variance")?;
        }
        let width = self.labels.iter().map(|l| l.chars().count()).max().unwrap_or(0).max(5);
        write!(f, "\n{:width$} {:>9} {:>10} {:>10}", "group", "subjects", "observed", "expected")?;
        for (g, label) in self.labels.iter().enumerate() {
            write!(
                f,
                "\n{label:width$} {:>9} {:>10} {:>10.3}",
                self.subjects[g],
                (self.observed[g] * 1e6).round() / 1e6,
                self.expected[g]
            )?;
        }
        let (statistic, df) = self.form();
        match (self.p_value(), self.z()) {
            (Some(p), Some(z)) => {
                write!(f, "\nchi-square {statistic:.4} on {df} df, {:#}; z = {z:.4}", P(p))
            }
            (Some(p), None) => write!(f, "\nchi-square {statistic:.4} on {df} df, {:#}", P(p)),
            (None, _) => write!(f, "\nno event time compares the groups: no p-value"),
        }
    }
}
