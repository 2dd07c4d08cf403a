//! A stored test whose numbers contradict each other is not read.
#![cfg(feature = "serde")]

use std::fmt::Debug;

use greenwood::survival::log_rank::{
    Adjustment, LogRankTest, MaxComboTest, PairwiseComparison, PairwiseLogRank, PairwiseTest, Renyi,
    RenyiTest, TrendTest,
};
use greenwood::survival::{Groups, LogRank, MaxCombo, RightCensored};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// The value is read back as it was; with the number at `path` replaced the error names what is wrong.
fn refuses<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    value: &T,
    path: &str,
    other: Value,
    says: &str,
) {
    let mut stored = serde_json::to_value(value).unwrap();
    assert_eq!(&serde_json::from_value::<T>(stored.clone()).unwrap(), value);
    *stored.pointer_mut(path).unwrap() = other;
    let error = serde_json::from_value::<T>(stored).unwrap_err().to_string();
    assert!(error.contains(says), "{path}: {error}");
}

fn data() -> RightCensored<'static> {
    let time: Vec<f64> = (1..=12).map(f64::from).collect();
    let event: Vec<bool> = (0..12).map(|i| i % 5 != 3).collect();
    RightCensored::new(time, event).unwrap()
}

fn groups(k: usize) -> Groups {
    let codes: Vec<usize> = (0..12).map(|i| (i * i + i / 3) % k).collect();
    Groups::from_codes(&codes, &["a", "b", "c"][..k]).unwrap()
}

#[test]
fn adjusted_p_values_are_those_of_their_tests() {
    let test = PairwiseLogRank::new().adjustment(Adjustment::Holm).test(&data(), &groups(3)).unwrap();
    let p = test.comparisons()[0].adjusted_p_value().unwrap();
    for other in [0.5 * p, p * (1.0 - 1e-7), p * (1.0 + 1e-7)] {
        refuses(&test, "/comparisons/0/adjusted_p_value", json!(other), "an adjusted p-value");
    }
    refuses(&test, "/comparisons/0/adjusted_p_value", Value::Null, "an adjusted p-value");
    refuses(&test, "/comparisons/0/adjusted_p_value", json!(1.5), "the adjusted p-value");
    let three = serde_json::to_value(LogRank::test(&data(), &groups(3)).unwrap()).unwrap();
    refuses(&test, "/comparisons/0/test", three.clone(), "a pair");
    let pair: &PairwiseComparison = &test.comparisons()[0];
    refuses(pair, "/test", three, "a pair");
    // Without an event a pair has no p-value, and none is asked for.
    let none = RightCensored::new(data().time().to_vec(), vec![false; 12]).unwrap();
    let test: PairwiseTest = PairwiseLogRank::new().test(&none, &groups(3)).unwrap();
    assert_eq!(test.comparisons()[0].adjusted_p_value(), None);
    refuses(&test, "/comparisons/0/adjusted_p_value", json!(0.5), "an adjusted p-value");
}

#[test]
fn sums_and_variances_are_possible() {
    let trend: TrendTest = LogRank::test(&data(), &groups(3)).unwrap().trend(&[0.0, 1.0, 2.0]).unwrap();
    refuses(&trend, "/variance", json!(-1.0), "the variance");
    refuses(&trend, "/scores", json!([1.0]), "group");
    // One of each group at risk at the only event: the variance of 0, 1 and 1.5 is below 1.
    let one = RightCensored::new(&[1.0, 2.0, 3.0], &[true, false, false]).unwrap();
    let three = Groups::from_codes(&[0, 1, 2], &["a", "b", "c"]).unwrap();
    let small = LogRank::test(&one, &three).unwrap().trend(&[0.0, 1.0, 1.5]).unwrap();
    refuses(&small, "/variance", json!(-0.5), "the variance");

    let renyi: RenyiTest = Renyi::new().test(&data(), &groups(2)).unwrap();
    assert!(renyi.time().is_some());
    refuses(&renyi, "/time", json!(-1.0), "the time of the largest distance");
    refuses(&renyi, "/variance", json!(-1.0), "the variance");
    refuses(&renyi, "/lowest", json!(0.5), "the sum at the end");
    refuses(&renyi, "/highest", json!(-0.5), "the sum at the end");
    refuses(&renyi, "/labels", json!(["a"]), "labels");
    refuses(&renyi, "/labels", json!(["a", "b", "c"]), "labels");
}

/// The covariance of two groups is one number, and so is that of two weights.
#[test]
fn covariances_are_symmetric() {
    let test: LogRankTest = LogRank::test(&data(), &groups(3)).unwrap();
    refuses(&test, "/variance/1", json!(-1.0), "a covariance");
    refuses(&test, "/variance/6", json!(-1.0), "a covariance");
    let test: MaxComboTest = MaxCombo::new().test(&data(), &groups(2)).unwrap();
    refuses(&test, "/covariance/1", json!(0.0), "a covariance");
    refuses(&test, "/covariance/12", json!(0.0), "a covariance");
    // Alike either way round, but more than the root of the variances: a correlation above 1.
    let mut stored = serde_json::to_value(&test).unwrap();
    let more = 1.01 * (test.covariance(0, 0).unwrap() * test.covariance(1, 1).unwrap()).sqrt();
    for at in ["/covariance/1", "/covariance/4"] {
        *stored.pointer_mut(at).unwrap() = json!(more);
    }
    assert!(serde_json::from_value::<MaxComboTest>(stored).unwrap_err().to_string().contains("a covariance"));
}

/// The p-value of the largest of four statistics is at least its own, and at most four times it. More than eight weights would
/// take an integral that never ends.
#[test]
fn the_p_value_of_the_largest_is_possible() {
    let test: MaxComboTest = MaxCombo::new().test(&data(), &groups(2)).unwrap();
    let alone = two_sided(test.statistic().unwrap());
    let p = test.p_value().unwrap();
    assert!(alone < p && p < 4.0 * alone, "{alone} {p}");
    for other in [0.99 * alone, (4.01 * alone).min(1.0), 0.0, -0.1, 1.1] {
        if other < alone || other > 4.0 * alone {
            refuses(&test, "/p_value", json!(other), "the p-value");
        }
    }
    refuses(&test, "/p_value", Value::Null, "the p-value");
    refuses(&test, "/p_value_error", json!(-1e-3), "the error of the p-value");
    for m in [0, 9, 40] {
        let mut stored = serde_json::to_value(&test).unwrap();
        let unit: Vec<f64> = (0..m * m).map(|i| f64::from(u8::from(i / m == i % m))).collect();
        for (field, value) in
            [("weights", json!(vec!["log-rank"; m])), ("u", json!(vec![0.1; m])), ("covariance", json!(unit))]
        {
            stored[field] = value;
        }
        let error = serde_json::from_value::<MaxComboTest>(stored).unwrap_err().to_string();
        assert!(error.contains("the number of weights"), "{m}: {error}");
    }
}

/// The two-sided p-value of z: erfc(|z|/√2).
fn two_sided(z: f64) -> f64 {
    statrs::function::erf::erfc(z.abs() / 2f64.sqrt())
}
