//! Survival analysis and the time-to-event statistics of clinical trials.
//!
//! | wing | what is in it |
//! |---|---|
//! | [`survival`] | data, risk tables, curves, intervals, quantiles, restricted means, tests: knows nothing of trials |
//! | [`trial`] | subjects, endpoints, estimands, analyses, contrasts, reports, reconstruction: stands on `survival` |
//!
//! Everything fallible returns [`Error`], which names the argument, the position and the value at fault. What is
//! not a mistake (a median that is not reached, an arm without events) is a value in the result.
//!
//! ```
//! use greenwood::survival::{KaplanMeier, RightCensored};
//!
//! let data = RightCensored::new(&[6.0, 7.0, 10.0, 15.0, 19.0], &[true, false, true, true, false])?;
//! let curve = KaplanMeier::fit(&data);
//! assert_eq!(curve.at(12.0).to_string(), "53.3% ± 24.8%");
//! assert_eq!(curve.median().to_string(), "15 (95% CI 6 to not reached)");
//! # Ok::<(), greenwood::Error>(())
//! ```
//!
//! # Features
//! * `serde` (on by default): data, risk tables and results can be written and read back.
//! * `rayon`: threads for large Cox models; the same bits.
//! * `calendar`: calendar dates to durations (`jiff`).
//! * `plot`: figures as SVG, PNG and PDF.
//! * `adtte`: CDISC ADTTE data sets in and out, as CSV and Dataset-JSON.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doc)]
pub mod docs;
mod error;
mod numeric;
#[cfg(feature = "plot")]
pub mod plot;
pub mod survival;
pub mod trial;

pub use error::{Error, Result};
#[cfg(feature = "calendar")]
pub use jiff;
pub use ndarray;

/// The README's examples, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
