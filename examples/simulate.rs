//! What many trials of a design would show.
//!
//! `cargo run --release --example simulate -- --hazard-ratio 0.6 --control-median 12 --subjects 252 --accrual 24 --events 161`
//!
//! The program itself, which `greenwood simulate` runs too, is `src/bin/greenwood/simulate.rs`.

#[path = "../src/bin/greenwood/simulate.rs"]
mod simulate;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<simulate::Options>()
}
