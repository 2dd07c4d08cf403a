//! Two arms of an endpoint with competing events, compared.

use crate::error::{Error, NotEstimable, Result};
use crate::survival::curve::aalen_johansen::CumulativeIncidence;
use crate::survival::data::competing::CompetingRisks;
use crate::survival::data::groups::Groups;
use crate::survival::log_rank::gray::{Gray, GrayTest};
use crate::survival::regression::fine_gray::{FineGray, FineGrayModel};
use crate::survival::result::direction::Direction;
use crate::survival::result::estimate::{Estimate, Scale};
use crate::survival::result::hazard_ratio::{HazardRatio, HazardRatioMethod};
use crate::trial::analysis::contrast::Contrast;
use crate::trial::analysis::incidence::EVENT;
use crate::trial::{Analysis, Label, Time, label};

/// One arm against another where events compete. Made by
/// [`Analysis::incidence_contrast`](crate::trial::Analysis::incidence_contrast); everything it returns is about the
/// first arm relative to the second.
///
/// Two questions are told apart: the **probability** of the event ([`gray`](Self::gray),
/// [`fine_gray`](Self::fine_gray), [`difference`](Self::difference),
/// [`time_lost_difference`](Self::time_lost_difference)), which an arm also lowers by raising what competes; and the
/// **rate** among those still free of both ([`cause_specific`](Self::cause_specific)).
///
/// # Example
/// ```
/// use greenwood::trial::Time;
/// use greenwood::trial::examples::{Arm, TIME_TO_RESPONSE, saa_course};
///
/// let contrast = saa_course().analyse(&TIME_TO_RESPONSE)?.incidence_contrast(Arm::Msc, Arm::Control)?;
/// let difference = contrast.difference(Time::days(90.0))?;
/// assert_eq!(format!("{:.3}", difference.value()?), "-0.111");
/// assert!(contrast.gray()?.p_value().unwrap() > 0.4);
/// // The ratio of the subdistribution hazards, adjusted for nothing.
/// assert!(contrast.subdistribution_ratio(&[])?.value()? < 1.0);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IncidenceContrast {
    data: CompetingRisks<'static>,
    groups: Groups,
    fits: Vec<CumulativeIncidence>,
    cause_specific: Contrast,
    direction: Direction,
}

impl<A: Label, E: Label> Analysis<A, E> {
    /// Compares the arm `of` with the arm `against` where events may compete.
    ///
    /// # Errors
    /// [`Error::UnknownLabel`]; [`Error::TooFewGroups`] where both are the same arm.
    pub fn incidence_contrast(&self, of: A, against: A) -> Result<IncidenceContrast> {
        let cause_specific = self.cause_specific(of, against)?;
        let positions = self.positions(|r| r.arm == of || r.arm == against);
        let data = self.stratified_causes(&positions)?;
        let codes: Vec<usize> = positions.iter().map(|&i| usize::from(self.records()[i].arm != of)).collect();
        let groups = Groups::from_codes(&codes, &[label(&of), label(&against)])?;
        let fits = vec![self.cumulative_incidence(of)?, self.cumulative_incidence(against)?];
        Ok(IncidenceContrast { data, groups, fits, cause_specific, direction: self.direction() })
    }
}

impl IncidenceContrast {
    /// The arm that is compared.
    #[must_use]
    pub fn of(&self) -> &str {
        self.cause_specific.of()
    }

    /// The arm that it is compared with.
    #[must_use]
    pub fn against(&self) -> &str {
        self.cause_specific.against()
    }

    /// The competing risks of the two arms (times in days, causes `"event"` and `"competing event"`), and which arm
    /// each subject is on, for whatever the survival wing offers.
    #[must_use]
    pub fn competing_risks(&self) -> (&CompetingRisks<'static>, &Groups) {
        (&self.data, &self.groups)
    }

    /// The incidence curves of the two arms, times in days.
    #[must_use]
    pub fn curves(&self) -> (&CumulativeIncidence, &CumulativeIncidence) {
        (&self.fits[0], &self.fits[1])
    }

    /// Whether the endpoint's event is wanted.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Gray's test of the event, within the strata of the analysis if there are any.
    ///
    /// # Errors
    /// As [`Gray::test`].
    pub fn gray(&self) -> Result<GrayTest> {
        Gray::new(EVENT).test(&self.data, &self.groups)
    }

    /// The Fine-Gray model of the first arm against the second, adjusted for baseline characteristics and, in a
    /// stratified analysis, with a baseline for each stratum. The first coefficient carries the first arm's name.
    ///
    /// # Errors
    /// [`TrialError::MissingBaseline`](crate::TrialError::MissingBaseline) where a subject lacks a characteristic; as [`FineGray::fit`].
    pub fn fine_gray(&self, adjusting_for: &[&str]) -> Result<FineGrayModel> {
        FineGray::new(EVENT).fit(&self.data, &self.cause_specific.design(adjusting_for)?)
    }

    /// The ratio of the subdistribution hazards of [`fine_gray`](Self::fine_gray). Without standard error, and 0 or
    /// infinite, where an arm has no events.
    ///
    /// # Errors
    /// As [`fine_gray`](Self::fine_gray).
    pub fn subdistribution_ratio(&self, adjusting_for: &[&str]) -> Result<Estimate> {
        let model = self.fine_gray(adjusting_for)?;
        let term = &model.terms()[0];
        let se = term.std_error().ok_or(NotEstimable::ZeroOrInfinite);
        Ok(Estimate::with_error(Scale::Log, term.coefficient(), se))
    }

    /// How much higher the first arm's probability of the event is by `t`.
    ///
    /// # Errors
    /// None that a time can cause: as [`CumulativeIncidence::of`].
    pub fn difference(&self, t: Time) -> Result<Estimate> {
        let at = |fit: &CumulativeIncidence| Ok::<_, Error>(fit.of(EVENT)?.at(t.in_days()));
        Ok(at(&self.fits[0])?.difference(&at(&self.fits[1])?))
    }

    /// The first arm's probability of the event by `t` over the second's.
    ///
    /// # Errors
    /// As [`difference`](Self::difference).
    pub fn ratio(&self, t: Time) -> Result<Estimate> {
        let at = |fit: &CumulativeIncidence| Ok::<_, Error>(fit.of(EVENT)?.at(t.in_days()));
        Ok(at(&self.fits[0])?.ratio(&at(&self.fits[1])?))
    }

    /// How many days more the event takes of the first arm's time up to `tau`: the difference of the restricted mean
    /// times lost.
    ///
    /// # Errors
    /// [`Error::BeyondFollowUp`] where an arm is not followed up to `tau`; [`Error::OutOfRange`] where `tau` is not
    /// above 0.
    pub fn time_lost_difference(&self, tau: Time) -> Result<Estimate> {
        let lost = |fit: &CumulativeIncidence| fit.of(EVENT)?.time_lost(tau.in_days());
        Ok(lost(&self.fits[0])?.difference(&lost(&self.fits[1])?))
    }

    /// The comparison of the hazards of the event itself, competing events being censorings. Its curves are no
    /// probabilities.
    #[must_use]
    pub fn cause_specific(&self) -> &Contrast {
        &self.cause_specific
    }

    /// Peto's or Pike's ratio of the cause-specific hazards. Returns `None` if they cannot be compared.
    #[must_use]
    pub fn hazard_ratio(&self, method: HazardRatioMethod) -> Option<HazardRatio> {
        self.cause_specific.hazard_ratio(method)
    }
}
