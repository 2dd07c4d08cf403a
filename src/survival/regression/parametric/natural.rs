//! Parameters on their natural scale.

use crate::error::{NotEstimable, Result};
use crate::survival::regression::parametric::distribution::{Distribution, Link};
use crate::survival::regression::parametric::layout::Factor;
use crate::survival::regression::parametric::model::ParametricModel;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::Interval;
#[cfg(feature = "serde")]
use crate::survival::result::stored;

/// A parameter on its natural scale.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Natural {
    name: String,
    value: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(Natural {
    name: String,
    value: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
});

#[cfg(feature = "serde")]
impl Natural {
    fn check(&self) -> crate::error::Result<()> {
        [self.value, self.lower, self.upper]
            .into_iter()
            .flatten()
            .try_for_each(|x| stored::number("a value or limit", x))?;
        self.bounds().map_or(Ok(()), |(low, high)| stored::ordered("the upper limit", low, high))
    }
}

impl Natural {
    /// Its name, such as `shape`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value, where the data determine it.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Its limits: those of the working scale, transformed.
    #[must_use]
    pub fn bounds(&self) -> Option<(f64, f64)> {
        self.lower.zip(self.upper)
    }
}

impl<D: Distribution> ParametricModel<D> {
    /// The values of the coefficient `index` and of its limits on the natural scale of its parameter: a shape for a
    /// `log(shape)`, the factor `e^β` for a covariate on it. The position as the name of it.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for the level.
    pub fn natural(&self, index: usize, interval: impl Into<Interval>) -> Result<Option<Natural>> {
        let Some(coefficient) = self.layout.coefficients.get(index) else { return Ok(None) };
        let link = self.layout.parameters[coefficient.parameter].link;
        let of_covariate = matches!(coefficient.factor, Factor::Column(_));
        let back = |x: f64| if of_covariate && link != Link::Identity { x.exp() } else { link.natural(x) };
        let estimate = self
            .coefficient(index)
            .unwrap_or_else(|| Estimate::none(Scale::Identity, NotEstimable::NoMaximum));
        let bounds = estimate.interval(interval)?.bounds();
        let name = match coefficient.factor {
            Factor::Column(_) => coefficient.name.clone(),
            Factor::One => self.layout.parameters[coefficient.parameter].name.clone(),
            Factor::Stratum(code) => {
                format!("{}: {}", self.layout.parameters[coefficient.parameter].name, self.strata[code])
            }
        };
        Ok(Some(Natural {
            name,
            value: estimate.value().ok().map(back),
            lower: bounds.map(|b| back(b.0)),
            upper: bounds.map(|b| back(b.1)),
        }))
    }
}
