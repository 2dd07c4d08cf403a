//! Interval-censored data as they were written: checked again when they are read. Near ties were judged when they were made.

use std::borrow::Cow;

use crate::error::{Error, Result, check_len};
use crate::survival::data::groups::Groups;
use crate::survival::data::interval_censored::{Closed, IntervalCensored, check_entries};
use crate::survival::data::weights::Weights;

#[derive(serde::Deserialize)]
pub(super) struct Raw {
    lower: Vec<Option<f64>>,
    upper: Vec<Option<f64>>,
    closed: Closed,
    #[serde(default)]
    entry: Option<Vec<f64>>,
    weights: Option<Weights<'static>>,
    #[serde(default)]
    strata: Option<Groups>,
    #[serde(default)]
    clusters: Option<Vec<u32>>,
}

impl TryFrom<Raw> for IntervalCensored<'_> {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let fill = |column: Vec<Option<f64>>, with: f64| -> Vec<f64> {
            column.into_iter().map(|x| x.unwrap_or(with)).collect()
        };
        let limits = [fill(raw.lower, f64::NEG_INFINITY), fill(raw.upper, f64::INFINITY)].map(Cow::Owned);
        let [lower, upper] = limits;
        let mut data = Self::checked(lower, upper)?.with_closed(raw.closed);
        if let Some(entry) = raw.entry {
            check_len("entry", entry.len(), "lower", data.len())?;
            check_entries(&entry)?;
            data.entry = Some(Cow::Owned(entry));
            data = data.with_merged_entry()?;
        }
        if let Some(weights) = raw.weights {
            data = data.with_weights(weights)?;
        }
        if let Some(strata) = raw.strata {
            data = data.with_strata(strata)?;
        }
        match raw.clusters {
            Some(clusters) => data.with_clusters(&clusters),
            None => Ok(data),
        }
    }
}
