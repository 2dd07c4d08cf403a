//! The states of a trial's subjects over time.

use std::fmt;

use crate::error::{Error, Result, TrialError};
use crate::survival::data::groups::Groups;
use crate::survival::data::histories::Histories;
use crate::survival::multi_state::time_in_state::TimeInState;
use crate::survival::multi_state::{Occupation, OccupationEstimate, StateOccupation};
use crate::survival::result::estimate::Estimate;
use crate::trial::analysis::analysis::check_arm;
use crate::trial::analysis::trial::called;
use crate::trial::states::state_question::StateQuestion;
use crate::trial::{Exit, Label, Subject, Time, Trial, label};

/// In which state the subjects are over time. Made by [`Trial::states`].
///
/// Probabilities are Aalen and Johansen's, by arm, with jackknife errors; without censoring they are shares of the
/// arm. Prints each arm's probabilities at the end of follow-up.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StateAnalysis<A, S> {
    endpoint: String,
    population: String,
    histories: Histories,
    /// The arm of each row.
    groups: Groups,
    arms: Vec<A>,
    states: Vec<S>,
    occupation: Vec<StateOccupation>,
    without_time: usize,
}

impl<A: Label, E: Label> Trial<A, E> {
    /// Follows every subject through its states.
    ///
    /// Of several events at one time the last one given decides, and one at entry decides where a subject begins. A
    /// subject who is not observed for any time has no history, and is counted as such
    /// ([`StateAnalysis::without_time`]).
    ///
    /// # Errors
    /// [`Error::Empty`] where nobody is observed for any time; [`TrialError::NotTerminal`](crate::TrialError::NotTerminal) where follow-up goes on after an
    /// event that ended it in another subject; [`TrialError::IgnoresTerminal`](crate::TrialError::IgnoresTerminal) where an event that ended follow-up leads to
    /// no state; those of [`HistoryStates::rows`](crate::survival::data::HistoryStates::rows) and [`Occupation::fit`].
    pub fn states<Q: StateQuestion<E>>(&self, question: &Q) -> Result<StateAnalysis<A, Q::State>> {
        self.check_histories()?;
        let mut rows = Rows { states: vec![question.initial()], ..Rows::default() };
        let mut without_time = 0;
        for (position, subject) in self.subjects().iter().enumerate() {
            if let Exit::Terminal(kind) = subject.exit
                && question.after(question.initial(), kind).is_none()
            {
                return Err(Error::Trial(TrialError::IgnoresTerminal {
                    endpoint: question.name().into(),
                    event: label(&kind),
                    subject: called(position, subject),
                }));
            }
            if subject.end > Time::ZERO {
                rows.follow(position, subject, question);
            } else {
                without_time += 1;
            }
        }
        if rows.stop.is_empty() {
            return Err(Error::Empty { argument: "the set of subjects who are observed for any time" });
        }
        let names: Vec<String> = rows.states.iter().map(label).collect();
        let name = |code: &usize| names[*code].as_str();
        let to: Vec<Option<&str>> = rows.to.iter().map(|to| to.as_ref().map(name)).collect();
        let from: Vec<&str> = rows.from.iter().map(name).collect();
        let states: Vec<&str> = names.iter().map(String::as_str).collect();
        let histories =
            Histories::among(&states).rows(&rows.id, &rows.start, &rows.stop, &to)?.with_from(&from)?;
        let observed = self.subjects().iter().filter(|s| s.end > Time::ZERO).map(|s| s.arm);
        let mut arms: Vec<A> = Vec::new();
        for arm in observed {
            if !arms.contains(&arm) {
                arms.push(arm);
            }
        }
        let arm_of = |&id: &usize| arms.iter().position(|&a| a == self.subjects()[id].arm).unwrap_or(0);
        let codes: Vec<usize> = rows.id.iter().map(arm_of).collect();
        let groups = Groups::from_codes(&codes, &arms.iter().map(label).collect::<Vec<_>>())?;
        let occupation = Occupation::new().by_group(&histories, &groups)?;
        Ok(StateAnalysis {
            endpoint: question.name().into(),
            population: self.population().into(),
            histories,
            groups,
            arms,
            states: rows.states,
            occupation,
            without_time,
        })
    }
}

/// The rows of the histories.
struct Rows<S> {
    id: Vec<usize>,
    start: Vec<f64>,
    stop: Vec<f64>,
    from: Vec<usize>,
    to: Vec<Option<usize>>,
    states: Vec<S>,
}

impl<S> Default for Rows<S> {
    fn default() -> Self {
        let (id, start, stop, from, to) = Default::default();
        Self { id, start, stop, from, to, states: Vec::new() }
    }
}

impl<S: Label> Rows<S> {
    fn code(&mut self, state: S) -> usize {
        self.states.iter().position(|&s| s == state).unwrap_or_else(|| {
            self.states.push(state);
            self.states.len() - 1
        })
    }

    fn push(&mut self, id: usize, (start, stop): (f64, f64), from: usize, to: Option<usize>) {
        self.id.push(id);
        self.start.push(start);
        self.stop.push(stop);
        self.from.push(from);
        self.to.push(to);
    }

    fn follow<A: Label, E: Label>(
        &mut self,
        id: usize,
        subject: &Subject<A, E>,
        question: &impl StateQuestion<E, State = S>,
    ) {
        // The state that is entered at each time: where several are, the last.
        let mut moves: Vec<(f64, usize)> = Vec::new();
        let mut now = question.initial();
        for (at, kind) in subject.history() {
            let Some(state) = question.after(now, kind) else { continue };
            now = state;
            let (at, state) = (at.in_days(), self.code(state));
            match moves.last_mut() {
                Some(last) if last.0 == at => last.1 = state,
                _ => moves.push((at, state)),
            }
        }
        let (mut start, mut current) = (0.0, self.code(question.initial()));
        for (at, state) in moves {
            if at == 0.0 {
                current = state;
            } else if state != current {
                self.push(id, (start, at), current, Some(state));
                (start, current) = (at, state);
            }
        }
        let end = subject.end.in_days();
        if end > start {
            self.push(id, (start, end), current, None);
        }
    }
}

impl<A: Label, S: Label> StateAnalysis<A, S> {
    /// The endpoint's name.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The name of the population.
    pub fn population(&self) -> &str {
        &self.population
    }

    /// The arms, in order of first appearance.
    pub fn arms(&self) -> &[A] {
        &self.arms
    }

    /// The states: the one at entry, then in order of first appearance.
    pub fn states(&self) -> &[S] {
        &self.states
    }

    /// How many subjects have no history, since they were not observed for any time.
    pub fn without_time(&self) -> usize {
        self.without_time
    }

    /// The histories (times in days) and the arm of each row, for whatever the survival wing offers.
    pub fn histories(&self) -> (&Histories, &Groups) {
        (&self.histories, &self.groups)
    }

    /// The probabilities of all states of an arm over time, in days.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`].
    pub fn occupation(&self, arm: A) -> Result<&StateOccupation> {
        check_arm(&self.arms, arm)?;
        Ok(&self.occupation[self.arms.iter().position(|&a| a == arm).unwrap_or(0)])
    }

    fn state(&self, state: S) -> Result<usize> {
        self.histories.position(&label(&state))
    }

    /// The probability of being in a state at a time; not estimable beyond the follow-up of the arm, unless all are then in states
    /// that nobody is seen to leave.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::UnknownState`] for one that nobody enters; [`Error::OutOfRange`] where `t` is
    /// not a time.
    pub fn probability(&self, arm: A, state: S, t: Time) -> Result<OccupationEstimate> {
        if !t.is_valid() {
            let must_be = "finite and at least 0";
            return Err(Error::OutOfRange { argument: "t", value: t.in_days(), must_be });
        }
        let at = self.state(state)?;
        Ok(self.occupation(arm)?.at(t.in_days())[at])
    }

    /// How much more probable the state is at a time in the arm `of` than in the arm `against`.
    ///
    /// # Errors
    /// As [`probability`](Self::probability); [`Error::TooFewGroups`] where both are the same arm.
    pub fn difference(&self, state: S, of: A, against: A, t: Time) -> Result<Estimate> {
        let (first, second) = (self.probability(of, state, t)?, self.probability(against, state, t)?);
        if of == against {
            return Err(Error::TooFewGroups { found: 1 });
        }
        Ok(first.difference(&second))
    }

    /// The mean time in days that an arm spends in a state up to `tau`.
    ///
    /// # Errors
    /// As [`probability`](Self::probability); those of [`Occupation::time_in_state`].
    pub fn mean_time(&self, arm: A, state: S, tau: Time) -> Result<TimeInState> {
        check_arm(&self.arms, arm)?;
        let state = self.state(state)?;
        let position = self.arms.iter().position(|&a| a == arm).unwrap_or(0);
        let by_arm =
            Occupation::new().time_in_state_by_group(&self.histories, &self.groups, tau.in_days())?;
        Ok(by_arm[position][state].clone())
    }
}

/// The probabilities of each arm where its follow-up ends: a line for each arm.
impl<A: Label, S: Label> fmt::Display for StateAnalysis<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.endpoint)?;
        for (arm, occupation) in self.arms.iter().zip(&self.occupation) {
            let last = occupation.times().last().copied().unwrap_or(0.0);
            write!(f, "\n{} at {}:", label(arm), Time::days(last))?;
            for (i, (state, p)) in self.states.iter().zip(occupation.at(last)).enumerate() {
                let separator = if i == 0 { " " } else { ", " };
                write!(f, "{separator}{} ", label(state))?;
                match (p.value(), p.std_error()) {
                    (Ok(value), Ok(se)) => write!(f, "{:.1}% ± {:.1}%", 100.0 * value, 100.0 * se)?,
                    (Ok(value), Err(because)) => {
                        write!(f, "{:.1}% (no standard error: {because:#})", 100.0 * value)?;
                    }
                    (Err(because), _) => write!(f, "{because}")?,
                }
            }
        }
        Ok(())
    }
}
