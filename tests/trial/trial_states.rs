//! Current states from the subjects' own timelines: by hand, against shares, and against Kaplan-Meier.

use approx::assert_relative_eq;
use greenwood::trial::states::{
    Graft, GraftEvent, Leukaemia, LeukaemiaEvent, ReadyMade, StandardStates, Transfusion, TransfusionEvent,
    Treatment, TreatmentEvent,
};
use greenwood::trial::{CurrentState, Endpoint, Exit, Population, Role, StateAnalysis, Subject, Time, Trial};
use greenwood::{Error, TrialError};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Relapse,
    Remission,
    Visit,
    Death,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Free,
    Relapsed,
    Dead,
}

const CURRENT: CurrentState<Kind, State> = CurrentState::new("current", State::Free, |k| match k {
    Kind::Relapse => Some(State::Relapsed),
    Kind::Remission => Some(State::Free),
    Kind::Death => Some(State::Dead),
    Kind::Visit => None,
});

fn subject(
    arm: &'static str,
    events: &[(f64, Kind)],
    end: f64,
    exit: Exit<Kind>,
) -> Subject<&'static str, Kind> {
    let begun = events.iter().fold(Subject::on(arm), |s, &(at, kind)| s.then(Time::days(at), kind));
    begun.until(Time::days(end), exit).unwrap()
}

#[test]
fn timelines_become_histories() -> Result<(), Error> {
    let trial = Trial::new([
        subject(
            "a",
            &[(6.0, Kind::Relapse), (9.0, Kind::Remission), (10.0, Kind::Visit)],
            24.0,
            Exit::Cutoff,
        ),
        subject("a", &[(12.0, Kind::Relapse)], 20.0, Exit::Terminal(Kind::Death)),
        // Relapsed at entry; two events on one day, of which the last decides; a relapse of the relapsed.
        subject("b", &[(0.0, Kind::Relapse), (5.0, Kind::Remission), (5.0, Kind::Relapse)], 30.0, Exit::Lost),
        subject("b", &[], 0.0, Exit::Lost),
    ]);
    let states = trial.states(&CURRENT)?;
    let (histories, groups) = states.histories();
    assert_eq!(histories.start(), [0.0, 6.0, 9.0, 0.0, 12.0, 0.0]);
    assert_eq!(histories.stop(), [6.0, 9.0, 24.0, 12.0, 20.0, 30.0]);
    assert_eq!((histories.from(), histories.to()), (&[0, 1, 0, 0, 1, 1][..], &[2, 1, 0, 2, 3, 0][..]));
    assert_eq!(groups.codes(), [0, 0, 0, 0, 0, 1]);
    assert_eq!(
        (states.states(), states.without_time()),
        (&[State::Free, State::Relapsed, State::Dead][..], 1)
    );
    assert!(histories.check().problems().is_empty());
    let free = |days| states.probability("a", State::Free, Time::days(days)).map(|p| p.value().unwrap());
    assert_eq!([free(5.0)?, free(7.0)?, free(10.0)?, free(13.0)?, free(23.0)?], [1.0, 0.5, 1.0, 0.5, 0.5]);
    assert_eq!(states.probability("b", State::Relapsed, Time::days(20.0))?.value()?, 1.0);
    // Up to 20 days: 3 and 8 days in relapse.
    assert_relative_eq!(
        states.mean_time("a", State::Relapsed, Time::days(20.0))?.value(),
        5.5,
        max_relative = 1e-12
    );
    let difference = states.difference(State::Free, "a", "b", Time::days(7.0))?;
    assert_eq!(difference.value()?, 0.5);
    assert_eq!(
        states.to_string(),
        "current\na at 24 days (0.8 months): Free 50.0% ± 35.4%, Relapsed 0.0% (no standard error: nobody is in the \
         state), Dead 50.0% ± 35.4%\nb at 30 days (1.0 months): Free 0.0% (no standard error: nobody is in the state), \
         Relapsed 100.0% (no standard error: all are in the state), Dead 0.0% (no standard error: nobody is in the state)"
    );
    Ok(())
}

#[test]
fn what_cannot_be_is_refused() {
    let trial = Trial::new([subject("a", &[], 9.0, Exit::Terminal(Kind::Death))]);
    let ignores: CurrentState<Kind, State> = CurrentState::new("x", State::Free, |_| None);
    let message = trial.states(&ignores).unwrap_err().to_string();
    assert!(
        message.starts_with("endpoint x ignores Death, which ended the follow-up of subject 0 (a)"),
        "{message}"
    );
    let states = trial.states(&CURRENT).unwrap();
    let day = Time::days(1.0);
    assert!(matches!(states.probability("b", State::Free, day), Err(Error::UnknownLabel { .. })));
    assert!(matches!(states.probability("a", State::Relapsed, day), Err(Error::UnknownState { .. })));
    assert!(matches!(states.difference(State::Free, "a", "a", day), Err(Error::TooFewGroups { .. })));
    let err = states.probability("a", State::Free, Time::days(f64::NAN)).unwrap_err().to_string();
    assert_eq!(err, "t is NaN: it must be finite and at least 0");
    let at_once = Trial::new([subject("a", &[], 0.0, Exit::Lost)]);
    let empty = "the set of subjects who are observed for any time is empty: at least one value is needed";
    assert_eq!(at_once.states(&CURRENT).unwrap_err().to_string(), empty);
    let nobody = trial.among(&Population::new("nobody", |_| false));
    assert_eq!(nobody.states(&CURRENT).unwrap_err().to_string(), empty);
    let risen = Trial::new([
        subject("a", &[(5.0, Kind::Death)], 9.0, Exit::Cutoff),
        subject("a", &[], 9.0, Exit::Terminal(Kind::Death)),
    ]);
    assert!(matches!(risen.states(&CURRENT), Err(Error::Trial(TrialError::NotTerminal { .. }))));
}

type Line = (bool, Vec<(u32, bool)>, u32, u8);

fn timelines(all_to_the_end: bool) -> impl Strategy<Value = Trial<&'static str, Kind>> {
    let one =
        (any::<bool>(), proptest::collection::vec((1..60_u32, any::<bool>()), 0..5), 1..60_u32, 0..3_u8);
    proptest::collection::vec(one, 2..25).prop_map(move |lines: Vec<Line>| {
        Trial::new(lines.into_iter().map(|(arm, mut events, end, exit)| {
            let end = if all_to_the_end { 60 } else { end };
            events.retain(|e| e.0 < end);
            events.sort_unstable();
            events.dedup_by_key(|e| e.0);
            let kind = |relapse| if relapse { Kind::Relapse } else { Kind::Remission };
            let events: Vec<_> =
                events.into_iter().map(|(at, relapse)| (f64::from(at), kind(relapse))).collect();
            let exit = [Exit::Terminal(Kind::Death), Exit::Cutoff, Exit::Lost][exit as usize];
            subject(if arm { "a" } else { "b" }, &events, f64::from(end), exit)
        }))
    })
}

/// The state of a subject at a time, read off its events.
fn state_at(subject: &Subject<&'static str, Kind>, day: f64) -> State {
    let last = subject.events().iter().rev().find(|e| e.0 <= Time::days(day));
    match last {
        Some((_, Kind::Relapse)) => State::Relapsed,
        _ => State::Free,
    }
}

const DIES: Endpoint<Kind> =
    Endpoint::new("death", |k| if k == Kind::Death { Role::Event } else { Role::Ignore });

proptest! {
    /// Where all are followed equally long a probability is a share.
    #[test]
    fn without_censoring_a_probability_is_a_share(trial in timelines(true), day in 0..59_u32) {
        let day = f64::from(day);
        let states = trial.states(&CURRENT).unwrap();
        for &arm in states.arms() {
            let own: Vec<_> = trial.subjects().iter().filter(|s| s.arm() == arm).collect();
            for &state in states.states().iter().filter(|s| **s != State::Dead) {
                let share = own.iter().filter(|s| state_at(s, day) == state).count() as f64 / own.len() as f64;
                let found = states.probability(arm, state, Time::days(day)).unwrap().value().unwrap();
                prop_assert!((found - share).abs() < 1e-12);
            }
        }
    }

    /// The states add up to 1, and being dead is one minus Kaplan-Meier's survival where the states before it do not
    /// matter: with one state before death.
    #[test]
    fn death_alone_is_kaplan_meier(trial in timelines(false), day in 1..60_u32) {
        const DEAD: CurrentState<Kind, State> =
            CurrentState::new("alive", State::Free, |k| (k == Kind::Death).then_some(State::Dead));
        let day = Time::days(f64::from(day));
        let (current, alive) = (trial.states(&CURRENT).unwrap(), trial.states(&DEAD).unwrap());
        let analysis = trial.analyse(&DIES).unwrap();
        for &arm in alive.arms() {
            let occupation = current.occupation(arm).unwrap().extended();
            let sum: f64 = occupation.at(day.in_days()).iter().map(|p| p.value().unwrap()).sum();
            prop_assert!((sum - 1.0).abs() < 1e-12);
            let known = current.states().iter().map(|&s| current.probability(arm, s, day).unwrap().value().is_ok());
            let known: Vec<bool> = known.collect();
            // All states of a time are known, or none.
            prop_assert!(known.iter().all(|&k| k == known[0]));
            if let Ok(survival) = analysis.survival(arm, day).unwrap().value() {
                let found = alive.probability(arm, State::Free, day).unwrap().value().unwrap();
                prop_assert!((found - survival).abs() < 1e-12);
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Course {
    Gvhd,
    Resolved,
    Relapse,
    Remission,
    Visit,
    Death,
}

const CLFS: ReadyMade<Course, Leukaemia> = ReadyMade::new(|event| match event {
    Course::Relapse => Some(LeukaemiaEvent::Relapse),
    Course::Remission => Some(LeukaemiaEvent::Remission),
    Course::Death => Some(LeukaemiaEvent::Death),
    Course::Gvhd | Course::Resolved | Course::Visit => None,
});

const GRFS: ReadyMade<Course, Graft> = ReadyMade::new(|event| match event {
    Course::Gvhd => Some(GraftEvent::Gvhd),
    Course::Resolved => Some(GraftEvent::GvhdResolved),
    Course::Relapse => Some(GraftEvent::Relapse),
    Course::Remission => Some(GraftEvent::Remission),
    Course::Death => Some(GraftEvent::Death),
    Course::Visit => None,
});

/// Every state of an endpoint at every time, and the mean times in them.
fn compare<S: StandardStates>(
    data: &serde_json::Value,
    expected: &serde_json::Value,
    states: &StateAnalysis<&'static str, S>,
    named: &[S],
) -> Result<(), Error> {
    assert_eq!(states.endpoint(), S::NAME);
    let number = |x: &serde_json::Value| x.as_f64().unwrap();
    for (h, &state) in named.iter().enumerate() {
        assert_eq!(expected["states"][h], format!("{state:?}"));
        for (i, t) in data["times"].as_array().unwrap().iter().enumerate() {
            let p = states.probability("all", state, Time::days(number(t)))?;
            assert_relative_eq!(
                p.value()?,
                number(&expected["p"][i][h]),
                epsilon = 1e-13,
                max_relative = 1e-9
            );
            // Of the other end of a variance of 0 R keeps the rounding.
            assert_relative_eq!(
                p.std_error().unwrap_or(0.0),
                number(&expected["se"][i][h]),
                epsilon = 1e-9,
                max_relative = 1e-9
            );
        }
        let mean = states.mean_time("all", state, Time::days(400.0))?;
        assert_relative_eq!(mean.value(), number(&expected["mean400"][h]), max_relative = 1e-9);
    }
    Ok(())
}

/// R 4.2.2, survival 3.5-3: `survfit(Surv(a, b, to) ~ 1, id = id, istate = from)` on histories made from flags
/// (`tests/data/current_states.R`).
#[test]
fn ready_made_endpoints_are_those_of_r() -> Result<(), Error> {
    let path = format!("{}/tests/data/current_states.json", env!("CARGO_MANIFEST_DIR"));
    let data: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let course = |x: &serde_json::Value| {
        let kind = |name: &str| match name {
            "Gvhd" => Course::Gvhd,
            "Resolved" => Course::Resolved,
            "Relapse" => Course::Relapse,
            "Remission" => Course::Remission,
            other => panic!("{other}"),
        };
        let mut subject = Subject::on("all");
        for event in x["events"].as_array().unwrap() {
            let at = Time::days(event[0].as_f64().unwrap());
            subject = subject.then(at, Course::Visit).then(at, kind(event[1].as_str().unwrap()));
        }
        let exit = if x["dead"] == true { Exit::Terminal(Course::Death) } else { Exit::Lost };
        subject.until(Time::days(x["end"].as_f64().unwrap()), exit)
    };
    let subjects = data["courses"].as_array().unwrap().iter().map(course).collect::<Result<Vec<_>, _>>()?;
    let trial = Trial::new(subjects);

    let clfs = [Leukaemia::Free, Leukaemia::Relapsed, Leukaemia::Dead];
    compare(&data, &data["clfs"], &trial.states(&CLFS)?, &clfs)?;
    let grfs = [Graft::Free, Graft::Gvhd, Graft::Relapsed, Graft::RelapsedWithGvhd, Graft::Dead];
    compare(&data, &data["grfs"], &trial.states(&GRFS)?, &grfs)
}

/// GVHD that resolves in relapse leaves the relapse, and a remission leaves the GVHD.
#[test]
fn states_of_a_graft_remember() {
    use GraftEvent::{Death, Gvhd, GvhdResolved, Relapse, Remission};
    let after =
        |events: &[GraftEvent]| events.iter().fold(Graft::INITIAL, |state, &event| state.after(event));
    for (events, expected) in [
        (&[][..], Graft::Free),
        (&[Gvhd], Graft::Gvhd),
        (&[Gvhd, Relapse], Graft::RelapsedWithGvhd),
        (&[Gvhd, Relapse, GvhdResolved], Graft::Relapsed),
        (&[Gvhd, Relapse, GvhdResolved, Remission], Graft::Free),
        (&[Relapse, Gvhd, Remission], Graft::Gvhd),
        (&[Remission, GvhdResolved], Graft::Free),
        (&[Gvhd, Gvhd, GvhdResolved], Graft::Free),
        (&[Relapse, Death, Remission], Graft::Dead),
    ] {
        assert_eq!(after(events), expected, "{events:?}");
    }
}

/// By hand, four subjects to day 40: dependent on transfusions at entry; the first is free in (10, 40], the second in
/// (10, 20] and from 30 on, the third dies at 20 dependent, the fourth never changes.
#[test]
fn transfusion_and_treatment_free_survival_by_hand() -> Result<(), Error> {
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Kind {
        Off,
        On,
        Death,
    }
    const FREE: ReadyMade<Kind, Transfusion> = ReadyMade::new(|event| match event {
        Kind::Off => Some(TransfusionEvent::Independence),
        Kind::On => Some(TransfusionEvent::Dependence),
        Kind::Death => Some(TransfusionEvent::Death),
    });
    const FORGETFUL: ReadyMade<Kind, Transfusion> = ReadyMade::new(|_| None);
    const TREATMENT: ReadyMade<Kind, Treatment> = ReadyMade::new(|event| match event {
        Kind::Off => Some(TreatmentEvent::Stop),
        Kind::On => Some(TreatmentEvent::Start),
        Kind::Death => Some(TreatmentEvent::Death),
    });
    let day = Time::days;
    let trial = Trial::new([
        Subject::on("a").then(day(10.0), Kind::Off).until(day(40.0), Exit::Cutoff)?,
        Subject::on("a")
            .then(day(10.0), Kind::Off)
            .then(day(20.0), Kind::On)
            .then(day(30.0), Kind::Off)
            .until(day(40.0), Exit::Cutoff)?,
        Subject::on("a").until(day(20.0), Exit::Terminal(Kind::Death))?,
        Subject::on("a").until(day(40.0), Exit::Cutoff)?,
    ]);
    let transfusion = trial.states(&FREE)?;
    let treatment = trial.states(&TREATMENT)?;
    for (t, expected) in [(5.0, 0.0), (10.0, 0.5), (20.0, 0.25), (29.0, 0.25), (30.0, 0.5), (40.0, 0.5)] {
        assert_eq!(transfusion.probability("a", Transfusion::Free, day(t))?.value()?, expected);
        assert_eq!(treatment.probability("a", Treatment::Free, day(t))?.value()?, expected);
    }
    let mean = treatment.mean_time("a", Treatment::Free, day(40.0))?;
    assert_relative_eq!(mean.value(), (30.0 + 20.0) / 4.0, max_relative = 1e-12);
    assert_relative_eq!(
        transfusion.mean_time("a", Transfusion::Dependent, day(40.0))?.value(),
        (10.0 + 20.0 + 20.0 + 40.0) / 4.0,
        max_relative = 1e-12
    );
    let free = FREE.starting_in(Transfusion::Free);
    assert_eq!(trial.states(&free)?.probability("a", Transfusion::Free, day(5.0))?.value()?, 1.0);
    assert_eq!(format!("{free:?}"), "ReadyMade { name: \"transfusion-free survival\", initial: Free, .. }");
    assert!(matches!(trial.states(&FORGETFUL), Err(Error::Trial(TrialError::IgnoresTerminal { .. }))));
    Ok(())
}
