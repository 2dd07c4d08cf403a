//! The table of a fit.

use std::fmt;

use crate::survival::regression::parametric::model::ParametricModel;
use crate::survival::result::print::PValue;

impl fmt::Display for ParametricModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} model, n = {}, events = {}", self.family, self.rows, self.events)?;
        let width = self.names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        writeln!(f, "{:width$} {:>12} {:>12} {:>8} {:>8}", "", "coef", "std error", "z", "p")?;
        for (index, name) in self.names.iter().enumerate() {
            let Some(estimate) = self.coefficient(index) else { continue };
            let se = self.variance[(index, index)].max(0.0).sqrt();
            let z = self.coefficients[index] / se;
            let p = PValue(estimate.p_value().unwrap_or(f64::NAN));
            writeln!(f, "{name:width$} {:>12.5} {se:>12.5} {z:>8.2} {p:>8}", self.coefficients[index])?;
        }
        if self.is_robust() {
            writeln!(f, "robust standard errors")?;
        }
        if let Some(fixed) = self.fixed {
            writeln!(f, "scale fixed at {}", fixed.exp())?;
        }
        writeln!(
            f,
            "log likelihood {:.4}, AIC {:.3}, BIC {:.3}",
            self.log_likelihood,
            self.aic(),
            self.bic()
        )?;
        write!(f, "{} after {} iterations", self.stop, self.iterations)
    }
}
