//! Parametric models against R, case by case, at 1e-7: what is iterated agrees to convergence.

use crate::common::{Case, Frame, Report, cases, number, numbers};
use crate::parametric_cases::{design, model_frame};
use greenwood::survival::regression::parametric::{Distribution, Knots, Link, Parameter, Real, Summary};
use greenwood::survival::regression::{Family, Observations, ParametricModel, Prediction};
use greenwood::survival::{Design, Parametric, Weights};
use ndarray::Array2;
use serde_json::Value;
use statrs::distribution::{Continuous, ContinuousCDF, StudentsT};

const FIT: f64 = 1e-7;

/// Student's t is no family of the crate; as a distribution of one's own it takes these lines.
#[derive(Debug, Clone)]
struct Student(f64);

impl Distribution for Student {
    fn parameters(&self) -> Vec<Parameter> {
        vec![Parameter::new("(Intercept)", Link::Identity), Parameter::new("scale", Link::Log)]
    }
    fn is_positive(&self) -> bool {
        false
    }
    fn log_survival<T: Real>(&self, t: f64, p: &[T]) -> T {
        let w = (-p[0]).shift(t) * (-p[1]).exp();
        let (x, df) = (w.value(), self.0);
        let student = StudentsT::new(0.0, 1.0, df).unwrap();
        let hazard = student.pdf(x) / student.sf(x);
        let slope = -(df + 1.0) * x / (df + x * x);
        w.map([student.sf(x).ln(), -hazard, -hazard * (slope + hazard)])
    }
    fn log_density<T: Real>(&self, t: f64, p: &[T]) -> T {
        let w = (-p[0]).shift(t) * (-p[1]).exp();
        let df = self.0;
        let constant = StudentsT::new(0.0, 1.0, df).unwrap().ln_pdf(0.0);
        (w * w).scale(1.0 / df).ln_1p().scale(-0.5 * (df + 1.0)).shift(constant) - p[1]
    }
    fn starts(&self, data: &Summary) -> Vec<Vec<f64>> {
        vec![vec![data.mean, data.deviation.ln()]]
    }
}

/// The family of survreg's name, and a scale that it fixes.
fn family(name: &str) -> (Family, Option<f64>) {
    match name {
        "exponential" => (Family::Exponential, None),
        "weibull" => (Family::Weibull, None),
        "rayleigh" => (Family::Weibull, Some(0.5)),
        "lognormal" => (Family::LogNormal, None),
        "loglogistic" => (Family::LogLogistic, None),
        "gaussian" => (Family::Gaussian, None),
        "logistic" => (Family::Logistic, None),
        "extreme" => (Family::ExtremeValue, None),
        other => panic!("{other}"),
    }
}

fn observations(case: &Case, frame: &Frame) -> Observations {
    let censoring = case.text("censoring").unwrap_or("");
    let robust = case.inputs["robust"] == true;
    let data = if censoring.starts_with("interval2") {
        let positive = !matches!(case.text("dist"), Some("gaussian" | "logistic" | "extreme"));
        let start = if positive { 0.0 } else { f64::NEG_INFINITY };
        let lower: Vec<f64> =
            frame.column("L_or_lower").iter().map(|&l| if l.is_nan() { start } else { l }).collect();
        let upper: Vec<f64> =
            frame.column("R_or_upper").iter().map(|&u| if u.is_nan() { f64::INFINITY } else { u }).collect();
        Observations::interval(&lower, &upper).unwrap()
    } else if censoring.starts_with("left") {
        let upper = frame.column(case.text("time").unwrap());
        let lower: Vec<f64> = upper.iter().map(|&t| if t == 0.0 { f64::NEG_INFINITY } else { t }).collect();
        Observations::interval(&lower, upper).unwrap()
    } else {
        return Observations::from(&case.right_censored(frame).unwrap());
    };
    let weights = match (case.text("weights"), case.inputs["weights"]["expression"].as_str()) {
        (Some(w), _) => frame.column(w).to_vec(),
        (None, Some("quant / 250")) => frame.column("quant").iter().map(|q| q / 250.0).collect(),
        (None, None) => return data,
        (_, other) => panic!("{other:?}"),
    };
    data.with_weights(if robust { Weights::sampling(weights) } else { Weights::replication(weights) })
        .unwrap()
}

#[test]
fn location_scale_models_are_those_of_survreg() {
    let mut report = Report::default();
    for case in cases("aft").into_iter().chain(cases("parametric2")).chain(cases("survreg")) {
        match case.kind.as_str() {
            "survreg_distribution" => distribution(&case, &mut report),
            "survreg" if case.text("dist") == Some("t") => {
                let df = if case.inputs["parms"].is_null() { 4.0 } else { number(&case.inputs["parms"]) };
                survreg(&case, Parametric::of(Student(df)), &mut report);
            }
            "survreg" => {
                let (family, fixed) = family(case.text("dist").unwrap());
                let model = Parametric::new(family);
                let fixed = case.inputs["scale_fixed"].as_f64().or(fixed);
                survreg(&case, fixed.map_or(model.clone(), |s| model.fixed("scale", s)), &mut report);
            }
            _ => {}
        }
    }
    report.finish("survreg");
}

/// R 4.2.2: crossprod(residuals(survreg(Surv(durable, durable > 0, type = "left") ~ age, tobin, quant / 250), "dfbeta",
/// weighted = TRUE)).
#[test]
fn the_robust_variance_weighs_the_scores() {
    let mut found = false;
    for case in cases("parametric2").into_iter().filter(|c| c.name == "sr_tobin_left_weights_gaussian") {
        let frame = model_frame(&case);
        let fit = Parametric::new(Family::Gaussian)
            .fit(observations(&case, &frame), &design(&case, &frame))
            .unwrap();
        for (j, expected) in [54.27433230, 0.02404654, 0.08234067].into_iter().enumerate() {
            // Printed digits.
            assert!(
                (fit.variance()[(j, j)] / expected - 1.0).abs() < 1e-6,
                "{j}: {}",
                fit.variance()[(j, j)]
            );
        }
        found = true;
    }
    assert!(found);
}

/// A row of new data as the model's design.
fn new_row(case: &Case, newdata: &Value, k: usize) -> Array2<f64> {
    let specs = case.inputs["covariates"].as_array().unwrap();
    let values = specs.iter().map(|s| numbers(&newdata[s["column"].as_str().unwrap()])[k]);
    Array2::from_shape_vec((1, specs.len()), values.collect()).unwrap()
}

fn survreg<D: Distribution>(case: &Case, model: Parametric<D>, report: &mut Report) {
    let frame = model_frame(case);
    let mut data = observations(case, &frame);
    if let Some(strata) = case.groups(&frame, "scale_strata") {
        data = data.with_strata(strata).unwrap();
    }
    let offset = case.inputs["offset"]["column"].as_str().map(|column| {
        let times = number(&case.inputs["offset"]["times"]);
        frame.column(column).iter().map(|x| x * times).collect::<Vec<_>>()
    });
    let model = offset.iter().fold(model, |model, offset| model.offset(offset));
    let fit = match model.fit(&data, &design(case, &frame)) {
        Ok(fit) => fit,
        Err(e) => {
            report.fail(&format!("{}: {e}", case.name));
            return;
        }
    };
    report.cases += 1;
    let out = &case.output;
    if !fit.stop().is_success() {
        report.fail(&format!("{}: {}", case.name, fit.diagnosis()));
    }
    // In the order of survreg: what is not a scale first.
    let names = fit.names();
    let is_scale = |i: &usize| names[*i].starts_with("log(scale)");
    let order: Vec<usize> =
        (0..names.len()).filter(|i| !is_scale(i)).chain((0..names.len()).filter(is_scale)).collect();
    let b = fit.coefficients();
    let coefficients: Vec<f64> = order.iter().filter(|i| !is_scale(i)).map(|&i| b[i]).collect();
    let mut scales: Vec<f64> = order.iter().filter(|i| is_scale(i)).map(|&i| b[i].exp()).collect();
    if scales.is_empty() {
        scales.push(number(&out["scale"][0]));
    }
    report.all_close(&format!("{} coef", case.name), &coefficients, &numbers(&out["coef"]), FIT);
    report.all_close(&format!("{} scale", case.name), &scales, &numbers(&out["scale"]), FIT);
    report.close(&format!("{} loglik", case.name), fit.log_likelihood(), numbers(&out["loglik"])[0], 1e-9);
    if let Some(aic) = out["aic"].as_f64() {
        report.close(&format!("{} aic", case.name), fit.aic(), aic, 1e-9);
    }
    sizes_and_null(case, (&model, &fit), &data, &scales, report);
    linear_predictors(case, &frame, &coefficients, offset.as_deref(), report);
    // R 4.2.2's `survreg` leaves the weights out of the scores of its robust variance (`residuals(fit, "dfbeta")` is not
    // `weighted`); ours has them, as `the_robust_variance_weighs_the_scores` shows.
    let weighted_robust = case.inputs["robust"] == true && !case.inputs["weights"].is_null();
    let mut matrices = if weighted_robust { Vec::new() } else { vec![(fit.variance(), "vcov")] };
    if out["naive_vcov"].is_array() {
        matrices.push((fit.model_variance(), "naive_vcov"));
    }
    for (got, key) in matrices {
        for (i, row) in out[key].as_array().unwrap().iter().enumerate() {
            for (j, expected) in numbers(row).into_iter().enumerate() {
                let (i, j) = (order[i], order[j]);
                // Relative to the standard errors: covariances near 0 cancel.
                let size = (got[(i, i)] * got[(j, j)]).sqrt();
                let what = format!("{} {key}[{i},{j}]", case.name);
                report.close(&what, got[(i, j)] / size + 2.0, expected / size + 2.0, FIT);
            }
        }
    }
    let predict = &out["predict"];
    if let Some(newdata) = predict.get("newdata") {
        let names: Vec<String> = fit.recipe().columns().to_vec();
        for k in 0..predict["quantile"].as_array().unwrap().len() {
            let x = new_row(case, newdata, k);
            let subject = fit.predict(&Design::new(&names, x.view()).unwrap()).unwrap();
            // The location and its error by the coefficients, which stand first in `order`.
            let row: Vec<f64> = std::iter::once(1.0).chain(x.iter().copied()).collect();
            let variance = (0..row.len()).flat_map(|i| (0..row.len()).map(move |j| (i, j)));
            let variance: f64 =
                variance.map(|(i, j)| row[i] * row[j] * fit.variance()[(order[i], order[j])]).sum();
            let (lp, se) = (subject.linear_predictor(), variance.sqrt());
            let by = if fit.distribution().is_positive() { lp.exp() } else { 1.0 };
            let response = if fit.distribution().is_positive() { by } else { lp };
            let at = |key: &str| numbers(&predict[key])[k];
            report.close(&format!("{} lp of {k}", case.name), lp, at("lp"), FIT);
            report.close(&format!("{} response of {k}", case.name), response, at("response"), FIT);
            if !weighted_robust {
                report.close(&format!("{} lp se of {k}", case.name), se, at("lp_se"), FIT);
                report.close(&format!("{} response se of {k}", case.name), by * se, at("response_se"), FIT);
            }
            for (l, &p) in numbers(&predict["p"]).iter().enumerate() {
                let got = subject.quantile(p).unwrap();
                let what = format!("{} quantile {p} of {k}", case.name);
                // The survival function of statrs' t has seven digits near its centre.
                let centre = case.text("dist") == Some("t") && p == 0.5;
                let (fit_of_p, exact) = if centre { (5e-6, 1e-6) } else { (FIT, 1e-9) };
                report.close(&what, got.value(), numbers(&predict["quantile"][k])[l], fit_of_p);
                // On the scale of the logarithm, where the family has one.
                let positive = fit.distribution().is_positive();
                let (time, by) = (got.value(), if positive { got.value() } else { 1.0 });
                let below = if positive { time.ln() } else { time };
                report.close(&what, below, numbers(&predict["uquantile"][k])[l], fit_of_p);
                if !weighted_robust {
                    let se = numbers(&predict["quantile_se"][k])[l];
                    report.close(&what, got.std_error().unwrap(), se, FIT);
                    let se = numbers(&predict["uquantile_se"][k])[l];
                    report.close(&what, got.std_error().unwrap() / by, se, FIT);
                }
                report.close(&what, subject.survival(got.value()).unwrap().value(), 1.0 - p, exact);
            }
        }
    }
}

/// Those of the rows, by the coefficients of the location.
fn linear_predictors(
    case: &Case,
    frame: &Frame,
    coefficients: &[f64],
    offset: Option<&[f64]>,
    report: &mut Report,
) {
    if !case.output["linear_predictors"].is_array() {
        return;
    }
    let x = design(case, frame);
    let of_row = |i: usize| {
        let terms = (0..x.columns()).map(|j| coefficients[j + 1] * x.matrix()[(i, j)]).sum::<f64>();
        coefficients[0] + terms + offset.map_or(0.0, |o| o[i])
    };
    let own: Vec<f64> = (0..frame.len()).map(of_row).collect();
    report.all_close(&format!("{} lp", case.name), &own, &numbers(&case.output["linear_predictors"]), FIT);
}

/// What R counts, and its test of all covariates against the model without them.
fn sizes_and_null<D: Distribution>(
    case: &Case,
    (model, fit): (&Parametric<D>, &ParametricModel<D>),
    data: &Observations,
    scales: &[f64],
    report: &mut Report,
) {
    let out = &case.output;
    let what = |field: &str| format!("{} {field}", case.name);
    if out["n"].is_number() {
        report.close(&what("n"), fit.rows() as f64, number(&out["n"]), 0.0);
        let logs: Vec<f64> = scales.iter().map(|s| s.ln()).collect();
        report.all_close(&what("log_scale"), &logs, &numbers(&out["log_scale"]), FIT);
        let estimated = number(&out["df_total"]);
        report.close(&what("df_total"), fit.coefficients().len() as f64, estimated, 0.0);
    }
    if !out["loglik_null"].is_number() {
        return;
    }
    let null = model.fit(data, &Design::without_covariates(fit.rows())).unwrap().log_likelihood();
    report.close(&what("loglik_null"), null, number(&out["loglik_null"]), 1e-8);
    if out["lr_test"].is_number() {
        let lr = 2.0 * (fit.log_likelihood() - null);
        // Twice a small difference of two log likelihoods, each of which agrees to 1e-8 above.
        report.close(&what("lr_test"), lr, number(&out["lr_test"]), 1e-6);
        report.close(&what("df"), fit.recipe().columns().len() as f64, number(&out["df"]), 0.0);
    }
}

/// The density and distribution function of R, asked of a fit by an offset that puts the location where R has it.
fn distribution(case: &Case, report: &mut Report) {
    let (family, _) = family(case.text("dist").unwrap());
    let (mean, scale) = (number(&case.inputs["mean"]), number(&case.inputs["scale"]));
    let data = Observations::interval(&[1.0], &[1.0]).unwrap();
    let model = Parametric::new(family.clone());
    let model = if family == Family::Exponential { model } else { model.fixed("scale", scale) };
    let fit = model.fit(&data, &Design::without_covariates(1)).unwrap();
    let subject = fit.predict(&fit.row()).unwrap();
    let subject = subject.clone().offset(mean - subject.linear_predictor());
    report.cases += 1;
    for (i, x) in numbers(&case.inputs["x"]).into_iter().enumerate() {
        let survival = subject.survival(x).unwrap().value();
        // R's distribution functions lose digits in 1 − S.
        report.close(&format!("{} cdf", case.name), 1.0 - survival, numbers(&case.output["cdf"])[i], 1e-8);
        let density = subject.hazard(x).unwrap().value() * survival;
        report.close(&format!("{} density", case.name), density, numbers(&case.output["density"])[i], FIT);
    }
    for (i, p) in numbers(&case.inputs["prob"]).into_iter().enumerate() {
        let got = subject.quantile(p).unwrap().value();
        report.close(&format!("{} quantile", case.name), got, numbers(&case.output["quantile"])[i], FIT);
    }
}

/// Our family for a name of the reference, and what becomes of our coefficients: (name, factor) in the reference's order.
fn explicit(case: &Case, p: usize) -> (Family, Vec<(String, f64)>) {
    let covariates = |location: &str, sign: f64, others: &[(&str, f64)]| {
        let mut order = vec![(location.to_string(), sign)];
        order.extend((0..p).map(|j| (format!("x{j}"), sign)));
        order.extend(others.iter().map(|(name, sign)| ((*name).to_string(), *sign)));
        order
    };
    let name = case.text("family").unwrap();
    if let Some(scale) = name.strip_prefix("spline_") {
        let k = number(&case.inputs["inner_knots"]) as usize;
        let family = match scale {
            "hazard" => Family::spline_hazard(k),
            "odds" => Family::spline_odds(k),
            _ => Family::spline_normal(k),
        };
        let gammas: Vec<String> = (1..=k + 1).map(|j| format!("gamma{j}")).collect();
        let others: Vec<(&str, f64)> = gammas.iter().map(|g| (g.as_str(), 1.0)).collect();
        return (family, covariates("gamma0", 1.0, &others));
    }
    if let Some((cure, base)) = name.split_once(" cure, ") {
        // The latency's location first, then its shape.
        let (base, others) = match base {
            "weibull_ph" => (Family::WeibullPh, [("log(scale)", 1.0), ("log(shape)", 1.0)]),
            "lognormal" => (Family::LogNormal, [("meanlog", 1.0), ("log(sdlog)", 1.0)]),
            _ => (Family::LogLogistic, [("log(scale)", 1.0), ("log(shape)", 1.0)]),
        };
        let base = Box::new(base);
        let family = if cure == "mixture" { Family::MixtureCure(base) } else { Family::NonMixtureCure(base) };
        return (family, covariates("logit(theta)", 1.0, &others));
    }
    match name {
        "exponential" => (Family::Exponential, covariates("(Intercept)", -1.0, &[])),
        "weibull_ph" => (Family::WeibullPh, covariates("log(scale)", 1.0, &[("log(shape)", 1.0)])),
        "gompertz" => (Family::Gompertz, covariates("log(rate)", 1.0, &[("shape", 1.0)])),
        "gamma" => (Family::Gamma, covariates("log(rate)", 1.0, &[("log(shape)", 1.0)])),
        "lognormal" => (Family::LogNormal, covariates("(Intercept)", 1.0, &[("log(scale)", 1.0)])),
        "loglogistic" => (Family::LogLogistic, covariates("(Intercept)", 1.0, &[("log(scale)", -1.0)])),
        "gengamma" => (Family::GeneralizedGamma, covariates("mu", 1.0, &[("log(sigma)", 1.0), ("Q", 1.0)])),
        other => panic!("{other}"),
    }
}

fn explicit_data(case: &Case, frame: &Frame) -> Observations {
    let event_values = numbers(&case.inputs["event_values"]);
    let event = frame.column(case.text("event").unwrap()).iter().map(|x| event_values.contains(x));
    let time = if frame.columns.contains_key("exit") { "exit" } else { case.text("time").unwrap() };
    let lower = frame.column(time).to_vec();
    let upper: Vec<f64> = lower.iter().zip(event).map(|(t, e)| if e { *t } else { f64::INFINITY }).collect();
    let mut data = Observations::interval(&lower, &upper).unwrap();
    if case.text("note").is_some_and(|n| n.contains("entry age")) {
        data = data.with_entry(frame.column("age")).unwrap();
    }
    if let Some(w) = case.text("weights") {
        data = data.with_weights(Weights::replication(frame.column(w))).unwrap();
    }
    data
}

#[test]
fn other_families_are_those_of_an_explicit_likelihood() {
    let mut report = Report::default();
    for case in cases("parametric2").into_iter().filter(|c| c.kind == "parametric_mle") {
        report.cases += 1;
        let frame = model_frame(&case);
        let p = case.inputs["covariates"].as_array().map_or(0, Vec::len);
        let (family, order) = explicit(&case, p);
        let fit = match Parametric::new(family).fit(explicit_data(&case, &frame), &design(&case, &frame)) {
            Ok(fit) => fit,
            Err(e) => {
                report.fail(&format!("{}: {e}", case.name));
                continue;
            }
        };
        if !fit.stop().is_success() {
            report.fail(&format!("{}: {} {:?}", case.name, fit.diagnosis(), fit.coefficients()));
        }
        coefficients(&case, &fit, &order, &mut report);
        let predict = &case.output["predict"];
        let rows = predict["rows"].as_array().cloned().unwrap_or_default();
        let names: Vec<String> = fit.recipe().columns().to_vec();
        for (k, expected) in rows.iter().enumerate() {
            let x = Array2::from_shape_vec(
                (1, p),
                if p == 0 { Vec::new() } else { numbers(&predict["newdata"][k]) },
            );
            let subject = fit.predict(&Design::new(&names, x.unwrap().view()).unwrap()).unwrap();
            curves(&case, &subject, predict, expected, &mut report);
        }
    }
    report.finish("explicit likelihoods");
}

fn coefficients(case: &Case, fit: &ParametricModel, order: &[(String, f64)], report: &mut Report) {
    let (out, names) = (&case.output, fit.names());
    let place: Vec<usize> = order
        .iter()
        .map(|(name, _)| names.iter().position(|n| n == name).unwrap_or_else(|| panic!("{name}: {names:?}")))
        .collect();
    // The reference's log-likelihood is the maximum to 1e-10, its coefficients to 1e-7 standard errors.
    report.close(&format!("{} loglik", case.name), fit.log_likelihood(), number(&out["loglik"]), 1e-10);
    report.close(&format!("{} aic", case.name), fit.aic(), number(&out["aic"]), 1e-10);
    report.close(&format!("{} n", case.name), fit.rows() as f64, number(&out["n"]), 0.0);
    report.close(&format!("{} events", case.name), fit.events() as f64, number(&out["events"]), 0.0);
    // Ours counts rows, as R's `BIC`; the file's events, of which a weight of k is k.
    if case.text("weights").is_none() {
        let (k, events) = (fit.coefficients().len() as f64, fit.events() as f64);
        let by_events = fit.bic() + k * (events / fit.rows() as f64).ln();
        report.close(&format!("{} bic", case.name), by_events, number(&out["bic_events"]), 1e-10);
    }
    if let (Family::Spline { knots: Knots::At(own), .. }, Some(_)) =
        (fit.family(), out["log_time_knots"].as_array())
    {
        report.all_close(&format!("{} knots", case.name), own, &numbers(&out["log_time_knots"]), 1e-12);
    }
    let errors = numbers(&out["se"]);
    for (k, expected) in numbers(&out["coef"]).into_iter().enumerate() {
        let off = (fit.coefficients()[place[k]] * order[k].1 - expected) / errors[k];
        report.close(&format!("{} {} in standard errors", case.name, order[k].0), off + 1.0, 1.0, FIT);
    }
    for (i, row) in out["vcov"].as_array().unwrap().iter().enumerate() {
        for (j, expected) in numbers(row).into_iter().enumerate() {
            let got = fit.variance()[(place[i], place[j])] * order[i].1 * order[j].1;
            // The reference differentiates numerically: 1e-5 of the standard errors, as its notes say.
            let size = errors[i] * errors[j];
            report.close(
                &format!("{} vcov[{i},{j}]", case.name),
                got / size + 2.0,
                expected / size + 2.0,
                5e-6,
            );
        }
    }
}

fn curves(case: &Case, subject: &Prediction, predict: &Value, expected: &Value, report: &mut Report) {
    for (l, t) in numbers(&predict["times"]).into_iter().enumerate() {
        let what = format!("{} at {t}", case.name);
        let at = |key: &str| numbers(&expected[key])[l];
        let survival = subject.survival(t).unwrap();
        report.close(&format!("{what} surv"), survival.value(), at("surv"), FIT);
        report.close(&format!("{what} hazard"), subject.hazard(t).unwrap().value(), at("hazard"), FIT);
        let hazard = subject.cumulative_hazard(t).unwrap();
        let log_error = hazard.std_error().unwrap() / hazard.value();
        // Standard errors and limits of the reference come from numerical derivatives.
        report.close(&format!("{what} se"), log_error, at("se_log_cumhaz"), 1e-5);
        let (lower, upper) = survival.bounds().unwrap();
        report.close(&format!("{what} lower"), lower, at("lower"), 1e-5);
        report.close(&format!("{what} upper"), upper, at("upper"), 1e-5);
    }
    let taus = if predict["tau"].is_null() { Vec::new() } else { numbers(&predict["tau"]) };
    for (l, tau) in taus.into_iter().enumerate() {
        let mean = subject.restricted_mean(tau).unwrap();
        report.close(&format!("{} rmst", case.name), mean.value(), numbers(&expected["rmst"])[l], FIT);
        report.close(
            &format!("{} rmst se", case.name),
            mean.std_error().unwrap(),
            numbers(&expected["rmst_se"])[l],
            1e-5,
        );
    }
}

#[test]
fn piecewise_exponential_models_are_events_by_exposure() {
    let mut report = Report::default();
    for case in cases("parametric2").into_iter().filter(|c| c.kind == "piecewise_exponential") {
        report.cases += 1;
        let frame = model_frame(&case);
        let family = Family::piecewise_exponential(&numbers(&case.inputs["cuts"]));
        let fit = Parametric::new(family).fit(explicit_data(&case, &frame), &design(&case, &frame)).unwrap();
        let out = &case.output;
        report.close(&format!("{} loglik", case.name), fit.log_likelihood(), number(&out["loglik"]), 1e-10);
        report.close(&format!("{} aic", case.name), fit.aic(), number(&out["aic"]), 1e-10);
        if out["rate"].is_array() {
            let rates: Vec<f64> = fit.coefficients().iter().map(|b| b.exp()).collect();
            report.all_close(&format!("{} rate", case.name), &rates, &numbers(&out["rate"]), 1e-9);
            let by_exposure = numbers(&out["events"]).into_iter().zip(numbers(&out["exposure"]));
            let by_exposure: Vec<f64> = by_exposure.map(|(d, t)| d / t).collect();
            report.all_close(&format!("{} events by exposure", case.name), &rates, &by_exposure, 1e-9);
            let errors: Vec<f64> = (0..rates.len()).map(|j| fit.variance()[(j, j)].sqrt()).collect();
            report.all_close(&format!("{} se", case.name), &errors, &numbers(&out["se_log_rate"]), 1e-9);
        } else {
            report.all_close(&format!("{} coef", case.name), fit.coefficients(), &numbers(&out["coef"]), FIT);
            let variance: Vec<f64> = out["vcov"].as_array().unwrap().iter().flat_map(numbers).collect();
            let got: Vec<f64> = fit.variance().iter().copied().collect();
            report.all_close(&format!("{} vcov", case.name), &got, &variance, 1e-6);
        }
        if out["predict"].is_object() {
            let subject = fit.predict(&fit.row()).unwrap();
            for (l, t) in numbers(&out["predict"]["times"]).into_iter().enumerate() {
                let hazard = subject.cumulative_hazard(t).unwrap();
                let what = format!("{} at {t}", case.name);
                let survival = subject.survival(t).unwrap().value();
                report.close(&what, survival, numbers(&out["predict"]["surv"])[l], 1e-9);
                let variance = hazard.std_error().unwrap().powi(2);
                report.close(&what, variance, numbers(&out["predict"]["var_cumhaz"])[l], 1e-9);
            }
        }
    }
    report.finish("piecewise exponential");
}
