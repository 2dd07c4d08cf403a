//! Whether figures can be right together.

use std::fmt;

/// Can a set of figures be right together?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Verdict {
    /// There are data with all these figures.
    Possible,
    /// There are none.
    Impossible,
    /// The search was given up before it was known.
    Undecided,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Possible => "possible",
            Self::Impossible => "impossible",
            Self::Undecided => "undecided",
        })
    }
}
