//! Which interval of a proportion.

use std::fmt;

use crate::error::Result;
use crate::print;
use crate::proportion::{blaker, clopper_pearson, mid_p, wilson};
use crate::survival::result::interval::{ConfidenceInterval, z_of};

/// How the limits of a proportion are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ProportionMethod {
    /// Clopper & Pearson (1934): each tail at most α/2, whatever the truth. R's `binom.test`.
    #[default]
    ClopperPearson,
    /// Wilson (1927): the probabilities that the score test does not reject. No continuity correction.
    Wilson,
    /// Clopper and Pearson's with half the probability of what was observed: the level holds on average, not always.
    MidP,
    /// Blaker (2000): exact, and within Clopper and Pearson's; nested in the level.
    Blaker,
}

impl fmt::Display for ProportionMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::ClopperPearson => "Clopper-Pearson",
            Self::Wilson => "Wilson",
            Self::MidP => "mid-p",
            Self::Blaker => "Blaker",
        })
    }
}

/// Which interval of a proportion: method and level. A bare number is Clopper and Pearson's interval at that level.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | constructor | Clopper-Pearson | the [`ProportionMethod`] | |
/// | [`level`](Self::level) | 0.95 | coverage | inside (0, 1) |
///
/// # Example
/// ```
/// use greenwood::proportion::{Proportion, ProportionInterval};
///
/// let wilson = Proportion::new(81, 263)?.interval(ProportionInterval::wilson())?;
/// // Newcombe (1998), Stat Med 17:857, table I, method 3.
/// assert_eq!(format!("{wilson:.4}"), "0.2553 to 0.3662");
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Clopper & Pearson (1934), Biometrika 26:404. Wilson (1927), J Am Stat Assoc 22:209. Lancaster (1961), J Am Stat
/// Assoc 56:223, for the mid-p. Blaker (2000), Can J Stat 28:783.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProportionInterval {
    method: ProportionMethod,
    level: f64,
}

impl Default for ProportionInterval {
    fn default() -> Self {
        Self { method: ProportionMethod::default(), level: 0.95 }
    }
}

impl From<ProportionMethod> for ProportionInterval {
    fn from(method: ProportionMethod) -> Self {
        Self { method, ..Self::default() }
    }
}

impl From<f64> for ProportionInterval {
    fn from(level: f64) -> Self {
        Self::default().level(level)
    }
}

impl ProportionInterval {
    /// Clopper and Pearson's: the default.
    #[must_use]
    pub fn clopper_pearson() -> Self {
        ProportionMethod::ClopperPearson.into()
    }

    /// Wilson's.
    #[must_use]
    pub fn wilson() -> Self {
        ProportionMethod::Wilson.into()
    }

    /// The mid-p interval.
    #[must_use]
    pub fn mid_p() -> Self {
        ProportionMethod::MidP.into()
    }

    /// Blaker's.
    #[must_use]
    pub fn blaker() -> Self {
        ProportionMethod::Blaker.into()
    }

    /// The coverage, inside (0, 1).
    #[must_use]
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> ProportionMethod {
        self.method
    }

    /// The coverage asked for.
    #[must_use]
    pub fn confidence_level(&self) -> f64 {
        self.level
    }

    /// The limits of `x` among `n`.
    pub(super) fn limits(&self, x: f64, n: f64) -> Result<ConfidenceInterval> {
        let z = z_of(self.level)?;
        let alpha = 1.0 - self.level;
        // The upper limit is the lower one of those without the event.
        let both = |lower: &dyn Fn(f64) -> f64| (lower(x), 1.0 - lower(n - x));
        let bounds = match self.method {
            ProportionMethod::ClopperPearson => both(&|x| clopper_pearson::lower(x, n, 0.5 * alpha)),
            ProportionMethod::Wilson => wilson::limits(x, n, z),
            ProportionMethod::MidP => both(&|x| mid_p::lower(x, n, 0.5 * alpha)),
            ProportionMethod::Blaker => both(&|x| blaker::lower(x, n, alpha)),
        };
        Ok(ConfidenceInterval::new(Some(bounds), self.level))
    }
}

/// `95% CI, Wilson`.
impl fmt::Display for ProportionInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} CI, {}", print::level(self.level), self.method)
    }
}
