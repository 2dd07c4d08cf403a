//! The estimate: masses, survival with the region that the data leave open, and the certificate.

use std::fmt;

use crate::print::{Number, counted, roughly};
use crate::survival::curve::turnbull::hazards::{Solution, masses};
use crate::survival::curve::turnbull::intersections::{Intersections, Place};
#[cfg(feature = "serde")]
use crate::survival::curve::turnbull::stored::RawCurve;
#[cfg(feature = "serde")]
use crate::survival::result::stored;
use crate::survival::result::time_asked::TimeAsked;
#[cfg(feature = "serde")]
use crate::survival::result::time_asked::or_nan;

/// The nonparametric maximum-likelihood estimate from interval-censored data: the result of
/// [`Turnbull`](crate::survival::Turnbull).
///
/// # Example
/// ```
/// use greenwood::survival::{IntervalCensored, Turnbull};
///
/// // Two had the event between the visits at 0 and 1, two between those at 2 and 3.
/// let data = IntervalCensored::new(&[0.0, 0.0, 2.0, 2.0], &[1.0, 1.0, 3.0, 3.0])?;
/// let curve = Turnbull::fit(&data);
/// let between = curve.at(1.5);
/// assert!((between.lower - 0.5).abs() < 1e-9 && (between.upper - 0.5).abs() < 1e-9);
/// let within = curve.at(0.5); // how the mass lies between two visits is not known
/// assert!((within.lower - 0.5).abs() < 1e-9 && within.upper == 1.0);
/// assert!(curve.converged() && curve.unique());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "RawCurve", try_from = "RawCurve"))]
pub struct TurnbullCurve {
    pub(super) places: Vec<(Place, Place)>,
    pub(super) mass: Vec<f64>,
    pub(super) rows: usize,
    pub(super) total: f64,
    pub(super) log_likelihood: f64,
    pub(super) kkt_gap: f64,
    pub(super) unique: bool,
    pub(super) iterations: usize,
    /// The increments of the cumulative hazard, where rows enter late.
    pub(super) hazard: Option<Vec<f64>>,
}

/// An interval of the estimate and the mass on it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MassInterval {
    /// Where it begins.
    pub left: f64,
    /// Whether its first time belongs to it.
    pub left_closed: bool,
    /// Where it ends; infinite where the last observations are right censored.
    pub right: f64,
    /// Whether its last time belongs to it.
    pub right_closed: bool,
    /// The probability of an event in it.
    pub mass: f64,
    /// Survival once it has ended.
    pub survival_after: f64,
}

/// Survival at a time: every value between the two has the same likelihood. Both are NaN where the time is.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SurvivalRegion {
    /// All mass of an interval gone once it has begun.
    #[cfg_attr(feature = "serde", serde(with = "or_nan"))]
    pub lower: f64,
    /// No mass of an interval gone before it has ended.
    #[cfg_attr(feature = "serde", serde(with = "or_nan"))]
    pub upper: f64,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(SurvivalRegion {
    #[serde(with = "or_nan")]
    lower: f64,
    #[serde(with = "or_nan")]
    upper: f64
});

#[cfg(feature = "serde")]
impl SurvivalRegion {
    fn check(&self) -> crate::error::Result<()> {
        if self.lower.is_nan() && self.upper.is_nan() {
            return Ok(()); // of no time
        }
        stored::probability("the lower end", self.lower)?;
        stored::probability("the upper end", self.upper)?;
        stored::ordered("the upper end", self.lower, self.upper + 1e-9)
    }
}

/// A region at no time is equal to itself.
impl PartialEq for SurvivalRegion {
    fn eq(&self, other: &Self) -> bool {
        let region = |r: &Self| [TimeAsked(r.lower), TimeAsked(r.upper)];
        region(self) == region(other)
    }
}

impl SurvivalRegion {
    /// Survival, where the data determine it.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        (self.lower == self.upper).then_some(self.lower)
    }
}

impl TurnbullCurve {
    pub(super) fn new(of: &Intersections, mass: Vec<f64>, iterations: usize, rows: usize) -> Self {
        let probabilities = of.probabilities(&mass);
        let largest = of.gradient(&probabilities).into_iter().fold(f64::NEG_INFINITY, f64::max);
        Self {
            places: of.places.clone(),
            mass,
            rows,
            total: of.total,
            log_likelihood: of.log_likelihood(&probabilities),
            kkt_gap: largest / of.total - 1.0,
            unique: true,
            iterations,
            hazard: None,
        }
    }

    pub(super) fn truncated(of: &Intersections, solution: Solution, unique: bool, rows: usize) -> Self {
        Self {
            places: of.places.clone(),
            mass: masses(&solution.hazard),
            rows,
            total: of.total,
            log_likelihood: solution.log_likelihood,
            kkt_gap: solution.gap,
            unique,
            iterations: solution.iterations,
            hazard: Some(solution.hazard),
        }
    }

    /// A curve on these intersections that a model predicts; `size` is its rows and subjects.
    pub(crate) fn predicted(
        places: Vec<(Place, Place)>,
        mass: Vec<f64>,
        size: (usize, f64),
        log_likelihood: f64,
        kkt_gap: f64,
        iterations: usize,
    ) -> Self {
        let (rows, total) = size;
        Self { places, mass, rows, total, log_likelihood, kkt_gap, unique: true, iterations, hazard: None }
    }

    /// The maximal intersections, in order.
    pub(crate) fn places(&self) -> &[(Place, Place)] {
        &self.places
    }

    /// The number of intersections that have begun, and of those that have ended, by a time.
    pub(super) fn begun_and_ended(&self, time: f64) -> (usize, usize) {
        let gone = |place: &Place| place.0 < time || (place.0 == time && place.1 <= 0);
        (self.places.partition_point(|p| gone(&p.0)), self.places.partition_point(|p| gone(&p.1)))
    }

    /// Where survival falls to 0 although rows enter later: everyone who was seen by then had the event, so that the
    /// likelihood has no maximum in the masses. It rises as the mass gathers there; what is left for those who enter
    /// later is known only given that they are there ([`given_survival_to`](Self::given_survival_to)).
    ///
    /// `None` without delayed entry, and where the risk set never empties.
    #[must_use]
    pub fn exhausted(&self) -> Option<MassInterval> {
        let hazard = self.hazard.as_ref()?;
        let at = hazard.iter().position(|h| h.is_infinite())?;
        (at + 1 < hazard.len()).then(|| self.intersections().nth(at)).flatten()
    }

    /// Survival beyond a time among those who are free of the event at `from`: it is known also where survival from 0 is
    /// not ([`exhausted`](Self::exhausted)). NaN and times before `from` give NaN.
    #[must_use]
    pub fn given_survival_to(&self, from: f64, time: f64) -> SurvivalRegion {
        if from.is_nan() || !(time >= from) {
            return SurvivalRegion { lower: f64::NAN, upper: f64::NAN };
        }
        let ((begun_before, ended_before), (begun, ended)) =
            (self.begun_and_ended(from), self.begun_and_ended(time));
        let between = |first: usize, end: usize| -> f64 {
            if first >= end {
                return 1.0;
            }
            if let Some(hazard) = &self.hazard {
                return (-hazard[first..end].iter().sum::<f64>()).exp();
            }
            let after: f64 = self.mass[end..].iter().sum();
            after / (after + self.mass[first..end].iter().sum::<f64>())
        };
        SurvivalRegion { lower: between(ended_before, begun), upper: between(begun_before, ended) }
    }

    /// All maximal intersections, those without mass too.
    pub fn intersections(&self) -> impl Iterator<Item = MassInterval> {
        // From the end, so that what is left after the last mass is 0 to the last bit.
        let mut after = vec![0.0; self.mass.len()];
        for j in (0..self.mass.len().saturating_sub(1)).rev() {
            after[j] = after[j + 1] + self.mass[j + 1];
        }
        self.places.iter().zip(&self.mass).zip(after).map(|((&(left, right), &mass), after)| MassInterval {
            left: left.0,
            left_closed: left.1 == 0,
            right: right.0,
            right_closed: right.1 == 0 && right.0 < f64::INFINITY,
            mass,
            survival_after: after,
        })
    }

    /// The intervals that carry mass, in order.
    pub fn intervals(&self) -> impl Iterator<Item = MassInterval> {
        self.intersections().filter(|i| i.mass > 0.0)
    }

    /// Survival beyond a time, with the region that the data leave open. NaN gives NaN.
    #[must_use]
    pub fn at(&self, time: f64) -> SurvivalRegion {
        if time.is_nan() {
            return SurvivalRegion { lower: f64::NAN, upper: f64::NAN };
        }
        let beyond =
            |from: usize| if from == 0 { 1.0 } else { self.mass[from..].iter().sum::<f64>().min(1.0) };
        let (begun, ended) = self.begun_and_ended(time);

        SurvivalRegion { lower: beyond(begun), upper: beyond(ended) }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of subjects: the sum of the weights.
    #[must_use]
    pub fn subjects(&self) -> f64 {
        self.total
    }

    /// The log likelihood.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// By how much the condition of the maximum is exceeded at most, relative to Σw: the certificate. Where rows enter
    /// late it is the largest derivative of the log likelihood by a cumulative hazard (and by its logarithm).
    #[must_use]
    pub fn kkt_gap(&self) -> f64 {
        self.kkt_gap
    }

    /// Whether the gap is at most 1e-7. Otherwise the log likelihood is within the gap times Σw of its maximum.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.kkt_gap <= 1e-7
    }

    /// Whether the masses are proven to be unique: always so without delayed entry.
    #[must_use]
    pub fn unique(&self) -> bool {
        self.unique
    }

    /// The number of steps.
    #[must_use]
    pub fn iterations(&self) -> usize {
        self.iterations
    }
}

impl fmt::Display for TurnbullCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Turnbull's estimate: {}, log likelihood {:.4}, gap of the dual condition {}{}",
            counted(Number(self.total), "subject"),
            self.log_likelihood,
            roughly(self.kkt_gap.max(0.0)),
            if self.converged() { "" } else { " (not converged)" }
        )?;
        if let Some(at) = self.exhausted() {
            writeln!(
                f,
                "no maximum: everyone seen by {} had the event, others enter later; survival is 0 from there on",
                Number(at.right)
            )?;
        }
        if !self.unique {
            writeln!(f, "the masses are not proven to be unique")?;
        }
        write!(f, "{:>26}  {:>8}  {:>14}", "event in", "mass", "survival after")?;
        for i in self.intervals() {
            let text = if i.left == i.right {
                Number(i.left).to_string()
            } else {
                let (open, close) =
                    (if i.left_closed { '[' } else { '(' }, if i.right_closed { ']' } else { ')' });
                format!("{open}{}, {}{close}", Number(i.left), Number(i.right))
            };
            write!(f, "\n{text:>26}  {:>8.4}  {:>14.4}", i.mass, i.survival_after)?;
        }
        Ok(())
    }
}
