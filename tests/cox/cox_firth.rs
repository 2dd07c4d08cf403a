//! Firth's penalised likelihood in Cox models, against an independent maximisation in R.
//!
//! R 4.2.2, survival 3.5-3: the value `l + log|I|/2` was taken from `coxph(…, init = b, iter.max = 0)` (its `loglik`
//! and the inverse of its `var`), maximised by `optim` and polished by Newton steps on the exact score and numDeriv's derivative of
//! the penalty; limits by `uniroot(tol = 1e-12)` on the profile. R's coxphf (Breslow's ties alone) has the same definitions.

use crate::common::Frame;
use approx::assert_relative_eq;
use greenwood::survival::regression::{Status, Stop};
use greenwood::survival::{CoxModel, CoxPh, Design, Groups, RightCensored, Ties, Weights};
use greenwood::{Error, ModelError, Result};
use ndarray::{Array2, array};
use proptest::prelude::*;
use serde_json::Value;

/// Values and profiles do not feel where exactly the maximum is.
const PROFILE: f64 = 1e-9;

/// What R found.
struct Expected<'a> {
    /// To what share of a standard error: the last step of R's search. Its derivatives allow no less.
    within: f64,
    coefficients: &'a [f64],
    variance: &'a [f64],
    log_likelihood: [f64; 2],
    /// Of each coefficient: limits of its log hazard ratio, and the likelihood-ratio statistic.
    profiles: &'a [[f64; 3]],
}

fn check(model: &CoxModel, data: &RightCensored, design: &Design, expected: &Expected) -> Result<()> {
    assert_eq!(model.stop(), Stop::Converged);
    for (term, &e) in model.terms().iter().zip(expected.coefficients) {
        assert_eq!(term.status(), Status::Estimated);
        let error = (term.coefficient() - e).abs() / term.model_std_error().unwrap();
        assert!(error < expected.within, "{}: {} for {e}", term.name(), term.coefficient());
    }
    for (v, &e) in model.variance().iter().zip(expected.variance) {
        // A covariance is a share of the product of two standard errors.
        assert_relative_eq!(*v, e, max_relative = expected.within, epsilon = 1e-13);
    }
    for (l, e) in model.log_likelihood().into_iter().zip(expected.log_likelihood) {
        assert_relative_eq!(l, e, max_relative = 1e-12);
    }
    for (name, &[lower, upper, statistic]) in design.names().iter().zip(expected.profiles) {
        let interval = model.with(data, design)?.profile_interval(name, 0.95)?;
        // A limit near 0 is exact to a share of its distance from the other.
        assert!((interval.lower.unwrap().ln() - lower).abs() < PROFILE * (upper - lower), "{name} {lower}");
        assert!((interval.upper.unwrap().ln() - upper).abs() < PROFILE * (upper - lower), "{name} {upper}");
        let test = model.with(data, design)?.likelihood_ratio_test_of(&[name])?;
        // A difference of log likelihoods of up to 750.
        assert_relative_eq!(test.statistic(), statistic, max_relative = PROFILE, epsilon = 1e-11);
        assert_eq!(test.df(), 1);
    }
    let names: Vec<&str> = design.names().iter().map(String::as_str).collect();
    let all = model.with(data, design)?.likelihood_ratio_test_of(&names)?;
    assert_relative_eq!(all.statistic(), model.likelihood_ratio_test().statistic(), max_relative = 1e-12);
    Ok(())
}

/// Nobody of those untreated fails: Cox's likelihood is monotone.
#[test]
fn a_monotone_likelihood_has_a_finite_penalised_maximum() -> Result<()> {
    let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, true, true, false, false, false])?;
    let x = array![[1., 0.3], [1., -1.], [1., 0.8], [0., 0.1], [0., -0.4], [0., 1.2]];
    let design = Design::new(&["x", "z"], x.view())?;
    let plain = CoxPh::new().fit(&data, &design)?;
    assert!(plain.to_string().contains("Firth's penalty (`CoxPh::firth`)"));
    let model = CoxPh::new().firth().fit(&data, &design)?;
    check(
        &model,
        &data,
        &design,
        &Expected {
            within: 1e-8,
            coefficients: &[2.5639150090484115, -0.34900856565432881],
            variance: &[3.201817284831705, -0.10315975434046543, -0.10315975434046543, 0.67470207782509328],
            log_likelihood: [-4.7681752091657277, -2.4476531104193739],
            profiles: &[
                [0.15573964256612688, 7.4899788660974762, 4.4289130794121139],
                [-2.0053865528636323, 1.1045766693118211, 0.24440252955356279],
            ],
        },
    )?;
    assert_eq!(
        model.to_string().lines().next().unwrap().split(';').next().unwrap(),
        "Cox model, Efron ties, Firth's penalty: 6 rows, 3 events"
    );
    // One column: the maximum does not hang on the others' presence.
    let x = x.select(ndarray::Axis(1), &[0]);
    let design = Design::new(&["x"], x.view())?;
    let expected = Expected {
        within: 1e-8,
        coefficients: &[2.5652408074158086],
        variance: &[3.2118065328022078],
        log_likelihood: [-4.9821646058961866, -2.7660172774566192],
        profiles: &[[0.1567651266263122, 7.4860609905033293, 4.4322946568791348]],
    };
    check(&CoxPh::new().firth().fit(&data, &design)?, &data, &design, &expected)
}

/// Of those under 55 nobody who is marked fails: separated, beside a covariate with a maximum.
#[test]
fn a_separated_column_beside_an_ordinary_one() -> Result<()> {
    let frame = Frame::read("ovarian");
    let event: Vec<bool> = frame.column("fustat").iter().map(|&s| s == 1.0).collect();
    let age = frame.column("age");
    let none: Vec<f64> = age.iter().zip(&event).map(|(&a, &e)| f64::from(u8::from(a < 55.0 && !e))).collect();
    let data = RightCensored::new(frame.column("futime"), event)?;
    let design = Design::builder().numeric("age", age).numeric("none", &none).build()?;
    assert_eq!(CoxPh::new().fit(&data, &design)?.terms()[1].status(), Status::MinusInfinity);
    // No two events at one time: both rules are one.
    for ties in [Ties::Efron, Ties::Breslow] {
        let expected = Expected {
            within: 1e-8,
            coefficients: &[0.11344302161209864, -1.5651260432377263],
            variance: &[0.0033864321550191373, 0.039302352409259257, 0.039302352409259257, 2.731838804028373],
            log_likelihood: [-31.56281310903309, -24.315108386258771],
            profiles: &[
                [0.00036012726461877954, 0.22970571275232929, 3.8655939805836042],
                [-6.5356548867921038, 0.92840711695082223, 1.3040533221808346],
            ],
        };
        check(&CoxPh::new().ties(ties).firth().fit(&data, &design)?, &data, &design, &expected)?;
    }
    Ok(())
}

/// Deaths counted in months, so that up to ten are tied.
fn lung_in_months() -> Result<(Frame, RightCensored<'static>)> {
    let frame = Frame::read("lung");
    let keep: Vec<bool> = frame.column("ph_ecog").iter().map(|x| !x.is_nan()).collect();
    let frame = frame.keep(&keep);
    let months: Vec<f64> = frame.column("time").iter().map(|t| (t / 30.0).ceil()).collect();
    let event: Vec<bool> = frame.column("status").iter().map(|&s| s == 2.0).collect();
    let data = RightCensored::new(months, event)?;
    Ok((frame, data))
}

#[test]
fn heavy_ties_and_strata() -> Result<()> {
    let (frame, data) = lung_in_months()?;
    let design = Design::builder()
        .numeric("age", frame.column("age"))
        .numeric("sex", frame.column("sex"))
        .numeric("ph_ecog", frame.column("ph_ecog"))
        .build()?;
    let efron = Expected {
        within: 1e-8,
        coefficients: &[0.01076598166419342, -0.56445530250041476, 0.47113042102097336],
        variance: &[
            8.5141102065104771e-05,
            6.3092268991951699e-06,
            -0.00018936972955306078,
            6.3092268991951699e-06,
            0.028118754236104115,
            -0.00099828173026862352,
            -0.00018936972955306078,
            -0.00099828173026862352,
            0.013034184916968198,
        ],
        log_likelihood: [-738.20849011808582, -722.48666348380254],
        profiles: &[
            [-0.0070838554075481827, 0.029064790064961783, 1.3847588702101348],
            [-0.89895001085736759, -0.24229131594676234, 12.031367920844332],
            [0.247866865585124, 0.69497142199015272, 17.055435564077698],
        ],
    };
    let breslow = Expected {
        within: 1e-8,
        coefficients: &[0.010404338293046871, -0.5511367618170222, 0.45413911789714984],
        variance: &[
            8.4944754149748718e-05,
            8.8046625827389691e-06,
            -0.00018630595458415749,
            8.8046625827389691e-06,
            0.028132728620987028,
            -0.0010118087540249697,
            -0.00018630595458415749,
            -0.0010118087540249697,
            0.012988612303878563,
        ],
        log_likelihood: [-743.96386829425114, -729.2079948389495],
        profiles: &[
            [-0.0074286886224984782, 0.02867829922584017, 1.2953641719211646],
            [-0.8857124444504314, -0.22888627887674878, 11.452607643612509],
            [0.2312531211568159, 0.67758375797480519, 15.905404776549176],
        ],
    };
    for (ties, expected) in [(Ties::Efron, efron), (Ties::Breslow, breslow)] {
        check(&CoxPh::new().ties(ties).firth().fit(&data, &design)?, &data, &design, &expected)?;
    }
    let sex: Vec<usize> = frame.column("sex").iter().map(|&s| s as usize - 1).collect();
    let data = data.with_strata(Groups::from_codes(&sex, &["male", "female"])?)?;
    let design = Design::builder()
        .numeric("age", frame.column("age"))
        .numeric("ph_ecog", frame.column("ph_ecog"))
        .build()?;
    let expected = Expected {
        within: 1e-8,
        coefficients: &[0.0098869242557398269, 0.45374098294866971],
        variance: &[
            8.4667118246969719e-05,
            -0.00017962821414178531,
            -0.00017962821414178531,
            0.013250709759115199,
        ],
        log_likelihood: [-639.54693424700974, -630.24900962798824],
        profiles: &[
            [-0.0079146995623865773, 0.028134995343780306, 1.1729744331141774],
            [0.22866183925201752, 0.67951432407683743, 15.576395662191089],
        ],
    };
    check(&CoxPh::new().ties(Ties::Breslow).firth().fit(&data, &design)?, &data, &design, &expected)
}

/// Start-stop rows: waiting for a heart, and with it.
#[test]
fn delayed_entry() -> Result<()> {
    let frame = Frame::read("heart");
    let event: Vec<bool> = frame.column("event").iter().map(|&s| s == 1.0).collect();
    let data = RightCensored::new(frame.column("stop"), event)?.with_entry(frame.column("start"))?;
    let names = ["age", "surgery", "transplant"];
    let design = names.iter().fold(Design::builder(), |b, n| b.numeric(*n, frame.column(n))).build()?;
    let expected = Expected {
        within: 1e-7,
        coefficients: &[0.029470721968174574, -0.73453967268727871, 0.0084895725611208658],
        variance: &[
            0.00019150549713134015,
            8.5537596463009081e-06,
            -0.00082033960729934613,
            8.5537596463009081e-06,
            0.12579660945130497,
            -0.0028550907008956447,
            -0.00082033960729934613,
            -0.0028550907008956447,
            0.094980546719361195,
        ],
        log_likelihood: [-291.25879402061344, -286.25849203206963],
        profiles: &[
            [0.0035266333203957953, 0.057842394728076334, 5.0191068329754671],
            [-1.4878405354612174, -0.095642188516570026, 5.1879763835885342],
            [-0.58448902788782886, 0.62244819788277106, 0.00076404666276630451],
        ],
    };
    check(&CoxPh::new().firth().fit(&data, &design)?, &data, &design, &expected)
}

/// A weight of k is the row k times; a scaled and shifted covariate is the same model, its log likelihood moved by the
/// scale; a redundant column changes nothing.
#[test]
fn weights_scales_and_redundant_columns() -> Result<()> {
    let time = [4., 3., 1., 7., 2., 5., 2., 6.];
    let event = [true, true, true, false, false, true, true, false];
    let weights = [1., 2., 1., 3., 1., 2., 1., 1.];
    let x = array![[0.3, 1.], [1.1, 0.], [2.0, 1.], [-0.4, 0.], [0.1, 0.], [0.9, 1.], [0.2, 1.], [1.4, 0.]];
    let data = RightCensored::new(&time, &event)?.with_weights(Weights::replication(weights.to_vec()))?;
    let repeated: Vec<usize> = (0..8).flat_map(|i| std::iter::repeat_n(i, weights[i] as usize)).collect();
    let pick = |v: &[f64]| repeated.iter().map(|&i| v[i]).collect::<Vec<_>>();
    let rows = RightCensored::new(pick(&time), repeated.iter().map(|&i| event[i]).collect::<Vec<_>>())?;
    let fit = |data: &RightCensored, x: &Array2<f64>, ties: Ties| -> Result<CoxModel> {
        let names: Vec<String> = (0..x.ncols()).map(|j| format!("x{j}")).collect();
        CoxPh::new().ties(ties).firth().fit(data, &Design::new(&names, x.view())?)
    };
    for ties in [Ties::Efron, Ties::Breslow] {
        let weighted = fit(&data, &x, ties)?;
        let plain = fit(&rows, &x.select(ndarray::Axis(0), &repeated), ties)?;
        let mut moved = x.clone();
        moved.column_mut(0).mapv_inplace(|v| 100.0 * v - 7.0);
        let moved = fit(&data, &moved, ties)?;
        let twice = ndarray::concatenate(ndarray::Axis(1), &[x.view(), x.view()]).unwrap();
        let redundant = fit(&data, &twice, ties)?;
        assert_relative_eq!(weighted.log_likelihood()[1], plain.log_likelihood()[1], max_relative = 1e-12);
        let shift = 100f64.ln();
        assert_relative_eq!(
            weighted.log_likelihood()[1] + shift,
            moved.log_likelihood()[1],
            max_relative = 1e-12
        );
        assert_relative_eq!(
            weighted.log_likelihood()[1],
            redundant.log_likelihood()[1],
            max_relative = 1e-12
        );
        for j in 0..2 {
            let b = weighted.coefficients()[j];
            assert_relative_eq!(b, plain.coefficients()[j], max_relative = 1e-8);
            assert_relative_eq!(b, moved.coefficients()[j] * [100.0, 1.0][j], max_relative = 1e-8);
            assert_relative_eq!(b, redundant.coefficients()[j], max_relative = 1e-8);
            assert_eq!(redundant.terms()[2 + j].status(), Status::Redundant);
        }
    }
    Ok(())
}

/// Both penalties at once: the value is the sum, and no neighbour has more of it.
#[test]
fn beside_a_ridge() -> Result<()> {
    let data = RightCensored::new(&[1., 2., 3., 4., 5., 6.], &[true, true, true, false, false, false])?;
    let x = array![[1., 0.3], [1., -1.], [1., 0.8], [0., 0.1], [0., -0.4], [0., 1.2]];
    let design = Design::new(&["x", "z"], x.view())?;
    let at = |options: CoxPh, beta: [f64; 2]| -> Result<f64> {
        Ok(options.initial(&beta).max_iterations(0).fit(&data, &design)?.log_likelihood()[1])
    };
    let both = CoxPh::new().firth().ridge(0.5);
    let model = both.clone().fit(&data, &design)?;
    assert!(model.stop().is_success());
    let [a, b] = [model.coefficients()[0], model.coefficients()[1]];
    let ridge = 0.25 * (a * a + b * b);
    let value = at(CoxPh::new().firth(), [a, b])? - ridge;
    assert_relative_eq!(model.log_likelihood()[1], value, max_relative = 1e-12);
    for neighbour in [[a + 1e-3, b], [a - 1e-3, b], [a, b + 1e-3], [a, b - 1e-3]] {
        assert!(at(both.clone(), neighbour)? < value);
    }
    Ok(())
}

#[test]
fn what_the_penalty_has_no_meaning_for_is_refused() -> Result<()> {
    let data = RightCensored::new(&[1., 2., 3.], &[true, false, true])?;
    let x = array![[0.], [1.], [0.5]];
    let design = Design::new(&["x"], x.view())?;
    let refusal = |data: &RightCensored, ties: Ties| {
        CoxPh::new().ties(ties).firth().fit(data, &design).unwrap_err().to_string()
    };
    assert_eq!(
        refusal(&data, Ties::Exact),
        "Firth's penalty is not available with exact ties: use Efron's or Breslow's ties"
    );
    let sampled = data.clone().with_weights(Weights::sampling(vec![1.0, 2.0, 1.0]))?;
    assert_eq!(
        refusal(&sampled, Ties::Efron),
        "Firth's penalty is not available with sampling weights: their unit would decide how much the penalty \
         counts; use replication weights, or a ridge"
    );
    let model = CoxPh::new().firth().fit(&data, &design)?;
    assert!(matches!(
        model.with(&data, &design)?.likelihood_ratio_test_of(&["y"]),
        Err(Error::Model(ModelError::UnknownCovariate { .. }))
    ));
    Ok(())
}

/// Penalised maxima by other means: 24 designs, 20 of them with a monotone likelihood (one direction, several, a level without
/// events as reference, ties, strata, entry, replication weights), in 60 digits. The script is described in the file.
#[test]
fn penalised_maxima_are_those_of_sixty_digits() -> Result<()> {
    let path = format!("{}/tests/data/cox_firth_exact.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let (mut monotone, mut wrong) = (0, Vec::new());
    for case in file["cases"].as_array().unwrap() {
        let rows = case["rows"].as_array().unwrap();
        let column = |name: &str| rows.iter().map(|r| r[name].as_f64().unwrap()).collect::<Vec<f64>>();
        let event: Vec<bool> = rows.iter().map(|r| r["event"].as_bool().unwrap()).collect();
        let strata: Vec<usize> = column("stratum").iter().map(|&s| s as usize).collect();
        let data = RightCensored::new(column("time"), event)?
            .with_entry(column("entry"))?
            .with_strata(Groups::from_codes(&strata, &["s", "t"])?)?;
        let data = match case["weights"].as_str() {
            Some("replication") => data.with_weights(Weights::replication(column("weight")))?,
            _ => data,
        };
        let ties = if case["ties"] == "efron" { Ties::Efron } else { Ties::Breslow };
        let numbers = |v: &Value| -> Vec<f64> {
            v.as_array().unwrap().iter().map(|x| x.as_str().unwrap().parse().unwrap()).collect()
        };
        let right = numbers(&case["coefficients"]);
        let x = Array2::from_shape_fn((rows.len(), right.len()), |(i, j)| rows[i]["x"][j].as_f64().unwrap());
        let names: Vec<String> = (0..right.len()).map(|j| format!("x{j}")).collect();
        let design = Design::new(&names, x.view())?;
        let plain = CoxPh::new().ties(ties).fit(&data, &design)?;
        let separated = matches!(plain.stop(), Stop::InfiniteCoefficient { .. });
        assert_eq!(separated, case["monotone"].as_bool().unwrap());
        monotone += usize::from(separated);
        let model = CoxPh::new().ties(ties).firth().fit(&data, &design)?;
        let mut check = |what: &str, found: f64, right: f64, within: f64| {
            if !((found - right).abs() <= within * right.abs().max(1.0)) {
                wrong.push(format!("{}: {what}: {found} for {right}", case["seed"]));
            }
        };
        if !model.stop().is_success() {
            check("stop", f64::NAN, 0.0, 0.0);
        }
        for (l, r) in model.log_likelihood().into_iter().zip(numbers(&case["log_likelihood"])) {
            check("log likelihood", l, r, 1e-10);
        }
        // The search ends at a step of 1e-9 standard errors, or at the rounding of the derivative of the penalty.
        for (term, r) in model.terms().iter().zip(&right) {
            check(term.name(), term.coefficient(), *r, 1e-6);
        }
        for (v, r) in model.variance().iter().zip(numbers(&case["variance"])) {
            check("variance", *v, r, 1e-5);
        }
    }
    assert!(monotone >= 20 && wrong.is_empty(), "{monotone}\n{}", wrong.join("\n"));
    Ok(())
}

/// At a cone of directions the penalised model is one model in every coding: contrasts, tests and profiles. Level a has no
/// event, and level d none either.
#[test]
fn the_penalised_model_does_not_hang_on_the_reference() -> Result<()> {
    let event = [0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0].map(|e| e == 1);
    let data = RightCensored::new(&[4., 8., 1., 3., 6., 9., 2., 5., 7., 10., 3., 6.], &event)?;
    let levels = Groups::new(&["a", "a", "b", "b", "b", "b", "c", "c", "c", "c", "d", "d"]);
    let x = [0.3, 0.9, 1., 0.5, -0.4, -0.2, 0., 1.2, 0.1, 0.6, 0.2, -0.8];
    let mut first: Option<Vec<f64>> = None;
    for reference in ["a", "b", "c", "d"] {
        let design = Design::builder().factor("g", &levels, reference).numeric("x", &x).build()?;
        let model = CoxPh::new().firth().fit(&data, &design)?;
        assert_eq!(model.stop(), Stop::Converged);
        let fitted = model.with(&data, &design)?;
        let of_factor: Vec<&str> = design.names().iter().map(String::as_str).filter(|n| *n != "x").collect();
        let profile = fitted.profile_interval("x", 0.95)?;
        let mut values = vec![
            model.likelihood_ratio_test().statistic(),
            fitted.likelihood_ratio_test_of(&of_factor)?.statistic(),
            model.score_test().statistic(),
            model.wald_test_of(&of_factor)?.statistic(),
            profile.lower.unwrap(),
            profile.upper.unwrap(),
        ];
        for level in ["a", "b", "d"] {
            let row = |g: &str| model.row().numeric("x", 0.0).level("g", g);
            let ratio = model.hazard_ratio_between(&row(level), &row("c"))?;
            values.extend([ratio.value()?, ratio.std_error()?]);
            let curve = fitted.baseline()?.curve(&row(level))?;
            values.extend([curve.value(3.0)?, curve.value(7.0)?]);
        }
        let first = first.get_or_insert_with(|| values.clone());
        for (v, f) in values.iter().zip(first) {
            // The search ends at a step of 1e-9 standard errors, or at the rounding of the penalty's derivative.
            assert_relative_eq!(*v, *f, max_relative = 1e-6);
        }
    }
    Ok(())
}

/// Six rows, three events: two maxima, of which the search finds the one on the way from its start.
#[test]
fn a_handful_of_events_may_have_two_maxima() -> Result<()> {
    let data = RightCensored::new(&[7., 2., 5., 2., 3., 2.], &[false, false, true, true, true, false])?;
    let z = [
        0.1965978545579056,
        -1.9543261688199451,
        0.2904926352271911,
        0.920201140556163,
        0.7462998616766953,
        0.0,
    ];
    let design = Design::builder().numeric("b", &[0., 0., 0., 1., 0., 0.]).numeric("z", &z).build()?;
    let near = CoxPh::new().firth().fit(&data, &design)?;
    let far = CoxPh::new().firth().initial(&[0.0, 5.0]).fit(&data, &design)?;
    assert!(near.stop().is_success() && far.stop().is_success());
    assert_relative_eq!(near.log_likelihood()[1], -3.4505093622696865, max_relative = 1e-9);
    assert_relative_eq!(far.log_likelihood()[1], -3.3059352825260384, max_relative = 1e-9);
    Ok(())
}

/// Columns that differ from each other in the third digit within a risk set that is one of three rows: the derivative is
/// all rounding before the step is 1e-9 standard errors, and the fit is one all the same.
#[test]
fn nearly_collinear_columns() -> Result<()> {
    let data = RightCensored::new(&[11., 10., 1.], &[true, true, true])?;
    let z = [-1.1885131249842686, 0.259438633891934, 0.26663414432312427];
    let design = Design::builder().numeric("b", &[0., 1., 1.]).numeric("z", &z).build()?;
    let model = CoxPh::new().firth().fit(&data, &design)?;
    // The same model in coordinates that are well apart.
    let apart = Design::builder().numeric("first", &[1., 0., 0.]).numeric("second", &[0., 1., 0.]).build()?;
    let other = CoxPh::new().firth().fit(&data, &apart)?;
    assert!(model.stop().is_success() && other.stop().is_success());
    let eta = model.linear_predictor(&design)?;
    for (j, expected) in other.coefficients().iter().enumerate() {
        assert_relative_eq!(eta[j] - eta[2], *expected, max_relative = 1e-6);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// However few the rows, and whether the likelihood has a maximum or not: the penalised one has, its score is zero
    /// there, and both limits of its profile are finite.
    #[test]
    fn there_is_always_a_maximum(
        rows in prop::collection::vec((1..12_u32, any::<bool>(), 0..6_u32, any::<bool>(), -8..8_i32), 3..14),
        breslow in any::<bool>(),
    ) {
        let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
        let entry: Vec<f64> = rows.iter().map(|r| f64::from(if r.2 < r.0 { r.2 } else { 0 })).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let data = RightCensored::new(time, event).unwrap().with_entry(entry).unwrap();
        let z: Vec<f64> = rows.iter().map(|r| f64::from(r.4) / 4.0).collect();
        let b: Vec<f64> = rows.iter().map(|r| f64::from(u8::from(r.3))).collect();
        let design = Design::builder().numeric("b", &b).numeric("z", &z).build().unwrap();
        let ties = if breslow { Ties::Breslow } else { Ties::Efron };
        let model = CoxPh::new().ties(ties).firth().fit(&data, &design).unwrap();
        // Without any event there is nothing to penalise, and the model says just that.
        let expected = if data.event().contains(&true) { Stop::Converged } else { Stop::NoEvents };
        prop_assert!(model.stop() == expected, "{}", model);
        prop_assert!(model.log_likelihood()[1] >= model.log_likelihood()[0] - 1e-12);
        for term in model.terms().iter().filter(|t| t.status() == Status::Estimated) {
            let interval = model.with(&data, &design).unwrap().profile_interval(term.name(), 0.95).unwrap();
            let (lower, upper) = interval.bounds().unwrap();
            prop_assert!(lower < term.hazard_ratio() && term.hazard_ratio() < upper, "{}\n{}", interval, model);
            let test = model.with(&data, &design).unwrap().likelihood_ratio_test_of(&[term.name()]).unwrap();
            prop_assert!(test.statistic().is_finite());
        }
    }
}
