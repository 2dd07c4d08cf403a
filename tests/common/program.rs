//! Calls of the installed program, as a shell makes them.

#![allow(dead_code)] // each test file uses its own part

use std::io::Write;
use std::process::{Command, Output};

pub fn greenwood(arguments: &str) -> Output {
    let arguments = arguments.split_whitespace().map(|a| a.replace('%', " "));
    Command::new(env!("CARGO_BIN_EXE_greenwood")).args(arguments).output().unwrap()
}

pub fn answer(arguments: &str) -> serde_json::Value {
    let output = greenwood(&format!("{arguments} --json"));
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The one line on standard error.
pub fn refusal(arguments: &str) -> String {
    let output = greenwood(arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments}: {error}");
    assert_eq!(output.stdout, b"", "{arguments}: nothing goes to standard output");
    assert_eq!(error.lines().count(), 1, "{arguments}: one line, not {error}");
    error.trim_end().to_string()
}

/// A file of this test alone.
pub fn file(name: &str, bytes: &[u8]) -> String {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    path.display().to_string()
}
