//! One error type for the crate: what is wrong, where, and what to do about it.

use crate::error::file_error::FileError;
use crate::error::model_error::ModelError;
use crate::error::table_error::TableError;
use crate::error::test_error::TestError;
use crate::error::trial_error::TrialError;

/// What the crate's fallible functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can be wrong with what a caller passes in.
///
/// The variants stand in the order of what they are about:
///
/// | about | such as |
/// |---|---|
/// | arguments, wherever they are given | [`Empty`](Self::Empty), [`LengthMismatch`](Self::LengthMismatch), [`NotEstimable`](Self::NotEstimable), … |
/// | what was observed | [`InvalidTime`](Self::InvalidTime), [`InvalidInterval`](Self::InvalidInterval), [`ImmortalTime`](Self::ImmortalTime), … |
/// | groups, causes, states | [`TooFewGroups`](Self::TooFewGroups), [`TooManyGroups`](Self::TooManyGroups), [`InconsistentHistory`](Self::InconsistentHistory), … |
/// | curves | [`BeyondFollowUp`](Self::BeyondFollowUp) |
/// | one wing | [`Table`](Self::Table), [`Test`](Self::Test), [`Model`](Self::Model), [`Trial`](Self::Trial), [`File`](Self::File) |
///
/// What concerns every caller stands here; what concerns one wing is that wing's own enum inside, with the same text:
///
/// ```
/// use greenwood::{Error, TableError};
/// use greenwood::survival::RiskTable;
///
/// assert!(matches!(RiskTable::decode(b"nothing"), Err(Error::Table(TableError::Encoding { .. }))));
/// ```
///
/// A statistical outcome that is not a mistake (a median that is not reached, an arm without events,
/// an infinite coefficient) is never an error: it is a value in the result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // Arguments, wherever they are given.
    /// An argument that must hold at least one value is empty.
    #[error("{argument} is empty: at least one value is needed")]
    Empty {
        /// The argument's name.
        argument: &'static str,
    },
    /// Two arguments that describe the same subjects differ in length.
    #[error("{argument} has {len} values, but {other} has {expected}: the two must be equal in number")]
    LengthMismatch {
        /// The argument at fault.
        argument: &'static str,
        /// Its length.
        len: usize,
        /// The argument that it must match.
        other: &'static str,
        /// The length of that one.
        expected: usize,
    },
    /// A number outside the range that its argument allows.
    #[error("{argument} is {value}: it must be {must_be}")]
    OutOfRange {
        /// The argument's name.
        argument: &'static str,
        /// The value given.
        value: f64,
        /// What is allowed.
        must_be: &'static str,
    },
    /// A probability outside [0, 1].
    #[error(
        "{argument}[{index}] is {value}: a probability must be between 0 and 1; divide percentages by 100"
    )]
    InvalidProbability {
        /// The argument's name.
        argument: &'static str,
        /// The position in it.
        index: usize,
        /// The value found there.
        value: f64,
    },
    /// Values that must rise or fall and do not.
    #[error("{argument}[{index}] is {value} after {previous}: {must}")]
    NotMonotone {
        /// The argument's name.
        argument: &'static str,
        /// The position in it.
        index: usize,
        /// The value found there.
        value: f64,
        /// The value before it.
        previous: f64,
        /// What is asked of the values.
        must: &'static str,
    },
    /// Two things of one name, where each must have its own.
    #[error("two {what} are named \"{name}\": give each a name of its own")]
    DuplicateName {
        /// What has the name.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A method that has no meaning, or is not valid, for such data.
    #[error("{method} is not available with {with}: {why}")]
    Unsupported {
        /// The method.
        method: &'static str,
        /// What about the data it cannot deal with.
        with: &'static str,
        /// The reason, and what to do.
        why: &'static str,
    },
    /// What would not fit into memory.
    #[error("{what} would be too large ({size}): {instead}")]
    TooLarge {
        /// What would be made.
        what: &'static str,
        /// Its size.
        size: String,
        /// What to do.
        instead: &'static str,
    },
    /// A number that the data cannot tell, where it is asked for with `?`.
    #[error("{because}")]
    NotEstimable {
        /// The reason.
        because: crate::error::not_estimable::NotEstimable,
    },
    // What was observed.
    /// A time that is not a number, infinite or negative.
    #[error(
        "{argument}[{index}] is {value}: a time must be finite and at least 0; \
         if the clock starts later, subtract its start, or use delayed entry"
    )]
    InvalidTime {
        /// The argument's name.
        argument: &'static str,
        /// The position in it.
        index: usize,
        /// The value found there.
        value: f64,
    },
    /// An interval in which no event can have been.
    #[error("row {index}: the interval from {lower} to {upper} {problem}")]
    InvalidInterval {
        /// The row.
        index: usize,
        /// The lower limit found there.
        lower: f64,
        /// The upper limit found there.
        upper: f64,
        /// What is wrong with it, and what to do.
        problem: &'static str,
    },
    /// A subject whose time under observation `(entry, time]` is empty.
    #[error(
        "subject {index} enters at {entry} and leaves at {time}: entry must come before time \
         (the interval at risk is open on the left); drop the subject or correct the times"
    )]
    EmptyInterval {
        /// The subject's position.
        index: usize,
        /// When it enters.
        entry: f64,
        /// When it leaves.
        time: f64,
    },
    /// A subject whose entry and exit differ by no more than rounding error.
    #[error(
        "subject {index} enters at {entry} and leaves at {time}, which differ only by rounding error and are \
         merged into one time: drop the subject, or compare times exactly (`NearTies::Exact`)"
    )]
    NearTieInterval {
        /// The subject's position.
        index: usize,
        /// When it enters.
        entry: f64,
        /// When it leaves.
        time: f64,
    },
    /// An observation `(lower, upper]` in which no time can lie.
    #[error("row {index}, ({lower}, {upper}]: {why}; correct the limits, or drop the row")]
    InvalidObservation {
        /// The row.
        index: usize,
        /// The lower limit.
        lower: f64,
        /// The upper limit.
        upper: f64,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A weight that is not a number, infinite or negative, or too close to 0 to have all its digits.
    #[error("{}", super::lost_digits::weight(*index, *value))]
    InvalidWeight {
        /// The position.
        index: usize,
        /// The value found there.
        value: f64,
    },
    /// Weights that leave nobody: they are all 0.
    #[error("all weights are 0: at least one subject must count")]
    ZeroWeights,
    /// Weights whose sum is beyond what variances can be computed from.
    #[error(
        "the weights add up to {sum}: their sum must be at most 1e150, so that its square is a number; divide all \
         weights by a constant"
    )]
    HugeWeights {
        /// Their sum.
        sum: f64,
    },
    /// Two start-stop rows of one subject that cover the same time.
    #[error(
        "rows {first} and {second} of subject {id} overlap: ({}, {}] and ({}, {}]; a subject is at risk once at any \
         time: correct the rows, or drop one of them",
        intervals[0].0, intervals[0].1, intervals[1].0, intervals[1].1
    )]
    OverlappingRows {
        /// The subject.
        id: String,
        /// The row that starts first.
        first: usize,
        /// The other row.
        second: usize,
        /// The entry and the time of each.
        intervals: [(f64, f64); 2],
    },
    /// Two start-stop rows of one subject over the same interval.
    #[error("rows {first} and {second} of subject {id} are both ({entry}, {time}]: drop one of them")]
    DuplicateInterval {
        /// The subject.
        id: String,
        /// The first row.
        first: usize,
        /// The row that repeats it.
        second: usize,
        /// When both enter.
        entry: f64,
        /// When both end.
        time: f64,
    },
    /// More rows than the risk table's 32-bit counts can hold.
    #[error(
        "{rows} rows are more than the {} a risk table counts: split the rows and merge the tables",
        u32::MAX
    )]
    TooManyRows {
        /// The number of rows.
        rows: usize,
    },
    /// A column with missing values, where there may be none.
    #[error(
        "{column} has {count} missing value(s), the first in row {first}: drop such rows (`CompleteCases::drop`) or \
         impute them"
    )]
    MissingValues {
        /// The column.
        column: String,
        /// How many values are missing.
        count: usize,
        /// The first row without a value.
        first: usize,
    },
    /// A group that was known only after the landmark at which subjects are to be compared.
    #[error(
        "subject {index} is still under observation at the landmark {landmark}, but its group was only known \
         at {known}: comparing groups by what happens later credits them with the time until then \
         (immortal time); choose a later landmark, or classify by what was known at it (`Landmark::classify`)"
    )]
    ImmortalTime {
        /// The subject's position.
        index: usize,
        /// When its group became known.
        known: f64,
        /// The landmark.
        landmark: f64,
    },
    // Groups, causes, states.
    /// A comparison of fewer than two groups.
    #[error("{found} group(s) found: a comparison needs at least 2")]
    TooFewGroups {
        /// The number of groups found.
        found: usize,
    },
    /// More groups than a test can compare.
    #[error(
        "{found} groups are more than the {limit} that this test compares, since its cost grows with their square or \
         faster: join groups, or is the column a number rather than a label?"
    )]
    TooManyGroups {
        /// The number of groups found.
        found: usize,
        /// The most that are compared.
        limit: usize,
    },
    /// A method that compares two groups, given another number of them.
    #[error("{method} compares 2 groups, but there are {found}: choose two of them, or {instead}")]
    NotTwoGroups {
        /// The method.
        method: &'static str,
        /// The number of groups found.
        found: usize,
        /// What else would serve.
        instead: &'static str,
    },
    /// A group code that has no label.
    #[error("codes[{index}] is {code}, but there are only {labels} labels")]
    InvalidCode {
        /// The position.
        index: usize,
        /// The code found there.
        code: usize,
        /// The number of labels.
        labels: usize,
    },
    /// A label that no subject carries.
    #[error("no subject is labelled \"{label}\": the labels are {known}")]
    UnknownLabel {
        /// The label asked for.
        label: String,
        /// The labels that exist.
        known: String,
    },
    /// Two groups of one name.
    #[error("labels {first} and {second} are both \"{label}\": give each group its own name")]
    DuplicateLabel {
        /// The label.
        label: String,
        /// Where it stands first.
        first: usize,
        /// Where it stands again.
        second: usize,
    },
    /// A cause that the data do not have.
    #[error("there is no cause \"{cause}\": the causes are {known}")]
    UnknownCause {
        /// The cause asked for.
        cause: String,
        /// The causes that exist.
        known: String,
    },
    /// A transition that nobody makes.
    #[error("nobody goes {transition}: the transitions are {known}")]
    UnknownTransition {
        /// The transition asked for.
        transition: String,
        /// Those that are made, separated by commas.
        known: String,
    },
    /// A state that a history does not have.
    #[error("there is no state \"{state}\": the states are {known}")]
    UnknownState {
        /// The state asked for.
        state: String,
        /// The states that exist.
        known: String,
    },
    /// A history that cannot be: rows that overlap, or a state that no transition explains.
    #[error(
        "subject {subject}, row {index}: {problem}; {count} such row(s) in all: list them with `Histories::check`, \
         and correct or drop them"
    )]
    InconsistentHistory {
        /// The subject.
        subject: String,
        /// The row.
        index: usize,
        /// What is wrong with it.
        problem: &'static str,
        /// How many rows have a problem that no estimate can bear.
        count: usize,
    },
    // Curves.
    /// A horizon beyond the last observation of a curve that has not reached 0 there.
    #[error(
        "tau is {tau}, but follow-up ends at {last} with survival still above 0: the curve is not \
         defined further on; choose a tau of at most {last}"
    )]
    BeyondFollowUp {
        /// The horizon asked for.
        tau: f64,
        /// The last time at which anybody was under observation.
        last: f64,
    },
    // One wing each.
    /// Risk tables and curves that are read or put together.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Tests: their weights, and the size of their distributions.
    #[error(transparent)]
    Test(#[from] TestError),
    /// Covariates and models.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The facts of a trial, and the questions about them.
    #[error(transparent)]
    Trial(#[from] TrialError),
    /// Files, their columns and their cells.
    #[error(transparent)]
    File(#[from] FileError),
}
