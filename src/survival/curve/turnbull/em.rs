//! The EM iteration where many points carry mass, each step of which is a Kaplan-Meier curve, with extrapolation.
//!
//! E: the mass of each interval is shared out in proportion to the present masses. M: Kaplan-Meier of these events with the
//! right-censored observations as they are, so that right-censored data need one step. Pairs of steps are extrapolated
//! where that raises the likelihood (Varadhan & Roland 2008, Scand J Stat 35:335).

use super::intersections::Intersections;

/// The masses and the number of steps.
pub(super) fn masses(of: &Intersections, tolerance: f64, most: usize) -> (Vec<f64>, usize) {
    let m = of.len();
    let mut mass = vec![1.0 / m as f64; m];
    let mut steps = 0;
    let mut value = f64::NEG_INFINITY;
    while steps < most {
        let first = step(of, &mass);
        let probabilities = of.probabilities(&first);
        value = of.log_likelihood(&probabilities).max(value);
        let gap =
            of.gradient(&probabilities).iter().fold(f64::NEG_INFINITY, |a, &g| a.max(g)) / of.total - 1.0;
        steps += 1;
        if gap <= tolerance {
            return (first, steps);
        }
        let second = step(of, &first);
        steps += 1;
        let (mut r2, mut v2) = (0.0, 0.0);
        for j in 0..m {
            let (r, s) = (first[j] - mass[j], second[j] - first[j]);
            r2 += r * r;
            v2 += (s - r) * (s - r);
        }
        let stretch = if v2 > 0.0 { (r2 / v2).sqrt().max(1.0) } else { 1.0 };
        let mut ahead: Vec<f64> = (0..m)
            .map(|j| {
                let (r, s) = (first[j] - mass[j], second[j] - first[j]);
                let x = mass[j] + 2.0 * stretch * r + stretch * stretch * (s - r);
                // A mass that the stretch would take away keeps a tenth, so that it may come back.
                if x > 0.0 { x } else { 0.1 * second[j] }
            })
            .collect();
        let sum: f64 = ahead.iter().sum();
        for x in &mut ahead {
            *x /= sum;
        }
        let there = of.probabilities(&ahead);
        let better = there.iter().all(|&p| p > 0.0) && of.log_likelihood(&there) >= value;
        mass = if better { ahead } else { second };
    }
    (step(of, &mass), steps)
}

fn step(of: &Intersections, mass: &[f64]) -> Vec<f64> {
    let m = of.len();
    let probabilities = of.probabilities(mass);
    let (mut rate, mut censored) = (vec![0.0; m + 1], vec![0.0; m + 1]);
    let mut stops = vec![0.0; m + 1];
    for (&(a, b, w), p) in of.cells.iter().zip(&probabilities) {
        if b as usize == m - 1 {
            censored[a as usize] += w;
        } else {
            rate[a as usize] += w / p;
            stops[b as usize + 1] += w / p;
        }
    }
    let mut sum = 0.0;
    let events: Vec<f64> = (0..m)
        .map(|j| {
            sum += rate[j] - stops[j];
            (sum * mass[j]).max(0.0)
        })
        .collect();
    // At risk at j: events at j or later, and those censored after j.
    let mut at_risk = vec![0.0; m];
    let mut later = 0.0;
    for j in (0..m).rev() {
        later += events[j];
        at_risk[j] = later;
        later += censored[j];
    }
    let mut survival = 1.0;
    let mut next = vec![0.0; m];
    for j in 0..m - 1 {
        let hazard = if at_risk[j] > 0.0 { events[j] / at_risk[j] } else { 0.0 };
        next[j] = survival * hazard;
        survival *= 1.0 - hazard;
    }
    next[m - 1] = survival;
    next
}
