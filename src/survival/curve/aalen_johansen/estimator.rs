//! The options of an estimate, and the estimate.

use crate::error::{Error, Result};
use crate::survival::curve::aalen_johansen::cumulative_incidence::{CumulativeIncidence, Kept};
use crate::survival::curve::aalen_johansen::influence::{Step, Subjects};
use crate::survival::curve::aalen_johansen::running::{self, Columns};
use crate::survival::curve::aalen_johansen::variance::IncidenceVariance;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::risk_table::competing::CompetingRiskTable;

/// The Aalen-Johansen estimate of the cumulative incidence of each of several causes.
///
/// `F_k(t) = Σ_{tⱼ ≤ t} S(tⱼ−) d_kⱼ/nⱼ` over the distinct event times, with S the Kaplan-Meier estimate of being free of
/// any cause: incidences and S add up to 1. One minus Kaplan-Meier with the other causes censored is larger, and the
/// probability of nothing that can happen. With one cause the incidence is one minus Kaplan-Meier, bit for bit.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`variance`](Self::variance) | jackknife | the [`IncidenceVariance`] |
///
/// # Conventions
/// At equal times events come before censorings, and all events at a time see the same risk set, whatever their cause.
/// A subject that enters at t is at risk after t. Once S is 0 nothing changes.
///
/// # Cost
/// One sort and one pass, O(n log n); O(n) where times are whole days.
///
/// # Example
/// Six subjects with ties, by hand: of cause a 1/3, 1/2 and 2/3 after the times 1, 2 and 3.
/// ```
/// use greenwood::survival::{AalenJohansen, CompetingRisks};
///
/// let outcome = ["a", "a", "b", "a", "b", "a"].map(Some);
/// let data = CompetingRisks::new(&[1.0, 1.0, 1.0, 2.0, 2.0, 3.0], &outcome)?;
/// let incidence = AalenJohansen::new().fit(&data)?;
/// let a = incidence.of("a")?;
/// assert!((a.at(2.0).value()? - 0.5).abs() < 1e-15);
/// assert_eq!(a.at(2.0).to_string(), "50.0% ± 20.4%"); // without censoring, the binomial error
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Aalen & Johansen (1978), Scand J Stat 5:141. Andersen, Borgan, Gill & Keiding (1993), Statistical Models Based on
/// Counting Processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct AalenJohansen {
    variance: IncidenceVariance,
}

impl AalenJohansen {
    /// The estimate with the jackknife variance.
    pub fn new() -> Self {
        Self::default()
    }

    /// How the variance is estimated.
    pub fn variance(self, variance: IncidenceVariance) -> Self {
        Self { variance }
    }

    /// The incidence of each cause over all subjects. Strata are ignored.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for another variance than the jackknife with sampling weights or clusters.
    pub fn fit(&self, data: &CompetingRisks) -> Result<CumulativeIncidence> {
        self.check(data)?;
        Ok(self.finish(CompetingRiskTable::new(data), data, |_| true))
    }

    /// One fit per group, in the order of the group codes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], and those of [`fit`](Self::fit).
    pub fn by_group(&self, data: &CompetingRisks, groups: &Groups) -> Result<Vec<CumulativeIncidence>> {
        self.check(data)?;
        let tables = CompetingRiskTable::by_group(data, groups)?.into_iter().enumerate();
        let member = |g: usize| move |i: usize| groups.codes()[i] as usize == g;
        Ok(tables.map(|(g, table)| self.finish(table, data, member(g))).collect())
    }

    /// The incidences of a risk table, for tables that were merged or are at hand already. What a table cannot tell
    /// (the jackknife with late entries, any variance with sampling weights) is not there: without late entries the
    /// jackknife is the delta variance.
    #[must_use]
    pub fn from_table(&self, table: CompetingRiskTable) -> CumulativeIncidence {
        fit(table, self.variance, None)
    }

    fn check(self, data: &CompetingRisks) -> Result<()> {
        if self.variance != IncidenceVariance::Jackknife && data.any_cause().is_robust() {
            return Err(Error::Unsupported {
                method: "Aalen's or the delta variance of an incidence",
                with: "sampling weights or clusters",
                why: "it takes rows for independent subjects; use the jackknife (`IncidenceVariance::Jackknife`)",
            });
        }
        Ok(())
    }

    fn finish(
        self,
        table: CompetingRiskTable,
        data: &CompetingRisks,
        member: impl Fn(usize) -> bool,
    ) -> CumulativeIncidence {
        let any = data.any_cause();
        // Elsewhere the delta variance is the jackknife, and needs no subjects.
        let needed = any.is_robust() || any.entry().is_some();
        let subjects = (self.variance == IncidenceVariance::Jackknife && needed)
            .then(|| Subjects::new(data, &table, member));
        fit(table, self.variance, subjects)
    }
}

/// S, and what incidences and variances follow from; row by row where they need the subjects.
pub(super) fn fit(
    table: CompetingRiskTable,
    kind: IncidenceVariance,
    subjects: Option<Subjects>,
) -> CumulativeIncidence {
    let causes = table.causes().len();
    let no_variance = table.all().has_sampling_weights()
        || kind == IncidenceVariance::Jackknife && table.all().has_late_entries();
    let (free, kept) = if let Some(subjects) = &subjects {
        let (free, mut columns) = running::columns(&table, kind);
        let rows = table.all().len();
        let by_cause: Vec<f64> = (0..rows)
            .flat_map(|i| (0..causes).map(move |k| (i, k)))
            .map(|(i, k)| table.events_of(i, k))
            .collect();
        (columns.log_variance, columns.variance) = subjects.variances(rows, causes, |i| {
            let row = table.all().row(i);
            Step {
                at_risk: row.at_risk,
                events: row.events,
                free_before: if i == 0 { 1.0 } else { free[i - 1] },
                by_cause: &by_cause[i * causes..(i + 1) * causes],
                incidence: &columns.incidence[i * causes..(i + 1) * causes],
            }
        });
        (free, Kept::Columns(columns))
    } else if no_variance {
        let (free, columns) = running::columns(&table, kind);
        (free, Kept::Columns(Columns { incidence: columns.incidence, ..Columns::default() }))
    } else {
        let (free, places) = running::places(&table, kind);
        (free, Kept::Places(places))
    };
    CumulativeIncidence { table, kind, free, kept, subjects, start: 0.0, extended: false }
}
