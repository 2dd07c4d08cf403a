//! A fitted model as it is written down and read back: checked, so that nothing that is read can fail later.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::survival::regression::cox::model::{CoxModel, Term, TestResult};
use crate::survival::regression::cox::{Stop, Ties};

#[derive(Deserialize)]
pub(super) struct RawModel {
    ties: Ties,
    rows: usize,
    events: usize,
    terms: Vec<Term>,
    offset: Option<Vec<f64>>,
    initial: Vec<f64>,
    log_likelihood: [f64; 2],
    score_test: TestResult,
    model_variance: Vec<f64>,
    robust_variance: Option<Vec<f64>>,
    iterations: usize,
    stop: Stop,
    ridge: f64,
    firth: bool,
}

impl TryFrom<RawModel> for CoxModel {
    type Error = Error;

    fn try_from(raw: RawModel) -> Result<Self> {
        let p = raw.terms.len();
        let robust = raw.robust_variance.as_ref().map_or(p * p, Vec::len);
        for (argument, len, other, expected) in [
            ("the starting values", raw.initial.len(), "the model", p),
            ("the model's variance", raw.model_variance.len(), "a matrix of its terms", p * p),
            ("the robust variance", robust, "a matrix of its terms", p * p),
            ("offset", raw.offset.as_ref().map_or(raw.rows, Vec::len), "the model's data", raw.rows),
        ] {
            if len != expected {
                return Err(Error::LengthMismatch { argument, len, other, expected });
            }
        }
        Ok(Self {
            ties: raw.ties,
            rows: raw.rows,
            events: raw.events,
            coefficients: raw.terms.iter().map(|t| t.coefficient).collect(),
            terms: raw.terms,
            offset: raw.offset,
            initial: raw.initial,
            log_likelihood: raw.log_likelihood,
            score_test: raw.score_test,
            model_variance: raw.model_variance,
            robust_variance: raw.robust_variance,
            iterations: raw.iterations,
            stop: raw.stop,
            ridge: raw.ridge,
            firth: raw.firth,
        })
    }
}
