//! A term as it is written down and read back: its coefficient may be infinite.

use serde::{Deserialize, Serializer};

use crate::error::{Error, Result};
use crate::survival::regression::term::{Status, Term, TestResult};

/// JSON knows no infinity: of an infinite coefficient the status tells.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
pub(super) fn finite<S: Serializer>(
    coefficient: &f64,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    if coefficient.is_finite() { serializer.serialize_some(coefficient) } else { serializer.serialize_none() }
}

#[derive(Deserialize)]
pub(super) struct RawTerm {
    name: String,
    status: Status,
    coefficient: Option<f64>,
    std_error: Option<f64>,
    robust_std_error: Option<f64>,
}

impl TryFrom<RawTerm> for Term {
    type Error = Error;

    fn try_from(raw: RawTerm) -> Result<Self> {
        let coefficient = match raw.status {
            Status::PlusInfinity => f64::INFINITY,
            Status::MinusInfinity => f64::NEG_INFINITY,
            Status::Estimated | Status::Redundant => raw.coefficient.unwrap_or(f64::NAN),
            Status::NotEstimable => f64::NAN,
        };
        let (possible, must_be) = match raw.status {
            Status::Estimated => {
                (coefficient.is_finite(), "a number, unless its status says that it is infinite")
            }
            Status::Redundant => (coefficient == 0.0, "0 where the column was left out"),
            Status::PlusInfinity | Status::MinusInfinity | Status::NotEstimable => {
                (raw.coefficient.is_none(), "missing where it is infinite or has no value")
            }
        };
        if !possible {
            return Err(Error::OutOfRange { argument: "a coefficient", value: coefficient, must_be });
        }
        let errors = [raw.std_error, raw.robust_std_error];
        if let Some(value) = errors.into_iter().flatten().find(|se| !(*se >= 0.0 && *se < f64::INFINITY)) {
            let must_be = "finite and at least 0";
            return Err(Error::OutOfRange { argument: "a standard error", value, must_be });
        }
        Ok(Term {
            name: raw.name,
            status: raw.status,
            coefficient,
            std_error: raw.std_error,
            robust_std_error: raw.robust_std_error,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct RawTest {
    statistic: f64,
    degrees_of_freedom: usize,
}

impl TryFrom<RawTest> for TestResult {
    type Error = Error;

    fn try_from(raw: RawTest) -> Result<Self> {
        let RawTest { statistic, degrees_of_freedom } = raw;
        // A difference of likelihoods of models that are not nested may be negative.
        if !statistic.is_finite() {
            return Err(Error::OutOfRange { argument: "a statistic", value: statistic, must_be: "finite" });
        }
        if u32::try_from(degrees_of_freedom).is_err() {
            let (value, must_be) = (degrees_of_freedom as f64, "a number of coefficients");
            return Err(Error::OutOfRange { argument: "degrees_of_freedom", value, must_be });
        }
        Ok(Self { statistic, degrees_of_freedom })
    }
}
