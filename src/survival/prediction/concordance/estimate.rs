//! The concordance of a score: Harrell's C and its weighted forms.

use std::fmt;

use crate::error::{Error, ModelError, NotEstimable, Result, check_len};
use crate::print::Number;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::prediction::concordance::pairs::{Pairs, Stratum};
use crate::survival::prediction::concordance::weight::PairWeight;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::interval::{ConfidenceInterval, Interval};

/// The concordance of a score with survival: the share of comparable pairs in which the subject with the higher
/// score has the event first.
///
/// A pair is comparable if one of the two has the event while the other is under observation and event-free (a
/// censoring at the same time counts as later; two events at one time are no pair). Equal scores count one half.
/// With weights a pair counts the product of its weights; strata are compared within; with delayed entry the
/// other must be under observation at the event. The variance is the infinitesimal jackknife over rows, or over
/// clusters (Therneau & Watson 2015); a replication weight of 2 is that row twice, where R's error is that of sampling
/// weights.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`weight`](Self::weight) | [`PairWeight::equal`] | what a pair counts, by the time of its event |
///
/// # Cost
/// Two sorts and one pass over a Fenwick tree, O(n log n).
///
/// # Example
/// ```
/// use greenwood::survival::{Concordance, RightCensored};
/// use greenwood::survival::prediction::PairWeight;
///
/// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, false, true, true])?;
/// let score = [0.9, 0.3, 0.1, 0.5];
/// // Harrell: 3 of 4 pairs. One third of those at risk at 2 were censored then: after it a pair counts (3/2)².
/// assert_eq!(Concordance::new().estimate(&data, &score)?.value()?, 0.75);
/// let uno = Concordance::new().weight(PairWeight::uno()).estimate(&data, &score)?;
/// assert!((uno.value()? - 3.0 / (3.0 + 2.25)).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Harrell et al. (1982), JAMA 247:2543. Therneau & Watson (2015), Mayo Clinic technical report 85.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is estimated until `.estimate(…)` is called"]
pub struct Concordance {
    weight: PairWeight,
}

impl Default for Concordance {
    fn default() -> Self {
        Self { weight: PairWeight::equal() }
    }
}

impl Concordance {
    /// Every pair counts the same: Harrell's C.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a pair counts by the time of its event: [`PairWeight::uno`] for Uno's C.
    pub fn weight(self, weight: PairWeight) -> Self {
        Self { weight }
    }

    /// The concordance of `score` (higher means an earlier event, as the linear predictor of a Cox model).
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`ModelError::InvalidCovariate`] where a score is not finite; [`Error::OutOfRange`] for the
    /// end of the weight; [`Error::Unsupported`] for weights by censoring with delayed entry.
    pub fn estimate(&self, data: &RightCensored, score: &[f64]) -> Result<ConcordanceEstimate> {
        Ok(self.measure(data, score)?.0)
    }

    /// The concordance, and the influence of each row on it, in the order of the times, or of each cluster.
    pub(super) fn measure(
        &self,
        data: &RightCensored,
        score: &[f64],
    ) -> Result<(ConcordanceEstimate, Vec<f64>)> {
        check_len("score", score.len(), "time", data.len())?;
        if let Some((index, &value)) = score.iter().enumerate().find(|(_, s)| !s.is_finite()) {
            return Err(Error::Model(ModelError::InvalidCovariate {
                covariate: "score".into(),
                index,
                value,
            }));
        }
        self.weight.check(data.entry().is_some())?;
        let (data, (order, time)) = data.in_order();
        let mut own: Vec<Pairs> = vec![[0.0; 3]; order.len()];
        let mut total = [0.0; 3];
        let stratum = |i: usize| data.strata().map_or(0, |s| s.codes()[i]);
        let mut first = 0;
        for rows in order.chunk_by(|&a, &b| stratum(a) == stratum(b)) {
            let range = first..first + rows.len();
            first = range.end;
            let found = part(&data, score, rows, &time[range.clone()]).count(self.weight, &mut own[range]);
            for (t, f) in total.iter_mut().zip(found) {
                *t += f;
            }
        }
        let [concordant, discordant, tied] = total;
        let influence = influence(&data, &order, &own, total);
        let variance = influence.iter().map(|s| s * s).sum();
        Ok((ConcordanceEstimate { concordant, discordant, tied, variance }, influence))
    }
}

/// The rows of one stratum, whose times these are. Everything that the walk reads lies in their order.
fn part<'a>(data: &RightCensored, score: &[f64], rows: &[usize], time: &'a [f64]) -> Stratum<'a> {
    let mut delayed: Vec<(f64, usize)> = data.entry().map_or(Vec::new(), |entry| {
        (0..rows.len()).map(|k| (entry[rows[k]], k)).filter(|&(e, _)| e > 0.0).collect()
    });
    delayed.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    Stratum {
        time,
        event: rows.iter().map(|&i| data.event()[i]).collect(),
        weights: data.weights().map(Weights::values).map(|w| rows.iter().map(|&i| w[i]).collect()),
        score: rows.iter().map(|&i| score[i]).collect(),
        delayed,
    }
}

/// How much each row, or cluster, moves the concordance: its derivative by the row's weight, times that weight. A row that
/// stands for w subjects is w equal influences, whose squares add up to w times one: times the root of the weight.
fn influence(data: &RightCensored, order: &[usize], own: &[Pairs], total: Pairs) -> Vec<f64> {
    let [concordant, discordant, tied] = total;
    let all = concordant + discordant + tied;
    if !(all > 0.0) {
        return Vec::new();
    }
    let c = (concordant + tied / 2.0) / all;
    let weights = data.weights().map(Weights::values);
    let alone = matches!(data.weights(), Some(Weights::Replication(_))) && data.clusters().is_none();
    let times = |w: f64| if alone { w.sqrt() } else { w };
    let of_rows = own.iter().zip(order).map(|(&[con, dis, tie], &i)| {
        weights.map_or(1.0, |w| times(w[i])) * ((con + tie / 2.0 - c * (con + dis + tie)) / all)
    });
    let Some(clusters) = data.clusters() else { return of_rows.collect() };
    let count = clusters.iter().max().map_or(0, |&m| m as usize + 1);
    let mut sums = vec![0.0; count];
    for (influence, &i) in of_rows.zip(order) {
        sums[clusters[i] as usize] += influence;
    }
    sums
}

/// An estimated concordance with its pairs. Made by [`Concordance::estimate`].
///
/// # Example
/// ```
/// use greenwood::survival::{Concordance, RightCensored};
///
/// let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true])?;
/// let c = Concordance::new().estimate(&data, &[0.9, 0.3, 0.5, 0.1])?;
/// assert_eq!((c.value()?, c.concordant(), c.discordant()), (0.8, 4.0, 1.0)); // 4 of the 5 comparable pairs
/// assert_eq!(c.to_string(), "0.800 ± 0.204");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "RawEstimate"))]
pub struct ConcordanceEstimate {
    concordant: f64,
    discordant: f64,
    tied: f64,
    pub(super) variance: f64,
}

impl ConcordanceEstimate {
    /// The value with its error, on the scale of the concordance itself, within 0 and 1.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        let all = self.concordant + self.discordant + self.tied;
        if !(all > 0.0) {
            return Estimate::none(Scale::Identity, NotEstimable::NoPairs);
        }
        let value = (self.concordant + self.tied / 2.0) / all;
        Estimate::new(Scale::Identity, value, self.variance.sqrt()).within(0.0, 1.0)
    }

    /// The concordance.
    ///
    /// # Errors
    /// [`NotEstimable::NoPairs`] where no pair is comparable.
    pub fn value(&self) -> Result<f64, NotEstimable> {
        self.estimate().value()
    }

    /// Its standard error.
    ///
    /// # Errors
    /// [`NotEstimable::NoPairs`]; [`NotEstimable::NoVariation`] where it is 0, as where all pairs are concordant.
    pub fn std_error(&self) -> Result<f64, NotEstimable> {
        self.estimate().std_error()
    }

    /// The scale of the standard error: that of the concordance itself.
    #[must_use]
    pub fn scale(&self) -> Scale {
        Scale::Identity
    }

    /// `c ± z·se`, cut to [0, 1]. Without limits where there is no standard error.
    ///
    /// # Errors
    /// As [`Estimate::interval`].
    pub fn interval(&self, interval: impl Into<Interval>) -> Result<ConfidenceInterval> {
        self.estimate().interval(interval)
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

impl fmt::Display for ConcordanceEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(3);
        match (self.value(), self.std_error()) {
            (Ok(c), Ok(se)) => write!(f, "{:.decimals$} ± {:.decimals$}", Number(c), Number(se)),
            (Ok(c), Err(because)) => write!(f, "{:.decimals$} (no standard error: {because:#})", Number(c)),
            (Err(because), _) => write!(f, "{because}"),
        }
    }
}

/// An estimate as it was written: of pairs and a variance that are at least 0.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct RawEstimate {
    concordant: f64,
    discordant: f64,
    tied: f64,
    variance: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<RawEstimate> for ConcordanceEstimate {
    type Error = Error;

    fn try_from(raw: RawEstimate) -> Result<Self> {
        let RawEstimate { concordant, discordant, tied, variance } = raw;
        for (argument, value) in [
            ("the concordant pairs", concordant),
            ("the discordant pairs", discordant),
            ("the tied pairs", tied),
            ("the variance", variance),
        ] {
            if !(0.0..f64::INFINITY).contains(&value) {
                return Err(Error::OutOfRange { argument, value, must_be: "finite and at least 0" });
            }
        }
        Ok(Self { concordant, discordant, tied, variance })
    }
}
