//! A hazard ratio and its variance from whatever a report gives: an interval, a p-value, O − E, or the
//! curves.

use std::fmt;

use crate::error::{Error, Result, check_len};
use crate::numeric::distribution::{normal_quantile, normal_two_sided};
use crate::survival::result::interval::{ConfidenceInterval, Interval};
#[cfg(feature = "serde")]
use crate::survival::result::stored::checked_when_read;

/// Which way an effect points that is known by its p-value alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Direction {
    /// The first group has the lower hazard: its ratio is below 1.
    Lower,
    /// The first group has the higher hazard.
    Higher,
}

/// How many events there were, as far as the report says.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum EventCount {
    /// In each group: `V = d₁d₂/(d₁ + d₂)`.
    PerGroup {
        /// In the first group.
        first: f64,
        /// In the second.
        second: f64,
    },
    /// In all, with the subjects randomised to each group: `V = d n₁n₂/(n₁ + n₂)²`, a quarter of `d` if they
    /// are equal.
    Total {
        /// Events.
        events: f64,
        /// Randomised to the first group (or its part of the ratio).
        first: f64,
        /// Randomised to the second.
        second: f64,
    },
}

/// A curve read off a figure at the ends of intervals, with the numbers at risk below it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurveReading<'a> {
    /// The survival probability at each time, from 1 at the start.
    pub survival: &'a [f64],
    /// The number at risk at the same times.
    pub at_risk: &'a [f64],
}

/// From what a ratio was derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum RatioSource {
    /// The ratio with a confidence interval.
    Interval,
    /// Observed − expected events with their variance.
    LogRank,
    /// A p-value and numbers of events.
    PValue,
    /// Two curves with numbers at risk.
    Curves,
}

impl fmt::Display for RatioSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Interval => "from its interval",
            Self::LogRank => "from O - E and V",
            Self::PValue => "from p and events",
            Self::Curves => "from the curves",
        })
    }
}

/// A hazard ratio as a meta-analysis needs it: the logarithm and its variance, recovered from a report.
///
/// | from | log ratio | its variance |
/// |---|---|---|
/// | [`from_interval`](Self::from_interval) | `ln HR` | `((ln U − ln L)/2z)²` |
/// | [`from_log_rank`](Self::from_log_rank) | `(O − E)/V` | `1/V` |
/// | [`from_p_value`](Self::from_p_value) | `±z/√V` | `1/V`, `V` from the events ([`EventCount`]) |
/// | [`from_curves`](Self::from_curves) | intervals, weighted by their precision | `1/Σ precision` |
///
/// # Example
/// A trial of neoadjuvant chemotherapy in bladder cancer reports 485 deaths among 491 + 485 patients and a
/// log-rank p = 0.075 in favour of chemotherapy (Lancet 1999, 354:533).
/// ```
/// use greenwood::trial::reconstruct::{Direction, EventCount, ReportedHazardRatio};
///
/// let deaths = EventCount::Total { events: 485.0, first: 491.0, second: 485.0 };
/// let ratio = ReportedHazardRatio::from_p_value(0.075, deaths, Direction::Lower)?.named("chemotherapy", "none");
/// assert_eq!(ratio.to_string(), "0.85 (95% CI 0.71 to 1.02), chemotherapy against none (from p and events)");
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Parmar, Torri & Stewart (1998), Stat Med 17:2815. Williamson, Tudur Smith, Hutton & Marson (2002), Stat
/// Med 21:3337. Tierney, Stewart, Ghersi, Burdett & Sydes (2007), Trials 8:16.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReportedHazardRatio {
    of: String,
    against: String,
    log_estimate: f64,
    /// That of O − E: the reciprocal of the variance of the log ratio.
    information: f64,
    source: RatioSource,
}

#[cfg(feature = "serde")]
checked_when_read!(ReportedHazardRatio {
    of: String,
    against: String,
    log_estimate: f64,
    information: f64,
    source: RatioSource,
});

#[cfg(feature = "serde")]
impl ReportedHazardRatio {
    fn check(&self) -> crate::error::Result<()> {
        Self::new(self.log_estimate, self.information, self.source).map(|_| ())
    }
}

/// Beyond it the ratio or its reciprocal is no number.
const LARGEST_LOG: f64 = 700.0;

fn positive(argument: &'static str, value: f64) -> Result<f64> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(Error::OutOfRange { argument, value, must_be: "a finite number above 0" })
    }
}

impl ReportedHazardRatio {
    fn new(log_estimate: f64, information: f64, source: RatioSource) -> Result<Self> {
        positive("the information on the logarithm of the hazard ratio", information)?;
        if !(log_estimate.abs() <= LARGEST_LOG) {
            let (argument, must_be) =
                ("the logarithm of the hazard ratio", "a number whose exponential is one");
            return Err(Error::OutOfRange { argument, value: log_estimate, must_be });
        }
        let (of, against) = ("the first group".to_string(), "the second".to_string());
        Ok(Self { of, against, log_estimate, information, source })
    }

    /// The same ratio with the names of the groups: the first is the one whose hazard is the numerator.
    #[must_use]
    pub fn named(self, of: &str, against: &str) -> Self {
        Self { of: of.to_string(), against: against.to_string(), ..self }
    }

    /// From a ratio and its confidence interval. The standard error follows from the width of the interval on
    /// the log scale, whether the ratio lies in its middle or, as printed ratios do, only nearly so.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a ratio or limit that is not above 0, limits that do not enclose the ratio,
    /// or a level outside (0, 1).
    pub fn from_interval(ratio: f64, limits: (f64, f64), level: f64) -> Result<Self> {
        let (lower, upper) = (positive("lower limit", limits.0)?, positive("upper limit", limits.1)?);
        positive("hazard ratio", ratio)?;
        if !(lower < upper && lower <= ratio && ratio <= upper) {
            let must_be = "within its limits, the lower of which is the smaller";
            return Err(Error::OutOfRange { argument: "hazard ratio", value: ratio, must_be });
        }
        let z = Interval::log().level(level).z()?;
        let std_error = (upper / lower).ln() / (2.0 * z);
        Self::new(ratio.ln(), std_error.powi(-2), RatioSource::Interval)
    }

    /// From observed − expected events of the first group and their variance.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the variance is not above 0 or the difference not finite.
    pub fn from_log_rank(observed_minus_expected: f64, variance: f64) -> Result<Self> {
        let v = positive("variance of O - E", variance)?;
        if !observed_minus_expected.is_finite() {
            let (argument, must_be) = ("O - E", "a finite number");
            return Err(Error::OutOfRange { argument, value: observed_minus_expected, must_be });
        }
        Self::new(observed_minus_expected / v, v, RatioSource::LogRank)
    }

    /// From a two-sided p-value (of a log-rank test or a Cox model), the events, and the direction of the
    /// effect.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a p-value outside (0, 1] or counts that are not above 0.
    pub fn from_p_value(p: f64, events: EventCount, direction: Direction) -> Result<Self> {
        if !(p > 0.0 && p <= 1.0) {
            return Err(Error::OutOfRange { argument: "p", value: p, must_be: "above 0 and at most 1" });
        }
        let v = events.information()?;
        // The lower tail keeps its digits where p is tiny; at p = 1 both are exactly in the middle.
        let z = if p < 1.0 { normal_quantile(p / 2.0) } else { 0.0 };
        let sign = if direction == Direction::Lower { 1.0 } else { -1.0 };
        Self::new(sign * z / v.sqrt(), v, RatioSource::PValue)
    }

    /// From two curves read at the same times, with the numbers at risk at each.
    ///
    /// Within an interval that starts with `R` and ends with `R′` at risk and takes the curve from `S` to
    /// `S′`, censoring is taken to be even: `d = (R + R′)(S − S′)/(S + S′)` events among `R − c/2`
    /// effectively at risk, `c` being the censored. The log ratio of the interval is that of the two rates,
    /// its variance `1/d₁ − 1/r₁ + 1/d₂ − 1/r₂`. An interval in which a group has no event has no such ratio
    /// and contributes nothing.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Empty`] for fewer than two times; [`Error::InvalidProbability`];
    /// [`Error::NotMonotone`] where a curve or a number at risk rises; [`Error::Unsupported`] where no
    /// interval has events in both groups.
    pub fn from_curves(first: CurveReading, second: CurveReading) -> Result<Self> {
        first.check("first curve")?;
        second.check("second curve")?;
        check_len("second curve", second.survival.len(), "first curve", first.survival.len())?;
        let (mut weights, mut sum) = (0.0, 0.0);
        for i in 1..first.survival.len() {
            let ((d1, r1), (d2, r2)) = (first.interval(i), second.interval(i));
            if d1 > 0.0 && d2 > 0.0 {
                let variance = (1.0 / d1 - 1.0 / r1) + (1.0 / d2 - 1.0 / r2);
                if variance > 0.0 {
                    weights += 1.0 / variance;
                    sum += ((d1 / r1) / (d2 / r2)).ln() / variance;
                }
            }
        }
        if !(weights > 0.0 && weights.is_finite()) {
            let (method, with) =
                ("a hazard ratio from curves", "no interval in which both groups have events");
            return Err(Error::Unsupported { method, with, why: "choose longer intervals" });
        }
        Self::new(sum / weights, weights, RatioSource::Curves)
    }

    /// The group whose hazard is the numerator.
    #[must_use]
    pub fn of(&self) -> &str {
        &self.of
    }

    /// The reference group.
    #[must_use]
    pub fn against(&self) -> &str {
        &self.against
    }

    /// The ratio.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        self.log_estimate.exp()
    }

    /// Its logarithm.
    #[must_use]
    pub fn log_estimate(&self) -> f64 {
        self.log_estimate
    }

    /// The standard error of its logarithm.
    #[must_use]
    pub fn log_std_error(&self) -> f64 {
        self.information.sqrt().recip()
    }

    /// Observed − expected events of the first group: the log ratio times [`variance`](Self::variance).
    #[must_use]
    pub fn observed_minus_expected(&self) -> f64 {
        self.log_estimate * self.information
    }

    /// The variance `V` of observed − expected: the reciprocal of that of the log ratio.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.information
    }

    /// From what it was derived.
    #[must_use]
    pub fn source(&self) -> RatioSource {
        self.source
    }

    /// The two-sided p-value of the ratio over its standard error.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        normal_two_sided(self.log_estimate * self.information.sqrt())
    }

    /// `exp(log ratio ± z/√V)`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval(&self, level: f64) -> Result<ConfidenceInterval> {
        let half = Interval::log().level(level).z()? * self.log_std_error();
        let bounds = ((self.log_estimate - half).exp(), (self.log_estimate + half).exp());
        Ok(ConfidenceInterval::new(Some(bounds), level))
    }
}

impl EventCount {
    fn information(self) -> Result<f64> {
        Ok(match self {
            Self::PerGroup { first, second } => {
                let (a, b) = (
                    positive("events in the first group", first)?,
                    positive("events in the second group", second)?,
                );
                a * b / (a + b)
            }
            Self::Total { events, first, second } => {
                let d = positive("events", events)?;
                let (a, b) = (
                    positive("subjects in the first group", first)?,
                    positive("subjects in the second group", second)?,
                );
                d * (a / (a + b)) * (b / (a + b))
            }
        })
    }
}

impl CurveReading<'_> {
    fn check(&self, argument: &'static str) -> Result<()> {
        if self.survival.len() < 2 {
            return Err(Error::Empty { argument: "the list of intervals of a curve" });
        }
        check_len("at_risk", self.at_risk.len(), "survival", self.survival.len())?;
        for (index, &value) in self.survival.iter().enumerate() {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::InvalidProbability { argument, index, value });
            }
        }
        for &value in self.at_risk {
            if !(0.0..f64::INFINITY).contains(&value) {
                return Err(Error::OutOfRange {
                    argument: "at_risk",
                    value,
                    must_be: "finite and at least 0",
                });
            }
        }
        for (argument, values) in [(argument, self.survival), ("at_risk", self.at_risk)] {
            if let Some(i) = values.windows(2).position(|w| !(w[1] <= w[0])) {
                let (value, previous) = (values[i + 1], values[i]);
                let must = "neither a survival curve nor a number at risk can rise";
                return Err(Error::NotMonotone { argument, index: i + 1, value, previous, must });
            }
        }
        Ok(())
    }

    /// Events in the interval that ends with reading `i`, and the number effectively at risk.
    fn interval(&self, i: usize) -> (f64, f64) {
        let (s, end) = (self.survival[i - 1], self.survival[i]);
        let (r, left) = (self.at_risk[i - 1], self.at_risk[i]);
        if s <= 0.0 {
            return (0.0, 0.0);
        }
        // Fewer may have left than must have died: then nobody was censored.
        let censored = (2.0 * (r * end - left * s) / (s + end)).max(0.0);
        let effective = r - censored / 2.0;
        (effective * (1.0 - end / s), effective)
    }
}

impl fmt::Display for ReportedHazardRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        write!(f, "{:.decimals$}", self.estimate())?;
        let interval = self.interval(0.95).map_err(|_| fmt::Error)?;
        if let Some((lower, upper)) = interval.bounds() {
            write!(f, " (95% CI {lower:.decimals$} to {upper:.decimals$})")?;
        }
        write!(f, ", {} against {} ({})", self.of, self.against, self.source)
    }
}
