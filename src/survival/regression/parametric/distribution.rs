//! What a distribution of times is to the engine.

use std::fmt::Debug;

use crate::error::Result;
use crate::survival::regression::parametric::jet::Real;
use crate::survival::regression::parametric::standard::Standard;

/// How the natural value of a parameter follows from its working value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Link {
    /// The working value itself.
    Identity,
    /// `e^x`: a parameter above 0.
    Log,
    /// `1/(1 + e^−x)`: a probability.
    Logit,
}

impl Link {
    /// The natural value of a working one.
    #[must_use]
    pub fn natural(self, working: f64) -> f64 {
        match self {
            Self::Identity => working,
            Self::Log => working.exp(),
            Self::Logit => 1.0 / (1.0 + (-working).exp()),
        }
    }

    /// The working value of a natural one.
    #[must_use]
    pub fn working(self, natural: f64) -> f64 {
        match self {
            Self::Identity => natural,
            Self::Log => natural.ln(),
            Self::Logit => (natural / (1.0 - natural)).ln(),
        }
    }
}

/// A parameter of a distribution: its name on the natural scale, and its link.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Parameter {
    pub(super) name: String,
    pub(super) link: Link,
    /// Has it a value of its own, beside what covariates add?
    pub(super) intercept: bool,
}

impl Parameter {
    /// A parameter of this name.
    #[must_use]
    pub fn new(name: impl Into<String>, link: Link) -> Self {
        Self { name: name.into(), link, intercept: true }
    }

    /// The same without a value of its own: it is 0, but for what covariates add.
    #[must_use]
    pub fn without_intercept(self) -> Self {
        Self { intercept: false, ..self }
    }

    /// The name on the natural scale, such as `shape`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The link.
    #[must_use]
    pub fn link(&self) -> Link {
        self.link
    }

    /// The name on the working scale, such as `log(shape)`.
    #[must_use]
    pub fn working_name(&self) -> String {
        match self.link {
            Link::Identity => self.name.clone(),
            Link::Log => format!("log({})", self.name),
            Link::Logit => format!("logit({})", self.name),
        }
    }
}

/// What the observations say at a glance, for starting values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Events by time under observation.
    pub rate: f64,
    /// Mean of the times, or of their logarithms where a distribution has positive times only.
    pub mean: f64,
    /// Standard deviation of the same.
    pub deviation: f64,
    /// The share of rows that are right censored.
    pub censored: f64,
}

/// A distribution of times, written once: values, gradients and Hessians follow.
///
/// Parameters come on their working scale, where every number is allowed ([`Link`]); the engine puts covariates, strata
/// and offsets into each of them, handles every kind of censoring, late entry and weights, and searches the maximum.
///
/// # Example
/// The Rayleigh distribution, `S(t) = exp(−(t/s)²)`, fitted to the times 1 and 3: `s² = (1 + 9)/2`.
/// ```
/// use greenwood::survival::regression::parametric::{Distribution, Link, Parameter, Real, Summary};
/// use greenwood::survival::{Design, Parametric, RightCensored};
///
/// #[derive(Debug, Clone)]
/// struct Rayleigh;
///
/// impl Distribution for Rayleigh {
///     fn parameters(&self) -> Vec<Parameter> {
///         vec![Parameter::new("s", Link::Log)]
///     }
///     fn log_survival<T: Real>(&self, t: f64, parameters: &[T]) -> T {
///         -parameters[0].scale(-2.0).exp().scale(t * t)
///     }
///     fn log_density<T: Real>(&self, t: f64, parameters: &[T]) -> T {
///         parameters[0].scale(-2.0).shift((2.0 * t).ln()) + self.log_survival(t, parameters)
///     }
///     fn starts(&self, data: &Summary) -> Vec<Vec<f64>> {
///         vec![vec![data.mean]]
///     }
/// }
/// let data = RightCensored::new(&[1.0, 3.0], &[true, true])?;
/// let fit = Parametric::of(Rayleigh).fit(&data, &Design::without_covariates(2))?;
/// assert!((fit.coefficients()[0] - 5f64.sqrt().ln()).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
pub trait Distribution: Clone + Debug {
    /// The parameters, in the order in which they are reported.
    fn parameters(&self) -> Vec<Parameter>;

    /// The parameter that the covariates act on where nothing else is said.
    fn location(&self) -> usize {
        0
    }

    /// Are all times above 0?
    fn is_positive(&self) -> bool {
        true
    }

    /// `ln S(t)` at a time inside the support.
    fn log_survival<T: Real>(&self, t: f64, parameters: &[T]) -> T;

    /// `ln f(t)` at a time inside the support.
    fn log_density<T: Real>(&self, t: f64, parameters: &[T]) -> T;

    /// Working values to start from, the most plausible first: one for each parameter.
    fn starts(&self, data: &Summary) -> Vec<Vec<f64>>;

    /// The standard distribution of a location-scale family, for which the engine has a short formula.
    #[doc(hidden)]
    fn standard_form(&self) -> Option<Standard> {
        None
    }

    /// What becomes of the working values where time is measured in this unit: factor and summand of each on the way back,
    /// Returns `None` if no parameter has the unit of time.
    #[doc(hidden)]
    fn in_unit(&self, _unit: f64) -> Option<Vec<(f64, f64)>> {
        None
    }

    /// Is this parameter a shape that may run to ±∞ together with the logarithms of others?
    #[doc(hidden)]
    fn is_unbounded_shape(&self, _parameter: usize) -> bool {
        false
    }

    /// `ln P(L < T ≤ R)` where the survival function changes by less than a part in 10⁹; `lost` where the difference of its
    /// logarithms is next to rounding. `None` if that difference is good enough.
    #[doc(hidden)]
    fn log_narrow<T: Real>(&self, limits: [f64; 2], lost: bool, parameters: &[T]) -> Option<T> {
        lost.then(|| middle(self, limits, parameters))
    }

    /// `ln S(to) − ln S(from)`, from the difference of the times: both may be large beside it. `None` if there is no such formula.
    #[doc(hidden)]
    fn log_conditional<T: Real>(&self, _from: f64, _to: f64, _parameters: &[T]) -> Option<T> {
        None
    }

    /// The distribution once what it takes from the data is known: the places of knots, by the log event times and how often
    /// each counts.
    #[doc(hidden)]
    fn resolved(&self, _log_event_times: &dyn Fn() -> Vec<(f64, f64)>) -> Result<Self> {
        Ok(self.clone())
    }

    /// The same distributions in parameters that a search tells better from each other, and the matrix, row-major, by which those
    /// of this one follow: its first column is `1, 0, …`. `None` where these are as good as any.
    #[doc(hidden)]
    fn conditioned(&self) -> Option<(Self, Vec<f64>)> {
        None
    }

    /// Does a covariate on the location act on the whole history, and not on the hazard of the moment alone? Then
    /// covariates that change within a subject are refused.
    fn is_accelerated(&self) -> bool {
        true
    }

    /// `ln` of the hazard at t.
    fn log_hazard<T: Real>(&self, t: f64, parameters: &[T]) -> T {
        self.log_density(t, parameters) - self.log_survival(t, parameters)
    }

    /// The time at which `ln S` falls to `target`; infinite where it never does. By bisection on the logarithm of time
    /// (on time itself where it may be negative), to the last bits.
    fn quantile(&self, target: f64, parameters: &[f64]) -> f64 {
        let positive = self.is_positive();
        let t_of = |y: f64| if positive { y.exp() } else { y };
        let above = |y: f64| self.log_survival(t_of(y), parameters) > target;
        let limit = if positive { 709.0 } else { 1e300 };
        let mut reach = 1.0;
        while reach < limit && (!above(-reach) || above(reach)) {
            reach *= 2.0;
        }
        let (mut low, mut high) = (-f64::min(reach, limit), f64::min(reach, limit));
        if above(high) {
            return f64::INFINITY;
        }
        if !above(low) {
            return t_of(low);
        }
        for _ in 0..2000 {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                break;
            }
            if above(middle) { low = middle } else { high = middle }
        }
        t_of(f64::midpoint(low, high))
    }
}

/// `ln ∫ f` over an interval in which the density, of log time where times are positive, does not bend: the density in the
/// middle by the width.
pub(super) fn middle<D: Distribution, T: Real>(
    distribution: &D,
    [lower, upper]: [f64; 2],
    parameters: &[T],
) -> T {
    let width = upper - lower;
    if distribution.is_positive() {
        let t = lower.sqrt() * upper.sqrt();
        distribution.log_density(t, parameters).shift(t.ln() + (width / lower).ln_1p().ln())
    } else {
        distribution.log_density(lower + 0.5 * width, parameters).shift(width.ln())
    }
}
