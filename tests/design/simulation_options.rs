//! Strata, blocks, cutoffs, informative dropout, estimates: simulated trials against what is known of them.

use std::ops::ControlFlow;

use greenwood::survival::{LogRank, MaxCombo, Weight};
use greenwood::trial::design::simulation::{
    ArmAllocation, CoxProcedure, Cutoff, Finding, LogRankProcedure, MaxComboProcedure, MilestoneProcedure,
    OperatingCharacteristics, Procedure, RestrictedMeanProcedure, Sample, Simulation, SimulationStudy,
    StratifiedLogRankProcedure, WeightedProcedure,
};
use greenwood::trial::design::{Accrual, Assumptions, GroupSequential, Hazard, StratifiedAssumptions};

type Answer = Result<(), greenwood::Error>;

fn assumed(ratio: f64, subjects: f64) -> Result<Assumptions, greenwood::Error> {
    let control = Hazard::median(12.0)?;
    Ok(Assumptions::new(control.times(ratio), control, Accrual::uniform(subjects, 24.0)?))
}

fn strata(ratio: f64) -> Result<StratifiedAssumptions, greenwood::Error> {
    let of = |median: f64, subjects: f64| -> Result<Assumptions, greenwood::Error> {
        let control = Hazard::median(median)?;
        Ok(Assumptions::new(control.times(ratio), control, Accrual::uniform(subjects, 12.0)?))
    };
    StratifiedAssumptions::new([("good", of(40.0, 120.0)?), ("poor", of(5.0, 80.0)?)])
}

/// 5 standard errors: a fixed seed fails by chance once in two million.
fn assert_within((found, error): (f64, f64), expected: f64) {
    assert!((found - expected).abs() < 5.0 * error, "{found} ± {error}, expected {expected}");
}

#[test]
fn strata_keep_their_subjects_and_their_events() -> Answer {
    let all = strata(0.6)?;
    let simulation = Simulation::new(all.clone()).cutoff(Cutoff::Time(24.0)).trials(1_000).seed(2);
    let sample = simulation.sample(7)?;
    assert_eq!(sample.strata(), ["good", "poor"]);
    assert_eq!(sample.stratum().iter().filter(|&&s| s == 1).count(), 80);
    let result = simulation.run(&StratifiedLogRankProcedure)?;
    assert_within(result.events(), all.total_events(24.0).iter().sum());
    // The fast test is the library's, within strata.
    for trial in 0..20 {
        let sample = simulation.sample(trial)?;
        let (data, arms) = sample.stratified_data()?;
        let test = LogRank::test(&data, &arms)?.z().unwrap();
        let fast = StratifiedLogRankProcedure.statistic(&sample).unwrap();
        assert!((fast - test).abs() < 1e-9, "{fast}, {test}");
        assert!((WeightedProcedure(Weight::LogRank).statistic(&sample).unwrap() - test).abs() < 1e-9);
    }
    Ok(())
}

/// Cut at the 30th event of one stratum, exactly so many of its events are known; a slip in the name is refused by name.
#[test]
fn a_cutoff_can_count_the_events_of_a_stratum() -> Answer {
    let simulation = Simulation::new(strata(0.6)?).cutoff(Cutoff::Events(30)).count_events_of("poor");
    for trial in 0..20 {
        let sample = simulation.sample(trial)?;
        let of = sample.stratum().iter().zip(sample.event()).filter(|(s, e)| **s == 1 && **e);
        assert_eq!(of.count(), 30);
    }
    let error = simulation.count_events_of("Poor").run(&LogRankProcedure).unwrap_err().to_string();
    assert!(error.contains("Poor") && error.contains("good, poor"), "{error}");
    // A blank for a hyphen (simtrial 305).
    let of = || assumed(0.6, 60.0);
    let named = StratifiedAssumptions::new([("Biomarker-positive", of()?), ("Biomarker-negative", of()?)])?;
    let slip = Simulation::new(named).cutoff(Cutoff::Events(20)).count_events_of("Biomarker positive");
    let error = slip.run(&LogRankProcedure).unwrap_err().to_string();
    assert!(
        error.contains("\"Biomarker positive\"") && error.contains("Biomarker-positive, Biomarker-negative"),
        "{error}"
    );
    // One stratum has any name: all events.
    let one = Simulation::new(assumed(0.6, 100.0)?).count_events_of("all").cutoff(Cutoff::Events(40));
    assert_eq!(one.sample(0)?.events(), 40);
    Ok(())
}

#[test]
fn cutoffs_by_events_have_a_latest_and_an_earliest_time() -> Answer {
    let simulation = Simulation::new(assumed(0.6, 200.0)?);
    for trial in 0..20 {
        let at = |cutoff| simulation.clone().cutoff(cutoff).sample(trial);
        let (by_events, by_time) = (at(Cutoff::Events(90))?, at(Cutoff::Time(26.0))?);
        let until = at(Cutoff::EventsUntil(90, 26.0))?;
        let from = at(Cutoff::EventsFrom(90, 26.0))?;
        assert_eq!(until.cutoff(), by_events.cutoff().min(26.0));
        assert_eq!(from.cutoff(), by_events.cutoff().max(26.0));
        assert_eq!(by_events.events(), 90);
        assert!(by_time.entry().iter().all(|e| *e < 26.0));
    }
    for cutoff in [Cutoff::EventsUntil(0, 3.0), Cutoff::EventsUntil(3, f64::NAN), Cutoff::EventsFrom(3, -1.0)]
    {
        assert!(simulation.clone().cutoff(cutoff).run(&LogRankProcedure).is_err());
    }
    Ok(())
}

/// In the order of entry every block of four has two of each arm; without blocks the arms have their shares all the same.
#[test]
fn blocks_are_balanced_in_the_order_of_entry() -> Answer {
    let simulation = Simulation::new(assumed(0.6, 100.0)?.allocation(1.0)?).cutoff(Cutoff::Time(1e6));
    let blocks = simulation.clone().allocation(ArmAllocation::Blocks(vec![4]));
    let mut differs = false;
    for trial in 0..20 {
        let sample = blocks.sample(trial)?;
        assert!(sample.entry().is_sorted());
        for block in sample.experimental().chunks(4) {
            assert_eq!(block.iter().filter(|e| **e).count(), 2);
            differs |= block[0] != block[1];
        }
        assert_eq!(simulation.sample(trial)?.experimental().iter().filter(|e| **e).count(), 50);
    }
    assert!(differs);
    let two_to_one = Simulation::new(assumed(0.6, 99.0)?.allocation(2.0)?).cutoff(Cutoff::Time(1e6));
    let sample = two_to_one.clone().allocation(ArmAllocation::Blocks(vec![3, 6])).sample(0)?;
    assert_eq!(sample.experimental().iter().filter(|e| **e).count(), 66);
    for (sizes, part) in
        [(vec![4], "a block size is 4"), (vec![], "block sizes is empty"), (vec![0], "a block size is 0")]
    {
        let error = two_to_one.clone().allocation(ArmAllocation::Blocks(sizes)).sample(0).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
    // Each by itself: binomial.
    let mut own = 0.0;
    let independent = simulation.allocation(ArmAllocation::Independent);
    for trial in 0..200 {
        own += independent.sample(trial)?.experimental().iter().filter(|e| **e).count() as f64;
    }
    assert_within((own / 20_000.0, (0.25_f64 / 20_000.0).sqrt()), 0.5);
    Ok(())
}

/// Where those leave early who would soon have the event, Kaplan-Meier is too high; where they are the others, too low. The
/// dropout itself stays what was assumed: the same share without the event hazard changing it much.
#[test]
fn informative_dropout_biases_the_curve_in_its_direction() -> Answer {
    let dropout = Hazard::constant(0.04)?;
    let assumed = assumed(1.0, 300.0)?.dropout(dropout.clone(), dropout);
    let survival = |sample: &Sample| -> Result<Finding, greenwood::Error> {
        let (data, _) = sample.data()?;
        let s = greenwood::survival::KaplanMeier::fit(&data).at(18.0).value().unwrap();
        let estimate =
            greenwood::survival::result::Estimate::new(greenwood::survival::result::Scale::Identity, s, 0.03);
        Ok(Finding::none().with_estimate(&estimate))
    };
    let bias = |tau: f64| -> Result<(f64, f64), greenwood::Error> {
        let simulation = Simulation::new(assumed.clone()).cutoff(Cutoff::Time(60.0)).trials(400);
        let truth = 0.5_f64.powf(1.5);
        Ok(simulation.dependent_dropout(tau).truth(truth).run(&survival)?.bias().unwrap())
    };
    assert_within(bias(0.0)?, 0.0);
    let (sick, well) = (bias(0.5)?, bias(-0.5)?);
    assert!(sick.0 > 20.0 * sick.1 && well.0 < -20.0 * well.1, "{sick:?} {well:?}");
    for tau in [1.0, -1.0, f64::NAN] {
        let error = Simulation::new(assumed.clone()).dependent_dropout(tau).sample(0).unwrap_err();
        assert!(error.to_string().starts_with("Kendall's tau of event and dropout is"), "{error}");
    }
    Ok(())
}

/// Under proportional hazards Cox's model is nearly unbiased and its intervals hold; the milestone difference is unbiased.
#[test]
fn bias_and_coverage_are_those_of_theory() -> Answer {
    let simulation = Simulation::new(assumed(0.6, 200.0)?).cutoff(Cutoff::Time(36.0)).trials(1_500).seed(8);
    let study = simulation.clone().truth(0.6).study(&CoxProcedure)?;
    let with = study.with_effect();
    // Of order 1/events: 0.5 % of the logarithm here.
    assert!(with.bias().unwrap().0.abs() < 5.0 * with.bias().unwrap().1 + 0.01, "{with}");
    assert_within(with.coverage().unwrap(), 0.95);
    assert!((with.mean_std_error().unwrap() / with.deviation().unwrap() - 1.0).abs() < 0.1);
    assert_within((study.without_effect().power(), study.without_effect().std_error()), 0.025);
    assert_within(study.without_effect().bias().unwrap(), 0.0);
    assert_eq!((study.without_effect().truth(), with.truth()), (Some(1.0), Some(0.6)));
    let rate = 2_f64.ln() / 12.0;
    let truth = (-0.6 * rate * 18.0).exp() - (-rate * 18.0_f64).exp();
    let milestone = simulation.clone().truth(truth).run(&MilestoneProcedure(18.0))?;
    assert_within(milestone.bias().unwrap(), 0.0);
    // Greenwood's interval is a little short: 94.4 % at this size.
    assert!((milestone.coverage().unwrap().0 - 0.95).abs() < 5.0 * milestone.coverage().unwrap().1 + 0.01);
    let mean = |h: f64| (1.0 - (-h * 18.0_f64).exp()) / h;
    let means = simulation.truth(mean(0.6 * rate) - mean(rate)).run(&RestrictedMeanProcedure(18.0))?;
    assert_within(means.bias().unwrap(), 0.0);
    assert_within(means.coverage().unwrap(), 0.95);
    Ok(())
}

/// `MaxCombo`'s normal quantile rejects where its one-sided p-value is below the level, and keeps it.
#[test]
fn max_combo_is_a_procedure() -> Answer {
    let combined = MaxCombo::new().weights(vec![
        Weight::LogRank,
        Weight::fleming_harrington(0.0, 1.0),
        Weight::fleming_harrington(1.0, 0.0),
    ]);
    let simulation = Simulation::new(assumed(0.6, 100.0)?).cutoff(Cutoff::Time(30.0)).trials(400);
    let none = simulation.clone().without_effect().run(&MaxComboProcedure(combined.clone()))?;
    assert_within((none.power(), 0.0079), 0.025);
    assert!(simulation.run(&MaxComboProcedure(combined))?.power() > 0.4);
    Ok(())
}

#[test]
fn results_are_a_table_and_can_be_stored() -> Answer {
    let bounds = GroupSequential::looks(2).fit()?;
    let simulation = Simulation::new(assumed(0.6, 150.0)?).trials(300).looks(&bounds, 100.0).truth(0.6);
    let study = simulation.study(&LogRankProcedure)?;
    let names: Vec<String> = study.with_effect().rows().iter().map(|r| r.name().to_string()).collect();
    assert_eq!(
        names[..5],
        ["rejected", "rejected at look 1", "rejected at look 2", "stopped for futility", "events"]
    );
    assert!(names.contains(&"bias".into()) && names.contains(&"coverage".into()));
    let text = study.to_string();
    assert!(text.starts_with("300 trials each\n") && text.contains("rejected at look 1"), "{text}");
    let stored = serde_json::to_string(&study).unwrap();
    assert_eq!(serde_json::from_str::<SimulationStudy>(&stored).unwrap(), study);
    let one = serde_json::to_string(study.with_effect()).unwrap();
    for (from, to) in [
        ("\"trials\":300", "\"trials\":3"),
        ("\"trials\":300", "\"trials\":0"),
        ("\"covered\":", "\"covered\":9"),
    ] {
        let broken = one.replacen(from, to, 1);
        assert_ne!(broken, one);
        let error = serde_json::from_str::<OperatingCharacteristics>(&broken).unwrap_err().to_string();
        assert!(error.contains("the stored result of a simulation"), "{error}");
    }
    Ok(())
}

/// An ended run is a result of the trials so far: the same as a run of so many.
#[test]
fn an_ended_run_is_a_run_of_fewer() -> Answer {
    let simulation =
        Simulation::new(assumed(0.7, 50.0)?).trials(100_000).cutoff(Cutoff::Time(30.0)).threads(2);
    let mut calls = 0;
    let ended = simulation.run_with(&LogRankProcedure, &mut |_| {
        calls += 1;
        if calls < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    assert!(ended.trials() < 100_000);
    assert_eq!(simulation.clone().threads(1).trials(ended.trials()).run(&LogRankProcedure)?, ended);
    Ok(())
}

#[test]
fn hostile_options_are_refused() -> Answer {
    let simulation = Simulation::new(assumed(0.7, 50.0)?).trials(20).cutoff(Cutoff::Time(30.0));
    let text = |s: Simulation| s.run(&CoxProcedure).unwrap_err().to_string();
    assert_eq!(text(simulation.clone().truth(f64::NAN)), "truth is NaN: it must be finite");
    assert_eq!(
        text(simulation.clone().truth(-1.0)),
        "truth is -1: it must be above 0: it is that of a ratio"
    );
    let bounds = GroupSequential::looks(3).fit()?;
    assert!(
        text(simulation.clone().looks_at(&bounds, &[Cutoff::Events(3)])).contains("cutoffs has 1 values")
    );
    for events in [0.0, -3.0, f64::NAN, f64::INFINITY] {
        assert!(text(simulation.clone().looks(&bounds, events)).contains("at least 1 event"), "{events}");
    }
    let two = GroupSequential::looks(3).sides(2).fit()?;
    assert!(text(simulation.clone().looks(&two, 30.0)).contains("two-sided bounds"));
    // A statistic that is not a number is none, and rejects nothing.
    let nonsense = |_: &Sample| Some(f64::NAN);
    let found = simulation.run(&nonsense)?;
    assert_eq!((found.not_computed(), found.power()), (20, 0.0));
    Ok(())
}
