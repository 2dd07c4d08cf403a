//! From the data to the problem, and from where the search ended to the model.

use super::link::IntervalLink;
use super::model::{IntervalModel, StratumBaseline};
use super::options::IntervalRegression;
use super::problem::{NONE, Point, Problem, Row};
use super::search::{Found, maximise};
use super::separation::{self, Limit};
use super::{profile, step::Step};
use crate::error::{Error, Result};
use crate::numeric::cholesky::Cholesky;
use crate::survival::curve::turnbull::{Turnbull, TurnbullCurve};
use crate::survival::data::interval_censored::IntervalCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::cox::Stop;
use crate::survival::regression::cox::limit::Fate;
use crate::survival::regression::design::Design;
use crate::survival::regression::term::{Status, Term};

/// Of its variance, what a column keeps that is not a combination of earlier ones.
const COLLINEAR: f64 = 1e-11;
/// So far apart may linear predictors lie, in units of α, before it is asked whether the likelihood has a maximum.
const FAR: f64 = 8.0;

/// The problem of the data, from where its search starts.
pub(super) struct Prepared {
    pub problem: Problem,
    /// Without covariates: Turnbull's estimate.
    pub start: Point,
    pub free: Vec<usize>,
    pub centre: Vec<f64>,
    pub scale: Vec<f64>,
    chains: Vec<Chain>,
    subjects: f64,
}

/// One stratum.
struct Chain {
    label: String,
    curve: TurnbullCurve,
    /// Its first place of α.
    first: usize,
}

/// The maximum, in the limit where there is none.
pub(super) struct Maximum {
    pub null: f64,
    pub found: Found,
    pub limit: Option<Limit>,
}

impl Prepared {
    pub fn new(link: IntervalLink, data: &IntervalCensored, design: &Design) -> Result<Self> {
        check(data, design)?;
        let groups = data.strata();
        let mut chains = Vec::new();
        let (mut rows, mut members, mut chain_of) = (Vec::new(), Vec::new(), Vec::new());
        let (mut chain, mut start) = (Vec::new(), (Vec::new(), Vec::new()));
        for code in 0..groups.map_or(1, crate::survival::Groups::count) {
            let of: Vec<usize> = (0..data.len())
                .filter(|&i| data.weight(i) > 0.0 && groups.is_none_or(|g| g.codes()[i] as usize == code))
                .collect();
            if of.is_empty() {
                continue;
            }
            let part = data.rows(&of);
            let curve = Turnbull::fit(&part);
            let (first, count) = (chain.len(), curve.places().len());
            for (&i, (_, from, end)) in of.iter().zip(curve.ranges(&part)) {
                let lower = if from == 0 { NONE } else { (first + from - 1) as u32 };
                let upper = if end == count { NONE } else { (first + end - 1) as u32 };
                if lower != NONE || upper != NONE {
                    rows.push(Row { lower, upper, weight: data.weight(i) });
                    members.push(i);
                    chain_of.push(chains.len());
                }
            }
            begin(link, &curve, first, &mut start);
            chain.extend((1..count).map(|j| j == 1));
            let label = groups.map_or(String::new(), |g| g.labels()[code].clone());
            chains.push(Chain { label, curve, first });
        }
        let covariates = Covariates::new(design, &rows, &members, &chain_of);
        let subjects = (0..data.len()).map(|i| data.weight(i)).sum();
        let total: f64 = rows.iter().map(|r| r.weight).sum();
        let p = design.columns();
        let Covariates { x, centre, scale, free } = covariates;
        let problem = Problem { link, rows, x, p, chain, total: total.max(f64::MIN_POSITIVE) };
        let mut start = Point { starts: start.0, levels: start.1, beta: vec![0.0; p] };
        if !problem.log_likelihood(&start).is_finite() {
            start = evenly(&problem);
        }
        Ok(Self { problem, start, free, centre, scale, chains, subjects })
    }

    pub fn maximise(&self, most: usize) -> Maximum {
        let null = maximise(&self.problem, self.start.clone(), &[], most);
        let found = maximise(&self.problem, null.point.clone(), &self.free, most);
        let at_zero = null.at.log_likelihood;
        let doubtful = found.stop != Stop::Converged || self.spread(&found.point.beta) > FAR;
        let limit = if doubtful { separation::limit(&self.problem, &self.free, &null.point) } else { None };
        let Some(limit) = limit else { return Maximum { null: at_zero, found, limit: None } };
        let (problem, start) = (&limit.problem, limit.start.clone());
        let mut found = maximise(problem, start, &limit.free, most);
        if found.stop == Stop::Converged {
            let covariate = limit.fate.iter().position(|&f| f != Fate::Finite).unwrap_or(0);
            found.stop = Stop::InfiniteCoefficient { covariate };
        }
        Maximum { null: at_zero, found, limit: Some(limit) }
    }

    /// How far apart the linear predictors of the rows are.
    fn spread(&self, beta: &[f64]) -> f64 {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        if beta.is_empty() {
            return 0.0;
        }
        for x in self.problem.x.chunks_exact(self.problem.p) {
            let eta: f64 = x.iter().zip(beta).map(|(x, b)| x * b).sum();
            (low, high) = (low.min(eta), high.max(eta));
        }
        high - low
    }

    pub fn model(self, design: &Design, rows: usize, most: usize) -> IntervalModel {
        let Maximum { null, found, limit } = self.maximise(most);
        let p = self.problem.p;
        let (problem, free) = limit.as_ref().map_or((&self.problem, &self.free), |l| (&l.problem, &l.free));
        let errors = profile::errors(problem, &found, free, most);
        let unit = |j: usize| if self.scale[j] > 0.0 { self.scale[j].recip() } else { 0.0 };
        let fate = |j: usize| limit.as_ref().map_or(Fate::Finite, |l| l.fate[j]);
        let mut variance = vec![0.0; p * p];
        let finite = |j: usize| fate(j) == Fate::Finite;
        if let Some(scaled) = &errors.covariance {
            let known = &errors.free;
            for (a, &i) in known.iter().enumerate() {
                for (b, &j) in known.iter().enumerate().filter(|&(_, &j)| finite(i) && finite(j)) {
                    variance[i * p + j] = scaled[a * known.len() + b] * unit(i) * unit(j);
                }
            }
        }
        let term = |j: usize| {
            let status = match fate(j) {
                Fate::PlusInfinity => Status::PlusInfinity,
                Fate::MinusInfinity => Status::MinusInfinity,
                Fate::Undecided => Status::NotEstimable,
                Fate::Finite if self.problem.places() > 0 && self.free.contains(&j) => Status::Estimated,
                Fate::Finite => Status::Redundant,
            };
            let estimated = status == Status::Estimated;
            let with_error = estimated && errors.covariance.is_some() && errors.free.contains(&j);
            Term {
                name: design.names()[j].clone(),
                status,
                coefficient: match status {
                    Status::Estimated => Some(found.point.beta[j] * unit(j)),
                    // Left out.
                    Status::Redundant => Some(0.0),
                    _ => None,
                },
                std_error: with_error.then(|| variance[j * p + j].sqrt()),
                robust_std_error: None,
            }
        };
        let stop = match (found.stop, errors.level) {
            _ if self.problem.places() == 0 => Stop::NoEvents,
            (Stop::Converged, Some(covariate)) => Stop::Flat { covariate },
            (stop, _) => stop,
        };
        let score = free.iter().map(|&j| found.condition.score[j].abs()).fold(0.0, f64::max);
        IntervalModel {
            recipe: design.recipe().clone(),
            link: self.problem.link,
            rows,
            subjects: self.subjects,
            terms: (0..p).map(term).collect(),
            variance,
            centre: self.centre.clone(),
            log_likelihood: [null, found.at.log_likelihood],
            gap: found.condition.gap.max(0.0),
            score: score / self.problem.total,
            iterations: found.iterations,
            stop,
            baseline: if limit.is_some() { Vec::new() } else { self.baselines(&found.point) },
        }
    }

    fn baselines(&self, point: &Point) -> Vec<StratumBaseline> {
        let of = point.level_of(self.problem.places());
        let baseline = |chain: &Chain| {
            let places = chain.curve.places().to_vec();
            let range = chain.first..chain.first + places.len() - 1;
            StratumBaseline {
                label: chain.label.clone(),
                rows: chain.curve.rows(),
                subjects: chain.curve.subjects(),
                level: range.map(|place| point.levels[of[place] as usize]).collect(),
                places,
            }
        };
        self.chains.iter().map(baseline).collect()
    }

    /// The information about the coefficients with the levels as they are joined at a point.
    pub fn information(problem: &Problem, found: &Found, free: &[usize]) -> Option<Vec<f64>> {
        let level_of = found.point.level_of(problem.places());
        Step { problem, at: &found.at, free, level_of: &level_of }.information(&found.point)
    }
}

fn check(data: &IntervalCensored, design: &Design) -> Result<()> {
    let method = "semiparametric regression of interval-censored events";
    let refuse = |with, why| Err(Error::Unsupported { method, with, why });
    if design.columns() > 0 && design.rows() != data.len() {
        let (len, expected) = (design.rows(), data.len());
        return Err(Error::LengthMismatch { argument: "the design", len, other: "lower", expected });
    }
    if data.is_truncated() {
        return refuse(
            "delayed entry",
            "its likelihood is not concave in the baseline and the coefficients together; use `Parametric`, which honours it",
        );
    }
    if matches!(data.weights(), Some(Weights::Sampling(_))) {
        return refuse(
            "sampling weights",
            "their likelihood has no profile to tell the errors by; use replication weights, or `Parametric`",
        );
    }
    if data.clusters().is_some() {
        return refuse(
            "clusters",
            "the profile of the likelihood takes rows for independent; use `Parametric`, whose errors are robust",
        );
    }
    Ok(())
}

/// Levels from the masses of a curve without covariates.
fn begin(link: IntervalLink, curve: &TurnbullCurve, first: usize, start: &mut (Vec<u32>, Vec<f64>)) {
    let mass: Vec<f64> = curve.intersections().map(|i| i.mass).collect();
    let mut after = vec![0.0; mass.len() + 1];
    for j in (0..mass.len()).rev() {
        after[j] = after[j + 1] + mass[j];
    }
    let (mut before, mut last) = (0.0, f64::NEG_INFINITY);
    for j in 0..mass.len().saturating_sub(1) {
        before += mass[j];
        let level = link.of_probability(before, after[j + 1]);
        if j == 0 || level > last {
            start.0.push((first + j) as u32);
            start.1.push(level);
            last = level;
        }
    }
}

/// A level for each place, as if all masses were equal: whatever the rows are, they have a likelihood there.
fn evenly(problem: &Problem) -> Point {
    let places = problem.places();
    let begins: Vec<usize> = (0..places).filter(|&j| problem.chain[j]).chain([places]).collect();
    let levels = begins.windows(2).flat_map(|w| {
        let masses = (w[1] - w[0] + 1) as f64;
        (1..=w[1] - w[0]).map(move |j| {
            let event = j as f64 / masses;
            problem.link.of_probability(event, 1.0 - event)
        })
    });
    Point { levels: levels.collect(), starts: (0..places as u32).collect(), beta: vec![0.0; problem.p] }
}

/// The columns about their means in units of their deviations, and those that are no combination of others.
struct Covariates {
    x: Vec<f64>,
    centre: Vec<f64>,
    scale: Vec<f64>,
    free: Vec<usize>,
}

impl Covariates {
    /// Of the rows that have a say: one that covers all of its stratum has none.
    fn new(design: &Design, rows: &[Row], members: &[usize], chain_of: &[usize]) -> Self {
        let (p, n) = (design.columns(), rows.len());
        let matrix = design.matrix();
        let total: f64 = rows.iter().map(|r| r.weight).sum();
        let mut x = Vec::with_capacity(n * p);
        for &i in members {
            x.extend(matrix.row(i));
        }
        let (mut centre, mut scale) = (vec![0.0; p], vec![0.0; p]);
        for j in 0..p {
            // About the first value, so that a constant has no deviation to the last bit.
            let base = x.get(j).copied().unwrap_or(0.0);
            let mean: f64 =
                rows.iter().enumerate().map(|(i, r)| r.weight * (x[i * p + j] - base)).sum::<f64>() / total;
            let square: f64 =
                rows.iter().enumerate().map(|(i, r)| r.weight * (x[i * p + j] - base - mean).powi(2)).sum();
            let constant = (0..n).all(|i| x[i * p + j] == base);
            centre[j] = if n == 0 { 0.0 } else { base + mean };
            scale[j] = if n == 0 || constant { 0.0 } else { (square / total).sqrt() };
            for i in 0..n {
                let value = &mut x[i * p + j];
                *value = if scale[j] > 0.0 { (*value - base - mean) / scale[j] } else { 0.0 };
            }
        }
        // The baseline of a stratum takes what is constant within it.
        let chains = chain_of.last().map_or(0, |&c| c + 1);
        let mut weight = vec![0.0; chains];
        let mut first = vec![usize::MAX; chains];
        let mut mean = vec![0.0; chains * p];
        for (i, &c) in chain_of.iter().enumerate() {
            first[c] = first[c].min(i);
            weight[c] += rows[i].weight;
            for j in 0..p {
                mean[c * p + j] += rows[i].weight * (x[i * p + j] - x[first[c] * p + j]);
            }
        }
        let mut products = vec![0.0; p * p];
        let mut own = vec![0.0; p];
        for (i, &c) in chain_of.iter().enumerate() {
            for j in 0..p {
                own[j] = x[i * p + j] - x[first[c] * p + j] - mean[c * p + j] / weight[c];
            }
            for j in 0..p {
                for l in 0..=j {
                    products[j * p + l] += rows[i].weight * own[j] * own[l];
                }
            }
        }
        for j in 0..p {
            for l in 0..j {
                products[l * p + j] = products[j * p + l];
            }
        }
        let free = Cholesky::independent(&products, p, COLLINEAR, total);
        Self { x, centre, scale, free }
    }
}

impl IntervalRegression {
    /// Fits the model.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where the design has not as many rows as the data; [`Error::Unsupported`] for delayed entry,
    /// sampling weights and clusters, with the way out.
    pub fn fit(&self, data: &IntervalCensored, design: &Design) -> Result<IntervalModel> {
        let prepared = Prepared::new(self.link, data, design)?;
        Ok(prepared.model(design, data.len(), self.max_iterations))
    }
}
