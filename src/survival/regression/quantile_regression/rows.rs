//! The rows that count: their weight, event and place on the scale of the model.

use super::method::QuantileScale;
use crate::error::{Error, Result};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::design::Design;
use crate::survival::regression::standard_columns::StandardColumns;

#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub columns: StandardColumns,
    pub y: Vec<f64>,
    pub event: Vec<bool>,
    pub weight: Vec<f64>,
    /// Whom a sample of the bootstrap draws, and how many of them.
    pub drawn: Drawn,
}

/// What is drawn with replacement.
#[derive(Debug, Clone)]
pub(super) enum Drawn {
    /// The rows, each with its weight.
    Rows,
    /// As many subjects as the weights add up to: a row stands for as many as it weighs.
    Subjects,
    /// Clusters, by row, and their number.
    Clusters(Vec<u32>, usize),
}

impl Rows {
    pub fn new(data: &RightCensored, design: &Design, scale: QuantileScale) -> Result<Self> {
        let refuse =
            |with, why| Err(Error::Unsupported { method: "censored quantile regression", with, why });
        if data.entry().is_some() {
            return refuse(
                "delayed entry",
                "those who come late are not a sample of those who started; start at a landmark",
            );
        }
        if data.strata().is_some() {
            return refuse("strata", "there is no baseline to stratify: make them a factor of the design");
        }
        if data.len() == 0 {
            return Err(Error::Empty { argument: "time" });
        }
        let data = data.merged();
        if scale == QuantileScale::Log
            && let Some(&value) = data.time().iter().find(|t| **t <= 0.0)
        {
            let must_be =
                "above 0 on the scale of log time: use `QuantileScale::Identity`, or leave the row out";
            return Err(Error::OutOfRange { argument: "a time", value, must_be });
        }
        let weight = data.weights().map_or_else(|| vec![1.0; data.len()], |w| w.values().to_vec());
        let y = |t: &f64| if scale == QuantileScale::Log { t.ln() } else { *t };
        let drawn = match (data.clusters(), data.weights()) {
            (Some(ids), _) => Drawn::Clusters(ids.to_vec(), ids.iter().max().map_or(0, |c| *c as usize + 1)),
            (None, Some(Weights::Replication(_))) => Drawn::Subjects,
            _ => Drawn::Rows,
        };
        Ok(Self {
            columns: StandardColumns::new(design, &weight)?,
            y: data.time().iter().map(y).collect(),
            event: data.event().to_vec(),
            weight,
            drawn,
        })
    }

    pub fn len(&self) -> usize {
        self.y.len()
    }
}
