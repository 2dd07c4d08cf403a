//! What is wrong is said in words that name function, column and row; what cannot be estimated is NULL.

use std::sync::Arc;

use crate::common::{bits, context, error, in_pieces, numbers, rows};
use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::prelude::{SessionConfig, SessionContext};
use greenwood_datafusion::{Functions, Nulls};

fn table(
    time: Vec<Option<f64>>,
    event: Vec<Option<bool>>,
    code: Vec<Option<i64>>,
    arm: Vec<Option<&str>>,
) -> RecordBatch {
    let schema = Schema::new(vec![
        Field::new("time", DataType::Float64, true),
        Field::new("event", DataType::Boolean, true),
        Field::new("code", DataType::Int64, true),
        Field::new("arm", DataType::Utf8, true),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Float64Array::from(time)),
        Arc::new(BooleanArray::from(event)),
        Arc::new(Int64Array::from(code)),
        Arc::new(StringArray::from(arm)),
    ];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

fn with(rows: RecordBatch) -> SessionContext {
    let ctx = context(2);
    in_pieces(&ctx, &rows, 1, 100);
    ctx
}

fn four() -> RecordBatch {
    table(
        vec![Some(1.0), Some(2.0), Some(3.0), Some(4.0)],
        vec![Some(true), Some(false), Some(true), Some(true)],
        vec![Some(0), Some(1), Some(2), Some(1)],
        vec![Some("a"), Some("b"), Some("a"), Some("b")],
    )
}

#[tokio::test]
async fn bad_values_name_column_and_row() {
    for (time, text) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (-1.0, "-1")] {
        let ctx = with(table(
            vec![Some(1.0), Some(time), Some(3.0)],
            vec![Some(true); 3],
            vec![Some(1); 3],
            vec![Some("a"), Some("b"), Some("a")],
        ));
        // Batches arrive backwards here: the second of three stays the second.
        let said = format!("time is {text}, but must be finite and at least 0 (row 2 of a batch of 3)");
        for call in [
            "km_median(time, event)",
            "km_survival_at(time, code, 2)",
            "logrank_p(time, event, arm)",
            "cuminc_at(time, code, 1, 2)",
            "km_skipped(time, event)",
        ] {
            for group in ["", " GROUP BY arm", " GROUP BY event"] {
                let found = error(&ctx, &format!("SELECT {call} FROM t{group}")).await;
                assert!(found.ends_with(&said), "{found}");
                assert!(found.starts_with(call.split('(').next().unwrap()), "{found}");
            }
        }
    }
    let ctx = with(four());
    assert_eq!(
        error(&ctx, "SELECT km_median(time, code) FROM t").await,
        "km_median: code is 2, but must be 0 or 1: write the condition, as in status = 2 (row 2 of a batch of 4)"
    );
    assert_eq!(
        error(&ctx, "SELECT km_median(time, event, 2 * time - 2) FROM t").await,
        "km_median: 2 * time - 2 is 6, but must be at least 0 and before the time, 4 (row 1 of a batch of 4)"
    );
    assert_eq!(
        error(&ctx, "SELECT km_median(time, event, NULL, 2.5 - time) FROM t").await,
        "km_median: 2.5 - time is -1.5, but must be finite and at least 0 (row 1 of a batch of 4)"
    );
    assert_eq!(
        error(&ctx, "SELECT logrank_p(time, event, arm) FROM t WHERE arm = 'a'").await,
        "logrank_p: arm is 'a' in all 2 rows of a group; a test compares two arms or more"
    );
}

#[tokio::test]
async fn wrong_types_and_arguments_are_refused_before_a_row_is_read() {
    let ctx = with(four());
    for (call, said) in [
        (
            "km_median(time)",
            "km_median takes 2 to 5 arguments (time, event, entry, weight, weight_kind), not 1",
        ),
        ("km_median(arm, event)", "km_median: time is Utf8; it must be a number: write CAST(… AS DOUBLE)"),
        ("km_median(event, event)", "km_median: time is Boolean; it must be a number"),
        (
            "km_median(CAST('2026-01-01' AS DATE), event)",
            "km_median: time is Date32; a time is a number: take the difference of two dates, in the unit that you mean, as a \
             DOUBLE",
        ),
        (
            "km_median(time, arm)",
            "km_median: event is Utf8; it must be a BOOLEAN or the integers 0 and 1: write the condition, as in status = 'dead'",
        ),
        (
            "km_median(time, time)",
            "km_median: event is Float64; it must be a BOOLEAN or the integers 0 and 1: write the condition, as in status = 1",
        ),
        (
            "cuminc_at(time, event, 1, 2)",
            "cuminc_at: cause is Boolean; it must be an integer or a text, 0 being censored",
        ),
        ("cuminc_at(time, code, 0, 2)", "cuminc_at: 0 is censored, and no cause"),
        (
            "km_survival_at(time, event, -1)",
            "km_survival_at: t is -1, but must be a time: finite and at least 0",
        ),
        ("km_quantile(time, event, 50)", "km_quantile: p is 50, but must be in [0, 1]"),
        ("km_rmst(time, event, 0)", "km_rmst: tau is 0, but must be above 0 and finite"),
        ("km_rmst(time, event, NULL)", "km_rmst: tau must be a number, and is NULL"),
        (
            "km_survival_at(time, event, code)",
            "km_survival_at: t is code, but must be a constant: one value for the whole query",
        ),
        (
            "km_median(time, event, NULL, code, 'sampling')",
            "km_median: sampling weights need the robust variance, and that every subject behind the risk table; the state of \
             a query holds the table alone. Use the library with the rows",
        ),
        ("km_median(time, event, NULL, code, 'iptw')", "km_median: weight_kind must be 'replication'"),
        (
            "km_median(DISTINCT time, event)",
            "km_median takes no DISTINCT: two subjects with the same time and event are two. Choose distinct rows in a \
             subquery, if that is meant",
        ),
        (
            "km_median(time, event ORDER BY time)",
            "km_median takes no ORDER BY: the order of the rows does not matter",
        ),
        (
            "km_median(time, event) OVER (ORDER BY time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
            "km_median over a frame that moves: rows are added to a risk table, not taken away. OVER (PARTITION BY …) and \
             frames that start at UNBOUNDED PRECEDING work",
        ),
    ] {
        let found = error(&ctx, &format!("SELECT {call} FROM t")).await;
        assert_eq!(found, said, "{call}");
        if !call.contains("OVER") {
            let found = error(&ctx, &format!("SELECT arm, {call} FROM t GROUP BY arm")).await;
            assert_eq!(found, said, "{call} by arm");
        }
    }
    // Beside other aggregates too, among which a rule of the planner looks for DISTINCT.
    let sql = "SELECT km_median(time, event), km_median(DISTINCT time, event), count(DISTINCT time) FROM t";
    assert!(error(&ctx, sql).await.starts_with("km_median takes no DISTINCT"));
}

#[tokio::test]
async fn null_rows_are_skipped_counted_or_refused() {
    let rows_ = table(
        vec![Some(1.0), None, Some(3.0), Some(4.0), Some(5.0)],
        vec![Some(true), Some(true), None, Some(true), Some(false)],
        vec![Some(1), Some(1), Some(1), None, Some(2)],
        vec![Some("a"), Some("b"), Some("a"), Some("b"), None],
    );
    let ctx = with(rows_.clone());
    let sql = "SELECT km_skipped(time, event), events(time, event), person_time(time, event), km_skipped(time, event, NULL, code),
                 events(time, event, NULL, code), cuminc_at(time, code, 1, 3), km_median(time, NULL), km_skipped(time, NULL),
                 person_time(time, event, time - 0.5), events(time, event, CAST(NULL AS DOUBLE)) FROM t";
    let answer = rows(&ctx, sql).await;
    let values: Vec<_> = (0..10).map(|c| numbers(&answer, c)[0]).collect();
    let third = 1.0 - 2.0 / 3.0;
    assert_eq!(values[..5], [Some(2.0), Some(2.0), Some(10.0), Some(3.0), Some(1.0)]);
    // Causes 1 at 1, 1 at 3, 2 at 5: the row at 4 has no cause.
    assert!((values[5].unwrap() - (1.0 - third)).abs() < 1e-15);
    assert_eq!(values[6..], [None, Some(5.0), Some(1.5), Some(2.0)]);
    let by_arm =
        rows(&ctx, "SELECT km_skipped(time, event) FROM t GROUP BY arm ORDER BY arm NULLS LAST").await;
    assert_eq!(numbers(&by_arm, 0), [Some(1.0), Some(1.0), Some(0.0)]);
    assert_eq!(numbers(&rows(&ctx, "SELECT logrank_df(time, event, arm) FROM t").await, 0), [Some(1.0)]);

    let mut strict = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(2));
    Functions::new().nulls(Nulls::Refuse).register(&mut strict).unwrap();
    in_pieces(&strict, &rows_, 1, 100);
    for (call, said) in [
        (
            "km_median(time, event)",
            "km_median: event is NULL: give it a value, or leave the row out (row 3 of a batch of 5)",
        ),
        (
            "km_median(time, event, NULL, code)",
            "km_median: code is NULL: give it a value, or leave the row out (row 2 of a batch of 5)",
        ),
        (
            "logrank_p(time, event, arm)",
            "logrank_p: arm is NULL: give it a value, or leave the row out (row 1 of a batch of 5)",
        ),
    ] {
        assert_eq!(error(&strict, &format!("SELECT {call} FROM t")).await, said);
    }
    assert_eq!(
        numbers(&rows(&strict, "SELECT events(time, event) FROM t WHERE time > 3").await, 0),
        [Some(1.0)]
    );
}

#[tokio::test]
async fn what_cannot_be_estimated_is_null() {
    let ctx = with(four());
    let sql =
        "SELECT km_median(time, false), km_survival_at(time, event AND time < 4, 9), km_survival_at_se(time, event, 0.5),
                 km_rmst(time, false, 9), nelson_aalen_at(time, false, 9), cuminc_at(time, 0, 1, 9) FROM t";
    assert!(
        bits(&rows(&ctx, sql).await).iter().flatten().all(Option::is_none),
        "{:?}",
        rows(&ctx, sql).await
    );
    // Nobody: no rows, a filter that keeps none, weights of 0.
    for from in ["t WHERE time > 10", "t WHERE time IS NULL"] {
        let sql = format!(
            "SELECT km_median(time, event), km_rmst(time, event, 1), logrank_p(time, event, arm), logrank_df(time, event, arm),
               cuminc_at(time, code, 1, 1), nelson_aalen_at(time, event, 1) FROM {from}"
        );
        assert!(bits(&rows(&ctx, &sql).await).iter().flatten().all(Option::is_none));
        let counts = format!(
            "SELECT events(time, event), person_time(time, event), km_skipped(time, event) FROM {from}"
        );
        assert_eq!(bits(&rows(&ctx, &counts).await), [[Some(0)]; 3]);
        let grouped = format!(
            "SELECT km_median(time, event), km_median_ci(time, event)['lower'] FROM {from} GROUP BY arm"
        );
        assert_eq!(rows(&ctx, &grouped).await.num_rows(), 0);
        let curve = format!("SELECT unnest(km_curve(time, event)) FROM {from}");
        assert_eq!(rows(&ctx, &curve).await.num_rows(), 0);
    }
    let sql = "SELECT km_median(time, event, NULL, 0 * time), events(time, event, NULL, code), km_median_ci(time, event)['std_error'] FROM t";
    assert_eq!(bits(&rows(&ctx, sql).await), [[None], [Some(3.0_f64.to_bits())], [None]]);
}

#[tokio::test]
async fn a_state_above_the_bound_is_refused() {
    for bytes in [100, 10_000] {
        let mut ctx = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(2));
        Functions::new().max_state_bytes(bytes).register(&mut ctx).unwrap();
        let time = (0..200).map(|i| Some(f64::from(i).sqrt())).collect();
        in_pieces(&ctx, &table(time, vec![Some(true); 200], vec![Some(1); 200], vec![Some("a"); 200]), 2, 50);
        if bytes > 100 {
            assert_eq!(rows(&ctx, "SELECT km_median(time, event) FROM t").await.num_rows(), 1);
        } else {
            for group in ["", " GROUP BY arm"] {
                let found = error(&ctx, &format!("SELECT km_median(time, event) FROM t{group}")).await;
                assert!(found.starts_with("km_median: the state of a group takes "), "{found}");
                assert!(
                    found.contains("for its 100 distinct times, above the limit of 100. Round the times"),
                    "{found}"
                );
            }
        }
    }
}

#[tokio::test]
async fn functions_introduce_themselves() {
    let ctx = context(1);
    let all = Functions::new().all().unwrap();
    assert_eq!(all.len(), 35);
    for function in &all {
        let name = function.name();
        let shown = rows(&ctx, &format!("SHOW FUNCTIONS LIKE '{name}'")).await;
        assert!(shown.num_rows() > 0, "{name}");
        let text = format!("{shown:?}");
        assert!(text.contains(&format!("{name}(time, ")), "{name}: {text}");
        let documentation = function.documentation().unwrap();
        assert!(documentation.arguments.as_ref().unwrap().len() >= 5, "{name}");
    }
    assert!(Functions::new().level(0.0).all().is_err() && Functions::new().level(f64::NAN).all().is_err());
}
