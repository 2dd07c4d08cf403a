//! Absolute risk from cause-specific Cox models, with standard errors.

use std::fmt;

use crate::error::{Error, ModelError, NotEstimable, Result};
use crate::numeric::sums::Sum;
use crate::print::Number;
use crate::survival::data::competing::position;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::cox::FittedData;
use crate::survival::regression::new_rows::{NewRow, one_row};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// The probability of each cause by a time for one row, from Cox models of all cause-specific hazards beside their data, with
/// standard errors: [`AbsoluteRisk`](super::AbsoluteRisk) has the same estimate without.
///
/// The variance is `Σ_i U_i²` over subjects (or clusters), `U_i` the derivative of
/// `F_k(t) = Σ_{s ≤ t} S(s−) dΛ_k(s)` by the weight of subject i: through its part in each baseline and in the coefficients
/// of every model. All models are of the same subjects, in one order. With sampling weights U is multiplied by the weight.
///
/// riskRegression 2022.11.28 takes the same formula with influences on the coefficients that differ from R's own
/// `residuals(fit, "dfbeta")`: its errors differ by 0.5 % for most rows of the pbc data, by more for rows far from the rest.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`exponential`](Self::exponential) | product | S is `exp(−Σ Λ_k)`, not `Π (1 − Σ dΛ_k)` |
/// | [`stratum`](Self::stratum) | none | the stratum whose baselines count, where the models have strata |
///
/// # Example
/// ```
/// use greenwood::survival::{CompetingRisks, CoxPh, Design};
/// use greenwood::survival::regression::CauseSpecificRisk;
///
/// let outcome = [Some("a"), Some("b"), Some("a"), None, Some("b"), Some("a")];
/// let data = CompetingRisks::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &outcome)?;
/// let design = Design::builder().numeric("age", &[61.0, 50.0, 48.0, 70.0, 58.0, 66.0]).build()?;
/// let (rows_a, rows_b) = (data.cause_specific("a")?, data.cause_specific("b")?);
/// let (a, b) = (CoxPh::new().fit(&rows_a, &design)?, CoxPh::new().fit(&rows_b, &design)?);
/// let (beside_a, beside_b) = (a.with(&rows_a, &design)?, b.with(&rows_b, &design)?);
/// let patient = a.row().numeric("age", 60.0);
/// let risk = CauseSpecificRisk::new(&[("a", &beside_a, &patient), ("b", &beside_b, &patient)])?;
/// let at = risk.of("a", 5.0)?;
/// let (lower, upper) = at.interval(0.95)?.bounds().unwrap();
/// assert!(lower < at.value() && at.value() < upper);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Benichou & Gail (1990), Biometrics 46:813. Ozenne, Sørensen, Scheike, Torp-Pedersen & Gerds (2017), R Journal 9:440.
#[derive(Debug)]
#[must_use = "ask it for risks"]
pub struct CauseSpecificRisk<'a> {
    models: Vec<Part<'a>>,
    causes: Vec<String>,
    exponential: bool,
    stratum: Option<String>,
}

#[derive(Debug)]
struct Part<'a> {
    fitted: &'a FittedData<'a>,
    x: Vec<f64>,
}

/// A risk at one time with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RiskEstimate {
    time: f64,
    value: f64,
    std_error: Result<f64, NotEstimable>,
}

#[cfg(feature = "serde")]
checked_when_read!(RiskEstimate { time: f64, value: f64, std_error: Result<f64, NotEstimable> });

#[cfg(feature = "serde")]
impl RiskEstimate {
    fn check(&self) -> Result<()> {
        stored::size("time", self.time)?;
        stored::probability("a risk", self.value)?;
        match self.std_error {
            Ok(se) if !(se > 0.0 && se < f64::INFINITY) => {
                let must_be = "above 0 and finite";
                Err(Error::OutOfRange { argument: "a standard error", value: se, must_be })
            }
            _ => Ok(()),
        }
    }
}

impl RiskEstimate {
    pub(super) fn new(time: f64, value: f64, std_error: f64) -> Self {
        let std_error = match std_error {
            _ if value <= 0.0 => Err(NotEstimable::CurveIsOne),
            se if value < 1.0 && se > 0.0 => Ok(se),
            _ => Err(NotEstimable::NoVariation),
        };
        Self { time, value, std_error }
    }

    /// The time.
    #[must_use]
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The probability.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Its standard error, above 0.
    ///
    /// # Errors
    /// [`NotEstimable`]: the risk is 0, since nobody has had the event yet ([`NotEstimable::CurveIsOne`]); it is 1, or its
    /// variance is 0. Neither is a certainty.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.std_error
    }

    /// An interval on a scale of the risk itself, log-log where no other is named (as riskRegression's). Without limits
    /// where the risk is 0 or 1.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a level outside (0, 1).
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        interval.into().of_probability(self.value, self.std_error.unwrap_or(0.0))
    }
}

impl fmt::Display for RiskEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interval = self.interval(0.95).map_err(|_| fmt::Error)?;
        let (value, time) = (Number(self.value), Number(self.time));
        match self.std_error {
            Ok(se) => write!(f, "{value:.4} ± {:.4} at {time} ({interval:.4})", Number(se)),
            Err(because) => write!(f, "{value:.4} (no standard error: {because:#}) at {time}"),
        }
    }
}

/// The hazards of one model for the row.
struct Hazards {
    /// Time, jump and number of the step.
    jumps: Vec<(f64, f64)>,
    ratio: f64,
    /// The number of the stratum among those with rows.
    number: usize,
    drift: Vec<f64>,
    /// The row less the means.
    centred: Vec<f64>,
}

impl<'a> CauseSpecificRisk<'a> {
    /// For each cause its model beside the data, and the row by the names of that model.
    ///
    /// # Errors
    /// [`Error::Empty`] without causes; [`Error::DuplicateName`]; [`ModelError::OtherData`] where the models are of other
    /// subjects (times, entries, weights, clusters or strata); those of [`CoxModel::linear_predictor`](crate::survival::CoxModel::linear_predictor) for the rows.
    pub fn new<S: ToString>(models: &[(S, &'a FittedData<'a>, &NewRow)]) -> Result<Self> {
        let Some((_, first, _)) = models.first() else {
            return Err(Error::Empty { argument: "models" });
        };
        let mut causes: Vec<String> = Vec::new();
        let mut parts = Vec::new();
        for (cause, fitted, row) in models {
            let name = cause.to_string();
            if causes.contains(&name) {
                return Err(Error::DuplicateName { what: "causes", name });
            }
            if let Some(part) = apart(fitted.data(), first.data()) {
                return Err(Error::Model(ModelError::OtherData {
                    part: format!("{part} of the model of {name}"),
                }));
            }
            causes.push(name);
            parts.push(Part { fitted, x: one_row(*row, fitted.recipe(), "the row")? });
        }
        Ok(Self { models: parts, causes, exponential: false, stratum: None })
    }

    /// S is `exp(−Σ Λ_k)`: then risks and S add up to 1 only nearly.
    pub fn exponential(self) -> Self {
        Self { exponential: true, ..self }
    }

    /// The stratum whose baselines count.
    pub fn stratum(self, label: impl ToString) -> Self {
        Self { stratum: Some(label.to_string()), ..self }
    }

    /// The causes, in order.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// The risk of a cause by `t`.
    ///
    /// # Errors
    /// [`Error::UnknownCause`]; [`Error::NotEstimable`] for a time that is NaN, negative, or beyond follow-up;
    /// [`ModelError::InfiniteCoefficient`]; [`ModelError::StratumNeeded`], [`Error::UnknownLabel`]; [`Error::Unsupported`] under exact
    /// ties.
    pub fn of(&self, cause: &(impl ToString + ?Sized), t: f64) -> Result<RiskEstimate> {
        Ok(self.at(cause, &[t])?.remove(0))
    }

    /// The risks of a cause by many times.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn at(&self, cause: &(impl ToString + ?Sized), times: &[f64]) -> Result<Vec<RiskEstimate>> {
        let cause = position(&self.causes, cause)?;
        let data = self.models[0].fitted.data();
        let own: Vec<u32> = (0..data.len() as u32).collect();
        let codes = data.clusters().unwrap_or(&own);
        let count = codes.iter().max().map_or(0, |&c| c as usize + 1);
        let mut last = f64::INFINITY;
        let mut steps = Vec::new();
        let mut hazards = Vec::new();
        let mut dfbeta = Vec::new();
        for part in &self.models {
            let of = part.fitted.hazard_steps()?;
            let (number, end) = part.fitted.stratum_with_rows(self.stratum.as_deref())?;
            last = last.min(end);
            hazards.push(part.hazards(&of, number));
            steps.push(of);
            dfbeta.push(part.fitted.cluster_dfbeta(codes, count)?);
        }
        let one = |&t: &f64| -> Result<RiskEstimate> {
            if !(t >= 0.0) {
                return Err(NotEstimable::InvalidTime.into());
            }
            if t > last {
                return Err(NotEstimable::BeyondFollowUp { time: t, last }.into());
            }
            let (value, worth) = self.worth(&hazards, cause, t);
            let mut influence = vec![0.0; count];
            for (((of, h), g), dfbeta) in steps.iter().zip(&hazards).zip(&worth).zip(&dfbeta) {
                let p = h.centred.len();
                let scaled: Vec<f64> = g.iter().map(|g| g * h.ratio).collect();
                of.influence(h.number, &scaled, 1, |row, u| influence[codes[row] as usize] += u[0]);
                for j in 0..p {
                    let by: f64 = (0..g.len())
                        .map(|n| g[n] * (h.jumps[n].1 * h.centred[j] - h.ratio * h.drift[n * p + j]))
                        .sum();
                    influence.iter_mut().enumerate().for_each(|(c, u)| *u += by * dfbeta[c * p + j]);
                }
            }
            let mut sum = Sum::default();
            for (c, u) in influence.iter().enumerate() {
                sum.add(match data.weights() {
                    // A weight of k stands for k subjects, each with a k-th of it.
                    Some(Weights::Replication(w)) if data.clusters().is_none() && w[c] > 0.0 => u * u / w[c],
                    _ => u * u,
                });
            }
            Ok(RiskEstimate::new(t, value, sum.value().max(0.0).sqrt()))
        };
        times.iter().map(one).collect()
    }

    /// The risk by `t`, and for each model what a unit of each of its jumps adds to it.
    fn worth(&self, hazards: &[Hazards], cause: usize, t: f64) -> (f64, Vec<Vec<f64>>) {
        let mut all: Vec<(f64, usize, usize)> = Vec::new();
        for (k, h) in hazards.iter().enumerate() {
            let until = h.jumps.partition_point(|j| j.0 <= t);
            all.extend((0..until).map(|n| (h.jumps[n].0, k, n)));
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let ties: Vec<&[(f64, usize, usize)]> = all.chunk_by(|a, b| a.0 == b.0).collect();
        let jump = |&(_, k, n): &(f64, usize, usize)| hazards[k].jumps[n].1;
        // S before each time, and by how much it falls there.
        let (mut free, mut before, mut falls) = (1.0, Vec::new(), Vec::new());
        for tie in &ties {
            let h: f64 = tie.iter().map(jump).sum();
            let fall = if self.exponential { (-h).exp() } else { (1.0 - h).max(0.0) };
            before.push(free);
            falls.push(fall);
            free *= fall;
        }
        let mut worth: Vec<Vec<f64>> = hazards.iter().map(|h| vec![0.0; h.jumps.len()]).collect();
        // What is still to come after each time.
        let mut rest = 0.0;
        for ((tie, &free), &fall) in ties.iter().zip(&before).zip(&falls).rev() {
            let lost = if self.exponential || fall <= 0.0 { rest } else { rest / fall };
            for &(_, k, n) in *tie {
                worth[k][n] = if k == cause { free - lost } else { -lost };
            }
            rest += free * tie.iter().filter(|j| j.1 == cause).map(jump).sum::<f64>();
        }
        (rest, worth)
    }
}

/// In what the subjects of two models differ: those of one data set leave at the same times, whatever the cause.
fn apart(one: &RightCensored, other: &RightCensored) -> Option<&'static str> {
    let labels = |d: &RightCensored| {
        let label = |s: &Groups, &c: &u32| s.labels()[c as usize].clone();
        d.strata().map(|s| s.codes().iter().map(|c| label(s, c)).collect::<Vec<_>>())
    };
    [
        (one.len() == other.len(), "the number of rows"),
        (one.time() == other.time(), "time"),
        (one.entry() == other.entry(), "entry"),
        (one.weights() == other.weights(), "the weights"),
        (one.clusters() == other.clusters(), "the clusters"),
        (labels(one) == labels(other), "the strata"),
    ]
    .into_iter()
    .find_map(|(same, part)| (!same).then_some(part))
}

impl Part<'_> {
    fn hazards(&self, of: &crate::survival::regression::cox::HazardSteps, number: Option<usize>) -> Hazards {
        let centred: Vec<f64> = self.x.iter().zip(of.means()).map(|(x, m)| x - m).collect();
        let predictor = centred.iter().zip(self.fitted.coefficients()).map(|(d, b)| d * b);
        let ratio = predictor.sum::<f64>().exp();
        // A stratum without rows has no hazard.
        let (number, found) = match number.map(|n| (n, of.strata().swap_remove(n))) {
            Some((n, s)) => (n, Some(s)),
            None => (0, None),
        };
        let (jumps, drift) = found.map_or_else(Default::default, |s| {
            (s.times.iter().zip(&s.jumps).map(|(&t, j)| (t, ratio * j)).collect(), s.drift)
        });
        Hazards { jumps, ratio, number, drift, centred }
    }
}
