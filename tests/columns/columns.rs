//! Record batches as data: every type, what is refused and where, streams that equal the whole bit for bit.

use std::sync::Arc;

use arrow_array::types::{Int8Type, UInt32Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Date64Array, Decimal128Array, DictionaryArray,
    DurationMillisecondArray, Float32Array, Float64Array, Int8Array, Int32Array, Int64Array,
    LargeStringArray, NullArray, RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
};
use greenwood::arrow_array;
use greenwood::columns::{Columns, EventCodes, Nulls, TableStream, WeightKind};
use greenwood::survival::data::NearTies;
use greenwood::survival::risk_table::RiskTables;
use greenwood::survival::{CompetingRisks, Groups, IntervalCensored, RightCensored, RiskTable, Weights};
use greenwood::trial::TimeUnit;
use proptest::prelude::*;

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap()
}

fn array(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

fn refused(batch: &RecordBatch, columns: &Columns) -> String {
    columns.read(batch).unwrap_err().to_string()
}

fn plain() -> Columns {
    Columns::new("t", "e")
}

#[test]
fn float_times_are_borrowed_and_sliced_batches_are_their_own_rows() {
    let whole = batch(vec![
        ("t", array(Float64Array::from(vec![1.0, 2.0, 3.0, 4.0]))),
        ("e", array(BooleanArray::from(vec![true, false, true, true]))),
    ]);
    let part = whole.slice(1, 2);
    let data = RightCensored::from_record_batch(&part, &plain()).unwrap();
    assert_eq!((data.time(), data.event()), (&[2.0, 3.0][..], &[false, true][..]));
    let times = part.column(0).as_any().downcast_ref::<Float64Array>().unwrap().values();
    assert_eq!(data.time().as_ptr(), times.as_ptr());
}

#[test]
fn times_of_every_type_are_the_same_numbers() {
    let e = array(BooleanArray::from(vec![true, false, true]));
    let decimal = Decimal128Array::from(vec![150, 25, 300]).with_precision_and_scale(10, 2).unwrap();
    let dictionary = DictionaryArray::<Int8Type>::new(
        Int8Array::from(vec![1, 0, 2]),
        array(Float64Array::from(vec![0.25, 1.5, 3.0])),
    );
    for t in [array(Float32Array::from(vec![1.5, 0.25, 3.0])), array(decimal), array(dictionary)] {
        let batch = batch(vec![("t", t), ("e", e.clone())]);
        assert_eq!(RightCensored::from_record_batch(&batch, &plain()).unwrap().time(), [1.5, 0.25, 3.0]);
    }
    for t in [array(Int64Array::from(vec![1, 2, 3])), array(UInt64Array::from(vec![1, 2, 3]))] {
        let batch = batch(vec![("t", t), ("e", e.clone())]);
        assert_eq!(RightCensored::from_record_batch(&batch, &plain()).unwrap().time(), [1.0, 2.0, 3.0]);
    }
    // More digits than f64 has: the nearest, as the digits are read.
    let long =
        Decimal128Array::from(vec![1234567890123456789012345]).with_precision_and_scale(38, 20).unwrap();
    let batch1 = batch(vec![("t", array(long)), ("e", array(BooleanArray::from(vec![true])))]);
    assert_eq!(
        RightCensored::from_record_batch(&batch1, &plain()).unwrap().time(),
        [12345.67890123456789012345]
    );
    let huge = batch(vec![("t", array(Int64Array::from(vec![1, 9007199254740993, 2]))), ("e", e)]);
    assert_eq!(
        refused(&huge, &plain()),
        "column \"t\", row 1 is 9007199254740993: it must be at most 2⁵³ in size, up to which f64 holds every whole number"
    );
}

#[test]
fn events_are_mapped_or_named() {
    let t = array(Float64Array::from(vec![1.0, 2.0, 3.0]));
    let dictionary: DictionaryArray<UInt32Type> = vec!["dead", "alive", "dead"].into_iter().collect();
    let words = EventCodes::new(&["dead"], &["alive"]);
    for e in [
        array(StringArray::from(vec!["dead", "alive", "dead"])),
        array(LargeStringArray::from(vec!["dead", "alive", "dead"])),
        array(StringViewArray::from(vec!["dead", "alive", "dead"])),
        array(dictionary),
    ] {
        let batch = batch(vec![("t", t.clone()), ("e", e)]);
        let data = RightCensored::from_record_batch(&batch, &plain().event_codes(words.clone())).unwrap();
        assert_eq!(data.event(), [true, false, true]);
        assert_eq!(
            refused(&batch, &plain()),
            "column \"e\", row 0 is \"dead\": it must be \"1\", \"true\" (the event) or \"0\", \"false\" (censored); map \
             other codes with `EventCodes`"
        );
    }
    for e in [
        array(Int32Array::from(vec![1, 0, 1])),
        array(Float64Array::from(vec![1.0, 0.0, 1.0])),
        array(StringArray::from(vec!["1", "0", "true"])),
    ] {
        let batch = batch(vec![("t", t.clone()), ("e", e)]);
        assert_eq!(RightCensored::from_record_batch(&batch, &plain()).unwrap().event(), [true, false, true]);
    }
    let coded = batch(vec![("t", t), ("e", array(Int32Array::from(vec![1, 2, 2])))]);
    assert!(refused(&coded, &plain()).starts_with("column \"e\", row 1 is \"2\": it must be"));
    let two = plain().event_codes(EventCodes::only(&["2"]));
    assert_eq!(RightCensored::from_record_batch(&coded, &two).unwrap().event(), [false, true, true]);
}

/// 31 January to 1 March 2020 are 30 days, the leap day among them.
#[test]
fn dates_and_timestamps_are_counted_in_the_unit_stated() {
    const DAY: i64 = 86_400;
    let (from, to) = (18_292_i64, 18_322_i64);
    let e = array(BooleanArray::from(vec![true]));
    let start: [ArrayRef; 3] = [
        array(Date32Array::from(vec![from as i32])),
        array(Date64Array::from(vec![from * DAY * 1000])),
        array(TimestampSecondArray::from(vec![from * DAY])),
    ];
    let end: [ArrayRef; 3] = [
        array(Date32Array::from(vec![to as i32])),
        array(TimestampMicrosecondArray::from(vec![to * DAY * 1_000_000])),
        array(TimestampNanosecondArray::from(vec![to * DAY * 1_000_000_000])),
    ];
    for (start, end) in start.iter().flat_map(|s| end.iter().map(move |e| (s.clone(), e.clone()))) {
        let batch = batch(vec![("s", start), ("t", end), ("e", e.clone())]);
        for (unit, expected) in [
            (TimeUnit::Days, 30.0),
            (TimeUnit::Weeks, 30.0 / 7.0),
            (TimeUnit::Months, 30.0 / 30.4375),
            (TimeUnit::Years, 30.0 / 365.25),
        ] {
            let data = RightCensored::from_record_batch(&batch, &plain().since("s", unit)).unwrap().time()[0];
            assert!((data - expected).abs() <= 1e-15 * expected, "{data} {expected}");
        }
        let inclusive = plain().since("s", TimeUnit::Days).inclusive();
        assert_eq!(RightCensored::from_record_batch(&batch, &inclusive).unwrap().time(), [31.0]);
        assert!(refused(&batch, &plain()).contains("it must be a number"));
    }
    let noon = TimestampNanosecondArray::from(vec![to * DAY * 1_000_000_000 + 43_200_000_000_000]);
    let zoned = noon.clone().with_timezone("UTC");
    let s = array(Date32Array::from(vec![from as i32]));
    let since = plain().since("s", TimeUnit::Days);
    let half = batch(vec![("s", s.clone()), ("t", array(noon)), ("e", e.clone())]);
    assert_eq!(RightCensored::from_record_batch(&half, &since).unwrap().time(), [30.5]);
    let mixed = batch(vec![("s", s.clone()), ("t", array(zoned)), ("e", e.clone())]);
    assert!(refused(&mixed, &since).contains("it must be with a time zone, or without"));
    let before = batch(vec![("s", s), ("t", array(Date32Array::from(vec![18_290]))), ("e", e.clone())]);
    assert_eq!(
        refused(&before, &since),
        "column \"t\", row 0 is 2 days before \"s\": it must be at or after \"s\", from which time is counted"
    );
    let lasted = batch(vec![("t", array(DurationMillisecondArray::from(vec![DAY * 1_500]))), ("e", e)]);
    assert_eq!(
        RightCensored::from_record_batch(&lasted, &plain().durations(TimeUnit::Days)).unwrap().time(),
        [1.5]
    );
    assert!(refused(&lasted, &since).contains("there is no column \"s\": the columns are t, e"));
}

#[test]
fn hostile_batches_name_the_column_and_the_row() {
    let e = || array(BooleanArray::from(vec![true, false, true]));
    let times = |values: Vec<Option<f64>>| array(Float64Array::from(values));
    let of = |t: ArrayRef| batch(vec![("t", t), ("e", e())]);
    for (value, text) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (-1.0, "-1")] {
        assert_eq!(
            refused(&of(times(vec![Some(1.0), Some(2.0), Some(value)])), &plain()),
            format!("column \"t\", row 2 is {text}: it must be a time, finite and at least 0")
        );
    }
    let null = of(times(vec![Some(1.0), None, Some(f64::NAN)]));
    assert_eq!(
        refused(&null, &plain()),
        "column \"t\", row 1 is null: give a value, or leave out such rows and count them (`Nulls::Skip`)"
    );
    // Rows are those of the batch, after others were left out too; NaN is no null.
    let skipping = plain().nulls(Nulls::Skip);
    assert!(refused(&null, &skipping).starts_with("column \"t\", row 2 is NaN"));
    let read_from = of(times(vec![Some(1.0), None, Some(3.0)]));
    let read = skipping.read(&read_from).unwrap();
    assert_eq!(
        (read.skipped(), read.data().time(), read.data().event()),
        (1, &[1.0, 3.0][..], &[true, true][..])
    );
    assert_eq!(
        refused(&of(array(NullArray::new(3))), &plain()),
        refused(&of(times(vec![None, None, None])), &plain())
    );
    assert_eq!(
        refused(&of(array(NullArray::new(3))), &skipping),
        "the list of rows without nulls is empty: at least one value is needed"
    );
    assert!(
        refused(&of(array(StringArray::from(vec!["1", "2", "3"]))), &plain())
            .starts_with("column \"t\" is of type Utf8: it must be a number")
    );
    let empty = of(times(vec![Some(1.0), Some(1.0), Some(1.0)])).slice(0, 0);
    assert_eq!(refused(&empty, &plain()), "the batch is empty: at least one value is needed");
    assert!(refused(&empty, &Columns::new("t", "x")).contains("no column \"x\": the columns are t, e"));

    let more = batch(vec![
        ("t", times(vec![Some(1.0), Some(2.0), Some(3.0)])),
        ("e", e()),
        ("s", times(vec![Some(0.0), Some(2.5), Some(0.0)])),
        ("w", times(vec![Some(1.0), Some(1.0), Some(-2.0)])),
        ("one", array(StringArray::from(vec!["a", "a", "a"]))),
    ]);
    assert!(
        refused(&more, &plain().entry("s"))
            .starts_with("column \"s\", row 1 is 2.5: it must be before the end")
    );
    assert_eq!(
        refused(&more, &plain().weight("w", WeightKind::Sampling)),
        "column \"w\", row 2 is -2: it must be a weight, finite and at least 0"
    );
    let one = plain().groups("one").read(&more).unwrap();
    assert_eq!(one.groups().unwrap().labels(), ["a"]);
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let t = || array(Float64Array::from(vec![1.0]));
    let twice = batch(vec![("t", t()), ("e", array(BooleanArray::from(vec![true]))), ("t", t())]);
    assert_eq!(refused(&twice, &plain()), "columns 0 and 2 are both \"t\": give them different names");
}

#[test]
fn groups_are_those_that_rows_have() {
    let values = array(StringArray::from(vec!["unused", "b", "a", "b"]));
    let arm =
        DictionaryArray::<Int8Type>::new(Int8Array::from(vec![Some(1), Some(2), None, Some(3)]), values);
    let whole = batch(vec![
        ("t", array(Int32Array::from(vec![1, 2, 3, 4]))),
        ("e", array(BooleanArray::from(vec![true; 4]))),
        ("arm", array(arm)),
    ]);
    let read = plain().groups("arm").strata("arm").nulls(Nulls::Skip).read(&whole).unwrap();
    let groups = read.groups().unwrap();
    assert_eq!((groups.labels(), groups.codes()), (&["b".to_string(), "a".into()][..], &[0, 1, 0][..]));
    assert_eq!(read.data().strata(), Some(groups));
    assert!(Groups::from_record_batch(&whole, "arm").unwrap_err().to_string().contains("row 2 is null"));
    assert_eq!(Groups::from_record_batch(&whole, "t").unwrap().labels(), ["1", "2", "3", "4"]);
}

#[test]
fn causes_and_intervals_come_from_batches_too() {
    let whole = batch(vec![
        ("t", array(Int32Array::from(vec![1, 2, 3]))),
        ("e", array(StringArray::from(vec!["b", "none", "x"]))),
        ("l", array(Float64Array::from(vec![None, Some(2.0), Some(1.0)]))),
        ("u", array(Float64Array::from(vec![Some(3.0), None, Some(1.0)]))),
    ]);
    let causes = plain().causes(&["a", "b"], "none");
    let error = CompetingRisks::from_record_batch(&whole, &causes).unwrap_err().to_string();
    assert_eq!(
        error,
        "column \"e\", row 2 is \"x\": it must be a cause (\"a\", \"b\") or \"none\" (censored)"
    );
    let two = whole.slice(0, 2);
    let data = CompetingRisks::from_record_batch(&two, &causes).unwrap();
    assert_eq!((data.causes(), data.codes()), (&["a".to_string(), "b".into()][..], &[2, 0][..]));
    assert!(CompetingRisks::from_record_batch(&two, &plain()).is_err());
    assert!(RightCensored::from_record_batch(&two, &causes).is_err());
    let intervals = IntervalCensored::from_record_batch(&whole, "l", "u").unwrap();
    assert_eq!(intervals.lower(), [f64::NEG_INFINITY, 2.0, 1.0]);
    assert_eq!(intervals.upper(), [3.0, f64::INFINITY, 1.0]);
}

#[test]
fn a_stream_counts_rows_over_all_batches_and_skips_empty_ones() {
    let part = |values: Vec<Option<f64>>| {
        let e = BooleanArray::from(vec![true; values.len()]);
        batch(vec![("t", array(Float64Array::from(values))), ("e", array(e))])
    };
    let mut stream = TableStream::new(&plain());
    stream.push(&part(vec![Some(1.0), Some(2.0)])).unwrap();
    stream.push(&part(vec![])).unwrap();
    let error = stream.push(&part(vec![Some(1.0), None])).unwrap_err().to_string();
    assert!(error.starts_with("column \"t\", row 3 is null"), "{error}");
    let mut stream = TableStream::new(&plain().nulls(Nulls::Skip));
    assert!(stream.clone().finish().unwrap_err().to_string().contains("the stream of batches is empty"));
    stream.push(&part(vec![None, None])).unwrap();
    stream.push(&part(vec![Some(2.0), None])).unwrap();
    assert_eq!((stream.rows(), stream.skipped()), (4, 3));
    assert_eq!(stream.finish().unwrap().table("all").unwrap().subjects(), 1);
    for (columns, with) in [
        (plain().cluster("e"), "clusters"),
        (plain().id("e"), "ids"),
        (plain().weight("t", WeightKind::Sampling), "sampling weights"),
    ] {
        let error = TableStream::new(&columns).push(&part(vec![Some(1.0)])).unwrap_err().to_string();
        assert!(error.contains(with), "{error}");
    }
    let weightless = batch(vec![
        ("t", array(Float64Array::from(vec![1.0]))),
        ("e", array(BooleanArray::from(vec![true]))),
        ("w", array(Float64Array::from(vec![0.0]))),
    ]);
    let mut stream = TableStream::new(&plain().weight("w", WeightKind::Replication));
    stream.push(&weightless).unwrap();
    assert!(stream.finish().unwrap_err().to_string().contains("all weights are 0"));
}

fn rows() -> impl Strategy<Value = Vec<(f64, bool, f64, u8, u8, f64)>> {
    // Days, tenths, times with near ties, and continuous ones.
    let time = prop_oneof![
        (1..40_u32).prop_map(f64::from),
        (1..90_u32).prop_map(|t| f64::from(t) / 10.0),
        (1..20_u32).prop_map(|t| f64::from(t) * 0.1 + 0.2),
        0.01..30.0_f64,
    ];
    let weight = (0..8_u32).prop_map(f64::from);
    proptest::collection::vec((time, any::<bool>(), 0.0..1.0_f64, 0..3_u8, 0..2_u8, weight), 1..120)
}

proptest! {
    /// Tables of batches of any size in any order are those of all rows, to the last bit.
    #[test]
    fn a_stream_is_the_whole(
        rows in rows(),
        cuts in proptest::collection::vec(1..30_usize, 1..8),
        seed in any::<u64>(),
        late in any::<bool>(),
        weighted in any::<bool>(),
        exact in any::<bool>(),
        strata in any::<bool>(),
    ) {
        let near_ties = if exact { NearTies::Exact } else { NearTies::Merge };
        let time: Vec<f64> = rows.iter().map(|r| r.0).collect();
        let entry: Vec<f64> = rows.iter().map(|r| if late { r.0 * r.2 * 0.9 } else { 0.0 }).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let arm: Vec<String> = rows.iter().map(|r| format!("arm {}", r.3)).collect();
        let site: Vec<i8> = rows.iter().map(|r| r.4 as i8).collect();
        let weight: Vec<f64> = rows.iter().map(|r| r.5).collect();
        prop_assume!(!weighted || weight.iter().any(|&w| w > 0.0));

        let mut data = RightCensored::new(&time, &event).unwrap().with_near_ties(near_ties).unwrap();
        let mut columns = plain().groups("arm").near_ties(near_ties);
        if late {
            data = data.with_entry(&entry).unwrap();
            columns = columns.entry("s");
        }
        if weighted {
            data = data.with_weights(Weights::replication(&weight)).unwrap();
            columns = columns.weight("w", WeightKind::Replication);
        }
        if strata {
            data = data.with_strata(Groups::new(&site)).unwrap();
            columns = columns.strata("site");
        }
        let whole = RiskTables::new(&data, &Groups::new(&arm)).unwrap();

        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&i| (i as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
        let mut stream = TableStream::new(&columns);
        let mut other = TableStream::new(&columns);
        let (mut from, mut turn) = (0, 0);
        while from < order.len() {
            let to = (from + cuts[turn % cuts.len()]).min(order.len());
            let part = &order[from..to];
            let numbers = |column: &[f64]| array(part.iter().map(|&i| Some(column[i])).collect::<Float64Array>());
            let arm: DictionaryArray<Int8Type> = part.iter().map(|&i| Some(arm[i].as_str())).collect();
            let batch = batch(vec![
                ("t", numbers(&time)),
                ("e", array(part.iter().map(|&i| Some(event[i])).collect::<BooleanArray>())),
                ("s", numbers(&entry)),
                ("w", numbers(&weight)),
                ("arm", array(arm)),
                ("site", array(part.iter().map(|&i| Some(site[i])).collect::<Int8Array>())),
            ]);
            let to_push = if turn % 3 == 1 { &mut other } else { &mut stream };
            to_push.push(&batch).unwrap();
            (from, turn) = (to, turn + 1);
        }
        stream.merge(other).unwrap();
        prop_assert_eq!(stream.rows(), rows.len());
        prop_assert_eq!(stream.finish().unwrap(), whole);
    }
}

#[test]
fn the_table_of_a_stream_is_the_table_of_the_rows() {
    let whole = batch(vec![
        ("t", array(Int32Array::from(vec![3, 1, 2]))),
        ("e", array(BooleanArray::from(vec![true, false, true]))),
    ]);
    let mut stream = TableStream::new(&plain());
    (0..3).for_each(|i| stream.push(&whole.slice(i, 1)).unwrap());
    let data = RightCensored::new(&[3.0, 1.0, 2.0], &[true, false, true]).unwrap();
    assert_eq!(stream.finish().unwrap().table("all").unwrap(), &RiskTable::new(&data));
}

/// Codes that are one code, and streams that read something else.
#[test]
fn codes_and_streams_that_cannot_both_be() {
    let batch = batch(vec![
        ("t", array(Float64Array::from(vec![1.0, 2.0]))),
        ("e", array(Int64Array::from(vec![1, 0]))),
    ]);
    let told = refused(&batch, &plain().event_codes(EventCodes::new(&["1"], &["0", "1.0"])));
    assert!(told.contains("two codes of the event and of a censoring are named \"1.0\""), "{told}");
    let causes = |causes: &[&str], censored: &str| {
        let columns = plain().causes(causes, censored);
        CompetingRisks::from_record_batch(&batch, &columns).map(|_| ()).unwrap_err().to_string()
    };
    assert!(causes(&["1", "1.0"], "0").contains("two causes are named \"1.0\""));
    assert!(causes(&["1", "2"], "1").contains("two codes of a cause and of a censoring are named \"1\""));

    let stream = |columns: &Columns| {
        let mut stream = TableStream::new(columns);
        stream.push(&batch).unwrap();
        stream
    };
    let mut one = stream(&plain());
    one.merge(stream(&plain())).unwrap();
    for other in
        [stream(&plain().event_codes(EventCodes::only(&["0"]))), stream(&plain().near_ties(NearTies::Exact))]
    {
        let told = one.clone().merge(other).unwrap_err().to_string();
        assert!(told.contains("another description of the columns"), "{told}");
    }
    let gridded = TableStream::new(&plain()).on_grid(0.5).unwrap();
    assert!(one.merge(gridded).is_err());
}
