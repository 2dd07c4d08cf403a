//! Groups that are entered later: the curves of Simon and Makuch and the test of Mantel and Byar against R, and against
//! their definitions.

use crate::common::Frame;
use approx::assert_relative_eq;
use greenwood::survival::curve::SimonMakuch;
use greenwood::survival::data::{GroupChange, NearTies};
use greenwood::survival::log_rank::MantelByar;
use greenwood::survival::{CoxPh, Design, KaplanMeier, LogRank, RightCensored, Weights};
use greenwood::{Error, Result};
use proptest::prelude::*;

/// The Stanford heart transplant programme, one row a patient: R's `heart`, put together again.
fn stanford() -> Result<GroupChange> {
    let frame = Frame::read("heart");
    let last = frame.column("id").iter().fold(0.0, |m: f64, &x| m.max(x)) as usize;
    let (mut time, mut died, mut transplant) = (vec![0.0; last], vec![false; last], vec![None; last]);
    for i in 0..frame.len() {
        let id = frame.column("id")[i] as usize - 1;
        let (start, stop) = (frame.column("start")[i], frame.column("stop")[i]);
        time[id] = stop.max(time[id]);
        died[id] |= frame.column("event")[i] == 1.0;
        if frame.column("transplant")[i] == 1.0 {
            transplant[id] = Some(start);
        }
    }
    RightCensored::new(time, died)?.split_at_change(&transplant, "waiting", "transplanted")
}

/// R 4.2.2, survival 3.5-3: coxph(Surv(start, stop, event) ~ transplant, heart, ties = "exact")$score, which is the
/// hypergeometric log-rank statistic; observed, expected and variance are that sum written out. The coefficient:
/// coxph(…) with Efron's ties.
#[test]
fn mantel_byar_is_r_s_score_test() -> Result<()> {
    let rows = stanford()?;
    assert_eq!((rows.data().len(), rows.changed(), rows.changed_too_late()), (172, 69, 0));
    let test = MantelByar::test(&rows)?;
    assert_eq!(test.observed()[1], 45.0);
    assert_relative_eq!(test.expected()[1], 43.595817523470053, max_relative = 1e-12);
    assert_relative_eq!(test.statistic(), 0.17508583967217664, max_relative = 1e-9);
    let z = (45.0_f64 - 43.595817523470053) / 11.261495681692818_f64.sqrt();
    assert_relative_eq!(test.z().unwrap().abs(), z, max_relative = 1e-9);

    let x: Vec<f64> = rows.groups().codes().iter().map(|&c| f64::from(c)).collect();
    let fit = CoxPh::new().fit(rows.data(), &Design::builder().numeric("transplant", &x).build()?)?;
    assert_relative_eq!(fit.coefficients()[0], 0.12714112661549848, max_relative = 1e-7);
    assert_relative_eq!(fit.terms()[0].std_error().unwrap(), 0.30114110425263052, max_relative = 1e-7);
    Ok(())
}

/// R: summary(survfit(Surv(start, stop, event) ~ transplant, heart), times = c(30, 100, 365, 1000)), and the same for
/// subset = stop > 30 with pmax(start, 30).
#[test]
fn simon_makuch_is_r_s_survfit() -> Result<()> {
    let rows = stanford()?;
    let waiting = [
        (30.0, 0.80680553079200790, 0.042770712134154572),
        (100.0, 0.56271401097908602, 0.081026817495923525),
        (365.0, 0.23633988461121613, 0.121977227033631508),
    ];
    let transplanted = [
        (30.0, 0.73542144130379428, 0.100225976058218605),
        (100.0, 0.46787542148152750, 0.080162075957362217),
        (365.0, 0.32109521919438555, 0.065258380366969973),
        (1000.0, 0.19710306532086128, 0.057219540391095391),
    ];
    let curves = SimonMakuch::new().fit(&rows)?;
    let late = SimonMakuch::new().landmark(30.0).fit(&rows)?;
    for (curve, expected) in [(&curves[0], &waiting[..]), (&curves[1], &transplanted[..])] {
        for &(t, s, se) in expected {
            assert_relative_eq!(curve.at(t).value()?, s, max_relative = 1e-9);
            assert_relative_eq!(curve.at(t).std_error()?, se, max_relative = 1e-9);
        }
    }
    let expected = [
        [
            (100.0, 0.69745928789889766, 0.093375281387397091),
            (365.0, 0.29293290091753699, 0.150385759309326239),
        ],
        [
            (100.0, 0.63620040864195238, 0.066059026168341722),
            (365.0, 0.43661389396688105, 0.065828811030831075),
        ],
    ];
    for (curve, expected) in late.iter().zip(expected) {
        assert_eq!(curve.at(30.0).value()?, 1.0);
        for (t, s, se) in expected {
            assert_relative_eq!(curve.at(t).value()?, s, max_relative = 1e-9);
            assert_relative_eq!(curve.at(t).std_error()?, se, max_relative = 1e-9);
        }
    }
    Ok(())
}

#[test]
fn changes_at_the_edges() -> Result<()> {
    // At entry and before: changed from the outset. At the end and later: never. At a death: the death comes first.
    let data = RightCensored::new(&[5.0, 5.0, 5.0, 5.0, 5.0], &[true; 5])?.with_entry(&[1.0; 5])?;
    let rows = data.split_at_change(&[Some(0.5), Some(1.0), Some(5.0), Some(9.0), None], "no", "yes")?;
    assert_eq!(rows.groups().codes(), [1, 1, 0, 0, 0]);
    assert_eq!((rows.changed(), rows.changed_too_late()), (2, 2));
    assert_eq!(
        rows.to_string(),
        "5 subjects, 2 of them later or from the outset: yes (2 changed when observation had ended, and count as unchanged)"
    );
    // Near ties: a change within rounding of the end is at the end.
    let data = RightCensored::new(&[0.3, 2.0], &[true, true])?;
    let rows = data.split_at_change(&[Some(0.1 + 0.2 - 1e-16), None], "no", "yes")?;
    assert_eq!(rows.data().len(), 2);
    let rows =
        data.clone().with_near_ties(NearTies::Exact)?.split_at_change(&[Some(0.29999), None], "no", "yes")?;
    assert_eq!(rows.data().len(), 3);
    // Nobody changes: the curve of the changed has no estimate, and there is nothing to test.
    let rows = data.split_at_change(&[None, None], "no", "yes")?;
    assert!(SimonMakuch::new().fit(&rows)?[1].at(0.2).value().is_err());
    assert_eq!(MantelByar::test(&rows)?.p_value(), None);
    Ok(())
}

#[test]
fn errors_say_what_and_where() -> Result<()> {
    let data = RightCensored::new(&[3.0, 4.0], &[true, false])?;
    let split = |changed: &[Option<f64>]| data.split_at_change(changed, "no", "yes");
    assert!(matches!(split(&[None]), Err(Error::LengthMismatch { argument: "changed_at", .. })));
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        let error = split(&[None, Some(bad)]).unwrap_err().to_string();
        assert!(error.starts_with(&format!("changed_at[1] is {bad}")), "{error}");
    }
    assert!(matches!(data.split_at_change(&[None, None], "a", "a"), Err(Error::DuplicateLabel { .. })));
    let zero = RightCensored::new(&[0.0, 4.0], &[true, false])?;
    assert!(matches!(
        zero.split_at_change(&[None, None], "a", "b"),
        Err(Error::EmptyInterval { index: 0, .. })
    ));
    let rows = split(&[None, Some(1.0)])?;
    assert!(matches!(rows.expand(&[1]), Err(Error::LengthMismatch { argument: "column", .. })));
    for s in [f64::NAN, -1.0, f64::INFINITY] {
        assert!(matches!(
            SimonMakuch::new().landmark(s).fit(&rows),
            Err(Error::OutOfRange { argument: "landmark", .. })
        ));
    }
    assert!(matches!(SimonMakuch::new().landmark(4.0).fit(&rows), Err(Error::Empty { .. })));
    Ok(())
}

#[cfg(feature = "serde")]
#[test]
fn rows_are_stored_and_checked() -> Result<()> {
    let rows =
        RightCensored::new(&[3.0, 4.0], &[true, false])?.split_at_change(&[None, Some(1.0)], "no", "yes")?;
    let text = serde_json::to_string(&rows).unwrap();
    assert_eq!(serde_json::from_str::<GroupChange>(&text).unwrap(), rows);
    for (was, is) in [("\"changed\":1", "\"changed\":2"), ("\"source\":[0,1,1]", "\"source\":[0,2,1]")] {
        assert!(text.contains(was), "{text}");
        assert!(serde_json::from_str::<GroupChange>(&text.replace(was, is)).is_err());
    }
    Ok(())
}

/// Subjects with times, events, changes or none, and whole weights.
fn subjects() -> impl Strategy<Value = (Vec<f64>, Vec<bool>, Vec<Option<f64>>, Vec<f64>)> {
    let one = (1_u32..20, any::<bool>(), prop::option::of(0_u32..20), 1_u32..4);
    prop::collection::vec(one, 2..40).prop_map(|rows| {
        (
            rows.iter().map(|r| f64::from(r.0)).collect(),
            rows.iter().map(|r| r.1).collect(),
            rows.iter().map(|r| r.2.map(f64::from)).collect(),
            rows.iter().map(|r| f64::from(r.3)).collect(),
        )
    })
}

proptest! {
    /// The definition, time by time: who is at risk in which group.
    #[test]
    fn the_test_is_its_definition((time, event, change, _) in subjects()) {
        let rows = RightCensored::new(&time, &event).unwrap().split_at_change(&change, "no", "yes").unwrap();
        let test = MantelByar::test(&rows).unwrap();
        let n = time.len();
        let changed = |i: usize, t: f64| change[i].is_some_and(|c| c < t);
        let mut expected = 0.0;
        for t in 1..20 {
            let t = f64::from(t);
            let at_risk: Vec<usize> = (0..n).filter(|&i| time[i] >= t).collect();
            let deaths = at_risk.iter().filter(|&&i| time[i] == t && event[i]).count() as f64;
            let share = at_risk.iter().filter(|&&i| changed(i, t)).count() as f64 / at_risk.len() as f64;
            if deaths > 0.0 { expected += deaths * share; }
        }
        prop_assert!((test.expected()[1] - expected).abs() < 1e-9);
        let all: f64 = test.observed().iter().sum();
        prop_assert_eq!(all, event.iter().filter(|&&e| e).count() as f64);
    }

    /// A weight of k is the subject k times, and a permutation of the subjects changes no bit.
    #[test]
    fn weights_repeat_and_orders_do_not_matter((time, event, change, weight) in subjects()) {
        let weighted = RightCensored::new(&time, &event).unwrap().with_weights(Weights::replication(&weight)).unwrap();
        let weighted = weighted.split_at_change(&change, "no", "yes").unwrap();
        let order: Vec<usize> = (0..time.len()).flat_map(|i| vec![i; weight[i] as usize]).rev().collect();
        let pick = |v: &[f64]| order.iter().map(|&i| v[i]).collect::<Vec<_>>();
        let events: Vec<bool> = order.iter().map(|&i| event[i]).collect();
        let changes: Vec<Option<f64>> = order.iter().map(|&i| change[i]).collect();
        let repeated = RightCensored::new(pick(&time), events).unwrap();
        let repeated = repeated.split_at_change(&changes, "no", "yes").unwrap();
        let (a, b) = (MantelByar::test(&weighted).unwrap(), MantelByar::test(&repeated).unwrap());
        prop_assert_eq!(a.observed(), b.observed());
        prop_assert!((a.statistic() - b.statistic()).abs() < 1e-9);
        let (a, b) = (SimonMakuch::new().fit(&weighted).unwrap(), SimonMakuch::new().fit(&repeated).unwrap());
        for (a, b) in a.iter().zip(&b) {
            prop_assert_eq!(a.values(), b.values());
        }
    }

    /// Changes at time 0 alone are groups from the start: the ordinary curves and the log-rank test.
    #[test]
    fn changes_at_the_start_are_groups((time, event, change, _) in subjects(), late in 0.0..15.0_f64) {
        let data = RightCensored::new(&time, &event).unwrap();
        let from_start: Vec<Option<f64>> = change.iter().map(|c| c.map(|_| 0.0)).collect();
        let rows = data.split_at_change(&from_start, "no", "yes").unwrap();
        let codes: Vec<usize> = from_start.iter().map(|c| usize::from(c.is_some())).collect();
        let groups = greenwood::survival::Groups::from_codes(&codes, &["no", "yes"]).unwrap();
        prop_assert_eq!(rows.groups(), &groups);
        let (a, b) = (MantelByar::test(&rows).unwrap(), LogRank::test(&data, &groups).unwrap());
        prop_assert_eq!(a.statistic(), b.statistic());
        // From a landmark on they are the ordinary curves given survival to it.
        if time.iter().all(|&t| t <= late) { return Ok(()); }
        let curves = SimonMakuch::new().landmark(late).fit(&rows).unwrap();
        for (curve, all) in curves.iter().zip(KaplanMeier::by_group(&data, &groups).unwrap()) {
            for t in 1..20 {
                let t = f64::from(t);
                let (Ok(s), Ok(before), Ok(now)) = (curve.at(t).value(), all.at(late).value(), all.at(t).value()) else {
                    continue;
                };
                if t > late && before > 0.0 { prop_assert!((s - now / before).abs() < 1e-12); }
            }
        }
    }
}
