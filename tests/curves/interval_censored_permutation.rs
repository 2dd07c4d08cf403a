//! The permutation test of interval-censored data by a sample of allocations, beside all of them; stored estimates.

use greenwood::survival::log_rank::{IntervalLogRank, IntervalScore, MonteCarloIntervalLogRank};
use greenwood::survival::result::Alternative;
use greenwood::survival::{Groups, IntervalCensored, Weights};

const INFINITY: f64 = f64::INFINITY;
const LOWER: [f64; 10] = [0.0, 1.0, 2.0, 4.0, 5.0, 6.0, 0.0, 3.0, 2.0, 7.0];
const UPPER: [f64; 10] = [2.0, 3.0, 4.0, 6.0, INFINITY, INFINITY, 1.0, 3.0, 5.0, INFINITY];

/// Every allocation of ten subjects to the sizes of three groups: the share whose sum of squares over sizes, which is the
/// quadratic form but for a constant, is at least the observed one.
fn all_allocations(scores: &[f64], groups: &[usize]) -> f64 {
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    let form = |groups: &[usize]| -> f64 {
        (0..3)
            .map(|g| {
                let own = || groups.iter().zip(scores).filter(|(of, _)| **of == g).map(|(_, s)| s - mean);
                own().sum::<f64>().powi(2) / own().count() as f64
            })
            .sum()
    };
    let observed = form(groups);
    let size = |g: usize| groups.iter().filter(|of| **of == g).count();
    let sizes = [size(0), size(1), size(2)];
    let (mut all, mut extreme) = (0.0, 0.0);
    for code in 0..3_usize.pow(scores.len() as u32) {
        let one: Vec<usize> = (0..scores.len()).map(|i| code / 3_usize.pow(i as u32) % 3).collect();
        if (0..3).all(|g| one.iter().filter(|of| **of == g).count() == sizes[g]) {
            all += 1.0;
            extreme += f64::from(u8::from(form(&one) >= observed * (1.0 - 1e-9)));
        }
    }
    extreme / all
}

#[test]
fn three_groups_are_those_of_all_allocations() {
    let data = IntervalCensored::new(&LOWER, &UPPER).unwrap();
    let codes = [0, 0, 1, 2, 2, 2, 0, 1, 1, 2];
    let groups = Groups::from_codes(&codes, &["a", "b", "c"]).unwrap();
    for score in [IntervalScore::Sun, IntervalScore::Finkelstein, IntervalScore::Wilcoxon] {
        let exact = all_allocations(&IntervalLogRank::new(score).scores(&data), &codes);
        let test =
            MonteCarloIntervalLogRank::new(score).replicates(40_000).seed(3).test(&data, &groups).unwrap();
        assert!(test.interval(0.9999).unwrap().contains(exact), "{score}: {exact} {test}");
        assert_eq!(test.one_sided_p_value(Alternative::FirstHigher), None);
        assert_eq!(test.replicates(), 40_000);
        let again =
            MonteCarloIntervalLogRank::new(score).replicates(40_000).seed(3).test(&data, &groups).unwrap();
        assert_eq!(test, again);
        assert_ne!(
            test.p_value(),
            MonteCarloIntervalLogRank::new(score)
                .replicates(40_000)
                .seed(4)
                .test(&data, &groups)
                .unwrap()
                .p_value()
        );
    }
}

/// Within strata only the rows of one stratum are exchanged: four tables of 3 choose 1 and 4 choose 2, counted by hand in
/// a loop.
#[test]
fn strata_are_permuted_within() {
    let data = IntervalCensored::new(&LOWER[..7], &UPPER[..7]).unwrap();
    let strata = Groups::from_codes(&[0, 0, 0, 1, 1, 1, 1], &["s", "t"]).unwrap();
    let data = data.with_strata(strata.clone()).unwrap();
    let arm = Groups::from_codes(&[0, 1, 1, 1, 1, 0, 0], &["new", "old"]).unwrap();
    let score = IntervalLogRank::new(IntervalScore::Sun);
    let mut scores = [0.0; 7];
    for (label, rows) in [("s", 0..3), ("t", 3..7)] {
        let part = data.subset(&strata, label).unwrap();
        let own = score.scores(&part);
        let mean = own.iter().sum::<f64>() / own.len() as f64;
        for (i, s) in rows.zip(own) {
            scores[i] = s - mean;
        }
    }
    let observed = scores[0] + scores[5] + scores[6];
    let (mut all, mut two_sided, mut high) = (0.0, 0.0, 0.0);
    for first in 0..3 {
        for a in 3..7 {
            for b in a + 1..7 {
                let sum = scores[first] + scores[a] + scores[b];
                all += 1.0;
                two_sided += f64::from(u8::from(sum.abs() >= observed.abs() - 1e-9));
                high += f64::from(u8::from(sum >= observed - 1e-9));
            }
        }
    }
    let test = MonteCarloIntervalLogRank::default().replicates(50_000).test(&data, &arm).unwrap();
    assert!(test.interval(0.9999).unwrap().contains(two_sided / all), "{test}");
    let one_sided = test.one_sided_p_value(Alternative::FirstHigher).unwrap();
    assert!((one_sided - high / all).abs() < 0.01, "{one_sided} {}", high / all);
    assert!(test.to_string().contains("50000 allocations, seed 1"), "{test}");
    assert!((test.asymptotic().sums()[0] - observed).abs() < 1e-12);
}

#[test]
fn a_weight_repeats_its_row_and_others_are_refused() {
    let twice = |x: &[f64]| -> Vec<f64> { x.iter().chain(&x[..2]).copied().collect() };
    let arm = |n: usize| Groups::from_codes(&(0..n).map(|i| i % 2).collect::<Vec<_>>(), &["x", "y"]).unwrap();
    let written_out = IntervalCensored::new(twice(&LOWER), twice(&UPPER)).unwrap();
    let weights =
        |w: Vec<f64>| IntervalCensored::new(&LOWER, &UPPER).unwrap().with_weights(Weights::replication(w));
    let mut w = vec![1.0; 10];
    (w[0], w[1]) = (2.0, 2.0);
    let method = MonteCarloIntervalLogRank::default().replicates(20_000);
    let a = method.test(&weights(w).unwrap(), &arm(10)).unwrap();
    let b = method.test(&written_out, &arm(12)).unwrap();
    // Other allocations, since the rows stand in another order.
    assert!(a.interval(0.9999).unwrap().contains(b.p_value()));
    assert!((a.asymptotic().statistic() - b.asymptotic().statistic()).abs() < 1e-9);
    let refused = |data: &IntervalCensored| method.test(data, &arm(10)).unwrap_err().to_string();
    assert!(refused(&weights(vec![0.5; 10]).unwrap()).contains("fractional weights"));
    assert!(refused(&weights(vec![1e9; 10]).unwrap()).contains("subjects"));
    let plain = IntervalCensored::new(&LOWER, &UPPER).unwrap();
    assert!(refused(&plain.clone().with_clusters(&[1; 10]).unwrap()).contains("clusters"));
    assert!(
        refused(&plain.clone().with_entry(&[0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.0, 0.5, 0.5, 0.5]).unwrap())
            .contains("delayed entry")
    );
    assert!(method.replicates(0).test(&plain, &arm(10)).is_err());
    // All scores the same: every allocation is as extreme.
    let same = IntervalCensored::new(&[0.0; 10], &[2.0; 10]).unwrap();
    assert_eq!(method.test(&same, &arm(10)).unwrap().p_value(), 1.0);
}

#[cfg(feature = "serde")]
mod stored {
    use super::*;
    use greenwood::survival::Turnbull;
    use greenwood::survival::curve::TurnbullCurve;
    use serde_json::{Value, json};

    /// Plain data; with entries; with an early empty risk set; exact at 0.
    fn curves() -> Vec<TurnbullCurve> {
        let data = || IntervalCensored::new(&LOWER, &UPPER).unwrap();
        let entry = [0.0, 0.5, 1.5, 3.0, 4.0, 2.0, 0.0, 2.5, 1.0, 6.5];
        let early = IntervalCensored::new(&[1.0, 4.0, 5.0], &[1.0, 4.0, INFINITY]).unwrap();
        vec![
            Turnbull::fit(&data()),
            Turnbull::fit(&data().with_entry(&entry).unwrap()),
            Turnbull::fit(&early.with_entry(&[0.0, 2.0, 3.0]).unwrap()),
            Turnbull::fit(&IntervalCensored::new(&[0.0, -INFINITY, 3.0], &[0.0, 2.0, INFINITY]).unwrap()),
        ]
    }

    #[test]
    fn an_estimate_is_read_back_as_it_was() {
        for curve in curves() {
            let text = serde_json::to_string(&curve).unwrap();
            let back: TurnbullCurve = serde_json::from_str(&text).unwrap();
            assert_eq!(back, curve);
            assert_eq!(back.at(2.5), curve.at(2.5));
            assert_eq!(back.exhausted().is_some(), curve.exhausted().is_some());
        }
    }

    /// Whatever number is changed, what is read is refused or can be asked without a panic.
    #[test]
    fn what_no_fit_writes_is_refused() {
        let curve = &curves()[1];
        let whole = serde_json::to_value(curve).unwrap();
        let changed = |path: &str, to: Value| {
            let mut value = whole.clone();
            *value.pointer_mut(path).unwrap() = to;
            serde_json::from_value::<TurnbullCurve>(value)
        };
        for (path, to) in [
            ("/mass/0", json!(-0.1)),
            ("/mass/0", json!(2.0)),
            ("/mass", json!([])),
            ("/places", json!([])),
            ("/places/0/0/0", json!(-1.0)),
            ("/places/0/0/0", json!(1e9)),
            ("/places/0/0/1", json!(3)),
            ("/places/0/1/0", Value::Null),
            ("/hazard/0", json!(-1.0)),
            ("/hazard/0", json!(0.123)),
            ("/hazard", json!([0.5])),
            ("/rows", json!(0)),
            ("/total", json!(0.0)),
            ("/kkt_gap", Value::Null),
        ] {
            assert!(changed(path, to.clone()).is_err(), "{path} {to}");
        }
    }
}

/// A stratum in which the weights are a part of one subject has no variance: it counts in neither, whatever its order.
#[test]
fn a_part_of_a_subject_is_exchanged_with_nobody() {
    let groups = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1];
    let strata = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1];
    let weights = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.4, 0.5];
    let of = |rows: usize| {
        let data = IntervalCensored::new(&LOWER[..rows], &UPPER[..rows]).unwrap();
        let data = data.with_weights(Weights::replication(weights[..rows].to_vec())).unwrap();
        let data = data.with_strata(Groups::from_codes(&strata[..rows], &["a", "b"]).unwrap()).unwrap();
        let arm = Groups::from_codes(&groups[..rows], &["x", "y"]).unwrap();
        IntervalLogRank::new(IntervalScore::Sun).test(&data, &arm).unwrap()
    };
    let (with, without) = (of(10), of(8));
    assert_eq!((with.statistic(), with.sums()), (without.statistic(), without.sums()));
}
