//! The two-sample log-rank test from unsorted data, beside the Kaplan-Meier curve of the same rows: both
//! sort once, so the test should cost little more.

mod common;

use std::hint::black_box;

use common::{Times, sizes, times_and_events};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use greenwood::survival::{Groups, KaplanMeier, LogRank, RightCensored};

fn log_rank(c: &mut Criterion) {
    for (kind, name) in Times::ALL {
        let mut group = c.benchmark_group(format!("log_rank/{name}"));
        for n in sizes() {
            group.throughput(Throughput::Elements(n as u64));
            group.sample_size(if n >= 1_000_000 { 20 } else { 50 });
            let (time, event) = times_and_events(n, kind, 2);
            let mut random = common::Random::new(3);
            let codes: Vec<usize> = (0..n).map(|_| (random.next() & 1) as usize).collect();
            let arms = Groups::from_codes(&codes, &["a", "b"]).unwrap();
            let data = RightCensored::new(&time, &event).unwrap();
            let events = event.iter().filter(|&&e| e).count() as f64;
            group.bench_with_input(BenchmarkId::new("kaplan_meier", n), &n, |b, _| {
                b.iter(|| KaplanMeier::fit(black_box(&data)));
            });
            group.bench_with_input(BenchmarkId::new("log_rank", n), &n, |b, _| {
                b.iter(|| {
                    let test = LogRank::test(black_box(&data), black_box(&arms)).unwrap();
                    assert_eq!(test.observed().iter().sum::<f64>(), events);
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, log_rank);
criterion_main!(benches);
