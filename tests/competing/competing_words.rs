//! What tests and tables of competing risks say of themselves, and what tables of parts hold.

use greenwood::Result;
use greenwood::survival::log_rank::{Adjustment, PepeMori};
use greenwood::survival::risk_table::{CompetingRiskTable, CompetingRiskTables};
use greenwood::survival::{AalenJohansen, CompetingRisks, Gray, Groups, Weights};

const TIME: [f64; 14] = [1., 2., 2., 3., 4., 4., 5., 6., 7., 8., 8., 9., 10., 12.];
const CODES: [u8; 14] = [1, 2, 0, 1, 1, 2, 0, 2, 1, 0, 1, 2, 1, 0];

fn data() -> CompetingRisks<'static> {
    let outcome = CODES.map(|c| (c > 0).then_some(c));
    CompetingRisks::with_causes(TIME.to_vec(), &outcome, &[1, 2]).unwrap()
}

fn arm() -> Groups {
    Groups::new(&["a", "a", "b", "b", "a", "b", "a", "b", "a", "b", "b", "a", "a", "b"])
}

#[test]
fn a_test_tells_its_options() -> Result<()> {
    let test = Gray::new(&1).rho(0.5).test(&data(), &arm())?;
    assert_eq!((test.cause(), test.rho(), test.labels()), ("1", 0.5, &["a".to_string(), "b".into()][..]));
    assert_eq!((test.subjects(), test.observed()), (&[7, 7][..], &[4.0, 2.0][..]));
    let text = test.to_string();
    let expected = format!("Gray's test, cause 1, rho 0.5: chi-square {:.4} on 1 df, p = ", test.statistic());
    assert!(text.starts_with(&expected), "{text}");
    assert!(
        Gray::new(&1).test(&data(), &arm())?.to_string().starts_with("Gray's test, cause 1: chi-square ")
    );

    let pairs = Gray::new(&1).pairwise(&data(), &arm(), Adjustment::Holm)?;
    assert_eq!((pairs.adjustment(), pairs.tests().len()), (Adjustment::Holm, 1));
    let expected =
        format!("Pairwise Gray tests, adjustment: {}\na against b: {}", Adjustment::Holm, pairs.tests()[0]);
    assert!(pairs.to_string().starts_with(&expected), "{pairs}");

    let until = PepeMori::new(&1).until(6.0).test(&data(), &arm())?;
    assert_eq!((until.tau(), PepeMori::new(&1).test(&data(), &arm())?.tau()), (6.0, 10.0));
    Ok(())
}

#[test]
fn a_table_prints_its_rows() {
    let entry = [0., 0., 1., 0., 0., 3., 0., 0., 0., 0., 0., 0., 0., 0.];
    let table = CompetingRiskTable::new(&data().with_entry(entry.to_vec()).unwrap());
    let text = table.to_string();
    let lines: Vec<Vec<&str>> = text.lines().map(|l| l.split_whitespace().collect()).collect();
    assert_eq!(text.lines().next().unwrap(), "Risk table: 14 subjects, 11 distinct times");
    assert_eq!(lines[1], ["time", "at", "risk", "1", "2", "censored", "entered"]);
    assert_eq!(lines[2], ["1", "12", "1", "0", "0", "1"]);
    assert_eq!(lines[3], ["2", "12", "0", "1", "1", "0"]);
    assert_eq!(lines.len(), 13);
    let days: Vec<f64> = (1..=260).map(f64::from).collect();
    let many = CompetingRisks::new(days, &[Some("transplant-related"); 260]).unwrap();
    let text = CompetingRiskTable::new(&many).to_string();
    assert!(text.contains(" transplant-related ") && text.ends_with("\n… 60 more times"), "{text}");
}

/// Tables in which somebody enters late, or of sampling weights, are refused as the data are.
#[test]
fn tables_are_refused_as_data_are() -> Result<()> {
    let of =
        |data: &CompetingRisks| Gray::new(&1).from_tables(&CompetingRiskTables::new(data, &arm()).unwrap());
    let text = |data: &CompetingRisks| of(data).unwrap_err().to_string();
    let late = data().with_entry([0.5; 14].to_vec())?;
    assert_eq!(text(&late), Gray::new(&1).test(&late, &arm()).unwrap_err().to_string());
    assert!(text(&late).starts_with("Gray's test is not available with delayed entry"));
    let sampled = data().with_weights(Weights::sampling(vec![1.0; 14]))?;
    assert_eq!(text(&sampled), Gray::new(&1).test(&sampled, &arm()).unwrap_err().to_string());
    // An entry at 0 is none.
    assert_eq!(of(&data().with_entry([0.0; 14].to_vec())?)?, of(&data())?);
    Ok(())
}

#[cfg(feature = "serde")]
#[test]
fn a_mean_time_is_no_longer_than_its_horizon() -> Result<()> {
    let lost = AalenJohansen::new().fit(&data())?.of("1")?.time_lost(10.0)?;
    let mut written = serde_json::to_value(lost).unwrap();
    written["value"] = serde_json::json!(11.0);
    let error = serde_json::from_value::<greenwood::survival::curve::TimeLost>(written).unwrap_err();
    assert_eq!(error.to_string(), "a mean time is 11: it must be at most tau");
    Ok(())
}
