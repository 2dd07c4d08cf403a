//! CDISC ADaM time-to-event data sets (ADTTE, BDS-TTE 1.0): one row per subject and parameter.
//!
//! * in: [`Adtte::read_csv`], [`Adtte::read_dataset_json`], then [`Adtte::analyse`];
//! * out: [`Adtte::of`] an analysis, then [`Adtte::write_csv`], [`Adtte::write_dataset_json`].
//!
//! `CNSR` is 0 for an event and positive for a censoring, the opposite of the event indicator of R. Here it is a type
//! of its own, [`Cnsr`]: it cannot be taken for a flag, and nothing converts a bare number or boolean to it.
//!
//! What a file says is kept: columns that mean nothing to this library are written back as they were read. What
//! cannot be used is returned ([`Import::dropped`]) and what contradicts itself is told ([`Import::remarks`],
//! [`Adtte::contradictions`]); nothing disappears in silence.
//!
//! # Example
//! ```
//! use greenwood::trial::{DayCount, Time};
//! use greenwood::trial::adtte::Adtte;
//!
//! let file = "\
//! USUBJID,PARAMCD,PARAM,TRTP,STARTDT,ADT,AVAL,AVALU,CNSR,EVNTDESC
//! 01-001,PFS,Progression-free survival,New,2020-01-06,2020-04-05,91,DAYS,0,Progression
//! 01-002,PFS,Progression-free survival,Old,2020-01-20,2020-09-30,255,DAYS,1,Lost to follow-up
//! 01-003,PFS,Progression-free survival,Old,2020-02-03,,,DAYS,0,Death
//! ";
//! let import = Adtte::read_csv(file.as_bytes(), DayCount::Inclusive)?;
//! assert_eq!(import.adtte.rows().len(), 2);
//! assert_eq!(import.dropped[0].to_string(), "row 3 (01-003, PFS): neither AVAL nor both dates are given");
//!
//! let analysis = import.adtte.analyse("PFS")?;
//! assert_eq!(analysis.survival("New", Time::days(91.0))?.value()?, 0.0);
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # References
//! CDISC (2012), ADaM Basic Data Structure for Time-to-Event Analyses 1.0.

mod cells;
mod check;
mod cnsr;
mod data_set;
mod dataset_json;
mod import;
mod read;
mod read_options;
mod transfer;
mod write;

pub use check::Contradiction;
pub use cnsr::Cnsr;
pub use data_set::{Adtte, AdtteRow};
pub use import::{Import, Note};
pub use read_options::ReadOptions;
pub use transfer::AdtteParameter;
