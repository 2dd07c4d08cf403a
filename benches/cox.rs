//! A Cox fit beside the work that one of its Newton steps cannot avoid: Xβ, exp, and two symmetric products of
//! rank n and rank events, taken with the same linear algebra.

mod common;

use std::hint::black_box;

use common::{Random, Times, times_and_events};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use greenwood::survival::data::NearTies;
use greenwood::survival::regression::{CoxWorkspace, Stop};
use greenwood::survival::{Concordance, CoxPh, Design, RightCensored};
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
    let mut sizes = vec![(200, 3), (1_000, 1), (1_000, 5), (100_000, 5), (100_000, 20)];
    if std::env::var_os("GREENWOOD_BENCH_LARGE").is_some() {
        sizes.extend([(1_000_000, 1), (1_000_000, 5), (1_000_000, 20), (1_000_000, 100)]);
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

/// Other covariates for the same patients, beside as many separate fits.
fn workspace(c: &mut Criterion) {
    let mut group = c.benchmark_group("cox/workspace");
    let (time, event, x) = problem(200, 3, Times::Continuous);
    let data = RightCensored::new(&time, &event).unwrap();
    let design = Design::new(&["a", "b", "c"], x.view()).unwrap();
    group.bench_function("200x3, separate", |b| {
        b.iter(|| CoxPh::new().fit(black_box(&data), &design).unwrap());
    });
    group.bench_function("200x3, workspace", |b| {
        let mut workspace = CoxWorkspace::new();
        b.iter(|| CoxPh::new().fit_with(&mut workspace, black_box(&data), &design).unwrap());
    });
    group.finish();
}

/// Rows that enter late: every subject is split in two where it is half way.
fn start_stop(c: &mut Criterion) {
    let mut group = c.benchmark_group("cox/start-stop");
    group.sample_size(10);
    for (n, p) in [(1_000, 5), (50_000, 5), (50_000, 20)] {
        let (time, event, x) = problem(n, p, Times::Continuous);
        let half: Vec<f64> = time.iter().map(|t| t / 2.0).collect();
        let entry: Vec<f64> = half.iter().map(|_| 0.0).chain(half.iter().copied()).collect();
        let exit: Vec<f64> = half.iter().chain(&time).copied().collect();
        let ends: Vec<bool> = event.iter().map(|_| false).chain(event.iter().copied()).collect();
        let data = RightCensored::new(&exit, &ends).unwrap().with_entry(&entry).unwrap();
        let both = ndarray::concatenate![ndarray::Axis(0), x, x];
        let names: Vec<String> = (0..p).map(|j| format!("x{j}")).collect();
        let design = Design::new(&names, both.view()).unwrap();
        group.bench_function(BenchmarkId::new("fit", format!("{}x{p}", 2 * n)), |b| {
            b.iter(|| assert!(CoxPh::new().fit(black_box(&data), &design).unwrap().stop().is_success()));
        });
    }
    group.finish();
}

/// What it costs to find out that an arm has no event, or that all is separated, beside the fit of the same rows whose arm has
/// events: the cone is looked for only where the search does not come to rest.
fn monotone(c: &mut Criterion) {
    let mut group = c.benchmark_group("cox/monotone");
    group.sample_size(10);
    let (n, p) = (100_000, 20);
    let (time, event, mut x) = problem(n, p, Times::Continuous);
    let mut random = Random::new(6);
    x.column_mut(p - 1).mapv_inplace(|_| f64::from(u8::from(random.uniform() < 0.3)));
    let without: Vec<bool> = event.iter().zip(x.column(p - 1)).map(|(&e, &arm)| e && arm == 0.0).collect();
    let mut ordered = x.clone();
    ordered.column_mut(p - 1).assign(&Array1::from_iter(time.iter().map(|t| -t)));
    let names: Vec<String> = (0..p).map(|j| format!("x{j}")).collect();
    // Times as they are: of so many some are near ties, and as one time they contradict the order by a hundred millionth, so
    // that there is a maximum where no number reaches.
    for (name, event, x, infinite) in [
        ("an arm with events", &event, &x, false),
        ("an arm without events", &without, &x, true),
        ("ordered by a covariate", &event, &ordered, true),
    ] {
        let data = RightCensored::new(&time, event).unwrap().with_near_ties(NearTies::Exact).unwrap();
        let design = Design::new(&names, x.view()).unwrap();
        group.bench_function(BenchmarkId::new(name, format!("{n}x{p}")), |b| {
            b.iter(|| {
                let fit = CoxPh::new().fit(black_box(&data), &design).unwrap();
                let stop = fit.stop();
                assert_eq!(matches!(stop, Stop::InfiniteCoefficient { .. }), infinite, "{stop:?}");
                assert_eq!(fit.coefficients()[p - 1].is_infinite(), infinite);
            });
        });
    }
    group.finish();
}

/// Harrell's C with its variance beside two sorts and one pass over a Fenwick tree.
fn concordance(c: &mut Criterion) {
    let mut group = c.benchmark_group("concordance");
    group.sample_size(10);
    let mut sizes = vec![1_000, 100_000];
    if std::env::var_os("GREENWOOD_BENCH_LARGE").is_some() {
        sizes.push(1_000_000);
    }
    for n in sizes {
        let (time, event, x) = problem(n, 1, Times::Continuous);
        let data = RightCensored::new(&time, &event).unwrap();
        let score: Vec<f64> = x.column(0).to_vec();
        group.bench_function(BenchmarkId::new("floor", n), |b| {
            let keys = |values: &[f64]| -> Vec<(u64, u32)> {
                values.iter().zip(0..).map(|(v, i)| ((v + 2.0).to_bits(), i)).collect()
            };
            b.iter(|| {
                let (mut by_time, mut by_score) = (keys(&time), keys(&score));
                by_time.sort_unstable();
                by_score.sort_unstable();
                let mut rank = vec![0; n];
                by_score.iter().zip(1_usize..).for_each(|(k, r)| rank[k.1 as usize] = r);
                let mut tree = vec![0.0; n + 1];
                let mut sum = 0.0;
                for &(_, i) in by_time.iter().rev() {
                    let (mut k, mut below) = (rank[i as usize], 0.0);
                    while k > 0 {
                        below += tree[k];
                        k &= k - 1;
                    }
                    sum += below;
                    let mut k = rank[i as usize];
                    while k <= n {
                        tree[k] += 1.0;
                        k += k & k.wrapping_neg();
                    }
                }
                sum
            });
        });
        group.bench_function(BenchmarkId::new("greenwood", n), |b| {
            b.iter(|| Concordance::new().estimate(black_box(&data), &score).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, cox, workspace, start_stop, monotone, concordance);
criterion_main!(benches);
