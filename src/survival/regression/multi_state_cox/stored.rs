//! A multi-state Cox model as it is read back: checked, so that nothing that is read can fail later.

use crate::error::{Error, Result, TableError, check_len};
use crate::survival::multi_state::state_occupation::check_distribution;
use crate::survival::regression::cox::CoxModel;
use crate::survival::regression::multi_state_cox::model::{MultiStateCoxModel, Steps};
use crate::survival::regression::multi_state_cox::plan::Transition;
use crate::survival::regression::multi_state_cox::predicted::OccupationPath;
use crate::survival::regression::recipe::Recipe;

#[derive(serde::Deserialize)]
pub(super) struct RawModel {
    recipe: Recipe,
    states: Vec<String>,
    transitions: Vec<Transition>,
    model: CoxModel,
    baselines: Vec<Steps>,
    means: Vec<f64>,
    initial: Vec<f64>,
    start: f64,
    last: f64,
    product_integral: bool,
}

impl TryFrom<RawModel> for MultiStateCoxModel {
    type Error = Error;

    fn try_from(raw: RawModel) -> Result<Self> {
        raw.check()?;
        let RawModel {
            recipe,
            states,
            transitions,
            model,
            baselines,
            means,
            initial,
            start,
            last,
            product_integral,
        } = raw;
        Ok(Self {
            recipe,
            states,
            transitions,
            model,
            baselines,
            means,
            initial,
            start,
            last,
            product_integral,
        })
    }
}

#[derive(serde::Deserialize)]
pub(super) struct RawPath {
    states: Vec<String>,
    start: f64,
    last: f64,
    initial: Vec<f64>,
    times: Vec<f64>,
    probability: Vec<f64>,
}

impl TryFrom<RawPath> for OccupationPath {
    type Error = Error;

    fn try_from(raw: RawPath) -> Result<Self> {
        let RawPath { states, start, last, initial, times, probability } = raw;
        check_distribution(&initial, states.len())?;
        let (values, rows) = (probability.len(), times.len());
        if values != rows * states.len() {
            return Err(Error::Table(TableError::InconsistentCurve { values, rows }));
        }
        check_times(&times)?;
        // A product integral of hazards above 1 leaves [0, 1], but its rows still add up to 1.
        for row in probability.chunks_exact(states.len().max(1)) {
            let (sum, size): (f64, f64) = (row.iter().sum(), row.iter().map(|p| p.abs()).sum());
            if !((sum - 1.0).abs() <= 1e-6 * size.max(1.0)) {
                let must_be = "1: somebody is in one of the states";
                return Err(Error::OutOfRange {
                    argument: "the sum of a row of probabilities",
                    value: sum,
                    must_be,
                });
            }
        }
        Ok(Self { states, start, last, initial, times, probability })
    }
}

/// Times that increase.
fn check_times(times: &[f64]) -> Result<()> {
    let wrong = |i: usize| !(0.0..f64::INFINITY).contains(&times[i]) || i > 0 && times[i] <= times[i - 1];
    match (0..times.len()).find(|&i| wrong(i)) {
        Some(index) => Err(Error::InvalidTime { argument: "times", index, value: times[index] }),
        None => Ok(()),
    }
}

impl RawModel {
    fn check(&self) -> Result<()> {
        let (columns, p, k) = (self.recipe.columns().len(), self.model.terms().len(), self.states.len());
        check_distribution(&self.initial, k)?;
        check_len("the means", self.means.len(), "the terms", p)?;
        for t in &self.transitions {
            let len = t.coefficients.len();
            check_len("the coefficients of a transition", len, "the columns of the recipe", columns)?;
            let known = [t.from as usize, t.to as usize].into_iter().all(|s| s < k)
                && t.baseline < self.baselines.len()
                && t.coefficients.iter().chain([&t.ratio]).flatten().all(|&c| c < p)
                && t.events <= 1 << 52;
            if !known {
                let must_be = "one of states, baselines and coefficients that there are";
                return Err(Error::OutOfRange { argument: "a transition", value: t.from.into(), must_be });
            }
        }
        if let Some(&value) = [self.start, self.last].iter().chain(&self.means).find(|x| !x.is_finite()) {
            return Err(Error::OutOfRange { argument: "a mean or a time", value, must_be: "finite" });
        }
        for steps in &self.baselines {
            let (len, expected) = (steps.jumps.len(), steps.times.len());
            check_len("the jumps", len, "the times", expected)?;
            check_times(&steps.times)?;
            if let Some(&value) = steps.jumps.iter().find(|j| !(0.0..f64::INFINITY).contains(*j)) {
                let must_be = "finite and at least 0";
                return Err(Error::OutOfRange { argument: "a jump of a hazard", value, must_be });
            }
        }
        Ok(())
    }
}
