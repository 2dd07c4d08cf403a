//! What was fitted: coefficients, frailties, their variance, and what the frailties cost.

#[cfg(feature = "serde")]
mod stored;
mod table;

use ndarray::Array2;

use crate::numeric::cholesky::Cholesky;
use crate::numeric::distribution::{chi_square_sf, chi_square_sf_of};
use crate::survival::regression::cox::{CoxModel, Stop, Ties};
use crate::survival::regression::design::Design;
use crate::survival::regression::frailty::law::Law;
use crate::survival::regression::frailty::maximum::{Maximum, Variance};
use crate::survival::regression::frailty::options::Frailty;
use crate::survival::regression::frailty::test::FrailtyTest;
use crate::survival::regression::term::{Status, Term};

/// A fitted model with frailties. Made by [`Frailty::fit`].
///
/// Standard errors, and degrees of freedom, are those of R's `coxph` with a sparse frailty term: in the information the
/// covariances of the frailties with each other are left out, those with the covariates kept; θ is taken for known. With
/// [`Frailty::full_information`] the standard errors of the coefficients leave out nothing.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FrailtyModel {
    law: Law,
    ties: Ties,
    rows: usize,
    events: usize,
    theta: f64,
    terms: Vec<Term>,
    variance: Vec<f64>,
    sampling_variance: Vec<f64>,
    frailties: Vec<f64>,
    frailty_variances: Vec<f64>,
    df: FrailtyDf,
    log_likelihood: [f64; 2],
    without: f64,
    integrated: Option<f64>,
    iterations: usize,
    stop: Stop,
}

/// The degrees of freedom of a model with frailties: of each covariate, and of the frailties.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FrailtyDf {
    covariates: Vec<f64>,
    frailty: f64,
}

#[cfg(feature = "serde")]
crate::survival::result::stored::checked_when_read!(FrailtyDf {
    covariates: Vec<f64>,
    frailty: f64,
});

#[cfg(feature = "serde")]
impl FrailtyDf {
    fn check(&self) -> crate::error::Result<()> {
        let number = |&df: &f64| crate::survival::result::stored::number("degrees of freedom", df);
        self.covariates.iter().chain([&self.frailty]).try_for_each(number)
    }
}

impl FrailtyDf {
    /// Of each covariate of the design, all levels of a factor together: less than their number where frailties explain in
    /// part what they explain.
    #[must_use]
    pub fn covariates(&self) -> &[f64] {
        &self.covariates
    }

    /// Of the frailties: between 0 and their number.
    #[must_use]
    pub fn frailty(&self) -> f64 {
        self.frailty
    }

    /// Of the model.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.covariates.iter().sum::<f64>() + self.frailty
    }
}

/// A search that ended, to be read as a model.
pub(super) struct Parts<'a, 'd> {
    pub options: &'a Frailty,
    pub cox: &'a CoxModel,
    pub design: &'a Design<'d>,
    pub free: &'a [usize],
    pub scale: &'a [f64],
    pub found: &'a Maximum,
    /// It is `None` if there are no frailties.
    pub variance: Option<Variance>,
    pub integrated: Option<f64>,
}

impl FrailtyModel {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { options, cox, design, free, scale, found, variance, integrated } = parts;
        let p = scale.len();
        let unit = |j: usize| if scale[j] > 0.0 { scale[j].recip() } else { 0.0 };
        let spread = |v: &[f64]| -> Vec<f64> {
            let mut all = vec![0.0; p * p];
            for (a, &i) in free.iter().enumerate() {
                for (b, &j) in free.iter().enumerate() {
                    all[i * p + j] = v[a * free.len() + b] * unit(i) * unit(j);
                }
            }
            all
        };
        let of_cox: Vec<f64> = cox.model_variance().iter().copied().collect();
        let matrix = |v: fn(&Variance) -> &[f64]| variance.as_ref().map_or(of_cox.clone(), |x| spread(v(x)));
        let (naive, sampling) = (matrix(|v| &v.beta), matrix(|v| &v.beta_sampling));
        let term = |(j, of_cox): (usize, &Term)| Term {
            name: of_cox.name.clone(),
            status: of_cox.status,
            coefficient: match of_cox.status {
                Status::Estimated => Some(found.beta[j] * unit(j)),
                _ => of_cox.coefficient,
            },
            std_error: of_cox.std_error.map(|_| naive[j * p + j].sqrt()),
            robust_std_error: None,
        };
        let covariates = design.recipe().parts().map(|(_, columns)| {
            let of: Vec<usize> = columns.filter(|j| free.contains(j)).collect();
            trace_of_ratio(&naive, &sampling, p, &of)
        });
        Self {
            law: options.law,
            ties: options.ties,
            rows: cox.rows(),
            events: cox.events(),
            theta: found.theta,
            terms: cox.terms().iter().enumerate().map(term).collect(),
            df: FrailtyDf {
                covariates: covariates.collect(),
                frailty: variance.as_ref().map_or(0.0, |v| v.df),
            },
            frailties: found.b.clone(),
            frailty_variances: variance.map_or_else(|| vec![0.0; found.b.len()], |v| v.b),
            variance: naive,
            sampling_variance: sampling,
            log_likelihood: [cox.log_likelihood()[0], found.partial],
            without: cox.log_likelihood()[1],
            integrated,
            iterations: found.iterations,
            stop: found.stop,
        }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of rows with an event.
    #[must_use]
    pub fn events(&self) -> usize {
        self.events
    }

    /// The rule for ties.
    #[must_use]
    pub fn ties(&self) -> Ties {
        self.ties
    }

    /// The variance of the frailties: of `exp b` where they are gamma, of b where they are normal. 0 where the data show none.
    #[must_use]
    pub fn theta(&self) -> f64 {
        self.theta
    }

    /// The coefficients with their names, status and standard errors.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The coefficients, log hazard ratios given the frailty; 0 for a redundant column.
    #[must_use]
    pub fn coefficients(&self) -> Vec<f64> {
        self.terms.iter().map(Term::coefficient).collect()
    }

    /// The covariance of the coefficients: their part of the inverse of the penalised information (R's `var`).
    #[must_use]
    pub fn variance(&self) -> Array2<f64> {
        let p = self.terms.len();
        Array2::from_shape_fn((p, p), |(i, j)| self.variance[i * p + j])
    }

    /// The covariance of the coefficients without what the penalty adds (Gray 1992; R's `var2`).
    #[must_use]
    pub fn sampling_variance(&self) -> Array2<f64> {
        let p = self.terms.len();
        Array2::from_shape_fn((p, p), |(i, j)| self.sampling_variance[i * p + j])
    }

    /// The log frailties b, one for each cluster in the order in which the clusters first appear in the data.
    #[must_use]
    pub fn frailties(&self) -> &[f64] {
        &self.frailties
    }

    /// The variances of the log frailties, in their order.
    #[must_use]
    pub fn frailty_variances(&self) -> &[f64] {
        &self.frailty_variances
    }

    /// The degrees of freedom of the covariates and of the frailties.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> &FrailtyDf {
        &self.df
    }

    /// The log partial likelihood, without the penalty: with all coefficients and log frailties 0, and at the end.
    #[must_use]
    pub fn log_likelihood(&self) -> [f64; 2] {
        self.log_likelihood
    }

    /// The log likelihood without the gamma frailties, which are integrated out (R's I-likelihood). `None` for
    /// Gaussian ones, whose integral has no closed form.
    #[must_use]
    pub fn integrated_log_likelihood(&self) -> Option<f64> {
        self.integrated
    }

    /// The likelihood-ratio test of all coefficients and frailties together, on as many degrees of freedom as both have.
    #[must_use]
    pub fn likelihood_ratio_test(&self) -> FrailtyTest {
        let [null, fitted] = self.log_likelihood;
        FrailtyTest::chi_square((2.0 * (fitted - null)).max(0.0), self.df.total())
    }

    /// Wald's approximate test of the frailties as R prints it: `Σ b²/var(b)` on their degrees of freedom, at least half a one.
    #[must_use]
    pub fn frailty_test(&self) -> FrailtyTest {
        let terms = self.frailties.iter().zip(&self.frailty_variances);
        let statistic = terms.filter(|(_, v)| **v > 0.0).map(|(b, v)| b * b / v).sum();
        let df = self.df.frailty;
        let p_value = (self.theta > 0.0).then(|| chi_square_sf_of(statistic, df.max(0.5)));
        FrailtyTest { statistic, df, p_value }
    }

    /// The likelihood-ratio test that gamma frailties have no variance. Under that θ is at the edge of its range, so that the
    /// statistic is 0 in half of all samples and a chi-square with one degree of freedom in the other half (Self & Liang
    /// 1987, J Am Stat Assoc 82:605). `None` for Gaussian frailties.
    #[must_use]
    pub fn variance_test(&self) -> Option<FrailtyTest> {
        let statistic = (2.0 * (self.integrated? - self.without)).max(0.0);
        let p_value = if statistic > 0.0 { 0.5 * chi_square_sf(statistic, 1) } else { 1.0 };
        Some(FrailtyTest { statistic, df: 1.0, p_value: self.stop.is_success().then_some(p_value) })
    }

    /// The number of Newton steps at the last variance.
    #[must_use]
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Why the search ended: look here before the estimates are reported.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.stop
    }
}

/// The trace of `V⁻¹ W` over some columns.
fn trace_of_ratio(v: &[f64], w: &[f64], p: usize, of: &[usize]) -> f64 {
    let Some(factor) = Cholesky::new(v, p, of) else { return 0.0 };
    let column = |j: usize| (0..p).map(|i| w[i * p + j]).collect::<Vec<f64>>();
    of.iter().map(|&j| factor.solve(&column(j))[j]).sum()
}
