//! The likelihood of a subdistribution with few covariates, one censoring group and nobody who enters late: a walk forwards
//! over those with another event, then one backwards over all, with the sums in registers.
//!
//! With `W` the weights of the subdistribution the information is `Σ d/S0 (S2 − S1 S1ᵀ/S0)`. Those under observation
//! are added to `S2` on the way back, as in Cox's model. One with another event at T adds `r/W(T) W(t)` at every later
//! event time t, together `r/W(T) x xᵀ Σ_{t > T} W(t) d/S0`: that sum is known on the way back when its row is met. So
//! only `S0` and `S1` of those with another event are written down, at the event times.

use crate::numeric::exp::exp_each;
use crate::survival::regression::cox::log_sum::LogSum;
use crate::survival::regression::cox::one_pass::{self as cox, SAFE, Sums};
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::{Stratum, Tie};
use crate::survival::regression::fine_gray::censoring::{CensoringWeights, Walk};

/// What a walk knows of the rows, and needs room for.
#[derive(Debug)]
pub(super) struct OnePass {
    /// Of a row with the event `W` before its time, of one with another event `1/W`, of one that is censored 0.
    pub weight: Vec<f64>,
    /// `Σ w x` over the events: the part of the gradient that is the same everywhere.
    events_x: Vec<f64>,
    /// `w exp η` of each row.
    risk: Vec<f64>,
    /// At each event time of a stratum `W S0`, then `W S1`, of those with another event before.
    others: Vec<f64>,
}

/// Where the risks of the rows go, and the hazards `d/S0` and means `S1/S0` of the event times of all strata.
pub(super) struct Steps<'a> {
    pub risk: &'a mut Vec<f64>,
    pub hazard: &'a mut [f64],
    pub mean: &'a mut [f64],
}

/// The same code for each number of columns that there may be.
macro_rules! of_columns {
    ($p:expr, $P:ident => $of:expr) => {
        match $p {
            1 => of_columns!(@ $P 1, $of),
            2 => of_columns!(@ $P 2, $of),
            3 => of_columns!(@ $P 3, $of),
            4 => of_columns!(@ $P 4, $of),
            5 => of_columns!(@ $P 5, $of),
            6 => of_columns!(@ $P 6, $of),
            7 => of_columns!(@ $P 7, $of),
            8 => of_columns!(@ $P 8, $of),
            _ => None,
        }
    };
    (@ $P:ident $number:literal, $of:expr) => {{
        const $P: usize = $number;
        $of
    }};
}
pub(super) use of_columns;

impl OnePass {
    /// Of rows that can be walked in this way, with `weights` of their one censoring group. `other` is of the rows of the data.
    pub fn new(rows: &Rows, other: &[bool], weights: &[CensoringWeights]) -> Option<Self> {
        let [weights] = weights else { return None };
        if !cox::applies(rows) || rows.offset.own().is_some() {
            return None;
        }
        let mut of_rows = vec![0.0; rows.len()];
        let mut events_x = vec![0.0; rows.p];
        for stratum in &rows.strata {
            let mut walk = Walk::default();
            for i in stratum.rows.clone() {
                let (event, other) = (rows.event[i], other[rows.order[i]]);
                let own = weights.walk_before(rows.time[i], &mut walk);
                if own.epoch > 0 && (event || other) {
                    // Censoring had left nobody: earlier rows count no more.
                    return None;
                }
                // No branches here: nobody can guess what comes next.
                let after_another = if other { own.value.recip() } else { 0.0 };
                of_rows[i] = if event { own.value } else { after_another };
                let weight = if event { rows.weight[i] } else { 0.0 };
                events_x.iter_mut().zip(rows.row(i)).for_each(|(sum, x)| *sum += weight * x);
            }
        }
        Some(Self { weight: of_rows, events_x, risk: Vec::new(), others: Vec::new() })
    }

    /// The log likelihood, gradient and information at `beta`. Returns `None` if the linear predictors are too far apart
    /// for this way: then nothing was computed.
    pub fn evaluate(&mut self, rows: &Rows, beta: &[f64], point: &mut Point) -> Option<()> {
        of_columns!(rows.p, P => self.evaluate_with::<P>(rows, beta, point))
    }

    fn evaluate_with<const P: usize>(&mut self, rows: &Rows, beta: &[f64], point: &mut Point) -> Option<()> {
        let (x, _) = rows.x.as_chunks::<P>();
        self.predict(rows, x, beta)?;
        let mut pass = Pass::<P>::ZERO;
        for stratum in &rows.strata {
            self.forwards(x, stratum);
            pass.backwards(x, stratum, self);
        }
        let own: f64 = beta.iter().zip(&self.events_x).map(|(b, x)| b * x).sum();
        point.log_likelihood = own - pass.logs.value();
        for a in 0..P {
            point.gradient[a] = self.events_x[a] - pass.means[a];
            for b in a..P {
                point.information[a * P + b] = pass.information[a][b];
                point.information[b * P + a] = pass.information[a][b];
            }
        }
        Some(())
    }

    /// Risks, hazards and means at `beta`, as far as they can be had in this way.
    pub fn stand_at(&mut self, rows: &Rows, beta: &[f64], steps: Steps) -> Option<()> {
        of_columns!(rows.p, P => self.stand_at_with::<P>(rows, beta, steps))
    }

    fn stand_at_with<const P: usize>(&mut self, rows: &Rows, beta: &[f64], steps: Steps) -> Option<()> {
        let (x, _) = rows.x.as_chunks::<P>();
        self.predict(rows, x, beta)?;
        let (means, _) = steps.mean.as_chunks_mut::<P>();
        let mut first = 0;
        for stratum in &rows.strata {
            self.forwards(x, stratum);
            let mut next = stratum.rows.end;
            let (mut s0, mut s1) = (0.0, [0.0; P]);
            for (k, tie) in stratum.ties.iter().enumerate().rev() {
                for i in (tie.start..next).rev() {
                    s0 += self.risk[i];
                    for j in 0..P {
                        s1[j] += self.risk[i] * x[i][j];
                    }
                }
                next = tie.start;
                let (at_risk, mean) = self.at_event_time(k, s0, &s1);
                steps.hazard[first + k] = tie.weight / at_risk;
                means[first + k] = mean;
            }
            first += stratum.ties.len();
        }
        std::mem::swap(steps.risk, &mut self.risk);
        Some(())
    }

    /// The risk of each row.
    fn predict<const P: usize>(&mut self, rows: &Rows, x: &[[f64; P]], beta: &[f64]) -> Option<()> {
        let beta: &[f64; P] = beta.try_into().ok()?;
        self.risk.clear();
        if beta.iter().all(|&b| b == 0.0) {
            self.risk.resize(x.len(), 1.0);
        } else {
            self.risk.extend(x.iter().map(|x| {
                let mut eta = 0.0;
                for j in 0..P {
                    eta += beta[j] * x[j];
                }
                eta
            }));
            // All are compared, so that the comparisons stand side by side. NaN is not safe either.
            if !self.risk.iter().fold(true, |safe, eta| safe & (eta.abs() <= SAFE)) {
                return None;
            }
            exp_each(&mut self.risk);
        }
        if let Some(weight) = rows.weight.own() {
            self.risk.iter_mut().zip(weight).for_each(|(risk, weight)| *risk *= weight);
        }
        Some(())
    }

    /// Writes `W S0` and `W S1` of those with another event before each event time.
    fn forwards<const P: usize>(&mut self, x: &[[f64; P]], stratum: &Stratum) {
        self.others.resize(stratum.ties.len() * (P + 1), 0.0);
        let (mut s0, mut s1) = (0.0, [0.0; P]);
        let mut next = stratum.rows.start;
        for (tie, others) in stratum.ties.iter().zip(self.others.chunks_exact_mut(P + 1)) {
            for i in next..tie.start {
                // No events. Those who are censored have a weight of 0 and are added too: a branch that nobody can guess
                // costs more.
                let r = self.risk[i] * self.weight[i];
                s0 += r;
                for j in 0..P {
                    s1[j] += r * x[i][j];
                }
            }
            next = tie.events_end;
            let weight = self.weight[tie.start];
            others[0] = weight * s0;
            for j in 0..P {
                others[1 + j] = weight * s1[j];
            }
        }
    }

    /// The sum over the risk set and its mean at an event time of the stratum, where those under observation are summed.
    #[inline]
    fn at_event_time<const P: usize>(&self, k: usize, s0: f64, s1: &[f64; P]) -> (f64, [f64; P]) {
        let others = &self.others[k * (P + 1)..(k + 1) * (P + 1)];
        let at_risk = s0 + others[0];
        let unit = at_risk.recip();
        (at_risk, std::array::from_fn(|j| (s1[j] + others[1 + j]) * unit))
    }
}

/// What a walk backwards collects.
struct Pass<const P: usize> {
    logs: LogSum,
    /// `Σ d S1/S0`.
    means: [f64; P],
    information: [[f64; P]; P],
}

impl<const P: usize> Pass<P> {
    const ZERO: Self = Self { logs: LogSum::ZERO, means: [0.0; P], information: [[0.0; P]; P] };

    fn backwards(&mut self, x: &[[f64; P]], stratum: &Stratum, of: &OnePass) {
        let mut sums = Sums::<P>::ZERO;
        // Σ W d/S0 of the event times so far.
        let mut ahead = 0.0;
        let mut next = stratum.rows.end;
        for (k, tie) in stratum.ties.iter().enumerate().rev() {
            self.leave(x, of, tie.events_end..next, &mut sums, ahead);
            for i in (tie.start..tie.events_end).rev() {
                sums.add(of.risk[i], &x[i]);
            }
            next = tie.start;
            ahead += of.weight[tie.start] * self.count(tie, k, &sums, of);
        }
        // Before the first event those under observation are in no risk set, but those with another event will be.
        self.leave(x, of, stratum.rows.start..next, &mut sums, ahead);
    }

    /// Rows between two event times are under observation at earlier ones; those with another event at later ones too.
    #[inline]
    fn leave(
        &mut self,
        x: &[[f64; P]],
        of: &OnePass,
        rows: std::ops::Range<usize>,
        sums: &mut Sums<P>,
        ahead: f64,
    ) {
        for i in rows.rev() {
            let (risk, x) = (of.risk[i], &x[i]);
            sums.add(risk, x);
            let factor = risk * of.weight[i] * ahead;
            for a in 0..P {
                let scaled = factor * x[a];
                for b in a..P {
                    self.information[a][b] += scaled * x[b];
                }
            }
        }
    }

    /// The events of one time; their hazard `d/S0`.
    #[inline]
    fn count(&mut self, tie: &Tie, k: usize, sums: &Sums<P>, of: &OnePass) -> f64 {
        let (at_risk, mean) = of.at_event_time(k, sums.s0, &sums.s1);
        self.logs.add(tie.weight, at_risk);
        let hazard = tie.weight / at_risk;
        for a in 0..P {
            let scaled = tie.weight * mean[a];
            self.means[a] += scaled;
            for b in a..P {
                self.information[a][b] += hazard * sums.s2[a][b] - scaled * mean[b];
            }
        }
        hazard
    }
}
