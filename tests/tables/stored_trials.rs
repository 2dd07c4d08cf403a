//! Stored values of the trial wing, of proportions and of figures: any field may be mutated.
#![cfg(feature = "serde")]

use greenwood::Result;
use greenwood::proportion::{Assumed, ConditionalOddsRatio, MiettinenNurminen, Proportion, TwoProportions};
use greenwood::survival::Alternative;
use greenwood::trial::design::randomisation::PermutedBlockList;
use greenwood::trial::design::{EventDate, EventForecast, FixedDesign, Hazard};
use greenwood::trial::examples::{Arm, FFS, HARMS, RESPONSE, saa, saa_course};
use greenwood::trial::reconstruct::{ArmFigures, Guyot, Published, ReportedHazardRatio};
use greenwood::trial::{
    DataCutoff, DeltaAdjustment, Endpoint, EndpointDescription, Exit, Subject, Time, TippingPoint, Trial,
};

use super::stored_values::{Report, finish};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
enum Event {
    Death,
}

const OS: Endpoint<Event> = Endpoint::overall_survival(|_| true);

fn by_sex() -> Result<Trial<&'static str, Event>> {
    let subject = |arm, sex, month: f64, died| {
        let exit = if died { Exit::Terminal(Event::Death) } else { Exit::Cutoff };
        Subject::on(arm).baseline("sex", sex).until(Time::months(month), exit)
    };
    Ok(Trial::new([
        subject("new", "f", 9.0, true)?,
        subject("new", "f", 14.0, true)?,
        subject("new", "m", 7.0, true)?,
        subject("new", "m", 20.0, false)?,
        subject("old", "f", 5.0, true)?,
        subject("old", "f", 11.0, true)?,
        subject("old", "m", 8.0, true)?,
        subject("old", "m", 6.0, true)?,
    ]))
}

#[test]
fn analyses_of_trials() -> Result<()> {
    let mut report = Report::default();
    let contrast = by_sex()?.analyse(&OS)?.contrast("new", "old")?;
    report.printed("Subgroups", &contrast.subgroups(&["sex"], 0.95)?, |s, a| {
        for factor in s.factors() {
            a.p(factor.interaction());
            for group in factor.subgroups() {
                a.size(group.hazard_ratio());
            }
        }
        #[cfg(feature = "plot")]
        let _ = greenwood::plot::ForestPlot::new(s.forest_rows()).to_svg();
    });
    let analysis = by_sex()?.analyse(&OS)?;
    let adjustment = DeltaAdjustment::new(&[1.0, 4.0]).imputations(3);
    report.of("DeltaAdjustment", &adjustment, |adjustment, _| {
        // As many imputations as are asked for are made: small numbers only.
        if !format!("{adjustment:?}").contains("imputations: 4294967") {
            let _ = format!("{adjustment:?}");
        }
    });
    let point = analysis.tipping_point("new", "old", |_| true, &adjustment)?;
    report.printed("TippingPoint", &point, |t: &TippingPoint, a| {
        for row in t.rows() {
            a.p(row.p_value).size(row.hazard_ratio);
        }
        let _ = (t.tips_at(0.05), t.imputed());
    });
    let harms = saa_course().adverse_events(&HARMS)?;
    report.of("AdverseEventRow", &harms.any(Arm::Msc)?, |row, a| {
        a.size(row.time.in_days()).size(row.subjects as f64 - row.with_event as f64);
    });
    let responses = saa_course().responses(&RESPONSE)?;
    report.of("BinaryCounts", &responses.counts(Arm::Msc)?, |c, a| {
        a.size(c.subjects() as f64);
    });
    report.of("BinaryRecord", &responses.records()[0], |_, _| ());
    report.of("Record", &saa().analyse(&FFS)?.records()[0], |r, _| {
        let _ = r.outcome.is_event();
    });
    report.of("Subject", &saa_course().subjects()[0], |s, _| {
        let (trial, day) = (Trial::new([s.clone()]), Time::days(30.0));
        let _ = (trial.at(DataCutoff(day)).is_ok(), trial.responses(&RESPONSE).is_ok());
        let _ = (trial.flow(&[]).to_string(), trial.adverse_events(&HARMS).is_ok());
    });
    report.of("Trial", &saa(), |t, a| {
        let Ok(analysis) = t.analyse(&FFS) else { return };
        for arm in t.arms() {
            a.p(analysis.survival(arm, Time::years(1.0)).ok().and_then(|s| s.value().ok()));
        }
    });
    let so_far = by_sex()?.at(DataCutoff(Time::months(10.0)))?;
    let date = EventForecast::new().of(&so_far, &OS)?.date_of(7)?.unwrap();
    report.of("EventDate", &date, |d: &EventDate, a| {
        a.size(d.date().in_days() - d.earliest().in_days());
        a.size(d.latest().map(|t| t.in_days() - d.date().in_days()));
    });
    report.of("EndpointDescription", &EndpointDescription::new("OS", [Event::Death]), |e, _| {
        let _ = e.endpoint().map(|e| by_sex().map(|t| t.analyse(&e).is_ok()));
    });
    finish(report);
    Ok(())
}

#[test]
fn reconstructions() -> Result<()> {
    let mut report = Report::default();
    report.of("Published", &"38.1%".parse::<Published>()?, |p, a| {
        let (low, high) = p.bounds();
        a.size(high - low);
        let _ = p.admits(0.4);
    });
    let ratio = ReportedHazardRatio::from_interval(0.7, (0.5, 0.98), 0.95)?;
    report.printed("ReportedHazardRatio", &ratio, |r, a| {
        a.p(r.p_value()).size(r.log_std_error()).size(r.estimate());
        let _ = r.interval(0.9);
    });
    let (time, survival) = ([0.0, 6.0, 7.0, 10.0, 13.0], [1.0, 0.857, 0.807, 0.753, 0.69]);
    let arm = Guyot::new(&time, &survival, 21).at_risk(&[(0., 21), (8., 16)]).reconstruct()?;
    report.printed("DigitizedArm", &arm, |arm, a| {
        a.p(arm.accuracy().largest_difference()).p(arm.accuracy().root_mean_square());
        let _ = (arm.accuracy().largest_at_risk_difference(), arm.data().last_time());
    });
    let figures = ArmFigures::new("MSC", 9).survival(48.0, "38.1%").std_error(48.0, "18.2%");
    report.printed("Consistency", &figures.consistency()?, |c, _| {
        let _ = (c.suspects().count(), c.figures().len());
    });
    finish(report);
    Ok(())
}

#[test]
fn plans_and_proportions() -> Result<()> {
    let mut report = Report::default();
    let plan = FixedDesign::new(0.7).control(Hazard::median(12.0)?).accrual(12.0).followup(12.0).fit()?;
    report.of("RoundedPlan", &plan.rounded(), |p, _| {
        let _ = (p.events, p.subjects, p.by_arm);
    });
    let list = PermutedBlockList::new(&["a", "b"], &[1, 1]).block_sizes(&[4]).allocate("all", 8)?;
    report.of("Allocation", &list[3], |_, _| ());
    let pair = TwoProportions::new(Proportion::new(7, 34)?, Proportion::new(1, 34)?);
    report.printed("Proportion", &pair.group(), |p, a| {
        a.p(p.value()).p(p.upper_limit(0.9).ok()).p(p.lower_limit(0.9).ok()).p(p.rule_of_three());
    });
    report.printed("TwoProportions", &pair, |t, _| {
        let _ = (t.ratio(), t.odds_ratio(), t.swapped(), t.complement());
    });
    for estimate in [
        MiettinenNurminen::difference().estimate(&pair),
        MiettinenNurminen::ratio().estimate(&pair),
        ConditionalOddsRatio::new().estimate(&pair),
    ] {
        report.printed("EffectEstimate", &estimate, |e, a| {
            a.p(e.p_value());
            let _ = (e.value(), e.interval(0.9));
        });
    }
    report.of("Assumed", &Assumed::new(9, 0.2)?, |assumed, a| {
        a.p(assumed.probability());
        if assumed.subjects() < 100 {
            a.p(greenwood::proportion::Fisher::new().power(*assumed, *assumed, 0.05).ok());
        }
    });
    let _ = Alternative::FirstLower;
    finish(report);
    Ok(())
}

#[cfg(feature = "plot")]
#[test]
fn figures() -> Result<()> {
    use greenwood::plot::{BoxPlot, CurvePlot, KaplanMeierPlot};
    use greenwood::survival::{KaplanMeier, RightCensored};
    let mut report = Report::default();
    let data = RightCensored::new(&[1., 2., 3.], &[true, false, true])?;
    let plot: KaplanMeierPlot = CurvePlot::new(&[KaplanMeier::fit(&data)]);
    report.of("FigureData", &plot.data()?, |d, _| {
        let _ = (d.to_csv(), d.to_html());
        for table in &d.tables {
            let _ = (table.to_csv(), table.to_html());
        }
    });
    report.of("Picture", &BoxPlot::new(vec![vec!["a"], vec!["b"]]).arrow(0, 1, "to").build()?, |p, _| {
        let _ = (p.to_svg(), p.missing_characters());
    });
    finish(report);
    Ok(())
}
