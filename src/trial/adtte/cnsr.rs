//! CNSR: a number that is no flag.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// The censoring indicator of ADaM: an event, or a censoring with its reason as a positive number.
///
/// ```
/// use greenwood::trial::adtte::Cnsr;
/// use std::num::NonZeroU32;
///
/// assert!(Cnsr::EVENT.is_event());
/// assert_eq!(Cnsr::censored(NonZeroU32::MIN).to_string(), "1");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cnsr(Option<NonZeroU32>);

impl Cnsr {
    /// The event happened: 0 in the file.
    pub const EVENT: Self = Self(None);

    /// Censored, for the reason with this number.
    #[must_use]
    pub const fn censored(reason: NonZeroU32) -> Self {
        Self(Some(reason))
    }

    /// Did the event happen?
    #[must_use]
    pub const fn is_event(self) -> bool {
        self.0.is_none()
    }

    /// The number of the reason for censoring.
    #[must_use]
    pub const fn reason(self) -> Option<NonZeroU32> {
        self.0
    }
}

/// As in the file: `0` for an event.
impl fmt::Display for Cnsr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(0, NonZeroU32::get).fmt(f)
    }
}

impl FromStr for Cnsr {
    type Err = ();

    /// `0` is an event, a positive whole number a censoring; some programs write them as `0.0` and `1.0`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let whole = text.split_once('.').filter(|(_, rest)| rest.bytes().all(|b| b == b'0'));
        let code: u32 = whole.map_or(text, |(whole, _)| whole).parse().map_err(|_| ())?;
        Ok(Self(NonZeroU32::new(code)))
    }
}
