//! The probability that the largest of several correlated standard normal variables passes a bound, or that one of them
//! passes its own.
//!
//! `P(max > c)` is the sum over i of `P(Zᵢ > c, no earlier one does)`: small probabilities are summed and never
//! taken from 1, so a p-value of 1e-12 keeps its digits. Each term conditions one variable after the other
//! (Genz & Bretz 2009, Computation of Multivariate Normal and t Probabilities, ch. 4), with the innermost
//! variable in closed form and Gauss-Legendre nodes for the others, at most eight variables. Variables that others determine
//! (a singular correlation matrix) only narrow the bounds of those.

use crate::numeric::quadrature::GaussLegendre;

/// A probability and an estimate of its absolute error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Probability {
    pub value: f64,
    pub error: f64,
}

/// A conditional variance below this is 0: the variable is determined by the others.
const SINGULAR: f64 = 1e-10;
/// Evaluations of the innermost probability that a call may cost.
const BUDGET: f64 = 4e6;
/// The most variables: with one more the coarsest rule is beyond the budget.
pub(crate) const MOST: usize = 8;

fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// `P(lower < Z < upper)` without cancellation in either tail.
fn between(lower: f64, upper: f64) -> f64 {
    if lower >= upper {
        0.0
    } else if lower > 0.0 {
        cdf(-lower) - cdf(-upper)
    } else {
        cdf(upper) - cdf(lower)
    }
}

/// `P(max |Zᵢ| > c)`, or `P(max Zᵢ > c)` where `two_sided` is false, for standard normal variables with the
/// row-major correlation matrix `correlation` (m × m).
pub(crate) fn max_tail(correlation: &[f64], m: usize, c: f64, two_sided: bool) -> Probability {
    if two_sided && c <= 0.0 {
        return Probability { value: 1.0, error: 0.0 };
    }
    let lower = vec![if two_sided { -c } else { f64::NEG_INFINITY }; m];
    let upper = vec![c; m];
    let mut total = Probability { value: 0.0, error: 0.0 };
    for first in 0..m {
        // Both sides are alike.
        total.add(
            if two_sided { 2.0 } else { 1.0 },
            Term::new(correlation, &lower, &upper, first).probability(),
        );
    }
    total.value = total.value.min(1.0);
    total
}

/// `P(some Zᵢ lies outside [lowerᵢ, upperᵢ])` for standard normal variables with this correlation matrix (row-major): each
/// variable has bounds of its own, as where means differ. Bounds may be infinite.
pub(crate) fn outside(correlation: &[f64], lower: &[f64], upper: &[f64]) -> Probability {
    let turned = |bounds: &[f64]| bounds.iter().map(|b| -b).collect::<Vec<f64>>();
    let (below, above) = (turned(upper), turned(lower));
    let mut total = Probability { value: 0.0, error: 0.0 };
    for first in 0..upper.len() {
        total.add(1.0, Term::new(correlation, lower, upper, first).probability());
        if lower[first] > f64::NEG_INFINITY {
            // −Z has the same correlations.
            total.add(1.0, Term::new(correlation, &below, &above, first).probability());
        }
    }
    total.value = total.value.min(1.0);
    total
}

impl Probability {
    fn add(&mut self, times: f64, other: Self) {
        self.value += times * other.value;
        self.error += times * other.error;
    }
}

/// `P(Z_first > upper, Z_j within the bounds for j < first)` in independent variables y: `Z = L y`.
struct Term {
    /// The constraints by the last y that they depend on.
    constraints: Vec<Vec<Constraint>>,
    /// The bound that the first variable passes.
    beyond: f64,
}

/// `lower ≤ Σ rowᵢ yᵢ ≤ upper`.
struct Constraint {
    row: Vec<f64>,
    lower: f64,
    upper: f64,
}

impl Term {
    fn new(correlation: &[f64], lower: &[f64], upper: &[f64], first: usize) -> Self {
        let m = upper.len();
        let within =
            |j: usize, row: &[f64]| Constraint { row: row.to_vec(), lower: lower[j], upper: upper[j] };
        // Cholesky with the largest remaining variance first, after the variable in question.
        let mut left: Vec<usize> = (0..first).collect();
        let r = |i: usize, j: usize| correlation[i * m + j];
        let mut rows: Vec<Vec<f64>> = vec![Vec::new(); m];
        rows[first].push(1.0);
        for &j in &left {
            rows[j].push(r(j, first));
        }
        let mut constraints: Vec<Vec<Constraint>> = vec![Vec::new()];
        let rest = |row: &[f64]| 1.0 - row.iter().map(|x| x * x).sum::<f64>();
        loop {
            // A variable without variance of its own is a constraint on the last variable that it depends on.
            left.retain(|&j| {
                let free = rest(&rows[j]) > SINGULAR;
                if !free {
                    let last = rows[j].iter().rposition(|x| x.abs() > SINGULAR).unwrap_or(0);
                    constraints[last].push(within(j, &rows[j][..=last]));
                }
                free
            });
            let Some(at) =
                (0..left.len()).max_by(|&a, &b| rest(&rows[left[a]]).total_cmp(&rest(&rows[left[b]])))
            else {
                break;
            };
            let pivot = left.swap_remove(at);
            let root = rest(&rows[pivot]).sqrt();
            for &j in &left {
                let product: f64 = rows[j].iter().zip(&rows[pivot]).map(|(a, b)| a * b).sum();
                let x = (r(j, pivot) - product) / root;
                rows[j].push(x);
            }
            rows[pivot].push(root);
            constraints.push(vec![within(pivot, &rows[pivot])]);
        }
        Self { constraints, beyond: upper[first] }
    }

    /// The interval that the constraints on `y[level]` leave, given the earlier ones.
    fn bounds(&self, level: usize, y: &[f64]) -> (f64, f64) {
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        for Constraint { row, lower, upper } in &self.constraints[level] {
            let known: f64 = row[..level].iter().zip(y).map(|(a, b)| a * b).sum();
            let (a, b) = ((lower - known) / row[level], (upper - known) / row[level]);
            low = low.max(a.min(b));
            high = high.min(a.max(b));
        }
        (low, high)
    }

    fn probability(&self) -> Probability {
        // y₀ = Z_first lies beyond its bound; nothing lies below −9.
        let (low, high) = self.bounds(0, &[]);
        let low = low.max(self.beyond).max(-9.0);
        if low >= high {
            return Probability { value: 0.0, error: 0.0 };
        }
        if self.constraints.len() == 1 {
            let value = between(low, high);
            return Probability { value, error: 1e-15 * value };
        }
        // Beyond this the density has fallen by e⁻³⁹ of what it is at the bound.
        let high = high.min((low * low + 78.0).sqrt());
        let dimensions = (self.constraints.len() - 1) as i32;
        let mut y = vec![0.0; self.constraints.len()];
        let mut best: Option<Probability> = None;
        for nodes in [8_usize, 16, 24, 36, 54, 80, 120, 180, 270, 400] {
            if best.is_some() && (nodes as f64).powi(dimensions) > BUDGET {
                break;
            }
            let value = self.outer(low, high, GaussLegendre::of(nodes), &mut y);
            // With one rule alone nothing is known of the error.
            let error = best.map_or(value, |last| (value - last.value).abs().max(1e-14 * value));
            best = Some(Probability { value, error });
            if error <= 1e-11 * value + 1e-16 {
                break;
            }
        }
        best.unwrap_or(Probability { value: 0.0, error: 0.0 })
    }

    fn outer(&self, low: f64, high: f64, rule: &GaussLegendre, y: &mut [f64]) -> f64 {
        self.integrate(0, low, high, rule, y)
    }

    fn inner(&self, level: usize, rule: &GaussLegendre, y: &mut [f64]) -> f64 {
        let (low, high) = self.bounds(level, y);
        if level + 1 == self.constraints.len() {
            return between(low, high);
        }
        // 8.3 standard deviations hold all but 1e-16.
        self.integrate(level, low.max(-8.3), high.min(8.3), rule, y)
    }

    /// Integrates `y[level]` from `low` to `high`, in pieces between the kinks of the integrand.
    fn integrate(&self, level: usize, low: f64, high: f64, rule: &GaussLegendre, y: &mut [f64]) -> f64 {
        if low >= high {
            return 0.0;
        }
        let kinks = self.kinks(level, low, high, y);
        let (mut from, mut sum) = (low, 0.0);
        for to in kinks.into_iter().chain(std::iter::once(high)) {
            sum += rule.integrate(from, to, |z| {
                y[level] = z;
                density(z) * self.inner(level + 1, rule, y)
            });
            from = to;
        }
        sum
    }

    /// Where the bounds of the last variable, lines in the one before it, cross each other.
    fn kinks(&self, level: usize, low: f64, high: f64, y: &[f64]) -> Vec<f64> {
        let mut kinks = Vec::new();
        let last = level + 1;
        if last + 1 != self.constraints.len() || self.constraints[last].len() < 2 {
            return kinks;
        }
        let mut lines = Vec::new();
        for Constraint { row, lower, upper } in &self.constraints[last] {
            let known: f64 = row[..level].iter().zip(y).map(|(a, b)| a * b).sum();
            for bound in [*lower, *upper].into_iter().filter(|b| b.is_finite()) {
                lines.push(((bound - known) / row[last], -row[level] / row[last]));
            }
        }
        for (i, a) in lines.iter().enumerate() {
            for b in &lines[..i] {
                let at = (b.0 - a.0) / (a.1 - b.1);
                if at > low && at < high {
                    kinks.push(at);
                }
            }
        }
        kinks.sort_by(f64::total_cmp);
        kinks.dedup();
        kinks
    }
}

fn density(z: f64) -> f64 {
    const ROOT: f64 = 0.398942280401432677939946;
    ROOT * (-0.5 * z * z).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn equal(m: usize, r: f64) -> Vec<f64> {
        (0..m * m).map(|i| if i / m == i % m { 1.0 } else { r }).collect()
    }

    #[test]
    fn independent_and_identical_variables_have_closed_forms() {
        for c in [0.3, 1.0, 2.5, 6.0, 12.0] {
            let one = 2.0 * cdf(-c);
            for m in 1..=4 {
                let p = max_tail(&equal(m, 0.0), m, c, true);
                let exact = -f64::exp_m1(m as f64 * f64::ln_1p(-one));
                assert_relative_eq!(p.value, exact, max_relative = 1e-10);
                assert_relative_eq!(max_tail(&equal(m, 1.0), m, c, true).value, one, max_relative = 1e-10);
                assert_relative_eq!(
                    max_tail(&equal(m, 0.0), m, c, false).value,
                    -f64::exp_m1(m as f64 * f64::ln_1p(-one / 2.0)),
                    max_relative = 1e-10
                );
            }
        }
        assert_relative_eq!(
            max_tail(&equal(3, 0.0), 3, -0.5, false).value,
            1.0 - cdf(-0.5).powi(3),
            max_relative = 1e-10
        );
    }

    /// Orthant probabilities: 1/4 + asin(r)/2π for two variables, 1/8 + Σ asin(r)/4π for three.
    #[test]
    fn orthants_have_closed_forms() {
        let pi = std::f64::consts::PI;
        for r in [-0.9_f64, -0.3, 0.5, 0.99] {
            let p = max_tail(&[1.0, r, r, 1.0], 2, 0.0, false);
            assert_relative_eq!(p.value, 0.75 - r.asin() / (2.0 * pi), max_relative = 1e-9);
        }
        let (a, b, c) = (0.5_f64, 0.3_f64, -0.2_f64);
        let p = max_tail(&[1.0, a, b, a, 1.0, c, b, c, 1.0], 3, 0.0, false);
        let all_below = 0.125 + (a.asin() + b.asin() + c.asin()) / (4.0 * pi);
        assert_relative_eq!(p.value, 1.0 - all_below, max_relative = 1e-9);
    }

    /// Three variables in a plane: Z₃ = (Z₁ + Z₂)/√(2 + 2r) is determined by the others.
    #[test]
    fn a_determined_variable_narrows_the_others() {
        let s = std::f64::consts::FRAC_1_SQRT_2;
        let singular = [1.0, 0.0, s, 0.0, 1.0, s, s, s, 1.0];
        // The disk's complement, between the square and its circumscribed circle: by integrating over y.
        let c = 1.3;
        let rule = GaussLegendre::of(400);
        let inside = rule.integrate(-c, c, |x| density(x) * between((-c).max(-c / s - x), c.min(c / s - x)));
        let p = max_tail(&singular, 3, c, true);
        // The rule of the test does not know the kinks.
        assert!((p.value - (1.0 - inside)).abs() < 1e-5 && p.error < 1e-9, "{p:?} {inside}");
    }

    #[test]
    fn equicorrelated_variables_agree_with_a_one_dimensional_integral() {
        // Z_i = √r W + √(1−r) E_i: given W the variables are independent.
        let rule = GaussLegendre::of(400);
        for m in [3, 4] {
            for r in [0.4_f64, 0.9] {
                let c = 1.5;
                let inside = rule.integrate(-9.0, 9.0, |w| {
                    let (a, b) =
                        ((-c - r.sqrt() * w) / (1.0 - r).sqrt(), (c - r.sqrt() * w) / (1.0 - r).sqrt());
                    density(w) * between(a, b).powi(m as i32)
                });
                let p = max_tail(&equal(m, r), m, c, true);
                assert_relative_eq!(p.value, 1.0 - inside, max_relative = 1e-8);
                assert!(p.error < 1e-8);
            }
        }
    }

    /// Bounds of their own: independent variables multiply, and one bound for all is the largest.
    #[test]
    fn each_variable_has_its_bounds() {
        let (lower, upper) = ([-1.0, f64::NEG_INFINITY, -0.3], [2.0, 0.4, 3.0]);
        let inside: f64 = lower.iter().zip(&upper).map(|(&a, &b)| cdf(b) - cdf(a)).product();
        let p = outside(&equal(3, 0.0), &lower, &upper);
        assert_relative_eq!(p.value, 1.0 - inside, max_relative = 1e-11);
        let both = outside(&equal(3, 0.6), &[-1.7; 3], &[1.7; 3]);
        assert_relative_eq!(both.value, max_tail(&equal(3, 0.6), 3, 1.7, true).value, max_relative = 1e-11);
        // scipy 1.17.1: 1 − multivariate_normal([0, 0], [[1, .5], [.5, 1]]).cdf([1, −.5], lower_limit=[−2, −1]).
        let p = outside(&equal(2, 0.5), &[-2.0, -1.0], &[1.0, -0.5]);
        assert_relative_eq!(p.value, 0.8632984234085007, max_relative = 1e-9);
    }
}
