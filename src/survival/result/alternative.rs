//! The side of a one-sided test.

/// What a one-sided test of two groups is looking for.
///
/// # Example
/// ```
/// use greenwood::survival::{Alternative, Groups, LogRank, RightCensored};
///
/// let data = RightCensored::new(&[6., 7., 10., 15., 3., 4., 8., 11.], &[true; 8])?;
/// let arm = Groups::new(&["new", "new", "new", "new", "old", "old", "old", "old"]);
/// let test = LogRank::test(&data, &arm)?;
/// assert!(test.z().unwrap() < 0.0); // fewer events in the first group than expected
/// let [lower, higher] = [Alternative::FirstLower, Alternative::FirstHigher].map(|a| test.one_sided_p_value(a).unwrap());
/// assert!(lower < 0.5 && (lower + higher - 1.0).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Alternative {
    /// The first group has the lower hazard, and lives longer; or the lower proportion.
    FirstLower,
    /// The first group has the higher hazard, or proportion.
    FirstHigher,
}
