//! One endpoint of one trial, ready to be read.

use crate::error::{Error, Result, TrialError};
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::curve::survival_estimate::SurvivalEstimate;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::result::direction::Direction;
use crate::trial::analysis::contrast::Contrast;
use crate::trial::analysis::follow_up::FollowUp;
use crate::trial::facts::baseline::{self, Baseline};
use crate::trial::{
    Censoring, CensoringReasons, DataCutoff, Label, NumbersAtRisk, Outcome, Record, Stratification, Time,
    label,
};

/// The records of one endpoint, and what can be asked of them. Made by [`Trial::analyse`](crate::trial::Trial::analyse).
///
/// # Example
/// ```
/// use greenwood::trial::Time;
/// use greenwood::trial::examples::{Arm, OS, saa};
///
/// let analysis = saa().analyse(&OS)?;
/// assert_eq!(analysis.records().len(), 18);
/// assert_eq!(analysis.survival(Arm::Msc, Time::years(4.0))?.to_string(), "88.9% ± 10.5%");
/// assert_eq!(analysis.follow_up()?.median(), Some(Time::months(48.0)));
/// assert!(analysis.contrast(Arm::Msc, Arm::Control)?.log_rank().p_value().unwrap() > 0.9);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Analysis<A, E> {
    about: About,
    records: Vec<Record<A, E>>,
    /// What was known of each record's subject at entry.
    baselines: Vec<Baseline>,
    arms: Vec<A>,
    stratification: Option<Stratification>,
}

/// What was asked, of whom, and when.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub(in crate::trial) struct About {
    pub(in crate::trial) endpoint: String,
    pub(in crate::trial) strategies: String,
    pub(in crate::trial) population: String,
    pub(in crate::trial) cutoff: Option<Time>,
    pub(in crate::trial) without_origin: usize,
    pub(in crate::trial) direction: Direction,
}

impl<A: Label, E: Label> Analysis<A, E> {
    pub(in crate::trial) fn new(
        about: About,
        records: Vec<Record<A, E>>,
        baselines: Vec<Baseline>,
    ) -> Result<Self> {
        if records.is_empty() {
            return Err(Error::Empty { argument: "the set of subjects with a record" });
        }
        let mut arms: Vec<A> = Vec::new();
        for record in &records {
            if !arms.contains(&record.arm) {
                arms.push(record.arm);
            }
        }
        Ok(Self { about, records, baselines, arms, stratification: None })
    }

    /// The endpoint's name.
    pub fn endpoint(&self) -> &str {
        &self.about.endpoint
    }

    /// Whether the endpoint's event is wanted.
    pub fn direction(&self) -> Direction {
        self.about.direction
    }

    /// The strategies for intercurrent events, in words; empty where the endpoint's own roles decided.
    pub fn strategies(&self) -> &str {
        &self.about.strategies
    }

    /// The name of the population.
    pub fn population(&self) -> &str {
        &self.about.population
    }

    /// The data cutoff, if there was one.
    pub fn cutoff(&self) -> Option<DataCutoff> {
        self.about.cutoff.map(DataCutoff)
    }

    /// One record per subject, in the trial's order, each with what decided it.
    pub fn records(&self) -> &[Record<A, E>] {
        &self.records
    }

    /// What was known at entry, for each record.
    pub(in crate::trial) fn baselines(&self) -> &[Baseline] {
        &self.baselines
    }

    /// How many subjects have no record, since the endpoint's clock never started for them.
    pub fn without_origin(&self) -> usize {
        self.about.without_origin
    }

    /// The arms, in order of first appearance.
    pub fn arms(&self) -> &[A] {
        &self.arms
    }

    /// The same records with tests and models stratified by all stratification factors.
    ///
    /// # Errors
    /// [`Error::Empty`] where no subject has a stratification factor; [`TrialError::MissingBaseline`](crate::TrialError::MissingBaseline) where one lacks a
    /// factor that others have.
    pub fn stratified(mut self, by: Stratification) -> Result<Self> {
        baseline::strata(self.baselines.iter(), by, |i| self.who(i))?;
        self.stratification = Some(by);
        Ok(self)
    }

    /// By which version of the stratification factors tests and models are stratified, if by any.
    pub fn stratification(&self) -> Option<Stratification> {
        self.stratification
    }

    /// How many subjects were randomised in a stratum that was not theirs.
    pub fn mis_stratified(&self) -> usize {
        self.baselines.iter().filter(|b| b.strata.iter().any(|s| s.randomised != s.actual)).count()
    }

    /// How the subject of a record is called.
    pub(in crate::trial) fn who(&self, record: usize) -> String {
        let record = &self.records[record];
        record.id.clone().unwrap_or_else(|| format!("{} ({})", record.position, label(&record.arm)))
    }

    /// The same records with other outcomes, and the reason among the strategies.
    pub(in crate::trial) fn with_outcomes(
        mut self,
        why: &str,
        change: impl Fn(Outcome<E>) -> Outcome<E>,
    ) -> Self {
        let mut changed = false;
        for record in &mut self.records {
            let outcome = change(record.outcome);
            changed |= outcome != record.outcome;
            record.outcome = outcome;
        }
        if changed {
            let already = Some(self.about.strategies).filter(|text| !text.is_empty());
            self.about.strategies = already.into_iter().chain([why.into()]).collect::<Vec<_>>().join("; ");
        }
        self
    }

    pub(in crate::trial) fn check_arm(&self, arm: A) -> Result<()> {
        check_arm(&self.arms, arm)
    }

    /// No record that `keep` selects may end with a competing event.
    pub(in crate::trial) fn check_competing(&self, keep: impl Fn(&Record<A, E>) -> bool) -> Result<()> {
        for record in self.records.iter().filter(|r| keep(r)) {
            if let Outcome::Competing(kind) = record.outcome {
                return Err(Error::Trial(TrialError::CompetingOutcomes {
                    endpoint: self.about.endpoint.clone(),
                    event: label(&kind),
                    subject: record.id.clone().unwrap_or_else(|| record.position.to_string()),
                }));
            }
        }
        Ok(())
    }

    /// Times in days and events of the records that `keep` selects, in the strata of the analysis, and their
    /// positions. Competing events count as censorings: callers check for them, or say what that means.
    fn data(&self, keep: impl Fn(&Record<A, E>) -> bool) -> Result<(RightCensored<'static>, Vec<usize>)> {
        let positions: Vec<usize> = (0..self.records.len()).filter(|&i| keep(&self.records[i])).collect();
        let records = || positions.iter().map(|&i| &self.records[i]);
        let time: Vec<f64> = records().map(|r| r.time.in_days()).collect();
        let event: Vec<bool> = records().map(|r| r.outcome.is_event()).collect();
        let mut data = RightCensored::new(time, event)?;
        if let Some(by) = self.stratification {
            let baselines = positions.iter().map(|&i| &self.baselines[i]);
            data = data.with_strata(baseline::strata(baselines, by, |i| self.who(positions[i]))?)?;
        }
        Ok((data, positions))
    }

    /// All records as survival data, times in days, with their arms as groups.
    ///
    /// # Errors
    /// [`TrialError::CompetingOutcomes`](crate::TrialError::CompetingOutcomes).
    pub fn survival_data(&self) -> Result<(RightCensored<'static>, Groups)> {
        self.check_competing(|_| true)?;
        let (data, _) = self.data(|_| true)?;
        let code = |r: &Record<A, E>| self.arms.iter().position(|&a| a == r.arm).unwrap_or(0);
        let codes: Vec<usize> = self.records.iter().map(code).collect();
        let labels: Vec<String> = self.arms.iter().map(label).collect();
        Ok((data, Groups::from_codes(&codes, &labels)?))
    }

    /// The Kaplan-Meier curve of an arm; its times are days.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`TrialError::CompetingOutcomes`](crate::TrialError::CompetingOutcomes): a Kaplan-Meier curve would silently censor them.
    pub fn curve(&self, arm: A) -> Result<SurvivalCurve> {
        self.check_arm(arm)?;
        self.check_competing(|r| r.arm == arm)?;
        Ok(KaplanMeier::fit(&self.data(|r| r.arm == arm)?.0))
    }

    /// The probability of being free of the event in an arm at a time. Prints as `88.9% ± 10.5%`, and with
    /// `{:#}` with its interval; it knows how many are at risk.
    ///
    /// # Errors
    /// As [`curve`](Self::curve).
    pub fn survival(&self, arm: A, t: Time) -> Result<SurvivalEstimate> {
        Ok(self.curve(arm)?.at(t.in_days()))
    }

    /// The median follow-up of all subjects: how long they were observed for this endpoint.
    ///
    /// # Errors
    /// [`TrialError::CompetingOutcomes`](crate::TrialError::CompetingOutcomes).
    pub fn follow_up(&self) -> Result<FollowUp> {
        self.follow_up_where(|_| true)
    }

    /// The median follow-up of an arm.
    ///
    /// # Errors
    /// As [`curve`](Self::curve).
    pub fn follow_up_of(&self, arm: A) -> Result<FollowUp> {
        self.check_arm(arm)?;
        self.follow_up_where(|r| r.arm == arm)
    }

    fn follow_up_where(&self, keep: impl Fn(&Record<A, E>) -> bool) -> Result<FollowUp> {
        self.check_competing(&keep)?;
        let (data, positions) = self.data(keep)?;
        let potential = self.about.cutoff.map(|cutoff| {
            let from_origin =
                |&i: &usize| (cutoff - self.records[i].entered - self.records[i].origin).in_days();
            positions.iter().map(from_origin).collect()
        });
        Ok(FollowUp::new(&data, potential))
    }

    /// How many were censored for which reason, per arm.
    pub fn reasons(&self) -> CensoringReasons<A, E> {
        let mut reasons: Vec<Censoring<E>> = Vec::new();
        for record in &self.records {
            if let Outcome::Censored(reason) = record.outcome
                && !reasons.contains(&reason)
            {
                reasons.push(reason);
            }
        }
        let count = |arm: A, reason: Censoring<E>| {
            let same = |r: &&Record<A, E>| r.arm == arm && r.outcome == Outcome::Censored(reason);
            self.records.iter().filter(same).count()
        };
        let counts = self.arms.iter().map(|&a| reasons.iter().map(|&r| count(a, r)).collect()).collect();
        CensoringReasons { arms: self.arms.clone(), reasons, counts }
    }

    /// At each time and for each arm: at risk, and censored and events up to then. The three add up to the
    /// arm's subjects (the form of `KMunicate`, Morris et al. 2019, BMJ Open 9:e030215).
    ///
    /// At risk at t are those observed up to t or beyond: an event or censoring at t itself is not yet counted.
    ///
    /// # Errors
    /// [`TrialError::CompetingOutcomes`](crate::TrialError::CompetingOutcomes): they are neither events nor censorings.
    pub fn numbers_at_risk(&self, times: &[Time]) -> Result<NumbersAtRisk<A>> {
        self.check_competing(|_| true)?;
        let count = |arm: A, condition: &dyn Fn(&Record<A, E>) -> bool| {
            self.records.iter().filter(|r| r.arm == arm && condition(r)).count()
        };
        let rows = self.arms.iter().map(|&arm| {
            times
                .iter()
                .map(|&t| {
                    let at_risk = count(arm, &|r| r.time >= t);
                    let censored = count(arm, &|r| r.time < t && !r.outcome.is_event());
                    [at_risk, censored, count(arm, &|r| r.time < t && r.outcome.is_event())]
                })
                .collect()
        });
        Ok(NumbersAtRisk { rows: rows.collect(), arms: self.arms.clone(), times: times.to_vec() })
    }

    /// Compares the arm `of` with the arm `against`: a hazard ratio below 1 means the lower rate in `of`.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::TooFewGroups`] where both are the same arm;
    /// [`TrialError::CompetingOutcomes`](crate::TrialError::CompetingOutcomes).
    pub fn contrast(&self, of: A, against: A) -> Result<Contrast> {
        self.check_competing(|r| r.arm == of || r.arm == against)?;
        self.cause_specific(of, against)
    }

    /// The contrast of the hazards of the event itself: competing events are censorings. Its curves are no
    /// probabilities.
    pub(in crate::trial) fn cause_specific(&self, of: A, against: A) -> Result<Contrast> {
        self.check_arm(of)?;
        self.check_arm(against)?;
        if of == against {
            return Err(Error::TooFewGroups { found: 1 });
        }
        let (data, positions) = self.data(|r| r.arm == of || r.arm == against)?;
        let codes: Vec<usize> = positions.iter().map(|&i| usize::from(self.records[i].arm != of)).collect();
        let groups = Groups::from_codes(&codes, &[label(&of), label(&against)])?;
        let baselines = positions.iter().map(|&i| self.baselines[i].clone()).collect();
        let subjects = positions.iter().map(|&i| self.who(i)).collect();
        Ok(Contrast::new(data, groups, subjects, baselines)?.directed(self.about.direction))
    }
}

/// The arm is one of these.
pub(in crate::trial) fn check_arm<A: Label>(arms: &[A], arm: A) -> Result<()> {
    if arms.contains(&arm) {
        return Ok(());
    }
    let known = arms.iter().map(label).collect::<Vec<_>>().join(", ");
    Err(Error::UnknownLabel { label: label(&arm), known })
}
