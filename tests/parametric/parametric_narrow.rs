//! Intervals that are narrow beside the scale of the distribution, or that come where nearly nobody is left but the cured; and
//! likelihoods without a maximum, in weights of any size.

use approx::assert_relative_eq;
use greenwood::survival::regression::{Family, Observations, ParametricModel, ParametricStop};
use greenwood::survival::{Design, Groups, Parametric, Weights};

const INF: f64 = f64::INFINITY;

fn fit(name: &str, data: &Observations, design: &Design) -> ParametricModel {
    let family: Family = name.parse().unwrap();
    Parametric::new(family).fit(data, design).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// An interval that shrinks to a point has the density there by its width.
#[test]
fn a_narrow_interval_has_the_density_by_its_width() {
    let time = [0.7, 1.6, 2.2, 3.1, 4.9, 6.3];
    let upper = time.map(|t| t * (1.0 + 1e-12));
    let (exact, within) =
        (Observations::interval(&time, &time).unwrap(), Observations::interval(&time, &upper).unwrap());
    let width: f64 = time.iter().zip(upper).map(|(t, u)| (u - t).ln()).sum();
    let none = Design::without_covariates(6);
    for name in [
        "exponential",
        "weibull",
        "log-normal",
        "log-logistic",
        "weibull-ph",
        "gompertz",
        "gamma",
        "gaussian",
        "logistic",
        "extreme-value",
        "spline-hazard(1)",
        "piecewise-exponential(1,3)",
    ] {
        let family = match name {
            "spline-hazard(1)" => Family::spline_hazard(1),
            "piecewise-exponential(1,3)" => Family::piecewise_exponential(&[1.0, 3.0]),
            name => name.parse().unwrap(),
        };
        let [point, narrow] =
            [&exact, &within].map(|data| Parametric::new(family.clone()).fit(data, &none).unwrap());
        assert!(point.stop().is_success() && narrow.stop().is_success(), "{name}: {narrow}");
        assert_relative_eq!(narrow.log_likelihood(), point.log_likelihood() + width, max_relative = 1e-9);
        for (a, b) in narrow.coefficients().iter().zip(point.coefficients()) {
            assert_relative_eq!(*a, *b, max_relative = 1e-7, epsilon = 1e-9);
        }
        if family.is_location_scale() {
            let rows = |fit: &ParametricModel, data| {
                fit.with(data, &none).unwrap().location_scale().unwrap().derivatives()
            };
            for (a, b) in rows(&narrow, &within).iter().zip(rows(&point, &exact)) {
                // At two maxima, each found to 1e-7: what is differentiated twice doubles that in relative size, and more.
                (1..6).for_each(|k| assert_relative_eq!(a[k], b[k], max_relative = 1e-6, epsilon = 1e-6));
            }
        }
    }
}

/// Far out, where the survival function is that of the cured to all digits, by hand: `(60, 66]` with a rate of 1.
#[test]
fn an_interval_among_the_cured_has_the_probability_of_the_others() {
    let one = |lower: f64, upper: f64| Observations::interval(&[lower], &[upper]).unwrap();
    let log = |name: &str, fixed: [(&str, f64); 2], data: &Observations| {
        let mut model = Parametric::new(name.parse::<Family>().unwrap());
        for (parameter, value) in fixed {
            model = model.fixed(parameter, value);
        }
        model.fit(data, &Design::without_covariates(1)).unwrap().log_likelihood()
    };
    let within = -60.0 + (-(-6.0_f64).exp()).ln_1p();
    let cure = [("theta", 0.3), ("rate", 1.0)];
    let found = log("cure-mixture-exponential", cure, &one(60.0, 66.0));
    assert_relative_eq!(found, 0.7_f64.ln() + within, max_relative = 1e-12);
    let found = log("cure-mixture-exponential", cure, &one(0.0, 1e-20));
    assert_relative_eq!(found, 0.7_f64.ln() + 1e-20_f64.ln(), max_relative = 1e-12);
    let found = log("cure-non-mixture-exponential", cure, &one(60.0, 66.0));
    assert_relative_eq!(found, 0.3_f64.ln() + (-0.3_f64.ln()).ln() + within, max_relative = 1e-12);
    let found = log("cure-non-mixture-exponential", cure, &one(0.0, 1e-20));
    assert_relative_eq!(found, (-0.3_f64.ln()).ln() + 1e-20_f64.ln(), max_relative = 1e-12);
    // A hazard of e^−t: 1 in all.
    let found = log("gompertz", [("shape", -1.0), ("rate", 1.0)], &one(60.0, 66.0));
    assert_relative_eq!(found, -1.0 + within, max_relative = 1e-12);
}

/// Times of every size: no family is without a start.
#[test]
fn times_of_every_size_have_a_start() {
    let lower = [1e10, 9e6, 1e9, 9e11, 1e7, 0.0, 1e-2, 9e-6];
    let upper = [INF, 1.1e7, INF, 1.1e12, INF, 1e-4, INF, 1.1e-5];
    let data = Observations::interval(&lower, &upper).unwrap();
    let none = Design::without_covariates(8);
    for name in [
        "gaussian",
        "logistic",
        "extreme-value",
        "cure-mixture-exponential",
        "cure-mixture-gompertz",
        "cure-mixture-gamma",
    ] {
        let fit = fit(name, &data, &none);
        assert!(fit.log_likelihood().is_finite() && fit.stop() != ParametricStop::MaxIterations, "{fit}");
    }
}

/// Rows that say the same are no less level because each counts for many: without events in a group, and with tied times.
#[test]
fn weights_of_any_size_leave_the_diagnosis() {
    let event = [true, true, false, true, false, false, true, false];
    let time = [2e11, 5e11, 7e11, 1e12, 1.1e12, 1.3e12, 1.6e12, 1.9e12];
    let upper: Vec<f64> = (0..8).map(|i| if event[i] { time[i] } else { INF }).collect();
    let x = event.map(f64::from);
    let offset = [-14.0, 3.0, 17.0, -6.0, 9.0, -2.0, 11.0, 0.5];
    let design = Design::builder().numeric("event", &x).build().unwrap();
    for by in [1.0, 1e7] {
        let data = Observations::interval(&time, &upper).unwrap();
        let data = data.with_weights(Weights::sampling(
            [1.0, 3.0, 2.0, 1.0, 2.0, 3.0, 1.0, 2.0].map(|w| by * w).to_vec(),
        ));
        let data = data.unwrap();
        for name in ["exponential", "weibull", "log-normal", "gompertz", "gaussian"] {
            let family: Family = name.parse().unwrap();
            let fit = Parametric::new(family).offset(&offset).fit(&data, &design).unwrap();
            assert!(matches!(fit.stop(), ParametricStop::Separated { .. }), "{by} {fit}");
            assert!(fit.variance().diag().iter().all(|v| *v >= 0.0), "{by} {fit}");
        }
    }
    let tied = Observations::interval(&[7.0; 4], &[7.0; 4]).unwrap();
    let weights = Weights::sampling(vec![2.9e5, 3.2e5, 2.4e4, 8.8e5]);
    let tied = tied.with_weights(weights).unwrap();
    let strata = tied.clone().with_strata(Groups::new(&["a", "b", "a", "b"])).unwrap();
    let columns = Design::builder().numeric("x", &[1.0, 0.0, 0.0, 1.0]).numeric("z", &[1.0, 1.0, 0.0, 0.0]);
    let columns = columns.build().unwrap();
    for name in ["gaussian", "gamma", "cure-non-mixture-log-normal"] {
        let family: Family = name.parse().unwrap();
        let of = if family.is_location_scale() { vec![&tied, &strata] } else { vec![&tied] };
        for data in of {
            let fit = fit(name, data, &columns);
            assert!(matches!(fit.stop(), ParametricStop::NoMaximum { .. }), "{fit}");
        }
    }
}
