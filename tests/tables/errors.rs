//! Every error of the survival wing: which one, and what it says.

use greenwood::Error;
use greenwood::survival::data::NearTies;
use greenwood::survival::result::{HazardRatioMethod, NotEstimable};
use greenwood::survival::{Groups, Interval, KaplanMeier, LogRank, RightCensored, RiskTable, Weights};

fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().to_string()
}

fn three() -> RightCensored<'static> {
    RightCensored::new(vec![1.0, 2.0, 3.0], vec![true, false, true]).unwrap()
}

#[test]
fn times_are_finite_and_not_negative() {
    let new = |t: [f64; 3]| RightCensored::new(t.to_vec(), vec![true; 3]).map(|d| d.len());
    assert_eq!(
        message(new([1.0, f64::NAN, 2.0])),
        "time[1] is NaN: a time must be finite and at least 0; if the clock starts later, subtract its start, \
         or use delayed entry"
    );
    assert!(message(new([1.0, 2.0, f64::INFINITY])).starts_with("time[2] is inf"));
    assert!(message(new([-1.0, 2.0, 3.0])).starts_with("time[0] is -1"));
    assert_eq!(new([0.0, -0.0, 0.0]), Ok(3));
    // The offender is found wherever it stands, in a block of eight or in the rest.
    for n in 1..40 {
        for at in 0..n {
            let mut time = vec![1.5; n];
            time[at] = f64::NEG_INFINITY;
            let err = RightCensored::new(&time, vec![true; n]).unwrap_err();
            assert_eq!(err, Error::InvalidTime { argument: "time", index: at, value: f64::NEG_INFINITY });
        }
    }
    let err = three().with_entry(&[0.0, f64::NAN, 0.0]).unwrap_err();
    assert!(err.to_string().starts_with("entry[1] is NaN"));
}

#[test]
fn columns_have_one_value_per_subject() {
    assert_eq!(
        message(RightCensored::new(&[1.0, 2.0], &[true])),
        "event has 1 values, but time has 2: the two must be equal in number"
    );
    assert_eq!(
        message(three().with_entry(&[0.0])),
        "entry has 1 values, but time has 3: the two must be equal in number"
    );
    assert!(message(three().with_weights(Weights::sampling(&[1.0]))).starts_with("weights has 1 values"));
    assert!(message(three().with_clusters(&[1])).starts_with("clusters has 1 values"));
    assert!(message(three().with_strata(Groups::new(&["a"]))).starts_with("strata has 1 values"));
    assert!(message(three().filter(&[true])).starts_with("keep has 1 values"));
    let two = Groups::new(&["a", "b"]);
    assert!(
        message(KaplanMeier::by_group(&three(), &two)).starts_with("groups has 2 values, but time has 3")
    );
    assert!(message(LogRank::test(&three(), &two)).starts_with("groups has 2 values"));
    assert!(message(three().subset(&two, "a")).starts_with("groups has 2 values"));
}

#[test]
fn somebody_must_be_there() {
    assert_eq!(
        message(RightCensored::new(Vec::<f64>::new(), Vec::<bool>::new())),
        "time is empty: at least one value is needed"
    );
    assert_eq!(message(three().filter(&[false; 3])), "the selection is empty: at least one value is needed");
    let late = three().with_entry(&[0.5, 0.5, 0.5]).unwrap();
    assert_eq!(message(late.restrict(0.5)), "the selection is empty: at least one value is needed");
    assert_eq!(
        message(KaplanMeier::fit(&three()).given_survival_to(3.5)),
        "the risk set at s is empty: at least one value is needed"
    );
    assert_eq!(
        message(LogRank::from_tables(&[], &["a", "b"])),
        "tables is empty: at least one value is needed"
    );
}

#[test]
fn an_entry_comes_before_its_time() {
    assert_eq!(
        message(three().with_entry(&[0.0, 2.0, 0.0])),
        "subject 1 enters at 2 and leaves at 2: entry must come before time (the interval at risk is open on \
         the left); drop the subject or correct the times"
    );
    let sum = 0.1 + 0.2;
    let data = RightCensored::new(vec![sum, 1.0, 2.0], vec![true, true, false]).unwrap();
    assert_eq!(
        message(data.clone().with_entry(&[0.3, 0.0, 0.0])),
        "subject 0 enters at 0.3 and leaves at 0.30000000000000004, which differ only by rounding error and \
         are merged into one time: drop the subject, or compare times exactly (`NearTies::Exact`)"
    );
    let exact = data.with_near_ties(NearTies::Exact).unwrap().with_entry(&[0.3, 0.0, 0.0]).unwrap();
    assert_eq!(KaplanMeier::fit(&exact).at(1.0).at_risk(), 2.0);
    assert!(message(exact.with_near_ties(NearTies::Merge)).starts_with("subject 0 enters at 0.3"));
}

#[test]
fn weights_are_finite_not_negative_and_not_all_zero() {
    let weigh = |w: [f64; 3]| message(three().with_weights(Weights::replication(w.to_vec())));
    assert_eq!(weigh([1.0, -1.0, 1.0]), "weights[1] is -1: a weight must be finite and at least 0");
    assert!(weigh([1.0, 1.0, f64::NAN]).starts_with("weights[2] is NaN"));
    assert!(weigh([f64::INFINITY, 1.0, 1.0]).starts_with("weights[0] is inf"));
    assert_eq!(weigh([0.0; 3]), "all weights are 0: at least one subject must count");
}

#[test]
fn numbers_stay_in_their_range() {
    let curve = KaplanMeier::fit(&three());
    assert_eq!(message(curve.at(2.0).interval(1.0)), "level is 1: it must be inside (0, 1), such as 0.95");
    assert!(message(curve.at(2.0).interval(Interval::plain().level(f64::NAN))).starts_with("level is NaN"));
    assert_eq!(message(curve.quantile(1.5)), "p is 1.5: it must be in [0, 1]");
    assert!(message(curve.quantiles(&[0.5, f64::NAN], 0.9)).starts_with("p is NaN"));
    assert_eq!(
        message(curve.restricted_mean(0.0)),
        "tau is 0: it must be finite and above the time at which the curve starts"
    );
    assert!(message(curve.restricted_mean(f64::INFINITY)).starts_with("tau is inf"));
    assert_eq!(message(curve.given_survival_to(f64::NAN)), "s is NaN: it must be at least 0");
    assert_eq!(message(three().restrict(-1.0)), "tau is -1: it must be at least 0");
    assert!(message(curve.difference(&curve, 2.0).interval(0.0)).starts_with("level is 0"));
}

#[test]
fn a_curve_is_not_extrapolated() {
    let data = RightCensored::new(vec![1.0, 2.0, 3.0], vec![true, true, false]).unwrap();
    assert_eq!(
        message(KaplanMeier::fit(&data).restricted_mean(4.0)),
        "tau is 4, but follow-up ends at 3 with survival still above 0: the curve is not defined further on; \
         choose a tau of at most 3"
    );
    // Once it has reached 0 it stays there.
    let mean = KaplanMeier::fit(&three()).restricted_mean(10.0).unwrap();
    approx::assert_relative_eq!(mean.value(), 1.0 + 2.0 / 3.0 * 2.0, max_relative = 1e-15);
}

#[test]
fn a_comparison_needs_groups_with_names() {
    let one = Groups::new(&["a", "a", "a"]);
    assert_eq!(message(LogRank::test(&three(), &one)), "1 group(s) found: a comparison needs at least 2");
    let table = RiskTable::new(&three());
    assert_eq!(
        message(LogRank::from_tables(&[vec![table.clone()]], &["a"])),
        "1 group(s) found: a comparison needs at least 2"
    );
    assert_eq!(
        message(LogRank::from_tables(&[vec![table]], &["a", "b"])),
        "tables has 1 values, but labels has 2: the two must be equal in number"
    );
    let test = LogRank::test(&three(), &Groups::new(&["a", "b", "b"])).unwrap();
    assert_eq!(
        message(test.hazard_ratio("a", "c", HazardRatioMethod::Peto)),
        "no subject is labelled \"c\": the labels are a, b"
    );
    assert_eq!(
        message(Groups::from_codes(&[0, 2], &["a", "b"])),
        "codes[1] is 2, but there are only 2 labels"
    );
}

#[test]
fn tables_of_different_weights_do_not_merge() {
    let sampling = three().with_weights(Weights::sampling(vec![1.0, 2.0, 3.0])).unwrap();
    assert_eq!(
        message(RiskTable::new(&sampling).merge(&RiskTable::new(&three()))),
        "risk tables of sampling weights and of subjects cannot be merged: their counts have different variances"
    );
    let replication = three().with_weights(Weights::replication(vec![1.0, 2.0, 3.0])).unwrap();
    assert_eq!(RiskTable::new(&replication).merge(&RiskTable::new(&three())).unwrap().at_risk(3.0), 4.0);
}

#[test]
fn more_rows_than_a_table_counts_are_refused() {
    // The rows themselves would need 39 GB; the message is checked alone.
    let err = Error::TooManyRows { rows: 5_000_000_000 };
    assert_eq!(
        err.to_string(),
        "5000000000 rows are more than the 4294967295 a risk table counts: split the rows and merge the tables"
    );
}

/// What is not a mistake is a value.
#[test]
fn outcomes_are_values() {
    let censored = RightCensored::new(&[1.0, 2.0], &[false, false]).unwrap();
    let curve = KaplanMeier::fit(&censored);
    assert_eq!((curve.at(2.0).value(), curve.at(2.0).std_error()), (Ok(1.0), Err(NotEstimable::CurveIsOne)));
    assert_eq!(curve.at(5.0).value(), Err(NotEstimable::BeyondFollowUp { time: 5.0, last: 2.0 }));
    assert_eq!(curve.median().value(), Err(NotEstimable::NotReached { level: 0.5 }));
    assert_eq!(curve.median().to_string(), "not reached (95% CI not reached to not reached)");
    let test = LogRank::test(&censored, &Groups::new(&["a", "b"])).unwrap();
    assert_eq!((test.p_value(), test.z(), test.df()), (None, None, 0));
    assert_eq!(test.hazard_ratio("a", "b", HazardRatioMethod::Peto).unwrap(), None);
    assert_eq!(test.hazard_ratio("a", "b", HazardRatioMethod::Pike).unwrap(), None);

    let dead = KaplanMeier::fit(&RightCensored::new(&[1.0, 1.0], &[true, true]).unwrap());
    assert_eq!((dead.at(1.0).value(), dead.at(1.0).std_error()), (Ok(0.0), Err(NotEstimable::CurveIsZero)));
    assert_eq!(dead.at(100.0).value(), Ok(0.0));
    assert_eq!(dead.at(1.0).interval(0.95).unwrap().bounds(), None);
    assert_eq!(dead.at(1.0).to_string(), "0.0% (no standard error: the curve is 0)");
    assert_eq!(dead.at(f64::NAN).value(), Err(NotEstimable::InvalidTime));
    assert_eq!(dead.at(-1.0).value(), Err(NotEstimable::InvalidTime));

    // A table of sampling weights gives an estimate but no standard error.
    let sampling = three().with_weights(Weights::sampling(vec![1.0, 2.0, 3.0])).unwrap();
    let curve = KaplanMeier::from_table(RiskTable::new(&sampling));
    assert_eq!(curve.at(1.0).std_error(), Err(NotEstimable::NoSubjects));
    assert_eq!(curve.restricted_mean(3.0).unwrap().std_error(), Err(NotEstimable::NoSubjects));
    assert!(KaplanMeier::fit(&sampling).at(1.0).std_error().is_ok());
}
