//! All interleavings of two orders, by dynamic programming from both ends.
//!
//! From every point of the lattice the values that the rest of the test's sums can take are few, and each is
//! kept with the number of ways to get it. Where the whole is too much, the tables from the end meet tables
//! from the beginning half-way, and the two are joined by what is published: a p-value leaves a narrow window
//! for the second half.

use std::ops::ControlFlow;

use crate::trial::reconstruct::trial::interleaving::{Group, Interleaving};
use crate::trial::reconstruct::trial::lattice::{Lattice, Step};
use crate::trial::reconstruct::trial::log_rank::{Sums, SumsMap};
use crate::trial::reconstruct::trial::window::{Sorted, near};

/// A number of ways for each value of the sums.
type Ways = SumsMap<u128>;

/// Is shown one interleaving after the other.
type Visitor<'v> = dyn FnMut(&[Group]) -> ControlFlow<()> + 'v;

/// As many values are tabulated from the end before the beginning takes its turn.
const FROM_END: usize = 1_000_000;

/// As many values are held in all: about half a gigabyte.
const MOST_VALUES: usize = 5_000_000;

/// As many pairs of halves are looked at: about a minute.
const MOST_PAIRS: u64 = 4_000_000_000;

/// A point of the lattice at which the two halves meet, with the values of both.
struct Meeting {
    point: usize,
    before: Vec<(Sums, u128)>,
    /// By increasing observed − expected; nothing happens any more where the order ends here.
    after: Vec<(Sums, u128)>,
    ends: bool,
}

/// Which halves make up an interleaving: the landing, and the sums before it.
#[derive(Debug, Clone, Copy)]
pub(in crate::trial::reconstruct) struct Split {
    landing: usize,
    before: Sums,
}

/// All interleavings of one pattern of each arm.
pub(in crate::trial::reconstruct) struct Weave<'a> {
    lattice: Lattice<'a>,
    steps: Vec<Vec<Step>>,
    /// Points with fewer elements placed have tables from the beginning, the others tables from the end.
    cut: usize,
    begun: Vec<Ways>,
    rest: Vec<Ways>,
    landings: Vec<Meeting>,
}

impl<'a> Weave<'a> {
    /// `None`: there are too many values to hold.
    pub fn new(lattice: Lattice<'a>) -> Option<Self> {
        Self::meeting(lattice, FROM_END)
    }

    fn meeting(lattice: Lattice<'a>, from_end: usize) -> Option<Self> {
        let (rows, width) = (lattice.arms[0].len() + 1, lattice.arms[1].len() + 1);
        let points = || (0..rows * width).map(|p| (p / width, p % width));
        let steps = points().map(|(i, j)| lattice.steps(i, j)).collect();
        let tables = || (0..rows * width).map(|_| Ways::default()).collect::<Vec<_>>();
        let (begun, rest) = (tables(), tables());
        let mut weave = Self { lattice, steps, cut: 0, begun, rest, landings: Vec::new() };
        weave.begun[0].insert(Sums::default(), 1);
        // Levels: by the number of elements placed.
        let (mut low, mut high) = (0, rows + width - 1);
        let mut held = [0, 0];
        while low < high {
            if held[1] <= from_end.max(held[0]) {
                high -= 1;
                held[1] += weave.level(high, Self::tabulate_rest)?;
            } else {
                held[0] += weave.level(low, Self::propagate)?;
                low += 1;
            }
            if held[0] + held[1] > MOST_VALUES {
                return None;
            }
        }
        weave.cut = low;
        for point in 0..rows * width {
            let behind = weave.placed(point) >= weave.cut;
            if behind || weave.is_end(point) {
                let sorted = |ways: &Ways| {
                    let mut list: Vec<_> = ways.iter().map(|(s, w)| (*s, *w)).collect();
                    list.sort_unstable_by_key(|(s, _)| (s.u, s.v));
                    list
                };
                let before = sorted(&weave.begun[point]);
                let after = if behind { sorted(&weave.rest[point]) } else { vec![(Sums::default(), 1)] };
                if !before.is_empty() && !after.is_empty() {
                    weave.landings.push(Meeting { point, before, after, ends: !behind });
                }
            }
        }
        Some(weave)
    }

    fn width(&self) -> usize {
        self.lattice.arms[1].len() + 1
    }

    fn placed(&self, point: usize) -> usize {
        point / self.width() + point % self.width()
    }

    fn is_end(&self, point: usize) -> bool {
        self.lattice.is_end(point / self.width(), point % self.width())
    }

    fn target(&self, point: usize, step: &Step) -> usize {
        point + step.leaving[0] * self.width() + step.leaving[1]
    }

    /// Fills the tables of a level and says how many values that were.
    fn level(&mut self, placed: usize, fill: fn(&mut Self, usize) -> Option<usize>) -> Option<usize> {
        let mut held = 0;
        for point in 0..self.steps.len() {
            if self.placed(point) == placed {
                held += fill(self, point)?;
            }
        }
        Some(held)
    }

    /// What can follow: the steps from here and what can follow them.
    fn tabulate_rest(&mut self, point: usize) -> Option<usize> {
        let mut rest = Ways::default();
        if self.is_end(point) {
            rest.insert(Sums::default(), 1);
        }
        for step in &self.steps[point] {
            for (sums, ways) in &self.rest[self.target(point, step)] {
                *rest.entry(sums.plus(step.sums)).or_default() += ways;
            }
            if rest.len() > MOST_VALUES {
                return None;
            }
        }
        let held = rest.len();
        self.rest[point] = rest;
        Some(held)
    }

    /// Hands what came before on to the points that a step leads to.
    fn propagate(&mut self, point: usize) -> Option<usize> {
        let begun = std::mem::take(&mut self.begun[point]);
        let mut held = 0;
        for step in &self.steps[point] {
            let target = self.target(point, step);
            let table = &mut self.begun[target];
            let before = table.len();
            for (sums, ways) in &begun {
                *table.entry(sums.plus(step.sums)).or_default() += ways;
            }
            held += table.len() - before;
            if held > MOST_VALUES {
                return None;
            }
        }
        self.begun[point] = begun;
        Some(held)
    }

    /// The number of interleavings.
    pub fn total(&self) -> u128 {
        let ways = |list: &[(Sums, u128)]| list.iter().map(|(_, ways)| ways).sum::<u128>();
        self.landings.iter().map(|l| ways(&l.before) * ways(&l.after)).sum()
    }

    /// Visits the values of the sums whose chi-square statistic is in `window` (or nearly so), with the ways
    /// in which two halves make them up; a value comes as often as there are such halves. `false`: there were
    /// too many to look at.
    pub fn values(&self, window: (f64, f64), visit: &mut dyn FnMut(Sums, u128, Split)) -> bool {
        let mut pairs = 0;
        for (landing, meet) in self.landings.iter().enumerate() {
            let after = Sorted::new(&meet.after, |sums| self.lattice.scale.value(sums));
            for &(before, ways) in &meet.before {
                let (u, v) = self.lattice.scale.value(before);
                for range in after.ranges(window, u, v) {
                    pairs += range.len() as u64;
                    if pairs > MOST_PAIRS {
                        return false;
                    }
                    let reached = meet.after[range].iter().map(|&(rest, after)| (before.plus(rest), after));
                    reached
                        .filter(|&(sums, _)| near(self.statistic(sums), window))
                        .for_each(|(sums, after)| visit(sums, ways * after, Split { landing, before }));
                }
            }
        }
        true
    }

    /// The chi-square statistic; NaN without variance.
    fn statistic(&self, sums: Sums) -> f64 {
        let (u, v) = self.lattice.scale.value(sums);
        if v > 0.0 { u * u / v } else { f64::NAN }
    }

    /// The values with the largest and with the smallest statistic.
    pub fn extremes(&self) -> Option<[(Sums, Split); 2]> {
        let (mut most, mut least) = (None::<(f64, Sums, Split)>, None::<(f64, Sums, Split)>);
        for (landing, meet) in self.landings.iter().enumerate() {
            let after = Sorted::new(&meet.after, |sums| self.lattice.scale.value(sums));
            for &(before, _) in &meet.before {
                let (u, v) = self.lattice.scale.value(before);
                let halves = Split { landing, before };
                let mut look = |side: &mut dyn Iterator<Item = usize>, for_most: bool| {
                    for k in side {
                        let square = (u + after.u[k]).powi(2);
                        let hopeless = if for_most {
                            most.is_some_and(|m| square <= m.0 * (v + after.v.0))
                        } else {
                            least.is_some_and(|l| square >= l.0 * (v + after.v.1))
                        };
                        if hopeless {
                            break;
                        }
                        let sums = before.plus(meet.after[k].0);
                        let x = self.statistic(sums);
                        if most.is_none_or(|m| x > m.0) && !x.is_nan() {
                            most = Some((x, sums, halves));
                        }
                        if least.is_none_or(|l| x < l.0) && !x.is_nan() {
                            least = Some((x, sums, halves));
                        }
                    }
                };
                // From both ends inwards while the statistic can still be larger, from 0 outwards while it
                // can be smaller.
                let (zero, end) = (after.u.partition_point(|x| *x < -u), after.u.len());
                look(&mut (0..zero), true);
                look(&mut (zero..end).rev(), true);
                look(&mut (0..zero).rev(), false);
                look(&mut (zero..end), false);
            }
        }
        Some([most?, least?].map(|(_, sums, halves)| (sums, halves)))
    }

    /// Up to `limit` interleavings of these sums and halves.
    pub fn with(&self, sums: Sums, halves: Split, limit: usize) -> Vec<Interleaving> {
        let mut found = Vec::new();
        if limit > 0 {
            let _ = self.each(sums, halves, &mut |groups| {
                found.push(Interleaving::new(groups.to_vec(), sums));
                if found.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        }
        found
    }

    /// Visits the interleavings of these sums and halves until the visitor breaks off.
    pub fn each(&self, sums: Sums, halves: Split, visit: &mut Visitor) -> ControlFlow<()> {
        let meet = &self.landings[halves.landing];
        self.back(meet.point, halves.before, &mut Vec::new(), &mut |reversed| {
            let mut groups: Vec<Group> = reversed.iter().rev().cloned().collect();
            if meet.ends {
                return visit(&groups);
            }
            self.on(meet.point, sums.minus(halves.before), &mut groups, visit)
        })
    }

    /// The ways that lead here, last step first.
    fn back(
        &self,
        point: usize,
        sums: Sums,
        groups: &mut Vec<Group>,
        visit: &mut Visitor,
    ) -> ControlFlow<()> {
        if point == 0 {
            return visit(groups);
        }
        for from in (0..point).filter(|&from| self.placed(from) < self.cut) {
            for step in self.steps[from].iter().filter(|step| self.target(from, step) == point) {
                let before = sums.minus(step.sums);
                if self.begun[from].contains_key(&before) {
                    let (i, j) = (from / self.width(), from % self.width());
                    groups.push(self.lattice.group(i, j, step.leaving));
                    self.back(from, before, groups, visit)?;
                    groups.pop();
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// The ways that lead on from here.
    fn on(&self, point: usize, left: Sums, groups: &mut Vec<Group>, visit: &mut Visitor) -> ControlFlow<()> {
        if self.is_end(point) && left == Sums::default() {
            visit(groups)?;
        }
        for step in &self.steps[point] {
            let (target, rest) = (self.target(point, step), left.minus(step.sums));
            if self.rest[target].contains_key(&rest) {
                let (i, j) = (point / self.width(), point % self.width());
                groups.push(self.lattice.group(i, j, step.leaving));
                self.on(target, rest, groups, visit)?;
                groups.pop();
            }
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::reconstruct::trial::lattice::Element;
    use crate::trial::reconstruct::trial::log_rank::Scale;
    use std::collections::BTreeMap;

    /// Wherever the two halves meet, the interleavings are the same.
    #[test]
    fn meeting_half_way_changes_nothing() {
        let free = |text: &str| text.bytes().map(|b| Element::free(b == b'd')).collect::<Vec<_>>();
        for (first, second, ties) in [("dcdd", "dcd", true), ("ddcd", "cdcd", false), ("c", "", true)] {
            let arms = [free(first), free(second)];
            let ends = [vec![first.len().saturating_sub(1), first.len()], vec![second.len()]];
            let weave = |from_end: usize| {
                let (arms, ends) = ([&arms[0][..], &arms[1][..]], [&ends[0][..], &ends[1][..]]);
                let lattice = Lattice { arms, subjects: [8, 9], ends, scale: Scale::new(17), ties };
                Weave::meeting(lattice, from_end).unwrap()
            };
            let summary = |weave: &Weave, window: (f64, f64)| {
                let (mut values, mut orders) = (BTreeMap::new(), Vec::new());
                weave.values(window, &mut |sums, ways, halves| {
                    *values.entry((sums.u, sums.v)).or_insert(0) += ways;
                    let before = orders.len();
                    let _ = weave.each(sums, halves, &mut |groups| {
                        orders.push(Interleaving::new(groups.to_vec(), sums).to_string());
                        ControlFlow::Continue(())
                    });
                    assert_eq!((orders.len() - before) as u128, ways);
                });
                orders.sort();
                (values, orders)
            };
            let whole = weave(usize::MAX);
            assert_eq!(whole.cut, 0);
            let extremes = |weave: &Weave| weave.extremes().map(|e| e.map(|(sums, _)| weave.statistic(sums)));
            for from_end in [0, 1, 5, 20, 60] {
                let halves = weave(from_end);
                assert_eq!(halves.total(), whole.total());
                assert_eq!(extremes(&halves), extremes(&whole));
                for window in [(0.0, f64::INFINITY), (0.5, 2.0), (0.0, 0.1), (3.0, f64::INFINITY)] {
                    let (values, orders) = summary(&halves, window);
                    assert_eq!((&values, &orders), (&summary(&whole, window).0, &summary(&whole, window).1));
                    assert_eq!(orders.len() as u128, values.values().sum());
                }
            }
        }
    }
}
