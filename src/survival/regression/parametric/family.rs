//! The families: each log density and log survival function, written once.

use std::fmt;

use crate::survival::regression::parametric::jet::Jet;

/// The distribution of a parametric model.
///
/// With `η = x'β` (and an offset), `w = (y − η)/σ`:
///
/// | family | y | survival function |
/// |---|---|---|
/// | `Exponential` | ln t | `exp(−e^w)`, σ = 1 |
/// | `Weibull` | ln t | `exp(−e^w)` |
/// | `LogNormal` | ln t | `1 − Φ(w)` |
/// | `LogLogistic` | ln t | `1/(1 + e^w)` |
/// | `Gaussian` | t | `1 − Φ(w)` |
/// | `Logistic` | t | `1/(1 + e^w)` |
/// | `ExtremeValue` | t | `exp(−e^w)` |
/// | `WeibullPh` | | `exp(−e^η t^a)`; the working parameter is ln a |
/// | `Gompertz` | | hazard `e^η e^{bt}`; with b < 0 some never have the event |
///
/// References: Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, chapter 2 and 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// Constant hazard.
    Exponential,
    /// Weibull, accelerated failure time.
    Weibull,
    /// The logarithm of time is normal.
    LogNormal,
    /// The logarithm of time is logistic.
    LogLogistic,
    /// Time itself is normal (Tobit).
    Gaussian,
    /// Time itself is logistic.
    Logistic,
    /// Time itself has the distribution of a smallest value.
    ExtremeValue,
    /// Weibull, proportional hazards.
    WeibullPh,
    /// Gompertz: the log hazard is a straight line.
    Gompertz,
}

/// The standard distributions of w.
enum Standard {
    Smallest,
    Normal,
    Logistic,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 9] = [
        Self::Exponential,
        Self::Weibull,
        Self::LogNormal,
        Self::LogLogistic,
        Self::Gaussian,
        Self::Logistic,
        Self::ExtremeValue,
        Self::WeibullPh,
        Self::Gompertz,
    ];

    fn standard(self) -> Option<Standard> {
        match self {
            Self::Exponential | Self::Weibull | Self::ExtremeValue => Some(Standard::Smallest),
            Self::LogNormal | Self::Gaussian => Some(Standard::Normal),
            Self::LogLogistic | Self::Logistic => Some(Standard::Logistic),
            Self::WeibullPh | Self::Gompertz => None,
        }
    }

    /// Is it a location-scale model of the time or its logarithm?
    #[must_use]
    pub fn is_location_scale(self) -> bool {
        self.standard().is_some()
    }

    /// Is it a distribution of positive times?
    #[must_use]
    pub fn is_positive(self) -> bool {
        !matches!(self, Self::Gaussian | Self::Logistic | Self::ExtremeValue)
    }

    /// The name of the parameter beside the linear predictor.
    pub(super) fn ancillary(self) -> &'static str {
        match self {
            Self::WeibullPh => "log(shape)",
            Self::Gompertz => "shape",
            _ => "log(scale)",
        }
    }

    /// The time on the scale of the model.
    pub(super) fn y(self, t: f64) -> f64 {
        if self.is_positive() { t.ln() } else { t }
    }

    /// The log survival function at t, which lies inside the support.
    pub(super) fn log_survival(self, t: f64, eta: Jet, other: Jet) -> Jet {
        match self.standard() {
            Some(standard) => {
                let w = (Jet::constant(self.y(t)) - eta) * (-other).exp();
                match standard {
                    Standard::Smallest => -w.exp(),
                    Standard::Logistic => -w.softplus(),
                    Standard::Normal => w.map(log_normal_survival(w.value)),
                }
            }
            None if self == Self::WeibullPh => -(eta + other.exp().scale(t.ln())).exp(),
            None => -(eta.exp() * relative_exp(other.scale(t)).scale(t)),
        }
    }

    /// The log density at t.
    pub(super) fn log_density(self, t: f64, eta: Jet, other: Jet) -> Jet {
        match self.standard() {
            Some(standard) => {
                let y = self.y(t);
                let w = (Jet::constant(y) - eta) * (-other).exp();
                let jacobian = Jet::constant(if self.is_positive() { y } else { 0.0 });
                let log = match standard {
                    Standard::Smallest => w - w.exp(),
                    Standard::Logistic => w - w.softplus().scale(2.0),
                    Standard::Normal => {
                        let x = w.value;
                        w.map([-0.5 * x * x - LOG_ROOT_TAU, -x, -1.0])
                    }
                };
                log - other - jacobian
            }
            None if self == Self::WeibullPh => {
                let shape = other.exp();
                let log_hazard = eta + other + (shape - Jet::constant(1.0)).scale(t.ln());
                log_hazard + self.log_survival(t, eta, other)
            }
            None => eta + other.scale(t) + self.log_survival(t, eta, other),
        }
    }
}

/// `ln √(2π)`
const LOG_ROOT_TAU: f64 = 0.918938533204672741780329736406;
/// From here on the continued expansion of the normal tail is right to the last digit.
const FAR: f64 = 25.0;

/// `ln(1 − Φ(w))` and its first two derivatives, by logarithms in the far tail (Abramowitz & Stegun 26.2.12).
fn log_normal_survival(w: f64) -> [f64; 3] {
    let log_density = -0.5 * w * w - LOG_ROOT_TAU;
    let value = if w > FAR {
        let r = 1.0 / (w * w);
        log_density - w.ln() + (-r * (1.0 - r * (3.0 - r * (15.0 - r * (105.0 - r * 945.0))))).ln_1p()
    } else if w > 0.0 {
        (0.5 * libm::erfc(w * std::f64::consts::FRAC_1_SQRT_2)).ln()
    } else {
        (-0.5 * libm::erfc(-w * std::f64::consts::FRAC_1_SQRT_2)).ln_1p()
    };
    let hazard = (log_density - value).exp();
    let excess = if w > FAR { 1.0 / w - 2.0 / w.powi(3) + 10.0 / w.powi(5) } else { hazard - w };
    [value, -hazard, -hazard * excess]
}

/// `(e^x − 1)/x`.
fn relative_exp(x: Jet) -> Jet {
    let v = x.value;
    if v.abs() < 0.02 {
        // Σ xᵏ/(k+1)!
        let f = 1.0 + v / 2.0 * (1.0 + v / 3.0 * (1.0 + v / 4.0 * (1.0 + v / 5.0 * (1.0 + v / 6.0))));
        let first = 0.5 + v / 3.0 + v * v / 8.0 + v.powi(3) / 30.0 + v.powi(4) / 144.0 + v.powi(5) / 840.0;
        let second =
            1.0 / 3.0 + v / 4.0 + v * v / 10.0 + v.powi(3) / 36.0 + v.powi(4) / 168.0 + v.powi(5) / 960.0;
        return x.map([f, first, second]);
    }
    let f = v.exp_m1() / v;
    let first = (v.exp() - f) / v;
    x.map([f, first, (v.exp() - 2.0 * first) / v])
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Exponential => "exponential",
            Self::Weibull => "weibull",
            Self::LogNormal => "log-normal",
            Self::LogLogistic => "log-logistic",
            Self::Gaussian => "gaussian",
            Self::Logistic => "logistic",
            Self::ExtremeValue => "extreme-value",
            Self::WeibullPh => "weibull-ph",
            Self::Gompertz => "gompertz",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R 4.2.2: `pnorm(w, lower.tail = FALSE, log.p = TRUE)`.
    #[test]
    fn the_log_of_the_normal_tail_never_underflows() {
        for (w, log) in [(-5.0, -2.866516129637633e-07), (1.0, -1.841021645009264), (40.0, -804.608442013754)] {
            let got = log_normal_survival(w)[0];
            assert!((got / log - 1.0).abs() < 1e-13, "{w}: {got}");
        }
    }

    #[test]
    fn derivatives_are_those_of_differences() {
        for family in Family::ALL {
            for (eta, other) in [(0.3, -0.2), (-0.5, 0.001)] {
                for t in [0.4, 1.7] {
                    type Function = fn(Family, f64, Jet, Jet) -> Jet;
                    for f in [Family::log_survival as Function, Family::log_density] {
                        let at = |a: f64, b: f64| f(family, t, Jet::variable(a, 0), Jet::variable(b, 1));
                        let (jet, h) = (at(eta, other), 1e-5);
                        let steps =
                            [(at(eta + h, other), at(eta - h, other)), (at(eta, other + h), at(eta, other - h))];
                        for (k, (up, down)) in steps.into_iter().enumerate() {
                            let first = (up.value - down.value) / (2.0 * h);
                            assert!((jet.gradient[k] - first).abs() < 1e-8, "{family} {t} {k}");
                            for l in 0..2 {
                                let second = (up.gradient[l] - down.gradient[l]) / (2.0 * h);
                                assert!((jet.hessian[k][l] - second).abs() < 1e-7, "{family} {t} {k} {l}");
                            }
                        }
                    }
                }
            }
        }
    }
}
