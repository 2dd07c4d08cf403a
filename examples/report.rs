//! The report of one endpoint from an ADTTE data set: text, Markdown, LaTeX or HTML.
//!
//! `cargo run --release --features adtte --example report -- tests/data/adtte/trial.csv --param PFS --of "New treatment" --against Control`
//!
//! The program itself, which `greenwood report` runs too, is `src/bin/greenwood/report.rs`.

#[path = "../src/bin/greenwood/report.rs"]
mod report;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<report::Options>()
}
