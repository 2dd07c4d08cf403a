//! A term as it is written down and read back: its coefficient may be infinite, and is then absent.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::survival::regression::term::{Status, Term, TestResult};

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
        let (possible, must_be) = match raw.status {
            Status::Estimated => (
                raw.coefficient.is_some_and(f64::is_finite),
                "a number, unless its status says that it is infinite",
            ),
            Status::Redundant => (raw.coefficient == Some(0.0), "0 where the column was left out"),
            Status::PlusInfinity | Status::MinusInfinity | Status::NotEstimable => {
                (raw.coefficient.is_none(), "missing where it is infinite or has no value")
            }
        };
        if !possible {
            let value = raw.coefficient.unwrap_or(f64::NAN);
            return Err(Error::OutOfRange { argument: "a coefficient", value, must_be });
        }
        let errors = [raw.std_error, raw.robust_std_error];
        if let Some(value) = errors.into_iter().flatten().find(|se| !(*se >= 0.0 && *se < f64::INFINITY)) {
            let must_be = "finite and at least 0";
            return Err(Error::OutOfRange { argument: "a standard error", value, must_be });
        }
        Ok(Term {
            name: raw.name,
            status: raw.status,
            coefficient: raw.coefficient,
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
