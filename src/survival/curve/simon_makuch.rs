//! Survival by a group that is entered later: the curves of Simon and Makuch.

use crate::error::{Error, Result};
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::data::group_change::GroupChange;

/// Kaplan-Meier curves of the unchanged and the changed, whose risk sets exchange subjects as these change.
///
/// `S_g(t) = Π_{s < tᵢ ≤ t} (1 − d_g/n_g)` from the landmark s on, with the `n_g` in group g just before `tᵢ`: a subject who changes
/// leaves one risk set and enters the other. A curve is the survival of a cohort that stays in its group, from the landmark
/// on; it is not that of any subjects who could be followed from the start.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`landmark`](Self::landmark) | 0 | where the curves begin: both are 1 there | finite, at least 0 |
///
/// Few have changed early on, and one event among few lowers all that follows of a curve: choose a landmark at which some have
/// changed, before looking at the events. [`SurvivalCurve::warnings`] names small risk sets.
///
/// # Cost
/// That of [`KaplanMeier`] with delayed entry, for each curve: O(n log n).
///
/// # Example
/// The Stanford heart transplant programme, its first ten patients: days, death, day of the transplant.
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::curve::SimonMakuch;
///
/// let days = [50., 6., 16., 39., 18., 3., 675., 40., 85., 58.];
/// let transplant = [None, None, Some(1.), Some(36.), None, None, Some(51.), None, None, Some(12.)];
/// let rows = RightCensored::new(&days, &[true; 10])?.split_at_change(&transplant, "waiting", "transplanted")?;
/// let curves = SimonMakuch::new().landmark(14.0).fit(&rows)?;
/// // Two have a new heart at day 14, one of them dies at 16; the third had it at 36, and dies at 39.
/// assert_eq!(curves[1].at(20.0).value()?, 0.5);
/// assert_eq!(curves[1].at(40.0).value()?, 0.25);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Simon & Makuch (1984), Stat Med 3:35. Snapinn, Jiang & Iglewicz (2005), Am Stat 59:301.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct SimonMakuch {
    landmark: f64,
}

impl SimonMakuch {
    /// Curves from time 0 on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Curves from a landmark on, chosen before looking at the data.
    pub fn landmark(self, landmark: f64) -> Self {
        Self { landmark }
    }

    /// The curve of the unchanged, and that of the changed, which start at the landmark
    /// ([`NotEstimable::BeforeStart`](crate::survival::result::NotEstimable::BeforeStart) before it; areas begin there). A group
    /// without anybody has a curve without an estimate.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a landmark that is negative, infinite or NaN; [`Error::Empty`] where nobody is under
    /// observation after it.
    pub fn fit(&self, rows: &GroupChange) -> Result<Vec<SurvivalCurve>> {
        let s = self.landmark;
        if !(0.0..f64::INFINITY).contains(&s) {
            let must_be = "finite and at least 0";
            return Err(Error::OutOfRange { argument: "landmark", value: s, must_be });
        }
        // What ended by the landmark has no part in the products after it.
        let keep: Vec<bool> = rows.data().time().iter().map(|&t| t > s).collect();
        let data = rows
            .data()
            .filter(&keep)
            .map_err(|_| Error::Empty { argument: "the rows under observation after the landmark" })?;
        let curves = KaplanMeier::by_group(&data, &rows.groups().filter(&keep))?;
        // Before the landmark there is no curve, nor an area under it.
        Ok(curves.into_iter().map(|curve| SurvivalCurve { start: s, ..curve }).collect())
    }
}
