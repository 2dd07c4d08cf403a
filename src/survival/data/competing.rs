//! Competing risks: each observation ends with one of several causes, or censored.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::Hash;

#[cfg(feature = "serde")]
use crate::error::check_len;
use crate::error::{Error, Result};
use crate::survival::data::column::Column;
use crate::survival::data::groups::{Groups, encode};
use crate::survival::data::near_ties::NearTies;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;

/// Observations that end with one of several causes, or censored; checked once and valid from then on.
///
/// A subject is under observation in `(entry, time]`. At `time` one cause ends it, or observation ends without any
/// (`None`: censored). Causes are values of the user's own type, an enum or text; results name them by its text.
///
/// A row is a subject. Rows cannot be told to be of one, so nothing can be checked across them: a row that another row of its
/// subject continues is a censoring to whatever estimates the censoring (Fine and Gray's model, scores of predictions). The
/// curves of incidence depend on the risk sets alone, and stay what they are.
///
/// | part | default | meaning |
/// |---|---|---|
/// | `time`, `outcome` | | end of observation, and the cause that ended it |
/// | [`with_entry`](Self::with_entry) | 0 | delayed entry (left truncation) |
/// | [`with_weights`](Self::with_weights) | 1 | replication or sampling weights |
/// | [`with_clusters`](Self::with_clusters) | every row its own | rows that are not independent: robust variance |
/// | [`with_strata`](Self::with_strata) | one | risk sets do not cross strata (tests and models) |
/// | [`with_near_ties`](Self::with_near_ties) | merge | are times that differ by rounding error equal? |
///
/// # Example
/// ```
/// use greenwood::survival::CompetingRisks;
///
/// #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
/// enum Cause { Relapse, Death }
/// impl std::fmt::Display for Cause {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         std::fmt::Debug::fmt(self, f)
///     }
/// }
/// use Cause::{Death, Relapse};
///
/// let data = CompetingRisks::new(&[5.0, 8.0, 8.0, 9.0], &[Some(Relapse), None, Some(Death), Some(Relapse)])?;
/// assert_eq!(data.causes(), ["Relapse", "Death"]);
/// assert_eq!(data.any_cause().event(), [true, false, true, true]);
/// assert_eq!(data.cause_specific(&Relapse)?.event(), [true, false, false, true]);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct CompetingRisks<'a> {
    /// The event is any cause.
    any: RightCensored<'a>,
    /// 0 where censored, else one more than the position among the causes.
    codes: Cow<'a, [u32]>,
    causes: Vec<String>,
}

impl<'a> CompetingRisks<'a> {
    /// Observations that end at `time` with the cause `outcome`, or `None` if censored. Causes are numbered by first
    /// appearance; [`with_causes`](Self::with_causes) fixes their order.
    ///
    /// # Errors
    /// [`Error::Empty`] also where every row is censored: then no cause is known; those of [`RightCensored::new`].
    pub fn new<C: Eq + Hash + ToString>(time: impl Column<'a, f64>, outcome: &[Option<C>]) -> Result<Self> {
        let known: Vec<&C> = outcome.iter().flatten().collect();
        let (codes, firsts) = encode(&known);
        // Values that differ but are written alike are one cause: results name causes by their text.
        let named = Groups::new(&firsts.into_iter().map(|i| known[i].to_string()).collect::<Vec<_>>());
        let mut next = codes.into_iter().map(|c| named.codes()[c as usize] + 1);
        let codes = outcome.iter().map(|o| o.as_ref().and_then(|_| next.next()).unwrap_or(0)).collect();
        Self::checked(time, codes, named.labels().to_vec())
    }

    /// The same with the causes and their order stated, so that a cause without events is known too.
    ///
    /// # Errors
    /// [`Error::UnknownCause`] for an outcome that is none of them; [`Error::DuplicateName`] where two causes have one name;
    /// [`Error::Empty`] without causes; those of [`RightCensored::new`].
    pub fn with_causes<C: Eq + Hash + ToString>(
        time: impl Column<'a, f64>,
        outcome: &[Option<C>],
        causes: &[C],
    ) -> Result<Self> {
        let labels: Vec<String> = causes.iter().map(ToString::to_string).collect();
        let code = |o: &Option<C>| match o {
            None => Ok(0),
            Some(c) => causes
                .iter()
                .position(|k| k == c)
                .map(|i| i as u32 + 1)
                .ok_or_else(|| Error::UnknownCause { cause: c.to_string(), known: labels.join(", ") }),
        };
        let codes = outcome.iter().map(code).collect::<Result<_>>()?;
        Self::checked(time, codes, labels)
    }

    fn checked(time: impl Column<'a, f64>, codes: Vec<u32>, causes: Vec<String>) -> Result<Self> {
        let events: Vec<bool> = codes.iter().map(|&c| c > 0).collect();
        let any = RightCensored::new(time, events)?;
        if causes.is_empty() {
            return Err(Error::Empty { argument: "causes" });
        }
        check_distinct(&causes)?;
        Ok(Self { any, codes: Cow::Owned(codes), causes })
    }

    /// Outcomes by their codes: 0 where censored, else one more than the position among the causes. Rows may all be censored.
    #[cfg(feature = "arrow")]
    pub(crate) fn from_codes(
        time: impl Column<'a, f64>,
        codes: Vec<u32>,
        causes: Vec<String>,
    ) -> Result<Self> {
        Self::checked(time, codes, causes)
    }

    /// Delayed entry: each subject is under observation in `(entry, time]`. An entry at 0 is none.
    ///
    /// # Errors
    /// Those of [`RightCensored::with_entry`].
    pub fn with_entry(self, entry: impl Column<'a, f64>) -> Result<Self> {
        Ok(Self { any: self.any.with_entry(entry)?, ..self })
    }

    /// How much each subject counts, and what that means.
    ///
    /// # Errors
    /// Those of [`RightCensored::with_weights`].
    pub fn with_weights(self, weights: Weights<'a>) -> Result<Self> {
        Ok(Self { any: self.any.with_weights(weights)?, ..self })
    }

    /// Rows with the same id are not independent of each other: variances become robust, summed within a cluster.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn with_clusters<I: Eq + Hash>(self, ids: &[I]) -> Result<Self> {
        Ok(Self { any: self.any.with_clusters(ids)?, ..self })
    }

    /// Strata within which subjects are compared.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn with_strata(self, strata: Groups) -> Result<Self> {
        Ok(Self { any: self.any.with_strata(strata)?, ..self })
    }

    /// Whether times that differ only by rounding error are the same time.
    ///
    /// # Errors
    /// [`Error::NearTieInterval`] where merging leaves a subject no time between entry and exit.
    pub fn with_near_ties(self, near_ties: NearTies) -> Result<Self> {
        Ok(Self { any: self.any.with_near_ties(near_ties)?, ..self })
    }

    /// The same outcomes of other rows: what `change` adds to them.
    #[cfg(feature = "arrow")]
    pub(crate) fn map_any(
        self,
        change: impl FnOnce(RightCensored<'a>) -> Result<RightCensored<'a>>,
    ) -> Result<Self> {
        Ok(Self { any: change(self.any)?, ..self })
    }

    /// The number of rows.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// The causes, in the order of their codes.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// 0 for a censored row, else one more than the position of its cause in [`causes`](Self::causes).
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The same observations with any cause as the event: entry, weights, clusters and strata stand here.
    #[must_use]
    pub fn any_cause(&self) -> &RightCensored<'a> {
        &self.any
    }

    /// The position of a cause.
    ///
    /// # Errors
    /// [`Error::UnknownCause`].
    pub fn position(&self, cause: &(impl ToString + ?Sized)) -> Result<usize> {
        position(&self.causes, cause)
    }

    /// The data of one cause-specific hazard: that cause is the event, every other one censors. A model of a hazard may
    /// be fitted to it; one minus its Kaplan-Meier curve is no probability.
    ///
    /// # Errors
    /// [`Error::UnknownCause`].
    pub fn cause_specific(&self, cause: &(impl ToString + ?Sized)) -> Result<RightCensored<'a>> {
        let code = self.position(cause)? as u32 + 1;
        self.with_event(self.codes.iter().map(|&c| c == code).collect())
    }

    /// The same rows with another event.
    pub(crate) fn with_event(&self, event: Vec<bool>) -> Result<RightCensored<'a>> {
        self.any.clone().with_event(event)
    }

    /// The rows for which `keep` is true, with the same causes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Empty`] where no row is kept.
    pub fn filter(&self, keep: &[bool]) -> Result<CompetingRisks<'static>> {
        let any = self.any.filter(keep)?;
        let codes = self.codes.iter().zip(keep).filter(|&(_, &k)| k).map(|(&c, _)| c).collect();
        Ok(CompetingRisks { any, codes: Cow::Owned(codes), causes: self.causes.clone() })
    }

    /// The rows of one group.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::UnknownLabel`]; [`Error::Empty`] where the group has no rows.
    pub fn subset(&self, groups: &Groups, label: &str) -> Result<CompetingRisks<'static>> {
        groups.check_len("groups", self.len())?;
        let code = groups.code(label)? as u32;
        self.filter(&groups.codes().iter().map(|&c| c == code).collect::<Vec<_>>())
    }

    /// The same data with near ties merged in the times themselves.
    pub(crate) fn merged(&self) -> Cow<'_, RightCensored<'a>> {
        self.any.merged()
    }
}

/// A cause is found by its name, so no two have one.
pub(crate) fn check_distinct(causes: &[String]) -> Result<()> {
    let mut seen = HashSet::with_capacity(causes.len());
    match causes.iter().find(|name| !seen.insert(name.as_str())) {
        Some(name) => Err(Error::DuplicateName { what: "causes", name: name.clone() }),
        None => Ok(()),
    }
}

/// The position of a cause among the causes.
pub(crate) fn position(causes: &[String], cause: &(impl ToString + ?Sized)) -> Result<usize> {
    let cause = cause.to_string();
    let found = causes.iter().position(|c| *c == cause);
    found.ok_or_else(|| Error::UnknownCause { cause, known: causes.join(", ") })
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    any: RightCensored<'static>,
    codes: Vec<u32>,
    causes: Vec<String>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for CompetingRisks<'_> {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { any, codes, causes } = raw;
        check_len("codes", codes.len(), "time", any.len())?;
        if let Some((index, &code)) = codes.iter().enumerate().find(|&(_, &c)| c as usize > causes.len()) {
            return Err(Error::InvalidCode { index, code: code as usize, labels: causes.len() });
        }
        if causes.is_empty() {
            return Err(Error::Empty { argument: "causes" });
        }
        check_distinct(&causes)?;
        let any = any.with_event(codes.iter().map(|&c| c > 0).collect())?;
        Ok(Self { any, codes: Cow::Owned(codes), causes })
    }
}
