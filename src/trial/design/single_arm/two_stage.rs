//! Simon's designs: two stages, a stop for futility after the first.

use std::fmt;

use crate::error::{Error, Result};
use crate::print::Number;
use crate::proportion::binomial::probabilities;
use crate::trial::design::checks;
use crate::trial::design::single_arm::exact_binomial::check_rates;

/// The most subjects that a search goes through.
const MOST: u64 = 600;

/// Which of the designs that keep both error rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum TwoStageOptimum {
    /// The fewest subjects on average where the rate is of no interest.
    #[default]
    Optimal,
    /// The fewest subjects at most; among these, the fewest on average.
    Minimax,
}

/// A single-arm trial in two stages (Simon 1989): it stops after the first where few respond.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`alpha`](Self::alpha) | 0.05 | the one-sided error rate | inside (0, 1) |
/// | [`power`](Self::power) | 0.8 | the power at the target rate | inside (0, 1) |
/// | [`optimum`](Self::optimum) | optimal | which design | |
///
/// The trial stops after `n₁` subjects where at most `r₁` respond, and shows the treatment to be better where more than `r` of
/// all n do. The search is complete: it ends where no larger trial can be better, by the bound `EN ≥ min n₁ + (1 − PET*)(n − n₁)`
/// with the largest probability of stopping that the power allows. A futility stop that is not obeyed makes no error of the
/// first kind larger than that of the exact single stage with the same r.
///
/// # Cost
/// A tenth of a millisecond for rates 0.2 apart; the search grows with the fourth power of their nearness: seconds for 0.05, beyond
/// 600 subjects it is refused.
///
/// # Example
/// ```
/// use greenwood::trial::design::single_arm::{TwoStageDesign, TwoStageOptimum};
///
/// let optimal = TwoStageDesign::new(0.1, 0.3).fit()?;
/// assert_eq!(optimal.first(), (1, 10));                                       // Simon (1989), table 1: 1/10, 5/29
/// assert_eq!(optimal.both(), (5, 29));
/// let minimax = TwoStageDesign::new(0.1, 0.3).optimum(TwoStageOptimum::Minimax).fit()?;
/// assert_eq!((minimax.first(), minimax.both()), ((1, 15), (5, 25)));
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Simon (1989), Control Clin Trials 10:1.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct TwoStageDesign {
    null: f64,
    target: f64,
    alpha: f64,
    power: f64,
    optimum: TwoStageOptimum,
}

/// A two-stage design. Made by [`TwoStageDesign::fit`] and [`TwoStageDesign::given`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TwoStagePlan {
    design: TwoStageDesign,
    first: (u64, u64),
    both: (u64, u64),
    error: f64,
    power: f64,
    stops: f64,
}

/// The binomial probabilities of both stages at one rate, and upper tails of the second.
struct Rate {
    first: Vec<f64>,
    /// `P(X₂ > x)` for x = 0 … n₂.
    above: Vec<f64>,
}

impl Rate {
    fn new(n1: u64, n2: u64, rate: f64) -> Self {
        let mut above = probabilities(n2, rate);
        let mut sum = 0.0;
        for p in above.iter_mut().rev() {
            let own = *p;
            *p = sum;
            sum += own;
        }
        Self { first: probabilities(n1, rate), above }
    }

    /// `P(X₁ > r₁, X₁ + X₂ > r)`.
    fn rejects(&self, r1: u64, r: u64) -> f64 {
        let from = r1 as usize + 1;
        let second = |x: usize| {
            let left = r as i64 - x as i64;
            if left < 0 { 1.0 } else { self.above.get(left as usize).copied().unwrap_or(0.0) }
        };
        self.first.iter().enumerate().skip(from).map(|(x, p)| p * second(x)).sum::<f64>() + 0.0
    }
}

impl TwoStageDesign {
    /// From the rate that is of no interest and the rate that is hoped for.
    pub fn new(null: f64, target: f64) -> Self {
        Self { null, target, alpha: 0.05, power: 0.8, optimum: TwoStageOptimum::default() }
    }

    /// The one-sided error rate.
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// The power at the target rate.
    pub fn power(self, power: f64) -> Self {
        Self { power, ..self }
    }

    /// Which of the designs that keep both error rates.
    pub fn optimum(self, optimum: TwoStageOptimum) -> Self {
        Self { optimum, ..self }
    }

    /// The best design.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for options; [`Error::Unsupported`] where more than 600 subjects would be needed.
    pub fn fit(&self) -> Result<TwoStagePlan> {
        self.check()?;
        let mut best: Option<(f64, TwoStagePlan)> = None;
        // For each first stage: the most responses at which it may stop, and the probability of it under no interest.
        let mut stops: Vec<Option<(u64, Vec<f64>)>> = vec![None];
        for n in 2..=MOST {
            stops.push(self.most_stops(n - 1));
            let floor = |n1: u64| {
                let stop = stops[n1 as usize].as_ref().map_or(0.0, |(most, below)| below[*most as usize]);
                n1 as f64 + (1.0 - stop) * (n - n1) as f64
            };
            if let Some((least, plan)) = &best {
                let done = self.optimum == TwoStageOptimum::Minimax
                    || (1..n).all(|n1| stops[n1 as usize].is_none() || floor(n1) >= *least);
                if done {
                    return Ok(*plan);
                }
            }
            if !self.may_hold(n) {
                continue;
            }
            for n1 in 1..n {
                let Some((most, below)) = &stops[n1 as usize] else { continue };
                let least = best.as_ref().map_or(f64::INFINITY, |(least, _)| *least);
                if floor(n1) >= least {
                    continue;
                }
                let (null, target) = (Rate::new(n1, n - n1, self.null), Rate::new(n1, n - n1, self.target));
                // With fewer responses to stop at more subjects are needed on average: the first that holds is the best.
                let mut r = *most;
                for r1 in (0..=*most).rev() {
                    let expected = n1 as f64 + (1.0 - below[r1 as usize]) * (n - n1) as f64;
                    if expected >= least {
                        break;
                    }
                    r = r.max(r1);
                    while null.rejects(r1, r) > self.alpha {
                        r += 1;
                    }
                    if target.rejects(r1, r) >= self.power {
                        let plan = TwoStagePlan {
                            design: *self,
                            first: (r1, n1),
                            both: (r, n),
                            error: null.rejects(r1, r),
                            power: target.rejects(r1, r),
                            stops: below[r1 as usize],
                        };
                        best = Some((expected, plan));
                        break;
                    }
                }
            }
        }
        Err(Error::Unsupported {
            method: "a two-stage design",
            with: "rates so near to each other",
            why: "more than 600 subjects would be needed; ask for less power or a larger difference",
        })
    }

    /// The design with these counts: stop where at most `first.0` of `first.1` respond; better where more than `both.0` of
    /// `both.1` do.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for options, and counts that are no such design.
    pub fn given(&self, first: (u64, u64), both: (u64, u64)) -> Result<TwoStagePlan> {
        self.check()?;
        let refuse = |argument, value: u64, must_be| checks::refuse(argument, value as f64, must_be);
        if !(1..both.1).contains(&first.1) || both.1 > 100_000 {
            return refuse(
                "the first stage",
                first.1,
                "at least 1 and below all subjects, of whom 100,000 are the most",
            );
        }
        if first.0 >= first.1 {
            return refuse("the responses to stop at", first.0, "fewer than the first stage has subjects");
        }
        if both.0 < first.0 || both.0 >= both.1 {
            return refuse(
                "the responses of both stages",
                both.0,
                "at least those of the first and below all subjects",
            );
        }
        let (null, target) = (
            Rate::new(first.1, both.1 - first.1, self.null),
            Rate::new(first.1, both.1 - first.1, self.target),
        );
        Ok(TwoStagePlan {
            design: *self,
            first,
            both,
            error: null.rejects(first.0, both.0),
            power: target.rejects(first.0, both.0),
            stops: null.first[..=first.0 as usize].iter().sum(),
        })
    }

    /// The most responses at which a first stage may stop with the power left, and `P(X₁ ≤ x | p₀)`.
    fn most_stops(&self, n1: u64) -> Option<(u64, Vec<f64>)> {
        let below = |rate| {
            let mut sum = 0.0;
            let next = |p: f64| {
                sum += p;
                sum
            };
            probabilities(n1, rate).into_iter().map(next).collect::<Vec<f64>>()
        };
        let target = below(self.target);
        let allowed = target.iter().take_while(|p| **p <= 1.0 - self.power).count() as u64;
        (allowed > 0).then(|| (allowed - 1, below(self.null)))
    }

    /// Can any test on n subjects keep both error rates? The most powerful one rejects for many responses and, at random, for
    /// some of one number of them (Neyman & Pearson); a design cannot do better.
    fn may_hold(&self, n: u64) -> bool {
        let (null, target) = (probabilities(n, self.null), probabilities(n, self.target));
        let (mut missed, mut error) = (0.0, 1.0);
        for (p0, p1) in null.iter().zip(&target) {
            let spare = 1.0 - self.power - missed;
            if *p1 >= spare {
                return error - p0 * spare / p1 <= self.alpha + 1e-12;
            }
            missed += p1;
            error -= p0;
        }
        false
    }

    fn check(&self) -> Result<()> {
        check_rates(self.null, self.target, self.alpha, self.power)
    }
}

impl TwoStagePlan {
    /// The responses `r₁` at which or below which the trial stops, and the subjects `n₁` of the first stage.
    #[must_use]
    pub fn first(&self) -> (u64, u64) {
        self.first
    }

    /// The responses `r` that must be passed, and all subjects n.
    #[must_use]
    pub fn both(&self) -> (u64, u64) {
        self.both
    }

    /// The exact error rate.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.error
    }

    /// The exact power.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.power
    }

    /// The probability of stopping after the first stage where the rate is of no interest.
    #[must_use]
    pub fn stopping_probability(&self) -> f64 {
        self.stops
    }

    /// The subjects on average where the rate is of no interest.
    #[must_use]
    pub fn expected_subjects(&self) -> f64 {
        let (n1, n) = (self.first.1 as f64, self.both.1 as f64);
        n1 + (1.0 - self.stops) * (n - n1)
    }
}

/// A paragraph for a protocol.
impl fmt::Display for TwoStagePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((r1, n1), (r, n)) = (self.first, self.both);
        write!(
            f,
            "{n1} subjects are treated first; the trial stops where {r1} or fewer respond. Otherwise {} more are treated, and more than \
             {r} responses among all {n} show a rate above {}. The exact one-sided error is {:.4}, the power at a rate of {} is \
             {:.1}%. Where the rate is {}, the trial stops early with probability {:.2} and needs {:.1} subjects on average.",
            n - n1,
            Number(self.design.null),
            self.error,
            Number(self.design.target),
            100.0 * self.power,
            Number(self.design.null),
            self.stops,
            self.expected_subjects()
        )
    }
}
