//! Survival from interval-censored data of a file.
//!
//! `cargo run --release --example npmle -- FILE --lower COL --upper COL [--by COL] [--at t1,t2] …`
//!
//! The program itself, which `greenwood npmle` runs too, is `src/bin/greenwood/npmle/`.

#[path = "../src/bin/greenwood/npmle/mod.rs"]
mod npmle;
#[path = "../src/bin/greenwood/support/mod.rs"]
mod support;

fn main() -> std::process::ExitCode {
    support::main_of::<npmle::Options>()
}
