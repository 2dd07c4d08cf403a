//! How a program answers: text or one JSON object on standard output, or one line on standard error.

use std::char::{CharTryFromError, ParseCharError};
use std::error::Error as _;
use std::ffi::OsString;
use std::num::{ParseFloatError, ParseIntError};
use std::process::ExitCode;

use greenwood::survival::Weights;
use greenwood::survival::result::NotEstimable;
use serde_json::{Map, Value};

use super::in_flags::in_flags;
use super::progress::watched;
use super::written::{Failure, one_line, tell, written};

/// A program: its flags, and what it prints.
pub trait Program: clap::Parser {
    /// What goes to standard output, or why there is nothing.
    fn run(self) -> Result<String, Failure>;
}

/// The program of these flags: 0 after an answer, 2 after a failure.
pub fn main_of<P: Program>() -> ExitCode {
    match P::try_parse_from(joined(std::env::args_os())) {
        Ok(options) => print(watched(|| options.run())),
        Err(usage) if usage.use_stderr() => print(Err(of_usage(&usage).into())),
        Err(help) => print(Ok(help.to_string())),
    }
}

/// What is wrong with the flags, in one line; what the standard library says of a number that is none is said in words.
fn of_usage(usage: &clap::Error) -> String {
    let text = one_line(&usage.to_string());
    let Some(source) = usage.source() else { return text };
    let expected = if source.is::<ParseFloatError>() {
        "it is not a number such as 12.5"
    } else if source.is::<ParseIntError>() {
        "it is not a whole number such as 12"
    } else if source.is::<ParseCharError>() || source.is::<CharTryFromError>() {
        "it is not one character"
    } else {
        return text;
    };
    text.replacen(&source.to_string(), expected, 1)
}

/// A negative value after a long flag belongs to the flag (`--looks -1` is `--looks=-1`), so that what refuses it names the flag.
fn joined(given: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = Vec::new();
    for arg in given {
        let negative = arg.to_str().and_then(|text| text.strip_prefix('-')).is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_digit() || c == '.') || rest.parse::<f64>().is_ok()
        });
        match args.last_mut() {
            Some(flag)
                if negative
                    && flag
                        .to_str()
                        .is_some_and(|f| f.len() > 2 && f.starts_with("--") && !f.contains('=')) =>
            {
                flag.push("=");
                flag.push(arg);
            }
            _ => args.push(arg),
        }
    }
    args
}

/// An answer on standard output, a failure as one line on standard error.
pub fn print(answer: Result<String, Failure>) -> ExitCode {
    written(|out| {
        let text = in_flags(&answer.map_err(|failure| -> Failure { in_flags(&failure.to_string()).into() })?);
        let ending = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        Ok(write!(out, "{text}{ending}")?)
    })
}

/// Remarks on an answer: to standard error at once, and into the JSON object.
#[derive(Default)]
pub struct Warnings(Vec<String>);

impl Warnings {
    pub fn add(&mut self, text: impl Into<String>) {
        // A label may hold the end of a line; a remark is one line.
        let text = in_flags(&text.into()).replace(['\n', '\r'], " ");
        tell(format_args!("warning: {text}"));
        self.0.push(text);
    }

    /// Those of a group.
    pub fn of(&mut self, label: &str, warnings: &[impl std::fmt::Display]) {
        for warning in warnings {
            self.add(format!("{label}: {warning}"));
        }
    }
}

/// What an answer is put together from: text and the fields of the JSON object.
#[derive(Default)]
pub struct Answer {
    pub text: Vec<String>,
    fields: Map<String, Value>,
}

impl Answer {
    pub fn add(&mut self, field: &str, value: impl Into<Value>) {
        self.fields.insert(field.into(), value.into());
    }

    /// The text, or one JSON object with the warnings.
    pub fn print(self, json: bool, warnings: &Warnings) -> String {
        if json { json_text(Value::Object(self.fields), warnings) } else { self.text.join("\n") }
    }
}

/// One JSON object with the warnings among its fields.
pub fn json_text(mut object: Value, warnings: &Warnings) -> String {
    if let Value::Object(fields) = &mut object {
        fields.insert("warnings".into(), warnings.0.clone().into());
    }
    object.to_string()
}

/// Why there is no estimate, or no standard error, as a field: `null` where there are both.
pub fn reason(because: Option<NotEstimable>) -> Value {
    because.map_or(Value::Null, |because| format!("{because:#}").into())
}

/// A number of subjects: whole where it is, as a part of replication weights may not be.
pub fn count(n: f64) -> Value {
    if n.fract() == 0.0 && n < 9e15 { (n as u64).into() } else { number(n) }
}

/// How many subjects the rows that are counted stand for: a replication weight of 2 is a row twice, a sampling weight is not.
pub fn counted(weights: Option<&Weights>, counts: impl IntoIterator<Item = bool>) -> Value {
    let counts = counts.into_iter().enumerate().filter(|&(_, counts)| counts);
    match weights {
        Some(Weights::Replication(w)) => count(counts.map(|(i, _)| w[i]).sum()),
        _ => counts.count().into(),
    }
}

/// `null` where there is no value, `"Inf"` and `"-Inf"` where it is infinite.
pub fn number(x: impl Into<Option<f64>>) -> Value {
    match x.into() {
        Some(x) if x.is_finite() => x.into(),
        Some(x) if x.is_infinite() => if x > 0.0 { "Inf" } else { "-Inf" }.into(),
        _ => Value::Null,
    }
}
