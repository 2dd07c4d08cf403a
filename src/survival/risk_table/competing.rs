//! The risk table's sibling for competing risks: at each distinct time, the events of each cause.
//!
//! One sort and one pass, as for a [`RiskTable`], which it holds: the table of any cause. The cause travels in the low
//! bits of the sorted key wherever the times leave room for it, so that sorting integers sorts the data here too.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::near_ties;
use crate::numeric::order::{Mark, pack, unpack_time};
use crate::numeric::sums::{Sum, Twofold};
use crate::survival::data::competing::{CompetingRisks, position};
use crate::survival::data::groups::Groups;
use crate::survival::data::weights::Weights;
use crate::survival::risk_table::builder::At;
use crate::survival::risk_table::table::{FineRows, PRINTED_ROWS, RiskTable, Row};

/// How many were at risk, had an event of each cause, were censored and entered, at each distinct time.
///
/// The conventions are those of the [`RiskTable`]: events before censorings, both before entries. Tables of parts merge
/// into the table of the whole.
///
/// # Cost
/// One sort and one pass, O(n log n); O(n) where times are whole numbers in a small range (days).
///
/// # Example
/// ```
/// use greenwood::survival::CompetingRisks;
/// use greenwood::survival::risk_table::CompetingRiskTable;
///
/// let time = [1.0, 1.0, 2.0, 3.0];
/// let outcome = [Some("relapse"), Some("death"), None, Some("relapse")];
/// let table = CompetingRiskTable::new(&CompetingRisks::new(&time, &outcome)?);
/// assert_eq!(table.events(0, "relapse")?, 1.0);
/// assert_eq!(table.all().rows().next().unwrap().events, 2.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct CompetingRiskTable {
    all: RiskTable,
    causes: Vec<String>,
    by_cause: ByCause,
}

/// Events by row and cause, row-major. With one cause they are those of the table of any cause, and not kept twice.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum ByCause {
    One,
    Subjects(Vec<u32>),
    Weighted(Vec<f64>),
}

impl CompetingRiskTable {
    /// The table of all subjects. Strata are ignored.
    #[must_use]
    pub fn new(data: &CompetingRisks) -> Self {
        match build(data, None).pop() {
            Some(table) => table,
            None => unreachable!("one cell makes one table"),
        }
    }

    /// One table per group, in the order of the group codes. Near ties are judged over all groups together.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn by_group(data: &CompetingRisks, groups: &Groups) -> Result<Vec<Self>> {
        groups.check_len("groups", data.len())?;
        Ok(build(data, Some((groups.codes(), groups.count()))))
    }

    /// One table per stratum and group: the outer vector has the strata (one if the data have none).
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn by_stratum_and_group(data: &CompetingRisks, groups: &Groups) -> Result<Vec<Vec<Self>>> {
        let Some(strata) = data.any_cause().strata() else { return Ok(vec![Self::by_group(data, groups)?]) };
        groups.check_len("groups", data.len())?;
        let k = groups.count();
        let cells: Vec<u32> =
            strata.codes().iter().zip(groups.codes()).map(|(&s, &g)| s * k as u32 + g).collect();
        let mut tables = build(data, Some((&cells, strata.count() * k))).into_iter();
        Ok((0..strata.count()).map(|_| tables.by_ref().take(k).collect()).collect())
    }

    /// The table of the subjects of several tables, each of which counts as its events those of one cause; those censored
    /// may be in any of them, or in one more. Near ties are judged over all of them.
    ///
    /// Tables of parts, merged cause by cause, give the table of the whole: what is summed up elsewhere, a query engine
    /// say, comes back here.
    ///
    /// # Errors
    /// [`Error::Empty`] without causes; those of [`RiskTable::merge_all`].
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{CompetingRisks, RightCensored, RiskTable};
    /// use greenwood::survival::risk_table::CompetingRiskTable;
    ///
    /// let relapse = RiskTable::new(&RightCensored::new(&[1.0, 3.0], &[true, true])?);
    /// let death = RiskTable::new(&RightCensored::new(&[1.0, 2.0], &[true, false])?);
    /// let table = CompetingRiskTable::from_causes(&[("relapse", &relapse), ("death", &death)])?;
    ///
    /// let outcome = [Some("relapse"), Some("death"), None, Some("relapse")];
    /// assert_eq!(table, CompetingRiskTable::new(&CompetingRisks::new(&[1.0, 1.0, 2.0, 3.0], &outcome)?));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn from_causes<C: ToString>(causes: &[(C, &RiskTable)]) -> Result<Self> {
        if causes.is_empty() {
            return Err(Error::Empty { argument: "causes" });
        }
        let merged = RiskTable::merge_all(causes.iter().map(|&(_, table)| table))?.merge_near_ties();
        let parts: Vec<(usize, &RiskTable)> =
            causes.iter().enumerate().map(|(c, &(_, table))| (c, table)).collect();
        Ok(from_parts(causes.iter().map(|(label, _)| label.to_string()).collect(), &parts, merged))
    }

    /// The table of any cause.
    #[must_use]
    pub fn all(&self) -> &RiskTable {
        &self.all
    }

    /// The causes, in order.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// The position of a cause.
    ///
    /// # Errors
    /// [`Error::UnknownCause`].
    pub fn position(&self, cause: &(impl ToString + ?Sized)) -> Result<usize> {
        position(&self.causes, cause)
    }

    /// The events of a cause at row `row` of the table: sum of weights; 0 beyond the last row.
    ///
    /// # Errors
    /// [`Error::UnknownCause`].
    pub fn events(&self, row: usize, cause: &(impl ToString + ?Sized)) -> Result<f64> {
        let cause = self.position(cause)?;
        Ok(if row < self.all.len() { self.events_of(row, cause) } else { 0.0 })
    }

    /// Events at row `row` of cause number `cause`.
    #[inline]
    pub(crate) fn events_of(&self, row: usize, cause: usize) -> f64 {
        let at = row * self.causes.len() + cause;
        match &self.by_cause {
            ByCause::One => self.all.row(row).events,
            ByCause::Subjects(events) => f64::from(events[at]),
            ByCause::Weighted(events) => events[at],
        }
    }

    /// All events of cause number `cause`.
    pub(crate) fn total_of(&self, cause: usize) -> f64 {
        (0..self.all.len()).map(|i| self.events_of(i, cause)).collect::<Sum>().value()
    }

    /// Events by row and cause where they are whole and there are at least two causes.
    pub(crate) fn subject_events(&self) -> Option<&[u32]> {
        match &self.by_cause {
            ByCause::Subjects(events) => Some(events),
            _ => None,
        }
    }

    /// The table of both sets of subjects: in any grouping and order of the parts the same.
    ///
    /// # Errors
    /// [`Error::MixedCauses`] where causes differ; those of [`RiskTable::merge`].
    pub fn merge(&self, other: &Self) -> Result<Self> {
        if self.causes != other.causes {
            let (left, right) = (self.causes.join(", "), other.causes.join(", "));
            return Err(Error::MixedCauses { left, right });
        }
        let all = self.all.merge(&other.all)?;
        let k = self.causes.len();
        if k == 1 {
            return Ok(Self { all, causes: self.causes.clone(), by_cause: ByCause::One });
        }
        let whole = all.subject_columns().is_some();
        let (mut counts, mut sums) = (Vec::new(), Vec::new());
        let (mut i, mut j) = (0, 0);
        for &time in all.times() {
            let here = |t: &Self, at: usize| t.all.times().get(at) == Some(&time);
            let (left, right) = (here(self, i), here(other, j));
            for cause in 0..k {
                let a = if left { self.events_of(i, cause) } else { 0.0 };
                let b = if right { other.events_of(j, cause) } else { 0.0 };
                if whole { counts.push((a + b) as u32) } else { sums.push(a + b) }
            }
            i += usize::from(left);
            j += usize::from(right);
        }
        let by_cause = if whole { ByCause::Subjects(counts) } else { ByCause::Weighted(sums) };
        Ok(Self { all, causes: self.causes.clone(), by_cause })
    }

    /// The rows at `s` and later: those still under observation then.
    pub(crate) fn from(&self, s: f64) -> Self {
        let at = self.all.position(s) * self.causes.len();
        let by_cause = match &self.by_cause {
            ByCause::One => ByCause::One,
            ByCause::Subjects(events) => ByCause::Subjects(events[at..].to_vec()),
            ByCause::Weighted(events) => ByCause::Weighted(events[at..].to_vec()),
        };
        Self { all: self.all.from(s), causes: self.causes.clone(), by_cause }
    }
}

/// The table of parts, each of which counts as its events those of the cause of this number; `merged` is the table of them all
/// after near ties were judged.
pub(super) fn from_parts(
    causes: Vec<String>,
    parts: &[(usize, &RiskTable)],
    merged: RiskTable,
) -> CompetingRiskTable {
    // Each exact time, and the row that it is a part of.
    let mut times = Vec::with_capacity(merged.len() + merged.fine.rows.len());
    let mut fine = merged.fine.rows.iter().peekable();
    for (i, &time) in merged.times().iter().enumerate() {
        let from = times.len();
        while let Some(part) = fine.next_if(|f| f.row as usize == i) {
            times.push((part.time, i));
        }
        if times.len() == from {
            times.push((time, i));
        }
    }
    let k = causes.len();
    let mut sums = vec![Twofold::default(); if k > 1 { merged.len() * k } else { 0 }];
    for &(c, table) in parts.iter().filter(|_| k > 1) {
        let mut rows = times.iter();
        for At { time, counts } in table.exact_sums() {
            if let Some(&(_, row)) = rows.by_ref().find(|&&(t, _)| t == time) {
                sums[row * k + c].add_twofold(counts.events);
            }
        }
    }
    let by_cause = match (k, merged.subject_columns()) {
        (1, _) => ByCause::One,
        (_, Some(_)) => ByCause::Subjects(sums.iter().map(|s| s.high as u32).collect()),
        (_, None) => ByCause::Weighted(sums.iter().map(|s| s.high).collect()),
    };
    // What near ties were is not kept: the events of causes know the rows alone.
    let all = RiskTable { fine: FineRows::default(), ..merged };
    CompetingRiskTable { all, causes, by_cause }
}

/// Where the low bits of a key hold the cause: `(bits − base) << width | code`, 0 for a time of 0.
#[derive(Clone, Copy)]
struct Packing {
    base: u64,
    width: u32,
}

impl Packing {
    /// The packing for these times, or `None` where they leave too little room (a range of many powers of two with many
    /// causes).
    fn new(times: &[f64], causes: usize) -> Option<Self> {
        let (mut low, mut high) = ([u64::MAX; 4], [0_u64; 4]);
        for chunk in times.chunks(4) {
            for (lane, &t) in chunk.iter().enumerate() {
                let bits = if t > 0.0 { t.to_bits() } else { u64::MAX };
                low[lane] = low[lane].min(bits);
                high[lane] = high[lane].max(t.abs().to_bits());
            }
        }
        let low = low.into_iter().fold(u64::MAX, u64::min);
        let high = high.into_iter().fold(0, u64::max);
        let width = usize::BITS - causes.leading_zeros();
        let base = if low == u64::MAX { 0 } else { low - 1 };
        let range = high.saturating_sub(base);
        (range < u64::MAX >> width).then_some(Self { base, width })
    }

    #[inline]
    fn pack(self, time: f64, code: u32) -> u64 {
        let bits = if time > 0.0 { time.to_bits() - self.base } else { 0 };
        (bits << self.width) | u64::from(code)
    }

    #[inline]
    fn time(self, key: u64) -> f64 {
        let bits = key >> self.width;
        if bits == 0 { 0.0 } else { f64::from_bits(bits + self.base) }
    }

    #[inline]
    fn code(self, key: u64) -> usize {
        (key & ((1 << self.width) - 1)) as usize
    }

    /// The columns of sorted keys, times within `tolerance` of the one before being one; `counts` is room for the number of
    /// the censored and of each cause.
    fn columns<C: AsRef<[u32]> + AsMut<[u32]>>(self, keys: &[u64], tolerance: f64, mut counts: C) -> Columns {
        let mut columns = Columns::new(counts.as_ref().len() - 1, keys.len(), 0, keys.len());
        let mut keys = keys.iter().copied();
        let mut next = keys.next();
        while let Some(first) = next {
            let (time, mut bits) = (self.time(first), first >> self.width);
            let mut key = first;
            let counts = counts.as_mut();
            counts.fill(0);
            loop {
                counts[self.code(key)] += 1;
                next = keys.next();
                let Some(following) = next else { break };
                // The bits are compared first: a tolerance is rare.
                if following >> self.width != bits
                    && !(tolerance > 0.0 && self.time(following) - self.time(bits << self.width) <= tolerance)
                {
                    break;
                }
                (key, bits) = (following, following >> self.width);
            }
            columns.push(time, counts, 0);
        }
        columns
    }
}

/// An observation in the general case: time, cause and weight.
#[derive(Debug, Clone, Copy)]
struct Coded {
    key: u64,
    code: u32,
    weight: f64,
}

/// Equal times are ordered by cause and weight, so that sums are the same bits in any input order.
impl Mark for Coded {
    fn key(self) -> u64 {
        self.key
    }

    fn with_key(self, key: u64) -> Self {
        Self { key, ..self }
    }

    fn sort(marks: &mut [Self]) {
        marks.sort_unstable_by_key(|m| (m.key, m.code, m.weight.to_bits()));
    }
}

fn build(data: &CompetingRisks, cells: Option<(&[u32], usize)>) -> Vec<CompetingRiskTable> {
    let any = data.any_cause();
    if any.weights().is_none() {
        if let Some(tables) = count(data, cells) {
            return tables;
        }
        if any.entry().is_none()
            && let Some(tables) = packed(data, cells)
        {
            return tables;
        }
    }
    general(data, cells)
}

/// Columns of an unweighted table while they are written.
struct Columns {
    time: Vec<f64>,
    at_risk: Vec<u32>,
    events: Vec<u32>,
    entered: Option<Vec<u32>>,
    by_cause: Vec<u32>,
    now: u32,
    subjects: u32,
}

impl Columns {
    fn new(causes: usize, subjects: usize, late: usize, capacity: usize) -> Self {
        Self {
            time: Vec::with_capacity(capacity),
            at_risk: Vec::with_capacity(capacity),
            events: Vec::with_capacity(capacity),
            entered: (late > 0).then(Vec::new),
            by_cause: Vec::with_capacity(if causes > 1 { capacity * causes } else { 0 }),
            now: (subjects - late) as u32,
            subjects: subjects as u32,
        }
    }

    /// One time: `counts` has the censored first, then the events of each cause.
    #[inline]
    fn push(&mut self, time: f64, counts: &[u32], entered: u32) {
        let events: u32 = counts[1..].iter().sum();
        self.time.push(time);
        self.at_risk.push(self.now);
        self.events.push(events);
        if counts.len() > 2 {
            self.by_cause.extend_from_slice(&counts[1..]);
        }
        if let Some(column) = &mut self.entered {
            column.push(entered);
        }
        self.now = self.now - events - counts[0] + entered;
    }

    fn finish(mut self, causes: &[String]) -> CompetingRiskTable {
        if self.time.len() < self.time.capacity() / 2 {
            self.time.shrink_to_fit();
            self.at_risk.shrink_to_fit();
            self.events.shrink_to_fit();
            self.by_cause.shrink_to_fit();
        }
        let by_cause = if causes.len() > 1 { ByCause::Subjects(self.by_cause) } else { ByCause::One };
        let all = RiskTable::from_columns(self.time, self.at_risk, self.events, self.entered, self.subjects);
        CompetingRiskTable { all, causes: causes.to_vec(), by_cause }
    }
}

/// Times that are whole numbers in a small range need no sort: count them.
fn count(data: &CompetingRisks, cells: Option<(&[u32], usize)>) -> Option<Vec<CompetingRiskTable>> {
    let any = data.any_cause();
    let k = cells.map_or(1, |(_, k)| k);
    let times = any.facts().max + 1.0;
    if !any.facts().whole || times * k as f64 > 4.0 * data.len() as f64 + 64.0 {
        return None;
    }
    let (times, width) = (times as usize, data.causes().len() + 1);
    let mut exits = vec![0_u32; k * times * width];
    match cells {
        None => {
            for (&t, &code) in any.time().iter().zip(data.codes()) {
                exits[t as u32 as usize * width + code as usize] += 1;
            }
        }
        Some((cells, _)) => {
            for ((&t, &code), &cell) in any.time().iter().zip(data.codes()).zip(cells) {
                exits[(cell as usize * times + t as u32 as usize) * width + code as usize] += 1;
            }
        }
    }
    let mut entered = Vec::new();
    if let Some(entries) = any.entry() {
        entered.resize(k * times, 0_u32);
        for (i, &e) in entries.iter().enumerate().filter(|&(_, &e)| e > 0.0) {
            entered[cells.map_or(0, |(codes, _)| codes[i] as usize) * times + e as usize] += 1;
        }
    }
    let table = |cell: usize| {
        let exits = &exits[cell * times * width..(cell + 1) * times * width];
        let entered = (!entered.is_empty()).then(|| &entered[cell * times..(cell + 1) * times]);
        let subjects = exits.iter().sum::<u32>() as usize;
        let late = entered.map_or(0, |e| e.iter().sum::<u32>() as usize);
        let mut columns = Columns::new(width - 1, subjects, late, times);
        for (t, counts) in exits.chunks_exact(width).enumerate() {
            let entered = entered.map_or(0, |e| e[t]);
            if entered > 0 || counts.iter().any(|&c| c > 0) {
                columns.push(t as f64, counts, entered);
            }
        }
        columns.finish(data.causes())
    };
    Some((0..k).map(table).collect())
}

/// So many sorted streams are merged by looking at the head of each.
const FEW_STREAMS: usize = 8;

/// Without weights and late entries, a row is one integer. `None` where the times leave no room for the cause, or near
/// ties have to be merged across groups.
fn packed(data: &CompetingRisks, cells: Option<(&[u32], usize)>) -> Option<Vec<CompetingRiskTable>> {
    let any = data.any_cause();
    let packing = Packing::new(any.time(), data.causes().len())?;
    let k = cells.map_or(1, |(_, k)| k);
    let rows = any.time().iter().zip(data.codes());
    let mut streams: Vec<Vec<u64>> = match cells {
        None => vec![rows.map(|(&t, &c)| packing.pack(t, c)).collect()],
        Some((cells, k)) => {
            let mut sizes = vec![0; k];
            for &c in cells {
                sizes[c as usize] += 1;
            }
            let mut parts: Vec<Vec<u64>> = sizes.into_iter().map(Vec::with_capacity).collect();
            for ((&t, &code), &cell) in rows.zip(cells) {
                parts[cell as usize].push(packing.pack(t, code));
            }
            parts
        }
    };
    for stream in &mut streams {
        stream.sort_unstable();
    }
    let mut tolerance = 0.0;
    if any.judges_near_ties() {
        if k > FEW_STREAMS {
            return None;
        }
        tolerance = match streams.as_slice() {
            [one] => near_ties::tolerance(one.iter().map(|&key| packing.time(key))),
            _ => near_ties::tolerance(Heads::new(&streams).map(|key| packing.time(key))),
        };
        if tolerance > 0.0 && k > 1 {
            return None;
        }
    }
    let table = |keys: &Vec<u64>| {
        // The same code with a known number of causes, which the compiler unrolls.
        match data.causes().len() {
            1 => packing.columns(keys, tolerance, [0; 2]),
            2 => packing.columns(keys, tolerance, [0; 3]),
            3 => packing.columns(keys, tolerance, [0; 4]),
            causes => packing.columns(keys, tolerance, vec![0; causes + 1]),
        }
        .finish(data.causes())
    };
    Some(streams.iter().map(table).collect())
}

/// The keys of a few sorted streams in order.
struct Heads<'a> {
    streams: Vec<&'a [u64]>,
}

impl<'a> Heads<'a> {
    fn new(streams: &'a [Vec<u64>]) -> Self {
        Self { streams: streams.iter().map(Vec::as_slice).collect() }
    }
}

impl Iterator for Heads<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        if let [one] = self.streams.as_mut_slice() {
            let (&key, rest) = one.split_first()?;
            *one = rest;
            return Some(key);
        }
        let least = self.streams.iter_mut().filter(|s| !s.is_empty()).min_by_key(|s| s[0])?;
        let (&key, rest) = least.split_first()?;
        *least = rest;
        Some(key)
    }
}

/// Weights, late entries, near ties across groups: marks of three fields.
fn general(data: &CompetingRisks, cells: Option<(&[u32], usize)>) -> Vec<CompetingRiskTable> {
    let any = data.any_cause();
    let k = cells.map_or(1, |(_, k)| k);
    let weights = any.weights().map(Weights::values);
    let cell = |i: usize| cells.map_or(0, |(codes, _)| codes[i] as usize);
    let mark = |i: usize, time: f64, code: u32| Coded {
        key: pack(time, false),
        code,
        weight: weights.map_or(1.0, |w| w[i]),
    };
    let mut streams: Vec<Vec<Coded>> = vec![Vec::new(); 2 * k];
    for (i, (&t, &code)) in any.time().iter().zip(data.codes()).enumerate() {
        streams[cell(i)].push(mark(i, t, code));
        if let Some(entry) = any.entry().map(|e| e[i]).filter(|&e| e > 0.0) {
            streams[k + cell(i)].push(mark(i, entry, 0));
        }
    }
    for stream in &mut streams {
        Coded::sort(stream);
    }
    if any.judges_near_ties() {
        near_ties::merge(&mut streams);
    }
    let entries = streams.split_off(k);
    let table = |(exits, entries): (&Vec<Coded>, &Vec<Coded>)| {
        if let Some(weights) = any.weights() {
            weighted_table(exits, entries, data.causes(), matches!(weights, Weights::Sampling(_)))
        } else {
            subjects_table(exits, entries, data.causes())
        }
    };
    streams.iter().zip(&entries).map(table).collect()
}

/// The marks at the first time of either stream, and that time.
fn next_time<'a>(
    exits: &mut &'a [Coded],
    entries: &mut &'a [Coded],
) -> Option<(f64, &'a [Coded], &'a [Coded])> {
    let head = |s: &[Coded]| s.first().map_or(u64::MAX, |m| m.key);
    let key = head(exits).min(head(entries));
    if key == u64::MAX {
        return None;
    }
    let take = |s: &mut &'a [Coded]| {
        let (now, rest) = s.split_at(s.partition_point(|m| m.key <= key));
        *s = rest;
        now
    };
    Some((unpack_time(key), take(exits), take(entries)))
}

fn subjects_table(exits: &[Coded], entries: &[Coded], causes: &[String]) -> CompetingRiskTable {
    let mut columns = Columns::new(causes.len(), exits.len(), entries.len(), exits.len());
    let (mut exits, mut entries) = (exits, entries);
    let mut counts = vec![0_u32; causes.len() + 1];
    while let Some((time, leave, enter)) = next_time(&mut exits, &mut entries) {
        counts.fill(0);
        for m in leave {
            counts[m.code as usize] += 1;
        }
        columns.push(time, &counts, enter.len() as u32);
    }
    columns.finish(causes)
}

fn weighted_table(
    exits: &[Coded],
    entries: &[Coded],
    causes: &[String],
    sampling: bool,
) -> CompetingRiskTable {
    let (mut exits, mut entries) = (exits, entries);
    let (mut rows, mut by_cause) = (Vec::new(), Vec::new());
    let mut sums = vec![Sum::default(); causes.len() + 1];
    while let Some((time, leave, enter)) = next_time(&mut exits, &mut entries) {
        sums.fill(Sum::default());
        for m in leave {
            sums[m.code as usize].add(m.weight);
        }
        let event_subjects = leave.iter().filter(|m| m.code > 0).count() as u32;
        let events = match &sums[1..] {
            [one] => one.value(),
            several => several.iter().map(|s| s.value()).collect::<Sum>().value(),
        };
        rows.push(Row {
            time,
            at_risk: 0.0,
            events,
            censored: sums[0].value(),
            entered: enter.iter().map(|m| m.weight).collect::<Sum>().value(),
            subjects_at_risk: 0,
            event_subjects,
            censored_subjects: leave.len() as u32 - event_subjects,
            entered_subjects: enter.len() as u32,
        });
        by_cause.extend(sums[1..].iter().map(|s| s.value()));
    }
    let by_cause = if causes.len() > 1 { ByCause::Weighted(by_cause) } else { ByCause::One };
    CompetingRiskTable {
        all: RiskTable::from_weighted_rows(rows, sampling),
        causes: causes.to_vec(),
        by_cause,
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    all: RiskTable,
    causes: Vec<String>,
    by_cause: ByCause,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for CompetingRiskTable {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { all, causes, by_cause } = raw;
        if causes.is_empty() {
            return Err(Error::Empty { argument: "causes" });
        }
        let k = causes.len();
        let (len, expected) = match &by_cause {
            ByCause::One => (usize::from(k > 1), 0),
            ByCause::Subjects(events) => (events.len(), all.len() * k),
            ByCause::Weighted(events) => (events.len(), all.len() * k),
        };
        if len != expected {
            return Err(Error::LengthMismatch {
                argument: "by_cause",
                len,
                other: "the rows and causes",
                expected,
            });
        }
        let table = Self { all, causes, by_cause };
        for index in 0..table.all.len() {
            let sum: f64 = (0..k).map(|c| table.events_of(index, c)).sum();
            let (events, negative) =
                (table.all.row(index).events, (0..k).any(|c| !(table.events_of(index, c) >= 0.0)));
            if negative || !((sum - events).abs() <= 1e-9 * events) {
                let reason = "the events by cause do not add up to the events";
                return Err(Error::InconsistentTable { index, reason });
            }
        }
        Ok(table)
    }
}

impl fmt::Display for CompetingRiskTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Risk table: {} subjects, {} distinct times\n{:>12} {:>12}",
            self.all.subjects(),
            self.all.len(),
            "time",
            "at risk"
        )?;
        for cause in &self.causes {
            write!(f, " {cause:>10}")?;
        }
        write!(f, " {:>10} {:>10}", "censored", "entered")?;
        for (i, row) in self.all.rows().enumerate().take(PRINTED_ROWS) {
            write!(f, "\n{:>12} {:>12}", row.time, row.at_risk)?;
            for (cause, label) in self.causes.iter().enumerate() {
                write!(f, " {:>1$}", self.events_of(i, cause), label.chars().count().max(10))?;
            }
            write!(f, " {:>10} {:>10}", row.censored, row.entered)?;
        }
        let left = self.all.len().saturating_sub(PRINTED_ROWS);
        if left > 0 { write!(f, "\n… {left} more times") } else { Ok(()) }
    }
}
