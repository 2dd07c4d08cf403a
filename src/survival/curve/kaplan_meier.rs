//! The nonparametric estimators: one engine, three short definitions.

use crate::error::Result;
use crate::numeric::sums::leaving_one_by_one;
use crate::survival::curve::cumulative_hazard::{CumulativeHazard, hazard_of};
use crate::survival::curve::survival_curve::{Estimator, SurvivalCurve};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::risk_table::influence::{Influence, Pull};
use crate::survival::risk_table::table::{RiskTable, Row};

/// The Kaplan-Meier (product-limit) estimate of a survival function.
///
/// `S(t) = Π_{tᵢ ≤ t} (1 − dᵢ/nᵢ)` over the distinct event times, `dᵢ` events among `nᵢ` at risk just before
/// `tᵢ`; Greenwood's variance is `S(t)² Σ_{tᵢ ≤ t} dᵢ / (nᵢ (nᵢ − dᵢ))`. With sampling weights or clusters the
/// variance is the infinitesimal jackknife instead.
///
/// # Conventions
/// At equal times events come before censorings. Whoever enters at `t` is at risk after `t`. Once the risk
/// set has emptied by events the estimate is 0 for good, even if others enter later (as in R).
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
/// assert_eq!(curve.median().estimate(), Some(23.0));
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Kaplan & Meier (1958), J Am Stat Assoc 53:457. Greenwood (1926), The natural duration of cancer.
#[derive(Debug, Clone, Copy)]
pub struct KaplanMeier;

impl KaplanMeier {
    /// The curve of all subjects. Strata are not looked at.
    #[must_use]
    pub fn fit(data: &RightCensored) -> SurvivalCurve {
        one(data, false, product_limit)
    }

    /// One curve per group, in the order of the group codes.
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
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    ///
    /// let time = [1., 2., 2., 3., 4., 4., 5.];
    /// let event = [true, true, false, true, false, true, false];
    /// let censoring = KaplanMeier::censoring(&RightCensored::new(&time, &event)?);
    /// assert_eq!(censoring.at(2.0).value(), 0.8); // and not 5/6
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
}

/// A table of all subjects and, where the variance is robust, the subjects behind it.
fn one<T>(data: &RightCensored, reversed: bool, make: impl Fn(RiskTable, Option<Influence>) -> T) -> T {
    finish(RiskTable::new(data), data, |_| true, reversed, make)
}

/// The same for each group.
fn grouped<T>(
    data: &RightCensored,
    groups: &Groups,
    reversed: bool,
    make: impl Fn(RiskTable, Option<Influence>) -> T,
) -> Result<Vec<T>> {
    let tables = RiskTable::by_group(data, groups)?.into_iter().enumerate();
    let member = |g: usize| move |i: usize| groups.codes()[i] as usize == g;
    Ok(tables.map(|(g, table)| finish(table, data, member(g), reversed, &make)).collect())
}

fn finish<T>(
    table: RiskTable,
    data: &RightCensored,
    member: impl Fn(usize) -> bool,
    reversed: bool,
    make: impl Fn(RiskTable, Option<Influence>) -> T,
) -> T {
    let table = if reversed { table.reversed() } else { table };
    let influence = data.is_robust().then(|| Influence::new(&data.merged(), &table, member, reversed));
    make(table, influence)
}

fn product_limit(table: RiskTable, influence: Option<Influence>) -> SurvivalCurve {
    curve_of(Estimator::KaplanMeier, table, influence)
}

fn of_censoring(table: RiskTable, influence: Option<Influence>) -> SurvivalCurve {
    SurvivalCurve { reversed: true, ..product_limit(table, influence) }
}

/// The engine: a pass over the rows, and with subjects behind it a second one for the robust variance.
pub(in crate::survival) fn curve_of(
    estimator: Estimator,
    table: RiskTable,
    influence: Option<Influence>,
) -> SurvivalCurve {
    if estimator != Estimator::KaplanMeier {
        return hazard_of(estimator, table, influence).survival();
    }
    let rows = table.len();
    let (mut survival, mut log_variance) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let (mut s, mut v) = (1.0, 0.0);
    table.for_each(|_, d, n| {
        if d > 0.0 {
            if d < n {
                s *= 1.0 - d / n;
                v += d / (n * (n - d));
            } else {
                s = 0.0;
            }
        }
        survival.push(s);
        log_variance.push(v);
    });
    let mut curve =
        SurvivalCurve { estimator, table, survival, log_variance, influence, reversed: false, start: 0.0 };
    if let Some(influence) = &curve.influence {
        curve.log_variance = influence.variances(&curve.pulls());
    } else if curve.table.has_sampling_weights() {
        curve.log_variance = Vec::new();
    }
    curve
}

/// How the estimate's scale (log S or H) responds to a subject's weight at one row: the derivative of the
/// step, `at_risk` for whoever is at risk and `event` more for whoever has the event.
pub(in crate::survival) fn pull(estimator: Estimator, row: &Row) -> Pull {
    let (d, n) = (row.events, row.at_risk);
    if !(d > 0.0) {
        return Pull::default();
    }
    match estimator {
        // Where all at risk have the event the step is to 0 whatever the weights.
        Estimator::KaplanMeier if d >= n => Pull::default(),
        Estimator::KaplanMeier => Pull { at_risk: d / (n * (n - d)), event: (n - d).recip() },
        Estimator::NelsonAalen => Pull { at_risk: d / (n * n), event: n.recip() },
        Estimator::FlemingHarrington => {
            let m = f64::from(row.event_subjects);
            let mut pull = Pull::default();
            for k in 0..row.event_subjects {
                let share = f64::from(k) / m;
                let left = n - d * share;
                let at_risk = d / m / (left * left);
                pull.at_risk += at_risk;
                // Its own event: 1/m of the numerator, and it leaves a share of itself at each step.
                pull.event += (m * left).recip() + at_risk * share;
            }
            pull
        }
    }
}

/// The Nelson-Aalen estimate of a cumulative hazard.
///
/// `H(t) = Σ_{tᵢ ≤ t} dᵢ/nᵢ` with variance `Σ dᵢ/nᵢ²`; robust with sampling weights or clusters.
/// [`CumulativeHazard::survival`] gives `exp(−H)` (Breslow's estimate).
///
/// # Example
/// ```
/// use greenwood::survival::{NelsonAalen, RightCensored};
///
/// let hazard = NelsonAalen::fit(&RightCensored::new(&[1.0, 2.0, 3.0], &[true, false, true])?);
/// assert_eq!(hazard.at(3.0).value(), 1.0 / 3.0 + 1.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Nelson (1972), Technometrics 14:945. Aalen (1978), Ann Stat 6:701.
#[derive(Debug, Clone, Copy)]
pub struct NelsonAalen;

/// The cumulative hazard with Fleming and Harrington's correction for ties, and its `exp(−H)` survival curve.
///
/// Tied events leave the risk set one after the other: `d` of `n` add `1/n + 1/(n−1) + … + 1/(n−d+1)`, with
/// variance `Σ 1/(n−k)²`. A replication weight counts as that many subjects, so weights are repetitions here
/// too (fractions interpolate); R lets the rows leave instead. With sampling weights the rows leave, each
/// with the mean weight of the tied events.
///
/// # Example
/// ```
/// use greenwood::survival::{FlemingHarrington, RightCensored};
///
/// let hazard = FlemingHarrington::fit(&RightCensored::new(&[1.0, 1.0, 3.0], &[true, true, false])?);
/// assert_eq!(hazard.at(1.0).value(), 1.0 / 3.0 + 1.0 / 2.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Fleming & Harrington (1984), Commun Stat Theory Methods 13:2469.
#[derive(Debug, Clone, Copy)]
pub struct FlemingHarrington;

macro_rules! hazard_estimator {
    ($name:ident) => {
        impl $name {
            /// The cumulative hazard of all subjects. Strata are not looked at.
            #[must_use]
            pub fn fit(data: &RightCensored) -> CumulativeHazard {
                one(data, false, |table, influence| hazard_of(Estimator::$name, table, influence))
            }

            /// One cumulative hazard per group, in the order of the group codes.
            ///
            /// # Errors
            /// [`Error::LengthMismatch`](crate::Error::LengthMismatch).
            pub fn by_group(data: &RightCensored, groups: &Groups) -> Result<Vec<CumulativeHazard>> {
                grouped(data, groups, false, |table, influence| hazard_of(Estimator::$name, table, influence))
            }

            /// The cumulative hazard of a risk table.
            #[must_use]
            pub fn from_table(table: RiskTable) -> CumulativeHazard {
                hazard_of(Estimator::$name, table, None)
            }
        }
    };
}

hazard_estimator!(NelsonAalen);
hazard_estimator!(FlemingHarrington);

/// What a row adds to a cumulative hazard and to its model-based variance.
pub(in crate::survival) fn hazard_step(estimator: Estimator, row: &Row, sampling: bool) -> (f64, f64) {
    let (d, n) = (row.events, row.at_risk);
    if !(d > 0.0) {
        return (0.0, 0.0);
    }
    if estimator != Estimator::FlemingHarrington {
        return (d / n, d / (n * n));
    }
    // Sampling weights: rows leave, each with the mean weight w̄ of the tied events, so that the step is
    // Σ w̄/(n − k·w̄) = Σ 1/(n/w̄ − k).
    let (d, n) = if sampling {
        let mean = d / f64::from(row.event_subjects);
        (f64::from(row.event_subjects), n / mean)
    } else {
        (d, n)
    };
    (leaving_one_by_one(d, n, 1), leaving_one_by_one(d, n, 2))
}
