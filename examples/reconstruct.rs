//! From published figures to the data behind them; without arguments, of the published trial.
//!
//! `cargo run --release --example reconstruct -- --first "MSC n=9 S(48)=38.1% SE(48)=17.2%"`
//!
//! The program itself, which `greenwood reconstruct` runs too, is `src/bin/greenwood/reconstruct.rs`.

#[path = "../src/bin/greenwood/reconstruct.rs"]
mod reconstruct;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<reconstruct::Options>()
}
