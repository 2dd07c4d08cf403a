//! Baselines by choice: Kalbfleisch and Prentice's product against R and against Kaplan and Meier.

use crate::common::Frame;
use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::regression::BaselineMethod;
use greenwood::survival::result::NotEstimable;
use greenwood::survival::{CoxPh, Design, Groups, Interval, KaplanMeier, RightCensored, Ties, Weights};
use proptest::prelude::*;

/// R 4.2.2, survival 3.5-3: lung without missing `ph.ecog`, m = ceiling(time/30),
/// survfit(coxph(Surv(m, status == 2) ~ age + ph.ecog, ties = "breslow"), newdata of age 60 and ph.ecog 1, stype = 1).
#[test]
fn the_product_of_heavily_tied_deaths_is_that_of_r() -> Result<()> {
    let frame = Frame::read("lung");
    let keep: Vec<bool> = frame.column("ph_ecog").iter().map(|x| !x.is_nan()).collect();
    let frame = frame.keep(&keep);
    let months: Vec<f64> = frame.column("time").iter().map(|t| (t / 30.0).ceil()).collect();
    let event: Vec<bool> = frame.column("status").iter().map(|&s| s == 2.0).collect();
    let data = RightCensored::new(months, event)?;
    let design = Design::builder()
        .numeric("age", frame.column("age"))
        .numeric("ph_ecog", frame.column("ph_ecog"))
        .build()?;
    let fit = CoxPh::new().ties(Ties::Breslow).fit(&data, &design)?;
    let baseline = fit.with(&data, &design)?.baseline_by(BaselineMethod::KalbfleischPrentice)?;
    let curve = baseline.curve(&fit.row().numeric("age", 60.0).numeric("ph_ecog", 1.0))?;
    for (month, survival) in [
        (1.0, 0.958442946222352155),
        (6.0, 0.733025076274153253),
        (12.0, 0.443993683600606204),
        (13.0, 0.392975025741505501),
        (25.0, 0.096053097737691995),
        (35.0, 0.045667934666730935),
    ] {
        // R halves an interval 35 times: each of some twenty factors is within 2⁻³⁶.
        assert_relative_eq!(curve.value(month)?, survival, max_relative = 1e-9);
    }
    Ok(())
}

/// Where the coefficients are 0 it is Kaplan and Meier's curve: under ties, weights, delayed entry and in strata, and
/// down to 0 where nobody is left.
#[test]
fn without_effects_the_product_is_kaplan_and_meiers() -> Result<()> {
    let time = [1., 2., 2., 2., 3., 4., 4., 5., 6., 6., 7., 7.];
    let event = [true, true, true, false, true, true, true, false, true, false, true, true];
    let weights = [1., 2., 0.5, 1., 3., 1., 1., 2., 1., 1., 0.25, 1.];
    let entry = [0., 0., 1., 0., 2., 0., 1., 3., 0., 4., 0., 5.];
    let strata = [0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1];
    let x: Vec<f64> = (0..12).map(|i| f64::from((i * 5) % 7)).collect();
    let design = Design::builder().numeric("x", &x).build()?;
    let data = RightCensored::new(&time, &event)?
        .with_entry(&entry)?
        .with_weights(Weights::replication(weights.to_vec()))?;
    let stratified = data.clone().with_strata(Groups::from_codes(&strata, &["a", "b"])?)?;
    let fit = CoxPh::new().max_iterations(0).fit(&stratified, &design)?;
    let baseline = fit.with(&stratified, &design)?.baseline_by(BaselineMethod::KalbfleischPrentice)?;
    for stratum in 0..2 {
        let curve = baseline.stratum(["a", "b"][stratum])?.curve(&fit.row().numeric("x", 3.0))?;
        let rows: Vec<usize> = (0..12).filter(|&i| strata[i] == stratum).collect();
        let pick = |v: &[f64]| rows.iter().map(|&i| v[i]).collect::<Vec<_>>();
        let events: Vec<bool> = rows.iter().map(|&i| event[i]).collect();
        let own = RightCensored::new(pick(&time), events)?
            .with_entry(pick(&entry))?
            .with_weights(Weights::replication(pick(&weights)))?;
        let kaplan_meier = KaplanMeier::fit(&own);
        for t in [0.5, 1., 2., 3., 4., 5., 6., 7.] {
            let expected = kaplan_meier.at(t).value().unwrap();
            assert_relative_eq!(curve.value(t)?, expected, max_relative = 1e-12);
        }
        // Nobody is left, and nothing is known of how sure that is.
        assert_eq!(curve.value(7.0)?, 0.0);
        assert_eq!(curve.interval(7.0, Interval::log_log())?.bounds(), None);
    }
    Ok(())
}

/// The factor of a tie solves `Σ_{events} r / (1 − α^r) = Σ_{at risk} r`, however far apart the risks.
#[test]
fn the_factor_of_a_tie_solves_its_equation() -> Result<()> {
    let data = RightCensored::new(&[1., 1., 1., 2., 3.], &[true, true, true, false, false])?;
    for slope in [1e-3, 1.0, 6.0, 30.0] {
        let x = [0.0, 1.0, 2.0, 0.5, 2.5];
        let design = Design::builder().numeric("x", &x).build()?;
        let fit = CoxPh::new().initial(&[slope]).max_iterations(0).fit(&data, &design)?;
        let baseline = fit.with(&data, &design)?.baseline_by(BaselineMethod::KalbfleischPrentice)?;
        // In units of the largest of those who fail.
        let log = baseline.curve(&fit.row().numeric("x", 2.0))?.value(1.0)?.ln();
        let risk = x.map(|x| (slope * (x - 2.0)).exp());
        let left: f64 = risk[..3].iter().map(|r| r / -(r * log).exp_m1()).sum();
        assert_relative_eq!(left, risk.iter().sum::<f64>(), max_relative = 1e-9);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// With coefficients of 0 the product is Kaplan and Meier's for any data; with any others it falls from 1 to no less
    /// than 0, below exp(−H) of Breslow's hazard, as 1 − x is below exp(−x).
    #[test]
    fn the_product_is_a_survival_curve(
        rows in prop::collection::vec((1..15_u32, any::<bool>(), 0..8_u32, 1..4_u32, -2.0..2.0_f64), 2..30),
        slope in -3.0..3.0_f64,
    ) {
        let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
        let entry: Vec<f64> = rows.iter().map(|r| f64::from(if r.2 < r.0 { r.2 } else { 0 })).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let weights: Vec<f64> = rows.iter().map(|r| f64::from(r.3) / 2.0).collect();
        let data = RightCensored::new(time, event).unwrap().with_entry(entry).unwrap();
        let data = data.with_weights(Weights::replication(weights)).unwrap();
        let x: Vec<f64> = rows.iter().map(|r| r.4).collect();
        let design = Design::builder().numeric("x", &x).build().unwrap();
        let curve = |slope: f64, method| {
            let fit = CoxPh::new().ties(Ties::Breslow).initial(&[slope]).max_iterations(0).fit(&data, &design).unwrap();
            fit.with(&data, &design).unwrap().baseline_by(method).unwrap().curve(&fit.row().numeric("x", 0.3)).unwrap()
        };
        let (flat, kaplan_meier) = (curve(0.0, BaselineMethod::KalbfleischPrentice), KaplanMeier::fit(&data));
        let (product, exponential) =
            (curve(slope, BaselineMethod::KalbfleischPrentice), curve(slope, BaselineMethod::Breslow));
        let mut before = 1.0;
        for t in (1..15).map(f64::from) {
            let expected = kaplan_meier.extended().at(t).value().unwrap();
            assert_relative_eq!(flat.extended().value(t).unwrap(), expected, max_relative = 1e-9, epsilon = 1e-12);
            let s = product.extended().value(t).unwrap();
            prop_assert!((0.0..=before).contains(&s), "{} after {}", s, before);
            prop_assert!(s <= exponential.extended().value(t).unwrap() + 1e-12);
            before = s;
        }
    }
}

/// R 4.2.2, survival 3.5-3: lung without missing `ph.ecog`, s = survfit(coxph(Surv(time, status == 2) ~ age + ph.ecog),
/// newdata of age 60 and ph.ecog 1, conf.type = "log-log"): quantile(s), summary(s, times), summary(s, rmean = 365).
#[test]
fn a_predicted_curve_is_asked_as_any_curve() -> Result<()> {
    let frame = Frame::read("lung");
    let frame = frame.keep(&frame.column("ph_ecog").iter().map(|x| !x.is_nan()).collect::<Vec<_>>());
    let event: Vec<bool> = frame.column("status").iter().map(|&s| s == 2.0).collect();
    let data = RightCensored::new(frame.column("time"), event)?;
    let design = Design::builder()
        .numeric("age", frame.column("age"))
        .numeric("ph_ecog", frame.column("ph_ecog"))
        .build()?;
    let fit = CoxPh::new().fit(&data, &design)?;
    let baseline = fit.with(&data, &design)?.baseline()?;
    let curve = baseline.curve(&fit.row().numeric("age", 60.0).numeric("ph_ecog", 1.0))?;
    for (p, time, lower, upper) in
        [(0.25, 177.0, 147.0, 199.0), (0.5, 320.0, 285.0, 363.0), (0.75, 558.0, 457.0, 654.0)]
    {
        let quantile = curve.quantile(p)?;
        assert_eq!((quantile.value()?, quantile.interval().bounds()), (time, Some((lower, upper))));
    }
    for (t, s, se, lower, upper) in [
        (100.0, 0.8748790803749527, 0.02175066125695482, 0.82492441486873291, 0.9113428630168244),
        (365.0, 0.4156299565056645, 0.03793812612159746, 0.34082226406862987, 0.4886507534950992),
        (700.0, 0.1436069308790926, 0.03179462761098715, 0.08830541031468446, 0.2118598301994292),
    ] {
        // The fit has converged to 1e-9 standard errors.
        let close = |a: f64, b: f64| assert_relative_eq!(a, b, max_relative = 1e-8);
        close(curve.value(t)?, s);
        close(curve.std_error(t)? * s, se);
        let limits = curve.interval(t, 0.95)?.bounds().unwrap();
        close(limits.0, lower);
        close(limits.1, upper);
    }
    assert_relative_eq!(curve.restricted_mean(365.0)?, 266.302584902656463, max_relative = 1e-8);
    // Nobody was followed beyond 1022, and nothing is said of it unless it is asked for by name.
    assert_eq!(curve.value(2000.0), Err(NotEstimable::BeyondFollowUp { time: 2000.0, last: 1022.0 }));
    assert!(curve.restricted_mean(2000.0).is_err());
    assert_eq!(curve.extended().value(2000.0), curve.value(1022.0));
    assert!(curve.to_string().starts_with(
        "Survival predicted by a Cox model: median 320 (95% CI 285 to 363)\n      time  survival  std error"
    ));
    let many =
        baseline.curves(&fit.columns().numeric("age", &[50.0, 60.0]).numeric("ph_ecog", &[0.0, 1.0]))?;
    assert_eq!(many[1], curve);
    Ok(())
}
