#![no_main]
// Encoded risk tables: the checksum is added to the bytes.

libfuzzer_sys::fuzz_target!(|data: &[u8]| greenwood_fuzz::encoded(data));
