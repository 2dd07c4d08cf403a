//! What must hold of every parametric model: units, order, weights, intervals that shrink, splitting at entry; and the traps
//! that users of other packages fell into.

use greenwood::survival::regression::parametric::{Background, Distribution};
use greenwood::survival::regression::{Family, Observations, ParametricModel, ParametricStop};
use greenwood::survival::{Design, Parametric, RightCensored, Weights};
use greenwood::{Error, Result};
use proptest::prelude::*;

const NAMES: [&str; 8] = [
    "exponential",
    "weibull",
    "weibull-ph",
    "log-normal",
    "log-logistic",
    "gompertz",
    "gamma",
    "piecewise-exponential",
];

/// The family; a piecewise hazard with cuts in the unit of the times.
fn family(name: &str, unit: f64) -> Family {
    match name {
        "piecewise-exponential" => Family::piecewise_exponential(&[2.0 * unit, 5.0 * unit]),
        _ => name.parse().unwrap(),
    }
}

#[derive(Debug, Clone)]
struct Rows {
    time: Vec<f64>,
    event: Vec<bool>,
    x: Vec<f64>,
}

impl Rows {
    fn fit(&self, family: Family, data: impl FnOnce(Observations) -> Observations) -> ParametricModel {
        let data = data(Observations::from(&RightCensored::new(&self.time, &self.event).unwrap()));
        Parametric::new(family).fit(data, &self.design()).unwrap()
    }

    fn design(&self) -> Design<'static> {
        Design::builder().numeric("x", &self.x).build().unwrap()
    }

    fn pick(&self, rows: &[usize]) -> Self {
        Self {
            time: rows.iter().map(|&i| self.time[i]).collect(),
            event: rows.iter().map(|&i| self.event[i]).collect(),
            x: rows.iter().map(|&i| self.x[i]).collect(),
        }
    }
}

/// Times in (0.2, 9], half of them events and more, a covariate that takes both signs.
fn rows() -> impl Strategy<Value = Rows> {
    prop::collection::vec((0.2_f64..9.0, 0.0_f64..1.0, -1.0_f64..1.0), 25..60).prop_map(|rows| Rows {
        time: rows.iter().map(|r| r.0).collect(),
        event: rows.iter().enumerate().map(|(i, r)| i % 2 == 0 || r.1 < 0.4).collect(),
        x: rows.iter().map(|r| r.2).collect(),
    })
}

/// Both end in a maximum, with coefficients that differ by this many standard errors at most.
fn same(a: &ParametricModel, b: &ParametricModel, moved: &[f64]) -> std::result::Result<(), TestCaseError> {
    prop_assert_eq!(a.stop().is_success(), b.stop().is_success(), "{} {}", a, b);
    if a.stop().is_success() {
        for (k, (x, y)) in a.coefficients().iter().zip(b.coefficients()).enumerate() {
            let error = a.variance()[(k, k)].sqrt();
            let by = moved.get(k).copied().unwrap_or(0.0);
            prop_assert!((y - x - by).abs() < 1e-5 * error + 1e-9, "{k}: {x} {y} {by}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    /// Days or years: the log likelihood moves by the events' Jacobian, survival at the same moment stays.
    #[test]
    fn the_unit_of_time_does_not_matter(rows in rows(), unit in prop::sample::select(vec![1.0 / 365.25, 30.4375, 1e6])) {
        let other = Rows { time: rows.time.iter().map(|t| t * unit).collect(), ..rows.clone() };
        let events = rows.event.iter().filter(|e| **e).count() as f64;
        for name in NAMES {
            let (a, b) = (rows.fit(family(name, 1.0), |d| d), other.fit(family(name, unit), |d| d));
            prop_assert_eq!(a.stop().is_success(), b.stop().is_success(), "{}: {} {}", name, a, b);
            if !a.stop().is_success() { continue }
            let moved = b.log_likelihood() + events * unit.ln();
            prop_assert!((a.log_likelihood() - moved).abs() < 1e-6, "{name}: {} {moved}", a.log_likelihood());
            let at = |m: &ParametricModel, t: f64| m.predict(&m.row().numeric("x", 0.3)).unwrap().survival(t).unwrap();
            let (s, t) = (at(&a, 3.0), at(&b, 3.0 * unit));
            prop_assert!((s.value() - t.value()).abs() < 1e-6, "{name}");
            if Distribution::is_accelerated(a.family()) && ["weibull", "log-normal", "log-logistic"].contains(&name) {
                same(&a, &b, &[unit.ln()])?;
            }
        }
    }

    /// In any order, and with a weight of 2 as the row twice.
    #[test]
    fn order_does_not_matter_and_a_weight_is_a_repetition(rows in rows()) {
        let n = rows.time.len();
        let backwards: Vec<usize> = (0..n).rev().collect();
        let doubled: Vec<usize> = (0..n).chain((0..n).filter(|i| i % 3 == 0)).collect();
        let weight: Vec<f64> = (0..n).map(|i| if i % 3 == 0 { 2.0 } else { 1.0 }).collect();
        for name in NAMES {
            let family = family(name, 1.0);
            let own = rows.fit(family.clone(), |d| d);
            same(&own, &rows.pick(&backwards).fit(family.clone(), |d| d), &[])?;
            let weighted =
                rows.fit(family.clone(), |d| d.with_weights(Weights::replication(&weight)).unwrap());
            let repeated = rows.pick(&doubled).fit(family, |d| d);
            same(&weighted, &repeated, &[])?;
            prop_assert!((weighted.log_likelihood() - repeated.log_likelihood()).abs() < 1e-7, "{name}");
            prop_assert!((weighted.bic() - repeated.bic()).abs() < 1e-7, "{name}");
        }
    }

    /// `ln P(t − h < T ≤ t + h) − ln 2h` tends to the log density.
    #[test]
    fn an_interval_that_shrinks_becomes_a_density(rows in rows()) {
        let h = 1e-5;
        let around = |by: f64| {
            let ends = rows.time.iter().zip(&rows.event);
            ends.map(|(t, e)| if *e { t + by } else if by > 0.0 { f64::INFINITY } else { *t }).collect::<Vec<f64>>()
        };
        let events = rows.event.iter().filter(|e| **e).count() as f64;
        for name in ["exponential", "weibull", "log-normal", "log-logistic", "gompertz", "gamma"] {
            let exact = rows.fit(family(name, 1.0), |d| d);
            let narrow = rows.fit(family(name, 1.0), |_| Observations::interval(&around(-h), &around(h)).unwrap());
            let log = narrow.log_likelihood() - events * (2.0 * h).ln();
            // The difference of two probabilities 1e-5 apart holds ten digits less than each.
            prop_assert!((exact.log_likelihood() - log).abs() < 1e-4, "{name}: {} {log}", exact.log_likelihood());
            for (a, b) in exact.coefficients().iter().zip(narrow.coefficients()) {
                prop_assert!((a - b).abs() < 1e-3 * (1.0 + a.abs()), "{name}: {a} {b}");
            }
        }
    }

    /// Models of the hazard of the moment: a row may be split anywhere into two, the second entering where the first ends.
    #[test]
    fn splitting_at_entry_changes_nothing(rows in rows(), share in 0.2_f64..0.8) {
        let n = rows.time.len();
        let cut: Vec<f64> = rows.time.iter().map(|t| t * share).collect();
        let time: Vec<f64> = cut.iter().chain(&rows.time).copied().collect();
        let event: Vec<bool> = vec![false; n].into_iter().chain(rows.event.iter().copied()).collect();
        let entry: Vec<f64> = vec![0.0; n].into_iter().chain(cut.iter().copied()).collect();
        let split = Rows { time, event, x: rows.x.iter().chain(&rows.x).copied().collect() };
        for name in ["exponential", "weibull", "weibull-ph", "gompertz", "log-normal", "gamma", "piecewise-exponential"] {
            let whole = rows.fit(family(name, 1.0), |d| d);
            let parts = split.fit(family(name, 1.0), |d| d.with_entry(&entry).unwrap());
            prop_assert!((whole.log_likelihood() - parts.log_likelihood()).abs() < 1e-6, "{name}");
            same(&whole, &parts, &[])?;
        }
    }
}

/// Trap 12: (L, R] includes R; for a continuous time an interval adds up from its parts.
#[test]
fn trap_12_an_interval_is_the_sum_of_its_parts() -> Result<()> {
    let model = Parametric::new(Family::Weibull).fixed("scale", 0.7);
    let fit = model.fit(&RightCensored::new(&[3.0; 3], &[true; 3])?, &Design::without_covariates(3))?;
    let subject = fit.predict(&fit.row())?;
    let mass =
        |from: f64, to: f64| subject.survival(from).unwrap().value() - subject.survival(to).unwrap().value();
    assert!((mass(1.0, 2.0) + mass(2.0, 3.0) - mass(1.0, 3.0)).abs() < 1e-15);
    assert_eq!(mass(0.0, 1.0), 1.0 - subject.survival(1.0)?.value());
    Ok(())
}

/// Trap 13: a subject that enters at a time is not at risk before; exponential: events by time at risk after entry.
#[test]
fn trap_13_entry_counts_from_entry() -> Result<()> {
    let (time, entry) = ([2.0, 3.0, 3.0, 4.0, 5.0, 6.0], [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]);
    let data = RightCensored::new(&time, &[true; 6])?.with_entry(&entry)?;
    let fit = Parametric::new(Family::Exponential).fit(&data, &Design::without_covariates(6))?;
    assert!((fit.coefficients()[0] - (17.0_f64 / 6.0).ln()).abs() < 1e-12);
    Ok(())
}

/// Traps 14 and 15: the variance is that of the observed information, and late entry that leaves no maximum is said.
#[test]
fn traps_14_and_15_variance_and_truncation_without_a_maximum() -> Result<()> {
    let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0, 5.0], &[true, true, false, true, false])?;
    let fit = Parametric::new(Family::Exponential).fit(&data, &Design::without_covariates(5))?;
    // 1/d of the log rate, d = 3 events.
    assert!((fit.variance()[(0, 0)] - 1.0 / 3.0).abs() < 1e-9);
    // Each fails just after it was let in: the later the steeper, without end.
    let (time, entry) = ([1.0 + 1e-9, 2.0 + 1e-9, 3.0 + 1e-9], [1.0, 2.0, 3.0]);
    let data = Observations::interval(&time, &time)?.with_entry(&entry)?;
    for name in ["weibull", "log-normal", "gompertz", "generalized-gamma"] {
        match Parametric::new(name.parse()?).fit(&data, &Design::without_covariates(3)) {
            Ok(fit) => assert!(fit.log_likelihood().is_finite() && !fit.diagnosis().is_empty(), "{fit}"),
            Err(error) => assert!(error.to_string().len() > 20, "{error}"),
        }
    }
    Ok(())
}

/// Trap 16: intervals alone; limits of 0 and −∞ say the same of positive times; left and right mixed in a spline.
#[test]
fn trap_16_intervals_alone_and_lower_limits_of_zero() {
    let (lower, upper) = ([0.0, 1.0, 2.0, 3.0, 1.5, 4.0], [2.0, 3.0, 4.5, f64::INFINITY, 2.9, f64::INFINITY]);
    let open = lower.map(|l| if l == 0.0 { f64::NEG_INFINITY } else { l });
    for name in ["weibull", "log-normal", "gompertz", "gamma", "spline-hazard", "spline-odds"] {
        let fit = |lower: &[f64]| {
            let data = Observations::interval(lower, &upper).unwrap();
            Parametric::new(name.parse::<Family>().unwrap())
                .fit(data, &Design::without_covariates(6))
                .unwrap()
        };
        let (zero, infinite) = (fit(&lower), fit(&open));
        assert!((zero.log_likelihood() - infinite.log_likelihood()).abs() < 1e-8, "{name}");
        assert!(zero.stop().has_curve() && zero.log_likelihood() < 0.0, "{name}: {zero}");
    }
}

/// Trap 17: a falling Gompertz hazard, four censored times beyond 72 where the rest is below 18, the entry as covariate, another
/// model's predictor as covariate.
#[test]
fn trap_17_every_start_is_finite() -> Result<()> {
    let early: Vec<f64> = (1..=30).map(|k| 0.1 * f64::from(k)).collect();
    let below_18 = early.iter().map(|t| 5.9 * t);
    let time: Vec<f64> = below_18.chain([72.5, 73.0, 80.0, 96.0]).collect();
    let entry: Vec<f64> = (0..34).map(|i| time[i] * 0.1 * (i % 5) as f64).collect();
    let event: Vec<bool> = (0..34).map(|i| i < 30).collect();
    let late = RightCensored::new(&time, &event)?.with_entry(&entry)?;
    let of_entry = Design::builder().numeric("entry", &entry).build()?;
    let time: Vec<f64> = early.iter().copied().chain([80.0, 90.0, 100.0, 120.0]).collect();
    let data = RightCensored::new(&time, &event)?;
    for name in
        NAMES.into_iter().chain(["generalized-gamma", "generalized-f", "spline-hazard", "spline-normal"])
    {
        let fit = Parametric::new(family(name, 1.0)).fit(&data, &Design::without_covariates(34))?;
        assert!(fit.log_likelihood().is_finite() && fit.stop().has_curve(), "{name}: {fit}");
        if NAMES.contains(&name) {
            let entered = Parametric::new(family(name, 1.0)).fit(&late, &of_entry)?;
            assert!(entered.log_likelihood().is_finite() && entered.stop().has_curve(), "{name}: {entered}");
        }
        if name == "gompertz" {
            // Some never have the event: S(∞) > 0.
            assert!(fit.coefficients()[0] < 0.0);
            let subject = fit.predict(&fit.row())?;
            assert!(subject.survival(1e9)?.value() > 0.05 && subject.quantile(0.99)?.value().is_infinite());
            assert!(subject.mean()?.value().is_infinite());
        }
    }
    let x: Vec<f64> = time.iter().enumerate().map(|(i, t)| 0.1 * t.ln() + (i % 3) as f64).collect();
    let design = Design::builder().numeric("x", &x).build()?;
    let first = Parametric::new(Family::Weibull).fit(&data, &design)?;
    let predictor: Vec<f64> =
        x.iter().map(|x| first.coefficients()[0] + first.coefficients()[1] * x).collect();
    let second =
        Parametric::new(Family::Weibull).fit(&data, &Design::builder().numeric("p", &predictor).build()?)?;
    assert!(
        (second.coefficients()[1] - 1.0).abs() < 1e-6 && second.coefficients()[0].abs() < 1e-5,
        "{second}"
    );
    Ok(())
}

/// Trap 18: a weight of 5 on every row is five times the information as a count, and none as a sampling weight.
#[test]
fn trap_18_weights_are_counts_or_sampling_weights() -> Result<()> {
    let data = || RightCensored::new(&[1.0, 2.0, 3.0, 4.0, 6.0], &[true, true, false, true, true]).unwrap();
    let variance = |data: &RightCensored| {
        let fit = Parametric::new(Family::Weibull).fit(data, &Design::without_covariates(5)).unwrap();
        fit.variance()[(0, 0)]
    };
    let counted = variance(&data().with_weights(Weights::replication(&[5.0; 5]))?);
    assert!((5.0 * counted / variance(&data()) - 1.0).abs() < 1e-7);
    let sampled = |w: f64| variance(&data().with_weights(Weights::sampling(vec![w; 5])).unwrap());
    assert!((sampled(5.0) / sampled(1.0) - 1.0).abs() < 1e-7);
    Ok(())
}

/// Trap 19: where S has underflowed, hazard, cumulative hazard and conditional survival are numbers.
#[test]
fn trap_19_tails_are_taken_by_logarithms() -> Result<()> {
    let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0, 6.0, 2.5], &[true, true, true, true, true, false])?;
    for name in
        NAMES.into_iter().chain(["generalized-gamma", "spline-hazard", "spline-odds", "spline-normal"])
    {
        let fit = Parametric::new(family(name, 1.0)).fit(&data, &Design::without_covariates(6))?;
        let Ok(subject) = fit.predict(&fit.row()) else { continue };
        for t in [1e3, 1e5] {
            let (hazard, cumulative) = (subject.hazard(t)?.value(), subject.cumulative_hazard(t)?.value());
            assert!(!hazard.is_nan() && !cumulative.is_nan(), "{name} at {t}: {hazard} {cumulative}");
            // Beyond all numbers even for a logarithm (Gompertz) the ratio is none, and an error says so.
            if cumulative == f64::INFINITY {
                assert!(subject.conditional_survival(1.01 * t, t).is_err());
                continue;
            }
            let conditional = subject.conditional_survival(1.01 * t, t)?.value();
            assert!((0.0..=1.0).contains(&conditional), "{name} at {t}: {conditional}");
        }
    }
    Ok(())
}

/// Trap 20: a generalised gamma or F distribution is never below the families inside it, and says where it lies on an edge.
#[test]
fn trap_20_wider_families_contain_the_narrower() -> Result<()> {
    let time: Vec<f64> = (1..=40).map(|k| (f64::from(k) / 41.0).ln().abs().powf(0.6) + 0.01).collect();
    let data = RightCensored::new(&time, &[true; 40][..])?;
    let log = |name: &str| -> Result<(f64, ParametricStop)> {
        let fit = Parametric::new(name.parse()?).fit(&data, &Design::without_covariates(40))?;
        Ok((fit.log_likelihood(), fit.stop()))
    };
    let (wide, stop) = log("generalized-gamma")?;
    for name in ["weibull", "log-normal", "gamma", "exponential"] {
        assert!(wide >= log(name)?.0 - 1e-6, "{name}");
    }
    assert!(stop.has_curve());
    let (wider, stop) = log("generalized-f")?;
    assert!(
        wider >= wide - 1e-4 && wider >= log("log-logistic")?.0 - 1e-4 && stop.has_curve(),
        "{wider} {wide} {stop}"
    );
    Ok(())
}

/// Of many rows a part is searched first: they give what a hundredth of them gives that count a hundred times.
#[test]
fn many_rows_are_few_that_count_often() -> Result<()> {
    let few = 700;
    let time: Vec<f64> = (0..few).map(|i| (f64::from(i * 7919 % 701) + 1.0) / 97.0).collect();
    let event: Vec<bool> = (0..few).map(|i| i % 3 != 0).collect();
    let x: Vec<f64> = (0..few).map(|i| 40.0 + 0.1 * f64::from(i * 31 % 173) + time[i as usize]).collect();
    let counted = RightCensored::new(&time, &event)?.with_weights(Weights::replication(vec![100.0; 700]))?;
    let many = RightCensored::new(time.repeat(100), event.repeat(100))?;
    let (design, repeated) = (
        Design::builder().numeric("x", &x).build()?,
        Design::builder().numeric("x", &x.repeat(100)).build()?,
    );
    for family in [Family::Weibull, Family::LogLogistic] {
        let one = Parametric::new(family.clone()).fit(&counted, &design)?;
        let all = Parametric::new(family).fit(&many, &repeated)?;
        for k in 0..3 {
            let error = one.variance()[(k, k)].sqrt();
            assert!((one.coefficients()[k] - all.coefficients()[k]).abs() < 1e-9 * error, "{one}\n{all}");
            assert!((all.variance()[(k, k)].sqrt() / error - 1.0).abs() < 1e-9, "{one}\n{all}");
        }
        assert!((one.log_likelihood() / all.log_likelihood() - 1.0).abs() < 1e-12);
        assert!(all.iterations() <= 4, "{}", all.iterations());
    }
    Ok(())
}

/// Trap 21: covariates that change within a subject are refused where time is accelerated, with the reason.
#[test]
fn trap_21_changing_covariates_are_refused_where_time_is_accelerated() -> Result<()> {
    let data = RightCensored::new(&[2.0, 5.0, 3.0, 4.0], &[false, true, true, true])?
        .with_entry(&[0.0, 2.0, 0.0, 0.0])?
        .with_ids(&["a", "a", "b", "c"])?;
    let changing = Design::builder().numeric("x", &[0.0, 1.0, 0.0, 1.0]).build()?;
    for name in ["weibull", "log-normal", "log-logistic", "gamma", "spline-odds"] {
        let error = Parametric::new(name.parse()?).fit(&data, &changing).unwrap_err();
        assert!(
            matches!(error, Error::Unsupported { .. }) && error.to_string().contains("accelerated"),
            "{error}"
        );
    }
    for name in ["exponential", "weibull-ph", "gompertz"] {
        assert!(Parametric::new(name.parse()?).fit(&data, &changing).is_ok(), "{name}");
    }
    Ok(())
}

/// One event, all censored, all tied, separated, times of 1e-12 and 1e12, with a covariate, for every family.
#[test]
fn hostile_data_with_a_covariate_have_an_answer_or_a_diagnosis() -> Result<()> {
    let cases: [([f64; 6], [bool; 6]); 7] = [
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [true, false, false, false, false, false]),
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [false; 6]),
        ([2.0; 6], [true; 6]),
        ([1.0, 2.0, 3.0, 9.0, 9.0, 9.0], [true, true, true, false, false, false]),
        ([1e-12, 2e-12, 5e-12, 3e-12, 8e-12, 4e-12], [true; 6]),
        ([1e12, 2e12, 5e12, 3e12, 8e12, 4e12], [true; 6]),
        ([1e-12, 1.0, 1e12, 2.0, 3e-12, 4e11], [true, false, true, true, true, true]),
    ];
    let design = Design::builder().numeric("x", &[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]).build()?;
    let cure = ["cure-mixture-weibull", "cure-non-mixture-log-normal", "cure-mixture-gompertz"];
    let others = ["generalized-gamma", "generalized-f", "gaussian", "logistic", "extreme-value"];
    let splines = ["spline-hazard", "spline-odds", "spline-normal"];
    for name in NAMES.into_iter().chain(others).chain(splines).chain(cure) {
        for (time, event) in &cases {
            let data = Observations::from(&RightCensored::new(time, event)?);
            let background = data.clone().with_background(Background::rates(&[0.01 / time[0]; 6]))?;
            // Every search is made from every start there: families with closed forms are enough.
            let quick = !(name.starts_with("generalized") || name.starts_with("spline") || name == "gamma");
            for data in [data].into_iter().chain(quick.then_some(background)) {
                match Parametric::new(family(name, 1.0)).fit(data, &design) {
                    Ok(fit) => {
                        assert!(
                            fit.log_likelihood().is_finite() && !fit.diagnosis().is_empty(),
                            "{name}: {fit}"
                        );
                        assert!(fit.coefficients().iter().all(|b| b.is_finite()), "{name} {time:?}: {fit}");
                        if let Ok(subject) = fit.predict(&fit.row().numeric("x", 1.0)) {
                            let survival = subject.survival(time[1]).map(|s| s.value());
                            assert!(
                                survival.is_ok_and(|s| (0.0..=1.0).contains(&s)),
                                "{name} {time:?}: {fit}"
                            );
                        }
                    }
                    Err(error) => assert!(error.to_string().len() > 20, "{name}: {error}"),
                }
            }
        }
    }
    Ok(())
}
