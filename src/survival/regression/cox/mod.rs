//! Cox's proportional-hazards model: `h(t | x) = h₀(t) exp(x'β)`.
//!
//! [`CoxPh`] holds the options, [`Design`] the covariates, [`CoxModel`] what was fitted and how the iteration
//! ended. A fit never pretends: of collinear columns the later one is named and left out, a coefficient without a
//! maximum is returned as infinite, and an iteration that did not arrive says so.
//!
//! * covariates: [`Design`] · the fit and its tests: [`CoxModel`] · baseline and predicted curves:
//!   [`FittedData::baseline`] · residuals: [`FittedData::residuals`] · proportional hazards:
//!   [`FittedData::proportional_hazards`]
//! * few events, or an arm without any: [`CoxPh::firth`], [`FittedData::profile_interval`],
//!   [`FittedData::likelihood_ratio_test_of`]
//! * coefficients that change with time: [`RightCensored::split_at`]
//!
//! Inside: `rows` orders the data, `partial_likelihood` evaluates (two symmetric products, see there),
//! `exact` does the same for discrete ties, `firth` adds its penalty, `newton` iterates, `separation` asks the data
//! whether there is a maximum, `profile` does so with
//! some coefficients held.

mod baseline;
mod exact;
mod firth;
mod kalbfleisch_prentice;
mod model;
mod monotone;
pub(in crate::survival::regression) mod newton;
mod one_pass;
pub(in crate::survival::regression) mod partial_likelihood;
mod predicted_curve;
mod prediction;
mod profile;
mod proportional;
mod residuals;
pub(in crate::survival::regression) mod rows;
mod score;
mod separation;
mod symmetric;
mod with_data;

pub use baseline::{Baseline, BaselineMethod};
pub use model::CoxModel;
pub use predicted_curve::PredictedCurve;
pub use proportional::{ProportionalHazards, TimeScale};
pub use residuals::Residuals;
pub use with_data::FittedData;

use crate::error::{Error, Result};
use crate::numeric::cholesky::Cholesky;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::design::Design;
use firth::Firth;
use model::Finished;
use newton::{COLLINEAR, Objective, independent_columns, maximise};
use partial_likelihood::Point;
use rows::Rows;

/// So many subjects that leave one after the other take a tenth of a second in an evaluation.
const MOST_LEAVING: f64 = 1e7;

/// How events at one time share a risk set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Ties {
    /// Efron (1977): they leave one after the other, on average.
    #[default]
    Efron,
    /// Breslow (1974): each sees all of them at risk.
    Breslow,
    /// Cox's discrete likelihood: which d of those at risk (SAS `TIES=DISCRETE`). Costly with many ties.
    Exact,
}

impl std::fmt::Display for Ties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Efron => "Efron",
            Self::Breslow => "Breslow",
            Self::Exact => "exact",
        })
    }
}

/// What happens to a column that is a combination of earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Collinear {
    /// It is left out, and its term says so.
    #[default]
    Drop,
    /// The fit is refused with [`Error::Collinear`], which names it.
    Refuse,
}

/// Why the iteration ended. [`is_success`](Self::is_success): may the estimates be reported without a remark?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Stop {
    /// The score is zero to the tolerance.
    Converged,
    /// There is no event: the likelihood says nothing, and no coefficient can be estimated.
    NoEvents,
    /// The limit of iterations was reached before.
    MaxIterations,
    /// No step in the direction of the score raises the likelihood, or it is flat to rounding along a long one: a
    /// maximum was not found.
    NoAscent,
    /// The likelihood has no maximum: it is monotone in this coefficient (and perhaps others, see their terms). What is
    /// finite or a number is that of the limit, in which these are infinite. The remedy is Firth's penalty
    /// ([`CoxPh::firth`]), under which every estimate is finite; without it the profile likelihood still
    /// gives the one finite limit ([`FittedData::profile_interval`]).
    InfiniteCoefficient {
        /// The first such covariate.
        covariate: usize,
    },
}

impl Stop {
    /// May the estimates be reported without a remark?
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::Converged
    }
}

/// Cox's proportional-hazards model: the options of a fit.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`ties`](Self::ties) | Efron | how events at one time share a risk set | |
/// | [`offset`](Self::offset) | none | added to the linear predictor | finite, one per row |
/// | [`initial`](Self::initial) | 0 | where to start; also the null hypothesis of the overall tests | finite, one per column |
/// | [`ridge`](Self::ridge) | 0 | `θ/2 Σ β²` is taken off the log likelihood | finite, ≥ 0 |
/// | [`firth`](Self::firth) | off | half the log determinant of the information is added to the log likelihood | |
/// | [`collinear`](Self::collinear) | drop | what happens to a redundant column | |
/// | [`max_iterations`](Self::max_iterations) | 50 | Newton steps | |
/// | [`tolerance`](Self::tolerance) | 1e-9 | the last step, in standard errors | > 0 |
///
/// Strata, delayed entry (start-stop rows), weights and clusters are parts of the data. Replication weights
/// repeat rows, under Efron's ties too (R lets a weighted row leave as one). With sampling weights or clusters
/// the variance is robust (Lin & Wei 1989). Columns are centred and scaled inside: no step size is to be tuned.
///
/// # Example
/// Therneau & Grambsch (2000), appendix E, with Breslow's ties: the score is zero where 6 + 3r − r² = 0.
/// ```
/// use greenwood::survival::{CoxPh, Design, RightCensored, Ties};
/// use ndarray::array;
///
/// let data = RightCensored::new(&[1., 1., 6., 6., 8., 9.], &[true, false, true, true, false, true])?;
/// let x = array![[1.], [1.], [1.], [0.], [0.], [0.]];
/// let fit = CoxPh::new().ties(Ties::Breslow).fit(&data, &Design::new(&["x"], x.view())?)?;
/// assert!((fit.coefficients()[0] - ((3.0 + 33f64.sqrt()) / 2.0).ln()).abs() < 1e-12);
/// assert!(fit.stop().is_success());
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Cox (1972), J R Stat Soc B 34:187. Efron (1977), J Am Stat Assoc 72:557. Breslow (1974), Biometrics 30:89.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct CoxPh {
    ties: Ties,
    offset: Option<Vec<f64>>,
    initial: Option<Vec<f64>>,
    ridge: f64,
    firth: bool,
    collinear: Collinear,
    max_iterations: usize,
    tolerance: f64,
}

impl Default for CoxPh {
    fn default() -> Self {
        Self {
            ties: Ties::default(),
            offset: None,
            initial: None,
            ridge: 0.0,
            firth: false,
            collinear: Collinear::default(),
            max_iterations: 50,
            tolerance: 1e-9,
        }
    }
}

/// A fit holds about eight square matrices of its columns, 200 MB each at this number.
const MOST_COLUMNS: usize = 5000;

impl CoxPh {
    /// The default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// How events at one time share a risk set.
    pub fn ties(self, ties: Ties) -> Self {
        Self { ties, ..self }
    }

    /// A known part of the linear predictor, one value per row.
    pub fn offset(self, offset: &[f64]) -> Self {
        Self { offset: Some(offset.to_vec()), ..self }
    }

    /// Where to start, one value per column.
    pub fn initial(self, initial: &[f64]) -> Self {
        Self { initial: Some(initial.to_vec()), ..self }
    }

    /// A ridge penalty: `θ/2 Σ β²` is taken off the log likelihood (Verweij & van Houwelingen 1994).
    pub fn ridge(self, theta: f64) -> Self {
        Self { ridge: theta, ..self }
    }

    /// Firth's penalty: `½ log |I(β)|` is added to the log likelihood. It takes the first-order bias out of the
    /// estimates, and keeps them finite where the likelihood has no maximum: the remedy where an arm has no event.
    ///
    /// The standard errors are those of the information at the penalised maximum. With few events Wald's tests and
    /// intervals mislead: take [`FittedData::likelihood_ratio_test_of`] and [`FittedData::profile_interval`], in which
    /// coefficients are held while the penalty stays that of the whole model (as R's coxphf does, which knows
    /// Breslow's ties alone). Reported log likelihoods and the score test include the penalty. With a handful of events
    /// it may have more than one maximum: found is the one on the way from [`initial`](Self::initial).
    ///
    /// # Example
    /// Nobody without treatment fails: Cox's coefficient is infinite, Firth's is not.
    /// ```
    /// use greenwood::survival::{CoxPh, Design, RightCensored};
    /// use ndarray::array;
    ///
    /// let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, true, true, false, false, false])?;
    /// let x = array![[1.], [1.], [1.], [0.], [0.], [0.]];
    /// let design = Design::new(&["treated"], x.view())?;
    /// assert_eq!(CoxPh::new().fit(&data, &design)?.coefficients()[0], f64::INFINITY);
    ///
    /// let fit = CoxPh::new().firth().fit(&data, &design)?;
    /// assert_eq!(format!("{:.4}", fit.coefficients()[0]), "2.5652");
    /// let interval = fit.with(&data, &design)?.profile_interval("treated", 0.95)?;
    /// assert!(interval.lower.is_some() && interval.upper.is_some());
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    /// # References
    /// Firth (1993), Biometrika 80:27. Heinze & Schemper (2001), Biometrics 57:114.
    pub fn firth(self) -> Self {
        Self { firth: true, ..self }
    }

    /// What happens to a redundant column.
    pub fn collinear(self, collinear: Collinear) -> Self {
        Self { collinear, ..self }
    }

    /// The limit of Newton steps. With 0 the model is evaluated at its starting values.
    pub fn max_iterations(self, max_iterations: usize) -> Self {
        Self { max_iterations, ..self }
    }

    /// The size of the last step, in standard errors, that counts as none.
    pub fn tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    fn check(&self, columns: usize) -> Result<()> {
        if columns > MOST_COLUMNS {
            return Err(Error::TooLarge {
                what: "a Cox model",
                size: format!("{columns} columns, {:.1} GB a matrix", (columns as f64).powi(2) * 8e-9),
                instead: "a factor with so many levels is an id or a date: use strata, clusters or fewer levels",
            });
        }
        for (argument, value, ok, must_be) in [
            ("ridge", self.ridge, self.ridge >= 0.0 && self.ridge.is_finite(), "finite and at least 0"),
            ("tolerance", self.tolerance, self.tolerance > 0.0 && self.tolerance < 1.0, "inside (0, 1)"),
        ] {
            if !ok {
                return Err(Error::OutOfRange { argument, value, must_be });
            }
        }
        if let Some(initial) = &self.initial {
            if initial.len() != columns {
                let (len, other) = (initial.len(), "the design's columns");
                return Err(Error::LengthMismatch { argument: "initial", len, other, expected: columns });
            }
            if let Some((index, &value)) = initial.iter().enumerate().find(|(_, v)| !v.is_finite()) {
                return Err(Error::InvalidCovariate { covariate: "initial".into(), index, value });
            }
        }
        Ok(())
    }

    fn check_firth(&self, data: &RightCensored) -> Result<()> {
        let (with, why) = if self.ties == Ties::Exact {
            ("exact ties", "use Efron's or Breslow's ties")
        } else if matches!(data.weights(), Some(Weights::Sampling(_))) {
            (
                "sampling weights",
                "their unit would decide how much the penalty counts; use replication weights, or a ridge",
            )
        } else {
            return Ok(());
        };
        Err(Error::Unsupported { method: "Firth's penalty", with, why })
    }

    /// Under Efron's rule a replication weight of k leaves as k subjects, one after the other: the cost is the sum of the
    /// weights of events, which is refused where an evaluation would take seconds.
    fn check_repetitions(&self, rows: &Rows) -> Result<()> {
        let leaving: f64 = rows.strata.iter().flat_map(|s| &s.ties).map(|tie| tie.leaving).sum();
        if self.ties != Ties::Efron || !rows.repeated || leaving <= MOST_LEAVING + rows.len() as f64 {
            return Ok(());
        }
        Err(Error::TooLarge {
            what: "Efron's rule for tied events",
            size: format!("replication weights of events that add up to {leaving:e} subjects"),
            instead: "take Breslow's rule (`Ties::Breslow`), which does not depend on their number",
        })
    }

    /// Fits the model.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where design, offset or starting values do not match the data;
    /// [`Error::InvalidCovariate`] for values that are not finite; [`Error::OutOfRange`] for options;
    /// [`Error::TooLarge`] for more than 5,000 columns, and for replication weights of events that add up to more than ten
    /// million subjects under Efron's rule;
    /// [`Error::Collinear`] where that is to be refused; [`Error::ExactTiesWithWeights`];
    /// [`Error::InfiniteLikelihood`] where starting values or offsets leave the likelihood without a value;
    /// [`Error::Unsupported`] for Firth's penalty with exact ties or sampling weights, and for clusters where events are
    /// tied under exact ties.
    pub fn fit(&self, data: &RightCensored, design: &Design) -> Result<CoxModel> {
        self.check(design.columns())?;
        if self.ties == Ties::Exact && data.weights().is_some() {
            return Err(Error::ExactTiesWithWeights);
        }
        if self.firth {
            self.check_firth(data)?;
        }
        let rows = Rows::new(data, design, self.offset.as_deref())?;
        if self.ties == Ties::Exact && data.is_robust() && rows.has_tied_events() {
            return Err(residuals::no_score("a robust variance"));
        }
        self.check_repetitions(&rows)?;
        let p = rows.p;
        let penalty = rows.scale.iter().map(|s| if *s > 0.0 { self.ridge / (s * s) } else { 0.0 }).collect();
        let mut objective = Objective::new(&rows, self.ties, penalty);
        let initial: Vec<f64> = match &self.initial {
            Some(initial) => initial.iter().zip(&rows.scale).map(|(b, s)| b * s).collect(),
            None => vec![0.0; p],
        };
        let mut start = Point::new(p);
        objective.evaluate(&initial, &mut start);
        if !start.log_likelihood.is_finite() {
            return Err(Error::InfiniteLikelihood);
        }
        let events: f64 = rows.event.iter().zip(&rows.weight).filter(|&(&e, _)| e).map(|(_, w)| w).sum();
        let mut free = Cholesky::independent(&start.information, p, COLLINEAR.0, COLLINEAR.1 * events);
        if free.len() < p {
            // A start without information is no redundant column.
            free = independent_columns(&rows, self.ties);
        }
        if self.collinear == Collinear::Refuse
            && let Some(j) = (0..p).find(|j| !free.contains(j))
        {
            return Err(Error::Collinear { covariate: design.names()[j].clone() });
        }
        // The determinant of an information without columns is 1, and its logarithm nothing.
        if self.firth && !free.is_empty() {
            objective.firth = Some(Firth::new(&free, &rows.scale));
            objective.evaluate(&initial, &mut start);
            if !start.log_likelihood.is_finite() {
                return Err(Error::InfiniteLikelihood);
            }
        }
        let mut found = maximise(
            &mut objective,
            initial.clone(),
            start.clone(),
            &free,
            self.tolerance,
            self.max_iterations,
        );
        if !rows.event.contains(&true) {
            found.stop = Stop::NoEvents;
        }
        let (rows, initial, start, free, found) = (&rows, &initial, &start, &free, &found);
        Ok(Finished { options: self, data, design, rows, initial, start, free, found }.into_model())
    }
}
