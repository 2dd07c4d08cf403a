//! Fitted parametric models are written down, read back, and predict the same bits; what no fit writes is refused.
#![cfg(feature = "serde")]

use greenwood::Result;
use greenwood::survival::regression::{Family, Observations, ParametricModel};
use greenwood::survival::{Design, Groups, Parametric, Weights};
use serde_json::{Value, json};

const TIME: [f64; 12] = [6.0, 7.0, 10.0, 15.0, 19.0, 25.0, 3.0, 4.0, 8.0, 11.0, 9.0, 5.0];
const UPPER: [f64; 12] =
    [6.0, f64::INFINITY, 10.0, 17.0, f64::INFINITY, f64::INFINITY, 3.0, 4.0, 8.5, f64::INFINITY, 9.0, 5.0];
const AGE: [f64; 12] = [61.0, 48.0, 70.0, 52.0, 66.0, 59.0, 44.0, 71.0, 63.0, 57.0, 50.0, 68.0];

fn data() -> Observations {
    Observations::interval(&TIME, &UPPER).unwrap()
}

fn design() -> Design<'static> {
    let arm = ["a", "b", "a", "b", "b", "a", "a", "b", "a", "a", "b", "b"];
    Design::builder().numeric("age", &AGE).factor("arm", &Groups::new(&arm), "a").build().unwrap()
}

/// Every family, and what else a model may hold: strata, sampling weights, clusters, fixed values, other parameters.
fn models() -> Vec<(String, ParametricModel)> {
    let mut models = Vec::new();
    let mut add = |name: &str, model: Parametric, data: Observations| {
        if let Ok(fit) = model.fit(data, &design()) {
            models.push((name.to_string(), fit));
        }
    };
    for name in [
        "exponential",
        "weibull",
        "weibull-ph",
        "log-normal",
        "log-logistic",
        "gompertz",
        "gamma",
        "generalized-gamma",
        "generalized-f",
        "gaussian",
        "logistic",
        "extreme-value",
        "spline-hazard",
        "spline-odds",
        "spline-normal",
        "cure-mixture-weibull",
        "cure-non-mixture-log-logistic",
    ] {
        add(name, Parametric::new(name.parse().unwrap()), data());
    }
    add("piecewise", Parametric::new(Family::piecewise_exponential(&[5.0, 10.0])), data());
    let strata = Groups::new(&["x", "y", "x", "y", "x", "y", "x", "y", "x", "y", "x", "y"]);
    add("strata", Parametric::new(Family::Weibull).location(&["age"]), data().with_strata(strata).unwrap());
    let weights = Weights::sampling(vec![0.3; 12]);
    add("fixed", Parametric::new(Family::Weibull).fixed("scale", 0.5), data().with_weights(weights).unwrap());
    add("on", Parametric::new(Family::LogNormal).location(&["age"]).on("scale", &["age"]), data());
    add("no events", Parametric::new(Family::Weibull), {
        Observations::interval(&TIME, &[f64::INFINITY; 12]).unwrap()
    });
    models
}

/// Every bit of what is predicted.
fn bits(model: &ParametricModel) -> Result<Vec<u64>> {
    let row = model.row().numeric("age", 60.0).level("arm", "b");
    let mut values = vec![model.aic(), model.aicc(), model.bic()];
    values.extend(model.variance().iter().chain(model.model_variance()));
    if model.stop().has_curve() {
        let mut subject = model.predict(&row)?;
        if let Some(stratum) = model.strata().last() {
            subject = subject.stratum(stratum)?;
        }
        for predicted in [
            subject.survival(7.0)?,
            subject.hazard(7.0)?,
            subject.cumulative_hazard(30.0)?,
            subject.quantile(0.3)?,
        ] {
            values.push(predicted.value());
            values.extend(predicted.std_error());
            values.extend(predicted.bounds().into_iter().flat_map(|(low, high)| [low, high]));
        }
        values.extend(subject.restricted_mean(12.0).map(|m| m.value()));
        values.extend(subject.simulate(5, 1)?);
    }
    Ok(values.into_iter().map(f64::to_bits).collect())
}

#[test]
fn what_is_read_back_predicts_the_same_bits() -> Result<()> {
    let models = models();
    assert!(models.len() >= 18, "{}", models.len());
    for (name, model) in models {
        let text = serde_json::to_string(&model).unwrap();
        let back: ParametricModel = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(back, model, "{name}");
        assert_eq!(bits(&back)?, bits(&model)?, "{name}");
        assert_eq!(back.to_string(), model.to_string());
    }
    Ok(())
}

#[test]
fn what_no_fit_writes_is_refused() {
    let fit = |name: &str| -> Value {
        let family: Family = name.parse().unwrap();
        serde_json::to_value(Parametric::new(family).fit(data(), &design()).unwrap()).unwrap()
    };
    let refusal = |mut value: Value, path: &str, other: Value| {
        *value.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = other;
        serde_json::from_value::<ParametricModel>(value).unwrap_err().to_string()
    };
    let weibull = fit("weibull");
    for (path, other, what) in [
        ("/coefficients", json!([1.0]), "the coefficients has 1 values"),
        ("/coefficients/0", json!(1e300), "a coefficient is"),
        ("/distribution", json!("Exponential"), "the parameters is 2"),
        ("/layout/location", json!(1), "the location is 1"),
        ("/layout/coefficients/0/parameter", json!(7), "the parameter of a coefficient is 7"),
        ("/layout/coefficients/1/factor/Column", json!(5), "the column of a coefficient is 5"),
        ("/variance/data/0", json!(-1.0), "a variance is -1"),
        ("/variance/data/1", json!(1e9), "a covariance is"),
        ("/events", json!(13), "events is 13"),
        ("/stop", json!({ "Flat": { "coefficient": 9 } }), "the coefficient of the diagnosis is 9"),
    ] {
        let error = refusal(weibull.clone(), path, other);
        assert!(error.contains(what), "{path}: {error}");
    }
    let error = refusal(fit("spline-hazard"), "/distribution/Spline/knots", json!({ "Inner": 1 }));
    assert!(error.contains("knots"), "{error}");
}
