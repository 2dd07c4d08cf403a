//! Incidence rates against R 4.2.2's `poisson.test`.

use greenwood::survival::curve::IncidenceRate;
use greenwood::survival::result::NotEstimable;
use greenwood::survival::{CompetingRisks, RightCensored, Weights};

fn close(got: f64, expected: f64) {
    assert!(got == expected || (got - expected).abs() <= 1e-9 * expected.abs(), "{got:?} {expected:?}");
}

/// R: `poisson.test(d, T, conf.level = level)$conf.int`
#[test]
fn one_rate() {
    for (events, time, level, lower, upper) in [
        (3, 41.5, 0.95, 0.014907761997484375, 0.21125959204198369),
        (3, 41.5, 0.90, 0.019703408365396465, 0.18683509705861989),
        (0, 10.0, 0.95, 0.0, 0.36888794541139353),
        (120, 3000.0, 0.95, 0.033163975208646237, 0.047830195123117418),
    ] {
        let rate = IncidenceRate::new(events, time).unwrap();
        close(rate.value(), events as f64 / time);
        let (l, u) = rate.interval(level).unwrap().bounds().unwrap();
        close(l, lower);
        close(u, upper);
    }
}

/// R: `poisson.test(c(11, 8), c(800, 1083.5))` and so on
#[test]
fn two_rates() {
    for (d, t, ratio, lower, upper) in [
        ((11, 8), (800.0, 1083.5), 1.862265625, 0.68227253234860319, 5.3331885826028547),
        ((0, 4), (10.0, 12.0), 0.0, 0.0, 1.8178402312390443),
        ((5, 0), (20.0, 20.0), f64::INFINITY, 0.9163558573154601, f64::INFINITY),
    ] {
        let (a, b) = (IncidenceRate::new(d.0, t.0).unwrap(), IncidenceRate::new(d.1, t.1).unwrap());
        close(a.ratio(&b).unwrap(), ratio);
        let limits = a.ratio_interval(&b, 0.95).unwrap();
        close(limits.lower.unwrap(), lower);
        close(limits.upper.unwrap(), upper);
    }
    let none = IncidenceRate::new(0, 1.0).unwrap();
    assert_eq!(none.ratio(&none), Err(NotEstimable::Undefined));
    assert!(none.ratio_interval(&none, 0.95).unwrap().lower.is_none());
    // The error of one group alone is not that of a difference.
    let one = none.difference(&IncidenceRate::new(3, 1.0).unwrap());
    assert_eq!((one.value(), one.std_error()), (Ok(-3.0), Err(NotEstimable::CurveIsOne)));
    assert!(none.difference(&none).p_value().is_none());
    // By hand: 0.5 − 0.25, √(2/16 + 1/16).
    let d = IncidenceRate::new(2, 4.0).unwrap().difference(&IncidenceRate::new(1, 4.0).unwrap());
    close(d.value().unwrap(), 0.25);
    close(d.std_error().unwrap(), 3f64.sqrt() / 4.0);
}

#[test]
fn rates_of_data() {
    let risks = CompetingRisks::new(&[2.0, 3.0, 5.0], &[Some("a"), None, Some("b")]).unwrap();
    let risks = risks.with_entry(&[0.0, 1.0, 1.0]).unwrap();
    let rate = IncidenceRate::of_cause(&risks, "a").unwrap();
    assert_eq!((rate.events(), rate.person_time()), (1, 8.0));
    assert_eq!(IncidenceRate::estimate(risks.any_cause()).unwrap().events(), 2);
    let data = || RightCensored::new(&[2.0, 3.0], &[true, false]).unwrap();
    // Weight 2 is the row twice.
    let two = data().with_weights(Weights::replication(vec![2.0, 2.0])).unwrap();
    assert_eq!(IncidenceRate::estimate(&two).unwrap(), IncidenceRate::new(2, 10.0).unwrap());
    let text = |d: RightCensored| IncidenceRate::estimate(&d).unwrap_err().to_string();
    assert!(text(data().with_clusters(&[1, 1]).unwrap()).contains("independent events"));
    let half = data().with_weights(Weights::replication(vec![0.5, 1.0])).unwrap();
    assert!(text(half).contains("whole number"));
    for time in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(IncidenceRate::new(1, time).unwrap_err().to_string().contains("person_time"));
    }
    assert!(IncidenceRate::new(1, 1.0).unwrap().interval(1.0).is_err());
    assert!(IncidenceRate::new(1, 1.0).unwrap().ratio_interval(&rate, f64::NAN).is_err());
}

/// Counts that f64 would round are no counts.
#[test]
fn more_events_than_can_be_counted() {
    let data = RightCensored::new(&[1.0, 2.0], &[true, true]).unwrap();
    let data = data.with_weights(Weights::replication(&[1e100, 1e100])).unwrap();
    let error = IncidenceRate::estimate(&data).unwrap_err().to_string();
    assert!(error.starts_with("the number of events is") && error.ends_with("at most 2^53"), "{error}");
}
