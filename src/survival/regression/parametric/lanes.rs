//! Sums and products of columns, in lanes that the compiler turns into wide registers.

/// What a coefficient is multiplied by, in the rows of a block.
#[derive(Debug)]
pub(super) enum Column<'a> {
    One,
    Stratum(&'a [u32], u32),
    Numbers(&'a [f64]),
}

impl Column<'_> {
    pub fn at(&self, i: usize) -> f64 {
        match self {
            Self::One => 1.0,
            Self::Stratum(codes, code) => f64::from(u8::from(codes[i] == *code)),
            Self::Numbers(x) => x[i],
        }
    }

    pub fn dot(&self, values: &[f64]) -> f64 {
        match self {
            Self::One => sum(values),
            Self::Stratum(codes, code) => {
                values.iter().zip(*codes).map(|(v, c)| if c == code { *v } else { 0.0 }).sum()
            }
            Self::Numbers(x) => dot(x, values),
        }
    }

    pub fn times(&self, values: &[f64], into: &mut [f64]) {
        match self {
            Self::One => into.copy_from_slice(values),
            Self::Stratum(codes, code) => {
                for (i, into) in into.iter_mut().enumerate() {
                    *into = if codes[i] == *code { values[i] } else { 0.0 };
                }
            }
            Self::Numbers(x) => {
                for ((into, v), x) in into.iter_mut().zip(values).zip(*x) {
                    *into = v * x;
                }
            }
        }
    }
}

/// Sums in eight lanes, which the compiler turns into wide registers.
const LANES: usize = 8;

pub(super) fn sum(values: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest: f64 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for l in 0..LANES {
            lanes[l] += chunk[l];
        }
    }
    lanes.iter().sum::<f64>() + rest
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (left, right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in left.zip(right) {
        for l in 0..LANES {
            lanes[l] += a[l] * b[l];
        }
    }
    lanes.iter().sum::<f64>() + rest
}

pub(super) fn add(into: &mut [f64], by: f64, column: &[f64]) {
    into.iter_mut().zip(column).for_each(|(e, x)| *e += by * x);
}
