//! The options of a fit, and the fit.

use crate::error::{Error, ModelError, Result};
use crate::numeric::cholesky::Cholesky;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::regression::cox::Collinear;
use crate::survival::regression::cox::model::end_of_search::EndOfSearch;
use crate::survival::regression::design::Design;
use crate::survival::regression::fine_gray::censoring::{CensoringTies, of_data};
use crate::survival::regression::fine_gray::expanded::SubdistributionRows;
use crate::survival::regression::fine_gray::finished::Finished;
use crate::survival::regression::fine_gray::limit::{Reach, independent, point};
use crate::survival::regression::fine_gray::model::FineGrayModel;
use crate::survival::regression::fine_gray::risk_set::RiskSet;
use crate::survival::regression::search_options;

/// Fine and Gray's model of the cumulative incidence of a cause: `F(t | x) = 1 − exp(−H₀(t) exp(x'β))`.
///
/// Subjects with another event stay in the risk set with the weight `G(t−)/G(T−)`, the probability that they would still
/// be under observation; ties are Breslow's. The variance is Fine and Gray's sandwich, which knows that G was estimated.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`censoring_ties`](Self::censoring_ties) | events at risk | the [`CensoringTies`] of G | |
/// | [`censoring_groups`](Self::censoring_groups) | one | a G for each group | one code per row |
/// | [`initial`](Self::initial) | 0 | where to start; also the null hypothesis | finite, one per column |
/// | [`ridge`](Self::ridge) | 0 | `θ/2 Σ β²` is taken off the log likelihood | finite, ≥ 0 |
/// | [`firth`](Self::firth) | | refused, with the reason | |
/// | [`collinear`](Self::collinear) | drop | what happens to a redundant column | |
/// | [`max_iterations`](Self::max_iterations) | 50 | Newton steps | |
/// | [`tolerance`](Self::tolerance) | 1e-9 | the last step, in standard errors | inside (0, 1) |
///
/// Strata of the data have a baseline each and share G; with [`censoring_groups`](Self::censoring_groups) it is theirs.
/// With delayed entry the weights are those of Geskus (2011), `G(t−)H(t)/(G(T−)H(T))`, and the sandwich takes them as
/// known. A replication weight of k is the row k times; sampling weights and clusters enter the sandwich. Covariates that
/// change with time are refused by their form: after another event there is no value of them (an external covariate can
/// be put into [`FineGray::expand`]).
///
/// # Cost
/// O(n log n) for the order, then O(n p²) an iteration: a walk from either end instead of repeated rows.
///
/// # Example
/// ```
/// use greenwood::survival::{CompetingRisks, Design, FineGray};
///
/// let time = [1., 2., 2., 3., 4., 4., 5., 6., 7., 8., 8., 9., 10., 12.];
/// let outcome =
///     [1, 2, 0, 1, 1, 2, 0, 2, 1, 0, 1, 2, 1, 0].map(|c| if c == 0 { None } else { Some(c) });
/// let x = [0.1, 1.2, -0.4, 0.8, 2., -1., 0.3, 0., 1.1, -0.7, 0.5, 0.9, -0.2, 0.4];
/// let data = CompetingRisks::new(&time, &outcome)?;
/// let fit = FineGray::new(&1).fit(&data, &Design::builder().numeric("x", &x).build()?)?;
/// assert!((fit.coefficients()[0] - 0.7709630492855424).abs() < 1e-7); // R: cmprsk::crr
/// let at_ten = fit.incidence(&fit.row().numeric("x", 1.0), &[10.0])?[0];
/// assert!((at_ten - 0.6445509501800022).abs() < 1e-7);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Fine & Gray (1999), J Am Stat Assoc 94:496. Geskus (2011), Biometrics 67:39.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct FineGray {
    pub(super) cause: String,
    pub(super) censoring_ties: CensoringTies,
    pub(super) censoring_groups: Option<Groups>,
    initial: Option<Vec<f64>>,
    ridge: f64,
    firth: bool,
    collinear: Collinear,
    max_iterations: usize,
    tolerance: f64,
}

impl FineGray {
    /// The model of a cause, with the default options.
    pub fn new(cause: &(impl ToString + ?Sized)) -> Self {
        Self {
            cause: cause.to_string(),
            censoring_ties: CensoringTies::default(),
            censoring_groups: None,
            initial: None,
            ridge: 0.0,
            firth: false,
            collinear: Collinear::default(),
            max_iterations: 50,
            tolerance: 1e-9,
        }
    }

    /// Who is at risk of being censored at a time at which events happen too. With delayed entry events leave first.
    pub fn censoring_ties(self, ties: CensoringTies) -> Self {
        Self { censoring_ties: ties, ..self }
    }

    /// Groups that are censored differently: each has its own G.
    pub fn censoring_groups(self, groups: &Groups) -> Self {
        Self { censoring_groups: Some(groups.clone()), ..self }
    }

    /// Where to start, one value per column.
    pub fn initial(self, initial: &[f64]) -> Self {
        Self { initial: Some(initial.to_vec()), ..self }
    }

    /// A ridge penalty: `θ/2 Σ β²` is taken off the log likelihood.
    pub fn ridge(self, theta: f64) -> Self {
        Self { ridge: theta, ..self }
    }

    /// Firth's penalty, which [`fit`](Self::fit) refuses: it takes the bias out of a maximum-likelihood estimate by the
    /// identity of information and variance of the score, and the weighted likelihood of a subdistribution, in which
    /// subjects stay after another event, has another variance (the sandwich). [`ridge`](Self::ridge) keeps estimates finite.
    pub fn firth(self) -> Self {
        Self { firth: true, ..self }
    }

    /// What happens to a redundant column.
    pub fn collinear(self, collinear: Collinear) -> Self {
        Self { collinear, ..self }
    }

    /// The limit of Newton steps.
    pub fn max_iterations(self, max_iterations: usize) -> Self {
        Self { max_iterations, ..self }
    }

    /// The size of the last step, in standard errors, that counts as none.
    pub fn tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    /// Fits the model.
    ///
    /// # Errors
    /// [`Error::UnknownCause`]; [`Error::LengthMismatch`] where design, groups or starting values do not match the data;
    /// [`ModelError::InvalidCovariate`](crate::ModelError::InvalidCovariate); [`Error::OutOfRange`] for options; [`ModelError::Collinear`](crate::ModelError::Collinear) where that is to be refused;
    /// [`Error::Unsupported`] for Firth's penalty; [`ModelError::InfiniteLikelihood`](crate::ModelError::InfiniteLikelihood); [`ModelError::UndefinedWeights`](crate::ModelError::UndefinedWeights) with delayed entry where the first risk sets are empty.
    pub fn fit(&self, data: &CompetingRisks, design: &Design) -> Result<FineGrayModel> {
        let cause = data.position(&self.cause)? as u32 + 1;
        search_options::check(self.ridge, self.tolerance, self.initial.as_deref(), design.columns())?;
        if self.firth {
            return Err(Error::Unsupported {
                method: "Firth's penalty",
                with: "the model of a subdistribution",
                why: "its weighted likelihood has another variance of the score than its information, on whose equality \
                      the penalty rests; use `FineGray::ridge`",
            });
        }
        let groups = self.censoring_groups.as_ref();
        let (sets, rows) = RiskSet::with_rows(data, design, cause, groups, self.censoring_ties)?;
        let p = rows.p;
        let ridge = self.ridge * data.any_cause().mean_sampling_weight();
        let penalty: Vec<f64> =
            rows.scale.iter().map(|s| if *s > 0.0 { ridge / (s * s) } else { 0.0 }).collect();
        let initial: Vec<f64> = match &self.initial {
            Some(initial) => initial.iter().zip(&rows.scale).map(|(b, s)| b * s).collect(),
            None => vec![0.0; p],
        };
        let mut scan = sets.scan(&rows);
        let start = point(&rows, &mut scan, &penalty, &initial);
        if !start.log_likelihood.is_finite() {
            return Err(Error::Model(ModelError::InfiniteLikelihood));
        }
        let events = rows.event_weight();
        let mut free = Cholesky::independent(&start.information, p, 1e-11, 1e-3 * events);
        if free.len() < p {
            // A start without information is no redundant column.
            free = independent(&rows, &scan);
        }
        if self.collinear == Collinear::Refuse
            && let Some(j) = (0..p).find(|j| !free.contains(j))
        {
            return Err(Error::Model(ModelError::Collinear { covariate: design.names()[j].clone() }));
        }
        let reach = Reach { tolerance: self.tolerance, max_iterations: self.max_iterations };
        let (found, scan) = sets.maximise((&rows, scan), &penalty, (&initial, start.clone()), &free, &reach);
        let end = EndOfSearch { rows: &rows, free: &free, found: &found };
        Ok(Finished { options: self, data, design, scan: &scan, start: &start, end }.into_model())
    }

    /// The data set in which a row stands for each weight (R's `finegray`): fit it with
    /// [`CoxPh`](crate::survival::CoxPh), sampling weights and clusters, for Efron's ties or covariates of one's own. Its
    /// robust variance takes the weights as known.
    ///
    /// # Errors
    /// [`Error::UnknownCause`]; [`Error::LengthMismatch`] for groups; [`ModelError::UndefinedWeights`](crate::ModelError::UndefinedWeights).
    pub fn expand(&self, data: &CompetingRisks) -> Result<SubdistributionRows> {
        let cause = data.position(&self.cause)? as u32 + 1;
        let (groups, weights) = of_data(data, self.censoring_groups.as_ref(), self.censoring_ties)?;
        Ok(SubdistributionRows::new(data, cause, &groups, &weights))
    }
}
