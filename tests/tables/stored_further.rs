//! The stored types that no other file of this folder mutates, and the list that holds them to account: every type that can be
//! read back is mutated somewhere, or stands below as one without numbers or whose numbers are checked where it is used.
#![cfg(feature = "serde")]

use greenwood::Result;
use greenwood::survival::contrast::AverageHazardRatio;
use greenwood::survival::curve::{Actuarial, IncidenceRate, Pseudo, SmoothedHazard};
use greenwood::survival::data::{Measurements, Timelines};
use greenwood::survival::log_rank::PairwiseLogRank;
use greenwood::survival::multi_state::{MarkovTest, Occupation};
use greenwood::survival::prediction::{Brier, Calibration, ExplainedVariation, TimeRoc};
use greenwood::survival::recurrent::{EventRate, MeanCumulative, MeanTest, RecurrentEvents};
use greenwood::survival::regression::parametric::Comparison as Rivals;
use greenwood::survival::regression::{AdditiveHazards, Family, Frailty, MultiStateCox, TimeScale};
use greenwood::survival::risk_table::{CompetingRiskTable, CompetingRiskTables};
use greenwood::survival::{
    AalenJohansen, CompetingRisks, Concordance, CoxPh, Design, Groups, Histories, IntervalCensored,
    KaplanMeier, LogRank, Parametric, RightCensored, Turnbull, WinRatio,
};

use super::stored_values::{Report, finish};

const TIME: [f64; 10] = [6.0, 7.0, 10.0, 15.0, 19.0, 25.0, 3.0, 4.0, 8.0, 11.0];
const DIED: [bool; 10] = [true, false, true, true, false, false, true, true, true, false];
const X: [f64; 10] = [0.7, 0.6, 0.3, 0.4, 0.5, 0.2, 0.45, 0.8, 0.55, 0.9];

fn data() -> RightCensored<'static> {
    RightCensored::new(&TIME, &DIED).unwrap()
}

fn arms() -> Groups {
    Groups::new(&["new", "old", "old", "old", "new", "old", "new", "old", "new", "new"])
}

fn design() -> Design<'static> {
    Design::builder().numeric("x", &X).factor("arm", &arms(), "old").build().unwrap()
}

fn competing() -> CompetingRisks<'static> {
    let cause = ["a", "b", "a", "", "b", "", "a", "a", "b", "a"].map(|c| (!c.is_empty()).then_some(c));
    CompetingRisks::new(&TIME, &cause).unwrap()
}

fn histories() -> Histories {
    let ids = ["a", "a", "b", "c", "c", "d", "e", "e", "f", "g"];
    let start = [0.0, 2.0, 0.0, 0.0, 3.0, 0.0, 0.0, 1.0, 0.0, 0.0];
    let stop = [2.0, 5.0, 6.0, 3.0, 7.0, 4.0, 1.0, 8.0, 2.0, 9.0];
    let to = ["ill", "dead", "", "ill", "", "dead", "ill", "dead", "dead", ""];
    let to = to.map(|s| (!s.is_empty()).then_some(s));
    Histories::among(&["well", "ill", "dead"]).rows(&ids, &start, &stop, &to).unwrap()
}

fn recurrent() -> RecurrentEvents {
    let ids = [1, 1, 1, 2, 2, 3, 4, 4, 5, 6];
    let start = [0.0, 2.0, 4.0, 0.0, 3.0, 0.0, 0.0, 5.0, 0.0, 0.0];
    let stop = [2.0, 4.0, 9.0, 3.0, 8.0, 9.0, 5.0, 9.0, 8.0, 7.0];
    let event = [true, true, false, true, false, true, true, false, false, false];
    RecurrentEvents::new(&ids, &start, &stop, &event).unwrap()
}

#[test]
fn data_of_several_kinds() -> Result<()> {
    let mut report = Report::default();
    report.of("CompetingRisks", &competing(), |d, a| {
        let fit = AalenJohansen::new().fit(d);
        for curve in fit.iter().flat_map(greenwood::survival::curve::CumulativeIncidence::curves) {
            a.p(curve.at(8.0).value().ok());
        }
        let _ = d.cause_specific("a");
    });
    report.printed("CompetingRiskTable", &CompetingRiskTable::new(&competing()), |t, a| {
        a.size(t.events(0, "a").ok());
        let _ = (t.merge(t), AalenJohansen::new().from_table(t.clone()).to_string());
    });
    report.printed("LabelledTables", &CompetingRiskTables::new(&competing(), &arms())?, |t, _| {
        let _ = (t.merge(t), t.of_group("new"), t.labels(), t.in_order(&["old", "new"]));
    });
    let upper = TIME.map(|t| if t > 10.0 { f64::INFINITY } else { t + 2.0 });
    let visits = IntervalCensored::new(&TIME, &upper)?;
    report.of("IntervalCensored", &visits, |d, a| {
        let curve = Turnbull::fit(d);
        a.size(curve.subjects()).p(curve.at(8.0).value());
    });
    report.printed("TurnbullCurve", &Turnbull::fit(&visits), |c, a| {
        for region in [c.at(0.0), c.at(8.0), c.at(1e300), c.given_survival_to(4.0, 9.0)] {
            a.p(Some(region.lower).filter(|p| !p.is_nan())).p(Some(region.upper).filter(|p| !p.is_nan()));
        }
        for mass in c.intervals() {
            a.p(mass.mass).p(mass.survival_after);
        }
        a.size(c.subjects());
        let _ = (c.exhausted(), c.kkt_gap(), c.unique());
    });
    report.of("SurvivalRegion", &Turnbull::fit(&visits).at(8.0), |r, a| {
        a.p(Some(r.lower).filter(|p| !p.is_nan())).p(Some(r.upper).filter(|p| !p.is_nan())).p(r.value());
    });
    report.of("Histories", &histories(), |h, a| {
        let _ = (h.check().to_string(), h.entered_at());
        if let Ok(fit) = Occupation::new().fit(h) {
            a.p(fit.at(4.0).first().and_then(|e| e.value().ok()));
        }
    });
    report.printed("HistoryCheck", &histories().check(), |c, a| {
        a.size(c.subjects() as f64).size(c.rows() as f64);
        let _ = (c.problems().len(), c.returns().len(), c.clone().into_result());
    });
    let changed = data().split_at_change(
        &[Some(2.0), None, Some(5.0), None, None, None, None, Some(1.0), None, None],
        "no",
        "yes",
    )?;
    report.of("GroupChange", &changed, |c, _| {
        let _ = (c.expand(&X), c.changed(), LogRank::test(c.data(), c.groups()));
    });
    let lines = Timelines::new(&["a", "b"], &[5.0, 6.0])?
        .covariate("x", &[0.5, 1.0], Measurements::new(&["a", "b"], &[1.0, 2.0], &[0.7, 0.1])?)?
        .events(&["b"], &[6.0], &["dead"])?;
    report.of("TimelineRows", &lines.rows()?, |r, _| {
        let _ = (r.covariate("x"), r.ids(), r.right_censored("dead"), r.histories(&["alive", "dead"]));
        let _ = r.counts().iter().map(|c| c.tied().len() + c.placed().len()).sum::<usize>();
    });
    report.of("RecurrentEvents", &recurrent(), |r, a| {
        let _ = (r.event_numbers(), r.check().to_string());
        if let Ok(mean) = MeanCumulative::new().fit(r) {
            a.size(mean.at(5.0).value().ok());
        }
    });
    finish(report);
    Ok(())
}

#[test]
fn curves_and_rates() -> Result<()> {
    let mut report = Report::default();
    report.printed("IncidenceRate", &IncidenceRate::estimate(&data())?, |r, a| {
        a.size(r.value()).size(r.person_time());
        for interval in [r.interval(0.9), r.ratio_interval(r, 0.9)] {
            if let Some((low, high)) = interval.ok().and_then(|i| i.bounds()) {
                a.size(low).size(high - low);
            }
        }
        let _ = r.difference(r).p_value();
    });
    report.printed("EventRate", &EventRate::estimate(&recurrent())?, |r, a| {
        a.size(r.value()).size(r.robust().std_error().ok()).size(r.poisson().value());
        let _ = r.robust().interval(0.9);
    });
    report.of("PseudoValues", &Pseudo::new(&[5.0, 9.0]).survival(&data())?, |p, a| {
        p.std_errors().into_iter().flatten().for_each(|se| {
            a.size(se);
        });
        let _ = (p.influence(), p.values().to_owned(), p.times().len());
    });
    let table = Actuarial::fit(&data(), &[0.0, 6.0, 12.0])?;
    report.of("LifeTableRow", &table.rows()[1], |row, a| {
        a.p(row.survival);
        if let Some((low, high)) = row.survival_interval(0.9).ok().and_then(|i| i.bounds()) {
            a.p(low).p(high);
        }
    });
    let smooth = SmoothedHazard::new().points(5).fit(&data())?;
    report.of("SmoothedHazardPoint", &smooth.points()[2], |point, a| {
        a.size(point.hazard);
        if let Some((low, high)) = point.interval(0.9).ok().and_then(|i| i.bounds()) {
            a.size(low).size(high - low);
        }
    });
    let occupation = Occupation::new().fit(&histories())?;
    report.printed("StateOccupation", &occupation, |o, a| {
        for t in [0.0, 4.0, 8.5] {
            for estimate in o.at(t) {
                a.p(estimate.value().ok()).size(estimate.std_error().ok());
            }
        }
        let _ = (o.rows().count(), o.extended().at(1e300), o.is_known_at(4.0));
    });
    let mean = MeanCumulative::new().fit(&recurrent())?;
    report.printed("MeanFunction", &mean, |m, a| {
        for t in [0.0, 4.0, 8.5] {
            a.size(m.at(t).value().ok()).size(m.at(t).std_error().ok()).size(m.at_risk(t));
        }
        m.rows().iter().for_each(|row| {
            a.size(row.std_error().ok());
        });
    });
    report.of("MeanRow", &mean.rows()[0], |row, a| {
        a.size(row.value()).size(row.std_error().ok()).p(row.survival());
    });
    report.printed("MeanEstimate", &mean.at(5.0), |e, a| {
        a.size(e.std_error().ok());
        let _ = (e.interval(0.9), e.estimate().p_value());
    });
    let arm = Groups::new(&["a", "a", "a", "b", "b", "a", "b", "b", "a", "b"]);
    report.printed("MeanTestResult", &MeanTest::test(&recurrent(), &arm)?, |t, a| {
        a.p(t.p_value()).size(t.statistic());
    });
    let entered = RightCensored::new(&[1., 9., 8., 9., 9.], &[true, false, false, true, true])?
        .with_entry(&[0., 0., 2., 2., 2.])?;
    report.printed("SmallRiskSet", &KaplanMeier::fit(&entered).warnings()[0], |w, _| {
        let _ = (w.share(), w.at_risk(), w.at_risk_later(), w.condition_on());
    });
    finish(report);
    Ok(())
}

#[test]
fn parts_of_tests_and_scores() -> Result<()> {
    let mut report = Report::default();
    report.of("StratumCounts", &LogRank::test(&data(), &arms())?.strata()[0], |s, _| {
        let _ = s.observed().iter().zip(s.expected()).count();
    });
    let test = MarkovTest::new("ill", "dead").at(&[1.5]).replicates(20).test(&histories())?;
    report.of("MarkovLandmark", &test.landmarks()[0], |l, a| {
        a.p(l.p_value()).size(l.statistic());
    });
    let three = Groups::new(&["a", "b", "c", "a", "b", "c", "a", "b", "c", "a"]);
    report.of(
        "PairwiseComparison",
        &PairwiseLogRank::new().test(&data(), &three)?.comparisons()[0],
        |c, a| {
            a.p(c.p_value()).p(c.adjusted_p_value());
            let _ = c.test().to_string();
        },
    );
    let first = Concordance::new().difference(&data(), &X, &TIME)?;
    report.printed("ConcordanceDifference", &first, |d, a| {
        a.p(d.p_value()).size(d.std_error().ok());
        let _ = (d.interval(0.9), d.first().to_string(), d.second().to_string());
    });
    let kept = data();
    let wins = WinRatio::new().endpoint("death", &kept).estimate(&arms(), "new", "old")?;
    report.of("FinkelsteinSchoenfeld", &wins.finkelstein_schoenfeld(), |f, a| {
        a.p(f.p_value()).size(f.variance());
    });
    report.of("EndpointWins", &wins.endpoints()[0], |e, a| {
        a.size(e.wins() as f64).size(e.losses() as f64);
    });
    let centres = data().with_strata(Groups::new(&["x", "x", "x", "x", "x", "y", "y", "y", "y", "x"]))?;
    let wins = WinRatio::new().endpoint("death", &centres).estimate(&arms(), "new", "old")?;
    report.of("StratumWins", &wins.strata()[0], |s, a| {
        a.size(s.ties() as f64).size(s.pairs() as f64);
        for e in [s.win_ratio(), s.win_odds(), s.net_benefit()] {
            a.p(e.p_value()).size(e.std_error().ok());
        }
    });
    let adjusted =
        WinRatio::new().endpoint("death", &kept).horizon(8.0).estimate_adjusted(&arms(), "new", "old")?;
    report.of("EndpointShares", &adjusted.endpoints()[0], |e, a| {
        a.p(e.wins()).p(e.losses());
    });
    report.of("BrierScore", &Brier::new().estimate(&data(), &X, 9.0)?, |b, a| {
        a.size(b.value()).size(b.std_error());
        let _ = (b.scaled(), b.estimate().p_value());
    });
    let calibrated = Calibration::new().groups(2).estimate(&data(), &X, 9.0)?;
    report.of("CalibrationGroup", &calibrated.groups()[0], |g, a| {
        a.p(g.mean_risk()).p(g.upper());
        let _ = g.observed().interval(0.9);
    });
    report.of("RocPoint", &TimeRoc::new().estimate(&data(), &X, 9.0)?.points()[1], |p, a| {
        a.p(p.sensitivity()).p(p.false_positives());
    });
    let average = AverageHazardRatio::new().estimate(&data(), &arms(), "new", "old")?;
    report.of("Estimate of an average", &average.estimate(), |e, a| {
        a.p(e.p_value());
    });
    finish(report);
    Ok(())
}

#[test]
fn models_of_several_kinds() -> Result<()> {
    let mut report = Report::default();
    let (data, design) = (data(), design());
    let cox = CoxPh::new().fit(&data, &design)?;
    let fitted = cox.with(&data, &design)?;
    report.printed("CoxModel", &cox, |m, a| {
        for term in m.terms() {
            a.p(term.p_value()).size(term.std_error());
        }
        a.p(m.wald_test().p_value()).p(m.score_test().p_value()).p(m.likelihood_ratio_test().p_value());
        let row = m.row().numeric("x", 0.4).level("arm", "new");
        let _ = (m.variance(), m.linear_predictor(&row), m.hazard_ratio_between(&row, &row));
        let again = m.with(&data, &design).and_then(|m| m.baseline());
        let _ = (again, m.hazard_ratio("x"), m.wald_test_of(&["x"]));
    });
    report.of("Term", &cox.terms()[0], |t, a| {
        a.p(t.p_value()).size(t.std_error()).size(t.hazard_ratio());
        let _ = t.interval(0.9);
    });
    report.printed("TestResult", &cox.wald_test(), |t, a| {
        // Of models that are not nested a difference of likelihoods may be negative.
        a.p(t.p_value());
    });
    report.of("Recipe", cox.recipe(), |r, _| {
        let row = r.row().numeric("x", 0.4).level("arm", "new");
        let _ = (row.build(), r.levels("arm"), r.reference("arm"), r.covariates(), r.knots("x"));
    });
    report.of("Baseline", &fitted.baseline()?, |b, a| {
        let row = b.row().numeric("x", 0.4).level("arm", "new");
        for curve in [b.curve(&row), b.at_zero(), b.at_means()].into_iter().flatten() {
            a.p(curve.value(8.0).ok()).size(curve.std_error(8.0).ok());
        }
    });
    report.printed("PredictedCurve", &fitted.baseline()?.at_means()?, |c, a| {
        for t in [0.0, 8.0, 100.0] {
            a.p(c.value(t).ok()).size(c.std_error(t).ok());
            let _ = c.interval(t, 0.9);
        }
        a.size(c.restricted_mean(8.0).ok());
        let _ = (c.median(), c.steps().count(), c.extended().value(1e300));
    });
    report.of("Residuals", &fitted.residuals()?, |r, _| {
        let _ = (r.martingale(), r.deviance(), r.score(), r.dfbeta(), r.schoenfeld(), r.scaled_schoenfeld());
    });
    report.printed("ProportionalHazards", &fitted.proportional_hazards(TimeScale::Identity)?, |t, a| {
        a.p(t.global().p_value());
        t.covariates().for_each(|(_, t)| {
            a.p(t.p_value());
        });
        let _ = (t.coefficients().count(), t.of("x"));
    });
    report.of("ExplainedVariation", &ExplainedVariation::estimate(&cox, &data, &design)?, |e, a| {
        a.p(e.r2_d()).p(e.gonen_heller());
        let _ = (e.d().interval(0.9), e.kent_oquigley(), e.nagelkerke());
    });
    let clustered = data.clone().with_clusters(&[1, 1, 2, 2, 3, 3, 4, 4, 5, 5])?;
    let shared = Frailty::gamma().fit(&clustered, &design)?;
    report.of("FrailtyDf", shared.degrees_of_freedom(), |d, _| {
        let _ = (d.covariates().len(), d.total());
    });
    let additive = AdditiveHazards::new().fit(&data, &Design::builder().numeric("x", &X).build()?)?;
    if let Some(end) = additive.end() {
        report.of("EstimationEnd", &end, |_, _| ());
    }
    let families = [Family::Exponential, Family::Weibull];
    report.printed("Comparison", &Rivals::fit(&families, &data, &design)?, |c, a| {
        for row in c.rows() {
            a.p(row.weight);
        }
    });
    let weibull = Parametric::new(Family::Weibull).fit(&data, &design)?;
    report.of("Natural", &weibull.natural(0, 0.9)?.unwrap(), |n, a| {
        if let Some((low, high)) = n.bounds() {
            a.size(high - low);
        }
    });
    let subject = weibull.predict(&weibull.row().numeric("x", 0.4).level("arm", "new"))?;
    report.printed("Extrapolation", &subject.extrapolation(&[1.0, 8.0, 60.0])?, |e, a| {
        for row in e.rows() {
            a.p(row.survival).size(row.hazard).p(row.limits.map(|l| l.0)).p(row.limits.map(|l| l.1));
        }
        a.size(e.last_time());
    });
    let ages = [61.0, 61.0, 50.0, 48.0, 48.0, 70.0, 58.0, 58.0, 66.0, 55.0];
    let ages = Design::builder().numeric("age", &ages).build()?;
    let of = MultiStateCox::new().on(&[("well", "ill")], &["age"]).fit(&histories(), &ages)?;
    report.printed("MultiStateCoxModel", &of, |m, a| {
        for term in m.terms() {
            a.p(term.p_value()).size(term.std_error());
        }
        if let Ok(path) = m.predict(&m.row().numeric("age", 50.0)) {
            path.at(4.0).iter().copied().flatten().for_each(|&p| {
                a.p(p);
            });
        }
        let _ = (m.transitions().count(), m.variance(), m.cox().to_string());
    });
    let row = of.row().numeric("age", 50.0);
    report.of("OccupationPath", &of.predict(&row)?, |p, a| {
        for (_, row) in p.rows() {
            for &p in row {
                a.p(p);
            }
        }
        let _ = (p.at(0.0), p.at(4.0), p.at(1e300));
    });
    report.of("PredictedOccupation", &of.with(&histories(), &ages)?.predict(&row, &[4.0])?[0], |p, a| {
        for e in p.estimates() {
            a.p(e.value().ok()).size(e.std_error().ok());
        }
    });
    finish(report);
    Ok(())
}

/// Options that are read back are checked where they are used: refused there by name, or they do what they say.
#[test]
fn options_that_were_stored() -> Result<()> {
    use greenwood::survival::data::Landmark;
    use greenwood::survival::permutation::{MonteCarloLogRank, PermutedBlocks};
    use greenwood::survival::prediction::PairWeight;
    use greenwood::survival::result::TestSummary;
    use greenwood::survival::{Band, Interval, SmallSample};
    use greenwood::trial::design::{ClusterDesign, FixedDesign};

    let mut report = Report::default();
    let (data, curve) = (data(), KaplanMeier::fit(&data()));
    report.of("Band", &Band::hall_wellner().between(4.0, 10.0), |band, a| {
        if let Some((low, high)) = band.fit(&curve).ok().and_then(|b| b.at(8.0)).and_then(|i| i.bounds()) {
            a.p(low).p(high);
        }
    });
    report.printed("Interval", &Interval::log_log(), |interval, a| {
        for t in [3.0, 8.0, 30.0] {
            if let Some((low, high)) = curve.at(t).interval(*interval).ok().and_then(|i| i.bounds()) {
                a.p(low).p(high);
            }
        }
    });
    report.of("SmallSample", &SmallSample::beta_product(), |how, a| {
        if let Some((low, high)) = curve.small_sample_interval(8.0, *how).ok().and_then(|i| i.bounds()) {
            a.p(low).p(high);
        }
    });
    report.of("Landmark", &Landmark::at(5.0), |landmark, _| {
        let _ = landmark.with_groups(&data, &arms(), &[0.0; 10]);
    });
    let blocks = PermutedBlocks { sizes: vec![2, 4], ratio: (1, 1) };
    report.of("PermutedBlocks", &blocks, |blocks, a| {
        let how = MonteCarloLogRank::new().scheme(blocks.clone()).replicates(5);
        a.p(how.test(&data, &arms()).ok().map(|t| t.p_value()));
    });
    report.of("Calibration", &Calibration::new().groups(2), |how, a| {
        for group in how
            .estimate(&data, &X, 9.0)
            .iter()
            .flat_map(greenwood::survival::prediction::CalibrationTable::groups)
        {
            a.p(group.mean_risk());
        }
    });
    report.of("PairWeight", &PairWeight::uno().until(12.0), |weight, a| {
        let how = Concordance::new().weight(*weight);
        a.p(how.estimate(&data, &X).ok().and_then(|c| c.value().ok()));
    });
    let plan = FixedDesign::new(0.7).fit()?;
    report.of("ClusterDesign", &ClusterDesign::new(20.0, 0.05).variation(0.3), |design, a| {
        a.size(design.plan(&plan).ok().map(|p| p.events()));
    });
    report.printed("TestSummary", &TestSummary::from(&LogRank::test(&data, &arms())?), |t, a| {
        a.p(t.p_value());
    });
    finish(report);
    Ok(())
}

/// Types that no test names: parts of a type that is mutated as a whole, and those without a number.
const NOT_ALONE: &[&str] = &[
    // Parts.
    "Accuracy",
    "Color",
    "ComparedModel",
    "DataTable",
    "DigitizedPoint",
    "ExtrapolatedRow",
    "FigureCheck",
    "HistoryProblem",
    "HistoryReturn",
    "Parameter",
    "Path",
    "QuantileRule",
    "Row",
    "SimulatedQuantity",
    "Stratum",
    "Stroke",
    "Subgroup",
    "SubgroupFactor",
    "Text",
    "TimelineCounts",
    "TippingRow",
    "TurnedKnots",
    "Visits",
    "Window",
    // A number of which every value is one, or words.
    "DataCutoff",
    "Name",
    "Time",
    "TimeAsked",
    "Advice",
    // A choice.
    "Barnard",
    "Boschloo",
    "ChanZhang",
    "Concordance",
    "ConditionalOddsRatio",
    "Fisher",
    "MiettinenNurminen",
    "ProportionInterval",
    // Mutated by `survives`, or under the name of a family.
    "BrierCurve",
    "CalibrationTable",
    "MarkovTestResult",
    "ParametricModel",
    "RocCurve",
    "StepFunction",
];

/// Whoever adds a type that is read back adds it to a test of this folder.
#[test]
fn every_stored_type_is_mutated() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = String::new();
    for file in ["values", "results", "designs", "further", "trials"] {
        texts += &std::fs::read_to_string(root.join(format!("tests/tables/stored_{file}.rs"))).unwrap();
    }
    let missing: Vec<String> = read_back(&root.join("src"))
        .into_iter()
        .filter(|name| {
            !texts.contains(&format!("\"{name}\"")) && !texts.contains(&format!("survives::<{name}>"))
        })
        .collect();
    assert!(missing.is_empty(), "not mutated: {missing:?}");
    assert!(!NOT_ALONE.is_empty());
}

/// The names of all public structs that are read back.
fn read_back(folder: &std::path::Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            if !entry.ends_with("bin") {
                names.extend(read_back(&entry));
            }
            continue;
        }
        if entry.extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&entry).unwrap();
        let mut reads = false;
        for line in text.lines().map(str::trim) {
            let word =
                |rest: &str| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("").to_string();
            if let Some(rest) = line.strip_prefix("pub struct ") {
                names.extend(reads.then(|| word(rest)));
            } else if let Some((_, rest)) = line.split_once("checked_when_read!(") {
                names.extend(Some(word(rest)).filter(|name| !name.is_empty() && !line.starts_with("//")));
            }
            reads = match line {
                _ if line.starts_with("#[") => reads || line.contains("serde::Deserialize"),
                // An attribute may go on, and words stand between it and the type.
                _ => reads && !line.is_empty() && !line.starts_with("pub "),
            };
        }
    }
    names
}
