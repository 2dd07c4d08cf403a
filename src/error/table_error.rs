//! What is wrong with risk tables and curves that come from elsewhere, or that are put together.

/// What is wrong with a risk table or a curve that is read, or with tables that are put together.
///
/// It is part of [`Error`](crate::Error), as `Error::Table`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// Risk tables of different causes, which cannot be combined.
    #[error(
        "the tables' causes differ ({left} and {right}): build both with the same causes in the same order"
    )]
    MixedCauses {
        /// The causes of the first table.
        left: String,
        /// The causes of the other.
        right: String,
    },
    /// Risk tables that cannot be combined, since their numbers mean different things.
    #[error("risk tables of {left} and of {right} cannot be merged: their counts have different variances")]
    MixedWeights {
        /// What the first table counts.
        left: &'static str,
        /// What the other counts.
        right: &'static str,
    },
    /// A risk table, read from elsewhere, whose numbers contradict each other.
    #[error("row {index} of the risk table is not possible: {reason}")]
    InconsistentTable {
        /// The row.
        index: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Bytes that are no encoded risk table, or were changed on their way.
    #[error("byte {offset} of the encoded risk table: {reason}")]
    Encoding {
        /// The position in the bytes.
        offset: usize,
        /// What is wrong there.
        reason: &'static str,
    },
    /// A curve, read from elsewhere, that does not fit its risk table.
    #[error("the curve has {values} values for the {rows} rows of its risk table")]
    InconsistentCurve {
        /// The number of values.
        values: usize,
        /// The number of rows.
        rows: usize,
    },
}
