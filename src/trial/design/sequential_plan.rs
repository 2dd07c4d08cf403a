//! A group-sequential trial in events, subjects and calendar time.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::print::MISSING;
use crate::trial::design::boundaries::Boundaries;
use crate::trial::design::fixed_plan::{FixedPlan, RoundedPlan, whole};
use crate::trial::design::target::Target;

/// A plan with looks before the end. Made by [`FixedDesign::sequential`](crate::trial::design::FixedDesign::sequential).
///
/// For a power the events of the fixed design are inflated so that the looks keep it; where events or subjects are given,
/// they are the most there will be, and the power follows.
///
/// # Example
/// ```
/// use greenwood::trial::design::{BoundaryType, FixedDesign, GroupSequential, Hazard, Target};
///
/// let bounds = GroupSequential::looks(3).boundary(BoundaryType::OBrienFleming).power(0.8).fit()?;
/// let plan = FixedDesign::new(0.7)
///     .target(Target::Power(0.8))
///     .control(Hazard::median(12.0)?)
///     .accrual(24.0)
///     .followup(12.0)
///     .sequential(&bounds)?;
/// assert!((plan.events() - 251.08273627389033).abs() < 1e-6);                      // rpact 3.3.4
/// assert!((plan.time_by_look().unwrap()[0] - 16.826642499933445).abs() < 1e-6);
/// assert_eq!(plan.rounded().events, 252);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SequentialPlan {
    fixed: FixedPlan,
    bounds: Boundaries,
    events: f64,
    /// The expected final statistic under the planned effect.
    drift: f64,
    times: Option<Vec<f64>>,
    entered: Option<Vec<f64>>,
}

impl SequentialPlan {
    pub(crate) fn new(mut fixed: FixedPlan, bounds: Boundaries) -> Result<Self> {
        // Events or subjects that are given are the most there will be; for a power they follow from the bounds.
        let (inflation, drift) = if let Target::Power(_) = fixed.design.target {
            (bounds.inflation(), bounds.drift())
        } else {
            let z = normal_quantile(1.0 - bounds.alpha() / f64::from(bounds.sides()));
            (1.0, z + normal_quantile(fixed.power))
        };
        let events = fixed.events * inflation;
        fixed.subjects = fixed.subjects.map(|n| n * inflation);
        if let (Some(n), Some(assumptions)) = (fixed.subjects, fixed.assumptions.take()) {
            fixed.assumptions = Some(assumptions.with_subjects(n));
        }
        let (mut times, mut entered) = (None, None);
        if let (Some(assumptions), Some(duration)) = (&fixed.assumptions, fixed.duration) {
            let last = bounds.fractions().len() - 1;
            let at = bounds
                .fractions()
                .iter()
                .enumerate()
                .map(|(k, t)| {
                    // The last look is at the planned end; the events are there by its definition.
                    if k == last { Some(duration) } else { assumptions.time_of_events(t * events) }
                })
                .collect::<Option<Vec<f64>>>()
                .ok_or(Error::Unsupported {
                    method: "a group-sequential plan",
                    with: "these hazards",
                    why: "so many events never happen; lower the dropout or raise the control hazard",
                })?;
            entered = Some(at.iter().map(|&t| assumptions.accrual().entered_by(t)).collect());
            times = Some(at);
        }
        Ok(Self { fixed, bounds, events, drift, times, entered })
    }

    /// The plan with one look that this one extends; its subjects are those of this plan.
    #[must_use]
    pub fn fixed(&self) -> &FixedPlan {
        &self.fixed
    }

    /// The bounds.
    #[must_use]
    pub fn boundaries(&self) -> &Boundaries {
        &self.bounds
    }

    /// The maximal number of events.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events
    }

    /// The number of subjects.
    #[must_use]
    pub fn subjects(&self) -> Option<f64> {
        self.fixed.subjects
    }

    /// Whole numbers: the maximal number of events up, and each arm up.
    #[must_use]
    pub fn rounded(&self) -> RoundedPlan {
        RoundedPlan { events: whole(self.events), ..self.fixed.rounded() }
    }

    /// The events at each look.
    #[must_use]
    pub fn events_by_look(&self) -> Vec<f64> {
        self.bounds.fractions().iter().map(|t| t * self.events).collect()
    }

    /// The calendar time of each look, where the effect is as planned.
    #[must_use]
    pub fn time_by_look(&self) -> Option<&[f64]> {
        self.times.as_deref()
    }

    /// The subjects entered by each look, where the effect is as planned.
    #[must_use]
    pub fn subjects_by_look(&self) -> Option<&[f64]> {
        self.entered.as_deref()
    }

    /// The events used on average at a drift: 0 is no effect, [`Boundaries::drift`] the planned one.
    #[must_use]
    pub fn expected_events(&self, drift: f64) -> f64 {
        self.events * self.bounds.expected_fraction(drift)
    }

    /// The expected final statistic under the planned effect.
    #[must_use]
    pub fn drift(&self) -> f64 {
        self.drift
    }

    /// The power under the planned effect.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.bounds.power(self.drift)
    }

    /// The mean calendar time at which the trial stops, where the effect is as planned.
    #[must_use]
    pub fn expected_duration(&self) -> Option<f64> {
        self.times.as_deref().map(|times| self.at_the_stop(times))
    }

    /// The mean number of subjects entered when the trial stops, where the effect is as planned.
    #[must_use]
    pub fn expected_subjects(&self) -> Option<f64> {
        self.entered.as_deref().map(|entered| self.at_the_stop(entered))
    }

    fn at_the_stop(&self, by_look: &[f64]) -> f64 {
        self.bounds.mean_at_stop(self.drift, by_look)
    }

    /// The estimated hazard ratio at which each look is just significant, as in
    /// [`FixedPlan::critical_hazard_ratio`]. Returns `None` if a look cannot stop the trial.
    #[must_use]
    pub fn critical_hazard_ratios(&self) -> Vec<Option<f64>> {
        let one = |(z, events): (&f64, f64)| z.is_finite().then(|| self.fixed.ratio_at(*z, events));
        self.bounds.z().iter().zip(self.events_by_look()).map(one).collect()
    }
}

/// The paragraph of the plan and the table of its looks.
impl fmt::Display for SequentialPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = self.rounded();
        write!(
            f,
            "{} looks; at most {} events, on average {:.1} where there is no effect and {:.1} where it is as planned.",
            self.bounds.fractions().len(),
            rounded.events,
            self.expected_events(0.0),
            self.expected_events(self.drift)
        )?;
        if let Some(n) = rounded.subjects {
            write!(f, " {n} subjects.")?;
        }
        if !matches!(self.fixed.design.target, Target::Power(_)) {
            write!(f, " Power {:.1}% where the effect is as planned.", 100.0 * self.power())?;
        }
        writeln!(f, "\n{}", self.bounds)?;
        write!(f, "{:>4} {:>9} {:>9} {:>9} {:>9}", "look", "events", "subjects", "time", "ratio")?;
        let ratios = self.critical_hazard_ratios();
        for (k, events) in self.events_by_look().iter().enumerate() {
            let of = |values: Option<&[f64]>| values.map_or(MISSING.to_string(), |v| format!("{:.1}", v[k]));
            let ratio = ratios[k].map_or(MISSING.to_string(), |r| format!("{r:.3}"));
            write!(
                f,
                "\n{:>4} {:>9.1} {:>9} {:>9} {ratio:>9}",
                k + 1,
                events,
                of(self.subjects_by_look()),
                of(self.time_by_look())
            )?;
        }
        Ok(())
    }
}
