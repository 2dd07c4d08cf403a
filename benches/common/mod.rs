//! Seeded data for the benches: shuffled, never sorted, so that the sort is not free.

#![allow(dead_code)] // each bench uses its own part

/// `SplitMix64` (Steele, Lea & Flood 2014): a few lines that give the same data everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }
}

#[derive(Clone, Copy)]
pub enum Times {
    Continuous,
    /// Whole days up to about five and a half years: 2,000 distinct times.
    Days,
    /// Tenths of months, as many registries keep them.
    TenthsOfMonths,
    /// Quarters of years.
    Quarters,
}

impl Times {
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Continuous, "continuous"),
        (Self::Days, "days"),
        (Self::TenthsOfMonths, "tenths"),
        (Self::Quarters, "quarters"),
    ];
}

/// Half of the subjects have the event.
pub fn times_and_events(n: usize, times: Times, seed: u64) -> (Vec<f64>, Vec<bool>) {
    let mut random = Random::new(seed);
    (0..n)
        .map(|_| {
            let t = random.exponential() * 500.0;
            let t = match times {
                Times::Continuous => t,
                Times::Days => t.min(1999.0).floor(),
                Times::TenthsOfMonths => (t.min(1999.0) * 10.0 / 30.4375).floor() / 10.0,
                Times::Quarters => (t.min(1999.0) / 91.3125).floor() / 4.0,
            };
            (t, random.next() & 1 == 1)
        })
        .unzip()
}

/// The sizes to run: 10⁷ only where `GREENWOOD_BENCH_LARGE` is set.
pub fn sizes() -> Vec<usize> {
    let mut sizes = vec![18, 1_000, 10_000, 100_000, 1_000_000];
    if std::env::var_os("GREENWOOD_BENCH_LARGE").is_some() {
        sizes.push(10_000_000);
    }
    sizes
}
