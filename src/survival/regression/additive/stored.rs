//! An additive model as it is written down and read back: only what could have been computed.

use super::effects::EffectTest;
use super::estimation_end::EstimationEnd;
use super::model::{AdditiveModel, names};
use super::test_weight::TestWeight;
use crate::error::{Error, ModelError, Result, check_len};
use crate::survival::regression::recipe::Recipe;
use crate::survival::result::stored::{self, checked_when_read};

checked_when_read!(AdditiveModel {
    recipe: Recipe, strata: Vec<String>, names: Vec<String>, weight: TestWeight, rows: usize, robust: bool, start: f64,
    end: Option<EstimationEnd>, last: Vec<f64>, times: Vec<f64>, at_risk: Vec<usize>, cumulative: Vec<f64>,
    covariance: Vec<f64>, test_sums: Vec<f64>, test_covariance: Vec<f64>,
});

impl AdditiveModel {
    fn check(&self) -> Result<()> {
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        if self.names != names(&self.strata, self.recipe.columns()) {
            return Err(Error::Model(ModelError::InvalidCovariate {
                covariate: "a name".into(),
                index: 0,
                value: f64::NAN,
            }));
        }
        let (p, d) = (self.names.len(), self.times.len());
        let triangle = p * (p + 1) / 2;
        check_len("at_risk", self.at_risk.len(), "times", d)?;
        check_len("cumulative", self.cumulative.len(), "times × coefficients", d * p)?;
        check_len("covariance", self.covariance.len(), "times × pairs of coefficients", d * triangle)?;
        check_len("test_sums", self.test_sums.len(), "coefficients", p)?;
        check_len("test_covariance", self.test_covariance.len(), "pairs of coefficients", triangle)?;
        check_len("last", self.last.len(), "strata", self.strata.len().max(1))?;
        stored::count("the number of rows", self.rows)?;
        self.last.iter().try_for_each(|&t| stored::size("the end of follow-up", t))?;
        stored::size("the start", self.start)?;
        stored::increasing("a time", std::iter::once(self.start).chain(self.times.iter().copied()))?;
        let follow_up = self.last.iter().fold(0.0, |m: f64, t| m.max(*t));
        let until = self.end.map_or(follow_up, |end| end.time);
        if let Some(&value) = self.times.last().filter(|t| !(**t <= until)) {
            return refuse("the last time", value, "at or before the end");
        }
        if let Some(end) = self.end.filter(|e| !(e.time > self.start && e.time <= follow_up)) {
            return refuse("the end", end.time, "after the start, within follow-up");
        }
        if let Some(&most) = self.at_risk.iter().find(|n| **n == 0 || **n > 1 << 52) {
            return refuse(
                "the number at risk",
                most as f64,
                "at least 1, and a number that can be counted to",
            );
        }
        let numbers = self.cumulative.iter().chain(&self.covariance).chain(&self.test_sums);
        numbers.chain(&self.test_covariance).try_for_each(|&x| stored::number("a coefficient", x))?;
        for matrix in self.covariance.chunks_exact(triangle).chain([&self.test_covariance[..]]) {
            (0..p).try_for_each(|j| stored::size("a variance", matrix[j * (j + 3) / 2]))?;
        }
        Ok(())
    }
}

checked_when_read!(EffectTest {
    name: String,
    supremum: f64,
    supremum_p: f64,
    departure: f64,
    departure_p: f64,
    samples: usize,
});

impl EffectTest {
    fn check(&self) -> Result<()> {
        stored::size("the supremum", self.supremum)?;
        stored::size("the departure", self.departure)?;
        stored::probability("a p-value", self.supremum_p)?;
        stored::probability("a p-value", self.departure_p)?;
        stored::count("the number of samples", self.samples)
    }
}
