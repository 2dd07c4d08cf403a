//! What an event time adds to the hazard and to the likelihood, by the rule for ties.
//!
//! Under Efron's rule of the d who leave at one time the l-th leaves when the tied events stay at risk with the share
//! 1 − l/d, so all that is asked of them are sums over l = 0, 1, … d − 1 of smooth functions of l/d. With replication weights d
//! may be in the millions: such sums are taken by [`equal_steps`], at the cost of some hundred terms and to 1e-13.

use crate::numeric::equal_steps;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::rows::stratum::Tie;

/// What an event time adds.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::survival::regression) struct HazardStep {
    /// To the cumulative hazard of a subject who is at risk, and of the tied events themselves.
    pub all: f64,
    pub own: f64,
    /// `S0` of all at risk.
    pub at_risk: f64,
    /// `Σ c q²`, `Σ c (l/d) q²`, `Σ c (l/d)² q²` with c the weight of each who leaves and `q = S0/S0_l`: numbers
    /// near 1, where S0 itself may be too small to be squared.
    pub square: [f64; 3],
    /// The log likelihood's share.
    pub log: f64,
    /// Are the sums over the risk set to be recomputed here, for taking away has cancelled them?
    pub recomputed: bool,
}

/// One, or a number of those, who leave a tie one after the other.
#[derive(Debug, Clone, Copy)]
pub(in crate::survival::regression) struct Leaving {
    pub weight: f64,
    /// Is it one of them, or does it stand for several or for a part of one?
    pub one: bool,
    /// l/d: this share of the tied events has left before.
    pub share: f64,
    /// 1 − l/d, exact where it is small.
    pub stays: f64,
}

/// Up to so many leave one by one.
const FEW: f64 = 192.0;

/// Visits those who leave at a tie one after the other, the first last. Where they are many, some stand for all: right for
/// sums of functions of the share that are smooth up to a share of 1.
#[inline]
pub(in crate::survival::regression) fn each_leaving(tie: &Tie, ties: Ties, mut visit: impl FnMut(Leaving)) {
    let Tie { leaving: d, weight, .. } = *tie;
    if ties == Ties::Breslow || d <= 1.0 {
        visit(Leaving { weight, one: false, share: 0.0, stays: 1.0 });
        return;
    }
    let each = weight / d;
    // Replication weights may end on a fraction of a subject.
    let whole = d.floor();
    let rest = d - whole;
    let leave = |stays: f64, count: f64| Leaving {
        weight: count * each,
        one: count == 1.0,
        share: (d - stays) / d,
        stays: stays / d,
    };
    if rest > 0.0 {
        visit(leave(rest, rest));
    }
    if d <= FEW {
        let mut stays = rest;
        while stays + 0.5 < d {
            stays += 1.0;
            visit(leave(stays, 1.0));
        }
    } else {
        equal_steps::visit(rest + 1.0, whole, |stays, count| visit(leave(stays, count)));
    }
}

impl HazardStep {
    /// One subject leaves alone: the logarithm of the risk sum is left to the caller, who takes those of many at once.
    #[inline]
    pub fn of_one(at_risk: f64) -> Self {
        let hazard = at_risk.recip();
        Self { all: hazard, own: hazard, at_risk, square: [1.0, 0.0, 0.0], log: 0.0, recomputed: false }
    }

    /// For the risk sum of the tied events and of the others at risk.
    #[inline]
    pub fn new(tie: &Tie, ties: Ties, at_risk: f64, others: f64, events: f64) -> Self {
        let mut step = Self { at_risk, ..Self::default() };
        // Logarithms of products: a logarithm costs as much as ten multiplications.
        let (mut product, mut each) = (1.0, 0.0);
        each_leaving(tie, ties, |Leaving { weight, one, share, stays }| {
            // The others are not taken from the sum of all: at the end they are all that is left.
            let left = if share > 0.0 { others + stays * events } else { at_risk };
            let hazard = weight / left;
            step.all += hazard;
            step.own += hazard * stays;
            let square = weight * (at_risk / left).powi(2);
            step.square[0] += square;
            step.square[1] += square * share;
            step.square[2] += square * share * share;
            if one && (1e-100..1e100).contains(&left) {
                (product, each) = (product * left, weight);
                if !(1e-200..1e200).contains(&product) {
                    step.log += each * product.ln();
                    product = 1.0;
                }
            } else {
                step.log += weight * left.ln();
            }
        });
        step.log += each * product.ln();
        step
    }

    /// `Σ c (S1 − f E1)(S1 − f E1)ᵀ / S0_l²` over those who leave is the sum of two squares, `Σ (u_k S1 − v_k E1)(…)ᵀ`: the factors
    /// of S1/S0 and E1/S0 in the first, and of E1/S0 in the second.
    #[inline]
    pub fn outer(&self, weigh: f64) -> [f64; 3] {
        let [a, b, c] = self.square.map(|s| weigh * s);
        if !(a > 0.0) {
            return [0.0; 3];
        }
        let root = a.sqrt();
        let cross = b / root;
        [root, cross, (c - cross * cross).max(0.0).sqrt()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::sums::Sum;
    use approx::assert_relative_eq;

    fn tie(leaving: f64) -> Tie {
        Tie { time: 1.0, start: 0, events_end: 2, leaving, weight: leaving }
    }

    /// Each term alone, from those who stay.
    fn direct(d: f64, others: f64, events: f64) -> [f64; 6] {
        let mut sums = [Sum::default(); 6];
        let mut add = |stays: f64, count: f64| {
            let (left, share) = (others + stays / d * events, (d - stays) / d);
            let square = count * ((others + events) / left).powi(2);
            let hazard = count / left;
            let terms = [
                hazard,
                hazard * stays / d,
                square,
                square * share,
                square * share * share,
                count * left.ln(),
            ];
            sums.iter_mut().zip(terms).for_each(|(s, t)| s.add(t));
        };
        let rest = d - d.floor();
        if rest > 0.0 {
            add(rest, rest);
        }
        (1..=d as u64).for_each(|k| add(k as f64 + rest, 1.0));
        sums.map(Sum::value)
    }

    #[test]
    fn many_who_leave_cost_some_hundred_terms_and_give_the_direct_sum() {
        for d in [193.0, 1000.25, 65537.0, 1234567.5] {
            // Nobody else at risk, some, and a million times as many.
            for others in [0.0, 0.37 * d, 1e6 * d] {
                let events = 1.3 * d;
                let step = HazardStep::new(&tie(d), Ties::Efron, others + events, others, events);
                let found = [step.all, step.own, step.square[0], step.square[1], step.square[2], step.log];
                for (found, expected) in found.into_iter().zip(direct(d, others, events)) {
                    assert_relative_eq!(found, expected, max_relative = 1e-12);
                }
                let mut visits = 0;
                each_leaving(&tie(d), Ties::Efron, |_| visits += 1);
                assert!(visits < 130 + 32 * (d as u64).ilog2(), "{visits}");
            }
        }
    }

    #[test]
    fn the_weights_sum_to_those_of_the_tie() {
        for d in [0.5, 1.0, 1.5, 2.0, 7.25, 192.0, 192.5, 1e7, 3e12, 1e20, 1e300] {
            let mut sum = Sum::default();
            each_leaving(&tie(d), Ties::Efron, |l| sum.add(l.weight));
            assert_relative_eq!(sum.value(), d, max_relative = 1e-13);
        }
    }
}
