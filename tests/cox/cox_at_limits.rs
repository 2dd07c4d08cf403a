//! Residuals, baselines and predicted curves of Cox models whose likelihood has no maximum: those of the limit.
//!
//! R 4.2.2, survival 3.5-3, in which the infinite part stands as an offset, or in the strata: where all who are undecided have
//! one value of x, `strata(s, x)` leaves the risk sets of the limit.

use approx::assert_relative_eq;
use greenwood::survival::regression::{BaselineMethod, Residuals, Status, TimeScale};
use greenwood::survival::result::NotEstimable;
use greenwood::survival::{CoxPh, Design, Groups, RightCensored, Ties};
use greenwood::{Error, ModelError, Result};
use ndarray::{ArrayView2, array};

/// Twelve digits are quoted; both fits end at a step of 1e-9 standard errors or less.
const QUOTED: f64 = 2e-9;

fn close(what: &str, found: impl IntoIterator<Item = f64>, right: &[f64]) {
    let found: Vec<f64> = found.into_iter().collect();
    assert_eq!(found.len(), right.len(), "{what}");
    for (i, (f, r)) in found.iter().zip(right).enumerate() {
        assert!((f - r).abs() < QUOTED * r.abs().max(1.0), "{what} {i}: {f} for {r}");
    }
}

fn column(matrix: ArrayView2<f64>, j: usize) -> Vec<f64> {
    matrix.column(j).to_vec()
}

/// Ten patients; in level a nobody has the event.
fn without_events_in_a() -> Result<(RightCensored<'static>, Groups, [f64; 10])> {
    let event = [0, 0, 1, 1, 1, 0, 1, 1, 1, 0].map(|e| e == 1);
    let data = RightCensored::new(vec![4., 8., 1., 3., 6., 9., 2., 5., 7., 10.], event.to_vec())?;
    let levels = Groups::new(&["a", "a", "b", "b", "b", "b", "c", "c", "c", "c"]);
    Ok((data, levels, [0.3, 0.9, 1., 0.5, -0.4, -0.2, 0., 1.2, 0.1, 0.6]))
}

/// coxph(Surv(t, e) ~ x + c + offset(-60 * (g == "a"))) and its residuals; survfit at x = 0.5.
#[test]
#[allow(clippy::too_many_lines)] // values, one on each
fn a_level_without_events_has_the_residuals_of_a_large_offset() -> Result<()> {
    let (data, levels, x) = without_events_in_a()?;
    for reference in ["a", "b", "c"] {
        let design = Design::builder().numeric("x", &x).factor("g", &levels, reference).build()?;
        let model = CoxPh::new().fit(&data, &design)?;
        let fitted = model.with(&data, &design)?;
        let residuals = fitted.residuals()?;
        close(
            "martingale",
            residuals.martingale().iter().copied(),
            &[
                0.,
                0.,
                0.62814999529,
                0.189972025436,
                0.385849584489,
                -1.20397160521,
                0.915205744983,
                -0.109109075304,
                0.390003206165,
                -1.19609987584,
            ],
        );
        close(
            "deviance",
            residuals.deviance().iter().copied(),
            &[
                0.,
                0.,
                0.849840836717,
                0.203541003128,
                0.450923097535,
                -1.55175488091,
                1.76199985297,
                -0.105375681491,
                0.456723924646,
                -1.54667377029,
            ],
        );
        close(
            "score",
            column(residuals.score()?, 0),
            &[
                0.,
                0.,
                0.204341099664,
                0.0218639946947,
                0.0134106225896,
                0.588498639947,
                -0.434939262415,
                -0.05742345427,
                0.0364773043079,
                -0.372228944518,
            ],
        );
        close(
            "dfbeta",
            column(residuals.dfbeta()?, 0),
            &[
                0.,
                0.,
                0.385134033045,
                0.109400590024,
                0.13342409502,
                0.179653477579,
                -0.857040291307,
                0.0928950097384,
                -0.0474216562628,
                0.00395474216276,
            ],
        );
        close(
            "Schoenfeld",
            column(residuals.schoenfeld(), 0),
            &[
                0.325306218573,
                -0.48212016077,
                -0.00860855796513,
                0.687368444821,
                -0.443257212468,
                -0.0786887321904,
            ],
        );
        close(
            "scaled Schoenfeld",
            column(residuals.scaled_schoenfeld(), 0),
            &[5.02548134201, -4.34978068885, 3.43788749032, 4.60013189536, 0.422510770346, -1.05581795185],
        );
        // Of the other columns: that of c against b in the design that has it, and 0 where there is no finite value.
        if reference == "b" {
            assert_eq!(design.names()[2], "g: c");
            let right =
                [-4.86450640237, 4.906069174, -4.44926076741, -1.91547852401, -2.40630895839, 2.22579757657];
            close("scaled Schoenfeld of c", column(residuals.scaled_schoenfeld(), 2), &right);
        }
        for (j, term) in model.terms().iter().enumerate().filter(|(_, t)| t.status() != Status::Estimated) {
            let both = column(residuals.dfbeta()?, j);
            assert!(
                both.into_iter().chain(column(residuals.scaled_schoenfeld(), j)).all(|v| v == 0.0),
                "{}",
                term.name()
            );
        }
        let baseline = fitted.baseline()?;
        let row = |level: &str| baseline.row().numeric("x", 0.5).level("g", level);
        let times = [1., 2., 3., 5., 6., 7.];
        for (level, survival, error) in [
            (
                "b",
                [
                    0.827257632726,
                    0.611683616999,
                    0.444845621689,
                    0.278774154477,
                    0.126971197884,
                    0.0454781259986,
                ],
                [
                    0.196000924273,
                    0.414081464529,
                    0.605443921454,
                    0.981450759764,
                    1.73491801234,
                    2.75892937076,
                ],
            ),
            (
                "c",
                [
                    0.93786727252,
                    0.846820018386,
                    0.760333597413,
                    0.64916115916,
                    0.497532678733,
                    0.351553734046,
                ],
                [
                    0.0862879382602,
                    0.165660765749,
                    0.240695128468,
                    0.326794149455,
                    0.475241865677,
                    0.650818195379,
                ],
            ),
        ] {
            let curve = baseline.curve(&row(level))?;
            assert_eq!(curve.times(), times);
            for (i, &t) in times.iter().enumerate() {
                assert_relative_eq!(curve.value(t)?, survival[i], max_relative = QUOTED);
                let h = curve.cumulative_hazard();
                assert_relative_eq!(h.std_error(t)?, error[i], max_relative = QUOTED);
            }
        }
        // Beside the events of the others those of a have no hazard at all.
        let none = baseline.curve(&row("a"))?;
        assert!(times.iter().all(|&t| none.value(t) == Ok(1.0)));
        assert_eq!(none.value(11.0), Err(NotEstimable::BeyondFollowUp { time: 11.0, last: 10.0 }));
        #[cfg(feature = "serde")]
        {
            let text = serde_json::to_string(&(&residuals, &baseline)).unwrap();
            let (r, b): (Residuals, greenwood::survival::regression::Baseline) =
                serde_json::from_str(&text).unwrap();
            assert_eq!((r, b), (residuals.clone(), baseline.clone()));
        }
        assert!(matches!(
            fitted.proportional_hazards(TimeScale::default()),
            Err(Error::Model(ModelError::InfiniteCoefficient { .. }))
        ));
    }
    Ok(())
}

/// All with x = 1 leave before all others have the first event: late entries, ties and two strata.
fn one_after_the_other() -> Result<(RightCensored<'static>, Design<'static>)> {
    let entry = vec![0., 0., 0., 0., 0., 0., 0., 1.5, 4.2, 0., 0., 0., 0., 0., 0., 0., 0.];
    let time = vec![1., 2., 2., 3., 2.5, 4., 5., 5., 7., 6., 8., 2., 3., 1., 4., 5., 6.];
    let event = [1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0].map(|e| e == 1);
    let x = [1., 1., 1., 1., 1., 0., 0., 0., 0., 0., 0., 1., 1., 1., 0., 0., 0.];
    let z = [0.5, -0.3, 1.2, 0.1, 0.8, -0.6, 0.9, 0.2, 1.1, -0.4, 0.3, 0.7, -0.2, 0.4, 1.3, 0.6, -1.];
    let strata: Vec<&str> = (0..17).map(|i| if i < 11 { "p" } else { "q" }).collect();
    let data =
        RightCensored::new(time, event.to_vec())?.with_entry(entry)?.with_strata(Groups::new(&strata))?;
    Ok((data, Design::builder().numeric("x", &x).numeric("z", &z).build()?))
}

/// coxph(Surv(entry, t, e) ~ z + strata(s, x)), its residuals, and survfit at z = 0.5. Schoenfeld's residuals in the order
/// of stratum and time by coxph(Surv(entry, t, e) ~ z + offset(40 * x) + strata(s)).
#[test]
#[allow(clippy::too_many_lines)] // values, one on each
fn risk_sets_that_are_split_have_the_residuals_of_their_parts() -> Result<()> {
    let (data, design) = one_after_the_other()?;
    let cases = [
        (
            Ties::Efron,
            0.6795508936,
            [
                0.806870453769,
                0.654718975916,
                0.0431133049959,
                -0.57670955104,
                -0.92799318364,
                0.882110819649,
                0.248497035392,
                0.532971852634,
                -0.308031685985,
                -0.37875148121,
                -0.976796540481,
                0.351695259396,
                -0.351695259396,
                0.,
                0.453842102149,
                -0.0872840955211,
                -0.366558006628,
            ],
            [
                -0.0383507341215,
                -0.211361530745,
                0.0078808751962,
                0.106776901557,
                -0.0487163210661,
                -0.262062134647,
                -0.0104275956707,
                -0.0944681539309,
                -0.0783052039049,
                0.113573849543,
                0.101038553636,
                0.037792534141,
                0.0696656505554,
                0.,
                0.0771572097919,
                0.0574870252201,
                0.172319074445,
            ],
            [
                -0.140003661293,
                -0.950653170309,
                0.549346829691,
                0.,
                -0.875085825718,
                0.300907479487,
                -0.399092520513,
                0.293872853091,
                0.316525733456,
                0.,
                0.50077340453,
                0.403408877578,
            ],
            [
                (1., 0.824375172525, 0.193771061932),
                (2., 0.469144016449, 0.451562923809),
                (3., 0.126287185908, 1.40730656926),
            ],
            [
                (4., 0.779619158412, 0.251078332224),
                (5., 0.497490216718, 0.405372553912),
                (7., 0.326607022825, 0.588240825923),
            ],
        ),
        (
            Ties::Breslow,
            0.661632228453,
            [
                0.806393105697,
                0.603130305942,
                -0.0706876054013,
                -0.517112727142,
                -0.821723079096,
                0.880253105493,
                0.159644879952,
                0.471162075216,
                -0.21980714967,
                -0.355563077776,
                -0.935689833215,
                0.355380996697,
                -0.355380996697,
                0.,
                0.458766530798,
                -0.083024922919,
                -0.37574160788,
            ],
            [
                -0.0364973298461,
                -0.196225953532,
                -0.0159002445953,
                0.0964862417776,
                -0.0387711683791,
                -0.255764922573,
                -0.0193613291553,
                -0.0850028065623,
                -0.0621845920781,
                0.103571288956,
                0.0948219365466,
                0.0379594789727,
                0.0688539953704,
                0.,
                0.0781671643846,
                0.0570384963903,
                0.172809744323,
            ],
            [
                -0.135526728587,
                -0.96806533641,
                0.53193466359,
                0.,
                -0.870049746605,
                0.301499026317,
                -0.398500973683,
                0.296543054185,
                0.319842897027,
                0.,
                0.510203343009,
                0.412119801157,
            ],
            [
                (1., 0.823981752533, 0.194199772674),
                (2., 0.509774489392, 0.395713566742),
                (3., 0.138516552082, 1.38124271815),
            ],
            [
                (4., 0.780408899986, 0.250116802875),
                (5., 0.524689155346, 0.374685527866),
                (7., 0.343670453922, 0.568675807126),
            ],
        ),
    ];
    for (ties, coefficient, martingale, dfbeta, schoenfeld, first, second) in cases {
        let model = CoxPh::new().ties(ties).fit(&data, &design)?;
        assert_eq!(model.terms()[0].status(), Status::PlusInfinity);
        assert_relative_eq!(model.coefficients()[1], coefficient, max_relative = QUOTED);
        let fitted = model.with(&data, &design)?;
        let residuals = fitted.residuals()?;
        close("martingale", residuals.martingale().iter().copied(), &martingale);
        close("dfbeta", column(residuals.dfbeta()?, 1), &dfbeta);
        close("Schoenfeld", column(residuals.schoenfeld(), 1), &schoenfeld);
        assert_eq!(residuals.event_times(), [1., 2., 2., 3., 4., 5., 5., 7., 2., 3., 4., 5.]);
        let baseline = fitted.baseline()?.stratum("p")?;
        let row = |x: f64| baseline.row().numeric("x", x).numeric("z", 0.5);
        let (early, late) = (baseline.curve(&row(1.0))?, baseline.curve(&row(0.0))?);
        for (t, survival, error) in first {
            assert_relative_eq!(early.value(t)?, survival, max_relative = QUOTED);
            assert_relative_eq!(early.cumulative_hazard().std_error(t)?, error, max_relative = QUOTED);
            // Beside those with x = 1 the others have no hazard.
            assert_eq!(late.value(t), Ok(1.0));
        }
        for (t, survival, error) in second {
            assert_relative_eq!(late.value(t)?, survival, max_relative = QUOTED);
            assert_relative_eq!(late.cumulative_hazard().std_error(t)?, error, max_relative = QUOTED);
            // Beside those with x = 0 theirs is infinite.
            assert_eq!(early.value(t), Ok(0.0));
        }
        // What lies between is beside both: no hazard at first, then an infinite one.
        let between = baseline.curve(&row(0.5))?;
        assert_eq!([1., 3., 4., 7.].map(|t| between.value(t)), [Ok(1.0), Ok(1.0), Ok(0.0), Ok(0.0)]);
    }
    Ok(())
}

/// Where the ratio to an event has no value there is no curve; where events are tied under exact ties no hazard.
#[test]
fn what_has_no_limit_is_refused_by_name() -> Result<()> {
    let data = RightCensored::new(&[1., 2., 3.], &[true, true, true])?;
    let x = array![[3., 0.], [2., 1.], [1., 0.]];
    let design = Design::new(&["a", "b"], x.view())?;
    let model = CoxPh::new().fit(&data, &design)?;
    let baseline = model.with(&data, &design)?.baseline()?;
    let row = |a: f64, b: f64| baseline.row().numeric("a", a).numeric("b", b);
    let none = Error::NotEstimable { because: NotEstimable::NoMaximum };
    assert_eq!(baseline.curve(&row(2.0, 9.0)).unwrap_err().to_string(), none.to_string());
    // The second subject has the event among two, and outruns the third.
    assert_relative_eq!(baseline.curve(&row(2.0, 1.0))?.value(2.0)?, (-1f64).exp(), max_relative = 1e-12);
    assert_eq!(baseline.curve(&row(2.0, 1.0))?.value(1.0), Ok(1.0));

    let tied = RightCensored::new(&[1., 1., 2., 3.], &[true, true, true, false])?;
    let design = Design::builder().numeric("x", &[1., 1., 0., 0.]).build()?;
    let model = CoxPh::new().ties(Ties::Exact).fit(&tied, &design)?;
    let fitted = model.with(&tied, &design)?;
    let text = fitted.residuals().unwrap_err().to_string();
    assert!(
        text.starts_with("a hazard where a coefficient is infinite is not available with exact ties"),
        "{text}"
    );
    assert!(fitted.baseline_by(BaselineMethod::Breslow).is_err());
    Ok(())
}
