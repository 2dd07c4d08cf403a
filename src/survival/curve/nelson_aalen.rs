//! The cumulative hazard: events over at risk, summed.

use crate::error::Result;
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::engine::{grouped, hazard_of, one};
use crate::survival::curve::estimator::Estimator;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::risk_table::influence::Influence;
use crate::survival::risk_table::table::RiskTable;

/// The Nelson-Aalen estimate of a cumulative hazard.
///
/// `H(t) = Σ_{tᵢ ≤ t} dᵢ/nᵢ` with variance `Σ dᵢ/nᵢ²`; robust with sampling weights or clusters.
/// [`CumulativeHazard::survival`] gives `exp(−H)` (Breslow's estimate).
///
/// # Cost
/// One sort and one pass, O(n log n); O(n) where times are whole days.
///
/// # Example
/// ```
/// use greenwood::survival::{NelsonAalen, RightCensored};
///
/// let hazard = NelsonAalen::fit(&RightCensored::new(&[1.0, 2.0, 3.0], &[true, false, true])?);
/// assert_eq!(hazard.at(3.0).value()?, 1.0 / 3.0 + 1.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Nelson (1972), Technometrics 14:945. Aalen (1978), Ann Stat 6:701.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NelsonAalen;

impl NelsonAalen {
    /// The cumulative hazard of all subjects. It ignores strata.
    #[must_use]
    pub fn fit(data: &RightCensored) -> CumulativeHazard {
        one(data, false, hazard)
    }

    /// One cumulative hazard per group, in the order of the group codes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch).
    pub fn by_group(data: &RightCensored, groups: &Groups) -> Result<Vec<CumulativeHazard>> {
        grouped(data, groups, false, hazard)
    }

    /// The cumulative hazard of a risk table, for tables that were merged or are at hand already.
    #[must_use]
    pub fn from_table(table: RiskTable) -> CumulativeHazard {
        hazard(table, None)
    }
}

fn hazard(table: RiskTable, influence: Option<Influence>) -> CumulativeHazard {
    hazard_of(Estimator::NelsonAalen, table, influence)
}
