//! The hazard ratios that the log-rank test does not reject.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::TableError;
use crate::error::{Error, NotEstimable, Result};
use crate::numeric::distribution::normal_two_sided;
use crate::numeric::root;
use crate::print::{self, Number};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::result::direction::Direction;
use crate::survival::result::interval::{ConfidenceInterval, Interval, z_of};
use crate::survival::result::ratio_test::{RatioTest, RatioTestMethod};
use crate::survival::risk_table::event_times::{for_each_event_time, spread};
use crate::survival::risk_table::table::RiskTable;

/// The hazard ratio by inverting the (stratified) log-rank test: an estimate and an interval that agree with
/// the test, whatever their size.
///
/// If the hazard of `group` is θ times that of `reference`, then at an event time with `n₁` and `n₀` at risk and
/// `d` events the first group expects `d p`, `p = θn₁/(θn₁ + n₀)`, with variance
/// `d p(1 − p) (n − d)/(n − 1)`. The estimate is the θ at which observed and expected events agree (without
/// tied events, Cox's), the interval holds every θ at which `(O − E(θ))/√V(θ)` is within the normal limits: it
/// leaves out 1 exactly when the log-rank test rejects. Where one group had no event, the estimate is 0 or
/// infinite and the interval is open on that side, but not on the other.
///
/// Strata, delayed entry and replication weights come in through the risk sets.
///
/// # Cost
/// One risk table of each group. The estimate and each limit are roots, with one pass over the event times in each step of the search.
///
/// # Example
/// Failure-free survival of the trial with 9 children in each arm:
/// ```
/// use greenwood::survival::{Groups, RightCensored};
/// use greenwood::survival::contrast::InvertedLogRank;
///
/// let months = [2., 4., 6., 10., 12., 15., 48., 53., 60., 8., 20., 30., 40., 45., 48., 51., 56., 60.];
/// let failed = [1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0].map(|d| d == 1);
/// let arm = Groups::from_codes(&[[0; 9], [1; 9]].concat(), &["MSC", "control"])?;
/// let ratio = InvertedLogRank::fit(&RightCensored::new(&months, &failed)?, &arm, "MSC", "control")?;
/// assert_eq!(ratio.to_string(), "2.76 (95% CI 0.72 to 10.60), MSC against control (inverted log-rank)");
/// assert_eq!(format!("{:.4}", ratio.p_value(1.0)?.unwrap()), "0.1529"); // the log-rank test's
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Berry, Kitchin & Mock (1991), Stat Med 10:749. Non-inferiority: Com-Nougué, Rodary & Patte (1993), Stat
/// Med 12:1353.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct InvertedLogRank {
    group: String,
    reference: String,
    times: Vec<EventRow>,
    observed: f64,
    total: f64,
}

/// An event time at which both groups were at risk.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct EventRow {
    at_risk: f64,
    at_risk_reference: f64,
    events: f64,
}

/// A ratio as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    group: String,
    reference: String,
    times: Vec<EventRow>,
    observed: f64,
    total: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for InvertedLogRank {
    type Error = Error;

    fn try_from(Raw { group, reference, times, observed, total }: Raw) -> Result<Self> {
        let possible = |t: &EventRow| {
            let (n, d) = (t.at_risk + t.at_risk_reference, t.events);
            t.at_risk > 0.0 && t.at_risk_reference > 0.0 && d >= 0.0 && d <= n && n < f64::INFINITY
        };
        if let Some(index) = times.iter().position(|t| !possible(t)) {
            let reason = "both groups must be at risk, with no more events than subjects";
            return Err(Error::Table(TableError::InconsistentTable { index, reason }));
        }
        let sum: f64 = times.iter().map(|t| t.events).sum();
        if !((sum - total).abs() <= 1e-9 * total.max(1.0)) {
            let must_be = "the sum of the events";
            return Err(Error::OutOfRange { argument: "total", value: total, must_be });
        }
        if !(0.0..=total).contains(&observed) {
            let must_be = "in [0, total]";
            return Err(Error::OutOfRange { argument: "observed", value: observed, must_be });
        }
        Ok(Self { group, reference, times, observed, total })
    }
}

impl InvertedLogRank {
    /// The hazard of `group` relative to that of `reference`, within the strata of the data if there
    /// are any. It ignores other groups.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::UnknownLabel`]; [`Error::Unsupported`] for sampling weights or
    /// clusters, whose test is not this one.
    pub fn fit(data: &RightCensored, groups: &Groups, group: &str, reference: &str) -> Result<Self> {
        let (a, b) = (groups.code(group)?, groups.code(reference)?);
        if data.is_robust() {
            return Err(Error::Unsupported {
                method: "the inverted log-rank test",
                with: "sampling weights or clusters",
                why: "its variance takes subjects as independent: use a Cox model with robust variance",
            });
        }
        let (mut times, mut observed, mut total) = (Vec::new(), 0.0, 0.0);
        for stratum in RiskTable::by_stratum_and_group(data, groups)? {
            let pair = [stratum[a].clone(), stratum[b].clone()];
            for_each_event_time(&pair, |t| {
                // A time at which one group alone is at risk says nothing about the ratio.
                if t.at_risk[0] > 0.0 && t.at_risk[1] > 0.0 {
                    observed += t.events[0];
                    total += t.total_events;
                    times.push(EventRow {
                        at_risk: t.at_risk[0],
                        at_risk_reference: t.at_risk[1],
                        events: t.total_events,
                    });
                }
            });
        }
        Ok(Self { group: group.to_string(), reference: reference.to_string(), times, observed, total })
    }

    /// The group whose hazard is the numerator.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The group it is compared with.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// O − E and V if the logarithm of the ratio is `b`.
    fn score(&self, b: f64) -> (f64, f64) {
        let theta = b.exp();
        let (mut expected, mut variance) = (0.0, 0.0);
        for t in &self.times {
            let n = t.at_risk + t.at_risk_reference;
            let p = (1.0 + t.at_risk_reference / (theta * t.at_risk)).recip();
            let q = (1.0 + theta * t.at_risk / t.at_risk_reference).recip();
            expected += t.events * p;
            variance += p * q * spread(n, t.events);
        }
        // With all events in the first group O − E is a sum of small numbers, not a difference of large ones.
        let excess = if self.observed == self.total {
            self.times.iter().map(|t| t.events / (1.0 + theta * t.at_risk / t.at_risk_reference)).sum()
        } else {
            self.observed - expected
        };
        (excess, variance)
    }

    /// The ratio; 0 or infinite where one group had no event.
    ///
    /// # Errors
    /// [`NotEstimable::NothingCompared`] where no event time compares the two.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        if self.times.is_empty() {
            Err(NotEstimable::NothingCompared)
        } else if self.observed <= 0.0 {
            Ok(0.0)
        } else if self.observed >= self.total {
            Ok(f64::INFINITY)
        } else {
            Ok(root::find(-FAR, FAR, |b| self.score(b).0).exp())
        }
    }

    /// Which group has the lower rate and, where the direction of the event is known, which group that favours.
    #[must_use]
    pub fn sentence(&self, direction: Direction) -> String {
        match self.value() {
            Ok(ratio) => direction.of_rates(ratio, &self.group, &self.reference),
            Err(because) => because.to_string(),
        }
    }

    /// (O − E)/√V if the ratio were `ratio`: above 0 where the group has more events than that explains.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `ratio` is not above 0 and finite.
    pub fn z(&self, ratio: f64) -> Result<Option<f64>> {
        if !(ratio > 0.0 && ratio < f64::INFINITY) {
            return Err(Error::OutOfRange { argument: "ratio", value: ratio, must_be: "above 0 and finite" });
        }
        Ok(self.z_at(ratio.ln()))
    }

    fn z_at(&self, b: f64) -> Option<f64> {
        let (excess, variance) = self.score(b);
        (variance > 0.0).then(|| excess / variance.sqrt())
    }

    /// The two-sided p-value of the hypothesis that the ratio is `ratio`: at 1 the log-rank test's; at
    /// another value that of a margin ([`test`](Self::test) has the one-sided one).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `ratio` is not above 0 and finite.
    pub fn p_value(&self, ratio: f64) -> Result<Option<f64>> {
        Ok(self.z(ratio)?.map(normal_two_sided))
    }

    /// The log-rank test that the ratio is `ratio`, as a value with one-sided p-values and a sentence: with a margin, the test of
    /// non-inferiority of Com-Nougué, Rodary & Patte. It rejects exactly the ratios that the [`interval`](Self::interval) leaves out.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `ratio` is not above 0 and finite.
    pub fn test(&self, ratio: f64) -> Result<RatioTest> {
        let labels = [self.group.as_str(), self.reference.as_str()];
        Ok(RatioTest::new(labels, RatioTestMethod::LogRank, ratio, self.z(ratio)?))
    }

    /// Every ratio that the test does not reject at this level. A side without limit is `None`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1); [`Error::Unsupported`] for anything but a level.
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        let level = interval.into().level_alone("the interval of the inverted log-rank test")?;
        let z = z_of(level)?;
        // z falls with the ratio. Searched outwards from the middle, for far out it may turn back to 0.
        let middle = self.value().map_or(0.0, |e| e.ln().clamp(-FAR, FAR));
        let reach = |direction: f64, target: f64| {
            let miss = |b: f64| self.z_at(b).map_or(0.0, |found| found - target);
            let mut near = middle;
            let mut step = 0.25;
            while near.abs() <= FAR {
                let far = near + direction * step;
                if (miss(far) > 0.0) != (miss(near) > 0.0) {
                    return Some(root::find(near.min(far), near.max(far), miss).exp());
                }
                near = far;
                step *= 2.0;
            }
            None
        };
        let (mut lower, mut upper) = (None, None);
        if self.z_at(0.0).is_some() {
            lower = if self.observed > 0.0 { reach(-1.0, z) } else { None };
            upper = if self.observed < self.total { reach(1.0, -z) } else { None };
        }
        Ok(ConfidenceInterval { lower, upper, level })
    }
}

/// The logarithm of a ratio beyond which there is none.
const FAR: f64 = 60.0;

impl fmt::Display for InvertedLogRank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        let number = |x: f64| format!("{:.decimals$}", Number(x));
        match self.value() {
            Ok(x) => {
                let interval = self.interval(0.95).map_err(|_| fmt::Error)?;
                write!(f, "{} {}", number(x), interval.in_brackets(number))?;
            }
            Err(because) => write!(f, "{because}")?,
        }
        write!(f, ", {} (inverted log-rank)", print::pair(&self.group, &self.reference))
    }
}
