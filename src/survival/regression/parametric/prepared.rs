//! The rows on the scale of the search, and the way back.

use ndarray::{Array1, Array2};

use crate::error::{Error, ModelError, Result};
use crate::numeric::cholesky::Cholesky;
use crate::survival::data::weights::Weights;
use crate::survival::regression::design::Design;
use crate::survival::regression::parametric::distribution::{Distribution, Summary};
use crate::survival::regression::parametric::lanes::{dot, dots, squares, sum};
use crate::survival::regression::parametric::layout::{Factor, Layout};
use crate::survival::regression::parametric::likelihood::Point;
use crate::survival::regression::parametric::observations::Observations;
use crate::survival::regression::parametric::rows::Rows;
use crate::survival::regression::parametric::search::Found;
use crate::survival::regression::parametric::stop::ParametricStop;

/// The rows on the scale of the search: columns centred and scaled, times in a unit of their own where a parameter has the
/// unit of time.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub rows: Rows,
    /// The layout with fixed values on the scale of the search.
    pub layout: Layout,
    summary: Summary,
    centre: Vec<f64>,
    spread: Vec<f64>,
    /// What a parameter's working value is multiplied by, and what is added, on the way back.
    unit: Vec<(f64, f64)>,
    /// The matrix by which the parameters follow from those of the search, row-major.
    pub turn: Option<Vec<f64>>,
    /// What is added to the log likelihood on the way back.
    jacobian: f64,
}

impl Prepared {
    pub fn new<D: Distribution>(
        distribution: &D,
        data: &Observations,
        design: &Design,
        layout: &Layout,
        offset: Option<&[f64]>,
    ) -> Result<Self> {
        let positive = distribution.is_positive();
        let (c, unit) = unit_of(distribution, data, layout.parameters.len())?;
        let in_unit = |x: &f64| x / c;
        let start = if positive { 0.0 } else { f64::NEG_INFINITY };
        let entry = data.entry.as_ref().map(|e| {
            e.iter().map(|x| if *x > start { x / c } else { f64::NEG_INFINITY }).collect::<Vec<f64>>()
        });
        let entry = entry.filter(|e| e.iter().any(|x| *x > f64::NEG_INFINITY));
        let until = data.until.as_ref().filter(|u| u.iter().any(|x| *x < f64::INFINITY));
        let y = data.lower.iter().map(in_unit).map(|t| if positive { t.ln() } else { t }).collect();
        let (columns, centre, spread) = standardised(data, design, layout)?;
        let mut here = layout.clone();
        for (value, (by, plus)) in here.fixed.iter_mut().zip(&unit) {
            *value = (*value - plus) / by;
        }
        for coefficient in &layout.coefficients {
            if !matches!(coefficient.factor, Factor::Column(_)) {
                here.fixed[coefficient.parameter] = 0.0;
            }
        }
        let exact = |i: &usize| data.lower[*i] == data.upper[*i];
        let jacobian = -c.ln() * (0..data.len()).filter(exact).map(|i| data.weight(i)).sum::<f64>();
        let constant = data
            .background
            .as_ref()
            .map_or(0.0, |expected| (0..data.len()).map(|i| data.weight(i) * expected.constant[i]).sum());
        let jacobian = jacobian - constant;
        let mut rows = Rows {
            raw: [data.lower.clone(), data.upper.clone()],
            // A power of two: the product is the quotient.
            per_unit: 1.0 / c,
            entry,
            until: until.map(|u| u.iter().map(in_unit).collect()),
            weight: data.weights.as_ref().map(|w| w.values().to_vec()),
            offset: offset.map(|o| o.iter().map(|x| x / unit[layout.location].0).collect()),
            stratum: data.strata.as_ref().map(|s| s.codes().to_vec()),
            columns,
            y,
            kinds: Vec::new(),
            background: data.background.as_ref().filter(|b| b.rows.iter().any(|x| *x > 0.0)).map(
                |expected| {
                    let in_unit =
                        |(i, x): (usize, &f64)| if data.lower[i] == data.upper[i] { x * c } else { *x };
                    expected.rows.iter().enumerate().map(in_unit).collect()
                },
            ),
        };
        rows.kinds = rows.all_kinds();
        // Starting values need no more than a part of many rows.
        let step = rows.step_of_a_part();
        let moves_y = distribution.standard_form().is_some();
        let of = |rows: &Rows| summary(rows, positive, moves_y);
        let summary = if step >= 4 { of(&rows.every(step)) } else { of(&rows) };
        Ok(Self { rows, layout: here, summary, centre, spread, unit, turn: None, jacobian })
    }

    /// Working values of the parameters to start from: those of the distribution, and wider ones for where these fail.
    pub fn starts<D: Distribution>(&self, distribution: &D) -> [Vec<Vec<f64>>; 2] {
        let mut own = distribution.starts(&self.summary);
        let wider = [3.0, 30.0, 1e4].into_iter().filter_map(|widen| {
            let deviation = self.summary.deviation * widen;
            distribution.starts(&Summary { deviation, ..self.summary }).into_iter().next()
        });
        let mut wider: Vec<Vec<f64>> = wider.collect();
        let usable =
            |s: &Vec<f64>| s.len() == self.layout.parameters.len() && s.iter().all(|x| x.is_finite());
        own.retain(usable);
        wider.retain(usable);
        [own, wider]
    }

    /// Data without any event: nothing is searched, the likelihood tends to 1.
    pub fn without_events<D: Distribution>(&self, distribution: &D) -> Found {
        let k = self.layout.len();
        let start = self.starts(distribution).concat().into_iter().next();
        let start = start.unwrap_or_else(|| vec![0.0; self.layout.parameters.len()]);
        Found {
            theta: self.layout.start(&start),
            point: Point {
                value: -self.jacobian,
                gradient: vec![0.0; k],
                information: vec![0.0; k * k],
                size: 0.0,
            },
            iterations: 0,
            stop: ParametricStop::NoEvents,
            determined: vec![false; k],
            flat: None,
        }
    }

    /// `coefficients = A θ + b`.
    pub fn way_back(&self) -> (Array2<f64>, Array1<f64>) {
        let k = self.layout.len();
        let (mut a, mut b) = (Array2::zeros((k, k)), Array1::zeros(k));
        for (i, coefficient) in self.layout.coefficients.iter().enumerate() {
            let (by, plus) = self.unit[coefficient.parameter];
            if let Factor::Column(j) = coefficient.factor {
                a[(i, i)] = by / self.spread[j];
                for (own, other) in self.layout.coefficients.iter().enumerate() {
                    let same = other.parameter == coefficient.parameter;
                    if same && !matches!(other.factor, Factor::Column(_)) {
                        a[(own, i)] = -by * self.centre[j] / self.spread[j];
                    }
                }
            } else {
                a[(i, i)] = by;
                b[i] = plus;
            }
        }
        if let Some(turn) = &self.turn {
            let n = self.layout.parameters.len();
            let own = |i: &usize| !matches!(self.layout.coefficients[*i].factor, Factor::Column(_));
            let parameter = |i: usize| self.layout.coefficients[i].parameter;
            for i in (0..k).filter(own) {
                for j in (0..k).filter(own) {
                    a[(i, j)] = turn[parameter(i) * n + parameter(j)];
                }
            }
        }
        (a, b)
    }

    pub fn log_likelihood(&self, found: &Found) -> f64 {
        found.point.value + self.jacobian
    }
}

/// Within these the square of a time is a number, and its reciprocal.
const LARGEST: f64 = 1e140;
const SMALLEST: f64 = 1e-140;

/// The unit in which time is measured, a power of two, and what becomes of the parameters.
fn unit_of<D: Distribution>(
    distribution: &D,
    data: &Observations,
    parameters: usize,
) -> Result<(f64, Vec<(f64, f64)>)> {
    let largest = data.largest();
    let unit = if largest > 0.0 { largest.log2().round().exp2() } else { 1.0 };
    match distribution.in_unit(unit) {
        Some(_) if !(SMALLEST..=LARGEST).contains(&unit) => Err(Error::Unsupported {
            method: "a family with a parameter in the unit of time",
            with: "times beyond 1e140 or all below 1e-140",
            why: "variances are squares of times, which no number holds there: measure time in another unit",
        }),
        Some(back) => Ok((unit, back)),
        None => Ok((1.0, vec![(1.0, 0.0); parameters])),
    }
}

type Columns = (Vec<Vec<f64>>, Vec<f64>, Vec<f64>);

/// The columns with mean 0 and variance 1; not centred where a parameter has no value of its own to take up the mean.
fn standardised(data: &Observations, design: &Design, layout: &Layout) -> Result<Columns> {
    let n = data.len();
    let weights = data.weights.as_ref().map(Weights::values);
    let total = weights.map_or(n as f64, sum);
    let has_own = |p: usize| {
        layout.coefficients.iter().any(|c| c.parameter == p && !matches!(c.factor, Factor::Column(_)))
    };
    let k = design.columns();
    let (mut centres, mut spreads) = (vec![0.0; k], vec![1.0; k]);
    let mut used = vec![false; k];
    for (j, Moments { mean, squares, .. }) in moments(design, weights).into_iter().enumerate() {
        let users: Vec<usize> = layout
            .coefficients
            .iter()
            .filter(|c| c.factor == Factor::Column(j))
            .map(|c| c.parameter)
            .collect();
        if users.is_empty() {
            continue;
        }
        let deviation = (squares / total).sqrt();
        let centred = users.iter().all(|p| has_own(*p));
        if !(deviation > 1e-13 * mean.abs() && deviation.is_finite() && deviation > 0.0) {
            return Err(Error::Model(ModelError::Collinear { covariate: design.names()[j].clone() }));
        }
        (centres[j], spreads[j], used[j]) = (if centred { mean } else { 0.0 }, deviation, true);
    }
    let mut columns: Vec<Vec<f64>> =
        used.iter().map(|used| if *used { Vec::with_capacity(n) } else { vec![0.0; n] }).collect();
    each_block(design, |_, block| {
        for j in (0..k).filter(|j| used[*j]) {
            let (centre, deviation) = (centres[j], spreads[j]);
            columns[j].extend(block[j].iter().map(|v| (v - centre) / deviation));
        }
    });
    redundant(data, design, layout, &columns)?;
    Ok((columns, centres, spreads))
}

/// Weight, mean, and sum of squares about the mean.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    weight: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Both together (Chan, Golub & `LeVeque` 1983, Am Stat 37:242).
    fn and(self, other: Self) -> Self {
        let weight = self.weight + other.weight;
        if !(weight > 0.0) {
            return self;
        }
        let (apart, share) = (other.mean - self.mean, other.weight / weight);
        Self {
            weight,
            mean: self.mean + apart * share,
            squares: self.squares + other.squares + apart * apart * self.weight * share,
        }
    }
}

/// Those of each column, in one pass over the design.
fn moments(design: &Design, weights: Option<&[f64]>) -> Vec<Moments> {
    let mut all = vec![Moments::default(); design.columns()];
    each_block(design, |from, block| {
        for (all, x) in all.iter_mut().zip(block) {
            let weights = weights.map(|w| &w[from..from + x.len()]);
            let weight = weights.map_or(x.len() as f64, sum);
            if weight > 0.0 {
                let mean = weights.map_or_else(|| sum(x), |w| dot(w, x)) / weight;
                *all = all.and(Moments { weight, mean, squares: squares(x, mean, weights) });
            }
        }
    });
    all
}

/// The columns of the design, block by block of rows, with the first row of each.
fn each_block(design: &Design, mut done: impl FnMut(usize, &[Vec<f64>])) {
    const ROWS: usize = 256;
    let x = design.matrix();
    let (n, k) = x.dim();
    let numbers = x.as_slice();
    let mut block: Vec<Vec<f64>> = vec![Vec::with_capacity(ROWS); k];
    for from in (0..n).step_by(ROWS) {
        let to = (from + ROWS).min(n);
        for (j, column) in block.iter_mut().enumerate() {
            column.clear();
            match numbers {
                Some(numbers) => column.extend(numbers[from * k..to * k].chunks_exact(k).map(|row| row[j])),
                None => column.extend((from..to).map(|i| x[(i, j)])),
            }
        }
        done(from, &block);
    }
}

/// Rows that decide on most designs.
const FEW: usize = 1 << 13;

/// Refuses a covariate that is a combination of the earlier ones of its parameter. Columns that are independent in some of
/// the rows are so in all of them.
fn redundant(data: &Observations, design: &Design, layout: &Layout, columns: &[Vec<f64>]) -> Result<()> {
    let n = data.len();
    for p in 0..layout.parameters.len() {
        let of_parameter: Vec<usize> = layout
            .coefficients
            .iter()
            .filter(|c| c.parameter == p)
            .filter_map(|c| if let Factor::Column(j) = c.factor { Some(j) } else { None })
            .collect();
        let k = of_parameter.len();
        let dependent = |rows: usize, least: f64| {
            let views: Vec<&[f64]> = of_parameter.iter().map(|j| &columns[*j][..rows]).collect();
            let cross = cross_products(&views, data.weights.as_ref().map(|w| &w.values()[..rows]));
            let free = Cholesky::independent(&cross, k, least, 0.0);
            (0..k).find(|a| !free.contains(a))
        };
        if n > 2 * FEW && dependent(FEW, 1e-7).is_none() {
            continue;
        }
        if let Some(a) = dependent(n, 1e-11) {
            return Err(Error::Model(ModelError::Collinear {
                covariate: design.names()[of_parameter[a]].clone(),
            }));
        }
    }
    Ok(())
}

/// The weighted products of all pairs of columns, row-major.
fn cross_products(columns: &[&[f64]], weights: Option<&[f64]>) -> Vec<f64> {
    let k = columns.len();
    let mut cross = vec![0.0; k * k];
    for a in 0..k {
        let weighted: Option<Vec<f64>> =
            weights.map(|w| columns[a].iter().zip(w).map(|(x, w)| x * w).collect());
        dots(weighted.as_deref().unwrap_or(columns[a]), &columns[..=a], |b, sum| {
            cross[a * k + b] = sum;
            cross[b * k + a] = sum;
        });
    }
    cross
}

/// Mean and deviation of what is known of the times, and events by time under observation. An offset that moves the times or their
/// logarithms is taken off.
fn summary(rows: &Rows, positive: bool, moves_y: bool) -> Summary {
    let offset = |row: usize| rows.offset.as_ref().filter(|_| moves_y).map_or(0.0, |o| o[row]);
    let start = if positive { 0.0 } else { f64::NEG_INFINITY };
    let (mut total, mut sum, mut square) = (0.0, 0.0, 0.0);
    let (mut events, mut time, mut censored, mut all) = (0.0, 0.0, 0.0, 0.0);
    let known = |row: usize| -> Option<f64> {
        let (lower, upper) = (rows.lower(row), rows.upper(row));
        let t = match (lower > start, upper < f64::INFINITY) {
            (true, true) if lower < upper => f64::midpoint(lower, upper),
            (true, _) => return Some(rows.y[row] - offset(row)),
            (false, true) if positive => upper / 2.0,
            (false, true) => upper,
            (false, false) => return None,
        };
        Some(if positive { t.ln() } else { t } - offset(row))
    };
    for row in 0..rows.len() {
        let w = rows.weight(row);
        all += w;
        let (lower, upper) = (rows.lower(row).max(0.0), rows.upper(row));
        let entry = rows.entry.as_ref().map_or(0.0, |e| e[row].max(0.0));
        let end = if upper.is_finite() { f64::midpoint(lower, upper) } else { lower };
        time += w * (end - entry).max(0.0);
        if upper.is_finite() {
            events += w;
        } else {
            censored += w;
        }
        if let Some(y) = known(row) {
            total += w;
            sum += w * y;
        }
    }
    let mean = if total > 0.0 { sum / total } else { 0.0 };
    for row in 0..rows.len() {
        if let Some(y) = known(row) {
            square += rows.weight(row) * (y - mean).powi(2);
        }
    }
    let deviation = if total > 0.0 { (square / total).sqrt() } else { 1.0 };
    let least = 1e-2 * if positive { 1.0 } else { mean.abs().max(1e-3) };
    Summary {
        rate: f64::max(events, 0.5) / f64::max(time, 1e-300),
        mean,
        deviation: if deviation > least { deviation } else { least },
        censored: if all > 0.0 { censored / all } else { 0.0 },
    }
}
