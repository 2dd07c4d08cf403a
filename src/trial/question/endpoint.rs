//! A question that is asked of every subject.

use crate::survival::result::direction::Direction;
use crate::trial::Time;

/// What an event means for an endpoint: the strategies of ICH E9(R1) in four words.
///
/// | strategy for an intercurrent event | role |
/// |---|---|
/// | treatment policy | `Ignore` |
/// | composite | `Event` |
/// | hypothetical (assuming non-informative censoring) | `Censor` |
/// | while on treatment | `Censor`, or `Competing` if the question is "before it" |
///
/// # Example
/// ```
/// use greenwood::trial::{Endpoint, Exit, Role, Subject, Time, Trial};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Event { Relapse, Death }
///
/// // The time to relapse: after a death without one there is none to come.
/// const RELAPSE: Endpoint<Event> = Endpoint::new("time to relapse", |event| match event {
///     Event::Relapse => Role::Event,
///     Event::Death => Role::Competing,
/// });
/// let trial = Trial::new([Subject::on("A").until(Time::months(5.0), Exit::Terminal(Event::Death))?]);
/// assert!(!trial.analyse(&RELAPSE)?.records()[0].outcome.is_event());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Role {
    /// It is what the endpoint counts.
    Event,
    /// It ends observation of the endpoint by making it impossible.
    Competing,
    /// It ends observation of the endpoint.
    Censor,
    /// It means nothing to the endpoint.
    Ignore,
}

/// When an endpoint can be seen to happen.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Ascertainment {
    /// At any time (death).
    Continuous,
    /// At visits: a subject who is censored is known to be free of the event only up to the last visit.
    Assessed {
        /// The planned time between visits.
        every: Time,
        /// An event after at least this many missed visits in a row is censored at the last visit before
        /// them (FDA: two; EMA: none, `None`).
        missed: Option<u32>,
    },
}

/// What starts the endpoint's clock.
#[derive(Debug, Clone, Copy)]
pub enum Origin<E> {
    /// Entry into the trial.
    Entry,
    /// The first event for which this is true (duration of response: the first response). A subject
    /// without it, or with something that plays a role before it (a response after progression is no response), has
    /// no record, and is counted as such.
    First(fn(E) -> bool),
}

/// A question asked of every subject: which events count, from when on, and how they are seen.
///
/// `role` is a total function from the user's own enum: a kind that is left out does not compile.
///
/// # Example
/// ```
/// use greenwood::trial::{Endpoint, Role, Time};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Event { Progression, NewTherapy, Death }
///
/// const PFS: Endpoint<Event> = Endpoint::new("PFS", |h| match h {
///     Event::Progression | Event::Death => Role::Event,
///     Event::NewTherapy => Role::Censor,
/// })
/// .assessed(Time::weeks(8.0), Some(2));
/// assert_eq!(PFS.role(Event::NewTherapy), Role::Censor);
/// ```
///
/// # The usual endpoints
/// Only overall survival means the same in every protocol: [`overall_survival`](Self::overall_survival). The others
/// are patterns. What a protocol says otherwise is one word in a `match`.
///
/// | endpoint | events | death | clock starts at | seen |
/// |---|---|---|---|---|
/// | OS, overall survival | death | event | entry | at any time |
/// | PFS, progression-free survival | progression | event | entry | at visits |
/// | TTP, time to progression | progression | competing (FDA's tables: censored) | entry | at visits |
/// | DFS or RFS, disease- or relapse-free survival | recurrence (and second primary) | event | entry, or remission | at visits |
/// | EFS, event-free survival | progression, no remission by its time, change of therapy | event | entry | at visits |
/// | FFS, failure-free survival (aplastic anaemia) | no response by its time, relapse, clonal evolution, second line | event | entry | at any time |
/// | DoR, duration of response | progression | event | first response | at visits |
/// | TTR, time to response | response | competing | entry | at visits |
///
/// ```
/// use greenwood::trial::{Endpoint, Role, Time};
/// use Kind::{Death, NewTherapy, NoRemission, Progression, Recurrence, Response, SecondPrimary};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Kind { Response, NoRemission, Progression, Recurrence, SecondPrimary, NewTherapy, Death }
///
/// const OS: Endpoint<Kind> = Endpoint::overall_survival(|k| matches!(k, Death));
/// const PFS: Endpoint<Kind> = Endpoint::new("PFS", |k| match k {
///     Progression | Death => Role::Event,
///     NewTherapy => Role::Censor, // FDA's main table; `Ignore` for EMA's treatment policy
///     Response | NoRemission | Recurrence | SecondPrimary => Role::Ignore,
/// })
/// .assessed(Time::weeks(8.0), Some(2));
/// const TTP: Endpoint<Kind> = Endpoint::new("TTP", |k| match k {
///     Progression => Role::Event,
///     Death => Role::Competing,
///     NewTherapy => Role::Censor,
///     Response | NoRemission | Recurrence | SecondPrimary => Role::Ignore,
/// })
/// .assessed(Time::weeks(8.0), Some(2));
/// const DFS: Endpoint<Kind> = Endpoint::new("DFS", |k| match k {
///     Recurrence | SecondPrimary | Death => Role::Event,
///     Progression | NewTherapy | Response | NoRemission => Role::Ignore,
/// });
/// const EFS: Endpoint<Kind> = Endpoint::new("EFS", |k| match k {
///     NoRemission | Progression | Recurrence | NewTherapy | Death => Role::Event,
///     Response | SecondPrimary => Role::Ignore,
/// });
/// // The roles of PFS, counted from the first response; a subject who progressed before it has no record.
/// const DOR: Endpoint<Kind> = PFS.from_first(|k| matches!(k, Response)).named("DoR");
/// assert_eq!((OS.role(Progression), TTP.role(Death), DOR.name()), (Role::Ignore, Role::Competing, "DoR"));
/// # let _ = (DFS, EFS);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Endpoint<E> {
    name: &'static str,
    rule: Rule<E>,
    seen: Ascertainment,
    origin: Origin<E>,
    direction: Direction,
}

/// Where the roles come from.
#[derive(Debug, Clone, Copy)]
enum Rule<E> {
    Roles(fn(E) -> Role),
    /// Events are those for which this is true, and nothing else matters.
    Only(fn(E) -> bool),
    /// Events are those for which the first is true, competing events those for which the second is.
    Before(fn(E) -> bool, fn(E) -> bool),
}

impl<E: Copy> Endpoint<E> {
    /// An endpoint that is seen at any time and counts from entry.
    #[must_use]
    pub const fn new(name: &'static str, role: fn(E) -> Role) -> Self {
        let (seen, origin) = (Ascertainment::Continuous, Origin::Entry);
        Self { name, rule: Rule::Roles(role), seen, origin, direction: Direction::Unknown }
    }

    /// Overall survival: from entry to death from any cause, whatever happens before it. It needs no protocol.
    ///
    /// ```
    /// use greenwood::trial::Endpoint;
    ///
    /// #[derive(Debug, Clone, Copy, PartialEq)]
    /// enum Event { Relapse, Death }
    ///
    /// const OS: Endpoint<Event> = Endpoint::overall_survival(|h| matches!(h, Event::Death));
    /// ```
    #[must_use]
    pub const fn overall_survival(death: fn(E) -> bool) -> Self {
        let (seen, origin) = (Ascertainment::Continuous, Origin::Entry);
        Self { name: "OS", rule: Rule::Only(death), seen, origin, direction: Direction::Unwanted }
    }

    /// The time to an event that others prevent, such as a response, which death prevents: from entry to the first
    /// `event`, with the events that `prevents` names as competing ones and everything else ignored. It is analysed by
    /// [`Analysis::incidence`](crate::trial::Analysis::incidence).
    ///
    /// ```
    /// use greenwood::trial::{Endpoint, Exit, Subject, Time, Trial};
    ///
    /// #[derive(Debug, Clone, Copy, PartialEq)]
    /// enum Event { Response, Relapse, Death }
    ///
    /// const TTR: Endpoint<Event> =
    ///     Endpoint::time_to("time to response", |e| matches!(e, Event::Response), |e| matches!(e, Event::Death)).wanted();
    /// let trial = Trial::new([
    ///     Subject::on("new").then(Time::days(40.0), Event::Response).until(Time::days(90.0), Exit::Cutoff)?,
    ///     Subject::on("new").until(Time::days(30.0), Exit::Terminal(Event::Death))?,
    /// ]);
    /// let responses = trial.analyse(&TTR)?;
    /// assert_eq!(responses.incidence("new", Time::days(60.0))?.value()?, 0.5);
    /// // The duration of a response: from the first one, to relapse or death.
    /// const DOR: Endpoint<Event> = Endpoint::new("DoR", |e| match e {
    ///     Event::Relapse | Event::Death => greenwood::trial::Role::Event,
    ///     Event::Response => greenwood::trial::Role::Ignore,
    /// })
    /// .from_first(|e| matches!(e, Event::Response));
    /// assert_eq!(trial.analyse(&DOR)?.without_origin(), 1);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub const fn time_to(name: &'static str, event: fn(E) -> bool, prevents: fn(E) -> bool) -> Self {
        let (seen, origin) = (Ascertainment::Continuous, Origin::Entry);
        Self { name, rule: Rule::Before(event, prevents), seen, origin, direction: Direction::Unknown }
    }

    /// Under another name: the same roles with another clock are another endpoint.
    #[must_use]
    pub const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Its event is to be reached, such as recovery, engraftment or response: a higher rate is better, and the
    /// sentences of hazard ratios and numbers needed to treat say so. Without [`wanted`](Self::wanted) or
    /// [`unwanted`](Self::unwanted) they say which arm has the higher rate, and no more.
    ///
    /// ```
    /// use greenwood::survival::result::Direction;
    /// use greenwood::trial::{Endpoint, Role};
    ///
    /// const ENGRAFTMENT: Endpoint<bool> = Endpoint::new("engraftment", |_| Role::Event).wanted();
    /// assert_eq!(ENGRAFTMENT.direction(), Direction::Wanted);
    /// ```
    #[must_use]
    pub const fn wanted(self) -> Self {
        Self { direction: Direction::Wanted, ..self }
    }

    /// Its event is to be avoided, such as death or relapse: a lower rate is better.
    #[must_use]
    pub const fn unwanted(self) -> Self {
        Self { direction: Direction::Unwanted, ..self }
    }

    /// Whether its event is wanted.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// Seen only at visits, planned `every` so often; an event after `missed` missed visits is censored.
    #[must_use]
    pub const fn assessed(self, every: Time, missed: Option<u32>) -> Self {
        Self { seen: Ascertainment::Assessed { every, missed }, ..self }
    }

    /// Counted from the first event for which `starts` is true.
    #[must_use]
    pub const fn from_first(self, starts: fn(E) -> bool) -> Self {
        Self { origin: Origin::First(starts), ..self }
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What an event means.
    #[must_use]
    pub fn role(&self, kind: E) -> Role {
        match self.rule {
            Rule::Roles(role) => role(kind),
            Rule::Only(counts) | Rule::Before(counts, _) if counts(kind) => Role::Event,
            Rule::Before(_, prevents) if prevents(kind) => Role::Competing,
            Rule::Only(_) | Rule::Before(..) => Role::Ignore,
        }
    }

    /// How it is seen.
    #[must_use]
    pub const fn ascertainment(&self) -> Ascertainment {
        self.seen
    }

    /// What starts its clock.
    #[must_use]
    pub const fn origin(&self) -> Origin<E> {
        self.origin
    }
}
