//! One endpoint of one trial, ready to be read.

use std::fmt;

use super::contrast::Contrast;
use super::follow_up::FollowUp;
use super::{Censoring, Label, Outcome, Record, Time};
use crate::error::{Error, Result};
use crate::survival::{Groups, KaplanMeier, RightCensored, SurvivalCurve, SurvivalEstimate};

/// The records of one endpoint, and what can be asked of them. Made by [`Trial::analyse`](super::Trial::analyse).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Analysis<A, E> {
    endpoint: &'static str,
    records: Vec<Record<A, E>>,
    without_origin: usize,
    arms: Vec<A>,
}

impl<A: Label, E: Label> Analysis<A, E> {
    pub(super) fn new(
        endpoint: &'static str,
        records: Vec<Record<A, E>>,
        without_origin: usize,
    ) -> Result<Self> {
        if records.is_empty() {
            return Err(Error::Empty { argument: "the set of subjects with a record" });
        }
        let mut arms: Vec<A> = Vec::new();
        for record in &records {
            if !arms.contains(&record.arm) {
                arms.push(record.arm);
            }
        }
        Ok(Self { endpoint, records, without_origin, arms })
    }

    /// The endpoint's name.
    pub fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// One record per subject, in the trial's order, each with what decided it.
    pub fn records(&self) -> &[Record<A, E>] {
        &self.records
    }

    /// How many subjects have no record, since the endpoint's clock never started for them.
    pub fn without_origin(&self) -> usize {
        self.without_origin
    }

    /// The arms, in order of first appearance.
    pub fn arms(&self) -> &[A] {
        &self.arms
    }

    fn check_arm(&self, arm: A) -> Result<()> {
        if self.arms.contains(&arm) {
            return Ok(());
        }
        let known = self.arms.iter().map(|a| format!("{a:?}")).collect::<Vec<_>>().join(", ");
        Err(Error::UnknownLabel { label: format!("{arm:?}"), known })
    }

    /// No record that `keep` selects may end with a competing event.
    fn check_competing(&self, keep: impl Fn(&Record<A, E>) -> bool) -> Result<()> {
        for record in self.records.iter().filter(|r| keep(r)) {
            if let Outcome::Competing(kind) = record.outcome {
                return Err(Error::CompetingOutcomes {
                    endpoint: self.endpoint,
                    happening: format!("{kind:?}"),
                    subject: record.id.clone().unwrap_or_else(|| record.position.to_string()),
                });
            }
        }
        Ok(())
    }

    /// Times in days and events of the records that `keep` selects, with their arms.
    pub(super) fn data(
        &self,
        keep: impl Fn(&Record<A, E>) -> bool,
    ) -> Result<(RightCensored<'static>, Vec<A>)> {
        self.check_competing(&keep)?;
        let records = || self.records.iter().filter(|r| keep(r));
        let time: Vec<f64> = records().map(|r| r.time.in_days()).collect();
        let event: Vec<bool> = records().map(|r| r.outcome.is_event()).collect();
        Ok((RightCensored::new(time, event)?, records().map(|r| r.arm).collect()))
    }

    /// All records as survival data, times in days, with their arms as groups.
    ///
    /// # Errors
    /// [`Error::CompetingOutcomes`].
    pub fn survival_data(&self) -> Result<(RightCensored<'static>, Groups)> {
        let (data, arms) = self.data(|_| true)?;
        let codes: Vec<usize> =
            arms.iter().map(|arm| self.arms.iter().position(|a| a == arm).unwrap_or(0)).collect();
        let labels: Vec<String> = self.arms.iter().map(|a| format!("{a:?}")).collect();
        Ok((data, Groups::from_codes(&codes, &labels)?))
    }

    /// The Kaplan-Meier curve of an arm; its times are days.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::CompetingOutcomes`]: a Kaplan-Meier curve would silently censor them.
    pub fn curve(&self, arm: A) -> Result<SurvivalCurve> {
        self.check_arm(arm)?;
        Ok(KaplanMeier::fit(&self.data(|r| r.arm == arm)?.0))
    }

    /// The probability of being free of the event in an arm at a time. Prints as `88.9% ± 10.5%`, and with
    /// `{:#}` with its interval; it knows how many are at risk.
    ///
    /// # Errors
    /// As [`curve`](Self::curve).
    pub fn survival(&self, arm: A, t: Time) -> Result<SurvivalEstimate> {
        Ok(self.curve(arm)?.at(t.in_days()))
    }

    /// The median follow-up of all subjects: how long they were observed for this endpoint.
    ///
    /// # Errors
    /// [`Error::CompetingOutcomes`].
    pub fn follow_up(&self) -> Result<FollowUp> {
        self.follow_up_where(|_| true)
    }

    /// The median follow-up of an arm.
    ///
    /// # Errors
    /// As [`curve`](Self::curve).
    pub fn follow_up_of(&self, arm: A) -> Result<FollowUp> {
        self.check_arm(arm)?;
        self.follow_up_where(|r| r.arm == arm)
    }

    fn follow_up_where(&self, keep: impl Fn(&Record<A, E>) -> bool) -> Result<FollowUp> {
        let (data, _) = self.data(keep)?;
        let mut times = data.time().to_vec();
        times.sort_by(f64::total_cmp);
        let n = times.len();
        let observed = Time::days(f64::midpoint(times[(n - 1) / 2], times[n / 2]));
        Ok(FollowUp { reverse: KaplanMeier::censoring(&data).median(), observed })
    }

    /// How many were censored for which reason, per arm.
    pub fn reasons(&self) -> CensoringReasons<A, E> {
        let mut reasons: Vec<Censoring<E>> = Vec::new();
        for record in &self.records {
            if let Outcome::Censored(reason) = record.outcome
                && !reasons.contains(&reason)
            {
                reasons.push(reason);
            }
        }
        let count = |arm: A, reason: Censoring<E>| {
            let same = |r: &&Record<A, E>| r.arm == arm && r.outcome == Outcome::Censored(reason);
            self.records.iter().filter(same).count()
        };
        let counts = self.arms.iter().map(|&a| reasons.iter().map(|&r| count(a, r)).collect()).collect();
        CensoringReasons { arms: self.arms.clone(), reasons, counts }
    }

    /// At each time and for each arm: at risk, and censored and events up to then. The three add up to the
    /// arm's subjects (the form of `KMunicate`, Morris et al. 2019, BMJ Open 9:e030215).
    ///
    /// At risk at t are those observed up to t or beyond: an event or censoring at t itself is not yet counted.
    ///
    /// # Errors
    /// [`Error::CompetingOutcomes`]: they are neither events nor censorings.
    pub fn numbers_at_risk(&self, times: &[Time]) -> Result<NumbersAtRisk<A>> {
        self.check_competing(|_| true)?;
        let count = |arm: A, condition: &dyn Fn(&Record<A, E>) -> bool| {
            self.records.iter().filter(|r| r.arm == arm && condition(r)).count()
        };
        let rows = self.arms.iter().map(|&arm| {
            times
                .iter()
                .map(|&t| {
                    let at_risk = count(arm, &|r| r.time >= t);
                    let censored = count(arm, &|r| r.time < t && !r.outcome.is_event());
                    [at_risk, censored, count(arm, &|r| r.time < t && r.outcome.is_event())]
                })
                .collect()
        });
        Ok(NumbersAtRisk { rows: rows.collect(), arms: self.arms.clone(), times: times.to_vec() })
    }

    /// Compares the arm `of` with the arm `against`: a hazard ratio below 1 favours `of`.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::TooFewGroups`] where both are the same arm;
    /// [`Error::CompetingOutcomes`].
    pub fn contrast(&self, of: A, against: A) -> Result<Contrast> {
        self.check_arm(of)?;
        self.check_arm(against)?;
        if of == against {
            return Err(Error::TooFewGroups { found: 1 });
        }
        let (data, arms) = self.data(|r| r.arm == of || r.arm == against)?;
        let codes: Vec<usize> = arms.iter().map(|&a| usize::from(a != of)).collect();
        let labels = [of, against].map(|a| format!("{a:?}"));
        Contrast::new(data, Groups::from_codes(&codes, &labels)?)
    }
}

/// How many were censored for which reason, per arm.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CensoringReasons<A, E> {
    arms: Vec<A>,
    reasons: Vec<Censoring<E>>,
    counts: Vec<Vec<usize>>,
}

impl<A: Label, E: Label> CensoringReasons<A, E> {
    /// How many of an arm were censored for a reason; 0 where it does not occur.
    pub fn count(&self, arm: A, reason: Censoring<E>) -> usize {
        let arm = self.arms.iter().position(|&a| a == arm);
        let reason = self.reasons.iter().position(|&r| r == reason);
        arm.zip(reason).map_or(0, |(a, r)| self.counts[a][r])
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
            write!(f, "{:<10} censored {}", format!("{arm:?}"), self.counts[i].iter().sum::<usize>())?;
            let present = self.reasons.iter().zip(&self.counts[i]).filter(|&(_, &n)| n > 0);
            for (j, (reason, n)) in present.enumerate() {
                let separator = if j == 0 { ": " } else { ", " };
                match reason {
                    Censoring::Event(kind) => write!(f, "{separator}{kind:?} {n}")?,
                    other => write!(f, "{separator}{} {n}", name(other))?,
                }
            }
        }
        Ok(())
    }
}

fn name<E>(reason: &Censoring<E>) -> &'static str {
    match reason {
        Censoring::Cutoff => "end of study",
        Censoring::Lost => "lost to follow-up",
        Censoring::Withdrew => "withdrew",
        Censoring::MissedVisits => "missed visits",
        Censoring::Event(_) => "happening",
    }
}

/// The table under a Kaplan-Meier plot: at risk, censored and events at chosen times.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NumbersAtRisk<A> {
    arms: Vec<A>,
    times: Vec<Time>,
    rows: Vec<Vec<[usize; 3]>>,
}

impl<A: Label> NumbersAtRisk<A> {
    /// At risk just before each time, in an arm. Empty for an unknown arm.
    pub fn at_risk(&self, arm: A) -> Vec<usize> {
        self.column(arm, 0)
    }

    /// Censored before each time.
    pub fn censored(&self, arm: A) -> Vec<usize> {
        self.column(arm, 1)
    }

    /// Events before each time.
    pub fn events(&self, arm: A) -> Vec<usize> {
        self.column(arm, 2)
    }

    fn column(&self, arm: A, which: usize) -> Vec<usize> {
        let arm = self.arms.iter().position(|&a| a == arm);
        arm.map_or(Vec::new(), |a| self.rows[a].iter().map(|row| row[which]).collect())
    }
}

impl<A: Label> fmt::Display for NumbersAtRisk<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<20}", "months")?;
        for t in &self.times {
            write!(f, " {:>5}", (t.in_months() * 100.0).round() / 100.0)?;
        }
        for (arm, rows) in self.arms.iter().zip(&self.rows) {
            for (which, what) in ["at risk", "censored", "events"].into_iter().enumerate() {
                let head = if which == 0 { format!("{arm:?}") } else { String::new() };
                write!(f, "\n{head:<10} {what:<9}")?;
                for row in rows {
                    write!(f, " {:>5}", row[which])?;
                }
            }
        }
        Ok(())
    }
}
