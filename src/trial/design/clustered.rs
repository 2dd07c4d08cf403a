//! Sizes where whole clusters are randomised.

use std::fmt;

use crate::error::Result;
use crate::print::Number;
use crate::trial::design::checks;
use crate::trial::design::fixed_plan::{FixedPlan, whole};

/// What randomising clusters (practices, wards, villages) costs: the design effect.
///
/// `DE = 1 + ((1 + v²) m − 1) ρ`, with m subjects in a cluster on average, v the coefficient of variation of the clusters' sizes
/// and ρ the intracluster correlation of the events (of their indicators or martingale residuals). Events and subjects are
/// those of the individually randomised trial times DE; clusters are subjects over m.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`variation`](Self::variation) | 0 | v | at least 0 |
///
/// With few clusters the normal approximation is too hopeful: below about 30 clusters add one to each arm (Snedecor & Cochran's
/// rule) or simulate.
///
/// # Example
/// ```
/// use greenwood::trial::design::{ClusterDesign, FixedDesign, Hazard};
///
/// let alone = FixedDesign::new(0.7).control(Hazard::median(12.0)?).accrual(12.0).followup(12.0).fit()?;
/// let clusters = ClusterDesign::new(20.0, 0.05).plan(&alone)?;
/// assert!((clusters.design_effect() - 1.95).abs() < 1e-12);
/// assert!((clusters.events() - 1.95 * alone.events()).abs() < 1e-9);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Xie & Waksman (2003), Stat Med 22:2835. Eldridge, Ashby & Kerry (2006), Int J Epidemiol 35:1292. Jahn-Eimermacher, Ingel &
/// Schneider (2013), Stat Med 32:739.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is computed until `.plan(…)` is called"]
pub struct ClusterDesign {
    size: f64,
    correlation: f64,
    variation: f64,
}

/// A cluster-randomised design with its numbers. Made by [`ClusterDesign::plan`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ClusterPlan {
    design: ClusterDesign,
    effect: f64,
    events: f64,
    by_arm: Option<[f64; 2]>,
    power: f64,
}

impl ClusterDesign {
    /// From the mean number of subjects in a cluster and the intracluster correlation.
    pub fn new(size: f64, correlation: f64) -> Self {
        Self { size, correlation, variation: 0.0 }
    }

    /// The coefficient of variation of the clusters' sizes.
    pub fn variation(self, variation: f64) -> Self {
        Self { variation, ..self }
    }

    /// The design effect.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::Error::OutOfRange) for a mean size below 1, a correlation outside [0, 1], a variation below 0.
    pub fn design_effect(&self) -> Result<f64> {
        if !(self.size >= 1.0 && self.size.is_finite()) {
            return checks::refuse("the mean size of a cluster", self.size, "finite and at least 1");
        }
        if !(0.0..=1.0).contains(&self.correlation) {
            return checks::refuse("the intracluster correlation", self.correlation, "in [0, 1]");
        }
        checks::not_negative("the variation of the sizes", self.variation)?;
        Ok(1.0 + ((1.0 + self.variation * self.variation) * self.size - 1.0) * self.correlation)
    }

    /// The plan that has the power of an individually randomised one.
    ///
    /// # Errors
    /// As [`design_effect`](Self::design_effect).
    pub fn plan(&self, alone: &FixedPlan) -> Result<ClusterPlan> {
        let effect = self.design_effect()?;
        Ok(ClusterPlan {
            design: *self,
            effect,
            events: effect * alone.events(),
            by_arm: alone.subjects_by_arm().map(|arms| arms.map(|n| n * effect)),
            power: alone.power(),
        })
    }
}

impl ClusterPlan {
    /// The design effect.
    #[must_use]
    pub fn design_effect(&self) -> f64 {
        self.effect
    }

    /// The number of events.
    #[must_use]
    pub fn events(&self) -> f64 {
        self.events
    }

    /// The subjects of both arms; `None` without a control hazard and an accrual.
    #[must_use]
    pub fn subjects(&self) -> Option<f64> {
        self.by_arm.map(|[a, b]| a + b)
    }

    /// The clusters of the experimental and the control arm, each up to a whole number.
    #[must_use]
    pub fn clusters_by_arm(&self) -> Option<[u64; 2]> {
        self.by_arm.map(|arms| arms.map(|n| whole(n / self.design.size)))
    }

    /// The power.
    #[must_use]
    pub fn power(&self) -> f64 {
        self.power
    }
}

/// A paragraph for a protocol.
impl fmt::Display for ClusterPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ClusterDesign { size, correlation, variation } = self.design;
        write!(
            f,
            "Clusters of {} subjects on average (coefficient of variation {}) with an intracluster correlation of {} inflate the \
             trial by {:.3}: {} events have {:.1}% power.",
            Number(size),
            Number(variation),
            Number(correlation),
            self.effect,
            whole(self.events),
            100.0 * self.power
        )?;
        if let (Some([own, control]), Some(n)) = (self.clusters_by_arm(), self.subjects()) {
            write!(f, " {} subjects in {own} experimental and {control} control clusters.", whole(n))?;
        }
        Ok(())
    }
}
