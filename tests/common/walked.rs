//! A guard: every kind of case in a reference file is walked by a test that names it, and every field of its output is compared or
//! left out with a reason.

#![allow(dead_code)] // each program uses its own part

use std::collections::{BTreeMap, BTreeSet};

use crate::common::cases;

/// A kind of case in a file.
pub struct Walked {
    pub file: &'static str,
    pub kind: &'static str,
    pub cases: usize,
    /// The text of the test that walks it.
    pub by: &'static str,
    /// Fields of the output that are not compared, each with its reason.
    pub left_out: &'static [(&'static str, &'static str)],
}

/// Fields within the prediction and the region of a curve are named by their path.
const NESTED: [&str; 2] = ["predict", "at"];

/// What is missing from this list, or from the tests that it names.
pub fn disagreements(list: &[Walked]) -> Vec<String> {
    let mut wrong = Vec::new();
    let files: BTreeSet<&str> = list.iter().map(|w| w.file).collect();
    for file in files {
        let mut found: BTreeMap<String, (usize, BTreeSet<String>)> = BTreeMap::new();
        for case in cases(file) {
            let (count, fields) = found.entry(case.kind).or_default();
            *count += 1;
            for (field, value) in case.output.as_object().unwrap() {
                match value.as_object().filter(|_| NESTED.contains(&field.as_str())) {
                    Some(inner) => fields.extend(inner.keys().cloned()),
                    None => drop(fields.insert(field.clone())),
                }
            }
        }
        for walked in list.iter().filter(|w| w.file == file) {
            let Some((count, fields)) = found.remove(walked.kind) else {
                wrong.push(format!("{file}: no case of the kind {}", walked.kind));
                continue;
            };
            let what = format!("{file}, {}", walked.kind);
            if count != walked.cases {
                wrong.push(format!("{what}: {count} cases, not {}", walked.cases));
            }
            if !walked.by.contains(&format!("\"{}\"", walked.kind)) {
                wrong.push(format!("{what}: its test does not name it"));
            }
            for field in &fields {
                let compared = walked.by.contains(&format!("\"{field}\""));
                let left_out = walked.left_out.iter().any(|(f, _)| f == field);
                if compared == left_out {
                    let how = if compared { "both compared and left out" } else { "not compared" };
                    wrong.push(format!("{what}: {field} is {how}"));
                }
            }
            for (field, _) in walked.left_out.iter().filter(|(f, _)| !fields.contains(*f)) {
                wrong.push(format!("{what}: there is no {field} to leave out"));
            }
        }
        wrong.extend(found.into_keys().map(|kind| format!("{file}: {kind} is walked by no test")));
    }
    wrong
}
