//! The options and the fit.

use super::effects::{self, EffectTest};
use super::model::AdditiveModel;
use super::pass;
use super::risk_sets::RiskSets;
use super::test_weight::TestWeight;
use crate::error::{Error, Result};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::design::Design;

/// More say nothing more of a p-value.
const MOST_SAMPLES: usize = 10_000_000;

/// Aalen's additive hazards model.
///
/// With X the covariates of those at risk at an event time (and a column of ones), W their weights and dN who has the event,
/// the cumulative coefficients rise by `dB = (X'WX)⁻¹ X'W dN`: unweighted least squares, without any tuning. Their
/// covariance is `Σ g g'` over the events, `g = (X'WX)⁻¹ x` (the optional variation of the martingale); with clusters or
/// sampling weights `Σ φ φ'` over clusters with `φ = Σ w ∫ (X'WX)⁻¹ x (dN − x'dB)`.
///
/// Tied events rise together. Where X'WX is singular, or nearly so, nothing further is estimated: the model says where and
/// why it [ends](AdditiveModel::end). That happens late, when few are left, and early where few have entered: then give a
/// [`start`](Self::start).
///
/// Strata have a baseline each and the other coefficients in common, as in Cox's model: every stratum has an intercept, which is
/// left out while nobody of it is at risk, so that one stratum that is over does not end the others. (A factor among the
/// covariates gives the same numbers until then.) For coefficients of their own fit the strata one by one, or add interactions.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`start`](Self::start) | 0 | B is 0 there: earlier events are left out | at least 0 |
/// | [`until`](Self::until) | ∞ | later events are left out | after the start |
/// | [`min_at_risk`](Self::min_at_risk) | 1 | it ends where fewer are at risk (R's `aareg`: three for each column) | |
/// | [`test_weight`](Self::test_weight) | Aalen's | the [`TestWeight`] | |
///
/// # Cost
/// O(n p² + d p³) for n rows, d event times and p columns; the robust variance O(n d p²), refused beyond 2·10¹⁰.
///
/// # Example
/// ```
/// use greenwood::survival::regression::AdditiveHazards;
/// use greenwood::survival::{Design, RightCensored};
///
/// let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, true, true, true, false, true])?;
/// let design = Design::builder().numeric("dose", &[3., 0., 2., 1., 0., 1.]).build()?;
/// let model = AdditiveHazards::new().fit(&data, &design)?;
/// assert_eq!(model.names(), ["(Intercept)", "dose"]);
/// // In the first risk set: slope Σ (x − x̄) dN / Σ (x − x̄)².
/// let mean: f64 = 7.0 / 6.0;
/// assert!((model.at(1.0)?[1].value()? - (3.0 - mean) / (15.0 - 7.0 * mean)).abs() < 1e-12);
/// assert!(model.end().is_some()); // too few are left at 6
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Aalen (1980), in Lecture Notes in Statistics 2:1; (1989), Stat Med 8:907. Huffer & `McKeague` (1991), J Am Stat Assoc 86:114.
/// Scheike (2002), Lifetime Data Anal 8:247. Martinussen & Scheike (2006), Dynamic Regression Models for Survival Data.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct AdditiveHazards {
    start: f64,
    until: f64,
    min_at_risk: usize,
    weight: TestWeight,
}

/// Rows times columns squared that the covariances of a stratified model may have.
const MOST: f64 = 1e9;

fn labels<'a>(data: &'a RightCensored) -> &'a [String] {
    data.strata().map_or(&[], |s| s.labels())
}

impl Default for AdditiveHazards {
    fn default() -> Self {
        Self { start: 0.0, until: f64::INFINITY, min_at_risk: 1, weight: TestWeight::default() }
    }
}

impl AdditiveHazards {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where B is 0: events up to there are left out.
    pub fn start(self, start: f64) -> Self {
        Self { start, ..self }
    }

    /// Events after it are left out, and nothing is estimated beyond it.
    pub fn until(self, until: f64) -> Self {
        Self { until, ..self }
    }

    /// The estimation ends where fewer rows are at risk: one with a replication weight of 2 is two.
    pub fn min_at_risk(self, rows: usize) -> Self {
        Self { min_at_risk: rows, ..self }
    }

    /// The weight of the test of no effect.
    pub fn test_weight(self, weight: TestWeight) -> Self {
        Self { weight, ..self }
    }

    /// Fits the model; a column of ones is added, of strata one for each.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::OutOfRange`] for options; [`Error::TooLarge`] for a robust variance of too many
    /// rows and event times, and for too many strata.
    pub fn fit(self, data: &RightCensored, design: &Design) -> Result<AdditiveModel> {
        let sets = self.risk_sets(data, design)?;
        pass::run(&sets, self.weight, design, labels(data))
    }

    /// Tests of each coefficient by resampling: is it 0 all the time, is it constant? The distribution under the null is
    /// that of the events' (with clusters or sampling weights, the clusters') contributions multiplied by independent
    /// standard normal numbers (Lin, Wei & Ying 1993; Martinussen & Scheike 2006, section 5.2). The same bits for the same
    /// seed.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit); [`Error::OutOfRange`] without samples; [`Error::TooLarge`] for more than ten million.
    pub fn effects(
        self,
        data: &RightCensored,
        design: &Design,
        samples: usize,
        seed: u64,
    ) -> Result<Vec<EffectTest>> {
        if samples == 0 {
            return Err(Error::OutOfRange { argument: "samples", value: 0.0, must_be: "at least 1" });
        }
        if samples > MOST_SAMPLES {
            return Err(Error::TooLarge {
                what: "a test by resampling",
                size: format!("{samples} samples"),
                instead: "ten million give p-values to four digits",
            });
        }
        let sets = self.risk_sets(data, design)?;
        let model = pass::run(&sets, self.weight, design, labels(data))?;
        Ok(effects::run(&sets, &model, samples, seed))
    }

    fn risk_sets(self, data: &RightCensored, design: &Design) -> Result<RiskSets> {
        if design.rows() != data.len() && design.columns() > 0 {
            let (len, expected) = (design.rows(), data.len());
            return Err(Error::LengthMismatch { argument: "the design", len, other: "time", expected });
        }
        let (times, columns) = (data.len() as f64, (design.columns() + labels(data).len().max(1)) as f64);
        if data.strata().is_some() && times * columns * columns > MOST {
            return Err(Error::TooLarge {
                what: "the covariances of additive hazards",
                size: format!("{times} rows × {columns} columns, strata among them"),
                instead: "merge strata",
            });
        }
        if !(self.start >= 0.0 && self.start < f64::INFINITY) {
            let must_be = "finite and at least 0";
            return Err(Error::OutOfRange { argument: "start", value: self.start, must_be });
        }
        if !(self.until > self.start) {
            return Err(Error::OutOfRange {
                argument: "until",
                value: self.until,
                must_be: "after the start",
            });
        }
        Ok(RiskSets::new(data, design, (self.start, self.until), self.min_at_risk))
    }
}
