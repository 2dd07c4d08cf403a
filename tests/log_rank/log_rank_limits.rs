//! Where the log-rank family ends: times after the curve is 0, late entry into one of many groups, the known hazard at 0, what is
//! left out, what is refused and what is not read back.

use approx::assert_relative_eq;
use greenwood::survival::log_rank::{OneSampleLogRank, OneSampleVariance};
use greenwood::survival::result::TestSummary;
use greenwood::survival::{Alternative, Groups, LogRank, RightCensored, Weight, Weights};
use greenwood::{Error, Result};

/// Alone at risk at 1, so that the curve is 0 from there on; four more enter at 2.
fn after_zero() -> Result<(RightCensored<'static>, Groups)> {
    let data = RightCensored::new(vec![1., 3., 4., 5., 6.], vec![true, true, true, true, false])?
        .with_entry(vec![0., 2., 2., 2., 2.])?;
    Ok((data, Groups::from_codes(&[0, 0, 1, 0, 1], &["a", "b"])?))
}

/// By hand: 1/S(t−) is 1 at the first event and has no value later, so the later ones do not count; where weights are held from the
/// last finite one on, all count 1.
#[test]
fn weights_after_the_curve_has_come_down_to_0() -> Result<()> {
    let (data, arm) = after_zero()?;
    let test = LogRank::weighted(Weight::fleming_harrington(-1.0, 0.0)).test(&data, &arm)?;
    assert_eq!((test.observed(), test.expected()), ([1.0, 0.0].as_slice(), [1.0, 0.0].as_slice()));
    assert_eq!((test.z(), test.df(), test.p_value()), (None, 0, None));
    let plain = LogRank::test(&data, &arm)?;
    let held = LogRank::weighted(Weight::ModestlyWeightedFrom { time: 10.0 }).test(&data, &arm)?;
    assert_eq!((held.observed(), held.expected()), (plain.observed(), plain.expected()));
    assert_relative_eq!(held.z().unwrap(), plain.z().unwrap(), max_relative = 1e-12);
    // One of two, one of three and two of four at risk of the first group: E = 1 + 2/4 + 1/3 + 1/2.
    assert_relative_eq!(plain.expected()[0], 1.0 + 0.5 + 1.0 / 3.0 + 0.5, max_relative = 1e-12);
    Ok(())
}

/// R 4.2.2, survival 3.5-3: `coxph(Surv(entry, time, event) ~ factor(g), iter.max = 0, ties = "breslow")$score`, times distinct;
/// without entry `survdiff`. Ten groups, and only in one of them does anybody enter late.
#[test]
fn late_entry_into_one_of_ten_groups() -> Result<()> {
    let time: Vec<f64> = (0..40).map(|i| 3.0 + f64::from(i * 17 % 41) + f64::from(i) / 100.0).collect();
    let event: Vec<bool> = (0..40).map(|i| i % 4 != 1).collect();
    let entry: Vec<f64> = (0..40).map(|i| if i % 10 == 7 { 2.5 + f64::from(i % 3) } else { 0.0 }).collect();
    let codes: Vec<usize> = (0..40).map(|i| i % 10).collect();
    let labels: Vec<String> = (0..10).map(|g| g.to_string()).collect();
    let groups = Groups::from_codes(&codes, &labels)?;
    let data = RightCensored::new(&time, &event)?;
    assert_relative_eq!(LogRank::test(&data, &groups)?.statistic(), 16.975664515227532, max_relative = 1e-9);
    let late = data.with_entry(&entry)?;
    let test = LogRank::test(&late, &groups)?;
    assert_relative_eq!(test.statistic(), 16.767471443635184, max_relative = 1e-9);
    assert_eq!(test.df(), 9);
    Ok(())
}

/// By hand: of five times two have weights of 1 or less at risk of which some go on, 0.9 at 3 and 0.6 at 4, whatever the number of
/// groups; at 5 all at risk have the event, which compares nobody.
#[test]
fn times_left_out_of_two_groups_and_of_three() -> Result<()> {
    let data = RightCensored::new(&[1., 2., 3., 4., 5.], &[true; 5])?
        .with_weights(Weights::replication(vec![2.0, 1.5, 0.3, 0.3, 0.3]))?;
    for (codes, labels) in [([0, 1, 0, 1, 0], &["a", "b"][..]), ([0, 1, 2, 0, 1], &["a", "b", "c"][..])] {
        let test = LogRank::test(&data, &Groups::from_codes(&codes, labels)?)?;
        assert_eq!(test.left_out(), 2);
        assert!(test.to_string().contains("2 event times are left out: weights of 1 or less were at risk"));
    }
    Ok(())
}

#[test]
fn parameters_out_of_their_range() -> Result<()> {
    let (data, arm) = after_zero()?;
    let piecewise =
        |cuts: &[f64]| Weight::Piecewise { cuts: cuts.to_vec(), weights: vec![1.0; cuts.len() + 1] };
    for (weight, argument) in [
        (Weight::ModestlyWeighted { survival: 1.5 }, "s*"),
        (Weight::ModestlyWeighted { survival: 0.0 }, "s*"),
        (Weight::ModestlyWeightedFrom { time: -1.0 }, "t*"),
        (piecewise(&[f64::NAN]), "cuts"),
        (piecewise(&[2.0, 2.0]), "cuts"),
        (piecewise(&[3.0, 2.0]), "cuts"),
    ] {
        match LogRank::weighted(weight.clone()).test(&data, &arm) {
            Err(Error::OutOfRange { argument: found, .. }) => assert_eq!(found, argument),
            other => panic!("{weight}: {other:?}"),
        }
    }
    for weight in [Weight::ModestlyWeighted { survival: 1.0 }, piecewise(&[1.0, 2.0])] {
        assert_eq!(
            LogRank::weighted(weight).test(&data, &arm)?.statistic(),
            LogRank::test(&data, &arm)?.statistic()
        );
    }
    assert_eq!(piecewise(&[1.0, 2.5]).to_string(), "piecewise, 1 before 1, 1 before 2.5, then 1");
    Ok(())
}

/// By hand, with the cumulative hazard t ln(1 + 1/t), which has no value at 0, where nobody has been observed yet.
#[test]
fn one_sample_counts_from_entry_to_exit() -> Result<()> {
    let hazard = |t: f64| t * (1.0 + 1.0 / t).ln();
    let data = RightCensored::new(vec![0.25, 0.5, 2.0, 5.0], vec![false, true, true, false])?
        .with_entry(vec![0., 0., 0., 2.])?;
    let expected =
        0.25 * 5f64.ln() + 0.5 * 3f64.ln() + 2.0 * 1.5f64.ln() + (5.0 * 1.2f64.ln() - 2.0 * 1.5f64.ln());
    let test = OneSampleLogRank::new().test(&data, hazard)?;
    assert_eq!((test.observed(), test.subjects(), test.df()), (2.0, 4, 1));
    assert_relative_eq!(test.expected(), expected, max_relative = 1e-12);
    assert_relative_eq!(test.ratio().unwrap(), 2.0 / expected, max_relative = 1e-12);
    let z = (2.0 - expected) / expected.sqrt();
    assert_relative_eq!(test.z().unwrap(), z, max_relative = 1e-12);
    assert_relative_eq!(
        test.one_sided_p_value(Alternative::FirstHigher).unwrap(),
        0.5 * libm::erfc(z / 2f64.sqrt()),
        max_relative = 1e-12
    );
    let summary = TestSummary::from(&test);
    assert_eq!((summary.df(), summary.subjects(), summary.events()), (Some(1), Some(4), Some(2.0)));
    assert!(test.to_string().starts_with("One-sample log-rank test: 2 observed, "));
    // Only from 0 on: a row that ends at 0 expects nothing.
    let at_zero = RightCensored::new(&[0.0, 2.0], &[false, true])?;
    let test = OneSampleLogRank::new().test(&at_zero, hazard)?;
    assert_relative_eq!(test.expected(), 2.0 * 1.5f64.ln(), max_relative = 1e-12);
    Ok(())
}

#[test]
fn one_sample_without_an_expectation() -> Result<()> {
    let data = RightCensored::new(&[1., 2.], &[true, false])?;
    let none = OneSampleLogRank::new().test(&data, |_| 0.0)?;
    assert_eq!(
        (none.ratio(), none.z(), none.statistic(), none.p_value(), none.df()),
        (None, None, 0.0, None, 0)
    );
    assert_eq!(TestSummary::from(&none).df(), Some(0));
    let mean = OneSampleLogRank::new().variance(OneSampleVariance::Mean);
    assert_eq!(mean.test(&data, |_| 0.0)?.variance(), 0.5);
    let of = |expected: &[f64]| OneSampleLogRank::new().test_with_expected(&data, expected);
    assert!(matches!(of(&[1.0]), Err(Error::LengthMismatch { len: 1, expected: 2, .. })));
    assert!(matches!(of(&[1.0; 3]), Err(Error::LengthMismatch { len: 3, expected: 2, .. })));
    for wrong in [[1.7e308, 1.7e308], [-1.0, 1.0], [f64::NAN, 1.0], [f64::INFINITY, 1.0]] {
        assert!(matches!(
            of(&wrong),
            Err(Error::OutOfRange { argument: "the expected number of events", .. })
        ));
    }
    // Half an event is expected, and 0.2.
    assert_eq!(of(&[0.3, 0.2])?.ratio(), Some(2.0));
    assert_relative_eq!(of(&[0.1, 0.1])?.z().unwrap(), 0.8 / 0.2f64.sqrt(), max_relative = 1e-12);
    Ok(())
}

/// What no test can be is not read back.
#[cfg(feature = "serde")]
#[test]
fn stored_tests_are_possible() -> Result<()> {
    use greenwood::survival::log_rank::{LogRankTest, OneSampleTest};
    use serde_json::{from_value, json, to_value};

    let (data, arm) = after_zero()?;
    let test = LogRank::test(&data, &arm)?;
    let stored = to_value(&test).unwrap();
    assert_eq!(from_value::<LogRankTest>(stored.clone()).unwrap(), test);
    for (path, other, says) in [
        ("/labels", json!(["a"]), "group"),
        ("/labels", json!([]), "group"),
        ("/unit", json!(0.0), "the unit of the weights"),
        ("/unit", json!(-1.0), "the unit of the weights"),
        ("/sizes/0", json!(-0.5), "the size of a group"),
        ("/subjects/1", json!((1_u64 << 52) + 1), "the number of subjects"),
        ("/variance/0", json!(-0.5), "a variance"),
        ("/variance/3", json!(-0.5), "a variance"),
    ] {
        let mut changed = stored.clone();
        *changed.pointer_mut(path).unwrap() = other;
        let error = from_value::<LogRankTest>(changed).unwrap_err().to_string();
        assert!(error.contains(says), "{path}: {error}");
    }
    let one = to_value(OneSampleLogRank::new().test(&data, |t| 0.2 * t)?).unwrap();
    for (field, says) in
        [("observed", "observed"), ("expected", "the expected events"), ("variance", "the variance")]
    {
        let mut changed = one.clone();
        changed[field] = json!(-0.5);
        let error = from_value::<OneSampleTest>(changed).unwrap_err().to_string();
        assert!(error.contains(says), "{field}: {error}");
    }
    Ok(())
}
