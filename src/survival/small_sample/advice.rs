//! When a normal approximation is not to be trusted, and what to use instead: as data, never as a print.

use std::fmt;

use crate::survival::curve::survival_estimate::SurvivalEstimate;
use crate::survival::log_rank::LogRankTest;

/// Why an asymptotic interval or test is doubtful.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Concern {
    /// Few are left at risk.
    FewAtRisk {
        /// How many (sum of weights).
        at_risk: f64,
    },
    /// Few events, or few expected, stand behind the number.
    FewEvents {
        /// How many (sum of weights).
        events: f64,
    },
    /// The curve is at 1: its standard error is 0 and says nothing.
    AtOne,
    /// The curve is at 0: it has no standard error.
    AtZero,
    /// A group without a single event.
    GroupWithoutEvents {
        /// Its label.
        label: String,
    },
}

/// What does not depend on the approximation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Instead {
    /// The beta product interval: [`SmallSample::beta_product`](crate::survival::SmallSample::beta_product); for two
    /// curves [`SurvivalCurve::melded`](crate::survival::SurvivalCurve::melded).
    BetaProduct,
    /// An exact permutation test for the p-value, and for the hazard ratio the limits of
    /// [`InvertedLogRank`](crate::survival::InvertedLogRank).
    PermutationTest,
}

/// Doubts about an asymptotic result, with the method to use instead. Holds at least one concern.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Advice {
    concerns: Vec<Concern>,
    instead: Instead,
}

/// Below so many at risk, a curve's interval is doubted.
const AT_RISK: f64 = 10.0;
/// Below so many events or non-events (Cochran's rule for counts), and so many expected in a group.
const EVENTS: f64 = 5.0;

impl Advice {
    fn new(concerns: Vec<Concern>, instead: Instead) -> Option<Self> {
        (!concerns.is_empty()).then_some(Self { concerns, instead })
    }

    /// The reasons for doubt.
    #[must_use]
    pub fn concerns(&self) -> &[Concern] {
        &self.concerns
    }

    /// What to use instead.
    #[must_use]
    pub fn instead(&self) -> Instead {
        self.instead
    }
}

impl SurvivalEstimate {
    /// Is the usual interval doubtful here? `None` where it is not.
    ///
    /// It is where fewer than 10 are at risk, where fewer than 5 events stand behind the curve, or where it is at
    /// 1 or 0. The thresholds are conventions; what they guard against is in the table of
    /// [`SmallSample`](crate::survival::SmallSample).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{Concern, Instead, KaplanMeier, RightCensored};
    ///
    /// let months = [2., 4., 6., 10., 12., 15., 48., 53., 60.];
    /// let failed = [true, false, true, true, true, true, false, false, false];
    /// let curve = KaplanMeier::fit(&RightCensored::new(&months, &failed)?);
    /// let advice = curve.at(48.0).advice().expect("three at risk are few");
    /// assert_eq!(advice.concerns(), [Concern::FewAtRisk { at_risk: 3.0 }]);
    /// assert_eq!(advice.instead(), Instead::BetaProduct);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn advice(&self) -> Option<Advice> {
        // Where there is no estimate no interval will do.
        let value = self.value().ok()?;
        let mut concerns = Vec::new();
        if self.at_risk() < AT_RISK {
            concerns.push(Concern::FewAtRisk { at_risk: self.at_risk() });
        }
        if value >= 1.0 {
            concerns.push(Concern::AtOne);
        } else if value <= 0.0 {
            concerns.push(Concern::AtZero);
        } else if self.events() < EVENTS {
            concerns.push(Concern::FewEvents { events: self.events() });
        }
        Advice::new(concerns, Instead::BetaProduct)
    }
}

impl LogRankTest {
    /// Is the chi-square p-value doubtful? `None` where it is not.
    ///
    /// It is where a group has no event or expects fewer than 5.
    #[must_use]
    pub fn advice(&self) -> Option<Advice> {
        let mut concerns = Vec::new();
        for (g, label) in self.labels().iter().enumerate() {
            if self.observed()[g] <= 0.0 {
                concerns.push(Concern::GroupWithoutEvents { label: label.clone() });
            }
        }
        let fewest = self.expected().iter().copied().fold(f64::INFINITY, f64::min);
        if fewest < EVENTS {
            concerns.push(Concern::FewEvents { events: self.observed().iter().sum() });
        }
        Advice::new(concerns, Instead::PermutationTest)
    }
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = |x: f64| (x * 1e6).round() / 1e6;
        match self {
            Self::FewAtRisk { at_risk } => write!(f, "only {} at risk", rounded(*at_risk)),
            Self::FewEvents { events } => write!(f, "only {} events", rounded(*events)),
            Self::AtOne => write!(f, "nobody had the event yet"),
            Self::AtZero => write!(f, "nobody is left"),
            Self::GroupWithoutEvents { label } => write!(f, "no event in {label}"),
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, concern) in self.concerns.iter().enumerate() {
            write!(f, "{}{concern}", if i > 0 { ", " } else { "" })?;
        }
        match self.instead {
            Instead::BetaProduct => write!(f, ": use the beta product interval"),
            Instead::PermutationTest => write!(f, ": use an exact permutation test"),
        }
    }
}
