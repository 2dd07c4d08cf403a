//! Standardised (marginal) survival curves: the mean of the curves of many subjects.

use crate::error::{Error, ModelError, Result, check_len};
use crate::survival::data::weights::check_weights;
use crate::survival::regression::new_rows::NewRows;
use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::gradient::Asked;
use crate::survival::regression::parametric::mean;
use crate::survival::regression::parametric::model::ParametricModel;
use crate::survival::regression::parametric::predicted::Predicted;
use crate::survival::regression::parametric::prediction::{Prediction, defined, finite};
use crate::survival::result::estimate::{Estimate, Scale};

/// What a model predicts of a population with these covariates: `S̄(t) = Σ wᵢ S(t | xᵢ)`.
///
/// Standard errors are those of the delta method, from the mean of the subjects' gradients; the covariates themselves
/// are taken as given (Sjölander 2016, Eur J Epidemiol 31:563).
///
/// # Example
/// Both arms, each with the ages of everybody:
/// ```
/// use greenwood::survival::regression::Family;
/// use greenwood::survival::{Design, Parametric, RightCensored};
///
/// let data = RightCensored::new(&[4., 3., 1., 7., 2., 5., 6., 9.], &[true, true, true, false, true, true, true, true])?;
/// let (age, arm) = ([61., 48., 70., 52., 66., 59., 50., 63.], [0., 1., 0., 1., 0., 1., 0., 1.]);
/// let fit = Parametric::new(Family::Weibull)
///     .fit(&data, &Design::builder().numeric("age", &age).numeric("arm", &arm).build()?)?;
///
/// let everybody = |arm: f64| fit.columns().numeric("age", &age).numeric("arm", &[arm; 8]);
/// let (treated, control) = (fit.standardized(&everybody(1.0))?, fit.standardized(&everybody(0.0))?);
/// let difference = treated.difference(&control, 4.0)?;
/// let direct = treated.survival(4.0)?.value() - control.survival(4.0)?.value();
/// assert!((difference.value()? - direct).abs() < 1e-15);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Standardized<'a, D = Family> {
    subjects: Vec<Prediction<'a, D>>,
    /// They sum to 1.
    shares: Vec<f64>,
}

impl<D: Distribution> ParametricModel<D> {
    /// What is predicted of a population, one row for each subject, without an offset; of a model with several strata,
    /// [name one](Standardized::stratum).
    ///
    /// # Errors
    /// [`Error::Empty`]; those of [`predict`](Self::predict).
    pub fn standardized(&self, rows: &impl NewRows) -> Result<Standardized<'_, D>> {
        self.with_curve()?;
        let x = rows.aligned(&self.recipe)?;
        let n = x.nrows();
        if n == 0 {
            return Err(Error::Empty { argument: "rows" });
        }
        let subjects = x.rows().into_iter().map(|row| self.of_row(row.to_vec())).collect();
        Ok(Standardized { subjects, shares: vec![1.0 / n as f64; n] })
    }

    /// A time for each row, drawn from the fitted distribution: infinite for those who never have the event. The seed
    /// decides them, and time `i` is the same however many rows follow.
    ///
    /// # Errors
    /// Those of [`predict`](Self::predict); [`ModelError::StratumNeeded`](crate::ModelError::StratumNeeded) of a model with several
    /// strata: [`Prediction::simulate`] draws from one.
    pub fn simulate(&self, rows: &impl NewRows, seed: u64) -> Result<Vec<f64>> {
        self.with_curve()?;
        let x = rows.aligned(&self.recipe)?;
        let one = |(i, row): (usize, ndarray::ArrayView1<f64>)| {
            let subject = self.of_row(row.to_vec());
            subject.in_stratum().map(|()| subject.simulated_time(seed, i as u64))
        };
        x.rows().into_iter().enumerate().map(one).collect()
    }
}

impl<D: Distribution> Standardized<'_, D> {
    /// How much each subject counts.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::InvalidWeight`], [`Error::HugeWeights`], [`Error::ZeroWeights`].
    pub fn weights(mut self, weights: &[f64]) -> Result<Self> {
        let (len, expected) = (weights.len(), self.subjects.len());
        check_len("weights", len, "the rows", expected)?;
        check_weights(weights)?;
        let total: f64 = weights.iter().sum();
        if !(total > 0.0) {
            return Err(Error::ZeroWeights);
        }
        self.shares = weights.iter().map(|w| w / total).collect();
        Ok(self)
    }

    /// Every subject in the stratum of this label.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`].
    pub fn stratum(mut self, label: &str) -> Result<Self> {
        self.subjects = self.subjects.into_iter().map(|s| s.stratum(label)).collect::<Result<_>>()?;
        Ok(self)
    }

    /// The confidence level of the limits.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where it is not inside (0, 1).
    pub fn level(mut self, level: f64) -> Result<Self> {
        self.subjects = self.subjects.into_iter().map(|s| s.level(level)).collect::<Result<_>>()?;
        Ok(self)
    }

    /// The number of subjects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.subjects.len()
    }

    /// Are there no subjects? Never so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.subjects.is_empty()
    }

    /// `ln Σ wᵢ e^aᵢ` with its gradient: by the largest term, so that it holds where every term underflows.
    fn log_mean(&self, of: impl Fn(&Prediction<D>) -> (f64, Vec<f64>)) -> (f64, Vec<f64>) {
        let all: Vec<(f64, Vec<f64>)> = self.subjects.iter().map(of).collect();
        // One who does not count may be all that has not underflowed.
        let counted = || all.iter().zip(&self.shares).filter(|(_, share)| **share > 0.0);
        let most = counted().map(|((log, _), _)| *log).fold(f64::NEG_INFINITY, f64::max);
        let mut gradient = vec![0.0; self.subjects[0].model.coefficients.len()];
        if !most.is_finite() {
            let any = if counted().any(|((log, _), _)| log.is_nan()) { f64::NAN } else { most };
            return (any, gradient);
        }
        let mut sum = 0.0;
        for ((log, own), share) in counted() {
            let term = share * (log - most).exp();
            sum += term;
            if term > 0.0 {
                gradient.iter_mut().zip(own).for_each(|(g, o)| *g += term * o);
            }
        }
        for g in &mut gradient {
            *g /= sum;
        }
        (most + sum.ln(), gradient)
    }

    fn log_survival(&self, t: f64) -> (f64, Vec<f64>) {
        self.log_mean(|subject| subject.asked(Asked::LogSurvival(t)))
    }

    fn model(&self) -> &ParametricModel<D> {
        self.subjects[0].model
    }

    /// The share of the population with the event after t.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where t is not finite.
    pub fn survival(&self, t: f64) -> Result<Predicted> {
        self.subjects[0].in_stratum()?;
        finite(t)?;
        let (log, gradient) = self.log_survival(t);
        defined(log)?;
        Ok(self.subjects[0].probability(log, &gradient, |_| f64::NAN))
    }

    /// The hazard of the population: that of those who are still event-free, `Σ wᵢ f(t | xᵢ) / Σ wᵢ S(t | xᵢ)`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where t is not finite, or not above 0 for a distribution of positive times.
    pub fn hazard(&self, t: f64) -> Result<Predicted> {
        self.subjects[0].in_stratum()?;
        finite(t)?;
        if self.subjects[0].before_start(t) {
            return Err(Error::OutOfRange { argument: "t", value: t, must_be: "above 0" });
        }
        let (density, mut gradient) = self.log_mean(|subject| {
            let (log, mut gradient) = subject.asked(Asked::LogSurvival(t));
            let (hazard, of_hazard) = subject.asked(Asked::LogHazard(t));
            gradient.iter_mut().zip(of_hazard).for_each(|(g, h)| *g += h);
            (log + hazard, gradient)
        });
        let (survival, of_survival) = self.log_survival(t);
        gradient.iter_mut().zip(of_survival).for_each(|(g, s)| *g -= s);
        defined(density - survival)?;
        Ok(self.subjects[0].positive(density - survival, &gradient, |_| f64::NAN))
    }

    fn area(&self, tau: f64) -> Result<(f64, Vec<f64>)> {
        let mut total = (0.0, vec![0.0; self.model().coefficients.len()]);
        for (subject, share) in self.subjects.iter().zip(&self.shares) {
            subject.check_horizon(tau)?;
            let (area, slope) = mean::restricted(subject, tau);
            total.0 += share * area;
            total.1.iter_mut().zip(slope).for_each(|(sum, s)| *sum += share * s);
        }
        Ok(total)
    }

    /// The mean time up to τ of the population.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where τ is not finite and above 0; [`Error::Unsupported`] for times that may be negative.
    pub fn restricted_mean(&self, tau: f64) -> Result<Predicted> {
        let (value, slope) = self.area(tau)?;
        let error = self.model().error_of(&slope);
        let width = self.subjects[0].z() * error;
        Ok(Predicted::new(value, error, Some(((value - width).max(0.0), (value + width).min(tau)))))
    }

    /// The survival of this population at t less that of another one, of the same model.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where t is not finite; [`ModelError::OtherData`](crate::ModelError::OtherData) for a population of another model.
    pub fn difference(&self, other: &Self, t: f64) -> Result<Estimate> {
        self.subjects[0].in_stratum()?;
        other.subjects[0].in_stratum()?;
        finite(t)?;
        self.same_model(other)?;
        let of = |population: &Self| {
            let (log, gradient) = population.log_survival(t);
            (log.exp(), gradient.into_iter().map(|g| g * log.exp()).collect())
        };
        Ok(self.less(of(self), of(other)).within(-1.0, 1.0))
    }

    /// The mean time up to τ of this population less that of another one, of the same model.
    ///
    /// # Errors
    /// Those of [`restricted_mean`](Self::restricted_mean) and [`difference`](Self::difference).
    pub fn difference_of_means(&self, other: &Self, tau: f64) -> Result<Estimate> {
        self.same_model(other)?;
        Ok(self.less(self.area(tau)?, other.area(tau)?).within(-tau, tau))
    }

    fn less(&self, own: (f64, Vec<f64>), other: (f64, Vec<f64>)) -> Estimate {
        let slope: Vec<f64> = own.1.iter().zip(&other.1).map(|(a, b)| a - b).collect();
        Estimate::new(Scale::Identity, own.0 - other.0, self.model().error_of(&slope))
    }

    fn same_model(&self, other: &Self) -> Result<()> {
        if std::ptr::eq(self.model(), other.model())
            || self.model().coefficients == other.model().coefficients
        {
            return Ok(());
        }
        Err(Error::Model(ModelError::OtherData { part: "the model of the second population".into() }))
    }
}
