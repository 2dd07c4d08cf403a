//! What is found for two arms: the values of the test that agree with the report, and the interleavings
//! behind them.

use std::fmt;

use crate::print::{MISSING, Number, PValue};
use crate::survival::result::hazard_ratio::HazardRatioMethod;
use crate::trial::reconstruct::arm::order::{ArmOrders, SearchOutcome};
use crate::trial::reconstruct::options::{LaterCensoring, TiedTimes};
use crate::trial::reconstruct::published::Published;
use crate::trial::reconstruct::trial::interleaving::{Interleaving, cox_ratio};
use crate::trial::reconstruct::trial::log_rank::{Scale, ratio_of};

/// A value of the log-rank test that agrees with what is published, and the interleavings that give it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TestValue {
    pub(in crate::trial::reconstruct) observed_minus_expected: f64,
    pub(in crate::trial::reconstruct) variance: f64,
    pub(in crate::trial::reconstruct) p_value: Option<f64>,
    pub(in crate::trial::reconstruct) orders: u128,
    pub(in crate::trial::reconstruct) examples: Vec<Interleaving>,
}

impl TestValue {
    /// Observed − expected events in the first arm.
    #[must_use]
    pub fn observed_minus_expected(&self) -> f64 {
        self.observed_minus_expected
    }

    /// Its hypergeometric variance.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// The chi-square statistic. Returns `None` if nothing can be compared.
    #[must_use]
    pub fn statistic(&self) -> Option<f64> {
        (self.variance > 0.0).then(|| self.observed_minus_expected.powi(2) / self.variance)
    }

    /// The two-sided p-value. Returns `None` if nothing can be compared.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.p_value
    }

    /// How many interleavings give it.
    #[must_use]
    pub fn orders(&self) -> u128 {
        self.orders
    }

    /// Interleavings that give it, as many as the limit allows.
    #[must_use]
    pub fn examples(&self) -> &[Interleaving] {
        &self.examples
    }
}

/// Every interleaving of two arms that agrees with all that is published.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Interleavings {
    pub(in crate::trial::reconstruct) arms: [ArmOrders; 2],
    pub(in crate::trial::reconstruct) p_value: Option<Published>,
    pub(in crate::trial::reconstruct) ratio: Option<(Published, HazardRatioMethod)>,
    pub(in crate::trial::reconstruct) ties: TiedTimes,
    pub(in crate::trial::reconstruct) later: LaterCensoring,
    pub(in crate::trial::reconstruct) examined: u128,
    pub(in crate::trial::reconstruct) consistent: u128,
    pub(in crate::trial::reconstruct) range: Option<[(f64, Interleaving); 2]>,
    pub(in crate::trial::reconstruct) values: Vec<TestValue>,
    pub(in crate::trial::reconstruct) ended: SearchOutcome,
}

impl Interleavings {
    /// What the arms' own figures admit.
    #[must_use]
    pub fn arms(&self) -> &[ArmOrders; 2] {
        &self.arms
    }

    /// All interleavings of the arms' orders.
    #[must_use]
    pub fn examined(&self) -> u128 {
        self.examined
    }

    /// How many of them give the published comparison.
    #[must_use]
    pub fn consistent(&self) -> u128 {
        self.consistent
    }

    /// The distinct values of the test that agree with the published comparison, the most frequent first.
    #[must_use]
    pub fn values(&self) -> &[TestValue] {
        &self.values
    }

    /// The smallest and the largest p-value of all interleavings, each with one that has it. Returns `None` if no
    /// interleaving compares the arms.
    #[must_use]
    pub fn p_value_range(&self) -> Option<&[(f64, Interleaving); 2]> {
        self.range.as_ref()
    }

    /// Complete, unless an arm's list is not, a Cox model would have had to be fitted to too many orders, or
    /// a pair of patterns has too many interleavings to hold.
    #[must_use]
    pub fn ended(&self) -> SearchOutcome {
        self.ended
    }

    /// Does this interleaving agree with everything that is published?
    ///
    /// It is taken for granted that its arms' own orders do ([`ArmOrders::contains`]).
    #[must_use]
    pub fn contains(&self, order: &Interleaving) -> bool {
        let at_risk = self.arms.each_ref().map(ArmOrders::subjects);
        let scale = Scale::new(at_risk[0] + at_risk[1]);
        let p_fits = |printed: Published| scale.p_value(order.sums).is_some_and(|p| printed.admits(p));
        let ratio = |method| match method {
            HazardRatioMethod::Cox => cox_ratio(&order.groups, at_risk),
            _ => Some(ratio_of(method, scale.value(order.sums), order.events())),
        };
        (self.ties == TiedTimes::Admitted || !order.has_ties())
            && self.p_value.is_none_or(p_fits)
            && self.ratio.is_none_or(|(printed, method)| ratio(method).is_some_and(|r| printed.admits(r)))
    }
}

impl fmt::Display for Interleavings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.arms.each_ref().map(ArmOrders::label);
        let ties = if self.ties == TiedTimes::Admitted { "ties admitted" } else { "no ties" };
        let later =
            if self.later == LaterCensoring::Any { "any later censoring" } else { "fewest later censorings" };
        write!(f, "{first} (capitals) and {second}: {} interleavings, {ties}, {later}", self.examined)?;
        match self.ended {
            SearchOutcome::Complete => {}
            SearchOutcome::Truncated => write!(f, "; the list is not complete")?,
            SearchOutcome::Stopped => {
                write!(f, "; stopped, too many to examine: exclude ties, or give more figures")?;
            }
        }
        if let Some([low, high]) = &self.range {
            write!(f, "\np from {:.4} ({}) to {:.4} ({})", PValue(low.0), low.1, PValue(high.0), high.1)?;
        }
        let mut said = Vec::new();
        said.extend(self.p_value.map(|p| format!("p = {p}")));
        said.extend(self.ratio.map(|(ratio, method)| format!("hazard ratio {ratio} ({method})")));
        if said.is_empty() {
            said.push("nothing published of the comparison".into());
        }
        write!(
            f,
            "\n{}: {} interleavings, {}{} distinct values\n{:>9} {:>9} {:>10} {:>9} {:>12}  for example",
            said.join(", "),
            self.consistent,
            if self.ended == SearchOutcome::Complete { "" } else { "at least " },
            self.values.len(),
            "O - E",
            "V",
            "chi-square",
            "p",
            "orders"
        )?;
        for v in self.values.iter().take(30) {
            let statistic = v.statistic().map_or(MISSING.into(), |x| format!("{x:.6}"));
            let p = v.p_value.map_or(MISSING.into(), |p| format!("{:.6}", PValue(p)));
            let example = v.examples.first().map(ToString::to_string).unwrap_or_default();
            let (u, variance) = (v.observed_minus_expected, v.variance);
            let u = Number(u);
            write!(f, "\n{u:>9.6} {variance:>9.6} {statistic:>10} {p:>9} {:>12}  {example}", v.orders)?;
        }
        if self.values.len() > 30 {
            write!(f, "\n… and {} more values", self.values.len() - 30)?;
        }
        Ok(())
    }
}
