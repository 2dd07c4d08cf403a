//! Incidence beside Kaplan-Meier of the same rows, Gray's test beside incidence by group, Fine-Gray beside Cox.

mod common;

use std::hint::black_box;

use common::{Random, Times, times_and_events};
use criterion::{Criterion, criterion_group, criterion_main};
use greenwood::survival::{
    AalenJohansen, CompetingRisks, CoxPh, Design, FineGray, Gray, Groups, KaplanMeier,
};
use ndarray::Array2;

fn data(n: usize, times: Times) -> CompetingRisks<'static> {
    let (time, event) = times_and_events(n, times, 5);
    let mut random = Random::new(6);
    let outcome: Vec<Option<u8>> = event.iter().map(|&e| e.then(|| 1 + (random.next() & 1) as u8)).collect();
    CompetingRisks::with_causes(time, &outcome, &[1, 2]).unwrap()
}

fn competing(c: &mut Criterion) {
    let n = 1_000_000;
    let mut random = Random::new(7);
    let codes: Vec<usize> = (0..n).map(|_| (random.next() & 1) as usize).collect();
    let groups = Groups::from_codes(&codes, &["a", "b"]).unwrap();
    for (times, name) in [(Times::Continuous, "continuous"), (Times::Days, "days")] {
        let data = data(n, times);
        let mut group = c.benchmark_group(format!("competing/{name}"));
        group.sample_size(10);
        group.bench_function("kaplan_meier", |b| b.iter(|| KaplanMeier::fit(black_box(data.any_cause()))));
        group.bench_function("incidence", |b| b.iter(|| AalenJohansen::new().fit(black_box(&data)).unwrap()));
        group.bench_function("incidence_by_group", |b| {
            b.iter(|| AalenJohansen::new().by_group(black_box(&data), &groups).unwrap());
        });
        group.bench_function("gray", |b| b.iter(|| Gray::new(&1).test(black_box(&data), &groups).unwrap()));
        group.finish();
    }
    let data = data(100_000, Times::Continuous);
    let x = Array2::from_shape_fn((100_000, 5), |_| random.uniform());
    let design = Design::new(&["a", "b", "c", "d", "e"], x.view()).unwrap();
    let cause = data.cause_specific(&1).unwrap();
    let mut group = c.benchmark_group("competing/models");
    group.sample_size(10);
    group.bench_function("cox", |b| b.iter(|| CoxPh::new().fit(black_box(&cause), &design).unwrap()));
    group.bench_function("fine_gray", |b| {
        b.iter(|| FineGray::new(&1).fit(black_box(&data), &design).unwrap());
    });
    group.finish();
}

criterion_group!(benches, competing);
criterion_main!(benches);
