//! Survival and cumulative hazard of the estimate before and after each observation.

use crate::survival::curve::turnbull::curve::TurnbullCurve;
use crate::survival::curve::turnbull::intersections::ranges_of;
use crate::survival::data::interval_censored::IntervalCensored;

/// What the estimate says of one observation: survival to its begin and beyond its end, and the cumulative hazard
/// `Σ mass/survival before` until each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around {
    pub survival: (f64, f64),
    pub hazard: (f64, f64),
}

impl TurnbullCurve {
    /// One for each row of the data; rows that do not count cover nothing.
    pub(crate) fn around(&self, data: &IntervalCensored) -> Vec<Around> {
        let k = self.mass.len();
        let mut survival = vec![0.0; k + 1];
        for j in (0..k).rev() {
            survival[j] = survival[j + 1] + self.mass[j];
        }
        let mut hazard = vec![0.0; k + 1];
        for j in 0..k {
            let step = if self.mass[j] > 0.0 { self.mass[j] / survival[j] } else { 0.0 };
            hazard[j + 1] = hazard[j] + step;
        }
        self.ranges(data)
            .into_iter()
            .map(|(_, first, end)| Around {
                survival: (survival[first], survival[end]),
                hazard: (hazard[first], hazard[end]),
            })
            .collect()
    }

    /// Of each row the intersections up to its entry, its first one and that after its last.
    pub(crate) fn ranges(&self, data: &IntervalCensored) -> Vec<(usize, usize, usize)> {
        ranges_of(&self.places, data)
    }
}
