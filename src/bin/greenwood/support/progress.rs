//! A sign of life for what takes more than a second, where somebody watches.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Has the program shown how far it has come? Then it goes on to do so, and the watcher is quiet.
static SPOKEN: AtomicBool = AtomicBool::new(false);

/// A line or a bar is shown.
pub fn spoken() {
    SPOKEN.store(true, Ordering::Relaxed);
}

/// A line on standard error that says how far a program has come.
pub fn tell(line: std::fmt::Arguments<'_>) {
    spoken();
    super::written::tell(line);
}

/// Runs a program; after 1, 2, 4, 8, … seconds a line says that it still computes, unless it says itself how
/// far it has come.
pub(super) fn watched<T>(run: impl FnOnce() -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return run();
    }
    let (running, ended) = channel::<()>();
    let watcher = std::thread::spawn(move || {
        let (start, mut seconds) = (Instant::now(), 1);
        let left = |seconds| Duration::from_secs(seconds).saturating_sub(start.elapsed());
        while ended.recv_timeout(left(seconds)) == Err(RecvTimeoutError::Timeout) {
            if !SPOKEN.load(Ordering::Relaxed) {
                super::written::tell(format_args!("still computing after {seconds} s"));
            }
            seconds *= 2;
        }
    });
    let answer = run();
    drop(running);
    let _ = watcher.join();
    answer
}

/// A sign of life for files that take more than a second.
pub(super) struct Progress<'a> {
    name: &'a str,
    watched: bool,
    last: Instant,
}

impl<'a> Progress<'a> {
    pub(super) fn new(name: &'a str) -> Self {
        Self { name, watched: std::io::stderr().is_terminal(), last: Instant::now() }
    }

    pub(super) fn tell(&mut self, rows: usize) {
        // The clock is asked once in 65,536 rows: asking costs as much as a short row.
        if self.watched && rows.is_multiple_of(1 << 16) && self.last.elapsed().as_secs() >= 1 {
            super::written::tell(format_args!("{}: {rows} rows read", self.name));
            self.last = Instant::now();
        }
    }
}
