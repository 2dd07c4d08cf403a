//! The distribution of a score sum from its characteristic function, where states are too many to list.
//!
//! `φ(ω) = E exp(iωT)` over the allocations is the coefficient of `xᵏ` in `Π (q + p x exp(iω aⱼ))`, divided by that at
//! ω = 0: n·k complex additions, whatever the scores (Pagano & Tritchler 1983, J Am Stat Assoc 78:435). T lies
//! in a known interval, so with its length as the period the Fourier series of the distribution function has no
//! aliasing; scores are not rounded. What is left is the truncation of the series. For 100 + 100 subjects φ falls
//! below 1e-13 within a few dozen terms; the largest |φ| among the last half of the terms is reported as the
//! error. It stays above 0 where single sums carry probability: those are the cases that can be listed.

use crate::survival::permutation::states::Block;

/// Complex additions that may be spent.
const WORK: f64 = 3e9;
/// |φ| below this is 0.
const NEGLIGIBLE: f64 = 1e-13;

/// The Fourier series of a distribution function.
pub(super) struct Inversion {
    low: f64,
    period: f64,
    /// φ at the multiples of 2π/period, from the first on, as (real, imaginary).
    terms: Vec<(f64, f64)>,
    error: f64,
}

/// The fewest terms that show how φ falls.
const FEWEST: f64 = 128.0;

/// Can two arms of these sizes be done at all? With strata or blocks the cost is less.
pub(in crate::survival) fn within_reach(first: f64, second: f64) -> bool {
    (first + second) * (first.min(second) + 1.0) * FEWEST <= WORK
}

impl Inversion {
    /// Returns `None` if even a short series would take too long. Scores are divided by `scale`.
    pub(super) fn new(blocks: &[Block], scale: f64) -> Option<Self> {
        let blocks: Vec<Real> = blocks.iter().map(|b| Real::new(b, scale)).collect();
        let cost: f64 = blocks.iter().map(|b| b.scores.len() as f64 * (b.count + 1) as f64).sum();
        let low: f64 = blocks.iter().map(|b| b.low).sum();
        let high: f64 = blocks.iter().map(|b| b.high).sum();
        let margin = 0.025 * (high - low);
        let (low, period) = (low - margin, high - low + 2.0 * margin);
        let most = (WORK / cost) as usize;
        // Enough to see whether φ comes back after it has fallen: at ω = 2π where scores are near 0 and 1.
        let least = ((4e8 / cost) as usize).clamp(FEWEST as usize, 2048);
        if most < least || !(period > 0.0) {
            return None;
        }
        let mut terms: Vec<(f64, f64)> = Vec::with_capacity(least);
        let mut work = Work::default();
        loop {
            let omega = 2.0 * std::f64::consts::PI * (terms.len() + 1) as f64 / period;
            let mut phi = (1.0, 0.0);
            for block in &blocks {
                let (a, b) = block.characteristic(omega, &mut work);
                phi = (phi.0 * a - phi.1 * b, phi.0 * b + phi.1 * a);
            }
            terms.push(phi);
            let n = terms.len();
            if n >= least && n.is_multiple_of(64) {
                let error = terms[n / 2..].iter().map(|&(a, b)| a.hypot(b)).fold(NEGLIGIBLE, f64::max);
                if error <= NEGLIGIBLE || n + 64 > most {
                    return Some(Self { low, period, terms, error });
                }
            }
        }
    }

    /// The absolute error of a probability.
    pub(super) fn error(&self) -> f64 {
        self.error
    }

    /// `P(T ≤ x)`; sums next to x count in part, as the error says.
    pub(super) fn at_most(&self, x: f64) -> f64 {
        let from_low = (x - self.low) / self.period;
        if from_low <= 0.0 || from_low >= 1.0 {
            return if from_low <= 0.0 { 0.0 } else { 1.0 };
        }
        let mut sum = from_low;
        for (k, &(re, im)) in terms_from_one(&self.terms) {
            let omega = 2.0 * std::f64::consts::PI * k / self.period;
            // Im φ (exp(−iω low) − exp(−iωx)) / πk
            let ((s0, c0), (s1, c1)) = ((-omega * self.low).sin_cos(), (-omega * x).sin_cos());
            sum += (im * (c0 - c1) + re * (s0 - s1)) / (std::f64::consts::PI * k);
        }
        sum.clamp(0.0, 1.0)
    }
}

fn terms_from_one(terms: &[(f64, f64)]) -> impl Iterator<Item = (f64, &(f64, f64))> {
    terms.iter().enumerate().map(|(i, t)| ((i + 1) as f64, t))
}

/// A block with its scores as they are; the smaller arm is followed, and the sum of the other is what remains.
struct Real {
    scores: Vec<f64>,
    count: usize,
    mirrored: bool,
    total: f64,
    low: f64,
    high: f64,
}

#[derive(Default)]
struct Work {
    re: Vec<f64>,
    im: Vec<f64>,
    next_re: Vec<f64>,
    next_im: Vec<f64>,
}

impl Real {
    fn new(block: &Block, scale: f64) -> Self {
        let mut scores: Vec<f64> = block.scores.iter().map(|&s| s as f64 / scale).collect();
        scores.sort_by(f64::total_cmp);
        let (n, k) = (scores.len(), block.first_arm);
        let mirrored = k > n - k;
        Self {
            count: k.min(n - k),
            mirrored,
            total: scores.iter().sum(),
            low: scores[..k].iter().sum(),
            high: scores[n - k..].iter().sum(),
            scores,
        }
    }

    fn characteristic(&self, omega: f64, work: &mut Work) -> (f64, f64) {
        let (k, n) = (self.count, self.scores.len());
        let share = k as f64 / n as f64;
        for column in [&mut work.re, &mut work.im, &mut work.next_re, &mut work.next_im] {
            column.clear();
            column.resize(k + 1, 0.0);
        }
        work.re[0] = 1.0;
        for (done, &score) in self.scores.iter().enumerate() {
            let (s, c) = (omega * score).sin_cos();
            let (pc, ps, q) = (share * c, share * s, 1.0 - share);
            let reach = k.min(done + 1);
            let Work { re, im, next_re, next_im } = &mut *work;
            next_re[0] = q * re[0];
            next_im[0] = q * im[0];
            for j in 1..=reach {
                next_re[j] = q * re[j] + pc * re[j - 1] - ps * im[j - 1];
                next_im[j] = q * im[j] + pc * im[j - 1] + ps * re[j - 1];
            }
            std::mem::swap(&mut work.re, &mut work.next_re);
            std::mem::swap(&mut work.im, &mut work.next_im);
        }
        // The probability that k of n independent subjects are in the arm.
        let norm = binomial(n, k, share);
        let (re, im) = (work.re[k] / norm, work.im[k] / norm);
        if !self.mirrored {
            return (re, im);
        }
        // T = total − T' : exp(iω total) times the conjugate.
        let (s, c) = (omega * self.total).sin_cos();
        (c * re + s * im, s * re - c * im)
    }
}

/// `C(n, k) pᵏ (1 − p)ⁿ⁻ᵏ`, factor by factor so that nothing overflows.
fn binomial(n: usize, k: usize, p: f64) -> f64 {
    let mut value = 1.0;
    let mut rest = n - k;
    for i in 1..=k {
        value *= p * (n - k + i) as f64 / i as f64;
        while rest > 0 && value > 1.0 {
            value *= 1.0 - p;
            rest -= 1;
        }
    }
    value * (1.0 - p).powi(rest as i32)
}
