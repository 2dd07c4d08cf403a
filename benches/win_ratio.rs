//! Win statistics of 10⁴ against 10⁴: one endpoint is a matter of ranks and should cost little more than its
//! sort; two endpoints look at every one of the 4 · 10⁸ ordered pairs.

mod common;

use std::hint::black_box;

use common::{Times, times_and_events};
use criterion::{Criterion, criterion_group, criterion_main};
use greenwood::survival::{Groups, RightCensored, WinRatio};

fn win_ratio(c: &mut Criterion) {
    let n = 20_000;
    let (time, event) = times_and_events(n, Times::Continuous, 5);
    let (later, also) = times_and_events(n, Times::Days, 6);
    let codes: Vec<usize> = (0..n).map(|i| i % 2).collect();
    let arm = Groups::from_codes(&codes, &["a", "b"]).unwrap();
    let first = RightCensored::new(&time, &event).unwrap();
    let second = RightCensored::new(&later, &also).unwrap();
    let mut group = c.benchmark_group("win_ratio/10000+10000");
    group.sample_size(10);
    group.bench_function("floor/sort", |b| {
        b.iter(|| {
            let mut sorted = time.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            black_box(sorted)
        });
    });
    group.bench_function("one endpoint", |b| {
        b.iter(|| {
            let wins = WinRatio::new().endpoint("x", black_box(&first)).estimate(&arm, "a", "b").unwrap();
            assert!(wins.wins() > 10_000_000);
        });
    });
    group.bench_function("two endpoints", |b| {
        b.iter(|| {
            let how = WinRatio::new().endpoint("x", black_box(&first)).endpoint("y", &second);
            assert!(how.estimate(&arm, "a", "b").unwrap().wins() > 10_000_000);
        });
    });
    group.finish();
}

criterion_group!(benches, win_ratio);
criterion_main!(benches);
