//! Weibull, log-normal and log-logistic accelerated failure times with five covariates, beside one pass of the exponential
//! (below which no evaluation of a likelihood goes), and beside R's `survreg` on the same rows where `Rscript` is installed
//! (10⁶ rows; printed once, in seconds, with the largest difference of a coefficient).

mod common;

use std::fmt::Write;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use common::Random;
use criterion::{Criterion, criterion_group, criterion_main};
use greenwood::survival::regression::{Family, Observations};
use greenwood::survival::{Design, Parametric, RightCensored};

const NAMES: [&str; 5] = ["x1", "x2", "x3", "x4", "x5"];

struct Rows {
    time: Vec<f64>,
    event: Vec<bool>,
    x: Vec<Vec<f64>>,
}

/// Weibull times of shape 1.5, a third of them censored.
fn rows(n: usize) -> Rows {
    let mut random = Random::new(15);
    let mut rows = Rows { time: vec![], event: vec![], x: vec![vec![]; 5] };
    for _ in 0..n {
        let mut eta = 1.0;
        for (j, column) in rows.x.iter_mut().enumerate() {
            let value = if j == 0 { f64::from(u8::from(random.uniform() < 0.5)) } else { random.uniform() };
            eta += 0.2 * (j as f64 - 1.0) * value;
            column.push(value);
        }
        let time = eta.exp() * random.exponential().powf(1.0 / 1.5);
        let lost = 8.0 * random.exponential();
        rows.time.push(time.min(lost));
        rows.event.push(time <= lost);
    }
    rows
}

impl Rows {
    fn data(&self) -> Observations {
        Observations::from(&RightCensored::new(&self.time, &self.event).unwrap())
    }

    fn design(&self) -> Design<'static> {
        let columns = NAMES.iter().zip(&self.x);
        columns.fold(Design::builder(), |design, (name, x)| design.numeric(*name, x)).build().unwrap()
    }

    /// Seconds that R takes for the same, and its coefficients.
    fn in_r(&self, distribution: &str) -> Option<(f64, Vec<f64>)> {
        let path = std::env::temp_dir().join("greenwood_parametric.csv");
        let mut text = "time,event,x1,x2,x3,x4,x5\n".to_string();
        for i in 0..self.time.len() {
            write!(text, "{:?},{}", self.time[i], u8::from(self.event[i])).unwrap();
            self.x.iter().for_each(|x| write!(text, ",{:?}", x[i]).unwrap());
            text.push('\n');
        }
        std::fs::write(&path, text).ok()?;
        let script = format!(
            "suppressMessages(library(survival)); d <- read.csv('{}'); \
             s <- system.time(f <- survreg(Surv(time, event) ~ ., d, dist = '{distribution}', \
             control = survreg.control(rel.tolerance = 1e-12)))[[3]]; cat(s, format(coef(f), digits = 17))",
            path.display()
        );
        let output = Command::new("Rscript").args(["-e", &script]).output().ok()?;
        let numbers: Vec<f64> = String::from_utf8(output.stdout)
            .ok()?
            .split_whitespace()
            .filter_map(|w| w.parse().ok())
            .collect();
        numbers.split_first().map(|(s, b)| (*s, b.to_vec()))
    }
}

fn beside_r(rows: &Rows) {
    let (data, design) = (rows.data(), rows.design());
    for (family, name) in
        [(Family::Weibull, "weibull"), (Family::LogNormal, "lognormal"), (Family::LogLogistic, "loglogistic")]
    {
        let Some((in_r, coefficients)) = rows.in_r(name) else { return };
        let clock = Instant::now();
        let fit = Parametric::new(family).fit(&data, &design).unwrap();
        let own = clock.elapsed().as_secs_f64();
        let pairs = fit.coefficients().iter().zip(&coefficients);
        let off = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off < 1e-6, "{name}: {off}");
        println!(
            "{name}, {} rows: R {in_r:.3} s, here {own:.3} s: {:.1} times; coefficients differ by {off:.0e} at most",
            rows.time.len(),
            in_r / own
        );
    }
}

fn benches(c: &mut Criterion) {
    beside_r(&rows(1_000_000));
    for n in [100_000, 1_000_000] {
        let rows = rows(n);
        let (data, design) = (rows.data(), rows.design());
        let mut group = c.benchmark_group(format!("parametric/{n}"));
        group.sample_size(10);
        group.bench_function("one pass of the exponential", |b| {
            b.iter(|| black_box(&rows.time).iter().map(|t| t.exp()).sum::<f64>());
        });
        for (family, name) in [
            (Family::Weibull, "weibull"),
            (Family::LogNormal, "log-normal"),
            (Family::LogLogistic, "log-logistic"),
        ] {
            let model = Parametric::new(family);
            group.bench_function(name, |b| b.iter(|| model.fit(black_box(&data), &design).unwrap()));
        }
        group.finish();
    }
}

criterion_group!(group, benches);
criterion_main!(group);
