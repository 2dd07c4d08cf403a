//! A model with frailties before its data: the distribution, and how its variance is found.

use crate::error::{Error, ModelError, Result};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::cox::{CoxPh, Stop, Ties};
use crate::survival::regression::design::Design;
use crate::survival::regression::frailty::choice::{self, Start};
use crate::survival::regression::frailty::law::Law;
use crate::survival::regression::frailty::model::FrailtyModel;
use crate::survival::regression::term::Status;
use crate::survival::result::interval::ConfidenceInterval;

/// How the variance θ of the frailties is found. The names in brackets are the methods of R's `frailty()`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum FrailtyVariance {
    /// The largest likelihood without the frailties, which gamma frailties have in a closed form (`em`): the default there.
    MaximumLikelihood,
    /// The restricted likelihood of normal frailties in Laplace's approximation (`reml`): the default there.
    RestrictedMaximumLikelihood,
    /// The largest partial log likelihood less the degrees of freedom of the frailties (`aic`).
    Aic,
    /// So many degrees of freedom of the frailties (`df`).
    DegreesOfFreedom(f64),
    /// This variance (`fixed`).
    Fixed(f64),
}

/// Cox's model with a frailty for each cluster of the data: `h(t | x, b) = h₀(t) exp(x'β + b_c)`.
///
/// The penalised partial likelihood `l(β, b) − Σ (exp b − 1 − b)/θ` (gamma, where `exp b` has mean 1 and variance θ) or
/// `l(β, b) − Σ b²/(2θ)` (normal, of variance θ) is maximised over β and b; θ is found as [`FrailtyVariance`] says.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`gamma`](Self::gamma), [`gaussian`](Self::gaussian) | | the distribution | |
/// | [`variance`](Self::variance) | largest likelihood, restricted for the Gaussian | how θ is found | a fixed θ above 0 |
/// | [`full_information`](Self::full_information) | the arrow | standard errors by the whole information | |
/// | [`ties`](Self::ties) | Efron | how events at one time share a risk set | Efron or Breslow |
/// | [`offset`](Self::offset) | none | added to the linear predictor | finite, one per row |
/// | [`max_iterations`](Self::max_iterations) | 50 | Newton steps at one θ | |
///
/// # Conventions
/// The clusters of the data share a frailty; for recurrent events they are the subjects, as the rows of
/// [`EventModel`](crate::survival::recurrent::EventModel) have them. Replication weights repeat rows within their cluster. Under
/// delayed entry a frailty is taken to have the same distribution among those who enter, as in R.
///
/// # Cost
/// O(n p) for each of some 5 Newton steps at a θ, and about ten values of θ.
///
/// # Example
/// Recurrent infections; the first two subjects are prone to them:
/// ```
/// use greenwood::survival::Design;
/// use greenwood::survival::recurrent::{EventModel, RecurrentEvents};
/// use greenwood::survival::regression::{Frailty, FrailtyVariance};
///
/// let ids = [1, 1, 1, 1, 2, 2, 2, 3, 4, 5, 5, 6, 7, 8];
/// let start = [0., 1., 2., 4., 0., 2., 3., 0., 0., 0., 6., 0., 0., 0.];
/// let stop = [1., 2., 4., 9., 2., 3., 9., 9., 8., 6., 9., 7., 9., 9.];
/// let event = [1, 1, 1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0].map(|e| e == 1);
/// let treated = [0., 0., 0., 0., 1., 1., 1., 0., 1., 0., 0., 1., 0., 1.];
/// let data = RecurrentEvents::new(&ids, &start, &stop, &event)?;
/// let design = Design::builder().numeric("treated", &treated).build()?;
/// let rows = EventModel::andersen_gill().rows(&data, &design)?;
///
/// let fit = Frailty::gamma().fit(rows.data(), rows.design())?;
/// assert!(fit.theta() > 0.5 && fit.frailties()[0] > 0.0 && fit.frailties()[2] < 0.0);
/// // The mean of exp b is 1.
/// assert!((fit.frailties().iter().map(|b| b.exp()).sum::<f64>() - 8.0).abs() < 1e-9);
///
/// let given = Frailty::gaussian().variance(FrailtyVariance::Fixed(0.5)).fit(rows.data(), rows.design())?;
/// assert!(given.degrees_of_freedom().frailty() < 8.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Therneau & Grambsch (2000), Modeling Survival Data, chapter 9. Therneau, Grambsch & Pankratz (2003), J Comput Graph
/// Stat 12:156. Ripatti & Palmgren (2000), Biometrics 56:1016. Gray (1992), J Am Stat Assoc 87:942.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct Frailty {
    pub(super) law: Law,
    pub(super) variance: FrailtyVariance,
    pub(super) full: bool,
    pub(super) ties: Ties,
    offset: Option<Vec<f64>>,
    pub(super) max_iterations: usize,
}

impl Frailty {
    fn of(law: Law, variance: FrailtyVariance) -> Self {
        Self { law, variance, full: false, ties: Ties::default(), offset: None, max_iterations: 50 }
    }

    /// Frailties `exp b` with a gamma distribution of mean 1.
    pub fn gamma() -> Self {
        Self::of(Law::Gamma, FrailtyVariance::MaximumLikelihood)
    }

    /// Normal log frailties b of mean 0.
    pub fn gaussian() -> Self {
        Self::of(Law::Gaussian, FrailtyVariance::RestrictedMaximumLikelihood)
    }

    /// How the variance of the frailties is found.
    pub fn variance(self, variance: FrailtyVariance) -> Self {
        Self { variance, ..self }
    }

    /// The covariance of the coefficients by the whole penalised information (R: `frailty(…, sparse = FALSE)`), in which
    /// frailties are at risk together; by default that is left out, as R does with more than five clusters. θ, the
    /// frailties' own variances and degrees of freedom stay those of the arrow, and θ is taken for known. It costs some
    /// products with the information for each coefficient, O(n p) each.
    pub fn full_information(self) -> Self {
        Self { full: true, ..self }
    }

    /// How events at one time share a risk set.
    pub fn ties(self, ties: Ties) -> Self {
        Self { ties, ..self }
    }

    /// A known part of the linear predictor, one value per row.
    pub fn offset(self, offset: &[f64]) -> Self {
        Self { offset: Some(offset.to_vec()), ..self }
    }

    /// The largest number of Newton steps at one variance.
    pub fn max_iterations(self, max_iterations: usize) -> Self {
        Self { max_iterations, ..self }
    }

    /// Fits the model; the clusters of the data are those that share a frailty.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for data without clusters, sampling weights, exact or marginal ties, and a way to find θ that the distribution
    /// does not have; [`Error::OutOfRange`] for a fixed θ that is not above 0, and degrees of freedom outside (0, clusters);
    /// [`ModelError::InfiniteCoefficient`](crate::ModelError::InfiniteCoefficient) where the likelihood of the covariates has no maximum; those of [`CoxPh::fit`].
    pub fn fit(&self, data: &RightCensored, design: &Design) -> Result<FrailtyModel> {
        let start = self.start(data, design)?;
        Ok(choice::fit(self, start, design))
    }

    /// The interval of θ in which the likelihood without the frailties is not much below its maximum: the profile likelihood
    /// interval. Its lower limit is 0 where a model without frailties is within it. Of Gaussian frailties it is the restricted
    /// likelihood in Laplace's approximation, `l(β, b) − Σ b²/(2θ) − ½ log det(I + θ H)`, H the information about b and what
    /// is left of that about β, in the arrow's approximation.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where θ is not that of the largest (restricted) likelihood; [`Error::OutOfRange`] for a level
    /// outside (0, 1); those of [`fit`](Self::fit).
    pub fn variance_interval(
        &self,
        data: &RightCensored,
        design: &Design,
        level: f64,
    ) -> Result<ConfidenceInterval> {
        let by_likelihood = match self.law {
            Law::Gamma => FrailtyVariance::MaximumLikelihood,
            Law::Gaussian => FrailtyVariance::RestrictedMaximumLikelihood,
        };
        if self.variance != by_likelihood {
            return Err(Error::Unsupported {
                method: "the interval of the variance of frailties",
                with: "a variance that is not that of the largest likelihood",
                why: "it is the profile of a likelihood: use `FrailtyVariance::MaximumLikelihood` for gamma frailties and \
                      `FrailtyVariance::RestrictedMaximumLikelihood` for Gaussian ones",
            });
        }
        choice::variance_interval(self, self.start(data, design)?, level)
    }

    /// The model without frailties, from which the search starts.
    fn start(&self, data: &RightCensored, design: &Design) -> Result<Start> {
        let clusters = self.check(data)?;
        let mut cox = CoxPh::new().ties(self.ties);
        if let Some(offset) = &self.offset {
            cox = cox.offset(offset);
        }
        let model = cox.fit(data, design)?;
        if let Stop::InfiniteCoefficient { covariate } = model.stop() {
            // No frailty holds back a coefficient along which no event falls behind.
            return Err(Error::Model(ModelError::InfiniteCoefficient {
                covariate: model.terms()[covariate].name().into(),
                remedy: "no frailty holds it back: leave the covariate out, or join the level with another",
            }));
        }
        let free: Vec<usize> =
            (0..model.terms().len()).filter(|&j| model.terms()[j].status() != Status::Redundant).collect();
        Start::new(self, model, data, design, self.offset.as_deref(), (free, clusters))
    }

    /// The number of clusters.
    fn check(&self, data: &RightCensored) -> Result<usize> {
        let unsupported = |with, why| Err(Error::Unsupported { method: "a frailty model", with, why });
        let Some(codes) = data.clusters() else {
            return unsupported(
                "rows without clusters",
                "the rows of a cluster share a frailty: give `with_clusters`",
            );
        };
        if self.ties.of_sets() {
            return unsupported("exact or marginal ties", "use Efron's or Breslow's ties");
        }
        if matches!(data.weights(), Some(Weights::Sampling(_))) {
            return unsupported(
                "sampling weights",
                "their unit would decide how much the frailties count; use replication weights, or `CoxPh` with clusters",
            );
        }
        let clusters = codes.iter().max().map_or(0, |&c| c as usize + 1);
        let has = match self.law {
            Law::Gamma => self.variance != FrailtyVariance::RestrictedMaximumLikelihood,
            Law::Gaussian => self.variance != FrailtyVariance::MaximumLikelihood,
        };
        if !has && self.law == Law::Gamma {
            return unsupported(
                "gamma frailties and a restricted likelihood",
                "their likelihood is known: use `FrailtyVariance::MaximumLikelihood`",
            );
        }
        if !has {
            return unsupported(
                "Gaussian frailties and the likelihood without them",
                "it has no closed form: use `FrailtyVariance::RestrictedMaximumLikelihood`",
            );
        }
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        match self.variance {
            FrailtyVariance::Fixed(theta) if !(theta > 0.0 && theta < f64::INFINITY) => {
                refuse("the variance of the frailties", theta, "finite and above 0")
            }
            FrailtyVariance::DegreesOfFreedom(df) if !(df > 0.0 && df < clusters as f64) => refuse(
                "the degrees of freedom of the frailties",
                df,
                "above 0 and below the number of clusters",
            ),
            _ => Ok(clusters),
        }
    }
}
