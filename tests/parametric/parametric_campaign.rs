//! A campaign of hostile data: rows of every kind, drawn from a seed, in every family. Each fit ends with a maximum or with the
//! name of what the data cannot tell; an error is one about the arguments.
//!
//! Without the variable the first data of one seed alone, in the families without integrals. By hand, with 100
//! data sets of each seed, it prints what is still open, and the fits that take a second:
//! `GREENWOOD_HOSTILE=9 cargo test --release --test parametric campaign -- --nocapture`. Open is 10/16, whose Weibull model
//! with proportional hazards ends at its last step (`MaxIterations`).

use std::collections::BTreeMap;
use std::fmt::Write;

use greenwood::survival::regression::{Family, Observations, ParametricModel, ParametricStop};
use greenwood::survival::{Design, Groups, Parametric, Weights};
use greenwood::{Error, ModelError};

use crate::random::Random;

const INF: f64 = f64::INFINITY;

/// What the families are asked to fit.
struct Hostile {
    words: String,
    data: Observations,
    design: Design<'static>,
    offset: Option<Vec<f64>>,
    /// Has every row an entry, a limit or weight that families without a scale can have?
    strata: bool,
}

fn normal(random: &mut Random) -> f64 {
    (-2.0 * (1.0 - random.uniform()).ln()).sqrt() * (std::f64::consts::TAU * random.uniform()).cos()
}

/// One time by a pattern: short names say which.
fn time(random: &mut Random, pattern: usize) -> f64 {
    match pattern {
        0 => -(1.0 - random.uniform()).ln(),
        1 => (random.below(3) + 1) as f64,
        2 => (6.0 * normal(random)).exp(),
        3 => 10f64.powi(random.below(25) as i32 - 12),
        4 => 7.0,
        5 => 1e-12 * (1.0 + random.uniform()),
        6 => 1e12 * (1.0 + random.uniform()),
        7 => 1.0 + 1e-9 * random.uniform(),
        8 => {
            if random.below(5) == 0 {
                72.0 + random.uniform()
            } else {
                18.0 * random.uniform() + 1e-3
            }
        }
        _ => 60.0 + 20.0 * random.uniform(),
    }
}

fn draw(random: &mut Random) -> Hostile {
    let mut words = String::new();
    let n = [1, 2, 3, 5, 8, 13, 30, 80][random.below(8)];
    let (pattern, kind, censored) = (random.below(10), random.below(4), random.below(6));
    let _ = write!(words, "n {n}, times {pattern}, kind {kind}, censoring {censored}");
    let (mut lower, mut upper) = (Vec::new(), Vec::new());
    for i in 0..n {
        let t = time(random, pattern);
        let event = match censored {
            0 => true,
            1 => i == 0,
            2 => random.uniform() < 0.5,
            3 => random.uniform() < 0.1,
            4 => t < 10.0,
            _ => i + 1 == n,
        };
        let (l, u) = match kind {
            _ if !event => (t, INF),
            0 => (t, t),
            1 => (0.5 * t, t),
            2 => (0.0, t),
            _ => [(t, t), (0.0, t), (0.9 * t, 1.1 * t)][random.below(3)],
        };
        lower.push(l);
        upper.push(u);
    }
    let mut data = Observations::interval(&lower, &upper).unwrap();
    let smallest: Vec<f64> = lower.clone();
    match random.below(5) {
        0 => {
            let entry: Vec<f64> = smallest.iter().map(|l| l * random.uniform() * 0.999).collect();
            data = data.with_entry(&entry).unwrap();
            words += ", entry";
        }
        1 => {
            let entry: Vec<f64> = smallest.iter().map(|l| l * (1.0 - 1e-6)).collect();
            data = data.with_entry(&entry).unwrap();
            words += ", late entry";
        }
        _ => {}
    }
    match random.below(6) {
        0 => {
            let weights: Vec<f64> =
                (0..n).map(|i| if i == 0 { 1.0 } else { 1e-8 * random.uniform() }).collect();
            data = data.with_weights(Weights::replication(weights)).unwrap();
            words += ", one weight";
        }
        1 => {
            let weights: Vec<f64> = (0..n).map(|_| 1e6 * random.uniform() + 1e-3).collect();
            data = data.with_weights(Weights::sampling(weights)).unwrap();
            words += ", large weights";
        }
        _ => {}
    }
    let strata = random.below(6) == 0;
    if strata {
        let of: Vec<usize> = (0..n).map(|_| random.below(3)).collect();
        data = data.with_strata(Groups::new(&of)).unwrap();
        words += ", strata";
    }
    if random.below(6) == 0 {
        data = data.with_clusters(&(0..n).map(|_| random.below(4)).collect::<Vec<_>>()).unwrap();
        words += ", clusters";
    }
    let covariates = random.below(4);
    let mut design = Design::builder();
    for j in 0..covariates {
        let pattern = random.below(7);
        let _ = write!(words, ", x{j} {pattern}");
        let x: Vec<f64> = (0..n)
            .map(|i| match pattern {
                0 => random.below(2) as f64,
                1 => f64::from(u8::from(upper[i] < INF)),
                2 => {
                    if upper[i] < INF {
                        upper[i].ln()
                    } else {
                        lower[i].ln()
                    }
                }
                3 => 1e9 * normal(random),
                4 => 1e6 + normal(random),
                5 => 0.0_f64.max(lower[i]),
                _ => normal(random),
            })
            .collect();
        design = design.numeric(format!("x{j}"), &x);
    }
    let design = if covariates == 0 { Design::without_covariates(n) } else { design.build().unwrap() };
    let offset = (random.below(8) == 0).then(|| {
        words += ", offset";
        (0..n).map(|_| 10.0 * normal(random)).collect()
    });
    Hostile { words, data, design, offset, strata }
}

fn families() -> Vec<Family> {
    let mut all = Family::standard_set();
    all.extend([Family::Gaussian, Family::Logistic, Family::ExtremeValue]);
    all.extend([
        Family::spline_hazard(1),
        Family::spline_odds(2),
        Family::spline_normal(1),
        Family::spline_hazard(4),
    ]);
    all.push(Family::piecewise_exponential(&[2.0, 10.0]));
    for base in [
        "exponential",
        "weibull",
        "log-normal",
        "log-logistic",
        "weibull-ph",
        "gompertz",
        "gamma",
        "generalized-gamma",
    ] {
        for cure in ["mixture", "non-mixture"] {
            all.push(format!("cure-{cure}-{base}").parse().unwrap());
        }
    }
    all
}

/// What is wrong with the end of a fit, if anything is.
fn complaint(fit: &Result<ParametricModel, Error>) -> Option<String> {
    match fit {
        Ok(fit) if fit.stop() == ParametricStop::MaxIterations => Some("the limit of iterations".into()),
        Ok(fit)
            if !(fit.log_likelihood().is_finite() && fit.coefficients().iter().all(|b| b.is_finite())) =>
        {
            Some(format!("not finite: {} {:?}", fit.log_likelihood(), fit.coefficients()))
        }
        Ok(fit) if fit.stop().is_success() => (0..fit.coefficients().len()).find_map(|k| {
            let v = fit.variance()[(k, k)];
            (!(v >= 0.0 && v.is_finite())).then(|| format!("variance {k} is {v}"))
        }),
        Err(Error::Model(ModelError::InfiniteLikelihood)) => Some("no finite start".into()),
        _ => None,
    }
}

#[test]
fn hostile_campaign() {
    let asked = std::env::var("GREENWOOD_HOSTILE").ok();
    let (first, last, sets) = match asked.as_deref().map(|s| s.split_once('-').unwrap_or((s, s))) {
        Some((a, b)) => (a.parse().unwrap(), b.parse().unwrap(), 100),
        None => (9, 9, 1),
    };
    let (mut ends, mut complaints) = (BTreeMap::<String, usize>::new(), Vec::new());
    let families = families();
    for seed in first..=last {
        let mut random = Random(seed);
        for set in 0..sets {
            let hostile = draw(&mut random);
            for family in &families {
                let slow = ["gamma", "generalized"].iter().any(|part| family.to_string().contains(part));
                if hostile.strata && !family.is_location_scale() || asked.is_none() && slow {
                    continue;
                }
                let mut model = Parametric::new(family.clone());
                if let Some(offset) = &hostile.offset {
                    model = model.offset(offset);
                }
                let clock = std::time::Instant::now();
                let fit = model.fit(&hostile.data, &hostile.design);
                let seconds = clock.elapsed().as_secs_f64();
                let end = match &fit {
                    Ok(fit) => fit.stop().to_string(),
                    Err(e) => e.to_string().chars().take(60).collect(),
                };
                *ends.entry(end.split(':').next().unwrap_or_default().into()).or_default() += 1;
                if asked.is_some() && seconds > 1.0 {
                    println!("{seed}/{set} {family}: {seconds:.1} s; {}", hostile.words);
                }
                if let Some(what) = complaint(&fit) {
                    let complaint = format!("{seed}/{set} {family}: {what}; {}", hostile.words);
                    println!("{complaint}");
                    complaints.push(complaint);
                }
            }
        }
    }
    println!("{ends:#?}");
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}
