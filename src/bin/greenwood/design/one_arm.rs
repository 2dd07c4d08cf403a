//! Designs of one arm: exact binomial, Simon's two stages, the one-sample log-rank test.

use clap::{Args, ValueEnum};
use greenwood::survival::log_rank::OneSampleVariance;
use greenwood::trial::design::Hazard;
use greenwood::trial::design::single_arm::{
    ExactBinomialDesign, OneSampleDesign, TwoStageDesign, TwoStageOptimum,
};
use serde_json::json;

use super::flags::{CourseFlags, TestFlags, rate, times};
use super::two_arms::printed;
use crate::support::{Failure, by_flag, number, of_flag};

/// The rates and errors of the exact designs.
#[derive(Args)]
pub struct RateFlags {
    /// Response rate that is of no interest
    #[arg(long, allow_negative_numbers = true)]
    null: f64,
    /// Response rate that is hoped for
    #[arg(long, allow_negative_numbers = true)]
    hoped: f64,
    /// One-sided error rate
    #[arg(long, default_value_t = 0.05, allow_negative_numbers = true)]
    alpha: f64,
    /// Power at the rate hoped for
    #[arg(long, default_value_t = 0.8, allow_negative_numbers = true)]
    power: f64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(after_help = "Example: design exact --null 0.1 --hoped 0.3 --power 0.8")]
pub struct ExactFlags {
    #[command(flatten)]
    rates: RateFlags,
    /// Number of subjects, for which the power is found
    #[arg(long, allow_negative_numbers = true)]
    subjects: Option<f64>,
}

impl ExactFlags {
    pub fn run(&self) -> Result<String, Failure> {
        let own = &self.rates;
        let design = ExactBinomialDesign::new(own.null, own.hoped).alpha(own.alpha).power(own.power);
        let plan = match self.subjects {
            Some(n) if !(n.fract() == 0.0 && (0.0..1e15).contains(&n)) => {
                return Err(format!("--subjects is {n}: it must be a whole number").into());
            }
            Some(n) => design.with_subjects(n as u64),
            None => design.fit(),
        };
        let plan = plan.map_err(by_flag(&[]))?;
        let fields = || {
            json!({
                "subjects": plan.subjects(),
                "needed": plan.needed(),
                "error": number(plan.error()),
                "power": number(plan.power()),
                "lasting": plan.lasting(),
            })
        };
        Ok(printed(own.json, fields, plan))
    }
}

#[derive(Args)]
#[command(
    after_help = "Example: design two-stage --null 0.1 --hoped 0.3 --alpha 0.05 --power 0.8 --optimum minimax"
)]
pub struct TwoStageFlags {
    #[command(flatten)]
    rates: RateFlags,
    /// Which of the designs that keep both errors
    #[arg(long, value_enum, default_value = "optimal")]
    optimum: Optimum,
}

#[derive(Clone, Copy, ValueEnum)]
enum Optimum {
    /// The fewest subjects on average
    Optimal,
    /// The fewest subjects at most
    Minimax,
}

impl TwoStageFlags {
    pub fn run(&self) -> Result<String, Failure> {
        let own = &self.rates;
        let optimum = match self.optimum {
            Optimum::Optimal => TwoStageOptimum::Optimal,
            Optimum::Minimax => TwoStageOptimum::Minimax,
        };
        let plan = TwoStageDesign::new(own.null, own.hoped)
            .alpha(own.alpha)
            .power(own.power)
            .optimum(optimum)
            .fit()
            .map_err(by_flag(&[]))?;
        let ((r1, n1), (r, n)) = (plan.first(), plan.both());
        let fields = || {
            json!({
                "r1": r1,
                "n1": n1,
                "r": r,
                "n": n,
                "error": number(plan.error()),
                "power": number(plan.power()),
                "stopping_probability": number(plan.stopping_probability()),
                "expected_subjects": number(plan.expected_subjects()),
            })
        };
        Ok(printed(own.json, fields, plan))
    }
}

#[derive(Args)]
#[command(
    after_help = "Example: design one-sample --control-median 9 --hazard-ratio 0.6 --accrual 5 --followup 3 --power 0.8"
)]
pub struct OneSampleFlags {
    /// Hazard hoped for
    #[arg(long, allow_negative_numbers = true)]
    hazard: Option<f64>,
    /// Median hoped for
    #[arg(long, conflicts_with = "hazard", allow_negative_numbers = true)]
    median: Option<f64>,
    /// The hazard hoped for as a ratio to the known one
    #[arg(long, conflicts_with_all = ["hazard", "median"], allow_negative_numbers = true)]
    hazard_ratio: Option<f64>,
    /// Number of events, for which the power is found
    #[arg(long, conflicts_with_all = ["power", "subjects"], allow_negative_numbers = true)]
    events: Option<f64>,
    /// One-sided or two-sided
    #[arg(long, default_value_t = 1)]
    sides: u32,
    /// The variance of observed less expected that the test takes
    #[arg(long, value_enum, default_value = "expected")]
    variance: Variance,
    /// The control hazard or median is the known one
    #[command(flatten)]
    course: CourseFlags,
    #[command(flatten)]
    test: TestFlags,
}

#[derive(Clone, Copy, ValueEnum)]
enum Variance {
    /// The events expected under the known hazard
    Expected,
    /// The mean of those observed and expected
    Mean,
}

impl OneSampleFlags {
    pub fn run(&self) -> Result<String, Failure> {
        let known = self.course.needed_control()?;
        let hazard = match (self.hazard, self.median, self.hazard_ratio) {
            (Some(hazard), ..) => rate("--hazard", hazard)?,
            (_, Some(median), _) => Hazard::median(median).map_err(of_flag("--median"))?,
            (.., Some(ratio)) => times(&known, ratio)?,
            _ => {
                return Err(
                    "one of --hazard, --median and --hazard-ratio is needed: what is hoped for".into()
                );
            }
        };
        let flag = if self.median.is_some() {
            "--median"
        } else if self.hazard.is_some() {
            "--hazard"
        } else {
            "--hazard-ratio"
        };
        let (accrual, time) = self.course.calendar()?;
        let variance = match self.variance {
            Variance::Expected => OneSampleVariance::Expected,
            Variance::Mean => OneSampleVariance::Mean,
        };
        let plan = OneSampleDesign::new(hazard, known, accrual, time)
            .alpha(self.test.alpha(0.05))
            .sides(self.sides)
            .target(self.test.target(self.events)?)
            .dropout(self.course.dropout()?)
            .variance(variance)
            .fit()
            .map_err(by_flag(&[
                self.test.given(),
                ("expected less observed events", flag),
                ("the events under the assumed hazard", flag),
            ]))?;
        let fields = || {
            json!({
                "events": number(plan.events()),
                "expected_events": number(plan.expected()),
                "subjects": number(plan.subjects()),
                "duration": number(time),
                "power": number(plan.power()),
                "rounded": { "subjects": plan.rounded() },
            })
        };
        Ok(printed(self.test.json, fields, &plan))
    }
}
