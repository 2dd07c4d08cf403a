//! Adverse events: in how many subjects, how many, how often, and when first.
//!
//! [`AdverseEvents`] says which of the user's events are adverse and up to when they count; [`Trial::adverse_events`]
//! counts them by term and arm. Three numbers are told apart that tables of harms often mix:
//!
//! * **subjects** with at least one event, a proportion ([`AdverseEventTable::proportion`]) with exact limits: right
//!   where all are followed equally long;
//! * **events** per patient-year ([`AdverseEventTable::rate`]), each counted, over all the time under observation; and
//!   **first** events per patient-year free of them ([`AdverseEventTable::first_rate`]);
//! * the **incidence** of a first event by a time, with death as a competing event ([`AdverseEventTable::first`]):
//!   right where follow-up differs, since neither a proportion nor one minus Kaplan-Meier is.
//!
//! Allignol, Beyersmann & Schmoor (2016), Pharm Stat 15:297; Unkel et al. (2019), Pharm Stat 18:166.
//!
//! [`Trial::adverse_events`]: crate::trial::Trial::adverse_events

pub(crate) mod adverse_events;
pub(crate) mod table;

pub use adverse_events::AdverseEvents;
pub use table::{AdverseEventRow, AdverseEventTable};
