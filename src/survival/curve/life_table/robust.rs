//! Errors by clusters: the infinitesimal jackknife of every column.

use crate::survival::curve::life_table::intervals::above_zero;
use crate::survival::curve::life_table::result::LifeTableRow;
use crate::survival::data::groups::encode;
use crate::survival::data::right_censored::RightCensored;

/// What each cluster does to the estimates: sums over its rows, then squares over the clusters.
pub(super) fn robust_errors(
    rows: &mut [LifeTableRow],
    data: &RightCensored,
    member: impl Fn(usize) -> bool,
    breaks: &[f64],
) {
    let members: Vec<usize> = (0..data.len()).filter(|&i| member(i)).collect();
    let codes: Vec<u32> = members.iter().map(|&i| data.clusters().map_or(i as u32, |c| c[i])).collect();
    let (cluster, firsts) = encode(&codes);
    let shares = shares(data, members.iter().copied().zip(cluster), breaks, rows.len());
    let influence = Influence::new(rows, &shares, firsts.len());
    let errors: Vec<Errors> = (0..rows.len()).map(|k| influence.errors(rows, k)).collect();
    for (row, errors) in rows.iter_mut().zip(errors) {
        row.conditional_std_error = errors.conditional;
        row.survival_std_error = errors.survival;
        row.density_std_error = errors.density;
        row.hazard_std_error = errors.hazard;
        row.median_residual_std_error = errors.median_residual;
    }
}

/// What one row of the data is to an interval.
struct Share {
    cluster: usize,
    /// Its weight, where its event is there.
    event: f64,
    /// Its weight: half of it if it was censored there, and half if it entered there.
    effective: f64,
}

/// Of each interval, the rows that were under observation in it.
fn shares(
    data: &RightCensored,
    members: impl Iterator<Item = (usize, u32)>,
    breaks: &[f64],
    intervals: usize,
) -> Vec<Vec<Share>> {
    let interval = |t: f64| breaks.partition_point(|b| *b <= t) - 1;
    let half = |condition: bool| 0.5 * f64::from(u8::from(condition));
    let mut shares: Vec<Vec<Share>> = (0..intervals).map(|_| Vec::new()).collect();
    for (i, cluster) in members {
        let weight = data.weights().map_or(1.0, |w| w.values()[i]);
        let entry = data.entry().map_or(0.0, |e| e[i]);
        let (start, end) = (interval(entry), interval(data.time()[i]));
        for k in start..=end.min(intervals.saturating_sub(1)) {
            let Some(own) = shares.get_mut(k) else { continue };
            let entered = k == start && entry > breaks[start];
            let censored = k == end && !data.event()[i];
            let event = f64::from(u8::from(k == end && data.event()[i]));
            let effective = weight * (1.0 - half(entered) - half(censored));
            own.push(Share { cluster: cluster as usize, event: weight * event, effective });
        }
    }
    shares
}

/// The influence of each cluster: on the conditional probability q of each interval, and on ln S at its start.
struct Influence {
    of_q: Vec<Vec<f64>>,
    of_log: Vec<Vec<f64>>,
}

/// The standard errors of a row.
struct Errors {
    conditional: Option<f64>,
    survival: Option<f64>,
    density: Option<f64>,
    hazard: Option<f64>,
    median_residual: Option<f64>,
}

impl Influence {
    fn new(rows: &[LifeTableRow], shares: &[Vec<Share>], clusters: usize) -> Self {
        let (mut of_q, mut of_log) = (Vec::new(), vec![vec![0.0; clusters]]);
        for (row, shares) in rows.iter().zip(shares) {
            let mut phi = vec![0.0; clusters];
            for share in shares {
                phi[share.cluster] += (share.event - row.conditional * share.effective) / row.effective;
            }
            let survives = 1.0 - row.conditional;
            let before: &Vec<f64> = &of_log[of_log.len() - 1];
            // Once survival is 0 nothing moves it.
            let step = |phi: &f64| if survives > 0.0 { phi / survives } else { 0.0 };
            let after = before.iter().zip(&phi).map(|(log, phi)| log - step(phi)).collect();
            of_q.push(phi);
            of_log.push(after);
        }
        Self { of_q, of_log }
    }

    /// The root of the sum of the squares of what each cluster does.
    fn error(&self, each: impl Fn(usize) -> f64) -> f64 {
        (0..self.of_log[0].len()).map(|c| each(c).powi(2)).sum::<f64>().sqrt()
    }

    fn errors(&self, rows: &[LifeTableRow], k: usize) -> Errors {
        let row = &rows[k];
        let (q, phi, log) = (row.conditional, &self.of_q[k], &self.of_log[k]);
        let with_event = |x: f64| Some(x).filter(|x| q > 0.0 && x.is_finite()).and_then(above_zero);
        let of_density = |f: f64| with_event(f * self.error(|c| log[c] + phi[c] / q));
        let of_hazard = |h: f64| with_event(h * self.error(|c| 2.0 * phi[c] / (q * (2.0 - q))));
        Errors {
            conditional: above_zero(self.error(|c| phi[c])),
            survival: above_zero(row.survival * self.error(|c| log[c])),
            density: row.density.and_then(of_density),
            hazard: row.hazard.and_then(of_hazard),
            median_residual: row.median_residual.and_then(|median| self.of_median(rows, k, median)),
        }
    }

    /// The error of the median residual time at the start of interval k.
    fn of_median(&self, rows: &[LifeTableRow], k: usize, median: f64) -> Option<f64> {
        let at = rows[k].start + median;
        let j = rows.partition_point(|r| r.start <= at).max(1) - 1;
        let (there, q) = (&rows[j], rows[j].conditional);
        let density = there.density.filter(|f| *f > 0.0)?;
        // S(at) = S_j − f_j (at − a_j), of which half of S_k is taken away.
        let fall = density * (at - there.start);
        let (of_q, of_log) = (&self.of_q[j], &self.of_log[j]);
        let moved = |c: usize| {
            let of_fall = fall * (of_log[c] + of_q[c] / q);
            there.survival * of_log[c] - of_fall - 0.5 * rows[k].survival * self.of_log[k][c]
        };
        Some(self.error(moved) / density).filter(|x| x.is_finite())
    }
}
