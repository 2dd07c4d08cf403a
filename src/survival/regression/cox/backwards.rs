//! A walk over the risk sets of a stratum, from the last event time to the first.
//!
//! Sums over a risk set grow on this walk by those who leave from a time on, and lose those who had not yet entered. Every
//! such sum of the models of this wing is kept by it.

use std::ops::Range;

use crate::survival::regression::cox::rows::stratum::{Stratum, Tie};

/// What changes between the risk set of a time and that of the event time after it.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Change<'a> {
    /// Which of the stratum's event times it is.
    pub at: usize,
    pub tie: &'a Tie,
    /// Who leaves from this time on and before the next: events first.
    pub joining: Range<usize>,
    /// Who joined at a later time, or now, and had not yet entered at this one; in order of entry.
    pub not_yet: &'a [(f64, usize)],
}

impl Change<'_> {
    /// Those who join without an event at this time.
    #[inline]
    pub fn others(&self) -> Range<usize> {
        self.tie.events_end..self.joining.end
    }

    /// Those with the event at this time.
    #[inline]
    pub fn events(&self) -> Range<usize> {
        self.tie.start..self.tie.events_end
    }
}

impl Stratum {
    /// The changes of the risk set from the last event time to the first. Who leaves before the first event is never in one.
    #[inline]
    pub fn backwards(&self) -> impl Iterator<Item = Change<'_>> {
        let (mut next, mut late) = (self.rows.end, self.late.as_slice());
        self.ties.iter().enumerate().rev().map(move |(at, tie)| {
            let joining = tie.start..next;
            next = tie.start;
            let mut entered = late.len();
            while entered > 0 && late[entered - 1].0 >= tie.time {
                entered -= 1;
            }
            let (earlier, not_yet) = late.split_at(entered);
            late = earlier;
            Change { at, tie, joining, not_yet }
        })
    }
}
