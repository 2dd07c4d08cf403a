//! `design`: sample size, group-sequential bounds, interim results.

use clap::{Args, Parser, Subcommand};
use greenwood::trial::design::monitoring::{Effect, Interim};
use greenwood::trial::design::{Accrual, StagewiseOrdering};
use serde_json::{Value, json};

use super::fields::{boundary_fields, fixed_fields, sequential_fields, stopped_fields};
use super::fixed_flags::FixedFlags;
use super::flags::rate;
use super::looks::LookFlags;
use super::non_proportional::NonProportionalFlags;
use super::one_arm::{ExactFlags, OneSampleFlags, TwoStageFlags};
use super::two_arms::{ClusterFlags, CompetingFlags, EquivalenceFlags, WinRatioFlags};
use crate::support::{Failure, Program, Warnings, by_flag, json_text, number};

/// Plans a trial: events and subjects, when to look, what an interim result allows.
#[derive(Parser)]
#[command(
    after_help = "Example: design fixed --hazard-ratio 0.7 --control-median 12 --accrual 24 --followup 12 --power 0.9"
)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Events, subjects and duration of a trial with one look
    Fixed(FixedFlags),
    /// Bounds of a group-sequential design
    Boundaries(BoundaryFlags),
    /// Both together: events, subjects and calendar time at each look
    Sequential(SequentialFlags),
    /// p-value, estimate and interval of a trial that stopped at a look (stage-wise ordering)
    Stopped(StoppedFlags),
    /// The probability of success, given an interim result
    ConditionalPower(ConditionalFlags),
    /// Events to expect by a calendar time
    ExpectedEvents(ExpectedFlags),
    /// Hazards that are not proportional: weighted log-rank, max-combo, restricted means, milestone
    NonProportional(NonProportionalFlags),
    /// One kind of event among several
    CompetingRisks(CompetingFlags),
    /// Whole clusters are randomised
    Cluster(ClusterFlags),
    /// The result is a win ratio
    WinRatio(WinRatioFlags),
    /// The hazard ratio is to be shown to lie between two margins
    Equivalence(EquivalenceFlags),
    /// One arm, a response rate, one stage: the exact binomial test
    Exact(ExactFlags),
    /// One arm, a response rate, a stop for futility on the way (Simon)
    TwoStage(TwoStageFlags),
    /// One arm, events in time against a known hazard: the one-sample log-rank test
    OneSample(OneSampleFlags),
}

#[derive(Args)]
#[command(
    after_help = "Example: design boundaries --looks 3 --type as-of --beta-spending hsd --beta-parameter -4"
)]
struct BoundaryFlags {
    #[command(flatten)]
    looks: LookFlags,
    /// Error rate, of both sides together
    #[arg(long, default_value_t = 0.025, allow_negative_numbers = true)]
    alpha: f64,
    /// One-sided or two-sided
    #[arg(long, default_value_t = 1)]
    sides: u32,
    /// One minus the power
    #[arg(long, default_value_t = 0.1, allow_negative_numbers = true)]
    beta: f64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(
    after_help = "Example: design sequential --hazard-ratio 0.7 --control-median 12 --accrual 24 --followup 12 --power 0.9 --looks 3"
)]
struct SequentialFlags {
    #[command(flatten)]
    fixed: FixedFlags,
    #[command(flatten)]
    looks: LookFlags,
    /// One minus the power, where --power is not given
    #[arg(long, conflicts_with = "power", allow_negative_numbers = true)]
    beta: Option<f64>,
}

#[derive(Args)]
#[command(after_help = "Example: design stopped --looks 3 --look 2 --z 2.8 --events 200")]
struct StoppedFlags {
    #[command(flatten)]
    bounds: BoundaryFlags,
    /// The look at which the trial stopped, counted from 1
    #[arg(long)]
    look: usize,
    /// The statistic there, which grows with the benefit
    #[arg(long, allow_negative_numbers = true)]
    z: f64,
    /// The events there, for the hazard ratio
    #[arg(long, allow_negative_numbers = true)]
    events: Option<f64>,
    /// Experimental subjects for each control subject
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    ratio: f64,
    /// Hazard ratio against which the statistic was computed
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    margin: f64,
    /// Level of the intervals
    #[arg(long, default_value_t = 0.95, allow_negative_numbers = true)]
    level: f64,
}

#[derive(Args)]
#[command(after_help = "Example: design conditional-power --z 1.5 --fraction 0.5 --critical 1.96")]
struct ConditionalFlags {
    /// The statistic at the look
    #[arg(long, allow_negative_numbers = true)]
    z: f64,
    /// Share of the information at the look
    #[arg(long, allow_negative_numbers = true)]
    fraction: f64,
    /// Critical value of the final statistic
    #[arg(long, allow_negative_numbers = true)]
    critical: f64,
    /// "trend", or the expected final statistic
    #[arg(long, default_value = "trend", allow_negative_numbers = true)]
    effect: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(
    after_help = "Example: design expected-events --accrual-breaks 0,6 --accrual-rates 5 --hazard 0.05 --at 12"
)]
struct ExpectedFlags {
    /// Calendar times between which the accrual rates hold, from 0
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    accrual_breaks: Vec<f64>,
    /// Accrual rates between the breaks
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    accrual_rates: Vec<f64>,
    /// Hazard of the event
    #[arg(long, allow_negative_numbers = true)]
    hazard: f64,
    /// Hazard of dropping out
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    dropout_hazard: f64,
    /// Calendar time
    #[arg(long, allow_negative_numbers = true)]
    at: f64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        let none = Warnings::default();
        match self.what {
            What::Fixed(flags) => {
                let plan = flags.fit(flags.power)?;
                let text = if flags.json {
                    json_text(Value::Object(fixed_fields(&plan)), &none)
                } else {
                    plan.to_string()
                };
                Ok(text)
            }
            What::Boundaries(flags) => {
                let bounds = flags.looks.fit(flags.alpha, flags.sides, 1.0 - flags.beta, "--beta")?;
                Ok(if flags.json {
                    json_text(Value::Object(boundary_fields(&bounds)), &none)
                } else {
                    bounds.to_string()
                })
            }
            What::Sequential(flags) => flags.run(&none),
            What::Stopped(flags) => flags.run(&none),
            What::ConditionalPower(flags) => flags.run(&none),
            What::NonProportional(flags) => flags.run(),
            What::CompetingRisks(flags) => flags.run(),
            What::Cluster(flags) => flags.run(),
            What::WinRatio(flags) => flags.run(),
            What::Equivalence(flags) => flags.run(),
            What::Exact(flags) => flags.run(),
            What::TwoStage(flags) => flags.run(),
            What::OneSample(flags) => flags.run(),
            What::ExpectedEvents(flags) => flags.run(&none),
        }
    }
}

impl ExpectedFlags {
    fn run(&self, warnings: &Warnings) -> Result<String, Failure> {
        // A last rate without an end goes on to the time asked for.
        let mut breaks = self.accrual_breaks.clone();
        if breaks.len() == self.accrual_rates.len() {
            breaks.push(self.at.max(breaks.last().copied().unwrap_or(0.0) + 1e-9));
        }
        let accrual = Accrual::piecewise(&breaks, &self.accrual_rates)
            .map_err(|e| format!("--accrual-breaks, --accrual-rates: {e}"))?;
        let (hazard, dropout) =
            (rate("--hazard", self.hazard)?, rate("--dropout-hazard", self.dropout_hazard)?);
        if !(0.0..=1e12).contains(&self.at) {
            let must = "a time must be finite and at least 0, and at most 10^12";
            return Err(format!("--at {}: {must}", self.at).into());
        }
        let events = accrual.expected_events(self.at, &hazard, &dropout);
        if !(events <= 1e15) {
            let must = "it must be at most 10^15: lower the rates";
            return Err(format!("--accrual-rates: {events} events are expected: {must}").into());
        }
        Ok(if self.json {
            json_text(json!({ "events": number(events) }), warnings)
        } else {
            format!(
                "{events:.2} events are expected by {}, of {:.1} subjects entered",
                self.at,
                accrual.entered_by(self.at)
            )
        })
    }
}

impl SequentialFlags {
    fn run(&self, warnings: &Warnings) -> Result<String, Failure> {
        // Where events or subjects are given, the power follows; bounds of futility still belong to one.
        let given = self.fixed.size().map(|_| 0.9);
        let power = self.fixed.power.or(self.beta.map(|b| 1.0 - b)).or(given);
        let power = power.ok_or("one of --power, --subjects and --events is needed, such as --power 0.9")?;
        let flag = if self.beta.is_some() { "--beta" } else { "--power" };
        let bounds = self.looks.fit(self.fixed.alpha, self.fixed.sides, power, flag)?;
        let target = if given.is_some() { None } else { Some(power) };
        let plan = self.fixed.design(target)?.sequential(&bounds).map_err(by_flag(&[self.fixed.given()]))?;
        Ok(if self.fixed.json { json_text(sequential_fields(&plan), warnings) } else { plan.to_string() })
    }
}

impl StoppedFlags {
    fn run(&self, warnings: &Warnings) -> Result<String, Failure> {
        let own = &self.bounds;
        let bounds = own.looks.fit(own.alpha, own.sides, 1.0 - own.beta, "--beta")?;
        let looks = bounds.fractions().len();
        let look = self.look.checked_sub(1).ok_or("--look 0: looks are counted from 1")?;
        if look >= looks {
            return Err(format!("--look {}: the design has {looks} looks, counted from 1", self.look).into());
        }
        let mut ordering = StagewiseOrdering::new().allocation(self.ratio).margin(self.margin);
        if let Some(events) = self.events {
            ordering = ordering.events(events);
        }
        let stopped = ordering.estimate(&bounds, look, self.z).map_err(by_flag(&[]))?;
        let fields = stopped_fields(&stopped, self.level).map_err(by_flag(&[]))?;
        Ok(if own.json { json_text(fields, warnings) } else { stopped.to_string() })
    }
}

impl ConditionalFlags {
    fn run(&self, warnings: &Warnings) -> Result<String, Failure> {
        let effect = match self.effect.as_str() {
            "trend" => Effect::Trend,
            drift => Effect::Drift(
                drift.parse().map_err(|_| format!("--effect is \"{drift}\": give trend or a number"))?,
            ),
        };
        let by_flag = by_flag(&[]);
        let interim = Interim::new(self.z, self.fraction).map_err(&by_flag)?;
        let conditional = interim.conditional_power(self.critical, effect).map_err(&by_flag)?;
        let predictive = interim.predictive_power(self.critical).map_err(&by_flag)?;
        Ok(if self.json {
            json_text(
                json!({ "conditional_power": number(conditional), "predictive_power": number(predictive) }),
                warnings,
            )
        } else {
            format!(
                "conditional power {:.2}%, predictive power {:.2}%",
                100.0 * conditional,
                100.0 * predictive
            )
        })
    }
}
