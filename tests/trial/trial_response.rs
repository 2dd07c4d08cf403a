//! Binary endpoints: what is known of each subject, what the dead and the missing count as, and what is printed.

use approx::assert_relative_eq;
use greenwood::trial::examples::{Arm, RESPONSE, TIME_TO_RESPONSE, saa, saa_course};
use greenwood::trial::{
    BinaryEndpoint, BinaryRole, BinaryStatus, CountAs, DataCutoff, Endpoint, Exit, Population, Role, Subject,
    Time, Trial,
};
use greenwood::{Error, TrialError};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Response,
    Relapse,
    Transplant,
    Death,
}

fn role(kind: Kind) -> BinaryRole {
    match kind {
        Kind::Response => BinaryRole::Response,
        Kind::Relapse | Kind::Transplant => BinaryRole::Failure,
        Kind::Death => BinaryRole::Ignore,
    }
}

const fn day(day: f64) -> Time {
    Time::days(day)
}

const BY: BinaryEndpoint<Kind> = BinaryEndpoint::by("response by 90 days", day(90.0), role);
const AT: BinaryEndpoint<Kind> = BinaryEndpoint::at("in response at 90 days", day(90.0), role);

type Line = (&'static [(f64, Kind)], f64, Exit<Kind>);

fn subject(arm: &'static str, (events, end, exit): Line) -> Result<Subject<&'static str, Kind>, Error> {
    events.iter().fold(Subject::on(arm), |s, &(at, kind)| s.then(day(at), kind)).until(day(end), exit)
}

/// Every history with what it is by 90 days and at 90 days.
#[test]
fn what_is_known_follows_from_the_record() -> Result<(), Error> {
    use BinaryStatus::{Dead, Missing, NonResponder, NotDue, Responder};
    use Kind::{Death, Relapse, Response, Transplant};
    let dead = Exit::Terminal(Death);
    let histories: [(Line, BinaryStatus, BinaryStatus); 14] = [
        ((&[(40.0, Response)], 400.0, Exit::Cutoff), Responder, Responder),
        ((&[(90.0, Response)], 90.0, Exit::Cutoff), Responder, Responder),
        ((&[(91.0, Response)], 400.0, Exit::Cutoff), NonResponder, NonResponder),
        ((&[], 90.0, Exit::Lost), NonResponder, NonResponder),
        ((&[(40.0, Response), (60.0, Relapse)], 400.0, Exit::Cutoff), Responder, NonResponder),
        ((&[(40.0, Response), (120.0, Relapse)], 400.0, Exit::Cutoff), Responder, Responder),
        ((&[(30.0, Transplant), (50.0, Response)], 400.0, Exit::Cutoff), NonResponder, Responder),
        ((&[(30.0, Transplant)], 50.0, Exit::Lost), NonResponder, Missing),
        ((&[(40.0, Response)], 60.0, Exit::Lost), Responder, Missing),
        ((&[(40.0, Response)], 60.0, dead), Responder, Dead),
        ((&[], 60.0, dead), Dead, Dead),
        ((&[], 60.0, Exit::Withdrew), Missing, Missing),
        ((&[], 60.0, Exit::Cutoff), NotDue, NotDue),
        // On one day a response comes before what ends it.
        ((&[(40.0, Relapse), (40.0, Response)], 400.0, Exit::Cutoff), Responder, NonResponder),
    ];
    for (i, (line, by, at)) in histories.into_iter().enumerate() {
        let trial = Trial::new([subject("a", line)?]);
        assert_eq!(trial.responses(&BY)?.records()[0].status, by, "history {i}, by");
        assert_eq!(trial.responses(&AT)?.records()[0].status, at, "history {i}, at");
    }
    Ok(())
}

/// Four known (2 of 4), one dead and two missing in each arm: the rules, and on which side an arm stands.
fn both_arms() -> Result<Trial<&'static str, Kind>, Error> {
    let lines: [Line; 8] = [
        (&[(40.0, Kind::Response)], 400.0, Exit::Cutoff),
        (&[(50.0, Kind::Response)], 400.0, Exit::Cutoff),
        (&[], 400.0, Exit::Cutoff),
        (&[], 400.0, Exit::Cutoff),
        (&[], 30.0, Exit::Terminal(Kind::Death)),
        (&[], 20.0, Exit::Lost),
        (&[], 20.0, Exit::Withdrew),
        (&[], 20.0, Exit::Cutoff),
    ];
    let subjects: Result<Vec<_>, _> =
        ["new", "old"].iter().flat_map(|arm| lines.map(|l| subject(arm, l))).collect();
    Ok(Trial::new(subjects?))
}

#[test]
fn the_dead_and_the_missing_count_as_the_rules_say() -> Result<(), Error> {
    use CountAs::{BestCase, Excluded, NonResponder, Responder, WorstCase};
    let analysis = both_arms()?.responses(&BY)?;
    let counts = analysis.counts("new")?;
    assert_eq!((counts.responders, counts.non_responders, counts.dead), (2, 2, 1));
    assert_eq!((counts.missing, counts.not_due, counts.subjects()), (2, 1, 8));
    for (rules, new, old) in [
        ([NonResponder, NonResponder], (2, 7), (2, 7)),
        ([NonResponder, Excluded], (2, 5), (2, 5)),
        ([Excluded, Excluded], (2, 4), (2, 4)),
        ([Responder, Responder], (5, 7), (5, 7)),
        ([WorstCase, WorstCase], (2, 7), (5, 7)),
        ([BestCase, BestCase], (5, 7), (2, 7)),
        ([NonResponder, WorstCase], (2, 7), (4, 7)),
    ] {
        let contrast = analysis.clone().counting(rules).contrast("new", "old")?;
        let found =
            [contrast.pair().group(), contrast.pair().reference()].map(|p| (p.events(), p.subjects()));
        assert_eq!(found, [new, old], "{rules:?}");
        // An arm alone counts as the compared one.
        assert_eq!(analysis.clone().counting(rules).proportion("old")?.events(), new.0);
    }
    // Where responses are to be avoided the worst case is that they happened.
    let unwanted = both_arms()?.responses(&BY.unwanted().dead(WorstCase).missing(WorstCase))?;
    let contrast = unwanted.contrast("new", "old")?;
    assert_eq!((contrast.pair().group().events(), contrast.pair().reference().events()), (5, 2));
    Ok(())
}

/// The abstract's figures; the statistics are those of `proportion` (tests/proportion.rs has their sources).
#[test]
fn the_published_response_is_reported() -> Result<(), Error> {
    let analysis = saa_course().responses(&RESPONSE)?;
    let text = analysis.to_string();
    assert_eq!(
        text,
        "partial response by 90 days\nMsc: 1/9 (11.1%); 1 died before, 0 missing\nControl: 2/9 (22.2%); 0 died before, \
         0 missing"
    );
    let report = analysis.report(Arm::Msc, Arm::Control, 0.95)?;
    assert_eq!((report.tests().len(), report.effects().len()), (3, 6));
    assert_relative_eq!(report.tests()[2].p_value(), 0.6722541177077663, max_relative = 1e-9);
    let text = report.to_string();
    for line in [
        "Counted                                              1 of 9                 2 of 9",
        "Proportion (95% CI, Clopper-Pearson)  11.1% (0.3% to 48.2%)  22.2% (2.8% to 60.0%)",
        "Who died before the date: counted as non-responders.",
        "Odds ratio (95% CI, conditional exact)         0.458 (0.007 to 10.634)  1.0000",
        "1/9 against 2/9 leaves a difference of -50.1 to 29.0 percentage points possible (95% CI, exact, Chan-Zhang); were \
         11.1% against 22.2% the truth, a trial of this size would find it by Fisher's test with probability 1.3%, by \
         Boschloo's test with probability 4.4%.",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let [arms, comparison] = &report.tables()[..] else { panic!("two tables") };
    assert!(arms.to_html().contains("<th scope=\"row\">Counted</th><td>1 of 9</td><td>2 of 9</td>"));
    assert!(comparison.to_latex().contains("Risk difference (95\\% CI, Miettinen-Nurminen)"));
    assert!(arms.to_csv().starts_with(",Msc,Control\nSubjects,9,9\nresponders,1,2\n"));
    assert!(
        comparison
            .to_csv()
            .contains("\"Risk ratio (95% CI, exact, Chan-Zhang)\",0.500 (0.019 to 5.180),0.6723\n")
    );
    Ok(())
}

/// The fixture has the outcomes of `saa`, and beside them the abstract's numbers.
#[test]
fn the_course_is_that_of_the_trial() -> Result<(), Error> {
    let (plain, course) = (saa(), saa_course());
    for (a, b) in plain.subjects().iter().zip(course.subjects()) {
        assert_eq!((a.arm(), a.end()), (b.arm(), b.end()));
    }
    let response = course.analyse(&TIME_TO_RESPONSE)?;
    for (arm, expected) in [(Arm::Msc, 1.0 / 9.0), (Arm::Control, 2.0 / 9.0)] {
        assert_relative_eq!(response.incidence(arm, day(90.0))?.value()?, expected, max_relative = 1e-12);
    }
    Ok(())
}

#[test]
fn what_cannot_be_is_refused() -> Result<(), Error> {
    let message = |e: Result<_, Error>| e.err().map(|e| e.to_string()).unwrap_or_default();
    let trial = both_arms()?;
    let late = BinaryEndpoint::by("x", day(f64::NAN), role);
    assert_eq!(
        message(trial.responses(&late).map(|_| ())),
        "the date of the endpoint is NaN: it must be finite and at least 0"
    );
    let analysis = trial.responses(&BY)?;
    assert_eq!(
        message(analysis.proportion("other").map(|_| ())),
        "no subject is labelled \"other\": the labels are new, old"
    );
    assert_eq!(
        message(analysis.contrast("new", "new").map(|_| ())),
        "1 group(s) found: a comparison needs at least 2"
    );
    assert_eq!(
        message(analysis.report("new", "old", 1.0).map(|_| ())),
        "level is 1: it must be inside (0, 1), such as 0.95"
    );
    let nobody = trial.among(&Population::new("nobody", |_| false));
    assert_eq!(
        message(nobody.responses(&BY).map(|_| ())),
        "the set of subjects is empty: at least one value is needed"
    );
    // Everybody of an arm unknown and excluded: no proportion, and a report says so.
    let gone = Trial::new([subject("a", (&[], 5.0, Exit::Lost))?, subject("b", (&[], 400.0, Exit::Cutoff))?]);
    let known = gone.responses(&BY.missing(CountAs::Excluded))?;
    assert!(message(known.contrast("a", "b").map(|_| ())).contains("of whom the response is known is empty"));
    assert!(known.to_string().contains("a: nobody of whom it is known; 0 died before, 1 missing"));
    // Nobody lives on after another's death.
    let risen = Trial::new([
        subject("a", (&[(5.0, Kind::Death)], 9.0, Exit::Cutoff))?,
        subject("a", (&[], 9.0, Exit::Terminal(Kind::Death)))?,
    ]);
    assert!(matches!(risen.responses(&BY), Err(Error::Trial(TrialError::NotTerminal { .. }))));
    Ok(())
}

/// A cutoff before the date: those who are there are not due, and never count.
#[test]
fn a_cutoff_makes_nobody_a_failure() -> Result<(), Error> {
    let trial = both_arms()?.at(DataCutoff(day(45.0)))?;
    let counts = trial.responses(&BY)?.counts("new")?;
    assert_eq!((counts.responders, counts.non_responders, counts.not_due), (1, 0, 4));
    let text = trial.responses(&BY)?.report("new", "old", 0.95)?.to_string();
    assert!(text.contains("date not yet reached") && text.contains("Data cutoff 45 days"), "{text}");
    Ok(())
}

#[cfg(feature = "serde")]
#[test]
fn a_report_is_data() -> Result<(), Box<dyn std::error::Error>> {
    let report = saa_course().responses(&RESPONSE)?.report(Arm::Msc, Arm::Control, 0.9)?;
    let json = serde_json::to_value(&report)?;
    assert_eq!(json["contrast"]["pair"]["group"]["events"], 1);
    assert_eq!(json["tests"][0]["p_value"], 1.0);
    let contrast: greenwood::trial::BinaryContrast = serde_json::from_value(json["contrast"].clone())?;
    assert_eq!(&contrast, report.contrast());
    Ok(())
}

const TTR: Endpoint<Kind> =
    Endpoint::time_to("ttr", |k| matches!(k, Kind::Response), |k| matches!(k, Kind::Death));

fn histories() -> impl Strategy<Value = Trial<&'static str, Kind>> {
    let one = (0..2_usize, 1..200_u32, 1..200_u32, 0..4_u8);
    proptest::collection::vec(one, 1..40).prop_map(|rows| {
        Trial::new(rows.into_iter().map(|(arm, response, end, exit)| {
            let subject = Subject::on(["a", "b"][arm]);
            let subject = if response <= end && response % 3 != 0 {
                subject.then(day(f64::from(response)), Kind::Response)
            } else {
                subject
            };
            let exit = [Exit::Terminal(Kind::Death), Exit::Cutoff, Exit::Lost, Exit::Withdrew][exit as usize];
            subject.until(day(f64::from(end)), exit).unwrap()
        }))
    })
}

proptest! {
    /// The statuses add up; the worst case is at most, the best at least, the rule of the protocol; where nobody left
    /// before the date the proportion is the incidence of a first response.
    #[test]
    fn rules_only_move_the_unknown(trial in histories()) {
        let analysis = trial.responses(&BY).unwrap();
        for &arm in analysis.arms() {
            let counts = analysis.counts(arm).unwrap();
            prop_assert_eq!(counts.subjects() as usize, trial.subjects().iter().filter(|s| s.arm() == arm).count());
            let value = |rule| analysis.clone().counting([rule; 2]).proportion(arm).map(|p| p.value());
            if let (Ok(worst), Ok(usual), Ok(best)) =
                (value(CountAs::WorstCase), value(CountAs::NonResponder), value(CountAs::BestCase))
            {
                prop_assert!(worst <= usual && usual <= best);
            }
            if counts.missing + counts.not_due == 0 {
                let incidence = trial.analyse(&TTR).unwrap().incidence(arm, day(90.0)).unwrap();
                let proportion = analysis.proportion(arm).unwrap();
                prop_assert!((incidence.value().unwrap() - proportion.value()).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn roles_of_a_time_to_an_event() {
    assert_eq!(
        [Kind::Response, Kind::Death, Kind::Relapse].map(|k| TTR.role(k)),
        [Role::Event, Role::Competing, Role::Ignore]
    );
}
