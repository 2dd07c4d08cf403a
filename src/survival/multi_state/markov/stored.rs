//! A test of the Markov assumption as it is written down and read back.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::survival::multi_state::markov::{MarkovLandmark, MarkovTestResult};

#[derive(Deserialize)]
pub(super) struct RawResult {
    from: String,
    to: String,
    landmarks: Vec<MarkovLandmark>,
    replicates: usize,
    as_large: [usize; 2],
}

impl TryFrom<RawResult> for MarkovTestResult {
    type Error = Error;

    fn try_from(raw: RawResult) -> Result<Self> {
        let RawResult { from, to, landmarks, replicates, as_large } = raw;
        // Counts that a computer can have drawn, so that one more is a number too.
        if !(1..=u32::MAX as usize).contains(&replicates) {
            let must_be = "at least 1 and below 2³²";
            return Err(Error::OutOfRange { argument: "replicates", value: replicates as f64, must_be });
        }
        if let Some(&n) = as_large.iter().find(|&&n| n > replicates) {
            let must_be = "at most the number of samples";
            return Err(Error::OutOfRange { argument: "as_large", value: n as f64, must_be });
        }
        Ok(Self { from, to, landmarks, replicates, as_large })
    }
}
