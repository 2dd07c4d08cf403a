//! The product-limit estimate of a survival function, and of the censoring distribution.

use crate::error::Result;
use crate::survival::curve::engine::{curve_of, grouped, one};
use crate::survival::curve::estimator::Estimator;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::risk_table::influence::Influence;
use crate::survival::risk_table::table::RiskTable;

/// The Kaplan-Meier (product-limit) estimate of a survival function.
///
/// `S(t) = Π_{tᵢ ≤ t} (1 − dᵢ/nᵢ)` over the distinct event times, `dᵢ` events among `nᵢ` at risk just before
/// `tᵢ`; Greenwood's variance is `S(t)² Σ_{tᵢ ≤ t} dᵢ / (nᵢ (nᵢ − dᵢ))`. With sampling weights or clusters the
/// variance is the infinitesimal jackknife instead.
///
/// # Conventions
/// At equal times events come before censorings. Subjects who enter at `t` are at risk after `t`. Once the risk
/// set has emptied by events the estimate stays 0, even if others enter later (as in R).
///
/// # Cost
/// One sort and one pass, O(n log n); O(n) where times are whole days.
///
/// # Example
/// Remission in the 6-MP arm of Freireich's leukaemia trial:
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
///
/// let weeks = [6., 6., 6., 6., 7., 9., 10., 10., 11., 13., 16., 17., 19., 20., 22., 23., 25., 32., 32., 34., 35.];
/// let relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(|d| d == 1);
/// let curve = KaplanMeier::fit(&RightCensored::new(&weeks, &relapse)?);
/// assert_eq!(format!("{:.1}", curve.at(10.0)), "75.3% ± 9.6%");
/// assert_eq!(curve.median().value()?, 23.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Kaplan & Meier (1958), J Am Stat Assoc 53:457. Greenwood (1926), The natural duration of cancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KaplanMeier;

impl KaplanMeier {
    /// The curve of all subjects. It ignores strata.
    #[must_use]
    pub fn fit(data: &RightCensored) -> SurvivalCurve {
        one(data, false, product_limit)
    }

    /// One curve per group, in the order of the group codes.
    ///
    /// A group without anybody has a curve without an estimate
    /// ([`NotEstimable::Nobody`](crate::survival::result::NotEstimable::Nobody)).
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch).
    pub fn by_group(data: &RightCensored, groups: &Groups) -> Result<Vec<SurvivalCurve>> {
        grouped(data, groups, false, product_limit)
    }

    /// The curve of a risk table, for tables that were merged or are at hand already.
    #[must_use]
    pub fn from_table(table: RiskTable) -> SurvivalCurve {
        curve_of(Estimator::KaplanMeier, table, None)
    }

    /// The distribution of the censoring times (reverse Kaplan-Meier).
    ///
    /// `G(t) = Π_{tᵢ ≤ t} (1 − cᵢ/(nᵢ − dᵢ))`: censorings are the events, and at equal times the real events
    /// leave the risk set first. Flipping the event indicator instead keeps them in it, which is wrong wherever
    /// an event and a censoring tie. Its median is the median follow-up (Schemper & Smith 1996).
    ///
    /// A start-stop row that another row of its subject continues is no censoring: where the data have
    /// [ids](RightCensored::with_ids), rows are [joined](RightCensored::joined) first. Without ids each row that ends without the
    /// event counts as one.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    ///
    /// let time = [1., 2., 2., 3., 4., 4., 5.];
    /// let event = [true, true, false, true, false, true, false];
    /// let censoring = KaplanMeier::censoring(&RightCensored::new(&time, &event)?);
    /// assert_eq!(censoring.at(2.0).value()?, 0.8); // and not 5/6
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn censoring(data: &RightCensored) -> SurvivalCurve {
        one(data, true, of_censoring)
    }

    /// The censoring distribution of each group, in the order of the group codes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::Error::LengthMismatch).
    pub fn censoring_by_group(data: &RightCensored, groups: &Groups) -> Result<Vec<SurvivalCurve>> {
        grouped(data, groups, true, of_censoring)
    }

    /// The censoring distribution of a risk table, as [`censoring`](Self::censoring).
    #[must_use]
    pub fn censoring_from_table(table: &RiskTable) -> SurvivalCurve {
        of_censoring(table.reversed(), None)
    }
}

fn product_limit(table: RiskTable, influence: Option<Influence>) -> SurvivalCurve {
    curve_of(Estimator::KaplanMeier, table, influence)
}

fn of_censoring(table: RiskTable, influence: Option<Influence>) -> SurvivalCurve {
    SurvivalCurve { reversed: true, ..product_limit(table, influence) }
}
