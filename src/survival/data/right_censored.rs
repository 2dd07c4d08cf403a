//! What was observed: times, events and all that belongs to a subject, checked once.

use std::borrow::Cow;
use std::hash::Hash;

use crate::error::{Error, Result, check_len};
use crate::numeric::near_ties;
use crate::survival::data::column::Column;
use crate::survival::data::groups::{Groups, encode};
use crate::survival::data::near_ties::NearTies;
use crate::survival::data::weights::{Weights, check_weights};

/// Right-censored observations: what happened to each subject, checked once and valid from then on.
///
/// A subject is under observation in `(entry, time]`, from time 0 where no entry is given. At `time` either
/// the event happens (`event` is true) or observation ends without it (censoring). All times share one unit.
///
/// | part | default | meaning |
/// |---|---|---|
/// | `time`, `event` | | end of observation, and whether the event happened then |
/// | [`with_entry`](Self::with_entry) | 0 | delayed entry (left truncation); also start-stop rows |
/// | [`with_weights`](Self::with_weights) | 1 | replication or sampling weights |
/// | [`with_clusters`](Self::with_clusters) | every row its own | rows that are not independent: robust variance |
/// | [`with_strata`](Self::with_strata) | one | risk sets do not cross strata (tests and models) |
/// | [`with_ids`](Self::with_ids) | every row its own | start-stop rows of one subject, checked for overlaps |
/// | [`with_near_ties`](Self::with_near_ties) | merge | are times that differ by rounding error equal? |
///
/// Columns are borrowed where they can be: slices, `Vec`s and contiguous ndarray views cost no copy.
///
/// # Example
/// ```
/// use greenwood::survival::{RightCensored, Weights};
///
/// let data = RightCensored::new(&[5.0, 8.0, 8.0], &[true, false, true])?
///     .with_weights(Weights::replication(&[1.0, 2.0, 1.0]))?;
/// assert_eq!(data.len(), 3);
///
/// let err = RightCensored::new(&[5.0, f64::NAN], &[true, false]).unwrap_err();
/// assert!(err.to_string().starts_with("time[1] is NaN: a time must be finite"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::stored::Raw"))]
pub struct RightCensored<'a> {
    pub(super) time: Cow<'a, [f64]>,
    pub(super) event: Cow<'a, [bool]>,
    pub(super) entry: Option<Cow<'a, [f64]>>,
    pub(super) weights: Option<Weights<'a>>,
    pub(super) clusters: Option<Vec<u32>>,
    pub(super) strata: Option<Groups>,
    pub(super) ids: Option<Groups>,
    pub(super) near_ties: NearTies,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) facts: Facts,
}

/// What the check of the times found out on its way: it decides how they are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Facts {
    /// The largest time.
    pub max: f64,
    /// Are all times, entries included, whole numbers below 2⁵¹?
    pub whole: bool,
}

impl Facts {
    /// One pass that the compiler can vectorise: the index of an offender is looked for only when there is one.
    fn of(argument: &'static str, times: &[f64]) -> Result<Self> {
        const SHIFT: f64 = 4503599627370496.0; // 2⁵²: adding it rounds to a whole number
        // Eight of everything side by side, and arithmetic instead of branches, so that it vectorises: one
        // running maximum alone would wait for itself at every step. 0·t is NaN where t is NaN or infinite.
        let (mut min, mut max) = ([0.0_f64; 8], [0.0_f64; 8]);
        let (mut finite, mut fraction) = ([0.0_f64; 8], [0.0_f64; 8]);
        let chunks = times.chunks_exact(8);
        let mut rest = [0.0; 8];
        rest[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
        for chunk in chunks.chain(std::iter::once(&rest[..])) {
            for lane in 0..8 {
                let t = chunk[lane];
                finite[lane] += 0.0 * t;
                fraction[lane] += ((t + SHIFT) - SHIFT - t).abs();
                min[lane] = if t < min[lane] { t } else { min[lane] };
                max[lane] = if t > max[lane] { t } else { max[lane] };
            }
        }
        let valid = finite.iter().all(|&x| x == 0.0) && min.iter().all(|&t| t >= 0.0);
        let whole = fraction.iter().all(|&x| x == 0.0);
        let max = max.into_iter().fold(0.0, f64::max);
        if !valid {
            let invalid = times.iter().enumerate().find(|(_, t)| !(0.0..f64::INFINITY).contains(*t));
            if let Some((index, &value)) = invalid {
                return Err(Error::InvalidTime { argument, index, value });
            }
        }
        Ok(Self { max, whole: whole && max < SHIFT / 2.0 })
    }
}

impl<'a> RightCensored<'a> {
    /// Observations that end at `time`, with the event where `event` is true and censored where it is false.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::InvalidTime`] (NaN, infinite or negative),
    /// [`Error::TooManyRows`].
    pub fn new(time: impl Column<'a, f64>, event: impl Column<'a, bool>) -> Result<Self> {
        let (time, event) = (time.into_cow(), event.into_cow());
        if time.is_empty() {
            return Err(Error::Empty { argument: "time" });
        }
        check_len("event", event.len(), "time", time.len())?;
        if u32::try_from(time.len()).is_err() {
            return Err(Error::TooManyRows { rows: time.len() });
        }
        let facts = Facts::of("time", &time)?;
        Ok(Self {
            time,
            event,
            entry: None,
            weights: None,
            clusters: None,
            strata: None,
            ids: None,
            near_ties: NearTies::default(),
            facts,
        })
    }

    /// Delayed entry: each subject is under observation in `(entry, time]`. An entry at 0 is none.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::InvalidTime`]; [`Error::EmptyInterval`] where an entry does not
    /// come before its time; [`Error::NearTieInterval`] where the two differ by rounding error alone.
    pub fn with_entry(mut self, entry: impl Column<'a, f64>) -> Result<Self> {
        let entry = entry.into_cow();
        check_len("entry", entry.len(), "time", self.len())?;
        let facts = Facts::of("entry", &entry)?;
        for (index, (&entry, &time)) in entry.iter().zip(self.time.iter()).enumerate() {
            if entry >= time {
                return Err(Error::EmptyInterval { index, entry, time });
            }
        }
        self.facts.whole &= facts.whole;
        self.entry = Some(entry);
        self.check_near_ties()?;
        self.check_ids()?;
        Ok(self)
    }

    /// Which subject each row belongs to, for start-stop rows: no subject may be at risk twice at one time. Rows of one
    /// subject in several strata may overlap (marginal models of several events): give the strata first.
    ///
    /// The ids are checked and kept, and change no estimate: variances treat rows as independent unless they are
    /// [clusters](Self::with_clusters). Without ids nothing can be checked across rows: two rows of one person that
    /// overlap are two persons. Gaps are allowed, and are listed by [`gaps`](Self::gaps). So are events before the last row of a
    /// subject, which recurrent events are and deaths are not: [`events_before_the_end`](Self::events_before_the_end) lists them.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::DuplicateInterval`] and [`Error::OverlappingRows`], which name the subject and
    /// both rows.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::RightCensored;
    ///
    /// let rows = RightCensored::new(&[5.0, 9.0, 7.0], &[false, true, false])?.with_entry(&[0.0, 6.0, 0.0])?;
    /// let data = rows.clone().with_ids(&["p1", "p1", "p2"])?;
    /// assert_eq!(data.gaps()[0].to_string(), "p1 is not under observation in (5, 6] (rows 0 and 1)");
    ///
    /// let err = rows.with_ids(&["p1", "p2", "p2"]).unwrap_err();
    /// assert!(err.to_string().starts_with("rows 2 and 1 of subject p2 overlap: (0, 7] and (6, 9]"));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn with_ids<I: Eq + Hash + ToString>(mut self, ids: &[I]) -> Result<Self> {
        check_len("ids", ids.len(), "time", self.len())?;
        self.ids = Some(Groups::new(ids));
        self.check_ids()?;
        Ok(self)
    }

    /// How much each subject counts, and what that means.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::InvalidWeight`] (NaN, infinite or negative);
    /// [`Error::ZeroWeights`] where all are 0; [`Error::HugeWeights`] where they add up to more than 1e150.
    pub fn with_weights(self, weights: Weights<'a>) -> Result<Self> {
        let data = self.with_part_weights(weights)?;
        match &data.weights {
            Some(weights) if weights.values().iter().all(|&w| w == 0.0) => Err(Error::ZeroWeights),
            _ => Ok(data),
        }
    }

    /// Weights of a part of the rows, which may all be 0 as long as those of the whole are not.
    pub(crate) fn with_part_weights(mut self, weights: Weights<'a>) -> Result<Self> {
        let values = weights.values();
        check_len("weights", values.len(), "time", self.len())?;
        check_weights(values)?;
        self.weights = Some(weights);
        Ok(self)
    }

    /// Rows with the same id are not independent of each other (several rows of one person, one litter, one
    /// centre): variances become robust, summed within a cluster.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn with_clusters<I: Eq + Hash>(mut self, ids: &[I]) -> Result<Self> {
        check_len("clusters", ids.len(), "time", self.len())?;
        self.clusters = Some(encode(ids).0);
        Ok(self)
    }

    /// Strata within which subjects are compared: no risk set crosses them.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn with_strata(mut self, strata: Groups) -> Result<Self> {
        strata.check_len("strata", self.len())?;
        self.strata = Some(strata);
        Ok(self)
    }

    /// Whether times that differ only by rounding error are the same time.
    ///
    /// # Errors
    /// [`Error::NearTieInterval`] where merging leaves a subject no time between entry and exit; with ids
    /// [`Error::OverlappingRows`] where rows of a subject met by rounding alone.
    pub fn with_near_ties(mut self, near_ties: NearTies) -> Result<Self> {
        self.near_ties = near_ties;
        self.check_near_ties()?;
        // Rows that meet but for rounding error overlap where near ties are kept apart.
        self.check_ids()?;
        Ok(self)
    }

    /// No subject's interval may vanish when near ties are merged. The rule is only worked out where a
    /// subject's interval is short enough for that.
    fn check_near_ties(&self) -> Result<()> {
        let Some(entry) = &self.entry else { return Ok(()) };
        let short = 2.0_f64.powi(-26) * self.facts.max.max(1.0) * (1.0 + f64::EPSILON);
        if !self.judges_near_ties()
            || entry.iter().zip(self.time.iter()).all(|(&entry, &time)| time - entry > short)
        {
            return Ok(());
        }
        if let Some(merged) = near_ties::merged_columns(&[entry, &self.time])
            && let Some(index) = (0..self.len()).find(|&i| merged[0][i] >= merged[1][i])
        {
            return Err(Error::NearTieInterval { index, entry: entry[index], time: self.time[index] });
        }
        Ok(())
    }

    /// The number of rows.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// The end of observation of each subject.
    #[must_use]
    pub fn time(&self) -> &[f64] {
        &self.time
    }

    /// Whether each subject's observation ended with the event.
    #[must_use]
    pub fn event(&self) -> &[bool] {
        &self.event
    }

    /// When each subject came under observation, if that was delayed.
    #[must_use]
    pub fn entry(&self) -> Option<&[f64]> {
        self.entry.as_deref()
    }

    /// How much each subject counts, if not the same.
    #[must_use]
    pub fn weights(&self) -> Option<&Weights<'a>> {
        self.weights.as_ref()
    }

    /// One code per row, equal within a cluster, if there are clusters.
    #[must_use]
    pub fn clusters(&self) -> Option<&[u32]> {
        self.clusters.as_deref()
    }

    /// The strata, if there are any.
    #[must_use]
    pub fn strata(&self) -> Option<&Groups> {
        self.strata.as_ref()
    }

    /// The subject of each row, if ids were given.
    #[must_use]
    pub fn ids(&self) -> Option<&Groups> {
        self.ids.as_ref()
    }

    /// The rule for times that differ by rounding error.
    #[must_use]
    pub fn near_ties(&self) -> NearTies {
        self.near_ties
    }

    /// The last time of observation.
    #[must_use]
    pub fn last_time(&self) -> f64 {
        self.facts.max
    }

    pub(crate) fn facts(&self) -> Facts {
        self.facts
    }

    /// Can times be near ties? Not where that is switched off, nor whole numbers that are not huge: they differ by 1, and
    /// rounding by at most 1.5e-8 of their mean.
    pub(crate) fn judges_near_ties(&self) -> bool {
        const HUGE: f64 = 1e7;
        self.near_ties == NearTies::Merge && !(self.facts.whole && self.facts.max < HUGE)
    }

    /// Are variances robust: sampling weights or clusters?
    pub(crate) fn is_robust(&self) -> bool {
        self.clusters.is_some() || matches!(self.weights, Some(Weights::Sampling(_)))
    }

    /// The same rows with another event.
    pub(crate) fn with_event(self, event: Vec<bool>) -> Result<Self> {
        check_len("event", event.len(), "time", self.len())?;
        Ok(Self { event: Cow::Owned(event), ..self })
    }

    /// The same data with near ties merged in the times themselves: for algorithms that walk the rows.
    pub(crate) fn merged(&self) -> Cow<'_, Self> {
        if !self.judges_near_ties() {
            return Cow::Borrowed(self);
        }
        let columns: Vec<&[f64]> = std::iter::once(&*self.time).chain(self.entry.as_deref()).collect();
        let Some(mut columns) = near_ties::merged_columns(&columns) else { return Cow::Borrowed(self) };
        let mut data = self.clone();
        if self.entry.is_some() {
            data.entry = columns.pop().map(Cow::Owned);
        }
        data.time = Cow::Owned(columns.remove(0));
        data.near_ties = NearTies::Exact;
        Cow::Owned(data)
    }

    /// The same data with near ties merged over its times and these others together, and the others so merged; `None` where
    /// nothing is.
    pub(crate) fn merged_with(&self, others: &[f64]) -> Option<(Self, Vec<f64>)> {
        if self.near_ties == NearTies::Exact {
            return None;
        }
        let columns = [others, &*self.time, self.entry.as_deref().unwrap_or_default()];
        let [others, time, entry] = near_ties::merged_columns(&columns)?.try_into().ok()?;
        let entry = self.entry.is_some().then_some(Cow::Owned(entry));
        Some((Self { time: Cow::Owned(time), entry, near_ties: NearTies::Exact, ..self.clone() }, others))
    }

    /// A time that was asked for as these data have it: that of rows of which it is a near tie. Of data whose near ties
    /// are [merged](Self::merged) by `rule`.
    pub(crate) fn meant(&self, asked: f64, rule: NearTies) -> f64 {
        if rule == NearTies::Merge { near_ties::meant(self.time.iter().copied(), asked) } else { asked }
    }

    /// The same rows in one order of time.
    pub(crate) fn without_strata(&self) -> Self {
        Self { strata: None, ..self.clone() }
    }
}
