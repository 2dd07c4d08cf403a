//! Several arms against one control over several looks, all decided in advance: bounds, power, repeated limits and p-values.

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::numeric::root;
use crate::trial::design::adaptive::control_paths::{Arms, ControlPaths};
use crate::trial::design::adaptive::multi_arm_boundaries::MultiArmBoundaries;
use crate::trial::design::boundaries::BoundaryType;
use crate::trial::design::boundary_check::{check_boundary, check_futility};
use crate::trial::design::boundary_search::normal_bound;
use crate::trial::design::checks;

/// More looks than these take minutes: each one multiplies the paths of the control arm by some twenty, and no sum over fewer paths
/// keeps the accuracy.
const MOST_LOOKS: usize = 4;

/// A group-sequential trial of several arms against one control: the generalised Dunnett test.
///
/// At look j the statistic of every arm that is still in the trial is compared with the same two bounds. An arm that reaches the
/// upper one is shown to be better than control; one that falls below the lower one is dropped. With `ρ_k` subjects (or events' worth of
/// information) in arm k for one of the control, `Z_jk = (W_k(t_j) − √ρ_k W_0(t_j)) / √((1 + ρ_k) t_j)` for independent Brownian
/// motions, so given the path of the control arm the arms are independent, and the family-wise error is
///
/// ```text
/// E[1 − Π_k (1 − R_k)],  R_k = P(arm k without effect reaches its upper bound before it falls below the lower one | path of the control)
/// ```
///
/// which is the largest error over all configurations of effects. The statistics grow with the benefit.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`alpha`](Self::alpha) | 0.025 | family-wise error, one-sided | above 0, at most ½ |
/// | [`ratios`](Self::ratios) | 1 | the size of each arm relative to the control arm | from 0.01 to 100; one value, or one for each arm |
/// | [`boundary`](Self::boundary) | O'Brien-Fleming | how the upper bounds come about | |
/// | [`futility`](Self::futility) | none | lower bounds of the looks before the last | below 10 |
/// | [`triangular`](Self::triangular) | | both bounds by Whitehead's triangular test | |
/// | [`binding`](Self::binding) | no | may the upper bounds count on the lower ones? | |
///
/// Where arms are to be chosen by any other rule, or sizes changed, [`ClosedCombination`](super::ClosedCombination) keeps the error.
///
/// # Cost
/// Some 25 paths of the control arm at each look, to the power of the looks: bounds of two looks take about 10 ms, of three 0.3 s, of
/// four some seconds. Five would take minutes, so at most four looks; where there are to be more,
/// [`ClosedCombination`](super::ClosedCombination) takes the bounds of any number of them.
///
/// # Example
/// Jaki, Pallmann & Magirr (2019): three arms, twice as many subjects in the control arm, two looks, triangular bounds.
/// ```
/// use greenwood::trial::design::adaptive::MultiArmSequential;
///
/// let bounds = MultiArmSequential::looks(3, 2).alpha(0.05).ratios(&[0.5]).triangular().fit()?;
/// assert!((bounds.z()[0] - 2.359).abs() < 1e-3 && (bounds.z()[1] - 2.225).abs() < 1e-3);
/// assert!((bounds.futility_z()[0] - 0.786).abs() < 1e-3);
/// // At the first look an arm has 2.1: its simultaneous limit does not exclude no effect, nor does its p-value.
/// assert!(bounds.repeated_drift_limit(1, 2.1)? < 0.0 && bounds.repeated_p_values(1, &[2.1, 0.3, -0.2])?[0] > 0.05);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Magirr, Jaki & Whitehead (2012), Biometrika 99:494. Jaki, Pallmann & Magirr (2019), J Stat Softw 88(4). Whitehead (1997), The
/// Design and Analysis of Sequential Clinical Trials.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct MultiArmSequential {
    pub(super) arms: usize,
    pub(super) fractions: Vec<f64>,
    /// As many as were asked for; too many are not written down.
    looks: usize,
    pub(super) alpha: f64,
    /// One for all arms, or one for each.
    pub(super) ratios: Vec<f64>,
    pub(super) boundary: BoundaryType,
    pub(super) triangular: bool,
    futility: Vec<f64>,
    binding: bool,
}

impl MultiArmSequential {
    /// So many arms beside the control, and looks at equal steps of the information.
    pub fn looks(arms: usize, looks: usize) -> Self {
        let written = looks.min(MOST_LOOKS + 1);
        Self { looks, ..Self::at(arms, &(1..=written).map(|k| k as f64 / looks as f64).collect::<Vec<_>>()) }
    }

    /// So many arms beside the control, and looks at these shares of the final information; the last one is 1.
    pub fn at(arms: usize, fractions: &[f64]) -> Self {
        Self {
            arms,
            fractions: fractions.to_vec(),
            looks: fractions.len(),
            alpha: 0.025,
            ratios: vec![1.0],
            boundary: BoundaryType::OBrienFleming,
            triangular: false,
            futility: Vec::new(),
            binding: false,
        }
    }

    /// The family-wise error, one-sided.
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// The size of each arm relative to the control arm; for a log-rank test, that of the allocation. One value holds for all arms.
    pub fn ratios(self, ratios: &[f64]) -> Self {
        Self { ratios: ratios.to_vec(), ..self }
    }

    /// How the upper bounds come about.
    pub fn boundary(self, boundary: BoundaryType) -> Self {
        Self { boundary, triangular: false, ..self }
    }

    /// An arm is dropped where its statistic is below these values, one for each look but the last; −∞ for a look without.
    pub fn futility(self, z: &[f64]) -> Self {
        Self { futility: z.to_vec(), triangular: false, ..self }
    }

    /// Upper bounds `c (1 + t) / √t` and lower ones `c (3 t − 1) / √t`, which meet at the last look. They count on each other.
    pub fn triangular(self) -> Self {
        Self { triangular: true, futility: Vec::new(), ..self }
    }

    /// May the upper bounds count on arms being dropped? Then the error holds only where the lower bounds are obeyed.
    pub fn binding(self, binding: bool) -> Self {
        Self { binding, ..self }
    }

    fn check(&self) -> Result<()> {
        if !(1..=1000).contains(&self.arms) {
            return checks::refuse("arms", self.arms as f64, "between 1 and 1000, without the control");
        }
        let looks = self.fractions.len();
        if looks == 0 {
            return Err(Error::Empty { argument: "fractions" });
        }
        if self.looks > MOST_LOOKS {
            let must_be = "at most 4 with several arms: each look multiplies the work by twenty; ClosedCombination takes more";
            return checks::refuse("looks", self.looks as f64, must_be);
        }
        let mut previous = 0.0;
        for (index, &value) in self.fractions.iter().enumerate() {
            // Nearer looks would need more points than paths allow.
            if !(value >= previous + 0.05 && value <= 1.0) {
                let must = "fractions of the information increase from above 0 to 1, by at least 0.05";
                return Err(Error::NotMonotone { argument: "fractions", index, value, previous, must });
            }
            previous = value;
        }
        if previous != 1.0 {
            return checks::refuse("the last fraction", previous, "1");
        }
        if !(1e-12..=0.5).contains(&self.alpha) {
            return checks::refuse("alpha", self.alpha, "at least 10^-12 and at most 0.5");
        }
        if self.ratios.len() != 1 && self.ratios.len() != self.arms {
            let (len, expected) = (self.ratios.len(), self.arms);
            return Err(Error::LengthMismatch { argument: "ratios", len, other: "arms", expected });
        }
        if let Some(&ratio) = self.ratios.iter().find(|r| !(0.01..=100.0).contains(*r)) {
            return checks::refuse("ratios", ratio, "between 0.01 and 100");
        }
        check_boundary(&self.boundary, looks, self.alpha)?;
        if self.futility.is_empty() { Ok(()) } else { check_futility(&self.futility, looks) }
    }

    /// Finds the bounds.
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::NotMonotone`], [`Error::LengthMismatch`] and [`Error::Empty`] for options;
    /// [`Error::Unsupported`] where bounds leave no error for the last look.
    pub fn fit(&self) -> Result<MultiArmBoundaries> {
        self.check()?;
        let (upper, lower): (Vec<f64>, Vec<f64>) = match self.shape() {
            Some(shape) => {
                let c = self.constant(&shape)?;
                (shape.iter().map(|s| c * s).collect(), self.lower(c))
            }
            None => (self.look_by_look()?, self.lower(0.0)),
        };
        // Above the upper bound nobody is dropped.
        let lower: Vec<f64> = lower.iter().zip(&upper).map(|(l, u)| l.min(*u)).collect();
        let alpha_spent = self.any_by_look(&upper, &lower);
        Ok(MultiArmBoundaries { design: self.clone(), upper, lower, alpha_spent })
    }

    /// The multiples of the constant at each look, where there is one constant.
    pub(super) fn shape(&self) -> Option<Vec<f64>> {
        let delta = match self.boundary {
            _ if self.triangular => {
                return Some(self.fractions.iter().map(|t| (1.0 + t) / t.sqrt()).collect());
            }
            BoundaryType::OBrienFleming => 0.0,
            BoundaryType::Pocock => 0.5,
            BoundaryType::WangTsiatis(delta) => delta,
            _ => return None,
        };
        Some(self.fractions.iter().map(|t| t.powf(delta - 0.5)).collect())
    }

    /// The lower bounds of all looks; arms that end below the last upper bound are not dropped but not shown.
    fn lower(&self, c: f64) -> Vec<f64> {
        let last = self.fractions.len() - 1;
        let triangle = |t: f64| c * (3.0 * t - 1.0) / t.sqrt();
        let of = |(k, &t): (usize, &f64)| match self.futility.get(k) {
            _ if k == last => f64::NEG_INFINITY,
            _ if self.triangular => triangle(t),
            given => given.copied().unwrap_or(f64::NEG_INFINITY),
        };
        self.fractions.iter().enumerate().map(of).collect()
    }

    /// The probability that some arm has reached an upper bound by each look, where no arm has an effect: what the error counts.
    fn any_by_look(&self, upper: &[f64], lower: &[f64]) -> Vec<f64> {
        let none = vec![f64::NEG_INFINITY; lower.len()];
        let lower = if self.binding || self.triangular { lower } else { &none };
        let arms = Arms::counted((0..self.arms).map(|arm| (self.ratio_of(arm), 0.0)));
        self.paths(upper, lower).any_by_look(&arms)
    }

    /// The size of an arm relative to the control.
    pub(super) fn ratio_of(&self, arm: usize) -> f64 {
        self.ratios[arm.min(self.ratios.len() - 1)]
    }

    pub(super) fn paths<'a>(&'a self, upper: &'a [f64], lower: &'a [f64]) -> ControlPaths<'a> {
        ControlPaths { fractions: &self.fractions[..upper.len()], upper, lower }
    }

    /// The family-wise error of bounds with this constant.
    pub(super) fn error_of(&self, shape: &[f64], c: f64) -> f64 {
        let upper: Vec<f64> = shape.iter().map(|s| c * s).collect();
        self.any_by_look(&upper, &self.lower(c)).last().copied().unwrap_or(0.0)
    }

    fn constant(&self, shape: &[f64]) -> Result<f64> {
        let wanted = normal_quantile(1.0 - self.alpha);
        let least = shape.iter().copied().fold(f64::INFINITY, f64::min);
        // One arm at one look spends at most the error, all arms at all looks together at most their number times as much.
        let tests = (self.arms * shape.len()) as f64;
        let most = -normal_quantile(self.alpha / tests) / least + 1e-6;
        let start = f64::midpoint(wanted / least, most);
        let excess = |c: f64| normal_bound(self.error_of(shape, c)) - wanted;
        root::secant(0.0, most, start, excess).ok_or(STOPS_TOO_MANY)
    }

    /// Bounds of a spending function, or fixed ones and what they leave for the last look.
    pub(super) fn look_by_look(&self) -> Result<Vec<f64>> {
        let (last, lower) = (self.fractions.len() - 1, self.lower(0.0));
        let (mut upper, mut spent) = (Vec::new(), 0.0);
        for (k, &t) in self.fractions.iter().enumerate() {
            let total = match &self.boundary {
                BoundaryType::HaybittlePeto(bound) if k < last => {
                    upper.push(*bound);
                    continue;
                }
                BoundaryType::LastLookOnly if k < last => {
                    upper.push(f64::INFINITY);
                    continue;
                }
                BoundaryType::Spending(spending) => spending.at(t, self.alpha, k),
                _ => self.alpha,
            };
            if k > 0 {
                spent = self.any_by_look(&upper, &lower[..k])[k - 1];
            }
            let wanted = total - spent;
            if wanted <= 1e-290 {
                if k == last {
                    return Err(Error::Unsupported {
                        method: "this design",
                        with: "these bounds",
                        why: "the looks before the last spend the whole error; raise their bounds",
                    });
                }
                upper.push(f64::INFINITY);
                continue;
            }
            let most = normal_bound(wanted / self.arms as f64);
            let excess = |z: f64| {
                let own = [upper.as_slice(), &[z]].concat();
                normal_bound(self.any_by_look(&own, &lower[..=k])[k] - spent) - normal_bound(wanted)
            };
            upper.push(root::secant(-8.0, most + 1e-6, most, excess).ok_or(STOPS_TOO_MANY)?);
        }
        Ok(upper)
    }
}

/// Lower bounds after which too few arms are left.
const STOPS_TOO_MANY: Error = Error::Unsupported {
    method: "this design",
    with: "binding bounds for futility",
    why: "so many arms are dropped that the rest cannot spend the error; lower these bounds, or let them not bind",
};
