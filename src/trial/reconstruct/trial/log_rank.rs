//! The sums of the log-rank test as exact integers, so that equal values are recognised as equal.
//!
//! With `L` the least common multiple of `1, …, N`, the expected number `d n₁/n` is a multiple of `1/L` and
//! the hypergeometric variance `d n₁ n₂ (n−d)/(n²(n−1))` one of `1/L²`: `n` and `n−1` have no common factor,
//! so `n²(n−1)` divides `L²`. Up to `N = 42` both fit into 128 bits.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::numeric::distribution::chi_square_sf;
use crate::survival::result::hazard_ratio::HazardRatioMethod;

/// The most subjects for whom the sums are exact: lcm(1, …, 42)² · 42 < 2¹²⁷.
pub(in crate::trial::reconstruct) const MOST_SUBJECTS: u32 = 42;

/// Observed − expected in the first arm, and its variance, in units of `1/L` and `1/L²`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(in crate::trial::reconstruct) struct Sums {
    pub u: i128,
    pub v: i128,
}

impl Sums {
    pub fn plus(self, other: Self) -> Self {
        Self { u: self.u + other.u, v: self.v + other.v }
    }

    pub fn minus(self, other: Self) -> Self {
        Self { u: self.u - other.u, v: self.v - other.v }
    }
}

/// A map from sums. They are hashed by a multiplication each: the keys are computed, not sent by an
/// adversary.
pub(in crate::trial::reconstruct) type SumsMap<T> = HashMap<Sums, T, BuildHasherDefault<Mix>>;

#[derive(Debug, Clone, Copy, Default)]
pub(in crate::trial::reconstruct) struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().fold(0, |word, &b| word << 8 | u64::from(b));
            self.write_u64(word);
        }
    }

    fn write_u64(&mut self, word: u64) {
        // An odd constant near 2⁶⁴ divided by the golden ratio; the high bits come down for the table's
        // index.
        let mixed = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write_i128(&mut self, value: i128) {
        self.write_u64(value as u64);
        self.write_u64((value >> 64) as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The unit of the sums.
#[derive(Debug, Clone, Copy)]
pub(in crate::trial::reconstruct) struct Scale {
    lcm: i128,
}

impl Scale {
    /// For at most [`MOST_SUBJECTS`].
    pub fn new(subjects: u32) -> Self {
        let gcd = |mut a: i128, mut b: i128| {
            while b > 0 {
                (a, b) = (b, a % b);
            }
            a
        };
        Self { lcm: (1..=i128::from(subjects)).fold(1, |l, k| l / gcd(l, k) * k) }
    }

    /// What one event time contributes.
    pub fn time(self, events: [u32; 2], at_risk: [u32; 2]) -> Sums {
        let [d1, n1, n2] = [events[0], at_risk[0], at_risk[1]].map(i128::from);
        let (d, n) = (d1 + i128::from(events[1]), n1 + n2);
        if d == 0 {
            return Sums::default();
        }
        let part = self.lcm / n;
        let v = if n > 1 { part * part / (n - 1) * (d * n1 * n2 * (n - d)) } else { 0 };
        Sums { u: d1 * self.lcm - d * n1 * part, v }
    }

    /// Observed − expected and its variance.
    pub fn value(self, sums: Sums) -> (f64, f64) {
        let unit = self.lcm as f64;
        (sums.u as f64 / unit, sums.v as f64 / unit / unit)
    }

    /// The two-sided p-value; `None` without variance.
    pub fn p_value(self, sums: Sums) -> Option<f64> {
        let (u, v) = self.value(sums);
        (sums.v > 0).then(|| chi_square_sf(u * u / v, 1))
    }
}

/// Peto's or Pike's ratio.
pub(in crate::trial::reconstruct) fn ratio_of(
    method: HazardRatioMethod,
    (u, v): (f64, f64),
    events: [u32; 2],
) -> f64 {
    let [o1, o2] = events.map(f64::from);
    match method {
        HazardRatioMethod::Pike => (o1 / (o1 - u)) / (o2 / (o2 + u)),
        _ => (u / v).exp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// One event of one of 9, then one of 9 + 7: 1/2 − 7/16 and 1/4 + 63/256.
    #[test]
    fn the_sums_are_the_hypergeometric_ones() {
        let scale = Scale::new(18);
        let sums = scale.time([1, 0], [9, 9]).plus(scale.time([0, 1], [7, 9]));
        let (u, v) = scale.value(sums);
        assert_relative_eq!(u, 0.0625, max_relative = 1e-15);
        assert_relative_eq!(v, 127.0 / 256.0, max_relative = 1e-15);
    }

    /// The largest sums: 21 + 21 subjects, one event after the other.
    #[test]
    fn the_largest_sums_fit() {
        let scale = Scale::new(MOST_SUBJECTS);
        let mut sums = Sums::default();
        for left in (1..=21).rev() {
            sums = sums.plus(scale.time([1, 0], [left, left])).plus(scale.time([0, 1], [left - 1, left]));
        }
        assert!((5.0..10.5).contains(&scale.value(sums).1));
    }
}
