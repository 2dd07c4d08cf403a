//! The options of a fit, and the fit.

use crate::error::{Error, Result};
use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::design::Design;
use crate::survival::regression::parametric::family::Family;
use crate::survival::regression::parametric::model::{ParametricModel, ParametricStop};
use crate::survival::regression::parametric::observations::Observations;
use crate::survival::regression::parametric::search::{Found, Point, Problem};

/// A parametric model of survival: a distribution whose location (or log rate) is a linear predictor.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`offset`](Self::offset) | 0 | is added to the linear predictor | finite, one per row |
/// | [`fixed_scale`](Self::fixed_scale) | estimated | the scale σ | finite, > 0 |
/// | [`max_iterations`](Self::max_iterations) | 200 | Newton steps | |
/// | [`tolerance`](Self::tolerance) | 1e-9 | the last step, in standard errors | inside (0, 1) |
///
/// Strata of the data have a scale each (location-scale families only). Sampling weights and clusters make the variance
/// robust. Delayed entry is truncation: a row counts by its survival after entry; rows of one subject with covariates
/// that change are no such data, since an accelerated time depends on the whole history.
///
/// # Example
/// ```
/// use greenwood::survival::{Design, Family, Parametric, RightCensored};
/// use ndarray::Array2;
///
/// let data = RightCensored::new(&[2.0, 3.0, 5.0, 7.0], &[true, false, true, true])?;
/// let none = Array2::zeros((4, 0));
/// let fit = Parametric::new(Family::Exponential).fit(&data, &Design::new::<&str>(&[], none.view())?)?;
/// assert!((fit.coefficients()[0] - (17.0_f64 / 3.0).ln()).abs() < 1e-12); // time at risk by events
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is fitted until `.fit(…)` is called"]
pub struct Parametric {
    family: Family,
    offset: Option<Vec<f64>>,
    fixed_scale: Option<f64>,
    max_iterations: usize,
    tolerance: f64,
}

impl Parametric {
    /// The model of a family, with the default options.
    pub fn new(family: Family) -> Self {
        Self { family, offset: None, fixed_scale: None, max_iterations: 200, tolerance: 1e-9 }
    }

    /// Numbers that are added to the linear predictor, one per row.
    pub fn offset(self, offset: &[f64]) -> Self {
        Self { offset: Some(offset.to_vec()), ..self }
    }

    /// The scale σ, where it is known (location-scale families).
    pub fn fixed_scale(self, scale: f64) -> Self {
        Self { fixed_scale: Some(scale), ..self }
    }

    /// The limit of Newton steps.
    pub fn max_iterations(self, max_iterations: usize) -> Self {
        Self { max_iterations, ..self }
    }

    /// The size of the last step, in standard errors, that counts as none.
    pub fn tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    /// Fits the model.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::OutOfRange`] for options; [`Error::InvalidCovariate`] for an offset;
    /// [`Error::InvalidObservation`] for a time that the distribution cannot have; [`Error::Collinear`];
    /// [`Error::Unsupported`] for strata of a family without a scale; [`Error::InfiniteLikelihood`] where no starting
    /// value has a finite likelihood. A likelihood without a maximum is no error: see [`ParametricModel::stop`].
    pub fn fit(&self, data: impl Into<Observations>, design: &Design) -> Result<ParametricModel> {
        let data = data.into();
        self.check(&data, design)?;
        let n = data.len();
        let columns = design.columns() + 1;
        let (centre, spread) = standard(&data, design)?;
        let matrix = design.matrix();
        let mut x = Vec::with_capacity(n * columns);
        for row in matrix.rows() {
            x.push(1.0);
            x.extend(row.iter().enumerate().map(|(j, v)| (v - centre[j]) / spread[j]));
        }
        let fixed = match (self.family, self.fixed_scale) {
            (Family::Exponential, _) => Some(0.0),
            (_, scale) => scale.map(f64::ln),
        };
        let strata = if fixed.is_some() { 1 } else { data.strata.as_ref().map_or(1, |s| s.count()) };
        let offset = self.offset.clone().unwrap_or_else(|| vec![0.0; n]);
        let problem = Problem { family: self.family, data: &data, x, columns, offset, strata, fixed };
        if let Some(j) = redundant(&problem) {
            return Err(Error::Collinear { covariate: design.names()[j].clone() });
        }
        let found = self.search(&problem)?;
        Ok(ParametricModel::new(self.family, &problem, design, found, (&centre, &spread)))
    }

    fn check(&self, data: &Observations, design: &Design) -> Result<()> {
        let n = data.len();
        let mut lengths = vec![("the design", design.rows())];
        lengths.extend(self.offset.iter().map(|o| ("offset", o.len())));
        if let Some(&(argument, len)) = lengths.iter().find(|(_, len)| *len != n) {
            return Err(Error::LengthMismatch { argument, len, other: "the observations", expected: n });
        }
        let offset = self.offset.as_deref().unwrap_or_default();
        if let Some((index, &value)) = offset.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(Error::InvalidCovariate { covariate: "offset".into(), index, value });
        }
        if let Some(value) = self.fixed_scale.filter(|s| !(*s > 0.0 && s.is_finite())) {
            return Err(Error::OutOfRange { argument: "fixed_scale", value, must_be: "finite and above 0" });
        }
        if !(self.tolerance > 0.0 && self.tolerance < 1.0) {
            let value = self.tolerance;
            return Err(Error::OutOfRange { argument: "tolerance", value, must_be: "inside (0, 1)" });
        }
        if !self.family.is_location_scale() && (data.strata.is_some() || self.fixed_scale.is_some()) {
            let why = "only a location-scale family has a scale: leave strata and fixed_scale out";
            let with = "strata or a fixed scale";
            return Err(Error::Unsupported { method: "this family", with, why });
        }
        for index in (0..n).filter(|_| self.family.is_positive()) {
            let (lower, upper) = (data.lower[index], data.upper[index]);
            // (−∞, R] and (−1, R] say no more than (0, R]; an event at 0 or before has no logarithm.
            if upper <= 0.0 {
                let why = "this distribution has times above 0 only";
                return Err(Error::InvalidObservation { index, lower, upper, why });
            }
        }
        Ok(())
    }

    /// From the moments of the times, then from wider scales: the first that has a finite likelihood.
    fn search(&self, problem: &Problem) -> Result<Found> {
        let (mean, deviation) = moments(problem);
        let mut best: Option<Found> = None;
        for widen in [1.0_f64, 3.0, 10.0, 100.0, 1e4] {
            let mut theta = vec![0.0; problem.size()];
            if problem.family.is_location_scale() {
                theta[0] = mean;
                theta[problem.columns..].fill((deviation * widen).ln());
            } else {
                theta[0] = rate(problem) - widen.ln();
            }
            let Some(found) = problem.maximise(theta, self.max_iterations, self.tolerance) else { continue };
            let good = found.stop == ParametricStop::Converged;
            if best.as_ref().is_none_or(|b| good || found.point.value > b.point.value) {
                best = Some(found);
            }
            if good {
                break;
            }
        }
        best.ok_or(Error::InfiniteLikelihood)
    }
}

/// The weighted mean of each column, and its standard deviation.
fn standard(data: &Observations, design: &Design) -> Result<(Vec<f64>, Vec<f64>)> {
    let total: f64 = (0..data.len()).map(|i| data.weight(i)).sum();
    let (mut centre, mut spread) = (Vec::new(), Vec::new());
    for (j, column) in design.matrix().columns().into_iter().enumerate() {
        let mean = column.iter().enumerate().map(|(i, v)| data.weight(i) / total * v).sum::<f64>();
        let square = column.iter().enumerate().map(|(i, v)| data.weight(i) / total * (v - mean).powi(2));
        let deviation = square.sum::<f64>().sqrt();
        if !(deviation > 1e-13 * mean.abs() && deviation.is_finite()) {
            return Err(Error::Collinear { covariate: design.names()[j].clone() });
        }
        centre.push(mean);
        spread.push(deviation);
    }
    Ok((centre, spread))
}

/// A covariate that is a combination of earlier ones.
fn redundant(problem: &Problem) -> Option<usize> {
    let k = problem.columns;
    let mut cross = vec![0.0; k * k];
    for (row, x) in problem.x.chunks_exact(k).enumerate() {
        for a in 0..k {
            for b in 0..k {
                cross[a * k + b] += problem.data.weight(row) * x[a] * x[b];
            }
        }
    }
    let free = Cholesky::independent(&cross, k, 1e-11, 0.0);
    (1..k).find(|j| !free.contains(j)).map(|j| j - 1)
}

/// Mean and standard deviation of what is known of the times, on the scale of the model.
fn moments(problem: &Problem) -> (f64, f64) {
    let data = problem.data;
    let start = if problem.family.is_positive() { 0.0 } else { f64::NEG_INFINITY };
    let (mut total, mut sum, mut square) = (0.0, 0.0, 0.0);
    for row in 0..data.len() {
        let (lower, upper) = (data.lower[row], data.upper[row]);
        let t = match (lower > start, upper < f64::INFINITY) {
            (true, true) => f64::midpoint(lower, upper),
            (true, false) => lower,
            (false, true) if problem.family.is_positive() => upper / 2.0,
            (false, true) => upper,
            (false, false) => continue,
        };
        let (w, y) = (data.weight(row), problem.family.y(t) - problem.offset[row]);
        total += w;
        sum += w * y;
        square += w * y * y;
    }
    if total == 0.0 {
        return (0.0, 1.0);
    }
    let mean = sum / total;
    let variance = square / total - mean * mean;
    let least = 1e-3 * mean.abs().max(1e-3);
    (mean, if variance.sqrt() > least { variance.sqrt() } else { least })
}

/// The logarithm of the events by the time under observation.
fn rate(problem: &Problem) -> f64 {
    let data = problem.data;
    let (mut events, mut time) = (0.0, 0.0);
    for row in 0..data.len() {
        let (lower, upper) = (data.lower[row].max(0.0), data.upper[row]);
        let w = data.weight(row);
        let entry = data.entry.as_ref().map_or(0.0, |e| e[row].max(0.0));
        if upper.is_finite() {
            events += w;
        }
        time += w * (if upper.is_finite() { f64::midpoint(lower, upper) } else { lower } - entry);
    }
    (f64::max(events, 0.5) / f64::max(time, 1e-300)).ln()
}

impl Point {
    /// The inverse of the information, with zeros where it has none.
    pub(super) fn variance(&self) -> Vec<f64> {
        let n = self.gradient.len();
        let free = Cholesky::independent(&self.information, n, 1e-13, 0.0);
        Cholesky::new(&self.information, n, &free).map_or_else(|| vec![f64::NAN; n * n], |c| c.inverse())
    }
}
