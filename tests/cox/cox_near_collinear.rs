//! Columns that are nearly collinear, and values far from all others: the fit, the limit of a monotone likelihood and what is
//! finite beside it are those of the same model in other columns.

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::regression::{Status, Stop};
use greenwood::survival::result::RatioTest;
use greenwood::survival::{CoxModel, CoxPh, Design, RightCensored, Ties, Weights};
use proptest::prelude::*;

fn design(rows: &[Vec<f64>]) -> Result<Design<'static>> {
    let mut builder = Design::builder();
    for j in 0..rows[0].len() {
        builder = builder.numeric(format!("x{j}"), &rows.iter().map(|row| row[j]).collect::<Vec<_>>());
    }
    builder.build()
}

/// `X A` and a shift of each column.
fn coded(rows: &[Vec<f64>], a: &[Vec<f64>], shift: &[f64]) -> Vec<Vec<f64>> {
    let column = |row: &[f64], j: usize| row.iter().zip(a).map(|(x, a)| x * a[j]).sum::<f64>() + shift[j];
    rows.iter().map(|row| (0..shift.len()).map(|j| column(row, j)).collect()).collect()
}

fn log_ratio(model: &CoxModel, rows: &[Vec<f64>], i: usize, j: usize) -> Result<(f64, Option<f64>)> {
    let ratio = model.hazard_ratio_between(&design(&rows[i..=i])?, &design(&rows[j..=j])?)?;
    Ok((ratio.value().map_or(f64::NAN, f64::ln), ratio.std_error().ok()))
}

/// One event among nine, of whom one (x1 = 1) has no share in the limit: the score equation in 40 digits (mpmath). In the columns
/// `1 − x0` and `x1/10 − x0/10 + 1` the two are correlated to 0.9999995.
#[test]
fn the_limit_is_the_same_in_nearly_collinear_columns() -> Result<()> {
    let time = [2., 3., 3., 2., 4., 2., 1., 2., 3.];
    let event = [0, 0, 0, 0, 1, 0, 1, 0, 0].map(|e| e == 1);
    let data = RightCensored::new(&time, &event)?;
    let rows: Vec<Vec<f64>> = [-464., 318., -281., -884., -333., 198., -11., -624., -239.]
        .iter()
        .enumerate()
        .map(|(i, &x)| vec![x, if i == 3 { 1.0 } else { 0.0 }])
        .collect();
    let other = coded(&rows, &[vec![-1.0, -0.1], vec![0.0, 0.1]], &[1.0, 1.0]);
    for ties in [Ties::Efron, Ties::Breslow, Ties::Exact, Ties::Marginal] {
        for rows in [&rows, &other] {
            let model = CoxPh::new().ties(ties).fit(&data, &design(rows)?)?;
            assert!(matches!(model.stop(), Stop::InfiniteCoefficient { .. }), "{ties}");
            assert_relative_eq!(model.log_likelihood()[1], -1.9282535613761838688, max_relative = 1e-9);
            assert_eq!(model.likelihood_ratio_test().df(), 2);
            let (value, error) = log_ratio(&model, rows, 1, 0)?;
            assert_relative_eq!(value, 782.0 * 0.0018035918321753573585, max_relative = 1e-7);
            assert_relative_eq!(error.unwrap(), 782.0 * 0.0033525407139178075604, max_relative = 1e-7);
            assert_eq!(log_ratio(&model, rows, 3, 0)?, (f64::NEG_INFINITY, None));
        }
        let model = CoxPh::new().ties(ties).fit(&data, &design(&other)?)?;
        assert_eq!(model.terms()[1].status(), Status::MinusInfinity, "{ties}");
        assert_eq!(model.terms()[0].status(), Status::PlusInfinity, "{ties}");
    }
    Ok(())
}

/// The score test of one coefficient where others are infinite: that of the limit, in whatever order the columns stand. With x1
/// at −∞ row 3 has no share, and the test is that of the other rows alone.
#[test]
fn the_score_test_beside_an_infinite_coefficient_is_that_of_the_limit() -> Result<()> {
    let time = [2., 3., 3., 2., 4., 2., 1., 2., 3.];
    let event = [0, 0, 0, 0, 1, 0, 1, 0, 0].map(|e| e == 1);
    let x = [-464., 318., -281., -884., -333., 198., -11., -624., -239.];
    let z = [0., 0., 0., 1., 0., 0., 0., 0., 0.];
    let data = RightCensored::new(&time, &event)?;
    let keep: Vec<usize> = (0..9).filter(|&i| i != 3).collect();
    let without = RightCensored::new(
        keep.iter().map(|&i| time[i]).collect::<Vec<_>>(),
        keep.iter().map(|&i| event[i]).collect::<Vec<_>>(),
    )?;
    let alone = Design::builder().numeric("x", &keep.iter().map(|&i| x[i]).collect::<Vec<_>>()).build()?;
    let right = CoxPh::new().fit(&without, &alone)?.with(&without, &alone)?.score_test_of("x", 1.0)?;
    for design in [
        Design::builder().numeric("x", &x).numeric("z", &z).build()?,
        Design::builder().numeric("z", &z).numeric("x", &x).build()?,
    ] {
        let model = CoxPh::new().fit(&data, &design)?;
        let test: RatioTest = model.with(&data, &design)?.score_test_of("x", 1.0)?;
        assert_relative_eq!(test.z().unwrap(), right.z().unwrap(), max_relative = 1e-9);
    }
    Ok(())
}

/// A value of −10⁴, −10⁸ or −10¹² among ordinary ones, of a row at risk at seven event times and censored: its share of a risk is 0
/// at the maximum, which is that without it (mpmath in 50 digits, from 0.8; R's `coxph` gives NA from −10⁸ on).
#[test]
fn a_value_far_from_all_others_leaves_the_maximum_where_it_is() -> Result<()> {
    let time = [4., 3., 1., 7., 2., 5., 9., 6., 8., 10.];
    let z = [1., 0., 1., 0., 0., 1., 1., 0., 0., 1.];
    for far in [-1e4, -1e8, -1e12] {
        let x = [0.3, -1.1, 2., -0.4, 0.1, 0.9, -0.7, 1.2, far, -1.5];
        let design = Design::builder().numeric("x", &x).numeric("z", &z).build()?;
        let event = [1, 1, 1, 0, 1, 1, 1, 0, 0, 1].map(|e| e == 1);
        for ties in [Ties::Efron, Ties::Breslow, Ties::Exact] {
            let fit = CoxPh::new().ties(ties).fit(&RightCensored::new(&time, &event)?, &design)?;
            assert_eq!(fit.stop(), Stop::Converged, "{far:e} {ties}");
            assert_relative_eq!(fit.coefficients()[0], 0.66070468580894855, max_relative = 1e-7);
            assert_relative_eq!(fit.coefficients()[1], 0.2466703475838227, max_relative = 1e-7);
            assert_relative_eq!(
                fit.terms()[0].std_error().unwrap(),
                0.50286882658893279,
                max_relative = 1e-7
            );
            assert_relative_eq!(fit.log_likelihood()[1], -9.3486649838409529, max_relative = 1e-9);
        }
    }
    // With an event it decides by itself (R's coxph, and mpmath).
    let event = [1, 1, 1, 0, 1, 1, 1, 0, 1, 1].map(|e| e == 1);
    let x = [0.3, -1.1, 2., -0.4, 0.1, 0.9, -0.7, 1.2, -1e8, -1.5];
    let design = Design::builder().numeric("x", &x).numeric("z", &z).build()?;
    let fit = CoxPh::new().fit(&RightCensored::new(&time, &event)?, &design)?;
    assert_eq!(fit.stop(), Stop::Converged);
    assert_relative_eq!(fit.coefficients()[0], 7.9510283916203784e-10, max_relative = 1e-7);
    assert_relative_eq!(fit.coefficients()[1], -0.15401087316099994, max_relative = 1e-7);
    assert_relative_eq!(fit.terms()[0].std_error().unwrap(), 1.2971220700375616e-8, max_relative = 1e-7);
    assert_relative_eq!(fit.terms()[1].std_error().unwrap(), 0.9526543591457906, max_relative = 1e-7);
    Ok(())
}

/// A missing value written as −99999 in two columns of one row does not make one of them redundant.
#[test]
fn a_code_for_missing_in_two_columns_makes_neither_redundant() -> Result<()> {
    let time = [4., 3., 1., 7., 2., 5., 9., 6., 8., 10.];
    let event = [1, 1, 1, 0, 1, 1, 1, 0, 0, 1].map(|e| e == 1);
    let mut x = [0.3, -1.1, 2., -0.4, 0.1, 0.9, -0.7, 1.2, 0.0, -1.5];
    let mut z = [1., 0., 1., 0., 0., 1., 1., 0., 0., 1.];
    let data = RightCensored::new(&time, &event)?;
    for far in [-99999.0, -1e9] {
        (x[8], z[8]) = (far, far);
        let fit = CoxPh::new().fit(&data, &Design::builder().numeric("x", &x).numeric("z", &z).build()?)?;
        assert!(fit.terms().iter().all(|t| t.status() == Status::Estimated), "{far}");
        assert_relative_eq!(fit.coefficients()[0], 0.66070468580894855, max_relative = 1e-7);
        assert_relative_eq!(fit.coefficients()[1], 0.2466703475838227, max_relative = 1e-7);
    }
    Ok(())
}

/// Restricted means are asked of the same equation: a coefficient of 300 deviations is that of nearly collinear columns, and none
/// that runs to infinity.
#[test]
fn restricted_means_are_those_of_nearly_collinear_columns() -> Result<()> {
    use greenwood::survival::regression::{MeanLink, RestrictedMeanRegression};
    let time = [1.2, 4.4, 2.9, 6.0, 3.3, 5.8, 0.9, 6.4, 2.2, 7.0];
    let event = [1, 1, 0, 1, 1, 0, 1, 1, 1, 0].map(|e| e == 1);
    let x = [0.3, -1.1, 2., -0.4, 0.1, 0.9, -0.7, 1.2, 0.5, -1.5];
    let z = [1., 0., 1., 0., 0., 1., 1., 0., 1., 1.];
    let data = RightCensored::new(&time, &event)?;
    let rows: Vec<Vec<f64>> = x.iter().zip(z).map(|(&x, z)| vec![x, z]).collect();
    let other = coded(&rows, &[vec![1.0, 1e3], vec![0.0, 1.0]], &[0.0, 0.0]);
    for link in [MeanLink::Identity, MeanLink::Log, MeanLink::LogTimeLost, MeanLink::Logit] {
        let fit =
            |rows: &[Vec<f64>]| RestrictedMeanRegression::new(5.0).link(link).fit(&data, &design(rows)?);
        let (one, two) = (fit(&rows)?, fit(&other)?);
        assert!(one.is_success() && two.is_success(), "{link}");
        for i in 0..4 {
            let of = |model: &greenwood::survival::regression::RestrictedMeanModel, rows: &[Vec<f64>]| {
                model.restricted_mean(&design(&rows[i..=i])?)
            };
            let (a, b) = (of(&one, &rows)?, of(&two, &other)?);
            assert_relative_eq!(a.value()?, b.value()?, max_relative = 1e-7);
            assert_relative_eq!(a.std_error()?, b.std_error()?, max_relative = 1e-6); // of a difference of columns
        }
    }
    Ok(())
}

#[derive(Debug, Clone)]
struct Row {
    time: u32,
    event: bool,
    wide: i32,
    level: usize,
    weight: usize,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// A column of −50…50 and a factor with an empty cell, with multiples of the one added to those of the other: correlated to 0.9999.
    #[test]
    fn nearly_collinear_designs_are_one_model(
        rows in prop::collection::vec(
            (1..9_u32, any::<bool>(), -50..50_i32, 0..3_usize, 0..3_usize).prop_map(
                |(time, event, wide, level, weight)| Row { time, event, wide, level, weight },
            ),
            6..18,
        ),
        shear in prop::sample::select(vec![0.1, -1.0, 2.0]),
        sampling in any::<bool>(),
        ties in prop::sample::select(vec![Ties::Efron, Ties::Breslow]),
    ) {
        let time: Vec<f64> = rows.iter().map(|r| f64::from(r.time)).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.event).collect();
        let weights: Vec<f64> = rows.iter().map(|r| [1.0, 2.0, 0.5][r.weight]).collect();
        let weights = if sampling { Weights::sampling(weights) } else { Weights::replication(weights) };
        let data = RightCensored::new(time, event).unwrap().with_weights(weights).unwrap();
        let is = |r: &Row, l: usize| f64::from(u8::from(r.level == l));
        let plain: Vec<Vec<f64>> =
            rows.iter().map(|r| vec![f64::from(r.wide), is(r, 1), is(r, 2)]).collect();
        let other = coded(
            &plain,
            &[vec![shear, 1.0, 0.0], vec![0.0, 1.0, 1.0], vec![1.0, 0.0, 0.0]],
            &[0.0, 5.0, 1.0],
        );
        let fit = |rows: &[Vec<f64>]| CoxPh::new().ties(ties).fit(&data, &design(rows).unwrap()).unwrap();
        let (one, two) = (fit(&plain), fit(&other));
        let same = |a: f64, b: f64| (a - b).abs() <= 2e-6 * a.abs().max(1.0) || a == b || a.is_nan() && b.is_nan();
        prop_assert_eq!(std::mem::discriminant(&one.stop()), std::mem::discriminant(&two.stop()));
        prop_assert!(same(one.log_likelihood()[1], two.log_likelihood()[1]));
        for (a, b) in [
            (one.likelihood_ratio_test(), two.likelihood_ratio_test()),
            (one.score_test(), two.score_test()),
            (one.wald_test(), two.wald_test()),
        ] {
            prop_assert_eq!(a.df(), b.df());
            prop_assert!(same(a.statistic(), b.statistic()), "{:?} {:?}", a, b);
        }
        if one.terms().iter().all(|t| t.status() != Status::Redundant) {
            for i in 1..rows.len() {
                let (a, b) = (log_ratio(&one, &plain, i, 0).unwrap(), log_ratio(&two, &other, i, 0).unwrap());
                prop_assert!(same(a.0, b.0), "{:?} {:?}", a, b);
                prop_assert!(same(a.1.unwrap_or(-1.0), b.1.unwrap_or(-1.0)), "{:?} {:?}", a, b);
            }
        }
    }
}
