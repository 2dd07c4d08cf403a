//! What two curves are compared by: against R, published values and definitions.

use crate::common;
use crate::common::{Report, cases, number, numbers};
use approx::assert_relative_eq;
use greenwood::Error;
use greenwood::survival::contrast::{
    InvertedLogRank, MeanMeasure, Measure, MedianMeasure, NeededInterval, NeededValue, NumberNeeded,
};
use greenwood::survival::data::Landmark;
use greenwood::survival::result::{Direction, Estimate, HazardRatioMethod, LowerLimit, NotEstimable, Scale};
use greenwood::survival::{Groups, Interval, KaplanMeier, LogRank, RightCensored, SurvivalCurve, Weights};
use proptest::prelude::*;

/// The published trial, failure-free survival in months: order reconstructed, times illustrative.
fn msc() -> SurvivalCurve {
    let time = [2., 4., 6., 10., 12., 15., 48., 53., 60.];
    let event = [1, 0, 1, 1, 1, 1, 0, 0, 0].map(|e| e == 1);
    KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap())
}

fn control() -> SurvivalCurve {
    let time = [8., 20., 30., 40., 45., 48., 51., 56., 60.];
    let event = [1, 1, 1, 0, 0, 0, 0, 0, 0].map(|e| e == 1);
    KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap())
}

const MONTHS: [f64; 18] =
    [2., 4., 6., 10., 12., 15., 48., 53., 60., 8., 20., 30., 40., 45., 48., 51., 56., 60.];
const FAILED: [u8; 18] = [1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0];

fn trial() -> (RightCensored<'static>, Groups) {
    let data = RightCensored::new(MONTHS.to_vec(), FAILED.map(|e| e == 1).to_vec()).unwrap();
    (data, Groups::from_codes(&[[0; 9], [1; 9]].concat(), &["MSC", "control"]).unwrap())
}

/// Freireich et al. (1963), 6-MP against placebo.
fn leukaemia() -> (RightCensored<'static>, Groups) {
    let mut time = vec![
        6., 6., 6., 6., 7., 9., 10., 10., 11., 13., 16., 17., 19., 20., 22., 23., 25., 32., 32., 34., 35.,
    ];
    time.extend([1., 1., 2., 2., 3., 4., 4., 5., 5., 8., 8., 8., 8., 11., 11., 12., 12., 15., 17., 22., 23.]);
    let mut event: Vec<bool> =
        [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(|e| e == 1).to_vec();
    event.extend([true; 21]);
    let arm = Groups::from_codes(&[[0; 21], [1; 21]].concat(), &["6-MP", "placebo"]).unwrap();
    (RightCensored::new(time, event).unwrap(), arm)
}

/// R 4.2.2, survival 3.5-3: summary(survfit(...), times = 48) and Klein et al.'s formulas; the published
/// χ² and p are 1.204867/.272351 (log), 1.349243/.245410 (cloglog), 1.344478/.246246 (logit) and
/// 1.421344/.233182 (arcsine).
#[test]
fn survival_probabilities_at_four_years() {
    let (a, b) = (msc(), control());
    for (measure, value, se, chi_square, p, lower, upper) in [
        (
            Measure::Difference,
            -0.285714285714286,
            0.233130397505213,
            1.50198675496689,
            0.220365920113083,
            -0.74264146852601,
            0.171212897097439,
        ),
        (
            Measure::Ratio,
            -0.559615787935423,
            0.509824121556282,
            1.2048671326238,
            0.272351060882149,
            -1.55885270463551,
            0.439621128764661,
        ),
        (
            Measure::OddsRatio,
            -1.17865499634165,
            1.01650579126173,
            1.34447796402457,
            0.246245811412475,
            -3.17096973729103,
            0.813659744607737,
        ),
        (
            Measure::CumulativeHazardRatio,
            0.867177104658164,
            0.7465565549402,
            1.34924302002308,
            0.245410496657074,
            -0.596046855446925,
            2.33040106476325,
        ),
        (
            Measure::Arcsine,
            -0.29012056311169,
            0.243348637182457,
            1.42134395451258,
            0.233182321392266,
            -0.767075127676211,
            0.18683400145283,
        ),
    ] {
        let effect = a.contrast(&b, 48.0, measure);
        let back = |x: f64| if effect.scale() == Scale::Log { x.exp() } else { x };
        assert_relative_eq!(effect.value().unwrap(), back(value), max_relative = 1e-12);
        assert_relative_eq!(effect.std_error().unwrap(), se, max_relative = 1e-12);
        assert_relative_eq!(effect.statistic().unwrap().powi(2), chi_square, max_relative = 1e-11);
        assert_relative_eq!(effect.p_value().unwrap(), p, max_relative = 1e-11);
        let (l, u) = effect.interval(0.95).unwrap().bounds().unwrap();
        assert_relative_eq!(l, back(lower), max_relative = 1e-11);
        assert_relative_eq!(u, back(upper), max_relative = 1e-11);
    }
    let difference = a.contrast(&b, 48.0, Measure::Difference);
    assert_eq!(difference.to_string(), "-28.6 percentage points (95% CI -74.3 to +17.1), p = 0.220");
    // One-sided: superiority, and non-inferiority by a margin of −0.5.
    assert_relative_eq!(
        difference.p_value_above(0.0).unwrap(),
        1.0 - 0.220365920113083 / 2.0,
        epsilon = 1e-12
    );
    assert!(difference.p_value_above(-0.5).unwrap() < 0.2);
    assert_eq!(a.contrast(&b, 48.0, Measure::Ratio).p_value_above(0.0), None);
    // Where a curve is at 1 or 0 there are values and no made-up errors.
    let early = a.contrast(&b, 1.0, Measure::OddsRatio);
    assert_eq!((early.value(), early.p_value()), (Err(NotEstimable::Undefined), None));
    assert_eq!(early.to_string(), "not estimable: 0/0");
    let dead = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0], &[true, true]).unwrap());
    let ratio = dead.contrast(&b, 48.0, Measure::Ratio);
    assert_eq!((ratio.value(), ratio.std_error()), (Ok(0.0), Err(NotEstimable::ZeroOrInfinite)));
    assert_eq!(ratio.to_string(), "0.00 (no interval: a ratio of 0 or ∞ has no standard error)");
}

/// survRM2 (R 4.2.2) at 48 months, six or seven digits.
#[test]
fn restricted_means_of_the_trial() {
    let (a, b) = (msc(), control());
    let effect = |measure| a.restricted_mean_contrast(&b, 48.0, measure).unwrap();
    let check = |effect: Estimate, value: f64, lower: f64, upper: f64| {
        assert_relative_eq!(effect.value().unwrap(), value, max_relative = 1e-6);
        let (l, u) = effect.interval(0.95).unwrap().bounds().unwrap();
        assert_relative_eq!(l, lower, max_relative = 1e-6);
        assert_relative_eq!(u, upper, max_relative = 1e-6);
    };
    check(effect(MeanMeasure::Difference), -14.476190, -30.761001, 1.808621);
    assert_relative_eq!(effect(MeanMeasure::Difference).p_value().unwrap(), 0.0814583, epsilon = 6e-8);
    check(effect(MeanMeasure::Ratio), 0.6234517, 0.3403347, 1.1420875);
    let lost = effect(MeanMeasure::TimeLostRatio);
    assert_relative_eq!(lost.value().unwrap(), 2.514950, epsilon = 6e-7);
    // Delta method from the two standard errors, 6.763749 and 4.825629.
    let se = (6.763749_f64 / (48.0 - 23.968254)).hypot(4.825629 / (48.0 - 38.444444));
    assert_relative_eq!(lost.std_error().unwrap(), se, max_relative = 1e-6);
}

/// By hand: one half survives from 1 on, so that up to 3 the mean is 1 + 2/2. What is stored must be a mean between its start and
/// its horizon, the whole of that time included.
#[test]
fn a_restricted_mean_keeps_its_horizon() -> greenwood::Result<()> {
    let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 4.0], &[true, false])?);
    let mean = curve.restricted_mean(3.0)?;
    assert_eq!((mean.tau(), mean.value(), mean.time_lost()), (3.0, 2.0, 1.0));
    #[cfg(feature = "serde")]
    for (field, value, valid) in [
        ("tau", 2.0, true),
        ("tau", 1.5, false),
        ("tau", 0.0, false),
        ("start", 0.5, true),
        ("start", 1.0, true),
        ("start", 1.5, false),
        ("start", 3.0, false),
        ("start", 6.0, false),
        ("start", -1.0, false),
    ] {
        let mut stored = serde_json::to_value(mean).unwrap();
        stored[field] = value.into();
        let read = serde_json::from_value::<greenwood::survival::curve::RestrictedMean>(stored);
        assert_eq!(read.is_ok(), valid, "{field} {value}");
        if let Ok(read) = read {
            let (tau, start) = if field == "tau" { (value, 0.0) } else { (3.0, value) };
            assert_eq!((read.tau(), read.value(), read.time_lost()), (tau, 2.0, tau - start - 2.0));
        }
    }
    Ok(())
}

/// The reference's differences and ratios of restricted means (second group against the first), as far as
/// both curves are defined; beyond, the horizon is refused.
#[test]
fn restricted_means_of_the_reference() {
    let mut report = Report::default();
    for case in cases("rmst").iter().filter(|c| c.output["difference"].is_object()) {
        let frame = case.frame();
        let data = case.right_censored(&frame).unwrap();
        let curves = KaplanMeier::by_group(&data, &case.groups(&frame, "group").unwrap()).unwrap();
        let horizon = curves[1].common_horizon(&curves[0]).unwrap_or(f64::INFINITY);
        for (i, &tau) in numbers(&case.output["tau"]).iter().enumerate() {
            for (key, measure, se_key) in
                [("difference", MeanMeasure::Difference, "se"), ("ratio", MeanMeasure::Ratio, "se_log")]
            {
                let found = curves[1].restricted_mean_contrast(&curves[0], tau, measure);
                if tau > horizon {
                    assert!(found.unwrap_err().to_string().contains("follow-up ends at"), "{}", case.name);
                    continue;
                }
                let effect = found.unwrap();
                let expected = &case.output[key];
                let what = |column: &str| format!("{} {key} {column} at {tau}", case.name);
                let value = |column: &str| number(&expected[column][i]);
                let nan = |x: Option<f64>| x.unwrap_or(f64::NAN);
                report.close(&what("estimate"), nan(effect.value().ok()), value("estimate"), 1e-9);
                if effect.std_error() == Err(NotEstimable::CurveIsOne) {
                    // Up to τ nobody in one of the groups lost any time: R takes its error as 0.
                    let means = [&curves[0], &curves[1]].map(|c| c.restricted_mean(tau).unwrap().value());
                    assert!(means.contains(&tau));
                    continue;
                }
                report.close(&what("se"), nan(effect.std_error().ok()), value(se_key), 1e-9);
                report.close(&what("p"), nan(effect.p_value()), value("p_value"), 1e-9);
                let interval = effect.interval(0.95).unwrap();
                report.close(&what("lower"), nan(interval.lower), value("lower95"), 1e-9);
                report.close(&what("upper"), nan(interval.upper), value("upper95"), 1e-9);
            }
        }
        report.cases += 1;
    }
    report.finish("restricted means");
}

/// Altman & Andersen's numbers for the trial: NNTH 3.5, from NNTH 1.347 through infinity to NNTB 5.841; from
/// the Cox hazard ratio 2.757377 NNTH 2.943.
#[test]
fn numbers_needed() {
    let needed = msc().number_needed_to_treat(&control(), 48.0, 0.95).unwrap();
    let needed = needed.direction(Direction::Unwanted);
    let Ok(NeededValue::OneMore(harm)) = needed.value() else { panic!("{needed}") };
    assert_relative_eq!(harm, 3.5, max_relative = 1e-12);
    let Some(NeededInterval::ThroughInfinity { more: harm, fewer: benefit }) = needed.interval() else {
        panic!("{needed}")
    };
    assert_relative_eq!(harm, 1.347, epsilon = 6e-4);
    assert_relative_eq!(benefit, 5.841, epsilon = 6e-4);
    assert_relative_eq!(harm, 0.74264146852601_f64.recip(), max_relative = 1e-11);
    assert_eq!(needed.to_string(), "NNTH 3.5 (95% CI NNTH 1.3 … ∞ … NNTB 5.8)");
    // The other way round, benefit and harm change places.
    let back = control().number_needed_to_treat(&msc(), 48.0, 0.95).unwrap();
    let back = back.direction(Direction::Unwanted);
    assert_eq!(back.to_string(), "NNTB 3.5 (95% CI NNTH 5.8 … ∞ … NNTB 1.3)");
    // Both ends on one side, and none.
    let interval =
        greenwood::survival::result::ConfidenceInterval { lower: Some(0.1), upper: Some(0.5), level: 0.9 };
    let benefit = NumberNeeded::from_difference(0.25, interval).direction(Direction::Unwanted);
    assert_eq!(benefit.to_string(), "NNTB 4.0 (90% CI NNTB 10.0 to NNTB 2.0)");
    let interval =
        greenwood::survival::result::ConfidenceInterval { lower: Some(-0.5), upper: Some(0.0), level: 0.9 };
    let harm = NumberNeeded::from_difference(-0.25, interval);
    assert_eq!(harm.direction(Direction::Unwanted).to_string(), "NNTH 4.0 (90% CI NNTH 2.0 to ∞)");
    assert_eq!(harm.direction(Direction::Wanted).to_string(), "NNTB 4.0 (90% CI NNTB 2.0 to ∞)");
    assert_eq!(harm.to_string(), "4.0 for one event more (90% CI 2.0 for one more to ∞)");
    let interval = greenwood::survival::result::ConfidenceInterval { lower: None, upper: None, level: 0.9 };
    assert_eq!(NumberNeeded::from_difference(0.0, interval).to_string(), "∞ (no interval)");

    let (data, arm) = trial();
    let test = LogRank::test(&data, &arm).unwrap();
    let peto = test.hazard_ratio("MSC", "control", HazardRatioMethod::Peto).unwrap().unwrap();
    let from_ratio = NumberNeeded::from_hazard_ratio(&peto, 2.0 / 3.0, 0.95).unwrap();
    let Ok(NeededValue::OneMore(harm)) = from_ratio.value() else { panic!("{from_ratio}") };
    let expected = -1.0 / ((2.0_f64 / 3.0).powf(peto.value().unwrap()) - 2.0 / 3.0);
    assert_relative_eq!(harm, expected, max_relative = 1e-12);
    // The value quoted for Cox's ratio.
    assert_relative_eq!(-1.0 / ((2.0_f64 / 3.0).powf(2.757377) - 2.0 / 3.0), 2.943, epsilon = 6e-4);
    let err = NumberNeeded::from_hazard_ratio(&peto, 1.5, 0.95).unwrap_err();
    assert_eq!(err.to_string(), "control is 1.5: it must be a survival probability, in [0, 1]");
}

/// R 4.2.2, survival 3.5-3: the estimate is coxph's; the limits solve score²/information = qnorm(.975)² with
/// coxph(init = b, iter.max = 0) by uniroot(tol = 1e-13). No tied events in these data.
#[test]
fn the_log_rank_test_inverted() {
    let (data, arm) = trial();
    let ratio = InvertedLogRank::fit(&data, &arm, "MSC", "control").unwrap();
    let check = |ratio: &InvertedLogRank, estimate: f64, lower: f64, upper: f64| {
        assert_relative_eq!(ratio.value().unwrap(), estimate, max_relative = 1e-9);
        let (l, u) = ratio.interval(0.95).unwrap().bounds().unwrap();
        assert_relative_eq!(l, lower, max_relative = 1e-9);
        assert_relative_eq!(u, upper, max_relative = 1e-9);
        assert_relative_eq!(ratio.p_value(l).unwrap().unwrap(), 0.05, max_relative = 1e-9);
        assert_relative_eq!(ratio.p_value(u).unwrap().unwrap(), 0.05, max_relative = 1e-9);
    };
    check(&ratio, 2.75737660491728, 0.715361877824881, 10.6043501679156);
    // Its limits are found from the test: a level is all that can be asked for.
    for other in [Interval::log(), Interval::from(0.9).lower_limit(LowerLimit::Peto)] {
        let refused = ratio.interval(other).unwrap_err().to_string();
        assert!(refused.contains("give a level alone"), "{refused}");
    }
    for level in [0.0, 1.0, f64::NAN] {
        assert!(matches!(ratio.interval(level), Err(Error::OutOfRange { argument: "level", .. })), "{level}");
    }
    let p = LogRank::test(&data, &arm).unwrap().p_value().unwrap();
    assert_relative_eq!(ratio.p_value(1.0).unwrap().unwrap(), p, max_relative = 1e-12);

    let ovarian = common::Frame::read("ovarian");
    let died: Vec<bool> = ovarian.column("fustat").iter().map(|&x| x == 1.0).collect();
    let data = RightCensored::new(ovarian.column("futime").to_vec(), died).unwrap();
    let groups =
        |name: &str| Groups::new(&ovarian.column(name).iter().map(ToString::to_string).collect::<Vec<_>>());
    let rx = groups("rx");
    check(
        &InvertedLogRank::fit(&data, &rx, "2", "1").unwrap(),
        0.550801907277935,
        0.184181661444959,
        1.64754582689027,
    );
    let stratified = data.clone().with_strata(groups("ecog_ps")).unwrap();
    check(
        &InvertedLogRank::fit(&stratified, &rx, "2", "1").unwrap(),
        0.599388182892715,
        0.199133854781346,
        1.80554691451949,
    );
    // With ties: Breslow's estimate; limits from the formula itself, R 4.2.2 uniroot.
    let (data, arm) = leukaemia();
    check(
        &InvertedLogRank::fit(&data, &arm, "6-MP", "placebo").unwrap(),
        0.221088675223653,
        0.103228900452731,
        0.475161869345262,
    );
}

#[test]
fn hazard_ratios_without_events_are_open_on_one_side() {
    let data =
        RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, true, true, false, false, false]).unwrap();
    let arm = Groups::from_codes(&[0, 0, 0, 1, 1, 1], &["a", "b"]).unwrap();
    let all_in_a = InvertedLogRank::fit(&data, &arm, "a", "b").unwrap();
    assert_eq!(all_in_a.value(), Ok(f64::INFINITY));
    let interval = all_in_a.interval(0.95).unwrap();
    assert!(interval.lower.unwrap() > 0.0 && interval.upper.is_none());
    let none_in_b = InvertedLogRank::fit(&data, &arm, "b", "a").unwrap();
    assert_eq!(none_in_b.value(), Ok(0.0));
    let back = none_in_b.interval(0.95).unwrap();
    assert_eq!(back.lower, None);
    assert_relative_eq!(back.upper.unwrap(), interval.lower.unwrap().recip(), max_relative = 1e-9);
    assert!(all_in_a.to_string().starts_with("∞ (95% CI"));
    // Nothing to compare at all.
    let nobody = RightCensored::new(&[1., 2.], &[false, false]).unwrap();
    let none = InvertedLogRank::fit(&nobody, &Groups::new(&["a", "b"]), "a", "b").unwrap();
    assert_eq!(
        (none.value(), none.p_value(1.0).unwrap(), none.interval(0.95).unwrap().bounds()),
        (Err(NotEstimable::NothingCompared), None, None)
    );
    let err = none.z(0.0).unwrap_err();
    assert_eq!(err.to_string(), "ratio is 0: it must be above 0 and finite");
    let sampled = data.with_weights(Weights::sampling(vec![1.0; 6])).unwrap();
    let err = InvertedLogRank::fit(&sampled, &arm, "a", "b").unwrap_err();
    assert!(err.to_string().starts_with("the inverted log-rank test is not available with sampling weights"));
}

/// By the definition: every pair of times, the cost of both being medians, the hull of the differences that
/// cost no more than the normal limit.
#[test]
fn median_contrasts_by_definition() {
    let (data, arm) = leukaemia();
    let curves = KaplanMeier::by_group(&data, &arm).unwrap();
    let z = 1.959963984540054_f64;
    let cost = |curve: &SurvivalCurve, t: f64| {
        let at = curve.at(t);
        at.std_error().map_or(f64::INFINITY, |se| ((at.value().unwrap() - 0.5) / se).powi(2))
    };
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let grid: Vec<f64> = (0..400).map(|i| f64::from(i) * 0.1 + 0.05).collect();
    for &x in grid.iter().filter(|&&x| x < 35.0) {
        for &y in grid.iter().filter(|&&y| y < 23.0) {
            if cost(&curves[0], x) + cost(&curves[1], y) <= z * z {
                low = low.min(x - y);
                high = high.max(x - y);
            }
        }
    }
    let contrast = curves[0].median_contrast(&curves[1], MedianMeasure::Difference, 0.95).unwrap();
    assert_eq!(contrast.value(), Ok(23.0 - 8.0));
    let interval = contrast.interval();
    assert!((interval.lower.unwrap() - low).abs() <= 0.1 + 1e-9, "{interval} {low} {high}");
    // 6-MP never comes far enough below one half: there is no upper limit.
    assert_eq!(interval.upper, None);
    assert_eq!(
        contrast.to_string(),
        format!("difference of medians 15.00 (95% CI {:.2} to –)", interval.lower.unwrap())
    );
    let ratio = curves[1].median_contrast(&curves[0], MedianMeasure::Ratio, 0.95).unwrap();
    assert_relative_eq!(ratio.value().unwrap(), 8.0 / 23.0);
    assert!(ratio.interval().upper.unwrap() < 1.0 && ratio.interval().lower.is_none());
    // Medians that are not reached.
    let none = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0], &[false, false]).unwrap());
    let contrast = none.median_contrast(&curves[1], MedianMeasure::Difference, 0.95).unwrap();
    assert_eq!(contrast.value(), Err(NotEstimable::NotReached { level: 0.5 }));
    assert_eq!(contrast.interval().bounds(), None);
    assert!(none.median_contrast(&none, MedianMeasure::Ratio, 1.5).is_err());
}

#[test]
fn landmarks_do_not_grant_immortal_time() {
    let data = RightCensored::new(&[1.0, 3.0, 4.0, 9.0, 12.0], &[true, false, true, true, false]).unwrap();
    let responded = [None, None, Some(2.0), Some(7.0), None];
    let cohort = Landmark::at(3.0).classify(&data, &responded, "no", "yes").unwrap();
    assert_eq!(cohort.subjects(), [2, 3, 4]);
    assert_eq!((cohort.events_before(), cohort.censored_before(), cohort.changed_later()), (1, 1, 1));
    assert_eq!(cohort.groups().codes(), [1, 0, 0]);
    assert_eq!(cohort.data().time(), [1.0, 6.0, 9.0]);
    assert_eq!(
        cohort.to_string(),
        "Landmark at 3: 3 subjects followed from there (before it: 1 event, 1 censored; 0 not yet entered; 1 \
         changed later and count as unchanged)\nno: 2\nyes: 1"
    );
    // R 4.2.2: survfit(Surv(time - 3, status) ~ 1, data = d, subset = time > 3) is the curve given survival.
    let curve = KaplanMeier::fit(cohort.data());
    let given = KaplanMeier::fit(&data).given_survival_to(3.5).unwrap();
    assert_relative_eq!(
        curve.at(7.0).value().unwrap(),
        given.at(10.0).value().unwrap(),
        max_relative = 1e-14
    );

    // Responders as they are known at the end: refused, with the first offender.
    let ever = Groups::new(&["no", "no", "yes", "yes", "no"]);
    let known = [0.0, 0.0, 2.0, 7.0, 0.0];
    let err = Landmark::at(3.0).with_groups(&data, &ever, &known).unwrap_err();
    assert_eq!(
        err.to_string(),
        "subject 3 is still under observation at the landmark 3, but its group was only known at 7: comparing \
         groups by what happens later credits them with the time until then (immortal time); choose a later \
         landmark, or classify by what was known at it (`Landmark::classify`)"
    );
    assert!(Landmark::at(7.0).with_groups(&data, &ever, &known).is_ok());
    let entered = data.clone().with_entry(&[0.0, 0.0, 0.0, 5.0, 0.0]).unwrap();
    assert_eq!(Landmark::at(3.0).classify(&entered, &responded, "no", "yes").unwrap().not_yet_entered(), 1);
    let err = Landmark::at(12.0).classify(&data, &responded, "no", "yes").unwrap_err();
    assert_eq!(err.to_string(), "the cohort at the landmark is empty: at least one value is needed");
    let err = Landmark::at(f64::NAN).classify(&data, &responded, "no", "yes").unwrap_err();
    assert_eq!(err.to_string(), "landmark is NaN: it must be finite and at least 0");
    let err = Landmark::at(3.0).classify(&data, &[Some(-1.0); 5], "no", "yes").unwrap_err();
    assert!(err.to_string().starts_with("changed_at[0] is -1"));
    assert!(Landmark::at(3.0).classify(&data, &[None], "no", "yes").is_err());
}

fn rows() -> impl Strategy<Value = Vec<(f64, bool, usize)>> {
    prop::collection::vec((1..12_u32, any::<bool>(), 0..2_usize), 4..40)
        .prop_map(|rows| rows.into_iter().map(|(t, e, g)| (f64::from(t), e, g)).collect())
}

fn columns(rows: &[(f64, bool, usize)]) -> (RightCensored<'static>, Groups) {
    let time: Vec<f64> = rows.iter().map(|r| r.0).collect();
    let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
    let codes: Vec<usize> = rows.iter().map(|r| r.2).collect();
    (RightCensored::new(time, event).unwrap(), Groups::from_codes(&codes, &["a", "b"]).unwrap())
}

proptest! {
    /// The interval leaves out 1 exactly when the log-rank test rejects, and turned round it is inverted.
    #[test]
    fn inverted_limits_and_the_test_agree(rows in rows()) {
        let (data, arm) = columns(&rows);
        let ratio = InvertedLogRank::fit(&data, &arm, "a", "b").unwrap();
        let interval = ratio.interval(0.9).unwrap();
        if let Some(p) = LogRank::test(&data, &arm).unwrap().p_value() {
            prop_assert!((ratio.p_value(1.0).unwrap().unwrap() - p).abs() < 1e-9);
            if (p - 0.1).abs() > 1e-6 {
                prop_assert_eq!(p > 0.1, interval.contains(1.0), "p {} {}", p, interval);
            }
        }
        if let Ok(estimate) = ratio.value() {
            prop_assert!(interval.contains(estimate), "{} in {}", estimate, interval);
        }
        let back = InvertedLogRank::fit(&data, &arm, "b", "a").unwrap().interval(0.9).unwrap();
        let same = |x: Option<f64>, y: Option<f64>| match (x, y) {
            (Some(x), Some(y)) => (x * y - 1.0).abs() < 1e-6,
            (x, y) => x.is_none() && y.is_none(),
        };
        prop_assert!(same(interval.lower, back.upper) && same(interval.upper, back.lower), "{} {}", interval, back);
    }

    /// A weight of k is the row k times, for every contrast.
    #[test]
    fn a_weight_is_a_repetition(rows in rows(), k in 1..4_usize) {
        let (data, arm) = columns(&rows);
        let weighted = data.with_weights(Weights::replication(vec![k as f64; rows.len()])).unwrap();
        let repeated: Vec<_> = rows.iter().flat_map(|&r| std::iter::repeat_n(r, k)).collect();
        let (repeated, arms) = columns(&repeated);
        let a = KaplanMeier::by_group(&weighted, &arm).unwrap();
        let b = KaplanMeier::by_group(&repeated, &arms).unwrap();
        let close = |x: Option<f64>, y: Option<f64>| match (x, y) {
            (Some(x), Some(y)) => x == y || (x - y).abs() <= 1e-9 * y.abs().max(1.0),
            (x, y) => x.is_none() && y.is_none(),
        };
        for measure in [Measure::Difference, Measure::Ratio, Measure::OddsRatio, Measure::CumulativeHazardRatio] {
            let (x, y) = (a[0].contrast(&a[1], 6.0, measure), b[0].contrast(&b[1], 6.0, measure));
            prop_assert!(close(x.value().ok(), y.value().ok()), "{x} {y}");
            prop_assert!(close(x.std_error().ok(), y.std_error().ok()), "{x} {y}");
        }
        let x = InvertedLogRank::fit(&weighted, &arm, "a", "b").unwrap().interval(0.95).unwrap();
        let y = InvertedLogRank::fit(&repeated, &arms, "a", "b").unwrap().interval(0.95).unwrap();
        prop_assert!(close(x.lower, y.lower) && close(x.upper, y.upper), "{x} {y}");
        let x = a[0].median_contrast(&a[1], MedianMeasure::Difference, 0.95).unwrap();
        let y = b[0].median_contrast(&b[1], MedianMeasure::Difference, 0.95).unwrap();
        prop_assert_eq!(x.value(), y.value());
    }
}

#[test]
fn advice_names_the_doubt_and_the_method() {
    use greenwood::survival::small_sample::{Recommendation, Warning};
    let early = msc().advice(1.0).unwrap();
    assert_eq!(early.warnings(), [Warning::FewAtRisk { at_risk: 9.0 }, Warning::AtOne]);
    assert_eq!(early.to_string(), "only 9 at risk, nobody had the event yet: use the beta product interval");
    let late = control().advice(48.0).unwrap();
    assert_eq!(late.to_string(), "only 4 at risk, only 3 events: use the beta product interval");
    let (data, arm) = trial();
    let advice = LogRank::test(&data, &arm).unwrap().advice().unwrap();
    assert_eq!(advice.recommendation(), Some(Recommendation::ExactTest));
    assert_eq!(
        advice.to_string(),
        "only 3.057 events expected in MSC, only 4.943 events expected in control: use the exact permutation test"
    );
    let data = RightCensored::new(&[1., 2., 3.], &[true, true, true]).unwrap();
    let dead = KaplanMeier::fit(&data).advice(3.0).unwrap();
    assert_eq!(dead.warnings()[1], Warning::AtZero);
    let arm = Groups::from_codes(&[0, 0, 0], &["a", "b"]).unwrap();
    let advice = LogRank::test(&data, &arm).unwrap().advice().unwrap();
    assert_eq!(advice.warnings()[1], Warning::EmptyGroup { label: "b".into() });
    assert_eq!(advice.recommendation(), None);
    let (data, arm) = leukaemia();
    assert_eq!(LogRank::test(&data, &arm).unwrap().advice(), None);
    assert_eq!(KaplanMeier::fit(&data).advice(8.0), None);
}
