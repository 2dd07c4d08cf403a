//! Data and results survive a round trip, and nonsense is refused when it is read.
#![cfg(feature = "serde")]

use greenwood::survival::curve::CumulativeHazard;
use greenwood::survival::data::NearTies;
use greenwood::survival::{
    Groups, KaplanMeier, LogRank, NelsonAalen, RightCensored, RiskTable, SurvivalCurve, Weights,
};

fn data() -> RightCensored<'static> {
    RightCensored::new(vec![5.0, 3.0, 3.0, 8.0, 0.5], vec![true, true, false, false, true]).unwrap()
}

fn round_trip<T>(value: &T) -> T
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let text = serde_json::to_string(value).unwrap();
    let back: T = serde_json::from_str(&text).unwrap();
    assert_eq!(back, *value);
    back
}

fn refusal<T: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
    serde_json::from_str::<T>(text).unwrap_err().to_string()
}

#[test]
fn data_and_results_survive_a_round_trip() {
    let groups = Groups::new(&["a", "b", "a", "b", "b"]);
    round_trip(&groups);
    let weights = [1.0, 2.5, 1.0 / 3.0, 4.0, 1.0];
    for data in [
        data(),
        data().with_entry(&[1.0, 0.0, 0.25, 3.0, 0.0]).unwrap(),
        data().with_weights(Weights::replication(weights.to_vec())).unwrap(),
        data().with_weights(Weights::sampling(weights.to_vec())).unwrap(),
        data().with_clusters(&[7, 7, 1, 2, 2]).unwrap(),
        data().with_strata(groups.clone()).unwrap().with_near_ties(NearTies::Exact).unwrap(),
    ] {
        assert_eq!(round_trip(&data).len(), 5);
        round_trip(&RiskTable::new(&data));
        let curve = round_trip(&KaplanMeier::fit(&data));
        assert_eq!(curve.at(3.0), KaplanMeier::fit(&data).at(3.0));
        round_trip(&KaplanMeier::censoring(&data));
        round_trip(&NelsonAalen::fit(&data));
        round_trip(&curve.median());
        round_trip(&curve.restricted_mean(2.0).unwrap());
        round_trip(&LogRank::test(&data, &groups).unwrap());
    }
    // A curve that has come down to 0, of which no standard error is infinite in the file.
    round_trip(&KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0], &[true, true]).unwrap()));
}

#[test]
fn nonsense_is_refused() {
    let err = refusal::<RightCensored>(
        r#"{"time":[-1.0],"event":[true],"entry":null,"weights":null,"clusters":null,"strata":null,"near_ties":"Merge"}"#,
    );
    assert!(err.starts_with("time[0] is -1"), "{err}");
    assert_eq!(
        refusal::<Groups>(r#"{"codes":[3],"labels":["a"]}"#),
        "codes[0] is 3, but there are only 1 labels"
    );

    let table = |at_risk: &str, time: &str| {
        format!(
            r#"{{"time":{time},"counts":{{"Subjects":{{"at_risk":{at_risk},"events":[1,0],"entered":null}}}},"subjects":3}}"#
        )
    };
    assert_eq!(serde_json::from_str::<RiskTable>(&table("[3,2]", "[1.0,2.0]")).unwrap().len(), 2);
    assert_eq!(
        refusal::<RiskTable>(&table("[3,2]", "[2.0,1.0]")),
        "row 1 of the risk table is not possible: times must be finite and increasing"
    );
    assert_eq!(
        refusal::<RiskTable>(&table("[1,2]", "[1.0,2.0]")),
        "row 0 of the risk table is not possible: the numbers at risk, with events, censored and entered do not add up"
    );
    assert!(
        refusal::<RiskTable>(&table("[3]", "[1.0,2.0]")).starts_with("counts has 1 values, but time has 2")
    );

    let curve = serde_json::to_string(&KaplanMeier::fit(&data())).unwrap();
    let short = curve.replace(r#""survival":["#, r#""survival":[0.5,"#);
    assert_eq!(refusal::<SurvivalCurve>(&short), "the curve has 5 values for the 4 rows of its risk table");
    let hazard = serde_json::to_string(&NelsonAalen::fit(&data())).unwrap();
    let short = hazard.replace(r#""variance":["#, r#""variance":[0.5,"#);
    assert_eq!(
        refusal::<CumulativeHazard>(&short),
        "the curve has 5 values for the 4 rows of its risk table"
    );
}

/// Two tables that together hold more subjects than their counts can.
#[test]
fn tables_too_large_to_merge_are_refused() {
    let large = r#"{"time":[1.0],"counts":{"Subjects":{"at_risk":[4294967295],"events":[1],"entered":null}},"subjects":4294967295}"#;
    let large: RiskTable = serde_json::from_str(large).unwrap();
    assert_eq!(
        large.merge(&large).unwrap_err().to_string(),
        "8589934590 rows are more than the 4294967295 a risk table counts: split the rows and merge the tables"
    );
}
