//! Who left and entered at one time, as numbers of subjects or as sums of weights.

use std::ops::{Add, AddAssign};

use crate::numeric::sums::Twofold;

/// Who left and entered at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<C> {
    pub time: f64,
    pub counts: C,
}

/// What a row does at a time.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Censored = 0,
    Event = 1,
    Enters = 2,
}

impl What {
    #[inline]
    pub(super) fn leaves(event: bool) -> Self {
        if event { Self::Event } else { Self::Censored }
    }
}

/// Numbers of subjects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Heads {
    pub events: u32,
    pub censored: u32,
    pub entered: u32,
}

impl Heads {
    pub(super) fn leaving(self) -> u32 {
        self.events + self.censored
    }

    pub(super) fn is_nobody(self) -> bool {
        self == Self::default()
    }
}

impl Heads {
    pub(super) fn subtract(&mut self, other: Self) {
        self.events -= other.events;
        self.censored -= other.censored;
        self.entered -= other.entered;
    }
}

impl AddAssign for Heads {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.censored += other.censored;
        self.entered += other.entered;
    }
}

/// Sums of weights, with nothing lost to rounding, and the numbers of subjects.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sums {
    pub events: Twofold,
    pub censored: Twofold,
    pub entered: Twofold,
    pub heads: Heads,
}

impl Sums {
    /// Events for censorings: what the censoring distribution sees.
    pub(super) fn swapped(self) -> Self {
        let Heads { events, censored, entered } = self.heads;
        Self {
            events: self.censored,
            censored: self.events,
            entered: self.entered,
            heads: Heads { events: censored, censored: events, entered },
        }
    }

    pub(super) fn subtract(&mut self, other: Self) {
        self.events.subtract(other.events);
        self.censored.subtract(other.censored);
        self.entered.subtract(other.entered);
        self.heads.subtract(other.heads);
    }
}

impl AddAssign for Sums {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.events.add_twofold(other.events);
        self.censored.add_twofold(other.censored);
        self.entered.add_twofold(other.entered);
        self.heads += other.heads;
    }
}

impl Add for Sums {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

/// What the numbers of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// Sums of sampling weights, whose variance a table cannot give.
    pub sampling: bool,
    /// Seen from the censoring: `events` holds the censorings, and the real events leave first.
    pub reversed: bool,
}
