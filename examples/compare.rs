//! Compares the survival of groups in a file.
//!
//! `cargo run --release --example compare -- FILE --time COL --event COL --by COL [--strata COL] [--at T] …`
//!
//! The program itself, which `greenwood compare` runs too, is `src/bin/greenwood/compare/mod.rs`.

#[path = "../src/bin/greenwood/compare/mod.rs"]
mod compare;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<compare::Options>()
}
