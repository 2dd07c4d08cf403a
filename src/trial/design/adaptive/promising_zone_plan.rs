//! The promising zone: zones, sizes, bounds, and what they cost.

use std::fmt;

#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::numeric::distribution::{normal_quantile, normal_sf};
use crate::numeric::quadrature::GaussLegendre;
use crate::numeric::root;
use crate::print::Number;
use crate::trial::design::checks;

/// Where an interim result lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Zone {
    /// The trial stops: the bound for futility is passed.
    Futile,
    /// The conditional power is low: as planned.
    Unfavourable,
    /// The trial is enlarged.
    Promising,
    /// The conditional power is the target or more: as planned.
    Favourable,
    /// The trial stops: the bound for efficacy is reached.
    Efficacious,
}

/// The test at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum FinalTest {
    /// The stages with their planned weights (Cui, Hung & Wang): it keeps the error whatever the rule of enlargement.
    Weighted,
    /// The usual statistic of all data with the usual bound: it keeps the error where the zone starts high enough.
    Unweighted,
}

/// A trial that is enlarged in the promising zone. Made by [`PromisingZone::fit`](super::PromisingZone::fit).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PromisingZonePlan {
    interim: f64,
    planned: f64,
    maximum: f64,
    target: f64,
    efficacy: f64,
    futility: f64,
    critical: f64,
    /// The interim statistics at which the promising zone starts and ends.
    limits: [f64; 2],
}

impl PromisingZonePlan {
    pub(super) fn new(
        [interim, planned, maximum]: [f64; 3],
        target: f64,
        [efficacy, futility, critical]: [f64; 3],
    ) -> Self {
        let mut plan =
            Self { interim, planned, maximum, target, efficacy, futility, critical, limits: [0.0; 2] };
        plan.limits[1] = plan.statistic_of(target);
        plan
    }

    /// With a promising zone that starts at a conditional power, or as low as the unweighted test allows.
    pub(super) fn starting(mut self, start: Option<f64>) -> Self {
        self.limits[0] = start.map_or_else(|| self.exact_start(), |power| self.statistic_of(power));
        self
    }

    /// The interim statistic with this conditional power as planned: it grows with the statistic, from −∞ to ∞.
    fn statistic_of(&self, power: f64) -> f64 {
        let (n1, n2) = (self.interim, self.planned);
        let m = n2 - n1;
        // z √(m/n₁) − (c √n₂ − z √n₁)/√m = Φ⁻¹(power) is linear in z.
        (normal_quantile(power) + self.critical * (n2 / m).sqrt()) / ((m / n1).sqrt() + (n1 / m).sqrt())
    }

    /// What the rest of the trial must reach, as planned: `(c √n₂ − z₁ √n₁)/√(n₂ − n₁)`.
    fn hurdle(&self, z: f64) -> f64 {
        (self.critical * self.planned.sqrt() - z * self.interim.sqrt()) / (self.planned - self.interim).sqrt()
    }

    /// The power of the weighted test with `m` further units of information where the effect is as seen.
    fn power_with(&self, z: f64, m: f64) -> f64 {
        normal_sf(self.hurdle(z) - z * (m / self.interim).sqrt())
    }

    /// The information for which the conditional power is the target, at most the maximum; for a statistic above 0.
    fn enlarged(&self, z: f64) -> f64 {
        let need = self.hurdle(z) + normal_quantile(self.target);
        let m = self.interim * (need / z).powi(2);
        (self.interim + m).clamp(self.planned, self.maximum)
    }

    /// The bound of the unweighted statistic that keeps the error after a change to `total`.
    fn bound(&self, z: f64, total: f64) -> f64 {
        let m = total - self.interim;
        (m.sqrt() * self.hurdle(z) + z * self.interim.sqrt()) / total.sqrt()
    }

    /// The smallest statistic from which on, up to the favourable zone, the bound after enlargement is not above the usual one.
    fn exact_start(&self) -> f64 {
        let above = |z: f64| self.bound(z, self.enlarged(z)) - self.critical;
        let high = self.limits[1];
        // At conditional power ½ the hurdle is what the trend predicts, and the bound never above: the zone holds it.
        let steps = 4000;
        let mut right = self.statistic_of(0.5).min(high);
        for step in 1..=steps {
            let left = self.statistic_of(0.5) * (1.0 - f64::from(step) / f64::from(steps));
            if left <= 0.0 {
                break;
            }
            if above(left) > 1e-12 {
                return root::find(left, right, |z| -above(z));
            }
            right = left;
        }
        right
    }

    /// The conditional power as planned, by the effect seen so far.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a statistic that is not finite.
    pub fn conditional_power(&self, z: f64) -> Result<f64> {
        checks::finite("z", z)?;
        Ok(self.power_with(z, self.planned - self.interim))
    }

    /// The conditional power after the rule has spoken.
    ///
    /// # Errors
    /// As [`conditional_power`](Self::conditional_power).
    pub fn conditional_power_after(&self, z: f64) -> Result<f64> {
        Ok(self.power_with(z, self.information(z)? - self.interim))
    }

    /// The zone of an interim statistic.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a statistic that is not finite.
    pub fn zone(&self, z: f64) -> Result<Zone> {
        checks::finite("z", z)?;
        Ok(if z >= self.efficacy {
            Zone::Efficacious
        } else if z < self.futility {
            Zone::Futile
        } else if z < self.limits[0] {
            Zone::Unfavourable
        } else if z < self.limits[1] {
            Zone::Promising
        } else {
            Zone::Favourable
        })
    }

    /// The conditional powers at which the promising zone starts and ends.
    #[must_use]
    pub fn zone_limits(&self) -> [f64; 2] {
        self.limits.map(|z| self.power_with(z, self.planned - self.interim))
    }

    /// The interim statistics at which the promising zone starts and ends.
    #[must_use]
    pub fn zone_limits_z(&self) -> [f64; 2] {
        self.limits
    }

    /// The final bound of the plan.
    #[must_use]
    pub fn critical_value(&self) -> f64 {
        self.critical
    }

    /// The information at which the trial ends, after an interim statistic.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a statistic that is not finite.
    pub fn information(&self, z: f64) -> Result<f64> {
        Ok(match self.zone(z)? {
            Zone::Efficacious | Zone::Futile => self.interim,
            Zone::Unfavourable | Zone::Favourable => self.planned,
            Zone::Promising => self.enlarged(z),
        })
    }

    /// The bound of the usual statistic of all data at this final information, whatever led to it, that keeps the error: reaching it
    /// is the same as the [weighted statistic](Self::weighted_statistic) reaching the planned bound.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a statistic that is not finite, or information that is not above that of the interim look.
    pub fn adjusted_bound(&self, z: f64, information: f64) -> Result<f64> {
        checks::finite("z", z)?;
        self.check_information(information)?;
        Ok(self.bound(z, information))
    }

    /// The stages with their planned weights: `√t z₁ + √(1 − t) z̃₂`, with `z̃₂` the statistic of what was observed after the
    /// interim look alone, and `t = n₁/n₂`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for statistics that are not finite.
    pub fn weighted_statistic(&self, z: f64, later: f64) -> Result<f64> {
        checks::finite("z", z)?;
        checks::finite("later", later)?;
        let t = self.interim / self.planned;
        Ok(t.sqrt() * z + (1.0 - t).sqrt() * later)
    }

    /// The usual statistic of all data at this information.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for statistics that are not finite, or information that is not above that of the interim look.
    pub fn unweighted_statistic(&self, z: f64, later: f64, information: f64) -> Result<f64> {
        checks::finite("z", z)?;
        checks::finite("later", later)?;
        self.check_information(information)?;
        let t = self.interim / information;
        Ok(t.sqrt() * z + (1.0 - t).sqrt() * later)
    }

    fn check_information(&self, information: f64) -> Result<()> {
        if information > self.interim && information.is_finite() {
            return Ok(());
        }
        checks::refuse("information", information, "finite and above that of the interim look")
    }

    /// The probability to reject, where the final statistic of the planned trial is expected to be `drift`: the power, and at 0 the
    /// type I error. By integration over the interim statistic, good to 1e-10. A stop for futility is obeyed.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a drift that is not finite.
    pub fn rejection(&self, drift: f64, test: FinalTest) -> Result<f64> {
        self.mean(drift, |z| {
            let total = self.information(z)?;
            if total <= self.interim {
                return Ok(f64::from(u8::from(z >= self.efficacy)));
            }
            let m = total - self.interim;
            let hurdle = match test {
                FinalTest::Weighted => self.hurdle(z),
                FinalTest::Unweighted => (self.critical * total.sqrt() - z * self.interim.sqrt()) / m.sqrt(),
            };
            Ok(normal_sf(hurdle - drift * (m / self.planned).sqrt()))
        })
    }

    /// The expected information at the end, where the final statistic of the planned trial is expected to be `drift`.
    ///
    /// # Errors
    /// As [`rejection`](Self::rejection).
    pub fn expected_information(&self, drift: f64) -> Result<f64> {
        self.mean(drift, |z| self.information(z))
    }

    /// The probability of each zone, from futile to efficacious, where the final statistic of the planned trial is expected to be
    /// `drift`.
    ///
    /// # Errors
    /// As [`rejection`](Self::rejection).
    pub fn zone_probabilities(&self, drift: f64) -> Result<[(Zone, f64); 5]> {
        checks::finite("drift", drift)?;
        let mean = drift * (self.interim / self.planned).sqrt();
        let all = [Zone::Futile, Zone::Unfavourable, Zone::Promising, Zone::Favourable, Zone::Efficacious];
        // Each zone ends where the next one starts, in this order; one that a bound covers is empty.
        let cap = |z: f64| z.clamp(self.futility, self.efficacy);
        let ends = [self.futility, cap(self.limits[0]), cap(self.limits[1]), self.efficacy, f64::INFINITY];
        let mut start = f64::NEG_INFINITY;
        Ok(std::array::from_fn(|k| {
            let (from, to) = (start, ends[k]);
            start = to;
            let p = if from < to { normal_sf(from - mean) - normal_sf(to - mean) } else { 0.0 };
            (all[k], p)
        }))
    }

    /// The mean of a function of the interim statistic, smooth between the edges of the zones.
    fn mean(&self, drift: f64, f: impl Fn(f64) -> Result<f64>) -> Result<f64> {
        checks::finite("drift", drift)?;
        let mean = drift * (self.interim / self.planned).sqrt();
        let (low, high) = (mean - 9.0, mean + 9.0);
        let mut edges = vec![low, high, self.futility, self.efficacy, self.limits[0], self.limits[1]];
        // Where the enlargement leaves the maximum.
        let reach = |z: f64| self.power_with(z, self.maximum - self.interim) - self.target;
        if reach(self.limits[0]) < 0.0 && reach(self.limits[1]) > 0.0 {
            edges.push(root::find(self.limits[0], self.limits[1], reach));
        }
        edges.retain(|z| (low..=high).contains(z));
        edges.sort_by(f64::total_cmp);
        let rule = GaussLegendre::of(16);
        let mut sum = 0.0;
        for pair in edges.windows(2) {
            let pieces = ((pair[1] - pair[0]) / 0.5).ceil().max(1.0);
            let width = (pair[1] - pair[0]) / pieces;
            for piece in 0..pieces as usize {
                let from = pair[0] + piece as f64 * width;
                for (z, w) in rule.nodes(from, from + width) {
                    let density = (-0.5 * (z - mean).powi(2)).exp() / std::f64::consts::TAU.sqrt();
                    sum += w * density * f(z)?;
                }
            }
        }
        Ok(sum)
    }
}

/// A paragraph for a protocol.
impl fmt::Display for PromisingZonePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [start, end] = self.zone_limits();
        write!(
            f,
            "Information {} is planned, with an interim look at {}. Where the conditional power by the effect seen is from {:.1}% to \
             below {:.1}% (interim statistic from {:.4} to {:.4}), the information is raised until it is {:.1}%, at most to {}. The \
             final bound is {:.4}.",
            Number(self.planned),
            Number(self.interim),
            100.0 * start,
            100.0 * end,
            self.limits[0],
            self.limits[1],
            100.0 * self.target,
            Number(self.maximum),
            self.critical
        )
    }
}
