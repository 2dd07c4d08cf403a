//! The constrained Newton method: quadratic programmes on the few points that carry mass.
//!
//! `Σ w log P(p) − Σw Σp` over p ≥ 0 has the maximum of the likelihood as its maximum, where Σp = 1 by itself. At each
//! step every gap between support points may offer the point of its largest gradient; the quadratic approximation is
//! maximised over p ≥ 0 on these points, a line search makes the step an ascent, and points without mass leave
//! (Wang 2008, Comput Stat Data Anal 52:2388; the quadratic programme by block pivoting).

use super::intersections::Intersections;

/// The largest support for which a Newton step is affordable.
pub(super) const LARGEST: usize = 400;

/// The masses. Returns `None` if the support grows too large.
pub(super) fn masses(of: &Intersections, tolerance: f64, most: usize) -> Option<(Vec<f64>, usize)> {
    let mut support = covering(&of.cells)?;
    let mut mass = vec![0.0; of.len()];
    for &j in &support {
        mass[j] = 1.0 / support.len() as f64;
    }
    let mut probabilities = of.probabilities(&mass);
    for iteration in 0..most {
        let gradient = of.gradient(&probabilities);
        let gap = gradient.iter().fold(f64::NEG_INFINITY, |m, &g| m.max(g)) / of.total - 1.0;
        let slack =
            support.iter().map(|&j| (mass[j] * (gradient[j] / of.total - 1.0)).abs()).fold(0.0, f64::max);
        if gap <= tolerance && slack <= tolerance {
            return Some((mass, iteration));
        }
        let candidates = widened(&support, &gradient, of.total);
        let curvature: Vec<f64> = of.cells.iter().zip(&probabilities).map(|(c, p)| c.2 / p / p).collect();
        let h = hessian(of.len(), &of.cells, &candidates, &curvature);
        let aim: Vec<f64> = candidates.iter().map(|&j| 2.0 * gradient[j] - of.total).collect();
        let start = candidates.iter().map(|&j| mass[j]).collect();
        let target = quadratic(&h, &aim, start, 1e-11 * of.total);
        if !line_search(of, &candidates, &target, &mut mass, &mut probabilities, &gradient) {
            return Some((mass, iteration));
        }
        support = candidates.into_iter().filter(|&j| mass[j] > 0.0).collect();
        if support.len() > LARGEST {
            return None;
        }
    }
    Some((mass, most))
}

/// Few points such that every cell has one: at the last intersection of each cell that has none yet.
pub(super) fn covering(cells: &[(u32, u32, f64)]) -> Option<Vec<usize>> {
    let mut by_end: Vec<(u32, u32)> = cells.iter().map(|c| (c.1, c.0)).collect();
    by_end.sort_unstable();
    let mut points: Vec<usize> = Vec::new();
    for (end, start) in by_end {
        if points.last().is_none_or(|&p| p < start as usize) {
            points.push(end as usize);
            if points.len() > LARGEST {
                return None;
            }
        }
    }
    Some(points)
}

/// The support and, from each gap of it, the point of the largest gradient if that promises an ascent.
pub(super) fn widened(support: &[usize], gradient: &[f64], above: f64) -> Vec<usize> {
    let mut found: Vec<(f64, usize)> = Vec::new();
    let mut from = 0;
    for &stop in support.iter().chain(std::iter::once(&gradient.len())) {
        let best = (from..stop).max_by(|&a, &b| gradient[a].total_cmp(&gradient[b]));
        found.extend(best.filter(|&j| gradient[j] > above).map(|j| (gradient[j], j)));
        from = stop + 1;
    }
    found.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.truncate((LARGEST + 200).saturating_sub(support.len()).max(1));
    let mut all: Vec<usize> = support.iter().copied().chain(found.into_iter().map(|f| f.1)).collect();
    all.sort_unstable();
    all
}

/// The maximiser q ≥ 0 of `aim' q − q'Hq/2`: `H q = aim` where q > 0, and nothing to gain elsewhere.
pub(super) fn quadratic(hessian: &[f64], aim: &[f64], start: Vec<f64>, noise: f64) -> Vec<f64> {
    let k = aim.len();
    let mut free = vec![true; k];
    let mut q = start;
    let (mut fewest, mut chances) = (k + 1, 3);
    for _ in 0..4 * k + 20 {
        let index: Vec<usize> = (0..k).filter(|&i| free[i]).collect();
        let Some(solved) = solve(hessian, k, &index, aim) else { return q };
        let mut next = vec![0.0; k];
        for (&i, x) in index.iter().zip(&solved) {
            next[i] = *x;
        }
        let wrong: Vec<usize> = (0..k)
            .filter(|&i| {
                if free[i] {
                    return next[i] < 0.0;
                }
                let rise = aim[i] - index.iter().map(|&j| hessian[i * k + j] * next[j]).sum::<f64>();
                rise > noise
            })
            .collect();
        q = next.iter().map(|x| x.max(0.0)).collect();
        if wrong.is_empty() {
            return q;
        }
        if wrong.len() < fewest {
            (fewest, chances) = (wrong.len(), 3);
        } else if chances > 0 {
            chances -= 1;
        }
        // All at once while that helps; else the last one alone, which must end.
        let some = if chances > 0 { &wrong[..] } else { &wrong[wrong.len() - 1..] };
        for &i in some {
            free[i] = !free[i];
        }
    }
    q
}

/// `H_jk = Σ c` over the cells that cover both, c the curvature of each: two passes of running sums over where cells start
/// and end. `places` is the number of all intersections.
pub(super) fn hessian(
    places: usize,
    cells: &[(u32, u32, f64)],
    candidates: &[usize],
    curvature: &[f64],
) -> Vec<f64> {
    let k = candidates.len();
    // Of each intersection, how many candidates lie before it.
    let mut before = vec![0u32; places + 1];
    for &j in candidates {
        before[j + 1] = 1;
    }
    for j in 0..places {
        before[j + 1] += before[j];
    }
    let mut h = vec![0.0; k * k];
    for (&(a, b, _), c) in cells.iter().zip(curvature) {
        let (first, end) = (before[a as usize] as usize, before[b as usize + 1] as usize);
        if first < end {
            h[first * k + end - 1] += c;
        }
    }
    for i in 0..k {
        for j in (i..k).rev() {
            let right = if j + 1 < k { h[i * k + j + 1] } else { 0.0 };
            h[i * k + j] += right;
        }
    }
    // From starts at i to starts at or before i.
    for i in 1..k {
        for j in i..k {
            h[i * k + j] += h[(i - 1) * k + j];
        }
    }
    for i in 0..k {
        for j in 0..i {
            h[i * k + j] = h[j * k + i];
        }
    }
    h
}

/// Eight sums side by side, so that none waits for the one before.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (mut lanes, mut rest) = ([0.0; 8], 0.0);
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    for (x, y) in a_chunks.remainder().iter().zip(b_chunks.remainder()) {
        rest += x * y;
    }
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().sum::<f64>() + rest
}

/// Solves on some of the rows by Cholesky's method, with the diagonal raised in the last digits.
fn solve(matrix: &[f64], k: usize, index: &[usize], aim: &[f64]) -> Option<Vec<f64>> {
    let m = index.len();
    let mut l = vec![0.0; m * m];
    for (i, &row) in index.iter().enumerate() {
        for (j, &column) in index[..=i].iter().enumerate() {
            let (above, below) = l.split_at(i * m);
            let (a, b) = (if j == i { &below[..j] } else { &above[j * m..j * m + j] }, &below[..j]);
            let mut sum = matrix[row * k + column];
            sum -= dot(a, b);
            if i == j {
                let floor = 1e-14 * matrix[row * k + row];
                if !(floor > 0.0) || !sum.is_finite() {
                    return None;
                }
                l[i * m + i] = sum.max(floor).sqrt();
            } else {
                l[i * m + j] = sum / l[j * m + j];
            }
        }
    }
    let mut x: Vec<f64> = index.iter().map(|&i| aim[i]).collect();
    for i in 0..m {
        let sum: f64 = (0..i).map(|j| l[i * m + j] * x[j]).sum();
        x[i] = (x[i] - sum) / l[i * m + i];
    }
    for i in (0..m).rev() {
        x[i] /= l[i * m + i];
        for j in 0..i {
            x[j] -= l[i * m + j] * x[i];
        }
    }
    x.iter().all(|v| v.is_finite()).then_some(x)
}

/// From the masses towards the target as far as the likelihood rises; false where it does not any more.
fn line_search(
    of: &Intersections,
    candidates: &[usize],
    target: &[f64],
    mass: &mut Vec<f64>,
    probabilities: &mut Vec<f64>,
    gradient: &[f64],
) -> bool {
    let start: Vec<f64> = candidates.iter().map(|&j| mass[j]).collect();
    let mut slope: f64 =
        (0..candidates.len()).map(|i| (gradient[candidates[i]] - of.total) * (target[i] - start[i])).sum();
    let mut target = target.to_vec();
    if !(slope > 0.0) {
        // The EM step is always an ascent.
        target = candidates.iter().map(|&j| mass[j] * gradient[j] / of.total).collect();
        slope = 0.0;
    }
    let old = of.log_likelihood(probabilities);
    let mut step = 1.0;
    while step > 1e-10 {
        let mut next = mass.clone();
        for (i, &j) in candidates.iter().enumerate() {
            next[j] = (start[i] + step * (target[i] - start[i])).max(0.0);
        }
        let sum: f64 = candidates.iter().map(|&j| next[j]).sum();
        for &j in candidates {
            next[j] /= sum;
        }
        let now = of.probabilities(&next);
        if now.iter().all(|&p| p > 0.0) {
            // Near the maximum the rise is below the rounding error of the sum.
            let rise = of.log_likelihood(&now) - old;
            if rise >= 1e-4 * step * slope.min(1e-3 * of.total) - 1e-13 * old.abs() {
                let moved = next.iter().zip(mass.iter()).any(|(a, b)| a != b);
                (*mass, *probabilities) = (next, now);
                return moved;
            }
        }
        step *= 0.5;
    }
    false
}
