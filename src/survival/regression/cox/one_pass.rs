//! The partial likelihood with few covariates and nobody who enters late, in one backward pass over the rows.
//!
//! `S0`, `S1` and `S2 = Σ r x xᵀ` grow by each row, in registers, and each event takes `S2/S0 − (S1/S0)(S1/S0)ᵀ` from
//! them: nothing is written but the result. With more covariates p² updates a row cost more than the matrix products of
//! [`partial_likelihood`](crate::survival::regression::cox::partial_likelihood), and delayed entry would take away from `S2`, where digits are lost.

use crate::numeric::exp::exp_each;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::hazard_step::HazardStep;
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::{Rows, Stratum};

/// Linear predictors within ±100 need no shift before the exponential: no sum over up to 2³² rows can overflow, nor can
/// the product of two of them.
pub(in crate::survival::regression) const SAFE: f64 = 100.0;

/// Can these rows be walked in one pass? Weights near the ends of the range of numbers need the general way's care.
pub(in crate::survival::regression) fn applies(rows: &Rows) -> bool {
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
pub(in crate::survival::regression) struct LogSum {
    sum: f64,
    product: f64,
}

impl LogSum {
    pub const ZERO: Self = Self { sum: 0.0, product: 1.0 };

    pub fn value(self) -> f64 {
        self.sum + self.product.ln()
    }

    #[inline]
    pub fn add(&mut self, weight: f64, value: f64) {
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
pub(in crate::survival::regression) struct Sums<const P: usize> {
    pub s0: f64,
    pub s1: [f64; P],
    pub s2: [[f64; P]; P],
}

impl<const P: usize> Sums<P> {
    pub const ZERO: Self = Self { s0: 0.0, s1: [0.0; P], s2: [[0.0; P]; P] };

    #[inline]
    pub fn add(&mut self, risk: f64, x: &[f64; P]) {
        self.s0 += risk;
        for a in 0..P {
            let scaled = risk * x[a];
            self.s1[a] += scaled;
            for b in a..P {
                self.s2[a][b] += scaled * x[b];
            }
        }
    }

    fn add_all(&mut self, other: &Self) {
        self.s0 += other.s0;
        for a in 0..P {
            self.s1[a] += other.s1[a];
            for b in a..P {
                self.s2[a][b] += other.s2[a][b];
            }
        }
    }
}

/// So many rows are predicted at once: exponentials side by side take half the time.
const AHEAD: usize = 64;

/// The linear predictors and risks of some rows.
struct Ahead {
    /// The first of the rows.
    from: usize,
    eta: [f64; AHEAD],
    risk: [f64; AHEAD],
}

impl Ahead {
    fn new(from: usize) -> Self {
        Self { from, eta: [0.0; AHEAD], risk: [0.0; AHEAD] }
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
            logs: LogSum::ZERO,
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

    fn walk(&mut self, rows: &Rows, x: &[[f64; P]], stratum: &Stratum, beta: &[f64; P], ties: Ties) {
        let mut sums = Sums::ZERO;
        let mut next = stratum.rows.end;
        let first = stratum.ties.first().map_or(next, |t| t.start);
        let mut ahead = Ahead::new(next);
        for tie in stratum.ties.iter().rev() {
            let alone = tie.alone();
            let last = if alone { tie.start + 1 } else { tie.events_end };
            for i in (last..next).rev() {
                let (_, risk) = self.predicted(&mut ahead, first, rows, i, x, beta);
                sums.add(risk, &x[i]);
            }
            next = tie.start;
            if alone {
                // Who leaves alone, as most do where times are continuous.
                let (eta, risk) = self.predicted(&mut ahead, first, rows, next, x, beta);
                sums.add(risk, &x[next]);
                self.count_event(tie.weight, eta, &x[next]);
                self.leave(tie.weight, &sums);
                continue;
            }
            let mut own = Sums::ZERO;
            for i in (next..last).rev() {
                let (eta, risk) = self.predicted(&mut ahead, first, rows, i, x, beta);
                own.add(risk, &x[i]);
                self.count_event(rows.weight[i], eta, &x[i]);
            }
            let others = sums.s0;
            sums.add_all(&own);
            let step = HazardStep::new(tie, ties, sums.s0, others, own.s0);
            self.leave_together(&step, &sums, &own);
        }
    }

    /// The linear predictor of a row and its risk, which are computed for some rows at once.
    #[inline]
    fn predicted(
        &mut self,
        ahead: &mut Ahead,
        first: usize,
        rows: &Rows,
        i: usize,
        x: &[[f64; P]],
        beta: &[f64; P],
    ) -> (f64, f64) {
        if i < ahead.from {
            ahead.from = first.max((i + 1).saturating_sub(AHEAD));
            self.predict(ahead, i + 1, rows, x, beta);
        }
        (ahead.eta[i - ahead.from], ahead.risk[i - ahead.from])
    }

    fn predict(&mut self, ahead: &mut Ahead, to: usize, rows: &Rows, x: &[[f64; P]], beta: &[f64; P]) {
        let range = ahead.from..to;
        let (eta, risk) = (&mut ahead.eta[..range.len()], &mut ahead.risk[..range.len()]);
        for ((eta, x), offset) in eta.iter_mut().zip(&x[range.clone()]).zip(&rows.offset[range.clone()]) {
            *eta = *offset;
            for j in 0..P {
                *eta += beta[j] * x[j];
            }
        }
        for eta in &*eta {
            self.largest = if eta.abs() > self.largest || eta.is_nan() { eta.abs() } else { self.largest };
        }
        risk.copy_from_slice(eta);
        exp_each(risk);
        risk.iter_mut().zip(&rows.weight[range]).for_each(|(risk, weight)| *risk *= weight);
    }

    #[inline]
    fn count_event(&mut self, weight: f64, eta: f64, x: &[f64; P]) {
        self.own += weight * eta;
        for (g, x) in self.gradient.iter_mut().zip(x) {
            *g += weight * x;
        }
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

    /// Several subjects leave at one time: two outer products, however many they are.
    fn leave_together(&mut self, step: &HazardStep, sums: &Sums<P>, own: &Sums<P>) {
        self.logs.sum += step.log;
        let (unit, left) = (step.at_risk.recip(), step.all - step.own);
        let [root, cross, rest] = step.outer(1.0);
        let first: [f64; P] =
            std::array::from_fn(|j| root * (sums.s1[j] * unit) - cross * (own.s1[j] * unit));
        let second: [f64; P] = std::array::from_fn(|j| rest * (own.s1[j] * unit));
        for a in 0..P {
            self.gradient[a] -= step.all * sums.s1[a] - left * own.s1[a];
            for b in a..P {
                let squares = first[a] * first[b] + second[a] * second[b];
                self.information[a][b] += (step.all * sums.s2[a][b] - left * own.s2[a][b]) - squares;
            }
        }
    }
}
