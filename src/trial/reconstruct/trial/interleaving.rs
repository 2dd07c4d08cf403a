//! One order of two arms together.

use std::fmt;

use crate::trial::reconstruct::trial::log_rank::Sums;

/// What happened at one time: events and censorings of both arms.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub(in crate::trial::reconstruct) struct Group {
    /// Events (`true`), then censorings, of the first and of the second arm.
    arms: [Vec<bool>; 2],
}

impl Group {
    pub fn new(first: Vec<bool>, second: Vec<bool>) -> Self {
        Self { arms: [first, second] }
    }

    pub fn events(&self) -> [u32; 2] {
        [0, 1].map(|arm| self.arms[arm].iter().filter(|e| **e).count() as u32)
    }

    pub fn leaving(&self) -> [u32; 2] {
        [0, 1].map(|arm| self.arms[arm].len() as u32)
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for (event, letters) in [(true, ['D', 'd']), (false, ['C', 'c'])] {
            for (arm, letter) in self.arms.iter().zip(letters) {
                text.extend(arm.iter().filter(|e| **e == event).map(|_| letter));
            }
        }
        if text.len() > 1 { write!(f, "{{{text}}}") } else { f.write_str(&text) }
    }
}

/// The hazard ratio of a Cox model with Efron's ties, first arm against second. Returns `None` if it is not
/// finite.
///
/// Its score `Σ (d₁ − Σ_{l<d} p_l)`, with `p_l` the share of the first arm when `l` of `d` tied events have
/// left, falls in the log ratio, so it has one root if any.
pub(in crate::trial::reconstruct) fn cox_ratio(groups: &[Group], mut at_risk: [u32; 2]) -> Option<f64> {
    // The risk sets: with no events of one arm, or all where one arm is alone, the score has no root.
    let mut shares = Vec::new();
    let mut observed = 0.0;
    for group in groups {
        let ([d1, d2], [n1, n2]) = (group.events().map(f64::from), at_risk.map(f64::from));
        let d = d1 + d2;
        for l in 0..(d as u32) {
            let left = f64::from(l) / d;
            shares.push((n1 - left * d1, n2 - left * d2));
        }
        observed += d1;
        let leaving = group.leaving();
        at_risk = [at_risk[0] - leaving[0], at_risk[1] - leaving[1]];
    }
    let score = |log_ratio: f64| {
        let ratio = log_ratio.exp();
        observed - shares.iter().map(|(a, b)| a * ratio / (a * ratio + b)).sum::<f64>()
    };
    // A finite estimate beyond e^±30 would need more subjects than there are.
    (score(-30.0) > 1e-9 && score(30.0) < -1e-9).then(|| crate::numeric::root::find(-30.0, 30.0, score).exp())
}

/// An order of the events and censorings of two arms.
///
/// Written out, capitals are the first arm, `d` is an event, `c` a censoring, and braces hold what happened
/// at one time: `DC{Dd}` is an event, then a censoring, in the first arm, then an event in each at one time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Interleaving {
    pub(in crate::trial::reconstruct) groups: Vec<Group>,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(in crate::trial::reconstruct) sums: Sums,
}

impl Interleaving {
    pub(in crate::trial::reconstruct) fn new(groups: Vec<Group>, sums: Sums) -> Self {
        Self { groups, sums }
    }

    /// Events of each arm.
    pub(in crate::trial::reconstruct) fn events(&self) -> [u32; 2] {
        let add = |sum: [u32; 2], group: &Group| [sum[0] + group.events()[0], sum[1] + group.events()[1]];
        self.groups.iter().fold([0, 0], add)
    }

    /// Do any two share a time?
    #[must_use]
    pub fn has_ties(&self) -> bool {
        self.groups.iter().any(|g| g.leaving().iter().sum::<u32>() > 1)
    }

    /// Per distinct time the numbers of events, and of those who leave, in the first and the second arm.
    #[must_use]
    pub fn times(&self) -> Vec<([u32; 2], [u32; 2])> {
        self.groups.iter().map(|g| (g.events(), g.leaving())).collect()
    }
}

impl fmt::Display for Interleaving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.groups.iter().map(ToString::to_string).collect();
        f.pad(&text)
    }
}
