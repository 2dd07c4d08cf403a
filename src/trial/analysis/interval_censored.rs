//! The records as what the visits say: between which two of them the event was.

use crate::error::Result;
use crate::survival::data::groups::Groups;
use crate::survival::data::interval_censored::IntervalCensored;
use crate::trial::facts::baseline;
use crate::trial::{Analysis, Censoring, Label, Outcome, Time, label};

impl<A: Label, E: Label> Analysis<A, E> {
    /// The [window](crate::trial::Window) of each record as interval-censored data in days, and the arms as groups; in the
    /// strata of the analysis.
    ///
    /// An event that was found at a visit was in `(last visit free of it, visit]`, one that is dated to the day (death)
    /// exactly then; who was censored is so at the last time known to be free of the event. An event after missed
    /// visits, which the endpoint censors for want of a date, is here what it is: an event in a wide interval.
    ///
    /// # Errors
    /// [`TrialError::CompetingOutcomes`](crate::TrialError::CompetingOutcomes): interval-censored data know one kind of event.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::Turnbull;
    /// use greenwood::trial::{Endpoint, Exit, Role, Subject, Time, Trial};
    ///
    /// #[derive(Debug, Clone, Copy, PartialEq)]
    /// enum Event { Progression, Death }
    /// const PFS: Endpoint<Event> = Endpoint::new("PFS", |_| Role::Event);
    ///
    /// let weeks = Time::weeks;
    /// let seen = || Subject::on("new").visit(weeks(8.0)).visit(weeks(16.0));
    /// let trial = Trial::new([
    ///     seen().then(weeks(24.0), Event::Progression).until(weeks(40.0), Exit::Cutoff)?,
    ///     seen().until(weeks(20.0), Exit::Terminal(Event::Death))?,
    ///     seen().until(weeks(20.0), Exit::Lost)?,
    /// ]);
    /// let (data, arms) = trial.analyse(&PFS.assessed(weeks(8.0), None))?.interval_censored()?;
    /// assert_eq!(data.lower(), [112.0, 140.0, 112.0]); // (16, 24] weeks, at 20 exactly, after 16
    /// assert_eq!(data.upper(), [168.0, 140.0, f64::INFINITY]);
    /// assert_eq!(arms.labels(), ["new"]);
    /// assert!(Turnbull::fit(&data).converged());
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn interval_censored(&self) -> Result<(IntervalCensored<'static>, Groups)> {
        self.check_competing(|_| true)?;
        let records = self.records();
        let lower: Vec<f64> = records.iter().map(|r| r.window.after.in_days()).collect();
        let upper: Vec<f64> = records
            .iter()
            .map(|r| match r.outcome {
                // An outcome that a sensitivity analysis changed has no visit that found it: its time is its date.
                Outcome::Event(_) => r.window.by.unwrap_or(r.time).in_days(),
                Outcome::Censored(Censoring::MissedVisits) => {
                    r.window.by.map_or(f64::INFINITY, Time::in_days)
                }
                _ => f64::INFINITY,
            })
            .collect();
        let codes: Vec<usize> =
            records.iter().map(|r| self.arms().iter().position(|a| *a == r.arm).unwrap_or(0)).collect();
        let labels: Vec<String> = self.arms().iter().map(label).collect();
        let mut data = IntervalCensored::new(lower, upper)?;
        if let Some(by) = self.stratification() {
            let baselines = self.baselines().iter();
            data = data.with_strata(baseline::strata(baselines, by, |i| self.who(i))?)?;
        }
        Ok((data, Groups::from_codes(&codes, &labels)?))
    }
}
