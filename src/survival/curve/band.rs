//! Simultaneous confidence bands: the whole curve at once.

use std::fmt;

#[cfg(feature = "serde")]
use crate::error::check_len;
use crate::error::{Error, Result};
use crate::numeric::sums::Sum;
use crate::print::Number;
use crate::survival::curve::band_process::{BandShape, critical_value};
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::result::interval::{ConfidenceInterval, Transform, percent, z_of};

/// A band that covers the whole survival function on a stretch of time with the stated probability.
///
/// With n subjects (the sum of replication weights), `σ²(t)` the variance of log S and `a(t) = nσ²/(1 + nσ²)`, the limits are those of a
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
/// # Cost
/// One pass over the table, and some 10 to 50 ms for the critical value.
///
/// # Example
/// ```
/// use greenwood::survival::{Band, KaplanMeier, RightCensored};
///
/// let weeks = [9., 13., 13., 18., 23., 28., 31., 34., 45., 48., 161.];
/// let relapse = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0].map(|d| d == 1);
/// let curve = KaplanMeier::fit(&RightCensored::new(&weeks, &relapse)?);
/// let band = Band::equal_precision().fit(&curve)?;
/// let pointwise = curve.at(23.0).interval(0.95)?;
/// assert!(band.at(23.0).unwrap().lower < pointwise.lower);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Hall & Wellner (1980), Biometrika 67:133. Nair (1984), Technometrics 26:265.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is computed until `.fit(…)` is called"]
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
    pub fn fit(&self, curve: &SurvivalCurve) -> Result<SurvivalBand> {
        z_of(self.level)?;
        let refuse = |with, why| Err(Error::Unsupported { method: "a simultaneous band", with, why });
        if curve.is_robust() || curve.table().has_sampling_weights() {
            return refuse(
                "sampling weights or clusters",
                "its process is not a Brownian bridge: use intervals",
            );
        }
        let (table, survival, variance) = (curve.table(), curve.values(), curve.log_variance());
        let times = table.times();
        let usable = |i: &usize| table.row(*i).events > 0.0 && survival[*i] > 0.0;
        let mut rows = (0..table.len()).filter(usable);
        let Some(first) = rows.next() else {
            return refuse("a curve without events", "there is no variance to scale it by");
        };
        let last = rows.next_back().unwrap_or(first);
        let end = survival.iter().position(|&s| s <= 0.0).map_or(f64::INFINITY, |i| times[i]);
        let (from, to) = self.between.unwrap_or((times[first], times[last]));
        if !(from >= times[first]) {
            let must_be = "at or after the first event: before it the variance is 0";
            return Err(Error::OutOfRange { argument: "from", value: from, must_be });
        }
        if !(to >= from && to < end) {
            let must_be = "at or after `from`, and before the curve reaches 0";
            return Err(Error::OutOfRange { argument: "to", value: to, must_be });
        }
        // Everybody leaves once: a replication weight of k is k subjects.
        let n = table.rows().flat_map(|r| [r.events, r.censored]).collect::<Sum>().value();
        // The row that holds the curve from `from` on, and the rows after it up to `to`.
        let begin = times.partition_point(|&t| t <= from) - 1;
        let beyond = times.partition_point(|&t| t <= to);
        let share = |row: usize| {
            let v = n * variance[row];
            v / (1.0 + v)
        };
        let (low, high) = (share(begin), share(beyond - 1));
        let Some(critical) = critical_value(self.shape, low, high, self.level) else {
            return refuse("a stretch without variance", "there is nothing to scale it by");
        };
        let interval = crate::survival::result::interval::Interval::from(self.transform);
        let limits = (begin..beyond)
            .map(|row| {
                let sigma = variance[row].sqrt();
                let half = match self.shape {
                    BandShape::HallWellner => critical * (1.0 + n * variance[row]) / n.sqrt(),
                    BandShape::EqualPrecision => critical * sigma,
                };
                interval.limits(1.0, survival[row], half, half)
            })
            .collect();
        let times = std::iter::once(from).chain(times[begin + 1..beyond].iter().copied()).collect();
        Ok(SurvivalBand { band: *self, critical, from, to, times, limits })
    }
}

/// A simultaneous band, made by [`Band`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct SurvivalBand {
    band: Band,
    critical: f64,
    from: f64,
    to: f64,
    times: Vec<f64>,
    limits: Vec<Option<(f64, f64)>>,
}

/// A band as it was written: checked before it is one.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    band: Band,
    critical: f64,
    from: f64,
    to: f64,
    times: Vec<f64>,
    limits: Vec<Option<(f64, f64)>>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for SurvivalBand {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { band, critical, from, to, times, limits } = raw;
        z_of(band.level)?;
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        check_len("limits", limits.len(), "times", times.len())?;
        if !(critical > 0.0 && critical < f64::INFINITY) {
            return refuse("the critical value", critical, "above 0 and finite");
        }
        if times.first() != Some(&from)
            || !times.is_sorted_by(|a, b| a < b)
            || times.last().is_none_or(|&t| !(t <= to))
        {
            return refuse(
                "the stretch",
                from,
                "the first of increasing times, the last of which is at most its end",
            );
        }
        let ordered = |(lower, upper): (f64, f64)| 0.0 <= lower && lower <= upper && upper <= 1.0;
        if let Some(&(lower, _)) = limits.iter().flatten().find(|&&pair| !ordered(pair)) {
            return refuse(
                "a lower limit",
                lower,
                "at least 0 and at most the upper limit, which is at most 1",
            );
        }
        Ok(Self { band, critical, from, to, times, limits })
    }
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

    /// The times within the stretch at which the band steps, the first that of its begin.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
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
            Number(self.from),
            Number(self.to),
            self.critical
        )?;
        for &t in &self.times {
            if let Some(interval) = self.at(t) {
                write!(f, "\n{:>10} {interval}", Number(t))?;
            }
        }
        Ok(())
    }
}
