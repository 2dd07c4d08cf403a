//! Win ratio, win odds and net benefit with their errors.

use std::fmt;

use crate::print::{Number, PValue, counted, pair};
use crate::survival::contrast::win_ratio::comparison::{Compared, WinRatio};
use crate::survival::contrast::win_ratio::finkelstein_schoenfeld::FinkelsteinSchoenfeld;
use crate::survival::contrast::win_ratio::shares::{Shares, variance};
use crate::survival::contrast::win_ratio::strata::StratumWins;
use crate::survival::result::estimate::Estimate;

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
    pub(super) name: String,
    pub(super) wins: u64,
    pub(super) losses: u64,
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

/// The outcome of a [`WinRatio`] comparison.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::stored::Raw"))]
pub struct WinStatistics {
    pub(super) group: String,
    pub(super) reference: String,
    pub(super) subjects: [usize; 2],
    pub(super) endpoints: Vec<EndpointWins>,
    pub(super) divisor: Divisor,
    /// Of the shares of wins and losses: their variances and their covariance.
    pub(super) variance: Option<[f64; 3]>,
    pub(super) finkelstein_schoenfeld: FinkelsteinSchoenfeld,
    pub(super) horizon: Option<f64>,
    pub(super) strata: Vec<StratumWins>,
}

impl WinStatistics {
    /// From the subjects of both groups and the outcome of all pairs, in every stratum (one, without a name, where
    /// there are none).
    pub(super) fn new(how: &WinRatio, labels: [&str; 2], compared: &[Compared]) -> Self {
        let divisor = how.divisor;
        let endpoints = how.endpoints.iter().enumerate().map(|(i, (name, ..))| {
            let of = |side: usize| compared.iter().map(|c| c.tally.by_endpoint[i][side]).sum();
            EndpointWins { name: name.clone(), wins: of(0), losses: of(1) }
        });
        let strata: Vec<_> = compared.iter().filter_map(|c| StratumWins::new(c, divisor)).collect();
        let variance = match compared {
            [Compared { stratum: None, tally, subjects }] => variance(tally, *subjects, divisor),
            _ => Shares::pooled(&strata).variance,
        };
        Self {
            group: labels[0].to_string(),
            reference: labels[1].to_string(),
            subjects: [0, 1].map(|group: usize| compared.iter().map(|c| c.subjects[group]).sum()),
            endpoints: endpoints.collect(),
            divisor,
            variance,
            finkelstein_schoenfeld: FinkelsteinSchoenfeld::new(compared),
            horizon: how.horizon,
            strata,
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

    /// Pairs that the first group won, each counted once.
    #[must_use]
    pub fn wins(&self) -> u64 {
        self.endpoints.iter().map(|e| e.wins).sum()
    }

    /// Pairs that it lost.
    #[must_use]
    pub fn losses(&self) -> u64 {
        self.endpoints.iter().map(|e| e.losses).sum()
    }

    /// All pairs; within strata, those of one stratum.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        if self.strata.is_empty() {
            return self.subjects[0] as u64 * self.subjects[1] as u64;
        }
        self.strata.iter().map(StratumWins::pairs).sum()
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

    /// The end of the comparisons, if [`horizon`](crate::survival::WinRatio::horizon) set one.
    #[must_use]
    pub fn horizon(&self) -> Option<f64> {
        self.horizon
    }

    /// Wins and losses of every stratum that has subjects of either group; empty where the data have no strata.
    #[must_use]
    pub fn strata(&self) -> &[StratumWins] {
        &self.strata
    }

    /// How many strata hold subjects of one group only: they have no pairs and contribute nothing.
    #[must_use]
    pub fn strata_without_pairs(&self) -> usize {
        self.strata.iter().filter(|s| s.pairs() == 0).count()
    }

    fn shares(&self) -> Shares {
        if self.strata.is_empty() {
            let pairs = self.pairs() as f64;
            let (wins, losses) = (self.wins() as f64 / pairs, self.losses() as f64 / pairs);
            return Shares { wins, losses, variance: self.variance };
        }
        Shares { variance: self.variance, ..Shares::pooled(&self.strata) }
    }

    /// Wins over losses: above 1 the first group wins more than it loses. Within strata
    /// `Σ winsₛ/Nₛ / Σ lossesₛ/Nₛ`, of which the ratio of all wins to all losses is not the value.
    #[must_use]
    pub fn win_ratio(&self) -> Estimate {
        self.shares().win_ratio()
    }

    /// Wins and half of the ties over losses and half of the ties, weighted as those of the win ratio.
    #[must_use]
    pub fn win_odds(&self) -> Estimate {
        self.shares().win_odds()
    }

    /// The share of wins less the share of losses, weighted as those of the win ratio.
    #[must_use]
    pub fn net_benefit(&self) -> Estimate {
        self.shares().net_benefit()
    }

    /// The Finkelstein-Schoenfeld test that no group wins more than it loses: within strata, sums over them.
    #[must_use]
    pub fn finkelstein_schoenfeld(&self) -> FinkelsteinSchoenfeld {
        self.finkelstein_schoenfeld
    }
}

impl fmt::Display for WinStatistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Win statistics, {}: {} of {} and {}",
            pair(&self.group, &self.reference),
            counted(self.pairs(), "pair"),
            self.subjects[0],
            self.subjects[1],
        )?;
        match self.strata.len() {
            0 => {}
            1 => write!(f, " within 1 stratum")?,
            n => write!(f, " within {n} strata")?,
        }
        if let Some(tau) = self.horizon {
            write!(f, ", up to time {}", Number(tau))?;
        }
        write!(f, " (variances divide by {})", if self.divisor == Divisor::N { "n" } else { "n − 1" })?;
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
        }?;
        if !self.strata.is_empty() {
            write!(f, "\nstrata are weighted by 1/N (Dong et al. 2018)")?;
        }
        match self.strata_without_pairs() {
            0 => Ok(()),
            n => write!(f, "; {n} of {} with subjects of one group only: no pairs", self.strata.len()),
        }
    }
}
