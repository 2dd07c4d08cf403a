//! Events that need no list of codes.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, BooleanArray};
use arrow_schema::DataType;

/// Booleans, and whole numbers that are all 0 or 1 (a null may hold anything), without a detour over labels.
pub(super) fn plain_events(array: &dyn Array) -> Option<Vec<bool>> {
    match array.data_type() {
        DataType::Boolean => Some(unpacked(array.as_boolean())),
        DataType::Int8 => zero_or_one::<Int8Type>(array),
        DataType::Int16 => zero_or_one::<Int16Type>(array),
        DataType::Int32 => zero_or_one::<Int32Type>(array),
        DataType::Int64 => zero_or_one::<Int64Type>(array),
        DataType::UInt8 => zero_or_one::<UInt8Type>(array),
        DataType::UInt16 => zero_or_one::<UInt16Type>(array),
        DataType::UInt32 => zero_or_one::<UInt32Type>(array),
        DataType::UInt64 => zero_or_one::<UInt64Type>(array),
        _ => None,
    }
}

/// The eight rows that each byte of a Boolean column is.
const ROWS_OF_BYTE: [[bool; 8]; 256] = {
    let mut rows = [[false; 8]; 256];
    let mut i = 0;
    while i < 8 * 256 {
        rows[i / 8][i % 8] = (i / 8) >> (i % 8) & 1 == 1;
        i += 1;
    }
    rows
};

/// Eight rows to a byte become a byte each, as they stand in a table: faster than bit by bit.
fn unpacked(array: &BooleanArray) -> Vec<bool> {
    let mut events = vec![false; array.len().next_multiple_of(64)];
    let words = array.values().bit_chunks();
    for (word, rows) in words.iter_padded().zip(events.chunks_exact_mut(64)) {
        for (byte, rows) in word.to_le_bytes().into_iter().zip(rows.chunks_exact_mut(8)) {
            rows.copy_from_slice(&ROWS_OF_BYTE[usize::from(byte)]);
        }
    }
    events.truncate(array.len());
    events
}

fn zero_or_one<T: ArrowPrimitiveType>(array: &dyn Array) -> Option<Vec<bool>>
where
    T::Native: PartialEq + From<bool>,
{
    let (zero, one) = (T::Native::from(false), T::Native::from(true));
    let values = array.as_primitive::<T>().values();
    values.iter().all(|&x| x == zero || x == one).then(|| values.iter().map(|&x| x == one).collect())
}
