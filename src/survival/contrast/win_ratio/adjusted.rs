//! Win statistics whose pairs are weighted for censoring.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::Error;
#[cfg(feature = "serde")]
use crate::error::Result;
use crate::print::{Number, pair};
use crate::survival::contrast::win_ratio::shares::Shares;
use crate::survival::contrast::win_ratio::statistics::Divisor;
use crate::survival::result::estimate::Estimate;
use crate::survival::result::interval::Interval;
use crate::survival::result::printed::{PrintsLimits, prints_limits};
#[cfg(feature = "serde")]
use crate::survival::result::stored;

/// The shares of the pairs that one endpoint decides, censoring taken out.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EndpointShares {
    pub(super) name: String,
    pub(super) wins: f64,
    pub(super) losses: f64,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(EndpointShares { name: String, wins: f64, losses: f64 });

#[cfg(feature = "serde")]
impl EndpointShares {
    fn check(&self) -> crate::error::Result<()> {
        stored::probability("the share of wins", self.wins)?;
        stored::probability("the share of losses", self.losses)
    }
}

impl EndpointShares {
    /// The endpoint.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The share of all pairs that the first group wins on it.
    #[must_use]
    pub fn wins(&self) -> f64 {
        self.wins
    }

    /// The share that it loses.
    #[must_use]
    pub fn losses(&self) -> f64 {
        self.losses
    }
}

/// The outcome of [`WinRatio::estimate_adjusted`](crate::survival::WinRatio::estimate_adjusted): win ratio, win odds and net benefit up to the horizon, as they
/// would be without censoring.
///
/// # Example
/// One endpoint: the net benefit is `∫ S₁ dF₀ − ∫ S₀ dF₁` of the Kaplan-Meier curves up to the horizon.
/// ```
/// use greenwood::survival::{Groups, RightCensored, WinRatio};
///
/// let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, false, true, true, true, false])?;
/// let arm = Groups::from_codes(&[0, 0, 0, 1, 1, 1], &["new", "old"])?;
/// let wins = WinRatio::new().endpoint("death", &data).horizon(5.0).estimate_adjusted(&arm, "new", "old")?;
/// // S₁ falls to 2/3 at 1 and to 0 at 3, before anybody of "old" has died: all pairs are lost, not 6 of 9.
/// assert!((wins.net_benefit().value()? + 1.0).abs() < 1e-12);
/// assert!(wins.to_string().contains("weighted for censoring"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct AdjustedWinStatistics {
    pub(super) group: String,
    pub(super) reference: String,
    pub(super) subjects: [usize; 2],
    pub(super) endpoints: Vec<EndpointShares>,
    pub(super) divisor: Divisor,
    /// Of the shares of wins and losses: their variances and their covariance.
    pub(super) variance: Option<[f64; 3]>,
    pub(super) horizon: f64,
    pub(super) strata: usize,
    pub(super) strata_without_pairs: usize,
}

/// Statistics as they were written: checked before they are any.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    group: String,
    reference: String,
    subjects: [usize; 2],
    endpoints: Vec<EndpointShares>,
    divisor: Divisor,
    variance: Option<[f64; 3]>,
    horizon: f64,
    strata: usize,
    strata_without_pairs: usize,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for AdjustedWinStatistics {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        let shares = || raw.endpoints.iter().flat_map(|e| [e.wins, e.losses]);
        if let Some(share) = shares().find(|x| !(0.0..=1.0 + 1e-9).contains(x)) {
            return refuse("a share of the pairs", share, "in [0, 1]");
        }
        if shares().sum::<f64>() > 1.0 + 1e-9 {
            return refuse("the share of decided pairs", shares().sum(), "at most 1");
        }
        crate::survival::contrast::win_ratio::comparison::check_horizon(raw.horizon)?;
        crate::survival::contrast::win_ratio::stored::check_variance(raw.variance)?;
        if raw.strata_without_pairs > raw.strata {
            let value = raw.strata_without_pairs as f64;
            return refuse("the number of strata without pairs", value, "at most that of all");
        }
        let Raw {
            group,
            reference,
            subjects,
            endpoints,
            divisor,
            variance,
            horizon,
            strata,
            strata_without_pairs,
        } = raw;
        Ok(Self {
            group,
            reference,
            subjects,
            endpoints,
            divisor,
            variance,
            horizon,
            strata,
            strata_without_pairs,
        })
    }
}

impl AdjustedWinStatistics {
    /// The group whose wins are counted.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The group it is compared with.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The subjects of both groups.
    #[must_use]
    pub fn subjects(&self) -> [usize; 2] {
        self.subjects
    }

    /// The shares of wins and losses by the endpoint that decided, in the order of the hierarchy.
    #[must_use]
    pub fn endpoints(&self) -> &[EndpointShares] {
        &self.endpoints
    }

    /// The end of the comparisons.
    #[must_use]
    pub fn horizon(&self) -> f64 {
        self.horizon
    }

    /// The divisor of the variances.
    #[must_use]
    pub fn divisor(&self) -> Divisor {
        self.divisor
    }

    /// The strata with subjects of either group, and how many of them have subjects of one group only; none where the data
    /// have no strata.
    #[must_use]
    pub fn strata(&self) -> (usize, usize) {
        (self.strata, self.strata_without_pairs)
    }

    fn shares(&self) -> Shares {
        let sum = |f: fn(&EndpointShares) -> f64| self.endpoints.iter().map(f).sum();
        Shares {
            wins: sum(EndpointShares::wins),
            losses: sum(EndpointShares::losses),
            variance: self.variance,
        }
    }

    /// The share of the pairs that the first group wins.
    #[must_use]
    pub fn wins(&self) -> f64 {
        self.shares().wins
    }

    /// The share that it loses.
    #[must_use]
    pub fn losses(&self) -> f64 {
        self.shares().losses
    }

    /// The share of wins over that of losses.
    #[must_use]
    pub fn win_ratio(&self) -> Estimate {
        self.shares().win_ratio()
    }

    /// Wins and half of the ties over losses and half of the ties.
    #[must_use]
    pub fn win_odds(&self) -> Estimate {
        self.shares().win_odds()
    }

    /// The share of wins less the share of losses.
    #[must_use]
    pub fn net_benefit(&self) -> Estimate {
        self.shares().net_benefit()
    }
}

prints_limits!(AdjustedWinStatistics);

impl PrintsLimits for AdjustedWinStatistics {
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Win statistics weighted for censoring, {}: {} and {} subjects",
            pair(&self.group, &self.reference),
            self.subjects[0],
            self.subjects[1],
        )?;
        match self.strata {
            0 => {}
            1 => write!(f, " within 1 stratum")?,
            n => write!(f, " within {n} strata")?,
        }
        let divisor = if self.divisor == Divisor::N { "n" } else { "n − 1" };
        write!(f, ", up to time {} (variances divide by {divisor})", Number(self.horizon))?;
        let width = self.endpoints.iter().map(|e| e.name.chars().count()).max().unwrap_or(0).max(11);
        write!(f, "\n{:width$} {:>10} {:>10} {:>10}", "decided by", "won", "lost", "tied")?;
        let percent = |x: f64| format!("{:.1}%", 100.0 * x);
        let mut left = 1.0;
        for e in &self.endpoints {
            left -= e.wins + e.losses;
            let tied = percent(f64::max(left, 0.0));
            write!(f, "\n{:width$} {:>10} {:>10} {tied:>10}", e.name, percent(e.wins), percent(e.losses))?;
        }
        let text = |e: Estimate| e.sentence(true, interval, |x| format!("{:.3}", Number(x)));
        write!(f, "\n{:width$} {}", "win ratio", text(self.win_ratio()))?;
        write!(f, "\n{:width$} {}", "win odds", text(self.win_odds()))?;
        write!(f, "\n{:width$} {}", "net benefit", text(self.net_benefit()))?;
        match self.strata_without_pairs {
            0 => Ok(()),
            n => write!(f, "\n{n} of {} strata with subjects of one group only: no pairs", self.strata),
        }
    }
}
