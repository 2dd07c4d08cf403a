//! The multi-state Cox model against R, case by case, and its standard errors against their definition.
//!
//! R 4.2.2, survival 3.5-3. In that version `coxph` takes Breslow's ties for a list of formulas whenever `ties` is named,
//! `ties = "efron"` too: the reference file says so in `method`. The cases of `multistate_cox.json` leave the argument out, and
//! have Efron's. And its `survfit` of such a model has hazards that are not Efron's: of eight at risk two leave at once with
//! 0.2222, where one event after the other gives 0.3129 and Breslow 0.2889. So under Efron's ties probabilities are compared with
//! those that `survfit` gives for one ordinary `coxph` of the stacked rows, with a stratum for each transition.

use crate::common::{Case, Frame, Report, cases, number, numbers};
use greenwood::survival::multi_state::Occupation;
use greenwood::survival::regression::{MultiStateCox, MultiStateCoxModel, OccupationPath};
use greenwood::survival::result::NotEstimable;
use greenwood::survival::{Design, Histories, Ties, Weights};
use greenwood::{Error, ModelError};
use ndarray::Array2;
use serde_json::Value;

const TOLERANCE: f64 = 1e-7;

fn codes(column: &[f64]) -> Vec<u64> {
    column.iter().map(|x| *x as u64).collect()
}

/// States are numbered from 1, as R's transitions are; without `istate` R's "(s0)" is the first.
fn histories(case: &Case, frame: &Frame) -> Histories {
    let first = u64::from(case.text("istate").is_none());
    let listed = codes(&numbers(&case.inputs["event_values"]));
    let states: Vec<u64> = (1..=listed.len() as u64 + first).collect();
    let event = codes(frame.column(case.text("event").unwrap()));
    let to: Vec<Option<u64>> = event.iter().map(|x| listed.contains(x).then_some(x + first)).collect();
    let column = |key: &str| frame.column(case.text(key).unwrap()).to_vec();
    let start = case.text("start").map_or_else(|| vec![0.0; frame.len()], |_| column("start"));
    let mut data =
        Histories::among(&states).rows(&codes(&column("id")), &start, &column("time"), &to).unwrap();
    if case.text("istate").is_some() {
        data = data.with_from(&codes(&column("istate"))).unwrap();
    }
    if case.text("weights").is_some() {
        data = data.with_weights(Weights::sampling(column("weights"))).unwrap();
    }
    if case.text("cluster").is_some() {
        data = data.with_clusters(&codes(&column("cluster"))).unwrap();
    }
    data
}

/// The covariates that the formulas name, in the order in which they do.
fn covariates(case: &Case) -> Vec<String> {
    if let Some(listed) = case.inputs["covariates"].as_array() {
        return listed.iter().map(|c| c["column"].as_str().unwrap().to_string()).collect();
    }
    let mut all: Vec<String> = Vec::new();
    for term in case.names("terms") {
        for name in formula(&term).1 {
            if !all.contains(&name) {
                all.push(name);
            }
        }
    }
    all
}

type Transitions = Vec<(String, String)>;

/// The two sides and the options of "1:3 + 2:3 ~ age + sex / common".
fn formula(term: &str) -> (Option<Transitions>, Vec<String>, String) {
    let term = term.replace("all:", "all ~");
    let (left, right) = term.split_once('~').unwrap();
    let (names, options) = right.split_once('/').unwrap_or((right, ""));
    let pair = |p: &str| p.trim().split_once(':').map(|(a, b)| (a.to_string(), b.to_string())).unwrap();
    let on = (left.trim() != "all").then(|| left.split('+').map(pair).collect());
    (on, names.split('+').map(|n| n.trim().to_string()).collect(), options.to_string())
}

fn model(case: &Case) -> MultiStateCox {
    let ties = if case.output["method"] == "efron" { Ties::Efron } else { Ties::Breslow };
    let mut model = MultiStateCox::new().ties(ties);
    if case.inputs["covariates"].is_array() {
        let names = covariates(case);
        return model.covariates(&names.iter().map(String::as_str).collect::<Vec<_>>());
    }
    for term in case.names("terms") {
        let (on, names, options) = formula(&term);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        model = match on {
            None => model.covariates(&names),
            Some(on) => {
                if options.contains("shared") {
                    model = model.shared_baseline(&on);
                }
                if options.contains("common") { model.common(&on, &names) } else { model.on(&on, &names) }
            }
        };
    }
    model
}

fn design(case: &Case, frame: &Frame) -> Design<'static> {
    let names = covariates(case);
    names.iter().fold(Design::builder(), |d, n| d.numeric(n, frame.column(n))).build().unwrap()
}

fn matrix(report: &mut Report, what: &str, got: &Array2<f64>, expected: &Value) {
    let expected: Vec<Vec<f64>> = expected.as_array().unwrap().iter().map(numbers).collect();
    for (i, row) in expected.iter().enumerate() {
        for (j, &e) in row.iter().enumerate() {
            // Coefficients without a common transition: 0, or the rounding of R's Cholesky decomposition.
            let scale = (expected[i][i] * expected[j][j]).sqrt();
            report.close(&format!("{what}[{i}, {j}]"), 1.0 + got[(i, j)] / scale, 1.0 + e / scale, TOLERANCE);
        }
    }
}

fn new_row(fit: &MultiStateCoxModel, newdata: &Value, row: usize) -> greenwood::survival::regression::NewRow {
    fit.recipe().covariates().iter().fold(fit.row(), |r, n| r.numeric(n, number(&newdata[n][row])))
}

#[test]
fn every_case_of_r() {
    let mut report = Report::default();
    for case in ["multistate", "multistate_cox"].into_iter().flat_map(cases) {
        if case.kind != "coxph_multistate" {
            continue;
        }
        report.cases += 1;
        let (name, e, frame) = (&case.name, &case.output, case.frame());
        let (data, design) = (histories(&case, &frame), design(&case, &frame));
        let fit = model(&case).fit(&data, &design).unwrap();
        assert!(fit.stop().is_success(), "{name}");
        report.all_close(&format!("{name} coef"), fit.coefficients(), &numbers(&e["coef"]), TOLERANCE);
        let loglik = [number(&e["loglik_null"]), number(&e["loglik"])];
        report.all_close(&format!("{name} loglik"), &fit.log_likelihood(), &loglik, 1e-9);
        matrix(&mut report, &format!("{name} naive"), &fit.model_variance(), &e["naive_vcov"]);
        matrix(&mut report, &format!("{name} vcov"), &fit.variance(), &e["vcov"]);
        // Which coefficient acts where: R's map counts from 1.
        if let (Some(rows), Some(map)) =
            (e["coefficient_map_rows"].as_array(), e["coefficient_map"].as_array())
        {
            for (row, positions) in
                rows.iter().zip(map).filter(|(r, _)| !r.as_str().unwrap().starts_with("ph("))
            {
                for (transition, position) in fit.transitions().zip(numbers(positions)) {
                    let term = fit.term(transition.0, transition.1, row.as_str().unwrap()).unwrap();
                    let position = position as usize;
                    let expected = position.checked_sub(1).map(|k| &fit.terms()[k]);
                    assert_eq!(term, expected, "{name} {row} {transition:?}");
                }
            }
        }
        let predict = &e["predict"];
        let own = case.name.starts_with("efron");
        if !predict.is_object() || e["method"] == "efron" && !own {
            continue;
        }
        let fit = fit.initial(&numbers(&predict["p0"])).unwrap();
        for (row, expected) in predict["pstate"].as_array().unwrap().iter().enumerate() {
            let path = fit.predict(&new_row(&fit, &predict["newdata"], row)).unwrap();
            for (t, expected) in numbers(&predict["times"]).into_iter().zip(expected.as_array().unwrap()) {
                let what = format!("{name} row {row} at {t}");
                // R sums its exponentials of matrices to 1e-8 or so (Higham's order 5 at least).
                report.all_close(&what, path.at(t).unwrap(), &numbers(expected), TOLERANCE);
            }
        }
    }
    assert_eq!(report.cases, 21);
    report.finish("multi-state Cox");
}

fn heart() -> (Histories, Design<'static>, Case) {
    let case = cases("multistate").into_iter().find(|c| c.name == "cox_heart_breslow").unwrap();
    let frame = case.frame();
    (histories(&case, &frame), design(&case, &frame), case)
}

fn heart_model(ties: Ties) -> MultiStateCox {
    MultiStateCox::new()
        .ties(ties)
        .on(&[(1, 2)], &["age"])
        .common(&[(1, 3), (2, 3)], &["age", "surgery"])
        .shared_baseline(&[(1, 3), (2, 3)])
}

/// The standard error is the root of the sum of squared derivatives by the subjects' weights: each taken by differences of two
/// whole fits, under both ties, with weights, one hazard proportional to another, delayed starts included.
#[test]
fn standard_errors_are_derivatives_by_weights() {
    let (data, design, _) = heart();
    let ids: Vec<u32> = data.ids().codes().to_vec();
    let base: Vec<f64> = ids.iter().map(|id| 1.0 + f64::from(id % 3) / 2.0).collect();
    for (ties, product) in [(Ties::Breslow, true), (Ties::Efron, false)] {
        let fit_with = |w: Vec<f64>| {
            let data = data.clone().with_weights(Weights::sampling(w)).unwrap();
            let fit = heart_model(ties).fit(&data, &design).unwrap().initial(&[1.0, 0.0, 0.0]).unwrap();
            (data, if product { fit.product_integral() } else { fit })
        };
        let (weighted, fit) = fit_with(base.clone());
        let row = fit.row().numeric("age", 4.0).numeric("surgery", 1.0);
        let times = [20.0, 150.0, 600.0];
        let found = fit.with(&weighted, &design).unwrap().predict(&row, &times).unwrap();
        let mut squares = vec![[0.0; 3]; times.len()];
        for id in 0..data.ids().count() as u32 {
            let at = |h: f64| {
                let w =
                    base.iter().zip(&ids).map(|(w, &i)| if i == id { w * (1.0 + h) } else { *w }).collect();
                let path = fit_with(w).1.predict(&row).unwrap();
                times.map(|t| path.at(t).unwrap().to_vec())
            };
            let (up, down) = (at(1e-4), at(-1e-4));
            for (k, square) in squares.iter_mut().enumerate() {
                for m in 0..3 {
                    square[m] += ((up[k][m] - down[k][m]) / 2e-4).powi(2);
                }
            }
        }
        for (k, square) in squares.iter().enumerate() {
            for (m, s) in square.iter().enumerate() {
                let (se, difference) = (found[k].estimates()[m].std_error().unwrap_or(0.0), s.sqrt());
                // Differences of two fits: about 1e-7.
                assert!((se - difference).abs() < 1e-6 * difference, "{ties:?} {k} {m}: {se} {difference}");
                assert_eq!(
                    found[k].estimates()[m].value().unwrap(),
                    fit.predict(&row).unwrap().at(times[k]).unwrap()[m]
                );
            }
        }
    }
}

/// Without covariates the product integral is the Aalen-Johansen estimate, and the errors are its jackknife.
#[test]
fn without_covariates_it_is_aalen_and_johansen() {
    for name in ["cox_heart_breslow", "cox_colon_breslow"] {
        let case = cases("multistate").into_iter().find(|c| c.name == name).unwrap();
        let data = histories(&case, &case.frame());
        let design = Design::without_covariates(data.len());
        let fit = MultiStateCox::new().ties(Ties::Breslow).fit(&data, &design).unwrap().product_integral();
        let occupation = Occupation::new().fit(&data).unwrap();
        let times = numbers(&case.output["predict"]["times"]);
        let found = fit.with(&data, &design).unwrap().predict(&fit.row(), &times).unwrap();
        for at in found {
            for (a, b) in at.estimates().iter().zip(occupation.at(at.time())) {
                assert!((a.value().unwrap() - b.value().unwrap()).abs() < 1e-12, "{name} {at}");
                let (se, expected) = (a.std_error().unwrap_or(0.0), b.std_error().unwrap_or(0.0));
                assert!((se - expected).abs() < 1e-11, "{name} {at}: {expected}");
            }
        }
    }
}

/// From illness at 30 on: `P(30, t)`, in two pieces or at once.
#[test]
fn probabilities_from_a_state_and_a_time_on() {
    let (data, design, _) = heart();
    let fit = heart_model(Ties::Efron).fit(&data, &design).unwrap();
    let row = fit.row().numeric("age", 4.0).numeric("surgery", 0.0);
    let whole = fit.clone().from_state(&1, 0.0).unwrap().predict(&row).unwrap();
    let p30 = whole.at(30.0).unwrap().to_vec();
    let from: Vec<Vec<f64>> = (1..=3)
        .map(|s| fit.clone().from_state(&s, 30.0).unwrap().predict(&row).unwrap().at(400.0).unwrap().to_vec())
        .collect();
    for m in 0..3 {
        let pieces: f64 = (0..3).map(|h| p30[h] * from[h][m]).sum();
        assert!((pieces - whole.at(400.0).unwrap()[m]).abs() < 1e-13);
    }
    let later = fit.clone().from_state(&2, 30.0).unwrap().predict(&row).unwrap();
    assert_eq!(later.at(30.0).unwrap(), [0.0, 1.0, 0.0]);
    assert!(later.at(29.0).unwrap_err().to_string().contains("30"));
    let last = NotEstimable::BeyondFollowUp { time: 1e5, last: 1800.0 };
    assert_eq!((whole.at(1e5), whole.at(f64::NAN)), (Err(last), Err(NotEstimable::InvalidTime)));
}

#[test]
fn what_is_refused_is_named() {
    let (data, design, _) = heart();
    let error = |m: MultiStateCox| m.fit(&data, &design).unwrap_err().to_string();
    let text = error(MultiStateCox::new().on(&[(2, 1)], &["age"]));
    assert_eq!(text, "nobody goes 2 → 1: the transitions are 1 → 2, 1 → 3, 2 → 3");
    assert!(error(MultiStateCox::new().on(&[(1, 4)], &["age"])).contains("no state \"4\""));
    assert!(error(MultiStateCox::new().covariates(&["weight"])).contains("no covariate weight"));
    assert!(error(MultiStateCox::new().ties(Ties::Exact)).contains("exact ties"));
    let twice = MultiStateCox::new().shared_baseline(&[(1, 3), (2, 3)]).shared_baseline(&[(1, 2), (2, 3)]);
    assert!(error(twice).contains("2 → 3"));
    let short = Design::builder().numeric("age", &[1.0, 2.0]).build().unwrap();
    assert_eq!(
        MultiStateCox::new().fit(&data, &short).unwrap_err(),
        Error::LengthMismatch {
            argument: "the design",
            len: 2,
            other: "the histories",
            expected: data.len()
        }
    );
    // Twice as many subjects: half the variance.
    let repeated = data.clone().with_weights(Weights::replication(vec![2.0; data.len()])).unwrap();
    let breslow = |data: &Histories| heart_model(Ties::Breslow).fit(data, &design).unwrap().variance();
    for (a, b) in breslow(&repeated).iter().zip(&breslow(&data)) {
        assert!((2.0 * a - b).abs() < 1e-7 * b.abs().max(1.0), "{a} {b}");
    }
    let fit = heart_model(Ties::Efron).fit(&data, &design).unwrap();
    let message = |r: Result<MultiStateCoxModel, Error>| r.unwrap_err().to_string();
    assert_eq!(message(fit.clone().initial(&[0.5, 0.6, 0.0])), "the sum of initial is 1.1: it must be 1");
    assert_eq!(
        message(fit.clone().initial(&[0.5, 0.5])),
        "initial has 2 values, but states has 3: the two must be equal in number"
    );
    assert_eq!(message(fit.clone().from_state(&"x", 0.0)), "there is no state \"x\": the states are 1, 2, 3");
    assert_eq!(message(fit.clone().from_state(&1, f64::NAN)), "s is NaN: it must be finite and at least 0");
    assert_eq!(
        fit.term("1", "3", "nodes").unwrap_err().to_string(),
        "there is no covariate nodes: there are age, surgery"
    );
    assert_eq!(
        fit.term("3", "1", "age").unwrap_err().to_string(),
        "nobody goes 3 → 1: the transitions are 1 → 2, 1 → 3, 2 → 3"
    );
    assert_eq!(fit.term("1", "2", "surgery").unwrap(), None);
    let others: Vec<f64> = (0..data.len()).map(|i| i as f64).collect();
    let others = Design::builder().numeric("age", &others).numeric("surgery", &others).build().unwrap();
    let Err(Error::Model(ModelError::OtherData { part })) = fit.with(&data, &others) else {
        panic!("other covariates are other data")
    };
    assert!(part.contains("age"), "{part}");
    assert!(fit.predict(&fit.row().numeric("age", 1.0)).unwrap_err().to_string().contains("surgery"));
    let text = fit.to_string();
    assert!(
        text.contains("2 → 3: 45, proportional to 1 → 3") && text.contains("surgery (1 → 3, 2 → 3)"),
        "{text}"
    );
}

/// Nobody with x = 1 dies from state 1: an infinite coefficient is data, and predictions say why there are none.
#[test]
fn an_infinite_coefficient() {
    let data = Histories::among(&["well", "ill", "dead"])
        .rows(
            &[1, 2, 3, 4, 5, 6],
            &[0.0; 6],
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            &[Some("dead"), Some("ill"), Some("dead"), Some("ill"), Some("dead"), None],
        )
        .unwrap();
    let design = Design::builder().numeric("x", &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0]).build().unwrap();
    let fit = MultiStateCox::new().on(&[("well", "dead")], &["x"]).fit(&data, &design).unwrap();
    assert_eq!(fit.coefficients(), [f64::NEG_INFINITY]);
    let error = fit.predict(&fit.row().numeric("x", 1.0)).unwrap_err();
    let Error::Model(ModelError::InfiniteCoefficient { covariate, remedy }) = error else {
        panic!("{error}")
    };
    assert_eq!(covariate, "x (well → dead)");
    // This model has no penalty to recommend.
    assert!(!remedy.contains("firth") && !remedy.contains("ridge"), "{remedy}");
}

#[cfg(feature = "serde")]
#[test]
fn a_stored_model_predicts_the_same() {
    let (data, design, _) = heart();
    let fit = heart_model(Ties::Efron).fit(&data, &design).unwrap();
    let text = serde_json::to_string(&fit).unwrap();
    let back: MultiStateCoxModel = serde_json::from_str(&text).unwrap();
    assert_eq!(back, fit);
    let row = fit.row().numeric("age", 4.0).numeric("surgery", 0.0);
    let path = fit.predict(&row).unwrap();
    assert_eq!(back.predict(&row).unwrap(), path);
    let stored = serde_json::to_value(&path).unwrap();
    assert_eq!(serde_json::from_value::<OccupationPath>(stored.clone()).unwrap(), path);
    for field in ["/probability", "/times", "/times/0", "/initial"] {
        let mut mutated = stored.clone();
        *mutated.pointer_mut(field).unwrap() = serde_json::json!([]);
        assert!(serde_json::from_value::<OccupationPath>(mutated).is_err(), "{field}");
    }
    assert_eq!(
        back.with(&data, &design).unwrap().predict(&row, &[100.0]).unwrap(),
        fit.with(&data, &design).unwrap().predict(&row, &[100.0]).unwrap()
    );
    // What has been changed is refused, or used without a panic.
    let written: Value = serde_json::from_str(&text).unwrap();
    let mut refused = 0;
    for field in [
        "/transitions/0/from",
        "/transitions/1/baseline",
        "/transitions/0/coefficients/0",
        "/transitions/2/ratio",
        "/transitions/0/coefficients",
        "/means",
        "/means/0",
        "/initial/0",
        "/initial",
        "/start",
        "/last",
        "/states",
        "/baselines",
        "/baselines/0/times/1",
        "/baselines/1/jumps/0",
        "/baselines/0/jumps",
    ] {
        for mutation in ["null", "-1", "7", "0.5", "1e308", "[]", "\"x\""] {
            let mut mutated = written.clone();
            *mutated.pointer_mut(field).unwrap() = serde_json::from_str(mutation).unwrap();
            match serde_json::from_value::<MultiStateCoxModel>(mutated) {
                Err(_) => refused += 1,
                Ok(read) => {
                    let _ = (read.to_string(), read.predict(&row).map(|p| p.to_string()));
                    let _ = read.with(&data, &design).and_then(|f| f.predict(&row, &[100.0]));
                }
            }
        }
    }
    assert!(refused > 60, "{refused}");
}
