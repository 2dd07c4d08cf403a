//! Faults of the trial wing that once left without a word, each with its right answer.

use greenwood::survival::result::{Direction, HazardRatioMethod};
use greenwood::trial::examples::{Arm, FFS, saa};
use greenwood::trial::{Endpoint, Exit, Role, Subject, Time, Trial};

type Answer = Result<(), greenwood::Error>;

fn subjects(
    times: &[(f64, Exit<&'static str>)],
    arm: &'static str,
) -> Vec<Subject<&'static str, &'static str>> {
    times.iter().map(|&(t, exit)| Subject::on(arm).until(Time::days(t), exit).unwrap()).collect()
}

const DEATH: Exit<&str> = Exit::Terminal("death");

/// 0.3 and 0.1 + 0.2 are one time, at which the death comes before the loss: 1/4, not 1/3.
#[test]
fn incidence_knows_near_ties() -> Answer {
    let rows = [(0.3, Exit::Lost), (0.1 + 0.2, DEATH), (0.5, DEATH), (0.7, DEATH)];
    let trial = Trial::new(subjects(&rows, "A"));
    let os = Endpoint::new("OS", |_: &str| Role::Event);
    let found = trial.analyse(&os)?.incidence("A", Time::days(0.31))?;
    assert!((found.value()? - 0.25).abs() < 1e-15, "{found}");
    Ok(())
}

/// The sentences follow the endpoint: of a wanted event more is better; without a word only the rate is said.
/// Of a wanted event the worst case for an arm is that its censored never had it.
#[test]
fn best_and_worst_change_places_where_the_event_is_wanted() -> Answer {
    let bounds = |endpoint: &greenwood::trial::Endpoint<_>| {
        saa().analyse(endpoint)?.censoring_bounds(Arm::Msc, Arm::Control, |_| true)
    };
    let (unwanted, wanted) = (bounds(&FFS.unwanted())?, bounds(&FFS.wanted())?);
    assert!(unwanted.worst.log_rank().observed()[0] > unwanted.observed.log_rank().observed()[0]);
    assert_eq!(unwanted.worst.log_rank(), wanted.best.log_rank());
    assert_eq!(unwanted.best.log_rank(), wanted.worst.log_rank());
    Ok(())
}

#[test]
fn sentences_know_whether_the_event_is_wanted() -> Answer {
    let note = |endpoint: &Endpoint<_>| -> Result<String, greenwood::Error> {
        let analysis = saa().analyse(endpoint)?;
        let report = analysis.report().contrast(Arm::Msc, Arm::Control).build()?;
        Ok(report.to_string())
    };
    let plain = "A hazard ratio below 1 means a lower rate of events in Msc than in Control";
    assert!(note(&FFS)?.contains(&format!("{plain}.")), "{}", note(&FFS)?);
    assert!(note(&FFS.unwanted())?.contains(&format!("{plain}, which favours Msc.")));
    assert!(note(&FFS.wanted())?.contains(&format!("{plain}, which favours Control.")));
    let contrast = saa().analyse(&FFS.wanted())?.contrast(Arm::Msc, Arm::Control)?;
    let ratio = contrast.hazard_ratio(HazardRatioMethod::Peto).expect("both arms have events");
    // A ratio above 1 of a wanted event.
    assert!(ratio.sentence().contains("favours Msc"), "{}", ratio.sentence());
    assert_eq!(Endpoint::overall_survival(|_: &str| true).direction(), Direction::Unwanted);
    Ok(())
}

/// An arm without events: no ratio of Cox's, but Firth's with its profile limits.
#[test]
fn an_arm_without_events_has_a_penalised_ratio() -> Answer {
    let mut all = subjects(&[(5.0, DEATH), (9.0, DEATH), (12.0, DEATH), (20.0, Exit::Cutoff)], "old");
    all.extend(subjects(&[(8.0, Exit::Cutoff), (15.0, Exit::Cutoff), (20.0, Exit::Cutoff)], "new"));
    let os = Endpoint::new("OS", |_: &str| Role::Event);
    let analysis = Trial::new(all).analyse(&os)?;
    let report = analysis.report().contrast("new", "old").build()?;
    let comparison = report.comparison.as_ref().expect("a contrast was asked for");
    let firth = comparison.firth.as_ref().expect("Firth's estimate is finite");
    assert!(firth.hazard_ratio > 0.0 && firth.hazard_ratio < 1.0);
    assert!(firth.interval.upper.is_some_and(|u| u.is_finite() && u > 1.0));
    assert!(report.to_string().contains("Firth's penalty"));
    Ok(())
}

#[test]
fn the_flow_adds_up_and_the_table_begins_at_0() -> Answer {
    let flow = saa().flow(&[]);
    let text = flow.to_string();
    let still = flow.still_followed();
    assert!(text.contains("still followed") && still.iter().all(|&n| n > 0), "{text}");
    let analysis = saa().analyse(&FFS)?;
    assert!(analysis.numbers_at_risk(&[Time::ZERO])?.at_risk(Arm::Msc)?.len() == 1);
    let report = analysis.report().at(&[Time::months(24.0)]).build()?.to_string();
    let at_risk = report.lines().find(|l| l.contains("Msc: at risk")).expect("a row").split_whitespace();
    assert_eq!(at_risk.collect::<Vec<_>>()[3..], ["9", "3"]);
    Ok(())
}

/// A row that begins with a bracket or a star is no option of LaTeX's, and rows under others keep their place.
#[test]
fn tables_keep_their_structure_in_every_form() -> Answer {
    let analysis = saa().analyse(&FFS)?;
    let report = analysis.report().contrast(Arm::Msc, Arm::Control).build()?;
    for (form, sign) in
        [(report.to_markdown(), "| &emsp;"), (report.to_latex(), "\n\\quad "), (report.to_html(), ">&emsp;")]
    {
        assert!(form.contains(sign), "{form}");
    }
    let rows = [(5.0, DEATH), (9.0, DEATH)];
    let mut all = subjects(&rows, "[2cm] arm");
    all.extend(subjects(&rows, "* arm"));
    let os = Endpoint::new("OS", |_: &str| Role::Event);
    let latex = Trial::new(all).analyse(&os)?.report().contrast("[2cm] arm", "* arm").build()?.to_latex();
    for line in latex.lines() {
        assert!(!line.starts_with('[') && !line.starts_with('*'), "{line}");
    }
    assert!(latex.contains("{[}2cm] arm") && latex.contains("{*} arm"));
    Ok(())
}
