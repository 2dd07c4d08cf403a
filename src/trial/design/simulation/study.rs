//! The same design with its effect and without.

use std::fmt;
use std::ops::ControlFlow;

use crate::error::Result;
use crate::trial::design::simulation::operating_characteristics::{
    OperatingCharacteristics, SimulatedQuantity,
};
use crate::trial::design::simulation::plan::Plan;

/// Who is told how many trials are done, and may end the run.
pub(super) type Progress<'p> = &'p mut dyn FnMut(usize) -> ControlFlow<()>;

/// The trials of a plan, then the same without their effect; `run` draws those of a plan. Progress counts both.
pub(super) fn with_and_without(
    plan: &Plan,
    progress: Progress<'_>,
    run: impl Fn(Plan, Progress<'_>) -> Result<OperatingCharacteristics>,
) -> Result<SimulationStudy> {
    let with = run(plan.clone(), progress)?;
    let done = with.trials();
    // An ended run has as many trials without the effect, so that the two can be compared.
    let none = Plan { effect: false, truth: None, trials: done, ..plan.clone() };
    let without = run(none, &mut |n| progress(done + n))?;
    Ok(SimulationStudy::new(with, without))
}

/// What many trials of a design showed under its effect and without one: power and type I error, bias, coverage, events and
/// duration, each with its Monte Carlo error.
///
/// Made by [`Simulation::study`](crate::trial::design::simulation::Simulation::study). Printed, it is a table.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SimulationStudy {
    with_effect: OperatingCharacteristics,
    without_effect: OperatingCharacteristics,
}

impl SimulationStudy {
    fn new(with_effect: OperatingCharacteristics, without_effect: OperatingCharacteristics) -> Self {
        Self { with_effect, without_effect }
    }

    /// Under the effect: `power()` is the power.
    #[must_use]
    pub fn with_effect(&self) -> &OperatingCharacteristics {
        &self.with_effect
    }

    /// Without an effect: `power()` is the type I error.
    #[must_use]
    pub fn without_effect(&self) -> &OperatingCharacteristics {
        &self.without_effect
    }

    /// The rows of both, the scenario first.
    #[must_use]
    pub fn rows(&self) -> Vec<(&'static str, SimulatedQuantity)> {
        let of = |name, found: &OperatingCharacteristics| {
            found.rows().into_iter().map(move |row| (name, row)).collect::<Vec<_>>()
        };
        [of("effect", &self.with_effect), of("no effect", &self.without_effect)].concat()
    }
}

impl fmt::Display for SimulationStudy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (with, without) = (self.with_effect.rows(), self.without_effect.rows());
        let trials = self.with_effect.trials();
        write!(f, "{trials} trials each\n{:<20} {:>24} {:>24}", "", "effect", "no effect")?;
        let cell = |row: &SimulatedQuantity| match row.std_error() {
            Some(error) => format!("{:.5} ± {error:.5}", row.value()),
            None => format!("{:.5}", row.value()),
        };
        for row in &with {
            let other = without.iter().find(|r| r.name() == row.name());
            write!(f, "\n{:<20} {:>24} {:>24}", row.name(), cell(row), other.map(cell).unwrap_or_default())?;
        }
        Ok(())
    }
}
