//! A time that was asked for, as a value: one that is NaN is equal to itself, and one that is no number is written as none.

#[cfg(feature = "serde")]
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time that was asked for, NaN included, so that the answer to it is equal to itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeAsked(pub f64);

impl PartialEq for TimeAsked {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.0.is_nan() && other.0.is_nan()
    }
}

#[cfg(feature = "serde")]
impl Serialize for TimeAsked {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Some(self.0).filter(|t| t.is_finite()).serialize(to)
    }
}

#[cfg(feature = "serde")]
impl<'de> Deserialize<'de> for TimeAsked {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(Option::deserialize(from)?.unwrap_or(f64::NAN)))
    }
}

/// The same for a field that is a plain number.
#[cfg(feature = "serde")]
pub(crate) mod or_nan {
    use super::{Deserialize, Deserializer, Serialize, Serializer, TimeAsked};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a field over by reference")]
    pub fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        TimeAsked(*value).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        TimeAsked::deserialize(from).map(|t| t.0)
    }
}
