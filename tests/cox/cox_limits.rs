//! Cox models whose likelihood has no maximum, rows that have no say, and starts without information. Right values are
//! those of the limit: by R 4.2.2 (survival 3.5-3) in a parametrisation in which the finite part is estimated, or by hand.

use crate::random::Random;
use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::data::NearTies;
use greenwood::survival::regression::{Status, Stop, Term};
use greenwood::survival::{CoxModel, CoxPh, Design, Groups, RightCensored, Ties, Weights};
use ndarray::Array2;

/// The iteration ends at a step of 1e-9 standard errors; values quoted to six digits.
const QUOTED: f64 = 3e-6;

fn fit(options: &CoxPh, time: &[f64], event: &[u8], x: &[&[f64]]) -> Result<CoxModel> {
    let event: Vec<bool> = event.iter().map(|&e| e == 1).collect();
    let data = RightCensored::new(time, &event)?;
    let matrix = Array2::from_shape_fn((time.len(), x.len()), |(i, j)| x[j][i]);
    let names: Vec<String> = (0..x.len()).map(|j| format!("x{j}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    options.fit(&data, &Design::new(&names, matrix.view())?)
}

#[test]
fn several_infinite_directions_are_all_found() -> Result<()> {
    let time: Vec<f64> = (1..=6).map(f64::from).collect();
    let columns: [&[f64]; 2] = [&[1., 1., 1., 1., 0., 0.], &[1., 0., 0., 0., 1., 0.]];
    let model = fit(&CoxPh::new(), &time, &[1, 1, 1, 0, 1, 0], &columns)?;
    assert!(model.terms().iter().all(|t| t.status() == Status::PlusInfinity));
    let test = model.likelihood_ratio_test();
    // The right value is known to four digits.
    assert_relative_eq!(test.statistic(), 7.378, max_relative = 1e-4);
    assert_eq!(test.df(), 2);
    assert_eq!(model.wald_test().df(), 0);
    Ok(())
}

#[test]
fn a_coefficient_that_may_go_either_way_is_not_estimable() -> Result<()> {
    // d'(1, −1) ≥ 0, d'(2, 0) ≥ 0, d'(1, 1) ≥ 0: the first is infinite, the second anything within.
    let columns: [&[f64]; 2] = [&[3., 2., 1.], &[0., 1., 0.]];
    for ties in [Ties::Efron, Ties::Breslow, Ties::Exact, Ties::Marginal] {
        let model = fit(&CoxPh::new().ties(ties), &[1., 2., 3.], &[1, 1, 1], &columns)?;
        assert_eq!(model.terms()[0].status(), Status::PlusInfinity);
        assert_eq!(model.terms()[1].status(), Status::NotEstimable);
        assert!(model.coefficients()[1].is_nan());
        // 2 log 6: the supremum of the likelihood is 1.
        assert_relative_eq!(model.likelihood_ratio_test().statistic(), 2.0 * 6f64.ln(), max_relative = 1e-9);
        assert_eq!(model.likelihood_ratio_test().df(), 2);
    }
    Ok(())
}

/// Freely chosen data: level a has no event, b and c have; with a covariate.
#[test]
fn a_reference_without_events_leaves_the_rest_as_any_other_reference_does() -> Result<()> {
    let time = [5., 8., 9., 3., 4., 6., 7., 2., 1., 10., 11., 12.];
    let event = [0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1];
    let x = [0.3, 1.1, -0.2, 0.9, -0.7, 0.4, 1.6, -1.1, 0.8, 0.2, -0.5, 0.1];
    let a = [1., 1., 1., 0., 0., 0., 0., 0., 0., 0., 0., 0.];
    let b = [0., 0., 0., 1., 1., 1., 1., 0., 0., 0., 0., 0.];
    let c: Vec<f64> = (0..12).map(|i| 1.0 - a[i] - b[i]).collect();
    let by_a = fit(&CoxPh::new(), &time, &event, &[&x, &b, &c])?;
    let by_b = fit(&CoxPh::new(), &time, &event, &[&x, &a, &c])?;
    let by_c = fit(&CoxPh::new(), &time, &event, &[&a, &b, &x])?;
    let se = |m: &CoxModel, j: usize| m.terms()[j].std_error().unwrap_or(f64::NAN);
    for (m, j) in [(&by_b, 0), (&by_c, 2)] {
        assert_relative_eq!(by_a.coefficients()[0], m.coefficients()[j], max_relative = 1e-7);
        assert_relative_eq!(se(&by_a, 0), se(m, j), max_relative = 1e-7);
        assert_relative_eq!(by_a.log_likelihood()[1], m.log_likelihood()[1], max_relative = 1e-10);
        assert_relative_eq!(by_a.wald_test().statistic(), m.wald_test().statistic(), max_relative = 1e-7);
        assert_eq!((by_a.wald_test().df(), by_a.likelihood_ratio_test().df()), (2, 3));
    }
    assert_eq!(by_a.terms()[1].status(), Status::PlusInfinity);
    assert_eq!(by_a.terms()[2].status(), Status::PlusInfinity);
    assert_eq!(by_b.terms()[1].status(), Status::MinusInfinity);
    // c against b: infinite coefficients with a finite contrast.
    let z = by_b.terms()[2].z().unwrap_or(f64::NAN);
    let of_factor = by_a.wald_test_of(&["x1", "x2"])?;
    assert_relative_eq!(of_factor.statistic(), z * z, max_relative = 1e-7);
    assert_eq!(of_factor.df(), 1);
    Ok(())
}

#[test]
fn separation_is_decided_by_the_data_at_any_size() -> Result<()> {
    for n in [20, 67, 100, 400, 3000] {
        let time: Vec<f64> = (1..=n).map(f64::from).collect();
        let event: Vec<u8> = (1..=n).map(|i| u8::from(i % 5 < 3)).collect();
        let x: Vec<f64> = time.iter().map(|t| -t).collect();
        for ties in [Ties::Efron, Ties::Breslow] {
            let model = fit(&CoxPh::new().ties(ties), &time, &event, &[&x])?;
            assert_eq!(model.stop(), Stop::InfiniteCoefficient { covariate: 0 }, "n = {n}");
            assert_eq!(model.coefficients()[0], f64::INFINITY);
            assert!(model.log_likelihood()[1].abs() < 1e-9);
        }
    }
    Ok(())
}

const FIRST_EIGHT: ([f64; 8], [u8; 8], [f64; 8]) =
    ([1., 2., 3., 4., 5., 6., 7., 8.], [1, 1, 0, 1, 1, 1, 0, 1], [1., 0., 0.3, 1., 0.2, 0.7, 0.5, 0.1]);

#[test]
fn a_row_in_no_risk_set_has_no_say() -> Result<()> {
    let (time, event, x) = FIRST_EIGHT;
    let plain = fit(&CoxPh::new(), &time, &event, &[&x])?;
    assert_relative_eq!(plain.coefficients()[0], 1.511588, max_relative = QUOTED);
    for far in [1000.0, -1000.0, 1e9] {
        let time: Vec<f64> = time.into_iter().chain([0.5]).collect();
        let event: Vec<u8> = event.into_iter().chain([0]).collect();
        let x: Vec<f64> = x.into_iter().chain([far]).collect();
        let model = fit(&CoxPh::new(), &time, &event, &[&x])?;
        assert!(model.stop().is_success());
        assert_relative_eq!(model.coefficients()[0], plain.coefficients()[0], max_relative = 1e-9);
    }
    Ok(())
}

#[test]
fn a_start_without_information_is_no_redundant_column() -> Result<()> {
    let (time, event, x) = FIRST_EIGHT;
    for (offset, right) in [(40.0, 46.5421), (30.0, 35.4302)] {
        let options = CoxPh::new().offset(&[0., 0., 0., 0., 0., 0., 0., offset]);
        let model = fit(&options, &time, &event, &[&x])?;
        assert!(model.stop().is_success(), "{:?}", model.stop());
        assert_relative_eq!(model.coefficients()[0], right, max_relative = QUOTED);
    }
    let model = fit(&CoxPh::new().initial(&[500.0]), &time, &event, &[&x])?;
    assert_relative_eq!(model.coefficients()[0], 1.511588, max_relative = QUOTED);
    Ok(())
}

/// Two tied rows whose weights sum to exactly 1. By R 4.2.2, survival 3.5-3:
/// coxph(Surv(t, e) ~ x, weights = w, ties = "breslow").
#[test]
fn a_sum_of_weights_is_no_number_of_rows() -> Result<()> {
    use greenwood::survival::Weights;
    let (time, event) = ([1., 1., 2., 3., 4., 5.], [true, true, true, false, true, true]);
    let x = Array2::from_shape_vec((6, 1), vec![0., 1., 1., 0., 1., 0.]).unwrap();
    let data = RightCensored::new(&time, &event)?
        .with_weights(Weights::replication(vec![0.4, 0.6, 1.3, 1., 0.7, 2.]))?;
    let model = CoxPh::new().ties(Ties::Breslow).fit(&data, &Design::new(&["x"], x.view())?)?;
    assert_relative_eq!(model.coefficients()[0], 2.41700, max_relative = QUOTED);
    assert_relative_eq!(model.log_likelihood()[1], -4.3925, max_relative = 2e-5);
    Ok(())
}

/// The rows of a factor's data: time, event, level, x.
type Rows = [(f64, u8, &'static str, f64); 10];

fn factor(
    rows: &Rows,
    covariate: bool,
    reference: &str,
) -> Result<(RightCensored<'static>, Design<'static>)> {
    let column = |pick: fn(&(f64, u8, &'static str, f64)) -> f64| rows.iter().map(pick).collect::<Vec<f64>>();
    let event: Vec<bool> = rows.iter().map(|r| r.1 == 1).collect();
    let data = RightCensored::new(column(|r| r.0), event)?;
    let levels = Groups::new(&rows.iter().map(|r| r.2).collect::<Vec<_>>());
    let builder = Design::builder();
    let builder = if covariate { builder.numeric("x", &column(|r| r.3)) } else { builder };
    Ok((data, builder.factor("g", &levels, reference).build()?))
}

/// The reference level a has no event: the other indicators are +∞, and the finite part is that of the limit. R 4.2.2,
/// survival 3.5-3, in the parametrisations with references b and c: se(x) 1.07275; profile lower limits of the ratios by
/// `uniroot` on `coxph(Surv(time, status) ~ x + I(g == "c") + offset(theta * (g == "b")))`: 1.317147149 and, likewise,
/// 0.7114330338.
#[test]
fn a_reference_without_events_leaves_the_finite_part_its_variance() -> Result<()> {
    let rows: Rows = [
        (4., 0, "a", 0.3),
        (8., 0, "a", 0.9),
        (1., 1, "b", 1.),
        (3., 1, "b", 0.5),
        (6., 1, "b", -0.4),
        (9., 0, "b", -0.2),
        (2., 1, "c", 0.),
        (5., 1, "c", 1.2),
        (7., 1, "c", 0.1),
        (10., 0, "c", 0.6),
    ];
    let (data, design) = factor(&rows, true, "a")?;
    let model = CoxPh::new().fit(&data, &design)?;
    // Half of the last digit that is quoted.
    assert_relative_eq!(model.terms()[0].std_error().unwrap(), 1.07275, epsilon = 5e-6);
    assert_eq!([model.terms()[1].status(), model.terms()[2].status()], [Status::PlusInfinity; 2]);
    let with = model.with(&data, &design)?;
    for (name, lower) in [("g: b", 1.317147149), ("g: c", 0.7114330338)] {
        let found = with.profile_interval(name, 0.95)?;
        assert_relative_eq!(found.lower.unwrap(), lower, max_relative = 2e-9); // ten digits are quoted
    }
    for reference in ["b", "c"] {
        let (data, design) = factor(&rows, true, reference)?;
        let other = CoxPh::new().fit(&data, &design)?;
        assert_relative_eq!(
            other.terms()[0].std_error().unwrap(),
            model.terms()[0].std_error().unwrap(),
            max_relative = 1e-8
        );
        let (a, b) = (other.likelihood_ratio_test(), model.likelihood_ratio_test());
        assert_eq!(a.df(), b.df());
        assert_relative_eq!(a.statistic(), b.statistic(), max_relative = 1e-8);
    }
    Ok(())
}

/// Two levels without events are two directions: both −∞, 2 df. R's limit: LR 4.338 (p 0.114), with x 4.44 on 3 df
/// (p 0.218); upper profile limits 1.882 and 1.583, quoted to four digits.
#[test]
fn two_levels_without_events_are_two_directions() -> Result<()> {
    let rows: Rows = [
        (1., 1, "a", 0.5),
        (2., 1, "a", -0.3),
        (3., 0, "b", 0.2),
        (4., 1, "a", 1.),
        (5., 0, "c", -0.6),
        (6., 1, "a", 0.1),
        (7., 0, "b", 0.9),
        (8., 0, "c", 0.4),
        (9., 1, "a", -0.2),
        (10., 0, "a", 0.3),
    ];
    for (covariate, statistic, df, p) in [(false, 4.338, 2, 0.114), (true, 4.44, 3, 0.218)] {
        let (data, design) = factor(&rows, covariate, "a")?;
        let model = CoxPh::new().fit(&data, &design)?;
        let test = model.likelihood_ratio_test();
        assert_eq!(test.df(), df);
        // The quoted values have four and three digits.
        assert_relative_eq!(test.statistic(), statistic, epsilon = 5e-3);
        assert_relative_eq!(test.p_value().unwrap(), p, epsilon = 5e-4);
        if !covariate {
            for (name, upper) in [("g: b", 1.882), ("g: c", 1.583)] {
                let found = model.with(&data, &design)?.profile_interval(name, 0.95)?;
                assert_relative_eq!(found.upper.unwrap(), upper, epsilon = 5e-4);
            }
        }
    }
    Ok(())
}

/// Efron's rule lets a replication weight of k leave as k subjects, one after the other, and costs no more for it.
#[test]
fn replication_weights_of_any_size_are_repetitions_under_efron_s_rule() -> Result<()> {
    let (time, event) = ([1., 1., 2., 3., 4., 5.], [true, true, true, false, true, true]);
    let x = ndarray::array![[0.], [1.], [1.], [0.], [1.], [0.]];
    let design = Design::new(&["x"], x.view())?;
    let fit = |w: f64| {
        let data = RightCensored::new(&time, &event)?.with_weights(Weights::replication(vec![w; 6]))?;
        CoxPh::new().fit(&data, &design)
    };
    // R 4.2.2, survival 3.5-3: coxph(Surv(time[i], event[i]) ~ x[i], ties = "efron", eps = 1e-14) with
    // i = rep(1:6, each = w): coefficient, standard error times the root of w, log likelihood.
    for (w, coefficient, se, log_likelihood) in [
        (100., 1.46230308442174, 1.20682135817175, -2602.83647358833),
        (1000., 1.46842711714018, 1.20892159156816, -37501.7723210786),
        (10000., 1.46904557457799, 1.2091366301935, -490097.062712183),
    ] {
        let fit = fit(w)?;
        let term = &fit.terms()[0];
        assert_relative_eq!(term.coefficient(), coefficient, max_relative = 1e-9);
        assert_relative_eq!(term.std_error().unwrap() * w.sqrt(), se, max_relative = 1e-9);
        assert_relative_eq!(fit.log_likelihood()[1], log_likelihood, max_relative = 1e-12);
    }
    // The limit, which is approached as 1/w: six subjects who leave little by little.
    let slope = (fit(1e4)?.coefficients()[0] - fit(1e3)?.coefficients()[0]) / (1e-4 - 1e-3);
    let limit = fit(1e20)?.coefficients()[0];
    assert_relative_eq!(limit, fit(1e4)?.coefficients()[0] - 1e-4 * slope, epsilon = 1e-7);
    for w in [1e8, 1e12] {
        let fit = fit(w)?;
        assert!(fit.stop().is_success());
        assert_relative_eq!(fit.coefficients()[0], limit, max_relative = 1e-8);
    }
    Ok(())
}

/// Without any event there is nothing to estimate, and no column is called redundant for it.
#[test]
fn a_fit_without_events_says_so() -> Result<()> {
    let data = RightCensored::new(&[1., 2., 3.], &[false; 3])?;
    let x = ndarray::array![[1.], [2.], [4.]];
    let model = CoxPh::new().fit(&data, &Design::new(&["x"], x.view())?)?;
    assert_eq!(model.stop(), Stop::NoEvents);
    assert!(!model.stop().is_success());
    let text = model.to_string();
    assert!(
        text.contains("no event: nothing can be estimated") && text.contains("not estimable: no event"),
        "{text}"
    );
    assert_eq!(model.likelihood_ratio_test().df(), 0);
    Ok(())
}

/// Firth's penalty without covariates is the null model.
#[test]
fn the_penalty_of_no_columns_is_none() -> Result<()> {
    let data = RightCensored::new(&[1., 2., 3.], &[true, false, true])?;
    let x = Array2::<f64>::zeros((3, 0));
    let names: [&str; 0] = [];
    let model = CoxPh::new().firth().fit(&data, &Design::new(&names, x.view())?)?;
    assert_relative_eq!(model.log_likelihood()[1], -(3f64.ln()), max_relative = 1e-12);
    Ok(())
}

/// The coefficient has no value, and the model is still what it was: NaN is not equal to itself, models are.
#[test]
fn a_model_with_a_coefficient_without_value_is_equal_to_itself() -> Result<()> {
    let columns: [&[f64]; 2] = [&[3., 2., 1.], &[0., 1., 0.]];
    let model = fit(&CoxPh::new(), &[1., 2., 3.], &[1, 1, 1], &columns)?;
    assert!(model.coefficients()[1].is_nan() && model.terms()[1].coefficient().is_nan());
    assert_eq!(model, model.clone());
    assert_eq!(model.terms(), model.clone().terms());
    #[cfg(feature = "serde")]
    {
        let back: CoxModel = serde_json::from_str(&serde_json::to_string(&model).unwrap()).unwrap();
        assert_eq!(back, model);
        assert!(back.coefficients()[1].is_nan() && back.coefficients()[0] == f64::INFINITY);
    }
    Ok(())
}

/// Where a row stands that is in no risk set has no say in how the others are separated.
#[test]
fn a_row_in_no_risk_set_hides_no_separation() -> Result<()> {
    let (time, event, x) = ([1., 2., 3., 4., 5., 6.], [1, 1, 0, 1, 0, 0], [3., 3., 3., 1., 1., 0.]);
    let z = [0.4, -0.3, 1.0, 0.2, 0.7, -1.0];
    let plain = fit(&CoxPh::new(), &time, &event, &[&x, &z])?;
    assert_eq!(plain.terms()[0].status(), Status::PlusInfinity);
    assert_eq!(plain.terms()[1].status(), Status::Estimated);
    for far in [1e3, 1e9, -1e12] {
        let with = |v: &[f64; 6], own: f64| v.iter().copied().chain([own]).collect::<Vec<f64>>();
        let event: Vec<u8> = event.into_iter().chain([0]).collect();
        let model = fit(&CoxPh::new(), &with(&time, 0.5), &event, &[&with(&x, far), &with(&z, 0.0)])?;
        assert_eq!(model.stop(), plain.stop());
        assert_eq!(model.terms()[0].status(), Status::PlusInfinity);
        assert_relative_eq!(model.coefficients()[1], plain.coefficients()[1], max_relative = 1e-8);
        assert_relative_eq!(model.log_likelihood()[1], plain.log_likelihood()[1], max_relative = 1e-9);
    }
    Ok(())
}

/// x and 2x tell the same. What a redundant column starts at goes to the one that stays.
#[test]
fn starting_values_of_a_redundant_column_are_not_lost() -> Result<()> {
    let (time, event, x) = FIRST_EIGHT;
    let twice = x.map(|x| 2.0 * x);
    let plain = fit(&CoxPh::new().initial(&[1.0]), &time, &event, &[&x])?;
    let model = fit(&CoxPh::new().initial(&[0.5, 0.25]), &time, &event, &[&x, &twice])?;
    assert_eq!(model.terms()[1].status(), Status::Redundant);
    assert_relative_eq!(model.coefficients()[0], plain.coefficients()[0], max_relative = 1e-9);
    for i in 0..2 {
        assert_relative_eq!(model.log_likelihood()[i], plain.log_likelihood()[i], max_relative = 1e-12);
    }
    let (a, b) = (model.wald_test().statistic(), plain.wald_test().statistic());
    assert_relative_eq!(a, b, max_relative = 1e-8);
    Ok(())
}

/// Levels that nobody at risk with an event had, and rows that break what was collinear in the fit: the data do not tell.
#[test]
fn what_nobody_at_risk_differed_in_has_no_hazard_ratio() -> Result<()> {
    use greenwood::survival::result::NotEstimable;
    let data =
        RightCensored::new(&[2., 3., 4., 5., 6., 7., 1.], &[true, true, false, true, true, false, false])?;
    let arm = Groups::new(&["a", "b", "a", "b", "b", "a", "c"]);
    let mut answers = Vec::new();
    for reference in ["a", "b", "c"] {
        let model = CoxPh::new().fit(&data, &Design::builder().factor("arm", &arm, reference).build()?)?;
        let ratio = |of: &str, against: &str| {
            let row = |level: &str| model.row().level("arm", level);
            model.hazard_ratio_between(&row(of), &row(against))
        };
        assert_eq!(ratio("c", "a")?.value(), Err(NotEstimable::NoMaximum));
        assert_eq!(ratio("b", "c")?.value(), Err(NotEstimable::NoMaximum));
        answers.push([ratio("b", "a")?.value()?, ratio("b", "a")?.std_error()?]);
    }
    for [value, error] in &answers[1..] {
        assert_relative_eq!(*value, answers[0][0], max_relative = 1e-9);
        assert_relative_eq!(*error, answers[0][1], max_relative = 1e-9);
    }
    Ok(())
}

/// Many rows and columns, of which a level (or three of ten) has no event: the limit is the model on the rows of the other
/// levels. Noise of the direction once tore 5,000 rows to pieces, and no fit came to an end.
#[test]
fn levels_without_events_among_many_rows_are_found() -> Result<()> {
    let (n, p) = (8000, 16);
    let mut random = Random(11);
    let x = Array2::from_shape_fn((n, p), |_| 2.0 * random.uniform() - 1.0);
    let time: Vec<f64> =
        x.rows().into_iter().map(|r| -random.uniform().ln() * (-0.3 * (r[0] + r[1])).exp()).collect();
    for (levels, without) in [(2, 1), (10, 3)] {
        let level: Vec<usize> = (0..n).map(|_| random.below(levels)).collect();
        let event: Vec<bool> =
            level.iter().map(|&l| random.uniform() < 0.5 && l < levels - without).collect();
        let model_of = |rows: &[usize], levels: usize| {
            let names: Vec<String> =
                (0..p).map(|j| format!("x{j}")).chain((1..levels).map(|l| format!("l{l}"))).collect();
            let matrix = Array2::from_shape_fn((rows.len(), names.len()), |(i, j)| {
                if j < p { x[[rows[i], j]] } else { f64::from(u8::from(level[rows[i]] == j + 1 - p)) }
            });
            let of = |v: &[f64]| rows.iter().map(|&i| v[i]).collect::<Vec<f64>>();
            let event: Vec<bool> = rows.iter().map(|&i| event[i]).collect();
            CoxPh::new().fit(&RightCensored::new(of(&time), event)?, &Design::new(&names, matrix.view())?)
        };
        let model = model_of(&(0..n).collect::<Vec<_>>(), levels)?;
        assert!(matches!(model.stop(), Stop::InfiniteCoefficient { .. }), "{:?}", model.stop());
        let others: Vec<usize> = (0..n).filter(|&i| level[i] < levels - without).collect();
        let finite = model_of(&others, levels - without)?;
        for (term, right) in model.terms().iter().zip(finite.terms()) {
            assert_eq!(term.status(), Status::Estimated);
            assert_relative_eq!(term.coefficient(), right.coefficient(), epsilon = 1e-9, max_relative = 1e-7);
            assert_relative_eq!(term.std_error().unwrap(), right.std_error().unwrap(), max_relative = 1e-7);
        }
        for term in &model.terms()[finite.terms().len()..] {
            assert_eq!(term.status(), Status::MinusInfinity);
        }
        assert_relative_eq!(model.log_likelihood()[1], finite.log_likelihood()[1], max_relative = 1e-10);
        assert!(model.iterations() < 20, "{}", model.iterations());
    }
    Ok(())
}

/// A covariate of the strata: its information is what rounding leaves of a difference of squares.
#[test]
fn a_column_that_is_constant_within_strata_is_redundant_among_many_rows() -> Result<()> {
    let n = 20_000;
    let mut random = Random(5);
    let site: Vec<usize> = (0..n).map(|_| random.below(3)).collect();
    let x: Vec<f64> = site.iter().map(|&s| [0.1, 7.3, -2.7][s]).collect();
    let z: Vec<f64> = (0..n).map(|_| random.uniform()).collect();
    let sum: Vec<f64> = x.iter().zip(&z).map(|(x, z)| 3.0 * x + z).collect();
    let time: Vec<f64> = z.iter().map(|z| -random.uniform().ln() * (-z).exp()).collect();
    let event: Vec<bool> = (0..n).map(|_| random.uniform() < 0.7).collect();
    let data = RightCensored::new(time, event)?.with_strata(Groups::from_codes(&site, &["a", "b", "c"])?)?;
    let columns = Design::builder().numeric("x", &x).numeric("z", &z).numeric("sum", &sum).build()?;
    let model = CoxPh::new().fit(&data, &columns)?;
    let status: Vec<Status> = model.terms().iter().map(Term::status).collect();
    assert_eq!(status, [Status::Redundant, Status::Estimated, Status::Redundant]);
    assert!(model.stop().is_success());
    Ok(())
}

/// Each event has the largest value of the last covariate in its risk set, by little: next to that direction are others of the cone,
/// to both sides of each other covariate. The test shows two of them for each, pair by pair.
#[test]
fn rows_ordered_by_a_covariate_have_their_limit_however_close_its_values() -> Result<()> {
    let mut random = Random(8);
    for n in [50, 1_000, 10_000] {
        let time: Vec<f64> = (0..n).map(|_| -500.0 * random.uniform().ln()).collect();
        let event: Vec<bool> = (0..n).map(|_| random.uniform() < 0.5).collect();
        let x = Array2::from_shape_fn((n, 3), |(i, j)| if j < 2 { random.uniform() } else { -time[i] });
        // As they are: of ten thousand times some are near ties, which would contradict the order.
        let data = RightCensored::new(&time, &event)?.with_near_ties(NearTies::Exact)?;
        let model = CoxPh::new().fit(&data, &Design::new(&["a", "b", "minus time"], x.view())?)?;
        assert!(matches!(model.stop(), Stop::InfiniteCoefficient { .. }), "{n}: {:?}", model.stop());
        assert_eq!(model.log_likelihood()[1], 0.0);
        let status: Vec<Status> = model.terms().iter().map(Term::status).collect();
        assert_eq!(status, [Status::NotEstimable, Status::NotEstimable, Status::PlusInfinity], "{n}");

        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| time[i].total_cmp(&time[j]));
        let gap = order.windows(2).map(|w| time[w[1]] - time[w[0]]).fold(f64::INFINITY, f64::min);
        for direction in [[gap / 2.0, 0.0], [-gap / 2.0, 0.0], [0.0, gap / 2.0], [0.0, -gap / 2.0]] {
            let score = |i: usize| direction[0] * x[[i, 0]] + direction[1] * x[[i, 1]] + x[[i, 2]];
            let mut largest = f64::NEG_INFINITY;
            for &i in order.iter().rev() {
                assert!(!event[i] || score(i) >= largest, "{n}: row {i} falls behind");
                largest = largest.max(score(i));
            }
        }
    }
    Ok(())
}

/// Times that are near ties are one time, and so are the values of a column that orders the events by them: it is infinite, and the
/// rest is what those at one time tell of each other. Beside the likelihood of these alone, and the whole one as far as numbers reach.
#[test]
fn a_column_that_orders_merged_times_is_infinite() -> Result<()> {
    let mut random = Random(5);
    // Of 2 and 3 both fail, of 8 and 9 the first, of 14 and 15 the second, of 20 and 21 both; the others have times of their own.
    let near = |i: u32| if i.is_multiple_of(3) { 1e-8 } else { 0.25 };
    let time: Vec<f64> = (0..24).map(|i| f64::from(i / 2 + 1) + f64::from(i % 2) * near(i)).collect();
    let event: Vec<bool> = (0..24).map(|i| i % 5 != 4).collect();
    let z: Vec<f64> = (0..24).map(|_| random.uniform()).collect();
    let x = Array2::from_shape_fn((24, 2), |(i, j)| if j == 0 { -time[i] } else { z[i] });
    let data = RightCensored::new(&time, &event)?;
    let design = Design::new(&["minus time", "z"], x.view())?;
    for ties in [Ties::Efron, Ties::Breslow] {
        let model = CoxPh::new().ties(ties).fit(&data, &design)?;
        assert!(matches!(model.stop(), Stop::InfiniteCoefficient { covariate: 0 }), "{:?}", model.stop());
        let status: Vec<Status> = model.terms().iter().map(Term::status).collect();
        assert_eq!(status, [Status::PlusInfinity, Status::Estimated]);

        // What an event time adds where a and b are there, and no others count: both fail, or the first.
        let both = |a: usize, b: usize, beta: f64| {
            let sum = (beta * z[a]).exp() + (beta * z[b]).exp();
            let second = if ties == Ties::Efron { sum / 2.0 } else { sum };
            beta * (z[a] + z[b]) - sum.ln() - second.ln()
        };
        let first = |a: usize, b: usize, beta: f64| -(1.0 + (beta * (z[b] - z[a])).exp()).ln();
        let limit =
            |beta: f64| both(2, 3, beta) + both(20, 21, beta) + first(8, 9, beta) + first(15, 14, beta);
        let beta = model.coefficients()[1];
        assert_relative_eq!(model.log_likelihood()[1], limit(beta), max_relative = 1e-9);
        let (h, tiny) = (1e-4, 1e-7);
        assert!((limit(beta + h) - limit(beta - h)).abs() / (2.0 * h) < tiny, "{beta} is no maximum");
        let curvature = (2.0 * limit(beta) - limit(beta + h) - limit(beta - h)) / (h * h);
        // A second difference with eight digits.
        assert_relative_eq!(
            model.terms()[1].std_error().unwrap(),
            curvature.sqrt().recip(),
            max_relative = 1e-5
        );

        // The whole likelihood where the order's coefficient is 1000: the others are decided, and 1e-8 changes a ratio by 1e-5.
        let eta: Vec<f64> = (0..24).map(|i| -1e3 * time[i] + beta * z[i]).collect();
        let merged = |i: usize| if i.is_multiple_of(3) && i % 2 == 1 { time[i - 1] } else { time[i] };
        let mut whole = 0.0;
        for start in (0..24).filter(|&i| i == 0 || merged(i) != merged(i - 1)) {
            let tied: Vec<usize> = (start..24).filter(|&i| merged(i) == merged(start) && event[i]).collect();
            let sum = |rows: &mut dyn Iterator<Item = usize>| {
                rows.map(|i| (eta[i] - eta[start]).exp()).sum::<f64>()
            };
            let [all, events] = [sum(&mut (start..24)), sum(&mut tied.iter().copied())];
            for (l, &i) in tied.iter().enumerate() {
                let left = if ties == Ties::Efron { l as f64 / tied.len() as f64 } else { 0.0 };
                whole += eta[i] - eta[start] - (all - left * events).ln();
            }
        }
        assert_relative_eq!(whole, limit(beta), epsilon = 1e-4);
    }
    Ok(())
}

/// A row of weight k stands for k subjects, each its own cluster. R 4.2.2, survival 3.5-3: `coxph(Surv(t, e) ~ x,
/// d[rep(1:8, w), ], robust = TRUE)`, its coefficient, robust and model-based standard error and robust score test.
#[test]
fn the_robust_variance_of_weights_is_that_of_rows() -> Result<()> {
    let time = [1., 2., 3., 3., 4., 5., 6., 7.];
    let event = [true, true, false, true, true, false, true, true];
    let x = [1., 0., 1., 0.5, -1., 0.3, 0.2, -0.7];
    let weights = [2., 1., 3., 1., 2., 1., 1., 2.];
    let data = RightCensored::new(&time, &event)?.with_weights(Weights::replication(weights.to_vec()))?;
    let column = Array2::from_shape_vec((8, 1), x.to_vec()).unwrap();
    let design = Design::new(&["x"], column.view())?;
    let fit = CoxPh::new().robust().fit(&data, &design)?;
    assert_relative_eq!(fit.coefficients()[0], 0.505927207312171, max_relative = 1e-7);
    let term = &fit.terms()[0];
    assert_relative_eq!(term.robust_std_error().unwrap(), 0.449136076077156, max_relative = 1e-7);
    assert_relative_eq!(term.model_std_error().unwrap(), 0.601568276788039, max_relative = 1e-7);
    let test = fit.robust_score_test().unwrap();
    assert_eq!(test.df(), 1);
    assert_relative_eq!(test.statistic(), 1.109794224214909, max_relative = 1e-7);
    let fit = CoxPh::new().ties(Ties::Breslow).robust().fit(&data, &design)?;
    assert_relative_eq!(fit.coefficients()[0], 0.51711602282697, max_relative = 1e-7);
    assert_relative_eq!(fit.terms()[0].robust_std_error().unwrap(), 0.411146019705381, max_relative = 1e-7);
    // Clusters that are named come first: a row is one of them, with its weight squared.
    let rows: Vec<usize> = (0..8).collect();
    let clustered = CoxPh::new().fit(&data.with_clusters(&rows)?, &design)?;
    assert!(clustered.terms()[0].robust_std_error().unwrap() > 0.45);
    Ok(())
}
/// A ridge counts in the information of each coefficient, and between coefficients not at all. R 4.2.2, survival 3.5-3:
/// `coxph(Surv(t, e) ~ ridge(a, b, c, theta = 1.5, scale = FALSE))`, its coefficients and `$var`.
#[test]
fn the_variance_beside_a_ridge_is_that_of_the_penalised_information() -> Result<()> {
    let time: Vec<f64> = (1..=12).map(f64::from).collect();
    let a = [1., 0., 1., 1., 0., 0., 1., 0., 1., 0., 0., 1.];
    let b = [0.3, -1.2, 0.8, 1.5, -0.4, 0.1, -0.9, 0.6, -1.1, 0.2, 1.3, -0.5];
    let c = [2., 1., 0., 1., 2., 0., 1., 2., 0., 1., 0., 2.];
    let model = fit(&CoxPh::new().ridge(1.5), &time, &[1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1], &[&a, &b, &c])?;
    let coefficients = [-0.200314625666598, -0.0866200112340966, 0.209899794002406];
    let errors = [0.581765705123676, 0.429899917979505, 0.383921641385668];
    for (j, term) in model.terms().iter().enumerate() {
        assert_relative_eq!(term.coefficient(), coefficients[j], max_relative = 1e-7);
        assert_relative_eq!(term.model_std_error().unwrap(), errors[j], max_relative = 1e-7);
    }
    for (i, j, v) in [(0, 1, 0.0898095212637212), (0, 2, -0.00823811391959439), (1, 2, 0.0225181295448679)] {
        assert_relative_eq!(model.variance()[(i, j)], v, max_relative = 1e-7);
    }
    Ok(())
}
