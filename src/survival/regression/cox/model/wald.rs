//! Wald's statistic by the variance of the model and the one that is reported.

use crate::numeric::quadratic_form::quadratic_form_beside;
use crate::survival::regression::term::TestResult;

/// Rows and columns `which` of a square matrix.
pub(in crate::survival::regression) fn part(v: &[f64], p: usize, which: &[usize]) -> Vec<f64> {
    which.iter().flat_map(|&i| which.iter().map(move |&j| v[i * p + j])).collect()
}

/// `bᵀ V⁻¹ b`, V the reported variance: no test (0 degrees of freedom) where a robust one does not know all of b.
pub(in crate::survival::regression) fn wald(
    b: &[f64],
    [model, reported]: [&[f64]; 2],
    robust: bool,
) -> TestResult {
    let (statistic, degrees_of_freedom) = quadratic_form_beside(b, reported, model);
    if robust && degrees_of_freedom < b.len() {
        return TestResult { statistic: 0.0, degrees_of_freedom: 0 };
    }
    TestResult { statistic, degrees_of_freedom }
}
