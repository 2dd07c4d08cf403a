//! Has the likelihood a maximum in the coefficients of the location? The data decide, and not how far a search has gone.
//!
//! Along a direction of these coefficients no row loses if none with an event moves and every censored one moves away from its
//! event, `d'z = 0` and `d'z ≥ 0` (or `≤ 0` for those that had it before the time known). These are the pairs of events and rows
//! at risk of Cox's model in which each row is compared with one of covariates 0. So the cone is found as there
//! ([`cox::separation`](crate::survival::regression::cox)). In the limit the rows that move have a likelihood of 1, and the rest
//! is told by as many coefficients as it determines.

use ndarray::ArrayView2;

use crate::survival::data::near_ties::NearTies;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::cox::independent::independent_columns;
use crate::survival::regression::cox::limit::Directions;
use crate::survival::regression::cox::rows::Rows as PairRows;
use crate::survival::regression::cox::{Ties, separation};
use crate::survival::regression::design::Design;
use crate::survival::regression::parametric::distribution::Distribution;
use crate::survival::regression::parametric::infinite::Flat;
use crate::survival::regression::parametric::layout::{Factor, Layout};
use crate::survival::regression::parametric::likelihood::Problem;
use crate::survival::regression::parametric::options::Parametric;
use crate::survival::regression::parametric::prepared::Prepared;
use crate::survival::regression::parametric::rows::Rows;
use crate::survival::regression::parametric::search::Found;
use crate::survival::regression::parametric::stop::ParametricStop;

/// Beyond this the likelihood of rows that move is 1 to rounding.
const NEXT_TO_NOTHING: f64 = 1e-13;
/// So often the way is doubled until it is.
const DOUBLINGS: usize = 60;

/// The directions in which the likelihood rises without end, in all coefficients.
pub(super) struct Separated {
    /// The extreme directions, of length 1.
    directions: Vec<Vec<f64>>,
    /// Does a row move?
    moves: Vec<bool>,
    /// Which coefficients tell the rest.
    told: Vec<bool>,
}

/// What is compared with a row of covariates 0.
#[derive(Clone, Copy)]
enum Side {
    Stays,
    Later,
    Earlier,
}

impl<D: Distribution> Problem<'_, D> {
    /// Which rows move as the coefficients of the location run to infinity. Returns `None` where the likelihood has a maximum in
    /// them, and where the data are of a kind of which this is not known.
    pub(super) fn separation(&self) -> Option<Separated> {
        let (rows, layout) = (self.rows, self.layout);
        if rows.until.is_some() || rows.background.is_some() {
            return None;
        }
        let of_location: Vec<usize> =
            (0..layout.len()).filter(|&j| layout.coefficients[j].parameter == layout.location).collect();
        let counted: Vec<usize> = (0..rows.len()).filter(|&i| rows.weight(i) > 0.0).collect();
        let sides: Vec<Side> = counted.iter().map(|&i| self.side(i)).collect();
        if of_location.len() < 2 || !sides.iter().any(|s| !matches!(s, Side::Stays)) {
            return None;
        }
        let covariates: Vec<Vec<f64>> = counted
            .iter()
            .map(|&i| of_location.iter().map(|&j| factor(layout, rows, j, i)).collect())
            .collect();
        let (pairs, of) = pairs(&covariates, &sides)?;
        let free = independent_columns(&pairs, Ties::Breslow);
        if free.len() < of_location.len() {
            return None;
        }
        let monotone = separation::limit(&pairs, Ties::Breslow, &free)?;
        // A row that moves is in another stratum of the limit than that of covariates 0 beside it.
        let mut stratum = vec![0; of.len()];
        for (number, left) in monotone.left.strata.iter().enumerate() {
            left.rows.clone().for_each(|i| stratum[monotone.left.order[i]] = number);
        }
        let mut moves = vec![false; rows.len()];
        for (two, of) in stratum.chunks_exact(2).zip(of.chunks_exact(2)) {
            moves[counted[of[0]]] |= two[0] != two[1];
        }
        let found = Directions::new(&pairs, &monotone, Ties::Breslow, &free);
        let mut told = vec![true; layout.len()];
        of_location.iter().enumerate().for_each(|(a, &j)| told[j] = found.free().contains(&a));
        let given = |direction: &Vec<f64>| {
            let mut whole = vec![0.0; layout.len()];
            for (a, &j) in of_location.iter().enumerate() {
                whole[j] = direction[a] / pairs.scale[a];
            }
            unit(whole)
        };
        let directions = found.rays()?.iter().map(given).collect();
        Some(Separated { directions, moves, told })
    }

    fn side(&self, row: usize) -> Side {
        let (lower, upper) = (self.rows.lower(row), self.rows.upper(row));
        let entry = self.rows.entry.as_ref().map_or(f64::NEG_INFINITY, |e| e[row]);
        let start = if self.distribution.is_positive() { 0.0_f64 } else { f64::NEG_INFINITY };
        if upper == f64::INFINITY {
            Side::Later
        } else if lower <= start.max(entry) && lower < upper {
            Side::Earlier
        } else {
            Side::Stays
        }
    }

    /// What a search found, as the limit of a likelihood that rises without end: `of_rest` searches rows and layout of the rest.
    /// Returns `None` where that has no maximum either.
    pub(super) fn in_the_limit(
        &self,
        separated: &Separated,
        of_rest: impl FnOnce(&Rows, &Layout) -> Option<Found>,
    ) -> Option<Found> {
        let k = self.layout.len();
        let weight = (0..self.rows.len()).map(|i| if separated.moves[i] { 0.0 } else { self.rows.weight(i) });
        let rows = Rows { weight: Some(weight.collect()), ..self.rows.clone() };
        let mut layout = self.layout.clone();
        let mut told = separated.told.iter();
        layout.coefficients.retain(|_| told.next() == Some(&true));
        let rest = of_rest(&rows, &layout)?;
        if !matches!(rest.stop, ParametricStop::Converged) {
            return None;
        }
        let mut own = rest.theta.iter();
        let theta: Vec<f64> = separated
            .told
            .iter()
            .map(|&t| if t { own.next().copied().unwrap_or(0.0) } else { 0.0 })
            .collect();
        // Between all directions, towards where the rows that move gain.
        let mut way = vec![0.0; k];
        separated.directions.iter().for_each(|d| way.iter_mut().zip(d).for_each(|(w, d)| *w += d));
        let ahead: f64 = self.slope(&theta).iter().zip(&way).map(|(g, d)| g * d).sum();
        let sign = 1.0_f64.copysign(ahead);
        let way = unit(way.iter().map(|d| sign * d).collect());
        let rays = separated.directions.iter().map(|d| d.iter().map(|d| sign * d).collect()).collect();
        let (far, point) = (0..DOUBLINGS).find_map(|doubled| {
            let far: Vec<f64> =
                theta.iter().zip(&way).map(|(b, d)| b + d * 2.0_f64.powi(doubled as i32)).collect();
            let point = self.evaluate(&far);
            let left = (point.value - rest.point.value).abs();
            (left <= NEXT_TO_NOTHING * rest.point.size.max(1.0)).then_some((far, point))
        })?;
        let covariates = |j: &usize| matches!(self.layout.coefficients[*j].factor, Factor::Column(_));
        let coefficient = (0..k).filter(covariates).max_by(|&a, &b| way[a].abs().total_cmp(&way[b].abs()))?;
        Some(Found {
            theta: far,
            point,
            iterations: rest.iterations,
            stop: ParametricStop::Separated { coefficient },
            determined: vec![true; k],
            flat: Some(Flat { way, basis: orthogonal(&separated.directions), rays }),
        })
    }
}

impl<D: Distribution> Parametric<D> {
    /// A search that ended elsewhere than at a plain maximum: whether there is one, the data decide.
    pub(super) fn settled(&self, problem: Problem<D>, prepared: &Prepared, found: Found) -> Found {
        if found.stop == ParametricStop::Converged && !problem.is_doubtful(&found) {
            return found;
        }
        let of_rest = |rows: &Rows, layout: &Layout| {
            self.search_rows(Problem { rows, layout, ..problem }, prepared).ok()
        };
        let limit = problem.separation().and_then(|s| problem.in_the_limit(&s, of_rest));
        limit.unwrap_or(found)
    }
}

/// What a coefficient is multiplied by in a row.
fn factor(layout: &Layout, rows: &Rows, coefficient: usize, row: usize) -> f64 {
    match layout.coefficients[coefficient].factor {
        Factor::One => 1.0,
        Factor::Column(column) => rows.columns[column][row],
        Factor::Stratum(code) => {
            let own = rows.stratum.as_ref().is_some_and(|s| s[row] as usize == code);
            f64::from(u8::from(own))
        }
    }
}

/// Two rows of Cox's model for each comparison, at a time of their own, and the row of the data that each belongs to.
fn pairs(covariates: &[Vec<f64>], sides: &[Side]) -> Option<(PairRows, Vec<usize>)> {
    let p = covariates.first()?.len();
    let (mut time, mut entry, mut event) = (Vec::new(), Vec::new(), Vec::new());
    let (mut x, mut of) = (Vec::new(), Vec::new());
    let zero = vec![0.0; p];
    for (i, (own, side)) in covariates.iter().zip(sides).enumerate() {
        let both = [(own, &zero), (&zero, own)];
        let compared = match side {
            Side::Stays => &both[..],
            Side::Later => &both[..1],
            Side::Earlier => &both[1..],
        };
        for (ahead, behind) in compared {
            let start = time.len() as f64;
            time.extend([start + 1.0, start + 1.5]);
            entry.extend([start, start]);
            event.extend([true, false]);
            x.extend_from_slice(ahead);
            x.extend_from_slice(behind);
            of.extend([i, i]);
        }
    }
    let names: Vec<String> = (0..p).map(|j| j.to_string()).collect();
    let matrix = ArrayView2::from_shape((of.len(), p), &x).ok()?;
    let design = Design::new(&names, matrix).ok()?;
    let data = RightCensored::new(&time, &event).ok()?.with_near_ties(NearTies::Exact).ok()?;
    Some((PairRows::new(&data.with_entry(&entry).ok()?, &design, None).ok()?, of))
}

fn length(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn unit(mut v: Vec<f64>) -> Vec<f64> {
    let size = length(&v);
    if size > 0.0 {
        for x in &mut v {
            *x /= size;
        }
    }
    v
}

/// Unit vectors at right angles to each other that span the same, by Gram and Schmidt, twice for their digits.
fn orthogonal(vectors: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for v in vectors {
        let mut rest = v.clone();
        for b in basis.iter().chain(&basis) {
            let part: f64 = b.iter().zip(&rest).map(|(b, x)| b * x).sum();
            rest.iter_mut().zip(b).for_each(|(x, b)| *x -= part * b);
        }
        if length(&rest) > 1e-9 * length(v) {
            basis.push(unit(rest));
        }
    }
    basis
}
