//! The extreme rays of the cone of directions along which a likelihood never falls: by their signs every contrast is
//! finite, +∞, −∞ or without a value.
//!
//! The cone C is `{d : d'(x_i − x_j) ≥ 0}` over all pairs of an event and a row at risk with it, within the space along which
//! the limit is flat, where it is pointed and of full dimension. A cone of some of the pairs is held by its rays
//! (the double description: Motzkin, Raiffa, Thompson & Thrall 1953; Fukuda & Prodon 1996, LNCS 1120:91). Each ray is
//! shown to the data, which name the pair that it violates most (one pass over the rows); that pair cuts the cone. Rays that
//! violate none are rays of C, and once all are, they are all of C's.

use std::cell::Cell;

use crate::survival::regression::cox::separation::{Pairs, dot, norm};

/// Of the lengths of a ray and a difference, a product that is rounding.
const ROUNDING: f64 = 1e-10;
/// So many rays are followed. A factor with empty levels has as many as levels; complete separation by many columns of
/// numbers may have any number.
const MOST_RAYS: usize = 500;
/// So often the data are asked at least, and besides as often as it takes about a tenth of a second.
const QUESTIONS: f64 = 60.0;
const CHEAP: f64 = 2e7;

/// A ray of the cone of the pairs known so far.
struct Ray {
    /// In the basis of the flat space, of length 1.
    y: Vec<f64>,
    /// The pairs, by number, to which it is at right angles.
    active: Vec<usize>,
    /// Does no pair of the data contradict it?
    holds: bool,
}

/// The rays of C in the columns of `pairs`, of length 1, for a basis of the flat space. Returns `None` if there are
/// too many, or too few for the dimension.
pub(super) fn extreme_rays(pairs: &Pairs, basis: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let k = basis.len();
    let direction = |y: &[f64]| -> Vec<f64> {
        let mut d = vec![0.0; basis.first().map_or(0, Vec::len)];
        for (b, y) in basis.iter().zip(y) {
            d.iter_mut().zip(b).for_each(|(d, b)| *d += y * b);
        }
        d
    };
    let most = QUESTIONS + CHEAP / (pairs.rows.len() * pairs.free.len()).max(1) as f64;
    let asked = Cell::new(0.0);
    // The pair that a direction violates most, in the basis.
    let contradiction = |y: &[f64]| -> Option<Vec<f64>> {
        asked.set(asked.get() + 1.0);
        let d = direction(y);
        let g = pairs.difference(pairs.most_violated(&d)?);
        (dot(&g, &d) < 0.0).then(|| unit(basis.iter().map(|b| dot(b, &g)).collect()))
    };
    // As many pairs as dimensions: each is contradicted by a direction at right angles to those before.
    let mut known: Vec<Vec<f64>> = Vec::with_capacity(k);
    while known.len() < k {
        let y = at_right_angles(&known, k);
        let minus: Vec<f64> = y.iter().map(|y| -y).collect();
        known.push(contradiction(&y).or_else(|| contradiction(&minus))?);
    }
    let mut rays: Vec<Ray> = inverse(&known)?
        .into_iter()
        .enumerate()
        .map(|(i, y)| Ray { y: unit(y), active: (0..k).filter(|&j| j != i).collect(), holds: false })
        .collect();
    for number in k.. {
        if asked.get() > most {
            return None;
        }
        let mut cutting = None;
        for ray in rays.iter_mut().filter(|r| !r.holds) {
            cutting = contradiction(&ray.y);
            if cutting.is_some() {
                break;
            }
            ray.holds = true;
        }
        let Some(g) = cutting else { break };
        rays = cut(rays, &g, number, k);
        if rays.len() > MOST_RAYS || number > 4 * MOST_RAYS {
            return None;
        }
    }
    // A cone of full dimension has as many at least: else rounding has cut one of them off.
    (rays.len() >= k).then(|| rays.iter().map(|r| unit(direction(&r.y))).collect())
}

/// The rays of the part of the cone that is on the right side of one more pair.
fn cut(rays: Vec<Ray>, g: &[f64], number: usize, k: usize) -> Vec<Ray> {
    let value: Vec<f64> = rays.iter().map(|r| dot(&r.y, g)).collect();
    let mut new = Vec::new();
    for (a, _) in value.iter().enumerate().filter(|(_, v)| **v > ROUNDING) {
        for (b, _) in value.iter().enumerate().filter(|(_, v)| **v < -ROUNDING) {
            let common: Vec<usize> =
                rays[a].active.iter().copied().filter(|c| rays[b].active.contains(c)).collect();
            // Neighbours share an edge that no third ray lies in.
            let alone = |(c, r): (usize, &Ray)| {
                c == a || c == b || !common.iter().all(|pair| r.active.contains(pair))
            };
            if common.len() + 2 < k || !rays.iter().enumerate().all(alone) {
                continue;
            }
            let y = rays[a].y.iter().zip(&rays[b].y).map(|(p, n)| value[a] * n - value[b] * p).collect();
            let mut active = common;
            active.push(number);
            new.push(Ray { y: unit(y), active, holds: false });
        }
    }
    for (mut ray, v) in rays.into_iter().zip(value) {
        if v >= -ROUNDING {
            if v <= ROUNDING {
                ray.active.push(number);
            }
            new.push(ray);
        }
    }
    new
}

fn unit(mut v: Vec<f64>) -> Vec<f64> {
    let length = norm(&v);
    if length > 0.0 {
        for x in &mut v {
            *x /= length;
        }
    }
    v
}

/// A direction at right angles to fewer than k vectors of k numbers.
fn at_right_angles(vectors: &[Vec<f64>], k: usize) -> Vec<f64> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let rest = |basis: &[Vec<f64>], mut v: Vec<f64>| {
        // Twice, for the digits.
        for b in basis.iter().chain(basis) {
            let part = dot(b, &v);
            v.iter_mut().zip(b).for_each(|(v, b)| *v -= part * b);
        }
        v
    };
    for v in vectors {
        let own = rest(&basis, v.clone());
        basis.push(unit(own));
    }
    let units = (0..k).map(|i| (0..k).map(|j| if i == j { 1.0 } else { 0.0 }).collect());
    let best = units.map(|e| rest(&basis, e)).max_by(|a, b| norm(a).total_cmp(&norm(b)));
    unit(best.unwrap_or_default())
}

/// The vectors y with `g_i'y = 0` but for one i each, where it is 1: Gauss's elimination with row pivots.
fn inverse(g: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let k = g.len();
    let mut rows: Vec<Vec<f64>> = (0..k)
        .map(|i| g[i].iter().copied().chain((0..k).map(|j| if i == j { 1.0 } else { 0.0 })).collect())
        .collect();
    for c in 0..k {
        let pivot = (c..k).max_by(|&a, &b| rows[a][c].abs().total_cmp(&rows[b][c].abs()))?;
        rows.swap(c, pivot);
        let by = rows[c][c];
        if !(by.abs() > 1e-14) {
            return None;
        }
        rows[c].iter_mut().for_each(|x| *x /= by);
        let own = rows[c].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(r, _)| *r != c) {
            let factor = row[c];
            row.iter_mut().zip(&own).for_each(|(x, o)| *x -= factor * o);
        }
    }
    Some((0..k).map(|i| rows.iter().map(|row| row[k + i]).collect()).collect())
}
