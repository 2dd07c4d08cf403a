//! One error type for the crate: what is wrong, where, and what to do about it.

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
/// | risk tables and curves | [`MixedCauses`](Self::MixedCauses), [`MixedWeights`](Self::MixedWeights), [`BeyondFollowUp`](Self::BeyondFollowUp), … |
/// | tests | [`PeriodCount`](Self::PeriodCount), [`WeightFunction`](Self::WeightFunction), [`TooManySubjects`](Self::TooManySubjects), … |
/// | models | [`InvalidCovariate`](Self::InvalidCovariate), [`UnknownCovariate`](Self::UnknownCovariate), [`UndefinedWeights`](Self::UndefinedWeights), … |
/// | trials | [`InvalidSubjectTime`](Self::InvalidSubjectTime), [`AfterExit`](Self::AfterExit), [`UnreadableFigure`](Self::UnreadableFigure), … |
/// | files and columns | [`DataSet`](Self::DataSet), [`MissingColumn`](Self::MissingColumn), [`File`](Self::File), … |
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
        because: crate::survival::result::not_estimable::NotEstimable,
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
    /// A weight that is not a number, infinite or negative.
    #[error("weights[{index}] is {value}: a weight must be finite and at least 0")]
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
    // Risk tables and curves.
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
    // Tests.
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
    // Models.
    /// A covariate, offset or starting value that is not a finite number.
    #[error(
        "covariate {covariate}, row {index}, is {value}: it must be a finite number; drop or impute the row"
    )]
    InvalidCovariate {
        /// The covariate's name.
        covariate: String,
        /// The row.
        index: usize,
        /// The value found there.
        value: f64,
    },
    /// A covariate that does not exist.
    #[error("there is no covariate {covariate}: there are {known}")]
    UnknownCovariate {
        /// The name asked for.
        covariate: String,
        /// The names that exist.
        known: String,
    },
    /// New rows that lack a covariate of the model.
    #[error("the new rows have no {covariate}: the model needs {what}")]
    MissingCovariate {
        /// The covariate.
        covariate: String,
        /// What it is in the model.
        what: String,
    },
    /// A covariate of new rows that is not made as the model's is.
    #[error("covariate {covariate} is {rows} in the new rows, but the model has {model}")]
    OtherCovariate {
        /// The covariate.
        covariate: String,
        /// What it is in the model.
        model: String,
        /// What it is in the new rows.
        rows: String,
    },
    /// A level of a factor that the model does not know.
    #[error("covariate {covariate} has no level \"{level}\": its levels are {known}")]
    UnknownLevel {
        /// The covariate.
        covariate: String,
        /// The level given.
        level: String,
        /// The levels of the model.
        known: String,
    },
    /// A covariate that is a combination of earlier ones or does not vary within any risk set.
    #[error(
        "covariate {covariate} is constant or a combination of earlier ones: leave it out, or let it be dropped \
         (`Collinear::Drop`)"
    )]
    Collinear {
        /// The covariate's name.
        covariate: String,
    },
    /// Other data than those that a model was fitted to, where it needs them again.
    #[error(
        "{part} differs from that of the fit: give the data and the design that the model was fitted to; new rows are \
         predicted by name (`row`, `columns`)"
    )]
    OtherData {
        /// Which part of the data.
        part: String,
    },
    /// A curve asked of a baseline with several strata, each of which has its own.
    #[error(
        "the baseline has one curve per stratum ({known}): ask that of one, as `baseline.stratum(label)?`"
    )]
    StratumNeeded {
        /// The strata.
        known: String,
    },
    /// Exact ties and weights, which have no common likelihood.
    #[error(
        "the exact likelihood for ties has no weighted form: use Efron's or Breslow's ties, or repeat the rows"
    )]
    ExactTiesWithWeights,
    /// A likelihood without a finite value at the start.
    #[error(
        "the likelihood is not finite at the starting values: offsets or starting values spread the linear \
         predictor over more than 700; centre or shrink them"
    )]
    InfiniteLikelihood,
    /// What a model with an infinite coefficient does not have.
    #[error(
        "the coefficient of {covariate} is infinite, so that this has no value: fit with a penalty (`CoxPh::firth`, or \
         `FineGray::ridge`), or leave the covariate out"
    )]
    InfiniteCoefficient {
        /// The covariate's name.
        covariate: String,
    },
    /// Predictions asked of a parametric model that has no curve, since its likelihood has no maximum.
    #[error(
        "the model has no curve to predict from: {diagnosis}; take another distribution, or fewer parameters"
    )]
    NoCurve {
        /// How the search ended.
        diagnosis: String,
    },
    /// A hazard of a population, or a cumulative one, that cannot be.
    #[error("{argument}[{index}] is {value}: it must be {must_be}")]
    InvalidBackground {
        /// What it is: the rates, or the cumulative hazards at the lower or the upper limits.
        argument: &'static str,
        /// The row.
        index: usize,
        /// The value found there.
        value: f64,
        /// What is allowed.
        must_be: &'static str,
    },
    /// Weights of a subdistribution that no data determine.
    #[error(
        "the weights of the subdistribution are not defined: at {time} all who are under observation have just entered, \
         and somebody had an event before; leave out what was observed up to then, or start there"
    )]
    UndefinedWeights {
        /// The time of entry.
        time: f64,
    },
    // Trials.
    /// A time of a subject that is not a number, infinite or negative.
    #[error("subject {subject}: the time of {what} is {value} days: it must be finite and at least 0")]
    InvalidSubjectTime {
        /// The subject's id and arm.
        subject: String,
        /// What the time is of.
        what: String,
        /// The value, in days.
        value: f64,
    },
    /// An event or visit after the end of a subject's follow-up.
    #[error(
        "subject {subject}: {what} at {at} is later than the end of follow-up at {end} ({exit}): nothing is \
         observed after it; correct the dates, or the way follow-up ended"
    )]
    AfterExit {
        /// The subject's id and arm.
        subject: String,
        /// What comes too late.
        what: String,
        /// When.
        at: String,
        /// The end of follow-up.
        end: String,
        /// How it ended.
        exit: String,
    },
    /// Follow-up that goes on after an event that ends it in another subject.
    #[error(
        "subject {subject}: follow-up goes on after {event} at {at}, which ended it in another subject: \
         end this one with `Exit::Terminal` too"
    )]
    NotTerminal {
        /// The subject's id or position, and arm.
        subject: String,
        /// The terminal event.
        event: String,
        /// When.
        at: String,
    },
    /// An endpoint that ignores an event after which nothing is observed.
    #[error(
        "endpoint {endpoint} ignores {event}, which ended the follow-up of subject {subject}: \
         make it an event, a competing event or, if that is meant, a censoring"
    )]
    IgnoresTerminal {
        /// The endpoint.
        endpoint: String,
        /// The terminal event.
        event: String,
        /// The subject's id or position, and arm.
        subject: String,
    },
    /// An event for which the description of an endpoint has no role.
    #[error(
        "endpoint {endpoint} gives {event} of subject {subject} no role: name it among the events, the competing, the \
         censoring or the ignored ones"
    )]
    NoRole {
        /// The endpoint.
        endpoint: String,
        /// The event.
        event: String,
        /// The subject's id or position, and arm.
        subject: String,
    },
    /// The description of an endpoint that cannot be one.
    #[error("endpoint {endpoint}: {why}")]
    InvalidEndpoint {
        /// The endpoint.
        endpoint: String,
        /// What is wrong, and what to do.
        why: String,
    },
    /// A survival curve asked of an endpoint with competing events.
    #[error(
        "endpoint {endpoint} has competing events ({event} of subject {subject}): a survival curve would \
         censor them silently; `Analysis::incidence` gives the probability of the event beside them; if they are to be \
         censorings, ask for that by name (`Analysis::competing_as_censored`), or give them another role"
    )]
    CompetingOutcomes {
        /// The endpoint.
        endpoint: String,
        /// The competing event.
        event: String,
        /// The subject's id or position.
        subject: String,
    },
    /// A strategy for an intercurrent event that has no meaning for the endpoint.
    #[error("{endpoint}: the strategy {strategy} for {event} has no meaning: {why}")]
    MeaninglessStrategy {
        /// The endpoint.
        endpoint: String,
        /// The strategy.
        strategy: &'static str,
        /// The event.
        event: String,
        /// The reason, and what to do.
        why: &'static str,
    },
    /// A baseline characteristic or stratification factor that a subject lacks.
    #[error(
        "subject {subject} has no {what}: give it to every subject, or leave the subject out by a population"
    )]
    MissingBaseline {
        /// The subject's id or position, and arm.
        subject: String,
        /// The characteristic or factor.
        what: String,
    },
    /// Numbers of a trial's flow that do not add up.
    #[error(
        "{screened} screened less {excluded} excluded are not the {randomised} randomised: correct the counts"
    )]
    FlowMismatch {
        /// How many were screened.
        screened: usize,
        /// How many of them were not randomised.
        excluded: usize,
        /// How many were randomised.
        randomised: usize,
    },
    /// A date before the one from which time is counted.
    #[error("{date} comes before {start}, from which time is counted: correct one of the dates")]
    DateOrder {
        /// The date.
        date: String,
        /// The start.
        start: String,
    },
    /// A published figure that is not a number as it is printed.
    #[error(
        "\"{text}\" is not a printed figure: digits with at most one point, \"<\" before or \"%\" behind them \
         (38.1%, 0.381, <0.001), and no more than 15 digits"
    )]
    UnreadableFigure {
        /// The text.
        text: String,
    },
    // Files and columns.
    /// A data set that cannot be read or written at all.
    #[error("the data set cannot be {action}: {why}")]
    DataSet {
        /// `read` or `written`.
        action: &'static str,
        /// What the file's format says is wrong, and where.
        why: String,
    },
    /// A column that a data set must have.
    #[error("there is no column {column}: {instead}; there are {known}")]
    MissingColumn {
        /// The column.
        column: &'static str,
        /// What would do.
        instead: &'static str,
        /// The columns that exist.
        known: String,
    },
    /// A cell of a data set that does not hold what its column must hold.
    #[error("row {row}, column {column} is \"{value}\": it must be {must_be}")]
    InvalidCell {
        /// The row, the first after the header being 1.
        row: usize,
        /// The column.
        column: String,
        /// What was found.
        value: String,
        /// What is allowed.
        must_be: &'static str,
    },
    /// Two rows of a data set for one subject and one parameter.
    #[error(
        "rows {first} and {row} are both {paramcd} of subject {usubjid}: one row per subject and parameter"
    )]
    DuplicateRow {
        /// The later row.
        row: usize,
        /// The earlier one.
        first: usize,
        /// The subject.
        usubjid: String,
        /// The parameter.
        paramcd: String,
    },
    /// A column that a batch or a file does not have.
    #[error("there is no column \"{column}\": the columns are {known}")]
    UnknownColumn {
        /// The column asked for.
        column: String,
        /// The columns that exist.
        known: String,
    },
    /// Two columns of one name.
    #[error("columns {first} and {second} are both \"{column}\": give them different names")]
    DuplicateColumn {
        /// The name.
        column: String,
        /// Where it stands first.
        first: usize,
        /// Where it stands again.
        second: usize,
    },
    /// A column of a type that cannot be read as what it is to be.
    #[error("column \"{column}\" is of type {found}: it must be {must_be}")]
    ColumnType {
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// The types that can be read.
        must_be: &'static str,
    },
    /// A value of a column that cannot be what it is to be.
    #[error("column \"{column}\", row {row} is {value}: it must be {must_be}")]
    ColumnValue {
        /// The column.
        column: String,
        /// The row, counted from 0 over all batches.
        row: usize,
        /// What was found.
        value: String,
        /// What is allowed.
        must_be: String,
    },
    /// A null where there must be a value.
    #[error(
        "column \"{column}\", row {row} is null: give a value, or leave out such rows and count them (`Nulls::Skip`)"
    )]
    NullValue {
        /// The column.
        column: String,
        /// The row, counted from 0 over all batches.
        row: usize,
    },
    /// What is wrong with one of several files.
    #[error("{path}: {error}")]
    InFile {
        /// The path of the file.
        path: String,
        /// What is wrong in it.
        error: Box<Error>,
    },
    /// A file that cannot be written.
    #[error("{path} cannot be written: {why}")]
    File {
        /// The path of the file.
        path: String,
        /// What the system says.
        why: String,
    },
}
