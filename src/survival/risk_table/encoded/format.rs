//! What the bytes mean: marks, flags and units of time.

pub(super) const VERSION: u8 = 1;
pub(super) const TABLE: u8 = b'R';
pub(super) const GROUPS: u8 = b'G';

pub(super) const WEIGHTED: u8 = 1;
pub(super) const SAMPLING: u8 = 2;
pub(super) const REVERSED: u8 = 4;
pub(super) const EXACT: u8 = 8;
/// All sums of weights are whole numbers without a low part.
pub(super) const WHOLE: u8 = 16;

/// Units of which times are multiples: days, tenths, …, weeks, months and years of days, months of years. A byte holds the
/// position, from 1; 0 stands for the bits of the number.
pub(super) const PER_UNIT: [f64; 9] = [1.0, 10.0, 100.0, 1e3, 1e4, 365.25, 30.4375, 12.0, 7.0];

pub(super) const LARGEST_WHOLE: f64 = 9007199254740992.0; // 2⁵³

/// Who left at a row, in two bits.
pub(super) const ONE_EVENT: u128 = 0;
pub(super) const ONE_CENSORED: u128 = 1;
pub(super) const LEAVING: u128 = 2;
pub(super) const ENTERING: u128 = 3;

/// Times as integers that grow with them.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Bits,
    Per(f64),
}

impl Unit {
    /// The first unit of which all times are multiples, to the last bit, and its place.
    pub(super) fn of(times: &[f64]) -> (u8, Self) {
        let fits = |per: f64| times.iter().all(|&t| t * per <= LARGEST_WHOLE && (t * per).round() / per == t);
        match PER_UNIT.iter().position(|&per| fits(per)) {
            Some(i) => (i as u8 + 1, Self::Per(PER_UNIT[i])),
            None => (0, Self::Bits),
        }
    }

    pub(super) fn read(place: u8) -> Option<Self> {
        match place {
            0 => Some(Self::Bits),
            place => PER_UNIT.get(usize::from(place) - 1).map(|&per| Self::Per(per)),
        }
    }

    #[inline]
    pub(super) fn number(self, time: f64) -> u64 {
        match self {
            Self::Bits => time.to_bits(),
            Self::Per(per) => (time * per).round() as u64,
        }
    }

    #[inline]
    pub(super) fn time(self, number: u64) -> f64 {
        match self {
            Self::Bits => f64::from_bits(number),
            Self::Per(per) => number as f64 / per,
        }
    }
}
