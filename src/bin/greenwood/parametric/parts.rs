//! Flags of the form `name:value` and `name=value`.

use crate::support::Failure;

/// Two names with a mark between them.
pub fn parts<'a>(flag: &str, pair: &'a str, mark: char) -> Result<(&'a str, &'a str), Failure> {
    pair.split_once(mark).filter(|(a, b)| !a.is_empty() && !b.is_empty()).ok_or_else(|| {
        let example = if mark == ':' { "shape:age" } else { "age=60" };
        format!("{flag} {pair}: write it as {example}").into()
    })
}
