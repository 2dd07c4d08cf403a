//! The program `parametric`, as a shell calls it: R's numbers, every family, and what it refuses.

use crate::program::{answer, file, greenwood, refusal};
use serde_json::Value;

fn near(value: &Value, expected: f64, tolerance: f64) {
    let found = value.as_f64().unwrap();
    assert!((found - expected).abs() <= tolerance * expected.abs(), "{found}, expected {expected}");
}

const LUNG: &str = "parametric tests/data/lung.csv --time time --event status --event-value 2";
/// R 4.2.2, survival 3.5-3: survreg(Surv(time, status) ~ age + sex, lung).
#[test]
fn r_s_numbers() {
    let found = answer(&format!(
        "{LUNG} --covariates age,sex --distribution weibull --at 100 --quantiles 0.5 --tau 500 --new age=60,sex=1"
    ));
    near(&found["loglik"], -1147.05443143195, 1e-10);
    assert_eq!(
        (&found["converged"], &found["n"], &found["events"]),
        (&true.into(), &228.into(), &165.into())
    );
    let expected = [
        ("(Intercept)", 6.2748530584187714, 0.4813669528568905),
        ("age", -0.0122570255889486, 0.0069574722649543),
        ("sex", 0.3820851396588851, 0.1274768405026430),
        ("log(scale)", -0.282295343441507, 0.0618832721240236),
    ];
    for (row, (name, coef, se)) in found["coefficients"].as_array().unwrap().iter().zip(expected) {
        assert_eq!(row["name"], name);
        near(&row["coef"], coef, 1e-6);
        near(&row["se"], se, 1e-6);
    }
    near(&found["vcov"][1][1], 0.0069574722649543 * 0.0069574722649543, 1e-6);
    near(&found["at"][0]["survival"], 0.839857670806309, 1e-6);
    near(&found["quantiles"][0]["estimate"], 282.915211756946, 1e-6);
    near(&found["quantiles"][0]["std_error"], 22.4507315994767, 1e-6);
    assert_eq!(found["rmst"]["tau"], 500.0);
}

/// R: survreg(Surv(time, status) ~ sex + strata(ph.ecog > 1), lung, dist = "lognormal"), as a column of the file.
#[test]
fn strata_have_a_scale_each() {
    let mut text = String::from("time,status,sex,poor\n");
    let lung = std::fs::read_to_string("tests/data/lung.csv").unwrap();
    let header: Vec<&str> = lung.lines().next().unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|h| h.replace('_', ".") == name).unwrap();
    for line in lung.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if let Ok(ecog) = cells[at("ph.ecog")].parse::<f64>() {
            let poor = u8::from(ecog > 1.0);
            text += &[cells[at("time")], cells[at("status")], cells[at("sex")], &poor.to_string()].join(",");
            text.push('\n');
        }
    }
    let path = file("strata.csv", text.as_bytes());
    let found = answer(&format!(
        "parametric {path} --time time --event status --event-value 2 --covariates sex --strata poor --distribution log-normal"
    ));
    let expected = [4.937959030097510, 0.549862450787985, 0.0228196670357566, 0.1824667595018775];
    for (row, coef) in found["coefficients"].as_array().unwrap().iter().zip(expected) {
        near(&row["coef"], coef, 1e-5);
    }
    near(&found["aic"], 2319.87405123501, 1e-9);
}

#[test]
fn every_family_is_fitted_and_compared() {
    let found = answer(&format!("{LUNG} --covariates sex --distribution all --at 365"));
    let table = found["table"].as_array().unwrap();
    assert!(table.len() >= 10, "{table:?}");
    assert_eq!(table.len(), found["models"].as_array().unwrap().len());
    for row in table {
        assert!(row["loglik"].as_f64().unwrap() < -1100.0, "{row}");
    }
    let text = String::from_utf8(greenwood(&format!("{LUNG} --distribution all")).stdout).unwrap();
    assert!(text.starts_with("distribution") && text.contains("generalized-gamma"), "{text}");
    for name in
        ["weibull-ph", "piecewise-exponential --cuts 180,365", "cure-mixture-weibull", "extreme-value"]
    {
        let found = answer(&format!("{LUNG} --distribution {name} --at 365"));
        let survival = found["at"][0]["survival"].as_f64();
        assert!(survival.is_none_or(|s| (0.0..=1.0).contains(&s)), "{name}: {found}");
    }
}

#[test]
fn limits_of_intervals_and_covariates_of_other_parameters() {
    let path = file("limits.csv", b"l,u,x\n1,2,0\n2,,1\n,3,0\n4,4,1\n2,5,0\n3,6,1\n");
    let found = answer(&format!("parametric {path} --lower l --upper u --distribution weibull --at 3"));
    assert_eq!(found["n"], 6);
    let found = answer(&format!("{LUNG} --covariates age --on scale:sex --distribution weibull"));
    let names: Vec<&Value> =
        found["coefficients"].as_array().unwrap().iter().map(|row| &row["name"]).collect();
    assert_eq!(names.len(), 4, "{names:?}");
}

/// What the library refuses comes with the flag, the column and the line of the file.
#[test]
fn errors_of_the_library_name_the_flag_and_the_line() {
    let path = file(
        "flags.csv",
        b"time,status,entry,until,rate,off,x,twice,s,c\n5,1,0,9,0.1,0,1,2,a,1\n3,0,1,9,0.1,0,2,4,b,1\n4,1,2,9,0.1,0,4,8,a,2\n6,1,2,9,-0.1,0,3,6,b,2\n",
    );
    let zero = file("zero.csv", b"time,status\n5,1\n0,1\n4,1\n");
    let call = |flags: &str| format!("parametric {path} --time time --event status {flags}");
    for (call, parts) in [
        (call("--distribution gompertz --strata s"), vec!["--strata \"s\"", "location-scale"]),
        (call("--distribution weibull --background rate"), vec!["line 5", "--background \"rate\"", "-0.1"]),
        (call("--distribution weibull --entry until"), vec!["line 2", "--entry \"until\""]),
        (
            call("--distribution weibull --right-truncation entry"),
            vec!["line 2", "--right-truncation \"entry\""],
        ),
        (call("--distribution weibull --covariates x,twice"), vec!["--covariates \"twice\""]),
        (
            call("--distribution weibull --on form:x"),
            vec!["--on form:x", "no parameter \"form\": there are", "scale"],
        ),
        (call("--distribution weibull --fixed form=1"), vec!["--fixed form=1: there is no parameter"]),
        (call("--distribution weibull --fixed scale=-1"), vec!["--fixed scale=-1", "above 0"]),
        (call("--distribution piecewise-exponential --cuts 3,2"), vec!["--cuts 3,2"]),
        (call("--distribution spline-hazard --knots 40"), vec!["--knots 40"]),
        (call("--distribution all --strata s --background rate"), vec!["--background \"rate\""]),
        (
            format!("parametric {zero} --time time --event status --distribution weibull"),
            vec!["line 3", "--time \"time\""],
        ),
    ] {
        let error = refusal(&call);
        for part in parts {
            assert!(error.contains(part), "{call}: {error}");
        }
    }
    // Clusters and strata together: a robust variance, a scale each.
    let found = answer(&call("--distribution weibull --strata s --cluster c"));
    assert_eq!(found["coefficients"].as_array().unwrap().len(), 3);
    // With right truncation the exponential mean solves `m − u/(e^(u/m) − 1) = mean` where all are exact; here one is not.
    let truncated = answer(&call("--distribution exponential --right-truncation until"));
    assert_eq!(truncated["events"], 4);
}

#[test]
fn errors_name_the_flag() {
    for (call, text) in [
        (format!("{LUNG} --distribution normal"), "--distribution normal"),
        (format!("{LUNG} --distribution piecewise-exponential"), "add --cuts"),
        (format!("{LUNG} --distribution weibull --cuts 3"), "--cuts are those of piecewise-exponential"),
        (format!("{LUNG} --distribution weibull --at nan"), "--at NaN"),
        (format!("{LUNG} --covariates age --distribution weibull --at 5 --new age:3"), "--new age:3"),
        (format!("{LUNG} --distribution weibull --on age"), "--on age"),
        (format!("{LUNG} --covariates age,age --distribution weibull"), "named twice"),
    ] {
        let error = refusal(&call);
        assert!(error.contains(text), "{call}: {error}");
    }
}

/// A hazard of the population that cannot be is named by its row and its flag.
#[test]
fn a_wrong_background_names_its_row_and_its_flag() {
    let path = file("wrong_background.csv", b"t,e,b\n1,1,0.1\n2,1,-0.2\n3,0,0.1\n4,1,0.2\n");
    let refused =
        refusal(&format!("parametric {path} --time t --event e --distribution weibull --background b"));
    assert!(
        refused.contains(
            "line 3, --background \"b\": background rates[1] is -0.2: it must be finite and at least 0"
        ),
        "{refused}"
    );
}

/// The curve of nobody in particular is that of the means: a weight is a row written out there too.
#[test]
fn a_weight_is_rows_in_the_means() {
    let rows = [(3, 1, 0.5, 2), (5, 1, -1.0, 1), (7, 0, 2.0, 3), (9, 1, 0.1, 1), (11, 1, 0.7, 2)];
    let (mut once, mut written) = ("t,e,x,w\n".to_string(), "t,e,x,w\n".to_string());
    for (t, e, x, w) in rows {
        let row = format!("{t},{e},{x},{w}\n");
        once.push_str(&row);
        written.push_str(&row.repeat(w));
    }
    let flags = "--time t --event e --covariates x --distribution weibull --at 4";
    let once = crate::program::file("means_once.csv", once.as_bytes());
    let written = crate::program::file("means_written.csv", written.as_bytes());
    let survival = |call: &str| crate::program::answer(call)["at"][0]["survival"].as_f64().unwrap();
    let weighted = survival(&format!("parametric {once} {flags} --weight w --weight-kind replication"));
    let rows = survival(&format!("parametric {written} {flags}"));
    assert!((weighted - rows).abs() < 1e-8, "{weighted} {rows}"); // both are searched for
}
