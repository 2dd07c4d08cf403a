//! Censored quantile regression against linear programmes by `HiGHS`, R's quantreg, the curves, and by its properties.

use crate::common::{Frame, cases, numbers};
use crate::random::Random;
use approx::assert_relative_eq;
use greenwood::survival::regression::{QuantileMethod, QuantileModel, QuantileRegression, QuantileScale};
use greenwood::survival::result::NotEstimable;
use greenwood::survival::{Design, Groups, KaplanMeier, NelsonAalen, RightCensored, Weights};
use greenwood::{Error, ModelError};

const METHODS: [QuantileMethod; 2] = [QuantileMethod::PengHuang, QuantileMethod::Portnoy];
const SCALES: [QuantileScale; 2] = [QuantileScale::Log, QuantileScale::Identity];

fn read(file: &str, event: f64, covariates: &[&str]) -> (RightCensored<'static>, Design<'static>) {
    let frame = Frame::read(file);
    let died: Vec<bool> = frame.column("status").iter().map(|s| *s == event).collect();
    let data = RightCensored::new(frame.column("time").to_vec(), died).unwrap();
    let design = covariates.iter().fold(Design::builder(), |d, c| d.numeric(*c, frame.column(c)));
    (data, design.build().unwrap())
}

fn at(model: &QuantileModel, tau: f64) -> Vec<f64> {
    model.coefficients(tau).unwrap().iter().map(|e| e.value().unwrap()).collect()
}

fn near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    // A coefficient near 0 is as exact as the others.
    let size = expected.iter().fold(0.0, |m: f64, e| m.max(e.abs()));
    for (f, e) in found.iter().zip(expected) {
        assert_relative_eq!(f, e, epsilon = tolerance * size, max_relative = tolerance);
    }
}

/// Each step as a linear programme, solved by `HiGHS`: tests/data/crq.py. Its vertex is exact to its tolerance of 1e-10 in a
/// residual, which coefficients magnify.
#[test]
fn paths_are_those_of_highs() {
    let mut compared = 0;
    for case in cases("crq") {
        let inputs = &case.inputs;
        let names: Vec<&str> =
            inputs["covariates"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
        let file = case.data.as_deref().unwrap();
        let (mut data, design) = read(file, inputs["event"].as_f64().unwrap(), &names);
        if inputs["weighted"].as_bool().unwrap() {
            data = data.with_weights(Weights::sampling(Frame::read(file).column("w").to_vec())).unwrap();
        }
        let method = if inputs["method"] == "Portnoy" { METHODS[1] } else { METHODS[0] };
        let scale = if inputs["scale"] == "log" { SCALES[0] } else { SCALES[1] };
        let grid = numbers(&inputs["grid"]);
        let model =
            QuantileRegression::new().method(method).scale(scale).grid(&grid).fit(&data, &design).unwrap();
        let expected: Vec<Vec<f64>> =
            case.output["coefficients"].as_array().unwrap().iter().map(numbers).collect();
        assert_eq!(model.path().len(), expected.len(), "{}", case.name);
        for ((tau, found), expected) in model.path().zip(&expected) {
            let size = expected.iter().fold(0.0, |m: f64, e| m.max(e.abs()));
            let apart = found.iter().zip(expected).fold(0.0, |m: f64, (f, e)| m.max((f - e).abs()));
            assert!(apart <= 1e-7 * size, "{} at {tau}: {found:?}, {expected:?}", case.name);
            compared += 1;
        }
    }
    assert!(compared > 500);
}

/// R 4.2.2, quantreg 5.94: `crq(Surv(log(time), status == 2) ~ age + sex, lung, method = "PengHuang", grid = c(0, (1:99)/101.3))`, whose
/// solution in position k is that of grid k + 1. Later ones drift: its interior points leave rows that lie on a quantile a
/// little above or below it, and so at risk or not.
#[test]
fn lung_is_that_of_quantreg() {
    let (data, design) = read("lung", 2.0, &["age", "sex"]);
    let grid: Vec<f64> = (1..=99).map(|k| f64::from(k) / 101.3).collect();
    let model = QuantileRegression::new().grid(&grid).fit(&data, &design).unwrap();
    near(&at(&model, 0.0987166831194), &[6.4545048665566, -0.0434149868942, 0.4116115907970], 1e-8);
    near(&at(&model, 0.2467917077986), &[5.3432252107327, -0.0135128203736, 0.4498359169985], 1e-8);
    // method = "Portnoy", grid = "pivot": without a grid, up to where it reports a degeneracy.
    let model = QuantileRegression::new().method(METHODS[1]).grid(&grid).fit(&data, &design).unwrap();
    near(&at(&model, 0.0987166831194), &[6.4545048638086, -0.0434149868512, 0.4116115908638], 1e-8);
    near(&at(&model, 0.2467917077986), &[5.3432252104978, -0.0135128203651, 0.4498359168332], 1e-8);
}

const RQ_LOG: [(f64, [f64; 3]); 4] = [
    (0.13, [-1.3896821194645, 0.0477385626221, 0.0247552564486]),
    (0.37, [1.33229371295537, 0.03954058735664, 0.00366284965114]),
    (0.61, [1.83383163154246, 0.03319209109055, 0.00934995963197]),
    (0.87, [3.95874512358432, 0.02748829143942, -0.00447440774161]),
];
const RQ_TIME: [(f64, [f64; 3]); 4] = [
    (0.13, [-47.6923076923077, 1.2846153846154, -0.0384615384615]),
    (0.37, [-88.545454545455, 2.2, 0.409090909091]),
    (0.61, [-70.2, 2.71333333333, 0.2]),
    (0.87, [-17.34722222222, 5.92361111111, -1.20833333333]),
];

/// Without censoring Portnoy's estimator is ordinary quantile regression. R 4.2.2, quantreg 5.94: `rq(log(time) ~ karno + age, tau =
/// c(.13, .37, .61, .87), veteran)`, and `rq(time ~ karno + age, weights = w)` of those with status 1.
#[test]
fn without_censoring_it_is_ordinary() {
    let (all, design) = read("veteran", 1.0, &["karno", "age"]);
    let dead = RightCensored::new(all.time(), &[true; 137]).unwrap();
    let fit = QuantileRegression::new().method(QuantileMethod::Portnoy);
    let model = fit.clone().fit(&dead, &design).unwrap();
    for (tau, expected) in RQ_LOG {
        near(&at(&model, tau), &expected, 1e-9);
    }
    let rows: Vec<usize> = (0..137).filter(|&i| all.event()[i]).collect();
    let frame = Frame::read("veteran");
    let pick = |x: &[f64]| -> Vec<f64> { rows.iter().map(|&i| x[i]).collect() };
    let dead = RightCensored::new(pick(all.time()), vec![true; rows.len()]).unwrap();
    let dead = dead.with_weights(Weights::sampling(pick(frame.column("w")))).unwrap();
    let model = fit.scale(QuantileScale::Identity).fit(&dead, &design.select(&rows).unwrap()).unwrap();
    for (tau, expected) in RQ_TIME {
        near(&at(&model, tau), &expected, 1e-9);
    }
}

/// Times with ties and censoring.
fn sample(seed: u64, n: usize) -> RightCensored<'static> {
    let random = &mut Random(seed);
    let time: Vec<f64> = (0..n).map(|_| (1 + random.below(40)) as f64).collect();
    let event: Vec<bool> = (0..n).map(|_| random.below(3) > 0).collect();
    RightCensored::new(time, event).unwrap()
}

/// Without covariates the quantiles are the first times at which 1 − S reaches τ, S by Kaplan and Meier, or exp(−H) by Nelson
/// and Aalen; within the grid's resolution.
#[test]
fn without_covariates_quantiles_are_those_of_the_curve() {
    let step = 1e-3;
    let grid: Vec<f64> = (1..1000).map(|k| f64::from(k) * step).collect();
    for seed in 0..12 {
        let data = sample(seed, 60);
        let none = Design::without_covariates(60);
        let (survival, hazard) = (KaplanMeier::fit(&data), NelsonAalen::fit(&data));
        for (method, scale) in METHODS.into_iter().flat_map(|m| SCALES.map(|s| (m, s))) {
            let model = QuantileRegression::new().method(method).scale(scale).grid(&grid);
            let model = model.fit(&data, &none).unwrap();
            let risk = |t: f64| match method {
                QuantileMethod::Portnoy => 1.0 - survival.extended().at(t).value().unwrap(),
                _ => 1.0 - (-hazard.extended().at(t).value().unwrap()).exp(),
            };
            let most = risk(1000.0);
            for tau in (1..1000).step_by(7).map(|k| f64::from(k) * step) {
                let slack = 3.0 * step;
                match model.quantile(&model.row(), tau).unwrap().value() {
                    Ok(t) => {
                        let t = t.round();
                        assert!(
                            risk(t) >= tau - slack && risk(t - 0.5) <= tau + slack,
                            "{method} {tau}: {t}"
                        );
                    }
                    Err(because) => {
                        assert_eq!(because, NotEstimable::NotReached { level: 1.0 - tau });
                        assert!(tau >= most - slack, "{method} {tau}: {most}");
                    }
                }
            }
        }
    }
}

/// With a factor alone each level has its own quantiles.
#[test]
fn levels_of_a_factor_have_their_own_quantiles() {
    let data = sample(5, 80);
    let arm: Vec<&str> = (0..80).map(|i| if i % 2 == 0 { "a" } else { "b" }).collect();
    let design = Design::builder().factor("arm", &Groups::new(&arm), "a").build().unwrap();
    for method in METHODS {
        let fit = QuantileRegression::new().method(method);
        let model = fit.fit(&data, &design).unwrap();
        for (level, parity) in [("a", 0), ("b", 1)] {
            let rows: Vec<usize> = (0..80).filter(|i| i % 2 == parity).collect();
            let time: Vec<f64> = rows.iter().map(|&i| data.time()[i]).collect();
            let event: Vec<bool> = rows.iter().map(|&i| data.event()[i]).collect();
            let alone = RightCensored::new(time, event).unwrap();
            let alone = fit.fit(&alone, &Design::without_covariates(40)).unwrap();
            for tau in [0.1, 0.25, 0.4, 0.5] {
                let own = alone.quantile(&alone.row(), tau).unwrap().value().unwrap();
                let found = model.quantile(&model.row().level("arm", level), tau).unwrap().value().unwrap();
                assert_relative_eq!(found, own, max_relative = 1e-9);
            }
        }
    }
}

/// Units of covariates and of time change nothing else; weights repeat rows.
#[test]
fn units_and_weights() {
    let (data, design) = read("veteran", 1.0, &["karno", "age"]);
    let frame = Frame::read("veteran");
    let other: Vec<f64> = frame.column("karno").iter().map(|k| 1e4 + k / 100.0).collect();
    let other =
        Design::builder().numeric("karno", &other).numeric("age", frame.column("age")).build().unwrap();
    let months: Vec<f64> = data.time().iter().map(|t| t / 30.0).collect();
    let months = RightCensored::new(months, data.event().to_vec()).unwrap();
    let weight: Vec<f64> = (0..137).map(|i| f64::from(1 + (i % 3) as u32)).collect();
    let rows: Vec<usize> = (0..137).flat_map(|i| vec![i; weight[i] as usize]).collect();
    let time: Vec<f64> = rows.iter().map(|&i| data.time()[i]).collect();
    let event: Vec<bool> = rows.iter().map(|&i| data.event()[i]).collect();
    let repeated = RightCensored::new(time, event).unwrap();
    let weighted = data.clone().with_weights(Weights::replication(&weight)).unwrap();
    for method in METHODS {
        // No τ at which a sum of weights makes a whole edge as good.
        let grid: Vec<f64> = (1..60).map(|k| f64::from(k) / 71.7).collect();
        let fit = QuantileRegression::new().method(method).grid(&grid);
        let model = fit.fit(&data, &design).unwrap();
        let scaled = fit.fit(&data, &other).unwrap();
        let by_month = fit.clone().scale(QuantileScale::Identity).fit(&months, &design).unwrap();
        let by_day = fit.clone().scale(QuantileScale::Identity).fit(&data, &design).unwrap();
        let short = fit.fit(&weighted, &design).unwrap();
        let long = fit.fit(&repeated, &design.select(&rows).unwrap()).unwrap();
        for tau in [0.1, 0.3, 0.5, 0.7] {
            assert_relative_eq!(at(&model, tau)[1], at(&scaled, tau)[1] / 100.0, max_relative = 1e-9);
            assert_relative_eq!(at(&by_day, tau)[1], 30.0 * at(&by_month, tau)[1], max_relative = 1e-9);
            near(&at(&short, tau), &at(&long, tau), 1e-7);
        }
    }
}

/// The same bits for a seed; about what R's bootstrap says; intervals and the table at another level.
#[test]
fn the_bootstrap_gives_errors() {
    let (data, design) = read("lung", 2.0, &["age", "sex"]);
    let grid = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.9, 0.97, 0.99];
    for method in METHODS {
        let fit = |seed| {
            let fit = QuantileRegression::new().method(method).grid(&grid).bootstrap(60, seed);
            fit.fit(&data, &design).unwrap()
        };
        let model = fit(3);
        assert_eq!(model, fit(3));
        assert_ne!(model, fit(4));
        let (a, b) = (model.coefficients(0.5).unwrap()[2], fit(4).coefficients(0.5).unwrap()[2]);
        let (a, b) = (a.std_error().unwrap(), b.std_error().unwrap());
        // A standard error of 60 samples is known to a tenth.
        assert!((a / b - 1.0).abs() < 0.6 && a > 0.08 && a < 0.35, "{a} {b}");
        let woman = model.quantile(&model.row().numeric("age", 60.0).numeric("sex", 2.0), 0.5).unwrap();
        assert!(woman.interval(0.95).unwrap().contains(400.0), "{woman}");
        let text = model.printed(0.9).unwrap().to_string();
        assert!(text.contains("90% CI") && text.contains("60 bootstrap samples"), "{text}");
        assert!(text.contains("0.5   sex"), "{text}");
    }
    let without = QuantileRegression::new().fit(&data, &design).unwrap();
    assert_eq!(without.coefficients(0.5).unwrap()[1].std_error(), Err(NotEstimable::TooFewSamples));
    // Clusters, and subjects behind weights.
    let clusters: Vec<usize> = (0..228).map(|i| i / 4).collect();
    let weights = vec![2.0; 228];
    let fit = QuantileRegression::new().grid(&grid).bootstrap(30, 1);
    let se = |data: &RightCensored| fit.fit(data, &design).unwrap().coefficients(0.5).unwrap()[2].std_error();
    assert!(se(&data.clone().with_clusters(&clusters).unwrap()).is_ok());
    let whole = se(&data.clone().with_weights(Weights::replication(&weights)).unwrap()).unwrap();
    let sampled = se(&data.clone().with_weights(Weights::sampling(&weights)).unwrap()).unwrap();
    // Twice as many subjects: 1/√2 of the error, known to a fifth.
    assert!(whole / sampled < 0.95, "{whole} {sampled}");
}

/// Nothing panics, and nothing goes on for ever.
#[test]
fn hostile_data_are_answered() {
    let none = |n| Design::without_covariates(n);
    for (method, scale) in METHODS.into_iter().flat_map(|m| SCALES.map(|s| (m, s))) {
        let fit = QuantileRegression::new().method(method).scale(scale).bootstrap(5, 1);
        let censored = RightCensored::new(&[1.0, 2.0, 3.0], &[false; 3]).unwrap();
        let model = fit.fit(&censored, &none(3)).unwrap();
        assert_eq!((model.end(), model.path().len()), (Some(0.01), 0));
        assert!(model.quantile(&model.row(), 0.5).unwrap().value().is_err());
        assert!(model.to_string().contains("not estimable from τ = 0.01 on"));
        for event in [[true], [false]] {
            let one = RightCensored::new(&[2.0], &event).unwrap();
            let model = fit.fit(&one, &none(1)).unwrap();
            assert_eq!(model.path().len() > 0, event[0]);
        }
        let tied = RightCensored::new(&[5.0; 40], &[true; 40]).unwrap();
        let model = fit.fit(&tied, &none(40)).unwrap();
        assert_relative_eq!(
            model.quantile(&model.row(), 0.5).unwrap().value().unwrap(),
            5.0,
            max_relative = 1e-9
        );
        // Events in one level only: the other has no quantiles, and so the model has none.
        let x = Design::builder().numeric("x", &[0., 1., 0., 1., 0., 1.]).build().unwrap();
        let half = RightCensored::new(&[1., 1.5, 2., 2.5, 3., 3.5], &[true, false, true, false, true, false])
            .unwrap();
        let model = fit.fit(&half, &x).unwrap();
        assert!(model.end().is_some());
        let huge = [1e300, 2e300, -1e300, 0.0, 5e299, 1.0];
        let huge = Design::builder().numeric("x", &huge).build().unwrap();
        assert!(fit.fit(&half, &huge).is_ok());
        let constant = Design::builder().numeric("x", &[3.0; 6]).build().unwrap();
        let refused = fit.fit(&half, &constant);
        assert!(matches!(refused, Err(Error::Model(ModelError::Collinear { .. }))));
        let random = &mut Random(9);
        for _ in 0..20 {
            let n = 1 + random.below(12);
            let time: Vec<f64> = (0..n).map(|_| (1 + random.below(4)) as f64).collect();
            let event: Vec<bool> = (0..n).map(|_| random.below(2) == 0).collect();
            let x: Vec<f64> = (0..n).map(|_| random.below(3) as f64).collect();
            let y: Vec<f64> = (0..n).map(|_| random.below(2) as f64).collect();
            let data = RightCensored::new(time, event).unwrap();
            let design = Design::builder().numeric("x", &x).numeric("y", &y).build().unwrap();
            if let Ok(model) = fit.fit(&data, &design) {
                assert!(model.path().all(|(_, b)| b.iter().all(|b| b.is_finite())));
                let _ = model.to_string();
            }
        }
    }
}

#[test]
fn what_is_refused_says_why() {
    let data = RightCensored::new(&[0.0, 2.0, 3.0], &[true; 3]).unwrap();
    let (fit, none) = (QuantileRegression::new(), Design::without_covariates(3));
    assert!(matches!(fit.fit(&data, &none), Err(Error::OutOfRange { argument: "a time", .. })));
    assert!(fit.clone().scale(QuantileScale::Identity).fit(&data, &none).is_ok());
    let data = RightCensored::new(&[1.0, 2.0, 3.0], &[true; 3]).unwrap();
    let entered = data.clone().with_entry(&[0.5; 3]).unwrap();
    assert!(matches!(fit.fit(&entered, &none), Err(Error::Unsupported { .. })));
    let strata = data.clone().with_strata(Groups::new(&["a", "b", "a"])).unwrap();
    assert!(matches!(fit.fit(&strata, &none), Err(Error::Unsupported { .. })));
    for grid in [&[0.0, 0.5][..], &[0.5, 1.0], &[f64::NAN]] {
        assert!(matches!(fit.clone().grid(grid).fit(&data, &none), Err(Error::OutOfRange { .. })));
    }
    assert!(matches!(fit.clone().grid(&[0.5, 0.5]).fit(&data, &none), Err(Error::NotMonotone { .. })));
    assert!(matches!(fit.clone().grid(&[]).fit(&data, &none), Err(Error::Empty { .. })));
    assert!(fit.clone().bootstrap(1, 0).fit(&data, &none).is_err());
    assert!(fit.clone().bootstrap(usize::MAX, 0).fit(&data, &none).is_err());
    let model = fit.fit(&data, &none).unwrap();
    for tau in [0.0, 0.005, 0.995, 1.0, f64::NAN] {
        assert!(matches!(model.coefficients(tau), Err(Error::OutOfRange { argument: "tau", .. })));
    }
}
