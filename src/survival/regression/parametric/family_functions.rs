//! The functions of the families: each log density and log survival function, written once.

use crate::error::Error;
use crate::survival::regression::parametric::distribution::{Distribution, Link, Parameter, Summary, middle};
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::generalized_f::{f_delta, log_f_density, log_f_survival};
use crate::survival::regression::parametric::jet::Real;
use crate::survival::regression::parametric::one_row::log_between;
use crate::survival::regression::parametric::spline::{self, Knots};
use crate::survival::regression::parametric::standard::{SplineScale, Standard};
use crate::survival::regression::parametric::tails::{
    self, LOG_ROOT_TAU, log_gamma_density, log_gamma_survival, relative_exp,
};

/// `1/(1 + e^−e)` and its complement, by logarithms.
fn log_shares<T: Real>(logit: T) -> (T, T) {
    (-(-logit).softplus(), -logit.softplus())
}

impl Distribution for Family {
    fn parameters(&self) -> Vec<Parameter> {
        let log = |name: &str| Parameter::new(name, Link::Log);
        let as_is = |name: &str| Parameter::new(name, Link::Identity);
        match self {
            Self::Exponential => vec![as_is("(Intercept)")],
            family if family.is_location_scale() => vec![as_is("(Intercept)"), log("scale")],
            Self::WeibullPh => vec![log("shape"), log("scale")],
            Self::Gompertz => vec![as_is("shape"), log("rate")],
            Self::Gamma => vec![log("shape"), log("rate")],
            Self::GeneralizedGamma => vec![as_is("mu"), log("sigma"), as_is("Q")],
            Self::GeneralizedF => vec![as_is("mu"), log("sigma"), as_is("Q"), log("P")],
            Self::Spline { knots, .. } => {
                (0..knots.parameters()).map(|k| as_is(&format!("gamma{k}"))).collect()
            }
            Self::PiecewiseExponential { cuts } => {
                let mut all = vec![as_is("predictor").without_intercept()];
                all.extend((0..=cuts.len()).map(|k| log(&format!("rate{}", k + 1))));
                all
            }
            Self::MixtureCure(base) | Self::NonMixtureCure(base) => {
                let mut all = vec![Parameter::new("theta", Link::Logit)];
                all.extend(base.as_base().unwrap_or_default());
                all
            }
            _ => Vec::new(),
        }
    }

    fn location(&self) -> usize {
        usize::from(matches!(self, Self::WeibullPh | Self::Gompertz | Self::Gamma))
    }

    fn is_positive(&self) -> bool {
        !matches!(self, Self::Gaussian | Self::Logistic | Self::ExtremeValue)
    }

    fn standard_form(&self) -> Option<Standard> {
        self.standard()
    }

    fn in_unit(&self, unit: f64) -> Option<Vec<(f64, f64)>> {
        match self {
            Self::Gaussian | Self::Logistic | Self::ExtremeValue => Some(vec![(unit, 0.0), (1.0, unit.ln())]),
            Self::Gompertz => Some(vec![(1.0 / unit, 0.0), (1.0, -unit.ln())]),
            Self::MixtureCure(base) | Self::NonMixtureCure(base) if **base == Self::Gompertz => {
                let mut all = vec![(1.0, 0.0)];
                all.extend(base.in_unit(unit)?);
                Some(all)
            }
            _ => None,
        }
    }

    fn is_unbounded_shape(&self, parameter: usize) -> bool {
        self.parameters().get(parameter).is_some_and(|p| p.name == "Q")
    }

    fn is_accelerated(&self) -> bool {
        !matches!(
            self,
            Self::Exponential
                | Self::WeibullPh
                | Self::Gompertz
                | Self::PiecewiseExponential { .. }
                | Self::Spline { scale: SplineScale::Hazard, .. }
        )
    }

    fn resolved(&self, log_event_times: &dyn Fn() -> Vec<(f64, f64)>) -> Result<Self, Error> {
        match self {
            Self::Spline { scale, knots } => {
                let placed = knots.placed(&log_event_times()).ok_or(Error::Unsupported {
                    method: "a spline of log time",
                    with: "these knots",
                    why: "knots must increase and be finite, and by rule they need as many distinct event times: give \
                          fewer of them, or other places",
                })?;
                Ok(Self::Spline { scale: *scale, knots: Knots::At(placed) })
            }
            Self::PiecewiseExponential { cuts } => {
                let ordered = cuts.windows(2).all(|pair| pair[0] < pair[1]);
                if ordered && cuts.iter().all(|c| *c > 0.0 && c.is_finite()) {
                    return Ok(self.clone());
                }
                let value = cuts.iter().copied().find(|c| !(*c > 0.0 && c.is_finite())).unwrap_or(cuts[0]);
                let must_be = "above 0, finite and in increasing order";
                Err(Error::OutOfRange { argument: "cuts", value, must_be })
            }
            Self::MixtureCure(base) | Self::NonMixtureCure(base) if base.as_base().is_none() => {
                Err(Error::Unsupported {
                    method: "a cure model",
                    with: "this family as its base",
                    why: "the base needs positive times and no knots or cuts: take weibull, log-normal or another \
                          standard family",
                })
            }
            _ => Ok(self.clone()),
        }
    }

    fn log_survival<T: Real>(&self, t: f64, p: &[T]) -> T {
        match self {
            Self::WeibullPh => -(p[1] + p[0].exp().scale(t.ln())).exp(),
            Self::Gompertz => {
                let z = p[0].scale(t);
                -(p[1].exp() * z.map(relative_exp(z.value())).scale(t))
            }
            Self::Gamma => {
                let (w, q) = gamma_as_generalized(t, p);
                T::compose([w, q], &log_gamma_survival(w.value(), q.value()))
            }
            Self::GeneralizedGamma => {
                let w = (-p[0]).shift(t.ln()) * (-p[1]).exp();
                T::compose([w, p[2]], &log_gamma_survival(w.value(), p[2].value()))
            }
            Self::GeneralizedF => {
                let (q, log_p) = (p[2].value(), p[3].value());
                let delta = T::compose([p[2], p[3]], &f_delta(q, log_p));
                let w = (-p[0]).shift(t.ln()) * (-p[1]).exp() * delta;
                T::compose([w, p[2], p[3]], &log_f_survival(w.value(), q, log_p))
            }
            Self::Spline { scale, knots } => scale.log_survival(knots.value(t, p)),
            Self::PiecewiseExponential { cuts } => piecewise_log_survival([0.0, t], cuts, p),
            Self::MixtureCure(base) => {
                let (log_cured, log_other) = log_shares(p[0]);
                let inner = base.log_survival(t, &base.base_parameters(&p[1..]));
                // ln(θ + (1 − θ) S₀)
                log_cured + (log_other + inner - log_cured).softplus()
            }
            Self::NonMixtureCure(base) => {
                let (log_cured, _) = log_shares(p[0]);
                let inner = base.log_survival(t, &base.base_parameters(&p[1..]));
                -(log_cured * inner.exp_m1())
            }
            _ => {
                let (w, _) = self.standardised(t, p);
                self.standard().unwrap_or(Standard::Smallest).log_survival(w)
            }
        }
    }

    fn log_density<T: Real>(&self, t: f64, p: &[T]) -> T {
        match self {
            Self::WeibullPh => {
                let shape = p[0].exp();
                p[1] + p[0] + shape.shift(-1.0).scale(t.ln()) + self.log_survival(t, p)
            }
            Self::Gompertz => p[1] + p[0].scale(t) + self.log_survival(t, p),
            Self::Gamma => {
                // −ln √(2π) − r(a) + ½ ln a − a (e^z − 1 − z) − ln t, z = ln(rate t/a)
                let a = p[0].exp();
                let z = (p[1] - p[0]).shift(t.ln());
                let x = z.value();
                let excess =
                    if x.abs() < 1.0 { x * x * tails::relative_excess_value(x) } else { x.exp_m1() - x };
                let excess = z.map([excess, x.exp_m1(), x.exp()]);
                let remainder = a.map(tails::stirling(a.value()));
                p[0].scale(0.5) - remainder - a * excess - T::constant(LOG_ROOT_TAU + t.ln())
            }
            Self::GeneralizedGamma => {
                let w = (-p[0]).shift(t.ln()) * (-p[1]).exp();
                let inner = T::compose([w, p[2]], &log_gamma_density(w.value(), p[2].value()));
                (inner - p[1]).shift(-t.ln())
            }
            Self::GeneralizedF => {
                let (q, log_p) = (p[2].value(), p[3].value());
                let delta = T::compose([p[2], p[3]], &f_delta(q, log_p));
                let w = (-p[0]).shift(t.ln()) * (-p[1]).exp() * delta;
                let inner = T::compose([w, p[2], p[3]], &log_f_density(w.value(), q, log_p));
                (inner - p[1] + delta.ln()).shift(-t.ln())
            }
            Self::Spline { scale, knots } => {
                // f = −dS/ds · s'(x)/t
                let (s, slope) = (knots.value(t, p), knots.slope(t, p));
                if slope.value() <= 0.0 {
                    return T::constant(f64::NEG_INFINITY);
                }
                (scale.log_minus_slope(s) + slope.ln()).shift(-t.ln())
            }
            Self::PiecewiseExponential { cuts } => {
                p[0] + p[piece(cuts, t) + 1] + piecewise_log_survival([0.0, t], cuts, p)
            }
            Self::MixtureCure(base) => {
                log_shares(p[0]).1 + base.log_density(t, &base.base_parameters(&p[1..]))
            }
            Self::NonMixtureCure(base) => {
                let limit = (-p[0]).softplus();
                let inner = base.base_parameters(&p[1..]);
                limit.ln() + base.log_density(t, &inner) + self.log_survival(t, p)
            }
            _ => {
                let (w, log_scale) = self.standardised(t, p);
                let jacobian = if self.is_positive() { t.ln() } else { 0.0 };
                (self.standard().unwrap_or(Standard::Smallest).log_density(w) - log_scale).shift(-jacobian)
            }
        }
    }

    /// Without what cancels: of a cure model the survival function has the cured beside it, and a cumulative hazard of a straight
    /// line is that of its part.
    fn log_narrow<T: Real>(&self, limits: [f64; 2], lost: bool, p: &[T]) -> Option<T> {
        let [lower, upper] = limits;
        let before = || if lower > 0.0 { self.log_survival(lower, p) } else { T::constant(0.0) };
        let within = |base: &Self| log_between(base, limits, &base.base_parameters(&p[1..]));
        match self {
            Self::MixtureCure(base) => Some(log_shares(p[0]).1 + within(base)),
            Self::NonMixtureCure(base) => {
                let log_hazard = (-p[0]).softplus().ln() + within(base);
                // Of a hazard that has underflowed the probability is the hazard.
                let log = if log_hazard.value() < -40.0 {
                    log_hazard
                } else {
                    (-log_hazard.exp()).ln_one_minus_exp()
                };
                Some(before() + log)
            }
            Self::Gompertz if lost => {
                let z = p[0].scale(upper - lower);
                let hazard = (p[1] + p[0].scale(lower)).exp() * z.map(relative_exp(z.value()));
                Some(before() + (-hazard.scale(upper - lower)).ln_one_minus_exp())
            }
            Self::PiecewiseExponential { cuts } if lost => {
                Some(before() + piecewise_log_survival(limits, cuts, p).ln_one_minus_exp())
            }
            _ => lost.then(|| middle(self, limits, p)),
        }
    }

    fn conditioned(&self) -> Option<(Self, Vec<f64>)> {
        let Self::Spline { scale, knots } = self else { return None };
        let (knots, turn) = knots.conditioned()?;
        Some((Self::Spline { scale: *scale, knots }, turn))
    }

    fn log_conditional<T: Real>(&self, from: f64, to: f64, p: &[T]) -> Option<T> {
        // −H(from) (e^z − 1), z the difference of the logarithms of the cumulative hazards.
        let of_power = |log_hazard: T, z: T| {
            let difference = if z.value() < 1.0 {
                log_hazard.exp() * z.exp_m1()
            } else {
                (log_hazard + z).exp() - log_hazard.exp()
            };
            -difference
        };
        match self {
            Self::WeibullPh => {
                let shape = p[0].exp();
                let apart = shape.scale(((to - from) / from).ln_1p());
                Some(of_power(p[1] + shape.scale(from.ln()), apart))
            }
            Self::Gompertz => {
                let z = p[0].scale(to - from);
                let width = z.map(relative_exp(z.value())).scale(to - from);
                Some(-((p[1] + p[0].scale(from)).exp() * width))
            }
            Self::PiecewiseExponential { cuts } => Some(piecewise_log_survival([from, to], cuts, p)),
            _ if self.standard() == Some(Standard::Smallest) => {
                let apart = if self.is_positive() { ((to - from) / from).ln_1p() } else { to - from };
                let (w, log_scale) = self.standardised(from, p);
                Some(of_power(w, (-log_scale).exp().scale(apart)))
            }
            _ => None,
        }
    }

    /// Without the survival function where it cancels, so that it holds however far S has underflowed.
    fn log_hazard<T: Real>(&self, t: f64, p: &[T]) -> T {
        match self {
            Self::WeibullPh => p[1] + p[0] + p[0].exp().shift(-1.0).scale(t.ln()),
            Self::Gompertz => p[1] + p[0].scale(t),
            Self::PiecewiseExponential { cuts } => p[0] + p[1 + piece(cuts, t)],
            Self::Spline { scale: SplineScale::Hazard, knots } => {
                let slope = knots.slope(t, p);
                if slope.value() <= 0.0 {
                    return T::constant(f64::NEG_INFINITY);
                }
                (knots.value(t, p) + slope.ln()).shift(-t.ln())
            }
            Self::NonMixtureCure(base) => {
                (-p[0]).softplus().ln() + base.log_density(t, &base.base_parameters(&p[1..]))
            }
            _ => match self.standard() {
                Some(standard @ (Standard::Smallest | Standard::Logistic)) => {
                    let (w, log_scale) = self.standardised(t, p);
                    let jacobian = if self.is_positive() { t.ln() } else { 0.0 };
                    let excess = if standard == Standard::Smallest { w } else { w - w.softplus() };
                    (excess - log_scale).shift(-jacobian)
                }
                _ => self.log_density(t, p) - self.log_survival(t, p),
            },
        }
    }

    fn starts(&self, data: &Summary) -> Vec<Vec<f64>> {
        let (mean, spread) = (data.mean, data.deviation.ln());
        let log_rate = data.rate.ln();
        match self {
            Self::Exponential => vec![vec![-log_rate]],
            Self::WeibullPh => {
                let shape = -spread;
                vec![vec![0.0, log_rate], vec![shape, -shape.exp() * mean]]
            }
            Self::Gompertz => vec![vec![0.0, log_rate]],
            Self::Gamma => vec![vec![0.0, log_rate], vec![-2.0 * spread, -2.0 * spread - mean]],
            Self::GeneralizedGamma => vec![vec![mean, spread, 0.0], vec![mean, spread, 1.0]],
            Self::GeneralizedF => vec![vec![mean, spread, 0.0, 0.0], vec![mean, spread, 0.5, -3.0]],
            Self::Spline { scale, knots } => spline::starts(*scale, knots, data),
            Self::PiecewiseExponential { cuts } => {
                let mut start = vec![log_rate; cuts.len() + 2];
                start[0] = 0.0;
                vec![start]
            }
            Self::MixtureCure(base) | Self::NonMixtureCure(base) => {
                let share = data.censored.clamp(0.02, 0.9);
                let mut all = Vec::new();
                for cured in [0.5 * share, 0.9 * share, 0.02] {
                    for start in base.starts(data) {
                        let mut one = vec![Link::Logit.working(cured)];
                        one.extend(base.reported_parameters(&start));
                        all.push(one);
                    }
                }
                all
            }
            _ => vec![vec![mean, spread], vec![mean, spread + 1.5], vec![mean, spread + 4.0]],
        }
    }
}

impl Family {
    /// `w = (y − η)/σ` of a location-scale family, and ln σ.
    fn standardised<T: Real>(&self, t: f64, p: &[T]) -> (T, T) {
        let y = if self.is_positive() { t.ln() } else { t };
        match p.get(1) {
            Some(&log_scale) => ((-p[0]).shift(y) * (-log_scale).exp(), log_scale),
            None => ((-p[0]).shift(y), T::constant(0.0)),
        }
    }
}

/// The gamma distribution as a generalised one: `w = √a (ln(rate t) − ln a)`, `Q = 1/√a`.
fn gamma_as_generalized<T: Real>(t: f64, p: &[T]) -> (T, T) {
    let q = p[0].scale(-0.5).exp();
    ((p[1] - p[0]).shift(t.ln()) * q.recip(), q)
}

/// Minus the cumulative hazard between two times.
fn piecewise_log_survival<T: Real>([mut from, t]: [f64; 2], cuts: &[f64], p: &[T]) -> T {
    let mut hazard = T::constant(0.0);
    for (k, rate) in p[1..].iter().enumerate() {
        let to = cuts.get(k).copied().unwrap_or(f64::INFINITY).min(t);
        if to > from {
            hazard = hazard + (p[0] + *rate).exp().scale(to - from);
        }
        if to >= t {
            break;
        }
        from = from.max(to);
    }
    -hazard
}

/// The piece with the hazard of an event at `t`: a piece ends with its cut, and a time that is a cut but for rounding (0.1 + 0.2
/// for a cut at 0.3) is at the cut.
fn piece(cuts: &[f64], t: f64) -> usize {
    const ROUNDING: f64 = 1.4901161193847656e-8; // √ε, as for near ties
    cuts.iter().take_while(|&&c| t - c > ROUNDING * c.max(1.0)).count()
}
