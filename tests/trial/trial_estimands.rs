//! Estimands, populations, strata, event-driven cutoffs and windows: each by hand.

use greenwood::trial::{
    Censoring, Characteristic, DataCutoff, Decision, Endpoint, Estimand, Exit, Outcome, Population, Role,
    Strategy, Stratification, Subject, Time, Trial, Window,
};
use greenwood::{Error, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dose,
    Response,
    Progression,
    NewTherapy,
    Death,
}
use Kind::{Death, Dose, NewTherapy, Progression, Response};

const OS: Endpoint<Kind> = Endpoint::overall_survival(|k| matches!(k, Death));
const PFS: Endpoint<Kind> = Endpoint::new("PFS", |k| match k {
    Progression | Death => Role::Event,
    Dose | Response | NewTherapy => Role::Ignore,
});
const TTP: Endpoint<Kind> = Endpoint::new("TTP", |k| match k {
    Progression => Role::Event,
    Death => Role::Competing,
    Dose | Response | NewTherapy => Role::Ignore,
});

fn m(months: f64) -> Time {
    Time::months(months)
}

fn one() -> Result<Trial<&'static str, Kind>> {
    let subject = Subject::on("A")
        .id("1")
        .then(m(3.0), Response)
        .then(m(5.0), NewTherapy)
        .then(m(8.0), Progression)
        .until(m(12.0), Exit::Terminal(Death))?;
    Ok(Trial::new([subject]))
}

#[test]
fn each_strategy_makes_its_own_record() -> Result<()> {
    let trial = one()?;
    for (strategy, time, outcome) in [
        (Strategy::TreatmentPolicy, 8.0, Outcome::Event(Progression)),
        (Strategy::Composite, 5.0, Outcome::Event(NewTherapy)),
        (Strategy::Hypothetical, 5.0, Outcome::Censored(Censoring::Event(NewTherapy))),
        (Strategy::WhileOnTreatment, 5.0, Outcome::Censored(Censoring::Event(NewTherapy))),
        (Strategy::Competing, 5.0, Outcome::Competing(NewTherapy)),
    ] {
        let analysis = trial.analyse(Estimand::of(&PFS).with(NewTherapy, strategy))?;
        let record = &analysis.records()[0];
        assert_eq!((record.time, record.outcome), (m(time), outcome), "{strategy:?}");
        // The two strategies that censor are told apart by what decided the record.
        let decided = match record.decision {
            Decision::Event { strategy, .. } => strategy,
            _ => None,
        };
        assert_eq!(decided, (strategy != Strategy::TreatmentPolicy).then_some(strategy));
        assert!(analysis.strategies().starts_with("NewTherapy: "));
    }
    let why = trial.explain(0, Estimand::of(&PFS).with(NewTherapy, Strategy::Hypothetical))?;
    assert!(
        why.ends_with("NewTherapy at 152.1875 days (5.0 months) censors (strategy: hypothetical)"),
        "{why}"
    );
    Ok(())
}

#[test]
fn strategies_without_meaning_are_refused() -> Result<()> {
    let trial = one()?;
    let refused = |estimand: Estimand<Kind>| trial.analyse(estimand).unwrap_err().to_string();
    let with =
        |endpoint: &Endpoint<Kind>, kind, strategy| refused(Estimand::of(endpoint).with(kind, strategy));
    assert!(with(&PFS, Progression, Strategy::TreatmentPolicy).contains("is the endpoint's own event"));
    assert!(with(&TTP, Death, Strategy::TreatmentPolicy).contains("nothing is observed after it"));
    assert!(with(&TTP, Death, Strategy::Hypothetical).contains("that nobody dies"));
    assert!(
        with(&PFS.from_first(|k| k == Response), Response, Strategy::Composite)
            .contains("starts the endpoint's")
    );
    let twice =
        Estimand::of(&PFS).with(NewTherapy, Strategy::Composite).with(NewTherapy, Strategy::Hypothetical);
    assert!(refused(twice).contains("another strategy already"));
    // "While alive" is a question; so is a composite with death.
    assert!(trial.analyse(Estimand::of(&TTP).with(Death, Strategy::WhileOnTreatment)).is_ok());
    assert!(trial.analyse(Estimand::of(&TTP).with(Death, Strategy::Composite)).is_ok());
    Ok(())
}

/// A response after progression, or under the next therapy, starts no clock.
#[test]
fn what_comes_before_the_clock_stops_it() -> Result<()> {
    let dor = PFS.from_first(|k| k == Response).named("DoR");
    let late =
        Subject::on("A").then(m(2.0), Progression).then(m(4.0), Response).until(m(9.0), Exit::Cutoff)?;
    let trial = Trial::new([late, one()?.subjects()[0].clone()]);
    let analysis = trial.analyse(&dor)?;
    assert_eq!((analysis.without_origin(), analysis.records().len()), (1, 1));
    assert_eq!((analysis.records()[0].origin, analysis.records()[0].time), (m(3.0), m(5.0)));
    assert!(trial.explain(0, &dor)?.ends_with("the endpoint's clock never started"));
    Ok(())
}

/// Progression lies between two visits; death is dated; what is censored has no right end.
#[test]
fn both_visits_are_kept() -> Result<()> {
    let w = Time::weeks;
    let pfs = PFS.assessed(w(8.0), Some(2));
    let seen = || Subject::on("A").visit(w(8.0)).visit(w(16.0));
    let window = |subject: Subject<&'static str, Kind>| -> Result<Window> {
        Ok(Trial::new([subject]).analyse(&pfs)?.records()[0].window)
    };
    let found = seen().visit(w(24.0)).then(w(24.0), Progression).until(w(40.0), Exit::Cutoff)?;
    assert_eq!(window(found)?, Window { after: w(16.0), by: Some(w(24.0)) });
    let dead = seen().until(w(20.0), Exit::Terminal(Death))?;
    assert_eq!(window(dead)?, Window { after: w(20.0), by: Some(w(20.0)) });
    let lost = seen().until(w(20.0), Exit::Lost)?;
    assert_eq!(window(lost)?, Window { after: w(16.0), by: None });
    // Censored by the rule of missed visits, and yet it is known between which visits it happened.
    let late = seen().then(w(40.0), Progression).until(w(50.0), Exit::Cutoff)?;
    let analysis = Trial::new([late]).analyse(&pfs)?;
    let record = &analysis.records()[0];
    assert_eq!((record.time, record.outcome), (w(16.0), Outcome::Censored(Censoring::MissedVisits)));
    assert_eq!(record.window, Window { after: w(16.0), by: Some(w(40.0)) });
    Ok(())
}

fn staggered() -> Result<Trial<&'static str, Kind>> {
    let days = Time::days;
    let subject =
        |i: u32, arm: &'static str| Subject::on(arm).id(i.to_string()).entered(days(f64::from(i) * 30.0));
    Ok(Trial::new([
        subject(0, "A")
            .stratum("site", "x")
            .baseline("age", 40.0)
            .until(days(100.0), Exit::Terminal(Death))?,
        subject(1, "B")
            .mis_stratified("site", "x", "y")
            .baseline("age", 50.0)
            .until(days(80.0), Exit::Terminal(Death))?,
        subject(2, "A").stratum("site", "y").baseline("age", 60.0).until(days(400.0), Exit::Cutoff)?,
        subject(3, "B")
            .stratum("site", "y")
            .baseline("age", 44.0)
            .until(days(20.0), Exit::Terminal(Death))?,
        subject(4, "B").stratum("site", "x").baseline("age", 51.0).until(days(200.0), Exit::Lost)?,
    ]))
}

/// Deaths fall on days 100, 110 and 110 of the calendar: the second event brings the third with it.
#[test]
fn a_cutoff_by_events_shows_these_events() -> Result<()> {
    let trial = staggered()?;
    let known = |events: usize| -> Result<(f64, usize)> {
        let cutoff = trial.cutoff_at_events(&OS, events)?;
        let analysis = trial.at(cutoff)?.analyse(&OS)?;
        Ok((cutoff.0.in_days(), analysis.records().iter().filter(|r| r.outcome.is_event()).count()))
    };
    assert_eq!((known(1)?, known(2)?, known(3)?), ((100.0, 1), (110.0, 3), (110.0, 3)));
    for events in [0, 4] {
        let message = trial.cutoff_at_events(&OS, events).unwrap_err().to_string();
        assert!(message.starts_with(&format!("events is {events}: it must be at least 1")), "{message}");
    }
    Ok(())
}

/// By hand: cutoff on day 150, entries 0, 30, 60, 90, 120; observed 100, 80, 90, 20, 30 = 320 of
/// 100 + 80 + 90 + 20 + 30 = 320; without the cutoff in force nobody knows what was possible.
#[test]
fn follow_up_in_five_ways() -> Result<()> {
    let trial = staggered()?;
    let whole = trial.analyse(&OS)?.follow_up()?;
    assert_eq!((whole.potential(), whole.completeness()), (None, None));
    assert_eq!((whole.observed(), whole.minimum()), (Time::days(100.0), Some(Time::days(200.0))));
    let cut = trial.at(DataCutoff(Time::days(150.0)))?.analyse(&OS)?.follow_up()?;
    assert_eq!((cut.potential(), cut.completeness()), (Some(Time::days(90.0)), Some(1.0)));
    assert_eq!(cut.minimum(), Some(Time::days(30.0)));
    // On day 500 subject 4 has been lost for 180 of 380 days, and subject 2 has 40 of 440 days missing.
    let late = trial.at(DataCutoff(Time::days(500.0)))?.analyse(&OS)?.follow_up()?;
    let completeness = late.completeness().unwrap_or(f64::NAN);
    assert!((completeness - 800.0 / (100.0 + 80.0 + 440.0 + 20.0 + 380.0)).abs() < 1e-15);
    assert_eq!(
        trial.at(DataCutoff(Time::days(500.0)))?.at(DataCutoff(Time::days(150.0)))?.cutoff(),
        Some(DataCutoff(Time::days(150.0)))
    );
    Ok(())
}

#[test]
fn strata_as_randomised_and_as_they_are() -> Result<()> {
    let analysis = staggered()?.analyse(&OS)?;
    assert_eq!(analysis.mis_stratified(), 1);
    let strata = |by: Stratification| -> Result<Vec<String>> {
        let contrast = analysis.clone().stratified(by)?.contrast("A", "B")?;
        let (data, _) = contrast.survival_data();
        let strata = data.strata().expect("the analysis is stratified");
        Ok(strata.codes().iter().map(|&code| strata.labels()[code as usize].clone()).collect())
    };
    assert_eq!(strata(Stratification::AsRandomised)?, ["x", "x", "y", "y", "x"]);
    assert_eq!(strata(Stratification::AsActual)?, ["x", "y", "y", "y", "x"]);
    let message = one()?.analyse(&OS)?.stratified(Stratification::AsActual).unwrap_err().to_string();
    assert!(message.starts_with("the set of stratification factors is empty"), "{message}");
    Ok(())
}

/// R 4.2.2, survival 3.5-3, veteran:
/// coxph(Surv(time, status) ~ I(trt == 2) + karno + factor(celltype)) and with strata(celltype) in its place.
#[test]
fn an_adjusted_model_is_the_model_of_its_columns() -> Result<()> {
    let mut reader = csv::Reader::from_path("tests/data/veteran.csv").expect("the file is there");
    let subjects = reader.records().map(|row| {
        let row = row.expect("the file is a table");
        let arm = if &row[0] == "2" { "test" } else { "standard" };
        let number = |column: usize| row[column].parse::<f64>().expect("the columns are numbers");
        let exit = if &row[3] == "1" { Exit::Terminal(Death) } else { Exit::Cutoff };
        let subject = Subject::on(arm).baseline("karno", number(4)).baseline("cell", &row[1]);
        subject.stratum("cell", &row[1]).until(Time::days(number(2)), exit)
    });
    let analysis = Trial::new(subjects.collect::<Result<Vec<_>>>()?).analyse(&OS)?;
    let check = |model: greenwood::survival::CoxModel, names: &[&str], expected: &[f64]| {
        let found: Vec<&str> =
            model.terms().iter().map(greenwood::survival::regression::Term::name).collect();
        assert_eq!(found, names);
        for (&found, &expected) in model.coefficients().iter().zip(expected) {
            approx::assert_relative_eq!(found, expected, max_relative = 1e-9);
        }
    };
    check(
        analysis.contrast("test", "standard")?.cox(&["karno", "cell"])?,
        &["test", "karno", "cell: 2", "cell: 3", "cell: 4"],
        &[
            0.261744090057930257,
            -0.031271296047784586,
            0.824980187859250647,
            1.153994413860156554,
            0.394625463946639721,
        ],
    );
    let stratified = analysis.clone().stratified(Stratification::AsRandomised)?;
    // Strata concern tests and models: an arm's curve is the same, and so are its median and follow-up.
    assert_eq!(stratified.curve("test")?.values(), analysis.curve("test")?.values());
    assert_eq!(stratified.curve("test")?.median(), analysis.curve("test")?.median());
    assert_eq!(stratified.follow_up()?, analysis.follow_up()?);
    check(
        stratified.contrast("test", "standard")?.cox(&["karno"])?,
        &["test", "karno"],
        &[0.232834676889495940, -0.035801123000163082],
    );
    let message = analysis.contrast("test", "standard")?.cox(&["weight"]).unwrap_err().to_string();
    assert!(message.starts_with("subject 0 (standard) has no weight: give it to every subject"), "{message}");
    assert_eq!(staggered()?.subjects()[0].baseline("age"), Some(&Characteristic::Number(40.0)));
    Ok(())
}

#[test]
fn populations_carry_their_names() -> Result<()> {
    const TREATED: Population<&str, Kind> =
        Population::new("treated", |s| s.had(Dose)).by_treatment_received();
    let subject = || Subject::on("A").then(m(0.0), Dose);
    let trial = Trial::new([
        subject().until(m(5.0), Exit::Lost)?,
        subject().received("B").until(m(6.0), Exit::Lost)?,
        Subject::on("B").until(m(1.0), Exit::Withdrew)?,
    ]);
    assert_eq!(trial.analyse(&OS)?.population(), "intention to treat");
    let treated = trial.among(&TREATED).analyse(&OS)?;
    assert_eq!(
        (treated.population(), treated.arms(), treated.records().len()),
        ("treated", &["A", "B"][..], 2)
    );
    let nobody: Population<&str, Kind> = Population::new("responders", |s| s.had(Response));
    assert!(matches!(trial.among(&nobody).analyse(&OS), Err(Error::Empty { .. })));
    Ok(())
}
