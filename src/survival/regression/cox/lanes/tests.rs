//! Beside the walk of one row at a time.

use approx::assert_relative_eq;
use ndarray::Array2;

use super::*;
use crate::error::Result;
use crate::numeric::random::Random;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::design::Design;

/// Times of few or many values.
fn times(kind: usize, n: usize, random: &mut Random) -> Vec<f64> {
    let draw = |random: &mut Random| match kind {
        0 => random.uniform() * 100.0,
        1 => (random.uniform() * n as f64).floor(),
        2 => (random.uniform() * n as f64 / 9.0).floor(),
        3 => (random.uniform() * 3.0).floor(),
        // Some many, some few, some alone.
        _ => (random.uniform().powi(4) * n as f64).floor(),
    };
    (0..n).map(|_| draw(random)).collect()
}

fn compare(data: &RightCensored, design: &Design) -> Result<usize> {
    let rows = Rows::for_search(data, design, None)?;
    let Some(lanes) = rows.x.lanes() else { return Ok(0) };
    let by_row = Rows::new(data, design, None)?;
    assert_eq!(lanes.by_row()[..], by_row.x[..]);
    let p = rows.p;
    for (ties, size) in [(Ties::Efron, 0.0), (Ties::Efron, 0.4), (Ties::Breslow, 0.0), (Ties::Breslow, -1.3)]
    {
        let beta: Vec<f64> = (0..p).map(|j| size * (1.0 - 0.3 * j as f64) / p as f64).collect();
        let (mut point, mut other) = (Point::new(p), Point::new(p));
        evaluate(&rows, lanes, &beta, ties, &mut point).expect("predictors are within reach");
        Workspace::new(&by_row).evaluate(&by_row, &beta, ties, &mut other);
        assert_relative_eq!(point.log_likelihood, other.log_likelihood, max_relative = 1e-13);
        // Sums over all rows that cancel: what is left is compared with what was summed.
        let size: f64 = other.information.iter().step_by(p + 1).sum::<f64>().max(1.0);
        for (a, b) in point.gradient.iter().zip(&other.gradient) {
            assert_relative_eq!(a, b, epsilon = 1e-12 * size, max_relative = 1e-12);
        }
        for (a, b) in point.information.iter().zip(&other.information) {
            assert_relative_eq!(a, b, epsilon = 1e-12 * size, max_relative = 1e-12);
        }
    }
    Ok(1)
}

#[test]
fn rows_side_by_side_add_up_to_what_they_do_one_by_one() -> Result<()> {
    let mut random = Random::new(8, 0);
    let mut compared = 0;
    for n in [24, 25, 57, 255, 257, 1_111] {
        for p in [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 18] {
            for kind in 0..5 {
                let time = times(kind, n, &mut random);
                let share = [0.1, 0.5, 1.0][(n + p) % 3];
                let event: Vec<bool> = (0..n).map(|_| random.uniform() < share).collect();
                let x = Array2::from_shape_fn((n, p), |_| random.uniform() * 4.0 - 1.0);
                let names: Vec<String> = (0..p).map(|j| format!("x{j}")).collect();
                let design = Design::new(&names, x.view())?;
                let data = RightCensored::new(&time, &event)?;
                compared += compare(&data, &design)?;
                let codes: Vec<usize> = (0..n).map(|_| (random.uniform() * 3.0) as usize).collect();
                compared +=
                    compare(&data.with_strata(Groups::from_codes(&codes, &["a", "b", "c"])?)?, &design)?;
            }
        }
    }
    assert!(compared > 500, "{compared}");
    Ok(())
}

#[test]
fn no_bit_depends_on_the_registers() -> Result<()> {
    let mut random = Random::new(9, 0);
    let n = 700;
    let time = times(4, n, &mut random);
    let event: Vec<bool> = (0..n).map(|_| random.uniform() < 0.6).collect();
    let x = Array2::from_shape_fn((n, 3), |_| random.uniform() * 4.0 - 1.0);
    let data = RightCensored::new(&time, &event)?;
    let rows = Rows::for_search(&data, &Design::new(&["a", "b", "c"], x.view())?, None)?;
    let lanes = rows.x.lanes().expect("many rows without weights");
    let beta = [0.3, -0.2, 0.9];
    let walk = Walk { rows: &rows, lanes, ties: Ties::Efron };
    let (mut widest, mut plain) = (Point::new(3), Point::new(3));
    dispatch!(Level::new(), simd => walk.over(Few::new(simd, &beta, Ties::Efron), &beta, &mut widest));
    dispatch!(Level::baseline(), simd => walk.over(Few::new(simd, &beta, Ties::Efron), &beta, &mut plain));
    let (mut tiles, mut plain_tiles) = (Point::new(3), Point::new(3));
    dispatch!(Level::new(), simd => walk.over(Many::new(simd, &beta, Ties::Efron), &beta, &mut tiles));
    dispatch!(Level::baseline(), simd => walk.over(Many::new(simd, &beta, Ties::Efron), &beta, &mut plain_tiles));
    assert_eq!((tiles.gradient, tiles.information), (plain_tiles.gradient, plain_tiles.information));
    assert_eq!(widest.log_likelihood.to_bits(), plain.log_likelihood.to_bits());
    assert_eq!((widest.gradient, widest.information), (plain.gradient, plain.information));
    Ok(())
}
