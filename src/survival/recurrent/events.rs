//! The data of recurrent events: rows at risk, the events at their ends, and a terminal event.

use std::hash::Hash;

use crate::error::{Error, Result, check_len};
use crate::survival::data::groups::Groups;
use crate::survival::data::histories::Histories;
use crate::survival::data::histories_check::HistoryCheck;
use crate::survival::data::weights::Weights;
use crate::survival::multi_state::flow::Spell;
use crate::survival::multi_state::transitions::spells;

/// Rows `(start, stop]` of subjects who may have an event more than once: checked once, and valid from then on.
///
/// A subject without any event is one row, and is at risk in it. A row may be split at any time without changing an
/// estimate; between two rows with a gap nobody is at risk. Rows may stand in any order.
///
/// | part | default | meaning |
/// |---|---|---|
/// | ids, start, stop, event | | who, from when until when, and whether the event occurs at the end |
/// | [`with_terminal`](Self::with_terminal) | no | whether an event such as death ends the subject's history there |
/// | [`with_weights`](Self::with_weights) | 1 | replication or sampling weights |
/// | [`with_clusters`](Self::with_clusters) | each subject its own | subjects that are not independent |
/// | [`with_strata`](Self::with_strata) | one | compared within: tests and models; mean functions ignore them |
///
/// # Conventions
/// An event and the terminal event at one time: the event comes first and counts. A terminal event stands in the last row
/// of its subject.
///
/// # Example
/// ```
/// use greenwood::survival::recurrent::RecurrentEvents;
///
/// // Infections at 2 and 4 of one child, who is observed until 7; none of another, who dies at 5.
/// let ids = ["a", "a", "a", "b"];
/// let data = RecurrentEvents::new(&ids, &[0.0, 2.0, 4.0, 0.0], &[2.0, 4.0, 7.0, 5.0], &[true, true, false, false])?
///     .with_terminal(&[false, false, false, true])?;
/// assert_eq!((data.subjects(), data.events()), (2, 2));
/// assert_eq!(data.event_numbers(), [1, 2, 3, 1]); // which event each row waits for
///
/// // Nobody has an event after death.
/// let error = data.with_terminal(&[true, false, false, false]).unwrap_err().to_string();
/// assert!(error.starts_with("subject a, row 1: it follows the terminal event of the subject"));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Raw"))]
pub struct RecurrentEvents {
    pub(super) histories: Histories,
    pub(super) event: Vec<bool>,
    pub(super) terminal: Option<Vec<bool>>,
    pub(super) strata: Option<Groups>,
}

/// The states of histories that are made of rows.
const STATES: [&str; 2] = ["at risk", "event"];

impl RecurrentEvents {
    /// Rows of subjects `ids` over `(start, stop]`, with the event at `stop` where `event` is true.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::InvalidTime`], [`Error::EmptyInterval`] where a row does not
    /// begin before it ends, [`Error::NearTieInterval`]; [`Error::InconsistentHistory`] where rows of a subject overlap.
    pub fn new<I: Eq + Hash + ToString>(
        ids: &[I],
        start: &[f64],
        stop: &[f64],
        event: &[bool],
    ) -> Result<Self> {
        check_len("event", event.len(), "stop", stop.len())?;
        let to: Vec<Option<&str>> = event.iter().map(|&e| e.then_some(STATES[1])).collect();
        Self::checked(Histories::among(&STATES).rows(ids, start, stop, &to)?, event.to_vec(), None)
    }

    /// The entries into a state of multi-state histories as recurrent events; entering the terminal state ends a history.
    ///
    /// # Errors
    /// [`Error::UnknownState`]; [`Error::InconsistentHistory`] for histories that cannot be, and for rows after a terminal
    /// event; [`Error::DuplicateName`] where both states are one.
    pub fn from_histories<S: ToString + ?Sized>(
        histories: &Histories,
        event: &S,
        terminal: Option<&S>,
    ) -> Result<Self> {
        let entered = |state: &S| -> Result<Vec<bool>> {
            let code = histories.position(state)? as u32 + 1;
            Ok(histories.to().iter().map(|&to| to == code).collect())
        };
        let events = entered(event)?;
        let terminal = terminal
            .map(|state| {
                if state.to_string() == event.to_string() {
                    return Err(Error::DuplicateName { what: "states", name: event.to_string() });
                }
                entered(state)
            })
            .transpose()?;
        Self::checked(histories.clone(), events, terminal)
    }

    fn checked(histories: Histories, event: Vec<bool>, terminal: Option<Vec<bool>>) -> Result<Self> {
        histories.check().into_result()?;
        let data = Self { histories, event, terminal, strata: None };
        data.check_terminal()?;
        Ok(data)
    }

    /// No row follows a terminal event.
    fn check_terminal(&self) -> Result<()> {
        let Some(terminal) = &self.terminal else { return Ok(()) };
        let (ids, order) = (self.histories.ids(), self.histories.in_order());
        let mut after = order
            .windows(2)
            .filter(|pair| ids.codes()[pair[0]] == ids.codes()[pair[1]] && terminal[pair[0]])
            .map(|pair| pair[1]);
        match after.next() {
            None => Ok(()),
            Some(index) => Err(Error::InconsistentHistory {
                subject: ids.labels()[ids.codes()[index] as usize].clone(),
                index,
                problem: "it follows the terminal event of the subject",
                count: 1 + after.count(),
            }),
        }
    }

    /// Whether a terminal event such as death occurs at the end of each row.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::InconsistentHistory`] where a row follows a terminal event.
    pub fn with_terminal(mut self, terminal: &[bool]) -> Result<Self> {
        self.check_len("terminal", terminal.len())?;
        self.terminal = Some(terminal.to_vec());
        self.check_terminal()?;
        Ok(self)
    }

    /// How much each row counts, and what that means. Replication weights are of subjects: one weight for all rows of one.
    ///
    /// # Errors
    /// As [`Histories::with_weights`].
    pub fn with_weights(self, weights: Weights<'static>) -> Result<Self> {
        Ok(Self { histories: self.histories.with_weights(weights)?, ..self })
    }

    /// Subjects that are not independent of each other: variances are summed within a cluster.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn with_clusters<I: Eq + Hash>(self, clusters: &[I]) -> Result<Self> {
        Ok(Self { histories: self.histories.with_clusters(clusters)?, ..self })
    }

    /// Strata within which tests and models compare.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn with_strata(self, strata: Groups) -> Result<Self> {
        self.check_len("strata", strata.len())?;
        Ok(Self { strata: Some(strata), ..self })
    }

    pub(super) fn check_len(&self, argument: &'static str, len: usize) -> Result<()> {
        check_len(argument, len, "stop", self.len())
    }

    /// The number of rows.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.event.len()
    }

    /// The number of subjects.
    #[must_use]
    pub fn subjects(&self) -> usize {
        self.histories.ids().count()
    }

    /// The number of subjects who have a row in each of `count` groups; one with a replication weight of 2 is two.
    pub(super) fn subjects_by(&self, count: usize, group: impl Fn(usize) -> usize) -> Vec<usize> {
        let mut rows: Vec<(usize, u32, usize)> =
            self.histories.ids().codes().iter().enumerate().map(|(i, &id)| (group(i), id, i)).collect();
        rows.sort_unstable();
        rows.dedup_by_key(|&mut (g, id, _)| (g, id));
        let mut subjects = vec![0.0; count];
        for (g, _, i) in rows {
            subjects[g] += self.histories.count(i);
        }
        subjects.into_iter().map(|n: f64| n.round() as usize).collect()
    }

    /// The number of events, without weights.
    #[must_use]
    pub fn events(&self) -> usize {
        self.event.iter().filter(|&&e| e).count()
    }

    /// The rows as histories: who, from when until when.
    #[must_use]
    pub fn histories(&self) -> &Histories {
        &self.histories
    }

    /// The report on the rows: gaps, which are allowed, and how many subjects had 0, 1, 2, … events.
    #[must_use]
    pub fn check(&self) -> HistoryCheck {
        self.histories.check()
    }

    /// Whether the event occurs at the end of each row.
    #[must_use]
    pub fn event(&self) -> &[bool] {
        &self.event
    }

    /// Whether a terminal event occurs at the end of each row, where the data know of one.
    #[must_use]
    pub fn terminal(&self) -> Option<&[bool]> {
        self.terminal.as_deref()
    }

    /// The strata, if there are any.
    #[must_use]
    pub fn strata(&self) -> Option<&Groups> {
        self.strata.as_ref()
    }

    /// Which event each row waits for: one more than the events of its subject before it.
    #[must_use]
    pub fn event_numbers(&self) -> Vec<usize> {
        let ids = self.histories.ids().codes();
        let mut numbers = vec![1; self.len()];
        for pair in self.histories.in_order().windows(2) {
            if ids[pair[0]] == ids[pair[1]] {
                numbers[pair[1]] = numbers[pair[0]] + usize::from(self.event[pair[0]]);
            }
        }
        numbers
    }

    /// The weight of a row in sums.
    pub(super) fn weight(&self, row: usize) -> f64 {
        self.histories.weights.as_ref().map_or(1.0, |w| w.values()[row])
    }

    /// Are there sampling weights or clusters?
    pub(super) fn is_robust(&self) -> bool {
        self.histories.clusters.is_some() || matches!(self.histories.weights, Some(Weights::Sampling(_)))
    }

    /// The spells at risk of each of some groups (how many there are, and which a row is in): event 1 is the recurrent one,
    /// event 2 the terminal one.
    pub(super) fn spells(&self, groups: (usize, impl Fn(usize) -> usize)) -> Vec<Vec<Spell>> {
        let terminal = |i: usize| self.terminal.as_ref().is_some_and(|t| t[i]);
        let events = |i: usize| [u32::from(self.event[i]), 2 * u32::from(terminal(i))];
        let mut spells = spells(&self.histories, 0.0, groups, events);
        // Whatever state histories know: at risk is at risk.
        for spell in spells.iter_mut().flatten() {
            spell.state = 0;
        }
        spells
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Raw {
    histories: Histories,
    event: Vec<bool>,
    terminal: Option<Vec<bool>>,
    strata: Option<Groups>,
}

#[cfg(feature = "serde")]
impl TryFrom<Raw> for RecurrentEvents {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let Raw { histories, event, terminal, strata } = raw;
        let lengths = [
            ("event", Some(event.len())),
            ("terminal", terminal.as_ref().map(Vec::len)),
            ("strata", strata.as_ref().map(Groups::len)),
        ];
        let expected = histories.len();
        for (argument, len) in lengths {
            if let Some(len) = len.filter(|&len| len != expected) {
                return Err(Error::LengthMismatch { argument, len, other: "stop", expected });
            }
        }
        Ok(Self { strata, ..Self::checked(histories, event, terminal)? })
    }
}
