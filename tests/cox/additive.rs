//! Aalen's additive hazards against R's `survival::aareg` and `timereg::aalen`, by hand, and by its properties.

use crate::common::Frame;
use approx::assert_relative_eq;
use greenwood::survival::regression::{AdditiveHazards, AdditiveModel, TestWeight};
use greenwood::survival::{Design, Groups, NelsonAalen, RightCensored, Weights};
use greenwood::{Error, ModelError};
use ndarray::{Array2, array};

/// Rows of lung with age and sex; with `distinct` only the first row of each time, so that no times are tied.
fn lung(distinct: bool) -> (RightCensored<'static>, Design<'static>) {
    let frame = Frame::read("lung");
    let (time, status) = (frame.column("time"), frame.column("status"));
    let (age, sex) = (frame.column("age"), frame.column("sex"));
    let mut keep: Vec<usize> =
        (0..time.len()).filter(|&i| !distinct || time[..i].iter().all(|t| *t != time[i])).collect();
    if distinct {
        keep.sort_by(|&a, &b| time[a].total_cmp(&time[b]));
    }
    let pick = |column: &[f64]| -> Vec<f64> { keep.iter().map(|&i| column[i]).collect() };
    let event: Vec<bool> = keep.iter().map(|&i| status[i] == 2.0).collect();
    let data = RightCensored::new(pick(time), event).unwrap();
    let design = Design::builder().numeric("age", &pick(age)).numeric("sex", &pick(sex)).build().unwrap();
    (data, design)
}

fn cumulative(model: &AdditiveModel, time: f64) -> Vec<f64> {
    model.at(time).unwrap().iter().map(|e| e.value().unwrap()).collect()
}

fn errors(model: &AdditiveModel, time: f64) -> Vec<f64> {
    model.at(time).unwrap().iter().map(|e| e.std_error().unwrap()).collect()
}

fn near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert_relative_eq!(f, e, max_relative = tolerance);
    }
}

/// R 4.2.2, survival 3.5-3: aareg(Surv(time, status) ~ age + sex, lung, nmin = 3): tied deaths.
#[test]
fn lung_is_that_of_aareg() {
    let (data, design) = lung(false);
    let model = AdditiveHazards::new().min_at_risk(3).fit(&data, &design).unwrap();
    assert_eq!((model.times().len(), model.end()), (139, None));
    for (time, expected) in [
        (11.0, [-0.09573977739053552, 0.00195158095893448, -0.00613536146487208]),
        (100.0, [-0.15218688593393889, 0.00695077707880735, -0.09574302122012630]),
        (310.0, [0.7019340433365270, 0.0104021410682746, -0.4537277555721761]),
        (500.0, [0.6655300877523427, 0.0226482833538457, -0.5988983345404093]),
        (765.0, [-0.0044586287690689, 0.0422876038128201, -0.1381552211584629]),
        (883.0, [2.1295871973637954, 0.0290090849665963, -0.7642979135136664]),
    ] {
        near(&cumulative(&model, time), &expected, 1e-9);
    }
    let sums: Vec<f64> = model.weighted_sums().iter().map(|e| e.value().unwrap()).collect();
    near(&sums, &[1.86908198369655, 198.05579207211466, -19.58141759577136], 1e-9);
    let covariance = [
        2.39617230846522,
        -154.17462764035358,
        -3.82139207932064,
        -154.17462764035358,
        12135.74073591275555,
        2.54183943486378,
        -3.82139207932064,
        2.54183943486378,
        36.20867947831401,
    ];
    near(&model.weighted_covariance(), &covariance, 1e-9);
    let test = model.test();
    assert_eq!(test.df(), 2);
    assert_relative_eq!(test.statistic(), 13.866852884443, max_relative = 1e-9);
    assert!((test.p_value().unwrap() - 0.000975).abs() < 5e-7);
    let text = model.to_string();
    assert!(text.contains("no effect at all: chi-square 13.8669 on 2 df"), "{text}");
    // test = "nrisk".
    let model =
        AdditiveHazards::new().min_at_risk(3).test_weight(TestWeight::AtRisk).fit(&data, &design).unwrap();
    let sums: Vec<f64> = model.weighted_sums().iter().map(|e| e.value().unwrap()).collect();
    near(&sums, &[118.34055482126173, 2.60676989655539, -81.18522963302678], 1e-9);
    assert_relative_eq!(model.weighted_covariance()[8], 606.7241128542649449, max_relative = 1e-9);
    // weights = rep(1:3, length.out = 228).
    let weights: Vec<f64> = (0..228).map(|i| f64::from(i % 3 + 1)).collect();
    let weighted = data.with_weights(Weights::replication(weights)).unwrap();
    let model = AdditiveHazards::new().fit(&weighted, &design).unwrap();
    near(&cumulative(&model, 500.0), &[0.6942439626740384, 0.0216134871403551, -0.5936329764325772], 1e-9);
}

/// R: the dfbeta variance of aareg(…, cluster(cl), dfbeta = TRUE, nmin = 3), 20 clusters of the rows without ties (among tied
/// deaths R's `aareg` takes each residual as if it came alone).
#[test]
fn clusters_of_lung_are_those_of_aareg() {
    let (data, design) = lung(true);
    let twenty: Vec<usize> = (0..data.len()).map(|i| i % 20).collect();
    let model = AdditiveHazards::new().min_at_risk(3);
    let model = model.fit(&data.with_clusters(&twenty).unwrap(), &design).unwrap();
    assert!(model.is_robust());
    let sums: Vec<f64> = model.weighted_sums().iter().map(|e| e.value().unwrap()).collect();
    near(&sums, &[1.2006207453843, 173.8721528704166, -14.5618941840204], 1e-9);
    let covariance = [
        [1.63579114845901, -107.44515426921151, -1.90032047565837],
        [-107.44515426921151, 8068.42946417268649, 3.61976394100567],
        [-1.90032047565837, 3.61976394100567, 17.74555119067523],
    ];
    near(&model.weighted_covariance(), &covariance.concat(), 1e-8);
}

/// R, timereg 2.0.5: aalen(Surv(time, status) ~ age + sex, max.time = 700, robust = 1) of the first row of each time: cum,
/// var.cum, robvar.cum (each subject a cluster).
#[test]
fn distinct_times_of_lung_are_those_of_timereg() {
    let (data, design) = lung(true);
    assert_eq!(data.len(), 186);
    let n = data.len();
    let model = AdditiveHazards::new().until(700.0).fit(&data, &design).unwrap();
    let ids: Vec<usize> = (0..n).collect();
    let alone = data.clone().with_clusters(&ids).unwrap();
    let robust = AdditiveHazards::new().until(700.0).fit(&alone, &design).unwrap();
    for (time, cum, variance, robust_variance) in [
        (
            100.0,
            [-0.27681039777026539, 0.00724879141133538, -0.03401343958410151],
            [3.77758390970498e-02, 1.04636578244324e-05, 2.57366578335824e-03],
            [3.48208553616706e-02, 9.58778397071212e-06, 2.55127285911526e-03],
        ),
        (
            310.0,
            [0.5765378936187493, 0.0111563648942375, -0.4265662524702967],
            [2.96255958259403e-01, 7.67325223356566e-05, 1.97407079986606e-02],
            [3.03710108362118e-01, 6.69237874895921e-05, 1.98879392174669e-02],
        ),
        (
            500.0,
            [0.5958503858245150, 0.0221065150948614, -0.5600025809186305],
            [0.935475139287841206, 0.000201869656698909, 0.056109083649233574],
            [0.78498805131279403, 0.00017374565454358, 0.05407401988198220],
        ),
        (
            689.0,
            [0.7805652557246792, 0.0378380285263479, -0.8920297441953138],
            [2.20435598977917291, 0.00047486990307549, 0.15950726661784023],
            [2.149932962702579609, 0.000467475523249326, 0.149040824858304333],
        ),
    ] {
        near(&cumulative(&model, time), &cum, 1e-9);
        let squares = |v: Vec<f64>| -> Vec<f64> { v.iter().map(|x| x * x).collect() };
        near(&squares(errors(&model, time)), &variance, 1e-8);
        near(&squares(errors(&robust, time)), &robust_variance, 1e-8);
    }
    // Entries: every third row enters at the lesser of 60 and its time less 1.
    let entry: Vec<f64> =
        (0..n).map(|i| if (i + 1) % 3 == 0 { (data.time()[i] - 1.0).min(60.0) } else { 0.0 }).collect();
    let late = data.clone().with_entry(&entry).unwrap();
    let model = AdditiveHazards::new().until(600.0).fit(&late, &design).unwrap();
    near(&cumulative(&model, 100.0), &[-0.4989211282998294, 0.0119308923257237, -0.0571539811140086], 1e-9);
    near(&cumulative(&model, 500.0), &[0.3737396552949512, 0.0267886160092498, -0.5831431224485374], 1e-9);
    let variance: Vec<f64> = errors(&model, 500.0).iter().map(|x| x * x).collect();
    near(&variance, &[0.958479534163577895, 0.000211672980985734, 0.057372635139980172], 1e-8);
    let robust = late.with_clusters(&ids).unwrap();
    let robust = AdditiveHazards::new().until(600.0).fit(&robust, &design).unwrap();
    let variance: Vec<f64> = errors(&robust, 500.0).iter().map(|x| x * x).collect();
    near(&variance, &[0.798233611887917860, 0.000180402467351196, 0.055455718680293087], 1e-8);
    // Twenty clusters.
    let twenty: Vec<usize> = (0..n).map(|i| i % 20).collect();
    let robust = data.with_clusters(&twenty).unwrap();
    let robust = AdditiveHazards::new().until(600.0).fit(&robust, &design).unwrap();
    let variance: Vec<f64> = errors(&robust, 500.0).iter().map(|x| x * x).collect();
    near(&variance, &[0.493751466299344077, 0.000106658545180363, 0.048657169078316603], 1e-8);
}

/// timereg's tests of effects on the same rows with 5,000 samples: statistics to its digits, p-values to the Monte Carlo
/// errors of both (0.02). Its suprema use robust errors, and τ = 689, the last event.
#[test]
fn effects_are_those_of_timereg() {
    let (data, design) = lung(true);
    let ids: Vec<usize> = (0..data.len()).collect();
    let alone = data.clone().with_clusters(&ids).unwrap();
    let additive = AdditiveHazards::new().until(700.0);
    let effects = additive.effects(&alone, &design, 400, 5).unwrap();
    let model = additive.fit(&data, &design).unwrap();
    let expected = [
        (2.77582192056675, 0.0962, 0.9169460848468060, 0.7186),
        (3.10901979798406, 0.0364, 0.0188153168515238, 0.4014),
        (3.42533013848576, 0.0170, 0.2181146007345238, 0.8364),
    ];
    for (effect, (sup, p, departure, departure_p)) in effects.iter().zip(expected) {
        assert_relative_eq!(effect.supremum(), sup, max_relative = 1e-8);
        assert!((effect.supremum_p_value() - p).abs() < 0.06, "{effect} {p}");
        // timereg looks at the event times alone; ours also just before them, where the step function is furthest.
        assert!(effect.departure() >= departure * (1.0 - 1e-9), "{effect} {departure}");
        let j = effects.iter().position(|e| e == effect).unwrap();
        let end = model.times().len() - 1;
        let (last, until) = (model.path().last().unwrap().1[j], model.times()[end]);
        let at_events = model.path().map(|(t, b)| (b[j] - last * t / until).abs()).fold(0.0, f64::max);
        assert_relative_eq!(at_events, departure, max_relative = 1e-8);
        assert!((effect.departure_p_value() - departure_p).abs() < 0.09, "{effect} {departure_p}");
    }
    // By events' multipliers: near the same; the same bits for the same seed.
    let plain = additive.effects(&data, &design, 2000, 5).unwrap();
    assert_eq!(plain, additive.effects(&data, &design, 2000, 5).unwrap());
    for (a, b) in plain.iter().zip(&effects) {
        assert!((a.supremum_p_value() - b.supremum_p_value()).abs() < 0.1, "{a} {b}");
        assert!((a.departure_p_value() - b.departure_p_value()).abs() < 0.12, "{a} {b}");
    }
}

/// Without covariates it is Nelson-Aalen; with one factor the sum is that of each group.
#[test]
fn groups_are_nelson_aalen() {
    let (data, _) = lung(false);
    let n = data.len();
    let null = AdditiveHazards::new().fit(&data, &Design::without_covariates(n)).unwrap();
    let hazard = NelsonAalen::fit(&data);
    for t in [50.0, 310.0, 883.0] {
        let h = hazard.at(t);
        assert_relative_eq!(cumulative(&null, t)[0], h.value().unwrap(), max_relative = 1e-12);
        assert_relative_eq!(errors(&null, t)[0], h.std_error().unwrap(), max_relative = 1e-12);
    }
    let sex = Groups::new(&Frame::read("lung").column("sex").iter().map(|x| *x as i64).collect::<Vec<_>>());
    let design = Design::builder().factor("sex", &sex, "1").build().unwrap();
    let model = AdditiveHazards::new().fit(&data, &design).unwrap();
    let by_sex = NelsonAalen::by_group(&data, &sex).unwrap();
    for (g, label) in ["1", "2"].iter().enumerate() {
        let group = &by_sex[sex.code(label).unwrap()];
        let found = model.cumulative_hazard(&model.row().level("sex", label), 310.0).unwrap();
        assert_relative_eq!(found.value().unwrap(), group.at(310.0).value().unwrap(), max_relative = 1e-10);
        assert_relative_eq!(
            found.std_error().unwrap(),
            group.at(310.0).std_error().unwrap(),
            max_relative = 1e-10
        );
        let survival = model.survival(&model.row().level("sex", label), 310.0).unwrap();
        assert_relative_eq!(
            survival.value().unwrap(),
            (-found.value().unwrap()).exp(),
            max_relative = 1e-12,
            epsilon = 0.0
        );
        assert!(g < 2);
    }
}

/// A weight of 2 is the row twice; the order of rows, the units of a covariate and where it starts do not matter.
#[test]
fn weights_order_and_units() {
    let (data, design) = lung(false);
    let n = data.len();
    let rows: Vec<usize> = (0..n).chain((0..n).step_by(2)).rev().collect();
    let pick = |i: &usize| data.time()[*i];
    let repeated = RightCensored::new(
        rows.iter().map(pick).collect::<Vec<_>>(),
        rows.iter().map(|i| data.event()[*i]).collect::<Vec<_>>(),
    )
    .unwrap();
    let weights: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 2.0 } else { 1.0 }).collect();
    let weighted = data.clone().with_weights(Weights::replication(weights)).unwrap();
    let additive = AdditiveHazards::new();
    let (a, b) = (
        additive.fit(&weighted, &design).unwrap(),
        additive.fit(&repeated, &design.select(&rows).unwrap()).unwrap(),
    );
    near(&cumulative(&a, 400.0), &cumulative(&b, 400.0), 1e-9);
    near(&errors(&a, 400.0), &errors(&b, 400.0), 1e-9);
    let x = design.matrix();
    let moved =
        Array2::from_shape_fn((n, 2), |(i, j)| if j == 0 { x[(i, 0)] * 1000.0 + 1e6 } else { x[(i, 1)] });
    let moved = additive.fit(&data, &Design::new(&["age", "sex"], moved.view()).unwrap()).unwrap();
    let plain = additive.fit(&data, &design).unwrap();
    assert_relative_eq!(
        cumulative(&moved, 400.0)[1] * 1000.0,
        cumulative(&plain, 400.0)[1],
        max_relative = 1e-7
    );
    assert_relative_eq!(moved.test().statistic(), plain.test().statistic(), max_relative = 1e-7);
    // From 100 on it is the difference.
    let later = additive.start(100.0).fit(&data, &design).unwrap();
    let difference: Vec<f64> =
        cumulative(&plain, 400.0).iter().zip(cumulative(&plain, 100.0)).map(|(a, b)| a - b).collect();
    near(&cumulative(&later, 400.0), &difference, 1e-9);
}

/// A covariate that is the same for all who are left, few at risk, nobody at risk: it ends there and says so.
#[test]
fn singular_risk_sets_end_the_estimation() {
    let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true; 6]).unwrap();
    let same = Design::builder().numeric("x", &[1., 0., 3., 2., 2., 2.]).build().unwrap();
    let model = AdditiveHazards::new().fit(&data, &same).unwrap();
    let end = model.end().unwrap();
    assert_eq!((end.time, end.at_risk, end.too_few), (4.0, 3, false));
    assert_eq!(model.times(), [1.0, 2.0, 3.0]);
    assert!(model.at(3.9).unwrap()[1].value().is_ok() && model.at(4.0).unwrap()[1].value().is_err());
    assert!(
        model
            .to_string()
            .contains("nothing is estimated from 4 on: 3 at risk, their covariates are collinear")
    );
    let few = AdditiveHazards::new().min_at_risk(5).fit(&data, &same).unwrap().end().unwrap();
    assert_eq!((few.time, few.at_risk, few.too_few), (3.0, 4, true));
    // Nearly the same: as good as singular.
    let nearly = Design::builder().numeric("x", &[1., 0., 3., 2., 2. + 1e-7, 2.]).build().unwrap();
    assert_eq!(AdditiveHazards::new().fit(&data, &nearly).unwrap().end().unwrap().time, 4.0);
    // At once: an answer without event times. A start after the early risk sets is the way out.
    let early = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true; 6]).unwrap();
    let early = early.with_entry(&[0., 1.5, 1.5, 1.5, 1.5, 1.5]).unwrap();
    let model = AdditiveHazards::new().fit(&early, &same).unwrap();
    assert_eq!((model.end().unwrap().time, model.times().len()), (1.0, 0));
    assert_eq!(model.test().df(), 0);
    assert!(AdditiveHazards::new().effects(&early, &same, 10, 1).unwrap().is_empty());
    assert_eq!(AdditiveHazards::new().start(1.5).fit(&early, &same).unwrap().times(), [2.0, 3.0]);
    let constant = Design::builder().numeric("x", &[2.0; 6]).build().unwrap();
    assert_eq!(AdditiveHazards::new().fit(&data, &constant).unwrap().end().unwrap().time, 1.0);
    let none = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[false; 6]).unwrap();
    let none = AdditiveHazards::new().fit(&none, &same).unwrap();
    assert_eq!((none.times().len(), none.end()), (0, None));
    assert_eq!(cumulative(&none, 2.0), [0.0, 0.0]);
}

/// Rows that are in no risk set with an event have no say in what a column's unit is: nothing else changes, however far out
/// they are.
#[test]
fn a_row_in_no_risk_set_has_no_say() {
    let time = [1., 2., 3., 4., 5., 6., 7., 8.];
    let event = [true, true, false, true, true, true, false, true];
    let x = [1., 0., 0.3, 1., 0.2, 0.7, 0.5, 0.1];
    let with = |far: Option<f64>| {
        let (mut t, mut e, mut x) = (time.to_vec(), event.to_vec(), x.to_vec());
        if let Some(far) = far {
            t.push(0.5);
            e.push(false);
            x.push(far);
        }
        let data = RightCensored::new(t, e).unwrap();
        let design = Design::builder().numeric("x", &x).build().unwrap();
        AdditiveHazards::new().fit(&data, &design).unwrap()
    };
    let plain = with(None);
    assert_eq!(plain.times().len(), 5);
    for far in [1e3, 1e6, 1e12, -1e200] {
        let model = with(Some(far));
        assert_eq!((model.times(), model.end()), (plain.times(), plain.end()), "{far}");
        near(&cumulative(&model, 6.0), &cumulative(&plain, 6.0), 1e-9);
        near(&model.weighted_covariance(), &plain.weighted_covariance(), 1e-9);
    }
    // A column's unit is no matter, up to the ends of the machine.
    for unit in [1e200, 1e-200, 1e300] {
        let x: Vec<f64> = x.iter().map(|x| x * unit).collect();
        let data = RightCensored::new(&time, &event).unwrap();
        let model = AdditiveHazards::new().fit(&data, &Design::builder().numeric("x", &x).build().unwrap());
        let found = cumulative(&model.unwrap(), 6.0);
        near(&[found[0], found[1] * unit], &cumulative(&plain, 6.0), 1e-9);
    }
}

/// A baseline for each stratum beside common coefficients. R, timereg 2.0.5: aalen(Surv(time, status) ~ -1 + factor(sex) + age,
/// max.time = 700, robust = 1), the first row of each time: cum, var.cum, robvar.cum.
#[test]
fn strata_are_those_of_timereg() {
    let (data, _) = lung(true);
    let frame = Frame::read("lung");
    let (time, age, sex) = (frame.column("time"), frame.column("age"), frame.column("sex"));
    let row = |t: &f64| time.iter().position(|x| x == t).unwrap();
    let rows: Vec<usize> = data.time().iter().map(row).collect();
    let pick = |column: &[f64]| -> Vec<f64> { rows.iter().map(|&i| column[i]).collect() };
    let design = Design::builder().numeric("age", &pick(age)).build().unwrap();
    let sex = Groups::new(&pick(sex).iter().map(|s| *s as u8).collect::<Vec<_>>());
    let data = data.with_strata(sex).unwrap();
    let additive = AdditiveHazards::new().until(700.0);
    let model = additive.fit(&data, &design).unwrap();
    assert_eq!(model.names(), ["(Intercept): 2", "(Intercept): 1", "age"]);
    assert_eq!((model.strata(), model.test().df()), (&["2".to_string(), "1".to_string()][..], 1));
    assert!(model.to_string().contains("2 strata"), "{model}");
    let ids: Vec<usize> = (0..data.len()).collect();
    let robust = additive.fit(&data.clone().with_clusters(&ids).unwrap(), &design).unwrap();
    for (time, cum, variance, robust_variance) in [
        (
            310.0,
            [-0.27659461132184621, 0.14997164114845019, 0.01115636489423753],
            [3.032249198781053e-01, 2.799997310700933e-01, 7.673252233565648e-05],
            [2.575543173290675e-01, 2.607442736281257e-01, 6.692378748959192e-05],
        ),
        (
            689.0,
            [-1.00349423266595683, -0.11146448847064139, 0.03783802852634801],
            [1.691602215645766, 1.788471836094632, 4.748699030754916e-04],
            [1.631902450802897, 1.741876881894439, 4.674755232493285e-04],
        ),
    ] {
        near(&cumulative(&model, time), &cum, 1e-9);
        let squares = |v: Vec<f64>| -> Vec<f64> { v.iter().map(|x| x * x).collect() };
        near(&squares(errors(&model, time)), &variance, 1e-8);
        near(&squares(errors(&robust, time)), &robust_variance, 1e-8);
        let woman = model.stratum("2").unwrap();
        near(&cumulative(&woman, time), &[cum[0], cum[2]], 1e-9);
        let hazard = woman.cumulative_hazard(&woman.row().numeric("age", 60.0), time).unwrap();
        assert_relative_eq!(hazard.value().unwrap(), cum[0] + 60.0 * cum[2], max_relative = 1e-9);
    }
    let row = model.row().numeric("age", 60.0);
    assert!(matches!(
        model.cumulative_hazard(&row, 310.0),
        Err(Error::Model(ModelError::StratumNeeded { .. }))
    ));
    assert!(matches!(model.stratum("3"), Err(Error::UnknownLabel { .. })));
    assert_eq!(additive.effects(&data, &design, 50, 1).unwrap().len(), 3);
}

/// A stratum that is over, or has not begun, leaves the others as they are alone; one stratum is none.
#[test]
fn strata_that_are_empty_are_left_out() {
    let time = [1., 2., 3., 4., 5., 6., 7., 8.];
    let x = [0., 3., 1., 2., 4., 1., 0., 5.];
    let whole = RightCensored::new(&time, &[true; 8]).unwrap();
    let design = Design::builder().numeric("x", &x).build().unwrap();
    let strata = Groups::new(&["a", "a", "a", "b", "b", "b", "b", "b"]);
    let model = AdditiveHazards::new().fit(&whole.clone().with_strata(strata).unwrap(), &design).unwrap();
    let b = RightCensored::new(&time[3..], &[true; 5]).unwrap();
    let alone = Design::builder().numeric("x", &x[3..]).build().unwrap();
    let alone = AdditiveHazards::new().start(3.0).fit(&b, &alone).unwrap();
    assert_eq!(model.end().unwrap().time, alone.end().unwrap().time);
    let (early, late) =
        (cumulative(&model.stratum("b").unwrap(), 3.0), cumulative(&model.stratum("b").unwrap(), 6.0));
    let risen: Vec<f64> = late.iter().zip(&early).map(|(l, e)| l - e).collect();
    near(&risen, &cumulative(&alone, 6.0), 1e-12);
    // The first event by hand: Σ (x − x̄ of the stratum) dN / Σ (x − x̄)², and what is left over of each stratum.
    let (mean, square) = ([4.0 / 3.0, 12.0 / 5.0], [10.0 - 16.0 / 3.0, 46.0 - 144.0 / 5.0]);
    let slope = (0.0 - mean[0]) / (square[0] + square[1]);
    near(&cumulative(&model, 1.0), &[1.0 / 3.0 - mean[0] * slope, -mean[1] * slope, slope], 1e-12);
    // After its last time nothing is known of a stratum.
    assert!(model.at(3.0).unwrap()[0].value().is_ok() && model.at(3.5).unwrap()[0].value().is_err());
    let a = model.stratum("a").unwrap();
    assert!(a.cumulative_hazard(&a.row().numeric("x", 1.0), 3.5).unwrap().value().is_err());
    // Late entries: a stratum that comes later, and one that is empty in between.
    let entry = [0., 0., 0., 0., 0., 3.5, 3.5, 3.5];
    let late = whole.clone().with_entry(&entry).unwrap();
    let strata = Groups::new(&["a", "a", "a", "a", "a", "b", "b", "b"]);
    let model = AdditiveHazards::new().fit(&late.with_strata(strata).unwrap(), &design).unwrap();
    assert_eq!(cumulative(&model, 3.0)[1], 0.0);
    let a = RightCensored::new(&time[..5], &[true; 5]).unwrap();
    let alone = AdditiveHazards::new().fit(&a, &design.select(&[0, 1, 2, 3, 4]).unwrap()).unwrap();
    near(&cumulative(&model.stratum("a").unwrap(), 3.0), &cumulative(&alone, 3.0), 1e-12);
    let one = whole.clone().with_strata(Groups::new(&["a"; 8])).unwrap();
    let (one, none) = (
        AdditiveHazards::new().fit(&one, &design).unwrap(),
        AdditiveHazards::new().fit(&whole, &design).unwrap(),
    );
    assert_eq!((one.names(), cumulative(&one, 5.0)), (none.names(), cumulative(&none, 5.0)));
}

#[test]
fn what_cannot_be_is_refused() {
    let data = RightCensored::new(&[1., 2., 3.], &[true; 3]).unwrap();
    let matrix = array![[1.0], [0.0]];
    let short = Design::new(&["x"], matrix.view()).unwrap();
    assert!(matches!(AdditiveHazards::new().fit(&data, &short), Err(Error::LengthMismatch { .. })));
    let design = Design::builder().numeric("x", &[1.0, 0.0, 2.0]).build().unwrap();
    for wrong in [
        AdditiveHazards::new().start(-1.0),
        AdditiveHazards::new().start(f64::NAN),
        AdditiveHazards::new().until(0.0),
        AdditiveHazards::new().until(f64::NAN),
    ] {
        assert!(matches!(wrong.fit(&data, &design), Err(Error::OutOfRange { .. })), "{wrong:?}");
    }
    assert!(AdditiveHazards::new().effects(&data, &design, 0, 1).is_err());
    let model = AdditiveHazards::new().fit(&data, &design).unwrap();
    assert!(model.at(f64::NAN).is_err());
    assert!(matches!(
        model.cumulative_hazard(&model.row(), 1.0),
        Err(Error::Model(ModelError::MissingCovariate { .. }))
    ));
}

/// Who was far out and left early does not end the estimation: from then on it is that of the others. (In the units of all
/// rows the others differ by rounding.)
#[test]
fn an_outlier_that_left_is_forgotten() {
    let n = 14;
    let time: Vec<f64> = (1..=n).map(f64::from).collect();
    let event: Vec<bool> = (1..=n).map(|i| i % 4 != 0).collect();
    let x: Vec<f64> = (1..=n).map(|i| f64::from(i * i % 7) / 7.0).collect();
    let y: Vec<f64> = (1..=n).map(|i| f64::from(i * 5 % 11)).collect();
    let fit = |from: usize, far: &[f64]| {
        let mut x = x.clone();
        x[..far.len()].copy_from_slice(far);
        let data = RightCensored::new(&time[from..], &event[from..]).unwrap();
        let design = Design::builder().numeric("x", &x[from..]).numeric("y", &y[from..]).build().unwrap();
        AdditiveHazards::new().fit(&data, &design).unwrap()
    };
    for far in [&[1e9][..], &[-3e14], &[1e150, 1e40, 1e12, 5e5]] {
        let (with, without) = (fit(0, far), fit(far.len(), &[]));
        assert_eq!(with.end().map(|e| e.time), without.end().map(|e| e.time), "{far:?}");
        let last = *without.times().last().unwrap();
        let before = (1..=far.len()).rev().map(|t| t as f64 + 0.5).next().unwrap();
        let [start, end] = [before, last].map(|t| cumulative(&with, t));
        let moved: Vec<f64> = start.iter().zip(&end).map(|(a, b)| b - a).collect();
        for (j, (found, expected)) in moved.iter().zip(cumulative(&without, last)).enumerate() {
            // The intercept before is as large as its effect times the outlier's value is not: nothing cancels but ones.
            assert_relative_eq!(*found, expected, max_relative = 1e-9, epsilon = 1e-9);
            let [at_start, at_end] = [before, last].map(|t| errors(&with, t)[j].powi(2));
            let expected = errors(&without, last)[j].powi(2);
            assert_relative_eq!(at_end - at_start, expected, max_relative = 1e-9, epsilon = 1e-9 * at_start);
        }
    }
}
