//! The test that a hazard ratio is a given number: superiority at 1, non-inferiority at a margin.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::Error;
#[cfg(feature = "serde")]
use crate::error::Result;
use crate::numeric::distribution::{normal_sf, normal_two_sided};
use crate::print::{Number, PValue, pair};
use crate::survival::result::alternative::Alternative;
use crate::survival::result::direction::Direction;
use crate::survival::result::test::TestSummary;

/// Which test of a hazard ratio it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum RatioTestMethod {
    /// The log-rank test with the risk sets weighted by the ratio, hypergeometric variance.
    LogRank,
    /// The score test of a Cox model, the other coefficients at their best.
    CoxScore,
}

impl fmt::Display for RatioTestMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LogRank => "log-rank test",
            Self::CoxScore => "score test of a Cox model",
        })
    }
}

/// The test that the hazard of a group is so many times that of another.
///
/// z is above 0 where the group has more events than the ratio explains. For non-inferiority the ratio is the margin: with a margin
/// above 1 and an event to be avoided, [`FirstLower`](Alternative::FirstLower) is what is to be shown.
///
/// # Example
/// ```
/// use greenwood::survival::{Groups, RightCensored};
/// use greenwood::survival::contrast::InvertedLogRank;
/// use greenwood::survival::result::{Alternative, Direction};
///
/// let data = RightCensored::new(&[9., 8., 7., 6., 5., 1., 2., 3., 4., 2.5], &[true; 10])?;
/// let arm = Groups::from_codes(&[0, 0, 0, 0, 0, 1, 1, 1, 1, 1], &["new", "old"])?;
/// let margin = InvertedLogRank::fit(&data, &arm, "new", "old")?.test(1.3)?.direction(Direction::Unwanted);
/// assert!(margin.one_sided_p_value(Alternative::FirstLower).unwrap() < 0.025);
/// let text = margin.sentence(Alternative::FirstLower);
/// assert!(text.starts_with("the rate of events in new is below 1.3 times that in old: one-sided p"));
/// assert!(text.ends_with("that would make new non-inferior to old by this margin"));
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Com-Nougué, Rodary & Patte (1993), Stat Med 12:1353.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct RatioTest {
    group: String,
    reference: String,
    method: RatioTestMethod,
    ratio: f64,
    z: Option<f64>,
    direction: Direction,
}

/// A test as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    group: String,
    reference: String,
    method: RatioTestMethod,
    ratio: f64,
    z: Option<f64>,
    direction: Direction,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for RatioTest {
    type Error = Error;

    fn try_from(Raw { group, reference, method, ratio, z, direction }: Raw) -> Result<Self> {
        if !(ratio > 0.0 && ratio < f64::INFINITY) {
            return Err(Error::OutOfRange { argument: "ratio", value: ratio, must_be: "above 0 and finite" });
        }
        if let Some(value) = z.filter(|z| !z.is_finite()) {
            return Err(Error::OutOfRange { argument: "z", value, must_be: "finite" });
        }
        Ok(Self { group, reference, method, ratio, z, direction })
    }
}

impl RatioTest {
    /// `ratio` is above 0 and finite.
    pub(crate) fn new(
        [group, reference]: [&str; 2],
        method: RatioTestMethod,
        ratio: f64,
        z: Option<f64>,
    ) -> Self {
        Self {
            group: group.to_string(),
            reference: reference.to_string(),
            method,
            ratio,
            z: z.filter(|z| z.is_finite()),
            direction: Direction::Unknown,
        }
    }

    /// Whether the event is wanted: what the [`sentence`](Self::sentence) says of it.
    #[must_use]
    pub fn direction(self, direction: Direction) -> Self {
        Self { direction, ..self }
    }

    /// The same test with other names for the groups.
    #[must_use]
    pub fn named(self, group: &str, reference: &str) -> Self {
        Self { group: group.to_string(), reference: reference.to_string(), ..self }
    }

    /// The group whose hazard is the numerator.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The group it is compared with.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// Which test it was.
    #[must_use]
    pub fn method(&self) -> RatioTestMethod {
        self.method
    }

    /// The ratio of the hypothesis.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    /// The score over its standard deviation, above 0 where the group has more events than the ratio explains. Returns `None` if
    /// nothing could be compared.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        self.z
    }

    /// The two-sided p-value.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.z.map(normal_two_sided)
    }

    /// The one-sided p-value: against the alternative that the ratio is lower, or higher, than the one tested.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> Option<f64> {
        let z = self.z?;
        Some(normal_sf(if alternative == Alternative::FirstHigher { z } else { -z }))
    }

    /// What the one-sided test asks, its p-value and, where the direction of the event is known, whether this is non-inferiority.
    #[must_use]
    pub fn sentence(&self, alternative: Alternative) -> String {
        let lower = alternative == Alternative::FirstLower;
        let side = if lower { "below" } else { "above" };
        let p = self
            .one_sided_p_value(alternative)
            .map_or("no p-value".to_string(), |p| format!("one-sided {:#}", PValue(p)));
        let (group, reference) = (&self.group, &self.reference);
        let asked = format!(
            "the rate of events in {group} is {side} {} times that in {reference}: {p}",
            Number(self.ratio)
        );
        let margin = match self.direction {
            Direction::Unknown => false,
            Direction::Unwanted => lower && self.ratio > 1.0,
            Direction::Wanted => !lower && self.ratio < 1.0,
        };
        if margin {
            return format!("{asked}; that would make {group} non-inferior to {reference} by this margin");
        }
        asked
    }
}

impl fmt::Display for RatioTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pair = pair(&self.group, &self.reference);
        write!(f, "Hazard ratio of {} ({pair}, {}):", Number(self.ratio), self.method)?;
        match (self.z, self.p_value()) {
            (Some(z), Some(p)) => write!(f, " z = {:.3}, {:#}", Number(z), PValue(p)),
            _ => write!(f, " nothing is compared"),
        }
    }
}

impl From<&RatioTest> for TestSummary {
    fn from(test: &RatioTest) -> Self {
        let method = format!("{} at a ratio of {}", test.method, Number(test.ratio));
        Self::new(method, test.z, test.p_value())
    }
}
