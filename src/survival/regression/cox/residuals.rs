//! Residuals of a fitted model.

use ndarray::Array2;

use crate::error::{Error, Result};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::Status;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::model::CoxModel;
use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::score::{mean_at, risk_sums, score_rows, ties_for_risk_sets};
use crate::survival::regression::design::Design;

/// The residuals of a model, row by row in the order of the data (Therneau, Grambsch & Fleming 1990, Biometrika
/// 77:147). Rows of weight 0 have zeros.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Residuals {
    /// Event less expected events: `δ − exp(η) ∫ dH`.
    pub martingale: Vec<f64>,
    /// `sign(M) √(−2 (M + δ log(δ − M)))`.
    pub deviance: Vec<f64>,
    /// Expected events, `exp(η) ∫ dH`.
    pub expected: Vec<f64>,
    /// Each row's share of the score, rows × covariates, not multiplied by weights.
    pub score: Array2<f64>,
    /// How much each row moves the coefficients (score × variance), multiplied by weights.
    pub dfbeta: Array2<f64>,
    /// For each event, ordered by stratum and time: the covariates less their mean over the risk set.
    pub schoenfeld: Array2<f64>,
    /// Schoenfeld residuals × variance × events + coefficients (Grambsch & Therneau 1994).
    pub scaled_schoenfeld: Array2<f64>,
    /// The times of the events of the Schoenfeld residuals.
    pub event_times: Vec<f64>,
}

impl CoxModel {
    /// The rows of the data, as they were fitted.
    pub(super) fn rows_of(&self, data: &RightCensored, design: &Design) -> Result<Rows> {
        if design.columns() != self.coefficients.len() {
            let (len, expected) = (design.columns(), self.coefficients.len());
            return Err(Error::LengthMismatch { argument: "the design", len, other: "the model", expected });
        }
        Rows::new(data, design, self.offset.as_deref())
    }

    /// The rows and hazards of the data at the estimates, by the model's rule for ties.
    pub(super) fn at_estimates(&self, data: &RightCensored, design: &Design) -> Result<(Rows, Workspace)> {
        self.hazards_by(ties_for_risk_sets(self.ties()), data, design)
    }

    /// The rows and hazards of the data at the estimates. Infinite coefficients have none.
    pub(super) fn hazards_by(
        &self,
        ties: Ties,
        data: &RightCensored,
        design: &Design,
    ) -> Result<(Rows, Workspace)> {
        let rows = self.rows_of(data, design)?;
        if let Some(term) =
            self.terms.iter().find(|t| matches!(t.status, Status::PlusInfinity | Status::MinusInfinity))
        {
            return Err(Error::InfiniteCoefficient { covariate: term.name.clone() });
        }
        let mut workspace = Workspace::new(&rows);
        let beta: Vec<f64> = self.coefficients.iter().zip(&rows.scale).map(|(b, s)| b * s).collect();
        workspace.hazards(&rows, &beta, ties);
        workspace.martingale(&rows);
        Ok((rows, workspace))
    }

    /// All residuals. `data` and `design` are those of the fit.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where they do not match; [`Error::InfiniteCoefficient`] where a coefficient is
    /// infinite.
    pub fn residuals(&self, data: &RightCensored, design: &Design) -> Result<Residuals> {
        let (rows, workspace) = self.at_estimates(data, design)?;
        let (n, p) = (data.len(), rows.p);
        let mut r = Residuals {
            martingale: vec![0.0; n],
            deviance: vec![0.0; n],
            expected: vec![0.0; n],
            score: Array2::zeros((n, p)),
            dfbeta: Array2::zeros((n, p)),
            schoenfeld: Array2::zeros((self.events(), p)),
            scaled_schoenfeld: Array2::zeros((self.events(), p)),
            event_times: Vec::with_capacity(self.events()),
        };
        for (i, &at) in rows.order.iter().enumerate() {
            let event = f64::from(u8::from(rows.event[i]));
            let expected = workspace.risk[i] / rows.weight[i] * workspace.exposure[i];
            let m = event - expected;
            (r.expected[at], r.martingale[at]) = (expected, m);
            let log = if event > 0.0 { expected.ln() } else { 0.0 };
            r.deviance[at] = m.signum() * (-2.0 * (m + event * log)).max(0.0).sqrt();
        }
        let unscale: Vec<f64> = rows.scale.clone();
        for (i, row) in score_rows(&rows, &workspace).chunks_exact(p.max(1)).enumerate() {
            for j in 0..p {
                r.score[[rows.order[i], j]] = row[j] * unscale[j];
            }
        }
        let v = self.naive();
        for (i, &at) in rows.order.iter().enumerate() {
            for j in 0..p {
                let dot: f64 = (0..p).map(|k| r.score[[at, k]] * v[k * p + j]).sum();
                r.dfbeta[[at, j]] = rows.weight[i] * dot;
            }
        }
        let sums = risk_sums(&rows, &workspace);
        let (mut first, mut event) = (0, 0);
        for stratum in &rows.strata {
            for (k, tie) in stratum.ties.iter().enumerate() {
                let mean = mean_at(&rows, &workspace, &sums, first + k, tie.weight);
                // Tied events in the order of the data.
                let mut tied: Vec<usize> = (tie.start..tie.events_end).collect();
                tied.sort_by_key(|&i| rows.order[i]);
                for i in tied {
                    for j in 0..p {
                        r.schoenfeld[[event, j]] = (rows.row(i)[j] - mean[j]) * unscale[j];
                    }
                    r.event_times.push(tie.time);
                    event += 1;
                }
            }
            first += stratum.ties.len();
        }
        let events = self.events() as f64;
        for e in 0..event {
            for j in 0..p {
                let dot: f64 = (0..p).map(|k| r.schoenfeld[[e, k]] * v[k * p + j]).sum();
                r.scaled_schoenfeld[[e, j]] = dot * events + self.coefficients[j];
            }
        }
        Ok(r)
    }
}
