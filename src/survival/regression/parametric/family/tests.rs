//! The families: derivatives, densities, hazards, names.

use super::*;
use crate::survival::regression::parametric::jet::Jet;

fn families() -> Vec<(Family, Vec<f64>)> {
    let knots = Knots::At(vec![-1.0, 0.2, 0.9, 1.5]);
    let spline = |scale| Family::Spline { scale, knots: knots.clone() };
    let mut all = vec![
        (Family::Exponential, vec![0.3]),
        (Family::Weibull, vec![0.3, -0.2]),
        (Family::LogNormal, vec![0.3, -0.2]),
        (Family::LogLogistic, vec![-0.5, 0.001]),
        (Family::Gaussian, vec![0.3, -0.2]),
        (Family::Logistic, vec![0.3, -0.2]),
        (Family::ExtremeValue, vec![0.3, -0.2]),
        (Family::WeibullPh, vec![0.2, -0.7]),
        (Family::Gompertz, vec![0.4, -0.7]),
        (Family::Gompertz, vec![-0.001, -0.7]),
        (Family::Gamma, vec![0.7, -0.3]),
        (Family::Gamma, vec![-1.7, -0.3]),
        (Family::GeneralizedGamma, vec![0.3, -0.2, 0.6]),
        (Family::GeneralizedGamma, vec![0.3, -0.2, -1.4]),
        (Family::GeneralizedGamma, vec![0.3, -0.2, 0.0]),
        (Family::GeneralizedF, vec![0.3, -0.2, 0.6, -0.5]),
        (Family::GeneralizedF, vec![0.3, -0.2, -0.6, 0.5]),
        (spline(SplineScale::Hazard), vec![-0.6, 1.3, 0.1, -0.1]),
        (spline(SplineScale::Odds), vec![-0.6, 1.3, 0.1, -0.1]),
        (spline(SplineScale::Normal), vec![-0.6, 1.3, 0.1, -0.1]),
        (Family::piecewise_exponential(&[0.5, 1.0]), vec![0.2, -0.6, 0.3, 0.1]),
    ];
    for (base, start) in [
        (Family::Weibull, vec![-0.3, 0.4, 0.2]),
        (Family::LogNormal, vec![-0.3, 0.4, 0.2]),
        (Family::Gompertz, vec![-0.3, 0.4, 0.2]),
        (Family::GeneralizedGamma, vec![1.3, 0.4, 0.2, 0.7]),
    ] {
        all.push((Family::MixtureCure(Box::new(base.clone())), start.clone()));
        all.push((Family::NonMixtureCure(Box::new(base)), start));
    }
    all
}

#[test]
fn derivatives_are_those_of_differences() {
    for (family, at) in families() {
        let n = at.len();
        assert_eq!(family.parameters().len(), n, "{family}");
        for t in [0.4, 1.7, 3.0] {
            for which in 0..2 {
                let f = |at: &[f64]| -> Jet<4> {
                    let jets: Vec<Jet<4>> =
                        at.iter().enumerate().map(|(k, &x)| Jet::variable(x, k)).collect();
                    if which == 0 { family.log_survival(t, &jets) } else { family.log_density(t, &jets) }
                };
                let (jet, h) = (f(&at), 1e-5);
                for k in 0..n {
                    let moved = |by: f64| {
                        let mut there = at.clone();
                        there[k] += by;
                        f(&there)
                    };
                    let (up, down) = (moved(h), moved(-h));
                    let first = (up.value - down.value) / (2.0 * h);
                    assert!(
                        (jet.gradient[k] - first).abs() < 1e-7,
                        "{family} {t} {which} {k}: {} {first}",
                        jet.gradient[k]
                    );
                    for l in 0..n {
                        let second = (up.gradient[l] - down.gradient[l]) / (2.0 * h);
                        let got = jet.hessian[k][l];
                        assert!((got - second).abs() < 1e-6, "{family} {t} {which} {k} {l}: {got} {second}");
                    }
                }
            }
        }
    }
}

/// The density is minus the slope of the survival function.
#[test]
fn densities_belong_to_their_survival_functions() {
    for (family, at) in families() {
        for t in [0.4_f64, 1.7, 3.0] {
            let h = 1e-5;
            let slope =
                (family.log_survival(t + h, &at).exp() - family.log_survival(t - h, &at).exp()) / (2.0 * h);
            let density = family.log_density(t, &at).exp();
            assert!((density + slope).abs() < 1e-8, "{family} {t}: {density} {slope}");
        }
    }
}

/// The hazard is the density by the survival function, and its derivatives are those of the difference.
#[test]
fn hazards_are_densities_by_survival() {
    for (family, at) in families() {
        let jets: Vec<Jet<4>> = at.iter().enumerate().map(|(k, &x)| Jet::variable(x, k)).collect();
        for t in [0.4, 1.7, 3.0] {
            let own = family.log_hazard(t, &jets);
            let other = family.log_density(t, &jets) - family.log_survival(t, &jets);
            assert!((own.value - other.value).abs() < 1e-12, "{family} {t}");
            for k in 0..at.len() {
                assert!((own.gradient[k] - other.gradient[k]).abs() < 1e-9, "{family} {t} {k}");
                assert!((own.hessian[k][k] - other.hessian[k][k]).abs() < 1e-9, "{family} {t} {k}");
            }
        }
    }
}

#[test]
fn names_are_read_back() {
    for (family, _) in families() {
        assert_eq!(family.to_string().parse::<Family>().unwrap().to_string(), family.to_string());
    }
    let error = "weibul".parse::<Family>().unwrap_err().to_string();
    assert!(error.contains("weibul") && error.contains("log-normal"), "{error}");
    assert!("cure-mixture-gaussian".parse::<Family>().is_err());
    assert!("cure-mixture-spline-odds".parse::<Family>().is_err());
}
