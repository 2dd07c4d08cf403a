//! A response and a weight for each row: the time up to the horizon, or what stands in for it.

use super::link::MeanMethod;
use crate::error::{Error, Result};
use crate::survival::curve::pseudo::Pseudo;
use crate::survival::data::censoring::Censoring;
use crate::survival::data::right_censored::RightCensored;

/// Times in units of the horizon.
#[derive(Debug, Clone)]
pub(super) struct Responses {
    pub share: Vec<f64>,
    /// 1/G of those whose time up to the horizon is known, 0 of the others; 1 for pseudo-values.
    pub known: Vec<f64>,
    /// The weight of each row.
    pub weight: Vec<f64>,
    /// What the influence through G needs.
    time: Vec<f64>,
    censored: Vec<bool>,
    codes: Vec<u32>,
    groups: u32,
    /// Is there a G?
    estimated: bool,
}

impl Responses {
    pub fn new(data: &RightCensored, tau: f64, method: MeanMethod) -> Result<Self> {
        if data.entry().is_some() {
            return Err(Error::Unsupported {
                method: "a regression on the restricted mean",
                with: "delayed entry",
                why: "neither weights of censoring nor pseudo-values are derived for it; start at a landmark that all have reached",
            });
        }
        let rule = data.near_ties();
        let data = data.merged();
        let tau = data.meant(tau, rule);
        let n = data.len();
        let weight = data.weights().map_or_else(|| vec![1.0; n], |w| w.values().to_vec());
        let time: Vec<f64> = data.time().iter().map(|t| t.min(tau)).collect();
        let censored: Vec<bool> = (0..n).map(|i| !data.event()[i] && data.time()[i] < tau).collect();
        let codes = data.strata().map_or_else(|| vec![0; n], |s| s.codes().to_vec());
        let groups = data.strata().map_or(1, |s| s.count() as u32);
        let mut responses = Self {
            share: time.iter().map(|t| t / tau).collect(),
            known: vec![1.0; n],
            weight,
            time,
            censored,
            codes,
            groups,
            estimated: method == MeanMethod::CensoringWeights,
        };
        match method {
            MeanMethod::CensoringWeights => responses.weigh(tau)?,
            MeanMethod::PseudoValues | MeanMethod::InfinitesimalPseudoValues => {
                let pseudo = Pseudo::new(&[tau]);
                let infinitesimal = method == MeanMethod::InfinitesimalPseudoValues;
                let pseudo = if infinitesimal { pseudo.infinitesimal() } else { pseudo };
                let values = pseudo.restricted_mean(&data)?;
                responses.share = values.values().column(0).iter().map(|v| v / tau).collect();
            }
        }
        Ok(responses)
    }

    fn censoring(&self) -> Censoring<'_> {
        Censoring {
            time: &self.time,
            censored: &self.censored,
            codes: &self.codes,
            weights: Some(&self.weight),
        }
    }

    /// Weighs those who are known by 1/G just before their time.
    fn weigh(&mut self, tau: f64) -> Result<()> {
        let curves: Vec<_> = (0..self.groups).map(|code| self.censoring().curve(code)).collect();
        for code in 0..self.groups {
            let of = |i: &usize| self.codes[*i] == code && self.weight[*i] > 0.0;
            let last = (0..self.time.len()).filter(of).map(|i| self.time[i]).fold(0.0, f64::max);
            let ends = (0..self.time.len()).filter(of).any(|i| self.time[i] == last && self.censored[i]);
            if ends {
                return Err(Error::BeyondFollowUp { tau, last });
            }
        }
        for i in 0..self.time.len() {
            let g = curves[self.codes[i] as usize].before(self.time[i]);
            self.known[i] = if self.censored[i] || !(g > 0.0) { 0.0 } else { 1.0 / g };
        }
        Ok(())
    }

    /// What the estimated G adds to the influence of each row, per weight of it, for one column of what the rows add.
    pub fn through_censoring(&self, adds: &[f64]) -> Vec<f64> {
        if self.estimated {
            self.censoring().influence(self.groups, adds, f64::INFINITY)
        } else {
            vec![0.0; adds.len()]
        }
    }

    /// How many rows have a time up to the horizon that is known.
    pub fn known_rows(&self) -> usize {
        self.censored.iter().filter(|c| !**c).count()
    }
}
