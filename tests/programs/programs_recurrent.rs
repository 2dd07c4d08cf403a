//! `greenwood recurrent`: its flags, its JSON and its errors.

use std::fmt::Write;

use crate::common::{Report, cases, number, numbers};
use crate::program::{answer, file, greenwood, refusal};
use serde_json::{Value, json};

const BLADDER: &str = "recurrent tests/data/bladder2.csv --id id --start start --stop stop --event event";
const CGD: &str = "recurrent tests/data/cgd.csv --id id --start tstart --stop tstop --event status";
const COVARIATES: &str = "--covariates rx,number,size";

/// The reference case of that name, as R answers it.
fn expected(name: &str) -> Value {
    cases("recurrent").into_iter().find(|c| c.name == name).unwrap().output
}

fn column(rows: &Value, key: &str) -> Vec<f64> {
    rows.as_array().unwrap().iter().map(|r| number(&r[key])).collect()
}

/// R 4.2.2, survival 3.5-3: survfit(Surv(start, stop, event) ~ rx, bladder2, id = id), and by treatment for cgd.
#[test]
fn means_are_those_of_r() {
    let mut report = Report::default();
    for (name, call) in [
        ("mcf_bladder2", format!("{BLADDER} --by rx --at 3,6,12,24,36,48")),
        ("mcf_bladder2_naive", format!("{BLADDER} --by rx --at 3,6,12,24,36,48 --variance poisson")),
        ("mcf_cgd", format!("{CGD} --by treat --at 60,120,180,240,300,365")),
        ("mcf_cgd_cluster_hospital", format!("{CGD} --cluster hos_cat --at 60,120,180,240,300,365")),
    ] {
        let (answer, expected) = (answer(&call), expected(name));
        for (group, e) in
            answer["groups"].as_array().unwrap().iter().zip(expected["curves"].as_array().unwrap())
        {
            report.all_close(
                &format!("{name} mean"),
                &column(&group["at"], "mean"),
                &numbers(&e["mcf"]),
                1e-9,
            );
            report.all_close(
                &format!("{name} se"),
                // R prints 0 as long as nobody has had an event; here that is no certainty.
                &column(&group["at"], "std_error")
                    .into_iter()
                    .map(|se| if se.is_nan() { 0.0 } else { se })
                    .collect::<Vec<_>>(),
                &numbers(&e["se"]),
                1e-9,
            );
        }
    }
    report.finish("means");
}

/// Six subjects, by hand: 6 at risk at 1 (one event), 5 at 2 after the first leaves nothing behind.
#[test]
fn rows_and_weights_are_those_of_r() {
    let mut report = Report::default();
    let case = cases("recurrent").into_iter().find(|c| c.name == "mcf_small_weights").unwrap();
    let inline = &case.inputs["inline"];
    let mut text = "id,start,stop,status,g,w\n".to_string();
    for i in 0..13 {
        let cells = ["id", "start", "stop", "status", "g", "w"].map(|c| inline[c][i].to_string());
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    let path = file("recurrent_small.csv", text.as_bytes());
    let call = format!("recurrent {path} --id id --start start --stop stop --event status");
    let weighted = answer(&format!("{call} --weight w --weight-kind sampling"));
    let (rows, e) = (&weighted["groups"][0]["rows"], &case.output["curves"][0]);
    for (key, name) in
        [("time", "time"), ("at_risk", "n_risk"), ("events", "n_event"), ("mean", "mcf"), ("std_error", "se")]
    {
        report.all_close(key, &column(rows, key), &numbers(&e[name]), 1e-9);
    }
    report.finish("rows");
    let group = &weighted["groups"][0];
    assert_eq!((&group["label"], &group["subjects"]), (&json!("all"), &json!(6)));
    // A weight of 1 stands for one subject, whatever it means.
    let plain = answer(&format!("{call} --by g"));
    assert_eq!(plain["groups"][0]["label"], "1");
    assert_eq!(plain["test"]["df"], 1);
    assert!(plain["test"]["p_value"].as_f64().unwrap() < 1.0);
}

/// R: coxph(…, cluster = id) with Efron and Breslow ties, in all four models.
#[test]
fn models_are_those_of_r() {
    let mut report = Report::default();
    // Marginal rows as R takes them, and the same made from rows in time order.
    let marginal = "recurrent tests/data/bladder.csv --id id --stop stop --event event --strata enum";
    for ties in ["efron", "breslow"] {
        for (name, call) in [
            ("ag_bladder2", format!("{BLADDER} --model andersen-gill {COVARIATES}")),
            ("ag_cgd", format!("{CGD} --model andersen-gill --covariates treat,age,inherit,steroids")),
            ("pwp_total_bladder2", format!("{BLADDER} --model pwp-total {COVARIATES}")),
            ("pwp_total_bladder2", format!("{BLADDER} --model pwp-total {COVARIATES} --strata enum")),
            ("pwp_gap_bladder2", format!("{BLADDER} --model pwp-gap {COVARIATES}")),
            ("pwp_total_cgd", format!("{CGD} --model pwp-total --covariates treat,age --up-to 3")),
            ("pwp_gap_cgd", format!("{CGD} --model pwp-gap --covariates treat,age --up-to 3")),
            ("wlw_bladder", format!("{BLADDER} --model wlw {COVARIATES}")),
            ("wlw_bladder", format!("{marginal} --model wlw {COVARIATES}")),
        ] {
            let model = answer(&format!("{call} --ties {ties}"))["model"].take();
            let e = expected(&format!("{name}_{ties}"));
            let what = format!("{name} {ties}");
            for (key, name) in [("coef", "coef"), ("robust_se", "se"), ("se", "naive_se")] {
                let got = column(&model["coefficients"], key);
                report.all_close(&format!("{what} {key}"), &got, &numbers(&e[name]), 1e-7);
            }
            report.close(&format!("{what} n"), number(&model["n"]), number(&e["n"]), 0.0);
            report.close(&format!("{what} events"), number(&model["events"]), number(&e["n_event"]), 0.0);
            report.close(&format!("{what} loglik"), number(&model["loglik"][1]), number(&e["loglik"]), 1e-7);
            report.close(
                &format!("{what} wald"),
                number(&model["wald"]["statistic"]),
                number(&e["wald_test"]),
                1e-7,
            );
            let concordance = &model["concordance"]["estimate"];
            report.close(
                &format!("{what} concordance"),
                number(concordance),
                number(&e["concordance"]["concordance"]),
                1e-7,
            );
        }
    }
    report.finish("models");
}

/// R: coxph(Surv(tstart, tstop, status) ~ treat + age + frailty(id), cgd), which finds θ to 1e-5.
#[test]
fn frailties_are_those_of_r() {
    let model =
        answer(&format!("{CGD} --model andersen-gill --covariates treat,age --frailty gamma"))["model"]
            .take();
    let e = expected("frailty_gamma_cgd");
    let mut report = Report::default();
    report.all_close("coef", &column(&model["coefficients"], "coef"), &numbers(&e["coef"]), 1e-5);
    let frailty = &model["frailty"];
    report.close("theta", number(&frailty["theta"]), number(&e["theta"]), 1e-5);
    report.close("integrated", number(&frailty["integrated_loglik"]), number(&e["integrated_loglik"]), 1e-8);
    report.close("df", number(&frailty["df"]), numbers(&e["df"])[2], 1e-4);
    report.finish("frailties");
    let limits = &frailty["interval"];
    assert!(
        number(&limits["lower"]) < number(&frailty["theta"])
            && number(&frailty["theta"]) < number(&limits["upper"])
    );
    assert!(number(&frailty["no_variance"]["p_value"]) < 0.05);
    let fixed = format!("{CGD} --model pwp-gap --covariates treat --frailty gaussian --frailty-variance 0.5");
    let fixed = answer(&fixed)["model"]["frailty"].take();
    assert_eq!((number(&fixed["theta"]), &fixed["integrated_loglik"]), (0.5, &Value::Null));
    for (flags, text) in [
        (
            "--model wlw --covariates treat --frailty gamma",
            "--frailty needs rows that follow each other in time, and a marginal model (wlw) has each subject at risk for every \
             event number at once: use andersen-gill, pwp-total or pwp-gap",
        ),
        (
            "--model pwp-gap --covariates treat --frailty gamma --frailty-variance reml",
            "--frailty-variance reml: give ml, aic, or a number above 0",
        ),
    ] {
        let error = refusal(&format!("{CGD} {flags}"));
        assert!(error.contains(text), "{error}");
    }
}

/// Three recurrences coded 2 and deaths coded 3 in one column, as multi-state files have them.
#[test]
fn a_terminal_event_may_share_the_column() {
    let colon =
        "recurrent tests/data/colon_ms.csv --id id --start tstart --stop tstop --event to --event-value 2";
    let answer = answer(&format!("{colon} --terminal to --terminal-value 3 --at 200,500,1000,2000"));
    let (at, e) = (&answer["groups"][0]["at"], expected("ghosh_lin_colon"));
    let mut report = Report::default();
    report.all_close("mean", &column(at, "mean"), &numbers(&e["mean"]), 1e-9);
    report.all_close("se", &column(at, "std_error"), &numbers(&e["se"]), 1e-9);
    report.finish("terminal");
    assert!(answer["groups"][0]["rows"][0]["survival"].as_f64().unwrap() <= 1.0);
    let error = refusal(&format!("{colon} --terminal to"));
    assert!(error.ends_with("give the code of each with --event-value and --terminal-value"), "{error}");
    let error = refusal(&format!("{colon} --terminal to --terminal-value 9"));
    assert!(error.contains("--terminal-value 9:") && error.contains("its values are"), "{error}");
}

#[test]
fn rates_have_two_errors() {
    let answer = answer(&format!("{CGD} --by treat --rate"));
    let e = expected("rate_cgd");
    for group in answer["groups"].as_array().unwrap() {
        let (rate, e) = (&group["rate"], &e[group["label"].as_str().unwrap()]);
        assert_eq!(number(&rate["events"]), number(&e["events"]));
        assert_eq!(number(&rate["person_time"]), number(&e["exposure"]));
        assert!((number(&rate["rate"]) - number(&e["rate"])).abs() < 1e-15);
        assert!((number(&rate["robust_se_log"]) - number(&e["se_log_robust"])).abs() < 1e-12);
        assert!(
            number(&rate["lower"]) < number(&rate["rate"]) && number(&rate["rate"]) < number(&rate["upper"])
        );
    }
    // Without the flag there is none.
    assert!(self::answer(CGD)["groups"][0].get("rate").is_none());
}

/// The test within strata, intervals on the other scale, and a time beyond follow-up.
#[test]
fn further_flags_have_their_effect() {
    let plain = answer(&format!("{CGD} --by treat --at 100,9999 --interval plain --level 0.9"));
    let at = &plain["groups"][0]["at"];
    let (mean, se) = (number(&at[0]["mean"]), number(&at[0]["std_error"]));
    assert!((number(&at[0]["upper"]) - mean - 1.6448536269514722 * se).abs() < 1e-9);
    assert_eq!(
        (&at[1]["mean"], &at[1]["std_error"], &at[1]["lower"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let within = answer(&format!("{CGD} --by treat --strata inherit"));
    assert_ne!(within["test"]["statistic"], plain["test"]["statistic"]);
    assert_eq!(within["test"]["df"], 1);
    let text = String::from_utf8(greenwood(&format!("{CGD} --by treat")).stdout).unwrap();
    assert!(text.contains("Mean cumulative function: 65 subjects, 56 events"), "{text}");
    assert!(text.contains("Test of mean functions (Lawless & Nadeau)"), "{text}");
    // Before anybody has an event the mean is 0; that its variance is 0 too is no certainty.
    let early = answer(&format!("{CGD} --at 1"));
    let at = &early["groups"][0]["at"][0];
    assert_eq!((number(&at["mean"]), &at["std_error"], &at["lower"]), (0.0, &Value::Null, &Value::Null));
    assert_eq!(at["not_estimable"], "nobody has had the event yet");
}

#[test]
fn refusals_name_flag_column_and_line() {
    let overlap = file("recurrent_overlap.csv", b"i,a,b,e,d\n1,0,4,1,0\n1,3,6,0,0\n2,0,5,0,1\n");
    let after = file("recurrent_after.csv", b"i,a,b,e,d\n1,0,4,1,1\n1,4,6,0,0\n");
    let empty = file("recurrent_empty.csv", b"i,a,b,e,w\n1,0,4,1,1\n1,4,4,0,1\n");
    let code = file("recurrent_code.csv", b"i,a,b,e,w\n1,0,4,2,-1\n1,4,5,0,1\n");
    let of = |path: &str| format!("recurrent {path} --id i --start a --stop b --event e");
    for (call, text) in [
        (of(&overlap), "line 3, --id \"i\" is \"1\": it begins before the row before has ended (overlap)"),
        (
            format!("{} --terminal d", of(&after)),
            "line 3, --id \"i\" is \"1\": it follows the terminal event",
        ),
        (of(&empty), "line 3, --start \"a\": "),
        (of(&code), "line 2: --event \"e\" is \"2\": an event is 1 (or true)"),
        (
            format!("{} --event-value 2 --weight w --weight-kind sampling", of(&code)),
            "line 2, --weight \"w\": ",
        ),
        (format!("{} --event-value 7", of(&code)), "--event-value 7: "),
        (format!("{BLADDER} --at=-1"), "--at -1: a time must be finite"),
        (format!("{BLADDER} --model pwp-gap"), "--model needs covariates: give it --covariates or --factor"),
        (
            format!("{BLADDER} {COVARIATES}"),
            "--covariates and --factor belong to a model: add --model andersen-gill, pwp-total, pwp-gap or wlw",
        ),
        (
            format!("{BLADDER} --model andersen-gill --up-to 2 {COVARIATES}"),
            "--up-to numbers events, and an Andersen-Gill model does not: leave it out",
        ),
        (format!("{BLADDER} --model wlw --up-to 0 {COVARIATES}"), "--up-to 0: an event number is at least 1"),
        (format!("{BLADDER} --strata rx"), "--strata is for the test and the model: add --by or --model"),
        (
            format!("{BLADDER} --terminal event"),
            "--terminal names column \"event\", which is named by --event too: give the code of each with --event-value and \
             --terminal-value",
        ),
        (format!("{BLADDER} --by nothing"), "--by: tests/data/bladder2.csv has no column \"nothing\""),
        // Trap 5: two columns of groups are not one in silence (tidycmprsk 20).
        (format!("{CGD} --by treat,inherit"), "--by: tests/data/cgd.csv has no column \"treat,inherit\""),
        (
            format!("{BLADDER} --level 2"),
            "invalid value '2' for '--level <LEVEL>': a confidence level must be inside (0, 1)",
        ),
        (format!("{BLADDER} --cluster rx --variance poisson"), "sampling weights or clusters"),
        ("recurrent tests/data/bladder2.csv --id id --stop stop --event event".to_string(), "(overlap)"),
        (
            "recurrent tests/data/bladder2.csv --id id --start stop --stop stop --event event".to_string(),
            "by --stop too",
        ),
        ("recurrent tests/data/bladder2.csv --start start --stop stop --event event".to_string(), "--id"),
        (
            format!(
                "recurrent tests/data/bladder.csv --id id --stop stop --event event --strata enum --model wlw {COVARIATES} \
                 --rate"
            ),
            "--id \"id\": rows of a subject overlap, as in a marginal model: --by, --at, --rate and --terminal need rows \
             that follow each other in time",
        ),
        (
            format!(
                "recurrent tests/data/bladder.csv --id id --stop stop --event event --strata enum --model wlw {COVARIATES} \
                 --up-to 2"
            ),
            "--up-to numbers events, and the rows of the file are those of a marginal model: leave out the rows of later \
             events",
        ),
    ] {
        let error = refusal(&call);
        assert!(error.contains(text), "{call}: {error}");
    }
}

#[test]
fn missing_cells_are_refused_or_counted() {
    let path = file("recurrent_missing.csv", b"i,a,b,e\n1,0,4,1\n1,4,6,NA\n2,0,5,0\n");
    let call = format!("recurrent {path} --id i --start a --stop b --event e");
    assert!(refusal(&call).contains("line 3: --event \"e\" is missing"));
    let answer = answer(&format!("{call} --skip-missing"));
    assert_eq!(answer["warnings"][0], "1 row with missing values left out, 2 rows remain");
    assert_eq!(answer["groups"][0]["subjects"], 2);
}

/// Strata that say which event numbers go together: R's strata(pmin(enum, 3)).
#[test]
fn strata_of_event_numbers_replace_them() {
    let rows = std::fs::read_to_string("tests/data/cgd.csv").unwrap();
    let mut lines = rows.lines();
    let header = lines.next().unwrap();
    let at = header.split(',').position(|c| c == "enum").unwrap();
    let mut text = format!("{header},three\n");
    for line in lines {
        let number: usize = line.split(',').nth(at).unwrap().parse().unwrap();
        writeln!(text, "{line},{}", number.min(3)).unwrap();
    }
    let path = file("cgd_three.csv", text.as_bytes());
    let call =
        format!("recurrent {path} --id id --start tstart --stop tstop --event status --covariates treat,age");
    for model in ["pwp-total", "pwp-gap"] {
        let own = answer(&format!("{call} --model {model} --up-to 3"));
        let named = answer(&format!("{call} --model {model} --strata three"));
        assert_eq!(named["model"]["coefficients"], own["model"]["coefficients"]);
        let warning = named["warnings"][0].as_str().unwrap();
        assert!(warning.ends_with("it stands in place of the event numbers"), "{warning}");
    }
}
