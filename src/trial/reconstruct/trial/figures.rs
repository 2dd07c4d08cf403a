//! Two arms: the published log-rank p-value and hazard ratio, which choose among the ways to interleave their orders.

use crate::error::{Error, Result};
use crate::survival::result::hazard_ratio::HazardRatioMethod;
use crate::trial::reconstruct::arm::facts::Fact;
use crate::trial::reconstruct::arm::figures::ArmFigures;
use crate::trial::reconstruct::arm::order::ArmOrders;
#[cfg(doc)]
use crate::trial::reconstruct::arm::order::SearchOutcome;
use crate::trial::reconstruct::options::{LaterCensoring, TiedTimes};
use crate::trial::reconstruct::published::Published;
use crate::trial::reconstruct::trial::log_rank::MOST_SUBJECTS;

/// The published figures of two arms and of their comparison.
///
/// | option | default | meaning |
/// |---|---|---|
/// | [`log_rank_p`](Self::log_rank_p) | | the two-sided p-value of the log-rank test (hypergeometric variance, chi-square with 1 df), as printed |
/// | [`hazard_ratio`](Self::hazard_ratio) | | first arm against second, as printed |
/// | [`tied_times`](Self::tied_times) | admitted | may events share a time? |
/// | [`later_censoring`](Self::later_censoring) | any | censorings behind an arm's last event |
/// | [`limit`](Self::limit) | 20 | interleavings written out per distinct value of the test, 20,000 in all at most |
///
/// Both arms need a figure at the same last time, and the comparison is taken to hold no events later than
/// that.
///
/// # Example
/// Of the 84 ways to interleave the two arms of a trial of nine against nine without ties and without further
/// censoring, one gives the published p-value.
/// ```
/// use greenwood::trial::reconstruct::{ArmFigures, LaterCensoring, TiedTimes, TrialFigures};
///
/// let arm = |label, s, se| ArmFigures::new(label, 9).survival(48.0, s).std_error(48.0, se);
/// let figures = TrialFigures::new(arm("MSC", "38.1%", "17.2%"), arm("control", "66.7%", "15.7%"))
///     .log_rank_p("0.153")
///     .tied_times(TiedTimes::Excluded)
///     .later_censoring(LaterCensoring::Fewest);
/// let orders = figures.reconstruct()?;
/// assert_eq!((orders.examined(), orders.consistent()), (84, 1));
/// assert_eq!(orders.values()[0].examples()[0].to_string(), "DCDdDDDdd");
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is reconstructed until `.reconstruct()` is called"]
pub struct TrialFigures {
    pub(in crate::trial::reconstruct) arms: [ArmFigures; 2],
    pub(in crate::trial::reconstruct) p_value: Option<Published>,
    pub(in crate::trial::reconstruct) ratio: Option<(Published, HazardRatioMethod)>,
    pub(in crate::trial::reconstruct) ties: TiedTimes,
    pub(in crate::trial::reconstruct) later: LaterCensoring,
    pub(in crate::trial::reconstruct) limit: usize,
    unreadable: Option<Error>,
}

impl TrialFigures {
    /// Two arms: what is said of the comparison is the first against the second.
    pub fn new(first: ArmFigures, second: ArmFigures) -> Self {
        Self {
            arms: [first, second],
            p_value: None,
            ratio: None,
            ties: TiedTimes::default(),
            later: LaterCensoring::default(),
            limit: 20,
            unreadable: None,
        }
    }

    /// The two-sided p-value of the log-rank test, as printed: `"0.153"`, `"<0.001"`.
    pub fn log_rank_p(mut self, printed: &str) -> Self {
        self.p_value = self.read(printed).or(self.p_value);
        self
    }

    /// The hazard ratio of the first arm against the second, as printed.
    ///
    /// Peto's and Pike's are functions of `O − E`, its variance and the numbers of events. That of a Cox
    /// model (with Efron's ties) depends on the whole order, so every interleaving with a right p-value is
    /// fitted, up to a million of them; with more the result is [`SearchOutcome::Truncated`].
    pub fn hazard_ratio(mut self, printed: &str, method: HazardRatioMethod) -> Self {
        self.ratio = self.read(printed).map(|ratio| (ratio, method)).or(self.ratio);
        self
    }

    /// May events share a time?
    pub fn tied_times(self, ties: TiedTimes) -> Self {
        Self { ties, ..self }
    }

    /// Which censorings behind an arm's last event?
    pub fn later_censoring(self, later: LaterCensoring) -> Self {
        Self { later, ..self }
    }

    /// How many interleavings are written out per distinct value of the test.
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// The arms.
    pub fn arms(&self) -> &[ArmFigures; 2] {
        &self.arms
    }

    fn read(&mut self, printed: &str) -> Option<Published> {
        printed.parse().map_err(|error| self.unreadable.get_or_insert(error).clone()).ok()
    }

    pub(in crate::trial::reconstruct) fn check(&self) -> Result<()> {
        if let Some(error) = &self.unreadable {
            return Err(error.clone());
        }
        let subjects = self.arms[0].subjects.saturating_add(self.arms[1].subjects);
        if subjects > MOST_SUBJECTS {
            let must_be =
                "at most 42: the sums of the test are compared exactly; reconstruct the arms one by one";
            return Err(Error::OutOfRange {
                argument: "subjects of both arms",
                value: subjects.into(),
                must_be,
            });
        }
        let [first, second] = self.arms.each_ref().map(|arm| -> Result<f64> {
            arm.check()?;
            Ok(arm.facts.iter().filter_map(Fact::time).fold(0.0, f64::max))
        });
        if first? != second? {
            let (method, with) = ("interleaving two arms", "figures that end at different times");
            let why = "the test needs to know who was at risk in both until the end: give both arms a figure at the \
                       later time, a number at risk for example";
            return Err(Error::Unsupported { method, with, why });
        }
        Ok(())
    }

    /// Every figure by its name, and the trial without it.
    pub(in crate::trial::reconstruct) fn leaving_one_out(&self) -> Vec<(String, Self)> {
        let mut list = Vec::new();
        for arm in [0, 1] {
            for (i, fact) in self.arms[arm].facts.iter().enumerate() {
                let mut rest = self.clone();
                rest.arms[arm] = self.arms[arm].without(i);
                if rest.arms[arm].facts.iter().any(|f| f.time().is_some()) {
                    list.push((format!("{}: {fact}", self.arms[arm].label), rest));
                }
            }
        }
        list.extend(
            self.p_value.map(|p| (format!("log-rank p {p}"), Self { p_value: None, ..self.clone() })),
        );
        list.extend(self.ratio.map(|(ratio, method)| {
            (format!("hazard ratio {ratio} ({method})"), Self { ratio: None, ..self.clone() })
        }));
        list
    }

    pub(in crate::trial::reconstruct) fn refuse_late_events(&self, arms: &[ArmOrders; 2]) -> Result<()> {
        for (figures, orders) in self.arms.iter().zip(arms) {
            let total = figures.facts.iter().find_map(|fact| match *fact {
                Fact::Events { by: None, count } => Some(count),
                Fact::Censored { before: None, count } => Some(figures.subjects.saturating_sub(count)),
                _ => None,
            });
            if total.is_some_and(|d| orders.patterns().iter().any(|order| order.events() < d)) {
                let (method, with) = ("interleaving two arms", "events after the last landmark of an arm");
                let why = "the test compares all of them, but nothing is known of their order: give a later figure, \
                           a number at risk for example, or leave out the number of events in all";
                return Err(Error::Unsupported { method, with, why });
            }
        }
        Ok(())
    }
}
