//! Simulated trials of 300 subjects with a log-rank test at 200 events: the whole run beside its floor, and beside rpact in the
//! same run where `Rscript` and rpact are installed (printed once, in microseconds for each trial, with both powers).
//!
//! The floor is what no simulation can do without: 300 entry times and exponential times, one sort, one pass. The run has on top:
//! the calendar time of event 200, the cut of the data there, sums. One thread everywhere, but for a million trials on two.

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use greenwood::trial::design::simulation::{
    CoxProcedure, Cutoff, Finding, LogRankProcedure, Sample, Simulation, TrialSimulation,
};
use greenwood::trial::design::{Accrual, Assumptions, Hazard};
use greenwood::trial::{Endpoint, Trial};

const SUBJECTS: usize = 300;
const EVENTS: usize = 200;
const TRIALS: usize = 1_000;

const SCRIPT: &str = r#"
suppressMessages(library(rpact))
design <- getDesignGroupSequential(kMax = 1, alpha = 0.025, sided = 1)
run <- function(n) getSimulationSurvival(design, hazardRatio = 0.7, lambda2 = log(2) / 12, directionUpper = FALSE, accrualTime = c(0, 24),
  maxNumberOfSubjects = 300, plannedEvents = 200, maxNumberOfIterations = n, seed = 1, dropoutRate1 = 0, dropoutRate2 = 0)
run(10)
took <- median(replicate(3, system.time(found <<- run(5000))[[3]]))
cat(took / 5000 * 1e6, found$overallReject, "\n")
"#;

fn simulation() -> Simulation {
    let control = Hazard::median(12.0).unwrap();
    let accrual = Accrual::uniform(SUBJECTS as f64, 24.0).unwrap();
    Simulation::new(Assumptions::new(control.times(0.7), control, accrual)).cutoff(Cutoff::Events(EVENTS))
}

/// `SplitMix64` (Steele, Lea & Flood 2014), uniform on (0, 1).
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }
}

/// Draw, sort, pass: the log-rank statistic of 300 subjects, a third of them censored.
fn floor(random: &mut Random, keys: &mut Vec<u64>) -> f64 {
    keys.clear();
    for i in 0..SUBJECTS {
        let entry = 24.0 * random.uniform();
        let time = -random.uniform().ln() * [24.7, 17.3][i % 2];
        let known = entry + time <= 36.0;
        let seen = if known { time } else { 36.0 - entry };
        keys.push((seen.to_bits() & !3) | (u64::from(known) << 1) | (i % 2) as u64);
    }
    keys.sort_unstable();
    let (mut n, mut own, mut difference, mut variance) = (SUBJECTS as f64, 0.5 * SUBJECTS as f64, 0.0, 0.0);
    for key in keys.iter() {
        let arm = (key & 1) as f64;
        if key & 2 == 2 {
            let share = own / n;
            difference += arm - share;
            variance += share * (1.0 - share);
        }
        n -= 1.0;
        own -= arm;
    }
    difference / variance.sqrt()
}

fn beside_rpact() {
    let Ok(output) = Command::new("Rscript").args(["-e", SCRIPT]).output() else { return };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let Some(row) = text.lines().last() else { return };
    let row: Vec<f64> = row.split_whitespace().filter_map(|w| w.parse().ok()).collect();
    let [rpact, power] = row[..] else { return };
    let start = Instant::now();
    let found = simulation().trials(20_000).run(&LogRankProcedure).unwrap();
    let own = start.elapsed().as_secs_f64() / 20_000.0 * 1e6;
    // Both powers are simulated: within five errors of each other.
    let error = (power * (1.0 - power) / 5_000.0 + found.std_error().powi(2)).sqrt();
    assert!((found.power() - power).abs() < 5.0 * error, "{} and {power}", found.power());
    println!(
        "a trial of 300 subjects: rpact {rpact:.0} µs (power {power:.3}), here {own:.1} µs (power {:.3}): {:.0} times",
        found.power(),
        rpact / own
    );
}

/// What users ask: a million trials on two threads, in seconds.
fn a_million() {
    let start = Instant::now();
    let found = simulation().trials(1_000_000).threads(2).run(&LogRankProcedure).unwrap();
    println!(
        "a million trials on two threads: {:.1} s, power {:.4}",
        start.elapsed().as_secs_f64(),
        found.power()
    );
}

fn benches(c: &mut Criterion) {
    beside_rpact();
    a_million();
    let mut group = c.benchmark_group("a thousand trials");
    group.sample_size(30);
    group.bench_function("floor/draw, sort, pass", |b| {
        b.iter_batched(
            || (Random(1), Vec::with_capacity(SUBJECTS)),
            |(mut random, mut keys)| (0..TRIALS).map(|_| floor(&mut random, &mut keys)).sum::<f64>(),
            BatchSize::SmallInput,
        );
    });
    let run = simulation().trials(TRIALS);
    group.bench_function("log-rank", |b| b.iter(|| run.run(black_box(&LogRankProcedure)).unwrap()));
    group.bench_function("draw and cut alone", |b| {
        let nothing = |sample: &Sample| Some(sample.cutoff());
        b.iter(|| run.run(black_box(&nothing)).unwrap());
    });
    group.sample_size(10);
    group.bench_function("Cox", |b| b.iter(|| run.run(black_box(&CoxProcedure)).unwrap()));
    let control = Hazard::median(12.0).unwrap();
    let accrual = Accrual::uniform(SUBJECTS as f64, 24.0).unwrap();
    let whole = TrialSimulation::new(Assumptions::new(control.times(0.7), control, accrual), [0, 1], "death");
    let whole = whole.terminal().cutoff(Cutoff::EventsUntil(EVENTS, 200.0)).trials(TRIALS);
    let survival: Endpoint<&'static str> = Endpoint::overall_survival(|_| true);
    let analysis = |trial: &Trial<i32, &'static str>| -> Result<Finding, greenwood::Error> {
        let z = trial.analyse(&survival)?.contrast(0, 1)?.log_rank().z();
        Ok(z.map(|z| -z).into())
    };
    group.bench_function("whole trials, log-rank", |b| b.iter(|| whole.run(black_box(&analysis)).unwrap()));
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
