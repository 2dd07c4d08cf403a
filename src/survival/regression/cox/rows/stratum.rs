//! Strata of rows, the times at which they have events, and the rows that none of these concerns.

use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

use crate::numeric::numbers::Numbers;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::per_row::PerRow;

#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Stratum {
    pub rows: Range<usize>,
    /// The first row with an event; the end of the rows where none has.
    pub first: usize,
    /// The event times, increasing.
    pub ties: EventTimes,
    /// Those of them at which not exactly one row of weight 1 leaves.
    pub together: Vec<Tie>,
    /// Rows that enter late, in order of entry.
    pub late: Vec<(f64, usize)>,
    /// The entry of each row of the stratum, −∞ where it is not late. Empty where none is.
    entry: Vec<f64>,
    /// Which stratum of the data this is.
    pub code: usize,
}

/// The rows that leave at one event time.
#[derive(Debug, Clone, Copy)]
pub(in crate::survival::regression) struct Tie {
    pub time: f64,
    pub start: usize,
    /// Events are `start..events_end`; the censored come after.
    pub events_end: usize,
    /// How many leave one after the other under Efron's rule, and the sum of their weights.
    pub leaving: f64,
    pub weight: f64,
}

impl Tie {
    /// Does one subject leave alone? (Weights of several rows may sum to 1 as well.)
    pub fn alone(&self) -> bool {
        self.events_end - self.start == 1 && self.leaving <= 1.0
    }
}

/// The event times of a stratum, listed when they are first asked for: of continuous times the list is half as long as the rows
/// are, and few fits ask for it.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct EventTimes {
    rows: Range<usize>,
    time: Arc<Numbers<f64>>,
    event: Arc<Vec<bool>>,
    weight: PerRow,
    repeated: bool,
    listed: OnceLock<Vec<Tie>>,
}

impl EventTimes {
    /// The rows that leave at the event time that begins with a row.
    fn from(&self, start: usize) -> Tie {
        let (time, event) = (&self.time[..self.rows.end], &self.event[..self.rows.end]);
        let (mut end, mut weight) = (start, 0.0);
        while end < time.len() && event[end] && time[end] == time[start] {
            weight += self.weight[end];
            end += 1;
        }
        let leaving = if self.repeated { weight } else { (end - start) as f64 };
        Tie { time: time[start], start, events_end: end, leaving, weight }
    }

    fn list(&self) -> Vec<Tie> {
        let mut ties = Vec::with_capacity(self.event[self.rows.clone()].iter().filter(|&&e| e).count());
        let mut i = self.rows.start;
        while i < self.rows.end {
            if self.event[i] {
                let tie = self.from(i);
                i = tie.events_end;
                ties.push(tie);
            } else {
                i += 1;
            }
        }
        ties
    }

    /// The event times at which not exactly one row of weight 1 leaves.
    fn together(&self) -> Vec<Tie> {
        if self.repeated || self.weight.own().is_some() {
            return self.iter().filter(|tie| !tie.alone() || tie.weight != 1.0).copied().collect();
        }
        let (time, event) = (&self.time[self.rows.clone()], &self.event[self.rows.clone()]);
        let mut together = Vec::new();
        let mut i = 1;
        while i < event.len() {
            // All three are asked, so that the processor has one branch to predict, not three.
            let (before, now, alike) = (event[i - 1], event[i], time[i - 1] == time[i]);
            if before & now & alike {
                let tie = self.from(self.rows.start + i - 1);
                i = tie.events_end - self.rows.start;
                together.push(tie);
            }
            i += 1;
        }
        together
    }
}

impl Deref for EventTimes {
    type Target = [Tie];

    fn deref(&self) -> &[Tie] {
        self.listed.get_or_init(|| self.list())
    }
}

impl<'a> IntoIterator for &'a EventTimes {
    type Item = &'a Tie;
    type IntoIter = std::slice::Iter<'a, Tie>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Stratum {
    /// When a row entered; −∞ where it was there from the start.
    pub fn entry_of(&self, row: usize) -> f64 {
        self.entry.get(row - self.rows.start).copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// The rows under observation at an event time.
    pub fn at_risk(&self, tie: &Tie) -> impl Iterator<Item = usize> + '_ {
        let (time, start) = (tie.time, self.rows.start);
        (tie.start..self.rows.end).filter(move |&i| self.entry.get(i - start).is_none_or(|&e| e < time))
    }
}

impl Rows {
    /// Adds a stratum of sorted rows; `late` are those who enter late, in any order.
    pub(super) fn push_stratum(&mut self, rows: Range<usize>, mut late: Vec<(f64, usize)>, code: usize) {
        late.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut entry = Vec::new();
        if !late.is_empty() {
            entry.resize(rows.len(), f64::NEG_INFINITY);
            for &(e, i) in &late {
                entry[i - rows.start] = e;
            }
        }
        let ties = EventTimes {
            rows: rows.clone(),
            time: Arc::clone(&self.time),
            event: Arc::clone(&self.event),
            weight: self.weight.clone(),
            repeated: self.repeated,
            listed: OnceLock::new(),
        };
        let together = ties.together();
        let first = self.event[rows.clone()].iter().position(|&e| e).map_or(rows.end, |i| rows.start + i);
        self.strata.push(Stratum { rows, first, ties, together, late, entry, code });
    }

    /// The rows that are in no risk set with an event: censored before the first event of their stratum, or under
    /// observation between two event times. Those that stay (by their places in the data) are in all after their entry.
    pub(super) fn find_idle(&mut self, stays: &[bool]) {
        self.idle.clear();
        for stratum in &self.strata {
            let first = stratum.first;
            if stays.is_empty() && stratum.late.is_empty() {
                self.idle.extend(stratum.rows.start..first);
                continue;
            }
            let remains = |i: usize| stays.get(self.order[i]).copied().unwrap_or(false);
            let last_event = stratum.ties.last().map_or(f64::NEG_INFINITY, |t| t.time);
            let outlasts = |i: usize| remains(i) && stratum.entry_of(i) < last_event;
            self.idle.extend((stratum.rows.start..first).filter(|&i| !outlasts(i)));
            if stratum.late.is_empty() {
                continue;
            }
            self.idle.extend((first..stratum.rows.end).filter(|&i| {
                // The last event time that the row outlives is the only one to ask.
                let last = stratum.ties.partition_point(|t| t.start <= i);
                !outlasts(i) && (last == 0 || stratum.entry_of(i) >= stratum.ties[last - 1].time)
            }));
        }
    }

    /// Sets the covariates of idle rows to 0: for risk sets of another kind, whose sums are taken over all rows.
    pub(super) fn hide_idle(&mut self) {
        let p = self.p;
        for &i in &self.idle {
            self.x[i * p..(i + 1) * p].fill(0.0);
        }
    }

    /// Do two rows have the event at one time of one stratum, or one row that is there more than once?
    pub fn has_tied_events(&self) -> bool {
        self.strata.iter().flat_map(|s| &s.together).any(|tie| !tie.alone())
    }
}
