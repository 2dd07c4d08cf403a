//! The distribution of a sequence of test statistics up to the look at which one of them leaves its bounds.
//!
//! With information fractions `t` the statistics `Z_k = S_k / √t_k` come from a Brownian motion `S` with drift θ, the
//! expected final statistic. The sub-density of `Z_k` among trials that have not stopped before is carried from look to
//! look by numerical integration (Armitage, McPherson & Rowe 1969), on Gauss-Legendre panels no wider than the kernel of a
//! step, so that every probability is good to about 1e-12.

use crate::numeric::quadrature::GaussLegendre;

/// Beyond so many standard deviations from its mean a normal density is nothing: φ(9) is 1e-18.
const FAR: f64 = 9.0;

/// Points in a panel.
const POINTS: usize = 12;

/// A panel spans at most so many standard deviations of a step: twelve points then hold thirteen digits.
const SPAN: f64 = 1.75;

/// The sub-density of the statistic at a look, at the nodes of an integration rule over the region of continuation.
pub(crate) struct Stage {
    /// Information fraction.
    t: f64,
    drift: f64,
    /// Node of Z, and the density there times its weight.
    nodes: Vec<(f64, f64)>,
}

/// Where half the square of a standardised distance passes this, the kernel of a step is below 1e-17 of its peak.
const NOTHING: f64 = 40.0;

/// `P(Z > z)`, with its relative precision in the tail.
fn above(z: f64) -> f64 {
    0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

impl Stage {
    /// Before the first look: all trials are at 0.
    pub(crate) fn start(drift: f64) -> Self {
        Self { t: 0.0, drift, nodes: vec![(0.0, 1.0)] }
    }

    /// A trial that has the statistic `z` at fraction `t`.
    pub(crate) fn at(t: f64, z: f64, drift: f64) -> Self {
        Self { t, drift, nodes: vec![(z, 1.0)] }
    }

    /// Where the next statistic would be from a node z: its mean `a z + b`, and its standard deviation.
    fn step(&self, t: f64) -> (f64, f64, f64) {
        let (gain, root) = (t - self.t, t.sqrt());
        (self.t.sqrt() / root, self.drift * gain / root, (gain / t).sqrt())
    }

    /// The probability that the statistic at fraction `t` is above `bound`, and no look before had stopped the trial.
    pub(crate) fn above(&self, t: f64, bound: f64) -> f64 {
        let (a, b, sd) = self.step(t);
        self.nodes.iter().map(|&(z, w)| w * above((bound - a * z - b) / sd)).sum::<f64>() + 0.0
    }

    /// The same for below.
    pub(crate) fn below(&self, t: f64, bound: f64) -> f64 {
        let (a, b, sd) = self.step(t);
        self.nodes.iter().map(|&(z, w)| w * above((a * z + b - bound) / sd)).sum::<f64>() + 0.0
    }

    /// The density of the statistic at fraction `t` and value `z` among trials that reach this look.
    pub(crate) fn density_at(&self, t: f64, z: f64) -> f64 {
        let (a, b, sd) = self.step(t);
        let (slope, place) = (a / sd, (z - b) / sd);
        let mut sum = 0.0;
        for &(node, w) in &self.nodes {
            let distance = place - slope * node;
            let half = 0.5 * distance * distance;
            if half < NOTHING {
                sum += w * (-half).exp();
            }
        }
        sum / (sd * std::f64::consts::TAU.sqrt())
    }

    /// The trials that go on after the look at `t`: those strictly between the bounds.
    pub(crate) fn next(&self, t: f64, lower: f64, upper: f64) -> Self {
        // The statistic of a trial that reaches the look is normal about means within these.
        let (first, last) = (self.nodes.first().map_or(0.0, |n| n.0), self.nodes.last().map_or(0.0, |n| n.0));
        let (a, b, sd) = self.step(t);
        let (low_mean, high_mean) = (a * first + b, a * last + b);
        let (low, high) = (lower.max(low_mean - FAR * sd), upper.min(high_mean + FAR * sd));
        let mut nodes = Vec::new();
        if low < high {
            let panels = ((high - low) / (SPAN * sd)).ceil().clamp(1.0, 400.0);
            let width = (high - low) / panels;
            let rule = GaussLegendre::new(POINTS);
            for panel in 0..panels as usize {
                let start = low + panel as f64 * width;
                let mut own: Vec<(f64, f64)> =
                    rule.nodes(start, start + width).map(|(z, w)| (z, self.density_at(t, z) * w)).collect();
                own.sort_by(|a, b| a.0.total_cmp(&b.0));
                nodes.extend(own);
            }
        }
        Self { t, drift: self.drift, nodes }
    }
}

/// The probabilities of leaving above and below at each look.
pub(crate) fn exits(fractions: &[f64], lower: &[f64], upper: &[f64], drift: f64) -> (Vec<f64>, Vec<f64>) {
    let mut stage = Stage::start(drift);
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for (k, &t) in fractions.iter().enumerate() {
        above.push(stage.above(t, upper[k]));
        below.push(stage.below(t, lower[k]));
        if k + 1 < fractions.len() {
            stage = stage.next(t, lower[k], upper[k]);
        }
    }
    (above, below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_bounds_the_last_look_is_normal() {
        let (none, fractions) = ([f64::NEG_INFINITY; 4], [0.1, 0.45, 0.5, 1.0]);
        let mut upper = [f64::INFINITY; 4];
        upper[3] = 1.959963984540054;
        let (above, _) = exits(&fractions, &none, &upper, 0.0);
        assert!((above[3] - 0.025).abs() < 1e-13, "{above:?}");
        let (above, _) = exits(&fractions, &none, &upper, 3.0);
        assert!((above[3] - super::above(1.959963984540054 - 3.0)).abs() < 1e-12);
    }

    /// Two looks are a bivariate normal probability: P(Z₁ > 0 or Z₂ > 0) = ¾ − asin(√½)/(2π) = 5/8.
    #[test]
    fn two_looks_at_zero_are_an_angle() {
        let (above, _) = exits(&[0.5, 1.0], &[f64::NEG_INFINITY; 2], &[0.0, 0.0], 0.0);
        assert!((above.iter().sum::<f64>() - 0.625).abs() < 1e-12, "{above:?}");
    }
}
