//! Rows put together from parts, beside R 4.2.2 (survival 3.5-3, `tmerge`), and histories from a row for each transition.

use greenwood::Result;
use greenwood::survival::data::{Measurements, Placed, ProblemKind, Timelines};
use greenwood::survival::{CoxPh, Design, Histories};

/// `tmerge` of base (id 1 to 4, entry 0, 0, 2, 0, futime 10, 8, 12, 6) with `v = tdc(t, v)` and `n = cumtdc(t)`, then
/// `to = event(t, s)`; an initial value of −1 stands for R's NA.
#[test]
fn rows_are_those_of_tmerge() -> Result<()> {
    let of = [1, 1, 1, 2, 2, 3, 3, 5, 4, 1];
    let t = [0., 3., 7., 2., 8., 1., 5., 3., 9., 3.];
    let v = [1.5, 2., 3., 0.5, 9., 4., 6., 7., 8., 2.5];
    let rows = Timelines::new(&[1, 2, 3, 4], &[10., 8., 12., 6.])?
        .with_entry(&[0., 0., 2., 0.])?
        .covariate("v", &[-1.; 4], Measurements::new(&of, &t, &v)?)?
        .running_sum("n", Measurements::new(&of, &t, &[1.; 10])?)?
        .events(&[1, 2, 3, 3, 4, 1], &[7., 8., 2., 12., 7., 4.], &["a", "b", "a", "b", "a", "a"])?
        .rows()?;
    assert_eq!(rows.ids(), ["1", "1", "1", "1", "2", "2", "3", "3", "4"]);
    assert_eq!(rows.start(), [0., 3., 4., 7., 0., 2., 2., 5., 0.]);
    assert_eq!(rows.stop(), [3., 4., 7., 10., 2., 8., 5., 12., 6.]);
    assert_eq!(rows.covariate("v")?, [1.5, 2.5, 2.5, 3., -1., 0.5, 4., 6., -1.]);
    assert_eq!(rows.covariate("n")?, [1., 3., 3., 4., 0., 1., 1., 2., 0.]);
    let to: Vec<&str> = rows.to().iter().map(|s| s.as_deref().unwrap_or("-")).collect();
    assert_eq!(to, ["-", "a", "a", "-", "-", "b", "-", "b", "-"]);
    // R's tcount: early, late, within, boundary, leading, trailing, missid.
    let counts = |k: usize| {
        let order = [0, 1, 2, 3, 4, 5, 6].map(|p| rows.counts()[k].rows(Placed::ALL[p]).len());
        (order, rows.counts()[k].tied().len())
    };
    assert_eq!(counts(0), ([1, 1, 5, 0, 1, 1, 1], 1));
    assert_eq!(counts(1), ([1, 1, 0, 5, 1, 1, 1], 1));
    assert_eq!(counts(2), ([0, 1, 1, 1, 1, 2, 0], 0));
    assert_eq!(
        rows.to_string(),
        "4 subjects, 9 rows\n\
         v: 1 early, 1 late, 5 within, 1 leading, 1 trailing, 1 unknown subject, 1 tied\n\
         n: 1 early, 1 late, 5 boundary, 1 leading, 1 trailing, 1 unknown subject, 1 tied\n\
         events: 1 late, 1 within, 1 boundary, 1 leading, 2 trailing, 0 tied"
    );
    // What was left out has its rows.
    assert_eq!((rows.counts()[0].rows(Placed::Late), rows.counts()[0].tied()), (vec![8], &[9][..]));
    assert_eq!(rows.expand(&["w", "x", "y", "z"])?[3..6], ["w", "x", "x"]);
    Ok(())
}

/// The same rows are data of a Cox model and histories.
#[test]
fn rows_are_data() -> Result<()> {
    // Within rounding of 3, which makes no row of its own.
    let near = 0.1 + 0.2 + 2.7;
    let rows = Timelines::new(&["a", "b", "c", "d"], &[5., 6., 8., 9.])?
        .covariate("ill", &[0., 0., 1., 0.], Measurements::new(&["a", "b", "a"], &[near, 2., 3.], &[1.; 3])?)?
        .events(&["a", "b", "c", "a"], &[5., 6., 4., 3.], &["dead", "dead", "ill", "ill"])?
        .rows()?;
    assert_eq!(rows.len(), 7);
    let data = rows.right_censored("dead")?;
    let ill = rows.covariate("ill")?;
    let fit = CoxPh::new().fit(&data, &Design::builder().numeric("ill", ill).build()?)?;
    // Of four at risk at 5 three are ill, of three at 6 two: both who die are. The likelihood is monotone.
    assert!(fit.coefficients()[0].is_infinite());
    let histories = rows.histories(&["well", "ill", "dead"])?;
    assert_eq!(histories.check().transitions(), [[0, 2, 1], [0, 0, 1], [0, 0, 0]]);
    assert!(histories.check().problems().is_empty());
    #[cfg(feature = "serde")]
    {
        let text = serde_json::to_string(&rows).unwrap();
        assert_eq!(serde_json::from_str::<greenwood::survival::data::TimelineRows>(&text).unwrap(), rows);
        let cut = text.replacen("\"names\":[\"ill\"]", "\"names\":[]", 1);
        let error = serde_json::from_str::<greenwood::survival::data::TimelineRows>(&cut).unwrap_err();
        let expected = "covariates has 1 values, but their names has 0: the two must be equal in number";
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    Ok(())
}

#[test]
fn a_row_for_each_transition() -> Result<()> {
    let states = ["well", "ill", "dead"];
    let (ids, time) = ([2, 1, 2, 3, 1, 2], [4., 6., 1., 5., 2., 9.]);
    let to = [Some("well"), Some("dead"), Some("ill"), None, Some("ill"), Some("ill")];
    let data = Histories::among(&states).transitions(&ids, &time, &to)?;
    let rows = Histories::among(&states).rows(
        &[2, 2, 2, 1, 1, 3],
        &[0., 1., 4., 0., 2., 0.],
        &[1., 4., 9., 2., 6., 5.],
        &[Some("ill"), Some("well"), Some("ill"), Some("ill"), Some("dead"), None],
    )?;
    assert_eq!(data, rows);
    let check = data.check();
    assert!(check.problems().is_empty());
    // Subject 2 is well again at 4, and ill again at 9.
    let returns: Vec<_> = check.returns().iter().map(|r| (r.id(), r.row(), r.state())).collect();
    assert_eq!(returns, [("2", 1, "well"), ("2", 2, "ill")]);
    Ok(())
}

#[test]
fn what_cannot_be_is_named() -> Result<()> {
    fn text<T>(result: Result<T>) -> String {
        result.err().map_or_else(|| "no error".into(), |e| e.to_string())
    }
    let states = || Histories::among(&["well", "ill", "dead"]);
    let time = [3., 3., 3., 4., 6., 2., 0., 7.];
    let ids = ["a", "a", "a", "b", "b", "c", "d", "d"];
    let (ill, dead, well) = (Some("ill"), Some("dead"), Some("well"));
    let to = [ill, ill, dead, None, ill, well, ill, dead];
    let problems = states().check_transitions(&ids, &time, &to)?;
    let named: Vec<_> = problems.iter().map(|p| (p.kind(), p.id(), p.row(), p.repeats())).collect();
    let expected = [
        (ProblemKind::Simultaneous, "a", 1, Some(0)),
        (ProblemKind::Simultaneous, "a", 2, None),
        (ProblemKind::AfterEnd, "b", 4, None),
        (ProblemKind::NoMove, "c", 5, None),
        (ProblemKind::Simultaneous, "d", 6, None),
    ];
    assert_eq!(named, expected);
    let lines = || Timelines::new(&["a", "b"], &[5.0, 6.0]).unwrap();
    let once = Measurements::new(&["a"], &[1.0], &[1.0])?;
    let one = |kind: usize| states().transitions(&ids[kind..=kind], &time[kind..=kind], &to[kind..=kind]);
    let cases = [
        (
            text(states().transitions(&ids, &time, &to)),
            "subject a, row 1: it stands at time 0 or at the time of another row (simultaneous); 5 such row(s) in all: list \
             them with `Histories::check`, and correct or drop them",
        ),
        (
            text(states().transitions(&ids[3..5], &time[3..5], &to[3..5])),
            "subject b, row 1: it comes after the row that ends the observation (after the end); 1 such row(s) in all: list \
             them with `Histories::check`, and correct or drop them",
        ),
        (
            text(one(5)),
            "subject c, row 0: it leads to the state that the subject holds (no move); 1 such row(s) in all: list them with \
             `Histories::check`, and correct or drop them",
        ),
        (text(states().transitions(&ids[..0], &[], &to[..0])), "ids is empty: at least one value is needed"),
        (
            text(states().transitions(&ids, &time[..2], &to)),
            "times has 2 values, but ids has 8: the two must be equal in number",
        ),
        (
            text(states().transitions(&["a"], &[f64::NAN], &[ill])),
            "times[0] is NaN: a time must be finite and at least 0; if the clock starts later, subtract its start, or use \
             delayed entry",
        ),
        (
            text(Timelines::new(&["a", "a"], &[5.0, 6.0])),
            "two subjects are named \"a\": give each a name of its own",
        ),
        (text(Timelines::new::<&str>(&[], &[])), "ids is empty: at least one value is needed"),
        (
            text(lines().with_entry(&[6.0, 1.0])),
            "subject 0 enters at 6 and leaves at 5: entry must come before time (the interval at risk is open on the left); \
             drop the subject or correct the times",
        ),
        (
            text(lines().covariate("x", &[0.0; 2], Measurements::new(&["a"], &[1.0], &[f64::NAN])?)),
            "a value of a covariate is NaN: it must be finite; leave out the rows of missing values",
        ),
        (
            text(lines().running_sum("x", once)?.running_sum("x", once)),
            "two covariates are named \"x\": give each a name of its own",
        ),
        (
            text(lines().events(&["a"], &[1.0, 2.0], &["dead"])),
            "to has 1 values, but times has 2: the two must be equal in number",
        ),
        (text(lines().rows()?.covariate("y")), "there is no covariate y: there are "),
        (
            text(lines().rows()?.expand(&[1])),
            "column has 1 values, but the subjects has 2: the two must be equal in number",
        ),
        (
            text(Timelines::new(&["a"], &[0.3])?.with_entry(&[0.1 + 0.2])),
            "subject 0 enters at 0.30000000000000004 and leaves at 0.3: entry must come before time (the interval at risk is \
             open on the left); drop the subject or correct the times",
        ),
    ];
    for (got, expected) in cases {
        assert_eq!(got, expected);
    }
    Ok(())
}
