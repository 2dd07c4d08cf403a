//! The programs on Parquet files that pandas and polars wrote (`tests/data/parquet/make.py`): the answers of the CSV.

use std::process::{Command, Output};

fn greenwood(arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_greenwood")).args(arguments.split_whitespace()).output().unwrap()
}

fn text(arguments: &str) -> String {
    let output = greenwood(arguments);
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The one line on standard error.
fn refusal(arguments: &str) -> String {
    let output = greenwood(arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments}: {error}");
    assert_eq!(error.lines().count(), 1, "{arguments}: one line, not {error}");
    error.trim_end().to_string()
}

const AML: &str = "--time time --event status";

/// Snappy, Zstandard, dictionaries of int8 and uint32, Booleans, float32 and int8, several row groups, a folder of folders.
#[test]
fn every_file_answers_as_the_csv() {
    let files = ["aml_pandas.parquet", "aml_polars.parquet", "aml_polars_plain.parquet", "aml_folder"];
    for flags in [
        "curve FILE --by x --at 12,24 --rmst 40 --json",
        "curve FILE --by x --estimator fleming-harrington",
        "curve FILE --estimator nelson-aalen --interval arcsine --json",
        "compare FILE --by x --at 20 --json",
        "compare FILE --by x --at 20 --interval bpcp --trend --test tarone-ware",
        "compare FILE --by x --exact --json",
        "cox FILE --factor x --json",
    ] {
        let flags = format!("{flags} {AML}");
        let expected = text(&flags.replace("FILE", "tests/data/aml.csv"));
        for file in files {
            assert_eq!(
                text(&flags.replace("FILE", &format!("tests/data/parquet/{file}"))),
                expected,
                "{file} {flags}"
            );
        }
    }
}

#[test]
fn limits_of_intervals_answer_as_the_csv() {
    let npmle = |file: &str| text(&format!("npmle {file} --lower status --upper time --by x --json"));
    let expected = npmle("tests/data/aml.csv");
    assert_eq!(npmle("tests/data/parquet/aml_polars.parquet"), expected);
    assert_eq!(npmle("tests/data/parquet/aml_polars_plain.parquet"), expected);
}

#[test]
fn weights_and_what_needs_every_row_answer_as_the_csv() {
    for flags in [
        "curve FILE --time time --event status --by celltype --weight w --weight-kind replication --json",
        "curve FILE --time time --event status --by trt --weight w --weight-kind sampling --json",
        "curve FILE --time time --event status --cluster celltype --json",
        "curve FILE --time time --event status --event-value 0 --json",
        "compare FILE --time time --event status --by trt --strata celltype --at 100 --json",
        "compare FILE --time time --event status --by trt --strata prior --weight w --weight-kind replication --at 100 --json",
        "compare FILE --time time --event status --by trt --test max-combo --json",
        "cox FILE --time time --event status --covariates karno,age --factor celltype --json",
        "incidence FILE --time time --event prior --causes 10 --by trt --json",
    ] {
        let expected = text(&flags.replace("FILE", "tests/data/veteran.csv"));
        assert_eq!(text(&flags.replace("FILE", "tests/data/parquet/veteran.parquet")), expected, "{flags}");
    }
}

#[test]
fn words_for_the_event_are_named() {
    let outcome = "tests/data/parquet/aml_types.parquet --time weeks --event outcome --by x";
    let expected = text(&format!("curve tests/data/aml.csv {AML} --by x --json"));
    assert_eq!(text(&format!("curve {outcome} --event-value relapse --json")), expected);
    let error = refusal(&format!("curve {outcome}"));
    assert_eq!(
        error,
        "error: tests/data/parquet/aml_types.parquet row 1: --event \"outcome\" is \"relapse\": an event is 1 (or true), a \
         censoring 0 (or false); where the event has another code, name it, such as --event-value relapse"
    );
}

#[test]
fn nulls_are_refused_by_their_row_or_left_out_and_counted() {
    let nulls = format!("tests/data/parquet/aml_nulls.parquet {AML}");
    let place = "error: tests/data/parquet/aml_nulls.parquet row";
    for program in ["curve", "compare"] {
        let error = refusal(&format!("{program} {nulls} --by x"));
        assert!(error.starts_with(&format!("{place} 4: --time \"time\" is missing")), "{error}");
    }
    let answer: serde_json::Value =
        serde_json::from_str(&text(&format!("curve {nulls} --by x --skip-missing --json"))).unwrap();
    assert_eq!(answer["warnings"][0], "2 rows with missing values left out, 21 rows remain");
    assert_eq!((&answer["groups"][0]["n"], &answer["groups"][1]["n"]), (&9.into(), &12.into()));
    // Without --by only the row without a time is incomplete.
    let answer: serde_json::Value =
        serde_json::from_str(&text(&format!("curve {nulls} --skip-missing --json"))).unwrap();
    assert_eq!(answer["groups"][0]["n"], 22);
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = "tests/data/parquet";
    let cases = [
        (
            format!("curve {folder}/aml_types.parquet --time list --event outcome --event-value relapse"),
            "--time \"list\" is of type List",
        ),
        (
            format!("curve {folder}/aml_types.parquet --time end --event outcome --event-value relapse"),
            "--time \"end\" is of type Date32",
        ),
        (
            format!("curve {folder}/aml_pandas.parquet --time t --event status"),
            "--time: tests/data/parquet/aml_pandas",
        ),
        (format!("compare {folder}/aml_pandas.parquet {AML} --by arm"), "its columns are time, status, x"),
        (format!("curve {folder}/aml_empty.parquet {AML}"), "has columns but no rows"),
        (format!("compare {folder}/aml_empty.parquet {AML} --by x"), "has columns but no rows"),
        (format!("curve {folder}/missing.parquet {AML}"), "missing.parquet"),
        (format!("curve {folder}/../adtte {AML}"), "holds no file that ends in .parquet"),
        (
            format!("curve {folder}/aml_pandas.parquet {AML} --decimal ,"),
            "--decimal: the numbers of a Parquet file",
        ),
        (
            format!("compare {folder}/aml_pandas.parquet {AML} --by x --delimiter ;"),
            "--delimiter: a Parquet file",
        ),
    ];
    for (arguments, expected) in cases {
        let error = refusal(&arguments);
        assert!(error.contains(expected), "{arguments}: {error}");
    }
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("no.parquet");
    std::fs::write(&path, "time,status\n1,1\n").unwrap();
    let error = refusal(&format!("curve {} {AML}", path.display()));
    assert!(error.contains("cannot be read"), "{error}");
}

/// Batches into tables of competing risks: the answers of the rows, with groups, strata, weights, Gray's test and differences.
#[test]
fn incidences_of_a_stream_are_those_of_the_rows() {
    for flags in [
        "--causes 1,2 --at 1000,2000 --quantiles 0.1,0.25 --tau 2000 --json",
        "--causes 2,1 --by sex --at 1000 --gray --difference --json",
        "--causes 2,1 --by sex --at 1000 --gray",
        "--causes 1,2 --by stage --skip-missing --variance aalen --at 1500 --json",
        "--causes 1,2 --by sex --strata edema --gray --rho 1 --given-event-free 300 --at 1500 --json",
        "--causes 1,2 --weight edema --weight-kind replication --by sex --at 900 --json",
    ] {
        let flags = format!("--time time --event status {flags}");
        let expected = text(&format!("incidence tests/data/pbc.csv {flags}"));
        assert_eq!(text(&format!("incidence tests/data/parquet/pbc.parquet {flags}")), expected, "{flags}");
    }
}
