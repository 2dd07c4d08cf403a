//! Win ratio, win odds and net benefit with their errors.

use std::fmt;

use crate::error::NotEstimable;
use crate::print::{PValue, pair};
use crate::survival::contrast::win_ratio::finkelstein_schoenfeld::FinkelsteinSchoenfeld;
use crate::survival::contrast::win_ratio::pairs::Tally;
use crate::survival::result::estimate::{Estimate, Scale};

/// By what the sum of squares in a U-statistic's variance is divided. With nine in a group it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Divisor {
    /// By n − 1: unbiased for the covariances, a little wider.
    #[default]
    NMinusOne,
    /// By n: the maximum likelihood form.
    N,
}

/// Wins and losses that one endpoint decided.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EndpointWins {
    name: String,
    wins: u64,
    losses: u64,
}

impl EndpointWins {
    /// The endpoint.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Pairs that the first group won on it.
    #[must_use]
    pub fn wins(&self) -> u64 {
        self.wins
    }

    /// Pairs that the first group lost on it.
    #[must_use]
    pub fn losses(&self) -> u64 {
        self.losses
    }
}

/// The outcome of a [`WinRatio`](crate::survival::WinRatio) comparison.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct WinStatistics {
    group: String,
    reference: String,
    subjects: [usize; 2],
    endpoints: Vec<EndpointWins>,
    divisor: Divisor,
    /// Of the shares of wins and losses: their variances and their covariance.
    variance: Option<[f64; 3]>,
    finkelstein_schoenfeld: FinkelsteinSchoenfeld,
}

/// Win statistics as they were written: checked before they are any.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    group: String,
    reference: String,
    subjects: [usize; 2],
    endpoints: Vec<EndpointWins>,
    divisor: Divisor,
    variance: Option<[f64; 3]>,
    finkelstein_schoenfeld: FinkelsteinSchoenfeld,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for WinStatistics {
    type Error = crate::error::Error;

    fn try_from(raw: Raw) -> crate::error::Result<Self> {
        let refuse = |argument, value, must_be| Err(Self::Error::OutOfRange { argument, value, must_be });
        let Raw { group, reference, subjects, endpoints, divisor, variance, finkelstein_schoenfeld } = raw;
        let pairs = (subjects[0] as u64).checked_mul(subjects[1] as u64).unwrap_or(0);
        if pairs == 0 {
            return refuse("the number of pairs", pairs as f64, "at least 1, and countable");
        }
        let decided =
            endpoints.iter().try_fold(0_u64, |sum, e| sum.checked_add(e.wins)?.checked_add(e.losses));
        if decided.is_none_or(|decided| decided > pairs) {
            let decided = decided.unwrap_or(u64::MAX) as f64;
            return refuse("the number of decided pairs", decided, "no more than the pairs");
        }
        if let Some([w, l, both]) = variance
            && !(w >= 0.0
                && l >= 0.0
                && w.max(l) < f64::INFINITY
                && both * both <= w * l * (1.0 + 1e-9) + 1e-30)
        {
            return refuse("a covariance of wins and losses", both, "one of finite variances of at least 0");
        }
        Ok(Self { group, reference, subjects, endpoints, divisor, variance, finkelstein_schoenfeld })
    }
}

impl WinStatistics {
    pub(super) fn new<'n>(
        names: impl Iterator<Item = &'n str>,
        divisor: Divisor,
        labels: [&str; 2],
        members: &[Vec<usize>],
        tally: &Tally,
    ) -> Self {
        let subjects = [members[0].len(), members[1].len()];
        let endpoints = names
            .zip(&tally.by_endpoint)
            .map(|(name, &[wins, losses])| EndpointWins { name: name.to_string(), wins, losses })
            .collect();
        Self {
            group: labels[0].to_string(),
            reference: labels[1].to_string(),
            subjects,
            endpoints,
            divisor,
            variance: variance(tally, subjects, divisor),
            finkelstein_schoenfeld: FinkelsteinSchoenfeld::new(tally, subjects),
        }
    }

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

    /// Wins and losses by the endpoint that decided, in the order of the hierarchy.
    #[must_use]
    pub fn endpoints(&self) -> &[EndpointWins] {
        &self.endpoints
    }

    /// Pairs that the first group won.
    #[must_use]
    pub fn wins(&self) -> u64 {
        self.endpoints.iter().map(|e| e.wins).sum()
    }

    /// Pairs that it lost.
    #[must_use]
    pub fn losses(&self) -> u64 {
        self.endpoints.iter().map(|e| e.losses).sum()
    }

    /// All pairs.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.subjects[0] as u64 * self.subjects[1] as u64
    }

    /// Pairs that no endpoint decided.
    #[must_use]
    pub fn ties(&self) -> u64 {
        self.pairs() - self.wins() - self.losses()
    }

    /// The divisor of the variances.
    #[must_use]
    pub fn divisor(&self) -> Divisor {
        self.divisor
    }

    fn shares(&self) -> (f64, f64) {
        let pairs = self.pairs() as f64;
        (self.wins() as f64 / pairs, self.losses() as f64 / pairs)
    }

    /// Wins over losses: above 1 the first group wins more than it loses.
    #[must_use]
    pub fn win_ratio(&self) -> Estimate {
        let (w, l) = self.shares();
        let variance = self
            .variance
            .and_then(|[ww, ll, wl]| without_noise([ww / (w * w), ll / (l * l), -2.0 * wl / (w * l)]));
        let std_error = variance.map(f64::sqrt).ok_or(NotEstimable::NoVariation);
        Estimate::with_error(Scale::Log, (w / l).ln(), std_error)
    }

    /// Wins and half of the ties over losses and half of the ties.
    #[must_use]
    pub fn win_odds(&self) -> Estimate {
        let (w, l) = self.shares();
        let benefit = w - l;
        // The odds are (1 + benefit)/(1 − benefit).
        let slope = 2.0 / (1.0 - benefit * benefit);
        let std_error = self.benefit_error().map(|se| slope * se);
        Estimate::with_error(Scale::Log, ((1.0 + benefit) / (1.0 - benefit)).ln(), std_error)
    }

    /// The share of wins less the share of losses.
    #[must_use]
    pub fn net_benefit(&self) -> Estimate {
        let (w, l) = self.shares();
        Estimate::with_error(Scale::Identity, w - l, self.benefit_error()).within(-1.0, 1.0)
    }

    fn benefit_error(&self) -> Result<f64, NotEstimable> {
        let error = self.variance.and_then(|[ww, ll, wl]| without_noise([ww, ll, -2.0 * wl])).map(f64::sqrt);
        error.ok_or(NotEstimable::NoVariation)
    }

    /// The Finkelstein-Schoenfeld test that no group wins more than it loses.
    #[must_use]
    pub fn finkelstein_schoenfeld(&self) -> FinkelsteinSchoenfeld {
        self.finkelstein_schoenfeld
    }
}

/// The sum of the parts of a variance, unless it is but the rounding that their cancelling leaves.
fn without_noise(parts: [f64; 3]) -> Option<f64> {
    let (variance, size) = (parts.iter().sum::<f64>(), parts.iter().map(|p| p.abs()).sum::<f64>());
    Some(variance).filter(|v| *v > 64.0 * f64::EPSILON * size)
}

/// Hoeffding's first-order variances of the shares of wins and losses and their covariance: the covariance of
/// each subject's own share over its group, summed over the two groups.
fn variance(tally: &Tally, subjects: [usize; 2], divisor: Divisor) -> Option<[f64; 3]> {
    let mut total = [0.0; 3];
    for group in 0..2 {
        let (n, opponents) = (subjects[group] as f64, subjects[1 - group] as f64);
        let divide_by = match divisor {
            Divisor::N => n,
            Divisor::NMinusOne => n - 1.0,
        };
        if divide_by <= 0.0 {
            return None;
        }
        let own = if group == 0 { 0..subjects[0] } else { subjects[0]..subjects[0] + subjects[1] };
        // The first group's view: what the second group's subjects lose, it wins.
        let view = |i: usize| {
            let [a, b] = tally.against_others[i].map(|x| f64::from(x) / opponents);
            if group == 0 { (a, b) } else { (b, a) }
        };
        let (mut w, mut l) = (0.0, 0.0);
        own.clone().map(view).for_each(|(a, b)| (w, l) = (w + a / n, l + b / n));
        for (a, b) in own.map(view) {
            for (sum, x) in total.iter_mut().zip([(a - w) * (a - w), (b - l) * (b - l), (a - w) * (b - l)]) {
                *sum += x / (divide_by * n);
            }
        }
    }
    Some(total)
}

impl fmt::Display for WinStatistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Win statistics, {}: {} pairs of {} and {} (variances divide by {})",
            pair(&self.group, &self.reference),
            self.pairs(),
            self.subjects[0],
            self.subjects[1],
            if self.divisor == Divisor::N { "n" } else { "n − 1" }
        )?;
        let width = self.endpoints.iter().map(|e| e.name.chars().count()).max().unwrap_or(0).max(11);
        write!(f, "\n{:width$} {:>10} {:>10} {:>10}", "decided by", "won", "lost", "tied")?;
        let mut left = self.pairs();
        for e in &self.endpoints {
            left -= e.wins + e.losses;
            write!(f, "\n{:width$} {:>10} {:>10} {:>10}", e.name, e.wins, e.losses, left)?;
        }
        write!(f, "\n{:width$} {:.3}", "win ratio", self.win_ratio())?;
        write!(f, "\n{:width$} {:.3}", "win odds", self.win_odds())?;
        write!(f, "\n{:width$} {:.3}", "net benefit", self.net_benefit())?;
        match self.finkelstein_schoenfeld.z().zip(self.finkelstein_schoenfeld.p_value()) {
            Some((z, p)) => write!(f, "\nFinkelstein-Schoenfeld z = {z:.3}, {:#}", PValue(p)),
            None => write!(f, "\nall pairs are tied: no test"),
        }
    }
}
