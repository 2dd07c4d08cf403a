//! A Cox fit beside the work that one of its Newton steps cannot avoid: Xβ, exp, and two symmetric products of
//! rank n and rank events, taken with the same linear algebra.

mod common;

use std::hint::black_box;

use common::{Random, Times, times_and_events};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use greenwood::survival::{CoxPh, Design, RightCensored};
use ndarray::{Array1, Array2};

/// Times that depend a little on the covariates, so that Newton has something to do.
fn problem(n: usize, p: usize, kind: Times) -> (Vec<f64>, Vec<bool>, Array2<f64>) {
    let (mut time, event) = times_and_events(n, kind, 4);
    let mut random = Random::new(5);
    let x = Array2::from_shape_fn((n, p), |_| random.uniform() * 2.0 - 1.0);
    for (t, row) in time.iter_mut().zip(x.rows()) {
        let shorter = *t * (-0.3 * row.iter().take(3).sum::<f64>()).exp();
        *t = if matches!(kind, Times::Days) { shorter.floor() } else { shorter };
    }
    (time, event, x)
}

fn cox(c: &mut Criterion) {
    let mut sizes = vec![(200, 3), (1_000, 5), (100_000, 5), (100_000, 20)];
    if std::env::var_os("GREENWOOD_BENCH_LARGE").is_some() {
        sizes.extend([(1_000_000, 5), (1_000_000, 20), (1_000_000, 100)]);
    }
    for (kind, name) in [(Times::Continuous, "continuous"), (Times::Days, "days")] {
        let mut group = c.benchmark_group(format!("cox/{name}"));
        group.sample_size(10);
        for &(n, p) in &sizes {
            let (time, event, x) = problem(n, p, kind);
            let data = RightCensored::new(&time, &event).unwrap();
            let names: Vec<String> = (0..p).map(|j| format!("x{j}")).collect();
            let design = Design::new(&names, x.view()).unwrap();
            let steps = CoxPh::new().fit(&data, &design).unwrap().iterations() + 1;
            let id = |what: &str| BenchmarkId::new(what, format!("{n}x{p}, {steps} evaluations"));
            group.bench_function(id("floor of one evaluation"), |b| {
                let beta = Array1::from_elem(p, 0.1);
                let mut events = event.iter().copied();
                let half = x.select(
                    ndarray::Axis(0),
                    &(0..n).filter(|_| events.next() == Some(true)).collect::<Vec<_>>(),
                );
                b.iter(|| {
                    let risk = black_box(&x).dot(&beta).mapv(f64::exp);
                    (risk.sum(), x.t().dot(&x), half.t().dot(&half))
                });
            });
            group.bench_function(id("fit"), |b| {
                b.iter(|| assert!(CoxPh::new().fit(black_box(&data), &design).unwrap().stop().is_success()));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, cox);
criterion_main!(benches);
