//! Designs whose hazards need not be proportional: weighted log-rank tests, restricted means, milestones.

use clap::{Args, ValueEnum};
use greenwood::survival::Weight;
use greenwood::trial::design::Assumptions;
use greenwood::trial::design::non_proportional::{
    NonProportionalDesign, NonProportionalPlan, PlannedTest, StatisticVariance,
};
use greenwood::trial::design::simulation::delayed_effect;
use serde_json::json;

use super::fields::{list, rounded_fields};
use super::flags::{CourseFlags, TestFlags, pieces, times};
use super::two_arms::{ArmFlags, printed};
use crate::support::{Failure, by_flag, number, of_flag};

#[derive(Args)]
#[command(
    after_help = "Example: design non-proportional --test max-combo --weight log-rank,fh:0:1 --hazard-ratio 0.6 --delay 4 \
                  --control-median 12 --accrual 18 --followup 18 --power 0.9"
)]
pub struct NonProportionalFlags {
    #[arg(long, value_enum, default_value = "log-rank")]
    test: Test,
    /// Weights: log-rank, gehan-breslow, tarone-ware, peto-peto, fh:RHO:GAMMA, modest:S, early-zero:TIME; several for max-combo
    #[arg(long, value_delimiter = ',')]
    weight: Vec<String>,
    /// Horizon of restricted means, time of the milestone
    #[arg(long, allow_negative_numbers = true)]
    tau: Option<f64>,
    /// Hazard ratio of the experimental arm against the control arm
    #[arg(long, allow_negative_numbers = true)]
    hazard_ratio: Option<f64>,
    /// The ratio sets in after this time; before, the hazards are equal
    #[arg(long, requires = "hazard_ratio", allow_negative_numbers = true)]
    delay: Option<f64>,
    /// Hazards of the experimental arm, one for each piece of time
    #[arg(long, value_delimiter = ',', conflicts_with = "hazard_ratio", allow_hyphen_values = true)]
    experimental_hazard: Vec<f64>,
    /// The variance that log-rank tests are planned with
    #[arg(long, value_enum, default_value = "alternative")]
    variance: Variance,
    /// Number of events, for which the power is found
    #[arg(long, conflicts_with_all = ["power", "subjects"], allow_negative_numbers = true)]
    events: Option<f64>,
    #[command(flatten)]
    course: CourseFlags,
    #[command(flatten)]
    arms: ArmFlags,
    #[command(flatten)]
    test_flags: TestFlags,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Test {
    /// The log-rank test, weighted by --weight
    LogRank,
    /// The largest of the tests of --weight
    MaxCombo,
    /// Schoenfeld's formula with the average hazard ratio
    AverageHazardRatio,
    /// The difference of restricted means up to --tau
    Rmst,
    /// The difference of survival at --tau
    Milestone,
}

#[derive(Clone, Copy, ValueEnum)]
enum Variance {
    /// That of the score under the effect
    Alternative,
    /// That which the test estimates
    Pooled,
}

impl NonProportionalFlags {
    pub fn run(&self) -> Result<String, Failure> {
        let plan = self.plan()?;
        let fields = || {
            json!({
                "events": number(plan.events()),
                "events_by_arm": list(&plan.events_by_arm()),
                "subjects": number(plan.subjects()),
                "subjects_by_arm": list(&plan.subjects_by_arm()),
                "duration": number(plan.time()),
                "power": number(plan.power()),
                "critical_z": number(plan.critical()),
                "drift": number(plan.drift()),
                "effect": number(plan.effect()),
                "information": number(plan.information()),
                "average_hazard_ratio": number(plan.average_hazard_ratio()),
                "rounded": rounded_fields(&plan.rounded()),
            })
        };
        Ok(printed(self.test_flags.json, fields, &plan))
    }

    /// Hazards, accrual and dropout in both arms.
    fn assumed(&self) -> Result<Assumptions, Failure> {
        let control = self.course.needed_control()?;
        let experimental = match (self.hazard_ratio, self.delay) {
            (Some(ratio), Some(delay)) => delayed_effect(&control, delay, ratio).map_err(by_flag(&[]))?,
            (Some(ratio), None) => times(&control, ratio)?,
            (None, _) if self.experimental_hazard.is_empty() => {
                return Err(
                    "one of --hazard-ratio and --experimental-hazard is needed, such as --hazard-ratio 0.7"
                        .into(),
                );
            }
            (None, _) => {
                pieces("--experimental-hazard", &self.course.hazard_breaks, &self.experimental_hazard)?
            }
        };
        let (accrual, _) = self.course.calendar()?;
        let dropout = self.course.dropout()?;
        let assumed = Assumptions::new(experimental, control, accrual).allocation(self.arms.ratio);
        Ok(assumed.map_err(of_flag("--ratio"))?.dropout(dropout.clone(), dropout))
    }

    fn plan(&self) -> Result<NonProportionalPlan, Failure> {
        let (assumed, (_, time)) = (self.assumed()?, self.course.calendar()?);
        let variance = match self.variance {
            Variance::Alternative => StatisticVariance::Alternative,
            Variance::Pooled => StatisticVariance::Pooled,
        };
        let effect = match (self.hazard_ratio, self.delay) {
            (Some(_), Some(_)) => "--hazard-ratio, --delay",
            (Some(_), None) => "--hazard-ratio",
            (None, _) => "--experimental-hazard",
        };
        NonProportionalDesign::new(assumed, self.test()?, time)
            .alpha(self.test_flags.alpha(0.025))
            .sides(self.arms.sides)
            .target(self.test_flags.target(self.events)?)
            .variance(variance)
            .fit()
            .map_err(by_flag(&[
                self.test_flags.given(),
                ("the expected statistic", effect),
                ("the horizon", "--tau"),
                ("rho", "--weight"),
                ("gamma", "--weight"),
                ("s*", "--weight"),
                ("cuts", "--weight"),
                ("the number of weights", "--weight"),
                ("the hazard ratio of a piece", "--experimental-hazard"),
            ]))
    }

    fn test(&self) -> Result<PlannedTest, Failure> {
        let weights: Vec<Weight> = self.weight.iter().map(|w| weight(w)).collect::<Result<_, _>>()?;
        let tau = || self.tau.ok_or("this test needs --tau, such as --tau 24");
        let weighted = matches!(self.test, Test::LogRank | Test::MaxCombo);
        if !weighted && !weights.is_empty() {
            return Err("--weight belongs to --test log-rank and max-combo: leave it out".into());
        }
        if self.tau.is_some() && !matches!(self.test, Test::Rmst | Test::Milestone) {
            return Err("--tau belongs to --test rmst and milestone: leave it out".into());
        }
        Ok(match self.test {
            Test::LogRank if weights.len() > 1 => {
                return Err(
                    "--weight has several weights: one test takes one; several are --test max-combo".into()
                );
            }
            Test::LogRank => PlannedTest::LogRank(weights.into_iter().next().unwrap_or(Weight::LogRank)),
            Test::MaxCombo if weights.is_empty() => {
                return Err("--test max-combo needs --weight, such as --weight log-rank,fh:0:1".into());
            }
            Test::MaxCombo => PlannedTest::MaxCombo(weights),
            Test::AverageHazardRatio => PlannedTest::AverageHazardRatio,
            Test::Rmst => PlannedTest::RestrictedMean(tau()?),
            Test::Milestone => PlannedTest::Milestone(tau()?),
        })
    }
}

/// A weight by its name and parameters.
fn weight(text: &str) -> Result<Weight, Failure> {
    let parts: Vec<&str> = text.split(':').collect();
    let value = |k: usize| {
        parts[k].parse::<f64>().map_err(|_| format!("--weight {text}: \"{}\" is no number", parts[k]))
    };
    Ok(match parts[..] {
        ["log-rank"] => Weight::LogRank,
        ["gehan-breslow"] => Weight::GehanBreslow,
        ["tarone-ware"] => Weight::TaroneWare,
        ["peto-peto"] => Weight::PetoPeto,
        ["fh", _, _] => Weight::fleming_harrington(value(1)?, value(2)?),
        ["modest", _] => Weight::ModestlyWeighted { survival: value(1)? },
        ["early-zero", _] => Weight::early_zero(value(1)?),
        _ => {
            return Err(format!(
                "--weight {text}: take log-rank, gehan-breslow, tarone-ware, peto-peto, fh:RHO:GAMMA, modest:S or \
                 early-zero:TIME"
            )
            .into());
        }
    })
}
