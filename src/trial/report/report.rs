//! The numbers of a report, as data.

use crate::survival::contrast::fixed_time::SurvivalContrast;
use crate::survival::curve::quantile::Quantile;
use crate::survival::curve::restricted_mean::RestrictedMean;
use crate::survival::curve::survival_estimate::SurvivalEstimate;
use crate::survival::log_rank::gray::GrayTest;
use crate::survival::log_rank::test::LogRankTest;
use crate::survival::permutation::exact_test::ExactTest;
use crate::survival::result::direction::Direction;
use crate::survival::result::estimate::Estimate;
use crate::survival::result::hazard_ratio::HazardRatio;
use crate::survival::result::interval::ConfidenceInterval;
use crate::trial::{FollowUp, Incidence, Stratification, Time, TimeUnit};

/// Everything that is reported about one endpoint: what was asked of whom, each arm, and one arm against another.
///
/// Prints as text; [`to_markdown`](Self::to_markdown), [`to_latex`](Self::to_latex), [`to_html`](Self::to_html) and
/// [`to_csv`](Self::to_csv) give the other forms.
///
/// # Example
/// ```
/// use greenwood::trial::examples::{Arm, FFS, saa};
/// use greenwood::trial::Time;
///
/// let analysis = saa().analyse(&FFS)?;
/// let four_years = Time::years(4.0);
/// let report = analysis.report().contrast(Arm::Msc, Arm::Control).at(&[four_years]).build()?;
/// let text = report.to_string();
/// assert!(text.contains("38.1% ± 17.2%") && text.contains("66.7% ± 15.7%"));
/// // The numbers are the estimators' own.
/// assert_eq!(report.arms[0].survival[0], analysis.survival(Arm::Msc, four_years)?);
/// println!("{}", report.to_markdown());
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Report {
    /// The endpoint.
    pub endpoint: String,
    /// Whether the endpoint's event is wanted.
    pub direction: Direction,
    /// The strategies for intercurrent events, in words; empty where the endpoint's own roles decided.
    pub strategies: String,
    /// The population.
    pub population: String,
    /// The data cutoff, if there was one.
    pub cutoff: Option<Time>,
    /// The version of the stratification factors by which the comparison is stratified, if it is.
    pub stratification: Option<Stratification>,
    /// How many subjects were randomised in a stratum that was not theirs.
    pub mis_stratified: usize,
    /// How many subjects have no record, since the endpoint's clock never started.
    pub without_origin: usize,
    /// The unit in which times are shown. The numbers themselves are days.
    pub unit: TimeUnit,
    /// The confidence level of the intervals that are shown.
    pub level: f64,
    /// The times of the probabilities and of the numbers at risk.
    pub times: Vec<Time>,
    /// The arms, in order of first appearance.
    pub arms: Vec<ArmReport>,
    /// One arm against another, if asked for.
    pub comparison: Option<ComparisonReport>,
}

/// A hazard ratio under Firth's penalty, which is finite where an arm has no events.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PenalisedRatio {
    /// The ratio.
    pub hazard_ratio: f64,
    /// Its profile limits.
    pub interval: ConfidenceInterval,
    /// The p-value of the penalised likelihood-ratio test.
    pub p_value: Option<f64>,
}

/// What is reported about one arm.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ArmReport {
    /// The arm.
    pub arm: String,
    /// Its subjects.
    pub subjects: usize,
    /// Those with the event.
    pub events: usize,
    /// Those with a competing event.
    pub competing: usize,
    /// The others: each reason and how many.
    pub censored: Vec<(String, usize)>,
    /// How long they were followed. It is `None` if events compete.
    pub follow_up: Option<FollowUp>,
    /// The median time to the event in days. It is `None` if events compete.
    pub median: Option<Quantile>,
    /// The probability of being free of the event at each time; empty where events compete.
    pub survival: Vec<SurvivalEstimate>,
    /// The probability of the event by each time.
    pub incidence: Vec<Incidence>,
    /// The restricted mean time in days. It is `None` if events compete or no horizon fits all arms.
    pub restricted_mean: Option<RestrictedMean>,
    /// At each time: at risk, and before it censored, with the event and with a competing event. The four add up to
    /// the subjects.
    pub at_risk: Vec<[usize; 4]>,
}

/// What is reported about one arm against another.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ComparisonReport {
    /// The arm.
    pub of: String,
    /// The arm that it is compared with.
    pub against: String,
    /// The log-rank test, stratified if the analysis is; cause-specific where events compete.
    pub log_rank: LogRankTest,
    /// The exact permutation test, where there are at most 60 subjects and it can be had.
    pub exact: Option<ExactTest>,
    /// The hazard ratio of the proportional-hazards model. It is `None` if it is 0 or infinite.
    pub hazard_ratio: Option<HazardRatio>,
    /// Where that has no value: the ratio under Firth's penalty, with its profile limits.
    pub firth: Option<PenalisedRatio>,
    /// Peto's hazard ratio from the log-rank test.
    pub peto: Option<HazardRatio>,
    /// The p-value of the test for proportional hazards, times transformed by Kaplan-Meier.
    pub proportional_hazards: Option<f64>,
    /// The difference of the probabilities at each time; empty where events compete.
    pub differences: Vec<SurvivalContrast>,
    /// The difference of the restricted means in days.
    pub mean_difference: Option<Estimate>,
    /// Where events compete: what compares the probabilities of the event.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub competing: Option<CompetingReport>,
}

/// What is reported about one arm against another where events compete.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CompetingReport {
    /// Gray's test of the event, stratified if the analysis is.
    pub gray: Option<GrayTest>,
    /// The ratio of the subdistribution hazards of the Fine-Gray model. It is `None` if there is no model.
    pub subdistribution_ratio: Option<Estimate>,
    /// The difference of the probabilities of the event by each time.
    pub differences: Vec<Estimate>,
    /// The horizon of the mean time lost. It is `None` if none fits both arms.
    pub tau: Option<Time>,
    /// The difference of the mean times in days that the event takes up to the horizon.
    pub time_lost: Option<Estimate>,
}
