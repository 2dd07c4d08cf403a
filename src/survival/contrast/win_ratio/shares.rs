//! The shares of wins and losses, of one set of pairs or over strata, and the measures that are made of them.

use crate::error::NotEstimable;
use crate::survival::contrast::win_ratio::pairs::Tally;
use crate::survival::contrast::win_ratio::statistics::Divisor;
use crate::survival::contrast::win_ratio::strata::StratumWins;
use crate::survival::result::estimate::{Estimate, Scale};

/// Shares of wins and losses, with their variances and their covariance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shares {
    pub wins: f64,
    pub losses: f64,
    pub variance: Option<[f64; 3]>,
}

/// By which a stratum counts, `pairs/N`: Mantel and Haenszel's.
pub(super) fn stratum_weight(subjects: [usize; 2]) -> f64 {
    let [n1, n0] = subjects.map(|n| n as f64);
    n1 * n0 / (n1 + n0)
}

impl Shares {
    /// `Σ wₛ winsₛ / Σ wₛ pairsₛ` with `wₛ = 1/Nₛ`, the losses likewise, and the variances of these sums, the
    /// weights taken as given. A stratum that has pairs and no variance leaves the whole without one.
    pub fn pooled(strata: &[StratumWins]) -> Self {
        let weight = |s: &StratumWins| s.pairs() as f64 / s.subjects().iter().map(|&n| n as f64).sum::<f64>();
        let total: f64 = strata.iter().map(weight).sum();
        let none = Self { wins: 0.0, losses: 0.0, variance: Some([0.0; 3]) };
        strata.iter().filter(|s| s.pairs() > 0).fold(none, |sum, stratum| {
            let (weight, own) = (weight(stratum) / total, stratum.shares());
            Self {
                wins: sum.wins + weight * own.wins,
                losses: sum.losses + weight * own.losses,
                variance: sum
                    .variance
                    .zip(own.variance)
                    .map(|(sum, own)| [0, 1, 2].map(|i: usize| sum[i] + weight * weight * own[i])),
            }
        })
    }

    pub fn win_ratio(self) -> Estimate {
        let (w, l) = (self.wins, self.losses);
        let variance = self
            .variance
            .and_then(|[ww, ll, wl]| without_noise([ww / (w * w), ll / (l * l), -2.0 * wl / (w * l)]));
        let std_error = variance.map(f64::sqrt).ok_or(NotEstimable::NoVariation);
        Estimate::with_error(Scale::Log, (w / l).ln(), std_error)
    }

    pub fn win_odds(self) -> Estimate {
        let benefit = self.wins - self.losses;
        // The odds are (1 + benefit)/(1 − benefit).
        let slope = 2.0 / (1.0 - benefit * benefit);
        let std_error = self.benefit_error().map(|se| slope * se);
        Estimate::with_error(Scale::Log, ((1.0 + benefit) / (1.0 - benefit)).ln(), std_error)
    }

    pub fn net_benefit(self) -> Estimate {
        Estimate::with_error(Scale::Identity, self.wins - self.losses, self.benefit_error()).within(-1.0, 1.0)
    }

    fn benefit_error(self) -> Result<f64, NotEstimable> {
        let error = self.variance.and_then(|[ww, ll, wl]| without_noise([ww, ll, -2.0 * wl])).map(f64::sqrt);
        error.ok_or(NotEstimable::NoVariation)
    }
}

/// The sum of the parts of a variance, unless it is but the rounding that their cancelling leaves.
fn without_noise(parts: [f64; 3]) -> Option<f64> {
    let (variance, size) = (parts.iter().sum::<f64>(), parts.iter().map(|p| p.abs()).sum::<f64>());
    Some(variance).filter(|v| *v > 64.0 * f64::EPSILON * size)
}

/// Hoeffding's first-order variances of the shares of wins and losses and their covariance: the covariance of
/// each subject's own share over its group, summed over the two groups.
pub(super) fn variance(tally: &Tally, subjects: [usize; 2], divisor: Divisor) -> Option<[f64; 3]> {
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
