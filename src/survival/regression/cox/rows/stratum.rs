//! Strata of rows, the times at which they have events, and the rows that none of these concerns.

use std::ops::Range;

use crate::survival::regression::cox::rows::Rows;

#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Stratum {
    pub rows: Range<usize>,
    /// The event times, increasing.
    pub ties: Vec<Tie>,
    /// Rows that enter late, in order of entry.
    pub late: Vec<(f64, usize)>,
    /// The entry of each row of the stratum, −∞ where it is not late. Empty where none is.
    entry: Vec<f64>,
    /// Does each event have a time of its own?
    pub apart: bool,
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
        let ties = self.ties(rows.clone());
        let mut entry = Vec::new();
        if !late.is_empty() {
            entry.resize(rows.len(), f64::NEG_INFINITY);
            for &(e, i) in &late {
                entry[i - rows.start] = e;
            }
        }
        let apart = ties.iter().all(|tie| tie.events_end - tie.start == 1);
        self.strata.push(Stratum { rows, ties, late, entry, apart, code });
    }

    pub(super) fn ties(&self, rows: Range<usize>) -> Vec<Tie> {
        // Nearly as many as events where times are continuous: allocated once.
        let mut ties = Vec::with_capacity(self.event[rows.clone()].iter().filter(|&&e| e).count());
        let mut i = rows.start;
        while i < rows.end {
            let (start, time) = (i, self.time[i]);
            let mut weight = 0.0;
            while i < rows.end && self.time[i] == time && self.event[i] {
                weight += self.weight[i];
                i += 1;
            }
            if i > start {
                let leaving = if self.repeated { weight } else { (i - start) as f64 };
                ties.push(Tie { time, start, events_end: i, leaving, weight });
            }
            while i < rows.end && self.time[i] == time {
                i += 1;
            }
        }
        ties
    }

    /// The rows that are in no risk set with an event: censored before the first event of their stratum, or under
    /// observation between two event times. Those that stay (by their places in the data) are in all after their entry.
    pub(super) fn find_idle(&mut self, stays: &[bool]) {
        self.idle.clear();
        for stratum in &self.strata {
            let remains = |i: usize| stays.get(self.order[i]).copied().unwrap_or(false);
            let last_event = stratum.ties.last().map_or(f64::NEG_INFINITY, |t| t.time);
            let outlasts = |i: usize| remains(i) && stratum.entry_of(i) < last_event;
            let first = stratum.ties.first().map_or(stratum.rows.end, |t| t.start);
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
        self.strata.iter().flat_map(|s| &s.ties).any(|tie| !tie.alone())
    }
}
