//! The options, and what follows from them.

use crate::error::{Error, Result};
use crate::numeric::multivariate_normal::MOST;
use crate::numeric::root;
use crate::survival::log_rank::weight::Weight;
use crate::trial::design::checks;
use crate::trial::design::non_proportional::average_ratio::AverageRatio;
use crate::trial::design::non_proportional::curve_difference;
use crate::trial::design::non_proportional::plan::NonProportionalPlan;
use crate::trial::design::non_proportional::planned_test::PlannedTest;
use crate::trial::design::non_proportional::power::Law;
use crate::trial::design::non_proportional::weighted::Moments;
use crate::trial::design::stratified_assumptions::StratifiedAssumptions;
use crate::trial::design::target::Target;

/// The variance of a log-rank statistic that is planned with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum StatisticVariance {
    /// That of the score under the assumed hazards, where the arms' numbers are given (Yung & Liu 2020). For the average
    /// hazard ratio: the information of its pieces.
    #[default]
    Alternative,
    /// That which the test itself estimates, under the effect as under none. With the average hazard ratio this is
    /// Schoenfeld's formula.
    Pooled,
}

/// A design with one look for any two hazards: subjects, power or duration.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`alpha`](Self::alpha), [`sides`](Self::sides) | 0.025, 1 | the error rate | inside (0, 1); 1 or 2 |
/// | [`target`](Self::target) | power 0.9 | power, subjects or events | |
/// | [`variance`](Self::variance) | under the alternative | the [`StatisticVariance`] | |
///
/// With n subjects the statistic is normal with mean `√n δ/σ` and standard deviation `s/σ`, so the power is
/// `Φ((√n δ − z σ)/s)`:
///
/// | test | δ | σ² | s² |
/// |---|---|---|---|
/// | weighted log-rank | `∫ w y q (1 − q) (h₀ − h₁)` | `∫ w² y q (1 − q) h̄` | that of the score, or σ² |
/// | average hazard ratio | `−ln AHR = −Σ D ln(h₁/h₀) / Σ D` | `1/(p₁ p₀ D)` | `1/Σ 1/(1/D₁ + 1/D₀)`, or σ² |
/// | restricted mean, milestone | `∫₀^τ (S₁ − S₀)`, `S₁(τ) − S₀(τ)` | Greenwood's, in the limit | σ² |
/// | `MaxCombo` | jointly normal, with the covariances of the weighted tests | | |
///
/// Here `y` are those at risk, `q` the experimental share of them, `h̄ = q h₁ + (1 − q) h₀`, `p` the shares allocated, and `D`
/// expected events, all per subject. A weight that depends on the pooled curve takes its limit `exp(−∫ h̄)`. Two-sided tests
/// count the side of the effect alone, but for `MaxCombo`, whose members may lean to different sides.
///
/// # Cost
/// Some 0.2 ms; `MaxCombo` some 50 ms for the subjects of three weights.
///
/// # Example
/// An effect that sets in after four months:
/// ```
/// use greenwood::survival::log_rank::Weight;
/// use greenwood::trial::design::non_proportional::{NonProportionalDesign, PlannedTest, StatisticVariance};
/// use greenwood::trial::design::{Accrual, Assumptions, Hazard};
///
/// let rate = 2f64.ln() / 12.0;
/// let experimental = Hazard::piecewise(&[4.0], &[rate, 0.6 * rate])?;
/// let leaving = Hazard::constant(0.001)?;
/// let assumed = Assumptions::new(experimental, Hazard::constant(rate)?, Accrual::uniform(360.0, 18.0)?)
///     .dropout(leaving.clone(), leaving);
///
/// let plan = NonProportionalDesign::new(assumed.clone(), PlannedTest::AverageHazardRatio, 36.0).fit()?;
/// assert!((plan.subjects() - 463.078).abs() < 5e-4);                            // gsDesign2, fixed_design_ahr
/// assert!((plan.events() - 324.7077).abs() < 5e-5);
///
/// let late = PlannedTest::LogRank(Weight::fleming_harrington(0.0, 0.5));
/// assert!(NonProportionalDesign::new(assumed, late, 36.0).fit()?.subjects() < 400.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
///
/// # References
/// Yung & Liu (2020), Biometrics 76:939. Lin et al. (2020), Stat Biopharm Res 12:187. Lakatos (1988), Biometrics 44:229.
/// Kalbfleisch & Prentice (1981), Biometrika 68:105. Schemper, Wakounig & Heinze (2009), Stat Med 28:2473.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is computed until `.fit()` is called"]
pub struct NonProportionalDesign {
    pub(super) assumed: StratifiedAssumptions,
    pub(super) test: PlannedTest,
    pub(super) time: f64,
    pub(super) alpha: f64,
    pub(super) sides: u32,
    target: Target,
    variance: StatisticVariance,
}

impl NonProportionalDesign {
    /// A trial under these assumptions, analysed by this test at a calendar time. The accrual gives the shape; the number of
    /// subjects follows from the target.
    pub fn new(assumed: impl Into<StratifiedAssumptions>, test: PlannedTest, time: f64) -> Self {
        Self {
            assumed: assumed.into(),
            test,
            time,
            alpha: 0.025,
            sides: 1,
            target: Target::Power(0.9),
            variance: StatisticVariance::default(),
        }
    }

    /// The error rate, of both sides together.
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// One-sided or two-sided.
    pub fn sides(self, sides: u32) -> Self {
        Self { sides, ..self }
    }

    /// What is given: power, subjects or events.
    pub fn target(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// The variance of a log-rank statistic.
    pub fn variance(self, variance: StatisticVariance) -> Self {
        Self { variance, ..self }
    }

    /// The plan.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for options, hazards under which nobody has an event or the test shows no benefit, and a horizon
    /// that nobody is followed to; [`Error::Unsupported`] for differences of curves with strata; those of a weight.
    pub fn fit(&self) -> Result<NonProportionalPlan> {
        self.check()?;
        let law = self.law()?;
        let critical = law.critical(self.alpha, self.sides);
        let unit = self.assumed.with_subjects(1.0);
        let [experimental, control] = unit.total_events(self.time);
        let (subjects, power) = match self.target {
            Target::Power(power) => (law.subjects(power, critical, self.sides)?, power),
            Target::Subjects(n) => (n, law.power(n, critical, self.sides)),
            Target::Events(events) => {
                let n = events / (experimental + control);
                (n, law.power(n, critical, self.sides))
            }
        };
        if !((experimental + control) * subjects).is_finite() || !subjects.is_finite() {
            return checks::refuse(
                "subjects",
                subjects,
                "finite: within the time hardly anybody has the event",
            );
        }
        let log_ratio = AverageRatio::new(&self.assumed, self.time).ok().map(|a| a.log);
        Ok(NonProportionalPlan {
            drift: law.drift(self.sides) * subjects.sqrt(),
            effect: self.effect(&law),
            information: subjects * self.information(&law),
            average_hazard_ratio: log_ratio.map(f64::exp).filter(|r| r.is_finite()),
            events_by_arm: [experimental * subjects, control * subjects],
            assumed: self.assumed.with_subjects(subjects),
            test: self.test.clone(),
            time: self.time,
            alpha: self.alpha,
            sides: self.sides,
            subjects,
            power,
            critical,
            correlations: match law {
                Law::Largest { null, .. } => null,
                Law::Normal { .. } => vec![1.0],
            },
        })
    }

    /// The calendar time from the end of accrual on at which so many subjects first have the power of the target, up to a
    /// thousand times the accrual's duration. Returns `None` if they never do. Under hazards that cross, power may
    /// fall again.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); [`Error::Unsupported`] for a target without power.
    pub fn time_for(&self, subjects: f64) -> Result<Option<f64>> {
        let Target::Power(wanted) = self.target else {
            return Err(Error::Unsupported {
                method: "a search for the duration",
                with: "a target without power",
                why: "give the power",
            });
        };
        let horizon = match self.test {
            PlannedTest::RestrictedMean(tau) | PlannedTest::Milestone(tau) => tau * (1.0 + 1e-6),
            _ => 0.0,
        };
        let start = self.assumed.accrual_duration().max(horizon).max(1e-9);
        let at = |time: f64| Self { time, target: Target::Subjects(subjects), ..self.clone() };
        Self { time: start, ..self.clone() }.check()?;
        let missing = |time: f64| at(time).fit().map(|p| p.power - wanted);
        // Nobody may have had an event by the end of accrual: then the power is none.
        let power = |time: f64| missing(time).unwrap_or(-wanted);
        if missing(start).is_ok_and(|p| p >= 0.0) {
            return Ok(Some(start));
        }
        let (mut high, mut error) = (start, None);
        while high < start * 1e3 {
            let low = high;
            high = if low < 3.0 * start { 1.02 * low } else { 1.2 * low };
            match missing(high) {
                Ok(p) if p >= 0.0 => return Ok(Some(root::find(low, high, power))),
                Ok(_) => error = None,
                Err(e) => error = Some(e),
            }
        }
        error.map_or(Ok(None), Err)
    }

    fn check(&self) -> Result<()> {
        checks::error_rate(self.alpha, self.sides)?;
        checks::analysis_time(self.time)?;
        checks::target(self.target)?;
        match &self.test {
            PlannedTest::LogRank(weight) => weight.check(),
            PlannedTest::MaxCombo(weights) if weights.is_empty() => Err(Error::Empty { argument: "weights" }),
            PlannedTest::MaxCombo(weights) if weights.len() > MOST => {
                let must_be = "at most 8: the integral has a dimension for each";
                checks::refuse("the number of weights", weights.len() as f64, must_be)
            }
            PlannedTest::MaxCombo(weights) => weights.iter().try_for_each(Weight::check),
            PlannedTest::AverageHazardRatio => Ok(()),
            PlannedTest::RestrictedMean(tau) | PlannedTest::Milestone(tau) => {
                if self.assumed.strata().len() > 1 {
                    return Err(Error::Unsupported {
                        method: "a difference of curves",
                        with: "strata",
                        why: "a curve is that of all subjects; plan with the curves of all, or with a stratified log-rank test",
                    });
                }
                if self.assumed.strata()[0].1.has_competing_events() {
                    return Err(Error::Unsupported {
                        method: "a difference of survival curves",
                        with: "competing events",
                        why: "the curve of one cause is no probability beside others; plan with the log-rank test of the cause, or \
                              with `CompetingRisksDesign`",
                    });
                }
                if !(*tau > 0.0 && *tau < self.time) {
                    let must_be = "above 0 and before the analysis: nobody would be followed so long";
                    return checks::refuse("the horizon", *tau, must_be);
                }
                Ok(())
            }
        }
    }

    /// The effect in its own unit, experimental against control.
    fn effect(&self, law: &Law) -> f64 {
        match law {
            Law::Normal { mean, .. } if self.test == PlannedTest::AverageHazardRatio => (-mean).exp(),
            Law::Normal { mean, null, .. } => match self.test {
                PlannedTest::RestrictedMean(_) | PlannedTest::Milestone(_) => *mean,
                _ => mean / null,
            },
            Law::Largest { .. } => law.drift(self.sides),
        }
    }

    /// Per subject.
    fn information(&self, law: &Law) -> f64 {
        match (law, &self.test) {
            (Law::Normal { null, .. }, PlannedTest::LogRank(_)) => null * null,
            (Law::Normal { null, .. }, _) => (null * null).recip(),
            (Law::Largest { first, .. }, _) => *first,
        }
    }

    fn law(&self) -> Result<Law> {
        let events = self.assumed.total_events(self.time);
        if !(events[0] + events[1] > 0.0) {
            return checks::refuse(
                "the expected number of events",
                events[0] + events[1],
                "above 0 by the time of the analysis: raise the hazards or analyse later",
            );
        }
        let law = self.law_of_test()?;
        if law.is_usable() {
            return Ok(law);
        }
        Err(Error::Unsupported {
            method: "this planned test",
            with: "these hazards and weights",
            why: "the statistic has no finite variance above 0: in the time that it looks at nobody has an event, or nobody of \
                  one arm is left; change the weight, the horizon or the hazards",
        })
    }

    fn law_of_test(&self) -> Result<Law> {
        let pooled = self.variance == StatisticVariance::Pooled;
        Ok(match &self.test {
            PlannedTest::LogRank(weight) => {
                let found = Moments::new(&self.assumed, self.time, std::slice::from_ref(weight));
                let (null, own) = (found.pooled[0].sqrt(), found.own[0].sqrt());
                Law::Normal { mean: found.mean[0], null, own: if pooled { null } else { own } }
            }
            PlannedTest::MaxCombo(weights) => {
                let found = Moments::new(&self.assumed, self.time, weights);
                let m = weights.len();
                let sd: Vec<f64> = (0..m).map(|a| found.pooled[a * m + a].sqrt()).collect();
                let scaled = |v: &[f64]| (0..m * m).map(|k| v[k] / (sd[k / m] * sd[k % m])).collect();
                let null: Vec<f64> = scaled(&found.pooled);
                let own = if pooled { null.clone() } else { scaled(&found.own) };
                Law::Largest {
                    means: (0..m).map(|a| found.mean[a] / sd[a]).collect(),
                    null,
                    own,
                    first: found.pooled[0],
                }
            }
            PlannedTest::AverageHazardRatio => {
                let found = AverageRatio::new(&self.assumed, self.time)?;
                let (null, own) = (found.null.sqrt().recip(), found.own.sqrt().recip());
                Law::Normal { mean: -found.log, null, own: if pooled { null } else { own } }
            }
            PlannedTest::RestrictedMean(tau) | PlannedTest::Milestone(tau) => {
                let area = matches!(self.test, PlannedTest::RestrictedMean(_));
                let only = &self.assumed.strata()[0].1;
                let (mean, variance) = curve_difference::moments(only, self.time, *tau, area);
                Law::Normal { mean, null: variance.sqrt(), own: variance.sqrt() }
            }
        })
    }
}
