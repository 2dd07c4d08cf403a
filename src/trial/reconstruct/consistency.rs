//! A reviewer's question: can these figures all be right, and if not, which one is wrong?

use std::fmt;

use crate::error::Result;
use crate::trial::reconstruct::arm::facts::Fact;
use crate::trial::reconstruct::arm::figures::ArmFigures;
use crate::trial::reconstruct::arm::order::{ArmOrders, SearchOutcome};
use crate::trial::reconstruct::trial::figures::TrialFigures;
use crate::trial::reconstruct::verdict::Verdict;

/// One figure, and what becomes of the others without it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FigureCheck {
    figure: String,
    without: Verdict,
    instead: Option<(f64, f64)>,
}

impl FigureCheck {
    /// The figure, as it was published.
    #[must_use]
    pub fn figure(&self) -> &str {
        &self.figure
    }

    /// Can the others be right together without it?
    #[must_use]
    pub fn without(&self) -> Verdict {
        self.without
    }

    /// Between which values it would lie if the others are right. Returns `None` if they cannot be, or do not
    /// tell.
    #[must_use]
    pub fn instead(&self) -> Option<(f64, f64)> {
        self.instead
    }
}

/// Whether published figures agree with each other, and which single one, if left out, makes the rest
/// possible.
///
/// # Example
/// A typing error in a standard error (18.2 % for 17.2 %):
/// ```
/// use greenwood::trial::reconstruct::{ArmFigures, Verdict};
///
/// let arm = ArmFigures::new("MSC", 9).survival(48.0, "38.1%").std_error(48.0, "18.2%").events_by(48.0, 5);
/// let check = arm.consistency()?;
/// assert_eq!(check.verdict(), Verdict::Impossible);
/// let suspects: Vec<_> = check.suspects().map(|s| s.figure()).collect();
/// assert_eq!(suspects, ["survival 38.1% at 48", "standard error 18.2% at 48"]);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Consistency {
    of: String,
    verdict: Verdict,
    figures: Vec<FigureCheck>,
}

impl Consistency {
    /// Can all figures be right together?
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Every figure.
    #[must_use]
    pub fn figures(&self) -> &[FigureCheck] {
        &self.figures
    }

    /// Where the figures contradict each other: those without which the rest is possible.
    pub fn suspects(&self) -> impl Iterator<Item = &FigureCheck> {
        let contradicted = self.verdict == Verdict::Impossible;
        self.figures.iter().filter(move |f| contradicted && f.without == Verdict::Possible)
    }
}

impl fmt::Display for Consistency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: the {} figures together are {}", self.of, self.figures.len(), self.verdict)?;
        let width = self.figures.iter().map(|c| c.figure.chars().count()).max().unwrap_or(0).max(6);
        write!(f, "\n{:<width$}  the others   then it would be", "figure")?;
        for check in &self.figures {
            write!(f, "\n{:<width$}  {}", check.figure, check.without)?;
            if let Some((low, high)) = check.instead {
                let round = |x: f64| (x * 1e4).round() / 1e4;
                write!(f, "{:pad$}  {}", "", round(low), pad = 11 - check.without.to_string().len())?;
                if round(low) < round(high) {
                    write!(f, " to {}", round(high))?;
                }
            }
        }
        Ok(())
    }
}

/// Steps for each question what the others would allow: a few seconds. One consistent order is enough for the
/// verdict.
const MOST_STEPS: u64 = 100_000_000;

fn verdict(found: u128, ended: SearchOutcome) -> Verdict {
    match (found, ended) {
        (1.., _) => Verdict::Possible,
        (0, SearchOutcome::Stopped) => Verdict::Undecided,
        (0, _) => Verdict::Impossible,
    }
}

/// The least and the largest value that the orders give a figure.
fn range(orders: &ArmOrders, fact: &Fact) -> Option<(f64, f64)> {
    let value = |order: &crate::trial::reconstruct::arm::order::ArmOrder| -> Option<f64> {
        let at = |time: f64| order.stretches().iter().rposition(|s| s.ends == time && !s.before);
        match *fact {
            Fact::Survival { time, .. } => Some(order.estimates().get(at(time)?)?.0),
            Fact::StdError { time, .. } => order.estimates().get(at(time)?)?.1,
            Fact::Events { by: Some(time), .. } => {
                let marks = order.stretches()[..=at(time)?].iter().flat_map(|s| &s.events);
                Some(marks.filter(|d| **d).count() as f64)
            }
            _ => None,
        }
    };
    let values = || orders.patterns().iter().filter_map(value);
    let (low, high) = (values().reduce(f64::min)?, values().reduce(f64::max)?);
    (orders.ended() == SearchOutcome::Complete).then_some((low, high))
}

impl ArmFigures {
    /// Can all figures of the arm be right, and which single one, if left out, makes the rest possible?
    ///
    /// # Errors
    /// As [`reconstruct`](Self::reconstruct).
    pub fn consistency(&self) -> Result<Consistency> {
        let all = self.first()?;
        let checks = (0..self.facts().len()).map(|i| {
            let rest = self.without(i);
            // Without any figure at a time everything is possible.
            if rest.facts().iter().all(|f| f.time().is_none()) {
                return Ok(FigureCheck {
                    figure: self.facts()[i].to_string(),
                    without: Verdict::Possible,
                    instead: None,
                });
            }
            let orders = rest.budget(MOST_STEPS).reconstruct()?;
            Ok(FigureCheck {
                figure: self.facts()[i].to_string(),
                without: verdict(orders.consistent(), orders.ended()),
                instead: range(&orders, &self.facts()[i]),
            })
        });
        Ok(Consistency {
            of: self.label().to_string(),
            verdict: verdict(
                all.consistent(),
                if all.consistent() > 0 { SearchOutcome::Complete } else { all.ended() },
            ),
            figures: checks.collect::<Result<_>>()?,
        })
    }
}

impl TrialFigures {
    /// Can all figures of the trial be right: those of each arm, the p-value and the hazard ratio? And which
    /// single one, if left out, makes the rest possible?
    ///
    /// Where an arm's own figures contradict each other, that is what is reported: see
    /// [`ArmFigures::consistency`].
    ///
    /// # Errors
    /// As [`reconstruct`](Self::reconstruct).
    pub fn consistency(&self) -> Result<Consistency> {
        let all = self.possible()?;
        let mut figures = Vec::new();
        for (figure, rest) in self.leaving_one_out() {
            let without = rest.possible()?;
            figures.push(FigureCheck { figure, without, instead: None });
        }
        let [first, second] = self.arms().each_ref().map(ArmFigures::label);
        Ok(Consistency { of: format!("{first} against {second}"), verdict: all, figures })
    }
}
