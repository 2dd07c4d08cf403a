//! Sums and products of columns, in lanes that the compiler turns into wide registers.

/// Rows that are taken together.
pub(super) const BLOCK: usize = 256;

/// What a coefficient is multiplied by, in the rows of a block.
#[derive(Debug)]
pub(super) enum Column<'a> {
    One,
    Stratum(&'a [u32], u32),
    Numbers(&'a [f64]),
}

impl<'a> Column<'a> {
    pub fn at(&self, i: usize) -> f64 {
        match self {
            Self::One => 1.0,
            Self::Stratum(codes, code) => f64::from(u8::from(codes[i] == *code)),
            Self::Numbers(x) => x[i],
        }
    }

    pub fn numbers(&self) -> Option<&'a [f64]> {
        if let Self::Numbers(x) = self { Some(x) } else { None }
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

    /// The values times this column: themselves where it is 1.
    pub fn times<'b>(&self, values: &'b [f64], into: &'b mut [f64]) -> &'b [f64] {
        match self {
            Self::One => return values,
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
        into
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

/// `Σ (x − mean)²`, or `Σ w (x − mean)²`.
pub(super) fn squares(x: &[f64], mean: f64, weights: Option<&[f64]>) -> f64 {
    let Some(weights) = weights else {
        let mut lanes = [0.0; LANES];
        let chunks = x.chunks_exact(LANES);
        let rest: f64 = chunks.remainder().iter().map(|x| (x - mean) * (x - mean)).sum();
        for chunk in chunks {
            for l in 0..LANES {
                lanes[l] += (chunk[l] - mean) * (chunk[l] - mean);
            }
        }
        return lanes.iter().sum::<f64>() + rest;
    };
    x.iter().zip(weights).map(|(x, w)| w * (x - mean) * (x - mean)).sum()
}

/// How many columns are taken at once: as many as there are registers for their sums.
const AT_ONCE: usize = 6;

/// The products of one column with each of the others, all of one length: `sums[k] = Σ a_i x_ki`. The column is read once
/// for up to six of them.
pub(super) fn dots(a: &[f64], columns: &[&[f64]], mut each: impl FnMut(usize, f64)) {
    for (group, columns) in columns.chunks(AT_ONCE).enumerate() {
        let mut give =
            |sums: &[f64]| sums.iter().enumerate().for_each(|(k, s)| each(group * AT_ONCE + k, *s));
        match *columns {
            [x] => give(&[dot(a, x)]),
            [x, y] => give(&dots_of(a, [x, y])),
            [x, y, z] => give(&dots_of(a, [x, y, z])),
            [x, y, z, u] => give(&dots_of(a, [x, y, z, u])),
            [x, y, z, u, v] => give(&dots_of(a, [x, y, z, u, v])),
            [x, y, z, u, v, w] => give(&dots_of(a, [x, y, z, u, v, w])),
            _ => {}
        }
    }
}

fn dots_of<const M: usize>(a: &[f64], columns: [&[f64]; M]) -> [f64; M] {
    const WIDTH: usize = 4;
    let n = a.len();
    let columns = columns.map(|x| &x[..n]);
    let mut lanes = [[0.0; WIDTH]; M];
    let whole = n / WIDTH * WIDTH;
    for i in (0..whole).step_by(WIDTH) {
        for m in 0..M {
            for l in 0..WIDTH {
                lanes[m][l] += a[i + l] * columns[m][i + l];
            }
        }
    }
    let mut sums = lanes.map(|l| (l[0] + l[1]) + (l[2] + l[3]));
    for i in whole..n {
        for m in 0..M {
            sums[m] += a[i] * columns[m][i];
        }
    }
    sums
}

/// Adds `Σ b_k x_k` of the columns x, four at a time.
pub(super) fn add_all(into: &mut [f64], terms: &[(f64, &[f64])]) {
    for terms in terms.chunks(4) {
        match *terms {
            [a, b, c, d] => add_of(into, [a, b, c, d]),
            [a, b, c] => add_of(into, [a, b, c]),
            [a, b] => add_of(into, [a, b]),
            [a] => add_of(into, [a]),
            _ => {}
        }
    }
}

fn add_of<const M: usize>(into: &mut [f64], terms: [(f64, &[f64]); M]) {
    let n = into.len();
    let terms = terms.map(|(b, x)| (b, &x[..n]));
    for i in 0..n {
        let mut sum = into[i];
        for (b, x) in &terms {
            sum += b * x[i];
        }
        into[i] = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_columns_at_once_are_each_of_them_alone() {
        let column =
            |k: usize, n: usize| -> Vec<f64> { (0..n).map(|i| ((i * 7 + k * 3) % 11) as f64).collect() };
        for n in [0, 1, 3, 4, 9, 31] {
            for count in 0..15 {
                let columns: Vec<Vec<f64>> = (1..=count).map(|k| column(k, n)).collect();
                let views: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
                let (a, mut found) = (column(0, n), vec![f64::NAN; count]);
                dots(&a, &views, |k, sum| found[k] = sum);
                let alone = |x: &Vec<f64>| a.iter().zip(x).map(|(a, x)| a * x).sum::<f64>();
                assert_eq!(found, columns.iter().map(alone).collect::<Vec<f64>>());
                let terms: Vec<(f64, &[f64])> =
                    views.iter().enumerate().map(|(k, x)| (k as f64, *x)).collect();
                let mut sums = a.clone();
                add_all(&mut sums, &terms);
                for i in 0..n {
                    let by_hand: f64 = (0..count).map(|k| k as f64 * columns[k][i]).sum();
                    assert_eq!(sums[i], a[i] + by_hand);
                }
            }
        }
    }
}
