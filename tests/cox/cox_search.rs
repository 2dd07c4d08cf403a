//! How the search for the maximum goes: its steps, their number, and what it says at its end.

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::regression::Stop;
use greenwood::survival::{CoxPh, Design, RightCensored, Ties};

use crate::common::Frame;

fn lung() -> Result<(RightCensored<'static>, Design<'static>)> {
    let frame = Frame::read("lung");
    let rows: Vec<usize> = (0..228).filter(|&i| frame.column("ph_ecog")[i].is_finite()).collect();
    let pick = |name: &str| rows.iter().map(|&i| frame.column(name)[i]).collect::<Vec<_>>();
    let event: Vec<bool> = pick("status").iter().map(|&s| s == 2.0).collect();
    let builder = ["age", "sex", "ph_ecog"].iter().fold(Design::builder(), |b, n| b.numeric(*n, &pick(n)));
    Ok((RightCensored::new(pick("time"), event)?, builder.build()?))
}

/// R 4.2.2, survival 3.5-3: `coxph(Surv(time, status == 2) ~ age + sex + ph_ecog, lung, iter.max = k)` for k = 1, 2, 3, and to
/// convergence with `eps = 1e-14`, which takes 4.
#[test]
fn each_step_is_newtons() -> Result<()> {
    let (data, design) = lung()?;
    let steps = [
        [0.009498317137278882, -0.523775893952688087, 0.484730940565732127],
        [0.01106831429763594, -0.55254481188921534, 0.46362511910512122],
        [0.01106676456007348, -0.55261239570363097, 0.46372847537042766],
    ];
    for (k, right) in steps.iter().enumerate() {
        let model = CoxPh::new().max_iterations(k + 1).fit(&data, &design)?;
        assert_eq!(model.iterations(), k + 1);
        for (found, right) in model.coefficients().iter().zip(right) {
            assert_relative_eq!(found, right, max_relative = 1e-9);
        }
    }
    let model = CoxPh::new().fit(&data, &design)?;
    assert!(model.stop() == Stop::Converged && model.iterations() <= 4, "{}", model.iterations());
    for (found, right) in
        model.coefficients().iter().zip([0.01106676459611864, -0.55261239553183705, 0.46372847511573217])
    {
        assert_relative_eq!(*found, right, max_relative = 1e-11);
    }
    Ok(())
}

/// By mpmath with 40 digits, for offsets in whose midst the information is below 1e-12 at the start.
#[test]
fn a_maximum_far_away_is_found_in_few_steps() -> Result<()> {
    let data = RightCensored::new(
        &[1., 2., 3., 4., 5., 6., 7., 8.],
        &[true, true, false, true, true, true, false, true],
    )?;
    let design = Design::builder().numeric("x", &[1., 0., 0.3, 1., 0.2, 0.7, 0.5, 0.1]).build()?;
    let offset = |last: f64| CoxPh::new().offset(&[0., 0., 0., 0., 0., 0., 0., last]);
    for (how, right, error, log_likelihood, most) in [
        (offset(0.0), 1.51158790668261335, 1.48780501571539712, -7.58158141157161, 3),
        (CoxPh::new().initial(&[500.0]), 1.51158790668261335, 1.48780501571539712, -7.58158141157161, 22),
        (CoxPh::new().initial(&[-20.0]), 1.51158790668261335, 1.48780501571539712, -7.58158141157161, 7),
        (offset(30.0), 35.4302492064583287, 2.04885159462875146, -71.6777257804696732, 8),
        (offset(40.0), 46.5420954565820583, 2.04983666457686333, -95.0106992632248536, 8),
    ] {
        let model = how.fit(&data, &design)?;
        assert!(model.stop() == Stop::Converged && model.iterations() <= most, "{}", model.iterations());
        assert_relative_eq!(model.coefficients()[0], right, max_relative = 1e-9);
        assert_relative_eq!(model.terms()[0].std_error().unwrap(), error, max_relative = 1e-9);
        assert_relative_eq!(model.log_likelihood()[1], log_likelihood, max_relative = 1e-12);
    }
    Ok(())
}

/// A likelihood without a maximum is known for one by the data, however loose the tolerance, and after three steps.
#[test]
fn a_monotone_likelihood_is_one_whatever_the_tolerance() -> Result<()> {
    for n in [6, 20, 100, 400] {
        let time: Vec<f64> = (1..=n).map(f64::from).collect();
        let event: Vec<bool> = (1..=n).map(|i| i % 5 < 3).collect();
        let design = Design::builder().numeric("x", &time.iter().map(|t| -t).collect::<Vec<_>>()).build()?;
        let data = RightCensored::new(&time, &event)?;
        for tolerance in [1e-12, 1e-9, 1e-6, 1e-3, 0.1, 0.9] {
            for ties in [Ties::Efron, Ties::Breslow, Ties::Exact] {
                let model = CoxPh::new().ties(ties).tolerance(tolerance).fit(&data, &design)?;
                assert!(model.iterations() <= 3, "{}", model.iterations());
                let found: (Stop, f64) = (model.stop(), model.coefficients()[0]);
                assert_eq!(
                    found,
                    (Stop::InfiniteCoefficient { covariate: 0 }, f64::INFINITY),
                    "{n} {tolerance}"
                );
            }
        }
    }
    Ok(())
}

/// By mpmath: `Σ (βxᵢ − log Σ exp(βxⱼ)) − θβ²/2`, in which all who are treated fail first. However small the penalty, there is a
/// maximum; without it there is none.
#[test]
fn a_ridge_makes_every_coefficient_finite() -> Result<()> {
    let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true; 6])?;
    let design = Design::builder().numeric("x", &[1., 1., 1., 0., 0., 0.]).build()?;
    for (theta, right) in [
        (1e-6, 12.958501354522831),
        (0.1, 2.8425905823728208),
        (0.5, 1.5788245822738177),
        (2.0, 0.68413865640469303),
    ] {
        let model = CoxPh::new().ridge(theta).fit(&data, &design)?;
        assert_eq!(model.stop(), Stop::Converged, "{theta}");
        assert_relative_eq!(model.coefficients()[0], right, max_relative = 1e-7);
    }
    // Without a step the model is where it starts.
    let start = CoxPh::new().initial(&[0.5]).max_iterations(0).fit(&data, &design)?;
    assert_eq!((start.coefficients()[0], start.iterations()), (0.5, 0));
    Ok(())
}
