//! Sorting observations without moving a payload.
//!
//! Times are finite and at least 0, so the sign bit of their representation is free, and for such numbers
//! the order of the bits is the order of the values. `(bits << 1) | event` therefore holds an unweighted
//! observation in one integer, and sorting the integers sorts the data. (A negative zero loses its sign in
//! the shift and becomes 0.)

/// One observation that can be sorted: a packed key, with or without a weight.
pub(crate) trait Mark: Copy {
    fn key(self) -> u64;
    fn with_key(self, key: u64) -> Self;
    fn sort(marks: &mut [Self]);

    fn time(self) -> f64 {
        unpack_time(self.key())
    }

    fn is_event(self) -> bool {
        self.key() & 1 == 1
    }
}

impl Mark for u64 {
    fn key(self) -> u64 {
        self
    }

    fn with_key(self, key: u64) -> Self {
        key
    }

    fn sort(marks: &mut [Self]) {
        marks.sort_unstable();
    }
}

/// With a weight, equal keys are ordered by weight: the sums are then the same bits in any input order.
impl Mark for (u64, f64) {
    fn key(self) -> u64 {
        self.0
    }

    fn with_key(self, key: u64) -> Self {
        (key, self.1)
    }

    fn sort(marks: &mut [Self]) {
        marks.sort_unstable_by_key(|&(key, weight)| (key, weight.to_bits()));
    }
}

pub(crate) fn pack(time: f64, event: bool) -> u64 {
    (time.to_bits() << 1) | u64::from(event)
}

pub(crate) fn unpack_time(key: u64) -> f64 {
    f64::from_bits(key >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_times_do_and_give_them_back() {
        let times = [0.0, f64::MIN_POSITIVE, 0.1, 1.0, 1.5, 2.0, 1e300, f64::MAX];
        for pair in times.windows(2) {
            assert!(pack(pair[0], true) < pack(pair[1], false));
        }
        for t in times {
            assert_eq!(unpack_time(pack(t, true)), t);
            assert_eq!(unpack_time(pack(t, false)), t);
        }
        assert_eq!(pack(-0.0, false), 0);
    }
}
