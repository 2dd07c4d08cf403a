//! Inverse probability of censoring weights: who is seen stands for those who are not.

use crate::error::{Error, Result};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::prediction::outcomes::{Ending, Outcomes, Standing};
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

/// A right-continuous step function.
#[derive(Debug, Clone, PartialEq)]
struct Steps {
    start: f64,
    times: Vec<f64>,
    values: Vec<f64>,
}

impl Steps {
    fn after(&self, passed: usize) -> f64 {
        if passed == 0 { self.start } else { self.values[passed - 1] }
    }

    fn before(&self, t: f64) -> f64 {
        self.after(self.times.partition_point(|&x| x < t))
    }

    fn at(&self, t: f64) -> f64 {
        self.after(self.times.partition_point(|&x| x <= t))
    }
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
        let curve = censoring_curve(&outcomes, &codes, 0);
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
        if len != expected {
            return Err(Error::LengthMismatch { argument: "groups", len, other: "time", expected });
        }
        let curves =
            (0..groups.count() as u32).map(|code| censoring_curve(&outcomes, groups.codes(), code)).collect();
        Ok(Self { outcomes, model: Model::Curves(groups.codes().to_vec(), curves) })
    }

    /// G by a Cox model of the censoring times.
    ///
    /// # Errors
    /// As [`kaplan_meier`](Self::kaplan_meier); those of [`CoxPh::fit`].
    pub fn cox(data: impl Into<Outcomes>, design: &Design) -> Result<Self> {
        let outcomes = data.into();
        outcomes.check()?;
        let censored: Vec<bool> = outcomes.ending.iter().map(|&e| e == Ending::Censored).collect();
        let reversed = RightCensored::new(outcomes.time.clone(), censored)?;
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

    /// Are these weights of these subjects?
    pub(super) fn check(&self, outcomes: &Outcomes) -> Result<()> {
        let censored = |o: &Outcomes| o.ending.iter().map(|&e| e == Ending::Censored).collect::<Vec<_>>();
        if self.outcomes.time == outcomes.time && censored(&self.outcomes) == censored(outcomes) {
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
        let mut out = vec![0.0; adds.len()];
        for code in 0..curves.len() as u32 {
            let mut rows: Vec<usize> = (0..adds.len()).filter(|&i| codes[i] == code).collect();
            let time = &self.outcomes.time;
            rows.sort_unstable_by(|&a, &b| time[a].total_cmp(&time[b]));
            // What those after each time add: G at a time counts for those who are still there.
            let (mut left, mut sum) = (vec![0.0; rows.len() + 1], 0.0);
            for (k, &i) in rows.iter().enumerate().rev() {
                sum += adds[i];
                left[k] = sum;
            }
            let (mut k, mut compensator) = (0, 0.0);
            for tied in rows.chunk_by(|&a, &b| time[a] == time[b]) {
                let at_risk = (rows.len() - k) as f64;
                k += tied.len();
                let counts = time[tied[0]] <= t;
                let censored =
                    tied.iter().filter(|&&i| self.outcomes.ending[i] == Ending::Censored).count() as f64;
                if counts {
                    compensator += censored * left[k] / (at_risk * at_risk);
                }
                for &i in tied {
                    let own = counts && self.outcomes.ending[i] == Ending::Censored;
                    out[i] = if own { left[k] / at_risk } else { 0.0 } - compensator;
                }
            }
        }
        Some(out)
    }
}

/// The Kaplan-Meier curve of the censoring times of one group.
fn censoring_curve(outcomes: &Outcomes, codes: &[u32], code: u32) -> Steps {
    let mut rows: Vec<usize> = (0..outcomes.len()).filter(|&i| codes[i] == code).collect();
    rows.sort_unstable_by(|&a, &b| outcomes.time[a].total_cmp(&outcomes.time[b]));
    let mut steps = Steps { start: 1.0, times: Vec::new(), values: Vec::new() };
    let (mut passed, mut value) = (0, 1.0);
    for tied in rows.chunk_by(|&a, &b| outcomes.time[a] == outcomes.time[b]) {
        let censored = tied.iter().filter(|&&i| outcomes.ending[i] == Ending::Censored).count();
        // Events at the same time have left.
        let at_risk = rows.len() - passed - (tied.len() - censored);
        passed += tied.len();
        if censored > 0 {
            value *= 1.0 - censored as f64 / at_risk as f64;
            steps.times.push(outcomes.time[tied[0]]);
            steps.values.push(value);
        }
    }
    steps
}
