//! What the data cannot tell, in the rooms beside Kaplan and Meier: no width of 0, nothing carried on, no number without a name.

use approx::assert_relative_eq;
use greenwood::survival::curve::{Actuarial, Bandwidth, SmoothedHazard};
use greenwood::survival::data::Histories;
use greenwood::survival::multi_state::{Occupation, TransitionProbability, TransitionVariance};
use greenwood::survival::prediction::{Brier, Calibration, CensoringWeights, TimeRoc};
use greenwood::survival::recurrent::{MeanCumulative, RecurrentEvents};
use greenwood::survival::regression::AdditiveHazards;
use greenwood::survival::result::NotEstimable;
use greenwood::survival::{
    AalenJohansen, CompetingRisks, CoxPh, Design, FineGray, Groups, NelsonAalen, RightCensored,
};
use greenwood::{Error, Result};

fn beyond(time: f64, last: f64) -> NotEstimable {
    NotEstimable::BeyondFollowUp { time, last }
}

/// Two causes of eight subjects; b comes first at 3, and the last is censored at 9.
fn causes() -> CompetingRisks<'static> {
    let cause = [Some("a"), Some("a"), Some("b"), None, Some("a"), Some("b"), None, None];
    CompetingRisks::new(&[1., 2., 3., 4., 5., 6., 7., 9.], &cause).unwrap()
}

#[test]
fn an_incidence_of_zero_has_no_error() -> Result<()> {
    let fit = AalenJohansen::new().fit(&causes())?;
    let b = fit.of("b")?;
    assert_eq!((b.at(2.5).value(), b.at(2.5).std_error()), (Ok(0.0), Err(NotEstimable::CurveIsOne)));
    assert_eq!(b.at(2.5).to_string(), "0.0% (no standard error: nobody has had the event yet)");
    assert_eq!(format!("{:#}", b.at(2.5)), "0.0% (no interval: nobody has had the event yet)");
    assert_eq!(fit.event_free(0.5), Ok((1.0, None)));
    // Time lost by 2.5: none to b, and no interval from 0 to 0; what a lost is at least 0.
    let lost = b.time_lost(2.5)?;
    assert_eq!((lost.value(), lost.std_error()), (0.0, Err(NotEstimable::CurveIsOne)));
    assert_eq!(lost.interval(0.95)?.bounds(), None);
    assert_eq!(lost.to_string(), "0.00 (no standard error: nobody has had the event yet) (up to 2.5)");
    let of_a = fit.of("a")?.time_lost(1.5)?;
    // (1.5 − 1)/8, whose plain limits would pass 0 and no time is less.
    assert_relative_eq!(of_a.value(), 0.0625);
    assert_eq!(of_a.interval(0.95)?.lower, Some(0.0));
    // The error of one group alone is not that of a difference.
    let difference = lost.difference(&of_a);
    assert_eq!((difference.value(), difference.p_value()), (Ok(-0.0625), None));
    // Before anybody has an event all time is free of one.
    assert_eq!(fit.event_free_time(0.5)?.std_error(), Err(NotEstimable::CurveIsOne));
    assert_eq!(fit.of("a")?.time_lost(12.0), Err(Error::BeyondFollowUp { tau: 12.0, last: 9.0 }));
    assert!(fit.extended().of("a")?.time_lost(12.0).is_ok());
    Ok(())
}

#[test]
fn a_state_that_nobody_is_in_has_no_error() -> Result<()> {
    let to = [Some("ill"), Some("dead"), None, Some("dead")];
    let data = Histories::among(&["well", "ill", "dead"]).rows(
        &["a", "a", "b", "c"],
        &[0.0, 2.0, 0.0, 0.0],
        &[2.0, 5.0, 6.0, 4.0],
        &to,
    )?;
    let fit = Occupation::new().fit(&data)?;
    let early = fit.at(1.0);
    assert_eq!((early[0].value(), early[0].std_error()), (Ok(1.0), Err(NotEstimable::AllInState)));
    assert_eq!((early[2].value(), early[2].std_error()), (Ok(0.0), Err(NotEstimable::NobodyInState)));
    assert!(!fit.to_string().contains("0.0000    0.0000"), "{fit}");
    assert_eq!(early[0].difference(&fit.at(3.0)[0]).std_error(), Err(NotEstimable::AllInState));
    let times = Occupation::new().time_in_state(&data, 1.5)?;
    assert_eq!((times[0].value(), times[0].std_error()), (1.5, Err(NotEstimable::AllInState)));
    assert_eq!(times[1].std_error(), Err(NotEstimable::NobodyInState));
    let moves = TransitionProbability::new(0.0).estimate(&data, &[1.0, 3.0, 8.0])?;
    assert_eq!(
        (moves[0].probability(0, 1), moves[0].std_error(0, 1)),
        (Ok(0.0), Err(NotEstimable::NobodyInState))
    );
    assert_eq!(
        (moves[2].probability(0, 1), moves[2].std_error(0, 1)),
        (Err(beyond(8.0, 6.0)), Err(beyond(8.0, 6.0)))
    );
    assert_relative_eq!(moves[2].extended().probability(0, 2)?, 2.0 / 3.0, max_relative = 1e-12);
    let alone = TransitionProbability::new(0.0).variance(TransitionVariance::None).estimate(&data, &[3.0])?;
    assert_eq!(alone[0].std_error(0, 1), Err(NotEstimable::NotAsked));
    assert_eq!(alone[0].covariance((0, 1), (0, 2)), Err(NotEstimable::NotAsked));
    Ok(())
}

/// One of four is censored last: from then on nobody stands for those who were censored.
#[test]
fn scores_beyond_follow_up_are_not_estimable() -> Result<()> {
    let data = RightCensored::new(&[1., 2., 3., 4., 5.], &[true, false, true, true, false])?;
    let risk = [0.9, 0.5, 0.4, 0.3, 0.2];
    for t in [5.0, 5.5, 60.0] {
        let because = beyond(t, 5.0);
        assert_eq!(Brier::new().estimate(&data, &risk, t), Err(Error::NotEstimable { because }));
        let roc = TimeRoc::new().estimate(&data, &risk, t)?;
        assert_eq!((roc.auc().value(), roc.points().len()), (Err(because), 0));
        assert_eq!(TimeRoc::new().difference(&data, &risk, &risk, t)?.value(), Err(because));
    }
    assert!(Brier::new().estimate(&data, &risk, 4.5).is_ok());
    // Where the last one had the event, all is known for ever.
    let known = RightCensored::new(&[1., 2., 3., 4., 5.], &[true, false, true, true, true])?;
    let (at, later) =
        (Brier::new().estimate(&known, &risk, 5.0)?, Brier::new().estimate(&known, &risk, 60.0)?);
    assert_eq!(at.value(), later.value());
    // Weights within groups: the first group ends with a censoring at 2.
    let weights = CensoringWeights::by_group(&data, &Groups::new(&["a", "a", "b", "b", "b"]))?;
    let because = beyond(2.5, 2.0);
    assert_eq!(
        Brier::new().weights(weights).estimate(&data, &risk, 2.5),
        Err(Error::NotEstimable { because })
    );
    // The group of high risk is followed to 3, the other to 9.
    let data = RightCensored::new(&[1., 2., 3., 7., 8., 9.], &[true, false, false, true, false, false])?;
    let table = Calibration::new().groups(2).estimate(&data, &[0.9, 0.9, 0.8, 0.2, 0.1, 0.1], 6.0)?;
    let observed: Vec<_> = table.groups().iter().map(|g| g.observed().value()).collect();
    assert_eq!(observed, [Ok(0.0), Err(beyond(6.0, 3.0))]);
    assert_eq!(table.groups()[0].observed().std_error(), Err(NotEstimable::CurveIsOne));
    Ok(())
}

#[test]
fn predictions_before_the_first_event_have_no_error() -> Result<()> {
    let data = causes();
    let x = [0.3, 1.0, 0.1, 0.9, 0.5, 0.2, 0.4, 0.8];
    let design = Design::builder().numeric("x", &x).build()?;
    let model = FineGray::new("a").fit(&data, &design)?;
    let row = model.row().numeric("x", 0.5);
    let early = model.with(&data, &design)?.incidence(&row, &[0.5])?[0];
    assert_eq!((early.value(), early.std_error()), (0.0, Err(NotEstimable::CurveIsOne)));
    assert_eq!(early.to_string(), "0.0000 (no standard error: nobody has had the event yet) at 0.5");
    assert_eq!(model.baseline()[0].at(0.5), Ok(0.0));
    assert_eq!(model.baseline()[0].at(10.0), Err(beyond(10.0, 9.0)));
    let survival = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true; 6])?;
    let design = Design::builder().numeric("x", &x[..6]).build()?;
    let additive = AdditiveHazards::new().fit(&survival, &design)?;
    assert_eq!(additive.at(0.5)?[0].std_error(), Err(NotEstimable::CurveIsOne));
    assert_eq!(
        additive.survival(&additive.row().numeric("x", 0.5), 0.5)?.std_error(),
        Err(NotEstimable::CurveIsOne)
    );
    Ok(())
}

#[test]
fn tables_print_no_error_of_zero() -> Result<()> {
    let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[false, false, true, true, false, true])?;
    let table = Actuarial::fit(&data, &[0.0, 2.5, 5.0])?;
    assert_eq!((table.rows()[0].survival, table.rows()[0].survival_std_error), (1.0, None));
    assert_eq!(table.rows()[0].conditional_std_error, None);
    assert!(table.rows()[2].survival_std_error.is_some());
    assert!(table.to_string().contains("1.0000         –"), "{table}");
    let smoothed =
        SmoothedHazard::new().bandwidth(Bandwidth::Fixed(0.5)).between(0.0, 6.0).points(13).fit(&data)?;
    let first = smoothed.points()[0];
    assert_eq!((first.hazard, first.std_error, first.interval(0.95)?.bounds()), (0.0, None, None));
    let none = RecurrentEvents::new(&[1, 2], &[0., 0.], &[3., 4.], &[false, true])?;
    let mean = MeanCumulative::new().fit(&none)?;
    assert_eq!(mean.rows()[0].std_error(), Err(NotEstimable::CurveIsOne));
    Ok(())
}

/// One of two at risk has an event at 1; six enter at 2. Each estimator that conditions on entry says so.
#[test]
fn small_early_risk_sets_are_warnings_everywhere() -> Result<()> {
    let entry = [0., 0., 2., 2., 2., 2., 2., 2.];
    let time = [1., 9., 4., 5., 6., 7., 8., 9.];
    let event = [true, false, true, false, true, false, true, false];
    let data = RightCensored::new(&time, &event)?.with_entry(&entry)?;
    let found = NelsonAalen::fit(&data).warnings();
    assert_eq!(
        (found.len(), found[0].time(), found[0].at_risk(), found[0].at_risk_later()),
        (1, 1.0, 2.0, 7.0)
    );
    assert!(
        found[0].to_string().starts_with("a risk set of 2 at 1 took 50% of those at risk"),
        "{}",
        found[0]
    );
    let cause: Vec<Option<&str>> = event.iter().map(|&e| e.then_some("a")).collect();
    let risks = CompetingRisks::new(&time, &cause)?.with_entry(&entry)?;
    let fit = AalenJohansen::new().fit(&risks)?;
    assert_eq!(fit.warnings()[0].condition_on(), Some(4.0));
    assert!(
        fit.to_string().contains("(`given_event_free`)") && fit.given_event_free(4.0)?.warnings().is_empty()
    );
    let ids: Vec<usize> = (0..8).collect();
    let to: Vec<Option<&str>> = event.iter().map(|&e| e.then_some("ill")).collect();
    let histories = Histories::among(&["well", "ill"]).rows(&ids, &entry, &time, &to)?;
    let fit = Occupation::new().fit(&histories)?;
    assert_eq!((fit.warnings().len(), fit.warnings()[0].share()), (1, 0.5));
    let start = fit.warnings()[0].condition_on().unwrap();
    assert!(Occupation::new().from_time(start).fit(&histories)?.warnings().is_empty());
    let mean = MeanCumulative::new().fit(&RecurrentEvents::new(&ids, &entry, &time, &event)?)?;
    assert_eq!((mean.warnings().len(), mean.warnings()[0].time()), (1, 1.0));
    assert!(mean.to_string().contains("read differences from 4 on"), "{mean}");
    let design = Design::builder().numeric("x", &[0.1, 0.7, 0.2, 0.9, 0.4, 0.3, 0.8, 0.5]).build()?;
    let model = CoxPh::new().fit(&data, &design)?;
    let baseline = model.with(&data, &design)?.baseline()?;
    assert_eq!((baseline.warnings().len(), baseline.warnings()[0].at_risk()), (1, 2.0));
    // Nobody enters late: nothing to say.
    let plain = RightCensored::new(&time, &event)?;
    let model = CoxPh::new().fit(&plain, &design)?;
    assert!(model.with(&plain, &design)?.baseline()?.warnings().is_empty());
    assert!(NelsonAalen::fit(&plain).warnings().is_empty());
    Ok(())
}
