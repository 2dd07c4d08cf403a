//! The maximum of the penalised partial likelihood over β and b at one variance θ of the frailties.
//!
//! Newton's method, whose steps come from conjugate gradients: the information about many clusters is large and full, but its
//! product with a vector is cheap, and an arrow (the diagonal for b, all for β) is near it. The variance that is reported is that of
//! the arrow, as in R's `coxph` with a sparse frailty term, unless the whole information is asked for.

use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::cox::Stop;
use crate::survival::regression::frailty::law::Law;
use crate::survival::regression::frailty::likelihood::{Arrow, Likelihood};

/// A decrement, the squared step in standard errors, after which the step is the last.
const DONE: f64 = 1e-18;
/// Of the size of a residual, what conjugate gradients leave for a step, and for a variance.
const LEFT: f64 = 1e-5;
const LEFT_OF_VARIANCE: f64 = 1e-11;
const MOST_GRADIENTS: usize = 60;
const MOST_HALVINGS: usize = 40;

/// Where the penalised likelihood is largest.
#[derive(Debug, Clone)]
pub(super) struct Maximum {
    pub theta: f64,
    /// In the scaled columns.
    pub beta: Vec<f64>,
    pub b: Vec<f64>,
    /// The partial log likelihood, without the penalty, and with it.
    pub partial: f64,
    pub penalised: f64,
    pub iterations: usize,
    pub stop: Stop,
}

/// The inverse of the penalised information, in the arrow's approximation.
#[derive(Debug, Clone)]
pub(super) struct Variance {
    /// Of the columns that are free, row-major.
    pub beta: Vec<f64>,
    /// `V − Σ penalty B Bᵀ` of Gray (1992): R's `var2`.
    pub beta_sampling: Vec<f64>,
    pub b: Vec<f64>,
    /// Of the frailties: their number less what the penalty takes.
    pub df: f64,
    /// The sum of `b`.
    pub trace: f64,
}

/// The search, with the columns that are no combinations of earlier ones.
#[derive(Debug)]
pub(super) struct Search<'a> {
    pub likelihood: Likelihood,
    pub law: Law,
    pub free: &'a [usize],
    pub most: usize,
}

/// An arrow and the Cholesky factor of what is left of β once b is eliminated.
struct Solver {
    own: Vec<f64>,
    cross: Vec<f64>,
    rest: Cholesky,
    p: usize,
}

impl Solver {
    /// Returns `None` if the arrow is not positive definite.
    fn new(
        information: &[f64],
        arrow: &Arrow,
        second: impl Fn(usize) -> f64,
        free: &[usize],
    ) -> Option<Self> {
        let k = arrow.own.len();
        let p = arrow.cross.len() / k.max(1);
        let q = free.len();
        let own: Vec<f64> = arrow.own.iter().enumerate().map(|(c, d)| d.max(0.0) + second(c)).collect();
        let cross: Vec<f64> =
            (0..k).flat_map(|c| free.iter().map(move |&j| arrow.cross[c * p + j])).collect();
        let mut rest: Vec<f64> =
            free.iter().flat_map(|&i| free.iter().map(move |&j| information[i * p + j])).collect();
        for (row, d) in cross.chunks_exact(q.max(1)).zip(&own) {
            for i in 0..q {
                for j in 0..q {
                    rest[i * q + j] -= row[i] * row[j] / d;
                }
            }
        }
        let rest = Cholesky::new(&rest, q, &(0..q).collect::<Vec<_>>())?;
        Some(Self { own, cross, rest, p: q })
    }

    fn row(&self, c: usize) -> &[f64] {
        &self.cross[c * self.p..(c + 1) * self.p]
    }

    /// The solution for one right-hand side, β before b.
    fn solve(&self, side: &[f64]) -> Vec<f64> {
        let (beta, b) = side.split_at(self.p);
        let mut beta = beta.to_vec();
        for (c, (x, d)) in b.iter().zip(&self.own).enumerate() {
            beta.iter_mut().zip(self.row(c)).for_each(|(s, z)| *s -= z * x / d);
        }
        let mut solution = self.rest.solve(&beta);
        for (c, (x, d)) in b.iter().zip(&self.own).enumerate() {
            let crossed = dot(self.row(c), &solution[..self.p]);
            solution.push((x - crossed) / d);
        }
        solution
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Search<'_> {
    /// The maximum at `theta`, from the coefficients and log frailties of another.
    pub fn at(&mut self, theta: f64, from: &Maximum) -> Maximum {
        let mut found = Maximum { theta, iterations: 0, stop: Stop::MaxIterations, ..from.clone() };
        self.law.recentre(&mut found.b);
        found.partial = self.likelihood.evaluate(&found.beta, &found.b);
        found.penalised = found.partial - self.law.penalty(&found.b, theta);
        while found.iterations < self.most {
            found.iterations += 1;
            let Some((step, decrement)) = self.step(&found) else {
                found.stop = Stop::NoAscent;
                return found;
            };
            if !self.walk(&mut found, &step) {
                // Within rounding of the maximum no step rises.
                found.stop = if decrement < 1e-10 { Stop::Converged } else { Stop::NoAscent };
                found.partial = self.likelihood.evaluate(&found.beta, &found.b);
                return found;
            }
            if decrement < DONE {
                found.stop = Stop::Converged;
                return found;
            }
        }
        found
    }

    /// A step and its decrement, at the point of the last evaluation.
    fn step(&self, at: &Maximum) -> Option<(Vec<f64>, f64)> {
        let (likelihood, free) = (&self.likelihood, self.free);
        let slopes: Vec<(f64, f64)> = at.b.iter().map(|&b| self.law.slopes(b, at.theta)).collect();
        let mut side: Vec<f64> = free.iter().map(|&j| likelihood.point.gradient[j]).collect();
        side.extend(likelihood.residuals().iter().zip(&slopes).map(|(r, s)| r - s.0));
        let arrow = likelihood.arrow();
        let mut more = 1.0;
        // The arrow of a positive definite information need not be so: then the diagonal grows.
        let solver = loop {
            let second = |c: usize| slopes[c].1 + (more - 1.0) * arrow.own[c].max(0.0);
            match Solver::new(&likelihood.point.information, &arrow, second, free) {
                Some(solver) => break solver,
                None if more < 1e6 => more *= 4.0,
                None => return None,
            }
        };
        let second: Vec<f64> = slopes.iter().map(|s| s.1).collect();
        let full = |v: &[f64]| self.product(v, &second);
        let step = conjugate_gradients(&side, full, |r| solver.solve(r), LEFT);
        let decrement = dot(&step, &side);
        (decrement.is_finite() && decrement >= 0.0).then_some((step, decrement))
    }

    /// The penalised information, whole, times a vector, β before b.
    fn product(&self, v: &[f64], second: &[f64]) -> Vec<f64> {
        let (free, mut beta) = (self.free, vec![0.0; self.likelihood.rows.p]);
        free.iter().zip(v).for_each(|(&j, v)| beta[j] = *v);
        let (out, out_b) = self.likelihood.times(&beta, &v[free.len()..]);
        let mut product: Vec<f64> = free.iter().map(|&j| out[j]).collect();
        product.extend(out_b.iter().zip(second).zip(&v[free.len()..]).map(|((o, s), b)| o + s * b));
        product
    }

    /// Goes along a step, halving it until the penalised likelihood rises. `false` where it does not.
    fn walk(&mut self, found: &mut Maximum, step: &[f64]) -> bool {
        let q = self.free.len();
        let mut share = 1.0;
        for _ in 0..MOST_HALVINGS {
            let (mut beta, mut b) = (found.beta.clone(), found.b.clone());
            self.free.iter().zip(step).for_each(|(&j, s)| beta[j] += share * s);
            b.iter_mut().zip(&step[q..]).for_each(|(b, s)| *b += share * s);
            self.law.recentre(&mut b);
            let partial = self.likelihood.evaluate(&beta, &b);
            let penalised = partial - self.law.penalty(&b, found.theta);
            if penalised >= found.penalised - 1e-13 * found.penalised.abs() {
                (found.beta, found.b, found.partial, found.penalised) = (beta, b, partial, penalised);
                return true;
            }
            share *= 0.5;
        }
        false
    }

    /// The second derivative of the penalty in each log frailty, and the arrow of the penalised information.
    fn arrow(&self, at: &Maximum) -> Option<(Vec<f64>, Solver)> {
        let second: Vec<f64> = at.b.iter().map(|&b| self.law.slopes(b, at.theta).1).collect();
        let arrow = self.likelihood.arrow();
        let solver = Solver::new(&self.likelihood.point.information, &arrow, |c| second[c], self.free)?;
        Some((second, solver))
    }

    /// The covariance of the coefficients by the whole information, where the likelihood was evaluated last, and what is
    /// left of it without the penalty (Gray 1992).
    pub fn full_variance(&self, at: &Maximum) -> Option<[Vec<f64>; 2]> {
        let (second, solver) = self.arrow(at)?;
        let (q, k) = (self.free.len(), second.len());
        // A column of the inverse for each coefficient.
        let column = |j: usize| {
            let mut unit = vec![0.0; q + k];
            unit[j] = 1.0;
            conjugate_gradients(&unit, |v| self.product(v, &second), |r| solver.solve(r), LEFT_OF_VARIANCE)
        };
        let columns: Vec<Vec<f64>> = (0..q).map(column).collect();
        let entry = |i: usize, j: usize| 0.5 * (columns[i][j] + columns[j][i]);
        let beta: Vec<f64> = (0..q * q).map(|a| entry(a / q, a % q)).collect();
        let penalty = |i: usize, j: usize| -> f64 {
            let both = columns[i][q..].iter().zip(&columns[j][q..]);
            both.zip(&second).map(|((x, y), s)| x * y * s).sum()
        };
        let sampling = (0..q * q).map(|a| beta[a] - penalty(a / q, a % q)).collect();
        Some([beta, sampling])
    }

    /// The restricted log likelihood of normal frailties in Laplace's approximation, with the arrow for the information:
    /// the penalised one less half the logarithm of `det(I + θ H)`, H what is left of the information. At θ = 0 it is the
    /// partial one less half the logarithm of the determinant of the information of the coefficients.
    pub fn restricted(&self, at: &Maximum) -> Option<f64> {
        let (_, solver) = self.arrow(at)?;
        let of_b: f64 = solver.own.iter().map(|d| (d * at.theta).ln()).sum();
        let of_beta: f64 = solver.rest.pivots().map(f64::ln).sum();
        Some(at.penalised - 0.5 * (of_b + of_beta))
    }

    /// The variance at a maximum, where the likelihood was evaluated last.
    pub fn variance(&self, at: &Maximum) -> Option<Variance> {
        let (second, solver) = self.arrow(at)?;
        let q = self.free.len();
        let beta = solver.rest.inverse();
        let mut beta_sampling = beta.clone();
        let mut b = Vec::with_capacity(second.len());
        for (c, (d, penalty)) in solver.own.iter().zip(&second).enumerate() {
            // The covariance of a log frailty with the coefficients.
            let with: Vec<f64> = (0..q).map(|i| -dot(&beta[i * q..(i + 1) * q], solver.row(c)) / d).collect();
            b.push(d.recip() - dot(&with, solver.row(c)) / d);
            for i in 0..q {
                for j in 0..q {
                    beta_sampling[i * q + j] -= penalty * with[i] * with[j];
                }
            }
        }
        let df = b.iter().zip(&second).map(|(v, s)| 1.0 - v * s).sum();
        let trace = b.iter().sum();
        Some(Variance { beta, beta_sampling, b, df, trace })
    }
}

/// The solution of `A x = side` for a positive definite A near M, from products with A and solutions with M.
fn conjugate_gradients(
    side: &[f64],
    product: impl Fn(&[f64]) -> Vec<f64>,
    solve: impl Fn(&[f64]) -> Vec<f64>,
    left: f64,
) -> Vec<f64> {
    let mut x = vec![0.0; side.len()];
    let mut residual = side.to_vec();
    let mut z = solve(&residual);
    let mut direction = z.clone();
    let start = dot(&residual, &z);
    let mut size = start;
    for _ in 0..MOST_GRADIENTS {
        if !(size > left * left * start) {
            break;
        }
        let moved = product(&direction);
        let curvature = dot(&direction, &moved);
        if !(curvature > 0.0) {
            break;
        }
        let length = size / curvature;
        x.iter_mut().zip(&direction).for_each(|(x, d)| *x += length * d);
        residual.iter_mut().zip(&moved).for_each(|(r, m)| *r -= length * m);
        z = solve(&residual);
        let next = dot(&residual, &z);
        let share = next / size;
        direction.iter_mut().zip(&z).for_each(|(d, z)| *d = z + share * *d);
        size = next;
    }
    // Where nothing was gained the step of M alone goes uphill.
    if x.iter().all(|x| *x == 0.0) { solve(side) } else { x }
}
