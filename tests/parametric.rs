//! Parametric models against R's `survreg`, case by case, at 1e-7: what is iterated agrees to convergence.

mod common;

use common::{Case, Frame, Report, cases, number, numbers};
use greenwood::Error;
use greenwood::survival::{Design, Family, Observations, Parametric, ParametricStop, RightCensored, Weights};
use ndarray::Array2;

const FIT: f64 = 1e-7;

/// What is left out: Student's t is no family here.
fn family(name: &str) -> Option<(Family, Option<f64>)> {
    Some(match name {
        "exponential" => (Family::Exponential, None),
        "weibull" => (Family::Weibull, None),
        "rayleigh" => (Family::Weibull, Some(0.5)),
        "lognormal" => (Family::LogNormal, None),
        "loglogistic" => (Family::LogLogistic, None),
        "gaussian" => (Family::Gaussian, None),
        "logistic" => (Family::Logistic, None),
        "extreme" => (Family::ExtremeValue, None),
        _ => return None,
    })
}

fn observations(case: &Case, frame: &Frame) -> Observations {
    let censoring = case.text("censoring").unwrap_or("");
    let data = if censoring.starts_with("interval2") {
        let positive = !matches!(case.text("dist"), Some("gaussian" | "logistic" | "extreme"));
        let start = if positive { 0.0 } else { f64::NEG_INFINITY };
        let lower = frame.column("L_or_lower");
        let upper = frame.column("R_or_upper");
        let lower: Vec<f64> = lower.iter().map(|&l| if l.is_nan() { start } else { l }).collect();
        let upper: Vec<f64> = upper.iter().map(|&u| if u.is_nan() { f64::INFINITY } else { u }).collect();
        Observations::interval(&lower, &upper).unwrap()
    } else if censoring.starts_with("left") {
        let upper = frame.column(case.text("time").unwrap());
        let lower: Vec<f64> = upper.iter().map(|&t| if t == 0.0 { f64::NEG_INFINITY } else { t }).collect();
        Observations::interval(&lower, upper).unwrap()
    } else {
        return Observations::from(&case.right_censored(frame).unwrap());
    };
    match case.text("weights") {
        Some(w) => data.with_weights(Weights::replication(frame.column(w))).unwrap(),
        None => data,
    }
}

#[test]
fn location_scale_models_are_those_of_survreg() {
    let mut report = Report::default();
    let mut left_out = 0;
    for case in cases("aft") {
        let Some((family, fixed)) = family(case.text("dist").unwrap()) else {
            left_out += 1;
            continue;
        };
        if case.kind != "survreg" {
            distribution(&case, family, &mut report);
            continue;
        }
        let mut frame = case.frame();
        for (from, to) in [("lower", "L_or_lower"), ("upper", "R_or_upper")] {
            if let Some(column) = case.text(from) {
                frame.columns.insert(to.into(), frame.column(column).to_vec());
            }
        }
        let specs = case.inputs["covariates"].as_array().unwrap().clone();
        let mut needed: Vec<String> = specs.iter().map(|s| s["column"].as_str().unwrap().into()).collect();
        needed.extend(case.inputs["offset"]["column"].as_str().map(String::from));
        needed.extend(case.names("scale_strata"));
        let keep: Vec<bool> =
            (0..frame.len()).map(|i| needed.iter().all(|c| !frame.column(c)[i].is_nan())).collect();
        let frame = frame.keep(&keep);
        let mut data = observations(&case, &frame);
        if let Some(strata) = case.groups(&frame, "scale_strata") {
            data = data.with_strata(strata).unwrap();
        }
        let x = Array2::from_shape_fn((frame.len(), specs.len()), |(i, j)| {
            let value = frame.column(specs[j]["column"].as_str().unwrap())[i];
            specs[j]["equals"].as_f64().map_or(value, |level| f64::from(u8::from(value == level)))
        });
        let names: Vec<String> = (0..specs.len()).map(|j| format!("x{j}")).collect();
        let mut model = Parametric::new(family);
        if let Some(column) = case.inputs["offset"]["column"].as_str() {
            let times = number(&case.inputs["offset"]["times"]);
            model = model.offset(&frame.column(column).iter().map(|x| x * times).collect::<Vec<_>>());
        }
        if let Some(scale) = case.inputs["scale_fixed"].as_f64().or(fixed) {
            model = model.fixed_scale(scale);
        }
        let fit = match model.fit(&data, &Design::new(&names, x.view()).unwrap()) {
            Ok(fit) => fit,
            Err(e) => {
                report.fail(&format!("{}: {e}", case.name));
                continue;
            }
        };
        report.cases += 1;
        let out = &case.output;
        if fit.stop() != ParametricStop::Converged {
            report.fail(&format!("{}: {}", case.name, fit.stop()));
        }
        let p = specs.len() + 1;
        report.all_close(&format!("{} coef", case.name), &fit.coefficients()[..p], &numbers(&out["coef"]), FIT);
        report.all_close(&format!("{} scale", case.name), &fit.scales(), &numbers(&out["scale"]), FIT);
        report.close(&format!("{} loglik", case.name), fit.log_likelihood(), numbers(&out["loglik"])[0], 1e-9);
        if let Some(aic) = out["aic"].as_f64() {
            report.close(&format!("{} aic", case.name), fit.aic(), aic, 1e-9);
        }
        for (i, row) in out["vcov"].as_array().unwrap().iter().enumerate() {
            let row = numbers(row);
            for (j, &expected) in row.iter().enumerate() {
                // Relative to the standard errors: covariances near 0 cancel.
                let size = (fit.variance()[(i, i)] * fit.variance()[(j, j)]).sqrt();
                let got = fit.variance()[(i, j)] / size + 2.0;
                report.close(&format!("{} vcov[{i},{j}]", case.name), got, expected / size + 2.0, FIT);
            }
        }
        let predict = &out["predict"];
        if let Some(newdata) = predict["newdata"].as_object() {
            for (k, row) in predict["quantile"].as_array().unwrap().iter().enumerate() {
                let values = specs.iter().map(|s| numbers(&newdata[s["column"].as_str().unwrap()])[k]);
                let row_x = Array2::from_shape_vec((1, specs.len()), values.collect()).unwrap();
                let subject = fit.predict(&Design::new(&names, row_x.view()).unwrap()).unwrap();
                for (l, &p) in numbers(&predict["p"]).iter().enumerate() {
                    let got = subject.quantile(p).unwrap();
                    let what = format!("{} quantile {p} of {k}", case.name);
                    report.close(&what, got.value(), numbers(row)[l], FIT);
                    report.close(&what, got.std_error(), numbers(&predict["quantile_se"][k])[l], FIT);
                    let survival = subject.survival(got.value()).unwrap().value();
                    report.close(&what, survival, 1.0 - p, 1e-9);
                }
            }
        }
    }
    assert_eq!(left_out, 5, "Student's t: four right-censored cases and one left-censored one");
    report.finish("survreg");
}

/// A fit of one subject whose parameters are known: the density and distribution function of R.
fn distribution(case: &Case, family: Family, report: &mut Report) {
    // A fixed scale and an event at the mean of the family put the intercept where it is wanted only by an offset, so the
    // distribution is asked at x − μ̂ + μ on the scale of the model.
    let (mean, scale) = (number(&case.inputs["mean"]), number(&case.inputs["scale"]));
    let none = Array2::zeros((1, 0));
    let data = Observations::interval(&[1.0], &[1.0]).unwrap();
    let design = Design::new::<&str>(&[], none.view()).unwrap();
    let fit = Parametric::new(family).fixed_scale(scale).fit(&data, &design).unwrap();
    let subject = fit.predict(&fit.row()).unwrap();
    let subject = subject.clone().offset(mean - subject.linear_predictor());
    for (i, x) in numbers(&case.inputs["x"]).into_iter().enumerate() {
        let survival = subject.survival(x).unwrap().value();
        report.close(&format!("{} cdf", case.name), 1.0 - survival, numbers(&case.output["cdf"])[i], 1e-8);
        let density = subject.hazard(x).unwrap() * survival;
        report.close(&format!("{} density", case.name), density, numbers(&case.output["density"])[i], FIT);
    }
    for (i, p) in numbers(&case.inputs["prob"]).into_iter().enumerate() {
        let got = subject.quantile(p).unwrap().value();
        report.close(&format!("{} quantile", case.name), got, numbers(&case.output["quantile"])[i], FIT);
    }
}

fn without_covariates(n: usize) -> Array2<f64> {
    Array2::zeros((n, 0))
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
    for family in Family::ALL {
        for (time, event) in cases {
            let x = without_covariates(time.len());
            let data = RightCensored::new(time, event).unwrap();
            match Parametric::new(family).fit(&data, &Design::new::<&str>(&[], x.view()).unwrap()) {
                Ok(fit) => {
                    assert!(fit.log_likelihood().is_finite(), "{family} {time:?}");
                    if !event.contains(&true) {
                        assert!(!fit.stop().is_success() || fit.variance()[(0, 0)] > 1e6, "{family}: {fit}");
                    }
                    let _ = (fit.to_string(), fit.predict(&fit.row()).unwrap().survival(1.0).unwrap());
                }
                Err(e) => assert!(matches!(e, Error::InfiniteLikelihood), "{family} {time:?}: {e}"),
            }
        }
    }
}

#[test]
fn times_that_a_distribution_cannot_have_are_refused() {
    let x = without_covariates(2);
    let design = Design::new::<&str>(&[], x.view()).unwrap();
    let data = RightCensored::new(&[0.0, 2.0], &[true, true]).unwrap();
    let error = Parametric::new(Family::Weibull).fit(&data, &design).unwrap_err();
    assert!(matches!(error, Error::InvalidObservation { index: 0, .. }), "{error}");
    assert!(Parametric::new(Family::Gaussian).fit(&data, &design).is_ok());
    assert!(matches!(
        Observations::interval(&[3.0], &[2.0]).unwrap_err(),
        Error::InvalidObservation { index: 0, .. }
    ));
    assert!(Observations::interval(&[f64::NAN], &[2.0]).is_err());
    assert!(Observations::interval(&[], &[]).is_err());
    let entered = Observations::interval(&[1.0], &[1.0]).unwrap().with_entry(&[1.0]);
    assert!(matches!(entered, Err(Error::InvalidObservation { .. })));
}

#[test]
fn a_replication_weight_is_the_row_repeated_and_entry_is_truncation() {
    let (time, event) = ([1.0, 2.5, 4.0, 7.0], [true, true, false, true]);
    let entry = [0.0, 1.0, 2.0, 0.5];
    let twice: Vec<usize> = vec![0, 1, 1, 2, 3];
    for family in Family::ALL {
        let x = without_covariates(4);
        let data = RightCensored::new(&time, &event).unwrap().with_entry(&entry).unwrap();
        let data = data.with_weights(Weights::replication(&[1.0, 2.0, 1.0, 1.0])).unwrap();
        let weighted =
            Parametric::new(family).fit(&data, &Design::new::<&str>(&[], x.view()).unwrap()).unwrap();
        let pick = |v: &[f64]| twice.iter().map(|&i| v[i]).collect::<Vec<f64>>();
        let events: Vec<bool> = twice.iter().map(|&i| event[i]).collect();
        let rows = RightCensored::new(pick(&time), events).unwrap().with_entry(pick(&entry)).unwrap();
        let x = without_covariates(5);
        let repeated =
            Parametric::new(family).fit(&rows, &Design::new::<&str>(&[], x.view()).unwrap()).unwrap();
        assert!((weighted.log_likelihood() - repeated.log_likelihood()).abs() < 1e-9, "{family}");
        assert!((weighted.bic() - repeated.bic()).abs() < 1e-9, "{family}");
        if family == Family::Exponential {
            // Four events in 1 + 1.5 + 1.5 + 2 + 6.5 of time.
            assert!((repeated.coefficients()[0] - (12.5_f64 / 4.0).ln()).abs() < 1e-12);
        }
    }
}
