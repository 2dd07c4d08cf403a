//! A Cox model of a file.
//!
//! `cargo run --release --example cox -- FILE --time COL --event COL --covariates a,b [--factor c] …`
//!
//! The program itself, which `greenwood cox` runs too, is `src/bin/greenwood/cox.rs`.

#[path = "../src/bin/greenwood/cox.rs"]
mod cox;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<cox::Options>()
}
