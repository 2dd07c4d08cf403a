//! The order in which models walk the rows: by stratum, time, events first, number.

use std::borrow::Cow;

use crate::numeric::near_ties;
use crate::numeric::numbers::Numbers;
use crate::numeric::radix;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;

/// Times that are sorted are kept in so many bits; the event takes one more.
const BITS: u32 = 31;

impl RightCensored<'_> {
    /// The rows with a weight by stratum, time, events first, and their times with near ties merged; and the data that
    /// these times belong to. With delayed entry, times are merged over entries and exits beforehand; without it, in
    /// the sort.
    pub(crate) fn in_order(&self) -> (Cow<'_, Self>, (Numbers<usize>, Numbers<f64>)) {
        let data = if self.entry().is_some() { self.merged() } else { Cow::Borrowed(self) };
        let sorted = sorted(&data);
        (data, sorted)
    }
}

/// The rows with a weight in their order, and their times. Near ties of exits are merged.
fn sorted(data: &RightCensored) -> (Numbers<usize>, Numbers<f64>) {
    let (times, events) = (data.time(), data.event());
    let weights = data.weights().map(Weights::values);
    // A negative zero is 0. Bits of numbers that are not negative are in the order of the numbers.
    let bits = |t: f64| (t + 0.0).to_bits();
    let facts = data.facts();
    // Whole numbers are their own keys; of other times the first bits in which they differ.
    let whole = facts.whole && facts.max < f64::from(1_u32 << BITS);
    let low = if whole { 0 } else { bits(times.iter().copied().fold(facts.max, f64::min)) };
    let range = if whole { facts.max as u64 } else { bits(facts.max).saturating_sub(low) };
    let shift = (u64::BITS - range.leading_zeros()).saturating_sub(BITS);
    let key = |t: f64| if whole { t as u64 } else { (bits(t) - low) >> shift };
    let all = times.iter().zip(events).enumerate();
    let mark = |(i, (&t, &event)): (usize, (&f64, &bool))| {
        radix::keyed(((key(t) << 1) | u64::from(!event)) as u32, i)
    };
    let mut keyed = Numbers::zeros(times.len());
    match weights {
        None => keyed.iter_mut().zip(all).for_each(|(to, row)| *to = mark(row)),
        Some(w) => {
            let weighted = all.filter(|&(i, _)| w[i] > 0.0);
            let rows = keyed.iter_mut().zip(weighted).map(|(to, row)| *to = mark(row)).count();
            keyed.truncate(rows);
        }
    }
    let mut time = radix::sort(&mut keyed, (((range >> shift) << 1) | 1) as u32);
    if time.len() != keyed.len() {
        time = Numbers::zeros(keyed.len());
    }
    for (t, &k) in time.iter_mut().zip(&keyed[..]) {
        *t = if whole { bits(f64::from(radix::key(k) >> 1)) } else { bits(times[radix::row(k)]) };
    }
    if shift > 0 {
        let (keyed, time): (&mut [u64], &mut [u64]) = (&mut keyed, &mut time);
        // Times that have one key may differ in the bits that were left out.
        let same = |a: u64, b: u64| radix::key(a) >> 1 == radix::key(b) >> 1;
        let mut i = 1;
        while i < keyed.len() {
            if same(keyed[i - 1], keyed[i]) && time[i - 1] != time[i] {
                let (mut from, mut to) = (i - 1, i + 1);
                while from > 0 && same(keyed[from - 1], keyed[i]) {
                    from -= 1;
                }
                while to < keyed.len() && same(keyed[to], keyed[i]) {
                    to += 1;
                }
                let place = |&k: &u64| (bits(times[radix::row(k)]), k);
                keyed[from..to].sort_unstable_by_key(place);
                time[from..to].iter_mut().zip(&keyed[from..to]).for_each(|(t, k)| *t = place(k).0);
                i = to;
            }
            i += 1;
        }
    }
    // In the same memory.
    let mut rows = keyed.map(radix::row);
    let mut time = time.map(f64::from_bits);
    if data.judges_near_ties() && data.entry().is_none() {
        merge(&mut rows, &mut time, events);
    }
    match data.strata() {
        Some(strata) => by_stratum(&rows, &time, strata.codes()),
        None => (rows, time),
    }
}

/// Each chain of near ties takes the time of its first, and its events come first.
fn merge(rows: &mut [usize], time: &mut [f64], events: &[bool]) {
    let tolerance = near_ties::tolerance(time.iter().copied());
    if !(tolerance > 0.0) {
        return;
    }
    let mut start = 0;
    while start < time.len() {
        let first = time[start];
        let (mut end, mut last) = (start + 1, first);
        while end < time.len() && time[end] - last <= tolerance {
            last = time[end];
            end += 1;
        }
        if last > first {
            time[start..end].fill(first);
            rows[start..end].sort_unstable_by_key(|&i| (!events[i], i));
        }
        start = end;
    }
}

/// The rows of each stratum together, otherwise in the order in which they are.
fn by_stratum(rows: &[usize], time: &[f64], codes: &[u32]) -> (Numbers<usize>, Numbers<f64>) {
    let strata = codes.iter().map(|&c| c as usize + 1).max().unwrap_or(0);
    let mut place = vec![0; strata + 1];
    for &i in rows {
        place[codes[i] as usize + 1] += 1;
    }
    for code in 0..strata {
        place[code + 1] += place[code];
    }
    let (mut in_strata, mut their_time) = (Numbers::zeros(rows.len()), Numbers::zeros(rows.len()));
    for (&i, &t) in rows.iter().zip(time) {
        let at = &mut place[codes[i] as usize];
        (in_strata[*at], their_time[*at]) = (i, t);
        *at += 1;
    }
    (in_strata, their_time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Result;
    use crate::numeric::random::Random;
    use crate::survival::data::groups::Groups;
    use crate::survival::data::near_ties::NearTies;

    /// Beside one sort of everything.
    fn check(data: &RightCensored, merged: &[f64]) {
        let code = |i: usize| data.strata().map_or(0, |s| s.codes()[i]);
        let weighted = |i: &usize| data.weights().is_none_or(|w| w.values()[*i] > 0.0);
        let mut expected: Vec<usize> = (0..data.len()).filter(weighted).collect();
        expected.sort_by(|&a, &b| {
            let key = |i: usize| (code(i), !data.event()[i], i);
            let (x, y) = (key(a), key(b));
            (x.0.cmp(&y.0)).then(merged[a].partial_cmp(&merged[b]).unwrap()).then(x.cmp(&y))
        });
        let (rows, time) = sorted(data);
        assert_eq!(rows[..], expected);
        assert!(rows.iter().zip(&time[..]).all(|(&i, &t)| merged[i] == t && t.is_sign_positive()));
    }

    #[test]
    fn rows_come_by_stratum_time_event_and_number() -> Result<()> {
        let mut random = Random::new(3, 0);
        for n in [1, 7, 300, 6_000] {
            let kinds: [fn(f64) -> f64; 8] = [
                |u| u * 1e3,
                |u| (u * 2000.0).floor(),
                |u| (u * 300.0).floor() / 10.0,
                |u| (u * 4.0).floor() * 1e9,
                |u| 10f64.powf(600.0 * u - 300.0),
                // Close together, far from 0: the first bits are those of all.
                |u| 1e6 + u * 1e-9,
                |u| if u < 0.5 { -0.0 } else { 1e300 * (1.0 + (u * 8.0).floor() * f64::EPSILON) },
                |_| 5.5,
            ];
            for kind in kinds {
                let time: Vec<f64> = (0..n).map(|_| kind(random.uniform())).collect();
                let event: Vec<bool> = (0..n).map(|_| random.uniform() < 0.5).collect();
                let codes: Vec<usize> = (0..n).map(|_| (random.uniform() * 3.0) as usize).collect();
                let weights: Vec<f64> =
                    (0..n).map(|i| f64::from(u8::from(i == 0 || random.uniform() < 0.8))).collect();
                let plain = RightCensored::new(&time, &event)?;
                let exact = plain.clone().with_near_ties(NearTies::Exact)?;
                check(&exact, &time);
                check(&exact.clone().with_weights(Weights::replication(&weights))?, &time);
                let strata = Groups::from_codes(&codes, &["a", "b", "c"])?;
                check(&exact.with_strata(strata.clone())?, &time);
                check(&plain, plain.merged().time());
                check(&plain.clone().with_strata(strata)?, plain.merged().time());
            }
        }
        Ok(())
    }
}
