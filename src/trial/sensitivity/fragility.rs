//! How few subjects carry a result.

use crate::error::{Error, Result};
use crate::survival::data::groups::Groups;
use crate::survival::log_rank::weighted::LogRank;
#[cfg(feature = "serde")]
use crate::survival::result::stored;
use crate::trial::Contrast;

/// How few subjects carry a result: the survival-inferred fragility index (Bomze et al. 2020).
///
/// The best survivor (longest followed; without the event if two are equal) of the arm with fewer events than
/// expected is moved to the other arm, again and again, until the log-rank test is no longer significant: that many
/// moves are the index. A result that is not significant has a negative index: so many best survivors of the other
/// arm, moved over, would make it significant.
///
/// # References
/// Bomze et al. (2020), Lancet Oncol 21:e422.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Fragility {
    /// The number of moves; negative where the result is not significant. It is `None` if moving all but one changes
    /// nothing.
    pub index: Option<i64>,
    /// The p-value before the first move.
    pub p_before: f64,
    /// The p-value after the last move.
    pub p_after: f64,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(Fragility {
    index: Option<i64>,
    p_before: f64,
    p_after: f64,
});

#[cfg(feature = "serde")]
impl Fragility {
    fn check(&self) -> crate::error::Result<()> {
        stored::probability("the p-value before", self.p_before)?;
        stored::probability("the p-value after", self.p_after)?;
        self.index.map_or(Ok(()), |i| stored::count("the index", i.unsigned_abs() as usize))
    }
}

impl Contrast {
    /// How many best survivors would have to change arms for the log-rank test to change its verdict at the level
    /// `alpha`.
    ///
    /// ```
    /// use greenwood::trial::examples::{Arm, FFS, saa};
    ///
    /// let fragility = saa().analyse(&FFS)?.contrast(Arm::Control, Arm::Msc)?.fragility(0.05)?;
    /// assert_eq!(fragility.index, Some(-1));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where `alpha` is not inside (0, 1).
    pub fn fragility(&self, alpha: f64) -> Result<Fragility> {
        if !(0.0..1.0).contains(&alpha) || alpha == 0.0 {
            return Err(Error::OutOfRange { argument: "alpha", value: alpha, must_be: "inside (0, 1)" });
        }
        let (data, groups) = self.survival_data();
        let mut codes: Vec<usize> = groups.codes().iter().map(|&c| c as usize).collect();
        // A test without variance says nothing: p = 1.
        let p_before = self.log_rank().p_value().unwrap_or(1.0);
        let significant = p_before < alpha;
        let first_is_better = self.log_rank().observed()[0] <= self.log_rank().expected()[0];
        let from = usize::from(first_is_better != significant);
        let mut moves = 0;
        let mut p_after = p_before;
        while (p_after < alpha) == significant {
            let candidates = (0..codes.len()).filter(|&i| codes[i] == from);
            let best = candidates.clone().max_by(|&a, &b| {
                let by_time = data.time()[a].total_cmp(&data.time()[b]);
                by_time.then(data.event()[b].cmp(&data.event()[a])).then(b.cmp(&a))
            });
            let Some(best) = best.filter(|_| candidates.count() > 1) else {
                return Ok(Fragility { index: None, p_before, p_after });
            };
            codes[best] = 1 - from;
            moves += 1;
            let groups = Groups::from_codes(&codes, groups.labels())?;
            p_after = LogRank::test(data, &groups)?.p_value().unwrap_or(1.0);
        }
        Ok(Fragility { index: Some(if significant { moves } else { -moves }), p_before, p_after })
    }
}
