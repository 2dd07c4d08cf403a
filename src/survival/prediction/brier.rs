//! The Brier score: how far predicted risks are from what happened.

use std::fmt;

use crate::error::{Error, NotEstimable, Result, check_len};
use crate::print::{Number, or_missing};
use crate::survival::prediction::censoring_weights::CensoringWeights;
use crate::survival::prediction::outcomes::{Outcomes, Standing};
use crate::survival::result::estimate::{Estimate, Scale};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// The Brier score of predicted risks at a time: the mean squared distance of each risk from what happened, weighted
/// for those who were censored before.
///
/// `BS(t) = n⁻¹ Σ wᵢ(t) (1(Tᵢ ≤ t, event) − rᵢ)²` with weights of censoring w ([`CensoringWeights`]). 0 is perfect;
/// what a prediction is worth shows beside the same risk for all, the cumulative incidence
/// ([`null_value`](BrierScore::null_value)): the scaled score ([`scaled`](BrierScore::scaled)) is 1 − BS/BS₀.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`weights`](Self::weights) | Kaplan-Meier of all | how the probability of being uncensored is estimated |
///
/// # Conventions
/// Risks are probabilities of the event by `t`, not of survival. An event at `t` has happened by `t`. The standard error is
/// that of the influence function, the estimation of Kaplan-Meier weights included, with the number at risk before a
/// time as divisor; with weights of a Cox model there is none.
///
/// # Errors
/// [`Error::LengthMismatch`]; [`Error::Empty`]; [`Error::OutOfRange`] for a risk outside [0, 1] or a time that is NaN or
/// negative; [`Error::NotEstimable`] for a time from which on nobody is observed and the last one was censored (of all, or of a
/// group with weights of its own): nobody then stands for the censored; [`Error::Unsupported`] for delayed entry, weights
/// of subjects, or weights of other subjects.
///
/// # Cost
/// One sort, O(n log n) for each time.
///
/// # Example
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::prediction::Brier;
///
/// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, false, true, true])?;
/// let score = Brier::new().estimate(&data, &[0.9, 0.5, 0.4, 0.2], 3.0)?;
/// // (0.1² + 1.5 · 0.6² + 1.5 · 0.2²) / 4: the one censored at 2 is stood for by the two after it.
/// assert!((score.value() - 0.1525).abs() < 1e-12);
/// assert!(score.scaled().unwrap() > 0.3);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Graf, Schmoor, Sauerbrei & Schumacher (1999), Stat Med 18:2529. Gerds & Schumacher (2006), Biom J 48:1029.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use = "nothing is estimated until `.estimate(…)` is called"]
pub struct Brier {
    weights: Option<CensoringWeights>,
}

impl Brier {
    /// Weights by the Kaplan-Meier curve of the censoring times.
    pub fn new() -> Self {
        Self::default()
    }

    /// Other weights of censoring, made of the same data.
    pub fn weights(self, weights: CensoringWeights) -> Self {
        Self { weights: Some(weights) }
    }

    /// The score of these risks of the event by `t`.
    ///
    /// # Errors
    /// See [`Brier`].
    pub fn estimate(&self, data: impl Into<Outcomes>, risk: &[f64], t: f64) -> Result<BrierScore> {
        let outcomes = data.into();
        Ok(self.measure(&outcomes, risk, t)?.0)
    }

    /// The score of the first risks less that of the second, with its standard error: the subjects are the same. Below
    /// 0 the first are better.
    ///
    /// # Errors
    /// See [`Brier`].
    pub fn difference(
        &self,
        data: impl Into<Outcomes>,
        first: &[f64],
        second: &[f64],
        t: f64,
    ) -> Result<Estimate> {
        let outcomes = data.into();
        let (one, a) = self.measure(&outcomes, first, t)?;
        let (two, b) = self.measure(&outcomes, second, t)?;
        let apart = a.zip(b).map(|(a, b)| a.iter().zip(&b).map(|(a, b)| a - b).collect::<Vec<_>>());
        Ok(with_influence(one.value - two.value, apart.as_deref()).within(-1.0, 1.0))
    }

    /// The scores at several times: `risks[k]` are those of all subjects by `times[k]`, in increasing order of time.
    ///
    /// # Errors
    /// See [`Brier`]; [`Error::LengthMismatch`] unless there are risks for each time; [`Error::InvalidTime`] for times
    /// that do not increase.
    pub fn over_time(
        &self,
        data: impl Into<Outcomes>,
        risks: &[Vec<f64>],
        times: &[f64],
    ) -> Result<BrierCurve> {
        let (len, expected) = (risks.len(), times.len());
        check_len("risks", len, "times", expected)?;
        if let Some(at) = (1..times.len()).find(|&k| !(times[k] > times[k - 1])) {
            return Err(Error::InvalidTime { argument: "times", index: at, value: times[at] });
        }
        let outcomes = data.into();
        let scores = risks
            .iter()
            .zip(times)
            .map(|(risk, &t)| Ok(self.measure(&outcomes, risk, t)?.0))
            .collect::<Result<Vec<_>>>()?;
        Ok(BrierCurve { scores })
    }

    /// The score, and the influence of each subject on it.
    fn measure(&self, outcomes: &Outcomes, risk: &[f64], t: f64) -> Result<(BrierScore, Option<Vec<f64>>)> {
        outcomes.check_risks("risk", risk)?;
        if t == f64::INFINITY {
            return Err(Error::OutOfRange { argument: "t", value: t, must_be: "finite and at least 0" });
        }
        let weights = match &self.weights {
            Some(weights) => weights.clone(),
            None => CensoringWeights::kaplan_meier(outcomes)?,
        };
        weights.check(outcomes)?;
        let w = weights.weights(t)?;
        weights.tells(t)?;
        let n = risk.len() as f64;
        let happened = |i: usize| f64::from(u8::from(outcomes.at(i, t) == Standing::Case));
        let squared = |i: usize, r: f64| w[i] * (happened(i) - r).powi(2);
        let parts: Vec<f64> = risk.iter().enumerate().map(|(i, &r)| squared(i, r)).collect();
        let value = parts.iter().sum::<f64>() / n;
        let common = outcomes.incidence(t);
        let null_value = (0..risk.len()).map(|i| squared(i, common)).sum::<f64>() / n;
        let influence = weights.influence(&parts, t).map(|through_weights| {
            parts.iter().zip(&through_weights).map(|(p, c)| p - value + c).collect::<Vec<f64>>()
        });
        let estimate = with_influence(value, influence.as_deref());
        let score = BrierScore { time: t, value, std_error: estimate.std_error().ok(), null_value };
        Ok((score, influence))
    }
}

/// An estimate whose variance is that of the influences of independent subjects.
pub(super) fn with_influence(value: f64, influence: Option<&[f64]>) -> Estimate {
    let Some(influence) = influence else {
        return Estimate::with_error(Scale::Identity, value, Err(NotEstimable::NoSubjects));
    };
    let n = influence.len() as f64;
    let mean = influence.iter().sum::<f64>() / n;
    let sum: f64 = influence.iter().map(|x| (x - mean).powi(2)).sum();
    Estimate::new(Scale::Identity, value, (sum / (n - 1.0) / n).sqrt())
}

/// A Brier score at a time. Made by [`Brier::estimate`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BrierScore {
    time: f64,
    value: f64,
    std_error: Option<f64>,
    null_value: f64,
}

#[cfg(feature = "serde")]
checked_when_read!(BrierScore { time: f64, value: f64, std_error: Option<f64>, null_value: f64 });

#[cfg(feature = "serde")]
impl BrierScore {
    fn check(&self) -> Result<()> {
        stored::size("time", self.time)?;
        stored::size("a Brier score", self.value)?;
        stored::size("a standard error", self.std_error.unwrap_or(0.0))?;
        stored::size("null_value", self.null_value)
    }
}

impl BrierScore {
    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The score.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Its standard error; none with weights of a Cox model, and where it is 0.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.std_error
    }

    /// The score with its error, for intervals.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        let error = self.std_error.ok_or(NotEstimable::NoVariation);
        Estimate::with_error(Scale::Identity, self.value, error).within(0.0, 1.0)
    }

    /// The score of one risk for all: the cumulative incidence at the time.
    #[must_use]
    pub fn null_value(&self) -> f64 {
        self.null_value
    }

    /// `1 − BS/BS₀`: 1 is perfect, 0 no better than one risk for all (the index of prediction accuracy, Kattan & Gerds
    /// 2018). Returns `None` if the score of one risk for all is 0.
    #[must_use]
    pub fn scaled(&self) -> Option<f64> {
        (self.null_value > 0.0).then(|| 1.0 - self.value / self.null_value)
    }
}

/// `0.110 ± 0.012 (all alike 0.144)`.
impl fmt::Display for BrierScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        write!(f, "{:.decimals$}", Number(self.value))?;
        if let Some(se) = self.std_error {
            write!(f, " ± {se:.decimals$}")?;
        }
        write!(f, " (all alike {:.decimals$})", self.null_value)
    }
}

/// How scores at several times become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Integration {
    /// Straight lines between the times, and from 0 at time 0.
    #[default]
    Trapezoid,
    /// Each score holds until the next time, from 0 at time 0: the sum of `pec` and `riskRegression`.
    LeftSum,
}

/// Brier scores over time. Made by [`Brier::over_time`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BrierCurve {
    scores: Vec<BrierScore>,
}

#[cfg(feature = "serde")]
checked_when_read!(BrierCurve { scores: Vec<BrierScore> });

#[cfg(feature = "serde")]
impl BrierCurve {
    fn check(&self) -> Result<()> {
        stored::increasing("time", self.scores.iter().map(|s| s.time))
    }
}

impl BrierCurve {
    /// The scores in order of time.
    #[must_use]
    pub fn scores(&self) -> &[BrierScore] {
        &self.scores
    }

    /// The integrated score: the mean of BS(t) over the time from 0 to the last time, where BS(0) is 0. `None` without
    /// times after 0.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::RightCensored;
    /// use greenwood::survival::prediction::{Brier, Integration};
    ///
    /// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, true, true])?;
    /// let risks = [vec![0.25; 4], vec![0.5; 4]];
    /// let curve = Brier::new().over_time(&data, &risks, &[1.0, 2.0])?;
    /// // 3/16 at 1 and 1/4 at 2.
    /// assert_eq!(curve.integrated(Integration::Trapezoid), Some((0.09375 + 0.21875) / 2.0));
    /// assert_eq!(curve.integrated(Integration::LeftSum), Some(0.09375));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn integrated(&self, rule: Integration) -> Option<f64> {
        self.area(rule, |s| s.value)
    }

    /// The integrated score of one risk for all.
    #[must_use]
    pub fn integrated_null(&self, rule: Integration) -> Option<f64> {
        self.area(rule, |s| s.null_value)
    }

    fn area(&self, rule: Integration, of: impl Fn(&BrierScore) -> f64) -> Option<f64> {
        let end = self.scores.last()?.time;
        let (mut sum, mut time, mut before) = (0.0, 0.0, 0.0);
        for score in &self.scores {
            let height = match rule {
                Integration::Trapezoid => f64::midpoint(before, of(score)),
                Integration::LeftSum => before,
            };
            sum += (score.time - time) * height;
            (time, before) = (score.time, of(score));
        }
        (end > 0.0).then(|| sum / end)
    }
}

impl fmt::Display for BrierCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Brier score\n{:>10} {:>9} {:>9} {:>9} {:>8}",
            "time", "score", "std error", "all alike", "scaled"
        )?;
        for s in &self.scores {
            let error = or_missing(s.std_error, |e| format!("{e:.4}"));
            let scaled = or_missing(s.scaled(), |e| format!("{:.1}%", 100.0 * e));
            write!(
                f,
                "\n{:>10} {:>9.4} {error:>9} {:>9.4} {scaled:>8}",
                Number(s.time),
                Number(s.value),
                Number(s.null_value)
            )?;
        }
        if let Some(all) = self.integrated(Integration::Trapezoid) {
            write!(f, "\nintegrated {all:>9.4}")?;
        }
        Ok(())
    }
}
