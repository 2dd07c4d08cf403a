//! The feature `rayon` changes nothing but the time: the same bits with one thread and with several.
#![cfg(feature = "rayon")]

use greenwood::survival::{CoxPh, Design, RightCensored, Ties};
use ndarray::Array2;

/// Enough numbers that threads start: 22,000 rows × 12 covariates are more than 2¹⁸ = 262,144.
const ROWS: usize = 22_000;
const COLUMNS: usize = 12;

fn scattered(i: usize) -> f64 {
    let mut z = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Everything that a fit reports, to the last bit.
fn bits(threads: usize, ties: Ties) -> Vec<u64> {
    let x = Array2::from_shape_fn((ROWS, COLUMNS), |(i, j)| scattered(i * COLUMNS + j) - 0.5);
    let time: Vec<f64> = (0..ROWS)
        .map(|i| {
            let eta = 0.5 * x[(i, 0)] - 0.3 * x[(i, 7)];
            // Rounded, so that there are ties.
            (-100.0 * scattered(ROWS * COLUMNS + i).ln() * (-eta).exp()).round() / 10.0 + 0.1
        })
        .collect();
    let event: Vec<bool> = (0..ROWS).map(|i| scattered(2 * ROWS * COLUMNS + i) < 0.6).collect();
    let data = RightCensored::new(&time, &event).unwrap();
    let names: Vec<String> = (0..COLUMNS).map(|j| format!("x{j}")).collect();
    let design = Design::new(&names, x.view()).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let fit = CoxPh::new().ties(ties).fit(&data, &design).unwrap();
        let residuals = fit.with(&data, &design).unwrap().residuals().unwrap();
        let numbers = fit.coefficients().iter().chain(fit.variance().iter()).copied().collect::<Vec<_>>();
        let numbers =
            numbers.into_iter().chain(fit.log_likelihood()).chain(residuals.martingale().iter().copied());
        numbers.map(f64::to_bits).collect()
    })
}

#[test]
fn one_thread_and_several_give_the_same_bits() {
    for ties in [Ties::Efron, Ties::Breslow] {
        let one = bits(1, ties);
        assert!(one.len() > ROWS);
        for threads in [2, 3, 8] {
            assert!(bits(threads, ties) == one, "{ties:?}: {threads} threads give other bits than one");
        }
    }
}
