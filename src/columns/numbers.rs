//! A column as `f64`s: borrowed where it is one already, else the same numbers.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, PrimitiveArray};
use arrow_schema::DataType;

use crate::error::{Error, FileError, Result};

const MUST_BE: &str = "a number (float, integer or decimal)";

pub(super) fn wrong_type<T>(column: &str, array: &dyn Array, must_be: &'static str) -> Result<T> {
    Err(Error::File(FileError::ColumnType {
        column: column.into(),
        found: array.data_type().to_string(),
        must_be,
    }))
}

/// The numbers of a column. A null is 0 here: whether there may be any is decided before.
pub(super) fn numbers<'a>(column: &str, array: &'a dyn Array) -> Result<Cow<'a, [f64]>> {
    Ok(Cow::Owned(match array.data_type() {
        DataType::Float64 => return Ok(Cow::Borrowed(array.as_primitive::<Float64Type>().values())),
        DataType::Float32 => converted::<Float32Type>(array, f64::from),
        DataType::Float16 => converted::<Float16Type>(array, f64::from),
        DataType::Int8 => converted::<Int8Type>(array, f64::from),
        DataType::Int16 => converted::<Int16Type>(array, f64::from),
        DataType::Int32 => converted::<Int32Type>(array, f64::from),
        DataType::UInt8 => converted::<UInt8Type>(array, f64::from),
        DataType::UInt16 => converted::<UInt16Type>(array, f64::from),
        DataType::UInt32 => converted::<UInt32Type>(array, f64::from),
        DataType::Int64 => whole(column, array.as_primitive::<Int64Type>(), i64::unsigned_abs, |x| x as f64)?,
        DataType::UInt64 => whole(column, array.as_primitive::<UInt64Type>(), |x| x, |x| x as f64)?,
        DataType::Decimal32(_, _) => decimals::<Decimal32Type>(column, array, |x| Some(x.into()))?,
        DataType::Decimal64(_, _) => decimals::<Decimal64Type>(column, array, Some)?,
        DataType::Decimal128(_, _) => decimals::<Decimal128Type>(column, array, |x| x.try_into().ok())?,
        DataType::Decimal256(_, _) => {
            decimals::<Decimal256Type>(column, array, |x| x.to_i128().and_then(|x| x.try_into().ok()))?
        }
        DataType::Null => vec![0.0; array.len()],
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_any_dictionary();
            if dictionary.values().is_empty() {
                return Ok(Cow::Owned(vec![0.0; array.len()]));
            }
            let values = numbers(column, dictionary.values().as_ref())?;
            dictionary.normalized_keys().into_iter().map(|key| values[key]).collect()
        }
        _ => return wrong_type(column, array, MUST_BE),
    }))
}

fn converted<T: ArrowPrimitiveType>(array: &dyn Array, convert: impl Fn(T::Native) -> f64) -> Vec<f64> {
    array.as_primitive::<T>().values().iter().map(|&x| convert(x)).collect()
}

/// 64-bit whole numbers, none of which may be one that `f64` would round.
fn whole<T: ArrowPrimitiveType>(
    column: &str,
    array: &PrimitiveArray<T>,
    size: impl Fn(T::Native) -> u64,
    convert: impl Fn(T::Native) -> f64,
) -> Result<Vec<f64>>
where
    T::Native: ToString,
{
    let largest = array.values().iter().map(|&x| size(x)).max().unwrap_or(0);
    if largest > 1 << 53 {
        let offender = |i: &usize| array.is_valid(*i) && size(array.value(*i)) > 1 << 53;
        if let Some(row) = (0..array.len()).find(offender) {
            let must_be = "at most 2⁵³ in size, up to which f64 holds every whole number".into();
            return Err(Error::File(FileError::ColumnValue {
                column: column.into(),
                row,
                value: array.value(row).to_string(),
                must_be,
            }));
        }
    }
    Ok(array.values().iter().map(|&x| convert(x)).collect())
}

/// The nearest `f64` to each decimal: one division of exact numbers where that is so, else what its digits say.
fn decimals<T: DecimalType>(
    column: &str,
    array: &dyn Array,
    whole: impl Fn(T::Native) -> Option<i64>,
) -> Result<Vec<f64>> {
    let array = array.as_primitive::<T>();
    let scale = array.scale();
    // 10²² is the largest power of ten that is an f64; a quotient of two exact numbers is rounded once.
    let power = (0..=22).contains(&scale).then(|| 10_f64.powi(i32::from(scale)));
    let one = |row: usize| {
        if array.is_null(row) {
            return Ok(0.0);
        }
        let digits = whole(array.value(row)).filter(|d| d.unsigned_abs() <= 1 << 53);
        if let (Some(power), Some(digits)) = (power, digits) {
            return Ok(digits as f64 / power);
        }
        let text = array.value_as_string(row);
        text.parse().map_err(|_| {
            Error::File(FileError::ColumnValue {
                column: column.into(),
                row,
                value: text,
                must_be: "a decimal that f64 can hold".into(),
            })
        })
    };
    (0..array.len()).map(one).collect()
}
