//! A figure of two groups beside the estimate of their curves: drawing is to be no dearer than estimating. Survival curves,
//! incidences of two causes, cumulative hazards, state occupation and predicted curves, each of a million rows.

mod common;

use std::hint::black_box;

use common::{Random, Times, times_and_events};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use greenwood::plot::{CurvePlot, KaplanMeierPlot};
use greenwood::survival::multi_state::Occupation;
use greenwood::survival::{
    AalenJohansen, CompetingRisks, CoxPh, Design, Groups, Histories, KaplanMeier, NelsonAalen, RightCensored,
};

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

const ROWS: usize = 1_000_000;

/// A file that a journal takes.
fn small(svg: &str) {
    assert!(svg.len() < 200_000, "{} bytes", svg.len());
}

fn other_figures(c: &mut Criterion) {
    for (times, name) in [(Times::Continuous, "continuous"), (Times::Days, "days")] {
        let (time, event) = times_and_events(ROWS, times, 5);
        let mut random = Random::new(7);
        let codes: Vec<usize> = (0..ROWS).map(|_| (random.next() & 1) as usize).collect();
        let arm = Groups::from_codes(&codes, &["a", "b"]).unwrap();
        let mut group = c.benchmark_group(format!("plot/{name}"));
        group.sample_size(10);

        let cause: Vec<Option<u8>> =
            event.iter().map(|&e| e.then(|| 1 + (random.next() & 1) as u8)).collect();
        let data = CompetingRisks::with_causes(&time, &cause, &[1, 2]).unwrap();
        let fits = AalenJohansen::new().by_group(&data, &arm).unwrap();
        group.bench_function("incidence/estimate", |b| {
            b.iter(|| AalenJohansen::new().by_group(black_box(&data), &arm).unwrap());
        });
        group.bench_function("incidence/svg", |b| {
            b.iter(|| {
                let plot = CurvePlot::incidence(black_box(&fits), arm.labels()).unwrap();
                small(&plot.build().unwrap().to_svg());
            });
        });
        group.bench_function("incidence/stacked", |b| {
            b.iter(|| {
                let plot = CurvePlot::incidence(black_box(&fits[..1]), &["a"]).unwrap().stacked();
                small(&plot.build().unwrap().to_svg());
            });
        });

        let data = RightCensored::new(&time, &event).unwrap();
        let hazards = NelsonAalen::by_group(&data, &arm).unwrap();
        group.bench_function("hazard/estimate", |b| {
            b.iter(|| NelsonAalen::by_group(black_box(&data), &arm).unwrap());
        });
        group.bench_function("hazard/svg", |b| {
            b.iter(|| small(&CurvePlot::hazards(black_box(&hazards)).to_svg().unwrap()));
        });

        let age: Vec<f64> = (0..ROWS).map(|_| random.uniform()).collect();
        let design = Design::builder().numeric("age", &age).build().unwrap();
        let fit = CoxPh::new().fit(&data, &design).unwrap();
        let baseline = fit.with(&data, &design).unwrap().baseline().unwrap();
        let curves = || [0.2, 0.8].map(|age| baseline.curve(&fit.row().numeric("age", age)).unwrap());
        group.bench_function("predicted/estimate", |b| b.iter(|| black_box(curves())));
        let predicted = curves();
        group.bench_function("predicted/svg", |b| {
            b.iter(|| {
                small(&CurvePlot::predicted(black_box(&predicted), &["a", "b"]).unwrap().to_svg().unwrap());
            });
        });

        // Half of the rows are a second one of their subject, from its illness on.
        let (mut id, mut start, mut stop, mut to) = (vec![], vec![], vec![], vec![]);
        for i in (0..ROWS as u32).step_by(2) {
            let (a, b) = (1.0 + time[i as usize], 1.0 + time[i as usize + 1]);
            id.extend([i, i]);
            start.extend([0.0, a]);
            stop.extend([a, a + b]);
            to.extend([Some("ill"), event[i as usize].then_some("dead")]);
        }
        let data = Histories::among(&["well", "ill", "dead"]).rows(&id, &start, &stop, &to).unwrap();
        let occupation = Occupation::new().fit(&data).unwrap();
        group.bench_function("states/estimate", |b| {
            b.iter(|| Occupation::new().fit(black_box(&data)).unwrap());
        });
        group.bench_function("states/svg", |b| {
            b.iter(|| small(&black_box(&occupation).figure().unwrap().to_svg().unwrap()));
        });
        group.finish();
    }
}

criterion_group!(benches, figures, other_figures);
criterion_main!(benches);
