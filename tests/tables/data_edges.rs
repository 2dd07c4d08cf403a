//! What data may be: ids of subjects, names of groups, and numbers at the edge of the machine.

use greenwood::Result;
use greenwood::survival::{Groups, KaplanMeier, LogRank, RightCensored, RiskTable, Weights};
use proptest::prelude::*;

fn text<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

/// Three persons and not four: the rows of the first overlap.
#[test]
fn rows_of_one_subject_do_not_overlap() -> Result<()> {
    let rows = |entry: &[f64], time: &[f64]| {
        RightCensored::new(time.to_vec(), vec![false; time.len()])
            .unwrap()
            .with_entry(entry.to_vec())
            .unwrap()
    };
    let overlap = rows(&[0.0, 4.0, 0.0, 0.0], &[5.0, 9.0, 7.0, 8.0]);
    assert_eq!(
        text(overlap.with_ids(&["p1", "p1", "p2", "p3"])),
        "rows 0 and 1 of subject p1 overlap: (0, 5] and (4, 9]; a subject is at risk once at any time: correct the \
         rows, or drop one of them"
    );
    let twice = rows(&[2.0, 0.0, 2.0], &[5.0, 1.0, 5.0]);
    assert_eq!(
        text(twice.with_ids(&[7, 8, 7])),
        "rows 0 and 2 of subject 7 are both (2, 5]: drop one of them"
    );
    // One row within another, in whatever order they stand.
    assert!(text(rows(&[3.0, 0.0], &[4.0, 9.0]).with_ids(&[1, 1])).contains("(0, 9] and (3, 4]"));
    // Without entries all rows start at 0.
    let plain = RightCensored::new(&[1.0, 2.0], &[true, true])?;
    assert!(text(plain.clone().with_ids(&[1, 1])).contains("overlap: (0, 1] and (0, 2]"));
    assert_eq!(
        text(plain.clone().with_ids(&[1])),
        "ids has 1 values, but time has 2: the two must be equal in number"
    );
    // Entries that are given afterwards are checked too.
    let late =
        RightCensored::new(&[5.0, 9.0], &[false, true])?.with_ids(&["a", "b"])?.with_entry(&[0.0, 1.0])?;
    assert_eq!(late.ids().unwrap().labels(), ["a", "b"]);
    // In different strata rows of one subject may run side by side (marginal models).
    let strata = rows(&[0.0, 0.0], &[5.0, 9.0]).with_strata(Groups::new(&["first", "second"]))?;
    assert!(strata.with_ids(&[1, 1])?.gaps().is_empty());
    Ok(())
}

#[test]
fn gaps_are_listed_and_rows_that_meet_have_none() -> Result<()> {
    let data = RightCensored::new(&[5.0, 9.0, 12.0, 3.0], &[false, false, true, true])?
        .with_entry(&[0.0, 5.0, 10.0, 0.0])?
        .with_ids(&["p1", "p1", "p1", "p2"])?;
    let gaps = data.gaps();
    assert_eq!((gaps.len(), gaps[0].before, gaps[0].after, gaps[0].from, gaps[0].to), (1, 1, 2, 9.0, 10.0));
    // Rows that meet but for rounding neither overlap nor leave a gap.
    let near = |next: f64| {
        RightCensored::new(&[0.3, 1.0], &[false, true])?.with_entry(vec![0.0, next])?.with_ids(&["p", "p"])
    };
    assert!(near(0.1 + 0.2)?.gaps().is_empty());
    assert!(near(0.3 - 1e-12)?.gaps().is_empty());
    assert!(near(0.29).is_err());
    // Ids go with the rows: through a filter, a restriction and a split.
    assert_eq!(data.filter(&[true, false, true, true])?.gaps()[0].from, 5.0);
    assert_eq!(data.restrict(11.0)?.ids().unwrap().len(), 4);
    let split = data.split_at(&[2.0, 11.0])?;
    assert_eq!(split.data().gaps().len(), 1);
    Ok(())
}

proptest! {
    /// A subject cut at any times is one subject, without gaps; a row taken out leaves a gap; a row that is longer overlaps.
    #[test]
    fn cut_rows_are_one_subject(mut cuts in prop::collection::vec(1_u32..200, 2..8), which in 0..7_usize) {
        cuts.sort_unstable();
        cuts.dedup();
        prop_assume!(cuts.len() >= 3);
        let time: Vec<f64> = cuts.iter().map(|&c| f64::from(c) / 10.0).collect();
        let entry: Vec<f64> = std::iter::once(0.0).chain(time[..time.len() - 1].iter().copied()).collect();
        let n = time.len();
        let rows = |entry: &[f64], time: &[f64]| {
            RightCensored::new(time.to_vec(), vec![false; time.len()])
                .unwrap()
                .with_entry(entry.to_vec())
                .unwrap()
                .with_ids(&vec!["one"; time.len()])
        };
        prop_assert!(rows(&entry, &time).unwrap().gaps().is_empty());
        let out = 1 + which % (n - 2);
        let without = |column: &[f64]| [&column[..out], &column[out + 1..]].concat();
        prop_assert_eq!(rows(&without(&entry), &without(&time)).unwrap().gaps().len(), 1);
        let mut longer = time.clone();
        longer[out - 1] += 0.05;
        prop_assert!(rows(&entry, &longer).is_err());
    }
}

/// Two values, one name.
#[derive(PartialEq, Eq, Hash)]
struct Arm(u8);
impl std::fmt::Display for Arm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0 == 0 { "placebo" } else { "treated" })
    }
}

#[test]
fn groups_have_different_names() {
    assert_eq!(
        text(Groups::from_codes(&[0, 1, 0, 1], &["x", "x"])),
        "labels 0 and 1 are both \"x\": give each group its own name"
    );
    // Labels that differ but are written alike are one group.
    let groups = Groups::new(&[Arm(2), Arm(0), Arm(1), Arm(2)]);
    assert_eq!(
        (groups.labels(), groups.codes()),
        (&["treated".to_string(), "placebo".into()][..], &[0, 1, 0, 0][..])
    );
}

/// The sum of these times is no number; their mean is, and with it the rule for near ties.
#[test]
fn huge_times_are_times() -> Result<()> {
    let huge = [1.2e308, 1.4e308, 1.6e308, 1.6e308 * (1.0 + 1e-12)];
    let event = [true, false, true, true];
    for weights in [None, Some(Weights::replication(&[1.0, 2.0, 0.5, 1.0]))] {
        for entry in [None, Some([0.0, 1e300, 0.0, 1e308])] {
            let mut data = RightCensored::new(&huge, &event)?;
            if let Some(weights) = weights.clone() {
                data = data.with_weights(weights)?;
            }
            if let Some(entry) = entry {
                data = data.with_entry(entry.to_vec())?;
            }
            let table = RiskTable::new(&data);
            let last = table.rows().next_back().unwrap();
            assert_eq!((last.time, last.event_subjects), (1.6e308, 2));
            assert_eq!(table.rows().filter(greenwood::survival::risk_table::Row::is_exit).count(), 3);
            let whole = RiskTable::merge_all(&[table.clone(), table.clone()])?;
            assert_eq!(whole.times(), table.times());
            assert!(!KaplanMeier::fit(&data).values().is_empty());
            LogRank::test(&data, &Groups::new(&["a", "b", "a", "b"]))?;
        }
    }
    Ok(())
}

/// Seconds since an epoch: whole numbers so large that R's rule joins them. The rule is one for all that walk the data:
/// a subject that it leaves no time is refused, and is not lost from a risk set.
#[test]
fn whole_times_that_are_huge_can_be_near_ties() -> Result<()> {
    let data = RightCensored::new(&[3.0, 8.0, 4294967295.0], &[true; 3])?;
    assert_eq!(RiskTable::new(&data).times(), [3.0, 4294967295.0]);
    assert!(text(data.with_entry(&[0.0, 5.0, 1.0])).contains("differ only by rounding error"));
    Ok(())
}

#[test]
fn weights_that_no_variance_can_hold_are_refused() -> Result<()> {
    let data = RightCensored::new(&[1.0, 2.0, 3.0], &[true, true, false])?;
    for (weights, sum) in [([1e308, 1e308, 1.0], "inf"), ([1e200, 1.0, 1.0], "1e200")] {
        let expected = format!(
            "the weights add up to {}: their sum must be at most 1e150, so that its square is a number; divide all \
             weights by a constant",
            sum.parse::<f64>().unwrap()
        );
        assert_eq!(text(data.clone().with_weights(Weights::replication(&weights))), expected);
        assert_eq!(text(data.clone().with_weights(Weights::sampling(&weights))), expected);
    }
    let curve = KaplanMeier::fit(&data.with_weights(Weights::replication(&[1e149; 3]))?);
    assert!((curve.at(1.0).value()? - 2.0 / 3.0).abs() < 1e-15);
    Ok(())
}

/// 10⁵ levels by mistake (an id as `--by`): refused with the size before anything of that size is allocated.
#[test]
fn too_many_groups_are_refused_with_their_size() -> Result<()> {
    let n = 100_000;
    let time: Vec<f64> = (0..n).map(|i| f64::from(i) * 0.37).collect();
    let data = RightCensored::new(&time, vec![true; n as usize])?;
    let ids: Vec<i32> = (0..n).collect();
    let groups = Groups::new(&ids);
    assert!(text(LogRank::test(&data, &groups)).starts_with("100000 groups are more than the 4096"));
    let strata = data.with_strata(groups.clone())?;
    let refused = text(RiskTable::by_stratum_and_group(&strata, &groups));
    assert!(refused.starts_with("the risk tables would be too large (10000000000 of them,"), "{refused}");
    assert_eq!(RiskTable::by_group(&strata, &groups)?.len(), 100_000);
    Ok(())
}
