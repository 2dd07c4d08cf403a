//! Landmark analysis: compare from a fixed time on, by what was known at that time.

use std::fmt;

use crate::error::{Error, Result, check_len};
use crate::print::{Number, counted, one_line};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;

/// A landmark analysis: subjects still under observation at a landmark are grouped by what is known then,
/// and followed from there.
///
/// Responders seem to live longer than others for one reason at least: they had to live until they
/// responded. Grouping by what happens after the start of the clock credits a group with that immortal time.
/// Here a group is fixed at the landmark: [`classify`](Self::classify) makes the groups from the times at which
/// the change happened, and [`with_groups`](Self::with_groups), for groups made elsewhere, asks when each was
/// known and refuses what was not known yet.
///
/// # Conventions
/// Under observation at the landmark s means `entry ≤ s < time`: an event at s itself comes before the
/// landmark. A change at s counts as known. The clock of the cohort starts at the landmark.
///
/// # Example
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::data::Landmark;
///
/// let months = [1.0, 4.0, 9.0, 12.0, 15.0];
/// let died = [true, true, false, true, false];
/// let responded = [None, Some(2.0), Some(2.5), Some(7.0), None];
/// let cohort = Landmark::at(3.0)
///     .classify(&RightCensored::new(&months, &died)?, &responded, "no response", "response")?;
/// assert_eq!(cohort.subjects(), [1, 2, 3, 4]); // the first died before the landmark
/// assert_eq!(cohort.groups().codes(), [1, 1, 0, 0]); // the fourth responded after it: too late to count
/// assert_eq!(cohort.changed_later(), 1);
/// assert_eq!(cohort.data().time(), [1.0, 6.0, 9.0, 12.0]);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Anderson, Cain & Gelber (1983), J Clin Oncol 1:710. Dafni (2011), Circ Cardiovasc Qual Outcomes 4:363.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is analysed until `.classify(…)` or `.with_groups(…)` is called"]
pub struct Landmark {
    time: f64,
}

impl Landmark {
    /// The landmark: a time on the clock of the data, chosen before looking at them.
    pub fn at(time: f64) -> Self {
        Self { time }
    }

    /// Groups by whether a change (a response, a transplant) had happened by the landmark. `changed_at` holds
    /// when it happened to each subject, or `None` if it did not; later changes do not count.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::InvalidTime`] for a time of change that is not a number, infinite
    /// or negative; [`Error::OutOfRange`] for such a landmark; [`Error::Empty`] where nobody is under
    /// observation at it.
    pub fn classify(
        &self,
        data: &RightCensored,
        changed_at: &[Option<f64>],
        unchanged: &str,
        changed: &str,
    ) -> Result<LandmarkCohort> {
        self.check()?;
        check_len("changed_at", changed_at.len(), "time", data.len())?;
        for (index, &value) in changed_at.iter().enumerate() {
            if let Some(value) = value.filter(|t| !(0.0..f64::INFINITY).contains(t)) {
                return Err(Error::InvalidTime { argument: "changed_at", index, value });
            }
        }
        // Changes and ends of observation are judged together: who never changes changes at the end.
        let changes: Vec<f64> = changed_at.iter().zip(data.time()).map(|(c, &t)| c.unwrap_or(t)).collect();
        let merged = data.merged_with(&changes);
        let (data, changes) = merged.as_ref().map_or((data, &changes), |(data, changes)| (data, changes));
        let by_now: Vec<usize> = (0..data.len())
            .map(|i| usize::from(changed_at[i].is_some() && changes[i] <= self.time))
            .collect();
        let mut cohort = self.cohort(data, &Groups::from_codes(&by_now, &[unchanged, changed])?)?;
        let later = |&&i: &&usize| changed_at[i].is_some() && changes[i] > self.time;
        cohort.changed_later = cohort.subjects.iter().filter(later).count();
        Ok(cohort)
    }

    /// Groups made elsewhere, with the time at which each subject's group was known (0 for what was known at
    /// the start, such as a randomised arm).
    ///
    /// # Errors
    /// [`Error::ImmortalTime`] where the group of somebody still under observation at the landmark was known
    /// only later; otherwise as [`classify`](Self::classify).
    pub fn with_groups(
        &self,
        data: &RightCensored,
        groups: &Groups,
        known_at: &[f64],
    ) -> Result<LandmarkCohort> {
        self.check()?;
        groups.check_len("groups", data.len())?;
        check_len("known_at", known_at.len(), "time", data.len())?;
        let cohort = self.cohort(data, groups)?;
        if let Some(&index) = cohort.subjects.iter().find(|&&i| !(known_at[i] <= self.time)) {
            return Err(Error::ImmortalTime { index, known: known_at[index], landmark: self.time });
        }
        Ok(cohort)
    }

    fn check(self) -> Result<()> {
        if (0.0..f64::INFINITY).contains(&self.time) {
            Ok(())
        } else {
            let must_be = "finite and at least 0";
            Err(Error::OutOfRange { argument: "landmark", value: self.time, must_be })
        }
    }

    fn cohort(self, data: &RightCensored, groups: &Groups) -> Result<LandmarkCohort> {
        // Near ties are one time, on whichever side of the landmark rounding left them.
        let data = &*data.merged();
        let entry = data.entry();
        let (mut events_before, mut censored_before, mut not_yet_entered) = (0, 0, 0);
        let keep: Vec<bool> = (0..data.len())
            .map(|i| {
                let gone = data.time()[i] <= self.time;
                let absent = entry.is_some_and(|e| e[i] > self.time);
                if gone {
                    *(if data.event()[i] { &mut events_before } else { &mut censored_before }) += 1;
                } else if absent {
                    not_yet_entered += 1;
                }
                !gone && !absent
            })
            .collect();
        let kept = data.filter(&keep).map_err(|_| Error::Empty { argument: "the cohort at the landmark" })?;
        let time: Vec<f64> = kept.time().iter().map(|t| t - self.time).collect();
        let mut cohort = RightCensored::new(time, kept.event().to_vec())?.with_near_ties(data.near_ties())?;
        if let Some(weights) = kept.weights() {
            cohort = cohort.with_weights(weights.clone())?;
        }
        if let Some(clusters) = kept.clusters() {
            cohort = cohort.with_clusters(clusters)?;
        }
        if let Some(strata) = kept.strata() {
            cohort = cohort.with_strata(strata.clone())?;
        }
        Ok(LandmarkCohort {
            landmark: self.time,
            data: cohort,
            groups: groups.filter(&keep),
            subjects: (0..data.len()).filter(|&i| keep[i]).collect(),
            events_before,
            censored_before,
            not_yet_entered,
            changed_later: 0,
        })
    }
}

/// Who is compared from the landmark on, and who is not and why.
///
/// A group may have lost everybody before the landmark ([`empty_groups`](Self::empty_groups)): nothing is estimated for
/// it, and nothing is compared with it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RawCohort"))]
pub struct LandmarkCohort {
    landmark: f64,
    data: RightCensored<'static>,
    groups: Groups,
    subjects: Vec<usize>,
    events_before: usize,
    censored_before: usize,
    not_yet_entered: usize,
    changed_later: usize,
}

impl LandmarkCohort {
    /// The landmark, on the clock of the original data.
    #[must_use]
    pub fn landmark(&self) -> f64 {
        self.landmark
    }

    /// The observations from the landmark on; their clock starts there.
    #[must_use]
    pub fn data(&self) -> &RightCensored<'static> {
        &self.data
    }

    /// The groups as known at the landmark.
    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// The labels of the groups with nobody in them at the landmark: they have no curve and no comparison.
    #[must_use]
    pub fn empty_groups(&self) -> Vec<&str> {
        (0..self.groups.count())
            .filter(|&g| self.count(g) == 0)
            .map(|g| self.groups.labels()[g].as_str())
            .collect()
    }

    /// How many are in a group.
    fn count(&self, group: usize) -> usize {
        self.groups.codes().iter().filter(|&&c| c as usize == group).count()
    }

    /// The position in the original data of each subject kept.
    #[must_use]
    pub fn subjects(&self) -> &[usize] {
        &self.subjects
    }

    /// How many had the event before the landmark, and so are not in the comparison.
    #[must_use]
    pub fn events_before(&self) -> usize {
        self.events_before
    }

    /// How many were censored before it.
    #[must_use]
    pub fn censored_before(&self) -> usize {
        self.censored_before
    }

    /// How many had not come under observation by it.
    #[must_use]
    pub fn not_yet_entered(&self) -> usize {
        self.not_yet_entered
    }

    /// How many changed after the landmark and count as unchanged ([`Landmark::classify`]).
    #[must_use]
    pub fn changed_later(&self) -> usize {
        self.changed_later
    }
}

impl fmt::Display for LandmarkCohort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Landmark at {}: {} followed from there (before it: {}, {} censored; {} not yet \
             entered; {} changed later and count as unchanged)",
            Number(self.landmark),
            counted(self.subjects.len(), "subject"),
            counted(self.events_before, "event"),
            self.censored_before,
            self.not_yet_entered,
            self.changed_later
        )?;
        for (g, label) in self.groups.labels().iter().enumerate() {
            match self.count(g) {
                0 => write!(f, "\n{}: nobody, so nothing is estimated", one_line(label))?,
                count => write!(f, "\n{}: {count}", one_line(label))?,
            }
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct RawCohort {
    landmark: f64,
    data: RightCensored<'static>,
    groups: Groups,
    subjects: Vec<usize>,
    events_before: usize,
    censored_before: usize,
    not_yet_entered: usize,
    changed_later: usize,
}

#[cfg(feature = "serde")]
impl TryFrom<RawCohort> for LandmarkCohort {
    type Error = Error;

    fn try_from(raw: RawCohort) -> Result<Self> {
        Landmark::at(raw.landmark).check()?;
        raw.groups.check_len("groups", raw.data.len())?;
        check_len("subjects", raw.subjects.len(), "time", raw.data.len())?;
        if let Some(pair) = raw.subjects.windows(2).find(|pair| pair[0] >= pair[1]) {
            let must_be = "above the one before it";
            return Err(Error::OutOfRange {
                argument: "a subject's position",
                value: pair[1] as f64,
                must_be,
            });
        }
        if raw.changed_later > raw.subjects.len() {
            let (value, must_be) = (raw.changed_later as f64, "at most the number of subjects");
            return Err(Error::OutOfRange { argument: "changed_later", value, must_be });
        }
        let RawCohort { landmark, data, groups, subjects, events_before, censored_before, .. } = raw;
        let (not_yet_entered, changed_later) = (raw.not_yet_entered, raw.changed_later);
        Ok(Self {
            landmark,
            data,
            groups,
            subjects,
            events_before,
            censored_before,
            not_yet_entered,
            changed_later,
        })
    }
}
