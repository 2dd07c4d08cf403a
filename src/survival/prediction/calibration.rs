//! Calibration: are as many events seen as were predicted?

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::or_infinite;
use crate::error::{Error, NotEstimable, Result, check_size};
use crate::print::{Number, or_missing};
use crate::survival::curve::aalen_johansen::AalenJohansen;
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::prediction::outcomes::{Ending, Outcomes};
use crate::survival::regression::cox::CoxPh;
use crate::survival::regression::design::Design;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// Predicted risks at a time beside the risks that were observed in groups of increasing predicted risk.
///
/// The observed risk of a group is one minus its Kaplan-Meier curve, or its cumulative incidence (Aalen-Johansen) where
/// events compete. Beside the groups stand the **calibration slope**, the coefficient of `ln(−ln(1 − r))` in a Cox model
/// over all follow-up (1 where the spread of the risks is right, below 1 where they are too extreme), and **observed
/// over expected events** up to the time, where the expected are `Σ −ln(1 − rᵢ) min(Tᵢ, t)/t` (a constant hazard up to
/// the time).
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`groups`](Self::groups) | 10 | how many, by quantiles of the risk (R's type 7, closed at the right); equal quantiles are one |
/// | [`level`](Self::level) | 0.95 | of the intervals of the observed risks |
///
/// # Cost
/// A sort of the risks, a curve for each group, and a Cox fit with one covariate: O(n log n).
///
/// # Errors
/// [`Error::LengthMismatch`]; [`Error::Empty`]; [`Error::OutOfRange`] for a risk outside [0, 1], a time that is not above 0
/// and finite, no group, or a level outside (0, 1); [`Error::Unsupported`] for delayed entry or weights.
///
/// # Example
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::prediction::Calibration;
///
/// let time = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
/// let data = RightCensored::new(&time, &[true, true, false, true, true, false, true, false])?;
/// let risk = [0.9, 0.7, 0.6, 0.5, 0.4, 0.4, 0.2, 0.1];
/// let table = Calibration::new().groups(2).estimate(&data, &risk, 5.0)?;
/// assert_eq!(table.groups()[0].subjects(), 4);
/// assert!((table.groups()[0].mean_risk() - 0.275).abs() < 1e-12);
/// assert!((table.groups()[0].observed().value()? - 0.25).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Crowson, Atkinson & Therneau (2016), Stat Methods Med Res 25:1692. Royston & Altman (2013), BMC Med Res Methodol 13:33.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is estimated until `.estimate(…)` is called"]
pub struct Calibration {
    groups: usize,
    level: f64,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { groups: 10, level: 0.95 }
    }
}

impl Calibration {
    /// Ten groups, 95 % intervals.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of groups.
    pub fn groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    /// The level of the intervals.
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// Compares risks of the event by `t` with what happened.
    ///
    /// # Errors
    /// See [`Calibration`].
    pub fn estimate(&self, data: impl Into<Outcomes>, risk: &[f64], t: f64) -> Result<CalibrationTable> {
        let outcomes = data.into();
        outcomes.check_risks("risk", risk)?;
        let outside = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        if !(t > 0.0 && t < f64::INFINITY) {
            return outside("t", t, "above 0 and finite");
        }
        if self.groups == 0 {
            return outside("groups", 0.0, "at least 1");
        }
        check_size("a table of so many groups", self.groups, 64, "ask for fewer groups")?;
        if !(self.level > 0.0 && self.level < 1.0) {
            return outside("level", self.level, "inside (0, 1)");
        }
        let uppers = quantiles(risk, self.groups);
        let group_of = |r: f64| uppers.partition_point(|&u| u < r).min(uppers.len() - 1);
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); uppers.len()];
        for (i, &r) in risk.iter().enumerate() {
            members[group_of(r)].push(i);
        }
        let mut groups = Vec::new();
        for (rows, upper) in members.into_iter().zip(uppers).filter(|(rows, _)| !rows.is_empty()) {
            let observed = observed(&outcomes, &rows, t)?;
            let mean_risk = rows.iter().map(|&i| risk[i]).sum::<f64>() / rows.len() as f64;
            groups.push(CalibrationGroup { upper, subjects: rows.len(), mean_risk, observed });
        }
        let events = |i: &usize| outcomes.ending[*i] == Ending::Event && outcomes.time[*i] <= t;
        Ok(CalibrationTable {
            time: t,
            level: self.level,
            groups,
            slope: slope(&outcomes, risk)?,
            observed_events: (0..risk.len()).filter(events).count(),
            expected_events: risk
                .iter()
                .zip(&outcomes.time)
                .map(|(r, time)| -(-r).ln_1p() * (time.min(t) / t))
                .sum(),
        })
    }
}

/// The upper ends of groups: quantiles by linear interpolation between the ordered values (type 7), each once.
fn quantiles(risk: &[f64], groups: usize) -> Vec<f64> {
    let mut sorted = risk.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = |k: usize| {
        let place = (sorted.len() - 1) as f64 * (k as f64 / groups as f64);
        // A hair above a whole number is the number, as R takes it.
        let low = (place + 4.0 * f64::EPSILON).floor();
        let (share, low) = (place - low, low as usize);
        let high = (low + 1).min(sorted.len() - 1);
        if share.abs() < 4.0 * f64::EPSILON {
            sorted[low]
        } else {
            (1.0 - share) * sorted[low] + share * sorted[high]
        }
    };
    let mut ends: Vec<f64> = (1..=groups).map(at).collect();
    ends.dedup();
    ends
}

/// The risk by `t` that these subjects had, on its own scale.
fn observed(outcomes: &Outcomes, rows: &[usize], t: f64) -> Result<Estimate> {
    let time: Vec<f64> = rows.iter().map(|&i| outcomes.time[i]).collect();
    if outcomes.ending.contains(&Ending::Competing) {
        let ending = |&i: &usize| match outcomes.ending[i] {
            Ending::Censored => None,
            Ending::Event => Some("event"),
            Ending::Competing => Some("competing event"),
        };
        let outcome: Vec<Option<&str>> = rows.iter().map(ending).collect();
        let data = CompetingRisks::with_causes(time, &outcome, &["event", "competing event"])?;
        let found = AalenJohansen::new().fit(&data)?;
        let at = found.of("event")?.at(t);
        return Ok(match at.value() {
            Ok(risk) => Estimate::with_error(Scale::Identity, risk, at.std_error()).within(0.0, 1.0),
            Err(because) => Estimate::none(Scale::Identity, because),
        });
    }
    let event: Vec<bool> = rows.iter().map(|&i| outcomes.ending[i] == Ending::Event).collect();
    let curve = KaplanMeier::fit(&RightCensored::new(time, event)?);
    let at = curve.at(t);
    Ok(match at.value() {
        Ok(survival) => {
            Estimate::with_error(Scale::Identity, 1.0 - survival, at.std_error()).within(0.0, 1.0)
        }
        Err(because) => Estimate::none(Scale::Identity, because),
    })
}

/// The coefficient of `ln(−ln(1 − r))`; none where a risk is 0 or 1, or where it is not estimable.
fn slope(outcomes: &Outcomes, risk: &[f64]) -> Result<Estimate> {
    let none = |because| Ok(Estimate::none(Scale::Identity, because));
    let log_hazard: Vec<f64> = risk.iter().map(|r| (-(-r).ln_1p()).ln()).collect();
    if log_hazard.iter().any(|x| !x.is_finite()) {
        return none(NotEstimable::Undefined);
    }
    let event: Vec<bool> = outcomes.ending.iter().map(|&e| e == Ending::Event).collect();
    let data = RightCensored::new(outcomes.time.clone(), event)?;
    let design = Design::builder().numeric("ln(−ln(1 − risk))", &log_hazard).build()?;
    let term = CoxPh::new().fit(&data, &design)?.terms()[0].clone();
    match term.std_error() {
        Some(se) => Ok(Estimate::new(Scale::Identity, term.coefficient(), se)),
        None => none(NotEstimable::NoMaximum),
    }
}

/// One group of a calibration.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CalibrationGroup {
    upper: f64,
    subjects: usize,
    mean_risk: f64,
    observed: Estimate,
}

#[cfg(feature = "serde")]
checked_when_read!(CalibrationGroup { upper: f64, subjects: usize, mean_risk: f64, observed: Estimate });

#[cfg(feature = "serde")]
impl CalibrationGroup {
    fn check(&self) -> Result<()> {
        stored::probability("upper", self.upper)?;
        stored::count("subjects", self.subjects)?;
        stored::probability("mean_risk", self.mean_risk)
    }
}

impl CalibrationGroup {
    /// The highest risk that belongs to the group.
    #[must_use]
    pub fn upper(&self) -> f64 {
        self.upper
    }

    /// The number of subjects.
    #[must_use]
    pub fn subjects(&self) -> usize {
        self.subjects
    }

    /// The mean of their predicted risks.
    #[must_use]
    pub fn mean_risk(&self) -> f64 {
        self.mean_risk
    }

    /// The risk that was observed, with its (Greenwood) standard error where there is one; not estimable where the group
    /// was not followed so long.
    #[must_use]
    pub fn observed(&self) -> Estimate {
        self.observed
    }
}

/// Predicted beside observed risks. Made by [`Calibration::estimate`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CalibrationTable {
    time: f64,
    level: f64,
    groups: Vec<CalibrationGroup>,
    slope: Estimate,
    observed_events: usize,
    #[cfg_attr(feature = "serde", serde(with = "or_infinite"))]
    expected_events: f64,
}

#[cfg(feature = "serde")]
checked_when_read!(CalibrationTable { time: f64, level: f64, groups: Vec<CalibrationGroup>, slope: Estimate, observed_events: usize, #[serde(with = "or_infinite")] expected_events: f64 });

#[cfg(feature = "serde")]
impl CalibrationTable {
    fn check(&self) -> Result<()> {
        stored::size("time", self.time)?;
        crate::survival::result::interval::z_of(self.level)?;
        stored::count("observed_events", self.observed_events)?;
        if self.expected_events == f64::INFINITY {
            return Ok(()); // a risk of 1
        }
        stored::size("expected_events", self.expected_events)
    }
}

impl CalibrationTable {
    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The groups in order of risk.
    #[must_use]
    pub fn groups(&self) -> &[CalibrationGroup] {
        &self.groups
    }

    /// The interval of a group's observed risk: plain, cut to [0, 1].
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a level outside (0, 1), which only a table read from elsewhere can have.
    pub fn interval(&self, group: &CalibrationGroup) -> Result<ConfidenceInterval> {
        group.observed.interval(Interval::plain().level(self.level))
    }

    /// The calibration slope: not estimable where a risk is 0 or 1.
    #[must_use]
    pub fn slope(&self) -> Estimate {
        self.slope
    }

    /// Events of interest by the time.
    #[must_use]
    pub fn observed_events(&self) -> usize {
        self.observed_events
    }

    /// How many were to be expected by the risks in the time that each subject was observed; infinite where a risk is 1.
    #[must_use]
    pub fn expected_events(&self) -> f64 {
        self.expected_events
    }

    /// Observed over expected events; the standard error of its logarithm is `1/√observed`.
    #[must_use]
    pub fn observed_over_expected(&self) -> Estimate {
        let observed = self.observed_events as f64;
        Estimate::new(Scale::Log, (observed / self.expected_events).ln(), 1.0 / observed.sqrt())
    }
}

impl fmt::Display for CalibrationTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Calibration at {}\n{:>8} {:>10} {:>10} {:>10}",
            Number(self.time),
            "n",
            "predicted",
            "observed",
            "std error"
        )?;
        for g in &self.groups {
            let text = |x: std::result::Result<f64, NotEstimable>| or_missing(x.ok(), |x| format!("{x:.4}"));
            let (observed, error) = (text(g.observed.value()), text(g.observed.std_error()));
            write!(f, "\n{:>8} {:>10.4} {observed:>10} {error:>10}", g.subjects, g.mean_risk)?;
        }
        if let Ok(slope) = self.slope.value() {
            write!(f, "\nslope {:.3}", Number(slope))?;
        }
        write!(f, "\nevents {}, expected {:.1}", self.observed_events, Number(self.expected_events))
    }
}
