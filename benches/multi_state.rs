//! State occupation of an illness-death model with its error at every time, beside the sort that no estimate can do without,
//! and beside R's `survfit` on the same rows where `Rscript` is installed (printed once, in seconds).
//!
//! R takes time in subjects × times: 2 s for 10,000 subjects, 220 s for 100,000 (on a later machine 1.1 s and 122 s of CPU time, where
//! the estimate with its error took 0.012 s and 0.175 s). It gets the smaller number, and the larger where
//! `GREENWOOD_BENCH_LARGE` is set.

mod common;

use std::fmt::Write;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use common::Random;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use greenwood::survival::Histories;
use greenwood::survival::multi_state::{
    Occupation, OccupationVariance, TransitionProbability, TransitionVariance,
};

const STATES: [&str; 3] = ["well", "ill", "dead"];

/// Rows `(start, stop]` and the state entered at the end.
struct Rows {
    id: Vec<u32>,
    start: Vec<f64>,
    stop: Vec<f64>,
    to: Vec<Option<&'static str>>,
}

/// From well to ill or dead, from ill to dead; observation ends between 1 and 4.
fn rows(subjects: u32) -> Rows {
    let mut random = Random::new(21);
    let mut rows = Rows { id: vec![], start: vec![], stop: vec![], to: vec![] };
    let mut push = |id, start, stop, to| {
        rows.id.push(id);
        rows.start.push(start);
        rows.stop.push(stop);
        rows.to.push(to);
    };
    for id in 0..subjects {
        let end = 1.0 + 3.0 * random.uniform();
        let (ill, dead) = (2.0 * random.exponential(), 4.0 * random.exponential());
        let first = ill.min(dead);
        if first > end {
            push(id, 0.0, end, None);
        } else if dead < ill {
            push(id, 0.0, dead, Some("dead"));
        } else {
            push(id, 0.0, ill, Some("ill"));
            let dead = ill + 1.5 * random.exponential();
            push(id, ill, dead.min(end), (dead <= end).then_some("dead"));
        }
    }
    rows
}

impl Rows {
    fn data(&self) -> Histories {
        Histories::among(&STATES).rows(&self.id, &self.start, &self.stop, &self.to).unwrap()
    }

    /// Seconds that R takes for the same; probabilities of each state and their errors at `t`.
    fn in_r(&self, t: f64) -> Option<(f64, Vec<f64>)> {
        let path = std::env::temp_dir().join("greenwood_multi_state.csv");
        let mut text = "id,start,stop,to\n".to_string();
        for i in 0..self.id.len() {
            let to = self.to[i].unwrap_or("none");
            writeln!(text, "{},{:?},{:?},{to}", self.id[i], self.start[i], self.stop[i]).ok()?;
        }
        std::fs::write(&path, text).ok()?;
        let script = format!(
            "suppressPackageStartupMessages(library(survival)); d <- read.csv('{}'); \
             d$to <- factor(d$to, c('none', 'ill', 'dead')); \
             t <- sum(system.time(f <- survfit(Surv(start, stop, to) ~ 1, d, id = id))[1:2]); \
             i <- findInterval({t:?}, f$time); \
             cat(t, sprintf('%.17g', c(f$pstate[i, ], f$std.err[i, ])))",
            path.display()
        );
        let output = Command::new("Rscript").args(["-e", &script]).output().ok()?;
        std::fs::remove_file(&path).ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let numbers: Vec<f64> = text.split_whitespace().filter_map(|x| x.parse().ok()).collect();
        (numbers.len() == 7).then(|| (numbers[0], numbers[1..].to_vec()))
    }
}

fn beside_r(subjects: u32) {
    let rows = rows(subjects);
    let Some((seconds, theirs)) = rows.in_r(1.5) else { return };
    let data = rows.data();
    let start = Instant::now();
    let fit = Occupation::new().fit(&data).unwrap();
    let own = start.elapsed().as_secs_f64();
    for (h, e) in fit.at(1.5).iter().enumerate() {
        for (ours, r) in [(e.value().unwrap(), theirs[h]), (e.std_error().unwrap(), theirs[3 + h])] {
            assert!((ours / r - 1.0).abs() < 1e-9, "state {h}: {ours}, R {r}");
        }
    }
    println!("{subjects} subjects: R {seconds:.2} s, here {own:.4} s, {:.0} times", seconds / own);
}

fn multi_state(c: &mut Criterion) {
    beside_r(10_000);
    if std::env::var_os("GREENWOOD_BENCH_LARGE").is_some() {
        beside_r(100_000);
    }
    let rows = rows(100_000);
    let data = rows.data();
    let mut group = c.benchmark_group("multi_state/illness_death");
    group.sample_size(10);
    let keys: Vec<u64> = rows.stop.iter().map(|t| t.to_bits()).collect();
    group.bench_function("floor/sort", |b| {
        b.iter_batched(|| keys.clone(), |mut k| k.sort_unstable(), BatchSize::LargeInput);
    });
    group.bench_function("histories", |b| b.iter(|| black_box(&rows).data()));
    for (kind, name) in [
        (OccupationVariance::Jackknife, "occupation/jackknife"),
        (OccupationVariance::Greenwood, "occupation/greenwood"),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| Occupation::new().variance(kind).fit(black_box(&data)).unwrap());
        });
    }
    group.bench_function("time_in_state", |b| {
        b.iter(|| Occupation::new().time_in_state(black_box(&data), 3.0).unwrap());
    });
    group.bench_function("transition_probability", |b| {
        let ask = TransitionProbability::new(0.0).variance(TransitionVariance::Greenwood);
        b.iter(|| ask.estimate(black_box(&data), &[1.0, 2.0, 3.0]).unwrap());
    });
    group.finish();
}

criterion_group!(benches, multi_state);
criterion_main!(benches);
