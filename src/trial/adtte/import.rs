//! What reading a file gives: the rows, and everything that was not taken as it stood.

use std::fmt;

use crate::trial::adtte::check::Contradiction;
use crate::trial::adtte::data_set::Adtte;

/// A data set as it was read, with everything that was not taken as it stood.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Import {
    /// The rows that can be used.
    pub adtte: Adtte,
    /// The rows that cannot, and why.
    pub dropped: Vec<Note>,
    /// Rows that were used although something about them is odd.
    pub remarks: Vec<Note>,
    /// What cannot be true of OS together with PFS, EFS, DFS, RFS or FFS, where the file has them; for other names there
    /// is [`Adtte::contradictions`].
    pub contradictions: Vec<Contradiction>,
}

/// Something about one row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Note {
    /// The row, the first after the header being 1.
    pub row: usize,
    /// Its subject.
    pub usubjid: String,
    /// Its parameter.
    pub paramcd: String,
    /// What there is to say.
    pub what: String,
}

/// `row 3 (01-003, PFS): neither AVAL nor both dates are given`.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {} ({}, {}): {}", self.row, self.usubjid, self.paramcd, self.what)
    }
}
