//! Parametric survival models of a file.
//!
//! `cargo run --release --example parametric -- FILE --time COL --event COL --distribution NAME …`
//!
//! The program itself, which `greenwood parametric` runs too, is `src/bin/greenwood/parametric/mod.rs`.

#[path = "../src/bin/greenwood/parametric/mod.rs"]
mod parametric;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<parametric::Options>()
}
