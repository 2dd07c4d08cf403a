//! The likelihood of all rows with its derivatives, by blocks of rows.
//!
//! A row is a function of the distribution's few parameters; its gradient and Hessian in them come from jets, or from a
//! short formula where a location-scale family meets an exact or right-censored time. What remains are products of
//! columns, which are taken block by block while the block is in the cache.

use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::jet::{Jet, Real};
use crate::survival::regression::parametric::lanes::{BLOCK, Column, add_all, dots};
use crate::survival::regression::parametric::layout::{Coefficient, Factor, Layout};
use crate::survival::regression::parametric::location_scale::{LogScale, Observed, Work};
use crate::survival::regression::parametric::one_row::{Limits, row_and_size};
use crate::survival::regression::parametric::rows::{Kind, Rows};
use crate::survival::regression::parametric::standard::Standard;

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
    /// The sum of the sizes of the terms of which rows are differences: what rounding is a part of.
    pub size: f64,
}

/// The derivatives of a block's rows in the parameters: a column each.
struct Block {
    value: f64,
    size: f64,
    eta: Vec<Vec<f64>>,
    gradient: Vec<Vec<f64>>,
    /// The lower triangle, `p (p + 1)/2 + q` for q ≤ p.
    hessian: Vec<Vec<f64>>,
}

impl<D: Distribution> Problem<'_, D> {
    fn limits(&self, row: usize) -> Limits {
        let rows = self.rows;
        Limits {
            lower: rows.lower(row),
            upper: rows.upper(row),
            entry: rows.entry.as_ref().map_or(f64::NEG_INFINITY, |e| e[row]),
            until: rows.until.as_ref().map_or(f64::INFINITY, |u| u[row]),
            background: rows.background.as_ref().map_or(0.0, |b| b[row]),
        }
    }

    /// The parameters of the rows of a block.
    pub(super) fn predictors(&self, theta: &[f64], from: usize, to: usize, eta: &mut [Vec<f64>]) {
        let layout = self.layout;
        for (p, eta) in eta.iter_mut().enumerate() {
            let own = || layout.coefficients.iter().zip(theta).filter(move |(c, _)| c.parameter == p);
            let ones = own().filter(|(c, _)| c.factor == Factor::One).map(|(_, b)| b);
            eta.clear();
            eta.resize(to - from, layout.fixed[p] + ones.sum::<f64>());
            let column =
                |(c, &b): (&Coefficient, &f64)| self.column(c.factor, from, to).numbers().map(|x| (b, x));
            let mut terms: Vec<(f64, &[f64])> = own().filter_map(column).collect();
            if let Some(offset) = self.rows.offset.as_ref().filter(|_| p == layout.location) {
                terms.push((1.0, &offset[from..to]));
            }
            add_all(eta, &terms);
            for (coefficient, b) in own() {
                let Factor::Stratum(code) = coefficient.factor else { continue };
                let strata = self.rows.stratum.as_ref().map_or(&[][..], |s| &s[from..to]);
                for (e, &s) in eta.iter_mut().zip(strata) {
                    if s as usize == code {
                        *e += b;
                    }
                }
            }
        }
    }

    /// The log likelihood with gradient and information.
    pub fn evaluate(&self, theta: &[f64]) -> Point {
        let k = self.layout.len();
        let mut point =
            Point { value: 0.0, gradient: vec![0.0; k], information: vec![0.0; k * k], size: 0.0 };
        let partners = self.partners();
        self.each_block(theta, true, |from, to, block| {
            point.value += block.value;
            point.size += block.size;
            let columns = self.columns(from, to);
            self.gather_gradient(&columns, block, &mut point.gradient);
            self.gather_information(&columns, &partners, block, &mut point.information);
        });
        for a in 0..k {
            for b in 0..a {
                point.information[b * k + a] = point.information[a * k + b];
            }
        }
        point
    }

    /// The gradient alone.
    pub fn slope(&self, theta: &[f64]) -> Vec<f64> {
        let mut gradient = vec![0.0; self.layout.len()];
        self.each_block(theta, false, |from, to, block| {
            self.gather_gradient(&self.columns(from, to), block, &mut gradient);
        });
        gradient
    }

    /// The weighted scores of the rows, for the robust variance: row-major.
    pub fn scores(&self, theta: &[f64]) -> Vec<f64> {
        let k = self.layout.len();
        let mut scores = vec![0.0; self.rows.len() * k];
        self.each_block(theta, false, |from, to, block| {
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

    fn each_block(&self, theta: &[f64], curvature: bool, mut done: impl FnMut(usize, usize, &Block)) {
        match self.layout.parameters.len() {
            0..=1 => self.blocks::<1>(theta, curvature, &mut done),
            2 => self.blocks::<2>(theta, curvature, &mut done),
            3 => self.blocks::<3>(theta, curvature, &mut done),
            4 => self.blocks::<4>(theta, curvature, &mut done),
            5 => self.blocks::<5>(theta, curvature, &mut done),
            6 => self.blocks::<6>(theta, curvature, &mut done),
            7..=10 => self.blocks::<10>(theta, curvature, &mut done),
            _ => self.blocks::<MOST>(theta, curvature, &mut done),
        }
    }

    fn blocks<const N: usize>(
        &self,
        theta: &[f64],
        curvature: bool,
        done: &mut impl FnMut(usize, usize, &Block),
    ) {
        let (n, parameters) = (self.rows.len(), self.layout.parameters.len());
        let columns = |count: usize| vec![vec![0.0; BLOCK]; count];
        let mut block = Block {
            value: 0.0,
            size: 0.0,
            eta: vec![Vec::with_capacity(BLOCK); parameters],
            gradient: columns(parameters),
            hessian: columns(parameters * (parameters + 1) / 2),
        };
        let mut short = self.distribution.standard_form().map(|standard| (standard, Work::new()));
        let one_scale = self.one_scale(theta);
        let mut jets = vec![Jet::<N>::constant(0.0); parameters];
        for from in (0..n).step_by(BLOCK) {
            let to = (from + BLOCK).min(n);
            self.predictors(theta, from, to, &mut block.eta);
            (block.value, block.size) = (0.0, 0.0);
            if let Some((standard, work)) = &mut short {
                // All are compared, so that the comparisons stand side by side.
                let others = self.rows.kinds[from..to].iter().filter(|k| **k == Kind::Other).count() > 0;
                self.short_rows((from, to, others), *standard, (one_scale, curvature), work, &mut block);
                if !others {
                    done(from, to, &block);
                    continue;
                }
            }
            for i in 0..to - from {
                let row_index = from + i;
                if short.is_some() && self.rows.kinds[row_index] != Kind::Other {
                    continue;
                }
                let weight = self.rows.weight(row_index);
                if !(weight > 0.0) {
                    block.gradient.iter_mut().chain(&mut block.hessian).for_each(|column| column[i] = 0.0);
                    continue;
                }
                for (p, jet) in jets.iter_mut().enumerate() {
                    *jet = Jet::variable(block.eta[p][i], p);
                }
                let (jet, size) = row_and_size(self.distribution, self.limits(row_index), &jets);
                block.value += weight * jet.value;
                block.size += weight * size;
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

    /// The logarithm of the scale, where all rows have the same.
    fn one_scale(&self, theta: &[f64]) -> Option<f64> {
        let Some(&fixed) = self.layout.fixed.get(1) else { return Some(0.0) };
        let own = self.layout.coefficients.iter().zip(theta).filter(|(c, _)| c.parameter == 1);
        own.into_iter().try_fold(fixed, |sum, (c, b)| (c.factor == Factor::One).then_some(sum + b))
    }

    /// The exact and right-censored rows of a block; the others get the weight 0.
    fn short_rows(
        &self,
        (from, to, others): (usize, usize, bool),
        standard: Standard,
        (one_scale, curvature): (Option<f64>, bool),
        work: &mut Work,
        block: &mut Block,
    ) {
        let (mut event, mut weight) = ([0.0; BLOCK], [1.0; BLOCK]);
        let kinds = &self.rows.kinds[from..to];
        event.iter_mut().zip(kinds).for_each(|(d, k)| *d = if *k == Kind::Exact { 1.0 } else { 0.0 });
        let weighted = others || self.rows.weight.is_some();
        if let Some(own) = &self.rows.weight {
            weight[..to - from].copy_from_slice(&own[from..to]);
        }
        if others {
            let others = weight.iter_mut().zip(kinds).filter(|(_, kind)| **kind == Kind::Other);
            others.for_each(|(weight, _)| *weight = 0.0);
        }
        let rows = Observed {
            y: &self.rows.y[from..to],
            event: &event[..to - from],
            weight: weighted.then_some(&weight[..to - from]),
            of_logarithms: self.distribution.is_positive(),
        };
        let scale = one_scale.map_or_else(|| LogScale::Each(&block.eta[1]), LogScale::One);
        let hessian = curvature.then_some(&mut block.hessian[..]);
        block.value = work.fill(standard, rows, (&block.eta[0], scale), &mut block.gradient, hessian);
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

    fn columns(&self, from: usize, to: usize) -> Vec<Column<'_>> {
        self.layout.coefficients.iter().map(|c| self.column(c.factor, from, to)).collect()
    }

    fn gather_gradient(&self, columns: &[Column], block: &Block, gradient: &mut [f64]) {
        for p in 0..self.layout.parameters.len() {
            let own = || (0..columns.len()).filter(|a| self.layout.coefficients[*a].parameter == p);
            let numbers = own().filter_map(|a| columns[a].numbers().map(|x| (a, x)));
            let (places, numbers): (Vec<usize>, Vec<&[f64]>) = numbers.unzip();
            let values = &block.gradient[p][..block.eta[p].len()];
            dots(values, &numbers, |k, sum| gradient[places[k]] += sum);
            for a in own().filter(|a| columns[*a].numbers().is_none()) {
                gradient[a] += columns[a].dot(values);
            }
        }
    }

    /// For each coefficient a, the parameters of those up to a, each with its coefficients: columns of numbers, and others.
    fn partners(&self) -> Vec<Vec<Partners>> {
        let coefficients = &self.layout.coefficients;
        let of = |a: usize| {
            let of_parameter = |parameter: usize| {
                let (mut numbers, mut others) = (Vec::new(), Vec::new());
                for b in (0..=a).filter(|b| coefficients[*b].parameter == parameter) {
                    let into = if matches!(coefficients[b].factor, Factor::Column(_)) {
                        &mut numbers
                    } else {
                        &mut others
                    };
                    into.push(b);
                }
                Partners { parameter, numbers, others }
            };
            (0..self.layout.parameters.len()).map(of_parameter).filter(|p| !p.is_empty()).collect()
        };
        (0..coefficients.len()).map(of).collect()
    }

    fn gather_information(
        &self,
        columns: &[Column],
        partners: &[Vec<Partners>],
        block: &Block,
        information: &mut [f64],
    ) {
        let (k, m) = (self.layout.len(), block.eta.first().map_or(0, Vec::len));
        let mut product = [0.0; BLOCK];
        let mut numbers: Vec<&[f64]> = Vec::with_capacity(k);
        for a in 0..k {
            let p = self.layout.coefficients[a].parameter;
            for partner in &partners[a] {
                let (high, low) = (p.max(partner.parameter), p.min(partner.parameter));
                let hessian = &block.hessian[high * (high + 1) / 2 + low][..m];
                let product = columns[a].times(hessian, &mut product[..m]);
                let row = &mut information[a * k..(a + 1) * k];
                numbers.clear();
                numbers.extend(partner.numbers.iter().filter_map(|b| columns[*b].numbers()));
                dots(product, &numbers, |i, sum| row[partner.numbers[i]] -= sum);
                for &b in &partner.others {
                    row[b] -= columns[b].dot(product);
                }
            }
        }
    }
}

/// Coefficients of one parameter with which another coefficient has a second derivative.
struct Partners {
    parameter: usize,
    numbers: Vec<usize>,
    others: Vec<usize>,
}

impl Partners {
    fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.others.is_empty()
    }
}

/// The most parameters that a distribution may have.
pub(super) const MOST: usize = 26;
