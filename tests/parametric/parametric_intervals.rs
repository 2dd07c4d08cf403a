//! Interval-censored regression beside icenReg: proportional hazards and odds over five baselines, as distributions of one's own.

use crate::common::{Report, cases, number, numbers};
use greenwood::survival::regression::parametric::{Distribution, Link, Parameter, Real, Summary};
use greenwood::survival::regression::{Family, Observations};
use greenwood::survival::{Design, Parametric};

/// `S₀^(e^η)`, or survival odds times `e^η`, with a covariate's η beside the parameters of a baseline.
#[derive(Debug, Clone)]
struct Proportional {
    base: Family,
    odds: bool,
}

impl Proportional {
    /// `ln(1 − S₀ + e^η S₀)`.
    fn denominator<T: Real>(log_survival: T, eta: T) -> T {
        let log_failure = log_survival.ln_one_minus_exp();
        log_failure + (log_survival + eta - log_failure).softplus()
    }
}

impl Distribution for Proportional {
    fn parameters(&self) -> Vec<Parameter> {
        let mut all = vec![Parameter::new("predictor", Link::Identity).without_intercept()];
        all.extend(self.base.parameters());
        all
    }
    fn is_accelerated(&self) -> bool {
        false
    }
    fn log_survival<T: Real>(&self, t: f64, p: &[T]) -> T {
        let base = self.base.log_survival(t, &p[1..]);
        if self.odds { p[0] + base - Self::denominator(base, p[0]) } else { base * p[0].exp() }
    }
    fn log_density<T: Real>(&self, t: f64, p: &[T]) -> T {
        let (base, density) = (self.base.log_survival(t, &p[1..]), self.base.log_density(t, &p[1..]));
        if self.odds {
            return p[0] + density - Self::denominator(base, p[0]).scale(2.0);
        }
        p[0] + density - base + base * p[0].exp()
    }
    fn starts(&self, data: &Summary) -> Vec<Vec<f64>> {
        let start = self.base.starts(data).swap_remove(0);
        vec![[vec![0.0], start].concat()]
    }
}

/// icenReg 2.0.16: `ic_par(cbind(L, R) ~ x, model = "ph" or "po", dist)`. Its coefficients are right to 2e-6, as the file states; x is
/// centred.
#[test]
fn proportional_hazards_and_odds_are_those_of_icenreg() {
    let mut report = Report::default();
    for case in cases("interval").into_iter().filter(|c| c.kind == "interval_parametric") {
        // Ours for its parameters: place and sign.
        let (base, signs): (Family, &[f64]) = match case.text("dist").unwrap() {
            "weibull" => (Family::Weibull, &[-1.0, 1.0]),
            "lnorm" => (Family::LogNormal, &[1.0, 1.0]),
            "loglogistic" => (Family::LogLogistic, &[1.0, -1.0]),
            "exponential" => (Family::Exponential, &[1.0]),
            _ => (Family::Gamma, &[1.0, -1.0]),
        };
        // Its tails are integrals: the smallest data are enough.
        if base == Family::Gamma && !case.name.ends_with("fine60") {
            continue;
        }
        report.cases += 1;
        let swapped = base == Family::Weibull;
        let column = |name: &str| numbers(&case.inputs["inline"][name]);
        let upper: Vec<f64> =
            column("R").into_iter().map(|r| if r.is_nan() { f64::INFINITY } else { r }).collect();
        let data = Observations::interval(&column("L"), &upper).unwrap();
        let x = column("x");
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let centred: Vec<f64> = x.iter().map(|x| x - mean).collect();
        let design = Design::builder().numeric("x", &centred).build().unwrap();
        let family = Proportional { base, odds: case.text("model") == Some("po") };
        let fit = Parametric::of(family).fit(data, &design).unwrap();
        if !fit.stop().is_success() {
            report.fail(&format!("{}: {}", case.name, fit.diagnosis()));
        }
        let loglik = number(&case.output["loglik"]);
        report.close(&format!("{} loglik", case.name), fit.log_likelihood(), loglik, 1e-9);
        let of = |name: &str| fit.coefficients()[fit.names().iter().position(|n| *n == name).unwrap()];
        let names: Vec<&str> = fit.names().into_iter().filter(|n| *n != "x").collect();
        let expected = numbers(&case.output["coef"]);
        let place = |name: &str| fit.names().iter().position(|n| *n == name).unwrap();
        let mut order: Vec<(usize, f64)> = Vec::new();
        for (k, sign) in signs.iter().enumerate() {
            let own = if swapped { names[1 - k] } else { names[k] };
            order.push((place(own), *sign));
            // Of coefficients of size 1: one of −0.098 differs by 2.03e-7.
            let off = of(own) * sign - expected[k];
            report.close(&format!("{} {own}", case.name), 1.0 + off, 1.0, 2e-6);
        }
        report.close(&format!("{} x", case.name), of("x"), expected[signs.len()], 2e-6);
        order.push((place("x"), 1.0));
        for (a, row) in case.output["vcov"].as_array().unwrap().iter().enumerate() {
            for (b, expected) in numbers(row).into_iter().enumerate() {
                let ((i, by), (j, with)) = (order[a], order[b]);
                let size = (fit.variance()[(i, i)] * fit.variance()[(j, j)]).sqrt();
                let got = by * with * fit.variance()[(i, j)] / size;
                // icenReg differentiates numerically: off by 1.7e-4 at most (measured), where its coefficients are right to 2e-6.
                report.close(&format!("{} vcov[{a},{b}]", case.name), got + 2.0, expected / size + 2.0, 2e-4);
            }
        }
    }
    report.finish("icenReg");
}
