//! Two orders on one time axis: all ways to interleave them, by dynamic programming over what is left.

use std::ops::ControlFlow;

use super::interleaving::{Group, Interleaving};
use super::log_rank::{Scale, Sums, SumsMap};
use super::order::ArmOrder;

/// An event or censoring and the times at which it may lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub event: bool,
    /// The bounds, and whether the time may be equal to them.
    lower: (f64, bool),
    upper: (f64, bool),
}

impl Element {
    /// Must it lie at exactly one time?
    fn is_fixed(&self) -> bool {
        self.lower.0 == self.upper.0
    }
}

/// The elements of a pattern with as many later censorings as it admits.
///
/// An event lies in `(previous, own]` where checkpoints include the events at their time, in `[previous, own)` where they
/// lie before them. Censorings at a checkpoint's time come after it.
pub(super) fn elements(order: &ArmOrder, later: u32) -> Vec<Element> {
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

/// Is shown one interleaving after the other.
type Visitor<'v> = dyn FnMut(&[Group]) -> ControlFlow<()> + 'v;

/// The number of ways to complete an interleaving, by what the completion adds to the sums.
type Rest = SumsMap<u128>;

/// As many values of the sums are held at once: about half a gigabyte.
const MOST_VALUES: usize = 5_000_000;

/// All interleavings of one pattern of each arm.
pub(super) struct Weave<'a> {
    arms: [&'a [Element]; 2],
    subjects: [u32; 2],
    scale: Scale,
    ties: bool,
    /// By elements placed in the first and in the second arm.
    rests: Vec<Rest>,
}

impl<'a> Weave<'a> {
    /// `ends[arm]` are the numbers of elements after which an arm may end. `None`: there are too many to hold.
    pub fn new(
        arms: [&'a [Element]; 2],
        subjects: [u32; 2],
        ends: [&[usize]; 2],
        scale: Scale,
        ties: bool,
    ) -> Option<Self> {
        let width = arms[1].len() + 1;
        let mut held = 0;
        let mut weave = Self { arms, subjects, scale, ties, rests: Vec::new() };
        weave.rests.resize_with((arms[0].len() + 1) * width, Rest::default);
        for i in (0..=arms[0].len()).rev() {
            for j in (0..width).rev() {
                let mut rest = Rest::default();
                if ends[0].contains(&i) && ends[1].contains(&j) {
                    rest.insert(Sums::default(), 1);
                }
                for (x, y, step) in weave.steps(i, j) {
                    for (sums, ways) in &weave.rests[(i + x) * width + j + y] {
                        *rest.entry(sums.plus(step)).or_default() += ways;
                    }
                    if held + rest.len() > MOST_VALUES {
                        return None;
                    }
                }
                held += rest.len();
                weave.rests[i * width + j] = rest;
            }
        }
        Some(weave)
    }

    /// All values of the sums and the number of interleavings with each.
    pub fn values(&self) -> &Rest {
        &self.rests[0]
    }

    fn rest(&self, i: usize, j: usize) -> &Rest {
        &self.rests[i * (self.arms[1].len() + 1) + j]
    }

    /// What may happen at the next time: so many elements of each arm, and what that adds to the sums.
    fn steps(&self, i: usize, j: usize) -> Vec<(usize, usize, Sums)> {
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
                    steps.push((x, y, self.scale.time(events, at_risk)));
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

    /// Up to `limit` interleavings with these sums.
    pub fn with(&self, sums: Sums, limit: usize) -> Vec<Interleaving> {
        let mut found = Vec::new();
        if limit > 0 {
            let _ = self.each(sums, &mut |groups| {
                found.push(Interleaving::new(groups.to_vec(), sums));
                if found.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        }
        found
    }

    /// Visits the interleavings with these sums until the visitor breaks off.
    pub fn each(&self, sums: Sums, visit: &mut Visitor) -> ControlFlow<()> {
        self.walk(0, 0, sums, &mut Vec::new(), visit)
    }

    fn walk(
        &self,
        i: usize,
        j: usize,
        left: Sums,
        groups: &mut Vec<Group>,
        visit: &mut Visitor,
    ) -> ControlFlow<()> {
        let steps = self.steps(i, j);
        let onward = |&(x, y, step): &(usize, usize, Sums)| {
            self.rest(i + x, j + y).get(&left.minus(step)).copied().unwrap_or(0)
        };
        // Ways that end here are those that no step accounts for.
        let total = self.rest(i, j).get(&left).copied().unwrap_or(0);
        if total > steps.iter().map(onward).sum() {
            visit(groups)?;
        }
        for step in steps.iter().filter(|s| onward(s) > 0) {
            let &(x, y, sums) = step;
            let marks = |arm: &[Element]| arm.iter().map(|e| e.event).collect();
            groups.push(Group::new(marks(&self.arms[0][i..i + x]), marks(&self.arms[1][j..j + y])));
            self.walk(i + x, j + y, left.minus(sums), groups, visit)?;
            groups.pop();
        }
        ControlFlow::Continue(())
    }
}

/// How many of the next elements of an arm may share a time: events, then censorings.
fn tie(left: &[Element]) -> usize {
    let events = left.iter().take_while(|e| e.event).count();
    events + left[events..].iter().take_while(|e| !e.event).count()
}
