//! Flags that several designs share.

use clap::Args;
use greenwood::Error;
use greenwood::trial::design::{Accrual, Hazard, Target};

use crate::support::{Failure, of_flag};

/// The error rate, the allocation, and what is given.
#[derive(Args)]
pub struct TestFlags {
    /// Error rate; 0.025, of equivalence (each of two tests) and of single arms 0.05
    #[arg(long, allow_negative_numbers = true)]
    alpha: Option<f64>,
    /// Power
    #[arg(long, allow_negative_numbers = true)]
    power: Option<f64>,
    /// Number of subjects, for which the power is found
    #[arg(long, conflicts_with = "power", allow_negative_numbers = true)]
    subjects: Option<f64>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

impl TestFlags {
    pub fn alpha(&self, usual: f64) -> f64 {
        self.alpha.unwrap_or(usual)
    }

    /// What is given; `events` where the design counts them.
    pub fn target(&self, events: Option<f64>) -> Result<Target, Failure> {
        Ok(match (self.power, self.subjects, events) {
            (Some(power), ..) => Target::Power(power),
            (_, Some(n), _) => Target::Subjects(n),
            (.., Some(d)) => Target::Events(d),
            _ => return Err("one of --power and --subjects (and of --events, where a design counts them) is needed, such as --power 0.9".into()),
        })
    }

    /// The flag of the target.
    pub fn given(&self) -> (&'static str, &'static str) {
        ("target", if self.subjects.is_some() { "--subjects" } else { "--events" })
    }
}

/// The hazard of the control arm, who enters when and who leaves.
#[derive(Args)]
pub struct CourseFlags {
    /// Hazard of the control arm; one for each piece of time where there are --hazard-breaks
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    control_hazard: Vec<f64>,
    /// Median of the control arm
    #[arg(long, conflicts_with = "control_hazard", allow_negative_numbers = true)]
    control_median: Option<f64>,
    /// Times since entry at which the hazards change
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    pub hazard_breaks: Vec<f64>,
    /// Duration of accrual
    #[arg(long, allow_negative_numbers = true)]
    pub accrual: Option<f64>,
    /// Follow-up after the last entry
    #[arg(long, allow_negative_numbers = true)]
    pub followup: Option<f64>,
    /// Hazard of dropping out, of both arms
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    dropout_hazard: f64,
}

impl CourseFlags {
    /// The hazard of the control arm, where it is given.
    pub fn control(&self) -> Result<Option<Hazard>, Failure> {
        match (self.control_hazard.is_empty(), self.control_median) {
            (false, _) => pieces("--control-hazard", &self.hazard_breaks, &self.control_hazard).map(Some),
            (true, Some(median)) => {
                let hazard = Hazard::median(median);
                hazard.map(Some).map_err(of_flag("--control-median"))
            }
            (true, None) => Ok(None),
        }
    }

    pub fn needed_control(&self) -> Result<Hazard, Failure> {
        self.control()?.ok_or_else(|| {
            "one of --control-hazard and --control-median is needed, such as --control-median 12".into()
        })
    }

    pub fn dropout(&self) -> Result<Hazard, Failure> {
        rate("--dropout-hazard", self.dropout_hazard)
    }

    /// The accrual of one subject, and the calendar time of the analysis.
    pub fn calendar(&self) -> Result<(Accrual, f64), Failure> {
        let duration =
            self.accrual.ok_or("--accrual is needed, such as --accrual 24; 0 where all enter at once")?;
        let followup = self.followup.unwrap_or(0.0);
        let accrual = Accrual::uniform(1.0, duration).map_err(of_flag("--accrual"))?;
        if !(0.0..f64::INFINITY).contains(&followup) {
            return Err(format!("--followup is {followup}: it must be finite and at least 0").into());
        }
        Ok((accrual, duration + followup))
    }
}

/// A constant hazard.
pub fn rate(flag: &str, value: f64) -> Result<Hazard, Failure> {
    Hazard::constant(value).map_err(|e| format!("{flag} {value}: {e}").into())
}

/// A hazard of pieces.
pub fn pieces(flag: &str, breaks: &[f64], rates: &[f64]) -> Result<Hazard, Failure> {
    if rates.len() != breaks.len() + 1 {
        return Err(format!(
            "{flag} has {} rates: with {} --hazard-breaks there are {} pieces of time, one rate for each",
            rates.len(),
            breaks.len(),
            breaks.len() + 1
        )
        .into());
    }
    Hazard::piecewise(breaks, rates).map_err(|e| {
        let at = if matches!(e, Error::NotMonotone { .. }) { "--hazard-breaks" } else { flag };
        format!("{at}: {e}").into()
    })
}

/// A hazard times a ratio.
pub fn times(hazard: &Hazard, ratio: f64) -> Result<Hazard, Failure> {
    if ratio > 0.0 && ratio.is_finite() {
        let changed = hazard.times(ratio);
        if hazard.rates().iter().zip(changed.rates()).any(|(old, new)| *old > 0.0 && *new == 0.0) {
            return Err(format!("--hazard-ratio is {ratio:e}: so little leaves no hazard at all").into());
        }
        return Ok(changed);
    }
    Err(format!("--hazard-ratio is {ratio}: it must be finite and above 0").into())
}
