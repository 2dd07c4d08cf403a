//! The installed program, as a shell calls it: answers, errors in one line with status 2, a closed pipe, dialects.

use std::process::{Command, Stdio};

use crate::program::{answer, file, greenwood, refusal};

const AML: &str = "tests/data/aml.csv --time time --event status";

/// R 4.2.2, survival 3.5-3: survdiff(Surv(time, status) ~ x, aml)
#[test]
fn compare_answers_with_r_s_numbers() {
    let answer = answer(&format!("compare {AML} --by x"));
    let close = |value: &serde_json::Value, expected: f64| {
        assert!((value.as_f64().unwrap() - expected).abs() < 1e-9 * expected, "{value}");
    };
    close(&answer["statistic"], 3.3963886989776);
    close(&answer["p_value"], 0.0653393220405049);
    assert_eq!(answer["groups"][0]["label"], "1");
    assert_eq!(answer["warnings"], serde_json::json!([]));
}

/// R: survfit(Surv(time, status == 2) ~ 1, lung): n = 228, 165 events, median 310 (285, 363 by the log scale).
#[test]
fn a_code_of_the_event_can_be_named() {
    let lung = "tests/data/lung.csv --time time --event status";
    let answer = answer(&format!("curve {lung} --event-value 2 --interval log"));
    let group = &answer["groups"][0];
    assert_eq!((&group["n"], &group["events"]), (&serde_json::json!(228), &serde_json::json!(165.0)));
    let median = &group["quantiles"][0];
    assert_eq!(
        [&median["estimate"], &median["lower"], &median["upper"]].map(|v| v.as_f64().unwrap()),
        [310.0, 285.0, 363.0]
    );
    let error = refusal(&format!("curve {lung}"));
    assert!(error.contains("line 2") && error.contains("--event-value 2"), "{error}");
    let error = refusal(&format!("curve {lung} --event-value 7"));
    assert!(error.contains("its values are \"2\", \"1\""), "{error}");
}

/// The report and its figure hold one analysis: the ratio of the table, the numbers at risk under the axis, the unit.
#[test]
fn a_report_in_html_holds_its_figure() {
    let output = greenwood(
        "report tests/data/adtte/trial.csv --param PFS --of New%treatment --against Control --unit years --at 0.5,1.5 --form html",
    );
    let html = String::from_utf8(output.stdout).unwrap();
    let (tables, figure) = html.split_once("<svg").unwrap();
    assert!(tables.contains("<figure>") && figure.trim_end().ends_with("</svg>\n</figure>"), "{html}");
    assert!(
        tables.contains("0.86") && figure.contains("Hazard ratio 0.86 (95% CI 0.53 to 1.40)"),
        "{figure}"
    );
    assert!(figure.contains(">Years<") && figure.contains(">0.5<") && figure.contains(">1.5<"), "{figure}");
    for (at, of, against) in [("0.5", "27", "26"), ("1.5", "11", "11")] {
        assert!(figure.contains(&format!(">{of}<")) && figure.contains(&format!(">{against}<")), "{at}");
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn without_its_feature_a_parquet_file_is_refused_with_what_to_build() {
    let error = refusal("curve tests/data/parquet/aml_pandas.parquet --time time --event status");
    assert_eq!(
        error,
        "error: tests/data/parquet/aml_pandas.parquet: this program was built without Parquet: build it with --features \
         parquet"
    );
}

/// What cannot be is refused by the flag that says it, in the words of its subject.
#[test]
fn a_wrong_name_and_an_impossible_figure_are_refused() {
    let report = "report tests/data/adtte/trial.csv --param";
    for (call, expected) in [
        (format!("{report} EFS"), "error: --param EFS: there is no parameter EFS: there are OS, PFS, DOR"),
        (format!("{report} PFS --of New --against Control"), "error: --of: no subject is labelled \"New\""),
        (
            format!("{report} PFS --of Control --against Old"),
            "error: --against: no subject is labelled \"Old\"",
        ),
        (
            "parametric tests/data/lung.csv --time time --event status --event-value 2 --distribution spline"
                .into(),
            "error: --distribution spline: there is no distribution \"spline\": there are exponential, weibull",
        ),
        (
            // A % of a call stands for a space.
            "reconstruct --first A%n=20%S(12)=5.55".into(),
            "error: a figure is 5.55: it must be at most 100%, as a survival probability and its standard error are",
        ),
    ] {
        let error = refusal(&call);
        assert!(error.starts_with(expected), "{call}: {error}");
    }
}

#[test]
fn groups_stand_in_the_order_of_their_codes() {
    let path = file("order.csv", b"t,e,g\n1,1,b\n2,1,a\n3,1,b\n4,0,a\n");
    let answer = answer(&format!("curve {path} --time t --event e --by g"));
    let labels: Vec<_> =
        answer["groups"].as_array().unwrap().iter().map(|g| g["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["a", "b"]);
}

#[test]
fn dialects_are_options_and_errors_name_them() {
    let path = file("dialect.csv", b"t;e\n1,5;1\n2,5;.\n3;0\n");
    let call = format!("curve {path} --time t --event e");
    assert!(refusal(&call).ends_with("add --delimiter ';'"));
    assert!(refusal(&format!("{call} --delimiter ;")).ends_with("for decimal commas add --decimal ,"));
    let error = refusal(&format!("{call} --delimiter ; --decimal ,"));
    assert!(error.contains("line 3: --event \"e\" is \".\""), "{error}");
    let answer = answer(&format!("{call} --delimiter ; --decimal , --missing . --skip-missing"));
    assert_eq!(answer["groups"][0]["rows"][0]["time"], 1.5);
    assert_eq!(answer["warnings"][0], "1 row with missing values left out, 2 rows remain");
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let empty = file("empty.csv", b"");
    assert!(
        refusal(&format!("curve {empty} --time t --event e"))
            .ends_with("a line with the names of the columns")
    );
    let header = file("header.csv", b"t,e\n");
    assert!(refusal(&format!("curve {header} --time t --event e")).ends_with("has a header but no rows"));
    let latin = file("latin.csv", b"t,e\n1,1\n\xe9,0\n");
    let error = refusal(&format!("curve {latin} --time t --event e"));
    assert!(error.contains("latin.csv line 3: column 1 is not UTF-8"), "{error}");
    // Lines are counted alike whatever ends them.
    for (name, ends) in [("unix.csv", "\n"), ("windows.csv", "\r\n")] {
        let text = ["t,e", "1,1", "NaN,0", "2,1,9"].map(|line| format!("{line}{ends}")).concat();
        let path = file(name, text.as_bytes());
        let error = refusal(&format!("curve {path} --time t --event e"));
        let wanted = format!(
            "{name} line 4: 3 cells, where the header has 2: give each line a cell for each column, and write a cell \
             with a separator in it in quotation marks, which are closed again"
        );
        assert!(error.trim_end().ends_with(&wanted), "{error}");
        let path = file(name, text.replace(",9", "").as_bytes());
        let error = refusal(&format!("curve {path} --time t --event e"));
        assert!(error.contains(&format!("{name} line 3: --time \"t\" is \"NaN\"")), "{error}");
        assert!(error.ends_with("leave out such rows with --skip-missing"), "{error}");
    }
    let twice = file("twice.csv", b"t,e,t\n1,1,2\n");
    assert!(refusal(&format!("curve {twice} --time t --event e")).contains("has two columns \"t\""));
    assert!(refusal("curve nowhere.csv --time t --event e").contains("nowhere.csv"));
}

#[test]
fn a_flag_without_effect_is_a_mistake() {
    for (call, text) in [
        (
            "compare tests/data/veteran.csv --time time --event status --by celltype --at 50",
            "--by \"celltype\" has 4",
        ),
        (&format!("compare {AML} --by x --rho 1"), "add --test fleming-harrington"),
        (&format!("compare {AML} --by x --gamma 1"), "add --test fleming-harrington"),
        (&format!("compare {AML} --by x --at nan"), "--at NaN: a time must be finite"),
        (&format!("compare {AML} --by x --at=-1"), "--at -1: a time must be finite"),
        (&format!("compare {AML} --by x --interval bpcp"), "add --at"),
        (&format!("compare {AML} --by x --strata x"), "named by --by too"),
        (&format!("cox {AML} --covariates time"), "named by --time too"),
        (&format!("cox {AML} --covariates x,x"), "named twice"),
        (&format!("cox {AML}"), "name at least one with --covariates or --factor"),
        (&format!("curve {AML} --weight x"), "--weight-kind"),
        (&format!("curve {AML} --by nothing"), "--by: tests/data/aml.csv has no column \"nothing\""),
        ("curve tests/data/aml.csv --time time", "--event"),
    ] {
        let error = refusal(call);
        assert!(error.contains(text), "{call}: {error}");
    }
}

/// `greenwood curve … | head -1`
#[test]
fn a_closed_pipe_ends_quietly() {
    let rows: Vec<String> = (0..20_000).map(|i| format!("{i},1")).collect();
    let rows = format!("t,e\n{}\n", rows.join("\n"));
    let path = file("long.csv", rows.as_bytes());
    let mut child = Command::new(env!("CARGO_BIN_EXE_greenwood"))
        .args(["curve", &path, "--time", "t", "--event", "e"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

/// `greenwood … 2>&-` and a reader of standard error that has gone: the status still tells a failure from an answer.
#[test]
fn a_closed_standard_error_ends_quietly() {
    let status_of = |call: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_greenwood"))
            .args(call.split_whitespace())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stderr.take());
        child.wait().unwrap().code()
    };
    assert_eq!(status_of("curve"), Some(2));
    assert_eq!(status_of(&format!("curve {AML} --by nothing")), Some(2));
    // With a warning: the answer comes all the same.
    let path = file("gap.csv", b"t,e\n1,1\n,1\n3,0\n");
    assert_eq!(status_of(&format!("curve {path} --time t --event e --skip-missing")), Some(0));
}

#[test]
fn help_goes_to_standard_output() {
    for call in ["--help", "curve --help", "compare --help", "cox --help"] {
        let output = greenwood(call);
        assert!(output.status.success() && output.stderr.is_empty());
        assert!(String::from_utf8(output.stdout).unwrap().contains("Usage"));
    }
}

const VISITS: &[u8] = b"l,u,g,w\n0,2,old,1\n1,3,old,1\n2,4,old,2\n4,6,new,1\n5,,new,1\n6,,new,2\n,1,,1\n";

/// The test by hand: scores of the pooled estimate, permuted.
#[test]
fn interval_censored_groups_are_tested() {
    let path = file("visits.csv", VISITS);
    let call = format!("npmle {path} --lower l --upper u --by g --skip-missing");
    let found = answer(&format!("{call} --test sun"));
    assert_eq!(found["warnings"][0], "1 row with missing values left out, 6 rows remain");
    let (test, labels) = (&found["test"], &found["groups"]);
    assert_eq!(
        (&labels[0]["label"], &labels[1]["label"], &test["df"]),
        (&"new".into(), &"old".into(), &1.into())
    );
    assert!(test["statistic"].as_f64().unwrap() > 3.9 && test["p_value"].as_f64().unwrap() < 0.05, "{test}");
    // Events are earlier in the old group, and the sums of scores cancel.
    let sums: Vec<f64> = test["scores"].as_array().unwrap().iter().map(|s| s.as_f64().unwrap()).collect();
    assert!(sums[1] > 0.0 && (sums[0] + sums[1]).abs() < 1e-12, "{sums:?}");
    for test in ["finkelstein", "wilcoxon"] {
        let found = answer(&format!("{call} --test {test} --weight w --weight-kind replication"));
        assert!(found["test"]["p_value"].as_f64().unwrap() < 0.05, "{found}");
    }
    let text = String::from_utf8(greenwood(&format!("{call} --test sun")).stdout).unwrap();
    assert!(text.contains("Sun's log-rank scores") && text.contains("on 1 df"), "{text}");
    let alone = refusal(&format!("npmle {path} --lower l --upper u --test sun"));
    assert!(alone.contains("--by"), "{alone}");
    let whole = file("weighted.csv", b"l,u,g,w\n0,3,new,1\n1,4,new,2\n2,5,old,1\n0,2,old,1\n");
    let weighted = format!("npmle {whole} --lower l --upper u --by g --test sun --weight w");
    let sampling = refusal(&format!("{weighted} --weight-kind sampling"));
    assert!(sampling.contains("is not available with sampling weights"), "{sampling}");
    assert!(refusal(&format!("npmle {path} --lower l --upper u --by g")).contains("--skip-missing"));
}

/// The last of five is censored at 6: what comes after is not in the data, and the answer says so.
#[test]
fn incidence_beyond_follow_up_is_marked() {
    let path = file("causes.csv", b"t,e\n1,1\n2,2\n3,1\n4,0\n6,0\n");
    let found = answer(&format!("incidence {path} --time t --event e --causes 1,2 --at 6,60"));
    let at = &found["groups"][0]["at"];
    assert_eq!((&at[0]["beyond_follow_up"], &at[1]["beyond_follow_up"]), (&false.into(), &true.into()));
    assert_eq!(
        (&at[1]["incidence"], &at[1]["event_free"]),
        (&serde_json::json!([null, null]), &serde_json::Value::Null)
    );
    assert_eq!(at[1]["not_estimable"], "follow-up ends at 6 with the curve above 0");
    let warning = found["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("--at 60 is beyond the follow-up of group all"), "{warning}");
    // To carry the last values on is a choice with a name.
    let found = answer(&format!("incidence {path} --time t --event e --causes 1,2 --at 60 --extend"));
    for (cause, right) in [0.4, 0.2].into_iter().enumerate() {
        let carried = found["groups"][0]["at"][0]["incidence"][cause].as_f64().unwrap();
        assert!((carried - right).abs() < 1e-15, "{found}");
    }
    // Neither is there a difference of two groups.
    let path = file("causes2.csv", b"t,e,g\n1,1,a\n2,2,a\n3,1,a\n4,0,a\n6,0,a\n1,1,b\n2,1,b\n9,0,b\n");
    let call = format!("incidence {path} --time t --event e --causes 1,2 --by g --difference --at 8");
    let row = &answer(&call)["difference"][0];
    assert_eq!((&row["estimate"], &row["p_value"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    assert_eq!(row["not_estimable"], "follow-up ends at 6 with the curve above 0");
}
