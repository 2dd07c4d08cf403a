//! The program `npmle`, as a shell calls it: every reference case read back from its JSON, and what it refuses.

use crate::common;
use crate::common::{Case, cases, number, numbers};
use crate::program::{answer, file, greenwood, refusal};
use serde_json::Value;

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let off = (found - expected).abs();
    assert!(
        found == expected || off <= tolerance * expected.abs().max(1.0),
        "{what}: {found} for {expected}"
    );
}

/// Numbers as the JSON writes them: infinite ones as text.
fn read(value: &Value) -> f64 {
    match value.as_str() {
        Some("Inf") => f64::INFINITY,
        Some("-Inf") => f64::NEG_INFINITY,
        Some(other) => panic!("{other}"),
        None => value.as_f64().unwrap_or(f64::NAN),
    }
}

fn field(groups: &Value, name: &str) -> Vec<f64> {
    groups.as_array().unwrap().iter().map(|row| read(&row[name])).collect()
}

/// The data of a case as a file, with the flags that name its columns.
fn call(case: &Case) -> String {
    let text = |key: &str| case.inputs[key].as_str().map(String::from);
    let (lower, upper) = (text("lower").unwrap(), text("upper").unwrap());
    let mut columns: Vec<(String, Vec<f64>)> = if let Some(inline) = case.inputs["inline"].as_object() {
        inline.iter().map(|(name, values)| (name.clone(), numbers(values))).collect()
    } else {
        let name = if case.name.starts_with("cmv") { "cmv" } else { &case.name };
        common::Frame::read(name).columns.into_iter().collect()
    };
    let rows = columns[0].1.len();
    let mut keep = vec![true; rows];
    for filter in case.inputs["filter"].as_array().into_iter().flatten() {
        let name = filter["column"].as_str().unwrap();
        let values = &columns.iter().find(|c| c.0 == name).unwrap().1;
        keep.iter_mut().zip(values).for_each(|(k, x)| *k &= *x == number(&filter["value"]));
    }
    if case.inputs["filter_note"].is_string() {
        let values = &columns.iter().find(|c| c.0 == upper).unwrap().1;
        keep.iter_mut().zip(values).for_each(|(k, x)| *k &= *x != 0.0);
    }
    columns.sort_by(|a, b| a.0.cmp(&b.0));
    let mut csv = columns.iter().map(|c| c.0.as_str()).collect::<Vec<_>>().join(",") + "\n";
    for i in (0..rows).filter(|&i| keep[i]) {
        let cell = |x: f64| if x.is_nan() { "NA".to_string() } else { x.to_string().replace("inf", "Inf") };
        csv += &columns.iter().map(|c| cell(c.1[i])).collect::<Vec<_>>().join(",");
        csv.push('\n');
    }
    let path = file(&format!("npmle-{}.csv", case.name), csv.as_bytes());
    let mut call = format!("npmle {path} --lower {lower} --upper {upper}");
    if let Some(weights) = text("weights") {
        call = format!("{call} --weight {weights} --weight-kind replication");
    }
    if let Some(times) = case.inputs["times"].as_array() {
        call += " --at ";
        call += &times.iter().map(|t| number(t).to_string()).collect::<Vec<_>>().join(",");
    }
    call
}

/// The masses at 1e-7, the log likelihood at 1e-9.
#[test]
fn the_estimates_are_those_of_the_reference() {
    let mut walked = 0;
    for case in cases("turnbull").into_iter().chain(cases("interval")) {
        if case.kind != "interval_npmle" {
            continue;
        }
        let (name, e) = (&case.name, &case.output);
        let found = answer(&call(&case));
        let group = &found["groups"][0];
        assert_eq!(found["groups"].as_array().unwrap().len(), 1);
        assert_eq!((&group["label"], read(&group["n"])), (&"all".into(), number(&e["n"])), "{name}");
        close(read(&group["loglik"]), number(&e["loglik"]), 1e-9, name);
        assert!(read(&group["kkt_gap"]) < 1e-9, "{name}");
        assert_eq!((&group["unique"], &group["converged"]), (&e["unique"], &true.into()), "{name}");
        let keys = |left: Vec<f64>, right: Vec<f64>| left.into_iter().zip(right).collect::<Vec<_>>();
        let intervals = &group["intervals"];
        let at = keys(field(intervals, "left"), field(intervals, "right"));
        let expected = keys(numbers(&e["left"]), numbers(&e["right"]));
        let (mass, after) = (numbers(&e["mass"]), numbers(&e["survival_after"]));
        for (k, interval) in expected.iter().enumerate() {
            // A mass below the tolerance may be none.
            match at.iter().position(|i| i == interval) {
                Some(i) => {
                    close(read(&intervals[i]["mass"]), mass[k], 1e-7, name);
                    close(read(&intervals[i]["survival_after"]), after[k], 1e-7, name);
                }
                None => assert!(mass[k] < 1e-7, "{name}: no mass on {interval:?}"),
            }
        }
        for (i, interval) in at.iter().enumerate() {
            assert!(
                expected.contains(interval) || read(&intervals[i]["mass"]) < 1e-7,
                "{name}: {interval:?}"
            );
        }
        if case.inputs["times"].is_array() {
            let times = &group["at"];
            assert_eq!(field(times, "time"), numbers(&case.inputs["times"]), "{name}");
            let (lower, upper) = (field(times, "survival_lower"), field(times, "survival_upper"));
            for (k, (l, u)) in
                numbers(&e["at"]["surv_lower"]).into_iter().zip(numbers(&e["at"]["surv_upper"])).enumerate()
            {
                close(lower[k], l, 1e-7, name);
                close(upper[k], u, 1e-7, name);
            }
        }
        walked += 1;
    }
    assert_eq!(walked, 18 + 31);
}

/// Statistics and p-values to 2e-6 relative, sums and covariances to 1e-5: the accuracy that the file states.
#[test]
fn the_tests_are_those_of_the_reference() {
    let mut walked = 0;
    for case in cases("interval").into_iter().filter(|c| c.kind == "interval_test") {
        let (name, e) = (&case.name, &case.output);
        let by = case.inputs["group"][0].as_str().unwrap();
        let test = match case.text("scores").unwrap() {
            "logrank1" => "sun",
            "logrank2" => "finkelstein",
            _ => "wilcoxon",
        };
        let permutation = case.text("method") == Some("pclt");
        let variance = if permutation { "permutation" } else { "information" };
        let found = answer(&format!("{} --by {by} --test {test} --variance {variance}", call(&case)));
        assert_eq!(found["groups"].as_array().unwrap().len(), e["groups"].as_array().unwrap().len());
        let test = &found["test"];
        let df = test["df"].as_u64().unwrap();
        assert_eq!(df + 1, found["groups"].as_array().unwrap().len() as u64, "{name}");
        let mut statistic = number(&e["statistic"]);
        if permutation && df == 1 {
            close(read(&test["z"]) / statistic, 1.0, 2e-6, name);
            statistic *= statistic;
        }
        close(read(&test["statistic"]) / statistic, 1.0, 2e-6, name);
        // A p-value magnifies the inaccuracy of its statistic.
        let p = read(&test["p_value"]) / number(&e["p_value"]);
        close(p, 1.0, 2e-6 * (statistic / 2.0).max(1.0), name);
        let at: Vec<usize> = (e["groups"].as_array().unwrap().iter())
            .map(|label| test["labels"].as_array().unwrap().iter().position(|l| l == label).unwrap())
            .collect();
        for (&g, u) in at.iter().zip(numbers(&e["u"])) {
            close(read(&test["scores"][g]), u, 1e-5, name);
        }
        for (&g, row) in at.iter().zip(e["v"].as_array().into_iter().flatten()) {
            for (&h, v) in at.iter().zip(numbers(row)) {
                close(read(&test["covariance"][g][h]), v, 1e-5, name);
            }
        }
        walked += 1;
    }
    assert_eq!(walked, 30);
}

const ROWS: &[u8] =
    b"l,u,g,s,w,e\n0,2,a,1,1,0\n1,3,b,1,2,0.5\n2,,a,2,1,1\n4,4,b,2,1,1\n2,5,a,2,2,0\n3,6,b,1,1,2\n";

#[test]
fn rows_of_every_kind() {
    let path = file("npmle-rows.csv", ROWS);
    let call = format!("npmle {path} --lower l --upper u");
    let plain = answer(&format!("{call} --at 3"));
    assert_eq!(plain["groups"][0]["n"], 6.0);
    assert_eq!(plain["groups"][0]["exhausted_at"], Value::Null);
    // Weights of either kind give one estimate; a weight of 2 is the row twice.
    let weighted = answer(&format!("{call} --weight w"));
    assert_eq!(weighted["groups"][0]["n"], 8.0);
    let sampled = answer(&format!("{call} --weight w --weight-kind sampling"));
    assert_eq!(sampled["groups"], weighted["groups"]);
    let late = answer(&format!("{call} --entry e"));
    assert!(read(&late["groups"][0]["kkt_gap"]) < 1e-9);
    assert_ne!(late["groups"][0]["loglik"], plain["groups"][0]["loglik"]);
    let stratified = answer(&format!("{call} --by g --strata s --test sun"));
    assert_eq!(stratified["test"]["df"], 1);
    assert_ne!(
        stratified["test"]["statistic"],
        answer(&format!("{call} --by g --test sun"))["test"]["statistic"]
    );
    // Groups in the order of their codes.
    let labels: Vec<&Value> = stratified["groups"].as_array().unwrap().iter().map(|g| &g["label"]).collect();
    assert_eq!(labels, ["a", "b"]);
    // Limits by the likelihood ratio and from samples hold the region.
    for interval in
        ["chi-square", "cube-root", "bootstrap --samples 50", "bootstrap --samples 50 --cluster g"]
    {
        let found = answer(&format!("{call} --at 3 --interval {interval}"));
        let at = &found["groups"][0]["at"][0];
        assert!(read(&at["lower"]) <= read(&at["survival_lower"]), "{found}");
        assert!(read(&at["upper"]) >= read(&at["survival_upper"]), "{found}");
    }
    let closed = answer(&format!("{call} --closed both"));
    assert_ne!(closed["groups"][0]["intervals"], plain["groups"][0]["intervals"]);
    let text =
        String::from_utf8(greenwood(&format!("{call} --by g --test sun --variance information")).stdout)
            .unwrap();
    assert!(text.contains("Sun's log-rank scores (observed information)"), "{text}");
    // The permutation p-value with its Monte Carlo limits; the seed decides it.
    let permuted = answer(&format!("{call} --by g --test sun --permutations 2000 --seed 5"));
    let permutation = &permuted["test"]["permutation"];
    assert_eq!((&permutation["replicates"], &permutation["seed"]), (&2000.into(), &5.into()));
    let p = read(&permutation["p_value"]);
    assert!(read(&permutation["lower"]) <= p && p <= read(&permutation["upper"]), "{permuted}");
    assert_eq!(permuted["test"]["p_value"], answer(&format!("{call} --by g --test sun"))["test"]["p_value"]);
    let text = greenwood(&format!("{call} --by g --test sun --permutations 2000"));
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("2000 allocations, seed 1") && text.matches("chi-square").count() == 1, "{text}");
}

#[test]
fn a_risk_set_that_empties_is_said_to_do_so() {
    let path = file("npmle-empty.csv", b"l,u,e\n0,2,0\n1,2,0\n5,8,4\n6,7,4\n7,,4\n");
    let found = answer(&format!("npmle {path} --lower l --upper u --entry e --at 3"));
    assert_eq!(found["groups"][0]["exhausted_at"], 2.0);
    assert!(found["warnings"][0].as_str().unwrap().contains("has no maximum"), "{found}");
    assert_eq!(found["groups"][0]["at"][0]["survival_upper"], 0.0);
}

#[test]
fn errors_name_flag_and_row() {
    let path = file("npmle-errors.csv", b"l,u,g,e,w\n0,2,a,0,1\n3,1,b,0,1\n");
    let good = file("npmle-good.csv", b"l,u,g,e,w\n0,2,a,0,1\n1,3,b,3,-1\n");
    let base = format!("npmle {good} --lower l --upper u");
    for (call, text) in [
        (format!("npmle {path} --lower l --upper u"), "line 3, --lower \"l\", --upper \"u\""),
        (format!("npmle {path} --lower l --upper x"), "--upper: "),
        (format!("npmle {path} --lower l --upper l"), "--upper"),
        (format!("{base} --entry e"), "line 3, --lower"),
        (format!("{base} --weight w"), "line 3, --weight"),
        (format!("{base} --strata g"), "--strata"),
        (format!("{base} --test sun"), "--by"),
        (format!("{base} --by g --variance information"), "--test"),
        (format!("{base} --at nan"), "--at"),
        (format!("{base} --interval chi-square"), "--at"),
        (format!("{base} --at 1 --cluster g"), "--cluster"),
        (format!("{base} --at 1 --interval cube-root --level 0.8"), "0.90, 0.95 or 0.99"),
    ] {
        let error = refusal(&call);
        assert!(error.contains(text), "{call}: {error}");
    }
    let rows = file("npmle-refused.csv", ROWS);
    let late = refusal(&format!("npmle {rows} --lower l --upper u --entry e --by g --test sun"));
    assert!(late.contains("--variance information"), "{late}");
}

/// icenReg's cases at the accuracy that the file states, and the bits of the library's fit in every field.
#[test]
fn the_regression_is_that_of_the_reference_and_of_the_library() {
    let mut walked = 0;
    for case in cases("interval").into_iter().filter(|c| c.kind == "interval_semiparametric") {
        let (model, sign) =
            if case.text("model") == Some("po") { ("po", -1.0) } else { ("proportional-hazards", 1.0) };
        let found = answer(&format!("{} --model {model} --covariates x", call(&case)));
        let model = &found["model"];
        assert_eq!(
            (&model["converged"], &model["stop"]),
            (&true.into(), &"Converged".into()),
            "{}",
            case.name
        );
        // icenReg stops at coefficients that are right to 2e-6, by the likelihood of either (`curves`, interval regression).
        close(
            sign * read(&model["coefficients"][0]["coef"]),
            numbers(&case.output["coef"])[0],
            5e-6,
            &case.name,
        );
        close(read(&model["loglik"][1]), number(&case.output["loglik"]), 1e-9, &case.name);
        close(read(&model["loglik"][0]), read(&found["groups"][0]["loglik"]), 1e-12, &case.name);
        let first = &model["coefficients"][0];
        let (b, se) = (read(&first["coef"]), read(&first["se"]));
        close(read(&model["vcov"][0][0]), se * se, 1e-12, &case.name);
        let ratio = if sign < 0.0 { "odds_ratio" } else { "hazard_ratio" };
        close(read(&first[ratio]), b.exp(), 1e-12, &case.name);
        close(read(&first["lower"]), (b - 1.959963984540054 * se).exp(), 1e-9, &case.name);
        close(
            read(&model["lrt"]["statistic"]),
            2.0 * (read(&model["loglik"][1]) - read(&model["loglik"][0])),
            1e-9,
            "",
        );
        walked += 1;
    }
    assert_eq!(walked, 10);
}

#[test]
fn the_regression_takes_factors_strata_profiles_and_a_new_subject() {
    let rows = "l,u,age,arm,site,e\n0,2,50,a,1,0\n1,3,61,b,1,0\n2,4,57,a,1,0\n3,6,48,b,2,0\n5,7,66,a,2,0\n0,3,70,b,2,0\n\
                2,6,52,a,1,0\n4,8,45,b,2,0\n6,,40,a,1,0\n6,,58,b,2,0\n1,5,63,a,2,0\n3,,44,b,1,0\n";
    let path = file("npmle-model.csv", rows.as_bytes());
    let base = format!(
        "npmle {path} --lower l --upper u --model proportional-hazards --covariates age --factor arm"
    );
    let found = answer(&format!("{base} --at 3,5 --new age=50,arm=b"));
    let model = &found["model"];
    assert_eq!(field(&model["coefficients"], "coef").len(), 2);
    assert_eq!((&model["coefficients"][1]["name"], &model["n"]), (&"arm: b".into(), &12.0.into()));
    let at = &model["at"];
    assert_eq!(field(at, "time"), [3.0, 5.0]);
    assert!(field(at, "survival_lower")[1] <= field(at, "survival_lower")[0]);
    // Proportional hazards: log S of one arm is that of the other times exp of the coefficient.
    let other = answer(&format!("{base} --at 3,5 --new age=50,arm=a"));
    let ratio = read(&model["coefficients"][1]["hazard_ratio"]);
    for (b, a) in field(at, "survival_lower").into_iter().zip(field(&other["model"]["at"], "survival_lower"))
    {
        close(b, a.powf(ratio), 1e-12, "proportional hazards");
    }
    let profile = answer(&format!("{base} --profile"));
    for (wald, own) in model["coefficients"]
        .as_array()
        .unwrap()
        .iter()
        .zip(profile["model"]["coefficients"].as_array().unwrap())
    {
        assert_eq!(wald["se"], own["se"]);
        assert_ne!(wald["lower"], own["lower"]);
        assert!(
            read(&own["lower"]) < read(&own["hazard_ratio"])
                && read(&own["hazard_ratio"]) < read(&own["upper"])
        );
    }
    let within = answer(&format!("{base} --strata site --at 3 --new age=50,arm=b,site=2"));
    assert_ne!(within["model"]["loglik"], model["loglik"]);
    let text = greenwood(&format!("{base} --at 3 --new age=50,arm=b"));
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("Proportional hazards for interval-censored events: 12 rows"), "{text}");
    assert!(text.contains("age=50,arm=b: survival at 3: "), "{text}");

    for (call, part) in [
        (format!("npmle {path} --lower l --upper u --model po"), "--covariates or --factor"),
        (format!("npmle {path} --lower l --upper u --covariates age"), "add --model"),
        (format!("{base} --entry e"), "--entry"),
        (format!("{base} --cluster site"), "--cluster"),
        (format!("{base} --weight site --weight-kind sampling"), "--model proportional-hazards: "),
        (format!("{base} --new age=50"), "--at"),
        (format!("{base} --at 3 --new age=50"), "--new age=50: "),
        (format!("{base} --at 3 --new age=old,arm=a"), "\"old\" is not a number"),
        (format!("{base} --at 3 --strata site --new age=50,arm=a"), "add site=LABEL"),
        (format!("{base} --at 3 --strata site --new age=50,arm=a,site=9"), "--new age=50,arm=a,site=9: "),
        (format!("npmle {path} --lower l --upper u --model po --covariates l"), "--covariates"),
    ] {
        let error = refusal(&call);
        assert!(error.contains(part), "{call}: {error}");
    }
}
