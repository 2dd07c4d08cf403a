//! The basis in which splines are searched: their fit is that of the plain basis, and where that is ill-conditioned there is still one.

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::regression::parametric::{
    Distribution, Family, Knots, Parameter, ParametricStop, Real, SplineScale, Summary,
};
use greenwood::survival::{Design, Parametric, RightCensored};

use crate::random::Random;

/// A spline whose search is in the plain basis: nothing else of the family is given to the engine.
#[derive(Debug, Clone)]
struct Plain(Family);

impl Distribution for Plain {
    fn parameters(&self) -> Vec<Parameter> {
        self.0.parameters()
    }
    fn log_survival<T: Real>(&self, t: f64, p: &[T]) -> T {
        self.0.log_survival(t, p)
    }
    fn log_density<T: Real>(&self, t: f64, p: &[T]) -> T {
        self.0.log_density(t, p)
    }
    fn starts(&self, data: &Summary) -> Vec<Vec<f64>> {
        self.0.starts(data)
    }
    fn is_accelerated(&self) -> bool {
        false
    }
}

/// Weibull times of shape 1.4 with a third censored, and a covariate.
fn rows(n: usize) -> (RightCensored<'static>, Design<'static>) {
    let mut random = Random(15);
    let mut exponential = || -(1.0 - random.uniform()).ln();
    let (mut time, mut event, mut x) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..n {
        let own = f64::from(u8::from(i % 3 == 0));
        let (t, lost) = ((5.0 * exponential()).powf(1.0 / 1.4) * (0.4 * own).exp(), 12.0 * exponential());
        time.push(t.min(lost));
        event.push(t <= lost);
        x.push(own);
    }
    let data = RightCensored::new(time, event).unwrap();
    (data, Design::builder().numeric("x", &x).build().unwrap())
}

/// On each scale: likelihood, coefficients, errors and curves are those of the plain basis, which is well-conditioned here.
#[test]
fn the_fit_is_that_of_the_plain_basis() -> Result<()> {
    let (data, design) = rows(300);
    for scale in [SplineScale::Hazard, SplineScale::Odds, SplineScale::Normal] {
        let knots = Knots::At(vec![-2.0, 0.0, 0.8, 1.4, 2.2]);
        let family = Family::Spline { scale, knots };
        let own = Parametric::new(family.clone()).fit(&data, &design)?;
        let plain = Parametric::of(Plain(family)).fit(&data, &design)?;
        assert!(own.stop().is_success() && plain.stop().is_success(), "{own}");
        assert_relative_eq!(own.log_likelihood(), plain.log_likelihood(), max_relative = 1e-11);
        for j in 0..own.coefficients().len() {
            assert_relative_eq!(own.coefficients()[j], plain.coefficients()[j], max_relative = 1e-7);
            assert_relative_eq!(own.variance()[(j, j)], plain.variance()[(j, j)], max_relative = 1e-7);
        }
        let (one, other) =
            (own.predict(&own.row().numeric("x", 1.0))?, plain.predict(&plain.row().numeric("x", 1.0))?);
        for t in [0.1, 1.0, 4.0, 20.0] {
            let (a, b) = (one.survival(t)?, other.survival(t)?);
            assert_relative_eq!(a.value(), b.value(), max_relative = 1e-8);
            assert_relative_eq!(a.std_error().unwrap(), b.std_error().unwrap(), max_relative = 1e-7);
        }
    }
    Ok(())
}

/// Two inner knots that are 1e-4 apart: `v₁ − v₂` is 1e-4 of either, and the products of such columns have a condition number of 2e12
/// (numpy, 300 exponential times) beside 6 in the basis of the search. The fit converges, in as few steps as without the second knot, and no lower.
#[test]
fn knots_that_are_close_are_fitted() -> Result<()> {
    let (data, design) = rows(300);
    let fit = |knots: &[f64]| {
        let knots = Knots::At(knots.to_vec());
        Parametric::new(Family::Spline { scale: SplineScale::Hazard, knots }).fit(&data, &design)
    };
    let few = fit(&[-2.0, 0.0, 1.4, 2.2])?;
    let close = fit(&[-2.0, 0.0, 1e-4, 1.4, 2.2])?;
    assert_eq!(close.stop(), ParametricStop::Converged, "{close}");
    assert!(close.log_likelihood() >= few.log_likelihood() - 1e-9, "{close}\n{few}");
    assert!(close.iterations() <= few.iterations() + 6, "{} {}", close.iterations(), few.iterations());
    assert!(close.variance().iter().all(|v| v.is_finite()));
    let subject = close.predict(&close.row().numeric("x", 0.0))?;
    assert!(subject.survival(2.0)?.std_error().is_some());
    Ok(())
}
