//! The linear programme of quantile regression: minimise `Σ v (z'b − y)⁺ − c'b` over b, for v ≥ 0.
//!
//! Its minimum lies at a vertex, where `z'b = y` holds for p rows, the basis. Of each of them the multiplier
//! `u = Z⁻ᵀ(c − Σ_{below} v z)` must lie in [0, v]; where one does not, the row leaves along the edge on which the others
//! hold, and the step goes on past the rows that it meets for as long as the sum falls (Barrodale & Roberts 1973, SIAM J
//! Numer Anal 10:839; Koenker & d'Orey 1987, Appl Stat 36:383). Each step takes O(n p + p³).
//!
//! Ties (rows that meet in a vertex) would let a step have no length. So y is moved, row by row, by less than a billionth
//! of its spread: then no more than p rows meet, the sum falls with each step, and the search ends. The basis found is
//! one of the rows as they are, and b is taken from them.

use crate::numeric::random::Random;

/// How far rows are moved apart, in units of the spread of y.
const APART: f64 = 1e-9;
/// c is shortened by this share: where a whole edge is as good, the end with less of `z'b` is taken.
const SHORTER: f64 = 1e-8;
/// Of a multiplier, in units of Σ v: below it is rounding.
const ROUNDING: f64 = 1e-11;
/// A pivot below this share of its column's largest is none.
const SINGULAR: f64 = 1e-9;

/// The rows of the programme.
#[derive(Debug, Clone)]
pub(crate) struct Hinges {
    p: usize,
    z: Vec<f64>,
    y: Vec<f64>,
    /// y with no ties.
    apart: Vec<f64>,
    /// The rows of the vertex.
    basis: Vec<usize>,
}

/// What the search found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Vertex {
    At(Vec<f64>),
    /// The sum falls without end, or no p rows are independent.
    Unbounded,
}

impl Hinges {
    /// Rows z (row-major, p columns) with y, and a vertex among those that are `usable`; of rows that are tied the `late` are
    /// above the others. Returns `None` if the usable rows do not determine b.
    pub fn new(
        p: usize,
        z: Vec<f64>,
        y: Vec<f64>,
        usable: impl Fn(usize) -> bool,
        late: impl Fn(usize) -> bool,
    ) -> Option<Self> {
        let of = |pick: fn(f64, f64) -> f64| y.iter().copied().reduce(pick).unwrap_or(0.0);
        let spread = of(f64::max) - of(f64::min);
        let unit = APART * if spread > 0.0 { spread } else { 1.0 };
        let random = &mut Random::new(0, 1);
        let after = |i: usize| if late(i) { 2.0 } else { 0.0 };
        let apart = y.iter().enumerate().map(|(i, y)| y + unit * (random.uniform() + after(i))).collect();
        let mut hinges = Self { p, z, y, apart, basis: Vec::new() };
        hinges.basis = hinges.independent_rows(usable)?;
        Some(hinges)
    }

    /// Is the row one of those on which the last vertex lies?
    pub fn holds(&self, i: usize) -> bool {
        self.basis.contains(&i)
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.z[i * self.p..(i + 1) * self.p]
    }

    fn dot(&self, i: usize, b: &[f64]) -> f64 {
        self.row(i).iter().zip(b).map(|(z, b)| z * b).sum()
    }

    /// p rows that determine b: elimination, each time with the row that keeps most of itself.
    fn independent_rows(&self, usable: impl Fn(usize) -> bool) -> Option<Vec<usize>> {
        let mut left: Vec<usize> = (0..self.y.len()).filter(|&i| usable(i)).collect();
        let mut found: Vec<usize> = Vec::new();
        let mut directions: Vec<Vec<f64>> = Vec::new();
        // What is left of each row once the directions found are taken out.
        let mut rest: Vec<Vec<f64>> = left.iter().map(|&i| self.row(i).to_vec()).collect();
        let size = |v: &Vec<f64>| v.iter().map(|x| x * x).sum::<f64>();
        let whole = rest.iter().map(size).fold(0.0, f64::max);
        for _ in 0..self.p {
            let best = (0..left.len()).max_by(|&a, &b| size(&rest[a]).total_cmp(&size(&rest[b])))?;
            let length = size(&rest[best]).sqrt();
            if !(length > SINGULAR * whole.sqrt()) {
                return None;
            }
            let unit: Vec<f64> = rest[best].iter().map(|x| x / length).collect();
            found.push(left.swap_remove(best));
            rest.swap_remove(best);
            for row in &mut rest {
                let along: f64 = row.iter().zip(&unit).map(|(a, b)| a * b).sum();
                row.iter_mut().zip(&unit).for_each(|(a, b)| *a -= along * b);
            }
            directions.push(unit);
        }
        Some(found)
    }

    /// Of the rows of the basis, `Z⁻¹`, row-major.
    fn inverse(&self) -> Option<Vec<f64>> {
        let p = self.p;
        let mut a: Vec<f64> = self.basis.iter().flat_map(|&i| self.row(i).to_vec()).collect();
        let mut inverse = vec![0.0; p * p];
        (0..p).for_each(|j| inverse[j * p + j] = 1.0);
        for k in 0..p {
            let pivot = (k..p).max_by(|&i, &j| a[i * p + k].abs().total_cmp(&a[j * p + k].abs()))?;
            if a[pivot * p + k].abs() < 1e-13 {
                return None;
            }
            for j in 0..p {
                a.swap(k * p + j, pivot * p + j);
                inverse.swap(k * p + j, pivot * p + j);
            }
            let scale = a[k * p + k];
            for j in 0..p {
                a[k * p + j] /= scale;
                inverse[k * p + j] /= scale;
            }
            for i in (0..p).filter(|&i| i != k) {
                let factor = a[i * p + k];
                for j in 0..p {
                    a[i * p + j] -= factor * a[k * p + j];
                    inverse[i * p + j] -= factor * inverse[k * p + j];
                }
            }
        }
        Some(inverse)
    }

    /// `b` with `z'b = y` in the basis.
    fn at(&self, inverse: &[f64], y: &[f64]) -> Vec<f64> {
        let p = self.p;
        (0..p).map(|a| (0..p).map(|j| inverse[a * p + j] * y[self.basis[j]]).sum()).collect()
    }

    /// Searches from the basis at hand, which is that of the last search.
    pub fn minimise(&mut self, v: &[f64], c: &[f64]) -> Vertex {
        let (n, p) = (self.y.len(), self.p);
        let total: f64 = v.iter().sum();
        let c: Vec<f64> = c.iter().map(|c| c * (1.0 - SHORTER)).collect();
        let mut inside = vec![false; n];
        self.basis.iter().for_each(|&i| inside[i] = true);
        let mut residual = vec![0.0; n];
        // Far more than any search takes: rounding must not keep it going.
        for _ in 0..1000 + 20 * n {
            let Some(inverse) = self.inverse() else { return Vertex::Unbounded };
            let b = self.at(&inverse, &self.apart);
            let mut g = c.clone();
            for i in 0..n {
                residual[i] = self.apart[i] - self.dot(i, &b);
                if residual[i] < 0.0 && !inside[i] && v[i] > 0.0 {
                    g.iter_mut().zip(self.row(i)).for_each(|(g, z)| *g -= v[i] * z);
                }
            }
            let u = |j: usize| (0..p).map(|a| inverse[a * p + j] * g[a]).sum::<f64>();
            // The slope along the edge on which row j leaves, and to which side.
            let slope = |j: usize| -> (f64, f64) {
                let u = u(j);
                let over = v[self.basis[j]] - u;
                if u < over { (u, -1.0) } else { (over, 1.0) }
            };
            let Some(j) = (0..p).min_by(|&a, &b| slope(a).0.total_cmp(&slope(b).0)) else {
                return Vertex::Unbounded;
            };
            let (falls, side) = slope(j);
            if !(falls < -ROUNDING * total) {
                return Vertex::At(self.at(&inverse, &self.y));
            }
            let direction: Vec<f64> = (0..p).map(|a| side * inverse[a * p + j]).collect();
            let mut met = Vec::new();
            for i in (0..n).filter(|&i| !inside[i] && v[i] > 0.0) {
                let rate = self.dot(i, &direction);
                let step = residual[i] / rate;
                let meets = (0.0..f64::INFINITY).contains(&step) && rate.abs() > 1e-12;
                // A row that lies on the other side, or on the edge and above it, is not met.
                if meets && (residual[i] >= 0.0) == (rate > 0.0) {
                    met.push((step, v[i] * rate.abs(), i));
                }
            }
            let Some(enters) = turning_point(&mut met, falls) else { return Vertex::Unbounded };
            inside[self.basis[j]] = false;
            inside[enters] = true;
            self.basis[j] = enters;
        }
        Vertex::Unbounded
    }
}

/// The row at which a slope that is below 0 and grows at each row met is no longer so: a weighted median, by halving.
fn turning_point(met: &mut [(f64, f64, usize)], mut slope: f64) -> Option<usize> {
    let mut rest = met;
    loop {
        if rest.is_empty() {
            return None;
        }
        let middle = rest.len() / 2;
        let (before, at, after) = rest.select_nth_unstable_by(middle, |a, b| a.0.total_cmp(&b.0));
        let gain: f64 = before.iter().map(|m| m.1).sum();
        if slope + gain >= 0.0 {
            rest = before;
        } else if slope + gain + at.1 >= 0.0 {
            return Some(at.2);
        } else {
            slope += gain + at.1;
            rest = after;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The median of seven, and of four with ties: the lower end where a whole edge is as good.
    #[test]
    fn one_column_is_a_quantile() {
        let y = vec![5.0, 1.0, 4.0, 2.0, 7.0, 3.0, 6.0];
        let mut hinges = Hinges::new(1, vec![1.0; 7], y, |_| true, |_| false).unwrap();
        assert_eq!(hinges.minimise(&[1.0; 7], &[3.5]), Vertex::At(vec![4.0]));
        assert_eq!(hinges.minimise(&[1.0; 7], &[3.0]), Vertex::At(vec![3.0]));
        assert_eq!(hinges.minimise(&[1.0; 7], &[7.5]), Vertex::Unbounded);
        assert_eq!(hinges.minimise(&[1.0; 7], &[-0.5]), Vertex::Unbounded);
        let mut tied = Hinges::new(1, vec![1.0; 4], vec![2.0, 2.0, 2.0, 1.0], |_| true, |_| false).unwrap();
        assert_eq!(tied.minimise(&[1.0; 4], &[2.0]), Vertex::At(vec![2.0]));
    }

    /// Every vertex is tried: three columns, ties in y and in the rows.
    #[test]
    fn no_vertex_is_better() {
        for seed in 0..200 {
            let random = &mut Random::new(seed, 0);
            let n = 9;
            let z: Vec<f64> =
                (0..n).flat_map(|_| [1.0, random.below(3) as f64, random.below(4) as f64]).collect();
            let y: Vec<f64> = (0..n).map(|_| random.below(5) as f64).collect();
            let v: Vec<f64> = (0..n).map(|_| [0.5, 1.0, 2.0][random.below(3)]).collect();
            let tau = random.uniform();
            let c: Vec<f64> = (0..3).map(|j| (0..n).map(|i| tau * v[i] * z[i * 3 + j]).sum()).collect();
            let sum = |b: &[f64]| -> f64 {
                let hinge = |i: usize| (0..3).map(|j| z[i * 3 + j] * b[j]).sum::<f64>() - y[i];
                let linear: f64 = c.iter().zip(b).map(|(c, b)| c * b).sum();
                (0..n).map(|i| v[i] * hinge(i).max(0.0)).sum::<f64>() - linear
            };
            let Some(mut hinges) = Hinges::new(3, z.clone(), y.clone(), |_| true, |_| false) else {
                continue;
            };
            let Vertex::At(found) = hinges.minimise(&v, &c) else { panic!("seed {seed}") };
            let rows = (0..n).flat_map(|a| (0..a).flat_map(move |b| (0..b).map(move |c| vec![a, b, c])));
            for basis in rows {
                hinges.basis = basis;
                if let Some(inverse) = hinges.inverse() {
                    let other = hinges.at(&inverse, &y);
                    assert!(sum(&found) <= sum(&other) + 1e-6, "seed {seed}");
                }
            }
        }
    }
}
