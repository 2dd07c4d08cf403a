//! The average hazard ratio: coxphw's published values, R, closed forms and definitions.

use approx::assert_relative_eq;
use greenwood::survival::contrast::{AverageHazardRatio, AverageMethod, AverageRatio, Divisor};
use greenwood::survival::result::{Alternative, Direction, NotEstimable};
use greenwood::survival::{Groups, RightCensored, Weights, WinRatio};
use proptest::prelude::*;

/// Columns of a file of `tests/data` by name.
fn columns(file: &str, names: &[&str]) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(format!("tests/data/{file}.csv")).unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|h| *h == name).unwrap();
    let cell = |line: &str, i: usize| line.split(',').nth(i).unwrap().parse().unwrap();
    names.iter().map(|name| text.lines().skip(1).map(|line| cell(line, at(name))).collect()).collect()
}

/// Stablein et al. (1981), Control Clin Trials 2:57: chemotherapy with (1) and without (0) radiation.
fn stablein() -> (RightCensored<'static>, Groups) {
    let c = columns("stablein", &["time", "status", "radiation"]);
    let arm = Groups::new(&c[2].iter().map(|x| *x as u8).collect::<Vec<_>>());
    (RightCensored::new(c[0].clone(), c[1].iter().map(|e| *e == 1.0).collect::<Vec<_>>()).unwrap(), arm)
}

/// The veterans' trial, treatment 2 against 1, and the cell types.
fn veteran() -> (RightCensored<'static>, Groups, Groups) {
    let c = columns("veteran", &["time", "status", "trt", "celltype"]);
    let labels = |i: usize| Groups::new(&c[i].iter().map(|x: &f64| *x as u8).collect::<Vec<_>>());
    let data = RightCensored::new(c[0].clone(), c[1].iter().map(|e| *e == 1.0).collect::<Vec<_>>()).unwrap();
    (data, labels(2), labels(3))
}

fn near(found: &AverageRatio, log_ratio: f64, std_error: f64, tolerance: f64) {
    assert_relative_eq!(found.value().unwrap().ln(), log_ratio, max_relative = tolerance);
    assert_relative_eq!(found.std_error().unwrap(), std_error, max_relative = tolerance);
}

/// coxphw 4.0.2 (its own tests, template = "AHR"): coefficient 0.4625051, Lin-Wei variance 0.05699834, limits 0.9945916 and
/// 2.535608, p 0.05271492, concordance 0.6136 (0.4986 to 0.7172). No event and censoring share a day, so that its G is ours.
#[test]
fn radiation_as_coxphw_has_it() {
    let (data, arm) = stablein();
    let average = AverageHazardRatio::new().estimate(&data, &arm, "1", "0").unwrap();
    assert_relative_eq!(average.value().unwrap().ln(), 0.4625051, epsilon = 5e-8);
    assert_relative_eq!(average.std_error().unwrap().powi(2), 0.05699834, epsilon = 5e-9);
    let (lower, upper) = average.interval(0.95).unwrap().bounds().unwrap();
    assert_relative_eq!(lower, 0.9945916, epsilon = 5e-8);
    assert_relative_eq!(upper, 2.535608, epsilon = 5e-7);
    assert_relative_eq!(average.p_value().unwrap(), 0.05271492, epsilon = 5e-9);
    assert_relative_eq!(average.concordance().unwrap(), 0.6136, epsilon = 5e-5);
    let (lower, upper) = average.concordance_interval(0.95).unwrap().bounds().unwrap();
    assert_relative_eq!(lower, 0.4986, epsilon = 5e-5);
    assert_relative_eq!(upper, 0.7172, epsilon = 5e-5);
    assert_eq!(
        average.to_string(),
        "1.59 (95% CI 0.99 to 2.54), p = 0.053, 1 against 0 (average by weighted Cox regression)"
    );
    assert!(average.printed(0.9).unwrap().to_string().starts_with("1.59 (90% CI 1.07 to 2.35)"));
    let sentence = average.clone().direction(Direction::Unwanted).sentence();
    assert_eq!(sentence, "on average the rate of events is higher in 1 than in 0, which favours 0");
    let one_sided = average.one_sided_p_value(Alternative::FirstHigher).unwrap();
    assert_relative_eq!(2.0 * one_sided, average.p_value().unwrap(), max_relative = 1e-12);
}

/// `tests/data/average_hazard_ratio.R`, R 4.2.2 with survival 3.5-3: coxph on a stratum of rows for each event time, with
/// `weights` and `cluster(id)`, Breslow's ties.
#[test]
fn weighted_cox_as_coxph_with_weighted_risk_sets() {
    let (data, arm) = stablein();
    let of = |how: AverageHazardRatio| how.estimate(&data, &arm, "1", "0").unwrap();
    near(&of(AverageHazardRatio::new()), 0.462505114530811, 0.238743248682715, 1e-9);
    let regression = AverageHazardRatio::new().method(AverageMethod::RegressionEffect);
    near(&of(regression), 0.00214813014303162, 0.24105528938296517, 1e-9);
    near(&of(AverageHazardRatio::new().until(400.0)), 0.738493724009254, 0.302861985488002, 1e-9);

    let (data, arm, cell) = veteran();
    let of = |data: &RightCensored, how: AverageHazardRatio| how.estimate(data, &arm, "2", "1").unwrap();
    let how = AverageHazardRatio::new();
    near(&of(&data, how), 0.174403796092414, 0.198012040518649, 1e-9);
    near(&of(&data, regression), -0.0173877626447539, 0.1755315107750652, 1e-9);
    let strata = data.clone().with_strata(cell).unwrap();
    near(&of(&strata, how), 0.197787317231849, 0.209660860430827, 1e-9);
    let n = data.len();
    let weights: Vec<f64> = (1..=n).map(|i| ((i * 7) % 5 + 1) as f64).collect();
    let sampled = data.clone().with_weights(Weights::sampling(weights)).unwrap();
    near(&of(&sampled, how), 0.333269028856486, 0.216705102970825, 1e-9);
    let clusters: Vec<usize> = (0..n).map(|i| i % 20).collect();
    near(
        &of(&data.clone().with_clusters(&clusters).unwrap(), how),
        0.174403796092414,
        0.179675257034275,
        1e-9,
    );
    near(&of(&late(&data), how), 0.225030325843409, 0.211944749939555, 1e-9);
}

/// With the entries of the script.
fn late(data: &RightCensored<'static>) -> RightCensored<'static> {
    let entry = |(i, &t): (usize, &f64)| {
        if t > 10.0 { (t / 3.0).min(((i + 1) * 3 % 9) as f64) } else { 0.0 }
    };
    let entry: Vec<f64> = data.time().iter().enumerate().map(entry).collect();
    data.clone().with_entry(entry).unwrap()
}

/// The same script: the estimate by its definition, the jackknife by differences of it in the weight of each subject (of fourth
/// order, hence 1e-7 for the errors).
#[test]
fn the_average_by_the_curves_as_its_definition() {
    let curves = AverageHazardRatio::new().method(AverageMethod::Curves);
    let (data, arm) = stablein();
    let of = |how: AverageHazardRatio| how.estimate(&data, &arm, "1", "0").unwrap();
    near(&of(curves), 0.471769421501644, 0.260904690509748, 1e-7);
    near(&of(curves.until(400.0)), 0.758661787670572, 0.323998961382588, 1e-7);
    near(&of(curves.power(0.5)), 0.00343975514810781, 0.22311723586229051, 1e-7);
    let (data, arm, _) = veteran();
    let of = |data: &RightCensored| curves.estimate(data, &arm, "2", "1").unwrap();
    near(&of(&data), 0.174822388671638, 0.201447899298248, 1e-7);
    near(&of(&late(&data)), 0.226949270663758, 0.219180235460053, 1e-7);
    let n = data.len();
    let weights: Vec<f64> = (1..=n).map(|i| ((i * 7) % 5 + 1) as f64).collect();
    let sampled = data.clone().with_weights(Weights::sampling(weights.clone())).unwrap();
    near(&of(&sampled), 0.335519004954894, 0.220996979483880, 1e-7);
    let repeated = data.clone().with_weights(Weights::replication(weights)).unwrap();
    near(&of(&repeated), 0.335519004954894, 0.117420065009635, 1e-7);
    let clusters: Vec<usize> = (0..n).map(|i| i % 20).collect();
    near(&of(&data.clone().with_clusters(&clusters).unwrap()), 0.174822388671638, 0.183570790141485, 1e-7);
}

/// Quantiles of a distribution with hazard `h` until 1 and `k` afterwards, as a sample that is as even as can be.
fn quantiles(n: usize, h: f64, k: f64) -> impl Iterator<Item = f64> {
    (0..n).map(move |i| {
        let hazard = -(1.0 - (i as f64 + 0.5) / n as f64).ln();
        if hazard < h { hazard / h } else { 1.0 + (hazard - h) / k }
    })
}

/// The limit: `∫ S₁S₀ λ₁ / ∫ S₁S₀ λ₀` in closed form for piecewise constant hazards, whatever the censoring; and the ratio of the
/// hazards where they are proportional. 4000 quantiles in a group are within 1e-3 of the limit.
#[test]
fn the_limit_does_not_hang_on_the_censoring() {
    let n = 4000;
    let arm = Groups::from_codes(&(0..2 * n).map(|i| i / n).collect::<Vec<_>>(), &["a", "b"]).unwrap();
    let (a, b) = ([1.0, 0.4], [1.0, 1.2]);
    let all: Vec<f64> = quantiles(n, a[0], a[1]).chain(quantiles(n, b[0], b[1])).collect();
    // Up to 3: the first piece, and the second from S₁S₀ = e⁻² on.
    let piece = |from: f64, sum: f64, length: f64| from * (1.0 - (-sum * length).exp()) / sum;
    let weight = [piece(1.0, a[0] + b[0], 1.0), piece((-a[0] - b[0]).exp(), a[1] + b[1], 2.0)];
    let limit = (weight[0] * a[0] + weight[1] * a[1]) / (weight[0] * b[0] + weight[1] * b[1]);
    for (share, spread) in [(1, 0.0), (2, 4.5), (3, 6.0)] {
        // Censoring times spread evenly over the sample, without regard to group or time.
        let censored =
            |i: usize| if share == 1 { 10.0 } else { spread * ((i * 7919) % n) as f64 / n as f64 + 0.01 };
        let time: Vec<f64> = all.iter().enumerate().map(|(i, t)| t.min(censored(i))).collect();
        let event: Vec<bool> = all.iter().enumerate().map(|(i, t)| *t <= censored(i)).collect();
        let data = RightCensored::new(time, event).unwrap();
        let how = AverageHazardRatio::new().until(3.0);
        let curves = how.method(AverageMethod::Curves).estimate(&data, &arm, "a", "b").unwrap();
        // The censored sample is a sample: within two of its standard errors, and near where nothing is censored.
        let error = curves.std_error().unwrap();
        let distance = (curves.value().unwrap() / limit).ln().abs();
        assert!(distance < if share == 1 { 1e-3 } else { 2.0 * error }, "{share}: {distance} {error}");
        let cox = how.estimate(&data, &arm, "a", "b").unwrap();
        assert!((cox.value().unwrap() / curves.value().unwrap()).ln().abs() < 0.05);
    }
    let proportional: Vec<f64> = quantiles(n, 0.5, 0.5).chain(quantiles(n, 1.0, 1.0)).collect();
    let data = RightCensored::new(proportional, vec![true; 2 * n]).unwrap();
    for method in [AverageMethod::WeightedCox, AverageMethod::RegressionEffect, AverageMethod::Curves] {
        let ratio =
            AverageHazardRatio::new().method(method).until(2.0).estimate(&data, &arm, "a", "b").unwrap();
        assert!((ratio.value().unwrap() - 0.5).abs() < 1e-3, "{ratio}");
    }
}

#[test]
fn what_cannot_be_told_has_a_reason() {
    let data =
        RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, false, true, true, false, false]).unwrap();
    let arm = Groups::from_codes(&[0, 1, 0, 1, 0, 1], &["a", "b"]).unwrap();
    let curves = AverageHazardRatio::new().method(AverageMethod::Curves);
    for how in [AverageHazardRatio::new(), curves] {
        let reason = |how: AverageHazardRatio, data: &RightCensored| {
            how.estimate(data, &arm, "a", "b").unwrap().value().unwrap_err()
        };
        assert_eq!(reason(how.until(5.5), &data), NotEstimable::BeyondFollowUp { time: 5.5, last: 5.0 });
        assert!(how.until(5.0).estimate(&data, &arm, "a", "b").unwrap().value().is_ok());
        assert_eq!(reason(how.until(0.5), &data), NotEstimable::NothingCompared);
        let none = RightCensored::new(&[1.; 6], &[false; 6]).unwrap();
        assert_eq!(reason(how, &none), NotEstimable::NothingCompared);
        // Events in one group alone.
        let one = how.until(3.0).estimate(&data, &arm, "a", "b").unwrap();
        assert_eq!((one.value(), one.concordance(), one.p_value()), (Ok(f64::INFINITY), Ok(1.0), None));
        let zero = how.until(3.0).estimate(&data, &arm, "b", "a").unwrap();
        assert_eq!((zero.value(), zero.std_error()), (Ok(0.0), Err(NotEstimable::ZeroOrInfinite)));
        // A group in which all had the event is known for ever.
        let all =
            RightCensored::new(&[1., 2., 3., 4., 3.5, 6.], &[true, false, true, true, true, false]).unwrap();
        assert!(how.until(50.0).estimate(&all, &arm, "a", "b").unwrap().value().is_ok());
        for tau in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(how.until(tau).estimate(&data, &arm, "a", "b").is_err());
        }
        assert!(how.estimate(&data, &arm, "a", "c").is_err());
        assert!(how.estimate(&data, &Groups::new(&["a", "b"]), "a", "b").is_err());
    }
    let text = |how: AverageHazardRatio, data: &RightCensored| {
        how.estimate(data, &arm, "a", "b").unwrap_err().to_string()
    };
    assert_eq!(text(curves.power(0.0), &data), "power is 0: it must be above 0 and finite");
    assert!(text(AverageHazardRatio::new().power(0.5), &data).contains("ask for `AverageMethod::Curves`"));
    let strata = data.clone().with_strata(Groups::new(&[1, 1, 1, 2, 2, 2])).unwrap();
    assert!(text(curves, &strata).contains("no common average"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Without censoring and ties the average by the curves is losses over wins, its error that of the win ratio
    /// (divisor n). Read the other way round both ratios are inverted. A weight of k is k rows.
    #[test]
    fn the_win_ratio_and_the_row_written_twice(order in Just((1..=24_u32).collect::<Vec<_>>()).prop_shuffle(), first in 3..20_usize, event in prop::collection::vec(any::<bool>(), 24)) {
        let time: Vec<f64> = order.iter().map(|&t| f64::from(t)).collect();
        let codes: Vec<usize> = (0..24).map(|i| usize::from(i >= first)).collect();
        let arm = Groups::from_codes(&codes, &["a", "b"]).unwrap();
        let curves = AverageHazardRatio::new().method(AverageMethod::Curves);
        let all = RightCensored::new(time.clone(), vec![true; 24]).unwrap();
        let found = curves.estimate(&all, &arm, "a", "b").unwrap();
        let wins = WinRatio::new().endpoint("death", &all).divisor(Divisor::N).estimate(&arm, "b", "a").unwrap();
        if let (Ok(ratio), Ok(error)) = (wins.win_ratio().value(), wins.win_ratio().std_error()) {
            prop_assert!((found.value().unwrap() / ratio - 1.0).abs() < 1e-12);
            prop_assert!((found.std_error().unwrap() / error - 1.0).abs() < 1e-9);
        }
        let some = RightCensored::new(time.clone(), event.clone()).unwrap();
        for how in [AverageHazardRatio::new(), curves, curves.power(0.5), AverageHazardRatio::new().method(AverageMethod::RegressionEffect)] {
            let (one, other) = (how.estimate(&some, &arm, "a", "b").unwrap(), how.estimate(&some, &arm, "b", "a").unwrap());
            let (Ok(a), Ok(b)) = (one.value(), other.value()) else { continue };
            prop_assert!(a * b == 0.0 || a.is_infinite() || b.is_infinite() || (a * b - 1.0).abs() < 1e-9);
            prop_assert_eq!(one.std_error().is_ok(), other.std_error().is_ok());
            let (Ok(se), Ok(back)) = (one.std_error(), other.std_error()) else { continue };
            prop_assert!((se / back - 1.0).abs() < 1e-8);
            let weights: Vec<f64> = (0..24).map(|i| f64::from(1 + i % 3)).collect();
            let weighted = some.clone().with_weights(Weights::replication(weights.clone())).unwrap();
            let rows: Vec<usize> = (0..24).flat_map(|i| vec![i; weights[i] as usize]).collect();
            let pick = |f: &dyn Fn(usize) -> f64| rows.iter().map(|&i| f(i)).collect::<Vec<_>>();
            let written = RightCensored::new(pick(&|i| time[i]), rows.iter().map(|&i| event[i]).collect::<Vec<_>>()).unwrap();
            let arms = Groups::from_codes(&rows.iter().map(|&i| codes[i]).collect::<Vec<_>>(), &["a", "b"]).unwrap();
            let (w, r) = (how.estimate(&weighted, &arm, "a", "b").unwrap(), how.estimate(&written, &arms, "a", "b").unwrap());
            if let (Ok(w), Ok(r)) = (w.value(), r.value()) {
                prop_assert!(w == r || (w / r - 1.0).abs() < 1e-9);
            }
            if let (Ok(w), Ok(r)) = (w.std_error(), r.std_error()) {
                prop_assert!((w / r - 1.0).abs() < 1e-9);
            }
        }
    }
}
