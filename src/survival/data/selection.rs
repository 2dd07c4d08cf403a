//! Some of the rows: a group, a selection, what was known by a time.

use std::borrow::Cow;

use crate::error::{Error, Result, check_len};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::{Facts, RightCensored};
use crate::survival::data::weights::Weights;

impl RightCensored<'_> {
    /// Which rows are under observation at some time before `tau`: those that entered before it.
    #[must_use]
    pub fn entered_before(&self, tau: f64) -> Vec<bool> {
        match &self.entry {
            Some(entry) => entry.iter().map(|&e| e < tau).collect(),
            None => vec![true; self.len()],
        }
    }

    /// The data as if the study had ended at `tau`: those observed longer are censored then, and rows that
    /// enter at `tau` or later are absent ([`entered_before`](Self::entered_before) tells which are left).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `tau` is negative or NaN; [`Error::Empty`] where nobody entered before it.
    pub fn restrict(&self, tau: f64) -> Result<RightCensored<'static>> {
        if !(0.0..=f64::INFINITY).contains(&tau) {
            return Err(Error::OutOfRange { argument: "tau", value: tau, must_be: "at least 0" });
        }
        let mut data = self.filter(&self.entered_before(tau))?;
        data.event = data.time.iter().zip(data.event.iter()).map(|(&t, &e)| e && t <= tau).collect();
        data.time = data.time.iter().map(|&t| t.min(tau)).collect();
        data.facts.max = data.facts.max.min(tau);
        data.facts.whole &= data.facts.max == data.facts.max.trunc();
        Ok(data)
    }

    /// The rows for which `keep` is true.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Empty`] where no row is kept.
    pub fn filter(&self, keep: &[bool]) -> Result<RightCensored<'static>> {
        check_len("keep", keep.len(), "time", self.len())?;
        if !keep.contains(&true) {
            return Err(Error::Empty { argument: "the selection" });
        }
        let time = select(&self.time, keep);
        let max = time.iter().copied().fold(0.0, f64::max);
        Ok(RightCensored {
            time,
            event: select(&self.event, keep),
            entry: self.entry.as_ref().map(|entry| select(entry, keep)),
            weights: self.weights.as_ref().map(|w| w.map(select(w.values(), keep).into_owned())),
            clusters: self.clusters.as_ref().map(|ids| select(ids, keep).into_owned()),
            strata: self.strata.as_ref().map(|strata| strata.filter(keep)),
            ids: self.ids.as_ref().map(|ids| ids.filter(keep)),
            near_ties: self.near_ties,
            facts: Facts { max, ..self.facts },
        })
    }

    /// Which rows have a sampling weight above 0, where there are others. They are nobody's, and are no rows where rows are
    /// counted.
    pub(crate) fn sampled(&self) -> Option<Vec<bool>> {
        let Some(Weights::Sampling(w)) = &self.weights else { return None };
        let keep: Vec<bool> = w.iter().map(|&w| w > 0.0).collect();
        (keep.contains(&true) && keep.contains(&false)).then_some(keep)
    }

    /// The mean sampling weight of who has one: what an option that is counted in subjects is multiplied by. 1 without such
    /// weights.
    pub(crate) fn mean_sampling_weight(&self) -> f64 {
        match &self.weights {
            Some(Weights::Sampling(w)) => {
                w.iter().sum::<f64>() / w.iter().filter(|&&w| w > 0.0).count().max(1) as f64
            }
            _ => 1.0,
        }
    }

    /// The same data, borrowed from nobody.
    pub(crate) fn to_owned_data(&self) -> RightCensored<'static> {
        fn own<T: Clone>(column: &[T]) -> Cow<'static, [T]> {
            Cow::Owned(column.to_vec())
        }
        RightCensored {
            time: own(&self.time),
            event: own(&self.event),
            entry: self.entry.as_deref().map(own),
            weights: self.weights.as_ref().map(|w| w.map(w.values().to_vec())),
            clusters: self.clusters.clone(),
            strata: self.strata.clone(),
            ids: self.ids.clone(),
            near_ties: self.near_ties,
            facts: self.facts,
        }
    }

    /// The rows of one group.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::UnknownLabel`]; [`Error::Empty`] where the group has no rows.
    pub fn subset(&self, groups: &Groups, label: &str) -> Result<RightCensored<'static>> {
        groups.check_len("groups", self.len())?;
        let code = groups.code(label)? as u32;
        self.filter(&groups.codes().iter().map(|&c| c == code).collect::<Vec<_>>())
    }
}

fn select<T: Clone>(values: &[T], keep: &[bool]) -> Cow<'static, [T]> {
    Cow::Owned(values.iter().zip(keep).filter(|&(_, &k)| k).map(|(v, _)| v.clone()).collect())
}
