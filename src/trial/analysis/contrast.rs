//! Two arms of one endpoint, compared: one against the other, never the other way round by accident.

use crate::error::Result;
use crate::survival::contrast::average_hazard_ratio::{AverageHazardRatio, AverageRatio};
use crate::survival::contrast::fixed_time::{Measure, SurvivalContrast};
use crate::survival::contrast::inverted_log_rank::InvertedLogRank;
use crate::survival::contrast::number_needed::NumberNeeded;
use crate::survival::contrast::restricted_means::MeanMeasure;
use crate::survival::curve::kaplan_meier::KaplanMeier;
use crate::survival::curve::restricted_mean::RestrictedMean;
use crate::survival::curve::survival_curve::SurvivalCurve;
use crate::survival::data::groups::Groups;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::log_rank::max_combo::{MaxCombo, MaxComboTest};
use crate::survival::log_rank::test::LogRankTest;
use crate::survival::log_rank::weight::Weight;
use crate::survival::log_rank::weighted::LogRank;
use crate::survival::permutation::exact::ExactLogRank;
use crate::survival::permutation::exact_test::ExactTest;
use crate::survival::regression::CoxModel;
use crate::survival::regression::cox::CoxPh;
use crate::survival::regression::design::Design;
use crate::survival::result::direction::Direction;
use crate::survival::result::estimate::Estimate;
use crate::survival::result::hazard_ratio::{HazardRatio, HazardRatioMethod};
use crate::survival::result::ratio_test::RatioTest;
use crate::survival::small_sample::melded::Melded;
use crate::trial::Time;
use crate::trial::facts::baseline::{self, Baseline, Characteristic};

/// One arm against another. Made by [`Analysis::contrast`](crate::trial::Analysis::contrast); everything it returns is
/// about the first arm relative to the second.
///
/// # Example
/// The failure-free survival of the published trial, whose p-value is 0.153:
/// ```
/// use greenwood::trial::Time;
/// use greenwood::trial::examples::{Arm, FFS, saa};
///
/// let contrast = saa().analyse(&FFS)?.contrast(Arm::Msc, Arm::Control)?;
/// let p = contrast.log_rank().p_value().unwrap();
/// assert!((p - 0.153).abs() < 5e-4);
/// let difference = contrast.difference(Time::years(4.0));
/// assert!((difference.value()? - (0.381 - 0.667)).abs() < 1e-3);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Contrast {
    data: RightCensored<'static>,
    groups: Groups,
    log_rank: LogRankTest,
    curves: Vec<SurvivalCurve>,
    /// How each subject is called, and what was known of it at entry.
    subjects: Vec<String>,
    baselines: Vec<Baseline>,
    /// Whether the event is wanted: sentences of ratios and numbers needed to treat follow it.
    direction: Direction,
}

impl Contrast {
    pub(in crate::trial) fn new(
        data: RightCensored<'static>,
        groups: Groups,
        subjects: Vec<String>,
        baselines: Vec<Baseline>,
    ) -> Result<Self> {
        let log_rank = LogRank::test(&data, &groups)?;
        let curves = KaplanMeier::by_group(&data, &groups)?;
        Ok(Self { data, groups, log_rank, curves, subjects, baselines, direction: Direction::Unknown })
    }

    pub(in crate::trial) fn directed(self, direction: Direction) -> Self {
        Self { direction, ..self }
    }

    /// The same subjects with other times (in days) and events.
    pub(in crate::trial) fn with_outcomes(&self, time: Vec<f64>, event: Vec<bool>) -> Result<Self> {
        let (data, groups) = self.survival_data();
        let mut changed = RightCensored::new(time, event)?;
        if let Some(strata) = data.strata() {
            changed = changed.with_strata(strata.clone())?;
        }
        let contrast = Self::new(changed, groups.clone(), self.subjects.clone(), self.baselines.clone())?;
        Ok(contrast.directed(self.direction))
    }

    /// The arm that is compared.
    #[must_use]
    pub fn of(&self) -> &str {
        &self.groups.labels()[0]
    }

    /// The arm that it is compared with.
    #[must_use]
    pub fn against(&self) -> &str {
        &self.groups.labels()[1]
    }

    /// Whether the endpoint's event is wanted.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The survival data of the two arms (times in days) and which arm each subject is on, for whatever the
    /// survival wing offers.
    #[must_use]
    pub fn survival_data(&self) -> (&RightCensored<'static>, &Groups) {
        (&self.data, &self.groups)
    }

    /// The log-rank test; its z is negative where the first arm has fewer events than expected.
    #[must_use]
    pub fn log_rank(&self) -> &LogRankTest {
        &self.log_rank
    }

    /// The hazard of the first arm against the second's, from the log-rank's observed and expected events
    /// ([`Peto`](HazardRatioMethod::Peto) or [`Pike`](HazardRatioMethod::Pike)). Returns `None` if they cannot be
    /// compared, and for methods that the log-rank does not give.
    #[must_use]
    pub fn hazard_ratio(&self, method: HazardRatioMethod) -> Option<HazardRatio> {
        let ratio = self.log_rank.hazard_ratio(self.of(), self.against(), method).ok().flatten();
        ratio.map(|r| r.direction(self.direction))
    }

    /// The curves of the two arms, times in days.
    #[must_use]
    pub fn curves(&self) -> (&SurvivalCurve, &SurvivalCurve) {
        (&self.curves[0], &self.curves[1])
    }

    /// How much higher the first arm's probability is at `t`.
    #[must_use]
    pub fn difference(&self, t: Time) -> SurvivalContrast {
        self.curves[0].difference(&self.curves[1], t.in_days())
    }

    /// The restricted mean survival times of the two arms up to `tau`, in days.
    ///
    /// # Errors
    /// [`Error::BeyondFollowUp`](crate::Error::BeyondFollowUp) where an arm is not followed up to `tau`.
    pub fn restricted_means(&self, tau: Time) -> Result<(RestrictedMean, RestrictedMean)> {
        let mean = |curve: &SurvivalCurve| curve.restricted_mean(tau.in_days());
        Ok((mean(&self.curves[0])?, mean(&self.curves[1])?))
    }

    /// The exact permutation test of the log-rank scores (permuting T, as coin does); for other weights, for
    /// permuting Z, or within blocks, use [`ExactLogRank`] on [`survival_data`](Self::survival_data).
    ///
    /// # Errors
    /// As [`ExactLogRank::test`].
    pub fn exact_log_rank(&self) -> Result<ExactTest> {
        ExactLogRank::new().test(&self.data, &self.groups)
    }

    /// A weighted member of the log-rank family.
    ///
    /// # Errors
    /// As [`WeightedLogRank::test`](crate::survival::WeightedLogRank::test).
    pub fn weighted_log_rank(&self, weight: Weight) -> Result<LogRankTest> {
        LogRank::weighted(weight).test(&self.data, &self.groups)
    }

    /// The largest of four weighted log-rank tests, for effects that come late, early or in between.
    ///
    /// # Errors
    /// As [`MaxCombo::test`].
    pub fn max_combo(&self) -> Result<MaxComboTest> {
        MaxCombo::new().test(&self.data, &self.groups)
    }

    /// The two probabilities at `t` compared on the scale that is asked for.
    #[must_use]
    pub fn survival_contrast(&self, t: Time, measure: Measure) -> SurvivalContrast {
        self.curves[0].contrast(&self.curves[1], t.in_days(), measure)
    }

    /// The two probabilities at `t` compared by melding their beta product confidence distributions: valid
    /// however few are at risk.
    ///
    /// # Errors
    /// As [`SurvivalCurve::melded`].
    pub fn melded(&self, t: Time) -> Result<Melded> {
        self.curves[0].melded(&self.curves[1], t.in_days())
    }

    /// The restricted means up to `tau` compared; differences are in days.
    ///
    /// # Errors
    /// [`Error::BeyondFollowUp`](crate::Error::BeyondFollowUp) where an arm is not followed up to `tau`.
    pub fn restricted_mean_contrast(&self, tau: Time, measure: MeanMeasure) -> Result<Estimate> {
        self.curves[0].restricted_mean_contrast(&self.curves[1], tau.in_days(), measure)
    }

    /// How many must be treated on the first arm for one more to be free of the event at `t`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) where the level is not inside (0, 1).
    pub fn number_needed_to_treat(&self, t: Time, level: f64) -> Result<NumberNeeded> {
        let needed = self.curves[0].number_needed_to_treat(&self.curves[1], t.in_days(), level)?;
        Ok(needed.direction(self.direction))
    }

    /// The hazard ratio with the interval of all ratios that the log-rank test does not reject.
    ///
    /// # Errors
    /// As [`InvertedLogRank::fit`].
    pub fn inverted_log_rank(&self) -> Result<InvertedLogRank> {
        InvertedLogRank::fit(&self.data, &self.groups, self.of(), self.against())
    }

    /// The log-rank test that the hazard of the first arm is `ratio` times that of the second: with a margin, the test of
    /// non-inferiority, within the strata of a stratified analysis.
    ///
    /// ```
    /// use greenwood::survival::result::Alternative;
    /// use greenwood::trial::examples::{Arm, FFS, saa};
    ///
    /// let contrast = saa().analyse(&FFS)?.contrast(Arm::Control, Arm::Msc)?;
    /// let margin = contrast.ratio_test(1.5)?;
    /// assert!((margin.one_sided_p_value(Alternative::FirstLower).unwrap() - 0.015).abs() < 0.005);
    /// // The interval of the same test leaves the margin out exactly where the two-sided test rejects it.
    /// let interval = contrast.inverted_log_rank()?.interval(0.95)?;
    /// assert_eq!(margin.p_value().unwrap() < 0.05, !interval.contains(1.5));
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`InvertedLogRank::fit`] and [`InvertedLogRank::test`].
    pub fn ratio_test(&self, ratio: f64) -> Result<RatioTest> {
        Ok(self.inverted_log_rank()?.test(ratio)?.direction(self.direction))
    }

    /// The score test of the same in a proportional-hazards model (Efron's ties), adjusted for baseline characteristics.
    ///
    /// # Errors
    /// As [`cox`](Self::cox) and [`FittedData::score_test_of`](crate::survival::regression::FittedData::score_test_of).
    pub fn adjusted_ratio_test(&self, ratio: f64, adjusting_for: &[&str]) -> Result<RatioTest> {
        let design = self.design(adjusting_for)?;
        let model = CoxPh::new().fit(&self.data, &design)?;
        let test = model.with(&self.data, &design)?.score_test_of(self.of(), ratio)?;
        Ok(test.named(self.of(), self.against()).direction(self.direction))
    }

    /// The average hazard ratio of the two arms, for hazards whose ratio changes with time; a time
    /// [`until`](AverageHazardRatio::until) which events count is in days.
    ///
    /// # Errors
    /// As [`AverageHazardRatio::estimate`].
    pub fn average_hazard_ratio(&self, how: AverageHazardRatio) -> Result<AverageRatio> {
        let ratio = how.estimate(&self.data, &self.groups, self.of(), self.against())?;
        Ok(ratio.direction(self.direction))
    }

    /// The proportional-hazards model of the first arm against the second (Efron's ties), adjusted for baseline
    /// characteristics and, in a stratified analysis, with a baseline hazard for each stratum. The first coefficient
    /// carries the first arm's name; a characteristic that is a level is compared with the first level in
    /// alphabetical order.
    ///
    /// ```
    /// use greenwood::trial::{Endpoint, Exit, Subject, Time, Trial};
    ///
    /// # #[derive(Debug, Clone, Copy, PartialEq)]
    /// # enum Event { Death }
    /// # const OS: Endpoint<Event> = Endpoint::overall_survival(|_| true);
    /// let dead = Exit::Terminal(Event::Death);
    /// let subject = |arm, age, sex| Subject::on(arm).baseline("age", age).baseline("sex", sex);
    /// let trial = Trial::new([
    ///     subject("new", 50.0, "f").until(Time::months(9.0), dead)?,
    ///     subject("new", 61.0, "m").until(Time::months(7.0), dead)?,
    ///     subject("new", 44.0, "f").until(Time::months(12.0), Exit::Cutoff)?,
    ///     subject("old", 47.0, "m").until(Time::months(8.0), dead)?,
    ///     subject("old", 66.0, "f").until(Time::months(3.0), dead)?,
    ///     subject("old", 52.0, "m").until(Time::months(12.0), Exit::Cutoff)?,
    /// ]);
    /// let contrast = trial.analyse(&OS)?.contrast("new", "old")?;
    /// let names: Vec<_> = contrast.cox(&["age", "sex"])?.terms().iter().map(|t| t.name().to_string()).collect();
    /// assert_eq!(names, ["new", "age", "sex: m"]);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`TrialError::MissingBaseline`](crate::TrialError::MissingBaseline) where a subject lacks the characteristic; as
    /// [`CoxPh::fit`].
    pub fn cox(&self, adjusting_for: &[&str]) -> Result<CoxModel> {
        CoxPh::new().fit(&self.data, &self.design(adjusting_for)?)
    }

    /// A characteristic of each subject.
    pub(in crate::trial) fn characteristics(
        &self,
        name: &str,
    ) -> impl Iterator<Item = Option<&Characteristic>> {
        self.baselines.iter().map(move |b| b.characteristic(name))
    }

    /// How a subject is called.
    pub(in crate::trial) fn subject(&self, position: usize) -> &str {
        &self.subjects[position]
    }

    /// The first arm's indicator and the characteristics.
    pub(in crate::trial) fn design(&self, adjusting_for: &[&str]) -> Result<Design<'static>> {
        let arm: Vec<f64> = self.groups.codes().iter().map(|&code| f64::from(u8::from(code == 0))).collect();
        let mut design = Design::builder().numeric(self.of(), &arm);
        for name in adjusting_for {
            design = baseline::adjust(design, name, &self.baselines, |i| self.subjects[i].clone())?;
        }
        design.build()
    }
}
