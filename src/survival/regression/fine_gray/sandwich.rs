//! The variance of Fine and Gray: influences of the subjects, with what the estimated weights add.
//!
//! `I⁻¹ Σ (ηᵢ + ψᵢ)(ηᵢ + ψᵢ)ᵀ I⁻¹`, where `ηᵢ = ∫ (xᵢ − m(t)) wᵢ(t) dMᵢ(t)` is the score of a subject and
//! `ψᵢ = ∫ q(u)/π(u) dMᵢᶜ(u)` what its own censoring time does through the weights of others:
//! `q(u) = Σ_{other, T ≤ u} Σ_{t > u} (xᵢ − m(t)) wᵢ(t) rᵢ dA(t)`. Both are products of sums from either end, so that all of
//! it is O(n p). Other sums over event times have the same form with another [`Integrand`]: the score along a function of
//! time, and the baseline hazard.

use crate::numeric::cholesky::Cholesky;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::data::weights::Weights;
use crate::survival::regression::cox::rows::Rows;
use crate::survival::regression::cox::rows::stratum::Stratum;
use crate::survival::regression::cox::score::without_noise;
use crate::survival::regression::fine_gray::censoring::{CensoringTies, CensoringWeights, Walk};
use crate::survival::regression::fine_gray::columns::known_columns;
use crate::survival::regression::fine_gray::influence_pass::End;
use crate::survival::regression::fine_gray::integrand::{Ahead, Integrand, Slope};
use crate::survival::regression::fine_gray::scan::{OfStratum, Scan, add, symmetric, upper};

/// `ηᵢ` per unit of weight, sorted rows × columns, in the scaled covariates.
fn scores(rows: &Rows, scan: &Scan, of_time: &Integrand) -> Vec<f64> {
    known_columns!(of_time.columns, |p| {
        let mut score = vec![0.0; rows.len() * p];
        let mut drift = Vec::new();
        for (stratum, of) in scan.of_strata(rows) {
            drift_until(&mut drift, stratum, of, scan, of_time, p);
            scores_in(&mut score, (rows, stratum, of), scan, of_time, &drift, p);
        }
        score
    })
}

/// `∫ a dA` and `∫ b dA` before each event time, and after the last.
#[allow(clippy::inline_always)]
#[inline(always)]
fn drift_until(
    drift: &mut Vec<f64>,
    stratum: &Stratum,
    of: &OfStratum,
    scan: &Scan,
    of_time: &Integrand,
    p: usize,
) {
    let times = stratum.ties.len();
    drift.clear();
    drift.resize((times + 1) * (p + 1), 0.0);
    for k in of.first..of.first + times {
        let (before, after) = drift[(k - of.first) * (p + 1)..].split_at_mut(p + 1);
        after[0] = before[0] + scan.hazard[k] * of_time.slope(k);
        for ((after, before), b) in after[1..=p].iter_mut().zip(&before[1..=p]).zip(of_time.offset(k, p)) {
            *after = before + scan.hazard[k] * b;
        }
    }
}

/// From the last row of a stratum to the first: what it was exposed to, after another event too, and its own event.
#[allow(clippy::inline_always)]
#[inline(always)]
fn scores_in(
    score: &mut [f64],
    (rows, stratum, of): (&Rows, &Stratum, &OfStratum),
    scan: &Scan,
    of_time: &Integrand,
    drift: &[f64],
    p: usize,
) {
    let start = stratum.rows.start;
    let mut ahead = Ahead::new(scan, of_time, p);
    let mut others = of.others.as_slice();
    let mut k = stratum.ties.len();
    for i in stratum.rows.clone().rev() {
        let row = &mut score[i * p..(i + 1) * p];
        let until = of.until[i - start] as usize;
        let up_to = &drift[until * (p + 1)..(until + 1) * (p + 1)];
        let mut exposure = up_to[0];
        add(row, &up_to[1..=p], 1.0);
        if let Some(&entered) = of.entered.get(i - start) {
            let up_to = &drift[entered as usize * (p + 1)..(entered as usize + 1) * (p + 1)];
            exposure -= up_to[0];
            add(row, &up_to[1..=p], -1.0);
        }
        if let Some((o, rest)) = others.split_last().filter(|(o, _)| o.row == i) {
            others = rest;
            while k > until {
                k -= 1;
                ahead.add(of, k);
            }
            let (epoch, slope, offset) = ahead.of(o.group as usize);
            if epoch == Some(o.own.epoch) {
                let unit = o.own.value.recip();
                exposure += unit * slope;
                add(row, offset, unit);
            }
        }
        of_time.add_row(row, rows, i, p, -exposure);
        let per_weight = scan.risk[i] / rows.weight[i];
        for score in row.iter_mut() {
            *score *= per_weight;
        }
        if rows.event[i] {
            // Of the event times up to its own the last is its own.
            let own = of.first + until - 1;
            of_time.add_row(row, rows, i, p, of_time.slope(own));
            add(row, of_time.offset(own, p), -1.0);
        }
    }
}

/// `q(u)` at each censoring time of each group.
fn effects(
    rows: &Rows,
    scan: &Scan,
    of_time: &Integrand,
    weights: &[CensoringWeights],
    events_first: bool,
) -> Vec<Vec<f64>> {
    let columns = of_time.columns;
    let mut effects: Vec<Vec<f64>> =
        weights.iter().map(|w| vec![0.0; w.censorings.len() * columns]).collect();
    // Of the censoring times of a group: `Σ W a dA`, `Σ W b dA` over the event times after each.
    let mut after = After::default();
    for (stratum, of) in scan.of_strata(rows) {
        for (g, (w, effects)) in weights.iter().zip(&mut effects).enumerate() {
            known_columns!(columns, |p| {
                after.fill((stratum, of), (g, w, events_first), scan, of_time, p);
                effects_of(effects, &after, of, (g, w, events_first), (rows, scan, of_time), p);
            });
        }
    }
    effects
}

/// The sums over the event times after each censoring time, and the epoch of each.
#[derive(Default)]
struct After {
    epochs: Vec<Option<u32>>,
    later: Vec<f64>,
}

impl After {
    /// Backwards: the sums over event times after each censoring time.
    // Which of those at the censoring time itself count: where events leave first a censoring at u moves G after u, and a subject who
    // had an event at u feels it. Fine and Gray's `T < u ≤ t`, which crr takes, differs at ties alone.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn fill(
        &mut self,
        (stratum, of): (&Stratum, &OfStratum),
        (g, w, events_first): (usize, &CensoringWeights, bool),
        scan: &Scan,
        of_time: &Integrand,
        p: usize,
    ) {
        let times = w.censorings.len();
        let Self { epochs, later } = self;
        epochs.clear();
        later.clear();
        epochs.resize(times, None);
        later.resize(times * (p + 1), 0.0);
        let is_later = |t: f64, u: f64| if events_first { t > u } else { t >= u };
        let mut ahead = Ahead::new(scan, of_time, p);
        let mut k = stratum.ties.len();
        let kept = epochs.iter_mut().zip(later.chunks_exact_mut(p + 1));
        for (c, (epoch, later)) in w.censorings.iter().zip(kept).rev() {
            while k > 0 && is_later(stratum.ties[k - 1].time, c.time) {
                k -= 1;
                ahead.add(of, k);
            }
            let (of_epoch, slope, offset) = ahead.of(g);
            (*epoch, later[0]) = (of_epoch, slope);
            later[1..=p].copy_from_slice(offset);
        }
    }
}

/// Forwards: those with another event by each censoring time, times what comes after it.
#[allow(clippy::inline_always)]
#[inline(always)]
fn effects_of(
    effects: &mut [f64],
    After { epochs, later }: &After,
    of: &OfStratum,
    (g, w, events_first): (usize, &CensoringWeights, bool),
    (rows, scan, of_time): (&Rows, &Scan, &Integrand),
    p: usize,
) {
    let is_earlier = |t: f64, u: f64| if events_first { t <= u } else { t < u };
    let mut sums = vec![0.0; p + 1];
    let mut epoch = 0;
    let mut others = of.others.as_slice();
    let after = epochs.iter().zip(later.chunks_exact(p + 1));
    for ((c, q), (epoch_later, later)) in w.censorings.iter().zip(effects.chunks_exact_mut(p)).zip(after) {
        while let Some((o, rest)) = others.split_first().filter(|(o, _)| is_earlier(rows.time[o.row], c.time))
        {
            others = rest;
            if o.group as usize != g {
                continue;
            }
            if o.own.epoch != epoch {
                sums.fill(0.0);
                epoch = o.own.epoch;
            }
            let r = scan.risk[o.row] / o.own.value;
            sums[0] += r;
            of_time.add_row(&mut sums[1..=p], rows, o.row, p, r);
        }
        if *epoch_later == Some(epoch) {
            add(q, &sums[1..=p], later[0]);
            add(q, &later[1..=p], -sums[0]);
        }
    }
}

/// `ηᵢ + ψᵢ` per unit of weight; with delayed entry the weights are taken as known, and `ψᵢ` is 0.
pub(super) fn influences(rows: &Rows, scan: &Scan, of_time: &Integrand, data: &CompetingRisks) -> Vec<f64> {
    if of_time.columns == 0 {
        return Vec::new();
    }
    let mut score = scores(rows, scan, of_time);
    let any = data.any_cause();
    if any.entry().is_none_or(|e| e.iter().all(|&e| e <= 0.0)) {
        let sampling = matches!(any.weights(), Some(Weights::Sampling(_)));
        let weights = &scan.sets.weights;
        let events_first = weights.iter().any(|w| w.ties == CensoringTies::EventsFirst);
        let effects = effects(rows, scan, of_time, weights, events_first);
        for (g, (w, q)) in weights.iter().zip(&effects).enumerate() {
            let of_group = OwnCensoring { w, q, events_first, sampling };
            let member = |i: usize| scan.sets.group(rows.order[i]) as usize == g;
            known_columns!(of_time.columns, |p| of_group.add_to(&mut score, rows, scan, member, p));
        }
    }
    score
}

/// What the own censoring time of the members of a censoring group does: `ψᵢ`.
struct OwnCensoring<'a> {
    w: &'a CensoringWeights,
    /// `q(u)` at the censoring times.
    q: &'a [f64],
    events_first: bool,
    sampling: bool,
}

impl OwnCensoring<'_> {
    /// `∫ q/π dΛᶜ` before each censoring time, and after the last.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn drift(&self, p: usize) -> Vec<f64> {
        let mut drift = vec![0.0; (self.w.censorings.len() + 1) * p];
        for (at, c) in self.w.censorings.iter().enumerate() {
            let factor = c.censored / (c.at_risk * c.divisor(self.events_first));
            let (before, after) = drift[at * p..].split_at_mut(p);
            for ((after, before), q) in after[..p].iter_mut().zip(before).zip(&self.q[at * p..(at + 1) * p]) {
                *after = *before + q * factor;
            }
        }
        drift
    }

    /// Adds `ψᵢ` to the scores of the members, per unit of weight.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn add_to(&self, score: &mut [f64], rows: &Rows, scan: &Scan, member: impl Fn(usize) -> bool, p: usize) {
        let censorings = &self.w.censorings;
        let drift = self.drift(p);
        for (stratum, of) in scan.of_strata(rows) {
            let (mut walk, mut others) = (Walk::default(), of.others.as_slice());
            for i in stratum.rows.clone() {
                let has_other = others.first().is_some_and(|o| o.row == i);
                others = &others[usize::from(has_other)..];
                if !member(i) {
                    continue;
                }
                let (time, censored) = (rows.time[i], !rows.event[i] && !has_other);
                let until = walk.on(censorings.len(), |at| censorings[at].time <= time);
                // Where events leave first, one who has an event at a censoring time is not at risk of it.
                let here = until > 0 && censorings[until - 1].time == time;
                let at_risk = until - usize::from(here && self.events_first && !censored);
                // G is estimated from subjects where weights are those of a sample.
                let unit = if self.sampling { rows.weight[i].recip() } else { 1.0 };
                let row = &mut score[i * p..(i + 1) * p];
                add(row, &drift[at_risk * p..(at_risk + 1) * p], -unit);
                if censored && here {
                    let factor = unit / censorings[until - 1].divisor(self.events_first);
                    add(row, &self.q[(until - 1) * p..until * p], factor);
                }
            }
        }
    }
}

/// `V (Σ u uᵀ) V` over clusters, or over rows, V the inverse of what is factored.
pub(super) fn sandwich(rows: &Rows, scan: &Scan, data: &CompetingRisks, information: &Cholesky) -> Vec<f64> {
    let any = data.any_cause();
    let meat = in_registers(rows, scan, any).unwrap_or_else(|| {
        let of_time = Integrand { slope: Slope::One, offset: &scan.mean, columns: rows.p };
        meat(rows, &influences(rows, scan, &of_time, data), any, rows.p)
    });
    without_noise(information.sandwich(&meat), &information.inverse(), rows.p)
}

/// `Σ u uᵀ` over rows, where the influences of the score need not be written down.
fn in_registers(rows: &Rows, scan: &Scan, any: &RightCensored) -> Option<Vec<f64>> {
    let pass = scan.stands_in_one_pass()?;
    if any.clusters().is_some() {
        return None;
    }
    let (hazard, mean, weights) = (&scan.hazard[..], &scan.mean[..], scan.sets.weights.first()?);
    let sampling = matches!(any.weights(), Some(Weights::Sampling(_)));
    let repeated = matches!(any.weights(), Some(Weights::Replication(_)));
    End { rows, pass, risk: &scan.risk, hazard, mean, weights, sampling, repeated }.meat()
}

/// `Σ u uᵀ` over clusters, or over rows, of influences with `p` columns; a replication weight of k counts as k rows.
pub(super) fn meat(rows: &Rows, score: &[f64], data: &RightCensored, p: usize) -> Vec<f64> {
    let clusters = data.clusters();
    let repeated = clusters.is_none() && matches!(data.weights(), Some(Weights::Replication(_)));
    let mut meat = vec![0.0; p * p];
    if let Some(clusters) = clusters {
        let count = clusters.iter().max().map_or(0, |&m| m as usize + 1);
        let mut sums = vec![0.0; count * p];
        for (i, u) in score.chunks_exact(p.max(1)).enumerate() {
            let c = clusters[rows.order[i]] as usize;
            add(&mut sums[c * p..(c + 1) * p], u, rows.weight[i]);
        }
        known_columns!(p, |p| add_squares(&mut meat, &sums, |_| 1.0, p));
    } else if let Some(weight) = rows.weight.own() {
        let factor = |i: usize| if repeated { weight[i] } else { weight[i] * weight[i] };
        known_columns!(p, |p| add_squares(&mut meat, score, factor, p));
    } else {
        known_columns!(p, |p| add_squares(&mut meat, score, |_| 1.0, p));
    }
    meat
}

/// Adds `Σ f u uᵀ`.
#[allow(clippy::inline_always)]
#[inline(always)]
fn add_squares(meat: &mut [f64], rows: &[f64], factor: impl Fn(usize) -> f64, p: usize) {
    for (i, u) in rows.chunks_exact(p.max(1)).enumerate() {
        upper(meat, u, factor(i), p);
    }
    symmetric(meat, p);
}
