//! Simultaneous confidence bands: the whole curve at once.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::normal_sf;
use crate::numeric::quadrature::gauss_legendre;
use crate::numeric::root;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::{ConfidenceInterval, Transform, percent, z_of};

/// The shape of a simultaneous band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum BandShape {
    /// Hall & Wellner (1980), Biometrika 67:133: wide early and late, narrow in the middle.
    #[default]
    HallWellner,
    /// Equal precision, Nair (1984), Technometrics 26:265: a pointwise interval, wider by one factor everywhere.
    EqualPrecision,
}

/// A band that covers the whole survival function on a stretch of time with the stated probability.
///
/// With n subjects, `σ²(t)` the variance of log S and `a(t) = nσ²/(1 + nσ²)`, the limits are those of a
/// pointwise interval with the normal quantile times σ replaced by `k (1 + nσ²)/√n` (Hall-Wellner) or by `c σ`
/// (equal precision). k and c are quantiles of the supremum of |Brownian bridge| over `[a_L, a_U]`, in the
/// second case divided by its standard deviation, and are computed, not looked up.
///
/// | option | default | meaning |
/// |---|---|---|
/// | constructor | Hall-Wellner | the [`BandShape`] |
/// | [`level`](Self::level) | 0.95 | coverage of the whole stretch |
/// | [`transform`](Self::transform) | log-log | plain, log, log-log, logit or arcsine, as for intervals |
/// | [`between`](Self::between) | first event to the last at which S stays above 0 | the stretch |
///
/// # Example
/// ```
/// use greenwood::survival::{Band, KaplanMeier, RightCensored};
///
/// let weeks = [9., 13., 13., 18., 23., 28., 31., 34., 45., 48., 161.];
/// let relapse = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0].map(|d| d == 1);
/// let curve = KaplanMeier::fit(&RightCensored::new(&weeks, &relapse)?);
/// let band = Band::equal_precision().of(&curve)?;
/// let pointwise = curve.at(23.0).interval(0.95)?;
/// assert!(band.at(23.0).unwrap().lower < pointwise.lower);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is computed until `.of(…)` is called"]
pub struct Band {
    shape: BandShape,
    level: f64,
    transform: Transform,
    between: Option<(f64, f64)>,
}

impl Band {
    /// Hall & Wellner's band.
    pub fn hall_wellner() -> Self {
        Self { shape: BandShape::HallWellner, level: 0.95, transform: Transform::default(), between: None }
    }

    /// Nair's equal-precision band.
    pub fn equal_precision() -> Self {
        Self { shape: BandShape::EqualPrecision, ..Self::hall_wellner() }
    }

    /// The coverage, inside (0, 1).
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// The scale on which the band is symmetric.
    pub fn transform(self, transform: Transform) -> Self {
        Self { transform, ..self }
    }

    /// The stretch of time that is covered.
    pub fn between(self, from: f64, to: f64) -> Self {
        Self { between: Some((from, to)), ..self }
    }

    /// The band of a curve.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where the level is not inside (0, 1), or where the stretch does not begin at or
    /// after the first event, end at or after its beginning and before the curve reaches 0;
    /// [`Error::Unsupported`] for a curve without events or with a robust variance, whose limiting process is
    /// another.
    pub fn of(&self, curve: &SurvivalCurve) -> Result<SurvivalBand> {
        z_of(self.level)?;
        let refuse = |with, why| Err(Error::Unsupported { method: "a simultaneous band", with, why });
        if curve.is_robust() || curve.table().has_sampling_weights() {
            return refuse(
                "sampling weights or clusters",
                "its process is not a Brownian bridge: use intervals",
            );
        }
        let table = curve.table();
        let usable = |i: &usize| table.row(*i).events > 0.0 && curve.values()[*i] > 0.0;
        let mut rows = (0..table.len()).filter(usable);
        let Some(first) = rows.next() else {
            return refuse("a curve without events", "there is no variance to scale it by");
        };
        let last = rows.next_back().unwrap_or(first);
        let end = curve.values().iter().position(|&s| s <= 0.0).map_or(f64::INFINITY, |i| table.times()[i]);
        let (from, to) = self.between.unwrap_or((table.times()[first], table.times()[last]));
        if !(from >= table.times()[first]) {
            let must_be = "at or after the first event: before it the variance is 0";
            return Err(Error::OutOfRange { argument: "from", value: from, must_be });
        }
        if !(to >= from && to < end) {
            let must_be = "at or after `from`, and before the curve reaches 0";
            return Err(Error::OutOfRange { argument: "to", value: to, must_be });
        }
        let n = table.subjects() as f64;
        let share = |t: f64| {
            let v = n * curve.at(t).log_std_error().unwrap_or(0.0).powi(2);
            v / (1.0 + v)
        };
        let (low, high) = (share(from), share(to));
        let critical = match self.shape {
            BandShape::HallWellner => {
                root::find(0.01, 6.0, |c| bridge_stays_within(c, low, high) - self.level)
            }
            BandShape::EqualPrecision => {
                let reach = 0.5 * (high * (1.0 - low) / (low * (1.0 - high))).ln();
                root::find(0.3, 9.0, |c| scaled_bridge_stays_within(c, reach) - self.level)
            }
        };
        let interval = crate::survival::result::interval::Interval::from(self.transform);
        let mut times = vec![from];
        times.extend(table.times().iter().copied().filter(|&t| t > from && t <= to));
        let limits = times
            .iter()
            .map(|&t| {
                let estimate = curve.at(t);
                let sigma = estimate.log_std_error().unwrap_or(0.0);
                let half = match self.shape {
                    BandShape::HallWellner => critical * (1.0 + n * sigma * sigma) / n.sqrt(),
                    BandShape::EqualPrecision => critical * sigma,
                };
                interval.limits(1.0, estimate.value().ok()?, half, half)
            })
            .collect();
        Ok(SurvivalBand { band: *self, critical, from, to, times, limits })
    }
}

/// A simultaneous band, made by [`Band`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SurvivalBand {
    band: Band,
    critical: f64,
    from: f64,
    to: f64,
    times: Vec<f64>,
    limits: Vec<Option<(f64, f64)>>,
}

impl SurvivalBand {
    /// The critical value of the supremum.
    #[must_use]
    pub fn critical_value(&self) -> f64 {
        self.critical
    }

    /// The stretch of time that is covered.
    #[must_use]
    pub fn stretch(&self) -> (f64, f64) {
        (self.from, self.to)
    }

    /// The band at `t`; `None` outside its stretch.
    #[must_use]
    pub fn at(&self, t: f64) -> Option<ConfidenceInterval> {
        if !(self.from <= t && t <= self.to) {
            return None;
        }
        let i = self.times.partition_point(|&x| x <= t);
        Some(ConfidenceInterval::new(self.limits[i - 1], self.band.level))
    }
}

impl fmt::Display for SurvivalBand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.band.shape {
            BandShape::HallWellner => "Hall-Wellner",
            BandShape::EqualPrecision => "Equal-precision",
        };
        let level = percent(self.band.level);
        write!(
            f,
            "{name} band, {level}% over {} to {}, critical value {:.4}",
            self.from, self.to, self.critical
        )?;
        for &t in &self.times {
            if let Some(interval) = self.at(t) {
                write!(f, "\n{t:>10} {interval}")?;
            }
        }
        Ok(())
    }
}

/// P(|bridge| ≤ c on [low, high]): over its values at the two ends, the chance of a Brownian path between
/// them to stay inside, by reflection at both walls.
fn bridge_stays_within(c: f64, low: f64, high: f64) -> f64 {
    let span = high - low;
    if span <= 1e-9 {
        return 1.0 - 2.0 * normal_sf(c / (low * (1.0 - low)).sqrt());
    }
    let density = |x: f64, v: f64| (-0.5 * x * x / v).exp() / (std::f64::consts::TAU * v).sqrt();
    // Nothing lies beyond nine standard deviations of either end; between, the rule must be fine enough for
    // the path from one end to the other.
    let (reach_low, reach_high) = (c.min(9.0 * low.sqrt()), c.min(9.0 * (1.0 - high).sqrt()));
    let nodes = ((12.0 * reach_low.min(reach_high) / span.sqrt()) as usize + 64).min(600);
    let rule = gauss_legendre(nodes);
    let mut total = 0.0;
    for &(x, wx) in &rule {
        let x = reach_low * x;
        let at_low = wx * density(x, low);
        for &(y, wy) in &rule {
            let y = reach_high * y;
            let mut inside = 0.0;
            for k in -4..=4 {
                let shift = 4.0 * f64::from(k) * c;
                inside += density(y - x + shift, span) - density(2.0 * c - x - y + shift, span);
            }
            total += at_low * wy * inside * density(y, 1.0 - high);
        }
    }
    // The bridge is the path that ends at 0 at time 1.
    total * reach_low * reach_high * std::f64::consts::TAU.sqrt()
}

/// Cosines in the basis: the terms left out have decayed below 1e-6.
const SIZE: usize = 24;

/// P(|bridge| ≤ c times its standard deviation, throughout): the scaled bridge is a stationary
/// Ornstein-Uhlenbeck process over a length `reach` of logarithmic time. Its survival between two walls is a
/// sum of exponentials, whose rates are the energies of a harmonic oscillator in a box: a symmetric matrix in
/// the cosine basis.
fn scaled_bridge_stays_within(c: f64, reach: f64) -> f64 {
    if reach <= 1e-9 {
        return 1.0 - 2.0 * normal_sf(c);
    }
    let rule = gauss_legendre(120);
    let frequency = |j: usize| (j as f64 + 0.5) * std::f64::consts::PI / c;
    let basis = |j: usize, x: f64| (frequency(j) * x).cos() / c.sqrt();
    let mut energy = vec![0.0; SIZE * SIZE];
    let mut start = [0.0; SIZE];
    for &(x, w) in &rule {
        let (x, w) = (c * x, c * w);
        // The square root of the normal density: the start of the process, and what is left of 1.
        let ground = (-0.25 * x * x).exp() / std::f64::consts::TAU.powf(0.25);
        let values: Vec<f64> = (0..SIZE).map(|j| basis(j, x)).collect();
        for j in 0..SIZE {
            start[j] += w * ground * values[j];
            for k in 0..SIZE {
                energy[j * SIZE + k] += w * (0.25 * x * x - 0.5) * values[j] * values[k];
            }
        }
    }
    for j in 0..SIZE {
        energy[j * SIZE + j] += frequency(j).powi(2);
    }
    let (rates, vectors) = symmetric_eigen(energy, SIZE);
    (0..SIZE)
        .map(|m| {
            let weight: f64 = (0..SIZE).map(|j| start[j] * vectors[j * SIZE + m]).sum();
            weight * weight * (-rates[m] * reach).exp()
        })
        .sum()
}

/// Eigenvalues and eigenvectors (columns) of a small symmetric matrix: Jacobi's rotations.
fn symmetric_eigen(mut a: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut v = vec![0.0; n * n];
    (0..n).for_each(|i| v[i * n + i] = 1.0);
    for _ in 0..30 {
        let off: f64 =
            (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i * n + j].powi(2)).sum();
        if off < 1e-24 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[p * n + q] == 0.0 {
                    continue;
                }
                let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * a[p * n + q]);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let cos = (t * t + 1.0).sqrt().recip();
                let sin = t * cos;
                for k in 0..n {
                    let (x, y) = (a[k * n + p], a[k * n + q]);
                    (a[k * n + p], a[k * n + q]) = (cos * x - sin * y, sin * x + cos * y);
                }
                for k in 0..n {
                    let (x, y) = (a[p * n + k], a[q * n + k]);
                    (a[p * n + k], a[q * n + k]) = (cos * x - sin * y, sin * x + cos * y);
                    let (x, y) = (v[k * n + p], v[k * n + q]);
                    (v[k * n + p], v[k * n + q]) = (cos * x - sin * y, sin * x + cos * y);
                }
            }
        }
    }
    ((0..n).map(|i| a[i * n + i]).collect(), v)
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
        let (rates, _) = symmetric_eigen(vec![2.0, 1.0, 1.0, 2.0], 2);
        assert_relative_eq!(rates[0].min(rates[1]), 1.0, epsilon = 1e-12);
    }

    /// km.ci 0.5-6 (R 4.2.2), `critical.value.hall.95` at these upper and lower ends: four decimals.
    #[test]
    fn hall_and_wellners_table() {
        for (high, low, c) in
            [(0.5, 1e-6, 1.2731), (0.8, 0.1, 1.3568), (0.6, 0.3, 1.3058), (0.9, 0.4, 1.3211)]
        {
            let found = root::find(0.01, 6.0, |c| bridge_stays_within(c, low, high) - 0.95);
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
}
