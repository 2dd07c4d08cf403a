//! The example program as it is called: CSV and JSON lines, several files, errors in one line.

use crate::common;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// The example stands beside the tests; they are built together.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples")
        .join(format!("sql{}", std::env::consts::EXE_SUFFIX))
}

fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).env_remove("RUST_BACKTRACE").output().unwrap()
}

fn stdout(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    text.trim_end().to_string()
}

fn table(name: &str) -> String {
    format!("{name}={}", common::data(name))
}

/// R 4.2.2, survival 3.5-3: survfit(Surv(time, status) ~ x, aml): medians 31 and 23, S(24) 0.614 and 0.486; survdiff: 3.4,
/// p = 0.07. The digits are those of the library's tests of the same data.
#[test]
fn csv_and_json_lines() {
    let query = "SELECT x AS arm, km_median(time, status) AS median, km_survival_at(time, status, 24.0) AS s, \
                 km_median_upper(time, status) AS upper FROM aml GROUP BY x ORDER BY x";
    let csv = "arm,median,s,upper\n1,31.0,0.6136363636363636,\n2,23.0,0.48611111111111116,33.0\n";
    let json = "{\"arm\":1,\"median\":31.0,\"s\":0.6136363636363636,\"upper\":null}\n\
                {\"arm\":2,\"median\":23.0,\"s\":0.48611111111111116,\"upper\":33.0}\n";
    for partitions in ["1", "2", "8"] {
        let arguments = [query, "--table", &table("aml"), "--partitions", partitions];
        assert_eq!(stdout(&arguments), csv);
        assert_eq!(stdout(&[&arguments[..], &["--json"]].concat()), json);
    }
    let test = stdout(&[
        "SELECT logrank_chi2(time, status, x) AS c, logrank_p(time, status, x) AS p FROM aml",
        "--table",
        &table("aml"),
    ]);
    assert_eq!(test, "c,p\n3.396388698977602,0.06533932204050506\n");
    // Nobody: the header alone. A name with a comma is quoted.
    let none = stdout(&[
        "SELECT x AS \"a,b\", km_median(time, status) AS m FROM aml WHERE time < 0 GROUP BY x",
        "--table",
        &table("aml"),
    ]);
    assert_eq!(none, "\"a,b\",m\n");
    let level = stdout(&[
        "SELECT km_median_lower(time, status) AS l FROM aml",
        "--table",
        &table("aml"),
        "--level",
        "0.5",
    ]);
    assert_eq!(level, "l\n23.0\n");
}

#[test]
fn files_of_both_kinds_folders_and_joins() {
    let folder = std::env::temp_dir().join(format!("greenwood-sql-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("parts")).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    // The engine itself writes the Parquet file.
    let copy = format!("COPY (SELECT * FROM veteran) TO '{}' STORED AS PARQUET", path("v.parquet"));
    stdout(&[&copy, "--table", &table("veteran")]);
    let text = std::fs::read_to_string(common::data("veteran")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let (first, second) = rows.split_at(rows[..2000].rfind('\n').unwrap() + 1);
    std::fs::write(folder.join("parts/1.csv"), format!("{header}\n{first}")).unwrap();
    std::fs::write(folder.join("parts/2.csv"), format!("{header}\n{second}")).unwrap();
    std::fs::write(folder.join("semicolon.csv"), "arm;time;event\nA;1;1\nB;;0\nA;3;0\nB;4;1\n").unwrap();

    let query = "SELECT celltype, km_median(time, status) AS m, km_rmst_se(time, status, 100) AS se FROM t GROUP BY celltype ORDER BY 1";
    let from = |file: String| stdout(&[query, "--table", &format!("t={file}"), "--partitions", "4"]);
    let csv = from(common::data("veteran"));
    assert_eq!(csv.lines().count(), 5);
    assert_eq!(from(path("v.parquet")), csv);
    assert_eq!(from(path("parts")), csv);
    let missing = [
        "SELECT km_skipped(time, event) AS n, km_median(time, event) AS m FROM t",
        "--table",
        &format!("t={}", path("semicolon.csv")),
    ];
    assert_eq!(stdout(&[&missing[..], &["--delimiter", ";"]].concat()), "n,m\n1,4.0\n");
    let strict = refused(&[&missing[..], &["--delimiter", ";", "--refuse-nulls"]].concat());
    assert!(
        strict.starts_with("error: km_")
            && strict.contains("time is NULL: give it a value, or leave the row out"),
        "{strict}"
    );
    let joined = stdout(&[
        "SELECT a.x, km_median(a.time, a.status) AS m FROM aml a JOIN (SELECT DISTINCT trt FROM t) v ON a.x = v.trt GROUP BY a.x ORDER BY 1",
        "--table",
        &table("aml"),
        "--table",
        &format!("t={}", path("v.parquet")),
    ]);
    assert_eq!(joined, "x,m\n1,31.0\n2,23.0\n");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn curves_as_rows_and_nested_columns() {
    let aml = table("aml");
    let rows = "WITH curves AS (SELECT x, unnest(km_curve(time, status)) AS c FROM aml GROUP BY x) \
                SELECT x, c['time'] AS time, c['at_risk'] AS n, c['survival'] AS s FROM curves ORDER BY x, time";
    let csv = stdout(&[rows, "--table", &aml]);
    assert!(csv.starts_with("x,time,n,s\n1,9.0,11.0,0.9090909090909091\n"));
    assert_eq!(csv.lines().count(), 21);
    // The README's own call: a structure is a column for each field.
    let csv = stdout(&[
        "SELECT x, unnest(km_curve(time, status)) AS c FROM aml GROUP BY x ORDER BY x",
        "--table",
        &aml,
    ]);
    let header = "x,c.time,c.at_risk,c.events,c.censored,c.survival,c.std_error,c.lower,c.upper\n";
    assert!(csv.starts_with(&format!("{header}1,9.0,11.0,1.0,0.0,0.9090909090909091,")), "{csv}");
    assert_eq!(csv.lines().count(), 21);
    let ci = "SELECT v.x, km_median_ci(a.time, a.status) AS m FROM (VALUES (1), (3)) v(x) LEFT JOIN aml a ON a.x = v.x GROUP BY v.x ORDER BY v.x";
    let csv = stdout(&[ci, "--table", &aml]);
    assert_eq!(csv, "x,m.estimate,m.std_error,m.lower,m.upper\n1,31.0,,13.0,\n3,,,,\n");
    assert!(refused(&["SELECT km_curve(time, status) AS c FROM aml", "--table", &aml]).starts_with(
        "error: the column c has several values in a cell: unnest it, as in SELECT unnest(km_curve(time, event))"
    ));
    let json = stdout(&["SELECT km_median_ci(time, status) AS m FROM aml", "--table", &aml, "--json"]);
    assert_eq!(json, "{\"m\":{\"estimate\":27.0,\"std_error\":null,\"lower\":13.0,\"upper\":34.0}}\n");
    assert!(stdout(&["SHOW FUNCTIONS LIKE 'logrank_p'"]).contains("two-sided p-value of the log-rank test"));
}

/// Rows are printed as they are found: those before a late error are there, unless they are less than a megabyte.
#[test]
fn answers_stream() {
    let query = "SELECT repeat('x', 100) AS x, 1 / (value - 20000) AS q FROM generate_series(1, 20000)";
    for flags in [&[][..], &["--json"][..]] {
        let output = run(&[&[query, "--partitions", "1"], flags].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.len() > 1 << 20 && output.stdout.ends_with(b"\n"), "{}", output.stdout.len());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.to_lowercase().starts_with("error: divide by zero"), "{text}");
    }
    let small = refused(&["SELECT 1 / (value - 20000) AS q FROM generate_series(1, 20000)"]);
    assert!(small.to_lowercase().starts_with("error: divide by zero"), "{small}");

    // A reader that has seen enough ends the query, and that is no error.
    let query = "SELECT repeat('x', 100) AS x FROM generate_series(1, 20000)";
    let mut program = Command::new(program()).arg(query).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "x\n");
    assert!(program.wait().unwrap().success());
}

#[test]
fn errors_are_one_line_and_status_2() {
    let aml = table("aml");
    let from = |query: &str| refused(&[query, "--table", &aml]);
    // In several partitions it is the first that is found.
    let negative =
        refused(&["SELECT km_median(-time, status) FROM aml", "--table", &aml, "--partitions", "1"]);
    assert_eq!(
        negative,
        "error: km_median: (- time) is -9, but must be finite and at least 0 (row 1 of a batch of 23)"
    );
    let one_arm = from("SELECT x, logrank_p(time, status, x) FROM aml GROUP BY x ORDER BY x");
    assert!(
        one_arm.starts_with("error: logrank_p: x is '") && one_arm.contains("two arms or more"),
        "{one_arm}"
    );
    assert!(from("SELECT km_medain(time, status) FROM aml").contains("Did you mean 'km_median'?"));
    assert!(from("SELECT km_median(tiem, status) FROM aml").contains("tiem"));
    assert!(from("SELEC 1").starts_with("error: "));
    assert!(refused(&["SELECT 1", "--table", "aml"]).starts_with("error: --table aml must be NAME=PATH"));
    assert_eq!(
        refused(&["SELECT 1", "--table", "t=none.csv"]),
        "error: --table t: there is no file none.csv"
    );
    let toml = format!("t={}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
    assert!(refused(&["SELECT 1", "--table", &toml]).ends_with("the file must end in .csv or .parquet"));
    assert_eq!(
        refused(&["SELECT 1", "--partitions", "0"]),
        "error: --partitions is 0, but must be at least 1"
    );
    assert_eq!(refused(&["SELECT 1", "--level", "95"]), "error: the level is 95, but must be inside (0, 1)");
    assert!(refused(&["SELECT 1", "--nonsense"]).contains("--nonsense"));
    assert!(refused(&[]).contains("<QUERY>"));
}
