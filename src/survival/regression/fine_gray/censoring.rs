//! The weights of the subdistribution: how likely those with another event would still be under observation.
//!
//! A subject with another event at T keeps the weight `W(t)/W(T)` afterwards, `W(t) = G(t−) H(t)`, with G the Kaplan-Meier
//! estimate of censoring and, with delayed entry, H that of the entry times, which grows as more have entered (Geskus
//! 2011). Only ratios count, so one running product holds both: `Π_{u < t} g(u)/h(u)`.

use std::fmt;

use crate::error::{Error, ModelError, Result};
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::data::weights::Weights;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::risk_table::table::{RiskTable, Row};

/// Who is at risk of being censored at a time at which events happen too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum CensoringTies {
    /// Those with an event then are (R's cmprsk `crr`).
    #[default]
    EventsAtRisk,
    /// Events leave first, as in every other estimate here (R's `survival::finegray`). With delayed entry always.
    EventsFirst,
}

impl fmt::Display for CensoringTies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::EventsAtRisk => "events at risk of censoring",
            Self::EventsFirst => "events leave before censorings",
        })
    }
}

/// The censoring group of each row, one for all where none are given, and the weights of each group.
pub(super) fn of_data(
    data: &CompetingRisks,
    groups: Option<&Groups>,
    ties: CensoringTies,
) -> Result<(Vec<u32>, Vec<CensoringWeights>)> {
    let groups = match groups {
        Some(groups) => {
            groups.check_len("censoring groups", data.len())?;
            groups.clone()
        }
        None => Groups::from_codes(&vec![0; data.len()], &["all"])?,
    };
    let codes = groups.codes().to_vec();
    // G is estimated from subjects where weights are those of a sample, and a row of weight 0 is none.
    let weights = match data.any_cause().weights() {
        Some(Weights::Sampling(w)) if w.contains(&0.0) => {
            let keep: Vec<bool> = w.iter().map(|&w| w > 0.0).collect();
            let kept: Vec<usize> =
                codes.iter().zip(&keep).filter(|&(_, &k)| k).map(|(&c, _)| c as usize).collect();
            let groups = Groups::from_codes(&kept, groups.labels())?;
            CensoringWeights::of_groups(&data.filter(&keep)?, &groups, ties)?
        }
        _ => CensoringWeights::of_groups(data, &groups, ties)?,
    };
    Ok((codes, weights))
}

/// `W` of one censoring group, as a step function just before each time, up to a factor.
#[derive(Debug, Clone)]
pub(super) struct CensoringWeights {
    /// Times at which W changes, and its value after each.
    times: Vec<f64>,
    values: Vec<Weight>,
    /// Times at which somebody is censored: at risk of it, censored, and how much of W is left.
    pub censorings: Vec<Censoring>,
    pub ties: CensoringTies,
}

/// A value of W. A censoring that leaves nobody makes W zero: what comes after has no ratio to what was before, and the
/// product starts again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weight {
    pub value: f64,
    pub epoch: u32,
}

impl Weight {
    pub const ONE: Self = Self { value: 1.0, epoch: 0 };

    /// `self/earlier`.
    pub fn over(self, earlier: Self) -> f64 {
        if self.epoch == earlier.epoch { self.value / earlier.value } else { 0.0 }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Censoring {
    pub time: f64,
    pub at_risk: f64,
    pub censored: f64,
}

impl Censoring {
    /// The derivative of a product-limit factor 1 − c/π has π − c where that of exp(−c/π) has π. Where events leave first
    /// the former is taken, exact also with ties; crr takes the latter.
    pub fn divisor(&self, events_first: bool) -> f64 {
        match self.at_risk - self.censored {
            left if events_first && left > 0.0 => left,
            _ if events_first => f64::INFINITY,
            _ => self.at_risk,
        }
    }
}

impl CensoringWeights {
    /// The weights of each group, `labels` of them.
    pub fn of_groups(data: &CompetingRisks, groups: &Groups, ties: CensoringTies) -> Result<Vec<Self>> {
        let any = data.any_cause();
        let late = any.entry().is_some_and(|e| e.iter().any(|&e| e > 0.0));
        let ties = if late { CensoringTies::EventsFirst } else { ties };
        let tables = RiskTable::by_group(any, groups)?;
        let one = |(g, table): (usize, &RiskTable)| {
            let weights = Self::new(table, ties);
            if let Err(time) = weights {
                // Only a subject with an event by then would need what is not defined.
                let needed = (0..data.len())
                    .any(|i| groups.codes()[i] as usize == g && data.codes()[i] > 0 && any.time()[i] <= time);
                if needed {
                    return Err(Error::Model(ModelError::UndefinedWeights { time }));
                }
            }
            Ok(weights.unwrap_or_else(|_| Self::from_entry(table, ties)))
        };
        tables.iter().enumerate().map(one).collect()
    }

    /// `Err` with the time at which all who are under observation have just entered.
    fn new(table: &RiskTable, ties: CensoringTies) -> Result<Self, f64> {
        let mut weights = Self::of_table(table, ties);
        match weights.undefined.pop() {
            // Before the first entries there is nobody: nothing is divided.
            Some(time) if table.rows().any(|r| r.time < time && r.is_exit()) => Err(time),
            _ => Ok(weights.weights),
        }
    }

    fn from_entry(table: &RiskTable, ties: CensoringTies) -> Self {
        Self::of_table(table, ties).weights
    }

    /// The weights of sorted rows of one stratum, without weights, of subjects who are there from the start.
    pub fn of_rows(rows: &Rows, other: &[bool], ties: CensoringTies) -> Self {
        let mut left = rows.len() as u32;
        let mut start = 0;
        let times = std::iter::from_fn(|| {
            let time = *rows.time.get(start)?;
            let (mut end, mut events) = (start, 0);
            while rows.time.get(end) == Some(&time) {
                events += u32::from(rows.event[end] | other[rows.order[end]]);
                end += 1;
            }
            let (at_risk, censored) = (left, (end - start) as u32 - events);
            left -= (end - start) as u32;
            start = end;
            Some(Row {
                time,
                at_risk: f64::from(at_risk),
                events: f64::from(events),
                censored: f64::from(censored),
                entered: 0.0,
                subjects_at_risk: at_risk,
                event_subjects: events,
                censored_subjects: censored,
                entered_subjects: 0,
            })
        });
        Self::build(times, ties).weights
    }

    fn of_table(table: &RiskTable, ties: CensoringTies) -> Building {
        // Sampling weights are no part of how censoring comes about: it is estimated from subjects.
        let sampling = table.has_sampling_weights();
        Self::build(table.rows().map(|row| if sampling { by_subject(row) } else { row }), ties)
    }

    fn build(rows: impl Iterator<Item = Row>, ties: CensoringTies) -> Building {
        let mut weights = Self { times: Vec::new(), values: Vec::new(), censorings: Vec::new(), ties };
        let mut undefined = Vec::new();
        let mut now = Weight::ONE;
        for row in rows {
            let Row { time, at_risk, events, censored, entered, .. } = row;
            let exposed = if ties == CensoringTies::EventsFirst { at_risk - events } else { at_risk };
            let all_leave = row.censored_subjects + row.event_subjects == row.subjects_at_risk;
            let mut changed = false;
            if row.censored_subjects > 0 && censored > 0.0 {
                weights.censorings.push(Censoring { time, at_risk: exposed, censored });
                let leaves_nobody = all_leave && (ties == CensoringTies::EventsFirst || events == 0.0);
                if leaves_nobody || !(censored < exposed) {
                    now = Weight { value: 1.0, epoch: now.epoch + 1 };
                } else {
                    now.value *= 1.0 - censored / exposed;
                }
                changed = true;
            }
            if row.entered_subjects > 0 && entered > 0.0 {
                // Under observation from just after: those who stay and those who enter.
                let stay = at_risk - events - censored;
                if all_leave || !(stay > 0.0) {
                    undefined.push(time);
                } else {
                    now.value /= 1.0 - entered / (stay + entered);
                }
                changed = true;
            }
            if changed {
                weights.times.push(time);
                weights.values.push(now);
            }
        }
        Building { weights, undefined }
    }

    /// Times at which W changes.
    pub fn cuts(&self) -> &[f64] {
        &self.times
    }

    /// `W` just before `t`, where times are asked for in increasing order.
    #[inline]
    pub fn walk_before(&self, t: f64, walk: &mut Walk) -> Weight {
        match walk.on(self.times.len(), |i| self.times[i] < t) {
            0 => Weight::ONE,
            i => self.values[i - 1],
        }
    }

    /// `W` just before `t`.
    pub fn before(&self, t: f64) -> Weight {
        match self.times.partition_point(|&u| u < t) {
            0 => Weight::ONE,
            i => self.values[i - 1],
        }
    }
}

/// The place in increasing numbers behind those up to each of some increasing values, found by walking on from the last.
#[derive(Debug, Default)]
pub(super) struct Walk(usize);

impl Walk {
    /// How many of `len` numbers, of which `counts` says whether one counts, come before the first that does not.
    #[inline]
    pub fn on(&mut self, len: usize, counts: impl Fn(usize) -> bool) -> usize {
        while self.0 < len && counts(self.0) {
            self.0 += 1;
        }
        self.0
    }
}

/// The row with numbers of subjects for sums of weights.
fn by_subject(row: Row) -> Row {
    Row {
        at_risk: f64::from(row.subjects_at_risk),
        events: f64::from(row.event_subjects),
        censored: f64::from(row.censored_subjects),
        entered: f64::from(row.entered_subjects),
        ..row
    }
}

struct Building {
    weights: CensoringWeights,
    /// Times at which all who are under observation have just entered.
    undefined: Vec<f64>,
}
