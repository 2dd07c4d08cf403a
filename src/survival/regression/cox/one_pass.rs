//! The partial likelihood with few covariates and nobody who enters late, in one backward pass over the rows: for weights, offsets and
//! many small strata. Other rows are walked [eight side by side](crate::survival::regression::cox::lanes).
//!
//! `S0`, `S1` and `S2 = Σ r x xᵀ` grow by each row, in registers, and each event takes `S2/S0 − (S1/S0)(S1/S0)ᵀ` from
//! them: nothing is written but the result. With more covariates p² updates a row cost more than the matrix products of
//! [`partial_likelihood`](crate::survival::regression::cox::partial_likelihood), and delayed entry would take away from `S2`, where digits are lost.

use std::ops::Range;

use crate::numeric::exp::exp_each;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::hazard_step::HazardStep;
use crate::survival::regression::cox::log_sum::LogSum;
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Stratum;

/// Linear predictors within ±100 need no shift before the exponential: no sum over up to 2³² rows can overflow, nor can
/// the product of two of them.
pub(in crate::survival::regression) const SAFE: f64 = 100.0;

/// Can these rows be walked in one pass? Weights near the ends of the range of numbers need the general way's care.
pub(in crate::survival::regression) fn applies(rows: &Rows) -> bool {
    let moderate = |w: &f64| (1e-50..1e50).contains(w);
    (1..=8).contains(&rows.p)
        && rows.strata.iter().all(|s| s.late.is_empty())
        && rows.weight.own().is_none_or(|w| w.iter().all(moderate))
}

/// The log likelihood, gradient and information at `beta`. Returns `None` if the linear predictors are too far apart
/// for this way: then nothing was computed.
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

/// The rows, and where on the likelihood they are asked.
struct Walk<'a, const P: usize> {
    rows: &'a Rows,
    x: &'a [[f64; P]],
    beta: &'a [f64; P],
    /// All coefficients are 0 and there is no offset: every risk is the weight.
    null: bool,
    ties: Ties,
}

impl<const P: usize> Walk<'_, P> {
    /// Makes sure that the rows that end before `to` are predicted, some of them at least.
    #[inline]
    fn reach(&self, first: usize, to: usize, ahead: &mut Ahead) -> Option<()> {
        if to == ahead.from { self.predict(first, to, ahead) } else { Some(()) }
    }

    /// Predicts the rows that end before `to`, as many as there is room for, the first of them no earlier than `first`.
    /// Returns `None` if one is too far off.
    #[inline]
    fn predict(&self, first: usize, to: usize, ahead: &mut Ahead) -> Option<()> {
        ahead.from = first.max(to.saturating_sub(AHEAD));
        let range = ahead.from..to;
        let (eta, risk) = (&mut ahead.eta[..range.len()], &mut ahead.risk[..range.len()]);
        if self.null {
            eta.fill(0.0);
            risk.fill(1.0);
        } else {
            // From the last on, as the walk goes: memory that is asked for in one order comes sooner.
            for (eta, x) in eta.iter_mut().zip(&self.x[range.clone()]).rev() {
                *eta = 0.0;
                for j in 0..P {
                    *eta += self.beta[j] * x[j];
                }
            }
            if let Some(offset) = self.rows.offset.own() {
                eta.iter_mut().zip(&offset[range.clone()]).for_each(|(eta, offset)| *eta += offset);
            }
            // All are compared, so that the comparisons stand side by side. NaN is not safe either.
            if !eta.iter().fold(true, |safe, eta| safe & (eta.abs() <= SAFE)) {
                return None;
            }
            risk.copy_from_slice(eta);
            exp_each(risk);
        }
        if let Some(weight) = self.rows.weight.own() {
            risk.iter_mut().zip(&weight[range]).for_each(|(risk, weight)| *risk *= weight);
        }
        Some(())
    }
}

/// What a pass collects.
struct Pass<const P: usize> {
    own: f64,
    logs: LogSum,
    gradient: [f64; P],
    information: [[f64; P]; P],
}

impl<const P: usize> Pass<P> {
    fn over(rows: &Rows, beta: &[f64], ties: Ties, point: &mut Point) -> Option<()> {
        let beta: &[f64; P] = beta.try_into().ok()?;
        let (x, _) = rows.x.as_chunks::<P>();
        let null = rows.offset.own().is_none() && beta.iter().all(|&b| b == 0.0);
        let walk = Walk { rows, x, beta, null, ties };
        let mut pass = Self { own: 0.0, logs: LogSum::ZERO, gradient: [0.0; P], information: [[0.0; P]; P] };
        for stratum in &rows.strata {
            pass.over_stratum(&walk, stratum)?;
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

    fn over_stratum(&mut self, walk: &Walk<P>, stratum: &Stratum) -> Option<()> {
        let mut sums = Sums::ZERO;
        let mut end = stratum.rows.end;
        let mut ahead = Ahead { from: end, eta: [0.0; AHEAD], risk: [0.0; AHEAD] };
        for tie in stratum.together.iter().rev() {
            self.one_by_one(walk, stratum.first, tie.events_end..end, &mut sums, &mut ahead)?;
            let mut own = Sums::ZERO;
            let mut next = tie.events_end;
            while next > tie.start {
                walk.reach(stratum.first, next, &mut ahead)?;
                let from = ahead.from.max(tie.start);
                for i in (from..next).rev() {
                    let (eta, risk, x) = (ahead.eta[i - ahead.from], ahead.risk[i - ahead.from], &walk.x[i]);
                    own.add(risk, x);
                    self.count_event(walk.rows.weight[i], eta, x);
                }
                next = from;
            }
            let others = sums.s0;
            sums.add_all(&own);
            let step = HazardStep::new(tie, walk.ties, sums.s0, others, own.s0);
            self.leave_together(&step, &sums, &own);
            end = tie.start;
        }
        self.one_by_one(walk, stratum.first, stratum.first..end, &mut sums, &mut ahead)
    }

    /// Rows of which each with an event leaves alone, with a weight of 1: the rows alone tell who leaves. What is collected
    /// stays in variables of its own, which is faster.
    fn one_by_one(
        &mut self,
        walk: &Walk<P>,
        first: usize,
        rows: Range<usize>,
        sums: &mut Sums<P>,
        ahead: &mut Ahead,
    ) -> Option<()> {
        if rows.is_empty() {
            return Some(());
        }
        let mut end = rows.end;
        let Sums { mut s0, mut s1, mut s2 } = *sums;
        let (mut own, mut logs, mut product) = (0.0, 0.0, self.logs.product);
        let (mut gradient, mut information) = ([0.0; P], [[0.0; P]; P]);
        while end > rows.start {
            walk.reach(first, end, ahead)?;
            let from = ahead.from.max(rows.start);
            let (x, event) = (&walk.x[from..end], &walk.rows.event[from..end]);
            let of = from - ahead.from..end - ahead.from;
            let (eta, risk) = (&ahead.eta[of.clone()], &ahead.risk[of]);
            for i in (0..x.len()).rev() {
                let (r, x) = (risk[i], &x[i]);
                s0 += r;
                for a in 0..P {
                    let scaled = r * x[a];
                    s1[a] += scaled;
                    for b in a..P {
                        s2[a][b] += scaled * x[b];
                    }
                }
                if !event[i] {
                    continue;
                }
                own += eta[i];
                let unit = s0.recip();
                let mean = s1.map(|s| s * unit);
                for a in 0..P {
                    gradient[a] += x[a] - mean[a];
                    for b in a..P {
                        information[a][b] += unit * s2[a][b] - mean[a] * mean[b];
                    }
                }
                product *= s0;
                if !(1e-150..1e150).contains(&product) {
                    logs += product.ln();
                    product = 1.0;
                }
            }
            end = from;
        }
        *sums = Sums { s0, s1, s2 };
        self.own += own;
        self.logs.sum += logs;
        self.logs.product = product;
        for a in 0..P {
            self.gradient[a] += gradient[a];
            for b in a..P {
                self.information[a][b] += information[a][b];
            }
        }
        Some(())
    }

    #[inline]
    fn count_event(&mut self, weight: f64, eta: f64, x: &[f64; P]) {
        self.own += weight * eta;
        for (g, x) in self.gradient.iter_mut().zip(x) {
            *g += weight * x;
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
