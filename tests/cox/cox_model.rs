//! Cox models: worked examples, invariants, failures as data, and every error message.

use crate::common::Frame;
use approx::assert_relative_eq;
use greenwood::Error;
use greenwood::survival::regression::{Collinear, CoxWorkspace, Status, Stop, TimeScale};
use greenwood::survival::{
    Concordance, CoxModel, CoxPh, Design, Groups, LogRank, RightCensored, Ties, Weights,
};
use ndarray::{Array2, array};
use proptest::prelude::*;

fn column(x: &[f64]) -> Array2<f64> {
    Array2::from_shape_vec((x.len(), 1), x.to_vec()).unwrap()
}

fn fit(data: &RightCensored, x: &Array2<f64>, options: &CoxPh) -> greenwood::Result<CoxModel> {
    let names: Vec<String> = (0..x.ncols()).map(|j| format!("x{j}")).collect();
    options.fit(data, &Design::new(&names, x.view())?)
}

fn message<T: std::fmt::Debug>(result: greenwood::Result<T>) -> String {
    result.unwrap_err().to_string()
}

/// R 4.2.2: the root of the profile of coxph(Surv(time, status) ~ x, aml).
#[test]
fn the_profile_interval_is_the_root_of_the_likelihood() -> greenwood::Result<()> {
    let aml = Frame::read("aml");
    let event: Vec<bool> = aml.column("status").iter().map(|&s| s == 1.0).collect();
    let data = RightCensored::new(aml.column("time"), &event)?;
    let x = column(aml.column("x"));
    let model = fit(&data, &x, &CoxPh::new())?;
    let interval = model.with(&data, &Design::new(&["x0"], x.view())?)?.profile_interval("x0", 0.95)?;
    // uniroot's own accuracy
    assert_relative_eq!(interval.lower.unwrap(), 0.942538382272, max_relative = 1e-9);
    assert_relative_eq!(interval.upper.unwrap(), 7.3085257124, max_relative = 1e-9);
    Ok(())
}

/// A subject who is treated fails before everybody else: there is no maximum, and the fit says so.
#[test]
fn a_coefficient_without_maximum_is_infinite() -> greenwood::Result<()> {
    let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, true, true, false, false, false])?;
    let x = array![[1., 0.3], [1., -1.], [1., 0.8], [0., 0.1], [0., -0.4], [0., 1.2]];
    let model = fit(&data, &x, &CoxPh::new())?;
    assert_eq!(model.stop(), Stop::InfiniteCoefficient { covariate: 0 });
    assert_eq!(model.terms()[0].status(), Status::PlusInfinity);
    assert_eq!((model.coefficients()[0], model.terms()[0].model_std_error()), (f64::INFINITY, None));
    assert_eq!(model.terms()[1].status(), Status::Estimated);
    assert!(model.terms()[1].model_std_error().unwrap().is_finite());
    let design = Design::new(&["x0", "x1"], x.view())?;
    let interval = model.with(&data, &design)?.profile_interval("x0", 0.95)?;
    assert!(interval.upper.is_none() && interval.lower.unwrap() > 0.0);
    assert!(model.to_string().contains("NO MAXIMUM"));
    assert!(model.to_string().contains("Firth's penalty (`CoxPh::firth`) makes them finite"));
    // In the limit only the three with x0 = 1 are expected to have the event; the test of proportional hazards has no limit.
    let residuals = model.with(&data, &design)?.residuals()?;
    assert!(residuals.expected()[3..].iter().all(|&e| e == 0.0));
    assert_eq!(
        message(model.with(&data, &design)?.proportional_hazards(TimeScale::default())),
        "the coefficient of x0 is infinite, so that this has no value: fit with a penalty \
         (`CoxPh::firth`), or leave the covariate out"
    );
    // A penalty gives a finite answer; the other direction gives minus infinity.
    assert!(fit(&data, &x, &CoxPh::new().ridge(1.0))?.stop().is_success());
    let flipped = x.mapv(|v| -v);
    assert_eq!(fit(&data, &flipped, &CoxPh::new())?.terms()[0].status(), Status::MinusInfinity);
    Ok(())
}

/// Two tied events with different covariates keep one contrast finite while both coefficients grow together. On the way
/// the risk set at the events shrinks to 1e-106 of the largest weight, whose square is no number: the information once
/// lost a term there, and the fit passed for converged at a coefficient of 143.
#[test]
fn both_coefficients_may_grow_together() -> greenwood::Result<()> {
    let time = [12., 12.5, 12., 0.5, 0.5, 0.5, 0.5, 1.0, 0.5, 0.5, 0.5, 0.5];
    let mut event = [false; 12];
    (event[0], event[2]) = (true, true);
    let mut x = Array2::zeros((12, 2));
    for (row, z) in [(1, -1.921165125752101), (2, -1.6076030864470494), (3, 1.1195194030906457)] {
        (x[[row, 0]], x[[row, 1]]) = (1.0, z);
    }
    let model = fit(&RightCensored::new(&time, &event)?, &x, &CoxPh::new())?;
    assert!(matches!(model.stop(), Stop::InfiniteCoefficient { .. }));
    assert_eq!(model.coefficients(), [f64::INFINITY; 2]);
    // Efron's likelihood of the two: 1/3 · 1/2 at first, 1/2 · 1 once the third no longer counts.
    assert_relative_eq!(model.likelihood_ratio_test().statistic(), 2.0 * 3f64.ln(), max_relative = 1e-9);
    Ok(())
}

#[test]
fn redundant_columns_are_named() -> greenwood::Result<()> {
    let data = RightCensored::new(
        &[4., 3., 1., 1., 2., 2., 3., 9.],
        &[true, true, true, false, true, true, false, true],
    )?;
    let x = array![
        [0., 1., 5.],
        [2., 5., 5.],
        [1., 3., 5.],
        [1., 3., 5.],
        [1., 3., 5.],
        [0., 1., 5.],
        [0., 1., 5.],
        [3., 7., 5.]
    ];
    let model = fit(&data, &x, &CoxPh::new())?;
    let status: Vec<Status> =
        model.terms().iter().map(greenwood::survival::regression::Term::status).collect();
    assert_eq!(status, [Status::Estimated, Status::Redundant, Status::Redundant]);
    assert_eq!(
        message(fit(&data, &x, &CoxPh::new().collinear(Collinear::Refuse))),
        "covariate x1 is constant or a combination of earlier ones: leave it out, or let it be dropped \
         (`Collinear::Drop`)"
    );
    // No events: nothing can be estimated, and that is no error.
    let censored = RightCensored::new(vec![1.0, 2.0], vec![false, false])?;
    let none = fit(&censored, &column(&[0., 1.]), &CoxPh::new())?;
    assert_eq!((none.terms()[0].status(), none.score_test().p_value()), (Status::Redundant, None));
    Ok(())
}

#[test]
fn what_cannot_be_fitted_is_refused() -> greenwood::Result<()> {
    let data = RightCensored::new(vec![1.0, 2.0, 3.0], vec![true, false, true])?;
    let x = column(&[0., 1., 0.5]);
    assert_eq!(
        message(Design::new(&["age"], column(&[0., f64::NAN, 1.]).view())),
        "covariate age, row 1, is NaN: it must be a finite number; drop or impute the row"
    );
    assert!(
        message(Design::new(&["a", "b"], x.view())).starts_with("names has 2 values, but the design has 1")
    );
    assert!(message(fit(&data, &column(&[0., 1.]), &CoxPh::new())).starts_with("the design has 2 values"));
    assert!(message(fit(&data, &x, &CoxPh::new().offset(&[1.0]))).starts_with("offset has 1 values"));
    assert!(
        message(fit(&data, &x, &CoxPh::new().offset(&[1.0, f64::INFINITY, 0.0])))
            .starts_with("covariate offset, row 1, is inf")
    );
    assert!(message(fit(&data, &x, &CoxPh::new().initial(&[]))).starts_with("initial has 0 values"));
    assert!(
        message(fit(&data, &x, &CoxPh::new().initial(&[f64::NAN])))
            .starts_with("covariate initial, row 0, is NaN")
    );
    assert_eq!(
        message(fit(&data, &x, &CoxPh::new().ridge(-1.0))),
        "ridge is -1: it must be finite and at least 0"
    );
    assert_eq!(
        message(fit(&data, &x, &CoxPh::new().tolerance(0.0))),
        "tolerance is 0: it must be inside (0, 1)"
    );
    let weighted = data.clone().with_weights(Weights::replication(vec![1.0, 2.0, 1.0]))?;
    assert_eq!(
        message(fit(&weighted, &x, &CoxPh::new().ties(Ties::Exact))),
        "the exact likelihood for ties has no weighted form and no robust variance: use Efron's or Breslow's ties, or repeat the rows"
    );
    assert_eq!(
        message(fit(&data, &x, &CoxPh::new().offset(&[2000.0, 0.0, -2000.0]))),
        "the likelihood is not finite at the starting values: offsets or starting values spread the linear predictor \
         over more than 700; centre or shrink them"
    );
    let model = fit(&data, &x, &CoxPh::new())?;
    assert_eq!(message(model.wald_test_of(&["y"])), "there is no covariate y: there are x0");
    assert!(message(Concordance::new().estimate(&data, &[1.0])).starts_with("score has 1 values"));
    assert!(
        message(Concordance::new().estimate(&data, &[1.0, f64::NAN, 0.0]))
            .starts_with("covariate score, row 1, is NaN")
    );
    let groups = Groups::new(&["a", "b", "a"]);
    assert!(
        message(Design::builder().factor("g", &groups, "c").build())
            .starts_with("no subject is labelled \"c\"")
    );
    assert!(
        message(Design::builder().numeric("a", &[1.0]).interaction("a", "b").build())
            .starts_with("there is no covariate b")
    );
    assert!(
        message(Design::builder().numeric("a", &[1.0]).numeric("b", &[1.0, 2.0]).build())
            .starts_with("a covariate has 2 values")
    );
    assert!(
        message(Design::builder().natural_spline("a", &[1.0], &[1.0, 1.0, 2.0]).build())
            .starts_with("knots is 1: it must be at least 3 finite")
    );
    assert_eq!(Error::Empty { argument: "x" }, Error::Empty { argument: "x" });
    Ok(())
}

#[test]
fn huge_values_are_ordinary() -> greenwood::Result<()> {
    let data = RightCensored::new(vec![4., 3., 1., 7., 2., 5.], vec![true, true, true, false, true, true])?;
    let x = column(&[0.3, 1.1, 2.0, -0.4, 0.1, 0.9]);
    let plain = fit(&data, &x, &CoxPh::new())?;
    for factor in [1e-12, 1e15, 1e100] {
        let scaled = fit(&data, &x.mapv(|v| v * factor), &CoxPh::new())?;
        assert!(scaled.stop().is_success());
        assert_relative_eq!(scaled.coefficients()[0] * factor, plain.coefficients()[0], max_relative = 1e-9);
        assert_relative_eq!(
            scaled.wald_test().statistic(),
            plain.wald_test().statistic(),
            max_relative = 1e-9
        );
    }
    Ok(())
}

/// Rows with ties, entry, weights, strata and two covariates.
#[derive(Debug, Clone, Copy)]
struct Row {
    time: f64,
    event: bool,
    entry: f64,
    weight: f64,
    stratum: usize,
    x: [f64; 2],
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (1..30_u32, any::<bool>(), 0.0..1.0_f64, 1..4_u32, 0..2_usize, any::<bool>(), -2.0..2.0_f64);
    prop::collection::vec(row, 12..40).prop_map(|rows| {
        rows.into_iter()
            .map(|(t, event, late, weight, stratum, b, z)| {
                let time = f64::from(t) / 2.0;
                let entry = if late < 0.5 { 0.0 } else { ((late - 0.5) * 2.0 * f64::from(t)).floor() / 2.0 };
                let entry = if entry < time { entry } else { 0.0 };
                Row { time, event, entry, weight: f64::from(weight), stratum, x: [f64::from(u8::from(b)), z] }
            })
            .collect()
    })
}

fn parts(rows: &[Row], weights: bool, entry: bool, strata: bool) -> (RightCensored<'static>, Array2<f64>) {
    let events: Vec<bool> = rows.iter().map(|r| r.event).collect();
    let mut data = RightCensored::new(rows.iter().map(|r| r.time).collect::<Vec<_>>(), events).unwrap();
    if entry {
        data = data.with_entry(rows.iter().map(|r| r.entry).collect::<Vec<_>>()).unwrap();
    }
    if weights {
        let w: Vec<f64> = rows.iter().map(|r| r.weight).collect();
        data = data.with_weights(Weights::replication(w)).unwrap();
    }
    if strata {
        let codes: Vec<usize> = rows.iter().map(|r| r.stratum).collect();
        data = data.with_strata(Groups::from_codes(&codes, &["one", "two"]).unwrap()).unwrap();
    }
    (data, Array2::from_shape_fn((rows.len(), 2), |(i, j)| rows[i].x[j]))
}

/// The same fit; or neither has a maximum, and both come to the same supremum (the direction in which the likelihood
/// is monotone need not be the only one).
fn same(a: &CoxModel, b: &CoxModel) {
    assert_eq!(a.stop().is_success(), b.stop().is_success(), "{a}\n{b}");
    if !a.stop().is_success() {
        // Approached, not reached: both stop where a step gains 1e-12.
        assert_relative_eq!(
            a.log_likelihood()[1],
            b.log_likelihood()[1],
            max_relative = 1e-6,
            epsilon = 1e-6
        );
        return;
    }
    assert_relative_eq!(a.log_likelihood()[1], b.log_likelihood()[1], max_relative = 1e-9, epsilon = 1e-9);
    // To a millionth of the coefficient or of its standard error: where a dozen rows leave the likelihood all but flat,
    // the fit stops at a step of 1e-9 standard errors, and the information has lost digits by cancellation.
    for ((x, y), t) in a.coefficients().iter().zip(b.coefficients()).zip(a.terms()) {
        let unit = t.model_std_error().unwrap_or(0.0).max(x.abs()).max(1.0);
        assert!((x - y).abs() <= 1e-6 * unit, "{x} {y}\n{a}\n{b}");
    }
    for (x, y) in a.variance().iter().zip(&b.variance()) {
        assert_relative_eq!(x, y, max_relative = 1e-5, epsilon = 1e-6);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn a_weight_is_a_repetition_under_both_ties(rows in rows(), entry in any::<bool>(), strata in any::<bool>()) {
        let repeated: Vec<Row> = rows.iter().flat_map(|r| std::iter::repeat_n(*r, r.weight as usize)).collect();
        for ties in [Ties::Efron, Ties::Breslow] {
            let (a, x) = parts(&rows, true, entry, strata);
            let (b, y) = parts(&repeated, false, entry, strata);
            let options = CoxPh::new().ties(ties);
            same(&fit(&a, &x, &options).unwrap(), &fit(&b, &y, &options).unwrap());
        }
    }

    #[test]
    fn order_splitting_and_entry_at_zero_change_nothing(rows in rows(), weights in any::<bool>(), share in 0.1..0.9_f64) {
        let (data, x) = parts(&rows, weights, true, true);
        let model = fit(&data, &x, &CoxPh::new()).unwrap();
        let reversed: Vec<Row> = rows.iter().rev().copied().collect();
        let (data, x) = parts(&reversed, weights, true, true);
        same(&model, &fit(&data, &x, &CoxPh::new()).unwrap());
        let split: Vec<Row> = rows
            .iter()
            .flat_map(|r| {
                let cut = r.entry + share * (r.time - r.entry);
                [Row { time: cut, event: false, ..*r }, Row { entry: cut, ..*r }]
            })
            .collect();
        let (data, x) = parts(&split, weights, true, true);
        same(&model, &fit(&data, &x, &CoxPh::new()).unwrap());
        let early: Vec<Row> = rows.iter().map(|r| Row { entry: 0.0, ..*r }).collect();
        let ((a, x), (b, y)) = (parts(&early, weights, true, false), parts(&early, weights, false, false));
        same(&fit(&a, &x, &CoxPh::new()).unwrap(), &fit(&b, &y, &CoxPh::new()).unwrap());
    }

    /// The score test of one binary covariate at 0 under Breslow's ties, without ties, is the log-rank test.
    #[test]
    fn the_score_test_is_the_log_rank_test(rows in rows(), entry in any::<bool>()) {
        let distinct: Vec<Row> = rows.iter().enumerate().map(|(i, r)| Row { time: r.time + 1e-3 * i as f64, ..*r }).collect();
        let (data, x) = parts(&distinct, false, entry, true);
        let binary = x.select(ndarray::Axis(1), &[0]);
        let model = fit(&data, &binary, &CoxPh::new().ties(Ties::Breslow)).unwrap();
        let codes: Vec<usize> = distinct.iter().map(|r| r.x[0] as usize).collect();
        let test = LogRank::test(&data, &Groups::from_codes(&codes, &["0", "1"]).unwrap()).unwrap();
        assert_relative_eq!(model.score_test().statistic(), test.statistic(), max_relative = 1e-9, epsilon = 1e-9);
    }

    /// Rows of weight 0 are not there.
    #[test]
    fn weight_zero_is_absence(rows in rows()) {
        let mut more = rows.clone();
        more.push(Row { weight: 0.0, event: true, x: [1.0, 50.0], ..rows[0] });
        let ((a, x), (b, y)) = (parts(&rows, true, true, false), parts(&more, true, true, false));
        same(&fit(&a, &x, &CoxPh::new()).unwrap(), &fit(&b, &y, &CoxPh::new()).unwrap());
    }

    /// The concordance of the reversed score is the complement; order does not matter; pairs by definition.
    #[test]
    fn concordance_counts_pairs(rows in rows(), weights in any::<bool>(), entry in any::<bool>()) {
        let (data, _) = parts(&rows, weights, entry, true);
        let score: Vec<f64> = rows.iter().map(|r| (r.x[1] * 2.0).round()).collect();
        let c = Concordance::new().estimate(&data, &score).unwrap();
        let mut naive = [0.0; 3];
        for (i, a) in rows.iter().enumerate().filter(|(_, a)| a.event) {
            for (j, b) in rows.iter().enumerate() {
                let later = b.time > a.time || b.time == a.time && !b.event;
                if later && a.stratum == b.stratum && (!entry || b.entry < a.time) {
                    let w = if weights { a.weight * b.weight } else { 1.0 };
                    naive[if score[i] > score[j] { 0 } else if score[i] < score[j] { 1 } else { 2 }] += w;
                }
            }
        }
        assert_eq!([c.concordant(), c.discordant(), c.tied()], naive);
        let reversed: Vec<f64> = score.iter().map(|s| -s).collect();
        let r = Concordance::new().estimate(&data, &reversed).unwrap();
        if let (Ok(c), Ok(r)) = (c.value(), r.value()) {
            assert_relative_eq!(c + r, 1.0, max_relative = 1e-12);
        }
        assert_relative_eq!(c.std_error().unwrap_or(0.0), r.std_error().unwrap_or(0.0), epsilon = 1e-12);
    }

    /// Martingale residuals add up to 0, score residuals to the score, which is 0; a shifted and scaled covariate
    /// is the same model.
    #[test]
    fn residuals_add_up(rows in rows(), entry in any::<bool>(), strata in any::<bool>()) {
        let (data, x) = parts(&rows, false, entry, strata);
        let model = fit(&data, &x, &CoxPh::new()).unwrap();
        if !model.stop().is_success() {
            return Ok(());
        }
        let design = Design::new(&["x0", "x1"], x.view()).unwrap();
        let fitted = model.with(&data, &design).unwrap();
        let r = fitted.residuals().unwrap();
        assert!(r.martingale().iter().sum::<f64>().abs() < 1e-8);
        for column in r.score().unwrap().columns() {
            assert!(column.sum().abs() < 1e-6, "{}", column.sum());
        }
        for scale in [TimeScale::KaplanMeier, TimeScale::Identity, TimeScale::Log, TimeScale::Rank] {
            let test = fitted.proportional_hazards(scale).unwrap();
            assert!(test.global().statistic() >= -1e-9);
        }
        let moved = x.mapv(|v| 3.0 * v + 100.0);
        let other = fit(&data, &moved, &CoxPh::new()).unwrap();
        assert_relative_eq!(model.log_likelihood()[1], other.log_likelihood()[1], max_relative = 1e-9, epsilon = 1e-9);
    }
}

/// The ways through the likelihood (one pass, matrix products, sums with late entry) are one function: weights times
/// 10⁶⁰ leave the first for the second and multiply the likelihood's second derivative alone; an entry at a time before
/// everything leaves it for the third.
#[test]
fn the_ways_through_the_likelihood_agree() -> greenwood::Result<()> {
    let mut reader = csv::Reader::from_path("tests/data/lung.csv").expect("the file is there");
    let header = reader.headers().expect("it has a header").clone();
    let at = |name: &str| header.iter().position(|h| h == name).expect("the column is there");
    let columns = [at("age"), at("sex"), at("ph_karno"), at("wt_loss"), at("meal_cal")];
    let (mut time, mut event, mut x) = (Vec::new(), Vec::new(), Vec::new());
    for row in reader.records().map(|row| row.expect("the file is a table")) {
        let values: Vec<f64> = columns.iter().filter_map(|&c| row[c].parse().ok()).collect();
        if values.len() == columns.len() {
            x.extend(values);
            time.push(row[at("time")].parse::<f64>().expect("times are numbers"));
            event.push(&row[at("status")] == "2");
        }
    }
    let n = time.len();
    let x = ndarray::Array2::from_shape_vec((n, columns.len()), x).expect("every row has its values");
    let design = Design::new(&["age", "sex", "karno", "loss", "calories"], x.view())?;
    for ties in [Ties::Efron, Ties::Breslow] {
        let plain = RightCensored::new(&time, &event)?;
        let short = CoxPh::new().ties(ties).fit(&plain, &design)?;
        let heavy = plain.clone().with_weights(Weights::sampling(vec![1e60; n]))?;
        let products = CoxPh::new().ties(ties).fit(&heavy, &design)?;
        let mut entry = vec![0.0; n];
        entry[time.iter().position(|&t| t > 50.0).expect("somebody lives that long")] = 1.0;
        let late = CoxPh::new().ties(ties).fit(&plain.with_entry(entry)?, &design)?;
        for other in [&products, &late] {
            for (a, b) in short.coefficients().iter().zip(other.coefficients()) {
                assert_relative_eq!(a, b, max_relative = 1e-9);
            }
        }
        for (a, b) in short.model_variance().iter().zip(late.model_variance().iter()) {
            assert_relative_eq!(a, b, max_relative = 1e-9);
        }
        assert_relative_eq!(short.log_likelihood()[1], late.log_likelihood()[1], max_relative = 1e-12);
    }
    Ok(())
}

/// Several sets of covariates, several data sets in turn, options that change: what a workspace keeps has no say in a result.
#[test]
fn a_workspace_changes_no_bit() -> greenwood::Result<()> {
    let n = 60;
    let noise = |i: usize, k: usize| ((i * 2654435761 + k * 40503) % 1009) as f64 / 1009.0;
    let time: Vec<f64> = (0..n).map(|i| 1.0 + (noise(i, 1) * 30.0).floor()).collect();
    let event: Vec<bool> = (0..n).map(|i| noise(i, 2) < 0.5 && time[i] > 3.0).collect();
    let entry: Vec<f64> = (0..n).map(|i| if i % 4 == 0 { 0.5 } else { 0.0 }).collect();
    let weights: Vec<f64> = (0..n).map(|i| [1.0, 2.0, 0.0][i % 3]).collect();
    let plain = RightCensored::new(&time, &event)?;
    let data = [
        plain.clone(),
        plain.clone(),
        plain.clone().with_entry(&entry)?,
        plain.clone().with_weights(Weights::sampling(&weights))?,
        plain.clone().with_weights(Weights::replication(&weights))?,
        RightCensored::new(&time[..40], &event[..40])?,
        plain,
    ];
    let mut workspace = CoxWorkspace::new();
    for (k, data) in data.iter().enumerate() {
        for p in [3, 1, 9, 0] {
            let x = Array2::from_shape_fn((data.len(), p), |(i, j)| noise(i, 3 + k + 7 * j));
            let names: Vec<String> = (0..p).map(|j| format!("x{j}")).collect();
            let design = Design::new(&names, x.view())?;
            let offset: Vec<f64> = (0..data.len()).map(|i| noise(i, 50)).collect();
            for model in
                [CoxPh::new(), CoxPh::new().ties(Ties::Breslow).offset(&offset), CoxPh::new().firth()]
            {
                match (model.fit_with(&mut workspace, data, &design), model.fit(data, &design)) {
                    (Ok(reused), Ok(alone)) => assert_eq!(reused, alone),
                    (reused, alone) => {
                        assert_eq!(reused.unwrap_err().to_string(), alone.unwrap_err().to_string());
                    }
                }
            }
        }
    }
    // What is refused leaves nothing behind that could be taken for data.
    let one = Array2::ones((1, 1));
    assert!(CoxPh::new().fit_with(&mut workspace, &data[0], &Design::new(&["x"], one.view())?).is_err());
    let design = Design::without_covariates(n);
    assert_eq!(
        CoxPh::new().fit_with(&mut workspace, &data[0], &design)?,
        CoxPh::new().fit(&data[0], &design)?
    );
    Ok(())
}

/// By hand: at β = 0 the score is (1 − 2/3) + (0 − 1/2) and the information 2/9 + 1/4, so one step of Newton goes to −6/17.
#[test]
fn a_search_that_is_cut_short_says_so() {
    let data = RightCensored::new(&[1.0, 2.0, 3.0], &[true, true, false]).unwrap();
    let design = Design::builder().numeric("x", &[1.0, 0.0, 1.0]).build().unwrap();
    let one = CoxPh::new().max_iterations(1).fit(&data, &design).unwrap();
    assert_eq!((one.stop(), one.iterations()), (Stop::MaxIterations, 1));
    assert_relative_eq!(one.coefficients()[0], -6.0 / 17.0, max_relative = 1e-12);
    let all = CoxPh::new().fit(&data, &design).unwrap();
    assert_eq!(all.stop(), Stop::Converged);
    // The maximum: (1 − 2r/(2r + 1)) = r/(r + 1), so 2 r² = 1 with r = exp β.
    assert_relative_eq!(all.coefficients()[0], -0.5 * 2f64.ln(), max_relative = 1e-9);
}
