//! Are the subdistribution hazards proportional? The score test for `β(t) = β + θ g(t)`, with the variance of the sandwich.
//!
//! The score for θ at θ = 0 is `Σ g(t) (x − m(t))` over the events of the cause. Of it a subject has
//! `φᵢ = ∫ g (xᵢ − m) wᵢ dMᵢ` and what its censoring time does, less `C I⁻¹ (ηᵢ + ψᵢ)` with `C = Σ g V`, for β is fitted
//! too; the variance is `Σ φᵢ φᵢᵀ`.

use crate::error::Result;
use crate::numeric::cholesky::Cholesky;
use crate::numeric::quadratic_form::quadratic_form_above;
use crate::survival::curve::aalen_johansen::AalenJohansen;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::weights::Weights;
use crate::survival::regression::cox::{ProportionalHazards, TimeScale};
use crate::survival::regression::fine_gray::integrand::{Integrand, Slope};
use crate::survival::regression::fine_gray::sandwich::meat;
use crate::survival::regression::fine_gray::with_data::FittedCompetingRisks;
use crate::survival::regression::term::{Status, TestResult};

/// Of the variance about g's mean, the share that must be left once the coefficients are fitted too.
const LEFT: f64 = 1e-10;
/// A g that varies by no more than this share of itself is constant.
const CONSTANT: f64 = 1e-12;

impl FittedCompetingRisks<'_> {
    /// Tests each covariate, and all together, for a coefficient that drifts with g(t): the score test of `x g(t)` added to
    /// the model, given the coefficients, with the variance of the sandwich (R: `crr` with `cov2 = x`, `tf = g` started from
    /// the coefficients and 0).
    ///
    /// A variance that is no more than rounding (one event time, a covariate that varies at one of them alone) is none:
    /// the test then has fewer degrees of freedom, or none.
    ///
    /// Where the likelihood is monotone it is the test of the limit: each estimated coefficient has its own, and that of all together
    /// is of the contrasts that are finite.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for an event at time 0 on the logarithmic scale.
    ///
    /// # References
    /// Zhou, Fine & Laird (2013), Stat Med 32:3804.
    pub fn proportional_hazards(&self, scale: TimeScale) -> Result<ProportionalHazards> {
        let (rows, scan, p) = (&self.rows, &self.scan, self.rows.p);
        let mut g = scale.of_event_times(rows, |times| self.happened(times))?;
        centre(&mut g, rows.strata.iter().flat_map(|s| s.ties.iter().map(|t| t.weight)));
        let estimated = self.model.columns_of(|status| status == Status::Estimated);
        // In a limit columns without a finite coefficient may tell of finite contrasts: they are fitted too.
        let known = self.model.variance_of_finite();
        let fitted: Vec<usize> =
            (0..p).filter(|&j| estimated.contains(&j) || known[j * p + j] > 0.0).collect();
        // The score at the coefficients: 0 but for a penalty.
        let (mut score, mut along) = (vec![0.0; p], vec![0.0; p]);
        for (k, tie) in rows.strata.iter().flat_map(|s| &s.ties).enumerate() {
            for i in tie.start..tie.events_end {
                for j in 0..p {
                    let own = rows.weight[i] * (rows.row(i)[j] - scan.mean[k * p + j]);
                    score[j] += own;
                    along[j] += g[k] * own;
                }
            }
        }
        let offset: Vec<f64> = scan.mean.iter().enumerate().map(|(k, m)| m * g[k / p.max(1)]).collect();
        let mut left = self.influences(&Integrand { slope: Slope::Of(&g), offset: &offset, columns: p });
        let any = self.data.any_cause();
        let about_mean = meat(rows, &left, any, p);
        let base = scan.information_along(rows, &vec![1.0; g.len()]);
        let cross = scan.information_along(rows, &g);
        if let Some(factor) = Cholesky::new(&base, p, &fitted) {
            let less = |to: &mut [f64], u: &[f64]| {
                let solved = factor.solve(u);
                for &i in &fitted {
                    to[i] -= fitted.iter().map(|&j| cross[i * p + j] * solved[j]).sum::<f64>();
                }
            };
            less(&mut along, &score);
            let own = self.score();
            for (to, u) in left.chunks_exact_mut(p.max(1)).zip(own.chunks_exact(p.max(1))) {
                less(to, u);
            }
        }
        let variance = meat(rows, &left, any, p);
        let test = |which: &[usize]| {
            // In units of the information: the rank is then that of any recoding of the covariates.
            let Some(factor) = Cholesky::new(&base, p, which) else {
                return TestResult { statistic: 0.0, degrees_of_freedom: 0 };
            };
            let (of_left, of_mean) = (factor.whiten_both(&variance), factor.whiten_both(&about_mean));
            let n = which.len();
            let largest = (0..n).map(|a| of_mean[a * n + a]).fold(0.0, f64::max);
            let (statistic, degrees_of_freedom) =
                quadratic_form_above(&factor.whiten(&along), &of_left, LEFT * largest);
            TestResult { statistic, degrees_of_freedom }
        };
        let of = (self.model.recipe(), self.model.terms());
        Ok(ProportionalHazards::of_terms(of, &estimated, scale, test).with_global(test(&fitted)))
    }

    /// The incidence of the cause just before each of some times, of the rows without their weights.
    fn happened(&self, times: &[f64]) -> Result<Vec<f64>> {
        let data = self.data;
        let outcome: Vec<Option<u32>> = data.codes().iter().map(|&c| (c > 0).then_some(c)).collect();
        let causes: Vec<u32> = (1..=data.causes().len() as u32).collect();
        let any = data.any_cause();
        let mut plain =
            CompetingRisks::with_causes(any.time(), &outcome, &causes)?.with_near_ties(any.near_ties())?;
        if let Some(entry) = any.entry() {
            plain = plain.with_entry(entry)?;
        }
        if let Some(weights @ Weights::Replication(_)) = any.weights() {
            plain = plain.with_weights(weights.clone())?;
        }
        let fit = AalenJohansen::new().fit(&plain)?;
        let curve = fit.of(&causes[data.position(self.model.cause())?])?;
        Ok(times.iter().map(|&t| curve.just_before(t).value().unwrap_or(0.0)).collect())
    }
}

/// g about its mean over the events; 0 where it is constant.
fn centre(g: &mut [f64], weights: impl Iterator<Item = f64>) {
    let (mut sum, mut total) = (0.0, 0.0);
    for (g, w) in g.iter().zip(weights) {
        sum += g * w;
        total += w;
    }
    let mean = sum / total;
    let most = g.iter().fold(0.0, |most, g| f64::max(most, g.abs()));
    for g in g.iter_mut() {
        *g -= mean;
    }
    if g.iter().all(|g| g.abs() <= CONSTANT * most) {
        g.fill(0.0);
    }
}
