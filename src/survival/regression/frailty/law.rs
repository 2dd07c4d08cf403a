//! What a distribution of frailties takes off the log partial likelihood, and what the likelihood is without them.

use std::fmt;

/// The distribution of the frailties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Law {
    Gamma,
    Gaussian,
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gamma => "gamma",
            Self::Gaussian => "Gaussian",
        })
    }
}

impl Law {
    /// `Σ (exp b − 1 − b)/θ`, or `Σ b²/(2θ)`: 0 where all frailties are 1.
    pub fn penalty(self, b: &[f64], theta: f64) -> f64 {
        match self {
            Self::Gamma => b.iter().map(|&b| beyond_linear(b)).sum::<f64>() / theta,
            Self::Gaussian => b.iter().map(|b| b * b).sum::<f64>() / (2.0 * theta),
        }
    }

    /// The first and second derivative of the penalty in one log frailty.
    pub fn slopes(self, b: f64, theta: f64) -> (f64, f64) {
        match self {
            Self::Gamma => (b.exp_m1() / theta, b.exp() / theta),
            Self::Gaussian => (b / theta, theta.recip()),
        }
    }

    /// Moves all log frailties alike to where the penalty is least: the partial likelihood does not see it.
    pub fn recentre(self, b: &mut [f64]) {
        let n = b.len() as f64;
        let middle = match self {
            Self::Gamma => {
                let largest = b.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                largest + (b.iter().map(|b| (b - largest).exp()).sum::<f64>() / n).ln()
            }
            Self::Gaussian => b.iter().sum::<f64>() / n,
        };
        for b in b.iter_mut() {
            *b -= middle;
        }
    }
}

/// `exp b − 1 − b` without cancellation.
fn beyond_linear(b: f64) -> f64 {
    if b.abs() < 0.01 {
        b * b * (0.5 + b * (1.0 / 6.0 + b * (1.0 / 24.0 + b * (1.0 / 120.0 + b / 720.0))))
    } else {
        b.exp_m1() - b
    }
}

/// What turns the penalised likelihood into that without the gamma frailties, `Σ g(v + D) − g(v)` with v = 1/θ and D events in a
/// cluster (Therneau & Grambsch 2000, section 9.6).
pub(super) fn integrated(theta: f64, events: &[f64]) -> f64 {
    let v = theta.recip();
    events.iter().filter(|&&d| d > 0.0).map(|d| stirling(v + d) - stirling(v)).sum()
}

/// The derivative in θ of the log likelihood without the gamma frailties at its maximum over β and b: at such a maximum
/// their own derivatives are 0.
pub(super) fn integrated_slope(theta: f64, events: &[f64], b: &[f64]) -> f64 {
    let v = theta.recip();
    let sum: f64 = events.iter().map(|d| stirling_slope(v + d) - stirling_slope(v)).sum();
    // Σ b is Σ (b + 1 − exp b): of what is left, rounding is small too.
    let log_frailties: f64 = b.iter().map(|&b| beyond_linear(b)).sum();
    -v * v * (sum - log_frailties)
}

/// `log Γ(x) − x log x + x`, whose differences do not cancel where x is large.
fn stirling(x: f64) -> f64 {
    if x < 16.0 {
        // Γ(x + 1) = x Γ(x)
        return stirling(x + 1.0) + (x + 1.0) * x.recip().ln_1p() - 1.0;
    }
    let y = (x * x).recip();
    let series = 1.0 / 12.0 - y * (1.0 / 360.0 - y * (1.0 / 1260.0 - y * (1.0 / 1680.0 - y / 1188.0)));
    -0.5 * x.ln() + 0.5 * (2.0 * std::f64::consts::PI).ln() + series / x
}

/// Its derivative, `ψ(x) − log x`.
fn stirling_slope(x: f64) -> f64 {
    if x < 16.0 {
        return stirling_slope(x + 1.0) + x.recip().ln_1p() - x.recip();
    }
    let y = (x * x).recip();
    -0.5 / x - y * (1.0 / 12.0 - y * (1.0 / 120.0 - y * (1.0 / 252.0 - y * (1.0 / 240.0 - y / 132.0))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn a_difference_of_log_gammas_is_a_product() {
        // Γ(v + 3)/Γ(v) = v (v + 1) (v + 2).
        for v in [0.01_f64, 0.7, 3.0, 15.5, 400.0] {
            let direct = (v * (v + 1.0) * (v + 2.0)).ln() + v * v.ln() - (v + 3.0) * (v + 3.0).ln() + 3.0;
            assert_relative_eq!(
                integrated(v.recip(), &[3.0, 0.0]),
                direct,
                epsilon = 1e-12,
                max_relative = 1e-11
            );
            let slope = 1.0 / v + 1.0 / (v + 1.0) + 1.0 / (v + 2.0) + v.ln() - (v + 3.0).ln();
            assert_relative_eq!(
                integrated_slope(v.recip(), &[3.0], &[0.0]),
                -v * v * slope,
                max_relative = 1e-7
            );
        }
    }

    #[test]
    fn a_small_frailty_costs_half_its_square() {
        assert_relative_eq!(beyond_linear(1e-9), 0.5e-18, max_relative = 1e-8);
        assert_relative_eq!(beyond_linear(0.0099), 0.0099_f64.exp_m1() - 0.0099, max_relative = 1e-11);
    }

    #[test]
    fn the_best_shift_makes_the_mean_one() {
        let mut b = [0.3, -1.0, 700.0];
        Law::Gamma.recentre(&mut b);
        assert_relative_eq!(b.iter().map(|b| b.exp()).sum::<f64>(), 3.0, max_relative = 1e-12);
        Law::Gaussian.recentre(&mut b);
        assert_relative_eq!(b.iter().sum::<f64>(), 0.0, epsilon = 1e-10);
    }
}
