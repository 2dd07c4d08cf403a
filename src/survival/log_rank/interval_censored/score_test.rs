//! The test and its options.

use super::information;
use super::result::IntervalLogRankTest;
use super::score::IntervalScore;
use super::variance::{IntervalVariance, floor};
use crate::error::{Error, Result, check_len};
use crate::numeric::quadratic_form::quadratic_form_above;
use crate::survival::curve::turnbull::{Around, Turnbull, TurnbullCurve};
use crate::survival::data::groups::Groups;
use crate::survival::data::interval_censored::IntervalCensored;
use crate::survival::log_rank::weighted::check_count;

/// The log-rank family for interval-censored data.
///
/// Each observation has a [score](IntervalScore) from the estimate over all groups ([`Turnbull`]). With `U_g` their sums
/// over the groups, less what is expected, and V the covariance of these sums, `U' V⁻ U` is chi-square on one degree of
/// freedom less than there are groups. With strata each has its own estimate; sums and covariances are added up.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`new`](Self::new) | Sun | the [`IntervalScore`] |
/// | [`variance`](Self::variance) | permutation | the [`IntervalVariance`] |
///
/// The permutation variance is that of R's `ictest(…, method = "pclt")` (whose Z is [`IntervalLogRankTest::z`]), the
/// information that of `method = "scoretest"`. Of few subjects take
/// [`MonteCarloIntervalLogRank`](super::MonteCarloIntervalLogRank), which needs no approximation.
///
/// # Cost
/// One [`Turnbull`] estimate for each stratum, then one pass over the rows and k² numbers for k groups. The information also
/// factorises a matrix of the curve's steps, within the span of each row's interval; more than 2·10¹⁰ multiplications are refused.
///
/// # Example
/// ```
/// use greenwood::survival::log_rank::{IntervalLogRank, IntervalScore, IntervalVariance};
/// use greenwood::survival::{Groups, IntervalCensored};
///
/// let data = IntervalCensored::new(
///     &[0.0, 1.0, 2.0, 4.0, 5.0, 6.0],
///     &[2.0, 3.0, 4.0, 6.0, f64::INFINITY, f64::INFINITY],
/// )?;
/// let arm = Groups::new(&["old", "old", "old", "new", "new", "new"]);
/// let test = IntervalLogRank::new(IntervalScore::Sun).test(&data, &arm)?;
/// assert!(test.p_value().unwrap() < 0.05 && test.z().unwrap() > 0.0); // early in the old arm
/// let score_test = IntervalLogRank::new(IntervalScore::Sun).variance(IntervalVariance::Information);
/// assert!(score_test.test(&data, &arm)?.p_value().unwrap() < 0.05);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Sun (1996), Stat Med 15:1387. Finkelstein (1986), Biometrics 42:845. Fay (1996), Biometrics 52:811; (1999), Stat Med
/// 18:273. Peto & Peto (1972), J R Stat Soc A 135:185.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct IntervalLogRank {
    score: IntervalScore,
    variance: IntervalVariance,
}

impl IntervalLogRank {
    /// The test with this score.
    pub fn new(score: IntervalScore) -> Self {
        Self { score, ..Self::default() }
    }

    /// What the sums vary by.
    pub fn variance(self, variance: IntervalVariance) -> Self {
        Self { variance, ..self }
    }

    /// The score of each row, in their order, from one estimate over all of them; rows without weight have 0.
    #[must_use]
    pub fn scores(&self, data: &IntervalCensored) -> Vec<f64> {
        self.scores_of(&Turnbull::fit(data), data)
    }

    fn scores_of(self, curve: &TurnbullCurve, data: &IntervalCensored) -> Vec<f64> {
        let entropy = |s: f64| if s > 0.0 { s * s.ln() } else { 0.0 };
        let one = |around: Around| {
            let ((left, right), (before, until)) = (around.survival, around.hazard);
            let mass = left - right;
            match self.score {
                _ if !(mass > 0.0) => 0.0,
                IntervalScore::Sun => (right * until - left * before) / mass,
                IntervalScore::Finkelstein => (entropy(left) - entropy(right)) / mass,
                IntervalScore::Wilcoxon => left + right - 1.0,
            }
        };
        curve.around(data).into_iter().map(one).collect()
    }

    /// The test over the groups, within the strata of the data if there are any; a replication weight repeats its row.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::TooFewGroups`] where fewer than two groups have subjects; [`Error::TooManyGroups`] beyond 4096;
    /// [`Error::Unsupported`] for sampling weights and clusters, for the permutation variance where rows enter late (they
    /// cannot be exchanged), for the information where survival falls to 0 before the last rows have entered;
    /// [`Error::TooLarge`] where the information has too many steps.
    pub fn test(&self, data: &IntervalCensored, groups: &Groups) -> Result<IntervalLogRankTest> {
        check_len("groups", groups.len(), "upper", data.len())?;
        self.refuse(data)?;
        let k = groups.count();
        let mut sizes = vec![0.0; k];
        for (i, &g) in groups.codes().iter().enumerate() {
            sizes[g as usize] += data.weight(i);
        }
        let present = sizes.iter().filter(|&&m| m > 0.0).count();
        if present < 2 {
            return Err(Error::TooFewGroups { found: present });
        }
        check_count(k)?;
        let (mut sums, mut covariance) = (vec![0.0; k], vec![0.0; k * k]);
        for (part, of, curve) in parts(data, groups) {
            let (u, v) = match self.variance {
                IntervalVariance::Permutation => permutation(&self.scores_of(&curve, &part), &part, &of),
                IntervalVariance::Information => information::sums(self.score, &curve, &part, &of)?,
            };
            sums.iter_mut().zip(u).for_each(|(a, b)| *a += b);
            covariance.iter_mut().zip(v).for_each(|(a, b)| *a += b);
        }
        let (statistic, df) = quadratic_form_above(&sums, &covariance, floor(&covariance, k, &sizes));
        Ok(IntervalLogRankTest {
            score: self.score,
            variance: self.variance,
            labels: groups.labels().to_vec(),
            sizes,
            sums,
            covariance,
            statistic,
            df,
        })
    }

    /// Of each stratum the scores, the rows and their groups.
    pub(super) fn by_stratum<'a>(
        self,
        data: &'a IntervalCensored,
        groups: &'a Groups,
    ) -> impl Iterator<Item = (Vec<f64>, IntervalCensored<'static>, Groups)> + 'a {
        parts(data, groups).map(move |(part, of, curve)| (self.scores_of(&curve, &part), part, of))
    }

    fn refuse(self, data: &IntervalCensored) -> Result<()> {
        let (with, why) = if data.is_robust() {
            (
                "sampling weights or clusters",
                "its variance is that of independent rows: give replication weights, or none",
            )
        } else if self.variance == IntervalVariance::Permutation && data.is_truncated() {
            (
                "delayed entry",
                "rows that enter at different times cannot be exchanged: take `IntervalVariance::Information`",
            )
        } else {
            return Ok(());
        };
        Err(Error::Unsupported { method: "the test of interval-censored data", with, why })
    }
}

/// Of each stratum the rows that count, their groups, and the estimate over them.
fn parts<'a>(
    data: &'a IntervalCensored,
    groups: &'a Groups,
) -> impl Iterator<Item = (IntervalCensored<'static>, Groups, TurnbullCurve)> + 'a {
    strata(data).into_iter().map(move |rows| {
        let (part, of) = (data.rows(&rows), groups.picked(&rows));
        let curve = Turnbull::fit(&part);
        (part, of, curve)
    })
}

/// The rows of each stratum that count.
fn strata(data: &IntervalCensored) -> Vec<Vec<usize>> {
    let count = data.strata().map_or(1, Groups::count);
    let mut rows = vec![Vec::new(); count];
    for i in (0..data.len()).filter(|&i| data.weight(i) > 0.0) {
        rows[data.strata().map_or(0, |s| s.codes()[i] as usize)].push(i);
    }
    rows.retain(|r| !r.is_empty());
    rows
}

/// Centred sums of scores and their covariance where scores are exchanged between rows.
fn permutation(scores: &[f64], data: &IntervalCensored, groups: &Groups) -> (Vec<f64>, Vec<f64>) {
    let k = groups.count();
    let weights: Vec<f64> = (0..data.len()).map(|i| data.weight(i)).collect();
    let n: f64 = weights.iter().sum();
    // One subject alone, or a part of one, is exchanged with nobody: it counts in neither.
    if n <= 1.0 {
        return (vec![0.0; k], vec![0.0; k * k]);
    }
    let mean = scores.iter().zip(&weights).map(|(c, w)| c * w).sum::<f64>() / n;
    let (mut u, mut size, mut squares) = (vec![0.0; k], vec![0.0; k], 0.0);
    for ((&group, c), w) in groups.codes().iter().zip(scores).zip(&weights) {
        u[group as usize] += w * (c - mean);
        size[group as usize] += w;
        squares += w * (c - mean) * (c - mean);
    }
    let variance = squares / (n - 1.0);
    let mut v = vec![0.0; k * k];
    for g in 0..k {
        for h in 0..k {
            let own = if g == h { size[g] } else { 0.0 };
            v[g * k + h] = variance * (own - size[g] * size[h] / n);
        }
    }
    (u, v)
}
