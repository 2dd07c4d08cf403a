//! How incidences are printed.

use std::fmt;

use crate::print::{Number, counted, one_line, or_missing};
use crate::survival::curve::aalen_johansen::cumulative_incidence::CumulativeIncidence;
use crate::survival::risk_table::table::{PRINTED_ROWS, Row};

impl fmt::Display for CumulativeIncidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = |x: f64| (x * 1e9).round() / 1e9;
        let subjects = counted(rounded(self.table.all().size()), "subject");
        write!(f, "Cumulative incidence (Aalen-Johansen): {subjects}")?;
        for (k, cause) in self.causes().iter().enumerate() {
            // A cause may be a code: a number behind a number would be read as one of subjects.
            write!(f, ", {} of cause {}", rounded(self.table.total_of(k)), one_line(cause))?;
        }
        if self.start > 0.0 {
            write!(f, ", given no event before {}", Number(self.start))?;
        }
        write!(
            f,
            "\n({} standard errors)\n{:>10} {:>9} {:>7} {:>10}",
            self.kind, "time", "at risk", "events", "event-free"
        )?;
        for cause in self.causes() {
            write!(f, " {cause:>10} {:>9}", "std error")?;
        }
        for r in self.rows().take(PRINTED_ROWS) {
            let row = r.row;
            write!(
                f,
                "\n{:>10} {:>9} {:>7} {:>10.4}",
                Number(row.time),
                rounded(row.at_risk),
                rounded(row.events),
                r.event_free
            )?;
            for (e, cause) in r.incidence.iter().zip(self.causes()) {
                let se = or_missing(e.std_error().ok(), |se| format!("{se:.4}"));
                let value = or_missing(e.value().ok(), |value| format!("{value:.4}"));
                write!(f, " {value:>0$} {se:>9}", cause.chars().count().max(10))?;
            }
        }
        let left = self.table.all().rows().filter(Row::is_exit).count().saturating_sub(PRINTED_ROWS);
        if left > 0 {
            write!(f, "\n… {}", counted(left, "more time"))?;
        }
        self.warnings().iter().try_for_each(|warning| write!(f, "\n{warning}"))
    }
}
