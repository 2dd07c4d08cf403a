//! The rows of a cause in their order, and who stays in their risk sets after another event.

use std::sync::Arc;

use crate::error::Result;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::design::Design;
use crate::survival::regression::fine_gray::censoring::{CensoringTies, CensoringWeights, of_data};

/// Who is in the risk sets after another event, and with which weight.
#[derive(Debug)]
pub(super) struct RiskSet {
    /// Of the rows of the data: another event came.
    pub other: Vec<bool>,
    /// The censoring group of each row of the data; empty where all are one.
    groups: Vec<u32>,
    pub weights: Vec<CensoringWeights>,
}

impl RiskSet {
    /// Of a cause, by its code in the data, and the rows of a model of it.
    pub fn with_rows(
        data: &CompetingRisks,
        design: &Design,
        cause: u32,
        groups: Option<&Groups>,
        ties: CensoringTies,
    ) -> Result<(Arc<Self>, Rows)> {
        let any = data.any_cause();
        let plain = any.entry().is_none() && any.weights().is_none() && any.strata().is_none();
        let known = if plain && groups.is_none() { None } else { Some(of_data(data, groups, ties)?) };
        let of_cause = data.with_event(data.codes().iter().map(|&c| c == cause).collect())?;
        let other: Vec<bool> = data.codes().iter().map(|&c| c > 0 && c != cause).collect();
        let rows = Rows::for_other_risk_sets(&of_cause, design, &other)?;
        // Sorted rows of subjects who are there from the start tell how many are censored when: no second sort.
        let (groups, weights) =
            known.unwrap_or_else(|| (Vec::new(), vec![CensoringWeights::of_rows(&rows, &other, ties)]));
        Ok((Arc::new(Self { other, groups, weights }), rows))
    }

    /// The censoring group of a row of the data.
    #[inline]
    pub fn group(&self, row: usize) -> u32 {
        self.groups.get(row).copied().unwrap_or(0)
    }
}
