//! The cumulative hazard with tied events leaving one after the other.

use crate::error::{Result, check_len};
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::engine::{grouped, hazard_of, one};
use crate::survival::curve::estimator::Estimator;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::risk_table::influence::Influence;
use crate::survival::risk_table::table::RiskTable;

/// The cumulative hazard with Fleming and Harrington's correction for ties, and its `exp(−H)` survival curve.
///
/// Tied events leave the risk set one after the other: `d` of `n` add `1/n + 1/(n−1) + … + 1/(n−d+1)`, with
/// variance `Σ 1/(n−k)²`. A replication weight counts as that many subjects, so weights are repetitions here
/// too (fractions interpolate); R lets the rows leave instead. With sampling weights the rows leave, each
/// with the mean weight of the tied events.
///
/// # Cost
/// That of [`KaplanMeier`](crate::survival::KaplanMeier): one sort and one pass, O(n log n).
///
/// # Example
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::curve::FlemingHarrington;
///
/// let hazard = FlemingHarrington::fit(&RightCensored::new(&[1.0, 1.0, 3.0], &[true, true, false])?);
/// assert_eq!(hazard.at(1.0).value()?, 1.0 / 3.0 + 1.0 / 2.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Fleming & Harrington (1984), Commun Stat Theory Methods 13:2469.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FlemingHarrington;

impl FlemingHarrington {
    /// The cumulative hazard of all subjects. It ignores strata.
    #[must_use]
    pub fn fit(data: &RightCensored) -> CumulativeHazard {
        match data.sampled().and_then(|keep| data.filter(&keep).ok()) {
            Some(sampled) => one(&sampled, false, hazard),
            None => one(data, false, hazard),
        }
    }

    /// One cumulative hazard per group, in the order of the group codes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch).
    pub fn by_group(data: &RightCensored, groups: &Groups) -> Result<Vec<CumulativeHazard>> {
        let Some(keep) = data.sampled() else { return grouped(data, groups, false, hazard) };
        check_len("groups", groups.len(), "time", data.len())?;
        grouped(&data.filter(&keep)?, &groups.filter(&keep), false, hazard)
    }

    /// The cumulative hazard of a risk table, for tables that were merged or are at hand already.
    #[must_use]
    pub fn from_table(table: RiskTable) -> CumulativeHazard {
        hazard(table, None)
    }
}

fn hazard(table: RiskTable, influence: Option<Influence>) -> CumulativeHazard {
    hazard_of(Estimator::FlemingHarrington, table, influence)
}
