//! The program `parametric` against R, case by case: its flags give the reference's numbers in its JSON.

use std::fmt::Write;

use crate::common::{Case, Report, cases, number, numbers};
use crate::parametric_cases::{covariates, model_frame};
use crate::program::{answer, file};
use serde_json::Value;

/// The name of a family as the program has it, and a scale that the reference's family fixes.
fn distribution(name: &str) -> (String, Option<f64>) {
    if let Some((cure, base)) = name.split_once(" cure, ") {
        let kind = if cure == "mixture" { "mixture" } else { "non-mixture" };
        return (format!("cure-{kind}-{}", distribution(base).0), None);
    }
    let own = match name {
        "rayleigh" => return ("weibull".into(), Some(0.5)),
        "lognormal" => "log-normal",
        "loglogistic" => "log-logistic",
        "extreme" => "extreme-value",
        "gengamma" => "generalized-gamma",
        other => return (other.replace('_', "-"), None),
    };
    (own.into(), None)
}

fn listed(numbers: &[f64]) -> String {
    numbers.iter().map(|x| format!("{x:?}")).collect::<Vec<_>>().join(",")
}

/// The call for a case, its file written.
fn call(case: &Case) -> String {
    let mut frame = model_frame(case);
    let n = frame.len();
    for (j, column) in covariates(case, &frame).into_iter().enumerate() {
        frame.columns.insert(format!("x{j}"), column);
    }
    let named = |keys: &[&str]| keys.iter().find_map(|key| case.text(key)).unwrap_or("").to_string();
    let (name, fixed) = distribution(&named(&["dist", "family"]));
    let mut flags = if case.kind == "piecewise_exponential" {
        format!("--distribution piecewise-exponential --cuts {}", listed(&numbers(&case.inputs["cuts"])))
    } else {
        format!("--distribution {name}")
    };
    let mut flag = |text: String| write!(flags, " {text}").unwrap();
    if let Some(scale) = case.inputs["scale_fixed"].as_f64().or(fixed) {
        flag(format!("--fixed scale={scale}"));
    }
    if let Some(knots) = case.inputs["inner_knots"].as_u64() {
        flag(format!("--knots {knots}"));
    }
    let censoring = case.text("censoring").unwrap_or("");
    let time = if frame.columns.contains_key("exit") { "exit".to_string() } else { named(&["time"]) };
    if censoring.starts_with("interval2") {
        flag("--lower L_or_lower --upper R_or_upper".into());
    } else if censoring.starts_with("left") {
        let lower = frame.column(&time).iter().map(|&t| if t == 0.0 { f64::NAN } else { t }).collect();
        frame.columns.insert("from".into(), lower);
        flag(format!("--lower from --upper {time}"));
    } else {
        let values = numbers(&case.inputs["event_values"]);
        let event = frame.column(&named(&["event"])).iter().map(|e| f64::from(u8::from(values.contains(e))));
        let event = event.collect();
        frame.columns.insert("happened".into(), event);
        flag(format!("--time {time} --event happened"));
    }
    if case.text("note").is_some_and(|n| n.contains("entry age")) {
        flag("--entry age".into());
    }
    let columns: Vec<String> = (0..covariates(case, &frame).len()).map(|j| format!("x{j}")).collect();
    if !columns.is_empty() {
        flag(format!("--covariates {}", columns.join(",")));
    }
    if let Some(column) = case.inputs["offset"]["column"].as_str() {
        let times = number(&case.inputs["offset"]["times"]);
        let offset = frame.column(column).iter().map(|x| x * times).collect();
        frame.columns.insert("moved".into(), offset);
        flag("--offset moved".into());
    }
    let robust = case.inputs["robust"] == true;
    let weights = match (case.text("weights"), case.inputs["weights"]["expression"].as_str()) {
        (Some(column), _) => Some(frame.column(column).to_vec()),
        (None, Some(_)) => Some(frame.column("quant").iter().map(|q| q / 250.0).collect()),
        (None, None) => None,
    };
    if let Some(weights) = weights {
        frame.columns.insert("counted".into(), weights);
        flag(format!("--weight counted --weight-kind {}", if robust { "sampling" } else { "replication" }));
    }
    if let Some(cluster) = case.text("cluster").filter(|_| robust) {
        flag(format!("--cluster {cluster}"));
    }
    let strata = case.names("scale_strata");
    if !strata.is_empty() {
        let codes = (0..n).map(|i| strata.iter().fold(0.0, |code, s| 100.0 * code + frame.column(s)[i]));
        let codes = codes.collect();
        frame.columns.insert("stratum".into(), codes);
        flag("--strata stratum".into());
    }
    let names: Vec<&String> = frame.columns.keys().collect();
    let mut text = names.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(",");
    for i in 0..n {
        text.push('\n');
        for (k, name) in names.iter().enumerate() {
            let x = frame.column(name)[i];
            if k > 0 {
                text.push(',');
            }
            if !x.is_nan() {
                write!(text, "{x:?}").unwrap();
            }
        }
    }
    format!("parametric {} {flags}", file(&format!("{}.csv", case.name), text.as_bytes()))
}

fn list<'a>(found: &'a Value, key: &str) -> &'a [Value] {
    found[key].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn the_program_gives_the_reference_s_numbers() {
    let mut report = Report::default();
    for case in cases("aft").into_iter().chain(cases("parametric2")) {
        // Student's t is a distribution of one's own; densities and quantiles alone are no fit.
        if case.text("dist") == Some("t") || case.kind == "survreg_distribution" {
            continue;
        }
        report.cases += 1;
        let (out, predict) = (&case.output, &case.output["predict"]);
        let new = |values: Vec<f64>| {
            let named = values.iter().enumerate().map(|(j, x)| format!("x{j}={x:?}"));
            named.collect::<Vec<_>>().join(",")
        };
        let (mut flags, mut row) = (call(&case), 0);
        if case.kind == "survreg" && predict["newdata"].is_object() {
            row = predict["quantile"].as_array().unwrap().len() - 1;
            let specs = case.inputs["covariates"].as_array().unwrap();
            let value = |s: &Value| numbers(&predict["newdata"][s["column"].as_str().unwrap()])[row];
            let new = new(specs.iter().map(value).collect());
            write!(flags, " --new {new} --quantiles {}", listed(&numbers(&predict["p"]))).unwrap();
        } else if predict["times"].is_array() {
            if let Some(newdata) = predict["newdata"].as_array() {
                row = newdata.len() - 1;
                write!(flags, " --new {}", new(numbers(&newdata[row]))).unwrap();
            }
            write!(flags, " --at {}", listed(&numbers(&predict["times"]))).unwrap();
            if predict["tau"].is_array() {
                write!(flags, " --tau {:?}", numbers(&predict["tau"])[0]).unwrap();
            }
        }
        let found = answer(&flags);
        let what = |part: &str| format!("{} {part}", case.name);
        if found["converged"] != true {
            report.fail(&what(&found["stop"].to_string()));
        }
        report.close(&what("loglik"), number(&found["loglik"]), numbers(&out["loglik"])[0], 1e-9);
        report.close(&what("aic"), number(&found["aic"]), number(&out["aic"]), 1e-9);
        if out["n"].is_number() {
            report.close(&what("n"), number(&found["n"]), number(&out["n"]), 0.0);
        }
        if case.kind == "survreg" {
            survreg(&case, &found, row, &mut report);
        } else {
            explicit(&case, &found, row, &mut report);
        }
    }
    report.finish("the program parametric");
}

fn survreg(case: &Case, found: &Value, row: usize, report: &mut Report) {
    let (out, predict) = (&case.output, &case.output["predict"]);
    let mut expected = numbers(&out["coef"]);
    let rows = list(found, "coefficients");
    if rows.len() > expected.len() {
        expected.extend(numbers(&out["scale"]).iter().map(|s| s.ln()));
    }
    let got: Vec<f64> = rows.iter().map(|r| number(&r["coef"])).collect();
    // Those near 0 cancel.
    let near: Vec<f64> = got.iter().zip(&expected).map(|(g, e)| g - e + e.abs().max(1.0)).collect();
    let sizes: Vec<f64> = expected.iter().map(|e| e.abs().max(1.0)).collect();
    report.all_close(&format!("{} coef", case.name), &near, &sizes, 1e-7);
    // R 4.2.2 leaves the weights out of the scores of a robust variance: `tests/parametric.rs`.
    let weighted = case.inputs["robust"] == true && !case.inputs["weights"].is_null();
    for key in ["vcov", "naive_vcov"].into_iter().filter(|k| !weighted || *k != "vcov") {
        for (i, row) in list(out, key).iter().enumerate() {
            for (j, e) in numbers(row).into_iter().enumerate() {
                let size = (number(&out[key][i][i]) * number(&out[key][j][j])).sqrt();
                let got = number(&found[key][i][j]) / size + 2.0;
                report.close(&format!("{} {key}[{i},{j}]", case.name), got, e / size + 2.0, 1e-7);
            }
        }
    }
    for (l, quantile) in list(found, "quantiles").iter().enumerate() {
        let what = format!("{} quantile {l}", case.name);
        report.close(&what, number(&quantile["estimate"]), numbers(&predict["quantile"][row])[l], 1e-7);
        if !weighted {
            report.close(
                &what,
                number(&quantile["std_error"]),
                numbers(&predict["quantile_se"][row])[l],
                1e-7,
            );
        }
    }
}

fn explicit(case: &Case, found: &Value, row: usize, report: &mut Report) {
    let (out, predict) = (&case.output, &case.output["predict"]);
    let expected = if predict["rows"].is_array() { &predict["rows"][row] } else { predict };
    for (l, at) in list(found, "at").iter().enumerate() {
        let what = format!("{} at {}", case.name, at["time"]);
        // Limits of the reference come from numerical derivatives.
        for (own, other, tolerance) in [
            ("survival", "surv", 1e-7),
            ("hazard", "hazard", 1e-7),
            ("lower", "lower", 1e-5),
            ("upper", "upper", 1e-5),
        ] {
            if expected[other].is_array() {
                let (got, expected) = (number(&at[own]), numbers(&expected[other])[l]);
                report.close(&format!("{what} {own}"), got, expected, tolerance);
            }
        }
        let hazard = -number(&at["survival"]).ln();
        report.close(&format!("{what} hazard"), number(&at["cumulative_hazard"]), hazard, 1e-9);
    }
    if found["rmst"].is_object() {
        let (got, se) = (number(&found["rmst"]["estimate"]), number(&found["rmst"]["std_error"]));
        report.close(&format!("{} rmst", case.name), got, numbers(&expected["rmst"])[0], 1e-7);
        report.close(&format!("{} rmst se", case.name), se, numbers(&expected["rmst_se"])[0], 1e-5);
    }
    if out["rate"].is_array() {
        let rates: Vec<f64> = list(found, "parameters").iter().map(|r| number(&r["estimate"])).collect();
        report.all_close(&format!("{} rate", case.name), &rates, &numbers(&out["rate"]), 1e-9);
    }
    if case.kind == "parametric_mle" {
        // In another order than the reference's: each standard error is one of its.
        let mut got: Vec<f64> = list(found, "coefficients").iter().map(|r| number(&r["se"])).collect();
        let mut expected = numbers(&out["se"]);
        got.sort_by(f64::total_cmp);
        expected.sort_by(f64::total_cmp);
        report.all_close(&format!("{} se", case.name), &got, &expected, 1e-5);
    }
}
