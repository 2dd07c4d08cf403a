//! Mean and variance of weighted log-rank statistics.

use crate::survival::log_rank::weight::Weight;
use crate::trial::design::non_proportional::at_risk::AtRisk;
use crate::trial::design::stratified_assumptions::StratifiedAssumptions;

/// Of several weighted log-rank scores, per subject: their mean, the variance that the tests estimate, and that of the
/// scores themselves.
///
/// `δ = ∫ w y q (1 − q) (h₀ − h₁)`, so a benefit is positive; `σ_ab = ∫ w_a w_b y q (1 − q) h̄` with the pooled hazard `h̄`.
/// A subject of arm j adds `ξ = a(X) D − B(X)` to the score, with `a = w (1{j} − q)`, `B = ∫ a h̄`, and its own time X and event
/// D; the variance of ξ within arms is that of the score where the arms' numbers are given (Yung & Liu 2020).
pub(super) struct Moments {
    pub(super) mean: Vec<f64>,
    pub(super) pooled: Vec<f64>,
    pub(super) own: Vec<f64>,
}

impl Moments {
    pub(super) fn new(assumed: &StratifiedAssumptions, time: f64, weights: &[Weight]) -> Self {
        let m = weights.len();
        let mut sum = Self { mean: vec![0.0; m], pooled: vec![0.0; m * m], own: vec![0.0; m * m] };
        for (_, stratum) in assumed.strata() {
            let fraction = stratum.accrual().subjects() / assumed.subjects();
            let at_risk = AtRisk::for_weights(stratum, time, weights);
            let values: Vec<Vec<f64>> = weights.iter().map(|w| at_risk.weigh(w, stratum, time)).collect();
            sum.add(&at_risk, &values, [stratum.share(), 1.0 - stratum.share()], fraction);
        }
        sum
    }

    fn add(&mut self, at_risk: &AtRisk, weights: &[Vec<f64>], shares: [f64; 2], fraction: f64) {
        let (m, n) = (weights.len(), at_risk.all.len());
        let spread = |i: usize| at_risk.all[i] * at_risk.share[i] * (1.0 - at_risk.share[i]);
        let integral = |f: &dyn Fn(usize) -> f64| fraction * at_risk.panels.integral((0..n).map(f));
        for a in 0..m {
            let difference = |i: usize| at_risk.hazards[1][i] - at_risk.hazards[0][i];
            self.mean[a] += integral(&|i| weights[a][i] * spread(i) * difference(i));
            for b in 0..m {
                self.pooled[a * m + b] +=
                    integral(&|i| weights[a][i] * weights[b][i] * spread(i) * at_risk.pooled[i]);
            }
        }
        for arm in 0..2 {
            let lead = |i: usize| f64::from(u8::from(arm == 0)) - at_risk.share[i];
            let own: Vec<Vec<f64>> =
                weights.iter().map(|w| (0..n).map(|i| w[i] * lead(i)).collect()).collect();
            let compensator: Vec<Vec<f64>> = own
                .iter()
                .map(|a| {
                    let slope: Vec<f64> = (0..n).map(|i| a[i] * at_risk.pooled[i]).collect();
                    at_risk.panels.running(&slope)
                })
                .collect();
            let excess = |i: usize| at_risk.hazards[arm][i] - at_risk.pooled[i];
            let means: Vec<f64> =
                own.iter().map(|a| integral(&|i| a[i] * at_risk.arm(arm, i) * excess(i))).collect();
            for a in 0..m {
                for b in 0..m {
                    let square = integral(&|i| {
                        let cross = own[a][i] * compensator[b][i] + own[b][i] * compensator[a][i];
                        let events = own[a][i] * own[b][i] * at_risk.hazards[arm][i];
                        at_risk.arm(arm, i) * (events - cross * excess(i))
                    });
                    self.own[a * m + b] += square - means[a] * means[b] / (fraction * shares[arm]);
                }
            }
        }
    }
}
