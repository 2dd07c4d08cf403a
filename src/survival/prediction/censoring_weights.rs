//! Inverse probability of censoring weights: who is seen stands for those who are not.

use crate::error::{Error, NotEstimable, Result, check_len};
use crate::survival::data::censoring::{Censoring, Steps};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::prediction::outcomes::{Outcomes, Standing};
use crate::survival::regression::cox::CoxPh;
use crate::survival::regression::design::Design;

/// The probability G of not being censored, for each subject over time, and the weights that follow from it.
///
/// A subject whose event at T came by t weighs 1/G(T−), one still free at t weighs 1/G(t), and one censored before
/// weighs nothing. G is the Kaplan-Meier curve of the censoring times, in which an event leaves before a censoring
/// at the same time; within groups; or that of a Cox model, `exp(−Λ(t | x))` with Efron's ties (where censoring hangs
/// on covariates; events tied with a censoring are then in its risk set, as in R).
///
/// # Example
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::prediction::CensoringWeights;
///
/// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, false, true, false])?;
/// // One of the three at risk at 2 is censored: from then on each stands for one and a half.
/// let weights = CensoringWeights::kaplan_meier(&data)?.weights(3.5)?;
/// assert_eq!(weights.iter().map(|w| format!("{w:.3}")).collect::<Vec<_>>(), ["1.000", "0.000", "1.500", "1.500"]);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Robins & Rotnitzky (1992), in AIDS Epidemiology, 297. Gerds & Schumacher (2006), Biom J 48:1029.
#[derive(Debug, Clone, PartialEq)]
pub struct CensoringWeights {
    outcomes: Outcomes,
    model: Model,
}

#[derive(Debug, Clone, PartialEq)]
enum Model {
    /// Which curve is whose.
    Curves(Vec<u32>, Vec<Steps>),
    /// Relative hazards of censoring, and its cumulative baseline hazard.
    Cox(Vec<f64>, Steps),
}

impl CensoringWeights {
    /// G by Kaplan-Meier, one for all.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for delayed entry or weights.
    pub fn kaplan_meier(data: impl Into<Outcomes>) -> Result<Self> {
        let outcomes = data.into();
        outcomes.check()?;
        let codes = vec![0; outcomes.len()];
        let censored = outcomes.censored();
        let curve = censoring(&outcomes, &censored, &codes).curve(0);
        Ok(Self { outcomes, model: Model::Curves(codes, vec![curve]) })
    }

    /// G by Kaplan-Meier, one for each group.
    ///
    /// # Errors
    /// As [`kaplan_meier`](Self::kaplan_meier); [`Error::LengthMismatch`].
    pub fn by_group(data: impl Into<Outcomes>, groups: &Groups) -> Result<Self> {
        let outcomes = data.into();
        outcomes.check()?;
        let (len, expected) = (groups.len(), outcomes.len());
        check_len("groups", len, "time", expected)?;
        let censored = outcomes.censored();
        let censoring = censoring(&outcomes, &censored, groups.codes());
        let curves = (0..groups.count() as u32).map(|code| censoring.curve(code)).collect();
        Ok(Self { outcomes, model: Model::Curves(groups.codes().to_vec(), curves) })
    }

    /// G by a Cox model of the censoring times.
    ///
    /// # Errors
    /// As [`kaplan_meier`](Self::kaplan_meier); those of [`CoxPh::fit`].
    pub fn cox(data: impl Into<Outcomes>, design: &Design) -> Result<Self> {
        let outcomes = data.into();
        outcomes.check()?;
        let reversed = RightCensored::new(outcomes.time.clone(), outcomes.censored())?;
        let model = CoxPh::new().fit(&reversed, design)?;
        let baseline = model.with(&reversed, design)?.baseline()?;
        let centre: f64 = baseline.means().iter().zip(model.coefficients()).map(|(x, b)| x * b).sum();
        let relative = model.linear_predictor(design)?;
        let (times, values) = baseline.at_means()?.cumulative_hazard().steps().unzip();
        let hazard = Steps { start: 0.0, times, values };
        Ok(Self {
            outcomes,
            model: Model::Cox(relative.iter().map(|x| (x - centre).exp()).collect(), hazard),
        })
    }

    /// The weight of each subject at `t`; infinity asks for those at the end of follow-up.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `t` is NaN or negative.
    pub fn weights(&self, t: f64) -> Result<Vec<f64>> {
        if !(t >= 0.0) {
            return Err(Error::OutOfRange { argument: "t", value: t, must_be: "at least 0" });
        }
        Ok((0..self.outcomes.len()).map(|i| self.weight(i, t)).collect())
    }

    fn weight(&self, i: usize, t: f64) -> f64 {
        match self.outcomes.at(i, t) {
            Standing::Unknown => 0.0,
            Standing::Free => 1.0 / self.uncensored(i, |steps| steps.at(t)),
            Standing::Case | Standing::Other => {
                let own = self.outcomes.time[i];
                1.0 / self.uncensored(i, |steps| steps.before(own))
            }
        }
    }

    fn uncensored(&self, i: usize, of: impl Fn(&Steps) -> f64) -> f64 {
        match &self.model {
            Model::Curves(codes, curves) => of(&curves[codes[i] as usize]),
            Model::Cox(relative, hazard) => (-relative[i] * of(hazard)).exp(),
        }
    }

    /// Do the data tell what happened by `t`? Where the last one under observation, of all or of a group that has a curve of
    /// its own, was censored before `t` (or at it), nobody stands for those who were: the weights do not add up to the
    /// subjects.
    pub(super) fn tells(&self, t: f64) -> Result<(), NotEstimable> {
        let none = vec![0; self.outcomes.len()];
        let codes = if let Model::Curves(codes, _) = &self.model { codes } else { &none };
        let mut last = vec![(0.0, false); codes.iter().max().map_or(0, |&c| c as usize + 1)];
        for (i, &code) in codes.iter().enumerate() {
            let (time, censored) = (self.outcomes.time[i], self.outcomes.is_censored(i));
            let of: &mut (f64, bool) = &mut last[code as usize];
            // Of those who leave together one who was censored leaves something open.
            *of = if time > of.0 { (time, censored) } else { (of.0, of.1 || time == of.0 && censored) };
        }
        match last.iter().find(|(time, censored)| *censored && *time <= t) {
            Some(&(last, _)) => Err(NotEstimable::BeyondFollowUp { time: t, last }),
            None => Ok(()),
        }
    }

    /// Are these weights of these subjects?
    pub(super) fn check(&self, outcomes: &Outcomes) -> Result<()> {
        if self.outcomes.time == outcomes.time && self.outcomes.censored() == outcomes.censored() {
            return Ok(());
        }
        Err(Error::Unsupported {
            method: "weights of censoring",
            with: "other subjects",
            why: "make them of the data that are scored",
        })
    }

    /// The part of each subject's influence on a score that comes through the estimated G: `Σⱼ hⱼ Λᵢ(uⱼ) / n` with
    /// Λᵢ the martingale of its censoring over the share at risk, hⱼ what subject j adds to the score and uⱼ the
    /// time at which its G is taken. `None` for a Cox model.
    pub(super) fn influence(&self, adds: &[f64], t: f64) -> Option<Vec<f64>> {
        let Model::Curves(codes, curves) = &self.model else { return None };
        let censored = self.outcomes.censored();
        Some(censoring(&self.outcomes, &censored, codes).influence(curves.len() as u32, adds, t))
    }
}

fn censoring<'a>(outcomes: &'a Outcomes, censored: &'a [bool], codes: &'a [u32]) -> Censoring<'a> {
    Censoring { time: &outcomes.time, censored, codes, weights: None }
}
