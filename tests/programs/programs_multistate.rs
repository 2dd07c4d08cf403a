//! The program `multistate`, as a shell calls it: R's numbers, what it refuses, and what it leaves open.

use crate::common::{Case, cases, numbers};
use crate::program::{answer, file, greenwood, refusal};
use serde_json::{Value, json};

fn near(what: &str, found: &Value, expected: &Value) {
    if let (Value::Array(found), Value::Array(expected)) = (found, expected) {
        assert_eq!(found.len(), expected.len(), "{what}");
        found.iter().zip(expected).for_each(|(f, e)| near(what, f, e));
        return;
    }
    let e = expected.as_f64().unwrap_or(f64::NAN);
    // A standard error of 0 in R is none here: it is no certainty.
    let f = if found.is_null() && e == 0.0 { 0.0 } else { found.as_f64().unwrap_or(f64::NAN) };
    assert!(f.is_nan() && e.is_nan() || (f - e).abs() <= 1e-9 * e.abs().max(1e-3), "{what}: {f}, {e}");
}

/// The flags of a case whose data are a file.
fn flags(case: &Case) -> Option<String> {
    let data = case.data.as_ref()?;
    let listed: Vec<String> = numbers(&case.inputs["event_values"]).iter().map(ToString::to_string).collect();
    let by = case.inputs["group"][0].as_str().map_or(String::new(), |by| format!(" --by {by}"));
    Some(format!(
        "multistate tests/data/{data}.csv --id {} --start {} --stop {} --to {} --states {} --from {}{by}",
        case.text("id")?,
        case.text("start")?,
        case.text("time")?,
        case.text("event")?,
        listed.join(","),
        case.text("istate")?,
    ))
}

/// Cases of R's `survfit` (survival 3.5-3) and etm 1.1.1 on files with a column for the state held.
#[test]
fn r_s_numbers() {
    let mut walked = [0; 3];
    for case in cases("multistate") {
        let plain =
            ["weights", "cluster", "note", "start_time"].iter().all(|k| case.inputs.get(*k).is_none());
        let Some(flags) = flags(&case).filter(|_| plain) else { continue };
        let listed = |key: &str| {
            numbers(&case.inputs[key]).iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        };
        match case.kind.as_str() {
            "summary_survfit_multistate" => {
                let log = case.text("conf_type") == Some("log");
                let found = answer(&format!("{flags} --extend --at {}", listed("times")));
                let curves = case.output["curves"].as_array().unwrap();
                let groups = found["groups"].as_array().unwrap();
                assert_eq!(groups.len(), curves.len(), "{}", case.name);
                for (group, curve) in groups.iter().zip(curves) {
                    for (k, at) in group["at"].as_array().unwrap().iter().enumerate() {
                        near(&case.name, &at["occupation"], &curve["pstate"][k]);
                        near(&case.name, &at["std_error"], &curve["std_err"][k]);
                        if log {
                            near(&case.name, &at["lower"], &curve["lower"][k]);
                        }
                    }
                }
                walked[0] += 1;
            }
            "multistate_sojourn" => {
                let found = answer(&format!("{flags} --tau {}", case.inputs["tau"]));
                for (k, time) in found["groups"][0]["time_in_state"].as_array().unwrap().iter().enumerate() {
                    near(&case.name, &time["estimate"], &case.output["rmean"][k]);
                    near(&case.name, &time["std_error"], &case.output["se"][k]);
                }
                walked[1] += 1;
            }
            "etm_transition" => {
                let s = &case.inputs["s"];
                let found = answer(&format!("{flags} --extend --from-time {s} --at {}", listed("times")));
                let probability = &found["groups"][0]["transition_probability"];
                assert_eq!(probability["from_time"].as_f64(), s.as_f64());
                for (k, at) in probability["at"].as_array().unwrap().iter().enumerate() {
                    near(&case.name, &at["probability"], &case.output["prob"][k]);
                    for (h, row) in case.output["variance"][k].as_array().unwrap().iter().enumerate() {
                        for (j, v) in row.as_array().unwrap().iter().enumerate() {
                            let (v, found) =
                                (v.as_f64().unwrap(), at["std_error"][h][j].as_f64().unwrap_or(0.0));
                            // etm's variances of 0 are rounding.
                            assert!((found * found - v).abs() <= 1e-9 * v.max(1e-6), "{}", case.name);
                        }
                    }
                }
                walked[2] += 1;
            }
            _ => {}
        }
    }
    assert!(walked.iter().all(|&n| n >= 3), "{walked:?}");
}

/// R: `coxph(list(Surv(tstart, tstop, state) ~ 1, 1:2 ~ age + node4, 1:3 + 2:3 ~ age + sex), colon_ms, …, ties = "breslow")`, and
/// the same with common coefficients and a shared baseline for rotterdam.
#[test]
fn covariates_of_transitions_are_those_of_r() {
    let rows = "--id id --start tstart --stop tstop --to to --from from --states 1,2,3";
    for (name, data, flags) in [
        (
            "cox_colon_breslow",
            "colon_ms",
            "--covariates age,node4,sex --on 1:2=age,node4 --on 1:3,2:3=age,sex",
        ),
        (
            "cox_rotterdam_common_shared_breslow",
            "rotterdam_ms",
            "--covariates age,nodes --common 1:3,2:3=age --shared-baseline 1:3,2:3 --on 1:2=nodes",
        ),
    ] {
        let case = cases("multistate").into_iter().find(|c| c.name == name).unwrap();
        let (e, predict) = (&case.output, &case.output["predict"]);
        let new: Vec<String> = predict["newdata"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(n, v)| format!("{n}={}", v[0].as_f64().unwrap()))
            .collect();
        let times: Vec<String> = numbers(&predict["times"]).iter().map(ToString::to_string).collect();
        assert_eq!(numbers(&predict["p0"]), [1.0, 0.0, 0.0]);
        let call = format!(
            "multistate tests/data/{data}.csv {rows} {flags} --ties breslow --new {} --from-state 1 --at {}",
            new.join(","),
            times.join(",")
        );
        let found = answer(&call)["cox"].take();
        for (k, expected) in numbers(&e["coef"]).into_iter().enumerate() {
            let term = &found["coefficients"][k];
            let se = numbers(&e["vcov"][k])[k].sqrt();
            // Iterated.
            assert!(
                (term["coef"].as_f64().unwrap() - expected).abs() < 1e-7 * se.max(expected.abs()),
                "{name} {term}"
            );
            assert!((term["robust_se"].as_f64().unwrap() - se).abs() < 1e-7 * se, "{name} {term}");
        }
        assert!((found["loglik"][1].as_f64().unwrap() / e["loglik"].as_f64().unwrap() - 1.0).abs() < 1e-9);
        for (at, expected) in
            found["predicted"]["at"].as_array().unwrap().iter().zip(predict["pstate"][0].as_array().unwrap())
        {
            for (f, e) in numbers(&at["occupation"]).into_iter().zip(numbers(expected)) {
                assert!((f - e).abs() < 1e-7, "{name} {at}");
            }
            assert!(numbers(&at["std_error"]).iter().all(|&se| se > 0.0));
        }
        assert_eq!(found["transitions"].as_array().unwrap().len(), 3);
    }
    for (flags, text) in [
        ("--new age=60", "--new belongs to a model of the transitions: add --covariates or --factor"),
        (
            "--covariates age --on 1-2=age",
            "--on 1-2: write a transition as 1:2, from the first state to the second",
        ),
        ("--covariates age --on 1:2", "--on 1:2: write it as 1:2,1:3=age"),
        ("--covariates age --common 1:2=sex", "--common 1:2=sex: sex is not among --covariates or --factor"),
        ("--covariates age --new age", "--new age: write it as age=60"),
        ("--covariates age --new age=old", "--new age=old: \"old\" is not a number, and age is no --factor"),
        ("--covariates age --on 2:1=age", "nobody goes 2 → 1: the transitions are 1 → 2, 1 → 3, 2 → 3"),
    ] {
        let error = refusal(&format!("multistate tests/data/colon_ms.csv {rows} {flags}"));
        assert!(error.contains(text), "{error}");
    }
}

const SMALL: &str = "id,a,b,to\n1,0,2,2\n1,2,5,3\n2,0,6,0\n3,0,4,3\n";

#[test]
fn without_the_column_of_the_state_held_it_is_carried_on() {
    let path = file("carried.csv", SMALL.as_bytes());
    let found =
        answer(&format!("multistate {path} --id id --start a --stop b --to to --states 1,2,3 --at 4.5,7"));
    assert_eq!(
        found["transitions"],
        json!([{ "from": "1", "to": "2", "n": 1 }, { "from": "1", "to": "3", "n": 1 }, { "from": "2", "to": "3", "n": 1 }])
    );
    let at = &found["groups"][0]["at"];
    near("by hand", &at[0]["occupation"], &json!([1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]));
    // One is well at 6, when observation ends: nobody knows where at 7, and the answer says so.
    assert_eq!((&at[0]["beyond_follow_up"], &at[1]["beyond_follow_up"]), (&json!(false), &json!(true)));
    assert!(found["warnings"][0].as_str().unwrap().starts_with("--at 7 is beyond the follow-up"));
    assert_eq!(
        (&at[1]["occupation"], &at[1]["std_error"]),
        (&json!([null, null, null]), &json!([null, null, null]))
    );
    assert_eq!(at[1]["not_estimable"], "follow-up ends at 6 with the curve above 0");
    let matrix = &found["groups"][0]["transition_probability"]["at"][1];
    assert_eq!(
        (&matrix["probability"][0], &matrix["beyond_follow_up"][0]),
        (&json!([null, null, null]), &json!(true))
    );
    // To carry the last values on is a choice with a name.
    let extended = answer(&format!(
        "multistate {path} --id id --start a --stop b --to to --states 1,2,3 --at 7 --extend"
    ));
    let at = &extended["groups"][0]["at"][0];
    near("carried on", &at["occupation"], &json!([1.0 / 3.0, 0.0, 2.0 / 3.0]));
    assert_eq!((&at["std_error"][1], &at["beyond_follow_up"]), (&json!(null), &json!(false)));
    let text =
        greenwood(&format!("multistate {path} --id id --start a --stop b --to to --states 1,2,3 --tau 5"));
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("mean time in 2 until 5: 1.00"), "{text}");
}

#[test]
fn a_known_start_and_groups() {
    let path = file("start.csv", b"id,a,b,to,g\n1,0,2,2,x\n2,0,6,0,y\n3,0,4,2,y\n");
    let call = format!("multistate {path} --id id --start a --stop b --to to --states 1,2 --at 1,5");
    let found = answer(&format!("{call} --initial 0.5,0.5"));
    near("p(0)", &found["groups"][0]["at"][0]["occupation"], &json!([0.5, 0.5]));
    let found = answer(&format!("{call} --by g"));
    let labels: Vec<&Value> = found["groups"].as_array().unwrap().iter().map(|g| &g["label"]).collect();
    assert_eq!(labels, ["x", "y"]);
    assert_eq!(found["groups"][1]["n"], 2);
    // All of x have left for a state that nobody leaves.
    near("x", &found["groups"][0]["at"][1]["occupation"], &json!([0.0, 1.0]));
    assert!(refusal(&format!("{call} --initial 0.5,0.6")).contains("the sum of initial"));
}

#[test]
fn rows_that_contradict_each_other_are_refused_or_listed() {
    let path = file("bad.csv", b"id,a,b,to\n1,0,4,2\n1,3,6,0\n2,0,5,0\n2,0,5,0\n3,0,2,0\n3,4,6,0\n");
    let call = format!("multistate {path} --id id --start a --stop b --to to --states 1,2");
    assert_eq!(
        refusal(&call),
        format!(
            "error: {path} line 3, --id \"id\" is \"1\": it begins before the row before has ended (overlap); 2 such row(s) in \
             all: correct them or drop them; --check-only lists them all"
        )
    );
    let found = answer(&format!("{call} --check-only"));
    let check = &found["check"];
    for (key, n) in [
        ("subjects", 3),
        ("rows", 6),
        ("overlap", 2),
        ("duplicate", 0),
        ("repeated", 1),
        ("gap", 1),
        ("jump", 0),
        ("teleport", 0),
    ] {
        assert_eq!(check[key], n, "{key}");
    }
    assert_eq!(check["problems"][0], json!({ "kind": "overlap", "id": "1", "row": 2 }));
    assert!(found.get("groups").is_none());
    // In another state after a gap: a jump, which no estimate bears; a gap alone it does.
    let jump = file("jump.csv", b"id,a,b,f,to\n1,0,2,1,0\n1,3,6,2,0\n2,0,5,1,2\n");
    let flags = "--id id --start a --stop b --from f --to to --states 1,2";
    let error = refusal(&format!("multistate {jump} {flags}"));
    assert!(
        error.contains("it begins later than the row before ended, and in another state (jump)"),
        "{error}"
    );
    let gap = file("gap.csv", b"id,a,b,f,to\n1,0,2,1,0\n1,3,6,1,0\n2,0,5,1,2\n");
    assert_eq!(answer(&format!("multistate {gap} {flags}"))["check"]["gap"], 1);
}

#[test]
fn errors_name_flag_column_and_line() {
    let path = file("errors.csv", b"id,a,b,to,g\n1,0,2,2,x\n1,2,5,0,y\n2,0,-1,0,x\n");
    let call = format!("multistate {path} --id id --start a --stop b --to to");
    let error = refusal(&format!("{call} --states 1,3"));
    assert!(error.contains("line 2: --to \"to\" is \"2\", which is not among --states 1, 3"), "{error}");
    let error = refusal(&format!("{call} --states 1,2"));
    assert!(error.contains("line 4, --stop \"b\""), "{error}");
    assert!(refusal(&format!("{call} --states 1,2 --at nan")).contains("--at NaN"));
    assert!(refusal(&format!("{call} --states 1,2 --from to")).contains("named by --to too"));
    let path = file("group.csv", b"id,a,b,to,g\n1,0,2,2,x\n1,2,5,0,y\n");
    let call = format!("multistate {path} --id id --start a --stop b --to to --states 1,2");
    assert_eq!(
        refusal(&format!("{call} --by g")),
        format!(
            "error: {path} line 3: --by \"g\" is not the same in all rows of subject 1: a group is held from the start"
        )
    );
    assert!(refusal(&format!("{call} --tau 50")).contains("--tau 50"));
    assert!(refusal(&format!("{call} --weight a")).contains("weight-kind"));
}

/// Under sampling weights the probabilities stay; their covariance is not known.
#[test]
fn transition_probabilities_under_sampling_weights_have_no_errors() {
    let path = file("weighted_rows.csv", b"id,a,b,to,w\n1,0,2,2,2\n1,2,5,3,2\n2,0,6,0,1\n3,0,4,3,1\n");
    let call = format!("multistate {path} --id id --start a --stop b --to to --states 1,2,3 --at 4.5");
    let found = answer(&format!("{call} --weight w --weight-kind sampling"));
    let at = &found["groups"][0]["transition_probability"]["at"][0];
    // 2 of 4 leave for state 2 at 2, then 1 of 2 for state 3.
    near("weighted", &at["probability"][0], &json!([0.25, 0.5, 0.25]));
    assert_eq!(at["std_error"][0], json!([null, null, null]));
    assert_eq!(
        found["warnings"][0],
        "transition probabilities have no standard errors under sampling weights or clusters; those of the occupation are \
         robust"
    );
    assert!(found["groups"][0]["at"][0]["std_error"][0].as_f64().unwrap() > 0.0);
    let subjects = answer(&format!("{call} --weight w --weight-kind replication"));
    near(
        "as subjects",
        &subjects["groups"][0]["transition_probability"]["at"][0]["probability"][0],
        &at["probability"][0],
    );
}

/// `survcheck` of R's survival 3.5-3 on 516 rows drawn at random, with and without `istate`: which row has which problem.
#[test]
fn problems_are_those_of_survcheck() {
    let rows = std::fs::read_to_string("tests/data/survcheck.csv").unwrap();
    let call = "multistate tests/data/survcheck.csv --id id --start start --stop stop --to to --states 1,2,3 --check-only";
    for (flags, column) in [(" --from from", 5), ("", 6)] {
        let check = &answer(&format!("{call}{flags}"))["check"];
        let mut found = vec![""; rows.lines().count() - 1];
        for p in check["problems"].as_array().unwrap() {
            found[p["row"].as_u64().unwrap() as usize - 1] = p["kind"].as_str().unwrap();
        }
        let expected: Vec<&str> = rows.lines().skip(1).map(|l| l.split(',').nth(column).unwrap()).collect();
        let wrong: Vec<usize> = (0..expected.len()).filter(|&i| found[i] != expected[i]).collect();
        assert!(wrong.is_empty(), "rows {wrong:?} (from 0){flags}");
        for kind in ["overlap", "gap", "jump", "teleport"] {
            assert_eq!(check[kind], expected.iter().filter(|k| **k == kind).count(), "{kind}");
        }
        assert_eq!(check["duplicate"], 0);
    }
}

/// All who are in another state than the row before ended in are at risk there: the same as another subject of one cluster.
#[test]
fn a_teleport_is_borne() {
    let rows = "1,0,4,1,0,1\n1,4,6,2,3,1\n2,0,3,1,2,2\n2,3,7,2,3,2\n3,0,5,1,3,3\n4,0,8,1,2,4\n5,0,2,1,2,5\n5,2,9,2,0,5\n";
    let split = rows.replace("1,4,6,2,3,1", "9,4,6,2,3,1");
    let flags = "--id id --start a --stop b --from f --to to --states 1,2,3 --at 2,4.5,6,7 --tau 6";
    let [whole, split] = [("teleport.csv", rows), ("teleport_split.csv", &split)].map(|(name, rows)| {
        answer(&format!(
            "multistate {} {flags} --cluster c",
            file(name, format!("id,a,b,f,to,c\n{rows}").as_bytes())
        ))
    });
    assert_eq!((&whole["check"]["teleport"], &split["check"]["teleport"]), (&json!(1), &json!(0)));
    for k in 0..4 {
        for key in ["occupation", "std_error"] {
            near(key, &whole["groups"][0]["at"][k][key], &split["groups"][0]["at"][k][key]);
        }
    }
    for k in 0..3 {
        near(
            "time",
            &whole["groups"][0]["time_in_state"][k]["std_error"],
            &split["groups"][0]["time_in_state"][k]["std_error"],
        );
    }
    // By hand at 4.5: of 5 in state 1 one leaves for 2 at 2 and one of 4 at 3.
    near("by hand", &whole["groups"][0]["at"][1]["occupation"], &json!([0.6, 0.4, 0.0]));
}

#[test]
fn strata_are_refused_with_the_reason() {
    let error = refusal(
        "multistate tests/data/survcheck.csv --id id --start start --stop stop --to to --states 1,2,3 --strata from",
    );
    assert_eq!(
        error,
        "error: --strata from: the probability of a state is estimated from all rows of a group together, and has no \
         strata; --by from gives curves for each"
    );
}
