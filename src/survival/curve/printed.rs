//! The curve and the hazard as tables.

use std::fmt;

use crate::print::{Number, counted, or_missing};
use crate::survival::curve::cumulative_hazard::CumulativeHazard;
use crate::survival::curve::estimator::Estimator;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::Interval;
use crate::survival::risk_table::table::PRINTED_ROWS;

impl fmt::Display for SurvivalCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interval = Interval::log_log();
        let subject = match (self.reversed, self.estimator) {
            (true, _) => "Reverse Kaplan-Meier (censoring)".to_string(),
            (false, Estimator::KaplanMeier) => "Kaplan-Meier".to_string(),
            (false, estimator) => format!("{estimator}, exp(−H)"),
        };
        let (subjects, events) =
            (counted(Number(self.table.size()), "subject"), counted(Number(self.table.events()), "event"));
        write!(f, "{subject}: {subjects}, {events}")?;
        if self.start > 0.0 {
            write!(f, ", given survival to {}", Number(self.start))?;
        }
        if self.extended {
            write!(f, ", carried on beyond follow-up")?;
        }
        write!(f, "; median {}", self.median())?;
        write!(
            f,
            "\n({interval}; {} standard error)",
            if self.is_robust() { "robust" } else { "Greenwood" }
        )?;
        write!(
            f,
            "\n{:>10} {:>9} {:>7} {:>9} {:>10}  {:>16}",
            "time", "at risk", "events", "survival", "std error", "95% CI"
        )?;
        for step in self.steps().take(PRINTED_ROWS) {
            let e = step.estimate;
            let limits = e.interval(interval).map_err(|_| fmt::Error)?;
            write!(
                f,
                "\n{:>10} {:>9} {:>7} {:>9} {:>10}  {:>16}",
                Number(step.row.time),
                Number(step.row.at_risk),
                Number(step.row.events),
                or_missing(e.value().ok(), |s| format!("{s:.3}")),
                or_missing(e.std_error().ok(), |se| format!("{se:.4}")),
                limits
            )?;
        }
        let left = self.steps().count().saturating_sub(PRINTED_ROWS);
        if left > 0 {
            write!(f, "\n… {}", counted(left, "more time"))?;
        }
        self.warnings().iter().try_for_each(|warning| write!(f, "\n{warning}"))
    }
}

impl fmt::Display for CumulativeHazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.estimator, counted(Number(self.table.size()), "subject"))?;
        write!(f, "\n{:>10} {:>9} {:>7} {:>10} {:>10}", "time", "at risk", "events", "hazard", "std error")?;
        for (i, row) in self.table.rows().enumerate().filter(|(_, r)| r.is_exit()).take(PRINTED_ROWS) {
            let se = self.variance.get(i).filter(|v| **v > 0.0);
            let se = or_missing(se, |v| format!("{:.4}", v.sqrt()));
            let (time, at_risk, events) = (Number(row.time), Number(row.at_risk), Number(row.events));
            write!(f, "\n{time:>10} {at_risk:>9} {events:>7} {:>10.4} {se:>10}", self.hazard[i])?;
        }
        Ok(())
    }
}
