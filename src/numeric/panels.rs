//! Integrals and running integrals of one function after the other over the same panels.
//!
//! Gauss-Legendre nodes on each panel; a running integral is that of the polynomial through a panel's nodes, which its
//! Legendre coefficients give: `∫ P_m = (P_{m+1} − P_{m−1}) / (2m + 1)`. Functions that are smooth within panels are
//! integrated to about 1e-13. The first panel is stretched as `x = a u⁴`, so powers of x at its start do no harm.

use crate::numeric::quadrature::GaussLegendre;

/// Nodes on each panel.
const POINTS: usize = 24;

/// Nodes with weights over adjoining panels, and what turns values into running integrals.
pub(crate) struct Panels {
    nodes: Vec<f64>,
    weights: Vec<f64>,
    /// Row i: the weights of a panel's values in the integral from −1 to its node i, each divided by its Gauss weight.
    running: Vec<f64>,
}

impl Panels {
    /// Panels between increasing edges.
    pub(crate) fn new(edges: &[f64]) -> Self {
        let mut rule: Vec<(f64, f64)> = GaussLegendre::of(POINTS).nodes(-1.0, 1.0).collect();
        rule.sort_by(|a, b| a.0.total_cmp(&b.0));
        let legendre: Vec<Vec<f64>> = rule.iter().map(|&(x, _)| polynomials(x)).collect();
        let mut running = Vec::with_capacity(POINTS * POINTS);
        for at in &legendre {
            for of in &legendre {
                let higher = (1..POINTS).map(|m| of[m] * (at[m + 1] - at[m - 1]));
                running.push(0.5 * (at[1] + 1.0 + higher.sum::<f64>()));
            }
        }
        let (mut nodes, mut weights) = (Vec::new(), Vec::new());
        for (panel, pair) in edges.windows(2).enumerate() {
            let (start, width) = (pair[0], pair[1] - pair[0]);
            for &(x, w) in &rule {
                let u = 0.5 * (1.0 + x);
                let (place, slope) = if panel == 0 { (u.powi(4), 4.0 * u.powi(3)) } else { (u, 1.0) };
                nodes.push(start + width * place);
                weights.push(0.5 * w * width * slope);
            }
        }
        Self { nodes, weights, running }
    }

    /// The nodes, increasing.
    pub(crate) fn nodes(&self) -> &[f64] {
        &self.nodes
    }

    /// The integral of the function with these values at the nodes.
    pub(crate) fn integral(&self, values: impl IntoIterator<Item = f64>) -> f64 {
        self.weights.iter().zip(values).map(|(w, v)| w * v).sum::<f64>() + 0.0
    }

    /// The integrals from the first edge to each node.
    pub(crate) fn running(&self, values: &[f64]) -> Vec<f64> {
        let mut before = 0.0;
        let mut sums = Vec::with_capacity(values.len());
        for (values, weights) in values.chunks(POINTS).zip(self.weights.chunks(POINTS)) {
            for row in self.running.chunks(POINTS) {
                let own = row.iter().zip(values).zip(weights).map(|((r, v), w)| r * v * w);
                sums.push(before + own.sum::<f64>());
            }
            before += values.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>();
        }
        sums
    }
}

/// The Legendre polynomials of degree 0 to [`POINTS`] at x.
fn polynomials(x: f64) -> Vec<f64> {
    let mut p = vec![1.0, x];
    for k in 1..POINTS {
        let n = k as f64;
        p.push(((2.0 * n + 1.0) * x * p[k] - n * p[k - 1]) / (n + 1.0));
    }
    p
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn running_integrals_of_what_is_known() {
        let panels = Panels::new(&[0.0, 0.7, 3.0, 9.0]);
        let values: Vec<f64> = panels.nodes().iter().map(|x| (-x).exp()).collect();
        assert_relative_eq!(panels.integral(values.iter().copied()), -(-9f64).exp_m1(), max_relative = 1e-13);
        for (x, sum) in panels.nodes().iter().zip(panels.running(&values)) {
            assert_relative_eq!(sum, -(-x).exp_m1(), max_relative = 1e-10, epsilon = 1e-15);
        }
        // √x has no slope at 0.
        let roots = panels.nodes().iter().map(|x| x.sqrt());
        assert_relative_eq!(panels.integral(roots), 18.0, max_relative = 1e-13);
    }
}
