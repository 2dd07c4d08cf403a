//! Histories as they are written: checked when they are read back.

use crate::error::{Error, Result};
use crate::survival::data::groups::Groups;
use crate::survival::data::histories::Histories;
use crate::survival::data::weights::Weights;

#[derive(serde::Deserialize)]
pub(super) struct RawHistories {
    ids: Groups,
    start: Vec<f64>,
    stop: Vec<f64>,
    from: Vec<u32>,
    to: Vec<u32>,
    states: Vec<String>,
    weights: Option<Weights<'static>>,
    clusters: Option<Vec<u32>>,
}

impl TryFrom<RawHistories> for Histories {
    type Error = Error;

    fn try_from(raw: RawHistories) -> Result<Self> {
        let RawHistories { ids, start, stop, from, to, states, weights, clusters } = raw;
        let count = states.len() as u32;
        let wrong = (from.iter().enumerate().find(|&(_, &c)| c >= count))
            .or_else(|| to.iter().enumerate().find(|&(_, &c)| c > count));
        if let Some((index, &code)) = wrong {
            return Err(Error::InvalidCode { index, code: code as usize, labels: states.len() });
        }
        let mut data =
            Self { ids: ids.occupied(), start, stop, from, to, states, weights: None, clusters: None };
        data.validate()?;
        if let Some(weights) = weights {
            data = data.with_weights(weights)?;
        }
        if let Some(clusters) = clusters {
            data = data.with_clusters(&clusters)?;
        }
        Ok(data)
    }
}
