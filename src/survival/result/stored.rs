//! What is read back was checked: for values whose parts are all that there is to them.

use crate::error::{Error, Result};

/// Reads a type field by field and asks its `check(&self) -> Result<()>` before it is one.
macro_rules! checked_when_read {
    ($type:ident { $($(#[$attribute:meta])* $field:ident: $of:ty),+ $(,)? }) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                #[derive(serde::Deserialize)]
                struct Raw {
                    $($(#[$attribute])* $field: $of),+
                }
                let Raw { $($field),+ } = Raw::deserialize(from)?;
                let read = Self { $($field),+ };
                match read.check() {
                    Ok(()) => Ok(read),
                    Err(error) => Err(serde::de::Error::custom(error)),
                }
            }
        }
    };
}
pub(crate) use checked_when_read;

/// Sums of products pass 0 and 1 by rounding.
const ROUNDING: f64 = 1e-9;

/// Is it a probability?
pub(crate) fn probability(argument: &'static str, value: f64) -> Result<()> {
    within(argument, value, (-ROUNDING..=1.0 + ROUNDING).contains(&value), "in [0, 1]")
}

/// Is it a covariance of k numbers, row by row?
pub(crate) fn covariance(v: &[f64], k: usize) -> Result<()> {
    (0..k).try_for_each(|i| size("a variance", v[i * k + i]))?;
    v.iter().try_for_each(|&v| number("a covariance", v))
}

/// Is it a number of at least 0?
pub(crate) fn size(argument: &'static str, value: f64) -> Result<()> {
    within(argument, value, (0.0..f64::INFINITY).contains(&value), "at least 0 and finite")
}

/// Is it a number?
pub(crate) fn number(argument: &'static str, value: f64) -> Result<()> {
    within(argument, value, value.is_finite(), "finite")
}

/// Can so many have been counted?
pub(crate) fn count(argument: &'static str, value: usize) -> Result<()> {
    within(argument, value as f64, value <= 1 << 52, "a number that can be counted to")
}

/// Does each of some numbers lie above the one before it?
pub(crate) fn increasing(argument: &'static str, values: impl IntoIterator<Item = f64>) -> Result<()> {
    let mut last = f64::NEG_INFINITY;
    values.into_iter().try_for_each(|value| {
        let before = std::mem::replace(&mut last, value);
        within(argument, value, value > before, "above the one before it")
    })
}

/// Is a limit at or above another?
pub(crate) fn ordered(argument: &'static str, low: f64, high: f64) -> Result<()> {
    within(argument, high, low <= high, "at or above the lower one")
}

/// Is a count below a bound?
pub(crate) fn below(argument: &'static str, value: usize, bound: usize) -> Result<()> {
    within(argument, value as f64, value < bound, "at most the number of those that it is counted among")
}

/// Are two numbers the same but for rounding?
pub(crate) fn equal(argument: &'static str, value: f64, other: f64) -> Result<()> {
    within(argument, value, (value - other).abs() <= ROUNDING * other.abs(), "the same as the one beside it")
}

fn within(argument: &'static str, value: f64, holds: bool, must_be: &'static str) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::OutOfRange { argument, value, must_be }) }
}
