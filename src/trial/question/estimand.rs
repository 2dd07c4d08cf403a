//! A question about an endpoint with its answer to everything that gets in the way.

use crate::error::{Error, Result, TrialError};
use crate::survival::result::direction::Direction;
use crate::trial::{Ascertainment, Endpoint, Label, Origin, Role, RunTimeEndpoint};

/// What an intercurrent event means for the question: the strategies of ICH E9(R1) (2019).
///
/// | strategy | the question | what happens to the data |
/// |---|---|---|
/// | [`TreatmentPolicy`](Self::TreatmentPolicy) | whatever came between | it is ignored |
/// | [`Composite`](Self::Composite) | it is a failure itself | it is an event |
/// | [`Hypothetical`](Self::Hypothetical) | had it not happened | censored at it, which assumes that it tells nothing about the time to the event |
/// | [`WhileOnTreatment`](Self::WhileOnTreatment) | as long as it has not happened | censored at it: the hazard until then |
/// | [`Competing`](Self::Competing) | before it happens | a competing event: the probability until then |
///
/// The third and the fourth give the same rows and do not mean the same: the record keeps which one it was. The
/// fifth strategy of the guideline, principal stratum, is no rule for rows: it is a population by potential
/// outcomes, which no observed record can tell.
///
/// # Example
/// ```
/// use greenwood::trial::{Role, Strategy};
///
/// assert_eq!(Strategy::Composite.role(), Role::Event);
/// assert_eq!(Strategy::Hypothetical.role(), Strategy::WhileOnTreatment.role());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Strategy {
    /// Regardless of it.
    TreatmentPolicy,
    /// It counts as the event.
    Composite,
    /// As if it did not happen.
    Hypothetical,
    /// Up to it.
    WhileOnTreatment,
    /// Before it: it makes the event impossible, or meaningless.
    Competing,
}

impl Strategy {
    /// What it makes of an event.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::TreatmentPolicy => Role::Ignore,
            Self::Composite => Role::Event,
            Self::Hypothetical | Self::WhileOnTreatment => Role::Censor,
            Self::Competing => Role::Competing,
        }
    }

    /// The guideline's word for it.
    pub(in crate::trial) const fn name(self) -> &'static str {
        match self {
            Self::TreatmentPolicy => "treatment policy",
            Self::Composite => "composite",
            Self::Hypothetical => "hypothetical",
            Self::WhileOnTreatment => "while on treatment",
            Self::Competing => "competing",
        }
    }
}

/// An endpoint with a strategy for each intercurrent event that its own roles should not decide.
///
/// The endpoint says what counts when nothing interferes; an estimand changes the meaning of single events,
/// so that one endpoint can be asked under several strategies. A combination without meaning is an error when the
/// question is put: a strategy for an event that *is* the endpoint, or that starts its clock; two for one
/// event; treatment policy for death (nothing is observed after it) or the hypothesis that nobody dies.
///
/// # Example
/// ```
/// use greenwood::trial::{Endpoint, Estimand, Exit, Role, Strategy, Subject, Time, Trial};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Event { Progression, NewTherapy, Death }
///
/// const PFS: Endpoint<Event> = Endpoint::new("PFS", |h| match h {
///     Event::Progression | Event::Death => Role::Event,
///     Event::NewTherapy => Role::Ignore,
/// });
/// let trial = Trial::new([Subject::on("A")
///     .then(Time::months(4.0), Event::NewTherapy)
///     .then(Time::months(9.0), Event::Progression)
///     .until(Time::months(20.0), Exit::Cutoff)?]);
///
/// let hypothetical = Estimand::of(&PFS).with(Event::NewTherapy, Strategy::Hypothetical);
/// assert_eq!(trial.analyse(&PFS)?.records()[0].time, Time::months(9.0));
/// assert_eq!(trial.analyse(&hypothetical)?.records()[0].time, Time::months(4.0));
///
/// let wrong = Estimand::of(&PFS).with(Event::Progression, Strategy::Hypothetical);
/// assert_eq!(
///     trial.analyse(&wrong).unwrap_err().to_string(),
///     "PFS: the strategy hypothetical for Progression has no meaning: it is the endpoint's own event, \
///      not an intercurrent one"
/// );
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// ICH E9(R1) (2019), Addendum on estimands and sensitivity analysis in clinical trials.
#[derive(Debug, Clone)]
pub struct Estimand<E> {
    endpoint: Asked<E>,
    strategies: Vec<(E, Strategy)>,
}

/// The endpoint, by when it was written.
#[derive(Debug, Clone)]
enum Asked<E> {
    Fixed(Endpoint<E>),
    RunTime(RunTimeEndpoint<E>),
}

impl<E: Label> Estimand<E> {
    /// The endpoint's own roles, as a start.
    #[must_use]
    pub fn of(endpoint: &Endpoint<E>) -> Self {
        Self { endpoint: Asked::Fixed(*endpoint), strategies: Vec::new() }
    }

    pub(in crate::trial) fn of_run_time(endpoint: RunTimeEndpoint<E>) -> Self {
        Self { endpoint: Asked::RunTime(endpoint), strategies: Vec::new() }
    }

    /// The strategy for one kind of event.
    #[must_use]
    pub fn with(mut self, kind: E, strategy: Strategy) -> Self {
        self.strategies.push((kind, strategy));
        self
    }

    /// The endpoint's name.
    pub fn name(&self) -> &str {
        match &self.endpoint {
            Asked::Fixed(endpoint) => endpoint.name(),
            Asked::RunTime(endpoint) => endpoint.name(),
        }
    }

    /// The endpoint. Returns `None` if it was put together at run time.
    pub fn endpoint(&self) -> Option<&Endpoint<E>> {
        match &self.endpoint {
            Asked::Fixed(endpoint) => Some(endpoint),
            Asked::RunTime(_) => None,
        }
    }

    pub(in crate::trial) fn ascertainment(&self) -> Ascertainment {
        match &self.endpoint {
            Asked::Fixed(endpoint) => endpoint.ascertainment(),
            Asked::RunTime(endpoint) => endpoint.ascertainment(),
        }
    }

    pub(in crate::trial) fn direction(&self) -> Direction {
        match &self.endpoint {
            Asked::Fixed(endpoint) => endpoint.direction(),
            Asked::RunTime(endpoint) => endpoint.direction(),
        }
    }

    /// Does an event start the clock? Returns `None` if the clock starts at entry.
    pub(in crate::trial) fn starts(&self, kind: E) -> Option<bool> {
        match &self.endpoint {
            Asked::Fixed(endpoint) => match endpoint.origin() {
                Origin::Entry => None,
                Origin::First(starts) => Some(starts(kind)),
            },
            Asked::RunTime(endpoint) => endpoint.starts(kind),
        }
    }

    pub(in crate::trial) fn counts_from_entry(&self) -> bool {
        match &self.endpoint {
            Asked::Fixed(endpoint) => matches!(endpoint.origin(), Origin::Entry),
            Asked::RunTime(endpoint) => endpoint.counts_from_entry(),
        }
    }

    /// Has an event a role, or a strategy?
    pub(in crate::trial) fn knows(&self, kind: E) -> bool {
        self.strategy(kind).is_some() || self.own_role(kind).is_some()
    }

    fn own_role(&self, kind: E) -> Option<Role> {
        match &self.endpoint {
            Asked::Fixed(endpoint) => Some(endpoint.role(kind)),
            Asked::RunTime(endpoint) => endpoint.role(kind),
        }
    }

    /// The strategies, in the order given.
    pub fn strategies(&self) -> &[(E, Strategy)] {
        &self.strategies
    }

    /// The strategy for an event, if one was given.
    pub fn strategy(&self, kind: E) -> Option<Strategy> {
        self.strategies.iter().find(|s| s.0 == kind).map(|s| s.1)
    }

    /// What an event means for this question.
    pub fn role(&self, kind: E) -> Role {
        self.strategy(kind).map(Strategy::role).or_else(|| self.own_role(kind)).unwrap_or(Role::Ignore)
    }

    /// Has every strategy a meaning? `terminal` says which events end follow-up.
    pub(in crate::trial) fn check(&self, terminal: &[E]) -> Result<()> {
        for (i, &(kind, strategy)) in self.strategies.iter().enumerate() {
            let starts = self.starts(kind) == Some(true);
            let is_terminal = terminal.contains(&kind);
            let why = if self.strategies[..i].iter().any(|s| s.0 == kind) {
                "it has another strategy already: give one for each event"
            } else if self.own_role(kind) == Some(Role::Event) && strategy != Strategy::Composite {
                "it is the endpoint's own event, not an intercurrent one"
            } else if starts {
                "it starts the endpoint's clock"
            } else if is_terminal && strategy == Strategy::TreatmentPolicy {
                "nothing is observed after it, so it cannot be disregarded: make it a component of a composite, or \
                 competing"
            } else if is_terminal && strategy == Strategy::Hypothetical {
                "that nobody dies is no situation that a treatment could bring about: make it competing, or a \
                 component of a composite"
            } else {
                continue;
            };
            return Err(Error::Trial(TrialError::MeaninglessStrategy {
                endpoint: self.name().into(),
                strategy: strategy.name(),
                event: crate::trial::label(&kind),
                why,
            }));
        }
        Ok(())
    }

    /// `NewTherapy: hypothetical, Transplant: composite`; nothing where the endpoint's own roles decide.
    pub(in crate::trial) fn describe(&self) -> String {
        let parts =
            self.strategies.iter().map(|(kind, s)| format!("{}: {}", crate::trial::label(kind), s.name()));
        parts.collect::<Vec<_>>().join(", ")
    }
}

impl<E: Label> From<&Endpoint<E>> for Estimand<E> {
    fn from(endpoint: &Endpoint<E>) -> Self {
        Self::of(endpoint)
    }
}

impl<E: Label> From<&Estimand<E>> for Estimand<E> {
    fn from(estimand: &Estimand<E>) -> Self {
        estimand.clone()
    }
}

impl<E: Label> From<&RunTimeEndpoint<E>> for Estimand<E> {
    fn from(endpoint: &RunTimeEndpoint<E>) -> Self {
        Self::of_run_time(endpoint.clone())
    }
}
