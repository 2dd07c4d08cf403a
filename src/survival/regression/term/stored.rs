//! A term as it is written down and read back: its coefficient may be infinite.

use serde::{Deserialize, Serializer};

use crate::error::{Error, Result};
use crate::survival::regression::term::{Status, Term};

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
        };
        if coefficient.is_nan() {
            let must_be = "a number, unless its status says that it is infinite";
            return Err(Error::OutOfRange { argument: "a coefficient", value: coefficient, must_be });
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
