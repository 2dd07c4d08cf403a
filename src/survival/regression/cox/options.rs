//! Cox's model before its data: the options of a fit.

use std::hash::Hash;

#[cfg(doc)]
use crate::error::Error;
use crate::survival::data::groups::encode;
use crate::survival::regression::cox::ties::Ties;

/// What happens to a column that is a combination of earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Collinear {
    /// It is left out, and its term says so.
    #[default]
    Drop,
    /// The fit is refused with [`ModelError::Collinear`](crate::ModelError::Collinear), which names it.
    Refuse,
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
/// | [`robust`](Self::robust) | where the data ask for it | every subject is its own cluster where the data name none | |
/// | [`robust_by`](Self::robust_by) | | the same over the rows of a subject | |
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
/// # Cost
/// One sort, then a few Newton steps of one pass each: O(n p²) a step for p covariates, whatever the number of ties.
///
/// # References
/// Cox (1972), J R Stat Soc B 34:187. Efron (1977), J Am Stat Assoc 72:557. Breslow (1974), Biometrics 30:89.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct CoxPh {
    pub(super) ties: Ties,
    pub(super) offset: Option<Vec<f64>>,
    pub(super) initial: Option<Vec<f64>>,
    pub(super) ridge: f64,
    pub(super) firth: bool,
    pub(super) robust: bool,
    /// The subject of each row, numbered from 0.
    pub(super) subjects: Option<Vec<u32>>,
    pub(super) collinear: Collinear,
    pub(super) max_iterations: usize,
    pub(super) tolerance: f64,
}

impl Default for CoxPh {
    fn default() -> Self {
        Self {
            ties: Ties::default(),
            offset: None,
            initial: None,
            ridge: 0.0,
            firth: false,
            robust: false,
            subjects: None,
            collinear: Collinear::default(),
            max_iterations: 50,
            tolerance: 1e-9,
        }
    }
}

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

    /// A ridge penalty: `θ/2 Σ β²` is taken off the log likelihood (Verweij & van Houwelingen 1994). Sampling weights have no
    /// unit: θ is that of weights with a mean of 1.
    pub fn ridge(self, theta: f64) -> Self {
        Self { ridge: theta, ..self }
    }

    /// Firth's penalty: `½ log |I(β)|` is added to the log likelihood. It takes the first-order bias out of the
    /// estimates, and keeps them finite where the likelihood has no maximum: the remedy where an arm has no event.
    ///
    /// The standard errors are those of the information at the penalised maximum. With few events Wald's tests and
    /// intervals mislead: take [`likelihood_ratio_test_of`](crate::survival::regression::FittedData::likelihood_ratio_test_of) and
    /// [`profile_interval`](crate::survival::regression::FittedData::profile_interval), in which
    /// coefficients are held while the penalty stays that of the whole model (as R's coxphf does, which knows
    /// Breslow's ties alone). Reported log likelihoods and the score test include the penalty. With a handful of events
    /// it may have more than one maximum: found is the one on the way from [`initial`](Self::initial).
    ///
    /// Along a direction in which Cox's likelihood never falls the information about it vanishes, and its logarithm falls
    /// without bound: so every coefficient is finite, those that are infinite or [not
    /// estimable](crate::survival::regression::Status::NotEstimable) without the penalty too, whatever the coding. Of the latter the
    /// penalty alone decides: their profile intervals are wide, and are to be reported with them.
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

    /// A robust variance (Lin & Wei 1989) without sampling weights or clusters too: every subject is its own cluster.
    ///
    /// A row with a replication weight of k stands for k subjects, each a cluster: its scores count `k U Uᵀ`, as those of k
    /// rows written out do. (R's `robust = TRUE` takes a weighted row for one cluster, `k² U Uᵀ`; with
    /// [`with_clusters`](crate::survival::RightCensored::with_clusters) this can be said here too.)
    ///
    /// # Example
    /// A weight of 2 is a row twice.
    /// ```
    /// use greenwood::survival::{CoxPh, Design, RightCensored, Weights};
    /// use ndarray::array;
    ///
    /// let robust = CoxPh::new().robust();
    /// let data = RightCensored::new(&[1., 2., 3., 4.], &[true, true, false, true])?;
    /// let (x, weights) = (array![[1.], [0.], [0.], [1.]], Weights::replication(vec![2., 1., 1., 1.]));
    /// let weighted = robust.fit(&data.with_weights(weights)?, &Design::new(&["x"], x.view())?)?;
    ///
    /// let data = RightCensored::new(&[1., 1., 2., 3., 4.], &[true, true, true, false, true])?;
    /// let x = array![[1.], [1.], [0.], [0.], [1.]];
    /// let written_out = robust.fit(&data, &Design::new(&["x"], x.view())?)?;
    /// let [a, b] = [weighted, written_out].map(|fit| fit.terms()[0].robust_std_error().unwrap());
    /// assert!((a - b).abs() < 1e-9);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn robust(self) -> Self {
        Self { robust: true, ..self }
    }

    /// The [robust](Self::robust) variance of subjects who have several rows: scores are summed over the rows of a subject. R's
    /// `coxph(…, id = , robust = TRUE)`.
    ///
    /// A replication weight of k, the same in all rows of a subject, is k subjects, each apart from the others: its scores
    /// count `k U Uᵀ`, U the sum over its rows. [Clusters](crate::survival::RightCensored::with_clusters) of the data keep the
    /// k together, `k² U Uᵀ`, and go before subjects. The fit refuses as many subjects as are not rows of the data
    /// ([`Error::LengthMismatch`](crate::Error::LengthMismatch)), and a subject with two replication weights
    /// ([`Error::Unsupported`](crate::Error::Unsupported)).
    ///
    /// # Example
    /// Two subjects of one kind, each in two rows.
    /// ```
    /// use greenwood::survival::{CoxPh, Design, RightCensored, Weights};
    /// use ndarray::array;
    ///
    /// let data = RightCensored::new(&[1., 4., 2., 3., 5.], &[true, true, true, false, true])?
    ///     .with_entry(&[0., 1., 0., 0., 0.])?
    ///     .with_weights(Weights::replication(vec![2., 2., 1., 1., 1.]))?;
    /// let x = array![[1.], [1.], [0.], [0.5], [2.]];
    /// let fit = CoxPh::new().robust_by(&[1, 1, 2, 3, 4]).fit(&data, &Design::new(&["x"], x.view())?)?;
    ///
    /// let data = RightCensored::new(&[1., 4., 1., 4., 2., 3., 5.], &[true, true, true, true, true, false, true])?
    ///     .with_entry(&[0., 1., 0., 1., 0., 0., 0.])?
    ///     .with_clusters(&[1, 1, 5, 5, 2, 3, 4])?;
    /// let x = array![[1.], [1.], [1.], [1.], [0.], [0.5], [2.]];
    /// let written_out = CoxPh::new().fit(&data, &Design::new(&["x"], x.view())?)?;
    /// let [a, b] = [fit, written_out].map(|fit| fit.terms()[0].robust_std_error().unwrap());
    /// assert!((a - b).abs() < 1e-9);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn robust_by<I: Eq + Hash>(self, subjects: &[I]) -> Self {
        Self { robust: true, subjects: Some(encode(subjects).0), ..self }
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
}
