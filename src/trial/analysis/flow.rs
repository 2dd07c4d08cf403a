//! From screening to analysis: how many, and where the others went.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::check_len;
use crate::error::{Error, Result, TrialError};
use crate::print::one_line;
#[cfg(feature = "serde")]
use crate::survival::result::stored::checked_when_read;
use crate::trial::{Exit, Label, Name, Population, Trial, label};

/// The counts of a CONSORT flow diagram, per arm.
///
/// # Example
/// ```
/// use greenwood::trial::examples::{Arm, Event, saa};
/// use greenwood::trial::Population;
///
/// let alive: Population<Arm, Event> = Population::new("no early death", |s| !s.had(Event::Death));
/// let flow = saa().flow(&[alive]).screened(21, &[("no consent", 2), ("other disease", 1)])?;
/// assert_eq!(flow.randomised(), [9, 9]);
/// assert_eq!(flow.populations()[0], ("no early death".to_string(), vec![8, 8]));
/// assert!(saa().flow(&[]).screened(20, &[]).is_err());
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Hopewell et al. (2025), CONSORT 2025 statement, BMJ 389:e081123.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Flow {
    arms: Vec<String>,
    screened: Option<usize>,
    excluded: Vec<(String, usize)>,
    randomised: Vec<usize>,
    other_treatment: Vec<usize>,
    lost: Vec<usize>,
    withdrew: Vec<usize>,
    terminal: Vec<usize>,
    still_followed: Vec<usize>,
    /// Reasons of one's own.
    other_reasons: Vec<(String, Vec<usize>)>,
    populations: Vec<(String, Vec<usize>)>,
}

#[cfg(feature = "serde")]
checked_when_read!(Flow {
    arms: Vec<String>,
    screened: Option<usize>,
    excluded: Vec<(String, usize)>,
    randomised: Vec<usize>,
    other_treatment: Vec<usize>,
    lost: Vec<usize>,
    withdrew: Vec<usize>,
    terminal: Vec<usize>,
    still_followed: Vec<usize>,
    other_reasons: Vec<(String, Vec<usize>)>,
    populations: Vec<(String, Vec<usize>)>,
});

#[cfg(feature = "serde")]
impl Flow {
    /// A count for each arm, and everybody who was randomised went somewhere.
    fn check(&self) -> Result<()> {
        let counts = [
            ("received another treatment", &self.other_treatment),
            ("lost to follow-up", &self.lost),
            ("withdrew", &self.withdrew),
            ("followed to a terminal event", &self.terminal),
            ("still followed", &self.still_followed),
        ];
        let others = || self.other_reasons.iter().map(|(_, counts)| ("another reason", counts));
        let analysed = self.populations.iter().map(|(_, counts)| ("analysed", counts));
        for (argument, own) in
            counts.into_iter().chain(others()).chain(analysed).chain([("randomised", &self.randomised)])
        {
            check_len(argument, own.len(), "the arms", self.arms.len())?;
            // An arm beside its reference is counted in its own arm, or in another one: in all of them it is no more than all.
            let sum = own.iter().try_fold(0_usize, |sum, n| sum.checked_add(*n));
            if sum.is_none_or(|sum| sum > 1 << 53) {
                let (value, must_be) = (own.iter().map(|&n| n as f64).sum(), "at most 2^53");
                return Err(Error::OutOfRange { argument, value, must_be });
            }
        }
        for (i, &all) in self.randomised.iter().enumerate() {
            let left: usize = counts[1..].iter().map(|c| c.1[i]).chain(others().map(|o| o.1[i])).sum();
            if left != all {
                let must_be = "the number of the randomised";
                return Err(Error::OutOfRange {
                    argument: "the sum of all ends of follow-up",
                    value: left as f64,
                    must_be,
                });
            }
        }
        let Some(screened) = self.screened else { return Ok(()) };
        let excluded: Vec<(&str, usize)> = self.excluded.iter().map(|(why, n)| (why.as_str(), *n)).collect();
        self.clone().screened(screened, &excluded).map(|_| ())
    }
}

impl<A: Label, E: Label> Trial<A, E> {
    /// The trial's flow, down to the populations that are analysed.
    pub fn flow(&self, populations: &[Population<A, E>]) -> Flow {
        let taken = |p: &Population<A, E>| -> Vec<A> {
            self.subjects().iter().filter_map(|s| p.take(s).map(|s| s.arm())).collect()
        };
        let taken: Vec<Vec<A>> = populations.iter().map(taken).collect();
        let mut arms = self.arms();
        // Who is analysed on an arm to which nobody was randomised is counted there.
        for &arm in taken.iter().flatten() {
            if !arms.contains(&arm) {
                arms.push(arm);
            }
        }
        let count = |condition: &dyn Fn(&crate::trial::Subject<A, E>) -> bool| -> Vec<usize> {
            let on = |&arm: &A| self.subjects().iter().filter(|s| s.arm() == arm && condition(s)).count();
            arms.iter().map(on).collect()
        };
        let analysed = populations.iter().zip(&taken).map(|(p, taken)| {
            let per_arm = arms.iter().map(|arm| taken.iter().filter(|a| *a == arm).count()).collect();
            (p.name().to_string(), per_arm)
        });
        let mut reasons: Vec<Name> = Vec::new();
        for subject in self.subjects() {
            if let Exit::Other(why) = subject.exit()
                && !reasons.contains(&why)
            {
                reasons.push(why);
            }
        }
        let of_reason = |&why: &Name| (why.to_string(), count(&|s| s.exit() == Exit::Other(why)));
        Flow {
            other_reasons: reasons.iter().map(of_reason).collect(),
            screened: None,
            excluded: Vec::new(),
            randomised: count(&|_| true),
            other_treatment: count(&|s| s.received() != s.arm()),
            lost: count(&|s| s.exit() == Exit::Lost),
            withdrew: count(&|s| s.exit() == Exit::Withdrew),
            terminal: count(&|s| matches!(s.exit(), Exit::Terminal(_))),
            still_followed: count(&|s| s.exit() == Exit::Cutoff),
            populations: analysed.collect(),
            arms: arms.iter().map(label).collect(),
        }
    }
}

impl Flow {
    /// Adds those who were screened and why some of them were not randomised.
    ///
    /// # Errors
    /// [`TrialError::FlowMismatch`](crate::TrialError::FlowMismatch) where screened less excluded are not the randomised.
    pub fn screened(mut self, screened: usize, excluded: &[(&str, usize)]) -> Result<Self> {
        let out = excluded.iter().fold(0_usize, |sum, e| sum.saturating_add(e.1));
        let randomised: usize = self.randomised.iter().sum();
        if screened.checked_sub(out) != Some(randomised) {
            return Err(Error::Trial(TrialError::FlowMismatch { screened, excluded: out, randomised }));
        }
        self.screened = Some(screened);
        self.excluded = excluded.iter().map(|&(why, n)| (why.into(), n)).collect();
        Ok(self)
    }

    /// The arms, in order of first appearance.
    #[must_use]
    pub fn arms(&self) -> &[String] {
        &self.arms
    }

    /// How many were screened, where it was said.
    #[must_use]
    pub fn assessed(&self) -> Option<usize> {
        self.screened
    }

    /// Why some of the screened were not randomised, with how many.
    #[must_use]
    pub fn excluded(&self) -> &[(String, usize)] {
        &self.excluded
    }

    /// Those who received another treatment than that of their arm, per arm.
    #[must_use]
    pub fn other_treatment(&self) -> &[usize] {
        &self.other_treatment
    }

    /// Those lost to follow-up, per arm.
    #[must_use]
    pub fn lost(&self) -> &[usize] {
        &self.lost
    }

    /// Those who withdrew, per arm.
    #[must_use]
    pub fn withdrew(&self) -> &[usize] {
        &self.withdrew
    }

    /// Those who left for each reason of one's own ([`Exit::Other`]), per arm.
    #[must_use]
    pub fn other_reasons(&self) -> &[(String, Vec<usize>)] {
        &self.other_reasons
    }

    /// Those followed to a terminal event, such as death, per arm.
    #[must_use]
    pub fn terminal(&self) -> &[usize] {
        &self.terminal
    }

    /// The randomised, per arm.
    #[must_use]
    pub fn randomised(&self) -> &[usize] {
        &self.randomised
    }

    /// Those who were still followed at the end of the study, per arm: all randomised are these, the lost, the withdrawn, those
    /// who left for another reason and those followed to a terminal event.
    #[must_use]
    pub fn still_followed(&self) -> &[usize] {
        &self.still_followed
    }

    /// Each population's name and its subjects per arm (as it analyses them).
    #[must_use]
    pub fn populations(&self) -> &[(String, Vec<usize>)] {
        &self.populations
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(screened) = self.screened {
            let out: usize = self.excluded.iter().map(|e| e.1).sum();
            write!(f, "screened {screened}, not randomised {out}")?;
            for (i, (why, n)) in self.excluded.iter().enumerate() {
                write!(f, "{}{why} {n}", if i == 0 { ": " } else { ", " })?;
            }
            writeln!(f)?;
        }
        let names = self.other_reasons.iter().map(|(why, _)| why.chars().count());
        let names = names.chain(self.populations.iter().map(|(name, _)| name.chars().count() + 10));
        let first = names.max().unwrap_or(0).max(28);
        let widths: Vec<usize> = self.arms.iter().map(|arm| arm.chars().count().max(10)).collect();
        write!(f, "{:<first$}", "")?;
        for arm in &self.arms {
            write!(f, " {:>10}", one_line(arm))?;
        }
        let line = |f: &mut fmt::Formatter<'_>, name: &str, counts: &[usize]| {
            write!(f, "\n{:<first$}", one_line(name))?;
            counts.iter().zip(&widths).try_for_each(|(n, width)| write!(f, " {n:>width$}"))
        };
        line(f, "randomised", &self.randomised)?;
        line(f, "received another treatment", &self.other_treatment)?;
        line(f, "lost to follow-up", &self.lost)?;
        line(f, "withdrew", &self.withdrew)?;
        self.other_reasons.iter().try_for_each(|(why, counts)| line(f, why, counts))?;
        line(f, "followed to the end (death)", &self.terminal)?;
        line(f, "still followed", &self.still_followed)?;
        self.populations.iter().try_for_each(|(name, counts)| line(f, &format!("analysed: {name}"), counts))
    }
}
