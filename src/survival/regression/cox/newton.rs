//! The maximum of a partial likelihood, or the proof that there is none.

use crate::numeric::cholesky::Cholesky;
use crate::survival::regression::cox::firth::Firth;
use crate::survival::regression::cox::partial_likelihood::{Point, Workspace};
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::{Stop, Ties, exact, one_pass};

/// Risk sets other than those of Cox's model, such as those of a subdistribution.
pub(in crate::survival::regression) trait RiskSets: std::fmt::Debug {
    /// The log likelihood, gradient and information at `beta`.
    fn evaluate(&mut self, rows: &Rows, beta: &[f64], point: &mut Point);

    /// Does every event have the largest score of its risk set, to the tolerance?
    fn never_falls(&self, rows: &Rows, score: &[f64], tolerance: f64) -> bool;
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
        let one_pass = ties != Ties::Exact && one_pass::applies(rows);
        Self { rows, ties, penalty, firth: None, workspace: Workspace::new(rows), risk_sets: None, one_pass }
    }

    pub fn evaluate(&mut self, beta: &[f64], point: &mut Point) {
        // Firth's penalty goes on from what the general way leaves behind.
        let short = self.one_pass && self.firth.is_none();
        if let Some(risk_sets) = &mut self.risk_sets {
            risk_sets.evaluate(self.rows, beta, point);
        } else if self.ties == Ties::Exact {
            exact::evaluate(self.rows, beta, &mut self.workspace, point);
        } else if !short || one_pass::evaluate(self.rows, beta, self.ties, point).is_none() {
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

/// Where the iteration ended.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Maximum {
    pub beta: Vec<f64>,
    pub point: Point,
    pub iterations: usize,
    pub stop: Stop,
    /// Per coefficient: 0, or the sign of the infinity it runs to.
    pub infinite: Vec<f64>,
    /// Per coefficient: does the likelihood no longer depend on it once the infinite ones have run off?
    pub undetermined: Vec<bool>,
}

/// Newton's method with step halving over the coefficients `free`, from `beta`, whose point is `start`.
pub(in crate::survival::regression) fn maximise(
    objective: &mut Objective,
    beta: Vec<f64>,
    start: Point,
    free: &[usize],
    tolerance: f64,
    max_iterations: usize,
) -> Maximum {
    let p = beta.len();
    let at_start: Vec<f64> = (0..p).map(|j| start.information[j * p + j]).collect();
    let first_factor = Cholesky::new(&start.information, p, free);
    let origin = beta.clone();
    let mut now = Maximum {
        infinite: vec![0.0; p],
        undetermined: vec![false; p],
        beta,
        point: start,
        iterations: 0,
        stop: Stop::Converged,
    };
    let mut trial = Point::new(p);
    let mut step = vec![0.0; p];
    let mut decrement = 0.0;
    if let Some(firth) = &mut objective.firth {
        firth.begin();
    }
    loop {
        if free.is_empty() {
            return now;
        }
        let Some(factor) = objective.curvature(&now.point, free) else {
            now.stop = Stop::MaxIterations;
            break;
        };
        step = factor.solve(&now.point.gradient);
        // λ²: twice what a full step gains. λ is the step in standard errors.
        let last = decrement;
        decrement = step.iter().zip(&now.point.gradient).map(|(s, g)| s * g).sum::<f64>();
        // Next to nothing to gain and yet a long step: no maximum, if the likelihood never falls that way.
        let flat = decrement <= 1e-12 && spread(objective.rows, &step) > 0.1 && never_falls(objective, &step);
        // Rounding sets a floor: once λ is tiny and no longer shrinks, nothing more is to be had.
        let floor = decrement <= objective.rounding() && decrement >= 0.25 * last && now.iterations > 0;
        if decrement <= tolerance * tolerance || flat || floor {
            now.stop = Stop::Converged;
            break;
        }
        if now.iterations == max_iterations {
            now.stop = Stop::MaxIterations;
            break;
        }
        now.iterations += 1;
        let mut factor = 1.0;
        let accepted = loop {
            let next: Vec<f64> = now.beta.iter().zip(&step).map(|(b, s)| b + factor * s).collect();
            objective.evaluate(&next, &mut trial);
            // A fall within the rounding of the sum is none.
            let slack = objective.slack(now.point.log_likelihood);
            let finite = trial.log_likelihood.is_finite() && trial.gradient.iter().all(|g| g.is_finite());
            if finite && trial.log_likelihood >= now.point.log_likelihood - slack {
                now.beta = next;
                break true;
            }
            factor *= 0.5;
            if factor < 1e-10 {
                break false;
            }
        };
        if !accepted {
            let rounding = decrement <= objective.rounding();
            now.stop = if rounding { Stop::Converged } else { Stop::NoAscent };
            break;
        }
        std::mem::swap(&mut now.point, &mut trial);
        if let Some(firth) = &mut objective.firth {
            firth.learn(&step.iter().map(|s| factor * s).collect::<Vec<_>>());
        }
    }
    if objective.firth.is_some() {
        // Where the information vanishes so does the penalised likelihood: there is a maximum.
        return now;
    }
    // A likelihood that is flat along a long step may have no maximum: then the step is a direction in which
    // every event has the largest value of its risk set, and the likelihood never falls (Bryson & Johnson 1981).
    // Where the information has all but vanished its rounding error is taken for information, and the step comes out
    // short: then the way that the coefficients have gone shows the direction.
    let lost = match (&first_factor, Cholesky::new(&now.point.information, p, free)) {
        (Some(first), Some(last)) => first.pivots().zip(last.pivots()).any(|(f, l)| l < 1e-9 * f),
        _ => true,
    };
    let gone: Vec<f64> = now.beta.iter().zip(&origin).map(|(b, o)| b - o).collect();
    let leads_on =
        |direction: &[f64]| spread(objective.rows, direction) > 0.1 && never_falls(objective, direction);
    if decrement < 1e-3 && (leads_on(&step) || lost && leads_on(&gone)) {
        if !leads_on(&step) {
            step = gone;
        }
        now.let_run(objective, &mut step, free, &at_start);
        let covariate = now.infinite.iter().position(|&i| i != 0.0).unwrap_or(0);
        now.stop = Stop::InfiniteCoefficient { covariate };
    } else if now.stop == Stop::Converged && (lost || spread(objective.rows, &step) > 0.1) {
        // Flat to rounding, and no proof of where it leads: that is no maximum found.
        now.stop = Stop::NoAscent;
    }
    now
}

impl Maximum {
    /// Marks the coefficients that run off along `direction`, and those that no longer count once they have.
    fn let_run(&mut self, objective: &Objective, direction: &mut [f64], free: &[usize], at_start: &[f64]) {
        let p = direction.len();
        let largest = direction.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
        // Many directions may do. Coefficients that this one does not need are left out, later columns first.
        for s in direction.iter_mut().filter(|s| s.abs() <= 1e-4 * largest) {
            *s = 0.0;
        }
        for j in (0..p).rev() {
            let kept = std::mem::replace(&mut direction[j], 0.0);
            if direction.iter().all(|&s| s == 0.0) || !never_falls(objective, direction) {
                direction[j] = kept;
            }
        }
        for (infinite, &s) in self.infinite.iter_mut().zip(&*direction).filter(|(_, s)| **s != 0.0) {
            *infinite = s.signum();
        }
        // What is left may be flat too: no risk set that still counts differs in it.
        let rest: Vec<usize> = free.iter().copied().filter(|&j| self.infinite[j] == 0.0).collect();
        let scaled: Vec<f64> = rest
            .iter()
            .flat_map(|&i| rest.iter().map(move |&j| (i, j)))
            .map(|(i, j)| self.point.information[i * p + j] / (at_start[i] * at_start[j]).sqrt())
            .collect();
        let determined = Cholesky::independent(&scaled, rest.len(), 0.0, 0.0);
        let large = |k: usize| scaled[k * rest.len() + k] > 1e-8;
        for (k, &j) in rest.iter().enumerate() {
            self.undetermined[j] = !(determined.contains(&k) && large(k));
        }
    }
}

/// How far the linear predictors of two rows move apart under a step, or a bound for it below 0.1.
fn spread(rows: &Rows, step: &[f64]) -> f64 {
    let bound = 2.0 * step.iter().zip(&rows.reach).map(|(s, r)| s.abs() * r).sum::<f64>();
    if bound <= 0.1 {
        return bound;
    }
    let moved = (0..rows.len()).map(|i| rows.row(i).iter().zip(step).map(|(x, s)| x * s).sum::<f64>());
    let (low, high) =
        moved.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), m| (low.min(m), high.max(m)));
    high - low
}

/// Does every event have the largest `γ'x` of those at risk with it? (Under exact ties: do the d who fail have the
/// largest sum of all d at risk?)
fn never_falls(objective: &Objective, direction: &[f64]) -> bool {
    let (rows, ties) = (objective.rows, objective.ties);
    let score: Vec<f64> =
        (0..rows.len()).map(|i| rows.row(i).iter().zip(direction).map(|(x, d)| x * d).sum()).collect();
    let largest = score.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
    // The step holds, besides the direction, what the finite coefficients still move: at the gain of 1e-12 at which
    // this is asked that is about 1e-6 of it.
    let tolerance = 1e-5 * largest;
    if let Some(risk_sets) = &objective.risk_sets {
        return risk_sets.never_falls(rows, &score, tolerance);
    }
    rows.strata.iter().all(|stratum| {
        if stratum.late.is_empty() && ties != Ties::Exact {
            let mut best = f64::NEG_INFINITY;
            let mut next = stratum.rows.end;
            stratum.ties.iter().rev().all(|tie| {
                best = score[tie.start..next].iter().copied().fold(best, f64::max);
                next = tie.start;
                score[tie.start..tie.events_end].iter().all(|&s| s >= best - tolerance)
            })
        } else {
            // Here the maximum has no running form; this is asked once per fit at the most.
            stratum.ties.iter().all(|tie| {
                let mut at_risk: Vec<f64> = stratum.at_risk(tie).map(|i| score[i]).collect();
                at_risk.sort_unstable_by(|a, b| b.total_cmp(a));
                let events = &score[tie.start..tie.events_end];
                if ties == Ties::Exact {
                    let largest: f64 = at_risk.iter().take(events.len()).sum();
                    return events.iter().sum::<f64>() >= largest - tolerance * events.len() as f64;
                }
                events.iter().all(|&s| at_risk.first().is_none_or(|best| s >= best - tolerance))
            })
        }
    })
}
