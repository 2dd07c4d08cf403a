//! A time that is NaN is no time: what is asked at it has no answer, in whatever curve.

use greenwood::Error;
use greenwood::survival::multi_state::{Occupation, TransitionProbability};
use greenwood::survival::recurrent::{MeanCumulative, RecurrentEvents};
use greenwood::survival::regression::FineGray;
use greenwood::survival::result::NotEstimable::InvalidTime;
use greenwood::survival::{
    AalenJohansen, Band, CompetingRisks, CoxPh, Design, Histories, IntervalCensored, KaplanMeier,
    NelsonAalen, RightCensored, RiskTable, Turnbull,
};

const NO_TIME: f64 = f64::NAN;

#[test]
fn curves_have_no_value_at_no_time() -> Result<(), Error> {
    let time = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let event = [true, true, false, true, true, false, true, false];
    let data = RightCensored::new(&time, &event)?;
    let curve = KaplanMeier::fit(&data);
    for estimate in [curve.at(NO_TIME), curve.just_before(NO_TIME), curve.extended().at(NO_TIME)] {
        assert_eq!((estimate.value(), estimate.at_risk()), (Err(InvalidTime), 0.0));
    }
    assert_eq!(NelsonAalen::fit(&data).at(NO_TIME).value(), Err(InvalidTime));
    assert_eq!(RiskTable::new(&data).at_risk(NO_TIME), 0.0);
    assert_eq!(Band::hall_wellner().fit(&curve)?.at(NO_TIME), None);

    let cause = [Some("a"), Some("b"), None, Some("a"), Some("b"), None, Some("a"), None];
    let causes = CompetingRisks::new(&time, &cause)?;
    let fit = AalenJohansen::new().fit(&causes)?;
    let incidence = fit.of("a")?;
    assert_eq!(incidence.at(NO_TIME).value(), Err(InvalidTime));
    assert_eq!(incidence.at(NO_TIME).at_risk(), 0.0);
    assert_eq!(incidence.conditional_probability(NO_TIME), Err(InvalidTime));
    assert!(fit.event_free(NO_TIME).is_err());
    let x = [0.3, 1.0, 0.1, 0.9, 0.5, 0.2, 0.4, 0.8];
    let design = Design::builder().numeric("x", &x).build()?;
    let model = FineGray::new("a").fit(&causes, &design)?;
    assert!(model.baseline().iter().all(|hazard| hazard.at(NO_TIME).is_err()));

    let cox = CoxPh::new().fit(&data, &design)?;
    let predicted = cox.with(&data, &design)?.baseline()?.at_means()?;
    assert_eq!(predicted.value(NO_TIME), Err(InvalidTime));

    let histories =
        Histories::among(&["well", "ill"]).rows(&[1, 2], &[0.0, 0.0], &[3.0, 5.0], &[Some("ill"), None])?;
    let occupation = Occupation::new().fit(&histories)?;
    assert!(occupation.at(NO_TIME).iter().all(|p| p.value() == Err(InvalidTime)));
    assert!(occupation.extended().at(NO_TIME).iter().all(|p| p.value() == Err(InvalidTime)));
    assert!(TransitionProbability::new(0.0).estimate(&histories, &[NO_TIME]).is_err());

    let events = RecurrentEvents::new(&[1, 1, 2], &[0.0, 2.0, 0.0], &[2.0, 4.0, 5.0], &[true, false, false])?;
    let mean = MeanCumulative::new().fit(&events)?;
    assert_eq!((mean.at(NO_TIME).value(), mean.at_risk(NO_TIME)), (Err(InvalidTime), 0.0));

    let seen = IntervalCensored::new(&[0.0, 1.0, 2.0], &[1.0, 3.0, 4.0])?;
    assert!(Turnbull::fit(&seen).at(NO_TIME).lower.is_nan());
    Ok(())
}
