//! The mean cumulative function with its robust error at every time, beside the sort that no estimate can do without, and
//! beside R's `survfit` on the same rows; frailties beside R's `coxph(… + frailty(id))` (where `Rscript` is installed, printed
//! once, in seconds).

mod common;

use std::fmt::Write;
use std::hint::black_box;
use std::process::Command;

use common::Random;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use greenwood::survival::recurrent::{EventModel, MeanCumulative, MeanTest, RecurrentEvents};
use greenwood::survival::regression::Frailty;
use greenwood::survival::{Design, Groups};

/// Rows of subjects with about 1.4 events each; a third die.
struct Rows {
    id: Vec<u32>,
    start: Vec<f64>,
    stop: Vec<f64>,
    event: Vec<bool>,
    terminal: Vec<bool>,
}

fn rows(subjects: u32, days: bool) -> Rows {
    let mut random = Random::new(12);
    let mut rows = Rows { id: vec![], start: vec![], stop: vec![], event: vec![], terminal: vec![] };
    let clock = |t: f64| if days { (t * 365.25).ceil() } else { t };
    for id in 0..subjects {
        let frailty = 0.2 + 1.6 * random.uniform();
        let (death, lost) = (5.0 * random.exponential(), 2.0 * random.uniform() + 0.5);
        let end = clock(death.min(lost));
        let (mut t, mut at) = (0.0, 0.0);
        loop {
            t += random.exponential() / frailty;
            let stop = clock(t).max(at + if days { 1.0 } else { 0.0 }).min(end);
            rows.id.push(id);
            rows.start.push(at);
            rows.stop.push(stop);
            rows.event.push(stop < end);
            rows.terminal.push(stop == end && death < lost);
            if stop == end {
                break;
            }
            at = stop;
        }
    }
    rows
}

impl Rows {
    fn data(&self) -> RecurrentEvents {
        RecurrentEvents::new(&self.id, &self.start, &self.stop, &self.event).unwrap()
    }

    /// Seconds that R takes for the same, its value and its error at the median.
    fn in_r(&self, name: &str) -> Option<(f64, f64, f64)> {
        let numbers = self.numbers_of_r(
            name,
            "t <- system.time(f <- survfit(Surv(start, stop, event) ~ 1, d, id = id))[['elapsed']]; \
             i <- findInterval(median(d$stop), f$time); cat(t, sprintf('%.17g', f$cumhaz[i]), sprintf('%.17g', f$std.chaz[i]))",
        )?;
        Some((*numbers.first()?, *numbers.get(1)?, *numbers.get(2)?))
    }

    /// What a script prints that finds the rows as `d`.
    fn numbers_of_r(&self, name: &str, script: &str) -> Option<Vec<f64>> {
        let path = std::env::temp_dir().join(format!("greenwood_recurrent_{name}.csv"));
        let mut text = "id,start,stop,event\n".to_string();
        for i in 0..self.id.len() {
            let event = u8::from(self.event[i]);
            writeln!(text, "{},{:?},{:?},{event}", self.id[i], self.start[i], self.stop[i]).ok()?;
        }
        std::fs::write(&path, text).ok()?;
        let script = format!(
            "suppressPackageStartupMessages(library(survival)); d <- read.csv('{}'); {script}",
            path.display()
        );
        let output = Command::new("Rscript").args(["-e", &script]).output().ok()?;
        std::fs::remove_file(&path).ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        Some(text.split_whitespace().filter_map(|x| x.parse().ok()).collect())
    }
}

/// Two covariates of each subject.
fn treated_and_score(id: u32) -> (f64, f64) {
    (f64::from(id % 2), f64::from(id * 7 % 11) / 10.0)
}

/// A frailty for each of so many subjects. R finds its variance to 1e-5, and a coefficient to what follows from that.
fn frailties_beside_r(subjects: u32) {
    let rows = rows(subjects, false);
    let x: Vec<(f64, f64)> = rows.id.iter().map(|&id| treated_and_score(id)).collect();
    let (treated, score): (Vec<f64>, Vec<f64>) = x.into_iter().unzip();
    let design = Design::builder().numeric("treated", &treated).numeric("score", &score).build().unwrap();
    let data = EventModel::andersen_gill().rows(&rows.data(), &design).unwrap();
    for (law, model) in [("gamma", Frailty::gamma()), ("gaussian", Frailty::gaussian())] {
        let script = format!(
            "d$treated <- d$id %% 2; d$score <- (d$id * 7) %% 11 / 10; \
             t <- sum(system.time(f <- coxph(Surv(start, stop, event) ~ treated + score + frailty(id, distribution = '{law}'), d))[1:2]); \
             cat(t, sprintf('%.17g', c(f$coef, sqrt(diag(f$var)))))"
        );
        let Some(numbers) = rows.numbers_of_r(law, &script).filter(|n| n.len() == 5) else { return };
        let start = std::time::Instant::now();
        let fit = model.fit(data.data(), data.design()).unwrap();
        let own = start.elapsed().as_secs_f64();
        for (j, term) in fit.terms().iter().enumerate() {
            let (coefficient, error) = (numbers[1 + j], numbers[3 + j]);
            let away = (term.coefficient() - coefficient).abs() / error;
            assert!(away < 1e-2, "{law} {}: {} R {coefficient}", term.name(), term.coefficient());
            assert!((term.std_error().unwrap() / error - 1.0).abs() < 1e-2, "{law} {}", term.name());
        }
        let seconds = numbers[0];
        println!(
            "{law} frailties, {subjects} subjects: R {seconds:.2} s, here {own:.4} s, {:.0} times",
            seconds / own
        );
    }
}

fn recurrent(c: &mut Criterion) {
    frailties_beside_r(1_000);
    if std::env::var_os("GREENWOOD_BENCH_LARGE").is_some() {
        frailties_beside_r(10_000);
    }
    for (days, name) in [(false, "continuous"), (true, "days")] {
        // R takes time in subjects × times (55 s for 100,000 on continuous times): one tenth of the subjects for it.
        let few = rows(10_000, days);
        if let Some((seconds, mean, se)) = few.in_r(name) {
            let data = few.data();
            let start = std::time::Instant::now();
            let fit = MeanCumulative::new().fit(&data).unwrap();
            let own = start.elapsed().as_secs_f64();
            let mut stops = few.stop.clone();
            stops.sort_unstable_by(f64::total_cmp);
            let median = 0.5 * (stops[(stops.len() - 1) / 2] + stops[stops.len() / 2]);
            let at = fit.at(median);
            assert!((at.value().unwrap() / mean - 1.0).abs() < 1e-9, "{at:?}, R {mean}");
            assert!((at.std_error().unwrap() / se - 1.0).abs() < 1e-9, "{at:?}, R {se}");
            println!(
                "{name}, 10,000 subjects: R {seconds:.3} s, here {own:.4} s, {:.0} times",
                seconds / own
            );
        }
        let rows = rows(100_000, days);
        let data = rows.data();
        let dead = data.clone().with_terminal(&rows.terminal).unwrap();
        let codes: Vec<usize> = rows.id.iter().map(|id| (id % 2) as usize).collect();
        let groups = Groups::from_codes(&codes, &["a", "b"]).unwrap();
        let mut group = c.benchmark_group(format!("recurrent/{name}"));
        group.sample_size(10);
        let keys: Vec<u64> = rows.stop.iter().map(|t| t.to_bits()).collect();
        group.bench_function("floor/sort", |b| {
            b.iter_batched(|| keys.clone(), |mut k| k.sort_unstable(), BatchSize::LargeInput);
        });
        group.bench_function("mean", |b| b.iter(|| MeanCumulative::new().fit(black_box(&data)).unwrap()));
        group.bench_function("mean_with_death", |b| {
            b.iter(|| MeanCumulative::new().fit(black_box(&dead)).unwrap());
        });
        group.bench_function("test", |b| b.iter(|| MeanTest::test(black_box(&dead), &groups).unwrap()));
        group.finish();
    }
}

criterion_group!(benches, recurrent);
criterion_main!(benches);
