//! What every trial of a run has in common, prepared once: who enters where, on which arm, and by which clocks.

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::numeric::random::Random;
use crate::trial::design::simulation::clock::{Clock, Entry};
use crate::trial::design::stratified_assumptions::StratifiedAssumptions;

/// How the subjects of a stratum come to their arms.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ArmAllocation {
    /// The arms have their exact shares of each stratum, in an order that has nothing to do with entry.
    #[default]
    Exact,
    /// Permuted blocks in the order of entry, as [`PermutedBlockList`](crate::trial::design::randomisation::PermutedBlockList);
    /// of several sizes each block has one at random. A size times the experimental arm's share is a whole number.
    Blocks(Vec<usize>),
    /// Each subject by itself, with the share as probability.
    Independent,
}

#[derive(Debug, Clone)]
pub(super) struct Stratum {
    pub(super) subjects: usize,
    /// The experimental arm's share.
    share: f64,
    entry: Entry,
    /// Of the event: experimental, control.
    pub(super) event: [Clock; 2],
    pub(super) dropout: [Clock; 2],
    pub(super) competing: [Clock; 2],
    /// Dropout and competing events together.
    pub(super) leaving: [Clock; 2],
}

#[derive(Debug, Clone)]
pub(super) struct Sampler {
    pub(super) strata: Vec<Stratum>,
    allocation: ArmAllocation,
    /// The correlation of the normal variables behind the times of event and dropout.
    correlation: f64,
}

impl Sampler {
    /// `effect` false: the experimental arm has the control arm's hazard of the event. `tau` is Kendall's.
    pub(super) fn new(
        assumptions: &StratifiedAssumptions,
        effect: bool,
        allocation: &ArmAllocation,
        tau: f64,
    ) -> Result<Self> {
        if !(tau > -1.0 && tau < 1.0) {
            let argument = "Kendall's tau of event and dropout";
            return Err(Error::OutOfRange { argument, value: tau, must_be: "inside (-1, 1)" });
        }
        let subjects = assumptions.subjects();
        if !(2.0..=1e8).contains(&subjects) {
            let (argument, value) = ("subjects", subjects);
            return Err(Error::OutOfRange { argument, value, must_be: "between 2 and 100 million" });
        }
        let mut strata = Vec::with_capacity(assumptions.strata().len());
        for (_, own) in assumptions.strata() {
            if let ArmAllocation::Blocks(sizes) = allocation {
                check_blocks(sizes, own.share())?;
            }
            let clocks = |hazards: [&_; 2]| hazards.map(Clock::new);
            let [experimental, control] = own.hazards();
            strata.push(Stratum {
                subjects: own.accrual().subjects().round() as usize,
                share: own.share(),
                entry: Entry::new(own.accrual()),
                event: clocks([if effect { experimental } else { control }, control]),
                dropout: clocks(own.dropout_hazards()),
                competing: clocks(own.competing_hazards()),
                leaving: clocks(own.leaving_hazards()),
            });
        }
        if strata.iter().map(|s| s.subjects).sum::<usize>() < 2 {
            let (argument, value) = ("subjects of all strata, rounded", 0.0);
            return Err(Error::OutOfRange { argument, value, must_be: "at least 2" });
        }
        // Kendall's tau of two normal variables is 2/π asin ρ.
        let correlation = (tau * std::f64::consts::FRAC_PI_2).sin();
        Ok(Self { strata, allocation: allocation.clone(), correlation })
    }

    /// The entry times of a stratum and the arms (true: experimental).
    pub(super) fn enter(
        &self,
        stratum: &Stratum,
        random: &mut Random,
        entry: &mut Vec<f64>,
        experimental: &mut Vec<bool>,
    ) {
        let (from, n) = (entry.len(), stratum.subjects);
        entry.extend((0..n).map(|_| stratum.entry.time(random.uniform())));
        match &self.allocation {
            // Entry times are independent draws, so which of the subjects are in which arm does not matter: the first so many.
            ArmAllocation::Exact => {
                let own = (stratum.share * n as f64).round() as usize;
                experimental.extend((0..n).map(|i| i < own));
            }
            ArmAllocation::Independent => {
                experimental.extend((0..n).map(|_| random.uniform() < stratum.share));
            }
            ArmAllocation::Blocks(sizes) => {
                entry[from..].sort_unstable_by(f64::total_cmp);
                while experimental.len() < entry.len() {
                    let size = sizes[random.below(sizes.len())];
                    // One after the other, each with the share of the places that are left: every order is equally likely.
                    let mut places = (stratum.share * size as f64).round() as usize;
                    for left in (1..=size).rev() {
                        let own = random.below(left) < places;
                        places -= usize::from(own);
                        experimental.push(own);
                    }
                }
                experimental.truncate(entry.len());
            }
        }
    }

    /// The cumulative hazards at which the event and the dropout come: exponential, and dependent where that is asked for.
    pub(super) fn thresholds(&self, random: &mut Random) -> [f64; 2] {
        if self.correlation == 0.0 {
            return [exponential(random), exponential(random)];
        }
        let (first, second) = (normal_quantile(random.uniform()), normal_quantile(random.uniform()));
        let rho = self.correlation;
        [first, rho * first + (1.0 - rho * rho).sqrt() * second].map(|z| -log_below(z))
    }
}

pub(super) fn exponential(random: &mut Random) -> f64 {
    -random.uniform().ln()
}

/// `ln Φ(z)`.
fn log_below(z: f64) -> f64 {
    let tail = 0.5 * libm::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2);
    if z > 0.0 { (-tail).ln_1p() } else { tail.ln() }
}

fn check_blocks(sizes: &[usize], share: f64) -> Result<()> {
    if sizes.is_empty() {
        return Err(Error::Empty { argument: "the block sizes" });
    }
    for &size in sizes {
        let own = share * size as f64;
        let whole = (own - own.round()).abs() < 1e-9 && own.round() >= 1.0 && own.round() < size as f64;
        if size > 10_000 || !whole {
            return Err(Error::OutOfRange {
                argument: "a block size",
                value: size as f64,
                must_be: "at most 10,000, with a whole number of subjects for each arm at the allocation ratio",
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kendall's tau of 2,000 pairs is the one asked for, within four standard errors (√(2(2n + 5)/(9n(n − 1))) = 0.015), and the
    /// times stay exponential: mean 1 within four of 1/√n.
    #[test]
    fn dependent_times_have_their_tau_and_their_law() {
        let hazard = crate::trial::design::Hazard::constant(1.0).unwrap();
        let accrual = crate::trial::design::Accrual::uniform(10.0, 1.0).unwrap();
        let assumed = crate::trial::design::Assumptions::new(hazard.clone(), hazard, accrual);
        for tau in [-0.5, 0.3, 0.8] {
            let sampler = Sampler::new(&assumed.clone().into(), true, &ArmAllocation::Exact, tau).unwrap();
            let mut random = Random::new(1, 2);
            let pairs: Vec<[f64; 2]> = (0..2000).map(|_| sampler.thresholds(&mut random)).collect();
            let mut sum = 0.0;
            for (i, a) in pairs.iter().enumerate() {
                for b in &pairs[..i] {
                    sum += ((a[0] - b[0]) * (a[1] - b[1])).signum();
                }
            }
            let found = sum / (2000.0 * 1999.0 / 2.0);
            assert!((found - tau).abs() < 0.06, "{tau}: {found}");
            for k in 0..2 {
                let mean = pairs.iter().map(|p| p[k]).sum::<f64>() / 2000.0;
                assert!((mean - 1.0).abs() < 4.0 / 2000_f64.sqrt(), "{mean}");
            }
        }
    }
}
