//! Sums of weights are no numbers of rows: what fractional replication weights do to the tests of groups.

use approx::assert_relative_eq;
use greenwood::survival::log_rank::Renyi;
use greenwood::survival::{Groups, LogRank, MaxCombo, RightCensored, Weights};
use proptest::prelude::*;

const TIME: [f64; 8] = [1., 2., 2., 3., 1., 2., 3., 4.];
const EVENT: [bool; 8] = [true, true, false, false, true, true, true, false];
const WEIGHT: [f64; 8] = [0.3, 0.2, 0.2, 0.1, 1., 2., 1., 1.];

/// In stratum a never more than 0.8 of a subject is at risk: `(n − d)/(n − 1)` has no value at any of its times, so it
/// has no say, and the statistic is that of stratum b, whatever the order of the labels.
#[test]
fn times_without_a_variance_have_no_say_in_the_statistic() {
    let groups = ["A", "B", "C", "B", "B", "C", "B", "C"];
    let data = |rows: std::ops::Range<usize>| {
        RightCensored::new(&TIME[rows.clone()], &EVENT[rows.clone()])
            .unwrap()
            .with_weights(Weights::replication(&WEIGHT[rows]))
            .unwrap()
    };
    let strata = Groups::new(&["a", "a", "a", "a", "b", "b", "b", "b"]);
    let all = data(0..8).with_strata(strata).unwrap();
    let alone = LogRank::test(&data(4..8), &Groups::new(&groups[4..])).unwrap();
    for order in [["A", "B", "C"], ["C", "A", "B"], ["B", "C", "A"], ["C", "B", "A"]] {
        let codes: Vec<usize> = groups.iter().map(|g| order.iter().position(|o| o == g).unwrap()).collect();
        let test = LogRank::test(&all, &Groups::from_codes(&codes, &order).unwrap()).unwrap();
        assert_relative_eq!(test.statistic(), alone.statistic(), max_relative = 1e-12);
        assert_eq!(test.df(), alone.df());
    }
}

/// One subject at risk expects its own event: it adds nothing to the statistic, but its event is counted.
#[test]
fn the_last_subject_is_counted() {
    let data = RightCensored::new(&[1., 2., 3.], &[true; 3]).unwrap();
    let test = LogRank::test(&data, &Groups::new(&["a", "b", "a"])).unwrap();
    assert_eq!(test.observed(), [2.0, 1.0]);
}

proptest! {
    /// Every member of the family: the order of the labels is a sign, with weights whose sums pass 1 from either side.
    #[test]
    fn the_order_of_labels_is_a_sign(
        rows in prop::collection::vec((1_u32..5, any::<bool>(), 0..2_usize, 1_u32..8), 2..12),
    ) {
        let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let weight: Vec<f64> = rows.iter().map(|r| f64::from(r.3) / 10.0).collect();
        let data = RightCensored::new(&time, &event).unwrap().with_weights(Weights::replication(&weight)).unwrap();
        let codes: Vec<usize> = rows.iter().map(|r| r.2).collect();
        let swapped: Vec<usize> = rows.iter().map(|r| 1 - r.2).collect();
        let (a, b) = (
            Groups::from_codes(&codes, &["x", "y"]).unwrap(),
            Groups::from_codes(&swapped, &["y", "x"]).unwrap(),
        );
        let (one, two) = (LogRank::test(&data, &a).unwrap(), LogRank::test(&data, &b).unwrap());
        prop_assert!((one.z().unwrap_or(0.0) + two.z().unwrap_or(0.0)).abs() < 1e-9);
        prop_assert!(one.variance().iter().all(|v| v.is_finite()) && one.variance()[(0, 0)] >= 0.0);
        let (one, two) = (Renyi::new().test(&data, &a).unwrap(), Renyi::new().test(&data, &b).unwrap());
        prop_assert!((one.statistic().unwrap_or(0.0) - two.statistic().unwrap_or(0.0)).abs() < 1e-9);
        let (one, two) = (MaxCombo::new().test(&data, &a).unwrap(), MaxCombo::new().test(&data, &b).unwrap());
        prop_assert!((one.covariance(0, 0).unwrap() - two.covariance(0, 0).unwrap()).abs() < 1e-9);
        prop_assert!(one.covariance(0, 0).unwrap() >= 0.0);
    }
}
