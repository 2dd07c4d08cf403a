//! Survival analysis in SQL: greenwood's estimators and tests as aggregate functions of DataFusion.
//!
//! The state of a group is its risk table, encoded ([`RiskTable::encode`]): how many left at each distinct time. Tables merge,
//! so a query may be divided in any way (threads, files, machines) and gives the same bits; they are the library's own
//! numbers, since the tables of the parts keep exact times and near ties are judged once, over the whole.
//!
//! ```
//! use datafusion::prelude::{CsvReadOptions, SessionContext};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let mut ctx = SessionContext::new();
//! greenwood_datafusion::register_all(&mut ctx)?;
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/aml.csv");
//! ctx.register_csv("patients", path, CsvReadOptions::new()).await?;
//! let medians = ctx.sql("SELECT x, km_median(time, status) AS median FROM patients GROUP BY x ORDER BY x").await?;
//! let table = datafusion::arrow::util::pretty::pretty_format_batches(&medians.collect().await?)?.to_string();
//! assert!(table.contains("| 1 | 31.0   |") && table.contains("| 2 | 23.0   |"));
//! # Ok::<(), datafusion::error::DataFusionError>(())
//! # }).unwrap();
//! ```
//!
//! | function | |
//! |---|---|
//! | `km_survival_at(time, event, t)` | Kaplan-Meier estimate of the survival at `t` |
//! | `km_median(time, event)`, `km_quantile(time, event, p)` | the time by which a half, a share `p`, has had the event |
//! | `km_rmst(time, event, tau)` | restricted mean survival time up to `tau` |
//! | `nelson_aalen_at(time, event, t)` | Nelson-Aalen estimate of the cumulative hazard at `t` |
//! | `cuminc_at(time, cause, cause_asked, t)` | Aalen-Johansen estimate of the incidence of one of several causes at `t` |
//! | `logrank_chi2`, `logrank_df`, `logrank_p` `(time, event, arm [, stratum])` | log-rank test of two arms or more |
//! | `km_curve(time, event)` | the curve, a list of rows: `SELECT unnest(km_curve(time, event))` |
//! | `events(time, event)`, `person_time(time, event)` | number of events, time under observation |
//! | `km_skipped(time, event)` | how many rows the others leave out |
//!
//! * **Siblings.** The plain name is the estimate, a `DOUBLE` that can stand anywhere: in `ORDER BY`, in a CSV file. Each
//!   number with an interval has siblings: `_se`, `_lower`, `_upper` (95 %, on the scale that the library takes by itself), and
//!   `_ci`, a structure of all four that is computed once. Medians and quantiles have no standard error.
//! * **More arguments**, in this order after those above: `entry` (delayed entry: under observation in `(entry, time]`; `NULL`
//!   is from the start), `weight` (replication: the row counts so many times), `weight_kind` (`'replication'`; sampling weights
//!   are refused, since their variance needs the subjects behind the table). `NULL` in the place of `entry` or `stratum` leaves it
//!   out: `km_median(time, event, NULL, weight)`.
//! * **Events** are `BOOLEAN` or the integers 0 and 1; a cause is an integer or a text, 0 is censored.
//! * **NULL**: a row whose time, event, arm, stratum or weight is `NULL` is skipped, as `avg` does it; `km_skipped` with the same
//!   arguments counts them, [`Functions::nulls`] makes them an error. A weight of 0 leaves the row out.
//! * What cannot be estimated (a median that is not reached, a time beyond follow-up, a group of nobody) is `NULL`. What is wrong
//!   (a negative time, an event of 2, a test of one arm) is an error that names the function, the column and the row of the batch.
//! * `FILTER (WHERE …)` and `OVER (PARTITION BY …)` work; `DISTINCT`, `ORDER BY` inside the call and sliding frames are refused.
//! * Times that differ by rounding error are one time, judged within a group of the query (within all arms and strata of a test).
//!   Data in which that would leave a row no time between entry and exit are refused by the library; here those times stay apart.
//!
//! **Cost.** Memory and what is sent between partitions grow with the number of distinct times of a group, not with its rows:
//! about 3 bytes for each whole day, 6 for each continuous time. A state above [`Functions::max_state_bytes`] is refused.
//! Every call has its own state: a query with a median and its two limits builds three tables, `km_median_ci` one.
//!
//! On a cluster plans travel by the names of functions, with their options as bytes ([`encode_options`]): the package
//! `greenwood-ballista` beside this one has a scheduler, an executor and a client that know them.

mod accumulators;
mod arguments;
pub mod expr;
mod function;
mod outcome;
mod quantity;
mod state;
mod tally;
mod travel;
mod types;

pub use function::{Functions, Nulls, register_all};
pub use quantity::Part;
pub use travel::{decode_options, encode_options};

#[cfg(doc)]
use greenwood::survival::RiskTable;
