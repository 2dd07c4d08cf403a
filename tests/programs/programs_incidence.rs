//! The program `incidence`, as a shell calls it, against R: every case of the reference files that its flags can express.
//!
//! R 4.2.2 with survival 3.5-3, cmprsk 2.2-11, etm 1.1.1, prodlim and Cprob 1.4.1. The rows of a case are written to a file as
//! the call uses them, and what the program prints as JSON is compared, number by number.

use std::fmt::Write as _;

use crate::common::{Case, Frame, Report, cases, number, numbers};
use crate::program::{answer, file, refusal};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;
/// What comes out of iterations on both sides.
const ITERATED: f64 = 1e-7;

/// Cases that no flags of the program express, each with its reason.
fn left_out(case: &Case) -> Option<&'static str> {
    if case.name.starts_with("mgus2_ms_") {
        return Some("an illness-death history: the program multistate");
    }
    if !case.inputs["time_interactions"].is_null() {
        return Some("coefficients that change with time are refused");
    }
    if !case.inputs["censoring_group"].is_null() || !case.inputs["censoring_strata"].is_null() {
        return Some("groups of censoring weights are asked for in Rust alone");
    }
    match case.kind.as_str() {
        "finegray_data" => Some("the expanded rows are asked for in Rust alone"),
        "crr_predict" | "csc_absolute_risk" => Some("predictions are asked for in Rust alone"),
        "finegray_coxph" if case.text("ties") == Some("efron") => {
            Some("Efron's ties of the expanded rows: Fine-Gray here has Breslow's, as cmprsk")
        }
        "finegray_coxph" if case.text("note").is_some() => {
            Some("R weighs all rows and drops those without a covariate after that")
        }
        "cif_delta_variance" => {
            Some("the Marubini-Valsecchi variance: its incidence is checked by the others")
        }
        _ => None,
    }
}

/// The rows as a file, and the flags that name its columns.
fn call(case: &Case) -> String {
    let mut frame = case.frame();
    let age_scale = case.text("note").is_some_and(|n| n.contains("etime/12"));
    if age_scale {
        let exit = frame.column("age").iter().zip(frame.column("etime")).map(|(a, t)| a + t / 12.0).collect();
        frame.columns.insert("age_exit".into(), exit);
    }
    if case.inputs["weights"].is_object() {
        let w = frame.column("id").iter().map(|id| 1.0 + id % 3.0).collect();
        frame.columns.insert("w".into(), w);
    }
    for key in ["group", "strata"] {
        // Several columns at once are one here.
        assert!(case.names(key).len() < 2, "{}", case.name);
    }
    for c in covariates(case).iter().filter(|c| !c["equals"].is_null()) {
        let column = c["column"].as_str().unwrap();
        let one = frame.column(column).iter().map(|x| f64::from(u8::from(*x == number(&c["equals"]))));
        let one = one.collect();
        frame.columns.insert(format!("{column}_is"), one);
    }
    let path = file(&format!("{}.csv", case.name), csv(&frame).as_bytes());
    let (time, entry) = match (age_scale, case.text("start")) {
        (true, _) => ("age_exit", Some("age")),
        (false, start) => (case.text("time").unwrap(), start),
    };
    let causes: Vec<String> = numbers(&case.inputs["event_values"]).iter().map(ToString::to_string).collect();
    let mut call = format!(
        "incidence {path} --time {time} --event {} --causes {}",
        case.text("event").unwrap(),
        causes.join(",")
    );
    let mut flag = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            write!(call, " {flag} {value}").unwrap();
        }
    };
    flag("--entry", entry.map(Into::into));
    flag("--by", case.names("group").pop());
    flag("--strata", case.names("strata").pop());
    if !case.inputs["weights"].is_null() {
        flag("--weight-kind sampling --weight", Some(case.text("weights").unwrap_or("w").into()));
    }
    // survival 3.5-3 ignores clusters in a multi-state survfit without ids: its errors are those of independent rows.
    if case.kind == "sojourn_competing" {
        flag("--cluster", case.text("cluster").map(Into::into));
    }
    let list = |key: &str| {
        let listed: Vec<String> = case.inputs[key].as_array()?.iter().map(ToString::to_string).collect();
        Some(listed.join(","))
    };
    flag("--at", list("times"));
    flag("--quantiles", list("probs"));
    flag("--tau", case.inputs["tau"].as_f64().map(|t| t.to_string()));
    flag("--given-event-free", case.inputs["start_time"].as_f64().map(|s| s.to_string()));
    flag("--level", case.inputs["conf_int"].as_f64().map(|l| l.to_string()));
    call
}

fn csv(frame: &Frame) -> String {
    let mut names: Vec<&String> = frame.columns.keys().collect();
    names.sort_unstable();
    let mut text = names.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(",");
    for i in 0..frame.len() {
        text.push('\n');
        let cell = |n: &&String| {
            let x = frame.column(n)[i];
            if x.is_nan() { String::new() } else { x.to_string() }
        };
        text.push_str(&names.iter().map(cell).collect::<Vec<_>>().join(","));
    }
    text
}

fn covariates(case: &Case) -> Vec<Value> {
    case.inputs["covariates"].as_array().cloned().unwrap_or_default()
}

fn covariate_flag(case: &Case) -> String {
    let name = |c: &Value| {
        let column = c["column"].as_str().unwrap();
        if c["equals"].is_null() { column.to_string() } else { format!("{column}_is") }
    };
    covariates(case).iter().map(name).collect::<Vec<_>>().join(",")
}

/// Errors are differences of numbers of size one: to 1e-12 absolutely. `null` is no number.
fn close_error(report: &mut Report, what: &str, got: &Value, expected: f64) {
    // A standard error of 0 in R is none here.
    if got.is_null() && expected == 0.0 {
        report.checked += 1;
    } else if (number(got) - expected).abs() > 1e-12 {
        report.close(what, number(got), expected, TOLERANCE);
    } else {
        report.checked += 1;
    }
}

/// One row of R's table, the event-free state first.
fn check_row(report: &mut Report, what: &str, got: &Value, e: &Value, row: usize, limits: bool) {
    let cell = |column: &str, state: usize| number(&e[column][row][state]);
    report.close(&format!("{what} free"), number(&got["event_free"]), cell("pstate", 0), TOLERANCE);
    close_error(report, &format!("{what} free se"), &got["event_free_std_error"], cell("std_err", 0));
    for (k, f) in numbers(&got["incidence"]).into_iter().enumerate() {
        report.close(&format!("{what} incidence {k}"), f, cell("pstate", k + 1), TOLERANCE);
        close_error(report, &format!("{what} se {k}"), &got["std_error"][k], cell("std_err", k + 1));
        // R writes limits of 0 where the incidence is 0; a width of 0 is no certainty, and has none here.
        if f == 0.0 {
            assert!(got["lower"][k].is_null() && got["upper"][k].is_null(), "{what}");
        } else if limits && f < 1.0 {
            for side in ["lower", "upper"] {
                report.close(
                    &format!("{what} {side} {k}"),
                    number(&got[side][k]),
                    cell(side, k + 1),
                    TOLERANCE,
                );
            }
        }
    }
}

fn survfit(case: &Case, report: &mut Report) {
    let limits = ["plain", "log", "log-log", "logit"].into_iter().find(|n| case.text("conf_type") == Some(n));
    let found = answer(&format!("{} --interval {}", call(case), limits.unwrap_or("arcsine")));
    assert_eq!(found["variance"].as_str(), Some("jackknife"));
    // Late entries may leave an early risk set small.
    assert!(
        found["warnings"].as_array().unwrap().iter().all(|w| w.as_str().unwrap().contains("a risk set of"))
    );
    let curves = case.output["curves"].as_array().unwrap();
    assert_eq!(found["groups"].as_array().unwrap().len(), curves.len(), "{}", case.name);
    for (group, e) in found["groups"].as_array().unwrap().iter().zip(curves) {
        let label = group["label"].as_str().unwrap();
        let what = format!("{} {label}", case.name);
        let strata = e["strata"].as_str().unwrap_or("");
        assert!(
            strata.is_empty() || strata == "all" || strata.ends_with(&format!("={label}")),
            "{what}: {strata}"
        );
        let at_times = case.kind == "summary_survfit_multistate";
        let rows = group[if at_times { "at" } else { "rows" }].as_array().unwrap();
        let column = |key: &str| -> Vec<f64> { rows.iter().map(|r| number(&r[key])).collect() };
        report.all_close(&format!("{what} time"), &column("time"), &numbers(&e["time"]), TOLERANCE);
        for (i, r) in rows.iter().enumerate() {
            check_row(report, &format!("{what} at {}", r["time"]), r, e, i, limits.is_some());
            // R's counts are of rows where the probabilities are weighted.
            if case.inputs["weights"].is_null() && !at_times {
                let first = |key: &str| number(&e[key][i][0]);
                report.close(&format!("{what} at risk"), number(&r["at_risk"]), first("n_risk"), 0.0);
                report.close(&format!("{what} censored"), number(&r["censored"]), first("n_censor"), 0.0);
                let events = numbers(&r["events"]);
                report.all_close(&format!("{what} events"), &events, &numbers(&e["n_event"][i])[1..], 0.0);
            }
        }
    }
}

fn gray(case: &Case, found: &Value, report: &mut Report) {
    let e = &case.output["gray"];
    for (i, cause) in e["causes"].as_array().into_iter().flatten().enumerate() {
        let (test, what) = (&found["gray"][i], format!("{} Gray {cause}", case.name));
        assert_eq!(&test["cause"], cause, "{what}");
        report.close(&what, number(&test["statistic"]), number(&e["chisq"][i]), TOLERANCE);
        report.close(&format!("{what} df"), number(&test["df"]), number(&e["df"][i]), 0.0);
        // R's is one minus a probability: absolute to 1e-15 only.
        let (p, r) = (number(&test["p_value"]), number(&e["p_value"][i]));
        if (p - r).abs() > 1e-14 {
            report.close(&format!("{what} p"), p, r, TOLERANCE);
        }
    }
}

/// cmprsk's curves stand in order of cause, then group.
fn cuminc(case: &Case, report: &mut Report) {
    let mut call = format!("{} --variance aalen", call(case));
    if !case.names("group").is_empty() {
        write!(call, " --gray --rho {}", case.inputs["rho"]).unwrap();
    }
    let found = answer(&call);
    assert_eq!(found["variance"], "aalen");
    gray(case, &found, report);
    let groups = found["groups"].as_array().unwrap();
    let table = case.kind == "cuminc_at_times";
    let curves = case.output["curves"].as_array().unwrap();
    for (i, curve) in curves.iter().enumerate() {
        let (group, cause) = (&groups[i % groups.len()], i / groups.len());
        let (times, est, var) = if table {
            (&case.inputs["times"], &case.output["est"][i], &case.output["var"][i])
        } else {
            (&curve["time"], &curve["est"], &curve["var"])
        };
        let (times, est, var) = (numbers(times), numbers(est), numbers(var));
        for j in 0..times.len() {
            // Of the two corners of a step the upper one; beyond the group's follow-up there is nothing.
            let corner = j + 1 == times.len() || times[j + 1] > times[j];
            if est[j].is_nan() || !table && (j == 0 || !corner) {
                continue;
            }
            let rows = group[if table { "at" } else { "rows" }].as_array().unwrap();
            // Corners at 0 are none of ours: nobody leaves there.
            let Some(row) = rows.iter().find(|r| number(&r["time"]) == times[j]) else {
                assert!(times[j] == 0.0, "{}: no row at {}", case.name, times[j]);
                continue;
            };
            let what = format!("{} curve {i} at {}", case.name, times[j]);
            report.close(&what, number(&row["incidence"][cause]), est[j], TOLERANCE);
            let variance = if row["std_error"][cause].is_null() {
                0.0
            } else {
                number(&row["std_error"][cause]).powi(2)
            };
            report.close(&format!("{what} var"), variance, var[j], TOLERANCE);
        }
    }
}

/// etm's limits are log-log limits of 1 − F, which the program does not print; its variances are Greenwood's.
fn etm(case: &Case, report: &mut Report) {
    let found = answer(&format!("{} --variance delta", call(case)));
    let of_groups: Vec<&Value> = if case.output["CIF 1"].is_object() {
        vec![&case.output]
    } else {
        case.output.as_object().unwrap().iter().filter(|(k, _)| *k != "warnings").map(|(_, v)| v).collect()
    };
    let causes = found["causes"].as_array().unwrap();
    for (group, e) in found["groups"].as_array().unwrap().iter().zip(of_groups) {
        for (k, cause) in causes.iter().enumerate() {
            let e = &e[format!("CIF {}", cause.as_str().unwrap())];
            for (i, t) in numbers(&e["time"]).into_iter().enumerate().filter(|_| e.is_object()) {
                let rows = ["at", "rows"].map(|key| group[key].as_array().unwrap());
                let row = rows.into_iter().flatten().find(|r| number(&r["time"]) == t).unwrap();
                let what = format!("{} {cause} at {t}", case.name);
                report.close(&what, number(&row["incidence"][k]), number(&e["p"][i]), TOLERANCE);
                let se = &row["std_error"][k];
                let variance = if se.is_null() { 0.0 } else { number(se).powi(2) };
                report.close(&format!("{what} var"), variance, number(&e["var"][i]), TOLERANCE);
            }
        }
    }
}

/// prodlim prints 15 digits only.
fn prodlim(case: &Case, report: &mut Report) {
    let found = answer(&format!("{} --variance delta --interval plain", call(case)));
    assert_eq!(found["variance"], "delta");
    let k = case.inputs["cause"].as_u64().unwrap() as usize - 1;
    let curves = case.output["curves"].as_array().unwrap();
    for (group, e) in found["groups"].as_array().unwrap().iter().zip(curves) {
        for (i, at) in group["at"].as_array().unwrap().iter().enumerate() {
            let what = format!("{} {} at {}", case.name, e["group"], at["time"]);
            let columns = [("incidence", "est"), ("std_error", "se"), ("lower", "lower"), ("upper", "upper")];
            for (ours, theirs) in columns {
                let (got, expected) = (number(&at[ours][k]), number(&e[theirs][i]));
                // Beyond follow-up prodlim has none; of an incidence of 0 there are no limits here.
                if expected.is_nan() || got.is_nan() && expected == 0.0 {
                    continue;
                }
                report.close(&format!("{what} {ours}"), got, expected, TOLERANCE);
            }
        }
    }
}

fn time_lost(case: &Case, report: &mut Report) {
    let found = answer(&call(case));
    let groups = found["groups"].as_array().unwrap();
    let matrix = |key: &str| -> Vec<Vec<f64>> {
        let value = &case.output[key];
        match value.as_array() {
            Some(rows) if rows[0].is_array() => rows.iter().map(numbers).collect(),
            _ => vec![numbers(value)],
        }
    };
    let (mean, se) = (matrix("rmean"), matrix("se"));
    assert_eq!(mean.len(), groups.len());
    for (g, group) in groups.iter().enumerate() {
        for (k, lost) in group["time_lost"].as_array().unwrap().iter().enumerate() {
            let what = format!("{} group {g} cause {}", case.name, lost["cause"]);
            assert_eq!(lost["tau"].as_f64(), case.inputs["tau"].as_f64());
            report.close(&what, number(&lost["estimate"]), mean[g][k + 1], TOLERANCE);
            // The errors of survival's own print are those of the other kind.
            if case.kind == "sojourn_competing" {
                close_error(report, &format!("{what} se"), &lost["std_error"], se[g][k + 1]);
            }
        }
    }
}

fn difference(case: &Case, report: &mut Report) {
    let found = answer(&format!("{} --difference", call(case)));
    let rows = found["difference"].as_array().unwrap();
    for cause in ["1", "2"] {
        let e = &case.output[format!("cause{cause}")];
        for (i, t) in numbers(&e["times"]).into_iter().enumerate() {
            let row = rows.iter().find(|r| r["cause"] == cause && number(&r["time"]) == t).unwrap();
            let what = format!("{} {cause} at {t}", case.name);
            report.close(&what, number(&row["estimate"]), number(&e["estimate"][i]), TOLERANCE);
            close_error(report, &format!("{what} se"), &row["std_error"], number(&e["se"][i]));
            for key in ["lower", "upper", "p_value"] {
                // An error of one group alone makes no interval here.
                if row[key].is_null() {
                    let none = |g: usize| {
                        found["groups"][g]["at"][i]["std_error"][cause.parse::<usize>().unwrap() - 1]
                            .is_null()
                    };
                    assert!(none(0) || none(1), "{what} {key}");
                } else {
                    report.close(&format!("{what} {key}"), number(&row[key]), number(&e[key][i]), TOLERANCE);
                }
            }
        }
    }
}

fn quantiles(case: &Case, report: &mut Report) {
    let found = answer(&format!("{} --variance delta --interval plain", call(case)));
    let by_prodlim = case.kind == "prodlim_cif_quantile";
    let expected: Vec<&Value> = if by_prodlim {
        case.output["curves"].as_object().unwrap().values().collect()
    } else {
        case.output["quantile"].as_array().unwrap().iter().collect()
    };
    let cause = case.inputs["cause"].to_string();
    for (group, e) in found["groups"].as_array().unwrap().iter().zip(expected) {
        let rows: Vec<&Value> =
            group["quantiles"].as_array().unwrap().iter().filter(|q| q["cause"] == cause.as_str()).collect();
        let column = |key: &str| -> Vec<f64> { rows.iter().map(|q| number(&q[key])).collect() };
        report.all_close(&case.name, &column("p"), &numbers(&case.inputs["probs"]), 0.0);
        if by_prodlim {
            for (ours, theirs) in [("estimate", "quantile"), ("lower", "lower"), ("upper", "upper")] {
                report.all_close(&format!("{} {ours}", case.name), &column(ours), &numbers(&e[theirs]), 0.0);
            }
        } else {
            report.all_close(&case.name, &column("estimate"), &numbers(e), 0.0);
        }
    }
}

/// Pepe and Mori's `F_k/(1 − F_other)`, from the two that are printed.
fn conditional(case: &Case, report: &mut Report) {
    let found = answer(&call(case));
    let k = case.inputs["cause"].as_u64().unwrap() as usize - 1;
    let curves = case.output["curves"].as_array().unwrap();
    for (group, e) in found["groups"].as_array().unwrap().iter().zip(curves) {
        for (i, t) in numbers(&e["time"]).into_iter().enumerate() {
            let rows = group["rows"].as_array().unwrap();
            let row = rows.iter().rev().find(|r| number(&r["time"]) <= t).unwrap();
            let f = numbers(&row["incidence"]);
            let others = f.iter().sum::<f64>() - f[k];
            report.close(
                &format!("{} at {t}", case.name),
                f[k] / (1.0 - others),
                number(&e["cp"][i]),
                TOLERANCE,
            );
        }
    }
}

fn matrix(report: &mut Report, what: &str, got: &Value, expected: &Value, tolerance: f64) {
    let rows = [got, expected].map(|m| m.as_array().unwrap());
    assert_eq!(rows[0].len(), rows[1].len(), "{what}");
    for (i, (g, e)) in rows[0].iter().zip(rows[1]).enumerate() {
        report.all_close(&format!("{what}[{i}]"), &numbers(g), &numbers(e), tolerance);
    }
}

fn coefficients(report: &mut Report, what: &str, model: &Value, e: &Value, se: &str) {
    let rows = model["coefficients"].as_array().unwrap();
    let column = |key: &str| -> Vec<f64> { rows.iter().map(|c| number(&c[key])).collect() };
    report.all_close(&format!("{what} coef"), &column("coef"), &numbers(&e["coef"]), ITERATED);
    report.all_close(&format!("{what} se"), &column(se), &numbers(&e["se"]), ITERATED);
}

fn fine_gray(case: &Case, report: &mut Report) {
    let (name, e) = (&case.name, &case.output);
    let of_cmprsk = case.kind == "crr";
    let ties = if of_cmprsk { "events-at-risk" } else { "events-first" };
    let flags = format!("--fine-gray {} --censoring-ties {ties}", case.inputs["cause"]);
    let found = answer(&format!("{} {flags} --covariates {}", call(case), covariate_flag(case)));
    let model = &found["fine_gray"];
    assert_eq!(model["converged"], true, "{name}");
    assert_eq!(model["cause"], case.inputs["cause"].to_string(), "{name}");
    let column = |key: &str| -> Vec<f64> {
        model["coefficients"].as_array().unwrap().iter().map(|c| number(&c[key])).collect()
    };
    report.all_close(&format!("{name} coef"), &column("coef"), &numbers(&e["coef"]), ITERATED);
    report.close(&format!("{name} loglik"), number(&model["loglik"]), number(&e["loglik"]), TOLERANCE);
    report.close(
        &format!("{name} null"),
        number(&model["loglik_null"]),
        number(&e["loglik_null"]),
        TOLERANCE,
    );
    if !of_cmprsk {
        matrix(report, &format!("{name} naive"), &model["naive_vcov"], &e["naive_vcov"], ITERATED);
        // R takes the weights for known; so does the sandwich where entries are delayed.
        if case.text("start").is_some() {
            matrix(report, &format!("{name} vcov"), &model["vcov"], &e["vcov"], ITERATED);
        }
        return;
    }
    report.close(&format!("{name} n"), number(&model["n"]), number(&e["n"]), 0.0);
    report.all_close(&format!("{name} se"), &column("robust_se"), &numbers(&e["se"]), ITERATED);
    matrix(report, &format!("{name} vcov"), &model["vcov"], &e["vcov"], ITERATED);
    let rows = model["baseline"].as_array().unwrap();
    let jumps: Vec<f64> = rows.iter().map(|r| number(&r["jump"])).collect();
    let times: Vec<f64> = rows.iter().map(|r| number(&r["time"])).collect();
    let (expected, expected_times) =
        (numbers(&e["baseline_subhazard_jumps"]), numbers(&e["unique_failure_times"]));
    // Of a long baseline the reference keeps some rows.
    let kept: Vec<usize> = match e["baseline_rows_kept"].as_array() {
        Some(kept) => kept.iter().map(|k| k.as_u64().unwrap() as usize - 1).collect(),
        None => (0..jumps.len()).collect(),
    };
    let pick = |v: &[f64]| kept.iter().map(|&k| v[k]).collect::<Vec<f64>>();
    report.all_close(&format!("{name} times"), &pick(&times), &expected_times, 0.0);
    report.all_close(&format!("{name} jumps"), &pick(&jumps), &expected, ITERATED);
}

/// An ordinary Cox model of one cause.
fn cause_specific(case: &mut Case, report: &mut Report) {
    let cause = number(&case.inputs["event_values"][0]) as usize;
    case.inputs["event_values"] = serde_json::json!([1, 2]);
    let found = answer(&format!("{} --cause-specific --covariates {}", call(case), covariate_flag(case)));
    let (name, model, e) = (&case.name, &found["cause_specific"][cause - 1], &case.output);
    assert_eq!((model["cause"].as_str(), model["ties"].as_str()), (Some(&*cause.to_string()), Some("efron")));
    report.close(&format!("{name} n"), number(&model["n"]), number(&e["n"]), 0.0);
    report.close(&format!("{name} events"), number(&model["events"]), number(&e["n_event"]), 0.0);
    coefficients(report, name, model, e, "se");
    matrix(report, &format!("{name} vcov"), &model["vcov"], &e["vcov"], ITERATED);
    let loglik = [number(&e["loglik_null"]), number(&e["loglik"])];
    report.all_close(&format!("{name} loglik"), &numbers(&model["loglik"]), &loglik, TOLERANCE);
    for (ours, theirs) in [("score", "score_test"), ("wald", "wald_test")] {
        report.close(
            &format!("{name} {ours}"),
            number(&model[ours]["statistic"]),
            number(&e[theirs]),
            ITERATED,
        );
    }
}

#[test]
fn every_case_that_its_flags_express() {
    let mut report = Report::default();
    let mut left = Vec::new();
    for mut case in ["competing", "competing2"].into_iter().flat_map(cases) {
        if let Some(why) = left_out(&case) {
            left.push(format!("{}: {why}", case.name));
            continue;
        }
        report.cases += 1;
        match case.kind.as_str() {
            "survfit_multistate" | "summary_survfit_multistate" => survfit(&case, &mut report),
            "cuminc_gray" | "cuminc_at_times" => cuminc(&case, &mut report),
            "etm_cif" => etm(&case, &mut report),
            "prodlim_cif" => prodlim(&case, &mut report),
            "sojourn_competing" | "multistate_rmean" => time_lost(&case, &mut report),
            "cif_difference" => difference(&case, &mut report),
            "cif_quantile" | "prodlim_cif_quantile" => quantiles(&case, &mut report),
            "conditional_probability" => conditional(&case, &mut report),
            "crr" | "finegray_coxph" => fine_gray(&case, &mut report),
            "coxph" => cause_specific(&mut case, &mut report),
            other => report.fail(&format!("{}: a kind without a check, {other}", case.name)),
        }
    }
    println!("left out:\n{}", left.join("\n"));
    report.finish("incidence");
}

/// The arcsine interval by hand: `sin²(asin √F ± z se/(2 √(F(1 − F))))`. One event of two at 1, the other at 2.
#[test]
fn the_arcsine_interval() {
    let path = file("arcsine.csv", b"t,e\n1,1\n2,2\n3,0\n4,0\n");
    let found =
        answer(&format!("incidence {path} --time t --event e --causes 1,2 --interval arcsine --at 3"));
    let at = &found["groups"][0]["at"][0];
    let (f, se) = (number(&at["incidence"][0]), number(&at["std_error"][0]));
    let limit = |sign: f64| {
        let root = f.sqrt().asin() + sign * 1.959963984540054 * se / (2.0 * (f * (1.0 - f)).sqrt());
        root.max(0.0).sin().powi(2)
    };
    for (side, sign) in [("lower", -1.0), ("upper", 1.0)] {
        assert!((number(&at[side][0]) - limit(sign)).abs() < 1e-12, "{side}: {at}");
    }
}

#[test]
fn what_it_cannot_do_is_said() {
    let path = file("refused.csv", b"t,e,g\n1,1,a\n2,2,b\n3,0,c\n4,7,a\n");
    let call = format!("incidence {path} --time t --event e");
    for (flags, text) in [
        (
            "1,2",
            "PATH line 5: --event \"e\" is \"7\": the causes are 1, 2, and a censoring is 0; add the code to --causes, or name \
             the censoring with --censor-value",
        ),
        ("1,2,7 --by g --difference --at 2", "--difference compares 2 groups, and --by has 3: leave it out"),
        ("1,2,7 --by g --difference", "--difference compares two groups at times: add --at, such as --at 12"),
        (
            "1,2,7 --cause-specific",
            "--fine-gray and --cause-specific are models: give them --covariates or --factor",
        ),
        (
            "1,2,7 --covariates t",
            "--covariates and --factor belong to a model: add --fine-gray CAUSE or --cause-specific",
        ),
        ("1,1,7", "--causes: 1 stands twice or is --censor-value: give each code once"),
        ("1,2,7 --event-value 1", "--event-value names one event: with competing causes give --causes alone"),
    ] {
        assert_eq!(
            refusal(&format!("{call} --causes {flags}")),
            format!("error: {}", text.replace("PATH", &path))
        );
    }
}

/// A covariate that is a part of the data is refused.
#[test]
fn a_column_stands_once() {
    let path = file("once.csv", b"t,e\n1,1\n2,2\n3,1\n4,0\n6,0\n");
    let wrong =
        refusal(&format!("incidence {path} --time t --event e --causes 1,2 --fine-gray 1 --covariates t"));
    assert_eq!(wrong, "error: --covariates names column \"t\", which is named by --time too: name it once");
}
