//! Pseudo-values and influences of the probabilities of states, and of the mean time in each.

use crate::common::{Report, cases, numbers};
use crate::multi_state_reference::histories;
use greenwood::survival::Histories;
use greenwood::survival::Weights;
use greenwood::survival::curve::Pseudo;
use greenwood::survival::multi_state::Occupation;
use greenwood::survival::result::NotEstimable;

/// All rows of a subject left out, against R's loop; and the infinitesimal ones against the errors of the curves.
#[test]
fn of_states_they_are_those_of_r() {
    let mut report = Report::default();
    for case in cases("pseudo").into_iter().filter(|c| c.kind == "pseudo_states") {
        let frame = case.frame();
        let data = histories(&case, &frame);
        let times = numbers(&case.inputs["times"]);
        let states = data.states().to_vec();
        let occupation = Occupation::new().initial_error().fit(&data).unwrap();
        report.cases += 1;
        let ids = numbers(&case.output["id"]);
        for (j, state) in states.iter().enumerate() {
            let pseudo = Pseudo::new(&times).occupation(&data, state).unwrap();
            let infinitesimal = Pseudo::new(&times).infinitesimal().occupation(&data, state).unwrap();
            for (k, &t) in times.iter().enumerate() {
                let at = numbers(&case.output["estimate"])[k * states.len() + j];
                report.close(&case.name, pseudo.estimate()[k], at, 1e-9);
                let squares: f64 = infinitesimal.influence().column(k).iter().map(|u| u * u).sum();
                let error = occupation.at(t)[j].std_error().unwrap_or(0.0);
                assert!((squares.sqrt() - error).abs() < 1e-10, "{} {t} {state}", case.name);
            }
            for (row, id) in ids.iter().enumerate() {
                let own = data.ids().labels().iter().position(|l| l.parse() == Ok(*id)).unwrap();
                let expected = numbers(&case.output["pseudo"][row]);
                for k in 0..times.len() {
                    let (got, e) = (pseudo.values()[[own, k]], expected[k * states.len() + j]);
                    if (got - e).abs() > 1e-11 {
                        report.close(&format!("{}[{id}, {k}, {state}]", case.name), got, e, 1e-9);
                    } else {
                        report.checked += 1;
                    }
                }
            }
        }
    }
    assert_eq!(report.cases, 2);
    report.finish("pseudo-values of states");
}

/// Rows of subjects who start in two states, leave and come back; one enters late.
struct Rows {
    id: Vec<usize>,
    start: Vec<f64>,
    stop: Vec<f64>,
    from: Vec<usize>,
    to: Vec<Option<usize>>,
}

impl Rows {
    fn mixed() -> Self {
        let to = [2, 3, 2, 1, 0, 3, 1, 0, 0, 2, 3, 3, 2, 1, 0, 3];
        Self {
            id: vec![1, 1, 2, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 8, 9],
            start: vec![0., 2., 0., 1., 4., 0., 0., 3., 0., 0., 5., 0., 0., 2., 6., 1.5],
            stop: vec![2., 5., 1., 4., 7., 6., 3., 8., 4., 5., 9., 3., 2., 6., 9., 8.],
            from: vec![1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 2, 2, 1, 2, 1, 1],
            to: to.iter().map(|&to| (to > 0).then_some(to)).collect(),
        }
    }

    fn without(&self, id: usize) -> Self {
        let keep = |i: &usize| self.id[*i] != id;
        let rows: Vec<usize> = (0..self.id.len()).filter(keep).collect();
        Self {
            id: rows.iter().map(|&i| self.id[i]).collect(),
            start: rows.iter().map(|&i| self.start[i]).collect(),
            stop: rows.iter().map(|&i| self.stop[i]).collect(),
            from: rows.iter().map(|&i| self.from[i]).collect(),
            to: rows.iter().map(|&i| self.to[i]).collect(),
        }
    }

    fn histories(&self) -> Histories {
        let among = Histories::among(&[1, 2, 3]);
        let data = among.rows(&self.id, &self.start, &self.stop, &self.to).unwrap();
        data.with_from(&self.from).unwrap()
    }

    /// The data in which a subject has another weight than 1.
    fn weighted(&self, id: usize, weight: f64) -> Histories {
        let weights: Vec<f64> = self.id.iter().map(|&i| if i == id { weight } else { 1.0 }).collect();
        self.histories().with_weights(Weights::sampling(weights)).unwrap()
    }

    /// Place of a subject among the labels.
    fn place(data: &Histories, id: usize) -> usize {
        data.ids().labels().iter().position(|l| l.parse() == Ok(id)).unwrap()
    }
}

/// The time in a state without a subject is that of the data without its rows.
#[test]
fn time_in_a_state_without_a_subject_is_that_of_the_others() {
    let rows = Rows::mixed();
    let data = rows.histories();
    let horizons = [0.0, 1.0, 2.5, 4.0, 6.5, 8.0];
    for state in 1..=3 {
        let pseudo = Pseudo::new(&horizons).time_in_state(&data, &state).unwrap();
        for id in 1..=9 {
            let others = rows.without(id).histories();
            for (k, &tau) in horizons.iter().enumerate().skip(1) {
                let all = Occupation::new().time_in_state(&data, tau).unwrap()[state - 1].value();
                let left = Occupation::new().time_in_state(&others, tau).unwrap()[state - 1].value();
                assert!((pseudo.estimate()[k] - all).abs() < 1e-12, "{state} {tau}");
                let expected = 9.0 * all - 8.0 * left;
                let got = pseudo.values()[[Rows::place(&data, id), k]];
                assert!((got - expected).abs() < 1e-11, "{state} {id} {tau}: {got} {expected}");
            }
            assert_eq!(pseudo.values()[[Rows::place(&data, id), 0]], 0.0);
        }
    }
}

/// Influences of both are derivatives in the weight of a subject, add up to 0, and their squares to the variance that counts
/// the distribution at the start.
#[test]
fn influences_are_derivatives_in_the_weights() {
    let rows = Rows::mixed();
    let data = rows.histories();
    let times = [1.0, 2.5, 4.0, 6.5, 8.0];
    let model = Occupation::new().initial_error();
    let occupation = model.fit(&data).unwrap();
    for state in 1..=3 {
        let at = Pseudo::new(&times).infinitesimal();
        let now = at.occupation(&data, &state).unwrap().influence();
        let mean = at.time_in_state(&data, &state).unwrap().influence();
        for (k, &t) in times.iter().enumerate() {
            let probability = |data: &Histories| {
                let at = Occupation::new().fit(data).unwrap().at(t);
                at[state - 1].value().unwrap()
            };
            let area =
                |data: &Histories| Occupation::new().time_in_state(data, t).unwrap()[state - 1].value();
            for id in 1..=9 {
                let own = Rows::place(&data, id);
                let [more, less] = [1e-4, -1e-4].map(|h| rows.weighted(id, 1.0 + h));
                // Central differences: their error is of the order of the square of the step.
                let slope = (probability(&more) - probability(&less)) / 2e-4;
                assert!((now[[own, k]] - slope).abs() < 1e-7, "{state} {id} {t}: {} {slope}", now[[own, k]]);
                let slope = (area(&more) - area(&less)) / 2e-4;
                assert!(
                    (mean[[own, k]] - slope).abs() < 1e-7,
                    "{state} {id} {t}: {} {slope}",
                    mean[[own, k]]
                );
            }
            for (influence, error) in [
                (&now, occupation.at(t)[state - 1].std_error().unwrap_or(0.0)),
                (&mean, model.time_in_state(&data, t).unwrap()[state - 1].std_error().unwrap_or(0.0)),
            ] {
                assert!(influence.column(k).sum().abs() < 1e-13);
                let squares = influence.column(k).iter().map(|u| u * u).sum::<f64>();
                assert!((squares.sqrt() - error).abs() < 1e-12, "{state} {t}: {squares} {error}");
            }
        }
    }
}

/// R 4.2, survival 3.5-3, for the Stanford heart data: `103 m - 102 m[-i]` with `m` the column `rmean` of
/// `summary(survfit(Surv(tstart, tstop, factor(to, 0:3)) ~ 1, heart_ms, id = id), rmean = tau)$table`, by subject and horizon, in the
/// states 1 (R: (s0)), 2 and 3. R's own `pseudo(type = "sojourn")` differs from these, and from the derivatives of its `rmean`
/// in the weights, for some subjects.
#[test]
fn time_in_a_state_is_that_of_r() {
    let heart = cases("pseudo").into_iter().find(|c| c.name == "states_heart").unwrap();
    let data = histories(&heart, &heart.frame());
    let expected = [
        (1, 30.0, [30.051447574334, -0.037470629049494, -0.013976945285776]),
        (1, 100.0, [49.740919028382, -0.99044646552693, 51.249527437144]),
        (1, 400.0, [48.618970281636, -5.4287289992808, 356.80975871763]),
        (10, 30.0, [11.797926447573, 18.193170407494, 0.0089031449310824]),
        (10, 100.0, [11.515098991883, 45.274702046287, 43.210198961826]),
        (10, 400.0, [11.220252392907, 39.298127407634, 349.48162019943]),
        (38, 30.0, [4.4999999999995, 0.49999999999977, 25.0]),
        (38, 100.0, [4.4999999999995, 0.49999999999864, 94.999999999998]),
        (38, 400.0, [4.4999999999973, 0.49999999999454, 394.99999999998]),
        (103, 30.0, [5.9999999999991, -2.2737367544323e-13, 24.0]),
        (103, 100.0, [5.9999999999991, -9.0949470177293e-13, 93.999999999998]),
        (103, 400.0, [5.9999999999982, -5.4569682106376e-12, 393.99999999998]),
    ];
    for (id, tau, values) in expected {
        let own = Rows::place(&data, id);
        for (state, value) in [1, 2, 3].into_iter().zip(values) {
            let pseudo = Pseudo::new(&[tau]).time_in_state(&data, &state).unwrap();
            let got = pseudo.values()[[own, 0]];
            // 102 times a difference of two means: R's have lost two digits.
            assert!((got - value).abs() < 1e-9 * tau, "{id} {tau} {state}: {got} {value}");
        }
        // The times in all states add up to the horizon.
        let states = [1, 2, 3].map(|state| {
            let at = Pseudo::new(&[tau]).infinitesimal();
            at.time_in_state(&data, &state).unwrap().values()[[own, 0]]
        });
        assert!((states.iter().sum::<f64>() - tau).abs() < 1e-9, "{id} {tau} {states:?}");
    }
}

/// Where all are in one state nobody moves its probability: it has no error, and none of what sums leave of rounding.
#[test]
fn where_all_are_in_one_state_there_is_no_error() {
    let (n, states) = (40, [1, 2, 3]);
    let id: Vec<usize> = (0..2 * n).map(|i| i / 2).collect();
    let time = |i: usize| 1.0 + (i * 7 % 40) as f64 / 7.0;
    let start: Vec<f64> = (0..2 * n).map(|i| if i % 2 == 0 { 0.0 } else { time(i / 2) }).collect();
    let stop: Vec<f64> =
        (0..2 * n).map(|i| if i % 2 == 0 { time(i / 2) } else { time(i / 2) + 0.3 }).collect();
    let to: Vec<Option<usize>> = (0..2 * n).map(|i| Some(if i % 2 == 0 { 2 } else { 3 })).collect();
    let data = Histories::among(&states).rows(&id, &start, &stop, &to).unwrap();
    let fit = Occupation::new().fit(&data).unwrap();
    for (h, e) in fit.at(7.5).iter().enumerate() {
        assert!((e.value().unwrap() - f64::from(u8::from(h == 2))).abs() < 1e-12);
        let because = if h == 2 { NotEstimable::AllInState } else { NotEstimable::NobodyInState };
        assert_eq!(e.std_error(), Err(because), "{h}");
    }
}
