//! Group-sequential designs: the options, and the search for the bounds.

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::numeric::root;
use crate::trial::design::boundaries::{Boundaries, BoundaryType};
use crate::trial::design::recursion::{Stage, exits};
use crate::trial::design::spending::Spending;

/// Beyond this bound nothing is left of a normal tail in 64 bits.
const NEVER: f64 = 38.0;

/// When a trial stops because it has become unlikely to succeed.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Futility {
    /// Never.
    #[default]
    None,
    /// At these values of the statistic, one for each look but the last; −∞ for a look without.
    Z(Vec<f64>),
    /// Where a spending function of the type II error says so.
    Spending(Spending),
}

/// A group-sequential design: looks at increasing information, at each of which a trial may stop.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`alpha`](Self::alpha) | 0.025 | the error rate, of both sides together | inside (0, 1) |
/// | [`sides`](Self::sides) | 1 | one-sided, or symmetric two-sided | 1 or 2 |
/// | [`power`](Self::power) | 0.9 | the power for which the drift is found | above alpha, below 1 |
/// | [`boundary`](Self::boundary) | O'Brien-Fleming-like spending | how the efficacy bounds come about | |
/// | [`futility`](Self::futility) | none | how the futility bounds come about | one-sided |
/// | [`binding`](Self::binding) | no | may the efficacy bounds count on the stops for futility? | |
///
/// Information is the share of the final number of events. Two-sided designs are symmetric; their power counts the side of
/// the effect alone.
///
/// # Cost
/// Less than a millisecond for five looks; a hundred times that where futility bounds are spent bindingly on classical bounds.
///
/// # Example
/// ```
/// use greenwood::trial::design::{BoundaryType, GroupSequential};
///
/// let classic = GroupSequential::looks(3).boundary(BoundaryType::OBrienFleming).fit()?;
/// assert!((classic.z()[2] - 2.0040).abs() < 1e-4);      // Jennison & Turnbull (2000), one-sided 0.025
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Jennison & Turnbull (2000), Group Sequential Methods, chapters 2, 4, 7 and 19. Armitage, McPherson & Rowe (1969), J R Stat Soc A
/// 132:235.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct GroupSequential {
    fractions: Vec<f64>,
    alpha: f64,
    sides: u32,
    beta: f64,
    boundary: BoundaryType,
    futility: Futility,
    binding: bool,
}

/// The bounds under one choice of the constant and the drift.
struct Bounds {
    upper: Vec<f64>,
    lower: Vec<f64>,
    /// Crossing above under no effect, at each look.
    spent: Vec<f64>,
    power: f64,
}

impl GroupSequential {
    /// So many looks at equal steps of the information.
    pub fn looks(looks: usize) -> Self {
        Self::at(&(1..=looks).map(|k| k as f64 / looks as f64).collect::<Vec<_>>())
    }

    /// Looks at these shares of the final information; the last one is 1.
    pub fn at(fractions: &[f64]) -> Self {
        Self {
            fractions: fractions.to_vec(),
            alpha: 0.025,
            sides: 1,
            beta: 0.1,
            boundary: BoundaryType::Spending(Spending::OBrienFleming),
            futility: Futility::None,
            binding: false,
        }
    }

    /// The error rate, of both sides together.
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// One-sided or two-sided.
    pub fn sides(self, sides: u32) -> Self {
        Self { sides, ..self }
    }

    /// The power for which the drift is found.
    pub fn power(self, power: f64) -> Self {
        Self { beta: 1.0 - power, ..self }
    }

    /// How the efficacy bounds come about.
    pub fn boundary(self, boundary: BoundaryType) -> Self {
        Self { boundary, ..self }
    }

    /// How the futility bounds come about.
    pub fn futility(self, futility: Futility) -> Self {
        Self { futility, ..self }
    }

    /// May the efficacy bounds count on the stops for futility? Then the error rate holds only where these are obeyed.
    pub fn binding(self, binding: bool) -> Self {
        Self { binding, ..self }
    }

    /// Finds the bounds and the drift.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] and [`Error::NotMonotone`] for options; [`Error::Unsupported`] for futility bounds of a
    /// two-sided design, and where bounds leave no error for the last look.
    pub fn fit(&self) -> Result<Boundaries> {
        self.check()?;
        let per_side = self.alpha / f64::from(self.sides);
        let fixed_drift = normal_quantile(1.0 - per_side) + normal_quantile(1.0 - self.beta);
        let depends = matches!(self.futility, Futility::Spending(_));
        let drift = if depends {
            // The futility bounds depend on the drift and may, where they bind, move the efficacy bounds.
            self.find_drift(fixed_drift, |drift| self.bounds(drift).map(|b| b.power))?
        } else {
            let fixed = self.bounds(fixed_drift)?;
            let lower =
                if self.sides == 2 { fixed.upper.iter().map(|z| -z).collect() } else { fixed.lower.clone() };
            self.find_drift(fixed_drift, |drift| {
                Ok(exits(&self.fractions, &lower, &fixed.upper, drift).0.iter().sum())
            })?
        };
        let found = self.bounds(drift)?;
        let mut sum = 0.0;
        let alpha_spent = found
            .spent
            .iter()
            .map(|p| {
                sum += p * f64::from(self.sides);
                sum
            })
            .collect();
        Ok(Boundaries {
            fractions: self.fractions.clone(),
            upper: found.upper,
            futility: found.lower,
            alpha: self.alpha,
            beta: self.beta,
            sides: self.sides,
            binding: self.binding,
            drift,
            alpha_spent,
            fixed_drift,
        })
    }

    fn check(&self) -> Result<()> {
        let looks = self.fractions.len();
        if looks == 0 {
            return Err(Error::Empty { argument: "fractions" });
        }
        if looks > 50 {
            return Err(Error::OutOfRange { argument: "looks", value: looks as f64, must_be: "at most 50" });
        }
        let mut previous = 0.0;
        for (index, &value) in self.fractions.iter().enumerate() {
            // Steps of less than a millionth are no step: the bounds would be one.
            if !(value > previous + 1e-6 && value <= 1.0) {
                let must = "fractions of the information increase from above 0 to 1";
                return Err(Error::NotMonotone { argument: "fractions", index, value, previous, must });
            }
            previous = value;
        }
        if previous != 1.0 {
            return Err(Error::OutOfRange { argument: "the last fraction", value: previous, must_be: "1" });
        }
        if !(1..=2).contains(&self.sides) {
            return Err(Error::OutOfRange {
                argument: "sides",
                value: f64::from(self.sides),
                must_be: "1 or 2",
            });
        }
        Spending::OBrienFleming.check(looks, self.alpha)?;
        let power = 1.0 - self.beta;
        if !(power > self.alpha && power < 1.0 - 1e-12) {
            return Err(Error::OutOfRange {
                argument: "power",
                value: power,
                must_be: "above alpha and below 1",
            });
        }
        match &self.boundary {
            BoundaryType::Spending(spending) => spending.check(looks, self.alpha / f64::from(self.sides))?,
            BoundaryType::WangTsiatis(value) if !((-2.0..=2.0).contains(value)) => {
                return Err(Error::OutOfRange {
                    argument: "Wang and Tsiatis's Δ",
                    value: *value,
                    must_be: "between -2 and 2",
                });
            }
            BoundaryType::HaybittlePeto(value) if !((0.5..=10.0).contains(value)) => {
                return Err(Error::OutOfRange {
                    argument: "Haybittle and Peto's bound",
                    value: *value,
                    must_be: "between 0.5 and 10",
                });
            }
            _ => {}
        }
        if self.futility != Futility::None && self.sides == 2 {
            return Err(Error::Unsupported {
                method: "a futility bound",
                with: "a two-sided design",
                why: "it stops on the side of no effect; take one side with half the error",
            });
        }
        match &self.futility {
            Futility::Z(bounds) => {
                if bounds.len() + 1 != looks {
                    let (len, expected) = (bounds.len(), looks - 1);
                    return Err(Error::LengthMismatch {
                        argument: "futility",
                        len,
                        other: "the looks before the last",
                        expected,
                    });
                }
                match bounds.iter().find(|z| !(**z < 10.0)) {
                    Some(&value) => {
                        Err(Error::OutOfRange { argument: "futility", value, must_be: "below 10" })
                    }
                    None => Ok(()),
                }
            }
            Futility::Spending(spending) => spending.check(looks, self.beta),
            Futility::None => Ok(()),
        }
    }

    /// The drift with the power asked for: power grows with the drift.
    fn find_drift(&self, fixed: f64, power: impl Fn(f64) -> Result<f64>) -> Result<f64> {
        let wanted = 1.0 - self.beta;
        let mut high = fixed.max(0.1) * 1.02;
        while power(high)? < wanted {
            high *= 1.3;
            if high > 1e3 {
                return Err(Error::Unsupported {
                    method: "this design",
                    with: "this power",
                    why: "its futility bounds stop too many trials for any effect to have it; lower them or the power",
                });
            }
        }
        let low = fixed.max(0.0) * 0.9;
        let mut failure = None;
        let drift = root::find(low, high, |drift| match power(drift) {
            Ok(p) => p - wanted,
            Err(e) => {
                failure = Some(e);
                0.0
            }
        });
        failure.map_or(Ok(drift), Err)
    }

    /// The bounds at a drift; the constant of classical bounds is found so that the error is right.
    fn bounds(&self, drift: f64) -> Result<Bounds> {
        let per_side = self.alpha / f64::from(self.sides);
        let constant = match self.boundary {
            BoundaryType::OBrienFleming | BoundaryType::Pocock | BoundaryType::WangTsiatis(_) => {
                root::find(0.05, NEVER, |c| {
                    self.chain(c, drift).map_or(f64::NAN, |b| b.spent.iter().sum::<f64>() - per_side)
                })
            }
            _ => 0.0,
        };
        self.chain(constant, drift)
    }

    /// Look by look: the efficacy bound from the trials that no look has stopped under no effect, the futility bound
    /// from those under the drift.
    fn chain(&self, constant: f64, drift: f64) -> Result<Bounds> {
        let per_side = self.alpha / f64::from(self.sides);
        let last = self.fractions.len() - 1;
        let (mut none, mut effect) = (Stage::start(0.0), Stage::start(drift));
        let mut bounds = Bounds { upper: Vec::new(), lower: Vec::new(), spent: Vec::new(), power: 0.0 };
        let (mut spent, mut lost) = (0.0, 0.0);
        for (k, &t) in self.fractions.iter().enumerate() {
            let left_over = |amount: f64| {
                let wanted = amount - spent;
                if wanted <= 1e-290 {
                    f64::INFINITY
                } else {
                    root::find(-NEVER, NEVER, |z| none.above(t, z) - wanted)
                }
            };
            let upper = match &self.boundary {
                BoundaryType::OBrienFleming => constant / t.sqrt(),
                BoundaryType::Pocock => constant,
                BoundaryType::WangTsiatis(delta) => constant * t.powf(delta - 0.5),
                BoundaryType::HaybittlePeto(bound) if k < last => *bound,
                BoundaryType::LastLookOnly if k < last => f64::INFINITY,
                BoundaryType::HaybittlePeto(_) | BoundaryType::LastLookOnly => left_over(per_side),
                BoundaryType::Spending(spending) => left_over(spending.at(t, per_side, k)),
            };
            if k == last && upper.is_infinite() {
                return Err(Error::Unsupported {
                    method: "this design",
                    with: "these bounds",
                    why: "the looks before the last spend the whole error; raise their bounds",
                });
            }
            let above = none.above(t, upper);
            spent += above;
            bounds.spent.push(above);
            bounds.power += effect.above(t, upper);
            let lower = match &self.futility {
                _ if k == last => f64::NEG_INFINITY,
                Futility::None => f64::NEG_INFINITY,
                Futility::Z(z) => z[k].min(upper),
                Futility::Spending(spending) => {
                    let wanted = spending.at(t, self.beta, k) - lost;
                    if wanted <= 1e-290 {
                        f64::NEG_INFINITY
                    } else {
                        root::find(-NEVER, NEVER, |z| wanted - effect.below(t, z)).min(upper)
                    }
                }
            };
            lost += if lower > f64::NEG_INFINITY { effect.below(t, lower) } else { 0.0 };
            if k < last {
                let (null_lower, effect_lower) = match (self.sides, self.binding) {
                    (2, _) => (-upper, -upper),
                    (_, true) => (lower, lower),
                    (_, false) => (f64::NEG_INFINITY, lower),
                };
                none = none.next(t, null_lower, upper);
                effect = effect.next(t, effect_lower, upper);
            }
            bounds.upper.push(upper);
            bounds.lower.push(lower);
        }
        Ok(bounds)
    }
}
