//! The rule for times that differ by rounding error.

/// Are times that differ only by rounding error the same time?
///
/// # Example
/// ```
/// use greenwood::survival::data::NearTies;
/// use greenwood::survival::{KaplanMeier, RightCensored};
///
/// let data = RightCensored::new(&[0.3, 0.1 + 0.2], &[true, true])?;
/// assert_eq!(KaplanMeier::fit(&data).table().times().len(), 1);
/// let data = data.with_near_ties(NearTies::Exact)?;
/// assert_eq!(KaplanMeier::fit(&data).table().times().len(), 2);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NearTies {
    /// Yes (R's `timefix`): of the sorted distinct times, entries included, one that follows another by at
    /// most √ε ≈ 1.5e-8, absolutely or relative to their mean, is the same time as that other.
    #[default]
    Merge,
    /// No: times are equal if their numbers are.
    Exact,
}
