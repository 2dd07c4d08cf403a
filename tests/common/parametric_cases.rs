//! The rows and columns of the reference cases of parametric models.

#![allow(dead_code)] // each test file uses its own part

use greenwood::survival::Design;

use crate::common::{Case, Frame};

/// The columns that a list of covariates names.
pub fn covariates(case: &Case, frame: &Frame) -> Vec<Vec<f64>> {
    let specs = case.inputs["covariates"].as_array().cloned().unwrap_or_default();
    let one = |spec: &serde_json::Value| {
        let column = frame.column(spec["column"].as_str().unwrap());
        match spec["equals"].as_f64() {
            Some(level) => column.iter().map(|v| f64::from(u8::from(*v == level))).collect(),
            None => column.to_vec(),
        }
    };
    specs.iter().map(one).collect()
}

/// They as a design: `x0`, `x1`, …
pub fn design(case: &Case, frame: &Frame) -> Design<'static> {
    let columns = covariates(case, frame);
    if columns.is_empty() {
        return Design::without_covariates(frame.len());
    }
    let numbered = columns.iter().enumerate();
    numbered.fold(Design::builder(), |design, (j, x)| design.numeric(format!("x{j}"), x)).build().unwrap()
}

/// The rows that are complete in what the model uses, with the limits of an interval under one name.
pub fn model_frame(case: &Case) -> Frame {
    let mut frame = case.frame();
    for (from, to) in [("lower", "L_or_lower"), ("upper", "R_or_upper")] {
        if let Some(column) = case.text(from) {
            frame.columns.insert(to.into(), frame.column(column).to_vec());
        }
    }
    if case.name.starts_with("sr_cmv_interval") {
        let keep: Vec<bool> = frame.column("cmvR").iter().map(|r| !(*r <= 0.0)).collect();
        frame = frame.keep(&keep);
    }
    if case.text("note").is_some_and(|n| n.contains("futime/12")) {
        let exit =
            frame.column("age").iter().zip(frame.column("futime")).map(|(a, t)| a + t / 12.0).collect();
        frame.columns.insert("exit".into(), exit);
    }
    if let Some(unit) = case.inputs["time_divided_by"].as_f64() {
        let exit = frame.column(case.text("time").unwrap()).iter().map(|t| t / unit).collect();
        frame.columns.insert("exit".into(), exit);
    }
    if case.names("scale_strata").iter().any(|s| s == "edema > 0") {
        let swollen = frame.column("edema").iter().map(|e| f64::from(u8::from(*e > 0.0))).collect();
        frame.columns.insert("edema > 0".into(), swollen);
    }
    let specs = case.inputs["covariates"].as_array().cloned().unwrap_or_default();
    let mut needed: Vec<String> = specs.iter().map(|s| s["column"].as_str().unwrap().into()).collect();
    needed.extend(case.inputs["offset"]["column"].as_str().map(String::from));
    needed.extend(case.names("scale_strata"));
    let keep: Vec<bool> =
        (0..frame.len()).map(|i| needed.iter().all(|c| !frame.column(c)[i].is_nan())).collect();
    frame.keep(&keep)
}
