//! From an analysis to the numbers of its report.

use crate::error::{Error, Result};
use crate::survival::contrast::restricted_means::MeanMeasure;
use crate::survival::curve::aalen_johansen::CumulativeIncidence;
use crate::survival::data::right_censored::RightCensored;
use crate::survival::regression::TimeScale;
use crate::survival::regression::cox::CoxPh;
use crate::survival::regression::design::Design;
use crate::survival::result::hazard_ratio::HazardRatioMethod;
use crate::survival::result::interval::Interval;
use crate::trial::analysis::counts::name;
use crate::trial::report::report::{ArmReport, ComparisonReport, CompetingReport, PenalisedRatio, Report};
use crate::trial::{Analysis, Label, Outcome, Record, Time, TimeUnit, label};

/// The exact test is reported up to this many subjects.
const SMALL: usize = 60;

/// A report in the making.
///
/// | option | default |
/// |---|---|
/// | [`contrast`](Self::contrast) | none: no comparison is made unless its direction is said |
/// | [`at`](Self::at) | up to seven round times over the follow-up |
/// | [`restricted_to`](Self::restricted_to) | the longest horizon to which every arm is followed |
/// | [`unit`](Self::unit) | months |
/// | [`level`](Self::level) | 0.95 |
///
/// # Example
/// ```
/// use greenwood::trial::{Time, TimeUnit};
/// use greenwood::trial::examples::{Arm, FFS, saa};
///
/// let analysis = saa().analyse(&FFS)?;
/// let report = analysis.report().contrast(Arm::Msc, Arm::Control).unit(TimeUnit::Years).at(&[Time::years(4.0)]).build()?;
/// assert_eq!(report.arms[0].survival[0].to_string(), "38.1% ± 17.2%");
/// assert!(report.comparison.is_some());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is reported until `.build()` is called"]
pub struct ReportBuilder<'a, A, E> {
    pub(crate) analysis: &'a Analysis<A, E>,
    pub(crate) contrast: Option<(A, A)>,
    times: Option<Vec<Time>>,
    tau: Option<Time>,
    pub(crate) unit: TimeUnit,
    pub(crate) level: f64,
}

impl<A: Label, E: Label> Analysis<A, E> {
    /// Begins a report of everything: see [`ReportBuilder`] for what can be chosen.
    pub fn report(&self) -> ReportBuilder<'_, A, E> {
        let (contrast, times, tau) = (None, None, None);
        ReportBuilder { analysis: self, contrast, times, tau, unit: TimeUnit::Months, level: 0.95 }
    }
}

impl<A: Label, E: Label> ReportBuilder<'_, A, E> {
    /// Compares the arm `of` with the arm `against`.
    pub fn contrast(mut self, of: A, against: A) -> Self {
        self.contrast = Some((of, against));
        self
    }

    /// The times of the probabilities and of the numbers at risk.
    pub fn at(mut self, times: &[Time]) -> Self {
        self.times = Some(times.to_vec());
        self
    }

    /// The horizon of the restricted means.
    pub fn restricted_to(mut self, tau: Time) -> Self {
        self.tau = Some(tau);
        self
    }

    /// The unit in which times are shown.
    pub fn unit(mut self, unit: TimeUnit) -> Self {
        self.unit = unit;
        self
    }

    /// The confidence level.
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Error::OutOfRange { argument: "level", value: self.level, must_be: "inside (0, 1)" });
        }
        for t in self.times.iter().flatten().chain(&self.tau) {
            if !t.is_valid() {
                let must_be = "finite and at least 0";
                return Err(Error::OutOfRange { argument: "at", value: t.in_days(), must_be });
            }
        }
        Ok(())
    }

    /// The times of the probabilities and of the numbers at risk.
    pub(crate) fn shown_times(&self) -> Vec<Time> {
        self.times.clone().unwrap_or_else(|| round_times(self.analysis, self.unit))
    }

    /// Whether some record ends with a competing event: then probabilities are incidences.
    pub(crate) fn has_competing(&self) -> bool {
        self.analysis.check_competing(|_| true).is_err()
    }

    /// Computes the report.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a level outside (0, 1) or a time that is none; [`Error::UnknownLabel`] and
    /// [`Error::TooFewGroups`] for the contrast; [`Error::BeyondFollowUp`] where the horizon asked for lies beyond the
    /// follow-up of an arm.
    pub fn build(self) -> Result<Report> {
        self.check()?;
        let (analysis, level, times) = (self.analysis, self.level, self.shown_times());
        let competing = self.has_competing();
        // No arm is followed further than its last record, unless its curve is at 0 there.
        let tau = self.tau.or_else(|| {
            let last = |&arm: &A| {
                let times = analysis.records().iter().filter(|r| r.arm == arm).map(|r| r.time.in_days());
                let curve = analysis.curve(arm).ok()?;
                (curve.values().last() != Some(&0.0)).then(|| times.fold(0.0, f64::max))
            };
            let longest = analysis.records().iter().map(|r| r.time.in_days()).fold(0.0, f64::max);
            let shared = analysis.arms().iter().filter_map(last).fold(longest, f64::min);
            (shared > 0.0).then_some(Time::days(shared))
        });
        let asked = Asked { analysis, times: &times, tau, level, competing };
        let arms = analysis.arms().iter().map(|&arm| asked.arm(arm)).collect::<Result<Vec<_>>>()?;
        let comparison = self.contrast.map(|(of, against)| asked.comparison(of, against));
        Ok(Report {
            endpoint: analysis.endpoint().into(),
            direction: analysis.direction(),
            strategies: analysis.strategies().into(),
            population: analysis.population().into(),
            cutoff: analysis.cutoff().map(|c| c.0),
            stratification: analysis.stratification(),
            mis_stratified: analysis.mis_stratified(),
            without_origin: analysis.without_origin(),
            unit: self.unit,
            level,
            times,
            arms,
            comparison: comparison.transpose()?,
        })
    }
}

/// Times from 0 on in steps of 1, 2, 3, 5, 6 or 12 units and their tenfolds, at most seven of them.
fn round_times<A: Label, E: Label>(analysis: &Analysis<A, E>, unit: TimeUnit) -> Vec<Time> {
    let last = analysis.records().iter().map(|r| r.time.in_unit(unit)).fold(0.0, f64::max);
    let mut scale = 1.0;
    let step = loop {
        if let Some(step) =
            [1.0, 2.0, 3.0, 5.0, 6.0, 12.0].map(|s| s * scale).into_iter().find(|s| last / s < 7.0)
        {
            break step;
        }
        scale *= 10.0;
    };
    (0..7).map(|i| f64::from(i) * step).take_while(|&t| t <= last).map(|t| unit.time(t)).collect()
}

/// What a report asks of each arm and of a comparison.
struct Asked<'a, A, E> {
    analysis: &'a Analysis<A, E>,
    times: &'a [Time],
    tau: Option<Time>,
    level: f64,
    /// There are competing events.
    competing: bool,
}

impl<A: Label, E: Label> Asked<'_, A, E> {
    fn arm(&self, arm: A) -> Result<ArmReport> {
        let Self { analysis, times, tau, level, competing } = *self;
        let count = |condition: &dyn Fn(&Record<A, E>) -> bool| {
            analysis.records().iter().filter(|r| r.arm == arm && condition(r)).count()
        };
        let reasons = analysis.reasons();
        let censored = reasons.reasons().iter().map(|&why| (name(&why), reasons.count(arm, why)));
        let competes = |r: &Record<A, E>| matches!(r.outcome, Outcome::Competing(_));
        let at_risk = times.iter().map(|&t| {
            [
                count(&|r| r.time >= t),
                count(&|r| r.time < t && matches!(r.outcome, Outcome::Censored(_))),
                count(&|r| r.time < t && r.outcome.is_event()),
                count(&|r| r.time < t && competes(r)),
            ]
        });
        let mut report = ArmReport {
            arm: label(&arm),
            subjects: count(&|_| true),
            events: count(&|r| r.outcome.is_event()),
            competing: count(&competes),
            censored: censored.filter(|c| c.1 > 0).collect(),
            follow_up: None,
            median: None,
            survival: Vec::new(),
            incidence: times.iter().map(|&t| analysis.incidence(arm, t)).collect::<Result<_>>()?,
            restricted_mean: None,
            at_risk: at_risk.collect(),
        };
        if !competing {
            let curve = analysis.curve(arm)?;
            report.follow_up = Some(analysis.follow_up_of(arm)?);
            let interval = Interval::log_log().level(level);
            report.median = curve.quantiles(&[0.5], interval)?.first().copied();
            report.survival = times.iter().map(|t| curve.at(t.in_days())).collect();
            report.restricted_mean = tau.map(|tau| curve.restricted_mean(tau.in_days())).transpose()?;
        }
        Ok(report)
    }

    fn comparison(&self, of: A, against: A) -> Result<ComparisonReport> {
        let Self { analysis, times, tau, level, competing } = *self;
        let contrast = analysis.cause_specific(of, against)?;
        let (data, _) = contrast.survival_data();
        // A model that cannot be fitted (no events, one of the arms without any) leaves its place empty.
        let design = contrast.design(&[])?;
        let model = CoxPh::new().fit(data, &design).ok();
        let ratio = model.as_ref().and_then(|m| m.hazard_ratio(contrast.of()).ok().flatten());
        let proportional = ratio.as_ref().and(model.as_ref()).and_then(|m| {
            m.with(data, &design).ok()?.proportional_hazards(TimeScale::KaplanMeier).ok()?.global().p_value()
        });
        let firth = if ratio.is_none() { penalised(data, &design, contrast.of(), level) } else { None };
        let small = data.len() <= SMALL && !competing;
        let mean = |tau: Time| contrast.restricted_mean_contrast(tau, MeanMeasure::Difference);
        Ok(ComparisonReport {
            of: contrast.of().into(),
            against: contrast.against().into(),
            log_rank: contrast.log_rank().clone(),
            exact: if small { contrast.exact_log_rank().ok() } else { None },
            hazard_ratio: ratio.map(|r| r.named(contrast.of(), contrast.against())),
            firth,
            peto: contrast.hazard_ratio(HazardRatioMethod::Peto),
            proportional_hazards: proportional,
            differences: if competing {
                Vec::new()
            } else {
                times.iter().map(|&t| contrast.difference(t)).collect()
            },
            mean_difference: if competing { None } else { tau.map(mean).transpose()? },
            competing: competing.then(|| self.competing_events(of, against)).transpose()?,
        })
    }

    /// The probabilities of the event compared. What the data do not give (a model without events) leaves its place empty.
    fn competing_events(&self, of: A, against: A) -> Result<CompetingReport> {
        let Self { analysis, times, tau, .. } = *self;
        let contrast = analysis.incidence_contrast(of, against)?;
        // Without a horizon that was asked for: as far as both arms are followed.
        let followed = |fit: &CumulativeIncidence| {
            let free = fit.event_free_values().last().copied().unwrap_or(1.0);
            fit.last_time().filter(|_| free > 0.0)
        };
        let (first, second) = contrast.curves();
        let shared = [followed(first), followed(second)].into_iter().flatten().fold(f64::INFINITY, f64::min);
        let longest = [first.last_time(), second.last_time()].into_iter().flatten().fold(0.0, f64::max);
        let tau = tau.or_else(|| Some(Time::days(shared.min(longest))).filter(|&t| t > Time::ZERO));
        Ok(CompetingReport {
            gray: contrast.gray().ok(),
            subdistribution_ratio: contrast.subdistribution_ratio(&[]).ok(),
            differences: times.iter().map(|&t| contrast.difference(t)).collect::<Result<_>>()?,
            tau,
            time_lost: tau.and_then(|tau| contrast.time_lost_difference(tau).ok()),
        })
    }
}

/// The ratio under Firth's penalty with its profile limits. Returns `None` if there is no event at all.
fn penalised(data: &RightCensored, design: &Design, of: &str, level: f64) -> Option<PenalisedRatio> {
    let fit = CoxPh::new().firth().fit(data, design).ok().filter(|fit| fit.events() > 0)?;
    let hazard_ratio = fit.hazard_ratio(of).ok().flatten()?.value().ok()?;
    let with = fit.with(data, design).ok()?;
    let interval = with.profile_interval(of, level).ok()?;
    let p_value = with.likelihood_ratio_test_of(&[of]).ok().and_then(|t| t.p_value());
    Some(PenalisedRatio { hazard_ratio, interval, p_value })
}
