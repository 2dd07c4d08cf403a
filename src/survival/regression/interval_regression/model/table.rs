//! A fitted model as a table.

use std::fmt;

use super::IntervalModel;
use crate::print::{self, Number, PValue as P, counted, one_line, roughly};
use crate::survival::regression::interval_regression::IntervalLink;
use crate::survival::regression::term::Status;
use crate::survival::result::Interval;
use crate::survival::result::printed::{PrintsLimits, prints_limits};

prints_limits!(IntervalModel);

impl PrintsLimits for IntervalModel {
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} for interval-censored events: {}; {}, gap {}",
            self.link,
            counted(self.rows, "row"),
            self.stop,
            roughly(self.gap)
        )?;
        let ratio = match self.link {
            IntervalLink::ProportionalHazards => "hazard ratio",
            IntervalLink::ProportionalOdds => "odds ratio",
        };
        let width = self.terms.iter().map(|t| t.name().chars().count()).max().unwrap_or(0).max(9);
        if !self.terms.is_empty() {
            write!(
                f,
                "\n{:width$} {:>10} {:>10} {:>8} {:>9} {ratio:>12}  {} CI",
                "covariate",
                "coef",
                "std error",
                "z",
                "p",
                print::level(interval.confidence_level())
            )?;
        }
        for t in &self.terms {
            write!(f, "\n{:width$} ", one_line(t.name()))?;
            match (t.status(), t.std_error(), t.z(), t.p_value()) {
                (Status::Redundant, ..) => write!(f, "redundant: left out")?,
                (Status::NotEstimable, ..) => write!(f, "not estimable")?,
                (Status::PlusInfinity, ..) => write!(f, "{:>10} {ratio} infinite", "∞")?,
                (Status::MinusInfinity, ..) => write!(f, "{:>10} {ratio} 0", "−∞")?,
                (_, Some(se), Some(z), Some(p)) => {
                    let limits = t.interval(interval).map_err(|_| fmt::Error)?;
                    let (b, ratio, z) = (Number(t.coefficient()), Number(t.hazard_ratio()), Number(z));
                    write!(
                        f,
                        "{b:>10.5} {se:>10.5} {z:>8.3} {:>9} {ratio:>12.4}  {limits:.4}",
                        P(p).to_string()
                    )?;
                }
                _ => write!(f, "{:>10.5} no standard error", t.coefficient())?,
            }
        }
        let [null, fitted] = self.log_likelihood;
        write!(f, "\nlog likelihood     {fitted:.4}, without covariates {null:.4}")?;
        write!(f, "\nlikelihood ratio   {}", self.likelihood_ratio_test())
    }
}
