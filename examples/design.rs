//! Sample size, group-sequential bounds, interim results.
//!
//! `cargo run --release --example design -- fixed --hazard-ratio 0.7 --control-median 12 --accrual 24 --followup 12 --power 0.9`
//!
//! The program itself, which `greenwood design` runs too, is `src/bin/greenwood/design/mod.rs`.

#[path = "../src/bin/greenwood/design/mod.rs"]
mod design;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<design::Options>()
}
