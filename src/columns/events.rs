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

/// Eight rows to a byte become a byte each, a word at a time.
fn unpacked(array: &BooleanArray) -> Vec<bool> {
    let chunks = array.values().bit_chunks();
    let mut events = Vec::with_capacity(array.len() + 64);
    for word in chunks.iter_padded() {
        events.extend((0..64).map(|bit| word >> bit & 1 == 1));
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
