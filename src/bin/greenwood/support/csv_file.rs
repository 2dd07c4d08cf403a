//! A CSV file as it is read: its marks and line ends, and what is wrong with it in words.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::written::Failure;

/// Some programs begin a file with a mark of its encoding; it is no part of the first name.
pub(super) fn unmark(name: &str) -> &str {
    name.trim_start_matches('\u{feff}')
}

/// Does the first line of the file end in "\r\n"?
pub(super) fn ends_in_two(path: &Path) -> io::Result<bool> {
    // What can be read once only, such as a pipe, is not read here.
    if !path.metadata()?.is_file() {
        return Ok(false);
    }
    let mut first = Vec::new();
    BufReader::new(File::open(path)?).read_until(b'\n', &mut first)?;
    Ok(first.ends_with(b"\r\n"))
}

/// The reader's errors, with the file's name and what to do.
pub(super) fn explain(path: &str, error: &csv::Error) -> Failure {
    explain_from(path, error, 0)
}

/// The same, where the reader counts the lines from so many before.
pub(super) fn explain_from(path: &str, error: &csv::Error, behind: u64) -> Failure {
    let line = error.position().map_or(String::new(), |p| format!(" line {}", p.line() + behind));
    match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => format!(
            "{path}{line}: column {} is not UTF-8: save the file as UTF-8 (iconv -f latin1 -t utf-8)",
            err.field() + 1
        ),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{path}{line}: {len} cells, where the header has {expected_len}")
        }
        csv::ErrorKind::Io(e) => format!("{path}: {e}"),
        _ => format!("{path}{line}: {error}"),
    }
    .into()
}
