//! A trial's subjects, and the way from their facts to the records of an endpoint.

use std::collections::HashSet;
use std::fmt::Write;

use crate::error::{Error, Result, TrialError};
use crate::trial::analysis::analysis::{About, Analysis};
use crate::trial::analysis::record::record;
use crate::trial::facts::cutoff::DataCutoff;
use crate::trial::facts::subject::name;
use crate::trial::{Ascertainment, Estimand, Exit, Label, Population, Role, Subject, Time, label};

/// The subjects of a clinical trial. `A` and `E` are the user's own enums of arms and events.
///
/// # Example
/// One trial, read at its end and when the third event had come:
/// ```
/// use greenwood::trial::examples::{Arm, FFS, saa};
///
/// let trial = saa();
/// assert_eq!(trial.arms(), [Arm::Msc, Arm::Control]);
/// let events = |trial: &greenwood::trial::Trial<_, _>| {
///     trial.analyse(&FFS).map(|a| a.records().iter().filter(|r| r.outcome.is_event()).count())
/// };
/// assert_eq!(events(&trial)?, 8);
/// let then = trial.at(trial.cutoff_at_events(&FFS, 3)?)?;
/// assert_eq!(events(&then)?, 3);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(deserialize = "A: Label + serde::Deserialize<'de>, E: Label + serde::Deserialize<'de>"))
)]
pub struct Trial<A, E> {
    subjects: Vec<Subject<A, E>>,
    #[cfg_attr(feature = "serde", serde(default = "intention_to_treat"))]
    population: String,
    #[cfg_attr(feature = "serde", serde(default))]
    cutoff: Option<Time>,
}

/// Everybody, on the arm to which chance assigned them.
fn intention_to_treat() -> String {
    "intention to treat".into()
}

impl<A: Label, E: Label> Trial<A, E> {
    /// A trial of these subjects.
    pub fn new(subjects: impl IntoIterator<Item = Subject<A, E>>) -> Self {
        Self { subjects: subjects.into_iter().collect(), population: intention_to_treat(), cutoff: None }
    }

    /// The subjects.
    pub fn subjects(&self) -> &[Subject<A, E>] {
        &self.subjects
    }

    /// The arms, in order of first appearance.
    pub fn arms(&self) -> Vec<A> {
        let mut arms: Vec<A> = Vec::new();
        for s in &self.subjects {
            if !arms.contains(&s.arm) {
                arms.push(s.arm);
            }
        }
        arms
    }

    /// The same subjects on other arms: words for people in the place of an enum, doses pooled into one arm.
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::Name;
    /// use greenwood::trial::examples::{Arm, FFS, saa};
    ///
    /// let trial = saa().with_arms(|arm| Name::from(match arm {
    ///     Arm::Msc => "MSC + IST",
    ///     Arm::Control => "IST",
    /// }));
    /// let [msc, ist] = ["MSC + IST", "IST"].map(Name::from);
    /// let report = trial.analyse(&FFS)?.report().contrast(msc, ist).build()?.to_string();
    /// assert!(report.contains("MSC + IST against IST"), "{report}");
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn with_arms<B: Label>(&self, mut arm: impl FnMut(A) -> B) -> Trial<B, E> {
        let subjects = self.subjects.iter().map(|s| s.on_arm(&mut arm)).collect();
        Trial { subjects, population: self.population.clone(), cutoff: self.cutoff }
    }

    /// The name of the population: intention to treat, unless [`among`](Self::among) took another.
    pub fn population(&self) -> &str {
        &self.population
    }

    /// The data cutoff, if [`at`](Self::at) made one.
    pub fn cutoff(&self) -> Option<DataCutoff> {
        self.cutoff.map(DataCutoff)
    }

    /// The subjects of a population. Its name goes with every analysis and report.
    #[must_use]
    pub fn among(&self, population: &Population<A, E>) -> Self {
        Self {
            subjects: self.subjects.iter().filter_map(|s| population.take(s)).collect(),
            population: population.name().into(),
            cutoff: self.cutoff,
        }
    }

    /// The trial as it was known at a cutoff: nothing later has happened, and a subject who enters later is absent.
    /// A subject who was still followed is under observation to the cutoff. Several cutoffs give several snapshots of one
    /// trial, which [`Comparisons`](crate::trial::Comparisons) puts in one table.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the cutoff is not a time.
    pub fn at(&self, cutoff: DataCutoff) -> Result<Self> {
        let DataCutoff(date) = cutoff;
        if !date.is_valid() {
            let must_be = "finite and at least 0";
            return Err(Error::OutOfRange { argument: "cutoff", value: date.in_days(), must_be });
        }
        let known = self.subjects.iter().filter(|s| s.entered <= date).map(|s| {
            // Sums are compared, not differences: the date of an event, made as `entered + t`, is a cutoff that
            // shows this event whatever the rounding.
            let by_then = |t: Time| s.entered + t <= date;
            if by_then(s.end) {
                return s.clone();
            }
            let mut s = s.clone();
            s.visits.retain(|&t| by_then(t));
            s.events.retain(|&(t, _)| by_then(t));
            let last = s.visits.iter().copied().chain(s.events.iter().map(|h| h.0));
            let last = last.fold(date - s.entered, |a, b| if b > a { b } else { a });
            (s.end, s.exit) = (last, Exit::Cutoff);
            s
        });
        let cutoff = self.cutoff.map_or(date, |earlier| if earlier < date { earlier } else { date });
        Ok(Self { subjects: known.collect(), population: self.population.clone(), cutoff: Some(cutoff) })
    }

    /// The calendar time at which the endpoint's event number `events` happened: the cutoff of an event-driven
    /// analysis. [`at`](Self::at) it, at least that many events are known (more where several fall on that day).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where there never are so many events, or none is asked for; as
    /// [`analyse`](Self::analyse).
    pub fn cutoff_at_events(&self, question: impl Into<Estimand<E>>, events: usize) -> Result<DataCutoff> {
        let analysis = self.analyse(question)?;
        let mut dates: Vec<Time> = analysis
            .records()
            .iter()
            .filter_map(|r| match (r.outcome.is_event(), r.decision) {
                (true, crate::trial::Decision::Event { at, .. }) => Some(r.entered + at),
                _ => None,
            })
            .collect();
        dates.sort_by(|a, b| a.in_days().total_cmp(&b.in_days()));
        let date = events.checked_sub(1).and_then(|i| dates.get(i).copied());
        date.map(DataCutoff).ok_or(Error::OutOfRange {
            argument: "events",
            value: events as f64,
            must_be: "at least 1 and at most the number of events of the endpoint",
        })
    }

    /// Asks a question of every subject: an [`Endpoint`](crate::trial::Endpoint), or an [`Estimand`] of it.
    ///
    /// # Errors
    /// [`Error::Empty`] where no subject has a record; [`Error::OutOfRange`] where the endpoint's planned time between
    /// visits is not above 0; [`TrialError::MeaninglessStrategy`](crate::TrialError::MeaninglessStrategy) where a strategy of the estimand has no meaning;
    /// [`TrialError::NotTerminal`](crate::TrialError::NotTerminal) where follow-up goes on after an event that ended it in another subject;
    /// [`TrialError::IgnoresTerminal`](crate::TrialError::IgnoresTerminal) where the endpoint ignores an event that ended a subject's follow-up:
    /// nothing is observed after death, so it must be an event, a competing event or a (declared) censoring;
    /// [`TrialError::NoRole`](crate::TrialError::NoRole) for an event that the description of an endpoint names nowhere.
    pub fn analyse(&self, question: impl Into<Estimand<E>>) -> Result<Analysis<A, E>> {
        let question = question.into();
        if let Ascertainment::Assessed { every, .. } = question.ascertainment()
            && !(every.is_valid() && every > Time::ZERO)
        {
            let must_be = "a finite time above 0";
            return Err(Error::OutOfRange { argument: "every", value: every.in_days(), must_be });
        }
        let terminal = self.terminal_kinds();
        self.check_terminal(&terminal)?;
        question.check(&terminal)?;
        let mut records = Vec::with_capacity(self.subjects.len());
        let mut baselines = Vec::with_capacity(self.subjects.len());
        let mut without_origin = 0;
        for (position, subject) in self.subjects.iter().enumerate() {
            if let Some((_, kind)) = subject.history().find(|&(_, kind)| !question.knows(kind)) {
                return Err(Error::Trial(TrialError::NoRole {
                    endpoint: question.name().into(),
                    event: label(&kind),
                    subject: called(position, subject),
                }));
            }
            if let Exit::Terminal(kind) = subject.exit
                && question.role(kind) == Role::Ignore
            {
                return Err(Error::Trial(TrialError::IgnoresTerminal {
                    endpoint: question.name().into(),
                    event: label(&kind),
                    subject: called(position, subject),
                }));
            }
            match record(position, subject, &question) {
                Some(record) => {
                    records.push(record);
                    baselines.push(subject.baseline.clone());
                }
                None => without_origin += 1,
            }
        }
        let about = About {
            endpoint: question.name().into(),
            strategies: question.describe(),
            population: self.population.clone(),
            cutoff: self.cutoff,
            without_origin,
            direction: question.direction(),
        };
        Analysis::new(about, records, baselines)
    }

    /// A subject stands in a trial once.
    fn check_ids(&self) -> Result<()> {
        let mut seen = HashSet::new();
        match self.subjects.iter().filter_map(|s| s.id.as_deref()).find(|id| !seen.insert(*id)) {
            Some(id) => Err(Error::DuplicateName { what: "subjects", name: id.into() }),
            None => Ok(()),
        }
    }

    /// The events that end follow-up.
    fn terminal_kinds(&self) -> Vec<E> {
        let mut kinds: Vec<E> = Vec::new();
        for s in &self.subjects {
            if let Exit::Terminal(kind) = s.exit
                && !kinds.contains(&kind)
            {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// A kind of event ends follow-up in all subjects or in none: nobody lives on after death.
    fn check_terminal(&self, kinds: &[E]) -> Result<()> {
        self.check_ids()?;
        for (position, s) in self.subjects.iter().enumerate() {
            if let Some(&(at, kind)) = s.events.iter().find(|(_, kind)| kinds.contains(kind)) {
                return Err(Error::Trial(TrialError::NotTerminal {
                    subject: called(position, s),
                    event: label(&kind),
                    at: at.to_string(),
                }));
            }
        }
        Ok(())
    }

    /// No subject lives on after an event that ended another one's follow-up.
    pub(in crate::trial) fn check_histories(&self) -> Result<()> {
        self.check_terminal(&self.terminal_kinds())
    }

    /// How the endpoint decided about a subject, in words.
    ///
    /// # Errors
    /// As [`analyse`](Self::analyse); [`Error::OutOfRange`] where there is no such subject.
    pub fn explain(&self, position: usize, question: impl Into<Estimand<E>>) -> Result<String> {
        let question = question.into();
        let Some(subject) = self.subjects.get(position) else {
            let must_be = "the position of a subject";
            return Err(Error::OutOfRange { argument: "position", value: position as f64, must_be });
        };
        let who = called(position, subject);
        let mut text = format!("{} of subject {who}:", question.name());
        for (at, kind) in subject.history() {
            let _ = write!(text, "\n  {} at {at}: role {:?}", label(&kind), question.role(kind));
        }
        let _ = write!(text, "\n  follow-up ended at {} ({:?})", subject.end, subject.exit);
        let _ = match record(position, subject, &question) {
            Some(r) => write!(text, "\n  so {:?} at {}: {}", r.outcome, r.time, r.decision),
            None => write!(text, "\n  so no record: the endpoint's clock never started"),
        };
        Ok(text)
    }
}

/// A subject's id, or its place in the trial.
pub(in crate::trial) fn called<A: Label, E>(position: usize, subject: &Subject<A, E>) -> String {
    match &subject.id {
        Some(id) => name(Some(id), subject.arm),
        None => format!("{position} ({})", label(&subject.arm)),
    }
}
