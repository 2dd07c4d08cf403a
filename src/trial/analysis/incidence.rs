//! The probability of the event where something else can come first.

use std::fmt;

use crate::error::Result;
use crate::trial::{Analysis, Label, Outcome, Time};

/// The probability that the event has happened by a time, where competing events can prevent it.
///
/// Aalen & Johansen's (1978) estimate: `F(t) = Σ_{tᵢ ≤ t} S(tᵢ−) dᵢ/nᵢ` over the times of events and competing events,
/// where `S` is the probability of being free of both and `dᵢ` counts events alone. One minus Kaplan-Meier with
/// competing events censored is larger, and the probability of nothing that can happen. The standard error is
/// Greenwood's for several causes (Andersen et al. 1993, IV.4.1.3); without censoring it is the binomial one.
///
/// # References
/// Aalen & Johansen (1978), Scand J Stat 5:141. Andersen, Borgan, Gill & Keiding (1993), Statistical Models Based
/// on Counting Processes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Incidence {
    value: f64,
    std_error: f64,
    at_risk: usize,
}

impl Incidence {
    /// The probability.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Its standard error.
    #[must_use]
    pub fn std_error(&self) -> f64 {
        self.std_error
    }

    /// How many are at risk just before the time.
    #[must_use]
    pub fn at_risk(&self) -> usize {
        self.at_risk
    }
}

/// `23.4% ± 4.1%`.
impl fmt::Display for Incidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(1);
        write!(f, "{:.decimals$}% ± {:.decimals$}%", 100.0 * self.value, 100.0 * self.std_error)
    }
}

/// Events, competing events and number at risk at one time.
struct Row {
    events: f64,
    competing: f64,
    at_risk: f64,
}

impl<A: Label, E: Label> Analysis<A, E> {
    /// The probability that the event has happened in an arm by a time, whatever competes with it. Without
    /// competing events it is one minus [`survival`](Self::survival).
    ///
    /// # Errors
    /// [`Error::UnknownLabel`](crate::Error::UnknownLabel).
    pub fn incidence(&self, arm: A, t: Time) -> Result<Incidence> {
        self.check_arm(arm)?;
        let mut records: Vec<_> = self.records().iter().filter(|r| r.arm == arm).collect();
        records.sort_by(|a, b| a.time.in_days().total_cmp(&b.time.in_days()));
        let mut rows = Vec::new();
        let mut left = records.len();
        for same in records.chunk_by(|a, b| a.time == b.time).take_while(|same| same[0].time <= t) {
            let events = same.iter().filter(|r| r.outcome.is_event()).count();
            let competing = same.iter().filter(|r| matches!(r.outcome, Outcome::Competing(_))).count();
            if events + competing > 0 {
                let [events, competing, at_risk] = [events, competing, left].map(|n| n as f64);
                rows.push(Row { events, competing, at_risk });
            }
            left -= same.len();
        }
        let at_risk = records.iter().filter(|r| r.time >= t).count();
        let (value, variance) = aalen_johansen(&rows);
        Ok(Incidence { value, std_error: variance.max(0.0).sqrt(), at_risk })
    }
}

/// The cumulative incidence after the last row and its variance.
fn aalen_johansen(rows: &[Row]) -> (f64, f64) {
    let mut free = 1.0;
    let mut incidence = 0.0;
    let mut steps = Vec::with_capacity(rows.len());
    for row in rows {
        incidence += free * row.events / row.at_risk;
        steps.push((free, incidence));
        free *= 1.0 - (row.events + row.competing) / row.at_risk;
    }
    // With g = F(t) − F(tᵢ), what is still to come, an event of either kind changes F(t) by −g S(tᵢ) / S(tᵢ−), and
    // one of the first kind adds S(tᵢ−) besides: a sum of multinomial variances over the times.
    let variance = rows.iter().zip(steps).map(|(row, (before, then))| {
        let n = row.at_risk;
        let all = row.events + row.competing;
        let still = if n > all { (incidence - then) / (1.0 - all / n) } else { 0.0 };
        let (gain, loss) = (before - still, still);
        let (p, q) = (row.events / n, row.competing / n);
        (gain * gain * p * (1.0 - p) + loss * loss * q * (1.0 - q) + 2.0 * gain * loss * p * q) / n
    });
    (incidence, variance.sum())
}
