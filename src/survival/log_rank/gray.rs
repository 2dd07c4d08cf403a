//! Gray's test: do the groups share one cumulative incidence of a cause?
//!
//! With `R_g(t) = Y_g(t) (1 − F_g(t−))/S_g(t−)`, the number at risk of the subdistribution (those with another event stay),
//! the score of group g is `U_g = Σ (1 − F₀(t−))^ρ (d_g − R_g d/ΣR)` over event times and strata, where F₀ is the pooled
//! incidence `Σ d/Σ(Y_g/S_g(t−))`. Its covariance is that of a sum of martingales of both kinds of events: a group's R
//! depends on its past, so each earlier event moves what is still to come.

mod result;
mod stratum;

pub use result::{GrayTest, PairwiseGrayTest};

use crate::error::{Error, Result};
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::log_rank::gray::stratum::Stratum;
use crate::survival::log_rank::pairwise::{Adjustment, check_pairs};
use crate::survival::log_rank::weighted::check_count;
use crate::survival::risk_table::CompetingRiskTables;
use crate::survival::risk_table::competing::CompetingRiskTable;
use crate::survival::risk_table::table::RiskTable;

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
/// # Cost
/// The tables of the groups, O(n log n), and one pass over the times at which anybody has an event: `k³` operations at each for k groups.
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
        for (g, subjects) in test.subjects.iter_mut().enumerate() {
            *subjects = RiskTable::counted(tables.iter().map(|stratum| stratum[g].all()));
        }
        for stratum in tables {
            for (g, table) in stratum.iter().enumerate() {
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
