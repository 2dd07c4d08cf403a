//! The likelihood of a subdistribution with few covariates, one censoring group and nobody who enters late: a walk forwards
//! over those with another event, then one backwards over all, with the sums in registers.
//!
//! With `W` the weights of the subdistribution the information is `Σ d/S0 (S2 − S1 S1ᵀ/S0)`. Those under observation
//! are added to `S2` on the way back, as in Cox's model. One with another event at T adds `r/W(T) W(t)` at every later
//! event time t, together `r/W(T) x xᵀ Σ_{t > T} W(t) d/S0`: that sum is known on the way back when its row is met. So
//! only `S0` and `S1` of those with another event are written down, at the event times.

use crate::numeric::exp::exp_each;
use crate::survival::regression::cox::one_pass::{self as cox, LogSum, SAFE, Sums};
use crate::survival::regression::cox::partial_likelihood::Point;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Stratum;
use crate::survival::regression::fine_gray::scan::OfStratum;

/// Can these rows be walked in this way?
pub(super) fn applies(rows: &Rows, groups: usize) -> bool {
    groups == 1 && cox::applies(rows)
}

/// What a walk needs room for.
#[derive(Debug, Default)]
pub(super) struct Room {
    eta: Vec<f64>,
    risk: Vec<f64>,
    /// At each event time `W S0`, then `W S1`, of those with another event before.
    others: Vec<f64>,
}

/// The log likelihood, gradient and information at `beta`. Returns `None` if the linear predictors are too far apart
/// for this way: then nothing was computed.
pub(super) fn evaluate(
    rows: &Rows,
    strata: &[OfStratum],
    beta: &[f64],
    room: &mut Room,
    point: &mut Point,
) -> Option<()> {
    match rows.p {
        1 => Pass::<1>::over(rows, strata, beta, room, point),
        2 => Pass::<2>::over(rows, strata, beta, room, point),
        3 => Pass::<3>::over(rows, strata, beta, room, point),
        4 => Pass::<4>::over(rows, strata, beta, room, point),
        5 => Pass::<5>::over(rows, strata, beta, room, point),
        6 => Pass::<6>::over(rows, strata, beta, room, point),
        7 => Pass::<7>::over(rows, strata, beta, room, point),
        8 => Pass::<8>::over(rows, strata, beta, room, point),
        _ => None,
    }
}

/// What a walk collects.
struct Pass<const P: usize> {
    own: f64,
    logs: LogSum,
    gradient: [f64; P],
    information: [[f64; P]; P],
}

impl<const P: usize> Pass<P> {
    fn over(
        rows: &Rows,
        strata: &[OfStratum],
        beta: &[f64],
        room: &mut Room,
        point: &mut Point,
    ) -> Option<()> {
        let beta: &[f64; P] = beta.try_into().ok()?;
        let (x, _) = rows.x.as_chunks::<P>();
        let mut largest = 0.0_f64;
        room.eta.clear();
        room.eta.extend(x.iter().enumerate().map(|(i, x)| {
            let mut eta = rows.offset[i];
            for j in 0..P {
                eta += beta[j] * x[j];
            }
            eta
        }));
        for eta in &room.eta {
            largest = if eta.abs() > largest || eta.is_nan() { eta.abs() } else { largest };
        }
        if !(largest <= SAFE) {
            return None;
        }
        room.risk.clear();
        room.risk.extend_from_slice(&room.eta);
        exp_each(&mut room.risk);
        if let Some(weight) = rows.weight.own() {
            room.risk.iter_mut().zip(weight).for_each(|(risk, weight)| *risk *= weight);
        }
        let mut pass = Self { own: 0.0, logs: LogSum::ZERO, gradient: [0.0; P], information: [[0.0; P]; P] };
        for (stratum, of) in rows.strata.iter().zip(strata) {
            forwards(x, stratum, of, room);
            pass.backwards(rows, x, stratum, of, room);
        }
        point.log_likelihood = pass.own - pass.logs.value();
        point.gradient.copy_from_slice(&pass.gradient);
        for a in 0..P {
            for b in a..P {
                point.information[a * P + b] = pass.information[a][b];
                point.information[b * P + a] = pass.information[a][b];
            }
        }
        Some(())
    }

    fn backwards(&mut self, rows: &Rows, x: &[[f64; P]], stratum: &Stratum, of: &OfStratum, room: &Room) {
        let mut sums = Sums::<P>::ZERO;
        // Σ W d/S0 of the event times so far, in the epoch of the last of them.
        let (mut ahead, mut epoch) = (0.0, None);
        let mut others = of.others.as_slice();
        let mut next = stratum.rows.end;
        for (k, tie) in stratum.ties.iter().enumerate().rev() {
            for i in (tie.start..next).rev() {
                sums.add(room.risk[i], &x[i]);
            }
            self.stay(&mut others, tie.start, x, room, (ahead, epoch));
            next = tie.start;
            let before = &room.others[k * (P + 1)..(k + 1) * (P + 1)];
            let at_risk = sums.s0 + before[0];
            self.logs.add(tie.weight, at_risk);
            let unit = at_risk.recip();
            let hazard = tie.weight * unit;
            let mean: [f64; P] = std::array::from_fn(|j| (sums.s1[j] + before[1 + j]) * unit);
            for i in tie.start..tie.events_end {
                self.own += rows.weight[i] * room.eta[i];
                for j in 0..P {
                    self.gradient[j] += rows.weight[i] * x[i][j];
                }
            }
            for a in 0..P {
                let scaled = tie.weight * mean[a];
                self.gradient[a] -= scaled;
                for b in a..P {
                    self.information[a][b] += hazard * sums.s2[a][b] - scaled * mean[b];
                }
            }
            let weight = of.weights[k];
            if epoch != Some(weight.epoch) {
                (ahead, epoch) = (0.0, Some(weight.epoch));
            }
            ahead += weight.value * hazard;
        }
        self.stay(&mut others, 0, x, room, (ahead, epoch));
    }

    /// Those with another event at row `from` or later, of whom `others` holds the rest, add what they are at the event times
    /// after it.
    #[inline]
    fn stay(
        &mut self,
        others: &mut &[super::scan::Other],
        from: usize,
        x: &[[f64; P]],
        room: &Room,
        (ahead, epoch): (f64, Option<u32>),
    ) {
        while let Some((o, rest)) = others.split_last().filter(|(o, _)| o.row >= from) {
            *others = rest;
            if epoch != Some(o.own.epoch) {
                continue;
            }
            let factor = room.risk[o.row] / o.own.value * ahead;
            let x = &x[o.row];
            for a in 0..P {
                let scaled = factor * x[a];
                for b in a..P {
                    self.information[a][b] += scaled * x[b];
                }
            }
        }
    }
}

/// Writes `W S0` and `W S1` of those with another event before each event time.
fn forwards<const P: usize>(x: &[[f64; P]], stratum: &Stratum, of: &OfStratum, room: &mut Room) {
    room.others.clear();
    let (mut s0, mut s1, mut epoch) = (0.0, [0.0; P], 0);
    let mut others = of.others.as_slice();
    for (tie, weight) in stratum.ties.iter().zip(&of.weights) {
        if weight.epoch != epoch {
            // Censoring had left nobody: earlier ones count no more.
            (s0, s1, epoch) = (0.0, [0.0; P], weight.epoch);
        }
        while let Some((o, rest)) = others.split_first().filter(|(o, _)| o.row < tie.start) {
            others = rest;
            if o.own.epoch == epoch {
                let r = room.risk[o.row] / o.own.value;
                s0 += r;
                for j in 0..P {
                    s1[j] += r * x[o.row][j];
                }
            }
        }
        room.others.push(weight.value * s0);
        room.others.extend(s1.map(|s| weight.value * s));
    }
}
