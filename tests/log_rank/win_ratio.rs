//! Win statistics against published definitions: the trial's values, all pairs in a loop, Gehan's test.

use approx::assert_relative_eq;
use greenwood::survival::contrast::{Divisor, WinStatistics};
use greenwood::survival::result::Estimate;
use greenwood::survival::{Groups, RightCensored, Weights, WinRatio};
use proptest::prelude::*;

const FFS: [f64; 18] = [2., 4., 6., 10., 12., 15., 48., 53., 60., 8., 20., 30., 40., 45., 48., 51., 56., 60.];
const FAILED: [u8; 18] = [1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0];
const OS: [f64; 18] = [2., 4., 50., 47., 46., 49., 48., 53., 60., 9., 44., 48., 40., 45., 48., 51., 56., 60.];
const DIED: [u8; 18] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];

fn data(time: &[f64; 18], event: [u8; 18]) -> RightCensored<'static> {
    RightCensored::new(time.to_vec(), event.map(|e| e == 1).to_vec()).unwrap()
}

fn arm() -> Groups {
    Groups::from_codes(&[[0; 9], [1; 9]].concat(), &["MSC", "control"]).unwrap()
}

fn trial(hierarchy: &[RightCensored], divisor: Divisor) -> WinStatistics {
    let mut how = WinRatio::new().divisor(divisor);
    for (i, endpoint) in hierarchy.iter().enumerate() {
        how = how.endpoint(["first", "second"][i], endpoint);
    }
    how.estimate(&arm(), "MSC", "control").unwrap()
}

fn value(effect: Estimate) -> f64 {
    effect.value().unwrap()
}

/// Exact counts over all 81 pairs; Bebu & Lachin's variances worked out from them; coin 1.4-2 for Gehan's
/// permutation test (p = .122560).
#[test]
fn failure_free_survival_of_the_trial() {
    let ffs = [data(&FFS, FAILED)];
    let by_n = trial(&ffs, Divisor::N);
    assert_eq!((by_n.wins(), by_n.losses(), by_n.ties()), (12, 42, 27));
    assert_relative_eq!(value(by_n.win_ratio()), 0.285714, epsilon = 6e-7);
    assert_relative_eq!(value(by_n.net_benefit()), -0.370370, epsilon = 6e-7);
    assert_relative_eq!(value(by_n.win_odds()), 0.459459, epsilon = 6e-7);
    assert_relative_eq!(by_n.win_ratio().std_error().unwrap(), 0.798596, epsilon = 6e-7);
    let test = by_n.finkelstein_schoenfeld();
    assert_eq!(test.statistic(), -30.0);
    assert_relative_eq!(test.variance(), 377.470588, epsilon = 6e-7);
    assert_relative_eq!(test.z().unwrap(), -1.544115, epsilon = 6e-7);
    assert_relative_eq!(test.p_value().unwrap(), 0.122560, epsilon = 6e-7);
    let unbiased = trial(&ffs, Divisor::NMinusOne);
    assert_relative_eq!(unbiased.win_ratio().std_error().unwrap(), 0.847039, epsilon = 6e-7);
    let (lower, upper) = unbiased.win_ratio().interval(0.95).unwrap().bounds().unwrap();
    assert_relative_eq!(lower, 0.054316, epsilon = 6e-7);
    assert_relative_eq!(upper, 1.502909, epsilon = 6e-7);
    assert_eq!(
        unbiased.to_string(),
        "Win statistics, MSC against control: 81 pairs of 9 and 9 (variances divide by n − 1)\n\
         decided by         won       lost       tied\n\
         first               12         42         27\n\
         win ratio   0.286 (95% CI 0.054 to 1.503), p = 0.139\n\
         win odds    0.459 (95% CI 0.161 to 1.310), p = 0.146\n\
         net benefit -0.370 (95% CI -0.822 to 0.082), p = 0.108\n\
         Finkelstein-Schoenfeld z = -1.544, p = 0.123"
    );
}

/// The same with death before failure.
#[test]
fn death_first_then_failure() {
    let wins = trial(&[data(&OS, DIED), data(&FFS, FAILED)], Divisor::NMinusOne);
    assert_eq!((wins.wins(), wins.losses(), wins.ties()), (13, 41, 27));
    assert_relative_eq!(value(wins.win_ratio()), 0.317073, epsilon = 6e-7);
    let test = wins.finkelstein_schoenfeld();
    assert_eq!(test.statistic(), -28.0);
    assert_relative_eq!(test.z().unwrap(), -1.441174, epsilon = 6e-7);
    assert_relative_eq!(test.p_value().unwrap(), 0.149535, epsilon = 6e-7);
    assert_relative_eq!(wins.win_ratio().std_error().unwrap(), 0.849202, epsilon = 6e-7);
    let (lower, upper) = wins.win_ratio().interval(0.95).unwrap().bounds().unwrap();
    assert_relative_eq!(lower, 0.060023, epsilon = 6e-7);
    assert_relative_eq!(upper, 1.674950, epsilon = 6e-7);
    let decided: Vec<_> = wins.endpoints().iter().map(|e| (e.wins() + e.losses(), e.name())).collect();
    assert_eq!(decided[0].1, "first");
    assert_eq!(decided[0].0 + decided[1].0, 54);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let ffs = data(&FFS, FAILED);
    let message = |data: &RightCensored| {
        WinRatio::new().endpoint("x", data).estimate(&arm(), "MSC", "control").unwrap_err().to_string()
    };
    assert_eq!(
        message(&ffs.clone().with_entry([[1.0; 9], [0.0; 9]].concat()).unwrap()),
        "the win ratio is not available with delayed entry: a pair is compared over the follow-up it shares \
         from the start"
    );
    assert!(
        message(&ffs.clone().with_weights(Weights::replication(vec![2.0; 18])).unwrap())
            .contains("with weights or clusters")
    );
    let err = WinRatio::new().estimate(&arm(), "MSC", "control").unwrap_err();
    assert_eq!(err.to_string(), "the list of endpoints is empty: at least one value is needed");
    let err = WinRatio::new().endpoint("x", &ffs).estimate(&arm(), "MSC", "none").unwrap_err();
    assert!(err.to_string().starts_with("no subject is labelled \"none\""));
    let empty = Groups::from_codes(&[0; 18], &["MSC", "control"]).unwrap();
    let err = WinRatio::new().endpoint("x", &ffs).estimate(&empty, "MSC", "control").unwrap_err();
    assert_eq!(err.to_string(), "one of the two groups is empty: at least one value is needed");
    let short = Groups::from_codes(&[0, 1], &["MSC", "control"]).unwrap();
    assert!(WinRatio::new().endpoint("x", &ffs).estimate(&short, "MSC", "control").is_err());
}

/// Two subjects, no information: values, not errors, and no NaN.
#[test]
fn statistics_without_information_are_none() {
    let data = RightCensored::new(&[1.0, 2.0], &[false, false]).unwrap();
    let arm = Groups::new(&["a", "b"]);
    let wins = WinRatio::new().endpoint("death", &data).estimate(&arm, "a", "b").unwrap();
    assert_eq!(wins.ties(), 1);
    assert!(wins.win_ratio().value().is_err());
    assert_eq!(wins.net_benefit().value(), Ok(0.0));
    assert!(wins.win_ratio().std_error().is_err());
    assert_eq!(wins.finkelstein_schoenfeld().p_value(), None);
    assert!(wins.to_string().ends_with("all pairs are tied: no test"));
}

type Subject = ((f64, bool), (f64, bool), bool);

fn subjects() -> impl Strategy<Value = Vec<Subject>> {
    let outcome = || (1..12_u32, any::<bool>()).prop_map(|(t, e)| (f64::from(t), e));
    prop::collection::vec((outcome(), outcome(), any::<bool>()), 2..60)
        .prop_filter("both groups", |s| s.iter().any(|s| s.2) && s.iter().any(|s| !s.2))
}

/// The definition: +1 if i wins, −1 if it loses.
fn naive(i: &Subject, j: &Subject, endpoints: usize) -> i64 {
    for (a, b) in [(i.0, j.0), (i.1, j.1)].into_iter().take(endpoints) {
        // b's event at a time at which a was still free of it; censored at t means free of it at t.
        if b.1 && (b.0 < a.0 || b.0 == a.0 && !a.1) {
            return 1;
        }
        if a.1 && (a.0 < b.0 || a.0 == b.0 && !b.1) {
            return -1;
        }
    }
    0
}

fn columns(subjects: &[Subject]) -> (RightCensored<'static>, RightCensored<'static>, Groups) {
    let column = |f: &dyn Fn(&Subject) -> (f64, bool)| {
        let (time, event): (Vec<f64>, Vec<bool>) = subjects.iter().map(f).unzip();
        RightCensored::new(time, event).unwrap()
    };
    let codes: Vec<usize> = subjects.iter().map(|s| usize::from(s.2)).collect();
    (column(&|s| s.0), column(&|s| s.1), Groups::from_codes(&codes, &["a", "b"]).unwrap())
}

proptest! {
    /// One endpoint by ranks and two by blocks are what the definition says of every pair.
    #[test]
    fn all_pairs_by_definition(subjects in subjects(), endpoints in 1..3_usize) {
        let (one, two, groups) = columns(&subjects);
        let mut how = WinRatio::new().endpoint("one", &one).divisor(Divisor::N);
        if endpoints == 2 {
            how = how.endpoint("two", &two);
        }
        let wins = how.estimate(&groups, "a", "b").unwrap();
        let a: Vec<_> = subjects.iter().filter(|s| !s.2).collect();
        let b: Vec<_> = subjects.iter().filter(|s| s.2).collect();
        let score = |i: &Subject, j: &Subject| naive(i, j, endpoints);
        let count = |sign: i64| {
            a.iter().map(|i| b.iter().filter(|j| score(i, j) == sign).count()).sum::<usize>() as u64
        };
        prop_assert_eq!((wins.wins(), wins.losses()), (count(1), count(-1)));

        let net: i64 = a.iter().flat_map(|i| subjects.iter().map(move |j| naive(i, j, endpoints))).sum();
        let test = wins.finkelstein_schoenfeld();
        prop_assert_eq!(test.statistic(), net as f64);
        let n = subjects.len() as f64;
        let squares: i64 = subjects
            .iter()
            .map(|i| subjects.iter().map(|j| score(i, j)).sum::<i64>().pow(2))
            .sum();
        let variance = a.len() as f64 * b.len() as f64 / (n * (n - 1.0)) * squares as f64;
        prop_assert!((test.variance() - variance).abs() <= 1e-9 * variance.max(1.0));

        // Net benefit: the variance of each subject's mean score over its group, over the group's size.
        let group = |own: &[&Subject], others: &[&Subject], sign: f64| {
            let means: Vec<f64> = own
                .iter()
                .map(|i| sign * others.iter().map(|j| score(i, j)).sum::<i64>() as f64 / others.len() as f64)
                .collect();
            let mean = means.iter().sum::<f64>() / means.len() as f64;
            means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / (means.len() as f64).powi(2)
        };
        let expected = (group(&a, &b, 1.0) + group(&b, &a, -1.0)).sqrt();
        prop_assert!((wins.net_benefit().std_error().unwrap_or(0.0) - expected).abs() < 1e-9);
    }

    /// The other way round: wins are losses, the ratio is inverted, the test has the other sign.
    #[test]
    fn the_other_way_round(subjects in subjects()) {
        let (one, two, groups) = columns(&subjects);
        let how = WinRatio::new().endpoint("one", &one).endpoint("two", &two);
        let there = how.estimate(&groups, "a", "b").unwrap();
        let back = how.estimate(&groups, "b", "a").unwrap();
        prop_assert_eq!((there.wins(), there.losses()), (back.losses(), back.wins()));
        prop_assert_eq!(there.finkelstein_schoenfeld().statistic(), -back.finkelstein_schoenfeld().statistic());
        if let (Ok(x), Ok(y)) = (there.win_ratio().std_error(), back.win_ratio().std_error()) {
            prop_assert!((x - y).abs() < 1e-9);
        }
    }
}
