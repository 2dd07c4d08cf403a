//! A Fine-Gray model beside its data: predictions with errors, residuals, and the test of proportional hazards.
//!
//! R 4.2.2: cmprsk 2.2-11 (`crr`, gtol 1e-14), mets 1.3.2 (`cifreg`, `IIDbaseline.cifreg`).

use approx::assert_relative_eq;
use greenwood::Result;
use greenwood::survival::regression::{FineGrayModel, TimeScale};
use greenwood::survival::{CompetingRisks, CoxPh, Design, FineGray, Groups, RightCensored, Ties, Weights};

/// Forty subjects, no two times equal.
fn forty() -> Result<(CompetingRisks<'static>, Design<'static>)> {
    let time: Vec<f64> = (0..40_i32).map(|i| f64::from(i * 37 % 41 + 1) + f64::from(i) / 100.0).collect();
    let outcome: Vec<Option<u8>> =
        (0..40).map(|i| [Some(1), None, Some(2), Some(1), Some(2), Some(1), None][i * 5 % 7]).collect();
    let a: Vec<f64> = (0..40_i32).map(|i| f64::from(i * 17 % 23) / 10.0).collect();
    let b: Vec<f64> = (0..40).map(|i| f64::from(u8::from(i * 11 % 5 < 2))).collect();
    Ok((
        CompetingRisks::with_causes(time, &outcome, &[1, 2])?,
        Design::builder().numeric("a", &a).numeric("b", &b).build()?,
    ))
}

/// The errors of mets: its influences of β and of the baseline at t, put together as
/// `exp(−Λ) [exp(x'β) h_i + Λ x'β_i]`. The values are also those of `predict.crr`.
#[test]
fn incidences_have_the_errors_of_mets() -> Result<()> {
    let (data, design) = forty()?;
    let fit = FineGray::new(&1).fit(&data, &design)?;
    let beside = fit.with(&data, &design)?;
    let row = fit.row().numeric("a", 1.2).numeric("b", 1.0);
    let at = beside.incidence(&row, &[10.0, 20.5, 35.0])?;
    for (at, (value, std_error)) in at.iter().zip([
        (0.103469258733847, 0.0579142662407656),
        (0.245097365263462, 0.0858543354932857),
        (0.445288266038715, 0.120689967543442),
    ]) {
        assert_relative_eq!(at.value(), value, max_relative = 1e-7);
        assert_relative_eq!(at.std_error()?, std_error, max_relative = 1e-7);
        assert_relative_eq!(at.value(), fit.incidence(&row, &[at.time()])?[0], max_relative = 1e-13);
    }
    // Log-log of the incidence itself.
    let (lower, upper) = at[1].interval(0.95)?.bounds().unwrap();
    let (f, se) = (at[1].value(), at[1].std_error()?);
    let (centre, half) = ((-f.ln()).ln(), 1.959963984540054 * se / (f * -f.ln()));
    assert_relative_eq!(lower, (-(centre + half).exp()).exp(), max_relative = 1e-12);
    assert_relative_eq!(upper, (-(centre - half).exp()).exp(), max_relative = 1e-12);
    Ok(())
}

/// `f$res`; sums over the events of a time.
#[test]
fn schoenfeld_residuals_are_those_of_crr() -> Result<()> {
    let (data, design) = forty()?;
    let fit = FineGray::new(&1).fit(&data, &design)?;
    let residuals = fit.with(&data, &design)?.residuals();
    let expected = [
        [-0.979363184157491, 0.57629189029806],
        [-0.620495501946991, 0.616269215040796],
        [0.457076756739696, -0.36145580231884],
    ];
    for (i, row) in expected.iter().enumerate() {
        for (j, &e) in row.iter().enumerate() {
            assert_relative_eq!(residuals.schoenfeld()[(i, j)], e, max_relative = 1e-7);
        }
    }
    assert_eq!(residuals.event_times().len(), fit.events());
    // Each sums to the score.
    for j in 0..2 {
        assert!(residuals.score().column(j).sum().abs() < 1e-8);
        assert!(residuals.schoenfeld().column(j).sum().abs() < 1e-8);
    }
    let sandwich = residuals.dfbeta().t().dot(&residuals.dfbeta());
    for (got, expected) in sandwich.iter().zip(fit.variance().iter()) {
        assert_relative_eq!(*got, *expected, max_relative = 1e-10);
    }
    // The mean of the scaled ones is the coefficients.
    let scaled = residuals.scaled_schoenfeld();
    for j in 0..2 {
        assert_relative_eq!(scaled.column(j).mean().unwrap(), fit.coefficients()[j], max_relative = 1e-7);
    }
    Ok(())
}

/// `full <- crr(…, cov2 = x, tf = g, init = c(β, 0), maxiter = 0)` at the maximum of the smaller model; with its
/// `solve(invinf)` for the information H and `J = H var H`, the score `S = Σ g res` has the variance `A J A'`,
/// `A = (−H_θβ H_ββ⁻¹, 1)`. For `KaplanMeier` g is `cuminc`'s estimate before t.
#[test]
fn the_test_of_proportionality_is_the_score_test_of_crr() -> Result<()> {
    let (data, design) = forty()?;
    let fit = FineGray::new(&1).fit(&data, &design)?;
    let beside = fit.with(&data, &design)?;
    for (scale, global, each) in [
        (TimeScale::Identity, 0.0161002518534758, [0.0130629154649487, 0.00583795349691714]),
        (TimeScale::Log, 0.620172820524223, [0.568917239470518, 0.428622171560335]),
        (TimeScale::Rank, 0.00425279034046002, [0.00388151206534963, 0.000877824304022884]),
        (TimeScale::KaplanMeier, 0.0290272474838035, [0.0207047588268914, 0.0041366979627519]),
    ] {
        let test = beside.proportional_hazards(scale)?;
        // What is tested is small beside what it is the difference of: R's own score is 0 to 1e-10 alone.
        assert_relative_eq!(test.global().statistic(), global, max_relative = 1e-6);
        assert_eq!(test.global().df(), 2);
        assert_relative_eq!(test.of("a")?.statistic(), each[0], max_relative = 1e-6);
        assert_relative_eq!(test.of("b")?.statistic(), each[1], max_relative = 1e-6);
    }
    Ok(())
}

/// Without competing events they are the residuals of Cox's model, and the test of proportional hazards is one of it.
#[test]
fn without_competing_events_it_is_cox() -> Result<()> {
    let time: Vec<f64> = (0..30_i32).map(|i| f64::from(i * 7 % 11 + 1)).collect();
    let entry: Vec<f64> = (0..30).map(|i| if i % 4 == 0 { 0.5 } else { 0.0 }).collect();
    let outcome: Vec<Option<u8>> = (0..30).map(|i| (i % 3 > 0).then_some(1)).collect();
    let x: Vec<f64> = (0..30_i32).map(|i| f64::from(i * 13 % 17) / 5.0).collect();
    let weight: Vec<f64> = (0..30_i32).map(|i| f64::from(i % 3) / 2.0).collect();
    let strata = Groups::from_codes(&(0..30).map(|i| i % 2).collect::<Vec<_>>(), &["p", "q"])?;
    let data = CompetingRisks::with_causes(time, &outcome, &[1, 2])?
        .with_entry(entry)?
        .with_weights(Weights::sampling(weight))?
        .with_strata(strata)?;
    let design = Design::builder().numeric("x", &x).build()?;
    let fine = FineGray::new(&1).fit(&data, &design)?;
    let own = fine.with(&data, &design)?.residuals();
    let rows: RightCensored = data.cause_specific(&1)?;
    let cox = CoxPh::new().ties(Ties::Breslow).fit(&rows, &design)?;
    let theirs = cox.with(&rows, &design)?.residuals()?;
    let close = |a: &[f64], b: &[f64]| {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).for_each(|(a, b)| assert!((a - b).abs() < 1e-9, "{a} {b}"));
    };
    close(own.martingale(), theirs.martingale());
    let flat = |v: ndarray::ArrayView2<f64>| v.iter().copied().collect::<Vec<_>>();
    close(&flat(own.score()), &flat(theirs.score()?));
    close(&flat(own.dfbeta()), &flat(theirs.dfbeta()?));
    close(&flat(own.schoenfeld()), &flat(theirs.schoenfeld()));
    close(own.event_times(), theirs.event_times());
    // Strata have curves of their own.
    let curve = cox.with(&rows, &design)?.baseline()?.stratum("q")?.curve(&cox.row().numeric("x", 1.0))?;
    let beside = fine.with(&data, &design)?.stratum("q");
    let at = beside.incidence(&fine.row().numeric("x", 1.0), &[4.0, 9.0])?;
    for at in at {
        assert_relative_eq!(at.value(), 1.0 - curve.value(at.time()).unwrap(), max_relative = 1e-9);
        let alone = fine.stratum("q")?.incidence(&fine.row().numeric("x", 1.0), &[at.time()])?[0];
        assert_relative_eq!(at.value(), alone, max_relative = 1e-13);
    }
    Ok(())
}

/// A g that does not vary over the events tests nothing; nor does a covariate that varies at one event alone.
#[test]
fn what_cannot_drift_is_not_tested() -> Result<()> {
    let data = CompetingRisks::new(&[1., 2., 3., 3., 4.], &[Some(2), None, Some(1), Some(1), None])?;
    let design = Design::builder().numeric("x", &[0.1, 0.7, 0.3, 0.2, 0.9]).build()?;
    let fit = FineGray::new(&1).fit(&data, &design)?;
    let test = fit.with(&data, &design)?.proportional_hazards(TimeScale::Identity)?;
    assert_eq!((test.global().statistic(), test.global().df()), (0.0, 0));

    let time = [1., 2., 3., 4., 5., 6., 7., 8.];
    let outcome = [Some(1), Some(1), Some(1), Some(2), Some(1), None, Some(1), None];
    let data = CompetingRisks::new(&time, &outcome)?;
    let design = Design::builder()
        .numeric("x", &[0.1, 0.7, 0.3, 0.2, 0.9, 0.4, 0.3, 0.5])
        .numeric("once", &[0.3, 0., 0., 0., 0., 0., 0., 0.])
        .build()?;
    let fit = FineGray::new(&1).ridge(0.1).fit(&data, &design)?;
    let test = fit.with(&data, &design)?.proportional_hazards(TimeScale::Log)?;
    assert_eq!((test.of("once")?.df(), test.of("x")?.df()), (0, 1));
    Ok(())
}

fn text<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn every_refusal_says_what_and_what_to_do() -> Result<()> {
    let (data, design) = forty()?;
    let fit = FineGray::new(&1).fit(&data, &design)?;
    let other = data.clone().with_weights(Weights::sampling(vec![2.0; 40]))?;
    assert_eq!(
        text(fit.with(&other, &design)),
        "the weights differs from that of the fit: give the data and the design that the model was fitted to; new rows are \
         predicted by name (`row`, `columns`)"
    );
    // A cause for another is another event.
    let swapped: Vec<Option<u8>> =
        data.codes().iter().map(|&c| [None, Some(2), Some(1)][c as usize]).collect();
    let swapped = CompetingRisks::with_causes(data.any_cause().time().to_vec(), &swapped, &[1, 2])?;
    assert_eq!(
        text(fit.with(&swapped, &design)),
        "event differs from that of the fit: give the data and the design that the model was fitted to; new rows are \
         predicted by name (`row`, `columns`)"
    );
    let beside = fit.with(&data, &design)?;
    let row = fit.row().numeric("a", 1.0).numeric("b", 1.0);
    assert_eq!(
        text(beside.incidence(&fit.row().numeric("a", 1.0), &[1.0])),
        "the new rows have no b: the model needs a number"
    );
    assert_eq!(text(beside.incidence(&row, &[-1.0])), "not estimable: a time must be a number of at least 0");
    assert_eq!(
        text(beside.incidence(&row, &[1.0, 50.0])),
        "not estimable: follow-up ends at 41.31 with the curve above 0"
    );
    assert_eq!(
        text(beside.stratum("x").incidence(&row, &[1.0])),
        "no subject is labelled \"x\": the labels are "
    );
    let strata = Groups::from_codes(&(0..40).map(|i| i % 2).collect::<Vec<_>>(), &["p", "q"])?;
    let stratified = data.clone().with_strata(strata)?;
    let two = FineGray::new(&1).fit(&stratified, &design)?;
    let beside = two.with(&stratified, &design)?;
    assert_eq!(
        text(beside.incidence(&row, &[1.0])),
        "the baseline has one curve per stratum (p, q): ask that of one, as `baseline.stratum(label)?`"
    );
    assert_eq!(text(two.incidence(&row, &[1.0])), text(beside.incidence(&row, &[1.0])));
    assert_eq!(text(two.stratum("x")), "no subject is labelled \"x\": the labels are p, q");
    assert_eq!(
        text(FineGray::new(&1).firth().fit(&data, &design)),
        "Firth's penalty is not available with the model of a subdistribution: its weighted likelihood has another \
         variance of the score than its information, on whose equality the penalty rests; use `FineGray::ridge`"
    );
    let at_zero = CompetingRisks::new(&[0., 2., 3., 4.], &[Some(1), Some(1), Some(2), None])?;
    let x = Design::builder().numeric("x", &[0.3, 0.1, 0.2, 0.5]).build()?;
    let fit: FineGrayModel = FineGray::new(&1).fit(&at_zero, &x)?;
    assert_eq!(
        text(fit.with(&at_zero, &x)?.proportional_hazards(TimeScale::Log)),
        "the time of an event is 0: it must be above 0 where g is the logarithm of time: choose another `TimeScale`"
    );
    Ok(())
}
