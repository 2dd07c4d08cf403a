//! The installed program.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/figure.rs"]
mod figure;
#[path = "../common/parametric_cases.rs"]
mod parametric_cases;
#[path = "../common/program.rs"]
mod program;

mod programs;
mod programs_design;
mod programs_help;
mod programs_hostile;
mod programs_incidence;
mod programs_level;
mod programs_multistate;
mod programs_npmle;
mod programs_parametric;
mod programs_parametric_reference;
mod programs_plot;
mod programs_recurrent;
mod programs_replication;
