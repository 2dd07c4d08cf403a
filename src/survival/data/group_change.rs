//! Subjects who change from one group to another while they are followed, as start-stop rows.

use std::fmt;

use crate::error::{Error, Result, check_len};
use crate::numeric::near_ties;
use crate::survival::data::episodes::expand;
use crate::survival::data::groups::Groups;
use crate::survival::data::near_ties::NearTies;
use crate::survival::data::right_censored::RightCensored;

/// Rows of subjects who may enter another group later (responders, the transplanted): each is at risk in the first group
/// until the change, and in the second from then on. Made by [`RightCensored::split_at_change`].
///
/// Nobody is in two groups at once, and the time until a response is not credited to the responders. The curves of such
/// groups are [`SimonMakuch`](crate::survival::curve::SimonMakuch)'s, their test is
/// [`MantelByar`](crate::survival::log_rank::MantelByar)'s; [`Landmark`](super::Landmark) fixes the groups at one time instead.
///
/// # Conventions
/// A change at c leaves the subject unchanged in `(entry, c]`, and changed in `(c, time]`. So an event at c is one of the
/// unchanged, and a change at the end of observation or after it is none. A change at or before entry is one from the outset.
///
/// # Example
/// ```
/// use greenwood::survival::RightCensored;
///
/// let months = [1.0, 4.0, 9.0, 12.0];
/// let died = [true, true, false, true];
/// let responded = [None, Some(2.0), Some(0.0), Some(12.0)];
/// let rows = RightCensored::new(&months, &died)?.split_at_change(&responded, "no response", "response")?;
/// assert_eq!(rows.source(), [0, 1, 1, 2, 3]);
/// assert_eq!(rows.data().time(), [1.0, 2.0, 4.0, 9.0, 12.0]);
/// assert_eq!(rows.groups().codes(), [0, 0, 1, 1, 0]); // the last responded at the very end: too late
/// assert_eq!((rows.changed(), rows.changed_too_late()), (2, 1));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct GroupChange {
    data: RightCensored<'static>,
    groups: Groups,
    source: Vec<usize>,
    changed: usize,
    changed_too_late: usize,
}

impl RightCensored<'_> {
    /// Cuts each row at the time at which its subject changed from one group to the other (`None` if it never did).
    /// Weights, strata, clusters and ids go with the row; under sampling weights without clusters the rows of a subject
    /// become a cluster.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::InvalidTime`] for a time of change that is NaN, infinite or negative;
    /// [`Error::EmptyInterval`] for a subject at time 0, which is under observation at no time; [`Error::DuplicateLabel`].
    pub fn split_at_change(
        &self,
        changed_at: &[Option<f64>],
        unchanged: &str,
        changed: &str,
    ) -> Result<GroupChange> {
        check_len("changed_at", changed_at.len(), "time", self.len())?;
        for (index, &value) in changed_at.iter().enumerate() {
            if let Some(value) = value.filter(|t| !(0.0..f64::INFINITY).contains(t)) {
                return Err(Error::InvalidTime { argument: "changed_at", index, value });
            }
        }
        let none = vec![0.0; self.len()];
        // Who never changes changes at the end: times that are there already move no near tie.
        let change: Vec<f64> = changed_at.iter().zip(self.time()).map(|(c, &t)| c.unwrap_or(t)).collect();
        let columns = [self.entry().unwrap_or(&none), self.time(), &change];
        let merged = match self.near_ties() {
            NearTies::Merge => near_ties::merged_columns(&columns),
            NearTies::Exact => None,
        };
        let exact = merged.is_some() || self.near_ties() == NearTies::Exact;
        let [entry, time, change] = match merged.as_deref() {
            Some([entry, time, change]) => [&entry[..], &time[..], &change[..]],
            _ => columns,
        };
        let mut rows = Rows::default();
        for i in 0..self.len() {
            rows.cut(i, (entry[i], time[i]), self.event()[i], changed_at[i].map(|_| change[i]))?;
        }
        let mut data = RightCensored::new(rows.stop, rows.event)?;
        if exact {
            data = data.with_near_ties(NearTies::Exact)?;
        }
        if rows.start.iter().any(|&s| s > 0.0) {
            data = data.with_entry(rows.start)?;
        }
        Ok(GroupChange {
            data: self.carry_over(data, &rows.source)?,
            groups: Groups::from_codes(&rows.group, &[unchanged, changed])?,
            source: rows.source,
            changed: rows.changed,
            changed_too_late: rows.too_late,
        })
    }
}

#[derive(Default)]
struct Rows {
    start: Vec<f64>,
    stop: Vec<f64>,
    event: Vec<bool>,
    group: Vec<usize>,
    source: Vec<usize>,
    changed: usize,
    too_late: usize,
}

impl Rows {
    fn cut(
        &mut self,
        index: usize,
        (entry, time): (f64, f64),
        event: bool,
        change: Option<f64>,
    ) -> Result<()> {
        if entry >= time {
            return Err(Error::EmptyInterval { index, entry, time });
        }
        let change = match change {
            Some(c) if c < time => {
                self.changed += 1;
                c.max(entry)
            }
            other => {
                self.too_late += usize::from(other.is_some());
                time
            }
        };
        for (group, start, stop) in [(0, entry, change), (1, change, time)] {
            if start < stop {
                self.start.push(start);
                self.stop.push(stop);
                self.event.push(event && stop == time);
                self.group.push(group);
                self.source.push(index);
            }
        }
        Ok(())
    }
}

impl GroupChange {
    /// The start-stop rows.
    #[must_use]
    pub fn data(&self) -> &RightCensored<'static> {
        &self.data
    }

    /// The group of each row: the unchanged, and the changed.
    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// The row of the original data that each row comes from: as clusters, the ids of the subjects.
    #[must_use]
    pub fn source(&self) -> &[usize] {
        &self.source
    }

    /// A column of the original data, row by row of these.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where the column is not as long as the original data.
    pub fn expand<T: Clone>(&self, column: &[T]) -> Result<Vec<T>> {
        let (len, expected) = (column.len(), self.source.last().map_or(0, |&last| last + 1));
        check_len("column", len, "the data before the split", expected)?;
        Ok(expand(column, &self.source))
    }

    /// How many were at risk in the second group at some time.
    #[must_use]
    pub fn changed(&self) -> usize {
        self.changed
    }

    /// How many changed when observation ended, or later, and count as unchanged.
    #[must_use]
    pub fn changed_too_late(&self) -> usize {
        self.changed_too_late
    }
}

impl fmt::Display for GroupChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subjects = self.source.last().map_or(0, |&last| last + 1);
        let label = &self.groups.labels()[1];
        write!(f, "{subjects} subjects, {} of them later or from the outset: {label}", self.changed)?;
        if self.changed_too_late > 0 {
            write!(
                f,
                " ({} changed when observation had ended, and count as unchanged)",
                self.changed_too_late
            )?;
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    data: RightCensored<'static>,
    groups: Groups,
    source: Vec<usize>,
    changed: usize,
    changed_too_late: usize,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for GroupChange {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { data, groups, source, changed, changed_too_late } = raw;
        groups.check_len("groups", data.len())?;
        if groups.count() != 2 {
            let (value, must_be) = (groups.count() as f64, "2: the unchanged and the changed");
            return Err(Error::OutOfRange { argument: "the number of groups", value, must_be });
        }
        super::episodes::check_source(&source, data.len())?;
        let rows = groups.codes().iter().filter(|&&c| c == 1).count();
        if changed != rows {
            let (value, must_be) = (changed as f64, "the number of rows of the changed");
            return Err(Error::OutOfRange { argument: "changed", value, must_be });
        }
        Ok(Self { data, groups, source, changed, changed_too_late })
    }
}
