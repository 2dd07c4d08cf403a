//! Results as tidy tables: names and values of every column, as a record batch, CSV and lines of JSON.

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, RecordBatch};
use greenwood::arrow_array;
use greenwood::columns::{Columns, Tidy, ToRecordBatch};
use greenwood::survival::curve::{Actuarial, Bandwidth, IncidenceRate, Pseudo, SmoothedHazard};
use greenwood::survival::log_rank::{Gray, PairwiseLogRank};
use greenwood::survival::multi_state::{Occupation, TransitionProbability};
use greenwood::survival::prediction::{Brier, Calibration, Concordance, TimeRoc};
use greenwood::survival::recurrent::{MeanCumulative, MeanTest, RecurrentEvents};
use greenwood::survival::regression::cox::TimeScale;
use greenwood::survival::regression::parametric::{Family, Observations};
use greenwood::survival::regression::{AdditiveHazards, QuantileRegression, RestrictedMeanRegression};
use greenwood::survival::result::{Interval, TestSummary};
use greenwood::survival::risk_table::{CompetingRiskTable, RiskTables};
use greenwood::survival::{
    AalenJohansen, Band, CompetingRisks, CoxPh, Design, FineGray, Groups, Histories, IntervalCensored,
    KaplanMeier, LogRank, NelsonAalen, Parametric, RightCensored, Turnbull,
};
use greenwood::trial::examples::{Arm, FFS, RESPONSE, saa, saa_course};

fn data() -> (RightCensored<'static>, Groups) {
    let data = RightCensored::new(
        vec![6.0, 7.0, 10.0, 15.0, 19.0, 25.0],
        vec![true, false, true, true, false, false],
    );
    (data.unwrap(), Groups::new(&["new", "new", "old", "old", "new", "old"]))
}

fn names(batch: &RecordBatch) -> Vec<String> {
    batch.schema().fields().iter().map(|f| f.name().clone()).collect()
}

pub(super) fn column(batch: &RecordBatch, name: &str) -> Vec<Option<f64>> {
    batch.column_by_name(name).unwrap().as_primitive::<Float64Type>().iter().collect()
}

pub(super) fn text(batch: &RecordBatch, name: &str, row: usize) -> String {
    batch.column_by_name(name).unwrap().as_string::<i32>().value(row).into()
}

#[test]
fn a_curve_is_its_steps() {
    let (data, _) = data();
    let curve = KaplanMeier::fit(&data);
    let batch = curve.to_record_batch().unwrap();
    assert_eq!(names(&batch).join(","), "time,at_risk,events,censored,survival,std_error,lower,upper");
    assert_eq!(column(&batch, "time"), data.time().iter().map(|&t| Some(t)).collect::<Vec<_>>());
    for (i, step) in curve.steps().enumerate() {
        assert_eq!(column(&batch, "survival")[i], step.estimate.value().ok());
        assert_eq!(column(&batch, "std_error")[i], step.estimate.std_error().ok());
        let limits = step.estimate.interval(0.95).unwrap();
        assert_eq!((column(&batch, "lower")[i], column(&batch, "upper")[i]), (limits.lower, limits.upper));
    }
    let narrow = curve.tidy_with(Interval::plain().level(0.5)).unwrap().to_record_batch().unwrap();
    assert_eq!(
        column(&narrow, "lower")[0],
        curve.at(6.0).interval(Interval::plain().level(0.5)).unwrap().lower
    );
    assert!(curve.tidy_with(Interval::plain().level(1.5)).is_err());
}

#[test]
fn every_result_has_its_columns() {
    let (data, arm) = data();
    let curve = KaplanMeier::fit(&data);
    let causes = [Some("a"), None, Some("b"), Some("a"), None, None];
    let competing = CompetingRisks::new(data.time().to_vec(), &causes).unwrap();
    let design = Design::builder().numeric("age", &[60.0, 50.0, 55.0, 42.0, 61.0, 40.0]).build().unwrap();
    let fit = CoxPh::new().fit(&data, &design).unwrap();
    let test = LogRank::test(&data, &arm).unwrap();
    let quantiles = curve.quantiles(&[0.25, 0.9], 0.95).unwrap();
    let analysis = saa();
    let analysis = analysis.analyse(&FFS).unwrap();
    let report = analysis.report().contrast(Arm::Msc, Arm::Control).build().unwrap();
    let cases: Vec<(Tidy, &str, usize)> = vec![
        (
            curve.at_many(&[1.0, 100.0]).as_slice().tidy(),
            "time,at_risk,events,survival,std_error,lower,upper,not_estimable",
            2,
        ),
        (
            NelsonAalen::fit(&data).tidy(),
            "time,at_risk,events,censored,cumulative_hazard,std_error,lower,upper",
            6,
        ),
        (quantiles.as_slice().tidy(), "p,estimate,lower,upper,not_estimable", 2),
        (
            AalenJohansen::new().fit(&competing).unwrap().tidy(),
            "time,cause,at_risk,events,censored,incidence,std_error,lower,upper",
            12,
        ),
        (curve.table().tidy(), "time,at_risk,events,censored,entered,subjects_at_risk", 6),
        (
            RiskTables::new(&data, &arm).unwrap().tidy(),
            "group,time,at_risk,events,censored,entered,subjects_at_risk",
            6,
        ),
        (test.tidy(), "method,statistic,df,p_value,subjects,events", 1),
        (
            [TestSummary::from(&test), TestSummary::new("x", None, None)].tidy(),
            "method,statistic,df,p_value,subjects,events",
            2,
        ),
        (fit.tidy(), "term,coefficient,std_error,z,p_value,hazard_ratio,lower,upper,status", 1),
        (data.tidy(), "time,event", 6),
        (report.tables()[0].tidy(), "row,Msc,Control", report.tables()[0].rows.len()),
        (report.tidy(), "table,row,column,value", report.tidy().len()),
    ];
    for (table, expected, rows) in cases {
        assert_eq!((table.names().join(","), table.len()), (expected.to_string(), rows));
        let batch = table.to_record_batch().unwrap();
        assert_eq!((names(&batch).join(","), batch.num_rows()), (expected.to_string(), rows));
        assert_eq!(table.to_csv().lines().count(), rows + 1);
        for line in table.to_json_lines().lines() {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(object.as_object().unwrap().len(), table.names().len(), "{line}");
        }
    }
    assert_eq!(column(&test.to_record_batch().unwrap(), "p_value"), [test.p_value()]);
    assert_eq!(column(&fit.to_record_batch().unwrap(), "coefficient"), [Some(fit.coefficients()[0])]);
    let stratified = data.with_strata(Groups::new(&["x", "y", "x", "y", "x", "y"])).unwrap();
    let tables = RiskTables::new(&stratified, &arm).unwrap().tidy();
    assert_eq!(tables.names()[..3], ["group", "stratum", "time"]);
}

/// What cannot be estimated is null, empty, or `null`, with the reason; infinities and quotes are written as each form has them.
#[test]
fn missing_and_infinite_values_are_written_as_such() {
    let (data, _) = data();
    let at = KaplanMeier::fit(&data).at_many(&[100.0]);
    let table = at.as_slice().tidy();
    assert!(table.to_record_batch().unwrap().column_by_name("survival").unwrap().is_null(0));
    assert!(table.to_csv().lines().nth(1).unwrap().starts_with("100,0,3,,,,,"), "{}", table.to_csv());
    assert!(table.to_json_lines().contains("\"survival\": null"), "{}", table.to_json_lines());

    let design = Design::builder().numeric("x, \"y\"", &[1.0, 0.0, 1.0, 1.0, 0.0, 0.0]).build().unwrap();
    let fit = CoxPh::new().fit(&data, &design).unwrap().tidy();
    let csv = fit.to_csv();
    assert!(csv.lines().nth(1).unwrap().starts_with("\"x, \"\"y\"\"\",Inf,"), "{csv}");
    let line: serde_json::Value = serde_json::from_str(fit.to_json_lines().trim()).unwrap();
    assert_eq!((&line["term"], &line["coefficient"]), (&"x, \"y\"".into(), &"Inf".into()));
}

#[test]
fn what_is_written_is_read_back() {
    let (data, _) = data();
    let data = data.with_entry(vec![0.0, 1.0, 2.0, 0.5, 0.0, 3.0]).unwrap();
    let batch = data.to_record_batch().unwrap();
    let again =
        RightCensored::from_record_batch(&batch, &Columns::new("time", "event").entry("entry")).unwrap();
    assert_eq!(again, data);
}

#[test]
fn tables_that_do_not_fit_are_refused() {
    let (data, _) = data();
    let curve = KaplanMeier::fit(&data);
    assert!(Tidy::stack([]).unwrap().is_empty());
    let error = Tidy::stack([curve.tidy(), curve.table().tidy()]).unwrap_err().to_string();
    assert!(error.contains("there is no column"), "{error}");
    let error = Tidy::stack([curve.tidy(), curve.tidy().with_label("arm", "a")]).unwrap_err().to_string();
    assert!(error.contains("there is no column"), "{error}");
    let twice = curve.tidy().with_label("arm", "a").with_label("arm", "b");
    assert!(twice.to_record_batch().unwrap_err().to_string().contains("columns 0 and 1 are both \"arm\""));
}

/// Two illnesses each of five subjects, one of whom dies: states, events and rates.
fn histories() -> Histories {
    let id = ["a", "a", "b", "b", "c", "d", "e"];
    let from = [0.0, 4.0, 0.0, 5.0, 0.0, 0.0, 0.0];
    let until = [4.0, 9.0, 5.0, 11.0, 8.0, 6.0, 12.0];
    let to = [Some("ill"), None, Some("ill"), Some("dead"), None, Some("dead"), None];
    Histories::among(&["well", "ill", "dead"]).rows(&id, &from, &until, &to).unwrap()
}

#[test]
fn states_means_rates_bands_and_intervals_are_tables() {
    let (data, _) = data();
    let occupation = Occupation::new().fit(&histories()).unwrap();
    let table = occupation.tidy();
    assert_eq!(table.names().join(","), "time,state,at_risk,probability,std_error,lower,upper");
    assert_eq!(table.len(), 3 * occupation.times().len());
    let batch = table.to_record_batch().unwrap();
    for (i, (_, row)) in occupation.rows().enumerate() {
        for (k, estimate) in row.iter().enumerate() {
            assert_eq!(column(&batch, "probability")[3 * i + k], Some(estimate.value().unwrap()));
            let limits = estimate.interval(0.95).unwrap();
            assert_eq!(column(&batch, "upper")[3 * i + k], limits.upper);
        }
    }

    let id = [1_u64, 1, 1, 2, 2, 3, 4];
    let (from, until) = ([0.0, 3.0, 5.0, 0.0, 2.0, 0.0, 0.0], [3.0, 5.0, 9.0, 2.0, 8.0, 7.0, 9.0]);
    let events =
        RecurrentEvents::new(&id, &from, &until, &[true, true, false, true, false, false, true]).unwrap();
    let mean = MeanCumulative::new().fit(&events).unwrap();
    let batch = mean.to_record_batch().unwrap();
    assert_eq!(names(&batch).join(","), "time,at_risk,events,terminal_events,mean,std_error,lower,upper");
    assert_eq!(column(&batch, "mean"), mean.rows().iter().map(|r| Some(r.value())).collect::<Vec<_>>());

    let rate = IncidenceRate::estimate(&data).unwrap();
    let batch = rate.to_record_batch().unwrap();
    assert_eq!(names(&batch).join(","), "events,person_time,rate,lower,upper");
    assert_eq!(column(&batch, "lower"), [rate.interval(0.95).unwrap().lower]);

    let curve = KaplanMeier::fit(&data);
    let band = Band::hall_wellner().fit(&curve).unwrap();
    let batch = band.to_record_batch().unwrap();
    assert_eq!(names(&batch).join(","), "time,lower,upper");
    assert_eq!(column(&batch, "lower")[1], band.at(band.times()[1]).unwrap().lower);

    let visits = IntervalCensored::interval2(&[0.0, 2.0, 4.0, 4.0], &[2.0, 5.0, 6.0, f64::INFINITY]).unwrap();
    let batch = Turnbull::fit(&visits).to_record_batch().unwrap();
    assert_eq!(names(&batch).join(","), "left,right,left_closed,right_closed,mass,survival_after");
    let mass: f64 = column(&batch, "mass").into_iter().flatten().sum();
    assert!((mass - 1.0).abs() < 1e-12, "{mass}");

    let test = MeanTest::test(&events, &Groups::new(&["x", "x", "x", "y", "y", "x", "y"])).unwrap();
    assert_eq!(column(&test.to_record_batch().unwrap(), "statistic"), [Some(test.statistic())]);
}

#[test]
fn models_beyond_cox_are_tables() {
    let (data, _) = data();
    let design = Design::builder().numeric("age", &[60.0, 50.0, 55.0, 42.0, 61.0, 40.0]).build().unwrap();
    let observed = Observations::from(&data);
    let fit = Parametric::new(Family::Weibull).fit(&observed, &design).unwrap();
    let batch = fit.to_record_batch().unwrap();
    assert_eq!(
        names(&batch).join(","),
        "term,coefficient,std_error,lower,upper,parameter,value,not_estimable"
    );
    assert_eq!(
        column(&batch, "coefficient"),
        fit.coefficients().iter().map(|&c| Some(c)).collect::<Vec<_>>()
    );
    let scale = fit.natural(2, 0.95).unwrap().unwrap();
    assert_eq!(column(&batch, "value")[2], scale.value());

    let causes = [Some("a"), None, Some("b"), Some("a"), None, Some("a")];
    let competing = CompetingRisks::new(data.time().to_vec(), &causes).unwrap();
    let fit = FineGray::new("a").fit(&competing, &design).unwrap();
    let batch = fit.to_record_batch().unwrap();
    assert_eq!(
        names(&batch).join(","),
        "term,coefficient,std_error,z,p_value,hazard_ratio,lower,upper,status"
    );
    assert_eq!(column(&batch, "coefficient"), [Some(fit.coefficients()[0])]);
}

#[test]
fn responses_are_a_table() {
    let trial = saa_course();
    let responses = trial.responses(&RESPONSE).unwrap();
    let table = responses.tidy();
    assert_eq!(
        table.names().join(","),
        "arm,responders,non_responders,dead,missing,not_due,counted_responders,counted,proportion,lower,upper"
    );
    let batch = table.to_record_batch().unwrap();
    assert_eq!(batch.num_rows(), 2);
    let share = responses.proportion(responses.arms()[0]).unwrap();
    assert_eq!(column(&batch, "proportion")[0], Some(share.value()));
    assert_eq!(column(&batch, "upper")[0], share.interval(0.95).unwrap().upper);
}

/// A row a quantity, with its Monte Carlo error; both scenarios of a study, one after the other.
#[test]
fn a_simulation_is_a_table() {
    use greenwood::trial::design::simulation::{LogRankProcedure, Simulation};
    use greenwood::trial::design::{Accrual, Assumptions, Hazard};

    let control = Hazard::constant(0.1).unwrap();
    let assumed = Assumptions::new(control.times(0.5), control, Accrual::uniform(60.0, 12.0).unwrap());
    let study = Simulation::new(assumed).trials(50).study(&LogRankProcedure).unwrap();
    let table = study.tidy();
    assert_eq!(table.names(), ["scenario", "quantity", "value", "std_error"]);
    assert_eq!(table.len(), study.rows().len());
    let first =
        format!("effect,rejected,{},{}", study.with_effect().power(), study.with_effect().std_error());
    assert_eq!(table.to_csv().lines().nth(1), Some(first.as_str()));
    assert_eq!(study.with_effect().tidy().names(), ["quantity", "value", "std_error"]);
}

/// A result as a table has these columns and so many rows, and its CSV says the same numbers.
pub(super) fn shown(result: &(impl ToRecordBatch + ?Sized), columns: &str, rows: usize) -> RecordBatch {
    let batch = result.to_record_batch().unwrap();
    assert_eq!((names(&batch).join(",").as_str(), batch.num_rows()), (columns, rows));
    assert_eq!(result.tidy().to_csv().lines().count(), rows + 1);
    batch
}

#[test]
fn predictions_scores_and_tests_are_tables() {
    let (data, arm) = data();
    let design = Design::builder().factor("arm", &arm, "old").build().unwrap();
    let fit = CoxPh::new().fit(&data, &design).unwrap();
    let bound = fit.with(&data, &design).unwrap();
    let curve = bound.baseline().unwrap().curve(&fit.row().level("arm", "new")).unwrap();
    let steps = curve.steps().count();
    let batch = shown(&curve, "time,survival,std_error,lower,upper", steps);
    let last = steps - 1;
    let at = column(&batch, "time")[last].unwrap();
    assert_eq!(column(&batch, "survival")[last], curve.value(at).ok());
    assert_eq!(column(&batch, "lower")[last], curve.interval(at, Interval::default()).unwrap().lower);
    let zph = bound.proportional_hazards(TimeScale::KaplanMeier).unwrap();
    let batch = shown(&zph, "covariate,statistic,df,p_value", 2);
    assert_eq!(column(&batch, "p_value")[1], zph.global().p_value());

    let risk = [0.8, 0.7, 0.4, 0.3, 0.2, 0.1];
    let brier = Brier::new().over_time(&data, &[risk.to_vec(), risk.to_vec()], &[8.0, 16.0]).unwrap();
    let batch = shown(&brier, "time,brier_score,std_error,lower,upper,null_score,scaled", 2);
    assert_eq!(column(&batch, "brier_score")[1], Some(brier.scores()[1].value()));
    let calibration = Calibration::new().groups(2).estimate(&data, &risk, 12.0).unwrap();
    shown(&calibration, "upper_risk,subjects,mean_risk,observed,std_error,lower,upper", 2);
    let roc = TimeRoc::new().estimate(&data, &risk, 12.0).unwrap();
    shown(&roc, "threshold,sensitivity,false_positives", roc.points().len());
    let concordance = Concordance::new().estimate(&data, &risk).unwrap();
    let batch = shown(&concordance, "concordance,std_error,lower,upper,concordant,discordant,tied", 1);
    assert_eq!(column(&batch, "concordance")[0], concordance.value().ok());
    let pseudo = Pseudo::new(&[8.0, 16.0]).survival(&data).unwrap();
    let batch = shown(&pseudo, "subject,time,pseudo_value", 12);
    assert_eq!(column(&batch, "pseudo_value")[3], Some(pseudo.values()[(1, 1)]));
    let additive = AdditiveHazards::new().min_at_risk(1).fit(&data, &design).unwrap();
    let rows = 2 * additive.times().len();
    shown(&additive, "time,term,at_risk,cumulative_coefficient,std_error,lower,upper", rows);
    let quantiles = QuantileRegression::new().grid(&[0.2, 0.9]).fit(&data, &design).unwrap();
    let batch = shown(&quantiles, "tau,term,coefficient,std_error,lower,upper", 4);
    let first = quantiles.coefficients(0.2).unwrap()[1].value().unwrap();
    assert_eq!(column(&batch, "coefficient")[1..3], [Some(first), None]);
    let mean = RestrictedMeanRegression::new(15.0).fit(&data, &design).unwrap();
    let batch = shown(&mean, "term,estimate,std_error,lower,upper,p_value,scale", 2);
    assert_eq!(column(&batch, "estimate")[1], mean.coefficients()[1].value().ok());

    let curve = KaplanMeier::fit(&data);
    let mean = curve.restricted_mean(20.0).unwrap();
    let batch = shown(&mean, "tau,estimate,std_error,lower,upper", 1);
    assert_eq!(column(&batch, "std_error")[0], mean.std_error().ok());
    let life = Actuarial::fit(&data, &[0.0, 10.0, 20.0]).unwrap();
    let batch = life.to_record_batch().unwrap();
    assert_eq!(column(&batch, "survival")[1], Some(life.rows()[1].survival));
    assert_eq!(column(&batch, "median_residual").len(), life.rows().len());
    let smooth = SmoothedHazard::new().bandwidth(Bandwidth::Fixed(5.0)).fit(&data).unwrap();
    shown(&smooth, "time,hazard,std_error,lower,upper", smooth.points().len());
    let contrast = curve.difference(&curve, 10.0);
    shown(&contrast, "estimate,std_error,lower,upper,p_value,scale", 1);

    let pairs = PairwiseLogRank::new().test(&data, &arm).unwrap();
    let columns = "method,statistic,df,p_value,subjects,events,group,reference,adjusted_p_value";
    let batch = shown(&pairs, columns, 1);
    assert_eq!(column(&batch, "p_value")[0], pairs.comparisons()[0].p_value());
    let causes = [Some("a"), None, Some("b"), Some("a"), None, Some("b")];
    let competing = CompetingRisks::new(data.time().to_vec(), &causes).unwrap();
    let gray = Gray::new("a").test(&competing, &arm).unwrap();
    let batch = shown(&gray, "method,statistic,df,p_value,subjects,events", 1);
    assert_eq!(column(&batch, "statistic")[0], Some(gray.statistic()));
    let table = CompetingRiskTable::new(&competing);
    let batch = shown(&table, "time,cause,at_risk,events,censored,entered", 12);
    assert_eq!(column(&batch, "events").iter().flatten().sum::<f64>(), 4.0);
    let incidence = AalenJohansen::new().from_table(table);
    let at = [incidence.of("a").unwrap().at(10.0), incidence.of("a").unwrap().at(99.0)];
    let batch = shown(&at[..], "time,at_risk,events,incidence,std_error,lower,upper,not_estimable", 2);
    assert_eq!(column(&batch, "incidence"), at.map(|e| e.value().ok()));
    let quantiles = incidence.of("a").unwrap().quantiles(&[0.1, 0.9], Interval::default()).unwrap();
    shown(&quantiles[..], "p,estimate,lower,upper", 2);
    let lost = incidence.of("a").unwrap().time_lost(20.0).unwrap();
    shown(&lost, "tau,estimate,std_error,lower,upper", 1);

    let matrices = TransitionProbability::new(0.0).estimate(&histories(), &[2.0, 4.0]).unwrap();
    let states = matrices[0].states().len();
    let batch = shown(&matrices[..], "from_time,time,from,to,probability,std_error", 2 * states * states);
    assert_eq!(column(&batch, "probability")[1], matrices[0].probability(0, 1).ok());
    let times = Occupation::new().time_in_state(&histories(), 4.0).unwrap();
    shown(&times[..], "state,tau,estimate,std_error,lower,upper", states);
}
