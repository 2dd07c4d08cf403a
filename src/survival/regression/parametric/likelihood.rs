//! The likelihood of all rows with its derivatives, by blocks of rows.
//!
//! A row is a function of the distribution's few parameters; its gradient and Hessian in them come from jets, or from a
//! short formula where a location-scale family meets an exact or right-censored time. What remains are products of
//! columns, which are taken block by block while the block is in the cache.

use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::family::Standard;
use crate::survival::regression::parametric::jet::{Jet, Real};
use crate::survival::regression::parametric::layout::{Factor, Layout};
use crate::survival::regression::parametric::tails::{LOG_ROOT_TAU, log_normal_survival};

/// Rows that are taken together.
const BLOCK: usize = 256;

/// The rows on the scale of the search.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub lower: Vec<f64>,
    pub upper: Vec<f64>,
    /// −∞ where a row is under observation from the start.
    pub entry: Option<Vec<f64>>,
    pub weight: Option<Vec<f64>>,
    pub offset: Option<Vec<f64>>,
    pub stratum: Option<Vec<u32>>,
    /// The columns of the design, centred and scaled.
    pub columns: Vec<Vec<f64>>,
    /// The time, or its logarithm, where that alone is needed.
    pub y: Vec<f64>,
}

/// A likelihood to be maximised.
#[derive(Debug)]
pub(super) struct Problem<'a, D> {
    pub distribution: &'a D,
    pub rows: &'a Rows,
    pub layout: &'a Layout,
}

impl<D> Clone for Problem<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Problem<'_, D> {}

/// The log likelihood with its derivatives.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub value: f64,
    pub gradient: Vec<f64>,
    /// Minus the Hessian, row-major.
    pub information: Vec<f64>,
}

/// The derivatives of a block's rows in the parameters: a column each.
struct Block {
    value: f64,
    eta: Vec<Vec<f64>>,
    gradient: Vec<Vec<f64>>,
    /// The lower triangle, `p (p + 1)/2 + q` for q ≤ p.
    hessian: Vec<Vec<f64>>,
    /// The last logarithm of a scale, and 1 by that scale.
    scale: (f64, f64),
}

impl Rows {
    pub fn len(&self) -> usize {
        self.lower.len()
    }

    pub fn weight(&self, row: usize) -> f64 {
        self.weight.as_ref().map_or(1.0, |w| w[row])
    }

    /// Is the event known to have come by some time?
    pub fn is_event(&self, row: usize) -> bool {
        self.upper[row] < f64::INFINITY
    }

    fn is_simple(&self, row: usize) -> bool {
        (self.upper[row] == f64::INFINITY || self.lower[row] == self.upper[row])
            && self.entry.as_ref().is_none_or(|e| e[row] == f64::NEG_INFINITY)
            && self.y[row].is_finite()
    }
}

/// What a row adds to the log likelihood, as a function of the parameters.
pub(super) fn row<D: Distribution, T: Real>(
    distribution: &D,
    (lower, upper, entry): (f64, f64, f64),
    parameters: &[T],
) -> T {
    let start = if distribution.is_positive() { 0.0 } else { f64::NEG_INFINITY };
    let survival =
        |t: f64| (t > start && t < f64::INFINITY).then(|| distribution.log_survival(t, parameters));
    let mut log = if lower == upper {
        distribution.log_density(lower, parameters)
    } else {
        let before = survival(lower);
        match (before, survival(upper)) {
            (Some(before), Some(after)) => before + (after - before).ln_one_minus_exp(),
            (None, Some(after)) => after.ln_one_minus_exp(),
            (Some(before), None) => before,
            (None, None) => T::constant(0.0),
        }
    };
    if let Some(entered) = survival(entry) {
        log = log - entered;
    }
    log
}

impl<D: Distribution> Problem<'_, D> {
    fn limits(&self, row: usize) -> (f64, f64, f64) {
        let entry = self.rows.entry.as_ref().map_or(f64::NEG_INFINITY, |e| e[row]);
        (self.rows.lower[row], self.rows.upper[row], entry)
    }

    /// The parameters of the rows of a block.
    fn predictors(&self, theta: &[f64], from: usize, to: usize, eta: &mut [Vec<f64>]) {
        let layout = self.layout;
        for (p, eta) in eta.iter_mut().enumerate() {
            eta.clear();
            eta.resize(to - from, layout.fixed[p]);
        }
        if let Some(offset) = &self.rows.offset {
            add(&mut eta[layout.location], 1.0, &offset[from..to]);
        }
        for (coefficient, &b) in layout.coefficients.iter().zip(theta) {
            let eta = &mut eta[coefficient.parameter];
            match coefficient.factor {
                Factor::One => eta.iter_mut().for_each(|e| *e += b),
                Factor::Column(j) => add(eta, b, &self.rows.columns[j][from..to]),
                Factor::Stratum(code) => {
                    let strata = self.rows.stratum.as_ref().map_or(&[][..], |s| &s[from..to]);
                    for (e, &s) in eta.iter_mut().zip(strata) {
                        if s as usize == code {
                            *e += b;
                        }
                    }
                }
            }
        }
    }

    /// The log likelihood with gradient and information.
    pub fn evaluate(&self, theta: &[f64]) -> Point {
        let k = self.layout.len();
        let mut point = Point { value: 0.0, gradient: vec![0.0; k], information: vec![0.0; k * k] };
        self.each_block(theta, |from, to, block| {
            point.value += block.value;
            self.gather(from, to, block, &mut point);
        });
        for a in 0..k {
            for b in 0..a {
                point.information[b * k + a] = point.information[a * k + b];
            }
        }
        point
    }

    /// The weighted scores of the rows, for the robust variance: row-major.
    pub fn scores(&self, theta: &[f64]) -> Vec<f64> {
        let k = self.layout.len();
        let mut scores = vec![0.0; self.rows.len() * k];
        self.each_block(theta, |from, to, block| {
            for (a, coefficient) in self.layout.coefficients.iter().enumerate() {
                let gradient = &block.gradient[coefficient.parameter];
                let factor = self.column(coefficient.factor, from, to);
                for i in 0..to - from {
                    scores[(from + i) * k + a] = gradient[i] * factor.at(i);
                }
            }
        });
        scores
    }

    fn each_block(&self, theta: &[f64], mut done: impl FnMut(usize, usize, &Block)) {
        match self.layout.parameters.len() {
            0..=1 => self.blocks::<1>(theta, &mut done),
            2 => self.blocks::<2>(theta, &mut done),
            3 => self.blocks::<3>(theta, &mut done),
            4 => self.blocks::<4>(theta, &mut done),
            5 => self.blocks::<5>(theta, &mut done),
            6 => self.blocks::<6>(theta, &mut done),
            7..=10 => self.blocks::<10>(theta, &mut done),
            _ => self.blocks::<MOST>(theta, &mut done),
        }
    }

    fn blocks<const N: usize>(&self, theta: &[f64], done: &mut impl FnMut(usize, usize, &Block)) {
        let (n, parameters) = (self.rows.len(), self.layout.parameters.len());
        let columns = |count: usize| vec![vec![0.0; BLOCK]; count];
        let mut block = Block {
            value: 0.0,
            eta: vec![Vec::with_capacity(BLOCK); parameters],
            gradient: columns(parameters),
            hessian: columns(parameters * (parameters + 1) / 2),
            scale: (0.0, 1.0),
        };
        let standard = self.distribution.standard_form();
        let mut jets = vec![Jet::<N>::constant(0.0); parameters];
        for from in (0..n).step_by(BLOCK) {
            let to = (from + BLOCK).min(n);
            self.predictors(theta, from, to, &mut block.eta);
            block.value = 0.0;
            for i in 0..to - from {
                let row_index = from + i;
                let weight = self.rows.weight(row_index);
                if !(weight > 0.0) {
                    block.gradient.iter_mut().chain(&mut block.hessian).for_each(|column| column[i] = 0.0);
                    continue;
                }
                if let Some(standard) = standard.filter(|_| self.rows.is_simple(row_index)) {
                    self.simple_row(standard, row_index, i, weight, &mut block);
                    continue;
                }
                for (p, jet) in jets.iter_mut().enumerate() {
                    *jet = Jet::variable(block.eta[p][i], p);
                }
                let jet = row(self.distribution, self.limits(row_index), &jets);
                block.value += weight * jet.value;
                for p in 0..parameters {
                    block.gradient[p][i] = weight * jet.gradient[p];
                    for q in 0..=p {
                        block.hessian[p * (p + 1) / 2 + q][i] = weight * jet.hessian[p][q];
                    }
                }
            }
            done(from, to, &block);
        }
    }

    /// A location-scale family at an exact or right-censored time: with `w = (y − η) e^−τ` and the derivatives a, b of the
    /// log density (or log survival function) in w.
    #[inline]
    fn simple_row(&self, standard: Standard, row: usize, i: usize, weight: f64, block: &mut Block) {
        let y = self.rows.y[row];
        let scaled = block.eta.len() > 1;
        let log_scale = if scaled { block.eta[1][i] } else { 0.0 };
        // The scale is the same in most rows, so its exponential is not taken again.
        if block.scale.0 != log_scale {
            block.scale = (log_scale, (-log_scale).exp());
        }
        let inverse = block.scale.1;
        let w = (y - block.eta[0][i]) * inverse;
        let event = self.rows.is_event(row);
        let (value, a, b) = match (standard, event) {
            (Standard::Smallest, true) => {
                let e = w.exp();
                (w - e, 1.0 - e, -e)
            }
            (Standard::Smallest, false) => {
                let e = w.exp();
                (-e, -e, -e)
            }
            (Standard::Normal, true) => (-0.5 * w * w - LOG_ROOT_TAU, -w, -1.0),
            (Standard::Normal, false) => {
                let [value, a, b] = log_normal_survival(w);
                (value, a, b)
            }
            (Standard::Logistic, event) => {
                // One exponential for the softplus, its slope and its curvature.
                let e = (-w.abs()).exp();
                let softplus = w.max(0.0) + e.ln_1p();
                let p = if w >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
                let pq = e / ((1.0 + e) * (1.0 + e));
                if event { (w - 2.0 * softplus, 1.0 - 2.0 * p, -2.0 * pq) } else { (-softplus, -p, -pq) }
            }
        };
        let own = if event { 1.0 } else { 0.0 };
        let jacobian = if self.distribution.is_positive() { y } else { 0.0 };
        block.value += weight * (value - own * (log_scale + jacobian));
        block.gradient[0][i] = -weight * a * inverse;
        block.hessian[0][i] = weight * b * inverse * inverse;
        if scaled {
            block.gradient[1][i] = -weight * (a * w + own);
            block.hessian[1][i] = weight * inverse * (b * w + a);
            block.hessian[2][i] = weight * w * (b * w + a);
        }
    }

    fn column(&self, factor: Factor, from: usize, to: usize) -> Column<'_> {
        match factor {
            Factor::One => Column::One,
            Factor::Column(j) => Column::Numbers(&self.rows.columns[j][from..to]),
            Factor::Stratum(code) => {
                Column::Stratum(self.rows.stratum.as_ref().map_or(&[][..], |s| &s[from..to]), code as u32)
            }
        }
    }

    fn gather(&self, from: usize, to: usize, block: &Block, point: &mut Point) {
        let (k, m) = (self.layout.len(), to - from);
        let coefficients = &self.layout.coefficients;
        let columns: Vec<Column> = coefficients.iter().map(|c| self.column(c.factor, from, to)).collect();
        let mut product = [0.0; BLOCK];
        for a in 0..k {
            let p = coefficients[a].parameter;
            point.gradient[a] += columns[a].dot(&block.gradient[p][..m]);
            let mut made_for = usize::MAX;
            for b in 0..=a {
                let q = coefficients[b].parameter;
                if q != made_for {
                    let (high, low) = (p.max(q), p.min(q));
                    columns[a].times(&block.hessian[high * (high + 1) / 2 + low][..m], &mut product[..m]);
                    made_for = q;
                }
                point.information[a * k + b] -= columns[b].dot(&product[..m]);
            }
        }
    }
}

/// What a coefficient is multiplied by, in the rows of a block.
enum Column<'a> {
    One,
    Stratum(&'a [u32], u32),
    Numbers(&'a [f64]),
}

impl Column<'_> {
    fn at(&self, i: usize) -> f64 {
        match self {
            Self::One => 1.0,
            Self::Stratum(codes, code) => f64::from(u8::from(codes[i] == *code)),
            Self::Numbers(x) => x[i],
        }
    }

    fn dot(&self, values: &[f64]) -> f64 {
        match self {
            Self::One => sum(values),
            Self::Stratum(codes, code) => {
                values.iter().zip(*codes).map(|(v, c)| if c == code { *v } else { 0.0 }).sum()
            }
            Self::Numbers(x) => dot(x, values),
        }
    }

    fn times(&self, values: &[f64], into: &mut [f64]) {
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

fn sum(values: &[f64]) -> f64 {
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

fn dot(a: &[f64], b: &[f64]) -> f64 {
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

fn add(into: &mut [f64], by: f64, column: &[f64]) {
    into.iter_mut().zip(column).for_each(|(e, x)| *e += by * x);
}

/// The most parameters that a distribution may have.
pub(super) const MOST: usize = 26;
