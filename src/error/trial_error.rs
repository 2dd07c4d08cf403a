//! What is wrong with the facts of a trial, or with a question about them.

/// What is wrong with the facts of a trial, with an endpoint, or with what is asked of them.
///
/// It is part of [`Error`](crate::Error), as `Error::Trial`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TrialError {
    /// A time of a subject that is not a number, infinite or negative.
    #[error("subject {subject}: the time of {what} is {value} days: it must be finite and at least 0")]
    InvalidSubjectTime {
        /// The subject's id and arm.
        subject: String,
        /// What the time is of.
        what: String,
        /// The value, in days.
        value: f64,
    },
    /// An event or visit after the end of a subject's follow-up.
    #[error(
        "subject {subject}: {what} at {at} is later than the end of follow-up at {end} ({exit}): nothing is \
         observed after it; correct the dates, or the way follow-up ended"
    )]
    AfterExit {
        /// The subject's id and arm.
        subject: String,
        /// What comes too late.
        what: String,
        /// When.
        at: String,
        /// The end of follow-up.
        end: String,
        /// How it ended.
        exit: String,
    },
    /// Follow-up that goes on after an event that ends it in another subject.
    #[error(
        "subject {subject}: follow-up goes on after {event} at {at}, which ended it in another subject: \
         end this one with `Exit::Terminal` too"
    )]
    NotTerminal {
        /// The subject's id or position, and arm.
        subject: String,
        /// The terminal event.
        event: String,
        /// When.
        at: String,
    },
    /// An endpoint that ignores an event after which nothing is observed.
    #[error(
        "endpoint {endpoint} ignores {event}, which ended the follow-up of subject {subject}: \
         make it an event, a competing event or, if that is meant, a censoring"
    )]
    IgnoresTerminal {
        /// The endpoint.
        endpoint: String,
        /// The terminal event.
        event: String,
        /// The subject's id or position, and arm.
        subject: String,
    },
    /// An event for which the description of an endpoint has no role.
    #[error(
        "endpoint {endpoint} gives {event} of subject {subject} no role: name it among the events, the competing, the \
         censoring or the ignored ones"
    )]
    NoRole {
        /// The endpoint.
        endpoint: String,
        /// The event.
        event: String,
        /// The subject's id or position, and arm.
        subject: String,
    },
    /// The description of an endpoint that cannot be one.
    #[error("endpoint {endpoint}: {why}")]
    InvalidEndpoint {
        /// The endpoint.
        endpoint: String,
        /// What is wrong, and what to do.
        why: String,
    },
    /// A survival curve asked of an endpoint with competing events.
    #[error(
        "endpoint {endpoint} has competing events ({event} of subject {subject}): a survival curve would \
         censor them silently; `Analysis::incidence` gives the probability of the event beside them; if they are to be \
         censorings, ask for that by name (`Analysis::competing_as_censored`), or give them another role"
    )]
    CompetingOutcomes {
        /// The endpoint.
        endpoint: String,
        /// The competing event.
        event: String,
        /// The subject's id or position.
        subject: String,
    },
    /// A strategy for an intercurrent event that has no meaning for the endpoint.
    #[error("{endpoint}: the strategy {strategy} for {event} has no meaning: {why}")]
    MeaninglessStrategy {
        /// The endpoint.
        endpoint: String,
        /// The strategy.
        strategy: &'static str,
        /// The event.
        event: String,
        /// The reason, and what to do.
        why: &'static str,
    },
    /// A baseline characteristic or stratification factor that a subject lacks.
    #[error(
        "subject {subject} has no {what}: give it to every subject, or leave the subject out by a population"
    )]
    MissingBaseline {
        /// The subject's id or position, and arm.
        subject: String,
        /// The characteristic or factor.
        what: String,
    },
    /// Numbers of a trial's flow that do not add up.
    #[error(
        "{screened} screened less {excluded} excluded are not the {randomised} randomised: correct the counts"
    )]
    FlowMismatch {
        /// How many were screened.
        screened: usize,
        /// How many of them were not randomised.
        excluded: usize,
        /// How many were randomised.
        randomised: usize,
    },
    /// A date before the one from which time is counted.
    #[error("{date} comes before {start}, from which time is counted: correct one of the dates")]
    DateOrder {
        /// The date.
        date: String,
        /// The start.
        start: String,
    },
    /// A published figure that is not a number as it is printed.
    #[error(
        "\"{text}\" is not a printed figure: digits with at most one point, \"<\" before or \"%\" behind them \
         (38.1%, 0.381, <0.001), and no more than 15 digits"
    )]
    UnreadableFigure {
        /// The text.
        text: String,
    },
    /// An endpoint that a data set does not have.
    #[error("there is no parameter {parameter}: there are {known}")]
    UnknownParameter {
        /// The PARAMCD asked for.
        parameter: String,
        /// Those of the data set.
        known: String,
    },
}
