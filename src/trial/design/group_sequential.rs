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
/// | [`harm`](Self::harm) | none | stop for harm: a spending function and its error, under no effect | one-sided |
/// | [`spending_time`](Self::spending_time) | the information | where on the spending function each look stands | increasing to 1 |
/// | [`observed`](Self::observed) | | looks as they came, planned or not | |
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
    harm: Option<(Spending, f64)>,
    spending_time: Option<Vec<f64>>,
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
            harm: None,
            spending_time: None,
        }
    }

    /// Looks as they came: the number of events at each one so far, planned or not, of a planned maximum. The error spent
    /// follows the share of the planned maximum; the looks still to come are one, at the maximum. Where there are as many
    /// events as planned, or more, the last look spends all that is left.
    ///
    /// Bounds of spending functions never change in retrospect: those of the looks so far are the same whatever follows.
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::design::GroupSequential;
    ///
    /// let planned = GroupSequential::looks(3).fit()?;
    /// let as_it_came = GroupSequential::observed(&[100.0, 145.0], 300.0).fit()?;     // the second look was at 145, not 200
    /// assert!((as_it_came.z()[0] - planned.z()[0]).abs() < 1e-10);
    /// assert!(as_it_came.z()[1] > planned.z()[1]);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn observed(events: &[f64], planned: f64) -> Self {
        let last = events.last().copied().unwrap_or(f64::NAN);
        let most = if last >= planned { last } else { planned };
        let all = || events.iter().copied().chain((last < planned).then_some(planned));
        let design = Self::at(&all().map(|d| d / most).collect::<Vec<_>>());
        let time = all().map(|d| d / planned);
        // What overruns the plan spends the rest at its last look alone.
        let count = all().count();
        let time = time.enumerate().map(|(k, t)| if k + 1 == count { 1.0 } else { t.min(1.0) }).collect();
        Self { spending_time: Some(time), ..design }
    }

    /// Where on the spending functions each look stands, if not at its information: the share of the planned duration, say
    /// (spending by calendar time, Lan & DeMets 1989). The information still decides how the statistics hang together.
    pub fn spending_time(self, time: &[f64]) -> Self {
        Self { spending_time: Some(time.to_vec()), ..self }
    }

    /// Stops where the treatment is worse: so much error in all, spent under no effect.
    pub fn harm(self, spending: Spending, alpha: f64) -> Self {
        Self { harm: Some((spending, alpha)), ..self }
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
        let harm = self.harm_bounds(&found)?;
        Ok(Boundaries {
            harm,
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
        self.check_time()?;
        if let Some((spending, alpha)) = &self.harm {
            spending.check(looks, *alpha)?;
        }
        if (self.futility != Futility::None || self.harm.is_some()) && self.sides == 2 {
            return Err(Error::Unsupported {
                method: "a bound for futility or harm",
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

    fn check_time(&self) -> Result<()> {
        let Some(time) = &self.spending_time else { return Ok(()) };
        if time.len() != self.fractions.len() {
            let (len, expected) = (time.len(), self.fractions.len());
            return Err(Error::LengthMismatch { argument: "spending_time", len, other: "looks", expected });
        }
        let mut previous = 0.0;
        for (index, &value) in time.iter().enumerate() {
            if !(value >= previous && value <= 1.0) {
                let must = "shares of the planned time do not fall, and end at 1";
                return Err(Error::NotMonotone { argument: "spending_time", index, value, previous, must });
            }
            previous = value;
        }
        if previous != 1.0 {
            let (argument, value) = ("the last spending_time", previous);
            return Err(Error::OutOfRange { argument, value, must_be: "1" });
        }
        Ok(())
    }

    /// Where look `k` stands on a spending function.
    fn time(&self, k: usize) -> f64 {
        self.spending_time.as_ref().map_or(self.fractions[k], |time| time[k])
    }

    /// The bounds for harm: what their spending function leaves at each look under no effect.
    fn harm_bounds(&self, found: &Bounds) -> Result<Vec<f64>> {
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
