//! Conditional survival: the curve of those who survived so long.

use crate::error::{Error, Result};
use crate::survival::curve::engine::curve_of;
use crate::survival::curve::survival_curve::SurvivalCurve;

impl SurvivalCurve {
    /// The curve given that observation lasted to `s`: it starts again at 1 and uses only those still under
    /// observation just before `s`, R's `start.time`. An event at `s` itself counts.
    ///
    /// `S(t | T ≥ s) = S(t) / S(s−)` (Anderson, Cain & Gelber 1983).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `s` is negative or NaN; [`Error::Empty`] where nobody is observed that long.
    pub fn given_survival_to(&self, s: f64) -> Result<Self> {
        if !(s >= 0.0) {
            return Err(Error::OutOfRange { argument: "s", value: s, must_be: "at least 0" });
        }
        if self.last_time().is_none_or(|last| last < s) {
            return Err(Error::Empty { argument: "the risk set at s" });
        }
        let from = self.table.position(s);
        let table = self.table.from(s);
        let (scale, base) = match from {
            0 => (1.0, 0.0),
            i => (self.survival[i - 1], self.log_variance.get(i - 1).copied().unwrap_or(0.0)),
        };
        let influence = self.influence.as_ref().map(|inf| inf.from(from));
        let mut curve = curve_of(self.estimator, table, influence);
        // The quotient is kept where it exists: it needs no second set of roundings.
        if scale > 0.0 {
            curve.survival = self.survival[from..].iter().map(|v| v / scale).collect();
            if curve.influence.is_none() {
                curve.log_variance = self.log_variance.iter().skip(from).map(|v| v - base).collect();
            }
        }
        (curve.reversed, curve.extended, curve.start) = (self.reversed, self.extended, s);
        Ok(curve)
    }
}
