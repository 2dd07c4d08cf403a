//! One arm: its published figures, and every order of events and censorings that agrees with them.

use std::ops::ControlFlow;

use crate::error::{Error, Result, check_len};
use crate::survival::data::right_censored::RightCensored;
use crate::trial::reconstruct::arm::convention::StdErrorConvention;
use crate::trial::reconstruct::arm::facts::Fact;
use crate::trial::reconstruct::arm::order::{ArmOrder, ArmOrders, SearchOutcome};
use crate::trial::reconstruct::arm::problem::{Mark, Problem};
use crate::trial::reconstruct::arm::search::depth_first::{Found, Progress, Search};
use crate::trial::reconstruct::published::Published;

/// The published figures of one arm.
///
/// | option | default | meaning | must be |
/// |---|---|---|---|
/// | [`survival`](Self::survival), [`std_error`](Self::std_error) | | the curve at a landmark, as printed | |
/// | [`at_risk`](Self::at_risk) | | the number at risk just before a time | |
/// | [`events_by`](Self::events_by), [`events`](Self::events) | | events up to a time, or in all | |
/// | [`censored_before`](Self::censored_before), [`censored`](Self::censored) | | censorings | |
/// | [`median`](Self::median), [`median_not_reached`](Self::median_not_reached) | | the median | |
/// | [`convention`](Self::convention) | Greenwood | what the standard error is | |
/// | [`limit`](Self::limit) | 10,000 | patterns that are kept; the others are counted | |
/// | [`budget`](Self::budget) | 10⁹ | steps after which the search gives up, and says so | ≥ 1 |
///
/// Times are in the publication's unit; only their order is used. Events come before censorings at the same
/// time: a number at risk at `t` counts the events at `t`, the curve at `t` has stepped down for them, and
/// a subject who is censored at `t` is still under observation at `t`.
///
/// # Example
/// Nine children, `38.1% ± 17.2%` at 48 months: the order of what happened is determined up to the number who
/// left between the last failure and the landmark.
/// ```
/// use greenwood::trial::reconstruct::ArmFigures;
///
/// let arm = ArmFigures::new("MSC", 9).survival(48.0, "38.1%").std_error(48.0, "17.2%");
/// let orders = arm.reconstruct()?;
/// assert_eq!((orders.examined(), orders.consistent()), (1023, 4));
/// assert_eq!(orders.patterns().iter().map(|p| p.to_string()).collect::<Vec<_>>(), ["dcdddd"]);
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "nothing is reconstructed until `.reconstruct()` is called"]
pub struct ArmFigures {
    pub(in crate::trial::reconstruct) label: String,
    pub(in crate::trial::reconstruct) subjects: u32,
    pub(in crate::trial::reconstruct) facts: Vec<Fact>,
    pub(in crate::trial::reconstruct) convention: StdErrorConvention,
    limit: usize,
    budget: u64,
    unreadable: Option<Error>,
}

/// Beyond it the ways to tie neighbours do not fit into 128 bits.
const MOST_SUBJECTS: u32 = 100;

impl ArmFigures {
    /// An arm of which the number of subjects is known so far.
    pub fn new(label: &str, subjects: u32) -> Self {
        Self {
            label: label.to_string(),
            subjects,
            facts: Vec::new(),
            convention: StdErrorConvention::default(),
            limit: 10_000,
            budget: 1_000_000_000,
            unreadable: None,
        }
    }

    /// The survival probability at a time, as printed: `"38.1%"` or `"0.381"`.
    pub fn survival(self, time: f64, printed: &str) -> Self {
        self.printed(printed, |printed| Fact::Survival { time, printed })
    }

    /// Its standard error, as printed.
    pub fn std_error(self, time: f64, printed: &str) -> Self {
        self.printed(printed, |printed| Fact::StdError { time, printed })
    }

    /// The number at risk at a time.
    pub fn at_risk(self, time: f64, count: u32) -> Self {
        self.fact(Fact::AtRisk { time, count })
    }

    /// Events up to and including a time.
    pub fn events_by(self, time: f64, count: u32) -> Self {
        self.fact(Fact::Events { by: Some(time), count })
    }

    /// Events over the whole follow-up.
    pub fn events(self, count: u32) -> Self {
        self.fact(Fact::Events { by: None, count })
    }

    /// Subjects censored before a time.
    pub fn censored_before(self, time: f64, count: u32) -> Self {
        self.fact(Fact::Censored { before: Some(time), count })
    }

    /// Subjects censored over the whole follow-up: all who had no event.
    pub fn censored(self, count: u32) -> Self {
        self.fact(Fact::Censored { before: None, count })
    }

    /// The median: an event at that time, at which the curve crosses ½, or the middle of a stretch at exactly
    /// ½.
    pub fn median(self, time: f64) -> Self {
        self.fact(Fact::Median { time: Some(time) })
    }

    /// The curve does not fall below ½ by the last time of which something is published.
    pub fn median_not_reached(self) -> Self {
        self.fact(Fact::Median { time: None })
    }

    /// What the standard errors are.
    pub fn convention(self, convention: StdErrorConvention) -> Self {
        Self { convention, ..self }
    }

    /// How many patterns are kept. All are counted.
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// After how many steps the search gives up.
    pub fn budget(self, budget: u64) -> Self {
        Self { budget, ..self }
    }

    /// The arm's name.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The number of subjects.
    #[must_use]
    pub fn subjects(&self) -> u32 {
        self.subjects
    }

    /// What is published, in the order in which it was given.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    fn fact(mut self, fact: Fact) -> Self {
        self.facts.push(fact);
        self
    }

    fn printed(mut self, text: &str, fact: impl FnOnce(Published) -> Fact) -> Self {
        match text.parse() {
            Ok(printed) => self.fact(fact(printed)),
            Err(error) => {
                self.unreadable.get_or_insert(error);
                self
            }
        }
    }

    /// The same arm without one of its figures.
    pub(in crate::trial::reconstruct) fn without(&self, fact: usize) -> Self {
        let mut arm = self.clone();
        arm.facts.remove(fact);
        arm
    }

    pub(in crate::trial::reconstruct) fn check(&self) -> Result<()> {
        if let Some(error) = &self.unreadable {
            return Err(error.clone());
        }
        if !(1..=MOST_SUBJECTS).contains(&self.subjects) {
            let must_be = "between 1 and 100: the orders of more subjects cannot be enumerated; use `Guyot`";
            return Err(Error::OutOfRange { argument: "subjects", value: self.subjects.into(), must_be });
        }
        let mut landmarks = 0;
        for (index, fact) in self.facts.iter().enumerate() {
            if let Some(value) = fact.time() {
                landmarks += 1;
                if !(0.0..f64::INFINITY).contains(&value) {
                    return Err(Error::InvalidTime { argument: "times of the figures", index, value });
                }
            }
            if let Fact::Survival { printed, .. } | Fact::StdError { printed, .. } = fact
                && printed.bounds().0 > 1.0
            {
                let must_be = "at most 100%, as a survival probability and its standard error are";
                return Err(Error::OutOfRange { argument: "a figure", value: printed.value(), must_be });
            }
        }
        if landmarks == 0 {
            return Err(Error::Empty { argument: "the list of figures at a landmark" });
        }
        Ok(())
    }

    /// Finds every order of events and censorings that agrees with all figures.
    ///
    /// Without one the result says how many orders were examined and which figure excludes how many of them.
    ///
    /// # Errors
    /// [`TrialError::UnreadableFigure`](crate::TrialError::UnreadableFigure); [`Error::InvalidTime`]; [`Error::Empty`] without a figure at a time;
    /// [`Error::OutOfRange`] for no subject or more than 100, and for a probability above 1.
    ///
    /// # Cost
    /// With `n` subjects about `2^(n/2)` steps times the share of orders whose survival probability rounds to
    /// the published one.
    pub fn reconstruct(&self) -> Result<ArmOrders> {
        self.run(&mut |_| ControlFlow::Continue(()), ControlFlow::Continue(()))
    }

    /// The same with an observer, which is asked every 65,536 steps and may stop the search.
    ///
    /// # Errors
    /// As [`reconstruct`](Self::reconstruct).
    pub fn reconstruct_with(
        &self,
        mut observer: impl FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<ArmOrders> {
        self.run(&mut observer, ControlFlow::Continue(()))
    }

    /// Is there any order at all? The search ends with the first.
    pub(in crate::trial::reconstruct) fn first(&self) -> Result<ArmOrders> {
        self.run(&mut |_| ControlFlow::Continue(()), ControlFlow::Break(()))
    }

    fn run(
        &self,
        observer: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
        go_on: ControlFlow<()>,
    ) -> Result<ArmOrders> {
        self.check()?;
        let problem = Problem::new(self.subjects, &self.facts, self.convention)?;
        let mut patterns = Vec::new();
        let (mut found, mut with_ties) = (0_u64, 0_u128);
        let mut sink = |one: &Found| {
            let order = self.order(&problem, one);
            found += 1;
            with_ties = with_ties.saturating_add(order.with_ties());
            if patterns.len() < self.limit {
                patterns.push(order);
            }
            go_on
        };
        let counts = Search::run(&problem, self.subjects, self.budget, &mut sink, observer);
        let ended = if counts.stopped {
            SearchOutcome::Stopped
        } else if found > patterns.len() as u64 {
            SearchOutcome::Truncated
        } else {
            SearchOutcome::Complete
        };
        Ok(ArmOrders {
            label: self.label.clone(),
            subjects: self.subjects,
            convention: self.convention,
            excluded: self.facts.iter().copied().zip(counts.excluded).collect(),
            orders: counts.orders,
            consistent: counts.found,
            with_ties,
            found,
            patterns,
            steps: counts.steps,
            ended,
        })
    }

    fn order(&self, problem: &Problem, found: &Found) -> ArmOrder {
        ArmOrder::new(self.subjects, &problem.stages, found.path, found.later.to_vec())
    }

    /// The order that observed data have under these figures' times.
    ///
    /// Tied events stay in one run; an event and a censoring at one time are an event before a censoring.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where the data are of another number of subjects; as
    /// [`reconstruct`](Self::reconstruct) otherwise; [`Error::Unsupported`] for weights or delayed entry.
    pub fn order_of(&self, data: &RightCensored) -> Result<ArmOrder> {
        self.check()?;
        if data.weights().is_some() || data.entry().is_some() {
            let (method, with) = ("an order of events", "weights or delayed entry");
            return Err(Error::Unsupported {
                method,
                with,
                why: "it is one of subjects seen from the start",
            });
        }
        check_len("data", data.len(), "the published arm", self.subjects as usize)?;
        let mut rows: Vec<(f64, bool)> =
            data.time().iter().copied().zip(data.event().iter().copied()).collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let problem = Problem::new(self.subjects, &self.facts, self.convention)?;
        let (mut path, mut next) = (Vec::new(), 0);
        let mut later = 0;
        for (s, stage) in problem.stages.iter().enumerate() {
            if s > 0 {
                path.push(Mark::Check);
            }
            let last = s + 1 == problem.stages.len();
            // A number at risk is taken before the events at its time, everything else after them; censorings
            // at a checkpoint come after it.
            for &(time, event) in &rows[next..] {
                if time > stage.time || (time == stage.time && (stage.before || !event)) {
                    break;
                }
                next += 1;
                path.push(if event { Mark::Event } else { Mark::Censored });
            }
            if last {
                let censored = path.iter().rev().take_while(|m| **m == Mark::Censored).count();
                path.truncate(path.len() - censored);
                later = censored as u32;
            }
        }
        Ok(ArmOrder::new(self.subjects, &problem.stages, &path, vec![later]))
    }
}
