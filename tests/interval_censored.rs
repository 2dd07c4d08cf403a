//! Interval-censored data: the nonparametric estimate against the reference cases, traps of other packages, properties.

mod common;

use common::{Case, Frame, cases, number, numbers};
use greenwood::Error;
use greenwood::survival::curve::TurnbullCurve;
use greenwood::survival::data::Closed;
use greenwood::survival::log_rank::{IntervalLogRank, IntervalScore};
use greenwood::survival::{Groups, IntervalCensored, KaplanMeier, RightCensored, Turnbull, Weights};
use proptest::prelude::*;

/// What is not checked here, each with its reason.
fn left_out(case: &Case) -> Option<&'static str> {
    match case.kind.as_str() {
        "survfit_turnbull_coarse" => {
            Some("R's own iteration stops at changes below 5e-5 and puts mass at midpoints: no reference")
        }
        "interval_test" => Some("walked by `the_tests_are_those_of_the_reference_cases`"),
        "interval_semiparametric" => {
            Some("semiparametric regression of interval-censored data is not there yet")
        }
        "interval_parametric" => Some("a parametric model"),
        _ => None,
    }
}

fn frame(case: &Case) -> Frame {
    let mut frame = match case.inputs["inline"].as_object() {
        Some(columns) => {
            let columns = columns.iter().map(|(name, values)| (name.clone(), numbers(values))).collect();
            Frame { columns }
        }
        None => Frame::read(match case.name.as_str() {
            name if name.starts_with("cmv") => "cmv",
            name => name,
        }),
    };
    let mut keep = vec![true; frame.len()];
    for filter in case.inputs["filter"].as_array().into_iter().flatten() {
        assert_eq!(filter["op"], "==");
        for (k, x) in keep.iter_mut().zip(frame.column(filter["column"].as_str().unwrap())) {
            *k &= *x == number(&filter["value"]);
        }
    }
    if case.inputs["filter_note"].is_string() {
        // "rows with … = 0 left out".
        for (k, x) in keep.iter_mut().zip(frame.column(case.inputs["upper"].as_str().unwrap())) {
            *k &= *x != 0.0;
        }
    }
    for column in frame.columns.values_mut() {
        let mut k = keep.iter();
        column.retain(|_| *k.next().unwrap());
    }
    frame
}

fn data(case: &Case) -> IntervalCensored<'static> {
    let frame = frame(case);
    let column = |key: &str| frame.column(case.inputs[key].as_str().unwrap()).to_vec();
    // No limit at all: such a row says nothing, and R's calls kept none.
    let data = IntervalCensored::interval2(column("lower"), column("upper")).unwrap();
    if case.inputs["weights"].is_string() {
        return data.with_weights(Weights::replication(column("weights"))).unwrap();
    }
    data
}

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let off = (found - expected).abs();
    assert!(
        found == expected || off <= tolerance * expected.abs().max(1.0),
        "{what}: {found} for {expected}"
    );
}

/// The masses at 1e-7 (an iteration), the log likelihood at 1e-9: R 4.2.2, whose own gaps are below 1e-12.
#[test]
fn the_estimate_is_that_of_the_reference_cases() {
    let mut checked = 0;
    for case in cases("turnbull").into_iter().chain(cases("interval")) {
        if left_out(&case).is_some() {
            continue;
        }
        let (name, e) = (&case.name, &case.output);
        let curve = Turnbull::fit(&data(&case));
        let all: Vec<(f64, f64)> = curve.intersections().map(|i| (i.left, i.right)).collect();
        let expected: Vec<(f64, f64)> =
            numbers(&e["all_left"]).into_iter().zip(numbers(&e["all_right"])).collect();
        assert_eq!(all, expected, "{name}: intersections");
        let (left, right) = (numbers(&e["left"]), numbers(&e["right"]));
        let (mass, after) = (numbers(&e["mass"]), numbers(&e["survival_after"]));
        for i in curve.intersections() {
            // A mass that one side has as 0 the other may have below the tolerance.
            let at = left.iter().zip(&right).position(|(&l, &r)| (l, r) == (i.left, i.right));
            close(i.mass, at.map_or(0.0, |k| mass[k]), 1e-7, &format!("{name}: mass on {i:?}"));
            if let Some(k) = at {
                close(i.survival_after, after[k], 1e-7, &format!("{name}: survival after {i:?}"));
            }
        }
        close(curve.log_likelihood(), number(&e["loglik"]), 1e-9, &format!("{name}: log likelihood"));
        assert!(curve.kkt_gap() < 1e-9, "{name}: gap {:e}", curve.kkt_gap());
        assert_eq!(curve.subjects(), number(&e["n"]), "{name}");
        assert_eq!(Some(curve.unique()), e["unique"].as_bool(), "{name}");
        if let Some(times) = case.inputs["times"].as_array() {
            let (lower, upper) = (numbers(&e["at"]["surv_lower"]), numbers(&e["at"]["surv_upper"]));
            for (k, t) in times.iter().map(number).enumerate() {
                let region = curve.at(t);
                close(region.lower, lower[k], 1e-7, &format!("{name}: lower at {t}"));
                close(region.upper, upper[k], 1e-7, &format!("{name}: upper at {t}"));
            }
        }
        checked += 1;
    }
    assert_eq!(checked, 18 + 31);
}

/// R 4.2.2, interval 1.1-1.0: ictest(…, scores, method = "pclt"): z of two groups, chi-square of more. The score test's
/// variance of that package is another one; its scores are compared.
#[test]
fn the_tests_are_those_of_the_reference_cases() {
    let (mut walked, mut compared) = (0, 0);
    for case in cases("interval").into_iter().filter(|c| c.kind == "interval_test") {
        let frame = frame(&case);
        let column = frame.column(case.inputs["group"][0].as_str().unwrap());
        let groups = Groups::new(&column.iter().map(|x| *x as i64).collect::<Vec<_>>());
        let score = match case.text("scores").unwrap() {
            "logrank1" => IntervalScore::Sun,
            "logrank2" => IntervalScore::Finkelstein,
            _ => IntervalScore::Wilcoxon,
        };
        let (data, out) = (data(&case), &case.output);
        let test = IntervalLogRank::new(score).test(&data, &groups).unwrap();
        // R's masses are iterated to 2e-6: the accuracy that the file states.
        let scores = IntervalLogRank::new(score).scores(&data);
        for (found, expected) in scores.iter().zip(numbers(&out["scores"])) {
            close(*found, expected, 1e-5, &case.name);
        }
        for (label, expected) in out["groups"].as_array().unwrap().iter().zip(numbers(&out["u"])) {
            let g = test.labels().iter().position(|l| l == label.as_str().unwrap()).unwrap();
            close(test.sums()[g], expected, 1e-5, &case.name);
        }
        if case.text("method") == Some("pclt") {
            let statistic = number(&out["statistic"]);
            let chi_square = if test.df() == 1 { statistic * statistic } else { statistic };
            // Relative, for p-values near 5e-4; 2e-6 is the accuracy that the file states for both.
            for (found, expected) in
                [(test.statistic(), chi_square), (test.p_value().unwrap(), number(&out["p_value"]))]
            {
                close(found / expected, 1.0, 2e-6, &case.name);
            }
            compared += 1;
        }
        walked += 1;
    }
    assert_eq!((walked, compared), (30, 18));
}

/// With exact times and right censoring, Sun's score is the log-rank's: one less the cumulative hazard at an event, its
/// negative at a censoring.
#[test]
fn scores_of_right_censored_data_are_those_of_the_log_rank() {
    let (time, event) = ([1.0, 2.0, 2.0, 3.0, 5.0], [true, true, false, true, false]);
    let data = IntervalCensored::right_censored(time.to_vec(), &event).unwrap();
    let hazard = [0.2, 0.45, 0.45, 0.95, 0.95];
    for (i, score) in IntervalLogRank::default().scores(&data).into_iter().enumerate() {
        close(score, f64::from(u8::from(event[i])) - hazard[i], 1e-7, "a score");
    }
    let arm = Groups::new(&["a"; 5]);
    assert_eq!(IntervalLogRank::default().test(&data, &arm), Err(Error::TooFewGroups { found: 1 }));
    let short = Groups::new(&["a", "b"]);
    assert!(matches!(IntervalLogRank::default().test(&data, &short), Err(Error::LengthMismatch { .. })));
    let same = IntervalCensored::new(&[0.0, 0.0], &[1.0, 1.0]).unwrap();
    let test = IntervalLogRank::default().test(&same, &Groups::new(&["a", "b"])).unwrap();
    assert_eq!((test.df(), test.p_value()), (0, None));
    assert!(test.to_string().ends_with("nothing to compare: no p-value"));
}

fn fit(rows: &[(f64, f64)]) -> TurnbullCurve {
    let (l, u): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
    Turnbull::fit(&IntervalCensored::new(l, u).unwrap())
}

/// An upper limit belongs to its interval: once 2, five times 3, five times (1, 3].
#[test]
fn an_interval_includes_its_right_end() {
    let mut rows = vec![(2.0, 2.0)];
    rows.extend([(3.0, 3.0); 5]);
    rows.extend([(1.0, 3.0); 5]);
    let curve = fit(&rows);
    let found: Vec<(f64, f64)> = curve.intervals().map(|i| (i.left, i.mass)).collect();
    assert_eq!(found.len(), 2);
    close(found[0].1, 1.0 / 6.0, 1e-9, "mass at 2");
    close(found[1].1, 5.0 / 6.0, 1e-9, "mass at 3");
    close(curve.at(2.5).value().unwrap(), 5.0 / 6.0, 1e-9, "S(2.5)");
    let mut rows = vec![(3.0, 3.0); 5];
    rows.extend([(f64::NEG_INFINITY, 3.0); 5]);
    let curve = fit(&rows);
    assert_eq!((curve.at(2.999).value(), curve.at(3.0).value()), (Some(1.0), Some(0.0)));
}

#[test]
fn delayed_entry_is_not_at_risk_at_its_time() {
    let data = RightCensored::new(&[2., 3., 3., 4., 5., 6.], &[true; 6]).unwrap();
    let curve = KaplanMeier::fit(&data.with_entry(&[0., 0., 1., 1., 2., 2.]).unwrap());
    close(curve.at(2.0).value().unwrap(), 0.75, 1e-12, "S(2)");
}

/// All intervals, none exact, from 0 or from −∞: each has its answer, and it is the same one.
#[test]
fn lower_limits_of_zero_and_of_minus_infinity() {
    let from = |l: f64| fit(&[(l, 2.0), (1.0, 3.0), (l, 4.0), (3.0, 5.0), (4.0, f64::INFINITY)]);
    let (zero, infinite) = (from(0.0), from(f64::NEG_INFINITY));
    assert_eq!(zero, infinite);
    assert!(zero.kkt_gap() < 1e-9);
    // Exactly 0 is in [0, R] and not in (0, R].
    assert_eq!(fit(&[(0.0, 0.0), (f64::NEG_INFINITY, 1.0)]).intervals().count(), 1);
    assert_eq!(fit(&[(0.0, 0.0), (0.0, 1.0)]).intervals().count(), 2);
}

#[test]
fn ends_as_stated() {
    let data = IntervalCensored::new(&[1.0, 2.0], &[2.0, 3.0]).unwrap();
    assert_eq!(Turnbull::fit(&data).intervals().count(), 2);
    let both = Turnbull::fit(&data.clone().with_closed(Closed::Both));
    let point: Vec<(f64, f64)> = both.intervals().map(|i| (i.left, i.right)).collect();
    assert_eq!(point, [(2.0, 2.0)]);
    assert_eq!(Turnbull::fit(&data.with_closed(Closed::Neither)).at(2.0).value(), Some(0.5));
}

#[test]
fn a_wrong_row_is_named() {
    let inf = f64::INFINITY;
    for (l, u) in
        [(f64::NAN, 1.0), (1.0, f64::NAN), (2.0, 1.0), (-1.0, 2.0), (inf, inf), (-inf, -inf), (-inf, -1.0)]
    {
        let error = IntervalCensored::new(&[0.0, l], &[1.0, u]).unwrap_err();
        assert!(matches!(error, Error::InvalidInterval { index: 1, .. }), "{l} {u}: {error}");
        assert!(error.to_string().starts_with("row 1: the interval from "), "{error}");
    }
    assert!(matches!(
        IntervalCensored::interval2(&[f64::NAN], &[f64::NAN]),
        Err(Error::InvalidInterval { .. })
    ));
    let none: [f64; 0] = [];
    assert!(matches!(IntervalCensored::new(&none, &none), Err(Error::Empty { .. })));
    assert!(matches!(IntervalCensored::new(&[1.0], &[1.0, 2.0]), Err(Error::LengthMismatch { .. })));
    let one = IntervalCensored::new(&[1.0], &[2.0]).unwrap();
    let with = |w: f64| one.clone().with_weights(Weights::replication(vec![w])).unwrap_err();
    assert!(matches!(with(0.0), Error::ZeroWeights));
    assert!(matches!(with(f64::NAN), Error::InvalidWeight { index: 0, .. }));
    assert!(matches!(with(1e200), Error::HugeWeights { .. }));
    assert!(matches!(one.clone().with_weights(Weights::sampling(vec![1.0])), Err(Error::Unsupported { .. })));
}

#[test]
fn hostile_data_have_an_answer() {
    let inf = f64::INFINITY;
    assert_eq!(fit(&[(1.0, inf)]).at(1e12).upper, 1.0);
    assert_eq!(fit(&[(f64::NEG_INFINITY, inf)]).log_likelihood(), 0.0);
    for scale in [1e-300, 1e-12, 1e12, 1e300] {
        let rows = [(0.0, 2.0 * scale), (scale, scale), (scale, 3.0 * scale), (2.0 * scale, inf)];
        let curve = fit(&rows);
        assert!(curve.kkt_gap() < 1e-9, "{scale}");
    }
    let data = IntervalCensored::new(&[0.0, 1.0, 3.0], vec![2.0, 4.0, inf]).unwrap();
    for weights in [[1e-12, 1.0, 1e12], [1e140, 1.0, 1.0], [0.0, 1.0, 0.0]] {
        let curve =
            Turnbull::fit(&data.clone().with_weights(Weights::replication(weights.to_vec())).unwrap());
        assert!(curve.kkt_gap() < 1e-7, "{weights:?} {curve}");
    }
}

/// More exact times than the Newton method takes: there the iteration is Kaplan-Meier itself.
#[test]
fn many_exact_times_are_kaplan_meier() {
    let time: Vec<f64> = (0..3000).map(|i| f64::from((i * 7919) % 3001 + 1)).collect();
    let event: Vec<bool> = (0..3000).map(|i| i % 3 != 0).collect();
    let curve = Turnbull::fit(&IntervalCensored::right_censored(&time, &event).unwrap());
    let km = KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap());
    for t in [1.0, 10.0, 500.0, 1500.5, 2500.0, 2900.0] {
        close(curve.at(t).upper, km.at(t).value().unwrap(), 1e-9, "S");
    }
    assert!(curve.converged(), "{:e}", curve.kkt_gap());
}

fn rows() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let row = (0u32..12, 0u32..8).prop_map(|(l, width)| {
        let upper = if width == 7 { f64::INFINITY } else { f64::from(l + width) };
        (f64::from(l), upper)
    });
    prop::collection::vec(row, 1..40)
}

proptest! {
    #[test]
    fn right_censored_data_give_kaplan_meier(rows in prop::collection::vec((1u32..15, any::<bool>()), 1..40)) {
        let (time, event): (Vec<f64>, Vec<bool>) = rows.into_iter().map(|(t, e)| (f64::from(t), e)).unzip();
        let curve = Turnbull::fit(&IntervalCensored::right_censored(&time, &event).unwrap());
        let km = KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap());
        for &t in &time {
            prop_assert!((curve.at(t).upper - km.at(t).value().unwrap()).abs() < 1e-9);
        }
    }

    #[test]
    fn a_weight_of_two_is_a_row_twice_in_any_order(rows in rows()) {
        let (l, u): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
        let weights: Vec<f64> = (0..l.len()).map(|i| if i % 2 == 0 { 2.0 } else { 1.0 }).collect();
        let weighted = IntervalCensored::new(l, u).unwrap().with_weights(Weights::replication(weights)).unwrap();
        let mut repeated = rows.clone();
        repeated.extend(rows.iter().step_by(2));
        repeated.reverse();
        let (weighted, repeated) = (Turnbull::fit(&weighted), fit(&repeated));
        prop_assert!(weighted.kkt_gap() < 1e-9 && repeated.kkt_gap() < 1e-9);
        for (a, b) in weighted.intersections().zip(repeated.intersections()) {
            prop_assert!((a.mass - b.mass).abs() < 1e-7, "{a:?} {b:?}");
        }
    }
}
