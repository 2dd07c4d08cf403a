//! A model with frailties as a table.

use std::fmt;

use crate::print::{self, Number, PValue as P, counted, one_line};
use crate::survival::regression::frailty::model::FrailtyModel;
use crate::survival::result::Interval;
use crate::survival::result::printed::{PrintsLimits, prints_limits};

prints_limits!(FrailtyModel);

impl PrintsLimits for FrailtyModel {
    fn print(&self, interval: Interval, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { law, ties, rows, events, theta, .. } = self;
        let clusters = self.frailties.len();
        write!(
            f,
            "Cox model with {law} frailties, {ties} ties: {}, {}, {}; {}",
            counted(rows, "row"),
            counted(events, "event"),
            counted(clusters, "cluster"),
            self.stop
        )?;
        let width = self.terms.iter().map(|t| t.name.chars().count()).max().unwrap_or(0).max(9);
        write!(
            f,
            "\n{:width$} {:>10} {:>10} {:>8} {:>9} {:>12}  {} CI",
            "covariate",
            "coef",
            "std error",
            "z",
            "p",
            "hazard ratio",
            print::level(interval.confidence_level())
        )?;
        for t in &self.terms {
            let (Some(se), Some(z), Some(p)) = (t.std_error(), t.z(), t.p_value()) else {
                write!(f, "\n{:width$} redundant: left out", one_line(&t.name))?;
                continue;
            };
            let limits = t.interval(interval).map_err(|_| fmt::Error)?;
            write!(
                f,
                "\n{:width$} {:>10.5} {se:>10.5} {z:>8.3} {:>9} {:>12.4}  {limits:.4}",
                one_line(&t.name),
                Number(t.coefficient()),
                P(p).to_string(),
                Number(t.hazard_ratio())
            )?;
        }
        write!(f, "\nvariance of the frailties {theta:.4}, {:.2} degrees of freedom", self.df.frailty)?;
        if let (Some(integrated), Some(test)) = (self.integrated, self.variance_test()) {
            write!(
                f,
                "; log likelihood without them {integrated:.3}\nno variance        {test} (at the edge)"
            )?;
        }
        write!(f, "\nfrailties          {}", self.frailty_test())?;
        write!(f, "\nlikelihood ratio   {}", self.likelihood_ratio_test())
    }
}
