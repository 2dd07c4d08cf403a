//! Start-stop histories: rows `(start, stop]` of a subject, the state held in each and the one entered at its end.

#[cfg(feature = "serde")]
mod stored;

use std::hash::Hash;

use crate::error::{Error, Result, check_len};
use crate::numeric::near_ties;
use crate::survival::data::groups::{Groups, encode};
use crate::survival::data::weights::{Weights, check_weights};

/// Histories of subjects who move between states: one row for each interval `(start, stop]`, with the state held in it
/// and the state entered at its end, if any.
///
/// Relations between the rows of a subject are judged by [`check`](Self::check), which lists every problem with subject
/// and row, as R's `survcheck`; estimators refuse histories that cannot be. Rows may stand in any order. Times that
/// differ only by rounding are one time, by the rule that all data follow.
///
/// | part | default | meaning |
/// |---|---|---|
/// | [`among`](Self::among) | | the states; a subject begins in the first |
/// | [`rows`](HistoryStates::rows) | | who, from when until when, and the state entered at the end |
/// | [`transitions`](HistoryStates::transitions) | | or a row for each transition: who entered which state when |
/// | [`with_from`](Self::with_from) | where the last row left the subject; first the first state | the state held |
/// | [`with_weights`](Self::with_weights) | 1 | replication or sampling weights |
/// | [`with_clusters`](Self::with_clusters) | each subject its own | subjects that are not independent |
///
/// # Example
/// ```
/// use greenwood::survival::Histories;
///
/// // One relapses at 2 and dies at 5, the other is well until 6.
/// let states = ["well", "relapse", "dead"];
/// let to = [Some("relapse"), Some("dead"), None];
/// let data = Histories::among(&states).rows(&["a", "a", "b"], &[0.0, 2.0, 0.0], &[2.0, 5.0, 6.0], &to)?;
/// let check = data.check();
/// assert!(check.problems().is_empty());
/// assert_eq!(check.transitions()[0], [0, 1, 0]); // from well: one to relapse
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "stored::RawHistories"))]
pub struct Histories {
    pub(crate) ids: Groups,
    pub(crate) start: Vec<f64>,
    pub(crate) stop: Vec<f64>,
    pub(crate) from: Vec<u32>,
    /// One more than the state entered, 0 for none.
    pub(crate) to: Vec<u32>,
    pub(crate) states: Vec<String>,
    pub(crate) weights: Option<Weights<'static>>,
    pub(crate) clusters: Option<Vec<u32>>,
}

/// The states of a study before its rows are given. Made by [`Histories::among`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[must_use = "states are no data until `.rows(…)` is called"]
pub struct HistoryStates {
    states: Vec<String>,
}

impl HistoryStates {
    /// The state in which subjects begin.
    pub(super) fn first(&self) -> Option<&str> {
        self.states.first().map(String::as_str)
    }

    /// The rows of subjects `ids` over `(start, stop]`; `to` is the state entered at the end of the row, `None` if the
    /// subject stays where it is. Without [`with_from`](Histories::with_from) a subject begins in the first state and
    /// stays where its last row left it.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::InvalidTime`], [`Error::EmptyInterval`] where a row ends
    /// before it begins, [`Error::NearTieInterval`], [`Error::DuplicateName`] and [`Error::UnknownState`].
    pub fn rows<I: Eq + Hash + ToString, S: ToString>(
        self,
        ids: &[I],
        start: &[f64],
        stop: &[f64],
        to: &[Option<S>],
    ) -> Result<Histories> {
        let states = self.states;
        let code =
            |s: &Option<S>| s.as_ref().map_or(Ok(0), |s| state_code(&states, &s.to_string()).map(|c| c + 1));
        let to = to.iter().map(code).collect::<Result<Vec<u32>>>()?;
        let (codes, firsts) = encode(ids);
        let labels: Vec<String> = firsts.into_iter().map(|i| ids[i].to_string()).collect();
        let codes: Vec<usize> = codes.into_iter().map(|c| c as usize).collect();
        let mut data = Histories {
            ids: Groups::from_codes(&codes, &labels)?,
            start: start.to_vec(),
            stop: stop.to_vec(),
            from: vec![0; to.len()],
            to,
            states,
            weights: None,
            clusters: None,
        };
        data.validate()?;
        data.carry_states();
        Ok(data)
    }
}

impl Histories {
    /// Histories among these states; [`rows`](HistoryStates::rows) gives the rows. A subject begins in the first state
    /// unless [`with_from`](Self::with_from) says otherwise.
    pub fn among<S: ToString>(states: &[S]) -> HistoryStates {
        HistoryStates { states: states.iter().map(ToString::to_string).collect() }
    }

    fn validate(&mut self) -> Result<()> {
        let n = self.stop.len();
        if n == 0 {
            return Err(Error::Empty { argument: "stop" });
        }
        if n > u32::MAX as usize {
            return Err(Error::TooManyRows { rows: n });
        }
        if self.states.is_empty() {
            return Err(Error::Empty { argument: "states" });
        }
        for (i, name) in self.states.iter().enumerate() {
            if self.states[..i].contains(name) {
                return Err(Error::DuplicateName { what: "states", name: name.clone() });
            }
        }
        let lengths = [
            ("ids", self.ids.len()),
            ("start", self.start.len()),
            ("to", self.to.len()),
            ("from", self.from.len()),
        ];
        for (argument, len) in lengths {
            check_len(argument, len, "stop", n)?;
        }
        for (argument, times) in [("start", &self.start), ("stop", &self.stop)] {
            if let Some((index, &value)) =
                times.iter().enumerate().find(|(_, t)| !(0.0..f64::INFINITY).contains(*t))
            {
                return Err(Error::InvalidTime { argument, index, value });
            }
        }
        if let Some(index) = (0..n).find(|&i| self.start[i] >= self.stop[i]) {
            return Err(Error::EmptyInterval { index, entry: self.start[index], time: self.stop[index] });
        }
        if let Some(mut merged) = near_ties::merged_columns(&[&self.start, &self.stop]) {
            if let Some(index) = (0..n).find(|&i| merged[0][i] >= merged[1][i]) {
                return Err(Error::NearTieInterval {
                    index,
                    entry: self.start[index],
                    time: self.stop[index],
                });
            }
            self.stop = merged.pop().unwrap_or_default();
            self.start = merged.pop().unwrap_or_default();
        }
        // A zero is a zero, whatever its sign.
        self.start.iter_mut().chain(&mut self.stop).for_each(|t| *t += 0.0);
        Ok(())
    }

    /// Each subject begins in the first state and stays where its last row left it.
    fn carry_states(&mut self) {
        let order = self.in_order();
        for (at, &i) in order.iter().enumerate() {
            self.from[i] = match at.checked_sub(1).map(|b| order[b]) {
                Some(b) if self.ids.codes()[b] == self.ids.codes()[i] => self.state_after(b),
                _ => 0,
            };
        }
    }

    /// The state held in each row.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::UnknownState`].
    pub fn with_from<S: ToString>(mut self, from: &[S]) -> Result<Self> {
        check_len("from", from.len(), "stop", self.len())?;
        self.from = from.iter().map(|s| state_code(&self.states, &s.to_string())).collect::<Result<_>>()?;
        Ok(self)
    }

    /// How much each row counts, and what that means. Replication weights are of subjects: one weight for all rows of one.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::InvalidWeight`], [`Error::HugeWeights`], [`Error::ZeroWeights`]; [`Error::Unsupported`] for a subject
    /// with two replication weights.
    pub fn with_weights(mut self, weights: Weights<'static>) -> Result<Self> {
        let w = weights.values();
        check_len("weights", w.len(), "stop", self.len())?;
        check_weights(w)?;
        if w.iter().all(|&w| w == 0.0) {
            return Err(Error::ZeroWeights);
        }
        if matches!(weights, Weights::Replication(_)) {
            let mut own = vec![None; self.ids.count()];
            for (&id, &w) in self.ids.codes().iter().zip(w) {
                if *own[id as usize].get_or_insert(w) != w {
                    return Err(Error::Unsupported {
                        method: "a replication weight",
                        with: "other weights in other rows of the subject",
                        why: "it says how many subjects one stands for; weights that change are sampling weights",
                    });
                }
            }
        }
        self.weights = Some(weights);
        Ok(self)
    }

    /// Subjects that are not independent of each other: variances are summed within a cluster.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn with_clusters<I: Eq + Hash>(mut self, clusters: &[I]) -> Result<Self> {
        check_len("clusters", clusters.len(), "stop", self.len())?;
        self.clusters = Some(encode(clusters).0);
        Ok(self)
    }

    /// The number of rows.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.stop.len()
    }

    /// The weights, if there are any.
    #[must_use]
    pub fn weights(&self) -> Option<&Weights<'static>> {
        self.weights.as_ref()
    }

    /// The states, in order.
    #[must_use]
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// The subject of each row.
    #[must_use]
    pub fn ids(&self) -> &Groups {
        &self.ids
    }

    /// When each row begins.
    #[must_use]
    pub fn start(&self) -> &[f64] {
        &self.start
    }

    /// When each row ends.
    #[must_use]
    pub fn stop(&self) -> &[f64] {
        &self.stop
    }

    /// The position of the state held in each row.
    #[must_use]
    pub fn from(&self) -> &[u32] {
        &self.from
    }

    /// One more than the position of the state entered at the end of each row, 0 for none.
    #[must_use]
    pub fn to(&self) -> &[u32] {
        &self.to
    }

    /// When the subject of each row entered the state that it holds: the start of the first of its rows that follow each other
    /// in that state without a gap. As a covariate of a transition it tells whether the hazard depends on it, which that of a
    /// Markov process does not (Andersen, Esbjerg & Sørensen 2000, Stat Med 19:587).
    ///
    /// # Example
    /// ```
    /// use greenwood::survival::Histories;
    ///
    /// let to = [None, Some("ill"), Some("dead")];
    /// let data = Histories::among(&["well", "ill", "dead"]).rows(&[1, 1, 1], &[0.0, 2.0, 3.0], &[2.0, 3.0, 7.0], &to)?;
    /// assert_eq!(data.entered_at(), [0.0, 0.0, 3.0]);
    /// # Ok::<(), greenwood::Error>(())
    /// ```
    #[must_use]
    pub fn entered_at(&self) -> Vec<f64> {
        let mut entered = self.start.clone();
        let order = self.in_order();
        for pair in order.windows(2) {
            let (before, i) = (pair[0], pair[1]);
            let goes_on = self.ids.codes()[before] == self.ids.codes()[i]
                && self.stop[before] == self.start[i]
                && self.to[before] == 0
                && self.from[before] == self.from[i];
            if goes_on {
                entered[i] = entered[before];
            }
        }
        entered
    }

    /// The position of a state.
    ///
    /// # Errors
    /// [`Error::UnknownState`].
    pub fn position(&self, state: &(impl ToString + ?Sized)) -> Result<usize> {
        state_code(&self.states, &state.to_string()).map(|c| c as usize)
    }

    /// The rows for which `keep` is true.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Empty`] where no row is kept.
    pub fn filter(&self, keep: &[bool]) -> Result<Self> {
        check_len("keep", keep.len(), "stop", self.len())?;
        if !keep.contains(&true) {
            return Err(Error::Empty { argument: "the rows kept" });
        }
        Ok(Self {
            // Who has no row left is no subject.
            ids: self.ids.filter(keep).occupied(),
            start: pick(&self.start, keep),
            stop: pick(&self.stop, keep),
            from: pick(&self.from, keep),
            to: pick(&self.to, keep),
            states: self.states.clone(),
            weights: self.weights.as_ref().map(|w| match w {
                Weights::Replication(w) => Weights::replication(pick(w, keep)),
                Weights::Sampling(w) => Weights::sampling(pick(w, keep)),
            }),
            clusters: self.clusters.as_ref().map(|c| pick(c, keep)),
        })
    }

    /// The weight of a row in sums.
    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w.values()[row])
    }

    /// How many subjects that of a row stands for: its replication weight, and nobody where a sampling weight is 0.
    pub(crate) fn count(&self, row: usize) -> f64 {
        match &self.weights {
            Some(Weights::Replication(w)) => w[row],
            Some(Weights::Sampling(w)) if w[row] == 0.0 => 0.0,
            _ => 1.0,
        }
    }

    /// The state in which a row leaves its subject.
    pub(crate) fn state_after(&self, row: usize) -> u32 {
        if self.to[row] > 0 { self.to[row] - 1 } else { self.from[row] }
    }

    /// The rows by subject, time of end and of start; equal ones in their own order.
    pub(crate) fn in_order(&self) -> Vec<usize> {
        let key = |i: usize| (self.ids.codes()[i], self.stop[i].to_bits(), self.start[i].to_bits(), i as u32);
        let mut keyed: Vec<(u32, u64, u64, u32)> = (0..self.len()).map(key).collect();
        keyed.sort_unstable();
        keyed.into_iter().map(|(_, _, _, i)| i as usize).collect()
    }
}

fn pick<T: Copy>(v: &[T], keep: &[bool]) -> Vec<T> {
    v.iter().zip(keep).filter(|&(_, &k)| k).map(|(&x, _)| x).collect()
}

fn state_code(states: &[String], state: &str) -> Result<u32> {
    states
        .iter()
        .position(|s| s == state)
        .map(|p| p as u32)
        .ok_or_else(|| Error::UnknownState { state: state.into(), known: states.join(", ") })
}
