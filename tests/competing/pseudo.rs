//! Pseudo-values against a plain leave-one-out loop in R 4.2.2 (survival 3.5-3), and by leaving rows out here.

use crate::common::{Report, cases, numbers};
use greenwood::Error;
use greenwood::survival::curve::{Pseudo, PseudoValues};
use greenwood::survival::{AalenJohansen, CompetingRisks, KaplanMeier, RightCensored, Weights};
use proptest::prelude::*;

#[test]
fn every_case_of_the_reference_file() {
    let mut report = Report::default();
    for case in cases("pseudo") {
        // Of multi-state histories and infinitesimal ones below; models of pseudo-values there are none.
        if matches!(case.kind.as_str(), "pseudo_states" | "pseudo_infinitesimal" | "pseudo_regression") {
            continue;
        }
        let frame = case.frame();
        let times =
            numbers(if case.inputs["tau"].is_null() { &case.inputs["times"] } else { &case.inputs["tau"] });
        let ask = Pseudo::new(&times);
        let cause = case.inputs["cause"].as_u64().unwrap_or(0).to_string();
        let pseudo = match case.kind.as_str() {
            "pseudo_survival" => ask.survival(&case.right_censored(&frame).unwrap()),
            "pseudo_rmst" => ask.restricted_mean(&case.right_censored(&frame).unwrap()),
            "pseudo_incidence" => ask.incidence(&case.competing(&frame).unwrap(), &cause),
            "pseudo_time_lost" => ask.time_lost(&case.competing(&frame).unwrap(), &cause),
            kind => panic!("{kind}"),
        };
        let pseudo = pseudo.unwrap_or_else(|e| panic!("{}: {e}", case.name));
        report.cases += 1;
        report.all_close(&case.name, pseudo.estimate(), &numbers(&case.output["estimate"]), 1e-9);
        let expected = case.output["pseudo"].as_array().unwrap();
        assert_eq!(expected.len(), pseudo.values().nrows(), "{}", case.name);
        for (i, (row, e)) in pseudo.values().rows().into_iter().zip(expected).enumerate() {
            for (k, (&got, e)) in row.iter().zip(numbers(e)).enumerate() {
                // Differences of n times an estimate: the last bits of n, or of n horizons, are lost on both sides.
                let scale = if case.inputs["tau"].is_null() { 1.0 } else { times[k] };
                if (got - e).abs() > 1e-11 * scale {
                    report.close(&format!("{}[{i}, {k}]", case.name), got, e, 1e-9);
                } else {
                    report.checked += 1;
                }
            }
        }
    }
    assert!(report.cases >= 20, "{}", report.cases);
    report.finish("pseudo-values");
}

/// R's `survival::pseudo` is the infinitesimal one.
#[test]
fn infinitesimal_ones_are_those_of_r() {
    let mut report = Report::default();
    for case in cases("pseudo").into_iter().filter(|c| c.kind == "pseudo_infinitesimal") {
        let frame = case.frame();
        let times = numbers(&case.inputs["times"]);
        let ask = Pseudo::new(&times).infinitesimal();
        let columns = match case.inputs["quantity"].as_str().unwrap() {
            "survival" => vec![ask.survival(&case.right_censored(&frame).unwrap()).unwrap()],
            "restricted mean survival time" => {
                vec![ask.restricted_mean(&case.right_censored(&frame).unwrap()).unwrap()]
            }
            _ => {
                let data = case.competing(&frame).unwrap();
                let cause = |c: &str| ask.incidence(&data, c).unwrap();
                vec![ask.survival(data.any_cause()).unwrap(), cause("1"), cause("2")]
            }
        };
        report.cases += 1;
        for (i, e) in case.output["pseudo"].as_array().unwrap().iter().enumerate() {
            let got = columns.iter().flat_map(|c| c.values().row(i).to_vec());
            let expected = if e.is_array() { numbers(e) } else { vec![e.as_f64().unwrap()] };
            for (k, (got, e)) in got.zip(expected).enumerate() {
                if (got - e).abs() > 1e-11 * times[k % times.len()].max(1.0) {
                    report.close(&format!("{}[{i}, {k}]", case.name), got, e, 1e-9);
                } else {
                    report.checked += 1;
                }
            }
        }
    }
    assert_eq!(report.cases, 12);
    report.finish("infinitesimal pseudo-values");
}

fn column(pseudo: &PseudoValues) -> Vec<f64> {
    pseudo.values().column(0).to_vec()
}

fn near(got: &[f64], expected: &[f64]) {
    assert_eq!(got.len(), expected.len());
    for (g, e) in got.iter().zip(expected) {
        assert!((g - e).abs() < 1e-9 * (1.0 + e.abs()), "{got:?} {expected:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// By leaving each row out, with delayed entries and ties.
    #[test]
    fn each_row_left_out(rows in prop::collection::vec((0u8..6, 1u8..7, 0u8..3), 3..25), at in 1u8..10) {
        let entry: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
        let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0 + r.1)).collect();
        let outcome: Vec<Option<u8>> = rows.iter().map(|r| (r.2 > 0).then_some(r.2)).collect();
        let data = CompetingRisks::with_causes(&time, &outcome, &[1, 2]).unwrap().with_entry(&entry).unwrap();
        let last = time.iter().copied().fold(0.0, f64::max);
        let t = f64::from(at).min(last);
        let n = rows.len();
        let estimates = |data: &CompetingRisks| {
            let curve = KaplanMeier::fit(data.any_cause());
            let fit = AalenJohansen::new().fit(data).unwrap().extended();
            let cause = fit.of("1").unwrap();
            let extended = curve.extended();
            [extended.at(t).value().unwrap(), extended.restricted_mean(t).unwrap().value(), cause.at(t).value().unwrap()]
        };
        let whole = estimates(&data);
        let asked = Pseudo::new(&[t]);
        let got = [
            asked.survival(data.any_cause()).unwrap(),
            asked.restricted_mean(data.any_cause()).unwrap(),
            asked.incidence(&data, "1").unwrap(),
            asked.cumulative_hazard(data.any_cause()).unwrap(),
        ].map(|p| column(&p));
        // Σ d/n, with each event apart from the table of rows.
        let hazard = |data: &CompetingRisks| -> f64 {
            let table = greenwood::survival::RiskTable::new(data.any_cause());
            let rows = table.rows().filter(|r| r.time <= t && r.events > 0.0);
            rows.map(|r| r.events / r.at_risk).sum()
        };
        for i in 0..n {
            let keep: Vec<bool> = (0..n).map(|j| j != i).collect();
            let without = estimates(&data.filter(&keep).unwrap());
            let others = data.filter(&keep).unwrap();
            let (whole, without) = (
                [whole[0], whole[1], whole[2], hazard(&data)],
                [without[0], without[1], without[2], hazard(&others)],
            );
            for k in 0..4 {
                let expected = n as f64 * whole[k] - (n as f64 - 1.0) * without[k];
                prop_assert!((got[k][i] - expected).abs() < 1e-9 * (1.0 + t), "{k} {i}: {} {expected}", got[k][i]);
            }
        }
    }

    #[test]
    fn permuted_scaled_doubled(rows in prop::collection::vec((1u8..9, 0u8..3), 2..20)) {
        let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1 > 0).collect();
        let t = time.iter().copied().fold(0.0, f64::max);
        let asked = Pseudo::new(&[t]);
        let pseudo = column(&asked.restricted_mean(&RightCensored::new(&time, &event).unwrap()).unwrap());
        let reversed = |v: &[f64]| v.iter().rev().copied().collect::<Vec<f64>>();
        let events: Vec<bool> = event.iter().rev().copied().collect();
        let permuted = RightCensored::new(reversed(&time), events).unwrap();
        near(&reversed(&column(&asked.restricted_mean(&permuted).unwrap())), &pseudo);
        let scaled: Vec<f64> = time.iter().map(|t| 4.0 * t).collect();
        let four = Pseudo::new(&[4.0 * t]).restricted_mean(&RightCensored::new(&scaled, &event).unwrap()).unwrap();
        near(&column(&four), &pseudo.iter().map(|p| 4.0 * p).collect::<Vec<_>>());
        // Weight 2 is the row twice.
        let two = Weights::replication(vec![2.0; time.len()]);
        let weighted = asked.restricted_mean(&RightCensored::new(&time, &event).unwrap().with_weights(two).unwrap());
        let (times, events) = ([time.clone(), time.clone()].concat(), [event.clone(), event.clone()].concat());
        let twice = asked.restricted_mean(&RightCensored::new(times, events).unwrap()).unwrap();
        let weighted = weighted.unwrap();
        near(&column(&weighted), &column(&twice)[..time.len()]);
        near(&weighted.std_errors().unwrap(), &twice.std_errors().unwrap());
    }
}

/// Without censoring the jackknife error is that of a mean: √(p(1 − p)/(n − 1)).
#[test]
fn the_error_of_a_share() {
    let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0, 5.0], &[true; 5]).unwrap();
    let pseudo = Pseudo::new(&[2.0]).survival(&data).unwrap();
    near(&pseudo.std_errors().unwrap(), &[(0.6f64 * 0.4 / 4.0).sqrt()]);
    let one = Pseudo::new(&[1.0]).survival(&RightCensored::new(&[1.0], &[true]).unwrap()).unwrap();
    assert_eq!((column(&one), one.std_errors()), (vec![0.0], None));
}

#[test]
fn what_has_no_pseudo_value_is_refused() {
    let data = || RightCensored::new(&[1.0, 2.0, 3.0], &[true, true, false]).unwrap();
    let text =
        |times: &[f64], data: &RightCensored| Pseudo::new(times).survival(data).unwrap_err().to_string();
    assert_eq!(Pseudo::new(&[]).survival(&data()).unwrap_err(), Error::Empty { argument: "times" });
    assert!(text(&[f64::NAN], &data()).contains("times"));
    assert!(text(&[-1.0], &data()).contains("at least 0"));
    let beyond = Pseudo::new(&[4.0]).survival(&data()).unwrap_err();
    assert_eq!(beyond, Error::BeyondFollowUp { tau: 4.0, last: 3.0 });
    assert!(text(&[1.0], &data().with_clusters(&[1, 1, 2]).unwrap()).contains("one independent subject"));
    let half = data().with_weights(Weights::replication(vec![0.5, 1.0, 1.0])).unwrap();
    assert!(text(&[1.0], &half).contains("whole number"));
    let risks = CompetingRisks::new(&[1.0, 2.0], &[Some("a"), None]).unwrap();
    assert!(matches!(Pseudo::new(&[1.0]).incidence(&risks, "b"), Err(Error::UnknownCause { .. })));
}
