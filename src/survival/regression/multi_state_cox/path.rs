//! The hazards of one row, step by step, and the probabilities of the states that follow from them.

use crate::numeric::generator::{self, Rate};
use crate::survival::regression::multi_state_cox::model::MultiStateCoxModel;

/// A time at which hazards jump: the transitions that are concerned, the step of the baseline of each, and their rates.
pub(super) struct Step {
    pub time: f64,
    /// Transition, and the number of the jump of its baseline.
    pub of: Vec<(usize, usize)>,
    pub rates: Vec<Rate>,
}

impl MultiStateCoxModel {
    /// `exp((z − z̄)'β)` of each transition, for a row of the design.
    pub(super) fn ratios(&self, x: &[f64]) -> Vec<f64> {
        let of = |t: usize| -> f64 {
            let z = self.stacked_row(t, x);
            let predictor = z.iter().zip(&self.means).zip(self.coefficients());
            predictor.map(|((z, mean), b)| (z - mean) * b).sum::<f64>().exp()
        };
        (0..self.transitions.len()).map(of).collect()
    }

    /// The row of the Cox model that a transition makes of a row of the design.
    pub(super) fn stacked_row(&self, transition: usize, x: &[f64]) -> Vec<f64> {
        let transition = &self.transitions[transition];
        let mut z = vec![0.0; self.means.len()];
        for (column, k) in transition.coefficients.iter().enumerate() {
            if let Some(k) = k {
                z[*k] = x[column];
            }
        }
        if let Some(k) = transition.ratio {
            z[k] = 1.0;
        }
        z
    }

    /// The steps after the start, in order of time.
    pub(super) fn steps(&self, ratios: &[f64]) -> Vec<Step> {
        let mut all: Vec<(f64, usize, usize)> = Vec::new();
        for (t, transition) in self.transitions.iter().enumerate() {
            let baseline = &self.baselines[transition.baseline];
            // A move into the same state changes nothing.
            if transition.from != transition.to {
                all.extend(baseline.times.iter().enumerate().map(|(n, &time)| (time, t, n)));
            }
        }
        all.retain(|&(time, _, _)| time > self.start);
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let step = |tied: &[(f64, usize, usize)]| {
            let rate = |&(_, t, n): &(f64, usize, usize)| {
                let transition = &self.transitions[t];
                let jump = self.baselines[transition.baseline].jumps[n];
                let size = (ratios[t] * jump).min(f64::MAX);
                Rate { from: transition.from as usize, to: transition.to as usize, size }
            };
            Step {
                time: tied[0].0,
                of: tied.iter().map(|&(_, t, n)| (t, n)).collect(),
                rates: tied.iter().map(rate).collect(),
            }
        };
        all.chunk_by(|a, b| a.0 == b.0).map(step).collect()
    }

    /// One step of a row of probabilities: `p exp(dA)`, or `p (I + dA)`.
    pub(super) fn advance(&self, p: &mut Vec<f64>, rates: &[Rate]) {
        if !self.product_integral {
            generator::row(p, rates);
            return;
        }
        let old = p.clone();
        for r in rates {
            p[r.from] -= old[r.from] * r.size;
            p[r.to] += old[r.from] * r.size;
        }
    }

    /// The same of a matrix from the left.
    pub(super) fn retreat(&self, b: &mut Vec<f64>, rates: &[Rate]) {
        let k = self.states.len();
        if !self.product_integral {
            generator::matrix(b, rates, k);
            return;
        }
        let old = b.clone();
        for r in rates {
            for m in 0..k {
                b[r.from * k + m] += r.size * (old[r.to * k + m] - old[r.from * k + m]);
            }
        }
    }

    /// The derivative of `p step B` by each rate.
    pub(super) fn derivative(&self, p: &[f64], rates: &[Rate], b: &[f64]) -> Vec<f64> {
        if !self.product_integral {
            return generator::derivative(p, rates, b);
        }
        let k = self.states.len();
        let by =
            |r: &Rate| (0..k).map(|m| p[r.from] * (b[r.to * k + m] - b[r.from * k + m])).collect::<Vec<_>>();
        rates.iter().flat_map(by).collect()
    }
}
