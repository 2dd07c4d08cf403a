//! Parquet files as risk tables: any number of threads, any order of rows and any row groups give the same bits.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray};
use greenwood::arrow_array;
use greenwood::columns::{Columns, EventCodes, Nulls, ParquetFiles, ToRecordBatch};
use greenwood::survival::risk_table::{CompetingRiskTables, RiskTables};
use greenwood::survival::{AalenJohansen, CompetingRisks, Groups, KaplanMeier, RightCensored};
use greenwood::trial::TimeUnit;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;

fn file(name: &str, batch: &RecordBatch, group: usize) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
    let mut writer =
        ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    path
}

fn array(array: impl arrow_array::Array + 'static) -> ArrayRef {
    Arc::new(array)
}

type Subject = (f64, bool, u8);

fn batch(rows: &[Subject]) -> RecordBatch {
    RecordBatch::try_from_iter([
        ("t", array(Float64Array::from(rows.iter().map(|r| r.0).collect::<Vec<_>>()))),
        ("e", array(BooleanArray::from(rows.iter().map(|r| r.1).collect::<Vec<_>>()))),
        ("g", array(StringArray::from(rows.iter().map(|r| format!("g{}", r.2)).collect::<Vec<_>>()))),
    ])
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn threads_and_orders_give_the_same_bits(
        mut rows in proptest::collection::vec(
            (prop_oneof![(1..30_u32).prop_map(f64::from), (1..60_u32).prop_map(|t| f64::from(t) * 0.1 + 0.2)],
             any::<bool>(), 0..3_u8),
            1..150,
        ),
        group in 1..40_usize,
        turn in 0..150_usize,
    ) {
        let columns = Columns::new("t", "e").groups("g");
        let time: Vec<f64> = rows.iter().map(|r| r.0).collect();
        let event: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let groups = Groups::new(&rows.iter().map(|r| format!("g{}", r.2)).collect::<Vec<_>>());
        let whole = RiskTables::new(&RightCensored::new(&time, &event).unwrap(), &groups).unwrap();
        let one = file("threads_1.parquet", &batch(&rows), group);
        let turn = turn % rows.len();
        rows.rotate_left(turn);
        rows.reverse();
        let other = file("threads_2.parquet", &batch(&rows), group + 3);
        for path in [one, other] {
            let files = ParquetFiles::open(&path).unwrap();
            prop_assert_eq!(files.rows(), rows.len());
            for threads in [1, 2, 5] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                prop_assert_eq!(&pool.install(|| files.risk_tables(&columns)).unwrap(), &whole);
                let grid = pool.install(|| files.risk_tables_on_grid(&columns, 0.5)).unwrap();
                prop_assert_eq!(grid, whole.on_grid(0.5).unwrap());
            }
        }
    }
}

type Outcome = (f64, u8, u8, f64);

fn outcomes(rows: &[Outcome]) -> RecordBatch {
    let floats = |of: fn(&Outcome) -> f64| array(Float64Array::from(rows.iter().map(of).collect::<Vec<_>>()));
    let texts =
        |of: fn(&Outcome) -> String| array(StringArray::from(rows.iter().map(of).collect::<Vec<_>>()));
    RecordBatch::try_from_iter([
        ("t", floats(|r| r.0)),
        ("entry", floats(|r| r.3 * r.0)),
        ("cause", texts(|r| r.1.to_string())),
        ("g", texts(|r| format!("g{}", r.2))),
        ("s", texts(|r| format!("s{}", r.2 % 2 + r.1 % 2))),
    ])
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Near ties across groups and causes, delayed entry, strata: the tables of all rows at once, whatever the threads and the order.
    #[test]
    fn competing_risks_are_the_same_bits_for_threads_and_orders(
        mut rows in proptest::collection::vec(
            (prop_oneof![(1..30_u32).prop_map(f64::from), (1..60_u32).prop_map(|t| f64::from(t) * 0.1 + 0.2)],
             0..3_u8, 0..3_u8, prop_oneof![Just(0.0), Just(0.5)]),
            1..150,
        ),
        group in 1..40_usize,
        turn in 0..150_usize,
    ) {
        let plain = Columns::new("t", "cause").causes(&["1", "2"], "0").groups("g");
        let late = plain.clone().entry("entry").strata("s");
        let first = outcomes(&rows);
        let whole = |columns: &Columns| {
            let data = CompetingRisks::from_record_batch(&first, columns).unwrap();
            let groups = Groups::from_record_batch(&first, "g").unwrap();
            CompetingRiskTables::new(&data, &groups).unwrap()
        };
        let whole = [&plain, &late].map(|columns| (columns, whole(columns)));
        let one = file("causes_1.parquet", &first, group);
        let turn = turn % rows.len();
        rows.rotate_left(turn);
        rows.reverse();
        let other = file("causes_2.parquet", &outcomes(&rows), group + 3);
        for path in [one, other] {
            let files = ParquetFiles::open(&path).unwrap();
            for threads in [1, 2, 5] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                for (columns, whole) in &whole {
                    let tables = pool.install(|| files.competing_risk_tables(columns)).unwrap();
                    prop_assert_eq!(&tables, whole);
                    for label in whole.labels() {
                        let bits = |tables: &CompetingRiskTables| {
                            let fit = AalenJohansen::new().from_table(tables.of_group(label).unwrap());
                            fit.of("1").unwrap().values().map(f64::to_bits).collect::<Vec<_>>()
                        };
                        prop_assert_eq!(bits(&tables), bits(whole));
                    }
                }
            }
        }
    }
}

/// The causes must be named, and a code that is none is an error with its row in the file.
#[test]
fn a_stream_of_causes_refuses_what_it_was_not_told() {
    let path =
        file("causes_3.parquet", &outcomes(&[(1.0, 1, 0, 0.0), (2.0, 0, 0, 0.0), (3.0, 2, 0, 0.0)]), 2);
    let files = ParquetFiles::open(&path).unwrap();
    let said = |columns: &Columns| files.competing_risk_tables(columns).unwrap_err().to_string();
    let one = said(&Columns::new("t", "cause").causes(&["1"], "0"));
    assert!(one.contains("causes_3.parquet") && one.contains("\"2\"") && one.contains("row 2"), "{one}");
    let none = said(&Columns::new("t", "cause"));
    assert!(none.contains("name them with `Columns::causes`"), "{none}");
}

/// The first error of the file is the one that is told, whatever the threads; rows are counted over row groups.
#[test]
fn the_first_bad_row_is_named() {
    let mut rows: Vec<Subject> = (1..=100).map(|t| (f64::from(t), true, 0)).collect();
    (rows[41].0, rows[97].0) = (f64::NAN, -1.0);
    let path = file("bad.parquet", &batch(&rows), 10);
    for threads in [1, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let files = ParquetFiles::open(&path).unwrap();
        let error = pool.install(|| files.risk_tables(&Columns::new("t", "e"))).unwrap_err().to_string();
        assert_eq!(
            error,
            format!(
                "{}: column \"t\", row 41 is NaN: it must be a time, finite and at least 0",
                path.display()
            )
        );
    }
    let files = ParquetFiles::open(&path).unwrap();
    assert_eq!(
        (files.row_groups(), files.files(), files.columns()),
        (10, 1, vec!["t".into(), "e".into(), "g".into()])
    );
    let error = files.risk_tables(&Columns::new("x", "e")).unwrap_err().to_string();
    assert!(error.contains("there is no column \"x\": the columns are t, e, g"), "{error}");
    assert!(files.batches(&["x"]).next().unwrap().is_err());
}

/// What pandas and polars wrote (`tests/data/parquet/make.py`): dates, timestamps, durations, decimals, words.
#[test]
fn files_of_pandas_and_polars_hold_the_same_data() {
    let open = |name: &str| ParquetFiles::open(format!("tests/data/parquet/{name}")).unwrap();
    let plain = Columns::new("time", "status").groups("x");
    let expected = open("aml_pandas.parquet").risk_tables(&plain).unwrap();
    let names = [
        "aml_polars.parquet",
        "aml_polars_plain.parquet",
        "aml_folder",
        "aml_gzip.parquet",
        "aml_lz4.parquet",
    ];
    for name in names {
        assert_eq!(open(name).risk_tables(&plain).unwrap(), expected, "{name}");
    }
    let error = open("aml_brotli.parquet").risk_tables(&plain).unwrap_err().to_string();
    assert!(error.contains("write it with Snappy, Zstandard, gzip or LZ4"), "{error}");
    let types = open("aml_types.parquet");
    let words = EventCodes::new(&["relapse"], &["well"]);
    let of = |time: &str| Columns::new(time, "outcome").groups("x").event_codes(words.clone());
    for columns in [
        of("weeks"),
        of("duration").durations(TimeUnit::Weeks),
        of("end").since("start", TimeUnit::Weeks),
        of("end").since("start_us", TimeUnit::Weeks),
    ] {
        assert_eq!(types.risk_tables(&columns).unwrap(), expected);
    }
    // Noon is half a day later than the date.
    let noon = types.risk_tables(&of("end_ns").since("start", TimeUnit::Days)).unwrap();
    assert_eq!(noon.table("1").unwrap().times()[0], 9.0 * 7.0 + 0.5);
    let error = types.risk_tables(&of("end_utc").since("start", TimeUnit::Days)).unwrap_err().to_string();
    assert!(error.contains("column \"end_utc\" is of type Timestamp"), "{error}");

    let nulls = open("aml_nulls.parquet");
    let error = nulls.risk_tables(&plain).unwrap_err().to_string();
    assert!(error.contains("column \"time\", row 3 is null"), "{error}");
    let stream = nulls.stream(&plain.clone().nulls(Nulls::Skip)).unwrap();
    assert_eq!((stream.rows(), stream.skipped()), (23, 2));
    let error = open("aml_empty.parquet").risk_tables(&plain).unwrap_err().to_string();
    assert_eq!(error, "the stream of batches is empty: at least one value is needed");
}

/// R 4.2.2, survival 3.5-3: survfit(Surv(time, status) ~ x, aml): medians 31 and 23.
#[test]
fn a_result_is_written_to_parquet_and_read_back() {
    let files = ParquetFiles::open("tests/data/parquet/aml_pandas.parquet").unwrap();
    let tables = files.risk_tables(&Columns::new("time", "status").groups("x")).unwrap();
    let curve = KaplanMeier::from_table(tables.table("1").unwrap().clone());
    assert_eq!(curve.median().value().unwrap(), 31.0);
    let written = curve.to_record_batch().unwrap();
    let path = file("curve.parquet", &written, 100);
    let again: Vec<RecordBatch> = ParquetFiles::open(&path)
        .unwrap()
        .batches(&["time", "at_risk", "events", "censored", "survival", "std_error", "lower", "upper"])
        .collect::<greenwood::Result<_>>()
        .unwrap();
    assert_eq!(again[0].columns(), written.columns());
}
