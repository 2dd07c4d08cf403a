//! The functions for queries that are built in Rust: what is observed, and what is asked of it.
//!
//! ```
//! use datafusion::prelude::{CsvReadOptions, SessionContext, col};
//! use greenwood_datafusion::{Part, expr::Observed};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/aml.csv");
//! let patients = SessionContext::new().read_csv(path, CsvReadOptions::new()).await?;
//! let observed = Observed::new(col("time"), col("status"));
//! let by_arm = patients.clone().aggregate(
//!     vec![col("x")],
//!     vec![observed.clone().km_median()?.alias("median"), observed.clone().part(Part::Lower).km_survival_at(24.0)?],
//! )?;
//! assert_eq!(by_arm.collect().await?.iter().map(|b| b.num_rows()).sum::<usize>(), 2);
//! let test = patients.aggregate(vec![], vec![observed.logrank_p(col("x"))?])?.collect().await?;
//! assert_eq!(test[0].num_rows(), 1);
//! # Ok::<(), datafusion::error::DataFusionError>(())
//! # }).unwrap();
//! ```

use std::sync::Arc;

use datafusion_common::{Result, ScalarValue, plan_err};
use datafusion_expr::{AggregateUDF, Expr, lit};

use crate::function::{Functions, SurvivalFunction};
use crate::quantity::{Part, Quantity};

/// Time and event of each row, with what else is known of it.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`entry`](Self::entry) | none | delayed entry: under observation in (entry, time] |
/// | [`weight`](Self::weight) | none | replication weight |
/// | [`stratum`](Self::stratum) | none | tests compare within strata; other functions do not ask for it |
/// | [`part`](Self::part) | the estimate | which number of an estimate is returned |
/// | [`functions`](Self::functions) | the defaults | treatment of `NULL`, level |
///
/// Every verb fails with a plan error where the part does not exist (a median has no standard error).
#[derive(Debug, Clone)]
#[must_use = "nothing is asked until a verb is called"]
pub struct Observed {
    time: Expr,
    event: Expr,
    entry: Option<Expr>,
    weight: Option<Expr>,
    stratum: Option<Expr>,
    part: Part,
    functions: Functions,
}

impl Observed {
    /// The end of observation, and whether it is the event (for [`cuminc_at`](Self::cuminc_at): the cause).
    pub fn new(time: Expr, event: Expr) -> Self {
        let functions = Functions::new();
        Self { time, event, entry: None, weight: None, stratum: None, part: Part::Value, functions }
    }

    /// Delayed entry.
    pub fn entry(self, entry: Expr) -> Self {
        Self { entry: Some(entry), ..self }
    }

    /// Replication weights.
    pub fn weight(self, weight: Expr) -> Self {
        Self { weight: Some(weight), ..self }
    }

    /// Strata of a test.
    pub fn stratum(self, stratum: Expr) -> Self {
        Self { stratum: Some(stratum), ..self }
    }

    /// Which number of the estimate.
    pub fn part(self, part: Part) -> Self {
        Self { part, ..self }
    }

    /// The options of the functions.
    pub fn functions(self, functions: Functions) -> Self {
        Self { functions, ..self }
    }

    fn call(self, quantity: Quantity, more: Vec<Expr>) -> Result<Expr> {
        if !quantity.parts().contains(&self.part) {
            return plan_err!("{} has no {:?}", quantity.name(Part::Value), self.part);
        }
        let null = || lit(ScalarValue::Null);
        let mut arguments = vec![self.time, self.event];
        arguments.extend(more);
        let mut optional = vec![];
        if quantity.is_test() {
            optional.push(self.stratum);
        }
        optional.extend([self.entry, self.weight]);
        while optional.pop_if(|last| last.is_none()).is_some() {}
        arguments.extend(optional.into_iter().map(|e| e.unwrap_or_else(null)));
        let function: AggregateUDF = SurvivalFunction::new(quantity, self.part, self.functions).into();
        Ok(Arc::new(function).call(arguments))
    }

    /// The Kaplan-Meier estimate of the survival at `t`.
    ///
    /// # Errors
    /// A plan error where the part does not exist.
    pub fn km_survival_at(self, t: f64) -> Result<Expr> {
        self.call(Quantity::SurvivalAt, vec![lit(t)])
    }

    /// The median survival time.
    ///
    /// # Errors
    /// A plan error where the part does not exist.
    pub fn km_median(self) -> Result<Expr> {
        self.call(Quantity::Median, vec![])
    }

    /// The time by which a share `p` has had the event.
    ///
    /// # Errors
    /// A plan error where the part does not exist.
    pub fn km_quantile(self, p: f64) -> Result<Expr> {
        self.call(Quantity::Quantile, vec![lit(p)])
    }

    /// The restricted mean survival time up to `tau`.
    ///
    /// # Errors
    /// A plan error where the part does not exist.
    pub fn km_rmst(self, tau: f64) -> Result<Expr> {
        self.call(Quantity::RestrictedMean, vec![lit(tau)])
    }

    /// The Nelson-Aalen estimate of the cumulative hazard at `t`.
    ///
    /// # Errors
    /// A plan error where the part does not exist.
    pub fn nelson_aalen_at(self, t: f64) -> Result<Expr> {
        self.call(Quantity::HazardAt, vec![lit(t)])
    }

    /// The cumulative incidence of a cause at `t`; the event is the cause, 0 is censored.
    ///
    /// # Errors
    /// A plan error where the part does not exist.
    pub fn cuminc_at(self, cause: impl ToString, t: f64) -> Result<Expr> {
        self.call(Quantity::IncidenceAt, vec![lit(cause.to_string()), lit(t)])
    }

    /// The chi-square of the log-rank test.
    ///
    /// # Errors
    /// A plan error where a part other than the value is asked for.
    pub fn logrank_chi2(self, arm: Expr) -> Result<Expr> {
        self.call(Quantity::ChiSquare, vec![arm])
    }

    /// The two-sided p-value of the log-rank test.
    ///
    /// # Errors
    /// As [`logrank_chi2`](Self::logrank_chi2).
    pub fn logrank_p(self, arm: Expr) -> Result<Expr> {
        self.call(Quantity::PValue, vec![arm])
    }

    /// The degrees of freedom of the log-rank test.
    ///
    /// # Errors
    /// As [`logrank_chi2`](Self::logrank_chi2).
    pub fn logrank_df(self, arm: Expr) -> Result<Expr> {
        self.call(Quantity::DegreesOfFreedom, vec![arm])
    }

    /// The Kaplan-Meier curve as a list of rows, to be unnested.
    ///
    /// # Errors
    /// As [`logrank_chi2`](Self::logrank_chi2).
    pub fn km_curve(self) -> Result<Expr> {
        self.call(Quantity::Curve, vec![])
    }

    /// The number of events.
    ///
    /// # Errors
    /// As [`logrank_chi2`](Self::logrank_chi2).
    pub fn events(self) -> Result<Expr> {
        self.call(Quantity::Events, vec![])
    }

    /// The time under observation.
    ///
    /// # Errors
    /// As [`logrank_chi2`](Self::logrank_chi2).
    pub fn person_time(self) -> Result<Expr> {
        self.call(Quantity::PersonTime, vec![])
    }

    /// The number of rows that the other functions leave out.
    ///
    /// # Errors
    /// As [`logrank_chi2`](Self::logrank_chi2).
    pub fn km_skipped(self) -> Result<Expr> {
        self.call(Quantity::Skipped, vec![])
    }
}
