//! A fitted model and its baseline are written down, read back, and predict the same bits without the data.
#![cfg(feature = "serde")]

mod common;

use common::Frame;
use greenwood::Result;
use greenwood::survival::{
    Baseline, BaselineMethod, CoxModel, CoxPh, Design, Episodes, Groups, Interval, PredictedCurve,
    RightCensored, Term, Ties, TimeScale, Weights,
};
use ndarray::array;

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
        values.extend(term.reported_std_error());
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
