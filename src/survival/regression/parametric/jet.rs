//! Numbers that carry first and second derivatives along, so that a distribution is written once and never differentiated
//! by hand (Griewank & Walther 2008, Evaluating Derivatives, chapter 13).

use std::fmt::Debug;
use std::ops::{Add, Mul, Neg, Sub};

/// What a [`Distribution`](super::Distribution) calculates with: a plain number, or one with its derivatives.
///
/// # Example
/// ```
/// use greenwood::survival::regression::parametric::Real;
///
/// fn log_survival<T: Real>(t: f64, log_rate: T) -> T {
///     -log_rate.exp().scale(t)
/// }
/// assert_eq!(log_survival(2.0, 0.0_f64), -2.0);
/// ```
pub trait Real:
    Copy + Debug + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Neg<Output = Self>
{
    /// A number without derivatives.
    fn constant(value: f64) -> Self;

    /// The number itself.
    fn value(self) -> f64;

    /// A function of the number, given by its value and its first two derivatives there.
    #[must_use]
    fn map(self, function: [f64; 3]) -> Self;

    /// A function of several numbers, given by its value, gradient and Hessian there.
    #[must_use]
    fn compose<const M: usize>(inputs: [Self; M], function: &Jet<M>) -> Self;

    /// Times a number without derivatives.
    #[must_use]
    fn scale(self, by: f64) -> Self {
        self.map([self.value() * by, by, 0.0])
    }

    /// Plus a number without derivatives.
    #[must_use]
    fn shift(self, by: f64) -> Self {
        self + Self::constant(by)
    }

    /// `e^x`.
    #[must_use]
    fn exp(self) -> Self {
        let e = self.value().exp();
        self.map([e, e, e])
    }

    /// `e^x − 1`.
    #[must_use]
    fn exp_m1(self) -> Self {
        let (e, value) = (self.value().exp(), self.value().exp_m1());
        self.map([value, e, e])
    }

    /// `ln x`.
    #[must_use]
    fn ln(self) -> Self {
        let r = self.value().recip();
        self.map([self.value().ln(), r, -r * r])
    }

    /// `1/x`.
    #[must_use]
    fn recip(self) -> Self {
        let r = self.value().recip();
        self.map([r, -r * r, 2.0 * r * r * r])
    }

    /// `√x`.
    #[must_use]
    fn sqrt(self) -> Self {
        let root = self.value().sqrt();
        self.map([root, 0.5 / root, -0.25 / (root * self.value())])
    }

    /// `ln(1 + x)`.
    #[must_use]
    fn ln_1p(self) -> Self {
        let r = (1.0 + self.value()).recip();
        self.map([self.value().ln_1p(), r, -r * r])
    }

    /// `ln(1 + e^x)`, without overflow.
    #[must_use]
    fn softplus(self) -> Self {
        let x = self.value();
        let value = x.max(0.0) + (-x.abs()).exp().ln_1p();
        let (p, q) = (1.0 / (1.0 + (-x).exp()), 1.0 / (1.0 + x.exp()));
        self.map([value, p, p * q])
    }

    /// `ln(1 − e^x)` for x below 0.
    #[must_use]
    fn ln_one_minus_exp(self) -> Self {
        let x = self.value();
        let value = if x > -std::f64::consts::LN_2 { (-x.exp_m1()).ln() } else { (-x.exp()).ln_1p() };
        // −e^x/(1 − e^x) = −1/(e^−x − 1)
        let first = -1.0 / (-x).exp_m1();
        self.map([value, first, first - first * first])
    }
}

impl Real for f64 {
    fn constant(value: f64) -> Self {
        value
    }
    fn value(self) -> f64 {
        self
    }
    fn map(self, function: [f64; 3]) -> Self {
        function[0]
    }
    fn compose<const M: usize>(_: [Self; M], function: &Jet<M>) -> Self {
        function.value
    }
}

/// A value, its gradient and its Hessian in N parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jet<const N: usize> {
    /// The value.
    pub value: f64,
    /// The first derivatives.
    pub gradient: [f64; N],
    /// The second derivatives: symmetric.
    pub hessian: [[f64; N]; N],
}

impl<const N: usize> Jet<N> {
    /// The parameter `k` itself.
    #[must_use]
    pub fn variable(value: f64, k: usize) -> Self {
        let mut jet = Self::constant(value);
        jet.gradient[k] = 1.0;
        jet
    }
}

/// A product in which an absent derivative stays absent, even beside an infinite factor.
#[allow(clippy::inline_always, reason = "tests too, built without optimisation, call it by the million")]
#[inline(always)]
fn times(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 { 0.0 } else { a * b }
}

impl<const N: usize> Jet<N> {
    /// Each derivative from a function of its place: second ones for i ≥ j, the others by symmetry. Loops with `while`: without
    /// optimisation an iterator costs several times what it steps through.
    #[allow(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn made(value: f64, first: impl Fn(usize) -> f64, second: impl Fn(usize, usize) -> f64) -> Self {
        let mut jet = Self { value, gradient: [0.0; N], hessian: [[0.0; N]; N] };
        let mut i = 0;
        while i < N {
            jet.gradient[i] = first(i);
            let mut j = 0;
            while j <= i {
                let bend = second(i, j);
                jet.hessian[i][j] = bend;
                jet.hessian[j][i] = bend;
                j += 1;
            }
            i += 1;
        }
        jet
    }
}

impl<const N: usize> Real for Jet<N> {
    fn constant(value: f64) -> Self {
        Self { value, gradient: [0.0; N], hessian: [[0.0; N]; N] }
    }

    fn value(self) -> f64 {
        self.value
    }

    fn map(self, [f, first, second]: [f64; 3]) -> Self {
        let (g, h) = (&self.gradient, &self.hessian);
        Self::made(f, |i| times(first, g[i]), |i, j| times(first, h[i][j]) + times(second, g[i] * g[j]))
    }

    fn shift(mut self, by: f64) -> Self {
        self.value += by;
        self
    }

    fn scale(self, by: f64) -> Self {
        let (g, h) = (&self.gradient, &self.hessian);
        Self::made(self.value * by, |i| times(by, g[i]), |i, j| times(by, h[i][j]))
    }

    fn compose<const M: usize>(inputs: [Self; M], function: &Jet<M>) -> Self {
        let mut jet = Self::constant(function.value);
        let mut a = 0;
        while a < M {
            let own = &inputs[a];
            // The row a of the function's Hessian, as a combination of the inputs' gradients.
            let mut outer = [0.0; N];
            let mut b = 0;
            while b < M {
                let mut i = 0;
                while i < N {
                    outer[i] += times(function.hessian[a][b], inputs[b].gradient[i]);
                    i += 1;
                }
                b += 1;
            }
            let slope = function.gradient[a];
            let mut i = 0;
            while i < N {
                jet.gradient[i] += times(slope, own.gradient[i]);
                let mut j = 0;
                while j <= i {
                    jet.hessian[i][j] += times(slope, own.hessian[i][j]) + times(own.gradient[i], outer[j]);
                    j += 1;
                }
                i += 1;
            }
            a += 1;
        }
        let lower = jet.hessian;
        Self::made(jet.value, |i| jet.gradient[i], |i, j| lower[i][j])
    }
}

impl<const N: usize> Add for Jet<N> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (g, h) = (&self.gradient, &self.hessian);
        Self::made(
            self.value + other.value,
            |i| g[i] + other.gradient[i],
            |i, j| h[i][j] + other.hessian[i][j],
        )
    }
}

impl<const N: usize> Neg for Jet<N> {
    type Output = Self;
    fn neg(self) -> Self {
        let (g, h) = (&self.gradient, &self.hessian);
        Self::made(-self.value, |i| -g[i], |i, j| -h[i][j])
    }
}

impl<const N: usize> Sub for Jet<N> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        let (g, h) = (&self.gradient, &self.hessian);
        Self::made(
            self.value - other.value,
            |i| g[i] - other.gradient[i],
            |i, j| h[i][j] - other.hessian[i][j],
        )
    }
}

impl<const N: usize> Mul for Jet<N> {
    type Output = Self;
    #[allow(clippy::suspicious_arithmetic_impl, reason = "the product rule adds")]
    fn mul(self, other: Self) -> Self {
        let (a, b) = (self.value, other.value);
        let (f, g) = (&self.gradient, &other.gradient);
        let second = |i: usize, j: usize| {
            times(b, self.hessian[i][j]) + times(a, other.hessian[i][j]) + f[i] * g[j] + g[i] * f[j]
        };
        Self::made(a * b, |i| times(b, f[i]) + times(a, g[i]), second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each elementary function against differences of its own value and slope.
    #[test]
    fn derivatives_are_those_of_differences() {
        type Function = fn(Jet<1>) -> Jet<1>;
        let functions: [(Function, f64); 9] = [
            (Jet::exp, 0.3),
            (Jet::exp_m1, -0.2),
            (Jet::ln, 1.7),
            (Jet::recip, 0.8),
            (Jet::sqrt, 2.3),
            (Jet::ln_1p, 0.4),
            (Jet::softplus, -1.2),
            (Jet::ln_one_minus_exp, -0.9),
            (|x| x * x.exp() - x.scale(3.0), 0.9),
        ];
        for (k, (f, x)) in functions.into_iter().enumerate() {
            let at = |x: f64| f(Jet::variable(x, 0));
            let (jet, up, down) = (at(x), at(x + 1e-5), at(x - 1e-5));
            assert!((jet.gradient[0] - (up.value - down.value) / 2e-5).abs() < 1e-9, "{k}");
            assert!((jet.hessian[0][0] - (up.gradient[0] - down.gradient[0]) / 2e-5).abs() < 1e-8, "{k}");
        }
    }

    #[test]
    fn a_composition_is_the_chain_rule() {
        // f(a, b) = a b² at a = x y, b = x + y, against the same by arithmetic.
        let (x, y) = (Jet::<2>::variable(0.7, 0), Jet::<2>::variable(-1.3, 1));
        let (a, b) = (x * y, x + y);
        let (u, v) = (a.value, b.value);
        let f = Jet {
            value: u * v * v,
            gradient: [v * v, 2.0 * u * v],
            hessian: [[0.0, 2.0 * v], [2.0 * v, 2.0 * u]],
        };
        let (got, expected) = (Jet::compose([a, b], &f), a * b * b);
        assert!((got.value - expected.value).abs() < 1e-14);
        for i in 0..2 {
            assert!((got.gradient[i] - expected.gradient[i]).abs() < 1e-13);
            for j in 0..2 {
                assert!((got.hessian[i][j] - expected.hessian[i][j]).abs() < 1e-13);
            }
        }
    }
}
