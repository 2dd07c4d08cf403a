//! What a publication says about one arm, and the checkpoints that follow from it.

use std::fmt;

use crate::print::{Number, counted};
use crate::trial::reconstruct::published::Published;

/// One published figure of one arm. Times are in the publication's unit; only their order is used.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Fact {
    /// The number at risk just before a time: those who have neither failed nor left earlier.
    AtRisk {
        /// The time.
        time: f64,
        /// The number.
        count: u32,
    },
    /// Events up to and including a time, or over the whole follow-up (`None`).
    Events {
        /// The time.
        by: Option<f64>,
        /// The number.
        count: u32,
    },
    /// Subjects censored before a time, or over the whole follow-up (`None`).
    Censored {
        /// The time.
        before: Option<f64>,
        /// The number.
        count: u32,
    },
    /// The survival probability at a time.
    Survival {
        /// The landmark.
        time: f64,
        /// As printed.
        printed: Published,
    },
    /// Its standard error.
    StdError {
        /// The landmark.
        time: f64,
        /// As printed.
        printed: Published,
    },
    /// The median; `None` if it is not reached.
    Median {
        /// The time.
        time: Option<f64>,
    },
}

impl Fact {
    /// The checkpoint it belongs to; `None` for what is said of the whole follow-up.
    pub(in crate::trial::reconstruct) fn time(&self) -> Option<f64> {
        match *self {
            Self::AtRisk { time, .. } | Self::Survival { time, .. } | Self::StdError { time, .. } => {
                Some(time)
            }
            Self::Events { by: time, .. } | Self::Censored { before: time, .. } | Self::Median { time } => {
                time
            }
        }
    }

    /// Counts are checked first, they cost least.
    fn rank(&self) -> u8 {
        match self {
            Self::AtRisk { .. } => 0,
            Self::Events { .. } => 1,
            Self::Censored { .. } => 2,
            Self::Survival { .. } => 3,
            Self::StdError { .. } => 4,
            Self::Median { .. } => 5,
        }
    }

    /// Is it known just before its time rather than at it?
    pub(in crate::trial::reconstruct) fn is_before(&self) -> bool {
        matches!(self, Self::AtRisk { .. } | Self::Censored { before: Some(_), .. })
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match *self {
            Self::AtRisk { time, count } => format!("{count} at risk at {}", Number(time)),
            Self::Events { by: Some(time), count } => {
                format!("{} by {}", counted(count, "event"), Number(time))
            }
            Self::Events { by: None, count } => format!("{} in all", counted(count, "event")),
            Self::Censored { before: Some(time), count } => {
                format!("{count} censored before {}", Number(time))
            }
            Self::Censored { before: None, count } => format!("{count} censored in all"),
            Self::Survival { time, printed } => format!("survival {printed} at {}", Number(time)),
            Self::StdError { time, printed } => format!("standard error {printed} at {}", Number(time)),
            Self::Median { time: Some(time) } => format!("median {}", Number(time)),
            Self::Median { time: None } => "median not reached".to_string(),
        })
    }
}

/// The stretch of an order up to a checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::trial::reconstruct) struct Stage {
    /// When it ends.
    pub time: f64,
    /// Events at exactly `time` and nothing else: the stretch between the number at risk just before a time
    /// and the curve at that time.
    pub tied: bool,
    /// Does it end just before the events at `time`?
    pub before: bool,
    /// What is checked at its end, as positions in the list of facts.
    pub facts: Vec<usize>,
}

/// Orders the facts into stages. What is said of the whole follow-up is checked at the last one.
///
/// Where a number at risk at `t` is published beside figures that include the events at `t`, there is a stage
/// of its own for those events. A subject who is censored at exactly `t` is still under observation at `t`.
pub(in crate::trial::reconstruct) fn stages(facts: &[Fact]) -> Vec<Stage> {
    let mut times: Vec<f64> = facts.iter().filter_map(Fact::time).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let mut stages: Vec<Stage> = Vec::with_capacity(times.len() + 1);
    for &time in &times {
        let at = |before: bool| -> Vec<usize> {
            let here = |&i: &usize| facts[i].time() == Some(time) && facts[i].is_before() == before;
            (0..facts.len()).filter(here).collect()
        };
        let (before, including) = (at(true), at(false));
        let split = !before.is_empty();
        if split {
            stages.push(Stage { time, tied: false, before: true, facts: before });
        }
        if !including.is_empty() {
            stages.push(Stage { time, tied: split, before: false, facts: including });
        }
    }
    if stages.is_empty() {
        stages.push(Stage { time: f64::INFINITY, tied: false, before: false, facts: Vec::new() });
    }
    if let Some(last) = stages.last_mut() {
        last.facts.extend((0..facts.len()).filter(|&i| facts[i].time().is_none()));
    }
    for stage in &mut stages {
        stage.facts.sort_by_key(|&i| facts[i].rank());
    }
    stages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_at_risk_is_known_before_the_events_at_its_time() {
        let survival = Fact::Survival { time: 12.0, printed: "0.5".parse().unwrap() };
        let facts = [survival, Fact::AtRisk { time: 12.0, count: 4 }, Fact::Events { by: None, count: 3 }];
        let found: Vec<_> = stages(&facts).into_iter().map(|s| (s.tied, s.facts)).collect();
        assert_eq!(found, [(false, vec![1]), (true, vec![2, 0])]);
    }
}
