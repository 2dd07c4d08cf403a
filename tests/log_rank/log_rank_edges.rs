//! The log-rank family at its edges: noise that is no information, weights beyond the squares of `f64`, many groups,
//! groups with nobody in them, and misuses that are refused by name.

use approx::assert_relative_eq;
use greenwood::Error;
use greenwood::survival::log_rank::{PairwiseLogRank, Renyi};
use greenwood::survival::result::HazardRatioMethod;
use greenwood::survival::{
    Alternative, Groups, LogRank, MaxCombo, RightCensored, RiskTable, Weight, WeightedLogRank, Weights,
};
use proptest::prelude::*;

fn groups(codes: &[usize]) -> Groups {
    let labels = ["a", "b", "c", "d"];
    Groups::from_codes(codes, &labels[..=*codes.iter().max().unwrap().max(&1)]).unwrap()
}

/// A name is no weight: the test with an own weight called "log-rank" is a weighted one, and has no Peto ratio.
#[test]
fn a_name_does_not_make_a_log_rank_test() {
    let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true; 6]).unwrap();
    let arm = groups(&[0, 0, 1, 0, 1, 1]);
    let own = WeightedLogRank::with_function("log-rank", &|t| t.at_risk).test(&data, &arm).unwrap();
    let gehan = LogRank::weighted(Weight::GehanBreslow).test(&data, &arm).unwrap();
    assert_eq!(own.statistic(), gehan.statistic());
    assert!(!own.is_plain() && LogRank::test(&data, &arm).unwrap().is_plain());
    assert!(own.to_string().starts_with("Weighted log-rank test, log-rank\n"), "{own}");
    let refused = own.hazard_ratio("a", "b", HazardRatioMethod::Peto).unwrap_err();
    assert!(
        refused.to_string().contains("a weighted test: its sums are not those of a hazard ratio"),
        "{refused}"
    );
}

#[test]
fn misuses_of_the_hazard_ratio_are_named() {
    let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true; 6]).unwrap();
    let three = LogRank::test(&data, &groups(&[0, 1, 2, 0, 1, 2])).unwrap();
    let two = LogRank::test(&data, &groups(&[0, 1, 1, 0, 1, 0])).unwrap();
    let clustered = data.clone().with_clusters(&[1, 2, 3, 4, 5, 6]).unwrap();
    let robust = LogRank::test(&clustered, &groups(&[0, 1, 1, 0, 1, 0])).unwrap();
    for (test, pair, method, says) in [
        (&two, ("a", "a"), HazardRatioMethod::Peto, "with a group and itself: name two groups"),
        (&two, ("a", "a"), HazardRatioMethod::Pike, "with a group and itself: name two groups"),
        (&three, ("a", "b"), HazardRatioMethod::Peto, "more than two groups: use Pike's"),
        (&two, ("a", "b"), HazardRatioMethod::Cox, "with Cox's method: fit a `CoxPh`"),
        (&robust, ("a", "b"), HazardRatioMethod::Peto, "with sampling weights or clusters: use a Cox model"),
    ] {
        let error = test.hazard_ratio(pair.0, pair.1, method).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }) && error.to_string().contains(says), "{error}");
    }
    assert!(three.hazard_ratio("a", "b", HazardRatioMethod::Pike).unwrap().is_some());
}

/// Each cluster holds as many events as it expects: what is left of the scores is rounding error, and no information.
#[test]
fn noise_is_no_information() {
    // Two copies of each row, one in either group, of one cluster: every score cancels.
    let time = [1., 1., 2., 2., 3., 3., 0.1 + 0.2, 0.1 + 0.2, 5., 5.];
    let event = [true, true, false, false, true, true, true, true, true, true];
    let weight = [0.1, 0.1, 0.7, 0.7, 1.3, 1.3, 0.3, 0.3, 2.1, 2.1];
    let data = RightCensored::new(&time, &event)
        .unwrap()
        .with_weights(Weights::sampling(&weight))
        .unwrap()
        .with_clusters(&[1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
        .unwrap();
    let arm = groups(&[0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    for weight in
        [Weight::LogRank, Weight::GehanBreslow, Weight::PetoPeto, Weight::fleming_harrington(0.5, 1.0)]
    {
        let test = LogRank::weighted(weight).test(&data, &arm).unwrap();
        assert_eq!((test.p_value(), test.z(), test.df()), (None, None, 0), "{test}");
    }
    assert_eq!(MaxCombo::new().test(&data, &arm).unwrap().p_value(), None);
}

/// All who are left at time 2 have the event, which compares nothing: the weights that are 0 before have no variance, and
/// the other two are the robust log-rank test of time 1. R 4.2.2, with a the indicator of the first group:
/// `p <- sum(w*a)/sum(w); s <- w*((t==1)*(a-p) - (a-p)*sum(w[t==1])/sum(w)); U <- sum((w*(a-p))[t==1]);`
/// `2*pnorm(-abs(U)/sqrt(sum(s^2)))`. The labels do not matter.
#[test]
fn a_member_of_noise_has_no_say_in_max_combo() {
    let data = RightCensored::new(&[2., 2., 2., 1., 1., 1., 2.], &[true; 7])
        .unwrap()
        .with_weights(Weights::sampling(&[1., 1.5, 3., 2.4, 1., 1.5, 2.]))
        .unwrap();
    let codes = [0, 1, 0, 1, 0, 1, 1];
    let one = MaxCombo::new().test(&data, &groups(&codes)).unwrap();
    let swapped = MaxCombo::new().test(&data, &groups(&codes.map(|c| 1 - c))).unwrap();
    assert_relative_eq!(one.p_value().unwrap(), swapped.p_value().unwrap(), max_relative = 1e-9);
    assert_relative_eq!(one.p_value().unwrap(), 0.395970726340293, max_relative = 1e-9);
}

/// What a weight is multiplied by is no part of a test.
#[test]
fn weights_of_any_size_give_one_statistic() {
    let time: Vec<f64> = (1..=30).map(f64::from).collect();
    let event: Vec<bool> = (0..30).map(|i| i % 4 != 1).collect();
    let codes: Vec<usize> = (0..30).map(|i| (i * 7 % 5) % 2).collect();
    let plain = RightCensored::new(&time, &event).unwrap();
    let clustered = plain.clone().with_clusters(&(0..30).map(|i| i / 2).collect::<Vec<_>>()).unwrap();
    for data in [&plain, &clustered] {
        for k in [2, 3] {
            let arm = groups(
                &codes.iter().enumerate().map(|(i, c)| if k == 3 { i % 3 } else { *c }).collect::<Vec<_>>(),
            );
            let test = |factor: f64| {
                let weight =
                    move |t: greenwood::survival::log_rank::PooledEventTime| factor * t.at_risk.sqrt();
                WeightedLogRank::with_function("own", &weight).test(data, &arm).unwrap()
            };
            let (one, trend) =
                (test(1.0), test(1.0).trend(&(0..k).map(f64::from).collect::<Vec<_>>()).unwrap());
            for factor in [1e200, -1e200, 1e300, 1e-200, 1e-300, 1e120, 3e-90] {
                let scaled = test(factor);
                assert_eq!(scaled.df(), one.df());
                assert_relative_eq!(scaled.statistic(), one.statistic(), max_relative = 1e-12);
                assert_relative_eq!(scaled.p_value().unwrap(), one.p_value().unwrap(), max_relative = 1e-12);
                assert_relative_eq!(scaled.observed()[0], factor * one.observed()[0], max_relative = 1e-12);
                // Scores of the groups: ±1e200, with or without a large common part.
                let scores: Vec<f64> = (0..k).map(|g| 1e200 * (f64::from(g) - 1.0)).collect();
                assert_relative_eq!(
                    scaled.trend(&scores).unwrap().z().unwrap(),
                    factor.signum() * trend.z().unwrap(),
                    max_relative = 1e-9
                );
            }
        }
        let arm = groups(&codes);
        let piecewise =
            |factor: f64| Weight::Piecewise { cuts: vec![10.0], weights: vec![factor, 2.0 * factor] };
        let max = |f: f64| MaxCombo::new().weights([piecewise(f), Weight::LogRank]).test(data, &arm).unwrap();
        for factor in [1e200, 1e-200] {
            assert_relative_eq!(
                max(factor).p_value().unwrap(),
                max(1.0).p_value().unwrap(),
                max_relative = 1e-9
            );
        }
    }
    let arm = groups(&codes);
    let renyi = |f: f64| {
        let weight = Weight::Piecewise { cuts: vec![10.0], weights: vec![f, 2.0 * f] };
        Renyi::new().weight(weight).test(&plain, &arm).unwrap()
    };
    for factor in [1e200, 1e-200] {
        assert_relative_eq!(
            renyi(factor).statistic().unwrap(),
            renyi(1.0).statistic().unwrap(),
            max_relative = 1e-12
        );
    }
    // Sampling weights of any size too, whose squares are the variance.
    let sampled = |factor: f64| {
        let weights: Vec<f64> = (0..30).map(|i| factor * f64::from(1 + i % 3)).collect();
        LogRank::test(&plain.clone().with_weights(Weights::sampling(weights)).unwrap(), &arm).unwrap()
    };
    for factor in [1e130, 1e-200] {
        assert_relative_eq!(sampled(factor).statistic(), sampled(1.0).statistic(), max_relative = 1e-10);
    }
    // Sums that are no numbers are refused by name.
    let refused = WeightedLogRank::with_function("huge", &|_| 1e308).test(&plain, &arm).unwrap_err();
    assert!(refused.to_string().contains("so small that the sum over the events is finite"), "{refused}");
}

/// Many groups: one solution of k³, and a limit that says so.
#[test]
fn many_groups_are_solved_once_or_refused() {
    let k = 300;
    let time: Vec<f64> = (0..3 * k).map(|i| f64::from((i * 7919 % 997) as u32)).collect();
    let labels: Vec<String> = (0..k).map(|g| g.to_string()).collect();
    let codes: Vec<usize> = (0..3 * k).map(|i| i % k).collect();
    let data = RightCensored::new(&time, vec![true; 3 * k]).unwrap();
    let test = LogRank::test(&data, &Groups::from_codes(&codes, &labels).unwrap()).unwrap();
    for _ in 0..50 {
        assert!(test.statistic() > 0.0 && test.p_value().is_some() && test.to_string().contains("df"));
    }
    let codes: Vec<usize> = (0..5000).collect();
    let labels: Vec<String> = codes.iter().map(ToString::to_string).collect();
    let many = Groups::from_codes(&codes, &labels).unwrap();
    let time: Vec<f64> = codes.iter().map(|&c| c as f64).collect();
    let data = RightCensored::new(&time, vec![true; 5000]).unwrap();
    let error = LogRank::test(&data, &many).unwrap_err();
    assert_eq!(error, Error::TooManyGroups { found: 5000, limit: 4096 });
    assert!(error.to_string().starts_with("5000 groups are more than the 4096"), "{error}");
    assert_eq!(
        PairwiseLogRank::new().test(&data, &many).unwrap_err(),
        Error::TooManyGroups { found: 5000, limit: 447 }
    );
}

/// A group with nobody in it compares with nobody.
#[test]
fn a_group_with_nobody_has_no_degree_of_freedom() {
    let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true; 6]).unwrap();
    let with_empty = Groups::from_codes(&[0, 0, 2, 0, 2, 2], &["a", "nobody", "c"]).unwrap();
    let (three, two) =
        (LogRank::test(&data, &with_empty).unwrap(), LogRank::test(&data, &groups(&[0, 0, 1, 0, 1, 1])));
    assert_eq!((three.df(), three.subjects()), (1, &[3, 0, 3][..]));
    assert_relative_eq!(three.statistic(), two.unwrap().statistic(), max_relative = 1e-12);
    let alone = Groups::from_codes(&[0; 6], &["a", "nobody"]).unwrap();
    assert_eq!(LogRank::test(&data, &alone).unwrap().p_value(), None);
    assert_eq!(MaxCombo::new().test(&data, &alone).unwrap().p_value(), None);
    assert_eq!(Renyi::new().test(&data, &alone).unwrap().p_value(), None);
    assert_eq!(Renyi::new().test(&data, &alone).unwrap().one_sided_p_value(Alternative::FirstLower), None);
}

/// Tables of sampling weights do not know the subjects: without them there is no variance.
#[test]
fn tables_of_sampling_weights_have_no_test() {
    let data = RightCensored::new(&[1., 2., 3., 4.], &[true; 4])
        .unwrap()
        .with_weights(Weights::sampling(&[1., 2., 1., 3.]))
        .unwrap();
    let tables = RiskTable::by_group(&data, &groups(&[0, 1, 0, 1])).unwrap();
    let error = LogRank::from_tables(&[tables], &["a", "b"]).unwrap_err();
    assert!(error.to_string().contains("its variance needs the subjects"), "{error}");
}

/// Many groups: the covariance is that of its definition, time by time, with ties, censoring, weights and strata.
#[test]
fn the_covariance_of_many_groups_is_that_of_its_definition() {
    let (n, k) = (240, 13);
    let time: Vec<f64> = (0..n).map(|i| f64::from((i * 37 % 61) as u32)).collect();
    let event: Vec<bool> = (0..n).map(|i| i % 5 != 2).collect();
    let codes: Vec<usize> = (0..n).map(|i| (i * i + i / 7) % k).collect();
    let labels: Vec<String> = (0..k).map(|g| g.to_string()).collect();
    let arm = Groups::from_codes(&codes, &labels).unwrap();
    let plain = RightCensored::new(&time, &event).unwrap();
    let weights: Vec<f64> = (0..n).map(|i| 0.1 * (1 + i % 9) as f64).collect();
    let strata = Groups::new(&(0..n).map(|i| i % 3).collect::<Vec<_>>());
    let late: Vec<f64> =
        time.iter().enumerate().map(|(i, &t)| if i % 4 == 0 { 0.5 * t } else { 0.0 }).collect();
    let some_time = RightCensored::new(time.iter().map(|t| t + 1.0).collect::<Vec<_>>(), &event).unwrap();
    for data in [
        plain.clone(),
        plain.clone().with_weights(Weights::replication(weights)).unwrap(),
        plain.clone().with_strata(strata).unwrap(),
        some_time.with_entry(late).unwrap(),
    ] {
        for weight in [Weight::LogRank, Weight::GehanBreslow] {
            let test = LogRank::weighted(weight.clone()).test(&data, &arm).unwrap();
            let mut variance = vec![0.0; k * k];
            for tables in RiskTable::by_stratum_and_group(&data, &arm).unwrap() {
                let mut times: Vec<f64> = tables.iter().flat_map(|t| t.times().to_vec()).collect();
                times.sort_by(f64::total_cmp);
                times.dedup();
                for t in times {
                    let at_risk: Vec<f64> = tables.iter().map(|table| table.at_risk(t)).collect();
                    let here =
                        |table: &RiskTable| table.rows().find(|r| r.time == t).map_or(0.0, |r| r.events);
                    let (n, d) = (at_risk.iter().sum::<f64>(), tables.iter().map(here).sum::<f64>());
                    if n <= 1.0 + 1e-9 {
                        continue;
                    }
                    let w = if weight == Weight::GehanBreslow { n } else { 1.0 };
                    for g in 0..k {
                        for h in 0..k {
                            let own = if g == h { 1.0 } else { 0.0 };
                            variance[g * k + h] +=
                                w * w * d * (n - d) / (n - 1.0) * at_risk[g] / n * (own - at_risk[h] / n);
                        }
                    }
                }
            }
            let largest = variance.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
            for g in 0..k {
                for h in 0..k {
                    assert_relative_eq!(
                        test.covariance(g, h).unwrap(),
                        variance[g * k + h],
                        epsilon = 1e-12 * largest,
                        max_relative = 1e-9
                    );
                }
            }
        }
    }
}

/// The integral has a dimension for each weight: what cannot be had is refused at once.
#[test]
fn max_combo_of_many_weights_is_refused() {
    let time: Vec<f64> = (1..=40).map(f64::from).collect();
    let data = RightCensored::new(&time, vec![true; 40]).unwrap();
    let arm = groups(&(0..40).map(|i| (i * i / 3) % 2).collect::<Vec<usize>>());
    let test = |m: usize| {
        let weights: Vec<Weight> =
            (0..m).map(|i| Weight::fleming_harrington(0.5 * i as f64, (i % 3) as f64)).collect();
        MaxCombo::new().weights(weights).test(&data, &arm)
    };
    assert!(matches!(test(9), Err(Error::OutOfRange { argument: "the number of weights", .. })));
    let six = test(6).unwrap();
    assert!(six.p_value().is_some_and(|p| (0.0..=1.0).contains(&p)) && six.p_value_error() > 0.0);
}

/// A known hazard of 1e-300 makes a statistic beyond the squares of `f64`.
#[test]
fn a_tiny_hazard_has_a_p_value() {
    let data = RightCensored::new(&[1., 2., 3.], &[true; 3]).unwrap();
    for hazard in [1e-300, 1e-320, 5e-324] {
        let test =
            greenwood::survival::log_rank::OneSampleLogRank::new().test(&data, |t| hazard * t).unwrap();
        assert_eq!(
            (test.p_value(), test.one_sided_p_value(Alternative::FirstHigher)),
            (Some(0.0), Some(0.0))
        );
        assert_eq!(test.one_sided_p_value(Alternative::FirstLower), Some(1.0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Robust tests do not know the order of the labels, nor the size of the weights.
    #[test]
    fn robust_tests_know_no_order_and_no_size(
        rows in prop::collection::vec((1_u32..5, any::<bool>(), 0..2_usize, 1_u32..30, 0_u32..6), 2..14),
        power in -200_i32..130,
    ) {
        let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let clusters: Vec<u32> = rows.iter().map(|r| r.4).collect();
        let codes: Vec<usize> = rows.iter().map(|r| r.2).collect();
        let test = |factor: f64, swap: bool| {
            let weight: Vec<f64> = rows.iter().map(|r| factor * f64::from(r.3) / 10.0).collect();
            let data = RightCensored::new(&time, &event).unwrap().with_weights(Weights::sampling(weight)).unwrap();
            let data = data.with_clusters(&clusters).unwrap();
            let codes: Vec<usize> = codes.iter().map(|&c| if swap { 1 - c } else { c }).collect();
            (LogRank::test(&data, &groups(&codes)).unwrap(), MaxCombo::new().test(&data, &groups(&codes)).unwrap())
        };
        let (one, max) = test(1.0, false);
        for (other, max_other) in [test(1.0, true), test(10_f64.powi(power), false)] {
            prop_assert_eq!(one.df(), other.df());
            prop_assert!((one.statistic() - other.statistic()).abs() <= 1e-7 * one.statistic().max(1e-6));
            let (p, q) = (max.p_value(), max_other.p_value());
            prop_assert_eq!(p.is_some(), q.is_some());
            if let (Some(p), Some(q)) = (p, q) {
                // The integral's own error is reported.
                prop_assert!((p - q).abs() <= 1e-6 + max.p_value_error() + max_other.p_value_error(), "{} {}", p, q);
            }
        }
    }
}
