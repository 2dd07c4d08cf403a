//! Risk table, Kaplan-Meier, Nelson-Aalen and restricted mean from unsorted data, beside what they cannot
//! avoid: the bare sort of the packed keys (or, for whole days, one read of the data) and one pass that
//! writes the same columns.

mod common;

use std::hint::black_box;

use common::{Times, sizes, times_and_events};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use greenwood::survival::{KaplanMeier, NelsonAalen, RightCensored, RiskTable};

fn pack(time: &[f64], event: &[bool]) -> Vec<u64> {
    time.iter().zip(event).map(|(t, &e)| (t.to_bits() << 1) | u64::from(e)).collect()
}

/// One pass over sorted keys that writes time, at risk, events, S and Greenwood's sum, ties counted.
type Columns = (Vec<f64>, Vec<u32>, Vec<u32>, Vec<f64>, Vec<f64>);

fn write_columns(keys: &[u64]) -> Columns {
    let n = keys.len();
    let mut columns = (
        Vec::with_capacity(n),
        Vec::with_capacity(n),
        Vec::with_capacity(n),
        Vec::with_capacity(n),
        Vec::with_capacity(n),
    );
    let (mut i, mut s, mut v) = (0, 1.0, 0.0);
    while i < n {
        let (time, from, mut events) = (keys[i] >> 1, i, 0);
        while i < n && keys[i] >> 1 == time {
            events += (keys[i] & 1) as u32;
            i += 1;
        }
        let (d, at_risk) = (f64::from(events), (n - from) as f64);
        if events > 0 && d < at_risk {
            s *= 1.0 - d / at_risk;
            v += d / (at_risk * (at_risk - d));
        }
        columns.0.push(f64::from_bits(time));
        columns.1.push((n - from) as u32);
        columns.2.push(events);
        columns.3.push(s);
        columns.4.push(v);
    }
    columns
}

fn curves(c: &mut Criterion) {
    for (kind, name) in Times::ALL {
        let mut group = c.benchmark_group(format!("kaplan_meier/{name}"));
        for n in sizes() {
            group.throughput(Throughput::Elements(n as u64));
            group.sample_size(if n >= 1_000_000 { 20 } else { 50 });
            let (time, event) = times_and_events(n, kind, 1);
            let data = RightCensored::new(&time, &event).unwrap();
            let distinct = RiskTable::new(&data).len();

            if matches!(kind, Times::Days) {
                group.bench_with_input(BenchmarkId::new("floor/read", n), &n, |b, _| {
                    b.iter(|| {
                        let (time, event) = (black_box(&time), black_box(&event));
                        let events = event.iter().map(|&e| usize::from(e)).sum::<usize>();
                        time.iter().fold([0.0; 4], |[a, b, c, d], &t| [b, c, d, a + t])[0] + events as f64
                    });
                });
            } else {
                group.bench_with_input(BenchmarkId::new("floor/sort+write", n), &n, |b, _| {
                    b.iter_batched(
                        || pack(&time, &event),
                        |mut keys| {
                            keys.sort_unstable();
                            write_columns(&keys)
                        },
                        BatchSize::LargeInput,
                    );
                });
            }
            group.bench_with_input(BenchmarkId::new("data", n), &n, |b, _| {
                b.iter(|| RightCensored::new(black_box(&time), black_box(&event)).unwrap().len());
            });
            group.bench_with_input(BenchmarkId::new("risk_table", n), &n, |b, _| {
                b.iter(|| assert_eq!(RiskTable::new(black_box(&data)).len(), distinct));
            });
            group.bench_with_input(BenchmarkId::new("kaplan_meier", n), &n, |b, _| {
                b.iter(|| assert_eq!(KaplanMeier::fit(black_box(&data)).values().len(), distinct));
            });
            group.bench_with_input(BenchmarkId::new("nelson_aalen", n), &n, |b, _| {
                b.iter(|| assert_eq!(NelsonAalen::fit(black_box(&data)).values().len(), distinct));
            });
            let curve = KaplanMeier::fit(&data);
            let tau = curve.last_time().unwrap() / 2.0;
            group.bench_with_input(BenchmarkId::new("restricted_mean", n), &n, |b, _| {
                b.iter(|| black_box(&curve).restricted_mean(black_box(tau)).unwrap());
            });
        }
        group.finish();
    }
}

criterion_group!(benches, curves);
criterion_main!(benches);
