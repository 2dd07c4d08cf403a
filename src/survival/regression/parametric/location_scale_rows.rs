//! The residuals of `survreg`: those that only location-scale families have.

use ndarray::Array2;

use crate::error::{Error, Result};
use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::jet::{Jet, Real};
use crate::survival::regression::parametric::one_row::{is_lost, row_of};
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
    /// [`Error::Unsupported`] for a family that is no location-scale family, and for a background hazard.
    pub fn location_scale(self) -> Result<LocationScaleRows<'a, D>> {
        if self.data.background.is_some() {
            return Err(Error::Unsupported {
                method: "residuals of location and scale",
                with: "a background hazard",
                why: "only the excess has a location and a scale: take martingale, deviance or score residuals",
            });
        }
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
            let limits = self.limits(row).map(|t| self.scale_of_w(t));
            log_likelihood(standard, limits, Jet::<2>::variable(eta, 0), Jet::variable(tau, 1))
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

/// That of a row whose limits, entry and time of right truncation are on the scale of the location.
fn log_likelihood<T: Real>(standard: Standard, limits: [f64; 4], eta: T, tau: T) -> T {
    let inverse = (-tau).exp();
    let w = |y: f64| (-eta).shift(y) * inverse;
    let survival = |y: f64| y.is_finite().then(|| standard.log_survival(w(y)));
    let at = limits.map(survival);
    let [lower, upper, ..] = limits;
    let lost = at[0].zip(at[1]).is_some_and(|(before, after)| {
        is_lost(before.value(), (after.value() - before.value()).abs()) && lower < upper
    });
    let (middle, width) =
        if lost { (f64::midpoint(lower, upper), (upper - lower).ln()) } else { (lower, 0.0) };
    let density = || (standard.log_density(w(middle)) - tau).shift(width);
    row_of(lower == upper || lost, density, at)
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
        let limits = self.rows.limits(row).map(|t| self.rows.scale_of_w(t));
        let [low, high, entry, until] = limits;
        if entry.is_finite() || until.is_finite() {
            return best_of_truncated(self.standard, limits, tau);
        }
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

/// The same where the row counts by what could be seen, which has no short formula: by the values at places half a scale
/// apart, then by golden sections. It may be as far away as one likes.
fn best_of_truncated(standard: Standard, limits: [f64; 4], tau: f64) -> (f64, f64) {
    let scale = tau.exp();
    let centre = limits.into_iter().find(|y| y.is_finite()).unwrap_or(0.0);
    // Where all of it has underflowed nothing is known.
    let value = |k: f64| {
        let g = log_likelihood(standard, limits, centre + scale * k, tau);
        if g.is_finite() { g } else { f64::NEG_INFINITY }
    };
    let places = (-80..=80).map(|k| 0.5 * f64::from(k)).map(|k| (k, value(k)));
    let Some((middle, _)) = places.max_by(|a, b| a.1.total_cmp(&b.1)) else { return (centre, 0.0) };
    let share = 0.5 * (5.0_f64.sqrt() - 1.0);
    let (mut from, mut to) = (middle - 0.5, middle + 0.5);
    for _ in 0..60 {
        let (a, b) = (to - share * (to - from), from + share * (to - from));
        if value(a) >= value(b) { to = b } else { from = a }
    }
    let k = f64::midpoint(from, to);
    (centre + scale * k, value(k).max(value(middle)))
}
