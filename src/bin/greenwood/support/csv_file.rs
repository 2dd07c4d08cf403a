//! A CSV file as it is read: its marks and line ends, and what is wrong with it in words.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
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

/// Does the file begin as UTF-16 does?
fn is_utf16(path: &str) -> bool {
    let mut first = [0; 2];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && matches!(first, [0xff, 0xfe] | [0xfe, 0xff])
}

/// What the system says of a file, without its number, and what to do.
pub(super) fn of_io(path: &str, error: &io::Error) -> String {
    let said = error.to_string();
    let said = said.split(" (os error").next().unwrap_or_default();
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => ": check the name and the folder",
        io::ErrorKind::PermissionDenied => ": allow it to be read, or copy it",
        _ => "",
    };
    format!("{path}: {said}{remedy}")
}

/// The reader's errors, with the file's name and what to do.
pub(super) fn explain(path: &str, error: &csv::Error) -> Failure {
    explain_from(path, error, 0)
}

/// The same, where the reader counts the lines from so many before.
pub(super) fn explain_from(path: &str, error: &csv::Error, behind: u64) -> Failure {
    let line = error.position().map_or(String::new(), |p| format!(" line {}", p.line() + behind));
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } if is_utf16(path) => {
            format!("{path} is UTF-16: save the file as UTF-8 (iconv -f utf-16 -t utf-8)")
        }
        csv::ErrorKind::Utf8 { err, .. } => format!(
            "{path}{line}: column {} is not UTF-8: save the file as UTF-8 (iconv -f latin1 -t utf-8)",
            err.field() + 1
        ),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let cells = if *len == 1 { "1 cell" } else { &format!("{len} cells") };
            format!(
                "{path}{line}: {cells}, where the header has {expected_len}: give each line a cell for each column, and \
                 write a cell with a separator in it in quotation marks, which are closed again"
            )
        }
        csv::ErrorKind::Io(e) => of_io(path, e),
        _ => format!("{path}{line}: {error}"),
    }
    .into()
}
