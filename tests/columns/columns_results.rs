//! Every result is a table: those beyond curves, tests and models, and a list that no result is missing.

use std::collections::BTreeSet;
use std::path::Path;

use greenwood::columns::ToRecordBatch;
use greenwood::survival::contrast::MedianMeasure;
use greenwood::survival::curve::{Quantile, SurvivalCurve};
use greenwood::survival::multi_state::MarkovTest;
use greenwood::survival::prediction::ExplainedVariation;
use greenwood::survival::recurrent::{EventModel, EventRate, MeanCumulative, RecurrentEvents};
use greenwood::survival::regression::cox::{BaselineMethod, CoxModel};
use greenwood::survival::regression::parametric::{Comparison, Family};
use greenwood::survival::regression::{Frailty, MultiStateCox};
use greenwood::survival::risk_table::CompetingRiskTables;
use greenwood::survival::{
    CompetingRisks, CoxPh, Design, FineGray, Groups, Histories, KaplanMeier, RightCensored, Turnbull,
    WinRatio,
};
use greenwood::trial::design::single_arm::TwoStageDesign;
use greenwood::trial::design::{EventForecast, GroupSequential, StagewiseOrdering};
use greenwood::trial::examples::{Arm, FFS, HARMS, RESPONSE, saa, saa_course};
use greenwood::trial::reconstruct::ArmFigures;
use greenwood::trial::{Censoring, Comparisons, DataCutoff, DeltaAdjustment, Time};

use super::columns_out::{column, shown, text};

fn data() -> RightCensored<'static> {
    let event = vec![true, true, true, false, true, true, true, false];
    RightCensored::new(vec![4., 3., 1., 7., 2., 5., 6., 8.], event).unwrap()
}

fn age() -> Design<'static> {
    Design::builder().numeric("age", &[61., 48., 70., 52., 66., 59., 50., 63.]).build().unwrap()
}

fn site() -> Groups {
    Groups::new(&["a", "b", "a", "b", "a", "b", "a", "b"])
}

fn fit() -> (RightCensored<'static>, CoxModel) {
    let data = data().with_strata(site()).unwrap();
    let fit = CoxPh::new().fit(&data, &age()).unwrap();
    (data, fit)
}

#[test]
fn residuals_and_baselines_are_tables() {
    let (data, fit) = fit();
    let design = age();
    let bound = fit.with(&data, &design).unwrap();
    let residuals = bound.residuals().unwrap();
    let batch = shown(&residuals, "row,martingale,deviance,expected,score_1,dfbeta_1", 8);
    assert_eq!(
        column(&batch, "martingale"),
        residuals.martingale().iter().map(|&m| Some(m)).collect::<Vec<_>>()
    );
    assert_eq!(column(&batch, "dfbeta_1")[2], Some(residuals.dfbeta().unwrap()[(2, 0)]));
    let events = residuals.tidy_events().to_record_batch().unwrap();
    assert_eq!(events.num_rows(), 6);
    assert_eq!(column(&events, "scaled_schoenfeld_1")[3], Some(residuals.scaled_schoenfeld()[(3, 0)]));

    let baseline = bound.baseline_by(BaselineMethod::Breslow).unwrap();
    let columns = "stratum,time,cumulative_hazard,survival,std_error,lower,upper";
    let batch = shown(&baseline, columns, 6);
    let of_b = baseline.stratum("b").unwrap().at_means().unwrap();
    assert_eq!((text(&batch, "stratum", 4), column(&batch, "time")[4]), ("b".into(), Some(3.0)));
    assert_eq!(column(&batch, "survival")[5], of_b.value(5.0).ok());
    assert_eq!(column(&batch, "cumulative_hazard")[5], of_b.cumulative_hazard().value(5.0).ok());
    shown(of_b.cumulative_hazard(), "time,value,std_error,lower,upper", 2);

    let causes = [Some("a"), None, Some("b"), Some("a"), None, Some("a"), Some("b"), None];
    let competing = CompetingRisks::new(data.time().to_vec(), &causes).unwrap();
    let fit = FineGray::new("a").fit(&competing, &design).unwrap();
    let batch = shown(fit.baseline(), "stratum,time,jump,cumulative_hazard", 3);
    assert_eq!(column(&batch, "cumulative_hazard")[2], fit.baseline()[0].at(fit.baseline()[0].last()).ok());
    let tables = CompetingRiskTables::new(&competing, &site()).unwrap();
    shown(&tables, "group,time,cause,at_risk,events,censored,entered", 16);
}

#[test]
fn explained_variation_frailties_and_rival_models_are_tables() {
    let (data, design) = (data(), age());
    let fit = CoxPh::new().fit(&data, &design).unwrap();
    let explained = ExplainedVariation::estimate(&fit, &data, &design).unwrap();
    let batch = shown(&explained, "measure,estimate,std_error,lower,upper", 5);
    assert_eq!(column(&batch, "estimate")[0], explained.d().value().ok());
    assert_eq!(column(&batch, "estimate")[4], explained.gonen_heller());
    assert_eq!(column(&batch, "upper")[0], explained.d().interval(0.95).unwrap().upper);

    let rivals = Comparison::fit(&[Family::Exponential, Family::Weibull], &data, &design).unwrap();
    let columns = "distribution,coefficients,log_likelihood,aic,aicc,bic,weight,diagnosis";
    let batch = shown(&rivals, columns, 2);
    assert_eq!(column(&batch, "aic")[1], Some(rivals.rows()[1].aic));

    let ids = [1, 1, 1, 2, 2, 3, 4, 5];
    let start = [0., 1., 2., 0., 2., 0., 0., 0.];
    let stop = [1., 2., 4., 2., 9., 9., 8., 6.];
    let events = [true, true, false, true, false, true, false, true];
    let recurrent = RecurrentEvents::new(&ids, &start, &stop, &events).unwrap();
    let rows = EventModel::andersen_gill().rows(&recurrent, &design).unwrap();
    let fit = Frailty::gamma().fit(rows.data(), rows.design()).unwrap();
    let columns = "term,coefficient,std_error,z,p_value,hazard_ratio,lower,upper,status";
    shown(&fit, columns, 1);
    let test = fit.likelihood_ratio_test();
    let batch = shown(&test, "method,statistic,df,p_value,subjects,events", 1);
    assert_eq!(column(&batch, "p_value")[0], test.p_value());
    let rate = EventRate::estimate(&recurrent).unwrap();
    let columns = "events,person_time,rate,lower,upper,robust_std_error,robust_lower,robust_upper";
    let batch = shown(&rate, columns, 1);
    assert_eq!(column(&batch, "robust_upper")[0], rate.robust().interval(0.95).unwrap().upper);
    let mean = MeanCumulative::new().fit(&recurrent).unwrap();
    let batch = shown(&[mean.at(2.0), mean.at(99.0)][..], "time,mean,std_error,lower,upper,not_estimable", 2);
    assert_eq!(column(&batch, "mean"), [mean.at(2.0).value().ok(), None]);
}

#[test]
fn states_that_are_predicted_and_tested_are_tables() {
    let ids = ["a", "a", "b", "c", "c", "d", "e", "e", "f"];
    let (from, until) = ([0., 2., 0., 0., 3., 0., 0., 1., 0.], [2., 5., 6., 3., 7., 4., 1., 8., 2.]);
    let (ill, dead) = (Some("ill"), Some("dead"));
    let to = [ill, dead, None, ill, None, dead, ill, dead, dead];
    let states = ["well", "ill", "dead"];
    let data = Histories::among(&states).rows(&ids, &from, &until, &to).unwrap();
    let age = [61., 61., 50., 48., 48., 70., 58., 58., 66.];
    let design = Design::builder().numeric("age", &age).build().unwrap();
    let model = MultiStateCox::new().on(&[("well", "ill")], &["age"]);
    let fit = model.common(&[("well", "dead"), ("ill", "dead")], &["age"]).fit(&data, &design).unwrap();
    let patient = fit.row().numeric("age", 60.0);
    let path = fit.predict(&patient).unwrap();
    let batch = shown(&path, "time,state,probability", 3 * path.times().len());
    let last = path.times().len() - 1;
    let at = path.at(path.times()[last]).unwrap();
    assert_eq!(
        (text(&batch, "state", 3 * last + 2), column(&batch, "probability")[3 * last + 2]),
        ("dead".into(), Some(at[2]))
    );
    let predicted = fit.with(&data, &design).unwrap().predict(&patient, &[4.0]).unwrap();
    let batch = shown(&predicted[..], "time,state,probability,std_error,lower,upper", 3);
    assert_eq!(column(&batch, "std_error")[2], predicted[0].estimates()[2].std_error().ok());

    let check = data.check();
    let batch = check.to_record_batch().unwrap();
    assert_eq!((batch.num_rows(), text(&batch, "to", 1)), (9, "ill".to_string()));
    shown(check.problems(), "problem,id,row,repeats", 0);
    let test = MarkovTest::new("ill", "dead").at(&[1.5, 2.5]).replicates(20).test(&data).unwrap();
    let batch = shown(&test, "test,landmark,statistic,df,p_value", 4);
    assert_eq!(column(&batch, "landmark"), [Some(1.5), Some(2.5), None, None]);
    assert_eq!(column(&batch, "p_value")[3], test.p_value_of_largest());
    let cells = test.landmarks().iter().map(|l| l.groups().len()).sum();
    shown(test.landmarks(), "landmark,group,subjects,observed,expected", cells);
}

fn halves() -> (SurvivalCurve, SurvivalCurve) {
    let curve = |scale: f64| {
        let times: Vec<f64> = (1..=8).map(|i| f64::from(i) * scale).collect();
        KaplanMeier::fit(&RightCensored::new(times, vec![true; 8]).unwrap())
    };
    (curve(2.0), curve(1.0))
}

#[test]
fn effects_are_tables() {
    let (late, soon) = halves();
    let medians = late.median_contrast(&soon, MedianMeasure::Ratio, 0.95).unwrap();
    let batch = shown(&medians, "measure,estimate,lower,upper,not_estimable", 1);
    assert_eq!((text(&batch, "measure", 0), column(&batch, "estimate")), ("ratio".into(), vec![Some(2.0)]));
    assert_eq!(column(&batch, "upper")[0], medians.interval().upper);
    let needed = late.number_needed_to_treat(&soon, 2.5, 0.95).unwrap();
    let batch = shown(&needed, "quantity,number,effect", 3);
    assert_eq!(
        (column(&batch, "number")[0], text(&batch, "effect", 1)),
        (Some(8.0), "one event more".into())
    );
    let melded = late.melded(&soon, 4.0).unwrap();
    let batch = shown(&melded, "time,measure,estimate,lower,upper,p_value", 3);
    assert_eq!(column(&batch, "p_value")[2], Some(melded.p_value()));

    let arm = Groups::from_codes(&[0, 1, 0, 1, 0, 1, 0, 1], &["new", "old"]).unwrap();
    let win = WinRatio::new().endpoint("death", &data()).estimate(&arm, "new", "old").unwrap();
    let columns = "group,reference,wins,losses,ties,measure,estimate,std_error,lower,upper,p_value,scale";
    let batch = shown(&win, columns, 3);
    assert_eq!(column(&batch, "estimate")[2], win.net_benefit().value().ok());
    shown(win.endpoints(), "endpoint,wins,losses", 1);
    let centres =
        data().with_strata(Groups::from_codes(&[0, 0, 0, 0, 1, 1, 1, 1], &["A", "B"]).unwrap()).unwrap();
    let win = WinRatio::new().endpoint("death", &centres).estimate(&arm, "new", "old").unwrap();
    let batch = shown(win.strata(), "stratum,pairs,wins,losses,ties", 2);
    assert_eq!(text(&batch, "stratum", 1), "B");
    let test = win.finkelstein_schoenfeld();
    let batch = shown(&test, "method,statistic,df,p_value,subjects,events", 1);
    assert_eq!(column(&batch, "p_value")[0], test.p_value());

    let visits = greenwood::survival::IntervalCensored::interval2(&[0., 2., 4.], &[2., 5., 6.]).unwrap();
    let samples = Turnbull::bootstrap(&visits, &[2.0, 4.0], 20, 1).unwrap();
    shown(&samples, "time,survival_lower,survival_upper,std_error,lower,upper", 2);
    let quantiles: [Quantile; 1] = [late.median()];
    shown(&quantiles[..], "p,estimate,lower,upper,not_estimable", 1);
}

#[test]
fn analyses_of_a_trial_are_tables() {
    let trial = saa();
    let analysis = trial.analyse(&FFS).unwrap();
    let numbers = analysis.numbers_at_risk(&[Time::months(0.0), Time::months(12.0)]).unwrap();
    let batch = shown(&numbers, "arm,months,at_risk,censored,events", 4);
    assert_eq!(
        (text(&batch, "arm", 1), column(&batch, "months")[1]),
        (format!("{:?}", numbers.arms()[0]), Some(12.0))
    );
    let reasons = analysis.reasons();
    shown(&reasons, "arm,reason,subjects", 2 * reasons.reasons().len());
    let follow_up = analysis.follow_up().unwrap();
    let batch = shown(&follow_up, "median,lower,upper,observed,potential,minimum,completeness", 1);
    assert_eq!(column(&batch, "median")[0], follow_up.median().map(Time::in_months));
    shown(&trial.flow(&[]), "stage,arm,subjects", 12);

    let contrast = analysis.contrast(Arm::Msc, Arm::Control).unwrap();
    let columns = "group,reference,method,estimate,std_error,lower,upper,p_value,scale";
    let batch = shown(&contrast, columns, 2);
    assert_eq!((text(&batch, "method", 0), text(&batch, "method", 1)), ("Peto".into(), "Pike".into()));
    let mut comparisons = Comparisons::at(Time::years(4.0));
    comparisons.push("all", &analysis, Arm::Msc, Arm::Control).unwrap();
    let batch = comparisons.to_record_batch().unwrap();
    assert_eq!(column(&batch, "incidence")[0], comparisons.rows()[0].incidence[0].value().ok());
    let bounds = analysis.censoring_bounds(Arm::Msc, Arm::Control, |r| r == Censoring::Lost).unwrap();
    shown(&bounds, "scenario,estimate,std_error,lower,upper,p_value,scale", 3);
    let tipping = analysis
        .tipping_point(
            Arm::Msc,
            Arm::Control,
            |_| true,
            &DeltaAdjustment::new(&[1.0, 5.0]).imputations(2).seed(1),
        )
        .unwrap();
    shown(&tipping, "delta,hazard_ratio,p_value", 2);
    let fragility = analysis.contrast(Arm::Control, Arm::Msc).unwrap().fragility(0.05).unwrap();
    let batch = shown(&fragility, "index,p_before,p_after", 1);
    assert_eq!(column(&batch, "index"), [Some(-1.0)]);
    let subgroups = contrast.subgroups(&[], 0.95).unwrap();
    let batch = subgroups.to_record_batch().unwrap();
    assert_eq!((batch.num_rows(), column(&batch, "hazard_ratio")[0]), (1, subgroups.all().hazard_ratio()));

    let so_far = trial.at(DataCutoff(Time::months(24.0))).unwrap();
    let forecast = EventForecast::new().of(&so_far, &FFS).unwrap();
    let batch = forecast.to_record_batch().unwrap();
    let ninth = forecast.date_of(9).unwrap().unwrap();
    assert_eq!(column(&batch, "months")[1], Some(ninth.date().in_months()));
    assert!(forecast.date_of(8 + batch.num_rows()).unwrap().is_none());

    let harms = saa_course().adverse_events(&HARMS).unwrap();
    let columns =
        "term,arm,subjects,with_event,proportion,lower,upper,events,years,rate,rate_lower,rate_upper";
    shown(&harms, columns, 2 + 2 * harms.terms().len());
    let responses = saa_course();
    let responses = responses.responses(&RESPONSE).unwrap();
    let [first, second] = [responses.arms()[0], responses.arms()[1]];
    let contrast = responses.contrast(first, second).unwrap();
    let batch = shown(&contrast, "group,reference,measure,method,estimate,lower,upper,p_value", 3);
    assert_eq!(column(&batch, "estimate")[0], contrast.difference().value().ok());
}

#[test]
fn plans_and_reconstructions_are_tables() {
    let bounds = GroupSequential::looks(3).fit().unwrap();
    let columns = "look,fraction,efficacy_z,futility_z,harm_z,nominal_p,alpha_spent,power";
    let batch = shown(&bounds, columns, 3);
    assert_eq!(column(&batch, "efficacy_z")[1], Some(bounds.z()[1]));
    assert_eq!(column(&batch, "futility_z"), [None; 3]);
    let stopped = StagewiseOrdering::new().events(200.0).estimate(&bounds, 1, 2.8).unwrap();
    let batch = shown(&stopped, "quantity,estimate,lower,upper,p_value", 2);
    assert_eq!(column(&batch, "estimate")[1], stopped.hazard_ratio());
    let plan = TwoStageDesign::new(0.1, 0.3).fit().unwrap();
    let batch = plan.to_record_batch().unwrap();
    assert_eq!(
        (text(&batch, "quantity", 5), column(&batch, "value")[5]),
        ("power".into(), Some(plan.power()))
    );

    let arm = ArmFigures::new("MSC", 9).survival(48.0, "38.1%").std_error(48.0, "18.2%").events_by(48.0, 5);
    let check = arm.consistency().unwrap();
    let batch = shown(&check, "figure,without,lower,upper", 3);
    assert_eq!(text(&batch, "without", 0), check.figures()[0].without().to_string());
}

/// What prints itself and is no table: options, single values, words, and data that are a table by their own type.
const NO_TABLES: &str = "
    Accrual Accuracy Adjustment Advice ArmOrder Assumptions CensoringTies Cnsr Complete
    ConfidenceInterval Contradiction Conventions CountAs DataCell DataTable Decision Direction
    EffectMeasure EffectMethod Estimator Fact Family FigureData Gap GroupChange Hazard HazardRatioMethod
    Incidence IncidenceVariance Interleaving Interval IntervalLink IntervalScore IntervalVariance Kernel
    LandmarkCohort MeanLink MeanMethod Measure Name NotEstimable Note Number OccupationEstimate PValue ParametricStop
    PermutationStatistic Placed PlannedTest Printed ProblemKind ProportionInterval ProportionMethod ProportionTestMethod QuantileMethod QuantileScale
    Published RatioSource RatioTestMethod Recommendation SmallSample StdErrorConvention Stop StratifiedAssumptions Ties
    Time TimeScale TimeUnit TimelineCounts TimelineRows Transform TwoProportions Verdict Warning Weight";

fn sources(folder: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, texts);
        } else if path.extension().is_some_and(|e| e == "rs") {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// The name of the type that follows, without brackets and parameters.
fn name_after(text: &str) -> String {
    let text = text.trim_start_matches(['[', '&', ' ']);
    text.chars().take_while(|c| c.is_alphanumeric()).collect()
}

/// Every public type that prints itself is a table, or stands in the list of those that are none; who is in it and became a table
/// has to leave it.
#[test]
fn no_result_is_forgotten() {
    let mut texts = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
    let after = |what: &str| -> BTreeSet<String> {
        texts.iter().flat_map(|t| t.split(what).skip(1).map(name_after)).collect()
    };
    let public: BTreeSet<String> = &after("pub struct ") | &after("pub enum ");
    let mut tables = after("ToRecordBatch for ");
    // What the macros list.
    for (begin, end) in [("one_row!(", "\n)"), ("plans! {", "\n}")] {
        for list in texts.iter().flat_map(|t| t.split(begin).skip(1)) {
            let list = list.split(end).next().unwrap_or_default();
            tables.extend(list.split(['\n', ' ']).map(|word| name_after(word.trim())));
        }
    }
    let printed = &after("fmt::Display for ") | &after("prints_limits!(");
    let printed: BTreeSet<String> = &printed & &public;
    let listed: BTreeSet<String> = NO_TABLES.split_whitespace().map(Into::into).collect();
    let without: Vec<&String> = printed.difference(&tables).filter(|t| !listed.contains(*t)).collect();
    assert_eq!(without, Vec::<&String>::new(), "printed, and no table");
    let left: Vec<&String> = listed.iter().filter(|t| tables.contains(*t) || !printed.contains(*t)).collect();
    assert_eq!(left, Vec::<&String>::new(), "listed without need");
}
