//! How the iteration ended, as a value of the model.

use std::fmt;

/// Why the iteration ended. [`is_success`](Self::is_success): may the estimates be reported without a remark?
///
/// # Example
/// ```
/// use greenwood::survival::regression::Stop;
/// use greenwood::survival::{CoxPh, Design, RightCensored};
///
/// // All who are treated fail first: the likelihood is monotone.
/// let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true; 6])?;
/// let design = Design::builder().numeric("treated", &[1., 1., 1., 0., 0., 0.]).build()?;
/// let fit = CoxPh::new().fit(&data, &design)?;
/// assert_eq!(fit.stop(), Stop::InfiniteCoefficient { covariate: 0 });
/// assert!(CoxPh::new().firth().fit(&data, &design)?.stop().is_success());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Stop {
    /// The score is zero to the tolerance.
    Converged,
    /// There is no event: the likelihood says nothing, and no coefficient can be estimated.
    NoEvents,
    /// The limit of iterations was reached before.
    MaxIterations,
    /// No step in the direction of the score raises the likelihood, or it is flat to rounding along a long one: a
    /// maximum was not found.
    NoAscent,
    /// The likelihood has no maximum: it is monotone in this coefficient (and perhaps others, see their terms). What is
    /// finite or a number is that of the limit, in which these are infinite. The remedy is Firth's penalty
    /// ([`CoxPh::firth`](crate::survival::CoxPh::firth)), under which every estimate is finite; without it the profile likelihood still
    /// gives the one finite limit ([`FittedData::profile_interval`](crate::survival::regression::FittedData::profile_interval)).
    InfiniteCoefficient {
        /// The first such covariate.
        covariate: usize,
    },
    /// The likelihood has a maximum, and is level there along a line on which this coefficient changes (and perhaps others: those
    /// without a standard error): its value is one of many. Of regression with interval censoring alone.
    Flat {
        /// The first such covariate.
        covariate: usize,
    },
}

impl Stop {
    /// May the estimates be reported without a remark?
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::Converged
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Converged => "converged",
            Self::NoEvents => "no event: nothing can be estimated",
            Self::MaxIterations => "NOT CONVERGED: the limit of iterations was reached",
            Self::NoAscent => "NOT CONVERGED: no step raises the likelihood",
            Self::InfiniteCoefficient { .. } => {
                "NO MAXIMUM: monotone likelihood (separation), see the infinite coefficients"
            }
            Self::Flat { .. } => {
                "FLAT: the data do not determine a coefficient, see those without a standard error"
            }
        })
    }
}
