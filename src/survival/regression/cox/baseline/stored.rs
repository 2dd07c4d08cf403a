//! Baselines and predicted curves as they are written down and read back: of matching lengths.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::survival::regression::cox::baseline::{Baseline, PredictedCurve, StratumHazard};
use crate::survival::regression::recipe::Recipe;

fn same(argument: &'static str, len: usize, other: &'static str, expected: usize) -> Result<()> {
    if len == expected { Ok(()) } else { Err(Error::LengthMismatch { argument, len, other, expected }) }
}

#[derive(Deserialize)]
pub(super) struct RawBaseline {
    recipe: Recipe,
    coefficients: Vec<f64>,
    variance: Vec<f64>,
    means: Vec<f64>,
    strata: Vec<StratumHazard>,
}

impl TryFrom<RawBaseline> for Baseline {
    type Error = Error;

    fn try_from(raw: RawBaseline) -> Result<Self> {
        let RawBaseline { recipe, coefficients, variance, means, strata } = raw;
        let p = coefficients.len();
        same("the recipe's columns", recipe.columns().len(), "coefficients", p)?;
        same("means", means.len(), "coefficients", p)?;
        same("variance", variance.len(), "a matrix of the coefficients", p * p)?;
        for stratum in &strata {
            let times = stratum.times.len();
            // What is missing of the product is infinite.
            let product = stratum.product.as_ref().map_or(times, |p| p.len().max(times));
            same("hazard", stratum.hazard.len(), "times", times)?;
            same("product", product, "times", times)?;
            same("variance", stratum.variance.len(), "times", times)?;
            same("drift", stratum.drift.len(), "a matrix of times and coefficients", times * p)?;
        }
        Ok(Self { recipe, coefficients, variance, means, strata })
    }
}

#[derive(Deserialize)]
pub(super) struct RawCurve {
    times: Vec<f64>,
    hazard: Vec<f64>,
    survival: Vec<f64>,
    std_error: Vec<f64>,
}

impl TryFrom<RawCurve> for PredictedCurve {
    type Error = Error;

    fn try_from(raw: RawCurve) -> Result<Self> {
        let RawCurve { times, hazard, survival, std_error } = raw;
        same("hazard", hazard.len(), "times", times.len())?;
        same("survival", survival.len(), "times", times.len())?;
        same("std_error", std_error.len(), "times", times.len())?;
        Ok(Self { times, hazard, survival, std_error })
    }
}
