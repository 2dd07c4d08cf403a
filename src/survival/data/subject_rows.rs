//! The start-stop rows of one subject: no two at one time.

use std::fmt;

use crate::error::{Error, Result};
use crate::print::Number;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;

/// A time between two rows of a subject in which it is not under observation.
///
/// Gaps are no mistake: a subject that is not observed is at risk for nothing. Where they were not meant, a row is missing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Gap {
    /// The subject.
    pub id: String,
    /// The row that ends before the gap.
    pub before: usize,
    /// The row that starts after it.
    pub after: usize,
    /// When observation ended.
    pub from: f64,
    /// When it started again.
    pub to: f64,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, before, after, from, to } = self;
        let (from, to) = (Number(*from), Number(*to));
        write!(f, "{id} is not under observation in ({from}, {to}] (rows {before} and {after})")
    }
}

impl RightCensored<'_> {
    /// Between which rows a subject is not under observation, in the order of the subjects; empty without
    /// [ids](Self::with_ids). Rows of different strata are not compared.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let Some(ids) = self.ids() else { return Vec::new() };
        let mut gaps = Vec::new();
        for_each_pair(self, ids, |pair| {
            if pair.next.0 > pair.row.1 {
                let (id, from, to) = (pair.id.to_string(), pair.row.1, pair.next.0);
                gaps.push(Gap { id, before: pair.first, after: pair.second, from, to });
            }
            Ok(())
        })
        .unwrap_or_default();
        gaps
    }

    /// The rows with the event after which their subject has another row in the same stratum, in the order of the subjects; empty
    /// without [ids](Self::with_ids). Of an event that occurs once, such as death, there must be none; of recurrent events
    /// (Andersen and Gill's model) there may be many.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::RightCensored;
    ///
    /// let rows = RightCensored::new(&[5.0, 9.0, 7.0], &[true, true, false])?
    ///     .with_entry(&[0.0, 5.0, 0.0])?
    ///     .with_ids(&["p1", "p1", "p2"])?;
    /// assert_eq!(rows.events_before_the_end(), [0]);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn events_before_the_end(&self) -> Vec<usize> {
        let Some(ids) = self.ids() else { return Vec::new() };
        let mut rows = Vec::new();
        for_each_pair(self, ids, |pair| {
            rows.extend(self.event()[pair.first].then_some(pair.first));
            Ok(())
        })
        .unwrap_or_default();
        rows
    }
}

impl RightCensored<'_> {
    /// Rows of one subject that follow each other without a gap, in one group and with one weight, as one row: who only
    /// changes a covariate is not censored and does not enter again.
    ///
    /// Curves and tests of the groups stay what they are, since the risk sets do; numbers of subjects, of censorings and
    /// of entries become those of subjects. Without [ids](Self::with_ids) the rows stay as they are.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] for groups of another length.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{Groups, KaplanMeier, RightCensored};
    ///
    /// // The first subject has two rows, of which the first ends without being a censoring.
    /// let rows = RightCensored::new(&[5.0, 10.0, 8.0], &[false, true, false])?
    ///     .with_entry(&[0.0, 5.0, 0.0])?
    ///     .with_ids(&["p1", "p1", "p2"])?;
    /// let (subjects, all) = rows.joined(&Groups::new(&["all"; 3]))?;
    /// assert_eq!((subjects.time(), all.len()), (&[10.0, 8.0][..], 2));
    /// assert_eq!(KaplanMeier::fit(&subjects).at(9.0).value(), KaplanMeier::fit(&rows).at(9.0).value());
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn joined(&self, groups: &Groups) -> Result<(RightCensored<'static>, Groups)> {
        groups.check_len("groups", self.len())?;
        let mut entry: Vec<f64> = (0..self.len()).map(|i| self.entry().map_or(0.0, |e| e[i])).collect();
        let mut keep = vec![true; self.len()];
        if let Some(ids) = self.ids() {
            let weight = |i: usize| self.weights().map_or(1.0, |w| w.values()[i]);
            for_each_pair(self, ids, |pair| {
                let (a, b) = (pair.first, pair.second);
                let same = groups.codes()[a] == groups.codes()[b] && weight(a) == weight(b);
                if same && !self.event()[a] && pair.row.1 == pair.next.0 {
                    (keep[a], entry[b]) = (false, entry[a]);
                }
                Ok(())
            })?;
        }
        let kept: Vec<f64> = entry.iter().zip(&keep).filter(|(_, k)| **k).map(|(e, _)| *e).collect();
        let data = self.filter(&keep)?;
        Ok((if self.entry().is_some() { data.with_entry(kept)? } else { data }, groups.filter(&keep)))
    }
}

impl RightCensored<'_> {
    pub(super) fn check_ids(&self) -> Result<()> {
        self.ids().map_or(Ok(()), |ids| check(self, ids))
    }
}

/// Refuses rows of one subject (in one stratum) that are at risk at one time. Near ties are one time.
fn check(data: &RightCensored, ids: &Groups) -> Result<()> {
    for_each_pair(data, ids, |Pair { id, first, second, row, next }| {
        if next.0 >= row.1 {
            return Ok(());
        }
        let id = id.to_string();
        let original = |i: usize| (data.entry().map_or(0.0, |e| e[i]), data.time()[i]);
        if row == next {
            let (first, second) = (first.min(second), first.max(second));
            return Err(Error::DuplicateInterval { id, first, second, entry: row.0, time: row.1 });
        }
        let intervals = [original(first), original(second)];
        Err(Error::OverlappingRows { id, first, second, intervals })
    })
}

/// Two rows of a subject, one after the other in order of entry.
struct Pair<'a> {
    id: &'a str,
    first: usize,
    second: usize,
    /// Entry and time of the first, near ties being one.
    row: (f64, f64),
    next: (f64, f64),
}

fn for_each_pair(
    data: &RightCensored,
    ids: &Groups,
    mut visit: impl FnMut(Pair) -> Result<()>,
) -> Result<()> {
    let data = data.merged();
    let interval = |i: usize| (data.entry().map_or(0.0, |e| e[i]), data.time()[i]);
    let stratum = |i: usize| data.strata().map_or(0, |s| s.codes()[i]);
    let mut rows: Vec<usize> = (0..data.len()).collect();
    rows.sort_by(|&i, &j| {
        let (a, b) = (interval(i), interval(j));
        (ids.codes()[i], stratum(i))
            .cmp(&(ids.codes()[j], stratum(j)))
            .then(a.0.total_cmp(&b.0))
            .then(a.1.total_cmp(&b.1))
    });
    for pair in rows.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        if ids.codes()[first] == ids.codes()[second] && stratum(first) == stratum(second) {
            let id = &ids.labels()[ids.codes()[first] as usize];
            visit(Pair { id, first, second, row: interval(first), next: interval(second) })?;
        }
    }
    Ok(())
}
