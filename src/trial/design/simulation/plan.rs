//! What a run of trials has in common, whatever is drawn: how many, from which streams, looked at when, judged by what.

use crate::error::{Error, Result, check_len};
use crate::numeric::distribution::normal_quantile;
use crate::trial::design::boundaries::Boundaries;
use crate::trial::design::checks;
use crate::trial::design::simulation::finding::Finding;
use crate::trial::design::simulation::part::{Part, Truth};
use crate::trial::design::simulation::sample::Cutoff;
use crate::trial::design::simulation::sampler::{ArmAllocation, Sampler};
use crate::trial::design::stratified_assumptions::StratifiedAssumptions;

/// A look: when, the bound for efficacy, the bound below which the trial is given up.
pub(super) type Look = (Cutoff, f64, f64);

/// Bounds and when the data are looked at, as they are stored: a bound that is never reached is none.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Looks {
    cutoffs: Vec<Cutoff>,
    efficacy: Vec<Option<f64>>,
    /// Below it a trial is given up: for futility, or for harm.
    given_up: Vec<Option<f64>>,
    sides: u32,
}

impl Looks {
    fn new(bounds: &Boundaries, cutoffs: &[Cutoff]) -> Self {
        let below = |k: usize| {
            let futility = bounds.futility_z().get(k).copied().unwrap_or(f64::NEG_INFINITY);
            bounds.harm_z().get(k).map_or(futility, |&harm| futility.max(harm))
        };
        let reached = |z: f64| z.is_finite().then_some(z);
        Self {
            cutoffs: cutoffs.to_vec(),
            efficacy: bounds.z().iter().map(|&z| reached(z)).collect(),
            given_up: (0..bounds.z().len()).map(|k| reached(below(k))).collect(),
            sides: bounds.sides(),
        }
    }

    fn check(&self) -> Result<()> {
        if self.sides == 2 {
            return Err(Error::Unsupported {
                method: "a simulation",
                with: "two-sided bounds",
                why: "a procedure has one side, that of the benefit; take one side with half the error",
            });
        }
        let (len, expected) = (self.cutoffs.len(), self.efficacy.len());
        check_len("cutoffs", len, "bounds", expected)?;
        if len == 0 {
            return Err(Error::Empty { argument: "cutoffs" });
        }
        let len = self.given_up.len();
        check_len("bounds for futility", len, "bounds", expected)?;
        Ok(())
    }
}

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Plan {
    pub(super) assumptions: StratifiedAssumptions,
    pub(super) trials: usize,
    pub(super) seed: u64,
    pub(super) threads: usize,
    pub(super) alpha: f64,
    pub(super) cutoff: Option<Cutoff>,
    pub(super) looks: Option<Looks>,
    pub(super) allocation: ArmAllocation,
    /// Kendall's, of event and dropout.
    pub(super) tau: f64,
    pub(super) truth: Option<f64>,
    pub(super) effect: bool,
}

/// What is seen of a trial at a look.
pub(super) struct Seen {
    pub(super) finding: Finding,
    pub(super) time: f64,
    pub(super) events: usize,
    pub(super) subjects: usize,
}

impl Plan {
    pub(super) fn new(assumptions: StratifiedAssumptions) -> Self {
        Self {
            assumptions,
            trials: 10_000,
            seed: 0,
            threads: 1,
            alpha: 0.025,
            cutoff: None,
            looks: None,
            allocation: ArmAllocation::Exact,
            tau: 0.0,
            truth: None,
            effect: true,
        }
    }

    /// Looks at the shares of a final number of events.
    pub(super) fn looks(self, bounds: &Boundaries, events: f64) -> Self {
        let last = bounds.fractions().len() - 1;
        // An impossible number of events is 0, which is refused.
        let least = f64::from(u8::from(events >= 1.0 && events.is_finite()));
        let cutoff = |(k, t): (usize, &f64)| {
            let own = if k == last { events.ceil() } else { (t * events).round().max(least) };
            Cutoff::Events(if least > 0.0 { own as usize } else { 0 })
        };
        let cutoffs: Vec<Cutoff> = bounds.fractions().iter().enumerate().map(cutoff).collect();
        self.looks_at(bounds, &cutoffs)
    }

    pub(super) fn looks_at(self, bounds: &Boundaries, cutoffs: &[Cutoff]) -> Self {
        Self { looks: Some(Looks::new(bounds, cutoffs)), ..self }
    }

    pub(super) fn target(&self) -> Truth {
        match self.truth {
            Some(truth) => Truth::Reported(truth),
            None if !self.effect => Truth::NoEffect,
            None => Truth::Unknown,
        }
    }

    /// The names of the strata, where there are several.
    pub(super) fn names(&self) -> Vec<String> {
        let strata = self.assumptions.strata();
        if strata.len() > 1 { strata.iter().map(|(name, _)| name.clone()).collect() } else { Vec::new() }
    }

    pub(super) fn check(&self) -> Result<Sampler> {
        if self.trials == 0 || self.trials > 1 << 40 {
            let (argument, value) = ("trials", self.trials as f64);
            return Err(Error::OutOfRange { argument, value, must_be: "between 1 and 10^12" });
        }
        checks::inside("alpha", self.alpha)?;
        self.truth.map_or(Ok(()), |truth| checks::finite("truth", truth))?;
        let sampler = Sampler::new(&self.assumptions, self.effect, &self.allocation, self.tau)?;
        self.looks.as_ref().map_or(Ok(()), Looks::check)?;
        for (cutoff, ..) in self.looks_of_a_trial() {
            check_cutoff(cutoff)?;
        }
        Ok(sampler)
    }

    /// A ratio has a logarithm, or there is no bias to speak of.
    pub(super) fn check_truth(&self, sum: &Part) -> Result<()> {
        match self.truth {
            Some(value) if sum.estimates.logarithms && value <= 0.0 => {
                Err(Error::OutOfRange { argument: "truth", value, must_be: "above 0: it is that of a ratio" })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn looks_of_a_trial(&self) -> Vec<Look> {
        let Some(looks) = &self.looks else {
            let end = Cutoff::Time(self.assumptions.accrual_duration());
            return vec![(self.cutoff.unwrap_or(end), normal_quantile(1.0 - self.alpha), f64::NEG_INFINITY)];
        };
        let bounds = looks.efficacy.iter().zip(&looks.given_up);
        let look = |(&cutoff, (above, below)): (&Cutoff, (&Option<f64>, &Option<f64>))| {
            (cutoff, above.unwrap_or(f64::INFINITY), below.unwrap_or(f64::NEG_INFINITY))
        };
        looks.cutoffs.iter().zip(bounds).map(look).collect()
    }

    /// Looks at a trial until it stops, and adds it to the sums.
    pub(super) fn conduct(
        &self,
        looks: &[Look],
        sum: &mut Part,
        mut look_at: impl FnMut(Cutoff) -> Result<Seen>,
    ) -> Result<()> {
        let last = looks.len() - 1;
        for (k, &(cutoff, upper, lower)) in looks.iter().enumerate() {
            let seen = look_at(cutoff)?;
            let statistic = seen.finding.statistic();
            sum.not_computed += usize::from(statistic.is_none());
            let rejects = statistic.is_some_and(|z| z >= upper);
            let gives_up = k < last && !rejects && statistic.is_some_and(|z| z < lower);
            if rejects {
                sum.rejected += 1;
                sum.by_look[k] += 1;
            }
            sum.futility += usize::from(gives_up);
            if rejects || gives_up || k == last {
                sum.events.push(seen.events as f64);
                sum.duration.push(seen.time);
                sum.subjects.push(seen.subjects as f64);
                sum.estimates.push(&seen.finding, self.target());
                break;
            }
        }
        Ok(())
    }
}

fn check_cutoff(cutoff: Cutoff) -> Result<()> {
    let (events, time) = cutoff.parts();
    if events == Some(0) {
        return Err(Error::OutOfRange { argument: "cutoff", value: 0.0, must_be: "at least 1 event" });
    }
    match time {
        Some(value) if !(value > 0.0 && value.is_finite()) => {
            Err(Error::OutOfRange { argument: "cutoff", value, must_be: "a finite time above 0" })
        }
        _ => Ok(()),
    }
}
