//! What a table tells, counted by hand.

use greenwood::survival::data::NearTies;
use greenwood::survival::risk_table::RiskTables;
use greenwood::survival::{Groups, KaplanMeier, LogRank, RightCensored, RiskTable, Weights};
use greenwood::{Error, Result};

/// 0.3 but for rounding: a near tie.
const NEAR: f64 = 0.1 + 0.2;

/// One part with exact times makes the whole exact, wherever it stands.
#[test]
fn an_exact_part_makes_the_whole_exact() -> Result<()> {
    let part = |time: f64, near_ties: NearTies| -> Result<RiskTable> {
        Ok(RiskTable::new(&RightCensored::new(&[time, 2.0], &[true, false])?.with_near_ties(near_ties)?))
    };
    for (a, b, times) in [
        (NearTies::Merge, NearTies::Merge, vec![0.3, 2.0]),
        (NearTies::Exact, NearTies::Merge, vec![0.3, NEAR, 2.0]),
        (NearTies::Merge, NearTies::Exact, vec![0.3, NEAR, 2.0]),
        (NearTies::Exact, NearTies::Exact, vec![0.3, NEAR, 2.0]),
    ] {
        let whole = part(0.3, a)?.merge(&part(NEAR, b)?)?;
        assert_eq!(whole.times(), times, "{a:?} {b:?}");
        assert_eq!(whole.last_time(), Some(2.0));
        assert_ne!(whole, part(0.3, a)?);
    }
    Ok(())
}

/// Each subject counts from its entry to its exit, as often as its weight says; a large time does not take the small ones.
#[test]
fn person_time_is_the_sum_over_subjects() -> Result<()> {
    let time = [4.0, 6.0, 7.0, 9.5];
    let data = RightCensored::new(&time, &[true, false, true, false])?.with_entry(&[0.0, 2.0, 0.0, 6.5])?;
    assert_eq!(RiskTable::new(&data).person_time(), 4.0 + 4.0 + 7.0 + 3.0);
    let data = data.with_weights(Weights::sampling(vec![0.5, 3.0, 1.0, 2.0]))?;
    assert_eq!(RiskTable::new(&data).person_time(), 2.0 + 12.0 + 7.0 + 6.0);
    let data = RightCensored::new(&[1e16, 1.0, 1.0], &[true, true, false])?;
    assert_eq!(RiskTable::new(&data).person_time(), 1e16 + 2.0);
    Ok(())
}

/// Those still under observation at 1.5 have the table that they would have alone, near ties with the times that they had.
#[test]
fn a_tail_keeps_what_its_near_ties_were() -> Result<()> {
    let time = [0.3, NEAR, 1.0, 2.1, 3.0 * 0.7, 2.1, 5.0, 6.3, 3.0 * 2.1, 8.0];
    let event = [true, false, true, true, false, true, false, true, true, false];
    for weights in [None, Some([1.0, 2.0, 0.5, 1.5, 1.0, 2.0, 3.0, 0.25, 1.0, 1.0])] {
        let rows = |from: usize| -> Result<RightCensored> {
            let data = RightCensored::new(time[from..].to_vec(), event[from..].to_vec())?;
            weights.map_or(Ok(data.clone()), |w| data.with_weights(Weights::sampling(w[from..].to_vec())))
        };
        let tail = KaplanMeier::fit(&rows(0)?).given_survival_to(1.5)?;
        let alone = KaplanMeier::fit(&rows(3)?);
        assert_eq!(tail.table().times(), [3.0 * 0.7, 5.0, 6.3, 8.0]);
        assert_eq!(tail.table(), alone.table());
        assert_eq!(tail.table().person_time(), alone.table().person_time());
        // Another tenth of the same: as if it had been there from the start.
        let more = RiskTable::new(&RightCensored::new(&[7.0 * 0.3], &[true])?);
        if weights.is_none() {
            assert_eq!(tail.table().merge(&more)?, alone.table().merge(&more)?);
        }
    }
    Ok(())
}

/// By hand: S is 3/4 from 2, 9/16 from 4, 3/8 from 5 and 3/16 from 7; entries at 1 and 3 are no steps.
#[test]
fn a_quantile_alone_is_that_with_limits() -> Result<()> {
    let data = RightCensored::new(&[2.0, 4.0, 5.0, 7.0, 9.0], &[true, true, true, true, false])?
        .with_entry(&[0.0, 1.0, 1.0, 1.0, 3.0])?;
    let curve = KaplanMeier::fit(&data);
    // 4 at risk at 2, 4 at 4, 3 at 5, 2 at 7.
    assert_eq!(curve.at(4.5).value(), Ok(0.75 * 0.75));
    for (p, time) in [
        (0.0, Some(0.0)),
        (0.2, Some(2.0)),
        (0.4, Some(4.0)),
        (0.5, Some(5.0)),
        (0.7, Some(7.0)),
        (0.9, None),
    ] {
        assert_eq!(curve.quantile_value(p)?, time, "{p}");
        let quantile = curve.quantile(p)?;
        assert_eq!((quantile.p(), quantile.value().ok()), (p, time));
    }
    Ok(())
}

/// A stored share outside [0, 1] is none, and a time below 0 is none.
#[cfg(feature = "serde")]
#[test]
fn a_stored_quantile_is_checked() -> Result<()> {
    use greenwood::survival::curve::Quantile;

    let data = RightCensored::new(&[4., 6., 8., 10., 12.], &[true, true, false, true, false])?;
    let stored = serde_json::to_value(KaplanMeier::fit(&data).median()).unwrap();
    assert!(serde_json::from_value::<Quantile>(stored.clone()).is_ok());
    for (field, other, says) in [
        ("/p", 1.5, "p"),
        ("/p", -0.5, "p"),
        ("/value/Ok", -10.0, "the quantile"),
        ("/interval/lower", -4.0, ""),
    ] {
        let mut changed = stored.clone();
        *changed.pointer_mut(field).unwrap() = serde_json::json!(other);
        let error = serde_json::from_value::<Quantile>(changed).unwrap_err().to_string();
        assert!(error.contains(says), "{field}: {error}");
    }
    Ok(())
}

/// Groups of another length are refused beside strata as without.
#[test]
fn groups_have_one_code_for_each_row() -> Result<()> {
    let groups = Groups::new(&["a", "b", "a"]);
    let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true; 4])?;
    let strata = Groups::new(&["u", "u", "v", "v"]);
    for data in [data.clone(), data.with_strata(strata)?] {
        let found = LogRank::test(&data, &groups);
        assert!(matches!(found, Err(Error::LengthMismatch { len: 3, expected: 4, .. })), "{found:?}");
    }
    Ok(())
}

/// A tail of exact times stays exact, and makes exact what it becomes a part of.
#[test]
fn the_tail_of_an_exact_table_is_exact() -> Result<()> {
    let data = RightCensored::new(&[1.0, 2.1, 4.0], &[true, true, false])?.with_near_ties(NearTies::Exact)?;
    let tail = KaplanMeier::fit(&data).given_survival_to(1.5)?;
    let more = RiskTable::new(&RightCensored::new(&[3.0 * 0.7], &[true])?);
    assert_eq!(tail.table().merge(&more)?.times(), [3.0 * 0.7, 2.1, 4.0]);
    Ok(())
}

/// Seen from the censoring, near ties keep the times that they had: 1 + (1 + 2⁻³⁰) + 3 units of time, and the parts are the whole.
#[test]
fn seen_from_the_censoring_near_ties_are_what_they_were() -> Result<()> {
    let near = 1.0 + 2.0_f64.powi(-30);
    let table = |time: &[f64], event: &[bool]| Ok(RiskTable::new(&RightCensored::new(time, event)?));
    let censoring = |table: &RiskTable| KaplanMeier::censoring_from_table(table).table().clone();
    let first: Result<_> = table(&[1.0, near, 3.0], &[true, false, true]);
    let (first, second): (_, Result<_>) = (first?, table(&[1.0 - 2.0_f64.powi(-30), 2.0], &[false, true]));
    let second = second?;
    assert_eq!(first.times(), [1.0, 3.0]);
    assert_eq!(censoring(&first).person_time(), 5.0 + 2.0_f64.powi(-30));
    let whole = first.merge(&second)?;
    assert_eq!(whole.times(), [1.0 - 2.0_f64.powi(-30), 2.0, 3.0]);
    assert_eq!(censoring(&first).merge(&censoring(&second))?, censoring(&whole));
    Ok(())
}

/// One group with exact times makes all tables of the whole exact, wherever it stands.
#[test]
fn an_exact_group_makes_all_groups_exact() -> Result<()> {
    for (first, second, times) in [
        (NearTies::Merge, NearTies::Merge, [0.3, 2.0]),
        (NearTies::Exact, NearTies::Merge, [NEAR, 2.0]),
        (NearTies::Merge, NearTies::Exact, [NEAR, 2.0]),
    ] {
        let a = RightCensored::new(&[0.3], &[true])?.with_near_ties(first)?;
        let b = RightCensored::new(&[NEAR, 2.0], &[true, false])?.with_near_ties(second)?;
        let a = RiskTables::new(&a, &Groups::new(&["a"]))?;
        let whole = a.merge(&RiskTables::new(&b, &Groups::new(&["b", "b"]))?)?;
        assert_eq!(whole.table("a")?.times(), [0.3]);
        assert_eq!(whole.table("b")?.times(), times, "{first:?} {second:?}");
    }
    Ok(())
}

/// By hand: S is 3/4 from 1, 1/2 from 2 and 1/4 from 4 on, until the last is censored at 6.
#[test]
fn the_rules_for_flat_steps() -> Result<()> {
    use greenwood::survival::curve::{FlatStep, QuantileRule};

    let curve = KaplanMeier::fit(&RightCensored::new(&[1.0, 2.0, 4.0, 6.0], &[true, true, true, false])?);
    let not_reached = None;
    for (flat, quarter, median, three_quarters) in [
        (FlatStep::First, 1.0, 2.0, Some(4.0)),
        (FlatStep::Midpoint, 1.5, 3.0, Some(5.0)),
        (FlatStep::MidpointOfEvents, 1.5, 3.0, not_reached),
    ] {
        let found = curve.quantiles(&[0.0, 0.25, 0.3, 0.5, 0.75], QuantileRule::from(flat))?;
        let values: Vec<Option<f64>> = found.iter().map(|q| q.value().ok()).collect();
        assert_eq!(values, [Some(0.0), Some(quarter), Some(2.0), Some(median), three_quarters], "{flat:?}");
        // Before the first event nobody has had it, and of that both limits are certain.
        assert_eq!(found[0].interval().bounds(), Some((0.0, 0.0)), "{flat:?}");
    }
    Ok(())
}

/// Tables of several causes whose times differ by rounding alone merge into the table of the whole, by whichever door they were made.
#[test]
fn tables_of_several_causes_merge_across_near_ties() -> Result<()> {
    use greenwood::survival::CompetingRisks;
    use greenwood::survival::risk_table::CompetingRiskTable;

    let table = |time: &[f64], outcome: &[Option<&str>]| {
        Ok::<_, Error>(CompetingRiskTable::new(&CompetingRisks::with_causes(time, outcome, &["a", "b"])?))
    };
    let (first, second) = ([0.3, 1.0, 2.0], [NEAR, 1.5, 2.0]);
    let (one, two) = ([Some("a"), Some("b"), None], [Some("b"), Some("a"), Some("b")]);
    let whole = table(&[first, second].concat(), &[one, two].concat())?;
    assert_eq!(whole.all().times(), [0.3, 1.0, 1.5, 2.0]);
    for merged in [
        table(&first, &one)?.merge(&table(&second, &two)?)?,
        table(&second, &two)?.merge(&table(&first, &one)?)?,
    ] {
        assert_eq!(merged, whole);
        for (row, events) in [[1.0, 1.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]].into_iter().enumerate() {
            assert_eq!([merged.events(row, "a")?, merged.events(row, "b")?], events, "{row}");
        }
    }
    let of = |cause: &str| -> Result<RiskTable> {
        let of = |time: &[f64; 3], outcome: &[Option<&str>; 3]| {
            let rows = || time.iter().zip(outcome).filter(|(_, o)| o.unwrap_or("b") == cause);
            let event: Vec<bool> = rows().map(|(_, o)| o.is_some()).collect();
            Ok::<_, Error>(RiskTable::new(&RightCensored::new(
                rows().map(|r| *r.0).collect::<Vec<_>>(),
                event,
            )?))
        };
        of(&first, &one)?.merge(&of(&second, &two)?)
    };
    assert_eq!(CompetingRiskTable::from_causes(&[("a", &of("a")?), ("b", &of("b")?)])?, whole);
    Ok(())
}

/// In any grouping and order: a chain of near ties; two that are near beside large times and not beside small ones; exact times;
/// groups of which each part has one.
#[test]
fn tables_of_several_causes_are_the_whole_in_any_grouping() -> Result<()> {
    use greenwood::survival::risk_table::{CompetingRiskTable, CompetingRiskTables};
    use greenwood::survival::{CompetingRisks, Gray};

    let small: Vec<f64> = (1..10).map(|i| f64::from(i) / 8.0).collect();
    let parts_of = [
        (vec![vec![0.3, 2.0], vec![0.3 + 1e-8, 1.0], vec![0.3 + 2e-8, 3.0]], NearTies::Merge, 4),
        (vec![vec![1e6, 2e6], vec![1e6 + 0.02, 3e6], small], NearTies::Merge, 13),
        (vec![vec![0.3, 1.0], vec![NEAR, 1.0], vec![0.3, NEAR]], NearTies::Exact, 3),
    ];
    for (parts, near_ties, rows) in parts_of {
        let data = |time: &[f64], from: usize| {
            let outcome: Vec<Option<&str>> =
                (0..time.len()).map(|i| [Some("a"), Some("b"), None][(from + i) % 3]).collect();
            CompetingRisks::with_causes(time.to_vec(), &outcome, &["a", "b"])?.with_near_ties(near_ties)
        };
        let (mut tables, mut labelled, mut from) = (Vec::new(), Vec::new(), 0);
        for (g, time) in parts.iter().enumerate() {
            let part = data(time, from)?;
            tables.push(CompetingRiskTable::new(&part));
            labelled.push(CompetingRiskTables::new(&part, &Groups::new(&vec![g; time.len()]))?);
            from += time.len();
        }
        let all = data(&parts.concat(), 0)?;
        let whole = CompetingRiskTable::new(&all);
        assert_eq!(whole.all().len(), rows);
        for [a, b, c] in [[0, 1, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            assert_eq!(tables[a].merge(&tables[b])?.merge(&tables[c])?, whole, "{a} {b} {c}");
            assert_eq!(tables[a].merge(&tables[b].merge(&tables[c])?)?, whole, "{a} {b} {c}");
            #[cfg(feature = "serde")]
            {
                let stored = serde_json::to_value(tables[a].merge(&tables[b])?).unwrap();
                let back: CompetingRiskTable = serde_json::from_value(stored).unwrap();
                assert_eq!(back.merge(&tables[c])?, whole, "{a} {b} {c}");
            }
        }
        let groups: Vec<usize> = parts.iter().enumerate().flat_map(|(g, t)| vec![g; t.len()]).collect();
        let whole = CompetingRiskTables::new(&all, &Groups::new(&groups))?;
        let merged = CompetingRiskTables::merge_all(&labelled)?;
        assert_eq!(merged, whole);
        assert_eq!(Gray::new("a").from_tables(&merged)?, Gray::new("a").from_tables(&whole)?);
    }
    Ok(())
}

/// Events by cause of near ties that do not make up their row are not read.
#[cfg(feature = "serde")]
#[test]
fn stored_parts_of_near_ties_are_those_of_their_row() -> Result<()> {
    use greenwood::survival::CompetingRisks;
    use greenwood::survival::risk_table::CompetingRiskTable;

    let table = |time: f64, cause: &str| {
        let data = CompetingRisks::with_causes(vec![time, 2.0], &[Some(cause), None], &["a", "b"])?;
        Ok::<_, Error>(CompetingRiskTable::new(&data))
    };
    let merged = table(0.3, "a")?.merge(&table(NEAR, "b")?)?;
    let tail = greenwood::survival::AalenJohansen::new().from_table(merged.clone());
    assert_eq!(tail.of("a")?.at(1.0).value(), Ok(0.25));
    let stored = serde_json::to_value(&merged).unwrap();
    assert_eq!(stored["fine"], serde_json::json!([1.0, 0.0, 0.0, 1.0]));
    for wrong in [
        serde_json::json!([]),
        serde_json::json!([1.0, 0.0, 1.0, 0.0]),
        serde_json::json!([0.0, 1.0, 0.0, 1.0]),
        serde_json::json!([2.0, -1.0, -1.0, 2.0]),
        serde_json::json!([1.0, 1.0, 0.0, 0.0]),
    ] {
        let mut changed = stored.clone();
        changed["fine"] = wrong.clone();
        assert!(serde_json::from_value::<CompetingRiskTable>(changed).is_err(), "{wrong}");
    }
    Ok(())
}

/// By hand, of a width of 0.1 and of 1: who enters in the cell that ends at the event may or may not have been there; who entered in
/// an earlier one was.
#[test]
fn limits_of_a_curve_on_a_grid() -> Result<()> {
    for width in [0.1, 1.0] {
        let at = |cells: f64| cells * width;
        // Four at risk from the start; one enters in cell 2, one in cell 4, both leave last.
        let data = RightCensored::new(
            vec![at(3.5), at(4.5), at(4.7), at(9.5), at(9.5), at(9.5)],
            vec![true, true, false, false, false, false],
        )?
        .with_entry(vec![0.0, 0.0, 0.0, 0.0, at(1.5), at(4.2)])?;
        let grid = RiskTable::new(&data).on_grid(width)?;
        assert_eq!(grid.width(), width);
        let bounds = grid.bounds();
        // Cell 4: five at risk, all from before. Cell 5: five, of whom one entered in it and one is censored in it.
        let right = [(0.8, 0.8), (0.8 * (1.0 - 1.0 / 3.0), 0.8 * (1.0 - 1.0 / 5.0))];
        for (bound, (lower, upper)) in bounds.iter().zip(right) {
            assert!(
                (bound.lower() - lower).abs() < 1e-15 && (bound.upper() - upper).abs() < 1e-15,
                "{bound:?}"
            );
        }
        assert_eq!(bounds.len(), 3);
    }
    Ok(())
}

/// By the rule: √ε, absolute below 1 and relative above, but at most a quarter of the width.
#[test]
fn rounding_beside_a_multiple_of_the_width() -> Result<()> {
    let times = |time: f64, width: f64| -> Result<Vec<f64>> {
        Ok(RiskTable::new(&RightCensored::new(&[time], &[true])?).on_grid(width)?.table().times().to_vec())
    };
    for (time, width, cells) in [
        (1.0 + 1.4e-8, 1.0, 1.0),
        (1.0 + 2e-8, 1.0, 2.0),
        (1e6 + 0.01, 1.0, 1e6),
        (1e6 + 0.02, 1.0, 1e6 + 1.0),
        (0.25 + 1e-8, 0.25, 1.0),
        (1.22e-8, 1e-8, 1.0),
        (1.3e-8, 1e-8, 2.0),
    ] {
        assert_eq!(times(time, width)?, [cells * width], "{time} {width}");
    }
    // Multiples can be told apart up to 2⁵².
    let most = 2.0_f64.powi(52);
    assert!(times(most, 1.0).is_err() && times(most, 2.0).is_ok() && times(most - 1.0, 1.0).is_ok());
    // A table of exact times stays one.
    let exact = RightCensored::new(&[0.3], &[true])?.with_near_ties(NearTies::Exact)?;
    let more = RiskTable::new(&RightCensored::new(&[NEAR], &[true])?);
    assert_eq!(RiskTable::new(&exact).on_grid(0.3)?.table().merge(&more)?.times(), [0.3, NEAR]);
    Ok(())
}

/// Labels and strata stand once each, and every stratum has its tables.
#[test]
fn labelled_tables_are_as_many_as_their_labels() -> Result<()> {
    let table = RiskTable::new(&RightCensored::new(&[1.0], &[true])?);
    let of = |labels: &[&str], strata: Option<&[&str]>, rows: usize| {
        let owned = |l: &[&str]| l.iter().map(ToString::to_string).collect::<Vec<String>>();
        RiskTables::from_tables(
            owned(labels),
            strata.map(owned),
            vec![vec![table.clone(); labels.len()]; rows],
        )
    };
    assert_eq!(
        of(&["a", "b"], Some(&["u", "v"]), 2)?.strata(),
        Some(["u".to_string(), "v".to_string()].as_slice())
    );
    assert_eq!(of(&["a", "b"], None, 1)?.strata(), None);
    assert!(of(&["a", "a"], None, 1).is_err() && of(&["a", "b"], Some(&["u", "u"]), 2).is_err());
    for (strata, rows) in [(Some(&["u", "v"][..]), 1), (Some(&["u", "v"][..]), 3), (None, 2)] {
        assert!(matches!(of(&["a"], strata, rows), Err(Error::LengthMismatch { argument: "tables", .. })));
    }
    let text = of(&["a", "b"], Some(&["u", "v"]), 2)?.to_string();
    for head in ["u, a\nRisk table", "\nu, b\n", "\nv, a\n", "\nv, b\n"] {
        assert!(text.contains(head), "{text}");
    }
    Ok(())
}
