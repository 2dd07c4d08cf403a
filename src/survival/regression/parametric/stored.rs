//! A fitted parametric model as it is written down and read back: checked, so that what is read can be asked.

use ndarray::Array2;
use serde::Deserialize;

use crate::error::{Error, Result, check_len};
use crate::survival::regression::fingerprint::PartsFingerprint;
use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::layout::{Factor, Layout};
use crate::survival::regression::parametric::likelihood::MOST;
use crate::survival::regression::parametric::model::ParametricModel;
use crate::survival::regression::parametric::stop::ParametricStop;
use crate::survival::regression::recipe::Recipe;

/// Coefficients and fixed values beyond this are no fit's: their sums and products could overflow.
const LARGEST: f64 = 1e100;

#[derive(Deserialize)]
pub(super) struct RawModel<D> {
    distribution: D,
    recipe: Recipe,
    layout: Layout,
    coefficients: Vec<f64>,
    variance: Array2<f64>,
    model_variance: Array2<f64>,
    determined: Vec<bool>,
    flat: Vec<Vec<f64>>,
    strata: Vec<String>,
    log_likelihood: f64,
    rows: usize,
    counted: f64,
    events: usize,
    last_time: f64,
    robust: bool,
    excess: bool,
    iterations: usize,
    stop: ParametricStop,
    fingerprint: PartsFingerprint,
}

impl<D: Distribution> TryFrom<RawModel<D>> for ParametricModel<D> {
    type Error = Error;

    fn try_from(raw: RawModel<D>) -> Result<Self> {
        // What was placed by the data stands in the distribution, so nothing is left to be placed.
        let distribution = raw.distribution.resolved(&Vec::new)?;
        raw.check(&distribution)?;
        Ok(Self {
            distribution,
            recipe: raw.recipe,
            layout: raw.layout,
            coefficients: raw.coefficients,
            variance: raw.variance,
            model_variance: raw.model_variance,
            determined: raw.determined,
            flat: raw.flat,
            strata: raw.strata,
            log_likelihood: raw.log_likelihood,
            rows: raw.rows,
            counted: raw.counted,
            events: raw.events,
            last_time: raw.last_time,
            robust: raw.robust,
            excess: raw.excess,
            iterations: raw.iterations,
            stop: raw.stop,
            fingerprint: raw.fingerprint,
        })
    }
}

impl<D: Distribution> RawModel<D> {
    fn check(&self, distribution: &D) -> Result<()> {
        self.check_layout(distribution)?;
        let k = self.layout.len();
        for (argument, len) in
            [("the coefficients", self.coefficients.len()), ("the determined", self.determined.len())]
        {
            check_len(argument, len, "the layout", k)?;
        }
        if let Some(direction) = self.flat.iter().find(|d| d.len() != k) {
            let (argument, len) = ("a direction", direction.len());
            return Err(Error::LengthMismatch { argument, len, other: "the layout", expected: k });
        }
        if let Some(&value) = self.flat.iter().flatten().find(|x| !(x.abs() <= LARGEST)) {
            return refuse("a direction", value, "finite, and below 1e100");
        }
        if let Some(&value) = self.coefficients.iter().find(|x| !(x.abs() <= LARGEST)) {
            return refuse("a coefficient", value, "finite, and below 1e100");
        }
        check_variance(&self.variance, k)?;
        check_variance(&self.model_variance, k)?;
        if self.events > self.rows || self.rows == 0 {
            return refuse("events", self.events as f64, "at most the number of rows, which is at least 1");
        }
        if !(self.counted > 0.0 && self.counted.is_finite()) {
            return refuse("the number that is counted", self.counted, "finite and above 0");
        }
        for (argument, value) in
            [("the log likelihood", self.log_likelihood), ("the last time", self.last_time)]
        {
            if !value.is_finite() {
                return refuse(argument, value, "finite");
            }
        }
        match self.stop.coefficient().filter(|j| *j >= k) {
            Some(j) => refuse("the coefficient of the diagnosis", j as f64, "the position of one"),
            None => Ok(()),
        }
    }

    fn check_layout(&self, distribution: &D) -> Result<()> {
        let (layout, parameters) = (&self.layout, distribution.parameters());
        if layout.parameters != parameters || parameters.len() > MOST {
            let found = layout.parameters.len() as f64;
            return refuse("the parameters", found, "those of the distribution, by name and link");
        }
        if layout.location != distribution.location() || layout.location >= parameters.len() {
            return refuse("the location", layout.location as f64, "that of the distribution");
        }
        check_len("the fixed values", layout.fixed.len(), "the parameters", parameters.len())?;
        if let Some(&value) = layout.fixed.iter().find(|x| !(x.abs() <= LARGEST)) {
            return refuse("a fixed value", value, "finite, and below 1e100");
        }
        for coefficient in &layout.coefficients {
            if coefficient.parameter >= parameters.len() {
                let at = coefficient.parameter as f64;
                return refuse("the parameter of a coefficient", at, "the position of one");
            }
            match coefficient.factor {
                Factor::Column(j) if j >= self.recipe.columns().len() => {
                    return refuse("the column of a coefficient", j as f64, "one of the recipe");
                }
                Factor::Stratum(code) if code >= self.strata.len() => {
                    return refuse("the stratum of a coefficient", code as f64, "one of the model");
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn refuse(argument: &'static str, value: f64, must_be: &'static str) -> Result<()> {
    Err(Error::OutOfRange { argument, value, must_be })
}

fn check_variance(variance: &Array2<f64>, k: usize) -> Result<()> {
    if variance.dim() != (k, k) {
        let (argument, len) = ("a variance", variance.len());
        return Err(Error::LengthMismatch {
            argument,
            len,
            other: "a matrix of the coefficients",
            expected: k * k,
        });
    }
    for i in 0..k {
        let own = variance[(i, i)];
        if !(0.0..f64::INFINITY).contains(&own) {
            return refuse("a variance", own, "finite and at least 0");
        }
        for j in 0..i {
            let (value, other) = (variance[(i, j)], variance[(j, i)]);
            let most = own.sqrt() * variance[(j, j)].sqrt();
            if !(value.abs() <= most * (1.0 + 1e-6) && (value - other).abs() <= 1e-6 * most) {
                return refuse("a covariance", value, "that of a symmetric matrix, within its variances");
            }
        }
    }
    Ok(())
}
