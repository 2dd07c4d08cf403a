//! Bytes that numbers are written to and read from: integers of variable length, and a checksum.
//!
//! An integer is written in groups of seven bits, least first, each but the last with its high bit set (LEB128). The checksum is
//! CRC-32 (ISO 3309, reflected, 0xEDB88320): it finds every error within 32 consecutive bits.

/// Writes into a vector.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    pub(crate) fn all(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// An integer in as many bytes as it needs.
    #[inline]
    pub(crate) fn varint(&mut self, mut x: u128) {
        while x >= 0x80 {
            self.bytes.push(x as u8 | 0x80);
            x >>= 7;
        }
        self.bytes.push(x as u8);
    }

    /// A number to the last bit.
    pub(crate) fn float(&mut self, x: f64) {
        self.all(&x.to_le_bytes());
    }

    /// What was written, with its checksum.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let sum = crc32(&self.bytes);
        self.all(&sum.to_le_bytes());
        self.bytes
    }
}

/// Reads from a slice; every read says whether there was enough.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Of bytes that [`Writer::finish`] returned. Returns `None` if the checksum is not theirs.
    pub(crate) fn checked(bytes: &'a [u8]) -> Option<Self> {
        let (bytes, sum) = bytes.split_last_chunk::<4>()?;
        (crc32(bytes) == u32::from_le_bytes(*sum)).then_some(Self { bytes, at: 0 })
    }

    /// The position of the next byte.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    pub(crate) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(len)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    /// An integer below 2⁷⁰, in the fewest bytes that hold it.
    #[inline]
    pub(crate) fn varint(&mut self) -> Option<u128> {
        let first = self.byte()?;
        if first < 0x80 {
            return Some(u128::from(first));
        }
        let mut x = u128::from(first & 0x7f);
        for shift in (7..70).step_by(7) {
            let byte = self.byte()?;
            x |= u128::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return (byte > 0).then_some(x);
            }
        }
        None
    }

    pub(crate) fn float(&mut self) -> Option<f64> {
        let bytes = self.take(8)?.try_into().ok()?;
        Some(f64::from_le_bytes(bytes))
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            let (mut x, mut bit) = (i as u32, 0);
            while bit < 8 {
                x = if x & 1 == 1 { (x >> 1) ^ 0xEDB8_8320 } else { x >> 1 };
                bit += 1;
            }
            table[i] = x;
            i += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |crc, &byte| (crc >> 8) ^ TABLE[((crc ^ u32::from(byte)) & 0xff) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926); // the check value of the catalogue of CRC algorithms
    }

    #[test]
    fn integers_come_back_and_longer_forms_of_them_do_not() {
        let values = [0, 1, 127, 128, 300, u128::from(u64::MAX), (1 << 70) - 1];
        let mut writer = Writer::default();
        for &x in &values {
            writer.varint(x);
        }
        let bytes = writer.finish();
        let mut reader = Reader::checked(&bytes).unwrap();
        assert!(values.iter().all(|&x| reader.varint() == Some(x)));
        assert_eq!((reader.left(), reader.varint()), (0, None));
        for refused in [&[0x80, 0x00][..], &[0xff; 12], &[0x80]] {
            assert_eq!(Reader { bytes: refused, at: 0 }.varint(), None);
        }
    }
}
