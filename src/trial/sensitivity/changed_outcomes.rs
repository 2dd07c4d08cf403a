//! A comparison of the same subjects with other outcomes.

use crate::error::Result;
use crate::trial::{Analysis, Contrast, Label, Record};

/// A record as time in days and event.
pub(super) fn plain<A: Label, E: Label>(record: &Record<A, E>) -> (f64, bool) {
    (record.time.in_days(), record.outcome.is_event())
}

impl<A: Label, E: Label> Analysis<A, E> {
    /// The data of a contrast with each record's time and event as `outcome` gives them.
    pub(super) fn contrast_of(
        &self,
        of: A,
        against: A,
        mut outcome: impl FnMut(&Record<A, E>) -> (f64, bool),
    ) -> Result<Contrast> {
        let contrast = self.contrast(of, against)?;
        let records = self.records().iter().filter(|r| r.arm == of || r.arm == against);
        let (time, event): (Vec<f64>, Vec<bool>) = records.map(&mut outcome).unzip();
        contrast.with_outcomes(time, event)
    }
}
