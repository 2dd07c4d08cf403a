//! The log-rank test of a group that is entered later: Mantel and Byar's.

use crate::error::Result;
use crate::survival::data::group_change::GroupChange;
use crate::survival::log_rank::test::LogRankTest;
use crate::survival::log_rank::weighted::LogRank;

/// Mantel and Byar's test: do those who have changed (responded, been transplanted) die at another rate than those who
/// have not?
///
/// At each event time the changed are compared with those who have not changed by then: the log-rank test of the rows of
/// [`GroupChange`], in which each is at risk in the group that it is in. To compare the ever changed with the never changed
/// would credit the first with the time that they had to live to change. Strata of the data are compared within. In
/// [`LogRankTest::subjects`] who changes counts in both groups.
///
/// # Cost
/// That of [`LogRank`] with delayed entry: the risk tables and one pass over the event times, O(n log n).
///
/// # Example
/// The Stanford heart transplant programme, its first ten patients: days, death, day of the transplant.
/// ```
/// use greenwood::survival::RightCensored;
/// use greenwood::survival::log_rank::MantelByar;
///
/// let days = [50., 6., 16., 39., 18., 3., 675., 40., 85., 58.];
/// let transplant = [None, None, Some(1.), Some(36.), None, None, Some(51.), None, None, Some(12.)];
/// let rows = RightCensored::new(&days, &[true; 10])?.split_at_change(&transplant, "waiting", "transplanted")?;
/// let test = MantelByar::test(&rows)?;
/// assert_eq!(test.observed(), [6.0, 4.0]);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Mantel & Byar (1974), J Am Stat Assoc 69:81.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MantelByar;

impl MantelByar {
    /// Compares the changed with the unchanged.
    ///
    /// # Errors
    /// None that the rows have not had before: their groups are two, and as long as the data.
    pub fn test(rows: &GroupChange) -> Result<LogRankTest> {
        LogRank::test(rows.data(), rows.groups())
    }
}
