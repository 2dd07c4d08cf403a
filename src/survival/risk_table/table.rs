//! The core: for each distinct time, how many entered, were at risk, had the event, were censored.
//!
//! Building the table is the only step that touches every subject: one sort (or, for whole days, one
//! count) and one pass. Every nonparametric estimator and every log-rank test is a function of it, and
//! since it is a sum over subjects, tables of parts [merge](RiskTable::merge) into the table of the whole.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::near_ties;
use crate::numeric::order::{Mark, pack};
use crate::numeric::sums::Sum;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::{NearTies, RightCensored, Weights};

/// How many were at risk, had the event, were censored and entered, at each distinct time.
///
/// At equal times events come before censorings, and both before entries: `at_risk` counts those under
/// observation just before the time, and whoever enters then is at risk only afterwards. With weights the
/// numbers are sums of weights; the numbers of subjects are kept beside them.
///
/// # Cost
/// One sort and one pass, O(n log n); one pass, O(n), where times are whole numbers in a small range (days).
/// 16 bytes per distinct time without weights.
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
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RawRiskTable"))]
pub struct RiskTable {
    time: Vec<f64>,
    counts: Counts,
    subjects: u32,
}

/// The columns. Without weights two (three with delayed entry) narrow ones are enough: who was censored
/// follows from who is left.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Counts {
    Subjects { at_risk: Vec<u32>, events: Vec<u32>, entered: Option<Vec<u32>> },
    Weighted { sampling: bool, rows: Vec<WeightedRow> },
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct WeightedRow {
    at_risk: f64,
    events: f64,
    censored: f64,
    entered: f64,
    subjects_at_risk: u32,
    event_subjects: u32,
    censored_subjects: u32,
    entered_subjects: u32,
}

/// One distinct time of a [`RiskTable`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// The table of all subjects. Strata are not looked at.
    #[must_use]
    pub fn new(data: &RightCensored) -> Self {
        match build(data, None).pop() {
            Some(table) => table,
            None => Self::empty(),
        }
    }

    /// One table per group, in the order of the group codes. Near ties are judged over all groups together.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn by_group(data: &RightCensored, groups: &Groups) -> Result<Vec<Self>> {
        groups.check_len("groups", data.len())?;
        Ok(build(data, Some((groups.codes(), groups.count()))))
    }

    /// One table per stratum and group: the outer vector has the strata (one if the data have none).
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn by_stratum_and_group(data: &RightCensored, groups: &Groups) -> Result<Vec<Vec<Self>>> {
        let Some(strata) = data.strata() else { return Ok(vec![Self::by_group(data, groups)?]) };
        groups.check_len("groups", data.len())?;
        let k = groups.count();
        let cells: Vec<u32> =
            strata.codes().iter().zip(groups.codes()).map(|(&s, &g)| s * k as u32 + g).collect();
        let mut tables = build(data, Some((&cells, strata.count() * k))).into_iter();
        Ok((0..strata.count()).map(|_| tables.by_ref().take(k).collect()).collect())
    }

    /// The table of ready columns: at each distinct time the subjects at risk, with the event and (where anybody does
    /// so) entered.
    pub(crate) fn from_columns(
        time: Vec<f64>,
        at_risk: Vec<u32>,
        events: Vec<u32>,
        entered: Option<Vec<u32>>,
        subjects: u32,
    ) -> Self {
        Self { time, counts: Counts::Subjects { at_risk, events, entered }, subjects }
    }

    /// The weighted table of rows in order of time, of which `at_risk` is worked out here.
    pub(crate) fn from_weighted_rows(rows: impl IntoIterator<Item = Row>, sampling: bool) -> Self {
        let mut builder = Builder::with_capacity(0);
        for row in rows {
            builder.begin(row.time);
            builder.add(row);
        }
        builder.finish(false, sampling)
    }

    fn empty() -> Self {
        Self {
            time: Vec::new(),
            counts: Counts::Subjects { at_risk: Vec::new(), events: Vec::new(), entered: None },
            subjects: 0,
        }
    }

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

    /// The distinct times, increasing.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.time
    }

    /// The last time, or `None` where the table is empty.
    #[must_use]
    pub fn last_time(&self) -> Option<f64> {
        self.time.last().copied()
    }

    /// Are the counts sums of sampling weights, whose variance a table cannot give?
    #[must_use]
    pub fn has_sampling_weights(&self) -> bool {
        matches!(self.counts, Counts::Weighted { sampling: true, .. })
    }

    fn kind(&self) -> &'static str {
        match self.counts {
            Counts::Weighted { sampling: true, .. } => "sampling weights",
            Counts::Weighted { sampling: false, .. } => "replication weights",
            Counts::Subjects { .. } => "subjects",
        }
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

    /// How many (sum of weights) are at risk just before `t`.
    #[must_use]
    pub fn at_risk(&self, t: f64) -> f64 {
        let i = self.position(t);
        if self.is_empty() {
            0.0
        } else if i < self.len() {
            self.row(i).at_risk
        } else {
            0.0
        }
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

    /// The table of both sets of subjects. In any grouping and order of the parts the result is the same, to
    /// the last bit where the counts are whole numbers.
    ///
    /// Near ties are not merged here: a time that differs by rounding error between the parts stays two
    /// times until [`merge_near_ties`](Self::merge_near_ties) is called on the whole. (To get exactly the
    /// table of undivided data, build the parts with [`NearTies::Exact`].)
    ///
    /// # Errors
    /// [`Error::MixedWeights`] where one counts sampling weights and the other does not;
    /// [`Error::TooManyRows`].
    pub fn merge(&self, other: &Self) -> Result<Self> {
        if self.is_empty() || other.is_empty() {
            return Ok(if self.is_empty() { other.clone() } else { self.clone() });
        }
        if self.has_sampling_weights() != other.has_sampling_weights() {
            return Err(Error::MixedWeights { left: self.kind(), right: other.kind() });
        }
        let rows = self.subjects() + other.subjects();
        if u32::try_from(rows).is_err() {
            return Err(Error::TooManyRows { rows });
        }
        let mut builder = Builder::with_capacity(self.len().max(other.len()));
        let (mut i, mut j) = (0, 0);
        while i < self.len() || j < other.len() {
            let a = self.time.get(i).copied().unwrap_or(f64::INFINITY);
            let b = other.time.get(j).copied().unwrap_or(f64::INFINITY);
            builder.begin(a.min(b));
            if a <= b {
                builder.add(self.row(i));
                i += 1;
            }
            if b <= a {
                builder.add(other.row(j));
                j += 1;
            }
        }
        Ok(builder.finish(
            matches!((&self.counts, &other.counts), (Counts::Subjects { .. }, Counts::Subjects { .. })),
            self.has_sampling_weights(),
        ))
    }

    /// The same table with times that differ only by rounding error made one time (R's rule, see
    /// [`NearTies`]). Times between which somebody would enter and leave at once stay apart.
    #[must_use]
    pub fn merge_near_ties(&self) -> Self {
        let tolerance = near_ties::tolerance(self.time.iter().copied());
        if tolerance == 0.0 {
            return self.clone();
        }
        let mut builder = Builder::with_capacity(self.len());
        let mut from = 0;
        while from < self.len() {
            let mut to = from + 1;
            while to < self.len() && self.time[to] - self.time[to - 1] <= tolerance {
                to += 1;
            }
            let entered: u32 = (from..to).map(|i| self.row(i).entered_subjects).sum();
            let remain = if to < self.len() { self.row(to).subjects_at_risk } else { 0 };
            for i in from..to {
                if i == from || entered > remain {
                    builder.begin(self.time[i]);
                }
                builder.add(self.row(i));
            }
            from = to;
        }
        builder.finish(matches!(self.counts, Counts::Subjects { .. }), self.has_sampling_weights())
    }

    /// The table seen from the censoring: censored subjects count as events and events as censored.
    ///
    /// At equal times events still come first: a subject with the event at a time is not at risk of being
    /// censored then. (Flipping the indicator of the data instead gets this wrong where the two tie.)
    /// Times at which both happen therefore have their events removed from the number at risk.
    pub(crate) fn reversed(&self) -> Self {
        let mut builder = Builder::with_capacity(self.len());
        builder.reversed = true;
        for row in self.rows() {
            builder.begin(row.time);
            builder.add(row);
        }
        let mut table = builder.finish(false, self.has_sampling_weights());
        if let Counts::Weighted { rows, .. } = &mut table.counts {
            for row in rows {
                // `censored` holds the original events, which leave first. Where nobody remains, the number
                // at risk is the number censored, without a rounding residue.
                row.subjects_at_risk = row.subjects_at_risk.saturating_sub(row.censored_subjects);
                let all_leave = row.subjects_at_risk == row.event_subjects;
                row.at_risk = if all_leave { row.events } else { row.at_risk - row.censored };
            }
        }
        table
    }

    /// The rows at `s` and later: those still under observation then.
    pub(crate) fn from(&self, s: f64) -> Self {
        let i = self.position(s);
        let mut builder = Builder::with_capacity(self.len() - i);
        for row in self.rows().skip(i) {
            builder.begin(row.time);
            builder.add(row);
        }
        builder.finish(matches!(self.counts, Counts::Subjects { .. }), self.has_sampling_weights())
    }
}

/// Rows are added in order of time; what is at risk is worked out at the end, from the last row backwards.
struct Builder {
    time: Vec<f64>,
    rows: Vec<WeightedRow>,
    reversed: bool,
}

impl Builder {
    fn with_capacity(capacity: usize) -> Self {
        Self { time: Vec::with_capacity(capacity), rows: Vec::with_capacity(capacity), reversed: false }
    }

    fn begin(&mut self, time: f64) {
        self.time.push(time);
        self.rows.push(WeightedRow::default());
    }

    fn add(&mut self, row: Row) {
        let row = if self.reversed {
            Row {
                events: row.censored,
                censored: row.events,
                event_subjects: row.censored_subjects,
                censored_subjects: row.event_subjects,
                ..row
            }
        } else {
            row
        };
        if let Some(sum) = self.rows.last_mut() {
            sum.events += row.events;
            sum.censored += row.censored;
            sum.entered += row.entered;
            sum.event_subjects += row.event_subjects;
            sum.censored_subjects += row.censored_subjects;
            sum.entered_subjects += row.entered_subjects;
        }
    }

    /// Those at risk are those who leave from here on, less those who are yet to enter.
    fn finish(mut self, subjects_only: bool, sampling: bool) -> RiskTable {
        let (mut at_risk, mut subjects) = (Sum::default(), 0_u32);
        let mut total = 0_u32;
        for row in self.rows.iter_mut().rev() {
            at_risk.add(-row.entered);
            let left = subjects.saturating_sub(row.entered_subjects);
            at_risk.add(row.events);
            at_risk.add(row.censored);
            subjects = left + row.event_subjects + row.censored_subjects;
            total += row.event_subjects + row.censored_subjects;
            if left == 0 {
                // Nobody remains: the sums must not keep a rounding residue that would be taken for someone.
                at_risk = [row.events, row.censored].into_iter().collect();
            }
            row.at_risk = at_risk.value();
            row.subjects_at_risk = subjects;
        }
        let counts = if subjects_only {
            Counts::Subjects {
                at_risk: self.rows.iter().map(|r| r.subjects_at_risk).collect(),
                events: self.rows.iter().map(|r| r.event_subjects).collect(),
                entered: self
                    .rows
                    .iter()
                    .any(|r| r.entered_subjects > 0)
                    .then(|| self.rows.iter().map(|r| r.entered_subjects).collect()),
            }
        } else {
            Counts::Weighted { sampling, rows: self.rows }
        };
        RiskTable { time: self.time, counts, subjects: total }
    }
}

/// A subject who enters at 0 is there from the start.
fn is_late(entry: f64) -> bool {
    entry > 0.0
}

fn build(data: &RightCensored, cells: Option<(&[u32], usize)>) -> Vec<RiskTable> {
    match data.weights() {
        None => {
            if let Some(tables) = count(data, cells) {
                return tables;
            }
            let exits = |i: usize| pack(data.time()[i], data.event()[i]);
            let (exits, entries, merged) = streams(data, cells, exits, |key, _| key);
            exits.iter().zip(&entries).map(|(x, e)| subjects_table(x, e, merged)).collect()
        }
        Some(weights) => {
            let w = weights.values();
            let sampling = matches!(weights, Weights::Sampling(_));
            let exits = |i: usize| (pack(data.time()[i], data.event()[i]), w[i]);
            let (exits, entries, merged) = streams(data, cells, exits, |key, i| (key, w[i]));
            exits.iter().zip(&entries).map(|(x, e)| weighted_table(x, e, merged, sampling)).collect()
        }
    }
}

/// Sorted exits and entries of each cell, and the tolerance that the table's builder still has to apply.
fn streams<M: Mark>(
    data: &RightCensored,
    cells: Option<(&[u32], usize)>,
    exit: impl Fn(usize) -> M,
    entry: impl Fn(u64, usize) -> M,
) -> (Vec<Vec<M>>, Vec<Vec<M>>, f64) {
    let n = data.len();
    let k = cells.map_or(1, |(_, k)| k);
    let mut all: Vec<Vec<M>> = match cells {
        None => vec![(0..n).map(exit).collect()],
        Some((codes, k)) => {
            let mut sizes = vec![0; k];
            for &c in codes {
                sizes[c as usize] += 1;
            }
            let mut parts: Vec<Vec<M>> = sizes.into_iter().map(Vec::with_capacity).collect();
            for (i, &c) in codes.iter().enumerate() {
                parts[c as usize].push(exit(i));
            }
            parts
        }
    };
    all.resize_with(2 * k, Vec::new);
    if let Some(entries) = data.entry() {
        for (i, &e) in entries.iter().enumerate().filter(|&(_, &e)| is_late(e)) {
            all[k + cells.map_or(0, |(codes, _)| codes[i] as usize)].push(entry(pack(e, false), i));
        }
    }
    for stream in &mut all {
        M::sort(stream);
    }
    let mut tolerance = 0.0;
    if data.near_ties() == NearTies::Merge && !(data.facts().whole && data.facts().max < 1.0 / TIGHT) {
        if k == 1 && data.entry().is_none() {
            tolerance = near_ties::tolerance(all[0].iter().map(|m| m.time()));
        } else {
            near_ties::merge(&mut all);
        }
    }
    let entries = all.split_off(k);
    (all, entries, tolerance)
}

/// Whole numbers below the inverse of this are never near ties of each other.
const TIGHT: f64 = 1e-7;

/// Times that are whole numbers in a small range need no sort: count them.
fn count(data: &RightCensored, cells: Option<(&[u32], usize)>) -> Option<Vec<RiskTable>> {
    let k = cells.map_or(1, |(_, k)| k);
    let n = data.len();
    let times = data.facts().max + 1.0;
    if !data.facts().whole || times * k as f64 > 4.0 * n as f64 + 64.0 {
        return None;
    }
    let times = times as usize;
    // Per cell and time: censored, events (and entered).
    let mut exits = vec![[0_u32; 2]; k * times];
    match cells {
        None => {
            for (&t, &e) in data.time().iter().zip(data.event()) {
                exits[t as u32 as usize][usize::from(e)] += 1;
            }
        }
        Some((codes, _)) => {
            for ((&t, &e), &c) in data.time().iter().zip(data.event()).zip(codes) {
                exits[c as usize * times + t as u32 as usize][usize::from(e)] += 1;
            }
        }
    }
    let mut entered = Vec::new();
    if let Some(entries) = data.entry() {
        entered.resize(k * times, 0_u32);
        for (i, &e) in entries.iter().enumerate().filter(|&(_, &e)| is_late(e)) {
            entered[cells.map_or(0, |(codes, _)| codes[i] as usize) * times + e as usize] += 1;
        }
    }
    Some(
        (0..k)
            .map(|c| {
                let exits = &exits[c * times..(c + 1) * times];
                let entered = (!entered.is_empty()).then(|| &entered[c * times..(c + 1) * times]);
                let subjects: u32 = exits.iter().map(|[c, d]| c + d).sum();
                let late: u32 = entered.map_or(0, |e| e.iter().sum());
                let mut table = SubjectsTable::new(subjects, late, times);
                for (t, &[c, d]) in exits.iter().enumerate() {
                    let e = entered.map_or(0, |e| e[t]);
                    if c + d + e > 0 {
                        table.push(t as f64, d, c, e);
                    }
                }
                table.finish()
            })
            .collect(),
    )
}

/// The columns of an unweighted table while it is written.
struct SubjectsTable {
    time: Vec<f64>,
    at_risk: Vec<u32>,
    events: Vec<u32>,
    entered: Option<Vec<u32>>,
    subjects: u32,
    now: u32,
}

impl SubjectsTable {
    fn new(subjects: u32, late: u32, capacity: usize) -> Self {
        Self {
            time: Vec::with_capacity(capacity),
            at_risk: Vec::with_capacity(capacity),
            events: Vec::with_capacity(capacity),
            entered: (late > 0).then(|| Vec::with_capacity(capacity)),
            subjects,
            now: subjects - late,
        }
    }

    #[inline]
    fn push(&mut self, time: f64, events: u32, censored: u32, entered: u32) {
        self.time.push(time);
        self.at_risk.push(self.now);
        self.events.push(events);
        if let Some(column) = &mut self.entered {
            column.push(entered);
        }
        self.now = self.now - events - censored + entered;
    }

    fn finish(mut self) -> RiskTable {
        // Memory that ties left unused goes back.
        if self.time.len() < self.time.capacity() / 2 {
            self.time.shrink_to_fit();
            self.at_risk.shrink_to_fit();
            self.events.shrink_to_fit();
            self.entered.iter_mut().for_each(Vec::shrink_to_fit);
        }
        RiskTable {
            time: self.time,
            counts: Counts::Subjects { at_risk: self.at_risk, events: self.events, entered: self.entered },
            subjects: self.subjects,
        }
    }
}

/// Exits sorted by key; times within `tolerance` of the one before are that time. Entries sorted, exact.
fn subjects_table(exits: &[u64], entries: &[u64], tolerance: f64) -> RiskTable {
    let mut table = SubjectsTable::new(exits.len() as u32, entries.len() as u32, exits.len());
    let (mut i, mut j) = (0, 0);
    while i < exits.len() {
        let time = exits[i].time();
        // Entries before this time that nobody leaves at.
        while j < entries.len() && entries[j].time() < time {
            let (at, from) = (entries[j].time(), j);
            while j < entries.len() && entries[j].time() == at {
                j += 1;
            }
            table.push(at, 0, 0, (j - from) as u32);
        }
        let (from, mut events, mut last) = (i, 0, time);
        loop {
            events += (exits[i] & 1) as u32;
            i += 1;
            if i == exits.len() {
                break;
            }
            let next = exits[i].time();
            if next - last > tolerance {
                break;
            }
            last = next;
        }
        let from_entries = j;
        while j < entries.len() && entries[j].time() == time {
            j += 1;
        }
        table.push(time, events, (i - from) as u32 - events, (j - from_entries) as u32);
    }
    table.finish()
}

fn weighted_table(exits: &[(u64, f64)], entries: &[(u64, f64)], tolerance: f64, sampling: bool) -> RiskTable {
    let mut builder = Builder::with_capacity(exits.len());
    let (mut i, mut j) = (0, 0);
    while i < exits.len() || j < entries.len() {
        let exit = exits.get(i).map_or(f64::INFINITY, |m| m.time());
        let entry = entries.get(j).map_or(f64::INFINITY, |m| m.time());
        let time = exit.min(entry);
        let (mut events, mut censored, mut entered) = (Sum::default(), Sum::default(), Sum::default());
        let mut row = WeightedRow::default();
        let mut last = time;
        while i < exits.len() && exits[i].time() - last <= tolerance {
            last = exits[i].time();
            if exits[i].is_event() {
                events.add(exits[i].1);
                row.event_subjects += 1;
            } else {
                censored.add(exits[i].1);
                row.censored_subjects += 1;
            }
            i += 1;
        }
        while j < entries.len() && entries[j].time() == time {
            entered.add(entries[j].1);
            row.entered_subjects += 1;
            j += 1;
        }
        builder.time.push(time);
        builder.rows.push(WeightedRow {
            events: events.value(),
            censored: censored.value(),
            entered: entered.value(),
            ..row
        });
    }
    builder.finish(false, sampling)
}

/// A table as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct RawRiskTable {
    time: Vec<f64>,
    counts: Counts,
    subjects: u32,
}

#[cfg(feature = "serde")]
impl TryFrom<RawRiskTable> for RiskTable {
    type Error = Error;

    fn try_from(raw: RawRiskTable) -> Result<Self> {
        let RawRiskTable { time, counts, subjects } = raw;
        let lengths = match &counts {
            Counts::Subjects { at_risk, events, entered } => {
                vec![at_risk.len(), events.len(), entered.as_ref().map_or(time.len(), Vec::len)]
            }
            Counts::Weighted { rows, .. } => vec![rows.len()],
        };
        if let Some(&len) = lengths.iter().find(|&&len| len != time.len()) {
            return Err(Error::LengthMismatch {
                argument: "counts",
                len,
                other: "time",
                expected: time.len(),
            });
        }
        let valid = |t: f64| (0.0..f64::INFINITY).contains(&t);
        if let Some(index) = (0..time.len()).find(|&i| !valid(time[i]) || i > 0 && time[i] <= time[i - 1]) {
            return Err(Error::InconsistentTable { index, reason: "times must be finite and increasing" });
        }
        // Whoever is at risk here had the event, was censored, or is at risk at the next time.
        let mut left = 0_i64;
        for index in (0..time.len()).rev() {
            let consistent = match &counts {
                Counts::Subjects { at_risk, events, entered } => {
                    let entered = i64::from(entered.as_ref().map_or(0, |e| e[index]));
                    let (n, d) = (i64::from(at_risk[index]), i64::from(events[index]));
                    let censored = n + entered - d - left;
                    left = n;
                    d <= n && (0..=n - d).contains(&censored)
                }
                // Of a reversed table the real events have left before: only the order of sizes is checked.
                Counts::Weighted { rows, .. } => {
                    let r = rows[index];
                    r.event_subjects <= r.subjects_at_risk
                        && [r.at_risk, r.events, r.censored, r.entered].into_iter().all(valid)
                }
            };
            if !consistent {
                let reason = "the numbers at risk, with events, censored and entered do not add up";
                return Err(Error::InconsistentTable { index, reason });
            }
        }
        Ok(Self { time, counts, subjects })
    }
}

/// A printed table stops after this many rows and says how many are left out.
pub(crate) const PRINTED_ROWS: usize = 200;

impl fmt::Display for RiskTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Risk table: {} subjects, {} distinct times (at risk: just before the time; counts: {})",
            self.subjects,
            self.len(),
            self.kind()
        )?;
        write!(f, "{:>12} {:>12} {:>10} {:>10} {:>10}", "time", "at risk", "events", "censored", "entered")?;
        for row in self.rows().take(PRINTED_ROWS) {
            write!(
                f,
                "\n{:>12} {:>12} {:>10} {:>10} {:>10}",
                row.time, row.at_risk, row.events, row.censored, row.entered
            )?;
        }
        if self.len() > PRINTED_ROWS {
            write!(f, "\n… {} more times", self.len() - PRINTED_ROWS)?;
        }
        Ok(())
    }
}
