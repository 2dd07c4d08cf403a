//! Two arms of one endpoint, compared: one against the other, never the other way round by accident.

use super::Time;
use crate::error::Result;
use crate::survival::{
    Groups, HazardRatio, HazardRatioMethod, KaplanMeier, LogRank, LogRankTest, RestrictedMean, RightCensored,
    SurvivalCurve, SurvivalDifference,
};

/// One arm against another. Made by [`Analysis::contrast`](super::Analysis::contrast); everything it returns is
/// about the first arm relative to the second.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Contrast {
    data: RightCensored<'static>,
    groups: Groups,
    log_rank: LogRankTest,
    curves: Vec<SurvivalCurve>,
}

impl Contrast {
    pub(super) fn new(data: RightCensored<'static>, groups: Groups) -> Result<Self> {
        let log_rank = LogRank::test(&data, &groups)?;
        let curves = KaplanMeier::by_group(&data, &groups)?;
        Ok(Self { data, groups, log_rank, curves })
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
    /// ([`Peto`](HazardRatioMethod::Peto) or [`Pike`](HazardRatioMethod::Pike)). `None` where they cannot be
    /// compared, and for methods that the log-rank does not give.
    #[must_use]
    pub fn hazard_ratio(&self, method: HazardRatioMethod) -> Option<HazardRatio> {
        self.log_rank.hazard_ratio(self.of(), self.against(), method).ok().flatten()
    }

    /// The curves of the two arms, times in days.
    #[must_use]
    pub fn curves(&self) -> (&SurvivalCurve, &SurvivalCurve) {
        (&self.curves[0], &self.curves[1])
    }

    /// How much higher the first arm's probability is at `t`.
    #[must_use]
    pub fn difference(&self, t: Time) -> SurvivalDifference {
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
}
