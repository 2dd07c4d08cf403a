//! Absolute risks from cause-specific Cox models against riskRegression 2022.11.28 (R 4.2.2): the estimates of every case.
//! Its standard errors are not checked: none are given here.

mod common;

use common::{Case, Frame, Report, cases, number, numbers};
use greenwood::Error;
use greenwood::survival::regression::{AbsoluteRisk, PredictedCurve};
use greenwood::survival::result::NotEstimable;
use greenwood::survival::{CompetingRisks, CoxPh, Design, RightCensored, Ties};

/// The columns of a list of covariates.
fn columns(case: &Case, key: &str) -> Vec<String> {
    case.inputs[key].as_array().unwrap().iter().map(|c| c["column"].as_str().unwrap().to_string()).collect()
}

fn curve(case: &Case, frame: &Frame, key: &str, data: RightCensored<'static>, row: usize) -> PredictedCurve {
    let names = columns(case, key);
    let mut design = Design::builder();
    for name in &names {
        design = design.numeric(name, frame.column(name));
    }
    let design = design.build().unwrap();
    let strata = case.groups(frame, "strata");
    let data = match &strata {
        Some(strata) => data.with_strata(strata.clone()).unwrap(),
        None => data,
    };
    let ties = if case.text("ties") == Some("breslow") { Ties::Breslow } else { Ties::Efron };
    let fit = CoxPh::new().ties(ties).fit(&data, &design).unwrap();
    let of = |name: &str| number(&case.output["newdata"][name][row]);
    let new = names.iter().fold(fit.row(), |r, name| r.numeric(name, of(name)));
    let base = fit.with(&data, &design).unwrap().baseline().unwrap();
    match strata {
        Some(_) => {
            let name = &case.names("strata")[0];
            base.stratum(&format!("{name}={}", of(name))).unwrap().curve(&new).unwrap()
        }
        None => base.curve(&new).unwrap(),
    }
}

#[test]
fn every_case_of_the_reference_file() {
    let mut report = Report::default();
    for case in cases("competing2").iter().filter(|c| c.kind == "csc_absolute_risk") {
        report.cases += 1;
        let frame = case.frame();
        let data = case.competing(&frame).unwrap();
        let cause = case.inputs["cause"].to_string();
        for (row, expected) in case.output["risk"].as_array().unwrap().iter().enumerate() {
            let of = |k: &String| {
                let own = format!("covariates_cause{k}");
                let key = if case.inputs[&own].is_null() { "covariates" } else { own.as_str() };
                (k.clone(), curve(case, &frame, key, data.cause_specific(k).unwrap(), row))
            };
            let curves: Vec<_> = data.causes().iter().map(of).collect();
            let mut risk = AbsoluteRisk::new(&curves).unwrap();
            if case.inputs["product_limit"] == false {
                risk = risk.exponential();
            }
            if case.text("surv_type").is_some() {
                risk = risk.free_by(&curve(case, &frame, "covariates", data.any_cause().clone(), row));
            }
            let got: Vec<f64> = numbers(&case.output["times"])
                .into_iter()
                .map(|t| match case.inputs["landmark"].as_f64() {
                    Some(s) => risk.given_event_free(s, &cause, t).unwrap(),
                    None => risk.of(&cause, t).unwrap(),
                })
                .collect();
            // A maximum found by iteration on both sides.
            report.all_close(&format!("{} row {row}", case.name), &got, &numbers(expected), 1e-7);
        }
    }
    assert_eq!(report.cases, 16);
    report.finish("absolute risks");
}

#[test]
fn what_is_no_risk_is_refused() {
    assert_eq!(AbsoluteRisk::new(&[]).unwrap_err(), Error::Empty { argument: "curves" });
    let outcome = [Some("a"), Some("b"), Some("a"), None, Some("b"), Some("a")];
    let data = CompetingRisks::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &outcome).unwrap();
    let design = Design::builder().numeric("x", &[1.0, 0.0, 0.5, 2.0, 1.5, 0.2]).build().unwrap();
    let curve = |cause: &String| {
        let rows = data.cause_specific(cause).unwrap();
        let fit = CoxPh::new().fit(&rows, &design).unwrap();
        let base = fit.with(&rows, &design).unwrap().baseline().unwrap();
        (cause.clone(), base.curve(&fit.row().numeric("x", 1.0)).unwrap())
    };
    let curves: Vec<_> = data.causes().iter().map(curve).collect();
    let risk = AbsoluteRisk::new(&curves).unwrap();
    let beyond = NotEstimable::BeyondFollowUp { time: 7.0, last: 6.0 };
    assert_eq!(risk.of("a", 7.0), Err(Error::NotEstimable { because: beyond }));
    assert_eq!(risk.of("a", -1.0), Err(Error::NotEstimable { because: NotEstimable::InvalidTime }));
    assert!(matches!(risk.of("c", 1.0), Err(Error::UnknownCause { .. })));
    assert!(risk.given_event_free(3.0, "a", 2.0).unwrap_err().to_string().contains("at least s"));
    assert_eq!((risk.of("a", 0.0), risk.event_free(0.0)), (Ok(0.0), Ok(1.0)));
}
