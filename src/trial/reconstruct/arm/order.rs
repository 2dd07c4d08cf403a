//! Orders of events and censorings: what a reconstruction finds.

use std::fmt::{self, Write as _};

use crate::trial::reconstruct::arm::convention::StdErrorConvention;
use crate::trial::reconstruct::arm::facts::{Fact, Stage};
use crate::trial::reconstruct::arm::problem::Mark;

/// A pattern: one order of events (`d`) and censorings (`c`) up to the last event, with the numbers of
/// censorings that may follow before the last checkpoint.
///
/// Written out, `dcdddd` is an event, a censoring and four events. `|7` within it is a checkpoint with 7
/// still under observation.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ArmOrder {
    subjects: u32,
    stretches: Vec<Stretch>,
    later: Vec<u32>,
}

/// What happened between two checkpoints.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub(in crate::trial::reconstruct) struct Stretch {
    /// An event, or a censoring, one after the other.
    pub events: Vec<bool>,
    /// All at one time: the checkpoint's.
    pub tied: bool,
    /// The checkpoint's time.
    pub ends: f64,
    /// Does the checkpoint lie just before the events at that time?
    pub before: bool,
}

impl ArmOrder {
    pub(in crate::trial::reconstruct) fn new(
        subjects: u32,
        stages: &[Stage],
        path: &[Mark],
        later: Vec<u32>,
    ) -> Self {
        let mut parts = path.split(|m| *m == Mark::Check);
        let stretches = stages
            .iter()
            .map(|stage| Stretch {
                events: parts.next().unwrap_or(&[]).iter().map(|m| *m == Mark::Event).collect(),
                tied: stage.tied,
                ends: stage.time,
                before: stage.before,
            })
            .collect();
        Self { subjects, stretches, later }
    }

    pub(in crate::trial::reconstruct) fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// The numbers of censorings between the last event and the last checkpoint that are possible.
    #[must_use]
    pub fn later_censorings(&self) -> &[u32] {
        &self.later
    }

    /// Every single order: for each event or censoring the number at risk just before it, and whether it is
    /// an event.
    #[must_use]
    pub fn orders(&self) -> Vec<Vec<(u32, bool)>> {
        let head: Vec<bool> = self.stretches.iter().flat_map(|s| s.events.iter().copied()).collect();
        let order = |&later: &u32| {
            let marks = head.iter().copied().chain(std::iter::repeat_n(false, later as usize));
            (1..=self.subjects).rev().zip(marks).collect()
        };
        self.later.iter().map(order).collect()
    }

    /// Events up to the last checkpoint.
    #[must_use]
    pub fn events(&self) -> u32 {
        self.stretches.iter().flat_map(|s| &s.events).filter(|e| **e).count() as u32
    }

    /// Under observation after the last event (or checkpoint, if nothing happened since).
    #[must_use]
    pub fn at_risk(&self) -> u32 {
        self.subjects - self.stretches.iter().map(|s| s.events.len() as u32).sum::<u32>()
    }

    /// The ways to let neighbours share a time, over all orders of the pattern, the untied ones included.
    ///
    /// A censoring directly before an event cannot share its time: at one time events come first. Ties do not
    /// reach across checkpoints.
    #[must_use]
    pub fn with_ties(&self) -> u128 {
        let joints = |events: &[bool]| events.windows(2).filter(|w| w[0] || !w[1]).count() as u32;
        let inner: u32 = self.stretches.iter().filter(|s| !s.tied).map(|s| joints(&s.events)).sum();
        // A censoring more behind the last event is one joint more, except where it stands alone.
        let empty = self.stretches.last().is_none_or(|s| s.events.is_empty());
        let ways = |&later: &u32| 1_u128 << (inner + if empty { later.saturating_sub(1) } else { later });
        self.later.iter().map(ways).sum()
    }

    /// The Kaplan-Meier estimate and Greenwood's standard error at the end of each stretch.
    #[must_use]
    pub fn estimates(&self) -> Vec<(f64, Option<f64>)> {
        let (mut n, mut s, mut sum) = (f64::from(self.subjects), 1.0, 0.0);
        let end = |stretch: &Stretch| {
            for &event in &stretch.events {
                if event {
                    s *= (n - 1.0) / n;
                    sum += 1.0 / (n * (n - 1.0));
                }
                n -= 1.0;
            }
            (s, (s > 0.0).then(|| s * f64::sqrt(sum)))
        };
        self.stretches.iter().map(end).collect()
    }
}

impl fmt::Display for ArmOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut text, mut n) = (String::new(), self.subjects as usize);
        // Where nothing happened at the very time of a number at risk, its checkpoint and the next are one.
        let shown = self.stretches.iter().filter(|s| !s.tied || !s.events.is_empty());
        for (i, stretch) in shown.enumerate() {
            if i > 0 {
                write!(text, "|{n} ")?;
            }
            text.extend(stretch.events.iter().map(|e| if *e { 'd' } else { 'c' }));
            n -= stretch.events.len();
        }
        f.pad(if text.is_empty() { "-" } else { &text })
    }
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum SearchOutcome {
    /// Everything was examined, and everything consistent is listed.
    Complete,
    /// Everything was examined and counted; the list holds as much as the limit allows.
    Truncated,
    /// The search was stopped before its end, by the observer or the budget: counts are lower bounds.
    Stopped,
}

/// Every order of one arm that agrees with its published figures, or the proof that there is none.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ArmOrders {
    pub(in crate::trial::reconstruct) label: String,
    pub(in crate::trial::reconstruct) subjects: u32,
    pub(in crate::trial::reconstruct) convention: StdErrorConvention,
    pub(in crate::trial::reconstruct) orders: u128,
    pub(in crate::trial::reconstruct) consistent: u128,
    pub(in crate::trial::reconstruct) with_ties: u128,
    pub(in crate::trial::reconstruct) found: u64,
    pub(in crate::trial::reconstruct) patterns: Vec<ArmOrder>,
    pub(in crate::trial::reconstruct) excluded: Vec<(Fact, u128)>,
    pub(in crate::trial::reconstruct) steps: u64,
    pub(in crate::trial::reconstruct) ended: SearchOutcome,
}

impl ArmOrders {
    /// The arm's name.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The number of subjects.
    #[must_use]
    pub fn subjects(&self) -> u32 {
        self.subjects
    }

    /// All orders that there are: strings of events and censorings of every length up to the number of
    /// subjects, with every placing of the checkpoints.
    #[must_use]
    pub fn examined(&self) -> u128 {
        self.orders
    }

    /// How many of them agree with every figure.
    #[must_use]
    pub fn consistent(&self) -> u128 {
        self.consistent
    }

    /// The same with every way to let neighbours share a time.
    #[must_use]
    pub fn with_ties(&self) -> u128 {
        self.with_ties
    }

    /// The consistent orders, those that differ only behind the last event taken together; at most as many as
    /// the limit allows.
    #[must_use]
    pub fn patterns(&self) -> &[ArmOrder] {
        &self.patterns
    }

    /// How many patterns were found, listed or not.
    #[must_use]
    pub fn patterns_found(&self) -> u64 {
        self.found
    }

    /// Each figure with the number of orders that it excludes. An order is charged to the first figure that
    /// it contradicts: checkpoint by checkpoint, counts before probabilities before standard errors. Together
    /// with the consistent ones these are all orders.
    #[must_use]
    pub fn excluded(&self) -> &[(Fact, u128)] {
        &self.excluded
    }

    /// How the search ended. `consistent() == 0` is a proof only where this is not [`SearchOutcome::Stopped`].
    #[must_use]
    pub fn ended(&self) -> SearchOutcome {
        self.ended
    }

    /// Steps of the search.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Is this order among those listed?
    #[must_use]
    pub fn contains(&self, order: &ArmOrder) -> bool {
        let same = |p: &ArmOrder| p.subjects == order.subjects && p.stretches == order.stretches;
        self.patterns.iter().any(|p| same(p) && order.later.iter().all(|k| p.later.contains(k)))
    }
}

/// How many patterns a table shows.
const SHOWN: usize = 20;

impl fmt::Display for ArmOrders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} subjects, standard errors {}", self.label, self.subjects, self.convention)?;
        if self.convention.depends_on_ties() {
            write!(f, " (untied events only)")?;
        }
        let stopped = if self.ended == SearchOutcome::Stopped { "at least " } else { "" };
        write!(
            f,
            "\n{} orders examined, {stopped}{} consistent in {stopped}{} pattern(s), {stopped}{} with ties",
            self.orders, self.consistent, self.found, self.with_ties
        )?;
        if self.ended == SearchOutcome::Stopped {
            write!(f, "; stopped before the end")?;
        }
        for (fact, orders) in &self.excluded {
            write!(f, "\n  {:<40} excludes {orders}", fact.to_string())?;
        }
        if self.patterns.is_empty() {
            return Ok(());
        }
        let shown = &self.patterns[..self.patterns.len().min(SHOWN)];
        let width = shown.iter().map(|p| p.to_string().len()).max().unwrap_or(0).max(7);
        write!(f, "\n{:<width$}  then censored  left  orders  with ties", "pattern")?;
        for p in shown {
            let range = |low: u32, high: u32| {
                if low == high { low.to_string() } else { format!("{low} to {high}") }
            };
            let (low, high) = (p.later.first().copied().unwrap_or(0), p.later.last().copied().unwrap_or(0));
            let left = p.at_risk();
            write!(
                f,
                "\n{:<width$}  {:>13}  {:>4}  {:>6}  {:>9}",
                p.to_string(),
                range(low, high),
                range(left - high, left - low).replace(" to ", "-"),
                p.later.len(),
                p.with_ties()
            )?;
        }
        let more = self.found.saturating_sub(shown.len() as u64);
        if more > 0 {
            write!(f, "\n… and {more} more patterns")?;
        }
        Ok(())
    }
}
