//! Observations as they were written: given to the same checks again.

use crate::error::{Error, Result};
use crate::survival::data::groups::Groups;
use crate::survival::data::near_ties::NearTies;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;

/// The columns of [`RightCensored`] before they are checked.
#[derive(serde::Deserialize)]
pub(super) struct Raw {
    time: Vec<f64>,
    event: Vec<bool>,
    entry: Option<Vec<f64>>,
    weights: Option<Weights<'static>>,
    clusters: Option<Vec<u32>>,
    strata: Option<Groups>,
    #[serde(default)]
    ids: Option<Groups>,
    near_ties: NearTies,
}

impl TryFrom<Raw> for RightCensored<'_> {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let mut data = RightCensored::new(raw.time, raw.event)?.with_near_ties(raw.near_ties)?;
        if let Some(entry) = raw.entry {
            data = data.with_entry(entry)?;
        }
        if let Some(weights) = raw.weights {
            data = data.with_weights(weights)?;
        }
        if let Some(clusters) = raw.clusters {
            data = data.with_clusters(&clusters)?;
        }
        if let Some(strata) = raw.strata {
            data = data.with_strata(strata)?;
        }
        if let Some(ids) = raw.ids {
            ids.check_len("ids", data.len())?;
            data.ids = Some(ids);
            data.check_ids()?;
        }
        Ok(data)
    }
}
