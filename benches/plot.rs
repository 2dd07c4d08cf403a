//! A figure of two groups beside the estimate of their curves: drawing is to be no dearer than estimating.

mod common;

use std::hint::black_box;

use common::{Random, Times, times_and_events};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use greenwood::plot::KaplanMeierPlot;
use greenwood::survival::{Groups, KaplanMeier, RightCensored};

fn figures(c: &mut Criterion) {
    for (times, name) in [(Times::Continuous, "continuous"), (Times::Days, "days")] {
        let (time, event) = times_and_events(1_000_000, times, 5);
        let mut random = Random::new(7);
        let codes: Vec<usize> = (0..time.len()).map(|_| (random.next() & 1) as usize).collect();
        let arm = Groups::from_codes(&codes, &["a", "b"]).unwrap();
        let data = RightCensored::new(time, event).unwrap();
        let curves = KaplanMeier::by_group(&data, &arm).unwrap();
        let plot = KaplanMeierPlot::new(&curves).labels(arm.labels());
        let mut group = c.benchmark_group(format!("plot/{name}"));
        group.sample_size(10);
        group.bench_function("estimate", |b| {
            b.iter(|| KaplanMeier::by_group(black_box(&data), &arm).unwrap());
        });
        group.bench_function("svg", |b| {
            b.iter(|| {
                let svg = black_box(&plot).to_svg().unwrap();
                assert!(svg.len() < 200_000, "{} bytes", svg.len());
            });
        });
        group.bench_function("svg_without_bands", |b| {
            b.iter_batched(
                || plot.clone().without_bands(),
                |plot| plot.to_svg().unwrap(),
                BatchSize::LargeInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, figures);
criterion_main!(benches);
