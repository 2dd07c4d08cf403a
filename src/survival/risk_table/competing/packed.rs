//! Without weights and late entries a row is one integer, with the cause in its lowest bits.

use crate::numeric::near_ties;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::risk_table::competing::columns::Columns;
use crate::survival::risk_table::competing::table::CompetingRiskTable;

/// Where the low bits of a key hold the cause: `(bits − base) << width | code`, 0 for a time of 0.
#[derive(Clone, Copy)]
struct Packing {
    base: u64,
    width: u32,
}

impl Packing {
    /// The packing for these times, or `None` if they leave too little room (a range of many powers of two with many
    /// causes).
    fn new(times: &[f64], causes: usize) -> Option<Self> {
        let (mut low, mut high) = ([u64::MAX; 4], [0_u64; 4]);
        for chunk in times.chunks(4) {
            for (lane, &t) in chunk.iter().enumerate() {
                let bits = if t > 0.0 { t.to_bits() } else { u64::MAX };
                low[lane] = low[lane].min(bits);
                high[lane] = high[lane].max(t.abs().to_bits());
            }
        }
        let low = low.into_iter().fold(u64::MAX, u64::min);
        let high = high.into_iter().fold(0, u64::max);
        let width = usize::BITS - causes.leading_zeros();
        let base = if low == u64::MAX { 0 } else { low - 1 };
        let range = high.saturating_sub(base);
        (range < u64::MAX >> width).then_some(Self { base, width })
    }

    #[inline]
    fn pack(self, time: f64, code: u32) -> u64 {
        let bits = if time > 0.0 { time.to_bits() - self.base } else { 0 };
        (bits << self.width) | u64::from(code)
    }

    #[inline]
    fn time(self, key: u64) -> f64 {
        let bits = key >> self.width;
        if bits == 0 { 0.0 } else { f64::from_bits(bits + self.base) }
    }

    #[inline]
    fn code(self, key: u64) -> usize {
        (key & ((1 << self.width) - 1)) as usize
    }

    /// The columns of sorted keys, times within `tolerance` of the one before being one; `counts` is room for the number of
    /// the censored and of each cause.
    fn columns<C: AsRef<[u32]> + AsMut<[u32]>>(self, keys: &[u64], tolerance: f64, mut counts: C) -> Columns {
        let mut columns = Columns::new(counts.as_ref().len() - 1, keys.len(), 0, keys.len());
        let all = keys;
        let mut keys = all.iter().copied();
        let mut next = keys.next();
        while let Some(first) = next {
            let (time, mut bits) = (self.time(first), first >> self.width);
            let mut key = first;
            counts.as_mut().fill(0);
            loop {
                let code = self.code(key);
                // Without an address that depends on the cause: what was written there would be waited for.
                for (k, count) in counts.as_mut().iter_mut().enumerate() {
                    *count += u32::from(k == code);
                }
                next = keys.next();
                let Some(following) = next else { break };
                // The bits are compared first: a tolerance is rare.
                if following >> self.width != bits
                    && !(tolerance > 0.0 && self.time(following) - self.time(bits << self.width) <= tolerance)
                {
                    break;
                }
                (key, bits) = (following, following >> self.width);
            }
            if bits != first >> self.width {
                let to = all.len() - keys.len() - usize::from(next.is_some());
                let from = to - counts.as_ref().iter().sum::<u32>() as usize;
                self.remember(&mut columns, &all[from..to], counts.as_ref().len());
            }
            columns.push(time, &counts, 0);
        }
        columns
    }

    /// Writes down what near ties were before they became one row.
    #[cold]
    fn remember(self, columns: &mut Columns, keys: &[u64], width: usize) {
        for same in keys.chunk_by(|a, b| a >> self.width == b >> self.width) {
            let mut counts = vec![0; width];
            for &key in same {
                counts[self.code(key)] += 1;
            }
            columns.remember(self.time(same[0]), &counts);
        }
    }
}

/// So many sorted streams are merged by looking at the head of each.
const FEW_STREAMS: usize = 8;

/// Without weights and late entries, a row is one integer. Returns `None` if the times leave no room for the cause,
/// or near ties have to be merged across groups.
pub(super) fn packed(
    data: &CompetingRisks,
    cells: Option<(&[u32], usize)>,
) -> Option<Vec<CompetingRiskTable>> {
    let any = data.any_cause();
    let packing = Packing::new(any.time(), data.causes().len())?;
    let k = cells.map_or(1, |(_, k)| k);
    let rows = any.time().iter().zip(data.codes());
    let mut streams: Vec<Vec<u64>> = match cells {
        None => vec![rows.map(|(&t, &c)| packing.pack(t, c)).collect()],
        Some((cells, k)) => {
            let mut sizes = vec![0; k];
            for &c in cells {
                sizes[c as usize] += 1;
            }
            let mut parts: Vec<Vec<u64>> = sizes.into_iter().map(Vec::with_capacity).collect();
            for ((&t, &code), &cell) in rows.zip(cells) {
                parts[cell as usize].push(packing.pack(t, code));
            }
            parts
        }
    };
    for stream in &mut streams {
        stream.sort_unstable();
    }
    let mut tolerance = 0.0;
    if any.judges_near_ties() {
        if k > FEW_STREAMS {
            return None;
        }
        tolerance = match streams.as_slice() {
            [one] => near_ties::tolerance(one.iter().map(|&key| packing.time(key))),
            _ => near_ties::tolerance(Heads::new(&streams).map(|key| packing.time(key))),
        };
        if tolerance > 0.0 && k > 1 {
            return None;
        }
    }
    let table = |keys: &Vec<u64>| {
        // The same code with a known number of causes, which the compiler unrolls.
        match data.causes().len() {
            1 => packing.columns(keys, tolerance, [0; 2]),
            2 => packing.columns(keys, tolerance, [0; 3]),
            3 => packing.columns(keys, tolerance, [0; 4]),
            causes => packing.columns(keys, tolerance, vec![0; causes + 1]),
        }
        .finish(data.causes())
    };
    Some(streams.iter().map(table).collect())
}

/// The keys of a few sorted streams in order.
struct Heads<'a> {
    streams: Vec<&'a [u64]>,
}

impl<'a> Heads<'a> {
    fn new(streams: &'a [Vec<u64>]) -> Self {
        Self { streams: streams.iter().map(Vec::as_slice).collect() }
    }
}

impl Iterator for Heads<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        if let [one] = self.streams.as_mut_slice() {
            let (&key, rest) = one.split_first()?;
            *one = rest;
            return Some(key);
        }
        let least = self.streams.iter_mut().filter(|s| !s.is_empty()).min_by_key(|s| s[0])?;
        let (&key, rest) = least.split_first()?;
        *least = rest;
        Some(key)
    }
}
