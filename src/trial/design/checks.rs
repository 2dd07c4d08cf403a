//! What the options of designs may be: each check stands here once, so that one option is refused in one way everywhere.

use crate::error::{Error, Result};
use crate::trial::design::target::Target;

/// An option that is not allowed.
pub(crate) fn refuse<T>(argument: &'static str, value: f64, must_be: &'static str) -> Result<T> {
    Err(Error::OutOfRange { argument, value, must_be })
}

/// Finite.
pub(crate) fn finite(argument: &'static str, value: f64) -> Result<()> {
    if value.is_finite() { Ok(()) } else { refuse(argument, value, "finite") }
}

/// Finite and above 0: ratios, medians, times that something lasts. Beyond 10^±100 products leave the numbers.
pub(crate) fn positive(argument: &'static str, value: f64) -> Result<()> {
    if !(value > 0.0 && value.is_finite()) {
        return refuse(argument, value, "finite and above 0");
    }
    if (1e-100..=1e100).contains(&value) {
        Ok(())
    } else {
        refuse(argument, value, "between 10^-100 and 10^100")
    }
}

/// Subjects of one arm for each of the other.
pub(crate) fn allocation(argument: &'static str, ratio: f64) -> Result<()> {
    positive(argument, ratio)?;
    if (1e-6..=1e6).contains(&ratio) {
        Ok(())
    } else {
        refuse(argument, ratio, "between a millionth and a million")
    }
}

/// Finite and at least 0: rates, amounts.
pub(crate) fn not_negative(argument: &'static str, value: f64) -> Result<()> {
    if !(0.0..f64::INFINITY).contains(&value) {
        return refuse(argument, value, "finite and at least 0");
    }
    if value <= 1e100 { Ok(()) } else { refuse(argument, value, "at most 10^100") }
}

/// A proportion that is neither 0 nor 1.
pub(crate) fn inside(argument: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value < 1.0 { Ok(()) } else { refuse(argument, value, "inside (0, 1)") }
}

/// A proportion that may be 1.
pub(crate) fn share(argument: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value <= 1.0 { Ok(()) } else { refuse(argument, value, "above 0 and at most 1") }
}

/// The error rate of a test, with the number of its sides.
pub(crate) fn error_rate(alpha: f64, sides: u32) -> Result<()> {
    inside("alpha", alpha)?;
    if alpha < 1e-12 {
        return refuse("alpha", alpha, "at least 10^-12: below it 1 - alpha has no digits left");
    }
    if (1..=2).contains(&sides) { Ok(()) } else { refuse("sides", f64::from(sides), "1 or 2") }
}

/// The longest time that a plan may take, in any unit.
const LONGEST: f64 = 1e12;

/// The durations of accrual, where it was `refused`, and of the follow-up.
pub(crate) fn durations(refused: Option<f64>, followup: f64) -> Result<()> {
    if let Some(value) = refused {
        return refuse("accrual", value, "a finite duration of at least 0");
    }
    if (0.0..=LONGEST).contains(&followup) {
        return Ok(());
    }
    refuse("accrual and follow-up", followup, "finite durations of at least 0, and at most 10^12")
}

/// What a plan needs can be counted.
pub(crate) fn size(argument: &'static str, value: f64) -> Result<()> {
    if (0.0..=1e15).contains(&value) {
        return Ok(());
    }
    refuse(argument, value, "at most 10^15: the effect is too small, or hardly anybody has the event")
}

/// A power.
pub(crate) fn power(power: f64) -> Result<()> {
    inside("power", power)
}

/// A power, or a number of subjects or events.
pub(crate) fn target(target: Target) -> Result<()> {
    match target {
        Target::Power(wanted) => power(wanted),
        Target::Subjects(value) | Target::Events(value) if !(value > 0.0 && value.is_finite()) => {
            refuse("target", value, "a finite number above 0")
        }
        _ => Ok(()),
    }
}

/// An effect that differs from none.
pub(crate) fn effect(argument: &'static str, ratio: f64) -> Result<()> {
    positive(argument, ratio)?;
    if ratio == 1.0 {
        return refuse(
            argument,
            ratio,
            "different from 1: no number of subjects shows a difference that is not there",
        );
    }
    Ok(())
}

/// The calendar time of an analysis.
pub(crate) fn analysis_time(time: f64) -> Result<()> {
    if time > 0.0 && time <= LONGEST {
        return Ok(());
    }
    let must_be =
        if time > LONGEST { "at most 10^12" } else { "finite and above 0: nobody would be followed" };
    refuse("the time of the analysis", time, must_be)
}
