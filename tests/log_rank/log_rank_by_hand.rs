//! Numbers of the log-rank family that no other test pins down, each by R 4.2.2 (survival 3.5-3) or summed by hand there.

use approx::assert_relative_eq;
use greenwood::Error;
use greenwood::survival::log_rank::{Adjustment, PairwiseLogRank, Renyi, RenyiTest};
use greenwood::survival::result::HazardRatioMethod::{Peto, Pike};
use greenwood::survival::{
    Alternative, Groups, LogRank, MaxCombo, RightCensored, Weight, WeightedLogRank, Weights,
};

fn close(found: f64, right: f64) {
    assert_relative_eq!(found, right, max_relative = 1e-9, epsilon = 1e-14);
}

/// `s <- survdiff(Surv(time, status) ~ x, aml)`: `log(O1/E1) - log(O2/E2)`, `sqrt(1/E1 + 1/E2)`; `(O1 - E1)/V11`, `1/sqrt(V11)`.
#[test]
fn ratios_of_two_groups_are_those_of_observed_and_expected() {
    let (time, event, arm) = maintained();
    let data = RightCensored::new(&time, &event).unwrap();
    let test = LogRank::test(&data, &Groups::from_codes(&arm, &["yes", "no"]).unwrap()).unwrap();
    for (method, log, se) in
        [(Pike, -0.831897626842255, 0.479935059104982), (Peto, -0.920596201068573, 0.499528745459595)]
    {
        let ratio = test.hazard_ratio("yes", "no", method).unwrap().unwrap();
        close(ratio.value().unwrap().ln(), log);
        close(ratio.std_error().unwrap(), se);
        let back = test.hazard_ratio("no", "yes", method).unwrap().unwrap();
        close(back.value().unwrap().ln(), -log);
        close(back.std_error().unwrap(), se);
    }
    assert!(matches!(test.hazard_ratio("yes", "none", Pike), Err(Error::UnknownLabel { .. })));
    for (g, h, v) in [(0, 0, 4.007550745938735), (0, 1, -4.007550745938735), (1, 1, 4.007550745938735)] {
        close(test.covariance(g, h).unwrap(), v);
        close(test.variance()[(g, h)], v);
    }
    assert_eq!((test.covariance(2, 0), test.covariance(0, 2)), (None, None));
}

/// Three groups and more have Pike's ratio alone, and it is that of the two that are named. By hand: two at risk in a, two in
/// b, one in c; events at 1 (a), 2 (b), 3 (c).
#[test]
fn the_ratio_of_two_among_three_groups() {
    let data = RightCensored::new(&[1., 2., 3., 4., 5.], &[true, true, true, false, false]).unwrap();
    let test =
        LogRank::test(&data, &Groups::from_codes(&[0, 1, 2, 0, 1], &["a", "b", "c"]).unwrap()).unwrap();
    let (a, b, c) =
        (2.0 / 5.0 + 1.0 / 4.0 + 1.0 / 3.0, 2.0 / 5.0 + 2.0 / 4.0 + 1.0 / 3.0, 0.2 + 0.25 + 1.0 / 3.0);
    let log = |x: &str, y: &str| test.hazard_ratio(x, y, Pike).unwrap().unwrap();
    close(log("a", "c").value().unwrap(), c / a);
    close(log("c", "b").value().unwrap(), b / c);
    close(log("c", "b").std_error().unwrap(), (1.0 / b + 1.0 / c).sqrt());
}

/// What Pike's ratio needs is something expected in both groups, and an event in one of them.
#[test]
fn where_nothing_is_expected_there_is_no_ratio() {
    let three = Groups::from_codes(&[0, 0, 1, 1, 2], &["a", "b", "c"]).unwrap();
    let at = |time: &[f64], event: &[bool]| {
        LogRank::test(&RightCensored::new(time, event).unwrap(), &three).unwrap()
    };
    // Group c has left before the first event.
    let test = at(&[2., 3., 2., 4., 1.], &[true, true, true, false, false]);
    assert_eq!(test.expected()[2], 0.0);
    assert_eq!(test.hazard_ratio("a", "c", Pike).unwrap(), None);
    assert_eq!(test.hazard_ratio("c", "a", Pike).unwrap(), None);
    assert!(test.hazard_ratio("a", "b", Pike).unwrap().is_some());
    // Half an event is expected in a and in b, and none was observed: 0/0.
    let test = at(&[2., 3., 2., 4., 1.], &[false, false, false, false, true]);
    assert!(test.expected()[0] > 0.0 && test.expected()[0] < 1.0 && test.expected()[1] > 0.0);
    assert_eq!(test.hazard_ratio("a", "b", Pike).unwrap(), None);
    // One event in b alone: the ratio of c, which expected less than one, is known.
    let test = at(&[2., 3., 1., 4., 5.], &[false, false, true, false, true]);
    assert!(test.expected()[1] < 1.0);
    assert!(test.hazard_ratio("b", "c", Pike).unwrap().is_some());
    assert!(test.hazard_ratio("b", "a", Pike).unwrap().is_some());
}

/// A unit of the weights changes sums and covariance, and nothing else: powers of two are exact, whatever their size.
#[test]
fn the_unit_of_a_weight_is_in_the_covariance() {
    let (time, event, arm) = maintained();
    let data = RightCensored::new(&time, &event).unwrap();
    let arm = Groups::from_codes(&arm, &["yes", "no"]).unwrap();
    let plain = LogRank::test(&data, &arm).unwrap();
    for power in [300, 40, -40, -300] {
        let unit = 2f64.powi(power);
        let scaled = WeightedLogRank::with_function("scaled", &|_| unit).test(&data, &arm).unwrap();
        close(scaled.statistic(), plain.statistic());
        close(scaled.z().unwrap(), plain.z().unwrap());
        close(scaled.observed()[0] / unit, plain.observed()[0]);
        close(scaled.expected()[1] / unit, plain.expected()[1]);
        close(scaled.covariance(0, 1).unwrap() / unit / unit, plain.covariance(0, 1).unwrap());
        close(scaled.variance()[(1, 1)] / unit / unit, plain.variance()[(1, 1)]);
    }
}

/// Two strata of ten that share event times; O - E and its variance were summed over both strata at each time by a loop in R,
/// the p-values by sixty terms of the series and by `pnorm`.
#[test]
fn the_supremum_over_strata_is_that_of_their_common_times() {
    let renyi = |weight: Weight, labels: [&str; 2], flip: bool| -> RenyiTest {
        let group = [0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 0]
            .map(|g: usize| if flip { 1 - g } else { g });
        let time = [1., 2., 2., 3., 4., 5., 5., 6., 7., 8., 1., 2., 3., 3., 4., 5., 6., 6., 7., 9.];
        let event = [1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1].map(|e| e == 1);
        let strata: Vec<usize> = (0..20).map(|i| i / 10).collect();
        let strata = Groups::from_codes(&strata, &["u", "v"]).unwrap();
        let data = RightCensored::new(&time, &event).unwrap().with_strata(strata).unwrap();
        Renyi::new().weight(weight).test(&data, &Groups::from_codes(&group, &labels).unwrap()).unwrap()
    };
    let cases = [
        (
            Weight::LogRank,
            3.066186539430587,
            2.518650793650794,
            1.43836355732549,
            0.08679584724368418,
            0.3006299466031431,
            0.1503309270416607,
        ),
        (
            Weight::FlemingHarrington { rho: 1.0, gamma: 0.0 },
            1.69131141345427,
            2.257142857142857,
            1.73559047137718,
            0.7176703214977365,
            0.165272159640999,
            0.08263627197505817,
        ),
    ];
    for (weight, variance, largest, q, end, p, one_sided) in cases {
        let test = renyi(weight.clone(), ["a", "b"], false);
        close(test.variance(), variance);
        close(test.largest(), largest);
        close(test.statistic().unwrap(), q);
        close(test.at_end().unwrap(), end);
        close(test.p_value().unwrap(), p);
        assert_eq!(test.time(), Some(3.0));
        // The excursion is above 0: the first group has more events. None is below.
        close(test.one_sided_p_value(Alternative::FirstHigher).unwrap(), one_sided);
        close(test.one_sided_p_value(Alternative::FirstLower).unwrap(), 1.0);
        assert_eq!((test.subjects(), test.events()), (20, 16.0));
        // The groups exchanged: the same distance below 0.
        let test = renyi(weight, ["a", "b"], true);
        close(test.largest(), largest);
        close(test.at_end().unwrap(), -end);
        assert_eq!(test.time(), Some(3.0));
        close(test.one_sided_p_value(Alternative::FirstLower).unwrap(), one_sided);
        close(test.one_sided_p_value(Alternative::FirstHigher).unwrap(), 1.0);
    }
}

/// A distance that is reached twice was reached first the first time. By hand: one of either group at risk at 1 and 3, twice as
/// many strata, so that the sum goes to ½, 0, ½ …
#[test]
fn the_time_of_the_supremum_is_the_first() {
    let time = [1., 9., 2., 9., 3., 9.];
    let event = [true, false, true, false, true, false];
    let strata = Groups::from_codes(&[0, 0, 1, 1, 2, 2], &["u", "v", "w"]).unwrap();
    let data = RightCensored::new(&time, &event).unwrap().with_strata(strata).unwrap();
    // Events in a, b, a: ½, 0, ½.
    let test =
        Renyi::new().test(&data, &Groups::from_codes(&[0, 1, 1, 0, 0, 1], &["a", "b"]).unwrap()).unwrap();
    assert_eq!((test.largest(), test.time(), test.variance()), (0.5, Some(1.0), 0.75));
    // Events in a, b, b: ½, 0, −½.
    let test =
        Renyi::new().test(&data, &Groups::from_codes(&[0, 1, 1, 0, 1, 0], &["a", "b"]).unwrap()).unwrap();
    assert_eq!((test.largest(), test.time()), (0.5, Some(1.0)));
    close(test.at_end().unwrap(), -0.5 / 0.75f64.sqrt());
    // Without an event nothing is reached at any time.
    let none = RightCensored::new(&time, &[false; 6]).unwrap();
    let test =
        Renyi::new().test(&none, &Groups::from_codes(&[0, 1, 1, 0, 0, 1], &["a", "b"]).unwrap()).unwrap();
    assert_eq!((test.time(), test.statistic(), test.p_value()), (None, None, None));
    let weight = Weight::FlemingHarrington { rho: f64::NAN, gamma: 0.0 };
    let groups = Groups::from_codes(&[0, 1, 1, 0, 0, 1], &["a", "b"]).unwrap();
    assert!(Renyi::new().weight(weight).test(&data, &groups).is_err());
}

/// Strata that share an event time make one step there: 1 − 1/10 and −9/10, which is no distance at all.
#[test]
fn a_time_of_two_strata_is_one_step() {
    let time: Vec<f64> = (0..20).map(|i| if i % 10 == 0 { 1.0 } else { 5.0 }).collect();
    let event: Vec<bool> = (0..20).map(|i| i % 10 == 0).collect();
    let strata: Vec<usize> = (0..20).map(|i| i / 10).collect();
    // The first row of u is the only one of a there, the first row of v the only one of b.
    let codes: Vec<usize> = (0..20).map(|i| usize::from((i % 10 == 0) == (i >= 10))).collect();
    let strata = Groups::from_codes(&strata, &["u", "v"]).unwrap();
    let data = RightCensored::new(&time, &event).unwrap().with_strata(strata).unwrap();
    let test = Renyi::new().test(&data, &Groups::from_codes(&codes, &["a", "b"]).unwrap()).unwrap();
    assert!(test.largest() < 1e-15 && test.at_end().unwrap().abs() < 1e-15, "{test}");
    close(test.variance(), 0.18);
    close(test.p_value().unwrap(), 1.0);
    assert_eq!((test.group(), test.reference()), ("a", "b"));
}

/// In stratum u weights of 0.8 and less are at risk at the event times 1 and 2, in v of 5, 4 and 2.
#[test]
fn what_was_left_out_and_who_was_there_is_told() {
    let weights = [0.3, 0.2, 0.2, 0.1, 1., 2., 1., 1.];
    let strata = Groups::from_codes(&[0, 0, 0, 0, 1, 1, 1, 1], &["u", "v"]).unwrap();
    let event = [true, true, false, false, true, true, true, false];
    let data =
        RightCensored::new(&[1., 2., 2., 3., 1., 2., 3., 4.], &event).unwrap().with_strata(strata).unwrap();
    let arm = Groups::from_codes(&[0, 1, 0, 1, 0, 1, 0, 1], &["a", "b"]).unwrap();
    let weighted = data.clone().with_weights(Weights::replication(weights.to_vec())).unwrap();
    let test = LogRank::test(&weighted, &arm).unwrap();
    assert_eq!((test.left_out(), test.subjects()), (2, &[4, 4][..]));
    close(test.sizes()[0], 0.3 + 0.2 + 1.0 + 1.0);
    close(test.sizes()[1], 0.2 + 0.1 + 2.0 + 1.0);
    assert!(!test.is_robust() && test.to_string().contains("2 event times are left out"));
    let plain = LogRank::test(&data, &arm).unwrap();
    assert_eq!((plain.left_out(), plain.sizes()), (0, &[4.0, 4.0][..]));
}

/// Small and large distances: sixty terms of `1 − 4/π Σ (−1)ᵏ/(2k + 1) exp(−π² (2k + 1)²/(8 Q²))` in R. One pair of 1 event
/// among two makes Q = 1 and, with several strata, other roots.
#[test]
fn probabilities_of_the_supremum_on_either_side_of_one() {
    let p = |codes: &[usize]| {
        let n = codes.len();
        let time: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 1.0 + i as f64 } else { 99.0 }).collect();
        let event: Vec<bool> = (0..n).map(|i| i % 2 == 0).collect();
        let strata: Vec<usize> = (0..n).map(|i| i / 2).collect();
        let labels: Vec<String> = (0..n / 2).map(|i| i.to_string()).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let strata = Groups::from_codes(&strata, &labels).unwrap();
        let data = RightCensored::new(&time, &event).unwrap().with_strata(strata).unwrap();
        let test = Renyi::new().test(&data, &Groups::from_codes(codes, &["a", "b"]).unwrap()).unwrap();
        (test.statistic().unwrap(), test.p_value().unwrap())
    };
    // One stratum: ½ over √¼.
    let (q, found) = p(&[0, 1]);
    close(q, 1.0);
    close(found, 0.629222570200476);
    // Four strata, events in a, b, a, b: ½ over 1.
    let (q, found) = p(&[0, 1, 1, 0, 0, 1, 1, 0]);
    close(q, 0.5);
    close(found, 0.990843009710239);
    // Four, all in a: 2 over 1; nine: 4.5 over 1.5.
    let (q, found) = p(&[0, 1].repeat(4));
    close(q, 2.0);
    close(found, 0.0910005238463661);
    let (q, found) = p(&[0, 1].repeat(9));
    close(q, 3.0);
    close(found, 0.0053995921265203);
}

/// Every pair of three groups in five clusters: `summary(coxph(Surv(t, e) ~ x + cluster(cl), d, ties = "breslow"))$robscore`
/// of the rows of the two groups; without clusters `survdiff(Surv(t, e) ~ x, d)$chisq`.
#[test]
fn pairs_of_groups_in_clusters_are_tested_with_their_rows_alone() {
    let (time, event, arm) = three_groups();
    let clusters: Vec<usize> = (0..15).map(|i| i / 3).collect();
    let data = RightCensored::new(&time, &event).unwrap();
    let pairs = [
        ("x", "y", 1.33416399774622, 1.5887669815687),
        ("x", "z", 0.1471012571461, 0.116788321167883),
        ("y", "z", 0.57865275359657, 0.81611942501194),
    ];
    let robust = PairwiseLogRank::new()
        .adjustment(Adjustment::Unadjusted)
        .test(&data.clone().with_clusters(&clusters).unwrap(), &arm)
        .unwrap();
    let plain = PairwiseLogRank::new().test(&data, &arm).unwrap();
    for (i, (group, reference, clustered, alone)) in pairs.into_iter().enumerate() {
        let pair = &robust.comparisons()[i];
        assert_eq!((pair.group(), pair.reference()), (group, reference));
        // R prints fifteen digits.
        assert_relative_eq!(pair.test().statistic(), clustered, max_relative = 1e-9);
        assert_eq!(
            (pair.test().subjects(), pair.test().labels()),
            (&[5, 5][..], &[group.into(), reference.into()][..])
        );
        close(pair.test().observed()[0], plain.comparisons()[i].test().observed()[0]);
        close(pair.test().expected()[0], plain.comparisons()[i].test().expected()[0]);
        assert!(pair.test().is_robust() && pair.adjusted_p_value() == pair.p_value());
        assert_relative_eq!(plain.comparisons()[i].test().statistic(), alone, max_relative = 1e-9);
    }
    // Sampling weights of one are rows that are their own clusters.
    let ones = data.clone().with_weights(Weights::sampling(vec![1.0; 15])).unwrap();
    let rows: Vec<usize> = (0..15).collect();
    let own = PairwiseLogRank::new().test(&data.with_clusters(&rows).unwrap(), &arm).unwrap();
    let weighted = PairwiseLogRank::new().test(&ones, &arm).unwrap();
    for (a, b) in own.comparisons().iter().zip(weighted.comparisons()) {
        close(a.test().statistic(), b.test().statistic());
    }
}

/// A member without a variance has no statistic and no correlation, and is not the largest. By hand: one event, of the first
/// group, which holds two of six at risk: z = (1 − 2/6)/√(2/9) = √2, and late weights are 0 at the first event.
#[test]
fn a_member_without_variance_is_no_member() {
    let data =
        RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, false, false, false, false, false]).unwrap();
    let late = Weight::FlemingHarrington { rho: 0.0, gamma: 1.0 };
    for (codes, z) in [([0, 1, 1, 0, 1, 1], 2f64.sqrt()), ([1, 0, 0, 1, 0, 0], -(2f64.sqrt()))] {
        let arm = Groups::from_codes(&codes, &["a", "b"]).unwrap();
        let test = MaxCombo::new().weights([late.clone(), Weight::LogRank]).test(&data, &arm).unwrap();
        assert_eq!((test.z()[0], test.largest()), (None, Some(1)));
        close(test.z()[1].unwrap(), z);
        assert_eq!((test.correlation(0, 1), test.correlation(1, 0)), (None, None));
        assert_eq!(test.correlation(1, 1), Some(1.0));
        assert_eq!(
            (test.covariance(2, 0), test.covariance(0, 2), test.covariance(0, 1)),
            (None, None, Some(0.0))
        );
        let wrong = Weight::FlemingHarrington { rho: -1.0, gamma: f64::NAN };
        assert!(MaxCombo::new().weights([Weight::LogRank, wrong]).test(&data, &arm).is_err());
        // The tail of one normal variable: erfc(1).
        close(test.p_value().unwrap(), 0.157299207050285);
    }
}

/// `s <- survdiff(Surv(t, e) ~ g)`; `u <- sum(w * (s$obs - s$exp))`; `u / sqrt(t(w) %*% s$var %*% w)`; of the pairs
/// `survdiff(Surv(t, e) ~ x, d, rho = 1)$chisq`.
#[test]
fn trends_and_weighted_pairs() {
    let (time, event, arm) = three_groups();
    let data = RightCensored::new(&time, &event).unwrap();
    let test = LogRank::test(&data, &arm).unwrap();
    for (scores, z) in [([1., 2., 4.], -0.427029049851404), ([-5., 1., 0.], 0.576933855713782)] {
        for unit in [1.0, 1e200, 1e-200, -1.0] {
            let trend = test.trend(&scores.map(|s: f64| s * unit)).unwrap();
            close(trend.z().unwrap(), z * f64::signum(unit));
            close(trend.statistic(), z * z);
            assert_eq!(trend.df(), 1);
        }
    }
    assert!(test.trend(&[1.0, f64::NAN, 2.0]).is_err() && test.trend(&[1.0, 2.0]).is_err());
    let none = test.trend(&[0.0; 3]).unwrap();
    assert_eq!((none.p_value(), none.z(), none.df(), none.statistic()), (None, None, 0, 0.0));
    let weight = Weight::FlemingHarrington { rho: 1.0, gamma: 0.0 };
    let pairs = PairwiseLogRank::new().weight(weight).test(&data, &arm).unwrap();
    for (pair, chi_square) in
        pairs.comparisons().iter().zip([2.04919184820801, 0.00512174139207327, 0.890721649484536])
    {
        close(pair.test().statistic(), chi_square);
    }
    let one = Groups::from_codes(&[0; 15], &["a"]).unwrap();
    assert!(matches!(PairwiseLogRank::new().test(&data, &one), Err(Error::TooFewGroups { found: 1 })));
}

/// Variances below 1 are variances. By hand: one of x, y and z at risk, the event of x, scores 1, 2 and 4: u = 2/3 − 2/3 − 4/3,
/// its variance 7 − (7/3)²; three strata of one a and one b with the events of a, b and a: O − E = ½, V = ¾.
#[test]
fn small_variances_have_ratios_and_trends() {
    let data = RightCensored::new(&[1., 2., 3.], &[true, false, false]).unwrap();
    let test = LogRank::test(&data, &Groups::from_codes(&[0, 1, 2], &["x", "y", "z"]).unwrap()).unwrap();
    let trend = test.trend(&[1., 2., 4.]).unwrap();
    close(trend.z().unwrap(), -4.0 / 14f64.sqrt());
    close(trend.statistic(), 16.0 / 14.0);
    assert_eq!(trend.df(), 1);

    let event = [true, false, true, false, true, false];
    let strata = Groups::from_codes(&[0, 0, 1, 1, 2, 2], &["u", "v", "w"]).unwrap();
    let data = RightCensored::new(&[1., 9., 2., 9., 3., 9.], &event).unwrap().with_strata(strata).unwrap();
    let test = LogRank::test(&data, &Groups::from_codes(&[0, 1, 1, 0, 0, 1], &["a", "b"]).unwrap()).unwrap();
    let ratio = test.hazard_ratio("a", "b", Peto).unwrap().unwrap();
    close(ratio.value().unwrap(), (2.0 / 3.0f64).exp());
    close(ratio.std_error().unwrap(), (4.0 / 3.0f64).sqrt());
}

fn three_groups() -> ([f64; 15], [bool; 15], Groups) {
    let time = [3.1, 1.2, 5.3, 2.4, 7.5, 4.6, 6.7, 0.8, 9.9, 8.1, 2.2, 5.5, 3.6, 6.1, 1.7];
    let event = [1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1].map(|e| e == 1);
    (time, event, Groups::from_codes(&[0, 1, 2].repeat(5), &["x", "y", "z"]).unwrap())
}

/// Miller (1997): R's `aml`, groups "Maintained" and "Nonmaintained".
fn maintained() -> (Vec<f64>, Vec<bool>, Vec<usize>) {
    let time = [
        9., 13., 13., 18., 23., 28., 31., 34., 45., 48., 161., 5., 5., 8., 8., 12., 16., 23., 27., 30., 33.,
        43., 45.,
    ];
    let event = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1];
    (time.to_vec(), event.iter().map(|&e| e == 1).collect(), (0..23).map(|i| usize::from(i > 10)).collect())
}

/// `4 Σ (−1)ᵏ P(N > (2k + 1) q)` by mpmath. By hand: n strata of one a and one b, V = n/4; all events in a make n/2, a and b in
/// turn ½.
#[test]
fn both_tails_of_the_supremum() {
    for (n, all, q, p) in
        [(36, true, 6.0, 3.94635058015079256e-9), (9, false, 1.0 / 3.0, 0.99998082187930714)]
    {
        let rows = || (0..2 * n).map(|i| (i / 2, i % 2));
        let time: Vec<f64> =
            rows().map(|(s, other)| if other == 1 { 99.0 } else { s as f64 + 1.0 }).collect();
        let event: Vec<bool> = rows().map(|(_, other)| other == 0).collect();
        let codes: Vec<usize> = rows().map(|(s, other)| if all { other } else { (s + other) % 2 }).collect();
        let strata = Groups::new(&rows().map(|(s, _)| s.to_string()).collect::<Vec<_>>());
        let data = RightCensored::new(&time, &event).unwrap().with_strata(strata).unwrap();
        let test = Renyi::new().test(&data, &Groups::from_codes(&codes, &["a", "b"]).unwrap()).unwrap();
        close(test.statistic().unwrap(), q);
        close(test.p_value().unwrap(), p);
    }
}

/// The log-rank test eight times is that test, z = √2 by hand as above and p = erfc(1); nine times is refused.
#[test]
fn as_many_weights_as_there_may_be() {
    let data =
        RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, false, false, false, false, false]).unwrap();
    let arm = Groups::from_codes(&[0, 1, 1, 0, 1, 1], &["a", "b"]).unwrap();
    let test =
        |data: &RightCensored, n: usize| MaxCombo::new().weights(vec![Weight::LogRank; n]).test(data, &arm);
    let eight = test(&data, 8).unwrap();
    close(eight.p_value().unwrap(), 0.157299207050285);
    assert_eq!((eight.group(), eight.reference(), eight.correlation(0, 7)), ("a", "b", Some(1.0)));
    assert!(matches!(test(&data, 9), Err(Error::OutOfRange { argument: "the number of weights", .. })));
    // Without an event there is neither a statistic nor an error.
    let none = RightCensored::new(data.time(), &[false; 6]).unwrap();
    let none = test(&none, 2).unwrap();
    assert_eq!((none.p_value(), none.p_value_error()), (None, 0.0));
}
