//! What can be wrong with the rows of a subject, as R's `survcheck` has it.

#[cfg(feature = "serde")]
mod checked;

use std::cmp::Ordering;
use std::fmt;

use crate::error::{Error, Result};
use crate::numeric::sums::whole_count;
use crate::print::{counted, one_line};
use crate::survival::data::histories::Histories;

/// What is wrong with a row, compared with the row of its subject that ends before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ProblemKind {
    /// It begins before the row before has ended. A row that stands twice is such a row.
    Overlap,
    /// It begins later than the row before ended, in the state in which that left the subject. Estimates bear it: nobody
    /// is at risk within a gap.
    Gap,
    /// It begins later, and in another state than the events before led to.
    Jump,
    /// It begins when the row before ends, but in another state than the events before led to: so do the rows that follow,
    /// until the next event. Estimates bear it: the subject is at risk in the state
    /// that each row names, and the move itself is no transition.
    Teleport,
    /// Of rows for transitions: it stands at the time of another row of the subject, or at time 0, where observation begins.
    Simultaneous,
    /// Of rows for transitions: it comes after the end of observation.
    AfterEnd,
    /// Of rows for transitions: it leads to the state that the subject holds.
    NoMove,
}

impl ProblemKind {
    /// Can estimates be made nevertheless?
    #[must_use]
    pub fn is_bearable(self) -> bool {
        matches!(self, Self::Gap | Self::Teleport)
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Overlap => "it begins before the row before has ended (overlap)",
            Self::Gap => "it begins later than the row before ended (gap)",
            Self::Jump => "it begins later than the row before ended, and in another state (jump)",
            Self::Teleport => "it begins in another state than the row before ended in (teleport)",
            Self::Simultaneous => "it stands at time 0 or at the time of another row (simultaneous)",
            Self::AfterEnd => "it comes after the row that ends the observation (after the end)",
            Self::NoMove => "it leads to the state that the subject holds (no move)",
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Overlap => "overlap",
            Self::Gap => "gap",
            Self::Jump => "jump",
            Self::Teleport => "teleport",
            Self::Simultaneous => "simultaneous",
            Self::AfterEnd => "after the end",
            Self::NoMove => "no move",
        })
    }
}

/// A row with a problem.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HistoryProblem {
    kind: ProblemKind,
    id: String,
    row: usize,
    repeats: Option<usize>,
}

impl HistoryProblem {
    pub(super) fn new(kind: ProblemKind, id: String, row: usize, repeats: Option<usize>) -> Self {
        Self { kind, id, row, repeats }
    }

    /// The error that names it as the first of `count`.
    pub(super) fn refused(&self, count: usize) -> Error {
        let problem = self.kind.sentence();
        Error::InconsistentHistory { subject: self.id.clone(), index: self.row, problem, count }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// The subject.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The row, counted from 0.
    #[must_use]
    pub fn row(&self) -> usize {
        self.row
    }

    /// The row that it repeats in all its parts: an exact duplicate.
    #[must_use]
    pub fn repeats(&self) -> Option<usize> {
        self.repeats
    }
}

/// The report on histories: problems with subject and row, and counts of what they hold. Made by
/// [`Histories::check`].
///
/// `Display` prints the table of transitions and every problem.
///
/// # Example
/// ```
/// use greenwood::survival::Histories;
/// use greenwood::survival::data::ProblemKind;
///
/// let data = Histories::among(&["well", "ill"]).rows(&[7, 7], &[0.0, 3.0], &[4.0, 6.0], &[Some("ill"), None])?;
/// let check = data.check();
/// let problem = &check.problems()[0];
/// assert_eq!((problem.kind(), problem.id(), problem.row()), (ProblemKind::Overlap, "7", 1));
/// # Ok::<(), greenwood::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HistoryCheck {
    states: Vec<String>,
    subjects: usize,
    rows: usize,
    problems: Vec<HistoryProblem>,
    transitions: Vec<Vec<usize>>,
    censored: Vec<usize>,
    visits: Vec<Vec<usize>>,
    #[cfg_attr(feature = "serde", serde(default))]
    returns: Vec<HistoryReturn>,
}

/// Sums over subjects, each as often as it counts.
struct Counts {
    subjects: f64,
    transitions: Vec<Vec<f64>>,
    censored: Vec<f64>,
    visits: Vec<Vec<f64>>,
}

impl Counts {
    /// The transitions of one subject, where it was censored, and how often it entered each state.
    fn add(&mut self, data: &Histories, rows: &[usize]) {
        let count = data.count(rows[0]);
        let mut entered = vec![0_usize; data.states.len()];
        for &row in rows {
            if let Some(to) = (data.to[row] as usize).checked_sub(1) {
                self.transitions[data.from[row] as usize][to] += count;
                entered[to] += 1;
            }
        }
        if let Some(&last) = rows.last().filter(|&&row| data.to[row] == 0) {
            self.censored[data.from[last] as usize] += count;
        }
        for (n, by_number) in entered.into_iter().zip(&mut self.visits) {
            if by_number.len() <= n {
                by_number.resize(n + 1, 0.0);
            }
            by_number[n] += count;
        }
        self.subjects += count;
    }
}

/// A row at whose end a subject comes back to a state in which it was before: no mistake, but more than a model of first
/// events knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HistoryReturn {
    id: String,
    row: usize,
    state: String,
}

impl HistoryReturn {
    /// The subject.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The row, counted from 0.
    #[must_use]
    pub fn row(&self) -> usize {
        self.row
    }

    /// The state to which it returns.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }
}

impl Histories {
    /// Every problem of the rows, and what the histories hold: counts of transitions and of visits.
    #[must_use]
    pub fn check(&self) -> HistoryCheck {
        HistoryCheck::of(self)
    }
}

impl HistoryCheck {
    pub(crate) fn of(data: &Histories) -> Self {
        let k = data.states.len();
        let mut check = Self {
            states: data.states.clone(),
            subjects: 0,
            rows: data.len(),
            problems: Vec::new(),
            transitions: Vec::new(),
            censored: Vec::new(),
            visits: Vec::new(),
            returns: Vec::new(),
        };
        let mut counts = Counts {
            subjects: 0.0,
            transitions: vec![vec![0.0; k]; k],
            censored: vec![0.0; k],
            visits: vec![Vec::new(); k],
        };
        let order = data.in_order();
        let ids = data.ids.codes();
        for rows in order.chunk_by(|&a, &b| ids[a] == ids[b]) {
            check.look_for_problems(data, rows);
            check.look_for_returns(data, rows);
            counts.add(data, rows);
        }
        check.problems.sort_by_key(|p| p.row);
        check.returns.sort_by_key(|r| r.row);
        check.with_counts(&counts)
    }

    /// Of each subject with its weight, summed up to whole counts.
    fn with_counts(mut self, counts: &Counts) -> Self {
        let whole = |rows: &[Vec<f64>]| -> Vec<Vec<usize>> {
            rows.iter().map(|row| row.iter().map(|&n| whole_count(n)).collect()).collect()
        };
        self.subjects = whole_count(counts.subjects);
        self.transitions = whole(&counts.transitions);
        self.censored = counts.censored.iter().map(|&n| whole_count(n)).collect();
        self.visits = whole(&counts.visits);
        self
    }

    /// The problems between the rows of one subject.
    fn look_for_problems(&mut self, data: &Histories, rows: &[usize]) {
        // The state that events alone lead to: a move without one does not change it, as in R's `survcheck`.
        let mut led_to = data.from[rows[0]];
        for pair in rows.windows(2) {
            let (before, row) = (pair[0], pair[1]);
            if data.to[before] > 0 {
                led_to = data.to[before] - 1;
            }
            let same = data.from[row] == led_to;
            let kind = match data.start[row].total_cmp(&data.stop[before]) {
                Ordering::Less => ProblemKind::Overlap,
                Ordering::Greater if same => ProblemKind::Gap,
                Ordering::Greater => ProblemKind::Jump,
                Ordering::Equal if same => continue,
                Ordering::Equal => ProblemKind::Teleport,
            };
            let parts = |r: usize| (data.start[r], data.stop[r], data.from[r], data.to[r]);
            let repeats = (parts(before) == parts(row)).then_some(before);
            let id = data.ids.labels()[data.ids.codes()[row] as usize].clone();
            self.problems.push(HistoryProblem::new(kind, id, row, repeats));
        }
    }

    /// The returns of one subject to a state in which it was.
    fn look_for_returns(&mut self, data: &Histories, rows: &[usize]) {
        let mut been = vec![false; self.states.len()];
        for &row in rows {
            let from = data.from[row] as usize;
            been[from] = true;
            if let Some(to) = (data.to[row] as usize).checked_sub(1) {
                if been[to] && to != from {
                    let id = data.ids.labels()[data.ids.codes()[row] as usize].clone();
                    self.returns.push(HistoryReturn { id, row, state: self.states[to].clone() });
                }
                been[to] = true;
            }
        }
    }

    /// The number of subjects: one with a replication weight of 2 is two, here and in the other counts of subjects and
    /// transitions (fractions are rounded in the sum).
    #[must_use]
    pub fn subjects(&self) -> usize {
        self.subjects
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The states, in order.
    #[must_use]
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// Every problem, by row.
    #[must_use]
    pub fn problems(&self) -> &[HistoryProblem] {
        &self.problems
    }

    /// How many rows have a problem of this kind.
    #[must_use]
    pub fn count(&self, kind: ProblemKind) -> usize {
        self.problems.iter().filter(|p| p.kind == kind).count()
    }

    /// The number of transitions from each state (outer) into each.
    #[must_use]
    pub fn transitions(&self) -> &[Vec<usize>] {
        &self.transitions
    }

    /// How many subjects were last seen in each state, without a transition at the end of their last row.
    #[must_use]
    pub fn censored(&self) -> &[usize] {
        &self.censored
    }

    /// For each state, how many subjects entered it 0, 1, 2, … times.
    #[must_use]
    pub fn visits(&self) -> &[Vec<usize>] {
        &self.visits
    }

    /// Every return to a state, by row.
    #[must_use]
    pub fn returns(&self) -> &[HistoryReturn] {
        &self.returns
    }

    /// Refuses what no estimate can bear; gaps and teleports are borne.
    ///
    /// # Errors
    /// [`Error::InconsistentHistory`] with the first such row.
    pub fn into_result(self) -> Result<()> {
        let mut serious = self.problems.iter().filter(|p| !p.kind.is_bearable());
        match serious.next() {
            None => Ok(()),
            Some(first) => Err(first.refused(1 + serious.count())),
        }
    }
}

impl fmt::Display for HistoryCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.states.iter().map(|s| s.chars().count()).max().unwrap_or(0).max(8);
        write!(f, "{}, {}\n{:width$}", counted(self.subjects, "subject"), counted(self.rows, "row"), "from")?;
        for s in self.states.iter().map(String::as_str).chain(["censored"]) {
            write!(f, " {:>width$}", one_line(s))?;
        }
        for (h, row) in self.transitions.iter().enumerate() {
            write!(f, "\n{:width$}", one_line(&self.states[h]))?;
            for n in row.iter().chain([&self.censored[h]]) {
                write!(f, " {n:>width$}")?;
            }
        }
        for p in &self.problems {
            write!(f, "\nsubject {}, row {}: {}", p.id, p.row, p.kind.sentence())?;
        }
        Ok(())
    }
}
