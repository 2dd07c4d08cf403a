//! Are there few distinct numbers, and which is this one?
//!
//! Times that were rounded (tenths of months, quarter years, anything but raw clock readings) take few values, and
//! counting beats sorting. A sample estimates how many there are; a small table with open addressing then numbers them in
//! the order of their appearance.

/// As many numbers are drawn as a sample. All distinct in a sample: counting is not tried, at a cost of about a microsecond.
const SAMPLE: usize = 512;

/// Fewer numbers than this are sorted as fast.
const WORTH: usize = 2048;

/// More distinct numbers than this are sorted: the table would leave the cache.
const MOST: usize = 1 << 15;

/// 2⁶⁴/φ.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Numbers of values in order of appearance, by open addressing with linear probing.
pub(crate) struct Numbering {
    slots: Vec<Slot>,
    shift: u32,
    values: Vec<u64>,
}

#[derive(Clone, Copy)]
struct Slot {
    bits: u64,
    number: u32,
}

/// Not the bits of a finite number at least 0.
const FREE: u64 = u64::MAX;

impl Numbering {
    fn with_slots(slots: usize) -> Self {
        let slots = slots.next_power_of_two().max(64);
        Self {
            slots: vec![Slot { bits: FREE, number: 0 }; slots],
            shift: 64 - slots.trailing_zeros(),
            values: Vec::new(),
        }
    }

    /// A numbering for values of which a sample suggests that they are few, or `None` if they are not.
    pub(crate) fn for_values(values: &[f64]) -> Option<Self> {
        if values.len() < WORTH {
            return None;
        }
        let mut sample = Self::with_slots(4 * SAMPLE);
        let mut times_seen = [0_u32; SAMPLE];
        // One from each of as many equal stretches, at no fixed place in it: no period of the rows is met.
        let width = values.len() / SAMPLE;
        for i in 0..SAMPLE {
            let within = (i as u64).wrapping_mul(GOLDEN) >> 32;
            let at = i * width + within as usize % width;
            times_seen[sample.number(values[at])? as usize] += 1;
        }
        let seen = |k: u32| times_seen.iter().filter(|&&n| n == k).count();
        // Chao's (1984) lower bound for the number of classes, from those that were seen once and twice.
        let (once, twice) = (seen(1), seen(2));
        let unseen = once * once.saturating_sub(1) / (2 * (twice + 1));
        let expected = sample.values.len() + unseen;
        (expected <= MOST / 2 && expected <= values.len() / 8).then(|| Self::with_slots(4 * expected))
    }

    /// The number of a value that is finite and at least 0. Returns `None` if there are more of them than is worth it.
    #[inline]
    pub(crate) fn number(&mut self, value: f64) -> Option<u32> {
        // −0 is 0.
        let bits = (value + 0.0).to_bits();
        let mut at = self.place(bits);
        loop {
            let slot = self.slots[at];
            if slot.bits == bits {
                return Some(slot.number);
            }
            if slot.bits == FREE {
                return self.insert(at, bits);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Multiplication by 2⁶⁴/φ: the high bits of the product depend on all bits of the value (Knuth, vol. 3, 6.4).
    #[inline]
    fn place(&self, bits: u64) -> usize {
        (bits.wrapping_mul(GOLDEN) >> self.shift) as usize
    }

    #[cold]
    fn insert(&mut self, at: usize, bits: u64) -> Option<u32> {
        let number = self.values.len() as u32;
        if self.values.len() >= MOST {
            return None;
        }
        self.values.push(bits);
        self.slots[at] = Slot { bits, number };
        if 2 * self.values.len() > self.slots.len() {
            let mut larger = Self::with_slots(4 * self.slots.len());
            for (number, &bits) in self.values.iter().enumerate() {
                let mut at = larger.place(bits);
                while larger.slots[at].bits != FREE {
                    at = (at + 1) & (larger.slots.len() - 1);
                }
                larger.slots[at] = Slot { bits, number: number as u32 };
            }
            (self.slots, self.shift) = (larger.slots, larger.shift);
        }
        Some(number)
    }

    /// How many values have a number.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// The values in increasing order, each with its number.
    pub(crate) fn sorted(&self) -> Vec<(f64, usize)> {
        let mut sorted: Vec<(u64, usize)> = self.values.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        sorted.into_iter().map(|(bits, number)| (f64::from_bits(bits), number)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_once_each() {
        let scattered = |i: u64| {
            let z = (i + 1).wrapping_mul(GOLDEN);
            let z = (z ^ (z >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            (z ^ (z >> 29)) >> 20
        };
        let tenths: Vec<f64> = (0..100_000).map(|i| (scattered(i) % 5000) as f64 / 10.0).collect();
        let mut numbering = Numbering::for_values(&tenths).unwrap();
        let numbers: Vec<u32> = tenths.iter().map(|&t| numbering.number(t).unwrap()).collect();
        assert_eq!(numbering.len(), 5000);
        let sorted = numbering.sorted();
        assert!(sorted.is_sorted_by(|a, b| a.0 < b.0));
        let mut value = vec![0.0; 5000];
        for &(t, number) in &sorted {
            value[number] = t;
        }
        assert!(numbers.iter().zip(&tenths).all(|(&number, &t)| value[number as usize] == t));
        assert_eq!(numbering.number(-0.0), numbering.number(0.0));
    }

    #[test]
    fn many_values_are_not_numbered() {
        let continuous: Vec<f64> = (0..100_000).map(|i| f64::from(i).sqrt()).collect();
        assert!(Numbering::for_values(&continuous).is_none());
        // A third of the rows at one time (administrative censoring) does not make the rest few.
        let spike: Vec<f64> =
            (0..100_000).map(|i| if i % 3 == 0 { 60.0 } else { f64::from(i).sqrt() }).collect();
        assert!(Numbering::for_values(&spike).is_none());
        let mut numbering = Numbering::with_slots(64);
        assert!((0..MOST as u32).all(|i| numbering.number(f64::from(i)).is_some()));
        assert_eq!(numbering.number(0.5), None);
    }
}
