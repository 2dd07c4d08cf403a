//! The tests of the groups of `npmle`.

use greenwood::survival::IntervalCensored;
use greenwood::survival::log_rank::{
    IntervalLogRank, IntervalLogRankTest, IntervalScore, IntervalVariance, MonteCarloIntervalLogRank,
    MonteCarloIntervalTest,
};
use serde_json::{Value, json};

use super::program::Options;
use crate::support::{Failure, Table, number};

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum TestName {
    Sun,
    Finkelstein,
    Wilcoxon,
}

impl TestName {
    fn score(self) -> IntervalScore {
        match self {
            Self::Sun => IntervalScore::Sun,
            Self::Finkelstein => IntervalScore::Finkelstein,
            Self::Wilcoxon => IntervalScore::Wilcoxon,
        }
    }
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum VarianceName {
    /// Scores exchanged between rows
    Permutation,
    /// The observed information (the score test)
    Information,
}

impl VarianceName {
    fn name(self) -> (IntervalVariance, &'static str) {
        match self {
            Self::Permutation => (IntervalVariance::Permutation, "permutation"),
            Self::Information => (IntervalVariance::Information, "information"),
        }
    }
}

/// The test of the groups, and that by permutations.
pub struct Tests {
    asymptotic: IntervalLogRankTest,
    permuted: Option<MonteCarloIntervalTest>,
}

impl Tests {
    pub fn to_json(&self, options: &Options) -> Result<Value, Failure> {
        let test = &self.asymptotic;
        let k = test.labels().len();
        let covariance: Vec<&[f64]> = test.covariance().chunks(k).collect();
        let mut answer = json!({ "statistic": number(test.statistic()), "df": test.df(),
            "p_value": number(test.p_value()), "z": number(test.z()), "labels": test.labels(),
            "scores": test.sums(), "covariance": covariance, "variance": options.variance.name().1 });
        if let Some(permuted) = &self.permuted {
            let limits = permuted.interval(options.level())?;
            answer["permutation"] = json!({ "p_value": number(permuted.p_value()),
                "lower": number(limits.lower), "upper": number(limits.upper),
                "replicates": permuted.replicates(), "seed": options.seed() });
        }
        Ok(answer)
    }

    pub fn to_text(&self, level: f64) -> Result<Vec<String>, Failure> {
        // The permutation test repeats the other one, of the same variance, in its first lines.
        let alone = self.permuted.is_none() || self.asymptotic.variance() != IntervalVariance::Permutation;
        let asymptotic = alone.then(|| self.asymptotic.to_string());
        let permuted = self.permuted.as_ref().map(|test| test.printed(level)).transpose()?;
        Ok(asymptotic.into_iter().chain(permuted.map(|test| test.to_string())).collect())
    }
}

impl Options {
    pub(super) fn tested(&self, table: &Table, data: &IntervalCensored) -> Result<Option<Tests>, Failure> {
        let (Some(test), Some(column)) = (self.test, &self.by) else { return Ok(None) };
        let groups = table.groups("--by", column)?;
        let mut within = data.clone();
        if let Some(strata) = &self.strata {
            within = within.with_strata(table.groups("--strata", strata)?)?;
        }
        let explain = |flag: &str, error: greenwood::Error| Failure::from(format!("{flag}: {error}"));
        let asymptotic = IntervalLogRank::new(test.score()).variance(self.variance.name().0);
        let asymptotic = asymptotic.test(&within, &groups).map_err(|e| explain("--test", e))?;
        let permuted = self.permutations.map(|replicates| {
            let method =
                MonteCarloIntervalLogRank::new(test.score()).replicates(replicates).seed(self.seed());
            method.test(&within, &groups).map_err(|e| explain("--permutations", e))
        });
        Ok(Some(Tests { asymptotic, permuted: permuted.transpose()? }))
    }
}
