//! Covariates brought into the order of the rows, centred and scaled.

use crate::numeric::numbers::Numbers;
use crate::numeric::threads;
use crate::survival::regression::cox::lanes::Lanes;
use crate::survival::regression::cox::lanes::plan::Plan;
use crate::survival::regression::cox::rows::covariates::Covariates;
use crate::survival::regression::fingerprint;

/// Covariates in the order of the rows, centred at the weighted mean and scaled to a mean absolute deviation of 1: so no
/// user tunes a step.
#[derive(Default)]
pub(super) struct Standardised {
    pub centre: Vec<f64>,
    pub scale: Vec<f64>,
    /// No (centred and scaled) covariate is further from 0 than this.
    pub reach: Vec<f64>,
    pub x: Covariates,
    /// The fingerprints of the columns, where one pass gave both.
    pub strands: Option<Vec<u64>>,
}

/// So many rows are asked for ahead of their use.
const AHEAD: usize = 64;

/// So many numbers are in a cache anyway.
const CACHED: usize = 1 << 14;

/// From so many rows on the scale is taken about the mean of a sample, in the pass that takes the mean.
const MANY: usize = 1 << 14;
const SAMPLE: usize = 1 << 10;

/// How the rows are to stand.
pub(super) enum Layout<'a> {
    /// One after the other, in memory that there is.
    ByRow(Numbers<f64>),
    /// Side by side, with their events.
    Lanes(Plan, &'a [bool]),
}

/// Which rows count, and how much.
pub(super) enum Counts<'a> {
    /// All but these, in increasing order.
    AllBut(&'a [usize]),
    Weighted(&'a [f64]),
}

impl Counts<'_> {
    fn of(&self, row: usize) -> f64 {
        match self {
            Self::AllBut(few) => f64::from(u8::from(few.binary_search(&row).is_err())),
            Self::Weighted(weight) => weight[row],
        }
    }
}

/// Mean, mean absolute deviation (with many rows about the mean of a sample of them: what scales need not be exact) and
/// largest value of each column.
struct Spread {
    centre: Vec<f64>,
    scale: Vec<f64>,
    largest: Vec<f64>,
    strands: Option<Vec<u64>>,
}

impl Spread {
    fn of(flat: &[f64], p: usize, counts: &Counts, total: f64) -> Self {
        let n = flat.len() / p;
        let row = |i: usize| &flat[i * p..(i + 1) * p];
        let Some(first) = (0..n).find(|&i| counts.of(i) > 0.0).map(row) else {
            let zero = vec![0.0; p];
            return Self { centre: zero.clone(), scale: zero.clone(), largest: zero, strands: None };
        };
        // Deviations from a first value: the values themselves may be near the largest number.
        let about = (n >= MANY).then(|| {
            let mut about = first.to_vec();
            let sample = || (0..SAMPLE).map(|k| k * (n / SAMPLE)).filter(|&i| counts.of(i) > 0.0);
            let each = (sample().count().max(1) as f64).recip();
            for i in sample() {
                for j in 0..p {
                    about[j] += each * (row(i)[j] - first[j]);
                }
            }
            about
        });
        match (counts, p) {
            // A known number of columns stays in registers.
            (Counts::AllBut(few), 1) => of_known::<1>(flat, few, total, first, about.as_deref()),
            (Counts::AllBut(few), 2) => of_known::<2>(flat, few, total, first, about.as_deref()),
            (Counts::AllBut(few), 3) => of_known::<3>(flat, few, total, first, about.as_deref()),
            (Counts::AllBut(few), 4) => of_known::<4>(flat, few, total, first, about.as_deref()),
            (Counts::AllBut(few), 5) => of_known::<5>(flat, few, total, first, about.as_deref()),
            (Counts::AllBut(few), 6) => of_known::<6>(flat, few, total, first, about.as_deref()),
            (Counts::AllBut(few), 7) => of_known::<7>(flat, few, total, first, about.as_deref()),
            (Counts::AllBut(few), 8) => of_known::<8>(flat, few, total, first, about.as_deref()),
            _ => of_any(flat, p, counts, total, first, about.as_deref()),
        }
    }
}

/// About a value that is given, or the mean.
fn of_any(
    flat: &[f64],
    p: usize,
    counts: &Counts,
    total: f64,
    first: &[f64],
    about: Option<&[f64]>,
) -> Spread {
    let rows =
        || flat.chunks_exact(p).enumerate().map(|(i, x)| (counts.of(i) / total, x)).filter(|r| r.0 > 0.0);
    let (mut centre, mut scale, mut largest) = (vec![0.0; p], vec![0.0; p], vec![0.0_f64; p]);
    let deviate = |scale: &mut [f64], about: &[f64], w: f64, x: &[f64]| {
        for j in 0..p {
            scale[j] += w * (x[j] - about[j]).abs();
        }
    };
    // The fingerprint is one of all rows.
    let mut strands = vec![fingerprint::START; p];
    for (i, x) in flat.chunks_exact(p).enumerate() {
        for (strand, &x) in strands.iter_mut().zip(x) {
            *strand = fingerprint::add(*strand, x);
        }
        let w = counts.of(i) / total;
        if !(w > 0.0) {
            continue;
        }
        for ((centre, largest), (x, first)) in centre.iter_mut().zip(&mut largest).zip(x.iter().zip(first)) {
            *centre += w * (x - first);
            *largest = if x.abs() > *largest { x.abs() } else { *largest };
        }
        if let Some(about) = about {
            deviate(&mut scale, about, w, x);
        }
    }
    centre.iter_mut().zip(first).for_each(|(c, f)| *c += f);
    if about.is_none() {
        rows().for_each(|(w, x)| deviate(&mut scale, &centre, w, x));
    }
    Spread { centre, scale, largest, strands: Some(strands) }
}

/// The same of all rows but few, with the fingerprints of the columns in the same pass.
fn of_known<const P: usize>(
    flat: &[f64],
    few: &[usize],
    total: f64,
    first: &[f64],
    about: Option<&[f64]>,
) -> Spread {
    let (rows, _) = flat.as_chunks::<P>();
    let known = |v: &[f64]| -> [f64; P] { std::array::from_fn(|j| v[j]) };
    let (first, w) = (known(first), total.recip());
    let (mut centre, mut scale, mut largest) = ([0.0; P], [0.0; P], [0.0_f64; P]);
    let mut strands = [fingerprint::START; P];
    let between = |k: usize| {
        let from = k.checked_sub(1).map_or(0, |before| few[before] + 1);
        from..few.get(k).copied().unwrap_or(rows.len())
    };
    let given = about.map_or([0.0; P], known);
    for k in 0..=few.len() {
        for x in &rows[between(k)] {
            for j in 0..P {
                centre[j] += w * (x[j] - first[j]);
                largest[j] = if x[j].abs() > largest[j] { x[j].abs() } else { largest[j] };
                scale[j] += w * (x[j] - given[j]).abs();
                strands[j] = fingerprint::add(strands[j], x[j]);
            }
        }
        if let Some(&left_out) = few.get(k) {
            for (strand, x) in strands.iter_mut().zip(&rows[left_out]) {
                *strand = fingerprint::add(*strand, *x);
            }
        }
    }
    for j in 0..P {
        centre[j] += first[j];
    }
    if about.is_none() {
        scale = [0.0; P];
        for x in (0..=few.len()).flat_map(|k| &rows[between(k)]) {
            for j in 0..P {
                scale[j] += w * (x[j] - centre[j]).abs();
            }
        }
    }
    Spread {
        centre: centre.to_vec(),
        scale: scale.to_vec(),
        largest: largest.to_vec(),
        strands: Some(strands.to_vec()),
    }
}

/// Where the largest value is this share of all deviations together, a few rows may be all that the scale tells of.
const FEW_DECIDE: f64 = 0.1;
/// Of a mean deviation, a median one that shows it to be that of a few rows far from all others.
const ORDINARY: f64 = 1e-3;

/// The median of a column and the median deviation of those that differ from it, where the mean deviation is that of a few rows far
/// from all others: in units of theirs the others would be alike to the last digits.
#[cold]
fn ordinary(flat: &[f64], p: usize, counts: &Counts, j: usize, scale: f64) -> Option<(f64, f64)> {
    let column = flat.iter().skip(j).step_by(p).enumerate();
    let mut values: Vec<f64> = column.filter(|(i, _)| counts.of(*i) > 0.0).map(|(_, x)| *x).collect();
    let median = |values: &mut [f64]| {
        let half = values.len() / 2;
        (!values.is_empty()).then(|| *values.select_nth_unstable_by(half, f64::total_cmp).1)
    };
    let middle = median(&mut values)?;
    let mut deviations: Vec<f64> = values
        .iter()
        .map(|x| (x - middle).abs())
        .filter(|d| *d > 4.0 * f64::EPSILON * middle.abs())
        .collect();
    let deviation = median(&mut deviations)?;
    (deviation < ORDINARY * scale).then_some((middle, deviation))
}

// Asked for at each call: the loops are short where the number of columns is known.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn standardise(
    flat: &[f64],
    p: usize,
    counts: &Counts,
    order: &[usize],
    layout: Layout,
) -> Standardised {
    let total: f64 = match counts {
        Counts::AllBut(few) => (order.len() - few.len()) as f64,
        Counts::Weighted(w) => order.iter().map(|&i| w[i]).sum(),
    };
    let total = if total > 0.0 { total } else { 1.0 };
    let Spread { mut centre, mut scale, largest, strands } = Spread::of(flat, p, counts, total);
    for j in 0..p {
        let about_zero = largest[j] + centre[j].abs();
        if about_zero > FEW_DECIDE * order.len() as f64 * scale[j]
            && let Some((middle, deviation)) = ordinary(flat, p, counts, j, scale[j])
        {
            (centre[j], scale[j]) = (middle, deviation);
        } else if scale[j] <= 4.0 * f64::EPSILON * largest[j] {
            // Below the rounding of the values themselves nothing varies.
            scale[j] = 0.0;
        }
    }
    let factor: Vec<f64> = scale.iter().map(|&s| if s > 0.0 { s.recip() } else { 0.0 }).collect();
    // The rows lie anywhere in memory. Asking for all of a block before any is used lets the waits overlap; eight numbers
    // are a cache line.
    let ahead = |order: &[usize]| {
        if flat.len() > CACHED {
            let touch = |&i: &usize| {
                let (mut sum, mut j) = (flat[i * p] + flat[i * p + p - 1], 8);
                while j < p - 1 {
                    sum += flat[i * p + j];
                    j += 8;
                }
                sum
            };
            std::hint::black_box(order.iter().map(touch).sum::<f64>());
        }
    };
    let x = match layout {
        Layout::Lanes(plan, event) => {
            let value = |i: usize, j: usize| (flat[i * p + j] - centre[j]) * factor[j];
            Covariates::in_lanes(Lanes::gather(plan, p, (order, event), ahead, value))
        }
        Layout::ByRow(mut sorted) => {
            // All of it is written: what the memory held before has no say.
            if sorted.len() != order.len() * p {
                sorted = Numbers::zeros(order.len() * p);
            }
            threads::blocks((&mut sorted[..], AHEAD * p), (order, AHEAD), |to, order| {
                ahead(order);
                for (to, &i) in to.chunks_exact_mut(p).zip(order) {
                    let from = &flat[i * p..(i + 1) * p];
                    for j in 0..p {
                        to[j] = (from[j] - centre[j]) * factor[j];
                    }
                }
            });
            sorted.into()
        }
    };
    let reach = (0..p).map(|j| (largest[j] + centre[j].abs()) * factor[j]).collect();
    Standardised { centre, scale, reach, x, strands }
}
