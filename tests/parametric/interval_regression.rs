//! Interval-censored regression with any baseline: icenReg, an independent search, Cox's partial likelihood, properties.

use approx::assert_relative_eq;
use greenwood::survival::regression::{IntervalModel, IntervalRegression, Status, Stop};
use greenwood::survival::{CoxPh, Design, Groups, IntervalCensored, RightCensored, Turnbull, Weights};
use greenwood::{Error, Result};

use crate::common::{Report, cases, number, numbers};

const INF: f64 = f64::INFINITY;

fn of_model(name: &str) -> IntervalRegression {
    match name {
        "ph" => IntervalRegression::proportional_hazards(),
        "po" => IntervalRegression::proportional_odds(),
        other => panic!("no model {other}"),
    }
}

/// icenReg 2.0.16: `ic_sp(cbind(L, R) ~ x, model, B = c(0, 1))`. Its coefficients are right to 5e-6 and its log likelihoods to 1e-9,
/// as the file states; in its proportional odds a positive coefficient means later events.
#[test]
fn coefficients_and_log_likelihoods_are_those_of_icenreg() {
    let mut report = Report::default();
    for case in cases("interval").into_iter().filter(|c| c.kind == "interval_semiparametric") {
        report.cases += 1;
        let column = |name: &str| numbers(&case.inputs["inline"][name]);
        let data = IntervalCensored::interval2(column("L"), column("R")).unwrap();
        let design = Design::builder().numeric("x", &column("x")).build().unwrap();
        let model = case.text("model").unwrap();
        let fit = of_model(model).fit(&data, &design).unwrap();
        if fit.stop() != Stop::Converged || fit.gap() > 1e-11 {
            report.fail(&format!("{}: {}, gap {:e}", case.name, fit.stop(), fit.gap()));
        }
        let sign = if model == "po" { -1.0 } else { 1.0 };
        let expected = numbers(&case.output["coef"])[0];
        report.close(&case.name, sign * fit.coefficients()[0], expected, 5e-6);
        let loglik = number(&case.output["loglik"]);
        report.close(&format!("{} loglik", case.name), fit.log_likelihood()[1], loglik, 1e-9);
        report.close(
            &format!("{} null", case.name),
            fit.log_likelihood()[0],
            Turnbull::fit(&data).log_likelihood(),
            1e-12,
        );
    }
    assert_eq!(report.cases, 10);
    report.finish("icenReg");
}

/// The rows of `tests/data/interval_regression.py`.
const LOWER: [f64; 16] = [0., 1., 2., 3., 5., 0., 2., 4., 6., 6., 1., 3., 2.5, 4.5, 0., 7.];
const UPPER: [f64; 16] = [2., 3., 4., 6., 7., 3., 6., 8., INF, INF, 5., INF, 2.5, 4.5, 1., INF];
const X: [f64; 16] = [0., 0., 0., 0., 0., 0., 1., 1., 1., 1., 1., 1., 0., 1., 1., 0.];
const Z: [f64; 16] = [0.3, -1.2, 0.8, 0.1, -0.4, 1.9, 0.7, -0.6, -1.5, 0.2, 1.1, -0.9, 0.5, -0.2, 1.4, -0.8];
const WEIGHT: [f64; 16] = [1., 2., 1., 1., 3., 1., 1., 1., 2., 1., 1., 1., 1., 2., 1., 1.];
const STRATUM: [&str; 16] = ["a", "b", "a", "b", "a", "b", "a", "b", "a", "b", "a", "b", "b", "a", "a", "a"];

fn data() -> IntervalCensored<'static> {
    IntervalCensored::new(LOWER.to_vec(), UPPER.to_vec()).unwrap()
}

fn both() -> Design<'static> {
    Design::builder().numeric("x", &X).numeric("z", &Z).build().unwrap()
}

fn only_z() -> Design<'static> {
    Design::builder().numeric("z", &Z).build().unwrap()
}

/// By `tests/data/interval_regression.py`: scipy, then mpmath in 40 digits.
#[test]
fn the_maximum_is_that_of_an_independent_search() -> Result<()> {
    let weighted = data().with_weights(Weights::replication(&WEIGHT))?;
    for (model, beta, loglik, limits) in [
        (
            "ph",
            [-0.60930228190208502, 1.7995683077051283],
            -19.596276208484784,
            [0.11624307145836106, 2.155783453171589],
        ),
        (
            "po",
            [-0.81920770059877933, 1.9332053659764442],
            -20.796114185795927,
            [0.060422777113016655, 2.8782293529829484],
        ),
    ] {
        let fit = of_model(model).fit(&weighted, &both())?;
        assert_eq!(fit.stop(), Stop::Converged);
        assert!(fit.gap() < 1e-11 && fit.score() <= fit.gap(), "{fit}");
        for (found, expected) in fit.coefficients().iter().zip(beta) {
            assert_relative_eq!(*found, expected, max_relative = 1e-9);
        }
        assert_relative_eq!(fit.log_likelihood()[1], loglik, max_relative = 1e-12);
        let interval = of_model(model).profile_interval(&weighted, &both(), "x", 0.95)?;
        let (lower, upper) = interval.bounds().unwrap();
        assert_relative_eq!(lower, limits[0], max_relative = 1e-9);
        assert_relative_eq!(upper, limits[1], max_relative = 1e-9);
    }
    let in_strata = data().with_strata(Groups::new(&STRATUM))?;
    for (model, beta, loglik) in
        [("ph", 1.8785838308751667, -13.335036502067164), ("po", 2.1973392463203245, -14.212373444104121)]
    {
        let fit = of_model(model).fit(&in_strata, &only_z())?;
        assert_relative_eq!(fit.coefficients()[0], beta, max_relative = 1e-9);
        assert_relative_eq!(fit.log_likelihood()[1], loglik, max_relative = 1e-12);
        assert_eq!(fit.strata(), ["a", "b"]);
        assert!(fit.curve_in("b", &fit.row().numeric("z", 0.0))?.rows() == 7);
        assert!(matches!(fit.curve(&fit.row().numeric("z", 0.0)), Err(Error::Unsupported { .. })));
        assert!(fit.curve_in("c", &fit.row().numeric("z", 0.0)).unwrap_err().to_string().contains("a, b"));
    }
    Ok(())
}

/// Without ties among ten subjects by the same script: not Cox's coefficient, since here the baseline is that of the full likelihood;
/// close to it among more, and with the same order of the standard error.
#[test]
fn right_censored_data_are_near_the_partial_likelihood() -> Result<()> {
    let time = [3., 5., 6., 8., 9., 11., 12., 14., 15., 17.];
    let event = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1].map(|e| e == 1);
    let design = Design::builder().numeric("x", &[0., 1., 0., 0., 1., 1., 0., 1., 0., 1.]).build()?;
    let fit = of_model("ph").fit(&IntervalCensored::right_censored(&time, &event)?, &design)?;
    assert_relative_eq!(fit.coefficients()[0], -0.324767863243236, max_relative = 1e-9);
    assert_relative_eq!(fit.log_likelihood()[1], -16.04551317750518, max_relative = 1e-12);
    let cox = CoxPh::new().fit(&RightCensored::new(&time, &event)?, &design)?;
    assert!((fit.coefficients()[0] - cox.coefficients()[0]).abs() > 1e-3);

    let n = 120_u32;
    // No two are at one time, and there is no order in them.
    let time: Vec<f64> = (1..=n).map(|i| f64::from(i * 47 % 241) + 1.0).collect();
    let event: Vec<bool> = (0..n).map(|i| i % 4 != 1).collect();
    let x: Vec<f64> = (0..n).map(|i| f64::from(i * i % 17) / 8.0 + time[i as usize] / 300.0).collect();
    let design = Design::builder().numeric("x", &x).build()?;
    let fit = of_model("ph").fit(&IntervalCensored::right_censored(&time, &event)?, &design)?;
    let cox = CoxPh::new().fit(&RightCensored::new(&time, &event)?, &design)?;
    let se = cox.terms()[0].std_error().unwrap();
    assert!((fit.coefficients()[0] - cox.coefficients()[0]).abs() < 0.05 * se);
    assert_relative_eq!(fit.terms()[0].std_error().unwrap(), se, max_relative = 0.05);
    Ok(())
}

fn alike(a: &IntervalModel, b: &IntervalModel) {
    for (a, b) in a.terms().iter().zip(b.terms()) {
        assert_relative_eq!(a.coefficient(), b.coefficient(), max_relative = 1e-9);
        assert_relative_eq!(a.std_error().unwrap(), b.std_error().unwrap(), max_relative = 1e-7);
    }
    assert_relative_eq!(a.log_likelihood()[1], b.log_likelihood()[1], max_relative = 1e-12);
}

/// A weight is a row as often, the order of rows tells nothing, another unit of time moves no coefficient, a column as another or
/// as a constant is redundant, and the interval of the profile is about as wide as its standard error says.
#[test]
fn weights_order_units_and_redundant_columns() -> Result<()> {
    for model in ["ph", "po"] {
        let model = of_model(model);
        let fit = model.fit(&data().with_weights(Weights::replication(&WEIGHT))?, &both())?;
        let mut repeated: Vec<usize> =
            (0..16).flat_map(|i| std::iter::repeat_n(i, WEIGHT[i] as usize)).collect();
        repeated.reverse();
        repeated.rotate_left(5);
        let of =
            |column: &[f64], unit: f64| -> Vec<f64> { repeated.iter().map(|&i| unit * column[i]).collect() };
        let rows = IntervalCensored::new(of(&LOWER, 365.25), of(&UPPER, 365.25))?;
        let others: Vec<f64> = repeated.iter().map(|&i| 2.0 * X[i] - Z[i] + 7.0).collect();
        let design = Design::builder().numeric("x", &of(&X, 1.0)).numeric("z", &of(&Z, 1.0));
        alike(&fit, &model.fit(&rows, &design.clone().build()?)?);
        let design = design.numeric("one", &vec![1e9; others.len()]).numeric("both", &others).build()?;
        let more = model.fit(&rows, &design)?;
        alike(&fit, &more);
        for redundant in &more.terms()[2..] {
            assert_eq!((redundant.status(), redundant.coefficient()), (Status::Redundant, 0.0));
        }
        assert_eq!(more.likelihood_ratio_test().df(), 2);
        let none = model.profile_interval(&rows, &design, "both", 0.9)?;
        assert_eq!((none.lower, none.upper), (None, None));
        assert!(model.profile_interval(&rows, &design, "age", 0.9).is_err());
        // Without covariates: Turnbull's estimate itself.
        let null = model.fit(&rows, &Design::without_covariates(rows.len()))?;
        assert_eq!(null.log_likelihood()[0], null.log_likelihood()[1]);
        let curve = null.curve(&null.row())?;
        for (own, turnbull) in curve.intervals().zip(Turnbull::fit(&rows).intervals()) {
            assert_relative_eq!(own.mass, turnbull.mass, max_relative = 1e-9);
        }
    }
    Ok(())
}

/// Nobody of a group is known to have had the event: its coefficient is −∞, and the rest is the fit of the others alone, whether they
/// are in strata or not.
#[test]
fn a_monotone_likelihood_is_reported_with_its_limit() -> Result<()> {
    for model in ["ph", "po"] {
        let model = of_model(model);
        let alone = model.fit(&data(), &only_z())?;
        let spared = |column: &[f64], with: f64| [column, &[with; 4]].concat();
        let rows = IntervalCensored::new(spared(&LOWER, 9.0), spared(&UPPER, INF))?;
        let z = [&Z[..], &[0.4, -1.0, 2.0, 0.1]].concat();
        let design = Design::builder().numeric("z", &z).numeric("new", &spared(&[0.0; 16], 1.0)).build()?;
        let fit = model.fit(&rows, &design)?;
        assert_eq!(fit.stop(), Stop::InfiniteCoefficient { covariate: 1 });
        assert_eq!(fit.terms()[1].status(), Status::MinusInfinity);
        assert_relative_eq!(fit.coefficients()[0], alone.coefficients()[0], max_relative = 1e-9);
        assert_relative_eq!(
            fit.terms()[0].std_error().unwrap(),
            alone.terms()[0].std_error().unwrap(),
            max_relative = 1e-7
        );
        assert_relative_eq!(fit.log_likelihood()[1], alone.log_likelihood()[1], max_relative = 1e-12);
        assert!(fit.curve(&fit.row().numeric("z", 0.0).numeric("new", 0.0)).is_err());
        let interval = model.profile_interval(&rows, &design, "new", 0.95)?;
        assert!(
            interval.lower.is_none() && interval.upper.is_some_and(|u| u > 0.01 && u < 5.0),
            "{interval:?}"
        );
        assert!(fit.to_string().contains("NO MAXIMUM") && fit.to_string().contains("−∞"), "{fit}");

        // Complete separation: nothing is left.
        let order = IntervalCensored::new(&[0., 1., 2., 4.], &[1., 2., 3., INF])?;
        let later = Design::builder().numeric("x", &[1., 2., 3., 4.]).build()?;
        let fit = model.fit(&order, &later)?;
        assert_eq!(fit.terms()[0].status(), Status::MinusInfinity);
        assert!(fit.log_likelihood()[1].abs() < 1e-9, "{fit}");
    }
    Ok(())
}

/// All right censored, one row, ties of all, limits at the ends of all numbers: an answer or its diagnosis.
#[test]
fn hostile_data_have_an_answer() -> Result<()> {
    let (tiny, huge) = (1e-300, 1e300);
    let rows: [(&[f64], &[f64], &[f64]); 7] = [
        (&[1., 2., 3.], &[INF; 3], &[0., 1., 2.]),
        (&[1.], &[2.], &[3.]),
        (&[1., 1., 1., 1.], &[2., 2., 2., 2.], &[0., 1., 2., 1.]),
        (&[tiny, 0., tiny], &[2.0 * tiny, tiny, INF], &[0., 1., 0.]),
        (&[huge, 0., 2.0 * huge, huge], &[2.0 * huge, huge, INF, INF], &[0., 1., 1., 0.]),
        (&[0., 1., 0., 1., 2.], &[1., 2., 2., INF, INF], &[1e12, 1e12 + 1.0, 1e12, 1e12 + 1.0, 1e12 - 1.0]),
        (&[0., 1., 0., 1., 2.], &[1., 2., 2., INF, INF], &[1e-200, 0., 2e-200, 3e-200, 0.]),
    ];
    for model in ["ph", "po"] {
        for (lower, upper, x) in rows {
            let data = IntervalCensored::new(lower, upper)?;
            let design = Design::builder().numeric("x", x).build()?;
            let fit = of_model(model).fit(&data, &design)?;
            assert!(fit.log_likelihood().iter().all(|l| l.is_finite()), "{fit}");
            let known = fit.stop().is_success()
                || matches!(fit.stop(), Stop::InfiniteCoefficient { .. } | Stop::NoEvents);
            assert!(known, "{lower:?} {upper:?}: {fit}");
            assert_eq!(fit, fit.clone());
        }
    }
    Ok(())
}

/// In each stratum the rows of one group share no end of an interval with the others: a shift of the group is one of its own levels of
/// the baseline, as long as that stays in order. The search arrives all the same.
#[test]
fn a_group_that_shares_no_visit_is_fitted() -> Result<()> {
    let lower = [0., 1., 2., 3., 5., 0., 2., 4., 6., 6., 1., 3.];
    let upper = [2., 3., 4., 6., 7., 3., 6., 8., INF, INF, 5., INF];
    let age = [50., 61., 57., 48., 66., 70., 52., 45., 40., 58., 63., 44.];
    let arm = [0., 1., 0., 1., 0., 1., 0., 1., 0., 1., 0., 1.];
    let site = Groups::new(&[1, 1, 1, 2, 2, 2, 1, 2, 1, 2, 2, 1]);
    let data = IntervalCensored::interval2(lower.to_vec(), upper.to_vec())?.with_strata(site)?;
    let design = Design::builder().numeric("age", &age).numeric("arm", &arm).build()?;
    for model in ["ph", "po"] {
        let fit = of_model(model).fit(&data, &design)?;
        // With odds the line is level at the maximum too: one value of many, without a standard error, and the fit says so.
        let end = if model == "po" { Stop::Flat { covariate: 1 } } else { Stop::Converged };
        assert_eq!(fit.stop(), end, "{model}: {fit}");
        assert!(fit.terms()[0].std_error().is_some(), "{fit}");
        assert!(fit.gap() < 1e-9 && fit.log_likelihood()[1] > fit.log_likelihood()[0], "{fit}");
        assert_eq!(fit.terms()[1].std_error().is_none(), model == "po", "{fit}");
    }
    Ok(())
}

#[test]
fn what_it_cannot_have_is_refused_with_the_way_out() -> Result<()> {
    let model = of_model("ph");
    let refused = |data: IntervalCensored, with: &str| {
        let error = model.fit(&data, &both()).unwrap_err().to_string();
        assert!(error.contains(with) && error.contains("Parametric"), "{error}");
    };
    refused(data().with_entry(&[0.5; 16])?, "delayed entry");
    refused(data().with_weights(Weights::sampling(&WEIGHT))?, "sampling weights");
    refused(data().with_clusters(&[1; 16])?, "clusters");
    let short = model.fit(&data(), &Design::builder().numeric("x", &X[..5]).build()?).unwrap_err();
    assert!(short.to_string().contains("the design"), "{short}");
    Ok(())
}

/// The table, and what is read back: the same predictions to the last bit; what no fit writes is refused.
#[test]
fn tables_and_stored_models() -> Result<()> {
    let fit = of_model("po").fit(&data(), &both())?;
    let table = fit.to_string();
    assert!(
        table.starts_with("Proportional odds for interval-censored events: 16 rows; converged"),
        "{table}"
    );
    assert!(table.contains("odds ratio") && table.contains("likelihood ratio"), "{table}");

    let json = serde_json::to_string(&fit).unwrap();
    let read: IntervalModel = serde_json::from_str(&json).unwrap();
    assert_eq!(read, fit);
    let row = fit.row().numeric("x", 1.0).numeric("z", -0.3);
    let (curve, again) = (fit.curve(&row)?, read.curve(&row)?);
    assert_eq!(curve, again);
    // A row's curve is that of the model: odds of the event times exp(x'β).
    let zero = fit.curve(&fit.row().numeric("x", 0.0).numeric("z", 0.0))?;
    let odds = |s: f64| (1.0 - s) / s;
    let ratio = (fit.coefficients()[0] - 0.3 * fit.coefficients()[1]).exp();
    for (a, b) in curve.intersections().zip(zero.intersections()).filter(|(a, _)| a.survival_after > 0.0) {
        assert_relative_eq!(odds(a.survival_after), ratio * odds(b.survival_after), max_relative = 1e-10);
    }
    for (from, to) in [
        ("\"gap\":", "\"gap\":-1.0,\"_\":"),
        ("\"level\":[", "\"level\":[9.0,"),
        ("\"centre\":[", "\"centre\":[0.0,"),
        ("\"label\":\"\",\"rows\":16", "\"label\":\"\",\"rows\":0"),
    ] {
        let broken = json.replacen(from, to, 1);
        assert_ne!(broken, json);
        assert!(serde_json::from_str::<IntervalModel>(&broken).is_err(), "{from}");
    }
    Ok(())
}
