//! The test of a given hazard ratio (Com-Nougué, Rodary & Patte): against R and by definition.

use approx::assert_relative_eq;
use greenwood::survival::contrast::InvertedLogRank;
use greenwood::survival::result::{Alternative, Direction, RatioTest, TestSummary};
use greenwood::survival::{CoxPh, Design, Groups, RightCensored, Ties, Weights};
use greenwood::trial::{Endpoint, Exit, Subject, Time, Trial};
use proptest::prelude::*;

struct Veteran {
    data: RightCensored<'static>,
    arm: Groups,
    cell: Groups,
    karno: Vec<f64>,
    age: Vec<f64>,
}

fn veteran() -> Veteran {
    let text = std::fs::read_to_string("tests/data/veteran.csv").unwrap();
    let cells: Vec<Vec<f64>> =
        text.lines().skip(1).map(|l| l.split(',').map(|c| c.parse().unwrap()).collect()).collect();
    let column = |i: usize| cells.iter().map(|c| c[i]).collect::<Vec<f64>>();
    let event: Vec<bool> = column(3).iter().map(|e| *e == 1.0).collect();
    let labels = |i: usize| Groups::new(&column(i).iter().map(|x| *x as u8).collect::<Vec<_>>());
    Veteran {
        data: RightCensored::new(column(2), event).unwrap(),
        arm: labels(0),
        cell: labels(1),
        karno: column(4),
        age: column(6),
    }
}

fn z(test: &RatioTest) -> f64 {
    test.z().unwrap()
}

/// R 4.2.2, survival 3.5-3, x = (trt == 2): the root of `coxph(…, init = log(ratio), iter = 0)$score` with the sign of the sum of
/// the score residuals; adjusted, of the model that starts at log(ratio) and the coefficients of
/// `coxph(… ~ karno + age + offset(log(ratio) * x))`. 1e-8: R finds those to 1e-13 of the likelihood.
#[test]
fn cox_scores_as_coxph_has_them() {
    let v = veteran();
    let x: Vec<f64> = v.arm.codes().iter().map(|&c| f64::from(v.arm.labels()[c as usize] == "2")).collect();
    let test = |data: &RightCensored, ties: Ties, others: &[(&str, &[f64])], ratio: f64| {
        let mut design = Design::builder().numeric("new", &x);
        for (name, values) in others {
            design = design.numeric(*name, values);
        }
        let design = design.build().unwrap();
        let model = CoxPh::new().ties(ties).fit(data, &design).unwrap();
        z(&model.with(data, &design).unwrap().score_test_of("new", ratio).unwrap())
    };
    let strata = v.data.clone().with_strata(v.cell.clone()).unwrap();
    let both: [(&str, &[f64]); 2] = [("karno", &v.karno), ("age", &v.age)];
    for (ratio, ties, alone, adjusted, within) in [
        (1.3, Ties::Efron, -1.357251466388, -0.3925551875899, -0.1468449672416),
        (1.3, Ties::Breslow, -1.365210285431, -0.4147529712857, -0.1735238465095),
        (0.8, Ties::Efron, 1.336417231025, 2.23763393406, 2.280923495774),
        (0.8, Ties::Breslow, 1.328603043588, 2.216082530026, 2.257388042839),
    ] {
        assert_relative_eq!(test(&v.data, ties, &[], ratio), alone, max_relative = 1e-9);
        assert_relative_eq!(test(&v.data, ties, &both, ratio), adjusted, max_relative = 1e-8);
        assert_relative_eq!(test(&strata, ties, &both[..1], ratio), within, max_relative = 1e-8);
    }
    // Replication weights, Breslow: coxph(… + strata(celltype), weights = w, init = log(1.3), iter = 0).
    let weights: Vec<f64> = (1..=v.data.len()).map(|i| (1 + i % 3) as f64).collect();
    let weighted = strata.with_weights(Weights::replication(weights)).unwrap();
    assert_relative_eq!(test(&weighted, Ties::Breslow, &[], 1.3), 0.5697859901971, max_relative = 1e-9);
}

/// In R by the definition: plain, within cell types, and with weights 2, 3, 1, 2, … there.
#[test]
fn log_rank_at_a_ratio_by_definition() {
    let v = veteran();
    let test = |data: &RightCensored, ratio| {
        InvertedLogRank::fit(data, &v.arm, "2", "1").unwrap().test(ratio).unwrap()
    };
    let strata = v.data.clone().with_strata(v.cell.clone()).unwrap();
    let weights: Vec<f64> = (1..=v.data.len()).map(|i| (1 + i % 3) as f64).collect();
    let weighted = strata.clone().with_weights(Weights::replication(weights)).unwrap();
    for (ratio, plain, within, repeated) in [
        (1.3, -1.370092261021, -0.4925823853771, 0.5883054770041),
        (0.8, 1.333278202331, 1.976135485425, 4.181903625596),
    ] {
        assert_relative_eq!(z(&test(&v.data, ratio)), plain, max_relative = 1e-9);
        assert_relative_eq!(z(&test(&strata, ratio)), within, max_relative = 1e-9);
        assert_relative_eq!(z(&test(&weighted, ratio)), repeated, max_relative = 1e-9);
    }
    let margin = test(&v.data, 1.3);
    let (below, above) = (Alternative::FirstLower, Alternative::FirstHigher);
    assert_relative_eq!(margin.one_sided_p_value(below).unwrap(), 0.0853273, epsilon = 5e-4);
    let both = margin.one_sided_p_value(below).unwrap() + margin.one_sided_p_value(above).unwrap();
    assert_relative_eq!(both, 1.0, max_relative = 1e-12);
    assert_eq!(margin.to_string(), "Hazard ratio of 1.3 (2 against 1, log-rank test): z = -1.370, p = 0.171");
    assert!(
        TestSummary::from(&margin)
            .to_string()
            .starts_with("log-rank test at a ratio of 1.3: statistic -1.370")
    );
    let asked = "the rate of events in 2 is below 1.3 times that in 1: one-sided p = 0.085";
    assert_eq!(margin.sentence(below), asked);
    let unwanted = margin.clone().direction(Direction::Unwanted);
    assert_eq!(
        unwanted.sentence(below),
        format!("{asked}; that would make 2 non-inferior to 1 by this margin")
    );
    assert!(!unwanted.sentence(above).contains("non-inferior"));
    assert!(!margin.clone().direction(Direction::Wanted).sentence(below).contains("non-inferior"));
    assert!(test(&v.data, 0.8).direction(Direction::Wanted).sentence(above).contains("non-inferior"));
    for ratio in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(InvertedLogRank::fit(&v.data, &v.arm, "2", "1").unwrap().test(ratio).is_err());
    }
}

#[test]
fn scores_that_are_none_say_so() {
    let data = RightCensored::new(&[1., 2., 3., 4.], &[true, true, true, false]).unwrap();
    let x = [1., 0., 1., 0.];
    let design = Design::builder().numeric("new", &x).numeric("copy", &x).build().unwrap();
    let fit = |how: CoxPh, data: &RightCensored, name: &str| {
        let model = how.fit(data, &design).unwrap();
        model.with(data, &design).unwrap().score_test_of(name, 1.5)
    };
    let redundant = fit(CoxPh::new(), &data, "copy").unwrap();
    assert_eq!((redundant.z(), redundant.p_value()), (None, None));
    assert!(redundant.sentence(Alternative::FirstLower).ends_with("no p-value"));
    let text = |how: CoxPh, data: &RightCensored| fit(how, data, "new").unwrap_err().to_string();
    assert!(text(CoxPh::new().ridge(0.5), &data).contains("a penalty"));
    assert!(text(CoxPh::new(), &data.clone().with_clusters(&[1, 1, 2, 3]).unwrap()).contains("clusters"));
    assert!(fit(CoxPh::new(), &data, "other").is_err());
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Event {
    Death,
}

/// What a trial asks is what the survival wing answers, with the endpoint's direction; an interval leaves a ratio out exactly where the
/// test rejects it.
#[test]
fn a_trial_asks_for_its_margin() {
    let v = veteran();
    let subjects = (0..v.data.len()).map(|i| {
        let exit = if v.data.event()[i] { Exit::Terminal(Event::Death) } else { Exit::Cutoff };
        let arm = if v.arm.labels()[v.arm.codes()[i] as usize] == "2" { "new" } else { "standard" };
        Subject::on(arm)
            .baseline("karno", v.karno[i])
            .baseline("age", v.age[i])
            .until(Time::days(v.data.time()[i]), exit)
            .unwrap()
    });
    let endpoint: Endpoint<Event> = Endpoint::overall_survival(|_| true);
    let contrast = Trial::new(subjects).analyse(&endpoint).unwrap().contrast("new", "standard").unwrap();
    let margin = contrast.ratio_test(1.3).unwrap();
    assert_relative_eq!(z(&margin), -1.370092261021, max_relative = 1e-9);
    assert!(
        margin
            .sentence(Alternative::FirstLower)
            .ends_with("would make new non-inferior to standard by this margin")
    );
    let adjusted = contrast.adjusted_ratio_test(1.3, &["karno", "age"]).unwrap();
    assert_relative_eq!(z(&adjusted), -0.3925551875899, max_relative = 1e-8);
    assert_eq!((adjusted.group(), adjusted.reference()), ("new", "standard"));
    let average =
        contrast.average_hazard_ratio(greenwood::survival::contrast::AverageHazardRatio::new()).unwrap();
    assert_relative_eq!(average.value().unwrap().ln(), 0.174403796092414, max_relative = 1e-9);
    assert!(average.sentence().ends_with("which favours standard"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Without ties the log-rank test at a ratio is Cox's score test of it; at 1 it is the log-rank test. The interval holds what the
    /// test does not reject.
    #[test]
    fn without_ties_both_are_one(order in Just((1..=20_u32).collect::<Vec<_>>()).prop_shuffle(), event in prop::collection::vec(any::<bool>(), 20), first in 3..17_usize, ratio in 0.3..3.0_f64) {
        let data = RightCensored::new(order.iter().map(|&t| f64::from(t)).collect::<Vec<_>>(), event).unwrap();
        let codes: Vec<usize> = (0..20).map(|i| usize::from(i >= first)).collect();
        let arm = Groups::from_codes(&codes, &["a", "b"]).unwrap();
        let x: Vec<f64> = codes.iter().map(|&c| 1.0 - c as f64).collect();
        let design = Design::builder().numeric("a", &x).build().unwrap();
        let inverted = InvertedLogRank::fit(&data, &arm, "a", "b").unwrap();
        let test = inverted.test(ratio).unwrap();
        let model = CoxPh::new().fit(&data, &design).unwrap();
        let score = model.with(&data, &design).unwrap().score_test_of("a", ratio).unwrap();
        if let (Some(a), Some(b)) = (test.z(), score.z()) {
            prop_assert!((a - b).abs() < 1e-8 * (1.0 + a.abs()), "{a} {b}");
        }
        if let Some(p) = test.p_value().filter(|p| (p - 0.1).abs() > 1e-6) {
            prop_assert_eq!(inverted.interval(0.9).unwrap().contains(ratio), p > 0.1);
        }
    }
}
