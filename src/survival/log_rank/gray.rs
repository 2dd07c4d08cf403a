//! Gray's test: do the groups share one cumulative incidence of a cause?
//!
//! With `R_g(t) = Y_g(t) (1 − F_g(t−))/S_g(t−)`, the number at risk of the subdistribution (those with another event stay),
//! the score of group g is `U_g = Σ (1 − F₀(t−))^ρ (d_g − R_g d/ΣR)` over event times and strata, where F₀ is the pooled
//! incidence `Σ d/Σ(Y_g/S_g(t−))`. Its covariance is that of a sum of martingales of both kinds of events: a group's R
//! depends on its past, so each earlier event moves what is still to come.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::chi_square_sf;
use crate::numeric::quadratic_form::quadratic_form;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::log_rank::pairwise::{Adjustment, check_pairs};
use crate::survival::log_rank::weighted::check_count;
use crate::survival::result::print::PValue;
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};
use crate::survival::result::test::TestSummary;
use crate::survival::risk_table::CompetingRiskTables;
use crate::survival::risk_table::competing::CompetingRiskTable;

/// Gray's k-sample test of equal cumulative incidence.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`rho`](Self::rho) | 0 | weight `(1 − F₀(t−))^ρ`: above 0 early differences count more | finite |
///
/// A log-rank test of one cause with the others censored compares hazards; this test compares probabilities. Strata of
/// the data are compared within; a replication weight of k is the row k times. The finite-sample factors for tied events
/// are those of R's cmprsk.
///
/// # Example
/// ```
/// use greenwood::survival::{CompetingRisks, Gray, Groups};
///
/// let outcome =
///     [1, 2, 0, 1, 1, 2, 0, 2, 1, 0, 1, 2, 1, 0].map(|c| if c == 0 { None } else { Some(c) });
/// let time = [1., 2., 2., 3., 4., 4., 5., 6., 7., 8., 8., 9., 10., 12.];
/// let data = CompetingRisks::new(&time, &outcome)?;
/// let arm = Groups::new(&[1, 1, 2, 2, 1, 2, 1, 2, 1, 2, 2, 1, 1, 2]);
/// let test = Gray::new(&1).test(&data, &arm)?;
/// assert!((test.statistic() - 0.7629625147374788).abs() < 1e-12); // R: cmprsk::cuminc
/// assert_eq!(test.df(), 1);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Gray (1988), Ann Stat 16:1141.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct Gray {
    cause: String,
    rho: f64,
}

impl Gray {
    /// The test of a cause, with equal weights.
    pub fn new(cause: &(impl ToString + ?Sized)) -> Self {
        Self { cause: cause.to_string(), rho: 0.0 }
    }

    /// The power of `1 − F₀(t−)` in the weights.
    pub fn rho(self, rho: f64) -> Self {
        Self { rho, ..self }
    }

    /// Compares the groups, within the strata of the data if there are any.
    ///
    /// # Errors
    /// [`Error::UnknownCause`]; [`Error::LengthMismatch`]; [`Error::TooFewGroups`]; [`Error::TooManyGroups`] beyond 4096;
    /// [`Error::OutOfRange`] where ρ is not finite; [`Error::Unsupported`] with delayed entry (the variance is derived for groups that are observed from the
    /// start), sampling weights or clusters: for these fit a Fine-Gray model with the group as
    /// covariate.
    pub fn test(&self, data: &CompetingRisks, groups: &Groups) -> Result<GrayTest> {
        let tables = self.tables(data, groups)?;
        let cause = data.position(&self.cause)?;
        let rows: Vec<Vec<&CompetingRiskTable>> = tables.iter().map(|t| t.iter().collect()).collect();
        Ok(self.of_tables(&rows, cause, groups.labels().to_vec()))
    }

    /// Compares the groups of tables that are at hand: those of a stream, or merged from parts.
    ///
    /// # Errors
    /// [`Error::UnknownCause`]; [`Error::TooFewGroups`]; [`Error::OutOfRange`] where ρ is not finite; [`Error::Unsupported`] with
    /// delayed entry or sampling weights.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::risk_table::CompetingRiskTables;
    /// use greenwood::survival::{CompetingRisks, Gray, Groups};
    ///
    /// let data = CompetingRisks::new(&[1., 2., 2., 3., 4.], &[Some(1), Some(2), None, Some(1), Some(1)])?;
    /// let arm = Groups::new(&["a", "a", "b", "b", "a"]);
    /// let tables = CompetingRiskTables::new(&data, &arm)?;
    /// assert_eq!(Gray::new(&1).from_tables(&tables)?, Gray::new(&1).test(&data, &arm)?);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn from_tables(&self, tables: &CompetingRiskTables) -> Result<GrayTest> {
        let labels: Vec<String> = tables.labels().into_iter().map(String::from).collect();
        self.check_rho_and_groups(labels.len())?;
        let all = || tables.tables().iter().flatten();
        let first = all().next().ok_or(Error::TooFewGroups { found: 0 })?;
        let cause = first.position(&self.cause)?;
        check_parts(
            all().any(|t| t.all().rows().any(|row| row.entered_subjects > 0)),
            all().any(|t| t.all().has_sampling_weights()),
            "Gray's test",
        )?;
        let rows: Vec<Vec<&CompetingRiskTable>> =
            tables.tables().iter().map(|t| t.iter().collect()).collect();
        Ok(self.of_tables(&rows, cause, labels))
    }

    /// Tests every pair of groups, each with the subjects of the two alone.
    ///
    /// # Errors
    /// Those of [`test`](Self::test); [`Error::TooManyGroups`] beyond 447, which make 10⁵ pairs.
    pub fn pairwise(
        &self,
        data: &CompetingRisks,
        groups: &Groups,
        adjustment: Adjustment,
    ) -> Result<PairwiseGrayTest> {
        let k = groups.count();
        check_pairs(k)?;
        let tables = self.tables(data, groups)?;
        let cause = data.position(&self.cause)?;
        let pairs = (0..k).flat_map(|a| (a + 1..k).map(move |b| (a, b)));
        let tests: Vec<GrayTest> = pairs
            .map(|(a, b)| {
                let pair: Vec<Vec<&CompetingRiskTable>> = tables.iter().map(|t| vec![&t[a], &t[b]]).collect();
                self.of_tables(&pair, cause, vec![groups.labels()[a].clone(), groups.labels()[b].clone()])
            })
            .collect();
        let adjusted = adjustment.adjust(&tests.iter().map(GrayTest::p_value).collect::<Vec<_>>());
        Ok(PairwiseGrayTest { adjustment, tests, adjusted })
    }

    fn tables(&self, data: &CompetingRisks, groups: &Groups) -> Result<Vec<Vec<CompetingRiskTable>>> {
        self.check_rho_and_groups(groups.count())?;
        data.position(&self.cause)?;
        check(data, "Gray's test")?;
        CompetingRiskTable::by_stratum_and_group(data, groups)
    }

    fn check_rho_and_groups(&self, found: usize) -> Result<()> {
        if !self.rho.is_finite() {
            return Err(Error::OutOfRange { argument: "rho", value: self.rho, must_be: "finite" });
        }
        check_count(found)
    }

    fn of_tables(&self, tables: &[Vec<&CompetingRiskTable>], cause: usize, labels: Vec<String>) -> GrayTest {
        let k = labels.len();
        let mut test = GrayTest {
            cause: self.cause.clone(),
            rho: self.rho,
            subjects: vec![0; k],
            observed: vec![0.0; k],
            score: vec![0.0; k],
            variance: vec![0.0; (k - 1) * (k - 1)],
            labels,
        };
        for stratum in tables {
            for (g, table) in stratum.iter().enumerate() {
                test.subjects[g] += table.all().subjects();
                test.observed[g] += table.total_of(cause);
            }
            Stratum::new(k).walk(stratum, cause, self.rho, &mut test);
        }
        test
    }
}

/// What the variance of a comparison of incidences cannot deal with.
pub(super) fn check(data: &CompetingRisks, method: &'static str) -> Result<()> {
    let any = data.any_cause();
    check_parts(any.entry().is_some_and(|e| e.iter().any(|&e| e > 0.0)), any.is_robust(), method)
}

fn check_parts(enters_late: bool, is_robust: bool, method: &'static str) -> Result<()> {
    let (with, why) = if enters_late {
        (
            "delayed entry",
            "its variance is derived for groups that are observed from the start; fit a Fine-Gray model with the group as \
             covariate",
        )
    } else if is_robust {
        (
            "sampling weights or clusters",
            "its variance takes rows for independent subjects; fit a Fine-Gray model with the group as covariate",
        )
    } else {
        return Ok(());
    };
    Err(Error::Unsupported { method, with, why })
}

/// Where one group of a stratum stands.
#[derive(Debug, Clone, Copy)]
struct Position {
    next: usize,
    /// S and F just before the time.
    free: f64,
    incidence: f64,
    /// At the time: at risk, events of the cause and of others.
    at_risk: f64,
    own: f64,
    other: f64,
    /// S just after.
    free_after: f64,
}

/// The running sums of a stratum with k groups. The last group's score follows from the others'.
struct Stratum {
    k: usize,
    groups: Vec<Position>,
    /// `a_ij`, `c_ij` and the sums `v2_ij`, k − 1 rows of k, and `v3_k`.
    a: Vec<f64>,
    c: Vec<f64>,
    linear: Vec<f64>,
    square: Vec<f64>,
    variance: Vec<f64>,
}

impl Stratum {
    fn new(k: usize) -> Self {
        let start = Position {
            next: 0,
            free: 1.0,
            incidence: 0.0,
            at_risk: 0.0,
            own: 0.0,
            other: 0.0,
            free_after: 1.0,
        };
        let zeros = || vec![0.0; (k - 1) * k];
        Self {
            k,
            groups: vec![start; k],
            a: zeros(),
            c: zeros(),
            linear: zeros(),
            square: vec![0.0; k],
            variance: vec![0.0; (k - 1) * (k - 1)],
        }
    }

    fn walk(mut self, tables: &[&CompetingRiskTable], cause: usize, rho: f64, test: &mut GrayTest) {
        let mut pooled = 0.0;
        loop {
            let head = |(t, g): (&&CompetingRiskTable, &Position)| t.all().times().get(g.next).copied();
            let time = tables.iter().zip(&self.groups).filter_map(head).fold(f64::INFINITY, f64::min);
            if time == f64::INFINITY {
                break;
            }
            let (mut own, mut other) = (0.0, 0.0);
            for (g, table) in self.groups.iter_mut().zip(tables) {
                g.read(table, cause, time);
                own += g.own;
                other += g.other;
            }
            if own + other > 0.0 {
                pooled = self.step(own, other, pooled, rho, &mut test.score);
            }
        }
        let k = self.k;
        for i in 0..k - 1 {
            for j in 0..k - 1 {
                let mut v = self.variance[i * (k - 1) + j];
                for g in 0..k {
                    let (ci, cj) = (self.c[i * k + g], self.c[j * k + g]);
                    v += ci * cj * self.square[g] + ci * self.linear[j * k + g] + cj * self.linear[i * k + g];
                }
                test.variance[i * (k - 1) + j] += v;
            }
        }
    }

    /// One time with events: `own` of the cause and `other` ones in all groups. The pooled incidence after it.
    fn step(&mut self, own: f64, other: f64, pooled: f64, rho: f64, score: &mut [f64]) -> f64 {
        let k = self.k;
        // Σ Y/S and Σ R, over the groups in which anybody is at risk.
        let (mut h, mut r) = (0.0, 0.0);
        for g in self.groups.iter().filter(|g| g.at_risk > 0.0) {
            h += g.at_risk / g.free;
            r += g.at_risk * (1.0 - g.incidence) / g.free;
        }
        let after = pooled + own / h;
        let weight = if rho == 0.0 { 1.0 } else { (1.0 - pooled).powf(rho) };
        if own > 0.0 {
            let hazard = if pooled < 1.0 { own / (h * (1.0 - pooled)) } else { 0.0 };
            for (i, gi) in self.groups.iter().enumerate().filter(|(_, g)| g.at_risk > 0.0) {
                let share = gi.at_risk / gi.free;
                score[i] += weight * (gi.own - own * share * (1.0 - gi.incidence) / r);
                if i + 1 == k {
                    continue;
                }
                for (j, gj) in self.groups.iter().enumerate() {
                    self.a[i * k + j] = 0.0;
                    if gj.at_risk > 0.0 {
                        let same = if i == j { 1.0 } else { 0.0 };
                        let a = weight * share * (same - gj.at_risk / (gj.free * h));
                        self.a[i * k + j] = a;
                        self.c[i * k + j] += a * hazard;
                    }
                }
            }
            for i in (0..k - 1).filter(|&i| !(self.groups[i].at_risk > 0.0)) {
                self.a[i * k..(i + 1) * k].fill(0.0);
            }
            for g in 0..k {
                let at = self.groups[g];
                if !(at.at_risk > 0.0) {
                    continue;
                }
                let ahead = if at.free_after > 0.0 { 1.0 - (1.0 - after) / at.free_after } else { 1.0 };
                let tied = if own > 1.0 && h * at.free > 1.0 {
                    1.0 - (own - 1.0) / (h * at.free - 1.0)
                } else {
                    1.0
                };
                let variance = tied * at.free * own / (h * at.at_risk);
                self.add(g, ahead, variance, |a, c| a - ahead * c);
            }
        }
        if other > 0.0 {
            for g in 0..k {
                let at = self.groups[g];
                if !(at.free_after > 0.0 && at.other > 0.0) {
                    continue;
                }
                let ahead = (1.0 - after) / at.free_after;
                let n = at.at_risk;
                let tied = if at.other > 1.0 { 1.0 - (at.other - 1.0) / (n - 1.0) } else { 1.0 };
                let variance = tied * at.free * at.free * at.other / (n * n);
                // The event moves what is still to come the other way.
                self.add(g, -ahead, variance, |_, c| ahead * c);
            }
        }
        for g in &mut self.groups {
            if g.at_risk > 0.0 {
                g.incidence += g.free * g.own / g.at_risk;
                g.free = g.free_after;
            }
        }
        after
    }

    /// Adds the variance of an increment in group g whose effect on score i is `now(a_ig, c_ig) + ahead c_ig(∞)`.
    #[inline]
    fn add(&mut self, g: usize, ahead: f64, variance: f64, now: impl Fn(f64, f64) -> f64) {
        let k = self.k;
        for i in 0..k - 1 {
            let of_i = now(self.a[i * k + g], self.c[i * k + g]);
            self.linear[i * k + g] += of_i * ahead * variance;
            for j in 0..k - 1 {
                let of_j = now(self.a[j * k + g], self.c[j * k + g]);
                self.variance[i * (k - 1) + j] += of_i * of_j * variance;
            }
        }
        self.square[g] += ahead * ahead * variance;
    }
}

impl Position {
    #[inline]
    fn read(&mut self, table: &CompetingRiskTable, cause: usize, time: f64) {
        let all = table.all();
        (self.at_risk, self.own, self.other, self.free_after) = (0.0, 0.0, 0.0, self.free);
        if self.next >= all.len() {
            return;
        }
        let row = all.row(self.next);
        self.at_risk = row.at_risk;
        if row.time == time {
            self.own = table.events_of(self.next, cause);
            self.other = (row.events - self.own).max(0.0);
            if row.events > 0.0 {
                let left = if row.events < row.at_risk { 1.0 - row.events / row.at_risk } else { 0.0 };
                self.free_after = self.free * left;
            }
            self.next += 1;
        }
    }
}

/// The result of [`Gray`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GrayTest {
    cause: String,
    rho: f64,
    labels: Vec<String>,
    subjects: Vec<usize>,
    observed: Vec<f64>,
    score: Vec<f64>,
    variance: Vec<f64>,
}

#[cfg(feature = "serde")]
checked_when_read!(GrayTest { cause: String, rho: f64, labels: Vec<String>, subjects: Vec<usize>, observed: Vec<f64>, score: Vec<f64>, variance: Vec<f64> });

#[cfg(feature = "serde")]
impl GrayTest {
    fn check(&self) -> Result<()> {
        let k = self.labels.len();
        if k < 2 {
            return Err(Error::TooFewGroups { found: k });
        }
        stored::number("rho", self.rho)?;
        stored::length("subjects", self.subjects.len(), "labels", k)?;
        stored::length("observed", self.observed.len(), "labels", k)?;
        stored::length("score", self.score.len(), "labels", k)?;
        stored::length("variance", self.variance.len(), "a matrix of all groups but one", (k - 1) * (k - 1))?;
        self.subjects.iter().try_for_each(|&n| stored::count("the number of subjects", n))?;
        self.observed.iter().try_for_each(|&d| stored::size("observed", d))?;
        self.score.iter().try_for_each(|&u| stored::number("score", u))?;
        stored::covariance(&self.variance, k - 1)
    }
}

impl GrayTest {
    /// The cause.
    #[must_use]
    pub fn cause(&self) -> &str {
        &self.cause
    }

    /// The power of the weights.
    #[must_use]
    pub fn rho(&self) -> f64 {
        self.rho
    }

    /// The groups.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The number of subjects of each group.
    #[must_use]
    pub fn subjects(&self) -> &[usize] {
        &self.subjects
    }

    /// The events of the cause in each group.
    #[must_use]
    pub fn observed(&self) -> &[f64] {
        &self.observed
    }

    /// Weighted observed less expected of each group; they add up to 0.
    #[must_use]
    pub fn score(&self) -> &[f64] {
        &self.score
    }

    /// The covariance of the scores of all groups but the last, row by row.
    #[must_use]
    pub fn variance(&self) -> &[f64] {
        &self.variance
    }

    fn form(&self) -> (f64, usize) {
        quadratic_form(&self.score[..self.score.len() - 1], &self.variance)
    }

    /// The chi-square statistic.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.form().0
    }

    /// Its degrees of freedom: groups less one, fewer where a group cannot be compared; 0 without events of the cause.
    #[must_use]
    pub fn df(&self) -> usize {
        self.form().1
    }

    /// The p-value; `None` without a degree of freedom.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        let (statistic, df) = self.form();
        (df > 0).then(|| chi_square_sf(statistic, df))
    }
}

impl From<&GrayTest> for TestSummary {
    fn from(test: &GrayTest) -> Self {
        Self::new(format!("Gray's test, {}", test.cause()), Some(test.statistic()), test.p_value())
            .with_df(test.df())
            .with_counts(test.subjects().iter().sum(), test.observed().iter().sum())
    }
}

impl fmt::Display for GrayTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gray's test, cause {}", self.cause)?;
        if self.rho != 0.0 {
            write!(f, ", rho {}", self.rho)?;
        }
        write!(f, ": chi-square {:.4} on {} df", self.statistic(), self.df())?;
        self.p_value().map_or(Ok(()), |p| write!(f, ", {:#}", PValue(p)))
    }
}

/// Gray's tests of every pair of groups.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PairwiseGrayTest {
    adjustment: Adjustment,
    tests: Vec<GrayTest>,
    adjusted: Vec<Option<f64>>,
}

#[cfg(feature = "serde")]
checked_when_read!(PairwiseGrayTest { adjustment: Adjustment, tests: Vec<GrayTest>, adjusted: Vec<Option<f64>> });

#[cfg(feature = "serde")]
impl PairwiseGrayTest {
    fn check(&self) -> Result<()> {
        stored::length("adjusted", self.adjusted.len(), "tests", self.tests.len())?;
        self.tests.iter().try_for_each(|t| stored::length("labels", t.labels.len(), "a pair", 2))?;
        self.adjusted.iter().flatten().try_for_each(|&p| stored::probability("the adjusted p-value", p))
    }
}

impl PairwiseGrayTest {
    /// The pairs, the first group running slowest.
    #[must_use]
    pub fn tests(&self) -> &[GrayTest] {
        &self.tests
    }

    /// The p-values of the pairs, adjusted for their number.
    #[must_use]
    pub fn adjusted_p_values(&self) -> &[Option<f64>] {
        &self.adjusted
    }

    /// How p-values were adjusted.
    #[must_use]
    pub fn adjustment(&self) -> Adjustment {
        self.adjustment
    }
}

impl fmt::Display for PairwiseGrayTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pairwise Gray tests, adjustment: {}", self.adjustment)?;
        for (test, adjusted) in self.tests.iter().zip(&self.adjusted) {
            write!(f, "\n{} v {}: {test}", test.labels[0], test.labels[1])?;
            adjusted.map_or(Ok(()), |p| write!(f, ", adjusted {:#}", PValue(p)))?;
        }
        Ok(())
    }
}
