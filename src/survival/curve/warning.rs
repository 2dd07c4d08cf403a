//! What a reader of a curve must know: steps that rest on very few.

use std::fmt;

use crate::print::Number;
use crate::survival::curve::survival_curve::SurvivalCurve;

/// A step of a curve that rests on a small risk set while a much larger one comes later: the work of delayed entry.
///
/// Every later value is a product that holds this step. The numbers are right, and hardly mean what they seem to: the
/// remedy is the curve of those who survived to a time behind the step,
/// [`given_survival_to`](SurvivalCurve::given_survival_to) the [`condition_on`](Self::condition_on).
///
/// Counted are subjects. With replication weights a row counts as often as its weight says, so that the warnings are
/// those of the rows written out. A sampling weight does not make a subject more: there rows are counted, and the
/// text says so.
///
/// # Example
/// One of two at risk dies early; eight enter afterwards.
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
///
/// let entry = [0., 0., 2., 2., 2., 2., 2., 2., 2., 2.];
/// let time = [1., 9., 4., 5., 6., 7., 8., 9., 9., 9.];
/// let died = [true, false, true, false, false, true, false, false, false, false];
/// let curve = KaplanMeier::fit(&RightCensored::new(&time, &died)?.with_entry(&entry)?);
/// let warnings = curve.warnings();
/// assert_eq!(
///     warnings[0].to_string(),
///     "a risk set of 2 at 1 took 50% of the curve, and up to 9 are at risk later: condition on survival to 4 \
///      (`given_survival_to`)"
/// );
/// let later = curve.given_survival_to(warnings[0].condition_on().unwrap())?;
/// assert!(later.warnings().is_empty());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SmallRiskSet {
    time: f64,
    at_risk: f64,
    later: f64,
    share: f64,
    condition_on: Option<f64>,
    #[cfg_attr(feature = "serde", serde(default))]
    sampling: bool,
}

/// A step is worth a warning from this share of the curve on.
const SHARE: f64 = 0.1;
/// … where so many times as many are at risk later. Without delayed entry nobody joins and none is.
const LATER: f64 = 2.0;

impl SmallRiskSet {
    /// The time of the step.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// How many subjects were at risk: the sum of replication weights, the number of rows with sampling weights.
    #[must_use]
    pub fn at_risk(&self) -> f64 {
        self.at_risk
    }

    /// The most subjects at risk at any later time, counted as [`at_risk`](Self::at_risk) is.
    #[must_use]
    pub fn at_risk_later(&self) -> f64 {
        self.later
    }

    /// The share of the curve that the step took: 1 where it fell to 0.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.share
    }

    /// The earliest exit behind all such steps: the curve that is conditional on survival to it rests on none.
    #[must_use]
    pub fn condition_on(&self) -> Option<f64> {
        self.condition_on
    }
}

impl fmt::Display for SmallRiskSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a risk set of {}{} at {} took {}% of the curve, and up to {} are at risk later",
            Number(self.at_risk),
            if self.sampling { " (rows, whatever their sampling weights)" } else { "" },
            Number(self.time),
            Number((1000.0 * self.share).round() / 10.0),
            Number(self.later)
        )?;
        match self.condition_on {
            Some(time) => write!(f, ": condition on survival to {} (`given_survival_to`)", Number(time)),
            None => Ok(()),
        }
    }
}

impl SurvivalCurve {
    /// The steps that rest on a small risk set while a much larger one comes later: at least 10 % of the curve at a
    /// time after which at least twice as many are at risk. Without delayed entry there are none.
    #[must_use]
    pub fn warnings(&self) -> Vec<SmallRiskSet> {
        let mut warnings: Vec<SmallRiskSet> = Vec::new();
        let sampling = self.table().has_sampling_weights();
        let (mut later, mut next_exit) = (0.0_f64, None);
        let mut condition_on = None;
        for row in self.table().rows().rev() {
            let at_risk = if sampling { row.subjects_at_risk.into() } else { row.at_risk };
            let share = row.events / row.at_risk;
            if row.events > 0.0 && share >= SHARE && at_risk * LATER <= later {
                // The last such step is met first.
                condition_on = condition_on.or(next_exit);
                warnings.push(SmallRiskSet { time: row.time, at_risk, later, share, condition_on, sampling });
            }
            later = later.max(at_risk);
            // A row of weight 0 is none.
            if if sampling { row.is_exit() } else { row.events + row.censored > 0.0 } {
                next_exit = Some(row.time);
            }
        }
        warnings.reverse();
        warnings
    }
}
