//! The arguments of a call: the constants among them, and the rows of a batch.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringViewArray,
};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Schema};
use datafusion_common::{Result, ScalarValue, exec_err, plan_err};
use datafusion_expr::ColumnarValue;
use datafusion_expr::function::AccumulatorArgs;

use crate::function::{Functions, Nulls};
use crate::quantity::{Part, Quantity, Role};

/// Where in the call a column stands, and what it is called.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    at: usize,
    name: String,
}

/// One call of a function: what is computed from which arguments.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) quantity: Quantity,
    pub(crate) part: Part,
    pub(crate) options: Functions,
    pub(crate) function: String,
    /// t, p or tau.
    pub(crate) number: f64,
    pub(crate) cause_asked: String,
    time: Column,
    event: Column,
    arm: Option<Column>,
    stratum: Option<Column>,
    entry: Option<Column>,
    weight: Option<Column>,
}

impl Task {
    pub(crate) fn new(
        quantity: Quantity,
        part: Part,
        options: Functions,
        args: &AccumulatorArgs,
    ) -> Result<Self> {
        let function = quantity.name(part);
        let mut task = Self {
            quantity,
            part,
            options,
            function,
            number: 0.0,
            cause_asked: String::new(),
            time: Column { at: 0, name: String::new() },
            event: Column { at: 1, name: String::new() },
            arm: None,
            stratum: None,
            entry: None,
            weight: None,
        };
        // The value of an argument that is the same for all rows.
        let constant = |argument: &str, at: usize| {
            if let Ok(ColumnarValue::Scalar(value)) = args.exprs[at].evaluate(&empty_batch()) {
                return Ok(value);
            }
            plan_err!(
                "{}: {argument} is {}, but must be a constant: one value for the whole query",
                quantity.name(part),
                plain_name(argument, &args.exprs[at].to_string())
            )
        };
        for (at, (argument, role)) in quantity.arguments().0.into_iter().enumerate() {
            let (Some(expr), Some(field)) = (args.exprs.get(at), args.expr_fields.get(at)) else { break };
            let column = Column { at, name: plain_name(argument, &expr.to_string()) };
            let given = (field.data_type() != &DataType::Null).then_some(());
            match role {
                Role::Time => task.time = column,
                Role::Event | Role::Cause => task.event = column,
                Role::Arm => task.arm = Some(column),
                Role::Stratum => task.stratum = given.map(|()| column),
                Role::Entry => task.entry = given.map(|()| column),
                Role::Weight => task.weight = given.map(|()| column),
                Role::Number => task.number = task.checked(argument, constant(argument, at)?)?,
                Role::CauseAsked => match constant(argument, at)?.cast_to(&DataType::Utf8)?.try_as_str() {
                    Some(Some("0")) => return plan_err!("{}: 0 is censored, and no cause", task.function),
                    Some(Some("")) => {
                        return plan_err!(
                            "{}: {argument} must be a cause, and is an empty text",
                            task.function
                        );
                    }
                    Some(Some(cause)) => task.cause_asked = cause.to_string(),
                    _ => return plan_err!("{}: {argument} must be a cause, and is NULL", task.function),
                },
                Role::WeightKind => match constant(argument, at)?.cast_to(&DataType::Utf8)?.try_as_str() {
                    Some(Some("replication") | None) => {}
                    Some(Some("sampling")) => {
                        return plan_err!(
                            "{}: sampling weights need the robust variance, and that every subject behind the risk \
                             table; the state of a query holds the table alone. Use the library with the rows",
                            task.function
                        );
                    }
                    _ => return plan_err!("{}: weight_kind must be 'replication'", task.function),
                },
            }
        }
        Ok(task)
    }

    fn checked(&self, argument: &str, value: ScalarValue) -> Result<f64> {
        let ScalarValue::Float64(Some(x)) = value.cast_to(&DataType::Float64)? else {
            return plan_err!("{}: {argument} must be a number, and is NULL", self.function);
        };
        let (valid, must_be) = match self.quantity {
            Quantity::Quantile => ((0.0..=1.0).contains(&x), "in [0, 1]"),
            Quantity::RestrictedMean => (x > 0.0 && x < f64::INFINITY, "above 0 and finite"),
            _ => ((0.0..f64::INFINITY).contains(&x), "a time: finite and at least 0"),
        };
        if valid { Ok(x) } else { plan_err!("{}: {argument} is {x}, but must be {must_be}", self.function) }
    }

    /// Do the cells of a state have labels: arms, or causes?
    pub(crate) fn has_labels(&self) -> bool {
        self.quantity.is_test() || self.quantity == Quantity::IncidenceAt
    }

    /// What the arms are called in the query.
    pub(crate) fn arm_name(&self) -> &str {
        self.arm.as_ref().map_or("arm", |column| &column.name)
    }

    pub(crate) fn has_strata(&self) -> bool {
        self.stratum.is_some()
    }

    pub(crate) fn has_entry(&self) -> bool {
        self.entry.is_some()
    }

    pub(crate) fn has_weights(&self) -> bool {
        self.weight.is_some()
    }

    pub(crate) fn batch<'a>(&'a self, values: &[ArrayRef]) -> Result<Batch<'a>> {
        let number = |column: &Column| -> Result<Float64Array> {
            Ok(self.cast(column, values, &DataType::Float64)?.as_primitive().clone())
        };
        let text = |column: &Column| -> Result<StringViewArray> {
            Ok(self.cast(column, values, &DataType::Utf8View)?.as_string_view().clone())
        };
        let event = if self.quantity == Quantity::IncidenceAt {
            Event::Cause(text(&self.event)?)
        } else if matches!(values[self.event.at].data_type(), DataType::Boolean | DataType::Null) {
            Event::Flag(self.cast(&self.event, values, &DataType::Boolean)?.as_boolean().clone())
        } else {
            Event::of_codes(self.cast(&self.event, values, &DataType::Int64)?.as_primitive())
        };
        Ok(Batch {
            task: self,
            time: number(&self.time)?,
            event,
            arm: self.arm.as_ref().map(text).transpose()?,
            stratum: self.stratum.as_ref().map(text).transpose()?,
            entry: self.entry.as_ref().map(number).transpose()?,
            weight: self.weight.as_ref().map(number).transpose()?,
        })
    }

    fn cast(&self, column: &Column, values: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
        let array = &values[column.at];
        if array.data_type() == to {
            return Ok(Arc::clone(array));
        }
        // What does not fit is an error here, and not NULL.
        let options = CastOptions { safe: false, ..CastOptions::default() };
        cast_with_options(array, to, &options)
            .or_else(|e| exec_err!("{}: {} cannot be read as {to}: {e}", self.function, column.name))
    }
}

fn empty_batch() -> RecordBatch {
    RecordBatch::new_empty(Arc::new(Schema::empty()))
}

/// An expression as it was written: without the positions of columns (`time@1` is `time`), and by the name of the argument
/// where the planner gave it one of its own.
fn plain_name(argument: &str, expr: &str) -> String {
    if expr.contains("__common_expr") {
        return argument.to_string();
    }
    let mut name = String::new();
    let mut rest = expr;
    while let Some(at) = rest.find('@') {
        name.push_str(&rest[..at]);
        let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            name.push('@');
        }
        rest = &rest[at + 1 + digits..];
    }
    name + rest
}

enum Event {
    Flag(BooleanArray),
    Code(Int64Array),
    Cause(StringViewArray),
}

impl Event {
    /// Codes that are all 0 or 1, as most are, become flags: they are checked at once, and not a row at a time.
    fn of_codes(codes: &Int64Array) -> Self {
        let values = codes.values();
        if codes.null_count() > 0 || values.iter().fold(0, |all, code| all | code) & !1 != 0 {
            return Self::Code(codes.clone());
        }
        let flags = BooleanBuffer::collect_bool(values.len(), |i| values[i] == 1);
        Self::Flag(BooleanArray::new(flags, None))
    }
}

/// The columns of a batch.
pub(crate) struct Batch<'a> {
    task: &'a Task,
    time: Float64Array,
    event: Event,
    arm: Option<StringViewArray>,
    stratum: Option<StringViewArray>,
    entry: Option<Float64Array>,
    weight: Option<Float64Array>,
}

/// A row that counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) time: f64,
    pub(crate) event: bool,
    pub(crate) entry: f64,
    pub(crate) weight: f64,
    /// Arm or cause; empty where there is none, and for those censored before any cause.
    pub(crate) label: &'a str,
    pub(crate) stratum: &'a str,
}

impl Batch<'_> {
    pub(crate) fn len(&self) -> usize {
        self.time.len()
    }

    /// The columns of times and flags, where these are all there is and nothing is `NULL`.
    pub(crate) fn plain(&self) -> Option<(&[f64], &BooleanArray)> {
        match &self.event {
            Event::Flag(event)
                if self.arm.is_none()
                    && self.entry.is_none()
                    && self.weight.is_none()
                    && self.time.null_count() + event.null_count() == 0 =>
            {
                Some((self.time.values(), event))
            }
            _ => None,
        }
    }

    /// The column because of which row `i` is left out.
    fn missing(&self, i: usize) -> Option<&Column> {
        let null = |array: Option<&dyn Array>| array.is_some_and(|a| a.is_null(i));
        let text = |array: &Option<StringViewArray>| array.as_ref().is_some_and(|a| a.is_null(i));
        let event = match &self.event {
            Event::Flag(event) => event.is_null(i),
            Event::Code(event) => event.is_null(i),
            Event::Cause(cause) => cause.is_null(i) || cause.value(i).is_empty(),
        };
        if null(Some(&self.time)) {
            Some(&self.task.time)
        } else if event {
            Some(&self.task.event)
        } else if text(&self.arm) {
            self.task.arm.as_ref()
        } else if text(&self.stratum) {
            self.task.stratum.as_ref()
        } else if null(self.weight.as_ref().map(|a| a as &dyn Array)) {
            self.task.weight.as_ref()
        } else {
            None
        }
    }

    /// Row `i`, or `None` where it is left out because of a `NULL`.
    #[inline]
    pub(crate) fn row(&self, i: usize) -> Result<Option<Row<'_>>> {
        if let Some(column) = self.missing(i) {
            return match self.task.options.nulls {
                Nulls::Skip => Ok(None),
                Nulls::Refuse => self.refused(i, column, "is NULL: give it a value, or leave the row out"),
            };
        }
        let time = self.checked_time(i, self.time.value(i))?;
        let (event, cause) = match &self.event {
            Event::Flag(event) => (event.value(i), ""),
            Event::Code(event) => match event.value(i) {
                0 => (false, ""),
                1 => (true, ""),
                other => {
                    let text = format!(
                        "is {other}, but must be 0 or 1: write the condition, as in status = {other}"
                    );
                    return self.refused(i, &self.task.event, &text);
                }
            },
            Event::Cause(cause) => match cause.value(i) {
                "0" => (false, ""),
                cause => (true, cause),
            },
        };
        let mut row = Row {
            time,
            event,
            entry: 0.0,
            weight: 1.0,
            label: self.arm.as_ref().map_or(cause, |a| a.value(i)),
            stratum: self.stratum.as_ref().map_or("", |a| a.value(i)),
        };
        if let (Some(entries), Some(column)) = (&self.entry, &self.task.entry)
            && entries.is_valid(i)
        {
            row.entry = entries.value(i);
            if !(row.entry >= 0.0 && row.entry < time) {
                let text = format!("is {}, but must be at least 0 and before the time, {time}", row.entry);
                return self.refused(i, column, &text);
            }
        }
        if let (Some(weights), Some(column)) = (&self.weight, &self.task.weight) {
            row.weight = weights.value(i);
            if !(row.weight >= 0.0 && row.weight < f64::INFINITY) {
                let text = format!("is {}, but must be finite and at least 0", row.weight);
                return self.refused(i, column, &text);
            }
        }
        Ok(Some(row))
    }

    #[inline]
    pub(crate) fn checked_time(&self, i: usize, time: f64) -> Result<f64> {
        if (0.0..f64::INFINITY).contains(&time) {
            return Ok(time);
        }
        self.refused(i, &self.task.time, &format!("is {time}, but must be finite and at least 0"))
    }

    #[cold]
    fn refused<T>(&self, i: usize, column: &Column, text: &str) -> Result<T> {
        exec_err!(
            "{}: {} {text} (row {} of a batch of {})",
            self.task.function,
            column.name,
            i + 1,
            self.len()
        )
    }
}
