//! The table of a fit.

use std::fmt;

use crate::print::{MISSING, Number, PValue, counted, one_line};
use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::model::ParametricModel;

impl fmt::Display for ParametricModel<Family> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &self.distribution.to_string())
    }
}

impl<D: Distribution> ParametricModel<D> {
    fn write(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        writeln!(f, "{name}: {}, {}", counted(self.rows, "row"), counted(self.events, "event"))?;
        if self.excess {
            writeln!(f, "relative survival: the hazard is what is beyond that of the population")?;
        }
        let names = self.names();
        let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        writeln!(f, "{:width$} {:>12} {:>12} {:>8} {:>8}", "", "coef", "std error", "z", "p")?;
        for (index, name) in names.iter().enumerate() {
            let Some(estimate) = self.coefficient(index) else { continue };
            let name = one_line(name);
            match (estimate.value(), estimate.std_error()) {
                (Ok(value), Ok(se)) => {
                    let p = PValue(estimate.p_value().unwrap_or(f64::NAN));
                    writeln!(
                        f,
                        "{name:width$} {:>12.5} {se:>12.5} {:>8.2} {p:>8}",
                        Number(value),
                        Number(value / se)
                    )?;
                }
                (Ok(value), Err(_)) => writeln!(
                    f,
                    "{name:width$} {:>12.5} {MISSING:>12} {MISSING:>8} {MISSING:>8}",
                    Number(value)
                )?,
                (Err(because), _) => writeln!(f, "{name:width$} {because}")?,
            }
        }
        if self.is_robust() {
            writeln!(f, "robust standard errors")?;
        }
        for (parameter, fixed) in self.layout.parameters.iter().zip(&self.layout.fixed) {
            let own = self.layout.coefficients.iter().any(|c| {
                self.layout.parameters[c.parameter] == *parameter
                    && !matches!(c.factor, super::layout::Factor::Column(_))
            });
            if !own && parameter.intercept {
                writeln!(f, "{} fixed at {}", parameter.name, Number(parameter.link.natural(*fixed)))?;
            }
        }
        writeln!(
            f,
            "log likelihood {:.4}, AIC {:.3}, BIC {:.3}",
            Number(self.log_likelihood),
            Number(self.aic()),
            Number(self.bic())
        )?;
        write!(f, "{} after {} iterations", self.diagnosis(), self.iterations)
    }
}
