//! Dates and durations as times: differences of whole ticks, then one division.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_schema::{DataType, TimeUnit as Tick};

use crate::columns::numbers::wrong_type;
use crate::error::{Error, FileError, Result};
use crate::trial::TimeUnit;

/// Whole ticks since 1970-01-01, and how many of them a day has.
struct Ticks {
    values: Vec<i64>,
    per_day: i64,
    /// Is it a moment of the world's clock (a timestamp with a time zone), rather than of a wall's?
    zoned: Option<bool>,
}

fn per_day(tick: Tick) -> i64 {
    let per_second = match tick {
        Tick::Second => 1,
        Tick::Millisecond => 1_000,
        Tick::Microsecond => 1_000_000,
        Tick::Nanosecond => 1_000_000_000,
    };
    86_400 * per_second
}

fn values<T: ArrowPrimitiveType>(array: &dyn Array) -> Vec<i64>
where
    i64: From<T::Native>,
{
    array.as_primitive::<T>().values().iter().map(|&x| i64::from(x)).collect()
}

impl Ticks {
    fn dates(column: &str, array: &dyn Array) -> Result<Self> {
        let (values, tick, zoned) = match array.data_type() {
            DataType::Date32 => {
                return Ok(Self { values: values::<Date32Type>(array), per_day: 1, zoned: Some(false) });
            }
            DataType::Date64 => (values::<Date64Type>(array), Tick::Millisecond, false),
            DataType::Timestamp(tick, zone) => {
                let values = match tick {
                    Tick::Second => values::<TimestampSecondType>(array),
                    Tick::Millisecond => values::<TimestampMillisecondType>(array),
                    Tick::Microsecond => values::<TimestampMicrosecondType>(array),
                    Tick::Nanosecond => values::<TimestampNanosecondType>(array),
                };
                (values, *tick, zone.is_some())
            }
            DataType::Null => return Ok(Self { values: vec![0; array.len()], per_day: 1, zoned: None }),
            _ => {
                return wrong_type(
                    column,
                    array,
                    "a date or a timestamp, since times are counted from a date",
                );
            }
        };
        Ok(Self { values, per_day: per_day(tick), zoned: Some(zoned) })
    }
}

/// The days from each date of `start` to that of `end`, in the unit.
pub(super) fn between(
    (start_name, start): (&str, &dyn Array),
    (end_name, end): (&str, &dyn Array),
    unit: TimeUnit,
    inclusive: bool,
) -> Result<Vec<f64>> {
    let (from, to) = (Ticks::dates(start_name, start)?, Ticks::dates(end_name, end)?);
    if let (Some(a), Some(b)) = (from.zoned, to.zoned)
        && a != b
    {
        let must_be = "with a time zone, or without, as the column that times are counted from";
        return wrong_type(end_name, end, must_be);
    }
    let per_day = from.per_day.max(to.per_day);
    // Both in the finer ticks: 128 bits hold any difference.
    let in_days = |row: usize| {
        let ticks = i128::from(to.values[row]) * i128::from(per_day / to.per_day)
            - i128::from(from.values[row]) * i128::from(per_day / from.per_day);
        (ticks + if inclusive { i128::from(per_day) } else { 0 }, ticks < 0)
    };
    let one = |row: usize| {
        if start.is_null(row) || end.is_null(row) {
            return Ok(0.0);
        }
        let (ticks, before) = in_days(row);
        if before {
            return Err(Error::File(FileError::ColumnValue {
                column: end_name.into(),
                row,
                value: format!("{} days before \"{start_name}\"", days(-ticks, per_day)),
                must_be: format!("at or after \"{start_name}\", from which time is counted"),
            }));
        }
        Ok(in_unit(ticks, per_day, unit))
    };
    (0..end.len()).map(one).collect()
}

fn days(ticks: i128, per_day: i64) -> f64 {
    // Whole days exactly, however fine the ticks are.
    let per_day = i128::from(per_day);
    (ticks / per_day) as f64 + (ticks % per_day) as f64 / per_day as f64
}

fn in_unit(ticks: i128, per_day: i64, unit: TimeUnit) -> f64 {
    TimeUnit::Days.time(days(ticks, per_day)).in_unit(unit)
}

/// Durations in the unit.
pub(super) fn durations(column: &str, array: &dyn Array, unit: TimeUnit) -> Result<Vec<f64>> {
    let (values, tick) = match array.data_type() {
        DataType::Duration(tick) => {
            let values = match tick {
                Tick::Second => values::<DurationSecondType>(array),
                Tick::Millisecond => values::<DurationMillisecondType>(array),
                Tick::Microsecond => values::<DurationMicrosecondType>(array),
                Tick::Nanosecond => values::<DurationNanosecondType>(array),
            };
            (values, *tick)
        }
        DataType::Null => return Ok(vec![0.0; array.len()]),
        _ => return wrong_type(column, array, "a duration, since the columns are described as such"),
    };
    Ok(values.into_iter().map(|ticks| in_unit(i128::from(ticks), per_day(tick), unit)).collect())
}
