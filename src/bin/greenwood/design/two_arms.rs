//! Designs of two arms beside the plain one: competing risks, clusters, win ratios, equivalence.

use clap::{Args, ValueEnum};
use greenwood::trial::design::{
    ClusterDesign, CompetingEffect, CompetingRisksDesign, EquivalenceDesign, WinRatioDesign,
};
use serde_json::{Value, json};

use super::fields::{fixed_fields, list, rounded_fields};
use super::fixed_flags::FixedFlags;
use super::flags::{CourseFlags, TestFlags, rate};
use crate::support::{Failure, Warnings, by_flag, json_text, number};

/// The object where it is asked for, else the paragraph.
pub fn printed(json: bool, fields: impl FnOnce() -> Value, text: impl std::fmt::Display) -> String {
    if json { json_text(fields(), &Warnings::default()) } else { text.to_string() }
}

/// Sides and allocation, which the designs of one arm have not.
#[derive(Args)]
pub struct ArmFlags {
    /// Experimental subjects for each control subject
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    pub ratio: f64,
    /// One-sided or two-sided
    #[arg(long, default_value_t = 1)]
    pub sides: u32,
}

#[derive(Args)]
#[command(
    after_help = "Example: design competing-risks --effect subdistribution --hazard-ratio 0.7 --control-hazard 0.05 \
                  --competing-hazard 0.03 --accrual 12 --followup 24 --power 0.9"
)]
pub struct CompetingFlags {
    /// What the treatment changes by the hazard ratio
    #[arg(long, value_enum, default_value = "cause-specific")]
    effect: EffectKind,
    /// The ratio of the experimental against the control arm
    #[arg(long, allow_negative_numbers = true)]
    hazard_ratio: f64,
    /// Cause-specific hazard of the competing events, of both arms
    #[arg(long, allow_negative_numbers = true)]
    competing_hazard: f64,
    /// The same of the experimental arm, where it differs
    #[arg(long, allow_negative_numbers = true)]
    competing_hazard_experimental: Option<f64>,
    /// Number of events of interest, for which the power is found
    #[arg(long, conflicts_with_all = ["power", "subjects"], allow_negative_numbers = true)]
    events: Option<f64>,
    #[command(flatten)]
    course: CourseFlags,
    #[command(flatten)]
    arms: ArmFlags,
    #[command(flatten)]
    test: TestFlags,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum EffectKind {
    /// For the log-rank test that censors competing events
    CauseSpecific,
    /// For Gray's test
    Subdistribution,
}

impl CompetingFlags {
    pub fn run(&self) -> Result<String, Failure> {
        let effect = match self.effect {
            EffectKind::CauseSpecific => CompetingEffect::CauseSpecific(self.hazard_ratio),
            EffectKind::Subdistribution => CompetingEffect::Subdistribution(self.hazard_ratio),
        };
        let (accrual, time) = self.course.calendar()?;
        let (control, dropout) = (self.course.needed_control()?, self.course.dropout()?);
        let competing = rate("--competing-hazard", self.competing_hazard)?;
        let mut design = CompetingRisksDesign::new(effect, control, accrual, time)
            .competing(competing)
            .alpha(self.test.alpha(0.025))
            .sides(self.arms.sides)
            .allocation(self.arms.ratio)
            .target(self.test.target(self.events)?)
            .dropout(dropout.clone(), dropout);
        if let Some(hazard) = self.competing_hazard_experimental {
            if self.effect == EffectKind::Subdistribution {
                return Err("--competing-hazard-experimental has no meaning with --effect subdistribution, where it follows \
                            from the incidence: leave it out"
                    .into());
            }
            design = design.competing_experimental(rate("--competing-hazard-experimental", hazard)?);
        }
        let plan = design.fit().map_err(by_flag(&[self.test.given()]))?;
        let share = self.arms.ratio / (1.0 + self.arms.ratio);
        let arms = [share, 1.0 - share].map(|s| s * plan.subjects());
        let rounded = arms.map(f64::ceil);
        let fields = || {
            json!({
                "events": number(plan.events()),
                "subjects": number(plan.subjects()),
                "subjects_by_arm": list(&arms),
                "duration": number(time),
                "power": number(plan.power()),
                "event_probabilities": list(&plan.event_probabilities()),
                "incidences": list(&plan.incidences()),
                "rounded": { "events": plan.events().ceil(), "subjects": rounded[0] + rounded[1], "subjects_by_arm": rounded },
            })
        };
        Ok(printed(self.test.json, fields, &plan))
    }
}

#[derive(Args)]
#[command(
    after_help = "Example: design cluster --cluster-size 20 --correlation 0.05 --hazard-ratio 0.7 --control-median 12 \
                  --accrual 12 --followup 12 --power 0.9"
)]
pub struct ClusterFlags {
    /// Mean number of subjects in a cluster
    #[arg(long, allow_negative_numbers = true)]
    cluster_size: f64,
    /// Intracluster correlation of the events
    #[arg(long, allow_negative_numbers = true)]
    correlation: f64,
    /// Coefficient of variation of the clusters' sizes
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    variation: f64,
    #[command(flatten)]
    fixed: FixedFlags,
}

impl ClusterFlags {
    pub fn run(&self) -> Result<String, Failure> {
        let design = ClusterDesign::new(self.cluster_size, self.correlation).variation(self.variation);
        let by_flag = by_flag(&[("the variation of the sizes", "--variation"), self.fixed.given()]);
        let effect = design.design_effect().map_err(&by_flag)?;
        // Events or subjects that are given are those of the clusters: alone they would count for so many fewer.
        let alone = self.fixed.divided(effect).fit(self.fixed.power)?;
        let plan = design.plan(&alone).map_err(&by_flag)?;
        let fields = || {
            let mut fields = fixed_fields(&alone);
            let arms = alone.subjects_by_arm().map(|arms| arms.map(|n| n * effect));
            let up = |x: f64| (x - 1e-9).ceil();
            let whole = arms.map(|arms| arms.map(up));
            for (field, value) in [
                ("events", number(plan.events())),
                ("subjects", number(plan.subjects())),
                ("subjects_by_arm", arms.map_or(Value::Null, |a| list(&a))),
                ("design_effect", number(effect)),
                ("clusters_by_arm", json!(plan.clusters_by_arm())),
                ("events_without_clusters", number(alone.events())),
                ("subjects_without_clusters", number(alone.subjects())),
                (
                    "rounded",
                    json!({ "events": up(plan.events()), "subjects": whole.map(|w| w[0] + w[1]), "subjects_by_arm": whole }),
                ),
            ] {
                fields.insert(field.into(), value);
            }
            Value::Object(fields)
        };
        Ok(printed(self.fixed.json, fields, plan))
    }
}

#[derive(Args)]
#[command(after_help = "Example: design win-ratio --win-ratio 1.5 --ties 0.1 --power 0.9")]
pub struct WinRatioFlags {
    /// Win ratio of the experimental against the control arm
    #[arg(long, allow_negative_numbers = true)]
    win_ratio: f64,
    /// Probability that a pair is tied
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    ties: f64,
    #[command(flatten)]
    arms: ArmFlags,
    #[command(flatten)]
    test: TestFlags,
}

impl WinRatioFlags {
    pub fn run(&self) -> Result<String, Failure> {
        let plan = WinRatioDesign::new(self.win_ratio)
            .ties(self.ties)
            .alpha(self.test.alpha(0.025))
            .sides(self.arms.sides)
            .allocation(self.arms.ratio)
            .target(self.test.target(None)?)
            .fit()
            .map_err(by_flag(&[self.test.given()]))?;
        let share = self.arms.ratio / (1.0 + self.arms.ratio);
        let arms = [share, 1.0 - share].map(|s| s * plan.subjects());
        let up = arms.map(|n| (n - 1e-9).ceil());
        let fields = || {
            json!({
                "subjects": number(plan.subjects()),
                "subjects_by_arm": list(&arms),
                "power": number(plan.power()),
                "rounded": { "subjects": up[0] + up[1], "subjects_by_arm": up },
            })
        };
        Ok(printed(self.test.json, fields, plan))
    }
}

#[derive(Args)]
#[command(
    after_help = "Example: design equivalence --upper 1.25 --control-median 12 --accrual 24 --followup 24 --power 0.9"
)]
pub struct EquivalenceFlags {
    /// Upper margin of the hazard ratio
    #[arg(long, allow_negative_numbers = true)]
    upper: f64,
    /// Lower margin; the inverse of the upper one, where it is not given
    #[arg(long, allow_negative_numbers = true)]
    lower: Option<f64>,
    /// True hazard ratio
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    hazard_ratio: f64,
    /// Number of events, for which the power is found
    #[arg(long, conflicts_with_all = ["power", "subjects"], allow_negative_numbers = true)]
    events: Option<f64>,
    /// Experimental subjects for each control subject
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    ratio: f64,
    #[command(flatten)]
    course: CourseFlags,
    #[command(flatten)]
    test: TestFlags,
}

impl EquivalenceFlags {
    pub fn run(&self) -> Result<String, Failure> {
        let dropout = self.course.dropout()?;
        let mut design = EquivalenceDesign::new(self.upper)
            .hazard_ratio(self.hazard_ratio)
            .alpha(self.test.alpha(0.05))
            .allocation(self.ratio)
            .target(self.test.target(self.events)?)
            .dropout(dropout.clone(), dropout);
        if let Some(lower) = self.lower {
            design = design.lower(lower);
        }
        if let Some(control) = self.course.control()? {
            design = design.control(control);
        }
        if let Some(accrual) = self.course.accrual {
            design = design.accrual(accrual);
        }
        if let Some(followup) = self.course.followup {
            design = design.followup(followup);
        }
        let lower = if self.lower.is_some() { "--lower" } else { "--upper" };
        let plan = design.fit().map_err(by_flag(&[self.test.given(), ("the lower margin", lower)]))?;
        let fields = || {
            json!({
                "events": number(plan.events()),
                "subjects": number(plan.subjects()),
                "subjects_by_arm": plan.subjects_by_arm().map_or(Value::Null, |a| list(&a)),
                "duration": number(plan.duration()),
                "power": number(plan.power()),
                "rounded": rounded_fields(&plan.rounded()),
            })
        };
        Ok(printed(self.test.json, fields, &plan))
    }
}
