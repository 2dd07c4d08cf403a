//! Reads the reference cases: data sets as CSV, expected values as JSON, one case a line.
//!
//! The expected values were computed with R 4.2.2 (survival 3.5-3, coin 1.4-2, km.ci 0.5-6); every case holds
//! the exact call. In the JSON `"NaN"`, `"Inf"`, `"-Inf"` are strings and `null` is R's NA.

#![allow(dead_code)] // each test file uses its own part

use std::collections::HashMap;
use std::fmt::Write;

use greenwood::survival::data::NearTies;
use greenwood::survival::{Groups, RightCensored, Weights};
use serde_json::Value;

/// One reference case.
pub struct Case {
    pub name: String,
    pub kind: String,
    pub inputs: Value,
    pub output: Value,
    /// The file of its data, where it is one.
    pub data: Option<String>,
}

/// The cases of `tests/data/<file>.json`.
pub fn cases(file: &str) -> Vec<Case> {
    let path = format!("{}/tests/data/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    cases
        .into_iter()
        .map(|mut c| Case {
            name: c["name"].as_str().unwrap().into(),
            kind: c["kind"].as_str().unwrap().into(),
            data: c["data"].as_str().map(Into::into),
            inputs: c["inputs"].take(),
            output: c["output"].take(),
        })
        .collect()
}

/// A number as the reference writes it; NaN stands for R's NaN and NA alike.
pub fn number(value: &Value) -> f64 {
    match value {
        Value::Number(x) => x.as_f64().unwrap(),
        Value::String(s) if s == "Inf" => f64::INFINITY,
        Value::String(s) if s == "-Inf" => f64::NEG_INFINITY,
        _ => f64::NAN,
    }
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().map_or_else(|| vec![number(value)], |v| v.iter().map(number).collect())
}

/// Columns of equal length; NaN is a missing value.
#[derive(Clone, Default)]
pub struct Frame {
    pub columns: HashMap<String, Vec<f64>>,
}

impl Frame {
    pub fn read(name: &str) -> Self {
        let path = format!("{}/tests/data/{name}.csv", env!("CARGO_MANIFEST_DIR"));
        let mut reader = csv::Reader::from_path(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        let header: Vec<String> = reader.headers().unwrap().iter().map(Into::into).collect();
        let mut columns = vec![Vec::new(); header.len()];
        for record in reader.records() {
            for (column, cell) in columns.iter_mut().zip(record.unwrap().iter()) {
                column.push(if cell.is_empty() { f64::NAN } else { cell.parse().unwrap() });
            }
        }
        Self { columns: header.into_iter().zip(columns).collect() }
    }

    pub fn column(&self, name: &str) -> &[f64] {
        self.columns.get(name).unwrap_or_else(|| panic!("no column {name}"))
    }

    pub fn len(&self) -> usize {
        self.columns.values().next().map_or(0, Vec::len)
    }

    pub fn keep(&self, keep: &[bool]) -> Self {
        let select = |v: &Vec<f64>| v.iter().zip(keep).filter(|&(_, &k)| k).map(|(&x, _)| x).collect();
        Self { columns: self.columns.iter().map(|(n, v)| (n.clone(), select(v))).collect() }
    }
}

impl Case {
    pub fn text(&self, key: &str) -> Option<&str> {
        self.inputs[key].as_str()
    }

    /// The names in a list of columns, or none.
    pub fn names(&self, key: &str) -> Vec<String> {
        match &self.inputs[key] {
            Value::String(s) => vec![s.clone()],
            Value::Array(a) => a.iter().filter_map(|v| v.as_str()).map(Into::into).collect(),
            _ => Vec::new(),
        }
    }

    /// The rows that the call uses: filtered, and complete in every column that it names.
    pub fn frame(&self) -> Frame {
        let mut frame = if let Some(name) = &self.data {
            Frame::read(name)
        } else {
            let cell = |x: &Value| x.as_str().and_then(|s| s.parse().ok()).unwrap_or_else(|| number(x));
            let column = |v: &Value| -> Vec<f64> { v.as_array().unwrap().iter().map(cell).collect() };
            let inline = self.inputs["inline"].as_object().unwrap();
            Frame { columns: inline.iter().map(|(n, v)| (n.clone(), column(v))).collect() }
        };
        if let Some(filters) = self.inputs["filter"].as_array() {
            for f in filters {
                let (column, value) = (frame.column(f["column"].as_str().unwrap()), number(&f["value"]));
                let keep: Vec<bool> = column
                    .iter()
                    .map(|&x| match f["op"].as_str().unwrap() {
                        "==" => x == value,
                        "<" => x < value,
                        ">" => x > value,
                        ">=" => x >= value,
                        "<=" => x <= value,
                        "!=" => x != value && !x.is_nan(),
                        op => panic!("operator {op}"),
                    })
                    .collect();
                frame = frame.keep(&keep);
            }
        }
        let mut used: Vec<String> = ["start", "time", "event", "weights", "cluster", "id"]
            .iter()
            .filter_map(|k| self.text(k).map(Into::into))
            .collect();
        for key in ["group", "strata", "complete_cases"] {
            used.extend(self.names(key));
        }
        used.retain(|name| frame.columns.contains_key(name));
        let keep: Vec<bool> =
            (0..frame.len()).map(|i| used.iter().all(|n| !frame.column(n)[i].is_nan())).collect();
        frame.keep(&keep)
    }

    /// The data of the call, without groups and strata.
    pub fn right_censored(&self, frame: &Frame) -> greenwood::Result<RightCensored<'static>> {
        let values = numbers(&self.inputs["event_values"]);
        let event: Vec<bool> =
            frame.column(self.text("event").unwrap()).iter().map(|x| values.contains(x)).collect();
        let mut data = RightCensored::new(frame.column(self.text("time").unwrap()).to_vec(), event)?;
        if self.inputs["timefix"] == false {
            data = data.with_near_ties(NearTies::Exact)?;
        }
        if let Some(start) = self.text("start") {
            data = data.with_entry(frame.column(start).to_vec())?;
        }
        let robust = self.inputs["robust"] == true;
        if let Some(weights) = self.text("weights") {
            let w = frame.column(weights).to_vec();
            data = data.with_weights(if robust { Weights::sampling(w) } else { Weights::replication(w) })?;
        } else if robust && self.text("cluster").is_none() {
            data = data.with_weights(Weights::sampling(vec![1.0; frame.len()]))?;
        }
        if let Some(cluster) = self.text("cluster").filter(|_| robust) {
            let ids: Vec<u64> = frame.column(cluster).iter().map(|x| x.to_bits()).collect();
            data = data.with_clusters(&ids)?;
        }
        Ok(data)
    }

    /// Groups in increasing order of their codes, column by column, labelled as R does (`sex=1, ph_ecog=0`).
    pub fn groups(&self, frame: &Frame, key: &str) -> Option<Groups> {
        let names = self.names(key);
        if names.is_empty() {
            return None;
        }
        let row = |i: usize| -> Vec<f64> { names.iter().map(|n| frame.column(n)[i]).collect() };
        let mut levels: Vec<Vec<f64>> = (0..frame.len()).map(row).collect();
        levels.sort_by(|a, b| a.partial_cmp(b).unwrap());
        levels.dedup();
        let codes: Vec<usize> =
            (0..frame.len()).map(|i| levels.iter().position(|l| *l == row(i)).unwrap()).collect();
        let labels: Vec<String> = levels
            .iter()
            .map(|l| names.iter().zip(l).map(|(n, x)| format!("{n}={x}")).collect::<Vec<_>>().join(", "))
            .collect();
        Some(Groups::from_codes(&codes, &labels).unwrap())
    }
}

/// Gathers every disagreement of a run, so that one failure does not hide the next.
#[derive(Default)]
pub struct Report {
    pub checked: usize,
    pub cases: usize,
    failures: String,
    worst: f64,
}

impl Report {
    /// Relative to the expected value; expected zeros allow 1e-12 absolutely, for sums that cancel.
    pub fn close(&mut self, what: &str, got: f64, expected: f64, tolerance: f64) {
        self.checked += 1;
        if expected.is_nan() && got.is_nan() || got == expected {
            return;
        }
        let error = (got - expected).abs() / expected.abs().max(1e-12 / tolerance);
        if error <= tolerance {
            self.worst = self.worst.max(error);
        } else {
            let _ = writeln!(self.failures, "{what}: got {got:?}, expected {expected:?}");
        }
    }

    pub fn all_close(&mut self, what: &str, got: &[f64], expected: &[f64], tolerance: f64) {
        if got.len() != expected.len() {
            self.fail(&format!("{what}: {} values, expected {}", got.len(), expected.len()));
            return;
        }
        for (i, (&g, &e)) in got.iter().zip(expected).enumerate() {
            self.close(&format!("{what}[{i}]"), g, e, tolerance);
        }
    }

    pub fn fail(&mut self, message: &str) {
        let _ = writeln!(self.failures, "{message}");
    }

    pub fn finish(self, topic: &str) {
        println!("{topic}: {} cases, {} numbers, worst error {:.1e}", self.cases, self.checked, self.worst);
        assert!(self.failures.is_empty(), "{topic}:\n{}", self.failures);
        assert!(self.checked > 0, "{topic}: nothing was checked");
    }
}

impl Case {
    /// The competing risks of the call: weights are sampling weights, as R's infinitesimal jackknife takes them.
    pub fn competing(
        &self,
        frame: &Frame,
    ) -> greenwood::Result<greenwood::survival::CompetingRisks<'static>> {
        let values = numbers(&self.inputs["event_values"]);
        let outcome: Vec<Option<u64>> = frame
            .column(self.text("event").unwrap())
            .iter()
            .map(|x| values.contains(x).then_some(*x as u64))
            .collect();
        let causes: Vec<u64> = values.iter().map(|&x| x as u64).collect();
        let note = self.text("note").unwrap_or("");
        let age_scale = note.contains("age + etime/12") || note.contains("on the age scale");
        let time: Vec<f64> = if age_scale {
            frame.column("age").iter().zip(frame.column("etime")).map(|(a, t)| a + t / 12.0).collect()
        } else {
            frame.column(self.text("time").unwrap()).to_vec()
        };
        let mut data = greenwood::survival::CompetingRisks::with_causes(time, &outcome, &causes)?;
        if age_scale {
            data = data.with_entry(frame.column("age").to_vec())?;
        } else if let Some(start) = self.text("start") {
            data = data.with_entry(frame.column(start).to_vec())?;
        }
        if let Some(weights) = self.text("weights") {
            data = data.with_weights(Weights::sampling(frame.column(weights).to_vec()))?;
        } else if !self.inputs["weights"].is_null() {
            let w: Vec<f64> = frame.column("id").iter().map(|id| 1.0 + id % 3.0).collect();
            data = data.with_weights(Weights::sampling(w))?;
        }
        if let Some(cluster) = self.text("cluster").filter(|&c| c != "id") {
            let ids: Vec<u64> = frame.column(cluster).iter().map(|x| x.to_bits()).collect();
            data = data.with_clusters(&ids)?;
        }
        Ok(data)
    }

    /// The groups, or one that holds everybody.
    pub fn groups_or_all(&self, frame: &Frame) -> Groups {
        self.groups(frame, "group").unwrap_or_else(|| Groups::new(&vec!["all"; frame.len()]))
    }
}
