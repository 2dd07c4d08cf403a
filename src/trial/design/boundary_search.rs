//! The bounds of a group-sequential design, look by look, and the drift at which they have their power.

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::numeric::root;
use crate::trial::design::boundaries::BoundaryType;
use crate::trial::design::exits::{above_at_some_look, exits, exits_of, given_up};
use crate::trial::design::group_sequential::{Futility, GroupSequential};
use crate::trial::design::recursion::Stage;

/// Beyond this bound nothing is left of a normal tail in 64 bits.
const NEVER: f64 = 38.0;

/// Up to this drift the search for the drift looks.
const MOST_DRIFT: f64 = 1e3;

/// Up to this drift one recursion, under no effect, serves for the error and for the power.
const MODERATE: f64 = 6.0;

/// So far from the drift of a recursion its points are asked for the power; further off the recursion starts anew.
const NEAR: f64 = 2.5;

/// Bounds that count on stops for futility after which too few trials are left.
pub(super) const STOPS_TOO_MANY: Error = Error::Unsupported {
    method: "this design",
    with: "binding bounds for futility",
    why: "so many trials stop for futility that the rest cannot spend the error; lower these bounds, or let them not bind",
};

/// The bounds under one choice of the constant and the drift.
pub(super) struct Bounds {
    pub(super) upper: Vec<f64>,
    pub(super) lower: Vec<f64>,
    /// Crossing above under no effect, at each look.
    pub(super) spent: Vec<f64>,
    /// The trials before each look that the power counts: those that obeyed the bounds for efficacy and futility.
    stages: Vec<Stage>,
    /// The drift for which they were made.
    drift: f64,
}

impl Bounds {
    /// The power at a drift: one sum over the points of each look.
    pub(super) fn power(&self, fractions: &[f64], sides: u32, drift: f64) -> f64 {
        if (drift - self.drift).abs() > NEAR {
            let mirrored = || self.upper.iter().map(|z| -z).collect();
            let lower = if sides == 2 { mirrored() } else { self.lower.clone() };
            return exits(fractions, &lower, &self.upper, drift).0.iter().sum();
        }
        let looks = fractions.iter().zip(&self.upper).zip(&self.stages);
        looks.map(|((&t, &bound), stage)| stage.above_at(t, bound, drift)).sum()
    }
}

/// The bound whose tail is `wanted`; `tail` gives the probability beyond a bound, which falls, and the density there. The whole
/// lies below a normal law, so the bound of that law, `start`, is not below the bound wanted.
///
/// The logarithm of the tail is concave, since the statistic's density is (Prékopa 1973: a normal density that is cut to
/// intervals), so Newton's steps come down from `start` and never pass the root.
fn bound_with(wanted: f64, start: f64, tail: impl Fn(f64) -> (f64, f64)) -> f64 {
    let mut z = start.min(NEVER);
    for _ in 0..60 {
        let (p, density) = tail(z);
        let step = (p.ln() - wanted.ln()) * p / density;
        if !step.is_finite() || z + step < -NEVER {
            break;
        }
        z += step;
        // What is left is of the order of the step's square.
        if step.abs() <= 3e-9 * z.abs().max(1.0) {
            return z;
        }
    }
    root::find(-NEVER, NEVER, |z| wanted - tail(z).0)
}

/// The normal bound with this tail.
pub(super) fn normal_bound(tail: f64) -> f64 {
    if tail < 1.0 { -normal_quantile(tail) } else { -NEVER }
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
                -bound_with(wanted, normal_bound(wanted), |z| stage.below_with_density(t, -z))
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
            spent += stage.below(t, bound);
            if let Some(&following) = self.fractions.get(k + 1) {
                stage = stage.next(t, bound, found.upper[k], following);
            }
            bounds.push(bound);
        }
        Ok(bounds)
    }

    /// The drift with the power asked for: power grows with the drift, and its normal quantile nearly by as much.
    pub(super) fn find_drift(&self, fixed: f64, power: impl Fn(f64) -> Result<f64>) -> Result<f64> {
        let wanted = normal_quantile(1.0 - self.beta);
        let mut failure = None;
        let drift = root::secant(0.0, MOST_DRIFT, 1.03 * fixed.max(0.1), |drift| match power(drift) {
            Ok(p) => normal_quantile(p.clamp(0.0, 1.0)) - wanted,
            Err(e) => {
                failure = Some(e);
                f64::NAN
            }
        });
        if let Some(e) = failure {
            return Err(e);
        }
        drift.ok_or(Error::Unsupported {
            method: "this design",
            with: "this power",
            why: "its futility bounds stop too many trials for any effect to have it; lower them or the power",
        })
    }

    /// Do the trials that count for the error and those that count for the power obey the same bounds?
    fn one_region(&self) -> bool {
        self.binding || self.futility == Futility::None
    }

    /// The bounds at a drift; the constant of classical bounds is found so that the error is right.
    pub(super) fn bounds(&self, drift: f64) -> Result<Bounds> {
        let constant = match self.boundary {
            BoundaryType::OBrienFleming => self.constant(0.0, drift)?,
            BoundaryType::Pocock => self.constant(0.5, drift)?,
            BoundaryType::WangTsiatis(delta) => self.constant(delta, drift)?,
            _ => 0.0,
        };
        self.chain(constant, drift, None)
    }

    /// The bounds at another drift, those for efficacy as they were found, since they do not hang on it.
    pub(super) fn bounds_from(&self, found: &Bounds, drift: f64) -> Result<Bounds> {
        self.chain(0.0, drift, Some(found))
    }

    /// The constant of classical bounds `c t^{Δ − ½}` that spends the error.
    fn constant(&self, delta: f64, drift: f64) -> Result<f64> {
        let per_side = self.alpha / f64::from(self.sides);
        // The normal bound of what is spent grows nearly as fast as the constant.
        let wanted = normal_quantile(1.0 - per_side);
        let excess = |spent: f64| normal_bound(spent) - wanted;
        if self.binding && self.futility != Futility::None {
            let of = |c| self.chain(c, drift, None).map_or(f64::NAN, |b| excess(b.spent.iter().sum()));
            return root::secant(0.05, NEVER, wanted.max(0.1), of).ok_or(STOPS_TOO_MANY);
        }
        // No stop counts but those of the bounds: the last look alone spends at most the error, and up to Δ = ½, where no look
        // has a lower bound than the last, all together spend at most their number times what that one would. Between the two the
        // constant is about where this curve in Δ has it, for any error and two to ten looks within 0.03.
        let looks = self.fractions.len() as f64;
        let least = wanted - 1e-6;
        let (most, start) = if delta <= 0.5 {
            let most = normal_quantile(1.0 - per_side / looks) + 1e-6;
            let place = 0.12 + 0.14 * delta + 2.16 * delta * delta;
            (most, least + (most - least) * place.clamp(0.0, 1.0))
        } else {
            // The lowest bound is that of the first look.
            (NEVER * self.fractions[0].powf(0.5 - delta), wanted)
        };
        let of = |start: fn() -> Stage, c: f64| {
            let upper: Vec<f64> = self.fractions.iter().map(|t| c * t.powf(delta - 0.5)).collect();
            if self.sides == 1 {
                return excess(above_at_some_look(start(), &self.fractions, &upper));
            }
            let lower: Vec<f64> = upper.iter().map(|z| -z).collect();
            excess(exits_of(start(), &self.fractions, &lower, &upper).0.iter().sum())
        };
        let rough = |c| of(|| Stage::start(0.0).rough(), c);
        let fine = |c| of(|| Stage::start(0.0), c);
        root::secant_after(rough, fine, (least, most, start)).ok_or(STOPS_TOO_MANY)
    }

    /// Look by look: the efficacy bound from the trials that no look has stopped under no effect, the futility bound
    /// from those under the drift. Where both obey the same bounds one recursion serves for both.
    fn chain(&self, constant: f64, drift: f64, known: Option<&Bounds>) -> Result<Bounds> {
        let last = self.fractions.len() - 1;
        let shared = self.one_region() && drift <= MODERATE;
        let far = drift + NEAR;
        let mut none = Stage::start(0.0).reaching(0.0, if shared { far } else { 0.0 });
        let mut effect = if shared { none.clone() } else { Stage::start(drift).reaching(drift - NEAR, far) };
        let mut bounds =
            Bounds { upper: Vec::new(), lower: Vec::new(), spent: Vec::new(), stages: Vec::new(), drift };
        let (mut spent, mut lost) = (0.0, 0.0);
        for (k, &t) in self.fractions.iter().enumerate() {
            let upper = known.map_or_else(|| self.efficacy(k, constant, &none, spent), |b| b.upper[k]);
            check_efficacy(upper, k == last)?;
            let above = known.map_or_else(|| none.above(t, upper), |b| b.spent[k]);
            spent += above;
            bounds.spent.push(above);
            let counted = if shared { &none } else { &effect };
            bounds.stages.push(counted.clone());
            let lower = if k == last {
                f64::NEG_INFINITY
            } else {
                self.stop_for_futility(k, drift, counted, &mut lost).min(upper)
            };
            if let Some(&following) = self.fractions.get(k + 1) {
                let kept = self.kept_above(k, lower, upper, [if shared { 0.0 } else { drift - NEAR }, far]);
                if known.is_none() {
                    let counts = if self.one_region() { kept } else { f64::NEG_INFINITY };
                    none = none.next(t, counts, upper, following);
                }
                if !shared {
                    effect = effect.next(t, kept, upper, following);
                }
            }
            bounds.upper.push(upper);
            bounds.lower.push(lower);
        }
        Ok(bounds)
    }

    /// The bound for efficacy of look `k`, where so much has been `spent` before; infinite where nothing is left.
    fn efficacy(&self, k: usize, constant: f64, none: &Stage, spent: f64) -> f64 {
        let (t, per_side) = (self.fractions[k], self.alpha / f64::from(self.sides));
        let early = k + 1 < self.fractions.len();
        let left_over = |amount: f64| {
            let wanted = amount - spent;
            if wanted <= 1e-290 {
                f64::INFINITY
            } else {
                bound_with(wanted, normal_bound(wanted), |z| none.above_with_density(t, z))
            }
        };
        match &self.boundary {
            BoundaryType::OBrienFleming => constant / t.sqrt(),
            BoundaryType::Pocock => constant,
            BoundaryType::WangTsiatis(delta) => constant * t.powf(delta - 0.5),
            BoundaryType::HaybittlePeto(bound) if early => *bound,
            BoundaryType::LastLookOnly if early => f64::INFINITY,
            BoundaryType::HaybittlePeto(_) | BoundaryType::LastLookOnly => left_over(per_side),
            BoundaryType::Spending(spending) => left_over(spending.at(self.time(k), per_side, k)),
        }
    }

    /// The bound for futility of look `k` before the last; `lost` is what of the type II error has been spent.
    fn stop_for_futility(&self, k: usize, drift: f64, counted: &Stage, lost: &mut f64) -> f64 {
        let t = self.fractions[k];
        match &self.futility {
            Futility::None => f64::NEG_INFINITY,
            Futility::Z(z) => z[k],
            Futility::Spending(spending) => {
                let wanted = spending.at(self.time(k), self.beta, k) - *lost;
                if wanted <= 1e-290 {
                    return f64::NEG_INFINITY;
                }
                let below = |z: f64| counted.below_at(t, -z, drift);
                let bound = bound_with(wanted, normal_bound(wanted) - drift * t.sqrt(), below);
                *lost += below(bound).0;
                -bound
            }
        }
    }

    /// Below what no trial is carried on: the bound on the other side; where there is none, a value from which fewer than 1e-16 of all
    /// trials come back, under each drift. The normal bound of the whole error lies below every bound to come, since
    /// `P(Z_k > z_k)` is at most the probability of having reached some bound by look k.
    fn kept_above(&self, k: usize, lower: f64, upper: f64, drifts: [f64; 2]) -> f64 {
        if self.sides == 2 {
            return -upper;
        }
        if self.futility != Futility::None || upper == f64::INFINITY {
            return lower;
        }
        let least = normal_bound(self.alpha);
        given_up(self.fractions[k], self.fractions[k + 1..].iter().map(|&u| (u, least)), &drifts, 1e-16)
    }
}

/// A bound for efficacy that can be had.
fn check_efficacy(upper: f64, last: bool) -> Result<()> {
    if last && upper.is_infinite() {
        return Err(Error::Unsupported {
            method: "this design",
            with: "these bounds",
            why: "the looks before the last spend the whole error; raise their bounds",
        });
    }
    if upper <= -NEVER { Err(STOPS_TOO_MANY) } else { Ok(()) }
}
