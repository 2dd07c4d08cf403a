//! Parametric models at the edge: hostile data end with an answer or a diagnosis, weights repeat rows, entry truncates.

use greenwood::survival::regression::{Family, Observations, ParametricStop};
use greenwood::survival::{Design, Parametric, RightCensored, Weights};
use greenwood::{Error, ModelError};

const NAMES: [&str; 15] = [
    "exponential",
    "weibull",
    "weibull-ph",
    "log-normal",
    "log-logistic",
    "gompertz",
    "gamma",
    "generalized-gamma",
    "generalized-f",
    "gaussian",
    "logistic",
    "extreme-value",
    "spline-hazard",
    "cure-mixture-weibull",
    "cure-non-mixture-log-normal",
];

fn families() -> Vec<Family> {
    NAMES.iter().map(|name| name.parse().unwrap()).collect()
}

#[test]
fn hostile_data_have_an_answer_or_a_diagnosis() {
    let cases: [(&[f64], &[bool]); 7] = [
        (&[1.0, 2.0, 3.0], &[false; 3]),
        (&[2.0, 2.0, 2.0], &[true; 3]),
        (&[1.0, 2.0, 3.0], &[false, true, false]),
        (&[1e-12, 2e-12, 5e-12], &[true; 3]),
        (&[1e12, 2e12, 5e12], &[true; 3]),
        (&[5.0], &[true]),
        (&[1e-12, 1.0, 1e12], &[true, false, true]),
    ];
    for family in families() {
        for (time, event) in cases {
            let data = RightCensored::new(time, event).unwrap();
            let fit = Parametric::new(family.clone()).fit(&data, &Design::without_covariates(time.len()));
            let fit = match fit {
                Ok(fit) => fit,
                // An error says what to do; splines want several event times.
                Err(error) => {
                    assert!(error.to_string().len() > 20, "{family} {time:?}: {error}");
                    continue;
                }
            };
            assert!(!fit.log_likelihood().is_nan(), "{family} {time:?}");
            // A model is equal to itself, whatever is not known of it: a variance may be missing, not NaN.
            assert_eq!(fit, fit.clone(), "{family} {time:?}");
            let each_alone = data.clone().with_clusters(&(0..time.len()).collect::<Vec<_>>()).unwrap();
            let robust = Parametric::new(family.clone());
            // Robust variances of the narrow cases alone: a fit more for each family.
            if time.len() == 1 || time[0] == 2.0 {
                let fit = robust.fit(&each_alone, &Design::without_covariates(time.len()));
                if let Ok(robust) = fit {
                    assert_eq!(robust, robust.clone(), "{family} {time:?}, robust");
                    assert!(robust.variance().iter().all(|v| v.is_finite()), "{family} {time:?}, robust");
                }
            }
            if !event.contains(&true) {
                assert_eq!(fit.stop(), ParametricStop::NoEvents, "{family}: {fit}");
            }
            let _ = fit.to_string();
            match fit.predict(&fit.row()) {
                Ok(subject) => {
                    let survival = subject.survival(1.0).unwrap().value();
                    assert!((0.0..=1.0).contains(&survival), "{family} {time:?}: {survival}");
                    let _ = subject.quantile(0.5).unwrap();
                    // A normal tail at 1e12 standard deviations may have no ratio; nothing is NaN.
                    let hazard = subject.hazard(1.0).map(|h| h.value());
                    assert!(hazard.is_err() || hazard.is_ok_and(|h| h >= 0.0), "{family} {time:?}");
                }
                Err(error) => {
                    assert!(matches!(error, Error::Model(ModelError::NoCurve { .. })), "{family}: {error}");
                }
            }
        }
    }
}

#[test]
fn a_group_without_events_is_named() {
    let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[true, true, true, false, false, false])
        .unwrap();
    let design = Design::builder().numeric("x", &[1.0, 1.0, 1.0, 0.0, 0.0, 0.0]).build().unwrap();
    let fit = Parametric::new(Family::Weibull).fit(&data, &design).unwrap();
    assert!(!fit.stop().is_success() && fit.diagnosis().contains('['), "{fit}");
}

#[test]
fn times_that_a_distribution_cannot_have_are_refused() {
    let design = Design::without_covariates(2);
    let data = RightCensored::new(&[0.0, 2.0], &[true, true]).unwrap();
    let error = Parametric::new(Family::Weibull).fit(&data, &design).unwrap_err();
    assert!(matches!(error, Error::InvalidObservation { index: 0, .. }), "{error}");
    assert!(Parametric::new(Family::Gaussian).fit(&data, &design).is_ok());
    let crossed = Observations::interval(&[3.0], &[2.0]).unwrap_err();
    assert!(matches!(crossed, Error::InvalidObservation { index: 0, .. }));
    assert!(Observations::interval(&[f64::NAN], &[2.0]).is_err());
    assert!(Observations::interval(&[], &[]).is_err());
    let entered = Observations::interval(&[1.0], &[1.0]).unwrap().with_entry(&[1.0]);
    assert!(matches!(entered, Err(Error::InvalidObservation { .. })));
}

#[test]
fn a_replication_weight_is_the_row_repeated_and_entry_is_truncation() {
    let (time, event) = ([1.0, 2.5, 4.0, 7.0, 3.0], [true, true, false, true, true]);
    let entry = [0.0, 1.0, 2.0, 0.5, 0.0];
    let twice = [0, 1, 1, 2, 3, 4];
    for name in ["exponential", "weibull", "log-normal", "log-logistic", "gamma", "weibull-ph"] {
        let family: Family = name.parse().unwrap();
        let data = RightCensored::new(&time, &event).unwrap().with_entry(&entry).unwrap();
        let data = data.with_weights(Weights::replication(&[1.0, 2.0, 1.0, 1.0, 1.0])).unwrap();
        let weighted = Parametric::new(family.clone()).fit(&data, &Design::without_covariates(5)).unwrap();
        let pick = |v: &[f64]| twice.iter().map(|&i| v[i]).collect::<Vec<f64>>();
        let events: Vec<bool> = twice.iter().map(|&i| event[i]).collect();
        let rows = RightCensored::new(pick(&time), events).unwrap().with_entry(pick(&entry)).unwrap();
        let repeated = Parametric::new(family.clone()).fit(&rows, &Design::without_covariates(6)).unwrap();
        assert!((weighted.log_likelihood() - repeated.log_likelihood()).abs() < 1e-9, "{family}");
        assert!((weighted.bic() - repeated.bic()).abs() < 1e-9, "{family}");
        if family == Family::Exponential {
            // Five events in 1 + 1.5 + 1.5 + 2 + 6.5 + 3 of time.
            assert!((repeated.coefficients()[0] - (15.5_f64 / 5.0).ln()).abs() < 1e-12);
        }
    }
}

/// An accelerated time keeps its shape in any unit: the intercept moves by the logarithm of the unit.
#[test]
fn another_unit_moves_the_intercept_alone() {
    let (time, event) = ([1.0, 2.5, 4.0, 7.0, 3.0, 0.4], [true, true, false, true, true, true]);
    for name in ["exponential", "weibull", "log-normal", "log-logistic", "generalized-gamma"] {
        let family: Family = name.parse().unwrap();
        let fit = |unit: f64| {
            let scaled: Vec<f64> = time.iter().map(|t| t * unit).collect();
            let data = RightCensored::new(scaled, &event).unwrap();
            Parametric::new(family.clone()).fit(&data, &Design::without_covariates(6)).unwrap()
        };
        let (own, other) = (fit(1.0), fit(30.4375));
        let moved = other.coefficients()[0] - own.coefficients()[0] - 30.4375_f64.ln();
        assert!(moved.abs() < 1e-6, "{family}: {moved}");
        for (a, b) in own.coefficients().iter().zip(other.coefficients()).skip(1) {
            // The last time of all being an event, Q runs to its limit: where it ends has a relative error of 1e-9.
            assert!((a - b).abs() < 1e-6 * a.abs().max(1.0), "{family}: {a}, {b}");
        }
    }
}
