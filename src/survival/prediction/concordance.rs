//! Concordance, Harrell's and its weighted forms: does a higher score mean an earlier event?

mod difference;
mod weight;

pub use difference::ConcordanceDifference;
pub use weight::PairWeight;

use std::fmt;

use crate::error::{Error, Result};
use crate::survival::data::right_censored::{RightCensored, Weights};
use crate::survival::result::interval::{ConfidenceInterval, z_of};

/// The concordance of a score with survival: the share of comparable pairs in which the subject with the higher
/// score has the event first.
///
/// A pair is comparable if one of the two has the event while the other is under observation and event-free (a
/// censoring at the same time counts as later; two events at one time are no pair). Equal scores count one half.
/// With weights a pair counts the product of its weights; strata are compared within; with delayed entry the
/// other must be under observation at the event. The variance is the infinitesimal jackknife over rows, or over
/// clusters (Therneau & Watson 2015). [`weighted`](Concordance::weighted) lets pairs count by time (Uno's C), and
/// [`compare`](Concordance::compare) sets two scores side by side.
///
/// # Cost
/// Two sorts and two passes over a Fenwick tree, O(n log n).
///
/// # Example
/// ```
/// use greenwood::survival::{Concordance, RightCensored};
///
/// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?;
/// let c = Concordance::new(&data, &[0.9, 0.3, 0.5, 0.1])?;
/// assert_eq!(c.estimate(), Some(0.8)); // 4 of the 5 comparable pairs
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Harrell et al. (1982), JAMA 247:2543.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Concordance {
    concordant: f64,
    discordant: f64,
    tied: f64,
    variance: f64,
}

/// Weights of those met so far, by rank of their score.
struct Scores {
    /// A Fenwick tree: each node holds the weight of the ranks below it.
    tree: Vec<f64>,
    at: Vec<f64>,
    sum: f64,
}

impl Scores {
    fn new(levels: usize) -> Self {
        Self { tree: vec![0.0; levels + 1], at: vec![0.0; levels], sum: 0.0 }
    }

    fn add(&mut self, rank: usize, weight: f64) {
        self.sum += weight;
        self.at[rank] += weight;
        let mut i = rank + 1;
        while i < self.tree.len() {
            self.tree[i] += weight;
            i += i & i.wrapping_neg();
        }
    }

    /// The weight of lower scores, of higher ones, and of this one.
    fn around(&self, rank: usize) -> [f64; 3] {
        let (mut i, mut below) = (rank, 0.0);
        while i > 0 {
            below += self.tree[i];
            i &= i - 1;
        }
        let tied = self.at[rank];
        [below, self.sum - below - tied, tied]
    }
}

/// The rank of each row's score among the different ones, and how many there are.
fn ranks(score: impl Iterator<Item = f64>) -> (Vec<u32>, usize) {
    // The order of numbers as an order of bits; a negative zero is 0.
    let key = |s: f64| {
        let bits = (s + 0.0).to_bits();
        if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
    };
    let mut keyed: Vec<(u64, u32)> = score.zip(0..).map(|(s, i)| (key(s), i)).collect();
    keyed.sort_unstable();
    let mut ranks = vec![0; keyed.len()];
    let mut levels = 0;
    for same in keyed.chunk_by(|a, b| a.0 == b.0) {
        for &(_, i) in same {
            ranks[i as usize] = levels as u32;
        }
        levels += 1;
    }
    (ranks, levels)
}

/// What a subject's pairs add up to: concordant, discordant, tied.
type Pairs = [f64; 3];

impl Concordance {
    /// The concordance of `score` (higher means an earlier event, as the linear predictor of a Cox model).
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::InvalidCovariate`] where a score is not finite.
    pub fn new(data: &RightCensored, score: &[f64]) -> Result<Self> {
        Self::weighted(data, score, PairWeight::equal())
    }

    /// The concordance of `score` in which pairs count by the time of their event, as Uno's.
    ///
    /// # Errors
    /// As [`new`](Self::new); [`Error::OutOfRange`] for the end; [`Error::Unsupported`] for weights by censoring
    /// with delayed entry.
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::{Concordance, PairWeight, RightCensored};
    ///
    /// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, false, true, true])?;
    /// let score = [0.9, 0.3, 0.1, 0.5];
    /// // Harrell: 3 of 4 pairs. One third of those at risk at 2 were censored then: after it a pair counts (3/2)².
    /// assert_eq!(Concordance::new(&data, &score)?.estimate(), Some(0.75));
    /// let uno = Concordance::weighted(&data, &score, PairWeight::uno())?.estimate();
    /// assert!((uno.unwrap() - 3.0 / (3.0 + 2.25)).abs() < 1e-12);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn weighted(data: &RightCensored, score: &[f64], weight: PairWeight) -> Result<Self> {
        Ok(Self::measure(data, score, weight)?.0)
    }

    /// The concordance, and what each row (or cluster) pulls at it.
    fn measure(data: &RightCensored, score: &[f64], by: PairWeight) -> Result<(Self, Vec<f64>)> {
        if score.len() != data.len() {
            let (len, expected) = (score.len(), data.len());
            return Err(Error::LengthMismatch { argument: "score", len, other: "time", expected });
        }
        if let Some((index, &value)) = score.iter().enumerate().find(|(_, s)| !s.is_finite()) {
            return Err(Error::InvalidCovariate { covariate: "score".into(), index, value });
        }
        by.check(data.entry().is_some())?;
        let (data, (order, time)) = data.in_order();
        let weights = data.weights().map(Weights::values);
        let mut own: Vec<Pairs> = vec![[0.0; 3]; data.len()];
        let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
        let stratum = |i: usize| data.strata().map_or(0, |s| s.codes()[i]);
        let mut total = [0.0; 3];
        let mut rest = time.as_slice();
        for rows in order.chunk_by(|&a, &b| stratum(a) == stratum(b)) {
            let (time, later) = rest.split_at(rows.len());
            rest = later;
            let found = pairs(&data, score, rows, time, &weight, by, &mut own);
            for (t, f) in total.iter_mut().zip(found) {
                *t += f;
            }
        }
        let [concordant, discordant, tied] = total;
        let all = concordant + discordant + tied;
        let mut pulls = Vec::new();
        if all > 0.0 {
            let c = (concordant + tied / 2.0) / all;
            let clusters = data.clusters();
            let count = clusters.map_or(data.len(), |c| c.iter().max().map_or(0, |&m| m as usize + 1));
            pulls.resize(count, 0.0);
            for (i, [con, dis, tie]) in own.into_iter().enumerate() {
                let influence = (con + tie / 2.0 - c * (con + dis + tie)) / all;
                pulls[clusters.map_or(i, |c| c[i] as usize)] += weight(i) * influence;
            }
        }
        let variance = pulls.iter().map(|s| s * s).sum();
        Ok((Self { concordant, discordant, tied, variance }, pulls))
    }

    /// The concordance; `None` where no pair is comparable.
    #[must_use]
    pub fn estimate(&self) -> Option<f64> {
        let all = self.concordant + self.discordant + self.tied;
        (all > 0.0).then(|| (self.concordant + self.tied / 2.0) / all)
    }

    /// Its standard error; `None` where no pair is comparable.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.estimate().map(|_| self.variance.sqrt())
    }

    /// `c ± z·se`, cut to [0, 1].
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1).
    pub fn interval(&self, level: f64) -> Result<ConfidenceInterval> {
        let half = z_of(level)? * self.variance.sqrt();
        let bounds = self.estimate().map(|c| ((c - half).max(0.0), (c + half).min(1.0)));
        Ok(ConfidenceInterval::new(bounds, level))
    }

    /// The weight of pairs in which the higher score has the event first.
    #[must_use]
    pub fn concordant(&self) -> f64 {
        self.concordant
    }

    /// The weight of pairs in which the lower score has.
    #[must_use]
    pub fn discordant(&self) -> f64 {
        self.discordant
    }

    /// The weight of comparable pairs with equal scores.
    #[must_use]
    pub fn tied(&self) -> f64 {
        self.tied
    }
}

/// The pairs of one stratum, whose rows are in order with these times; `own` gains what each subject is part of, not multiplied by its own weight.
fn pairs(
    data: &RightCensored,
    score: &[f64],
    row: &[usize],
    time: &[f64],
    weight: &impl Fn(usize) -> f64,
    by: PairWeight,
    own: &mut [Pairs],
) -> Pairs {
    // Everything that the passes read lies in the order of the times, events before censorings.
    let n = row.len();
    let event: Vec<bool> = row.iter().map(|&i| data.event()[i]).collect();
    let weights: Vec<f64> = row.iter().map(|&i| weight(i)).collect();
    let (ranks, levels) = ranks(row.iter().map(|&i| score[i]));
    let mut late: Vec<(f64, usize)> = data
        .entry()
        .map_or(Vec::new(), |entry| (0..n).map(|k| (entry[row[k]], k)).filter(|&(e, _)| e > 0.0).collect());
    late.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    // What the pairs of each event count.
    let counts = by.of_rows(time, &event, &weights, &late);

    // Backwards: each event meets those who are under observation then.
    let mut met = Scores::new(levels);
    let mut total = [0.0; 3];
    let (mut end, mut entering) = (n, late.as_slice());
    while end > 0 {
        let t = time[end - 1];
        let (mut start, mut first_censored) = (end, end);
        while start > 0 && time[start - 1] == t {
            start -= 1;
            first_censored -= usize::from(!event[start]);
        }
        while let Some((&(entry, k), rest)) = entering.split_last() {
            if entry < t {
                break;
            }
            met.add(ranks[k] as usize, -weights[k]);
            entering = rest;
        }
        for k in first_censored..end {
            met.add(ranks[k] as usize, weights[k]);
        }
        for k in start..first_censored {
            let found = met.around(ranks[k] as usize).map(|f| counts[k] * f);
            for (j, f) in found.into_iter().enumerate() {
                own[row[k]][j] += f;
                total[j] += weights[k] * f;
            }
        }
        for k in start..first_censored {
            met.add(ranks[k] as usize, weights[k]);
        }
        end = start;
    }

    // Forwards: each subject meets the events that it outlived since its entry.
    let mut met = Scores::new(levels);
    let mut meet = |met: &Scores, k: usize, sign: f64| {
        let [below, above, tied] = met.around(ranks[k] as usize);
        // An event with the higher score came first: concordant.
        for (o, f) in own[row[k]].iter_mut().zip([above, below, tied]) {
            *o += sign * f;
        }
    };
    let (mut start, mut entering) = (0, late.as_slice());
    while start < n {
        let t = time[start];
        while let Some((&(entry, k), rest)) = entering.split_first() {
            if entry >= t {
                break;
            }
            meet(&met, k, -1.0);
            entering = rest;
        }
        let (mut end, mut first_censored) = (start, start);
        while end < n && time[end] == t {
            first_censored += usize::from(event[end]);
            end += 1;
        }
        for k in start..first_censored {
            meet(&met, k, 1.0);
        }
        for k in start..first_censored {
            met.add(ranks[k] as usize, counts[k] * weights[k]);
        }
        for k in first_censored..end {
            meet(&met, k, 1.0);
        }
        start = end;
    }
    total
}

impl fmt::Display for Concordance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        match self.estimate() {
            Some(c) => write!(f, "{c:.decimals$} ± {:.decimals$}", self.variance.sqrt()),
            None => write!(f, "no comparable pairs"),
        }
    }
}
