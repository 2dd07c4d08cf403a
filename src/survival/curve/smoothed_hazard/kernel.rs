//! Kernels, and what they become where an end of the range cuts them.

use std::fmt;

/// The weight of an event at a distance of z bandwidths, |z| ≤ 1.
///
/// Within a bandwidth of an end of the range, at a share q < 1 of it, the kernel is that of Müller & Wang (1994) on
/// [−1, q], whose integral is 1 and whose mean is 0 as those of the whole kernel are; it may be below 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Kernel {
    /// `3/4 (1 − z²)`.
    #[default]
    Epanechnikov,
    /// `15/16 (1 − z²)²`.
    Biquadratic,
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Epanechnikov => "Epanechnikov",
            Self::Biquadratic => "biquadratic",
        })
    }
}

impl Kernel {
    /// At z in [−1, q], where the range ends q bandwidths away (1 for further); 0 elsewhere.
    pub(super) fn at(self, q: f64, z: f64) -> f64 {
        if !(-1.0..=q).contains(&z) {
            return 0.0;
        }
        match self {
            Self::Epanechnikov if q >= 1.0 => 0.75 * (1.0 - z * z),
            Self::Biquadratic if q >= 1.0 => 0.9375 * (1.0 - z * z).powi(2),
            Self::Epanechnikov => {
                12.0 * (1.0 + z) / (1.0 + q).powi(4)
                    * (z * (1.0 - 2.0 * q) + 0.5 * (3.0 * q * q - 2.0 * q + 1.0))
            }
            Self::Biquadratic => {
                let slope = 2.0 * (5.0 * (1.0 - q) / (1.0 + q) - 1.0);
                let level = 3.0 * q - 1.0 + 5.0 * (1.0 - q).powi(2) / (1.0 + q);
                15.0 / (1.0 + q).powi(5) * (1.0 + z).powi(2) * (q - z) * (slope * z + level)
            }
        }
    }
}

/// The range in which events are known, and how its ends are dealt with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub start: f64,
    pub end: f64,
    pub corrected: bool,
}

impl Range {
    /// The kernel's weight, divided by the bandwidth, of an event at `event` for the hazard at `time`.
    pub fn weight(&self, kernel: Kernel, bandwidth: f64, time: f64, event: f64) -> f64 {
        let z = (time - event) / bandwidth;
        let (left, right) = ((time - self.start) / bandwidth, (self.end - time) / bandwidth);
        let at = match self.corrected {
            true if left < 1.0 && left <= right => kernel.at(left, z),
            // The same mirrored.
            true if right < 1.0 => kernel.at(right, -z),
            _ => kernel.at(1.0, z),
        };
        at / bandwidth
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    /// Integral 1 and mean 0 on [−1, q], by Simpson's rule, which is exact for cubics and near for the rest.
    #[test]
    fn moments_at_every_distance_from_an_end() {
        for kernel in [Kernel::Epanechnikov, Kernel::Biquadratic] {
            for q in [0.0, 0.1, 0.37, 0.5, 0.9, 0.999, 1.0, 5.0] {
                let (end, n) = (f64::min(q, 1.0), 2000);
                let h = (end + 1.0) / f64::from(n);
                let (mut mass, mut mean) = (0.0, 0.0);
                for i in 0..=n {
                    let z = (-1.0 + h * f64::from(i)).min(end);
                    let w = if i == 0 || i == n { 1.0 } else { 2.0 + 2.0 * f64::from(i % 2) } * h / 3.0;
                    mass += w * kernel.at(q, z);
                    mean += w * z * kernel.at(q, z);
                }
                assert_abs_diff_eq!(mass, 1.0, epsilon = 1e-10);
                assert_abs_diff_eq!(mean, 0.0, epsilon = 1e-10);
            }
            // One form passes into the other.
            assert_abs_diff_eq!(kernel.at(1.0 - 1e-9, 0.3), kernel.at(1.0, 0.3), epsilon = 1e-7);
        }
    }
}
