//! How much an event time counts: the one thing in which the members of the family differ.

use std::fmt;

use crate::error::{Error, Result, TestError};
use crate::print::Number;
use crate::survival::risk_table::event_times::EventTime;

/// How much each event time counts in a weighted log-rank test.
///
/// At an event time t of a stratum `n` are at risk and `d` have the event, all groups together. `S` is the
/// Kaplan-Meier curve and `S̃ = Π (1 − d/(n + 1))` the Peto-Peto curve of the pooled groups of the stratum; at
/// `t−` they are taken just before t, which makes the weight predictable.
///
/// | weight | w(t) | looks for |
/// |---|---|---|
/// | [`LogRank`](Self::LogRank) | 1 | proportional hazards |
/// | [`GehanBreslow`](Self::GehanBreslow) | n | early differences; depends on the censoring |
/// | [`TaroneWare`](Self::TaroneWare) | √n | between the two |
/// | [`PetoPeto`](Self::PetoPeto) | S̃(t) | early differences, whatever the censoring |
/// | [`ModifiedPetoPeto`](Self::ModifiedPetoPeto) | S̃(t) n/(n + 1) | as before |
/// | [`Andersen`](Self::Andersen) | S̃(t−) n/(n + 1) | as before |
/// | [`Prentice`](Self::Prentice) | Π n/(n + d), up to t | as before |
/// | [`FlemingHarrington`](Self::FlemingHarrington) | S(t−)^ρ (1 − S(t−))^γ | early (ρ), late (γ), middle (both) |
/// | [`ModestlyWeighted`](Self::ModestlyWeighted) | 1/max(S(t−), s*) | late differences, all events counting |
/// | [`ModestlyWeightedFrom`](Self::ModestlyWeightedFrom) | 1/max(S(t−), S(t*)) | as before |
/// | [`Piecewise`](Self::Piecewise) | a value per period | a delay that is known |
///
/// # Example
/// Half of the first group outlive the second: a weight on late times sees more of the difference than one on early times.
/// ```
/// use greenwood::survival::log_rank::Weight;
/// use greenwood::survival::{Groups, LogRank, RightCensored};
///
/// let months = [1.0, 2.0, 3.0, 9.0, 10.0, 11.0, 1.5, 2.5, 3.5, 4.0, 4.5, 5.0];
/// let event = [true; 12];
/// let arm = Groups::new(&["new", "new", "new", "new", "new", "new", "old", "old", "old", "old", "old", "old"]);
/// let data = RightCensored::new(&months, &event)?;
/// let z = |weight| Ok::<_, greenwood::Error>(LogRank::weighted(weight).test(&data, &arm)?.z().unwrap());
/// let late = z(Weight::FlemingHarrington { rho: 0.0, gamma: 1.0 })?;
/// assert!(late < z(Weight::LogRank)? && z(Weight::LogRank)? < z(Weight::GehanBreslow)?);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Gehan (1965), Biometrika 52:203. Breslow (1970), Biometrika 57:579. Tarone & Ware (1977), Biometrika 64:156.
/// Peto & Peto (1972), J R Stat Soc A 135:185. Prentice (1978), Biometrika 65:167. Andersen, Borgan, Gill &
/// Keiding (1982), Int Stat Rev 50:219. Harrington & Fleming (1982), Biometrika 69:553. Xu et al. (2017), Stat
/// Med 36:592 (piecewise). Magirr & Burman (2019), Stat Med 38:3782 (modestly weighted).
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Weight {
    /// 1: every event counts the same.
    #[default]
    LogRank,
    /// n, the number at risk: the generalised Wilcoxon test.
    GehanBreslow,
    /// √n.
    TaroneWare,
    /// S̃(t), the curve of Peto and Peto after the events at t: Π (1 − d/(n + 1)). Under sampling weights the 1, here and below,
    /// is the mean weight of those at risk, so that their unit does not matter.
    PetoPeto,
    /// S̃(t) n/(n + 1).
    ModifiedPetoPeto,
    /// S̃(t−) n/(n + 1), the modification as Andersen and others published it: predictable.
    Andersen,
    /// The product of n/(n + d) up to and including t: Prentice's generalised Wilcoxon test.
    Prentice,
    /// S(t−)^ρ (1 − S(t−))^γ, the class G(ρ, γ). ρ alone is R's G-rho family.
    FlemingHarrington {
        /// The power of the survival before t; large values look early. Any finite number. Where it is
        /// negative, a time at which the pooled curve is already 0 (delayed entry) does not count.
        rho: f64,
        /// The power of its complement; large values look late. At least 0.
        gamma: f64,
    },
    /// 1/max(S(t−), s*): weights grow as in a delayed effect, but never beyond 1/s*.
    ModestlyWeighted {
        /// s*, above 0 and at most 1.
        survival: f64,
    },
    /// 1/max(S(t−), S(t*)): weights grow until t* and stay.
    ModestlyWeightedFrom {
        /// t*, at least 0.
        time: f64,
    },
    /// A value per period: `weights[i]` for times t with `cuts[i − 1] ≤ t < cuts[i]`.
    Piecewise {
        /// Where the periods change: increasing.
        cuts: Vec<f64>,
        /// One weight per period, one more than cuts. Finite.
        weights: Vec<f64>,
    },
}

impl Weight {
    /// Nothing before `cut`, 1 from then on: the early period counts zero.
    #[must_use]
    pub fn early_zero(cut: f64) -> Self {
        Self::Piecewise { cuts: vec![cut], weights: vec![0.0, 1.0] }
    }

    /// G(ρ, γ) of Fleming and Harrington.
    #[must_use]
    pub fn fleming_harrington(rho: f64, gamma: f64) -> Self {
        Self::FlemingHarrington { rho, gamma }
    }

    /// Are the parameters in their range?
    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |argument, value, must_be| Err(Error::OutOfRange { argument, value, must_be });
        match self {
            Self::FlemingHarrington { rho, .. } if !rho.is_finite() => refuse("rho", *rho, "a finite number"),
            Self::FlemingHarrington { gamma, .. } if !(0.0..f64::INFINITY).contains(gamma) => {
                refuse("gamma", *gamma, "finite and at least 0")
            }
            Self::ModestlyWeighted { survival } if !(*survival > 0.0 && *survival <= 1.0) => {
                refuse("s*", *survival, "above 0 and at most 1")
            }
            Self::ModestlyWeightedFrom { time } if !(0.0..=f64::INFINITY).contains(time) => {
                refuse("t*", *time, "at least 0")
            }
            Self::Piecewise { cuts, weights } => {
                if weights.len() != cuts.len() + 1 {
                    return Err(Error::Test(TestError::PeriodCount {
                        cuts: cuts.len(),
                        weights: weights.len(),
                    }));
                }
                if let Some(&cut) = cuts.iter().find(|c| c.is_nan()) {
                    return refuse("cuts", cut, "numbers");
                }
                if let Some(pair) = cuts.windows(2).find(|p| p[0] >= p[1]) {
                    return refuse("cuts", pair[1], "increasing");
                }
                match weights.iter().find(|w| !w.is_finite()) {
                    Some(&w) => refuse("weights of the periods", w, "finite"),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LogRank => write!(f, "log-rank"),
            Self::GehanBreslow => write!(f, "Gehan-Breslow"),
            Self::TaroneWare => write!(f, "Tarone-Ware"),
            Self::PetoPeto => write!(f, "Peto-Peto"),
            Self::ModifiedPetoPeto => write!(f, "modified Peto-Peto"),
            Self::Andersen => write!(f, "Andersen"),
            Self::Prentice => write!(f, "Prentice"),
            Self::FlemingHarrington { rho, gamma } => {
                write!(f, "Fleming-Harrington ({}, {})", Number(*rho), Number(*gamma))
            }
            Self::ModestlyWeighted { survival } => write!(f, "modestly weighted, s* = {}", Number(*survival)),
            Self::ModestlyWeightedFrom { time } => write!(f, "modestly weighted, t* = {}", Number(*time)),
            Self::Piecewise { cuts, weights } => {
                write!(f, "piecewise, ")?;
                for (i, w) in weights.iter().enumerate() {
                    match cuts.get(i) {
                        Some(cut) => write!(f, "{} before {}, ", Number(*w), Number(*cut))?,
                        None => write!(f, "then {}", Number(*w))?,
                    }
                }
                Ok(())
            }
        }
    }
}

/// An event time of a stratum as a weight function sees it, all groups together.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PooledEventTime {
    /// The time.
    pub time: f64,
    /// At risk just before it.
    pub at_risk: f64,
    /// Events at it.
    pub events: f64,
    /// The pooled Kaplan-Meier curve just before it.
    pub survival_before: f64,
}

/// Where the weights come from.
#[derive(Clone, Copy)]
pub(crate) enum Weighing<'f> {
    Named(&'f Weight),
    Function(&'f (dyn Fn(PooledEventTime) -> f64 + Sync)),
}

/// Weights between the inverse of this and this need no unit of their own: their squares, times any count, are numbers.
const ORDINARY: f64 = 1e75;

/// The unit in which weights as large as `largest` are summed up: 1, or a power of two next to it where they are so far
/// from 1 that squares would overflow or vanish. Divided by it no weight loses a digit.
pub(crate) fn unit_of(largest: f64) -> f64 {
    if largest == 0.0 || !largest.is_finite() || (ORDINARY.recip()..=ORDINARY).contains(&largest) {
        1.0
    } else {
        largest.log2().floor().clamp(-1000.0, 1000.0).exp2()
    }
}

/// Goes along the event times of one stratum and says how much each counts. Every weight needs at most one
/// running product.
pub(crate) struct Running<'f> {
    weighing: Weighing<'f>,
    product: f64,
    /// The last modest weight that was finite.
    held: f64,
    /// What weights are divided by: a power of two.
    unit: f64,
    /// The largest size of a weight so far, undivided.
    pub largest: f64,
    /// The first time at which a given function was not finite, and its value.
    pub refused: Option<(f64, f64)>,
}

impl<'f> Running<'f> {
    pub(crate) fn new(weighing: Weighing<'f>) -> Self {
        Self { weighing, product: 1.0, held: 1.0, unit: 1.0, largest: 0.0, refused: None }
    }

    /// The same weights divided by `unit`.
    pub(crate) fn in_unit(self, unit: f64) -> Self {
        Self { unit, ..self }
    }

    #[inline]
    pub(crate) fn weigh(&mut self, t: &EventTime) -> f64 {
        self.weigh_one(t.time, (t.total_at_risk, t.total_events), t.one)
    }

    /// The weight of an event time with `n` at risk and `d` events; times must come in order.
    #[inline]
    pub(crate) fn weigh_pooled(&mut self, time: f64, n: f64, d: f64) -> f64 {
        self.weigh_one(time, (n, d), 1.0)
    }

    #[inline]
    fn weigh_one(&mut self, time: f64, (n, d): (f64, f64), one: f64) -> f64 {
        let w = self.next(time, (n, d), one);
        self.largest = self.largest.max(w.abs());
        w / self.unit
    }

    #[inline]
    fn next(&mut self, time: f64, (n, d): (f64, f64), one: f64) -> f64 {
        let before = self.product;
        match self.weighing {
            Weighing::Named(weight) => match weight {
                Weight::LogRank => 1.0,
                Weight::GehanBreslow => n,
                Weight::TaroneWare => n.sqrt(),
                Weight::PetoPeto => {
                    self.product *= 1.0 - d / (n + one);
                    self.product
                }
                Weight::ModifiedPetoPeto => {
                    self.product *= 1.0 - d / (n + one);
                    self.product * (n / (n + one))
                }
                Weight::Andersen => {
                    self.product *= 1.0 - d / (n + one);
                    before * (n / (n + one))
                }
                Weight::Prentice => {
                    self.product *= n / (n + d);
                    self.product
                }
                Weight::FlemingHarrington { rho, gamma } => {
                    self.product *= 1.0 - d / n;
                    let w = power(before, *rho) * power(1.0 - before, *gamma);
                    if w.is_finite() { w } else { 0.0 }
                }
                Weight::ModestlyWeighted { survival } => {
                    self.product *= 1.0 - d / n;
                    before.max(*survival).recip()
                }
                Weight::ModestlyWeightedFrom { time: from } => {
                    // Just before the first event time after t* the curve has its value at t*.
                    if before > 0.0 {
                        self.held = before.recip();
                    }
                    let w = self.held;
                    if time <= *from {
                        self.product *= 1.0 - d / n;
                    }
                    w
                }
                Weight::Piecewise { cuts, weights } => weights[cuts.partition_point(|&c| c <= time)],
            },
            Weighing::Function(f) => {
                self.product *= 1.0 - d / n;
                let at = PooledEventTime { time, at_risk: n, events: d, survival_before: before };
                let w = f(at);
                if !w.is_finite() && self.refused.is_none() {
                    self.refused = Some((time, w));
                }
                w
            }
        }
    }
}

/// `x^p` with the usual powers taken out: the general one costs as much as the rest of the loop.
#[inline]
fn power(x: f64, p: f64) -> f64 {
    if p == 0.0 {
        1.0
    } else if p == 1.0 {
        x
    } else if p == 0.5 {
        x.sqrt()
    } else if p == 2.0 {
        x * x
    } else {
        x.powf(p)
    }
}
