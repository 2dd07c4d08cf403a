//! Aalen's additive hazards of rows that enter late, with ties and weights, against R's `survival::aareg`.

use approx::assert_relative_eq;
use greenwood::survival::regression::{AdditiveHazards, AdditiveModel};
use greenwood::survival::{Design, RightCensored, Weights};

use crate::common::Frame;

/// The Stanford heart transplants: who is transplanted leaves and enters again, many at one time.
fn heart() -> (RightCensored<'static>, Design<'static>) {
    let frame = Frame::read("heart");
    let event: Vec<bool> = frame.column("event").iter().map(|e| *e == 1.0).collect();
    let data = RightCensored::new(frame.column("stop").to_vec(), event).unwrap();
    let data = data.with_entry(frame.column("start").to_vec()).unwrap();
    let design = Design::builder()
        .numeric("age", frame.column("age"))
        .numeric("surgery", frame.column("surgery"))
        .build()
        .unwrap();
    (data, design)
}

fn alike(model: &AdditiveModel, expected: &[(f64, [f64; 3])]) {
    for (time, expected) in expected {
        for (estimate, expected) in model.at(*time).unwrap().iter().zip(expected) {
            assert_relative_eq!(estimate.value().unwrap(), *expected, max_relative = 1e-9);
        }
    }
}

/// R 4.2.2, survival 3.5-3: aareg(Surv(start, stop, event) ~ age + surgery, heart, nmin = 4).
#[test]
fn late_entries_are_those_of_aareg() {
    let (data, design) = heart();
    let model = AdditiveHazards::new().min_at_risk(4).fit(&data, &design).unwrap();
    assert_eq!((model.times().len(), model.times().last()), (62, Some(&1387.0)));
    alike(
        &model,
        &[
            (5.0, [0.090243762715181947, 0.002549758337702586, 0.045467462670473698]),
            (39.0, [0.367414976719366126, 0.004533492811798971, -0.226488665280072554]),
            (100.0, [0.9253039092496587, 0.0255127222141435, -0.6753325480390505]),
            (285.0, [1.21802627937029539, 0.01690983369057551, -0.81062711325222980]),
            (400.0, [1.3746312289410516, 0.0220537436617638, -0.8578089549195718]),
        ],
    );
}

/// The same with weights = 1 + (row number modulo 3).
#[test]
fn weights_with_late_entries_are_those_of_aareg() {
    let (data, design) = heart();
    let weights: Vec<f64> = (1..=data.len()).map(|i| 1.0 + (i % 3) as f64).collect();
    let expected = [
        (5.0, [0.079031478380859915, 0.001648390296368772, 0.034098285921218580]),
        (39.0, [0.353134667209319741, 0.004354563023021552, -0.233899879868395277]),
        (100.0, [0.94965489155337079, 0.03050471182400414, -0.71609778482882447]),
        (285.0, [1.34097475780072051, 0.03184028750197108, -0.89495985073222639]),
        (400.0, [1.54370070019648864, 0.03908153102620208, -0.98679369403911699]),
    ];
    for weights in [Weights::sampling(weights.clone()), Weights::replication(weights)] {
        let (data, _) = heart();
        let data = data.with_weights(weights).unwrap();
        alike(&AdditiveHazards::new().min_at_risk(4).fit(&data, &design).unwrap(), &expected);
    }
}
