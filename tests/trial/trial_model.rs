//! The trial model: what a subject may be, what an endpoint makes of it, and what is refused.

use greenwood::survival::result::Direction;
use greenwood::trial::{
    Ascertainment, BinaryEndpoint, BinaryRole, Censoring, CurrentState, DataCutoff, Decision, Endpoint,
    EndpointDescription, Estimand, Exit, Name, Outcome, Role, RunTimeEndpoint, Subject, Time, TimeUnit,
    Trial,
};
use greenwood::{Error, Result};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Arm {
    A,
    B,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Event {
    Response,
    Progression,
    NewTherapy,
    Death,
}

use Event::{Death, NewTherapy, Progression, Response};

const OS: Endpoint<Event> = Endpoint::new("OS", |h| match h {
    Death => Role::Event,
    Response | Progression | NewTherapy => Role::Ignore,
});
const PFS: Endpoint<Event> = Endpoint::new("PFS", |h| match h {
    Death | Progression => Role::Event,
    NewTherapy => Role::Censor,
    Response => Role::Ignore,
});
const TTP: Endpoint<Event> = Endpoint::new("TTP", |h| match h {
    Progression => Role::Event,
    Death => Role::Competing,
    NewTherapy | Response => Role::Ignore,
});
const NO_DEATHS: Endpoint<Event> = Endpoint::new("wrong", |h| match h {
    Progression => Role::Event,
    Death | NewTherapy | Response => Role::Ignore,
});

fn m(months: f64) -> Time {
    Time::months(months)
}

fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

fn only(subject: Subject<Arm, Event>, endpoint: &Endpoint<Event>) -> (Time, Outcome<Event>) {
    let analysis = Trial::new([subject]).analyse(endpoint).unwrap();
    (analysis.records()[0].time, analysis.records()[0].outcome)
}

#[test]
fn the_earliest_thing_with_a_role_wins() -> Result<()> {
    let s = || Subject::on(Arm::A).then(m(9.0), Progression).then(m(5.0), NewTherapy).then(m(2.0), Response);
    let dead = s().until(m(12.0), Exit::Terminal(Death))?;
    assert_eq!(only(dead.clone(), &OS), (m(12.0), Outcome::Event(Death)));
    assert_eq!(only(dead.clone(), &PFS), (m(5.0), Outcome::Censored(Censoring::Event(NewTherapy))));
    assert_eq!(only(dead.clone(), &TTP), (m(9.0), Outcome::Event(Progression)));
    // Duration of response: from the first response; without one no record, and that is counted.
    let response = PFS.from_first(|h| h == Response);
    assert_eq!(only(dead.clone(), &response).0, m(3.0));
    let none = Subject::on(Arm::B).until(m(3.0), Exit::Lost)?;
    let analysis = Trial::new([dead, none.clone()]).analyse(&response)?;
    assert_eq!((analysis.records().len(), analysis.without_origin()), (1, 1));
    for (exit, reason) in [
        (Exit::Lost, Censoring::Lost),
        (Exit::Cutoff, Censoring::Cutoff),
        (Exit::Withdrew, Censoring::Withdrew),
    ] {
        assert_eq!(only(s().until(m(12.0), exit)?, &OS), (m(12.0), Outcome::Censored(reason)));
    }
    // At one time an event comes before a censoring.
    let tie =
        Subject::on(Arm::A).then(m(5.0), NewTherapy).then(m(5.0), Progression).until(m(6.0), Exit::Lost)?;
    assert_eq!(only(tie, &PFS), (m(5.0), Outcome::Event(Progression)));
    Ok(())
}

/// FDA's rule by hand: visits every 8 weeks, seen at 8 and 16; two missed visits are those at 24 and 32.
#[test]
fn missed_visits_censor_at_the_last_one() -> Result<()> {
    let w = Time::weeks;
    let fda = PFS.assessed(w(8.0), Some(2));
    let ema = PFS.assessed(w(8.0), None);
    let seen = || Subject::on(Arm::A).visit(w(8.0)).visit(w(16.0));
    let late = |at: f64| seen().then(w(at), Progression).until(w(60.0), Exit::Cutoff);
    assert_eq!(only(late(33.0)?, &fda), (w(16.0), Outcome::Censored(Censoring::MissedVisits)));
    assert_eq!(only(late(32.0)?, &fda), (w(32.0), Outcome::Event(Progression)));
    assert_eq!(only(late(33.0)?, &ema), (w(33.0), Outcome::Event(Progression)));
    // Death before the first visit is an event; a censored subject is known to be free of it at the last visit.
    let early = Subject::on(Arm::A).until(w(5.0), Exit::Terminal(Death))?;
    assert_eq!(only(early, &fda), (w(5.0), Outcome::Event(Death)));
    assert_eq!(only(seen().until(w(20.0), Exit::Lost)?, &fda), (w(16.0), Outcome::Censored(Censoring::Lost)));
    let unseen = Subject::on(Arm::A).until(w(20.0), Exit::Lost)?;
    assert_eq!(only(unseen, &fda), (Time::ZERO, Outcome::Censored(Censoring::Lost)));
    assert_eq!(fda.ascertainment(), Ascertainment::Assessed { every: w(8.0), missed: Some(2) });

    let trial = Trial::new([late(33.0)?]);
    assert_eq!(
        trial.analyse(&fda)?.records()[0].decision,
        Decision::MissedVisits { last_visit: w(16.0), kind: Progression, at: w(33.0) }
    );
    assert_eq!(
        trial.explain(0, &fda)?,
        "PFS of subject 0 (A):\n  Progression at 231 days (7.6 months): role Event\n  follow-up ended at 420 days \
         (13.8 months) (Cutoff)\n  so Censored(MissedVisits) at 112 days (3.7 months): Progression at 231 days \
         (7.6 months) came after too many missed visits: the last one was at 112 days (3.7 months)"
    );
    Ok(())
}

/// What the visits say: an interval, a date, a censoring; the rule of missed visits censors no interval.
#[test]
fn windows_are_interval_censored_data() -> Result<()> {
    let w = Time::weeks;
    let fda = PFS.assessed(w(8.0), Some(2));
    let seen = |arm: Arm| Subject::on(arm).visit(w(8.0)).visit(w(16.0));
    let trial = Trial::new([
        seen(Arm::B).then(w(33.0), Progression).until(w(60.0), Exit::Cutoff)?, // two visits missed
        seen(Arm::A).then(w(24.0), Progression).until(w(60.0), Exit::Cutoff)?,
        seen(Arm::A).until(w(20.0), Exit::Terminal(Death))?,
        seen(Arm::B).until(w(20.0), Exit::Lost)?,
        seen(Arm::B).then(w(12.0), NewTherapy).until(w(20.0), Exit::Lost)?,
    ]);
    let analysis = trial.analyse(&fda)?;
    let (data, arms) = analysis.interval_censored()?;
    let days = |weeks: [f64; 5]| weeks.map(|t| 7.0 * t).to_vec();
    let inf = f64::INFINITY;
    assert_eq!(data.lower(), days([16.0, 16.0, 20.0, 16.0, 8.0]));
    assert_eq!(data.upper(), days([33.0, 24.0, 20.0, inf, inf]));
    assert_eq!((arms.labels(), arms.codes()), (&["B".to_string(), "A".into()][..], &[0, 1, 1, 0, 0][..]));
    assert!(message(trial.analyse(&TTP)?.interval_censored()).contains("has competing events"));
    // Seen at any time: right-censored data.
    let (data, _) = trial.analyse(&OS)?.interval_censored()?;
    assert_eq!(data.upper(), [inf, inf, 140.0, inf, inf]);
    Ok(())
}

#[test]
fn what_cannot_be_is_refused() -> Result<()> {
    let subject = || Subject::<Arm, Event>::on(Arm::A).id("007");
    assert_eq!(
        message(subject().then(m(10.0), Progression).until(m(9.0), Exit::Terminal(Death))),
        "subject 007 (A): Progression at 304.375 days (10.0 months) is later than the end of follow-up at \
         273.9375 days (9.0 months) (Terminal(Death)): nothing is observed after it; correct the dates, or the way \
         follow-up ended"
    );
    assert!(message(subject().visit(m(10.0)).until(m(9.0), Exit::Lost)).contains("a visit at 304.375"));
    assert_eq!(
        message(subject().until(Time::days(-1.0), Exit::Lost)),
        "subject 007 (A): the time of end of follow-up is -1 days: it must be finite and at least 0"
    );
    assert!(
        message(subject().then(Time::days(f64::NAN), Death).until(m(1.0), Exit::Lost))
            .contains("of Death is NaN")
    );
    assert!(
        message(subject().entered(Time::days(f64::INFINITY)).until(m(1.0), Exit::Lost))
            .contains("of entry is inf")
    );
    assert!(message(subject().visit(Time::days(-2.0)).until(m(1.0), Exit::Lost)).contains("of visit is -2"));
    let unnamed = Subject::<Arm, Event>::on(Arm::B).until(Time::days(-1.0), Exit::Lost);
    assert!(message(unnamed).starts_with("subject without id (B)"));

    let trial = Trial::new([
        subject().until(m(3.0), Exit::Lost)?,
        Subject::on(Arm::B).until(m(2.0), Exit::Terminal(Death))?,
    ]);
    assert_eq!(
        message(trial.analyse(&NO_DEATHS)),
        "endpoint wrong ignores Death, which ended the follow-up of subject 1 (B): make it an event, a \
         competing event or, if that is meant, a censoring"
    );
    let ttp = trial.analyse(&TTP)?;
    assert_eq!(
        message(ttp.curve(Arm::B)),
        "endpoint TTP has competing events (Death of subject 1): a survival curve would censor them silently; \
         `Analysis::incidence` gives the probability of the event beside them; if they are to be censorings, ask for that \
         by name (`Analysis::competing_as_censored`), or give them another role"
    );
    assert!(ttp.curve(Arm::A).is_ok());
    assert!(message(ttp.numbers_at_risk(&[m(1.0)])).starts_with("endpoint TTP has competing events"));
    for every in [f64::NAN, 0.0, -1.0, f64::INFINITY] {
        let err = message(trial.analyse(&OS.assessed(Time::days(every), Some(2))));
        assert_eq!(err, format!("every is {every}: it must be a finite time above 0"));
    }
    // Alive after a death: nobody is, once death has ended somebody's follow-up.
    let undead = Trial::new([
        subject().then(m(1.0), Death).then(m(2.0), Progression).until(m(3.0), Exit::Cutoff)?,
        Subject::on(Arm::B).until(m(2.0), Exit::Terminal(Death))?,
    ]);
    assert_eq!(
        message(undead.analyse(&OS)),
        "subject 007 (A): follow-up goes on after Death at 30.4375 days (1.0 months), which ended it in \
         another subject: end this one with `Exit::Terminal` too"
    );
    assert!(message(ttp.follow_up()).starts_with("endpoint TTP has competing events"));
    let os = trial.analyse(&OS)?;
    assert_eq!(os.contrast(Arm::A, Arm::A).unwrap_err(), Error::TooFewGroups { found: 1 });
    let one_arm = Trial::new([subject().until(m(3.0), Exit::Lost)?]).analyse(&OS)?;
    assert_eq!(message(one_arm.curve(Arm::B)), "no subject is labelled \"B\": the labels are A");
    assert_eq!(
        message(Trial::<Arm, Event>::new([]).analyse(&OS)),
        "the set of subjects with a record is empty: at least one value is needed"
    );
    assert_eq!(
        message(trial.at(DataCutoff(Time::days(-1.0)))),
        "cutoff is -1: it must be finite and at least 0"
    );
    assert_eq!(message(trial.explain(2, &OS)), "position is 2: it must be the position of a subject");
    Ok(())
}

/// Nothing is known after a cutoff, and a subject who had not entered is not there.
#[test]
fn a_cutoff_hides_the_future() -> Result<()> {
    let trial = Trial::new([
        Subject::on(Arm::A)
            .entered(m(2.0))
            .then(m(6.0), Progression)
            .until(m(20.0), Exit::Terminal(Death))?,
        Subject::on(Arm::B).entered(m(10.0)).until(m(5.0), Exit::Lost)?,
    ]);
    let early = trial.at(DataCutoff(m(9.0)))?;
    assert_eq!(early.subjects().len(), 1);
    let s = &early.subjects()[0];
    assert_eq!((s.end(), s.exit(), s.events().len()), (m(9.0) - m(2.0), Exit::Cutoff, 1));
    assert!(trial.at(DataCutoff(m(7.0)))?.subjects()[0].events().is_empty());
    assert_eq!(trial.at(DataCutoff(m(100.0)))?.subjects(), trial.subjects());
    Ok(())
}

fn subjects() -> impl Strategy<Value = Vec<Subject<Arm, Event>>> {
    let kind = prop::sample::select(vec![Response, Progression, NewTherapy]);
    let events = prop::collection::vec((0.0..1.0_f64, kind), 0..4);
    let one = (any::<bool>(), 0..24_u32, 1..36_u32, events, 0..4_u32).prop_map(
        |(a, entered, end, events, exit)| {
            let end = f64::from(end);
            let mut builder = Subject::on(if a { Arm::A } else { Arm::B }).entered(m(f64::from(entered)));
            for (share, kind) in events {
                builder = builder.then(m((share * end).round()), kind).visit(m((share * end * 0.5).round()));
            }
            let exit = [Exit::Terminal(Death), Exit::Cutoff, Exit::Lost, Exit::Withdrew][exit as usize];
            builder.until(m(end), exit).unwrap()
        },
    );
    prop::collection::vec(one, 1..20)
}

proptest! {
    /// Every subject is counted once: as a record of one kind, or as one whose clock never started.
    #[test]
    fn an_endpoint_partitions_the_subjects(subjects in subjects()) {
        let n = subjects.len();
        let trial = Trial::new(subjects);
        for endpoint in [OS, PFS, TTP, PFS.from_first(|h| h == Response), PFS.assessed(m(3.0), Some(2))] {
            let Ok(analysis) = trial.analyse(&endpoint) else { continue };
            assert_eq!(analysis.records().len() + analysis.without_origin(), n);
            let censored: usize = [Arm::A, Arm::B]
                .into_iter()
                .flat_map(|arm| analysis.reasons().reasons().iter().map(|&r| analysis.reasons().count(arm, r)).collect::<Vec<_>>())
                .sum();
            let others = analysis.records().iter().filter(|r| !matches!(r.outcome, Outcome::Censored(_))).count();
            assert_eq!(censored + others, analysis.records().len());
            for r in analysis.records() {
                assert!(r.time >= Time::ZERO && r.time <= trial.subjects()[r.position].end());
            }
        }
    }

    /// Consistency by construction: a subject who dies has no later progression, PFS ≤ OS in every subject.
    #[test]
    fn endpoints_of_one_trial_agree(subjects in subjects()) {
        let trial = Trial::new(subjects);
        let (os, pfs) = (trial.analyse(&OS).unwrap(), trial.analyse(&PFS).unwrap());
        for (o, p) in os.records().iter().zip(pfs.records()) {
            assert!(p.time <= o.time);
        }
    }

    /// Cutting twice is cutting at the earlier date; cutting changes no record that ended before.
    #[test]
    fn cutoffs_commute(subjects in subjects(), a in 1..48_u32, b in 1..48_u32) {
        let trial = Trial::new(subjects);
        let cut = |t: &Trial<Arm, Event>, at: u32| t.at(DataCutoff(m(f64::from(at)))).unwrap();
        let early = cut(&trial, a.min(b));
        assert_eq!(cut(&cut(&trial, a), b), early);
        if let (Ok(then), Ok(now)) = (early.analyse(&PFS), trial.analyse(&PFS)) {
            let known: Vec<_> = trial.subjects().iter().zip(now.records()).filter(|(s, _)| s.entered() <= m(f64::from(a.min(b)))).collect();
            for ((subject, now), then) in known.into_iter().zip(then.records()) {
                let until = m(f64::from(a.min(b))) - subject.entered();
                if now.time <= until {
                    assert_eq!(now.outcome, then.outcome);
                    assert_eq!(now.time, then.time);
                } else {
                    assert_eq!((then.time, then.outcome), (until, Outcome::Censored(Censoring::Cutoff)));
                }
            }
        }
    }
}

/// What is read is made again: a subject that cannot be is refused from a file too, and order does not matter.
#[cfg(feature = "serde")]
#[test]
fn what_is_read_is_checked() -> Result<()> {
    let trial = Trial::new([
        Subject::on(Arm::A)
            .id("1")
            .visit(m(4.0))
            .visit(m(1.0))
            .then(m(2.0), Progression)
            .until(m(9.0), Exit::Lost)?,
        Subject::on(Arm::B).until(m(2.0), Exit::Terminal(Death))?,
    ]);
    let text = serde_json::to_string(&trial).unwrap();
    assert_eq!(serde_json::from_str::<Trial<Arm, Event>>(&text).unwrap(), trial);
    let read = |from: &str, to: &str| {
        assert!(text.contains(from), "{text}");
        serde_json::from_str::<Trial<Arm, Event>>(&text.replacen(from, to, 1)).unwrap_err().to_string()
    };
    assert!(read("[60.875,", "[6000.0,").starts_with("subject 1 (A): Progression at 6000 days"));
    assert!(read("273.9375", "-1.0").starts_with("subject 1 (A): the time of end of follow-up is -1 days"));
    Ok(())
}

/// Three subjects whose arms and events are words of a file.
fn in_words() -> Result<Trial<Name, Name>> {
    let on = |arm: String| Subject::on(Name::from(arm));
    Ok(Trial::new([
        on("MSC + IST".into())
            .then(m(2.0), "response".into())
            .until(m(9.0), Exit::Other("moved away".into()))?,
        on("MSC + IST".into())
            .then(m(4.0), "progression".into())
            .until(m(9.0), Exit::Terminal("death".into()))?,
        on("IST".into()).then(m(1.0), "response".into()).until(m(6.0), Exit::Terminal("death".into()))?,
    ]))
}

#[test]
fn names_that_are_known_at_run_time() -> Result<()> {
    let trial = in_words()?;
    let os = Endpoint::overall_survival(|kind: Name| kind == "death");
    let analysis = trial.analyse(&os)?;
    assert_eq!(analysis.arms(), ["MSC + IST".into(), "IST".into()] as [Name; 2]);
    assert_eq!(analysis.records()[0].outcome, Outcome::Censored(Censoring::Other("moved away".into())));
    let reasons = analysis.reasons();
    assert_eq!(reasons.count("MSC + IST".into(), Censoring::Other("moved away".into())), 1);
    assert_eq!(reasons.to_string(), "MSC + IST  censored 1: moved away 1\nIST        censored 0");
    let flow = trial.flow(&[]);
    assert_eq!(flow.other_reasons(), [("moved away".to_string(), vec![1, 0])]);
    assert_eq!(flow.still_followed(), [0, 0]);
    assert!(flow.to_string().contains("\nmoved away"), "{flow}");
    let report = analysis.report().build()?.to_string();
    assert!(report.contains("MSC + IST") && report.contains("moved away"), "{report}");
    // Two words that are equal are one name; a name prints as its text.
    assert_eq!(Name::from("IST"), Name::from(String::from("IST")));
    assert_eq!(format!("{:>5}|{:?}", Name::from("IST"), Name::from("a\"b")), "  IST|\"a\\\"b\"");
    Ok(())
}

#[test]
fn endpoints_from_closures() -> Result<()> {
    let trial = in_words()?;
    let counts: Vec<Name> = vec!["progression".into(), "death".into()];
    let pfs = RunTimeEndpoint::new(format!("PF{}", "S"), move |kind| {
        if counts.contains(&kind) { Role::Event } else { Role::Ignore }
    });
    let analysis = trial.analyse(&pfs)?;
    assert_eq!((analysis.endpoint(), analysis.direction()), ("PFS", Direction::Unknown));
    let times: Vec<Time> = analysis.records().iter().map(|r| r.time).collect();
    assert_eq!(times, [m(9.0), m(4.0), m(6.0)]);
    // The same clock and strategies as those of an endpoint that is written down.
    let duration = pfs.clone().from_first(|kind| kind == "response").wanted();
    let analysis = trial.analyse(&duration)?;
    assert_eq!((analysis.without_origin(), analysis.records()[0].time), (1, m(7.0)));
    assert_eq!(analysis.direction(), Direction::Wanted);
    let composite = Estimand::from(&pfs).with("response".into(), greenwood::trial::Strategy::Composite);
    assert_eq!(trial.analyse(&composite)?.records()[0].time, m(2.0));
    assert_eq!(
        message(trial.analyse(
            Estimand::from(&duration).with("response".into(), greenwood::trial::Strategy::Composite)
        )),
        "PFS: the strategy composite for response has no meaning: it starts the endpoint's clock"
    );
    let visits = pfs.assessed(Time::weeks(f64::NAN), None);
    assert!(message(trial.analyse(&visits)).contains("a finite time above 0"));
    Ok(())
}

/// What was read decides about responses and states too; a question whose closure can be copied can be.
#[test]
fn responses_and_states_from_closures() -> Result<()> {
    let trial = in_words()?;
    let wanted: Vec<Name> = vec!["response".into()];
    let response = BinaryEndpoint::by_closure(format!("response by {} months", 3), m(3.0), |kind: Name| {
        if wanted.contains(&kind) { BinaryRole::Response } else { BinaryRole::Ignore }
    });
    let copy = response;
    assert_eq!(copy.name(), "response by 3 months");
    let responders = |arm: &str| trial.responses(&response)?.counts(arm.into()).map(|c| c.responders);
    assert_eq!(responders("MSC + IST")?, 1);
    let leads = [(Name::from("progression"), Name::from("progressed")), ("death".into(), "dead".into())];
    let question = CurrentState::with_closure("progression-free", Name::from("free"), move |event| {
        leads.iter().find(|(from, _)| *from == event).map(|&(_, to)| to)
    });
    let states = trial.states(&question)?;
    assert_eq!(states.probability("MSC + IST".into(), "free".into(), m(1.0))?.value()?, 1.0);
    Ok(())
}

#[test]
fn an_endpoint_from_a_description() -> Result<()> {
    let trial = in_words()?;
    let kinds = |names: &[&str]| names.iter().map(|&n| Name::from(n)).collect::<Vec<_>>();
    let description = EndpointDescription::new("TTP", kinds(&["progression"])).competing(kinds(&["death"]));
    assert_eq!(description.role("death".into()), Some(Role::Competing));
    // A kind that was forgotten is not ignored.
    assert_eq!(
        message(trial.analyse(&description.endpoint()?)),
        "endpoint TTP gives response of subject 0 (MSC + IST) no role: name it among the events, the competing, the \
         censoring or the ignored ones"
    );
    let ttp = description.clone().ignored(kinds(&["response"])).direction(Direction::Unwanted).endpoint()?;
    let analysis = trial.analyse(&ttp)?;
    assert_eq!(analysis.records()[2].outcome, Outcome::Competing("death".into()));
    assert_eq!(analysis.direction(), Direction::Unwanted);
    let asked = Estimand::from(&description.endpoint()?)
        .with("response".into(), greenwood::trial::Strategy::TreatmentPolicy);
    assert!(trial.analyse(asked).is_ok());
    for (wrong, why) in [
        (
            description.clone().ignored(kinds(&["death"])),
            "death stands twice: give each kind of event one role",
        ),
        (EndpointDescription::new("TTP", []), "it counts no event: name at least one"),
        (
            description.clone().assessed(-1.0, TimeUnit::Weeks, None),
            "its visits are every -1 weeks: a finite time above 0",
        ),
    ] {
        assert_eq!(message(wrong.endpoint()), format!("endpoint TTP: {why}"));
    }
    Ok(())
}

#[cfg(feature = "serde")]
#[test]
fn a_description_is_checked_when_it_is_read() {
    let read = |text: &str| serde_json::from_str::<EndpointDescription<Name>>(text);
    let text = r#"{"name":"DoR","events":["death"],"competing":[],"censoring":[],"ignored":["response"],"from_first":["response"],"assessed":{"every":8.0,"unit":"Weeks","missed":2},"direction":"Unwanted"}"#;
    let description = read(text).unwrap();
    assert_eq!(serde_json::to_string(&description).unwrap(), text);
    assert_eq!(
        description.endpoint().unwrap().ascertainment(),
        Ascertainment::Assessed { every: Time::weeks(8.0), missed: Some(2) }
    );
    // An enum of the user's does as well.
    let of_enum: EndpointDescription<Event> =
        serde_json::from_str(r#"{"name":"PFS","events":["Death","Progression"],"ignored":["Response"]}"#)
            .unwrap();
    assert_eq!((of_enum.role(Progression), of_enum.role(NewTherapy)), (Some(Role::Event), None));
    for (wrong, why) in [
        (r#"{"name":"x","events":["a"],"competting":["b"]}"#, "unknown field `competting`"),
        (r#"{"name":"x","events":["a"],"competing":["a"]}"#, "a stands twice"),
        (r#"{"name":"","events":["a"]}"#, "give it a name"),
        (r#"{"name":"x","events":[]}"#, "it counts no event"),
        (r#"{"name":"x","events":["a"],"assessed":{"every":0,"unit":"Days"}}"#, "a finite time above 0"),
    ] {
        let error = read(wrong).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    // Facts in words are read and written as an enum's are.
    let trial = in_words().unwrap();
    let text = serde_json::to_string(&trial).unwrap();
    assert!(text.contains(r#""exit":{"Other":"moved away"}"#), "{text}");
    assert_eq!(serde_json::from_str::<Trial<Name, Name>>(&text).unwrap(), trial);
}
