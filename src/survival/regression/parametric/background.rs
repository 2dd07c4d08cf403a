//! The hazard of the population that the subjects belong to.

use crate::error::{Error, ModelError, Result};
use crate::survival::regression::parametric::observations::{Expected, Observations};

/// What the subjects would suffer anyway: the hazard of the population, so that a model is one of the excess.
///
/// With it the hazard of a subject is `h*(t) + h(t)`, h the model's: an event at t adds `ln(h*(t) + h(t)) + ln S(t)` to the log
/// likelihood (Esteve et al. 1990, Statist Med 9:529; with a cure fraction De Angelis et al. 1999, Statist Med 18:441). What is
/// predicted is relative survival, and the excess hazard.
///
/// # Example
/// A constant excess: with one population hazard b for everybody the estimate is the hazard less b.
/// ```
/// use greenwood::survival::regression::parametric::Background;
/// use greenwood::survival::regression::{Family, Observations};
/// use greenwood::survival::{Design, Parametric};
///
/// let (lower, upper) = ([2.0, 3.0, 5.0, 7.0], [2.0, f64::INFINITY, 5.0, 7.0]);
/// let data = Observations::interval(&lower, &upper)?.with_background(Background::rates(&[0.05; 4]))?;
/// let fit = Parametric::new(Family::Exponential).fit(data, &Design::without_covariates(4))?;
/// assert!(((-fit.coefficients()[0]).exp() - (3.0 / 17.0 - 0.05)).abs() < 1e-9);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Background {
    rates: Vec<f64>,
    cumulative: Option<[Vec<f64>; 2]>,
}

impl Background {
    /// The population's hazard of each row at its time; asked for where the row has its event at a known time.
    #[must_use]
    pub fn rates(rates: &[f64]) -> Self {
        Self { rates: rates.to_vec(), cumulative: None }
    }

    /// The population's cumulative hazards of each row at its two limits, since it came under observation: needed for times
    /// that are known within limits only, where ∞ may stand for an upper limit of ∞.
    ///
    /// With them the log likelihood is that of the whole hazard, and there are residuals
    /// ([`ParametricModel::with`](super::ParametricModel::with)); without, what does not depend on the model is left out.
    #[must_use]
    pub fn cumulative(self, lower: &[f64], upper: &[f64]) -> Self {
        Self { cumulative: Some([lower.to_vec(), upper.to_vec()]), ..self }
    }
}

impl Observations {
    /// Subjects whose population has a hazard of its own: the model is one of what is beyond it.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`ModelError::InvalidBackground`](crate::ModelError::InvalidBackground) for a rate or cumulative hazard that is negative or no number;
    /// [`Error::Unsupported`] for a time within limits without cumulative hazards, and for right truncation.
    pub fn with_background(mut self, background: Background) -> Result<Self> {
        Self::refuse_both(true, self.until.as_deref().unwrap_or_default())?;
        let n = self.len();
        let cumulative = background.cumulative.as_ref();
        let mut lengths = vec![("the rates", background.rates.len())];
        for limits in cumulative.into_iter().flatten() {
            lengths.push(("the cumulative hazards", limits.len()));
        }
        if let Some(&(argument, len)) = lengths.iter().find(|(_, len)| *len != n) {
            return Err(Error::LengthMismatch { argument, len, other: "the observations", expected: n });
        }
        let mut expected =
            Expected { rows: vec![0.0; n], constant: vec![0.0; n], has_cumulative: cumulative.is_some() };
        for i in 0..n {
            let (lower, upper) = (self.lower[i], self.upper[i]);
            let (rate, limits) = (background.rates[i], cumulative.map(|[low, high]| (low[i], high[i])));
            let wrong = |argument, value: f64, must_be| {
                Err(Error::Model(ModelError::InvalidBackground { argument, index: i, value, must_be }))
            };
            if lower == upper && !(0.0..f64::INFINITY).contains(&rate) {
                return wrong("background rates", rate, "finite and at least 0");
            }
            if let Some((low, high)) = limits {
                if !(0.0..f64::INFINITY).contains(&low) {
                    return wrong("cumulative background hazards", low, "finite and at least 0");
                }
                if lower < upper && upper < f64::INFINITY && !(low..f64::INFINITY).contains(&high) {
                    return wrong(
                        "cumulative background hazards",
                        high,
                        "finite and not below that at the lower limit",
                    );
                }
                expected.constant[i] = low;
            }
            expected.rows[i] = match (lower == upper, upper < f64::INFINITY, limits) {
                (true, ..) => rate,
                (false, false, _) => 0.0,
                (false, true, Some((low, high))) => high - low,
                (false, true, None) => {
                    return Err(Error::Unsupported {
                        method: "a background hazard",
                        with: "times that are known within limits",
                        why: "what the population suffers between the limits is needed: give its cumulative hazards",
                    });
                }
            };
        }
        self.background = Some(expected);
        Ok(self)
    }
}
