#![no_main]
// Stored values: the first byte chooses the type, the rest is its JSON.

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some((&first, json)) = data.split_first() {
        let targets: Vec<_> = greenwood_fuzz::stored_types().collect();
        (targets[usize::from(first) % targets.len()].read)(json);
    }
});
