//! Residuals of parametric models against R's `residuals(survreg)`, and what they must sum to.

use crate::common::{Case, Report, cases, number, numbers};
use crate::parametric_cases::{design, model_frame};
use greenwood::survival::regression::{Family, Observations};
use greenwood::survival::{Design, Groups, Parametric, RightCensored, Weights};

fn family(name: &str) -> Option<Family> {
    Some(match name {
        "exponential" => Family::Exponential,
        "weibull" => Family::Weibull,
        "lognormal" => Family::LogNormal,
        "loglogistic" => Family::LogLogistic,
        "gaussian" => Family::Gaussian,
        "logistic" => Family::Logistic,
        "extreme" => Family::ExtremeValue,
        _ => return None,
    })
}

fn observations(case: &Case) -> Observations {
    let frame = model_frame(case);
    let positive = !matches!(case.text("dist"), Some("gaussian" | "logistic" | "extreme"));
    let start = if positive { 0.0 } else { f64::NEG_INFINITY };
    let censoring = case.text("censoring").unwrap_or("");
    let data = if censoring.starts_with("interval2") {
        let or = |name: &str, missing: f64| -> Vec<f64> {
            frame.column(name).iter().map(|&l| if l.is_nan() { missing } else { l }).collect()
        };
        Observations::interval(&or("L_or_lower", start), &or("R_or_upper", f64::INFINITY)).unwrap()
    } else if censoring.starts_with("left") {
        let upper = frame.column(case.text("time").unwrap());
        let lower: Vec<f64> = upper.iter().map(|&t| if t == 0.0 { start } else { t }).collect();
        Observations::interval(&lower, upper).unwrap()
    } else {
        Observations::from(&case.right_censored(&frame).unwrap())
    };
    match case.text("weights") {
        Some(w) if !censoring.is_empty() => data.with_weights(Weights::replication(frame.column(w))).unwrap(),
        _ => data,
    }
}

fn data_weight(case: &Case, row: usize) -> f64 {
    let frame = model_frame(case);
    case.text("weights").map_or(1.0, |w| frame.column(w)[row])
}

/// R 4.2.2, survival 3.5-3: residuals(fit, type), every type, exact, right-, left- and interval-censored rows.
#[test]
fn residuals_are_those_of_survreg() {
    let mut report = Report::default();
    let with = |case: &Case| case.kind == "survreg" && case.output["residuals_working"].is_array();
    for case in cases("aft").into_iter().chain(cases("parametric2")).filter(with) {
        let Some(family) = family(case.text("dist").unwrap()) else { continue };
        report.cases += 1;
        let (data, design) = (observations(&case), design(&case, &model_frame(&case)));
        let fit = Parametric::new(family).fit(&data, &design).unwrap();
        let rows = fit.with(&data, &design).unwrap();
        let own = rows.clone().location_scale().unwrap();
        // R 4.2.2 has the derivatives in the scale of interval-censored rows wrong: weighted, they sum to 13 to 24 at its own
        // maximum, where ours sum to 0.
        let interval = case.text("censoring").is_some_and(|c| c.starts_with("interval2"));
        let sum: f64 = own.derivatives().iter().zip(0..).map(|(d, i)| data_weight(&case, i) * d[3]).sum();
        assert!(
            sum.abs() < 1e-5 || fit.coefficients().len() < 4 && !fit.names().contains(&"log(scale)"),
            "{sum}"
        );
        let lists = [
            ("residuals_response", own.response()),
            ("residuals_deviance", own.deviance()),
            ("residuals_working", own.working()),
            ("residuals_ldcase", rows.case_displacement()),
            ("residuals_ldresp", own.response_displacement()),
            ("residuals_ldshape", own.shape_displacement()),
        ];
        // Relative to the largest: those near 0 cancel.
        let mut near = |what: &str, got: f64, expected: f64, size: f64| {
            report.close(&format!("{} {what}", case.name), got / size + 2.0, expected / size + 2.0, 1e-7);
        };
        for (key, got) in lists {
            // Nor is the location that R 4.2.2 takes for the best of an interval of the smallest extreme value the best.
            let weibull = case.text("dist") == Some("weibull") && !key.ends_with("working");
            if !case.output[key].is_array() || (interval && (weibull || key.starts_with("residuals_ld"))) {
                continue;
            }
            let expected = numbers(&case.output[key]);
            let size = expected.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
            for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
                near(&format!("{key}[{i}]"), *got, expected, size);
            }
        }
        let as_rows = |m: &ndarray::Array2<f64>| m.rows().into_iter().map(|r| r.to_vec()).collect::<Vec<_>>();
        let derivatives: Vec<Vec<f64>> = own.derivatives().iter().map(|row| row.to_vec()).collect();
        let matrices = [
            ("dfbeta", as_rows(&rows.dfbeta())),
            ("residuals_dfbeta", as_rows(&rows.dfbeta())),
            ("residuals_dfbetas", as_rows(&rows.dfbetas())),
            ("residuals_matrix", derivatives),
        ];
        for (key, got) in matrices {
            let Some(expected) = case.output[key].as_array() else { continue };
            if interval && key.contains("dfbeta") {
                continue;
            }
            for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
                let sound = if interval { 3 } else { got.len() };
                for (j, (got, expected)) in got.iter().zip(numbers(expected)).enumerate().take(sound) {
                    let column = case.output[key].as_array().unwrap().iter().map(|row| number(&row[j]).abs());
                    near(&format!("{key}[{i}, {j}]"), *got, expected, column.fold(1e-300, f64::max));
                }
            }
        }
    }
    assert!(report.cases >= 15, "{}", report.cases);
    report.finish("residuals of survreg");
}

const TIME: [f64; 10] = [1.0, 2.5, 4.0, 7.0, 3.0, 0.4, 5.5, 6.0, 2.0, 8.0];
const UPPER: [f64; 10] = [1.0, 2.5, f64::INFINITY, 7.0, 3.7, 0.4, f64::INFINITY, 9.0, 2.0, f64::INFINITY];
const X: [f64; 10] = [0.1, 0.7, 0.3, 0.9, 0.2, 0.6, 0.4, 0.8, 0.5, 0.0];

fn mixed() -> (Observations, Design<'static>) {
    let mut lower = TIME;
    lower[8] = 0.0;
    let data = Observations::interval(&lower, &UPPER).unwrap();
    (data, Design::builder().numeric("x", &X).build().unwrap())
}

/// The score equation of the intercept of a model of proportional hazards; for a Weibull both deviances are one.
#[test]
fn martingale_residuals_sum_to_zero() {
    let (data, design) = mixed();
    for name in ["exponential", "weibull", "weibull-ph", "gompertz", "spline-hazard"] {
        let fit = Parametric::new(name.parse().unwrap()).fit(&data, &design).unwrap();
        let rows = fit.with(&data, &design).unwrap();
        let sum: f64 = rows.martingale().iter().sum();
        assert!(sum.abs() < 1e-7, "{name}: {sum}");
        for (m, c) in rows.martingale().iter().zip(rows.cox_snell()) {
            assert!((m + c - 1.0).abs() < 1e-12 || (m + c).abs() < 1e-12, "{name}");
        }
        let scores = rows.score();
        for column in scores.columns() {
            assert!(column.sum().abs() < 1e-6, "{name}: {}", column.sum());
        }
        if let Ok(own) = rows.clone().location_scale() {
            for (a, b) in rows.deviance().iter().zip(own.deviance()) {
                // Later than expected is positive in the one, negative in the other.
                assert!((a + b).abs() < 1e-9, "{name}: {a}, {b}");
            }
        }
    }
}

/// Late entry and an interval that has shrunk: the residual is that of an exact time since entry.
#[test]
fn residuals_count_from_entry_and_meet_at_a_point() {
    let data = |width: f64| {
        let upper: Vec<f64> = TIME.iter().map(|t| t + width).collect();
        Observations::interval(&TIME, &upper).unwrap().with_entry(&[0.2; 10]).unwrap()
    };
    let design = Design::builder().numeric("x", &X).build().unwrap();
    let fit = Parametric::new(Family::Weibull).fit(data(0.0), &design).unwrap();
    let exact = fit.with(data(0.0), &design).unwrap();
    let of_narrow = Parametric::new(Family::Weibull).fit(data(1e-6), &design).unwrap();
    let narrow = of_narrow.with(data(1e-6), &design).unwrap();
    // Data that are not those of the fit are told from them, however near.
    let other = fit.with(data(1e-6), &design).unwrap_err().to_string();
    assert!(other.contains("the upper limits of the times"), "{other}");
    for (a, b) in exact.martingale().iter().zip(narrow.martingale()) {
        assert!((a - b).abs() < 1e-5, "{a}, {b}");
    }
    for (i, h) in exact.cox_snell().iter().enumerate() {
        let subject = fit.predict(&fit.row().numeric("x", X[i])).unwrap();
        let hazard = |t: f64| subject.cumulative_hazard(t).unwrap().value();
        assert!((h - (hazard(TIME[i]) - hazard(0.2))).abs() < 1e-12);
    }
}

/// A Weibull location that suits a row is a hazard that suits it, with entries too: `H − 1 − ln H` of the hazard since entry.
/// 1e-6, since near a residual of 0 half of the digits are the root's.
#[test]
fn deviances_of_rows_that_entered_late_are_those_of_the_hazard() {
    let data = Observations::interval(&TIME, &UPPER).unwrap().with_entry(&[0.2; 10]).unwrap();
    let design = Design::builder().numeric("x", &X).build().unwrap();
    let fit = Parametric::new(Family::Weibull).fit(&data, &design).unwrap();
    let rows = fit.with(&data, &design).unwrap();
    let of_hazard = rows.deviance();
    for (a, b) in rows.location_scale().unwrap().deviance().iter().zip(of_hazard) {
        assert!((a.abs() - b.abs()).abs() < 1e-6, "{a} {b}");
    }
    // With right truncation the likelihood of a row is never above that of the location that suits it.
    let until: Vec<f64> = UPPER.iter().map(|u| if u.is_finite() { u + 1.0 } else { 30.0 }).collect();
    let data = data.with_right_truncation(&until).unwrap();
    let fit = Parametric::new(Family::LogNormal).fit(&data, &design).unwrap();
    if fit.stop().has_curve() {
        let rows = fit.with(&data, &design).unwrap().location_scale().unwrap();
        assert!(rows.deviance().iter().all(|d| d.is_finite()));
    }
}

#[test]
fn other_data_are_refused() {
    let (data, design) = mixed();
    let fit = Parametric::new(Family::Weibull).fit(&data, &design).unwrap();
    assert!(fit.with(&data, &fit.row().numeric("x", 0.1)).is_err());
    assert!(fit.with(&data, &design).unwrap().offset(&[1.0]).is_err());
    let gamma = Parametric::new(Family::Gamma).fit(&data, &design).unwrap();
    let error = gamma.with(&data, &design).unwrap().location_scale().unwrap_err().to_string();
    assert!(error.contains("location and scale"), "{error}");
    let event = UPPER.map(|u| u < f64::INFINITY);
    let strata = Groups::new(&["a", "b", "a", "b", "a", "b", "a", "b", "a", "b"]);
    let split = RightCensored::new(&TIME, &event).unwrap().with_strata(strata).unwrap();
    let fit = Parametric::new(Family::Weibull).fit(&split, &design).unwrap();
    assert!(fit.with(&split, &design).is_ok());
    assert!(fit.with(&data, &design).is_err());
}

/// Each stratum has a scale, and so a curve, of its own: none of them is that of "the model".
#[test]
fn a_prediction_names_its_stratum() {
    let strata = Groups::new(&["a", "b", "a", "b", "a", "b", "a", "b", "a", "b"]);
    let event = UPPER.map(|u| u < f64::INFINITY);
    let data = RightCensored::new(&TIME, &event).unwrap().with_strata(strata).unwrap();
    let design = Design::builder().numeric("x", &X).build().unwrap();
    let fit = Parametric::new(Family::Weibull).fit(&data, &design).unwrap();
    let row = fit.row().numeric("x", 0.5);
    let subject = fit.predict(&row).unwrap();
    let needed = |error: greenwood::Error| {
        assert!(
            matches!(error, greenwood::Error::Model(greenwood::ModelError::StratumNeeded { .. })),
            "{error}"
        );
    };
    needed(subject.survival(1.0).unwrap_err());
    needed(subject.quantile(0.5).unwrap_err());
    needed(subject.hazard(1.0).unwrap_err());
    needed(subject.restricted_mean(1.0).unwrap_err());
    needed(subject.mean().unwrap_err());
    needed(subject.simulate(3, 1).unwrap_err());
    needed(fit.simulate(&row, 1).unwrap_err());
    needed(fit.standardized(&row).unwrap().survival(1.0).unwrap_err());
    let of = |label: &str| subject.clone().stratum(label).unwrap().survival(1.0).unwrap().value();
    assert!((of("a") - of("b")).abs() > 1e-3);
    assert_eq!(fit.standardized(&row).unwrap().stratum("b").unwrap().survival(1.0).unwrap().value(), of("b"));
}
