//! Digitised curves back to individual data.

use greenwood::Error;
use greenwood::survival::{KaplanMeier, RightCensored};
use greenwood::trial::reconstruct::{DigitizedArm, Guyot, Repair};
use proptest::prelude::*;

type Result<T = ()> = greenwood::Result<T>;

fn counts(arm: &DigitizedArm) -> [Vec<u32>; 3] {
    let column =
        |f: fn(&greenwood::trial::reconstruct::DigitizedPoint) -> u32| arm.clicks().iter().map(f).collect();
    [column(|k| k.at_risk), column(|k| k.events), column(|k| k.censored)]
}

const TIME: [f64; 13] = [0., 6., 7., 8., 10., 13., 15., 16., 21., 22., 23., 30., 35.];
const SURVIVAL: [f64; 13] =
    [1., 0.857, 0.807, 0.807, 0.753, 0.690, 0.690, 0.627, 0.627, 0.538, 0.448, 0.448, 0.448];

fn six_mp() -> Guyot {
    Guyot::new(&TIME, &SURVIVAL, 21).at_risk(&[(0., 21), (8., 16), (15., 11), (21., 7), (30., 4)])
}

/// The 6-MP arm of Freireich et al. (1963): the published R code of the algorithm and an independent port of
/// it agree on these counts.
#[test]
fn the_original_algorithm_agrees_where_no_event_is_at_a_risk_time() -> Result {
    let arm = six_mp().reconstruct()?;
    let [at_risk, events, censored] = counts(&arm);
    assert_eq!(events, [0, 3, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0]);
    assert_eq!(censored, [1, 0, 0, 1, 1, 1, 0, 3, 0, 0, 1, 2, 0]);
    assert_eq!(at_risk, [21, 20, 17, 16, 15, 13, 11, 11, 7, 7, 6, 4, 2]);
    assert_eq!(arm.accuracy().largest_at_risk_difference(), 0);
    let with_total = six_mp().events(9).reconstruct()?;
    let [_, events, censored] = counts(&with_total);
    assert_eq!((events.iter().sum::<u32>(), &censored[11..]), (9, &[0, 0][..]));
    assert_eq!(with_total.accuracy().events(), (Some(9), 9));
    Ok(())
}

/// Simulated arms of 100 to 700 clicked at 46 times, without an event at a time of the risk table: the
/// algorithm, written out anew in R 4.2.2 from its published description (`hist`, `round`), gives the same
/// counts.
#[test]
fn the_published_algorithm_gives_the_same_counts() -> Result {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/guyot.json");
    let cases: Vec<serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(cases.len(), 8);
    for case in &cases {
        let numbers = |key: &str| -> Vec<f64> {
            case[key].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
        };
        let counts_of = |key: &str| -> Vec<u32> { numbers(key).into_iter().map(|x| x as u32).collect() };
        let at_risk = counts_of("at_risk");
        let table: Vec<_> = numbers("risk_time").into_iter().zip(at_risk.iter().copied()).collect();
        let mut guyot = Guyot::new(&numbers("time"), &numbers("survival"), at_risk[0]).at_risk(&table);
        if let Some(total) = case["total"].as_u64() {
            guyot = guyot.events(total as u32);
        }
        let [_, events, censored] = counts(&guyot.reconstruct()?);
        assert_eq!((events, censored), (counts_of("events"), counts_of("censored")));
    }
    Ok(())
}

/// A failure at 12 months, a time of the risk table: the original ends with a phantom censoring between 15
/// and 24 and two at risk at 24.
#[test]
fn an_event_at_a_risk_time_leaves_no_phantom_censoring() -> Result {
    let time = [0., 2., 6., 10., 12., 15., 24., 36., 48., 60.];
    let rows = [
        (2., true),
        (4., false),
        (6., true),
        (10., true),
        (12., true),
        (15., true),
        (48., false),
        (53., false),
        (60., false),
    ];
    let (t, d): (Vec<f64>, Vec<bool>) = rows.into_iter().unzip();
    let curve = KaplanMeier::fit(&RightCensored::new(t, d)?);
    let survival: Vec<f64> =
        curve.at_many(&time).iter().map(|e| (e.value().unwrap() * 1e3).round() / 1e3).collect();
    let table = [(0., 9), (12., 5), (24., 3), (36., 3), (48., 3)];
    let arm = Guyot::new(&time, &survival, 9).at_risk(&table).reconstruct()?;
    let [at_risk, events, censored] = counts(&arm);
    assert_eq!(events, [0, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    assert_eq!(at_risk[4..], [5, 4, 3, 3, 3, 3]);
    assert_eq!(censored.iter().sum::<u32>(), 1);
    assert_eq!(arm.accuracy().largest_at_risk_difference(), 0);
    Ok(())
}

#[test]
fn without_a_risk_table_nobody_is_censored_unless_the_events_say_so() -> Result {
    let plain = Guyot::new(&TIME, &SURVIVAL, 21).reconstruct()?;
    let [_, events, censored] = counts(&plain);
    assert_eq!((events.iter().sum::<u32>(), censored.iter().sum::<u32>()), (12, 0));
    let told = Guyot::new(&TIME, &SURVIVAL, 21).events(9).reconstruct()?;
    assert_eq!(told.accuracy().events(), (Some(9), 9));
    assert_eq!(told.data().len(), 21);
    Ok(())
}

#[test]
fn clicks_are_checked_or_repaired() -> Result {
    let text = |g: Guyot| g.reconstruct().unwrap_err().to_string();
    assert_eq!(
        text(Guyot::new(&[0., 3., 2.], &[1., 0.9, 0.8], 9)),
        "time[2] is 2 after 3: clicks must be in the order of time; correct them, or have them sorted (`Repair::Monotone`)"
    );
    assert_eq!(
        text(Guyot::new(&[0., 2., 3.], &[1., 0.8, 0.9], 9)),
        "survival[2] is 0.9 after 0.8: a survival curve cannot rise; correct the clicks, or lower them (`Repair::Monotone`)"
    );
    assert_eq!(
        text(Guyot::new(&[0., 2.], &[1., 80.], 9)),
        "survival[1] is 80: a probability must be between 0 and 1; divide percentages by 100"
    );
    assert!(text(Guyot::new(&[], &[], 9)).starts_with("the list of clicks is empty"));
    assert!(text(Guyot::new(&[1.], &[1., 0.5], 9)).starts_with("survival has 2 values"));
    assert!(text(Guyot::new(&[f64::NAN], &[1.], 9)).starts_with("time[0] is NaN"));
    assert!(text(Guyot::new(&[1.], &[1.], 0)).starts_with("subjects is 0"));
    assert!(text(six_mp().at_risk(&[(8., 16), (4., 17)])).starts_with("at_risk times[1] is 4 after 8"));
    assert!(text(six_mp().at_risk(&[(8., 16), (12., 17)])).starts_with("at_risk counts[1] is 17 after 16"));
    assert!(text(six_mp().at_risk(&[(0., 20)])).starts_with("at_risk counts[0] is 20"));
    assert!(matches!(six_mp().events(22).reconstruct(), Err(Error::OutOfRange { .. })));
    // The same clicks in another order, and one a little too high.
    let (mut time, mut survival) = (TIME, SURVIVAL);
    (time[3], time[9], survival[3], survival[9]) = (TIME[9], TIME[3], SURVIVAL[9], SURVIVAL[3] + 0.001);
    let table = [(8., 16), (15., 11), (21., 7), (30., 4)];
    let repaired = Guyot::new(&time, &survival, 21).at_risk(&table).repair(Repair::Monotone).reconstruct()?;
    assert_eq!(counts(&repaired), counts(&six_mp().reconstruct()?));
    Ok(())
}

/// A hand slips: a click left of the axis, one above 1 and one below 0.
#[test]
fn clicks_beside_the_axes_are_named_and_moved_onto_them() -> Result {
    let guyot = Guyot::new(&[-0.5, 2., 5., 9.], &[1.002, 0.8, 0.5, -0.01], 20);
    assert_eq!(
        guyot.reconstruct().unwrap_err().to_string(),
        "the time of a click is -0.5: it must be at least 0; correct it, or have what lies left of the axis moved to it \
         (`Repair::Monotone`)"
    );
    let moved = guyot.repair(Repair::Monotone).reconstruct()?;
    let clean = Guyot::new(&[0., 2., 5., 9.], &[1., 0.8, 0.5, 0.], 20).reconstruct()?;
    assert_eq!(moved, clean);
    // A percentage is no slip of the hand, and infinity is no time.
    for (time, survival) in [([0., 2.], [1., 80.]), ([0., f64::NEG_INFINITY], [1., 0.8])] {
        assert!(Guyot::new(&time, &survival, 9).repair(Repair::Monotone).reconstruct().is_err());
    }
    Ok(())
}

/// Clicks need not be made at the times of the risk table, nor beyond the last of them.
#[test]
fn unclicked_risk_times_are_no_gap() -> Result {
    let arm = Guyot::new(&[1., 2., 9.], &[0.9, 0.8, 0.7], 100)
        .at_risk(&[(4., 60), (5., 30), (12., 5)])
        .reconstruct()?;
    let found: Vec<u32> = arm.accuracy().at_risk().iter().map(|r| r.2).collect();
    assert_eq!(found, [100, 60, 30, 5]);
    assert_eq!(arm.data().len(), 100);
    Ok(())
}

/// Exponential times under uniform censoring, from a linear congruential generator.
fn simulated(n: usize, seed: u64, rate: f64) -> RightCensored<'static> {
    let mut state = seed;
    let mut uniform = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let rows = (0..n).map(|_| {
        let (time, censored) = (-uniform().ln() / rate, 12.0 + 48.0 * uniform());
        (time.min(censored), time <= censored)
    });
    let (time, event): (Vec<f64>, Vec<bool>) = rows.unzip();
    RightCensored::new(time, event).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Exact clicks at every step of a large arm, up to the last number at risk of 20 or more: all numbers at
    /// risk are those published, and the curve differs by half a subject's step at most, that is by the
    /// rounding of a number of events.
    #[test]
    fn exact_clicks_of_a_large_arm_are_reproduced(n in 200..1500_usize, seed: u64, rate in 0.005..0.08) {
        let data = simulated(n, seed, rate);
        let curve = KaplanMeier::fit(&data);
        let table: Vec<_> = (0..10).map(|k| f64::from(k) * 6.0).map(|t| (t, curve.table().at_risk(t) as u32))
            .filter(|row| row.1 >= 20).collect();
        let (last, fewest) = table[table.len() - 1];
        let steps = curve.steps().filter(|s| s.row.events > 0.0 && s.row.time <= last);
        let (time, survival): (Vec<f64>, Vec<f64>) = steps.map(|s| (s.row.time, s.estimate.value().unwrap())).unzip();
        if time.is_empty() {
            return Ok(());
        }
        let arm = Guyot::new(&time, &survival, n as u32).at_risk(&table).reconstruct().unwrap();
        prop_assert_eq!(arm.data().len(), n);
        prop_assert_eq!(arm.accuracy().largest_at_risk_difference(), 0, "{}", arm.accuracy());
        let again = KaplanMeier::fit(arm.data()).extended();
        let difference = |(&t, s): (&f64, &f64)| (again.at(t).value().unwrap() - s).abs();
        let largest = time.iter().zip(&survival).map(difference).fold(0.0, f64::max);
        prop_assert!((largest - arm.accuracy().largest_difference()).abs() < 1e-12);
        prop_assert!(largest <= 0.5 / f64::from(fewest) + 1e-12, "{}", arm.accuracy());
        let events = data.event().iter().zip(data.time()).filter(|(d, t)| **d && **t <= last).count() as f64;
        prop_assert!((f64::from(arm.accuracy().events().1) - events).abs() <= 0.02 * n as f64);
    }

    /// Whatever is clicked, every subject is accounted for and nothing loops for ever.
    #[test]
    fn any_clicks_give_as_many_rows_as_subjects(
        clicks in prop::collection::vec((0.0..50.0_f64, 0.0..=1.0_f64), 1..30),
        mut risk in prop::collection::vec((0.1..60.0_f64, 0..50_u32), 0..6),
        events in prop::option::of(0..50_u32),
    ) {
        let (time, survival): (Vec<f64>, Vec<f64>) = clicks.into_iter().unzip();
        risk.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut falling: Vec<u32> = risk.iter().map(|r| r.1).collect();
        falling.sort_unstable_by(|a, b| b.cmp(a));
        let table: Vec<_> = risk.iter().zip(falling).map(|(r, n)| (r.0, n)).collect();
        let mut guyot = Guyot::new(&time, &survival, 50).at_risk(&table).repair(Repair::Monotone);
        if let Some(events) = events {
            guyot = guyot.events(events);
        }
        let arm = guyot.reconstruct().unwrap();
        prop_assert_eq!(arm.data().len(), 50);
        for k in arm.clicks().windows(2) {
            prop_assert_eq!(k[0].at_risk, k[0].events + k[0].censored + k[1].at_risk);
        }
        for (_, _, found) in arm.accuracy().at_risk() {
            prop_assert!(*found <= 50);
        }
    }
}
