//! Which interval for a small sample, and the one way to ask for it.

use std::fmt;

use crate::error::{Error, Result};
use crate::survival::curve::estimator::Estimator;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::{ConfidenceInterval, percent, z_of};
use crate::survival::small_sample::beta_product::{self, BetaProductLaw};
use crate::survival::small_sample::{borkowf, likelihood_ratio, rothman};

/// How an interval for small samples is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum SmallSampleMethod {
    /// Beta product confidence procedure.
    BetaProduct,
    /// Its mid-p form.
    BetaProductMidP,
    /// Thomas & Grunkemeier's likelihood ratio.
    LikelihoodRatio,
    /// Rothman's effective-size Wilson interval.
    Rothman,
    /// Borkowf's hybrid variance, symmetric in log S.
    Borkowf,
    /// The same around an estimate drawn towards ½ by 1/n.
    BorkowfShrunken,
}

/// Which interval for a small sample: method and level.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | constructor | beta product | the [`SmallSampleMethod`] | |
/// | [`level`](Self::level) | 0.95 | coverage | inside (0, 1) |
/// | [`law`](Self::law) | moments | how a product of betas is handled, for the beta product methods | |
///
/// A bare number is the beta product interval at that level.
///
/// # Coverage
/// Seeded simulation: 100,000 trials a cell, exponential event times, uniform censoring, 95 % intervals for
/// S(t). The share of trials whose interval missed the truth, in per cent, below / above (2.5 each is
/// nominal). Reproduce: `GREENWOOD_COVERAGE=1 cargo test --release --test studies coverage_study -- --nocapture`.
///
#[doc = include_str!("coverage.md")]
///
/// # Example
/// Failure-free at 36 months, 9 children: failures at 2, 6, 10, 12, 15, one lost at 4 months.
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored, SmallSample};
///
/// let months = [2., 4., 6., 10., 12., 15., 48., 53., 60.];
/// let failed = [true, false, true, true, true, true, false, false, false];
/// let curve = KaplanMeier::fit(&RightCensored::new(&months, &failed)?);
/// let interval = curve.small_sample_interval(36.0, SmallSample::beta_product())?;
/// assert_eq!(interval.to_string(), "0.087 to 0.760");
/// let mid_p = curve.small_sample_interval(36.0, SmallSample::beta_product_mid_p().level(0.95))?;
/// assert_eq!(mid_p.to_string(), "0.108 to 0.727");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SmallSample {
    method: SmallSampleMethod,
    pub(super) level: f64,
    pub(super) law: BetaProductLaw,
}

impl Default for SmallSample {
    fn default() -> Self {
        Self::beta_product()
    }
}

impl From<SmallSampleMethod> for SmallSample {
    fn from(method: SmallSampleMethod) -> Self {
        Self { method, level: 0.95, law: BetaProductLaw::default() }
    }
}

impl From<f64> for SmallSample {
    fn from(level: f64) -> Self {
        Self::default().level(level)
    }
}

impl SmallSample {
    /// The beta product confidence procedure.
    ///
    /// With `nᵢ` at risk and `dᵢ` events at the distinct times up to `t`, and `n` left at risk just after:
    /// `W⁻ = Π Beta(nᵢ − dᵢ + 1, dᵢ)`, `W⁺ = W⁻ · Beta(n, 1)`; the limits are the α/2 quantile of W⁺ and
    /// the 1 − α/2 quantile of W⁻, and never increase with time. Without censoring these are Clopper &
    /// Pearson's. Fay, Brittain & Proschan (2013), Biostatistics 14:723.
    #[must_use]
    pub fn beta_product() -> Self {
        SmallSampleMethod::BetaProduct.into()
    }

    /// Its mid-p form: quantiles of an even mixture of W⁻ and W⁺. Shorter; the coverage is close to the
    /// level on average but not guaranteed. Fay & Brittain (2016), Stat Med 35:2726.
    #[must_use]
    pub fn beta_product_mid_p() -> Self {
        SmallSampleMethod::BetaProductMidP.into()
    }

    /// The likelihood-ratio interval: all values of S(t) that
    /// `2 Σ [nᵢ log(1 + λ/nᵢ) − (nᵢ − dᵢ) log(1 + λ/(nᵢ − dᵢ))] ≤ χ²₁` admits, with
    /// `S = Π (1 − dᵢ/(nᵢ + λ))`. Thomas & Grunkemeier (1975), J Am Stat Assoc 70:865.
    ///
    /// Before the first event the likelihood of S(t) is `S^n` with the `n` still at risk, so the limits are
    /// `exp(−χ²₁/2n)` and 1; where S is 0 the lower limit is 0.
    #[must_use]
    pub fn likelihood_ratio() -> Self {
        SmallSampleMethod::LikelihoodRatio.into()
    }

    /// Wilson's score interval for a proportion with the effective sample size `n̂ = S(1 − S)/V`, V being
    /// the curve's variance. Rothman (1978), J Chronic Dis 31:557. None where S is 0 or 1.
    #[must_use]
    pub fn rothman() -> Self {
        SmallSampleMethod::Rothman.into()
    }

    /// Borkowf's hybrid variance `w(1 − w)/(n − c)`, `c` of `n` censored before the time and `w` the value
    /// nearest to ½ between S and the share that has not failed, on the log scale.
    /// Borkowf (2005), Stat Med 24:827. The upper limit is cut to 1; none where S is 0.
    #[must_use]
    pub fn borkowf() -> Self {
        SmallSampleMethod::Borkowf.into()
    }

    /// The same with S and w drawn towards ½: `S(1 − 1/n) + 1/2n`, so that there is an interval at S = 1 and
    /// S = 0 too.
    #[must_use]
    pub fn borkowf_shrunken() -> Self {
        SmallSampleMethod::BorkowfShrunken.into()
    }

    /// The coverage, inside (0, 1).
    #[must_use]
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// How the beta product methods handle the product of beta variables.
    #[must_use]
    pub fn law(self, law: BetaProductLaw) -> Self {
        Self { law, ..self }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> SmallSampleMethod {
        self.method
    }

    /// The coverage asked for.
    #[must_use]
    pub fn confidence_level(&self) -> f64 {
        self.level
    }
}

impl fmt::Display for SmallSample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.method {
            SmallSampleMethod::BetaProduct => "beta product",
            SmallSampleMethod::BetaProductMidP => "beta product, mid-p",
            SmallSampleMethod::LikelihoodRatio => "likelihood ratio",
            SmallSampleMethod::Rothman => "Rothman-Wilson",
            SmallSampleMethod::Borkowf => "Borkowf",
            SmallSampleMethod::BorkowfShrunken => "Borkowf, shrunken",
        };
        f.pad(&format!("{}% CI, {name}", percent(self.level)))
    }
}

impl SurvivalCurve {
    /// An interval for S(t) that does not lean on a normal approximation, or leans less.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1) or `t` is negative or NaN.
    /// [`Error::Unsupported`] where the method has no meaning for the data: the beta product and Borkowf's
    /// method count subjects (no sampling weights, clusters or fractional weights) who are all under
    /// observation from the start (no delayed entry); the likelihood ratio needs independent subjects.
    ///
    /// # Example
    /// Nobody failed, yet the interval is honest about how few were watched:
    /// ```
    /// use greenwood::survival::{KaplanMeier, RightCensored, SmallSample};
    ///
    /// let curve = KaplanMeier::fit(&RightCensored::new(&[3.0, 4.0, 5.0, 6.0], &[false; 4])?);
    /// let interval = curve.small_sample_interval(2.0, SmallSample::beta_product())?;
    /// assert_eq!(interval.to_string(), "0.398 to 1.000"); // Clopper-Pearson of 4 of 4
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn small_sample_interval(&self, t: f64, how: impl Into<SmallSample>) -> Result<ConfidenceInterval> {
        let how = how.into();
        z_of(how.level)?;
        check_time(t)?;
        let bounds = match how.method {
            SmallSampleMethod::BetaProduct => {
                Some(beta_product::limits(self, t, (how.level, how.law), false)?)
            }
            SmallSampleMethod::BetaProductMidP => {
                Some(beta_product::limits(self, t, (how.level, how.law), true)?)
            }
            SmallSampleMethod::LikelihoodRatio => Some(likelihood_ratio::limits(self, t, how.level)?),
            SmallSampleMethod::Rothman => rothman::limits(self, t, how.level)?,
            SmallSampleMethod::Borkowf => borkowf::limits(self, t, how.level, false)?,
            SmallSampleMethod::BorkowfShrunken => borkowf::limits(self, t, how.level, true)?,
        };
        Ok(ConfidenceInterval::new(bounds, how.level))
    }

    /// For methods that are about so many of so many independent subjects.
    pub(super) fn require_counts(&self, method: &'static str) -> Result<()> {
        let refuse = |with, why| Err(Error::Unsupported { method, with, why });
        self.require_independent(method)?;
        if self.is_of_censoring() {
            return refuse(
                "a censoring distribution",
                "at a time with both, events leave its risk sets first",
            );
        }
        if self.table().rows().any(|r| r.entered_subjects > 0) {
            let why = "its guarantee is for subjects under observation from the start; use the likelihood-ratio interval";
            return refuse("delayed entry", why);
        }
        if self.table().rows().any(|r| r.at_risk.fract() != 0.0 || r.events.fract() != 0.0) {
            return refuse("fractional weights", "it counts subjects: use whole numbers (rows repeated)");
        }
        Ok(())
    }

    /// For methods that need a Kaplan-Meier curve of independent subjects.
    pub(super) fn require_independent(&self, method: &'static str) -> Result<()> {
        let refuse = |with, why| Err(Error::Unsupported { method, with, why });
        if self.estimator() != Estimator::KaplanMeier {
            return refuse(
                "a curve that is not a Kaplan-Meier estimate",
                "its law is that of the product limit",
            );
        }
        if self.is_robust() || self.table().has_sampling_weights() {
            let why = "it takes subjects as independent and equal: use a robust interval (`Interval`)";
            return refuse("sampling weights or clusters", why);
        }
        Ok(())
    }
}

pub(super) fn check_time(t: f64) -> Result<()> {
    if t >= 0.0 { Ok(()) } else { Err(Error::OutOfRange { argument: "t", value: t, must_be: "at least 0" }) }
}
