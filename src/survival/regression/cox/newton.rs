//! The maximum of a partial likelihood, or the limit where it has none.
//!
//! Newton's method with step halving goes uphill. At its end a short last step proves that there is a maximum: where no
//! step moves the linear predictors of two rows apart by more than [`SHORT`], the quadratic approximation holds (Bach 2010,
//! Electron J Stat 4:384, for likelihoods whose third derivative is bounded by the second, as this one's is). Only where
//! the last step is long, or the information has vanished, are the data asked whether the likelihood is monotone
//! ([`separation`]): so ordinary fits pay nothing. If it is, the search goes on in the limit, on the risk sets that are
//! left undecided, where a maximum exists.

use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::cox::firth::Firth;
use crate::survival::regression::cox::independent::plain_information;
use crate::survival::regression::cox::limit::{self, Limit};
use crate::survival::regression::cox::partial_likelihood::{Point, Workspace};
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::{Stop, Ties, lanes, one_pass, separation, tied_sets};

/// Risk sets other than those of Cox's model, such as those of a subdistribution.
pub(in crate::survival::regression) trait RiskSets: std::fmt::Debug {
    /// The log likelihood, gradient and information at `beta`.
    fn evaluate(&mut self, rows: &Rows, beta: &[f64], point: &mut Point);
}

/// The partial likelihood of some rows as a function of the (scaled) coefficients, penalties included.
#[derive(Debug)]
pub(in crate::survival::regression) struct Objective<'a> {
    pub rows: &'a Rows,
    pub ties: Ties,
    /// `penalty_j β_j²/2` is taken off.
    pub penalty: Vec<f64>,
    pub(in crate::survival::regression::cox) firth: Option<Firth>,
    pub workspace: Workspace,
    pub risk_sets: Option<Box<dyn RiskSets + 'a>>,
    /// Is one pass over the rows enough?
    one_pass: bool,
}

impl<'a> Objective<'a> {
    pub fn new(rows: &'a Rows, ties: Ties, penalty: Vec<f64>) -> Self {
        let one_pass = !ties.of_sets() && one_pass::applies(rows);
        Self { rows, ties, penalty, firth: None, workspace: Workspace::new(rows), risk_sets: None, one_pass }
    }

    pub fn evaluate(&mut self, beta: &[f64], point: &mut Point) {
        // Firth's penalty goes on from what the general way leaves behind.
        let short = !self.ties.of_sets() && self.firth.is_none();
        if let Some(risk_sets) = &mut self.risk_sets {
            risk_sets.evaluate(self.rows, beta, point);
        } else if self.ties.of_sets() {
            tied_sets::evaluate(self.rows, self.ties, beta, &mut self.workspace, point);
        } else if !short || self.in_short(beta, point).is_none() {
            self.workspace.evaluate(self.rows, beta, self.ties, point);
        }
        if let Some(firth) = &mut self.firth {
            firth.add_to(self.rows, &self.workspace, self.ties, point);
        }
        for (j, (&b, &penalty)) in beta.iter().zip(&self.penalty).enumerate() {
            point.log_likelihood -= 0.5 * penalty * b * b;
            point.gradient[j] -= penalty * b;
            point.information[j * beta.len() + j] += penalty;
        }
    }

    /// In one pass over the rows, where they and the coefficients allow it.
    fn in_short(&self, beta: &[f64], point: &mut Point) -> Option<()> {
        let (rows, ties) = (self.rows, self.ties);
        let in_lanes = rows.x.lanes().and_then(|lanes| lanes::evaluate(rows, lanes, beta, ties, point));
        in_lanes.or_else(|| self.one_pass.then(|| one_pass::evaluate(rows, beta, ties, point)).flatten())
    }

    /// A step in standard errors, squared, of which rounding may be all. The derivative of Firth's penalty is
    /// multiplied by the inverse information: of nearly collinear columns it keeps less digits than the score.
    fn rounding(&self) -> f64 {
        if self.firth.is_some() { 1e-11 } else { 1e-16 }
    }

    /// A fall of the log likelihood that is within its rounding.
    fn slack(&self, log_likelihood: f64) -> f64 {
        let size = log_likelihood.abs();
        if self.firth.is_some() { 1e-12 * size.max(1.0) } else { 1e-13 * size }
    }

    /// Minus the second derivative over the columns `free`, as far as it is known.
    fn curvature(&self, point: &Point, free: &[usize]) -> Option<Cholesky> {
        let curved = self.firth.as_ref().and_then(|f| f.curved(&point.information, free));
        curved.or_else(|| Cholesky::new(&point.information, self.rows.p, free))
    }
}

/// Where the search ended.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Maximum {
    pub beta: Vec<f64>,
    pub point: Point,
    pub iterations: usize,
    pub stop: Stop,
    /// Where the likelihood is monotone: beta and point are then those of the limit.
    pub limit: Option<Limit>,
}

/// A step that moves no two linear predictors further apart ends in the reach of the quadratic approximation.
pub(super) const SHORT: f64 = 0.1;
/// A step that moves no two linear predictors further apart changes the information by no more than this share of it (Bach
/// 2010, proposition 1), and is off by that share of itself: what there is at its end need not be evaluated.
const NOTHING: f64 = 1e-9;
/// A step that moves two linear predictors further apart comes of an information that has all but vanished.
const LONG: f64 = 30.0;
/// A gain of twice the log likelihood that is next to nothing: a long step for it is a sign of a monotone likelihood.
const LITTLE: f64 = 1e-12;
/// A share of the gain of the step before that is slow progress: 1/e along a monotone likelihood.
const SLOWLY: f64 = 0.2;
/// After so many steps, each of them long, the data are asked.
const LATE: usize = 10;
/// An information that has fallen to this share of that at the start consists of rounding errors in part.
const LOST: f64 = 1e-9;
/// Of the squared step in standard errors, of which half is gained where the quadratic approximation holds, what is gained by a
/// long step that is worth taking.
const GAINED: f64 = 0.1;
/// A standard error away the log likelihood of a quadratic falls by a half; by less on the flatter side of a maximum.
const FALLEN: f64 = 0.02;
/// The shortest fraction of a step that is tried.
const SHORTEST: f64 = 1e-10;
/// The maximum over the coefficients `free` from `beta`, whose point is `start`; or that of the limit.
pub(in crate::survival::regression) fn maximise(
    objective: &mut Objective,
    beta: Vec<f64>,
    start: Point,
    free: &[usize],
    tolerance: f64,
    max_iterations: usize,
) -> Maximum {
    let origin = beta.clone();
    let (found, certain) = begin(objective, beta, start, free, tolerance, max_iterations);
    if certain {
        return found;
    }
    let (rows, ties) = (objective.rows, objective.ties);
    let Some(left) = separation::limit(rows, ties, free) else {
        return go_on(objective, found, free, tolerance, max_iterations);
    };
    let search = Search { objective, free, tolerance, max_iterations, ask: false };
    limit::in_the_limit(&search, left, origin, found.iterations)
}

/// Where a search ends, and whether that settles it: where it does not, the data are to be asked whether there is a maximum.
pub(in crate::survival::regression) fn begin(
    objective: &mut Objective,
    beta: Vec<f64>,
    start: Point,
    free: &[usize],
    tolerance: f64,
    max_iterations: usize,
) -> (Maximum, bool) {
    // A penalised likelihood has a maximum: with Firth's penalty it vanishes where the information does.
    let penalised = objective.firth.is_some() || free.iter().any(|&j| objective.penalty[j] > 0.0);
    let mut search = Search { objective, free, tolerance, max_iterations, ask: !penalised };
    let (found, certain) = search.from(beta, start, 0);
    (found, certain || penalised || max_iterations == 0)
}

/// Goes on from where a search was left. There is a maximum, if far off.
pub(in crate::survival::regression) fn go_on(
    objective: &mut Objective,
    found: Maximum,
    free: &[usize],
    tolerance: f64,
    max_iterations: usize,
) -> Maximum {
    let mut search = Search { objective, free, tolerance, max_iterations, ask: false };
    let used = found.iterations;
    let (mut found, certain) = search.from(found.beta, found.point, used);
    if !certain && found.stop == Stop::Converged && !search.is_at_maximum(&found) {
        found.stop = Stop::NoAscent;
    }
    found
}

/// Newton's method over some coefficients.
pub(super) struct Search<'s, 'o> {
    pub objective: &'s mut Objective<'o>,
    pub free: &'s [usize],
    pub tolerance: f64,
    pub max_iterations: usize,
    /// End where the likelihood may be monotone, so that the data are asked?
    pub ask: bool,
}

impl Search<'_, '_> {
    /// Where the search ends, and whether that is certain to be a maximum.
    pub fn from(&mut self, beta: Vec<f64>, start: Point, used: usize) -> (Maximum, bool) {
        let (p, free) = (beta.len(), self.free);
        let first = Cholesky::new(&start.information, p, free);
        let mut now = Maximum { beta, point: start, iterations: used, stop: Stop::Converged, limit: None };
        if free.is_empty() {
            return (now, true);
        }
        let mut trial = Point::new(p);
        let mut decrement = 0.0;
        let mut plain = None;
        if let Some(firth) = &mut self.objective.firth {
            firth.begin();
        }
        let (mut step, mut damped);
        // Towards a maximum steps become short quickly. Where the likelihood is monotone each gains e times less than the one
        // before it, and is as long: then the data are asked, which costs less than forty more steps.
        let mut slow = 0;
        loop {
            (step, damped) = self.step(&now.point, &mut plain);
            // λ²: twice what a full step gains. λ is the step in standard errors.
            let last = decrement;
            decrement = step.iter().zip(&now.point.gradient).map(|(s, g)| s * g).sum::<f64>();
            let even = decrement > SLOWLY * last && decrement < last;
            slow = if even && spread(self.objective.rows, &step, SHORT) > SHORT { slow + 1 } else { 0 };
            if self.ask
                && (decrement <= LITTLE || slow >= 3 || now.iterations >= used + LATE)
                && (damped || spread(self.objective.rows, &step, SHORT) > SHORT)
            {
                now.stop = Stop::NoAscent;
                return (now, false);
            }
            // Rounding sets a floor: once λ is tiny and no longer shrinks, nothing more is to be had.
            let floor =
                decrement <= self.objective.rounding() && decrement >= 0.25 * last && now.iterations > used;
            if !damped && decrement <= self.tolerance * self.tolerance || floor {
                now.stop = Stop::Converged;
                break;
            }
            if now.iterations >= self.max_iterations {
                now.stop = Stop::MaxIterations;
                break;
            }
            now.iterations += 1;
            // A row far from the others makes any step a long one, and may have no share of a risk any more.
            if damped && let Some(gain) = self.leap(&mut now, &mut trial) {
                decrement = gain;
                continue;
            }
            if !damped && self.is_next_to_nothing(&step) {
                arrive(&mut now, &step, decrement);
                break;
            }
            let Some(factor) = self.climb(&mut now, &step, &mut trial) else {
                let rounding = !damped && decrement <= self.objective.rounding();
                now.stop = if rounding { Stop::Converged } else { Stop::NoAscent };
                break;
            };
            if let Some(firth) = &mut self.objective.firth {
                firth.learn(&step.iter().map(|s| factor * s).collect::<Vec<_>>());
            }
        }
        let certain = now.stop == Stop::Converged
            && (self.objective.firth.is_some() || !damped && self.is_short(&step, first.as_ref(), &now));
        (now, certain)
    }

    /// Does the last step end in the reach of the quadratic approximation, by an information that is none of rounding?
    fn is_short(&self, step: &[f64], first: Option<&Cholesky>, now: &Maximum) -> bool {
        let last = Cholesky::new(&now.point.information, now.beta.len(), self.free);
        !has_vanished(first, last) && spread(self.objective.rows, step, SHORT) <= SHORT
    }

    /// Goes along Newton's step, however long, where the likelihood gains by it about what it should. Returns the decrement.
    fn leap(&mut self, now: &mut Maximum, trial: &mut Point) -> Option<f64> {
        let step = self.objective.curvature(&now.point, self.free)?.solve(&now.point.gradient);
        let decrement: f64 = step.iter().zip(&now.point.gradient).map(|(s, g)| s * g).sum();
        let next: Vec<f64> = now.beta.iter().zip(&step).map(|(b, s)| b + s).collect();
        self.objective.evaluate(&next, trial);
        let finite = trial.log_likelihood.is_finite() && trial.gradient.iter().all(|g| g.is_finite());
        let gain = trial.log_likelihood - now.point.log_likelihood;
        if !(finite && decrement > self.objective.rounding() && gain >= GAINED * decrement) {
            return None;
        }
        now.beta = next;
        std::mem::swap(&mut now.point, trial);
        Some(decrement)
    }

    /// Does the likelihood fall on either side, a standard error away, along as many directions as there are coefficients? As it is
    /// concave there is a maximum between them, and the information is no rounding.
    fn is_at_maximum(&mut self, found: &Maximum) -> bool {
        let p = found.beta.len();
        let Some(factor) = Cholesky::new(&found.point.information, p, self.free) else { return false };
        let (to, k) = (factor.to_white(), self.free.len());
        let mut trial = Point::new(p);
        let sides = (0..k).flat_map(|c| [(c, 1.0), (c, -1.0)]);
        sides.into_iter().all(|(c, sign)| {
            let mut beta = found.beta.clone();
            self.free.iter().enumerate().for_each(|(a, &j)| beta[j] += sign * to[a * k + c]);
            self.objective.evaluate(&beta, &mut trial);
            found.point.log_likelihood - trial.log_likelihood > FALLEN
        })
    }

    /// Under exact ties it is sets that have scores, and Firth's penalty is known by its differences.
    fn is_next_to_nothing(&self, step: &[f64]) -> bool {
        let plain = self.objective.firth.is_none() && !self.objective.ties.of_sets();
        plain && spread(self.objective.rows, step, f64::INFINITY) <= NOTHING
    }

    /// Newton's step; where the information has vanished, one that is damped by the information of the plain rows until it
    /// is no longer than [`LONG`] (Levenberg 1944).
    fn step(&mut self, at: &Point, plain: &mut Option<Vec<f64>>) -> (Vec<f64>, bool) {
        let rows = self.objective.rows;
        if let Some(factor) = self.objective.curvature(at, self.free) {
            let step = factor.solve(&at.gradient);
            if self.objective.firth.is_some() || spread(rows, &step, LONG) <= LONG {
                return (step, false);
            }
        }
        let ties = self.objective.ties;
        let plain = plain.get_or_insert_with(|| match rows.without_extremes() {
            Some(ordinary) => plain_information(&ordinary, ties),
            None => plain_information(rows, ties),
        });
        let mut weight = 1e-12;
        loop {
            let matrix: Vec<f64> =
                at.information.iter().zip(plain.iter()).map(|(i, n)| i + weight * n).collect();
            if let Some(factor) = Cholesky::new(&matrix, rows.p, self.free) {
                let step = factor.solve(&at.gradient);
                let far = spread(rows, &step, 0.0);
                if far <= LONG {
                    // Where there is much to gain, as far as is allowed: halving takes back what is too much.
                    let gain: f64 = step.iter().zip(&at.gradient).map(|(s, g)| s * g).sum();
                    let factor = if far > 1.0 && gain > LITTLE { LONG / far } else { 1.0 };
                    return (step.iter().map(|s| s * factor).collect(), true);
                }
            }
            weight *= 10.0;
            if !(weight < 1e300) {
                return (vec![0.0; rows.p], true);
            }
        }
    }

    /// Goes along the step, or as much of it as raises the likelihood: returns that fraction, and `now` is there.
    fn climb(&mut self, now: &mut Maximum, step: &[f64], trial: &mut Point) -> Option<f64> {
        // A fall within the rounding of the sum is none.
        let slack = self.objective.slack(now.point.log_likelihood);
        let mut factor = 1.0;
        while factor >= SHORTEST {
            let next: Vec<f64> = now.beta.iter().zip(step).map(|(b, s)| b + factor * s).collect();
            self.objective.evaluate(&next, trial);
            let finite = trial.log_likelihood.is_finite() && trial.gradient.iter().all(|g| g.is_finite());
            if finite && trial.log_likelihood >= now.point.log_likelihood - slack {
                now.beta = next;
                std::mem::swap(&mut now.point, trial);
                return Some(factor);
            }
            factor *= 0.5;
        }
        None
    }
}

/// Has the information all but vanished since the start? Then it holds rounding errors, and the step comes out short.
fn has_vanished(first: Option<&Cholesky>, last: Option<Cholesky>) -> bool {
    match (first, last) {
        (Some(first), Some(last)) => first.pivots().zip(last.pivots()).any(|(f, l)| l < LOST * f),
        (None, Some(_)) => false,
        _ => true,
    }
}

/// The end of a step within which likelihood and gradient are those of the quadratic approximation. `decrement` is twice what
/// the step gains.
fn arrive(now: &mut Maximum, step: &[f64], decrement: f64) {
    now.point.log_likelihood += 0.5 * decrement;
    for (row, gradient) in now.point.information.chunks_exact(step.len()).zip(&mut now.point.gradient) {
        *gradient -= row.iter().zip(step).map(|(i, s)| i * s).sum::<f64>();
    }
    now.beta.iter_mut().zip(step).for_each(|(b, s)| *b += s);
}

/// How far the linear predictors of two rows move apart under a step, or a bound for it that is at most `enough`.
pub(super) fn spread(rows: &Rows, step: &[f64], enough: f64) -> f64 {
    let bound = 2.0 * step.iter().zip(&rows.reach).map(|(s, r)| s.abs() * r).sum::<f64>();
    if bound <= enough {
        return bound;
    }
    let mut idle = rows.idle.iter().peekable();
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for i in 0..rows.len() {
        if idle.next_if_eq(&&i).is_some() {
            continue;
        }
        let moved = rows.row(i).iter().zip(step).map(|(x, s)| x * s).sum::<f64>();
        (low, high) = (low.min(moved), high.max(moved));
    }
    if low <= high { high - low } else { 0.0 }
}
