//! Are the hazards proportional? The score test for `β(t) = β + θ g(t)`.

use std::fmt;

use crate::error::Result;
use crate::numeric::quadratic_form::quadratic_form;
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::log_rank::P;
use crate::survival::regression::Status;
use crate::survival::regression::cox::model::CoxModel;
use crate::survival::regression::cox::score::{mean_at, risk_sums};
use crate::survival::regression::design::Design;
use crate::survival::regression::term::TestResult;

/// The function g of time along which a coefficient might drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TimeScale {
    /// `1 − S(t−)`, S the Kaplan-Meier curve of all rows (R's default).
    #[default]
    KaplanMeier,
    /// Time itself.
    Identity,
    /// Its logarithm.
    Log,
    /// The rank of the time among those of all rows.
    Rank,
}

/// The result of the test, per covariate and for all together.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProportionalHazards {
    names: Vec<String>,
    terms: Vec<TestResult>,
    global: TestResult,
    scale: TimeScale,
}

impl ProportionalHazards {
    /// The covariates that were tested: those estimated.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// One test per covariate, each on one degree of freedom.
    #[must_use]
    pub fn terms(&self) -> &[TestResult] {
        &self.terms
    }

    /// All covariates together.
    #[must_use]
    pub fn global(&self) -> TestResult {
        self.global
    }
}

impl fmt::Display for ProportionalHazards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Score test of proportional hazards, time scale {:?}", self.scale)?;
        let all = self.names.iter().map(String::as_str).zip(&self.terms);
        for (name, t) in all.chain(std::iter::once(("all", &self.global))) {
            write!(f, "\n{name:<20} chi-square {:>9.4} on {} df", t.statistic, t.degrees_of_freedom)?;
            if let Some(p) = t.p_value() {
                write!(f, ", {:#}", P(p))?;
            }
        }
        Ok(())
    }
}

impl CoxModel {
    /// Tests each covariate, and all together, for a coefficient that drifts with g(t).
    ///
    /// The score of `x g(t)` added to the model, given the coefficients (Grambsch & Therneau 1994, Biometrika
    /// 81:515, with the exact information as in survival ≥ 3.0). `data` and `design` are those of the fit.
    ///
    /// # Errors
    /// As [`residuals`](Self::residuals).
    pub fn proportional_hazards(
        &self,
        data: &RightCensored,
        design: &Design,
        scale: TimeScale,
    ) -> Result<ProportionalHazards> {
        let (rows, mut workspace) = self.at_estimates(data, design)?;
        let p = rows.p;
        let sums = risk_sums(&rows, &workspace);
        let times: Vec<f64> = rows.strata.iter().flat_map(|s| s.ties.iter().map(|t| t.time)).collect();
        let mut g: Vec<f64> = match scale {
            TimeScale::Identity => times.clone(),
            TimeScale::Log => times.iter().map(|t| t.max(f64::MIN_POSITIVE).ln()).collect(),
            TimeScale::Rank => {
                // Mean ranks over all rows, as R.
                let mut all = rows.time.clone();
                all.sort_by(f64::total_cmp);
                let rank = |t: f64| {
                    let (a, b) = (all.partition_point(|&x| x < t), all.partition_point(|&x| x <= t));
                    (a + b + 1) as f64 / 2.0
                };
                times.iter().map(|&t| rank(t)).collect()
            }
            TimeScale::KaplanMeier => {
                // Of the rows, without their weights, as R.
                let mut plain =
                    RightCensored::new(data.time(), data.event())?.with_near_ties(data.near_ties())?;
                if let Some(entry) = data.entry() {
                    plain = plain.with_entry(entry)?;
                }
                let curve = KaplanMeier::fit(&plain);
                times.iter().map(|&t| 1.0 - curve.just_before(t).value().unwrap_or(0.0)).collect()
            }
        };
        // The test does not see a shift of g: x itself is in the model. So g can be made not negative.
        let least = g.iter().copied().fold(f64::INFINITY, f64::min);
        for g in &mut g {
            *g -= least;
        }
        let mut u = vec![0.0; p];
        for (k, tie) in rows.strata.iter().flat_map(|s| &s.ties).enumerate() {
            let mean = mean_at(&rows, &workspace, &sums, k, tie.weight);
            for i in tie.start..tie.events_end {
                for j in 0..p {
                    u[j] += rows.weight[i] * g[k] * (rows.row(i)[j] - mean[j]);
                }
            }
        }
        let (mut base, mut cross, mut square) = (vec![0.0; p * p], vec![0.0; p * p], vec![0.0; p * p]);
        workspace.information(&rows, |_| 1.0, &mut base);
        workspace.information(&rows, |k| g[k], &mut cross);
        workspace.information(&rows, |k| g[k] * g[k], &mut square);
        let used: Vec<usize> = (0..p).filter(|&j| self.terms[j].status == Status::Estimated).collect();
        // What is left of the information on θ once β is fitted too.
        let mut left = square.clone();
        if let Some(factor) = crate::numeric::cholesky::Cholesky::new(&base, p, &used) {
            for &j in &used {
                let column: Vec<f64> = (0..p).map(|i| cross[i * p + j]).collect();
                let solved = factor.solve(&column);
                for &i in &used {
                    left[i * p + j] -= used.iter().map(|&k| cross[i * p + k] * solved[k]).sum::<f64>();
                }
            }
        }
        let test = |which: &[usize]| {
            let score: Vec<f64> = which.iter().map(|&j| u[j]).collect();
            let matrix: Vec<f64> = which
                .iter()
                .flat_map(|&i| which.iter().map(move |&j| (i, j)))
                .map(|(i, j)| left[i * p + j])
                .collect();
            let (statistic, degrees_of_freedom) = quadratic_form(&score, &matrix);
            TestResult { statistic, degrees_of_freedom }
        };
        Ok(ProportionalHazards {
            names: used.iter().map(|&j| self.terms[j].name.clone()).collect(),
            terms: used.iter().map(|&j| test(&[j])).collect(),
            global: test(&used),
            scale,
        })
    }
}
