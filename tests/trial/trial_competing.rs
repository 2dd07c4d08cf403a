//! An endpoint with competing roles: analysed by one call, compared by what fits, reported in every form, read from
//! ADTTE.

use approx::assert_relative_eq;
use greenwood::survival::{CoxPh, Design, FineGray, Gray, Interval};
use greenwood::trial::{
    Analysis, Endpoint, Exit, Outcome, Role, Stratification, Subject, Time, TimeUnit, Trial,
};
use greenwood::{Error, TrialError};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Relapse,
    Death,
}

const RELAPSE: Endpoint<Kind> = Endpoint::new("relapse", |k| match k {
    Kind::Relapse => Role::Event,
    Kind::Death => Role::Competing,
});
const FREE: Endpoint<Kind> = Endpoint::new("relapse-free", |_| Role::Event);

/// (arm, day, what: 0 censored, 1 relapse, 2 death, sex)
type Row = (usize, u32, u8, bool);

/// Forty subjects, in a deterministic mixture.
fn rows() -> Vec<Row> {
    (0..40_u32).map(|i| ((i % 2) as usize, 5 + (i * 37) % 101, (i * 7 % 11 % 3) as u8, i % 3 == 0)).collect()
}

fn trial(rows: &[Row]) -> Trial<&'static str, Kind> {
    Trial::new(rows.iter().map(|&(arm, day, what, sex)| {
        let (day, subject) = (Time::days(f64::from(day)), Subject::on(["new", "old"][arm]));
        let subject =
            subject.stratum("sex", if sex { "f" } else { "m" }).baseline("sex", if sex { "f" } else { "m" });
        match what {
            1 => subject.then(day, Kind::Relapse).until(Time::days(200.0), Exit::Cutoff),
            2 => subject.until(day, Exit::Terminal(Kind::Death)),
            _ => subject.until(day, Exit::Lost),
        }
        .unwrap()
    }))
}

fn analysis() -> Analysis<&'static str, Kind> {
    trial(&rows()).analyse(&RELAPSE).unwrap()
}

/// The contrast is the survival wing's own: whose values tests/competing_*.rs compare with R.
#[test]
fn the_contrast_is_that_of_the_survival_wing() -> Result<(), Error> {
    let contrast = analysis().incidence_contrast("new", "old")?;
    let (data, groups) = contrast.competing_risks();
    assert_eq!(
        (contrast.of(), contrast.against(), data.causes()),
        ("new", "old", &["event".to_string(), "competing event".into()][..])
    );
    assert_eq!(contrast.gray()?, Gray::new("event").test(data, groups)?);
    let first: Vec<f64> = groups.codes().iter().map(|&c| f64::from(u8::from(c == 0))).collect();
    let design = Design::builder().numeric("new", &first).build()?;
    let model = FineGray::new("event").fit(data, &design)?;
    assert_relative_eq!(
        contrast.subdistribution_ratio(&[])?.value()?,
        model.coefficients()[0].exp(),
        max_relative = 1e-12
    );
    let cox = CoxPh::new().fit(&data.cause_specific("event")?, &design)?;
    assert_relative_eq!(
        contrast.cause_specific().cox(&[])?.coefficients()[0],
        cox.coefficients()[0],
        max_relative = 1e-12
    );
    let day = Time::days(60.0);
    let (new, old) = (analysis().incidence("new", day)?, analysis().incidence("old", day)?);
    let difference = contrast.difference(day)?;
    assert_relative_eq!(difference.value()?, new.value()? - old.value()?, max_relative = 1e-12);
    assert_relative_eq!(
        difference.std_error()?,
        new.std_error()?.hypot(old.std_error()?),
        max_relative = 1e-12
    );
    assert_relative_eq!(contrast.ratio(day)?.value()?, new.value()? / old.value()?, max_relative = 1e-12);
    let lost = contrast.time_lost_difference(day)?;
    let of = |curve: &greenwood::survival::curve::CumulativeIncidence| curve.of("event")?.time_lost(60.0);
    let (first, second) = contrast.curves();
    assert_relative_eq!(lost.value()?, of(first)?.value() - of(second)?.value(), max_relative = 1e-12);
    // An arm that is not followed so far, with somebody free of both: no extrapolation.
    let short =
        trial(&[(0, 5, 1, true), (0, 9, 0, true), (1, 7, 2, true), (1, 30, 1, true)]).analyse(&RELAPSE)?;
    let beyond = short.incidence_contrast("new", "old")?.time_lost_difference(Time::days(20.0));
    assert!(matches!(beyond, Err(Error::BeyondFollowUp { .. })));
    let limits = new.interval(Interval::log_log())?;
    assert_eq!(Some(limits), first.of("event")?.at(60.0).interval(Interval::log_log()).ok());
    Ok(())
}

/// Strata and adjustment reach the tests and the model; the curves are of the arms.
#[test]
fn strata_and_characteristics_are_used() -> Result<(), Error> {
    let plain = analysis();
    let stratified = analysis().stratified(Stratification::AsRandomised)?;
    let [a, b] = [&plain, &stratified].map(|x| x.incidence_contrast("new", "old"));
    let (a, b) = (a?, b?);
    assert_ne!(a.gray()?.statistic(), b.gray()?.statistic());
    assert_ne!(a.fine_gray(&[])?.coefficients(), b.fine_gray(&[])?.coefficients());
    assert_eq!(a.curves().0, b.curves().0);
    assert_eq!(plain.incidence("new", Time::days(50.0))?, stratified.incidence("new", Time::days(50.0))?);
    let names: Vec<_> = a.fine_gray(&["sex"])?.terms().iter().map(|t| t.name().to_string()).collect();
    assert_eq!(names, ["new", "sex: m"]);
    assert!(matches!(a.fine_gray(&["age"]), Err(Error::Trial(TrialError::MissingBaseline { .. }))));
    Ok(())
}

/// Kaplan-Meier is refused, and given where it is asked for by name; then the analysis says so.
#[test]
fn kaplan_meier_is_asked_for_by_name() -> Result<(), Error> {
    let analysis = analysis();
    for refused in [
        analysis.curve("new").map(|_| ()),
        analysis.follow_up().map(|_| ()),
        analysis.survival_data().map(|_| ()),
        analysis.contrast("new", "old").map(|_| ()),
        analysis.numbers_at_risk(&[Time::days(9.0)]).map(|_| ()),
    ] {
        let message = refused.unwrap_err().to_string();
        assert!(message.contains("`Analysis::competing_as_censored`"), "{message}");
    }
    let censored = analysis.clone().competing_as_censored();
    assert_eq!(censored.strategies(), "competing events as censorings");
    let day = Time::days(60.0);
    assert!(1.0 - censored.survival("new", day)?.value()? > analysis.incidence("new", day)?.value()?);
    assert!(
        censored
            .report()
            .build()?
            .to_string()
            .contains("Intercurrent events: competing events as censorings.")
    );
    assert_eq!(
        censored.contrast("new", "old")?.log_rank(),
        analysis.incidence_contrast("new", "old")?.cause_specific().log_rank()
    );
    // Without competing events there is nothing to say.
    let free = trial(&rows()).analyse(&FREE)?.competing_as_censored();
    assert_eq!(free.strategies(), "");
    Ok(())
}

#[test]
fn the_report_has_lines_for_competing_events_in_every_form() -> Result<(), Error> {
    let report =
        analysis().report().contrast("new", "old").unit(TimeUnit::Days).at(&[Time::days(60.0)]).build()?;
    let competing = report.comparison.as_ref().and_then(|c| c.competing.as_ref()).unwrap();
    assert!(competing.gray.is_some() && competing.time_lost.is_some() && competing.differences.len() == 1);
    let names = [
        "Event by 60 days, ± standard error",
        "Gray's test",
        "Subdistribution hazard ratio, Fine-Gray (95% CI)",
        "Difference of events by 60 days, points (95% CI)",
        "Difference of mean time lost to ",
    ];
    let text = report.to_string();
    for name in names {
        assert!(text.contains(name), "{name}: {text}");
    }
    assert!(report.to_markdown().contains("| Gray's test | χ² "));
    assert!(report.to_latex().contains("Gray's test & $\\chi$$^2$ "));
    assert!(report.to_html().contains("<th scope=\"row\">Gray&#39;s test</th>"));
    let csv = report.to_csv();
    assert!(
        csv.contains("\n\nrelapse: new against old\n,Estimate,p\n") && csv.contains("\nGray's test,\"χ² "),
        "{csv}"
    );
    assert!(text.contains("the probability of the event beside what competes."), "{text}");
    // Without competing events none of it stands there.
    let free = trial(&rows()).analyse(&FREE)?.report().contrast("new", "old").build()?;
    assert_eq!(free.comparison.as_ref().map(|c| c.competing.is_none()), Some(true));
    assert!(!free.to_string().contains("Gray"));
    Ok(())
}

/// Arms without the event, one subject, all at once: gaps, not errors.
#[test]
fn odd_trials_have_reports() -> Result<(), Error> {
    for rows in [
        vec![(0, 5, 2, true), (1, 6, 0, true)],
        vec![(0, 5, 2, true), (1, 5, 2, true)],
        vec![(0, 5, 1, true), (1, 5, 2, true)],
        vec![(0, 5, 1, true), (0, 7, 1, true), (1, 5, 2, true), (1, 8, 0, false)],
        vec![(0, 1, 1, true), (1, 1, 2, true), (0, 1, 2, true), (1, 1, 1, true)],
    ] {
        let report = trial(&rows).analyse(&RELAPSE)?.report().contrast("new", "old").build()?;
        assert!(!report.to_string().contains("NaN"), "{report}");
        assert!(report.comparison.is_some_and(|c| c.competing.is_some()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Turned round, the differences change their sign and the test does not change; the incidences of both and being
    /// free of both add up to 1; without competing events the incidence is one minus Kaplan-Meier.
    #[test]
    fn contrasts_turn_round(rows in proptest::collection::vec((0..2_usize, 1..60_u32, 0..3_u8, any::<bool>()), 4..40)) {
        let trial = trial(&rows);
        prop_assume!(trial.arms().len() == 2);
        let analysis = trial.analyse(&RELAPSE).unwrap();
        let there = analysis.incidence_contrast("new", "old").unwrap();
        let back = analysis.incidence_contrast("old", "new").unwrap();
        let day = Time::days(30.0);
        // Beyond the follow-up of an arm there is none, either way.
        match [&there, &back].map(|c| c.difference(day).unwrap().value()) {
            [Ok(a), Ok(b)] => prop_assert!((a + b).abs() < 1e-12),
            [a, b] => prop_assert_eq!(a, b),
        }
        let [a, b] = [&there, &back].map(|c| c.gray().unwrap().p_value());
        let same = match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-9,
            (a, b) => a == b,
        };
        prop_assert!(same);
        for arm in ["new", "old"] {
            let curve = analysis.cumulative_incidence(arm).unwrap().extended();
            let sum: f64 = ["event", "competing event"].iter().map(|c| curve.of(c).unwrap().at(30.0).value().unwrap()).sum();
            prop_assert!((sum + curve.event_free(30.0).unwrap().0 - 1.0).abs() < 1e-12);
            let free = trial.analyse(&FREE).unwrap();
            // Beyond follow-up neither has a value.
            let both = (free.incidence(arm, day).unwrap().value(), free.survival(arm, day).unwrap().value());
            match both {
                (Ok(incidence), Ok(survival)) => prop_assert!((incidence - (1.0 - survival)).abs() < 1e-12),
                (incidence, survival) => prop_assert_eq!(incidence, survival),
            }
        }
    }
}

#[cfg(feature = "adtte")]
#[test]
fn adtte_declares_codes_as_competing() -> Result<(), Error> {
    use greenwood::trial::DayCount;
    use greenwood::trial::adtte::{Adtte, AdtteParameter};
    use std::num::NonZeroU32;

    let adtte = Adtte::of(&analysis(), &AdtteParameter::new("TTP", "Time to relapse"));
    let mut file = Vec::new();
    adtte.write_csv(&mut file)?;
    let read = Adtte::read_csv(&file[..], DayCount::Elapsed)?.adtte;
    // Death competes under the number 5; undeclared it would be a censoring like the others.
    let five = NonZeroU32::new(5).unwrap();
    let declared = read.analyse_with_competing("TTP", &[five])?;
    assert_eq!(declared.incidence("new", Time::days(60.0))?, analysis().incidence("new", Time::days(60.0))?);
    assert!(declared.curve("new").is_err() && read.analyse("TTP")?.curve("new").is_ok());
    assert!(declared.records().iter().any(|r| matches!(r.outcome, Outcome::Competing("Death"))));
    Ok(())
}
