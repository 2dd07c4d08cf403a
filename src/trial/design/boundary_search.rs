//! The bounds of a group-sequential design, look by look, and the drift at which they have their power.

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::numeric::root;
use crate::trial::design::boundaries::BoundaryType;
use crate::trial::design::group_sequential::{Futility, GroupSequential};
use crate::trial::design::recursion::{Stage, exits};

/// Beyond this bound nothing is left of a normal tail in 64 bits.
const NEVER: f64 = 38.0;

/// The bounds under one choice of the constant and the drift.
pub(super) struct Bounds {
    pub(super) upper: Vec<f64>,
    pub(super) lower: Vec<f64>,
    /// Crossing above under no effect, at each look.
    pub(super) spent: Vec<f64>,
    pub(super) power: f64,
}

impl GroupSequential {
    /// Where look `k` stands on a spending function.
    fn time(&self, k: usize) -> f64 {
        self.spending_time.as_ref().map_or(self.fractions[k], |time| time[k])
    }

    /// The bounds for harm: what their spending function leaves at each look under no effect.
    pub(super) fn harm_bounds(&self, found: &Bounds) -> Result<Vec<f64>> {
        let Some((spending, alpha)) = &self.harm else { return Ok(Vec::new()) };
        let (mut stage, mut spent, mut bounds) = (Stage::start(0.0), 0.0, Vec::new());
        for (k, &t) in self.fractions.iter().enumerate() {
            let wanted = spending.at(self.time(k), *alpha, k) - spent;
            let bound = if wanted <= 1e-290 {
                f64::NEG_INFINITY
            } else {
                root::find(-NEVER, NEVER, |z| wanted - stage.below(t, z))
            };
            if bound >= found.upper[k]
                || (k + 1 < self.fractions.len() && bound > found.lower[k] && found.lower[k].is_finite())
            {
                return Err(Error::Unsupported {
                    method: "a bound for harm",
                    with: "so much error to spend",
                    why: "it would lie above the bound for efficacy or futility of its look; spend less or later",
                });
            }
            spent += if bound > f64::NEG_INFINITY { stage.below(t, bound) } else { 0.0 };
            if k + 1 < self.fractions.len() {
                stage = stage.next(t, bound, found.upper[k]);
            }
            bounds.push(bound);
        }
        Ok(bounds)
    }

    /// The drift with the power asked for: power grows with the drift.
    pub(super) fn find_drift(&self, fixed: f64, power: impl Fn(f64) -> Result<f64>) -> Result<f64> {
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
    pub(super) fn bounds(&self, drift: f64) -> Result<Bounds> {
        let constant = match self.boundary {
            BoundaryType::OBrienFleming => self.constant(0.0, drift),
            BoundaryType::Pocock => self.constant(0.5, drift),
            BoundaryType::WangTsiatis(delta) => self.constant(delta, drift),
            _ => 0.0,
        };
        self.chain(constant, drift)
    }

    /// The constant of classical bounds `c t^{Δ − ½}` that spends the error.
    fn constant(&self, delta: f64, drift: f64) -> f64 {
        let per_side = self.alpha / f64::from(self.sides);
        if self.binding && self.futility != Futility::None {
            let excess =
                |c| self.chain(c, drift).map_or(f64::NAN, |b| b.spent.iter().sum::<f64>() - per_side);
            return root::find(0.05, NEVER, excess);
        }
        // No stop counts but those of the bounds: the last look alone spends at most the error, and up to Δ = ½, where no look
        // has a lower bound than the last, all together spend at most their number times what that one would.
        let looks = self.fractions.len() as f64;
        let least = normal_quantile(1.0 - per_side) - 1e-6;
        let most = if delta <= 0.5 { normal_quantile(1.0 - per_side / looks) + 1e-6 } else { NEVER };
        root::find(least, most, |c| {
            let upper: Vec<f64> = self.fractions.iter().map(|t| c * t.powf(delta - 0.5)).collect();
            let lower = if self.sides == 2 {
                upper.iter().map(|z| -z).collect()
            } else {
                vec![f64::NEG_INFINITY; upper.len()]
            };
            exits(&self.fractions, &lower, &upper, 0.0).0.iter().sum::<f64>() - per_side
        })
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
                BoundaryType::Spending(spending) => left_over(spending.at(self.time(k), per_side, k)),
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
                    let wanted = spending.at(self.time(k), self.beta, k) - lost;
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
