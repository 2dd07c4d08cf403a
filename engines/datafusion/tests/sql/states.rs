//! The state between stages: built row by row or group by group it is the same, and changed bytes are refused.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, LargeBinaryArray,
};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::{AggregateUDF, EmitTo};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::col;
use greenwood::survival::data::{NearTies, RightCensored};
use greenwood::survival::{KaplanMeier, RiskTable};
use greenwood_datafusion::Functions;

fn function(name: &str) -> Arc<AggregateUDF> {
    Functions::new().all().unwrap().into_iter().find(|f| f.name() == name).unwrap()
}

/// Calls `with` with the arguments (time, event) of a call of the function.
fn call<T>(function: &AggregateUDF, with: impl Fn(AccumulatorArgs) -> T) -> T {
    let schema = Schema::new(vec![
        Field::new("time", DataType::Float64, true),
        Field::new("event", DataType::Boolean, true),
    ]);
    let exprs: Vec<Arc<dyn PhysicalExpr>> =
        vec![col("time", &schema).unwrap(), col("event", &schema).unwrap()];
    let fields: Vec<FieldRef> = schema.fields().iter().cloned().collect();
    with(AccumulatorArgs {
        return_field: function.return_field(&fields).unwrap(),
        schema: &schema,
        ignore_nulls: false,
        order_bys: &[],
        is_reversed: false,
        name: function.name(),
        is_distinct: false,
        exprs: &exprs,
        expr_fields: &fields,
    })
}

fn rows(n: u32) -> Vec<ArrayRef> {
    let time = (0..n).map(|i| (i % 17 != 5).then(|| f64::from(i * 7 % 23) / 10.0));
    let event = (0..n).map(|i| (i % 11 != 3).then_some(i % 3 != 0));
    vec![Arc::new(time.collect::<Float64Array>()), Arc::new(event.collect::<BooleanArray>())]
}

#[test]
fn the_ways_to_a_state_meet() {
    let function = function("km_median");
    let values = rows(100);
    let groups: Vec<usize> = (0..100).map(|i| i % 3).collect();
    let keep: BooleanArray = (0..100).map(|i| (i % 7 != 0).then_some(i % 5 != 0)).collect();
    for filter in [None, Some(&keep)] {
        let grouped = || call(&function, |args| function.create_groups_accumulator(args).unwrap());
        let mut whole = grouped();
        whole.update_batch(&values, &groups, filter, 3).unwrap();
        assert!(whole.size() > 0);
        // Each row a state of its own, merged; and the states of the whole, one group emitted before the others.
        let mut from_rows = grouped();
        let single = from_rows.convert_to_state(&values, filter).unwrap();
        from_rows.merge_batch(&single, &groups, 3).unwrap();
        let first = whole.state(EmitTo::First(1)).unwrap();
        let rest = whole.state(EmitTo::All).unwrap();
        assert_eq!((first[0].len(), rest[0].len()), (1, 2));
        let mut from_states = grouped();
        from_states.merge_batch(&rest, &[1, 2], 3).unwrap();
        from_states.merge_batch(&first, &[0], 3).unwrap();
        let (a, b) = (from_rows.evaluate(EmitTo::All).unwrap(), from_states.evaluate(EmitTo::All).unwrap());
        assert_eq!(&a, &b);
        assert_eq!((a.len(), from_rows.size() < 1000), (3, true));

        let mut one = call(&function, |args| function.accumulator(args).unwrap());
        if filter.is_none() {
            one.update_batch(&values).unwrap();
            let states = one.state().unwrap();
            let mut other = call(&function, |args| function.accumulator(args).unwrap());
            let arrays: Vec<ArrayRef> = states.iter().map(|s| s.to_array().unwrap()).collect();
            other.merge_batch(&arrays).unwrap();
            assert_eq!(one.evaluate().unwrap(), other.evaluate().unwrap());
            // Asked twice it says the same, and goes on.
            other.update_batch(&values).unwrap();
            assert_eq!(other.evaluate().unwrap(), other.evaluate().unwrap());
        }
    }
}

#[test]
fn a_state_is_the_encoded_table_and_nothing_else_is_believed() {
    let function = function("km_median");
    let mut one = call(&function, |args| function.accumulator(args).unwrap());
    one.update_batch(&rows(60)).unwrap();
    let states = one.state().unwrap();
    let [ScalarValue::LargeBinary(Some(bytes)), ScalarValue::Int64(Some(skipped))] = &states[..] else {
        panic!("{states:?}")
    };
    let (values, mut time, mut event) = (rows(60), Vec::new(), Vec::new());
    for i in 0..60 {
        let (t, e) =
            (values[0].as_primitive::<datafusion::arrow::datatypes::Float64Type>(), values[1].as_boolean());
        if t.is_valid(i) && e.is_valid(i) {
            time.push(t.value(i));
            event.push(e.value(i));
        }
    }
    assert_eq!(*skipped, 60 - i64::try_from(time.len()).unwrap());
    let data = RightCensored::new(&time, &event).unwrap();
    let exact = RiskTable::new(&data.clone().with_near_ties(NearTies::Exact).unwrap());
    assert_eq!(bytes, &exact.encode());
    let median = KaplanMeier::fit(&data).median().value().ok();
    assert_eq!(one.evaluate().unwrap(), ScalarValue::Float64(median));

    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x41;
        let state: Vec<ArrayRef> =
            vec![Arc::new(LargeBinaryArray::from(vec![&changed[..]])), Arc::new(Int64Array::from(vec![0]))];
        let mut other = call(&function, |args| function.accumulator(args).unwrap());
        let error = other.merge_batch(&state).unwrap_err().to_string();
        assert!(error.contains("km_median: byte") && error.contains("checksum"), "{error}");
    }
    let mut other = call(&function, |args| function.accumulator(args).unwrap());
    let wrong: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(vec![0])), Arc::new(Int64Array::from(vec![0]))];
    assert!(
        other.merge_batch(&wrong).unwrap_err().to_string().contains("a state has columns of other types")
    );
    assert!(other.merge_batch(&wrong[..1]).unwrap_err().to_string().contains("a state has 1 columns, not 2"));
}
