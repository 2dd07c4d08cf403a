//! A figure of a file.
//!
//! `cargo run --release --features plot --example plot -- FILE --time COL --event COL [--by COL] -o curve.svg`
//!
//! The program itself, which `greenwood plot` runs too, is `src/bin/greenwood/plot/mod.rs`.

#[path = "../src/bin/greenwood/plot/mod.rs"]
mod plot;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<plot::Options>()
}
