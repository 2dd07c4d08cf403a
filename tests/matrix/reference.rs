//! Weights, clusters and subjects beside R 4.2.2 (survival 3.5-3), which is given the rows written out.

use greenwood::survival::curve::{FlemingHarrington, Pseudo};
use greenwood::survival::multi_state::Occupation;
use greenwood::survival::recurrent::{EventModel, RecurrentEvents};
use greenwood::survival::regression::MultiStateCox;
use greenwood::survival::{
    CompetingRisks, CoxModel, Design, Histories, KaplanMeier, RightCensored, Ties, Weights,
};

#[track_caller]
fn close(got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance * expected.abs().max(1.0), "{got} for {expected}");
}

/// Columns of a file by name.
fn columns<const N: usize>(file: &str, names: [&str; N]) -> [Vec<f64>; N] {
    let text = std::fs::read_to_string(format!("tests/data/{file}")).unwrap();
    let mut lines = text.lines();
    let header: Vec<String> =
        lines.next().unwrap().split(',').map(|h| h.trim_matches('"').to_string()).collect();
    let places = names.map(|name| header.iter().position(|h| h == name).unwrap());
    let mut columns = [(); N].map(|()| Vec::new());
    for line in lines {
        let cells: Vec<&str> = line.split(',').map(|c| c.trim_matches('"')).collect();
        for (column, &place) in columns.iter_mut().zip(&places) {
            column.push(cells[place].parse().unwrap_or(f64::NAN));
        }
    }
    columns
}

fn check(fit: &CoxModel, coefficients: [f64; 3], errors: [f64; 3]) {
    for (i, term) in fit.terms().iter().enumerate() {
        close(term.coefficient(), coefficients[i], 1e-7);
        close(term.robust_std_error().unwrap(), errors[i], 1e-7);
    }
}

/// e <- three copies of those subjects of bladder2 that count three times, and so on, each with an id of its own;
/// coxph(Surv(start, stop, event) ~ rx + size + number, data = e, cluster = id); + strata(enum); Surv(stop - start, event).
#[test]
fn recurrent_models_take_replication_weights_of_subjects() {
    let names = ["id", "rx", "size", "number", "start", "stop", "event"];
    let [id, rx, size, number, start, stop, event] = columns("bladder2.csv", names);
    let id: Vec<u32> = id.iter().map(|&id| id as u32).collect();
    let weights: Vec<f64> = id.iter().map(|id| f64::from(1 + id % 3)).collect();
    let event: Vec<bool> = event.iter().map(|&e| e == 1.0).collect();
    let data = RecurrentEvents::new(&id, &start, &stop, &event).unwrap();
    let data = data.with_weights(Weights::replication(weights)).unwrap();
    let design = Design::builder().numeric("rx", &rx).numeric("size", &size).numeric("number", &number);
    let design = design.build().unwrap();

    let fit = EventModel::andersen_gill().fit(&data, &design).unwrap();
    check(
        &fit,
        [-0.45434791941573, -0.0460821480344451, 0.154819829632732],
        [0.188526646556798, 0.0614655723090289, 0.0424255571770655],
    );
    close(fit.robust_score_test().unwrap().statistic(), 22.9935216961071, 1e-7);
    let fit = EventModel::pwp_total().fit(&data, &design).unwrap();
    check(
        &fit,
        [-0.309026540077545, -0.00288774394145929, 0.103098498922827],
        [0.14813567171902, 0.050133337778265, 0.0336690635461629],
    );
    let fit = EventModel::pwp_gap().fit(&data, &design).unwrap();
    check(
        &fit,
        [-0.296752564560526, 0.0231067095452076, 0.14879351180268],
        [0.14479091927719, 0.0523564202855265, 0.0342854716144521],
    );
    // What the rows are asked later is asked of the same rows.
    let rows = EventModel::andersen_gill().rows(&data, &design).unwrap();
    assert!(rows.data().clusters().is_none());
    let fit = EventModel::andersen_gill().fit(&data, &design).unwrap();
    assert!(fit.with(rows.data(), rows.design()).unwrap().baseline().is_ok());
}

/// The first 300 of mgus2, written out likewise; coxph(Surv(etime, ev) ~ age + sex, data = e, id = id, ties = Efron's).
#[test]
fn multi_state_cox_takes_replication_weights_of_subjects() {
    let names = ["age", "sex", "ptime", "pstat", "futime", "death"];
    let [age, sex, ptime, pstat, futime, death] = columns("mgus2.csv", names);
    let ids: Vec<u32> = (1..=300).collect();
    let progressed = |i: usize| pstat[i] == 1.0;
    let stop: Vec<f64> = (0..300).map(|i| if progressed(i) { ptime[i] } else { futime[i] }).collect();
    let to = |i: usize| match (progressed(i), death[i] == 1.0) {
        (true, _) => Some("pcm"),
        (_, true) => Some("death"),
        _ => None,
    };
    let to: Vec<Option<&str>> = (0..300).map(to).collect();
    let data = Histories::among(&["s0", "pcm", "death"]).rows(&ids, &[0.0; 300], &stop, &to).unwrap();
    let weights: Vec<f64> = ids.iter().map(|id| f64::from(1 + id % 3)).collect();
    let data = data.with_weights(Weights::replication(weights)).unwrap();
    let design = Design::builder().numeric("age", &age[..300]).numeric("sex", &sex[..300]).build().unwrap();
    let fit = MultiStateCox::new().covariates(&["age", "sex"]).ties(Ties::Efron).fit(&data, &design).unwrap();
    let coefficients = [0.0121142300126839, 0.387574735495453, 0.0839485017126817, 0.696769224808703];
    let errors = [0.0125164565061923, 0.304086553588204, 0.00600393574569976, 0.103423034270234];
    for (i, term) in fit.terms().iter().enumerate() {
        close(term.coefficient(), coefficients[i], 1e-7);
        close(term.robust_std_error().unwrap(), errors[i], 1e-7);
    }
    // table(e$ev): 600 subjects, 489 of them with an event.
    assert_eq!((data.check().subjects(), data.check().transitions()[0].iter().sum::<usize>()), (600, 489));
    assert_eq!(fit.transitions().map(|(.., n)| n).sum::<usize>(), 489);
}

const TIME: [f64; 8] = [1., 2., 3., 4., 5., 5., 7., 8.];
const CODE: [u8; 8] = [1, 2, 0, 1, 2, 0, 1, 0];
const W: [f64; 8] = [1., 2., 1.5, 0.5, 3., 1., 2., 1.];

/// w <- w/mean(w): R takes the number of rows for the sum of the weights.
/// f <- survfit(Surv(t, e) ~ 1, weights = w, robust = TRUE); pseudo(f, times = c(4, 6)), of type "cumhaz" and "rmst";
/// summary(f, times = c(4, 6))$std.err, and with cluster = c(1, 1, 2, 2, 3, 3, 4, 4).
#[test]
fn infinitesimal_pseudo_values_of_sampling_weights() {
    for unit in [1.0, 1.0 / 3.0, 20.0] {
        let event = CODE.map(|c| c > 0);
        let data = RightCensored::new(&TIME, &event).unwrap();
        let data = data.with_weights(Weights::sampling(W.map(|w| w * unit).to_vec())).unwrap();
        let pseudo = Pseudo::new(&[4.0, 6.0]).infinitesimal();
        let of = pseudo.survival(&data).unwrap();
        let expected = [
            [
                0.0,
                0.0,
                14.0 / 15.0,
                -0.186666666666667,
                1.01333333333333,
                1.01333333333333,
                1.01333333333333,
                1.01333333333333,
            ],
            [
                0.0,
                0.0,
                8.0 / 15.0,
                -0.106666666666667,
                -0.106666666666667,
                1.09333333333333,
                1.09333333333333,
                1.09333333333333,
            ],
        ];
        for (k, column) in expected.iter().enumerate() {
            (0..8).for_each(|i| close(of.values()[[i, k]], column[i], 1e-12));
        }
        let errors = of.std_errors().unwrap();
        close(errors[0], 0.171628456732833, 1e-12);
        close(errors[1], 0.205798655048455, 1e-12);
        let hazard = pseudo.cumulative_hazard(&data).unwrap();
        close(hazard.values()[[0, 0]], 1.2484848484848488, 1e-12);
        close(hazard.values()[[5, 1]], -0.362651374599427, 1e-12);
        let mean = Pseudo::new(&[6.0]).infinitesimal().restricted_mean(&data).unwrap();
        let expected = [1.0, 2.0, 5.46666666666667, 3.70666666666667, 4.90666666666667, 6.10666666666667];
        (0..6).for_each(|i| close(mean.values()[[i, 0]], expected[i], 1e-12));

        let clustered = data.with_clusters(&[1, 1, 2, 2, 3, 3, 4, 4]).unwrap();
        let of_clusters = pseudo.survival(&clustered).unwrap();
        assert_eq!(of_clusters.values(), of.values());
        let errors = of_clusters.std_errors().unwrap();
        close(errors[0], 0.218472531256404, 1e-12);
        close(errors[1], 0.211683434739731, 1e-12);
        let curve = KaplanMeier::fit(&clustered);
        close(curve.at(4.0).std_error().unwrap(), errors[0], 1e-12);
        let refused = Pseudo::new(&[4.0]).survival(&clustered).unwrap_err().to_string();
        assert!(refused.contains("take the infinitesimal ones"), "{refused}");
    }
}

/// f <- survfit(Surv(t, factor(c(1, 2, 0, 1, 2, 0, 1, 0), 0:2)) ~ 1, weights = w, id = 1:8); pseudo(f, times = c(4, 6)), and the
/// standard errors of the states.
#[test]
fn infinitesimal_pseudo_values_of_incidences_and_states() {
    let first = [1.0, 0.0, 1.0 / 15.0, 1.18666666666667, -0.0133333333333333];
    let second = [0.0, 1.0, 0.4, -0.08, 1.12, -0.08, -0.08, -0.08];
    let outcome = CODE.map(|c| (c > 0).then_some(c));
    let weights = || Weights::sampling(W.map(|w| 2.0 * w).to_vec());
    let data = CompetingRisks::new(&TIME, &outcome).unwrap().with_weights(weights()).unwrap();
    let to = CODE.map(|c| [None, Some("1"), Some("2")][c as usize]);
    let ids: Vec<usize> = (0..8).collect();
    let states = Histories::among(&["s0", "1", "2"]).rows(&ids, &[0.0; 8], &TIME, &to).unwrap();
    let states = states.with_weights(weights()).unwrap();
    let pseudo = Pseudo::new(&[4.0, 6.0]).infinitesimal();
    let of = [
        (pseudo.incidence(&data, "1").unwrap(), pseudo.incidence(&data, "2").unwrap()),
        (pseudo.occupation(&states, "1").unwrap(), pseudo.occupation(&states, "2").unwrap()),
    ];
    for (one, two) in of {
        (0..5).for_each(|i| close(one.values()[[i, 0]], first[i], 1e-12));
        (0..8).for_each(|i| close(two.values()[[i, 1]], second[i], 1e-12));
        close(one.std_errors().unwrap()[1], 0.0997311199992073, 1e-12);
        close(two.std_errors().unwrap()[0], 0.151191257340814, 1e-12);
        close(two.std_errors().unwrap()[1], 0.221656223647074, 1e-12);
    }
    let at = Occupation::new().fit(&states).unwrap();
    close(at.at(6.0)[2].std_error().unwrap(), 0.221656223647074, 1e-12);
}

/// survfit(Surv(t, e) ~ 1, cluster = cl, stype = 2, ctype = 2) of the rows written out: what leaves one by one are the
/// subjects, in the error as in the estimate.
#[test]
fn tied_events_of_a_weight_leave_one_by_one_in_clusters_too() {
    let data = RightCensored::new(
        &[1., 1., 2., 2., 2., 3., 4., 4., 5.],
        &[true, true, true, true, false, true, true, false, true],
    );
    let data = data.unwrap().with_weights(Weights::replication(vec![2., 1., 3., 1., 1., 2., 1., 2., 1.]));
    let data = data.unwrap().with_clusters(&[1, 2, 1, 3, 2, 3, 4, 4, 1]).unwrap();
    let hazard = FlemingHarrington::fit(&data);
    let expected = [
        (1.0, 0.231684981684982, 0.108114018451576),
        (2.0, 0.658705183705184, 0.327275987097929),
        (3.0, 1.025371850371851, 0.484386023487615),
        (4.0, 1.275371850371851, 0.411553227483243),
        (5.0, 2.275371850371851, 0.411553227483243),
    ];
    for (t, value, error) in expected {
        let at = hazard.at(t);
        close(at.value().unwrap(), value, 1e-12);
        close(at.std_error().unwrap(), error, 1e-12);
    }
}

/// Subjects without a row are none: a part of histories is the histories of the part.
#[test]
fn a_part_of_histories_has_its_own_subjects() {
    let ids = ["a", "b", "c", "d", "e"];
    let to = [Some("ill"), None, Some("ill"), Some("ill"), None];
    let rows = |keep: &[usize]| {
        let pick = |v: &[f64]| keep.iter().map(|&i| v[i]).collect::<Vec<_>>();
        let to: Vec<Option<&str>> = keep.iter().map(|&i| to[i]).collect();
        let ids: Vec<&str> = keep.iter().map(|&i| ids[i]).collect();
        Histories::among(&["well", "ill"])
            .rows(&ids, &pick(&[0.0; 5]), &pick(&[1., 2., 3., 4., 5.]), &to)
            .unwrap()
    };
    let part = rows(&[0, 1, 2, 3, 4]).filter(&[true, false, true, false, true]).unwrap();
    assert_eq!(part, rows(&[0, 2, 4]));
    let pseudo = Pseudo::new(&[2.0]).occupation(&part, "ill").unwrap();
    assert_eq!(pseudo.values().nrows(), 3);
    close(pseudo.values()[[0, 0]], 1.0, 1e-12);
    close(pseudo.values()[[1, 0]], 0.0, 1e-12);
}
