//! The sum over the orders of few tied events.
//!
//! With `a_j = θ_j/R` an order adds `Π a_j / Π (1 + a of those who have not yet left)`. Orders that end alike share their factors:
//! `f(S) = Σ_{j ∈ S} f(S − j) / (1 + Σ_{j ∈ S} a_j)` over the sets S of events, with `f(∅) = 1`, so that `d 2ᵈ⁻¹` additions of positive
//! numbers stand for d! orders. The logarithm of f is differentiated along: f(S) is a mixture of the f(S − j), so its score is their
//! mean, and its curvature their mean and the covariance of their scores.

/// So many events are summed by their orders; beyond, the sets are many.
pub(super) const MOST: usize = 5;
/// Above this logarithm of θ/R, where the events are nearly sure to come first, score and curvature are small differences.
const LARGEST: f64 = 5.0;

/// A function of the logarithms of the ratios: its value, and score and curvature of its logarithm.
#[derive(Clone, Copy)]
struct Jet {
    value: f64,
    score: [f64; MOST],
    curvature: [[f64; MOST]; MOST],
}

/// What a tie of few events adds.
pub(super) struct Orders {
    pub events: usize,
    /// The logarithm of the sum.
    pub log_sum: f64,
    all: Jet,
}

impl Orders {
    /// Are these two or a few more events, each there once?
    pub fn are_few(events: impl Iterator<Item = (f64, f64)>) -> bool {
        let mut count = 0;
        for (log_ratio, weight) in events {
            count += 1;
            if count > MOST || weight != 1.0 || !(log_ratio < LARGEST) {
                return false;
            }
        }
        count > 1
    }

    /// For the logarithms of the ratios of few events.
    pub fn of(log_ratios: impl Iterator<Item = f64>) -> Self {
        let (mut ratio, mut events, mut log_sum) = ([0.0; MOST], 0, 0.0);
        for log_ratio in log_ratios.take(MOST) {
            ratio[events] = log_ratio.exp();
            log_sum += log_ratio;
            events += 1;
        }
        let one = Jet { value: 1.0, score: [0.0; MOST], curvature: [[0.0; MOST]; MOST] };
        let mut of_set = [one; 1 << MOST];
        let sets = 1 << events;
        for set in 1..sets {
            of_set[set] = of_members(set, &ratio[..events], &of_set);
        }
        let all = of_set[sets - 1];
        Self { events, log_sum: log_sum + all.value.ln(), all }
    }

    /// The derivative of the logarithm of the sum in the logarithm of each ratio.
    pub fn share(&self) -> impl Iterator<Item = f64> + '_ {
        self.all.score[..self.events].iter().map(|s| 1.0 + s)
    }

    /// Its second derivative in two of them.
    pub fn curvature(&self, j: usize, k: usize) -> f64 {
        self.all.curvature[j][k]
    }
}

/// f of a set, a bit for each member, from those of its subsets.
fn of_members(set: usize, ratio: &[f64], of_set: &[Jet]) -> Jet {
    let d = ratio.len();
    let members = || (0..d).filter(|&j| set >> j & 1 == 1);
    let rest = 1.0 / (1.0 + members().map(|j| ratio[j]).sum::<f64>());
    let sum: f64 = members().map(|j| of_set[set ^ (1 << j)].value).sum();
    let mut jet = Jet { value: sum * rest, score: [0.0; MOST], curvature: [[0.0; MOST]; MOST] };
    for j in members() {
        let part = &of_set[set ^ (1 << j)];
        for k in 0..d {
            jet.score[k] += part.value / sum * part.score[k];
        }
    }
    for j in members() {
        let part = &of_set[set ^ (1 << j)];
        let share = part.value / sum;
        for k in 0..d {
            for l in 0..d {
                let apart = (part.score[k] - jet.score[k]) * (part.score[l] - jet.score[l]);
                jet.curvature[k][l] += share * (part.curvature[k][l] + apart);
            }
        }
    }
    // The logarithm of 1/(1 + Σ a).
    for k in members() {
        let own = ratio[k] * rest;
        jet.score[k] -= own;
        jet.curvature[k][k] -= own;
        for l in members() {
            jet.curvature[k][l] += own * (ratio[l] * rest);
        }
    }
    jet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survival::regression::cox::marginal::integral::Integral;
    use approx::assert_relative_eq;

    #[test]
    fn orders_of_few_are_the_integral() {
        let mut integral = Integral::default();
        for log_ratios in [
            &[0.2, -1.0][..],
            &[-30.0, 4.0],
            &[4.9, 3.0],
            &[-6.0, -6.5, -7.0],
            &[0.0, 0.0, 0.0],
            &[4.5, -3.0, 0.5, -12.0],
            &[-1.0, -0.5, 0.0, 0.5, 1.0],
        ] {
            let d = log_ratios.len();
            let events = || log_ratios.iter().map(|&l| (l, 1.0));
            assert!(Orders::are_few(events()));
            let orders = Orders::of(log_ratios.iter().copied());
            // Unit vectors as covariates: the covariance is that of the shares.
            let z: Vec<f64> = (0..d * d).map(|k| f64::from(u8::from(k % (d + 1) == 0))).collect();
            let expected = integral.of(events(), &z, d);
            assert_relative_eq!(orders.log_sum, expected, max_relative = 1e-12, epsilon = 1e-12);
            for (j, share) in orders.share().enumerate() {
                assert_relative_eq!(share, integral.share[j], max_relative = 1e-12, epsilon = 1e-12);
                for k in 0..d {
                    let slope = if j == k { integral.slope[j] } else { 0.0 };
                    let expected = integral.covariance[j * d + k] - slope;
                    assert_relative_eq!(
                        orders.curvature(j, k),
                        expected,
                        max_relative = 1e-12,
                        epsilon = 1e-12
                    );
                }
            }
        }
        assert!(!Orders::are_few([(0.0, 1.0); MOST + 1].into_iter()));
        assert!(
            !Orders::are_few([(0.0, 1.0), (0.0, 2.0)].into_iter())
                && !Orders::are_few([(0.0, 1.0), (6.0, 1.0)].into_iter())
        );
        assert!(!Orders::are_few(std::iter::once((0.0, 1.0))));
    }
}
