//! Sums that keep what plain addition loses.

use std::ops::AddAssign;

/// Neumaier's compensated sum: the error of n additions stays at one rounding instead of n.
///
/// Weights need it: a sum over 10⁷ fractional weights must not depend on how the rows were split.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    pub(crate) fn add(&mut self, x: f64) {
        let sum = self.high + x;
        self.low += if self.high.abs() >= x.abs() { (self.high - sum) + x } else { (x - sum) + self.high };
        self.high = sum;
    }

    pub(crate) fn value(self) -> f64 {
        self.high + self.low
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut sum = Sum::default();
        for x in values {
            sum.add(x);
        }
        sum
    }
}

/// A sum that knows when nothing is left of it but rounding: what a subject's gains and losses leave where they are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Balance {
    sum: f64,
    terms: f64,
}

impl Balance {
    /// The share of its terms below which a sum is rounding.
    const NOISE: f64 = 1e-12;

    pub(crate) fn add(&mut self, x: f64) {
        self.sum += x;
        self.terms += x.abs();
    }

    /// The sum; 0 where what is left is rounding.
    pub(crate) fn value(self) -> f64 {
        if self.sum.abs() <= Self::NOISE * self.terms { 0.0 } else { self.sum }
    }
}

/// A sum as two numbers: the rounded sum, and what rounding took from it.
///
/// Where all terms are multiples of one unit and the sum of their sizes is below 2¹⁰⁵ units, nothing is lost (Dekker 1971:
/// the low part is a multiple of the unit below 2⁵²), so the same terms give the same bits in any order and grouping.
/// For n positive terms that is so where `n · largest / smallest` is below 2⁵².
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Twofold {
    pub high: f64,
    pub low: f64,
}

impl Twofold {
    #[inline]
    pub(crate) fn add(&mut self, x: f64) {
        // Knuth's two-sum, then the low parts, then normalised: `high` is the rounded sum.
        let sum = self.high + x;
        let part = sum - self.high;
        let error = (self.high - (sum - part)) + (x - part);
        let low = self.low + error;
        self.high = sum + low;
        self.low = low - (self.high - sum);
    }

    #[inline]
    pub(crate) fn add_twofold(&mut self, other: Self) {
        self.add(other.high);
        self.add(other.low);
    }

    #[inline]
    pub(crate) fn subtract(&mut self, other: Self) {
        self.add(-other.high);
        self.add(-other.low);
    }
}

impl AddAssign for Twofold {
    fn add_assign(&mut self, other: Self) {
        self.add_twofold(other);
    }
}

/// A [`Twofold`] sum for long loops: the parts are brought into their normal form now and then only, so that an addition
/// waits for one other and not for six. Exact within the same bound, less a factor of eight.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Running {
    high: f64,
    low: f64,
}

impl Running {
    #[inline]
    pub(crate) fn add(&mut self, x: f64) {
        let sum = self.high + x;
        let part = sum - self.high;
        self.low += (self.high - (sum - part)) + (x - part);
        self.high = sum;
    }

    /// To be called after every few additions.
    #[inline]
    pub(crate) fn normalise(&mut self) {
        let high = self.high + self.low;
        self.low -= high - self.high;
        self.high = high;
    }

    #[inline]
    pub(crate) fn value(self) -> f64 {
        self.high + self.low
    }
}

/// `Σ_{k=0}^{⌈d⌉−1} min(1, d − k) / (n − k)^power`: d of n leave one after the other.
///
/// The last, fractional one leaves in part, so that fractional weights interpolate between whole ones.
/// Long sums take the middle from the Euler-Maclaurin formula; its first omitted term is below 1e-17 of
/// the whole once 64 is the smallest base.
pub(crate) fn leaving_one_by_one(d: f64, n: f64, power: i32) -> f64 {
    let whole = d.floor();
    let rest = d - whole;
    let term = |base: f64| base.powi(power).recip();
    let mut sum = Sum::default();
    if rest > 0.0 {
        sum.add(rest * term(n - whole));
    }
    // Bases n − whole + 1 … n, smallest first: the largest terms are added last only in the long middle.
    let first = n - whole + 1.0;
    let count = whole;
    let direct = if count <= 4096.0 { count } else { (64.0 - first).max(0.0).ceil() };
    let mut k = 0.0;
    while k < direct {
        sum.add(term(first + k));
        k += 1.0;
    }
    if direct < count {
        let (a, b) = (first + direct, n);
        let integral = if power == 1 { (b / a).ln() } else { a.recip() - b.recip() };
        let (p, fa, fb) = (f64::from(power), term(a), term(b));
        let d1 = p * (fa / a - fb / b);
        let d3 = p * (p + 1.0) * (p + 2.0) * (fa / a.powi(3) - fb / b.powi(3));
        let d5 = p * (p + 1.0) * (p + 2.0) * (p + 3.0) * (p + 4.0) * (fa / a.powi(5) - fb / b.powi(5));
        sum.add(integral);
        sum.add(0.5 * (fa + fb));
        sum.add(d1 / 12.0 - d3 / 720.0 + d5 / 30240.0);
    }
    sum.value()
}

/// So many subjects, as a whole number: sums of fractional weights are rounded, and none is larger than what a result that
/// is read back may hold.
pub(crate) fn whole_count(size: f64) -> usize {
    size.round().min((1_u64 << 52) as f64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn compensation_keeps_what_addition_loses() {
        let sum: Sum = [1.0, 1e100, 1.0, -1e100].into_iter().collect();
        assert_eq!(sum.value(), 2.0);
    }

    /// Nine weights with 30 bits between them, in every rotation and cut: the same two numbers.
    #[test]
    fn twofold_sums_do_not_depend_on_order_or_grouping() {
        let terms = [0.1, 1.0 / 3.0, 7.7e5, 0.3, 1e-3, 2.5e4, 0.7, 1.0 / 7.0, 123.456];
        let sum = |terms: &[f64]| {
            let mut sum = Twofold::default();
            for &x in terms {
                sum.add(x);
            }
            sum
        };
        let whole = sum(&terms);
        for start in 0..terms.len() {
            let mut turned = terms;
            turned.rotate_left(start);
            for cut in 0..=terms.len() {
                let mut parts = sum(&turned[cut..]);
                parts.add_twofold(sum(&turned[..cut]));
                assert_eq!(parts, whole);
                parts.subtract(sum(&turned[..cut]));
                assert_eq!(parts, sum(&turned[cut..]));
            }
        }
    }

    #[test]
    fn long_sums_equal_the_loop() {
        for (d, n) in [(5000.0, 5000.0), (100_000.0, 2_000_000.5), (4096.5, 9000.25)] {
            for power in [1, 2] {
                let mut naive = Sum::default();
                let mut k = 0.0;
                while k < d {
                    naive.add(f64::min(d - k, 1.0) / f64::powi(n - k, power));
                    k += 1.0;
                }
                assert_relative_eq!(leaving_one_by_one(d, n, power), naive.value(), max_relative = 1e-13);
            }
        }
    }
}
