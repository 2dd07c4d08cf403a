//! Survival curves from a file.
//!
//! `cargo run --release --example curve -- FILE --time COL --event COL [--by COL] [--at 12,24] …`
//!
//! The program itself, which `greenwood curve` runs too, is `src/bin/greenwood/curve.rs`.

#[path = "../src/bin/greenwood/curve.rs"]
mod curve;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<curve::Options>()
}
