//! Data that tell little or nothing: every fit ends with an answer or with what the data cannot tell.

use greenwood::Result;
use greenwood::survival::regression::{Family, Observations, ParametricModel, ParametricStop};
use greenwood::survival::{Design, Parametric, RightCensored};

const NO_UNIT: [&str; 12] = [
    "exponential",
    "weibull",
    "weibull-ph",
    "log-normal",
    "log-logistic",
    "gamma",
    "generalized-gamma",
    "spline-hazard",
    "spline-odds",
    "cure-mixture-weibull",
    "cure-mixture-log-normal",
    "cure-non-mixture-weibull",
];
const WITH_UNIT: [&str; 6] = [
    "gompertz",
    "gaussian",
    "logistic",
    "extreme-value",
    "cure-mixture-gompertz",
    "cure-non-mixture-gompertz",
];

fn fit(name: &str, data: impl Into<Observations>, rows: usize) -> Result<ParametricModel> {
    Parametric::new(name.parse::<Family>()?).fit(data, &Design::without_covariates(rows))
}

/// A maximum has a standard error for each coefficient; no search ends without a word of what it ran into.
fn answer(what: &str, fit: &ParametricModel) {
    assert_ne!(fit.stop(), ParametricStop::MaxIterations, "{what}: {fit}");
    assert!(
        fit.log_likelihood().is_finite() && fit.coefficients().iter().all(|b| b.is_finite()),
        "{what}: {fit}"
    );
    if fit.stop().is_success() {
        for k in 0..fit.coefficients().len() {
            let variance = fit.variance()[(k, k)];
            assert!(variance > 0.0 && variance.is_finite(), "{what}: {variance} {fit}");
        }
    }
}

#[test]
fn little_data_end_with_what_they_cannot_tell() {
    let six = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let infinite = f64::INFINITY;
    let right =
        |time: [f64; 6], event: [bool; 6]| Observations::from(&RightCensored::new(&time, &event).unwrap());
    let one = |k: usize| std::array::from_fn(|i| i == k);
    let within = |lower: [f64; 6], upper: [f64; 6]| Observations::interval(&lower, &upper).unwrap();
    let cases = [
        ("the first alone is an event", right(six, one(0))),
        ("the last alone is an event", right(six, one(5))),
        ("all tied", right([2.0; 6], [true; 6])),
        (
            "tied, the others later",
            right([2.0, 2.0, 2.0, 3.0, 4.0, 5.0], [true, true, true, false, false, false]),
        ),
        (
            "tied, the others before",
            right([2.0, 2.0, 2.0, 1.0, 1.0, 1.5], [true, true, true, false, false, false]),
        ),
        ("left censored alone", within([0.0; 6], six)),
        ("one interval", within([1.0; 6], [2.0; 6])),
        (
            "left and right apart",
            within([0.0, 0.0, 0.0, 3.0, 3.0, 3.0], [2.0, 2.0, 2.0, infinite, infinite, infinite]),
        ),
    ];
    for (what, data) in cases {
        for name in NO_UNIT.into_iter().chain(WITH_UNIT) {
            match fit(name, data.clone(), 6) {
                Ok(fit) => answer(&format!("{what}, {name}"), &fit),
                Err(error) => assert!(error.to_string().len() > 20, "{what}, {name}: {error}"),
            }
        }
    }
}

/// Where time has its unit in a parameter, whose variance is the square of a time, a unit that no number holds the square of is
/// refused with what to do; all others have the fit of any unit.
#[test]
fn times_at_the_ends_of_all_numbers_are_fitted_or_refused() {
    let (time, event) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [true, true, false, true, true, true]);
    for unit in [1e-306_f64, 1e-100, 1e100, 1e306] {
        let scaled = time.map(|t| t * unit);
        let data = RightCensored::new(&scaled, &event).unwrap();
        for name in NO_UNIT {
            let Ok(fit) = fit(name, &data, 6) else { panic!("{name} {unit}") };
            answer(&format!("{name} in units of {unit}"), &fit);
        }
        for name in WITH_UNIT {
            match fit(name, &data, 6) {
                Ok(fit) => answer(&format!("{name} in units of {unit}"), &fit),
                Err(error) => {
                    assert!(
                        unit.ln().abs() > 300.0 && error.to_string().contains("another unit"),
                        "{name}: {error}"
                    );
                }
            }
        }
    }
}
