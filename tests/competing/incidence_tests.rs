//! Tests of equal incidences: Gray's scores and their covariance beside R, what both tests refuse, tell and read back.

use approx::assert_relative_eq;
use greenwood::survival::log_rank::{Adjustment, GrayTest, PepeMori};
use greenwood::survival::result::TestSummary;
use greenwood::survival::risk_table::CompetingRiskTables;
use greenwood::survival::{CompetingRisks, Gray, Groups, Weights};
use greenwood::{Error, Result};

const TIME: [f64; 30] = [
    1., 1., 2., 3., 3., 4., 5., 6., 7., 8., 8., 9., 1., 2., 2., 2., 3., 3., 1., 2., 3., 4., 4., 5., 5., 6.,
    6., 7., 9., 10.,
];
const CAUSE: [u8; 30] =
    [1, 2, 1, 1, 0, 2, 1, 1, 0, 1, 1, 0, 1, 2, 1, 0, 1, 1, 0, 1, 1, 2, 1, 1, 1, 2, 1, 0, 1, 0];

fn data() -> Result<CompetingRisks<'static>> {
    let outcome: Vec<Option<u8>> = CAUSE.iter().map(|&c| (c > 0).then_some(c)).collect();
    CompetingRisks::new(TIME.to_vec(), &outcome)
}

/// Twelve of a, six of b, of whom the last two have the event at 3 while others go on, twelve of c.
fn arms() -> Groups {
    let codes: Vec<usize> = (0..30).map(|i| usize::from(i >= 12) + usize::from(i >= 18)).collect();
    Groups::from_codes(&codes, &["a", "b", "c"]).unwrap()
}

fn strata() -> Groups {
    Groups::new(
        &(0..30).map(|i| if i < 18 { ["x", "y"][i % 2] } else { ["x", "y", "y"][i % 3] }).collect::<Vec<_>>(),
    )
}

/// R 4.2.2, cmprsk 2.2-11: the scores of the first two groups and their covariance, as `cuminc` has them of its Fortran `crstm`.
#[test]
fn scores_and_covariances_are_those_of_cmprsk() -> Result<()> {
    type Case = (f64, bool, [f64; 2], [f64; 3]);
    let cases: [Case; 5] = [
        (
            0.0,
            false,
            [-1.3676098492940136, 2.5738562091503265],
            [4.5049122006677829, -0.5393957666610979, 1.1091641561007419],
        ),
        (
            1.0,
            false,
            [-1.0708010625334370, 2.2840507850649838],
            [2.33733692277765881, -0.46194407385778014, 0.93449333097410370],
        ),
        (
            -0.5,
            false,
            [-1.5913661276911812, 2.7389074646801537],
            [7.54617680164993487, -0.58383215537682576, 1.21901269387777988],
        ),
        (
            0.0,
            true,
            [-2.1544825469774760, 2.5266461226400372],
            [4.27131348451983506, -0.61249233045003371, 1.10398082007029075],
        ),
        (
            2.0,
            true,
            [-1.2288126731540490, 1.8064723425987572],
            [1.77159630242710997, -0.43502160370985588, 0.80162603611484906],
        ),
    ];
    for (rho, stratified, score, covariance) in cases {
        let data = if stratified { data()?.with_strata(strata())? } else { data()? };
        let test = Gray::new(&1).rho(rho).test(&data, &arms())?;
        for (found, right) in test.score().iter().zip(score) {
            assert_relative_eq!(*found, right, max_relative = 1e-9);
        }
        assert_relative_eq!(test.score().iter().sum::<f64>(), 0.0, epsilon = 1e-13);
        let [a, b, c] = covariance;
        for (found, right) in test.variance().iter().zip([a, b, b, c]) {
            assert_relative_eq!(*found, right, max_relative = 1e-9);
        }
        let tables = CompetingRiskTables::new(&data, &arms())?;
        assert_eq!(Gray::new(&1).rho(rho).from_tables(&tables)?, test);
    }
    // `cuminc(t, s, g)$Tests`.
    for (cause, statistic, p) in
        [(1, 5.9758953603118927, 0.050390748606137015), (2, 1.0700009371503774, 0.585669015714759933)]
    {
        let test = Gray::new(&cause).test(&data()?, &arms())?;
        assert_relative_eq!(test.statistic(), statistic, max_relative = 1e-9);
        assert_relative_eq!(test.p_value().unwrap(), p, max_relative = 1e-9);
        assert_eq!((test.df(), test.subjects()), (2, [12, 6, 12].as_slice()));
    }
    // In any order of the groups: b first.
    let codes: Vec<usize> = arms().codes().iter().map(|&g| [1, 0, 2][g as usize]).collect();
    let test = Gray::new(&1).test(&data()?, &Groups::from_codes(&codes, &["b", "a", "c"])?)?;
    for (found, right) in test.score().iter().zip([2.5738562091503265, -1.3676098492940136]) {
        assert_relative_eq!(*found, right, max_relative = 1e-9);
    }
    assert_relative_eq!(test.variance()[0], 1.1091641561007417, max_relative = 1e-9);
    assert_relative_eq!(test.variance()[3], 4.5049122006677838, max_relative = 1e-9);
    // a and b alone.
    let pairs = Gray::new(&1).pairwise(&data()?, &arms(), Adjustment::Bonferroni)?;
    assert_relative_eq!(pairs.tests()[0].score()[0], -2.0767543859649127, max_relative = 1e-9);
    assert_relative_eq!(pairs.tests()[0].variance()[0], 1.2231594122700487, max_relative = 1e-9);
    for (test, adjusted) in pairs.tests().iter().zip(pairs.adjusted_p_values()) {
        assert_eq!(*adjusted, test.p_value().map(|p| (3.0 * p).min(1.0)));
    }
    let text = pairs.to_string();
    assert!(text.contains("\na against b: ") && text.matches(", adjusted p").count() == 3, "{text}");
    Ok(())
}

/// By the formulas: without ties the scores are sums over events, and so is their variance. Half of every subject is half of both.
#[test]
fn half_of_every_subject_is_half_the_statistic() -> Result<()> {
    let time: Vec<f64> = (1..=12).map(f64::from).collect();
    let outcome = [1, 2, 1, 0, 1, 1, 2, 0, 1, 2, 1, 1].map(|c| (c > 0).then_some(c));
    let data = CompetingRisks::new(time, &outcome)?;
    let arm = Groups::from_codes(&[0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0], &["a", "b"])?;
    let half = data.clone().with_weights(Weights::replication(vec![0.5; 12]))?;
    let (whole, half) = (Gray::new(&1).test(&data, &arm)?, Gray::new(&1).test(&half, &arm)?);
    assert_relative_eq!(half.score()[0], 0.5 * whole.score()[0], max_relative = 1e-12);
    assert_relative_eq!(half.variance()[0], 0.5 * whole.variance()[0], max_relative = 1e-12);
    assert_relative_eq!(half.statistic(), 0.5 * whole.statistic(), max_relative = 1e-12);
    Ok(())
}

/// Late entry and sampling weights are refused wherever they stand: in the data, in one of several tables.
#[test]
fn what_the_variance_does_not_know_is_refused() -> Result<()> {
    let (data, arms) = (data()?, arms());
    let gray = |rho: f64| Gray::new(&1).rho(rho);
    let mut entry = vec![0.0; 30];
    // One who enters late, of group b.
    assert!(gray(0.0).test(&data.clone().with_entry(entry.clone())?, &arms).is_ok());
    entry[13] = 0.5;
    let late = data.clone().with_entry(entry)?;
    let mut weighted = CompetingRiskTables::new(&data, &arms)?;
    for (other, says) in [
        (late.clone(), "delayed entry"),
        (data.clone().with_weights(Weights::sampling(vec![1.5; 30]))?, "sampling weights"),
    ] {
        let tables = CompetingRiskTables::new(&other, &arms)?;
        for refused in [
            gray(0.0).test(&other, &arms).map(|_| ()),
            gray(0.0).from_tables(&tables).map(|_| ()),
            gray(0.0).pairwise(&other, &arms, Adjustment::Holm).map(|_| ()),
        ] {
            let text = refused.unwrap_err().to_string();
            assert!(text.contains(says), "{text}");
        }
        weighted = tables;
    }
    let strange = |e: Result<GrayTest>| e.unwrap_err();
    assert!(matches!(
        strange(gray(f64::NAN).from_tables(&weighted)),
        Error::OutOfRange { argument: "rho", .. }
    ));
    assert!(matches!(strange(Gray::new(&3).test(&data, &arms)), Error::UnknownCause { .. }));
    assert!(matches!(
        strange(gray(0.0).from_tables(&CompetingRiskTables::default())),
        Error::TooFewGroups { found: 0 }
    ));
    let many = Groups::new(&(0..448).collect::<Vec<_>>());
    let one_each = CompetingRisks::new(vec![1.0; 448], &[Some(1); 448])?;
    assert!(matches!(
        gray(0.0).pairwise(&one_each, &many, Adjustment::Holm),
        Err(Error::TooManyGroups { found: 448, limit: 447 })
    ));
    Ok(())
}

/// The comparison ends with the shorter follow-up, whichever group has it; the second group is compared with the first.
#[test]
fn pepe_and_mori_end_with_the_shorter_follow_up() -> Result<()> {
    let outcome = [Some(1), None, Some(1), Some(2), None, Some(1), Some(1), None];
    let data = CompetingRisks::new(vec![1., 2., 3., 4., 0.5, 2.5, 3.5, 6.], &outcome)?;
    for codes in [[0, 0, 0, 0, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0, 0]] {
        let arm = Groups::from_codes(&codes, &["a", "b"])?;
        let test = PepeMori::new(&1).test(&data, &arm)?;
        assert_eq!((test.tau(), test.reference(), test.group(), test.cause()), (4.0, "a", "b", "1"));
        assert_eq!(test, PepeMori::new(&1).until(4.0).test(&data, &arm)?);
        let summary = TestSummary::from(&test);
        assert_eq!((summary.df(), summary.subjects(), summary.events()), (Some(1), Some(8), Some(4.0)));
        assert!(test.to_string().starts_with("Pepe and Mori's test, cause 1, b less a until 4: chi-square "));
        for tau in [0.0, -1.0, 4.5, f64::NAN] {
            let refused = PepeMori::new(&1).until(tau).test(&data, &arm);
            assert!(matches!(refused, Err(Error::OutOfRange { argument: "tau", .. })), "{tau}");
        }
        // By hand: until 0.9 nothing has happened but a censoring.
        let early = PepeMori::new(&1).until(0.9).test(&data, &arm)?;
        assert_eq!((early.statistic(), early.p_value(), early.area().value()), (None, None, Ok(0.0)));
    }
    // A group with nobody in it has no follow-up.
    let nobody = Groups::from_codes(&[0; 8], &["a", "b"])?;
    assert!(matches!(PepeMori::new(&1).test(&data, &nobody), Err(Error::OutOfRange { argument: "tau", .. })));
    Ok(())
}

/// What contradicts itself is not read back.
#[cfg(feature = "serde")]
#[test]
fn stored_tests_are_checked() -> Result<()> {
    use serde_json::{Value, from_value, json, to_value};

    fn refuses<T>(stored: &Value, path: &str, other: Value, says: &str)
    where
        T: serde::de::DeserializeOwned + std::fmt::Debug,
    {
        let mut changed = stored.clone();
        *changed.pointer_mut(path).unwrap() = other;
        let error = from_value::<T>(changed).unwrap_err().to_string();
        assert!(error.contains(says), "{path}: {error}");
    }

    let gray = to_value(Gray::new(&1).test(&data()?, &arms())?).unwrap();
    for (path, other, says) in [
        ("/labels", json!(["a"]), "group"),
        ("/subjects", json!([1]), "subjects"),
        ("/observed", json!([1.0]), "observed"),
        ("/score", json!([1.0]), "score"),
        ("/variance", json!([1.0]), "variance"),
        ("/observed/1", json!(-1.0), "observed"),
        ("/variance/0", json!(-1.0), ""),
    ] {
        refuses::<GrayTest>(&gray, path, other, says);
    }
    let pairs = Gray::new(&1).pairwise(&data()?, &arms(), Adjustment::Holm)?;
    let stored = to_value(&pairs).unwrap();
    assert_eq!(from_value::<greenwood::survival::log_rank::PairwiseGrayTest>(stored.clone()).unwrap(), pairs);
    for (path, other, says) in [
        ("/adjusted", json!([0.5]), "adjusted"),
        ("/adjusted/0", json!(1.5), "adjusted"),
        ("/adjusted/0", Value::Null, "an adjusted p-value"),
        ("/adjusted/1", json!(0.9 * pairs.adjusted_p_values()[1].unwrap()), "an adjusted p-value"),
        ("/tests/0", gray, "a pair"),
    ] {
        refuses::<greenwood::survival::log_rank::PairwiseGrayTest>(&stored, path, other, says);
    }
    let two = Groups::from_codes(&(0..30).map(|i| i % 2).collect::<Vec<_>>(), &["a", "b"])?;
    let pepe = to_value(PepeMori::new(&1).test(&data()?, &two)?).unwrap();
    for (path, says) in [
        ("/tau", "tau"),
        ("/std_error", "std_error"),
        ("/observed/0", "observed"),
        ("/observed/1", "observed"),
    ] {
        refuses::<greenwood::survival::log_rank::PepeMoriTest>(&pepe, path, json!(-1.0), says);
    }
    Ok(())
}
