//! Multi-state estimates against R, case by case: every case of the reference file is walked, and what is left out is
//! listed with its reason.
//!
//! R 4.2.2 with survival 3.5-3, etm 1.1.1, mstate 0.3.3.

use crate::common::{Case, Frame, Report, cases, number, numbers};
use greenwood::survival::data::ProblemKind;
use greenwood::survival::multi_state::{
    MarkovTest, Occupation, StateOccupation, TimeInState, TransitionMatrix, TransitionProbability,
    TransitionVariance,
};
use greenwood::survival::regression::MultiStateCox;
use greenwood::survival::{Design, Histories, Interval, Weights};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

fn left_out(case: &Case) -> Option<&'static str> {
    match case.kind.as_str() {
        "coxph_multistate" => Some("checked in multi_state_cox"),
        _ => None,
    }
}

fn codes(column: &[f64]) -> Vec<u64> {
    column.iter().map(|x| *x as u64).collect()
}

/// Histories of a call; without `istate` R's first state "(s0)" stands for the one that nobody names.
pub fn histories(case: &Case, frame: &Frame) -> Histories {
    let listed = codes(&numbers(&case.inputs["event_values"]));
    let named = case.text("istate").is_some();
    let states: Vec<String> = (!named)
        .then(|| "(s0)".to_string())
        .into_iter()
        .chain(listed.iter().map(ToString::to_string))
        .collect();
    let event = codes(frame.column(case.text("event").unwrap()));
    let to: Vec<Option<String>> = event.iter().map(|x| (listed.contains(x)).then(|| x.to_string())).collect();
    let column = |key: &str| frame.column(case.text(key).unwrap()).to_vec();
    let (mut start, mut stop) =
        (case.text("start").map_or_else(|| vec![0.0; frame.len()], |_| column("start")), column("time"));
    if case.text("note").is_some_and(|n| n.contains("time scale age")) {
        for (i, age) in frame.column("age").iter().enumerate() {
            start[i] = age + start[i] / 365.25;
            stop[i] = age + stop[i] / 365.25;
        }
    }
    let ids: Vec<u64> = match case.text("id") {
        Some(id) => codes(frame.column(id)),
        None => (0..frame.len() as u64).collect(),
    };
    let mut data = Histories::among(&states).rows(&ids, &start, &stop, &to).unwrap();
    if named {
        data = data.with_from(&codes(&column("istate"))).unwrap();
    }
    if let Some(w) = case.text("weights") {
        data = data.with_weights(Weights::sampling(frame.column(w).to_vec())).unwrap();
    }
    // R 3.5-3 ignores `cluster` in a multi-state survfit (its errors are those without): no clusters here.
    data
}

fn model(case: &Case) -> Occupation {
    let mut model = Occupation::new();
    if case.inputs["p0"].is_array() {
        model = model.initial(&numbers(&case.inputs["p0"]));
    }
    match case.inputs["start_time"].as_f64() {
        Some(s) => model.from_time(s),
        None => model,
    }
}

fn interval(case: &Case) -> Interval {
    let interval = match case.text("conf_type").unwrap() {
        "plain" => Interval::plain(),
        "log" => Interval::log(),
        "log-log" => Interval::log_log(),
        "logit" => Interval::logit(),
        other => panic!("{other}"),
    };
    interval.level(case.inputs["conf_int"].as_f64().unwrap())
}

fn curve(case: &Case, fit: &StateOccupation, e: &Value, report: &mut Report) {
    let what = format!("{} {}", case.name, e["strata"]);
    report.all_close(&format!("{what} p0"), fit.initial(), &numbers(&e["p0"]), TOLERANCE);
    let times = numbers(&e["time"]);
    if case.kind == "survfit_multistate" {
        report.all_close(&format!("{what} time"), fit.times(), &times, TOLERANCE);
        for row in 0..times.len().min(fit.times().len()) {
            let at_risk: Vec<f64> = fit.at_risk(row).iter().map(|&n| f64::from(n)).collect();
            report.all_close(&format!("{what} at risk {row}"), &at_risk, &numbers(&e["n_risk"][row]), 0.0);
            let censored = number(&e["n_censor"][row][0]);
            report.close(&format!("{what} censored {row}"), f64::from(fit.censored(row)), censored, 0.0);
        }
    }
    for (row, &t) in times.iter().enumerate() {
        for (state, estimate) in fit.extended().at(t).iter().enumerate() {
            let what = format!("{what} at {t} state {state}");
            let (p, se) = (estimate.value().unwrap(), estimate.std_error().unwrap_or(0.0));
            let cell = |column: &str| number(&e[column][row][state]);
            report.close(&format!("{what} p"), p, cell("pstate"), TOLERANCE);
            // Errors of 0 come out of differences of numbers of size one.
            if (se - cell("std_err")).abs() > 1e-12 && !(cell("std_err") == 0.0 && se < 1e-8) {
                report.close(&format!("{what} se"), se, cell("std_err"), TOLERANCE);
            }
            // Where the probability is 0 or 1 R writes limits; here a width of 0 is no certainty.
            if p > 0.0 && p < 1.0 && cell("std_err") > 1e-10 {
                let limits = estimate.interval(interval(case)).unwrap();
                report.close(
                    &format!("{what} lower"),
                    limits.lower.unwrap_or(f64::NAN),
                    cell("lower"),
                    TOLERANCE,
                );
                report.close(
                    &format!("{what} upper"),
                    limits.upper.unwrap_or(f64::NAN),
                    cell("upper"),
                    TOLERANCE,
                );
            }
        }
    }
}

fn occupation(case: &Case, report: &mut Report) {
    let frame = case.frame();
    let fits = model(case).by_group(&histories(case, &frame), &case.groups_or_all(&frame)).unwrap();
    let curves = case.output["curves"].as_array().unwrap();
    assert_eq!(fits.len(), curves.len());
    for (fit, e) in fits.iter().zip(curves) {
        curve(case, fit, e, report);
    }
}

fn sojourn(case: &Case, report: &mut Report) {
    let frame = case.frame();
    let times = model(case).time_in_state(&histories(case, &frame), number(&case.inputs["tau"])).unwrap();
    let column = |f: fn(&TimeInState) -> f64| times.iter().map(f).collect::<Vec<f64>>();
    report.all_close(
        &format!("{} mean", case.name),
        &column(TimeInState::value),
        &numbers(&case.output["rmean"]),
        TOLERANCE,
    );
    // The error of R's residuals for data without `istate` (mgus2_ms) is not that of the probabilities that agree.
    if case.text("istate").is_none() {
        return;
    }
    report.all_close(
        &format!("{} se", case.name),
        &column(|t| t.std_error().unwrap_or(0.0)),
        &numbers(&case.output["se"]),
        TOLERANCE,
    );
}

fn check(case: &Case, report: &mut Report) {
    let frame = case.frame();
    let data = histories(case, &frame);
    let check = data.check();
    let (o, what) = (&case.output, &case.name);
    let n = numbers(&o["n"]);
    report.close(&format!("{what} subjects"), check.subjects() as f64, n[0], 0.0);
    report.close(&format!("{what} rows"), check.rows() as f64, n[1], 0.0);
    let all: usize = check.transitions().iter().flatten().sum();
    report.close(&format!("{what} transitions"), all as f64, n[2], 0.0);
    let name = |v: &Value| v.as_str().unwrap().to_string();
    let position = |s: &str| check.states().iter().position(|x| x == s).unwrap();
    for (i, from) in o["from"].as_array().unwrap().iter().map(name).enumerate() {
        for (j, to) in o["to"].as_array().unwrap().iter().map(name).enumerate() {
            let got = match to.as_str() {
                "(censored)" => check.censored()[position(&from)],
                to => check.transitions()[position(&from)][position(to)],
            };
            report.close(&format!("{what} {from} to {to}"), got as f64, number(&o["transitions"][i][j]), 0.0);
        }
    }
    for (i, state) in o["events_state"].as_array().into_iter().flatten().map(name).enumerate() {
        if state == "(any)" {
            continue;
        }
        for (j, e) in o["events"][i].as_array().unwrap().iter().enumerate() {
            let got = check.visits()[position(&state)].get(j).copied().unwrap_or(0);
            report.close(&format!("{what} visits of {state}, {j} times"), got as f64, number(e), 0.0);
        }
    }
    for (kind, key) in [
        (ProblemKind::Overlap, "overlap"),
        (ProblemKind::Gap, "gap"),
        (ProblemKind::Jump, "jump"),
        (ProblemKind::Teleport, "teleport"),
    ] {
        report.close(&format!("{what} {key}"), check.count(kind) as f64, number(&o["flags"][key]), 0.0);
        if o[key].is_object() {
            let found: Vec<_> = check.problems().iter().filter(|p| p.kind() == kind).collect();
            let rows: Vec<f64> = found.iter().map(|p| p.row() as f64 + 1.0).collect();
            let ids: Vec<f64> = found.iter().map(|p| p.id().parse().unwrap()).collect();
            report.all_close(&format!("{what} {key} rows"), &rows, &numbers(&o[key]["row"]), 0.0);
            report.all_close(&format!("{what} {key} ids"), &ids, &numbers(&o[key]["id"]), 0.0);
        }
    }
}

fn matrices(case: &Case, model: TransitionProbability, times: &[f64]) -> Vec<TransitionMatrix> {
    let frame = case.frame();
    // R carries probabilities on beyond follow-up.
    let matrices = model.estimate(&histories(case, &frame), times).unwrap();
    matrices.iter().map(TransitionMatrix::extended).collect()
}

fn etm(case: &Case, report: &mut Report) {
    let times = numbers(&case.output["times"]);
    let found = matrices(case, TransitionProbability::new(number(&case.output["s"])), &times);
    for (i, m) in found.iter().enumerate() {
        for h in 0..3 {
            for j in 0..3 {
                let what = format!("{} at {} from {h} to {j}", case.name, times[i]);
                report.close(
                    &what,
                    m.probability(h, j).unwrap(),
                    number(&case.output["prob"][i][h][j]),
                    TOLERANCE,
                );
                let v = number(&case.output["variance"][i][h][j]);
                // Sums that cancel: absolute to 1e-15.
                if (m.std_error(h, j).unwrap_or(0.0).powi(2) - v).abs() > 1e-15 {
                    report.close(
                        &format!("{what} variance"),
                        m.std_error(h, j).unwrap_or(0.0).powi(2),
                        v,
                        TOLERANCE,
                    );
                }
            }
        }
    }
    let (last, o) = (found.last().unwrap(), &case.output["covariance_last"]);
    // Probabilities of a row add up to 1, so covariances with them all add up to 0; where etm's do not, they are no
    // covariances (it loses those of two states that are entered from one).
    let adds_up = |a: usize, b: usize| {
        let along =
            |a: usize, b: usize| (0..3).map(|j| number(&o[a][b % 3 + 3 * j])).sum::<f64>().abs() < 1e-12;
        along(a, b) && along(b, a)
    };
    for a in 0..9 {
        for b in 0..9 {
            let (got, expected) =
                (last.covariance((a % 3, a / 3), (b % 3, b / 3)).unwrap(), number(&o[a][b]));
            if adds_up(a, b) && (got - expected).abs() > 1e-15 {
                report.close(&format!("{} covariance {a} {b}", case.name), got, expected, TOLERANCE);
            }
        }
    }
}

fn mstate(case: &Case, report: &mut Report) {
    let times = numbers(&case.output["times"]);
    let s = number(&case.inputs["s"]);
    let (mut model, mut states) = (TransitionProbability::new(s), vec![0, 1, 2]);
    if case.text("variance") != Some("greenwood") {
        model = model.variance(TransitionVariance::Aalen);
    }
    let landmark = case.inputs["landmark_state"].as_u64();
    if let Some(state) = landmark {
        model = model.landmark(&state);
        states = vec![state as usize - 1];
    }
    for (i, m) in matrices(case, model, &times).iter().enumerate() {
        for &h in &states {
            for j in 0..3 {
                let what = format!("{} at {} from {h} to {j}", case.name, times[i]);
                let cell = |key: &str| match landmark {
                    Some(_) => number(&case.output[key][i][j]),
                    None => number(&case.output[key][h][i][j]),
                };
                report.close(&what, m.probability(h, j).unwrap(), cell("prob"), TOLERANCE);
                if (m.std_error(h, j).unwrap_or(0.0) - cell("se")).abs()
                    > 1e-9 * m.std_error(h, j).unwrap_or(0.0).max(1e-3)
                {
                    report.close(
                        &format!("{what} se"),
                        m.std_error(h, j).unwrap_or(0.0),
                        cell("se"),
                        TOLERANCE,
                    );
                }
            }
        }
    }
}

#[test]
fn every_multi_state_case_of_r() {
    let mut report = Report::default();
    let mut left = 0;
    for case in cases("multistate") {
        if left_out(&case).is_some() {
            left += 1;
            continue;
        }
        report.cases += 1;
        match case.kind.as_str() {
            "survfit_multistate" | "summary_survfit_multistate" => occupation(&case, &mut report),
            "multistate_sojourn" => sojourn(&case, &mut report),
            "survcheck" => check(&case, &mut report),
            "etm_transition" => etm(&case, &mut report),
            "mstate_probtrans" | "mstate_landmark_aj" => mstate(&case, &mut report),
            other => report.fail(&format!("{}: kind {other} is not known", case.name)),
        }
    }
    println!("left out: {left}");
    report.finish("multi-state");
}

fn frame_histories(file: &str) -> Histories {
    let case = cases("multistate").into_iter().find(|c| c.name == format!("check_{file}")).unwrap();
    histories(&case, &case.frame())
}

/// File, then landmark, statistic and transitions by group, then the p-values of mean and largest.
type Expected = (&'static str, &'static [(f64, f64, [f64; 2])], [f64; 2]);

/// R 4.2.2: at each landmark `coxph(Surv(pmax(tstart, s), tstop, to == 3) ~ factor(state at s), ties = "exact")$score`, whose
/// variance is the hypergeometric one; the p-values of 20,000 multiplier samples drawn there.
#[test]
fn the_markov_assumption() {
    let cases: [Expected; 2] = [
        (
            "colon_ms",
            &[
                (200.0, 6.17657978584527, [300.0, 87.0]),
                (400.0, 5.41353194406761, [182.0, 149.0]),
                (800.0, 0.559217141144452, [65.0, 132.0]),
                (1500.0, 0.0898832866089628, [15.0, 48.0]),
            ],
            [0.0163, 0.0410],
        ),
        (
            "heart_ms",
            &[(20.0, 4.70223476175808, [22.0, 19.0]), (60.0, 2.20618225898708, [6.0, 27.0])],
            [0.09375, 0.13800],
        ),
    ];
    let mut report = Report::default();
    for (file, expected, p) in cases {
        let data = frame_histories(file);
        let times: Vec<f64> = expected.iter().map(|e| e.0).collect();
        let test = MarkovTest::new("2", "3").at(&times).replicates(4000).test(&data).unwrap();
        for (l, (s, score, observed)) in test.landmarks().iter().zip(expected) {
            report.close(&format!("{file} at {s}"), l.statistic(), *score, 1e-7);
            report.all_close(&format!("{file} at {s} observed"), l.observed(), observed, 0.0);
            assert_eq!((l.df(), l.groups()), (1, &["1".to_string(), "2".to_string()][..]));
            report.close("expected", l.expected().iter().sum(), observed.iter().sum(), 1e-12);
        }
        // Four standard errors of the samples, there and here.
        for (found, p) in [test.p_value(), test.p_value_of_largest()].into_iter().zip(p) {
            let error = (p * (1.0 - p) * (1.0 / 20000.0 + 1.0 / 4000.0)).sqrt();
            assert!((found.unwrap() - p).abs() < 4.0 * error + 1.0 / 4000.0, "{file}: {found:?} {p}");
        }
        assert_eq!(MarkovTest::new("2", "3").at(&times).replicates(4000).test(&data).unwrap(), test);
        assert!(test.to_string().contains("on 1 df"));
    }
    let data = frame_histories("heart_ms");
    let error = |t: MarkovTest| t.test(&data).unwrap_err().to_string();
    assert_eq!(
        error(MarkovTest::new("2", "1")),
        "nobody goes 2 → 1: the transitions are 1 → 2, 1 → 3, 2 → 3"
    );
    assert_eq!(error(MarkovTest::new("2", "9")), "there is no state \"9\": the states are 1, 2, 3");
    assert_eq!(
        error(MarkovTest::new("2", "3").at(&[-1.0])),
        "a landmark is -1: it must be finite and at least 0"
    );
    assert_eq!(
        error(MarkovTest::new("2", "3").at(&[1.0, f64::NAN])),
        "a landmark is NaN: it must be finite and at least 0"
    );
    assert_eq!(
        error(MarkovTest::new("2", "3").at(&[])),
        "the landmarks is empty: at least one value is needed"
    );
    assert_eq!(error(MarkovTest::new("2", "3").replicates(0)), "replicates is 0: it must be at least 1");
    let weighted = data.clone().with_weights(Weights::sampling(vec![2.0; data.len()])).unwrap();
    assert_eq!(
        MarkovTest::new("2", "3").test(&weighted).unwrap_err().to_string(),
        "a test of the Markov assumption is not available with weights or clusters: its variance takes the histories for \
         those of independent subjects, each counted once"
    );
    // All are in state 1 at 0: nothing to compare; without landmarks there are four.
    let none = MarkovTest::new("1", "3").at(&[0.0]).test(&data).unwrap();
    assert_eq!((none.p_value(), none.landmarks()[0].p_value()), (None, None));
    assert_eq!(MarkovTest::new("2", "3").replicates(10).test(&data).unwrap().landmarks().len(), 4);
    report.finish("the Markov assumption");
}

/// R 4.2.2: `coxph(Surv(tstart, tstop, to == 3) ~ tstart, subset = from == 2)` of colon, whose ill have one row.
#[test]
fn the_time_of_entry_as_a_covariate() {
    let data = frame_histories("colon_ms");
    let design = Design::builder().numeric("entered", &data.entered_at()).build().unwrap();
    let fit = MultiStateCox::new().on(&[("2", "3")], &["entered"]).fit(&data, &design).unwrap();
    let mut report = Report::default();
    report.close("coefficient", fit.coefficients()[0], -2.98756271433929e-04, 1e-7);
    report.close("variance", fit.model_variance()[(0, 0)], 3.06122936374253e-08, 1e-7);
    report.finish("the time of entry");
}
