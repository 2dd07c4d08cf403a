//! Group-sequential designs: the options, and the verb. What options may be stands in `boundary_check`, how the bounds are found
//! in `boundary_search`.

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::trial::design::boundaries::{Boundaries, BoundaryType};
use crate::trial::design::boundary_search::{Bounds, STOPS_TOO_MANY};
use crate::trial::design::spending::Spending;

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
/// One recursion over the looks for spending functions, one or two for classical bounds after a search on rough ones, some ten
/// where futility bounds are spent, each `O(looks n²)` for n of 45 to 65 points: 0.04 ms, 0.07 ms and some 0.15 ms for five looks; 0.8 ms where futility bounds are spent bindingly
/// on classical bounds. Steps of the information below a hundredth take more points: at most some seconds, beyond that the looks are
/// refused (fifty may be a thousandth apart, sixteen a ten-thousandth, three a millionth).
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
    pub(super) fractions: Vec<f64>,
    /// As many as were asked for; too many are not written down.
    pub(super) looks: usize,
    pub(super) alpha: f64,
    pub(super) sides: u32,
    pub(super) beta: f64,
    pub(super) boundary: BoundaryType,
    pub(super) futility: Futility,
    pub(super) binding: bool,
    pub(super) harm: Option<(Spending, f64)>,
    pub(super) spending_time: Option<Vec<f64>>,
}

/// More looks than this no trial has.
pub(super) const MOST_LOOKS: usize = 50;

impl GroupSequential {
    /// So many looks at equal steps of the information.
    pub fn looks(looks: usize) -> Self {
        let written = looks.min(MOST_LOOKS + 1);
        Self { looks, ..Self::at(&(1..=written).map(|k| k as f64 / looks as f64).collect::<Vec<_>>()) }
    }

    /// Looks at these shares of the final information; the last one is 1.
    pub fn at(fractions: &[f64]) -> Self {
        Self {
            fractions: fractions.to_vec(),
            looks: fractions.len(),
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
    /// [`OutOfRange`](crate::Error::OutOfRange) and [`NotMonotone`](crate::Error::NotMonotone) for options;
    /// [`Unsupported`](crate::Error::Unsupported) for futility bounds of a two-sided design, where bounds leave no error for the last
    /// look, and for looks so many and so near to each other that their bounds would take minutes.
    pub fn fit(&self) -> Result<Boundaries> {
        self.check()?;
        let per_side = self.alpha / f64::from(self.sides);
        let fixed_drift = normal_quantile(1.0 - per_side) + normal_quantile(1.0 - self.beta);
        let (drift, found) = if matches!(self.futility, Futility::Spending(_)) {
            self.with_futility_spent(fixed_drift)?
        } else {
            let found = self.bounds(fixed_drift)?;
            let power = |drift| Ok(found.power(&self.fractions, self.sides, drift));
            (self.find_drift(fixed_drift, power)?, found)
        };
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

    /// The bounds for efficacy at another error.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); [`Unsupported`](Error::Unsupported) for bounds that belong to one error.
    pub(crate) fn efficacy_at(&self, alpha: f64) -> Result<Vec<f64>> {
        let own = match &self.boundary {
            BoundaryType::HaybittlePeto(_) | BoundaryType::Spending(Spending::User(_)) => true,
            _ => self.sides == 2,
        };
        if own {
            return Err(Error::Unsupported {
                method: "a repeated p-value",
                with: "bounds that belong to one error",
                why: "take one side, and a spending function or classical bounds",
            });
        }
        // The power moves only bounds that count on futility.
        let beta = if matches!(self.futility, Futility::Spending(_)) { self.beta } else { 0.1 };
        Ok(Self { alpha, beta, ..self.clone() }.fit()?.upper)
    }

    /// The futility bounds depend on the drift and may, where they bind, move the efficacy bounds.
    fn with_futility_spent(&self, fixed: f64) -> Result<(f64, Bounds)> {
        let efficacy = if self.binding { None } else { Some(self.bounds(fixed)?) };
        let at = |drift| efficacy.as_ref().map_or_else(|| self.bounds(drift), |b| self.bounds_from(b, drift));
        let drift = self.find_drift(fixed, |drift| match at(drift) {
            Ok(found) => Ok(found.power(&self.fractions, self.sides, drift)),
            // The larger the drift, the higher the bounds for futility: too large a one.
            Err(e) if e == STOPS_TOO_MANY => Ok(1.0 - 0.1 * self.beta),
            Err(e) => Err(e),
        })?;
        let found = at(drift)?;
        let missing = found.power(&self.fractions, self.sides, drift) - (1.0 - self.beta);
        if missing.abs() <= 1e-8 { Ok((drift, found)) } else { Err(STOPS_TOO_MANY) }
    }
}
