//! Sizes under any two hazards: published and printed numbers of gsDesign2 and `RMSTdesign`, the integrals by scipy, the formulas
//! that are known under proportional hazards, and the crate's own simulated trials.

use std::sync::atomic::{AtomicUsize, Ordering};

use greenwood::Error;
use greenwood::survival::MaxCombo;
use greenwood::survival::log_rank::Weight;
use greenwood::survival::result::Alternative;
use greenwood::trial::design::non_proportional::{
    NonProportionalDesign, NonProportionalPlan, PlannedTest, StatisticVariance,
};
use greenwood::trial::design::simulation::{
    Cutoff, Finding, Procedure, RestrictedMeanProcedure, Sample, Simulation,
};
use greenwood::trial::design::{Accrual, Assumptions, FixedDesign, Hazard, StratifiedAssumptions, Target};

type Answer = Result<(), Error>;

fn close(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found}, expected {expected}");
}

/// The setting of gsDesign2's tests of its fixed designs: median 12, ratio 1 for four months, then 0.6.
fn delayed() -> Result<Assumptions, Error> {
    let rate = 2f64.ln() / 12.0;
    let experimental = Hazard::piecewise(&[4.0], &[rate, 0.6 * rate])?;
    let leaving = Hazard::constant(0.001)?;
    let accrual = Accrual::uniform(360.0, 18.0)?;
    Ok(Assumptions::new(experimental, Hazard::constant(rate)?, accrual).dropout(leaving.clone(), leaving))
}

/// Hazards that cross, unequal dropout, 2:1, accrual that picks up.
fn crossing() -> Result<Assumptions, Error> {
    let experimental = Hazard::piecewise(&[5.0], &[0.09, 0.04])?;
    let control = Hazard::piecewise(&[10.0], &[0.08, 0.05])?;
    let accrual = Accrual::piecewise(&[0.0, 6.0, 18.0], &[5.0, 15.0])?;
    let assumed = Assumptions::new(experimental, control, accrual).allocation(2.0)?;
    Ok(assumed.dropout(Hazard::constant(0.01)?, Hazard::constant(0.02)?))
}

fn fh(rho: f64, gamma: f64) -> Weight {
    Weight::fleming_harrington(rho, gamma)
}

fn given(test: PlannedTest, subjects: f64) -> Result<NonProportionalPlan, Error> {
    NonProportionalDesign::new(crossing()?, test, 40.0).target(Target::Subjects(subjects)).fit()
}

/// gsDesign2, its tests' snapshot `independent_as_gt.md`: N and events as printed. Its default plans with the information
/// of both hypotheses.
#[test]
fn average_hazard_ratio_of_gsdesign2() -> Answer {
    let plan = NonProportionalDesign::new(delayed()?, PlannedTest::AverageHazardRatio, 36.0).fit()?;
    close(plan.subjects(), 463.078, 1.1e-6);
    close(plan.events(), 324.7077, 1.6e-7);
    // gs_design_ahr(): accrual 3, 6, 9 over 2, 2 and 10 months; hazards of medians 9 and 18 that change at 3; ratios 0.9, 0.6.
    let ln2 = 2f64.ln();
    let control = Hazard::piecewise(&[3.0], &[ln2 / 9.0, ln2 / 18.0])?;
    let experimental = Hazard::piecewise(&[3.0], &[0.9 * ln2 / 9.0, 0.6 * ln2 / 18.0])?;
    let accrual = Accrual::piecewise(&[0.0, 2.0, 4.0, 14.0], &[3.0, 6.0, 9.0])?;
    let leaving = Hazard::constant(0.001)?;
    let assumed = Assumptions::new(experimental, control, accrual).dropout(leaving.clone(), leaving);
    let plan = NonProportionalDesign::new(assumed, PlannedTest::AverageHazardRatio, 36.0).fit()?;
    assert_eq!(format!("{:.1}", plan.events()), "291.9");
    assert_eq!(format!("{:.0}", plan.subjects()), "476");
    assert_eq!(format!("{:.2}", plan.average_hazard_ratio().unwrap()), "0.68");
    Ok(())
}

/// The same file, `fixed_design_fh`: 458.3509 subjects, 321.3931 events. Its formula is
/// `n = (z_α σ₁/σ₀ + z_β)² σ₁² / δ²` with σ₀ at the mean hazard in both arms.
#[test]
fn log_rank_of_gsdesign2() -> Answer {
    let test = PlannedTest::LogRank(Weight::LogRank);
    let one = NonProportionalDesign::new(delayed()?, test.clone(), 36.0).target(Target::Subjects(1.0));
    let plan = one.fit()?;
    let rate = 2f64.ln() / 12.0;
    let mean = Hazard::piecewise(&[4.0], &[rate, 0.8 * rate])?;
    let leaving = Hazard::constant(0.001)?;
    let null =
        Assumptions::new(mean.clone(), mean, Accrual::uniform(1.0, 18.0)?).dropout(leaving.clone(), leaving);
    let none = NonProportionalDesign::new(null, test, 36.0).target(Target::Subjects(1.0)).fit()?;
    let (alpha, beta) = (1.959963984540054, 1.2815515655446004);
    let n = ((alpha * (plan.information() / none.information()).sqrt() + beta) / plan.drift()).powi(2);
    // R's `integrate` runs over the kinks at 4 and 18 months and so keeps four or five digits; ours breaks there.
    close(n, 458.3509, 5e-5);
    close(n * plan.events(), 321.3931, 5e-5);
    Ok(())
}

/// `RMSTdesign`, README: medians 3 and 4, one year of accrual, three more of follow-up, horizon 3: 1024 subjects have power
/// 0.8004313.
#[test]
fn restricted_means_of_rmstdesign() -> Answer {
    let (control, experimental) = (Hazard::median(3.0)?, Hazard::median(4.0)?);
    let assumed = Assumptions::new(experimental, control, Accrual::uniform(1024.0, 1.0)?);
    let design = NonProportionalDesign::new(assumed, PlannedTest::RestrictedMean(3.0), 4.0);
    close(design.clone().target(Target::Subjects(1024.0)).fit()?.power(), 0.8004313, 7e-8);
    let n = design.target(Target::Power(0.8)).fit()?.subjects();
    assert!(n > 1022.0 && n <= 1024.0, "{n}");
    Ok(())
}

/// scipy 1.17.1: the definitions by adaptive quadrature, the pooled curve and the compensators by DOP853 at 1e-12.
#[test]
fn integrals_under_crossing_hazards() -> Answer {
    let references = [
        (Weight::LogRank, 0.022804282713825022, 0.14514325398381284),
        (fh(0.0, 1.0), 0.013844984013899539, 0.024702677662839644),
        (fh(0.5, 0.5), 0.012316935188144933, 0.026263810614135498),
        (fh(1.0, 0.0), 0.00895929869992548, 0.0679129550927022),
    ];
    for (weight, mean, variance) in references {
        let plan = given(PlannedTest::LogRank(weight), 210.0)?;
        close(plan.information(), 210.0 * variance, 1e-9);
        close(plan.drift(), mean * (210.0 / variance).sqrt(), 1e-9);
        close(plan.events_by_arm()[0], 210.0 * 0.46108248574543503, 1e-9);
        close(plan.events_by_arm()[1], 210.0 * 0.23232388771753057, 1e-9);
    }
    let own: [(Weight, f64, f64, f64); 2] = [
        (Weight::LogRank, 0.022804282713825022, 0.14514325398381284, 0.13795410879423342),
        (fh(0.0, 1.0), 0.013844984013899539, 0.024702677662839644, 0.024521128163000568),
    ];
    for (weight, mean, pooled, own) in own {
        let plan = given(PlannedTest::LogRank(weight), 210.0)?;
        let z: f64 = (1.959963984540054 * pooled.sqrt() - 210f64.sqrt() * mean) / own.sqrt();
        close(plan.power(), 0.5 * libm::erfc(z / 2f64.sqrt()), 1e-8);
    }
    let plan = given(PlannedTest::RestrictedMean(30.0), 210.0)?;
    close(plan.effect(), 1.5388109926211442, 1e-10);
    close(plan.information(), 210.0 / 590.926566490351, 1e-9);
    let plan = given(PlannedTest::Milestone(24.0), 210.0)?;
    close(plan.effect(), 0.07506711928145757, 1e-11);
    close(plan.information(), 210.0 / 1.0565199897245148, 1e-9);
    Ok(())
}

/// The weights 1, 1 − S and S hang together (the first is the sum of the others), so the three statistics are two: scipy's
/// bound and power are single integrals.
#[test]
fn max_combo_of_statistics_that_hang_together() -> Answer {
    let weights = vec![Weight::LogRank, fh(0.0, 1.0), fh(1.0, 0.0)];
    let design = NonProportionalDesign::new(crossing()?, PlannedTest::MaxCombo(weights), 40.0)
        .variance(StatisticVariance::Pooled)
        .target(Target::Subjects(210.0));
    let plan = design.fit()?;
    close(plan.correlations()[1], 0.8511659997849298, 1e-9);
    close(plan.correlations()[5], 0.6412234673728872, 1e-9);
    close(plan.critical(), 2.2117384452044084, 1e-8);
    close(plan.power(), 0.19207986231552965, 1e-8);
    // One member alone is its own test, and a second that is the same changes nothing.
    let alone = given(PlannedTest::LogRank(fh(0.0, 1.0)), 400.0)?;
    for weights in [vec![fh(0.0, 1.0)], vec![fh(0.0, 1.0); 2]] {
        let combined = given(PlannedTest::MaxCombo(weights), 400.0)?;
        close(combined.power(), alone.power(), 1e-7);
        close(combined.critical(), 1.959963984540054, 1e-7);
    }
    Ok(())
}

/// Under proportional hazards the average ratio is the ratio, so the plan is Schoenfeld's; the log-rank integral tends to it
/// as the ratio tends to 1.
#[test]
fn proportional_hazards_are_the_known_formula() -> Answer {
    let control = Hazard::piecewise(&[6.0], &[0.1, 0.05])?;
    for (ratio, allocation) in [(0.5, 1.0), (0.7, 2.0), (0.99, 1.0)] {
        let known = FixedDesign::new(ratio)
            .allocation(allocation)
            .control(control.clone())
            .accrual(24.0)
            .followup(12.0)
            .fit()?;
        let assumed = Assumptions::new(control.times(ratio), control.clone(), Accrual::uniform(1.0, 24.0)?)
            .allocation(allocation)?;
        let design = |test| {
            NonProportionalDesign::new(assumed.clone(), test, 36.0).variance(StatisticVariance::Pooled).fit()
        };
        let plan = design(PlannedTest::AverageHazardRatio)?;
        close(plan.effect(), ratio, 1e-10);
        close(plan.subjects(), known.subjects().unwrap(), 1e-9);
        close(plan.events(), known.events(), 1e-9);
        if ratio == 0.99 {
            // The difference of the two is of the order of the logarithm squared.
            close(design(PlannedTest::LogRank(Weight::LogRank))?.subjects(), plan.subjects(), 1e-4);
        }
    }
    Ok(())
}

/// Two strata that are alike are one; strata with effects of their own add up by their subjects.
#[test]
fn strata() -> Answer {
    let one = crossing()?;
    let two = StratifiedAssumptions::new([("a", one.with_subjects(70.0)), ("b", one.with_subjects(140.0))])?;
    for test in [PlannedTest::LogRank(fh(0.0, 1.0)), PlannedTest::AverageHazardRatio] {
        let single = NonProportionalDesign::new(one.clone(), test.clone(), 40.0).fit()?;
        let both = NonProportionalDesign::new(two.clone(), test, 40.0).fit()?;
        close(both.subjects(), single.subjects(), 1e-10);
        close(both.events(), single.events(), 1e-10);
        let a = &both.assumptions().stratum("a")?.accrual().subjects();
        close(*a, both.subjects() / 3.0, 1e-10);
    }
    let refused = two.stratum("Biomarker positive").unwrap_err().to_string();
    assert!(refused.contains("Biomarker positive") && refused.contains("a, b"), "{refused}");
    let refused = NonProportionalDesign::new(two, PlannedTest::Milestone(12.0), 40.0).fit().unwrap_err();
    assert!(refused.to_string().contains("stratified log-rank"), "{refused}");
    let twice = StratifiedAssumptions::new([("a", one.clone()), ("a", one)]).unwrap_err();
    assert!(twice.to_string().contains("\"a\""), "{twice}");
    Ok(())
}

/// The tests of one trial, and in how many trials each has shown a benefit: log-rank, late weight, their maximum, restricted means.
struct Each(MaxCombo, [AtomicUsize; 4]);

impl Procedure for Each {
    fn analyse(&self, sample: &Sample) -> Finding {
        let shown = || -> Result<[bool; 4], Error> {
            let (data, arms) = sample.data()?;
            let test = self.0.test(&data, &arms)?;
            // The control arm is the first group: more of its events than expected is a benefit.
            let p = test.one_sided_p_value(Alternative::FirstHigher);
            let means = RestrictedMeanProcedure(30.0).analyse(sample).statistic();
            let far = |z: Option<f64>| z.is_some_and(|z| z >= 1.959963984540054);
            Ok([far(test.z()[0]), far(test.z()[1]), p.is_some_and(|p| p <= 0.025), far(means)])
        };
        for (count, shown) in self.1.iter().zip(shown().unwrap_or_default()) {
            count.fetch_add(usize::from(shown), Ordering::Relaxed);
        }
        None.into()
    }
}

/// In how many of `trials` trials of `n` subjects each test shows a benefit, with the effect or without one.
fn shown(n: f64, trials: usize, effect: bool) -> Result<[f64; 4], Error> {
    let each = Each(MaxCombo::new().weights([Weight::LogRank, fh(0.0, 1.0)]), Default::default());
    let simulation = Simulation::new(delayed()?.with_subjects(n)).trials(trials).seed(5).threads(2);
    let simulation = simulation.cutoff(Cutoff::Time(36.0));
    if effect {
        simulation.run(&each)?
    } else {
        simulation.without_effect().run(&each)?
    };
    Ok(each.1.map(|count| count.into_inner() as f64 / trials as f64))
}

/// 5 standard errors and half a percentage point for the normal approximation.
fn power_of_simulated_trials(trials: usize) -> Answer {
    let (n, weights) = (400.0, [Weight::LogRank, fh(0.0, 1.0)]);
    let found = shown(n, trials, true)?;
    for (test, shown) in [
        (PlannedTest::LogRank(Weight::LogRank), 0),
        (PlannedTest::AverageHazardRatio, 0),
        (PlannedTest::LogRank(fh(0.0, 1.0)), 1),
        (PlannedTest::MaxCombo(weights.to_vec()), 2),
        (PlannedTest::RestrictedMean(30.0), 3),
    ] {
        let share = found[shown];
        let target = Target::Subjects(n);
        let plan = NonProportionalDesign::new(delayed()?, test, 36.0).target(target).fit()?;
        let bound = 5.0 * (share * (1.0 - share) / trials as f64).sqrt() + 0.005;
        assert!((share - plan.power()).abs() < bound, "{plan}\n{share}");
    }
    Ok(())
}

/// Without an effect each of these tests shows a benefit in 2.5 % of the trials: 5 standard errors, and for the difference of restricted
/// means, whose variance is estimated without a degree of freedom, half a percentage point.
fn error_of_simulated_trials(trials: usize) -> Answer {
    let error = 5.0 * (0.025_f64 * 0.975 / trials as f64).sqrt();
    for (share, formula) in shown(120.0, trials, false)?.into_iter().zip([0.0, 0.0, 0.0, 0.005]) {
        assert!((share - 0.025).abs() < error + formula, "{share}");
    }
    Ok(())
}

#[test]
fn simulated_trials_have_this_power_and_error() -> Answer {
    power_of_simulated_trials(1_000)?;
    error_of_simulated_trials(2_000)
}

#[test]
#[ignore = "some seconds of release build: `bash .ci/long design`"]
fn many_simulated_trials_have_this_power_and_error() -> Answer {
    power_of_simulated_trials(10_000)?;
    error_of_simulated_trials(30_000)
}

#[test]
fn power_grows_with_subjects_and_the_duration_is_found_again() -> Answer {
    let tests = [
        PlannedTest::LogRank(fh(0.0, 1.0)),
        PlannedTest::MaxCombo(vec![Weight::LogRank, fh(0.0, 1.0)]),
        PlannedTest::AverageHazardRatio,
        PlannedTest::RestrictedMean(18.0),
        PlannedTest::Milestone(18.0),
    ];
    for test in tests {
        let design = NonProportionalDesign::new(delayed()?, test.clone(), 36.0);
        let mut last = 0.0;
        for n in [20.0, 60.0, 180.0, 540.0, 1620.0] {
            let power = design.clone().target(Target::Subjects(n)).fit()?.power();
            assert!(power > last, "{test:?}: {power} with {n}");
            last = power;
        }
        let plan = design.fit()?;
        let again = design.clone().target(Target::Subjects(plan.subjects())).fit()?;
        close(again.power(), 0.9, 1e-7);
        close(design.clone().target(Target::Events(plan.events())).fit()?.power(), 0.9, 1e-7);
        let time = design.time_for(plan.subjects())?.unwrap();
        assert!(time <= 36.0 + 1e-6, "{test:?}: {time}");
        let there = NonProportionalDesign::new(delayed()?, test.clone(), time).fit()?;
        close(there.subjects(), plan.subjects(), 1e-6);
    }
    // Ten subjects never show it.
    let design = NonProportionalDesign::new(delayed()?, PlannedTest::LogRank(Weight::LogRank), 36.0);
    assert_eq!(design.time_for(10.0)?, None);
    Ok(())
}

#[test]
fn what_cannot_be_planned_says_what_to_do() -> Answer {
    let log_rank = || PlannedTest::LogRank(Weight::LogRank);
    let message = |assumed: Assumptions, test, time| {
        NonProportionalDesign::new(assumed, test, time).fit().unwrap_err().to_string()
    };
    let accrual = || Accrual::uniform(100.0, 12.0).unwrap();
    let none = Hazard::constant(0.0)?;
    let some = Hazard::constant(0.1)?;
    let text = message(Assumptions::new(none.clone(), none.clone(), accrual()), log_rank(), 24.0);
    assert!(text.contains("raise the hazards"), "{text}");
    let text = message(Assumptions::new(some.clone(), some.clone(), accrual()), log_rank(), 24.0);
    assert!(text.contains("no benefit"), "{text}");
    let worse = Assumptions::new(some.times(1.5), some.clone(), accrual());
    assert!(message(worse, log_rank(), 24.0).contains("which arm"));
    let text =
        message(Assumptions::new(none, some.clone(), accrual()), PlannedTest::AverageHazardRatio, 24.0);
    assert!(text.contains("weighted log-rank"), "{text}");
    assert!(message(delayed()?, log_rank(), 0.0).contains("nobody would be followed"));
    assert!(message(delayed()?, PlannedTest::Milestone(36.0), 36.0).contains("before the analysis"));
    assert!(message(delayed()?, PlannedTest::MaxCombo(Vec::new()), 36.0).contains("weights"));
    let nothing = Weight::Piecewise { cuts: vec![50.0], weights: vec![0.0, 1.0] };
    assert!(message(delayed()?, PlannedTest::LogRank(nothing), 36.0).contains("change the weight"));
    assert!(Accrual::uniform(0.0, 12.0).is_err() && Accrual::piecewise(&[0.0, 3.0], &[0.0]).is_err());
    // Hazards beyond all measure end in a number or an error, not in a panic or a NaN.
    for rate in [1e-300, 1e-9, 1e6, 1e99] {
        let assumed = Assumptions::new(Hazard::constant(0.5 * rate)?, Hazard::constant(rate)?, accrual());
        for test in [log_rank(), PlannedTest::RestrictedMean(6.0), PlannedTest::LogRank(fh(-1.0, 2.0))] {
            if let Ok(plan) = NonProportionalDesign::new(assumed.clone(), test, 24.0).fit() {
                assert!(plan.subjects().is_finite() && plan.power() > 0.0);
            }
        }
    }
    Ok(())
}

/// All at once, and weights with kinks.
#[test]
fn other_weights_and_accruals() -> Answer {
    let at_once =
        Assumptions::new(Hazard::constant(0.05)?, Hazard::constant(0.08)?, Accrual::uniform(200.0, 0.0)?);
    let evenly =
        Assumptions::new(Hazard::constant(0.05)?, Hazard::constant(0.08)?, Accrual::uniform(200.0, 1e-4)?);
    let plan = |assumed: &Assumptions, weight: Weight| {
        NonProportionalDesign::new(assumed.clone(), PlannedTest::LogRank(weight), 30.0)
            .fit()
            .map(|p| p.subjects())
    };
    let weights = [
        Weight::LogRank,
        fh(0.0, 0.1),
        Weight::GehanBreslow,
        Weight::TaroneWare,
        Weight::PetoPeto,
        Weight::ModestlyWeighted { survival: 0.5 },
        Weight::ModestlyWeightedFrom { time: 12.0 },
        Weight::early_zero(3.0),
    ];
    for weight in weights {
        close(plan(&at_once, weight.clone())?, plan(&evenly, weight.clone())?, 1e-4);
    }
    // With equal hazards of leaving none, the pooled curve is the mixture: S = (e^{−0.05t} + e^{−0.08t})/2 is a half at t₀.
    let (mut low, mut high) = (0.0_f64, 30.0);
    for _ in 0..200 {
        let t = f64::midpoint(low, high);
        if (-0.05 * t).exp() + (-0.08 * t).exp() > 1.0 { low = t } else { high = t }
    }
    let capped = plan(&at_once, Weight::ModestlyWeighted { survival: 0.5 })?;
    close(plan(&at_once, Weight::ModestlyWeightedFrom { time: low })?, capped, 1e-9);
    Ok(())
}

/// Assumptions are read back as they were written; names that stand twice are refused when read.
#[cfg(feature = "serde")]
#[test]
fn strata_are_read_back() -> Answer {
    let strata = StratifiedAssumptions::new([("a", crossing()?), ("b", delayed()?)])?;
    let text = serde_json::to_string(&strata).unwrap();
    assert_eq!(serde_json::from_str::<StratifiedAssumptions>(&text).unwrap(), strata);
    let twice = text.replace("[\"b\"", "[\"a\"");
    assert!(
        serde_json::from_str::<StratifiedAssumptions>(&twice).unwrap_err().to_string().contains("own name")
    );
    Ok(())
}

/// Two-sided, either arm may be the better one.
#[test]
fn two_sides_look_both_ways() -> Answer {
    let (good, bad) = (Hazard::constant(0.05)?, Hazard::constant(0.08)?);
    let accrual = Accrual::uniform(1.0, 12.0)?;
    let tests = [
        PlannedTest::LogRank(fh(0.0, 0.5)),
        PlannedTest::AverageHazardRatio,
        PlannedTest::RestrictedMean(12.0),
    ];
    for test in tests {
        let size = |a: &Hazard, b: &Hazard| {
            let assumed = Assumptions::new(a.clone(), b.clone(), accrual.clone());
            let design = NonProportionalDesign::new(assumed, test.clone(), 36.0).sides(2).alpha(0.05);
            design.fit().map(|p| p.subjects())
        };
        close(size(&good, &bad)?, size(&bad, &good)?, 1e-9);
        assert!(size(&good, &bad)? > 10.0);
    }
    Ok(())
}
