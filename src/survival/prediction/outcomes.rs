//! What a predicted risk is judged by: when observation ended, and whether with the event, without it or with another.

use crate::error::{Error, ModelError, Result, check_len};
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::right_censored::RightCensored;

/// What became of each subject, for the scores of predicted risks: [`RightCensored`] data as they are
/// (`data: impl Into<Outcomes>`), or one cause of [`CompetingRisks`] beside the others.
///
/// # Example
/// ```
/// use greenwood::survival::CompetingRisks;
/// use greenwood::survival::prediction::{Brier, Outcomes};
///
/// let data = CompetingRisks::new(&[1.0, 2.0, 3.0, 4.0], &[Some("relapse"), Some("death"), None, Some("relapse")])?;
/// let outcomes = Outcomes::of_cause(&data, "relapse")?;
/// // Risks of a relapse by 2.5: one of four had it, one died before.
/// let score = Brier::new().estimate(outcomes, &[0.5, 0.5, 0.5, 0.5], 2.5)?;
/// assert_eq!(score.value(), 0.25);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Outcomes {
    pub(super) time: Vec<f64>,
    pub(super) ending: Vec<Ending>,
    /// What no score can bear, with its reason.
    refused: Option<(&'static str, &'static str)>,
}

/// How observation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Censored,
    Event,
    /// Another cause came first.
    Competing,
}

impl Outcomes {
    /// One cause; the others compete with it.
    ///
    /// # Errors
    /// [`Error::UnknownCause`].
    pub fn of_cause(data: &CompetingRisks, cause: &(impl ToString + ?Sized)) -> Result<Self> {
        let own = data.position(cause)? as u32 + 1;
        let ending = |&code: &u32| match code {
            0 => Ending::Censored,
            code if code == own => Ending::Event,
            _ => Ending::Competing,
        };
        Ok(Self { ending: data.codes().iter().map(ending).collect(), ..Self::from(data.any_cause()) })
    }

    /// The number of subjects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Is there nobody?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// Who was censored.
    pub(super) fn censored(&self) -> Vec<bool> {
        self.ending.iter().map(|&e| e == Ending::Censored).collect()
    }

    pub(super) fn is_censored(&self, i: usize) -> bool {
        self.ending[i] == Ending::Censored
    }

    /// Weights of censoring know neither delayed entry nor weights of subjects.
    pub(super) fn check(&self) -> Result<()> {
        match self.refused {
            Some((with, why)) => {
                Err(Error::Unsupported { method: "a score with weights of censoring", with, why })
            }
            None => Ok(()),
        }
    }

    /// The same with one finite value for each subject.
    pub(super) fn check_values(&self, argument: &'static str, values: &[f64]) -> Result<()> {
        self.check()?;
        let (len, expected) = (values.len(), self.len());
        check_len(argument, len, "time", expected)?;
        if len == 0 {
            return Err(Error::Empty { argument: "time" });
        }
        match values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            Some((index, &value)) => {
                Err(Error::Model(ModelError::InvalidCovariate { covariate: argument.into(), index, value }))
            }
            None => Ok(()),
        }
    }

    /// The same with probabilities.
    pub(super) fn check_risks(&self, argument: &'static str, risks: &[f64]) -> Result<()> {
        self.check_values(argument, risks)?;
        match risks.iter().find(|r| !(0.0..=1.0).contains(*r)) {
            Some(&value) => {
                let must_be = "a probability: risks are those of the event by the time, from 0 to 1";
                Err(Error::OutOfRange { argument, value, must_be })
            }
            None => Ok(()),
        }
    }

    /// Who had the event by `t`, another one, or neither.
    pub(super) fn at(&self, i: usize, t: f64) -> Standing {
        match self.ending[i] {
            _ if self.time[i] > t => Standing::Free,
            Ending::Censored => Standing::Unknown,
            Ending::Event => Standing::Case,
            Ending::Competing => Standing::Other,
        }
    }

    /// The cumulative incidence of the event at `t` (Aalen-Johansen; one minus Kaplan-Meier where nothing competes),
    /// with the last value carried on.
    pub(super) fn incidence(&self, t: f64) -> f64 {
        let mut order: Vec<usize> = (0..self.len()).filter(|&i| self.ending[i] != Ending::Censored).collect();
        order.sort_unstable_by(|&a, &b| self.time[a].total_cmp(&self.time[b]));
        let mut all = self.time.clone();
        all.sort_unstable_by(f64::total_cmp);
        let (mut free, mut incidence) = (1.0, 0.0);
        for tied in order.chunk_by(|&a, &b| self.time[a] == self.time[b]) {
            let time = self.time[tied[0]];
            if time > t {
                break;
            }
            let at_risk = (all.len() - all.partition_point(|&x| x < time)) as f64;
            let own = tied.iter().filter(|&&i| self.ending[i] == Ending::Event).count() as f64;
            incidence += free * own / at_risk;
            free *= 1.0 - tied.len() as f64 / at_risk;
        }
        incidence
    }
}

/// Where a subject stands at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Under observation and free of any event.
    Free,
    Case,
    /// Another event came first.
    Other,
    /// Censored before.
    Unknown,
}

impl From<&RightCensored<'_>> for Outcomes {
    fn from(data: &RightCensored<'_>) -> Self {
        // Near ties are judged once, here.
        let (_, (order, sorted)) = data.in_order();
        let mut time = data.time().to_vec();
        for (&i, &t) in order.iter().zip(&sorted[..]) {
            time[i] = t;
        }
        let ending = |&event: &bool| if event { Ending::Event } else { Ending::Censored };
        let refused = if data.entry().is_some() {
            Some(("delayed entry", "the weights would need the censoring of those who never entered"))
        } else if data.weights().is_some() {
            Some(("weights", "leave them out, or repeat the rows that count several times"))
        } else {
            None
        };
        Self { time, ending: data.event().iter().map(ending).collect(), refused }
    }
}

impl From<&Self> for Outcomes {
    fn from(outcomes: &Self) -> Self {
        outcomes.clone()
    }
}
