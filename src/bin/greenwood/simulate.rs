//! `simulate`: what many trials of a design would show.

use std::io::IsTerminal;
use std::ops::ControlFlow;

use clap::{Parser, ValueEnum};
use greenwood::survival::Weight;
use greenwood::trial::design::simulation::{
    Cutoff, LogRankProcedure, OperatingCharacteristics, Procedure, RestrictedMeanProcedure, Simulation,
    WeightedProcedure, delayed_effect,
};
use greenwood::trial::design::{Accrual, Assumptions, BoundaryType, GroupSequential, Hazard, Spending};
use serde_json::json;

use crate::support::{Failure, Program, Warnings, json_text, number};

/// Power, type I error, events and duration of a design, by simulation; the same bits for any number of threads.
#[derive(Parser)]
#[command(
    after_help = "Example: simulate --hazard-ratio 0.6 --delay 6 --control-median 12 --subjects 300 --accrual 24 --events 200"
)]
pub struct Options {
    /// Hazard ratio of the experimental arm against the control arm
    #[arg(long, allow_negative_numbers = true)]
    hazard_ratio: f64,
    /// The ratio sets in after this time; before, the hazards are equal
    #[arg(long, allow_negative_numbers = true)]
    delay: Option<f64>,
    /// Hazard of the control arm
    #[arg(long, required_unless_present = "control_median", allow_negative_numbers = true)]
    control_hazard: Option<f64>,
    /// Median of the control arm
    #[arg(long, conflicts_with = "control_hazard", allow_negative_numbers = true)]
    control_median: Option<f64>,
    /// Number of subjects
    #[arg(long)]
    subjects: usize,
    /// Duration of accrual
    #[arg(long, allow_negative_numbers = true)]
    accrual: f64,
    /// Follow-up after the last entry, where the data are not cut by events
    #[arg(long, allow_negative_numbers = true)]
    followup: Option<f64>,
    /// The data are cut at this number of events
    #[arg(long, conflicts_with = "followup")]
    events: Option<usize>,
    /// Hazard of dropping out, of both arms
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    dropout_hazard: f64,
    /// Experimental subjects for each control subject
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    ratio: f64,
    /// One-sided error rate
    #[arg(long, default_value_t = 0.025, allow_negative_numbers = true)]
    alpha: f64,
    /// Looks at equal steps of the events, with O'Brien-Fleming-like spending
    #[arg(long, requires = "events")]
    looks: Option<usize>,
    #[arg(long, value_enum, default_value = "log-rank")]
    test: Test,
    /// ρ of Fleming and Harrington's weights
    #[arg(long, allow_negative_numbers = true)]
    rho: Option<f64>,
    /// γ of Fleming and Harrington's weights
    #[arg(long, allow_negative_numbers = true)]
    gamma: Option<f64>,
    /// Horizon of the restricted means
    #[arg(long, allow_negative_numbers = true)]
    tau: Option<f64>,
    /// Both arms have the control hazard: type I error
    #[arg(long)]
    without_effect: bool,
    /// Number of trials
    #[arg(long, default_value_t = 10_000)]
    trials: usize,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many threads work; the results do not depend on it
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Test {
    LogRank,
    FlemingHarrington,
    Rmst,
}

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        let control = match (self.control_hazard, self.control_median) {
            (Some(hazard), _) => Hazard::constant(hazard)?,
            (_, Some(median)) => Hazard::median(median)?,
            _ => return Err("--control-hazard or --control-median is needed".into()),
        };
        let experimental = match self.delay {
            Some(delay) if delay > 0.0 => delayed_effect(&control, delay, self.hazard_ratio)?,
            _ => control.times(self.hazard_ratio),
        };
        if !(self.hazard_ratio > 0.0 && self.hazard_ratio.is_finite()) {
            return Err(format!("--hazard-ratio {}: it must be finite and above 0", self.hazard_ratio).into());
        }
        let accrual = Accrual::uniform(self.subjects as f64, self.accrual)?;
        let dropout = Hazard::constant(self.dropout_hazard)?;
        let assumptions = Assumptions::new(experimental, control, accrual)
            .allocation(self.ratio)?
            .dropout(dropout.clone(), dropout);
        let mut simulation = Simulation::new(assumptions)
            .trials(self.trials)
            .seed(self.seed)
            .threads(self.threads)
            .alpha(self.alpha)
            .cutoff(match self.events {
                Some(events) => Cutoff::Events(events),
                None => Cutoff::Time(self.accrual + self.followup.unwrap_or(0.0)),
            });
        if let (Some(looks), Some(events)) = (self.looks, self.events) {
            let design = GroupSequential::looks(looks).alpha(self.alpha);
            let bounds = design.boundary(BoundaryType::Spending(Spending::OBrienFleming)).fit()?;
            simulation = simulation.looks(&bounds, events as f64);
        }
        if self.without_effect {
            simulation = simulation.without_effect();
        }
        let result = match self.test {
            Test::LogRank => self.draw(&simulation, &LogRankProcedure)?,
            Test::FlemingHarrington => {
                let weight = Weight::fleming_harrington(self.rho.unwrap_or(0.0), self.gamma.unwrap_or(1.0));
                self.draw(&simulation, &WeightedProcedure(weight))?
            }
            Test::Rmst => {
                let tau = self.tau.ok_or("--test rmst needs --tau, such as --tau 24")?;
                self.draw(&simulation, &RestrictedMeanProcedure(tau))?
            }
        };
        Ok(self.answer(&result))
    }
}

impl Options {
    fn draw(
        &self,
        simulation: &Simulation,
        procedure: &dyn Procedure,
    ) -> Result<OperatingCharacteristics, Failure> {
        if self.test != Test::FlemingHarrington && (self.rho.is_some() || self.gamma.is_some()) {
            return Err(
                "--rho and --gamma belong to --test fleming-harrington: add it, or leave them out".into()
            );
        }
        if self.test != Test::Rmst && self.tau.is_some() {
            return Err("--tau belongs to --test rmst: add it, or leave out --tau".into());
        }
        // A sign of life where somebody watches and it takes more than a second.
        let (watched, mut last) = (std::io::stderr().is_terminal(), std::time::Instant::now());
        let found = simulation.run_with(procedure, &mut |done| {
            if watched && last.elapsed().as_secs() >= 1 {
                eprintln!("{done} of {} trials", self.trials);
                last = std::time::Instant::now();
            }
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    fn answer(&self, result: &OperatingCharacteristics) -> String {
        if !self.json {
            return result.to_string();
        }
        let mut warnings = Warnings::default();
        if result.not_computed() > 0 {
            warnings.add(format!("{} tests could not be computed and did not reject", result.not_computed()));
        }
        let ((events, events_error), (duration, duration_error)) = (result.events(), result.duration());
        json_text(
            json!({
                "trials": result.trials(), "power": number(result.power()), "std_error": number(result.std_error()),
                "events": number(events), "events_std_error": number(events_error),
                "duration": number(duration), "duration_std_error": number(duration_error),
                "subjects": number(result.subjects()),
                "rejection_by_look": result.rejection_by_look(), "futility": number(result.futility()),
            }),
            &warnings,
        )
    }
}
