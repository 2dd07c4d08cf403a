//! What the options of a group-sequential design may be.

use crate::error::{Error, Result, check_len};
use crate::trial::design::boundaries::BoundaryType;
use crate::trial::design::checks;
use crate::trial::design::group_sequential::{Futility, GroupSequential, MOST_LOOKS};
use crate::trial::design::near_looks::{TOO_NEAR, too_near};

impl GroupSequential {
    pub(super) fn check(&self) -> Result<()> {
        self.check_looks()?;
        checks::error_rate(self.alpha, self.sides)?;
        let power = 1.0 - self.beta;
        if !(power > self.alpha && power < 1.0 - 1e-12) {
            return checks::refuse("power", power, "above alpha and below 1");
        }
        check_boundary(&self.boundary, self.fractions.len(), self.alpha / f64::from(self.sides))?;
        self.check_time()?;
        self.check_other_stops()
    }

    /// The number of looks, and the information at each.
    fn check_looks(&self) -> Result<()> {
        if self.fractions.is_empty() {
            return Err(Error::Empty { argument: "fractions" });
        }
        if self.looks > MOST_LOOKS {
            return checks::refuse("looks", self.looks as f64, "at most 50");
        }
        let mut previous = 0.0;
        for (index, &value) in self.fractions.iter().enumerate() {
            // Steps of less than a millionth are no step: the bounds would be one.
            if !(value > previous + 1e-6 && value <= 1.0) {
                let must = if value > previous && value <= 1.0 {
                    "fractions of the information increase to 1, each by more than a millionth"
                } else {
                    "fractions of the information increase from above 0 to 1"
                };
                return Err(Error::NotMonotone { argument: "fractions", index, value, previous, must });
            }
            previous = value;
        }
        if previous != 1.0 {
            return checks::refuse("the last fraction", previous, "1");
        }
        if too_near(&self.fractions) { Err(TOO_NEAR) } else { Ok(()) }
    }

    /// Stops for futility and for harm.
    fn check_other_stops(&self) -> Result<()> {
        let looks = self.fractions.len();
        if let Some((spending, alpha)) = &self.harm {
            spending.check(looks, *alpha)?;
        }
        if (self.futility != Futility::None || self.harm.is_some()) && self.sides == 2 {
            return Err(Error::Unsupported {
                method: "a bound for futility or harm",
                with: "a two-sided design",
                why: "it stops on the side of no effect; take one side with half the error",
            });
        }
        match &self.futility {
            Futility::Z(bounds) => check_futility(bounds, looks),
            Futility::Spending(spending) => spending.check(looks, self.beta),
            Futility::None => Ok(()),
        }
    }

    fn check_time(&self) -> Result<()> {
        let Some(time) = &self.spending_time else { return Ok(()) };
        check_len("spending_time", time.len(), "looks", self.fractions.len())?;
        let mut previous = 0.0;
        for (index, &value) in time.iter().enumerate() {
            if !(value >= previous && value <= 1.0) {
                let must = "shares of the planned time do not fall, and end at 1";
                return Err(Error::NotMonotone { argument: "spending_time", index, value, previous, must });
            }
            previous = value;
        }
        if previous != 1.0 {
            return checks::refuse("the last spending_time", previous, "1");
        }
        Ok(())
    }
}

/// The parameter of a kind of bounds, of designs with one arm or several.
pub(crate) fn check_boundary(boundary: &BoundaryType, looks: usize, alpha: f64) -> Result<()> {
    match boundary {
        BoundaryType::Spending(spending) => spending.check(looks, alpha),
        BoundaryType::WangTsiatis(value) if !((-2.0..=2.0).contains(value)) => {
            checks::refuse("Wang and Tsiatis's Δ", *value, "between -2 and 2")
        }
        BoundaryType::HaybittlePeto(value) if !((0.5..=10.0).contains(value)) => {
            checks::refuse("Haybittle and Peto's bound", *value, "between 0.5 and 10")
        }
        _ => Ok(()),
    }
}

/// Bounds for futility that are given: one for each look but the last.
pub(crate) fn check_futility(bounds: &[f64], looks: usize) -> Result<()> {
    if bounds.len() + 1 != looks {
        let (len, expected) = (bounds.len(), looks - 1);
        let other = "the looks before the last";
        return Err(Error::LengthMismatch { argument: "futility", len, other, expected });
    }
    match bounds.iter().find(|z| !(**z < 10.0)) {
        Some(&value) => checks::refuse("futility", value, "below 10"),
        None => Ok(()),
    }
}
