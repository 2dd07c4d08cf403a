//! The residuals of `survreg`: those that only location-scale families have.

use ndarray::Array2;

use crate::error::{Error, Result};
use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::jet::{Jet, Real};
use crate::survival::regression::parametric::likelihood::row_of;
use crate::survival::regression::parametric::residuals::ObservedRows;
use crate::survival::regression::parametric::standard::Standard;

/// The residuals of `survreg`: of the time itself, and of the derivatives in location and scale.
///
/// Made by [`ObservedRows::location_scale`]. With `w = (y − η)/σ`, y the time or its logarithm, the log likelihood g of y is a
/// function of η and ln σ. Escobar & Meeker (1992), Biometrics 48:507.
#[derive(Debug, Clone, PartialEq)]
pub struct LocationScaleRows<'a, D = Family> {
    rows: ObservedRows<'a, D>,
    standard: Standard,
    derivatives: Vec<Jet<2>>,
}

impl<'a, D: Distribution> ObservedRows<'a, D> {
    /// The residuals of `survreg`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a family that is no location-scale family.
    pub fn location_scale(self) -> Result<LocationScaleRows<'a, D>> {
        let Some(standard) = self.model.distribution.standard_form() else {
            let why =
                "it has no location and scale: martingale, deviance and score residuals are for every family";
            return Err(Error::Unsupported {
                method: "residuals of location and scale",
                with: "this family",
                why,
            });
        };
        let one = |row: usize| {
            let (eta, tau) = self.location(row);
            let (lower, upper, entry) = self.limits(row);
            let [lower, upper, entry] = [lower, upper, entry].map(|t| self.scale_of_w(t));
            let w = |y: f64| (-Jet::<2>::variable(eta, 0)).shift(y) * (-Jet::<2>::variable(tau, 1)).exp();
            let survival = |y: f64| y.is_finite().then(|| standard.log_survival(w(y)));
            let density = || standard.log_density(w(lower)) - Jet::variable(tau, 1);
            row_of(lower == upper, density, [survival(lower), survival(upper), survival(entry)])
        };
        let derivatives = (0..self.len()).map(one).collect();
        Ok(LocationScaleRows { rows: self, standard, derivatives })
    }

    /// Location and log scale of a row.
    fn location(&self, row: usize) -> (f64, f64) {
        let parameters = self.parameters(row);
        (parameters[0], parameters.get(1).copied().unwrap_or(0.0))
    }

    /// The time, or its logarithm: −∞ before the start.
    fn scale_of_w(&self, t: f64) -> f64 {
        match self.model.distribution.is_positive() {
            true if t <= 0.0 => f64::NEG_INFINITY,
            true => t.ln(),
            false => t,
        }
    }
}

impl<D: Distribution> LocationScaleRows<'_, D> {
    fn each<T>(&self, of: impl Fn(usize) -> T) -> Vec<T> {
        (0..self.rows.len()).map(of).collect()
    }

    /// R's `matrix`: g and its derivatives in η (first and second), in ln σ (first and second), and in both.
    #[must_use]
    pub fn derivatives(&self) -> Vec<[f64; 6]> {
        let of = |jet: &Jet<2>| {
            let (g, h) = (jet.gradient, jet.hessian);
            [jet.value, g[0], h[0][0], g[1], h[1][1], h[0][1]]
        };
        self.derivatives.iter().map(of).collect()
    }

    /// R's `working`: the step of the location that the row alone would take, `−g'/g''`.
    #[must_use]
    pub fn working(&self) -> Vec<f64> {
        self.derivatives.iter().map(|jet| -jet.gradient[0] / jet.hessian[0][0]).collect()
    }

    /// R's `response`: the observed time less the fitted location, both as times; of a time within limits the location at
    /// which its probability is highest.
    #[must_use]
    pub fn response(&self) -> Vec<f64> {
        let back = |y: f64| if self.rows.model.distribution.is_positive() { y.exp() } else { y };
        self.each(|row| back(self.best(row).0) - back(self.rows.location(row).0))
    }

    /// R's `deviance`: its square is twice what g gains where the location is the one that suits the row best; the sign is
    /// that of the working residual.
    #[must_use]
    pub fn deviance(&self) -> Vec<f64> {
        let working = self.working();
        self.each(|row| {
            let gain = (self.best(row).1 - self.derivatives[row].value).max(0.0);
            (2.0 * gain).sqrt().copysign(working[row])
        })
    }

    /// The location that suits a row best, and g there.
    fn best(&self, row: usize) -> (f64, f64) {
        let tau = self.rows.location(row).1;
        let scale = tau.exp();
        let (lower, upper, _) = self.rows.limits(row);
        let (low, high) = (self.rows.scale_of_w(lower), self.rows.scale_of_w(upper));
        if low == high {
            return (low, self.standard.log_density(0.0) - tau);
        }
        match (low.is_finite(), high.is_finite()) {
            (true, true) => {}
            // As far away as one likes: probability 1.
            (false, _) => return (high, 0.0),
            (true, false) => return (low, 0.0),
        }
        let width = (high - low) / scale;
        match self.standard {
            Standard::Smallest => {
                // a = e^w at the lower limit where e^−a − e^(−a e^width) is highest: e^−a (1 − e^−width)
                let a = width / width.exp_m1();
                (low - scale * a.ln(), -a + (-width).ln_one_minus_exp())
            }
            Standard::Normal | Standard::Logistic => {
                let [before, after] = [-0.5 * width, 0.5 * width].map(|w| self.standard.log_survival(w));
                (f64::midpoint(low, high), before + (after - before).ln_one_minus_exp())
            }
        }
    }

    /// R's `ldresp`: by how much the fit moves where the row's time is shifted by its scale.
    #[must_use]
    pub fn response_displacement(&self) -> Vec<f64> {
        self.moved(|row, jet| {
            let scale = self.rows.location(row).1.exp();
            [jet.hessian[0][0] * scale, jet.hessian[0][1] * scale]
        })
    }

    /// R's `ldshape`: by how much the fit moves where the row's log scale is shifted.
    #[must_use]
    pub fn shape_displacement(&self) -> Vec<f64> {
        self.moved(|_, jet| [jet.hessian[0][1], jet.hessian[1][1]])
    }

    fn moved(&self, of: impl Fn(usize, &Jet<2>) -> [f64; 2]) -> Vec<f64> {
        let (rows, model) = (&self.rows, self.rows.model);
        let mut scores = Array2::zeros((rows.len(), model.coefficients.len()));
        for (row, jet) in self.derivatives.iter().enumerate() {
            let (inner, x) = (of(row, jet), rows.row(row));
            for (k, c) in model.layout.coefficients.iter().enumerate() {
                scores[(row, k)] = inner[c.parameter] * c.factor.of(&x, rows.stratum(row));
            }
        }
        rows.displacement(&scores)
    }
}
