//! `simulate`: what many trials of a design would show.

use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use greenwood::survival::{MaxCombo, Weight};
use greenwood::trial::design::simulation::{
    ArmAllocation, CoxProcedure, Cutoff, LogRankProcedure, MaxComboProcedure, MilestoneProcedure,
    OperatingCharacteristics, Procedure, RestrictedMeanProcedure, Simulation, SimulationStudy,
    WeightedProcedure, delayed_effect,
};
use greenwood::trial::design::{Accrual, Assumptions, BoundaryType, GroupSequential, Hazard, Spending};
use serde_json::json;

use crate::support::{Failure, Program, Warnings, by_flag, json_text, number, of_flag, spoken};

/// Power, type I error, bias, coverage, events and duration of a design, by simulation; the same bits for any number of threads.
#[derive(Parser)]
#[command(
    after_help = "Example: simulate --hazard-ratio 0.6 --delay 6 --control-median 12 --subjects 300 --accrual 24 --events 200"
)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
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
    /// The data are cut at this calendar time at the latest, whatever the number of events
    #[arg(long, requires = "events", allow_negative_numbers = true)]
    until: Option<f64>,
    /// Hazard of dropping out, of both arms
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    dropout_hazard: f64,
    /// Kendall's tau of the times of event and dropout: informative censoring
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    dropout_tau: f64,
    /// Sizes of permuted blocks, in the order of entry
    #[arg(long, value_delimiter = ',')]
    blocks: Vec<usize>,
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
    /// Horizon of the restricted means, or time of the milestone
    #[arg(long, allow_negative_numbers = true)]
    tau: Option<f64>,
    /// What the test estimates (the hazard ratio, the difference), for bias and coverage
    #[arg(long, allow_negative_numbers = true)]
    truth: Option<f64>,
    /// Both arms have the control hazard: type I error
    #[arg(long)]
    without_effect: bool,
    /// The same trials without an effect too: power and type I error in one table
    #[arg(long, conflicts_with = "without_effect")]
    type_i_error: bool,
    /// Number of trials
    #[arg(long, default_value_t = 10_000)]
    trials: usize,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many threads work; the results do not depend on it
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Show how far the run is on standard error, also where nobody seems to watch
    #[arg(long)]
    progress: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Test {
    LogRank,
    FlemingHarrington,
    MaxCombo,
    Rmst,
    Milestone,
    Cox,
}

/// The longest time, and the largest exponent, that a simulation takes.
const LARGEST: f64 = 1e12;

/// What was drawn: one scenario, or both.
enum Found {
    One(OperatingCharacteristics),
    Both(SimulationStudy),
}

/// Which flag gives an argument of the library, here.
const FLAGS: &[(&str, &str)] = &[
    ("a rate", "--control-hazard"),
    ("rates", "--control-hazard"),
    ("fractions", "--looks"),
    ("trials", "--trials"),
    ("cutoff", "--events, --until, --accrual or --followup"),
    ("truth", "--truth"),
    ("a block size", "--blocks, --ratio"),
    ("Kendall's tau of event and dropout", "--dropout-tau"),
    ("rho", "--rho"),
    ("gamma", "--gamma"),
];

impl Program for Options {
    fn run(self) -> Result<String, Failure> {
        self.check()?;
        let simulation = self.simulation()?;
        let result = match self.test {
            Test::LogRank => self.draw(&simulation, &LogRankProcedure)?,
            Test::FlemingHarrington => {
                let weight = Weight::fleming_harrington(self.rho.unwrap_or(0.0), self.gamma.unwrap_or(1.0));
                self.draw(&simulation, &WeightedProcedure(weight))?
            }
            Test::MaxCombo => self.draw(&simulation, &MaxComboProcedure(MaxCombo::new()))?,
            Test::Rmst => {
                let tau = self.tau.ok_or("--test rmst needs --tau, such as --tau 24")?;
                self.draw(&simulation, &RestrictedMeanProcedure(tau))?
            }
            Test::Milestone => {
                let time = self.tau.ok_or("--test milestone needs --tau, such as --tau 24")?;
                self.draw(&simulation, &MilestoneProcedure(time))?
            }
            Test::Cox => self.draw(&simulation, &CoxProcedure)?,
        };
        Ok(self.answer(&result))
    }
}

impl Options {
    /// What a single flag may be, and flags that belong together.
    fn check(&self) -> Result<(), Failure> {
        if !(self.hazard_ratio > 0.0 && self.hazard_ratio.is_finite()) {
            return Err(format!("--hazard-ratio {}: it must be finite and above 0", self.hazard_ratio).into());
        }
        if self.control_hazard == Some(0.0) {
            return Err("--control-hazard 0: it must be above 0: nobody would have an event".into());
        }
        if let (Some(until), None) = (self.until, self.events) {
            return Err(format!(
                "--until {until} is the latest time of a cut by events: add --events in place of --followup"
            )
            .into());
        }
        if let (Some(looks), None) = (self.looks, self.events) {
            return Err(format!(
                "--looks {looks}: looks are at steps of the events: add --events in place of --followup"
            )
            .into());
        }
        if self.threads == 0 {
            return Err("--threads 0: at least one thread works".into());
        }
        if let Some(events) = self.events.filter(|&events| events > self.subjects) {
            let subjects = self.subjects;
            return Err(format!("--events {events}: it must be at most the {subjects} of --subjects").into());
        }
        for (flag, value, least) in [
            ("--delay", self.delay, 0.0),
            ("--accrual", Some(self.accrual), 0.0),
            ("--followup", self.followup, 0.0),
            ("--tau", self.tau, f64::MIN_POSITIVE),
            ("--rho", self.rho, 0.0),
            ("--gamma", self.gamma, 0.0),
        ] {
            if let Some(value) = value.filter(|v| !(least..=LARGEST).contains(v)) {
                let must = match value {
                    v if v > LARGEST && v.is_finite() => "at most 10^12",
                    _ if least > 0.0 => "finite and above 0",
                    _ => "finite and at least 0",
                };
                return Err(format!("{flag} {value}: it must be {must}").into());
            }
        }
        if self.test != Test::FlemingHarrington && (self.rho.is_some() || self.gamma.is_some()) {
            return Err(
                "--rho and --gamma belong to --test fleming-harrington: add it, or leave them out".into()
            );
        }
        if !matches!(self.test, Test::Rmst | Test::Milestone) && self.tau.is_some() {
            return Err("--tau belongs to --test rmst or milestone: add it, or leave out --tau".into());
        }
        Ok(())
    }

    fn assumptions(&self) -> Result<Assumptions, Failure> {
        let refused = by_flag(FLAGS);
        let control = match (self.control_hazard, self.control_median) {
            (Some(hazard), _) => Hazard::constant(hazard).map_err(of_flag("--control-hazard"))?,
            (_, Some(median)) => Hazard::median(median).map_err(of_flag("--control-median"))?,
            _ => return Err("--control-hazard or --control-median is needed".into()),
        };
        let experimental = match self.delay {
            Some(delay) if delay > 0.0 => {
                delayed_effect(&control, delay, self.hazard_ratio).map_err(&refused)?
            }
            _ => control.times(self.hazard_ratio),
        };
        let accrual = Accrual::uniform(self.subjects as f64, self.accrual).map_err(&refused)?;
        let dropout = Hazard::constant(self.dropout_hazard).map_err(of_flag("--dropout-hazard"))?;
        let assumptions = Assumptions::new(experimental, control, accrual).allocation(self.ratio);
        Ok(assumptions.map_err(of_flag("--ratio"))?.dropout(dropout.clone(), dropout))
    }

    fn simulation(&self) -> Result<Simulation, Failure> {
        let mut simulation = Simulation::new(self.assumptions()?)
            .trials(self.trials)
            .seed(self.seed)
            .threads(self.threads)
            .alpha(self.alpha)
            .dependent_dropout(self.dropout_tau)
            .cutoff(self.cutoff(self.events));
        if let Some(truth) = self.truth {
            simulation = simulation.truth(truth);
        }
        if !self.blocks.is_empty() {
            simulation = simulation.allocation(ArmAllocation::Blocks(self.blocks.clone()));
        }
        if let (Some(looks), Some(events)) = (self.looks, self.events) {
            let design = GroupSequential::looks(looks).alpha(self.alpha);
            let design = design.boundary(BoundaryType::Spending(Spending::OBrienFleming));
            let bounds = design.fit().map_err(by_flag(FLAGS))?;
            let at = |t: &f64| self.cutoff(Some((t * events as f64).round().max(1.0) as usize));
            let cutoffs: Vec<Cutoff> = bounds.fractions().iter().map(at).collect();
            simulation = simulation.looks_at(&bounds, &cutoffs);
        }
        Ok(if self.without_effect { simulation.without_effect() } else { simulation })
    }

    fn cutoff(&self, events: Option<usize>) -> Cutoff {
        match (events, self.until) {
            (Some(events), Some(time)) => Cutoff::EventsUntil(events, time),
            (Some(events), None) => Cutoff::Events(events),
            (None, _) => Cutoff::Time(self.accrual + self.followup.unwrap_or(0.0)),
        }
    }

    fn draw(&self, simulation: &Simulation, procedure: &dyn Procedure) -> Result<Found, Failure> {
        // A sign of life where somebody watches and it takes more than a second.
        let watched = !self.json && std::io::stderr().is_terminal();
        let whole = if self.type_i_error { 2 * self.trials } else { self.trials };
        let mut bar = Bar { watched, asked_for: self.progress, shown: false, last: Instant::now() };
        let mut progress = |done: usize| {
            bar.show(done, whole);
            ControlFlow::Continue(())
        };
        let found = if self.type_i_error {
            simulation.study_with(procedure, &mut progress).map(Found::Both)
        } else {
            simulation.run_with(procedure, &mut progress).map(Found::One)
        };
        bar.clear();
        found.map_err(by_flag(FLAGS))
    }

    fn answer(&self, found: &Found) -> String {
        if !self.json {
            return match found {
                Found::One(result) => result.to_string(),
                Found::Both(study) => study.to_string(),
            };
        }
        let result = match found {
            Found::One(result) => result,
            Found::Both(study) => study.with_effect(),
        };
        let mut warnings = Warnings::default();
        if result.not_computed() > 0 {
            warnings.add(format!("{} tests could not be computed and did not reject", result.not_computed()));
        }
        let ((events, events_error), (duration, duration_error)) = (result.events(), result.duration());
        let mut object = json!({
            "trials": result.trials(), "power": number(result.power()), "std_error": number(result.std_error()),
            "events": number(events), "events_std_error": number(events_error),
            "duration": number(duration), "duration_std_error": number(duration_error),
            "subjects": number(result.subjects()),
            "rejection_by_look": result.rejection_by_look(), "futility": number(result.futility()),
            "mean_estimate": number(result.mean_estimate()),
            "bias": number(result.bias().map(|b| b.0)), "bias_std_error": number(result.bias().map(|b| b.1)),
            "coverage": number(result.coverage().map(|c| c.0)),
            "coverage_std_error": number(result.coverage().map(|c| c.1)),
        });
        if let Found::Both(study) = found {
            let none = study.without_effect();
            object["type_i_error"] = number(none.power());
            object["type_i_error_std_error"] = number(none.std_error());
        }
        json_text(object, &warnings)
    }
}

/// A line on standard error that says how far the run is.
struct Bar {
    watched: bool,
    /// Then it is shown from the beginning, and stays at the end.
    asked_for: bool,
    shown: bool,
    last: Instant,
}

impl Bar {
    const WIDTH: usize = 40;

    fn show(&mut self, done: usize, of: usize) {
        if self.asked_for || (self.watched && self.last.elapsed().as_secs() >= 1) {
            let share = done as f64 / of as f64;
            let full = (share * Self::WIDTH as f64) as usize;
            let bar = "#".repeat(full) + &"-".repeat(Self::WIDTH.saturating_sub(full));
            // Nobody reads any more: that is no reason to end.
            let line = format!("\r[{bar}] {:3.0}% of {of} trials", 100.0 * share);
            let _ = std::io::stderr().write_all(line.as_bytes());
            spoken();
            (self.shown, self.last) = (true, Instant::now());
        }
    }

    /// The line has done its work.
    fn clear(&self) {
        if self.shown {
            let line =
                if self.asked_for { "\n".into() } else { format!("\r{}\r", " ".repeat(Self::WIDTH + 40)) };
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
    }
}
