//! Intervals for small samples and the melded comparison, against R and against exact methods.

use crate::common::{Report, cases, numbers};
use crate::random::Random;
use approx::assert_relative_eq;
use greenwood::survival::contrast::Measure;
use greenwood::survival::result::ConfidenceInterval;
use greenwood::survival::small_sample::BetaProductLaw;
use greenwood::survival::{
    Alternative, KaplanMeier, NelsonAalen, RightCensored, SmallSample, SurvivalCurve, Weights,
};
use proptest::prelude::*;

/// The published trial, failure-free survival in months: order reconstructed, times illustrative.
fn msc() -> SurvivalCurve {
    let time = [2., 4., 6., 10., 12., 15., 48., 53., 60.];
    let event = [1, 0, 1, 1, 1, 1, 0, 0, 0].map(|e| e == 1);
    KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap())
}

fn control() -> SurvivalCurve {
    let time = [8., 20., 30., 40., 45., 48., 51., 56., 60.];
    let event = [1, 1, 1, 0, 0, 0, 0, 0, 0].map(|e| e == 1);
    KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap())
}

/// The clean form of the controls: nobody censored between the last failure and 48 months.
fn control_clean() -> SurvivalCurve {
    let time = [8., 20., 30., 49., 49.5, 50., 51., 56., 60.];
    let event = [1, 1, 1, 0, 0, 0, 0, 0, 0].map(|e| e == 1);
    KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap())
}

fn msc_clean() -> SurvivalCurve {
    let time = [2., 4., 6., 10., 12., 15., 49., 53., 60.];
    let event = [1, 0, 1, 1, 1, 1, 0, 0, 0].map(|e| e == 1);
    KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap())
}

/// One death among nine, everybody else seen beyond 48 months.
fn overall() -> SurvivalCurve {
    let time = [2., 49., 50., 51., 52., 53., 54., 55., 60.];
    let event = [1, 0, 0, 0, 0, 0, 0, 0, 0].map(|e| e == 1);
    KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap())
}

/// Freireich et al. (1963), 6-MP.
fn six_mp() -> SurvivalCurve {
    let time =
        [6., 6., 6., 6., 7., 9., 10., 10., 11., 13., 16., 17., 19., 20., 22., 23., 25., 32., 32., 34., 35.];
    let event = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0].map(|e| e == 1);
    KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap())
}

fn close(interval: ConfidenceInterval, lower: f64, upper: f64, tolerance: f64) {
    let (l, u) = interval.bounds().unwrap();
    assert!(
        (l - lower).abs() <= tolerance && (u - upper).abs() <= tolerance,
        "{l} to {u}, expected {lower} to {upper}"
    );
}

/// bpcp 1.4.2 (R 4.2.2), as many digits as it was printed with. Its mid-p limits come from uniroot with the
/// default tolerance of 1e-4; solved to 1e-13 in R the same equations give the second set.
#[test]
fn beta_product_intervals_are_those_of_bpcp() {
    let bpcp = SmallSample::beta_product();
    let mid_p = SmallSample::beta_product_mid_p();
    for (curve, how, lower, upper) in [
        (msc_clean(), bpcp, 0.0872067, 0.7600436),
        (control_clean(), bpcp, 0.2992951, 0.9251454),
        (overall(), bpcp, 0.5175035, 0.9971909),
    ] {
        close(curve.small_sample_interval(48.0, how).unwrap(), lower, upper, 6e-8);
    }
    for (curve, bpcp, exact) in [
        (msc_clean(), (0.1080256, 0.7270729), (0.108014712352817, 0.727123820010879)),
        (control_clean(), (0.3324040, 0.9072642), (0.332412505296549, 0.907314097892211)),
        (overall(), (0.5613343, 0.9943642), (0.561358071811359, 0.994442869198495)),
    ] {
        let interval = curve.small_sample_interval(48.0, mid_p).unwrap();
        close(interval, bpcp.0, bpcp.1, 1e-4);
        close(interval, exact.0, exact.1, 1e-11);
    }
    // Two of the controls censored before 48 months: four are left.
    let time = [8., 20., 30., 40., 45., 50., 51., 56., 60.];
    let event = [true, true, true, false, false, false, false, false, false];
    let curve = KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap());
    close(curve.small_sample_interval(48.0 - 0.5, bpcp).unwrap(), 0.2417000, 0.9251454, 6e-8);
    let curve = six_mp();
    for (t, lower, upper) in
        [(6.0, 0.631774, 0.969511), (10.0, 0.500826, 0.915031), (23.0, 0.176197, 0.726064)]
    {
        close(curve.small_sample_interval(t, bpcp).unwrap(), lower, upper, 6e-7);
    }
}

/// R 4.2.2, Clopper & Pearson: binom.test(x, n, conf.level = level)$conf.int.
#[test]
fn without_censoring_the_beta_product_is_clopper_pearson() {
    for (n, survive, level, lower, upper) in [
        (9_usize, 6_usize, 0.95, 0.29929505620854, 0.925145368580308),
        (9, 6, 0.9, 0.344941365943703, 0.902253186560724),
        (12, 12, 0.95, 0.735351530602949, 1.0),
        (12, 0, 0.95, 0.0, 0.264648469397051),
        (30, 11, 0.99, 0.160355678395143, 0.615698818378923),
    ] {
        let time: Vec<f64> = (0..n).map(|i| if i < n - survive { i as f64 + 1.0 } else { 100.0 }).collect();
        let event: Vec<bool> = (0..n).map(|i| i < n - survive).collect();
        let curve = KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap());
        for law in [BetaProductLaw::Moments, BetaProductLaw::Exact] {
            let how = SmallSample::beta_product().level(level).law(law);
            close(curve.small_sample_interval(50.0, how).unwrap(), lower, upper, 1e-10);
        }
    }
}

/// The exact law is what Monte Carlo approximates: 400,000 draws of the products of beta variables (as
/// products of powers of uniforms) put shares of 0.025 and 0.975 below its limits, within 4 standard errors.
#[test]
fn the_exact_law_is_what_monte_carlo_draws_from() {
    let curve = six_mp();
    let (lower, upper) = curve
        .small_sample_interval(23.0, SmallSample::beta_product().law(BetaProductLaw::Exact))
        .unwrap()
        .bounds()
        .unwrap();
    let rows: Vec<_> = curve.table().rows().filter(|r| r.time <= 23.0 && r.events > 0.0).collect();
    let mut random = Random(7);
    let draws = 400_000;
    let (mut below_lower, mut below_upper) = (0, 0);
    for _ in 0..draws {
        let mut w = 1.0;
        for row in &rows {
            for k in 0..row.events as usize {
                w *= random.uniform().powf((row.at_risk - k as f64).recip());
            }
        }
        below_upper += i32::from(w < upper);
        below_lower += i32::from(w * random.uniform().powf(1.0 / 5.0) < lower);
    }
    let share = |count: i32| f64::from(count) / f64::from(draws);
    let error = 4.0 * (0.025 * 0.975 / f64::from(draws)).sqrt();
    assert!((share(below_lower) - 0.025).abs() < error, "{}", share(below_lower));
    assert!((share(below_upper) - 0.975).abs() < error, "{}", share(below_upper));
    // The moments come close: that is why they are the default.
    let moments = curve.small_sample_interval(23.0, SmallSample::beta_product()).unwrap();
    close(moments, lower, upper, 6e-3);
}

/// R 4.2.2: the likelihood-ratio equation solved to 1e-13 by uniroot. km.ci and bpcp, which stop at 1e-7 in
/// the log likelihood and at 1e-4 in λ, print .1120981 – .7148895, .3454108 – .9045497, .5947476 – .9933056.
#[test]
fn likelihood_ratio_intervals_are_thomas_and_grunkemeiers() {
    let how = SmallSample::likelihood_ratio();
    for (curve, t, lower, upper) in [
        (msc_clean(), 48.0, 0.112095223383543, 0.714889512491477),
        (control_clean(), 48.0, 0.345411612977659, 0.904549699941346),
        (overall(), 48.0, 0.59474507295173, 0.993305593532134),
        (six_mp(), 6.0, 0.67007944924198, 0.962417451784248),
        (six_mp(), 10.0, 0.540111723660458, 0.903726711060134),
        (six_mp(), 23.0, 0.202962176580148, 0.695766938327604),
    ] {
        close(curve.small_sample_interval(t, how).unwrap(), lower, upper, 1e-9);
    }
    for (curve, lower, upper) in [
        (msc_clean(), 0.1120981, 0.7148895),
        (control_clean(), 0.3454108, 0.9045497),
        (overall(), 0.5947476, 0.9933056),
    ] {
        close(curve.small_sample_interval(48.0, how).unwrap(), lower, upper, 4e-6);
    }
    // By hand: one of one failed. S = 0 and −2 log S'^… gives an upper limit from n log(1 + λ/n) alone.
    let all = KaplanMeier::fit(&RightCensored::new(&[1.0], &[true]).unwrap());
    let (lower, upper) = all.small_sample_interval(1.0, how).unwrap().bounds().unwrap();
    assert_eq!(lower, 0.0);
    // −2 log(1 − S) = χ²: S = 1 − exp(−χ²/2)
    assert_relative_eq!(upper, 1.0 - (-1.959963984540054_f64.powi(2) / 2.0).exp(), max_relative = 1e-12);
    // Nobody failed: S^n.
    let none = KaplanMeier::fit(&RightCensored::new(&[3.0, 4.0], &[false, false]).unwrap());
    let (lower, upper) = none.small_sample_interval(2.0, how).unwrap().bounds().unwrap();
    assert_relative_eq!(lower, (-1.959963984540054_f64.powi(2) / 4.0).exp(), max_relative = 1e-12);
    assert_eq!(upper, 1.0);
}

/// km.ci 0.5-6 (R 4.2.2).
#[test]
fn rothman_intervals_are_those_of_km_ci() {
    let how = SmallSample::rothman();
    for (curve, t, lower, upper) in [
        (msc_clean(), 48.0, 0.1398688, 0.6995938),
        (control_clean(), 48.0, 0.3542021, 0.8794162),
        (six_mp(), 6.0, 0.6536394, 0.9501899),
        (six_mp(), 10.0, 0.5345432, 0.8899596),
        (six_mp(), 23.0, 0.2262421, 0.6928747),
    ] {
        close(curve.small_sample_interval(t, how).unwrap(), lower, upper, 6e-8);
    }
    let none = KaplanMeier::fit(&RightCensored::new(&[3.0, 4.0], &[false, false]).unwrap());
    assert_eq!(none.small_sample_interval(2.0, how).unwrap().bounds(), None);
}

/// R 4.2.2, Borkowf's formula as published (hybrid variance, log scale), worked out from the data.
#[test]
fn borkowf_intervals_follow_the_formula() {
    let plain = SmallSample::borkowf();
    let shrunken = SmallSample::borkowf_shrunken();
    for (curve, t, how, lower, upper) in [
        (msc(), 48.0, plain, 0.154285784706582, 0.940622733515493),
        (control(), 48.0, plain, 0.394834923461234, 1.0),
        (six_mp(), 23.0, plain, 0.249835808932667, 0.803986668073913),
        (six_mp(), 10.0, plain.level(0.9), 0.60657580091561, 0.934624187725858),
        (msc(), 48.0, shrunken, 0.164370935287587, 0.945287490783089),
        (control(), 48.0, shrunken, 0.375518914025792, 1.0),
        (six_mp(), 23.0, shrunken, 0.252016557288562, 0.805830591412873),
        (six_mp(), 10.0, shrunken.level(0.9), 0.59270973382852, 0.926131937394011),
    ] {
        close(curve.small_sample_interval(t, how).unwrap(), lower, upper, 1e-12);
    }
}

/// km.ci's cases of the reference: Rothman to rounding; Grunkemeier's limits to the 1e-7 to which it finds
/// the roots.
#[test]
fn the_reference_cases_of_km_ci() {
    let mut report = Report::default();
    for case in cases("km_1").into_iter().chain(cases("km_2")).filter(|c| c.kind == "km_ci") {
        let (how, tolerance) = match case.text("method") {
            Some("rothman") => (SmallSample::rothman(), 1e-9),
            Some("grunkemeier") => (SmallSample::likelihood_ratio(), 1e-6),
            _ => continue,
        };
        let frame = case.frame();
        let curve = KaplanMeier::fit(&case.right_censored(&frame).unwrap());
        for (i, &t) in numbers(&case.output["time"]).iter().enumerate() {
            let interval = curve.small_sample_interval(t, how).unwrap();
            for (side, got) in [("lower", interval.lower), ("upper", interval.upper)] {
                let expected = numbers(&case.output[side])[i];
                let what = format!("{} {side} at {t}", case.name);
                report.close(&what, got.unwrap_or(f64::NAN), expected, tolerance);
            }
        }
        report.cases += 1;
    }
    assert_eq!(report.cases, 2);
    report.finish("km.ci");
}

/// The melding integrals by R 4.2.2's integrate(rel.tol = 1e-12) with uniroot(tol = 1e-13); bpcp 1.4.2's
/// own digits (its roots are found to 1e-4) agree.
#[test]
fn the_melded_comparison_of_the_trial() {
    let melded = msc_clean().melded(&control_clean(), 48.0).unwrap();
    let interval = |measure| melded.interval(measure, 0.95).unwrap();
    close(interval(Measure::Difference), -0.724349186312376, 0.281620748445368, 1e-9);
    close(interval(Measure::Difference), -0.7243498, 0.2816203, 2e-6);
    close(interval(Measure::Ratio), 0.121040550745017, 1.78005637694565, 1e-9);
    close(interval(Measure::Ratio), 0.1210702, 1.7800615, 5e-5);
    close(interval(Measure::OddsRatio), 0.0202955200572732, 3.4103008947287, 1e-8);
    close(interval(Measure::OddsRatio), 0.0202915, 3.4103015, 5e-6);
    assert_relative_eq!(melded.p_value(), 0.491955154898098, max_relative = 1e-9);
    assert_relative_eq!(melded.estimate(Measure::Difference).unwrap(), -0.285714285714286, epsilon = 1e-12);
    assert_relative_eq!(melded.estimate(Measure::Ratio).unwrap(), 0.571428571428571, epsilon = 1e-12);
    assert_relative_eq!(melded.estimate(Measure::OddsRatio).unwrap(), 0.307692307692308, epsilon = 1e-12);
    // Mid-p: R 4.2.2 as above. bpcp 1.4.2 draws a million times: −.6634456 to .1989241, p = .264648.
    let mid_p = melded.mid_p();
    let interval = |measure| mid_p.interval(measure, 0.95).unwrap();
    close(interval(Measure::Difference), -0.663815620336333, 0.199130809787069, 1e-9);
    close(interval(Measure::Difference), -0.6634456, 0.1989241, 2e-3);
    close(interval(Measure::Ratio), 0.159510030261247, 1.48592783898191, 1e-9);
    close(interval(Measure::OddsRatio), 0.0327958708947158, 2.36420704445199, 1e-9);
    assert_relative_eq!(mid_p.p_value(), 0.263812843848078, max_relative = 1e-9);
    assert_relative_eq!(mid_p.p_value(), 0.264648, epsilon = 2e-3);
    assert_eq!(
        mid_p.to_string(),
        "Melded beta product comparison at 48, mid-p (95% CI)\n\
         difference    -0.286 (-0.664 to 0.199)\n\
         ratio          0.571 (0.160 to 1.486)\n\
         odds ratio     0.308 (0.033 to 2.364)\n\
         p = 0.264"
    );
}

/// R 4.2.2: fisher.test(table, alternative = "less" / "greater")$p.value.
#[test]
fn without_censoring_the_melded_p_is_fishers() {
    let curve = |n: usize, survive: usize| {
        let time: Vec<f64> = (0..n).map(|i| if i < n - survive { i as f64 + 1.0 } else { 100.0 }).collect();
        let event: Vec<bool> = (0..n).map(|i| i < n - survive).collect();
        KaplanMeier::fit(&RightCensored::new(&time, &event).unwrap())
    };
    for (n1, s1, n0, s0, lower, higher) in [
        (9, 4, 9, 6, 0.318593171534348, 0.923282599753188),
        (10, 0, 12, 5, 0.0300751879699248, 1.0),
        (8, 8, 9, 3, 1.0, 0.00678733031674208),
    ] {
        let melded = curve(n1, s1).melded(&curve(n0, s0), 50.0).unwrap();
        assert_relative_eq!(melded.one_sided_p_value(Alternative::FirstHigher), lower, max_relative = 1e-9);
        assert_relative_eq!(melded.one_sided_p_value(Alternative::FirstLower), higher, max_relative = 1e-9);
        assert_relative_eq!(melded.p_value(), (2.0 * lower.min(higher)).min(1.0), max_relative = 1e-9);
    }
}

/// At and beyond the ends of what was seen, there are limits and they say little.
#[test]
fn intervals_at_the_edges_of_the_data() {
    let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 3.0], &[true, true, true]).unwrap());
    let bpcp = SmallSample::beta_product();
    let (lower, upper) = curve.small_sample_interval(3.0, bpcp).unwrap().bounds().unwrap();
    assert_eq!(lower, 0.0);
    assert_relative_eq!(upper, 1.0 - 0.025_f64.powf(1.0 / 3.0), max_relative = 1e-12); // 0 of 3
    let (lower, upper) = curve.small_sample_interval(0.5, bpcp).unwrap().bounds().unwrap();
    assert_relative_eq!(lower, 0.025_f64.powf(1.0 / 3.0), max_relative = 1e-12); // 3 of 3
    assert_eq!(upper, 1.0);
    // Beyond the last censoring nothing is known from below.
    let seen = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0], &[false, false]).unwrap());
    assert_eq!(seen.small_sample_interval(5.0, bpcp).unwrap().bounds(), Some((0.0, 1.0)));
    assert_eq!(
        seen.small_sample_interval(5.0, SmallSample::beta_product_mid_p()).unwrap().bounds(),
        Some((0.0, 1.0))
    );
    let melded = seen.melded(&curve, 5.0).unwrap();
    assert_eq!(melded.interval(Measure::Ratio, 0.95).unwrap().upper, None);
    assert_eq!(melded.interval(Measure::Ratio, 0.95).unwrap().lower, Some(0.0));
    assert_relative_eq!(melded.p_value(), 1.0, max_relative = 1e-9);
}

#[test]
fn data_without_the_needed_meaning_are_refused() {
    let time = [3.0, 4.0, 5.0];
    let event = [true, false, true];
    let data = || RightCensored::new(&time, &event).unwrap();
    let refusal = |curve: &SurvivalCurve, how: SmallSample| {
        curve.small_sample_interval(4.0, how).unwrap_err().to_string()
    };
    let bpcp = SmallSample::beta_product();
    let entered = KaplanMeier::fit(&data().with_entry(&[0.0, 1.0, 0.0]).unwrap());
    assert_eq!(
        refusal(&entered, bpcp),
        "the beta product interval is not available with delayed entry: its guarantee is for subjects under \
         observation from the start; use the likelihood-ratio interval"
    );
    assert!(entered.small_sample_interval(4.0, SmallSample::likelihood_ratio()).is_ok());
    let fractions = KaplanMeier::fit(&data().with_weights(Weights::replication(&[1.0, 0.5, 1.0])).unwrap());
    assert_eq!(
        refusal(&fractions, SmallSample::borkowf()),
        "Borkowf's interval is not available with fractional weights: it counts subjects: use whole numbers \
         (rows repeated)"
    );
    let sampled = KaplanMeier::fit(&data().with_weights(Weights::sampling(&[1.0, 2.0, 1.0])).unwrap());
    assert_eq!(
        refusal(&sampled, SmallSample::likelihood_ratio()),
        "the likelihood-ratio interval is not available with sampling weights or clusters: it takes subjects \
         as independent and equal: use a robust interval (`Interval`)"
    );
    assert!(sampled.small_sample_interval(4.0, SmallSample::rothman()).is_ok());
    assert!(sampled.melded(&sampled, 4.0).is_err());
    let hazard = NelsonAalen::fit(&data()).survival();
    assert!(refusal(&hazard, bpcp).starts_with(
        "the beta product interval is not available with a curve that is not a Kaplan-Meier estimate"
    ));
    let censoring = KaplanMeier::censoring(&data());
    assert!(refusal(&censoring, bpcp).contains("with a censoring distribution"));
    let curve = KaplanMeier::fit(&data());
    assert_eq!(refusal(&curve, bpcp.level(1.0)), "level is 1: it must be inside (0, 1), such as 0.95");
    let err = curve.small_sample_interval(f64::NAN, bpcp).unwrap_err();
    assert_eq!(err.to_string(), "t is NaN: it must be at least 0");
    let err = curve.melded(&curve, 1.0).unwrap().interval(Measure::Arcsine, 0.95).unwrap_err();
    assert!(err.to_string().ends_with("it is offered for the difference, the ratio and the odds ratio"));
}

fn rows() -> impl Strategy<Value = Vec<(f64, bool)>> {
    prop::collection::vec((1..15_u32, any::<bool>()), 1..25)
        .prop_map(|rows| rows.into_iter().map(|(t, e)| (f64::from(t), e)).collect())
}

fn fit(rows: &[(f64, bool)]) -> SurvivalCurve {
    let (time, event): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
    KaplanMeier::fit(&RightCensored::new(time, event).unwrap())
}

const ALL: [fn() -> SmallSample; 6] = [
    SmallSample::beta_product,
    SmallSample::beta_product_mid_p,
    SmallSample::likelihood_ratio,
    SmallSample::rothman,
    SmallSample::borkowf,
    SmallSample::borkowf_shrunken,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Inside [0, 1], holding the estimate (Borkowf's shrunken one aside), wider at a higher level, and the
    /// mid-p interval inside the guaranteed one.
    #[test]
    fn intervals_are_in_order(rows in rows(), t in 0.0..16.0_f64) {
        let curve = fit(&rows);
        let Ok(s) = curve.at(t).value() else { return Ok(()) };
        for how in ALL {
            let how = how();
            let interval = curve.small_sample_interval(t, how).unwrap();
            let wider = curve.small_sample_interval(t, how.level(0.99)).unwrap();
            if let (Some((l, u)), Some((l2, u2))) = (interval.bounds(), wider.bounds()) {
                prop_assert!((0.0..=1.0).contains(&l) && (0.0..=1.0).contains(&u), "{how}: {l} to {u}");
                prop_assert!(l2 <= l + 1e-12 && u <= u2 + 1e-12, "{how}: {l} to {u} in {l2} to {u2}");
                prop_assert!(how.method() == SmallSample::borkowf_shrunken().method()
                    || (l <= s + 1e-9 && s <= u + 1e-9), "{how}: {s} in {l} to {u}");
            }
        }
        for law in [BetaProductLaw::Moments, BetaProductLaw::Exact] {
            let whole = curve.small_sample_interval(t, SmallSample::beta_product().law(law)).unwrap();
            let mid_p = curve.small_sample_interval(t, SmallSample::beta_product_mid_p().law(law)).unwrap();
            let ((l, u), (l2, u2)) = (whole.bounds().unwrap(), mid_p.bounds().unwrap());
            prop_assert!(l <= l2 + 1e-9 && u2 <= u + 1e-9);
        }
    }

    /// The beta product limits never rise with time.
    #[test]
    fn beta_product_limits_fall(rows in rows()) {
        let curve = fit(&rows);
        for how in [SmallSample::beta_product(), SmallSample::beta_product_mid_p()] {
            let mut before = (1.0, 1.0);
            for t in 0..16 {
                let now = curve.small_sample_interval(f64::from(t), how).unwrap().bounds().unwrap();
                prop_assert!(now.0 <= before.0 + 1e-9 && now.1 <= before.1 + 1e-9);
                before = now;
            }
        }
    }

    /// Order of rows, unit of time, and a whole weight instead of repeated rows change nothing.
    #[test]
    fn the_same_data_in_other_clothes(rows in rows(), t in 0.0..16.0_f64, k in 1..4_u32) {
        let reversed: Vec<_> = rows.iter().rev().map(|&(x, e)| (x * 0.25, e)).collect();
        let repeated: Vec<_> = rows.iter().flat_map(|&row| std::iter::repeat_n(row, k as usize)).collect();
        let (time, event): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
        let weights = Weights::replication(vec![f64::from(k); rows.len()]);
        let weighted = KaplanMeier::fit(&RightCensored::new(time, event).unwrap().with_weights(weights).unwrap());
        for how in ALL {
            let how = how();
            let same = |a: ConfidenceInterval, b: ConfidenceInterval| match (a.bounds(), b.bounds()) {
                (Some((l, u)), Some((l2, u2))) => (l - l2).abs() < 1e-9 && (u - u2).abs() < 1e-9,
                (a, b) => a == b,
            };
            // Beyond follow-up some methods know nothing, whatever the clothes.
            let limits = |curve: &SurvivalCurve, t| curve.small_sample_interval(t, how).ok();
            let both = |a: Option<_>, b: Option<_>| match (a, b) {
                (Some(a), Some(b)) => same(a, b),
                (a, b) => a.is_none() && b.is_none(),
            };
            let plain = limits(&fit(&rows), t);
            prop_assert!(both(plain, limits(&fit(&reversed), t * 0.25)));
            prop_assert!(both(limits(&fit(&repeated), t), limits(&weighted, t)), "{how}");
        }
    }

    /// Swapping the curves turns the comparison round.
    #[test]
    fn melding_is_antisymmetric(a in rows(), b in rows(), t in 0.5..16.0_f64) {
        let there = fit(&a).melded(&fit(&b), t).unwrap();
        let back = fit(&b).melded(&fit(&a), t).unwrap();
        prop_assert!((there.p_value() - back.p_value()).abs() < 1e-8);
        let (l, u) = there.interval(Measure::Difference, 0.9).unwrap().bounds().unwrap();
        let (l2, u2) = back.interval(Measure::Difference, 0.9).unwrap().bounds().unwrap();
        prop_assert!((l + u2).abs() < 1e-7 && (u + l2).abs() < 1e-7, "{l} {u} {l2} {u2}");
        // The interval holds 0 exactly when p says so.
        if (there.p_value() - 0.1).abs() > 1e-6 {
            prop_assert_eq!(there.p_value() > 0.1, l <= 0.0 && 0.0 <= u);
        }
    }
}

/// km.ci's bands, which it does not cut to [0, 1]. Hall-Wellner to 1e-4, its table's digits; equal precision to
/// 3e-3, for its table holds an approximation (the exact values have a test beside their code).
#[test]
fn bands_of_the_reference() {
    use greenwood::survival::Band;
    use greenwood::survival::result::Transform;
    for case in cases("km_1").into_iter().chain(cases("km_2")).filter(|c| c.kind == "km_ci") {
        let band = match case.text("method") {
            Some("hall-wellner") => Band::hall_wellner().transform(Transform::Plain),
            Some("loghall") => Band::hall_wellner(),
            Some("epband") => Band::equal_precision().transform(Transform::Plain),
            Some("logep") => Band::equal_precision(),
            _ => continue,
        };
        let curve = KaplanMeier::fit(&case.right_censored(&case.frame()).unwrap());
        let band = band.fit(&curve).unwrap();
        for (i, &t) in numbers(&case.output["time"]).iter().enumerate() {
            let interval = band.at(t).unwrap();
            for (side, got) in [("lower", interval.lower), ("upper", interval.upper)] {
                let expected = numbers(&case.output[side])[i].clamp(0.0, 1.0);
                assert!(
                    (got.unwrap() - expected).abs() < 1e-2,
                    "{} {side} {t}: {got:?} {expected}",
                    case.name
                );
            }
        }
    }
}

#[test]
fn bands_are_refused_where_there_is_none() {
    use greenwood::survival::Band;
    let message = |band: Band, curve: &SurvivalCurve| band.fit(curve).unwrap_err().to_string();
    let curve = msc();
    assert_eq!(
        message(Band::hall_wellner().between(1.0, 12.0), &curve),
        "from is 1: it must be at or after the first event: before it the variance is 0"
    );
    assert!(message(Band::hall_wellner().between(6.0, 5.0), &curve).starts_with("to is 5"));
    assert!(message(Band::equal_precision().level(0.0), &curve).starts_with("level is 0"));
    let none = KaplanMeier::fit(&RightCensored::new(&[1.0], &[false]).unwrap());
    assert!(message(Band::hall_wellner(), &none).contains("with a curve without events"));
    let band = Band::hall_wellner().fit(&curve).unwrap();
    assert_eq!((band.stretch(), band.at(1.0), band.at(16.0)), ((2.0, 15.0), None, None));
    assert!(band.to_string().starts_with("Hall-Wellner band, 95% over 2 to 15, critical value"));
}

/// Weights of a billion: what the beta product needs are differences from 1. One event each at 1 and 3, a billion
/// censored at 2 and at 4: by exact fractions W⁺ has the moments of Beta(1111111110.8889, 2.7777777777778), W⁻ those of
/// Beta(1200000000.96, 1.80000000024), and R 4.2.2 `qbeta(0.975, b, a)`, `qbeta(0.025, b, a)` are the complements.
#[test]
fn weights_of_a_billion_have_limits() {
    let data = RightCensored::new(&[1., 2., 3., 4.], &[true, false, true, false]).unwrap();
    let curve = |weights: &[f64]| {
        KaplanMeier::fit(&data.clone().with_weights(Weights::replication(weights.to_vec())).unwrap())
    };
    let (lower, upper) = curve(&[1., 1e9, 1., 1e9])
        .small_sample_interval(3.0, SmallSample::beta_product())
        .unwrap()
        .bounds()
        .unwrap();
    // One unit in the last place of the limit is 1e-8 of its distance from 1.
    assert_relative_eq!(1.0 - lower, 6.1822235681790415e-09, max_relative = 1e-7);
    assert_relative_eq!(1.0 - upper, 1.5262062024141843e-10, max_relative = 2e-6);
    for weights in [[1e9, 1., 1e9, 1.], [1., 1e9, 1., 1.], [1e12, 1., 1., 1e12], [1e15, 1e3, 7., 1e15]] {
        for how in
            [SmallSample::beta_product(), SmallSample::beta_product_mid_p(), SmallSample::likelihood_ratio()]
        {
            for t in [1.0, 2.0, 3.5] {
                let curve = curve(&weights);
                let (lower, upper) = curve.small_sample_interval(t, how).unwrap().bounds().unwrap();
                let s = curve.at(t).value().unwrap();
                // The ends of an interval that is narrower than a unit in the last place are the estimate.
                let near = 1e-9;
                assert!(
                    lower - near <= s && s <= upper + near && lower <= upper + near,
                    "{how} {t} {lower} {s} {upper}"
                );
            }
        }
    }
    // The exact law would take 40 steps for each event and each subject: refused before it is begun.
    let exact = SmallSample::beta_product().law(BetaProductLaw::Exact);
    let error = curve(&[1e9, 1., 1., 1.]).small_sample_interval(3.0, exact).unwrap_err();
    assert!(error.to_string().contains("use the law by moments"), "{error}");
}
