//! The baseline hazard by its steps, and how much each cluster moves a sum of them: for what is predicted from several hazards
//! at once.

use crate::error::{Error, ModelError, Result};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::cox::partial_likelihood::Workspace;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Stratum;
use crate::survival::regression::cox::score::risk_sums;
use crate::survival::regression::cox::with_data::FittedData;
use crate::survival::regression::recipe::Recipe;

/// The steps of each stratum's hazard at the means of the covariates.
#[derive(Debug)]
pub(in crate::survival::regression) struct HazardSteps<'a> {
    rows: &'a Rows,
    workspace: Workspace,
    sums: Vec<f64>,
    unit: f64,
}

/// The steps of one stratum: `dΛ` at each event time, and the mean covariate (less the means, times `dΛ`) by which it falls as
/// a coefficient grows.
pub(in crate::survival::regression) struct StratumSteps {
    /// The position of the stratum among those of the data.
    pub code: usize,
    pub times: Vec<f64>,
    pub jumps: Vec<f64>,
    /// Times × columns.
    pub drift: Vec<f64>,
}

impl FittedData<'_> {
    pub(in crate::survival::regression) fn data(&self) -> &RightCensored<'_> {
        self.data
    }

    pub(in crate::survival::regression) fn recipe(&self) -> &Recipe {
        self.model.recipe()
    }

    pub(in crate::survival::regression) fn coefficients(&self) -> &[f64] {
        self.model.coefficients()
    }

    /// The number of a stratum among those with rows, and its last time; without a label the only one there is.
    pub(in crate::survival::regression) fn stratum_with_rows(
        &self,
        label: Option<&str>,
    ) -> Result<(Option<usize>, f64)> {
        let strata = &self.rows.strata;
        let last = |n: usize| self.rows.time[strata[n].rows.clone()].last().copied().unwrap_or(0.0);
        let labels = self.data.strata();
        let known = || labels.map_or(String::new(), |s| s.labels().join(", "));
        match (label, labels) {
            (None, _) if strata.len() < 2 => {
                Ok((strata.first().map(|_| 0), strata.first().map_or(0.0, |_| last(0))))
            }
            (None, _) => Err(Error::Model(ModelError::StratumNeeded { known: known() })),
            (Some(label), labels) => {
                let code = labels.and_then(|s| s.labels().iter().position(|l| l == label));
                let number = code.and_then(|code| strata.iter().position(|s| s.code == code));
                let number =
                    number.ok_or_else(|| Error::UnknownLabel { label: label.into(), known: known() })?;
                Ok((Some(number), last(number)))
            }
        }
    }

    /// The steps by the model's own rule for ties.
    pub(in crate::survival::regression) fn hazard_steps(&self) -> Result<HazardSteps<'_>> {
        let workspace = self.at_estimates()?;
        let sums = risk_sums(&self.rows, &workspace);
        let unit = (-workspace.shift).exp();
        Ok(HazardSteps { rows: &self.rows, workspace, sums, unit })
    }

    /// `V Σ w U` of each of so many clusters, the code of each row being given: what one more unit of its weight does to the
    /// coefficients. Clusters × columns.
    pub(in crate::survival::regression) fn cluster_dfbeta(
        &self,
        codes: &[u32],
        count: usize,
    ) -> Result<Vec<f64>> {
        let p = self.rows.p;
        let mut out = vec![0.0; count * p];
        if p == 0 {
            return Ok(out);
        }
        for (row, &c) in self.residuals()?.dfbeta()?.rows().into_iter().zip(codes) {
            for (to, x) in out[c as usize * p..].iter_mut().zip(row) {
                *to += x;
            }
        }
        Ok(out)
    }
}

impl HazardSteps<'_> {
    /// The means at which the hazards stand.
    pub fn means(&self) -> &[f64] {
        &self.rows.centre
    }

    pub fn strata(&self) -> Vec<StratumSteps> {
        let (p, mut first) = (self.rows.p, 0);
        let one = |stratum: &Stratum| {
            let mut drift = Vec::with_capacity(stratum.ties.len() * p);
            let mut jumps = Vec::with_capacity(stratum.ties.len());
            for k in first..first + stratum.ties.len() {
                let step = self.workspace.steps[k];
                let ([a, b, _], per_risk) = (step.square, self.unit / step.at_risk);
                let (all, own) = self.sums[k * 2 * p..(k + 1) * 2 * p].split_at(p);
                jumps.push(self.unit * step.all);
                drift.extend((0..p).map(|j| per_risk * (a * all[j] - b * own[j]) * self.rows.scale[j]));
            }
            first += stratum.ties.len();
            let times = stratum.ties.iter().map(|t| t.time).collect();
            StratumSteps { code: stratum.code, times, jumps, drift }
        };
        self.rows.strata.iter().map(one).collect()
    }

    /// The influence of each row on `Σ g dΛ` of a stratum, the coefficients held: `g` has `width` numbers for each event time,
    /// and `add` is given the row of the data and as many.
    ///
    /// With `dΛ = Σ_l c_l/(S0 − (l/d) D0)`, c the weight of each who leaves, a unit of weight at risk takes away
    /// `r Σ c/left²` (a tied event its share `1 − l/d` of that), and an event adds `Σ (c/w)/left`.
    pub fn influence(&self, number: usize, g: &[f64], width: usize, mut add: impl FnMut(usize, &[f64])) {
        let stratum = &self.rows.strata[number];
        let first: usize = self.rows.strata[..number].iter().map(|s| s.ties.len()).sum();
        // Σ g × (what a unit of risk takes away) until each event time, that one left out.
        let mut taken = vec![0.0; (stratum.ties.len() + 1) * width];
        for k in 0..stratum.ties.len() {
            let fall = self.fall(first + k)[0];
            for m in 0..width {
                taken[(k + 1) * width + m] = taken[k * width + m] + fall * g[k * width + m];
            }
        }
        let mut out = vec![0.0; width];
        for i in stratum.rows.clone() {
            let entry = stratum.entry_of(i);
            let entered = stratum.ties.partition_point(|t| t.time <= entry);
            // Event times that the row outlives, and its own.
            let own = stratum.ties.partition_point(|t| t.events_end <= i);
            let tied = stratum.ties.get(own).is_some_and(|t| (t.start..t.events_end).contains(&i));
            let left = stratum.ties.partition_point(|t| t.time <= self.rows.time[i]);
            let until = if tied { own } else { left };
            // `risk` holds the weight, and so does what is added.
            let risk = self.workspace.risk[i];
            for (m, x) in out.iter_mut().enumerate() {
                *x = -risk * (taken[until.max(entered) * width + m] - taken[entered * width + m]);
            }
            if tied {
                let step = self.workspace.steps[first + own];
                let gain = self.rows.weight[i] * self.unit * step.all / stratum.ties[own].weight
                    - risk * self.fall(first + own)[1];
                for (m, x) in out.iter_mut().enumerate() {
                    *x += gain * g[own * width + m];
                }
            }
            add(self.rows.order[i], &out);
        }
    }

    /// What a unit of risk takes away from `dΛ`, of all at risk and of the tied events.
    fn fall(&self, k: usize) -> [f64; 2] {
        let step = self.workspace.steps[k];
        let per = self.unit / step.at_risk / step.at_risk;
        [step.square[0] * per, (step.square[0] - step.square[1]) * per]
    }
}
