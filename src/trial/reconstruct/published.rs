//! A number as it was printed: its digits are what is known, and no more.

use std::fmt;
use std::str::FromStr;

use num_rational::BigRational;

use crate::error::{Error, Result, TrialError};

/// A number as it stands in print: `38.1%`, `0.153`, `<0.001`.
///
/// What is known is an interval: half a unit of the last digit to either side, both ends included, since an
/// exact half may have been rounded up or to even. `<0.001` stands for everything from 0 to 0.001.
///
/// # Example
/// ```
/// use greenwood::trial::reconstruct::Published;
///
/// let share: Published = "38.1%".parse()?;
/// assert!(share.admits(8.0 / 21.0) && !share.admits(0.3816));
/// assert_eq!(share.to_string(), "38.1%");
/// assert_eq!("66.67 %".parse::<Published>()?.value(), 0.6667);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Published {
    /// The digits without the point.
    digits: u64,
    /// How many of them follow the point, of the number itself and not of its percentage.
    decimals: u32,
    percent: bool,
    below: bool,
}

/// More digits than any printed figure has; 2·10¹⁵ is below 2⁵³, so both ends are exact quotients of `f64`.
const MOST_DIGITS: usize = 15;

impl Published {
    /// The number in the middle of the interval (the upper end of one printed with `<`).
    #[must_use]
    pub fn value(self) -> f64 {
        self.digits as f64 / self.unit()
    }

    /// The smallest and the largest number that are printed like this.
    #[must_use]
    pub fn bounds(self) -> (f64, f64) {
        let (low, high) = self.doubled();
        (low as f64 / (2.0 * self.unit()), high as f64 / (2.0 * self.unit()))
    }

    /// Would `value` be printed like this? Rounding errors of up to 1e-12 of the number are forgiven.
    #[must_use]
    pub fn admits(self, value: f64) -> bool {
        let (low, high) = self.bounds();
        low * (1.0 - 1e-12) <= value && value <= high * (1.0 + 1e-12)
    }

    /// The bounds as exact fractions.
    pub(super) fn exact(self) -> (BigRational, BigRational) {
        let (low, high) = self.doubled();
        // At most 17 decimals: far from the limit of 128 bits.
        let unit = 2 * 10u128.pow(self.decimals);
        (BigRational::new(low.into(), unit.into()), BigRational::new(high.into(), unit.into()))
    }

    fn unit(self) -> f64 {
        10f64.powi(self.decimals as i32)
    }

    /// The bounds in half units of the last digit.
    fn doubled(self) -> (u64, u64) {
        if self.below {
            (0, 2 * self.digits)
        } else {
            ((2 * self.digits).saturating_sub(1), 2 * self.digits + 1)
        }
    }
}

impl FromStr for Published {
    type Err = Error;

    /// Digits with at most one point, `<` before or `%` behind them where it is printed.
    fn from_str(text: &str) -> Result<Self> {
        let unreadable = || Error::Trial(TrialError::UnreadableFigure { text: text.to_string() });
        let trimmed = text.trim();
        let (below, rest) = match trimmed.strip_prefix('<') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, trimmed),
        };
        let (percent, number) = match rest.strip_suffix('%') {
            Some(number) => (true, number.trim_end()),
            None => (false, rest),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || digits.len() > MOST_DIGITS || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(unreadable());
        }
        Ok(Self {
            digits: digits.parse().map_err(|_| unreadable())?,
            decimals: fraction.len() as u32 + if percent { 2 } else { 0 },
            percent,
            below,
        })
    }
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let less = if self.below { "<" } else { "" };
        let shift = if self.percent { 2 } else { 0 };
        let (decimals, sign) = ((self.decimals - shift) as usize, if self.percent { "%" } else { "" });
        let unit = 10u64.pow(decimals as u32);
        let (whole, rest) = (self.digits / unit, self.digits % unit);
        let text = if decimals == 0 {
            format!("{less}{whole}{sign}")
        } else {
            format!("{less}{whole}.{rest:0decimals$}{sign}")
        };
        f.pad(&text)
    }
}

impl TryFrom<String> for Published {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Published> for String {
    fn from(number: Published) -> Self {
        number.to_string()
    }
}
