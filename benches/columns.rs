//! A record batch of Arrow to a curve, beside the same from slices: what the check of the columns and the unpacking of
//! Booleans cost. The target is 1.1 times the slices.

mod common;

use std::hint::black_box;
use std::sync::Arc;

use common::{Times, sizes, times_and_events};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use greenwood::arrow_array::{BooleanArray, Float64Array, RecordBatch};
use greenwood::columns::Columns;
use greenwood::survival::{KaplanMeier, RightCensored};

fn curves(c: &mut Criterion) {
    for (kind, name) in Times::ALL {
        let mut group = c.benchmark_group(format!("columns/{name}"));
        for n in sizes() {
            group.throughput(Throughput::Elements(n as u64));
            group.sample_size(if n >= 1_000_000 { 20 } else { 50 });
            let (time, event) = times_and_events(n, kind, 1);
            let batch = RecordBatch::try_from_iter([
                ("time", Arc::new(Float64Array::from(time.clone())) as _),
                ("event", Arc::new(BooleanArray::from(event.clone())) as _),
            ])
            .unwrap();
            let columns = Columns::new("time", "event");
            let expected = KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap());
            group.bench_function(BenchmarkId::new("slices", n), |b| {
                b.iter(|| {
                    let data = RightCensored::new(black_box(&time), black_box(&event)).unwrap();
                    let curve = KaplanMeier::fit(&data);
                    assert_eq!(curve.values().len(), expected.values().len());
                    curve
                });
            });
            group.bench_function(BenchmarkId::new("arrow", n), |b| {
                b.iter(|| {
                    let data = RightCensored::from_record_batch(black_box(&batch), &columns).unwrap();
                    let curve = KaplanMeier::fit(&data);
                    assert_eq!(curve.values().len(), expected.values().len());
                    curve
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, curves);
criterion_main!(benches);
