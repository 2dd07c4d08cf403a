//! When a normal approximation is not to be trusted, and what to use instead: as data, never as a print.

use std::fmt;

use crate::print::{Number, one_line};
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::log_rank::test::LogRankTest;
use crate::survival::permutation::inversion::within_reach;
use crate::survival::small_sample::method::SmallSample;

/// Why an asymptotic interval or test is doubtful.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Warning {
    /// Few are left at risk.
    FewAtRisk {
        /// How many (sum of weights).
        at_risk: f64,
    },
    /// Few events stand behind the number.
    FewEvents {
        /// How many (sum of weights).
        events: f64,
    },
    /// Few events are expected in a group.
    FewExpected {
        /// The group's label.
        label: String,
        /// How many.
        expected: f64,
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
    /// A group with nobody in it.
    EmptyGroup {
        /// Its label.
        label: String,
    },
}

/// What does not depend on the approximation, and works on the data at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Recommendation {
    /// The beta product interval: [`SmallSample::beta_product`](crate::survival::SmallSample::beta_product); for two
    /// curves [`SurvivalCurve::melded`](crate::survival::SurvivalCurve::melded).
    BetaProduct,
    /// The likelihood-ratio interval: [`SmallSample::likelihood_ratio`](crate::survival::SmallSample::likelihood_ratio),
    /// where delayed entry or fractional weights leave the beta product without its law.
    LikelihoodRatio,
    /// The exact permutation test, [`ExactLogRank`](crate::survival::ExactLogRank), for the p-value, and for the hazard
    /// ratio the limits of [`InvertedLogRank`](crate::survival::contrast::InvertedLogRank).
    ExactTest,
    /// The same test on a sample of the allocations, [`MonteCarloLogRank`](crate::survival::permutation::MonteCarloLogRank), where
    /// there are too many subjects to go through all.
    MonteCarloTest,
}

/// Doubts about an asymptotic result, with the method to use in its place. Holds at least one warning.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Advice {
    warnings: Vec<Warning>,
    recommendation: Option<Recommendation>,
}

/// Below so many at risk, a curve's interval is doubted.
const AT_RISK: f64 = 10.0;
/// Below so many events or non-events (Cochran's rule for counts), and so many expected in a group.
const EVENTS: f64 = 5.0;

impl Advice {
    fn new(warnings: Vec<Warning>, recommendation: Option<Recommendation>) -> Option<Self> {
        (!warnings.is_empty()).then_some(Self { warnings, recommendation })
    }

    /// The reasons for doubt.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What to use in its place. Returns `None` if no method here does without the approximation: for sampling
    /// weights and
    /// clusters, for curves that are not Kaplan-Meier estimates, for three groups or more, for a weight of one's own.
    #[must_use]
    pub fn recommendation(&self) -> Option<Recommendation> {
        self.recommendation
    }
}

impl SurvivalCurve {
    /// Is the usual interval of S(t) doubtful? Returns `None` if it is not, or if there is no estimate.
    ///
    /// It is doubtful if fewer than 10 are at risk, if fewer than 5 events stand behind the curve, or if the curve is at
    /// 1 or 0. The thresholds are conventions; what they guard against is in the table of
    /// [`SmallSample`].
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{KaplanMeier, RightCensored};
    /// use greenwood::survival::small_sample::{Recommendation, Warning};
    ///
    /// let months = [2., 4., 6., 10., 12., 15., 48., 53., 60.];
    /// let failed = [true, false, true, true, true, true, false, false, false];
    /// let curve = KaplanMeier::fit(&RightCensored::new(&months, &failed)?);
    /// let advice = curve.advice(48.0).expect("three at risk are few");
    /// assert_eq!(advice.warnings(), [Warning::FewAtRisk { at_risk: 3.0 }]);
    /// assert_eq!(advice.recommendation(), Some(Recommendation::BetaProduct));
    /// assert_eq!(advice.to_string(), "only 3 at risk: use the beta product interval");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn advice(&self, t: f64) -> Option<Advice> {
        let estimate = self.at(t);
        let value = estimate.value().ok()?;
        let mut warnings = Vec::new();
        if estimate.at_risk() < AT_RISK {
            warnings.push(Warning::FewAtRisk { at_risk: estimate.at_risk() });
        }
        if value >= 1.0 {
            warnings.push(Warning::AtOne);
        } else if value <= 0.0 {
            warnings.push(Warning::AtZero);
        } else if estimate.events() < EVENTS {
            warnings.push(Warning::FewEvents { events: estimate.events() });
        }
        let works = |how: SmallSample| self.small_sample_interval(t, how).is_ok_and(|i| i.bounds().is_some());
        let recommendation = if works(SmallSample::beta_product()) {
            Some(Recommendation::BetaProduct)
        } else if works(SmallSample::likelihood_ratio()) {
            Some(Recommendation::LikelihoodRatio)
        } else {
            None
        };
        Advice::new(warnings, recommendation)
    }
}

impl LogRankTest {
    /// Is the chi-square p-value doubtful? Returns `None` if it is not.
    ///
    /// It is doubtful if a group has nobody, has no event or expects fewer than 5. The test that is recommended has the weight
    /// of this one and works on its data; a group with nobody is compared by none.
    #[must_use]
    pub fn advice(&self) -> Option<Advice> {
        let mut warnings = Vec::new();
        for (g, label) in self.labels().iter().enumerate() {
            let label = label.clone();
            if self.subjects()[g] == 0 {
                warnings.push(Warning::EmptyGroup { label });
            } else if self.observed()[g] == 0.0 {
                warnings.push(Warning::GroupWithoutEvents { label });
            } else if self.is_plain() && self.expected()[g] < EVENTS {
                warnings.push(Warning::FewExpected { label, expected: self.expected()[g] });
            }
        }
        let recommendation = match self.permutable() {
            Some(&[first, second]) if first > 0.0 && second > 0.0 => Some(if within_reach(first, second) {
                Recommendation::ExactTest
            } else {
                Recommendation::MonteCarloTest
            }),
            _ => None,
        };
        Advice::new(warnings, recommendation)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewAtRisk { at_risk } => write!(f, "only {} at risk", Number(*at_risk)),
            Self::FewEvents { events } => {
                write!(f, "only {} event{}", Number(*events), if *events == 1.0 { "" } else { "s" })
            }
            Self::FewExpected { label, expected } => {
                write!(f, "only {:.3} events expected in {}", Number(*expected), one_line(label))
            }
            Self::EmptyGroup { label } => write!(f, "nobody is in {}", one_line(label)),
            Self::AtOne => write!(f, "nobody had the event yet"),
            Self::AtZero => write!(f, "nobody is left"),
            Self::GroupWithoutEvents { label } => write!(f, "no event in {}", one_line(label)),
        }
    }
}

impl fmt::Display for Recommendation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BetaProduct => "the beta product interval",
            Self::LikelihoodRatio => "the likelihood-ratio interval",
            Self::ExactTest => "the exact permutation test",
            Self::MonteCarloTest => "the Monte Carlo permutation test",
        })
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, warning) in self.warnings.iter().enumerate() {
            write!(f, "{}{warning}", if i > 0 { ", " } else { "" })?;
        }
        match self.recommendation {
            Some(recommendation) => write!(f, ": use {recommendation}"),
            None => write!(f, ": no method without the approximation is offered for such data"),
        }
    }
}
