//! The largest excursion of a weighted test over time: for hazards that cross.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::check_len;
use crate::error::{Error, Result};
use crate::numeric::distribution::normal_sf;
use crate::print::{self, Number, PValue as P};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::log_rank::weight::{Running, Weighing, Weight, unit_of};
use crate::survival::result::alternative::Alternative;
use crate::survival::result::test::TestSummary;
use crate::survival::risk_table::event_times::for_each_event_time;
use crate::survival::risk_table::table::RiskTable;

/// The Renyi-type supremum test of two groups: `Q = max_t |Z(t)|/σ`, where `Z(t)` is the weighted sum of
/// observed − expected up to t and σ² its variance at the end.
///
/// Where hazards cross, early and late differences cancel in the sum at the end, but not in its largest
/// excursion. Under equal hazards `Z/σ` is close to a Brownian motion B on [0, 1], so
/// `p = P(max |B| ≥ Q) = 1 − (4/π) Σ (−1)ᵏ/(2k + 1) exp(−π² (2k + 1)²/(8 Q²))`; one-sided,
/// `P(max B ≥ Q) = 2 (1 − Φ(Q))`.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`weight`](Self::weight) | log-rank | the [`Weight`] of the event times |
///
/// # Cost
/// One pass over the event times; with strata their sums are sorted together.
///
/// # Conventions
/// With strata the sum runs through the event times of all strata in order of time.
///
/// # Example
/// ```
/// use greenwood::survival::{Groups, RightCensored, Weight};
/// use greenwood::survival::log_rank::Renyi;
/// let data = RightCensored::new(&[1., 2., 3., 4., 5., 6., 7., 8.], &[true; 8])?;
/// let arm = Groups::from_codes(&[0, 0, 1, 1, 1, 1, 0, 0], &["early and late", "between"])?;
/// let test = Renyi::new().test(&data, &arm)?;
/// assert!(test.statistic().unwrap() > test.at_end().unwrap().abs());
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Gill (1980), Censoring and Stochastic Integrals. Fleming, O'Fallon, O'Brien & Harrington (1987),
/// Biometrics 43:193 (whose weights and variance these are); Klein & Moeschberger (2003), section 7.6.
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct Renyi {
    weight: Weight,
}

impl Renyi {
    /// The test with weight 1.
    pub fn new() -> Self {
        Self::default()
    }

    /// The weight of the event times.
    pub fn weight(mut self, weight: Weight) -> Self {
        self.weight = weight;
        self
    }

    /// Compares two groups, within the strata of the data if there are any.
    ///
    /// # Errors
    /// [`Error::NotTwoGroups`]; [`Error::LengthMismatch`]; [`Error::OutOfRange`] and [`TestError::PeriodCount`](crate::TestError::PeriodCount)
    /// for the weight's parameters; [`Error::Unsupported`] for sampling weights and clusters.
    pub fn test(&self, data: &RightCensored, groups: &Groups) -> Result<RenyiTest> {
        if groups.count() != 2 {
            let (method, instead) = ("the Renyi test", "use `WeightedLogRank` for all of them");
            return Err(Error::NotTwoGroups { method, found: groups.count(), instead });
        }
        if data.is_robust() {
            return Err(Error::Unsupported {
                method: "the Renyi test",
                with: "sampling weights or clusters",
                why: "use `WeightedLogRank`, whose variance is robust",
            });
        }
        self.weight.check()?;
        let tables = RiskTable::by_stratum_and_group(data, groups)?;
        let (mut steps, mut variance, largest) = self.steps(&tables, 1.0);
        // Squares of weights far from 1 overflow or vanish: the same sums in a unit of the largest weight.
        let unit = unit_of(largest);
        if unit != 1.0 {
            (steps, variance, _) = self.steps(&tables, unit);
        }
        // Sorted already with one stratum.
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut test = RenyiTest {
            labels: groups.labels().to_vec(),
            weight: self.weight.to_string(),
            subjects: RiskTable::counted(tables.iter().flatten()),
            events: tables.iter().flatten().map(RiskTable::events).sum(),
            highest: 0.0,
            lowest: 0.0,
            end: 0.0,
            time: None,
            variance,
        };
        for (i, &(time, step)) in steps.iter().enumerate() {
            test.end += step;
            // Event times that strata share are one time.
            if steps.get(i + 1).is_some_and(|next| next.0 == time) {
                continue;
            }
            if test.end.abs() > test.highest.max(-test.lowest) {
                test.time = Some(time);
            }
            test.highest = test.highest.max(test.end);
            test.lowest = test.lowest.min(test.end);
        }
        Ok(test)
    }

    /// The terms of the sum with their times, stratum after stratum; the variance; the largest size of a weight.
    fn steps(&self, tables: &[Vec<RiskTable>], unit: f64) -> (Vec<(f64, f64)>, f64, f64) {
        let (mut steps, mut variance, mut largest) = (Vec::new(), 0.0, 0.0_f64);
        for stratum in tables {
            let mut running = Running::new(Weighing::Named(&self.weight)).in_unit(unit);
            for_each_event_time(stratum, |t| {
                let w = running.weigh(&t);
                steps.push((t.time, w * (t.events[0] - t.total_events * t.share(0))));
                variance += w * (w * t.variance(0));
            });
            largest = largest.max(running.largest);
        }
        (steps, variance, largest)
    }
}

/// The result of the [`Renyi`] test.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct RenyiTest {
    labels: Vec<String>,
    weight: String,
    subjects: usize,
    events: f64,
    highest: f64,
    lowest: f64,
    end: f64,
    time: Option<f64>,
    variance: f64,
}

/// A test as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    labels: Vec<String>,
    weight: String,
    subjects: usize,
    events: f64,
    highest: f64,
    lowest: f64,
    end: f64,
    time: Option<f64>,
    variance: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for RenyiTest {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { labels, weight, subjects, events, highest, lowest, end, time, variance } = raw;
        check_len("labels", labels.len(), "groups", 2)?;
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        if !(0.0..f64::INFINITY).contains(&variance) {
            return refuse("the variance", variance, "at least 0 and finite");
        }
        // The sum starts at 0 and ends somewhere between its extremes.
        if !(lowest <= 0.0
            && highest >= 0.0
            && lowest <= end
            && end <= highest
            && (highest - lowest).is_finite())
        {
            return refuse(
                "the sum at the end",
                end,
                "between its lowest and its highest value, which enclose 0",
            );
        }
        if let Some(t) = time.filter(|t| !(0.0..f64::INFINITY).contains(t)) {
            return refuse("the time of the largest distance", t, "finite and at least 0");
        }
        Ok(Self { labels, weight, subjects, events, highest, lowest, end, time, variance })
    }
}

impl RenyiTest {
    /// The two groups' labels.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The first group, whose events are counted.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.labels[0]
    }

    /// The group it is compared with.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.labels[1]
    }

    /// The number of subjects: one with a replication weight of 2 is two.
    #[must_use]
    pub fn subjects(&self) -> usize {
        self.subjects
    }

    /// The number of events (sum of weights).
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events
    }

    /// The name of the weight.
    #[must_use]
    pub fn weight(&self) -> &str {
        &self.weight
    }

    fn scaled(&self, x: f64) -> Option<f64> {
        (self.variance > 0.0).then(|| x / self.variance.sqrt())
    }

    /// The largest distance of the weighted sum of observed − expected (first group) from 0, not standardised. Where
    /// weights are above 1e75 or all below 1e-75, in a power of two next to the largest, as the variance is.
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.highest.max(-self.lowest)
    }

    /// The variance of the sum at the end.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// Q, the largest distance in standard deviations; `None` without variance.
    #[must_use]
    pub fn statistic(&self) -> Option<f64> {
        self.scaled(self.largest())
    }

    /// When the largest distance was reached.
    #[must_use]
    pub fn time(&self) -> Option<f64> {
        self.time
    }

    /// The statistic at the end: z of the weighted log-rank test.
    #[must_use]
    pub fn at_end(&self) -> Option<f64> {
        self.scaled(self.end)
    }

    /// The two-sided p-value.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.statistic().map(brownian_supremum_sf)
    }

    /// The p-value against the one-sided alternative: of the largest excursion in its direction.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> Option<f64> {
        let excursion = match alternative {
            Alternative::FirstLower => -self.lowest,
            Alternative::FirstHigher => self.highest,
        };
        self.scaled(excursion).map(|q| 2.0 * normal_sf(q))
    }
}

/// `P(max_{[0, 1]} |B| ≥ q)` for a Brownian motion B.
fn brownian_supremum_sf(q: f64) -> f64 {
    use std::f64::consts::PI;
    if q <= 0.0 {
        return 1.0;
    }
    if q > 1.0 {
        // By reflection: 4 Σ (−1)ᵏ P(B₁ > (2k + 1) q), which keeps the digits of a small tail.
        (0..8).map(|k| f64::from(1 - 2 * (k & 1)) * 4.0 * normal_sf(f64::from(2 * k + 1) * q)).sum::<f64>()
    } else {
        let term = |k: i32| {
            let odd = f64::from(2 * k + 1);
            f64::from(1 - 2 * (k & 1)) / odd * (-(PI * odd / q).powi(2) / 8.0).exp()
        };
        1.0 - 4.0 / PI * (0..8).map(term).sum::<f64>()
    }
}

impl From<&RenyiTest> for TestSummary {
    fn from(test: &RenyiTest) -> Self {
        let method = format!("Renyi supremum test, {}", test.weight);
        Self::new(method, test.statistic(), test.p_value()).with_counts(test.subjects, test.events)
    }
}

impl fmt::Display for RenyiTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pair = print::pair(self.group(), self.reference());
        write!(f, "Renyi supremum test of {pair}, weight {}", self.weight)?;
        match (self.statistic(), self.time, self.p_value(), self.at_end()) {
            (Some(q), Some(t), Some(p), Some(z)) => {
                write!(
                    f,
                    "\nlargest distance {q:.4} at {}, {:#}; z at the end {:.4}",
                    Number(t),
                    P(p),
                    Number(z)
                )
            }
            _ => write!(f, "\nno event time compares the groups: no p-value"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::brownian_supremum_sf;
    use approx::assert_relative_eq;

    /// Klein & Moeschberger (2003), table C.5: critical values 1.96 (10 %), 2.2414 (5 %), 2.8070 (1 %).
    #[test]
    fn both_series_give_the_tabled_probabilities() {
        for (q, p) in [(1.96, 0.1), (2.2414, 0.05), (2.8070, 0.01)] {
            // The table prints quantiles to four digits: that leaves three of the probability.
            assert_relative_eq!(brownian_supremum_sf(q), p, max_relative = 1e-3);
        }
        assert_relative_eq!(
            brownian_supremum_sf(1.0),
            brownian_supremum_sf(1.0 + 1e-13),
            max_relative = 1e-12
        );
    }
}
