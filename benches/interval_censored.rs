//! Turnbull's estimate of subjects who are seen at visits of their own, beside the sort below which no estimate goes, and
//! beside R's `npsurv` (Wang's constrained Newton method, compiled code under R) on the same rows where `Rscript` has it
//! (printed once, in seconds, with the difference of the log likelihoods). With entries, and with a likelihood-ratio
//! interval, ours alone: `npsurv` has neither.

mod common;

use std::fmt::Write;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use common::Random;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use greenwood::survival::curve::RatioLaw;
use greenwood::survival::{IntervalCensored, Turnbull};

/// Weibull times of shape 1.5 and visits at exponential distances; with `days` limits are whole numbers of days.
fn rows(n: usize, days: bool) -> (Vec<f64>, Vec<f64>) {
    let mut random = Random::new(15);
    let (mut lower, mut upper) = (Vec::with_capacity(n), Vec::with_capacity(n));
    for _ in 0..n {
        let time = 1000.0 * random.exponential().powf(1.0 / 1.5);
        let (mut before, mut visits) = (0.0, 0);
        let found = loop {
            let mut visit: f64 = before + 200.0 * random.exponential();
            if days {
                visit = visit.ceil().max(before + 1.0);
            }
            visits += 1;
            if visits > 8 {
                break f64::INFINITY;
            }
            if visit >= time {
                break visit;
            }
            before = visit;
        };
        lower.push(before);
        upper.push(found);
    }
    (lower, upper)
}

/// Seconds that `npsurv` takes, and its log likelihood.
fn in_r(lower: &[f64], upper: &[f64]) -> Option<(f64, f64)> {
    let path = std::env::temp_dir().join("greenwood_interval.csv");
    let mut text = "l,r\n".to_string();
    for (l, r) in lower.iter().zip(upper) {
        writeln!(text, "{l:?},{}", if r.is_finite() { format!("{r:?}") } else { "Inf".into() }).unwrap();
    }
    std::fs::write(&path, text).ok()?;
    let script = format!(
        "suppressMessages(library(npsurv)); d <- as.matrix(read.csv('{}')); \
         s <- system.time(f <- npsurv(d, tol = 1e-10, maxit = 1000))[[3]]; cat(s, format(f$ll, digits = 17))",
        path.display()
    );
    let output = Command::new("Rscript").args(["-e", &script]).output().ok()?;
    let numbers: Vec<f64> =
        String::from_utf8(output.stdout).ok()?.split_whitespace().filter_map(|w| w.parse().ok()).collect();
    Some((*numbers.first()?, *numbers.get(1)?))
}

fn beside_r(n: usize, days: bool) {
    let (lower, upper) = rows(n, days);
    let data = IntervalCensored::new(&lower, &upper).unwrap();
    let clock = Instant::now();
    let curve = Turnbull::fit(&data);
    let own = clock.elapsed().as_secs_f64();
    let kind = if days { "whole days" } else { "continuous" };
    println!(
        "{n} rows, {kind}: here {own:.3} s, {} points of mass, gap {:.0e}",
        curve.intervals().count(),
        curve.kkt_gap()
    );
    assert!(curve.converged());
    if let Some((seconds, log_likelihood)) = in_r(&lower, &upper) {
        println!(
            "  npsurv {seconds:.3} s: {:.1} times; its log likelihood less ours {:.1e}",
            seconds / own,
            log_likelihood - curve.log_likelihood()
        );
    }
}

fn benches(c: &mut Criterion) {
    for (n, days) in [(1_000, false), (10_000, false), (10_000, true), (100_000, true), (100_000, false)] {
        beside_r(n, days);
    }
    for n in [10_000, 100_000] {
        let (lower, upper) = rows(n, false);
        let data = IntervalCensored::new(&lower, &upper).unwrap();
        let entry: Vec<f64> = lower.iter().map(|l| l / 2.0).collect();
        let late = data.clone().with_entry(entry).unwrap();
        let mut group = c.benchmark_group(format!("interval_censored/{n}"));
        group.sample_size(10);
        group.bench_function("floor/sort both limits", |b| {
            b.iter_batched(
                || [lower.clone(), upper.clone()],
                |mut limits| limits.iter_mut().for_each(|l| l.sort_unstable_by(f64::total_cmp)),
                BatchSize::LargeInput,
            );
        });
        group.bench_function("turnbull", |b| b.iter(|| Turnbull::fit(black_box(&data))));
        group.bench_function("turnbull with entries", |b| b.iter(|| Turnbull::fit(black_box(&late))));
        if n <= 10_000 {
            let likelihood = Turnbull::likelihood(&data).unwrap();
            group.bench_function("likelihood-ratio interval", |b| {
                b.iter(|| likelihood.interval(black_box(700.0), 0.95, RatioLaw::CubeRoot).unwrap());
            });
        }
        group.finish();
    }
}

criterion_group!(group, benches);
criterion_main!(group);
