//! What happened to a person, and when: facts, which know no question.

pub(crate) mod baseline;
#[cfg(feature = "calendar")]
pub(crate) mod calendar;
pub(crate) mod cutoff;
pub(crate) mod label;
pub(crate) mod name;
pub(crate) mod subject;
pub(crate) mod time;

pub use baseline::{Characteristic, Stratification, Stratum};
#[cfg(feature = "calendar")]
pub use calendar::{Calendar, Clock, DayCount};
pub use cutoff::DataCutoff;
pub use label::Label;
pub use name::Name;
pub use subject::{Exit, Subject, SubjectBuilder};
pub use time::{Time, TimeUnit};
