#![no_main]
// The readers of CDISC files: bytes that no submission should hold.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    greenwood_fuzz::adtte_csv(data);
    greenwood_fuzz::adtte_json(data);
});
