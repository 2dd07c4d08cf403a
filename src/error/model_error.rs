//! What is wrong with covariates, models and what is asked of a model.

/// What is wrong with covariates, with a model, or with what is asked of one.
///
/// It is part of [`Error`](crate::Error), as `Error::Model`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A covariate whose values differ by so little, or so much, that the square of that is no number.
    #[error(
        "covariate {covariate} varies by {size:e}: variances need its square, so it must be between 1e-150 and 1e150; \
         multiply the column by a constant"
    )]
    CovariateScale {
        /// The covariate.
        covariate: String,
        /// The mean distance of its values from their mean.
        size: f64,
    },
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
    /// A distribution, or a parameter of one, that does not exist.
    #[error("there is no {what} \"{name}\": there are {known}")]
    UnknownName {
        /// What was asked for.
        what: &'static str,
        /// Its name.
        name: String,
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
    /// Exact ties with weights or a robust variance, which the likelihood does not have.
    #[error(
        "the exact likelihood for ties has no weighted form and no robust variance: use Efron's or Breslow's ties, or repeat the rows"
    )]
    ExactTiesWithWeights,
    /// A likelihood without a finite value at the start.
    #[error(
        "the likelihood is not finite at the starting values: offsets or starting values spread the linear \
         predictor over more than 700; centre or shrink them"
    )]
    InfiniteLikelihood,
    /// What a model with an infinite coefficient does not have.
    #[error("the coefficient of {covariate} is infinite, so that this has no value: {remedy}")]
    InfiniteCoefficient {
        /// The covariate's name.
        covariate: String,
        /// What the model at hand can do about it.
        remedy: &'static str,
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
}
