//! Cox models against R, case by case: 1e-8 relative for what is iterated, 1e-7 for residuals and hazards (the
//! reference's own accuracy after convergence).

use crate::common::{Case, Frame, Report, cases, number, numbers};
use greenwood::survival::regression::{Baseline, BaselineMethod, Status, TimeScale};
use greenwood::survival::{CoxModel, CoxPh, Design, Interval, RightCensored, Ties, Weights};
use ndarray::Array2;
use serde_json::Value;

/// Both sides converged to rounding; conditioning leaves this much.
const FIT: f64 = 1e-8;
/// Residuals, hazards and tests built on the fit.
const DERIVED: f64 = 1e-7;

/// A column of the design, from its description.
fn column(spec: &Value, frame: &Frame) -> Vec<f64> {
    if let Some(product) = spec["product"].as_array() {
        let parts: Vec<&[f64]> = product.iter().map(|c| frame.column(c.as_str().unwrap())).collect();
        return parts[0].iter().zip(parts[1]).map(|(a, b)| a * b).collect();
    }
    let values = frame.column(spec["column"].as_str().unwrap());
    if let Some(level) = spec["equals"].as_f64() {
        return values.iter().map(|&x| f64::from(u8::from(x == level))).collect();
    }
    match spec["transform"].as_str() {
        Some("log") => values.iter().map(|x| x.ln()).collect(),
        Some("square") => values.iter().map(|x| x * x).collect(),
        _ => values.to_vec(),
    }
}

fn design(specs: &[Value], frame: &Frame) -> Array2<f64> {
    let columns: Vec<Vec<f64>> = specs.iter().map(|s| column(s, frame)).collect();
    Array2::from_shape_fn((frame.len(), columns.len()), |(i, j)| columns[j][i])
}

struct Problem {
    data: RightCensored<'static>,
    x: Array2<f64>,
    names: Vec<String>,
    options: CoxPh,
    frame: Frame,
}

fn problem(case: &Case, specs: &[Value]) -> Problem {
    let mut frame = case.frame();
    let mut needed: Vec<String> = specs.iter().filter_map(|s| s["column"].as_str().map(Into::into)).collect();
    needed.extend(case.inputs["offset"]["column"].as_str().map(String::from));
    let keep: Vec<bool> =
        (0..frame.len()).map(|i| needed.iter().all(|c| !frame.column(c)[i].is_nan())).collect();
    frame = frame.keep(&keep);
    if case.text("time_transform") == Some("ceiling(time/30)") {
        let time = frame.columns.get_mut("time").unwrap();
        for t in time.iter_mut() {
            *t = (*t / 30.0).ceil();
        }
    }
    let mut data = base_data(case, &frame);
    if let Some(strata) = case.groups(&frame, "strata") {
        data = data.with_strata(strata).unwrap();
    }
    let options = CoxPh::new().ties(match case.text("ties") {
        Some("breslow") => Ties::Breslow,
        Some("exact") => Ties::Exact,
        _ => Ties::Efron,
    });
    let options = match case.inputs["offset"]["column"].as_str() {
        Some(c) => {
            let times = number(&case.inputs["offset"]["times"]);
            options.offset(&frame.column(c).iter().map(|x| x * times).collect::<Vec<_>>())
        }
        None => options,
    };
    let options = match &case.inputs["init"] {
        Value::Null => options,
        init => options.initial(&numbers(init)),
    };
    let options = match case.inputs["iter_max"].as_u64() {
        Some(n) => options.max_iterations(n as usize),
        None => options,
    };
    let x = design(specs, &frame);
    let names = (0..x.ncols()).map(|j| format!("x{j}")).collect();
    Problem { data, x, names, options, frame }
}

/// Weighted cases are read as sampling weights: R lets a weighted row leave as one under Efron's ties, while a
/// replication weight here repeats the row. The model-based variance is compared where R gives that.
fn base_data(case: &Case, frame: &Frame) -> RightCensored<'static> {
    let values = numbers(&case.inputs["event_values"]);
    let event: Vec<bool> =
        frame.column(case.text("event").unwrap()).iter().map(|x| values.contains(x)).collect();
    let mut data = RightCensored::new(frame.column(case.text("time").unwrap()).to_vec(), event).unwrap();
    if case.inputs["timefix"] == false {
        data = data.with_near_ties(greenwood::survival::data::NearTies::Exact).unwrap();
    }
    if let Some(start) = case.text("start") {
        data = data.with_entry(frame.column(start).to_vec()).unwrap();
    }
    let weights = match &case.inputs["weights"] {
        Value::String(w) => Some(frame.column(w).to_vec()),
        Value::Object(_) => Some(frame.column("year").iter().map(|y| 1.0 + y / 10.0).collect()),
        _ if case.inputs["robust"] == true => Some(vec![1.0; frame.len()]),
        _ => None,
    };
    if let Some(weights) = weights {
        data = data.with_weights(Weights::sampling(weights)).unwrap();
    }
    if let Some(cluster) = case.text("cluster") {
        let ids: Vec<u64> = frame.column(cluster).iter().map(|x| x.to_bits()).collect();
        data = data.with_clusters(&ids).unwrap();
    }
    data
}

fn check_fit(case: &Case, report: &mut Report) {
    let specs: Vec<Value> = case.inputs["covariates"].as_array().unwrap().clone();
    let problem = problem(case, &specs);
    let design = Design::new(&problem.names, problem.x.view()).unwrap();
    let out = &case.output;
    let fit = match problem.options.fit(&problem.data, &design) {
        Ok(fit) => fit,
        Err(e) => return report.fail(&format!("{}: {e}", case.name)),
    };
    let what = |c: &str| format!("{} {c}", case.name);
    // Where a column is nearly a combination of others, the digits lost are those of its condition.
    let tolerance = match case.name.as_str() {
        "cox_near_collinear" | "cox_huge_shift_covariate" => 1e-5,
        _ => FIT,
    };
    let infinite = case.text("note").is_some_and(|n| n.contains("infinite"));
    if infinite {
        // R's loglik is that of a coefficient of about 20: within 1e-6.
        report.close(&what("loglik"), fit.log_likelihood()[1] + 1.0, number(&out["loglik"]) + 1.0, 1e-6);
        // All at risk fail together: the exact likelihood is 1 whatever the coefficient.
        if case.name == "cox_all_events_all_tied_exact" {
            assert_eq!(fit.terms()[0].status(), Status::Redundant);
        } else {
            assert!(!fit.stop().is_success(), "{}", case.name);
            assert!(fit.terms().iter().any(|t| t.coefficient().is_infinite()), "{}\n{fit}", case.name);
        }
        return;
    }
    let expected = numbers(&out["coef"]);
    for (t, &e) in fit.terms().iter().zip(&expected) {
        if e.is_nan() || case.name == "cox_last_subject_only_event" {
            assert_eq!(t.status(), Status::Redundant, "{}", case.name);
        } else {
            report.close(&what("coef"), t.coefficient(), e, tolerance);
        }
    }
    let v = |v: Array2<f64>| v.iter().copied().collect::<Vec<f64>>();
    let matrix = |m: &Value| -> Vec<f64> { m.as_array().unwrap().iter().flat_map(numbers).collect() };
    // Stopped by iter.max = 2, R returns a variance that is of no point of the iteration.
    let stopped = case.name.starts_with("veteran_init_iter2");
    if stopped {
        assert!(!fit.stop().is_success());
    } else if out["naive_vcov"].is_null() {
        report.all_close(&what("vcov"), &v(fit.model_variance()), &matrix(&out["vcov"]), tolerance);
    } else {
        report.all_close(&what("vcov"), &v(fit.variance()), &matrix(&out["vcov"]), tolerance);
        report.all_close(&what("naive"), &v(fit.model_variance()), &matrix(&out["naive_vcov"]), tolerance);
    }
    report.close(&what("loglik"), fit.log_likelihood()[1], number(&out["loglik"]), tolerance);
    if out.get("loglik_null").is_some() {
        report.close(&what("null"), fit.log_likelihood()[0], number(&out["loglik_null"]), tolerance);
        // With offsets from −300 to 300 the start is all but singular.
        let start = if case.name == "cox_offset_spread_600" { 1e-5 } else { tolerance };
        report.close(&what("score"), fit.score_test().statistic(), number(&out["score_test"]), start);
        report.close(&what("lrt"), fit.likelihood_ratio_test().statistic(), number(&out["lr_test"]), 1e-7);
        // Weighted fits of R without robust variance are robust here; at scales of 1e±8 R's Wald statistic is
        // cut by an absolute tolerance (it differs between the two, ours does not).
        let comparable = case.inputs["weights"].is_null() || !out["naive_vcov"].is_null();
        let scaled = case.name.ends_with("_scale_covariate") || case.name == "cox_last_subject_only_event";
        if comparable && !scaled && !stopped {
            let wald = tolerance.max(DERIVED);
            report.close(&what("wald"), fit.wald_test().statistic(), number(&out["wald_test"]), wald);
        }
    }
    // Of the model's linear predictor, R's `concordance(fit)`: same pairs, same variance.
    // (Not at the round starting values of iter.max = 0, where equal sums of decimals differ by rounding in R.)
    let pairs =
        out.get("concordance").filter(|e| e["concordance"].is_number() && !case.name.contains("iter0"));
    if let Some(e) = pairs {
        let mut score = fit.linear_predictor(&design).unwrap();
        if let Some(c) = case.inputs["offset"]["column"].as_str() {
            let times = number(&case.inputs["offset"]["times"]);
            score.iter_mut().zip(problem.frame.column(c)).for_each(|(s, x)| *s += times * x);
        }
        // Ties of the score are ties of the covariates, not of their rounded products.
        for s in &mut score {
            *s = (*s * 1e10).round() / 1e10;
        }
        let c = greenwood::survival::Concordance::new().estimate(&problem.data, &score).unwrap();
        report.close(&what("concordance"), c.value().unwrap_or(f64::NAN), number(&e["concordance"]), FIT);
        report.close(&what("concordance se"), c.std_error().unwrap_or(f64::NAN), number(&e["se"]), DERIVED);
    }
    check_parts(case, &problem, &fit, &design, report);
}

fn check_parts(case: &Case, problem: &Problem, fit: &CoxModel, design: &Design, report: &mut Report) {
    let out = &case.output;
    let what = |c: &str| format!("{} {c}", case.name);
    let flat = |v: &Value| -> Vec<f64> { v.as_array().unwrap().iter().flat_map(numbers).collect() };
    let given = |c: &str| out.get(c).is_some_and(serde_json::Value::is_array);
    let fitted = fit.with(&problem.data, design).unwrap();
    let residuals = fitted.residuals().unwrap();
    for (name, got) in [("martingale", residuals.martingale()), ("deviance", residuals.deviance())] {
        if given(name) {
            report.all_close(&what(name), got, &numbers(&out[name]), DERIVED);
        }
    }
    for (name, got) in [
        ("score", residuals.score()),
        ("dfbeta", residuals.dfbeta()),
        ("schoenfeld", Ok(residuals.schoenfeld())),
        ("scaled_schoenfeld", Ok(residuals.scaled_schoenfeld())),
    ] {
        if given(name) {
            let got: Vec<f64> = got.unwrap().iter().copied().collect();
            report.all_close(&what(name), &got, &flat(&out[name]), DERIVED);
        }
    }
    if let Some(basehaz) = out.get("basehaz").and_then(|b| b["uncentered"].as_array()) {
        let baseline = fitted.baseline().unwrap();
        // R centres an offset at its mean; here the baseline is that of an offset of 0.
        let offset = match case.inputs["offset"]["column"].as_str() {
            Some(c) => {
                let column = problem.frame.column(c);
                number(&case.inputs["offset"]["times"]) * column.iter().sum::<f64>() / column.len() as f64
            }
            None => 0.0,
        };
        for (s, e) in basehaz.iter().enumerate() {
            let curve = stratum(&baseline, s).at_zero().unwrap();
            let got: Vec<f64> = numbers(&e["time"])
                .iter()
                .map(|&t| curve.cumulative_hazard().value(t).unwrap() * offset.exp())
                .collect();
            report.all_close(&what(&format!("basehaz {s}")), &got, &numbers(&e["cumhaz"]), DERIVED);
        }
    }
    if let Some(zph) = out.get("zph").and_then(Value::as_object) {
        for (scale, name) in [
            (TimeScale::KaplanMeier, "km"),
            (TimeScale::Identity, "identity"),
            (TimeScale::Log, "log"),
            (TimeScale::Rank, "rank"),
        ] {
            let Some(e) = zph.get(name) else { continue };
            let test = fitted.proportional_hazards(scale).unwrap();
            let mut got: Vec<f64> = test.coefficients().map(|(_, t)| t.statistic()).collect();
            got.push(test.global().statistic());
            report.all_close(&what(&format!("zph {name}")), &got, &numbers(&e["chisq"]), DERIVED);
        }
    }
}

/// The baseline of one stratum, by position; of the only one, where there are no strata.
fn stratum(baseline: &Baseline, position: usize) -> Baseline {
    let label = baseline.strata().nth(position);
    label.map_or_else(|| baseline.clone(), |label| baseline.stratum(label).unwrap())
}

/// Predicted curves: R's `stype = 1` is the product of Kalbfleisch and Prentice (whatever the `ctype`), `ctype` the
/// rule for the hazard.
fn check_curves(case: &Case, report: &mut Report) {
    let product = case.inputs["stype"] == 1;
    let method = match case.inputs["ctype"].as_u64() {
        _ if product => BaselineMethod::KalbfleischPrentice,
        Some(1) => BaselineMethod::Breslow,
        Some(_) => BaselineMethod::Efron,
        None if case.text("ties") == Some("efron") => Ties::Efron.into(),
        None => Ties::Breslow.into(),
    };
    report.cases += 1;
    let specs: Vec<Value> = case.inputs["covariates"].as_array().unwrap().clone();
    let problem = problem(case, &specs);
    let design = Design::new(&problem.names, problem.x.view()).unwrap();
    let fit = problem.options.fit(&problem.data, &design).unwrap();
    let baseline = fit.with(&problem.data, &design).unwrap().baseline_by(method).unwrap();
    let new = case.inputs["newdata"].as_object().unwrap();
    let rows = new.values().next().unwrap().as_array().unwrap().len();
    let new = Frame { columns: new.iter().map(|(n, v)| (n.clone(), numbers(v))).collect() };
    let x = self::design(&specs, &new);
    let interval = match case.text("conf_type").unwrap() {
        "plain" => Interval::plain(),
        "log" => Interval::log(),
        "log-log" => Interval::log_log(),
        "logit" => Interval::logit(),
        _ => Interval::arcsine(),
    };
    for (s, e) in case.output["curves"].as_array().unwrap().iter().enumerate() {
        let times = numbers(&e["time"]);
        for r in 0..rows {
            let row = x.select(ndarray::Axis(0), &[r]);
            let row = Design::new(&problem.names, row.view()).unwrap();
            let curve = stratum(&baseline, s).curve(&row).unwrap();
            let pick = |m: &Value| -> Vec<f64> {
                let all = m.as_array().unwrap();
                if all[0].is_array() { all.iter().map(|row| number(&row[r])).collect() } else { numbers(m) }
            };
            let what = |c: &str| format!("{} {s} {r} {c}", case.name);
            let at = |f: &dyn Fn(f64) -> f64| times.iter().map(|&t| f(t)).collect::<Vec<f64>>();
            report.all_close(&what("surv"), &at(&|t| curve.value(t).unwrap()), &pick(&e["surv"]), DERIVED);
            report.all_close(
                &what("cumhaz"),
                &at(&|t| curve.cumulative_hazard().value(t).unwrap()),
                &pick(&e["cumhaz"]),
                DERIVED,
            );
            // Weighted, R's are model-based and ours robust. R's Greenwood-like term of the product, d/(S0 (S0 − d)),
            // changes with the point at which the covariates are centred, and is negative where S0 < d there.
            if product || !case.inputs["weights"].is_null() {
                continue;
            }
            report.all_close(
                &what("se"),
                &at(&|t| curve.std_error(t).unwrap_or(0.0)),
                &pick(&e["se_cumhaz"]),
                DERIVED,
            );
            let limit = |t: f64, upper: bool| {
                let i = curve.interval(t, interval).unwrap();
                (if upper { i.upper } else { i.lower }).unwrap_or(f64::NAN)
            };
            // R 3.5-3 loses all columns but the first of arcsine limits.
            if e.get("lower").is_some() && (r == 0 || case.text("conf_type") != Some("arcsin")) {
                report.all_close(&what("lower"), &at(&|t| limit(t, false)), &pick(&e["lower"]), DERIVED);
                report.all_close(&what("upper"), &at(&|t| limit(t, true)), &pick(&e["upper"]), DERIVED);
            }
        }
    }
}

#[test]
fn cox_models_are_those_of_r() {
    let mut report = Report::default();
    for case in ["cox_1", "cox_2", "edge"].into_iter().flat_map(cases) {
        // R refuses weights of 0; here such rows change nothing (tested as a property).
        if case.kind != "coxph" || !case.output["error"].is_null() {
            continue;
        }
        report.cases += 1;
        check_fit(&case, &mut report);
    }
    report.finish("Cox models");
}

#[test]
fn predicted_curves_are_those_of_r() {
    let mut report = Report::default();
    for case in ["cox_1", "cox_2"].into_iter().flat_map(cases).filter(|c| c.kind == "survfit_coxph") {
        check_curves(&case, &mut report);
    }
    report.finish("predicted curves");
}

#[test]
fn nested_models_are_compared_as_in_r() {
    let mut report = Report::default();
    for case in ["cox_1", "cox_2"].into_iter().flat_map(cases).filter(|c| c.kind == "coxph_anova") {
        report.cases += 1;
        let models = case.inputs["models"].as_array().unwrap();
        let fits: Vec<CoxModel> = models
            .iter()
            .map(|m| {
                let problem = problem(&case, m.as_array().unwrap());
                assert!(problem.frame.len() > 0);
                let design = Design::new(&problem.names, problem.x.view()).unwrap();
                problem.options.fit(&problem.data, &design).unwrap()
            })
            .collect();
        let test = fits[1].likelihood_ratio_against(&fits[0]).unwrap();
        report.close("chisq", test.statistic(), *numbers(&case.output["chisq"]).last().unwrap(), FIT);
        report.close("p", test.p_value().unwrap(), *numbers(&case.output["p"]).last().unwrap(), DERIVED);
    }
    report.finish("nested models");
}

/// Linear predictors centred at 0, at the means of the sample, or at those of the row's stratum.
#[test]
fn predictions_relative_to_a_reference_are_those_of_r() {
    let mut report = Report::default();
    for case in cases("cox_2").into_iter().filter(|c| c.kind == "coxph_predict") {
        report.cases += 1;
        let specs: Vec<Value> = case.inputs["covariates"].as_array().unwrap().clone();
        let problem = problem(&case, &specs);
        let design = Design::new(&problem.names, problem.x.view()).unwrap();
        let fit = problem.options.fit(&problem.data, &design).unwrap();
        let strata = case.groups(&problem.frame, "strata").unwrap();
        let reference = |i: usize| -> Vec<f64> {
            let among = |k: &usize| {
                case.text("reference") == Some("sample") || strata.codes()[*k] == strata.codes()[i]
            };
            let rows: Vec<usize> = (0..problem.frame.len()).filter(among).collect();
            let means = problem.x.select(ndarray::Axis(0), &rows).mean_axis(ndarray::Axis(0)).unwrap();
            if case.text("reference") == Some("zero") { vec![0.0; specs.len()] } else { means.to_vec() }
        };
        let (mut lp, mut se) = (Vec::new(), Vec::new());
        for i in 0..problem.frame.len() {
            let reference = ndarray::Array2::from_shape_vec((1, specs.len()), reference(i)).unwrap();
            let row = |x| Design::new(&problem.names, x).unwrap();
            let own = problem.x.select(ndarray::Axis(0), &[i]);
            let ratio = fit.hazard_ratio_between(&row(own.view()), &row(reference.view())).unwrap();
            lp.push(ratio.value().unwrap().ln());
            se.push(ratio.std_error().unwrap());
        }
        report.all_close(&format!("{} lp", case.name), &lp, &numbers(&case.output["lp"]), FIT);
        report.all_close(&format!("{} se", case.name), &se, &numbers(&case.output["se"]), FIT);
    }
    report.finish("predictions");
}

#[test]
fn a_model_without_covariates_is_that_of_r() {
    let mut report = Report::default();
    for case in cases("cox_2").into_iter().filter(|c| c.kind == "coxph_null") {
        report.cases += 1;
        let problem = problem(&case, &[]);
        let empty = Array2::zeros((problem.frame.len(), 0));
        let design = Design::new::<&str>(&[], empty.view()).unwrap();
        let fit = problem.options.fit(&problem.data, &design).unwrap();
        assert!(fit.stop().is_success());
        report.close("loglik", fit.log_likelihood()[1], number(&case.output["loglik_null"]), FIT);
        let residuals = fit.with(&problem.data, &design).unwrap().residuals().unwrap();
        report.all_close("martingale", residuals.martingale(), &numbers(&case.output["martingale"]), FIT);
    }
    report.finish("models without covariates");
}
