//! The partial likelihood, its gradient and its information, under Breslow's and Efron's ties.
//!
//! With risk weights `r = w exp(η)`, `S0 = Σ r` and `S1 = Σ r x` over a risk set, and the hazard
//! `A(t) = Σ_{event times ≤ t} d/S0`, the information is `Xᵀ diag(r A) X − Σ_k d_k (S1_k/S0_k)(S1_k/S0_k)ᵀ`:
//! two symmetric products instead of n p² scalar updates (Therneau & Grambsch 2000, chapter 3). Efron's ties
//! change the weights within a tie and nothing else: of the l-th to leave, the tied events stay at risk with
//! the share 1 − l/d.

use crate::numeric::exp::exp_each;
use crate::numeric::threads;
use crate::survival::regression::cox::Ties;
use crate::survival::regression::cox::hazard_step::HazardStep;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Stratum;
use crate::survival::regression::cox::symmetric::SymmetricProduct;

/// Everything an evaluation needs, kept between evaluations: nothing is allocated in an iteration.
#[derive(Debug)]
pub(in crate::survival::regression) struct Workspace {
    pub eta: Vec<f64>,
    /// `w exp(η − shift)`.
    pub risk: Vec<f64>,
    /// Subtracted from η before the exponential, so that it cannot overflow.
    pub shift: f64,
    /// Per row: the cumulative hazard (at η = shift) that it was exposed to.
    pub exposure: Vec<f64>,
    /// Per event time, in the order of strata and ties.
    pub steps: Vec<HazardStep>,
    plus: SymmetricProduct,
    minus: SymmetricProduct,
    s1: Vec<f64>,
    e1: Vec<f64>,
}

/// A running sum that has fallen to this share of its peak by taking away is summed again: so that no less than twelve
/// digits of it stand.
const CANCELLED: f64 = 1e-4;

/// The value, gradient and information at a point.
#[derive(Debug, Clone)]
pub(in crate::survival::regression) struct Point {
    pub log_likelihood: f64,
    pub gradient: Vec<f64>,
    /// Row-major, p × p.
    pub information: Vec<f64>,
}

impl Point {
    pub fn new(p: usize) -> Self {
        Self { log_likelihood: 0.0, gradient: vec![0.0; p], information: vec![0.0; p * p] }
    }
}

impl Workspace {
    pub fn new(rows: &Rows) -> Self {
        // The long columns are allocated by the first evaluation: most fits without ties need none of them.
        let p = rows.p;
        Self {
            eta: Vec::new(),
            risk: Vec::new(),
            shift: 0.0,
            exposure: Vec::new(),
            steps: Vec::new(),
            plus: SymmetricProduct::new(p),
            minus: SymmetricProduct::new(p),
            s1: vec![0.0; p],
            e1: vec![0.0; p],
        }
    }

    /// The risk weights and hazard steps at `beta`; returns the log likelihood. NaN or −∞ where a risk set has
    /// no weight left.
    pub fn hazards(&mut self, rows: &Rows, beta: &[f64], ties: Ties) -> f64 {
        rows.linear_predictor(beta, &mut self.eta);
        // Who is in no risk set has no say, however large the predictor.
        for &i in &rows.idle {
            self.eta[i] = f64::NEG_INFINITY;
        }
        self.shift = self.eta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shift = self.shift;
        self.risk.clear();
        self.risk.extend(self.eta.iter().map(|eta| eta - shift));
        exp_each(&mut self.risk);
        if let Some(weight) = rows.weight.own() {
            self.risk.iter_mut().zip(weight).for_each(|(r, w)| *r *= w);
        }
        self.exposure.resize(rows.len(), 0.0);
        self.steps.resize(rows.strata.iter().map(|s| s.ties.len()).sum(), HazardStep::default());
        let mut log_likelihood = 0.0;
        let mut first = 0;
        for stratum in &rows.strata {
            let steps = &mut self.steps[first..first + stratum.ties.len()];
            first += stratum.ties.len();
            // From the last time backwards: who is at risk are those who leave later, less those yet to enter.
            let (mut at_risk, mut peak, mut taken) = (0.0, 0.0, false);
            for change in stratum.backwards() {
                let (tie, step) = (change.tie, &mut steps[change.at]);
                for i in change.others().rev() {
                    at_risk += self.risk[i];
                }
                let mut others = at_risk;
                for i in change.events().rev() {
                    at_risk += self.risk[i];
                }
                peak = f64::max(peak, at_risk);
                for &(_, i) in change.not_yet.iter().rev() {
                    at_risk -= self.risk[i];
                    others -= self.risk[i];
                    taken = true;
                }
                let events: f64 = self.risk[tie.start..tie.events_end].iter().sum();
                peak = f64::max(peak, at_risk);
                // Taking away leaves the rounding of what was taken. Where little remains it is summed again.
                let anew = taken && at_risk <= CANCELLED * peak;
                if anew {
                    at_risk = stratum.at_risk(tie).map(|i| self.risk[i]).sum();
                    let others_at_risk = stratum.at_risk(tie).filter(|&i| i >= tie.events_end);
                    others = others_at_risk.map(|i| self.risk[i]).sum();
                    (peak, taken) = (at_risk, false);
                }
                *step = HazardStep::new(tie, ties, at_risk, others.max(0.0), events);
                step.anew = anew;
                let own: f64 =
                    (tie.start..tie.events_end).map(|i| rows.weight[i] * (self.eta[i] - self.shift)).sum();
                log_likelihood += own - step.log;
            }
        }
        log_likelihood
    }

    /// The exposure of every row: the hazard up to its time, less that up to its entry. `weigh` multiplies the
    /// step of each event time.
    fn expose(&mut self, rows: &Rows, weigh: impl Fn(usize) -> f64) {
        let mut first = 0;
        for stratum in &rows.strata {
            let mut hazard = 0.0;
            let mut next = stratum.rows.start;
            let mut late = stratum.late.as_slice();
            for (k, tie) in stratum.ties.iter().enumerate() {
                let step = self.steps[first + k];
                // A subject who entered before this time was not exposed to what came before the entry.
                while let Some((&(entry, i), rest)) = late.split_first() {
                    if entry >= tie.time {
                        break;
                    }
                    self.exposure[i] = -hazard;
                    late = rest;
                }
                let entered = |exposure: f64| if stratum.late.is_empty() { 0.0 } else { exposure };
                for i in next..tie.start {
                    self.exposure[i] = hazard + entered(self.exposure[i]);
                }
                let g = weigh(first + k);
                for i in tie.start..tie.events_end {
                    self.exposure[i] = hazard + g * step.own + entered(self.exposure[i]);
                }
                hazard += g * step.all;
                next = tie.events_end;
            }
            for &(_, i) in late {
                self.exposure[i] = -hazard;
            }
            let entered = |exposure: f64| if stratum.late.is_empty() { 0.0 } else { exposure };
            for i in next..stratum.rows.end {
                self.exposure[i] = hazard + entered(self.exposure[i]);
            }
            self.expose_anew(stratum, first, &weigh);
            first += stratum.ties.len();
        }
    }

    /// The exposure of late rows is a difference of hazards; where little is left of it, it is summed again.
    fn expose_anew(&mut self, stratum: &Stratum, first: usize, weigh: &impl Fn(usize) -> f64) {
        if stratum.late.is_empty() {
            return;
        }
        // The hazard up to each event time.
        let mut hazards = Vec::with_capacity(stratum.ties.len());
        let mut hazard = 0.0;
        for k in 0..stratum.ties.len() {
            hazard += weigh(first + k) * self.steps[first + k].all;
            hazards.push(hazard);
        }
        for &(entry, i) in &stratum.late {
            let from = stratum.ties.partition_point(|t| t.time <= entry);
            let before = if from == 0 { 0.0 } else { hazards[from - 1] };
            if self.exposure[i] > CANCELLED * before {
                continue;
            }
            // Ties start at or before the row where the row outlives them.
            let to = stratum.ties.partition_point(|t| t.start <= i);
            self.exposure[i] = (from..to)
                .map(|k| {
                    let step = self.steps[first + k];
                    let own = i < stratum.ties[k].events_end;
                    weigh(first + k) * if own { step.own } else { step.all }
                })
                .sum();
        }
    }

    /// The log likelihood, gradient and information at `beta`.
    pub fn evaluate(&mut self, rows: &Rows, beta: &[f64], ties: Ties, point: &mut Point) {
        point.log_likelihood = self.hazards(rows, beta, ties);
        self.products(rows, |_| 1.0, &mut point.gradient, &mut point.information);
    }

    /// The exposures under the steps as they are.
    pub fn martingale(&mut self, rows: &Rows) {
        self.clear_entries(rows);
        self.expose(rows, |_| 1.0);
    }

    fn clear_entries(&mut self, rows: &Rows) {
        if rows.strata.iter().any(|s| !s.late.is_empty()) {
            self.exposure.fill(0.0);
        }
    }

    /// `Σ_k weigh(k) V_k` with `V_k` the covariance of the covariates over the risk set of event time k (summed
    /// over those who leave there). With weights of 1 it is the information. Weights may not be negative.
    pub fn information(&mut self, rows: &Rows, weigh: impl Fn(usize) -> f64 + Send, information: &mut [f64]) {
        self.products(rows, weigh, &mut vec![0.0; rows.p], information);
    }

    /// The gradient `Xᵀ (δ − r A)` and the information.
    fn products(
        &mut self,
        rows: &Rows,
        weigh: impl Fn(usize) -> f64 + Send,
        gradient: &mut [f64],
        information: &mut [f64],
    ) {
        self.clear_entries(rows);
        self.expose(rows, &weigh);
        let Self { risk, exposure, steps, plus, minus, s1, e1, .. } = self;
        let (risk, exposure, steps) = (&*risk, &*exposure, &*steps);
        threads::join(
            rows.x.len(),
            || exposed(rows, risk, exposure, plus, gradient),
            || means(rows, risk, steps, weigh, minus, [s1, e1]),
        );
        information.fill(0.0);
        plus.add_to(1.0, information);
        minus.add_to(-1.0, information);
    }
}

/// `Xᵀ diag(r A) X` and the gradient, row by row.
fn exposed(rows: &Rows, risk: &[f64], exposure: &[f64], plus: &mut SymmetricProduct, gradient: &mut [f64]) {
    plus.clear();
    gradient.fill(0.0);
    let p = rows.p;
    for stratum in &rows.strata {
        // Rows that leave before the first event are never exposed.
        let first = stratum.ties.first().map_or(stratum.rows.end, |t| t.start);
        for i in (first..stratum.rows.end).rev() {
            let expected = risk[i] * exposure[i];
            let root = expected.max(0.0).sqrt();
            let m = if rows.event[i] { rows.weight[i] - expected } else { -expected };
            let (x, z, g) = (&rows.row(i)[..p], &mut plus.next_row()[..p], &mut gradient[..p]);
            for j in 0..p {
                z[j] = root * x[j];
                g[j] += m * x[j];
            }
        }
    }
}

/// `Σ c (S1 − f E1)(S1 − f E1)ᵀ / S0_l²` over all who leave, time by time.
fn means(
    rows: &Rows,
    risk: &[f64],
    steps: &[HazardStep],
    weigh: impl Fn(usize) -> f64,
    minus: &mut SymmetricProduct,
    [s1, e1]: [&mut Vec<f64>; 2],
) {
    minus.clear();
    let add = |sums: &mut [f64], i: usize, factor: f64| {
        for (s, x) in sums.iter_mut().zip(rows.row(i)) {
            *s += factor * x;
        }
    };
    let mut first = 0;
    for stratum in &rows.strata {
        s1.fill(0.0);
        for change in stratum.backwards() {
            let (tie, step) = (change.tie, steps[first + change.at]);
            // The sums over those who leave together are kept apart; who leaves alone needs none.
            let together = !tie.alone();
            let split = if together { tie.events_end } else { tie.start };
            for i in (split..change.joining.end).rev() {
                add(s1, i, risk[i]);
            }
            if together {
                e1.fill(0.0);
                for i in (tie.start..split).rev() {
                    add(e1, i, risk[i]);
                }
                for (s, e) in s1.iter_mut().zip(e1.iter()) {
                    *s += e;
                }
            }
            for &(_, i) in change.not_yet.iter().rev() {
                add(s1, i, -risk[i]);
            }
            if step.anew {
                s1.fill(0.0);
                for i in stratum.at_risk(tie) {
                    add(s1, i, risk[i]);
                }
            }
            // One or two outer products, however many leave.
            let unit = step.at_risk.recip();
            let [root, cross, rest] = step.outer(weigh(first + change.at));
            if !(root > 0.0) {
                continue;
            }
            if !together {
                for (m, s) in minus.next_row().iter_mut().zip(s1.iter()) {
                    *m = root * (s * unit);
                }
                continue;
            }
            for ((m, s), e) in minus.next_row().iter_mut().zip(s1.iter()).zip(e1.iter()) {
                *m = root * (s * unit) - cross * (e * unit);
            }
            if rest > 0.0 {
                for (m, e) in minus.next_row().iter_mut().zip(e1.iter()) {
                    *m = rest * (e * unit);
                }
            }
        }
        first += stratum.ties.len();
    }
}
