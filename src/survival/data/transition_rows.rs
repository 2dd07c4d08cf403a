//! Histories from one row for each transition.

use std::hash::Hash;

use crate::error::{Error, Result, check_len};
use crate::survival::data::groups::encode;
use crate::survival::data::histories::{Histories, HistoryStates};
use crate::survival::data::histories_check::{HistoryProblem, ProblemKind};

/// The rows by subject and time, equal ones in their own order.
struct Sorted {
    codes: Vec<u32>,
    order: Vec<usize>,
}

impl Sorted {
    fn new<I: Eq + Hash>(ids: &[I], times: &[f64]) -> Self {
        let codes = encode(ids).0;
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by(|&a, &b| codes[a].cmp(&codes[b]).then(times[a].total_cmp(&times[b])));
        Self { codes, order }
    }

    /// Each row with the one of its subject before it.
    fn pairs(&self) -> impl Iterator<Item = (Option<usize>, usize)> + '_ {
        let before = std::iter::once(None).chain(self.order.iter().copied().map(Some));
        let own =
            |(before, &i): (Option<usize>, &usize)| (before.filter(|&b| self.codes[b] == self.codes[i]), i);
        before.zip(&self.order).map(own)
    }
}

impl HistoryStates {
    /// One row for each transition: when a subject entered which state, and `None` where its observation ended without a
    /// transition. Each is under observation from 0, in the first state; the state that its last row names is where it was
    /// last seen. Rows may stand in any order. With delayed entry, [`Timelines`](super::Timelines) has them.
    ///
    /// # Errors
    /// [`Error::InconsistentHistory`] with the first row that [`check_transitions`](Self::check_transitions) finds; those
    /// of [`rows`](Self::rows).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::Histories;
    ///
    /// // One falls ill at 2 and dies at 5, the other is well until 6.
    /// let states = ["well", "ill", "dead"];
    /// let to = [Some("dead"), None, Some("ill")];
    /// let data = Histories::among(&states).transitions(&["a", "b", "a"], &[5.0, 6.0, 2.0], &to)?;
    /// assert_eq!((data.start(), data.stop()), (&[0.0, 2.0, 0.0][..], &[2.0, 5.0, 6.0][..]));
    /// assert_eq!(data.from(), [0, 1, 0]);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn transitions<I: Eq + Hash + ToString, S: ToString>(
        self,
        ids: &[I],
        times: &[f64],
        to: &[Option<S>],
    ) -> Result<Histories> {
        let problems = self.check_transitions(ids, times, to)?;
        if let Some(first) = problems.first() {
            return Err(first.refused(problems.len()));
        }
        let sorted = Sorted::new(ids, times);
        let label = |i: usize| ids[i].to_string();
        let start: Vec<f64> = sorted.pairs().map(|(b, _)| b.map_or(0.0, |b| times[b])).collect();
        let stop: Vec<f64> = sorted.order.iter().map(|&i| times[i]).collect();
        let to: Vec<Option<String>> =
            sorted.order.iter().map(|&i| to[i].as_ref().map(ToString::to_string)).collect();
        self.rows(&sorted.order.iter().map(|&i| label(i)).collect::<Vec<String>>(), &start, &stop, &to)
    }

    /// Every row that no order of transitions allows: another row of the subject at the same time, a row after the end of its
    /// observation, a transition into the state that it holds, one at time 0.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::InvalidTime`].
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::Histories;
    /// use greenwood::survival::data::ProblemKind;
    ///
    /// let states = Histories::among(&["well", "ill", "dead"]);
    /// let to = [Some("ill"), Some("dead"), None, Some("ill")];
    /// let found = states.check_transitions(&[1, 1, 2, 2], &[3.0, 3.0, 4.0, 6.0], &to)?;
    /// let named: Vec<_> = found.iter().map(|p| (p.kind(), p.id(), p.row())).collect();
    /// assert_eq!(named, [(ProblemKind::Simultaneous, "1", 1), (ProblemKind::AfterEnd, "2", 3)]);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    pub fn check_transitions<I: Eq + Hash + ToString, S: ToString>(
        &self,
        ids: &[I],
        times: &[f64],
        to: &[Option<S>],
    ) -> Result<Vec<HistoryProblem>> {
        if ids.is_empty() {
            return Err(Error::Empty { argument: "ids" });
        }
        for (argument, len) in [("times", times.len()), ("to", to.len())] {
            check_len(argument, len, "ids", ids.len())?;
        }
        if let Some((index, &value)) =
            times.iter().enumerate().find(|(_, t)| !(0.0..f64::INFINITY).contains(*t))
        {
            return Err(Error::InvalidTime { argument: "times", index, value });
        }
        let state = |i: usize| to[i].as_ref().map(ToString::to_string);
        let first = self.first().map(str::to_string);
        let mut problems = Vec::new();
        for (before, i) in Sorted::new(ids, times).pairs() {
            let (held, since) = before.map_or_else(|| (first.clone(), 0.0), |b| (state(b), times[b]));
            let kind = if times[i] <= since {
                ProblemKind::Simultaneous
            } else if held.is_none() {
                ProblemKind::AfterEnd
            } else if state(i) == held {
                ProblemKind::NoMove
            } else {
                continue;
            };
            let repeats = before.filter(|&b| times[b] == times[i] && state(b) == state(i));
            problems.push(HistoryProblem::new(kind, ids[i].to_string(), i, repeats));
        }
        problems.sort_by_key(HistoryProblem::row);
        Ok(problems)
    }
}
