//! Turnbull's estimate as it is written down and read back: only what could have been computed.

#![cfg(feature = "serde")]

use serde::{Deserialize, Serialize};

use super::curve::TurnbullCurve;
use super::hazards::masses;
use super::intersections::{Place, compare};
use crate::error::{Error, Result, TableError};

/// The largest difference of a sum of probabilities from what it should be.
const ROUNDING: f64 = 1e-9;

/// Infinite times and hazards are null, since JSON has no such number.
#[derive(Serialize, Deserialize)]
pub(super) struct RawCurve {
    /// Of each intersection the first and the last place: a time, and −1 just before it, 0 at it, 1 just after it.
    places: Vec<(Place, (Option<f64>, i8))>,
    mass: Vec<f64>,
    rows: usize,
    total: f64,
    log_likelihood: f64,
    kkt_gap: f64,
    unique: bool,
    iterations: usize,
    hazard: Option<Vec<Option<f64>>>,
}

fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

impl From<TurnbullCurve> for RawCurve {
    fn from(curve: TurnbullCurve) -> Self {
        Self {
            places: curve.places.iter().map(|(left, right)| (*left, (finite(right.0), right.1))).collect(),
            mass: curve.mass,
            rows: curve.rows,
            total: curve.total,
            log_likelihood: curve.log_likelihood,
            kkt_gap: curve.kkt_gap,
            unique: curve.unique,
            iterations: curve.iterations,
            hazard: curve.hazard.map(|h| h.into_iter().map(finite).collect()),
        }
    }
}

impl TryFrom<RawCurve> for TurnbullCurve {
    type Error = Error;

    fn try_from(raw: RawCurve) -> Result<Self> {
        let infinite = |x: Option<f64>| x.unwrap_or(f64::INFINITY);
        let curve = Self {
            places: raw
                .places
                .into_iter()
                .map(|(left, right)| (left, (infinite(right.0), right.1)))
                .collect(),
            mass: raw.mass,
            rows: raw.rows,
            total: raw.total,
            log_likelihood: raw.log_likelihood,
            kkt_gap: raw.kkt_gap,
            unique: raw.unique,
            iterations: raw.iterations,
            hazard: raw.hazard.map(|h| h.into_iter().map(infinite).collect()),
        };
        curve.check()?;
        Ok(curve)
    }
}

fn refuse(argument: &'static str, value: f64, must_be: &'static str) -> Result<()> {
    Err(Error::OutOfRange { argument, value, must_be })
}

/// Are these maximal intersections in their order?
pub(crate) fn check_places(places: &[(Place, Place)]) -> Result<()> {
    if places.is_empty() {
        return Err(Error::Empty { argument: "the intersections" });
    }
    for (j, (left, right)) in places.iter().enumerate() {
        let is_place = |p: &(f64, i8)| p.0 >= 0.0 && (-1..=1).contains(&p.1);
        let infinite = right.0 == f64::INFINITY && (j + 1 < places.len() || right.1 != 0);
        let ordered = compare(left, right).is_le()
            && places.get(j + 1).is_none_or(|next| compare(right, &next.0).is_lt());
        if !(is_place(left) && left.0.is_finite() && is_place(right) && ordered) || infinite {
            return refuse("an intersection", left.0, "after the one before, with its limits in order");
        }
    }
    Ok(())
}

impl TurnbullCurve {
    fn check(&self) -> Result<()> {
        let rows = self.places.len();
        let hazards = self.hazard.as_ref().map_or(rows, Vec::len);
        if let Some(values) = [self.mass.len(), hazards].into_iter().find(|n| *n != rows) {
            return Err(Error::Table(TableError::InconsistentCurve { values, rows }));
        }
        if rows == 0 || self.rows < 1 {
            return Err(Error::Empty { argument: "the intersections" });
        }
        check_places(&self.places)?;
        if let Some(&value) = self.mass.iter().find(|m| !(0.0..=1.0 + ROUNDING).contains(*m)) {
            return refuse("a mass", value, "a probability");
        }
        let sum: f64 = self.mass.iter().sum();
        if !((sum - 1.0).abs() <= ROUNDING) {
            return refuse("the sum of the masses", sum, "1");
        }
        if let Some(hazard) = &self.hazard {
            if let Some(&value) = hazard.iter().find(|h| !(**h >= 0.0)) {
                return refuse("an increment of the cumulative hazard", value, "at least 0");
            }
            let of_hazard = masses(hazard);
            let off = self.mass.iter().zip(&of_hazard).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            if !(off <= ROUNDING) {
                return refuse("the difference of the masses from those of the hazard", off, "0");
            }
        }
        if !(self.total > 0.0 && self.total < f64::INFINITY) {
            return refuse("the number of subjects", self.total, "finite and above 0");
        }
        match [self.log_likelihood, self.kkt_gap].into_iter().find(|x| !x.is_finite()) {
            Some(value) => refuse("the log likelihood or its gap", value, "finite"),
            None => Ok(()),
        }
    }
}
