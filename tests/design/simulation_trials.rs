//! Whole simulated trials: against the simulation of samples, against known laws, and through estimands.

use greenwood::Error;
use greenwood::survival::result::{Alternative, HazardRatioMethod};
use greenwood::trial::design::simulation::{Cutoff, Finding, Simulation, TrialSimulation, Visits};
use greenwood::trial::design::{Accrual, Assumptions, GroupSequential, Hazard, StratifiedAssumptions};
use greenwood::trial::{Endpoint, Estimand, Exit, Role, Strategy, Stratification, Time, TimeUnit, Trial};

type Answer = Result<(), Error>;

#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Arm {
    New,
    Old,
}

#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Event {
    Progression,
    NewTherapy,
    Death,
}

const PFS: Endpoint<Event> = Endpoint::new("PFS", |e| match e {
    Event::Progression | Event::Death => Role::Event,
    Event::NewTherapy => Role::Ignore,
});
const PROGRESSION: Endpoint<Event> = Endpoint::new("progression", |e| match e {
    Event::Progression => Role::Event,
    Event::Death => Role::Competing,
    Event::NewTherapy => Role::Ignore,
});
const OS: Endpoint<Event> = Endpoint::overall_survival(|e| matches!(e, Event::Death));

fn assumed(ratio: f64) -> Result<Assumptions, Error> {
    let control = Hazard::median(9.0)?;
    let lost = Hazard::constant(0.01)?;
    Ok(Assumptions::new(control.times(ratio), control, Accrual::uniform(200.0, 12.0)?)
        .dropout(lost.clone(), lost))
}

fn trials(assumed: impl Into<StratifiedAssumptions>) -> TrialSimulation<Arm, Event> {
    TrialSimulation::new(assumed, [Arm::New, Arm::Old], Event::Progression)
}

fn log_rank(endpoint: Endpoint<Event>) -> impl Fn(&Trial<Arm, Event>) -> Result<Finding, Error> + Sync {
    move |trial| {
        let contrast = trial.analyse(&endpoint)?.contrast(Arm::New, Arm::Old)?;
        let ratio = contrast.hazard_ratio(HazardRatioMethod::Peto);
        Ok(ratio.map_or_else(Finding::none, |r| Finding::of(&r.into(), Alternative::FirstLower)))
    }
}

fn assert_within((found, error): (f64, f64), expected: f64) {
    assert!((found - expected).abs() < 5.0 * error, "{found} ± {error}, expected {expected}");
}

/// Without further events a whole trial is a sample with more words: events and power agree with the formula and the samples.
#[test]
fn plain_trials_agree_with_samples() -> Answer {
    let assumed = assumed(0.6)?;
    let whole = trials(assumed.clone()).cutoff(Cutoff::Time(24.0)).trials(300).seed(4);
    let result = whole.run(&log_rank(PFS))?;
    assert_within(result.events(), assumed.expected_events(24.0).iter().sum());
    let samples = Simulation::new(assumed).cutoff(Cutoff::Time(24.0)).trials(2_000);
    let samples = samples.run(&greenwood::trial::design::simulation::LogRankProcedure)?;
    let error = (result.std_error().powi(2) + samples.std_error().powi(2)).sqrt();
    assert_within((result.power(), error), samples.power());
    assert_eq!((result.duration().0, result.duration().1), (24.0, 0.0));
    for threads in [2, 5] {
        assert_eq!(whole.clone().threads(threads).run(&log_rank(PFS))?, result);
    }
    Ok(())
}

/// Progression at 0.08, death at 0.02 before it and at 0.1 after: the shares at 24 months in closed form.
#[test]
fn illness_and_death_follow_their_hazards() -> Answer {
    let (p, d, after) = (0.08, 0.02, 0.1);
    let assumed =
        Assumptions::new(Hazard::constant(p)?, Hazard::constant(p)?, Accrual::uniform(20_000.0, 1e-6)?)
            .competing(Hazard::constant(d)?, Hazard::constant(d)?);
    let simulation = trials(assumed)
        .competing(Event::Death)
        .after(Event::Progression, Event::Death, [after / d, after / d])
        .cutoff(Cutoff::Time(24.0));
    let trial = simulation.draw(0)?;
    let share = |f: &dyn Fn(&greenwood::trial::Subject<Arm, Event>) -> bool| {
        let p = trial.subjects().iter().filter(|s| f(s)).count() as f64 / 20_000.0;
        (p, (p * (1.0 - p) / 20_000.0).sqrt())
    };
    let both = p + d;
    let free = (-both * 24.0_f64).exp();
    assert_within(share(&|s| !s.had(Event::Progression) && s.exit() == Exit::Cutoff), free);
    let alive_after = p / (both - after + 1e-300) * ((-after * 24.0_f64).exp() - free);
    // Equal rates: p t e^{-rate t}.
    let alive_after = if (both - after).abs() < 1e-12 { p * 24.0 * free } else { alive_after };
    assert_within(share(&|s| s.had(Event::Progression) && s.exit() == Exit::Cutoff), alive_after);
    assert_within(share(&|s| s.exit() == Exit::Terminal(Event::Death)), 1.0 - free - alive_after);
    assert_within(share(&|s| s.had(Event::Progression)), p / both * (1.0 - free));
    // The same by the machinery: incidence of progression beside death.
    let incidence = trial.analyse(&PROGRESSION)?.incidence(Arm::New, Time::months(20.0))?.value()?;
    assert!((incidence - p / both * (1.0 - (-both * 20.0_f64).exp())).abs() < 0.03, "{incidence}");
    Ok(())
}

/// Rescue after progression, only there; a factor for one arm leaves the other alone.
#[test]
fn further_kinds_wait_and_act_by_arm() -> Answer {
    let control = Hazard::constant(0.1)?;
    let assumed = Assumptions::new(control.clone(), control, Accrual::uniform(10_000.0, 1e-6)?);
    let rescue = Hazard::constant(0.2)?;
    let simulation = trials(assumed)
        .intercurrent_after(Event::Progression, Event::NewTherapy, &rescue, &rescue)
        .dropout_after(Event::NewTherapy, [1.0, 1.0])
        .cutoff(Cutoff::Time(12.0));
    let trial = simulation.draw(3)?;
    for s in trial.subjects() {
        if let Some((at, _)) = s.events().iter().find(|e| e.1 == Event::NewTherapy) {
            assert!(s.events().iter().any(|(t, e)| *e == Event::Progression && t <= at));
        }
    }
    // P(rescued by 12): 1 - (0.2 e^{-1.2} - 0.1 e^{-2.4}) / 0.1.
    let expected = 1.0 - (0.2 * (-1.2_f64).exp() - 0.1 * (-2.4_f64).exp()) / 0.1;
    let found = trial.subjects().iter().filter(|s| s.had(Event::NewTherapy)).count() as f64 / 10_000.0;
    assert_within((found, (expected * (1.0 - expected) / 10_000.0_f64).sqrt()), expected);
    // Progression trebles the hazard of a therapy in the new arm alone.
    let rare = Hazard::constant(0.02)?;
    let by_arm = trials(Assumptions::new(
        Hazard::constant(0.1)?,
        Hazard::constant(0.1)?,
        Accrual::uniform(10_000.0, 1e-6)?,
    ))
    .intercurrent(Event::NewTherapy, &rare, &rare)
    .after(Event::Progression, Event::NewTherapy, [3.0, 1.0])
    .cutoff(Cutoff::Time(12.0))
    .draw(0)?;
    let count =
        |arm| by_arm.subjects().iter().filter(|s| s.arm() == arm && s.had(Event::NewTherapy)).count() as f64;
    let old = 1.0 - (-0.24_f64).exp();
    assert_within((count(Arm::Old) / 5_000.0, (old * (1.0 - old) / 5_000.0_f64).sqrt()), old);
    assert!(count(Arm::New) > 1.4 * count(Arm::Old));
    Ok(())
}

/// What visits date falls on a visit that took place, never before the event, and cutoffs by events know exactly so many.
#[test]
fn visits_date_what_they_see() -> Answer {
    let visits = Visits::every(2.0).window(0.5).missed(0.2);
    let simulation = trials(assumed(0.6)?)
        .visits(visits)
        .seen_at_visits(Event::Progression)
        .cutoff(Cutoff::EventsUntil(60, 200.0))
        .seed(12);
    let mut missed = 0.0;
    for number in 0..10 {
        let trial = simulation.draw(number)?;
        let mut known = 0;
        for s in trial.subjects() {
            for (at, kind) in s.events() {
                assert!(*kind == Event::Progression && s.visits().contains(at));
                known += 1;
            }
            let planned = (s.end().in_months() - 0.5) / 2.0;
            missed += planned.floor()
                - s.visits().iter().filter(|v| v.in_months() < 2.0 * planned.floor() + 0.5).count() as f64;
        }
        assert_eq!(known, 60);
        assert!(trial.cutoff().is_some());
        let assessed = PFS.assessed(Time::months(2.0), Some(2));
        assert!(trial.analyse(&assessed)?.contrast(Arm::New, Arm::Old)?.log_rank().z().is_some());
    }
    assert!(missed > 0.0);
    // Dates by visits are later than the events: fewer are known at a time.
    let plain = trials(assumed(0.6)?).cutoff(Cutoff::Time(18.0)).trials(100);
    let seen = plain.clone().visits(visits).seen_at_visits(Event::Progression);
    let (all, known) = (plain.run(&log_rank(PFS))?, seen.run(&log_rank(PFS))?);
    assert!(known.events().0 < all.events().0 - 3.0);
    Ok(())
}

/// A therapy with a hazard of its own that changes nothing is no informative event: treatment policy and hypothetical strategy
/// estimate one ratio. Where it halves the hazard, and comes to the control arm alone, they part.
#[test]
fn estimands_part_where_the_event_matters() -> Answer {
    let (often, never) = (Hazard::constant(0.05)?, Hazard::constant(0.0)?);
    let simulation = trials(assumed(0.6)?)
        .intercurrent(Event::NewTherapy, &never, &often)
        .cutoff(Cutoff::Time(30.0))
        .truth(0.6)
        .trials(150);
    let by = |strategy: Strategy| {
        move |trial: &Trial<Arm, Event>| -> Result<Finding, Error> {
            let estimand = Estimand::of(&PFS).with(Event::NewTherapy, strategy);
            let contrast = trial.analyse(estimand)?.contrast(Arm::New, Arm::Old)?;
            let model = contrast.cox(&[])?;
            let term = &model.terms()[0];
            let ratio = greenwood::survival::result::Estimate::new(
                greenwood::survival::result::Scale::Log,
                term.coefficient(),
                term.std_error().unwrap(),
            );
            Ok(Finding::of(&ratio, Alternative::FirstLower))
        }
    };
    for strategy in [Strategy::TreatmentPolicy, Strategy::Hypothetical] {
        let (bias, error) = simulation.run(&by(strategy))?.bias().unwrap();
        assert!(bias.abs() < 5.0 * error + 0.01, "{strategy:?}: {bias} ± {error}");
    }
    let rescue = simulation.after(Event::NewTherapy, Event::Progression, [0.3, 0.3]);
    let policy = rescue.run(&by(Strategy::TreatmentPolicy))?.bias().unwrap();
    let hypothetical = rescue.run(&by(Strategy::Hypothetical))?.bias().unwrap();
    assert!(policy.0 > 0.1, "{policy:?}");
    assert!(hypothetical.0.abs() < 5.0 * hypothetical.1 + 0.01, "{hypothetical:?}");
    Ok(())
}

#[test]
fn strata_looks_and_units() -> Answer {
    let of = |median: f64| -> Result<Assumptions, Error> {
        let control = Hazard::median(median)?;
        Ok(Assumptions::new(control.times(0.5), control, Accrual::uniform(60.0, 50.0)?))
    };
    let strata = StratifiedAssumptions::new([("young", of(60.0)?), ("old", of(30.0)?)])?;
    let bounds = GroupSequential::looks(2).fit()?;
    let simulation = trials(strata)
        .unit(TimeUnit::Weeks)
        .looks_at(&bounds, &[Cutoff::EventsUntil(40, 150.0), Cutoff::EventsUntil(80, 150.0)])
        .trials(60);
    let test = |trial: &Trial<Arm, Event>| -> Result<Option<f64>, Error> {
        let analysis = trial.analyse(&PFS)?.stratified(Stratification::AsRandomised)?;
        Ok(analysis.contrast(Arm::New, Arm::Old)?.log_rank().z().map(|z| -z))
    };
    let study = simulation.study(&test)?;
    let (with, without) = (study.with_effect(), study.without_effect());
    assert!(with.power() > 0.6 && without.power() < 0.15, "{study}");
    assert!(with.rejection_by_look()[0] > 0.0 && with.events().0 < without.events().0);
    assert!(simulation.draw(0)?.cutoff().unwrap().0 <= Time::weeks(150.0));
    Ok(())
}

#[test]
fn terminal_events_and_hostile_options() -> Answer {
    let text = |s: TrialSimulation<Arm, Event>| s.draw(0).unwrap_err().to_string();
    let plain = || trials(assumed(0.6).unwrap()).cutoff(Cutoff::Time(24.0));
    let death = TrialSimulation::new(assumed(0.6)?, [Arm::New, Arm::Old], Event::Death);
    let death = death.terminal().cutoff(Cutoff::EventsUntil(50, 100.0));
    let trial = death.draw(0)?;
    assert_eq!(trial.subjects().iter().filter(|s| s.exit() == Exit::Terminal(Event::Death)).count(), 50);
    assert_eq!(trial.analyse(&OS)?.records().iter().filter(|r| r.outcome.is_event()).count(), 50);
    let one = Hazard::constant(0.1)?;
    assert!(text(plain().cutoff(Cutoff::Events(3))).contains("use `Cutoff::EventsUntil(events, time)`"));
    assert!(text(plain().intercurrent(Event::Progression, &one, &one)).contains("Progression"));
    assert!(text(plain().after(Event::Death, Event::Progression, [1.0, 1.0])).contains("Death"));
    assert!(text(plain().seen_at_visits(Event::Progression)).contains("no visits"));
    assert!(text(plain().visits(Visits::every(0.0))).contains("the time between visits is 0"));
    assert!(text(plain().visits(Visits::every(2.0).window(1.5))).contains("the window of visits is 1.5"));
    assert!(text(plain().visits(Visits::every(2.0).missed(f64::NAN))).contains("missed visit is NaN"));
    let many = plain().intercurrent(Event::NewTherapy, &one, &one);
    assert!(
        text(many.after(Event::NewTherapy, Event::Progression, [1.0, -1.0])).contains("factor of a hazard")
    );
    let competing = assumed(0.6)?.competing(one.clone(), one);
    let unnamed = trials(competing).cutoff(Cutoff::Time(24.0));
    assert!(text(unnamed.clone()).contains("competing hazards without a kind of event"));
    let at_visits = unnamed.competing(Event::Death).visits(Visits::every(2.0)).seen_at_visits(Event::Death);
    assert!(text(at_visits).contains("a kind that ends follow-up"));
    // All visits missed: nothing is ever known.
    let blind = plain().visits(Visits::every(2.0).missed(1.0)).seen_at_visits(Event::Progression);
    assert!(blind.draw(0)?.subjects().iter().all(|s| s.events().is_empty()));
    Ok(())
}

/// The description of a simulation is stored and read back, and draws the same trials; what cannot be meant is refused when it runs.
#[cfg(feature = "serde")]
#[test]
fn descriptions_are_read_back() -> Answer {
    let one = Hazard::constant(0.02)?;
    let bounds = GroupSequential::looks(2).harm(greenwood::trial::design::Spending::Pocock, 0.1).fit()?;
    let simulation = trials(assumed(0.6)?.competing(one.clone(), one.clone()))
        .competing(Event::Death)
        .intercurrent(Event::NewTherapy, &one, &one.times(2.0))
        .after(Event::NewTherapy, Event::Progression, [0.5, 0.5])
        .dropout_after(Event::NewTherapy, [2.0, 1.0])
        .visits(Visits::every(2.0).missed(0.1))
        .seen_at_visits(Event::Progression)
        .looks_at(&bounds, &[Cutoff::EventsUntil(40, 40.0), Cutoff::EventsUntil(80, 60.0)])
        .seed(4)
        .trials(20);
    let text = serde_json::to_string(&simulation).unwrap();
    let read: TrialSimulation<Arm, Event> = serde_json::from_str(&text).unwrap();
    assert_eq!(read, simulation);
    assert_eq!(read.draw(3)?, simulation.draw(3)?);
    assert_eq!(read.run(&log_rank(PFS))?, simulation.run(&log_rank(PFS))?);
    for (field, value) in [
        ("\"trials\":20", "\"trials\":0"),
        ("\"tau\":0.0", "\"tau\":7.0"),
        ("\"sides\":1", "\"sides\":2"),
        ("{\"EventsUntil\":[40,40.0]},", ""),
        ("\"factors\":[2.0", "\"factors\":[-2.0"),
    ] {
        assert!(text.contains(field), "{field}: {text}");
        let other: TrialSimulation<Arm, Event> = serde_json::from_str(&text.replace(field, value)).unwrap();
        assert!(other.run(&log_rank(PFS)).is_err(), "{field}");
    }
    let samples = Simulation::new(assumed(0.6)?).looks(&bounds, 80.0).count_events_of("all").trials(10);
    let read: Simulation = serde_json::from_str(&serde_json::to_string(&samples).unwrap()).unwrap();
    assert_eq!(read, samples);
    Ok(())
}

/// A study of whole trials counts both scenarios, and can be ended: the second is then as long as the first.
#[test]
fn a_study_of_trials_shows_its_progress() -> Answer {
    let simulation = trials(assumed(0.6)?).cutoff(Cutoff::Time(20.0)).trials(120);
    let mut seen = Vec::new();
    let study = simulation.study_with(&log_rank(PFS), &mut |done| {
        seen.push(done);
        std::ops::ControlFlow::Continue(())
    })?;
    assert_eq!((seen.last(), study.without_effect().trials()), (Some(&240), 120));
    assert!(seen.windows(2).all(|w| w[0] <= w[1]), "{seen:?}");
    assert_eq!(study, simulation.study(&log_rank(PFS))?);
    let short =
        simulation.trials(100_000).study_with(&log_rank(PFS), &mut |_| std::ops::ControlFlow::Break(()))?;
    let (with, without) = (short.with_effect().trials(), short.without_effect().trials());
    assert!(with == without && with < 1000, "{with} {without}");
    Ok(())
}
