//! How often do the tests reject where there is nothing to find? Seeded simulation: exponential event times, uniform
//! censoring, arms that differ in nothing.
//!
//! The short run is part of the tests; a long one, with the number of trials per cell, prints the table of the docs:
//! `GREENWOOD_SIZE=100000 cargo test --release --test studies size_study -- --nocapture`

use crate::random::Random;
use greenwood::survival::permutation::PermutationStatistic;
use greenwood::survival::{ExactLogRank, Groups, LogRank, RightCensored, Weight};

/// Shares of trials with p ≤ 0.05, in per cent: exact T, its mid-p, exact Z, exact Gehan, asymptotic log-rank.
fn rejected(sizes: (usize, usize), ties: bool, trials: usize) -> [f64; 5] {
    let mut random = Random(sizes.0 as u64 * 1000 + sizes.1 as u64 + u64::from(ties));
    let n = sizes.0 + sizes.1;
    let codes: Vec<usize> = (0..n).map(|i| usize::from(i >= sizes.0)).collect();
    let arms = Groups::from_codes(&codes, &["a", "b"]).unwrap();
    let mut rejections = [0_usize; 5];
    for _ in 0..trials {
        let (time, event): (Vec<f64>, Vec<bool>) = (0..n)
            .map(|_| {
                let (t, c) = (-random.uniform().max(1e-300).ln(), 3.0 * random.uniform());
                let observed = t.min(c);
                (if ties { (observed * 4.0).ceil() } else { observed }, t <= c)
            })
            .unzip();
        let data = RightCensored::new(time, event).unwrap();
        let t = ExactLogRank::new().test(&data, &arms).unwrap();
        let z = ExactLogRank::new().statistic(PermutationStatistic::Standardized).test(&data, &arms).unwrap();
        let gehan = ExactLogRank::new().weight(Weight::GehanBreslow).test(&data, &arms).unwrap();
        let usual = LogRank::test(&data, &arms).unwrap().p_value().unwrap_or(1.0);
        let p = [t.p_value(), t.mid_p_value(), z.p_value(), gehan.p_value(), usual];
        for (count, p) in rejections.iter_mut().zip(p) {
            *count += usize::from(p <= 0.05 + 1e-12);
        }
    }
    rejections.map(|r| 100.0 * r as f64 / trials as f64)
}

#[test]
fn exact_tests_keep_their_level() {
    let trials = std::env::var("GREENWOOD_SIZE").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    // Four standard errors of a share of 5 %.
    let allowed = 5.0 + 400.0 * (0.05 * 0.95 / trials as f64).sqrt();
    println!("| arms | ties | exact T | its mid-p | exact Z | exact Gehan | log-rank |");
    println!("|---|---|---|---|---|---|---|");
    for sizes in [(5, 5), (9, 9), (6, 12)] {
        for ties in [false, true] {
            let [t, mid, z, gehan, usual] = rejected(sizes, ties, trials);
            let tied = if ties { "heavy" } else { "none" };
            println!(
                "| {} + {} | {tied} | {t:.2} | {mid:.2} | {z:.2} | {gehan:.2} | {usual:.2} |",
                sizes.0, sizes.1
            );
            for exact in [t, z, gehan] {
                assert!(exact <= allowed, "{sizes:?} {tied}: {exact} > {allowed}");
            }
        }
    }
}
