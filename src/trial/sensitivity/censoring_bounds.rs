//! The two extreme stories about the censored: Peterson's bounds.

use std::fmt;

use crate::error::Result;
use crate::print::{MISSING, PValue, or_missing};
use crate::survival::result::direction::Direction;
use crate::survival::result::hazard_ratio::HazardRatioMethod;
use crate::trial::sensitivity::changed_outcomes::plain;
use crate::trial::{Analysis, Censoring, Contrast, Label, Outcome, Record};

/// One comparison under the two extreme stories about the censored, beside the one that was observed.
///
/// Nothing in the data says what happened to a subject after it was censored. In the worst case for the first arm
/// each of its subjects that was censored for the given reasons had the event at once, and each such subject of the
/// other arm never had it (it is followed to the end of the longest follow-up); in the best case it is the other way
/// round. Where the endpoint's event is wanted (recovery), best and worst change places; an event of which it is not known
/// counts as one to avoid. The truth of the estimates lies between (Peterson 1976), whatever the censoring depended on.
///
/// # References
/// Peterson (1976), Proc Natl Acad Sci 73:11.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CensoringBounds {
    /// As it was observed.
    pub observed: Contrast,
    /// The best case for the first arm.
    pub best: Contrast,
    /// The worst case for the first arm.
    pub worst: Contrast,
    /// How many censored subjects of the first and of the second arm were given another outcome.
    pub changed: [usize; 2],
}

impl fmt::Display for CensoringBounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [of, against] = self.changed;
        write!(
            f,
            "{} against {}: {of} + {against} of the censored given",
            self.observed.of(),
            self.observed.against()
        )?;
        write!(f, " another outcome\n{:<10} {:>32} {:>11}", "", "hazard ratio (Peto, 95% CI)", "log-rank p")?;
        for (name, contrast) in [("best", &self.best), ("observed", &self.observed), ("worst", &self.worst)] {
            let ratio = contrast.hazard_ratio(HazardRatioMethod::Peto).and_then(|ratio| {
                let (lower, upper) = ratio.interval(0.95).ok()?.bounds()?;
                Some(format!("{:.3} ({lower:.3} to {upper:.3})", ratio.value().ok()?))
            });
            let p = or_missing(contrast.log_rank().p_value(), |p| format!("{:.4}", PValue(p)));
            write!(f, "\n{name:<10} {:>32} {p:>11}", ratio.unwrap_or_else(|| MISSING.into()))?;
        }
        Ok(())
    }
}

impl<A: Label, E: Label> Analysis<A, E> {
    /// The comparison under the best and the worst case about those who were censored for these reasons.
    ///
    /// # Example
    /// ```
    /// use greenwood::trial::Censoring;
    /// use greenwood::trial::examples::{Arm, FFS, saa};
    ///
    /// let analysis = saa().analyse(&FFS)?;
    /// let bounds = analysis.censoring_bounds(Arm::Msc, Arm::Control, |reason| reason == Censoring::Lost)?;
    /// assert_eq!(bounds.changed, [1, 0]);
    /// assert_eq!(bounds.worst.log_rank().observed()[0], 6.0);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`contrast`](Self::contrast).
    pub fn censoring_bounds(
        &self,
        of: A,
        against: A,
        reasons: impl Fn(Censoring<E>) -> bool,
    ) -> Result<CensoringBounds> {
        let last = self.records().iter().map(|r| r.time.in_days()).fold(0.0, f64::max);
        let hit = |r: &Record<A, E>| matches!(r.outcome, Outcome::Censored(reason) if reasons(reason));
        let story = |had_event: A| {
            self.contrast_of(of, against, |r| match (hit(r), r.arm == had_event) {
                (true, true) => (r.time.in_days(), true),
                (true, false) => (last, false),
                (false, _) => plain(r),
            })
        };
        let changed =
            [of, against].map(|arm| self.records().iter().filter(|r| r.arm == arm && hit(r)).count());
        let observed = self.contrast(of, against)?;
        // To have the event is the worse outcome, unless it is wanted.
        let (worse_for, better_for) =
            if self.direction() == Direction::Wanted { (against, of) } else { (of, against) };
        Ok(CensoringBounds { observed, best: story(better_for)?, worst: story(worse_for)?, changed })
    }
}
