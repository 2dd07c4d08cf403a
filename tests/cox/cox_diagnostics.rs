//! Residuals and the test of proportional hazards: whole factors, exact ties, variances of rounding.

use crate::common::Frame;
use approx::assert_relative_eq;
use greenwood::survival::regression::{ProportionalHazards, TimeScale};
use greenwood::survival::{CoxPh, Design, Groups, RightCensored, Ties, Weights};
use greenwood::{Error, ModelError, Result};
use proptest::prelude::*;

/// R 4.2.2, survival 3.5-3: lung without the row that has no `ph.ecog`,
/// cox.zph(coxph(Surv(time, status == 2) ~ age + factor(ph.ecog)), terms = TRUE) and terms = FALSE.
#[test]
fn a_factor_is_tested_as_a_whole() -> Result<()> {
    let lung = Frame::read("lung");
    let lung = lung.keep(&lung.column("ph_ecog").iter().map(|x| !x.is_nan()).collect::<Vec<_>>());
    let dead: Vec<bool> = lung.column("status").iter().map(|&s| s == 2.0).collect();
    let data = RightCensored::new(lung.column("time"), dead)?;
    let codes: Vec<usize> = lung.column("ph_ecog").iter().map(|&x| x as usize).collect();
    let ecog = Groups::from_codes(&codes, &["0", "1", "2", "3"])?;
    let design =
        Design::builder().numeric("age", lung.column("age")).factor("ph.ecog", &ecog, "0").build()?;
    let fit = CoxPh::new().fit(&data, &design)?;
    let test = fit.with(&data, &design)?.proportional_hazards(TimeScale::KaplanMeier)?;
    let whole: Vec<_> = test.covariates().collect();
    assert_eq!(whole.iter().map(|t| t.0).collect::<Vec<_>>(), ["age", "ph.ecog"]);
    for ((_, t), (chi_square, df)) in whole.iter().zip([(0.266636583910986, 1), (4.872583179456168, 3)]) {
        // The fit has converged to 1e-9 standard errors.
        assert_relative_eq!(t.statistic(), chi_square, max_relative = 1e-8);
        assert_eq!(t.df(), df);
    }
    assert_relative_eq!(test.global().statistic(), 4.916947405075470, max_relative = 1e-8);
    assert_eq!(test.global().df(), 4);
    for (name, chi_square) in [
        ("ph.ecog: 1", 0.297436477354614),
        ("ph.ecog: 2", 2.040371136857952),
        ("ph.ecog: 3", 2.777367646408547),
    ] {
        assert_relative_eq!(test.of(name)?.statistic(), chi_square, max_relative = 1e-8);
    }
    assert!(matches!(test.of("sex"), Err(Error::Model(ModelError::UnknownCovariate { .. }))));
    assert_eq!(
        test.to_string(),
        "Score test of proportional hazards, g(t) = 1 − Kaplan-Meier\n\
         age     chi-square    0.2666 on 1 df, p = 0.606\n\
         ph.ecog chi-square    4.8726 on 3 df, p = 0.181\n\
         global  chi-square    4.9169 on 4 df, p = 0.296"
    );
    Ok(())
}

const TIME: [f64; 24] =
    [2., 3., 1., 3., 1., 1., 5., 6., 3., 3., 6., 2., 5., 4., 2., 5., 3., 1., 6., 4., 3., 2., 5., 2.];
const EVENT: [u8; 24] = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0];
const X: [f64; 24] = [
    1.5, -0.7, -0.9, 0.3, 1.1, 2.2, 1.2, 1.5, 1.0, -1.0, -2.0, -1.8, -0.1, 1.6, -0.8, -0.1, 1.9, -0.5, 0.6,
    -0.9, -0.5, -0.7, -0.1, 1.5,
];

fn tied() -> Result<RightCensored<'static>> {
    RightCensored::new(TIME.to_vec(), EVENT.iter().map(|&e| e == 1).collect::<Vec<_>>())
}

/// The score test of `x g(t)` in the discrete likelihood, by a data set split at every time. R 4.2.2, survival 3.5-3:
/// coxph(Surv(tstart, t, e) ~ x + xg, survSplit(…), ties = "exact", init = c(beta, 0), iter.max = 0)$score, beta that of
/// coxph(Surv(t, e) ~ x, ties = "exact"). (cox.zph gives 0.6053 on the identity scale, by Breslow's formulas.)
#[test]
fn under_exact_ties_the_test_is_that_of_the_discrete_likelihood() -> Result<()> {
    let data = tied()?;
    let one = Design::builder().numeric("x", &X).build()?;
    let fit = CoxPh::new().ties(Ties::Exact).tolerance(1e-12).fit(&data, &one)?;
    let fitted = fit.with(&data, &one)?;
    for (scale, statistic) in [(TimeScale::Identity, 0.963219686110937), (TimeScale::Log, 0.399321489597869)]
    {
        let test = fitted.proportional_hazards(scale)?;
        assert_relative_eq!(test.global().statistic(), statistic, max_relative = 1e-9);
        assert_relative_eq!(test.of("x")?.statistic(), statistic, max_relative = 1e-9);
    }
    // z is 0, 1, 1, 0 again and again.
    let z: Vec<f64> = (0..24).map(|i| f64::from(u8::from(i % 4 == 1 || i % 4 == 2))).collect();
    let two = Design::builder().numeric("x", &X).numeric("z", &z).build()?;
    let fit = CoxPh::new().ties(Ties::Exact).tolerance(1e-12).fit(&data, &two)?;
    let test = fit.with(&data, &two)?.proportional_hazards(TimeScale::Identity)?;
    assert_relative_eq!(test.global().statistic(), 1.63228020596509, max_relative = 1e-9);
    assert_eq!(test.global().df(), 2);
    Ok(())
}

/// Schoenfeld's residuals of the discrete likelihood sum to its score, which is 0; what belongs to single rows is refused,
/// and so is the robust variance. Without tied events there is one likelihood, and one answer.
#[test]
fn under_exact_ties_no_row_has_a_score() -> Result<()> {
    let data = tied()?;
    let design = Design::builder().numeric("x", &X).build()?;
    let fit = CoxPh::new().ties(Ties::Exact).fit(&data, &design)?;
    let residuals = fit.with(&data, &design)?.residuals()?;
    assert!(residuals.schoenfeld().sum().abs() < 1e-9);
    let refusal = |e: Error, what: &str| {
        assert_eq!(
            e.to_string(),
            format!(
                "{what} is not available with exact ties: where events are tied an exact likelihood has no score \
                 of a single row; use Efron's or Breslow's ties"
            )
        );
    };
    refusal(residuals.score().unwrap_err(), "a score residual");
    refusal(residuals.dfbeta().unwrap_err(), "a dfbeta residual");
    let clusters: Vec<usize> = (0..24).map(|i| i / 2).collect();
    let clustered = data.with_clusters(&clusters)?;
    refusal(CoxPh::new().ties(Ties::Exact).fit(&clustered, &design).unwrap_err(), "a robust variance");

    let distinct: Vec<f64> = TIME.iter().zip(0..).map(|(t, i)| t + 0.01 * f64::from(i)).collect();
    let distinct = RightCensored::new(distinct, clustered.event().to_vec())?.with_clusters(&clusters)?;
    let [exact, breslow] = [Ties::Exact, Ties::Breslow].map(|ties| {
        let fit = CoxPh::new().ties(ties).tolerance(1e-12).fit(&distinct, &design)?;
        let residuals = fit.with(&distinct, &design)?.residuals()?;
        Ok::<_, Error>((fit.terms()[0].robust_std_error().unwrap(), residuals))
    });
    let (exact, breslow) = (exact?, breslow?);
    assert_relative_eq!(exact.0, breslow.0, max_relative = 1e-9);
    for (a, b) in exact.1.dfbeta()?.iter().zip(breslow.1.dfbeta()?) {
        assert_relative_eq!(a, b, max_relative = 1e-8, epsilon = 1e-12);
    }
    Ok(())
}

#[test]
fn the_logarithm_of_time_0_is_refused() -> Result<()> {
    let data = RightCensored::new(&[0.0, 1.0, 2.0, 3.0], &[true, true, true, false])?;
    let design = Design::builder().numeric("x", &[0.3, 1.0, 0.1, 0.7]).build()?;
    let fit = CoxPh::new().fit(&data, &design)?;
    let fitted = fit.with(&data, &design)?;
    assert_eq!(
        fitted.proportional_hazards(TimeScale::Log).unwrap_err().to_string(),
        "the time of an event is 0: it must be above 0 where g is the logarithm of time: choose another `TimeScale`"
    );
    assert!(fitted.proportional_hazards(TimeScale::Identity).is_ok());
    Ok(())
}

/// One event time tells nothing of drift, and neither does a second at which the covariate does not vary: what the
/// formulas leave of a variance there is rounding.
#[test]
fn a_variance_of_rounding_is_none() -> Result<()> {
    let x = [0.1, 0.7, 1.3, 0.2, 0.9, 0.9];
    let one = RightCensored::new(&[3., 3., 4., 5., 6., 7.], &[true, true, false, false, false, false])?;
    // At 6 all who are at risk have 0.9.
    let flat = RightCensored::new(&[3., 4., 4., 5., 6., 7.], &[true, false, false, false, true, false])?;
    for data in [one, flat] {
        for factor in [1.0, 1e-7, 1e9] {
            for ties in [Ties::Efron, Ties::Breslow, Ties::Exact] {
                let design = Design::builder().numeric("x", &x.map(|x| factor * x + 3.0 * factor)).build()?;
                let fit = CoxPh::new().ties(ties).max_iterations(0).fit(&data, &design)?;
                let fitted = fit.with(&data, &design)?;
                for scale in [TimeScale::KaplanMeier, TimeScale::Identity, TimeScale::Log, TimeScale::Rank] {
                    let global = fitted.proportional_hazards(scale)?.global();
                    assert_eq!((global.df(), global.p_value()), (0, None), "{scale} {factor}");
                }
            }
        }
    }
    Ok(())
}

type Rows = Vec<(u32, bool, f64, f64, u32)>;

fn test_of(
    rows: &Rows,
    columns: [Vec<f64>; 2],
    shift: f64,
    ties: Ties,
    scale: TimeScale,
) -> Option<ProportionalHazards> {
    let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0) + shift).collect();
    let data = RightCensored::new(time, rows.iter().map(|r| r.1).collect::<Vec<_>>()).unwrap();
    let data = match ties {
        Ties::Exact => data,
        _ => data
            .with_weights(Weights::replication(rows.iter().map(|r| f64::from(r.4)).collect::<Vec<_>>()))
            .unwrap(),
    };
    let design = Design::builder().numeric("a", &columns[0]).numeric("b", &columns[1]).build().unwrap();
    let fit = CoxPh::new().ties(ties).tolerance(1e-11).fit(&data, &design).unwrap();
    if !fit.stop().is_success() {
        return None;
    }
    Some(fit.with(&data, &design).unwrap().proportional_hazards(scale).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Another basis of the same covariates and another origin of the clock change neither the global statistic nor its
    /// degrees of freedom, which never exceed the number of event times less one for each coefficient.
    #[test]
    fn recoding_and_a_shift_of_g_change_nothing(
        rows in prop::collection::vec((1..8_u32, any::<bool>(), -2.0..2.0_f64, -1.0..1.0_f64, 1..3_u32), 6..30),
        ties in prop::sample::select(vec![Ties::Efron, Ties::Breslow, Ties::Exact]),
    ) {
        let (a, b): (Vec<f64>, Vec<f64>) = rows.iter().map(|r| (r.2, r.3)).unzip();
        let mixed = [
            a.iter().zip(&b).map(|(a, b)| 3.0 * a + b).collect(),
            a.iter().zip(&b).map(|(a, b)| 1000.0 * (a - 2.0 * b) + 7.0).collect(),
        ];
        let plain = test_of(&rows, [a.clone(), b.clone()], 0.0, ties, TimeScale::Identity);
        let recoded = test_of(&rows, mixed, 0.0, ties, TimeScale::Identity);
        let shifted = test_of(&rows, [a, b], 1e5, ties, TimeScale::Identity);
        for other in [recoded, shifted] {
            if let (Some(plain), Some(other)) = (&plain, &other) {
                let (x, y) = (plain.global(), other.global());
                prop_assert_eq!(x.df(), y.df());
                // A dozen rows may leave the information nearly singular, and the estimates that much less exact.
                assert_relative_eq!(x.statistic(), y.statistic(), max_relative = 1e-5, epsilon = 1e-7);
            }
        }
    }
}

/// The scores of all rows sum to 0: one cluster alone has no variance, and neither standard error nor test comes of it;
/// nor of two clusters for two covariates.
#[test]
fn a_robust_variance_of_rounding_is_none() -> Result<()> {
    let data = tied()?;
    let design = Design::builder().numeric("x", &X).build()?;
    for ties in [Ties::Efron, Ties::Breslow] {
        let one = CoxPh::new().ties(ties).fit(&data.clone().with_clusters(&[0; 24])?, &design)?;
        assert_eq!(one.terms()[0].robust_std_error(), Some(0.0));
        assert_eq!((one.terms()[0].z(), one.terms()[0].p_value()), (None, None));
        assert_eq!((one.wald_test().df(), one.wald_test().p_value()), (0, None));
    }
    let z: Vec<f64> = (0..24).map(|i| f64::from(i % 3)).collect();
    let two = Design::builder().numeric("x", &X).numeric("z", &z).build()?;
    let halves: Vec<usize> = (0..24).map(|i| i / 12).collect();
    let fit = CoxPh::new().fit(&data.clone().with_clusters(&halves)?, &two)?;
    assert_eq!((fit.wald_test().df(), fit.wald_test().p_value()), (0, None));
    assert_eq!(fit.wald_test_of(&["x"])?.df(), 1);
    let thirds: Vec<usize> = (0..24).map(|i| i / 8).collect();
    let fit = CoxPh::new().fit(&data.with_clusters(&thirds)?, &two)?;
    assert_eq!(fit.wald_test().df(), 2);
    Ok(())
}

/// R 4.2.2, survival 3.5-3: `$rscore` of coxph(Surv(time, status == 2) ~ age + ph.ecog + sex, weights = 1 + (age %% 3)/2,
/// cluster = row) on lung without missing ph.ecog, and of coxph(Surv(time, status == 2) ~ age + sex, cluster = inst).
#[test]
fn the_robust_score_test_is_that_of_r() -> Result<()> {
    let lung = Frame::read("lung");
    let known = |column: &str| lung.column(column).iter().map(|x| !x.is_nan()).collect::<Vec<_>>();
    let fit = |frame: &Frame,
               names: &[&str],
               ties,
               with: &dyn Fn(RightCensored<'static>) -> Result<RightCensored<'static>>| {
        let dead: Vec<bool> = frame.column("status").iter().map(|&s| s == 2.0).collect();
        let data = with(RightCensored::new(frame.column("time").to_vec(), dead)?)?;
        let design = names.iter().fold(Design::builder(), |d, n| d.numeric(*n, frame.column(n))).build()?;
        CoxPh::new().ties(ties).fit(&data, &design)
    };
    let frame = lung.keep(&known("ph_ecog"));
    let weights: Vec<f64> = frame.column("age").iter().map(|a| 1.0 + (a % 3.0) / 2.0).collect();
    let weighted = fit(&frame, &["age", "ph_ecog", "sex"], Ties::Efron, &|data| {
        data.with_weights(Weights::sampling(weights.clone()))
    })?;
    let test = weighted.robust_score_test().unwrap();
    assert_relative_eq!(test.statistic(), 20.52210111616932, max_relative = 1e-9);
    assert_eq!(test.df(), 3);
    assert_relative_eq!(weighted.wald_test().statistic(), 17.43703613281723, max_relative = 1e-7);
    let text = weighted.to_string();
    assert!(text.ends_with("\nrobust score     20.52 on 3 df, p < 0.001"), "{text}");
    assert_eq!(
        text.matches("(not valid: takes rows for independent, and weights for counts)").count(),
        2,
        "{text}"
    );

    // A single row has no institution.
    let frame =
        lung.keep(&known("inst").iter().zip(known("ph_ecog")).map(|(a, b)| *a && b).collect::<Vec<_>>());
    let inst: Vec<u64> = frame.column("inst").iter().map(|x| x.to_bits()).collect();
    for (ties, statistic) in [(Ties::Efron, 6.852879938214207), (Ties::Breslow, 6.862304086396055)] {
        let clustered = fit(&frame, &["age", "sex"], ties, &|data| data.with_clusters(&inst))?;
        assert_relative_eq!(
            clustered.robust_score_test().unwrap().statistic(),
            statistic,
            max_relative = 1e-9
        );
    }
    // Without weights or clusters, and with a penalty, there is none; nor is it a test with as many clusters as covariates.
    assert_eq!(fit(&frame, &["age"], Ties::Efron, &Ok)?.robust_score_test(), None);
    let halves: Vec<usize> = (0..frame.len()).map(|i| i % 2).collect();
    let two = fit(&frame, &["age", "sex"], Ties::Efron, &|data| data.with_clusters(&halves))?;
    assert_eq!(two.robust_score_test().unwrap().p_value(), None);
    Ok(())
}

/// A replication weight is a row written out in every scale of the test, Fine and Gray's model included.
#[test]
fn proportional_hazards_of_weights_are_those_of_rows() {
    use greenwood::survival::{CompetingRisks, FineGray, Weights};
    let time = [1., 2., 2., 3., 4., 5., 5., 6., 7., 8.];
    let code = [1, 2, 1, 0, 1, 2, 1, 1, 0, 1];
    let x = [0.3, -1.0, 0.8, 0.1, 1.4, -0.2, 0.6, -0.7, 0.9, 0.2];
    let weight = [1_usize, 2, 1, 3, 2, 1, 2, 1, 1, 2];
    let test = |written: bool, scale: TimeScale| {
        let rows: Vec<usize> = (0..10).flat_map(|i| vec![i; if written { weight[i] } else { 1 }]).collect();
        let of = |values: &[f64]| rows.iter().map(|&i| values[i]).collect::<Vec<f64>>();
        let weights = Weights::replication(of(&weight.map(|w| w as f64)));
        let outcome: Vec<Option<u32>> = rows.iter().map(|&i| (code[i] > 0).then_some(code[i])).collect();
        let design = Design::builder().numeric("x", &of(&x)).build().unwrap();
        let plain =
            RightCensored::new(of(&time), outcome.iter().map(Option::is_some).collect::<Vec<_>>()).unwrap();
        let competing = CompetingRisks::new(of(&time), &outcome).unwrap();
        let (plain, competing) = if written {
            (plain, competing)
        } else {
            (plain.with_weights(weights.clone()).unwrap(), competing.with_weights(weights).unwrap())
        };
        let cox = CoxPh::new().fit(&plain, &design).unwrap();
        let gray = FineGray::new(&1).fit(&competing, &design).unwrap();
        let (cox, gray) = (cox.with(&plain, &design).unwrap(), gray.with(&competing, &design).unwrap());
        [cox.proportional_hazards(scale).unwrap(), gray.proportional_hazards(scale).unwrap()]
            .map(|t| t.global().statistic())
    };
    for scale in [TimeScale::KaplanMeier, TimeScale::Identity, TimeScale::Log, TimeScale::Rank] {
        let (weighted, written) = (test(false, scale), test(true, scale));
        for (a, b) in weighted.iter().zip(written) {
            assert!((a - b).abs() < 1e-9 * (1.0 + b), "{scale}: {a} {b}");
        }
    }
}
