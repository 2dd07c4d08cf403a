//! Simulated trials agree with the formulas within their Monte Carlo error, and are the same for any number of threads.

use greenwood::survival::{LogRank, Weight};
use greenwood::trial::design::randomisation::{BiasedCoin, Minimisation, PermutedBlockList, to_csv};
use greenwood::trial::design::simulation::{
    Cutoff, LogRankProcedure, Procedure, RestrictedMeanProcedure, Sample, Simulation, WeightedProcedure,
    delayed_effect,
};
use greenwood::trial::design::{
    Accrual, Assumptions, BoundaryType, FixedDesign, GraphicalProcedure, GroupSequential, Hazard, Target,
};

type Answer = Result<(), greenwood::Error>;

fn assumed(ratio: f64, subjects: f64) -> Result<Assumptions, greenwood::Error> {
    let control = Hazard::median(12.0)?;
    Ok(Assumptions::new(control.times(ratio), control, Accrual::uniform(subjects, 24.0)?))
}

/// 5 standard errors: a fixed seed fails by chance once in two million.
fn assert_within(found: f64, error: f64, expected: f64) {
    assert!((found - expected).abs() < 5.0 * error, "{found} ± {error}, expected {expected}");
}

#[test]
fn power_error_events_and_duration_are_those_of_the_formulas() -> Answer {
    let design = FixedDesign::new(0.6)
        .target(Target::Power(0.9))
        .control(Hazard::median(12.0)?)
        .accrual(24.0)
        .followup(12.0);
    let plan = design.fit()?;
    let simulation = Simulation::new(assumed(0.6, 252.0)?).trials(6_000).seed(11);
    let result = simulation.clone().cutoff(Cutoff::Time(36.0)).run(&LogRankProcedure)?;
    // Schoenfeld's formula is for ratios near 1: at 0.6 the power of 161 events is within a percentage point of 90 %.
    assert!((result.power() - 0.9).abs() < 0.012, "{result}");
    assert_within(
        result.events().0,
        result.events().1,
        plan.assumptions().unwrap().expected_events(36.0).iter().sum::<f64>() * 252.0
            / plan.subjects().unwrap(),
    );
    let none = simulation.without_effect().cutoff(Cutoff::Events(161)).run(&LogRankProcedure)?;
    assert_within(none.power(), none.std_error(), 0.025);
    assert!((none.events().0 - 161.0).abs() < 1e-9);
    Ok(())
}

#[test]
fn a_group_sequential_trial_stops_as_its_bounds_say() -> Answer {
    let bounds = GroupSequential::looks(3).boundary(BoundaryType::Pocock).power(0.9).fit()?;
    // A ratio near 1 and many events: there the drift is (ln h) √D / 2.
    let events = 600.0;
    let drift = -(0.8_f64).ln() * f64::sqrt(events) / 2.0;
    let simulation = Simulation::new(assumed(0.8, 900.0)?).trials(1_500).seed(5).looks(&bounds, events);
    let result = simulation.run(&LogRankProcedure)?;
    for (found, expected) in result.rejection_by_look().iter().zip(bounds.rejection_by_look(drift)) {
        let error = (expected * (1.0 - expected) / 1_500.0).sqrt();
        assert!((found - expected).abs() < 5.0 * error + 0.01, "{found} and {expected}");
    }
    // Without an effect, with fewer subjects and more trials.
    let trials = 3_000;
    let none = Simulation::new(assumed(1.0, 60.0)?).trials(trials).seed(5).looks(&bounds, 45.0);
    let none = none.run(&LogRankProcedure)?;
    for (found, expected) in none.rejection_by_look().iter().zip(bounds.rejection_by_look(0.0)) {
        assert_within(*found, (expected * (1.0 - expected) / trials as f64).sqrt(), expected);
    }
    let size = events * bounds.expected_fraction(drift);
    assert!((result.events().0 - size).abs() < 5.0 * result.events().1 + 0.01 * size);
    Ok(())
}

#[test]
fn threads_do_not_change_a_bit() -> Answer {
    let simulation = Simulation::new(assumed(0.7, 100.0)?).trials(2_500).seed(3).cutoff(Cutoff::Events(60));
    let one = simulation.clone().run(&LogRankProcedure)?;
    for threads in [2, 3, 7] {
        assert_eq!(simulation.clone().threads(threads).run(&LogRankProcedure)?, one);
    }
    Ok(())
}

/// The fast procedure is the library's test to rounding, and the others are those of the library too.
#[test]
fn procedures_are_the_tests_of_the_crate() -> Answer {
    let simulation = Simulation::new(assumed(0.6, 80.0)?).seed(9).cutoff(Cutoff::Time(30.0));
    for trial in 0..50 {
        let sample = simulation.sample(trial)?;
        let (data, arms) = sample.data()?;
        let test = LogRank::test(&data, &arms)?;
        let fast = LogRankProcedure.statistic(&sample).unwrap();
        assert!((fast - test.z().unwrap()).abs() < 1e-9, "{fast} and {:?}", test.z());
        let weighted = WeightedProcedure(Weight::LogRank).statistic(&sample).unwrap();
        assert!((fast - weighted).abs() < 1e-9);
        assert!(RestrictedMeanProcedure(12.0).statistic(&sample).is_some());
    }
    // A function is a procedure.
    let always = |_: &Sample| Some(10.0);
    assert_eq!(simulation.trials(100).run(&always)?.power(), 1.0);
    Ok(())
}

#[test]
fn a_delayed_effect_is_found_by_late_weights() -> Answer {
    let control = Hazard::median(12.0)?;
    let late = delayed_effect(&control, 6.0, 0.5)?;
    assert!(
        (late.rate(3.0) - control.rate(3.0)).abs() < 1e-15
            && (late.rate(9.0) - 0.5 * control.rate(9.0)).abs() < 1e-15
    );
    let simulation = Simulation::new(Assumptions::new(late, control, Accrual::uniform(200.0, 12.0)?))
        .trials(600)
        .cutoff(Cutoff::Time(36.0));
    let (plain, weighted) = (
        simulation.run(&LogRankProcedure)?,
        simulation.run(&WeightedProcedure(Weight::fleming_harrington(0.0, 1.0)))?,
    );
    assert!(weighted.power() > plain.power() + 0.05, "{} and {}", weighted.power(), plain.power());
    Ok(())
}

#[test]
fn a_run_can_be_ended() -> Answer {
    let simulation = Simulation::new(assumed(0.7, 50.0)?).trials(100_000).cutoff(Cutoff::Time(30.0));
    let result = simulation.run_with(&LogRankProcedure, &mut |_| std::ops::ControlFlow::Break(()))?;
    assert!(result.trials() < 10_000 && result.trials() > 0);
    Ok(())
}

#[test]
fn hostile_simulations_are_refused_or_answered() -> Answer {
    let simulation = |subjects| Simulation::new(assumed(0.7, subjects).unwrap()).trials(50);
    assert!(
        simulation(1.0).run(&LogRankProcedure).unwrap_err().to_string().contains("between 2 and 100 million")
    );
    assert!(simulation(10.0).trials(0).run(&LogRankProcedure).is_err());
    assert!(
        simulation(10.0)
            .cutoff(Cutoff::Events(0))
            .run(&LogRankProcedure)
            .unwrap_err()
            .to_string()
            .contains("at least 1 event")
    );
    // More events than subjects: everybody is followed to the end.
    let all = simulation(10.0).cutoff(Cutoff::Events(500)).run(&LogRankProcedure)?;
    assert_eq!(all.events().0, 10.0);
    // A cutoff at once: nothing to test, nothing rejected.
    let none = simulation(10.0).cutoff(Cutoff::Time(1e-9)).run(&LogRankProcedure)?;
    assert_eq!((none.power(), none.not_computed()), (0.0, 50));
    // No hazard at all.
    let never = Hazard::constant(0.0)?;
    let quiet = Simulation::new(Assumptions::new(never.clone(), never, Accrual::uniform(20.0, 1.0)?))
        .trials(20)
        .cutoff(Cutoff::Events(5));
    assert_eq!(quiet.run(&LogRankProcedure)?.events().0, 0.0);
    Ok(())
}

#[test]
fn lists_are_balanced_and_the_same_for_a_seed() -> Answer {
    let scheme = PermutedBlockList::new(&["new", "old"], &[2, 1]).block_sizes(&[3, 6]).seed(4);
    let list = scheme.allocate("site, 1", 60)?;
    assert_eq!(list, scheme.allocate("site, 1", 60)?);
    assert_ne!(list, scheme.allocate("site 2", 60)?);
    for block in 1..list[list.len() - 1].block {
        let own: Vec<_> = list.iter().filter(|a| a.block == block).collect();
        assert_eq!(own.iter().filter(|a| a.arm == "new").count() * 3, own.len() * 2);
    }
    assert!(to_csv(&list).starts_with("stratum,number,block,arm\n\"site, 1\",1,1,"));
    for (error, text) in [
        (
            scheme.clone().block_sizes(&[4]).allocate("a", 5).unwrap_err(),
            "block_sizes is 4: it must be a multiple of the sum of the ratio, at most 10,000",
        ),
        (
            scheme.clone().block_sizes(&[usize::MAX]).allocate("a", 5).unwrap_err(),
            "block_sizes is 18446744073709552000: it must be a multiple of the sum of the ratio, at most 10,000",
        ),
        (
            PermutedBlockList::new(&["a"], &[1]).allocate("a", 5).unwrap_err(),
            "1 group(s) found: a comparison needs at least 2",
        ),
        (
            PermutedBlockList::new(&["a", "b"], &[usize::MAX, 1]).allocate("a", 5).unwrap_err(),
            "ratio is 18446744073709552000: it must be between 1 and 1000",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
    assert!(BiasedCoin::new("a", "b", 0.4).is_err());
    // A list that would not fit into memory is refused.
    let coin = BiasedCoin::new("a", "b", 0.6)?.allocate("all", usize::MAX).map(|_| ());
    let blocks = PermutedBlockList::new(&["a", "b"], &[1, 1]).allocate("all", usize::MAX).map(|_| ());
    for refused in [coin, blocks, GraphicalProcedure::holm(usize::MAX).map(|_| ())] {
        assert!(matches!(refused, Err(greenwood::Error::TooLarge { .. })), "{refused:?}");
    }
    // A sure coin alternates in pairs.
    let pairs = BiasedCoin::new("a", "b", 1.0)?.allocate("all", 20)?;
    assert!(pairs.chunks(2).all(|p| p[0].arm != p[1].arm));
    let mut trial = Minimisation::new(&["a", "b"], &[1, 1], &["sex"]).probability(1.0).start()?;
    for i in 0..30 {
        trial.assign(&[["f", "m"][i % 2]])?;
        for level in ["f", "m"] {
            if let Some(n) = trial.counts("sex", level) {
                assert!(n[0].abs_diff(n[1]) <= 1);
            }
        }
    }
    assert!(trial.assign(&["f", "x"]).is_err());
    Ok(())
}
