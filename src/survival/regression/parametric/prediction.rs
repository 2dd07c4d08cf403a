//! Survival, hazard, quantiles and means of one subject, with limits by the delta method or by simulation.

use crate::error::{Error, ModelError, NotEstimable, Result, check_size};
use crate::numeric::distribution::normal_quantile;
use crate::numeric::random::Random;
use crate::survival::regression::new_rows::{NewRows, one_row};
use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::gradient::{Asked, gradient};
use crate::survival::regression::parametric::mean;
use crate::survival::regression::parametric::model::ParametricModel;
use crate::survival::regression::parametric::predicted::Predicted;
use crate::survival::regression::parametric::simulated::Draws;
use crate::survival::result::estimate::{Estimate, Scale};

/// What a model predicts of one subject. Of a model with several strata each method asks that one be
/// [named](Self::stratum) ([`ModelError::StratumNeeded`](crate::ModelError::StratumNeeded)).
///
/// Limits are taken where the number is nearest to normal: those of a survival probability from the logarithm of the
/// cumulative hazard, those of a hazard, a quantile or a mean from its logarithm (of a quantile of times that may be
/// negative from itself).
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction<'a, D = Family> {
    pub(super) model: &'a ParametricModel<D>,
    pub(super) row: Vec<f64>,
    pub(super) stratum: usize,
    /// Of a model with several strata: was one named?
    named: bool,
    pub(super) offset: f64,
    level: f64,
    draws: Option<Draws>,
}

impl<D: Distribution> ParametricModel<D> {
    /// What is predicted of a row without an offset; of a model with several strata, [name one](Prediction::stratum).
    ///
    /// # Errors
    /// As [`NewColumns::build`](crate::survival::regression::NewColumns::build); [`Error::LengthMismatch`] for more rows than one;
    /// [`ModelError::NoCurve`](crate::ModelError::NoCurve) where the likelihood has no maximum ([`stop`](ParametricModel::stop)).
    pub fn predict(&self, row: &impl NewRows) -> Result<Prediction<'_, D>> {
        self.with_curve()?;
        let row = one_row(row, &self.recipe, "row")?;
        Ok(self.of_row(row))
    }

    pub(super) fn with_curve(&self) -> Result<()> {
        if self.stop.has_curve() {
            Ok(())
        } else {
            Err(Error::Model(ModelError::NoCurve { diagnosis: self.diagnosis() }))
        }
    }

    pub(super) fn of_row(&self, row: Vec<f64>) -> Prediction<'_, D> {
        let named = self.strata.len() < 2;
        Prediction { model: self, row, stratum: 0, named, offset: 0.0, level: 0.95, draws: None }
    }
}

impl<D: Distribution> Prediction<'_, D> {
    /// The same subject in the stratum of this label.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`].
    pub fn stratum(mut self, label: &str) -> Result<Self> {
        let known = &self.model.strata;
        let unknown = || Error::UnknownLabel { label: label.into(), known: known.join(", ") };
        self.stratum = known.iter().position(|s| s == label).ok_or_else(unknown)?;
        Ok(Self { named: true, ..self })
    }

    /// Each stratum has a curve of its own: that of the first is none of another.
    pub(super) fn in_stratum(&self) -> Result<()> {
        let known = || self.model.strata.join(", ");
        if self.named { Ok(()) } else { Err(Error::Model(ModelError::StratumNeeded { known: known() })) }
    }

    /// The same subject with a number that is added to the location.
    #[must_use]
    pub fn offset(self, offset: f64) -> Self {
        Self { offset, ..self }
    }

    /// The confidence level of the limits.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where it is not inside (0, 1).
    pub fn level(self, level: f64) -> Result<Self> {
        inside("level", level)?;
        Ok(Self { level, ..self })
    }

    /// Limits from so many draws of the coefficients out of their normal distribution: percentiles, which the seed decides
    /// (Mandel 2013, Am Stat 67:76). Values and standard errors stay those of the delta method.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for fewer than 100 draws; [`Error::TooLarge`] for more than fit into memory.
    pub fn simulated(self, draws: usize, seed: u64) -> Result<Self> {
        if draws < 100 {
            let must_be = "at least 100";
            return Err(Error::OutOfRange { argument: "draws", value: draws as f64, must_be });
        }
        let each = 8 * self.model.coefficients.len() + 24;
        check_size("so many draws of the coefficients", draws, each, "some thousand draws are enough")?;
        let draws = Draws::new(&self.model.coefficients, &self.model.variance, draws, seed);
        Ok(Self { draws: Some(draws), ..self })
    }

    /// The location: intercept, covariates and offset.
    #[must_use]
    pub fn linear_predictor(&self) -> f64 {
        self.parameters()[self.model.layout.location]
    }

    /// The working values of the distribution's parameters.
    #[must_use]
    pub fn parameters(&self) -> Vec<f64> {
        self.parameters_with(&self.model.coefficients)
    }

    pub(super) fn parameters_with(&self, coefficients: &[f64]) -> Vec<f64> {
        self.model.layout.values(coefficients, &self.row, self.stratum, self.offset)
    }

    pub(super) fn before_start(&self, t: f64) -> bool {
        self.model.distribution.is_positive() && t <= 0.0
    }

    pub(super) fn log_survival_with(&self, t: f64, coefficients: &[f64]) -> f64 {
        if self.before_start(t) {
            return 0.0;
        }
        self.model.distribution.log_survival(t, &self.parameters_with(coefficients))
    }

    /// The value with its gradient in the coefficients.
    pub(super) fn asked(&self, asked: Asked) -> (f64, Vec<f64>) {
        if let Asked::LogSurvival(t) = asked
            && self.before_start(t)
        {
            return (0.0, vec![0.0; self.model.coefficients.len()]);
        }
        let (value, inner) = gradient(&self.model.distribution, &self.parameters(), asked);
        (value, self.in_coefficients(&inner))
    }

    /// A gradient in the coefficients, from one in the parameters.
    pub(super) fn in_coefficients(&self, inner: &[f64]) -> Vec<f64> {
        let one = |c: &super::layout::Coefficient| inner[c.parameter] * c.factor.of(&self.row, self.stratum);
        self.model.layout.coefficients.iter().map(one).collect()
    }

    pub(super) fn z(&self) -> f64 {
        -normal_quantile((1.0 - self.level) / 2.0)
    }

    /// Percentiles of a function of the coefficients, where limits are to be simulated.
    fn percentiles(&self, f: impl Fn(&[f64]) -> f64) -> Option<(f64, f64)> {
        let draws = self.draws.as_ref().filter(|_| self.runs().is_none())?;
        Some(draws.percentiles(self.level, f))
    }

    /// The probability that the event comes after t.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where t is not finite; [`Error::NotEstimable`] where parameters beyond all numbers leave none, and where the
    /// likelihood rises whether it is 0 or 1.
    pub fn survival(&self, t: f64) -> Result<Predicted> {
        self.in_stratum()?;
        finite(t)?;
        if let Some(end) = self.end_of_survival(t)? {
            return Ok(Predicted::new(end, f64::NAN, None));
        }
        let (log, gradient) = self.asked(Asked::LogSurvival(t));
        defined(log)?;
        Ok(self.probability(log, &gradient, |b| self.log_survival_with(t, b)))
    }

    /// The probability that the event comes after t, of a subject who has not had it by s.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where a time is not finite, or t is before s.
    pub fn conditional_survival(&self, t: f64, s: f64) -> Result<Predicted> {
        self.in_stratum()?;
        finite(s)?;
        finite(t)?;
        if t < s {
            return Err(Error::OutOfRange { argument: "t", value: t, must_be: "at or after s" });
        }
        let (late, mut gradient) = self.asked(Asked::LogSurvival(t));
        let (early, before) = self.asked(Asked::LogSurvival(s));
        gradient.iter_mut().zip(&before).for_each(|(g, b)| *g -= b);
        defined(late - early)?;
        Ok(self.probability(late - early, &gradient, |b| {
            self.log_survival_with(t, b) - self.log_survival_with(s, b)
        }))
    }

    /// A probability from its logarithm, with limits from the logarithm of the (negative) logarithm.
    pub(super) fn probability(&self, log: f64, gradient: &[f64], of: impl Fn(&[f64]) -> f64) -> Predicted {
        let value = log.exp();
        if log == 0.0 && self.runs().is_none() {
            return Predicted::new(1.0, 0.0, Some((1.0, 1.0)));
        }
        if log == 0.0 {
            return Predicted::new(1.0, f64::NAN, None); // a limit: a width of 0 would be no certainty
        }
        let error = self.model.error_of(gradient);
        let factor = (self.z() * error / -log).exp();
        let bounds = self.percentiles(|b| of(b).exp()).or(Some(((log * factor).exp(), (log / factor).exp())));
        Predicted::new(value, if value == 0.0 && !error.is_nan() { 0.0 } else { value * error }, bounds)
    }

    /// A positive number from its logarithm, with limits from that.
    pub(super) fn positive(&self, log: f64, gradient: &[f64], of: impl Fn(&[f64]) -> f64) -> Predicted {
        let error = self.model.error_of(gradient);
        let width = self.z() * error;
        let bounds = self.percentiles(|b| of(b).exp()).or(Some(((log - width).exp(), (log + width).exp())));
        Predicted::new(log.exp(), log.exp() * error, bounds)
    }

    /// The cumulative hazard, `−ln S(t)`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where t is not finite.
    pub fn cumulative_hazard(&self, t: f64) -> Result<Predicted> {
        self.in_stratum()?;
        finite(t)?;
        let (log, gradient) = self.asked(Asked::LogSurvival(t));
        defined(log)?;
        if log == 0.0 {
            let sure = self.runs().is_none();
            return Ok(Predicted::new(0.0, if sure { 0.0 } else { f64::NAN }, sure.then_some((0.0, 0.0))));
        }
        let relative: Vec<f64> = gradient.iter().map(|g| g / log).collect();
        Ok(self.positive((-log).ln(), &relative, |b| (-self.log_survival_with(t, b)).ln()))
    }

    /// The hazard, by logarithms: it is a number where the survival function underflows.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where t is not finite, or not above 0 for a distribution of positive times.
    pub fn hazard(&self, t: f64) -> Result<Predicted> {
        self.in_stratum()?;
        finite(t)?;
        if self.before_start(t) {
            return Err(Error::OutOfRange { argument: "t", value: t, must_be: "above 0" });
        }
        let (log, gradient) = self.asked(Asked::LogHazard(t));
        defined(log)?;
        Ok(self.positive(log, &gradient, |b| self.model.distribution.log_hazard(t, &self.parameters_with(b))))
    }

    /// The hazard of this subject at t by that of another.
    ///
    /// # Errors
    /// Those of [`hazard`](Self::hazard).
    pub fn hazard_ratio(&self, reference: &Self, t: f64) -> Result<Estimate> {
        self.in_stratum()?;
        finite(t)?;
        if self.before_start(t) {
            return Err(Error::OutOfRange { argument: "t", value: t, must_be: "above 0" });
        }
        let (own, mut gradient) = self.asked(Asked::LogHazard(t));
        let (other, of_other) = reference.asked(Asked::LogHazard(t));
        gradient.iter_mut().zip(&of_other).for_each(|(g, o)| *g -= o);
        if !self.model.determines(&gradient) {
            return Ok(Estimate::none(Scale::Log, NotEstimable::NoMaximum));
        }
        Ok(Estimate::new(Scale::Log, own - other, self.model.error_of(&gradient)))
    }

    /// The time by which a share p has the event; infinite where so many never have it.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where p is not inside (0, 1); [`Error::NotEstimable`] where the likelihood rises either way.
    pub fn quantile(&self, p: f64) -> Result<Predicted> {
        self.in_stratum()?;
        inside("p", p)?;
        let target = (-p).ln_1p();
        let of = |b: &[f64]| self.model.distribution.quantile(target, &self.parameters_with(b));
        let value = self.end_of(of)?.unwrap_or_else(|| of(&self.model.coefficients));
        if !(value.is_finite() && (value > 0.0 || !self.model.distribution.is_positive())) {
            return Ok(Predicted::new(value, f64::NAN, self.percentiles(of)));
        }
        // dq/dθ = (d ln S/dθ)/hazard
        let (_, gradient) = self.asked(Asked::LogSurvival(value));
        let hazard = self.model.distribution.log_hazard(value, &self.parameters()).exp();
        let slope: Vec<f64> = gradient.iter().map(|g| g / hazard).collect();
        let error = self.model.error_of(&slope);
        let width = self.z() * error;
        let bounds = if self.model.distribution.is_positive() {
            (value * (-width / value).exp(), value * (width / value).exp())
        } else {
            (value - width, value + width)
        };
        Ok(Predicted::new(value, error, self.percentiles(of).or(Some(bounds))))
    }

    /// The mean time up to τ, the area under the survival curve.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where τ is not finite and above 0; [`Error::Unsupported`] for times that may be negative.
    pub fn restricted_mean(&self, tau: f64) -> Result<Predicted> {
        self.check_horizon(tau)?;
        let (value, slope) = mean::restricted(self, tau);
        let error = self.model.error_of(&slope);
        let width = self.z() * error;
        let of = |b: &[f64]| mean::area(|t| self.log_survival_with(t, b), tau);
        let own = (!width.is_nan()).then(|| ((value - width).max(0.0), (value + width).min(tau)));
        let bounds = self.percentiles(of).or(own);
        Ok(Predicted::new(value, error, bounds))
    }

    /// The mean time; infinite where the curve falls too slowly, or never to 0.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for times that may be negative.
    pub fn mean(&self) -> Result<Predicted> {
        self.positive_times("the mean")?;
        let median =
            |b: &[f64]| self.model.distribution.quantile(-std::f64::consts::LN_2, &self.parameters_with(b));
        let (value, slope) = match self.end_of(median)? {
            Some(end) => (end, Vec::new()),
            None => mean::whole(self),
        };
        if slope.is_empty() || value == f64::INFINITY {
            return Ok(Predicted::new(value, f64::NAN, None));
        }
        let error = self.model.error_of(&slope);
        let width = self.z() * error / value;
        Ok(Predicted::new(value, error, Some((value * (-width).exp(), value * width.exp()))))
    }

    pub(super) fn check_horizon(&self, tau: f64) -> Result<()> {
        self.positive_times("the restricted mean")?;
        if tau > 0.0 && tau.is_finite() {
            return Ok(());
        }
        Err(Error::OutOfRange { argument: "tau", value: tau, must_be: "finite and above 0" })
    }

    fn positive_times(&self, method: &'static str) -> Result<()> {
        self.in_stratum()?;
        if self.model.distribution.is_positive() {
            return Ok(());
        }
        let why = "an area under a survival curve is a mean of times above 0: take a distribution of those";
        Err(Error::Unsupported { method, with: "times that may be negative", why })
    }

    /// So many times, drawn from the fitted distribution: infinite for those who never have the event. The seed decides
    /// them, and time `i` is the same however many are drawn.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more times than fit into memory.
    pub fn simulate(&self, times: usize, seed: u64) -> Result<Vec<f64>> {
        self.in_stratum()?;
        check_size(
            "a list of so many times",
            times,
            8,
            "draw fewer at once, each lot with a seed of its own",
        )?;
        Ok((0..times).map(|i| self.simulated_time(seed, i as u64)).collect())
    }

    /// The time of this number among those of the seed.
    pub(super) fn simulated_time(&self, seed: u64, number: u64) -> f64 {
        let u = Random::new(seed, number).uniform();
        self.model.distribution.quantile(u.ln(), &self.parameters())
    }
}

/// Parameters so large that a number is infinity less infinity have no prediction.
pub(super) fn defined(log: f64) -> Result<()> {
    if log.is_nan() { Err(Error::NotEstimable { because: NotEstimable::Undefined }) } else { Ok(()) }
}

pub(super) fn finite(t: f64) -> Result<()> {
    if t.is_finite() {
        return Ok(());
    }
    Err(Error::OutOfRange { argument: "t", value: t, must_be: "finite" })
}

pub(super) fn inside(argument: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(Error::OutOfRange { argument, value, must_be: "inside (0, 1)" })
}
