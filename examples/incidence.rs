//! The cumulative incidence of competing causes in a file.
//!
//! `cargo run --release --example incidence -- FILE --time COL --event COL --causes 1,2 [--by COL] [--at 12,24] …`
//!
//! The program itself, which `greenwood incidence` runs too, is `src/bin/greenwood/incidence/mod.rs`.

#[path = "../src/bin/greenwood/incidence/mod.rs"]
mod incidence;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<incidence::Options>()
}
