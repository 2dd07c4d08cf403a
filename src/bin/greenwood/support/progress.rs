//! A sign of life for what takes more than a second.

/// A sign of life for files that take more than a second, where somebody watches.
pub(super) struct Progress<'a> {
    name: &'a str,
    watched: bool,
    last: std::time::Instant,
}

impl<'a> Progress<'a> {
    pub(super) fn new(name: &'a str) -> Self {
        use std::io::IsTerminal;
        Self { name, watched: std::io::stderr().is_terminal(), last: std::time::Instant::now() }
    }

    pub(super) fn tell(&mut self, rows: usize) {
        // The clock is asked once in 65,536 rows: asking costs as much as a short row.
        if self.watched && rows.is_multiple_of(1 << 16) && self.last.elapsed().as_secs() >= 1 {
            super::written::tell(format_args!("{}: {rows} rows read", self.name));
            self.last = std::time::Instant::now();
        }
    }
}
