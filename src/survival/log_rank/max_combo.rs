//! The largest of several weighted tests, for effects whose timing is not known beforehand.

use std::fmt;

use crate::error::{Error, Result, check_len};
use crate::numeric::multivariate_normal::{MOST, Probability, max_tail};
use crate::print::{self, MISSING, Number, PValue as P};
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::log_rank::robust;
use crate::survival::log_rank::weight::{Running, Weighing, Weight, unit_of};
use crate::survival::result::alternative::Alternative;
use crate::survival::result::test::TestSummary;
use crate::survival::risk_table::event_times::for_each_event_time;
use crate::survival::risk_table::table::RiskTable;

/// The `MaxCombo` test of two groups: the largest of several weighted log-rank statistics.
///
/// The statistics `z_a = U_a/√V_aa` share their subjects, so they are correlated:
/// `V_ab = Σ w_a w_b d (n − d)/(n − 1) (n₁/n)(n₂/n)` over event times and strata. The p-value is the
/// probability that the largest of standard normal variables with these correlations is as large as observed,
/// by deterministic integration; [`p_value_error`](MaxComboTest::p_value_error) says how far it may be off.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`weights`](Self::weights) | G(0,0), G(0,1), G(1,0), G(1,1) | the members of the family that are combined |
///
/// Strata are compared within and their sums added up, each with weights from its own pooled curve. With
/// sampling weights or clusters the covariance is robust.
///
/// # Cost
/// One pass over the event times; then an integral in one dimension less than there are weights, at most some
/// 3 ms for four. With six and more the error grows: it is reported. More than eight are refused.
///
/// # Example
/// ```
/// use greenwood::survival::{Groups, MaxCombo, RightCensored};
///
/// let weeks = [
///     6., 6., 6., 6., 7., 9., 10., 10., 11., 13., 16., 17., 19., 20., 22., 23., 25., 32., 32., 34., 35., // 6-MP
///     1., 1., 2., 2., 3., 4., 4., 5., 5., 8., 8., 8., 8., 11., 11., 12., 12., 15., 17., 22., 23.,
/// ];
/// let mut relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(|d| d == 1).to_vec();
/// relapse.extend([true; 21]);
/// let arm = Groups::from_codes(&[[0; 21], [1; 21]].concat(), &["6-MP", "placebo"])?;
///
/// let test = MaxCombo::new().test(&RightCensored::new(&weeks, &relapse)?, &arm)?;
/// assert!((test.statistic().unwrap() - 4.097919).abs() < 1e-6); // R: nph, logrank.maxtest
/// assert!((test.p_value().unwrap() - 1.0987e-4).abs() < 1e-8);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Tarone (1981), Biometrics 37:79. Lee (1996), Biometrics 52:721. Karrison (2016), Stata J 16:678. Lin et al.
/// (2020), Stat Biopharm Res 12:187.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct MaxCombo {
    weights: Vec<Weight>,
}

impl Default for MaxCombo {
    fn default() -> Self {
        Self::new()
    }
}

impl MaxCombo {
    /// The combination of G(0,0), G(0,1), G(1,0) and G(1,1).
    pub fn new() -> Self {
        let weights = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)];
        Self { weights: weights.map(|(rho, gamma)| Weight::FlemingHarrington { rho, gamma }).to_vec() }
    }

    /// Another list of weights.
    pub fn weights(mut self, weights: impl Into<Vec<Weight>>) -> Self {
        self.weights = weights.into();
        self
    }

    /// Compares two groups, within the strata of the data if there are any.
    ///
    /// # Errors
    /// [`Error::NotTwoGroups`]; [`Error::Empty`] without weights; [`Error::LengthMismatch`];
    /// [`Error::OutOfRange`] for more than eight weights; that and [`TestError::PeriodCount`](crate::TestError::PeriodCount) for a weight's parameters.
    pub fn test(&self, data: &RightCensored, groups: &Groups) -> Result<MaxComboTest> {
        if let Some(keep) = data.sampled() {
            check_len("groups", groups.len(), "time", data.len())?;
            return self.test(&data.filter(&keep)?, &groups.filter(&keep));
        }
        if groups.count() != 2 {
            let (method, instead) = ("MaxCombo", "use `WeightedLogRank` for all of them");
            return Err(Error::NotTwoGroups { method, found: groups.count(), instead });
        }
        if self.weights.is_empty() {
            return Err(Error::Empty { argument: "weights" });
        }
        if self.weights.len() > MOST {
            let value = self.weights.len() as f64;
            let must_be = "at most 8: the integral has a dimension for each";
            return Err(Error::OutOfRange { argument: "the number of weights", value, must_be });
        }
        for weight in &self.weights {
            weight.check()?;
        }
        let tables = RiskTable::by_stratum_and_group(data, groups)?;
        let ones = vec![1.0; self.weights.len()];
        let (mut sums, largest) = self.sums(&tables, &ones);
        // Squares of weights far from 1 overflow or vanish: the same sums, each in a unit of its largest weight.
        let units: Vec<f64> = largest.into_iter().map(unit_of).collect();
        if units != ones {
            (sums, _) = self.sums(&tables, &units);
        }
        if data.is_robust() {
            self.take_robust_covariance(&mut sums, &data.merged(), groups, &tables, &units);
        }
        let subjects = RiskTable::counted(tables.iter().flatten());
        let events = tables.iter().flatten().map(RiskTable::events).sum();
        let mut test = MaxComboTest {
            labels: groups.labels().to_vec(),
            weights: self.weights.iter().map(ToString::to_string).collect(),
            subjects,
            events,
            u: sums.u,
            covariance: sums.covariance,
            robust: data.is_robust(),
            p_value: None,
            p_value_error: 0.0,
        };
        if let Some(c) = test.statistic() {
            let Probability { value, error } = test.tail(c, true);
            (test.p_value, test.p_value_error) = (Some(value), error);
        }
        Ok(test)
    }

    /// The sums over all event times, each weight in its unit, and the largest size of each weight.
    fn sums(&self, tables: &[Vec<RiskTable>], units: &[f64]) -> (Sums, Vec<f64>) {
        let m = self.weights.len();
        let mut sums = Sums { u: vec![0.0; m], covariance: vec![0.0; m * m] };
        let (mut w, mut largest) = (vec![0.0; m], vec![0.0_f64; m]);
        for stratum in tables {
            let in_unit = |(weight, &unit)| Running::new(Weighing::Named(weight)).in_unit(unit);
            let mut running: Vec<Running> = self.weights.iter().zip(units).map(in_unit).collect();
            for_each_event_time(stratum, |t| {
                for (w, running) in w.iter_mut().zip(&mut running) {
                    *w = running.weigh(&t);
                }
                let difference = t.events[0] - t.total_events * t.share(0);
                let v = t.variance(0);
                for a in 0..m {
                    sums.u[a] += w[a] * difference;
                    for b in 0..m {
                        sums.covariance[a * m + b] += w[a] * w[b] * v;
                    }
                }
            });
            for (largest, running) in largest.iter_mut().zip(&running) {
                *largest = largest.max(running.largest);
            }
        }
        (sums, largest)
    }

    /// The covariance of the scores of subjects or clusters. A member whose scores are rounding error has none, and is no
    /// member of the maximum.
    fn take_robust_covariance(
        &self,
        sums: &mut Sums,
        merged: &RightCensored,
        groups: &Groups,
        tables: &[Vec<RiskTable>],
        units: &[f64],
    ) {
        let m = self.weights.len();
        let mut scores = Vec::with_capacity(m);
        for (a, (weight, &unit)) in self.weights.iter().zip(units).enumerate() {
            let (count, mut own) = robust::scores(merged, groups, tables, Weighing::Named(weight), unit);
            let unit = unit_of(own.iter().fold(0.0, |m: f64, s| m.max(s.abs())));
            for score in &mut own {
                *score /= unit;
            }
            sums.u[a] /= unit;
            scores.push((count, own));
        }
        for (a, (count, first)) in scores.iter().enumerate() {
            for (b, (_, second)) in scores.iter().enumerate() {
                sums.covariance[a * m + b] = robust::outer_products(*count, 2, 2, first, second)[0];
            }
        }
    }
}

/// U of every weight, and their covariance.
struct Sums {
    u: Vec<f64>,
    covariance: Vec<f64>,
}

/// The result of the [`MaxCombo`] test.
///
/// # Example
/// ```
/// use greenwood::datasets::leukaemia;
/// use greenwood::survival::MaxCombo;
///
/// let (data, arm) = leukaemia()?;
/// let test = MaxCombo::new().test(&data, &arm)?;
/// assert_eq!((test.group(), test.reference(), test.weights().len()), ("6-MP", "placebo", 4));
/// assert!((test.p_value().unwrap() - 1.0987e-4).abs() < 1e-8); // R: nph, logrank.maxtest
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "super::stored::RawMaxCombo"))]
pub struct MaxComboTest {
    pub(super) labels: Vec<String>,
    pub(super) weights: Vec<String>,
    pub(super) subjects: usize,
    pub(super) events: f64,
    pub(super) u: Vec<f64>,
    pub(super) covariance: Vec<f64>,
    pub(super) robust: bool,
    pub(super) p_value: Option<f64>,
    pub(super) p_value_error: f64,
}

impl MaxComboTest {
    /// The members that have a variance, and the probability that one of them passes `c`.
    fn tail(&self, c: f64, two_sided: bool) -> Probability {
        let m = self.weights.len();
        let members: Vec<usize> = (0..m).filter(|&a| self.covariance[a * m + a] > 0.0).collect();
        let mut correlation = Vec::with_capacity(members.len().pow(2));
        for &a in &members {
            for &b in &members {
                correlation.push(if a == b { 1.0 } else { self.correlation(a, b).unwrap_or(0.0) });
            }
        }
        max_tail(&correlation, members.len(), c, two_sided)
    }

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

    /// The names of the weights.
    #[must_use]
    pub fn weights(&self) -> &[String] {
        &self.weights
    }

    /// The weighted sums of observed − expected in the first group, one per weight. Where weights are above 1e75 or all
    /// below 1e-75, in a power of two next to the largest, as the covariance is: its squares would be no numbers.
    #[must_use]
    pub fn scores(&self) -> &[f64] {
        &self.u
    }

    /// The covariance of the sums for weights `a` and `b`, or `None` beyond the weights.
    #[must_use]
    pub fn covariance(&self, a: usize, b: usize) -> Option<f64> {
        let m = self.weights.len();
        (a < m && b < m).then(|| self.covariance[a * m + b])
    }

    /// Their correlation. Returns `None` if one has no variance.
    #[must_use]
    pub fn correlation(&self, a: usize, b: usize) -> Option<f64> {
        let (v, w) = (self.covariance(a, a)?, self.covariance(b, b)?);
        (v > 0.0 && w > 0.0)
            .then(|| (self.covariance[a * self.weights.len() + b] / (v * w).sqrt()).clamp(-1.0, 1.0))
    }

    /// One statistic per weight, negative where the first group has fewer events than expected. `None`
    /// without variance.
    #[must_use]
    pub fn z(&self) -> Vec<Option<f64>> {
        let m = self.weights.len();
        let one = |a: usize| {
            let v = self.covariance[a * m + a];
            (v > 0.0).then(|| self.u[a] / v.sqrt())
        };
        (0..m).map(one).collect()
    }

    /// The largest |z|. Returns `None` if no event time compares the groups.
    #[must_use]
    pub fn statistic(&self) -> Option<f64> {
        self.z().into_iter().flatten().map(f64::abs).reduce(f64::max)
    }

    /// The position of the weight with the largest |z|.
    #[must_use]
    pub fn largest(&self) -> Option<usize> {
        let z = self.z();
        let statistic = self.statistic()?;
        z.iter().position(|z| z.is_some_and(|z| z.abs() == statistic))
    }

    /// The two-sided p-value.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.p_value
    }

    /// How far the integration may have missed the p-value.
    #[must_use]
    pub fn p_value_error(&self) -> f64 {
        self.p_value_error
    }

    /// The p-value against the one-sided alternative: of the largest statistic in its direction.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> Option<f64> {
        let sign = match alternative {
            Alternative::FirstLower => -1.0,
            Alternative::FirstHigher => 1.0,
        };
        let largest = self.z().into_iter().flatten().map(|z| sign * z).reduce(f64::max)?;
        Some(self.tail(largest, false).value)
    }
}

impl From<&MaxComboTest> for TestSummary {
    fn from(test: &MaxComboTest) -> Self {
        Self::new("MaxCombo test", test.statistic(), test.p_value).with_counts(test.subjects, test.events)
    }
}

impl fmt::Display for MaxComboTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaxCombo test of {}", print::pair(self.group(), self.reference()))?;
        if self.robust {
            write!(f, ", robust variance")?;
        }
        let width = self.weights.iter().map(|w| w.chars().count()).max().unwrap_or(0).max(6);
        write!(f, "\n{:width$} {:>10}", "weight", "z")?;
        for (weight, z) in self.weights.iter().zip(self.z()) {
            match z {
                Some(z) => write!(f, "\n{weight:width$} {:>10.4}", Number(z))?,
                None => write!(f, "\n{weight:width$} {MISSING:>10}")?,
            }
        }
        match (self.statistic(), self.p_value) {
            (Some(z), Some(p)) => write!(f, "\nlargest |z| {z:.4}, {:#.4}", P(p)),
            _ => write!(f, "\nno event time compares the groups: no p-value"),
        }
    }
}
