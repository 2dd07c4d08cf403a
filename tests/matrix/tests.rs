//! Tests of groups.

use greenwood::survival::log_rank::{
    IntervalLogRank, IntervalScore, IntervalVariance, MonteCarloIntervalLogRank, OneSampleLogRank,
    PairwiseLogRank, PepeMori, Renyi,
};
use greenwood::survival::permutation::{MonteCarloLogRank, PermutationStatistic};
use greenwood::survival::result::{HazardRatioMethod, TestSummary};
use greenwood::survival::{Alternative, ExactLogRank, Gray, LogRank, MaxCombo, Weight};

use crate::sample::Sample;
use crate::shown::{Outcome, Shown};

pub fn log_rank(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let (data, groups) = (of.right(), of.groups());
    let weights = [
        Weight::LogRank,
        Weight::GehanBreslow,
        Weight::TaroneWare,
        Weight::PetoPeto,
        Weight::fleming_harrington(0.5, 1.0),
    ];
    for weight in weights {
        let test = LogRank::weighted(weight).test(&data, &groups)?;
        shown.all("test", &test, &[]).text("test", &test).text("summary", TestSummary::from(&test));
        shown.all("p", &test.one_sided_p_value(Alternative::FirstLower), &[]);
        match test.trend(&[0.0, 1.0]) {
            Ok(trend) => drop(shown.all("trend", &trend, &[])),
            Err(error) => drop(shown.text("trend", error)),
        }
    }
    let test = LogRank::test(&data, &groups)?;
    for method in [HazardRatioMethod::Peto, HazardRatioMethod::Pike, HazardRatioMethod::Cox] {
        match test.hazard_ratio(of.labels[1], of.labels[0], method) {
            Ok(ratio) => drop(shown.text("ratio", ratio.map_or("none".into(), |r| r.to_string()))),
            Err(error) => drop(shown.text("ratio", error)),
        }
    }
    Ok(shown)
}

pub fn pairwise_log_rank(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let test = PairwiseLogRank::new().test(&of.right(), &of.groups())?;
    shown.all("test", &test, &[]).text("test", &test);
    Ok(shown)
}

pub fn max_combo(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let test = MaxCombo::new().test(&of.right(), &of.groups())?;
    shown.all("test", &test, &[]).text("test", &test).text("summary", TestSummary::from(&test));
    Ok(shown)
}

pub fn renyi(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let test = Renyi::new().test(&of.right(), &of.groups())?;
    shown.all("test", &test, &[]).text("test", &test).text("summary", TestSummary::from(&test));
    Ok(shown)
}

pub fn one_sample(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let test = OneSampleLogRank::new().test(&of.right(), |t| 0.05 * t)?;
    shown.all("test", &test, &[]).text("test", &test).text("summary", TestSummary::from(&test));
    Ok(shown)
}

pub fn exact_log_rank(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    for statistic in [PermutationStatistic::ScoreSum, PermutationStatistic::Standardized] {
        match ExactLogRank::new().statistic(statistic).test(&of.right(), &of.groups()) {
            Ok(test) => drop(
                shown.all("test", &test, &[]).text("test", &test).text("summary", TestSummary::from(&test)),
            ),
            Err(error) if statistic == PermutationStatistic::ScoreSum => return Err(error),
            Err(error) => drop(shown.text("test", error)),
        }
    }
    Ok(shown)
}

pub fn monte_carlo_log_rank(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let test = MonteCarloLogRank::new().replicates(200).seed(1).test(&of.right(), &of.groups())?;
    shown.all("test", &test, &[]).text("test", &test).text("summary", TestSummary::from(&test));
    Ok(shown)
}

pub fn gray(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    for rho in [0.0, 0.5] {
        let test = Gray::new(&1).rho(rho).test(&of.competing(), &of.groups())?;
        shown.all("test", &test, &[]).text("test", &test).text("summary", TestSummary::from(&test));
    }
    Ok(shown)
}

pub fn pepe_mori(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let test = PepeMori::new(&1).test(&of.competing(), &of.groups())?;
    shown.all("test", &test, &[]).text("test", &test).text("summary", TestSummary::from(&test));
    Ok(shown)
}

pub fn interval_log_rank(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let mut answered = false;
    for variance in [IntervalVariance::default(), IntervalVariance::Information] {
        for score in [IntervalScore::Sun, IntervalScore::Finkelstein, IntervalScore::Wilcoxon] {
            match IntervalLogRank::new(score).variance(variance).test(&of.intervals(), &of.groups()) {
                Ok(test) => {
                    answered = true;
                    shown
                        .all("test", &test, &[])
                        .text("test", &test)
                        .text("summary", TestSummary::from(&test));
                }
                Err(error) if answered => drop(shown.text("test", error)),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(shown)
}

pub fn monte_carlo_interval_log_rank(of: &Sample) -> Outcome {
    let mut shown = Shown::default();
    let test = MonteCarloIntervalLogRank::new(IntervalScore::Sun).replicates(200).seed(1);
    let test = test.test(&of.intervals(), &of.groups())?;
    shown.all("test", &test, &[]).text("test", &test).text("summary", TestSummary::from(&test));
    Ok(shown)
}
