//! Plans, reconstructions and other rarely tabulated results: each table has the numbers of its result.

use greenwood::columns::ToRecordBatch;
use greenwood::survival::contrast::InvertedLogRank;
use greenwood::survival::regression::parametric::Family;
use greenwood::survival::{
    CompetingRisks, Design, FineGray, Groups, LogRank, Parametric, RightCensored, RiskTable,
};
use greenwood::trial::design::randomisation::{BiasedCoin, PermutedBlockList};
use greenwood::trial::design::{EquivalenceDesign, FixedDesign, GroupSequential, Target};
use greenwood::trial::reconstruct::{
    ArmFigures, LaterCensoring, ReportedHazardRatio, TiedTimes, TrialFigures,
};
use greenwood::trial::{CurrentState, Exit, Subject, Time, Trial};

use super::columns_out::{column, shown, text};

fn data() -> (RightCensored<'static>, Groups) {
    let event = vec![true, true, false, true, true, true, false, true];
    let data = RightCensored::new(vec![4., 3., 1., 7., 2., 5., 6., 8.], event).unwrap();
    (data, Groups::new(&["new", "old", "new", "old", "new", "old", "new", "old"]))
}

#[test]
fn plans() {
    let plan = EquivalenceDesign::new(1.25).target(Target::Power(0.8)).fit().unwrap();
    let batch = shown(&plan, "quantity,value", 6);
    assert_eq!(
        (text(&batch, "quantity", 0), column(&batch, "value")[0]),
        ("events".into(), Some(plan.events()))
    );
    assert_eq!(column(&batch, "value")[5], Some(plan.power()));
    // Without a description of the accrual, no subjects and no duration.
    assert_eq!(column(&batch, "value")[1..5], [None; 4]);

    let bounds = GroupSequential::looks(3).power(0.8).fit().unwrap();
    let plan = FixedDesign::new(0.7).target(Target::Power(0.8)).sequential(&bounds).unwrap();
    let columns = "look,fraction,efficacy_z,futility_z,harm_z,nominal_p,alpha_spent,power,\
                   events,subjects,time,critical_hazard_ratio";
    let batch = shown(&plan, columns, 3);
    assert_eq!(column(&batch, "events"), plan.events_by_look().into_iter().map(Some).collect::<Vec<_>>());
    assert_eq!(column(&batch, "critical_hazard_ratio"), plan.critical_hazard_ratios());
    assert_eq!((column(&batch, "subjects"), column(&batch, "time")), (vec![None; 3], vec![None; 3]));
}

#[test]
fn reconstructions() {
    let arm = |name: &str, survival: &str, error: &str| {
        ArmFigures::new(name, 9).survival(48.0, survival).std_error(48.0, error)
    };
    let figures =
        TrialFigures::new(arm("MSC", "38.1%", "17.2%"), arm("control", "66.7%", "15.7%")).log_rank_p("0.153");
    let found = figures.tied_times(TiedTimes::Excluded).later_censoring(LaterCensoring::Fewest);
    let found = found.reconstruct().unwrap();
    let columns = "observed_minus_expected,variance,statistic,p_value,orders,example";
    let batch = shown(&found, columns, found.values().len());
    assert_eq!(column(&batch, "p_value")[0], found.values()[0].p_value());
    assert_eq!(text(&batch, "example", 0), "DCDdDDDdd");

    let ratio = ReportedHazardRatio::from_log_rank(-3.0, 9.0).unwrap().named("MSC", "control");
    let batch = shown(&ratio, "group,reference,hazard_ratio,std_error,lower,upper,p_value,source", 1);
    assert_eq!((text(&batch, "group", 0), text(&batch, "reference", 0)), ("MSC".into(), "control".into()));
    // exp(−3/9) and 1/√9.
    let (value, error) =
        (column(&batch, "hazard_ratio")[0].unwrap(), column(&batch, "std_error")[0].unwrap());
    approx::assert_relative_eq!(value, (-1.0_f64 / 3.0).exp(), max_relative = 1e-15);
    approx::assert_relative_eq!(error, 1.0 / 3.0, max_relative = 1e-15);
}

#[test]
fn extrapolations_and_inverted_tests() {
    let (data, arm) = data();
    let fit = Parametric::new(Family::Weibull).fit(&data, &Design::without_covariates(8)).unwrap();
    let table = fit.predict(&fit.row()).unwrap().extrapolation(&[0.0, 8.0, 20.0]).unwrap();
    let batch = shown(&table, "time,observed,survival,lower,upper,hazard", 3);
    let survival: Vec<_> = table.rows().iter().map(|r| Some(r.survival)).collect();
    assert_eq!(column(&batch, "survival"), survival);
    // The Weibull hazard at 0 is 0 or infinite, hence null.
    assert_eq!(column(&batch, "hazard")[0], None);

    let ratio = InvertedLogRank::fit(&data, &arm, "new", "old").unwrap();
    let batch = shown(&ratio, "group,reference,hazard_ratio,lower,upper,p_value", 1);
    assert_eq!(column(&batch, "hazard_ratio")[0], ratio.value().ok());
    assert_eq!(column(&batch, "lower")[0], ratio.interval(0.95).unwrap().lower);
    assert_eq!(column(&batch, "p_value")[0], ratio.p_value(1.0).unwrap());
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Free,
    Relapsed,
    Dead,
}

const CURRENT: CurrentState<State, State> = CurrentState::new("current", State::Free, Some);

#[test]
fn states_of_a_trial() {
    let subject = |arm: &'static str, relapse: f64, end: f64, exit: Exit<State>| {
        Subject::on(arm).then(Time::days(relapse), State::Relapsed).until(Time::days(end), exit).unwrap()
    };
    let trial = Trial::new([
        subject("a", 6.0, 24.0, Exit::Cutoff),
        subject("a", 12.0, 20.0, Exit::Terminal(State::Dead)),
        subject("b", 3.0, 30.0, Exit::Lost),
        subject("b", 8.0, 9.0, Exit::Terminal(State::Dead)),
    ]);
    let states = trial.states(&CURRENT).unwrap();
    let batch = states.to_record_batch().unwrap();
    let of_a = states.occupation("a").unwrap().to_record_batch().unwrap();
    let of_b = states.occupation("b").unwrap().to_record_batch().unwrap();
    assert_eq!(batch.num_rows(), of_a.num_rows() + of_b.num_rows());
    assert_eq!((text(&batch, "arm", 0), text(&batch, "arm", of_a.num_rows())), ("a".into(), "b".into()));
    let parts = [column(&of_a, "probability"), column(&of_b, "probability")].concat();
    assert_eq!(column(&batch, "probability"), parts);
}

#[test]
fn lists_bounds_and_rows_of_a_subdistribution() {
    let list = PermutedBlockList::new(&["A", "B"], &[1, 1]).seed(1).allocate("site 1", 6).unwrap();
    let batch = shown(&list[..], "stratum,number,block,arm", 6);
    assert_eq!((text(&batch, "stratum", 5), text(&batch, "arm", 0)), ("site 1".into(), list[0].arm.clone()));
    // Efron's coin has no blocks.
    let list = BiasedCoin::new("A", "B", 2.0 / 3.0).unwrap().allocate("all", 2).unwrap();
    assert!(list[..].tidy().to_csv().starts_with("stratum,number,block,arm\nall,1,,"));

    // The example of `GridTable`: 0.5 and 1.2, 1.7 in cells of width 1.
    let data = RightCensored::new(&[0.5, 1.2, 1.7, 2.9], &[true, false, true, true]).unwrap();
    let grid = RiskTable::new(&data).on_grid(1.0).unwrap();
    let batch = shown(&grid, "time,lower,upper", 3);
    assert_eq!((column(&batch, "lower")[1], column(&batch, "upper")[1]), (Some(0.375), Some(0.5)));

    let two = RightCensored::new(&[1.0, 2.0], &[true, true]).unwrap();
    let test = LogRank::test(&two, &Groups::new(&["new", "old"])).unwrap();
    assert_eq!(test.tidy_groups().to_csv(), "group,observed,expected\nnew,1,0.5\nold,1,1.5\n");

    let time = [1.0, 2.0, 3.0, 4.0, 5.0];
    let data = CompetingRisks::new(&time, &[Some("a"), Some("b"), Some("a"), None, Some("a")]).unwrap();
    let rows = FineGray::new("a").expand(&data).unwrap();
    let batch = shown(&rows, "row,start,stop,event,weight", rows.row().len());
    assert_eq!(column(&batch, "stop"), rows.stop().iter().copied().map(Some).collect::<Vec<_>>());
    let design = Design::builder().numeric("x", &[0.3, 0.1, 0.8, 0.5, 0.4]).build().unwrap();
    let fit = FineGray::new("a").fit(&data, &design).unwrap();
    let residuals = fit.with(&data, &design).unwrap().residuals();
    let batch = shown(&residuals, "row,martingale,score_1,dfbeta_1", 5);
    assert_eq!(column(&batch, "martingale")[2], Some(residuals.martingale()[2]));
    let events = residuals.tidy_events();
    assert_eq!((events.names(), events.len()), (vec!["time", "schoenfeld_1", "scaled_schoenfeld_1"], 3));

    let fit = Parametric::new(Family::Weibull).fit(&self::data().0, &Design::without_covariates(8)).unwrap();
    let of_one = fit.predict(&fit.row()).unwrap();
    let at = [1.0, 2.0].map(|t| of_one.survival(t).unwrap());
    let batch = shown(&at[..], "estimate,std_error,lower,upper", 2);
    assert_eq!(column(&batch, "upper")[1], at[1].bounds().map(|b| b.1));
}
