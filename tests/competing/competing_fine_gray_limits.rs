//! Fine-Gray models whose likelihood has no maximum: every infinite direction is found, and the rest is the model of the limit.

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::regression::{CensoringTies, FineGrayModel, Status, Stop, TimeScale};
use greenwood::survival::result::NotEstimable;
use greenwood::survival::{CompetingRisks, CoxPh, Design, FineGray, Groups, RightCensored, Ties, Weights};
use proptest::prelude::*;

fn statuses(fit: &FineGrayModel) -> Vec<Status> {
    fit.terms().iter().map(greenwood::survival::regression::Term::status).collect()
}

/// Two levels without events are two directions: the second is no redundant column with a hazard ratio of 1.
#[test]
fn two_levels_without_events_are_two_directions() -> Result<()> {
    let time = [1., 2., 3., 4., 5., 6., 7., 8., 9., 10.];
    let outcome = [1, 1, 2, 0, 2, 0, 1, 0, 1, 1].map(|c| (c > 0).then_some(c));
    let data = CompetingRisks::with_causes(&time, &outcome, &[1, 2])?;
    let arm = Groups::new(&["a", "a", "b", "b", "c", "c", "a", "b", "a", "a"]);
    let fit = FineGray::new(&1).fit(&data, &Design::builder().factor("g", &arm, "a").build()?)?;
    assert_eq!(statuses(&fit), [Status::MinusInfinity; 2]);
    assert_eq!(fit.stop(), Stop::InfiniteCoefficient { covariate: 0 });
    assert!(fit.to_string().contains("NO MAXIMUM: monotone likelihood"), "{fit}");
    // Times 1, 2, 3, events all, x = (3,0), (2,1), (1,0): the second column may go either way beside the first.
    let data = CompetingRisks::new(&[1., 2., 3.], &[Some("a"); 3])?;
    let design = Design::builder().numeric("x", &[3., 2., 1.]).numeric("z", &[0., 1., 0.]).build()?;
    let fit = FineGray::new("a").fit(&data, &design)?;
    assert_eq!(statuses(&fit), [Status::PlusInfinity, Status::NotEstimable]);
    // A model with a coefficient that is no number is equal to itself.
    assert_eq!(fit, fit.clone());
    assert!(fit.incidence(&fit.row().numeric("x", 1.0).numeric("z", 0.0), &[2.0]).is_err());
    assert!(fit.baseline().is_empty());
    assert!(fit.to_string().contains("z         not estimable: the likelihood rises either way"), "{fit}");
    Ok(())
}

/// A reference without events: what is left is the model without its rows. R 4.2.2, cmprsk 2.2-11, `crr` (gtol 1e-12) of
/// groups b and c alone: 1.34673547622031 (0.977643120403151).
#[test]
fn a_reference_without_events_leaves_the_finite_part_its_variance() -> Result<()> {
    let time = [4., 8., 1., 3., 6., 9., 2., 5., 7., 10.];
    let event = [0, 0, 1, 1, 1, 0, 1, 1, 1, 0].map(|e| (e == 1).then_some("event"));
    let group = Groups::new(&["a", "a", "b", "b", "b", "b", "c", "c", "c", "c"]);
    let x = [0.3, 0.9, 1.0, 0.5, -0.4, -0.2, 0.0, 1.2, 0.1, 0.6];
    let data = CompetingRisks::new(&time, &event)?;
    let mut wald = Vec::new();
    for reference in ["a", "b", "c"] {
        let design = Design::builder().numeric("x", &x).factor("g", &group, reference).build()?;
        let fit = FineGray::new("event").fit(&data, &design)?;
        let term = &fit.terms()[0];
        assert_eq!(term.status(), Status::Estimated, "{reference}");
        assert_relative_eq!(term.coefficient(), 1.34673547622031, max_relative = 1e-7);
        assert_relative_eq!(term.std_error().unwrap(), 0.977643120403151, max_relative = 1e-7);
        if reference == "a" {
            assert_eq!(statuses(&fit)[1..], [Status::PlusInfinity; 2]);
            // Nothing is known of what is infinite.
            assert_eq!((fit.variance()[(0, 1)], fit.variance()[(2, 2)]), (0.0, 0.0));
        }
        // x, and the one contrast of the groups that is finite, however they are coded.
        assert_eq!(fit.wald_test().df(), 2);
        wald.push(fit.wald_test().statistic());
    }
    for w in &wald {
        assert_relative_eq!(*w, wald[0], max_relative = 1e-7);
    }
    Ok(())
}

/// The six of group a only ever have another event, so that they stay at risk with a hazard of 0. Nobody is censored, so the
/// weights are 1 with them and without.
fn reference_without_events(with: bool) -> Result<(CompetingRisks<'static>, Design<'static>)> {
    let time: Vec<f64> = (0..24_i32).map(|i| f64::from(i * 11 % 25 + 1) + f64::from(i) / 100.0).collect();
    let code = |i: usize| if i.is_multiple_of(4) { 2 } else { 1 + u8::from(i * 7 % 5 > 2) };
    let x: Vec<f64> = (0..24_i32).map(|i| f64::from(i * 17 % 23) / 10.0).collect();
    let keep: Vec<usize> = (0..24).filter(|i| with || i % 4 > 0).collect();
    let of = |v: &[f64]| keep.iter().map(|&i| v[i]).collect::<Vec<f64>>();
    let outcome: Vec<Option<u8>> = keep.iter().map(|&i| Some(code(i))).collect();
    let group = Groups::new(&keep.iter().map(|i| ["a", "b", "c", "b"][i % 4]).collect::<Vec<_>>());
    let design = Design::builder().numeric("x", &of(&x));
    let design = design.factor("g", &group, if with { "a" } else { "b" }).build()?;
    Ok((CompetingRisks::with_causes(of(&time), &outcome, &[1, 2])?, design))
}

fn close(a: f64, b: f64) {
    assert_relative_eq!(a, b, max_relative = 1e-9, epsilon = 1e-12);
}

/// Residuals, the test of proportional hazards and incidences of a limit are those of the model without the rows whose hazard is
/// 0 there.
#[test]
fn a_limit_has_residuals_a_test_and_incidences() -> Result<()> {
    let (data, design) = reference_without_events(true)?;
    let fit = FineGray::new(&1).fit(&data, &design)?;
    assert_eq!(statuses(&fit), [Status::Estimated, Status::PlusInfinity, Status::PlusInfinity]);
    let (fewer, their_design) = reference_without_events(false)?;
    let plain = FineGray::new(&1).fit(&fewer, &their_design)?;
    let (beside, theirs) = (fit.with(&data, &design)?, plain.with(&fewer, &their_design)?);
    let (own, other) = (beside.residuals(), theirs.residuals());
    for (k, i) in (0..data.len()).filter(|i| i % 4 > 0).enumerate() {
        close(own.martingale()[i], other.martingale()[k]);
        close(own.score()[(i, 0)], other.score()[(k, 0)]);
        close(own.dfbeta()[(i, 0)], other.dfbeta()[(k, 0)]);
        // Of what is infinite no row is known to move anything.
        assert_eq!((own.dfbeta()[(i, 1)], own.dfbeta()[(i, 2)]), (0.0, 0.0));
    }
    for i in (0..data.len()).step_by(4) {
        assert_eq!((own.martingale()[i], own.score()[(i, 0)], own.dfbeta()[(i, 0)]), (0.0, 0.0, 0.0));
    }
    assert_eq!(own.event_times(), other.event_times());
    for e in 0..own.event_times().len() {
        close(own.schoenfeld()[(e, 0)], other.schoenfeld()[(e, 0)]);
        close(own.scaled_schoenfeld()[(e, 0)], other.scaled_schoenfeld()[(e, 0)]);
    }
    for scale in [TimeScale::Identity, TimeScale::Log] {
        let (test, other) = (beside.proportional_hazards(scale)?, theirs.proportional_hazards(scale)?);
        close(test.of("x")?.statistic(), other.of("x")?.statistic());
        close(test.global().statistic(), other.global().statistic());
        assert_eq!(test.global().df(), 2);
        assert!(test.of("g: c").is_err());
    }
    for group in ["b", "c"] {
        let row = |fit: &FineGrayModel| fit.row().numeric("x", 0.7).level("g", group);
        let at = beside.incidence(&row(&fit), &[8.0, 20.0])?;
        for (a, b) in at.iter().zip(theirs.incidence(&row(&plain), &[8.0, 20.0])?) {
            close(a.value(), b.value());
            close(a.std_error()?, b.std_error()?);
        }
    }
    // Beside every event the hazard of the reference is 0.
    let none = &beside.incidence(&fit.row().numeric("x", 0.7).level("g", "a"), &[20.0])?[0];
    assert_eq!((none.value(), none.std_error()), (0.0, Err(NotEstimable::CurveIsOne)));
    Ok(())
}

/// Both subjects with x = 1 have the event before all with x = 0: to one with 1 each event has the hazard of a stratum of two, to
/// one with 0 none, to one with 2 an infinite one. To one with 1 that of the last event is infinite too.
#[test]
fn an_incidence_of_a_limit_adds_up_over_the_events_beside_which_it_is_undecided() -> Result<()> {
    let data =
        CompetingRisks::new(&[1., 2., 3., 4., 5.], &[Some("a"), Some("a"), Some("b"), Some("a"), None])?;
    let design = Design::builder().numeric("x", &[1., 1., 0., 0., 0.]).build()?;
    let fit = FineGray::new("a").fit(&data, &design)?;
    let beside = fit.with(&data, &design)?;
    let of = |hazard: f64| -(-hazard).exp_m1();
    // At 4 one with x = 0 has the event among three: one of them had the other event at 3, and nobody has been censored.
    for (x, expected) in [
        (2.0, [0.0, 1.0, 1.0, 1.0]),
        (1.0, [0.0, of(0.5), of(1.5), 1.0]),
        (0.0, [0.0, 0.0, 0.0, of(1.0 / 3.0)]),
    ] {
        let at = beside.incidence(&fit.row().numeric("x", x), &[0.5, 1.0, 2.0, 4.0])?;
        at.iter().zip(expected).for_each(|(a, e)| assert_relative_eq!(a.value(), e, max_relative = 1e-12));
    }
    // What rises along one direction and falls along another has no value.
    let data = CompetingRisks::new(&[1., 2., 3.], &[Some("a"); 3])?;
    let design = Design::builder().numeric("x", &[3., 2., 1.]).numeric("z", &[0., 1., 0.]).build()?;
    let fit = FineGray::new("a").fit(&data, &design)?;
    let row = fit.row().numeric("x", 3.0).numeric("z", 9.0);
    assert_eq!(
        fit.with(&data, &design)?.incidence(&row, &[2.0]).unwrap_err().to_string(),
        "not estimable: the likelihood has no maximum in this parameter"
    );
    Ok(())
}

/// One who leaves before the first event, or between two, is in no risk set: however far off its covariate is.
#[test]
fn a_row_in_no_risk_set_has_no_say() -> Result<()> {
    let time = [1., 2., 3., 4., 5., 6., 7., 8., 0.5];
    let event = [1, 1, 0, 1, 1, 1, 0, 1, 0].map(|e| (e == 1).then_some(1));
    let x = [1., 0., 0.3, 1., 0.2, 0.7, 0.5, 0.1, 1000.];
    let data = CompetingRisks::with_causes(&time, &event, &[1, 2])?;
    let fit = FineGray::new(&1).fit(&data, &Design::builder().numeric("x", &x).build()?)?;
    // As Cox's model, whose value is R's.
    assert!(fit.stop().is_success());
    assert_relative_eq!(fit.coefficients()[0], 1.511588, max_relative = 1e-6);
    assert!(fit.terms()[0].std_error().unwrap() > 0.1);
    // With another event before the first of the cause it is at risk for ever after, and has its say.
    let mut outcome = event.to_vec();
    outcome[8] = Some(2);
    let data = CompetingRisks::with_causes(&time, &outcome, &[1, 2])?;
    let x = [1., 0., 0.3, 1., 0.2, 0.7, 0.5, 0.1, 0.9];
    let other = FineGray::new(&1).fit(&data, &Design::builder().numeric("x", &x).build()?)?;
    assert!((other.coefficients()[0] - fit.coefficients()[0]).abs() > 0.1);
    Ok(())
}

/// A start from which nothing is seen is no redundant column.
#[test]
fn a_start_without_information_is_no_redundant_column() -> Result<()> {
    let time = [1., 2., 3., 4., 5., 6., 7., 8.];
    let event = [1, 1, 0, 1, 1, 1, 0, 1].map(|e| (e == 1).then_some(1));
    let x = [1., 0., 0.3, 1., 0.2, 0.7, 0.5, 0.1];
    let data = CompetingRisks::with_causes(&time, &event, &[1, 2])?;
    let design = Design::builder().numeric("x", &x).build()?;
    let fit = FineGray::new(&1).initial(&[500.0]).fit(&data, &design)?;
    assert_eq!(statuses(&fit), [Status::Estimated]);
    assert_relative_eq!(fit.coefficients()[0], 1.511588, max_relative = 1e-6);
    Ok(())
}

/// Complete separation is a matter of the data, at any n, with competing events and late entries too.
#[test]
fn separation_is_decided_by_the_data_at_any_size() -> Result<()> {
    for n in [20, 67, 100, 400, 2000] {
        let time: Vec<f64> = (1..=n).map(f64::from).collect();
        // The competing event of every fifth keeps it at risk: so it stands lowest of all.
        let outcome: Vec<Option<u8>> =
            (1..=n).map(|i| if i % 5 == 4 { Some(2) } else { (i % 5 < 3).then_some(1) }).collect();
        let x: Vec<f64> = (1..=n).map(|i| if i % 5 == 4 { -3000.0 } else { f64::from(-i) }).collect();
        for late in [false, true] {
            let mut data = CompetingRisks::with_causes(time.clone(), &outcome, &[1, 2])?;
            if late {
                data = data.with_entry(time.iter().map(|t| (t / 4.0).floor() / 2.0).collect::<Vec<_>>())?;
            }
            let fit = FineGray::new(&1).fit(&data, &Design::builder().numeric("x", &x).build()?)?;
            assert_eq!(statuses(&fit), [Status::PlusInfinity], "n = {n}, late: {late}");
        }
    }
    Ok(())
}

/// The sandwich of nearly collinear columns: the same test of all coefficients in whatever columns the model is written. As a product
/// with an inverse matrix it lost the third digit here.
#[test]
fn the_wald_test_does_not_hang_on_the_coding() -> Result<()> {
    let time = [6., 6., 3., 5., 7., 3., 9., 5., 8., 2., 1., 2.];
    let outcome = [1, 1, 1, 1, 0, 1, 2, 1, 2, 1, 0, 0].map(|c| (c > 0).then_some(c));
    let data = CompetingRisks::with_causes(&time, &outcome, &[1, 2])?;
    let x = [690., -769., -954., 438., 62., -598., 626., 608., -861., 844., -641., 814.];
    let z = [1., 0., 0., 0., 0., 1., 0., 1., 1., 1., 0., 1.];
    let fit = |a: &[f64], b: &[f64]| {
        FineGray::new(&1).fit(&data, &Design::builder().numeric("a", a).numeric("b", b).build()?)
    };
    let one = fit(&x, &z)?;
    let both: Vec<f64> = x.iter().zip(&z).map(|(x, z)| 4.0 * x + 2.0 * z).collect();
    let two = fit(&x.map(|x| 2.0 * x), &both)?;
    assert_eq!([one.wald_test().df(), two.wald_test().df()], [2, 2]);
    assert_relative_eq!(one.wald_test().statistic(), two.wald_test().statistic(), max_relative = 1e-7);
    let variance = two.variance();
    assert_eq!(variance[(0, 1)], variance[(1, 0)]);
    Ok(())
}

/// What is finite beside an infinite coefficient has scores that are 0: their square is no variance, in whatever unit, and nothing
/// is tested by it.
#[test]
fn a_sandwich_of_rounding_is_none() -> Result<()> {
    let data = CompetingRisks::with_causes(
        &[4., 2., 3., 4., 2.],
        &[1, 1, 0, 1, 1].map(|c| (c > 0).then_some(c)),
        &[1, 2],
    )?;
    for unit in [1.0, 0.1, 0.3, 1e3] {
        let x = [0., -1., -1., 1., 1.].map(|x| x * unit);
        let z = [-4., -2., -3., -4., -2.].map(|z| z * unit);
        let fit =
            FineGray::new(&1).fit(&data, &Design::builder().numeric("x", &x).numeric("z", &z).build()?)?;
        assert_eq!(statuses(&fit), [Status::Estimated, Status::PlusInfinity]);
        assert_eq!((fit.variance()[(0, 0)], fit.wald_test().df()), (0.0, 0), "{unit}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Of small data sets with few levels, in which cells are often empty: the data set in which a row stands for each weight is one of Cox's model: it has the same infinite coefficients and
    /// the same limit.
    #[test]
    fn infinite_coefficients_are_those_of_the_expanded_data(
        rows in prop::collection::vec((1_u8..9, 0_u8..3, 0_u8..3, 0_u8..3, any::<bool>()), 5..14),
        late: bool,
        by: bool,
    ) {
        prop_assume!(rows.iter().any(|r| r.1 == 1));
        let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
        let outcome: Vec<Option<u8>> = rows.iter().map(|r| (r.1 > 0).then_some(r.1)).collect();
        let mut data = CompetingRisks::with_causes(time, &outcome, &[1, 2]).unwrap();
        if late {
            let entry: Vec<f64> = rows.iter().map(|r| if r.4 { f64::from(r.0 / 2) } else { 0.0 }).collect();
            data = data.with_entry(entry).unwrap();
        }
        let mut model = FineGray::new(&1).censoring_ties(CensoringTies::EventsFirst);
        if by {
            let groups = Groups::from_codes(&rows.iter().map(|r| usize::from(r.4)).collect::<Vec<_>>(), &["p", "q"]);
            model = model.censoring_groups(&groups.unwrap());
        }
        let design = |order: &[usize]| {
            let codes: Vec<usize> = order.iter().map(|&i| usize::from(rows[i].2)).collect();
            let groups = Groups::from_codes(&codes, &["a", "b", "c"]).unwrap();
            let z: Vec<f64> = order.iter().map(|&i| f64::from(rows[i].3) - 1.0).collect();
            Design::builder().factor("g", &groups, "a").numeric("z", &z).build().unwrap()
        };
        let Ok(fit) = model.fit(&data, &design(&(0..rows.len()).collect::<Vec<_>>())) else { return Ok(()) };
        let long = model.expand(&data).unwrap();
        let cox_rows = RightCensored::new(long.stop(), long.event()).unwrap().with_entry(long.start()).unwrap()
            .with_weights(Weights::sampling(long.weight())).unwrap();
        let cox = CoxPh::new().ties(Ties::Breslow).fit(&cox_rows, &design(long.row())).unwrap();
        prop_assert_eq!(fit.stop(), cox.stop());
        for (a, b) in fit.terms().iter().zip(cox.terms()) {
            prop_assert_eq!(a.status(), b.status(), "{}\n{}", fit, cox);
        }
        prop_assert!((fit.log_likelihood()[1] - cox.log_likelihood()[1]).abs() < 1e-8);
        // Where the search ended in a limit the held column is one of several: what is finite is the same.
        for (j, term) in fit.terms().iter().enumerate().filter(|(_, t)| t.status() == Status::Estimated) {
            prop_assert!((term.coefficient() - cox.coefficients()[j]).abs() < 1e-6, "{}\n{}", fit, cox);
            let information = (fit.model_variance()[(j, j)], cox.terms()[j].model_std_error().unwrap().powi(2));
            prop_assert!((information.0 - information.1).abs() < 1e-6 * information.1, "{}\n{}", fit, cox);
        }
    }
}
