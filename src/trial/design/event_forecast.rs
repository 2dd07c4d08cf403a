//! When will event number d come? From a running trial as it is known at a data cutoff.

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::numeric::quadrature::GaussLegendre;
use crate::numeric::root;
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::data::right_censored::RightCensored;
#[cfg(feature = "serde")]
use crate::survival::result::stored;
use crate::trial::analysis::record::{Censoring, Outcome};
use crate::trial::analysis::trial::Trial;
use crate::trial::design::checks;
use crate::trial::facts::label::Label;
use crate::trial::facts::time::Time;
use crate::trial::question::estimand::Estimand;

/// How the survival curve of the trial so far goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Tail {
    /// One hazard for all times, events over person-time.
    #[default]
    Exponential,
    /// The Kaplan-Meier curve up to the last event, and from there on the mean hazard up to it, `−ln S(t) / t`.
    KaplanMeier,
}

/// The dates of events to come, from a trial at its data cutoff.
///
/// Every subject under observation at the cutoff has the event within a horizon with probability
/// `∫ f(u + v) / S(u) e^{−ηv} dv`, where `u` is the time since its origin, `S` the curve of all arms together (a running
/// trial is blinded) with its [`Tail`], and η the hazard of leaving (lost, withdrawn, a competing event); those who
/// still enter do so evenly. The date of event d is where the expected number is d.
///
/// The interval holds the date with its level: the number of events by a date is taken as normal, its variance that of
/// independent subjects, plus that of the estimated hazard, `(∂E / ∂ ln λ)² / events so far`.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`tail`](Self::tail) | exponential | how the curve goes on | |
/// | [`entering`](Self::entering) | nobody | subjects still to enter, evenly over a duration from the cutoff | finite, at least 0 |
/// | [`level`](Self::level) | 0.95 | of the interval | inside (0, 1) |
///
/// # Errors
/// [`Error::Unsupported`] for a trial without a cutoff ([`Trial::at`] makes one) or without an event so far, from which no
/// hazard can be estimated; [`Error::OutOfRange`] for options, and for an event that has already been
/// ([`Trial::cutoff_at_events`] knows its date); as [`Trial::analyse`].
///
/// # Cost
/// One Kaplan-Meier curve, then a sum over the subjects at risk for each expected number; a date with its interval takes some hundred
/// of these: milliseconds for a thousand subjects.
///
/// # Example
/// ```
/// use greenwood::trial::design::EventForecast;
/// use greenwood::trial::examples::{OS, FFS, saa};
/// use greenwood::trial::{DataCutoff, Time};
///
/// let so_far = saa().at(DataCutoff(Time::months(24.0)))?;
/// let forecast = EventForecast::new().of(&so_far, &FFS)?;
/// assert_eq!(forecast.events(), 7);
/// assert_eq!(forecast.information_fraction(14.0), 0.5);
/// let ninth = forecast.date_of(9)?.expect("there are enough subjects");
/// assert!(ninth.date() > Time::months(24.0) && ninth.earliest() < ninth.date());
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Bagiella & Heitjan (2001), Stat Med 20:2055. Ying, Heitjan & Chen (2004), Clin Trials 1:352.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "nothing is predicted until `.of(…)` is called"]
pub struct EventForecast {
    tail: Tail,
    entering: f64,
    over: Time,
    level: f64,
}

impl Default for EventForecast {
    fn default() -> Self {
        Self { tail: Tail::Exponential, entering: 0.0, over: Time::ZERO, level: 0.95 }
    }
}

impl EventForecast {
    /// An exponential curve, nobody enters any more.
    pub fn new() -> Self {
        Self::default()
    }

    /// How the curve goes on.
    pub fn tail(self, tail: Tail) -> Self {
        Self { tail, ..self }
    }

    /// Subjects who still enter, evenly over a duration from the cutoff.
    pub fn entering(self, subjects: f64, over: Time) -> Self {
        Self { entering: subjects, over, ..self }
    }

    /// The level of the interval.
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// What the trial so far says of the events to come.
    ///
    /// # Errors
    /// See [`EventForecast`].
    pub fn of<A: Label, E: Label>(
        &self,
        trial: &Trial<A, E>,
        question: impl Into<Estimand<E>>,
    ) -> Result<Forecast> {
        for (argument, value) in [("entering", self.entering), ("over", self.over.in_days())] {
            checks::not_negative(argument, value)?;
        }
        checks::inside("level", self.level)?;
        let Some(cutoff) = trial.cutoff() else {
            return Err(Error::Unsupported {
                method: "a forecast",
                with: "a trial without a data cutoff",
                why: "the events to come are those after it; take the trial at a cutoff first",
            });
        };
        let cutoff = cutoff.0.in_days();
        let analysis = trial.analyse(question)?;
        let records = analysis.records();
        let time: Vec<f64> = records.iter().map(|r| r.time.in_days()).collect();
        let event: Vec<bool> = records.iter().map(|r| r.outcome.is_event()).collect();
        let events = event.iter().filter(|&&e| e).count();
        let person_time: f64 = time.iter().sum();
        if events == 0 || person_time <= 0.0 {
            return Err(Error::Unsupported {
                method: "a forecast",
                with: "no event so far",
                why: "no hazard can be estimated; FutureEvents takes one that is assumed",
            });
        }
        let left = |o: &Outcome<E>| match o {
            Outcome::Event(_) | Outcome::Censored(Censoring::Cutoff) => false,
            Outcome::Competing(_) | Outcome::Censored(_) => true,
        };
        let leaving = records.iter().filter(|r| left(&r.outcome)).count();
        let followed = records.iter().filter(|r| r.outcome == Outcome::Censored(Censoring::Cutoff));
        let at_risk: Vec<f64> = followed
            .map(|r| (cutoff - r.entered.in_days() - r.origin.in_days()).max(r.time.in_days()))
            .collect();
        let hazard = events as f64 / person_time;
        let curve = match self.tail {
            Tail::Exponential => Curve { steps: Vec::new(), last: (0.0, 0.0), hazard },
            Tail::KaplanMeier => Curve::kaplan_meier(&RightCensored::new(time, event)?, hazard),
        };
        Ok(Forecast {
            cutoff,
            events,
            at_risk,
            curve,
            leaving: leaving as f64 / person_time,
            entering: self.entering,
            over: self.over.in_days(),
            level: self.level,
        })
    }
}

/// The cumulative hazard of the trial so far: steps, then a constant hazard.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
struct Curve {
    /// Time and cumulative hazard after it.
    steps: Vec<(f64, f64)>,
    /// Where the tail begins, and the cumulative hazard there.
    last: (f64, f64),
    hazard: f64,
}

impl Curve {
    fn kaplan_meier(data: &RightCensored<'_>, overall: f64) -> Self {
        let curve = KaplanMeier::fit(data);
        // Where the last subject has the event the curve falls to 0: the tail begins before.
        let step = |s: crate::survival::curve::survival_estimate::Step| {
            let value = s.estimate.value().unwrap_or(0.0);
            (s.row.events > 0.0 && value > 0.0).then(|| (s.row.time, -value.ln()))
        };
        let steps: Vec<(f64, f64)> = curve.steps().filter_map(step).collect();
        let last = steps.last().copied().unwrap_or((0.0, 0.0));
        let hazard = if last.0 > 0.0 { last.1 / last.0 } else { overall };
        Self { steps, last, hazard }
    }

    fn cumulative(&self, t: f64) -> f64 {
        if t >= self.last.0 {
            return self.last.1 + self.hazard * (t - self.last.0);
        }
        let before = self.steps.partition_point(|s| s.0 <= t);
        if before == 0 { 0.0 } else { self.steps[before - 1].1 }
    }

    /// The probability that a subject at `u` has the event within `horizon`, before it leaves; all hazards times `factor`.
    fn probability(&self, u: f64, horizon: f64, leaving: f64, factor: f64) -> f64 {
        let (start, end) = (self.cumulative(u), u + horizon);
        let survival = |h: f64| (-factor * (h - start)).exp();
        let (mut sum, mut before) = (0.0, 1.0);
        let first = self.steps.partition_point(|s| s.0 <= u);
        for &(time, cumulative) in self.steps[first..].iter().take_while(|s| s.0 <= end) {
            let after = survival(cumulative);
            sum += (before - after) * (-leaving * (time - u)).exp();
            before = after;
        }
        let from = u.max(self.last.0);
        if end > from {
            let (rate, still) = (factor * self.hazard, (-leaving * (from - u)).exp());
            let all = rate + leaving;
            sum += before * still * rate / all * -(-all * (end - from)).exp_m1();
        }
        sum
    }
}

/// What a running trial says of its events to come. Made by [`EventForecast::of`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Forecast {
    /// Days.
    cutoff: f64,
    events: usize,
    /// Days since the origin of each subject under observation.
    at_risk: Vec<f64>,
    curve: Curve,
    leaving: f64,
    entering: f64,
    over: f64,
    level: f64,
}

/// The date of an event to come, on the trial's calendar.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EventDate {
    date: Time,
    earliest: Time,
    latest: Option<Time>,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(EventDate {
    date: Time,
    earliest: Time,
    latest: Option<Time>,
});

#[cfg(feature = "serde")]
impl EventDate {
    fn check(&self) -> crate::error::Result<()> {
        stored::number("the date", self.date.in_days())?;
        stored::ordered("the date", self.earliest.in_days(), self.date.in_days())?;
        self.latest.map_or(Ok(()), |t| stored::ordered("the latest date", self.date.in_days(), t.in_days()))
    }
}

impl EventDate {
    /// Where the expected number of events is the number asked for.
    #[must_use]
    pub fn date(&self) -> Time {
        self.date
    }

    /// The lower limit.
    #[must_use]
    pub fn earliest(&self) -> Time {
        self.earliest
    }

    /// The upper limit. Returns `None` if the event may never come.
    #[must_use]
    pub fn latest(&self) -> Option<Time> {
        self.latest
    }
}

impl Forecast {
    /// The number of events so far.
    #[must_use]
    pub fn events(&self) -> usize {
        self.events
    }

    /// The number of subjects under observation at the cutoff.
    #[must_use]
    pub fn at_risk(&self) -> usize {
        self.at_risk.len()
    }

    /// The share of a planned number of events that is there.
    #[must_use]
    pub fn information_fraction(&self, planned: f64) -> f64 {
        self.events as f64 / planned
    }

    /// The expected number of events by a date, those so far included. Dates before the cutoff count as the cutoff.
    #[must_use]
    pub fn expected_by(&self, date: Time) -> f64 {
        self.events as f64 + self.moments((date.in_days() - self.cutoff).max(0.0), 1.0).0
    }

    /// The mean and the variance of the number of further events within a horizon.
    fn moments(&self, horizon: f64, factor: f64) -> (f64, f64) {
        let (mut mean, mut variance) = (0.0, 0.0);
        for &u in &self.at_risk {
            let p = self.curve.probability(u, horizon, self.leaving, factor);
            mean += p;
            variance += p * (1.0 - p);
        }
        if self.entering > 0.0 {
            let of = |s: f64| self.curve.probability(0.0, horizon - s, self.leaving, factor);
            let entered = self.over.min(horizon);
            let p = if self.over == 0.0 {
                of(0.0)
            } else {
                GaussLegendre::of(32).integrate(0.0, entered, of) / self.over
            };
            mean += self.entering * p;
            variance += self.entering * p * (1.0 - p);
        }
        (mean, variance)
    }

    /// When event number `number` is to be expected. Returns `None` if so many are not expected ever.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for an event that has already been.
    pub fn date_of(&self, number: usize) -> Result<Option<EventDate>> {
        if number <= self.events {
            return Err(Error::OutOfRange {
                argument: "number",
                value: number as f64,
                must_be: "above the number of events so far; Trial::cutoff_at_events knows the dates of those",
            });
        }
        let wanted = (number - self.events) as f64;
        let expected = |h: f64| self.moments(h, 1.0).0 - wanted;
        let z = normal_quantile(f64::midpoint(1.0, self.level));
        // How far the number of events is above the one asked for, in standard errors; half an event for continuity.
        let ahead = |h: f64| {
            let (mean, variance) = self.moments(h, 1.0);
            let (more, less) = (self.moments(h, 1.001).0, self.moments(h, 0.999).0);
            let slope = (more - less) / 0.002;
            (mean - wanted + 0.5) / (variance + slope * slope / self.events as f64).sqrt().max(1e-12)
        };
        let Some(date) = first_reach(expected) else { return Ok(None) };
        let at = |h: f64| Time::days(self.cutoff + h);
        // A number of one more is early where it is reached with the small probability already.
        let earliest = first_reach(|h| ahead(h) + z).map_or(date, |h| h.min(date));
        let latest = first_reach(|h| ahead(h) - z);
        Ok(Some(EventDate { date: at(date), earliest: at(earliest), latest: latest.map(at) }))
    }
}

/// The first time at which a function that begins below 0 and levels off reaches 0. Returns `None` if it never does.
fn first_reach(f: impl Fn(f64) -> f64) -> Option<f64> {
    let (mut low, mut high) = (0.0, 1.0);
    if f(low) >= 0.0 {
        return Some(0.0);
    }
    // In days: a million years are never.
    while f(high) < 0.0 {
        (low, high) = (high, high * 2.0);
        if high > 4e8 {
            return None;
        }
    }
    Some(root::find(low, high, f))
}
