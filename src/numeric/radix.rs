//! Sorting rows by a short key: key and row number in one integer.
//!
//! A key of 32 bits above a row number of 32 bits is 8 bytes instead of 16, and is sorted by its digits, least significant
//! first (Knuth 1998, The Art of Computer Programming 3, 5.2.5): each pass is stable and costs one read and one write, so
//! that rows of one key stay in the order of their numbers.

use crate::numeric::numbers::Numbers;

/// Fewer rows are sorted by comparisons.
const WORTH: usize = 1 << 12;

/// Digits of at most so many bits: their counts, and a line of memory for each, stay in the first-level cache.
const DIGIT: u32 = 11;

/// A row under a key.
#[inline]
pub(crate) fn keyed(key: u32, row: usize) -> u64 {
    (u64::from(key) << 32) | row as u64
}

/// The key of a row.
#[inline]
pub(crate) fn key(keyed: u64) -> u32 {
    (keyed >> 32) as u32
}

/// The number of a row.
#[inline]
pub(crate) fn row(keyed: u64) -> usize {
    keyed as u32 as usize
}

/// Sorts rows, which stand in the order of their numbers, by their keys, none of which is larger than `largest`. Returns the
/// memory that this took, for who needs as much again.
pub(crate) fn sort(rows: &mut Numbers<u64>, largest: u32) -> Numbers<u64> {
    if rows.len() < WORTH {
        rows.sort_unstable();
        return Numbers::default();
    }
    let bits = u32::BITS - largest.leading_zeros();
    let passes = bits.div_ceil(DIGIT);
    if passes == 0 {
        return Numbers::default();
    }
    let width = bits.div_ceil(passes);
    let digit = |x: u64, pass: u32| (x >> (32 + pass * width)) as usize & ((1 << width) - 1);
    // The counts of all digits in one read.
    let mut counts = vec![[0_u32; 1 << DIGIT]; passes as usize];
    for &x in &rows[..] {
        for (pass, counts) in (0..).zip(&mut counts) {
            counts[digit(x, pass)] += 1;
        }
    }
    let mut other = Numbers::zeros(rows.len());
    for (pass, counts) in (0..).zip(&mut counts) {
        // Where all digits are one, nothing moves.
        if counts[digit(rows[0], pass)] as usize == rows.len() {
            continue;
        }
        let mut place = 0;
        for count in counts.iter_mut() {
            place += std::mem::replace(count, place);
        }
        let to: &mut [u64] = &mut other;
        for &x in &rows[..] {
            let at = &mut counts[digit(x, pass)];
            to[*at as usize] = x;
            *at += 1;
        }
        std::mem::swap(rows, &mut other);
    }
    other
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::random::Random;

    #[test]
    fn rows_come_in_the_order_of_their_keys_then_of_their_numbers() {
        let mut random = Random::new(1, 0);
        for n in [0, 1, 5, WORTH - 1, WORTH, 3 * WORTH + 7] {
            for largest in [0, 1, 2, 1999, (1 << 11) - 1, 1 << 11, (1 << 22) + 5, u32::MAX] {
                let of = |u: f64| ((u * (f64::from(largest) + 1.0)) as u32).min(largest);
                let mut rows: Vec<u64> = (0..n).map(|row| keyed(of(random.uniform()), row)).collect();
                let mut expected = rows.clone();
                expected.sort_unstable();
                let mut sorted = Numbers::from(rows);
                sort(&mut sorted, largest);
                rows = sorted.to_vec();
                assert_eq!(rows, expected, "{n} rows, keys up to {largest}");
                assert!(rows.iter().all(|&x| key(x) <= largest && row(x) < n));
            }
        }
    }
}
