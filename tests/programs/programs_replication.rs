//! A row with a replication weight of k is k rows, in every program: the JSON of the one file is that of the other.

use std::fmt::Write;

use serde_json::Value;

use crate::program::{answer, file};

/// time, event, cause, entry, two and three groups, covariate, upper limit, stratum, weight.
const ROWS: [&str; 14] = [
    "3,1,1,0,a,x,0.31,4.5,u,2",
    "5,1,2,1,b,y,-0.2,6,u,1",
    "2.5,1,1,0,a,z,1.1,3,v,3",
    "6,0,0,2,b,x,0.4,7,u,2",
    "4,1,1,0,a,y,-1.3,4.4,v,1",
    "7,1,2,0,b,z,0.7,9,v,2",
    "5,1,1,3,a,x,0.1,5.9,u,1",
    "1,1,2,0,b,y,1.9,2,u,1",
    "8,0,0,0,a,z,-0.6,9,v,3",
    "2,1,1,1.5,b,x,0.9,2.2,v,1",
    "6,1,1,0.5,a,y,-0.4,8,u,2",
    "3,1,2,0,b,z,0.2,5,u,1",
    "9,1,1,4,a,x,-1,9.5,v,1",
    "4,0,0,2,b,y,0.6,5,v,2",
];

/// Where the two answers differ, as a path with both values.
fn difference(path: &str, a: &Value, b: &Value) -> Option<String> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) if x.len() == y.len() => x
            .iter()
            .find_map(|(k, v)| difference(&format!("{path}/{k}"), v, y.get(k).unwrap_or(&Value::Null))),
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            let mut pairs = x.iter().zip(y).enumerate();
            pairs.find_map(|(i, (v, w))| difference(&format!("{path}/{i}"), v, w))
        }
        // How many rows the file has is another number, by its name.
        (Value::Number(_), Value::Number(_)) if path.ends_with("/rows") => None,
        (Value::Number(x), Value::Number(y)) => {
            let (x, y) = (x.as_f64().unwrap(), y.as_f64().unwrap());
            // Searches end at a step of 1e-9 standard errors; what is 0 may be rounding.
            let close = (x - y).abs() <= 1e-6 * x.abs().max(y.abs()) + 1e-9;
            (!close).then(|| format!("{path}: {x} with weights, {y} written out"))
        }
        _ => (a != b).then(|| format!("{path}: {a} with weights, {b} written out")),
    }
}

fn compare(name: &str, header: &str, weighted: &str, written_out: &str, calls: &[&str]) {
    let weighted = file(&format!("{name}_weighted.csv"), format!("{header}\n{weighted}").as_bytes());
    let written_out = file(&format!("{name}_written_out.csv"), format!("{header}\n{written_out}").as_bytes());
    for call in calls {
        let (program, flags) = call.split_once(' ').unwrap();
        let a = answer(&format!("{program} {weighted} {flags} --weight w --weight-kind replication"));
        let b = answer(&format!("{program} {written_out} {flags}"));
        assert_eq!(difference("", &a, &b), None, "{call}");
    }
}

#[test]
fn weighted_rows_answer_as_rows_written_out() {
    let (mut weighted, mut written_out) = (String::new(), String::new());
    for row in ROWS {
        writeln!(weighted, "{row}").unwrap();
        let times: usize = row.rsplit(',').next().unwrap().parse().unwrap();
        (0..times).for_each(|_| writeln!(written_out, "{row}").unwrap());
    }
    let calls = [
        "curve --time t --event e --by g --at 2,4 --quantiles 0.25,0.5 --rmst 4",
        "curve --time t --event e --entry en --by h --interval plain",
        "curve --time t --event e --estimator nelson-aalen",
        "compare --time t --event e --by g --at 3 --exact",
        "compare --time t --event e --entry en --by h --trend",
        "compare --time t --event e --by g --strata s --test max-combo",
        "compare --time t --event e --by g --test renyi",
        "cox --time t --event e --covariates z --factor g",
        "cox --time t --event e --entry en --covariates z --ties breslow --robust",
        "cox --time t --event e --covariates z --strata s --robust",
        "cox --time t --event e --covariates z --firth",
        "incidence --time t --event c --causes 1,2 --by g --at 2,4 --quantiles 0.2 --tau 5 --gray",
        "incidence --time t --event c --causes 1,2 --fine-gray 1 --covariates z",
        "incidence --time t --event c --causes 1,2 --cause-specific --covariates z",
        "incidence --time t --event c --causes 1,2 --by g --at 4 --difference --variance aalen",
        "parametric --time t --event e --entry en --distribution weibull --covariates z --at 3 --quantiles 0.5",
        "parametric --lower t --upper up --distribution log-normal --factor g",
        "npmle --lower t --upper up --at 3,5",
        "npmle --lower t --upper up --by g --test sun",
        "npmle --lower t --upper up --model proportional-odds --covariates z",
    ];
    compare("rows", "t,e,c,en,g,h,z,up,s,w", &weighted, &written_out, &calls);
}

/// Histories: a subject that stands for k is k subjects, each with its own id.
#[test]
fn weighted_subjects_answer_as_subjects_written_out() {
    // A subject's rows (start, stop, event, next state or none, covariate), its group, its weight.
    let subjects: [(&str, &str, &[&str]); 6] = [
        ("a", "2", &["0,2,1,B", "2,5,0,none"]),
        ("b", "1", &["0,3,1,D"]),
        ("a", "3", &["0,4,0,none"]),
        ("b", "2", &["0,1,1,B", "1,4,1,D"]),
        ("a", "1", &["0,2.5,1,D"]),
        ("b", "2", &["0,3.5,1,B", "3.5,6,0,none"]),
    ];
    let (mut weighted, mut written_out) = (String::new(), String::new());
    for (i, (group, weight, rows)) in subjects.into_iter().enumerate() {
        let covariate = ["0.3", "-0.5", "1.2", "0.1", "-0.9", "0.6"][i];
        for row in rows {
            writeln!(weighted, "{i},{row},{group},{covariate},{weight}").unwrap();
        }
        for copy in 0..weight.parse().unwrap() {
            for row in rows {
                writeln!(written_out, "{i}.{copy},{row},{group},{covariate},{weight}").unwrap();
            }
        }
    }
    let calls = [
        "recurrent --id id --start a --stop b --event e --by g --at 3,6",
        "recurrent --id id --start a --stop b --event e --by g --rate --variance poisson",
    ];
    compare("subjects", "id,a,b,e,to,g,z,w", &weighted, &written_out, &calls);
}
