//! Counts of an analysis: why subjects were censored, and how many are at risk.

use std::fmt;

use crate::error::{Error, Result};
use crate::print::one_line;
use crate::trial::{Censoring, Label, Time, label};

/// How many were censored for which reason, per arm.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CensoringReasons<A, E> {
    pub(in crate::trial) arms: Vec<A>,
    pub(in crate::trial) reasons: Vec<Censoring<E>>,
    pub(in crate::trial) counts: Vec<Vec<usize>>,
}

impl<A: Label, E: Label> CensoringReasons<A, E> {
    /// How many of an arm were censored for a reason; 0 where it does not occur.
    pub fn count(&self, arm: A, reason: Censoring<E>) -> usize {
        let arm = self.arms.iter().position(|&a| a == arm);
        let reason = self.reasons.iter().position(|&r| r == reason);
        arm.zip(reason).map_or(0, |(a, r)| self.counts[a][r])
    }

    /// The arms.
    #[must_use]
    pub fn arms(&self) -> &[A] {
        &self.arms
    }

    /// The reasons that occur, in order of first appearance.
    pub fn reasons(&self) -> &[Censoring<E>] {
        &self.reasons
    }
}

impl<A: Label, E: Label> fmt::Display for CensoringReasons<A, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, arm) in self.arms.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{:<10} censored {}", label(arm), self.counts[i].iter().sum::<usize>())?;
            let present = self.reasons.iter().zip(&self.counts[i]).filter(|&(_, &n)| n > 0);
            for (j, (reason, n)) in present.enumerate() {
                let separator = if j == 0 { ": " } else { ", " };
                write!(f, "{separator}{} {n}", name(reason))?;
            }
        }
        Ok(())
    }
}

/// A reason in words: the event, where one censored.
pub(crate) fn name<E: Label>(reason: &Censoring<E>) -> String {
    match reason {
        Censoring::Cutoff => "end of study".into(),
        Censoring::Lost => "lost to follow-up".into(),
        Censoring::Withdrew => "withdrew".into(),
        Censoring::MissedVisits => "missed visits".into(),
        Censoring::Event(kind) => label(kind),
        Censoring::Other(why) => why.to_string(),
    }
}

/// The table under a Kaplan-Meier plot: at risk, censored and events at chosen times.
///
/// # Example
/// ```
/// use greenwood::trial::Time;
/// use greenwood::trial::examples::{Arm, FFS, saa};
///
/// let table = saa().analyse(&FFS)?.numbers_at_risk(&[0.0, 24.0].map(Time::months))?;
/// assert_eq!(table.at_risk(Arm::Msc)?[0], 9);
/// let (events, censored) = (table.events(Arm::Msc)?, table.censored(Arm::Msc)?);
/// assert_eq!(table.at_risk(Arm::Msc)?[1] + events[1] + censored[1], 9); // nobody is lost from sight
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NumbersAtRisk<A> {
    pub(in crate::trial) arms: Vec<A>,
    pub(in crate::trial) times: Vec<Time>,
    pub(in crate::trial) rows: Vec<Vec<[usize; 3]>>,
}

impl<A: Label> NumbersAtRisk<A> {
    /// The arms.
    #[must_use]
    pub fn arms(&self) -> &[A] {
        &self.arms
    }

    /// The times.
    #[must_use]
    pub fn times(&self) -> &[Time] {
        &self.times
    }

    /// At risk just before each time, in an arm.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`] for an arm that the analysis does not have.
    pub fn at_risk(&self, arm: A) -> Result<Vec<usize>> {
        self.column(arm, 0)
    }

    /// Censored before each time.
    ///
    /// # Errors
    /// As [`at_risk`](Self::at_risk).
    pub fn censored(&self, arm: A) -> Result<Vec<usize>> {
        self.column(arm, 1)
    }

    /// Events before each time.
    ///
    /// # Errors
    /// As [`at_risk`](Self::at_risk).
    pub fn events(&self, arm: A) -> Result<Vec<usize>> {
        self.column(arm, 2)
    }

    fn column(&self, arm: A, which: usize) -> Result<Vec<usize>> {
        let found = self.arms.iter().position(|&a| a == arm).ok_or_else(|| {
            let known = self.arms.iter().map(label).collect::<Vec<_>>().join(", ");
            Error::UnknownLabel { label: label(&arm), known }
        })?;
        Ok(self.rows[found].iter().map(|row| row[which]).collect())
    }
}

impl<A: Label> fmt::Display for NumbersAtRisk<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.arms.iter().map(label).collect();
        let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0).max(10);
        write!(f, "{:<1$}", "months", width + 10)?;
        for t in &self.times {
            write!(f, " {:>5}", (t.in_months() * 100.0).round() / 100.0)?;
        }
        for (name, rows) in names.iter().zip(&self.rows) {
            for (which, what) in ["at risk", "censored", "events"].into_iter().enumerate() {
                let head = if which == 0 { one_line(name) } else { "".into() };
                write!(f, "\n{head:<width$} {what:<9}")?;
                for row in rows {
                    write!(f, " {:>5}", row[which])?;
                }
            }
        }
        Ok(())
    }
}
