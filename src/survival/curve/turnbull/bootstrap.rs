//! Intervals of S(t) from rows drawn again.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::check_len;
use crate::error::{Error, Result};
use crate::numeric::random::Random;
use crate::print::{MISSING, Number, level as percent};
use crate::survival::curve::turnbull::curve::SurvivalRegion;
use crate::survival::curve::turnbull::estimator::Turnbull;
use crate::survival::data::groups::Groups;
use crate::survival::data::interval_censored::IntervalCensored;
use crate::survival::data::weights::Weights;
use crate::survival::result::interval::{ConfidenceInterval, z_of};
#[cfg(feature = "serde")]
use crate::survival::result::stored::{self, checked_when_read};

/// Survival at some times in samples drawn from the rows: the result of [`Turnbull::bootstrap`].
///
/// # Example
/// ```
/// use greenwood::survival::{IntervalCensored, Turnbull};
///
/// let data = IntervalCensored::new(&[0.0, 1.0, 3.0, 2.0, 0.0], &[2.0, 4.0, f64::INFINITY, 5.0, 3.0])?;
/// let samples = Turnbull::bootstrap(&data, &[2.0, 4.0], 200, 1)?;
/// let (lower, upper) = samples.interval(2.0, 0.95)?.bounds().unwrap();
/// assert!(lower <= samples.estimate(2.0)?.lower && samples.estimate(2.0)?.upper <= upper);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TurnbullBootstrap {
    times: Vec<f64>,
    estimates: Vec<SurvivalRegion>,
    /// Of each time, the ends of the region in the samples, each in increasing order.
    lower: Vec<Vec<f64>>,
    upper: Vec<Vec<f64>>,
    std_error: Vec<f64>,
    not_converged: usize,
    exhausted: usize,
}

#[cfg(feature = "serde")]
checked_when_read!(TurnbullBootstrap {
    times: Vec<f64>, estimates: Vec<SurvivalRegion>, lower: Vec<Vec<f64>>, upper: Vec<Vec<f64>>, std_error: Vec<f64>,
    not_converged: usize, exhausted: usize,
});

#[cfg(feature = "serde")]
impl TurnbullBootstrap {
    fn check(&self) -> Result<()> {
        let times = self.times.len();
        let Some(samples) = self.lower.first().map(Vec::len).filter(|n| *n >= 2) else {
            return Err(Error::Empty { argument: "the samples" });
        };
        check_len("estimates", self.estimates.len(), "times", times)?;
        check_len("lower", self.lower.len(), "times", times)?;
        check_len("upper", self.upper.len(), "times", times)?;
        check_len("std_error", self.std_error.len(), "times", times)?;
        self.times.iter().try_for_each(|&t| stored::size("a time", t))?;
        self.std_error.iter().try_for_each(|&e| stored::size("a standard error", e))?;
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        for region in &self.estimates {
            stored::probability("survival", region.lower)?;
            stored::probability("survival", region.upper)?;
            if region.lower > region.upper {
                return refuse("survival", region.lower, "at most its upper end");
            }
        }
        for ends in self.lower.iter().chain(&self.upper) {
            check_len("the ends of a time", ends.len(), "samples", samples)?;
            ends.iter().try_for_each(|&s| stored::probability("survival", s))?;
            if let Some(pair) = ends.windows(2).find(|pair| pair[0] > pair[1]) {
                return refuse("an end", pair[1], "not below the one before");
            }
        }
        let crossed =
            self.lower.iter().zip(&self.upper).flat_map(|(l, u)| l.iter().zip(u)).find(|(l, u)| l > u);
        if let Some((&lower, _)) = crossed {
            return refuse("a lower end", lower, "at most the upper end of its rank");
        }
        match [self.not_converged, self.exhausted].into_iter().find(|n| *n > samples) {
            Some(n) => refuse("a count of samples", n as f64, "at most all of them"),
            None => Ok(()),
        }
    }
}

impl Turnbull {
    /// Fits samples drawn with replacement and keeps their survival at the times asked for: the same bits for the same
    /// seed.
    ///
    /// Drawn are rows (of replication weights: subjects), within strata where there are any; clusters, where there are
    /// any, as a whole. Rows keep their sampling weights.
    ///
    /// Where no time is known exactly the estimate converges with the cube root of n, and the bootstrap is no proven
    /// approximation of its law (Kosorok 2008; Sen & Xu 2015): intervals by the likelihood ratio
    /// ([`Turnbull::likelihood`]) are better founded there.
    ///
    /// # Errors
    /// [`Error::Empty`] without times; [`Error::OutOfRange`] for a time that is not finite and at least 0 or fewer than 2 samples;
    /// [`Error::TooLarge`] for more than 10⁹ draws in all (a replication weight of k is k subjects to draw);
    /// [`Error::Unsupported`] for a cluster with rows in several strata, and for replication weights of clusters.
    pub fn bootstrap(
        data: &IntervalCensored,
        times: &[f64],
        samples: usize,
        seed: u64,
    ) -> Result<TurnbullBootstrap> {
        if times.is_empty() {
            return Err(Error::Empty { argument: "times" });
        }
        if let Some(&value) = times.iter().find(|t| !(0.0..f64::INFINITY).contains(*t)) {
            return Err(Error::OutOfRange { argument: "a time", value, must_be: "finite and at least 0" });
        }
        if samples < 2 {
            let value = samples as f64;
            return Err(Error::OutOfRange { argument: "samples", value, must_be: "at least 2" });
        }
        let draws = Draws::new(data)?;
        draws.check_number(samples)?;
        let estimate = Turnbull::fit(data);
        let mut result = TurnbullBootstrap {
            times: times.to_vec(),
            estimates: times.iter().map(|&t| estimate.at(t)).collect(),
            lower: vec![Vec::with_capacity(samples); times.len()],
            upper: vec![Vec::with_capacity(samples); times.len()],
            std_error: Vec::new(),
            not_converged: 0,
            exhausted: 0,
        };
        for sample in 0..samples {
            let curve = Turnbull::fit(&draws.sample(data, &mut Random::new(seed, sample as u64))?);
            result.not_converged += usize::from(!curve.converged());
            result.exhausted += usize::from(curve.exhausted().is_some());
            for (k, &t) in times.iter().enumerate() {
                let region = curve.at(t);
                result.lower[k].push(region.lower);
                result.upper[k].push(region.upper);
            }
        }
        result.std_error = result.lower.iter().zip(&result.upper).map(|(l, u)| spread(l, u)).collect();
        result.lower.iter_mut().chain(&mut result.upper).for_each(|v| v.sort_by(f64::total_cmp));
        Ok(result)
    }
}

/// The standard deviation of the middles of the regions.
fn spread(lower: &[f64], upper: &[f64]) -> f64 {
    let n = lower.len() as f64;
    let middle = |i: usize| f64::midpoint(lower[i], upper[i]);
    let mean = (0..lower.len()).map(middle).sum::<f64>() / n;
    ((0..lower.len()).map(|i| (middle(i) - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

/// A minute of drawing.
const MOST_DRAWS: f64 = 1e9;

/// What is drawn: units of rows, in strata.
struct Draws {
    /// Of each stratum its units, each with its share of the subjects so far and its rows.
    strata: Vec<Vec<(f64, Vec<usize>)>>,
    counted: bool,
}

impl Draws {
    fn new(data: &IntervalCensored) -> Result<Self> {
        let stratum = |i: usize| data.strata().map_or(0, |s| s.codes()[i] as usize);
        let counted = matches!(data.weights(), Some(Weights::Replication(_)));
        let count = data.strata().map_or(1, Groups::count);
        let mut strata: Vec<Vec<(f64, Vec<usize>)>> = vec![Vec::new(); count];
        let refuse = |with, why| Err(Error::Unsupported { method: "the bootstrap", with, why });
        if let Some(clusters) = data.clusters() {
            if counted {
                return refuse(
                    "replication weights of clusters",
                    "repeat the clusters as clusters of their own",
                );
            }
            let mut place: Vec<Option<usize>> =
                vec![None; clusters.iter().map(|c| *c as usize + 1).max().unwrap_or(0)];
            let mut home = vec![0; place.len()];
            for (i, &c) in clusters.iter().enumerate() {
                let units = &mut strata[stratum(i)];
                match place[c as usize] {
                    None => {
                        place[c as usize] = Some(units.len());
                        home[c as usize] = stratum(i);
                        units.push((1.0, vec![i]));
                    }
                    Some(_) if home[c as usize] != stratum(i) => {
                        return refuse(
                            "a cluster with rows in several strata",
                            "draw clusters without strata",
                        );
                    }
                    Some(at) => units[at].1.push(i),
                }
            }
        } else {
            for i in (0..data.len()).filter(|&i| data.weight(i) > 0.0) {
                strata[stratum(i)].push((if counted { data.weight(i) } else { 1.0 }, vec![i]));
            }
        }
        strata.retain(|s| !s.is_empty());
        for units in &mut strata {
            let mut sum = 0.0;
            for unit in units {
                sum += unit.0;
                unit.0 = sum;
            }
        }
        Ok(Self { strata, counted })
    }

    /// Each sample draws as many subjects as there are: replication weights may stand for any number of them.
    fn check_number(&self, samples: usize) -> Result<()> {
        let drawn: f64 =
            self.strata.iter().filter_map(|units| units.last()).map(|u| u.0.round().max(1.0)).sum();
        if samples as f64 * drawn <= MOST_DRAWS {
            return Ok(());
        }
        Err(Error::TooLarge {
            what: "the bootstrap",
            size: format!("{samples} samples of {drawn} subjects"),
            instead: "a thousand samples are enough, and weights divided by a constant draw fewer subjects",
        })
    }

    fn sample(&self, data: &IntervalCensored, random: &mut Random) -> Result<IntervalCensored<'static>> {
        let mut times = vec![0.0; data.len()];
        for units in &self.strata {
            let total = units.last().map_or(0.0, |u| u.0);
            // Fractions of subjects: as many draws as there are whole ones, of the weight that is left over each.
            let draws = total.round().max(1.0);
            for _ in 0..draws as u64 {
                let at = random.uniform() * total;
                let unit = units.partition_point(|u| u.0 <= at).min(units.len() - 1);
                for &i in &units[unit].1 {
                    times[i] += total / draws;
                }
            }
        }
        let drawn: Vec<usize> =
            (0..data.len()).filter(|&i| times[i] > 0.0 && (self.counted || data.weight(i) > 0.0)).collect();
        let weights: Vec<f64> =
            drawn.iter().map(|&i| times[i] * if self.counted { 1.0 } else { data.weight(i) }).collect();
        if weights.is_empty() {
            return Err(Error::ZeroWeights); // every cluster drawn has no weight
        }
        data.rows(&drawn).with_weights(Weights::replication(weights))
    }
}

impl TurnbullBootstrap {
    fn index(&self, time: f64) -> Result<usize> {
        self.times.iter().position(|&t| t == time).ok_or(Error::OutOfRange {
            argument: "the time",
            value: time,
            must_be: "one of those that the samples were asked for",
        })
    }

    /// The times.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// Survival in the data themselves.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a time that was not asked for.
    pub fn estimate(&self, time: f64) -> Result<SurvivalRegion> {
        Ok(self.estimates[self.index(time)?])
    }

    /// From the quantile of the lower ends of the region to that of its upper ends (percentile interval), not inside
    /// the region of the estimate itself.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a time that was not asked for, and for a level outside (0, 1).
    pub fn interval(&self, time: f64, level: f64) -> Result<ConfidenceInterval> {
        z_of(level)?;
        let at = self.index(time)?;
        let n = self.samples();
        let tail = (1.0 - level) / 2.0;
        let position = |p: f64| (((n as f64 + 1.0) * p).floor() as usize).clamp(1, n) - 1;
        let lower = self.lower[at][position(tail)].min(self.estimates[at].lower);
        let upper = self.upper[at][n - 1 - position(tail)].max(self.estimates[at].upper);
        Ok(ConfidenceInterval::new(Some((lower, upper)), level))
    }

    /// The standard deviation of the middle of the region over the samples.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a time that was not asked for.
    pub fn std_error(&self, time: f64) -> Result<f64> {
        Ok(self.std_error[self.index(time)?])
    }

    /// The number of samples.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.lower[0].len()
    }

    /// In how many samples the iteration did not reach its certificate.
    #[must_use]
    pub fn not_converged(&self) -> usize {
        self.not_converged
    }

    /// In how many samples a risk set emptied early ([`TurnbullCurve::exhausted`](super::TurnbullCurve::exhausted)).
    #[must_use]
    pub fn exhausted(&self) -> usize {
        self.exhausted
    }
}

impl fmt::Display for TurnbullBootstrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Turnbull's estimate: {} samples drawn from the rows", self.samples())?;
        for (what, count) in
            [("were not converged", self.not_converged), ("have an early empty risk set", self.exhausted)]
        {
            if count > 0 {
                write!(f, "; {count} {what}")?;
            }
        }
        write!(
            f,
            "\n{:>8}  {:>17}  {:>9}  {:>17}",
            "time",
            "survival",
            "std error",
            format!("{} CI", percent(0.95))
        )?;
        for (k, &t) in self.times.iter().enumerate() {
            let region = self.estimates[k];
            let survival = format!("{:.4} to {:.4}", region.lower, region.upper);
            let limits = self.interval(t, 0.95).ok().and_then(|i| i.bounds());
            let limits = limits.map_or(MISSING.into(), |(l, u)| format!("{l:.4} to {u:.4}"));
            write!(
                f,
                "\n{:>8}  {survival:>17}  {:>9.4}  {limits:>17}",
                Number(t).to_string(),
                Number(self.std_error[k])
            )?;
        }
        Ok(())
    }
}
