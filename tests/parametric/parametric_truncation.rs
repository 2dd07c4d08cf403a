//! Right truncation of parametric models: rows that are there only because their event came by some time.

use approx::assert_relative_eq;
use greenwood::survival::regression::parametric::{Background, ParametricStop};
use greenwood::survival::regression::{Family, Observations};
use greenwood::survival::{Design, Parametric};
use greenwood::{Error, ModelError};
use serde_json::Value;

struct Rows {
    lower: Vec<f64>,
    upper: Vec<f64>,
    entry: Vec<f64>,
    until: Vec<f64>,
    x: Vec<f64>,
}

/// `tests/data/parametric_truncation.py`
fn reference() -> (Rows, Vec<Value>) {
    let text = std::fs::read_to_string("tests/data/parametric_truncation.json").unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let column = |name: &str| -> Vec<f64> {
        file["data"][name].as_array().unwrap().iter().map(|x| x.as_f64().unwrap_or(f64::INFINITY)).collect()
    };
    let rows = Rows {
        lower: column("lower"),
        upper: column("upper"),
        entry: column("entry"),
        until: column("until"),
        x: column("x"),
    };
    (rows, file["answers"].as_array().unwrap().clone())
}

fn data(rows: &Rows) -> Observations {
    let data = Observations::interval(&rows.lower, &rows.upper).unwrap();
    data.with_entry(&rows.entry).unwrap().with_right_truncation(&rows.until).unwrap()
}

/// mpmath 1.3, 40 digits: exact times, intervals and censored rows, with entries and right truncation. 1e-7, since both
/// sides iterate; the log likelihood is level there.
#[test]
fn maxima_are_those_of_an_explicit_likelihood() {
    let (rows, answers) = reference();
    let design = Design::builder().numeric("x", &rows.x).build().unwrap();
    for answer in answers {
        let family: Family = answer["family"].as_str().unwrap().parse().unwrap();
        let fit = Parametric::new(family).fit(data(&rows), &design).unwrap();
        assert!(fit.stop().is_success(), "{fit}");
        assert_relative_eq!(
            fit.log_likelihood(),
            answer["log_likelihood"].as_f64().unwrap(),
            max_relative = 1e-11
        );
        for k in 0..3 {
            let (coefficient, error) =
                (answer["coefficients"][k].as_f64().unwrap(), answer["std_errors"][k].as_f64().unwrap());
            assert_relative_eq!(fit.coefficients()[k], coefficient, max_relative = 1e-7);
            assert_relative_eq!(fit.variance()[(k, k)].sqrt(), error, max_relative = 1e-7);
        }
        // Scores sum to 0; a Cox-Snell residual is −ln of the share of those who could be seen.
        let seen = fit.with(data(&rows), &design).unwrap();
        let scores = seen.score();
        for k in 0..3 {
            assert!(scores.column(k).sum().abs() < 1e-6);
        }
        let residuals = seen.cox_snell();
        for i in
            (0..rows.x.len()).filter(|&i| rows.lower[i] == rows.upper[i] && rows.lower[i] < rows.until[i])
        {
            let subject = fit.predict(&fit.row().numeric("x", rows.x[i])).unwrap();
            let survival = |t: f64| match t {
                f64::INFINITY => 0.0,
                t if t <= 0.0 => 1.0,
                t => subject.survival(t).unwrap().value(),
            };
            let share = (survival(rows.lower[i]) - survival(rows.until[i]))
                / (survival(rows.entry[i]) - survival(rows.until[i]));
            assert_relative_eq!(residuals[i], -share.ln(), max_relative = 1e-9);
        }
    }
}

/// Without truncation nothing changes, to the last bit of the likelihood of each row.
#[test]
fn an_infinite_time_is_no_truncation() {
    let (rows, _) = reference();
    let design = Design::builder().numeric("x", &rows.x).build().unwrap();
    let plain = Observations::interval(&rows.lower, &rows.upper).unwrap().with_entry(&rows.entry).unwrap();
    let none = plain.clone().with_right_truncation(&vec![f64::INFINITY; rows.x.len()]).unwrap();
    for name in ["weibull", "gompertz", "generalized-gamma", "spline-hazard(1)"] {
        let Ok(family) = name.parse::<Family>() else { continue };
        let [a, b] = [&plain, &none].map(|d| Parametric::new(family.clone()).fit(d, &design).unwrap());
        assert_eq!(a, b, "{name}");
    }
}

/// Times that are spread evenly over what could be seen tell nothing of later ones: the mean of an exponential time has no
/// bound, and every family says so or gives a finite answer.
#[test]
fn evenly_spread_times_have_no_maximum() {
    let times: Vec<f64> = (0..20).map(|k| 0.25 + 0.5 * f64::from(k)).collect();
    let data = Observations::interval(&times, &times).unwrap().with_right_truncation(&[10.0; 20]).unwrap();
    let design = Design::without_covariates(20);
    let fit = Parametric::new(Family::Exponential).fit(&data, &design).unwrap();
    assert!(!fit.stop().is_success(), "{fit}");
    assert!(matches!(
        fit.stop(),
        ParametricStop::Flat { .. } | ParametricStop::NoMaximum { .. } | ParametricStop::Boundary { .. }
    ));
    // ln 1/10 each.
    assert_relative_eq!(fit.log_likelihood(), -20.0 * 10.0_f64.ln(), max_relative = 1e-7);
    for name in [
        "weibull",
        "weibull-ph",
        "log-normal",
        "log-logistic",
        "gompertz",
        "gamma",
        "generalized-gamma",
        "generalized-f",
    ] {
        let fit = Parametric::new(name.parse::<Family>().unwrap()).fit(&data, &design);
        match fit {
            Ok(fit) => assert!(fit.log_likelihood().is_finite(), "{name}: {fit}"),
            Err(error) => {
                assert!(matches!(error, Error::Model(ModelError::InfiniteLikelihood)), "{name}: {error}");
            }
        }
    }
}

#[test]
fn what_could_not_be_seen_is_refused_with_its_row() {
    let data = || Observations::interval(&[1.0, 2.0, 3.0], &[1.0, f64::INFINITY, 4.0]).unwrap();
    for (until, row) in
        [([0.5, 9.0, 9.0], 0), ([1.0, 2.0, 9.0], 1), ([1.0, 9.0, 3.0], 2), ([1.0, f64::NAN, 9.0], 1)]
    {
        let error = data().with_right_truncation(&until).unwrap_err();
        assert!(matches!(error, Error::InvalidObservation { index, .. } if index == row), "{error}");
    }
    let entered = data().with_entry(&[0.5, 0.0, 0.0]).unwrap();
    assert!(entered.clone().with_right_truncation(&[1.0, 5.0, 3.5]).is_ok());
    assert!(data().with_right_truncation(&[9.0]).is_err());
    // An upper limit beyond it is lowered to it.
    assert_eq!(data().with_right_truncation(&[1.0, 5.0, 3.5]).unwrap().events(), 3);
    let rates = Background::rates(&[0.1; 3]).cumulative(&[0.1, 0.2, 0.3], &[0.1, f64::INFINITY, 0.4]);
    let both = data().with_right_truncation(&[1.0, 5.0, 3.5]).unwrap().with_background(rates.clone());
    assert!(matches!(both, Err(Error::Unsupported { with: "right truncation", .. })));
    assert!(data().with_background(rates).unwrap().with_right_truncation(&[1.0, 5.0, 3.5]).is_err());
}

/// Residuals of an excess hazard: 1 for an event less the whole hazard, that of the population and the excess.
#[test]
fn residuals_beside_a_background_count_the_whole_hazard() {
    let (time, upper) = ([2.0, 3.0, 5.0, 7.0, 4.0], [2.0, f64::INFINITY, 5.0, 7.0, 6.0]);
    let (rates, low, high) =
        ([0.02, 0.03, 0.05, 0.07, 0.04], [0.04, 0.09, 0.2, 0.4, 0.1], [0.04, 9.0, 0.2, 0.4, 0.25]);
    let data = Observations::interval(&time, &upper).unwrap();
    let known = data.clone().with_background(Background::rates(&rates).cumulative(&low, &high)).unwrap();
    let design = Design::without_covariates(5);
    let fit = Parametric::new(Family::Weibull).fit(&known, &design).unwrap();
    let rows = fit.with(&known, &design).unwrap();
    let subject = fit.predict(&fit.row()).unwrap();
    let hazard = |t: f64| -subject.survival(t).unwrap().value().ln();
    for i in 0..4 {
        let whole = hazard(time[i]) + low[i];
        assert_relative_eq!(rows.cox_snell()[i], whole, max_relative = 1e-9);
        let event = f64::from(u8::from(upper[i].is_finite()));
        assert_relative_eq!(rows.martingale()[i], event - whole, max_relative = 1e-8);
    }
    let (low, high) = (hazard(4.0) + 0.1, hazard(6.0) + 0.25);
    let between = high - low;
    assert_relative_eq!(rows.martingale()[4], between / between.exp_m1() - low, max_relative = 1e-8);
    let scores = rows.score();
    for k in 0..2 {
        assert!(scores.column(k).sum().abs() < 1e-7);
    }
    assert!(rows.location_scale().is_err());
    // Rates alone do not tell what was expected of a row.
    let exact = Observations::interval(&[1.0, 2.0, 4.0], &[1.0, 2.0, 4.0]).unwrap();
    let rates = exact.clone().with_background(Background::rates(&[0.01; 3])).unwrap();
    let design = Design::without_covariates(3);
    let fit = Parametric::new(Family::Exponential).fit(&rates, &design).unwrap();
    assert!(fit.with(&rates, &design).unwrap_err().to_string().contains("cumulative hazards"));
    assert!(fit.with(&exact, &design).unwrap_err().to_string().contains("with_background"));
}
