//! Every pair of consistent orders, one of each arm: what their interleavings make of the test.

use std::ops::ControlFlow;

use crate::error::Result;
use crate::numeric::distribution::normal_quantile;
use crate::survival::result::hazard_ratio::HazardRatioMethod;
use crate::trial::reconstruct::arm::order::{ArmOrder, ArmOrders};
use crate::trial::reconstruct::options::{LaterCensoring, TiedTimes};
use crate::trial::reconstruct::published::Published;
use crate::trial::reconstruct::trial::figures::TrialFigures;
use crate::trial::reconstruct::trial::interleaving::{Interleaving, cox_ratio};
use crate::trial::reconstruct::trial::lattice::{Lattice, elements};
use crate::trial::reconstruct::trial::log_rank::{Scale, Sums, SumsMap, ratio_of};
use crate::trial::reconstruct::trial::weave::{Split, Weave};

impl TrialFigures {
    /// The orders of each arm, and what their pairs give; all of them or up to the first that is right.
    pub(in crate::trial::reconstruct) fn search(
        &self,
        first: bool,
    ) -> Result<([ArmOrders; 2], Scale, PairSums)> {
        self.check()?;
        let arms = [self.arms[0].reconstruct()?, self.arms[1].reconstruct()?];
        self.refuse_late_events(&arms)?;
        let scale = Scale::new(self.arms[0].subjects + self.arms[1].subjects);
        let mut found = PairSums::default();
        let pairs = arms[0].patterns().iter().flat_map(|a| arms[1].patterns().iter().map(move |b| (a, b)));
        for (number, (a, b)) in pairs.enumerate() {
            if number >= MOST_PAIRS {
                found.stopped = true;
                break;
            }
            self.pair(a, b, scale, &mut found);
            if first && found.consistent > 0 {
                break;
            }
        }
        Ok((arms, scale, found))
    }

    fn pair(&self, first: &ArmOrder, second: &ArmOrder, scale: Scale, found: &mut PairSums) {
        let orders = [first, second];
        let later = orders.map(|order| match self.later {
            LaterCensoring::Any => order.later_censorings(),
            LaterCensoring::Fewest => order.later_censorings().get(..1).unwrap_or_default(),
        });
        let arms = [0, 1].map(|g| elements(orders[g], later[g].last().copied().unwrap_or(0)));
        let heads = orders.map(|o| o.stretches().iter().map(|s| s.events.len()).sum::<usize>());
        let ends = [0, 1].map(|g| later[g].iter().map(|&k| heads[g] + k as usize).collect::<Vec<_>>());
        let subjects = [0, 1].map(|g| self.arms[g].subjects);
        let ties = self.ties == TiedTimes::Admitted;
        let lattice =
            Lattice { arms: [&arms[0], &arms[1]], subjects, ends: [&ends[0], &ends[1]], scale, ties };
        let Some(weave) = Weave::new(lattice) else {
            found.stopped = true;
            return;
        };
        found.examined += weave.total();
        if let Some([low, high]) = weave.extremes() {
            let example = |(sums, halves)| {
                let p = scale.p_value(sums)?;
                weave.with(sums, halves, 1).pop().map(|order| (p, order))
            };
            let lowest = found.lowest.take().into_iter().chain(example(low));
            found.lowest = lowest.min_by(|a, b| a.0.total_cmp(&b.0));
            let highest = found.highest.take().into_iter().chain(example(high));
            found.highest = highest.min_by(|a, b| b.0.total_cmp(&a.0));
        }
        let events = [first.events(), second.events()];
        let complete = weave.values(self.window(), &mut |sums, ways, halves| {
            let p = scale.p_value(sums);
            if !self.p_value.is_none_or(|printed| p.is_some_and(|p| printed.admits(p))) {
                return;
            }
            let held = found.matching.get(&sums).map_or(0, |(_, examples)| examples.len());
            let room = self.limit.saturating_sub(held).min(MOST_EXAMPLES.saturating_sub(found.examples));
            let (ways, mut examples) = match self.ratio {
                Some((printed, HazardRatioMethod::Cox)) => {
                    self.fitted(&weave, (sums, halves), printed, room, &mut found.truncated)
                }
                ratio if ratio.is_none_or(|r| r.0.admits(ratio_of(r.1, scale.value(sums), events))) => {
                    (ways, weave.with(sums, halves, room))
                }
                _ => return,
            };
            found.consistent += ways;
            if found.matching.len() >= MOST_LISTED && !found.matching.contains_key(&sums) {
                found.truncated = true;
            } else if ways > 0 {
                let (orders, list) = found.matching.entry(sums).or_default();
                *orders += ways;
                found.examples += examples.len();
                list.append(&mut examples);
            }
        });
        found.stopped |= !complete;
    }

    /// The statistics that have the printed p-value.
    fn window(&self) -> (f64, f64) {
        self.p_value.map_or((0.0, f64::INFINITY), |printed| {
            let (low, high) = printed.bounds();
            let statistic = |p: f64| normal_quantile(p / 2.0).powi(2);
            let largest = if low > 0.0 { statistic(low) } else { f64::INFINITY };
            (if high < 1.0 { statistic(high) } else { 0.0 }, largest)
        })
    }

    /// The interleavings with these sums whose Cox model has the printed ratio.
    fn fitted(
        &self,
        weave: &Weave,
        (sums, halves): (Sums, Split),
        printed: Published,
        room: usize,
        truncated: &mut bool,
    ) -> (u128, Vec<Interleaving>) {
        let at_risk = self.arms.each_ref().map(|arm| arm.subjects);
        let (mut ways, mut seen, mut examples) = (0, 0, Vec::new());
        let end = weave.each(sums, halves, &mut |groups| {
            seen += 1;
            if seen > MOST_FITS {
                return ControlFlow::Break(());
            }
            // The root is found to 1e-12 of its size, as the printed figure allows.
            if cox_ratio(groups, at_risk).is_some_and(|ratio| printed.admits(ratio)) {
                ways += 1;
                if examples.len() < room {
                    examples.push(Interleaving::new(groups.to_vec(), sums));
                }
            }
            ControlFlow::Continue(())
        });
        *truncated |= end.is_break();
        (ways, examples)
    }
}

/// Interleavings that are written out over all values.
const MOST_EXAMPLES: usize = 20_000;

/// Distinct values that are listed; interleavings with others are counted only.
const MOST_LISTED: usize = 200_000;

/// Interleavings to which a Cox model is fitted before the list counts as truncated.
const MOST_FITS: u32 = 1_000_000;

/// Pairs of patterns that are tried before the search gives up: each takes milliseconds.
const MOST_PAIRS: usize = 10_000;

#[derive(Default)]
pub(in crate::trial::reconstruct) struct PairSums {
    /// Written out so far.
    pub examples: usize,
    pub truncated: bool,
    /// A pair of patterns has too many interleavings to hold.
    pub stopped: bool,
    pub examined: u128,
    pub consistent: u128,
    pub lowest: Option<(f64, Interleaving)>,
    pub highest: Option<(f64, Interleaving)>,
    pub matching: SumsMap<(u128, Vec<Interleaving>)>,
}
