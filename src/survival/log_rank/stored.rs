//! Tests of the family as they were written: checked before they are tests.

use crate::error::{Error, Result};
use crate::survival::log_rank::max_combo::MaxComboTest;
use crate::survival::log_rank::stratum_counts::StratumCounts;
use crate::survival::log_rank::test::{Kind, LogRankTest};

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

impl TryFrom<RawLogRank> for LogRankTest {
    type Error = Error;

    fn try_from(raw: RawLogRank) -> Result<Self> {
        let k = raw.labels.len();
        if k < 2 {
            return Err(Error::TooFewGroups { found: k });
        }
        let length = |argument, len, expected| {
            if len == expected {
                Ok(())
            } else {
                Err(Error::LengthMismatch { argument, len, other: "labels", expected })
            }
        };
        length("subjects", raw.subjects.len(), k)?;
        length("sizes", raw.sizes.len(), k)?;
        length("variance", raw.variance.len(), k * k)?;
        for counts in
            raw.strata.iter().map(|s| (&s.observed, &s.expected)).chain([(&raw.observed, &raw.expected)])
        {
            length("observed", counts.0.len(), k)?;
            length("expected", counts.1.len(), k)?;
            // Weights of event times may be negative, so sums of them may be.
            if let Some(&value) = counts.0.iter().chain(counts.1).find(|x| !x.is_finite()) {
                return Err(Error::OutOfRange { argument: "observed or expected", value, must_be: "finite" });
            }
        }
        if let Some(g) = (0..k).find(|&g| !(raw.variance[g * k + g] >= 0.0)) {
            let (argument, value) = ("a variance", raw.variance[g * k + g]);
            return Err(Error::OutOfRange { argument, value, must_be: "at least 0" });
        }
        if let Some(&value) = raw.variance.iter().find(|v| !v.is_finite()) {
            return Err(Error::OutOfRange { argument: "a covariance", value, must_be: "finite" });
        }
        if let Some(&many) = raw.subjects.iter().find(|&&n| n > 1 << 52) {
            let (argument, value) = ("the number of subjects", many as f64);
            return Err(Error::OutOfRange { argument, value, must_be: "a number that can be counted to" });
        }
        if !(raw.unit > 0.0 && raw.unit < f64::INFINITY) {
            let must_be = "above 0 and finite";
            return Err(Error::OutOfRange { argument: "the unit of the weights", value: raw.unit, must_be });
        }
        if let Some(&value) = raw.sizes.iter().find(|n| !(0.0..f64::INFINITY).contains(*n)) {
            return Err(Error::OutOfRange { argument: "the size of a group", value, must_be: "at least 0" });
        }
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
            if len != expected {
                return Err(Error::LengthMismatch { argument, len, other: "weights", expected });
            }
        }
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        if let Some(&value) = u.iter().chain(&covariance).find(|x| !x.is_finite()) {
            return refuse("a score or covariance", value, "finite");
        }
        if let Some(a) = (0..m).find(|a| covariance[a * m + a] < 0.0) {
            return refuse("a variance", covariance[a * m + a], "at least 0");
        }
        let compared = (0..m).any(|a| covariance[a * m + a] > 0.0);
        let valid = |p: f64| (0.0..=1.0).contains(&p);
        if p_value.is_some() != compared || !p_value.is_none_or(valid) || !(p_value_error >= 0.0) {
            let value = p_value.unwrap_or(f64::NAN);
            return refuse(
                "the p-value",
                value,
                "in [0, 1], and there exactly where a weight has a variance",
            );
        }
        Ok(Self { labels, weights, subjects, events, u, covariance, robust, p_value, p_value_error })
    }
}
