//! Wins and losses of one stratum.

use crate::survival::contrast::win_ratio::comparison::Compared;
use crate::survival::contrast::win_ratio::shares::{Shares, variance};
use crate::survival::contrast::win_ratio::statistics::Divisor;
use crate::survival::result::estimate::Estimate;

/// Wins and losses within one stratum.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::stored::RawStratum"))]
pub struct StratumWins {
    pub(super) label: String,
    pub(super) subjects: [usize; 2],
    pub(super) wins: u64,
    pub(super) losses: u64,
    /// Of the shares of wins and losses: their variances and their covariance.
    pub(super) variance: Option<[f64; 3]>,
}

impl StratumWins {
    /// Returns `None` for the one set of pairs of data without strata.
    pub(super) fn new(compared: &Compared, divisor: Divisor) -> Option<Self> {
        let subjects = compared.subjects;
        let of = |side: usize| compared.tally.by_endpoint.iter().map(|e| e[side]).sum();
        Some(Self {
            label: compared.stratum?.to_string(),
            subjects,
            wins: of(0),
            losses: of(1),
            variance: if subjects.contains(&0) { None } else { variance(&compared.tally, subjects, divisor) },
        })
    }

    /// The stratum.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Its subjects in the first group and in the reference.
    #[must_use]
    pub fn subjects(&self) -> [usize; 2] {
        self.subjects
    }

    /// Its pairs: none where it holds subjects of one group only.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.subjects[0] as u64 * self.subjects[1] as u64
    }

    /// Pairs that the first group won.
    #[must_use]
    pub fn wins(&self) -> u64 {
        self.wins
    }

    /// Pairs that it lost.
    #[must_use]
    pub fn losses(&self) -> u64 {
        self.losses
    }

    /// Pairs that no endpoint decided.
    #[must_use]
    pub fn ties(&self) -> u64 {
        self.pairs() - self.wins - self.losses
    }

    pub(super) fn shares(&self) -> Shares {
        let pairs = self.pairs() as f64;
        Shares { wins: self.wins as f64 / pairs, losses: self.losses as f64 / pairs, variance: self.variance }
    }

    /// The win ratio of this stratum.
    #[must_use]
    pub fn win_ratio(&self) -> Estimate {
        self.shares().win_ratio()
    }

    /// The win odds of this stratum.
    #[must_use]
    pub fn win_odds(&self) -> Estimate {
        self.shares().win_odds()
    }

    /// The net benefit of this stratum.
    #[must_use]
    pub fn net_benefit(&self) -> Estimate {
        self.shares().net_benefit()
    }
}
