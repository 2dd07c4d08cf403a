//! The walk over one stratum: scores, and the covariance of what is still to come.

use crate::survival::log_rank::gray::GrayTest;
use crate::survival::risk_table::competing::CompetingRiskTable;

/// Where one group of a stratum stands.
#[derive(Debug, Clone, Copy)]
struct Position {
    next: usize,
    /// S and F just before the time.
    free: f64,
    incidence: f64,
    /// At the time: at risk, events of the cause and of others.
    at_risk: f64,
    own: f64,
    other: f64,
    /// S just after.
    free_after: f64,
}

/// The running sums of a stratum with k groups. The last group's score follows from the others'.
pub(super) struct Stratum {
    k: usize,
    groups: Vec<Position>,
    /// `a_ij`, `c_ij` and the sums `v2_ij`, k − 1 rows of k, and `v3_k`.
    a: Vec<f64>,
    c: Vec<f64>,
    linear: Vec<f64>,
    square: Vec<f64>,
    variance: Vec<f64>,
}

impl Stratum {
    pub fn new(k: usize) -> Self {
        let start = Position {
            next: 0,
            free: 1.0,
            incidence: 0.0,
            at_risk: 0.0,
            own: 0.0,
            other: 0.0,
            free_after: 1.0,
        };
        let zeros = || vec![0.0; (k - 1) * k];
        Self {
            k,
            groups: vec![start; k],
            a: zeros(),
            c: zeros(),
            linear: zeros(),
            square: vec![0.0; k],
            variance: vec![0.0; (k - 1) * (k - 1)],
        }
    }

    pub fn walk(mut self, tables: &[&CompetingRiskTable], cause: usize, rho: f64, test: &mut GrayTest) {
        let mut pooled = 0.0;
        loop {
            let head = |(t, g): (&&CompetingRiskTable, &Position)| t.all().times().get(g.next).copied();
            let time = tables.iter().zip(&self.groups).filter_map(head).fold(f64::INFINITY, f64::min);
            if time == f64::INFINITY {
                break;
            }
            let (mut own, mut other) = (0.0, 0.0);
            for (g, table) in self.groups.iter_mut().zip(tables) {
                g.read(table, cause, time);
                own += g.own;
                other += g.other;
            }
            if own + other > 0.0 {
                pooled = self.step(own, other, pooled, rho, &mut test.score);
            }
        }
        let k = self.k;
        for i in 0..k - 1 {
            for j in 0..k - 1 {
                let mut v = self.variance[i * (k - 1) + j];
                for g in 0..k {
                    let (ci, cj) = (self.c[i * k + g], self.c[j * k + g]);
                    v += ci * cj * self.square[g] + ci * self.linear[j * k + g] + cj * self.linear[i * k + g];
                }
                test.variance[i * (k - 1) + j] += v;
            }
        }
    }

    /// One time with events: `own` of the cause and `other` ones in all groups. The pooled incidence after it.
    fn step(&mut self, own: f64, other: f64, pooled: f64, rho: f64, score: &mut [f64]) -> f64 {
        // Σ Y/S and Σ R, over the groups in which anybody is at risk.
        let (mut h, mut r) = (0.0, 0.0);
        for g in self.groups.iter().filter(|g| g.at_risk > 0.0) {
            h += g.at_risk / g.free;
            r += g.at_risk * (1.0 - g.incidence) / g.free;
        }
        let after = pooled + own / h;
        if own > 0.0 {
            let weight = if rho == 0.0 { 1.0 } else { (1.0 - pooled).max(0.0).powf(rho) };
            let hazard = if pooled < 1.0 { own / (h * (1.0 - pooled)) } else { 0.0 };
            for (score, g) in score.iter_mut().zip(&self.groups).filter(|(_, g)| g.at_risk > 0.0) {
                *score += weight * (g.own - own * (g.at_risk / g.free) * (1.0 - g.incidence) / r);
            }
            self.weigh(weight, h, hazard);
            self.vary_by_cause(own, h, after);
        }
        if other > 0.0 {
            self.vary_by_others(after);
        }
        for g in &mut self.groups {
            if g.at_risk > 0.0 {
                g.incidence += g.free * g.own / g.at_risk;
                g.free = g.free_after;
            }
        }
        after
    }

    /// What an event of group j does to score i now (a), and what all events have done by their hazards until now (c).
    fn weigh(&mut self, weight: f64, h: f64, hazard: f64) {
        let k = self.k;
        for (i, gi) in self.groups[..k - 1].iter().enumerate() {
            if !(gi.at_risk > 0.0) {
                self.a[i * k..(i + 1) * k].fill(0.0);
                continue;
            }
            let share = gi.at_risk / gi.free;
            for (j, gj) in self.groups.iter().enumerate() {
                self.a[i * k + j] = 0.0;
                if gj.at_risk > 0.0 {
                    let same = if i == j { 1.0 } else { 0.0 };
                    let a = weight * share * (same - gj.at_risk / (gj.free * h));
                    self.a[i * k + j] = a;
                    self.c[i * k + j] += a * hazard;
                }
            }
        }
    }

    /// The variance by the events of the cause, `own` of them in all groups.
    fn vary_by_cause(&mut self, own: f64, h: f64, after: f64) {
        for g in 0..self.k {
            let at = self.groups[g];
            if !(at.at_risk > 0.0) {
                continue;
            }
            let ahead = if at.free_after > 0.0 { 1.0 - (1.0 - after) / at.free_after } else { 1.0 };
            let tied =
                if own > 1.0 && h * at.free > 1.0 { 1.0 - (own - 1.0) / (h * at.free - 1.0) } else { 1.0 };
            let variance = tied * at.free * own / (h * at.at_risk);
            self.add(g, ahead, variance, |a, c| a - ahead * c);
        }
    }

    /// The variance by the events of other causes.
    fn vary_by_others(&mut self, after: f64) {
        for g in 0..self.k {
            let at = self.groups[g];
            if !(at.free_after > 0.0 && at.other > 0.0) {
                continue;
            }
            let ahead = (1.0 - after) / at.free_after;
            let n = at.at_risk;
            let tied = if at.other > 1.0 { 1.0 - (at.other - 1.0) / (n - 1.0) } else { 1.0 };
            let variance = tied * at.free * at.free * at.other / (n * n);
            // The event moves what is still to come the other way.
            self.add(g, -ahead, variance, |_, c| ahead * c);
        }
    }

    /// Adds the variance of an increment in group g whose effect on score i is `now(a_ig, c_ig) + ahead c_ig(∞)`.
    #[inline]
    fn add(&mut self, g: usize, ahead: f64, variance: f64, now: impl Fn(f64, f64) -> f64) {
        let k = self.k;
        for i in 0..k - 1 {
            let of_i = now(self.a[i * k + g], self.c[i * k + g]);
            self.linear[i * k + g] += of_i * ahead * variance;
            for j in 0..k - 1 {
                let of_j = now(self.a[j * k + g], self.c[j * k + g]);
                self.variance[i * (k - 1) + j] += of_i * of_j * variance;
            }
        }
        self.square[g] += ahead * ahead * variance;
    }
}

impl Position {
    #[inline]
    fn read(&mut self, table: &CompetingRiskTable, cause: usize, time: f64) {
        let all = table.all();
        (self.at_risk, self.own, self.other, self.free_after) = (0.0, 0.0, 0.0, self.free);
        if self.next >= all.len() {
            return;
        }
        let row = all.row(self.next);
        self.at_risk = row.at_risk;
        if row.time == time {
            self.own = table.events_of(self.next, cause);
            self.other = (row.events - self.own).max(0.0);
            if row.events > 0.0 {
                let left = if row.events < row.at_risk { 1.0 - row.events / row.at_risk } else { 0.0 };
                self.free_after = self.free * left;
            }
            self.next += 1;
        }
    }
}
