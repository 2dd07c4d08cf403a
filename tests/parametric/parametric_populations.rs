//! Standardised curves, tables of comparison and extrapolation, simulated times of parametric models.
#![cfg(feature = "serde")]

use greenwood::Result;
use greenwood::survival::regression::parametric::Comparison;
use greenwood::survival::regression::{Family, ParametricModel};
use greenwood::survival::{Design, KaplanMeier, Parametric, RightCensored};

const TIME: [f64; 12] = [6.0, 7.0, 10.0, 15.0, 19.0, 25.0, 3.0, 4.0, 8.0, 11.0, 9.0, 5.0];
const DIED: [bool; 12] = [true, false, true, true, false, false, true, true, true, false, true, true];
const AGE: [f64; 12] = [61.0, 48.0, 70.0, 52.0, 66.0, 59.0, 44.0, 71.0, 63.0, 57.0, 50.0, 68.0];
const ARM: [f64; 12] = [0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0];

fn data() -> RightCensored<'static> {
    RightCensored::new(&TIME, &DIED).unwrap()
}

fn design() -> Design<'static> {
    Design::builder().numeric("age", &AGE).numeric("arm", &ARM).build().unwrap()
}

fn fit(name: &str) -> ParametricModel {
    Parametric::new(name.parse::<Family>().unwrap()).fit(&data(), &design()).unwrap()
}

/// The mean of the single curves; its standard error by differences of that mean in every coefficient, `√(g V g')`.
#[test]
fn a_standardised_curve_is_the_mean_of_its_subjects() -> Result<()> {
    let weights = [1.0, 2.0, 0.0, 1.0, 0.5, 3.0, 1.0, 1.0, 2.0, 1.0, 1.0, 0.1];
    let total: f64 = weights.iter().sum();
    for name in ["weibull", "gompertz", "log-normal", "gamma"] {
        let model = fit(name);
        let population = model.standardized(&design())?.weights(&weights)?;
        let subject = |i: usize| model.predict(&model.row().numeric("age", AGE[i]).numeric("arm", ARM[i]));
        let mut direct = [0.0; 3];
        for (i, w) in weights.iter().enumerate() {
            let (s, share) = (subject(i)?, w / total);
            direct[0] += share * s.survival(8.0)?.value();
            direct[1] += share * s.survival(8.0)?.value() * s.hazard(8.0)?.value();
            direct[2] += share * s.restricted_mean(12.0)?.value();
        }
        let close = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-12, "{name}: {a}, {b}");
        close(population.survival(8.0)?.value(), direct[0]);
        close(population.hazard(8.0)?.value(), direct[1] / direct[0]);
        close(population.restricted_mean(12.0)?.value(), direct[2]);

        // Moving a covariate moves the linear predictor: a coefficient moved by h is an offset of h x.
        let k = model.coefficients().len();
        let moved = |j: usize, h: f64| -> Result<[f64; 3]> {
            let mut coefficients: Vec<f64> = model.coefficients().to_vec();
            coefficients[j] += h;
            let mut value = serde_json::to_value(&model).unwrap();
            value["coefficients"] = coefficients.into();
            let other: ParametricModel = serde_json::from_value(value).unwrap();
            let population = other.standardized(&design())?.weights(&weights)?;
            let hazard = population.hazard(8.0)?.value();
            Ok([population.survival(8.0)?.value(), hazard, population.restricted_mean(12.0)?.value()])
        };
        let mut gradient = vec![[0.0; 3]; k];
        for (j, gradient) in gradient.iter_mut().enumerate() {
            let h = 1e-4 * model.variance()[(j, j)].sqrt();
            let (up, down) = (moved(j, h)?, moved(j, -h)?);
            for l in 0..3 {
                gradient[l] = (up[l] - down[l]) / (2.0 * h);
            }
        }
        let found = [population.survival(8.0)?, population.hazard(8.0)?, population.restricted_mean(12.0)?];
        for (l, found) in found.iter().enumerate() {
            let mut variance = 0.0;
            for i in 0..k {
                for j in 0..k {
                    variance += gradient[i][l] * model.variance()[(i, j)] * gradient[j][l];
                }
            }
            let se = found.std_error().unwrap();
            assert!((se / variance.sqrt() - 1.0).abs() < 1e-6, "{name} {l}: {se}, {}", variance.sqrt());
            let (low, high) = found.bounds().unwrap();
            assert!(low < found.value() && found.value() < high);
        }
    }
    Ok(())
}

#[test]
fn a_population_of_one_is_a_subject_and_tails_hold() -> Result<()> {
    let model = fit("weibull");
    let row = model.row().numeric("age", 60.0).numeric("arm", 1.0);
    let (one, alone) = (model.standardized(&row)?, model.predict(&row)?);
    for t in [0.5, 8.0, 30.0] {
        let (a, b) = (one.survival(t)?, alone.survival(t)?);
        assert!((a.value() - b.value()).abs() < 1e-15);
        assert!((a.std_error().unwrap() / b.std_error().unwrap() - 1.0).abs() < 1e-12);
    }
    // Survival is 0 in this tail; the hazard of those who are left is that of the most robust subject.
    let all = model.standardized(&design())?;
    let late = all.hazard(1e6)?.value();
    assert_eq!(all.survival(1e6)?.value(), 0.0);
    let least = (0..12)
        .map(|i| model.predict(&model.row().numeric("age", AGE[i]).numeric("arm", ARM[i])).unwrap())
        .map(|subject| subject.hazard(1e6).unwrap().value())
        .fold(f64::INFINITY, f64::min);
    assert!((late / least - 1.0).abs() < 1e-9, "{late}, {least}");
    Ok(())
}

#[test]
fn differences_are_of_one_model() -> Result<()> {
    let model = fit("log-logistic");
    let everybody =
        |arm: f64| model.standardized(&model.columns().numeric("age", &AGE).numeric("arm", &[arm; 12]));
    let (new, old) = (everybody(1.0)?, everybody(0.0)?);
    let difference = new.difference(&old, 8.0)?;
    let direct = new.survival(8.0)?.value() - old.survival(8.0)?.value();
    assert!((difference.value()? - direct).abs() < 1e-15);
    assert!(difference.std_error()? > 0.0);
    let mean = new.difference_of_means(&old, 12.0)?;
    let direct = new.restricted_mean(12.0)?.value() - old.restricted_mean(12.0)?.value();
    assert!((mean.value()? - direct).abs() < 1e-12);
    // A population less itself: nothing, without an error.
    assert_eq!(new.difference(&new, 8.0)?.value()?, 0.0);
    let other = fit("weibull");
    assert!(new.difference(&other.standardized(&design())?, 8.0).is_err());
    Ok(())
}

#[test]
fn a_comparison_ranks_by_akaike_and_says_what_has_no_maximum() -> Result<()> {
    let mut families = Family::standard_set();
    families.push(Family::spline_hazard(1));
    families.push(Family::spline_hazard(30));
    let table = Comparison::fit(&families, &data(), &Design::without_covariates(12))?;
    let rows = table.rows();
    assert!(rows.windows(2).all(|pair| pair[0].aic <= pair[1].aic));
    assert!((rows.iter().filter_map(|r| r.weight).sum::<f64>() - 1.0).abs() < 1e-12);
    for row in rows {
        assert!((row.aic - (2.0 * row.coefficients as f64 - 2.0 * row.log_likelihood)).abs() < 1e-9);
        assert_eq!(row.weight.is_some(), row.diagnosis == "converged", "{row:?}");
    }
    // Thirty knots are more parameters than a distribution may have.
    assert_eq!(table.refused().len(), 1);
    let text = table.to_string();
    assert!(
        text.starts_with("distribution") && text.contains("AICc") && text.contains("spline-hazard: "),
        "{text}"
    );
    let back: Comparison = serde_json::from_str(&serde_json::to_string(&table).unwrap()).unwrap();
    assert_eq!(back, table);
    let (a, b) = (fit("weibull"), fit("gamma"));
    assert_eq!(Comparison::of(&[&a, &b])?.rows().len(), 2);
    let fewer = RightCensored::new(&TIME[..11], &DIED[..11])?;
    let other = Parametric::new(Family::Gamma).fit(&fewer, &Design::without_covariates(11))?;
    assert!(Comparison::of(&[&a, &other]).is_err() && Comparison::of(&[]).is_err());
    Ok(())
}

#[test]
fn an_extrapolation_marks_what_was_observed() -> Result<()> {
    let model = fit("gompertz");
    let subject = model.predict(&model.row().numeric("age", 60.0).numeric("arm", 0.0))?;
    let table = subject.extrapolation(&[0.0, 12.0, 25.0, 25.1, 100.0])?;
    let observed: Vec<bool> = table.rows().iter().map(|r| r.observed).collect();
    assert_eq!(observed, [true, true, true, false, false]);
    assert_eq!((table.rows()[0].survival, table.rows()[0].hazard), (1.0, None));
    for row in &table.rows()[1..] {
        assert_eq!(row.survival, subject.survival(row.time)?.value());
        assert_eq!(row.limits, subject.survival(row.time)?.bounds());
    }
    let text = table.to_string();
    assert_eq!(text.matches("  *").count(), 2, "{text}");
    assert!(subject.extrapolation(&[f64::NAN]).is_err());
    Ok(())
}

/// Simulated times follow the curve they were drawn from: Kaplan-Meier of 4000 of them, within four standard errors.
#[test]
fn simulated_times_follow_the_curve() -> Result<()> {
    let model = fit("log-logistic");
    let row = model.row().numeric("age", 60.0).numeric("arm", 1.0);
    let subject = model.predict(&row)?;
    let times = subject.simulate(4000, 7)?;
    assert_eq!(times[..10], subject.simulate(10, 7)?[..]);
    assert_eq!(model.simulate(&row, 7)?, times[..1]);
    let curve = KaplanMeier::fit(&RightCensored::new(&times, &[true; 4000][..])?);
    for t in [4.0, 8.0, 16.0] {
        let (at, s) = (curve.at(t), subject.survival(t)?.value());
        assert!((at.value()? - s).abs() < 4.0 * at.std_error()?, "{t}");
    }
    Ok(())
}

/// A subject that does not count leaves the mean as it is, also where it is the only one whose survival has not underflowed.
#[test]
fn subjects_of_weight_zero_do_not_count_in_the_far_tail() -> Result<()> {
    let model = fit("weibull");
    let rows = || model.columns().numeric("age", &[30.0, 900.0]).numeric("arm", &[0.0, 0.0]);
    let one = model.columns().numeric("age", &[900.0]).numeric("arm", &[0.0]);
    let (first, other) = (model.predict(&model.row().numeric("age", 30.0).numeric("arm", 0.0))?, 40.0);
    let second = model.standardized(&one)?;
    // Whichever of the two lives longer is left out.
    let longer = first.survival(other)?.value() > second.survival(other)?.value();
    let weights = if longer { [0.0, 1.0] } else { [1.0, 0.0] };
    let left = model.standardized(&rows())?.weights(&weights)?;
    for t in [1.0, other, 1e4, 1e8] {
        let alone = if longer { second.survival(t)? } else { first.survival(t)? };
        assert_eq!(left.survival(t)?.value(), alone.value(), "{t}");
        assert!(!left.survival(t)?.value().is_nan());
        assert!(!left.hazard(t)?.value().is_nan(), "{t}");
    }
    Ok(())
}
