//! The flags of a trial with one look, which sequential and cluster designs start from.

use clap::{Args, ValueEnum};
use greenwood::trial::design::{EventFormula, FixedDesign, FixedPlan, Hazard, Target};

use super::flags::rate;
use crate::support::{Failure, by_flag, of_flag};

#[derive(Args, Clone)]
#[command(
    after_help = "Example: design fixed --hazard-ratio 0.7 --control-median 12 --accrual 24 --followup 12 --power 0.9"
)]
pub struct FixedFlags {
    /// Hazard ratio of the experimental arm against the control arm
    #[arg(long, allow_negative_numbers = true)]
    hazard_ratio: f64,
    /// Hazard of the control arm
    #[arg(long, allow_negative_numbers = true)]
    control_hazard: Option<f64>,
    /// Median of the control arm
    #[arg(long, conflicts_with = "control_hazard", allow_negative_numbers = true)]
    control_median: Option<f64>,
    /// Duration of accrual
    #[arg(long, allow_negative_numbers = true)]
    accrual: Option<f64>,
    /// Follow-up after the last entry
    #[arg(long, allow_negative_numbers = true)]
    followup: Option<f64>,
    /// Hazard of dropping out, of both arms
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    dropout_hazard: f64,
    /// Experimental subjects for each control subject
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    ratio: f64,
    /// Error rate
    #[arg(long, default_value_t = 0.025, allow_negative_numbers = true)]
    pub alpha: f64,
    /// One-sided or two-sided
    #[arg(long, default_value_t = 1)]
    pub sides: u32,
    /// Power
    #[arg(long, allow_negative_numbers = true)]
    pub power: Option<f64>,
    /// Number of subjects, for which the power is found
    #[arg(long, conflicts_with = "power", allow_negative_numbers = true)]
    subjects: Option<f64>,
    /// Number of events, for which the power is found
    #[arg(long, conflicts_with_all = ["power", "subjects"], allow_negative_numbers = true)]
    events: Option<f64>,
    #[arg(long, value_enum, default_value = "schoenfeld")]
    formula: Formula,
    /// Hazard ratio to be excluded: above 1 for non-inferiority
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    margin: f64,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Formula {
    Schoenfeld,
    Freedman,
    HsiehFreedman,
    LachinFoulkes,
    LachinFoulkesDifference,
    BernsteinLagakos,
}

impl FixedFlags {
    /// The plan.
    pub fn fit(&self, power: Option<f64>) -> Result<FixedPlan, Failure> {
        self.design(power)?.fit().map_err(by_flag(&[self.given()]))
    }

    /// The subjects or events that are given.
    pub fn size(&self) -> Option<f64> {
        self.subjects.or(self.events)
    }

    /// The flag of the target.
    pub fn given(&self) -> (&'static str, &'static str) {
        ("target", if self.subjects.is_some() { "--subjects" } else { "--events" })
    }

    /// The same with so many fewer subjects or events, where these are given.
    pub fn divided(&self, by: f64) -> Self {
        let part = |n: Option<f64>| n.map(|n| n / by);
        Self { subjects: part(self.subjects), events: part(self.events), ..self.clone() }
    }

    pub fn design(&self, power: Option<f64>) -> Result<FixedDesign, Failure> {
        let target = match (power, self.subjects, self.events) {
            (Some(power), ..) => Target::Power(power),
            (_, Some(n), _) => Target::Subjects(n),
            (.., Some(d)) => Target::Events(d),
            _ => return Err("one of --power, --subjects and --events is needed, such as --power 0.9".into()),
        };
        let mut design = FixedDesign::new(self.hazard_ratio)
            .alpha(self.alpha)
            .sides(self.sides)
            .target(target)
            .allocation(self.ratio)
            .margin(self.margin)
            .formula(match self.formula {
                Formula::Schoenfeld => EventFormula::Schoenfeld,
                Formula::Freedman => EventFormula::Freedman,
                Formula::HsiehFreedman => EventFormula::HsiehFreedman,
                Formula::LachinFoulkes => EventFormula::LachinFoulkes,
                Formula::LachinFoulkesDifference => EventFormula::LachinFoulkesDifference,
                Formula::BernsteinLagakos => EventFormula::BernsteinLagakos,
            });
        let control = match (self.control_hazard, self.control_median) {
            (Some(hazard), _) => Some(rate("--control-hazard", hazard)?),
            (_, Some(median)) => Some(Hazard::median(median).map_err(of_flag("--control-median"))?),
            _ => None,
        };
        if let Some(control) = control {
            design = design.control(control);
        }
        if let Some(accrual) = self.accrual {
            design = design.accrual(accrual);
        }
        let dropout = rate("--dropout-hazard", self.dropout_hazard)?;
        Ok(design.followup(self.followup.unwrap_or(0.0)).dropout(dropout.clone(), dropout))
    }
}
