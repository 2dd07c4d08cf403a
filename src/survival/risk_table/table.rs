//! The core: for each distinct time, how many entered, were at risk, had the event, were censored.

use std::fmt;

use crate::numeric::sums::{Sum, Twofold, whole_count};
use crate::print::{Number, counted};
use crate::survival::data::near_ties::NearTies;
use crate::survival::risk_table::fine::FineRows;
use crate::survival::risk_table::tally::{At, Heads, Kind};

/// How many were at risk, had the event, were censored and entered, at each distinct time.
///
/// At equal times events come before censorings, and both before entries: `at_risk` counts those under
/// observation just before the time, and those who enter then are at risk only afterwards. With weights the
/// numbers are sums of weights; the numbers of subjects are kept beside them.
///
/// # Near ties
/// Times that differ by rounding error alone are one time (R's rule, see [`NearTies`]), and the table remembers what
/// they were: tables of parts [merge](Self::merge) into the table of the whole, bit for bit, since the rule is then
/// applied to the whole.
///
/// # Cost
/// One sort and one pass, O(n log n); one pass, O(n), where there are few distinct times (whole days in a small range,
/// tenths of months, quarter years). 16 bytes per distinct time without weights.
///
/// # Example
/// ```
/// use greenwood::survival::{RightCensored, RiskTable};
///
/// let all = RiskTable::new(&RightCensored::new(&[6.0, 6.0, 7.0, 9.0], &[true, false, true, false])?);
/// let first = all.rows().next().unwrap();
/// assert_eq!((first.time, first.at_risk, first.events, first.censored), (6.0, 4.0, 1.0, 1.0));
///
/// // The table of the whole is the merge of the tables of its parts.
/// let one = RiskTable::new(&RightCensored::new(&[6.0, 9.0], &[true, false])?);
/// let two = RiskTable::new(&RightCensored::new(&[6.0, 7.0], &[false, true])?);
/// assert_eq!(one.merge(&two)?, all);
/// assert_eq!([two, one].iter().sum::<greenwood::Result<RiskTable>>()?, all);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::stored::Raw"))]
pub struct RiskTable {
    pub(super) time: Vec<f64>,
    pub(super) counts: Counts,
    pub(super) subjects: u32,
    /// The rule for near ties, to be applied to what this table becomes a part of.
    pub(super) near_ties: NearTies,
    /// The rows that near ties were before they became one, in order of time.
    pub(super) fine: FineRows,
}

/// Tables are equal that count the same at the same times, whatever rule for near ties they carry.
impl PartialEq for RiskTable {
    fn eq(&self, other: &Self) -> bool {
        (&self.time, &self.counts, self.subjects, &self.fine)
            == (&other.time, &other.counts, other.subjects, &other.fine)
    }
}

/// The columns. Without weights two (three with delayed entry) narrow ones are enough: who was censored
/// follows from who is left.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Counts {
    Subjects {
        at_risk: Vec<u32>,
        events: Vec<u32>,
        entered: Option<Vec<u32>>,
    },
    /// `lost` is what rounding took from the sums of a row (events, censored, entered): mostly of no row.
    Weighted {
        sampling: bool,
        reversed: bool,
        rows: Vec<WeightedRow>,
        lost: Vec<(u32, [f64; 3])>,
    },
}

impl Default for Counts {
    fn default() -> Self {
        Self::Subjects { at_risk: Vec::new(), events: Vec::new(), entered: None }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct WeightedRow {
    pub at_risk: f64,
    pub events: f64,
    pub censored: f64,
    pub entered: f64,
    pub subjects_at_risk: u32,
    pub event_subjects: u32,
    pub censored_subjects: u32,
    pub entered_subjects: u32,
}

/// One distinct time of a [`RiskTable`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Row {
    /// The time.
    pub time: f64,
    /// At risk just before the time: sum of weights.
    pub at_risk: f64,
    /// Events at the time: sum of weights.
    pub events: f64,
    /// Censored at the time, after its events: sum of weights.
    pub censored: f64,
    /// Entered at the time, at risk from just after it: sum of weights.
    pub entered: f64,
    /// At risk just before the time: number of subjects.
    pub subjects_at_risk: u32,
    /// Events at the time: number of subjects.
    pub event_subjects: u32,
    /// Censored at the time: number of subjects.
    pub censored_subjects: u32,
    /// Entered at the time: number of subjects.
    pub entered_subjects: u32,
}

impl Row {
    /// Did somebody's observation end here (rather than only begin)?
    #[must_use]
    pub fn is_exit(&self) -> bool {
        self.event_subjects + self.censored_subjects > 0
    }
}

impl RiskTable {
    /// The number of distinct times, entry times included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Does the table hold nobody?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// The number of subjects.
    #[must_use]
    pub fn subjects(&self) -> usize {
        self.subjects as usize
    }

    /// How many subjects the table stands for: a row with a replication weight of 2 is two. Without such weights, and
    /// with sampling weights, these are the [`subjects`](Self::subjects) that were observed.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{RightCensored, RiskTable, Weights};
    ///
    /// let data = RightCensored::new(&[1.0, 2.0], &[true, false])?.with_weights(Weights::replication(vec![2.0, 3.0]))?;
    /// let table = RiskTable::new(&data);
    /// assert_eq!((table.subjects(), table.size()), (2, 5.0));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn size(&self) -> f64 {
        match &self.counts {
            Counts::Weighted { sampling: false, rows, .. } => {
                rows.iter().flat_map(|r| [r.events, r.censored]).collect::<Sum>().value()
            }
            _ => self.subjects() as f64,
        }
    }

    /// The [sizes](Self::size) of some tables together, as the whole number that is printed.
    pub(crate) fn counted<'a>(tables: impl IntoIterator<Item = &'a Self>) -> usize {
        whole_count(tables.into_iter().map(Self::size).sum())
    }

    /// The distinct times, increasing.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.time
    }

    /// The last time, or `None` if the table is empty.
    #[must_use]
    pub fn last_time(&self) -> Option<f64> {
        self.time.last().copied()
    }

    /// Are the counts sums of sampling weights, whose variance a table cannot give?
    #[must_use]
    pub fn has_sampling_weights(&self) -> bool {
        matches!(self.counts, Counts::Weighted { sampling: true, .. })
    }

    /// Does anybody enter after the start?
    pub(crate) fn has_late_entries(&self) -> bool {
        match &self.counts {
            Counts::Subjects { entered, .. } => entered.iter().flatten().any(|&n| n > 0),
            Counts::Weighted { rows, .. } => rows.iter().any(|r| r.entered_subjects > 0),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        match self.counts {
            Counts::Weighted { sampling, reversed, .. } => Kind { sampling, reversed },
            Counts::Subjects { .. } => Kind { sampling: false, reversed: false },
        }
    }

    pub(super) fn kind_name(&self) -> &'static str {
        match (self.kind(), &self.counts) {
            (Kind { sampling: true, .. }, _) => "sampling weights",
            (Kind { reversed: true, .. }, _) => "censorings",
            (_, Counts::Weighted { .. }) => "replication weights",
            (_, Counts::Subjects { .. }) => "subjects",
        }
    }

    /// A table of nobody whose counts mean the same.
    pub(super) fn emptied(&self) -> Self {
        let counts = match self.counts {
            Counts::Weighted { sampling, reversed, .. } => {
                Counts::Weighted { sampling, reversed, rows: Vec::new(), lost: Vec::new() }
            }
            Counts::Subjects { .. } => Counts::default(),
        };
        Self { counts, near_ties: self.near_ties, ..Self::default() }
    }

    /// What happened at row `i`, as numbers of subjects.
    pub(super) fn heads(&self, i: usize) -> Heads {
        let row = self.row(i);
        Heads { events: row.event_subjects, censored: row.censored_subjects, entered: row.entered_subjects }
    }

    /// The rows in order of time.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Row> + ExactSizeIterator + Clone + '_ {
        (0..self.len()).map(|i| self.row(i))
    }

    /// Row `i` of the table, for `i` below [`len`](Self::len).
    #[inline]
    pub(crate) fn row(&self, i: usize) -> Row {
        let time = self.time[i];
        match &self.counts {
            Counts::Subjects { at_risk, events, entered } => {
                let n = at_risk[i];
                let entered = entered.as_ref().map_or(0, |e| e[i]);
                let left = at_risk.get(i + 1).copied().unwrap_or(0);
                let censored = n + entered - events[i] - left;
                Row {
                    time,
                    at_risk: f64::from(n),
                    events: f64::from(events[i]),
                    censored: f64::from(censored),
                    entered: f64::from(entered),
                    subjects_at_risk: n,
                    event_subjects: events[i],
                    censored_subjects: censored,
                    entered_subjects: entered,
                }
            }
            Counts::Weighted { rows, .. } => {
                let r = rows[i];
                Row {
                    time,
                    at_risk: r.at_risk,
                    events: r.events,
                    censored: r.censored,
                    entered: r.entered,
                    subjects_at_risk: r.subjects_at_risk,
                    event_subjects: r.event_subjects,
                    censored_subjects: r.censored_subjects,
                    entered_subjects: r.entered_subjects,
                }
            }
        }
    }

    /// The position of the first row at `t` or later.
    pub(crate) fn position(&self, t: f64) -> usize {
        self.time.partition_point(|&x| x < t)
    }

    /// How many (sum of weights) are at risk just before `t`; 0 where `t` is NaN.
    #[must_use]
    pub fn at_risk(&self, t: f64) -> f64 {
        let i = self.position(t);
        if i < self.len() && !t.is_nan() { self.row(i).at_risk } else { 0.0 }
    }

    /// Times, at risk and events where the counts are of subjects.
    pub(crate) fn subject_columns(&self) -> Option<(&[f64], &[u32], &[u32])> {
        match &self.counts {
            Counts::Subjects { at_risk, events, .. } => Some((&self.time, at_risk, events)),
            Counts::Weighted { .. } => None,
        }
    }

    /// Calls `visit(i, events, at_risk)` for every row, as numbers, with the storage chosen outside the loop.
    #[inline]
    pub(crate) fn for_each(&self, mut visit: impl FnMut(usize, f64, f64)) {
        match &self.counts {
            Counts::Subjects { at_risk, events, .. } => {
                for (i, (&d, &n)) in events.iter().zip(at_risk).enumerate() {
                    visit(i, f64::from(d), f64::from(n));
                }
            }
            Counts::Weighted { rows, .. } => {
                for (i, r) in rows.iter().enumerate() {
                    visit(i, r.events, r.at_risk);
                }
            }
        }
    }

    /// The sum of the events of the first `rows` rows.
    pub(crate) fn events_before(&self, rows: usize) -> f64 {
        match &self.counts {
            Counts::Subjects { events, .. } => {
                events[..rows].iter().map(|&d| u64::from(d)).sum::<u64>() as f64
            }
            Counts::Weighted { rows: all, .. } => {
                all[..rows].iter().map(|r| r.events).collect::<Sum>().value()
            }
        }
    }

    /// All events: sum of weights.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events_before(self.len())
    }

    /// The time under observation, over all subjects: `Σ t (events + censored − entered)` over the times, sums of weights.
    ///
    /// Near ties count with the times that they had. The products and their sum keep what rounding takes, so tables of parts
    /// give the same bits when they are merged in any order.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{RightCensored, RiskTable};
    ///
    /// let data = RightCensored::new(&[6.0, 7.0, 9.5], &[true, false, true])?.with_entry(&[0.0, 2.0, 0.0])?;
    /// assert_eq!(RiskTable::new(&data).person_time(), 20.5);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn person_time(&self) -> f64 {
        let mut sum = Twofold::default();
        for At { time, counts } in self.exact_sums() {
            for (n, sign) in [(counts.events, 1.0), (counts.censored, 1.0), (counts.entered, -1.0)] {
                for n in [n.high, n.low].into_iter().filter(|&n| n != 0.0) {
                    let product = sign * time * n;
                    sum.add(product);
                    sum.add((sign * time).mul_add(n, -product));
                }
            }
        }
        sum.high + sum.low
    }
}

/// A printed table stops after this many rows and says how many are left out.
pub(crate) const PRINTED_ROWS: usize = 200;

impl fmt::Display for RiskTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Risk table: {}, {} (at risk: just before the time; counts: {})",
            counted(self.subjects, "subject"),
            counted(self.len(), "distinct time"),
            self.kind_name()
        )?;
        write!(f, "{:>12} {:>12} {:>10} {:>10} {:>10}", "time", "at risk", "events", "censored", "entered")?;
        for row in self.rows().take(PRINTED_ROWS) {
            write!(
                f,
                "\n{:>12} {:>12} {:>10} {:>10} {:>10}",
                Number(row.time),
                Number(row.at_risk),
                Number(row.events),
                Number(row.censored),
                Number(row.entered)
            )?;
        }
        if self.len() > PRINTED_ROWS {
            write!(f, "\n… {} more times", self.len() - PRINTED_ROWS)?;
        }
        Ok(())
    }
}
