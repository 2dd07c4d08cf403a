//! What a trial reports about one endpoint, in one call.
//!
//! [`Analysis::report`] collects the numbers, [`Report`] holds them as data, and [`Report::tables`] sets them as text,
//! Markdown, LaTeX or HTML. Nothing is computed for the print: every number is an estimator's own.

mod build;
mod forms;
mod layout;
#[allow(clippy::module_inception, reason = "the file is named for its type")]
mod report;
mod table;

pub use build::ReportBuilder;
pub use report::{ArmReport, ComparisonReport, CompetingReport, PenalisedRatio, Report};
pub use table::Table;

#[cfg(doc)]
use crate::trial::Analysis;
