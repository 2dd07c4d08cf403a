//! The report: its numbers are the estimators', its columns add up, and its text survives every form.

use greenwood::Result;
use greenwood::survival::contrast::MeanMeasure;
use greenwood::survival::result::HazardRatioMethod;
use greenwood::trial::examples::{Arm, Event, FFS, OS, saa};
use greenwood::trial::{
    DataCutoff, Endpoint, Estimand, Exit, Report, Strategy, Stratification, Subject, Time, TimeUnit, Trial,
};
use proptest::prelude::*;

fn ffs() -> Result<Report> {
    let analysis = saa().analyse(&FFS)?;
    analysis.report().contrast(Arm::Msc, Arm::Control).at(&[Time::years(2.0), Time::years(4.0)]).build()
}

/// To the last bit.
#[test]
fn the_numbers_are_the_estimators_own() -> Result<()> {
    let (report, analysis) = (ffs()?, saa().analyse(&FFS)?);
    let times = [Time::years(2.0), Time::years(4.0)];
    let contrast = analysis.contrast(Arm::Msc, Arm::Control)?;
    let tau = Time::months(60.0);
    for (arm, found) in [Arm::Msc, Arm::Control].into_iter().zip(&report.arms) {
        let curve = analysis.curve(arm)?;
        assert_eq!(found.median, Some(curve.median()));
        assert_eq!(found.survival, times.map(|t| curve.at(t.in_days())));
        assert_eq!(found.restricted_mean, Some(curve.restricted_mean(tau.in_days())?));
        assert_eq!(found.follow_up, Some(analysis.follow_up_of(arm)?));
        let table = analysis.numbers_at_risk(&times)?;
        assert_eq!(found.at_risk.iter().map(|c| c[0]).collect::<Vec<_>>(), table.at_risk(arm)?);
        assert_eq!(found.at_risk.iter().map(|c| c[2]).collect::<Vec<_>>(), table.events(arm)?);
    }
    let comparison = report.comparison.expect("a contrast was asked for");
    assert_eq!(&comparison.log_rank, contrast.log_rank());
    assert_eq!(comparison.exact, Some(contrast.exact_log_rank()?));
    assert_eq!(comparison.peto, contrast.hazard_ratio(HazardRatioMethod::Peto));
    let cox = contrast.cox(&[])?.hazard_ratio("Msc")?.expect("the coefficient is finite");
    let ratio = comparison.hazard_ratio.expect("the coefficient is finite");
    assert_eq!((ratio.value(), ratio.interval(0.95)?), (cox.value(), cox.interval(0.95)?));
    assert_eq!((ratio.group(), ratio.reference()), ("Msc", "Control"));
    assert_eq!(comparison.differences, times.map(|t| contrast.difference(t)));
    let means = contrast.restricted_mean_contrast(tau, MeanMeasure::Difference)?;
    assert_eq!(comparison.mean_difference, Some(means));
    Ok(())
}

#[test]
fn it_prints_as_a_journal_would() -> Result<()> {
    let text = ffs()?.to_string();
    let expected = "\
FFS: Msc against Control

FFS by arm
                                                                      Msc                           Control
Subjects                                                                9                                 9
Events                                                          5 (55.6%)                         3 (33.3%)
Censored                                                        4 (44.4%)                         6 (66.7%)
  lost to follow-up                                                     1                                 0
  end of study                                                          3                                 6
Median follow-up, reverse Kaplan-Meier, months                       53.0                              49.5
Shortest follow-up without event, months                              4.0                              40.0
Median, months (95% CI)                         15.0 (2.0 to not reached)  not reached (8.0 to not reached)
Free of event at 24 months, ± standard error                38.1% ± 17.2%                     77.8% ± 13.9%
";
    assert!(text.starts_with(expected), "{text}");
    for cell in
        ["38.1% ± 17.2%", "66.7% ± 15.7%", "χ² 2.043, 1 df  0.1529", "0.1638", "2.757 (0.649 to 11.722)"]
    {
        assert!(text.contains(cell), "{cell} in\n{text}");
    }
    Ok(())
}

/// Another direction, unit, level and horizon; a cutoff; an estimand; strata.
#[test]
fn what_was_asked_is_said() -> Result<()> {
    let trial = saa().at(DataCutoff(Time::years(4.0)))?;
    let estimand = Estimand::of(&FFS).with(Event::Transplant, Strategy::Hypothetical);
    let analysis = trial.analyse(estimand)?;
    let report = analysis
        .report()
        .contrast(Arm::Control, Arm::Msc)
        .unit(TimeUnit::Years)
        .level(0.9)
        .restricted_to(Time::years(2.0))
        .build()?;
    let text = report.to_string();
    for part in [
        "FFS: Control against Msc",
        "Intercurrent events: Transplant: hypothetical.",
        "Data cutoff 4 years",
        "Median potential follow-up, years",
        "Completeness of follow-up",
        "Restricted mean to 2 years (90% CI)",
        "A hazard ratio below 1 means a lower rate of events in Control than in Msc.",
        "Population: intention to treat.",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let subject = |arm, site, days, dead| {
        let exit = if dead { Exit::Terminal(Event::Death) } else { Exit::Lost };
        Subject::on(arm).stratum("site", site).until(Time::days(days), exit)
    };
    let trial = Trial::new([
        subject("x", "1", 30.0, true)?,
        subject("y", "1", 50.0, true)?,
        subject("x", "2", 40.0, false)?,
        subject("y", "2", 20.0, true)?,
    ]);
    let stratified = trial.analyse(&OS)?.stratified(Stratification::AsRandomised)?;
    let text = stratified.report().contrast("x", "y").unit(TimeUnit::Days).build()?.to_string();
    assert!(text.contains("Log-rank test, strata as randomised"), "{text}");
    Ok(())
}

/// Where events compete there is no Kaplan-Meier curve to report, and the comparison says what it compares.
#[test]
fn competing_events_are_not_censored() -> Result<()> {
    let estimand = Estimand::of(&FFS).with(Event::Transplant, Strategy::Competing);
    let trial = Trial::new([
        Subject::on("a").then(Time::days(9.0), Event::Transplant).until(Time::days(20.0), Exit::Lost)?,
        Subject::on("a").then(Time::days(12.0), Event::Relapse).until(Time::days(30.0), Exit::Cutoff)?,
        Subject::on("b").then(Time::days(15.0), Event::Relapse).until(Time::days(30.0), Exit::Cutoff)?,
        Subject::on("b").until(Time::days(40.0), Exit::Cutoff)?,
    ]);
    let report = trial.analyse(estimand)?.report().contrast("a", "b").unit(TimeUnit::Days).build()?;
    assert!(report.arms.iter().all(|a| a.survival.is_empty() && a.median.is_none()));
    assert_eq!(report.arms[0].competing, 1);
    let text = report.to_string();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Event by 12 days, ± standard error 50.0% ± 35.4%"), "{text}");
    assert!(
        text.contains("Events compete: the test and the ratios are of cause-specific hazards."),
        "{text}"
    );
    assert!(text.contains("a: competing events"), "{text}");
    Ok(())
}

/// Nobody had the event, one arm alone, everything at time 0: the report has gaps, not errors.
#[test]
fn odd_trials_have_reports() -> Result<()> {
    let subject = |arm, days, exit| Subject::on(arm).until(Time::days(days), exit);
    let dead = Exit::Terminal(Event::Death);
    for subjects in [
        vec![subject("a", 5.0, Exit::Lost)?, subject("b", 6.0, Exit::Lost)?],
        vec![subject("a", 0.0, Exit::Lost)?, subject("b", 0.0, Exit::Lost)?],
        vec![subject("a", 5.0, dead)?, subject("b", 6.0, Exit::Lost)?],
        vec![subject("a", 5.0, dead)?, subject("b", 5.0, dead)?],
        vec![subject("a", 0.0, dead)?, subject("b", 0.0, dead)?],
        vec![subject("a", 1e9, dead)?, subject("b", 1e-9, dead)?],
    ] {
        let analysis = Trial::new(subjects).analyse(&OS)?;
        let report = analysis.report().contrast("a", "b").build()?;
        assert!(!report.to_string().contains("NaN"), "{report}");
        assert!(report.times.len() <= 7);
    }
    let alone = Trial::new([subject("a", 5.0, dead)?]).analyse(&OS)?;
    assert_eq!(alone.report().build()?.tables().len(), 2);
    assert!(
        alone.report().contrast("a", "b").build().unwrap_err().to_string().contains("no subject is labelled")
    );
    assert_eq!(
        alone.report().level(1.0).build().unwrap_err().to_string(),
        "level is 1: it must be inside (0, 1)"
    );
    let message = alone.report().at(&[Time::days(f64::NAN)]).build().unwrap_err().to_string();
    assert_eq!(message, "at is NaN: it must be finite and at least 0");
    Ok(())
}

const AWKWARD: &str = "A & B_1 <new> 100% {x} $y #1 ~^ |\\ \"q\" 'z' *bold* [l](u)";

/// A name full of characters with a meaning stays what it is in every form.
#[test]
fn names_are_escaped() -> Result<()> {
    let exit = Exit::Terminal(Event::Death);
    let trial = Trial::new([
        Subject::on(AWKWARD).until(Time::days(40.0), exit)?,
        Subject::on("b").until(Time::days(50.0), Exit::Lost)?,
    ]);
    let report = trial.analyse(&OS)?.report().contrast(AWKWARD, "b").build()?;
    assert_eq!(report.arms[0].arm, AWKWARD);
    assert!(report.to_string().contains(AWKWARD));
    let html = report.to_html();
    assert!(
        html.contains("A &amp; B_1 &lt;new&gt; 100% {x} $y #1 ~^ |\\ &quot;q&quot; &#39;z&#39; *bold*"),
        "{html}"
    );
    assert!(!html.contains("<new>"));
    let latex = report.to_latex();
    assert!(
        latex.contains(
            "A \\& B\\_1 $<$new$>$ 100\\% \\{x\\} \\$y \\#1 \\textasciitilde{}\\textasciicircum{} \\textbar{}\\textbackslash{}"
        ),
        "{latex}"
    );
    let markdown = report.to_markdown();
    assert!(
        markdown.contains(
            "A &amp; B\\_1 &lt;new&gt; 100% {x} \\$y #1 \\~^ \\|\\\\ \"q\" 'z' \\*bold\\* \\[l\\](u)"
        ),
        "{markdown}"
    );
    Ok(())
}

/// Read by a Markdown and an HTML parser, by pdflatex and a browser, names and notes are what they were; here the texts.
#[cfg(feature = "serde")]
#[test]
fn a_name_is_no_mark_in_any_form() {
    let table = |name: &str| -> greenwood::trial::report::Table {
        let rows = [[name, "1"], ["  x", name]];
        let value =
            serde_json::json!({ "caption": name, "header": ["", name], "rows": rows, "notes": [name] });
        serde_json::from_value(value).unwrap()
    };
    // A note is a paragraph, whatever it begins with.
    for (note, expected) in [
        ("- item", "\\- item"),
        ("+ item", "\\+ item"),
        ("# head", "\\# head"),
        ("12. one", "12\\. one"),
        ("3) one", "3\\) one"),
        ("---", "\\---"),
        ("0.5 of all", "0.5 of all"),
        ("    code", "code"),
        ("~~gone~~ $x$", "\\~\\~gone\\~\\~ \\$x\\$"),
    ] {
        let text = table(note).to_markdown();
        assert!(text.ends_with(&format!("\n\n{expected}\n")), "{text}");
    }
    assert!(table(" ").to_markdown().starts_with("|  |"), "no caption is no rule");
    // LaTeX has these without a package, in formulas only, and joins no signs.
    for (name, expected) in [
        ("S(t) ≤ ½", "S(t) $\\leq$ ½"),
        ("0 to ∞", "0 to $\\infty$"),
        ("Δ β γ ρ", "$\\Delta$ $\\beta$ $\\gamma$ $\\rho$"),
        ("a|b", "a\\textbar{}b"),
        ("a--b", "a-{}-b"),
        ("a---b", "a-{}-{}-b"),
        ("?`", "?{}`"),
    ] {
        let text = table(name).to_latex();
        assert!(text.contains(&format!("\\caption{{{expected}}}")), "{text}");
    }
    // A line stays one in every form.
    let two = table("one\ntwo\tthree\u{b}four");
    assert_eq!(two.to_string().lines().count(), 5, "{two}");
    for text in [two.to_string(), two.to_markdown(), two.to_latex(), two.to_html()] {
        assert!(text.contains("one two three four") && !text.contains(['\t', '\u{b}']), "{text}");
    }
}

const ANY: Endpoint<u8> = Endpoint::overall_survival(|_| true);

proptest! {
    /// Each column of the numbers at risk adds up to the arm's subjects, in every table of every trial.
    #[test]
    fn numbers_at_risk_add_up(rows in prop::collection::vec((any::<bool>(), 0..400_u16, any::<bool>()), 2..40)) {
        let subjects = rows.iter().map(|&(first, days, dead)| {
            let exit = if dead { Exit::Terminal(1_u8) } else { Exit::Lost };
            Subject::on(first).until(Time::days(f64::from(days)), exit).expect("the times are fine")
        });
        let report = Trial::new(subjects).analyse(&ANY).expect("there are subjects").report().build().expect("there are records");
        for arm in &report.arms {
            assert!(arm.at_risk.iter().all(|counts| counts.iter().sum::<usize>() == arm.subjects));
            assert_eq!(arm.events + arm.censored.iter().map(|c| c.1).sum::<usize>(), arm.subjects);
        }
    }
}
