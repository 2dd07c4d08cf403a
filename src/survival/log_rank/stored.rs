//! Tests of the family as they were written: checked before they are tests.

use crate::error::{Error, Result, check_len};
use crate::numeric::distribution::normal_two_sided;
use crate::numeric::multivariate_normal::MOST;
use crate::survival::log_rank::max_combo::MaxComboTest;
use crate::survival::log_rank::stratum_counts::StratumCounts;
use crate::survival::log_rank::test::{Kind, LogRankTest};

/// How far numbers that follow from each other may be apart: rounding.
const CLOSE: f64 = 1e-9;
/// How far an integral may be off beside the error that is stated.
const INTEGRAL: f64 = 1e-6;

/// The numbers of a [`LogRankTest`] before they are checked.
#[derive(serde::Deserialize)]
pub(super) struct RawLogRank {
    kind: Kind,
    labels: Vec<String>,
    subjects: Vec<usize>,
    sizes: Vec<f64>,
    whole: bool,
    observed: Vec<f64>,
    expected: Vec<f64>,
    variance: Vec<f64>,
    unit: f64,
    strata: Vec<StratumCounts>,
    left_out: usize,
}

impl RawLogRank {
    /// A number for each group, and a covariance for each pair.
    fn check_lengths(&self) -> Result<()> {
        let k = self.labels.len();
        if k < 2 {
            return Err(Error::TooFewGroups { found: k });
        }
        let length = |argument, len, expected| check_len(argument, len, "labels", expected);
        length("subjects", self.subjects.len(), k)?;
        length("sizes", self.sizes.len(), k)?;
        length("variance", self.variance.len(), k * k)?;
        for (observed, expected) in self.counts() {
            length("observed", observed.len(), k)?;
            length("expected", expected.len(), k)?;
        }
        Ok(())
    }

    /// Events observed and expected by group: in each stratum, and in all.
    fn counts(&self) -> impl Iterator<Item = (&Vec<f64>, &Vec<f64>)> {
        let strata = self.strata.iter().map(|s| (&s.observed, &s.expected));
        strata.chain([(&self.observed, &self.expected)])
    }

    /// Numbers that a test can have.
    fn check_values(&self) -> Result<()> {
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        // Weights of event times may be negative, so sums of them may be.
        let mut counts = self.counts().flat_map(|(observed, expected)| observed.iter().chain(expected));
        if let Some(&value) = counts.find(|x| !x.is_finite()) {
            return refuse("observed or expected", value, "finite");
        }
        let mut variances = self.variance.iter().step_by(self.labels.len() + 1);
        if let Some(&value) = variances.find(|v| !(**v >= 0.0)) {
            return refuse("a variance", value, "at least 0");
        }
        if let Some(&value) = self.variance.iter().find(|v| !v.is_finite()) {
            return refuse("a covariance", value, "finite");
        }
        let k = self.labels.len();
        let mut pairs = (0..k).flat_map(|g| (0..g).map(move |h| (g * k + h, h * k + g)));
        if let Some((a, _)) = pairs.find(|&(a, b)| self.variance[a] != self.variance[b]) {
            return refuse("a covariance", self.variance[a], "the same either way round");
        }
        if let Some(&many) = self.subjects.iter().find(|&&n| n > 1 << 52) {
            return refuse("the number of subjects", many as f64, "a number that can be counted to");
        }
        if !(self.unit > 0.0 && self.unit < f64::INFINITY) {
            return refuse("the unit of the weights", self.unit, "above 0 and finite");
        }
        if let Some(&value) = self.sizes.iter().find(|n| !(0.0..f64::INFINITY).contains(*n)) {
            return refuse("the size of a group", value, "at least 0");
        }
        Ok(())
    }
}

impl TryFrom<RawLogRank> for LogRankTest {
    type Error = Error;

    fn try_from(raw: RawLogRank) -> Result<Self> {
        raw.check_lengths()?;
        raw.check_values()?;
        let RawLogRank {
            kind,
            labels,
            subjects,
            sizes,
            whole,
            observed,
            expected,
            variance,
            unit,
            strata,
            left_out,
        } = raw;
        let test = Self {
            kind,
            labels,
            subjects,
            sizes,
            whole,
            observed,
            expected,
            variance,
            unit,
            strata,
            left_out,
            statistic: 0.0,
            df: 0,
        };
        Ok(test.with_statistic())
    }
}

/// The numbers of a [`MaxComboTest`] before they are checked.
#[derive(serde::Deserialize)]
pub(super) struct RawMaxCombo {
    labels: Vec<String>,
    weights: Vec<String>,
    subjects: usize,
    events: f64,
    u: Vec<f64>,
    covariance: Vec<f64>,
    robust: bool,
    p_value: Option<f64>,
    p_value_error: f64,
}

impl TryFrom<RawMaxCombo> for MaxComboTest {
    type Error = Error;

    fn try_from(raw: RawMaxCombo) -> Result<Self> {
        let RawMaxCombo { labels, weights, subjects, events, u, covariance, robust, p_value, p_value_error } =
            raw;
        let m = weights.len();
        let lengths =
            [("labels", labels.len(), 2), ("u", u.len(), m), ("covariance", covariance.len(), m * m)];
        for (argument, len, expected) in lengths {
            check_len(argument, len, "weights", expected)?;
        }
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        if let Some(&value) = u.iter().chain(&covariance).find(|x| !x.is_finite()) {
            return refuse("a score or covariance", value, "finite");
        }
        if let Some(a) = (0..m).find(|a| covariance[a * m + a] < 0.0) {
            return refuse("a variance", covariance[a * m + a], "at least 0");
        }
        if m == 0 || m > MOST {
            return refuse("the number of weights", m as f64, "1 to 8");
        }
        let of = |a: usize, b: usize| covariance[a * m + b];
        let pairs = (0..m).flat_map(|a| (0..a).map(move |b| (a, b)));
        let bound = |a: usize, b: usize| of(a, a).sqrt() * of(b, b).sqrt() * (1.0 + CLOSE);
        if let Some((a, b)) =
            pairs.into_iter().find(|&(a, b)| of(a, b) != of(b, a) || of(a, b).abs() > bound(a, b))
        {
            return refuse(
                "a covariance",
                of(a, b),
                "the same either way round, and at most the root of the two variances",
            );
        }
        let test = Self { labels, weights, subjects, events, u, covariance, robust, p_value, p_value_error };
        let single = test.statistic().map(normal_two_sided);
        let value = p_value.unwrap_or(f64::NAN);
        if p_value.is_some() != single.is_some() || !p_value.is_none_or(|p| (0.0..=1.0).contains(&p)) {
            return refuse(
                "the p-value",
                value,
                "in [0, 1], and there exactly where a weight has a variance",
            );
        }
        if !(0.0..f64::INFINITY).contains(&p_value_error) {
            return refuse("the error of the p-value", p_value_error, "at least 0 and finite");
        }
        // One of m passes a bound at least as often as the first alone, and at most as often as all of them are counted.
        if let (Some(single), Some(p)) = (single, p_value) {
            let (low, high) = (single * (1.0 - INTEGRAL), m as f64 * single * (1.0 + INTEGRAL));
            if p < low - p_value_error || p > high + p_value_error {
                let must_be = "at least that of its largest statistic, and at most that for each weight";
                return refuse("the p-value", p, must_be);
            }
        }
        Ok(test)
    }
}
