//! How a search ended: part of every fit.

use std::fmt;

/// How a search ended. A coefficient is named by its position among those of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ParametricStop {
    /// The last step was below the tolerance, with a positive definite information: a maximum.
    Converged,
    /// No row tells of an event: the likelihood is highest where nobody ever has one.
    NoEvents,
    /// A group, or a combination of covariates, has no event: the likelihood rises without end in the direction of this
    /// coefficient. The others are those of the limit.
    Separated {
        /// The coefficient that leads.
        coefficient: usize,
    },
    /// The parameter of this coefficient has reached the end of its range, where the family turns into a simpler one (a cure
    /// fraction of 0 or 1, P → 0 of the generalised F distribution, a piece without events; Q → ±∞ of a generalised gamma or F
    /// distribution, whose limits are a power of time up to a last one and the Laplace distribution of log time). The others
    /// are those of the limit.
    Boundary {
        /// The coefficient.
        coefficient: usize,
    },
    /// The likelihood rises without limit while this coefficient does: all event times are tied, or are a function of the
    /// covariates.
    NoMaximum {
        /// The coefficient.
        coefficient: usize,
    },
    /// The likelihood is level in the direction of this coefficient: the data say nothing about it.
    Flat {
        /// The coefficient.
        coefficient: usize,
    },
    /// The limit of iterations was reached.
    MaxIterations,
}

impl ParametricStop {
    /// May all estimates be reported without a remark?
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::Converged
    }

    /// Is there a fitted curve: a maximum, or the limit of one?
    #[must_use]
    pub fn has_curve(self) -> bool {
        matches!(self, Self::Converged | Self::Separated { .. } | Self::Boundary { .. } | Self::MaxIterations)
    }

    /// Is it an end that no other start would change: a maximum, or the limit of one?
    pub(super) fn has_end(self) -> bool {
        matches!(self, Self::Converged | Self::Separated { .. } | Self::Boundary { .. })
    }

    /// The coefficient that it names.
    #[must_use]
    pub fn coefficient(self) -> Option<usize> {
        match self {
            Self::Separated { coefficient }
            | Self::Boundary { coefficient }
            | Self::NoMaximum { coefficient }
            | Self::Flat { coefficient } => Some(coefficient),
            _ => None,
        }
    }
}

impl fmt::Display for ParametricStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Converged => "converged",
            Self::NoEvents => "no events: the likelihood is highest where nobody ever has one",
            Self::Separated { .. } => "separated: no event in a group or combination of covariates",
            Self::Boundary { .. } => "on the boundary: a parameter has reached the end of its range",
            Self::NoMaximum { .. } => "no maximum: the likelihood rises without limit (tied event times?)",
            Self::Flat { .. } => "flat: the data say nothing about a coefficient",
            Self::MaxIterations => "not converged: the limit of iterations was reached",
        })
    }
}
