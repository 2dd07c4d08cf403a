//! Baselines as they are written down and read back: sums that rise, of matching lengths.

use serde::Deserialize;

use crate::error::{Error, Result, check_len};
use crate::survival::curve::step_function::StepFunction;
use crate::survival::regression::cox::baseline::{Baseline, StratumHazard};
use crate::survival::regression::recipe::Recipe;

#[derive(Deserialize)]
pub(super) struct RawBaseline {
    recipe: Recipe,
    coefficients: Vec<f64>,
    variance: Vec<f64>,
    means: Vec<f64>,
    rays: Vec<Vec<f64>>,
    strata: Vec<StratumHazard>,
}

impl TryFrom<RawBaseline> for Baseline {
    type Error = Error;

    fn try_from(raw: RawBaseline) -> Result<Self> {
        let RawBaseline { recipe, coefficients, variance, means, rays, strata } = raw;
        let p = coefficients.len();
        check_len("the recipe's columns", recipe.columns().len(), "coefficients", p)?;
        check_len("means", means.len(), "coefficients", p)?;
        check_len("variance", variance.len(), "a matrix of the coefficients", p * p)?;
        for ray in &rays {
            check_len("a ray", ray.len(), "coefficients", p)?;
        }
        for stratum in &strata {
            check_len("level", stratum.level.len(), "rays", rays.len())?;
            let times = stratum.times.len();
            // What is missing of the product is infinite.
            let product = stratum.product.as_ref().map_or(times, |p| p.len().max(times));
            check_len("hazard", stratum.hazard.len(), "times", times)?;
            if !stratum.at_risk.is_empty() {
                check_len("at_risk", stratum.at_risk.len(), "times", times)?;
                if let Some(&value) = stratum.at_risk.iter().find(|n| !(0.0..f64::INFINITY).contains(*n)) {
                    return Err(Error::OutOfRange { argument: "at_risk", value, must_be: "at least 0" });
                }
            }
            check_len("product", product, "times", times)?;
            check_len("variance", stratum.variance.len(), "times", times)?;
            check_len("drift", stratum.drift.len(), "a matrix of times and coefficients", times * p)?;
            check(stratum)?;
        }
        let levels = rays.iter().flatten().chain(strata.iter().flat_map(|s| &s.level));
        let finite = coefficients.iter().chain(&means).chain(&variance).chain(levels);
        if let Some(&value) = finite.into_iter().find(|x| !x.is_finite()) {
            return Err(Error::OutOfRange { argument: "a number of the baseline", value, must_be: "finite" });
        }
        if let Some(value) = (0..p).map(|j| variance[j * p + j]).find(|v| *v < 0.0) {
            return Err(Error::OutOfRange { argument: "a variance", value, must_be: "at least 0" });
        }
        if rays.is_empty() && strata.len() > 1 && strata.iter().any(|s| s.label.is_none()) {
            let must_be = "1 where strata have no labels";
            return Err(Error::OutOfRange {
                argument: "the number of strata",
                value: strata.len() as f64,
                must_be,
            });
        }
        Ok(Self { recipe, coefficients, variance, means, rays, strata })
    }
}

/// Times increase up to the last; hazard, product and variance never fall.
fn check(stratum: &StratumHazard) -> Result<()> {
    let StratumHazard { times, last, hazard, product, variance, drift, .. } = stratum;
    StepFunction::hazard(times, hazard, variance, *last)?;
    let sums = [Some(variance), product.as_ref()];
    for sum in sums.into_iter().flatten() {
        let mut before = 0.0;
        for &value in sum {
            if !(value >= before && value < f64::INFINITY) {
                let must_be = "finite and no smaller than the one before it";
                return Err(Error::OutOfRange { argument: "a sum of the baseline", value, must_be });
            }
            before = value;
        }
    }
    match drift.iter().find(|x| !x.is_finite()) {
        Some(&value) => Err(Error::OutOfRange { argument: "drift", value, must_be: "finite" }),
        None => Ok(()),
    }
}
