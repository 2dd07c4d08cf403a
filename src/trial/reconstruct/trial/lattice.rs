//! Two orders on one time axis: what may happen next, once so many of each have happened.

use crate::trial::reconstruct::arm::order::ArmOrder;
use crate::trial::reconstruct::trial::interleaving::Group;
use crate::trial::reconstruct::trial::log_rank::{Scale, Sums};

/// An event or censoring and the times at which it may lie.
#[derive(Debug, Clone, Copy)]
pub(in crate::trial::reconstruct) struct Element {
    pub event: bool,
    /// The bounds, and whether the time may be equal to them.
    lower: (f64, bool),
    upper: (f64, bool),
}

impl Element {
    /// One that may lie anywhere.
    #[cfg(test)]
    pub fn free(event: bool) -> Self {
        Self { event, lower: (0.0, false), upper: (1.0, false) }
    }

    /// Must it lie at exactly one time?
    fn is_fixed(&self) -> bool {
        self.lower.0 == self.upper.0
    }
}

/// The elements of a pattern with as many later censorings as it admits.
///
/// An event lies in `(previous, own]` where checkpoints include the events at their time, in `[previous,
/// own)` where they lie before them. Censorings at a checkpoint's time come after it.
pub(in crate::trial::reconstruct) fn elements(order: &ArmOrder, later: u32) -> Vec<Element> {
    let mut start = (-1.0, false);
    let mut list = Vec::new();
    let count = order.stretches().len();
    for (i, stretch) in order.stretches().iter().enumerate() {
        let end = (stretch.ends, !stretch.before);
        let trailing = if i + 1 == count { later as usize } else { 0 };
        let marks = stretch.events.iter().copied().chain(std::iter::repeat_n(false, trailing));
        list.extend(marks.map(|event| {
            let lower = (start.0, if event { start.1 } else { true });
            Element { event, lower, upper: (end.0, event && end.1) }
        }));
        start = (stretch.ends, stretch.before);
    }
    list
}

/// What happens at one time: so many elements of each arm, and what that adds to the sums.
#[derive(Debug, Clone, Copy)]
pub(in crate::trial::reconstruct) struct Step {
    pub leaving: [usize; 2],
    pub sums: Sums,
}

/// The grid of how many elements of each arm have been placed.
pub(in crate::trial::reconstruct) struct Lattice<'a> {
    pub arms: [&'a [Element]; 2],
    pub subjects: [u32; 2],
    /// The numbers of elements after which each arm may end.
    pub ends: [&'a [usize]; 2],
    pub scale: Scale,
    pub ties: bool,
}

impl Lattice<'_> {
    /// May both arms end here?
    pub fn is_end(&self, i: usize, j: usize) -> bool {
        self.ends[0].contains(&i) && self.ends[1].contains(&j)
    }

    /// The elements that a step from here places.
    pub fn group(&self, i: usize, j: usize, [x, y]: [usize; 2]) -> Group {
        let marks = |arm: &[Element]| arm.iter().map(|e| e.event).collect();
        Group::new(marks(&self.arms[0][i..i + x]), marks(&self.arms[1][j..j + y]))
    }

    /// What may happen at the next time: so many elements of each arm, and what that adds to the sums.
    pub fn steps(&self, i: usize, j: usize) -> Vec<Step> {
        let [a, b] = self.arms;
        let at_risk = [self.subjects[0] - i as u32, self.subjects[1] - j as u32];
        let mut steps = Vec::new();
        let most = |left: &[Element]| {
            if self.ties || left.first().is_some_and(Element::is_fixed) {
                tie(left)
            } else {
                left.len().min(1)
            }
        };
        for x in 0..=most(&a[i..]) {
            for y in 0..=most(&b[j..]) {
                let members = || a[i..i + x].iter().chain(&b[j..j + y]);
                let alone = x + y == 1 || self.ties || members().all(Element::is_fixed);
                if x + y > 0 && alone && self.possible(i, j, members()) {
                    let events =
                        [&a[i..i + x], &b[j..j + y]].map(|m| m.iter().filter(|e| e.event).count() as u32);
                    steps.push(Step { leaving: [x, y], sums: self.scale.time(events, at_risk) });
                }
            }
        }
        steps
    }

    /// May these share a time later than that of everything placed before?
    fn possible<'e>(&self, i: usize, j: usize, members: impl Iterator<Item = &'e Element> + Clone) -> bool {
        let [a, b] = self.arms;
        let placed =
            [(a, i), (b, j)].into_iter().filter_map(|(arm, k)| Some(arm.get(k.checked_sub(1)?)?.lower.0));
        let latest = placed.fold(f64::NEG_INFINITY, f64::max);
        let upper = members.clone().map(|e| e.upper.0).fold(f64::INFINITY, f64::min);
        let lower = members.clone().map(|e| e.lower.0).fold(f64::NEG_INFINITY, f64::max);
        let closed = |mut members: Box<dyn Iterator<Item = &'e Element> + '_>| {
            members.all(|e| (e.lower.0 < lower || e.lower.1) && (e.upper.0 > upper || e.upper.1))
        };
        latest < upper && (lower < upper || (lower == upper && closed(Box::new(members))))
    }
}

/// How many of the next elements of an arm may share a time: events, then censorings.
fn tie(left: &[Element]) -> usize {
    let events = left.iter().take_while(|e| e.event).count();
    events + left[events..].iter().take_while(|e| !e.event).count()
}
