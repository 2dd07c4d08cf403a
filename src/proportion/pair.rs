//! Two proportions of independent groups: the 2 × 2 table.

use std::fmt;

use crate::error::NotEstimable;
use crate::proportion::proportion::Proportion;

/// A group's proportion against that of an independent reference: four counts, of which the subjects per group are
/// fixed.
///
/// # Example
/// ```
/// use greenwood::proportion::{Proportion, TwoProportions};
///
/// let pair = TwoProportions::new(Proportion::new(7, 34)?, Proportion::new(1, 34)?);
/// assert_eq!(pair.to_string(), "7/34 (20.6%) against 1/34 (2.9%)");
/// assert_eq!(format!("{:.4} {:.1}", pair.difference(), pair.ratio()?), "0.1765 7.0");
/// assert_eq!(pair.swapped().difference(), -pair.difference());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TwoProportions {
    group: Proportion,
    reference: Proportion,
}

impl TwoProportions {
    /// The group, and what it is compared with.
    #[must_use]
    pub fn new(group: Proportion, reference: Proportion) -> Self {
        Self { group, reference }
    }

    /// The group that is compared.
    #[must_use]
    pub fn group(&self) -> Proportion {
        self.group
    }

    /// What it is compared with.
    #[must_use]
    pub fn reference(&self) -> Proportion {
        self.reference
    }

    /// Read the other way round.
    #[must_use]
    pub fn swapped(&self) -> Self {
        Self { group: self.reference, reference: self.group }
    }

    /// The proportions of those without the event.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self { group: self.group.complement(), reference: self.reference.complement() }
    }

    /// The risk difference.
    #[must_use]
    pub fn difference(&self) -> f64 {
        let [(x, n), (y, m)] = self.counts();
        // Over one denominator, so that equal proportions have the difference 0.
        (x * m - y * n) / (n * m)
    }

    /// The risk ratio; infinite where the reference has no events.
    ///
    /// # Errors
    /// [`NotEstimable::Undefined`] where neither has events.
    pub fn ratio(&self) -> Result<f64, NotEstimable> {
        let [(x, n), (y, m)] = self.counts();
        defined(x * m / (y * n))
    }

    /// The ratio of the odds; infinite where the reference has no events, or the group nobody without.
    ///
    /// # Errors
    /// [`NotEstimable::Undefined`] where neither has events, or neither anybody without.
    pub fn odds_ratio(&self) -> Result<f64, NotEstimable> {
        let [(x, n), (y, m)] = self.counts();
        defined(x * (m - y) / (y * (n - x)))
    }

    /// Events and subjects of both, as numbers.
    pub(super) fn counts(&self) -> [(f64, f64); 2] {
        [self.group.counts(), self.reference.counts()]
    }
}

/// 0/0 is no number.
fn defined(x: f64) -> Result<f64, NotEstimable> {
    if x.is_nan() { Err(NotEstimable::Undefined) } else { Ok(x) }
}

/// `7/34 (20.6%) against 1/34 (2.9%)`, or with `{:#}` each with its interval.
impl fmt::Display for TwoProportions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        if f.alternate() {
            write!(f, "{:#.decimals$} against {:#.decimals$}", self.group, self.reference)
        } else {
            write!(f, "{:.decimals$} against {:.decimals$}", self.group, self.reference)
        }
    }
}
