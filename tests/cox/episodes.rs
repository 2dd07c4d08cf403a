//! Rows cut into episodes: time-varying coefficients against R, and what a cut must not change.

use crate::common::Frame;
use approx::assert_relative_eq;
use greenwood::survival::{CoxPh, Design, Episodes, Groups, KaplanMeier, RightCensored, Ties, Weights};
use greenwood::{Error, Result};
use proptest::prelude::*;

fn veteran() -> Result<(Frame, RightCensored<'static>)> {
    let frame = Frame::read("veteran");
    let event: Vec<bool> = frame.column("status").iter().map(|&s| s == 1.0).collect();
    let data = RightCensored::new(frame.column("time").to_vec(), event)?;
    Ok((frame, data))
}

/// R 4.2.2, survival 3.5-3, vignette "timedep": v2 <- survSplit(Surv(time, status) ~ ., veteran, cut = c(90, 180),
/// episode = "tgroup", id = "id");
/// coxph(Surv(tstart, time, status) ~ trt + prior + karno:strata(tgroup), v2, eps = 1e-13), and with cluster(id).
#[test]
fn a_coefficient_per_period_is_that_of_r() -> Result<()> {
    let (frame, data) = veteran()?;
    let rows = data.split_at(&[90.0, 180.0])?;
    assert_eq!(rows.data().len(), 225);
    assert_eq!(rows.periods().labels(), ["until 90", "90 to 180", "after 180"]);
    let count = |p: u32| rows.periods().codes().iter().filter(|&&c| c == p).count();
    assert_eq!([count(0), count(1), count(2)], [137, 61, 27]);

    let design = Design::builder()
        .numeric("trt", &rows.expand(frame.column("trt"))?)
        .numeric("prior", &rows.expand(frame.column("prior"))?)
        .numeric_within("karno", &rows.expand(frame.column("karno"))?, rows.periods())
        .build()?;
    assert_eq!(design.names()[3], "karno: 90 to 180");
    let coefficients = [
        -0.0110253840606567739,
        -0.0061067060425733996,
        -0.048754954121253434,
        0.0080504343223622103,
        -0.0083487363977528956,
    ];
    let variances = [
        3.5744500369450663e-02,
        4.1432302372988267e-04,
        3.8709933926777295e-05,
        1.6442306644618728e-04,
        2.1375604017919529e-04,
    ];
    let robust = [
        0.1934812461922062188,
        0.0201184716732179213,
        0.0063502886748748816,
        0.0115655719395936409,
        0.0132309023418961790,
    ];
    // As strata periods change nothing: their risk sets are apart anyway.
    for data in [rows.data().clone(), rows.data().clone().with_strata(rows.periods().clone())?] {
        let fit = CoxPh::new().fit(&data, &design)?;
        for j in 0..5 {
            assert_relative_eq!(fit.coefficients()[j], coefficients[j], max_relative = 1e-8);
            assert_relative_eq!(fit.variance()[[j, j]], variances[j], max_relative = 1e-8);
        }
        assert_relative_eq!(fit.log_likelihood()[1], -473.92925620726936, max_relative = 1e-12);
    }
    let clustered = rows.data().clone().with_clusters(rows.source())?;
    let fit = CoxPh::new().fit(&clustered, &design)?;
    for (term, expected) in fit.terms().iter().zip(robust) {
        assert_relative_eq!(term.robust_std_error().unwrap(), expected, max_relative = 1e-8);
    }
    Ok(())
}

/// R: coxph(Surv(time, status) ~ trt + prior + karno + tt(karno), veteran, tt = function(x, t, ...) x * log(t + 20)).
#[test]
fn a_coefficient_that_is_a_function_of_time_is_that_of_r() -> Result<()> {
    let (frame, data) = veteran()?;
    let mut cuts: Vec<f64> =
        data.time().iter().zip(data.event()).filter(|(_, e)| **e).map(|(t, _)| *t).collect();
    cuts.sort_unstable_by(f64::total_cmp);
    cuts.dedup();
    let rows = data.split_at(&cuts)?;
    let karno = rows.expand(frame.column("karno"))?;
    let with_time: Vec<f64> =
        karno.iter().zip(rows.data().time()).map(|(x, t)| x * (t + 20.0).ln()).collect();
    let design = Design::builder()
        .numeric("trt", &rows.expand(frame.column("trt"))?)
        .numeric("prior", &rows.expand(frame.column("prior"))?)
        .numeric("karno", &karno)
        .numeric("karno × log(t + 20)", &with_time)
        .build()?;
    let fit = CoxPh::new().fit(rows.data(), &design)?;
    let expected = [
        (0.0164776574037499533, 0.190707495609373778),
        (-0.0093173615260970094, 0.020296457792439923),
        (-0.1246622894741203358, 0.028785350442978537),
        (0.0213095666153477713, 0.006606850940161362),
    ];
    for (term, (coefficient, se)) in fit.terms().iter().zip(expected) {
        assert_relative_eq!(term.coefficient(), coefficient, max_relative = 1e-8);
        assert_relative_eq!(term.model_std_error().unwrap(), se, max_relative = 1e-8);
    }
    assert_relative_eq!(fit.log_likelihood()[1], -478.53151472189325, max_relative = 1e-12);
    Ok(())
}

#[test]
fn an_event_at_a_cut_belongs_to_the_period_before() -> Result<()> {
    let data = RightCensored::new(&[10.0, 5.0, 25.0], &[true, false, true])?.with_entry(&[0.0, 0.0, 10.0])?;
    let rows = data.split_at(&[10.0, 20.0])?;
    assert_eq!(rows.source(), [0, 1, 2, 2]);
    assert_eq!(rows.periods().codes(), [0, 0, 1, 2]);
    assert_eq!(rows.data().entry().unwrap(), [0.0, 0.0, 10.0, 20.0]);
    assert_eq!(rows.data().time(), [10.0, 5.0, 20.0, 25.0]);
    assert_eq!(rows.data().event(), [true, false, false, true]);
    let groups = Groups::new(&["a", "b", "c"]);
    assert_eq!(rows.expand_groups(&groups)?.codes(), [0, 1, 2, 2]);
    // A cut that differs from a time by rounding is that time.
    let rows = RightCensored::new(&[0.3, 1.0], &[true, false])?.split_at(&[0.1 + 0.2])?;
    assert_eq!((rows.source(), rows.data().event()), (&[0, 1, 1][..], &[true, false, false][..]));
    // Without a cut nothing happens.
    let whole = data.split_at(&[])?;
    assert_eq!((whole.data(), whole.periods().labels()), (&data, &["all".to_string()][..]));
    Ok(())
}

#[test]
fn what_cannot_be_cut_is_refused() -> Result<()> {
    let data = RightCensored::new(&[1.0, 0.0], &[true, false])?;
    let message = |cuts: &[f64]| data.split_at(cuts).unwrap_err().to_string();
    assert_eq!(message(&[2.0, 1.0]), "a cut is 1: it must be finite, above 0 and increasing");
    assert_eq!(message(&[0.0]), "a cut is 0: it must be finite, above 0 and increasing");
    assert_eq!(message(&[f64::NAN]), "a cut is NaN: it must be finite, above 0 and increasing");
    assert_eq!(data.split_at(&[0.5]), Err(Error::EmptyInterval { index: 1, entry: 0.0, time: 0.0 }));
    let rows: Episodes = RightCensored::new(&[1.0, 2.0], &[true, false])?.split_at(&[0.5])?;
    assert_eq!(
        rows.expand(&[1.0]).unwrap_err().to_string(),
        "column has 1 values, but the data before the split has 2: the two must be equal in number"
    );
    let uneven = Design::builder().numeric_within("x", &[1.0], rows.periods()).build();
    assert!(uneven.unwrap_err().to_string().starts_with("groups has 4 values, but the column has 1"));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Under entry, ties, strata, clusters and either kind of weights a cut changes neither a fit nor a curve.
    #[test]
    fn a_cut_changes_nothing(
        rows in prop::collection::vec((2..20_u32, any::<bool>(), 0..10_u32, 1..4_u32, any::<bool>(), -2.0..2.0_f64), 10..40),
        cuts in prop::collection::btree_set(1..24_u32, 0..5),
        kind in 0..4_u8,
        strata in any::<bool>(),
        breslow in any::<bool>(),
    ) {
        let time: Vec<f64> = rows.iter().map(|r| f64::from(r.0) / 2.0).collect();
        let entry: Vec<f64> = rows.iter().map(|r| f64::from(if r.2 < r.0 { r.2 } else { 0 }) / 2.0).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let weights: Vec<f64> = rows.iter().map(|r| f64::from(r.3)).collect();
        let mut data = RightCensored::new(time, event).unwrap().with_entry(entry).unwrap();
        match kind {
            0 => data = data.with_weights(Weights::replication(weights)).unwrap(),
            1 => data = data.with_weights(Weights::sampling(weights)).unwrap(),
            2 => data = data.with_clusters(&(0..rows.len()).map(|i| i / 2).collect::<Vec<_>>()).unwrap(),
            _ => (),
        }
        let half: Vec<usize> = rows.iter().map(|r| usize::from(r.4)).collect();
        if strata {
            data = data.with_strata(Groups::from_codes(&half, &["a", "b"]).unwrap()).unwrap();
        }
        let z: Vec<f64> = rows.iter().map(|r| r.5).collect();
        let b: Vec<f64> = rows.iter().map(|r| f64::from(r.2 % 3)).collect();
        let design = Design::builder().numeric("b", &b).numeric("z", &z).build().unwrap();
        let options = CoxPh::new().ties(if breslow { Ties::Breslow } else { Ties::Efron });
        let whole = options.fit(&data, &design).unwrap();
        let split = data.split_at(&cuts.iter().map(|&c| f64::from(c) / 2.0).collect::<Vec<_>>()).unwrap();
        let cut = options.fit(split.data(), &split.expand_design(&design).unwrap()).unwrap();
        prop_assert_eq!(whole.stop().is_success(), cut.stop().is_success());
        if whole.stop().is_success() {
            assert_relative_eq!(whole.log_likelihood()[1], cut.log_likelihood()[1], max_relative = 1e-9, epsilon = 1e-9);
            for (a, c) in whole.terms().iter().zip(cut.terms()) {
                // To a millionth of a standard error, where a few rows leave the likelihood all but flat.
                let unit = a.model_std_error().unwrap_or(1.0).max(1.0);
                prop_assert!((a.coefficient() - c.coefficient()).abs() < 1e-6 * unit, "{}\n{}", whole, cut);
                if let (Some(a), Some(c)) = (a.std_error(), c.std_error()) {
                    assert_relative_eq!(a, c, max_relative = 1e-5, epsilon = 1e-9);
                }
            }
        }
        let (a, c) = (KaplanMeier::fit(&data), KaplanMeier::fit(split.data()));
        for t in 0..12 {
            let (a, c) = (a.at(f64::from(t)).value(), c.at(f64::from(t)).value());
            assert_eq!(a.is_ok(), c.is_ok());
            assert_relative_eq!(a.unwrap_or(0.0), c.unwrap_or(0.0), max_relative = 1e-12);
        }
    }
}

/// What is read back is what was written, and rows that do not belong together are refused.
#[cfg(feature = "serde")]
#[test]
fn episodes_are_read_back_through_their_checks() -> Result<()> {
    let rows = RightCensored::new(&[1.0, 2.0], &[true, false])?.split_at(&[0.5])?;
    let text = serde_json::to_string(&rows).unwrap();
    assert_eq!(serde_json::from_str::<Episodes>(&text).unwrap(), rows);
    for (from, to) in [
        (r#""source":[0,0,1,1]"#, r#""source":[0,0,1]"#),
        (r#""source":[0,0,1,1]"#, r#""source":[0,0,2,2]"#),
        (r#""source":[0,0,1,1]"#, r#""source":[1,1,0,0]"#),
        (r#""source":[0,0,1,1]"#, r#""source":[0,0,1,18446744073709551615]"#),
        (r#""codes":[0,1,0,1]"#, r#""codes":[0,1,0]"#),
    ] {
        assert!(text.contains(from), "{text}");
        assert!(serde_json::from_str::<Episodes>(&text.replace(from, to)).is_err(), "{to}");
    }
    Ok(())
}
