//! The incidence that a model predicts for one row, with its standard error.
//!
//! `F(t | x) = 1 − exp(−Λ)`, `Λ = exp(x'β) H₀(t)`. A unit of weight of subject i moves `H₀(t)` by
//! `∫_0^t wᵢ dMᵢ / S0`, by what its censoring time does through the weights of others, and through β by
//! `−(∫_0^t m dH₀)'`; so Λ moves by `exp(x'β) [h_i(t) + (x H₀(t) − ∫_0^t m dH₀)' I⁻¹ (ηᵢ + ψᵢ)]`.

use crate::error::{Error, ModelError, NotEstimable, Result};
use crate::survival::regression::cause_specific_risk::RiskEstimate;
use crate::survival::regression::fine_gray::sandwich::{Integrand, meat};
use crate::survival::regression::fine_gray::with_data::FittedCompetingRisks;
use crate::survival::regression::new_rows::{NewRows, one_row};

/// Times whose influences are held together: memory stays O(n).
const TOGETHER: usize = 16;

impl FittedCompetingRisks<'_> {
    /// The predicted incidence of one row, given by name ([`FineGrayModel::row`](super::FineGrayModel::row)), at each of
    /// some times, with standard errors.
    ///
    /// The variance is `Σ_i U_i²` over subjects (or clusters), `U_i` the derivative of F(t | x) by the weight of subject i: through
    /// the baseline hazard, the coefficients, and the estimated weights of the subdistribution, which with delayed entry
    /// are taken as known. It is that of the sandwich: where there are no covariates and no competing events, that of
    /// the infinitesimal jackknife and not Greenwood's.
    ///
    /// # Errors
    /// Those of [`CoxModel::linear_predictor`](crate::survival::CoxModel::linear_predictor) for the row;
    /// [`Error::LengthMismatch`] for more than one; [`ModelError::InfiniteCoefficient`](crate::ModelError::InfiniteCoefficient); [`Error::NotEstimable`] for a time
    /// that is NaN, negative, or beyond follow-up; [`ModelError::StratumNeeded`](crate::ModelError::StratumNeeded) with several strata, and
    /// [`Error::UnknownLabel`]: name one ([`stratum`](Self::stratum)).
    ///
    /// # Cost
    /// O(n) for each time.
    ///
    /// # References
    /// Fine & Gray (1999), J Am Stat Assoc 94:496, section 4, with the derivative in place of their simulation.
    pub fn incidence(&self, row: &impl NewRows, times: &[f64]) -> Result<Vec<RiskEstimate>> {
        let x = one_row(row, self.model.recipe(), "the row")?;
        self.refuse_infinite()?;
        let number = self.stratum_number()?;
        let last = number
            .map_or(0.0, |n| self.rows.time[self.rows.strata[n].rows.clone()].last().copied().unwrap_or(0.0));
        for &t in times {
            if !(t >= 0.0) {
                return Err(NotEstimable::InvalidTime.into());
            }
            if t > last {
                return Err(NotEstimable::BeyondFollowUp { time: t, last }.into());
            }
        }
        let Some(number) = number else {
            // Nobody has a weight: there is no event.
            return Ok(times.iter().map(|&t| RiskEstimate::new(t, 0.0, 0.0)).collect());
        };
        let moves = self.moves();
        let mut estimates = Vec::with_capacity(times.len());
        for times in times.chunks(TOGETHER) {
            estimates.extend(self.estimates(&x, number, times, &moves));
        }
        Ok(estimates)
    }

    /// By how much a unit of weight of each row moves the scaled coefficients.
    pub(super) fn moves(&self) -> Vec<f64> {
        let (p, v) = (self.rows.p, self.inverse_information());
        let score = self.score();
        let rows = score.chunks_exact(p.max(1));
        rows.flat_map(|u| {
            (0..p).map(|j| (0..p).map(|k| v[j * p + k] * u[k]).sum::<f64>()).collect::<Vec<_>>()
        })
        .collect()
    }

    fn stratum_number(&self) -> Result<Option<usize>> {
        let strata = &self.rows.strata;
        let labels = self.data.any_cause().strata();
        let known = || labels.map_or(String::new(), |s| s.labels().join(", "));
        match &self.stratum {
            None if strata.len() < 2 => Ok((!strata.is_empty()).then_some(0)),
            None => Err(Error::Model(ModelError::StratumNeeded { known: known() })),
            Some(label) => {
                let code = labels.and_then(|s| s.labels().iter().position(|l| l == label));
                let number = code.and_then(|code| strata.iter().position(|s| s.code == code));
                number.map(Some).ok_or_else(|| Error::UnknownLabel { label: label.clone(), known: known() })
            }
        }
    }

    fn estimates(&self, x: &[f64], number: usize, times: &[f64], moves: &[f64]) -> Vec<RiskEstimate> {
        let (rows, scan, p, m) = (&self.rows, &self.scan, self.rows.p, times.len());
        let at = |j: usize| if rows.scale[j] > 0.0 { (x[j] - rows.centre[j]) / rows.scale[j] } else { 0.0 };
        let scaled: Vec<f64> = (0..p).map(at).collect();
        let beta = self.model.coefficients();
        let predictor: f64 = (0..p).map(|j| beta[j] * rows.scale[j] * scaled[j]).sum();
        let ratio = (predictor - scan.shift).exp();
        let (mut hazard, mut drift) = (vec![0.0; m], vec![0.0; m * p]);
        let mut offset = vec![0.0; scan.hazard.len() * m];
        if let Some((stratum, of)) = scan.of_strata(rows).nth(number) {
            for (k, tie) in (of.first..).zip(&stratum.ties) {
                let (jump, mean) = (scan.hazard[k], &scan.mean[k * p..(k + 1) * p]);
                for i in (0..m).filter(|&i| tie.time <= times[i]) {
                    offset[k * m + i] = -jump / tie.weight;
                    hazard[i] += jump;
                    for j in 0..p {
                        drift[i * p + j] += jump * (scaled[j] - mean[j]);
                    }
                }
            }
        }
        let mut influence = self.influences(&Integrand { slope: None, offset: &offset, columns: m });
        for (u, moved) in influence.chunks_exact_mut(m).zip(chunks_or_none(moves, p)) {
            for (u, drift) in u.iter_mut().zip(chunks_or_none(&drift, p)) {
                *u += drift.iter().zip(moved).map(|(d, b)| d * b).sum::<f64>();
            }
        }
        let variance = meat(rows, &influence, self.data.any_cause(), m);
        let one = |(i, &t): (usize, &f64)| {
            let total = ratio * hazard[i];
            let std_error = ratio * (-total).exp() * variance[i * m + i].max(0.0).sqrt();
            RiskEstimate::new(t, -(-total).exp_m1(), std_error)
        };
        times.iter().enumerate().map(one).collect()
    }
}

/// Rows of `p` numbers; without columns as many empty rows as are asked for.
fn chunks_or_none(values: &[f64], p: usize) -> impl Iterator<Item = &[f64]> {
    let rows = values.len().checked_div(p).unwrap_or(usize::MAX);
    (0..rows).map(move |i| &values[i * p..(i + 1) * p])
}
