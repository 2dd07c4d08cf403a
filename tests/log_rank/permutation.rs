//! Exact permutation tests against R's coin, full enumeration and the trial's figures.

use crate::common::{Report, cases, number};
use approx::assert_relative_eq;
use greenwood::Error;
use greenwood::survival::permutation::{ExactMethod, ExactTest, PermutationStatistic, ScoreTies};
use greenwood::survival::{Alternative, ExactLogRank, Groups, LogRank, RightCensored, Weight, Weights};

fn weight(score_type: &str) -> Weight {
    match score_type {
        // coin's Fleming-Harrington scores default to rho = gamma = 0.
        "logrank" | "Fleming-Harrington" => Weight::LogRank,
        "Gehan-Breslow" => Weight::GehanBreslow,
        "Tarone-Ware" => Weight::TaroneWare,
        "Peto-Peto" => Weight::fleming_harrington(1.0, 0.0),
        "Prentice" => Weight::Prentice,
        "Prentice-Marek" => Weight::PetoPeto,
        "Andersen-Borgan-Gill-Keiding" => Weight::Andersen,
        other => panic!("{other}"),
    }
}

/// coin's scores have the other sign (Λ − δ), so its `less` is a higher hazard of the first group.
#[test]
fn exact_tests_are_those_of_coin() {
    let mut report = Report::default();
    for case in cases("logrank").iter().filter(|c| c.kind == "exact_permutation") {
        report.cases += 1;
        let frame = case.frame();
        let (data, groups) = (case.right_censored(&frame).unwrap(), case.groups(&frame, "group").unwrap());
        let ties = match case.text("ties_method") {
            Some("mid-ranks") => ScoreTies::RiskSet,
            Some("average-scores") => ScoreTies::Average,
            Some("Hothorn-Lausen") => ScoreTies::HothornLausen,
            other => panic!("{other:?}"),
        };
        let test = ExactLogRank::new()
            .weight(weight(case.text("score_type").unwrap()))
            .ties(ties)
            .test(&data, &groups)
            .unwrap();
        let out = &case.output;
        let mut close = |what: &str, got: f64, expected: f64| {
            report.close(&format!("{} {what}", case.name), got, expected, 1e-9);
        };
        close("statistic", -test.statistic(), number(&out["linear_statistic_first_group"]));
        close("variance", test.variance(), number(&out["variance"]));
        close("z", -test.standardized().unwrap(), number(&out["z"]));
        let p = match case.text("alternative") {
            Some("less") => test.one_sided_p_value(Alternative::FirstHigher),
            Some("greater") => test.one_sided_p_value(Alternative::FirstLower),
            _ => test.p_value(),
        };
        close("p", p, number(&out["p_exact"]));
        if let Some(brute) = out.get("brute_force") {
            close("two-sided", test.p_value(), number(&brute["two_sided"]));
            close("lower", test.one_sided_p_value(Alternative::FirstHigher), number(&brute["lower"]));
            close("upper", test.one_sided_p_value(Alternative::FirstLower), number(&brute["upper"]));
            close("allocations", test.allocations(), number(&brute["permutations"]));
        }
        assert_eq!(test.error(), 0.0);
    }
    report.finish("exact permutation");
}

fn arms(codes: &[usize]) -> Groups {
    Groups::from_codes(codes, &["MSC", "control"]).unwrap()
}

/// Nine against nine (order reconstructed, times illustrative): failure-free and overall survival.
fn saa() -> (RightCensored<'static>, RightCensored<'static>, Groups) {
    let ffs = vec![2., 4., 6., 10., 12., 15., 48., 53., 60., 8., 20., 30., 40., 45., 48., 51., 56., 60.];
    let failed = [1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0].map(|d| d == 1).to_vec();
    let os = vec![2., 4., 50., 47., 46., 49., 48., 53., 60., 9., 44., 48., 40., 45., 48., 51., 56., 60.];
    let died = (0..18).map(|i| i % 9 == 0).collect::<Vec<_>>();
    let codes: Vec<usize> = (0..18).map(|i| i / 9).collect();
    (RightCensored::new(ffs, failed).unwrap(), RightCensored::new(os, died).unwrap(), arms(&codes))
}

/// The trial's exact p-values, counted over the C(18, 9) = 48620 allocations; coin gives .163801 and .164790.
#[test]
fn the_trial_of_nine_against_nine() {
    let (ffs, os, arm) = saa();
    let t = ExactLogRank::new().test(&ffs, &arm).unwrap();
    assert_relative_eq!(t.p_value(), 7964.0 / 48620.0, max_relative = 1e-12);
    assert_relative_eq!(
        t.one_sided_p_value(Alternative::FirstHigher),
        3982.0 / 48620.0,
        max_relative = 1e-12
    );
    assert!((t.mid_p_value() - 0.162073).abs() < 5.1e-7);
    assert!((t.variance() - 1.956887).abs() < 5.1e-7);
    assert!((t.standardized().unwrap() - 1.389141).abs() < 5.1e-7);
    assert!((t.asymptotic_p_value().unwrap() - 0.164790).abs() < 5.1e-7);
    let z = ExactLogRank::new().statistic(PermutationStatistic::Standardized).test(&ffs, &arm).unwrap();
    assert_relative_eq!(z.p_value(), 7628.0 / 48620.0, max_relative = 1e-12);
    assert_relative_eq!(z.statistic(), LogRank::test(&ffs, &arm).unwrap().z().unwrap(), max_relative = 1e-9);
    let os = ExactLogRank::new().test(&os, &arm).unwrap();
    assert_relative_eq!(os.p_value(), 35750.0 / 48620.0, max_relative = 1e-12);
    assert!((os.mid_p_value() - 0.602941).abs() < 5.1e-7);
    let gehan = ExactLogRank::new().weight(Weight::GehanBreslow).test(&ffs, &arm).unwrap();
    assert!((gehan.p_value() - 0.131715).abs() < 5.1e-7);
    assert!((gehan.asymptotic_p_value().unwrap() - 0.122560).abs() < 5.1e-7);
    assert_eq!(
        t.to_string(),
        "Exact log-rank test of MSC against control, permuting T
statistic 1.9433, 48620 allocations
p = 0.1638, mid-p = 0.1621; hazard lower in MSC: p = 0.9198; hazard higher in MSC: p = 0.0819"
    );
}

/// All allocations within strata, one by one: (share at most, share at least, two-sided, mid two-sided).
fn enumerate(
    data: &RightCensored,
    codes: &[usize],
    strata: &[usize],
    weight: &Weight,
    statistic: PermutationStatistic,
) -> [f64; 4] {
    let n = codes.len();
    let value = |codes: &[usize]| {
        let test = LogRank::weighted(weight.clone()).test(data, &arms(codes)).unwrap();
        match statistic {
            PermutationStatistic::ScoreSum => test.observed()[0] - test.expected()[0],
            PermutationStatistic::Standardized => test.z().unwrap_or(0.0),
            _ => unreachable!("only T and Z are asked for here"),
        }
    };
    let observed = value(codes);
    let first = |labels: &[usize], s: usize| (0..n).filter(|&i| strata[i] == s && labels[i] == 0).count();
    let (mut sums, mut total) = ([0.0; 4], 0.0);
    for mask in 0_u32..1 << n {
        let labels: Vec<usize> = (0..n).map(|i| (mask >> i & 1) as usize).collect();
        if (0..2).any(|s| first(&labels, s) != first(codes, s)) {
            continue;
        }
        let x = value(&labels);
        total += 1.0;
        sums[0] += f64::from(x <= observed + 1e-9);
        sums[1] += f64::from(x >= observed - 1e-9);
        let far = x.abs() - observed.abs();
        sums[2] += f64::from(far >= -1e-9);
        sums[3] += if far.abs() <= 1e-9 { 0.5 } else { f64::from(far > 0.0) };
    }
    sums.map(|s| s / total)
}

fn figures(test: &ExactTest) -> [f64; 4] {
    [
        test.one_sided_p_value(Alternative::FirstLower),
        test.one_sided_p_value(Alternative::FirstHigher),
        test.p_value(),
        test.mid_p_value(),
    ]
}

/// A small generator, so that the cases are the same everywhere.
fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |n| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        (x >> 20) % n
    }
}

/// Ties, strata, weights of times, and (where T is permuted) delayed entry: counted one by one.
#[test]
fn enumeration_agrees_with_counting_every_allocation() {
    for seed in 1..=24 {
        let mut draw = draws(seed);
        let n = 8 + draw(3) as usize;
        let time: Vec<f64> =
            (0..n).map(|_| 2.0 + draw(if seed % 2 == 0 { 6 } else { 1000 }) as f64).collect();
        let event: Vec<bool> = (0..n).map(|_| draw(3) > 0).collect();
        let codes: Vec<usize> = (0..n).map(|_| draw(2) as usize).collect();
        let strata: Vec<usize> = (0..n).map(|_| if seed % 3 == 0 { draw(2) as usize } else { 0 }).collect();
        let entry: Vec<f64> = (0..n).map(|_| draw(2) as f64).collect();
        let plain = RightCensored::new(time, event)
            .unwrap()
            .with_strata(Groups::from_codes(&strata, &["x", "y"]).unwrap())
            .unwrap();
        let late = plain.clone().with_entry(entry).unwrap();
        let weight = [Weight::LogRank, Weight::GehanBreslow, Weight::fleming_harrington(0.0, 1.0)]
            [seed as usize % 3]
            .clone();
        for (data, statistic) in [
            (&plain, PermutationStatistic::ScoreSum),
            (&late, PermutationStatistic::ScoreSum),
            (&plain, PermutationStatistic::Standardized),
        ] {
            let expected = enumerate(data, &codes, &strata, &weight, statistic);
            let test = ExactLogRank::new().weight(weight.clone()).statistic(statistic);
            let got = figures(&test.test(data, &arms(&codes)).unwrap());
            for (g, e) in got.iter().zip(expected) {
                assert!((g - e).abs() < 1e-12, "seed {seed} {statistic:?}: {got:?} {expected:?}");
            }
        }
    }
}

/// The three methods on the same data: 42 subjects can be listed, lie on Gehan's grid, and be inverted.
#[test]
fn methods_agree_and_large_trials_are_inverted() {
    let mut draw = draws(7);
    let mut sample = |n: usize| {
        let time: Vec<f64> = (0..n).map(|_| 1.0 + draw(1_000_000) as f64).collect();
        let event: Vec<bool> = (0..n).map(|_| draw(3) > 0).collect();
        let codes: Vec<usize> = (0..n).map(|i| i % 2).collect();
        (RightCensored::new(time, event).unwrap(), arms(&codes))
    };
    let (data, arm) = sample(40);
    let listed = ExactLogRank::new().test(&data, &arm).unwrap();
    assert_eq!(listed.method(), ExactMethod::States);
    let gehan = ExactLogRank::new().weight(Weight::GehanBreslow).test(&data, &arm).unwrap();
    assert_eq!(gehan.method(), ExactMethod::Lattice);

    let (data, arm) = sample(200);
    let start = std::time::Instant::now();
    let test = ExactLogRank::new().test(&data, &arm).unwrap();
    println!("100 + 100: {:?}, {:?}, error {:.1e}", start.elapsed(), test.method(), test.error());
    assert_eq!(test.method(), ExactMethod::Inversion);
    assert!(test.error() < 1e-9);
    assert!((test.p_value() - test.asymptotic_p_value().unwrap()).abs() < 0.01);
    let halves =
        test.one_sided_p_value(Alternative::FirstLower) + test.one_sided_p_value(Alternative::FirstHigher);
    assert_relative_eq!(halves, 1.0, max_relative = 1e-12);
    // Gehan's scores of 200 subjects are whole numbers: the grid is exact, and its p near the normal one.
    let gehan = ExactLogRank::new().weight(Weight::GehanBreslow).test(&data, &arm).unwrap();
    assert_eq!(gehan.method(), ExactMethod::Lattice);
    assert!((gehan.p_value() - gehan.asymptotic_p_value().unwrap()).abs() < 0.01);
}

/// A replication weight of k is k subjects.
#[test]
fn a_weight_is_a_repetition() {
    let (time, event) = (vec![3.0, 5.0, 5.0, 8.0, 9.0, 11.0], vec![true, true, false, true, false, true]);
    let weights = [2.0, 1.0, 0.0, 3.0, 1.0, 2.0];
    let codes = [0, 1, 0, 1, 0, 0];
    let weighted = RightCensored::new(time.clone(), event.clone())
        .unwrap()
        .with_weights(Weights::replication(&weights))
        .unwrap();
    let again: Vec<usize> = (0..6).flat_map(|i| vec![i; weights[i] as usize]).collect();
    let repeated = RightCensored::new(
        again.iter().map(|&i| time[i]).collect::<Vec<_>>(),
        again.iter().map(|&i| event[i]).collect::<Vec<_>>(),
    )
    .unwrap();
    let codes_again: Vec<usize> = again.iter().map(|&i| codes[i]).collect();
    for statistic in [PermutationStatistic::ScoreSum, PermutationStatistic::Standardized] {
        let test = ExactLogRank::new().statistic(statistic);
        let (a, b) = (
            test.test(&weighted, &arms(&codes)).unwrap(),
            test.test(&repeated, &arms(&codes_again)).unwrap(),
        );
        assert_eq!(figures(&a), figures(&b));
    }
}

/// Labels exchanged within blocks: four blocks of two pairs make 2⁴ allocations, counted by hand: only the one in
/// which all first-arm subjects fail first in their block, and its mirror, are as extreme.
#[test]
fn blocks_restrict_the_allocations() {
    let data = RightCensored::new(vec![1., 11., 2., 12., 3., 13., 4., 14.], vec![true; 8]).unwrap();
    let arm = arms(&[0, 1, 0, 1, 0, 1, 0, 1]);
    let blocks = Groups::from_codes(&[0, 0, 1, 1, 2, 2, 3, 3], &["1", "2", "3", "4"]).unwrap();
    let test = ExactLogRank::new().within(blocks).test(&data, &arm).unwrap();
    assert_eq!(test.allocations(), 16.0);
    assert_relative_eq!(test.one_sided_p_value(Alternative::FirstHigher), 1.0 / 16.0, max_relative = 1e-12);
    // Without blocks it is one of C(8, 4) = 70.
    let free = ExactLogRank::new().test(&data, &arm).unwrap();
    assert_relative_eq!(free.one_sided_p_value(Alternative::FirstHigher), 1.0 / 70.0, max_relative = 1e-12);
}

#[test]
fn no_events_and_what_is_refused() {
    let (ffs, _, arm) = saa();
    let none = RightCensored::new(vec![1.0, 2.0, 3.0], vec![false; 3]).unwrap();
    for statistic in [PermutationStatistic::ScoreSum, PermutationStatistic::Standardized] {
        let test = ExactLogRank::new().statistic(statistic).test(&none, &arms(&[0, 1, 1])).unwrap();
        assert_eq!((test.p_value(), test.one_sided_p_value(Alternative::FirstLower)), (1.0, 1.0));
    }
    let three = Groups::from_codes(&[0; 18], &["a", "b", "c"]).unwrap();
    assert!(matches!(ExactLogRank::new().test(&ffs, &three), Err(Error::NotTwoGroups { found: 3, .. })));
    let fractional = ffs.clone().with_weights(Weights::replication(&[0.5; 18])).unwrap();
    assert_eq!(
        ExactLogRank::new().test(&fractional, &arm).unwrap_err().to_string(),
        "the exact log-rank test is not available with fractional weights: a permuted subject is whole; round the \
         weights, or use `WeightedLogRank`"
    );
    let z = ExactLogRank::new().statistic(PermutationStatistic::Standardized);
    let late = ffs.clone().with_entry(&[1.0; 18]).unwrap();
    assert_eq!(
        z.test(&late, &arm).unwrap_err().to_string(),
        "permuting Z is not available with delayed entry: permute T"
    );
    // Two strata whose products are too many: refused before they are listed.
    let n = 40;
    let strata =
        Groups::from_codes(&(0..n as usize).map(|i| i % 2).collect::<Vec<_>>(), &["x", "y"]).unwrap();
    let many = RightCensored::new((1..=n).map(f64::from).collect::<Vec<_>>(), vec![true; n as usize])
        .unwrap()
        .with_strata(strata)
        .unwrap();
    let codes: Vec<usize> = (0..n as usize).map(|i| i * i % 7 % 2).collect();
    assert_eq!(
        z.test(&many, &arms(&codes)).unwrap_err().to_string(),
        "permuting Z would need more than 4194304 states for these data: permute T, or use `MonteCarloLogRank`, which draws a sample of the allocations"
    );
}
