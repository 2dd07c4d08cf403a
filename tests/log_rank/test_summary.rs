//! Every test turns into one flat result.

use greenwood::survival::log_rank::{OneSampleLogRank, PairwiseLogRank, Renyi};
use greenwood::survival::permutation::MonteCarloLogRank;
use greenwood::survival::result::TestSummary;
use greenwood::survival::{Alternative, ExactLogRank, Groups, LogRank, MaxCombo, RightCensored, Weight};

#[test]
fn every_test_has_a_row() -> greenwood::Result<()> {
    let data = RightCensored::new(
        &[1., 2., 3., 4., 5., 6., 7., 8.],
        &[true, true, false, true, true, true, true, true],
    )?;
    let arm = Groups::from_codes(&[0, 0, 1, 0, 0, 1, 1, 1], &["new", "old"])?;
    let plain = LogRank::test(&data, &arm)?;
    let (weighted, trend) =
        (LogRank::weighted(Weight::GehanBreslow).test(&data, &arm)?, plain.trend(&[0.0, 1.0])?);
    let (max, renyi) = (MaxCombo::new().test(&data, &arm)?, Renyi::new().test(&data, &arm)?);
    let (exact, sample) =
        (ExactLogRank::new().test(&data, &arm)?, MonteCarloLogRank::new().replicates(999).test(&data, &arm)?);
    let pairs = PairwiseLogRank::new().test(&data, &arm)?;
    let one = OneSampleLogRank::new().test(&data, |t| 0.1 * t)?;
    let rows: Vec<TestSummary> = vec![
        (&plain).into(),
        (&weighted).into(),
        (&trend).into(),
        (&max).into(),
        (&renyi).into(),
        (&exact).into(),
        (&sample).into(),
        (&pairs.comparisons()[0]).into(),
        (&one).into(),
    ];
    for row in &rows {
        assert!(row.statistic().is_some() && row.p_value().is_some() && row.subjects() == Some(8), "{row}");
        assert_eq!(
            row.events(),
            (row.method() != "Weighted log-rank test, Gehan-Breslow").then_some(7.0),
            "{row}"
        );
    }
    assert_eq!([max.subjects(), renyi.subjects()], [8, 8]);
    assert_eq!([max.events(), renyi.events()], [7.0, 7.0]);
    assert_eq!(rows.iter().filter(|r| r.df() == Some(1)).count(), 5);
    // The numbers are those of the tests.
    assert_eq!((rows[0].statistic(), rows[0].p_value()), (Some(plain.statistic()), plain.p_value()));
    assert_eq!((rows[5].statistic(), rows[5].p_value()), (Some(exact.statistic()), Some(exact.p_value())));
    assert_eq!(rows[2].p_value(), rows[0].p_value());
    assert!(one.one_sided_p_value(Alternative::FirstHigher).unwrap() < 0.5);
    // Nothing to compare is a row without a p-value.
    let alone = Groups::from_codes(&[0; 8], &["new", "nobody"])?;
    let row = TestSummary::from(&LogRank::test(&data, &alone)?);
    assert_eq!(row.to_string(), "Log-rank test: statistic 0.000, 0 df, no p-value (8 subjects, 7 events)");
    Ok(())
}

/// What is read is checked: fields that contradict each other are refused, and so never panic later.
#[cfg(feature = "serde")]
#[test]
fn what_is_stored_is_checked() {
    use greenwood::survival::log_rank::{LogRankTest, MaxComboTest, OneSampleTest, RenyiTest, TrendTest};
    use greenwood::survival::permutation::{ExactTest, MonteCarloTest};
    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::Value;

    /// The paths of all fields and elements.
    fn leaves(at: &Value, path: &str, all: &mut Vec<String>) {
        if !path.is_empty() {
            all.push(path.to_string());
        }
        match at {
            Value::Object(map) => {
                for (name, value) in map {
                    leaves(value, &format!("{path}/{name}"), all);
                }
            }
            Value::Array(list) => {
                for (i, value) in list.iter().enumerate() {
                    leaves(value, &format!("{path}/{i}"), all);
                }
            }
            _ => {}
        }
    }

    /// Every field replaced by values that do not fit, by twice as many and by none: refused, or harmless when printed.
    fn attack<T: Serialize + DeserializeOwned + std::fmt::Display + PartialEq + std::fmt::Debug>(test: &T) {
        let whole = serde_json::to_value(test).unwrap();
        let same: T = serde_json::from_value(whole.clone()).unwrap();
        assert_eq!(&same, test);
        let mut paths = Vec::new();
        leaves(&whole, "", &mut paths);
        for path in paths {
            for wrong in [
                "null",
                "-1",
                "0",
                "1e308",
                "-0.5",
                "18446744073709551615",
                "[]",
                "[1.0]",
                "\"\"",
                "true",
                "{}",
            ] {
                let mut broken = whole.clone();
                *broken.pointer_mut(&path).unwrap() = serde_json::from_str(wrong).unwrap();
                if let Ok(test) = serde_json::from_value::<T>(broken) {
                    let _ = test.to_string();
                }
            }
        }
    }
    let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true; 6]).unwrap();
    let arm = Groups::from_codes(&[0, 0, 1, 0, 1, 1], &["new", "old"]).unwrap();
    let plain = LogRank::test(&data, &arm).unwrap();
    attack::<LogRankTest>(&plain);
    attack::<TrendTest>(&plain.trend(&[0.0, 1.0]).unwrap());
    attack::<MaxComboTest>(&MaxCombo::new().test(&data, &arm).unwrap());
    attack::<RenyiTest>(&Renyi::new().test(&data, &arm).unwrap());
    attack::<ExactTest>(&ExactLogRank::new().test(&data, &arm).unwrap());
    attack::<MonteCarloTest>(&MonteCarloLogRank::new().replicates(99).test(&data, &arm).unwrap());
    attack::<OneSampleTest>(&OneSampleLogRank::new().test(&data, |t| 0.1 * t).unwrap());
    attack::<TestSummary>(&(&plain).into());
    attack(&PairwiseLogRank::new().test(&data, &arm).unwrap());
    let band = greenwood::survival::Band::hall_wellner();
    let curve = greenwood::survival::KaplanMeier::fit(&data);
    attack(&band.fit(&curve).unwrap());
}

/// Rounding leaves a p-value of 1 + 2e-16 or −1e-17: what is reported is a probability.
#[test]
fn a_p_value_is_a_probability() {
    let p = |p: f64| TestSummary::new("own", None, Some(p)).p_value();
    assert_eq!([p(1.0 + f64::EPSILON), p(-1e-17), p(0.25)], [Some(1.0), Some(0.0), Some(0.25)]);
    assert_eq!(p(f64::NAN), None);
}
