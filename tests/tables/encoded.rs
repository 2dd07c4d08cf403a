//! Risk tables as bytes: they come back as they were, changed bytes are refused, and there are few of them.

use greenwood::survival::data::NearTies;
use greenwood::survival::risk_table::CompetingRiskTable;
use greenwood::survival::risk_table::RiskTables;
use greenwood::survival::{CompetingRisks, Groups, KaplanMeier, LogRank, RightCensored, RiskTable, Weights};
use proptest::prelude::*;

use crate::random::Random;

/// Uniform numbers in (0, 1).
fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut random = Random(seed);
    move || random.uniform() + 1e-17
}

fn exponential(n: usize, unit: impl Fn(f64) -> f64) -> RiskTable {
    let mut next = uniform(1);
    let (time, event): (Vec<f64>, Vec<bool>) = (0..n).map(|_| (unit(-next().ln()), next() < 0.6)).unzip();
    let exact = RightCensored::new(time, event).unwrap().with_near_ties(NearTies::Exact).unwrap();
    RiskTable::new(&exact)
}

#[test]
fn every_changed_byte_and_every_cut_is_refused() {
    let data = RightCensored::new(&[6.0, 6.0, 7.5, 9.0, 11.0], &[true, false, true, false, true]).unwrap();
    let weighted = data.clone().with_weights(Weights::replication(&[0.3, 1.0, 2.0, 1.5, 1.0])).unwrap();
    let groups = Groups::new(&["old", "new", "old", "new", "new"]);
    let strata = data.clone().with_strata(Groups::new(&["f", "m", "f", "m", "m"])).unwrap();
    let one = [RiskTable::new(&data).encode(), RiskTable::new(&weighted).encode()];
    let several =
        [RiskTables::new(&data, &groups), RiskTables::new(&strata, &groups)].map(|t| t.unwrap().encode());
    let decode = |bytes: &[u8]| match bytes.first() {
        Some(b'G') => RiskTables::decode(bytes).map(drop),
        _ => RiskTable::decode(bytes).map(drop),
    };
    for bytes in one.iter().chain(&several) {
        decode(bytes).unwrap();
        for at in 0..bytes.len() {
            for change in 1..=255 {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                assert!(decode(&changed).is_err(), "byte {at} ^ {change}");
            }
            assert!(decode(&bytes[..at]).is_err(), "cut at {at}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(decode(&longer).is_err());
    }
    assert!(RiskTable::decode(&several[0]).is_err() && RiskTables::decode(&one[0]).is_err());
}

/// Bytes for each distinct time, of 100,000 subjects: the figures that the documentation states.
#[test]
fn a_distinct_time_takes_few_bytes() {
    let per_time = |table: &RiskTable| table.encode().len() as f64 / table.len() as f64;
    let days = exponential(100_000, |t| (365.0 * t).floor());
    let months = exponential(100_000, |t| (365.0 * t).floor() / 30.4375);
    let tenths = exponential(100_000, |t| (t * 100.0).round() / 10.0);
    let continuous = exponential(100_000, |t| t);
    assert!(days.len() < 4_000 && per_time(&days) < 3.5, "{}", per_time(&days));
    assert!(per_time(&months) < 3.5, "{}", per_time(&months));
    assert!(per_time(&tenths) < 5.0, "{}", per_time(&tenths));
    assert!(continuous.len() > 99_900 && per_time(&continuous) < 6.5, "{}", per_time(&continuous));
    for table in [&days, &months, &tenths, &continuous] {
        println!("{} times: {:.2} bytes each", table.len(), per_time(table));
    }
    for table in [days, months, tenths, continuous] {
        assert_eq!(RiskTable::decode(&table.encode()).unwrap(), table);
    }
}

#[test]
fn labels_and_strata_travel_with_their_tables() {
    let data = RightCensored::new(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, true]).unwrap();
    let data = data.with_strata(Groups::new(&["männlich", "weiblich", "weiblich", "männlich"])).unwrap();
    let tables = RiskTables::new(&data, &Groups::new(&["neu", "alt", "neu", "alt"])).unwrap();
    assert_eq!(RiskTables::decode(&tables.encode()).unwrap(), tables);
    assert_eq!(RiskTables::decode(&RiskTables::default().encode()).unwrap(), RiskTables::default());

    let table = RiskTable::new(&data);
    let twice =
        RiskTables::from_tables(vec!["a".into(), "a".into()], None, vec![vec![table.clone(), table.clone()]]);
    assert!(twice.is_err());
    let missing = RiskTables::from_tables(vec!["a".into(), "b".into()], None, vec![vec![table]]);
    assert_eq!(
        missing.unwrap_err().to_string(),
        "tables has 1 values, but labels has 2: the two must be equal in number"
    );
}

/// Rows of (time, event, entry, weight, group, stratum), with near ties and ties.
#[derive(Debug, Clone)]
struct Rows {
    time: Vec<f64>,
    event: Vec<bool>,
    entry: Vec<f64>,
    weight: Vec<f64>,
    group: Vec<&'static str>,
    stratum: Vec<&'static str>,
}

fn rows() -> impl Strategy<Value = Rows> {
    let time = prop_oneof![
        (1_u32..40).prop_map(f64::from),
        (1_u32..40).prop_map(|t| f64::from(t) * 0.1 + 0.2),
        (1_u32..40).prop_map(|t| f64::from(t) / 10.0),
        0.01_f64..40.0,
    ];
    let weight = prop_oneof![(1_u32..5).prop_map(f64::from), 0.1_f64..3.0];
    let row =
        (time, any::<bool>(), 0.0_f64..0.9, weight, prop::sample::select(vec!["a", "b", "c"]), any::<bool>());
    prop::collection::vec(row, 1..60).prop_map(|rows| Rows {
        time: rows.iter().map(|r| r.0).collect(),
        event: rows.iter().map(|r| r.1).collect(),
        entry: rows.iter().map(|r| if r.2 < 0.4 { 0.0 } else { r.0 * r.2 }).collect(),
        weight: rows.iter().map(|r| r.3).collect(),
        group: rows.iter().map(|r| r.4).collect(),
        stratum: rows.iter().map(|r| if r.5 { "s" } else { "t" }).collect(),
    })
}

fn data(rows: &Rows, late: bool, weighted: bool) -> RightCensored<'_> {
    let mut data = RightCensored::new(&rows.time, &rows.event).unwrap();
    if late {
        data = data.with_entry(&rows.entry).unwrap();
    }
    if weighted {
        data = data.with_weights(Weights::replication(&rows.weight)).unwrap();
    }
    data
}

/// The rows whose number divided by `parts` leaves `part`.
fn part(rows: &Rows, part: usize, parts: usize) -> Rows {
    fn of<T: Clone>(column: &[T], part: usize, parts: usize) -> Vec<T> {
        column.iter().skip(part).step_by(parts).cloned().collect()
    }
    Rows {
        time: of(&rows.time, part, parts),
        event: of(&rows.event, part, parts),
        entry: of(&rows.entry, part, parts),
        weight: of(&rows.weight, part, parts),
        group: of(&rows.group, part, parts),
        stratum: of(&rows.stratum, part, parts),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_table_comes_back(rows in rows(), late: bool, weighted: bool) {
        let data = data(&rows, late, weighted);
        for table in [RiskTable::new(&data), RiskTable::new(&data.clone().with_near_ties(NearTies::Exact).unwrap())] {
            prop_assert_eq!(RiskTable::decode(&table.encode()).unwrap(), table);
        }
        let groups = Groups::new(&rows.group);
        let tables = RiskTables::new(&data.with_strata(Groups::new(&rows.stratum)).unwrap(), &groups).unwrap();
        prop_assert_eq!(RiskTables::decode(&tables.encode()).unwrap(), tables);
    }

    /// Parts with exact times, sent as bytes, merged in any order, and only then judged: the tables of the whole.
    #[test]
    fn encoded_parts_make_the_whole(rows in rows(), late: bool, weighted: bool, parts in 1_usize..6) {
        let whole = data(&rows, late, weighted).with_strata(Groups::new(&rows.stratum)).unwrap();
        let expected = RiskTables::new(&whole, &Groups::new(&rows.group)).unwrap();
        let curve = KaplanMeier::fit(&whole);
        let (mut one, mut several) = (Vec::new(), Vec::new());
        for p in (0..parts.min(rows.time.len())).rev() {
            let rows = part(&rows, p, parts.min(rows.time.len()));
            let data = data(&rows, late, weighted).with_near_ties(NearTies::Exact).unwrap();
            one.push(RiskTable::decode(&RiskTable::new(&data).encode()).unwrap());
            let data = data.with_strata(Groups::new(&rows.stratum)).unwrap();
            let tables = RiskTables::new(&data, &Groups::new(&rows.group)).unwrap();
            several.push(RiskTables::decode(&tables.encode()).unwrap());
        }
        let table = RiskTable::merge_all(&one).unwrap().merge_near_ties();
        prop_assert_eq!(table.person_time(), RiskTable::new(&whole).person_time());
        prop_assert_eq!(KaplanMeier::from_table(table), curve);
        let tables = RiskTables::merge_all(&several).unwrap().merge_near_ties();
        prop_assert_eq!(&tables, &expected);
        if tables.labels().len() > 1 {
            let test = LogRank::from_tables(tables.tables(), &tables.labels()).unwrap();
            let groups = Groups::new(&rows.group).sorted();
            prop_assert_eq!(test, LogRank::test(&whole.with_strata(Groups::new(&rows.stratum).sorted()).unwrap(), &groups).unwrap());
        }
    }

    /// Tables by cause make the table of competing risks: of subjects, and with weights that are whole numbers, to the bit.
    #[test]
    fn tables_by_cause_make_the_table_of_competing_risks(rows in rows(), late: bool, weighted: bool) {
        let mut rows = rows;
        rows.weight.iter_mut().for_each(|w| *w = w.ceil());
        let outcome: Vec<Option<&str>> =
            rows.group.iter().zip(&rows.event).map(|(&g, &event)| event.then_some(g)).collect();
        let causes = ["a", "b", "c"];
        let mut whole = CompetingRisks::with_causes(&rows.time, &outcome, &causes).unwrap();
        if late {
            whole = whole.with_entry(&rows.entry).unwrap();
        }
        if weighted {
            whole = whole.with_weights(Weights::replication(&rows.weight)).unwrap();
        }
        let exact = data(&rows, late, weighted).with_near_ties(NearTies::Exact).unwrap();
        let tables = RiskTable::by_group(&exact, &Groups::new(&rows.group)).unwrap();
        let labels = Groups::new(&rows.group);
        let mut by_cause: Vec<(&str, RiskTable)> = Vec::new();
        for cause in causes {
            let found = labels.labels().iter().position(|l| l == cause);
            by_cause.push((cause, found.map(|i| tables[i].clone()).unwrap_or_default()));
        }
        let parts: Vec<(&str, &RiskTable)> = by_cause.iter().map(|(c, t)| (*c, t)).collect();
        prop_assert_eq!(CompetingRiskTable::from_causes(&parts).unwrap(), CompetingRiskTable::new(&whole));
    }
}

#[test]
fn a_table_of_no_causes_is_refused() {
    let none: [(&str, &RiskTable); 0] = [];
    assert!(CompetingRiskTable::from_causes(&none).is_err());
}

/// The person-time of a table is that of its rows: hand-made, with weights.
#[test]
fn person_time_is_exit_less_entry_times_weight() {
    let data = RightCensored::new(&[5.0, 8.0], &[true, false]).unwrap().with_entry(&[1.0, 0.0]).unwrap();
    let data = data.with_weights(Weights::replication(&[3.0, 0.5])).unwrap();
    assert_eq!(RiskTable::new(&data).person_time(), 3.0 * 4.0 + 0.5 * 8.0);
    assert_eq!(RiskTable::default().person_time(), 0.0);
}
