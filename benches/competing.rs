//! Incidence beside Kaplan-Meier of the same rows, Gray's test beside incidence by group, Fine-Gray beside Cox, and beside
//! R's `cmprsk::crr` where `Rscript` is installed (printed once, in seconds).
//!
//! `crr` took 1, 10 and 85 s for the 2,000, 4,000 and 8,000 rows that it gets, from which its order is seen (on a later machine 4.8 s for
//! 4,000 and 73 s for 10,000, which took 0.45 and 1.06 ms here); it gets 100,000 where
//! `GREENWOOD_BENCH_LARGE` is set.

mod common;

use std::fmt::Write;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

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

fn covariates(n: usize) -> Array2<f64> {
    let mut random = Random::new(7);
    Array2::from_shape_fn((n, 5), |_| random.uniform())
}

/// Seconds that `crr` takes for a Fine-Gray model of these rows, its coefficients and standard errors.
fn crr(data: &CompetingRisks, x: &Array2<f64>) -> Option<(f64, Vec<f64>)> {
    let path = std::env::temp_dir().join("greenwood_crr.csv");
    let mut text = "time,cause,a,b,c,d,e\n".to_string();
    for (i, (t, code)) in data.any_cause().time().iter().zip(data.codes()).enumerate() {
        write!(text, "{t:?},{code}").ok()?;
        x.row(i).iter().try_for_each(|x| write!(text, ",{x:?}")).ok()?;
        text.push('\n');
    }
    std::fs::write(&path, text).ok()?;
    let script = format!(
        "suppressPackageStartupMessages(library(cmprsk)); d <- read.csv('{}'); \
         t <- sum(system.time(f <- crr(d$time, d$cause, as.matrix(d[, 3:7]), gtol = 1e-10))[1:2]); \
         cat(t, sprintf('%.17g', c(f$coef, sqrt(diag(f$var)))))",
        path.display()
    );
    let output = Command::new("Rscript").args(["-e", &script]).output().ok()?;
    std::fs::remove_file(&path).ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|x| x.parse().ok()).collect();
    (numbers.len() == 11).then(|| (numbers[0], numbers[1..].to_vec()))
}

fn beside_r(n: usize) {
    let (data, x) = (data(n, Times::Continuous), covariates(n));
    let Some((seconds, theirs)) = crr(&data, &x) else { return };
    let design = Design::new(&["a", "b", "c", "d", "e"], x.view()).unwrap();
    let start = Instant::now();
    let fit = FineGray::new(&1).fit(&data, &design).unwrap();
    let own = start.elapsed().as_secs_f64();
    for j in 0..5 {
        let se = fit.variance()[[j, j]].sqrt();
        assert!(
            (fit.coefficients()[j] - theirs[j]).abs() < 1e-6 * se,
            "{} {}",
            fit.coefficients()[j],
            theirs[j]
        );
        assert!((se / theirs[5 + j] - 1.0).abs() < 1e-6, "{se} {}", theirs[5 + j]);
    }
    println!("Fine-Gray, {n} rows: crr {seconds:.2} s, here {own:.4} s, {:.0} times", seconds / own);
}

fn competing(c: &mut Criterion) {
    [2_000, 4_000, 8_000].into_iter().for_each(beside_r);
    if std::env::var_os("GREENWOOD_BENCH_LARGE").is_some() {
        beside_r(100_000);
    }
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
    let x = covariates(100_000);
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
