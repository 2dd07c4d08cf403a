//! Interval-censored data: the nonparametric estimate against the reference cases, traps of other packages, properties.

use crate::common::{Case, Frame, cases, number, numbers};
use greenwood::Error;
use greenwood::survival::curve::{RatioLaw, TurnbullCurve};
use greenwood::survival::data::Closed;
use greenwood::survival::log_rank::{IntervalLogRank, IntervalScore, IntervalVariance};
use greenwood::survival::{Groups, IntervalCensored, KaplanMeier, LogRank, RightCensored, Turnbull, Weights};
use proptest::prelude::*;

/// What the reference file states as accuracy of statistics and p-values.
const TESTS: f64 = 2e-6;

/// What is not checked here, each with its reason.
fn left_out(case: &Case) -> Option<&'static str> {
    match case.kind.as_str() {
        "survfit_turnbull_coarse" => {
            Some("R's own iteration stops at changes below 5e-5 and puts mass at midpoints: no reference")
        }
        "interval_test" => Some("walked by `the_tests_are_those_of_the_reference_cases`"),
        "interval_semiparametric" => Some("a regression, walked by its own tests"),
        "interval_parametric" => Some("a parametric model"),
        "interval_npmle" => None,
        other => panic!("no test walks {other}"),
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

/// R 4.2.2, interval 1.1-1.0: ictest(…, scores, method): "pclt" is z of two groups and chi-square of more, "scoretest"
/// chi-square with the observed information V.
#[test]
fn the_tests_are_those_of_the_reference_cases() {
    let mut compared = [0, 0];
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
        let by_permutation = case.text("method") == Some("pclt");
        let variance =
            if by_permutation { IntervalVariance::Permutation } else { IntervalVariance::Information };
        let test = IntervalLogRank::new(score).variance(variance).test(&data, &groups).unwrap();
        // R's masses are iterated to 2e-6: the accuracy that the file states.
        let scores = IntervalLogRank::new(score).scores(&data);
        for (found, expected) in scores.iter().zip(numbers(&out["scores"])) {
            close(*found, expected, 1e-5, &case.name);
        }
        let at: Vec<usize> = (out["groups"].as_array().unwrap().iter())
            .map(|label| test.labels().iter().position(|l| l == label.as_str().unwrap()).unwrap())
            .collect();
        for (&g, expected) in at.iter().zip(numbers(&out["u"])) {
            close(test.sums()[g], expected, 1e-5, &case.name);
        }
        let k = at.len();
        for (&g, row) in at.iter().zip(out["v"].as_array().into_iter().flatten()) {
            for (&h, expected) in at.iter().zip(numbers(row)) {
                close(test.covariance()[g * k + h], expected, 1e-5, &case.name);
            }
        }
        let statistic = number(&out["statistic"]);
        if let Some(df) = out["parameter"].as_u64() {
            assert_eq!(test.df() as u64, df, "{}", case.name);
        }
        let is_z = by_permutation && test.df() == 1;
        if is_z {
            close(test.z().unwrap(), statistic, 2e-6, &case.name);
        }
        // Relative: 2e-6 is the accuracy that the file states. A p-value magnifies that of its statistic.
        let chi_square = if is_z { statistic * statistic } else { statistic };
        close(test.statistic() / chi_square, 1.0, TESTS, &case.name);
        let p = test.p_value().unwrap() / number(&out["p_value"]);
        close(p, 1.0, TESTS * (chi_square / 2.0).max(1.0), &case.name);
        compared[usize::from(by_permutation)] += 1;
    }
    assert_eq!(compared, [12, 18]);
}

/// One stratum is no stratum; two strata that hold the same rows double sums and covariance; information has no more of a
/// row that is there twice than of a weight of 2.
#[test]
fn strata_add_up() {
    let case = cases("interval").into_iter().find(|c| c.name == "test_mixed100_logrank1_pclt").unwrap();
    let (frame, data) = (frame(&case), data(&case));
    let arm: Vec<i64> = frame.column("x").iter().map(|x| *x as i64).collect();
    let groups = Groups::new(&arm);
    let n = data.len();
    let twice = |values: &[f64]| [values, values].concat();
    let both = IntervalCensored::new(twice(data.lower()), twice(data.upper())).unwrap();
    let two: Vec<usize> = (0..2 * n).map(|i| i / n).collect();
    let arms = Groups::new(&[&arm[..], &arm[..]].concat());
    for variance in [IntervalVariance::Permutation, IntervalVariance::Information] {
        let test = IntervalLogRank::default().variance(variance);
        let plain = test.test(&data, &groups).unwrap();
        let one = data.clone().with_strata(Groups::new(&vec!["all"; n])).unwrap();
        assert_eq!(test.test(&one, &groups).unwrap(), plain);
        let stratified = both.clone().with_strata(Groups::new(&two)).unwrap();
        let found = test.test(&stratified, &arms).unwrap();
        close(found.statistic(), 2.0 * plain.statistic(), 1e-12, "two strata of the same rows");
        let weighted = data.clone().with_weights(Weights::replication(vec![2.0; n])).unwrap();
        let (repeated, weighted) = (test.test(&both, &arms).unwrap(), test.test(&weighted, &groups).unwrap());
        close(repeated.statistic(), weighted.statistic(), 1e-9, "a weight of 2");
    }
}

/// Right-censored times without ties: Sun's sums are the log-rank's O − E. Of a logistic regression in each risk set the
/// information about the group is `λ (1 − λ) n p (1 − p)`, with λ = 1/n.
#[test]
fn the_information_of_right_censored_data_is_that_of_logistic_regressions() {
    let time: Vec<f64> = (0..40).map(|i| f64::from((i * 17) % 41 + 1)).collect();
    let event: Vec<bool> = (0..40).map(|i| i % 4 != 0).collect();
    let arm: Vec<usize> = (0..40).map(|i| (i / 3) % 2).collect();
    let groups = Groups::from_codes(&arm, &["a", "b"]).unwrap();
    let late: Vec<f64> = time.iter().map(|t| if *t > 10.0 { 5.5 } else { 0.0 }).collect();
    let test = IntervalLogRank::default().variance(IntervalVariance::Information);
    for entry in [vec![0.0; 40], late] {
        let interval = IntervalCensored::right_censored(&time, &event).unwrap().with_entry(&entry).unwrap();
        let right = RightCensored::new(&time, &event).unwrap().with_entry(&entry).unwrap();
        let expected = LogRank::test(&right, &groups).unwrap();
        let found = test.test(&interval, &groups).unwrap();
        close(found.sums()[0], expected.observed()[0] - expected.expected()[0], 1e-8, "O − E");
        let information: f64 = (0..40)
            .filter(|&i| event[i])
            .map(|i| {
                let at_risk = |j: &usize| entry[*j] < time[i] && time[*j] >= time[i];
                let n = (0..40).filter(at_risk).count() as f64;
                let p = (0..40).filter(at_risk).filter(|&j| arm[j] == 0).count() as f64 / n;
                (1.0 - 1.0 / n) * p * (1.0 - p)
            })
            .sum();
        close(found.covariance()[0], information, 1e-7, "information");
    }
}

#[test]
fn tests_refuse_what_they_cannot_have() {
    let data = IntervalCensored::new(&[0.0, 1.0, 2.0], &[2.0, 3.0, 4.0]).unwrap();
    let arm = Groups::new(&["a", "b", "b"]);
    let late = data.clone().with_entry(&[0.0, 1.0, 1.0]).unwrap();
    let sampled = data.clone().with_weights(Weights::sampling(vec![1.0, 2.0, 1.0])).unwrap();
    let clustered = data.clone().with_clusters(&[1, 1, 2]).unwrap();
    for data in [late, sampled, clustered] {
        assert!(matches!(IntervalLogRank::default().test(&data, &arm), Err(Error::Unsupported { .. })));
    }
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
    assert!(matches!(one.clone().with_entry(&[2.0]), Err(Error::InvalidInterval { index: 0, .. })));
    assert!(matches!(one.clone().with_entry(&[-1.0]), Err(Error::InvalidTime { index: 0, .. })));
    assert!(matches!(one.clone().with_clusters(&[1, 2]), Err(Error::LengthMismatch { .. })));
    assert_eq!(one.with_entry(&[1.5]).unwrap().lower(), [1.5]); // the event was after the entry
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

/// Left truncation in R, written from the definition: EM of the discrete hazards until nothing moves (6,439 steps) on the
/// intervals between limits and entries.
#[test]
fn intervals_with_entries_are_those_of_an_independent_em() {
    let curve = Turnbull::fit(&truncated());
    close(curve.log_likelihood(), -86.18136779705948, 1e-12, "log likelihood");
    assert!(curve.kkt_gap() < 1e-9 && curve.unique() && curve.exhausted().is_none(), "{curve}");
    let expected = [
        (1.0, 0.060782905108),
        (2.2, 0.217540832169),
        (3.6, 0.079657766576),
        (4.3, 0.076826541046),
        (6.1, 0.095583407655),
        (6.6, 0.044083396408),
        (9.4, 0.056282148389),
        (10.1, 0.148814169630),
        (12.3, 0.082237156038),
        (13.4, 0.042646560778),
        (16.2, 0.057327069722),
        (22.2, 0.038218046481),
    ];
    let found: Vec<(f64, f64)> = curve.intervals().map(|i| (i.left, i.mass)).filter(|i| i.1 > 1e-9).collect();
    assert_eq!(found.len(), expected.len(), "{curve}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.0, expected.0);
        close(found.1, expected.1, 1e-9, "mass");
    }
}

/// Rows of a simulated cohort of which half enters late.
fn truncated() -> IntervalCensored<'static> {
    let inf = f64::INFINITY;
    let lower = [
        7.3, 3.4, 1.0, 9.0, 8.6, 0.0, 5.6, 0.0, 13.9, 8.7, 3.6, 7.3, 4.0, 6.6, 8.8, 5.2, 1.8, 0.0, 2.9, 8.0,
        10.5, 13.4, 6.0, 5.3, 0.4, 12.3, 0.0, 6.1, 15.7, 9.4, 20.0, 22.2, 1.7, 0.7, 2.0, 3.8, 3.8, 0.0, 9.9,
        2.2, 5.4, 4.3, 1.8, 16.2, 1.9, 3.4, 4.3, 4.3, 0.8, 3.8, 9.9, 10.1, 11.4, 12.0, 7.9, 1.2, 1.4, 11.3,
        0.8, 2.2,
    ];
    let upper = [
        12.0, 3.8, 4.6, 9.7, 15.6, 4.0, inf, 8.3, 16.5, 11.3, 7.8, 10.2, 5.4, inf, 11.9, 9.0, 5.8, 3.7, 7.0,
        13.1, inf, 13.5, 8.0, 11.0, 3.0, 13.8, 1.1, inf, 21.4, 10.2, 24.4, 25.3, 6.9, 7.3, inf, 15.7, 7.7,
        3.8, 10.8, 4.1, 6.8, inf, 6.5, 17.2, 3.1, 4.9, 8.1, 7.8, inf, 9.1, 13.2, 11.4, 12.4, 15.7, 13.3, inf,
        2.3, 14.2, 4.1, 3.0,
    ];
    let entry = [
        4.9, 3.4, 0.0, 0.0, 3.9, 0.0, 4.2, 0.0, 0.0, 2.0, 1.1, 0.0, 3.8, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.2,
        1.7, 1.5, 2.4, 3.4, 0.0, 0.0, 0.0, 4.5, 4.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.8, 0.0, 0.0, 0.0, 1.9,
        0.0, 0.8, 1.1, 0.7, 0.0, 0.0, 3.3, 0.0, 0.0, 0.0, 1.8, 0.0, 0.0, 3.5, 0.0, 1.2, 0.0, 0.0, 0.0, 1.7,
    ];
    IntervalCensored::new(lower.to_vec(), upper.to_vec()).unwrap().with_entry(entry.to_vec()).unwrap()
}

/// Traps of others: the first rows all fail before anybody else enters. The likelihood has no maximum in the masses; what
/// comes later is known among those who are there.
#[test]
fn an_early_empty_risk_set_is_reported() {
    let data = IntervalCensored::new(&[0.0, 1.0, 5.0, 6.0, 7.0], &[2.0, 2.0, 8.0, 7.0, f64::INFINITY])
        .unwrap()
        .with_entry(&[0.0, 0.0, 4.0, 4.0, 4.0])
        .unwrap();
    let curve = Turnbull::fit(&data);
    let at = curve.exhausted().unwrap();
    assert_eq!((at.left, at.right), (1.0, 2.0));
    assert_eq!(curve.at(3.0).upper, 0.0);
    // One in (6, 7], one after 7, and one of whom (5, 8] says neither.
    close(curve.given_survival_to(4.0, 7.0).value().unwrap(), 0.5, 1e-9, "S(7 | 4)");
    assert!(curve.to_string().contains("no maximum: everyone seen by 2 had the event"), "{curve}");
    // The same with exact times: Kaplan-Meier falls to 0 and stays there.
    let exact = IntervalCensored::right_censored(&[1.0, 2.0, 5.0, 6.0], &[true; 4]).unwrap();
    let curve = Turnbull::fit(&exact.with_entry(&[0.0, 0.0, 3.0, 3.0]).unwrap());
    assert_eq!(curve.exhausted().map(|i| i.right), Some(2.0));
    close(curve.given_survival_to(3.0, 5.0).value().unwrap(), 0.5, 1e-12, "S(5 | 3)");
    let test = IntervalLogRank::default().variance(IntervalVariance::Information);
    let refused = test.test(&data, &Groups::new(&["a", "b", "a", "b", "a"]));
    assert!(matches!(refused, Err(Error::Unsupported { .. })));
}

/// One may have failed before the other entered, or with it: every curve has the same likelihood.
#[test]
fn masses_that_are_not_unique_are_said_to_be_so() {
    let data = IntervalCensored::new(&[0.0, 3.0], &[4.0, 4.0]).unwrap().with_entry(&[0.0, 2.0]).unwrap();
    let curve = Turnbull::fit(&data);
    assert_eq!((curve.unique(), curve.exhausted(), curve.log_likelihood()), (false, None, 0.0), "{curve}");
    assert_eq!(curve.at(2.5).value(), Some(1.0));
    assert!(curve.to_string().contains("not proven to be unique"), "{curve}");
    // A third who failed early decides.
    let data = IntervalCensored::new(&[0.0, 3.0, 0.0], &[4.0, 4.0, 1.0]).unwrap();
    let curve = Turnbull::fit(&data.with_entry(&[0.0, 2.0, 0.0]).unwrap());
    assert_eq!(curve.exhausted().map(|i| i.right), Some(1.0), "{curve}");
}

/// Traps of others: variances from expected counts. Of the times 1 to 5, the third and fifth censored, the log of survival at
/// 4 has the variance 1/20 + 1/12 + 1/2; with entries no variance is below 0.
#[test]
fn variances_are_those_of_kaplan_meier() {
    let event = [true, true, false, true, false];
    let km = KaplanMeier::fit(&RightCensored::new(&[1., 2., 3., 4., 5.], &event).unwrap()).at(4.0);
    let log_error = km.std_error().unwrap() / km.value().unwrap();
    close(log_error * log_error, 1.0 / 20.0 + 1.0 / 12.0 + 0.5, 1e-12, "variance of log S(4)");
    let time = [2., 3., 4., 5., 6., 7., 8.];
    let event = [true, true, false, true, true, true, true];
    let data = RightCensored::new(&time, &event).unwrap().with_entry(&[0., 1., 1., 2., 3., 0., 5.]).unwrap();
    let curve = KaplanMeier::fit(&data);
    for t in time {
        assert!(curve.at(t).std_error().is_ok_and(|se| se > 0.0) || curve.at(t).value() == Ok(0.0), "{t}");
    }
}

/// Written down and read back; what was changed on the way is checked.
#[test]
fn stored_data_are_the_same_and_checked() {
    let data = truncated()
        .with_weights(Weights::sampling((0..60).map(|i| 1.0 + f64::from(i % 3)).collect::<Vec<_>>()))
        .unwrap()
        .with_strata(Groups::new(&(0..60).map(|i| i % 2).collect::<Vec<_>>()))
        .unwrap()
        .with_clusters(&(0..60).map(|i| i / 2).collect::<Vec<_>>())
        .unwrap();
    let text = serde_json::to_string(&data).unwrap();
    assert_eq!(serde_json::from_str::<IntervalCensored>(&text).unwrap(), data);
    let mut changed: serde_json::Value = serde_json::from_str(&text).unwrap();
    changed["entry"][0] = 1e9.into();
    let error = serde_json::from_value::<IntervalCensored>(changed).unwrap_err().to_string();
    assert!(error.contains("ends at or before its entry"), "{error}");
}

/// One row, rows that are all alike, tiny and huge times, weights far apart: an answer with its certificate.
#[test]
fn hostile_entries_have_an_answer() {
    let inf = f64::INFINITY;
    for scale in [1e-12, 1.0, 1e12] {
        for (rows, entry) in [
            (vec![(2.0, inf)], vec![1.0]),
            (vec![(2.0, 3.0)], vec![2.0]),
            (vec![(2.0, 2.0); 5], vec![1.0; 5]),
            (vec![(1.0, 3.0), (2.0, inf), (0.0, 2.0)], vec![1.0, 2.0, 0.0]),
            (vec![(0.0, 9.0), (8.0, 9.0), (7.0, 8.0), (3.0, inf)], vec![0.0, 8.0, 7.0, 3.0]),
        ] {
            let (l, u): (Vec<f64>, Vec<f64>) = rows.iter().map(|r| (r.0 * scale, r.1 * scale)).unzip();
            let entry: Vec<f64> = entry.iter().map(|e| e * scale).collect();
            for weight in [1.0, 1e-9, 1e9] {
                let weights: Vec<f64> = (0..l.len()).map(|i| if i == 0 { weight } else { 1.0 }).collect();
                let data = IntervalCensored::new(l.clone(), u.clone()).unwrap();
                let data = data.with_entry(entry.clone()).unwrap();
                let data = data.with_weights(Weights::replication(weights)).unwrap();
                let curve = Turnbull::fit(&data);
                assert!(curve.kkt_gap() < 1e-7, "{scale} {weight} {curve}");
                let likelihood = Turnbull::likelihood(&data).unwrap();
                for t in [0.0, 1.5 * scale, 2.5 * scale, 20.0 * scale] {
                    let (lower, upper) =
                        likelihood.interval(t, 0.95, RatioLaw::ChiSquare).unwrap().bounds().unwrap();
                    assert!((0.0..=upper).contains(&lower) && upper <= 1.0, "{t}: {lower} {upper}");
                }
            }
        }
    }
}

fn named(name: &str) -> IntervalCensored<'static> {
    data(&cases("interval").into_iter().find(|c| c.name == name).unwrap())
}

/// The constrained maximum by EM of masses that sum to 1 − s before t and to s after it, s by a root search: in R (chi-square; its
/// EM stops where nothing moves by 1e-14: 1e-6) and in Python (the law of the cube root). Thomas & Grunkemeier by their
/// formula, d/(n + λ).
#[test]
fn likelihood_ratio_intervals_are_those_of_an_independent_search() {
    let likelihood = Turnbull::likelihood(&named("fine60")).unwrap();
    for (time, law, lower, upper) in [
        (4.0, RatioLaw::ChiSquare, 0.257832573053, 0.629315707841),
        (4.0, RatioLaw::CubeRoot, 0.288354098792, 0.590216569140),
        (2.5, RatioLaw::ChiSquare, 0.435217152505, 0.973002955674),
        (2.5, RatioLaw::CubeRoot, 0.494243002045, 0.960925206432),
    ] {
        let found = likelihood.interval(time, 0.95, law).unwrap().bounds().unwrap();
        close(found.0, lower, 1e-6, "lower");
        close(found.1, upper, 1e-6, "upper");
    }
    assert!(likelihood.interval(4.0, 0.8, RatioLaw::CubeRoot).is_err());
    assert!(likelihood.interval(-1.0, 0.95, RatioLaw::ChiSquare).is_err());
    let time = [9., 13., 13., 18., 23., 28., 31., 34., 45., 48., 161.];
    let event = [true, true, false, true, true, false, true, true, false, true, false];
    let aml = IntervalCensored::right_censored(&time, &event).unwrap();
    let likelihood = Turnbull::likelihood(&aml).unwrap();
    let found = likelihood.interval(30.0, 0.95, RatioLaw::ChiSquare).unwrap().bounds().unwrap();
    close(found.0, 0.3128273380107, 1e-9, "Thomas & Grunkemeier");
    close(found.1, 0.8609965842231, 1e-9, "Thomas & Grunkemeier");
    // Before the first event nothing but their number bounds survival: s¹¹ ≥ exp(−q/2).
    let q = 3.841458820694124_f64;
    let first = likelihood.interval(5.0, 0.95, RatioLaw::ChiSquare).unwrap().bounds().unwrap();
    close(first.0, (-q / 22.0).exp(), 1e-9, "no event yet");
    assert_eq!(first.1, 1.0);
}

/// At its limits the ratio is the quantile; the interval holds the region; it is that of the doubled data for a weight of 2.
#[test]
fn likelihood_ratios_hold_for_entries_and_weights() {
    let q = 3.841458820694124;
    let late = truncated();
    for time in [0.5, 2.25, 5.0, 14.0, 24.0] {
        let likelihood = Turnbull::likelihood(&late).unwrap();
        let interval = likelihood.interval(time, 0.95, RatioLaw::ChiSquare).unwrap();
        let (lower, upper) = interval.bounds().unwrap();
        let region = Turnbull::fit(&late).at(time);
        assert!(lower <= region.lower + 1e-9 && region.upper <= upper + 1e-9, "{time}: {interval:?}");
        for limit in [lower, upper].into_iter().filter(|s| *s > 0.0 && *s < 1.0) {
            close(likelihood.ratio(time, limit).unwrap(), q, 1e-5, &format!("ratio at {time}"));
        }
        let twice = late.clone().with_weights(Weights::replication(vec![2.0; late.len()])).unwrap();
        let narrow = Turnbull::likelihood(&twice).unwrap();
        let narrow = narrow.interval(time, 0.95, RatioLaw::ChiSquare).unwrap().bounds().unwrap();
        assert!(narrow.0 >= lower - 1e-9 && narrow.1 <= upper + 1e-9);
    }
    let clustered = late.clone().with_clusters(&vec![1; late.len()]).unwrap();
    assert!(matches!(Turnbull::likelihood(&clustered), Err(Error::Unsupported { .. })));
}

/// Right-censored data: the bootstrap's standard error is near Greenwood's (600 samples: 3 % of Monte Carlo error).
#[test]
fn samples_of_rows_clusters_and_strata() {
    let time: Vec<f64> = (0..80).map(|i| f64::from((i * 37) % 83 + 1)).collect();
    let event: Vec<bool> = (0..80).map(|i| i % 3 != 0).collect();
    let data = IntervalCensored::right_censored(&time, &event).unwrap();
    let km = KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap()).at(40.0);
    let greenwood = km.std_error().unwrap();
    let samples = Turnbull::bootstrap(&data, &[40.0], 600, 7).unwrap();
    let found = samples.std_error(40.0).unwrap();
    assert!((found / greenwood - 1.0).abs() < 0.12, "{found} for {greenwood}");
    let (lower, upper) = samples.interval(40.0, 0.95).unwrap().bounds().unwrap();
    let (l, u) = km.interval(0.95).unwrap().bounds().unwrap();
    assert!((lower - l).abs() < 0.04 && (upper - u).abs() < 0.04, "{samples}");
    assert_eq!(samples, Turnbull::bootstrap(&data, &[40.0], 600, 7).unwrap());
    // Two of each as clusters: the same variance; as rows it would be half.
    let twice = |v: &[f64]| [v, v].concat();
    let both = IntervalCensored::new(twice(data.lower()), twice(data.upper())).unwrap();
    let ids: Vec<usize> = (0..160).map(|i| i % 80).collect();
    let clustered = both.clone().with_clusters(&ids).unwrap();
    let clustered = Turnbull::bootstrap(&clustered, &[40.0], 250, 7).unwrap().std_error(40.0).unwrap();
    let rows = Turnbull::bootstrap(&both, &[40.0], 250, 7).unwrap().std_error(40.0).unwrap();
    assert!((clustered / greenwood - 1.0).abs() < 0.18, "{clustered} for {greenwood}");
    assert!((rows / greenwood - 0.5_f64.sqrt()).abs() < 0.13, "{rows} for {greenwood}");
    // Replication weights draw subjects, sampling weights rows.
    let weights = vec![2.0; 80];
    let counted = data.clone().with_weights(Weights::replication(weights.clone())).unwrap();
    let sampled = data.clone().with_weights(Weights::sampling(weights)).unwrap();
    let counted = Turnbull::bootstrap(&counted, &[40.0], 250, 7).unwrap().std_error(40.0).unwrap();
    let sampled = Turnbull::bootstrap(&sampled, &[40.0], 250, 7).unwrap().std_error(40.0).unwrap();
    assert!((counted / greenwood - 0.5_f64.sqrt()).abs() < 0.13, "{counted} for {greenwood}");
    assert!((sampled / greenwood - 1.0).abs() < 0.18, "{sampled} for {greenwood}");
    // Strata of one row each leave nothing to chance.
    let alone = data.clone().with_strata(Groups::new(&(0..80).collect::<Vec<_>>())).unwrap();
    assert!(Turnbull::bootstrap(&alone, &[40.0], 10, 7).unwrap().std_error(40.0).unwrap() < 1e-12);
    let crossed = both.with_clusters(&ids).unwrap().with_strata(Groups::new(&(0..160).collect::<Vec<_>>()));
    let crossed = Turnbull::bootstrap(&crossed.unwrap(), &[40.0], 10, 7);
    assert!(matches!(crossed, Err(Error::Unsupported { .. })));
    assert!(samples.interval(41.0, 0.95).is_err() && Turnbull::bootstrap(&data, &[], 10, 7).is_err());
}

fn rows() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let row = (0u32..12, 0u32..8).prop_map(|(l, width)| {
        let upper = if width == 7 { f64::INFINITY } else { f64::from(l + width) };
        (f64::from(l), upper)
    });
    prop::collection::vec(row, 1..40)
}

proptest! {
    /// Entries before exact times: the product limit with its risk sets, until one of them is empty.
    #[test]
    fn right_censored_data_with_entries_give_kaplan_meier(
        rows in prop::collection::vec((1u32..15, any::<bool>(), 0u32..15), 1..40)
    ) {
        let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let entry: Vec<f64> = rows.iter().map(|r| f64::from(r.2.min(r.0 - 1))).collect();
        let data = IntervalCensored::right_censored(&time, &event).unwrap().with_entry(&entry).unwrap();
        let curve = Turnbull::fit(&data);
        prop_assert!(curve.kkt_gap() < 1e-9, "{}", curve);
        let km = KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap().with_entry(&entry).unwrap());
        let last = curve.exhausted().map_or(f64::INFINITY, |i| i.left);
        for &t in time.iter().filter(|t| **t <= last) {
            let expected = km.at(t).value().unwrap();
            prop_assert!((curve.at(t).upper - expected).abs() < 1e-8, "{} at {}: {}", curve, t, expected);
        }
    }

    /// Any entries: an answer with its certificate.
    #[test]
    fn intervals_with_entries_have_an_answer(rows in rows(), entry in prop::collection::vec(0u32..12, 40)) {
        let (l, u): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
        let entry: Vec<f64> =
            u.iter().zip(entry).map(|(u, e)| if f64::from(e) < *u { f64::from(e) } else { 0.0 }).collect();
        let data = IntervalCensored::new(l, u).unwrap().with_entry(entry).unwrap();
        let curve = Turnbull::fit(&data);
        prop_assert!(curve.kkt_gap() < 1e-8, "{} {:?}", curve, data);
    }

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

/// A region at no time is equal to itself, and is read back as it was.
#[test]
fn a_region_at_no_time_is_equal_to_itself() {
    let data = IntervalCensored::new(&[1.0, 2.0], &[3.0, f64::INFINITY]).unwrap();
    let none = Turnbull::fit(&data).at(f64::NAN);
    assert!(none.lower.is_nan());
    assert_eq!(none, Turnbull::fit(&data).at(f64::NAN));
    #[cfg(feature = "serde")]
    {
        let text = serde_json::to_string(&none).unwrap();
        assert_eq!(serde_json::from_str::<greenwood::survival::curve::SurvivalRegion>(&text).unwrap(), none);
    }
    assert_ne!(none, Turnbull::fit(&data).at(2.5));
}
