//! New rows by name, checked against the recipe of the model; the data of the fit, checked against its fingerprint.

use approx::assert_relative_eq;
use greenwood::survival::data::NearTies;
use greenwood::survival::regression::{NewRow, TimeScale};
use greenwood::survival::{CoxModel, CoxPh, Design, Groups, RightCensored, Ties, Weights};
use greenwood::{Error, ModelError, Result};
use ndarray::{Array2, array};
use proptest::prelude::*;

const DOSE: [&str; 12] =
    ["high", "low", "none", "low", "none", "high", "low", "none", "high", "none", "low", "high"];
const AGE: [f64; 12] = [61., 48., 70., 52., 66., 59., 50., 63., 45., 71., 58., 54.];

fn data() -> Result<RightCensored<'static>> {
    let time = vec![4., 3., 1., 7., 2., 5., 6., 8., 9., 3.5, 2.5, 7.5];
    let event = [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1].map(|e| e == 1);
    RightCensored::new(time, event.to_vec())
}

/// Factor, spline and their product.
fn design() -> Result<Design<'static>> {
    Design::builder()
        .factor("dose", &Groups::new(&DOSE), "none")
        .natural_spline("age", &AGE, &[48.0, 58.0, 68.0])
        .interaction("dose", "age")
        .build()
}

fn plain() -> Result<Design<'static>> {
    Design::builder().numeric("age", &AGE).factor("dose", &Groups::new(&DOSE), "none").build()
}

fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

/// The levels are numbered otherwise in the new data: a design matches by name, and so does a row.
#[test]
fn a_level_is_a_name_not_a_number() -> Result<()> {
    let fit = CoxPh::new().fit(&data()?, &plain()?)?;
    assert_eq!(plain()?.names(), ["age", "dose: high", "dose: low"]);
    let low = 60.0 * fit.coefficients()[0] + fit.coefficients()[2];
    let patient = Groups::from_codes(&[1], &["none", "low", "high"])?;
    let new = Design::builder().factor("dose", &patient, "none").numeric("age", &[60.0]).build()?;
    assert_eq!(fit.linear_predictor(&new)?, [low]);
    assert_eq!(fit.linear_predictor(&fit.row().numeric("age", 60.0).level("dose", "low"))?, [low]);
    // A level that nobody has, here or in the data of the fit, is no reason to refuse.
    let few = Groups::from_codes(&[1], &["none", "low", "double"])?;
    let new = Design::builder().factor("dose", &few, "none").numeric("age", &[60.0]).build()?;
    assert_eq!(fit.linear_predictor(&new)?, [low]);
    // A matrix goes by the names of its columns.
    let x = array![[0.0, 1.0, 60.0]];
    let new = Design::new(&["dose: high", "dose: low", "age"], x.view())?;
    assert_eq!(fit.linear_predictor(&new)?, [low]);
    Ok(())
}

/// Many rows by named columns are the rows of the design, splines and products included; so are rows one by one.
#[test]
fn the_rows_of_the_fit_are_found_again_by_name() -> Result<()> {
    let fit = CoxPh::new().ridge(0.1).fit(&data()?, &design()?)?;
    let of_design = fit.linear_predictor(&design()?)?;
    assert_eq!(fit.linear_predictor(&fit.columns().numeric("age", &AGE).levels("dose", &DOSE))?, of_design);
    for i in 0..12 {
        let row = fit.row().level("dose", DOSE[i]).numeric("age", AGE[i]);
        assert_eq!(fit.linear_predictor(&row)?, [of_design[i]]);
        assert_eq!(row.build()?.matrix().row(0), design()?.matrix().row(i));
    }
    // The product is taken again where a design lacks it.
    let without = Design::builder()
        .natural_spline("age", &AGE, &[48.0, 58.0, 68.0])
        .factor("dose", &Groups::new(&DOSE), "none")
        .build()?;
    assert_eq!(fit.linear_predictor(&without)?, of_design);
    let recipe = fit.recipe();
    assert_eq!(recipe.covariates(), ["dose", "age", "dose × age"]);
    assert_eq!(recipe.levels("dose"), Some(["high", "low", "none"].map(String::from).as_slice()));
    assert_eq!(
        (recipe.reference("dose"), recipe.knots("age")),
        (Some("none"), Some(&[48.0, 58.0, 68.0][..]))
    );
    assert_eq!((recipe.levels("age"), recipe.reference("age"), recipe.knots("dose")), (None, None, None));
    Ok(())
}

#[test]
fn new_rows_that_do_not_fit_are_refused_by_name() -> Result<()> {
    let fit = CoxPh::new().ridge(0.1).fit(&data()?, &design()?)?;
    let of = |row: NewRow| message(fit.linear_predictor(&row));
    let row = || fit.row().numeric("age", 60.0);
    assert_eq!(of(row()), "the new rows have no dose: the model needs a level, one of high, low, none");
    assert_eq!(of(fit.row().level("dose", "low")), "the new rows have no age: the model needs a number");
    assert_eq!(
        of(row().level("dose", "Low")),
        "covariate dose has no level \"Low\": its levels are high, low, none"
    );
    let low = || row().level("dose", "low");
    assert_eq!(of(low().numeric("sex", 1.0)), "there is no covariate sex: there are dose, age");
    assert_eq!(of(low().numeric("dose × age", 1.0)), "there is no covariate dose × age: there are dose, age");
    assert_eq!(
        of(fit.row().level("age", "old").level("dose", "low")),
        "covariate age is a level in the new rows, but the model has a natural spline with the knots 48, 58, 68"
    );
    assert_eq!(
        of(row().numeric("dose", 1.0)),
        "covariate dose is a number in the new rows, but the model has a factor with the levels high, low, none and the \
         reference none"
    );
    assert_eq!(
        of(low().numeric("age", 61.0)),
        "two values of a new row are named \"age\": give each a name of its own"
    );
    assert_eq!(
        of(fit.row().numeric("age", f64::NAN).level("dose", "low")),
        "covariate age, row 0, is NaN: it must be a finite number; drop or impute the row"
    );
    assert_eq!(
        message(fit.linear_predictor(&fit.columns().numeric("age", &[1.0]).levels("dose", &["low", "high"]))),
        "a covariate has 1 values, but the first covariate has 2: the two must be equal in number"
    );
    assert!(
        message(fit.hazard_ratio_between(&design()?, &low()))
            .starts_with("the row has 12 values, but one row")
    );

    let by = |design: Result<Design<'static>>| message(fit.linear_predictor(&design.unwrap()));
    let dose = Groups::new(&DOSE);
    let spline = |knots: &[f64]| Design::builder().natural_spline("age", &AGE, knots);
    let knots = [48.0, 58.0, 68.0];
    assert_eq!(
        by(spline(&[48.0, 57.0, 68.0]).factor("dose", &dose, "none").build()),
        "covariate age is a natural spline with the knots 48, 57, 68 in the new rows, but the model has a natural spline \
         with the knots 48, 58, 68"
    );
    assert_eq!(
        by(spline(&knots).factor("dose", &dose, "low").build()),
        "covariate dose is a factor with the levels high, low, none and the reference low in the new rows, but the model \
         has a factor with the levels high, low, none and the reference none"
    );
    assert_eq!(
        by(spline(&knots).build()),
        "the new rows have no dose: the model needs a factor with the levels high, low, none and the reference none"
    );
    assert_eq!(
        by(spline(&knots).factor("dose", &dose, "none").numeric("sex", &AGE).build()),
        "there is no covariate sex: there are dose, age, dose × age"
    );
    let other = Groups::new(&DOSE.map(|d| if d == "low" { "double" } else { d }));
    assert_eq!(
        by(spline(&knots).factor("dose", &other, "none").build()),
        "covariate dose has no level \"double\": its levels are high, low, none"
    );
    assert_eq!(
        by(Design::builder().numeric("age", &AGE).factor("dose", &dose, "none").build()),
        "covariate age is a number in the new rows, but the model has a natural spline with the knots 48, 58, 68"
    );
    // The other way round: a model of a number does not take the first column of a spline for it.
    let plain = CoxPh::new().fit(&data()?, &plain()?)?;
    let new = spline(&knots).factor("dose", &dose, "none").build()?;
    assert_eq!(
        message(plain.linear_predictor(&new)),
        "there is no covariate age spline 1: there are age, dose"
    );
    // Positions have no say: a matrix whose columns have other names is refused.
    let x = array![[0.0, 1.0, 60.0]];
    assert!(
        message(plain.linear_predictor(&Design::new(&["a", "b", "c"], x.view())?))
            .starts_with("the new rows have no age")
    );
    Ok(())
}

/// A stored model has its recipe: factor, spline and product are read back and predict the same bits.
#[cfg(feature = "serde")]
#[test]
fn a_stored_model_predicts_by_name_to_the_last_bit() -> Result<()> {
    let (data, design) = (data()?, design()?);
    let fit = CoxPh::new().ridge(0.1).fit(&data, &design)?;
    let text = serde_json::to_string(&fit).unwrap();
    let stored: CoxModel = serde_json::from_str(&text).unwrap();
    assert_eq!(stored, fit);
    let row = |model: &CoxModel| model.row().level("dose", "low").numeric("age", 57.3);
    let bits = |x: Vec<f64>| x.into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(stored.linear_predictor(&row(&stored))?), bits(fit.linear_predictor(&row(&fit))?));
    assert_eq!(
        message(stored.linear_predictor(&stored.row().level("dose", "x").numeric("age", 1.0))),
        "covariate dose has no level \"x\": its levels are high, low, none"
    );
    // With the data it is asked as the model was, and it knows them as well.
    assert_eq!(stored.with(&data, &design)?.residuals()?, fit.with(&data, &design)?.residuals()?);
    assert!(stored.with(&data, &plain()?).is_err());
    // A recipe that contradicts itself is refused, and so is one that is not that of the terms.
    for (from, to) in [
        (r#""reference":2"#, r#""reference":3"#),
        (r#""reference":2"#, r#""reference":1"#),
        (r#""knots":[48.0,58.0,68.0]"#, r#""knots":[48.0,48.0,68.0]"#),
        (r#""levels":["high","low","none"]"#, r#""levels":["high","high","none"]"#),
        (r#""left":"dose""#, r#""left":"sex""#),
    ] {
        assert!(text.contains(from), "{from} {text}");
        assert!(serde_json::from_str::<CoxModel>(&text.replace(from, to)).is_err(), "{to}");
    }
    Ok(())
}

/// A number within the periods of a split, and a model without covariates.
#[test]
fn rows_within_periods_and_rows_of_nothing() -> Result<()> {
    let rows = data()?.split_at(&[4.0])?;
    let age = rows.expand(&AGE)?;
    let design = Design::builder().numeric_within("age", &age, rows.periods()).build()?;
    let fit = CoxPh::new().fit(rows.data(), &design)?;
    let late = fit.row().numeric("age", 60.0).level("age", "after 4");
    assert_eq!(fit.linear_predictor(&late)?, [60.0 * fit.coefficients()[1]]);
    assert_eq!(
        message(fit.linear_predictor(&fit.row().numeric("age", 60.0))),
        "the new rows have no age: the model needs a level, one of until 4, after 4"
    );
    let uneven = fit.columns().numeric("age", &[60.0, 61.0]).levels("age", &["after 4"]);
    assert!(message(fit.linear_predictor(&uneven)).starts_with("the levels has 1 values"));

    let empty = Array2::zeros((12, 0));
    let nothing = Design::new::<&str>(&[], empty.view())?;
    let null = CoxPh::new().fit(&data()?, &nothing)?;
    let curve = null.with(&data()?, &nothing)?.baseline()?.curve(&null.row())?;
    assert_relative_eq!(curve.value(1.0)?, (-1.0_f64 / 12.0).exp(), max_relative = 1e-14);
    Ok(())
}

/// Whatever needs the data again takes those of the fit, and no others: it says which part is another.
#[test]
fn other_data_than_those_of_the_fit_are_refused() -> Result<()> {
    let (data, design) = (data()?, plain()?);
    let strata = Groups::new(&["a", "b", "a", "b", "a", "b", "a", "b", "a", "b", "a", "b"]);
    let data = data
        .with_entry(vec![0.5; 12])?
        .with_weights(Weights::replication(vec![2.0; 12]))?
        .with_strata(strata.clone())?;
    let fit = CoxPh::new().fit(&data, &design)?;
    let ask = |data: &RightCensored, design: &Design| message(fit.with(data, design).map(|_| ()));
    let differs = |what: &str| {
        format!(
            "{what} differs from that of the fit: give the data and the design that the model was fitted to; new rows are \
             predicted by name (`row`, `columns`)"
        )
    };
    assert!(fit.with(&data, &design).is_ok());
    let mut time = data.time().to_vec();
    time.swap(0, 1);
    let again = |time: &[f64], event: &[bool]| -> Result<RightCensored<'static>> {
        RightCensored::new(time.to_vec(), event.to_vec())?
            .with_entry(vec![0.5; 12])?
            .with_weights(Weights::replication(vec![2.0; 12]))?
            .with_strata(strata.clone())
    };
    assert_eq!(ask(&again(&time, data.event())?, &design), differs("time"));
    let mut event = data.event().to_vec();
    event[3] = true;
    assert_eq!(ask(&again(data.time(), &event)?, &design), differs("event"));
    let plain = again(data.time(), data.event())?;
    assert!(fit.with(&plain, &design).is_ok());
    assert_eq!(ask(&plain.clone().with_entry(vec![0.25; 12])?, &design), differs("entry"));
    let sampled = plain.clone().with_weights(Weights::sampling(vec![2.0; 12]))?;
    assert_eq!(ask(&sampled, &design), differs("the weights"));
    assert_eq!(ask(&plain.clone().with_clusters(&[0; 12])?, &design), differs("the clusters"));
    let renamed =
        Groups::from_codes(&strata.codes().iter().map(|&c| c as usize).collect::<Vec<_>>(), &["b", "a"])?;
    assert_eq!(ask(&plain.clone().with_strata(renamed)?, &design), differs("the strata"));
    assert_eq!(
        ask(&plain.clone().with_near_ties(NearTies::Exact)?, &design),
        differs("the rule for near ties")
    );
    let few = plain.filter(&(0..12).map(|i| i > 0).collect::<Vec<_>>())?;
    assert_eq!(ask(&few, &design), differs("the number of rows (11, not 12)"));

    // The design: a value, two rows exchanged, a column less, another name.
    let mut x = design.matrix().to_owned();
    x[[7, 0]] += 1e-9;
    assert_eq!(ask(&plain, &Design::new(design.names(), x.view())?), differs("covariate age"));
    let swapped = design.select(&[1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])?;
    assert_eq!(ask(&plain, &swapped), differs("covariate age"));
    let age = Design::builder().numeric("age", &AGE).build()?;
    assert_eq!(ask(&plain, &age), differs("the number of columns of the design (1, not 3)"));
    let other = Design::new(&["age", "dose: high", "dose: low"], design.matrix())?;
    assert!(fit.with(&plain, &other).is_ok(), "the same columns, made otherwise");
    let named = Design::new(&["Age", "dose: high", "dose: low"], design.matrix())?;
    assert_eq!(ask(&plain, &named), differs("covariate Age"));
    let short = design.select(&[0, 1, 2])?;
    assert!(ask(&plain, &short).starts_with("the design has 3 values, but time has 12"));
    // Another layout in memory is not another matrix.
    let mut columns = Array2::zeros((3, 12));
    columns.assign(&design.matrix().t());
    assert!(fit.with(&plain, &Design::new(design.names(), columns.t())?).is_ok());
    assert!(design.select(&[12]).is_err());
    Ok(())
}

/// A curve is that of one stratum, by its label.
#[test]
fn a_curve_is_that_of_one_stratum() -> Result<()> {
    let strata = Groups::new(&["a", "b", "a", "b", "a", "b", "a", "b", "a", "b", "a", "b"]);
    let (data, design) = (data()?.with_strata(strata)?, plain()?);
    let fit = CoxPh::new().fit(&data, &design)?;
    let baseline = fit.with(&data, &design)?.baseline()?;
    let row = baseline.row().numeric("age", 60.0).level("dose", "low");
    assert_eq!(
        message(baseline.curve(&row)),
        "the baseline has one curve per stratum (a, b): ask that of one, as `baseline.stratum(label)?`"
    );
    assert!(message(baseline.stratum("c")).starts_with("no subject is labelled \"c\": the labels are a, b"));
    let own = baseline.stratum("b")?;
    assert_eq!((own.strata().collect::<Vec<_>>(), own.curve(&row)?.last_time()), (vec!["b"], 8.0));
    let many = own.columns().numeric("age", &[60.0, 50.0]).levels("dose", &["low", "none"]);
    assert_eq!(own.curves(&many)?[0], own.curve(&row)?);
    assert!(message(own.curve(&many)).starts_with("the row has 2 values, but one row has 1"));
    Ok(())
}

/// Nested models are those of the same rows, ties and penalties.
#[test]
fn models_of_other_data_are_not_compared() -> Result<()> {
    let (data, whole) = (data()?, plain()?);
    let age = Design::builder().numeric("age", &AGE).build()?;
    let larger = CoxPh::new().fit(&data, &whole)?;
    let test = larger.likelihood_ratio_against(&CoxPh::new().fit(&data, &age)?)?;
    let held = larger.with(&data, &whole)?.likelihood_ratio_test_of(&["dose: high", "dose: low"])?;
    assert_relative_eq!(test.statistic(), held.statistic(), max_relative = 1e-7);
    assert_eq!(test.df(), 2);
    let fewer = data.filter(&(0..12).map(|i| i > 0).collect::<Vec<_>>())?;
    let smaller = CoxPh::new().fit(&fewer, &age.select(&(1..12).collect::<Vec<_>>())?)?;
    assert!(matches!(
        larger.likelihood_ratio_against(&smaller),
        Err(Error::Model(ModelError::OtherData { .. }))
    ));
    for options in [CoxPh::new().ties(Ties::Breslow), CoxPh::new().ridge(1.0), CoxPh::new().firth()] {
        let smaller = options.fit(&data, &age)?;
        assert!(matches!(larger.likelihood_ratio_against(&smaller), Err(Error::Unsupported { .. })));
    }
    let offset = CoxPh::new().offset(&[0.1; 12]).fit(&data, &age)?;
    assert_eq!(
        larger.likelihood_ratio_against(&offset),
        Err(Error::Model(ModelError::OtherData { part: "offset".into() }))
    );
    Ok(())
}

#[test]
fn every_covariate_has_a_name_of_its_own() -> Result<()> {
    let x = array![[1.0, 2.0], [3.0, 4.0]];
    let duplicate =
        |what: &str, name: &str| format!("two {what} are named \"{name}\": give each a name of its own");
    assert_eq!(message(Design::new(&["a", "a"], x.view())), duplicate("covariates", "a"));
    let dose = Groups::new(&DOSE);
    let builder = || Design::builder().numeric("age", &AGE).factor("dose", &dose, "none");
    assert_eq!(message(builder().numeric("age", &AGE).build()), duplicate("covariates", "age"));
    assert_eq!(
        message(builder().natural_spline("age", &AGE, &[1.0, 2.0, 3.0]).build()),
        duplicate("covariates", "age")
    );
    assert_eq!(message(builder().factor("dose", &dose, "low").build()), duplicate("covariates", "dose"));
    assert_eq!(message(builder().numeric("dose: low", &AGE).build()), duplicate("columns", "dose: low"));
    let twice = builder().interaction("age", "dose").interaction("age", "dose");
    assert_eq!(message(twice.build()), duplicate("covariates", "age × dose"));
    // Three at a time: a product is a set of columns like any other.
    let sex: Vec<f64> = (0..12).map(|i| f64::from(i % 2)).collect();
    let three =
        builder().numeric("sex", &sex).interaction("age", "dose").interaction("age × dose", "sex").build()?;
    assert_eq!(three.names()[6..], ["age × dose: high × sex", "age × dose: low × sex"]);
    Ok(())
}

/// 10⁵ levels of 10⁵ rows would be 80 GB: refused before anything is made.
#[test]
fn a_factor_of_too_many_levels_is_refused_at_once() -> Result<()> {
    let ids: Vec<usize> = (0..100_000).collect();
    let groups = Groups::new(&ids);
    assert_eq!(
        message(Design::builder().factor("id", &groups, "0").build()),
        "the design would be too large (100000 rows × 99999 columns, 80.0 GB): a factor with so many levels is an id or \
         a date: use strata, clusters or fewer levels"
    );
    let within = Design::builder().numeric_within("x", &vec![1.0; 100_000], &groups);
    assert!(matches!(within.build(), Err(Error::TooLarge { .. })));
    let product = Design::builder().factor("a", &Groups::new(&ids[..20_000]), "0");
    let product = product.numeric("b", &vec![1.0; 20_000]).interaction("a", "b");
    assert!(matches!(product.build(), Err(Error::TooLarge { .. })));
    let wide = Array2::zeros((2, 6000));
    let names: Vec<usize> = (0..6000).collect();
    let data = RightCensored::new(&[1.0, 2.0], &[true, true])?;
    assert!(matches!(
        CoxPh::new().fit(&data, &Design::new(&names, wide.view())?),
        Err(Error::TooLarge { .. })
    ));
    Ok(())
}

fn ask_everything(fit: &CoxModel, data: &RightCensored, design: &Design) -> Result<()> {
    let fitted = fit.with(data, design)?;
    fitted.residuals()?;
    fitted.baseline()?.at_zero()?;
    fitted.proportional_hazards(TimeScale::Rank)?;
    fitted.profile_interval("a", 0.95)?;
    fitted.likelihood_ratio_test_of(&["b"])?;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// Rows in another order, with another design or with an event more are other data, whatever is asked; the same
    /// numbers again are the same data.
    #[test]
    fn only_the_data_of_the_fit_are_taken(
        rows in prop::collection::vec((1..20_u32, any::<bool>(), -2.0..2.0_f64, -1.0..1.0_f64), 8..20),
        at in 0..8_usize,
    ) {
        let parts = |rows: &[(u32, bool, f64, f64)]| {
            let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
            let data = RightCensored::new(time, rows.iter().map(|r| r.1).collect::<Vec<_>>()).unwrap();
            let (a, b): (Vec<f64>, Vec<f64>) = rows.iter().map(|r| (r.2, r.3)).unzip();
            (data, Design::builder().numeric("a", &a).numeric("b", &b).build().unwrap())
        };
        let (data, design) = parts(&rows);
        let fit = CoxPh::new().ridge(0.5).fit(&data, &design).unwrap();
        let (same, again) = parts(&rows);
        prop_assert!(ask_everything(&fit, &same, &again).is_ok());
        let mut other = rows.clone();
        other[at].1 = !other[at].1;
        let (data, design) = parts(&other);
        let refused = matches!(ask_everything(&fit, &data, &design), Err(Error::Model(ModelError::OtherData { .. })));
        prop_assert!(refused);
        let mut other = rows;
        let last = other.len() - 1;
        other.swap(at.min(last - 1), last);
        let (data, design) = parts(&other);
        let refused = matches!(ask_everything(&fit, &data, &design), Err(Error::Model(ModelError::OtherData { .. })));
        prop_assert!(refused);
    }
}
