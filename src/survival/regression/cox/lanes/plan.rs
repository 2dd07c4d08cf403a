//! Which rows stand side by side.

use std::ops::Range;

use crate::survival::regression::cox::lanes::eight::{LANES, STEPS};
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Stratum;

/// More tied events than this have chunks of their own.
const FEW: usize = 64;

/// A chunk costs as much as so many rows one by one.
const WORTH: usize = 24;

/// The rows of all strata in chunks, in the order of the walk: from the last to the first.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Plan {
    chunks: Vec<Chunk>,
}

/// Up to 256 rows of a stratum.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Chunk {
    /// The sorted rows; the last is walked first.
    pub rows: Range<usize>,
    pub steps: usize,
    /// `⌈2¹⁶/steps⌉`: what is multiplied by it is divided by the steps, exactly for numbers below 256.
    inverse: usize,
    pub kind: Kind,
    pub stratum: usize,
    /// The times at which several leave, of those of the stratum.
    pub ties: Range<usize>,
    /// In which lanes of each step an event leaves alone, and how many these are.
    pub alone: [u8; STEPS],
    pub events_alone: u32,
}

/// What is to be done with the rows of a chunk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::survival::regression) enum Kind {
    /// They leave before the first event.
    Idle,
    /// They join, and none of them has an event.
    Others,
    /// They join, and some leave alone or a few together.
    Mixed,
    /// They leave together; are they the last of them that are walked?
    Tie { last: bool },
}

impl Plan {
    /// Returns `None` where rows that are one by one are sooner walked: in many small strata, with weights, offsets or late entry.
    pub fn of(rows: &Rows) -> Option<Self> {
        let plain = rows.weight.own().is_none() && rows.offset.own().is_none();
        if !plain || rows.strata.len() * WORTH > rows.len() || rows.strata.iter().any(|s| !s.late.is_empty())
        {
            return None;
        }
        let mut chunks = Vec::with_capacity(rows.len() / (LANES * STEPS) + rows.strata.len());
        for number in 0..rows.strata.len() {
            Cut { stratum: &rows.strata[number], number, event: &rows.event, chunks: &mut chunks }.all();
        }
        (chunks.len() * WORTH <= rows.len()).then_some(Self { chunks })
    }

    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    pub fn steps(&self) -> usize {
        self.chunks.iter().map(|c| c.steps).sum()
    }

    pub fn rows(&self) -> usize {
        self.chunks.iter().map(|c| c.rows.len()).sum()
    }
}

impl Chunk {
    /// Each lane and its rows, of which the last is walked first.
    pub fn by_lane(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        let (rows, steps) = (self.rows.clone(), self.steps);
        (0..LANES).map(move |lane| {
            let to = rows.end.saturating_sub(lane * steps).max(rows.start);
            (lane, to.saturating_sub(steps).max(rows.start)..to)
        })
    }

    /// Which rows of a step a chunk has.
    pub fn present(&self, step: usize) -> u64 {
        (0..LANES).filter(|lane| lane * self.steps + step < self.rows.len()).map(|lane| 1 << lane).sum()
    }

    /// The step and the lane of a row.
    pub fn place(&self, row: usize) -> (usize, usize) {
        let walked = self.rows.end - 1 - row;
        let lane = (walked * self.inverse) >> 16;
        (walked - lane * self.steps, lane)
    }
}

/// Cuts a stratum.
struct Cut<'a> {
    stratum: &'a Stratum,
    number: usize,
    event: &'a [bool],
    chunks: &'a mut Vec<Chunk>,
}

impl Cut<'_> {
    fn all(&mut self) {
        const ROWS: usize = LANES * STEPS;
        let first = self.stratum.first;
        let together = &self.stratum.together;
        let (mut end, mut tie) = (self.stratum.rows.end, together.len());
        while end > first {
            if let Some(many) = tie.checked_sub(1).map(|t| &together[t]).filter(|t| t.events_end == end)
                && many.events_end - many.start > FEW
            {
                while end > many.start {
                    let from = end.saturating_sub(ROWS).max(many.start);
                    self.push(from..end, Kind::Tie { last: from == many.start }, tie - 1..tie);
                    end = from;
                }
                tie -= 1;
                continue;
            }
            let (mut from, after) = (end.saturating_sub(ROWS).max(first), tie);
            while let Some(t) = tie.checked_sub(1).map(|t| &together[t]).filter(|t| t.events_end > from) {
                if t.start < from || t.events_end - t.start > FEW {
                    from = t.events_end;
                    break;
                }
                tie -= 1;
            }
            self.push(from..end, Kind::Mixed, tie..after);
            end = from;
        }
        while end > self.stratum.rows.start {
            let from = end.saturating_sub(ROWS).max(self.stratum.rows.start);
            self.push(from..end, Kind::Idle, 0..0);
            end = from;
        }
    }

    fn push(&mut self, rows: Range<usize>, kind: Kind, ties: Range<usize>) {
        let steps = rows.len().div_ceil(LANES);
        let (stratum, inverse) = (self.number, (1_usize << 16).div_ceil(steps));
        let mut chunk =
            Chunk { rows, steps, inverse, kind, stratum, ties, alone: [0; STEPS], events_alone: 0 };
        if kind == Kind::Mixed {
            let mut ties = self.stratum.together[chunk.ties.clone()].iter().peekable();
            let mut row = chunk.rows.start;
            while row < chunk.rows.end {
                if let Some(tie) = ties.next_if(|tie| tie.start == row) {
                    row = tie.events_end;
                    continue;
                }
                let alone = u8::from(self.event[row]);
                let (step, lane) = chunk.place(row);
                chunk.alone[step] |= alone << lane;
                chunk.events_alone += u32::from(alone);
                row += 1;
            }
            if chunk.ties.is_empty() && chunk.events_alone == 0 {
                chunk.kind = Kind::Others;
            }
        }
        self.chunks.push(chunk);
    }
}
