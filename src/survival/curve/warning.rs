//! What a reader of a curve must know: steps that rest on very few.

use std::fmt;

use crate::print::Number;
use crate::survival::curve::aalen_johansen::CumulativeIncidence;
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::risk_table::table::RiskTable;

/// A step of a curve that rests on a small risk set while a much larger one comes later: the work of delayed entry.
///
/// Every later value holds this step. The numbers are right, and hardly mean what they seem to: the
/// remedy is the curve of those who survived to a time behind the step,
/// [`given_survival_to`](SurvivalCurve::given_survival_to) the [`condition_on`](Self::condition_on). Each estimator that
/// conditions on entry has such `warnings()`, with its own remedy:
///
/// | of | a step | remedy |
/// |---|---|---|
/// | [`SurvivalCurve`], [`CumulativeHazard`] | takes 10 % of those at risk | [`given_survival_to`](SurvivalCurve::given_survival_to) |
/// | [`CumulativeIncidence`] | the same, by any cause | [`given_event_free`](CumulativeIncidence::given_event_free) |
/// | [`StateOccupation`](crate::survival::multi_state::StateOccupation) | moves 10 % from state to state | [`Occupation::from_time`](crate::survival::multi_state::Occupation::from_time) |
/// | [`MeanFunction`](crate::survival::recurrent::MeanFunction) | adds 10 % of the mean at the end | differences from that time on |
/// | Cox [`Baseline`](crate::survival::regression::Baseline) | takes 10 % of the curve at the means | survival over that at the time |
///
/// Counted are subjects. With replication weights a row counts as often as its weight says, so that the warnings are
/// those of the rows written out. A sampling weight does not make a subject more: there rows are counted, and the
/// text says so.
///
/// # Example
/// One of two at risk dies early; eight enter afterwards.
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
///
/// let entry = [0., 0., 2., 2., 2., 2., 2., 2., 2., 2.];
/// let time = [1., 9., 4., 5., 6., 7., 8., 9., 9., 9.];
/// let died = [true, false, true, false, false, true, false, false, false, false];
/// let curve = KaplanMeier::fit(&RightCensored::new(&time, &died)?.with_entry(&entry)?);
/// let warnings = curve.warnings();
/// assert_eq!(
///     warnings[0].to_string(),
///     "a risk set of 2 at 1 took 50% of the curve, and up to 9 are at risk later: condition on survival to 4 \
///      (`given_survival_to`)"
/// );
/// let later = curve.given_survival_to(warnings[0].condition_on().unwrap())?;
/// assert!(later.warnings().is_empty());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SmallRiskSet {
    time: f64,
    at_risk: f64,
    later: f64,
    share: f64,
    condition_on: Option<f64>,
    #[cfg_attr(feature = "serde", serde(default))]
    sampling: bool,
    #[cfg_attr(feature = "serde", serde(default))]
    of: WarnedOf,
}

/// Whose steps they are: what a step takes, and what helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(in crate::survival) enum WarnedOf {
    #[default]
    Survival,
    Hazard,
    Incidence,
    Occupation,
    Mean,
    Baseline,
}

impl WarnedOf {
    fn verb_and_object(self) -> (&'static str, &'static str) {
        match self {
            Self::Survival => ("took", "the curve"),
            Self::Hazard => ("took", "those at risk"),
            Self::Incidence => ("took", "those free of every cause"),
            Self::Occupation => ("moved", "all from state to state"),
            Self::Mean => ("added", "the mean at the end"),
            Self::Baseline => ("took", "the curve at the means"),
        }
    }

    fn remedy(self, time: Number) -> String {
        match self {
            Self::Survival => format!("condition on survival to {time} (`given_survival_to`)"),
            Self::Hazard => {
                format!("read differences from {time} on, or condition the curve (`given_survival_to`)")
            }
            Self::Incidence => format!("condition on no event before {time} (`given_event_free`)"),
            Self::Occupation => format!("start at {time} (`from_time`)"),
            Self::Mean => format!("read differences from {time} on"),
            Self::Baseline => format!("divide survival by that at {time}, for those who survived to it"),
        }
    }
}

/// A time at which somebody leaves, for the search of small risk sets.
pub(in crate::survival) struct Exit {
    pub time: f64,
    /// Subjects, as they are counted.
    pub at_risk: f64,
    /// What the step takes; 0 where there is no event.
    pub share: f64,
    /// Does anybody who counts leave?
    pub leaves: bool,
}

/// The small risk sets among exits in decreasing order of time.
pub(in crate::survival) fn small_risk_sets(
    backwards: impl Iterator<Item = Exit>,
    sampling: bool,
    of: WarnedOf,
) -> Vec<SmallRiskSet> {
    let mut warnings: Vec<SmallRiskSet> = Vec::new();
    let (mut later, mut next_exit) = (0.0_f64, None);
    let mut condition_on = None;
    for Exit { time, at_risk, share, leaves } in backwards {
        if share >= SHARE && at_risk * LATER <= later {
            // The last such step is met first.
            condition_on = condition_on.or(next_exit);
            warnings.push(SmallRiskSet { time, at_risk, later, share, condition_on, sampling, of });
        }
        later = later.max(at_risk);
        if leaves {
            next_exit = Some(time);
        }
    }
    warnings.reverse();
    warnings
}

/// Those of a risk table: a step takes its events of those at risk.
fn of_table(table: &RiskTable, of: WarnedOf) -> Vec<SmallRiskSet> {
    let sampling = table.has_sampling_weights();
    let exits = table.rows().rev().map(|row| Exit {
        time: row.time,
        at_risk: if sampling { row.subjects_at_risk.into() } else { row.at_risk },
        share: if row.events > 0.0 { row.events / row.at_risk } else { 0.0 },
        // A row of weight 0 is none.
        leaves: if sampling { row.is_exit() } else { row.events + row.censored > 0.0 },
    });
    small_risk_sets(exits, sampling, of)
}

/// A step is worth a warning from this share of the curve on.
const SHARE: f64 = 0.1;
/// … where so many times as many are at risk later. Without delayed entry nobody joins and none is.
const LATER: f64 = 2.0;

impl SmallRiskSet {
    /// The time of the step.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// How many subjects were at risk: the sum of replication weights, the number of rows with sampling weights.
    #[must_use]
    pub fn at_risk(&self) -> f64 {
        self.at_risk
    }

    /// The most subjects at risk at any later time, counted as [`at_risk`](Self::at_risk) is.
    #[must_use]
    pub fn at_risk_later(&self) -> f64 {
        self.later
    }

    /// The share of the curve that the step took: 1 where it fell to 0.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.share
    }

    /// The earliest exit behind all such steps: the curve that is conditional on survival to it rests on none.
    #[must_use]
    pub fn condition_on(&self) -> Option<f64> {
        self.condition_on
    }
}

impl fmt::Display for SmallRiskSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, object) = self.of.verb_and_object();
        write!(
            f,
            "a risk set of {}{} at {} {verb} {}% of {object}, and up to {} are at risk later",
            Number(self.at_risk),
            if self.sampling { " (rows, whatever their sampling weights)" } else { "" },
            Number(self.time),
            Number((1000.0 * self.share).round() / 10.0),
            Number(self.later)
        )?;
        match self.condition_on {
            Some(time) => write!(f, ": {}", self.of.remedy(Number(time))),
            None => Ok(()),
        }
    }
}

impl SurvivalCurve {
    /// The steps that rest on a small risk set while a much larger one comes later: at least 10 % of the curve at a
    /// time after which at least twice as many are at risk. Without delayed entry there are none.
    #[must_use]
    pub fn warnings(&self) -> Vec<SmallRiskSet> {
        of_table(self.table(), WarnedOf::Survival)
    }
}

impl CumulativeHazard {
    /// The steps that rest on a small risk set while a much larger one comes later, as
    /// [`SurvivalCurve::warnings`]. What the hazard adds from a later time on does not rest on them.
    #[must_use]
    pub fn warnings(&self) -> Vec<SmallRiskSet> {
        of_table(self.table(), WarnedOf::Hazard)
    }
}

impl CumulativeIncidence {
    /// The steps by any cause that rest on a small risk set while a much larger one comes later: all later incidences hold
    /// what they left free. Without delayed entry there are none.
    ///
    /// # Example
    /// One of two has an event early; four enter afterwards.
    /// ```
    /// use greenwood::survival::{AalenJohansen, CompetingRisks};
    ///
    /// let cause = [Some("a"), None, Some("b"), Some("a"), None, None];
    /// let data = CompetingRisks::new(&[1.0, 9.0, 4.0, 5.0, 6.0, 7.0], &cause)?.with_entry(&[0., 0., 2., 2., 2., 2.])?;
    /// let fit = AalenJohansen::new().fit(&data)?;
    /// let warnings = fit.warnings();
    /// assert!(warnings[0].to_string().starts_with("a risk set of 2 at 1 took 50% of those free of every cause"));
    /// let later = fit.given_event_free(warnings[0].condition_on().unwrap())?;
    /// assert!(later.warnings().is_empty());
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn warnings(&self) -> Vec<SmallRiskSet> {
        of_table(self.table().all(), WarnedOf::Incidence)
    }
}
