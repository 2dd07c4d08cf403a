//! A test of proportional hazards as it is written: checked when it is read back.

use crate::error::{Error, Result};
use crate::survival::regression::cox::proportional::{Named, ProportionalHazards, TimeScale};
use crate::survival::regression::term::TestResult;

#[derive(serde::Deserialize)]
pub(super) struct RawProportionalHazards {
    coefficients: Vec<Named>,
    covariates: Vec<Named>,
    global: TestResult,
    scale: TimeScale,
}

impl TryFrom<RawProportionalHazards> for ProportionalHazards {
    type Error = Error;

    fn try_from(raw: RawProportionalHazards) -> Result<Self> {
        let RawProportionalHazards { coefficients, covariates, global, scale } = raw;
        let most = coefficients.len();
        let too_many = |t: &TestResult, most: usize| t.degrees_of_freedom > most;
        if too_many(&global, most)
            || covariates.len() > most
            || coefficients.iter().any(|t| too_many(&t.test, 1))
            || covariates.iter().any(|t| too_many(&t.test, most))
        {
            let (argument, must_be) = ("degrees_of_freedom", "at most the number of coefficients");
            return Err(Error::OutOfRange { argument, value: global.degrees_of_freedom as f64, must_be });
        }
        Ok(Self { coefficients, covariates, global, scale })
    }
}
