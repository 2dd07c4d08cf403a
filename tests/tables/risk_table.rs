//! The table itself: parts merge into the whole, and every way of building it is the definition.

use greenwood::survival::data::NearTies;
use greenwood::survival::risk_table::{CompetingRiskTables, RiskTables};
use greenwood::survival::{CompetingRisks, Groups, KaplanMeier, LogRank, RightCensored, RiskTable, Weights};
use greenwood::{Error, TableError};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy)]
struct Subject {
    time: f64,
    event: bool,
    entry: f64,
    weight: f64,
    arm: usize,
    stratum: usize,
    part: usize,
}

/// Tenths that are computed in three ways, and now and then a billionth more: near ties, some in chains.
fn near(q: u32, how: u32) -> f64 {
    match how {
        0 => f64::from(q) / 10.0,
        1 => f64::from(q) * 0.1,
        2 => (0..q).fold(0.0, |sum, _| sum + 0.1),
        _ => f64::from(q) / 10.0 + f64::from(how) * 1e-9,
    }
}

fn subjects() -> impl Strategy<Value = Vec<Subject>> {
    let weights = prop::sample::select(vec![0.1, 0.2, 1.0 / 3.0, 0.7, 1.0, 2.5, 1e-3, 12345.678]);
    let row = (
        (2_u32..30, 0_u32..9),
        any::<bool>(),
        (0_u32..30, 0_u32..9),
        weights,
        0..3_usize,
        0..2_usize,
        0..5_usize,
    );
    prop::collection::vec(row, 1..40).prop_map(|rows| {
        rows.into_iter()
            .map(|((q, how), event, (e, late), weight, arm, stratum, part)| {
                let entry = if e + 1 < q && late > 3 { near(e, late - 4) } else { 0.0 };
                Subject { time: near(q, how), event, entry, weight, arm, stratum, part }
            })
            .collect()
    })
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    weights: Option<bool>,
    entry: bool,
    strata: bool,
    near_ties: NearTies,
}

fn cells() -> impl Strategy<Value = Cell> {
    (prop::option::of(any::<bool>()), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(weights, entry, strata, exact)| Cell {
            weights,
            entry,
            strata,
            near_ties: if exact { NearTies::Exact } else { NearTies::Merge },
        },
    )
}

fn data(rows: &[Subject], cell: Cell) -> RightCensored<'static> {
    let column = |f: fn(&Subject) -> f64| rows.iter().map(f).collect::<Vec<_>>();
    let event: Vec<bool> = rows.iter().map(|r| r.event).collect();
    let mut data =
        RightCensored::new(column(|r| r.time), event).unwrap().with_near_ties(cell.near_ties).unwrap();
    if cell.entry {
        data = data.with_entry(column(|r| r.entry)).unwrap();
    }
    if let Some(sampling) = cell.weights {
        let w = column(|r| r.weight);
        data =
            data.with_weights(if sampling { Weights::sampling(w) } else { Weights::replication(w) }).unwrap();
    }
    if cell.strata {
        let strata: Vec<&str> = rows.iter().map(|r| ["north", "south"][r.stratum]).collect();
        data = data.with_strata(Groups::new(&strata)).unwrap();
    }
    data
}

/// Arms in the order in which they appear, as a reader of a file makes them.
fn arms(rows: &[Subject]) -> Groups {
    Groups::new(&rows.iter().map(|r| ["new", "old", "older"][r.arm]).collect::<Vec<_>>())
}

fn parts(rows: &[Subject]) -> Vec<Vec<Subject>> {
    (0..5)
        .map(|p| rows.iter().filter(|r| r.part == p).copied().collect::<Vec<_>>())
        .filter(|rows| !rows.is_empty())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Any partition, in any order and grouping, near ties included: the table of the whole, bit for bit.
    #[test]
    fn parts_merge_into_the_whole(rows in subjects(), cell in cells(), turn in 0..5_usize) {
        let cell = Cell { strata: false, ..cell };
        let whole = RiskTable::new(&data(&rows, cell));
        let mut tables: Vec<RiskTable> = parts(&rows).iter().map(|p| RiskTable::new(&data(p, cell))).collect();
        let turn = turn % tables.len();
        tables.rotate_left(turn);
        prop_assert_eq!(&RiskTable::merge_all(&tables).unwrap(), &whole);
        let one_by_one = tables[1..].iter().try_fold(tables[0].clone(), |sum, t| sum.merge(t)).unwrap();
        prop_assert_eq!(&one_by_one, &whole);
        let (left, right) = tables.split_at(tables.len() / 2);
        let halves = [left, right].map(|half| half.iter().sum::<greenwood::Result<RiskTable>>().unwrap());
        prop_assert_eq!(&halves.into_iter().collect::<greenwood::Result<RiskTable>>().unwrap(), &whole);
        let mut extended: greenwood::Result<RiskTable> = Ok(RiskTable::default());
        extended.extend(tables);
        prop_assert_eq!(&extended.unwrap(), &whole);
    }

    /// The same by label, where the arms appear in another order in each part, and near ties run across arms and strata.
    #[test]
    fn parts_merge_by_label(rows in subjects(), cell in cells(), turn in 0..5_usize) {
        let whole = RiskTables::new(&data(&rows, cell), &arms(&rows)).unwrap();
        let mut tables: Vec<RiskTables> =
            parts(&rows).iter().map(|p| RiskTables::new(&data(p, cell), &arms(p)).unwrap()).collect();
        let turn = turn % tables.len();
        tables.rotate_left(turn);
        prop_assert_eq!(&RiskTables::merge_all(&tables).unwrap(), &whole);
        let one_by_one = tables[1..].iter().try_fold(tables[0].clone(), |sum, t| sum.merge(t)).unwrap();
        prop_assert_eq!(&one_by_one, &whole);
        if whole.labels().len() > 1 {
            // The test of the tables is the test of the data.
            let groups = arms(&rows).sorted();
            if cell.weights != Some(true) {
                let test = LogRank::from_tables(whole.tables(), &whole.labels()).unwrap();
                let direct = LogRank::test(&data(&rows, cell), &groups).unwrap();
                prop_assert!((test.statistic() - direct.statistic()).abs() <= 1e-9 * direct.statistic().max(1.0));
            }
        }
    }

    /// What is written is read back, near ties and reversed tables too, and merges as before.
    #[test]
    #[cfg(feature = "serde")]
    fn tables_are_read_back(rows in subjects(), cell in cells()) {
        let tables = RiskTables::new(&data(&rows, cell), &arms(&rows)).unwrap();
        let back: RiskTables = serde_json::from_str(&serde_json::to_string(&tables).unwrap()).unwrap();
        prop_assert_eq!(&back, &tables);
        let whole = RiskTable::new(&data(&rows, cell));
        let text = serde_json::to_string(&whole).unwrap();
        let back: RiskTable = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back.merge(&whole).unwrap(), whole.merge(&whole).unwrap());
        let reversed = KaplanMeier::censoring(&data(&rows, cell));
        let back: RiskTable = serde_json::from_str(&serde_json::to_string(reversed.table()).unwrap()).unwrap();
        prop_assert_eq!(&back, reversed.table());
        // Tables of the censoring merge as well.
        let halves: Vec<RiskTable> =
            parts(&rows).iter().map(|p| KaplanMeier::censoring(&data(p, cell)).table().clone()).collect();
        prop_assert_eq!(&RiskTable::merge_all(&halves).unwrap(), reversed.table());
    }

    /// Beside the definition, row by row, for exact times.
    #[test]
    fn rows_are_the_definition(rows in subjects(), cell in cells()) {
        let cell = Cell { strata: false, near_ties: NearTies::Exact, ..cell };
        let table = RiskTable::new(&data(&rows, cell));
        check(&table, &rows, cell);
    }
}

fn check(table: &RiskTable, rows: &[Subject], cell: Cell) {
    let entry = |r: &Subject| if cell.entry { r.entry } else { 0.0 };
    let weight = |r: &Subject| if cell.weights.is_some() { r.weight } else { 1.0 };
    let sum = |at: &dyn Fn(&Subject) -> bool| -> (f64, u32) {
        let these = rows.iter().filter(|r| at(r));
        (these.clone().map(weight).sum(), these.count() as u32)
    };
    let mut times: Vec<f64> = rows.iter().flat_map(|r| [r.time, entry(r)]).filter(|&t| t > 0.0).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    assert_eq!(table.times(), times);
    for row in table.rows() {
        let t = row.time;
        for ((value, subjects), (got, got_subjects)) in [
            (sum(&|r| entry(r) < t && t <= r.time), (row.at_risk, row.subjects_at_risk)),
            (sum(&|r| r.time == t && r.event), (row.events, row.event_subjects)),
            (sum(&|r| r.time == t && !r.event), (row.censored, row.censored_subjects)),
            (sum(&|r| entry(r) == t && t > 0.0), (row.entered, row.entered_subjects)),
        ] {
            assert_eq!(got_subjects, subjects);
            assert!((got - value).abs() <= 1e-12 * value, "{got} for {value} at {t}");
        }
    }
}

/// Few distinct times, enough rows for counting, in every combination of weights, entries and near ties: the table of
/// the sort, which small data take, merged from parts.
#[test]
fn few_distinct_times_are_counted_as_they_would_be_sorted() {
    let rows: Vec<Subject> = (0..6000_u32)
        .map(|i| {
            let mixed = i.wrapping_mul(2_654_435_761) >> 8;
            let q = 3 + mixed % 60;
            let how = (mixed >> 7) % 4;
            Subject {
                time: near(q, how),
                event: mixed & 64 == 0,
                entry: if mixed % 3 == 0 { near(mixed % (q - 2), 0) } else { 0.0 },
                weight: [0.3, 1.0, 2.7, 1.0 / 7.0][(mixed >> 11) as usize % 4],
                arm: (mixed >> 5) as usize % 3,
                stratum: 0,
                part: 0,
            }
        })
        .collect();
    for weights in [None, Some(false), Some(true)] {
        for (entry, exact) in [(false, true), (false, false), (true, true), (true, false)] {
            let near_ties = if exact { NearTies::Exact } else { NearTies::Merge };
            let cell = Cell { weights, entry, strata: false, near_ties };
            let counted = RiskTable::new(&data(&rows, cell));
            let parts: Vec<RiskTable> = rows.chunks(1000).map(|p| RiskTable::new(&data(p, cell))).collect();
            assert_eq!(RiskTable::merge_all(&parts).unwrap(), counted);
            if exact {
                check(&counted, &rows, cell);
            } else {
                assert!(
                    counted.len()
                        < RiskTable::new(&data(&rows, Cell { near_ties: NearTies::Exact, ..cell })).len()
                );
            }
            let by_arm = RiskTables::new(&data(&rows, cell), &arms(&rows)).unwrap();
            let parts: Vec<RiskTables> =
                rows.chunks(1000).map(|p| RiskTables::new(&data(p, cell), &arms(p)).unwrap()).collect();
            assert_eq!(RiskTables::merge_all(&parts).unwrap(), by_arm);
        }
    }
}

/// Weights that no order-free sum can hold are sorted first: still the same bits in any order of the rows.
#[test]
fn wild_weights_do_not_depend_on_the_order_of_rows() {
    let n = 4000_u32;
    let row = |i: u32| {
        let mixed = i.wrapping_mul(2_654_435_761) >> 7;
        (f64::from(mixed % 40) / 10.0 + 0.1, mixed & 256 == 0, 10.0_f64.powi(mixed as i32 % 25 - 12) / 3.0)
    };
    let table = |rows: &mut dyn Iterator<Item = u32>| {
        let rows: Vec<_> = rows.map(row).collect();
        let time: Vec<f64> = rows.iter().map(|r| r.0).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let weight: Vec<f64> = rows.iter().map(|r| r.2).collect();
        let data =
            RightCensored::new(time, event).unwrap().with_weights(Weights::replication(weight)).unwrap();
        RiskTable::new(&data)
    };
    assert_eq!(table(&mut (0..n)), table(&mut (0..n).rev()));
}

#[test]
fn what_cannot_be_merged_says_so() -> Result<(), Error> {
    let plain = RightCensored::new(&[1.0, 2.0], &[true, false])?;
    let arm = Groups::new(&["a", "b"]);
    let sampling = plain.clone().with_weights(Weights::sampling(&[1.0, 2.0]))?;
    let text = |e: Error| e.to_string();
    assert_eq!(
        RiskTable::new(&plain).merge(&RiskTable::new(&sampling)).map_err(text),
        Err("risk tables of subjects and of sampling weights cannot be merged: their counts have different variances"
            .into())
    );
    let censoring = KaplanMeier::censoring(&plain);
    assert_eq!(
        censoring.table().merge(&RiskTable::new(&plain)).map_err(text),
        Err("risk tables of censorings and of subjects cannot be merged: their counts have different variances".into())
    );
    let strata = plain.clone().with_strata(Groups::new(&["x", "x"]))?;
    let tables = [RiskTables::new(&plain, &arm)?, RiskTables::new(&strata, &arm)?];
    assert_eq!(
        RiskTables::merge_all(&tables).map_err(text),
        Err("merging risk tables is not available with strata in some parts and none in others: give every part its \
             strata, or none"
            .into())
    );
    assert_eq!(
        tables[0].table("c").map_err(text),
        Err("no subject is labelled \"c\": the labels are a, b".into())
    );
    assert!(tables[1].table("a").is_err());
    assert!(tables[0].in_order(&["b"]).is_err());
    assert_eq!(tables[0].in_order(&["b", "a"])?.labels(), ["b", "a"]);
    assert!(RiskTable::merge_all([])?.is_empty());
    assert!(RiskTables::merge_all([])?.labels().is_empty());
    Ok(())
}

/// Counts at times are as many rows; what is no table is refused.
#[test]
fn counts_are_rows() {
    let mut state = 7_u64;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % n
    };
    for n in 0..60 {
        // Whole days, tenths in two ways, a negative zero.
        let draw = |below: &mut dyn FnMut(u64) -> u64| match below(4) {
            0 => below(20) as f64,
            1 => below(50) as f64 / 10.0,
            2 => below(50) as f64 * 0.1 + 0.2,
            _ => -0.0,
        };
        let rows: Vec<(f64, bool)> = (0..=n).map(|_| (draw(&mut below), below(2) == 0)).collect();
        let mut times: Vec<f64> = rows.iter().map(|r| r.0).collect();
        times.sort_by(f64::total_cmp);
        times.dedup(); // a negative zero is 0
        let at = |t: f64, event: bool| rows.iter().filter(|r| r.0 == t && r.1 == event).count() as u32;
        let counts = times.iter().map(|&t| (t, at(t, true), at(t, false)));
        // Times at which nobody leaves are left out.
        let counts: Vec<_> = counts.chain([(100.0, 0, 0)]).collect();
        let (time, event): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
        let data = RightCensored::new(&time, &event).unwrap();
        let table = RiskTable::from_counts(counts.iter().copied(), NearTies::Merge).unwrap();
        assert_eq!(table, RiskTable::new(&data));
        assert_eq!(RiskTable::decode(&table.encode()).unwrap(), table);
        let exact = RiskTable::from_counts(counts, NearTies::Exact).unwrap();
        assert_eq!(exact, RiskTable::new(&data.clone().with_near_ties(NearTies::Exact).unwrap()));
        assert_eq!(exact.merge_near_ties(), table);
        let curve = KaplanMeier::from_table(table);
        for p in [0.0, 0.1, 0.25, 0.5, 0.75, 1.0] {
            assert_eq!(curve.quantile_value(p).unwrap(), curve.quantile(p).unwrap().value().ok(), "{p}");
        }
        assert!(matches!(curve.quantile_value(1.5), Err(Error::OutOfRange { argument: "p", .. })));
    }
    for bad in [[1.0, 1.0], [2.0, 1.0], [f64::NAN, 1.0], [1.0, f64::INFINITY], [-1.0, 1.0]] {
        let table = RiskTable::from_counts(bad.map(|t| (t, 1, 0)), NearTies::Merge);
        assert!(matches!(table, Err(Error::Table(TableError::InconsistentTable { .. }))), "{bad:?}");
    }
    let many = RiskTable::from_counts([(1.0, u32::MAX, 0), (2.0, 0, 1)], NearTies::Exact);
    assert!(matches!(many, Err(Error::TooManyRows { .. })));
    assert!(RiskTable::from_counts([], NearTies::Merge).unwrap().is_empty());
}

#[test]
fn tables_of_several_causes_merge_by_label_and_are_read_back_through_checks() -> greenwood::Result<()> {
    use greenwood::survival::CompetingRisks;
    use greenwood::survival::risk_table::CompetingRiskTables;

    let tables = |time: &[f64], cause: &[Option<&str>], arm: &[&str], site: &[&str]| {
        let data = CompetingRisks::new(time.to_vec(), cause)?.with_strata(Groups::new(site))?;
        CompetingRiskTables::new(&data, &Groups::new(arm))
    };
    let (relapse, death) = (Some("relapse"), Some("death"));
    let time = [1.0, 2.0, 2.0, 3.0, 4.0, 5.0];
    let cause = [relapse, death, None, relapse, death, relapse];
    let (arm, site) = (["old", "new", "new", "old", "old", "new"], ["x", "x", "y", "y", "x", "x"]);
    let whole = tables(&time, &cause, &arm, &site)?;
    // The first part has no group "new" at site "y"; the second meets the groups in another order.
    let parts = [
        tables(&time[..2], &cause[..2], &arm[..2], &site[..2])?,
        tables(&time[2..], &cause[2..], &arm[2..], &site[2..])?,
    ];
    assert_eq!(parts.iter().sum::<greenwood::Result<CompetingRiskTables>>()?, whole);
    assert_eq!((whole.labels(), whole.of_group("old")?.all().subjects()), (vec!["new", "old"], 3));
    assert!(whole.table("old").is_err());

    let text = serde_json::to_string(&whole).unwrap();
    assert_eq!(serde_json::from_str::<CompetingRiskTables>(&text).unwrap(), whole);
    let twice = serde_json::from_str::<CompetingRiskTables>(&text.replace("\"old\"", "\"new\"")).unwrap_err();
    assert!(twice.to_string().starts_with("labels 0 and 1 are both \"new\""), "{twice}");
    Ok(())
}

/// Tables with other causes do not merge, also where they have no group in common, so that no pair of tables meets.
#[test]
fn tables_of_other_causes_do_not_merge() {
    let of = |cause: &str, label: &str| {
        let data = CompetingRisks::new(&[1.0, 2.0], &[Some(cause), None]).unwrap();
        CompetingRiskTables::new(&data, &Groups::new(&[label, label])).unwrap()
    };
    assert!(of("relapse", "old").merge(&of("death", "new")).is_err());
    let both = of("relapse", "old").merge(&of("relapse", "new")).unwrap();
    assert_eq!(both.labels(), ["new", "old"]);
}

#[test]
fn a_whole_is_extended_by_parts() {
    let of = |time: f64, label: &str| {
        let (time, event) = ([time], [true]);
        let data = RightCensored::new(&time, &event).unwrap();
        RiskTables::new(&data, &Groups::new(&[label])).unwrap()
    };
    let mut whole = Ok(of(1.0, "old"));
    whole.extend([of(2.0, "old"), of(3.0, "new")]);
    let whole = whole.unwrap();
    assert_eq!(whole.labels(), ["new", "old"]);
    assert_eq!(whole.table("old").unwrap().rows().map(|r| r.at_risk).collect::<Vec<_>>(), [2.0, 1.0]);
}

/// By hand: of "a" two are at risk when one is censored at 2, of "b" two when one is censored at 1.
#[test]
fn follow_up_of_each_group() {
    let data = RightCensored::new(&[1.0, 2.0, 3.0, 1.0, 4.0], &[true, false, true, false, true]).unwrap();
    let groups = Groups::new(&["a", "a", "a", "b", "b"]);
    let curves = KaplanMeier::censoring_by_group(&data, &groups).unwrap();
    let at = |g: usize, t: f64| curves[g].at(t).value().unwrap();
    assert_eq!([at(0, 1.0), at(0, 2.0), at(1, 0.5), at(1, 1.0)], [1.0, 0.5, 1.0, 0.5]);
}

/// Numbers of subjects and sums of sampling weights have different variances: they stand in no set together, under other
/// labels either; a table of nobody has no numbers.
#[test]
fn labelled_tables_of_other_counts_are_refused() -> greenwood::Result<()> {
    let data = RightCensored::new(&[1.0, 2.0], &[true, false])?;
    let plain = RiskTables::new(&data, &Groups::new(&["a", "a"]))?;
    let weighted = data.with_weights(Weights::sampling(&[1.5, 2.5]))?;
    let sampled = RiskTables::new(&weighted, &Groups::from_codes(&[0, 0], &["b", "nobody"])?)?;
    let refused = |result: greenwood::Result<RiskTables>| {
        assert!(matches!(
            result,
            Err(Error::Table(TableError::MixedWeights { left: "subjects", right: "sampling weights" }))
        ));
    };
    refused(RiskTables::merge_all([&plain, &sampled]));
    let both = |label: &str| {
        let tables = vec![plain.table("a")?.clone(), sampled.table(label)?.clone()];
        RiskTables::from_tables(vec!["a".into(), label.into()], None, vec![tables])
    };
    refused(both("b"));
    assert_eq!(both("nobody")?.table("a")?, plain.table("a")?);
    Ok(())
}
