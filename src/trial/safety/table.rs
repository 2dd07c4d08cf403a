//! The counts of adverse events by term and arm.

use std::fmt;

use crate::error::{Error, Result};
use crate::print::{self, Number};
use crate::proportion::{Proportion, TwoProportions};
use crate::survival::curve::incidence_rate::IncidenceRate;
use crate::survival::result::direction::Direction;
#[cfg(feature = "serde")]
use crate::survival::result::stored;
use crate::trial::analysis::analysis::{About, check_arm};
use crate::trial::facts::baseline::Baseline;
use crate::trial::report::Table;
use crate::trial::safety::adverse_events::AdverseEvents;
use crate::trial::{
    Analysis, Censoring, Decision, Exit, Label, Outcome, Record, Role, Time, Trial, Window, label,
};

/// The counts of one term in one arm.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AdverseEventRow {
    /// The arm's subjects.
    pub subjects: u64,
    /// Those with at least one event.
    pub with_event: u64,
    /// All events.
    pub events: u64,
    /// The time under observation.
    pub time: Time,
    /// The time up to the first event, or the end of observation.
    pub time_to_first: Time,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(AdverseEventRow {
    subjects: u64,
    with_event: u64,
    events: u64,
    time: Time,
    time_to_first: Time,
});

#[cfg(feature = "serde")]
impl AdverseEventRow {
    fn check(&self) -> crate::error::Result<()> {
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        stored::count("the number of subjects", count(self.subjects))?;
        stored::count("the number of events", count(self.events))?;
        stored::below(
            "the number of subjects with an event",
            count(self.with_event),
            count(self.subjects) + 1,
        )?;
        stored::size("the time at risk", self.time.in_days())?;
        stored::size("the time to first events", self.time_to_first.in_days())
    }
}

/// One subject: what of it counts.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
struct Observed<A, E> {
    position: usize,
    id: Option<String>,
    arm: A,
    entered: Time,
    end: Time,
    /// How observation ended: death within the period competes, and the end of the period is one of the study.
    exit: Exit<E>,
    events: Vec<(Time, E)>,
    #[cfg_attr(feature = "serde", serde(skip))]
    baseline: Baseline,
}

/// Adverse events by term and arm. Made by [`Trial::adverse_events`]; prints as a table.
///
/// # Example
/// ```
/// use greenwood::trial::examples::{Arm, Course, Event, HARMS, saa_course};
/// use greenwood::trial::Time;
///
/// let harms = saa_course().adverse_events(&HARMS)?;
/// let anaphylaxis = harms.proportion(Arm::Msc, Course::Anaphylaxis)?;
/// assert_eq!(format!("{anaphylaxis:#}"), "4/9, 44.4% (95% CI 13.7% to 78.8%)");
/// // First events as a probability beside death.
/// let first = harms.first(Course::Anaphylaxis)?.incidence(Arm::Msc, Time::days(30.0))?;
/// assert_eq!(format!("{first:.1}"), "44.4% ± 16.6%");
/// // What nobody had is known with an upper limit.
/// let none = harms.proportion(Arm::Msc, Course::Outcome(Event::ClonalEvolution))?;
/// assert_eq!(format!("{none}; at most {:.1}%", 100.0 * none.upper_limit(0.95)?), "0/9 (0.0%); at most 28.3%");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AdverseEventTable<A, E> {
    population: String,
    cutoff: Option<Time>,
    until: Option<Time>,
    arms: Vec<A>,
    terms: Vec<E>,
    subjects: Vec<Observed<A, E>>,
}

impl<A: Label, E: Label> Trial<A, E> {
    /// Counts the adverse events of every subject, by arm and term. Arms are those of the trial's
    /// [`population`](Self::population): for harms by treatment received take a
    /// [`Population`](crate::trial::Population) that says so.
    ///
    /// # Errors
    /// [`Error::Empty`] for a trial without subjects; [`Error::OutOfRange`] where the end of the period is not a time
    /// above 0; [`TrialError::NotTerminal`](crate::TrialError::NotTerminal) where follow-up goes on after an event that ended it in another subject.
    pub fn adverse_events(&self, question: &AdverseEvents<E>) -> Result<AdverseEventTable<A, E>> {
        if let Some(until) = question.end()
            && !(until.is_valid() && until > Time::ZERO)
        {
            let must_be = "finite and above 0";
            return Err(Error::OutOfRange { argument: "until", value: until.in_days(), must_be });
        }
        self.check_histories()?;
        if self.subjects().is_empty() {
            return Err(Error::Empty { argument: "the set of subjects" });
        }
        let mut terms: Vec<E> = Vec::new();
        let observed = self.subjects().iter().enumerate().map(|(position, s)| {
            let cut = question.end().filter(|&until| until < s.end);
            let end = cut.unwrap_or(s.end);
            let events = s.history().filter(|&(at, kind)| at <= end && question.counts(kind));
            Observed {
                position,
                id: s.id.clone(),
                arm: s.arm,
                entered: s.entered,
                end,
                exit: if cut.is_some() { Exit::Cutoff } else { s.exit },
                events: events.collect(),
                baseline: s.baseline.clone(),
            }
        });
        let subjects: Vec<_> = observed.collect();
        for &(_, kind) in subjects.iter().flat_map(|s| &s.events) {
            if !terms.contains(&kind) {
                terms.push(kind);
            }
        }
        let cutoff = self.cutoff().map(|cutoff| cutoff.0);
        let (population, until) = (self.population().into(), question.end());
        Ok(AdverseEventTable { population, cutoff, until, arms: self.arms(), terms, subjects })
    }
}

impl<A: Label, E: Label> AdverseEventTable<A, E> {
    /// The arms, in order of first appearance.
    pub fn arms(&self) -> &[A] {
        &self.arms
    }

    /// The terms that occur, in order of first appearance. Others can be asked for as well: their count is 0.
    pub fn terms(&self) -> &[E] {
        &self.terms
    }

    /// The counts of a term in an arm.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`] for the arm.
    pub fn row(&self, arm: A, term: E) -> Result<AdverseEventRow> {
        self.count(arm, |kind| kind == term)
    }

    /// The counts of all terms together in an arm: subjects with any of them, all events.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`] for the arm.
    pub fn any(&self, arm: A) -> Result<AdverseEventRow> {
        self.count(arm, |_| true)
    }

    fn count(&self, arm: A, of: impl Fn(E) -> bool) -> Result<AdverseEventRow> {
        check_arm(&self.arms, arm)?;
        let zero = Time::ZERO;
        let mut row =
            AdverseEventRow { subjects: 0, with_event: 0, events: 0, time: zero, time_to_first: zero };
        for subject in self.subjects.iter().filter(|s| s.arm == arm) {
            let mut own = subject.events.iter().filter(|e| of(e.1)).map(|e| e.0);
            let first = own.next();
            row.subjects += 1;
            row.with_event += u64::from(first.is_some());
            row.events += u64::from(first.is_some()) + own.count() as u64;
            row.time = row.time + subject.end;
            row.time_to_first = row.time_to_first + first.unwrap_or(subject.end);
        }
        Ok(row)
    }

    /// The subjects of an arm with at least one event of the term.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`] for the arm.
    pub fn proportion(&self, arm: A, term: E) -> Result<Proportion> {
        let row = self.row(arm, term)?;
        Proportion::new(row.with_event, row.subjects)
    }

    /// Events of the term per patient-year in an arm, with the exact interval of a Poisson count. It takes the events
    /// for independent: where few subjects have many, its interval is too short.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`] for the arm; [`Error::OutOfRange`] where nobody was observed for any time.
    pub fn rate(&self, arm: A, term: E) -> Result<IncidenceRate> {
        let row = self.row(arm, term)?;
        IncidenceRate::new(row.events, row.time.in_years())
    }

    /// First events of the term per patient-year free of it.
    ///
    /// # Errors
    /// As [`rate`](Self::rate).
    pub fn first_rate(&self, arm: A, term: E) -> Result<IncidenceRate> {
        let row = self.row(arm, term)?;
        IncidenceRate::new(row.with_event, row.time_to_first.in_years())
    }

    /// The subjects with the term in two arms, to be compared by what [`proportion`](crate::proportion) offers.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::TooFewGroups`] where both are the same arm.
    pub fn contrast(&self, term: E, of: A, against: A) -> Result<TwoProportions> {
        let pair = TwoProportions::new(self.proportion(of, term)?, self.proportion(against, term)?);
        if of == against { Err(Error::TooFewGroups { found: 1 }) } else { Ok(pair) }
    }

    /// The time to the first event of the term as an analysis, with death (what ends follow-up) as a competing event:
    /// [`incidence`](Analysis::incidence) and [`incidence_contrast`](Analysis::incidence_contrast) are its questions.
    ///
    /// # Errors
    /// As [`Trial::analyse`].
    pub fn first(&self, term: E) -> Result<Analysis<A, E>> {
        let record = |s: &Observed<A, E>| {
            let first = s.events.iter().find(|e| e.1 == term);
            let (time, outcome, role) = match (first, s.exit) {
                (Some(&(at, kind)), _) => (at, Outcome::Event(kind), Role::Event),
                (None, Exit::Terminal(kind)) => (s.end, Outcome::Competing(kind), Role::Competing),
                (None, Exit::Cutoff) => (s.end, Outcome::Censored(Censoring::Cutoff), Role::Ignore),
                (None, Exit::Lost) => (s.end, Outcome::Censored(Censoring::Lost), Role::Ignore),
                (None, Exit::Withdrew) => (s.end, Outcome::Censored(Censoring::Withdrew), Role::Ignore),
                (None, Exit::Other(why)) => (s.end, Outcome::Censored(Censoring::Other(why)), Role::Ignore),
            };
            let decision = match outcome {
                Outcome::Event(kind) | Outcome::Competing(kind) => {
                    Decision::Event { at: time, kind, role, strategy: None }
                }
                Outcome::Censored(_) => Decision::EndOfFollowUp { at: time },
            };
            Record {
                position: s.position,
                id: s.id.clone(),
                arm: s.arm,
                entered: s.entered,
                origin: Time::ZERO,
                time,
                outcome,
                window: Window { after: time, by: first.map(|_| time) },
                decision,
            }
        };
        let about = About {
            endpoint: format!("first {}", label(&term)),
            strategies: String::new(),
            population: self.population.clone(),
            cutoff: self.cutoff,
            without_origin: 0,
            direction: Direction::Unwanted,
        };
        let baselines = self.subjects.iter().map(|s| s.baseline.clone()).collect();
        Analysis::new(about, self.subjects.iter().map(record).collect(), baselines)
    }

    /// The table, with intervals at a level: for each arm the subjects with an event and their share, the events, and
    /// the events per patient-year. The first line is of any term.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn table(&self, level: f64) -> Result<Table> {
        let mut header = vec![String::new()];
        for arm in &self.arms {
            let arm = label(arm);
            header.extend([format!("{arm}: subjects"), "events".into(), "per patient-year".into()]);
        }
        let mut table = Table::new("Adverse events", header);
        let mut line = |name: String, row: &dyn Fn(A) -> Result<AdverseEventRow>| -> Result<()> {
            let mut cells = Vec::new();
            for &arm in &self.arms {
                let row = row(arm)?;
                let share = Proportion::new(row.with_event, row.subjects)?;
                let percent = |x: f64| format!("{:.1}%", Number(100.0 * x));
                let limits = share.interval(level)?.limits(percent);
                let rate = IncidenceRate::new(row.events, row.time.in_years()).ok();
                let rate = rate.map(|rate| -> Result<String> {
                    let limits = rate.interval(level)?.limits(|x| format!("{x:.3}"));
                    Ok(format!("{:.3} ({limits})", rate.value()))
                });
                cells.push(format!("{}/{} ({limits})", row.with_event, row.subjects));
                cells.push(row.events.to_string());
                cells.push(rate.transpose()?.unwrap_or_else(|| print::MISSING.to_string()));
            }
            table.push(name, cells);
            Ok(())
        };
        line("Any".into(), &|arm| self.any(arm))?;
        for &term in &self.terms {
            line(format!("  {}", label(&term)), &|arm| self.row(arm, term))?;
        }
        let period = self
            .until
            .map_or("Events up to the end of follow-up".to_string(), |t| format!("Events up to {t}"));
        table.notes.push(format!("Population: {}. {period}.", self.population));
        table.notes.push(format!(
            "Subjects with at least one event ({0} CI, Clopper-Pearson); all events per year under observation ({0} exact \
             Poisson CI).",
            print::level(level)
        ));
        Ok(table)
    }
}

/// The table at a level of 95 %.
impl<A: Label, E: Label> fmt::Display for AdverseEventTable<A, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.table(0.95) {
            Ok(table) => table.fmt(f),
            Err(because) => because.fmt(f),
        }
    }
}
