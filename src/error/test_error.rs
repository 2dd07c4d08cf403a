//! What is wrong with what a test is given: weights without a value, distributions too large to enumerate.

/// What is wrong with the weights of a test, or with the size of its distribution.
///
/// It is part of [`Error`](crate::Error), as `Error::Test`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TestError {
    /// A piecewise weight whose periods and weights do not fit together.
    #[error("{cuts} cuts make {} periods, but there are {weights} weights: give one weight per period", cuts + 1)]
    PeriodCount {
        /// The number of cuts.
        cuts: usize,
        /// The number of weights.
        weights: usize,
    },
    /// A weight function that gives no finite number.
    #[error(
        "the weight function \"{name}\" is {value} at time {time}: it must be finite at every event time"
    )]
    WeightFunction {
        /// The function's name.
        name: String,
        /// The event time.
        time: f64,
        /// What the function gave.
        value: f64,
    },
    /// A permutation distribution too large to enumerate.
    #[error(
        "{method} would need more than {limit} states for these data: permute T, or use `MonteCarloLogRank`, which \
         draws a sample of the allocations"
    )]
    TooManyStates {
        /// The method.
        method: &'static str,
        /// How many it keeps at most.
        limit: usize,
    },
    /// More subjects than a permutation test can allocate.
    #[error("{method} cannot work on {subjects} subjects: {instead}")]
    TooManySubjects {
        /// The method.
        method: &'static str,
        /// How many there are: sum of replication weights.
        subjects: f64,
        /// What can be done.
        instead: &'static str,
    },
}
