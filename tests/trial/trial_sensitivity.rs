//! Competing events, informative censoring, fragility, comparisons and flow.

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::trial::examples::{Arm, Event, FFS, OS, saa};
use greenwood::trial::{
    Censoring, Comparisons, DeltaAdjustment, Endpoint, Estimand, Exit, Population, Role, Strategy, Subject,
    Time, Trial,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Relapse,
    Death,
}

const RELAPSE: Endpoint<Kind> = Endpoint::new("relapse", |k| match k {
    Kind::Relapse => Role::Event,
    Kind::Death => Role::Competing,
});
const DEATH: Endpoint<Kind> = Endpoint::new("death before relapse", |k| match k {
    Kind::Relapse => Role::Competing,
    Kind::Death => Role::Event,
});

/// Ten subjects; 1 is relapse, 2 death.
fn ten() -> Result<Trial<&'static str, Kind>> {
    let times = [1, 2, 2, 3, 4, 4, 5, 6, 7, 8];
    let causes = [1, 2, 0, 1, 1, 2, 0, 2, 1, 0];
    let subjects = times.into_iter().zip(causes).map(|(time, cause)| {
        let time = Time::days(f64::from(time));
        let subject = Subject::on("A");
        match cause {
            0 => subject.until(time, Exit::Lost),
            1 => subject.then(time, Kind::Relapse).until(time, Exit::Cutoff),
            _ => subject.until(time, Exit::Terminal(Kind::Death)),
        }
    });
    Ok(Trial::new(subjects.collect::<Result<Vec<_>>>()?))
}

/// R 4.2.2, etm 1.1.1: etmCIF(Surv(time, event != 0) ~ 1, etype = event, failcode = 1), variance by Greenwood.
#[test]
fn incidence_is_that_of_aalen_and_johansen() -> Result<()> {
    let trial = ten()?;
    let (relapse, death) = (trial.analyse(&RELAPSE)?, trial.analyse(&DEATH)?);
    for (t, p, variance) in [
        (1.0, 0.1, 0.009000000000000001),
        (2.0, 0.1, 0.009000000000000001),
        (3.0, 0.21428571428571427, 0.018236151603498542),
        (4.0, 0.32857142857142857, 0.0243935860058309),
        (6.5, 0.32857142857142857, 0.0243935860058309),
        (7.0, 0.480952380952381, 0.031684375337436566),
    ] {
        let found = relapse.incidence("A", Time::days(t))?;
        assert_relative_eq!(found.value()?, p, max_relative = 1e-12);
        assert_relative_eq!(found.std_error().unwrap_or(0.0).powi(2), variance, max_relative = 1e-9);
    }
    for (t, p, variance) in [
        (0.5, 0.0, 0.0),
        (4.0, 0.21428571428571427, 0.018236151603498542),
        (7.0, 0.3666666666666667, 0.029631897203325777),
    ] {
        let found = death.incidence("A", Time::days(t))?;
        assert_relative_eq!(found.value()?, p, max_relative = 1e-12);
        assert_relative_eq!(found.std_error().unwrap_or(0.0).powi(2), variance, max_relative = 1e-9);
    }
    // Both causes and freedom of both share the whole probability; without competing events it is Kaplan-Meier.
    let saa = saa().analyse(&FFS)?;
    for months in [1.0, 10.0, 48.0, 60.0] {
        let (t, arm) = (Time::months(months), Arm::Msc);
        let (incidence, survival) = (saa.incidence(arm, t)?, saa.survival(arm, t)?);
        assert_relative_eq!(incidence.value()?, 1.0 - survival.value()?, max_relative = 1e-12);
        assert_relative_eq!(
            incidence.std_error().unwrap_or(0.0),
            survival.std_error().unwrap_or(0.0),
            max_relative = 1e-9
        );
    }
    assert_eq!(saa.incidence(Arm::Msc, Time::years(4.0))?.to_string(), "61.9% ± 17.2%");
    Ok(())
}

/// By hand: the one child lost in the stem-cell arm fails at once in the worst case, and is followed to month 60
/// in the best; nothing else changes.
#[test]
fn bounds_tell_the_two_extreme_stories() -> Result<()> {
    let analysis = saa().analyse(&FFS)?;
    let bounds = analysis.censoring_bounds(Arm::Msc, Arm::Control, |why| why == Censoring::Lost)?;
    assert_eq!(bounds.observed, analysis.contrast(Arm::Msc, Arm::Control)?);
    let four_years = Time::years(4.0).in_days();
    // Worst: 3/9 survive; best: 4/9.
    assert_relative_eq!(
        bounds.worst.curves().0.at(four_years).value().unwrap(),
        3.0 / 9.0,
        max_relative = 1e-12
    );
    assert_relative_eq!(
        bounds.best.curves().0.at(four_years).value().unwrap(),
        4.0 / 9.0,
        max_relative = 1e-12
    );
    assert_eq!(bounds.best.curves().1, bounds.observed.curves().1);
    let text = bounds.to_string();
    assert!(text.starts_with("Msc against Control: 1 + 0 of the censored given another outcome"), "{text}");

    // Every story about every censored child: best and worst enclose what was seen.
    let all = analysis.censoring_bounds(Arm::Msc, Arm::Control, |_| true)?;
    let z = |c: &greenwood::trial::Contrast| c.log_rank().z().unwrap_or(f64::NAN);
    assert!(z(&all.best) < z(&all.observed) && z(&all.observed) < z(&all.worst));
    Ok(())
}

/// Leukaemia, Freireich et al. (1963), weeks.
fn six_mp() -> Result<Trial<&'static str, Kind>> {
    let treated = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35];
    let placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23];
    let arms = treated.map(|t| ("6-MP", t)).into_iter().chain(placebo.map(|t| ("placebo", t)));
    let subjects = arms.map(|(arm, t)| {
        let time = Time::weeks(f64::from(i32::abs(t)));
        let subject = Subject::on(arm);
        if t > 0 {
            subject.then(time, Kind::Relapse).until(time, Exit::Cutoff)
        } else {
            subject.until(time, Exit::Lost)
        }
    });
    Ok(Trial::new(subjects.collect::<Result<Vec<_>>>()?))
}

/// The same search by a loop over survdiff in R 4.2.2, survival 3.5-3: 4 moves for 6-MP, −1 for the SAA trial.
#[test]
fn fragility_counts_the_best_survivors() -> Result<()> {
    let contrast = six_mp()?.analyse(&RELAPSE)?.contrast("6-MP", "placebo")?;
    let fragility = contrast.fragility(0.05)?;
    assert_eq!(fragility.index, Some(4));
    assert_relative_eq!(fragility.p_after, 1.1861239384966948e-01, max_relative = 1e-9);
    let turned = six_mp()?.analyse(&RELAPSE)?.contrast("placebo", "6-MP")?.fragility(0.05)?;
    assert_eq!(turned.index, fragility.index);

    let saa = saa().analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?.fragility(0.05)?;
    assert_eq!(saa.index, Some(-1));
    assert_relative_eq!(saa.p_after, 0.046567185330120719, max_relative = 1e-9);
    assert!(contrast.fragility(1.0).is_err() && contrast.fragility(f64::NAN).is_err());
    Ok(())
}

/// The benefit of 6-MP fades as its censored fare worse, and the same seed gives the same bits.
#[test]
fn a_benefit_tips_where_the_censored_fare_badly() -> Result<()> {
    let analysis = six_mp()?.analyse(&RELAPSE)?;
    let deltas = [1.0, 2.0, 4.0, 8.0, 16.0, 64.0, 1e6];
    let point = analysis.tipping_point(
        "6-MP",
        "placebo",
        |_| true,
        &DeltaAdjustment::new(&deltas).imputations(40).seed(7),
    )?;
    assert_eq!(
        point,
        analysis.tipping_point(
            "6-MP",
            "placebo",
            |_| true,
            &DeltaAdjustment::new(&deltas).imputations(40).seed(7)
        )?
    );
    assert_eq!(point.imputed(), 12);
    assert!(point.rows().windows(2).all(|w| w[0].hazard_ratio <= w[1].hazard_ratio), "{point}");
    // At delta 1 the imputation adds noise around the ordinary estimate, 0.2: a wide net for a random sample.
    assert!(point.rows()[0].hazard_ratio.is_some_and(|ratio| (0.1..0.35).contains(&ratio)), "{point}");
    assert_eq!(point.tips_at(1e-9), None);
    let wrong = |deltas: &[f64], n| {
        analysis
            .tipping_point("6-MP", "placebo", |_| true, &DeltaAdjustment::new(deltas).imputations(n).seed(7))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(wrong(&[1.0, -2.0], 9), "deltas is -2: it must be finite and above 0");
    assert_eq!(wrong(&[1.0], 1), "imputations is 1: it must be at least 2");
    assert!(wrong(&[], 9).starts_with("deltas is empty"));
    Ok(())
}

#[test]
fn one_table_for_several_questions() -> Result<()> {
    let trial = saa();
    let mut table = Comparisons::at(Time::years(4.0));
    table.push("FFS", &trial.analyse(&FFS)?, Arm::Msc, Arm::Control)?;
    let before = Estimand::of(&OS).with(Event::Relapse, Strategy::Competing);
    table.push("death before relapse", &trial.analyse(before)?, Arm::Msc, Arm::Control)?;
    let text = table.to_string();
    assert_eq!(table.rows()[1].events, [1, 1]);
    assert!(table.rows()[1].competing && !table.rows()[0].competing);
    assert!(
        text.contains("5/9 against 3/9") && text.contains("61.9% ± 17.2% against 33.3% ± 15.7%"),
        "{text}"
    );
    assert!(text.ends_with("cause-specific hazards"), "{text}");
    Ok(())
}

#[test]
fn flow_adds_up() -> Result<()> {
    let all: Population<Arm, Event> = Population::new("intention to treat", |_| true);
    let flow = saa().flow(&[all]).screened(20, &[("no consent", 2)])?;
    assert_eq!(
        flow.to_string().lines().map(str::trim_end).collect::<Vec<_>>(),
        [
            "screened 20, not randomised 2: no consent 2",
            "                                    Msc    Control",
            "randomised                            9          9",
            "received another treatment            0          0",
            "lost to follow-up                     1          0",
            "withdrew                              0          0",
            "followed to the end (death)           1          1",
            "still followed                        7          8",
            "analysed: intention to treat          9          9",
        ]
    );
    assert_eq!(
        saa().flow(&[]).screened(17, &[("no consent", 2)]).unwrap_err().to_string(),
        "17 screened less 2 excluded are not the 18 randomised: correct the counts"
    );
    Ok(())
}

/// Trials in which there is next to nothing to compare have an answer everywhere: no panic, no NaN in print.
#[test]
fn odd_trials_have_answers() -> Result<()> {
    const OS: Endpoint<Kind> = Endpoint::overall_survival(|k| matches!(k, Kind::Death));
    let subject = |arm, days, exit| Subject::on(arm).until(Time::days(days), exit);
    let dead = Exit::Terminal(Kind::Death);
    for subjects in [
        vec![subject("a", 5.0, Exit::Lost)?, subject("b", 6.0, Exit::Lost)?],
        vec![subject("a", 0.0, Exit::Lost)?, subject("b", 0.0, Exit::Lost)?],
        vec![subject("a", 5.0, dead)?, subject("b", 6.0, Exit::Lost)?],
        vec![subject("a", 5.0, Exit::Lost)?, subject("b", 6.0, dead)?],
        vec![subject("a", 5.0, dead)?, subject("b", 5.0, dead)?],
        vec![subject("a", 0.0, dead)?, subject("b", 0.0, dead)?],
        vec![subject("a", 1e9, dead)?, subject("a", 1e9, Exit::Lost)?, subject("b", 1e-9, dead)?],
    ] {
        let analysis = Trial::new(subjects).analyse(&OS)?;
        let mut text = analysis.censoring_bounds("a", "b", |_| true)?.to_string();
        text += &analysis
            .tipping_point(
                "a",
                "b",
                |_| true,
                &DeltaAdjustment::new(&[0.5, 1.0, 1e300]).imputations(5).seed(1),
            )?
            .to_string();
        let mut table = Comparisons::at(Time::days(3.0));
        table.push("all", &analysis, "a", "b")?;
        text += &table.to_string();
        let fragility = analysis.contrast("a", "b")?.fragility(0.05)?;
        assert!(fragility.p_before.is_finite() && fragility.p_after.is_finite());
        assert!(!text.contains("NaN"), "{text}");
        for t in [0.0, 1e-9, 5.0, 1e300] {
            let found = analysis.incidence("a", Time::days(t))?;
            match (found.value(), found.std_error()) {
                (Ok(value), Ok(se)) => assert!((0.0..=1.0).contains(&value) && se >= 0.0),
                (Err(value), se) => assert_eq!(Err(value), se),
                (Ok(value), Err(because)) => assert!(because.is_of_error() && (value == 0.0 || value == 1.0)),
            }
        }
        assert!(analysis.incidence("c", Time::ZERO).is_err());
    }
    Ok(())
}
