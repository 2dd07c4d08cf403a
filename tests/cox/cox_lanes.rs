//! Plain rows are walked eight side by side, rows with offsets one by one: an offset of zeros changes nothing.

use crate::random::Random;
use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::regression::{Status, Term};
use greenwood::survival::{CoxModel, CoxPh, Design, Groups, RightCensored, Ties};
use ndarray::Array2;

fn same(one: &CoxModel, other: &CoxModel, what: &str) {
    let status = |m: &CoxModel| m.terms().iter().map(Term::status).collect::<Vec<Status>>();
    assert_eq!(status(one), status(other), "{what}: {one}{other}");
    assert_eq!(one.stop(), other.stop(), "{what}");
    for (a, b) in one.log_likelihood().iter().zip(other.log_likelihood()) {
        assert_relative_eq!(*a, b, max_relative = 1e-11);
    }
    for (a, b) in one.terms().iter().zip(other.terms()) {
        let (x, y) = (a.coefficient(), b.coefficient());
        if !(x.is_finite() && y.is_finite()) {
            continue;
        }
        let (s, t) = (a.std_error().unwrap_or(0.0), b.std_error().unwrap_or(0.0));
        // A search ends within 1e-9 of a standard error.
        assert!((x - y).abs() <= 1e-8 * s.max(1e-300), "{what}: {x} {y} ± {s}");
        assert_relative_eq!(s, t, max_relative = 1e-8);
    }
    let (a, b) = (one.score_test(), other.score_test());
    assert_eq!(a.df(), b.df(), "{what}");
    assert_relative_eq!(a.statistic(), b.statistic(), max_relative = 1e-9, epsilon = 1e-12);
}

#[test]
fn an_offset_of_zeros_changes_nothing() -> Result<()> {
    let mut draws = Random(1);
    for case in 0..150 {
        let n = 24 + (draws.uniform().powi(2) * 600.0) as usize;
        let p = 1 + (draws.uniform() * 12.0) as usize;
        let values = [2.0, 7.0, n as f64 / 5.0, n as f64, 1e9][case % 5];
        let time: Vec<f64> =
            (0..n).map(|_| (draws.uniform().powi(1 + (case % 3) as i32) * values).floor() / 4.0).collect();
        let share = [0.05, 0.5, 1.0][case % 3];
        let event: Vec<bool> = (0..n).map(|_| draws.uniform() < share).collect();
        let x = Array2::from_shape_fn((n, p), |(_, j)| match (case + j) % 4 {
            0 => (draws.uniform() * 3.0).floor(),
            1 => f64::from(u8::from(draws.uniform() < 0.1)),
            2 => 1e6 + 1e3 * draws.uniform(),
            _ => draws.uniform() * 2.0 - 1.0,
        });
        let names: Vec<String> = (0..p).map(|j| format!("x{j}")).collect();
        let design = Design::new(&names, x.view())?;
        let mut data = RightCensored::new(&time, &event)?;
        if case % 7 == 0 {
            let site: Vec<usize> = (0..n).map(|_| (draws.uniform() * 3.0) as usize).collect();
            data = data.with_strata(Groups::from_codes(&site, &["a", "b", "c"])?)?;
        }
        for ties in [Ties::Efron, Ties::Breslow] {
            let plain = CoxPh::new().ties(ties).fit(&data, &design)?;
            let offset = CoxPh::new().ties(ties).offset(&vec![0.0; n]).fit(&data, &design)?;
            same(&plain, &offset, &format!("case {case}, {n} x {p}, {ties:?}"));
        }
    }
    Ok(())
}
