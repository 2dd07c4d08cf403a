//! Several arms against one control: the distribution of the largest statistic.

use crate::error::{Error, Result, check_len};
use crate::numeric::distribution::normal_quantile;
use crate::numeric::quadrature::GaussLegendre;
use crate::numeric::root;
use crate::trial::design::checks;

/// Dunnett's test of several arms against one control, with known variance: one-sided, for statistics that grow with the benefit.
///
/// The statistics share the control arm, so with `rᵢ` subjects (or information) of arm i for each one of the control they have
/// correlations `√(rᵢ rⱼ / ((1 + rᵢ)(1 + rⱼ)))`, and given the control they are independent:
/// `P(max ≥ z) = ∫ φ(x) (1 − Πᵢ Φ(√(1 + rᵢ) z + √rᵢ x)) dx`, by quadrature to 1e-13 of its value.
///
/// # Cost
/// Some 300 normal probabilities for each arm.
///
/// # Example
/// ```
/// use greenwood::trial::design::adaptive::Dunnett;
///
/// let three = Dunnett::new(&[1.0, 1.0, 1.0])?;
/// assert!((three.critical_value(0.025)? - 2.349).abs() < 1e-3);          // Dunnett (1955), one-sided, infinite df
/// let adjusted = three.adjusted_p_values(&[2.5, 1.9, 0.4])?;             // step-down: the closed test
/// assert!(adjusted[0] < 0.025 && adjusted[1] > 0.025);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Dunnett (1955), J Am Stat Assoc 50:1096. Naik (1975), Commun Stat 4:519; Marcus, Peritz & Gabriel (1976), Biometrika 63:655.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Dunnett {
    ratios: Vec<f64>,
}

impl Dunnett {
    /// The size of each arm relative to the control arm.
    ///
    /// # Errors
    /// [`Error::Empty`] without arms; [`Error::OutOfRange`] for a ratio that is not above 0.
    pub fn new(ratios: &[f64]) -> Result<Self> {
        if ratios.is_empty() {
            return Err(Error::Empty { argument: "ratios" });
        }
        ratios.iter().try_for_each(|&r| checks::positive("ratios", r))?;
        Ok(Self { ratios: ratios.to_vec() })
    }

    /// The probability that the largest statistic reaches `z` where no arm has an effect.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a statistic that is not a number.
    pub fn p_value(&self, z: f64) -> Result<f64> {
        if z.is_nan() {
            return Err(Error::OutOfRange { argument: "z", value: z, must_be: "a number" });
        }
        Ok(largest_reaches(&self.ratios, z))
    }

    /// The value that the largest statistic reaches with probability `alpha` where no arm has an effect.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for an error outside (0, 1).
    pub fn critical_value(&self, alpha: f64) -> Result<f64> {
        checks::inside("alpha", alpha)?;
        // Between the bounds of one test and of Bonferroni's.
        let low = normal_quantile(1.0 - alpha) - 1e-6;
        let high = -normal_quantile(alpha / self.ratios.len() as f64) + 1e-6;
        Ok(root::find(low, high, |z| alpha - largest_reaches(&self.ratios, z)))
    }

    /// The adjusted p-value of each arm by the closed test (step-down): the largest p-value of the intersections that hold its
    /// hypothesis.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] unless there is a statistic for each arm; [`Error::OutOfRange`] for one that is not a number.
    pub fn adjusted_p_values(&self, z: &[f64]) -> Result<Vec<f64>> {
        check_len("z", z.len(), "arms", self.ratios.len())?;
        if let Some(&value) = z.iter().find(|z| z.is_nan()) {
            return Err(Error::OutOfRange { argument: "z", value, must_be: "a number" });
        }
        // The largest statistic is tested among all, the next among those that are left: no smaller set has a larger p-value.
        let mut order: Vec<usize> = (0..z.len()).collect();
        order.sort_by(|&a, &b| z[b].total_cmp(&z[a]));
        let mut adjusted = vec![1.0; z.len()];
        let mut reached = 0.0_f64;
        for (place, &arm) in order.iter().enumerate() {
            let left: Vec<f64> = order[place..].iter().map(|&a| self.ratios[a]).collect();
            reached = reached.max(largest_reaches(&left, z[arm]));
            adjusted[arm] = reached;
        }
        Ok(adjusted)
    }
}

fn below(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// `P(max ≥ z)` for arms of these sizes relative to the control.
pub(super) fn largest_reaches(ratios: &[f64], z: f64) -> f64 {
    // Beyond 40 a normal tail is 0 in 64 bits, whatever the number of arms.
    if z.abs() > 40.0 {
        return f64::from(u8::from(z < 0.0));
    }
    if let [_] = ratios {
        return below(-z);
    }
    let inside = |x: f64| {
        // 1 − ΠΦ without cancellation: the logarithms of what is near 1.
        let log: f64 = ratios.iter().map(|r| (-below(-((1.0 + r).sqrt() * z + r.sqrt() * x))).ln_1p()).sum();
        -log.exp_m1() * (-0.5 * x * x).exp()
    };
    // For a far bound the mass lies where the control does badly, near −z/√2: at x above 9 nothing is left, below nothing beyond.
    let (low, high) = (-9.0 - z.abs(), 9.0);
    let pieces = (high - low).ceil();
    let width = (high - low) / pieces;
    let mut sum = 0.0;
    for piece in 0..pieces as usize {
        let from = low + piece as f64 * width;
        sum += GaussLegendre::of(16).integrate(from, from + width, inside);
    }
    (sum / std::f64::consts::TAU.sqrt()).min(1.0)
}
