//! Do groups differ where events are only known to lie in intervals?

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::chi_square_sf;
use crate::survival::curve::turnbull::Turnbull;
use crate::survival::data::groups::Groups;
use crate::survival::data::interval_censored::IntervalCensored;
use crate::survival::result::print::PValue;
use crate::survival::result::test::TestSummary;

/// The score of an observation, from the pooled estimate: S survival and Λ the cumulative hazard, L just before the
/// observation begins and R after its end. A large score is an early event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum IntervalScore {
    /// `(S_R Λ_R − S_L Λ_L)/(S_L − S_R)`: the log-rank scores of a discrete hazard (Sun 1996).
    #[default]
    Sun,
    /// `(S_L ln S_L − S_R ln S_R)/(S_L − S_R)`: those of grouped proportional hazards (Finkelstein 1986).
    Finkelstein,
    /// `S_L + S_R − 1`: those of proportional odds, Wilcoxon's scores without censoring (Peto & Peto 1972).
    Wilcoxon,
}

impl fmt::Display for IntervalScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sun => "Sun's log-rank scores",
            Self::Finkelstein => "Finkelstein's log-rank scores",
            Self::Wilcoxon => "Wilcoxon scores",
        })
    }
}

/// The log-rank family for interval-censored data, by the permutation distribution of the scores.
///
/// Each observation has a [score](IntervalScore) from the estimate over all groups ([`Turnbull`]). With
/// `U_g = Σ (c_i − c̄)` over group g and s² the variance of all scores (divisor n − 1), `Σ U_g²/(n_g s²)` is
/// chi-square on one degree of freedom less than there are groups. With two groups it is the square of R's
/// `ictest(…, method = "pclt")`. It holds where being examined has nothing to do with the group: then observations may be
/// exchanged, censoring and all.
///
/// # Example
/// ```
/// use greenwood::survival::log_rank::{IntervalLogRank, IntervalScore};
/// use greenwood::survival::{Groups, IntervalCensored};
///
/// let data = IntervalCensored::new(
///     &[0.0, 1.0, 2.0, 4.0, 5.0, 6.0],
///     &[2.0, 3.0, 4.0, 6.0, f64::INFINITY, f64::INFINITY],
/// )?;
/// let arm = Groups::new(&["old", "old", "old", "new", "new", "new"]);
/// let test = IntervalLogRank::new(IntervalScore::Sun).test(&data, &arm)?;
/// assert!(test.p_value().unwrap() < 0.05);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Sun (1996), Stat Med 15:1387. Finkelstein (1986), Biometrics 42:845. Fay (1999), Stat Med 18:273. Peto & Peto (1972),
/// J R Stat Soc A 135:185.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct IntervalLogRank {
    score: IntervalScore,
}

impl IntervalLogRank {
    /// The test with this score.
    pub fn new(score: IntervalScore) -> Self {
        Self { score }
    }

    /// The score of each row, in their order: rows without weight have 0.
    #[must_use]
    pub fn scores(&self, data: &IntervalCensored) -> Vec<f64> {
        let entropy = |s: f64| if s > 0.0 { s * s.ln() } else { 0.0 };
        let one = |around: crate::survival::curve::turnbull::Around| {
            let ((left, right), (before, until)) = (around.survival, around.hazard);
            let mass = left - right;
            match self.score {
                _ if !(mass > 0.0) => 0.0,
                IntervalScore::Sun => (right * until - left * before) / mass,
                IntervalScore::Finkelstein => (entropy(left) - entropy(right)) / mass,
                IntervalScore::Wilcoxon => left + right - 1.0,
            }
        };
        Turnbull::fit(data).around(data).into_iter().map(one).collect()
    }

    /// The test over the groups; a replication weight repeats its row.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::TooFewGroups`] where fewer than two groups have subjects.
    pub fn test(&self, data: &IntervalCensored, groups: &Groups) -> Result<IntervalLogRankTest> {
        if groups.len() != data.len() {
            let (len, expected) = (groups.len(), data.len());
            return Err(Error::LengthMismatch { argument: "groups", len, other: "upper", expected });
        }
        let weights: Vec<f64> = (0..data.len()).map(|i| data.weight(i)).collect();
        let scores = self.scores(data);
        let n: f64 = weights.iter().sum();
        let mean = scores.iter().zip(&weights).map(|(c, w)| c * w).sum::<f64>() / n;
        let (mut u, mut size) = (vec![0.0; groups.count()], vec![0.0; groups.count()]);
        let mut squares = 0.0;
        for ((&group, c), w) in groups.codes().iter().zip(&scores).zip(&weights) {
            u[group as usize] += w * (c - mean);
            size[group as usize] += w;
            squares += w * (c - mean) * (c - mean);
        }
        let present = size.iter().filter(|&&m| m > 0.0).count();
        if present < 2 {
            return Err(Error::TooFewGroups { found: present });
        }
        // Scores that differ by rounding alone do not differ.
        let variance = squares / (n - 1.0);
        let differ = n > 1.0 && variance > 1e-20;
        let sum = u.iter().zip(&size).filter(|(_, m)| **m > 0.0).map(|(u, m)| u * u / m).sum::<f64>();
        Ok(IntervalLogRankTest {
            score: self.score,
            labels: groups.labels().to_vec(),
            sizes: size,
            sums: u,
            rows: data.len(),
            statistic: if differ { sum / variance } else { 0.0 },
            df: if differ { present - 1 } else { 0 },
        })
    }
}

/// The result of [`IntervalLogRank`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IntervalLogRankTest {
    score: IntervalScore,
    labels: Vec<String>,
    sizes: Vec<f64>,
    sums: Vec<f64>,
    rows: usize,
    statistic: f64,
    df: usize,
}

impl IntervalLogRankTest {
    /// The labels of the groups.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The number of subjects of each group: sums of weights.
    #[must_use]
    pub fn sizes(&self) -> &[f64] {
        &self.sizes
    }

    /// The centred sums of scores of each group: above 0 where events are early.
    #[must_use]
    pub fn sums(&self) -> &[f64] {
        &self.sums
    }

    /// Chi-square; 0 where all scores are the same.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// One less than the groups with subjects; 0 where all scores are the same.
    #[must_use]
    pub fn df(&self) -> usize {
        self.df
    }

    /// The two-sided p-value; `None` where all scores are the same.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        (self.df > 0).then(|| chi_square_sf(self.statistic, self.df))
    }
}

impl From<&IntervalLogRankTest> for TestSummary {
    fn from(test: &IntervalLogRankTest) -> Self {
        let method = format!("Interval-censored test, {}", test.score);
        Self::new(method, Some(test.statistic), test.p_value())
            .with_df(test.df)
            .with_counts(test.rows, f64::NAN)
    }
}

impl fmt::Display for IntervalLogRankTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interval-censored test, {}", self.score)?;
        let width = self.labels.iter().map(|l| l.chars().count()).max().unwrap_or(0).max(5);
        write!(f, "\n{:width$} {:>10} {:>12}", "group", "n", "score")?;
        for ((label, n), sum) in self.labels.iter().zip(&self.sizes).zip(&self.sums) {
            write!(f, "\n{label:width$} {n:>10} {sum:>12.4}")?;
        }
        match self.p_value() {
            Some(p) => write!(f, "\nchi-square {:.4} on {} df, {:#}", self.statistic, self.df, PValue(p)),
            None => write!(f, "\nnothing to compare: no p-value"),
        }
    }
}
