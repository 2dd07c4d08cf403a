//! Win statistics as they were written: checked before they are any.

use crate::error::{Error, Result};
use crate::survival::contrast::win_ratio::comparison::check_horizon;
use crate::survival::contrast::win_ratio::finkelstein_schoenfeld::FinkelsteinSchoenfeld;
use crate::survival::contrast::win_ratio::shares::Shares;
use crate::survival::contrast::win_ratio::statistics::{Divisor, EndpointWins, WinStatistics};
use crate::survival::contrast::win_ratio::strata::StratumWins;

#[derive(serde::Deserialize)]
pub(super) struct Raw {
    group: String,
    reference: String,
    subjects: [usize; 2],
    endpoints: Vec<EndpointWins>,
    divisor: Divisor,
    variance: Option<[f64; 3]>,
    finkelstein_schoenfeld: FinkelsteinSchoenfeld,
    #[serde(default)]
    horizon: Option<f64>,
    #[serde(default)]
    strata: Vec<StratumWins>,
}

#[derive(serde::Deserialize)]
pub(super) struct RawStratum {
    label: String,
    subjects: [usize; 2],
    wins: u64,
    losses: u64,
    variance: Option<[f64; 3]>,
}

fn refuse<T>(argument: &'static str, value: f64, must_be: &'static str) -> Result<T> {
    Err(Error::OutOfRange { argument, value, must_be })
}

/// The number of pairs, if it is one.
fn pairs(subjects: [usize; 2]) -> Result<u64> {
    let product = (subjects[0] as u64).checked_mul(subjects[1] as u64);
    product.map_or_else(|| refuse("the number of pairs", f64::INFINITY, "countable"), Ok)
}

fn check_decided(decided: Option<u64>, pairs: u64) -> Result<()> {
    if decided.is_none_or(|decided| decided > pairs) {
        let decided = decided.unwrap_or(u64::MAX) as f64;
        return refuse("the number of decided pairs", decided, "no more than the pairs");
    }
    Ok(())
}

pub(super) fn check_variance(variance: Option<[f64; 3]>) -> Result<()> {
    if let Some([w, l, both]) = variance
        && !(w >= 0.0 && l >= 0.0 && w.max(l) < f64::INFINITY && both * both <= w * l * (1.0 + 1e-9) + 1e-30)
    {
        return refuse("a covariance of wins and losses", both, "one of finite variances of at least 0");
    }
    Ok(())
}

impl TryFrom<RawStratum> for StratumWins {
    type Error = Error;

    fn try_from(raw: RawStratum) -> Result<Self> {
        let RawStratum { label, subjects, wins, losses, variance } = raw;
        check_decided(wins.checked_add(losses), pairs(subjects)?)?;
        check_variance(variance)?;
        Ok(Self { label, subjects, wins, losses, variance })
    }
}

impl TryFrom<Raw> for WinStatistics {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let count = if raw.strata.is_empty() {
            pairs(raw.subjects)?
        } else {
            let sum = raw.strata.iter().try_fold(0_u64, |sum, s| sum.checked_add(s.pairs()));
            sum.unwrap_or(0)
        };
        if count == 0 {
            return refuse("the number of pairs", 0.0, "at least 1, and countable");
        }
        let decided =
            raw.endpoints.iter().try_fold(0_u64, |sum, e| sum.checked_add(e.wins)?.checked_add(e.losses));
        check_decided(decided, count)?;
        check_variance(raw.variance)?;
        if let Some(tau) = raw.horizon {
            check_horizon(tau)?;
        }
        if !raw.strata.is_empty() {
            check_strata(&raw)?;
        }
        let Raw { group, reference, subjects, endpoints, divisor, variance, .. } = raw;
        let Raw { finkelstein_schoenfeld, horizon, strata, .. } = raw;
        Ok(Self {
            group,
            reference,
            subjects,
            endpoints,
            divisor,
            variance,
            finkelstein_schoenfeld,
            horizon,
            strata,
        })
    }
}

/// Do the strata add up to the whole?
fn check_strata(raw: &Raw) -> Result<()> {
    for group in 0..2 {
        let sum = raw.strata.iter().try_fold(0_usize, |sum, s| sum.checked_add(s.subjects[group]));
        if sum != Some(raw.subjects[group]) {
            return refuse("a group's size", raw.subjects[group] as f64, "the sum of its strata");
        }
    }
    let wins: u64 = raw.endpoints.iter().map(|e| e.wins).sum();
    let losses: u64 = raw.endpoints.iter().map(|e| e.losses).sum();
    for (whole, parts) in [
        (wins, raw.strata.iter().map(|s| s.wins).sum::<u64>()),
        (losses, raw.strata.iter().map(|s| s.losses).sum::<u64>()),
    ] {
        if whole != parts {
            return refuse("the number of decided pairs", whole as f64, "the sum of that of the strata");
        }
    }
    let same = match (raw.variance, Shares::pooled(&raw.strata).variance) {
        (Some(a), Some(b)) => a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-9 * (a.abs() + b.abs())),
        (a, b) => a.is_none() && b.is_none(),
    };
    if !same {
        let value = raw.variance.map_or(f64::NAN, |v| v[0]);
        return refuse("the variance of wins", value, "that of its strata");
    }
    Ok(())
}
