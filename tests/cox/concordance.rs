//! Concordance against R, all 52 cases: the estimate, its (co)variance, and the concordant, discordant and tied pairs.
//!
//! Not compared, for it is not offered: pairs of equal times (`tied.y`, `tied.xy`), which are no part of C; and `cvar`,
//! a second variance, that of the score test of a Cox model.

use crate::common::{Case, Frame, Report, cases, number, numbers};
use greenwood::survival::prediction::{ConcordanceDifference, ConcordanceEstimate, PairWeight};
use greenwood::survival::result::NotEstimable;
use greenwood::survival::{Concordance, CoxPh, Design, Groups, KaplanMeier, RightCensored, Ties, Weights};
use proptest::prelude::*;
use serde_json::Value;

/// Sums of up to 10⁵ pairs.
const CLOSED: f64 = 1e-9;

fn weight(case: &Case) -> PairWeight {
    let weight = match case.text("timewt").unwrap() {
        "n" => PairWeight::equal(),
        "S" => PairWeight::survival(),
        "S/G" => PairWeight::schemper(),
        "n/G2" => PairWeight::uno(),
        "I" => PairWeight::information(),
        other => panic!("weight {other}"),
    };
    case.inputs["ymax"].as_f64().map_or(weight, |end| weight.until(end))
}

/// The data of the call; a numeric response is a time at which everybody has the event.
fn data(case: &Case, frame: &Frame) -> RightCensored<'static> {
    if let Some(response) = case.text("response") {
        return RightCensored::new(frame.column(response).to_vec(), vec![true; frame.len()]).unwrap();
    }
    let mut data = case.right_censored(frame).unwrap();
    // R's error is that of sampling weights: a weighted row moves the estimate as one.
    if let Some(weights) = data.weights().map(|w| w.values().to_vec()) {
        data = data.with_weights(Weights::sampling(weights)).unwrap();
    }
    if let Some(strata) = case.groups(frame, "strata") {
        data = data.with_strata(strata).unwrap();
    }
    if let Some(cluster) = case.text("cluster") {
        let ids: Vec<u64> = frame.column(cluster).iter().map(|x| x.to_bits()).collect();
        data = data.with_clusters(&ids).unwrap();
    }
    data
}

/// The linear predictor of a Cox model. Ties of it are ties of the covariates, not of their rounded products.
fn predictor(covariates: &Value, case: &Case, data: &RightCensored, frame: &Frame) -> Vec<f64> {
    let mut design = Design::builder();
    for covariate in covariates.as_array().unwrap() {
        let name = covariate["column"].as_str().unwrap();
        design = design.numeric(name, frame.column(name));
    }
    let design = design.build().unwrap();
    let ties = if case.text("ties") == Some("breslow") { Ties::Breslow } else { Ties::Efron };
    let fit = CoxPh::new().ties(ties).fit(data, &design).unwrap();
    let score = fit.linear_predictor(&design).unwrap();
    score.iter().map(|s| (s * 1e10).round() / 1e10).collect()
}

/// Higher scores mean earlier events here; R's default is the other way round.
fn marker(case: &Case, frame: &Frame) -> Vec<f64> {
    let sign = if case.inputs["reverse"] == true { 1.0 } else { -1.0 };
    frame.column(case.text("marker").unwrap()).iter().map(|x| sign * x).collect()
}

fn check(
    report: &mut Report,
    name: &str,
    c: ConcordanceEstimate,
    estimate: f64,
    variance: f64,
    count: [f64; 3],
) {
    report.close(&format!("{name} estimate"), c.value().unwrap_or(f64::NAN), estimate, CLOSED);
    // The root of 6e-33, R's variance of 0 in one case, is no standard error.
    let se = if variance < 1e-30 { 0.0 } else { variance.sqrt() };
    report.close(
        &format!("{name} std error"),
        c.std_error().unwrap_or(c.value().map_or(f64::NAN, |_| 0.0)),
        se,
        CLOSED,
    );
    report.all_close(&format!("{name} pairs"), &[c.concordant(), c.discordant(), c.tied()], &count, CLOSED);
}

#[test]
fn concordances_are_those_of_r() {
    let mut report = Report::default();
    for case in cases("concordance") {
        report.cases += 1;
        let frame = case.frame();
        let data = data(&case, &frame);
        let out = &case.output;
        let rows: Vec<Vec<f64>> = out["count"].as_array().unwrap().iter().map(numbers).collect();
        let variance = |i: usize, j: usize| number(&out["var"][i][j]);
        let estimates = numbers(&out["concordance"]);
        if let Some(models) = case.inputs["models"].as_array() {
            let scores: Vec<Vec<f64>> = models.iter().map(|m| predictor(m, &case, &data, &frame)).collect();
            let both =
                Concordance::new().weight(weight(&case)).difference(&data, &scores[0], &scores[1]).unwrap();
            for (k, c) in [both.first(), both.second()].into_iter().enumerate() {
                let count = [rows[k][0], rows[k][1], rows[k][2]];
                check(&mut report, &case.name, c, estimates[k], variance(k, k), count);
            }
            report.close("covariance", both.covariance(), variance(0, 1), CLOSED);
            let var = variance(0, 0) + variance(1, 1) - 2.0 * variance(0, 1);
            report.close("difference", both.std_error().unwrap(), var.sqrt(), CLOSED);
            continue;
        }
        let score = match &case.inputs["covariates"] {
            Value::Null => marker(&case, &frame),
            covariates => predictor(covariates, &case, &data, &frame),
        };
        let c = Concordance::new().weight(weight(&case)).estimate(&data, &score).unwrap();
        // A row for each stratum.
        let count = [0, 1, 2].map(|k| rows.iter().map(|r| r[k]).sum());
        check(&mut report, &case.name, c, estimates[0], variance(0, 0), count);
    }
    report.finish("concordance");
}

#[test]
fn what_has_no_concordance_is_refused() {
    let late = RightCensored::new(&[1.0, 2.0], &[true, true]).unwrap().with_entry(&[0.0, 0.5]).unwrap();
    let message =
        |weight| Concordance::new().weight(weight).estimate(&late, &[2.0, 1.0]).unwrap_err().to_string();
    for weight in [PairWeight::uno(), PairWeight::schemper()] {
        assert_eq!(
            message(weight),
            "a weight by the chance of not being censored is not available with delayed entry: the curve of censoring \
             would need the entries; take `PairWeight::survival` or `equal`"
        );
    }
    assert_eq!(
        message(PairWeight::equal().until(f64::NAN)),
        "until is NaN: it must be finite and at least 0"
    );
    // Where nobody has an event there is nothing to compare, and that is no error.
    let censored = RightCensored::new(&[1.0, 2.0], &[false, false]).unwrap();
    let none =
        Concordance::new().weight(PairWeight::uno()).difference(&censored, &[2.0, 1.0], &[1.0, 2.0]).unwrap();
    let none_of = Err(NotEstimable::NoPairs);
    assert_eq!((none.value(), none.std_error(), none.p_value()), (none_of, none_of, None));
    assert_eq!(none.to_string(), "not estimable: no pair of subjects can be compared");
}

/// Weights of pairs under case weights, within strata and with clusters, which the 52 cases leave out. R 4.2.2, survival
/// 3.5-3: veteran, w = 0.5 + (row %% 5)/4; concordance(Surv(time, status) ~ karno, weights = w, timewt = …), the same
/// with + strata(celltype) and without weights, and with cluster = age. (With start-stop rows and these weights that
/// version of R breaks down.)
#[test]
fn weighted_pairs_under_weights_strata_and_clusters() {
    let frame = Frame::read("veteran");
    let event: Vec<bool> = frame.column("status").iter().map(|&s| s == 1.0).collect();
    let plain = RightCensored::new(frame.column("time").to_vec(), event).unwrap();
    let weights: Vec<f64> = (1..=frame.len()).map(|i| 0.5 + (i % 5) as f64 / 4.0).collect();
    let weighted = plain.clone().with_weights(Weights::sampling(weights)).unwrap();
    let celltype: Vec<u64> = frame.column("celltype").iter().map(|c| c.to_bits()).collect();
    let stratified = plain.clone().with_strata(Groups::new(&celltype)).unwrap();
    let age: Vec<u64> = frame.column("age").iter().map(|c| c.to_bits()).collect();
    let clustered = weighted.clone().with_clusters(&age).unwrap();
    let karno: Vec<f64> = frame.column("karno").iter().map(|k| -k).collect();
    let mut report = Report::default();
    for (data, by, estimate, variance) in [
        (&weighted, PairWeight::survival(), 0.69744732315397739, 0.00066333447898393391_f64),
        (&weighted, PairWeight::schemper(), 0.69283756153845233, 0.00067906830503270961),
        (&weighted, PairWeight::uno(), 0.69283756153845233, 0.00067906830503270982),
        (&weighted, PairWeight::information(), 0.63622298789249321, 0.00086661283219321961),
        (&stratified, PairWeight::survival(), 0.69081970761960343, 0.000641815592871077),
        (&stratified, PairWeight::schemper(), 0.68600621521888772, 0.00065032884552092523),
        (&stratified, PairWeight::uno(), 0.68600621521888772, 0.00065032884552092512),
        (&stratified, PairWeight::information(), 0.65110805418443918, 0.00094398612220122273),
        (&clustered, PairWeight::survival(), 0.69744732315397739, 0.00086403952615657679),
        (&clustered, PairWeight::uno(), 0.69283756153845233, 0.00088159831925478899),
    ] {
        report.cases += 1;
        let c = Concordance::new().weight(by).estimate(data, &karno).unwrap();
        report.close(&format!("{by:?} estimate"), c.value().unwrap(), estimate, CLOSED);
        report.close(&format!("{by:?} std error"), c.std_error().unwrap(), variance.sqrt(), CLOSED);
    }
    report.finish("weighted pairs");
}

/// Under delayed entry, against every pair: with the weight of survival, S(t−) over the share at risk.
#[test]
fn delayed_entry_by_definition() {
    let frame = Frame::read("heart");
    let (start, stop) = (frame.column("start"), frame.column("stop"));
    let event: Vec<bool> = frame.column("event").iter().map(|&e| e == 1.0).collect();
    let data = RightCensored::new(stop, &event).unwrap().with_entry(start).unwrap();
    let age = frame.column("age");
    let curve = KaplanMeier::fit(&data);
    for (by, survival) in [(PairWeight::survival(), true), (PairWeight::information(), false)] {
        let mut pairs = [0.0; 3];
        for i in (0..frame.len()).filter(|&i| event[i]) {
            let at_risk = |j: &usize| start[*j] < stop[i] && stop[*j] >= stop[i];
            let n = (0..frame.len()).filter(at_risk).count() as f64;
            let s =
                if survival { frame.len() as f64 * curve.just_before(stop[i]).value().unwrap() } else { 1.0 };
            for j in (0..frame.len()).filter(at_risk).filter(|&j| stop[j] > stop[i] || !event[j]) {
                let kind = if age[i] > age[j] {
                    0
                } else if age[i] < age[j] {
                    1
                } else {
                    2
                };
                pairs[kind] += s / n;
            }
        }
        let c = Concordance::new().weight(by).estimate(&data, age).unwrap();
        let mut report = Report::default();
        report.all_close("pairs", &[c.concordant(), c.discordant(), c.tied()], &pairs, CLOSED);
        report.finish("delayed entry");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whole numbers are counted in one walk, weights in two: the same pairs and the same variance, with late entries, ties
    /// of times and of scores, strata, and pairs that end early.
    #[test]
    fn weights_of_one_are_no_weights(
        rows in prop::collection::vec((1..12_u32, any::<bool>(), 0..10_u32, 0..6_i32, 0..2_usize), 2..40),
        late in any::<bool>(),
        distinct in any::<bool>(),
        until in prop::option::of(2..12_u32),
    ) {
        let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let mut data = RightCensored::new(time, event).unwrap();
        if late {
            let entry: Vec<f64> = rows.iter().map(|r| f64::from(if r.2 < r.0 { r.2 } else { 0 })).collect();
            data = data.with_entry(entry).unwrap();
        }
        let strata: Vec<usize> = rows.iter().map(|r| r.4).collect();
        data = data.with_strata(Groups::from_codes(&strata, &["a", "b"]).unwrap()).unwrap();
        let score: Vec<f64> =
            rows.iter().zip(0..).map(|(r, i)| f64::from(r.3) + if distinct { 0.001 * f64::from(i) } else { 0.0 }).collect();
        let weight = until.map_or(PairWeight::equal(), |t| PairWeight::equal().until(f64::from(t)));
        let c = Concordance::new().weight(weight);
        let whole = c.estimate(&data, &score).unwrap();
        let ones = data.with_weights(Weights::replication(vec![1.0; rows.len()])).unwrap();
        let weighted = c.estimate(&ones, &score).unwrap();
        prop_assert_eq!([whole.concordant(), whole.discordant(), whole.tied()],
            [weighted.concordant(), weighted.discordant(), weighted.tied()]);
        prop_assert_eq!(whole.value(), weighted.value());
        let (a, b) = (whole.std_error().unwrap_or(0.0), weighted.std_error().unwrap_or(0.0));
        prop_assert!((a - b).abs() < 1e-12, "{} {}", a, b);
    }

    /// A replication weight is a row written out: concordance, error and the difference of two scores, by stratum.
    #[test]
    fn a_weight_is_rows(
        rows in prop::collection::vec((1..12_u32, any::<bool>(), 0..6_i32, 0..2_usize, 1..4_usize), 2..30),
    ) {
        let build = |written: bool| {
            let rows: Vec<_> = rows.iter().flat_map(|r| vec![r; if written { r.4 } else { 1 }]).collect();
            let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
            let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
            let strata: Vec<usize> = rows.iter().map(|r| r.3).collect();
            let data = RightCensored::new(time, event).unwrap()
                .with_strata(Groups::from_codes(&strata, &["a", "b"]).unwrap()).unwrap();
            let weights: Vec<f64> = rows.iter().map(|r| r.4 as f64).collect();
            let data = if written { data } else { data.with_weights(Weights::replication(weights)).unwrap() };
            let scores = [rows.iter().map(|r| f64::from(r.2)).collect::<Vec<_>>(),
                rows.iter().map(|r| f64::from((r.2 * 5) % 3)).collect()];
            Concordance::new().difference(&data, &scores[0], &scores[1])
        };
        let (Ok(weighted), Ok(written)) = (build(false), build(true)) else { return Ok(()) };
        for (a, b) in [(weighted.first(), written.first()), (weighted.second(), written.second())] {
            prop_assert!(a.value().ok().zip(b.value().ok()).is_none_or(|(a, b)| (a - b).abs() < 1e-12));
            prop_assert!((a.std_error().unwrap_or(0.0) - b.std_error().unwrap_or(0.0)).abs() < 1e-9);
        }
        prop_assert!((weighted.covariance() - written.covariance()).abs() < 1e-12);
    }
}

#[cfg(feature = "serde")]
#[test]
fn what_is_stored_is_checked() {
    let data = RightCensored::new(&[1., 2., 3., 4.], &[true, true, false, true]).unwrap();
    let both = Concordance::new().difference(&data, &[0.9, 0.3, 0.5, 0.1], &[0.1, 0.4, 0.2, 0.3]).unwrap();
    let text = serde_json::to_string(&both).unwrap();
    assert_eq!(serde_json::from_str::<ConcordanceDifference>(&text).unwrap(), both);
    for field in ["concordant", "discordant", "tied", "variance"] {
        let broken = text.replacen(&format!("\"{field}\":"), &format!("\"{field}\":-1,\"x\":"), 1);
        assert!(serde_json::from_str::<ConcordanceDifference>(&broken).is_err(), "{field}");
    }
    let broken = text.replace("\"covariance\":", "\"covariance\":9.5,\"x\":");
    let error = serde_json::from_str::<ConcordanceDifference>(&broken).unwrap_err().to_string();
    assert_eq!(error, "the covariance is 9.5: it must be within the two variances");
}
