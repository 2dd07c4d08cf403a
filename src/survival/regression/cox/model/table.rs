//! A fitted model as the table that a reader of R expects.

use std::fmt;

use crate::print::{self, Number, PValue as P, counted, one_line};
use crate::survival::regression::cox::Stop;
use crate::survival::regression::cox::model::{CoxModel, Status, Term};
use crate::survival::result::Interval;
use crate::survival::result::printed::{PrintsLimits, prints_limits};

prints_limits!(CoxModel);

impl CoxModel {
    /// What was fitted, and how the search ended.
    fn print_head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let firth = if self.firth { ", Firth's penalty" } else { "" };
        write!(
            f,
            "Cox model, {} ties{firth}: {}, {}",
            self.ties,
            counted(self.rows, "row"),
            counted(self.events, "event")
        )?;
        match self.stop {
            Stop::Converged => write!(f, "; converged in {}", counted(self.iterations, "step")),
            Stop::NoEvents => write!(f, "; no event: nothing can be estimated"),
            Stop::MaxIterations => write!(f, "; NOT CONVERGED after {}", counted(self.iterations, "step")),
            Stop::NoAscent => write!(f, "; NOT CONVERGED: no step raises the likelihood"),
            stop @ Stop::Flat { .. } => write!(f, "; {stop}"),
            Stop::InfiniteCoefficient { .. } => {
                write!(
                    f,
                    "; NO MAXIMUM: monotone likelihood (separation), see the infinite coefficients; Firth's penalty \
                     (`CoxPh::firth`) makes them finite"
                )
            }
        }
    }

    /// The row of a term; its name takes `width` places.
    fn print_term(
        &self,
        term: &Term,
        interval: Interval,
        width: usize,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let name = one_line(&term.name);
        match term.status {
            Status::Redundant if self.stop == Stop::NoEvents => {
                write!(f, "\n{name:width$} not estimable: no event")
            }
            Status::Redundant => write!(f, "\n{name:width$} redundant: left out"),
            Status::NotEstimable => {
                write!(f, "\n{name:width$} not estimable: the likelihood rises either way")
            }
            Status::PlusInfinity | Status::MinusInfinity => {
                write!(f, "\n{name:width$} {:>10}", Number(term.coefficient()))
            }
            Status::Estimated => {
                let number =
                    |x: Option<f64>, d: usize| print::or_missing(x, |x| format!("{:.d$}", Number(x)));
                let limits = term.interval(interval).map_err(|_| fmt::Error)?;
                let p = print::or_missing(term.p_value(), |p| P(p).to_string());
                write!(
                    f,
                    "\n{name:width$} {:>10.5} {:>10} {:>8} {p:>9} {:>12.4}  {limits:.4}",
                    Number(term.coefficient()),
                    number(term.std_error(), 5),
                    number(term.z(), 3),
                    Number(term.hazard_ratio()),
                )
            }
        }
    }
}

impl PrintsLimits for CoxModel {
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print_head(f)?;
        let width = self.terms.iter().map(|t| t.name.chars().count()).max().unwrap_or(0).max(9);
        let se = if self.is_robust() { "robust se" } else { "std error" };
        write!(
            f,
            "\n{:width$} {:>10} {se:>10} {:>8} {:>9} {:>12}  {} CI",
            "covariate",
            "coef",
            "z",
            "p",
            "hazard ratio",
            print::level(interval.confidence_level())
        )?;
        for term in &self.terms {
            self.print_term(term, interval, width, f)?;
        }
        let note = if self.is_robust() {
            " (not valid: takes rows for independent, and weights for counts)"
        } else {
            ""
        };
        write!(f, "\nlikelihood ratio {}{note}", self.likelihood_ratio_test())?;
        write!(f, "\nWald             {}", self.wald_test())?;
        write!(f, "\nscore            {}{note}", self.score_test)?;
        self.robust_score_test.map_or(Ok(()), |test| write!(f, "\nrobust score     {test}"))
    }
}
