//! What the data cannot tell: each known fault with its right value, and the kinds as properties.

use approx::assert_relative_eq;
use greenwood::Error;
use greenwood::survival::contrast::{InvertedLogRank, MeanMeasure, Measure, MedianMeasure, NumberNeeded};
use greenwood::survival::curve::{Conventions, FlatStep, FlemingHarrington, QuantileRule};
use greenwood::survival::curve::{Kind, StepFunction};
use greenwood::survival::result::print::{Number, PValue};
use greenwood::survival::result::{
    ConfidenceInterval, Direction, Estimate, HazardRatioMethod, LowerLimit, NotEstimable, Scale,
};
use greenwood::survival::{
    Groups, HazardRatio, Interval, KaplanMeier, NelsonAalen, RightCensored, SmallSample, SurvivalCurve,
    Weights,
};
use proptest::prelude::*;

fn curve(time: &[f64], event: &[u8]) -> SurvivalCurve {
    KaplanMeier::fit(&RightCensored::new(time, event.iter().map(|&e| e == 1).collect::<Vec<_>>()).unwrap())
}

/// Two arms followed to 13 and to 24 months, asked at 60: p was 0.3865.
#[test]
fn beyond_follow_up_nothing_is_estimable() {
    let a = curve(&[2., 5., 8., 11., 13.], &[1, 0, 1, 0, 0]);
    let b = curve(&[3., 9., 16., 20., 24.], &[1, 1, 0, 1, 0]);
    let (short, long) = (
        NotEstimable::BeyondFollowUp { time: 60.0, last: 13.0 },
        NotEstimable::BeyondFollowUp { time: 60.0, last: 24.0 },
    );
    assert_eq!((a.at(60.0).value(), b.at(60.0).value()), (Err(short), Err(long)));
    assert_eq!((a.at(60.0).std_error(), a.at(60.0).interval(0.95).unwrap().bounds()), (Err(short), None));
    assert_eq!(a.at_many(&[60.0])[0], a.at(60.0));
    assert_eq!(a.just_before(60.0).value(), Err(short));
    for measure in [
        Measure::Difference,
        Measure::Ratio,
        Measure::OddsRatio,
        Measure::CumulativeHazardRatio,
        Measure::Arcsine,
    ] {
        let contrast = a.contrast(&b, 60.0, measure);
        assert_eq!((contrast.value(), contrast.p_value()), (Err(short), None));
        assert_eq!(b.contrast(&a, 60.0, measure).value(), Err(short));
        assert_eq!(
            b.contrast(&a, 20.0, measure).value(),
            Err(NotEstimable::BeyondFollowUp { time: 20.0, last: 13.0 })
        );
    }
    let needed = a.number_needed_to_treat(&b, 60.0, 0.95).unwrap();
    assert_eq!((needed.value(), needed.interval()), (Err(short), None));
    assert_eq!(needed.to_string(), "not estimable: follow-up ends at 13 with the curve above 0");
    // The beta product laws hold everything below the last estimate: the interval is valid, the estimate is none.
    assert_eq!(a.melded(&b, 60.0).unwrap().estimate(Measure::Difference), None);
    for how in [SmallSample::likelihood_ratio(), SmallSample::rothman(), SmallSample::borkowf()] {
        assert_eq!(a.small_sample_interval(60.0, how).unwrap_err(), Error::NotEstimable { because: short });
    }
    assert_eq!(a.restricted_mean(60.0).unwrap_err(), Error::BeyondFollowUp { tau: 60.0, last: 13.0 });
    let data = RightCensored::new(&[2., 5., 8.], &[true, false, true]).unwrap();
    let last = NotEstimable::BeyondFollowUp { time: 9.0, last: 8.0 };
    for hazard in [NelsonAalen::fit(&data), FlemingHarrington::fit(&data)] {
        assert_eq!(hazard.at(9.0).value(), Err(last));
        assert_eq!(hazard.survival().at(9.0).value(), Err(last));
        assert_eq!(hazard.extended().at(9.0).value(), hazard.at(8.0).value());
    }
    // A curve that is 0 stays 0; R carries the other on with extend = TRUE.
    assert_eq!(KaplanMeier::fit(&data).at(9.0).value(), Ok(0.0));
    assert_eq!(a.extended().at(60.0).value(), a.at(13.0).value());
    let (a, b) = (a.extended(), b.extended());
    let extended = a.contrast(&b, 60.0, Measure::Difference);
    assert_relative_eq!(extended.value().unwrap(), a.at(13.0).value().unwrap() - b.at(24.0).value().unwrap());
    assert!(extended.p_value().is_some());
    assert_eq!(
        a.restricted_mean(60.0).unwrap().value(),
        a.restricted_mean(13.0).unwrap().value() + 47.0 * a.at(60.0).value().unwrap()
    );
}

#[test]
fn a_width_of_zero_is_no_certainty() {
    let nobody_failed = curve(&[4., 6., 8., 9.], &[0; 4]);
    let some_failed = curve(&[2., 6., 8., 9.], &[1, 0, 0, 0]);
    let estimate = nobody_failed.at(5.0);
    assert_eq!((estimate.value(), estimate.std_error()), (Ok(1.0), Err(NotEstimable::CurveIsOne)));
    for interval in
        [Interval::plain(), Interval::log(), Interval::log_log(), Interval::logit(), Interval::arcsine()]
    {
        for lower in [LowerLimit::Usual, LowerLimit::Peto, LowerLimit::Modified] {
            assert_eq!(estimate.interval(interval.lower_limit(lower)).unwrap().bounds(), None);
        }
    }
    assert_eq!(estimate.to_string(), "100.0% (no standard error: nobody has had the event yet)");
    assert_eq!(format!("{estimate:#}"), "100.0% (no interval: nobody has had the event yet)");
    // The small-sample interval is there by name: Clopper-Pearson of 3 of 3, 0.025^(1/3).
    let small = nobody_failed.small_sample_interval(5.0, SmallSample::beta_product()).unwrap();
    assert_relative_eq!(small.lower.unwrap(), 0.025_f64.powf(1.0 / 3.0), max_relative = 1e-9);
    // The error of one arm alone is not that of the difference.
    let difference = nobody_failed.difference(&some_failed, 5.0);
    assert_eq!((difference.value(), difference.std_error()), (Ok(0.25), Err(NotEstimable::CurveIsOne)));
    assert_eq!((difference.p_value(), difference.interval(0.95).unwrap().bounds()), (None, None));
    assert_eq!(difference.to_string(), "+25.0 percentage points (no interval: nobody has had the event yet)");
    let mean = nobody_failed.restricted_mean(8.0).unwrap();
    assert_eq!((mean.value(), mean.std_error()), (8.0, Err(NotEstimable::CurveIsOne)));
    assert_eq!(mean.interval(0.95).unwrap().bounds(), None);
    assert_eq!(mean.to_string(), "8.00 (no standard error: nobody has had the event yet) (up to 8)");
    let gain = nobody_failed.restricted_mean_contrast(&some_failed, 8.0, MeanMeasure::Difference).unwrap();
    assert_eq!((gain.value(), gain.p_value()), (Ok(1.5), None));
    assert_eq!(
        NelsonAalen::fit(&RightCensored::new(&[4.0], &[false]).unwrap()).at(2.0).std_error(),
        Err(NotEstimable::CurveIsOne)
    );
    let needed = nobody_failed.number_needed_to_treat(&some_failed, 5.0, 0.95).unwrap();
    assert_eq!(needed.to_string(), "4.0 for one event fewer (no interval)");
}

/// t 1,1,2,3,4,5, e 1,1,1,1,1,0, groups a,a,b,b,b,b, from a landmark at 1.5: nobody is in a; p was 0.0455.
#[test]
fn a_group_with_nobody_in_it_has_no_estimate() {
    let data = RightCensored::new(&[1., 1., 2., 3., 4., 5.], &[true, true, true, true, true, false]).unwrap();
    let arm = Groups::new(&["a", "a", "b", "b", "b", "b"]);
    let cohort = greenwood::survival::data::Landmark::at(1.5).with_groups(&data, &arm, &[0.0; 6]).unwrap();
    let curves = KaplanMeier::by_group(cohort.data(), cohort.groups()).unwrap();
    let empty = curves.iter().find(|c| c.table().is_empty()).expect("nobody of a reached the landmark");
    let other = curves.iter().find(|c| !c.table().is_empty()).unwrap();
    assert_eq!(empty.at(0.0).value(), Err(NotEstimable::Nobody));
    assert_eq!(empty.at(2.0).to_string(), "not estimable: nobody is in the group");
    assert_eq!(empty.extended().at(2.0).value(), Err(NotEstimable::Nobody));
    assert_eq!(empty.median().value(), Err(NotEstimable::Nobody));
    assert_eq!(empty.median().to_string(), "not estimable: nobody is in the group");
    let difference = empty.difference(other, 1.0);
    assert_eq!((difference.value(), difference.p_value()), (Err(NotEstimable::Nobody), None));
    assert_eq!(
        empty.restricted_mean(1.0).unwrap_err(),
        Error::NotEstimable { because: NotEstimable::Nobody }
    );
    assert!(empty.restricted_mean_contrast(other, 1.0, MeanMeasure::Ratio).is_err());
    let medians = empty.median_contrast(other, MedianMeasure::Difference, 0.95).unwrap();
    assert_eq!((medians.value(), medians.interval().bounds()), (Err(NotEstimable::Nobody), None));
    // A subject of weight 0 is nobody, and does not make follow-up longer.
    let data = RightCensored::new(&[1., 2., 9.], &[true, false, false]).unwrap();
    let weighted = data.with_weights(Weights::replication(vec![1., 1., 0.])).unwrap();
    let curve = KaplanMeier::fit(&weighted);
    assert_eq!(curve.last_time(), Some(2.0));
    assert_eq!(curve.at(5.0).value(), Err(NotEstimable::BeyondFollowUp { time: 5.0, last: 2.0 }));
    let two = KaplanMeier::by_group(&weighted, &Groups::new(&["a", "a", "b"])).unwrap();
    assert_eq!(two[1].at(1.0).value(), Err(NotEstimable::Nobody));
}

#[test]
fn times_that_are_none_are_refused() {
    let a = curve(&[1., 2., 3.], &[1, 0, 0]);
    for t in [f64::NAN, -1.0, f64::NEG_INFINITY] {
        assert_eq!(a.at(t).value(), Err(NotEstimable::InvalidTime));
        assert_eq!(a.difference(&a, t).value(), Err(NotEstimable::InvalidTime));
        assert_eq!(a.difference(&a, t).to_string(), "not estimable: a time must be a number of at least 0");
        let err = a.number_needed_to_treat(&a, t, 0.95).unwrap_err();
        assert!(matches!(err, Error::OutOfRange { argument: "t", .. }), "{err}");
        assert!(a.restricted_mean(t).is_err() && a.melded(&a, t).is_err() && a.given_survival_to(t).is_err());
    }
    let from_nan =
        NumberNeeded::from_difference(f64::NAN, ConfidenceInterval { lower: None, upper: None, level: 0.9 });
    assert_eq!(
        (from_nan.value(), from_nan.to_string()),
        (Err(NotEstimable::Undefined), "not estimable: 0/0".into())
    );
    let later = a.given_survival_to(2.0).unwrap();
    assert_eq!(later.at(1.0).value(), Err(NotEstimable::BeforeStart { time: 1.0, start: 2.0 }));
    assert_eq!(later.at(2.0).value(), Ok(1.0));
}

/// Without a known direction a sentence says which group has the higher rate, and no more.
/// NaN is not equal to itself; an answer to it is.
#[test]
fn answers_at_no_time_are_equal_to_themselves() {
    let curve = curve(&[1., 2., 3.], &[1, 1, 0]);
    let hazard = NelsonAalen::fit(&RightCensored::new(&[1., 2., 3.], &[true, true, false]).unwrap());
    for t in [f64::NAN, 2.0, f64::INFINITY] {
        assert_eq!(curve.at(t), curve.at(t));
        assert_eq!(curve.difference(&curve, t), curve.difference(&curve, t));
        assert_eq!(hazard.at(t), hazard.at(t));
        #[cfg(feature = "serde")]
        if !t.is_infinite() {
            let text = serde_json::to_string(&curve.at(t)).unwrap();
            let back: greenwood::survival::curve::SurvivalEstimate = serde_json::from_str(&text).unwrap();
            assert_eq!(back, curve.at(t));
        }
    }
}

#[test]
fn nobody_is_favoured_unless_the_direction_is_known() {
    let ratio = HazardRatio::new(HazardRatioMethod::Cox, 0.5_f64.ln(), Ok(0.2)).named("new", "old");
    assert_eq!(ratio.sentence(), "the rate of events is lower in new than in old");
    assert_eq!(ratio.inverse().sentence(), "the rate of events is higher in old than in new");
    let said = |direction: Direction| ratio.clone().direction(direction).sentence();
    assert_eq!(
        said(Direction::Unwanted),
        "the rate of events is lower in new than in old, which favours new"
    );
    assert_eq!(said(Direction::Wanted), "the rate of events is lower in new than in old, which favours old");
    let inverse = ratio.clone().direction(Direction::Wanted).inverse();
    assert!(inverse.sentence().ends_with("which favours old"), "{}", inverse.sentence());
    let even = HazardRatio::new(HazardRatioMethod::Cox, 0.0, Ok(0.2))
        .named("new", "old")
        .direction(Direction::Unwanted);
    assert_eq!(even.sentence(), "the rate of events is the same in new and old");
    let needed =
        NumberNeeded::from_hazard_ratio(&ratio.clone().direction(Direction::Wanted), 0.5, 0.95).unwrap();
    assert!(needed.to_string().starts_with("NNTH"), "{needed}");
    let needed = NumberNeeded::from_hazard_ratio(&ratio, 0.5, 0.95).unwrap();
    assert!(!needed.to_string().contains("NNT"), "{needed}");
    let data = RightCensored::new(&[1., 2., 3., 4.], &[true, true, true, true]).unwrap();
    let arm = Groups::new(&["new", "old", "new", "old"]);
    let inverted = InvertedLogRank::fit(&data, &arm, "new", "old").unwrap();
    assert_eq!(inverted.sentence(Direction::Unknown), "the rate of events is higher in new than in old");
}

/// Channing House, the 96 men with entry before exit: R 4.2.2, survival 3.5-3, boot 1.3-28,
/// `survfit(Surv(entry, exit, cens) ~ 1)` is 0.5 at 777 and 0 from 781 on, with up to 39 at risk later. The same shape,
/// small: a risk set of two, then one, then many.
#[test]
fn an_early_small_risk_set_is_a_warning_with_a_remedy() {
    let entry = [700., 700., 800., 800., 800., 800., 800., 800.];
    let time = [777., 781., 869., 872., 876., 893., 894., 898.];
    let data = RightCensored::new(&time, &[true, true, true, false, true, true, false, false]).unwrap();
    let curve = KaplanMeier::fit(&data.clone().with_entry(&entry).unwrap());
    assert_eq!(curve.at(890.0).value(), Ok(0.0));
    let found: Vec<_> =
        curve.warnings().iter().map(|w| (w.time(), w.at_risk(), w.at_risk_later(), w.share())).collect();
    assert_eq!(found, [(777.0, 2.0, 6.0, 0.5), (781.0, 1.0, 6.0, 1.0)]);
    assert!(curve.warnings().iter().all(|w| w.condition_on() == Some(869.0)));
    assert!(
        curve
            .to_string()
            .contains("a risk set of 1 at 781 took 100% of the curve, and up to 6 are at risk later")
    );
    let later = curve.given_survival_to(869.0).unwrap();
    assert_relative_eq!(later.at(876.0).value().unwrap(), 5.0 / 6.0 * 3.0 / 4.0);
    assert!(later.warnings().is_empty());
    // Without delayed entry nobody joins: the last few of a curve are no surprise.
    assert!(KaplanMeier::fit(&data).warnings().is_empty());
}

/// What is early and small is decided by subjects: a replication weight of k is k of them, a sampling weight is one. One row
/// at risk that stands for five, four later: five at risk, then four. The other way round, one and then eight.
#[test]
fn a_small_risk_set_is_one_of_subjects() {
    let (entry, time) = ([0., 2., 2., 2., 2.], [1., 4., 5., 6., 7.]);
    let data = || RightCensored::new(&time, &[true; 5]).unwrap().with_entry(&entry).unwrap();
    let warnings = |w: Weights<'static>| KaplanMeier::fit(&data().with_weights(w).unwrap()).warnings();
    assert!(warnings(Weights::replication(vec![5., 1., 1., 1., 1.])).is_empty());
    let found = warnings(Weights::replication(vec![1., 2., 2., 2., 2.]));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].time(), found[0].at_risk(), found[0].at_risk_later()), (1.0, 1.0, 8.0));
    // A sum of parts is a number of subjects as well.
    let found = warnings(Weights::replication(vec![0.5, 0.5, 0.25, 0.25, 0.25]));
    assert_eq!((found[0].at_risk(), found[0].at_risk_later()), (0.5, 1.25));
    // Sampling weights: one row, then four, whatever they are.
    let found = warnings(Weights::sampling(vec![50., 1., 1., 1., 1.]));
    assert_eq!((found[0].at_risk(), found[0].at_risk_later()), (1.0, 4.0));
    assert!(
        found[0].to_string().starts_with("a risk set of 1 (rows, whatever their sampling weights) at 1 took")
    );
}

/// First quartile of the 38 patients with ALL, Klein & Moeschberger (2003), Table 1.3: limits as the SAS/STAT user's
/// guide prints them for each CONFTYPE, and as R's quantile(survfit(…, conf.type = …), 0.25) gives them.
#[test]
fn conventions_of_sas_and_r() {
    let days = [
        1., 55., 74., 86., 104., 107., 109., 110., 122., 122., 129., 172., 192., 194., 226., 230., 276.,
        332., 383., 418., 466., 487., 526., 530., 609., 662., 996., 1111., 1167., 1182., 1199., 1330., 1377.,
        1433., 1462., 1496., 1602., 2081.,
    ];
    let free =
        [226., 530., 996., 1111., 1167., 1182., 1199., 1330., 1377., 1433., 1462., 1496., 1602., 2081.];
    let data = RightCensored::new(days.to_vec(), days.iter().map(|d| !free.contains(d)).collect::<Vec<_>>())
        .unwrap();
    let curve = KaplanMeier::fit(&data);
    for (interval, lower, upper) in [
        (Interval::plain(), 107.0, 276.0),
        (Interval::log_log(), 86.0, 230.0),
        (Interval::log(), 107.0, 332.0),
        (Interval::arcsine(), 104.0, 276.0),
        (Interval::logit(), 104.0, 230.0),
    ] {
        for flat in [FlatStep::MidpointOfEvents, FlatStep::Midpoint] {
            let rule = QuantileRule::from(interval).flat_step(flat);
            let quartile = curve.quantiles(&[0.25], rule).unwrap()[0];
            assert_eq!((quartile.value(), quartile.interval().bounds()), (Ok(122.0), Some((lower, upper))));
        }
    }
    let r = curve.quantiles(&[0.25], Conventions::R).unwrap()[0];
    assert_eq!(Conventions::R.text(&r), "122 (107, 332)");
    let linear = curve.quantiles(&[0.5], Conventions::Sas).unwrap()[0];
    assert_eq!(Conventions::Sas.text(&linear), "418 (194, NE)");
    assert_eq!(
        curve.at(122.0).interval(Conventions::Sas).unwrap(),
        curve.at(122.0).interval(Interval::plain()).unwrap()
    );

    // Flat at ½ exactly: between the two event times, and with none to come R goes to the last observation, SAS nowhere.
    let later = self::curve(&[1., 2., 3., 4., 5., 6.], &[1, 0, 1, 0, 1, 0]);
    let flat = self::curve(&[1., 2., 3., 4.], &[1, 1, 0, 0]);
    let median = |c: &SurvivalCurve, how: Conventions| c.quantiles(&[0.5], how).unwrap()[0];
    assert_eq!(median(&flat, Conventions::R).value(), Ok(3.0));
    assert_eq!(median(&flat, Conventions::Sas).value(), Err(NotEstimable::NotReached { level: 0.5 }));
    assert!(Conventions::Sas.text(&median(&flat, Conventions::Sas)).starts_with("NE ("));
    assert_eq!(median(&later, Conventions::Sas).value(), Ok(5.0));
    let drops = self::curve(&[1., 2., 3., 9.], &[1, 1, 0, 1]);
    assert_eq!(median(&drops, Conventions::Sas).value(), Ok(5.5));
    assert_eq!(median(&drops, Conventions::R).value(), Ok(5.5));
}

/// 10 events at 1, 18 censored at 2, one of each at 3. R 4.2.2, survival 3.5-3: quantile(survfit(…), 0) has upper 0.
#[test]
fn the_quantile_of_zero_has_the_limit_zero() {
    let time: Vec<f64> = [vec![1.0; 10], vec![2.0; 18], vec![3.0; 2]].concat();
    let event: Vec<bool> = [vec![true; 10], vec![false; 18], vec![true, false]].concat();
    let curve = KaplanMeier::fit(&RightCensored::new(time, event).unwrap());
    let none = curve.quantiles(&[0.0], Interval::log()).unwrap()[0];
    assert_eq!((none.value(), none.interval().bounds()), (Ok(0.0), Some((0.0, 0.0))));
}

/// Areas are not squared as they stand: scaling the times scales mean and error, however far.
#[test]
fn restricted_means_at_the_edge_of_the_machine() {
    // By hand: Σ area² d/(n(n − d)) = 1.75²/12 + 1²/6.
    let exact = (1.75_f64.powi(2) / 12.0 + 1.0 / 6.0).sqrt();
    for scale in [1.0, 1e-160, 1e155, 1e300] {
        let time = [1.0, 2.0, 3.0, 4.0].map(|t| t * scale);
        let data = RightCensored::new(&time, &[true, true, false, false]).unwrap();
        let data = data.with_near_ties(greenwood::survival::data::NearTies::Exact).unwrap();
        let mean = KaplanMeier::fit(&data).restricted_mean(4.0 * scale).unwrap();
        assert_relative_eq!(mean.value() / scale, 2.75, max_relative = 1e-12);
        assert_relative_eq!(mean.std_error().unwrap() / scale, exact, max_relative = 1e-12);
        let robust = data.with_weights(Weights::sampling(vec![1.0; 4])).unwrap();
        let mean = KaplanMeier::fit(&robust).restricted_mean(4.0 * scale).unwrap();
        assert!(mean.std_error().unwrap() / scale > 0.1);
    }
}

/// t 1,2,3; e 1,0,1; w 1,1,0: at 3 nobody who counts is at risk.
#[test]
fn a_modified_lower_limit_is_never_nan() {
    let data = RightCensored::new(&[1., 2., 3.], &[true, false, true]).unwrap();
    let curve = KaplanMeier::fit(&data.with_weights(Weights::replication(vec![1., 1., 0.])).unwrap());
    for curve in [curve.clone(), curve.extended()] {
        for lower in [LowerLimit::Usual, LowerLimit::Peto, LowerLimit::Modified] {
            for transform in [
                Interval::plain(),
                Interval::log(),
                Interval::log_log(),
                Interval::logit(),
                Interval::arcsine(),
            ] {
                for t in [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0] {
                    let limits = curve.at(t).interval(transform.lower_limit(lower)).unwrap();
                    assert!(
                        limits.bounds().is_none_or(|(l, u)| (0.0..=1.0).contains(&l) && l <= u && u <= 1.0),
                        "{t} {limits}"
                    );
                }
            }
        }
    }
}

/// t 0,.3,1,.3 against .3,.3,3,3 with clusters: the difference of medians −1.5 was not in its interval (−0.3 to –).
#[test]
fn the_interval_of_a_median_contrast_holds_the_estimate() {
    let time = [0.0, 0.3, 1.0, 0.3, 0.3, 0.3, 3.0, 3.0];
    let data = RightCensored::new(&time, &[true; 8]).unwrap();
    let arm = Groups::from_codes(&[0, 0, 0, 0, 1, 1, 1, 1], &["a", "b"]).unwrap();
    // Pairs whose influences cancel at ½.
    for clusters in [[0, 1, 0, 1, 2, 3, 2, 3], [0, 0, 0, 0, 1, 1, 1, 1], [0, 1, 2, 3, 4, 5, 4, 5]] {
        let clustered = data.clone().with_clusters(&clusters).unwrap();
        let curves = KaplanMeier::by_group(&clustered, &arm).unwrap();
        let contrast = curves[0].median_contrast(&curves[1], MedianMeasure::Difference, 0.95).unwrap();
        let value = contrast.value().unwrap();
        assert!(contrast.interval().contains(value), "{contrast}");
    }
}

/// All subjects in one cluster: the influences sum to 0, and what rounding leaves of them (2e-8) is no standard error.
#[test]
fn rounding_is_no_robust_variance() {
    let time: Vec<f64> = (1..=20).map(|i| f64::from(i) * 0.37).collect();
    let event: Vec<bool> = (0..20).map(|i| i % 3 != 1).collect();
    let weights: Vec<f64> = (0..20).map(|i| 0.3 + 0.17 * f64::from(i)).collect();
    let data = RightCensored::new(time, event).unwrap().with_weights(Weights::sampling(weights)).unwrap();
    let one = KaplanMeier::fit(&data.clone().with_clusters(&[0; 20]).unwrap());
    assert!(one.steps().all(|s| s.estimate.std_error() == Err(NotEstimable::NoVariation)));
    assert!(one.steps().all(|s| s.estimate.interval(0.95).unwrap().bounds().is_none()));
    assert_eq!(one.restricted_mean(5.0).unwrap().std_error(), Err(NotEstimable::NoVariation));
    // Each a cluster of its own: every step has an error.
    assert!(KaplanMeier::fit(&data).steps().all(|s| s.estimate.std_error().is_ok()));
}

#[test]
fn a_difference_stays_within_a_hundred_points() {
    let a = curve(&[1., 2., 3., 4.], &[0, 1, 0, 0]);
    let b = curve(&[1., 2., 3., 4.], &[1, 1, 0, 1]);
    let difference = a.difference(&b, 2.5);
    let (lower, upper) = difference.interval(0.999).unwrap().bounds().unwrap();
    assert!(-1.0 <= lower && upper <= 1.0, "{lower} {upper}");
    assert_eq!(upper, 1.0);
    assert_eq!(difference, a.contrast(&b, 2.5, Measure::Difference));
}

/// One function for p-values, one for numbers.
#[test]
fn numbers_are_written_in_one_way() {
    for (p, text, clause) in [
        (1.0, "1.000", "p = 1.000"),
        (0.1529, "0.153", "p = 0.153"),
        (0.001, "0.001", "p = 0.001"),
        (0.00099, "<0.001", "p < 0.001"),
        (1e-300, "<0.001", "p < 0.001"),
        (0.0, "<0.001", "p < 0.001"),
        (f64::NAN, "–", "p = –"),
    ] {
        assert_eq!((PValue(p).to_string(), format!("{:#}", PValue(p))), (text.into(), clause.into()));
    }
    assert_eq!(format!("{:>9.4}|{:<9}|", PValue(2e-5), PValue(0.5)), "  <0.0001|0.500    |");
    for (x, text) in [
        (361.0 / 12.0, "30.08333"),
        (4.862e4, "48620"),
        (637763.0, "637763"),
        (123456789.0, "123456789"),
        (0.1 + 0.2, "0.3"),
        (1e20, "1e20"),
        (-2.5e-7, "-2.5e-7"),
        (0.0, "0"),
        (-0.0, "0"),
        (f64::INFINITY, "∞"),
        (f64::NEG_INFINITY, "−∞"),
        (f64::NAN, "–"),
    ] {
        assert_eq!(Number(x).to_string(), text);
    }
    assert_eq!(format!("{:.2}", Number(-0.001)), "0.00");
    let interval = |lower, upper| ConfidenceInterval { lower, upper, level: 0.95 };
    assert_eq!(interval(None, None).to_string(), "–");
    assert_eq!(interval(Some(1.0), None).to_string(), "1.000 to –");
    assert_eq!(format!("{:.1}", interval(Some(-0.04), Some(2.0))), "0.0 to 2.0");
}

#[test]
fn an_estimate_refuses_what_is_no_scale_of_its_own() {
    let mean = Estimate::new(Scale::Identity, 4.0, 1.0);
    let (lower, upper) = mean.interval(Interval::log()).unwrap().bounds().unwrap();
    assert_relative_eq!(lower * upper, 16.0, max_relative = 1e-12);
    let ratio = Estimate::new(Scale::Log, 2.0_f64.ln(), 0.5);
    let (lower, upper) = ratio.interval(Interval::plain()).unwrap().bounds().unwrap();
    assert_relative_eq!(lower + upper, 4.0, max_relative = 1e-12);
    for interval in [Interval::log_log(), Interval::logit(), Interval::arcsine()] {
        assert!(matches!(mean.interval(interval), Err(Error::Unsupported { .. })));
    }
    assert!(mean.interval(Interval::default().lower_limit(LowerLimit::Peto)).is_err());
    assert_eq!(Estimate::new(Scale::Identity, 1.0, 0.0).std_error(), Err(NotEstimable::NoVariation));
    assert_eq!(Estimate::new(Scale::Identity, f64::NAN, 1.0).value(), Err(NotEstimable::Undefined));
    assert_eq!(Estimate::new(Scale::Log, f64::NEG_INFINITY, 1.0).value(), Ok(0.0));
    assert_eq!(ratio.negated().value().unwrap(), 0.5);
    assert_eq!(
        ratio.p_value_above(1.0),
        ratio.one_sided_p_value(greenwood::survival::Alternative::FirstHigher)
    );
}

#[test]
fn step_functions_are_checked() {
    let bad = |values: &[f64], variance: &[f64]| {
        StepFunction::survival(&[1.0, 2.0], values, variance, 3.0).unwrap_err()
    };
    assert!(matches!(bad(&[0.5, 0.6], &[]), Error::OutOfRange { value, .. } if value == 0.6));
    assert!(matches!(bad(&[1.5, 0.6], &[]), Error::OutOfRange { value, .. } if value == 1.5));
    assert!(matches!(bad(&[0.5, f64::NAN], &[]), Error::OutOfRange { .. }));
    assert!(matches!(bad(&[0.5, 0.4], &[0.1, -0.1]), Error::OutOfRange { value, .. } if value == -0.1));
    assert!(matches!(bad(&[0.5], &[]), Error::LengthMismatch { len: 1, expected: 2, .. }));
    assert!(matches!(bad(&[0.5, 0.4], &[0.1]), Error::LengthMismatch { len: 1, .. }));
    assert!(StepFunction::survival(&[2.0, 1.0], &[0.5, 0.4], &[], 3.0).is_err());
    assert!(StepFunction::survival(&[1.0, f64::NAN], &[0.5, 0.4], &[], 3.0).is_err());
    assert!(StepFunction::survival(&[1.0, 2.0], &[0.5, 0.4], &[], 1.5).is_err());
    assert!(StepFunction::hazard(&[1.0, 2.0], &[0.5, 0.4], &[], 3.0).is_err());
    let hazard = StepFunction::hazard(&[1.0, 2.0], &[0.5, 900.0], &[0.1, 0.2], 3.0).unwrap();
    assert_eq!((hazard.kind(), hazard.value(2.5)), (Kind::Hazard, Ok(900.0)));
    assert_relative_eq!(hazard.std_error(2.5).unwrap(), 0.2_f64.sqrt());
    assert_eq!(hazard.value(4.0), Err(NotEstimable::BeyondFollowUp { time: 4.0, last: 3.0 }));
    assert_eq!(hazard.extended().value(4.0), Ok(900.0));
}

fn rows() -> impl Strategy<Value = Vec<(u8, u8, bool, usize)>> {
    // Entry, length of stay, event, group.
    prop::collection::vec((0..6_u8, 1..8_u8, any::<bool>(), 0..2_usize), 1..25)
}

fn data(rows: &[(u8, u8, bool, usize)], delayed: bool) -> (RightCensored<'static>, Groups) {
    let entry: Vec<f64> = rows.iter().map(|r| if delayed { f64::from(r.0) } else { 0.0 }).collect();
    let time: Vec<f64> = rows.iter().zip(&entry).map(|(r, e)| e + f64::from(r.1)).collect();
    let event: Vec<bool> = rows.iter().map(|r| r.2).collect();
    let codes: Vec<usize> = rows.iter().map(|r| r.3).collect();
    let data = RightCensored::new(time, event).unwrap().with_entry(entry).unwrap();
    (data, Groups::from_codes(&codes, &["a", "b"]).unwrap())
}

proptest! {
    /// A curve answers within follow-up and where it is 0, and nowhere else; no interval has a width of 0; a
    /// contrast's interval holds no effect exactly where p exceeds 1 − level.
    #[test]
    fn answers_are_where_the_data_are(rows in rows(), delayed: bool, t in 0.0..20.0_f64) {
        let (data, arm) = data(&rows, delayed);
        let curves = KaplanMeier::by_group(&data, &arm).unwrap();
        for curve in &curves {
            let estimate = curve.at(t);
            let within = curve.last_time().is_some_and(|last| t <= last || curve.values().last() == Some(&0.0));
            prop_assert_eq!(estimate.value().is_ok(), within);
            prop_assert!(estimate.std_error().is_err() || estimate.value().is_ok());
            if let Some((lower, upper)) = estimate.interval(0.95).unwrap().bounds() {
                prop_assert!(lower < upper);
            }
            if curve.last_time().is_some() {
                prop_assert!(curve.extended().at(t).value().is_ok());
            }
            if let Ok(mean) = curve.restricted_mean(t.max(0.1)) {
                prop_assert!(mean.std_error().is_err() == mean.interval(0.95).unwrap().bounds().is_none());
            }
        }
        for measure in [Measure::Difference, Measure::Ratio, Measure::OddsRatio, Measure::CumulativeHazardRatio] {
            let contrast = curves[0].contrast(&curves[1], t, measure);
            let back = curves[1].contrast(&curves[0], t, measure);
            prop_assert_eq!(contrast.value().is_ok(), back.value().is_ok());
            prop_assert_eq!(contrast.p_value().is_some(), contrast.interval(0.9).unwrap().bounds().is_some());
            if let Some(p) = contrast.p_value().filter(|p| (p - 0.1).abs() > 1e-9) {
                let no_effect = if contrast.scale() == Scale::Log { 1.0 } else { 0.0 };
                prop_assert_eq!(contrast.interval(0.9).unwrap().contains(no_effect), p > 0.1);
            }
        }
        let medians = curves[0].median_contrast(&curves[1], MedianMeasure::Difference, 0.95).unwrap();
        if let Ok(value) = medians.value() {
            prop_assert!(medians.interval().contains(value), "{}", medians);
        }
    }

    /// The advice of a warning works: the curve that it names has no such step left.
    #[test]
    fn the_remedy_of_a_warning_works(rows in rows()) {
        let (data, _) = data(&rows, true);
        let curve = KaplanMeier::fit(&data);
        for warning in curve.warnings() {
            prop_assert!(2.0 * warning.at_risk() <= warning.at_risk_later());
            let later = curve.given_survival_to(warning.condition_on().expect("somebody leaves later")).unwrap();
            prop_assert!(later.warnings().is_empty(), "{}: {:?}", warning, later.warnings());
        }
    }

    /// A row of weight k warns as k rows do, and is counted as they are.
    #[test]
    fn warnings_and_sizes_of_weights_are_those_of_rows(rows in rows(), weights in prop::collection::vec(0..4_u8, 25)) {
        let weights = &weights[..rows.len()];
        prop_assume!(weights.iter().any(|&w| w > 0));
        let written_out: Vec<_> =
            rows.iter().zip(weights).flat_map(|(&row, &w)| std::iter::repeat_n(row, w.into())).collect();
        let weighted = Weights::replication(weights.iter().map(|&w| f64::from(w)).collect::<Vec<_>>());
        let weighted = KaplanMeier::fit(&data(&rows, true).0.with_weights(weighted).unwrap());
        let repeated = KaplanMeier::fit(&data(&written_out, true).0);
        prop_assert_eq!(weighted.warnings(), repeated.warnings());
        prop_assert_eq!(weighted.table().size(), written_out.len() as f64);
        let first_line = |curve: &SurvivalCurve| curve.to_string().lines().next().map(String::from);
        prop_assert_eq!(first_line(&weighted), first_line(&repeated));
    }

    /// A curve written down as columns answers as the curve does.
    #[test]
    fn a_step_function_is_the_curve(rows in rows(), t in 0.0..20.0_f64, p in 0.01..0.99_f64) {
        let (data, _) = data(&rows, false);
        let curve = KaplanMeier::fit(&data);
        let steps = StepFunction::survival(curve.table().times(), curve.values(), curve.log_variance(), curve.last_time().unwrap()).unwrap();
        prop_assert_eq!(steps.value(t), curve.at(t).value());
        prop_assert_eq!(steps.std_error(t), curve.at(t).log_std_error());
        prop_assert_eq!(steps.interval(t, 0.9).unwrap(), curve.at(t).interval(0.9).unwrap());
        prop_assert_eq!(steps.quantile(p).unwrap(), curve.quantile(p).unwrap());
        match (steps.restricted_mean(t.max(0.5)), curve.restricted_mean(t.max(0.5))) {
            (Ok(x), Ok(y)) => prop_assert!((x - y.value()).abs() < 1e-12),
            (x, y) => prop_assert!(x.is_err() && y.is_err()),
        }
    }

    /// No p-value is ever printed as 0.
    #[test]
    fn p_values_are_never_zero(exponent in -300.0..0.0_f64, decimals in 1..6_usize) {
        let text = format!("{:.decimals$}", PValue(10f64.powf(exponent)));
        prop_assert!(text.bytes().any(|b| (b'1'..=b'9').contains(&b)), "{}", text);
    }
}
