//! Adverse events by hand: subjects, events, time at risk, first occurrences beside death.

use approx::assert_relative_eq;
use greenwood::trial::examples::{Arm, Course, Event, HARMS, saa_course};
use greenwood::trial::{AdverseEvents, Exit, Population, Subject, Time, Trial};
use greenwood::{Error, TrialError};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Rash,
    Infection,
    Response,
    Death,
}

const HARM: AdverseEvents<Kind> = AdverseEvents::new(|k| matches!(k, Kind::Rash | Kind::Infection));

/// Three subjects on a (two with a rash, one of them twice; one dies), two on b.
fn trial() -> Result<Trial<&'static str, Kind>, Error> {
    let day = Time::days;
    Ok(Trial::new([
        Subject::on("a")
            .then(day(10.0), Kind::Rash)
            .then(day(50.0), Kind::Rash)
            .until(day(100.0), Exit::Cutoff)?,
        Subject::on("a")
            .then(day(20.0), Kind::Response)
            .then(day(30.0), Kind::Rash)
            .then(day(30.0), Kind::Infection)
            .until(day(200.0), Exit::Lost)?,
        Subject::on("a").until(day(15.0), Exit::Terminal(Kind::Death))?,
        Subject::on("b").then(day(80.0), Kind::Infection).until(day(90.0), Exit::Withdrew)?,
        Subject::on("b").until(day(365.25), Exit::Cutoff)?,
    ]))
}

#[test]
fn subjects_events_and_time_are_counted() -> Result<(), Error> {
    let table = trial()?.adverse_events(&HARM)?;
    assert_eq!(table.terms(), [Kind::Rash, Kind::Infection]);
    let rash = table.row("a", Kind::Rash)?;
    assert_eq!((rash.subjects, rash.with_event, rash.events), (3, 2, 3));
    assert_eq!((rash.time, rash.time_to_first), (Time::days(315.0), Time::days(55.0)));
    let any = table.any("a")?;
    assert_eq!((any.with_event, any.events), (2, 4));
    // 3 in 315 days and 2 in 55 days; limits by R 4.2.2: `poisson.test(3, 315 / 365.25)$conf.int`.
    let rate = table.rate("a", Kind::Rash)?;
    assert_relative_eq!(rate.value(), 3.0 / (315.0 / 365.25), max_relative = 1e-12);
    let (lower, upper) = rate.interval(0.95)?.bounds().unwrap();
    assert_relative_eq!(lower, 0.71736505678609042, max_relative = 1e-9);
    assert_relative_eq!(upper, 10.16586186896312149, max_relative = 1e-9);
    assert_relative_eq!(
        table.first_rate("a", Kind::Rash)?.value(),
        2.0 / (55.0 / 365.25),
        max_relative = 1e-12
    );
    // A term that nobody had can be asked for: 0, with an upper limit.
    let none = table.proportion("b", Kind::Rash)?;
    assert_eq!((none.events(), none.subjects()), (0, 2));
    assert!(table.rate("b", Kind::Rash)?.interval(0.95)?.bounds().unwrap().1 > 1.0);
    let pair = table.contrast(Kind::Rash, "a", "b")?;
    assert_eq!(pair.to_string(), "2/3 (66.7%) against 0/2 (0.0%)");
    Ok(())
}

/// Death prevents a rash: 1 of 3 at day 10, then one of the two others dies, then the last.
#[test]
fn first_events_stand_beside_death() -> Result<(), Error> {
    let first = trial()?.adverse_events(&HARM)?.first(Kind::Rash)?;
    assert_eq!(first.endpoint(), "first Rash");
    let at = |days| Ok::<_, Error>(first.incidence("a", Time::days(days))?.value()?);
    assert_relative_eq!(at(10.0)?, 1.0 / 3.0, max_relative = 1e-12);
    assert_relative_eq!(at(30.0)?, 2.0 / 3.0, max_relative = 1e-12);
    assert!(matches!(first.curve("a"), Err(Error::Trial(TrialError::CompetingOutcomes { .. }))));
    assert_eq!(first.competing_as_censored().survival("a", Time::days(30.0))?.value()?, 0.0);
    Ok(())
}

/// Only events of the period count, and death after it is none.
#[test]
fn a_period_cuts_events_and_time() -> Result<(), Error> {
    let table = trial()?.adverse_events(&HARM.until(Time::days(25.0)))?;
    let rash = table.row("a", Kind::Rash)?;
    assert_eq!((rash.with_event, rash.events, rash.time), (1, 1, Time::days(25.0 + 25.0 + 15.0)));
    assert_eq!(table.terms(), [Kind::Rash]);
    assert!(table.to_string().contains("Events up to 25 days"));
    let first = table.first(Kind::Rash)?;
    assert_eq!(first.records().iter().filter(|r| r.outcome.is_event()).count(), 1);
    Ok(())
}

#[test]
fn the_table_is_printed() -> Result<(), Error> {
    let text = trial()?.adverse_events(&HARM)?.to_string();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = text.lines().map(words).collect();
    assert_eq!(lines[1], "a: subjects events per patient-year b: subjects events per patient-year");
    assert_eq!(
        lines[3],
        "Rash 2/3 (9.4% to 99.2%) 3 3.479 (0.717 to 10.166) 0/2 (0.0% to 84.2%) 0 0.000 (0.000 to 2.960)"
    );
    assert_eq!(lines[5], "Population: intention to treat. Events up to the end of follow-up.");
    Ok(())
}

/// The abstract: anaphylaxis in 4 of 9, no clonal evolution.
#[test]
fn the_published_harms_are_reported() -> Result<(), Error> {
    let harms = saa_course().adverse_events(&HARMS)?;
    assert_eq!(harms.proportion(Arm::Msc, Course::Anaphylaxis)?.to_string(), "4/9 (44.4%)");
    let none = harms.proportion(Arm::Msc, Course::Outcome(Event::ClonalEvolution))?;
    assert_relative_eq!(none.upper_limit(0.95)?, 1.0 - 0.05_f64.powf(1.0 / 9.0), max_relative = 1e-12);
    Ok(())
}

#[test]
fn what_cannot_be_is_refused() -> Result<(), Error> {
    let trial = trial()?;
    for days in [0.0, -1.0, f64::NAN] {
        let err = trial.adverse_events(&HARM.until(Time::days(days))).unwrap_err().to_string();
        assert_eq!(err, format!("until is {days}: it must be finite and above 0"));
    }
    let nobody = trial.among(&Population::new("nobody", |_| false));
    assert!(matches!(nobody.adverse_events(&HARM), Err(Error::Empty { .. })));
    let table = trial.adverse_events(&HARM)?;
    assert!(matches!(table.row("c", Kind::Rash), Err(Error::UnknownLabel { .. })));
    assert!(matches!(table.contrast(Kind::Rash, "a", "a"), Err(Error::TooFewGroups { .. })));
    assert!(matches!(table.table(1.0), Err(Error::OutOfRange { .. })));
    // Nobody observed for any time: a proportion, but no rate, and the table has a gap.
    let at_once = Trial::new([Subject::on("a").until(Time::ZERO, Exit::Lost)?]).adverse_events(&HARM)?;
    assert!(matches!(at_once.rate("a", Kind::Rash), Err(Error::OutOfRange { .. })));
    assert!(at_once.to_string().contains('–'));
    // A terminal event can be adverse itself.
    let deaths = trial.adverse_events(&AdverseEvents::new(|k| k == Kind::Death))?;
    assert_eq!(deaths.row("a", Kind::Death)?.events, 1);
    assert_eq!(deaths.first(Kind::Death)?.records().iter().filter(|r| r.outcome.is_event()).count(), 1);
    Ok(())
}
