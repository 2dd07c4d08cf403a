//! The promising zone, several arms, and graphs with several looks: against scipy and rpact, the definitions, and by simulation.

use greenwood::trial::design::adaptive::{
    ClosedCombination, Dunnett, FinalTest, IntersectionTest, PromisingZone, SequentialGraph, Zone, ZoneStart,
};
use greenwood::trial::design::{BoundaryType, Futility, GraphicalProcedure, GroupSequential, Spending};
use serde_json::Value;

use crate::random::Random;

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn reference() -> Value {
    read(include_str!("../data/adaptive.json"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn near(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance * expected.abs().max(1e-3),
        "{what}: {found}, expected {expected}"
    );
}

/// A standard normal draw, by Box and Muller.
fn normal(random: &mut Random) -> f64 {
    let (u, v) = (random.uniform().max(1e-300), random.uniform());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// scipy, from the formulas of the papers (`tests/data/adaptive.py`). The start of the zone is a root of a flat function: 1e-7.
#[test]
fn zones_sizes_and_errors_are_those_of_scipy() {
    for case in reference()["promising"].as_array().unwrap() {
        let of = |name: &str| case[name].as_f64().unwrap();
        let plan =
            PromisingZone::new(of("planned"), of("interim")).maximum(of("maximum")).target(of("target"));
        let plan = plan.fit().unwrap();
        for (name, found) in [("zone_limits_z", plan.zone_limits_z()), ("zone_limits", plan.zone_limits())] {
            for (found, expected) in found.iter().zip(numbers(&case[name])) {
                near(*found, expected, 1e-7, name);
            }
        }
        for (k, &z) in numbers(&case["z"]).iter().enumerate() {
            near(plan.conditional_power(z).unwrap(), numbers(&case["conditional_power"])[k], 1e-12, "power");
            near(plan.information(z).unwrap(), numbers(&case["information"])[k], 1e-9, "information");
            let bound = plan.adjusted_bound(z, of("maximum")).unwrap();
            near(bound, numbers(&case["bound_at_maximum"])[k], 1e-12, "bound");
        }
        for (k, &drift) in numbers(&case["drifts"]).iter().enumerate() {
            let found = |test| plan.rejection(drift, test).unwrap();
            near(found(FinalTest::Weighted), numbers(&case["weighted"])[k], 1e-8, "weighted");
            near(found(FinalTest::Unweighted), numbers(&case["unweighted"])[k], 1e-8, "unweighted");
            near(
                plan.expected_information(drift).unwrap(),
                numbers(&case["expected_information"])[k],
                1e-7,
                "mean",
            );
        }
        // The weighted test has the error to the last digits, the unweighted one not more.
        near(plan.rejection(0.0, FinalTest::Weighted).unwrap(), 0.025, 1e-11, "error");
        assert!(plan.rejection(0.0, FinalTest::Unweighted).unwrap() <= 0.025);
        let zones: f64 = plan.zone_probabilities(1.0).unwrap().iter().map(|z| z.1).sum();
        near(zones, 1.0, 1e-12, "zones");
    }
}

/// 400,000 trials without an effect: both tests within four standard errors of what is computed, and not above 0.025 by more.
#[test]
fn the_promising_zone_keeps_its_error() {
    let bounds = GroupSequential::at(&[0.5, 1.0]).futility(Futility::Z(vec![0.0])).fit().unwrap();
    for plan in [
        PromisingZone::new(100.0, 50.0).maximum(200.0).fit().unwrap(),
        PromisingZone::new(100.0, 50.0).maximum(300.0).start(ZoneStart::Half).bounds(&bounds).fit().unwrap(),
    ] {
        let (mut random, mut rejected) = (Random(3), [0.0_f64; 2]);
        for _ in 0..400_000 {
            let (z, later) = (normal(&mut random), normal(&mut random));
            let total = plan.information(z).unwrap();
            match plan.zone(z).unwrap() {
                Zone::Efficacious => rejected = rejected.map(|r| r + 1.0),
                Zone::Futile => {}
                _ => {
                    let weighted = plan.weighted_statistic(z, later).unwrap() >= plan.critical_value();
                    let usual = plan.unweighted_statistic(z, later, total).unwrap();
                    rejected[0] += f64::from(u8::from(weighted));
                    rejected[1] += f64::from(u8::from(usual >= plan.critical_value()));
                    // Reaching the adjusted bound is reaching the planned one with planned weights.
                    let adjusted = plan.adjusted_bound(z, total).unwrap();
                    assert!(weighted == (usual >= adjusted) || (usual - adjusted).abs() < 1e-9);
                }
            }
        }
        for (count, test) in rejected.into_iter().zip([FinalTest::Weighted, FinalTest::Unweighted]) {
            let (share, expected) = (count / 400_000.0, plan.rejection(0.0, test).unwrap());
            let error = (0.025_f64 * 0.975 / 400_000.0).sqrt();
            assert!(
                (share - expected).abs() < 4.0 * error && share < 0.025 + 4.0 * error,
                "{test:?}: {share}"
            );
            assert!(expected <= 0.025 + 1e-9);
        }
    }
}

/// A zone that starts too low raises the error of the usual test, which the plan says; the weighted one keeps it.
#[test]
fn a_zone_that_starts_too_low_says_so() {
    let plan = PromisingZone::new(100.0, 50.0).maximum(400.0).start(ZoneStart::At(0.02)).fit().unwrap();
    assert!(plan.rejection(0.0, FinalTest::Unweighted).unwrap() > 0.0255);
    near(plan.rejection(0.0, FinalTest::Weighted).unwrap(), 0.025, 1e-10, "weighted");
    let text = plan.to_string();
    assert!(
        text.starts_with("Information 100 is planned, with an interim look at 50.")
            && text.contains("at most to 400")
    );
    let refused = |z: PromisingZone| z.fit().unwrap_err().to_string();
    let zone = PromisingZone::new(100.0, 50.0);
    for (wrong, part) in [
        (PromisingZone::new(f64::NAN, 50.0), "planned is NaN"),
        (PromisingZone::new(100.0, 100.0), "interim is 100"),
        (PromisingZone::new(100.0, 0.0), "interim is 0"),
        (zone.clone().maximum(100.0), "maximum is 100"),
        (zone.clone().target(0.5), "target is 0.5"),
        (zone.clone().alpha(0.5), "alpha is 0.5"),
        (zone.clone().start(ZoneStart::At(0.95)), "the start of the promising zone is 0.95"),
        (
            zone.clone().bounds(&GroupSequential::looks(3).fit().unwrap()),
            "`GroupSequential::at(&[interim / planned, 1.0])`",
        ),
    ] {
        let found = refused(wrong);
        assert!(found.contains(part), "{part}: {found}");
    }
    assert!(plan.zone(f64::NAN).is_err() && plan.adjusted_bound(1.0, 50.0).is_err());
    assert_eq!(plan.zone(f64::INFINITY).unwrap_err().to_string(), "z is inf: it must be finite");
    // Nothing promising about −3, and 9 is favourable: as planned.
    assert_eq!((plan.information(-3.0).unwrap(), plan.information(9.0).unwrap()), (100.0, 100.0));
}

/// scipy; Dunnett (1955), one-sided 2.5 % with infinite degrees of freedom: 2.21, 2.35, 2.44.
#[test]
fn dunnett_is_scipy_s() {
    for case in reference()["dunnett"].as_array().unwrap() {
        let test = Dunnett::new(&numbers(&case["ratios"])).unwrap();
        let (z, p) = (case["z"].as_f64().unwrap(), case["p"].as_f64().unwrap());
        let found = test.p_value(z).unwrap();
        assert!((found / p - 1.0).abs() < 1e-10, "{case}: {found}");
        let back = test.critical_value(p).unwrap();
        assert!((back - z).abs() < 1e-9, "{case}: {back}");
    }
    for (arms, critical) in [(1, 1.96), (2, 2.21), (3, 2.35), (4, 2.44)] {
        let found = Dunnett::new(&vec![1.0; arms]).unwrap().critical_value(0.025).unwrap();
        assert!((found - critical).abs() < 0.005, "{arms}: {found}");
    }
    // Far out it is the sum of the arms' tails.
    let far = Dunnett::new(&[1.0, 1.0]).unwrap().p_value(12.0).unwrap();
    let one = Dunnett::new(&[1.0]).unwrap().p_value(12.0).unwrap();
    assert!((far / (2.0 * one) - 1.0).abs() < 1e-6, "{far} {one}");
    let three = Dunnett::new(&[1.0; 3]).unwrap();
    assert_eq!(
        (three.p_value(f64::INFINITY).unwrap(), three.p_value(f64::NEG_INFINITY).unwrap()),
        (0.0, 1.0)
    );
    assert!(three.p_value(f64::NAN).is_err() && three.adjusted_p_values(&[1.0]).is_err());
    assert!(
        Dunnett::new(&[]).is_err() && Dunnett::new(&[0.0]).is_err() && three.critical_value(1.0).is_err()
    );
}

/// rpact 3.3.4 (`tests/data/adaptive_multi_arm.R`); its multivariate normal probabilities hold six digits.
#[test]
fn closed_tests_are_those_of_rpact() {
    let reference = read(include_str!("../data/adaptive_multi_arm.json"));
    let cases = reference["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 12);
    for case in cases {
        let test = match case["intersection"].as_str().unwrap() {
            "Dunnett" => IntersectionTest::Dunnett,
            "Bonferroni" => IntersectionTest::Bonferroni,
            "Simes" => IntersectionTest::Simes,
            _ => IntersectionTest::Sidak,
        };
        let fractions = numbers(&case["fractions"]);
        let spending = if fractions.len() == 2 { Spending::OBrienFleming } else { Spending::Pocock };
        let bounds =
            GroupSequential::at(&fractions).boundary(BoundaryType::Spending(spending)).fit().unwrap();
        for (own, expected) in bounds.z().iter().zip(numbers(&case["bounds"])) {
            assert!((own - expected).abs() < 1e-4, "{own} {expected}");
        }
        let cell = |name: &str, row: usize, column: usize| case[name][row][column].as_f64();
        let stages: Vec<Vec<Option<f64>>> =
            (0..fractions.len()).map(|k| (0..3).map(|arm| cell("z", arm, k)).collect()).collect();
        let found = ClosedCombination::new(&bounds, 3).intersection(test).test(&stages).unwrap();
        for (row, own) in found.intersections().iter().enumerate() {
            let arms: Vec<usize> = (0..3).filter(|&a| cell("indices", row, a) == Some(1.0)).collect();
            assert_eq!(own.arms(), arms);
            for k in 0..fractions.len() {
                for (name, value) in [("adjusted", own.p_values()[k]), ("overall", own.statistics()[k])] {
                    match (value, cell(name, row, k)) {
                        (Some(a), Some(b)) => near(a, b, 2e-5, &format!("{name} {case}")),
                        (a, b) => assert_eq!(a, b, "{name} {row} {k} {case}"),
                    }
                }
            }
        }
        for k in 0..fractions.len() {
            let expected: Vec<bool> = (0..3).map(|arm| case["rejected"][arm][k] == true).collect();
            assert_eq!(found.rejected_by(k + 1).unwrap(), expected, "{case}");
        }
    }
}

/// No arm has an effect; the two that do best go on: the probability of any rejection is at most 0.025, within four
/// standard errors, and near it for Dunnett's test. With one false hypothesis, the other two are rejected as seldom.
///
/// A closed test rejects no arm that its elementary hypothesis, which is a plain combination of two stages, does not reject: only trials
/// with such an arm (one in twelve) need the integrals, and the first 100 are asked whatever they show.
fn dropping_arms_keeps_the_error(trials: u32) {
    let bounds = GroupSequential::looks(2).boundary(BoundaryType::Pocock).fit().unwrap();
    for (kind, effect) in
        [(IntersectionTest::Dunnett, 0.0), (IntersectionTest::Simes, 0.0), (IntersectionTest::Dunnett, 2.5)]
    {
        let test = ClosedCombination::new(&bounds, 3).intersection(kind);
        let (mut random, mut wrong) = (Random(11), 0.0);
        for trial in 0..trials {
            let mut stage = |effects: [f64; 3]| {
                let control = normal(&mut random);
                effects.map(|e| e + (normal(&mut random) - control) * std::f64::consts::FRAC_1_SQRT_2)
            };
            let first = stage([0.0, 0.0, effect]);
            let worst = (0..3).min_by(|&a, &b| first[a].total_cmp(&first[b])).unwrap();
            let second = stage([0.0, 0.0, effect]);
            let kept = |arm: usize| (arm != worst).then_some(second[arm]);
            let alone = |arm: usize| {
                let both = |z: f64| (first[arm] + z) * std::f64::consts::FRAC_1_SQRT_2 >= bounds.z()[1];
                first[arm] >= bounds.z()[0] || kept(arm).is_some_and(both)
            };
            let candidates = (0..3).any(|arm| (arm < 2 || effect == 0.0) && alone(arm));
            if !candidates && trial >= 100 {
                continue;
            }
            let stages = [first.map(Some).to_vec(), (0..3).map(kept).collect::<Vec<_>>()];
            let found = test.test(&stages).unwrap().rejected_by(2).unwrap();
            let own = found[0] || found[1] || (effect == 0.0 && found[2]);
            assert!(candidates || !own, "{kind:?}, trial {trial}");
            wrong += f64::from(u8::from(own));
        }
        let (share, error) = (wrong / f64::from(trials), (0.025 * 0.975 / f64::from(trials)).sqrt());
        assert!(share < 0.025 + 4.0 * error, "{kind:?}: {share}");
        // Simes's test is conservative where statistics are correlated, and the second chance of the dropped arm is given away.
        let least = if kind == IntersectionTest::Simes { 0.015 } else { 0.023 };
        assert!(effect > 0.0 || share > least - 4.0 * error, "{kind:?}: {share}");
    }
}

#[test]
fn dropping_arms_keeps_the_family_wise_error() {
    dropping_arms_keeps_the_error(8_000);
}

#[test]
#[ignore = "some seconds of release build: `bash .ci/long design`"]
fn dropping_arms_of_many_trials_keeps_the_family_wise_error() {
    dropping_arms_keeps_the_error(100_000);
}

#[test]
fn what_closed_tests_refuse_and_print() {
    let bounds = GroupSequential::looks(2).fit().unwrap();
    let test = |arms| ClosedCombination::new(&bounds, arms);
    let text = |result: Result<_, greenwood::Error>| match result {
        Err(e) => e.to_string(),
        Ok::<greenwood::trial::design::adaptive::ClosedTestResult, _>(_) => String::new(),
    };
    let none: [Vec<Option<f64>>; 0] = [];
    assert!(text(test(2).test(&none)).contains("stages is empty"));
    assert!(text(test(0).test(&[vec![]])).contains("arms is 0"));
    assert!(text(test(13).test(&[vec![Some(1.0); 13]])).contains("arms is 13"));
    assert!(text(test(2).test(&[vec![Some(1.0)]])).contains("a stage has 1 values"));
    assert!(text(test(1).test(&[vec![Some(f64::NAN)]])).contains("a statistic of a stage is NaN"));
    assert!(text(test(1).test(&vec![vec![Some(1.0)]; 3])).contains("stages has 3 values"));
    let back = [vec![Some(1.0), None], vec![Some(1.0), Some(2.0)]];
    assert!(text(test(2).test(&back)).contains("an arm that comes back"));
    assert!(text(test(2).ratios(&[1.0]).test(&back)).contains("ratios has 1 values"));
    assert!(text(test(2).ratios(&[1.0, 0.0]).test(&back)).contains("ratios is 0"));
    let two = GroupSequential::looks(2).sides(2).fit().unwrap();
    assert!(text(ClosedCombination::new(&two, 2).test(&back)).contains("two-sided bounds"));
    // Huge statistics are rejections, not infinities; all arms gone is an answer.
    let found = test(2).test(&[vec![Some(60.0), Some(-60.0)], vec![None, None]]).unwrap();
    assert_eq!(found.rejected_at(), [Some(1), None]);
    assert!(found.rejected_by(3).is_err() && found.rejected_by(0).is_err());
    let text = found.to_string();
    assert!(text.starts_with("arms") && text.contains("1, 2") && text.contains("look 1"), "{text}");
}

/// scipy: two looks by quadrature (`tests/data/adaptive.py`).
#[test]
fn sequential_p_values_are_those_of_scipy() {
    for case in reference()["sequential"].as_array().unwrap() {
        let spending = if case["spending"] == "Pocock" { Spending::Pocock } else { Spending::OBrienFleming };
        let looks: Vec<(f64, f64)> =
            case["looks"].as_array().unwrap().iter().map(|l| (numbers(l)[0], numbers(l)[1])).collect();
        let graph = GraphicalProcedure::new(&[1.0], &[&[0.0]]).unwrap();
        let found = SequentialGraph::new(graph, &[spending]).unwrap().sequential_p_values(&[looks]).unwrap();
        let expected = case["p"].as_f64().unwrap();
        assert!((found[0] / expected - 1.0).abs() < 1e-8, "{case}: {}", found[0]);
    }
}

/// The bounds of a design at the level of a sequential p-value are just reached, at one look, and passed at none.
#[test]
fn a_sequential_p_value_is_where_the_bounds_are_reached() {
    let looks = vec![(0.3, 1.9), (0.6, 2.2), (1.0, 2.3)];
    for spending in
        [Spending::OBrienFleming, Spending::Pocock, Spending::HwangShihDeCani(-2.0), Spending::KimDeMets(2.0)]
    {
        let graph = GraphicalProcedure::holm(1).unwrap();
        let test = SequentialGraph::new(graph, std::slice::from_ref(&spending)).unwrap();
        let p = test.sequential_p_values(std::slice::from_ref(&looks)).unwrap()[0];
        let design =
            GroupSequential::at(&[0.3, 0.6, 1.0]).alpha(p).boundary(BoundaryType::Spending(spending));
        let bounds = design.fit().unwrap();
        let margin = looks.iter().zip(bounds.z()).map(|(l, z)| l.1 - z).fold(f64::NEG_INFINITY, f64::max);
        assert!(margin.abs() < 1e-7, "{bounds}: {margin}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(12))]

    /// The procedure is the closed test whose intersections are group-sequential Bonferroni tests at the levels of the graph: by
    /// Holm's graph of three hypotheses with two looks each, every intersection's bounds found anew.
    #[test]
    fn a_sequential_graph_is_a_closed_test(z in proptest::collection::vec(0.5..3.2_f64, 6)) {
        let looks: Vec<Vec<(f64, f64)>> = (0..3).map(|i| vec![(0.5, z[2 * i]), (1.0, z[2 * i + 1])]).collect();
        let test = SequentialGraph::new(
            GraphicalProcedure::holm(3).unwrap(),
            &[Spending::OBrienFleming, Spending::Pocock, Spending::OBrienFleming],
        )
        .unwrap();
        let found = test.rejected(&looks, 0.025).unwrap();
        let crosses = |i: usize, level: f64| {
            let spending = if i == 1 { Spending::Pocock } else { Spending::OBrienFleming };
            let bounds = GroupSequential::looks(2).alpha(level).boundary(BoundaryType::Spending(spending)).fit().unwrap();
            looks[i].iter().zip(bounds.z()).any(|(l, z)| l.1 >= *z)
        };
        let intersection = |set: u32| {
            let size = f64::from(set.count_ones());
            (0..3).any(|i| set >> i & 1 == 1 && crosses(i, 0.025 / size))
        };
        for i in 0..3 {
            let closed = (1..8_u32).filter(|set| set >> i & 1 == 1).all(intersection);
            proptest::prop_assert_eq!(found[i], closed);
        }
    }
}

/// Two hypotheses, correlated statistics, no effect: 4,000 trials with two looks reject one of them in at most 2.5 %, within four
/// standard errors; with one false hypothesis the other is rejected as seldom. A closed test rejects no hypothesis that its own test of
/// the whole error does not: only trials with such a one need be asked, and the first 40 whatever they show.
#[test]
fn a_sequential_graph_keeps_the_family_wise_error() {
    let graph = GraphicalProcedure::new(&[0.8, 0.2], &[&[0.0, 1.0], &[1.0, 0.0]]).unwrap();
    let test = SequentialGraph::new(graph, &[Spending::OBrienFleming, Spending::Pocock]).unwrap();
    let alone = [Spending::OBrienFleming, Spending::Pocock].map(|spending| {
        GroupSequential::looks(2).boundary(BoundaryType::Spending(spending)).fit().unwrap().z().to_vec()
    });
    for effect in [0.0, 4.0] {
        let (mut random, mut wrong, trials) = (Random(17), 0.0, 4_000);
        for trial in 0..trials {
            let mut increments = || {
                let (a, b) = (normal(&mut random), normal(&mut random));
                [a, 0.6 * a + 0.8 * b]
            };
            let (first, second) = (increments(), increments());
            let looks: Vec<Vec<(f64, f64)>> = (0..2)
                .map(|i| {
                    let drift = if i == 1 { effect } else { 0.0 };
                    let half = first[i] + drift * f64::sqrt(0.5);
                    vec![(0.5, half), (1.0, (first[i] + second[i]) * f64::sqrt(0.5) + drift)]
                })
                .collect();
            let reached = |i: usize| looks[i].iter().zip(&alone[i]).any(|(look, bound)| look.1 >= *bound);
            let candidate = reached(0) || (effect == 0.0 && reached(1));
            if !candidate && trial >= 40 {
                continue;
            }
            let found = test.rejected(&looks, 0.025).unwrap();
            let own = found[0] || (effect == 0.0 && found[1]);
            assert!(candidate || !own, "trial {trial}");
            wrong += f64::from(u8::from(own));
        }
        let (share, error) = (wrong / f64::from(trials), (0.025 * 0.975 / f64::from(trials)).sqrt());
        assert!(share < 0.025 + 4.0 * error, "{effect}: {share}");
    }
}

#[test]
fn what_sequential_graphs_refuse() {
    let graph = || GraphicalProcedure::holm(2).unwrap();
    let text = |e: greenwood::Error| e.to_string();
    assert!(
        text(SequentialGraph::new(graph(), &[Spending::Pocock]).unwrap_err())
            .contains("spending has 1 values")
    );
    let user = Spending::User(vec![0.01, 0.025]);
    assert!(
        text(SequentialGraph::new(graph(), &[user, Spending::Pocock]).unwrap_err())
            .contains("use a spending function")
    );
    assert!(SequentialGraph::new(graph(), &[Spending::KimDeMets(-1.0), Spending::Pocock]).is_err());
    let test = SequentialGraph::new(graph(), &[Spending::Pocock, Spending::Pocock]).unwrap();
    assert!(text(test.sequential_p_values(&[vec![]]).unwrap_err()).contains("looks has 1 values"));
    assert!(test.sequential_p_values(&[vec![(0.5, 1.0), (0.5, 2.0)], vec![]]).is_err());
    assert!(test.sequential_p_values(&[vec![(1.5, 1.0)], vec![]]).is_err());
    assert!(test.sequential_p_values(&[vec![(0.5, f64::NAN)], vec![]]).is_err());
    assert!(text(test.rejected(&[vec![], vec![]], 0.6).unwrap_err()).contains("alpha is 0.6"));
    assert_eq!(test.sequential_p_values(&[vec![], vec![(0.5, -4.0)]]).unwrap(), [1.0, 1.0]);
    let far = test.adjusted_p_values(&[vec![(0.5, 30.0)], vec![(1.0, 35.0)]]).unwrap();
    assert!(far.iter().all(|p| *p > 0.0 && *p < 1e-100), "{far:?}");
}
