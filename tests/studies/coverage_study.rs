//! Do the intervals hold what they promise? Seeded simulation of small trials.
//!
//! The long run, 100,000 trials a cell, prints the table of the documentation (minutes):
//! `GREENWOOD_COVERAGE=1 cargo test --release --test studies coverage_study -- --nocapture`. Without the variable a
//! short run of the same checks with 2,000 trials a cell.

use crate::random::Random;
use greenwood::survival::contrast::Measure;
use greenwood::survival::result::ConfidenceInterval;
use greenwood::survival::{
    Groups, Interval, KaplanMeier, LogRank, RightCensored, SmallSample, SurvivalCurve,
};

/// Exponential event times with S(1) = `s`; censoring uniform on (0, `end`), none where that is infinite.
fn sample(random: &mut Random, n: usize, s: f64, end: f64) -> (Vec<f64>, Vec<bool>) {
    (0..n)
        .map(|_| {
            let event = (1.0 - random.uniform()).ln() / s.ln();
            let censored = end * random.uniform();
            (event.min(censored), event <= censored)
        })
        .unzip()
}

fn long() -> bool {
    std::env::var_os("GREENWOOD_COVERAGE").is_some()
}

fn trials() -> usize {
    if long() { 100_000 } else { 2_000 }
}

const METHODS: [&str; 6] =
    ["log-log", "likelihood ratio", "Rothman", "Borkowf, shrunken", "mid-p", "beta product"];

fn interval(curve: &SurvivalCurve, method: usize) -> ConfidenceInterval {
    let how = match method {
        0 => return curve.extended().at(1.0).interval(Interval::log_log()).unwrap(),
        1 => SmallSample::likelihood_ratio(),
        2 => SmallSample::rothman(),
        3 => SmallSample::borkowf_shrunken(),
        4 => SmallSample::beta_product_mid_p(),
        _ => SmallSample::beta_product(),
    };
    // A trial that ends before the time carries its last value on, as the study's methods do.
    curve.extended().small_sample_interval(1.0, how).unwrap()
}

#[test]
fn coverage_of_the_intervals_at_one_time() {
    let mut cells = Vec::new();
    for n in [9, 20, 50] {
        for s in [0.9, 0.7, 0.4] {
            for end in [f64::INFINITY, 3.0] {
                cells.push((n, s, end));
            }
        }
    }
    let run = |(index, &(n, s, end)): (usize, &(usize, f64, f64))| {
        let mut random = Random(1000 + index as u64);
        let mut missed = [[0_usize; 2]; METHODS.len()];
        for _ in 0..trials() {
            let (time, event) = sample(&mut random, n, s, end);
            let curve = KaplanMeier::fit(&RightCensored::new(time, event).unwrap());
            for (method, missed) in missed.iter_mut().enumerate() {
                // A limit that does not exist is not missed.
                let interval = interval(&curve, method);
                missed[0] += usize::from(interval.lower.is_some_and(|l| s < l));
                missed[1] += usize::from(interval.upper.is_some_and(|u| s > u));
            }
        }
        missed
    };
    let (first, second) = cells.split_at(cells.len() / 2);
    let results: Vec<_> = std::thread::scope(|scope| {
        let half = first.len();
        let other = scope
            .spawn(move || second.iter().enumerate().map(|(i, c)| run((half + i, c))).collect::<Vec<_>>());
        let mut results: Vec<_> = first.iter().enumerate().map(run).collect();
        results.extend(other.join().unwrap());
        results
    });
    println!("| n | S | censored by t | {} |", METHODS.join(" | "));
    println!("|---|---|---|{}", "---|".repeat(METHODS.len()));
    let total = trials() as f64;
    for (&(n, s, end), missed) in cells.iter().zip(&results) {
        let share = |count: usize| 100.0 * count as f64 / total;
        let cells: Vec<_> =
            missed.iter().map(|&[l, u]| format!("{:.1} / {:.1}", share(l), share(u))).collect();
        let censored = if end.is_finite() { "yes" } else { "no" };
        println!("| {n} | {s} | {censored} | {} |", cells.join(" | "));
        // Guaranteed without censoring, never yet seen otherwise with it: 2.5 % a side, and 4 standard errors.
        let bound = 2.5 + 400.0 * (0.025 * 0.975 / total).sqrt();
        for count in missed[METHODS.len() - 1] {
            assert!(share(count) <= bound, "beta product, n = {n}, S = {s}: {} above {bound}", share(count));
        }
    }
}

/// The size of 5 % tests of two equal arms at one time, and of the log-rank test beside them (a fifth as many
/// trials: each melding is a few hundred integrals).
#[test]
fn size_of_the_two_sample_comparisons() {
    println!(
        "| n per arm | S | melded | mid-p | difference | cloglog | log-rank |\n|---|---|---|---|---|---|---|"
    );
    for (index, (n, s)) in [(9, 0.9), (9, 0.5), (20, 0.7)].into_iter().enumerate() {
        let mut random = Random(2000 + index as u64);
        let mut rejected = [0_usize; 5];
        let total = trials() / 5;
        for _ in 0..total {
            let (mut time, mut event) = sample(&mut random, n, s, 3.0);
            let (more, also) = sample(&mut random, n, s, 3.0);
            time.extend(more);
            event.extend(also);
            let data = RightCensored::new(time, event).unwrap();
            let codes: Vec<usize> = (0..2 * n).map(|i| usize::from(i >= n)).collect();
            let arm = Groups::from_codes(&codes, &["a", "b"]).unwrap();
            let curves = KaplanMeier::by_group(&data, &arm).unwrap();
            let melded = curves[0].melded(&curves[1], 1.0).unwrap();
            let contrast = |measure| curves[0].contrast(&curves[1], 1.0, measure).p_value();
            let p = [
                Some(melded.p_value()),
                Some(melded.mid_p().p_value()),
                contrast(Measure::Difference),
                contrast(Measure::CumulativeHazardRatio),
                LogRank::test(&data, &arm).unwrap().p_value(),
            ];
            for (count, p) in rejected.iter_mut().zip(p) {
                *count += usize::from(p.is_some_and(|p| p <= 0.05));
            }
        }
        let share = |count: usize| 100.0 * count as f64 / total as f64;
        let cells: Vec<_> = rejected.iter().map(|&c| format!("{:.1}", share(c))).collect();
        println!("| {n} | {s} | {} |", cells.join(" | "));
        assert!(share(rejected[0]) <= 5.0 + 400.0 * (0.05 * 0.95 / total as f64).sqrt());
    }
}
