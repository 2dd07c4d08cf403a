//! ROC curves at a time: does a marker tell who has the event by then?

use std::fmt;

use crate::error::{NotEstimable, Result};
use crate::print::Number;
use crate::survival::prediction::brier::with_influence;
use crate::survival::prediction::censoring_weights::CensoringWeights;
use crate::survival::prediction::outcomes::{Outcomes, Standing};
use crate::survival::result::estimate::{Estimate, Scale};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// Who stands against the cases where events compete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Controls {
    /// All who have not had the event of interest: free of any event, or with another one before.
    #[default]
    All,
    /// Those free of any event alone.
    EventFree,
}

/// The ROC curve of a marker at a time and the area under it (cumulative cases, dynamic controls), with weights for
/// those censored before.
///
/// Cases have had the event by `t`, controls have not. `AUC(t)` is the probability that a case has the higher marker,
/// ties counting one half: `Σᵢⱼ wᵢ wⱼ [1(Mᵢ > Mⱼ) + ½ 1(Mᵢ = Mⱼ)] / Σᵢⱼ wᵢ wⱼ` over cases i and controls j with
/// weights of censoring w ([`CensoringWeights`]).
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`weights`](Self::weights) | Kaplan-Meier of all | how the probability of being uncensored is estimated |
/// | [`controls`](Self::controls) | all | whether those with a competing event are controls |
///
/// # Conventions
/// A higher marker means a higher risk. An event at `t` has happened by `t` (`timeROC` counts those before `t` alone). The standard
/// error is that of the influence function, the estimation of Kaplan-Meier weights included; with weights of a Cox model
/// there is none.
///
/// # Errors
/// [`Error::LengthMismatch`](crate::Error::LengthMismatch); [`Error::Empty`](crate::Error::Empty);
/// [`ModelError::InvalidCovariate`](crate::ModelError::InvalidCovariate) for a marker that is not finite;
/// [`Error::OutOfRange`](crate::Error::OutOfRange) for a time that is NaN or negative;
/// [`Error::Unsupported`](crate::Error::Unsupported) for delayed entry, weights of subjects, or weights of other subjects.
///
/// # Cost
/// Two sorts, O(n log n).
///
/// # Example
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::prediction::TimeRoc;
///
/// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0, 5.0], &[true, true, true, true, false])?;
/// let roc = TimeRoc::new().estimate(&data, &[0.9, 0.4, 0.5, 0.2, 0.1], 2.0)?;
/// // Of six pairs of a case and a control one is the wrong way round.
/// assert!((roc.auc().value()? - 5.0 / 6.0).abs() < 1e-12);
/// assert_eq!(roc.points().len(), 6);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Heagerty, Lumley & Pepe (2000), Biometrics 56:337. Blanche, Dartigues & Jacqmin-Gadda (2013), Stat Med 32:5381.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use = "nothing is estimated until `.estimate(…)` is called"]
pub struct TimeRoc {
    weights: Option<CensoringWeights>,
    controls: Controls,
}

impl TimeRoc {
    /// Weights by the Kaplan-Meier curve of the censoring times, controls all who have not had the event.
    pub fn new() -> Self {
        Self::default()
    }

    /// Other weights of censoring, made of the same data.
    pub fn weights(self, weights: CensoringWeights) -> Self {
        Self { weights: Some(weights), ..self }
    }

    /// Who the controls are where events compete.
    pub fn controls(self, controls: Controls) -> Self {
        Self { controls, ..self }
    }

    /// The curve of a marker at `t`.
    ///
    /// # Errors
    /// See [`TimeRoc`].
    pub fn estimate(&self, data: impl Into<Outcomes>, marker: &[f64], t: f64) -> Result<RocCurve> {
        Ok(self.measure(&data.into(), marker, t)?.0)
    }

    /// The area of the first marker less that of the second on the same subjects, with its standard error.
    ///
    /// # Errors
    /// See [`TimeRoc`].
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
        let (one, two) = match NotEstimable::both(one.auc.value(), two.auc.value()) {
            Ok(both) => both,
            Err(because) => return Ok(Estimate::none(Scale::Identity, because)),
        };
        let apart = a.zip(b).map(|(a, b)| a.iter().zip(&b).map(|(a, b)| a - b).collect::<Vec<_>>());
        Ok(with_influence(one - two, apart.as_deref()).within(-1.0, 1.0))
    }

    fn measure(&self, outcomes: &Outcomes, marker: &[f64], t: f64) -> Result<(RocCurve, Option<Vec<f64>>)> {
        outcomes.check_values("marker", marker)?;
        let weights = match &self.weights {
            Some(weights) => weights.clone(),
            None => CensoringWeights::kaplan_meier(outcomes)?,
        };
        weights.check(outcomes)?;
        let known = weights.tells(t);
        let n = marker.len() as f64;
        let (mut case, mut control) = (weights.weights(t)?, vec![0.0; marker.len()]);
        for (i, (case, control)) in case.iter_mut().zip(&mut control).enumerate() {
            match outcomes.at(i, t) {
                Standing::Case => {}
                Standing::Other if self.controls == Controls::EventFree => *case = 0.0,
                Standing::Free | Standing::Other => std::mem::swap(case, control),
                Standing::Unknown => *case = 0.0,
            }
        }
        let (cases, controls) = (case.iter().sum::<f64>(), control.iter().sum::<f64>());
        let points =
            if known.is_ok() { points(marker, &case, &control, (cases, controls)) } else { Vec::new() };
        let pairs = if cases > 0.0 && controls > 0.0 { Ok(()) } else { Err(NotEstimable::NoPairs) };
        if let Err(because) = known.and(pairs) {
            let auc = Estimate::none(Scale::Identity, because);
            return Ok((RocCurve { time: t, auc, points, cases, controls }, None));
        }
        // For each case the weight of the controls below it, for each control that of the cases above it.
        let (below, above) = (ranks(marker, &control), ranks(marker, &case));
        let won: f64 = (0..marker.len()).map(|i| case[i] * below[i].0).sum();
        let value = won / (cases * controls);
        let own = |i: usize| {
            let wins = case[i] * below[i].0 + control[i] * above[i].1;
            n * (wins - value * (case[i] * controls + control[i] * cases)) / (cases * controls)
        };
        let parts: Vec<f64> = (0..marker.len()).map(own).collect();
        let influence = weights
            .influence(&parts, t)
            .map(|through| parts.iter().zip(&through).map(|(p, c)| p + c).collect::<Vec<f64>>());
        let auc = with_influence(value, influence.as_deref()).within(0.0, 1.0);
        Ok((RocCurve { time: t, auc, points, cases, controls }, influence))
    }
}

/// For each subject the weight of those with a lower and of those with a higher marker, equal ones counting one half.
fn ranks(marker: &[f64], weight: &[f64]) -> Vec<(f64, f64)> {
    let mut order: Vec<usize> = (0..marker.len()).collect();
    order.sort_unstable_by(|&a, &b| marker[a].total_cmp(&marker[b]));
    let all: f64 = weight.iter().sum();
    let (mut passed, mut out) = (0.0, vec![(0.0, 0.0); marker.len()]);
    for tied in order.chunk_by(|&a, &b| marker[a] == marker[b]) {
        let here: f64 = tied.iter().map(|&i| weight[i]).sum();
        for &i in tied {
            out[i] = (passed + here / 2.0, all - passed - here / 2.0);
        }
        passed += here;
    }
    out
}

/// From the strictest threshold, which nobody passes, to the least, which all pass.
fn points(marker: &[f64], case: &[f64], control: &[f64], (cases, controls): (f64, f64)) -> Vec<RocPoint> {
    let mut order: Vec<usize> = (0..marker.len()).filter(|&i| case[i] + control[i] > 0.0).collect();
    order.sort_unstable_by(|&a, &b| marker[b].total_cmp(&marker[a]));
    let share = |sum: f64, all: f64| if all > 0.0 { (sum / all).min(1.0) } else { 0.0 };
    let mut points = vec![RocPoint { threshold: None, sensitivity: 0.0, false_positives: 0.0 }];
    let (mut hits, mut false_hits) = (0.0, 0.0);
    for tied in order.chunk_by(|&a, &b| marker[a] == marker[b]) {
        for &i in tied {
            hits += case[i];
            false_hits += control[i];
        }
        points.push(RocPoint {
            threshold: Some(marker[tied[0]]),
            sensitivity: share(hits, cases),
            false_positives: share(false_hits, controls),
        });
    }
    points
}

/// A point of a ROC curve.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RocPoint {
    threshold: Option<f64>,
    sensitivity: f64,
    false_positives: f64,
}

#[cfg(feature = "serde")]
checked_when_read!(RocPoint { threshold: Option<f64>, sensitivity: f64, false_positives: f64 });

#[cfg(feature = "serde")]
impl RocPoint {
    fn check(&self) -> Result<()> {
        stored::number("threshold", self.threshold.unwrap_or(0.0))?;
        stored::probability("sensitivity", self.sensitivity)?;
        stored::probability("false_positives", self.false_positives)
    }
}

impl RocPoint {
    /// Markers at or above it count as positive. Returns `None` if nobody does.
    #[must_use]
    pub fn threshold(&self) -> Option<f64> {
        self.threshold
    }

    /// The share of the cases that are positive.
    #[must_use]
    pub fn sensitivity(&self) -> f64 {
        self.sensitivity
    }

    /// The share of the controls that are positive: one minus the specificity.
    #[must_use]
    pub fn false_positives(&self) -> f64 {
        self.false_positives
    }
}

/// A ROC curve at a time. Made by [`TimeRoc::estimate`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RocCurve {
    time: f64,
    auc: Estimate,
    points: Vec<RocPoint>,
    cases: f64,
    controls: f64,
}

#[cfg(feature = "serde")]
checked_when_read!(RocCurve { time: f64, auc: Estimate, points: Vec<RocPoint>, cases: f64, controls: f64 });

#[cfg(feature = "serde")]
impl RocCurve {
    fn check(&self) -> Result<()> {
        stored::size("time", self.time)?;
        stored::size("cases", self.cases)?;
        stored::size("controls", self.controls)?;
        let falls = |w: &&[RocPoint]| {
            w[0].sensitivity > w[1].sensitivity || w[0].false_positives > w[1].false_positives
        };
        match self.points.windows(2).find(falls) {
            Some(w) => Err(crate::Error::OutOfRange {
                argument: "a point of a ROC curve",
                value: w[1].sensitivity,
                must_be: "at least as far on as the one before",
            }),
            None => Ok(()),
        }
    }
}

impl RocCurve {
    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The area under the curve with its standard error; [`NotEstimable::NoPairs`] without cases or controls,
    /// [`NotEstimable::BeyondFollowUp`] from the time on at which the last one under observation was censored.
    #[must_use]
    pub fn auc(&self) -> Estimate {
        self.auc
    }

    /// The points, from the strictest threshold to the least; none where the data do not tell the area beyond follow-up.
    #[must_use]
    pub fn points(&self) -> &[RocPoint] {
        &self.points
    }

    /// The weight of the cases: how many there would be without censoring.
    #[must_use]
    pub fn cases(&self) -> f64 {
        self.cases
    }

    /// The weight of the controls.
    #[must_use]
    pub fn controls(&self) -> f64 {
        self.controls
    }
}

/// `AUC at 1000: 0.854 ± 0.029`.
impl fmt::Display for RocCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        write!(f, "AUC at {}: ", Number(self.time))?;
        match (self.auc.value(), self.auc.std_error()) {
            (Ok(value), Ok(se)) => write!(f, "{value:.decimals$} ± {se:.decimals$}"),
            (Ok(value), Err(_)) => write!(f, "{value:.decimals$}"),
            (Err(because), _) => write!(f, "{because}"),
        }
    }
}
