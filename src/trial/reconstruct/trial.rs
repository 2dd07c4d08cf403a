//! Two arms: the published log-rank p-value and hazard ratio choose among the ways to interleave their
//! orders.

use crate::error::{Error, Result};
use crate::survival::data::right_censored::RightCensored;
use crate::survival::result::hazard_ratio::HazardRatioMethod;
use crate::trial::reconstruct::arm::ArmFigures;
use crate::trial::reconstruct::consistency::Verdict;
use crate::trial::reconstruct::facts::Fact;
use crate::trial::reconstruct::interleaving::{Group, Interleaving};
use crate::trial::reconstruct::interleavings::{Interleavings, TestValue};
use crate::trial::reconstruct::log_rank::{MOST_SUBJECTS, Scale, Sums};
use crate::trial::reconstruct::order::{ArmOrders, SearchOutcome};
use crate::trial::reconstruct::published::Published;

/// May events or censorings share a time?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TiedTimes {
    /// Yes, within and across the arms; events come before censorings.
    #[default]
    Admitted,
    /// No, unless the figures put them at one time.
    Excluded,
}

/// Which of the orders that differ only in the censorings behind an arm's last event are interleaved?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum LaterCensoring {
    /// All of them.
    #[default]
    Any,
    /// The ones with the fewest.
    Fewest,
}

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
    pub(super) arms: [ArmFigures; 2],
    pub(super) p_value: Option<Published>,
    pub(super) ratio: Option<(Published, HazardRatioMethod)>,
    pub(super) ties: TiedTimes,
    pub(super) later: LaterCensoring,
    pub(super) limit: usize,
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

    pub(super) fn check(&self) -> Result<()> {
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

    /// Finds every interleaving of consistent orders of the two arms that gives the published comparison.
    ///
    /// # Errors
    /// As [`ArmFigures::reconstruct`]; [`Error::OutOfRange`] for more than 42 subjects;
    /// [`Error::Unsupported`] where the arms' figures end at different times, or the published events of an
    /// arm go on after its last checkpoint.
    ///
    /// # Cost
    /// For each pair of patterns tables of the values of (O − E, V) from both ends of the order: a fiftieth
    /// of a second for the example with ties and all censorings. The values grow with the number of orders of
    /// *events*: 18 subjects an arm with 11 events each take a second without ties, 12 with 7 to 8 events
    /// with them. A pair of patterns with too many to hold is passed over, as are those beyond the first
    /// 10,000, and the result is [`SearchOutcome::Stopped`].
    pub fn reconstruct(&self) -> Result<Interleavings> {
        let (arms, scale, found) = self.search(false)?;
        let value = |(sums, (orders, examples)): (Sums, (u128, Vec<Interleaving>))| {
            let (observed_minus_expected, variance) = scale.value(sums);
            let p_value = scale.p_value(sums);
            TestValue { observed_minus_expected, variance, p_value, orders, examples }
        };
        let mut values: Vec<TestValue> = found.matching.into_iter().map(value).collect();
        values.sort_by(|a, b| {
            b.orders.cmp(&a.orders).then(a.observed_minus_expected.total_cmp(&b.observed_minus_expected))
        });
        let mut ended = arms.iter().map(ArmOrders::ended).find(|e| *e != SearchOutcome::Complete);
        if found.stopped {
            ended = Some(SearchOutcome::Stopped);
        } else if found.truncated {
            ended = ended.or(Some(SearchOutcome::Truncated));
        }
        let ended = ended.unwrap_or(SearchOutcome::Complete);
        Ok(Interleavings {
            p_value: self.p_value,
            ratio: self.ratio,
            ties: self.ties,
            later: self.later,
            examined: found.examined,
            consistent: found.consistent,
            range: found.lowest.zip(found.highest).map(|(low, high)| [low, high]),
            values,
            arms,
            ended,
        })
    }

    /// Is there any interleaving? The search ends with the first.
    pub(super) fn possible(&self) -> Result<Verdict> {
        let (arms, _, found) = self.search(true)?;
        let complete = arms.iter().all(|a| a.ended() == SearchOutcome::Complete);
        Ok(match found.consistent {
            1.. => Verdict::Possible,
            0 if complete && !found.truncated && !found.stopped => Verdict::Impossible,
            0 => Verdict::Undecided,
        })
    }

    /// Every figure by its name, and the trial without it.
    pub(super) fn leaving_one_out(&self) -> Vec<(String, Self)> {
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

    pub(super) fn refuse_late_events(&self, arms: &[ArmOrders; 2]) -> Result<()> {
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

    /// The interleaving of observed data of the two arms, up to the last checkpoint of each.
    ///
    /// # Errors
    /// As [`ArmFigures::order_of`] and [`reconstruct`](Self::reconstruct).
    pub fn interleaving_of(&self, first: &RightCensored, second: &RightCensored) -> Result<Interleaving> {
        self.check()?;
        let data = [first, second];
        let mut rows = Vec::new();
        for (arm, data) in data.into_iter().enumerate() {
            let order = self.arms[arm].order_of(data)?;
            let later: u32 = order.later_censorings().iter().sum();
            let head: usize = order.stretches().iter().map(|s| s.events.len()).sum();
            let mut own: Vec<_> = data.time().iter().zip(data.event()).map(|(&t, &d)| (t, !d, arm)).collect();
            own.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            rows.extend(own.into_iter().take(head + later as usize));
        }
        rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let groups: Vec<Group> = rows
            .chunk_by(|a, b| a.0 == b.0)
            .map(|group| {
                let of = |arm| group.iter().filter(|r| r.2 == arm).map(|r| !r.1).collect();
                Group::new(of(0), of(1))
            })
            .collect();
        let mut at_risk = [0, 1].map(|g| self.arms[g].subjects);
        let scale = Scale::new(at_risk[0] + at_risk[1]);
        let mut sums = Sums::default();
        for group in &groups {
            sums = sums.plus(scale.time(group.events(), at_risk));
            let leaving = group.leaving();
            at_risk = [0, 1].map(|g| at_risk[g] - leaving[g]);
        }
        Ok(Interleaving::new(groups, sums))
    }
}
