//! Events by cause at the exact times that they had, before near ties became one and sums of weights were rounded: what
//! parts are merged by.

use crate::numeric::sums::Twofold;
use crate::survival::risk_table::competing::table::{ByCause, CompetingRiskTable};
use crate::survival::risk_table::merge::in_rounds;
use crate::survival::risk_table::table::RiskTable;
use crate::survival::risk_table::tally::At;

/// The events of one cause, in increasing order of their exact times; times without any are left out.
pub(super) type Events = Vec<At<Twofold>>;

/// What rounding took from sums of weights, by place: mostly from none.
pub(super) type Lost = Vec<(usize, f64)>;

impl CompetingRiskTable {
    /// The events of each cause at the exact times that they had.
    pub(in crate::survival::risk_table) fn exact_events(&self) -> Vec<Events> {
        let k = self.causes.len();
        let mut events = vec![Events::new(); k];
        let mut lost = self.lost.iter().peekable();
        let mut push = |c: usize, time: f64, sum: Twofold| {
            if sum.high != 0.0 || sum.low != 0.0 {
                events[c].push(At { time, counts: sum });
            }
        };
        let mut next = 0;
        for (i, &time) in self.all.times().iter().enumerate() {
            let from = next;
            while let Some(fine) = self.all.fine.rows.get(next).filter(|f| f.row as usize == i) {
                for c in 0..k {
                    push(c, fine.time, self.fine_events(next, c));
                }
                next += 1;
            }
            for c in 0..k {
                let low = lost.next_if(|&&(at, _)| at == i * k + c).map_or(0.0, |&(_, low)| low);
                if next == from {
                    push(c, time, self.row_events(i, c, low));
                }
            }
        }
        events
    }

    fn row_events(&self, row: usize, cause: usize, low: f64) -> Twofold {
        match self.by_cause {
            ByCause::One => self.all.sums_at(row).events,
            _ => Twofold { high: self.events_of(row, cause), low },
        }
    }

    /// The events of a cause among the rows that near ties were.
    fn fine_events(&self, fine: usize, cause: usize) -> Twofold {
        if self.by_cause == ByCause::One {
            return self.all.fine.sums_at(fine).events;
        }
        let at = fine * self.causes.len() + cause;
        let low =
            self.fine_lost.binary_search_by_key(&at, |&(at, _)| at).map_or(0.0, |i| self.fine_lost[i].1);
        Twofold { high: self.fine[at], low }
    }
}

/// The events of each cause of all parts, each given as the number of its cause and its events.
pub(in crate::survival::risk_table) fn joined(
    causes: usize,
    parts: impl IntoIterator<Item = (usize, Events)>,
) -> Vec<Events> {
    let mut lists: Vec<Vec<Events>> = vec![Vec::new(); causes];
    for (cause, events) in parts {
        lists[cause].push(events);
    }
    lists.into_iter().map(in_rounds).collect()
}

/// The table of any cause with the events of each, which stand at the exact times of its rows.
pub(in crate::survival::risk_table) fn with_events(
    all: RiskTable,
    causes: Vec<String>,
    events: &[Events],
) -> CompetingRiskTable {
    let k = causes.len();
    let (mut fine_events, mut fine_lost, mut lost) = (Vec::new(), Lost::new(), Lost::new());
    if k == 1 {
        return CompetingRiskTable {
            all,
            causes,
            by_cause: ByCause::One,
            fine: fine_events,
            fine_lost,
            lost,
        };
    }
    let whole = all.subject_columns().is_some();
    let (mut counts, mut sums) = (Vec::new(), Vec::new());
    let mut heads: Vec<&[At<Twofold>]> = events.iter().map(Vec::as_slice).collect();
    let mut take = |c: usize, time: f64| match heads[c].split_first() {
        Some((first, rest)) if first.time == time => {
            heads[c] = rest;
            first.counts
        }
        _ => Twofold::default(),
    };
    let mut row = vec![Twofold::default(); k];
    let mut next = 0;
    for (i, &time) in all.times().iter().enumerate() {
        row.fill(Twofold::default());
        let from = next;
        while let Some(fine) = all.fine.rows.get(next).filter(|f| f.row as usize == i) {
            for (c, sum) in row.iter_mut().enumerate() {
                let part = take(c, fine.time);
                if part.low != 0.0 {
                    fine_lost.push((fine_events.len(), part.low));
                }
                fine_events.push(part.high);
                sum.add_twofold(part);
            }
            next += 1;
        }
        for (c, sum) in row.iter_mut().enumerate() {
            if next == from {
                *sum = take(c, time);
            }
            if sum.low != 0.0 {
                lost.push((i * k + c, sum.low));
            }
            if whole { counts.push(sum.high as u32) } else { sums.push(sum.high) }
        }
    }
    let by_cause = if whole { ByCause::Subjects(counts) } else { ByCause::Weighted(sums) };
    CompetingRiskTable { all, causes, by_cause, fine: fine_events, fine_lost, lost }
}
