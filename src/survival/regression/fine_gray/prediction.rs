//! The incidence that a model predicts for one row, with its standard error.
//!
//! `F(t | x) = 1 − exp(−Λ)`, `Λ = exp(x'β) H₀(t)`. A unit of weight of subject i moves `H₀(t)` by
//! `∫_0^t wᵢ dMᵢ / S0`, by what its censoring time does through the weights of others, and through β by
//! `−(∫_0^t m dH₀)'`; so Λ moves by `exp(x'β) [h_i(t) + (x H₀(t) − ∫_0^t m dH₀)' I⁻¹ (ηᵢ + ψᵢ)]`.

use crate::error::{Error, ModelError, NotEstimable, Result};
use crate::survival::regression::cause_specific_risk::RiskEstimate;
use crate::survival::regression::cox::baseline::limit::{StratumParts, beside};
use crate::survival::regression::fine_gray::integrand::{Integrand, Slope};
use crate::survival::regression::fine_gray::model::check_times;
use crate::survival::regression::fine_gray::sandwich::meat;
use crate::survival::regression::fine_gray::with_data::FittedCompetingRisks;
use crate::survival::regression::new_rows::{NewRows, one_row};

/// Times whose influences are held together: memory stays O(n).
const TOGETHER: usize = 16;

/// The parts of a stratum whose hazards a row has, and from when on its hazard is infinite.
struct Counted {
    parts: Vec<usize>,
    certain: f64,
}

impl FittedCompetingRisks<'_> {
    /// The predicted incidence of one row, given by name ([`FineGrayModel::row`](super::FineGrayModel::row)), at each of
    /// some times, with standard errors.
    ///
    /// The variance is `Σ_i U_i²` over subjects (or clusters), `U_i` the derivative of F(t | x) by the weight of subject i: through
    /// the baseline hazard, the coefficients, and the estimated weights of the subdistribution, which with delayed entry
    /// are taken as known. It is that of the sandwich: where there are no covariates and no competing events, that of
    /// the infinitesimal jackknife and not Greenwood's.
    ///
    /// Where the likelihood is monotone see [`FittedCompetingRisks`]; an incidence of 1 by an infinite hazard has the error 0.
    ///
    /// # Errors
    /// Those of [`CoxModel::linear_predictor`](crate::survival::CoxModel::linear_predictor) for the row;
    /// [`Error::LengthMismatch`] for more than one; [`Error::NotEstimable`] for a time
    /// that is NaN, negative, or beyond follow-up, and where a hazard ratio of the row has no value
    /// ([`NotEstimable::NoMaximum`]); [`ModelError::InfiniteCoefficient`](crate::ModelError::InfiniteCoefficient) where so many columns
    /// are separated in so many ways that a model does not keep their directions;
    /// [`ModelError::StratumNeeded`](crate::ModelError::StratumNeeded) with several strata, and
    /// [`Error::UnknownLabel`]: name one ([`stratum`](Self::stratum)).
    ///
    /// # Cost
    /// O(n) for each time.
    ///
    /// # References
    /// Fine & Gray (1999), J Am Stat Assoc 94:496, section 4, with the derivative in place of their simulation.
    pub fn incidence(&self, row: &impl NewRows, times: &[f64]) -> Result<Vec<RiskEstimate>> {
        let x = one_row(row, self.model.recipe(), "the row")?;
        let numbers = self.stratum_numbers()?;
        let end =
            |n: &usize| self.rows.time[self.rows.strata[*n].rows.clone()].last().copied().unwrap_or(0.0);
        check_times(times, numbers.iter().map(end).fold(0.0, f64::max))?;
        let scaled = |j: usize| {
            if self.rows.scale[j] > 0.0 { (x[j] - self.rows.centre[j]) / self.rows.scale[j] } else { 0.0 }
        };
        let scaled: Vec<f64> = (0..self.rows.p).map(scaled).collect();
        let Counted { parts, certain } = self.counted(&scaled, numbers)?;
        let (_, moves) = self.score_and_moves();
        let mut estimates = Vec::with_capacity(times.len());
        for times in times.chunks(TOGETHER) {
            estimates.extend(self.estimates(&scaled, &parts, times, &moves));
        }
        for estimate in estimates.iter_mut().filter(|e| e.time() >= certain) {
            *estimate = RiskEstimate::new(estimate.time(), 1.0, 0.0);
        }
        Ok(estimates)
    }

    /// Of the parts of a stratum those that count for a row.
    fn counted(&self, scaled: &[f64], numbers: Vec<usize>) -> Result<Counted> {
        let Some(limit) = &self.model.limit else {
            return Ok(Counted { parts: numbers, certain: f64::INFINITY });
        };
        if !limit.extreme {
            let infinite = self.model.terms().iter().find(|t| !t.coefficient().is_finite());
            let covariate = infinite.map_or(String::new(), |t| t.name().into());
            return Err(Error::Model(ModelError::InfiniteCoefficient {
                covariate,
                remedy: "fit with a penalty (`FineGray::ridge`), or leave the covariate out",
            }));
        }
        let rays = &limit.directions;
        let from_means: Vec<f64> = scaled.iter().zip(&self.rows.scale).map(|(x, s)| x * s).collect();
        let mut counted = Counted { parts: Vec::new(), certain: f64::INFINITY };
        for number in numbers {
            let stratum = &self.rows.strata[number];
            // Without events there is no hazard, and none is asked for a ratio.
            let Some(first) = stratum.ties.first() else { continue };
            let level = StratumParts { rows: &self.rows, stratum, first: 0, rays }.level();
            match beside(rays, &level, &from_means) {
                [false, false] => counted.parts.push(number),
                [true, false] => counted.certain = counted.certain.min(first.time),
                [false, true] => (),
                [true, true] => return Err(NotEstimable::NoMaximum.into()),
            }
        }
        Ok(counted)
    }

    /// The score of each row, and by how much a unit of its weight moves the scaled coefficients.
    pub(super) fn score_and_moves(&self) -> (Vec<f64>, Vec<f64>) {
        let (p, v) = (self.rows.p, self.inverse_information());
        let score = self.score();
        let mut moves = vec![0.0; score.len()];
        for (to, u) in moves.chunks_exact_mut(p.max(1)).zip(score.chunks_exact(p.max(1))) {
            for (to, v) in to.iter_mut().zip(v.chunks_exact(p)) {
                *to = v.iter().zip(u).map(|(v, u)| v * u).sum();
            }
        }
        (score, moves)
    }

    /// The numbers of the strata of the rows that are the stratum whose baseline counts; none where nobody has a weight.
    fn stratum_numbers(&self) -> Result<Vec<usize>> {
        let strata = &self.rows.strata;
        let labels = self.data.any_cause().strata();
        let known = || labels.map_or(String::new(), |s| s.labels().join(", "));
        let code = match &self.stratum {
            None if strata.windows(2).all(|s| s[0].code == s[1].code) => strata.first().map(|s| s.code),
            None => return Err(Error::Model(ModelError::StratumNeeded { known: known() })),
            Some(label) => {
                let code = labels.and_then(|s| s.labels().iter().position(|l| l == label));
                Some(
                    code.filter(|&code| strata.iter().any(|s| s.code == code))
                        .ok_or_else(|| Error::UnknownLabel { label: label.clone(), known: known() })?,
                )
            }
        };
        Ok((0..strata.len()).filter(|&n| Some(strata[n].code) == code).collect())
    }

    fn estimates(&self, scaled: &[f64], parts: &[usize], times: &[f64], moves: &[f64]) -> Vec<RiskEstimate> {
        let (rows, scan, p, m) = (&self.rows, &self.scan, self.rows.p, times.len());
        let beta = self.model.finite_part();
        let predictor: f64 = (0..p).map(|j| beta[j] * rows.scale[j] * scaled[j]).sum();
        let ratio = (predictor - scan.shift).exp();
        let (mut hazard, mut drift) = (vec![0.0; m], vec![0.0; m * p]);
        let mut offset = vec![0.0; scan.hazard.len() * m];
        for (_, (stratum, of)) in scan.of_strata(rows).enumerate().filter(|(n, _)| parts.contains(n)) {
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
        let mut influence = self.influences(&Integrand { slope: Slope::Zero, offset: &offset, columns: m });
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
