//! The log-rank family: do the groups share one hazard?
//!
//! Every member is `Σ w(t) (observed − expected)` over the event times with its hypergeometric variance;
//! members differ in the weight `w` alone. So this room is one loop over the event times that the groups
//! share ([`shared_times`]) and what is made of it. [`LogRank`] is the member with weight 1.
//!
//! Not here: curves ([`KaplanMeier`](super::KaplanMeier)).

mod robust;
pub(crate) mod shared_times;

use std::fmt;

use super::data::RightCensored;
use super::groups::Groups;
use super::hazard_ratio::{HazardRatio, HazardRatioMethod};
use super::risk_table::RiskTable;
use crate::error::{Error, Result};
use crate::numeric::distribution::{chi_square_sf, normal_sf};
use crate::numeric::quadratic_form::quadratic_form;
use shared_times::for_each_event_time;

/// The log-rank test: do the groups share one hazard?
///
/// At each event time t of a stratum, with `n` at risk and `d` events, group g expects `d n_g/n` events; the
/// sum over times and strata of `observed − expected` has the covariance
/// `Σ d (n − d)/(n − 1) (n_g/n) (1{g = h} − n_h/n)`, and `(O − E)ᵀ V⁻ (O − E)` is chi-square with as many
/// degrees of freedom as V has rank: groups less one, fewer where a group was never at risk at an event.
///
/// Delayed entry is honoured in the risk sets; strata of the data are compared within. A replication weight
/// of k is the row k times. With sampling weights or clusters V is robust (the sandwich of score
/// contributions, Lin & Wei 1989).
///
/// # Cost
/// One risk table per group and stratum, then one pass over their times.
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
/// # References
/// Mantel (1966), Cancer Chemother Rep 50:163. Peto & Peto (1972), J R Stat Soc A 135:185.
#[derive(Debug, Clone, Copy)]
pub struct LogRank;

impl LogRank {
    /// Compares the groups, within the strata of the data if there are any.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::TooFewGroups`] where fewer than two labels exist.
    pub fn test(data: &RightCensored, groups: &Groups) -> Result<LogRankTest> {
        if groups.count() < 2 {
            return Err(Error::TooFewGroups { found: groups.count() });
        }
        let tables = RiskTable::by_stratum_and_group(data, groups)?;
        let mut test = Self::of_tables(&tables, groups.labels().to_vec())?;
        if data.is_robust() {
            test.variance = robust::variance(&data.merged(), groups, &tables);
            test.robust = true;
        }
        Ok(test)
    }

    /// Compares groups whose risk tables are at hand: one inner vector per stratum, one table per label in it.
    /// Tables of parts of the subjects (sites, batches) may have been merged before.
    ///
    /// # Errors
    /// [`Error::TooFewGroups`]; [`Error::LengthMismatch`] where a stratum has not one table per label;
    /// [`Error::Empty`] without strata.
    pub fn from_tables(tables: &[Vec<RiskTable>], labels: &[&str]) -> Result<LogRankTest> {
        Self::of_tables(tables, labels.iter().map(ToString::to_string).collect())
    }

    fn of_tables(tables: &[Vec<RiskTable>], labels: Vec<String>) -> Result<LogRankTest> {
        let k = labels.len();
        if k < 2 {
            return Err(Error::TooFewGroups { found: k });
        }
        if tables.is_empty() {
            return Err(Error::Empty { argument: "tables" });
        }
        if let Some(stratum) = tables.iter().find(|t| t.len() != k) {
            let (len, other) = (stratum.len(), "labels");
            return Err(Error::LengthMismatch { argument: "tables", len, other, expected: k });
        }
        let mut test = LogRankTest {
            subjects: vec![0; k],
            observed: vec![0.0; k],
            expected: vec![0.0; k],
            variance: vec![0.0; k * k],
            strata: Vec::with_capacity(tables.len()),
            labels,
            robust: false,
        };
        for stratum in tables {
            let counts = one_stratum(stratum, &mut test.variance);
            for (g, table) in stratum.iter().enumerate() {
                test.subjects[g] += table.subjects();
                test.observed[g] += counts.observed[g];
                test.expected[g] += counts.expected[g];
            }
            test.strata.push(counts);
        }
        Ok(test)
    }
}

/// Observed and expected of one stratum; its covariance is added to `variance`.
fn one_stratum(tables: &[RiskTable], variance: &mut [f64]) -> StratumCounts {
    let k = tables.len();
    let mut counts = StratumCounts { observed: vec![0.0; k], expected: vec![0.0; k] };
    if k == 2 {
        // The same sums with one number of each kind.
        let (mut observed, mut expected, mut v) = ([0.0; 2], [0.0; 2], 0.0);
        for_each_event_time(tables, |t| {
            let (n, d) = (t.total_at_risk, t.total_events);
            let per_subject = d / n;
            let (e0, e1) = (t.at_risk[0] * per_subject, t.at_risk[1] * per_subject);
            observed[0] += t.events[0];
            observed[1] += t.events[1];
            expected[0] += e0;
            expected[1] += e1;
            if n > 1.0 {
                v += e0 * (t.at_risk[1] / n) * ((n - d) / (n - 1.0));
            }
        });
        counts.observed.copy_from_slice(&observed);
        counts.expected.copy_from_slice(&expected);
        for (sum, sign) in variance.iter_mut().zip([1.0, -1.0, -1.0, 1.0]) {
            *sum += sign * v;
        }
        return counts;
    }
    for_each_event_time(tables, |t| {
        let (n, d) = (t.total_at_risk, t.total_events);
        for g in 0..k {
            counts.observed[g] += t.events[g];
            counts.expected[g] += d * t.at_risk[g] / n;
        }
        if n > 1.0 {
            let factor = d * (n - d) / (n - 1.0);
            for g in 0..k {
                let share = t.at_risk[g] / n;
                for h in 0..k {
                    let own = if g == h { 1.0 } else { 0.0 };
                    variance[g * k + h] += factor * share * (own - t.at_risk[h] / n);
                }
            }
        }
    });
    counts
}

/// Observed and expected events of one stratum, per group.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StratumCounts {
    observed: Vec<f64>,
    expected: Vec<f64>,
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

/// The result of a [`LogRank`] test.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LogRankTest {
    labels: Vec<String>,
    subjects: Vec<usize>,
    observed: Vec<f64>,
    expected: Vec<f64>,
    variance: Vec<f64>,
    strata: Vec<StratumCounts>,
    robust: bool,
}

impl LogRankTest {
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
    /// `None` where the groups cannot be compared (no variance, nothing expected), or the method is none of
    /// the two.
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
        Ok(log.map(|(log_estimate, log_std_error)| HazardRatio {
            of: of.to_string(),
            against: against.to_string(),
            method,
            log_estimate,
            log_std_error,
        }))
    }
}

/// What a one-sided test of two groups is looking for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Alternative {
    /// The first group has the lower hazard: it lives longer.
    FirstLower,
    /// The first group has the higher hazard.
    FirstHigher,
}

impl fmt::Display for LogRankTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Log-rank test")?;
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
                write!(f, "\nchi-square {statistic:.4} on {df} df, p = {}; z = {z:.4}", P(p))
            }
            (Some(p), None) => write!(f, "\nchi-square {statistic:.4} on {df} df, p = {}", P(p)),
            (None, _) => write!(f, "\nno event time compares the groups: no p-value"),
        }
    }
}

/// A p-value as it is printed: three decimals, or as a power of ten where that would be 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct P(pub f64);

impl fmt::Display for P {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        if self.0 < 10f64.powi(-(decimals as i32)) {
            write!(f, "{:.2e}", self.0)
        } else {
            write!(f, "{:.decimals$}", self.0)
        }
    }
}
