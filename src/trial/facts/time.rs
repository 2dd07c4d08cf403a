//! Time with its unit.

use std::fmt;

use crate::print::Number;
use std::ops::{Add, Sub};

/// A duration, or a time since an origin, with a unit named on the way in and on the way out.
///
/// A month is 30.4375 days and a year 365.25, so that `Time::months(48.0) == Time::years(4.0)` exactly.
/// There is no conversion from a bare number.
///
/// # Example
/// ```
/// use greenwood::trial::Time;
///
/// assert_eq!(Time::months(48.0), Time::years(4.0));
/// assert_eq!(Time::weeks(2.0).in_days(), 14.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Time(f64);

/// The unit in which times are written or shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TimeUnit {
    /// Days.
    Days,
    /// Weeks of 7 days.
    Weeks,
    /// Months of 30.4375 days.
    Months,
    /// Years of 365.25 days.
    Years,
}

impl TimeUnit {
    /// So many of the unit.
    #[must_use]
    pub const fn time(self, value: f64) -> Time {
        Time(value * self.in_days())
    }

    /// The unit's length in days.
    const fn in_days(self) -> f64 {
        match self {
            Self::Days => 1.0,
            Self::Weeks => WEEK,
            Self::Months => MONTH,
            Self::Years => YEAR,
        }
    }
}

/// `months`.
impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Years => "years",
        })
    }
}

const WEEK: f64 = 7.0;
const MONTH: f64 = 30.4375;
const YEAR: f64 = 365.25;

impl Time {
    /// The origin.
    pub const ZERO: Self = Self(0.0);

    /// Days.
    #[must_use]
    pub const fn days(days: f64) -> Self {
        Self(days)
    }

    /// Weeks of 7 days.
    #[must_use]
    pub const fn weeks(weeks: f64) -> Self {
        Self(weeks * WEEK)
    }

    /// Months of 30.4375 days.
    #[must_use]
    pub const fn months(months: f64) -> Self {
        Self(months * MONTH)
    }

    /// Years of 365.25 days.
    #[must_use]
    pub const fn years(years: f64) -> Self {
        Self(years * YEAR)
    }

    /// As a number of days.
    #[must_use]
    pub const fn in_days(self) -> f64 {
        self.0
    }

    /// As a number of weeks.
    #[must_use]
    pub const fn in_weeks(self) -> f64 {
        self.0 / WEEK
    }

    /// As a number of months.
    #[must_use]
    pub const fn in_months(self) -> f64 {
        self.0 / MONTH
    }

    /// As a number of years.
    #[must_use]
    pub const fn in_years(self) -> f64 {
        self.0 / YEAR
    }

    /// As a number of a unit.
    #[must_use]
    pub const fn in_unit(self, unit: TimeUnit) -> f64 {
        self.0 / unit.in_days()
    }

    /// Is it a number that can be a time: finite and not negative?
    pub(crate) fn is_valid(self) -> bool {
        (0.0..f64::INFINITY).contains(&self.0)
    }
}

impl Add for Time {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Time {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

/// `1461 days (48.0 months)`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} days ({:.1} months)", Number(self.in_days()), Number(self.in_months()))
    }
}
