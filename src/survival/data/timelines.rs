//! Start-stop rows put together from parts: follow-up, covariates that change, events. R's `tmerge`.

use std::collections::HashMap;
use std::hash::Hash;

use crate::error::{Error, Result, check_len};
use crate::numeric::near_ties;
use crate::survival::data::timeline_rows::{Placed, TimelineCounts, TimelineRows};

/// Subjects under observation, to whom changing covariates and events are added: what R's `tmerge` does.
///
/// A value that is measured at t holds in rows that begin at t or later, until the next one. An event at t ends a row. So
/// every time at which something happens within the observation of a subject is a cut, and each row `(start, stop]` has
/// the values known at its start: no covariate looks into the future. Additions may stand in any order; times that differ
/// only by rounding are one time.
///
/// | part | meaning |
/// |---|---|
/// | [`new`](Self::new) | subjects, each observed from 0 until a time |
/// | [`with_entry`](Self::with_entry) | delayed entry |
/// | [`covariate`](Self::covariate) | a value that changes (`tdc`) |
/// | [`running_sum`](Self::running_sum) | the sum of what has been measured so far (`cumtdc`) |
/// | [`events`](Self::events) | events, by the state entered (`event`) |
/// | [`rows`](Self::rows) | the rows, and a count of where every addition fell |
///
/// # Example
/// ```
/// use greenwood::survival::data::{Measurements, Timelines};
///
/// // Two patients; the first is given a transplant at 3 and dies at 7.
/// let rows = Timelines::new(&["a", "b"], &[7.0, 9.0])?
///     .covariate("transplant", &[0.0, 0.0], Measurements::new(&["a"], &[3.0], &[1.0])?)?
///     .events(&["a"], &[7.0], &["dead"])?
///     .rows()?;
/// assert_eq!((rows.start(), rows.stop()), (&[0.0, 3.0, 0.0][..], &[3.0, 7.0, 9.0][..]));
/// assert_eq!(rows.covariate("transplant")?, [0.0, 1.0, 0.0]);
/// let data = rows.right_censored("dead")?; // for Cox's model
/// assert_eq!(data.event(), [false, true, false]);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Therneau, Crowson & Atkinson, vignette "timedep" of R's survival.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "parts are no rows until `.rows()` is called"]
pub struct Timelines {
    ids: Vec<String>,
    positions: HashMap<String, usize>,
    entry: Vec<f64>,
    until: Vec<f64>,
    additions: Vec<Addition>,
}

/// What is added at times of subjects.
#[derive(Debug, Clone, PartialEq)]
struct Addition {
    name: String,
    what: What,
    /// As they were given; `None` for a subject that there is not.
    subjects: Vec<Option<usize>>,
    times: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Covariate { initial: Vec<f64>, values: Vec<f64>, summed: bool },
    Events(Vec<String>),
}

/// What was measured of whom, and when: one value of one covariate in each row.
///
/// # Example
/// ```
/// use greenwood::survival::data::Measurements;
///
/// let measured = Measurements::new(&["a", "a", "b"], &[0.0, 3.0, 2.0], &[1.5, 2.0, 0.5])?;
/// let short = Measurements::new(&["a", "b"], &[0.0], &[1.5]).unwrap_err();
/// assert_eq!(short.to_string(), "ids has 2 values, but times has 1: the two must be equal in number");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurements<'a, I> {
    ids: &'a [I],
    times: &'a [f64],
    values: &'a [f64],
}

impl<'a, I: ToString> Measurements<'a, I> {
    /// The subject, the time and the value of each measurement, in any order.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn new(ids: &'a [I], times: &'a [f64], values: &'a [f64]) -> Result<Self> {
        check_len("values", values.len(), "times", times.len())?;
        check_len("ids", ids.len(), "times", times.len())?;
        Ok(Self { ids, times, values })
    }
}

impl Timelines {
    /// Subjects, each under observation from 0 until a time.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::InvalidTime`]; [`Error::DuplicateName`] for a subject who
    /// stands twice; [`Error::EmptyInterval`] for one who is never under observation.
    pub fn new<I: Eq + Hash + ToString>(ids: &[I], until: &[f64]) -> Result<Self> {
        if ids.is_empty() {
            return Err(Error::Empty { argument: "ids" });
        }
        check_len("until", until.len(), "ids", ids.len())?;
        check_times("until", until)?;
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let mut positions = HashMap::with_capacity(ids.len());
        for (i, id) in ids.iter().enumerate() {
            if positions.insert(id.clone(), i).is_some() {
                return Err(Error::DuplicateName { what: "subjects", name: id.clone() });
            }
        }
        let entry = vec![0.0; ids.len()];
        let lines = Self { ids, positions, entry, until: until.to_vec(), additions: Vec::new() };
        lines.check_order()?;
        Ok(lines)
    }

    /// When each subject comes under observation, in the order of the subjects.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::InvalidTime`], [`Error::EmptyInterval`].
    pub fn with_entry(mut self, entry: &[f64]) -> Result<Self> {
        check_len("entry", entry.len(), "ids", self.ids.len())?;
        check_times("entry", entry)?;
        self.entry = entry.to_vec();
        self.check_order()?;
        Ok(self)
    }

    fn check_order(&self) -> Result<()> {
        match (0..self.ids.len()).find(|&i| self.entry[i] >= self.until[i]) {
            Some(index) => {
                Err(Error::EmptyInterval { index, entry: self.entry[index], time: self.until[index] })
            }
            None => Ok(()),
        }
    }

    /// A covariate that is `initial` (in the order of the subjects) until it is measured, and then what was measured last. Of two
    /// values at one time the later row counts.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::InvalidTime`]; [`Error::OutOfRange`] for a value that is not finite: leave out
    /// what is missing; [`Error::DuplicateName`] for two covariates of one name.
    pub fn covariate<I: ToString>(
        self,
        name: &str,
        initial: &[f64],
        measured: Measurements<I>,
    ) -> Result<Self> {
        check_len("initial", initial.len(), "ids", self.ids.len())?;
        self.measured(name, initial.to_vec(), measured, false)
    }

    /// A covariate that is the sum of all that was measured so far, 0 before.
    ///
    /// # Errors
    /// As [`covariate`](Self::covariate).
    pub fn running_sum<I: ToString>(self, name: &str, measured: Measurements<I>) -> Result<Self> {
        let initial = vec![0.0; self.ids.len()];
        self.measured(name, initial, measured, true)
    }

    fn measured<I: ToString>(
        self,
        name: &str,
        initial: Vec<f64>,
        measured: Measurements<I>,
        summed: bool,
    ) -> Result<Self> {
        let Measurements { ids, times, values } = measured;
        if let Some(&value) = initial.iter().chain(values).find(|v| !v.is_finite()) {
            let must_be = "finite; leave out the rows of missing values";
            return Err(Error::OutOfRange { argument: "a value of a covariate", value, must_be });
        }
        if self.additions.iter().any(|a| a.name == name) {
            return Err(Error::DuplicateName { what: "covariates", name: name.into() });
        }
        self.add(name, What::Covariate { initial, values: values.to_vec(), summed }, ids, times)
    }

    /// Events, by the state that each leads to. Those outside of observation are counted and left out; of two at one time the
    /// later row counts.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::InvalidTime`].
    pub fn events<I: ToString, S: ToString>(self, ids: &[I], times: &[f64], to: &[S]) -> Result<Self> {
        check_len("to", to.len(), "times", times.len())?;
        self.add("events", What::Events(to.iter().map(ToString::to_string).collect()), ids, times)
    }

    fn add<I: ToString>(mut self, name: &str, what: What, ids: &[I], times: &[f64]) -> Result<Self> {
        check_len("ids", ids.len(), "times", times.len())?;
        check_times("times", times)?;
        let subjects = ids.iter().map(|id| self.positions.get(&id.to_string()).copied()).collect();
        self.additions.push(Addition { name: name.into(), what, subjects, times: times.to_vec() });
        Ok(self)
    }

    /// The rows, by subject and time, and where each addition fell.
    ///
    /// # Errors
    /// [`Error::NearTieInterval`] for a subject whose observation ends within rounding of its begin.
    pub fn rows(&self) -> Result<TimelineRows> {
        let lines = self.merged();
        if let Some(index) = (0..lines.ids.len()).find(|&i| lines.entry[i] >= lines.until[i]) {
            let (entry, time) = (self.entry[index], self.until[index]);
            return Err(Error::NearTieInterval { index, entry, time });
        }
        let mut cuts: Vec<Vec<f64>> = vec![Vec::new(); lines.ids.len()];
        let counts = lines.additions.iter().map(|a| lines.cut(a, &mut cuts)).collect();
        let mut rows = TimelineRows::empty(&lines.ids, counts);
        for (i, cuts) in cuts.iter().enumerate() {
            rows.push_subject(i, lines.entry[i], cuts, lines.until[i]);
        }
        for addition in &lines.additions {
            let by_subject = addition.by_subject(lines.ids.len());
            match &addition.what {
                What::Covariate { initial, values, summed } => {
                    rows.push_covariate(&addition.name, initial, &by_subject, values, *summed);
                }
                What::Events(to) => rows.mark_events(&by_subject, to),
            }
        }
        Ok(rows)
    }

    /// The same with times that differ by rounding made one.
    fn merged(&self) -> Self {
        let mut lines = self.clone();
        let own = [&self.entry[..], &self.until[..]];
        let added = self.additions.iter().map(|a| &a.times[..]);
        let columns: Vec<&[f64]> = own.into_iter().chain(added).collect();
        if let Some(merged) = near_ties::merged_columns(&columns) {
            let mut merged = merged.into_iter();
            lines.entry = merged.next().unwrap_or_default();
            lines.until = merged.next().unwrap_or_default();
            lines.additions.iter_mut().zip(merged).for_each(|(a, times)| a.times = times);
        }
        lines
    }

    /// Cuts the observation of subjects where an addition falls, and counts.
    fn cut(&self, addition: &Addition, cuts: &mut [Vec<f64>]) -> TimelineCounts {
        let mut counts = TimelineCounts::new(&addition.name);
        // Where there was no cut before: several at one time are each within, as R counts.
        let mut new = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for (row, (subject, &t)) in addition.subjects.iter().zip(&addition.times).enumerate() {
            let Some(i) = *subject else {
                counts.add(Placed::UnknownSubject, row);
                continue;
            };
            counts.add(self.place(i, t, &cuts[i]), row);
            if self.entry[i] < t && t < self.until[i] {
                new.push((i, t));
            }
            if !seen.insert((i, t.to_bits())) {
                counts.tie(row);
            }
        }
        for (i, t) in new {
            let at = cuts[i].partition_point(|&c| c < t);
            if cuts[i].get(at) != Some(&t) {
                cuts[i].insert(at, t);
            }
        }
        counts
    }

    fn place(&self, i: usize, t: f64, cuts: &[f64]) -> Placed {
        let (entry, until) = (self.entry[i], self.until[i]);
        if t < entry {
            Placed::Early
        } else if t == entry {
            Placed::Leading
        } else if t > until {
            Placed::Late
        } else if t == until {
            Placed::Trailing
        } else if cuts.contains(&t) {
            Placed::Boundary
        } else {
            Placed::Within
        }
    }
}

impl Addition {
    /// The rows of each subject in order of time, equal ones in their own order: time and row.
    fn by_subject(&self, subjects: usize) -> Vec<Vec<(f64, usize)>> {
        let mut by_subject = vec![Vec::new(); subjects];
        for (row, (subject, &t)) in self.subjects.iter().zip(&self.times).enumerate() {
            if let Some(i) = *subject {
                by_subject[i].push((t, row));
            }
        }
        for rows in &mut by_subject {
            rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        by_subject
    }
}

fn check_times(argument: &'static str, times: &[f64]) -> Result<()> {
    match times.iter().enumerate().find(|(_, t)| !(0.0..f64::INFINITY).contains(*t)) {
        Some((index, &value)) => Err(Error::InvalidTime { argument, index, value }),
        None => Ok(()),
    }
}
