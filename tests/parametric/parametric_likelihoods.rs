//! Log likelihoods at given parameters beside 40 to 60 digits: every kind of row in every family that R's `survreg` does not have.

use greenwood::survival::regression::parametric::{Knots, SplineScale};
use greenwood::survival::regression::{Family, Observations};
use greenwood::survival::{Design, Parametric};

/// An event at 2, one after 3.5, before 1.5, between 1 and 4; an event at 5 of a row that entered at 1, and none by 7 of one
/// that entered at 2.
fn rows() -> Observations {
    let infinite = f64::INFINITY;
    let data =
        Observations::interval(&[2.0, 3.5, 0.0, 1.0, 5.0, 7.0], &[2.0, infinite, 1.5, 4.0, 5.0, infinite]);
    data.unwrap().with_entry(&[0.0, 0.0, 0.0, 0.0, 1.0, 2.0]).unwrap()
}

/// A family, its parameters, and the log likelihood of [`rows`].
type Case = (Family, Vec<(&'static str, f64)>, f64);

fn log_likelihood(family: &Family, fixed: &[(&str, f64)]) -> f64 {
    let model = fixed.iter().fold(Parametric::new(family.clone()), |model, (name, x)| model.fixed(name, *x));
    model.fit(rows(), &Design::without_covariates(6)).unwrap().log_likelihood()
}

/// mpmath 1.3: survival functions by `betainc` and `gammainc` (regularised) or as they are defined, densities as their derivatives
/// (that of the generalised F in closed form); parameters as flexsurv has them.
#[test]
fn every_kind_of_row_has_the_likelihood_of_its_definition() {
    let spline = |scale| Family::Spline { scale, knots: Knots::At(vec![0.0, 0.5, 1.1, 1.8]) };
    let gammas = [("gamma0", -2.1), ("gamma1", 1.4), ("gamma2", 0.15), ("gamma3", -0.1)];
    let of_normal = [("gamma0", -1.3), ("gamma1", 0.9), ("gamma2", 0.1), ("gamma3", -0.05)];
    let f = |q, p| vec![("mu", 1.2), ("sigma", 0.6), ("Q", q), ("P", p)];
    let wide = vec![("mu", 1.2), ("sigma", 0.9), ("Q", -1.5), ("P", 3.0)];
    let gamma = |q| vec![("mu", 1.2), ("sigma", 0.6), ("Q", q)];
    let mixture = |base| Family::MixtureCure(Box::new(base));
    let non_mixture = |base| Family::NonMixtureCure(Box::new(base));
    let cured = |share, others: &[(&'static str, f64)]| [&[("theta", share)], others].concat();
    let cases: Vec<Case> = vec![
        (Family::GeneralizedF, f(0.7, 0.4), -9.2681925741235764287),
        (Family::GeneralizedF, wide, -9.1730702666167696485),
        (Family::GeneralizedF, f(0.0, 1e-3), -9.3548475256411784789),
        // Near the log-normal distribution both shapes are 1e6.
        (Family::GeneralizedF, f(0.01, 1e-6), -9.3534952861103336631),
        (Family::GeneralizedGamma, gamma(-0.8), -9.9460023516375508845),
        (Family::GeneralizedGamma, gamma(2.5), -12.90145028702715003),
        (spline(SplineScale::Hazard), gammas.to_vec(), -8.5735934831161820458),
        (spline(SplineScale::Odds), gammas.to_vec(), -8.7567036422628987383),
        (spline(SplineScale::Normal), of_normal.to_vec(), -8.6877261260593721349),
        (
            Family::piecewise_exponential(&[2.0, 4.0]),
            vec![("rate1", 0.1), ("rate2", 0.3), ("rate3", 0.25)],
            -9.5964031175267001696,
        ),
        (mixture(Family::Weibull), cured(0.3, &[("shape", 1.4), ("scale", 3.0)]), -8.515802511910184234),
        (mixture(Family::GeneralizedF), cured(0.2, &f(0.7, 0.4)), -8.563309839502060887),
        (mixture(Family::Gompertz), cured(0.25, &[("shape", 0.1), ("rate", 0.15)]), -9.0220537144334662928),
        (
            non_mixture(Family::LogNormal),
            cured(0.35, &[("meanlog", 1.1), ("sdlog", 0.8)]),
            -8.720246324073775102,
        ),
        (
            non_mixture(Family::Gompertz),
            cured(0.35, &[("shape", 0.2), ("rate", 0.1)]),
            -9.0929709605545289159,
        ),
    ];
    for (family, fixed, expected) in cases {
        let found = log_likelihood(&family, &fixed);
        assert!((found / expected - 1.0).abs() < 1e-12, "{family} {fixed:?}: {found:?} {expected:?}");
    }
}
