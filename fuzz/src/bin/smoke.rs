//! A short run on any toolchain: seeds are mutated for a few seconds each. A panic ends the program; the input that
//! caused it is written to `fuzz/artifacts`.
//!
//! `cargo run --release --bin smoke -- SECONDS`

use std::path::Path;
use std::time::{Duration, Instant};

use greenwood_fuzz::{adtte_csv, adtte_json, encoded, encoded_seeds, stored_types};

/// `SplitMix64` (Steele, Lea & Flood 2014): the mutations are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// What numbers and words are replaced by.
const TOKENS: &[&str] = &[
    "0",
    "-1",
    "1",
    "2",
    "0.5",
    "1e308",
    "-1e308",
    "1e-320",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "NaN",
    "99999999999999999999",
    "-0.0",
    "1.0",
];

fn mutate(seed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(3) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes[at] = random.next() as u8,
            1 => {
                bytes.remove(at);
            }
            2 => bytes.truncate(at),
            3 => {
                let piece = bytes[at..bytes.len().min(at + random.below(40))].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                // The number or word around this place is replaced.
                let inside = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+');
                let start = bytes[..at].iter().rposition(|b| !inside(b)).map_or(0, |p| p + 1);
                let end = bytes[at..].iter().position(|b| !inside(b)).map_or(bytes.len(), |p| at + p);
                if start < end {
                    bytes.splice(start..end, TOKENS[random.below(TOKENS.len())].bytes());
                }
            }
        }
    }
    bytes
}

fn run(name: &str, seeds: &[Vec<u8>], read: fn(&[u8]), time: Duration) {
    let (start, mut random, mut rounds) = (Instant::now(), Random(1), 0_u64);
    while start.elapsed() < time {
        let input = mutate(&seeds[random.below(seeds.len())], &mut random);
        let slow = Instant::now();
        let result = std::panic::catch_unwind(|| read(&input));
        if result.is_err() || slow.elapsed() > Duration::from_secs(10) {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts");
            std::fs::create_dir_all(&folder).expect("a folder for what was found");
            let file = folder.join(format!("{name}-{rounds}"));
            std::fs::write(&file, &input).expect("what was found can be written");
            eprintln!(
                "{name}: {} after {rounds} inputs: {}",
                if result.is_err() { "a panic" } else { "ten seconds" },
                file.display()
            );
            std::process::exit(1);
        }
        rounds += 1;
    }
    println!("{name}: {rounds} inputs");
}

fn main() {
    let seconds = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(2);
    let time = Duration::from_secs(seconds);
    let seeds = |folder: &str| -> Vec<Vec<u8>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(folder);
        let files = std::fs::read_dir(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        files.map(|f| std::fs::read(f.expect("a file").path()).expect("a seed")).collect()
    };
    run("adtte_csv", &seeds("adtte_csv"), adtte_csv, time);
    run("adtte_json", &seeds("adtte_json"), adtte_json, time);
    run("encoded", &encoded_seeds(), encoded, time);
    for target in stored_types() {
        let example = (target.example)().into_bytes();
        run(target.name, &[example], target.read, time);
    }
    println!("{} targets passed, 0 failed", 3 + stored_types().count());
}
