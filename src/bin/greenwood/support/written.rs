//! Standard output whose reader may stop reading: the programs and the examples write through here.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

pub type Failure = Box<dyn std::error::Error>;

/// Runs what writes to standard output, or fails: 0 after an answer, 2 after a failure, which is one line on standard
/// error. Where the reader stops reading (`… | head`), writing ends quietly: that is no failure.
pub fn written(run: impl FnOnce(&mut dyn Write) -> Result<(), Failure>) -> ExitCode {
    let mut out = std::io::stdout().lock();
    let done = run(&mut out).and_then(|()| Ok(out.flush()?));
    let Err(failure) = done else { return ExitCode::SUCCESS };
    if failure.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    tell(format_args!("error: {}", one_line(&failure.to_string())));
    ExitCode::from(2)
}

/// The parser of the flags answers in paragraphs; its usage is left to `--help`.
pub fn one_line(text: &str) -> String {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    let body = text.split("\n\nUsage:").next().unwrap_or(text);
    let lines: Vec<&str> = body.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    lines
        .join(" ")
        .replace(" tip: ", "; ")
        .replace(" For more information, try", "; for more information, try")
}

/// A line on standard error; where nobody reads it any more, it is dropped.
pub fn tell(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
