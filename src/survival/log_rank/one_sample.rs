//! One group against a hazard that is known: a population's, or that of an earlier treatment.

use std::fmt;

use crate::error::{Error, Result, check_len};
use crate::numeric::distribution::{chi_square_sf, normal_sf};
use crate::numeric::sums::Sum;
use crate::numeric::sums::whole_count;
use crate::print::{Number, PValue as P};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::result::alternative::Alternative;
use crate::survival::result::test::TestSummary;

/// The variance of observed − expected in the [`OneSampleLogRank`] test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum OneSampleVariance {
    /// E, the variance where the hazard is the known one.
    #[default]
    Expected,
    /// (O + E)/2, which keeps the size better in small samples (Wu 2014).
    Mean,
}

/// The one-sample log-rank test: events observed against those expected under a known cumulative hazard.
///
/// `E = Σ wᵢ (H(timeᵢ) − H(entryᵢ))` and `z = (O − E)/√E`; with [`OneSampleVariance::Mean`] `z = (O − E)/√((O + E)/2)`.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`variance`](Self::variance) | E | the [`OneSampleVariance`] of observed − expected |
///
/// # Cost
/// One pass over the subjects.
///
/// # Example
/// A hazard of 0.002 a day:
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::log_rank::OneSampleLogRank;
/// let data = RightCensored::new(&[100.0, 400.0, 900.0], &[true, true, false])?;
/// let test = OneSampleLogRank::new().test(&data, |days| 0.002 * days)?;
/// assert!((test.expected() - 2.8).abs() < 1e-12);
/// assert!((test.z().unwrap() - (2.0 - 2.8) / 2.8_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Breslow (1975), Int Stat Rev 43:45. Finkelstein, Muzikansky & Schoenfeld (2003), J Natl Cancer Inst 95:1434.
/// Wu (2014), Pharm Stat 13:235.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[must_use = "nothing is tested until `.test(…)` is called"]
pub struct OneSampleLogRank {
    variance: OneSampleVariance,
}

impl OneSampleLogRank {
    /// The test with variance E.
    pub fn new() -> Self {
        Self::default()
    }

    /// The variance of observed − expected.
    pub fn variance(mut self, variance: OneSampleVariance) -> Self {
        self.variance = variance;
        self
    }

    /// Tests against a cumulative hazard that all subjects share, a function of time.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the hazard is not finite and at least 0, or falls while a subject is
    /// observed; [`Error::Unsupported`] for sampling weights and clusters.
    pub fn test(
        &self,
        data: &RightCensored,
        cumulative_hazard: impl Fn(f64) -> f64,
    ) -> Result<OneSampleTest> {
        let at = |t: f64| if t > 0.0 { cumulative_hazard(t) } else { 0.0 };
        let expected: Vec<f64> =
            (0..data.len()).map(|i| at(data.time()[i]) - data.entry().map_or(0.0, |e| at(e[i]))).collect();
        self.test_with_expected(data, &expected)
    }

    /// Tests against events expected for each subject while under observation, `−ln` of its expected
    /// survival: where the known hazard depends on age, sex or year (life tables).
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::OutOfRange`] where an expected number is not finite and at least
    /// 0; [`Error::Unsupported`] for sampling weights and clusters.
    pub fn test_with_expected(&self, data: &RightCensored, expected: &[f64]) -> Result<OneSampleTest> {
        if data.is_robust() {
            return Err(Error::Unsupported {
                method: "the one-sample log-rank test",
                with: "sampling weights or clusters",
                why: "use independent rows, with replication weights if rows repeat",
            });
        }
        check_len("expected", expected.len(), "time", data.len())?;
        if let Some(&value) = expected.iter().find(|e| !(0.0..f64::INFINITY).contains(*e)) {
            let must_be = "finite and at least 0, for every subject";
            return Err(Error::OutOfRange { argument: "the expected number of events", value, must_be });
        }
        let weight = |i: usize| data.weights().map_or(1.0, |w| w.values()[i]);
        let observed: Sum = (0..data.len()).filter(|&i| data.event()[i]).map(weight).collect();
        let expected: Sum = (0..data.len()).map(|i| weight(i) * expected[i]).collect();
        let (observed, expected) = (observed.value(), expected.value());
        let variance = match self.variance {
            OneSampleVariance::Expected => expected,
            OneSampleVariance::Mean => f64::midpoint(observed, expected),
        };
        if !variance.is_finite() {
            let must_be = "finite, and so must be their sum";
            return Err(Error::OutOfRange {
                argument: "the expected number of events",
                value: variance,
                must_be,
            });
        }
        let subjects = data.weights().map_or(data.len(), |w| whole_count(w.values().iter().sum()));
        Ok(OneSampleTest { subjects, observed, expected, variance })
    }
}

/// The result of the [`OneSampleLogRank`] test.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct OneSampleTest {
    subjects: usize,
    observed: f64,
    expected: f64,
    variance: f64,
}

/// A test as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    subjects: usize,
    observed: f64,
    expected: f64,
    variance: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for OneSampleTest {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { subjects, observed, expected, variance } = raw;
        for (argument, value) in
            [("the observed events", observed), ("the expected events", expected), ("the variance", variance)]
        {
            if !(0.0..f64::INFINITY).contains(&value) {
                return Err(Error::OutOfRange { argument, value, must_be: "at least 0 and finite" });
            }
        }
        Ok(Self { subjects, observed, expected, variance })
    }
}

impl OneSampleTest {
    /// Events observed.
    #[must_use]
    pub fn observed(&self) -> f64 {
        self.observed
    }

    /// Events expected under the known hazard.
    #[must_use]
    pub fn expected(&self) -> f64 {
        self.expected
    }

    /// The variance of their difference.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// Observed over expected: the standardised mortality ratio. Returns `None` if nothing is expected, or so
    /// little that no number holds the ratio.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        (self.expected > 0.0).then(|| self.observed / self.expected).filter(|ratio| ratio.is_finite())
    }

    /// Above 0 where there were more events than expected. `None` without variance.
    #[must_use]
    pub fn z(&self) -> Option<f64> {
        (self.variance > 0.0).then(|| (self.observed - self.expected) / self.variance.sqrt())
    }

    /// z², chi-square on one degree of freedom.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.z().map_or(0.0, |z| z * z)
    }

    /// The two-sided p-value.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.z().map(|z| chi_square_sf(z * z, 1))
    }

    /// The p-value against a one-sided alternative: that the group's hazard is lower
    /// ([`FirstLower`](Alternative::FirstLower)) or higher than the known one.
    #[must_use]
    pub fn one_sided_p_value(&self, alternative: Alternative) -> Option<f64> {
        self.z().map(|z| match alternative {
            Alternative::FirstLower => normal_sf(-z),
            Alternative::FirstHigher => normal_sf(z),
        })
    }

    /// Its degrees of freedom: 1, or 0 where nothing is expected.
    #[must_use]
    pub fn df(&self) -> usize {
        usize::from(self.variance > 0.0)
    }

    /// The number of subjects: one with a replication weight of 2 is two.
    #[must_use]
    pub fn subjects(&self) -> usize {
        self.subjects
    }
}

impl From<&OneSampleTest> for TestSummary {
    fn from(test: &OneSampleTest) -> Self {
        Self::new("One-sample log-rank test", Some(test.statistic()), test.p_value())
            .with_df(test.df())
            .with_counts(test.subjects, test.observed)
    }
}

impl fmt::Display for OneSampleTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "One-sample log-rank test: {} observed, {:.3} expected",
            Number(self.observed),
            self.expected
        )?;
        match (self.z(), self.p_value()) {
            (Some(z), Some(p)) => write!(f, "\nz = {:.4}, {:#}", Number(z), P(p)),
            _ => write!(f, "\nnothing is expected: no p-value"),
        }
    }
}
