//! Covariates brought into the order of the rows, centred and scaled.

use crate::numeric::threads;

/// Covariates in the order of the rows, centred at the weighted mean and scaled to a mean absolute deviation of 1: so no
/// user tunes a step.
#[derive(Default)]
pub(super) struct Standardised {
    pub centre: Vec<f64>,
    pub scale: Vec<f64>,
    /// No (centred and scaled) covariate is further from 0 than this.
    pub reach: Vec<f64>,
    pub x: Vec<f64>,
}

/// So many rows are asked for ahead of their use.
const AHEAD: usize = 64;

/// So many numbers are in a cache anyway.
const CACHED: usize = 1 << 14;

/// From so many rows on the scale is taken about the mean of a sample, in the pass that takes the mean.
const MANY: usize = 1 << 14;
const SAMPLE: usize = 1 << 10;

/// Mean, mean absolute deviation (with many rows about the mean of a sample of them: what scales need not be exact) and
/// largest value of each column.
struct Spread {
    centre: Vec<f64>,
    scale: Vec<f64>,
    largest: Vec<f64>,
}

impl Spread {
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn of(flat: &[f64], p: usize, weight: impl Fn(usize) -> f64, total: f64) -> Self {
        // In the order of the data, which is how the matrix lies in memory.
        let rows = || flat.chunks_exact(p).enumerate().filter(|&(i, _)| weight(i) > 0.0);
        let (mut centre, mut scale, mut largest) = (vec![0.0; p], vec![0.0; p], vec![0.0_f64; p]);
        let Some((_, first)) = rows().next() else { return Self { centre, scale, largest } };
        let many = flat.len() / p >= MANY;
        // Deviations from a first value: the values themselves may be near the largest number.
        let mut about = first.to_vec();
        if many {
            let sample = || (0..SAMPLE).map(|k| k * (flat.len() / p / SAMPLE)).filter(|&i| weight(i) > 0.0);
            let each = (sample().count().max(1) as f64).recip();
            for i in sample() {
                for j in 0..p {
                    about[j] += each * (flat[i * p + j] - first[j]);
                }
            }
        }
        for (i, x) in rows() {
            let w = weight(i) / total;
            for j in 0..p {
                centre[j] += w * (x[j] - first[j]);
                largest[j] = if x[j].abs() > largest[j] { x[j].abs() } else { largest[j] };
                scale[j] += w * (x[j] - about[j]).abs();
            }
        }
        for j in 0..p {
            centre[j] += first[j];
        }
        if !many {
            scale.fill(0.0);
            for (i, x) in rows() {
                let w = weight(i) / total;
                for j in 0..p {
                    scale[j] += w * (x[j] - centre[j]).abs();
                }
            }
        }
        Self { centre, scale, largest }
    }
}

// Asked for at each call: the loops are short where the number of columns is known.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn standardise(
    flat: &[f64],
    p: usize,
    weights: Option<&[f64]>,
    order: &[usize],
    mut sorted: Vec<f64>,
) -> Standardised {
    let total: f64 = weights.map_or(order.len() as f64, |w| order.iter().map(|&i| w[i]).sum());
    let total = if total > 0.0 { total } else { 1.0 };
    let Spread { centre, mut scale, largest } = match weights {
        None => Spread::of(flat, p, |_| 1.0, total),
        Some(w) => Spread::of(flat, p, |i| w[i], total),
    };
    for j in 0..p {
        // Below the rounding of the values themselves nothing varies.
        if scale[j] <= 4.0 * f64::EPSILON * largest[j] {
            scale[j] = 0.0;
        }
    }
    let factor: Vec<f64> = scale.iter().map(|&s| if s > 0.0 { s.recip() } else { 0.0 }).collect();
    // All of it is written: what a vector held before has no say.
    if sorted.capacity() == 0 {
        sorted = vec![0.0; order.len() * p];
    } else {
        sorted.resize(order.len() * p, 0.0);
    }
    threads::blocks((&mut sorted, AHEAD * p), (order, AHEAD), |to, order| {
        // The rows lie anywhere in memory. Asking for all of a block before any is used lets the waits overlap.
        if flat.len() > CACHED {
            std::hint::black_box(order.iter().map(|&i| flat[i * p] + flat[i * p + p - 1]).sum::<f64>());
        }
        for (to, &i) in to.chunks_exact_mut(p).zip(order) {
            let from = &flat[i * p..(i + 1) * p];
            for j in 0..p {
                to[j] = (from[j] - centre[j]) * factor[j];
            }
        }
    });
    let reach = (0..p).map(|j| (largest[j] + centre[j].abs()) * factor[j]).collect();
    Standardised { centre, scale, reach, x: sorted }
}
