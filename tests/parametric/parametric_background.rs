//! Relative survival: models of the hazard beyond that of the population, against explicit likelihoods in R.
//!
//! R 4.2.2: the rates are survival's `survexp.us` (deaths per month or year at the age of exit, by sex, in 1990 for the first
//! 400 rows of `mgus2` with time, in 1985 for the deaths of `colon`); each log likelihood was written out, maximised by
//! `optim` and polished by Newton steps with numDeriv's derivatives, whose rounding leaves 1e-6 of a standard error.

use crate::common::Frame;
use greenwood::survival::regression::parametric::Background;
use greenwood::survival::regression::{Family, Observations, ParametricModel};
use greenwood::survival::{Design, Parametric, Weights};
use greenwood::{Error, ModelError, Result};

fn observed(frame: &Frame) -> (Vec<f64>, Vec<f64>) {
    let time = frame.column("time").to_vec();
    let died = frame.column("death").iter();
    let upper = time.iter().zip(died).map(|(t, d)| if *d == 1.0 { *t } else { f64::INFINITY }).collect();
    (time, upper)
}

fn mgus2() -> (Observations, Design<'static>, Frame) {
    let frame = Frame::read("mgus2_background");
    let (lower, upper) = observed(&frame);
    let data = Observations::interval(&lower, &upper).unwrap();
    let data = data.with_background(Background::rates(frame.column("rate"))).unwrap();
    (data, design(&frame, &["age10", "female"]), frame)
}

fn design(frame: &Frame, names: &[&str]) -> Design<'static> {
    let columns = names.iter();
    columns.fold(Design::builder(), |d, name| d.numeric(*name, frame.column(name))).build().unwrap()
}

/// Coefficients by name, in standard errors; log likelihood; standard errors by numerical derivatives.
fn agree(fit: &ParametricModel, loglik: f64, expected: &[(&str, f64, f64)]) {
    assert!(fit.stop().is_success() && fit.is_excess(), "{fit}");
    assert!((fit.log_likelihood() / loglik - 1.0).abs() < 1e-10, "{} {loglik}", fit.log_likelihood());
    for (name, value, error) in expected {
        let place = fit.names().iter().position(|n| n == name).unwrap();
        let off = (fit.coefficients()[place] - value) / error;
        assert!(off.abs() < 1e-6, "{name}: {} {value}", fit.coefficients()[place]);
        let own = fit.variance()[(place, place)].sqrt();
        // R's second derivatives are numerical ones.
        assert!((own / error - 1.0).abs() < 1e-4, "{name}: standard error {own} {error}");
    }
}

#[test]
fn excess_hazards_are_those_of_an_explicit_likelihood() -> Result<()> {
    let (data, design, _) = mgus2();
    agree(
        &Parametric::new(Family::WeibullPh).fit(&data, &design)?,
        -1510.38238219016,
        &[
            ("log(shape)", -0.392400430738931, 0.190591212691),
            ("log(scale)", -4.54407730471103, 0.554072620354),
            ("age10", 0.256350076912082, 0.234802946735),
            ("female", -0.833350954381708, 0.49534979968),
        ],
    );
    agree(
        &Parametric::new(Family::LogNormal).fit(&data, &design)?,
        -1510.71876024683,
        &[
            ("(Intercept)", 8.00985435203782, 1.16431427971),
            ("age10", -0.210124677240325, 0.42358232245),
            ("female", 1.09769543084801, 0.874469973298),
            ("log(scale)", 1.2707147727317, 0.183140266678),
        ],
    );
    Ok(())
}

#[test]
fn cure_models_of_relative_survival_are_those_of_an_explicit_likelihood() -> Result<()> {
    let frame = Frame::read("colon_background");
    let (lower, upper) = observed(&frame);
    let data = Observations::interval(&lower, &upper)?;
    let data = data.with_background(Background::rates(frame.column("rate")))?;
    let design = design(&frame, &["node4"]);
    agree(
        &Parametric::new("cure-mixture-weibull".parse()?).fit(&data, &design)?,
        -1286.46062418918,
        &[
            ("logit(theta)", 0.831594228640147, 0.105325801535),
            ("node4", -1.63756934904702, 0.182484378577),
            ("log(shape)", 0.48415053966211, 0.0554654253929),
            ("log(scale)", 1.01068973555804, 0.0505171351146),
        ],
    );
    agree(
        &Parametric::new("cure-non-mixture-log-normal".parse()?).fit(&data, &design)?,
        -1278.26115728036,
        &[
            ("logit(theta)", 0.558334486505802, 0.144512272658),
            ("node4", -1.76924884052321, 0.197001556716),
            ("meanlog", 1.13299192737276, 0.122506593009),
            ("log(sdlog)", -0.122188407549313, 0.0833883493087),
        ],
    );
    Ok(())
}

/// Rows beyond two months, at risk from then on.
#[test]
fn late_entry_is_truncation_of_the_excess() -> Result<()> {
    let frame = Frame::read("mgus2_background");
    let late: Vec<bool> = frame.column("time").iter().map(|t| *t > 2.0).collect();
    let frame = frame.keep(&late);
    let (lower, upper) = observed(&frame);
    let data = Observations::interval(&lower, &upper)?.with_entry(&vec![2.0; lower.len()])?;
    let data = data.with_background(Background::rates(frame.column("rate")))?;
    agree(
        &Parametric::new(Family::WeibullPh).fit(&data, &design(&frame, &["age10", "female"]))?,
        -1423.79773878749,
        &[
            ("log(shape)", 0.569632829663677, 0.311327241189),
            ("log(scale)", -9.88567724578384, 2.8479684339),
            ("age10", 0.540022366806598, 0.29751431899),
            ("female", -1.02546376302729, 0.606327047672),
        ],
    );
    Ok(())
}

/// Deaths known to fall into the last fifth of their time; the population's hazard is constant.
#[test]
fn intervals_hold_what_the_population_suffers_between_their_limits() -> Result<()> {
    let (_, design, frame) = mgus2();
    let (time, rate) = (frame.column("time"), frame.column("rate"));
    let died: Vec<bool> = frame.column("death").iter().map(|d| *d == 1.0).collect();
    let lower: Vec<f64> = time.iter().zip(&died).map(|(t, d)| if *d { 0.8 * t } else { *t }).collect();
    let upper: Vec<f64> = time.iter().zip(&died).map(|(t, d)| if *d { *t } else { f64::INFINITY }).collect();
    let hazard = |to: &[f64]| -> Vec<f64> { to.iter().zip(rate).map(|(t, r)| t * r).collect() };
    let data = Observations::interval(&lower, &upper)?;
    let refused = data.clone().with_background(Background::rates(rate)).unwrap_err().to_string();
    assert!(refused.contains("cumulative hazards"), "{refused}");
    let background = Background::rates(rate).cumulative(&hazard(&lower), &hazard(&upper));
    agree(
        &Parametric::new(Family::WeibullPh).fit(data.with_background(background)?, &design)?,
        -1164.48272334154,
        &[
            ("log(shape)", -0.331839333260785, 0.158181032913),
            ("log(scale)", -4.49347606132933, 0.502979909863),
            ("age10", 0.365171847431157, 0.201906539076),
            ("female", -0.845390148379459, 0.408595280913),
        ],
    );
    Ok(())
}

/// Rates of 0 are no background at all; weights count rows; times in another unit take the rates along.
#[test]
fn a_background_of_zero_is_none_and_units_do_not_matter() -> Result<()> {
    let (data, design, frame) = mgus2();
    let (lower, upper) = observed(&frame);
    let plain = Observations::interval(&lower, &upper)?;
    let zero = plain.clone().with_background(Background::rates(&vec![0.0; lower.len()]))?;
    for name in ["weibull", "gompertz", "log-logistic"] {
        let model = Parametric::new(name.parse()?);
        let (a, b) = (model.fit(&plain, &design)?, model.fit(&zero, &design)?);
        assert_eq!(a.coefficients(), b.coefficients(), "{name}");
        assert!(!a.is_excess() && b.is_excess());
    }
    let years = |x: &[f64]| x.iter().map(|t| t / 12.0).collect::<Vec<f64>>();
    let rates: Vec<f64> = frame.column("rate").iter().map(|r| r * 12.0).collect();
    let in_years = Observations::interval(&years(&lower), &years(&upper))?;
    let in_years = in_years.with_background(Background::rates(&rates))?;
    for name in ["weibull-ph", "gompertz"] {
        let model = Parametric::new(name.parse()?);
        let (months, years) = (model.fit(&data, &design)?, model.fit(&in_years, &design)?);
        let row = |m: &ParametricModel| m.row().numeric("age10", 0.5).numeric("female", 1.0);
        let (a, b) =
            (months.predict(&row(&months))?.survival(60.0)?, years.predict(&row(&years))?.survival(5.0)?);
        assert!((a.value() - b.value()).abs() < 1e-6, "{name}: {} {}", a.value(), b.value());
    }
    let twice = data.clone().with_weights(Weights::replication(vec![2.0; lower.len()]))?;
    let (one, two) = (
        Parametric::new(Family::WeibullPh).fit(&data, &design)?,
        Parametric::new(Family::WeibullPh).fit(&twice, &design)?,
    );
    assert!((2.0 * one.log_likelihood() - two.log_likelihood()).abs() < 1e-6);
    Ok(())
}

#[test]
fn rates_are_checked_and_residuals_refused() -> Result<()> {
    let data = Observations::interval(&[1.0, 2.0], &[1.0, f64::INFINITY])?;
    let refused = |background: Background| data.clone().with_background(background).unwrap_err();
    assert_eq!(
        refused(Background::rates(&[0.1])),
        Error::LengthMismatch { argument: "the rates", len: 1, other: "the observations", expected: 2 }
    );
    for value in [-0.1, f64::NAN, f64::INFINITY] {
        let text = format!("background rates[0] is {value}: it must be finite and at least 0");
        assert_eq!(refused(Background::rates(&[value, 0.1])).to_string(), text);
    }
    let both = Observations::interval(&[1.0, 2.0], &[1.0, 5.0])?;
    let refused = |low: [f64; 2], high: [f64; 2]| {
        let background = Background::rates(&[0.1, 0.1]).cumulative(&low, &high);
        both.clone().with_background(background).unwrap_err()
    };
    let wrong = |value, must_be| {
        Error::Model(ModelError::InvalidBackground {
            argument: "cumulative background hazards",
            index: 1,
            value,
            must_be,
        })
    };
    assert_eq!(refused([0.1, -1.0], [0.1, 0.2]), wrong(-1.0, "finite and at least 0"));
    let must_be = "finite and not below that at the lower limit";
    assert_eq!(refused([0.1, 0.5], [0.1, 0.2]), wrong(0.2, must_be));
    // Of a censored row no rate is asked.
    assert!(data.clone().with_background(Background::rates(&[0.1, f64::NAN])).is_ok());
    // All that happened is what the population suffers: an end of the range, or nothing that can be said.
    let all = data.with_background(Background::rates(&[1e6, 0.1]))?;
    for name in ["exponential", "weibull", "weibull-ph", "log-normal", "gompertz", "gamma"] {
        let design = Design::without_covariates(2);
        if let Ok(fit) = Parametric::new(name.parse()?).fit(&all, &design) {
            assert!(!fit.stop().is_success() || fit.log_likelihood().is_finite(), "{fit}");
            assert!(fit.with(&all, &design).is_err());
            assert!(fit.to_string().contains("relative survival"));
        }
    }
    Ok(())
}
