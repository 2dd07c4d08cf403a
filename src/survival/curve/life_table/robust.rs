//! Errors by clusters: the infinitesimal jackknife of every column.

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
    let (clusters, last) = (firsts.len(), rows.len());
    let interval = |t: f64| breaks.partition_point(|b| *b <= t) - 1;
    // Of each interval, the rows with their event there, who left there, entered there, and were there all the time.
    let mut own = vec![Vec::<(usize, f64, f64)>::new(); last];
    for (&i, &c) in members.iter().zip(&cluster) {
        let weight = data.weights().map_or(1.0, |w| w.values()[i]);
        let entry = data.entry().map_or(0.0, |e| e[i]);
        let (start, end) = (interval(entry), interval(data.time()[i]));
        for k in start..=end.min(last.saturating_sub(1)) {
            let late = k == start && entry > breaks[start];
            let left = k == end && !data.event()[i];
            let event = f64::from(u8::from(k == end && data.event()[i]));
            let there = 1.0 - 0.5 * f64::from(u8::from(late)) - 0.5 * f64::from(u8::from(left));
            if let Some(own) = own.get_mut(k) {
                own.push((c as usize, weight * event, weight * there));
            }
        }
    }
    // φ/n' of each interval, and the influence on ln S at its start.
    let (mut of_q, mut of_log): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (Vec::new(), vec![vec![0.0; clusters]]);
    for (row, own) in rows.iter().zip(&own) {
        let mut phi = vec![0.0; clusters];
        for &(c, event, there) in own {
            phi[c] += (event - row.conditional * there) / row.effective;
        }
        let survives = 1.0 - row.conditional;
        let before = &of_log[of_log.len() - 1];
        // Once survival is 0 nothing moves it.
        let step = |phi: &f64| if survives > 0.0 { phi / survives } else { 0.0 };
        let after = before.iter().zip(&phi).map(|(log, phi)| log - step(phi)).collect();
        of_q.push(phi);
        of_log.push(after);
    }
    let error = |each: &dyn Fn(usize) -> f64| (0..clusters).map(|c| each(c).powi(2)).sum::<f64>().sqrt();
    let medians: Vec<Option<f64>> = rows.iter().map(|r| r.median_residual).collect();
    let starts: Vec<(f64, f64, f64, Option<f64>)> =
        rows.iter().map(|r| (r.start, r.survival, r.conditional, r.density)).collect();
    for (k, row) in rows.iter_mut().enumerate() {
        let (q, phi, log) = (row.conditional, &of_q[k], &of_log[k]);
        row.conditional_std_error = error(&|c| phi[c]);
        row.survival_std_error = row.survival * error(&|c| log[c]);
        let with_event = |x: f64| (q > 0.0).then_some(x);
        row.density_std_error = row.density.and_then(|f| with_event(f * error(&|c| log[c] + phi[c] / q)));
        row.hazard_std_error =
            row.hazard.and_then(|h| with_event(h * error(&|c| 2.0 * phi[c] / (q * (2.0 - q)))));
        row.median_residual_std_error = medians[k].and_then(|median| {
            let at = row.start + median;
            let j = starts.partition_point(|s| s.0 <= at).max(1) - 1;
            let (start, survival, q, Some(density)) = starts[j] else { return None };
            if !(density > 0.0) {
                return None;
            }
            // S(at) = S_j − f_j (at − a_j), of which half of S_k is taken away.
            let fall = density * (at - start);
            let moved = |c: usize| {
                survival * of_log[j][c] - fall * (of_log[j][c] + of_q[j][c] / q) - 0.5 * row.survival * log[c]
            };
            Some(error(&moved) / density)
        });
    }
}
