//! Confidence intervals: on which scale, at which level, computed when asked for.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::print::{self, Number};

/// The scale on which a pointwise interval for a survival probability is symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Transform {
    /// `S ± z·se`, cut to [0, 1].
    Plain,
    /// Symmetric in log S (R's default); the upper limit is cut to 1.
    Log,
    /// Symmetric in log(−log S): Kalbfleisch & Prentice (1980). The default here; stays inside (0, 1).
    #[default]
    LogLog,
    /// Symmetric in log(S / (1 − S)).
    Logit,
    /// Symmetric in arcsin √S.
    Arcsine,
}

impl fmt::Display for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Plain => "plain",
            Self::Log => "log",
            Self::LogLog => "log-log",
            Self::Logit => "logit",
            Self::Arcsine => "arcsine",
        })
    }
}

/// How the lower limit accounts for the few who are left at risk long after the last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum LowerLimit {
    /// From the estimate's own standard error.
    #[default]
    Usual,
    /// Peto et al. (1977): from `√((1 − S)/n)` as the standard error of log S, `n` at risk now.
    Peto,
    /// Dorey & Korn (1987): the standard error grows by `√(n′/n)`, `n′` at risk at the last event.
    Modified,
}

/// Which confidence interval: transform, level and lower limit.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | constructor | the estimate's own scale: log-log for a survival probability | the [`Transform`] | |
/// | [`level`](Self::level) | 0.95 | coverage | inside (0, 1) |
/// | [`lower_limit`](Self::lower_limit) | usual | the [`LowerLimit`] | |
///
/// A bare number is the default interval at that level: `estimate.interval(0.90)`.
///
/// # Example
/// ```
/// use greenwood::survival::{Interval, KaplanMeier, RightCensored};
///
/// let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?);
/// let plain = curve.at(2.0).interval(Interval::plain().level(0.90))?;
/// let (lower, upper) = plain.bounds().unwrap();
/// assert!(lower < 0.5 && 0.5 < upper);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Interval {
    /// `None` for the estimate's own scale.
    transform: Option<Transform>,
    level: f64,
    lower: LowerLimit,
}

impl Default for Interval {
    fn default() -> Self {
        Self { transform: None, level: 0.95, lower: LowerLimit::default() }
    }
}

impl From<Transform> for Interval {
    fn from(transform: Transform) -> Self {
        Self { transform: Some(transform), ..Self::default() }
    }
}

impl From<f64> for Interval {
    fn from(level: f64) -> Self {
        Self::default().level(level)
    }
}

impl Interval {
    /// `S ± z·se`, cut to [0, 1].
    #[must_use]
    pub fn plain() -> Self {
        Transform::Plain.into()
    }

    /// Symmetric in log S: R's default.
    #[must_use]
    pub fn log() -> Self {
        Transform::Log.into()
    }

    /// Symmetric in log(−log S): the default here.
    #[must_use]
    pub fn log_log() -> Self {
        Transform::LogLog.into()
    }

    /// Symmetric in the log odds.
    #[must_use]
    pub fn logit() -> Self {
        Transform::Logit.into()
    }

    /// Symmetric in arcsin √S.
    #[must_use]
    pub fn arcsine() -> Self {
        Transform::Arcsine.into()
    }

    /// The coverage, inside (0, 1).
    #[must_use]
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// How the lower limit is found.
    #[must_use]
    pub fn lower_limit(self, lower: LowerLimit) -> Self {
        Self { lower, ..self }
    }

    /// The scale; `None` for the estimate's own, which is log-log for a survival probability.
    #[must_use]
    pub fn transform(&self) -> Option<Transform> {
        self.transform
    }

    /// The lower limit.
    #[must_use]
    pub fn lower(&self) -> LowerLimit {
        self.lower
    }

    /// The coverage asked for.
    #[must_use]
    pub fn confidence_level(&self) -> f64 {
        self.level
    }

    /// The level, for a method whose interval has no other scale.
    pub(crate) fn level_alone(&self, method: &'static str) -> Result<f64> {
        if self.transform.is_some() || self.lower != LowerLimit::Usual {
            let (with, why) =
                ("another scale or lower limit", "its limits come from the test: give a level alone");
            return Err(Error::Unsupported { method, with, why });
        }
        z_of(self.level)?;
        Ok(self.level)
    }

    /// The normal quantile of the level.
    pub(crate) fn z(&self) -> Result<f64> {
        z_of(self.level)
    }

    /// The interval of a probability with a standard error of its own scale.
    pub(crate) fn of_probability(&self, value: f64, std_error: f64) -> Result<ConfidenceInterval> {
        let log_se = std_error / value;
        Ok(ConfidenceInterval::new(self.limits(self.z()?, value, log_se, log_se), self.level))
    }

    /// The limits for `s` with `log_se`, the standard error of log S; `log_se_lower` is that of the lower limit.
    ///
    /// There are none where S is 0 or 1, or the standard error is 0: a width of 0 is no certainty. Formulas as in
    /// Klein & Moeschberger (2003), section 4.3, and Borgan & Liestøl (1990).
    pub(crate) fn limits(&self, z: f64, s: f64, log_se: f64, log_se_lower: f64) -> Option<(f64, f64)> {
        if !(s > 0.0 && s < 1.0 && log_se > 0.0 && log_se.is_finite() && log_se_lower > 0.0) {
            return None;
        }
        let (up, down) = (z * log_se, z * log_se_lower);
        Some(match self.transform.unwrap_or_default() {
            Transform::Plain => ((s - s * down).max(0.0), (s + s * up).min(1.0)),
            Transform::Log => ((s.ln() - down).exp(), (s.ln() + up).exp().min(1.0)),
            Transform::LogLog => {
                let (x, log) = ((-s.ln()).ln(), -s.ln());
                ((-(x + down / log).exp()).exp(), (-(x - up / log).exp()).exp())
            }
            Transform::Logit => {
                let (x, scale) = ((s / (1.0 - s)).ln(), (1.0 - s).recip());
                let expit = |x: f64| (1.0 + (-x).exp()).recip();
                (expit(x - down * scale), expit(x + up * scale))
            }
            Transform::Arcsine => {
                let (x, scale) = (s.sqrt().asin(), 0.5 * (s / (1.0 - s)).sqrt());
                let back = |x: f64| x.sin() * x.sin();
                let right_angle = std::f64::consts::FRAC_PI_2;
                (back((x - down * scale).max(0.0)), back((x + up * scale).min(right_angle)))
            }
        })
    }

    /// The standard error of log S that the lower limit uses.
    pub(crate) fn lower_log_se(&self, s: f64, log_se: f64, at_risk: f64, at_last_event: f64) -> f64 {
        match self.lower {
            LowerLimit::Peto if s < 1.0 => ((1.0 - s) / at_risk).sqrt(),
            LowerLimit::Modified if log_se > 0.0 => log_se * (at_last_event / at_risk).sqrt(),
            _ => log_se,
        }
    }
}

/// The normal quantile of a two-sided level.
pub(crate) fn z_of(level: f64) -> Result<f64> {
    if level > 0.0 && level < 1.0 {
        let tail = (1.0 - level) / 2.0;
        // By the small tail where its complement is a rounded one: 1 at the level next to 1.
        Ok(if tail < 1e-9 { -normal_quantile(tail) } else { normal_quantile(1.0 - tail) })
    } else {
        Err(Error::OutOfRange { argument: "level", value: level, must_be: "inside (0, 1), such as 0.95" })
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} CI", print::level(self.level))?;
        if let Some(transform) = self.transform {
            write!(f, ", {transform}")?;
        }
        match self.lower {
            LowerLimit::Usual => Ok(()),
            LowerLimit::Peto => write!(f, ", Peto lower limit"),
            LowerLimit::Modified => write!(f, ", modified lower limit"),
        }
    }
}

/// 0.95 as "95", 0.999 as "99.9".
pub(crate) fn percent(level: f64) -> f64 {
    (level * 1e10).round() / 1e8
}

/// An interval that covers the truth with the stated probability. A limit that does not exist (an upper
/// limit for a median that the curve never reaches, any limit where S is 0) is `None`.
///
/// # Example
/// ```
/// use greenwood::survival::{KaplanMeier, RightCensored};
///
/// let data = RightCensored::new(&[6.0, 7.0, 10.0, 15.0, 19.0], &[true, false, true, true, false])?;
/// let median = KaplanMeier::fit(&data).median().interval();
/// assert_eq!((median.lower, median.upper, median.level), (Some(6.0), None, 0.95));
/// assert_eq!(median.bounds(), None); // both limits, or none
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct ConfidenceInterval {
    /// The lower limit.
    pub lower: Option<f64>,
    /// The upper limit.
    pub upper: Option<f64>,
    /// The coverage.
    pub level: f64,
}

/// An interval as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    lower: Option<f64>,
    upper: Option<f64>,
    level: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for ConfidenceInterval {
    type Error = Error;

    fn try_from(Raw { lower, upper, level }: Raw) -> Result<Self> {
        z_of(level)?;
        if let Some((lower, upper)) = lower.zip(upper)
            && !(lower <= upper)
        {
            let must_be = "at most the upper one";
            return Err(Error::OutOfRange { argument: "the lower limit", value: lower, must_be });
        }
        Ok(Self { lower, upper, level })
    }
}

impl ConfidenceInterval {
    /// A limit that is NaN is none; two that a search left in the wrong order (a level near 0) are exchanged.
    pub(crate) fn new(bounds: Option<(f64, f64)>, level: f64) -> Self {
        let bounds = bounds.map(|(lower, upper)| if lower > upper { (upper, lower) } else { (lower, upper) });
        let number = |limit: Option<f64>| limit.filter(|x| !x.is_nan());
        Self { lower: number(bounds.map(|b| b.0)), upper: number(bounds.map(|b| b.1)), level }
    }

    /// Both limits, where both exist.
    #[must_use]
    pub fn bounds(&self) -> Option<(f64, f64)> {
        self.lower.zip(self.upper)
    }

    /// Does the interval hold `value`? A missing limit holds everything on its side.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.lower.is_none_or(|l| l <= value) && self.upper.is_none_or(|u| value <= u)
    }

    /// `0.34 to 1.14` with each limit written by `text`; one that is missing is a dash, and so are two.
    #[must_use]
    pub fn limits(&self, text: impl Fn(f64) -> String) -> String {
        if self.lower.is_none() && self.upper.is_none() {
            return print::MISSING.to_string();
        }
        format!("{} to {}", print::or_missing(self.lower, &text), print::or_missing(self.upper, &text))
    }

    /// `(95% CI 0.34 to 1.14)`, or `(no interval)` where neither limit exists.
    #[must_use]
    pub fn in_brackets(&self, text: impl Fn(f64) -> String) -> String {
        if self.lower.is_none() && self.upper.is_none() {
            return "(no interval)".to_string();
        }
        format!("({} CI {})", print::level(self.level), self.limits(text))
    }
}

/// `0.620 to 0.952`, with as many decimals as asked for (three by default); `–` stands for no limit, and alone for
/// no interval.
impl fmt::Display for ConfidenceInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        print::pad(f, &self.limits(|x| format!("{:.decimals$}", Number(x))))
    }
}
