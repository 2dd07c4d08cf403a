//! Who is expected to be at risk, and what happens to them, as functions of the time since entry.

use crate::numeric::panels::Panels;
use crate::survival::log_rank::weight::Weight;
use crate::trial::design::assumptions::Assumptions;
use crate::trial::design::hazard::Hazard;

/// A stratum on panels of the time since entry, per subject of its final accrual.
///
/// With `p_j` the share of arm j, `S_j` its survival, `G_j` its probability not to have dropped out, and `A(x)` the share of
/// subjects who entered at least `x` before the analysis: `y_j = p_j S_j G_j A` is at risk, `y = y₀ + y₁`, `q = y₁ / y`.
pub(in crate::trial::design) struct AtRisk {
    pub(in crate::trial::design) panels: Panels,
    /// `y`.
    pub(in crate::trial::design) all: Vec<f64>,
    /// `q`: the experimental arm's share of those at risk.
    pub(in crate::trial::design) share: Vec<f64>,
    /// The hazards: experimental, control.
    pub(in crate::trial::design) hazards: [Vec<f64>; 2],
    /// `q h₁ + (1 − q) h₀`.
    pub(in crate::trial::design) pooled: Vec<f64>,
    /// What the pooled Kaplan-Meier curve estimates: `exp(−∫ pooled)`.
    pub(in crate::trial::design) survival: Vec<f64>,
}

impl AtRisk {
    /// At an analysis at calendar time `time`, up to `end` after entry, with further edges of panels.
    pub(in crate::trial::design) fn new(assumed: &Assumptions, time: f64, end: f64, further: &[f64]) -> Self {
        let panels = Panels::new(&edges(assumed, time, end, further));
        let (accrual, share) = (assumed.accrual(), assumed.share());
        let (events, dropout) = (assumed.hazards(), assumed.leaving_hazards());
        let subjects = accrual.subjects();
        let (mut all, mut shares, mut pooled) = (Vec::new(), Vec::new(), Vec::new());
        let mut hazards = [Vec::new(), Vec::new()];
        let along = |hazards: [&Hazard; 2]| hazards.map(|h| h.cumulative_along(panels.nodes()));
        let (passed, lost) = (along(events), along(dropout));
        for (i, &x) in panels.nodes().iter().enumerate() {
            let gone: [f64; 2] = std::array::from_fn(|j| passed[j][i] + lost[j][i]);
            let entered = accrual.entered_by(time - x) / subjects;
            // By the difference of exponents: both arms may be beyond the smallest number.
            let odds = (1.0 - share) / share * (gone[0] - gone[1]).exp();
            let q = 1.0 / (1.0 + odds);
            let [h, reference] = [events[0].rate(x), events[1].rate(x)];
            all.push(entered * (share * (-gone[0]).exp() + (1.0 - share) * (-gone[1]).exp()));
            pooled.push(q * h + (1.0 - q) * reference);
            shares.push(q);
            hazards[0].push(h);
            hazards[1].push(reference);
        }
        let survival = panels.running(&pooled).into_iter().map(|h| (-h).exp()).collect();
        Self { panels, all, share: shares, hazards, pooled, survival }
    }

    /// With the edges that the weights ask for.
    pub(in crate::trial::design) fn for_weights(
        assumed: &Assumptions,
        time: f64,
        weights: &[Weight],
    ) -> Self {
        let mut further = Vec::new();
        for weight in weights {
            match weight {
                Weight::Piecewise { cuts, .. } => further.extend_from_slice(cuts),
                Weight::ModestlyWeightedFrom { time } => further.push(*time),
                Weight::ModestlyWeighted { survival } => {
                    let above = |x: f64| pooled_survival(assumed, time, x) - survival;
                    further.extend(crate::numeric::root::bracketed(time * 1e-9, time * (1.0 - 1e-9), above));
                }
                _ => {}
            }
        }
        Self::new(assumed, time, time, &further)
    }

    /// The limit of a weight, up to a constant, at every node.
    pub(in crate::trial::design) fn weigh(
        &self,
        weight: &Weight,
        assumed: &Assumptions,
        time: f64,
    ) -> Vec<f64> {
        let capped = |least: f64| self.survival.iter().map(|s| 1.0 / s.max(least)).collect();
        match weight {
            Weight::LogRank => vec![1.0; self.all.len()],
            Weight::GehanBreslow => self.all.clone(),
            Weight::TaroneWare => self.all.iter().map(|y| y.sqrt()).collect(),
            Weight::PetoPeto | Weight::ModifiedPetoPeto | Weight::Andersen | Weight::Prentice => {
                self.survival.clone()
            }
            Weight::FlemingHarrington { rho, gamma } => {
                self.survival.iter().map(|s| s.powf(*rho) * (1.0 - s).powf(*gamma)).collect()
            }
            Weight::ModestlyWeighted { survival } => capped(*survival),
            Weight::ModestlyWeightedFrom { time: from } => {
                capped(pooled_survival(assumed, time, from.min(time)))
            }
            Weight::Piecewise { cuts, weights } => {
                let at = |x: &f64| weights[cuts.partition_point(|c| c <= x)];
                self.panels.nodes().iter().map(at).collect()
            }
        }
    }

    /// Those of an arm at risk: 0 is the experimental arm.
    pub(in crate::trial::design) fn arm(&self, arm: usize, i: usize) -> f64 {
        self.all[i] * if arm == 0 { self.share[i] } else { 1.0 - self.share[i] }
    }
}

/// What the pooled Kaplan-Meier curve estimates at `x`.
fn pooled_survival(assumed: &Assumptions, time: f64, x: f64) -> f64 {
    let at_risk = AtRisk::new(assumed, time, x, &[]);
    (-at_risk.panels.integral(at_risk.pooled.iter().copied())).exp()
}

/// Between them everything is smooth, and falls by at most e⁻⁴ in the first panel after a break; the panels that follow
/// double, since what is left has fallen as well.
fn edges(assumed: &Assumptions, time: f64, end: f64, further: &[f64]) -> Vec<f64> {
    let curves = || assumed.hazards().into_iter().chain(assumed.leaving_hazards());
    let mut breaks: Vec<f64> = curves().flat_map(|h| h.breaks().iter().copied()).collect();
    breaks.extend(assumed.accrual().breaks().iter().map(|b| time - b));
    breaks.extend(further);
    breaks.retain(|b| *b > 0.0 && *b < end);
    breaks.extend([0.0, end]);
    breaks.sort_by(f64::total_cmp);
    breaks.dedup_by(|a, b| *a - *b <= 1e-12 * end);
    let mut edges = vec![0.0];
    for pair in breaks.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let [e, c] = assumed.hazards().map(|h| h.rate(from));
        let [lost, reference] = assumed.leaving_hazards().map(|h| h.rate(from));
        let fastest = (e + lost).max(c + reference);
        let (mut place, mut step) = (from, if fastest > 0.0 { 4.0 / fastest } else { f64::INFINITY });
        while place + 1.5 * step < to {
            place += step;
            edges.push(place);
            step *= 2.0;
        }
        edges.push(to);
    }
    edges
}
