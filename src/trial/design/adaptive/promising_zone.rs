//! The promising zone: the options.

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_quantile;
use crate::trial::design::adaptive::promising_zone_plan::PromisingZonePlan;
use crate::trial::design::boundaries::Boundaries;
use crate::trial::design::checks;

/// From which conditional power on an interim result is promising.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ZoneStart {
    /// The smallest from which on the usual statistic with the usual bound does not raise the error (Mehta & Pocock 2011).
    #[default]
    Exact,
    /// One half (Chen, DeMets & Lan 2004).
    Half,
    /// A value of one's own, inside (0, target): below the exact one only the weighted test keeps the error.
    At(f64),
}

/// Sample-size re-estimation in the promising zone: at one interim look the trial is enlarged where its conditional power, by the
/// effect seen so far, is neither low nor high.
///
/// | zone | conditional power | what follows |
/// |---|---|---|
/// | unfavourable | below the [start](Self::start) of the promising zone | as planned |
/// | promising | from there up to the target | enlarged until the conditional power is the target, at most to the [maximum](Self::maximum) |
/// | favourable | the target or more | as planned |
///
/// With interim statistic `z₁` at information `n₁` of planned `n₂`, and the final bound `c`, conditional power with `m` further units
/// of information is `Φ(z₁ √(m/n₁) − (c √n₂ − z₁ √n₁)/√(n₂ − n₁))`: that of the weighted test, whose weights stay those planned.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`maximum`](Self::maximum) | twice the plan | the largest information | above the plan |
/// | [`target`](Self::target) | 0.9 | the conditional power aimed at | inside (0.5, 1) |
/// | [`start`](Self::start) | exact | where the promising zone begins | |
/// | [`alpha`](Self::alpha) | 0.025 | one-sided error, where there are no bounds | inside (0, 1) |
/// | [`bounds`](Self::bounds) | none | bounds of two looks, one-sided | |
///
/// Information is counted in subjects, or in events for a log-rank test.
///
/// # Cost
/// A few roots for the zones; an error or power is an integral over the interim statistic, of a root at each of its points: milliseconds.
///
/// # Example
/// The schizophrenia trial of the paper: 442 subjects, 208 at the look, at most 884.
/// ```
/// use greenwood::trial::design::adaptive::{PromisingZone, Zone};
///
/// let plan = PromisingZone::new(442.0, 208.0).maximum(884.0).target(0.8).fit()?;
/// assert!((plan.zone_limits()[0] - 0.36).abs() < 0.001);
/// assert_eq!(plan.zone(1.5)?, Zone::Promising);
/// assert!((plan.information(1.5)? - 623.9216).abs() < 0.001 && plan.information(0.5)? == 442.0);
/// // The usual test at 1.96 keeps its error, although the size follows the data.
/// assert!(plan.rejection(0.0, greenwood::trial::design::adaptive::FinalTest::Unweighted)? < 0.025);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Mehta & Pocock (2011), Stat Med 30:3267. Chen, DeMets & Lan (2004), Stat Med 23:1023. Cui, Hung & Wang (1999), Biometrics 55:853.
/// Gao, Ware & Mehta (2008), J Biopharm Stat 18:1184.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct PromisingZone {
    planned: f64,
    interim: f64,
    maximum: Option<f64>,
    target: f64,
    start: ZoneStart,
    alpha: f64,
    bounds: Option<Boundaries>,
}

impl PromisingZone {
    /// The planned information at the end, and that at the interim look.
    pub fn new(planned: f64, interim: f64) -> Self {
        let start = ZoneStart::Exact;
        Self { planned, interim, maximum: None, target: 0.9, start, alpha: 0.025, bounds: None }
    }

    /// The largest information.
    pub fn maximum(self, maximum: f64) -> Self {
        Self { maximum: Some(maximum), ..self }
    }

    /// The conditional power aimed at.
    pub fn target(self, target: f64) -> Self {
        Self { target, ..self }
    }

    /// Where the promising zone begins.
    pub fn start(self, start: ZoneStart) -> Self {
        Self { start, ..self }
    }

    /// The one-sided error, where there are no bounds.
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// Bounds of two looks: the trial may stop at the interim look. The first is at the share `interim / planned`.
    pub fn bounds(self, bounds: &Boundaries) -> Self {
        Self { bounds: Some(bounds.clone()), ..self }
    }

    /// Finds the zones.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for options; [`Error::Unsupported`] for bounds that are not one-sided bounds of two looks at the share of
    /// the interim look.
    pub fn fit(&self) -> Result<PromisingZonePlan> {
        checks::positive("planned", self.planned)?;
        if !(self.interim > 0.0 && self.interim < self.planned * (1.0 - 1e-6)) {
            return checks::refuse("interim", self.interim, "above 0 and below the planned information");
        }
        let maximum = self.maximum.unwrap_or(2.0 * self.planned);
        if !(maximum > self.planned && maximum.is_finite()) {
            return checks::refuse("maximum", maximum, "finite and above the planned information");
        }
        if !(self.target > 0.5 && self.target < 1.0 - 1e-12) {
            return checks::refuse("target", self.target, "inside (0.5, 1)");
        }
        if !(self.alpha > 0.0 && self.alpha < 0.5) {
            return checks::refuse("alpha", self.alpha, "inside (0, 0.5): it is one-sided");
        }
        let (efficacy, futility, critical) = match &self.bounds {
            None => (f64::INFINITY, f64::NEG_INFINITY, normal_quantile(1.0 - self.alpha)),
            Some(b) => {
                let share = self.interim / self.planned;
                let fits = b.fractions().len() == 2 && (b.fractions()[0] - share).abs() < 1e-6;
                if !fits || b.sides() != 1 || !(b.z()[1].is_finite() && b.z()[1] > 0.0) {
                    return Err(Error::Unsupported {
                        method: "the promising zone",
                        with: "bounds other than one-sided ones of two looks, the first at interim / planned",
                        why: "the size changes at one look: use `GroupSequential::at(&[interim / planned, 1.0])`",
                    });
                }
                (b.z()[0], b.futility_z()[0], b.z()[1])
            }
        };
        let start = match self.start {
            ZoneStart::Exact => None,
            ZoneStart::Half => Some(0.5),
            ZoneStart::At(value) => Some(value),
        };
        if let Some(value) = start
            && !(value > 0.0 && value < self.target)
        {
            return checks::refuse("the start of the promising zone", value, "above 0 and below the target");
        }
        let plan = PromisingZonePlan::new(
            [self.interim, self.planned, maximum],
            self.target,
            [efficacy, futility, critical],
        );
        Ok(plan.starting(start))
    }
}
