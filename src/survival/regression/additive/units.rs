//! Centre and scale of the covariates, in which the sums over the risk sets keep their digits.

/// Of the scale before, a scale that is worth another start.
const FINER: f64 = 1e-3;
/// Of the largest value of a column, differences that are rounding in part.
const ROUNDING: f64 = 1e-6;

/// Columns z = (an indicator of each stratum, (x − centre)/scale) of all rows.
#[derive(Debug, Clone)]
pub(super) struct Units {
    p: usize,
    pub centre: Vec<f64>,
    pub scale: Vec<f64>,
    /// By how much of its largest value each column varies.
    share: Vec<f64>,
    /// Row-major; 0 in rows that do not count.
    z: Vec<f64>,
}

impl Units {
    /// The weighted means and standard deviations of the columns of `x` in some rows.
    pub fn new(x: &[f64], weight: &[f64], rows: &[bool], stratum: &[u32], intercepts: usize) -> Self {
        let n = rows.len();
        let covariates = x.len().checked_div(n).unwrap_or(0);
        let total: f64 = weight.iter().zip(rows).filter(|(_, counts)| **counts).map(|(w, _)| w).sum();
        let (mut centre, mut scale) = (vec![0.0; covariates], vec![1.0; covariates]);
        let mut share = vec![0.0; covariates];
        for j in 0..covariates {
            let column = || (0..n).filter(|&k| rows[k]).map(|k| (x[k * covariates + j], weight[k] / total));
            // In parts of the largest value, so that no square overflows.
            let largest = column().map(|(x, _)| x.abs()).fold(0.0, f64::max);
            if !(largest > 0.0) {
                continue;
            }
            let mean = column().map(|(x, w)| w * (x / largest)).sum::<f64>();
            let spread = column().map(|(x, w)| w * (x / largest - mean).powi(2)).sum::<f64>().sqrt();
            (centre[j], share[j]) = (mean * largest, spread);
            if spread * largest > 0.0 {
                scale[j] = spread * largest;
            }
        }
        let p = intercepts + covariates;
        let mut z = Vec::with_capacity(n * p);
        for (k, &own) in stratum.iter().enumerate() {
            z.extend((0..intercepts).map(|s| f64::from(u8::from(s == own as usize))));
            z.extend((0..covariates).map(|j| {
                let x = x[k * covariates + j];
                let moved = x - centre[j];
                match rows[k] {
                    false => 0.0,
                    // The difference of huge values overflows where that of their parts does not.
                    true if moved.is_infinite() => x / scale[j] - centre[j] / scale[j],
                    true => moved / scale[j],
                }
            }));
        }
        Self { p, centre, scale, share, z }
    }

    pub fn row(&self, i: usize) -> &[f64] {
        &self.z[i * self.p..(i + 1) * self.p]
    }

    /// Does a column, which varies by more than rounding, have a far smaller unit than before?
    pub fn are_finer_than(&self, before: &Self) -> bool {
        let columns = self.scale.iter().zip(&before.scale).zip(&self.share);
        columns.into_iter().any(|((new, old), share)| *share > ROUNDING && *new < FINER * old)
    }
}
