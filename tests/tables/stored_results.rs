//! Stored results of curves and contrasts: their own output is read back, and any field of it may be mutated.
#![cfg(feature = "serde")]

use std::fmt::{Debug, Display};

use greenwood::survival::contrast::{
    Divisor, InvertedLogRank, Measure, MedianContrast, MedianMeasure, NumberNeeded, WinStatistics,
};
use greenwood::survival::curve::{
    CumulativeHazard, HazardEstimate, Quantile, RestrictedMean, SmallRiskSet, StepFunction, SurvivalEstimate,
};
use greenwood::survival::result::{ConfidenceInterval, Direction, Estimate, HazardRatioMethod, Scale};
use greenwood::survival::{
    Groups, HazardRatio, Interval, KaplanMeier, NelsonAalen, RightCensored, SurvivalContrast, SurvivalCurve,
    Weights, WinRatio,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Every leaf of a JSON value.
fn leaves(value: &Value, path: &str, all: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                leaves(item, &format!("{path}/{i}"), all);
            }
        }
        Value::Object(fields) => {
            for (name, item) in fields {
                leaves(item, &format!("{path}/{name}"), all);
            }
        }
        _ => all.push(path.to_string()),
    }
}

/// Reads its own output back, and each mutation of one field: refused, or used without a panic.
fn survives<T>(value: &T, use_it: impl Fn(&T)) -> [usize; 2]
where
    T: Serialize + DeserializeOwned + PartialEq + Debug + Display,
{
    let written = serde_json::to_value(value).unwrap();
    let back: T = serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap();
    assert_eq!(&back, value);
    use_it(&back);
    let mut paths = Vec::new();
    leaves(&written, "", &mut paths);
    let mutations = [
        json!(null),
        json!(-1),
        json!(2),
        json!(0),
        json!(0.5),
        json!(1e308),
        json!(-1e308),
        json!(5e-324),
        json!(4294967295_u64),
        json!(u64::MAX),
        json!("x"),
        json!(true),
        json!([]),
        json!({}),
    ];
    let mut counts = [0, 0];
    for path in paths {
        for mutation in &mutations {
            let mut mutated = written.clone();
            *mutated.pointer_mut(&path).unwrap() = mutation.clone();
            match serde_json::from_value::<T>(mutated) {
                Err(_) => counts[0] += 1,
                Ok(read) => {
                    counts[1] += 1;
                    let _ = (read.to_string(), format!("{read:#}"), format!("{read:.0}"));
                    use_it(&read);
                }
            }
        }
    }
    counts
}

fn curve(time: &[f64], event: &[u8]) -> SurvivalCurve {
    KaplanMeier::fit(&RightCensored::new(time, event.iter().map(|&e| e == 1).collect::<Vec<_>>()).unwrap())
}

fn use_curve(c: &SurvivalCurve) {
    for t in [0.0, 2.5, 9.0, 1e300, f64::NAN] {
        let _ =
            (c.at(t).interval(0.95), c.just_before(t), c.restricted_mean(t), c.difference(c, t).p_value());
        let _ = (c.number_needed_to_treat(c, t, 0.9), c.given_survival_to(t), c.extended().at(t));
    }
    let _ = (c.median(), c.quantile(0.0), c.warnings(), c.common_horizon(c), c.steps().count());
    let _ = c.median_contrast(c, MedianMeasure::Ratio, 0.9);
}

#[test]
fn mutated_curves_are_refused_or_harmless() {
    let plain = curve(&[1., 2., 3., 4.], &[1, 0, 1, 0]);
    let [refused, read] = survives(&plain, use_curve);
    assert!(refused > 2 * read, "{refused} {read}");
    survives(&plain.extended(), use_curve);
    survives(&curve(&[1., 2.], &[1, 1]), use_curve);
    let data = RightCensored::new(&[1., 2., 3., 4.], &[true, true, false, true]).unwrap();
    let robust = data.clone().with_weights(Weights::sampling(vec![1., 2., 1.5, 1.])).unwrap();
    survives(&KaplanMeier::fit(&robust), use_curve);
    let entered = data.clone().with_entry(&[0., 0., 1.5, 2.5]).unwrap();
    survives(&KaplanMeier::fit(&entered), use_curve);
    survives::<CumulativeHazard>(&NelsonAalen::fit(&data), |h| {
        let _ = (h.at(2.0).interval(0.9), h.at(f64::NAN), h.survival().median());
    });
    survives::<HazardEstimate>(&NelsonAalen::fit(&data).at(2.0), |h| {
        let _ = (h.interval(0.9), h.value());
    });
    let steps = StepFunction::survival(&[1.0, 2.0], &[0.5, 0.25], &[0.1, 0.2], 3.0).unwrap();
    survives(&steps, |s| {
        let _ =
            (s.value(2.0), s.interval(2.0, 0.9), s.median(), s.restricted_mean(2.5), s.extended().value(9.0));
    });
}

#[test]
fn mutated_estimates_are_refused_or_harmless() {
    let (a, b) = (curve(&[1., 2., 3., 4.], &[1, 0, 1, 0]), curve(&[1., 2., 5., 6.], &[0, 1, 1, 1]));
    for t in [0.5, 2.5, 3.5, 4.5, 7.0] {
        survives::<SurvivalEstimate>(&a.at(t), |e| {
            let _ = (e.interval(Interval::logit()), e.std_error());
        });
        for measure in [Measure::Difference, Measure::Ratio, Measure::OddsRatio, Measure::Arcsine] {
            survives::<SurvivalContrast>(&a.contrast(&b, t, measure), |c| {
                let _ = (c.interval(0.9), c.p_value(), c.p_value_above(0.5));
            });
        }
        survives::<NumberNeeded>(&a.number_needed_to_treat(&b, t, 0.9).unwrap(), |n| {
            let _ = (n.value(), n.direction(Direction::Wanted).to_string());
        });
    }
    let needed = NumberNeeded::from_difference(
        0.2,
        ConfidenceInterval { lower: Some(0.1), upper: Some(0.3), level: 0.9 },
    );
    survives(&needed, |n| {
        let _ = n.to_string();
    });
    survives::<Quantile>(&a.median(), |q| {
        let _ = (q.value(), q.interval());
    });
    survives::<Quantile>(&a.quantile(0.99).unwrap(), |q| {
        let _ = q.value();
    });
    survives::<RestrictedMean>(&a.restricted_mean(3.5).unwrap(), |m| {
        let _ = (m.interval(0.9), m.time_lost());
    });
    survives::<MedianContrast>(&b.median_contrast(&a, MedianMeasure::Ratio, 0.9).unwrap(), |m| {
        let _ = m.value();
    });
    for estimate in [
        Estimate::new(Scale::Log, 0.5, 0.2),
        Estimate::new(Scale::Log, f64::INFINITY, 0.2),
        Estimate::new(Scale::Identity, f64::NAN, 0.2),
        Estimate::new(Scale::Identity, 0.5, 0.0).within(-1.0, 1.0),
    ] {
        survives(&estimate, |e| {
            let _ = (e.interval(0.9), e.interval(Interval::log()), e.p_value(), e.negated());
        });
    }
    let ratio =
        HazardRatio::new(HazardRatioMethod::Cox, 0.5, Ok(0.2)).named("a", "b").direction(Direction::Wanted);
    survives(&ratio, |r| {
        let _ = (r.interval(0.9), r.sentence(), r.inverse());
    });
    // A time that is none is written as none.
    let nan = serde_json::to_string(&a.at(f64::NAN)).unwrap();
    assert!(serde_json::from_str::<SurvivalEstimate>(&nan).unwrap().time().is_nan());
}

#[test]
fn mutated_comparisons_are_refused_or_harmless() {
    let data =
        RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, true, false, true, true, false]).unwrap();
    let arm = Groups::new(&["a", "b", "a", "b", "a", "b"]);
    survives::<InvertedLogRank>(&InvertedLogRank::fit(&data, &arm, "a", "b").unwrap(), |r| {
        let _ = (r.value(), r.interval(0.9), r.p_value(1.0));
    });
    let wins = WinRatio::new().endpoint("death", &data).estimate(&arm, "a", "b").unwrap();
    let centres = data.clone().with_strata(Groups::new(&["x", "x", "x", "y", "y", "z"])).unwrap();
    let how = WinRatio::new().endpoint("death", &centres).divisor(Divisor::N).horizon(4.5);
    for wins in [wins, how.estimate(&arm, "a", "b").unwrap()] {
        let [refused, _] = survives::<WinStatistics>(&wins, |w| {
            let _ = (
                w.ties(),
                w.win_ratio(),
                w.win_odds(),
                w.net_benefit().p_value(),
                w.finkelstein_schoenfeld().p_value(),
            );
            w.strata().iter().for_each(|s| {
                let _ = (s.ties(), s.win_ratio(), s.win_odds(), s.net_benefit().p_value());
            });
        });
        assert!(refused > 0);
    }
    let wins = serde_json::to_value(how.estimate(&arm, "a", "b").unwrap()).unwrap();
    for (path, value, says) in [
        ("/horizon", json!(-1.0), "horizon is -1: it must be above 0 and finite"),
        ("/strata/0/wins", json!(0), "the number of decided pairs"),
        ("/strata/2/subjects/1", json!(7), "a group's size"),
        ("/variance", json!([0.5, 0.5, 0.0]), "the variance of wins is 0.5: it must be that of its strata"),
    ] {
        let mut written = wins.clone();
        *written.pointer_mut(path).unwrap() = value;
        let err = serde_json::from_value::<WinStatistics>(written).unwrap_err().to_string();
        assert!(err.contains(says), "{path}: {err}");
    }
    let entered = RightCensored::new(&[1., 9., 8., 9., 9.], &[true, false, false, true, true]).unwrap();
    let warned = KaplanMeier::fit(&entered.with_entry(&[0., 0., 2., 2., 2.]).unwrap()).warnings();
    survives::<SmallRiskSet>(&warned[0], |w| {
        let _ = w.condition_on();
    });
}

#[test]
fn mutated_scores_of_predictions_are_refused_or_harmless() {
    use greenwood::survival::prediction::{Brier, Calibration, Integration, TimeRoc};
    let data =
        RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, true, false, true, true, false]).unwrap();
    let risk = [0.9, 0.6, 0.5, 0.6, 0.3, 0.1];
    let curve = Brier::new().over_time(&data, &[risk.to_vec(), risk.to_vec()], &[2.0, 4.0]).unwrap();
    survives(&curve, |c| {
        let _ = (c.integrated(Integration::Trapezoid), c.integrated_null(Integration::LeftSum));
        for s in c.scores() {
            let _ = (s.scaled(), s.estimate().p_value());
        }
    });
    survives(&TimeRoc::new().estimate(&data, &risk, 4.0).unwrap(), |r| {
        let _ = (r.auc().interval(0.9).unwrap(), r.points().len());
    });
    survives(&Calibration::new().groups(2).estimate(&data, &risk, 4.0).unwrap(), |t| {
        for g in t.groups() {
            let _ = t.interval(g);
        }
        let _ = (t.slope().p_value(), t.observed_over_expected().interval(0.9));
    });
}

#[test]
fn mutated_tests_of_the_markov_assumption_are_refused_or_harmless() {
    use greenwood::survival::Histories;
    use greenwood::survival::multi_state::{MarkovTest, MarkovTestResult};
    let data = Histories::among(&["well", "ill", "dead"]).rows(
        &["a", "a", "b", "b", "c", "c", "d", "d"],
        &[0., 1., 0., 2., 0., 4., 0., 5.],
        &[1., 9., 2., 8., 4., 6., 5., 7.],
        &["ill", "dead", "ill", "dead", "ill", "dead", "ill", "dead"].map(Some),
    );
    let test = MarkovTest::new("ill", "dead").at(&[3.0]).replicates(20).test(&data.unwrap()).unwrap();
    survives(&test, |t| {
        for p in [t.p_value(), t.p_value_of_largest()].into_iter().flatten() {
            assert!(p > 0.0 && p <= 1.0, "{p}");
        }
        for l in t.landmarks() {
            let _ = (l.p_value(), l.groups().iter().zip(l.observed()).zip(l.expected()).count());
        }
    });
    let mut written = serde_json::to_value(&test).unwrap();
    written["as_large"][0] = json!(21);
    assert_eq!(
        serde_json::from_value::<MarkovTestResult>(written).unwrap_err().to_string(),
        "as_large is 21: it must be at most the number of samples"
    );
}
