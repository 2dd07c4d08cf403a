//! Absolute risk from cause-specific hazards: the incidence that models of each cause predict together.

use crate::error::{Error, NotEstimable, Result};
use crate::survival::regression::cox::PredictedCurve;

/// The probability of each cause by a time, for one row, from the hazards that models predict for it.
///
/// `F_k(t) = Σ_{s ≤ t} S(s−) dΛ_k(s)`, with S the probability of being free of every cause. Of a cause-specific Cox model
/// alone, `1 − exp(−Λ_k)` is no probability of the cause: the other causes come first. The models may differ in their
/// covariates. There is no standard error here: it needs the influence of each subject on each baseline, which predicted
/// curves do not hold; [`CauseSpecificRisk`](super::CauseSpecificRisk) has it, from the models beside their data.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`exponential`](Self::exponential) | product | S is `exp(−Σ Λ_k)`, not `Π (1 − Σ dΛ_k)` |
/// | [`free_by`](Self::free_by) | all causes | S from a model of any event |
///
/// # Example
/// ```
/// use greenwood::survival::{CompetingRisks, CoxPh, Design};
/// use greenwood::survival::regression::AbsoluteRisk;
///
/// let outcome = [Some("a"), Some("b"), Some("a"), None, Some("b"), Some("a")];
/// let data = CompetingRisks::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &outcome)?;
/// let design = Design::builder().numeric("age", &[61.0, 50.0, 48.0, 70.0, 58.0, 66.0]).build()?;
/// let mut curves = Vec::new();
/// for cause in data.causes() {
///     let rows = data.cause_specific(cause)?;
///     let fit = CoxPh::new().fit(&rows, &design)?;
///     curves.push((cause.clone(), fit.with(&rows, &design)?.baseline()?.curve(&fit.row().numeric("age", 60.0))?));
/// }
/// let risk = AbsoluteRisk::new(&curves)?;
/// let all = risk.of("a", 5.0)? + risk.of("b", 5.0)? + risk.event_free(5.0)?;
/// assert!((all - 1.0).abs() < 1e-12);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Benichou & Gail (1990), Biometrics 46:813. Ozenne, Sørensen, Scheike, Torp-Pedersen & Gerds (2017), R Journal 9:440.
#[derive(Debug, Clone, PartialEq)]
pub struct AbsoluteRisk {
    causes: Vec<String>,
    /// (time, cause, jump of its hazard), in order of time.
    jumps: Vec<(f64, usize, f64)>,
    /// The jumps of the hazard of any event, where S is its own.
    any: Option<Vec<(f64, f64)>>,
    exponential: bool,
    last: f64,
}

fn jumps(curve: &PredictedCurve) -> impl Iterator<Item = (f64, f64)> + '_ {
    let hazard = curve.cumulative_hazard();
    let before = std::iter::once(0.0).chain(hazard.values().iter().copied());
    hazard.times().iter().zip(hazard.values()).zip(before).map(|((&t, &h), before)| (t, h - before))
}

impl AbsoluteRisk {
    /// From the curve that the model of each cause predicts for the row.
    ///
    /// # Errors
    /// [`Error::Empty`] without causes; [`Error::DuplicateName`].
    pub fn new(curves: &[(String, PredictedCurve)]) -> Result<Self> {
        if curves.is_empty() {
            return Err(Error::Empty { argument: "curves" });
        }
        let twice = (1..curves.len()).find(|&k| curves[..k].iter().any(|(cause, _)| *cause == curves[k].0));
        if let Some(k) = twice {
            return Err(Error::DuplicateName { what: "causes", name: curves[k].0.clone() });
        }
        let of = |(k, (_, curve)): (usize, &(String, PredictedCurve))| {
            jumps(curve).map(|(t, h)| (t, k, h)).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = curves.iter().enumerate().flat_map(of).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let last = curves.iter().map(|(_, c)| c.last_time()).fold(f64::INFINITY, f64::min);
        let causes = curves.iter().map(|(cause, _)| cause.clone()).collect();
        Ok(Self { causes, jumps: all, any: None, exponential: false, last })
    }

    /// S is `exp(−Σ Λ_k)`: then risks and S add up to 1 only nearly.
    #[must_use]
    pub fn exponential(self) -> Self {
        Self { exponential: true, ..self }
    }

    /// S from the curve of a model of any event. Then risks and S need not add up to 1.
    #[must_use]
    pub fn free_by(self, any: &PredictedCurve) -> Self {
        Self { any: Some(jumps(any).collect()), last: self.last.min(any.last_time()), ..self }
    }

    /// The causes, in order.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// The risk of a cause by `t`.
    ///
    /// # Errors
    /// [`Error::UnknownCause`]; [`Error::NotEstimable`] for a time that is NaN, negative, or beyond follow-up.
    pub fn of(&self, cause: &(impl ToString + ?Sized), t: f64) -> Result<f64> {
        let cause = crate::survival::data::competing::position(&self.causes, cause)?;
        self.check(t)?;
        Ok(self.walk(t, cause).0)
    }

    /// The probability of being free of every cause at `t`.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn event_free(&self, t: f64) -> Result<f64> {
        self.check(t)?;
        Ok(self.walk(t, 0).1)
    }

    /// The risk of a cause by `t` of who is free of every cause at `s`: `(F(t) − F(s))/S(s)`.
    ///
    /// # Errors
    /// As [`of`](Self::of); [`Error::OutOfRange`] where `t` is before `s`; [`Error::NotEstimable`] where nobody is free at
    /// `s`.
    pub fn given_event_free(&self, s: f64, cause: &(impl ToString + ?Sized), t: f64) -> Result<f64> {
        if t < s {
            return Err(Error::OutOfRange { argument: "t", value: t, must_be: "at least s" });
        }
        let (end, start, free) = (self.of(cause, t)?, self.of(cause, s)?, self.event_free(s)?);
        if free <= 0.0 {
            return Err(NotEstimable::Undefined.into());
        }
        Ok((end - start) / free)
    }

    fn check(&self, t: f64) -> Result<(), NotEstimable> {
        if !(t >= 0.0) {
            return Err(NotEstimable::InvalidTime);
        }
        if t > self.last {
            return Err(NotEstimable::BeyondFollowUp { time: t, last: self.last });
        }
        Ok(())
    }

    /// F of the cause and S, at `t`.
    fn walk(&self, t: f64, cause: usize) -> (f64, f64) {
        let (mut risk, mut free, mut next_any) = (0.0, 1.0, 0);
        // A hazard that jumps by 1 or more leaves nobody.
        let step = |h: f64| if self.exponential { (-h).exp() } else { (1.0 - h).max(0.0) };
        for tied in self.jumps.chunk_by(|a, b| a.0 == b.0).take_while(|tied| tied[0].0 <= t) {
            if let Some(any) = &self.any {
                while next_any < any.len() && any[next_any].0 < tied[0].0 {
                    free *= step(any[next_any].1);
                    next_any += 1;
                }
            }
            risk += free * tied.iter().filter(|j| j.1 == cause).map(|j| j.2).sum::<f64>();
            if self.any.is_none() {
                free *= step(tied.iter().map(|j| j.2).sum());
            }
        }
        for &(_, h) in self.any.iter().flat_map(|any| &any[next_any..]).take_while(|(time, _)| *time <= t) {
            free *= step(h);
        }
        (risk, free)
    }
}
