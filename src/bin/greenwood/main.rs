//! `greenwood`: the programs of the crate under one name.

#![warn(clippy::excessive_nesting, clippy::too_many_arguments, clippy::too_many_lines)]

mod compare;
mod cox;
mod curve;
mod design;
mod incidence;
mod multistate;
mod npmle;
mod parametric;
#[cfg(feature = "plot")]
mod plot;
mod reconstruct;
mod recurrent;
mod report;
mod simulate;
mod support;

use std::process::ExitCode;

use clap::Parser;
use support::{Failure, Program};

/// Survival analysis and the statistics of clinical trials.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
enum Command {
    Curve(curve::Options),
    Compare(compare::Options),
    Cox(cox::Options),
    Report(report::Options),
    Reconstruct(reconstruct::Options),
    Design(design::Options),
    Simulate(simulate::Options),
    Incidence(incidence::Options),
    Multistate(multistate::Options),
    Npmle(npmle::Options),
    Parametric(parametric::Options),
    Recurrent(recurrent::Options),
    #[cfg(feature = "plot")]
    Plot(plot::Options),
}

impl Program for Command {
    fn run(self) -> Result<String, Failure> {
        match self {
            Self::Curve(options) => options.run(),
            Self::Compare(options) => options.run(),
            Self::Cox(options) => options.run(),
            Self::Report(options) => options.run(),
            Self::Reconstruct(options) => options.run(),
            Self::Design(options) => options.run(),
            Self::Simulate(options) => options.run(),
            Self::Incidence(options) => options.run(),
            Self::Multistate(options) => options.run(),
            Self::Npmle(options) => options.run(),
            Self::Parametric(options) => options.run(),
            Self::Recurrent(options) => options.run(),
            #[cfg(feature = "plot")]
            Self::Plot(options) => options.run(),
        }
    }
}

fn main() -> ExitCode {
    support::main_of::<Command>()
}
