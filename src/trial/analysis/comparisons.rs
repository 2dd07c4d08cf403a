//! The same contrast under several questions, populations or cutoffs, one row each.

use std::fmt;

use crate::error::Result;
use crate::print::{MISSING, PValue, or_missing};
use crate::survival::result::hazard_ratio::{HazardRatio, HazardRatioMethod};
#[cfg(feature = "serde")]
use crate::survival::result::stored;
use crate::trial::{Analysis, Incidence, Label, Time};

/// One arm against another, asked in several ways: under several strategies for an intercurrent event, in several
/// populations, at several data cutoffs. Each way is a row.
///
/// The probability is that of the event by the chosen time ([`Incidence`]), which means the same with and without
/// competing events. The log-rank test and Peto's hazard ratio are cause-specific: where events compete, they compare
/// hazards and not probabilities, and the row says so.
///
/// # Example
/// ```
/// use greenwood::trial::examples::{Arm, FFS, Event, saa};
/// use greenwood::trial::{Comparisons, DataCutoff, Estimand, Strategy, Time};
///
/// let trial = saa();
/// let mut table = Comparisons::at(Time::years(4.0));
/// table.push("failure-free survival", &trial.analyse(&FFS)?, Arm::Msc, Arm::Control)?;
/// let transplant = Estimand::of(&FFS).with(Event::Transplant, Strategy::Composite);
/// table.push("transplant is a failure", &trial.analyse(&transplant)?, Arm::Msc, Arm::Control)?;
/// let early = trial.at(DataCutoff(Time::years(2.0)))?;
/// table.push("as known at 2 years", &early.analyse(&FFS)?, Arm::Msc, Arm::Control)?;
/// assert_eq!(table.rows()[0].events, [5, 3]);
/// assert_eq!(table.rows()[2].events, [5, 2]);
/// println!("{table}");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Comparisons {
    at: Time,
    rows: Vec<Comparison>,
}

/// One way of asking, and its answer. Pairs are of the first arm and of the one it is compared with.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Comparison {
    /// What the row is called.
    pub label: String,
    /// The two arms.
    pub arms: [String; 2],
    /// The endpoint.
    pub endpoint: String,
    /// The strategies for intercurrent events, in words.
    pub strategies: String,
    /// The population.
    pub population: String,
    /// The data cutoff, if there was one.
    pub cutoff: Option<Time>,
    /// The subjects.
    pub subjects: [usize; 2],
    /// Their events.
    pub events: [usize; 2],
    /// The probability of the event by the chosen time.
    pub incidence: [Incidence; 2],
    /// Peto's ratio of the (cause-specific) hazards.
    pub hazard_ratio: Option<HazardRatio>,
    /// The (cause-specific) log-rank test's p-value.
    pub p_value: Option<f64>,
    /// Do other events compete with the endpoint's?
    pub competing: bool,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(Comparison {
    label: String,
    arms: [String; 2],
    endpoint: String,
    strategies: String,
    population: String,
    cutoff: Option<Time>,
    subjects: [usize; 2],
    events: [usize; 2],
    incidence: [Incidence; 2],
    hazard_ratio: Option<HazardRatio>,
    p_value: Option<f64>,
    competing: bool,
});

#[cfg(feature = "serde")]
impl Comparison {
    fn check(&self) -> crate::error::Result<()> {
        for arm in [0, 1] {
            stored::count("the number of subjects", self.subjects[arm])?;
            stored::below("the number of events", self.events[arm], self.subjects[arm] + 1)?;
        }
        self.p_value.map_or(Ok(()), |p| stored::probability("the p-value", p))
    }
}

impl Comparisons {
    /// An empty table of probabilities at a time.
    #[must_use]
    pub fn at(time: Time) -> Self {
        Self { at: time, rows: Vec::new() }
    }

    /// Adds a row: the arm `of` against the arm `against` in an analysis.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`](crate::Error::UnknownLabel) where the analysis has no such arm.
    pub fn push<A: Label, E: Label>(
        &mut self,
        label: impl Into<String>,
        analysis: &Analysis<A, E>,
        of: A,
        against: A,
    ) -> Result<()> {
        let contrast = analysis.cause_specific(of, against)?;
        let count = |arm: A, all: bool| {
            analysis.records().iter().filter(|r| r.arm == arm && (all || r.outcome.is_event())).count()
        };
        self.rows.push(Comparison {
            label: label.into(),
            arms: [of, against].map(|arm| crate::trial::label(&arm)),
            endpoint: analysis.endpoint().into(),
            strategies: analysis.strategies().into(),
            population: analysis.population().into(),
            cutoff: analysis.cutoff().map(|c| c.0),
            subjects: [count(of, true), count(against, true)],
            events: [count(of, false), count(against, false)],
            incidence: [analysis.incidence(of, self.at)?, analysis.incidence(against, self.at)?],
            hazard_ratio: contrast.hazard_ratio(HazardRatioMethod::Peto),
            p_value: contrast.log_rank().p_value(),
            competing: analysis.check_competing(|r| r.arm == of || r.arm == against).is_err(),
        });
        Ok(())
    }

    /// The rows, in the order in which they were added.
    #[must_use]
    pub fn rows(&self) -> &[Comparison] {
        &self.rows
    }
}

impl fmt::Display for Comparisons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|r| r.label.chars().count()).max().unwrap_or(0).max(8);
        write!(f, "probability of the event by {}; hazard ratio by Peto's method", self.at)?;
        let head = ["events / subjects", "event by then", "HR (95% CI)", "p"];
        write!(f, "\n{:width$} {:>17} {:>37} {:>23} {:>7}", "", head[0], head[1], head[2], head[3])?;
        for row in &self.rows {
            let counts = format!(
                "{}/{} against {}/{}",
                row.events[0], row.subjects[0], row.events[1], row.subjects[1]
            );
            let by_then = format!("{} against {}", row.incidence[0], row.incidence[1]);
            let ratio = row.hazard_ratio.as_ref().and_then(|ratio| {
                let (lower, upper) = ratio.interval(0.95).ok()?.bounds()?;
                Some(format!("{:.2} ({lower:.2} to {upper:.2})", ratio.value().ok()?))
            });
            let ratio = ratio.unwrap_or_else(|| MISSING.into());
            let p = or_missing(row.p_value, |p| format!("{:.4}", PValue(p)));
            let mark = if row.competing { " *" } else { "" };
            write!(f, "\n{:width$} {counts:>17} {by_then:>37} {ratio:>23} {p:>7}{mark}", row.label)?;
        }
        if self.rows.iter().any(|r| r.competing) {
            write!(f, "\n* events compete: the ratio and the test are of cause-specific hazards")?;
        }
        Ok(())
    }
}
