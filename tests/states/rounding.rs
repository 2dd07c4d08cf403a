//! An error that is 0 is 0, and not what rounding leaves of it: 5e-9 would be information of 4e16.

use greenwood::survival::multi_state::{Occupation, TransitionProbability, TransitionVariance};
use greenwood::survival::recurrent::{EventRate, RecurrentEvents};
use greenwood::survival::result::NotEstimable;
use greenwood::survival::{Histories, Weights};

/// Weighted rows `(subject, start, stop, from, to)`, `to` 0 where nothing is seen to happen.
fn histories(states: u8, rows: &[(u8, f64, f64, u8, u8)], weights: &[f64]) -> Histories {
    let states: Vec<u8> = (1..=states).collect();
    let ids: Vec<u8> = rows.iter().map(|r| r.0).collect();
    let start: Vec<f64> = rows.iter().map(|r| r.1).collect();
    let stop: Vec<f64> = rows.iter().map(|r| r.2).collect();
    let from: Vec<u8> = rows.iter().map(|r| r.3).collect();
    let to: Vec<Option<u8>> = rows.iter().map(|r| (r.4 > 0).then_some(r.4)).collect();
    let weights: Vec<f64> = ids.iter().map(|&i| weights[usize::from(i) - 1]).collect();
    let data = Histories::among(&states).rows(&ids, &start, &stop, &to).unwrap().with_from(&from).unwrap();
    data.with_weights(Weights::sampling(weights)).unwrap()
}

/// R 4.2.2, survival 3.5-3: `survfit(Surv(start, stop, ev) ~ 1, id = id, istate = from, weights = w)`, std.err of each state: all
/// that are in a state move on together, so nothing but the start is left to chance.
#[test]
fn who_moves_on_together_leaves_no_error() {
    let one = [
        (1, 0.0, 0.3, 1, 3),
        (2, 0.0, 0.4, 2, 1),
        (2, 0.4, 0.5, 1, 2),
        (2, 0.5, 0.8, 2, 0),
        (2, 0.8, 0.9, 2, 0),
        (3, 0.0, 0.4, 1, 3),
        (4, 0.0, 0.1, 1, 0),
    ];
    let fit = Occupation::new().fit(&histories(3, &one, &[1.38, 2.73, 1.5, 2.34])).unwrap();
    let errors = |t: f64| -> Vec<Option<f64>> { fit.at(t).iter().map(|e| e.std_error().ok()).collect() };
    assert!((errors(0.3)[0].unwrap() - 0.181188234929708).abs() < 1e-14);
    for t in [0.1, 0.4, 0.5, 0.9] {
        assert_eq!(errors(t), [None; 3], "at {t}");
    }
    let two = [
        (1, 0.0, 1.0, 1, 2),
        (1, 1.0, 2.0, 2, 3),
        (1, 2.0, 3.0, 3, 0),
        (2, 2.0, 5.0, 1, 3),
        (2, 5.0, 6.0, 3, 0),
        (3, 0.0, 1.0, 2, 3),
        (3, 1.0, 3.0, 3, 1),
    ];
    let fit = Occupation::new().fit(&histories(3, &two, &[2.8, 0.81, 1.29])).unwrap();
    let errors = |t: f64| -> Vec<Option<f64>> { fit.at(t).iter().map(|e| e.std_error().ok()).collect() };
    assert_eq!((errors(1.0), errors(2.0), errors(5.0)), (vec![None; 3], vec![None; 3], vec![None; 3]));
    assert!((errors(3.0)[2].unwrap() - 0.305362795971546).abs() < 1e-14);
}

/// R 4.2.2, etm 1.1.1: `etm(…, s = 1)` of three states, at 10: everybody ends in the third, and the errors are 0.
#[test]
fn a_sure_transition_has_no_error() {
    let rows = [
        (1, 0.0, 3.0, 2, 3),
        (2, 0.0, 2.0, 2, 3),
        (3, 2.0, 5.0, 2, 3),
        (4, 1.0, 5.0, 1, 0),
        (5, 0.0, 2.0, 1, 2),
        (5, 2.0, 6.0, 2, 3),
        (6, 0.0, 3.0, 1, 0),
        (7, 0.0, 2.0, 1, 2),
        (7, 2.0, 4.0, 2, 3),
        (8, 1.0, 9.0, 2, 1),
        (8, 9.0, 10.0, 1, 3),
        (9, 0.0, 2.0, 1, 2),
        (9, 2.0, 4.0, 2, 1),
        (9, 4.0, 8.0, 1, 3),
        (10, 1.0, 3.0, 1, 3),
    ];
    let states = [1_u8, 2, 3];
    let ids: Vec<u8> = rows.iter().map(|r| r.0).collect();
    let (start, stop): (Vec<f64>, Vec<f64>) = rows.iter().map(|r| (r.1, r.2)).unzip();
    let to: Vec<Option<u8>> = rows.iter().map(|r| (r.4 > 0).then_some(r.4)).collect();
    let from: Vec<u8> = rows.iter().map(|r| r.3).collect();
    let data = Histories::among(&states).rows(&ids, &start, &stop, &to).unwrap().with_from(&from).unwrap();
    let greenwood = TransitionProbability::new(1.0).variance(TransitionVariance::Greenwood);
    let found = greenwood.estimate(&data, &[10.0]).unwrap();
    for from in 0..3 {
        assert!((found[0].probability(from, 2).unwrap() - 1.0).abs() < 1e-15);
        assert!((0..3).all(|to| found[0].std_error(from, to).is_err()));
    }
}

/// The time in a state whose shares in turn add up to 1 is known: its influence cancels.
#[test]
fn a_time_that_is_known_has_no_error() {
    let rows = [
        (1, 0.0, 0.2, 1, 2),
        (1, 0.2, 0.4, 2, 1),
        (1, 0.4, 0.6, 1, 2),
        (2, 0.0, 0.1, 1, 2),
        (2, 0.1, 0.3, 2, 1),
        (2, 0.3, 0.4, 1, 3),
        (3, 0.2, 0.5, 1, 3),
    ];
    let times = Occupation::new().time_in_state(&histories(3, &rows, &[1.73, 1.94, 1.65]), 0.4).unwrap();
    assert!((times[1].value() - 0.2).abs() < 1e-15);
    assert!(times[1].std_error().is_err());
}

/// One subject alone, or subjects of one rate each: no row says more or less than the rate does.
#[test]
fn a_rate_that_all_share_has_no_error() {
    let (start, stop) = ([0.0, 0.1, 0.0, 0.2], [0.1, 0.3, 0.2, 0.3]);
    let data = RecurrentEvents::new(&[1, 1, 2, 2], &start, &stop, &[true, false, false, true]).unwrap();
    let because = EventRate::estimate(&data).unwrap().robust().std_error();
    assert_eq!(because, Err(NotEstimable::NoVariation));
}
