//! Regressions on the restricted mean against survRM2's published example, R's geepack, least squares, and by properties.

use crate::common::Frame;
use approx::assert_relative_eq;
use greenwood::survival::regression::{MeanLink, MeanMethod, RestrictedMeanModel, RestrictedMeanRegression};
use greenwood::survival::{Design, Groups, KaplanMeier, RightCensored, Weights};
use greenwood::{Error, ModelError};

/// The 312 randomised patients of pbc in years, with arm (1: D-penicillamine) as strata where asked for; then who is
/// censored is so a hundredth of a day later: survRM2 has censorings before events at the same time, greenwood after.
fn pbc(names: &[&str], strata: bool) -> (RightCensored<'static>, Design<'static>) {
    let frame = Frame::read("pbc");
    let column = |name: &str| frame.column(name)[..312].to_vec();
    let event: Vec<bool> = column("status").iter().map(|s| *s == 2.0).collect();
    let later = |i: usize| if strata && !event[i] { 0.01 } else { 0.0 };
    let years: Vec<f64> = column("time").iter().enumerate().map(|(i, t)| (t + later(i)) / 365.25).collect();
    let arm: Vec<f64> = column("trt").iter().map(|t| f64::from(*t == 1.0)).collect();
    let groups = Groups::new(&arm.iter().map(|a| *a as u32).collect::<Vec<_>>());
    let mut data = RightCensored::new(years, event).unwrap();
    if strata {
        data = data.with_strata(groups).unwrap();
    }
    let mut design = Design::builder().numeric("arm", &arm);
    for name in names {
        design = design.numeric(*name, &column(name));
    }
    (data, design.build().unwrap())
}

fn near(model: &RestrictedMeanModel, coefficients: &[f64], errors: &[f64], tolerance: f64) {
    assert!(model.is_success());
    assert_eq!(model.names().len(), coefficients.len());
    for (j, estimate) in model.coefficients().iter().enumerate() {
        let value = estimate.value().unwrap();
        let found = if model.link() == MeanLink::Identity { value } else { value.ln() };
        assert_relative_eq!(found, coefficients[j], max_relative = tolerance);
        assert_relative_eq!(estimate.std_error().unwrap(), errors[j], max_relative = tolerance);
    }
}

/// The example of survRM2 (Uno et al.; its vignette prints −0.210 for the arm): `rmst2(time, status, arm, tau = 10, covariates =
/// pbc[, c("age", "bili", "albumin")])`, the formulas of `rmst2reg` in R 4.2.2 with glm at epsilon 1e-14. The logit is the same
/// with `quasibinomial` on Y/10.
#[test]
fn pbc_is_that_of_survrm2() {
    let (data, design) = pbc(&["age", "bili", "albumin"], true);
    let fit = |link| RestrictedMeanRegression::new(10.0).link(link).fit(&data, &design).unwrap();
    let difference = fit(MeanLink::Identity);
    for (model, coefficients, errors) in [
        (
            difference.clone(),
            [
                2.7498126849071594,
                -0.2098028222720217,
                -0.0687391472225574,
                -0.3252697172924994,
                2.5487017120026705,
            ],
            [
                2.135049690491278,
                0.3433367531762472,
                0.0176096744338177,
                0.0387946446512386,
                0.4721592939660451,
            ],
        ),
        (
            fit(MeanLink::Log),
            [
                1.3696393738447366,
                -0.03257956464772512,
                -0.00929505889402906,
                -0.08709234076167431,
                0.3599660194817449,
            ],
            [
                0.35635643008235207,
                0.05015648566315645,
                0.00272318817244518,
                0.01335426442553088,
                0.08022377417933475,
            ],
        ),
        (
            fit(MeanLink::LogTimeLost),
            [
                1.9900294579706816,
                0.0346694218816829,
                0.0252587392535951,
                0.0625752746306466,
                -0.7498010596124579,
            ],
            [
                0.695664185020537,
                0.1274604284419597,
                0.00662352023758567,
                0.0075100488864533,
                0.14903968396468195,
            ],
        ),
        (
            fit(MeanLink::Logit),
            [
                -1.1595907340562601,
                -0.0695414737001409,
                -0.0466408968265168,
                -0.1946744711311077,
                1.4846309608186135,
            ],
            [
                1.4260868690751138,
                0.221073030165693,
                0.0114561953711559,
                0.0379637891264829,
                0.3321100831106241,
            ],
        ),
    ] {
        near(&model, &coefficients, &errors, 1e-9);
    }
    assert_eq!(format!("{:.3}", difference.coefficients()[1].value().unwrap()), "-0.210");
    let text = difference.printed(0.90).unwrap().to_string();
    assert!(text.contains("90% CI") && text.lines().count() == 7, "{text}");
}

/// R 4.2.2: `geepack::geese(p ~ arm + age + bili + albumin + protime, mean.link =, corstr = "independence")` on `survival::pseudo(survfit(…),
/// times = 10, type = "rmst")`; geese iterates to 1e-13.
#[test]
fn pseudo_values_are_those_of_geese() {
    let (data, design) = pbc(&["age", "bili", "albumin", "protime"], false);
    let pseudo = RestrictedMeanRegression::new(10.0).method(MeanMethod::InfinitesimalPseudoValues);
    near(
        &pseudo.fit(&data, &design).unwrap(),
        &[
            10.4814445658314686,
            -0.3152782189965463,
            -0.0485523281782048,
            -0.3020662070854994,
            2.1224481680764242,
            -0.6686899886623425,
        ],
        &[
            3.1063825568650714,
            0.3117818128041941,
            0.0160520073525516,
            0.0360997239949566,
            0.4068299791275276,
            0.2302917337268451,
        ],
        1e-9,
    );
    // geese stops at a relative change of its own.
    near(
        &pseudo.link(MeanLink::Log).fit(&data, &design).unwrap(),
        &[
            2.77576299969571139,
            -0.04144059557326817,
            -0.00696263924252079,
            -0.09194512307489666,
            0.20743423913719553,
            -0.08877700540408814,
        ],
        &[
            0.41600550782968049,
            0.03931311919702293,
            0.00207671406097781,
            0.01284933189218587,
            0.06298768865933281,
            0.03253680320580151,
        ],
        1e-7,
    );
    let (data, design) = pbc(&["age", "bili"], false);
    near(
        &pseudo.link(MeanLink::Logit).fit(&data, &design).unwrap(),
        &[4.7201447357955395, -0.0100683140319963, -0.0539292567368982, -0.3522580695355286],
        &[0.6769038540208403, 0.2287488782487271, 0.0120405118278865, 0.0511459118705038],
        1e-7,
    );
    // n θ − (n − 1) θ₍₋ᵢ₎ from 313 curves.
    let exact = RestrictedMeanRegression::new(10.0).method(MeanMethod::PseudoValues);
    near(
        &exact.fit(&data, &design).unwrap(),
        &[12.4999326732124381, -0.2457964379702691, -0.0760501803714209, -0.4185772330693526],
        &[0.8132924863053898, 0.3354072085204106, 0.0169312887669069, 0.0379249339802575],
        1e-9,
    );
}

/// With the arm alone and a curve of censoring in each, the means are the areas under the arms' curves.
#[test]
fn without_covariates_it_is_the_area_under_the_curve() {
    let (data, _) = pbc(&[], false);
    let none = Design::without_covariates(312);
    let area = KaplanMeier::fit(&data).restricted_mean(10.0).unwrap();
    for link in [MeanLink::Identity, MeanLink::Log, MeanLink::LogTimeLost, MeanLink::Logit] {
        for method in [MeanMethod::CensoringWeights, MeanMethod::PseudoValues] {
            let model =
                RestrictedMeanRegression::new(10.0).link(link).method(method).fit(&data, &none).unwrap();
            let mean = model.restricted_mean(&model.row()).unwrap();
            // Weights of known rows add up to n, and Σ w Y/n is the area, where no event is tied with a censoring.
            let tolerance = if method == MeanMethod::CensoringWeights { 1e-9 } else { 3e-3 };
            assert_relative_eq!(mean.value().unwrap(), area.value(), max_relative = tolerance);
        }
    }
}

/// A weight of k is the row k times; a cluster of one row is that row; weights of sampling are robust.
#[test]
fn weights_and_clusters_mean_what_they_say() {
    let (data, design) = pbc(&["bili"], true);
    let weight: Vec<f64> = (0..312).map(|i| f64::from(1 + (i * 7 % 3) as u32)).collect();
    let rows: Vec<usize> = (0..312).flat_map(|i| vec![i; weight[i] as usize]).collect();
    let pick = |x: &[f64]| -> Vec<f64> { rows.iter().map(|&i| x[i]).collect() };
    let event: Vec<bool> = rows.iter().map(|&i| data.event()[i]).collect();
    let strata = Groups::new(&rows.iter().map(|&i| data.strata().unwrap().codes()[i]).collect::<Vec<_>>());
    let repeated = RightCensored::new(pick(data.time()), event).unwrap().with_strata(strata).unwrap();
    let fit = RestrictedMeanRegression::new(9.0).link(MeanLink::Log);
    let whole = fit.fit(&repeated, &design.select(&rows).unwrap()).unwrap();
    let weighted = data.clone().with_weights(Weights::replication(&weight)).unwrap();
    let short = fit.fit(&weighted, &design).unwrap();
    let sampled = data.clone().with_weights(Weights::sampling(&weight)).unwrap();
    let clusters: Vec<usize> = (0..312).collect();
    let sampled_clusters = sampled.clone().with_clusters(&clusters).unwrap();
    let (sampled, clustered) =
        (fit.fit(&sampled, &design).unwrap(), fit.fit(&sampled_clusters, &design).unwrap());
    for j in 0..3 {
        let (a, b) = (whole.coefficients()[j], short.coefficients()[j]);
        assert_relative_eq!(a.value().unwrap(), b.value().unwrap(), max_relative = 1e-9);
        assert_relative_eq!(a.std_error().unwrap(), b.std_error().unwrap(), max_relative = 1e-9);
        let (c, d) = (sampled.coefficients()[j], clustered.coefficients()[j]);
        assert_relative_eq!(a.value().unwrap(), c.value().unwrap(), max_relative = 1e-9);
        assert_relative_eq!(c.std_error().unwrap(), d.std_error().unwrap(), max_relative = 1e-9);
        assert!(c.std_error().unwrap() > a.std_error().unwrap());
    }
    // Clusters of the repeated rows are the rows with weights of sampling.
    let again = fit.fit(&repeated.with_clusters(&rows).unwrap(), &design.select(&rows).unwrap()).unwrap();
    for (c, d) in sampled.coefficients().iter().zip(again.coefficients()) {
        assert_relative_eq!(c.std_error().unwrap(), d.std_error().unwrap(), max_relative = 1e-9);
    }
}

#[test]
fn what_cannot_be_fitted_says_why() {
    let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, true, false]).unwrap();
    let design = Design::builder().numeric("x", &[0.0, 1.0, 0.0, 1.0]).build().unwrap();
    let fit = RestrictedMeanRegression::new(3.5);
    assert!(fit.fit(&data, &design).is_ok());
    for tau in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let refused = RestrictedMeanRegression::new(tau).fit(&data, &design);
        assert!(matches!(refused, Err(Error::OutOfRange { argument: "tau", .. })));
    }
    let late = RestrictedMeanRegression::new(5.0).fit(&data, &design);
    assert_eq!(late, Err(Error::BeyondFollowUp { tau: 5.0, last: 4.0 }));
    let constant = Design::builder().numeric("x", &[1.0; 4]).build().unwrap();
    let refused = fit.fit(&data, &constant);
    assert!(matches!(refused, Err(Error::Model(ModelError::Collinear { .. }))));
    let twice =
        Design::builder().numeric("x", &[0., 1., 0., 1.]).numeric("y", &[1., 3., 1., 3.]).build().unwrap();
    assert!(matches!(fit.fit(&data, &twice), Err(Error::Model(ModelError::Collinear { .. }))));
    let short = Design::builder().numeric("x", &[1.0, 2.0]).build().unwrap();
    assert!(matches!(fit.fit(&data, &short), Err(Error::LengthMismatch { .. })));
    let entered = data.clone().with_entry(&[0.5; 4]).unwrap();
    assert!(matches!(fit.fit(&entered, &design), Err(Error::Unsupported { .. })));
    let censored = RightCensored::new(&[1.0, 2.0], &[false, false]).unwrap();
    assert!(fit.fit(&censored, &Design::without_covariates(2)).is_err());
    // All of x = 1 live to the horizon: their odds are infinite, their difference is not.
    let alive = RightCensored::new(&[1.0, 9.0, 2.0, 9.0], &[true, false, true, false]).unwrap();
    let odds = fit.link(MeanLink::Logit).fit(&alive, &design).unwrap();
    assert!(!odds.is_success() && odds.coefficients()[1].value().is_err());
    assert!(odds.to_string().contains("no finite solution"));
    assert_relative_eq!(
        fit.fit(&alive, &design).unwrap().coefficients()[1].value().unwrap(),
        2.0,
        epsilon = 1e-9
    );
    // One row tells the mean and no error of it.
    let one = RightCensored::new(&[1.0], &[true]).unwrap();
    let one = fit.fit(&one, &Design::without_covariates(1)).unwrap();
    assert!(one.coefficients()[0].value().is_ok() && one.coefficients()[0].std_error().is_err());
}

/// A change of a covariate's unit and origin changes nothing else.
#[test]
fn units_do_not_matter() {
    let (data, design) = pbc(&["bili"], true);
    let (arm, bili) = (design.matrix().column(0).to_vec(), design.matrix().column(1).to_vec());
    let other: Vec<f64> = bili.iter().map(|b| 1e6 + 1e3 * b).collect();
    let other = Design::builder().numeric("arm", &arm).numeric("bili", &other).build().unwrap();
    for link in [MeanLink::Identity, MeanLink::Log, MeanLink::LogTimeLost, MeanLink::Logit] {
        let fit = RestrictedMeanRegression::new(10.0).link(link);
        let (a, b) = (fit.fit(&data, &design).unwrap(), fit.fit(&data, &other).unwrap());
        let (a, b) = (a.coefficients()[1], b.coefficients()[1]);
        assert_relative_eq!(a.value().unwrap(), b.value().unwrap(), max_relative = 1e-7);
        assert_relative_eq!(a.std_error().unwrap(), b.std_error().unwrap(), max_relative = 1e-7);
    }
}

/// Tenths that were summed up, in which 0.8 is 0.7999999999999999 and 1 is 0.9999999999999999: a horizon of 0.8 is that time,
/// so who is censored then is known up to it. R 4.2.2, survival 3.5-3: `summary(survfit(Surv(t, e) ~ 1), rmean = 0.8)`.
#[test]
fn a_horizon_is_the_time_that_it_is_a_near_tie_of() {
    let mut sum = 0.0;
    let summed: Vec<f64> = (0..10)
        .map(|_| {
            sum += 0.1;
            sum
        })
        .collect();
    let tenths: Vec<f64> = (1..=10).map(|k| f64::from(k) / 10.0).collect();
    assert!(summed[7] < 0.8 && summed[9] < 1.0);
    let first = [true, false, true, true, false, true, false, false, true, true];
    let event: Vec<bool> = first.iter().copied().chain(first.iter().map(|e| !e)).collect();
    let x: Vec<f64> = (0..20).map(|i| f64::from((i * 7) % 5)).collect();
    let design = Design::builder().numeric("x", &x).build().unwrap();
    let rows = |times: &[f64]| RightCensored::new([times, times].concat(), event.clone()).unwrap();
    let (summed, tenths) = (rows(&summed), rows(&tenths));
    for method in
        [MeanMethod::CensoringWeights, MeanMethod::PseudoValues, MeanMethod::InfinitesimalPseudoValues]
    {
        let fit = |data| RestrictedMeanRegression::new(0.8).method(method).fit(data, &design).unwrap();
        for (found, expected) in fit(&summed).coefficients().iter().zip(fit(&tenths).coefficients()) {
            assert_relative_eq!(found.value().unwrap(), expected.value().unwrap(), max_relative = 1e-12);
            assert_relative_eq!(
                found.std_error().unwrap(),
                expected.std_error().unwrap(),
                max_relative = 1e-12
            );
        }
    }
    let curve = KaplanMeier::fit(&summed);
    let mean = curve.restricted_mean(0.8).unwrap();
    assert_relative_eq!(mean.value(), 0.639361572265625, max_relative = 1e-13);
    assert_relative_eq!(mean.std_error().unwrap(), 0.053258257507868785, max_relative = 1e-12);
    // The last of them is censored, and 1 is no time beyond it.
    assert!(curve.restricted_mean(1.0).is_ok() && curve.restricted_mean(1.0 + 1e-6).is_err());
}
