//! The partial likelihood with few covariates and nobody who enters late, in one backward pass over the rows.
//!
//! `S0`, `S1` and `S2 = Σ r x xᵀ` grow by each row, in registers, and each event takes `S2/S0 − (S1/S0)(S1/S0)ᵀ` from
//! them: nothing is written but the result. With more covariates p² updates a row cost more than the matrix products of
//! [`partial_likelihood`](crate::survival::regression::cox::partial_likelihood), and delayed entry would take away from `S2`, where digits are lost.

use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::partial_likelihood::{Point, leaving};
use crate::survival::regression::cox::rows::{Rows, Stratum, Tie};

/// Linear predictors within ±100 need no shift before the exponential: no sum over up to 2³² rows can overflow, nor can
/// the product of two of them.
const SAFE: f64 = 100.0;

/// Can these rows be walked in one pass? Weights near the ends of the range of numbers need the general way's care.
pub(super) fn applies(rows: &Rows) -> bool {
    let moderate = |w: &f64| (1e-50..1e50).contains(w);
    (1..=8).contains(&rows.p)
        && rows.strata.iter().all(|s| s.late.is_empty())
        && rows.weight.iter().all(moderate)
}

/// The log likelihood, gradient and information at `beta`; `None` where the linear predictors are too far apart for this
/// way: then nothing was computed.
pub(super) fn evaluate(rows: &Rows, beta: &[f64], ties: Ties, point: &mut Point) -> Option<()> {
    match rows.p {
        1 => Pass::<1>::over(rows, beta, ties, point),
        2 => Pass::<2>::over(rows, beta, ties, point),
        3 => Pass::<3>::over(rows, beta, ties, point),
        4 => Pass::<4>::over(rows, beta, ties, point),
        5 => Pass::<5>::over(rows, beta, ties, point),
        6 => Pass::<6>::over(rows, beta, ties, point),
        7 => Pass::<7>::over(rows, beta, ties, point),
        8 => Pass::<8>::over(rows, beta, ties, point),
        _ => None,
    }
}

/// `Σ c ln S0`: logarithms of products, since a logarithm costs as much as ten multiplications.
#[derive(Clone, Copy)]
struct LogSum {
    sum: f64,
    product: f64,
}

impl LogSum {
    #[inline]
    fn add(&mut self, weight: f64, value: f64) {
        if weight == 1.0 {
            self.product *= value;
            if !(1e-150..1e150).contains(&self.product) {
                self.sum += self.product.ln();
                self.product = 1.0;
            }
        } else {
            self.sum += weight * value.ln();
        }
    }
}

/// `Σ r`, `Σ r x` and the upper triangle of `Σ r x xᵀ` over some rows.
#[derive(Clone, Copy)]
struct Sums<const P: usize> {
    s0: f64,
    s1: [f64; P],
    s2: [[f64; P]; P],
}

impl<const P: usize> Sums<P> {
    const ZERO: Self = Self { s0: 0.0, s1: [0.0; P], s2: [[0.0; P]; P] };

    #[inline]
    fn add(&mut self, risk: f64, x: &[f64; P]) {
        self.s0 += risk;
        for a in 0..P {
            let scaled = risk * x[a];
            self.s1[a] += scaled;
            for b in a..P {
                self.s2[a][b] += scaled * x[b];
            }
        }
    }

    /// These less a share of some of them.
    fn less(&self, share: f64, own: &Self) -> Self {
        let mut left = *self;
        left.s0 -= share * own.s0;
        for a in 0..P {
            left.s1[a] -= share * own.s1[a];
            for b in a..P {
                left.s2[a][b] -= share * own.s2[a][b];
            }
        }
        left
    }
}

/// What a pass collects.
struct Pass<const P: usize> {
    own: f64,
    logs: LogSum,
    largest: f64,
    gradient: [f64; P],
    information: [[f64; P]; P],
}

impl<const P: usize> Pass<P> {
    fn over(rows: &Rows, beta: &[f64], ties: Ties, point: &mut Point) -> Option<()> {
        let beta: &[f64; P] = beta.try_into().ok()?;
        let (x, _) = rows.x.as_chunks::<P>();
        let mut pass = Self {
            own: 0.0,
            logs: LogSum { sum: 0.0, product: 1.0 },
            largest: 0.0,
            gradient: [0.0; P],
            information: [[0.0; P]; P],
        };
        for stratum in &rows.strata {
            pass.walk(rows, x, stratum, beta, ties);
        }
        if !(pass.largest <= SAFE) {
            return None;
        }
        point.log_likelihood = pass.own - pass.logs.sum - pass.logs.product.ln();
        point.gradient.copy_from_slice(&pass.gradient);
        for a in 0..P {
            for b in a..P {
                point.information[a * P + b] = pass.information[a][b];
                point.information[b * P + a] = pass.information[a][b];
            }
        }
        Some(())
    }

    #[inline]
    fn walk(&mut self, rows: &Rows, x: &[[f64; P]], stratum: &Stratum, beta: &[f64; P], ties: Ties) {
        let mut sums = Sums::ZERO;
        let mut next = stratum.rows.end;
        for tie in stratum.ties.iter().rev() {
            for i in (tie.start + 1..next).rev() {
                let eta = self.predict(rows, i, &x[i], beta);
                sums.add(rows.weight[i] * eta.exp(), &x[i]);
            }
            // The first of those who fail, and as a rule the only one.
            let i = tie.start;
            let eta = self.predict(rows, i, &x[i], beta);
            sums.add(rows.weight[i] * eta.exp(), &x[i]);
            next = i;
            if tie.alone() {
                self.own += tie.weight * eta;
                for (g, x) in self.gradient.iter_mut().zip(&x[i]) {
                    *g += tie.weight * x;
                }
                self.leave(tie.weight, &sums);
            } else {
                self.leave_together(rows, x, tie, &sums, beta, ties);
            }
        }
    }

    #[inline]
    fn predict(&mut self, rows: &Rows, i: usize, x: &[f64; P], beta: &[f64; P]) -> f64 {
        let mut eta = rows.offset[i];
        for j in 0..P {
            eta += beta[j] * x[j];
        }
        self.largest = if eta.abs() > self.largest || eta.is_nan() { eta.abs() } else { self.largest };
        eta
    }

    /// One subject of this weight leaves this risk set.
    #[inline]
    fn leave(&mut self, weight: f64, sums: &Sums<P>) {
        self.logs.add(weight, sums.s0);
        let unit = sums.s0.recip();
        let hazard = weight * unit;
        let mean = sums.s1.map(|s| s * unit);
        for a in 0..P {
            let scaled = weight * mean[a];
            self.gradient[a] -= scaled;
            for b in a..P {
                self.information[a][b] += hazard * sums.s2[a][b] - scaled * mean[b];
            }
        }
    }

    /// Several subjects leave at one time.
    fn leave_together(
        &mut self,
        rows: &Rows,
        x: &[[f64; P]],
        tie: &Tie,
        sums: &Sums<P>,
        beta: &[f64; P],
        ties: Ties,
    ) {
        let mut own = Sums::ZERO;
        for i in tie.start..tie.events_end {
            let eta = self.predict(rows, i, &x[i], beta);
            let weight = rows.weight[i];
            self.own += weight * eta;
            for (g, x) in self.gradient.iter_mut().zip(&x[i]) {
                *g += weight * x;
            }
            own.add(weight * eta.exp(), &x[i]);
        }
        for (weight, share) in leaving(tie, ties) {
            self.leave(weight, &if share > 0.0 { sums.less(share, &own) } else { *sums });
        }
    }
}
