//! The exponential of a generator (rows that add up to 0, rates between states at least 0), applied to a row of probabilities,
//! and its derivatives by single rates.
//!
//! Uniformisation: with q no smaller than any total rate out of a state, `P = I + Q/q` is a matrix of probabilities and
//! `exp(Q) = Σ e^(−q) qⁿ/n! Pⁿ`. All terms are positive, so nothing cancels: the error is a few ulp, and probabilities stay
//! between 0 and 1 (Jensen 1953, Skand Aktuarietidskr 36:87). A q above 4 is divided into steps.

/// A rate from one state to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rate {
    pub from: usize,
    pub to: usize,
    pub size: f64,
}

/// A larger rate empties its state to the last digit.
const LARGEST: f64 = 1e4;

/// The generator in steps of a size that a short sum answers: how many, and the rates of one with its q.
struct Steps {
    count: usize,
    q: f64,
    shares: Vec<Rate>,
}

impl Steps {
    fn new(rates: &[Rate], states: usize) -> Self {
        let mut out = vec![0.0; states];
        for r in rates {
            out[r.from] += r.size;
        }
        let q = out.into_iter().fold(0.0, f64::max);
        let shrink = if q > LARGEST { LARGEST / q } else { 1.0 };
        let count = (q * shrink / 4.0).ceil().max(1.0);
        let share = |r: &Rate| Rate { size: if q > 0.0 { r.size / q } else { 0.0 }, ..*r };
        Self { count: count as usize, q: q * shrink / count, shares: rates.iter().map(share).collect() }
    }

    /// `e^(−q) qⁿ/n!` while it counts.
    fn weights(&self) -> Vec<f64> {
        let mut weight = (-self.q).exp();
        let mut all = vec![weight];
        while all.len() as f64 <= self.q || weight > 1e-18 {
            weight *= self.q / all.len() as f64;
            all.push(weight);
        }
        all
    }

    /// `v P` for a row.
    fn row(&self, v: &[f64]) -> Vec<f64> {
        let mut new = v.to_vec();
        for r in &self.shares {
            let x = v[r.from] * r.size;
            new[r.from] -= x;
            new[r.to] += x;
        }
        new
    }

    /// `P B` for a matrix, row-major.
    fn matrix(&self, b: &[f64], k: usize) -> Vec<f64> {
        let mut new = b.to_vec();
        for r in &self.shares {
            for m in 0..k {
                new[r.from * k + m] += r.size * (b[r.to * k + m] - b[r.from * k + m]);
            }
        }
        new
    }

    fn sum(&self, v: &[f64], next: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
        let mut term = v.to_vec();
        let mut sum = vec![0.0; v.len()];
        for (n, weight) in self.weights().into_iter().enumerate() {
            if n > 0 {
                term = next(&term);
            }
            sum.iter_mut().zip(&term).for_each(|(s, t)| *s += weight * t);
        }
        sum
    }
}

/// `v exp(Q)`.
pub(crate) fn row(v: &mut Vec<f64>, rates: &[Rate]) {
    let steps = Steps::new(rates, v.len());
    for _ in 0..steps.count {
        *v = steps.sum(v, |x| steps.row(x));
    }
}

/// `exp(Q) B` for a square matrix, row-major.
pub(crate) fn matrix(b: &mut Vec<f64>, rates: &[Rate], k: usize) {
    let steps = Steps::new(rates, k);
    for _ in 0..steps.count {
        *b = steps.sum(b, |x| steps.matrix(x, k));
    }
}

/// The derivative of `v exp(Q) B` by each rate: rates × k.
pub(crate) fn derivative(v: &[f64], rates: &[Rate], b: &[f64]) -> Vec<f64> {
    let k = v.len();
    let steps = Steps::new(rates, k);
    let mut out = vec![0.0; rates.len() * k];
    if steps.q == 0.0 {
        for (r, out) in rates.iter().zip(out.chunks_mut(k)) {
            (0..k).for_each(|m| out[m] = v[r.from] * (b[r.to * k + m] - b[r.from * k + m]));
        }
        return out;
    }
    // B after each step, from the last backwards.
    let mut after = vec![b.to_vec()];
    for i in 1..steps.count {
        after.push(steps.sum(&after[i - 1], |x| steps.matrix(x, k)));
    }
    let weights = steps.weights();
    let mut before = v.to_vec();
    for b in after.iter().rev() {
        let (mut rows, mut matrices) = (vec![before.clone()], vec![b.clone()]);
        for n in 1..weights.len() {
            rows.push(steps.row(&rows[n - 1]));
            matrices.push(steps.matrix(&matrices[n - 1], k));
        }
        // d Pⁿ = Σ Pⁱ dP Pⁿ⁻¹⁻ⁱ.
        for (n, weight) in weights.iter().enumerate().skip(1) {
            let c = weight / (steps.q * steps.count as f64);
            for i in 0..n {
                let (a, b) = (&rows[i], &matrices[n - 1 - i]);
                for (r, out) in rates.iter().zip(out.chunks_mut(k)) {
                    let c = c * a[r.from];
                    (0..k).for_each(|m| out[m] += c * (b[r.to * k + m] - b[r.from * k + m]));
                }
            }
        }
        before = steps.sum(&before, |x| steps.row(x));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(scale: f64) -> [Rate; 4] {
        [(0, 1, 0.3), (0, 2, 0.1), (1, 2, 0.7), (1, 0, 0.2)].map(|(from, to, rate)| Rate {
            from,
            to,
            size: scale * rate,
        })
    }

    /// From an illness without recovery: with a = 0.3, b = 0.1, c = 0.7 the probability of being ill after one unit is
    /// `a (e^(−(a+b)) − e^(−c))/(c − a − b)`.
    #[test]
    fn the_illness_death_model_in_closed_form() {
        let mut v = vec![1.0, 0.0, 0.0];
        row(&mut v, &rates(1.0)[..3]);
        let ill = 0.3 * ((-0.4_f64).exp() - (-0.7_f64).exp()) / 0.3;
        assert!((v[0] - (-0.4_f64).exp()).abs() < 1e-15 && (v[1] - ill).abs() < 1e-15, "{v:?}");
        assert!((v.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn rows_matrices_and_long_steps_agree() {
        for scale in [1e-6, 0.5, 30.0, 1e7] {
            let mut v = vec![0.5, 0.3, 0.2];
            row(&mut v, &rates(scale));
            let mut b: Vec<f64> = (0..9).map(|i| f64::from(u8::from(i % 4 == 0))).collect();
            matrix(&mut b, &rates(scale), 3);
            for m in 0..3 {
                let by_matrix = 0.5 * b[m] + 0.3 * b[3 + m] + 0.2 * b[6 + m];
                assert!((v[m] - by_matrix).abs() < 1e-13, "{scale}");
            }
            assert!((v.iter().sum::<f64>() - 1.0).abs() < 1e-12 && v.iter().all(|p| *p >= 0.0));
        }
    }

    #[test]
    fn derivatives_agree_with_differences() {
        let (v, b) = ([0.5, 0.3, 0.2], [1.0, 0.2, 0.0, 0.1, 2.0, 0.5, 0.0, 0.4, 1.5]);
        for scale in [1e-3, 0.8, 12.0] {
            let all = derivative(&v, &rates(scale), &b);
            for i in 0..4 {
                let at = |h: f64| {
                    let mut moved = rates(scale);
                    moved[i].size += h;
                    let mut p = v.to_vec();
                    row(&mut p, &moved);
                    (0..3).map(|m| (0..3).map(|j| p[j] * b[j * 3 + m]).sum()).collect::<Vec<f64>>()
                };
                let h = 1e-5 * scale;
                let (up, down) = (at(h), at(-h));
                for m in 0..3 {
                    let difference = (up[m] - down[m]) / (2.0 * h);
                    assert!((all[i * 3 + m] - difference).abs() < 1e-7, "{scale} {i} {m}");
                }
            }
        }
    }
}
