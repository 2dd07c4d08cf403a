//! Mean functions, rates and models of recurrent events in a file.
//!
//! `cargo run --release --example recurrent -- FILE --id COL --start COL --stop COL --event COL [--by COL] [--at 12,24] …`
//!
//! The program itself, which `greenwood recurrent` runs too, is `src/bin/greenwood/recurrent/mod.rs`.

#[path = "../src/bin/greenwood/recurrent/mod.rs"]
mod recurrent;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<recurrent::Options>()
}
