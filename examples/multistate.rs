//! State occupation and transition probabilities from start-stop histories of a file.
//!
//! `cargo run --release --example multistate -- FILE --id COL --start COL --stop COL --to COL --states 1,2,3 …`
//!
//! The program itself, which `greenwood multistate` runs too, is `src/bin/greenwood/multistate/mod.rs`.

#[path = "../src/bin/greenwood/multistate/mod.rs"]
mod multistate;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<multistate::Options>()
}
