//! What is summed over event times for each subject, and how sums from the last one backwards are kept by group.

use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::fine_gray::scan::{OfStratum, Scan, add};

/// What is integrated over `wᵢ(t) dMᵢ(t)`: `a(t) xᵢ − b(t)`, where a is a number and b has a value for each column.
pub(super) struct Integrand<'a> {
    pub slope: Slope<'a>,
    /// By event time, columns side by side.
    pub offset: &'a [f64],
    pub columns: usize,
}

/// The `a` of an integrand.
#[derive(Clone, Copy)]
pub(super) enum Slope<'a> {
    /// The columns need not be those of the covariates.
    Zero,
    One,
    /// By event time over all strata.
    Of(&'a [f64]),
}

impl Integrand<'_> {
    #[inline]
    pub(super) fn slope(&self, k: usize) -> f64 {
        match self.slope {
            Slope::Zero => 0.0,
            Slope::One => 1.0,
            Slope::Of(a) => a[k],
        }
    }

    #[inline]
    pub(super) fn offset(&self, k: usize, p: usize) -> &[f64] {
        &self.offset[k * p..(k + 1) * p]
    }

    /// Adds a multiple of the covariates of a row, where they have a part in it.
    #[inline]
    pub(super) fn add_row(&self, to: &mut [f64], rows: &Rows, i: usize, p: usize, factor: f64) {
        if !matches!(self.slope, Slope::Zero) {
            add(to, &rows.x[i * p..(i + 1) * p], factor);
        }
    }
}

/// Sums of `W a dA` and `W b dA` over event times from the last backwards, as they are needed at earlier times.
pub(super) struct Ahead<'a> {
    scan: &'a Scan,
    of: &'a Integrand<'a>,
    p: usize,
    /// By group: the epoch, `Σ W a dA`, `Σ W b dA`.
    epochs: Vec<Option<u32>>,
    sums: Vec<f64>,
}

impl<'a> Ahead<'a> {
    #[inline]
    pub(super) fn new(scan: &'a Scan, of: &'a Integrand<'a>, p: usize) -> Self {
        Self { scan, of, p, epochs: vec![None; scan.groups], sums: vec![0.0; scan.groups * (p + 1)] }
    }

    #[inline]
    pub(super) fn add(&mut self, of: &OfStratum, k: usize) {
        let p = self.p;
        let hazard = self.scan.hazard[of.first + k];
        let (slope, offset) = (self.of.slope(of.first + k), self.of.offset(of.first + k, p));
        let groups = self.sums.chunks_exact_mut(p + 1).zip(&mut self.epochs);
        for ((sums, epoch), weight) in groups.zip(&of.weights[k * self.scan.groups..]) {
            if *epoch != Some(weight.epoch) {
                sums.fill(0.0);
                *epoch = Some(weight.epoch);
            }
            sums[0] += weight.value * hazard * slope;
            add(&mut sums[1..=p], offset, weight.value * hazard);
        }
    }

    #[inline]
    pub(super) fn of(&self, g: usize) -> (Option<u32>, f64, &[f64]) {
        let p = self.p;
        let sums = &self.sums[g * (p + 1)..(g + 1) * (p + 1)];
        (self.epochs[g], sums[0], &sums[1..=p])
    }
}
