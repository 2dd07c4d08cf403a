//! The processes behind simultaneous bands: how likely a Brownian bridge, or the scaled one, stays within two walls.
//!
//! Hall & Wellner (1980), Biometrika 67:133; Nair (1984), Technometrics 26:265. Probabilities are computed to 1e-6 or
//! better, and the critical value is their root.

use crate::numeric::distribution::normal_sf;
use crate::numeric::quadrature::GaussLegendre;
use crate::numeric::root;
use crate::numeric::symmetric_eigen::symmetric_eigen;

/// The shape of a simultaneous band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum BandShape {
    /// Hall & Wellner (1980), Biometrika 67:133: wide early and late, narrow in the middle.
    #[default]
    HallWellner,
    /// Equal precision, Nair (1984), Technometrics 26:265: a pointwise interval, wider by one factor everywhere.
    EqualPrecision,
}

/// The critical value: the root of a probability that grows from 0 to 1. Returns `None` if the stretch has no variance.
pub(super) fn critical_value(shape: BandShape, low: f64, high: f64, level: f64) -> Option<f64> {
    if !(low > 0.0 && high >= low && high < 1.0) {
        return None;
    }
    let reach = 0.5 * ((high - low) / (low * (1.0 - high))).ln_1p();
    let stays = |c: f64| match shape {
        BandShape::HallWellner => bridge_stays_within(c, low, high),
        BandShape::EqualPrecision => scaled_bridge_stays_within(c, reach),
    };
    // The process is about as large as its standard deviation, which is largest nearest to ½.
    let mut far = match shape {
        BandShape::HallWellner => {
            let widest = 0.5_f64.clamp(low, high);
            (widest * (1.0 - widest)).sqrt()
        }
        BandShape::EqualPrecision => 1.0,
    };
    let mut near = far;
    while stays(far) <= level && far < 1e3 {
        (near, far) = (far, 2.0 * far);
    }
    while stays(near) >= level && near > 1e-12 {
        (far, near) = (near.min(far), 0.5 * near);
    }
    root::bracketed(near, far, |c| stays(c) - level)
}

/// So many standard deviations of a normal variable hold all but 1e-18 of it.
const SPREAD: f64 = 9.0;
/// Gauss-Legendre nodes for an integrand whose narrowest part is a standard deviation in 18.
const NODES: usize = 64;

/// `2 ∫₀^reach`, in two pieces where a wall is felt only within `layer` of `c`: for an integrand that is even.
fn twice_the_half(reach: f64, c: f64, layer: f64, rule: &GaussLegendre, f: impl Fn(f64) -> f64) -> f64 {
    let split = (c - layer).clamp(0.0, reach);
    2.0 * (rule.integrate(0.0, split, &f) + rule.integrate(split, reach, &f))
}

/// P(|bridge| ≤ c on [low, high]): over its values at the two ends, the chance of a Brownian path between
/// them to stay inside, by reflection at both walls.
fn bridge_stays_within(c: f64, low: f64, high: f64) -> f64 {
    let span = high - low;
    if span <= 1e-15 * high || c <= 0.0 {
        return 1.0 - 2.0 * normal_sf(c / (low * (1.0 - low)).sqrt());
    }
    let density = |x: f64, v: f64| (-0.5 * x * x / v).exp() / (std::f64::consts::TAU * v).sqrt();
    let (step, rule) = (SPREAD * span.sqrt(), GaussLegendre::of(NODES));
    let reach_high = c.min(SPREAD * (1.0 - high).sqrt());
    let reach_low = c.min(SPREAD * low.sqrt()).min(reach_high + step);
    // The bridge is the path that ends at 0 at time 1.
    std::f64::consts::TAU.sqrt()
        * twice_the_half(reach_low, c, step, rule, |x| {
            let (from, to) = ((x - step).max(-reach_high), (x + step).min(reach_high));
            if from >= to {
                return 0.0;
            }
            density(x, low)
                * rule.integrate(from, to, |y| path_between_walls(x, y, span, c) * density(y, 1.0 - high))
        })
}

/// The density of a Brownian path from `x` to be at `y` after the time `v` without having met ±c: by images where the
/// path is short, by waves in the box where it is long. Either series ends where its terms are below 1e-16.
fn path_between_walls(x: f64, y: f64, v: f64, c: f64) -> f64 {
    if v < c * c {
        let density = |x: f64| (-0.5 * x * x / v).exp() / (std::f64::consts::TAU * v).sqrt();
        let images = (SPREAD * v.sqrt() / (4.0 * c)).ceil() as i32 + 1;
        return (-images..=images)
            .map(|k| 4.0 * f64::from(k) * c)
            .map(|shift| density(y - x + shift) - density(2.0 * c - x - y + shift))
            .sum();
    }
    let wave = |j: f64, x: f64| (j * std::f64::consts::FRAC_PI_2 * (x + c) / c).sin();
    let mut sum = 0.0;
    let mut j = 1.0;
    loop {
        let decay = (-0.5 * (j * std::f64::consts::FRAC_PI_2 / c).powi(2) * v).exp();
        if decay < 1e-18 || j > 64.0 {
            return sum / c;
        }
        sum += decay * wave(j, x) * wave(j, y);
        j += 1.0;
    }
}

/// The fewest and the most cosines in the basis.
const BASIS: (usize, usize) = (24, 64);

/// P(|bridge| ≤ c times its standard deviation, throughout): the scaled bridge is a stationary
/// Ornstein-Uhlenbeck process over a length `reach` of logarithmic time. Its survival between two walls is a
/// sum of exponentials, whose rates are the energies of a harmonic oscillator in a box: a symmetric matrix in
/// the cosine basis. The terms left out have decayed below 1e-7; a reach so short that this takes more cosines than
/// [`BASIS`] is one step of the process.
fn scaled_bridge_stays_within(c: f64, reach: f64) -> f64 {
    if reach <= 1e-14 || c <= 0.0 {
        return 1.0 - 2.0 * normal_sf(c);
    }
    // exp(−(size π/c)² reach) = 1e-7.
    let size = ((16.0 / reach).sqrt() * c / std::f64::consts::PI).ceil().max(BASIS.0 as f64);
    if size > BASIS.1 as f64 {
        return one_step_within(c, reach);
    }
    let size = size as usize;
    let rule = GaussLegendre::of(2 * size + 72);
    let frequency = |j: usize| (j as f64 + 0.5) * std::f64::consts::PI / c;
    // The square root of the normal density: the start of the process, and what is left of 1.
    let ground = |x: f64| (-0.25 * x * x).exp() / std::f64::consts::TAU.powf(0.25);
    let mut energy = vec![0.0; size * size];
    let mut start = vec![0.0; size];
    let mut values = vec![0.0; size];
    for (x, w) in rule.nodes(-c, c) {
        for (j, value) in values.iter_mut().enumerate() {
            *value = (frequency(j) * x).cos() / c.sqrt();
            start[j] += w * ground(x) * *value;
        }
        for j in 0..size {
            let potential = w * (0.25 * x * x - 0.5) * values[j];
            for k in 0..size {
                energy[j * size + k] += potential * values[k];
            }
        }
    }
    for j in 0..size {
        energy[j * size + j] += frequency(j).powi(2);
    }
    let (rates, vectors) = symmetric_eigen(energy, size);
    (0..size)
        .map(|m| {
            let weight: f64 = (0..size).map(|j| start[j] * vectors[j * size + m]).sum();
            weight * weight * (-rates[m] * reach).exp()
        })
        .sum()
}

/// The same for a short reach T: from x the process goes to `N(x e^−T, 1 − e^−2T)`, and a path between x and y misses a
/// wall at distances a and b from them with the chance `1 − exp(−2ab/2T)` of a Brownian bridge. What the drift does on
/// the way is of order T² times the density at the wall: 1e-7 at the longest T that comes here.
fn one_step_within(c: f64, reach: f64) -> f64 {
    let rule = GaussLegendre::of(NODES);
    let (shrink, variance) = ((-reach).exp(), -(-2.0 * reach).exp_m1());
    let density = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let sd = variance.sqrt();
    let meets = |a: f64, b: f64| (-a * b / reach).exp();
    twice_the_half(c.min(SPREAD), c, SPREAD * sd, rule, |x| {
        let (from, to) = ((x * shrink - SPREAD * sd).max(-c), (x * shrink + SPREAD * sd).min(c));
        density(x)
            * rule.integrate(from, to, |y| {
                let stays = 1.0 - meets(c - x, c - y) - meets(c + x, c + y);
                density((y - x * shrink) / sd) / sd * stays
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// With nearly the whole of [0, 1] it is Kolmogorov's distribution, `1 − 2 Σ (−1)^{k−1} e^{−2k²c²}`.
    #[test]
    fn the_bridge_is_kolmogorovs_and_hall_and_wellners() {
        let kolmogorov =
            |c: f64| 1.0 - 2.0 * ((-2.0 * c * c).exp() - (-8.0 * c * c).exp() + (-18.0 * c * c).exp());
        for c in [1.0, 1.3581, 1.6] {
            assert_relative_eq!(bridge_stays_within(c, 0.002, 0.998), kolmogorov(c), epsilon = 1e-6);
        }
    }

    /// A single time is a normal interval; more logarithmic time only widens it.
    #[test]
    fn the_scaled_bridge_starts_at_the_normal_interval() {
        // 1.96 is the quantile to two decimals: 2Φ(1.96) − 1 is 0.950004.
        assert_relative_eq!(scaled_bridge_stays_within(1.96, 1e-9), 0.95, epsilon = 1e-5);
        assert!(scaled_bridge_stays_within(3.0, 1.0) > scaled_bridge_stays_within(3.0, 2.0));
    }

    /// km.ci 0.5-6 (R 4.2.2), `critical.value.hall.95` at these upper and lower ends: four decimals.
    #[test]
    fn hall_and_wellners_table() {
        for (high, low, c) in
            [(0.5, 1e-6, 1.2731), (0.8, 0.1, 1.3568), (0.6, 0.3, 1.3058), (0.9, 0.4, 1.3211)]
        {
            let found = critical_value(BandShape::HallWellner, low, high, 0.95).unwrap();
            assert_relative_eq!(found, c, epsilon = 5e-5);
        }
    }

    /// R 4.2.2: the oscillator by finite differences (300 and 600 steps, extrapolated) gives 0.9500000 at
    /// these values. km.ci's table holds the solution of Miller & Siegmund's approximation instead (2.829,
    /// 2.8826, 3.2428), which is off by up to 0.01.
    #[test]
    fn equal_precision_critical_values() {
        for (high, low, c) in [(0.5_f64, 0.1_f64, 2.83575), (0.9, 0.4, 2.887284), (0.98, 0.02, 3.235428)] {
            let reach = 0.5 * (high * (1.0 - low) / (low * (1.0 - high))).ln();
            assert_relative_eq!(scaled_bridge_stays_within(c, reach), 0.95, epsilon = 1e-6);
        }
    }

    /// R 4.2.2. Equal precision: the oscillator on a grid of 500 and 1000 steps, extrapolated. Hall & Wellner: the double
    /// integral with images on grids of 1000 and 2000 steps. Both hold seven decimals. Short and long stretches.
    #[test]
    fn probabilities_of_short_and_long_stretches() {
        for (c, reach, p) in [
            (2.0, 0.002, 0.948832958),
            (2.2, 0.01, 0.963388932),
            (2.5, 0.05, 0.976401206),
            (3.0, 0.004, 0.996613016),
        ] {
            assert_relative_eq!(scaled_bridge_stays_within(c, reach), p, epsilon = 1e-6);
        }
        for (c, low, high, p) in [
            (0.95, 0.25, 0.26, 0.954893915),
            (0.9, 0.25, 0.2502, 0.959857320),
            (1.2, 0.1, 0.5, 0.927484980),
            (0.3, 0.2, 0.7, 0.000779804),
        ] {
            assert_relative_eq!(bridge_stays_within(c, low, high), p, epsilon = 3e-7);
        }
    }

    /// A critical value of any size is found: no end of a bracket is taken for it.
    #[test]
    fn critical_values_of_any_size() {
        // One event among n: the stretch is a point, and the value is the normal quantile times √(a(1 − a)).
        for n in [10.0_f64, 1e3, 1e6, 1e12] {
            let a = 1.0 / n;
            let found = critical_value(BandShape::HallWellner, a, a, 0.95).unwrap();
            assert_relative_eq!(found, 1.959963984540054 * (a * (1.0 - a)).sqrt(), max_relative = 1e-9);
        }
        for level in [1e-3, 0.1, 0.23, 0.5, 0.95, 0.999999] {
            for (low, high) in [(0.3, 0.3), (0.1, 0.5), (0.2, 0.2001), (1e-6, 1e-3), (0.4, 0.9)] {
                for shape in [BandShape::HallWellner, BandShape::EqualPrecision] {
                    let c = critical_value(shape, low, high, level).unwrap();
                    let reach = 0.5 * (high * (1.0 - low) / (low * (1.0 - high))).ln();
                    let found = match shape {
                        BandShape::HallWellner => bridge_stays_within(c, low, high),
                        BandShape::EqualPrecision => scaled_bridge_stays_within(c, reach),
                    };
                    assert_relative_eq!(found, level, epsilon = 1e-9);
                }
            }
        }
    }
}
