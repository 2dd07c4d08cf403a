//! The weighted log-rank family against R, the trial's published figures and the definitions.

use crate::common::{Case, Frame, Report, cases, number, numbers};
use approx::assert_relative_eq;
use greenwood::Error;
use greenwood::survival::log_rank::{
    Adjustment, LogRankTest, OneSampleLogRank, OneSampleVariance, PairwiseLogRank, Renyi,
};
use greenwood::survival::{
    Alternative, Groups, LogRank, MaxCombo, RightCensored, Weight, WeightedLogRank, Weights,
};
use proptest::prelude::*;

const TOLERANCE: f64 = 1e-9;

fn prepared(case: &Case) -> (RightCensored<'static>, Option<Groups>) {
    let frame = case.frame();
    let mut data = case.right_censored(&frame).unwrap();
    if let Some(strata) = case.groups(&frame, "strata") {
        data = data.with_strata(strata).unwrap();
    }
    (data, case.groups(&frame, "group"))
}

fn weight(case: &Case) -> Weight {
    let parameter = |name: &str| case.inputs.get(name).map_or(0.0, number);
    match case.text("weight") {
        Some("logrank") => Weight::LogRank,
        Some("gehan") => Weight::GehanBreslow,
        Some("tarone-ware") => Weight::TaroneWare,
        Some("peto") => Weight::PetoPeto,
        Some("modified-peto") => Weight::ModifiedPetoPeto,
        Some("fh") | None => Weight::fleming_harrington(parameter("rho"), parameter("gamma")),
        Some(other) => panic!("{other}"),
    }
}

fn check(report: &mut Report, case: &Case, test: &LogRankTest) {
    let out = &case.output;
    let what = |c: &str| format!("{} {c}", case.name);
    for (column, total) in [("observed", test.observed()), ("expected", test.expected())] {
        if out[column][0].is_array() {
            for (g, row) in out[column].as_array().unwrap().iter().enumerate() {
                let strata = test.strata().iter();
                let got: Vec<f64> = strata
                    .map(|s| if column == "observed" { s.observed()[g] } else { s.expected()[g] })
                    .collect();
                report.all_close(&what(column), &got, &numbers(row), TOLERANCE);
            }
        } else {
            report.all_close(&what(column), total, &numbers(&out[column]), TOLERANCE);
        }
    }
    let variance: Vec<f64> = out["var"].as_array().unwrap().iter().flat_map(numbers).collect();
    report.all_close(&what("var"), test.variance().as_slice().unwrap(), &variance, TOLERANCE);
    report.close(&what("chisq"), test.statistic(), number(&out["chisq"]), TOLERANCE);
    report.close(&what("df"), test.df() as f64, number(&out["df"]), 0.0);
    report.close(&what("p"), test.p_value().unwrap(), number(&out["p_value"]), TOLERANCE);
    if let Some(z) = out.get("z_first_group") {
        report.close(&what("z"), test.z().unwrap(), number(z), TOLERANCE);
    }
    if let Some(expected) = out.get("trend") {
        let trend = test.trend(&numbers(&expected["scores"])).unwrap();
        report.close(&what("trend z"), trend.z().unwrap(), number(&expected["z"]), TOLERANCE);
        report.close(&what("trend p"), trend.p_value().unwrap(), number(&expected["p_value"]), TOLERANCE);
        report.close(&what("trend chisq"), trend.statistic(), number(&expected["chisq"]), TOLERANCE);
        // By symmetry: half of R's two-sided value in the direction of z, the rest in the other.
        let half = number(&expected["p_value"]) / 2.0;
        let rises = if number(&expected["z"]) > 0.0 { half } else { 1.0 - half };
        for (alternative, p) in [(Alternative::FirstLower, rises), (Alternative::FirstHigher, 1.0 - rises)] {
            report.close(
                &what("trend one-sided"),
                trend.one_sided_p_value(alternative).unwrap(),
                p,
                TOLERANCE,
            );
        }
        report.close(&what("trend df"), trend.df() as f64, 1.0, 0.0);
    }
}

/// R's `survdiff` with and without rho, and the weighted family written out in R (definition in the reference).
#[test]
fn weighted_tests_are_those_of_r() {
    let mut report = Report::default();
    for case in cases("logrank") {
        if !matches!(case.kind.as_str(), "survdiff" | "weighted_logrank") {
            continue;
        }
        report.cases += 1;
        let (data, groups) = prepared(&case);
        let test = WeightedLogRank::new(weight(&case)).test(&data, &groups.unwrap()).unwrap();
        check(&mut report, &case, &test);
    }
    report.finish("weighted log-rank");
}

#[test]
fn pairwise_tests_are_those_of_r() {
    let mut report = Report::default();
    for case in cases("logrank").iter().filter(|c| c.kind == "pairwise_logrank") {
        report.cases += 1;
        let (data, groups) = prepared(case);
        for (column, adjustment) in [
            ("p_value", Adjustment::Unadjusted),
            ("p_holm", Adjustment::Holm),
            ("p_hochberg", Adjustment::Hochberg),
            ("p_bh", Adjustment::BenjaminiHochberg),
            ("p_bonferroni", Adjustment::Bonferroni),
        ] {
            let test =
                PairwiseLogRank::new().adjustment(adjustment).test(&data, groups.as_ref().unwrap()).unwrap();
            let got: Vec<f64> = test.comparisons().iter().map(|c| c.adjusted_p_value().unwrap()).collect();
            report.all_close(&case.name, &got, &numbers(&case.output[column]), TOLERANCE);
            let chisq: Vec<f64> = test.comparisons().iter().map(|c| c.test().statistic()).collect();
            report.all_close(&case.name, &chisq, &numbers(&case.output["chisq"]), TOLERANCE);
        }
    }
    report.finish("pairwise");
}

#[test]
fn the_one_sample_test_is_that_of_r() {
    let mut report = Report::default();
    for case in cases("logrank").iter().filter(|c| c.kind == "one_sample_logrank") {
        report.cases += 1;
        assert_eq!(case.text("expected_survival"), Some("exp(-0.002*time)"));
        let (data, _) = prepared(case);
        let test = OneSampleLogRank::new().test(&data, |t| 0.002 * t).unwrap();
        for (name, got) in [
            ("observed", test.observed()),
            ("expected", test.expected()),
            ("var", test.variance()),
            ("chisq", test.statistic()),
            ("p_value", test.p_value().unwrap()),
        ] {
            report.close(&format!("{} {name}", case.name), got, number(&case.output[name]), TOLERANCE);
        }
        assert_relative_eq!(
            test.one_sided_p_value(Alternative::FirstHigher).unwrap()
                + test.one_sided_p_value(Alternative::FirstLower).unwrap(),
            1.0,
            max_relative = 1e-12
        );
        let wu =
            OneSampleLogRank::new().variance(OneSampleVariance::Mean).test(&data, |t| 0.002 * t).unwrap();
        assert_relative_eq!(wu.z().unwrap(), (165.0 - 139.186) / 152.093_f64.sqrt(), max_relative = 1e-12);
        assert_relative_eq!(test.ratio().unwrap(), 165.0 / 139.186, max_relative = 1e-12);
    }
    report.finish("one sample");
}

/// Nine against nine: the failures of the published trial (order reconstructed, times illustrative).
fn saa() -> (RightCensored<'static>, Groups) {
    let time = vec![
        2., 4., 6., 10., 12., 15., 48., 53., 60., // MSC
        8., 20., 30., 40., 45., 48., 51., 56., 60., // control
    ];
    let event = [1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0].map(|d| d == 1).to_vec();
    let codes: Vec<usize> = (0..18).map(|i| i / 9).collect();
    let arms = Groups::from_codes(&codes, &["MSC", "control"]).unwrap();
    (RightCensored::new(time, event).unwrap(), arms)
}

fn freireich() -> (RightCensored<'static>, Groups) {
    let time = vec![
        6., 6., 6., 6., 7., 9., 10., 10., 11., 13., 16., 17., 19., 20., 22., 23., 25., 32., 32., 34., 35.,
        1., 1., 2., 2., 3., 4., 4., 5., 5., 8., 8., 8., 8., 11., 11., 12., 12., 15., 17., 22., 23.,
    ];
    let mut event = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(|d| d == 1).to_vec();
    event.extend([true; 21]);
    let codes: Vec<usize> = (0..42).map(|i| i / 21).collect();
    (RightCensored::new(time, event).unwrap(), Groups::from_codes(&codes, &["6-MP", "placebo"]).unwrap())
}

/// R package nph, `logrank.maxtest`: six digits are printed, p to five.
#[test]
fn max_combo_agrees_with_nph() {
    let (data, arms) = saa();
    let test = MaxCombo::new().test(&data, &arms).unwrap();
    let close =
        |got: f64, expected: f64, digits: f64| assert!((got - expected).abs() < digits, "{got} {expected}");
    for (got, expected) in test.scores().iter().zip([1.943253, 0.203669, 1.739583, 0.183847]) {
        close(*got, expected, 5.1e-7);
    }
    for (a, v) in [1.848247, 0.102653, 1.232567, 0.047784].into_iter().enumerate() {
        close(test.covariance(a, a).unwrap(), v, 5.1e-7);
    }
    for (got, expected) in test.z().into_iter().zip([1.429385, 0.635681, 1.566896, 0.841035]) {
        close(got.unwrap(), expected, 5.1e-7);
    }
    for (a, b, r) in [
        (0, 1, 0.824575),
        (0, 2, 0.986581),
        (0, 3, 0.863154),
        (1, 2, 0.721140),
        (1, 3, 0.991985),
        (2, 3, 0.770695),
    ] {
        close(test.correlation(a, b).unwrap(), r, 5.1e-7);
    }
    // nph prints .19105, from random points to 1e-3; mvtnorm 1.1-3 with 5·10⁷ points gives .19098688 ± 4e-8.
    close(test.p_value().unwrap(), 0.19098688, 5e-8);
    assert!(test.p_value_error() < 1e-8, "{}", test.p_value_error());
    assert_eq!(test.largest(), Some(2));
    let three = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0)].map(|(r, g)| Weight::fleming_harrington(r, g));
    let test = MaxCombo::new().weights(three).test(&data, &arms).unwrap();
    // mvtnorm: .1863962910573 ± 8e-10 (nph .18640).
    close(test.p_value().unwrap(), 0.1863962910573398, 1e-9);
    // One weight alone is its own test.
    let one = MaxCombo::new().weights([Weight::LogRank]).test(&data, &arms).unwrap();
    let plain = LogRank::test(&data, &arms).unwrap();
    assert_relative_eq!(one.p_value().unwrap(), plain.p_value().unwrap(), max_relative = 1e-9);
    for side in [Alternative::FirstHigher, Alternative::FirstLower] {
        assert_relative_eq!(
            one.one_sided_p_value(side).unwrap(),
            plain.one_sided_p_value(side).unwrap(),
            max_relative = 1e-9
        );
    }

    let (data, arms) = freireich();
    let test = MaxCombo::new().test(&data, &arms).unwrap();
    for (got, expected) in test.z().into_iter().zip([-4.097919, -3.612264, -3.802256, -3.569523]) {
        close(got.unwrap(), expected, 5.1e-7);
    }
    // mvtnorm 1.1-3, three runs of 5·10⁷ points: 1.0974e-4, 1.0986e-4, 1.0991e-4, each ± 3e-7.
    close(test.p_value().unwrap(), 1.0985e-4, 2e-7);
}

/// Both sets of weights span the same three dimensions (S + (1 − S) = 1), so the matrix is singular: the largest of the
/// statistics is integrated all the same, strata and one-sided p-values included.
#[test]
fn max_combo_holds_where_weights_determine_each_other() {
    let (data, arms) = saa();
    let doubled = MaxCombo::new().weights([Weight::LogRank, Weight::fleming_harrington(0.0, 0.0)]);
    let plain = LogRank::test(&data, &arms).unwrap();
    let p = doubled.test(&data, &arms).unwrap().p_value().unwrap();
    assert_relative_eq!(p, plain.p_value().unwrap(), max_relative = 1e-9);

    let frame = Frame::read("lung");
    let sex = codes(&frame, "sex");
    let lung = of(&frame, "time", "status", 2.0);
    let ecog: Vec<i64> =
        frame.column("ph_ecog").iter().map(|x| if x.is_nan() { -1 } else { *x as i64 }).collect();
    let stratified =
        MaxCombo::new().test(&lung.clone().with_strata(Groups::new(&ecog)).unwrap(), &sex).unwrap();
    let members = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)];
    for (z, (rho, gamma)) in stratified.z().into_iter().zip(members) {
        let alone = LogRank::weighted(Weight::fleming_harrington(rho, gamma))
            .test(&lung.clone().with_strata(Groups::new(&ecog)).unwrap(), &sex)
            .unwrap();
        assert_relative_eq!(z.unwrap(), alone.z().unwrap(), max_relative = 1e-12);
    }
    let smallest = stratified.z().into_iter().flatten().map(two_sided).fold(1.0, f64::min);
    let p = stratified.p_value().unwrap();
    assert!(p > smallest && p < 4.0 * smallest);
    let robust =
        MaxCombo::new().test(&lung.with_clusters(&(0..228).collect::<Vec<_>>()).unwrap(), &sex).unwrap();
    assert!(
        (robust.statistic().unwrap()
            - MaxCombo::new().test(&of(&frame, "time", "status", 2.0), &sex).unwrap().statistic().unwrap())
        .abs()
            < 0.3
    );
}

fn two_sided(z: f64) -> f64 {
    use statrs::distribution::{ContinuousCDF, Normal};
    2.0 * Normal::standard().cdf(-z.abs())
}

fn codes(frame: &Frame, column: &str) -> Groups {
    Groups::new(&frame.column(column).iter().map(|x| *x as i64).collect::<Vec<_>>()).sorted()
}

fn of(frame: &Frame, time: &str, status: &str, event: f64) -> RightCensored<'static> {
    let events: Vec<bool> = frame.column(status).iter().map(|&s| s == event).collect();
    RightCensored::new(frame.column(time).to_vec(), events).unwrap()
}

/// R 4.2.2, survMisc 0.5.6: `comp(ten(Surv(time, status) ~ group), p = c(1, 0), q = c(1, 1))`, its supremum tests:
/// largest distance, variance, p.
#[test]
fn supremum_tests_are_those_of_survmisc() {
    let weights = [
        Weight::LogRank,
        Weight::GehanBreslow,
        Weight::TaroneWare,
        Weight::PetoPeto,
        Weight::ModifiedPetoPeto,
        Weight::fleming_harrington(1.0, 1.0),
        Weight::fleming_harrington(0.0, 1.0),
    ];
    let lung = [
        [22.094989745608004, 40.42800403993591, 0.0010217723726765326],
        [3175.0, 795286.3234480279, 0.0007409696109923480],
        [255.065637653858772, 4952.673997983127, 0.0005793416438536481],
        [14.917243387035866, 16.99219254015670, 0.0005919581666756768],
        [14.802212729819237, 16.75423245589103, 0.0005976895364109280],
        [3.497219448799934, 1.421073584603900, 0.0066991158750201452],
        [7.056256779040606, 9.117490700044083, 0.0388906810280914561],
    ];
    let ovarian = [
        [2.7177931488801055, 2.936196129483156, 0.2254404418032190],
        [65.0, 1154.0, 0.1113884318275776],
        [13.2854203401764099, 56.32887495709746, 0.1534045120895385],
        [2.4074074074074079, 1.716202816239968, 0.1322248164933617],
        [2.3108012763165746, 1.555099287384501, 0.1277547338670142],
        [0.1923076923076922, 0.08447164647450268, 0.9239487166295497],
        [0.2518865178583848, 0.1958541511686004, 0.9717524638246750],
    ];
    let frames = [Frame::read("lung"), Frame::read("ovarian")];
    let sets = [
        (of(&frames[0], "time", "status", 2.0), codes(&frames[0], "sex"), lung),
        (of(&frames[1], "futime", "fustat", 1.0), codes(&frames[1], "rx"), ovarian),
    ];
    for (data, groups, expected) in sets {
        for (weight, [largest, variance, p]) in weights.iter().zip(expected) {
            let test = Renyi::new().weight(weight.clone()).test(&data, &groups).unwrap();
            assert_relative_eq!(test.largest(), largest, max_relative = 1e-9);
            // With tied events survMisc's variance is not that of survdiff (40.428 against 40.371 in lung), which is
            // ours: there its p-values hold to a few per cent only.
            let ties = data.len() == 228;
            assert_relative_eq!(test.variance(), variance, max_relative = if ties { 3e-3 } else { 1e-9 });
            assert_relative_eq!(test.p_value().unwrap(), p, max_relative = if ties { 3e-2 } else { 1e-9 });
            let end = LogRank::weighted(weight.clone()).test(&data, &groups).unwrap();
            assert_relative_eq!(test.variance(), end.covariance(0, 0).unwrap(), max_relative = 1e-12);
            assert_relative_eq!(test.at_end().unwrap(), end.z().unwrap(), max_relative = 1e-12);
        }
    }
}

/// The sandwich written out subject by subject in R 4.2.2 from its definition (the unweighted value is that of
/// `coxph(..., ties = "breslow", iter = 0)$rscore`, 6.830111217039364).
#[test]
fn robust_variances_carry_the_weight_of_the_times() {
    let lung = Frame::read("lung");
    let lung = lung.keep(&lung.column("inst").iter().map(|x| !x.is_nan()).collect::<Vec<_>>());
    let ids = |f: &Frame, c: &str| f.column(c).iter().map(|&x| x as i64).collect::<Vec<_>>();
    let data = of(&lung, "time", "status", 2.0).with_clusters(&ids(&lung, "inst")).unwrap();
    let test =
        LogRank::weighted(Weight::fleming_harrington(1.0, 0.5)).test(&data, &codes(&lung, "sex")).unwrap();
    assert!(test.is_robust());
    assert_relative_eq!(test.observed()[0] - test.expected()[0], 6.277534981789110, max_relative = 1e-9);
    assert_relative_eq!(test.covariance(0, 1).unwrap(), -6.571563935614195, max_relative = 1e-9);
    assert_relative_eq!(test.statistic(), 5.996661652185976, max_relative = 1e-9);

    let veteran = Frame::read("veteran");
    let weighted = of(&veteran, "time", "status", 1.0)
        .with_weights(Weights::sampling(veteran.column("w").to_vec()))
        .unwrap();
    let test = LogRank::weighted(Weight::TaroneWare).test(&weighted, &codes(&veteran, "celltype")).unwrap();
    assert_relative_eq!(test.statistic(), 32.92618847154988, max_relative = 1e-9);
    let stratified = weighted.with_strata(codes(&veteran, "celltype")).unwrap();
    let test = LogRank::weighted(Weight::fleming_harrington(1.0, 0.0))
        .test(&stratified, &codes(&veteran, "trt"))
        .unwrap();
    assert_relative_eq!(test.statistic(), 0.5026506918867011, max_relative = 1e-9);

    let heart = Frame::read("heart");
    let late = of(&heart, "stop", "event", 1.0)
        .with_entry(heart.column("start").to_vec())
        .unwrap()
        .with_clusters(&ids(&heart, "id"))
        .unwrap();
    let test = LogRank::weighted(Weight::GehanBreslow).test(&late, &codes(&heart, "transplant")).unwrap();
    assert_relative_eq!(test.statistic(), 0.2226669389071832, max_relative = 1e-9);
}

/// Weights that say the same in other words.
#[test]
fn weights_agree_with_their_definitions() {
    let (data, arms) = freireich();
    let z = |weight: Weight| LogRank::weighted(weight).test(&data, &arms).unwrap().z().unwrap();
    let own = |f: &(dyn Fn(greenwood::survival::log_rank::PooledEventTime) -> f64 + Sync)| {
        WeightedLogRank::with_function("own", f).test(&data, &arms).unwrap().z().unwrap()
    };
    // The pooled curve is above a half until week 12 exclusive, so 1/max(S(t−), 1/2) is held at 2 from there.
    assert_relative_eq!(
        z(Weight::ModestlyWeighted { survival: 0.5 }),
        own(&|t| 1.0 / t.survival_before.max(0.5)),
        max_relative = 1e-12
    );
    // Magirr & Burman: with t* the weight is held at 1/S(t*).
    let at_10 = greenwood::survival::KaplanMeier::fit(&data).at(10.0).value().unwrap();
    assert_relative_eq!(
        z(Weight::ModestlyWeightedFrom { time: 10.0 }),
        own(&|t| 1.0 / t.survival_before.max(at_10)),
        max_relative = 1e-12
    );
    assert_relative_eq!(
        z(Weight::ModestlyWeightedFrom { time: 0.0 }),
        z(Weight::LogRank),
        max_relative = 1e-12
    );
    assert_relative_eq!(
        z(Weight::ModestlyWeighted { survival: 1.0 }),
        z(Weight::LogRank),
        max_relative = 1e-12
    );
    assert_relative_eq!(
        z(Weight::early_zero(6.0)),
        own(&|t| if t.time < 6.0 { 0.0 } else { 1.0 }),
        max_relative = 1e-12
    );
    assert_relative_eq!(
        z(Weight::Piecewise { cuts: vec![5.0, 12.0], weights: vec![0.5, 1.0, 2.0] }),
        own(&|t| if t.time < 5.0 {
            0.5
        } else if t.time < 12.0 {
            1.0
        } else {
            2.0
        }),
        max_relative = 1e-12
    );
    assert_relative_eq!(
        z(Weight::fleming_harrington(0.3, 1.7)),
        own(&|t| t.survival_before.powf(0.3) * (1.0 - t.survival_before).powf(1.7)),
        max_relative = 1e-12
    );
}

#[test]
fn errors_say_what_to_mend() {
    let (data, arms) = saa();
    let message = |weight: Weight| LogRank::weighted(weight).test(&data, &arms).unwrap_err().to_string();
    assert_eq!(
        message(Weight::fleming_harrington(0.0, -1.0)),
        "gamma is -1: it must be finite and at least 0"
    );
    assert_eq!(message(Weight::fleming_harrington(f64::NAN, 0.0)), "rho is NaN: it must be a finite number");
    assert_eq!(
        message(Weight::ModestlyWeighted { survival: 0.0 }),
        "s* is 0: it must be above 0 and at most 1"
    );
    assert_eq!(message(Weight::ModestlyWeightedFrom { time: -1.0 }), "t* is -1: it must be at least 0");
    assert_eq!(
        message(Weight::Piecewise { cuts: vec![2.0], weights: vec![1.0] }),
        "1 cuts make 2 periods, but there are 1 weights: give one weight per period"
    );
    assert_eq!(
        message(Weight::Piecewise { cuts: vec![2.0, 1.0], weights: vec![1.0; 3] }),
        "cuts is 1: it must be increasing"
    );
    assert_eq!(
        message(Weight::Piecewise { cuts: vec![2.0], weights: vec![1.0, f64::NAN] }),
        "weights of the periods is NaN: it must be finite"
    );
    assert_eq!(
        WeightedLogRank::with_function("one over", &|t| 1.0 / (t.time - 6.0))
            .test(&data, &arms)
            .unwrap_err()
            .to_string(),
        "the weight function \"one over\" is inf at time 6: it must be finite at every event time"
    );
    let three = Groups::from_codes(&[0; 18], &["a", "b", "c"]).unwrap();
    assert_eq!(
        MaxCombo::new().test(&data, &three).unwrap_err().to_string(),
        "MaxCombo compares 2 groups, but there are 3: choose two of them, or use `WeightedLogRank` for all of them"
    );
    assert!(matches!(Renyi::new().test(&data, &three), Err(Error::NotTwoGroups { found: 3, .. })));
    assert_eq!(
        MaxCombo::new().weights([]).test(&data, &arms).unwrap_err(),
        Error::Empty { argument: "weights" }
    );
    let clustered = data.clone().with_clusters(&[1; 18]).unwrap();
    assert_eq!(
        Renyi::new().test(&clustered, &arms).unwrap_err().to_string(),
        "the Renyi test is not available with sampling weights or clusters: use `WeightedLogRank`, whose variance is \
         robust"
    );
    assert!(matches!(OneSampleLogRank::new().test(&clustered, |t| t), Err(Error::Unsupported { .. })));
    assert_eq!(
        OneSampleLogRank::new().test(&data, |t| -t).unwrap_err().to_string(),
        "the expected number of events is -2: it must be finite and at least 0, for every subject"
    );
    let test = LogRank::test(&data, &arms).unwrap();
    assert_eq!(
        test.trend(&[1.0]).unwrap_err().to_string(),
        "scores has 1 values, but groups has 2: the two must be equal in number"
    );
    assert_eq!(test.trend(&[1.0, f64::NAN]).unwrap_err().to_string(), "a score is NaN: it must be finite");
    assert_eq!(test.trend(&[1.0, 1.0]).unwrap().p_value(), None);
}

/// Rows in the shape that every member of the family takes.
type Rows = Vec<(f64, bool, f64, u32, usize, usize)>;

fn rows() -> impl Strategy<Value = Rows> {
    let row = (1..=12_u32, any::<bool>(), 0..3_u32, 1..4_u32, 0..3_usize, 0..2_usize)
        .prop_map(|(t, e, late, w, g, s)| (f64::from(t), e, f64::from(late.min(t - 1)), w, g, s));
    prop::collection::vec(row, 4..40)
}

fn data_of(rows: &Rows, weighted: bool, scale: f64) -> (RightCensored<'static>, Groups) {
    let time: Vec<f64> = rows.iter().map(|r| r.0 * scale).collect();
    let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
    let entry: Vec<f64> = rows.iter().map(|r| r.2 * scale).collect();
    let strata: Vec<usize> = rows.iter().map(|r| r.5).collect();
    let mut data = RightCensored::new(time, event)
        .unwrap()
        .with_entry(entry)
        .unwrap()
        .with_strata(Groups::from_codes(&strata, &["x", "y"]).unwrap())
        .unwrap();
    if weighted {
        let w: Vec<f64> = rows.iter().map(|r| f64::from(r.3)).collect();
        data = data.with_weights(Weights::replication(w)).unwrap();
    }
    let codes: Vec<usize> = rows.iter().map(|r| r.4).collect();
    (data, Groups::from_codes(&codes, &["a", "b", "c"]).unwrap())
}

fn family() -> [Weight; 9] {
    [
        Weight::LogRank,
        Weight::GehanBreslow,
        Weight::TaroneWare,
        Weight::PetoPeto,
        Weight::ModifiedPetoPeto,
        Weight::Andersen,
        Weight::Prentice,
        Weight::fleming_harrington(0.5, 1.0),
        Weight::ModestlyWeighted { survival: 0.4 },
    ]
}

fn figures(test: &LogRankTest) -> Vec<f64> {
    let mut all = test.observed().to_vec();
    all.extend(test.expected());
    all.extend(test.variance());
    all.push(test.df() as f64);
    all
}

fn assert_same(got: &LogRankTest, expected: &LogRankTest) {
    for (a, b) in figures(got).into_iter().zip(figures(expected)) {
        assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{got}\n{expected}");
    }
}

proptest! {
    /// A weight of k is the row k times, for every member of the family.
    #[test]
    fn a_weight_is_a_repetition(rows in rows()) {
        let repeated: Rows = rows.iter().flat_map(|r| vec![*r; r.3 as usize]).collect();
        let ((a, ga), (b, gb)) = (data_of(&rows, true, 1.0), data_of(&repeated, false, 1.0));
        for weight in family() {
            let test = LogRank::weighted(weight);
            assert_same(&test.test(&a, &ga).unwrap(), &test.test(&b, &gb).unwrap());
        }
    }

    /// The order of rows and the unit of time change nothing.
    #[test]
    fn order_and_unit_change_nothing(rows in rows(), scale in prop::sample::select(vec![0.25, 7.0, 365.25])) {
        let mut turned = rows.clone();
        turned.reverse();
        let ((a, ga), (b, gb)) = (data_of(&rows, true, 1.0), data_of(&turned, true, scale));
        for weight in family() {
            let test = LogRank::weighted(weight);
            assert_same(&test.test(&a, &ga).unwrap(), &test.test(&b, &gb).unwrap());
        }
    }

    /// A row split in two at a time is the same history.
    #[test]
    fn splitting_a_row_changes_nothing(rows in rows()) {
        let split: Rows = rows
            .iter()
            .flat_map(|&(t, e, entry, w, g, s)| {
                let at = f64::midpoint(entry, t);
                [(at, false, entry, w, g, s), (t, e, at, w, g, s)]
            })
            .collect();
        let ((a, ga), (b, gb)) = (data_of(&rows, true, 1.0), data_of(&split, true, 1.0));
        for weight in family() {
            let test = LogRank::weighted(weight);
            assert_same(&test.test(&a, &ga).unwrap(), &test.test(&b, &gb).unwrap());
        }
    }

    /// For two groups the trend test is the test itself, whatever the scores.
    #[test]
    fn trend_of_two_groups_is_the_test(rows in rows(), low in -3.0..0.0_f64, high in 0.5..3.0_f64) {
        let two: Rows = rows.iter().map(|r| (r.0, r.1, r.2, r.3, r.4 % 2, r.5)).collect();
        let (data, groups) = data_of(&two, false, 1.0);
        let groups = Groups::from_codes(&groups.codes().iter().map(|&c| c as usize).collect::<Vec<_>>(), &["a", "b"]).unwrap();
        let test = LogRank::weighted(Weight::GehanBreslow).test(&data, &groups).unwrap();
        let trend = test.trend(&[low, high]).unwrap();
        prop_assert!((trend.statistic() - test.statistic()).abs() < 1e-9 * test.statistic().max(1.0));
    }
}

#[test]
fn tables_are_printed_for_a_reader() {
    let (data, arms) = saa();
    assert_eq!(
        LogRank::weighted(Weight::fleming_harrington(1.0, 0.0)).test(&data, &arms).unwrap().to_string(),
        "Weighted log-rank test, Fleming-Harrington (1, 0)
group    subjects   observed   expected
MSC             9   4.246528      2.507
control         9      2.125      3.865
chi-square 2.4552 on 1 df, p = 0.117; z = 1.5669"
    );
    println!("{}", MaxCombo::new().test(&data, &arms).unwrap());
    println!("{}", Renyi::new().test(&data, &arms).unwrap());
    println!("{}", PairwiseLogRank::new().test(&data, &arms).unwrap());
    println!("{}", OneSampleLogRank::new().test(&data, |t| 0.01 * t).unwrap());
    println!("{}", LogRank::test(&data, &arms).unwrap().trend(&[0.0, 1.0]).unwrap());
}
