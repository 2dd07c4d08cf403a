//! Calendar dates in, durations out.

use jiff::civil::Date;

use crate::error::{Error, Result, TrialError};
use crate::trial::{DataCutoff, Time};

/// How days between two dates are counted. The field does both, and never says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum DayCount {
    /// The difference of the dates: an event on the first day happens at 0.
    Elapsed,
    /// The difference and 1, the usual way in ADaM data sets (ADT − STARTDT + 1): an event on the first day happens at
    /// day 1.
    Inclusive,
}

impl DayCount {
    /// What a same-day event counts.
    const fn first_day(self) -> i32 {
        match self {
            Self::Elapsed => 0,
            Self::Inclusive => 1,
        }
    }

    /// The time from one date to another.
    ///
    /// ```
    /// use greenwood::trial::{DayCount, Time};
    /// use jiff::civil::date;
    ///
    /// let (start, end) = (date(2020, 2, 28), date(2020, 3, 1));
    /// assert_eq!(DayCount::Elapsed.between(start, end)?, Time::days(2.0));
    /// assert_eq!(DayCount::Inclusive.between(start, end)?, Time::days(3.0));
    /// assert!(DayCount::Elapsed.between(end, start).is_err());
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`TrialError::DateOrder`](crate::TrialError::DateOrder) where the end comes before the start.
    pub fn between(self, start: Date, end: Date) -> Result<Time> {
        if end < start {
            return Err(Error::Trial(TrialError::DateOrder {
                date: end.to_string(),
                start: start.to_string(),
            }));
        }
        Ok(Time::days(f64::from(days(start, end) + self.first_day())))
    }

    #[cfg(feature = "adtte")]
    /// The date at which a time of whole days ends; `None` for other times and beyond the calendar.
    pub(in crate::trial) fn date(self, start: Date, time: Time) -> Option<Date> {
        let days = time.in_days() - f64::from(self.first_day());
        let whole = days.fract() == 0.0 && (0.0..1e7).contains(&days);
        whole.then(|| start.checked_add(jiff::Span::new().try_days(days as i64).ok()?).ok())?
    }
}

/// Days from one date to a later one: at most 7,304,483 in this calendar of 20,000 years.
fn days(start: Date, end: Date) -> i32 {
    let until = start.until(end).map(|span| span.get_days());
    until.unwrap_or_default()
}

/// A trial's calendar: the date from which entries and cutoffs are counted, and how days are.
///
/// # Example
/// ```
/// use greenwood::trial::{Calendar, DayCount, Exit, Subject, Time, Trial};
/// use jiff::civil::date;
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Event { Relapse }
///
/// let calendar = Calendar::new(date(2014, 8, 1), DayCount::Elapsed);
/// let clock = calendar.entered(date(2015, 3, 10))?;
/// let subject = Subject::on("A")
///     .entered(clock.entry())
///     .then(clock.at(date(2015, 9, 1))?, Event::Relapse)
///     .until(clock.at(date(2018, 2, 20))?, Exit::Cutoff)?;
/// assert_eq!(subject.events()[0].0, Time::days(175.0));
///
/// // As it was known on the day before the relapse: nothing had happened.
/// let early = Trial::new([subject]).at(calendar.cutoff(date(2015, 8, 31))?)?;
/// assert!(early.subjects()[0].events().is_empty());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Calendar {
    first: Date,
    days: DayCount,
}

/// The clock of one subject on a calendar. Made by [`Calendar::entered`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Clock {
    calendar: Calendar,
    entry: Date,
}

impl Calendar {
    /// Counts from a date on: the first entry, or earlier.
    #[must_use]
    pub const fn new(first: Date, days: DayCount) -> Self {
        Self { first, days }
    }

    /// How days are counted.
    #[must_use]
    pub const fn day_count(&self) -> DayCount {
        self.days
    }

    /// The clock of a subject that entered on a date.
    ///
    /// # Errors
    /// [`TrialError::DateOrder`](crate::TrialError::DateOrder) where the date comes before the calendar's first.
    pub fn entered(&self, date: Date) -> Result<Clock> {
        DayCount::Elapsed.between(self.first, date)?;
        Ok(Clock { calendar: *self, entry: date })
    }

    /// The data cutoff on a date: what happened on that day is known.
    ///
    /// # Errors
    /// [`TrialError::DateOrder`](crate::TrialError::DateOrder) where the date comes before the calendar's first.
    pub fn cutoff(&self, date: Date) -> Result<DataCutoff> {
        Ok(DataCutoff(self.days.between(self.first, date)?))
    }

    /// The date of a time on this calendar, if it is a whole number of days.
    #[cfg(feature = "adtte")]
    pub(in crate::trial) fn date(self, since_first: Time) -> Option<Date> {
        DayCount::Elapsed.date(self.first, since_first)
    }
}

impl Clock {
    /// The entry on the trial's calendar, for [`SubjectBuilder::entered`](crate::trial::SubjectBuilder::entered).
    #[must_use]
    pub fn entry(&self) -> Time {
        Time::days(f64::from(days(self.calendar.first, self.entry)))
    }

    /// The time of a date since entry.
    ///
    /// # Errors
    /// [`TrialError::DateOrder`](crate::TrialError::DateOrder) where the date comes before the entry.
    pub fn at(&self, date: Date) -> Result<Time> {
        self.calendar.days.between(self.entry, date)
    }
}
