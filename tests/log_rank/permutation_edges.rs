//! Permutation tests at their edges: numbers of allocations beyond `f64`, sizes that are refused at once, schemes that
//! overflow, and advice that can be followed.

use approx::assert_relative_eq;
use greenwood::survival::permutation::{MonteCarloLogRank, PermutationStatistic, PermutedBlocks};
use greenwood::survival::small_sample::Recommendation;
use greenwood::survival::{
    Alternative, ExactLogRank, Groups, KaplanMeier, LogRank, RightCensored, SmallSample, Weight,
    WeightedLogRank, Weights,
};
use greenwood::{Error, TestError};
use proptest::prelude::*;

fn alternating(n: usize, events: &[usize]) -> (RightCensored<'static>, Groups) {
    let time: Vec<f64> = (1..=n).map(|t| t as f64).collect();
    let event: Vec<bool> = (1..=n).map(|t| events.contains(&t)).collect();
    let codes: Vec<usize> = (0..n).map(|i| i % 2).collect();
    (RightCensored::new(time, event).unwrap(), Groups::from_codes(&codes, &["a", "b"]).unwrap())
}

/// Few events among many are few distinct scores. R 4.2.2: the scores by their definition, and the law of T or Z by
/// going through all ways in which the subjects from the first event on can be divided, each with the probability
/// `exp(lchoose(n - m, k - j) - lchoose(n, k))`.
#[test]
fn numbers_of_allocations_beyond_f64() {
    let t = ExactLogRank::new();
    let z = ExactLogRank::new().statistic(PermutationStatistic::Standardized);
    for (n, events, test, p, lower, higher) in [
        (3000, &[2998, 3000][..], &t, 0.750250083361, 0.375125041681, 0.87495831944),
        (3000, &[2998, 3000], &z, 0.750250083361, 0.375125041681, 0.87495831944),
        (1030, &[1025, 1027, 1030], &t, 0.156645777915, 0.968689172706, 0.0783228889573),
        (1030, &[1025, 1027, 1030], &z, 0.219023768477, 0.953140317498, 0.109511884238),
    ] {
        let (data, arm) = alternating(n, events);
        let test = test.test(&data, &arm).unwrap();
        // R printed twelve digits.
        assert_relative_eq!(test.p_value(), p, max_relative = 1e-11);
        assert_relative_eq!(test.one_sided_p_value(Alternative::FirstLower), lower, max_relative = 1e-11);
        assert_relative_eq!(test.one_sided_p_value(Alternative::FirstHigher), higher, max_relative = 1e-11);
        assert!(test.log_allocations() > 700.0 && !test.to_string().contains("inf"), "{test}");
    }
    let (data, arm) = alternating(3000, &[2998, 3000]);
    let printed = t.test(&data, &arm).unwrap().to_string();
    assert!(printed.contains("10^901.3 allocations"), "{printed}");
}

/// In many blocks the number is a product: 6⁴⁰⁰ is none of `f64` either.
#[test]
fn many_blocks_are_a_product_of_allocations() {
    let n = 1600;
    let (data, arm) = alternating(n, &[n - 2, n]);
    let blocks: Vec<usize> = (0..n).map(|i| i / 4).collect();
    let test = ExactLogRank::new().within(Groups::new(&blocks)).test(&data, &arm).unwrap();
    // The last block alone decides: a, b, a, b with events of the second and the fourth, both of b.
    let (last, last_arm) = (
        RightCensored::new(&[1., 2., 3., 4.], &[false, true, false, true]).unwrap(),
        Groups::from_codes(&[0, 1, 0, 1], &["a", "b"]).unwrap(),
    );
    let alone = ExactLogRank::new().test(&last, &last_arm).unwrap();
    assert_relative_eq!(test.p_value(), alone.p_value(), max_relative = 1e-9);
    assert_relative_eq!(test.log_allocations(), 400.0 * 6.0_f64.ln(), max_relative = 1e-12);
}

/// What cannot be done is refused at once, with the size and a test that works.
#[test]
fn sizes_are_refused_at_once() {
    let n = 200_000;
    let time: Vec<f64> = (0..n).map(|i| ((i * 7919) % 200_003) as f64).collect();
    let event: Vec<bool> = (0..n).map(|i| i % 3 > 0).collect();
    let codes: Vec<usize> = (0..n).map(|i| i % 2).collect();
    let arm = Groups::from_codes(&codes, &["a", "b"]).unwrap();
    let data = RightCensored::new(&time, &event).unwrap();
    let error = ExactLogRank::new().test(&data, &arm).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the exact log-rank test cannot work on 200000 subjects: use `MonteCarloLogRank`, which draws a sample of \
         the allocations"
    );
    assert!(MonteCarloLogRank::new().replicates(3).test(&data, &arm).is_ok());
    // Weights are not written out into memory that is not there.
    for weight in [1e9, 1e15, 1e100] {
        let data = RightCensored::new(&[1., 2., 3., 4.], &[true; 4]).unwrap();
        let data = data.with_weights(Weights::replication(vec![weight; 4])).unwrap();
        let arm = Groups::from_codes(&[0, 1, 0, 1], &["a", "b"]).unwrap();
        for error in [
            ExactLogRank::new().test(&data, &arm).unwrap_err(),
            MonteCarloLogRank::new().test(&data, &arm).unwrap_err(),
        ] {
            assert!(
                matches!(error, Error::Test(TestError::TooManySubjects { subjects, .. }) if subjects == 4.0 * weight),
                "{error}"
            );
        }
    }
}

#[test]
fn schemes_that_overflow_are_out_of_range() {
    let (data, arm) = alternating(20, &[3, 5, 9]);
    let test = |sizes: Vec<usize>, ratio| {
        MonteCarloLogRank::new().scheme(PermutedBlocks { sizes, ratio }).replicates(10).test(&data, &arm)
    };
    for (sizes, ratio) in [
        (vec![usize::MAX], (1, 1)),
        (vec![4], (usize::MAX, 1)),
        (vec![4], (usize::MAX, usize::MAX)),
        (vec![4], (1 << 20, 1)),
        (vec![usize::MAX - 1, 2], (2, 1)),
        (vec![4], (0, 1)),
    ] {
        let error = test(sizes, ratio).unwrap_err();
        assert!(matches!(error, Error::OutOfRange { .. }), "{error}");
    }
    assert!(matches!(test(vec![], (1, 1)), Err(Error::Empty { .. })));
    assert!(test(vec![0, 4, 1 << 20], (1, 1)).is_ok());
}

#[test]
fn a_group_with_nobody_is_not_permuted() {
    let (data, _) = alternating(6, &[1, 3]);
    let alone = Groups::from_codes(&[1; 6], &["nobody", "b"]).unwrap();
    for error in [
        ExactLogRank::new().test(&data, &alone).unwrap_err(),
        MonteCarloLogRank::new().test(&data, &alone).unwrap_err(),
    ] {
        assert!(error.to_string().contains("a group with nobody in it"), "{error}");
    }
}

/// The size of the weights is no part of a permutation test either.
#[test]
fn weights_of_any_size_permute_alike() {
    let (data, arm) = alternating(16, &[2, 3, 5, 8, 9, 13]);
    let piecewise = |f: f64| Weight::Piecewise { cuts: vec![4.0], weights: vec![f, 3.0 * f] };
    for statistic in [PermutationStatistic::ScoreSum, PermutationStatistic::Standardized] {
        let test =
            |f| ExactLogRank::new().weight(piecewise(f)).statistic(statistic).test(&data, &arm).unwrap();
        for factor in [1e200, 1e-200, 1e-10, 1e307] {
            assert_relative_eq!(test(factor).p_value(), test(1.0).p_value(), max_relative = 1e-12);
            assert_relative_eq!(test(factor).mid_p_value(), test(1.0).mid_p_value(), max_relative = 1e-12);
        }
    }
    let z = |f| ExactLogRank::new().weight(piecewise(f)).test(&data, &arm).unwrap();
    assert_relative_eq!(
        z(1e200).standardized().unwrap(),
        z(1.0).standardized().unwrap(),
        max_relative = 1e-12
    );
    assert_relative_eq!(z(1e200).statistic(), 1e200 * z(1.0).statistic(), max_relative = 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Whatever the data, the method that advice names works on them.
    #[test]
    fn advice_can_be_followed(
        rows in prop::collection::vec((1_u32..12, any::<bool>(), 0..3_usize, 0_u32..6, 0_u32..4), 1..16),
        kind in 0..6_u8, labels in 2..4_usize, own in any::<bool>(), at in 0.0..14.0_f64,
    ) {
        let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let data = RightCensored::new(&time, &event).unwrap();
        let weight = |by: f64| rows.iter().map(|r| (f64::from(r.3) + 1.0) / by).collect::<Vec<_>>();
        let data = match kind {
            0 => data,
            1 => data.with_weights(Weights::replication(weight(1.0))).unwrap(),
            2 => data.with_weights(Weights::replication(weight(4.0))).unwrap(),
            3 => data.with_weights(Weights::sampling(weight(3.0))).unwrap(),
            4 => data.with_clusters(&rows.iter().map(|r| r.4).collect::<Vec<_>>()).unwrap(),
            _ => data.with_entry(rows.iter().map(|r| f64::from(r.0.min(r.4 + 1) - 1)).collect::<Vec<_>>()).unwrap(),
        };
        let codes: Vec<usize> = rows.iter().map(|r| r.2 % labels).collect();
        let groups = Groups::from_codes(&codes, &["a", "b", "c"][..labels]).unwrap();
        let test = if own {
            WeightedLogRank::with_function("own", &|t| t.at_risk).test(&data, &groups).unwrap()
        } else {
            LogRank::test(&data, &groups).unwrap()
        };
        match test.advice().and_then(|a| a.recommendation()) {
            Some(Recommendation::ExactTest) => {
                let exact = ExactLogRank::new().test(&data, &groups);
                prop_assert!(exact.is_ok_and(|t| (0.0..=1.0).contains(&t.p_value())));
            }
            Some(Recommendation::MonteCarloTest) => {
                prop_assert!(MonteCarloLogRank::new().replicates(100).test(&data, &groups).is_ok());
            }
            None => {}
            other => prop_assert!(false, "{:?}", other),
        }
        let curve = KaplanMeier::fit(&data);
        let advice = curve.advice(at);
        let how = match advice.as_ref().and_then(greenwood::survival::small_sample::Advice::recommendation) {
            Some(Recommendation::BetaProduct) => SmallSample::beta_product(),
            Some(Recommendation::LikelihoodRatio) => SmallSample::likelihood_ratio(),
            None => {
                // Nothing is recommended only where nothing works.
                let robust = kind == 3 || kind == 4;
                prop_assert!(advice.is_none() || robust, "{:?} {}", advice, kind);
                return Ok(());
            }
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        let (lower, upper) = curve.small_sample_interval(at, how).unwrap().bounds().unwrap();
        prop_assert!(lower <= upper && curve.at(at).value().is_ok_and(|s| lower <= s + 1e-9 && s <= upper + 1e-9));
    }
}

/// Three groups, sampling weights and delayed entry once had advice that was refused when followed; and the doubt is
/// about the events expected in one group, not about all of them.
#[test]
fn advice_names_what_is_doubtful() {
    let n = 2000;
    let time: Vec<f64> = (0..n).map(|i| f64::from(i % 97)).collect();
    let codes: Vec<usize> = (0..n as usize).map(|i| usize::from(i % 1000 == 0)).collect();
    let arm = Groups::from_codes(&codes, &["many", "two"]).unwrap();
    let data = RightCensored::new(&time, vec![true; n as usize]).unwrap();
    let advice = LogRank::test(&data, &arm).unwrap().advice().unwrap();
    assert!(
        advice.to_string().ends_with("events expected in two: use the exact permutation test"),
        "{advice}"
    );
    assert!(!advice.to_string().contains("2000"), "{advice}");
}
