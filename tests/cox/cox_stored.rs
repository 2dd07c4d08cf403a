//! A fitted model and its baseline are written down, read back, and predict the same bits without the data.
#![cfg(feature = "serde")]

use crate::common::Frame;
use greenwood::Result;
use greenwood::survival::data::{Landmark, LandmarkCohort};
use greenwood::survival::regression::{
    Baseline, BaselineMethod, PredictedCurve, ProportionalHazards, Residuals, Term, TimeScale,
};
use greenwood::survival::{
    CoxModel, CoxPh, Design, Episodes, Groups, Interval, KaplanMeier, RightCensored, Ties, Weights,
};
use ndarray::array;
use serde_json::{Value, json};

fn read_back<T>(value: &T) -> T
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let back: T = serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap();
    assert_eq!(back, *value);
    back
}

fn refusal<T: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
    serde_json::from_str::<T>(text).unwrap_err().to_string()
}

fn veteran() -> Result<(RightCensored<'static>, Design<'static>)> {
    let frame = Frame::read("veteran");
    let event: Vec<bool> = frame.column("status").iter().map(|&s| s == 1.0).collect();
    let celltype: Vec<usize> = frame.column("celltype").iter().map(|&c| c as usize % 2).collect();
    let data = RightCensored::new(frame.column("time").to_vec(), event)?
        .with_strata(Groups::from_codes(&celltype, &["even", "odd"])?)?;
    let design =
        ["karno", "age", "trt"].iter().fold(Design::builder(), |b, n| b.numeric(*n, frame.column(n)));
    Ok((data, design.build()?))
}

/// Every bit of what is predicted.
fn bits(model: &CoxModel, baseline: &Baseline) -> Result<Vec<u64>> {
    let rows = model.columns().numeric("karno", &[60.0, 1.0 / 3.0]).numeric("age", &[55.0, 71.0]);
    let mut values = model.linear_predictor(&rows.numeric("trt", &[1.0, 2.0]))?;
    let patient = model.row().numeric("karno", 60.0).numeric("age", 55.0).numeric("trt", 1.0);
    let means = array![[baseline.means()[0], baseline.means()[1], baseline.means()[2]]];
    let ratio =
        model.hazard_ratio_between(&patient, &Design::new(model.recipe().columns(), means.view())?)?;
    values.extend([ratio.value()?, ratio.std_error()?]);
    for stratum in baseline.strata() {
        let curve = baseline.stratum(stratum)?.curve(&patient)?;
        for function in [curve.survival(), curve.cumulative_hazard()] {
            values.extend(function.values().iter().chain(function.variance()));
        }
        let interval = curve.interval(100.0, Interval::log_log())?;
        values.extend(interval.lower.into_iter().chain(interval.upper));
    }
    for term in model.terms() {
        values.extend(term.std_error());
    }
    values.extend(model.wald_test().p_value());
    Ok(values.into_iter().map(f64::to_bits).collect())
}

#[test]
fn what_is_read_back_predicts_the_same_bits() -> Result<()> {
    let (data, design) = veteran()?;
    let offset: Vec<f64> = (0..data.len()).map(|i| 0.1 * (i % 7) as f64).collect();
    let sampled = data.clone().with_weights(Weights::sampling(vec![0.3; data.len()]))?;
    for (data, options) in [
        (&data, CoxPh::new()),
        (&data, CoxPh::new().ties(Ties::Breslow).firth()),
        (&data, CoxPh::new().ties(Ties::Exact)),
        (&data, CoxPh::new().ridge(0.5).offset(&offset)),
        (&sampled, CoxPh::new()),
    ] {
        let model = options.fit(data, &design)?;
        for method in [BaselineMethod::Breslow, BaselineMethod::Efron, BaselineMethod::KalbfleischPrentice] {
            let baseline = model.with(data, &design)?.baseline_by(method)?;
            let (stored_model, stored_baseline) = (read_back(&model), read_back(&baseline));
            assert_eq!(bits(&stored_model, &stored_baseline)?, bits(&model, &baseline)?);
            read_back(&baseline.stratum("even")?.at_means()?);
        }
        // With the data, it answers all that the model did.
        let stored = read_back(&model);
        let (again, fitted) = (stored.with(data, &design)?, model.with(data, &design)?);
        assert_eq!(read_back(&again.residuals()?), fitted.residuals()?);
        let scale = TimeScale::default();
        assert_eq!(read_back(&again.proportional_hazards(scale)?), fitted.proportional_hazards(scale)?);
        assert_eq!(stored.to_string(), model.to_string());
        assert_eq!(again.profile_interval("karno", 0.9)?, fitted.profile_interval("karno", 0.9)?);
    }
    Ok(())
}

/// JSON has no infinity: the status tells.
#[test]
fn infinite_coefficients_and_redundant_columns_survive() -> Result<()> {
    let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, true, true, false, false, false])?;
    let x = array![[1., 0.3, 1.], [1., -1., 1.], [1., 0.8, 1.], [0., 0.1, 1.], [0., -0.4, 1.], [0., 1.2, 1.]];
    for x in [x.clone(), -x] {
        let model = CoxPh::new().fit(&data, &Design::new(&["x", "z", "one"], x.view())?)?;
        assert!(model.coefficients()[0].is_infinite());
        let stored = read_back(&model);
        assert_eq!(stored.coefficients(), model.coefficients());
        assert_eq!(stored.to_string(), model.to_string());
        read_back(&model.terms().to_vec());
    }
    Ok(())
}

#[test]
fn nonsense_is_refused() -> Result<()> {
    let (data, design) = veteran()?;
    let model = CoxPh::new().fit(&data, &design)?;
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(
        refusal::<CoxModel>(&text.replace(r#""model_variance":["#, r#""model_variance":[0.5,"#)),
        "the model's variance has 10 values, but a matrix of its terms has 9: the two must be equal in number"
    );
    assert!(
        refusal::<CoxModel>(&text.replace(r#""initial":["#, r#""initial":[0.5,"#))
            .starts_with("the starting values has 4 values")
    );
    assert!(
        refusal::<CoxModel>(&text.replace(r#""offset":null"#, r#""offset":[1.0]"#))
            .starts_with("offset has 1 values, but the model's data has 137")
    );
    let none = serde_json::to_string(&model.terms()[0])
        .unwrap()
        .replace(r#""coefficient":-"#, r#""coefficient":null,"x":"#);
    assert!(
        refusal::<Term>(&none).starts_with("a coefficient is NaN: it must be a number, unless its status")
    );

    let baseline = model.with(&data, &design)?.baseline()?;
    let text = serde_json::to_string(&baseline).unwrap();
    for (field, argument) in
        [("means", "means"), ("hazard", "hazard"), ("drift", "drift"), ("variance", "variance")]
    {
        let broken = text.replace(&format!(r#""{field}":["#), &format!(r#""{field}":[0.5,"#));
        assert!(refusal::<Baseline>(&broken).starts_with(&format!("{argument} has ")), "{field}");
    }
    let curve = serde_json::to_string(&baseline.stratum("odd")?.at_means()?).unwrap();
    let broken = curve.replacen(r#""values":["#, r#""values":[0.5,"#, 1);
    assert!(refusal::<PredictedCurve>(&broken).starts_with("values has "));
    Ok(())
}

/// Episodes are written for the record; they are made from the data again.
#[test]
fn episodes_can_be_written() -> Result<()> {
    let rows: Episodes = veteran()?.0.split_at(&[90.0])?;
    assert!(serde_json::to_string(&rows).unwrap().contains("until 90"));
    Ok(())
}

/// Every number of a stored value, one at a time, made negative, 0, a little larger, huge and missing; every list shorter
/// and longer by one; every text another: it is refused, or it answers without a panic.
fn mutated<T: serde::de::DeserializeOwned>(
    value: &impl serde::Serialize,
    ask: impl Fn(&T),
) -> (usize, usize) {
    let whole = serde_json::to_value(value).unwrap();
    let mut paths = Vec::new();
    leaves(&whole, &mut String::new(), &mut paths);
    let (mut refused, mut read) = (0, 0);
    let mut attempt = |changed: serde_json::Value| match serde_json::from_value::<T>(changed) {
        Ok(value) => {
            ask(&value);
            read += 1;
        }
        Err(_) => refused += 1,
    };
    for path in paths {
        let kinds = match whole.pointer(&path).unwrap() {
            Value::Number(n) => {
                let x = n.as_f64().unwrap();
                let whole = [json!(-1), json!(0), json!(4294967295_u64), json!(u64::MAX), Value::Null];
                let real = [json!(-x - 1.0), json!(x + 0.5), json!(1e308), json!(-1e308), json!(5e-324)];
                whole.into_iter().chain(real).collect()
            }
            Value::Array(a) => {
                let longer = a.iter().chain(a.last()).cloned().collect();
                let shorter = a.iter().skip(1).cloned().collect();
                vec![Value::Array(longer), Value::Array(shorter), Value::Array(Vec::new()), Value::Null]
            }
            Value::String(_) => vec![json!(""), json!("x"), Value::Null],
            Value::Bool(b) => vec![json!(!b), Value::Null],
            _ => vec![json!(1)],
        };
        for kind in kinds {
            let mut changed = whole.clone();
            *changed.pointer_mut(&path).unwrap() = kind;
            attempt(changed);
        }
    }
    (refused, read)
}

/// The paths of all values, of long lists the first and the last few.
fn leaves(value: &Value, path: &mut String, paths: &mut Vec<String>) {
    let before = path.len();
    let step = |key: &str, inner: &Value, path: &mut String, paths: &mut Vec<String>| {
        path.push('/');
        path.push_str(&key.replace('~', "~0").replace('/', "~1"));
        leaves(inner, path, paths);
        path.truncate(before);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| step(key, inner, path, paths)),
        Value::Array(list) => {
            paths.push(path.clone());
            for (i, inner) in list.iter().enumerate().filter(|(i, _)| *i < 3 || i + 2 > list.len()) {
                step(&i.to_string(), inner, path, paths);
            }
        }
        _ => paths.push(path.clone()),
    }
}

#[test]
fn a_changed_file_is_refused_or_harmless() -> Result<()> {
    let (data, design) = veteran()?;
    let few: Vec<bool> = (0..data.len()).map(|i| i % 6 == 0).collect();
    let rows: Vec<usize> = (0..data.len()).filter(|i| few[*i]).collect();
    let (data, design) = (data.filter(&few)?, design.select(&rows)?);
    let offset = vec![0.25; data.len()];
    let clustered = data.clone().with_clusters(&(0..data.len()).map(|i| i / 2).collect::<Vec<_>>())?;
    for (data, options) in
        [(&data, CoxPh::new().offset(&offset)), (&clustered, CoxPh::new().ties(Ties::Breslow))]
    {
        let model = options.fit(data, &design)?;
        let fitted = model.with(data, &design)?;
        let (refused, read) = mutated::<CoxModel>(&model, |m| {
            let row = m.row().numeric("karno", 60.0).numeric("age", 55.0).numeric("trt", 1.0);
            let _ = (m.linear_predictor(&row), m.hazard_ratio_between(&row, &row), m.hazard_ratio("age"));
            let _ = (
                m.to_string(),
                m.wald_test(),
                m.likelihood_ratio_test(),
                m.variance(),
                m.wald_test_of(&["age"]),
            );
            let _ = m.likelihood_ratio_against(&model);
            if let Ok(fitted) = m.with(data, &design) {
                let _ = (fitted.residuals(), fitted.proportional_hazards(TimeScale::Identity));
                let _ = fitted.baseline().map(|b| b.stratum("odd").map(|b| b.at_zero()));
                let _ = (fitted.profile_interval("age", 0.95), fitted.likelihood_ratio_test_of(&["age"]));
            }
        });
        assert!(refused > read, "{refused} {read}");
        for method in [BaselineMethod::Efron, BaselineMethod::KalbfleischPrentice] {
            let baseline = fitted.baseline_by(method)?;
            let (refused, read) = mutated::<Baseline>(&baseline, |b| {
                let row = b.row().numeric("karno", 60.0).numeric("age", 55.0).numeric("trt", 1.0);
                for label in b.strata() {
                    if let Ok(curve) = b.stratum(label).and_then(|b| b.curve(&row)) {
                        let _ = (curve.to_string(), curve.restricted_mean(50.0), curve.interval(50.0, 0.95));
                    }
                }
            });
            assert!(refused > read, "{refused} {read}");
            let (refused, read) = mutated::<PredictedCurve>(&baseline.stratum("odd")?.at_means()?, |curve| {
                let _ = (curve.to_string(), curve.median(), curve.restricted_mean(50.0));
            });
            assert!(refused > read, "{refused} {read}");
        }
        let (refused, _) = mutated::<Residuals>(&fitted.residuals()?, |r| {
            let _ = (r.score().map(|s| s.sum()), r.dfbeta().map(|s| s.sum()), r.schoenfeld().sum());
        });
        assert!(refused > 0);
        let (refused, _) =
            mutated::<ProportionalHazards>(&fitted.proportional_hazards(TimeScale::Rank)?, |t| {
                let _ = (t.to_string(), t.of("age"));
            });
        assert!(refused > 0);
    }
    Ok(())
}

/// A risk that all but vanishes makes hazards, and variances, that outgrow every number: what is written can be read.
#[test]
fn a_baseline_that_outgrows_every_number_is_read_back() -> Result<()> {
    let data = RightCensored::new(&[1., 2., 3., 4.], &[true, true, true, false])?;
    for offset in [-200.0, -600.0, 300.0] {
        let design = Design::builder().numeric("x", &[0.3, -0.2, 0.9, 0.4]).build()?;
        let fit = CoxPh::new().offset(&[offset; 4]).ridge(1.0).fit(&data, &design)?;
        for method in [BaselineMethod::Efron, BaselineMethod::KalbfleischPrentice] {
            let baseline = read_back(&read_back(&fit).with(&data, &design)?.baseline_by(method)?);
            let curve = read_back(&baseline.curve(&fit.row().numeric("x", 0.1))?);
            assert!((0.0..=1.0).contains(&curve.value(2.0)?));
            assert!(curve.interval(2.0, 0.95).is_ok());
        }
        read_back(&fit.with(&data, &design)?.residuals()?);
    }
    Ok(())
}

#[test]
fn a_landmark_cohort_is_read_through_its_checks() -> Result<()> {
    let data = RightCensored::new(&[1.0, 4.0, 9.0, 12.0], &[true, true, false, true])?;
    let changed = [None, Some(2.0), Some(5.0), None];
    let cohort = Landmark::at(3.0).classify(&data, &changed, "no", "yes")?;
    read_back(&cohort);
    let (refused, _) = mutated::<LandmarkCohort>(&cohort, |c| {
        let _ = (c.to_string(), c.empty_groups().len());
        for curve in KaplanMeier::by_group(c.data(), c.groups()).into_iter().flatten() {
            let _ = curve.to_string();
        }
    });
    assert!(refused > 20);
    Ok(())
}
