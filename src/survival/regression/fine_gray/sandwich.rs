//! The variance of Fine and Gray: influences of the subjects, with what the estimated weights add.
//!
//! `I⁻¹ Σ (ηᵢ + ψᵢ)(ηᵢ + ψᵢ)ᵀ I⁻¹`, where `ηᵢ = ∫ (xᵢ − m(t)) wᵢ(t) dMᵢ(t)` is the score of a subject and
//! `ψᵢ = ∫ q(u)/π(u) dMᵢᶜ(u)` what its own censoring time does through the weights of others:
//! `q(u) = Σ_{other, T ≤ u} Σ_{t > u} (xᵢ − m(t)) wᵢ(t) rᵢ dA(t)`. Both are products of sums from either end, so that all of
//! it is O(n p). Other sums over event times have the same form with another [`Integrand`]: the score along a function of
//! time, and the baseline hazard.

use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::fine_gray::censoring::{Censoring, CensoringTies, CensoringWeights, Walk};
use crate::survival::regression::fine_gray::scan::{Other, Scan, add};

/// What is integrated over `wᵢ(t) dMᵢ(t)`: `a(t) xᵢ − b(t)`, where a is a number and b has a value for each column.
pub(super) struct Integrand<'a> {
    /// By event time over all strata; without it a is 0, and the columns need not be those of the covariates.
    pub slope: Option<&'a [f64]>,
    /// By event time, columns side by side.
    pub offset: &'a [f64],
    pub columns: usize,
}

impl Integrand<'_> {
    fn slope(&self, k: usize) -> f64 {
        self.slope.map_or(0.0, |a| a[k])
    }

    fn offset(&self, k: usize) -> &[f64] {
        &self.offset[k * self.columns..(k + 1) * self.columns]
    }

    /// Adds a multiple of the covariates of a row, where they have a part in it.
    fn add_row(&self, to: &mut [f64], rows: &Rows, i: usize, factor: f64) {
        if self.slope.is_some() {
            add(to, rows.row(i), factor);
        }
    }
}

/// Sums of `W a dA` and `W b dA` over event times from the last backwards, as they are needed at earlier times.
struct Ahead<'a> {
    scan: &'a Scan,
    of: &'a Integrand<'a>,
    p: usize,
    /// By group: the epoch, `Σ W a dA`, `Σ W b dA`.
    epochs: Vec<Option<u32>>,
    sums: Vec<f64>,
}

impl<'a> Ahead<'a> {
    fn new(scan: &'a Scan, of: &'a Integrand<'a>) -> Self {
        let p = of.columns;
        Self { scan, of, p, epochs: vec![None; scan.groups], sums: vec![0.0; scan.groups * (p + 1)] }
    }

    fn add(&mut self, of: &super::scan::OfStratum, k: usize) {
        let p = self.p;
        let hazard = self.scan.hazard[of.first + k];
        let (slope, offset) = (self.of.slope(of.first + k), self.of.offset(of.first + k));
        for g in 0..self.scan.groups {
            let weight = of.weights[k * self.scan.groups + g];
            let sums = &mut self.sums[g * (p + 1)..(g + 1) * (p + 1)];
            if self.epochs[g] != Some(weight.epoch) {
                sums.fill(0.0);
                self.epochs[g] = Some(weight.epoch);
            }
            sums[0] += weight.value * hazard * slope;
            add(&mut sums[1..], offset, weight.value * hazard);
        }
    }

    fn of(&self, g: usize) -> (Option<u32>, f64, &[f64]) {
        let sums = &self.sums[g * (self.p + 1)..(g + 1) * (self.p + 1)];
        (self.epochs[g], sums[0], &sums[1..])
    }
}

/// `ηᵢ` per unit of weight, sorted rows × columns, in the scaled covariates.
pub(super) fn scores(rows: &Rows, scan: &Scan, of_time: &Integrand) -> Vec<f64> {
    let p = of_time.columns;
    let mut score = vec![0.0; rows.len() * p];
    // `∫ a wᵢ dA` of each row.
    let exposure = of_time.slope.map(|a| {
        let jumps: Vec<f64> = scan.hazard.iter().zip(a).map(|(h, a)| h * a).collect();
        scan.exposures(rows, &jumps)
    });
    for (stratum, of) in scan.of_strata(rows) {
        let times = stratum.ties.len();
        // ∫ b dA up to each event time.
        let mut drift = vec![0.0; (times + 1) * p];
        for k in 0..times {
            let (before, after) = drift.split_at_mut((k + 1) * p);
            let offset = of_time.offset(of.first + k);
            for j in 0..p {
                after[j] = before[k * p + j] + scan.hazard[of.first + k] * offset[j];
            }
        }
        let start = stratum.rows.start;
        for i in stratum.rows.clone() {
            let row = &mut score[i * p..(i + 1) * p];
            let until = of.until[i - start] as usize;
            add(row, &drift[until * p..(until + 1) * p], 1.0);
            if let Some(&entered) = of.entered.get(i - start) {
                let entered = entered as usize;
                add(row, &drift[entered * p..(entered + 1) * p], -1.0);
            }
        }
        let mut ahead = Ahead::new(scan, of_time);
        let mut k = times;
        for o in of.others.iter().rev() {
            while k > of.until[o.row - start] as usize {
                k -= 1;
                ahead.add(of, k);
            }
            let (epoch, _, sums) = ahead.of(o.group as usize);
            if epoch == Some(o.own.epoch) {
                add(&mut score[o.row * p..(o.row + 1) * p], sums, o.own.value.recip());
            }
        }
        for i in stratum.rows.clone() {
            let per_weight = scan.risk[i] / rows.weight[i];
            let row = &mut score[i * p..(i + 1) * p];
            if let Some(exposure) = &exposure {
                of_time.add_row(row, rows, i, -exposure[i]);
            }
            for s in row.iter_mut() {
                *s *= per_weight;
            }
        }
        for (k, tie) in stratum.ties.iter().enumerate() {
            let (slope, offset) = (of_time.slope(of.first + k), of_time.offset(of.first + k));
            for i in tie.start..tie.events_end {
                let row = &mut score[i * p..(i + 1) * p];
                of_time.add_row(row, rows, i, slope);
                add(row, offset, -1.0);
            }
        }
    }
    score
}

/// `q(u)` at each censoring time of each group.
fn effects(
    rows: &Rows,
    scan: &Scan,
    of_time: &Integrand,
    weights: &[CensoringWeights],
    events_first: bool,
) -> Vec<Vec<f64>> {
    let p = of_time.columns;
    // Which of those at the censoring time itself count: where events leave first a censoring at u moves G after u, and
    // a subject who had an event at u feels it. Fine and Gray's `T < u ≤ t`, which crr takes, differs at ties alone.
    let later = |t: f64, u: f64| if events_first { t > u } else { t >= u };
    let earlier = |t: f64, u: f64| if events_first { t <= u } else { t < u };
    let mut effects: Vec<Vec<f64>> = weights.iter().map(|w| vec![0.0; w.censorings.len() * p]).collect();
    for (stratum, of) in scan.of_strata(rows) {
        for (g, w) in weights.iter().enumerate() {
            // Backwards: the sums over event times after each censoring time.
            let mut ahead = Ahead::new(scan, of_time);
            let mut epochs = Vec::with_capacity(w.censorings.len());
            // Of the last censoring time first: `Σ W a dA`, then `Σ W b dA`.
            let mut of_later = Vec::with_capacity(w.censorings.len() * (p + 1));
            let mut k = stratum.ties.len();
            for c in w.censorings.iter().rev() {
                while k > 0 && later(stratum.ties[k - 1].time, c.time) {
                    k -= 1;
                    ahead.add(of, k);
                }
                let (epoch, slope, offset) = ahead.of(g);
                epochs.push(epoch);
                of_later.push(slope);
                of_later.extend_from_slice(offset);
            }
            // Forwards: those with another event by then.
            let mut sums = vec![0.0; p + 1];
            let mut epoch = 0;
            let mut others: Box<dyn Iterator<Item = &Other>> =
                Box::new(of.others.iter().filter(|o| o.group as usize == g));
            let mut waiting = others.next();
            let of_later = of_later.chunks_exact(p + 1).zip(epochs).rev();
            for ((at, c), (sums_later, epoch_later)) in w.censorings.iter().enumerate().zip(of_later) {
                while let Some(o) = waiting.filter(|o| earlier(rows.time[o.row], c.time)) {
                    if o.own.epoch != epoch {
                        sums.fill(0.0);
                        epoch = o.own.epoch;
                    }
                    let r = scan.risk[o.row] / o.own.value;
                    sums[0] += r;
                    of_time.add_row(&mut sums[1..], rows, o.row, r);
                    waiting = others.next();
                }
                if epoch_later == Some(epoch) {
                    let q = &mut effects[g][at * p..(at + 1) * p];
                    add(q, &sums[1..], sums_later[0]);
                    add(q, &sums_later[1..], -sums[0]);
                }
            }
        }
    }
    effects
}

/// `ηᵢ + ψᵢ` per unit of weight; with delayed entry the weights are taken as known, and `ψᵢ` is 0.
pub(super) fn influences(
    rows: &Rows,
    scan: &Scan,
    of_time: &Integrand,
    data: &CompetingRisks,
    (group, weights): (&[u32], &[CensoringWeights]),
) -> Vec<f64> {
    let mut score = scores(rows, scan, of_time);
    let any = data.any_cause();
    if any.entry().is_none_or(|e| e.iter().all(|&e| e <= 0.0)) {
        let sampling = matches!(any.weights(), Some(Weights::Sampling(_)));
        add_censoring(&mut score, rows, scan, of_time, (weights, group, data.codes()), sampling);
    }
    score
}

/// Adds `ψᵢ` to the scores, per unit of weight.
fn add_censoring(
    score: &mut [f64],
    rows: &Rows,
    scan: &Scan,
    of_time: &Integrand,
    (weights, group, codes): (&[CensoringWeights], &[u32], &[u32]),
    sampling: bool,
) {
    let p = of_time.columns;
    let events_first = weights.iter().any(|w| w.ties == CensoringTies::EventsFirst);
    let effects = effects(rows, scan, of_time, weights, events_first);
    // The derivative of a product-limit factor 1 − c/π has π − c where that of exp(−c/π) has π. Where events leave first
    // the former is taken, exact also with ties; crr takes the latter.
    let divisor = |c: &Censoring| match c.at_risk - c.censored {
        left if events_first && left > 0.0 => left,
        _ if events_first => f64::INFINITY,
        _ => c.at_risk,
    };
    for (g, (w, q)) in weights.iter().zip(&effects).enumerate() {
        // ∫ q/π dΛᶜ up to each censoring time.
        let mut drift = vec![0.0; (w.censorings.len() + 1) * p];
        for (at, c) in w.censorings.iter().enumerate() {
            let (before, after) = drift.split_at_mut((at + 1) * p);
            for j in 0..p {
                after[j] = before[at * p + j] + q[at * p + j] * c.censored / (c.at_risk * divisor(c));
            }
        }
        let mut walk = Walk::default();
        let mut last = f64::NEG_INFINITY;
        for i in (0..rows.len()).filter(|&i| group[rows.order[i]] as usize == g) {
            // G is estimated from subjects where weights are those of a sample.
            let unit = if sampling { rows.weight[i].recip() } else { 1.0 };
            let row = &mut score[i * p..(i + 1) * p];
            let (time, censored) = (rows.time[i], codes[rows.order[i]] == 0);
            // Each stratum begins with its first time again.
            if time < last {
                walk = Walk::default();
            }
            last = time;
            let until = walk.on(w.censorings.len(), |at| w.censorings[at].time <= time);
            // Where events leave first, one who has an event at a censoring time is not at risk of it.
            let here = until > 0 && w.censorings[until - 1].time == time;
            let at_risk = until - usize::from(here && events_first && !censored);
            add(row, &drift[at_risk * p..(at_risk + 1) * p], -unit);
            if censored && here {
                let c = w.censorings[until - 1];
                add(row, &q[(until - 1) * p..until * p], unit / divisor(&c));
            }
        }
    }
}

/// `V (Σ u uᵀ) V` over clusters, or over rows.
pub(super) fn sandwich(rows: &Rows, score: &[f64], data: &RightCensored, v: &[f64]) -> Vec<f64> {
    let meat = meat(rows, score, data, rows.p);
    product(&product(v, &meat, rows.p), v, rows.p)
}

/// `Σ u uᵀ` over clusters, or over rows, of influences with `p` columns; a replication weight of k counts as k rows.
pub(super) fn meat(rows: &Rows, score: &[f64], data: &RightCensored, p: usize) -> Vec<f64> {
    let clusters = data.clusters();
    let repeated = clusters.is_none() && matches!(data.weights(), Some(Weights::Replication(_)));
    let mut meat = vec![0.0; p * p];
    let mut square = |u: &[f64], factor: f64| {
        for i in 0..p {
            for j in 0..p {
                meat[i * p + j] += factor * u[i] * u[j];
            }
        }
    };
    match clusters {
        None => {
            for (i, u) in score.chunks_exact(p.max(1)).enumerate() {
                let w = rows.weight[i];
                square(u, if repeated { w } else { w * w });
            }
        }
        Some(clusters) => {
            let count = clusters.iter().max().map_or(0, |&m| m as usize + 1);
            let mut sums = vec![0.0; count * p];
            for (i, u) in score.chunks_exact(p.max(1)).enumerate() {
                let c = clusters[rows.order[i]] as usize;
                add(&mut sums[c * p..(c + 1) * p], u, rows.weight[i]);
            }
            for u in sums.chunks_exact(p.max(1)) {
                square(u, 1.0);
            }
        }
    }
    meat
}

fn product(a: &[f64], b: &[f64], p: usize) -> Vec<f64> {
    let mut c = vec![0.0; p * p];
    for i in 0..p {
        for k in 0..p {
            for j in 0..p {
                c[i * p + j] += a[i * p + k] * b[k * p + j];
            }
        }
    }
    c
}
