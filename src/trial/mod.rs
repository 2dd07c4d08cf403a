//! Clinical trials: arms, endpoints and censoring as types, and the analyses that a trial reports.
//!
//! **Facts and questions are different types.** A [`Subject`] is what happened to one person and knows no
//! endpoint. An [`Endpoint`] is a total function from the user's own enum of events to a [`Role`].
//! [`Trial::analyse`] is the only way from one to the other, so two endpoints of one trial cannot
//! contradict each other, and a new kind of event does not compile until every endpoint has decided
//! about it. No string, bool or number stands for a status anywhere.
//!
//! Three places, and only three, decide where a subject is censored, each with its own reason in
//! [`Censoring`]: the role of an event ([`Role::Censor`]), the visits ([`Ascertainment`]) and the end of
//! follow-up ([`Exit`], [`DataCutoff`]). The earliest thing that plays a role wins; at equal times an event
//! comes before a competing event, and that before a censoring.
//!
//! | question | answer |
//! |---|---|
//! | what happened, and what counts | [`Subject`], [`Endpoint`]; [`Estimand`] for intercurrent events |
//! | the same where arms, events and endpoints are known at run time only | [`Name`], [`RunTimeEndpoint`] (closures), [`EndpointDescription`] (a configuration) |
//! | of whom, as of when | [`Population`], [`Stratification`]; [`DataCutoff`], [`Trial::cutoff_at_events`] |
//! | one endpoint, one arm against another | [`Analysis`], [`Contrast`]; several ways of asking in one table: [`Comparisons`] |
//! | the same where events compete | [`Analysis::incidence`], [`IncidenceContrast`]; Kaplan-Meier only by name: [`Analysis::competing_as_censored`] |
//! | who has responded by a date | [`BinaryEndpoint`], [`Trial::responses`], [`BinaryReport`] |
//! | in which state they are now | [`CurrentState`], [`Trial::states`] |
//! | which adverse events, in whom, how often | [`AdverseEvents`], [`Trial::adverse_events`] |
//! | what is reported | [`Analysis::report`], [`Trial::flow`], [`FollowUp`] |
//! | what the data cannot tell | [`Analysis::censoring_bounds`], [`Analysis::tipping_point`], [`Contrast::fragility`] |
//! | files | `adtte` (CDISC ADTTE, a feature) |
//! | what others published | [`reconstruct`] |
//!
//! # Example
//! ```
//! use greenwood::trial::{Endpoint, Exit, Role, Subject, Time, Trial};
//!
//! #[derive(Debug, Clone, Copy, PartialEq)]
//! enum Arm { New, Old }
//! #[derive(Debug, Clone, Copy, PartialEq)]
//! enum Event { Relapse, Death }
//!
//! // Disease-free survival: both count. Leave one out and this does not compile.
//! const DFS: Endpoint<Event> = Endpoint::new("DFS", |h| match h {
//!     Event::Relapse | Event::Death => Role::Event,
//! });
//!
//! let trial = Trial::new([
//!     Subject::on(Arm::New).until(Time::months(30.0), Exit::Cutoff)?,
//!     Subject::on(Arm::New).then(Time::months(7.0), Event::Relapse).until(Time::months(20.0), Exit::Lost)?,
//!     Subject::on(Arm::Old).until(Time::months(5.0), Exit::Terminal(Event::Death))?,
//!     Subject::on(Arm::Old).until(Time::months(25.0), Exit::Withdrew)?,
//! ]);
//! let analysis = trial.analyse(&DFS)?;
//! assert_eq!(analysis.survival(Arm::New, Time::years(1.0))?.to_string(), "50.0% ± 35.4%");
//! # Ok::<(), greenwood::Error>(())
//! ```

#[cfg(feature = "adtte")]
pub mod adtte;
pub mod analysis;
pub mod design;
pub mod examples;
pub mod facts;
pub mod question;
pub mod reconstruct;
pub mod report;
pub mod response;
pub mod safety;
pub mod sensitivity;
pub mod states;

pub use analysis::{
    Analysis, Censoring, CensoringReasons, Comparison, Comparisons, Contrast, Decision, Flow, FollowUp,
    Incidence, IncidenceContrast, NumbersAtRisk, Outcome, Record, Trial, Window,
};
#[cfg(feature = "calendar")]
pub use facts::{Calendar, Clock, DayCount};
pub use facts::{
    Characteristic, DataCutoff, Exit, Label, Name, Stratification, Stratum, Subject, SubjectBuilder, Time,
    TimeUnit,
};
pub use question::{
    Ascertainment, Endpoint, EndpointDescription, Estimand, Origin, Population, Role, RunTimeEndpoint,
    Strategy,
};
pub use report::{
    ArmReport, ComparisonReport, CompetingReport, PenalisedRatio, Report, ReportBuilder, Table,
};
pub use response::{
    BinaryAnalysis, BinaryContrast, BinaryCounts, BinaryEndpoint, BinaryRecord, BinaryReport, BinaryRole,
    BinaryStatus, CountAs,
};
pub use safety::{AdverseEventRow, AdverseEventTable, AdverseEvents};
pub use sensitivity::{CensoringBounds, DeltaAdjustment, Fragility, TippingPoint, TippingRow};
pub use states::{CurrentState, StateAnalysis};

pub(crate) use facts::label::label;
