//! A number with its first and second derivatives in the (up to three) parameters of a row.

use std::ops::{Add, Mul, Neg, Sub};

/// The most parameters that a row has.
pub(super) const MOST: usize = 3;

/// A value, its gradient and its Hessian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Jet {
    pub value: f64,
    pub gradient: [f64; MOST],
    pub hessian: [[f64; MOST]; MOST],
}

impl Jet {
    pub fn constant(value: f64) -> Self {
        Self { value, gradient: [0.0; MOST], hessian: [[0.0; MOST]; MOST] }
    }

    /// The parameter `k` itself.
    pub fn variable(value: f64, k: usize) -> Self {
        let mut jet = Self::constant(value);
        jet.gradient[k] = 1.0;
        jet
    }

    /// A function of the value by its own value and two derivatives there.
    pub fn map(self, [f, first, second]: [f64; 3]) -> Self {
        let mut jet = Self::constant(f);
        for i in 0..MOST {
            jet.gradient[i] = times(first, self.gradient[i]);
            for j in 0..MOST {
                jet.hessian[i][j] = times(first, self.hessian[i][j])
                    + times(second, self.gradient[i] * self.gradient[j]);
            }
        }
        jet
    }

    pub fn exp(self) -> Self {
        let e = self.value.exp();
        self.map([e, e, e])
    }

    /// `ln(1 − e^x)` for x below 0.
    pub fn ln_one_minus_exp(self) -> Self {
        let x = self.value;
        let value = if x > -std::f64::consts::LN_2 { (-x.exp_m1()).ln() } else { (-x.exp()).ln_1p() };
        // −e^x/(1 − e^x) = 1/(1 − e^−x)
        let first = -1.0 / (-x).exp_m1();
        self.map([value, first, first - first * first])
    }

    /// `ln(1 + e^x)`.
    pub fn softplus(self) -> Self {
        let x = self.value;
        let value = x.max(0.0) + (-x.abs()).exp().ln_1p();
        let p = 1.0 / (1.0 + (-x).exp());
        let q = 1.0 / (1.0 + x.exp());
        self.map([value, p, p * q])
    }

    pub fn scale(self, by: f64) -> Self {
        self.map([self.value * by, by, 0.0])
    }
}

/// A product in which an absent derivative stays absent, even beside an infinite factor.
fn times(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 { 0.0 } else { a * b }
}

impl Add for Jet {
    type Output = Self;
    fn add(mut self, other: Self) -> Self {
        self.value += other.value;
        for i in 0..MOST {
            self.gradient[i] += other.gradient[i];
            for j in 0..MOST {
                self.hessian[i][j] += other.hessian[i][j];
            }
        }
        self
    }
}

impl Neg for Jet {
    type Output = Self;
    fn neg(self) -> Self {
        self.scale(-1.0)
    }
}

impl Sub for Jet {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Jet {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let mut jet = Self::constant(self.value * other.value);
        for i in 0..MOST {
            jet.gradient[i] = self.gradient[i] * other.value + self.value * other.gradient[i];
            for j in 0..MOST {
                jet.hessian[i][j] = self.hessian[i][j] * other.value
                    + self.value * other.hessian[i][j]
                    + self.gradient[i] * other.gradient[j]
                    + other.gradient[i] * self.gradient[j];
            }
        }
        jet
    }
}
