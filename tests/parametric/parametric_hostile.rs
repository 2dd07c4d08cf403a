//! Data that tell little or nothing: every fit ends with an answer or with what the data cannot tell.

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::data::NearTies;
use greenwood::survival::regression::parametric::{Knots, SplineScale};
use greenwood::survival::regression::{Family, Observations, ParametricModel, ParametricStop};
use greenwood::survival::{Design, Parametric, RightCensored};

const INF: f64 = f64::INFINITY;

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

/// Who enters a millionth of a time before it: `ln S` at both is up to 1e9 times their difference. The rate is that of events by time at
/// risk, `d/Σ(t − e)`, by hand.
#[test]
fn late_entries_close_to_the_times_keep_their_digits() -> Result<()> {
    let time: Vec<f64> = (0..40).map(|i| 10f64.powf(f64::from(i % 13) - 6.0) * f64::from(i + 1)).collect();
    let entry: Vec<f64> = time.iter().map(|t| t * (1.0 - 1e-6)).collect();
    let event: Vec<bool> = (0..40).map(|i| i % 3 > 0).collect();
    let at_risk: f64 = time.iter().zip(&entry).map(|(t, e)| t - e).sum();
    let events = event.iter().filter(|e| **e).count() as f64;
    let data = RightCensored::new(&time, &event)?.with_near_ties(NearTies::Exact)?.with_entry(&entry)?;
    let whole = Design::without_covariates(40);
    let exponential = Parametric::new(Family::Exponential).fit(&data, &whole)?;
    assert!(exponential.stop().is_success(), "{exponential}");
    assert_relative_eq!(exponential.coefficients()[0], (at_risk / events).ln(), max_relative = 1e-12);
    let log_likelihood = -events * (at_risk / events).ln() - events;
    assert_relative_eq!(exponential.log_likelihood(), log_likelihood, max_relative = 1e-12);
    // The same with a cut, and in the coordinates of the other Weibull model.
    let pieces = Parametric::new(Family::piecewise_exponential(&[1e9])).fit(&data, &whole)?;
    assert_relative_eq!(pieces.log_likelihood(), log_likelihood, max_relative = 1e-12);
    let aft = Parametric::new(Family::Weibull).fit(&data, &whole)?;
    let ph = Parametric::new(Family::WeibullPh).fit(&data, &whole)?;
    assert!(aft.stop().is_success() && ph.stop().is_success(), "{aft}\n{ph}");
    assert_relative_eq!(aft.log_likelihood(), ph.log_likelihood(), max_relative = 1e-11);
    assert_relative_eq!(-aft.coefficients()[1], ph.coefficients()[0], max_relative = 1e-7);
    Ok(())
}

/// Ends that took all iterations without a word, found by the campaign.
#[test]
fn searches_that_creep_along_a_ridge_name_it() -> Result<()> {
    // All that is known is how long three subjects stayed after they entered, each a millionth of the time: as the location falls,
    // the tail of a log-normal distribution tends to a power of time, and nothing stops it.
    let entry = [1393536236444.4146, 1138651285855.645, 1181494334286.9734];
    let time = [1393537629982.0447, 1138652424508.0696, 1181495515782.4893];
    let data = RightCensored::new(&time, &[true; 3])?.with_entry(&entry)?;
    let fit = Parametric::new(Family::LogNormal).fit(&data, &Design::without_covariates(3))?;
    assert_eq!(fit.stop(), ParametricStop::Boundary { coefficient: 0 }, "{fit}");
    assert!(fit.coefficient(0).unwrap().value().is_err());
    // Visits at multiples of two, and a covariate that tells them: as the scale falls, each row is left or right of one point.
    let lower = [0.5, 1.0, 1.0, 3.0, 1.5, 1.0, 1.5, 1.0, 0.5, 2.0, 1.0, 2.0, 1.5];
    let upper = [1.0, INF, 2.0, INF, 3.0, 2.0, 3.0, 2.0, 1.0, INF, INF, INF, 3.0];
    let x = std::array::from_fn::<f64, 13, _>(|i| if upper[i] < INF { upper[i] } else { lower[i] }.ln());
    let data = Observations::interval(&lower, &upper)?;
    let design = Design::builder().numeric("x", &x).build()?;
    let fit = Parametric::new(Family::LogNormal).fit(data, &design)?;
    assert_eq!(fit.stop(), ParametricStop::Boundary { coefficient: 2 }, "{fit}");
    Ok(())
}

/// A spline may fall where no event tells it not to; one that falls between entry and the time of a subject has no likelihood there, where
/// without that it would have one without bound.
#[test]
fn a_spline_does_not_fall_while_a_subject_is_there() -> Result<()> {
    let time = [2.02, 13.57, 72.49, 11.61, 15.33, 72.42, 72.17, 15.87];
    let entry = [0.23, 6.16, 64.47, 9.47, 7.33, 21.27, 51.06, 2.96];
    let event = [true, true, false, false, true, false, true, false];
    let weights =
        greenwood::survival::Weights::replication(vec![1.0, 1e-8, 3e-9, 2e-9, 2e-10, 8e-9, 7e-9, 4e-9]);
    let data = RightCensored::new(&time, &event)?.with_entry(&entry)?.with_weights(weights)?;
    let by_rule = Parametric::new(Family::spline_hazard(1)).fit(&data, &Design::without_covariates(8));
    assert!(by_rule.unwrap_err().to_string().contains("knots must increase"));
    // Nearly all of the weight is at the first event, where the rule would put every knot: they stand where rows would put them.
    let events = [2.02_f64, 13.57, 15.33, 72.17].map(f64::ln);
    let [first, second, third, last] = events;
    let [one, two] = [vec![first, 0.5 * (second + third), last], vec![first, second, third, last]];
    for (scale, knots) in
        [(SplineScale::Hazard, &one), (SplineScale::Normal, &one), (SplineScale::Hazard, &two)]
    {
        let family = Family::Spline { scale, knots: Knots::At(knots.clone()) };
        let fit = Parametric::new(family).fit(&data, &Design::without_covariates(8))?;
        assert_ne!(fit.stop(), ParametricStop::MaxIterations, "{fit}");
        assert!(fit.log_likelihood() < 10.0, "{fit}");
    }
    Ok(())
}

/// An offset of a million times the times themselves is taken off before a start is looked for; one event a millionth of its time after
/// entry tells of a tail alone.
#[test]
fn offsets_and_tails_have_a_start_and_an_end() -> Result<()> {
    let time = [1.2e-12, 1.9e-12, 1.5e-12, 1.1e-12, 1.7e-12];
    let offset = [3.0, -7.0, 12.0, 1.0, -15.0];
    let whole = Design::without_covariates(5);
    for family in [Family::Gaussian, Family::Logistic, Family::ExtremeValue] {
        let data = RightCensored::new(&time, &[true; 5])?;
        let fit = Parametric::new(family.clone()).offset(&offset).fit(&data, &whole)?;
        assert_ne!(fit.stop(), ParametricStop::MaxIterations, "{fit}");
        if family == Family::Gaussian {
            // Mean and deviation of t − offset.
            let mean = time.iter().zip(offset).map(|(t, o)| t - o).sum::<f64>() / 5.0;
            let square: f64 = time.iter().zip(offset).map(|(t, o)| (t - o - mean).powi(2)).sum();
            assert_relative_eq!(fit.coefficients()[0], mean, max_relative = 1e-9);
            assert_relative_eq!(fit.coefficients()[1], 0.5 * (square / 5.0).ln(), max_relative = 1e-7);
        }
    }
    let data = Observations::interval(&[0.6288251482135664], &[0.6288251482135664])?;
    let data = data.with_entry(&[0.6288245193884181])?;
    let fit = Parametric::new(Family::Gamma).fit(data, &Design::without_covariates(1))?;
    assert!(!matches!(fit.stop(), ParametricStop::MaxIterations | ParametricStop::Converged), "{fit}");
    Ok(())
}
