//! A column as labels: a code per row and a text per code.

use std::hash::Hash;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_schema::{DataType, TimeUnit};

use crate::columns::numbers::wrong_type;
use crate::error::Result;
use crate::survival::data::groups::{Groups, encode};

const MUST_BE: &str = "a string, a number, a boolean, a date, or a dictionary of them";

/// A code per row. Codes of nulls mean nothing; labels may be unused, or stand twice.
pub(super) struct Labels {
    pub codes: Vec<u32>,
    pub texts: Vec<String>,
}

impl Labels {
    /// The groups of these labels: those that rows have, in the order of their first appearance.
    pub(super) fn groups(self) -> Groups {
        const NONE: u32 = u32::MAX;
        // A dictionary may hold one text twice.
        let (same, firsts) = encode(&self.texts);
        let mut number = vec![NONE; firsts.len()];
        let mut labels: Vec<String> = Vec::new();
        let mut codes = self.codes;
        for code in &mut codes {
            let at = same[*code as usize] as usize;
            if number[at] == NONE {
                number[at] = labels.len() as u32;
                labels.push(self.texts[firsts[at]].clone());
            }
            *code = number[at];
        }
        Groups::from_parts(codes, labels)
    }
}

/// The values of a column as text, or `None` if it is null. A number is written so that it is read back as the same number.
///
/// # Errors
/// [`FileError::ColumnType`](crate::FileError::ColumnType) for a column of lists, structs, bytes and the like.
///
/// # Example
/// ```
/// use greenwood::arrow_array::Float64Array;
/// use greenwood::columns::texts;
///
/// let column = Float64Array::from(vec![Some(0.1), None]);
/// assert_eq!(texts("dose", &column)?, [Some("0.1".to_string()), None]);
/// # Ok::<(), greenwood::Error>(())
/// ```
pub fn texts(column: &str, array: &dyn Array) -> Result<Vec<Option<String>>> {
    let labels = labels(column, array)?;
    let nulls = array.logical_nulls();
    let is_null = |i: usize| nulls.as_ref().is_some_and(|n| n.is_null(i));
    let text = |(i, &code): (usize, &u32)| (!is_null(i)).then(|| labels.texts[code as usize].clone());
    Ok(labels.codes.iter().enumerate().map(text).collect())
}

pub(super) fn labels(column: &str, array: &dyn Array) -> Result<Labels> {
    Ok(match array.data_type() {
        DataType::Utf8 => of_strings(array.as_string::<i32>().iter()),
        DataType::LargeUtf8 => of_strings(array.as_string::<i64>().iter()),
        DataType::Utf8View => of_strings(array.as_string_view().iter()),
        DataType::Boolean => {
            let codes = array.as_boolean().values().iter().map(u32::from).collect();
            Labels { codes, texts: vec!["false".into(), "true".into()] }
        }
        DataType::Int8 => of_whole::<Int8Type>(array),
        DataType::Int16 => of_whole::<Int16Type>(array),
        DataType::Int32 => of_whole::<Int32Type>(array),
        DataType::Int64 => of_whole::<Int64Type>(array),
        DataType::UInt8 => of_whole::<UInt8Type>(array),
        DataType::UInt16 => of_whole::<UInt16Type>(array),
        DataType::UInt32 => of_whole::<UInt32Type>(array),
        DataType::UInt64 => of_whole::<UInt64Type>(array),
        DataType::Float16 => {
            of_floats(array.as_primitive::<Float16Type>().values().iter().map(|&x| x.into()))
        }
        DataType::Float32 => {
            of_floats(array.as_primitive::<Float32Type>().values().iter().map(|&x| x.into()))
        }
        DataType::Float64 => of_floats(array.as_primitive::<Float64Type>().values().iter().copied()),
        DataType::Decimal32(_, _) => of_decimals::<Decimal32Type>(array),
        DataType::Decimal64(_, _) => of_decimals::<Decimal64Type>(array),
        DataType::Decimal128(_, _) => of_decimals::<Decimal128Type>(array),
        DataType::Decimal256(_, _) => of_decimals::<Decimal256Type>(array),
        DataType::Date32 => of_dates::<Date32Type>(array),
        DataType::Date64 => of_dates::<Date64Type>(array),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => of_timestamps::<TimestampSecondType>(array),
            TimeUnit::Millisecond => of_timestamps::<TimestampMillisecondType>(array),
            TimeUnit::Microsecond => of_timestamps::<TimestampMicrosecondType>(array),
            TimeUnit::Nanosecond => of_timestamps::<TimestampNanosecondType>(array),
        },
        DataType::Null => Labels { codes: vec![0; array.len()], texts: vec![String::new()] },
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_any_dictionary();
            if dictionary.values().is_empty() {
                return Ok(Labels { codes: vec![0; array.len()], texts: vec![String::new()] });
            }
            let values = labels(column, dictionary.values().as_ref())?;
            let codes = dictionary.normalized_keys().into_iter().map(|key| values.codes[key]).collect();
            Labels { codes, texts: values.texts }
        }
        _ => return wrong_type(column, array, MUST_BE),
    })
}

fn coded<L: Eq + Hash>(values: &[L], text: impl Fn(&L) -> String) -> Labels {
    let (codes, firsts) = encode(values);
    Labels { codes, texts: firsts.into_iter().map(|i| text(&values[i])).collect() }
}

fn of_strings<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Labels {
    coded(&values.map(Option::unwrap_or_default).collect::<Vec<_>>(), ToString::to_string)
}

fn of_whole<T: ArrowPrimitiveType>(array: &dyn Array) -> Labels
where
    T::Native: Eq + Hash + ToString,
{
    coded(array.as_primitive::<T>().values(), ToString::to_string)
}

fn of_floats(values: impl Iterator<Item = f64>) -> Labels {
    coded(&values.map(|x| (x + 0.0).to_bits()).collect::<Vec<_>>(), |&bits| f64::from_bits(bits).to_string())
}

fn of_decimals<T: DecimalType>(array: &dyn Array) -> Labels
where
    T::Native: Eq + Hash,
{
    let array = array.as_primitive::<T>();
    let (codes, firsts) = encode(array.values());
    Labels { codes, texts: firsts.into_iter().map(|i| array.value_as_string(i)).collect() }
}

fn of_dates<T: arrow_array::types::ArrowTemporalType>(array: &dyn Array) -> Labels
where
    T::Native: Eq + Hash,
    i64: From<T::Native>,
{
    let array = array.as_primitive::<T>();
    let (codes, firsts) = encode(array.values());
    let text = |i: usize| array.value_as_date(i).map_or_else(String::new, |d| d.to_string());
    Labels { codes, texts: firsts.into_iter().map(text).collect() }
}

fn of_timestamps<T: arrow_array::types::ArrowTemporalType>(array: &dyn Array) -> Labels
where
    T::Native: Eq + Hash,
    i64: From<T::Native>,
{
    let array = array.as_primitive::<T>();
    let (codes, firsts) = encode(array.values());
    let text = |i: usize| array.value_as_datetime(i).map_or_else(String::new, |d| d.to_string());
    Labels { codes, texts: firsts.into_iter().map(text).collect() }
}
