//! Current states from the subjects' own timelines: by hand, against shares, and against Kaplan-Meier.

use approx::assert_relative_eq;
use greenwood::Error;
use greenwood::trial::{CurrentState, Endpoint, Exit, Population, Role, Subject, Time, Trial};
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
    let free = |days| states.probability("a", State::Free, Time::days(days)).map(|p| p.value());
    assert_eq!([free(5.0)?, free(7.0)?, free(10.0)?, free(13.0)?, free(23.0)?], [1.0, 0.5, 1.0, 0.5, 0.5]);
    assert_eq!(states.probability("b", State::Relapsed, Time::days(20.0))?.value(), 1.0);
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
        "current\na at 24 days (0.8 months): Free 50.0% ± 35.4%, Relapsed 0.0% ± 0.0%, Dead 50.0% ± 35.4%\nb at 30 days \
         (1.0 months): Free 0.0% ± 0.0%, Relapsed 100.0% ± 0.0%, Dead 0.0% ± 0.0%"
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
    assert!(matches!(risen.states(&CURRENT), Err(Error::NotTerminal { .. })));
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
                let found = states.probability(arm, state, Time::days(day)).unwrap().value();
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
            let sum: f64 = current.states().iter().map(|&s| current.probability(arm, s, day).unwrap().value()).sum();
            prop_assert!((sum - 1.0).abs() < 1e-12);
            if let Ok(survival) = analysis.survival(arm, day).unwrap().value() {
                let found = alive.probability(arm, State::Free, day).unwrap().value();
                prop_assert!((found - survival).abs() < 1e-12);
            }
        }
    }
}
