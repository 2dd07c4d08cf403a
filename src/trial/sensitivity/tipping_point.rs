//! How much worse the censored must have fared for a result to vanish: multiple imputation with a factor on their hazard.

use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::distribution::student_two_sided;
use crate::numeric::random::Random;
use crate::print::{Number, PValue, or_missing};
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::result::hazard_ratio::HazardRatioMethod;
#[cfg(feature = "serde")]
use crate::survival::result::stored;
use crate::trial::sensitivity::changed_outcomes::plain;
use crate::trial::{Analysis, Censoring, Label, Outcome, Record};

/// How much worse the censored of an arm must have fared for its advantage to vanish: with factors above 1 where the event is
/// one to avoid, below 1 where it is wanted.
///
/// After the censoring the hazard of these subjects is taken to be `delta` times that of their arm: the time of the
/// event is drawn from `(S(t) / S(c))^delta`, `S` the arm's Kaplan-Meier curve in a bootstrap sample, up to the arm's
/// longest follow-up. A curve says nothing beyond its last event: nobody is made to fail after it, however large
/// `delta`, which [`CensoringBounds`](crate::trial::CensoringBounds) do. `delta` = 1 is what an ordinary analysis assumes. Peto's log hazard ratio of each completed
/// data set is pooled by Rubin's rules (1987). The same random numbers serve every `delta`.
///
/// # References
/// Lipkovich, Ratitch & O'Kelly (2016), Pharm Stat 15:216. Rubin (1987), Multiple Imputation for Nonresponse in
/// Surveys.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TippingPoint {
    of: String,
    against: String,
    changed: usize,
    rows: Vec<TippingRow>,
}

/// The pooled comparison under one `delta`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TippingRow {
    /// The factor on the hazard after censoring.
    pub delta: f64,
    /// The pooled hazard ratio. It is `None` if a completed data set has nothing to compare.
    pub hazard_ratio: Option<f64>,
    /// Its two-sided p-value.
    pub p_value: Option<f64>,
}

#[cfg(feature = "serde")]
stored::checked_when_read!(TippingRow {
    delta: f64,
    hazard_ratio: Option<f64>,
    p_value: Option<f64>,
});

#[cfg(feature = "serde")]
impl TippingRow {
    fn check(&self) -> crate::error::Result<()> {
        stored::number("delta", self.delta)?;
        self.hazard_ratio.map_or(Ok(()), |r| stored::size("the hazard ratio", r))?;
        self.p_value.map_or(Ok(()), |p| stored::probability("the p-value", p))
    }
}

impl TippingPoint {
    /// The comparison under each `delta`, in the order asked for.
    #[must_use]
    pub fn rows(&self) -> &[TippingRow] {
        &self.rows
    }

    /// How many censored subjects were imputed.
    #[must_use]
    pub fn imputed(&self) -> usize {
        self.changed
    }

    /// The first `delta` of those asked for at which the result is no longer significant. Returns `None` if it stays so
    /// throughout, or is not significant at the first.
    #[must_use]
    pub fn tips_at(&self, alpha: f64) -> Option<f64> {
        self.rows.first().filter(|first| first.p_value.is_some_and(|p| p < alpha))?;
        self.rows.iter().find(|row| row.p_value.is_some_and(|p| p >= alpha)).map(|row| row.delta)
    }
}

impl fmt::Display for TippingPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} against {}: {} censored of {} imputed", self.of, self.against, self.changed, self.of)?;
        write!(f, "\n{:>8} {:>13} {:>8}", "delta", "hazard ratio", "p")?;
        for row in &self.rows {
            let ratio = or_missing(row.hazard_ratio, |x| format!("{x:.3}"));
            let p = or_missing(row.p_value, |p| format!("{:.4}", PValue(p)));
            write!(f, "\n{:>8} {ratio:>13} {p:>8}", Number(row.delta))?;
        }
        Ok(())
    }
}

/// How the censored are imputed: by which factors the hazard after censoring is multiplied, how often, and with which
/// random numbers.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`new`](Self::new) | | the factors of the hazard after censoring | finite and above 0 |
/// | [`imputations`](Self::imputations) | 100 | completed data sets for each factor | at least 2 |
/// | [`seed`](Self::seed) | 1 | the same seed, the same data sets | |
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is imputed until it is given to `tipping_point`"]
pub struct DeltaAdjustment {
    deltas: Vec<f64>,
    imputations: usize,
    seed: u64,
}

impl DeltaAdjustment {
    /// The factors by which the hazard of the censored is multiplied from their censoring on.
    pub fn new(deltas: &[f64]) -> Self {
        Self { deltas: deltas.to_vec(), imputations: 100, seed: 1 }
    }

    /// How many completed data sets there are for each factor.
    pub fn imputations(self, imputations: usize) -> Self {
        Self { imputations, ..self }
    }

    /// The seed of the random numbers: the same seed gives the same data sets.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    fn check(&self) -> Result<()> {
        if self.deltas.is_empty() {
            return Err(Error::Empty { argument: "deltas" });
        }
        if let Some(&value) = self.deltas.iter().find(|&&d| !(d > 0.0 && d.is_finite())) {
            return Err(Error::OutOfRange { argument: "deltas", value, must_be: "finite and above 0" });
        }
        if self.imputations < 2 {
            let (value, must_be) = (self.imputations as f64, "at least 2");
            return Err(Error::OutOfRange { argument: "imputations", value, must_be });
        }
        Ok(())
    }
}

impl<A: Label, E: Label> Analysis<A, E> {
    /// The comparison when those of the first arm who were censored for these reasons had, from then on, `delta`
    /// times the hazard of their arm: once for each delta, with as many completed data sets as `adjustment` says.
    ///
    /// ```
    /// use greenwood::trial::DeltaAdjustment;
    /// use greenwood::trial::examples::{Arm, FFS, saa};
    ///
    /// let analysis = saa().analyse(&FFS)?;
    /// let adjustment = DeltaAdjustment::new(&[1.0, 2.0, 5.0]).imputations(50).seed(1);
    /// let point = analysis.tipping_point(Arm::Msc, Arm::Control, |_| true, &adjustment)?;
    /// assert!(point.rows().windows(2).all(|w| w[0].hazard_ratio < w[1].hazard_ratio));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`contrast`](Self::contrast); [`Error::OutOfRange`] for a delta that is not finite and above 0 or for fewer
    /// than 2 imputations; [`Error::Empty`] without deltas.
    pub fn tipping_point(
        &self,
        of: A,
        against: A,
        reasons: impl Fn(Censoring<E>) -> bool,
        adjustment: &DeltaAdjustment,
    ) -> Result<TippingPoint> {
        adjustment.check()?;
        let DeltaAdjustment { deltas, imputations, seed } = adjustment;
        let (imputations, seed) = (*imputations, *seed);
        let observed = self.contrast(of, against)?;
        let arm: Vec<(f64, bool)> = self.records().iter().filter(|r| r.arm == of).map(plain).collect();
        let curves = (0..imputations)
            .map(|m| {
                let mut random = Random::new(seed, m as u64);
                let sample = arm.iter().map(|_| arm[random.below(arm.len())]);
                let (time, event): (Vec<f64>, Vec<bool>) = sample.unzip();
                Ok((KaplanMeier::fit(&RightCensored::new(time, event)?), random))
            })
            .collect::<Result<Vec<_>>>()?;
        let hit =
            |r: &Record<A, E>| r.arm == of && matches!(r.outcome, Outcome::Censored(why) if reasons(why));
        let last = arm.iter().map(|r| r.0).fold(0.0, f64::max);
        let mut rows = Vec::with_capacity(deltas.len());
        for &delta in deltas {
            let mut ratios = Vec::with_capacity(imputations);
            for (curve, random) in &curves {
                let mut random = random.clone();
                let completed = self.contrast_of(of, against, |r| {
                    if hit(r) {
                        residual(curve, r.time.in_days(), random.uniform(), delta, last)
                    } else {
                        plain(r)
                    }
                })?;
                let ratio = completed.hazard_ratio(HazardRatioMethod::Peto);
                ratios.extend(ratio.and_then(|r| Some((r.value().ok()?.ln(), r.std_error().ok()?.powi(2)))));
            }
            let pooled = (ratios.len() == imputations).then(|| pool(&ratios));
            rows.push(TippingRow { delta, hazard_ratio: pooled.map(|p| p.0), p_value: pooled.map(|p| p.1) });
        }
        let changed = self.records().iter().filter(|r| hit(r)).count();
        Ok(TippingPoint { of: observed.of().into(), against: observed.against().into(), changed, rows })
    }
}

/// The time of the event of someone censored at `c`, where the survival after it is `(S(t)/S(c))^delta`; censored at
/// `last` where the curve does not fall that low.
fn residual(curve: &SurvivalCurve, c: f64, uniform: f64, delta: f64, last: f64) -> (f64, bool) {
    let level = curve.carried(c) * uniform.powf(1.0 / delta);
    let steps = curve.table().times().iter().zip(curve.values());
    let step = steps.into_iter().find(|&(&t, &survival)| t > c && survival <= level);
    step.map_or((last.max(c), false), |(&t, _)| (t, true))
}

/// Rubin's rules for log hazard ratios and their variances: the ratio and its p-value.
fn pool(ratios: &[(f64, f64)]) -> (f64, f64) {
    let m = ratios.len() as f64;
    let mean = ratios.iter().map(|r| r.0).sum::<f64>() / m;
    let within = ratios.iter().map(|r| r.1).sum::<f64>() / m;
    let between = ratios.iter().map(|r| (r.0 - mean).powi(2)).sum::<f64>() / (m - 1.0);
    let extra = (1.0 + 1.0 / m) * between;
    let t = mean / (within + extra).sqrt();
    let df = (m - 1.0) * (1.0 + within / extra).powi(2);
    (mean.exp(), student_two_sided(t, df))
}
