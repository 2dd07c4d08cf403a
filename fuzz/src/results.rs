//! Stored results: each is read back from mutated JSON and prints itself, which asks it for estimates, errors and limits.

use greenwood::survival::contrast::WinStatistics;
use greenwood::survival::curve::{
    Actuarial, CumulativeIncidence, LifeTable, SmoothedHazard, SmoothedHazardCurve, StepFunction,
    SurvivalBand, TimeLost, TurnbullCurve,
};
use greenwood::survival::log_rank::{
    GrayTest, IntervalLogRank, IntervalLogRankTest, MaxComboTest, PairwiseLogRank, PairwiseTest, PepeMori,
    PepeMoriTest, Renyi, RenyiTest,
};
use greenwood::survival::multi_state::{
    MarkovTest, MarkovTestResult, Occupation, StateOccupation, TransitionMatrix, TransitionProbability,
};
use greenwood::survival::permutation::ExactTest;
use greenwood::survival::prediction::{
    Brier, BrierCurve, Calibration, CalibrationTable, ConcordanceEstimate, RocCurve, TimeRoc,
};
use greenwood::survival::recurrent::{MeanTest, MeanTestResult, RecurrentEvents};
use greenwood::survival::regression::{
    AdditiveHazards, AdditiveModel, Family, FineGrayModel, Frailty, FrailtyModel, MultiStateCox,
    MultiStateCoxModel, ParametricModel, PredictedCurve,
};
use greenwood::survival::{
    AalenJohansen, Band, CompetingRisks, Concordance, Design, ExactLogRank, FineGray, Gray, Histories,
    IntervalCensored, MaxCombo, Parametric, Turnbull, WinRatio,
};

use crate::{Stored, arms, cox, curve, data, design, json, stored};

const RISK: [f64; 10] = [0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.9, 0.8, 0.55, 0.45];

fn competing() -> CompetingRisks<'static> {
    let cause = ["a", "b", "a", "", "b", "", "a", "a", "b", "a"].map(|c| (!c.is_empty()).then_some(c));
    CompetingRisks::new(vec![6.0, 7.0, 10.0, 15.0, 19.0, 25.0, 3.0, 4.0, 8.0, 11.0], &cause)
        .expect("ten outcomes")
}

fn visits() -> IntervalCensored<'static> {
    let infinite = f64::INFINITY;
    IntervalCensored::new(
        vec![0.0, 1.0, 2.0, 4.0, 5.0, 6.0, 0.0, 3.0, 1.0, 2.0],
        vec![2.0, 3.0, 4.0, 6.0, infinite, infinite, 3.0, 7.0, 5.0, infinite],
    )
    .expect("ten intervals")
}

fn histories() -> Histories {
    let ids = ["a", "a", "b", "c", "c", "d", "e", "e", "f", "g"];
    let start = [0.0, 2.0, 0.0, 0.0, 3.0, 0.0, 0.0, 1.0, 0.0, 0.0];
    let stop = [2.0, 5.0, 6.0, 3.0, 7.0, 4.0, 1.0, 8.0, 2.0, 9.0];
    let to = ["ill", "dead", "", "ill", "", "dead", "ill", "dead", "dead", ""];
    let to = to.map(|s| (!s.is_empty()).then_some(s));
    Histories::among(&["well", "ill", "dead"]).rows(&ids, &start, &stop, &to).expect("ten rows")
}

fn of_histories() -> MultiStateCoxModel {
    let age = [61.0, 61.0, 50.0, 48.0, 48.0, 70.0, 58.0, 58.0, 66.0, 55.0];
    let design = Design::builder().numeric("age", &age).build().expect("an age");
    MultiStateCox::new().on(&[("well", "ill")], &["age"]).fit(&histories(), &design).expect("a model")
}

fn recurrent() -> RecurrentEvents {
    let ids = [1, 1, 1, 2, 2, 3, 4, 4, 5, 6];
    let start = [0.0, 2.0, 4.0, 0.0, 3.0, 0.0, 0.0, 5.0, 0.0, 0.0];
    let stop = [2.0, 4.0, 9.0, 3.0, 8.0, 9.0, 5.0, 9.0, 8.0, 7.0];
    let event = [true, true, false, true, false, true, true, false, false, false];
    RecurrentEvents::new(&ids, &start, &stop, &event).expect("six subjects")
}

fn shared() -> FrailtyModel {
    let clustered = data().with_clusters(&[1, 1, 2, 2, 3, 3, 4, 4, 5, 5]).expect("five clusters");
    Frailty::gamma().fit(&clustered, &design()).expect("a model")
}

fn wins() -> WinStatistics {
    WinRatio::new().endpoint("death", &data()).estimate(&arms(), "new", "old").expect("two groups")
}

macro_rules! printed {
    ($($type:ty: $example:expr;)*) => {
        /// Types that print themselves, with an example of each.
        pub const RESULTS: &[Stored] = &[$(Stored {
            name: stringify!($type),
            example: || json(&$example),
            read: |bytes| {
                stored::<$type>(bytes, |value| {
                    let _ = value.to_string();
                });
            },
        }),*];
    };
}

printed! {
    AdditiveModel: AdditiveHazards::new().fit(&data(), &design()).expect("a model");
    BrierCurve: Brier::new().over_time(&data(), &[RISK.to_vec(), RISK.to_vec()], &[5.0, 9.0]).expect("two times");
    CalibrationTable: Calibration::new().groups(2).estimate(&data(), &RISK, 9.0).expect("two groups");
    ConcordanceEstimate: Concordance::new().estimate(&data(), &RISK).expect("ten scores");
    CumulativeIncidence: AalenJohansen::new().fit(&competing()).expect("two causes");
    ExactTest: ExactLogRank::new().test(&data(), &arms()).expect("two groups");
    GrayTest: Gray::new("a").test(&competing(), &arms()).expect("two groups");
    IntervalLogRankTest: IntervalLogRank::default().test(&visits(), &arms()).expect("two groups");
    LifeTable: Actuarial::fit(&data(), &[0.0, 5.0, 10.0, 30.0]).expect("three intervals");
    MarkovTestResult: MarkovTest::new("ill", "dead").at(&[1.5]).replicates(20).test(&histories()).expect("a landmark");
    MaxComboTest: MaxCombo::new().test(&data(), &arms()).expect("two groups");
    MeanTestResult: MeanTest::test(&recurrent(), &arms()).expect("two groups");
    MultiStateCoxModel: of_histories();
    PairwiseTest: PairwiseLogRank::new().test(&data(), &arms()).expect("a pair");
    ParametricModel: Parametric::new(Family::Weibull).fit(&data(), &design()).expect("a model");
    PepeMoriTest: PepeMori::new("a").test(&competing(), &arms()).expect("two groups");
    PredictedCurve: cox().with(&data(), &design()).and_then(|f| f.baseline()?.at_zero()).expect("a curve");
    RenyiTest: Renyi::new().test(&data(), &arms()).expect("two groups");
    RocCurve: TimeRoc::new().estimate(&data(), &RISK, 9.0).expect("a time");
    SmoothedHazardCurve: SmoothedHazard::new().fit(&data()).expect("a hazard");
    StateOccupation: Occupation::new().fit(&histories()).expect("three states");
    StepFunction: StepFunction::survival(&[1.0, 2.0], &[0.8, 0.5], &[0.05, 0.3], 3.0).expect("two steps");
    SurvivalBand: Band::equal_precision().fit(&curve()).expect("a band");
    TimeLost: AalenJohansen::new().fit(&competing()).and_then(|i| i.of("a")?.time_lost(9.0)).expect("a horizon");
    TransitionMatrix: TransitionProbability::new(0.0).estimate(&histories(), &[4.0]).expect("a time").remove(0);
    TurnbullCurve: Turnbull::fit(&visits());
    WinStatistics: wins();
}

/// A model that has no print of its own: its coefficients are asked for.
pub const MODELS: &[Stored] = &[
    Stored {
        name: "FineGrayModel",
        example: || json(&FineGray::new("a").fit(&competing(), &design()).expect("a model")),
        read: |bytes| {
            stored::<FineGrayModel>(bytes, |model| {
                let _ = (model.coefficients().len(), model.terms().len());
            });
        },
    },
    Stored {
        name: "FrailtyModel",
        example: || json(&shared()),
        read: |bytes| {
            stored::<FrailtyModel>(bytes, |model| {
                let _ = (model.theta(), model.frailties().len(), model.terms().len());
            });
        },
    },
];
